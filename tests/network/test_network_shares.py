"""Shares of what is wanted: hand-worked cases, exact rationals, and GLOP on random networks.

Two oracles share nothing with the package but the statement of the problem: a simplex in exact
fractions over all simple paths (Bland 1977), and OR-tools' GLOP over arcs. Both find who is
settled at a level by asking how much each want could get for itself, where the package reads it off
its duals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from ortools.linear_solver import pywraplp

from sim.network import UNLIMITED, Graph
from sim.network.graph import IntArray
from sim.network.shares import Asked, Line, Room, SharePlan, Want, share_out, standing
from sim.network.shares.program import Program
from sim.network.shares.proof import prove
from sim.network.shares.settle import settle

TRUCK = 20_000

Way = tuple[str, str, int, int]  # from, to, seconds, capacity each way in standard loads (kg/day)


def network(places: str, ways: Sequence[Way]) -> tuple[Graph, IntArray, IntArray]:
    """The graph, and the capacities of its roads and places (these without limit)."""
    graph = Graph.build(places, [(f"r{i:02}", a, b, s, 1.0) for i, (a, b, s, _) in enumerate(ways)])
    each = np.array([capacity for *_, capacity in ways], dtype=np.int64)
    return graph, np.stack([each, each], axis=1), np.full(len(places), UNLIMITED)


def asked(
    graph: Graph, road: IntArray, place: IntArray, lines: Sequence[tuple[int, dict[int, int]]],
    wants: Sequence[Want],
) -> Asked:  # fmt: skip
    """One room for all lines; each line is its load and what its sources give."""
    made = [
        Line(
            load, road * load // TRUCK, np.where(place < UNLIMITED, place * load // TRUCK, place),
            tuple(supply), np.array(list(supply.values()), dtype=np.int64),
        )
        for load, supply in lines
    ]  # fmt: skip
    return Asked(graph, TRUCK, made, [Room(tuple(range(len(lines))), road, place)], wants)


FREE = UNLIMITED


def test_two_lines_on_one_road_get_the_same_share() -> None:
    graph, road, place = network("ab", [("a", "b", 100, 100_000)])
    lines = [(TRUCK, {0: FREE}), (TRUCK, {0: FREE})]
    plan = share_out(asked(graph, road, place, lines, [Want(0, 1, 80_000), Want(1, 1, 80_000)]))
    assert plan.served == (50_000, 50_000)
    (level,) = plan.levels
    assert (level.level, level.bound, level.gap) == (Fraction(5, 8), Fraction(5, 8), 0)


def test_half_the_load_takes_twice_the_road() -> None:
    # 30 t/day in loads of 20 t and as much again in loads of 10 t take 30 + 60 = 90 of 60 t/day:
    # two thirds of each, 20 + 2 * 20 = 60
    graph, road, place = network("ab", [("a", "b", 100, 60_000)])
    lines = [(TRUCK, {0: FREE}), (10_000, {0: FREE})]
    plan = share_out(asked(graph, road, place, lines, [Want(0, 1, 30_000), Want(1, 1, 30_000)]))
    assert plan.served == (20_000, 20_000)
    assert plan.levels[0].bound == Fraction(2, 3)


def test_the_next_level_is_as_large_as_can_be_too() -> None:
    # a feeds b over 30, and c behind a road of its own of 100: b gets 30 of 60, c all of its 80
    graph, road, place = network("abc", [("a", "b", 10, 30_000), ("a", "c", 10, 100_000)])
    wants = [Want(0, 1, 60_000), Want(0, 2, 80_000)]
    plan = share_out(asked(graph, road, place, [(TRUCK, {0: FREE})], wants))
    assert plan.served == (30_000, 80_000)
    assert [(level.wants, level.level) for level in plan.levels] == [
        ((0,), Fraction(1, 2)), ((1,), Fraction(1)),
    ]  # fmt: skip


def test_with_weights_it_is_share_over_weight() -> None:
    # 100 t/day for 80 and 80, the first of weight 3: shares 3 x and x, 320 x = 100, but no share
    # is above 1: x = 0.3125, 75 and 25
    graph, road, place = network("ab", [("a", "b", 100, 100_000)])
    lines = [(TRUCK, {0: FREE}), (TRUCK, {0: FREE})]
    wants = [Want(0, 1, 80_000, Fraction(3)), Want(1, 1, 80_000)]
    assert share_out(asked(graph, road, place, lines, wants)).served == (75_000, 25_000)
    # of weight 10 it would have 10 x = 1 at x = 0.1, is full; 20 are left
    wants = [Want(0, 1, 80_000, Fraction(10)), Want(1, 1, 80_000)]
    plan = share_out(asked(graph, road, place, lines, wants))
    assert plan.served == (80_000, 20_000)
    assert [level.level for level in plan.levels] == [Fraction(1, 10), Fraction(1, 4)]


def test_refilling_is_served_after_all_need() -> None:
    # need 40 and 40 of 100; of the 20 left 10 each, of 60 and 30: at 2/9 it would be 13.3 and 6.7
    graph, road, place = network("ab", [("a", "b", 100, 100_000)])
    lines = [(TRUCK, {0: FREE}), (TRUCK, {0: FREE})]
    wants = [Want(0, 1, 40_000), Want(1, 1, 40_000),
             Want(0, 1, 60_000, rank=1), Want(1, 1, 30_000, rank=1)]  # fmt: skip
    plan = share_out(asked(graph, road, place, lines, wants))
    assert plan.served == (40_000, 40_000, 13_333, 6_666)  # 20 / 90 of each, rounded down
    need, refill = plan.levels
    assert (need.rank, need.level, need.bound) == (0, 1, 1)
    assert (refill.rank, refill.bound) == (1, Fraction(2, 9))
    assert 0 < refill.gap < Fraction(1, 30_000)


def test_what_need_uses_up_is_nothing_for_refilling_and_leaves_the_rest_of_it() -> None:
    # the road to b holds half of its need, that to c its need of 40 and all of its refill of 10:
    # what is left of b's is a level of its own, and does not hold c at it
    graph, road, place = network("abc", [("a", "b", 10, 30_000), ("a", "c", 10, 60_000)])
    wants = [Want(0, 1, 60_000), Want(0, 2, 40_000),
             Want(0, 1, 20_000, rank=1), Want(0, 2, 10_000, rank=1)]  # fmt: skip
    plan = share_out(asked(graph, road, place, [(TRUCK, {0: FREE})], wants))
    assert plan.served == (30_000, 40_000, 0, 10_000)
    assert [(level.rank, level.wants, level.bound) for level in plan.levels] == [
        (0, (0,), Fraction(1, 2)), (0, (1,), 1), (1, (2,), 0), (1, (3,), 1),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_what_need_gets_may_be_known_before(seed: int) -> None:
    case = random_case(seed, places=6, ways=4, lines=2, size=1_000)
    plan, again = share_out(case), share_out(case, standing(case.up_to(0)))
    assert (again.served, again.levels) == (plan.served, plan.levels)
    for line, of in zip(again.lines, plan.lines, strict=True):
        assert line.routes == of.routes


def test_what_no_way_leads_to_gets_nothing_and_takes_nothing() -> None:
    graph, road, place = network("abc", [("a", "b", 10, 30_000), ("a", "c", 10, 0)])
    wants = [Want(0, 1, 60_000), Want(0, 2, 80_000)]
    plan = share_out(asked(graph, road, place, [(TRUCK, {0: FREE})], wants))
    assert plan.served == (30_000, 0)
    assert [(level.wants, level.level, level.bound) for level in plan.levels] == [
        ((1,), 0, 0), ((0,), Fraction(1, 2), Fraction(1, 2)),
    ]  # fmt: skip
    nothing = share_out(asked(graph, 0 * road, place, [(TRUCK, {0: FREE})], wants))
    assert (nothing.served, nothing.lines[0].value, nothing.lines[0].routes) == ((0, 0), 0, ())


def test_places_and_sources_bind_as_roads_do() -> None:
    # all starts at a, which passes 50; and the source of the second line gives 10
    graph, road, place = network("ab", [("a", "b", 100, 100_000)])
    place[0] = 50_000
    lines = [(TRUCK, {0: FREE}), (TRUCK, {0: 10_000})]
    wants = [Want(0, 1, 80_000), Want(1, 1, 80_000)]
    plan = share_out(asked(graph, road, place, lines, wants))
    assert plan.served == (40_000, 10_000)


def test_at_the_shares_it_is_the_plan_of_least_time() -> None:
    # three ways of 100, 300 and (over c) 500 s, of 50 t/day each, for 80 + 80
    graph, road, place = network(
        "abc", [("a", "b", 100, 50_000), ("a", "b", 300, 50_000), ("a", "c", 250, 50_000),
                ("c", "b", 250, 50_000)],
    )  # fmt: skip
    lines = [(TRUCK, {0: FREE}), (TRUCK, {0: FREE})]
    plan = share_out(asked(graph, road, place, lines, [Want(0, 1, 80_000), Want(1, 1, 80_000)]))
    assert plan.served == (75_000, 75_000)  # all three ways are full: 150 of 160
    # equal in time whoever goes where, so the first line takes the first road, and of the rest the
    # second one before the way over c
    assert plan.lines[0].road_flow[:, 0].tolist() == [50_000, 25_000, 0, 0]
    assert plan.lines[1].road_flow[:, 0].tolist() == [0, 25_000, 50_000, 50_000]


def test_what_cannot_be_asked_is_refused() -> None:
    graph, road, place = network("ab", [("a", "b", 100, 100_000)])
    with pytest.raises(ValueError, match="above 0"):
        asked(graph, road, place, [(TRUCK, {0: FREE})], [Want(0, 1, 0)])
    with pytest.raises(ValueError, match="order of its ranks"):
        asked(graph, road, place, [(TRUCK, {0: FREE})], [Want(0, 1, 5, rank=1), Want(0, 1, 5)])
    with pytest.raises(ValueError, match="source"):
        asked(graph, road, place, [(TRUCK, {0: FREE})], [Want(0, 0, 5)])


# --- oracles ------------------------------------------------------------------------------------

Amounts = dict[int, Fraction]
Best = Callable[[Amounts, Amounts], Fraction]
"""The greatest t such that each want gets its floor, and t times what it is raised by (kg/day)."""


def lexicographic(case: Asked, best: Best, near: Fraction) -> list[Fraction]:
    """What each want gets (kg/day): level by level, each want asked how far it could be raised."""
    floors: Amounts = {}
    for rank in sorted({want.rank for want in case.wants}):
        active = [i for i, want in enumerate(case.wants) if want.rank == rank]
        while active:
            full = {i: case.wants[i].kg_per_day * case.wants[i].weight for i in active}
            level = best(floors, full)
            at = {i: level * kg for i, kg in full.items()}
            stuck = [i for i in active if best(floors | at, {i: Fraction(1)}) <= at[i] + near]
            assert stuck
            floors |= {i: at[i] for i in stuck}
            active = [i for i in active if i not in stuck]
    return [floors[i] for i in range(len(case.wants))]


def simplex(
    rows: list[list[Fraction]], most: list[Fraction], gain: list[Fraction]
) -> tuple[Fraction, list[Fraction]]:
    """The greatest gain . x with rows . x <= most (0 or more) and x >= 0, and x (Bland 1977)."""
    m, n = len(rows), len(gain)
    table = [
        [*row, *(Fraction(int(i == j)) for j in range(m)), most[i]] for i, row in enumerate(rows)
    ]
    cost = [*(-g for g in gain), *[Fraction(0)] * (m + 1)]
    basis = list(range(n, n + m))
    while (enter := next((j for j in range(n + m) if cost[j] < 0), None)) is not None:
        _, _, out = min(
            (row[-1] / row[enter], basis[i], i) for i, row in enumerate(table) if row[enter] > 0
        )
        basis[out] = enter
        pivot = table[out] = [value / table[out][enter] for value in table[out]]
        for row in (*(r for r in table if r is not pivot), cost):
            if factor := row[enter]:
                row[:] = [value - factor * p for value, p in zip(row, pivot, strict=True)]
    found = [Fraction(0)] * (n + m)
    for column, row in zip(basis, table, strict=True):
        found[column] = row[-1]
    return cost[-1], found[:n]


Path = tuple[int, ...]  # the flat ways (2 * road + direction) of a path, in order


def paths_of(case: Asked, want: Want) -> list[tuple[int, Path]]:
    """All simple paths (first place, ways) over open ways from a source of its line to a want."""
    graph, line = case.graph, case.lines[want.line]
    found, begun = [], [(s, (s,), ()) for s in line.sources]
    while begun:
        first, places, ways = begun.pop()
        if places[-1] == want.place:
            found.append((first, ways))
            continue
        for other, flat in graph.neighbours[places[-1]]:
            if other not in places and line.road.ravel()[flat]:
                begun.append((first, (*places, other), (*ways, flat)))
    return found


class Statement(NamedTuple):
    """The problem over all simple paths: rows . amounts <= most; ``got`` counts by want."""

    paths: list[tuple[int, int, Path]]  # want, first place, ways
    rows: list[list[Fraction]]
    most: list[Fraction]
    got: list[list[Fraction]]


def statement(case: Asked) -> Statement:
    paths = [(i, *path) for i, want in enumerate(case.wants) for path in paths_of(case, want)]
    rows: list[list[Fraction]] = []
    most: list[Fraction] = []

    def limit(
        capacity: int, by_line: dict[int, Fraction], uses: Callable[[int, Path], bool]
    ) -> None:
        row = [
            by_line.get(case.wants[i].line, Fraction(0)) * uses(first, ways)
            for i, first, ways in paths
        ]
        if capacity < UNLIMITED and any(row):
            rows.append(row)
            most.append(Fraction(capacity))

    alone = [({n: Fraction(1)}, line.road, line.place) for n, line in enumerate(case.lines)]
    shared = [
        ({n: Fraction(TRUCK, case.lines[n].load) for n in room.lines}, room.road, room.place)
        for room in case.rooms
    ]
    head = np.stack([case.graph.b, case.graph.a], axis=1).ravel()
    for by_line, road, place in (*alone, *shared):
        for flat, capacity in enumerate(road.ravel().tolist()):
            limit(capacity, by_line, lambda _, ways, flat=flat: flat in ways)
        for p, capacity in enumerate(place.tolist()):
            limit(capacity, by_line,
                  lambda first, ways, p=p: first == p or p in head[list(ways)])  # fmt: skip
    for n, line in enumerate(case.lines):
        for source, supply in zip(line.sources, line.supply.tolist(), strict=True):
            limit(supply, {n: Fraction(1)}, lambda first, _, source=source: first == source)
    got = [[Fraction(int(of == i)) for of, *_ in paths] for i in range(len(case.wants))]
    rows += got
    most += [Fraction(want.kg_per_day) for want in case.wants]
    return Statement(paths, rows, most, got)


def exact(case: Asked) -> list[Fraction]:
    """What each want gets, by the simplex over all simple paths."""
    paths, rows, most, got = statement(case)

    def best(floors: Amounts, raised: Amounts) -> Fraction:
        # after the paths stands t, then what counts of each floor: a kg of it is worth more than
        # any t, so that floors are reached first
        n, tall = len(paths), [*floors]
        wide = [[*row, *[Fraction(0)] * (1 + len(tall))] for row in rows]
        ends = list(most)
        for i, by in raised.items():
            wide.append([*(-g for g in got[i]), by, *[Fraction(0)] * len(tall)])
            ends.append(Fraction(0))
        for k, i in enumerate(tall):
            counts = [Fraction(int(k == j)) for j in range(len(tall))]
            wide += [[*(-g for g in got[i]), Fraction(0), *counts],
                     [*[Fraction(0)] * (n + 1), *counts]]  # fmt: skip
            ends += [Fraction(0), floors[i]]
        gain = [*[Fraction(0)] * n, Fraction(1), *[Fraction(10**15)] * len(tall)]
        return simplex(wide, ends, gain)[0] - 10**15 * sum(floors.values(), Fraction(0))

    return lexicographic(case, best, Fraction(0))


def exact_columns(case: Asked, amounts: Sequence[Fraction]) -> list[Fraction]:
    """What the columns carry (kg/day) in the first of the plans of least time with these amounts.

    By one sum of all that counts, each a great many times what counts less.
    """
    paths, rows, most, _ = statement(case)
    uses: list[set[int]] = []
    for i, first, ways in paths:
        number = case.wants[i].line
        line, columns = case.lines[number], case.columns[number]
        flat = columns.flat.tolist()
        start = columns.sources[line.sources.index(first)]
        uses.append({start, *(columns.ways[flat.index(way)] for way in ways)})
    much, last = 10**9, case.first_want
    gain = [
        Fraction(much ** (last + 3))
        - sum(int(case.graph.seconds[way >> 1]) for way in ways) * much**last
        + sum((Fraction(much ** (last - 1 - c)) for c in used), Fraction(0))
        for (_, _, ways), used in zip(paths, uses, strict=True)
    ]
    limits = [*most[: -len(case.wants)], *amounts]
    _, carried = simplex(rows, limits, gain)
    return [
        sum((kg for kg, used in zip(carried, uses, strict=True) if c in used), Fraction(0))
        for c in range(last)
    ]


def by_glop(case: Asked) -> list[Fraction]:
    """What each want gets, by OR-tools' GLOP over arcs; in units of 10^8 kg/day."""
    graph, unit = case.graph, 10**8
    head = np.stack([graph.b, graph.a], axis=1).ravel().tolist()

    def best(floors: Amounts, raised: Amounts) -> Fraction:
        solver = pywraplp.Solver.CreateSolver("GLOP")
        ways = [[solver.NumVar(0, c / unit, "") for c in line.road.ravel().tolist()]
                for line in case.lines]  # fmt: skip
        sent = [[solver.NumVar(0, min(c, 10**12) / unit, "") for c in line.supply.tolist()]
                for line in case.lines]  # fmt: skip
        got = [solver.NumVar(0, want.kg_per_day / unit, "") for want in case.wants]
        enters = []
        for n, line in enumerate(case.lines):
            begins = [sum(v for v, s in zip(sent[n], line.sources, strict=True) if s == p)
                      for p in range(len(graph.places))]  # fmt: skip
            enters.append([
                begins[p] + sum(ways[n][f] for f, end in enumerate(head) if end == p)
                for p in range(len(graph.places))
            ])  # fmt: skip
            for p in range(len(graph.places)):
                leaves = sum(ways[n][f] for f in range(len(head)) if head[f ^ 1] == p)
                ends = sum(got[i] for i, w in enumerate(case.wants) if (w.line, w.place) == (n, p))
                solver.Add(enters[n][p] == leaves + ends)
                if line.place[p] < UNLIMITED:
                    solver.Add(enters[n][p] <= int(line.place[p]) / unit)
        for room in case.rooms:
            trucks = {n: TRUCK / case.lines[n].load for n in room.lines}
            for flat, capacity in enumerate(room.road.ravel().tolist()):
                solver.Add(sum(t * ways[n][flat] for n, t in trucks.items()) <= capacity / unit)
            for p, capacity in enumerate(room.place.tolist()):
                if capacity < UNLIMITED:
                    solver.Add(sum(t * enters[n][p] for n, t in trucks.items()) <= capacity / unit)
        t, top = solver.NumVar(0, solver.infinity(), ""), max(raised.values())
        for i, by in raised.items():
            solver.Add(t * float(by / top) <= got[i])
        solver.Maximize(t)
        # at a level that is reached there is no room inside: floors are a hair lower, if need be
        for loose in (1e-9, 1e-8, 1e-7):
            for i, kg in floors.items():
                got[i].SetLb(float(kg) / unit * (1 - loose))
            if solver.Solve() == pywraplp.Solver.OPTIMAL:
                return Fraction(t.solution_value()) * unit / top
        raise AssertionError("GLOP finds no optimum")

    return lexicographic(case, best, Fraction(100))


def random_case(seed: int, places: int, ways: int, lines: int, size: int) -> Asked:
    """A network with ``lines`` of various loads; capacities are multiples of ``size``."""
    luck = np.random.default_rng(seed)
    names = "abcdefghijklmnop"[:places]
    pairs = [tuple(sorted(luck.choice(list(names), 2, replace=False))) for _ in range(ways)]
    pairs += list(pairwise(names))
    graph, road, place = network(
        names,
        [(a, b, int(luck.integers(1, 5)) * 100, int(luck.integers(1, 9)) * size) for a, b in pairs],
    )
    place[luck.random(places) < 0.3] = int(luck.integers(4, 12)) * size
    of_lines, wants = [], []
    for n in range(lines):
        order = luck.permutation(places).tolist()
        supply = {p: int(luck.integers(1, 12)) * size if luck.random() < 0.5 else FREE
                  for p in order[: int(luck.integers(1, 3))]}  # fmt: skip
        of_lines.append((int(luck.choice([TRUCK, 10_000, 15_000])), supply))
        for p in order[2 : 2 + int(luck.integers(1, 4))]:
            weight = Fraction(int(luck.integers(1, 4)))
            wants.append(Want(n, p, int(luck.integers(1, 9)) * size, weight))
            if luck.random() < 0.3:
                wants.append(Want(n, p, int(luck.integers(1, 9)) * size, weight, rank=1))
    wants.sort(key=lambda want: want.rank)
    return asked(graph, road, place, of_lines, wants)


def check(case: Asked, plan: SharePlan) -> None:
    """That a plan keeps within all limits in whole numbers, and each level within its bound."""
    for room in case.rooms:
        trucks = {n: Fraction(TRUCK, case.lines[n].load) for n in room.lines}
        for flat, capacity in enumerate(room.road.ravel().tolist()):
            used = sum(int(plan.lines[n].road_flow.ravel()[flat]) * t for n, t in trucks.items())
            assert used <= capacity
        for p, capacity in enumerate(room.place.tolist()):
            used = sum(int(plan.lines[n].place_flow[p]) * t for n, t in trucks.items())
            assert used <= capacity
    for line, of in zip(plan.lines, case.lines, strict=True):
        assert (line.road_flow <= of.road).all()
        assert (line.place_flow <= of.place).all()
        for source, supply in zip(of.sources, of.supply.tolist(), strict=True):
            assert sum(r.rate for r in line.routes if r.source == source) <= supply
        assert sum(r.rate for r in line.routes) == line.value
    settled = sorted(i for level in plan.levels for i in level.wants)
    assert settled == list(range(len(case.wants)))
    assert all(level.gap >= 0 for level in plan.levels)


SEEDS = [*range(16), *(pytest.param(s, marks=pytest.mark.slow) for s in range(16, 300))]
"""The first few in each run of the tests, hundreds in the slow ones."""


@pytest.mark.parametrize("seed", SEEDS[:100])
def test_shares_are_those_of_an_exact_simplex(seed: int) -> None:
    case = random_case(seed, places=4, ways=2, lines=2, size=1_000)
    plan = share_out(case)
    check(case, plan)
    true = exact(case)
    for i, (kg, best) in enumerate(zip(plan.served, true, strict=True)):
        line = plan.lines[case.wants[i].line]
        lost = sum(route.sink == case.wants[i].place for route in line.routes) + 1
        assert best - lost < kg <= best + lost
    # the first level of all has no others to be kept: its bound is the exact level itself
    first = plan.levels[0]
    assert first.bound == min(
        kg / want.kg_per_day / want.weight
        for kg, want in zip(true, case.wants, strict=True)
        if want.rank == first.rank
    )


@pytest.mark.parametrize("seed", SEEDS[:100])
def test_of_plans_of_least_time_it_is_the_first_by_the_rule(seed: int) -> None:
    case = random_case(seed, places=4, ways=2, lines=2, size=1_000)
    amounts = exact(case)
    if any(amounts):
        columns = settle(Program(case), amounts)
        true = [float(kg) for kg in exact_columns(case, amounts)]
        assert columns[: case.first_want].tolist() == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_are_those_of_glop(seed: int) -> None:
    # in kg/day of some 10^9, so that whole kg of a few routes are no millionth of a share
    case = random_case(seed, places=8, ways=6, lines=2 + seed % 2, size=10**8 + 7)
    plan = share_out(case)
    check(case, plan)
    for want, kg, best in zip(case.wants, plan.served, by_glop(case), strict=True):
        assert kg / want.kg_per_day == pytest.approx(float(best) / want.kg_per_day, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_lengths_no_plan_is_above_the_bound(seed: int) -> None:
    case = random_case(seed, places=6, ways=4, lines=2, size=1_000)
    plan, luck = share_out(case), np.random.default_rng(seed)
    active = [i for i, want in enumerate(case.wants) if case.served[i] and not want.rank]
    least = min(Fraction(plan.served[i], case.wants[i].kg_per_day) / case.wants[i].weight
                for i in active)  # fmt: skip
    for _ in range(5):
        worth = luck.random(len(case.limits)) * (luck.random(len(case.limits)) < 0.3)
        assert prove(case, worth).bound(case.wants, active, {}) >= least
