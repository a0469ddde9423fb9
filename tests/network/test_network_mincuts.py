"""All minimum cuts and near-minimum cuts against an enumeration of all source sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, Graph
from sim.network.arcs import ArcNetwork
from sim.network.mincuts import CutSet, cut_of, minimum_cuts, near_minimum_cuts

GAPS = (0, 1, 3)


def random_net(seed: int) -> ArcNetwork:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 7)), int(rng.integers(1, 10))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [(f"r{r:02}", f"p{a[r]}", f"p{b[r]}", 1, 1.0) for r in range(m)],
    )
    top = int(rng.choice([1, 2, 4]))
    roads = np.where(rng.random((m, 2)) < 0.1, UNLIMITED, rng.integers(0, top + 1, (m, 2)))
    if rng.random() < 0.4:
        roads[:, 1] = 0
    places = np.where(rng.random(n) < 0.6, UNLIMITED, rng.integers(0, top + 1, n))
    return ArcNetwork.build(graph, roads, places, [0], [1])


def minimal_cuts(net: ArcNetwork, most: int) -> dict[CutSet, int]:
    """Every inclusion-minimal finite cut of value at most ``most``, by trying all sides."""
    inner = [v for v in range(net.goal + 1) if v not in (net.root, net.goal)]
    crossings: dict[frozenset[int], CutSet] = {}
    for bits in itertools.product((False, True), repeat=len(inner)):
        side = np.zeros(net.goal + 1, dtype=bool)
        side[net.root] = True
        side[inner] = bits
        arcs = np.flatnonzero(side[net.tail] & ~side[net.head] & (net.capacity > 0))
        if (net.capacity[arcs] < net.enough).all() and net.capacity[arcs].sum() <= most:
            crossings[frozenset(arcs.tolist())] = cut_of(net, net.crossing(side))
    return {
        cut: cut.value
        for arcs, cut in crossings.items()
        if not any(other < arcs for other in crossings)
    }


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_cut_is_listed_once(seed: int) -> None:
    net = random_net(seed)
    value = net.residual(())
    if value >= UNLIMITED or value == 0:
        assert minimum_cuts(net).cuts == ()
        return
    expected = minimal_cuts(net, value + max(GAPS))
    found = minimum_cuts(net, 10_000)
    assert found.complete
    assert len(set(found.cuts)) == len(found.cuts)
    assert set(found.cuts) == {cut for cut, held in expected.items() if held == value}
    for gap in GAPS:
        near = near_minimum_cuts(net, gap, 10_000)
        assert near.complete
        assert set(near.cuts) == {cut for cut, held in expected.items() if held <= value + gap}


def chain(*capacity: int) -> ArcNetwork:
    names = [f"p{i:03}" for i in range(len(capacity) + 1)]
    graph = Graph.build(
        names, [(f"r{i:03}", names[i], names[i + 1], 1, 1.0) for i in range(len(capacity))]
    )
    roads = np.column_stack([capacity, capacity])
    return ArcNetwork.build(graph, roads, np.full(len(names), UNLIMITED), [0], [len(capacity)])


def test_a_chain_has_as_many_minimum_cuts_as_narrowest_roads() -> None:
    assert [c.roads for c in minimum_cuts(chain(3, 5, 3, 3)).cuts] == [(0,), (2,), (3,)]
    near = near_minimum_cuts(chain(3, 5, 3, 4), 1)
    assert [(c.value, c.roads) for c in near.cuts] == [(3, (0,)), (3, (2,)), (4, (3,))]


def test_a_limit_is_kept_and_said() -> None:
    found = minimum_cuts(chain(*[2] * 100), 7)
    assert (len(found.cuts), found.complete) == (7, False)
    assert minimum_cuts(chain(*[2] * 100), 100).complete
    near = near_minimum_cuts(chain(*[2] * 100), 0, 7)
    assert (len(near.cuts), near.complete) == (7, False)


def test_a_negative_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        near_minimum_cuts(chain(1), -1)
