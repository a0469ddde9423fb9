"""What lies near what, among few points and many: scipy's trees, and graphs of networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Voronoi, cKDTree

from sim.view.map import near
from sim.view.map.fronts import _ridges

SPOTS = np.array([(0.0, 0.0), (3.0, 4.0), (3.0, 4.5), (100.0, 0.0)])


@pytest.fixture(params=[near.FEW, 0], ids=["few", "many"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "FEW", request.param)


@pytest.mark.usefixtures("either")
def test_gaps_are_to_the_nearest() -> None:
    # 3, 4, 5; half a pixel between two; from (100, 0) to (3, 4.5) it is farther than to (3, 4)
    assert near.gaps(SPOTS[:1], SPOTS[1:]) == pytest.approx([5.0])
    assert near.gaps_within(SPOTS) == pytest.approx([5.0, 0.5, 0.5, np.hypot(97, 4)])


@pytest.mark.usefixtures("either")
def test_pairs_are_those_in_reach_the_bound_included() -> None:
    first, second = near.pairs(SPOTS, SPOTS[1:3], 5.0)
    # (0, 0) is 5 from (3, 4) and 5.4 from (3, 4.5); of those two each is near both
    assert {*zip(first.tolist(), second.tolist(), strict=True)} == {
        (0, 0), (1, 0), (1, 1), (2, 0), (2, 1)
    }  # fmt: skip
    assert not len(near.pairs(SPOTS[:0], SPOTS, 5.0)[0])
    assert not len(near.pairs(SPOTS, SPOTS[:0], 5.0)[0])


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.integers(2, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39))))
def test_groups_are_the_parts_of_a_graph(count: int, joined: list[tuple[int, int]]) -> None:
    ends = np.array([(a, b) for a, b in joined if max(a, b) < count], dtype=np.intp).reshape(-1, 2)
    graph = nx.Graph(ends.tolist())
    parts = sorted(sorted(part) for part in nx.connected_components(graph) if len(part) > 1)
    assert [one.tolist() for one in near.groups(count, *ends.T)] == parts


def test_a_long_chain_is_one_group() -> None:
    order = np.random.default_rng(1).permutation(5000)
    assert [len(one) for one in near.groups(5000, order[:-1], order[1:])] == [5000]


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_those_of_a_tree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, others = rng.uniform(0, 900, (300, 2)), rng.uniform(0, 900, (200, 2))
    assert near.gaps(points, others) == pytest.approx(cKDTree(others).query(points)[0])
    found = near.pairs(points, others, 30.0)
    within = cKDTree(points).sparse_distance_matrix(cKDTree(others), 30.0, output_type="ndarray")
    assert sorted(zip(*found, strict=True)) == sorted(zip(within["i"], within["j"], strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_edges_between_points_are_those_of_scipy(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 1000, (60, 2))
    diagram = Voronoi(points)
    theirs = {
        frozenset(pair): np.sort(diagram.vertices[ends], axis=0)
        for pair, ends in zip(diagram.ridge_points.tolist(), diagram.ridge_vertices, strict=True)
        if min(ends) >= 0
    }
    between, ends = _ridges(points)
    ours = {
        frozenset(pair): np.sort(line, axis=0)
        for pair, line in zip(between.T.tolist(), ends, strict=True)
    }
    assert ours.keys() == theirs.keys()
    for pair, line in ours.items():
        assert line == pytest.approx(theirs[pair], rel=1e-6, abs=1e-6)


def test_points_on_one_circle_have_edges_to_its_middle() -> None:
    raster = np.array([(x, y) for x in range(4) for y in range(4)], dtype=float)
    between, ends = _ridges(raster)
    neighbours = np.hypot(*(raster[between[0]] - raster[between[1]]).T) == 1
    # each way 3 x 4 pairs of neighbours, of which 3 x 2 lie at no side of it: edges of length 1
    inner = np.hypot(*(ends[:, 0] - ends[:, 1]).T)[neighbours]
    assert sorted(inner) == pytest.approx([1.0] * 12)
    # the diagonals, one in each of nine squares, have no length
    assert np.hypot(*(ends[:, 0] - ends[:, 1]).T)[~neighbours] == pytest.approx([0.0] * 9, abs=1e-9)
