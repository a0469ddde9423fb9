"""Delays by a guided search against fresh searches; Shapley shares in closed form."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, UNREACHABLE, Graph, fastest_route
from sim.network.arcs import ArcNetwork, Target, targets_of
from sim.network.rank import delays, on_ways, shapley


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_delays_are_those_of_fresh_searches(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 10)), int(rng.integers(1, 20))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [
            (f"r{r:02}", f"p{a[r]}", f"p{b[r]}", int(rng.integers(1, 6)), 1.0)
            for r in range(m)
        ],
    )  # fmt: skip
    roads, places = rng.random((m, 2)) < 0.9, rng.random(n) < 0.95
    sources, sinks = [0, 1], [2]
    found = delays(graph, roads, places, sources, sinks)
    before = fastest_route(graph, roads, places, sources, sinks)
    for place in range(3, n):
        rest = places.copy()
        rest[place] = False
        after = fastest_route(graph, roads, rest, sources, sinks)
        expected = 0
        if before is not None:
            expected = UNREACHABLE if after is None else after.seconds - before.seconds
        assert found.get(Target("place", place), 0) == expected
    for road in range(m):
        rest = roads.copy()
        rest[road] = False
        after = fastest_route(graph, rest, places, sources, sinks)
        expected = 0
        if before is not None:
            expected = UNREACHABLE if after is None else after.seconds - before.seconds
        assert found.get(Target("road", road), 0) == expected


def star(count: int, *, series: bool) -> tuple[ArcNetwork, range]:
    """``count`` inner places side by side (6 each), or in a row (6 in all)."""
    names = [f"m{i:02}" for i in range(count)]
    rows = []
    if series:
        row = ["s", *names, "t"]
        rows = [(f"r{i:02}", x, y, 1, 1.0) for i, (x, y) in enumerate(pairwise(row))]
    else:
        rows = [(f"in{n}", "s", n, 1, 1.0) for n in names]
        rows += [(f"out{n}", n, "t", 1, 1.0) for n in names]
    graph = Graph.build(["s", "t", *names], rows)
    roads = np.full((len(rows), 2), 6)
    places = np.full(count + 2, UNLIMITED)
    ends = [graph.place_index["s"], graph.place_index["t"]]
    targets = targets_of(
        graph, roads, places, kinds="places", protected=[Target("place", i) for i in ends]
    )
    net = ArcNetwork.build(graph, roads, places, ends[:1], ends[1:], targets=targets)
    return net, range(count)


@pytest.mark.parametrize("count", [3, 12])
def test_places_side_by_side_have_their_own_and_places_in_a_row_share(count: int) -> None:
    # Side by side each loss adds 6 whatever came before; in a row only the first counts, and
    # each is first in one order of `count`.
    net, players = star(count, series=False)
    assert [s.value for s in shapley(net, players)] == pytest.approx([6] * count)
    net, players = star(count, series=True)
    assert [s.value for s in shapley(net, players)] == pytest.approx([6 / count] * count)


def test_beyond_twelve_shares_are_sampled_with_an_interval() -> None:
    net, players = star(14, series=True)
    shares = shapley(net, players, draws=2000, seed=1)
    assert sum(s.value for s in shares) == pytest.approx(6)
    assert all(s.low < s.value < s.high for s in shares)
    # 95 % intervals: all but one or two of 14 hold the true 6 / 14
    assert sum(s.low <= 6 / 14 <= s.high for s in shares) >= 11
    assert shares == shapley(net, players, draws=2000, seed=1)


def test_one_solve_tells_that_there_is_nothing_to_share(monkeypatch: pytest.MonkeyPatch) -> None:
    # twenty of twenty-one places side by side fall, and the sink is fed through the last one
    # alone, a road of 6: nothing is lost, however many fall
    names = [f"m{n:02}" for n in range(21)]
    rows = [(f"in{n}", "s", n, 1, 1.0) for n in names] + [
        (f"out{n}", n, "e", 1, 1.0) for n in names
    ]
    graph = Graph.build(["s", "e", "t", *names], [*rows, ("z", "e", "t", 1, 1.0)])
    index = graph.place_index
    net = ArcNetwork.build(
        graph, np.full((43, 2), 6), np.full(24, UNLIMITED), [index["s"]], [index["t"]],
        targets=[Target("place", index[n]) for n in names],
    )  # fmt: skip
    solves: list[tuple[int, ...]] = []
    residual = ArcNetwork.residual

    def counted(net: ArcNetwork, lost: Iterable[int]) -> int:
        solves.append(tuple(lost))
        return residual(net, lost)

    monkeypatch.setattr(ArcNetwork, "residual", counted)
    assert shapley(net, range(20)) == [(0, 0, 0)] * 20
    assert solves == [(), tuple(range(20))]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_lies_on_no_way_is_on_no_path_of_networkx(seed: int) -> None:
    # a target is kept where a simple path of networkx from a source to a sink passes it
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(4, 9)), int(rng.integers(1, 14))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    rows = [(f"r{r:02}", f"p{a[r]}", f"p{b[r]}", 1, 1.0) for r in range(m)]
    graph = Graph.build([f"p{i}" for i in range(n)], rows)
    roads, places = rng.random((m, 2)) < 0.8, rng.random(n) < 0.95
    theirs = nx.MultiDiGraph()
    theirs.add_nodes_from(np.flatnonzero(places).tolist())
    for road, way in zip(*np.nonzero(roads), strict=True):
        ends = int(graph.a[road]), int(graph.b[road])
        if places[list(ends)].all():
            theirs.add_edge(*(ends if way == 0 else ends[::-1]), key=int(road))
    passed: set[Target] = set()
    for source in {0, 1} & set(theirs):
        for path in nx.all_simple_edge_paths(theirs, source, 2) if 2 in theirs else ():
            passed |= {Target("road", road) for _, _, road in path}
            passed |= {Target("place", end) for edge in path for end in edge[:2]}
    targets = [Target("place", i) for i in range(n)] + [Target("road", r) for r in range(m)]
    assert passed <= set(on_ways(graph, roads, places, [0, 1], [2], targets))


def test_dead_ends_and_what_is_out_of_reach_lie_on_no_way() -> None:
    # s - m - t; d hangs on m, a ring of x and y on s, and z on nothing
    rows = [("1", "s", "m"), ("2", "m", "t"), ("3", "m", "d"), ("4", "s", "x"), ("5", "x", "y"),
            ("6", "y", "s")]  # fmt: skip
    graph = Graph.build([*"dmstxyz"], [(*row, 1, 1.0) for row in rows])
    index, targets = graph.place_index, [Target("place", i) for i in range(7)]
    targets += [Target("road", i) for i in range(6)]
    found = on_ways(
        graph, np.ones((6, 2), bool), np.ones(7, bool), [index["s"]], [index["t"]], targets
    )
    assert [t.at for t in found if t.kind == "place"] == [index[p] for p in "mst"]
    assert [graph.roads[t.at] for t in found if t.kind == "road"] == ["1", "2"]


@pytest.mark.parametrize("kept", [0, 64])
def test_sampled_shares_are_those_of_solving_every_order_anew(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 16 places between two ends, roads at random: what is skipped must change no number
    monkeypatch.setattr("sim.network.rank.MOST_KEPT", kept)
    rng = np.random.default_rng(5)
    pairs = [(i, j) for i in range(18) for j in range(i + 1, 18) if rng.random() < 0.25]
    graph = Graph.build(
        [f"p{i:02}" for i in range(18)],
        [(f"r{n:03}", f"p{i:02}", f"p{j:02}", 1, 1.0) for n, (i, j) in enumerate(pairs)],
    )
    roads = rng.integers(1, 9, (len(pairs), 2))
    places = np.full(18, UNLIMITED)
    ends = [Target("place", 0), Target("place", 17)]
    targets = targets_of(graph, roads, places, kinds="places", protected=ends)
    net = ArcNetwork.build(graph, roads, places, [0], [17], targets=targets)
    found = shapley(net, range(16), draws=40, seed=3)

    orders = np.random.default_rng(3)
    gains = np.zeros((40, 16))
    for gain in gains:
        order = orders.permutation(16).tolist()
        left = [net.residual(order[:k]) for k in range(17)]
        gain[order] = -np.diff(left)
    assert [s.value for s in found] == gains.mean(axis=0).tolist()
    assert sum(s.value for s in found) == pytest.approx(net.residual(()) - net.residual(range(16)))
