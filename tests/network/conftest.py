"""Random flow problems, and an arc list of each made apart from the package's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.network import UNLIMITED, Flow, FlowProblem, Graph

Node = tuple[str, int]  # ("in" | "out", place) or ("root" | "goal", 0)


class Arc(NamedTuple):
    """One arc of the split network; ``name`` says which capacity it is."""

    tail: Node
    head: Node
    capacity: int
    name: tuple[str, int, int]


@dataclass(frozen=True)
class Case:
    """A flow problem with all its limits."""

    graph: Graph
    sources: tuple[int, ...]
    sinks: tuple[int, ...]
    roads: NDArray[np.int64]
    places: NDArray[np.int64]
    supply: NDArray[np.int64]
    demand: NDArray[np.int64]

    @property
    def limits(self) -> tuple[NDArray[np.int64], ...]:
        return self.roads, self.places, self.supply, self.demand

    def problem(self) -> FlowProblem:
        return FlowProblem(self.graph, self.sources, self.sinks)

    def arcs(self) -> list[Arc]:
        """The split network written out once more, arc by arc."""
        found = []
        for r, (a, b) in enumerate(zip(self.graph.a.tolist(), self.graph.b.tolist(), strict=True)):
            found.append(Arc(("out", a), ("in", b), int(self.roads[r, 0]), ("road", r, 0)))
            found.append(Arc(("out", b), ("in", a), int(self.roads[r, 1]), ("road", r, 1)))
        for i, most in enumerate(self.places.tolist()):
            found.append(Arc(("in", i), ("out", i), most, ("place", i, 0)))
        for i, most in zip(self.sources, self.supply.tolist(), strict=True):
            found.append(Arc(("root", 0), ("in", i), most, ("supply", i, 0)))
        for i, most in zip(self.sinks, self.demand.tolist(), strict=True):
            found.append(Arc(("out", i), ("goal", 0), most, ("demand", i, 0)))
        return found

    def amounts(self, flow: Flow) -> list[int]:
        """The flow on each arc of :meth:`arcs`."""
        parts = (flow.road_flow.ravel(), flow.place_flow, flow.source_flow, flow.sink_flow)
        return [int(x) for part in parts for x in part]


def _case(seed: int, max_places: int, max_roads: int, limited: bool) -> Case:
    """A network with ties, zero capacities, parallel roads and, at times, parts that do not meet.

    Unless ``limited`` some roads are UNLIMITED, so that some flows are.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, max_places + 1))
    m = int(rng.integers(0 if rng.random() < 0.1 else max_roads // 2, max_roads + 1))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n  # another place than a
    if rng.random() < 0.8:  # mostly connected: road r joins place r + 1 to an earlier one
        tree = min(m, n - 1)
        b[:tree] = np.arange(1, tree + 1)
        a[:tree] = [rng.integers(0, i) for i in b[:tree]]
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [
            (f"r{r:02}", f"p{a[r]}", f"p{b[r]}", int(rng.integers(1, 5)), float(rng.integers(9)))
            for r in range(m)
        ],
    )
    order = [int(i) for i in rng.permutation(n)]
    k = int(rng.integers(1, min(3, n - 1) + 1))
    s = int(rng.integers(1, min(3, n - k) + 1))
    top = int(rng.integers(1, 7))  # a low one makes for many ties

    def amounts(size: int, share_unlimited: float) -> NDArray[np.int64]:
        few = np.where(rng.random(size) < 0.15, 0, rng.integers(1, top + 1, size))
        return np.where(rng.random(size) < share_unlimited, UNLIMITED, few)

    return Case(
        graph,
        tuple(order[:k]),
        tuple(order[k : k + s]),
        amounts(2 * m, 0 if limited else 0.6).reshape(m, 2),
        amounts(n, 0.6),
        amounts(k, 0.6),
        amounts(s, 0.6),
    )


def _cases(
    max_places: int = 7, max_roads: int = 14, limited: bool = True
) -> st.SearchStrategy[Case]:
    return st.builds(
        _case,
        st.integers(0, 2**32 - 1),
        st.just(max_places),
        st.just(max_roads),
        st.just(limited),
    )


@pytest.fixture(scope="session")
def cases() -> Callable[..., st.SearchStrategy[Case]]:
    """``cases(max_places=, max_roads=, limited=)``: a strategy of flow problems."""
    return _cases


def _tied(seed: int) -> Case:
    """Places in layers, roads from each layer to the next, nearly all as fast: full of ties.

    The first layer sends, the last one asks. Names tell nothing of layers, and roads lead either
    way.
    """
    rng = np.random.default_rng(seed)
    layers = [int(width) for width in rng.integers(2, 4, int(rng.integers(2, 5)))]
    number = [int(i) for i in rng.permutation(sum(layers))]
    names = [[f"p{number.pop()}" for _ in range(width)] for width in layers]
    ends = [
        (x, y) if rng.random() < 0.5 else (y, x)
        for here, there in pairwise(names)
        for x in here
        for y in there
        for _ in range(int(rng.choice([0, 1, 1, 1, 2])))
    ]
    ids = [f"r{i:02}" for i in rng.permutation(len(ends))]
    seconds = np.where(rng.random(len(ends)) < 0.1, 2, 1).tolist()
    rows = [(r, *pair, s, 1.0) for r, pair, s in zip(ids, ends, seconds, strict=True)]
    graph = Graph.build([name for layer in names for name in layer], rows)

    def amounts(size: int, share_unlimited: float) -> NDArray[np.int64]:
        few = rng.integers(1, 6, size)
        return np.where(rng.random(size) < share_unlimited, UNLIMITED, few)

    return Case(
        graph,
        tuple(graph.place_index[name] for name in names[0]),
        tuple(graph.place_index[name] for name in names[-1]),
        amounts(2 * len(ends), 0).reshape(-1, 2),
        amounts(len(graph.places), 0.6),
        amounts(layers[0], 0.4),
        amounts(layers[-1], 0.4),
    )


@pytest.fixture(scope="session")
def tied() -> Callable[[int], Case]:
    """``tied(7)``: one of many flow problems full of ties."""
    return _tied
