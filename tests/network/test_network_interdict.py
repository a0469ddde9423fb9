"""Interdiction against brute force, the dual program and greedy, on random networks."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, Graph, arcs, residual
from sim.network.arcs import ArcNetwork, Target, targets_of
from sim.network.interdict import Interdiction, greedy
from sim.network.mincuts import minimum_cuts
from sim.network.residual import Residual


def net_of_rows(
    rows: list[tuple[str, str, int]], source: str, sink: str, *, kinds: str = "roads"
) -> ArcNetwork:
    """One-way roads named ``tail->head``; every road of finite capacity is a target."""
    places = {end for row in rows for end in row[:2]}
    graph = Graph.build(places, [(f"{a}->{b}", a, b, 60, 1.0) for a, b, _ in rows])
    capacity = np.zeros((len(rows), 2), dtype=np.int64)
    for a, b, amount in rows:
        r = graph.road_index[f"{a}->{b}"]
        capacity[r, 0] = amount
    limits = np.full(len(places), UNLIMITED)
    ends = [graph.place_index[source], graph.place_index[sink]]
    barred = [Target("place", i) for i in ends]
    if kinds == "places":
        targets = targets_of(graph, capacity, limits, kinds="places", protected=barred)
    else:
        targets = targets_of(graph, capacity, limits, kinds="roads")
    return ArcNetwork.build(graph, capacity, limits, ends[:1], ends[1:], targets=targets)


class Best(NamedTuple):
    flow: int
    sets: set[frozenset[int]]


def random_net(seed: int, most_targets: int = 8) -> ArcNetwork:
    """Directed or not, with ties, zero and unlimited capacities, parallel roads, apart pairs."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 8)), int(rng.integers(1, 12))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    graph = Graph.build(
        [f"p{i}" for i in range(n)],
        [(f"r{r:02}", f"p{a[r]}", f"p{b[r]}", 1, 1.0) for r in range(m)],
    )
    top = int(rng.choice([2, 4, 30, 10**9]))
    roads = np.where(rng.random((m, 2)) < 0.1, UNLIMITED, rng.integers(0, top + 1, (m, 2)))
    direction = rng.integers(3)
    if direction == 0:
        roads[:, 1] = 0
    elif direction == 1:
        roads[:, 1] = roads[:, 0]
    places = np.where(rng.random(n) < 0.6, UNLIMITED, rng.integers(0, top + 1, n))
    order = rng.permutation(n).tolist()
    k = 2 if rng.random() < 0.3 else 1
    sources, sinks = order[:k], order[k : k + 1]
    ends = [Target("place", i) for i in sources + sinks]
    found = targets_of(graph, roads, places, protected=ends)
    kind = rng.integers(3)
    if kind < 2:
        found = tuple(t for t in found if t.kind == ("place", "road")[kind])
    some = sorted(rng.permutation(len(found))[:most_targets].tolist())
    targets = tuple(found[i] for i in some)
    cost = {t: int(rng.integers(1, 4)) for t in targets} if rng.random() < 0.3 else None
    return ArcNetwork.build(graph, roads, places, sources, sinks, targets=targets, cost=cost)


def brute(net: ArcNetwork, budget: int) -> Best:
    """The least flow over all sets within the budget, and its inclusion-minimal sets."""
    flows = {
        frozenset(some): net.residual(some)
        for size in range(len(net.targets) + 1)
        for some in itertools.combinations(range(len(net.targets)), size)
        if int(net.cost[list(some)].sum()) <= budget
    }
    least = min(flows.values())
    sets = {s for s, flow in flows.items() if flow == least}
    return Best(least, {s for s in sets if not any(t < s for t in sets)})


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_prices_brute_force_and_greedy_agree(seed: int) -> None:
    net = random_net(seed)
    solver = Interdiction(net, "lagrange")
    for attack, simple in zip(solver.frontier(3), greedy(net, 3), strict=True):
        best = brute(net, attack.budget)
        assert attack.proven
        assert attack.flow == attack.bound == best.flow == net.residual(attack.removed)
        assert simple.flow == net.residual(simple.removed) >= best.flow
        sets = solver.optimal_sets(attack, 1000)
        assert sets.complete
        if best.flow < UNLIMITED:
            assert {frozenset(s) for s in sets.sets} == best.sets


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_one_budget_alone_is_that_of_the_frontier(seed: int) -> None:
    net = random_net(seed)
    for attack in Interdiction(net).frontier(3):
        alone = Interdiction(net).attack(attack.budget)
        assert alone.proven
        assert alone.flow == attack.flow == net.residual(alone.removed)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_nodes_in_memory_changes_no_answer(seed: int) -> None:
    plain = random_net(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arcs, "MANY_ARCS", 0)
        ordered = random_net(seed)
    flows = [a.flow for a in Interdiction(plain).frontier(2)]
    assert [a.flow for a in Interdiction(ordered).frontier(2)] == flows
    assert minimum_cuts(ordered).cuts == minimum_cuts(plain).cuts
    if flows[0] < UNLIMITED:
        numbers = range(len(plain.targets))
        assert Residual(ordered).losses(numbers) == Residual(plain).losses(numbers)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_dual_program_agrees(seed: int) -> None:
    net = random_net(seed)
    pairs = zip(Interdiction(net, "milp").frontier(3), Interdiction(net).frontier(3), strict=True)
    for program, prices in pairs:
        assert program.proven
        assert program.flow == prices.flow


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_losses_by_repair_are_those_of_fresh_solves(seed: int) -> None:
    net = random_net(seed)
    whole = net.residual(())
    if whole >= UNLIMITED:
        return
    numbers = range(len(net.targets))
    fresh = [whole - net.residual([t]) for t in numbers]
    assert Residual(net).losses(numbers) == fresh
    ranked = sorted((-loss, t) for t, loss in enumerate(fresh) if loss)
    assert Residual(net).top(3) == [(t, -loss) for loss, t in ranked[:3]]
    # A search that may look at nothing hands every target to a fresh solve.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(residual, "_SHARE_SEEN", 10**9)
        assert Residual(net).losses(numbers) == fresh


def test_greedy_is_beaten_and_best_sets_are_not_nested() -> None:
    rows = [
        ("s", "a", 5), ("s", "b", 5), ("a", "m", 5), ("b", "m", 5), ("m", "t", 6),
        ("a", "t", 2), ("b", "t", 2),
    ]  # fmt: skip
    # Whole flow: cut {s->a, s->b} 10, cut {m->t, a->t, b->t} 10. One loss: m->t leaves 4,
    # s->a leaves 5. Two: {s->a, s->b} leaves 0; {m->t, anything} leaves 2.
    small = net_of_rows(rows, "s", "t")
    frontier = Interdiction(small).frontier(2)
    simple = greedy(small, 2)
    assert [a.flow for a in frontier] == [10, 4, 0]
    assert [a.flow for a in simple] == [10, 4, 2]
    names = [{small.name(t) for t in a.removed} for a in frontier]
    assert names[1] == {"m->t"}
    assert names[2] == {"s->a", "s->b"}


def test_an_unlimited_road_is_no_target_and_unlimited_flow_is_said() -> None:
    net = net_of_rows([("s", "a", UNLIMITED), ("a", "t", UNLIMITED), ("s", "t", 4)], "s", "t")
    (attack,) = Interdiction(net).frontier(0)
    assert (attack.flow, attack.proven) == (UNLIMITED, True)
    assert [net.name(t) for t in range(len(net.targets))] == ["s->t"]
    by_place = net_of_rows(
        [("s", "a", UNLIMITED), ("a", "t", UNLIMITED), ("s", "t", 4)], "s", "t", kinds="places"
    )
    assert [a.flow for a in Interdiction(by_place).frontier(1)] == [UNLIMITED, 4]


def test_a_node_limit_hands_over_to_the_program() -> None:
    # Near-equal roads side by side: prices leave a gap; with no cuts allowed for
    # branch and bound the MILP has to close it.
    rng = np.random.default_rng(4)
    rows = []
    for i in range(8):
        rows += [("s", f"a{i}", int(rng.integers(9, 12))), (f"a{i}", "m", 10)]
        rows += [("m", f"b{i}", int(rng.integers(9, 12))), (f"b{i}", "t", 10)]
    net = net_of_rows(rows, "s", "t")
    exact = Interdiction(net, "lagrange").frontier(4)
    handed = Interdiction(net, most_cuts=0).frontier(4)
    assert [a.flow for a in handed] == [a.flow for a in exact]
    assert all(a.proven for a in (*exact, *handed))


def test_costs_out_of_range_and_sums_too_large_are_refused() -> None:
    net = net_of_rows([("s", "t", 4)], "s", "t")
    with pytest.raises(ValueError, match="cost of a target"):
        ArcNetwork.build(
            net.graph, np.array([[4, 0]]), np.full(2, UNLIMITED), [0], [1],
            targets=[Target("road", 0)], cost={Target("road", 0): 0},
        )  # fmt: skip
    with pytest.raises(OverflowError, match="larger unit"):
        ArcNetwork.build(
            net.graph, np.array([[2**60, 0]]), np.full(2, UNLIMITED), [0], [1]
        )  # fmt: skip
    with pytest.raises(ValueError, match="different places"):
        ArcNetwork.build(net.graph, np.array([[4, 0]]), np.full(2, UNLIMITED), [0], [0])
