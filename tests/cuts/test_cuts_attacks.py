"""Longest delay, best hold, uncertain and joint attacks against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, UNREACHABLE, Graph
from sim.network.arcs import ArcNetwork, Target, targets_of
from sim.network.defend import chance_attack, expected_bounds, expected_flow, fortify
from sim.network.delay import DelayInterdiction
from sim.network.joint import joint_frontier


def random_graph(seed: int) -> tuple[Graph, np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 7)), int(rng.integers(2, 10))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [(f"r{r:02}", f"p{a[r]}", f"p{b[r]}", int(rng.integers(1, 6)), 1.0) for r in range(m)],
    )  # fmt: skip
    roads = rng.integers(0, 8, (m, 2))
    places = np.where(rng.random(n) < 0.7, UNLIMITED, rng.integers(1, 8, n))
    return graph, roads, places, rng


def random_net(seed: int, most: int = 6) -> ArcNetwork:
    graph, roads, places, rng = random_graph(seed)
    ends = [Target("place", 0), Target("place", 1)]
    found = targets_of(graph, roads, places, protected=ends)
    some = sorted(rng.permutation(len(found))[:most].tolist())
    targets = tuple(found[i] for i in some)
    return ArcNetwork.build(graph, roads, places, [0], [1], targets=targets)


def subsets(count: int, most: int) -> list[tuple[int, ...]]:
    return [c for k in range(most + 1) for c in itertools.combinations(range(count), k)]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 1, 3]))
def test_longest_delay(seed: int, delay: int | None) -> None:
    graph, roads, places, rng = random_graph(seed)
    kinds = [Target("road", r) for r in range(len(graph.roads))]
    if delay is None:
        kinds += [Target("place", p) for p in range(2, len(graph.places))]
    targets = [kinds[i] for i in sorted(rng.permutation(len(kinds))[:7].tolist())]
    problem = DelayInterdiction(
        graph, roads > 0, places > 0, [0], [1], targets, delay=delay
    )  # fmt: skip
    for attack in problem.frontier(3):
        longest = max(problem.route(s)[0] for s in subsets(len(targets), attack.budget))
        assert attack.proven
        assert attack.seconds == longest == problem.route(attack.removed)[0]


def test_pyomo_gallery_shortest_path() -> None:
    # PyomoGallery, network_interdiction/shortest_path (Sandia, BSD): 5, 17, then cut off.
    rows = [
        ("Start", "B", 10), ("Start", "C", 2), ("C", "B", 2), ("B", "End", 1), ("C", "D", 7),
        ("D", "End", 8),
    ]  # fmt: skip
    graph = Graph.build(
        ["Start", "B", "C", "D", "End"], [(f"{a}->{b}", a, b, s, 1.0) for a, b, s in rows]
    )
    one_way = np.zeros((6, 2), dtype=bool)
    for a, b, _ in rows:
        road = graph.road_index[f"{a}->{b}"]
        one_way[road, 0] = True
    ends = [graph.place_index["Start"]], [graph.place_index["End"]]
    targets = [Target("road", r) for r in range(6)]
    problem = DelayInterdiction(graph, one_way, np.ones(5, bool), *ends, targets)
    frontier = problem.frontier(2)
    assert [a.seconds for a in frontier] == [5, 17, UNREACHABLE]
    assert [graph.roads[t] for t in frontier[1].removed] == ["B->End"]


def test_a_limit_of_routes_leaves_bounds() -> None:
    # Ten ways side by side of 1, 2, ... seconds: k losses leave the way of k + 1 seconds.
    rows = [(f"r{i}", "s", "t", i + 1, 1.0) for i in range(10)]
    graph = Graph.build(["s", "t"], rows)
    targets = [Target("road", r) for r in range(10)]
    masks = np.ones((10, 2), bool), np.ones(2, bool)
    exact = DelayInterdiction(graph, *masks, [0], [1], targets).frontier(4)[4]
    assert (exact.seconds, exact.proven) == (5, True)
    cut_short = DelayInterdiction(graph, *masks, [0], [1], targets, most_routes=3).frontier(4)[4]
    assert not cut_short.proven
    assert cut_short.seconds <= 5 <= cut_short.bound
    with pytest.raises(ValueError, match="only roads"):
        DelayInterdiction(graph, *masks, [0], [1], [Target("place", 0)], delay=3)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.integers(1, 2))
def test_best_hold(seed: int, hold: int, attack: int) -> None:
    net = random_net(seed)
    count = len(net.targets)

    def worst(held: tuple[int, ...]) -> int:
        return min(net.residual(s) for s in subsets(count, attack) if not set(s) & set(held))

    found = fortify(net, hold, attack)
    best = max(worst(held) for held in subsets(count, hold))
    assert found.proven
    assert len(found.held) <= hold
    assert found.flow == found.bound == best == worst(found.held) == net.residual(found.attack)
    short = fortify(net, hold, attack, most_attacks=1)
    assert short.flow <= best <= short.bound


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_uncertain_attack(seed: int) -> None:
    net = random_net(seed, 5)
    chance = np.random.default_rng(seed).choice([0.25, 0.5, 1.0], len(net.targets))
    for budget in (1, 2):
        found = chance_attack(net, budget, chance)
        best = min(expected_flow(net, s, chance) for s in subsets(len(net.targets), budget))
        assert found.proven
        assert found.expected == pytest.approx(best)
    everything = tuple(range(len(net.targets)))
    low, high = expected_bounds(net, everything, chance)
    assert low - 1e-6 <= expected_flow(net, everything, chance) <= high + 1e-6


def test_expected_flow_in_closed_form() -> None:
    # Two roads of 10 side by side, lost with 1/2 and 1/4: 10 * 1/2 + 10 * 3/4.
    graph = Graph.build("st", [("x", "s", "t", 1, 1.0), ("y", "s", "t", 1, 1.0)])
    roads = np.full((2, 2), 10)
    net = ArcNetwork.build(
        graph, roads, np.full(2, UNLIMITED), [0], [1],
        targets=[Target("road", 0), Target("road", 1)],
    )  # fmt: skip
    chance = np.array([0.5, 0.25])
    assert expected_flow(net, (0, 1), chance) == 12.5
    attack = chance_attack(net, 1, chance)
    assert (attack.expected, attack.removed, attack.proven) == (15, (0,), True)
    with pytest.raises(ValueError, match="expected_bounds"):
        expected_flow(net, range(13), np.full(13, 0.5))


def test_too_many_uncertain_losses_to_sum_are_bounded() -> None:
    # 13 roads of 10 side by side, each lost with 1/2: the flow is the sum of what is left, so
    # both bounds of the loss of all are the truth, 13 * 10 * 1/2
    roads = [(f"r{i}", "s", "t", 1, 1.0) for i in range(13)]
    graph = Graph.build("st", roads)
    net = ArcNetwork.build(
        graph, np.full((13, 2), 10), np.full(2, UNLIMITED), [0], [1],
        targets=[Target("road", i) for i in range(13)],
    )  # fmt: skip
    attack = chance_attack(net, 13, np.full(13, 0.5))
    assert (attack.expected, attack.removed) == (65, tuple(range(13)))
    assert attack.proven
    assert not attack.exact
    # one less is summed: 10 + 12 * 10 * 1/2
    fewer = chance_attack(net, 12, np.full(13, 0.5))
    assert (fewer.expected, fewer.proven, fewer.exact) == (70, True, True)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_several_axes_at_once(seed: int) -> None:
    graph, roads, places, rng = random_graph(seed)
    ends = [Target("place", i) for i in range(3)]
    targets = targets_of(graph, roads, places, protected=ends)[:7]
    nets = [
        ArcNetwork.build(graph, roads, places, [0], [1], targets=targets),
        ArcNetwork.build(graph, roads, places, [1], [2], targets=targets),
    ]
    weights = [1, int(rng.integers(1, 4))]
    for attack in joint_frontier(nets, weights, 2):
        best = min(
            sum(w * net.residual(s) for w, net in zip(weights, nets, strict=True))
            for s in subsets(len(targets), attack.budget)
        )
        assert attack.proven
        assert attack.total == best
        assert attack.flows == tuple(net.residual(attack.removed) for net in nets)
