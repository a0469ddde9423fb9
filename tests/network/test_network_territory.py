"""Articulation points, bridges and dominators against networkx and against removal."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import Graph, components, reach
from sim.network.between import between
from sim.network.territory import dominators, shut_off, weak_points


def random_graph(seed: int) -> tuple[Graph, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 10)), int(rng.integers(0, 16))
    m = m if n > 1 else 0
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, max(n, 2), m)) % n
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [(f"r{r:02}", f"p{a[r]}", f"p{b[r]}", 1, 1.0) for r in range(m)],
    )
    return graph, rng.random((m, 2)) < 0.8, rng.random(n) < 0.9


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_weak_points_are_those_whose_loss_parts_the_territory(seed: int) -> None:
    graph, roads, places = random_graph(seed)
    weak = weak_points(graph, roads, places)
    parts = len(components(graph, roads, places))
    for place in np.flatnonzero(places).tolist():
        rest = places.copy()
        rest[place] = False
        assert (place in weak.places) == (len(components(graph, roads, rest)) > parts)
    for road in range(len(graph.roads)):
        rest = roads.copy()
        rest[road] = False
        assert (road in weak.roads) == (len(components(graph, rest, places)) > parts)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_dominators_are_what_every_way_passes(seed: int) -> None:
    graph, roads, places = random_graph(seed)
    roots = [r for r in (0, len(graph.places) - 1) if places[r]][:1]
    tree = dominators(graph, roads, places, roots)
    reached = reach(graph, roads, places, roots)
    assert ((tree.parent == -2) == ~reached).all()
    one_by_one = shut_off(graph, roads, places, roots, range(len(graph.places)))
    assert list(one_by_one.values()) == tree.shut_off.tolist()
    for place in np.flatnonzero(reached).tolist():
        rest = places.copy()
        rest[place] = False
        shut = reached & ~reach(graph, roads, rest, roots)
        shut[place] = False
        assert tree.shut_off[place] == shut.sum()
        assert all(place in tree.above(other) for other in np.flatnonzero(shut).tolist())
    if roots:
        graph_ = nx.DiGraph()
        graph_.add_node(roots[0])
        for r in range(len(graph.roads)):
            ends = int(graph.a[r]), int(graph.b[r])
            if places[list(ends)].all():
                graph_.add_edges_from([e for e, on in ((ends, roads[r, 0]),) if on])
                graph_.add_edges_from([e[::-1] for e, on in ((ends, roads[r, 1]),) if on])
        theirs = nx.immediate_dominators(graph_, roots[0])
        for place in np.flatnonzero(reached).tolist():
            if place != roots[0]:
                assert tree.parent[place] == theirs[place]


def test_several_roots_have_no_common_dominator() -> None:
    # a and b both lead to c, c to d: only c stands before d, nothing before c.
    graph = Graph.build(
        "abcd", [("ac", "a", "c", 1, 1), ("bc", "b", "c", 1, 1), ("cd", "c", "d", 1, 1)]
    )
    tree = dominators(graph, np.ones(3, bool), np.ones(4, bool), [0, 1])
    assert tree.parent.tolist() == [-1, -1, -1, 2]
    assert tree.shut_off.tolist() == [0, 0, 1, 0]
    assert tree.above(3) == (2,)


def test_a_place_of_a_row_shuts_off_all_behind_it() -> None:
    # from the root at the head of 40 in a row; whether all are asked for at once or some
    names = [f"p{i:02}" for i in range(40)]
    row = Graph.build(names, [(f"r{a}", a, b, 1, 1) for a, b in pairwise(names)])
    masks = np.ones(39, bool), np.ones(40, bool)
    assert shut_off(row, *masks, [0], range(40)) == {i: 39 - i for i in range(40)}
    assert shut_off(row, *masks, [0], [7, 39]) == {7: 32, 39: 0}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_roads_between_are_those_of_all_ways_that_come_by_no_place_twice(seed: int) -> None:
    graph, usable, places = random_graph(seed)
    rng, n = np.random.default_rng(seed), len(graph.places)
    ends = rng.permutation(n)[:4].tolist()
    sources, sinks = ends[: len(ends) // 2], ends[len(ends) // 2 :]
    ways = networkx_of(graph, usable, places)
    ways.add_nodes_from(("before", "behind"))
    for far, near in (("before", sources), ("behind", sinks)):
        ways.add_edges_from((far, place, f"{far}{place}") for place in near if places[place])
    found = {
        road for way in nx.all_simple_edge_paths(ways, "before", "behind") for *_, road in way
    }  # fmt: skip
    roads = between(graph, usable, places, sources, sinks)
    assert roads.roads.tolist() == sorted(road for road in found if isinstance(road, int))
    touched = {int(end[road]) for road in roads.roads for end in (graph.a, graph.b)}
    assert roads.places.tolist() == sorted(touched)


def networkx_of(graph: Graph, usable: np.ndarray, places: np.ndarray) -> nx.MultiGraph:
    """The roads that are usable either way between usable places, by their numbers."""
    found = nx.MultiGraph()
    for road, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        if usable[road].any() and places[a] and places[b]:
            found.add_edge(a, b, road)
    return found


def test_graphs_that_differ_in_their_times_share_what_joins_what() -> None:
    graph = Graph.build("abc", [("r", "a", "b", 5, 1.0), ("s", "b", "c", 7, 2.0)])
    other = graph.timed([1, 2])
    assert (graph.seconds.tolist(), other.seconds.tolist()) == ([5, 7], [1, 2])
    assert other.shape is graph.shape
    # a length is seconds times a scale above the roads of a way (4 for three places), and one
    assert (graph.labels[2], other.labels[2]) == ([21, 29], [5, 9])
    with np.testing.assert_raises_regex(ValueError, "takes less than a second"):
        graph.timed([0, 2])
