"""Fastest routes, their ties, and both Dijkstras against networkx and each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import (
    UNLIMITED,
    UNREACHABLE,
    FlowProblem,
    Graph,
    Route,
    decompose,
    fastest_route,
    routes,
    times_from,
    times_to,
)

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)


def build(**roads: int) -> Graph:
    """Roads such as ab=60: between places a and b, in seconds; 1 km a minute."""
    rows = [(name, name[0], name[1], s, s / 60) for name, s in roads.items()]
    return Graph.build(sorted({letter for name in roads for letter in name[:2]}), rows)


def whole(graph: Graph) -> tuple[Any, Any]:
    return np.ones(len(graph.roads), dtype=bool), np.ones(len(graph.places), dtype=bool)


def letters(graph: Graph, route: Route | None) -> str | None:
    return None if route is None else "".join(graph.places[i] for i in route.places)


def fastest(graph: Graph, sources: str, sinks: str) -> str | None:
    index = graph.place_index
    route = fastest_route(
        graph, *whole(graph), [index[x] for x in sources], [index[x] for x in sinks]
    )
    return letters(graph, route)


def test_a_route_says_how_long_and_how_far() -> None:
    graph = build(ab=60, bc=120, ac=300)
    route = fastest_route(graph, *whole(graph), [0], [2])
    assert route == Route(
        source=0, sink=2, places=(0, 1, 2), roads=(0, 2), seconds=180, km=3.0, rate=0
    )


def test_ties_go_to_fewer_places_then_to_the_lowest_place_and_road() -> None:
    assert fastest(build(ab=60, bc=60, ac=120), "a", "c") == "ac"
    # Equal in time and number: by b, not by c.
    assert fastest(build(ac=60, ab=60, cd=60, bd=60), "a", "d") == "abd"
    # The first step decides: a-b-f-z, not a-c-e-z, though e comes before f.
    assert fastest(build(ab=9, bf=9, fz=9, ac=9, ce=9, ez=9), "a", "z") == "abfz"
    graph = build(ab=60, ab2=60)
    route = fastest_route(graph, *whole(graph), [0], [1])
    assert route is not None
    assert route.roads == (0,)


def test_the_nearest_pair_of_ends_is_taken() -> None:
    graph = build(ax=60, bx=30, xy=10, yc=50, yd=50)
    assert fastest(graph, "ab", "cd") == "bxyc"
    # Sources equally near: the lowest.
    assert fastest(build(ax=60, bx=60), "ba", "x") == "ax"
    # A place that is both is there already.
    assert fastest(graph, "ac", "cd") == "c"


def test_no_way_is_none() -> None:
    graph = build(ab=60, cd=60)
    assert fastest(graph, "a", "d") is None
    roads, places = whole(graph)
    assert fastest_route(graph, roads, places, [], [1]) is None
    assert fastest_route(graph, roads, places, [0], []) is None
    places[0] = False
    assert fastest_route(graph, roads, places, [0], [1]) is None
    assert fastest_route(graph, roads, places, [0], [0]) is None


def test_a_way_may_be_open_in_one_direction_only() -> None:
    graph = build(ab=60, bc=60, ac=500)
    roads = np.array([[True, False], [True, True], [True, False]])  # ab, ac, bc by id
    places = np.ones(3, dtype=bool)
    toward, away = times_to(graph, roads, places, [2]), times_from(graph, roads, places, [2])
    assert toward.seconds.tolist() == [120, 60, 0]
    # Out of c leads only the road to a (500 s), and on from there to b (60 s).
    assert away.seconds.tolist() == [500, 560, 0]
    assert letters(graph, away.route(1)) == "cab"
    assert letters(graph, toward.route(0)) == "abc"


def test_times_tell_what_is_out_of_reach() -> None:
    graph = build(ab=60, cd=60)
    times = times_to(graph, *whole(graph), [1])
    assert times.seconds.tolist() == [60, 0, UNREACHABLE, UNREACHABLE]
    assert times.hops.tolist() == [1, 0, -1, -1]
    assert times.reaches(0)
    assert not times.reaches(3)
    assert times.route(3) is None
    assert letters(graph, times.route(1)) == "b"


def digraph(case: Any, ways: Any, places: Any) -> nx.DiGraph:
    """Fastest of parallel roads; the key orders by seconds, then by number of roads."""
    graph = nx.DiGraph()
    graph.add_nodes_from(np.flatnonzero(places).tolist())
    for r, ends in enumerate(zip(case.graph.a.tolist(), case.graph.b.tolist(), strict=True)):
        for way, (x, y) in enumerate((ends, ends[::-1])):
            if ways[r, way] and places[x] and places[y]:
                key = int(case.graph.seconds[r]) * 1000 + 1
                if not graph.has_edge(x, y) or graph.edges[x, y]["key"] > key:
                    graph.add_edge(x, y, key=key)
    return graph


@PROPERTY
@given(data=st.data())
def test_times_and_routes_against_networkx(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=9, max_roads=22))
    ways, places = case.roads > 1, case.places > 1
    graph = digraph(case, ways, places)
    roots = [i for i in case.sinks if places[i]]
    for toward in (True, False):
        seen_from = graph.reverse() if toward else graph
        keys = nx.multi_source_dijkstra_path_length(seen_from, roots, weight="key") if roots else {}
        times = (times_to if toward else times_from)(case.graph, ways, places, case.sinks)
        for i in range(len(places)):
            route = times.route(i)
            if i not in keys:
                assert times.seconds[i] == UNREACHABLE
                assert route is None
                continue
            assert (times.seconds[i], times.hops[i]) == divmod(keys[i], 1000)
            assert route is not None
            assert (route.seconds, len(route.roads)) == divmod(keys[i], 1000)
            assert (route.source if toward else route.sink) == i
            for road, (x, y) in zip(route.roads, pairwise(route.places), strict=True):
                way = int(case.graph.a[road] != x)
                assert ways[road, way]
                assert {x, y} == {case.graph.a[road], case.graph.b[road]}


@PROPERTY
@given(data=st.data())
def test_fastest_route_is_the_first_of_all_routes(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=7, max_roads=12))
    ways, places = case.roads > 1, case.places > 1
    ends = [tuple(pair) for pair in zip(case.graph.a.tolist(), case.graph.b.tolist(), strict=True)]
    every = []

    def walk(so_far: list[int], roads: list[int], seconds: int) -> None:
        here = so_far[-1]
        if here in case.sinks:
            every.append((seconds, len(roads), so_far[0], tuple(so_far), tuple(roads)))
        for r, pair in enumerate(ends):
            if here in pair:
                other = pair[1 - pair.index(here)]
                if other not in so_far and places[other] and ways[r, pair.index(here)]:
                    walk([*so_far, other], [*roads, r], seconds + int(case.graph.seconds[r]))

    for source in case.sources:
        if places[source]:
            walk([source], [], 0)
    route = fastest_route(case.graph, ways, places, case.sources, case.sinks)
    with pytest.MonkeyPatch.context() as patch:  # as on a large network
        patch.setattr(routes, "MANY_PLACES", 0)
        assert fastest_route(case.graph, ways, places, case.sources, case.sinks) == route
    if not every:
        assert route is None
        return
    # Step by step: first place, then the road to it; places alone decide unless parallel.
    seconds, _, _, by_places, by_roads = min(every)
    assert route is not None
    assert (route.seconds, route.places, route.roads) == (seconds, by_places, by_roads)


@PROPERTY
@given(data=st.data())
def test_scipy_gives_the_same_answers(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=9, max_roads=22))
    ways, places = case.roads > 1, case.places > 1
    with pytest.MonkeyPatch.context() as patch:
        for one_way in (times_to, times_from):
            plain = one_way(case.graph, ways, places, case.sources)
            patch.setattr(routes, "by_scipy", lambda graph: True)
            fast = one_way(case.graph, ways, places, case.sources)
            patch.undo()
            for name in ("seconds", "hops"):
                assert np.array_equal(getattr(plain, name), getattr(fast, name))
            every = range(len(places))
            assert [fast.way(i) for i in every] == [plain.way(i) for i in every]


def test_a_network_large_enough_for_scipy_is_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side = 50  # 2,500 places on a grid with few different times, hence many ties
    rng = np.random.default_rng(7)
    name = "p{:02}{:02}".format
    rows = [
        (f"{name(i, j)}--{name(x, y)}", name(i, j), name(x, y), int(rng.integers(1, 4)), 1.0)
        for i in range(side)
        for j in range(side)
        for x, y in ((i + 1, j), (i, j + 1))
        if x < side and y < side
    ]
    graph = Graph.build([name(i, j) for i in range(side) for j in range(side)], rows)
    usable = rng.random(len(graph.places)) < 0.9
    usable[[0, 1]] = True
    everywhere = np.ones(len(rows), dtype=bool)
    monkeypatch.setattr(routes, "by_scipy", lambda graph: True)
    fast = times_to(graph, everywhere, usable, [0, 1])
    monkeypatch.setattr(routes, "by_scipy", lambda graph: False)
    plain = times_to(graph, everywhere, usable, [0, 1])
    for part in ("seconds", "hops"):
        assert np.array_equal(getattr(fast, part), getattr(plain, part))
    assert [fast.way(i) for i in range(side * side)] == [plain.way(i) for i in range(side * side)]


def test_times_too_long_for_floats_are_left_to_whole_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 5,000 places (13 bits) of 2**31 s: keys pass 2**53, where scipy would lose the hops.
    n = 5_000
    names = [f"p{i:04}" for i in range(n)]
    rows = [(f"r{i:04}", names[i], names[i + 1], 2**31, 1.0) for i in range(n - 1)]
    monkeypatch.setattr(routes, "by_scipy", lambda graph: True)
    monkeypatch.setattr(routes, "_dijkstra_scipy", None)  # calling it would raise
    graph = Graph.build(names, rows)
    times = times_from(graph, *whole(graph), [0])
    assert times.hops[-1] == n - 1
    assert times.seconds[-1] == (n - 1) * 2**31


def test_decompose_gives_routes_by_time_with_rates() -> None:
    # s-u-t 120 s holds 4, s-v-t 180 s holds 2, and the direct road 500 s holds 1.
    graph = build(su=60, ut=60, sv=90, vt=90, st=500)
    problem = FlowProblem(graph, [0], [1])
    # Roads by id: st, su, sv, ut, vt.
    plan = problem.plan([1, 4, 2, 9, 9])
    found = decompose(problem, plan)
    assert [(letters(graph, r), r.rate, r.seconds) for r in found] == [
        ("sut", 4, 120),
        ("svt", 2, 180),
        ("st", 1, 500),
    ]
    assert found[0].km == pytest.approx(2.0)  # 120 s at 1 km a minute


@PROPERTY
@given(data=st.data())
def test_decompose_on_what_carries_alone_gives_the_same_routes(
    data: st.DataObject, cases: Any
) -> None:
    case = data.draw(cases())
    problem = case.problem()
    flow = problem.plan(*case.limits[:3], np.minimum(case.demand, 9))
    with pytest.MonkeyPatch.context() as patch:
        found = decompose(problem, flow)
        patch.setattr(routes, "MANY_PLACES", 0)
        assert decompose(problem, flow) == found
    assert sum(route.rate for route in found) == flow.value


def test_decompose_leaves_circles_in_a_flow_behind() -> None:
    # a-b carries 1; a circle b-c-d-b carries 1 as well.
    graph = build(ab=60, bc=60, cd=60, db=60)
    problem = FlowProblem(graph, [0], [1])
    plan = problem.plan([1, 0, 0, 0])
    circled = plan.road_flow.copy()
    # Roads by id: ab, bc, cd, and db, which is stated from d to b.
    circled[1:, 0] = 1
    found = decompose(problem, replace(plan, road_flow=circled))
    assert [(r.places, r.rate) for r in found] == [((0, 1), 1)]


def test_decompose_refuses_what_is_no_flow() -> None:
    graph = build(ab=60)
    problem = FlowProblem(graph, [0], [1])
    with pytest.raises(ValueError, match="unlimited"):
        decompose(problem, problem.plan([UNLIMITED]))
    broken = replace(problem.plan([3]), road_flow=np.zeros((1, 2), dtype=np.int64))
    with pytest.raises(ValueError, match="does not lead"):
        decompose(problem, broken)
    assert decompose(problem, problem.plan([0])) == ()
