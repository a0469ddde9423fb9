"""Building a graph, and what hangs together under masks."""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import Graph, components, reach
from sim.network import graph as module

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)

ROADS = [("y", "c", "b", 20, 2.0), ("x", "a", "b", 10, 1.5), ("z", "c", "d", 30, 0.0)]


def on(size: int, *off: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask = np.ones(size, dtype=bool)
    mask[list(off)] = False
    return mask


def test_build_sorts_by_id_whatever_the_order() -> None:
    graph = Graph.build(["d", "b", "a", "c"], ROADS)
    again = Graph.build(["a", "b", "c", "d"], ROADS[::-1])
    assert graph.places == again.places == ("a", "b", "c", "d")
    assert graph.roads == again.roads == ("x", "y", "z")
    # y was stated from c to b, so its end a is place 2 and its end b place 1.
    assert graph.a.tolist() == again.a.tolist() == [0, 2, 2]
    assert graph.b.tolist() == again.b.tolist() == [1, 1, 3]
    assert graph.seconds.tolist() == again.seconds.tolist() == [10, 20, 30]
    assert graph.km.tolist() == [1.5, 2.0, 0.0]
    assert graph.place_index["c"] == 2
    assert graph.road_index["z"] == 2


def test_arrays_are_read_only() -> None:
    graph = Graph.build("abcd", ROADS)
    with pytest.raises(ValueError, match="read-only"):
        graph.seconds[0] = 5


def test_half_edges_lead_where_they_say() -> None:
    graph = Graph.build("abcd", ROADS)
    half = graph.half_edges
    assert half.start.tolist() == [0, 1, 3, 5, 6]
    assert half.tail.tolist() == [0, 1, 1, 2, 2, 3]
    assert half.head.tolist() == [1, 0, 2, 1, 3, 2]
    ends = np.column_stack([graph.a, graph.b])
    for tail, head, road, flat in zip(half.tail, half.head, half.road, half.flat, strict=True):
        assert flat // 2 == road
        assert ends[road].tolist() == ([tail, head] if flat % 2 == 0 else [head, tail])
    assert graph.neighbours[1] == [(0, 1), (2, 3)]


def test_a_graph_of_nothing() -> None:
    graph = Graph.build([], [])
    assert graph.neighbours == []
    assert components(graph, on(0), on(0)) == []
    assert reach(graph, on(0), on(0), []).tolist() == []


@pytest.mark.parametrize(
    ("places", "road", "words"),
    [
        (["a", "b", "a"], ("x", "a", "b", 1, 1.0), "places must be sorted and all different"),
        (["a", "b"], ("x", "a", "q", 1, 1.0), "road 'x' ends at unknown place 'q'"),
        (["a", "b"], ("x", "a", "a", 1, 1.0), "road 'x' joins a place to itself"),
        (["a", "b"], ("x", "a", "b", 0, 1.0), "road 'x' takes less than a second"),
        (["a", "b"], ("x", "a", "b", 2**31 + 1, 1.0), "road 'x' takes more than"),
        (["a", "b"], ("x", "a", "b", 1.5, 1.0), "seconds must be whole numbers"),
        (["a", "b"], ("x", "a", "b", 1, float("nan")), "road 'x' has no length"),
        (["a", "b"], ("x", "a", "b", 1, -1.0), "road 'x' has no length"),
    ],
)
def test_build_refuses(places: list[str], road: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Graph.build(places, [road])


def test_build_refuses_a_road_id_that_stands_twice() -> None:
    with pytest.raises(ValueError, match="roads must be sorted and all different"):
        Graph.build("ab", [("x", "a", "b", 1, 1.0), ("x", "b", "a", 2, 2.0)])


def test_arrays_given_directly_are_checked() -> None:
    graph = Graph.build("ab", [("x", "a", "b", 1, 1.0)])
    one = np.array([1])
    with pytest.raises(ValueError, match="ends at a place that is not there"):
        Graph(graph.places, graph.roads, graph.a, np.array([7]), one, graph.km)
    with pytest.raises(ValueError, match="shape"):
        Graph(graph.places, graph.roads, graph.a, graph.b, np.array([1, 2]), graph.km)


def test_reach_goes_one_way_where_the_mask_says_so() -> None:
    graph = Graph.build("abc", [("x", "a", "b", 1, 1.0), ("y", "b", "c", 1, 1.0)])
    forth = np.array([[True, False], [True, False]])
    assert reach(graph, forth, on(3), [0]).tolist() == [True, True, True]
    assert reach(graph, forth, on(3), [2]).tolist() == [False, False, True]
    assert reach(graph, on(2), on(3, 1), [0]).tolist() == [True, False, False]
    # A root that is not usable reaches nothing, not even itself.
    assert reach(graph, on(2), on(3, 0), [0]).tolist() == [False, False, False]


def test_masks_must_fit() -> None:
    graph = Graph.build("ab", [("x", "a", "b", 1, 1.0)])
    with pytest.raises(ValueError, match="do not fit 1 roads, 2 places"):
        reach(graph, on(2), on(2), [0])
    with pytest.raises(ValueError, match="do not fit"):
        components(graph, on(1), on(3))


def test_components_of_a_chain_with_a_hole() -> None:
    rows = [(f"r{i}", "abcde"[i], "abcde"[i + 1], 1, 1.0) for i in range(4)]
    graph = Graph.build("abcde", rows)
    assert components(graph, on(4), on(5)) == [(0, 1, 2, 3, 4)]
    assert components(graph, on(4), on(5, 2)) == [(0, 1), (3, 4)]
    assert components(graph, on(4, 0), on(5)) == [(0,), (1, 2, 3, 4)]
    components(graph, on(4), on(5)).clear()  # an answer is its own, though answers are kept
    assert components(graph, on(4), on(5)) == [(0, 1, 2, 3, 4)]


@PROPERTY
@given(data=st.data())
def test_reach_and_components_against_networkx(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases())
    graph, n = case.graph, len(case.graph.places)
    ways, places = case.roads > 1, case.places > 1
    one_way = nx.MultiDiGraph()
    one_way.add_nodes_from(np.flatnonzero(places).tolist())
    for r, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        if places[a] and places[b]:
            one_way.add_edges_from([(a, b)] * int(ways[r, 0]) + [(b, a)] * int(ways[r, 1]))
    parts = [tuple(sorted(part)) for part in nx.weakly_connected_components(one_way)]
    assert components(graph, ways, places) == sorted(parts)
    for root in range(n):
        wanted = {root} | nx.descendants(one_way, root) if places[root] else set()
        assert set(np.flatnonzero(reach(graph, ways, places, [root])).tolist()) == wanted
    with pytest.MonkeyPatch.context() as patch:
        plain = reach(graph, ways, places, case.sources)
        patch.setattr(module, "MANY_PLACES", 0)
        for scipy in (True, False):
            patch.setattr(module, "by_scipy", lambda graph, scipy=scipy: scipy)
            assert np.array_equal(reach(graph, ways, places, case.sources), plain)


def test_scipy_is_loaded_when_enough_was_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_PLACES", 3)
    monkeypatch.setattr(module, "FIRST_PLACES", 7)
    monkeypatch.setattr(module, "_searched", 0)
    monkeypatch.delitem(sys.modules, "scipy.sparse.csgraph", raising=False)
    small, large = Graph.build("ab", []), Graph.build("abc", [])
    # two searches of three places are 6, a third makes 9; a small one counts nothing
    found = [module.by_scipy(graph) for graph in (large, small, large, large, small)]
    assert found == [False, False, False, True, False]
    monkeypatch.setattr(module, "_searched", 0)
    monkeypatch.setitem(sys.modules, "scipy.sparse.csgraph", module)
    assert module.by_scipy(large)
