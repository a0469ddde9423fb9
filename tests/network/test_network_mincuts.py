"""All minimum cuts and near-minimum cuts against an enumeration of all source sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, Graph
from sim.network.arcs import ArcNetwork
from sim.network.mincuts import (
    CutList,
    CutSet,
    _sides,
    cut_of,
    minimum_cuts,
    near_minimum_cuts,
)

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
    _, near_root = net.solve(net.capacity)
    crossed = [tuple(net.crossing(side).tolist()) for side in _sides(net, near_root)]
    assert len(set(crossed)) == len(crossed)
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


def test_a_cut_names_its_places_and_counts_its_ends() -> None:
    """A road of 9 between two places: either place, what is given or what is asked binds at 2."""
    graph = Graph.build(["p0", "p1"], [("r0", "p0", "p1", 1, 1.0)])
    roads = np.full((1, 2), 9)

    def cuts(places: tuple[int, int], given: int, asked: int) -> tuple[CutSet, ...]:
        net = ArcNetwork.build(
            graph, roads, np.array(places), [0], [1],
            supply=np.array([given]), demand=np.array([asked]),
        )  # fmt: skip
        found = minimum_cuts(net)
        assert near_minimum_cuts(net, 0) == found
        return found.cuts

    assert cuts((2, 9), 9, 9) == (CutSet(2, (0,), (), 0),)
    assert cuts((9, 2), 9, 9) == (CutSet(2, (1,), (), 0),)
    assert cuts((9, 9), 2, 9) == (CutSet(2, (), (), 1),)
    assert cuts((9, 9), 9, 2) == (CutSet(2, (), (), 1),)
    # what holds as much with fewer things comes first, then places by index
    assert cuts((2, 2), 9, 9) == (CutSet(2, (0,), (), 0), CutSet(2, (1,), (), 0))
    assert cuts((9, 9), 9, 9) == (
        CutSet(9, (), (), 1), CutSet(9, (), (0,), 0), CutSet(9, (0,), (), 0), CutSet(9, (1,), (), 0)
    )  # fmt: skip


@pytest.mark.parametrize("capacity", [0, UNLIMITED])
def test_of_nothing_and_of_what_has_no_limit_there_is_no_cut(capacity: int) -> None:
    assert minimum_cuts(chain(capacity)) == CutList((), True)
    assert near_minimum_cuts(chain(capacity), 5) == CutList((), True)


def test_a_source_that_gives_nothing_makes_no_cut_minimal() -> None:
    # s -3-> y, from there on without limit to a, which leads on by 1 to t, and by 1 to b, which
    # leads on without limit: the least cut is {a-t, y-b}, then {s-y}. {s-y, a-t} is more than it
    # needs, for with s-y closed nothing comes to a: z leads there, but gives nothing
    graph = Graph.build(
        "abstyz",
        [("r0", "s", "y", 1, 1.0), ("r1", "a", "t", 1, 1.0), ("r2", "y", "b", 1, 1.0),
         ("r3", "b", "t", 1, 1.0), ("r4", "z", "a", 1, 1.0), ("r5", "y", "a", 1, 1.0)],
    )  # fmt: skip
    free = UNLIMITED
    roads = np.column_stack([[3, 1, 1, free, free, free], [0] * 6])
    net = ArcNetwork.build(
        graph, roads, np.full(6, free), [2, 5], [3], supply=np.array([free, 0])
    )  # fmt: skip
    assert near_minimum_cuts(net, 2).cuts == (CutSet(2, (), (1, 2)), CutSet(3, (), (0,)))
