"""Audits of networks made as cells of a reference, against cells worked out by networkx."""

from __future__ import annotations

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.errors import BadInputError
from sim.cuts.audit import Tolerance, audit_case
from sim.cuts.case import Case
from sim.network import Graph
from sim.network import audit as network_audit
from sim.network.audit import Cells, lacking, tie


def made(where: np.ndarray, edges: list[tuple[int, int, float]], stem: str = "n") -> Case:
    """A case of places at these coordinates and edges with their km."""
    names = [f"{stem}{i:03}" for i in range(len(where))]
    rows = [(f"{names[a]}--{names[b]}", names[a], names[b], 60, km) for a, b, km in edges]
    graph = Graph.build(names, rows)
    roads = np.ones((len(edges), 2), dtype=np.int64)
    return Case(
        stem, graph, roads, np.ones(len(names), dtype=np.int64), (), (), "1", coordinates=where
    )  # fmt: skip


def reference(seed: int) -> tuple[Case, nx.Graph, np.random.Generator]:
    """A connected random graph of points some tens of km apart, no two lengths alike."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(8, 40))
    where = np.column_stack([rng.uniform(30, 36, size), rng.uniform(30, 36, size)])
    graph = nx.Graph()
    for i, j in combinations(range(size), 2):
        # chords are shorter than the road that they stand for
        km = 111 * float(np.hypot(*(where[i] - where[j]))) * rng.uniform(1.0, 1.5)
        graph.add_edge(i, j, km=km)
    tree = nx.minimum_spanning_tree(graph, weight="km")
    near = sorted(graph.edges(data="km"), key=lambda e: e[2])[: size * 2]
    tree.add_edges_from((a, b, {"km": km}) for a, b, km in near)
    edges = [(a, b, km) for a, b, km in tree.edges(data="km")]
    return made(where, edges), tree, rng


def cells(graph: nx.Graph, places: list[int]) -> dict[tuple[int, int], float]:
    """Which places are neighbours, and the shortest way by the two cells alone, by networkx."""
    found = {}
    mine = nx.voronoi_cells(graph, set(places), weight="km")
    for a, b in combinations(sorted(places), 2):
        both = graph.subgraph(mine[a] | mine[b])
        if nx.has_path(both, a, b):
            found[a, b] = nx.dijkstra_path_length(both, a, b, weight="km")
    return found


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_link_deleted_from_a_network_of_cells_is_found_and_no_other(seed: int) -> None:
    ref, graph, rng = reference(seed)
    at = ref.coordinates
    assert at is not None
    size = len(at)
    places = sorted(rng.permutation(size)[: int(rng.integers(3, max(4, size // 2)))].tolist())
    links = cells(graph, places)
    number = {node: i for i, node in enumerate(places)}
    edges = [(number[a], number[b], km) for (a, b), km in links.items()]
    whole = made(at[places], edges, "p")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_audit, "CORNER_KM", 0.0)  # the oracle knows no corners
        found = audit_case(whole, ref, Tolerance(near_km=0.001))
        assert found.lacking == found.over == found.absent == found.lengths == ()
        assert found.not_audited == ()
        for gone in rng.permutation(len(edges))[:4].tolist():
            left = [edge for i, edge in enumerate(edges) if i != gone]
            net = nx.Graph()
            net.add_nodes_from(range(len(places)))
            net.add_weighted_edges_from(left, weight="km")
            told = audit_case(made(at[places], left, "p"), ref, Tolerance(near_km=0.001))
            a, b, km = edges[gone]
            around = (
                nx.dijkstra_path_length(net, a, b, weight="km") if nx.has_path(net, a, b) else None
            )
            expected = {}
            if around is None or km <= 0.96 * around:
                expected[f"p{a:03}", f"p{b:03}"] = (round(km, 1), around and round(around, 1))
            assert {(row.a, row.b): (row.km, row.network_km) for row in told.lacking} == expected


def ways(graph: nx.Graph, places: list[int], most: float) -> dict[tuple[int, int], float]:
    """Neighbours by every simple path: no third cell for more than ``most`` km at a time.

    Points of edges belong to the nearest place too: an edge between two cells is divided where
    both are equally far.
    """
    far = nx.multi_source_dijkstra_path_length(graph, set(places), weight="km")
    mine = nx.voronoi_cells(graph, set(places), weight="km")
    owner = {node: place for place in places for node in mine[place]}
    found: dict[tuple[int, int], float] = {}
    for a, b in combinations(sorted(places), 2):
        for path in nx.all_simple_paths(graph, a, b):
            runs, length = [[owner[a], 0.0]], 0.0
            for tail, head in pairwise(path):
                km = graph.edges[tail, head]["km"]
                length += km
                if owner[tail] == owner[head]:
                    runs[-1][1] += km
                else:
                    border = (far[head] + km - far[tail]) / 2
                    runs[-1][1] += border
                    runs.append([owner[head], km - border])
            if all(place in (a, b) or km <= most for place, km in runs):
                found[a, b] = min(length, found.get((a, b), np.inf))
    return found


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 60.0]))
def test_ways_by_corners_of_cells_are_those_of_all_paths(seed: int, most: float) -> None:
    """Every way found is one; every neighbour is found, where corners are small by the shortest."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(5, 9))
    graph = nx.gnm_random_graph(size, int(rng.integers(size, 2 * size)), seed=int(rng.integers(99)))
    for a, b in graph.edges:
        graph.edges[a, b]["km"] = float(rng.uniform(1.5, 80))
    graph = graph.subgraph(max(nx.connected_components(graph), key=len))
    nodes = sorted(graph)
    number = {node: i for i, node in enumerate(nodes)}
    graph = nx.relabel_nodes(graph, number)
    places = sorted(rng.permutation(len(nodes))[: min(3, len(nodes) - 1)].tolist())
    around = np.linspace(
        0, 2 * np.pi, len(nodes), endpoint=False
    )  # on a circle: no node on a chord
    where = np.column_stack([np.cos(around), np.sin(around)])
    ref = made(where, [(a, b, km) for a, b, km in graph.edges(data="km")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_audit, "CORNER_KM", most)
        ties = tie(ref.graph, where, where[places], 0.001)
        # several edges may meet at a place: its tie is at the end of one, at no cost to the others
        links = Cells(ref.graph, ties).links
    expected = ways(graph, places, most)
    told = {(places[a], places[b]): km for (a, b), km in links.items()}
    assert told == pytest.approx(expected)


def test_a_road_that_leads_through_a_third_place_is_told_as_over_it() -> None:
    """A straight road of 60 km with places at 0, 20 and 60 km; the network joins the ends."""
    where = np.array([[30.0, 30.0], [30.0, 30.2], [30.0, 30.6]])
    ref = made(where, [(0, 1, 20.0), (1, 2, 40.0)])
    net = made(where, [(0, 2, 61.0), (0, 1, 25.0)], "p")
    found = audit_case(net, ref, Tolerance())
    assert [(row.road, row.reference_km, row.over) for row in found.over] == [
        ("p000--p002", 60.0, ("p001",))
    ]
    # 25 km on the table, 20 in the reference: more than 8 % and 1 km
    assert [(row.road, row.reference_km) for row in found.lengths] == [("p000--p001", 20.0)]
    # 40 km in the reference, 25 + 61 in the network
    assert [(r.a, r.b, r.km, r.network_km, r.via, r.like) for r in found.lacking] == [
        ("p001", "p002", 40.0, 86.0, ("p000",), "p000--p001")
    ]


def test_places_are_tied_along_edges_not_to_nodes() -> None:
    """A place halfway along an edge of 100 km whose nodes are 48 km from it."""
    where = np.array([[0.0, 0.0], [0.0, 0.9]])
    ref = made(where, [(0, 1, 100.0)])
    places = np.array([[0.01, 0.45], [0.5, 0.45], [0.0, 0.9]])
    first, second, third = tie(ref.graph, where, places, 5.0)
    assert first is not None
    assert first.along == pytest.approx(0.5)
    # 0.01 degrees of latitude are 1.112 km
    assert first.off_km == pytest.approx(1.112, abs=1e-3)
    assert second is None
    cells = Cells(ref.graph, [first, None, third])
    net = Graph.build(["a", "b", "c"], [])
    (row,) = lacking(cells, net, 0.04)
    assert (row.pair, row.network_km, row.via) == ((0, 2), np.inf, ())
    assert row.km == pytest.approx(50)


def test_a_place_far_from_its_namesake_in_the_reference_is_told() -> None:
    where = np.array([[30.0, 30.0], [30.0, 31.0]])
    net = made(where + np.array([[0.0, 0.0], [0.1, 0.0]]), [(0, 1, 96.0)])
    found = audit_case(net, made(where, [(0, 1, 96.0)]), Tolerance(near_km=6.0))
    # 0.1 degrees of latitude are 11.12 km
    assert [(row.place, row.km) for row in found.elsewhere] == [("n001", 11.1)]
    assert found.not_audited == ("n001",)


def test_what_cannot_be_audited_is_refused() -> None:
    where = np.array([[30.0, 30.0], [30.0, 31.0]])
    net = made(where, [(0, 1, 96.0)])
    with pytest.raises(BadInputError, match="skip: unknown place 'n02'"):
        audit_case(net, net, Tolerance(), ["n02"])
    with pytest.raises(BadInputError, match="detour"):
        Tolerance(detour=1.0)
    with pytest.raises(BadInputError, match="near"):
        Tolerance(near_km=-1)
