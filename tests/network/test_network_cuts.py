"""Fewest places, disjoint routes, what would reopen a way and what stands in it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import (
    Barrier,
    DisjointRoutes,
    Graph,
    Reopening,
    barrier,
    disjoint_routes,
    fewest_places_cut,
    first_minimal,
    reach,
    reopening_set,
    spare,
)
from sim.network.cuts import other_fewest_places

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)


def build(*roads: str) -> Graph:
    """Roads such as 'ab' between places of one letter; a repeated one gets a number."""
    rows = [
        (f"{road}{roads[:i].count(road) or ''}", road[0], road[1], 60, 1.0)
        for i, road in enumerate(roads)
    ]
    return Graph.build(sorted(set("".join(roads))), rows)


def masks(graph: Graph, *lost: str) -> tuple[Any, Any]:
    """(usable roads, usable places) without the places and roads named."""
    roads = np.array([road not in lost for road in graph.roads], dtype=bool)
    places = np.array([place not in lost for place in graph.places], dtype=bool)
    return roads, places


def at(graph: Graph, names: str) -> tuple[int, ...]:
    return tuple(graph.place_index[name] for name in names)


# --- fewest places and disjoint routes ----------------------------------------------------


def test_of_two_single_places_the_one_nearest_the_source_is_the_cut() -> None:
    graph = build("sa", "ab", "bt")
    assert fewest_places_cut(graph, *masks(graph), at(graph, "s"), at(graph, "t")) == (0,)
    back = fewest_places_cut(graph, *masks(graph), at(graph, "t"), at(graph, "s"))
    assert back == at(graph, "b")


def test_fewest_places_is_not_least_capacity() -> None:
    # Three ways fan out from h: the fewest-places cut is h, whatever the roads hold.
    graph = build("sh", "ha", "hb", "hc", "at", "bt", "ct")
    assert fewest_places_cut(graph, *masks(graph), at(graph, "s"), at(graph, "t")) == at(graph, "h")
    assert disjoint_routes(graph, *masks(graph), at(graph, "s"), at(graph, "t")) == (1, 1)


def test_where_sources_and_sinks_touch_no_places_separate_them() -> None:
    graph = build("st", "sa", "at")
    assert fewest_places_cut(graph, *masks(graph), at(graph, "s"), at(graph, "t")) is None
    # Without the direct road place a does.
    assert fewest_places_cut(graph, *masks(graph, "st"), at(graph, "s"), at(graph, "t")) == (0,)
    # A chain of sources is as direct: s1 - s2 - t.
    line = build("ab", "bc")
    assert fewest_places_cut(line, *masks(line), (0, 1), (2,)) is None


def test_where_nothing_leads_across_the_cut_is_empty() -> None:
    graph = build("sa", "at")
    for lost in ("a", "sa", "s", "t"):
        usable = masks(graph, lost)
        assert fewest_places_cut(graph, *usable, at(graph, "s"), at(graph, "t")) == ()
        assert disjoint_routes(graph, *usable, at(graph, "s"), at(graph, "t")) == (0, 0)


def test_each_direct_road_is_a_route_of_its_own() -> None:
    # Two roads s-t, and one way by a: three routes by both counts.
    graph = build("st", "st", "sa", "at")
    routes = disjoint_routes(graph, *masks(graph), at(graph, "s"), at(graph, "t"))
    assert routes == DisjointRoutes(by_roads=3, by_places=3)


def test_routes_that_share_a_place_are_disjoint_by_roads_alone() -> None:
    # Two parallel roads into a, two out.
    graph = build("sa", "sa", "at", "at")
    routes = disjoint_routes(graph, *masks(graph), at(graph, "s"), at(graph, "t"))
    assert routes == DisjointRoutes(by_roads=2, by_places=1)


def test_a_place_cannot_be_source_and_sink() -> None:
    graph = build("sa", "at")
    with pytest.raises(ValueError, match="different places"):
        fewest_places_cut(graph, *masks(graph), (0, 1), (1,))


def undirected(case: Any, ways: Any, places: Any) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(np.flatnonzero(places).tolist())
    for r, (a, b) in enumerate(zip(case.graph.a.tolist(), case.graph.b.tolist(), strict=True)):
        if ways[r] and places[a] and places[b]:
            graph.add_edge(a, b, key=r)
    return graph


@PROPERTY
@given(data=st.data())
def test_fewest_places_against_every_set(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=18))
    ways, places = case.roads[:, 0] > 0, case.places > 0
    found = fewest_places_cut(case.graph, ways, places, case.sources, case.sinks)
    inner = [i for i in range(len(places)) if i not in case.sources + case.sinks and places[i]]

    def source_side(gone: tuple[int, ...]) -> frozenset[int]:
        left = places.copy()
        left[list(gone)] = False
        return frozenset(np.flatnonzero(reach(case.graph, ways, left, case.sources)).tolist())

    for size in range(len(inner) + 1):
        sides = {
            gone: source_side(gone)
            for gone in combinations(inner, size)
            if not source_side(gone) & set(case.sinks)
        }
        if sides:
            assert found in sides
            # one set alone is nearest both ends, of several each end has its own
            other = other_fewest_places(case.graph, ways, places, case.sources, case.sinks)
            assert (other == ()) == (len(sides) == 1)
            assert other == () or other in sides.keys() - {found}
            # Nearest the sources: its side lies within that of every other such set.
            assert all(sides[found] <= other for other in sides.values())
            return
    assert found is None


@PROPERTY
@given(data=st.data())
def test_disjoint_routes_against_networkx(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=18))
    ways, places = case.roads[:, 0] > 0, case.places > 0
    graph = undirected(case, ways, places)
    s, t = len(places), len(places) + 1
    # Roads as places of their own make parallel roads simple. Ends that routes may share
    # become one: all sources s, all sinks t (a road between two sources is a loop, left out).
    merged = dict.fromkeys(case.sources, s) | dict.fromkeys(case.sinks, t)
    split = nx.Graph()
    split.add_nodes_from([s, t])
    for a, b, key in graph.edges(keys=True):
        a, b = merged.get(a, a), merged.get(b, b)
        if a != b:
            split.add_edges_from([(a, ("road", key)), (("road", key), b)])
    found = disjoint_routes(case.graph, ways, places, case.sources, case.sinks)
    assert found.by_roads == nx.edge_connectivity(split, s, t)
    # Every road is a node, so s and t are never neighbours and Menger's theorem holds.
    assert found.by_places == nx.node_connectivity(split, s, t)
    fewest = fewest_places_cut(case.graph, ways, places, case.sources, case.sinks)
    assert fewest is None or len(fewest) == found.by_places


@PROPERTY
@given(data=st.data())
def test_spare_ways_are_counted_as_one_by_one(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=18))
    masks = case.roads > 0, case.places > 0
    whole = case.graph, *masks, case.sources, case.sinks
    assert spare(case.problem(), *masks) == (fewest_places_cut(*whole), disjoint_routes(*whole))


# --- reopening ----------------------------------------------------------------------------


def test_first_minimal_keeps_what_early_items_cannot_do() -> None:
    # Enough is: 'a' and ('b' or 'd'). The last that can go goes first: d, c; b must stay.
    def enough(some: Any) -> bool:
        return "a" in some and ("b" in some or "d" in some)

    assert first_minimal("abcd", enough) == ("a", "b")
    assert first_minimal("acd", enough) == ("a", "d")
    assert first_minimal("bcd", enough) is None
    assert first_minimal("abcd", lambda some: True) == ()


@PROPERTY
@given(
    ways=st.lists(st.sets(st.integers(0, 9), max_size=4), max_size=5),
    items=st.lists(st.integers(0, 9), unique=True),
)
def test_first_minimal_is_dropping_one_by_one(ways: list[set[int]], items: list[int]) -> None:
    # Monotone by its make: enough is to contain one of ``ways``.
    def enough(some: Any) -> bool:
        return any(way <= set(some) for way in ways)

    left = list(items)
    if not enough(left):
        assert first_minimal(items, enough) is None
        return
    for item in reversed(items):
        rest = [x for x in left if x != item]
        if enough(rest):
            left = rest
    assert first_minimal(items, enough) == tuple(left)


def test_reopening_needs_all_on_one_way() -> None:
    # s-a-b-t and s-c-t; a, b and c are lost. a and b sort before c, so dropping from the
    # end drops c first and keeps the longer way: minimal by inclusion, not by number.
    graph = build("sa", "ab", "bt", "sc", "ct")
    ends = at(graph, "s"), at(graph, "t")
    found = reopening_set(graph, *masks(graph, "a", "b", "c"), *masks(graph), *ends)
    assert found == Reopening(at(graph, "ab"), (), possible=True)
    # With the road b-t closed from the start, only c can do it.
    found = reopening_set(graph, *masks(graph, "a", "b", "c", "bt"), *masks(graph, "bt"), *ends)
    assert found == Reopening(at(graph, "c"), (), possible=True)


def test_reopening_names_roads_and_terminals_too() -> None:
    graph = build("sa", "at")
    ends = at(graph, "s"), at(graph, "t")
    found = reopening_set(graph, *masks(graph, "s", "at"), *masks(graph), *ends)
    assert found == Reopening(at(graph, "s"), (graph.road_index["at"],), possible=True)


def test_reopening_of_what_is_open_and_of_what_never_was() -> None:
    graph = build("sa", "at")
    ends = at(graph, "s"), at(graph, "t")
    assert reopening_set(graph, *masks(graph), *masks(graph), *ends) == Reopening((), (), True)
    never = masks(graph, "a")
    found = reopening_set(graph, *masks(graph, "a", "t"), *never, *ends)
    assert found == Reopening((), (), possible=False)


def test_reopening_gives_back_a_single_direction() -> None:
    graph = build("ab")
    places = np.ones(2, dtype=bool)
    start, now = np.array([[True, False]]), np.array([[False, False]])
    found = reopening_set(graph, now, places, start, places, (0,), (1,))
    assert found == Reopening((), (0,), possible=True)
    found = reopening_set(graph, now, places, start, places, (1,), (0,))
    assert not found.possible


@PROPERTY
@given(data=st.data())
def test_reopening_is_minimal_and_first_by_id(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=14))
    graph = case.graph
    start_roads, start_places = case.roads[:, 0] > 0, case.places > 0
    roads = start_roads & (case.roads[:, 1] > 2)
    places = start_places & (case.places > 3)
    found = reopening_set(graph, roads, places, start_roads, start_places, case.sources, case.sinks)

    def opens(back: Any) -> bool:
        now_roads, now_places = roads.copy(), places.copy()
        for kind, i in back:
            (now_places if kind == 0 else now_roads)[i] = True
        seen = reach(graph, now_roads, now_places, case.sources)
        return bool(seen[list(case.sinks)].any())

    lost = [(graph.places[i], 0, i) for i in np.flatnonzero(start_places & ~places)]
    lost += [(graph.roads[r], 1, r) for r in np.flatnonzero(start_roads & ~roads)]
    left = {(kind, int(i)) for _, kind, i in lost}
    assert found.possible == opens(left)
    back = {(0, i) for i in found.places} | {(1, r) for r in found.roads}
    if not found.possible:
        assert not back
        return
    for _, kind, i in sorted(lost, reverse=True):
        if opens(left - {(kind, i)}):
            left -= {(kind, i)}
    assert back == left
    assert opens(back)
    assert not any(opens(back - {item}) for item in back)


# --- barrier ------------------------------------------------------------------------------


def test_the_barrier_is_what_the_sources_meet_first() -> None:
    # s - a - b - c - t with b and c lost: b is met, c behind it is not.
    graph = build("sa", "ab", "bc", "ct")
    found = barrier(graph, *masks(graph, "b", "c"), *masks(graph), at(graph, "s"))
    assert found == Barrier(at(graph, "b"), ())
    # A lost road is met at its near end; the lost place at its far end is met with it.
    found = barrier(graph, *masks(graph, "b", "ab"), *masks(graph), at(graph, "s"))
    assert found == Barrier(at(graph, "b"), (graph.road_index["ab"],))
    # What was never usable is no loss.
    found = barrier(graph, *masks(graph, "b"), *masks(graph, "b"), at(graph, "s"))
    assert found == Barrier((), ())
    # A lost source is met at once, and hides what lies behind it.
    found = barrier(graph, *masks(graph, "s", "b"), *masks(graph), at(graph, "s"))
    assert found == Barrier(at(graph, "s"), ())


@PROPERTY
@given(data=st.data())
def test_giving_the_barrier_back_moves_the_sources_on(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=14))
    graph = case.graph
    start_roads, start_places = case.roads[:, 0] > 0, case.places > 0
    roads = start_roads & (case.roads[:, 1] > 2)
    places = start_places & (case.places > 3)
    found = barrier(graph, roads, places, start_roads, start_places, case.sources)
    reached = reach(graph, roads, places, case.sources)
    at_start = reach(graph, start_roads, start_places, case.sources)
    # On the way to a place that was reached at the start and is not now, the first thing
    # lost touches what is still reached.
    if (at_start & ~reached).any():
        assert found != Barrier((), ())
    assert not any(places[i] for i in found.places)
    assert not any(roads[r] for r in found.roads)
    now_roads, now_places = roads.copy(), places.copy()
    now_roads[list(found.roads)] = now_places[list(found.places)] = True
    further = reach(graph, now_roads, now_places, case.sources)
    assert (further >= reached).all()
    assert further[list(found.places)].all()
    for road in found.roads:
        assert reached[graph.a[road]] or reached[graph.b[road]]
