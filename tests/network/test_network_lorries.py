"""Plans that lorries can drive: hand-worked cases, an exact simplex over paths, and properties."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from sim.network import UNLIMITED, FlowProblem, Graph, times_to
from sim.network.flow import Prices
from sim.network.graph import IntArray
from sim.network.lorries import Hauled, Lorries, haul, taken

HOUR = 3600
FREE = np.array([UNLIMITED])


def fork() -> FlowProblem:
    """From s a town n (near) an hour off, and f (far) three hours off, on roads of their own."""
    graph = Graph.build("snf", [("a", "s", "n", HOUR, 40.0), ("b", "s", "f", 3 * HOUR, 120.0)])
    place = graph.place_index
    return FlowProblem(graph, [place["s"]], [place["n"], place["f"]])


def rest_of(problem: FlowProblem, road: IntArray, place: IntArray, handling: int = 0) -> IntArray:
    """The fastest way back and the handling (s) by source and sink, -1 where there is none."""
    rest = np.full((len(problem.sources), len(problem.sinks)), -1, dtype=np.int64)
    for i, source in enumerate(problem.sources):
        times = times_to(problem.graph, road > 0, place > 0, [source])
        for j, sink in enumerate(problem.sinks):
            if times.reaches(sink):
                rest[i, j] = times.seconds[sink] + handling
    return rest


def test_the_near_town_first_and_what_one_more_lorry_brings() -> None:
    # 10 lorries of 10 t, 8 hours a day: 800 t * h. A tour to the near town takes 1 + 1 + 2 = 4 h,
    # to the far one 3 + 3 + 2 = 8 h. Near 100 t/day takes 400, and 400 / 8 = 50 t/day go far.
    # One more lorry has 80 t * h: 10 t/day more go far.
    problem = fork()
    road, place = np.full((2, 2), 500_000), np.full(3, UNLIMITED)
    demand = np.array([100_000, 90_000])
    rest = rest_of(problem, road, place, 2 * HOUR)
    brings = {3: 60_000, 10: 150_000, 11: 160_000, 14: 190_000, 20: 190_000}
    for lorries, kg in brings.items():
        room = lorries * 10_000 * 8 * HOUR
        found = haul(problem, road, place, FREE, demand, Lorries(rest, room))
        assert (found.plan.value, found.bound) == (kg, Fraction(kg))
        used = taken(problem, found.plan.routes, rest)
        assert used is not None
        assert used <= room
    assert haul(problem, road, place, FREE, demand, Lorries(rest, 0)).plan.value == 0


def test_the_way_back_counts_by_both_of_its_ends() -> None:
    # t is an hour from each of two sources; back to x leads the road, back to y (one-way) a detour
    # of 3 h. So all comes from x, of 2 h a tour: 240 t * h / 2 = 120. Where x gives 50 t/day they
    # take 100, and the other 140 bring 35 from y (4 h a tour).
    graph = Graph.build(
        "txy",
        [("1", "x", "t", HOUR, 1.0), ("2", "y", "t", HOUR, 1.0), ("3", "t", "y", 3 * HOUR, 1.0)],
    )
    t, x, y = (graph.place_index[p] for p in "txy")
    road = np.full((3, 2), 500_000)
    road[1, int(graph.a[1] == y)] = 0  # from t to y
    problem, place = FlowProblem(graph, [x, y], [t]), np.full(3, UNLIMITED)
    rest = rest_of(problem, road, place)
    assert rest.tolist() == [[HOUR], [3 * HOUR]]
    lorries, demand = Lorries(rest, 240_000 * HOUR), np.array([500_000])
    free = haul(problem, road, place, np.array([UNLIMITED] * 2), demand, lorries)
    assert [(r.source, r.rate) for r in free.plan.routes] == [(x, 120_000)]
    some = haul(problem, road, place, np.array([50_000, UNLIMITED]), demand, lorries)
    assert [(r.source, r.rate) for r in some.plan.routes] == [(x, 50_000), (y, 35_000)]
    # without a way back nothing can go there
    road[2] = 0
    lost = Lorries(rest_of(problem, road, place), 240_000 * HOUR)
    assert lost.rest.tolist() == [[HOUR], [-1]]
    assert haul(problem, road, place, np.array([0, UNLIMITED]), demand, lost).plan.value == 0


def test_of_plans_that_bring_as_much_the_one_of_least_time_or_price() -> None:
    # two ways of 100 t/day from s to t, 1 h straight and 2 h over v; the roads of the second cost
    # less. Lorries for 60 t/day, by whichever: back it is an hour always, 2 or 3 h a tour.
    graph = Graph.build(
        "stv", [("1", "s", "t", HOUR, 1.0), ("2", "s", "v", HOUR, 1.0), ("3", "v", "t", HOUR, 1.0)]
    )
    s, t = graph.place_index["s"], graph.place_index["t"]
    road, place, demand = np.full((3, 2), 100_000), np.full(3, UNLIMITED), np.array([60_000])
    fast = FlowProblem(graph, [s], [t])
    lorries = Lorries(rest_of(fast, road, place), 180_000 * HOUR)
    assert haul(fast, road, place, FREE, demand, lorries).plan.road_flow[0, 0] == 60_000
    for toll, straight in ((0, 0), (9, 60_000)):  # 3 + 3 + toll of v against 10
        prices = Prices(np.array([10, 3, 3]), np.array([0, 0, toll]))
        cheap = FlowProblem(graph, [s], [t], prices)
        assert cheap.plan(road, place, FREE, demand).road_flow[0, 0] == straight
        assert haul(cheap, road, place, FREE, demand, lorries).plan.road_flow[0, 0] == straight


# --- against a simplex in exact fractions over all simple paths ---------------------------------


def simplex(rows: list[list[Fraction]], most: list[Fraction]) -> Fraction:
    """The largest sum of numbers of 0 or more with rows * numbers <= most (Bland 1977)."""
    m, n = len(rows), len(rows[0])
    table = [[*row, *(Fraction(int(i == j)) for j in range(m)), most[i]]
             for i, row in enumerate(rows)]  # fmt: skip
    cost = [*[Fraction(-1)] * n, *[Fraction(0)] * (m + 1)]
    basis = list(range(n, n + m))
    while (enter := next((j for j, c in enumerate(cost[:-1]) if c < 0), None)) is not None:
        ratios = [
            (row[-1] / row[enter], basis[i], i) for i, row in enumerate(table) if row[enter] > 0
        ]
        _, _, leave = min(ratios)
        basis[leave] = enter
        pivot = table[leave] = [value / table[leave][enter] for value in table[leave]]
        for row in [*(r for i, r in enumerate(table) if i != leave), cost]:
            by = row[enter]
            row[:] = [a - by * b for a, b in zip(row, pivot, strict=True)]
    return cost[-1]


class Case:
    """A random network with up to two sources and three sinks."""

    def __init__(self, seed: int, places: int = 6, ways: int = 9) -> None:
        luck = np.random.default_rng(seed)
        ends = [(i, int(luck.integers(0, i))) for i in range(1, places)]
        while len(ends) < ways:
            a, b = luck.choice(places, 2, replace=False).tolist()
            ends.append((a, b))
        names = [f"{i:03}" for i in range(places)]
        self.graph = Graph.build(
            names,
            [(f"r{i:03}", names[a], names[b], int(luck.integers(1, 9)) * 900, 1.0)
             for i, (a, b) in enumerate(ends)],
        )  # fmt: skip
        picked = luck.permutation(places)[:5].tolist()
        self.problem = FlowProblem(self.graph, picked[:2], picked[2:])
        self.road = luck.integers(0, 8, (ways, 2)) * 10_000
        self.place = np.where(luck.random(places) < 0.3, luck.integers(1, 9, places) * 10_000,
                              UNLIMITED)  # fmt: skip
        self.supply = np.where(luck.random(2) < 0.5, luck.integers(0, 9, 2) * 10_000, UNLIMITED)
        self.demand = luck.integers(0, 9, 3) * 10_000
        self.rest = rest_of(self.problem, self.road, self.place, int(luck.integers(0, 9)) * 600)

    @property
    def limits(self) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        return self.road, self.place, self.supply, self.demand

    def room_of_all(self) -> int:
        """What the plan without lorries would take, about: the longest tours."""
        longest = int(self.rest.max(initial=0) + self.graph.seconds.sum())
        return int(self.problem.plan(*self.limits).value) * longest

    def haul(self, room: int) -> Hauled:
        return haul(self.problem, *self.limits, Lorries(self.rest, room))

    def paths(self) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...], tuple[int, ...]]]:
        """Every simple path: source and sink by number, ways (road, direction) and places."""
        graph = self.graph

        def onward(
            places: tuple[int, ...], ways: tuple[tuple[int, int], ...]
        ) -> Iterator[tuple[tuple[int, ...], tuple[tuple[int, int], ...]]]:
            yield places, ways
            for r, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
                for way, (x, y) in enumerate(((a, b), (b, a))):
                    if x == places[-1] and y not in places and self.road[r, way]:
                        yield from onward((*places, y), (*ways, (r, way)))

        for i, source in enumerate(self.problem.sources):
            for places, ways in onward((source,), ()):
                if places[-1] in self.problem.sinks:
                    yield i, self.problem.sinks.index(places[-1]), ways, places

    def exact(self, room: int) -> Fraction:
        paths = [p for p in self.paths() if self.rest[p[0], p[1]] >= 0]
        if not paths:
            return Fraction(0)
        rows = [[Fraction(int(sum(self.graph.seconds[r] for r, _ in ways) + self.rest[i, j]))
                 for i, j, ways, _ in paths]]  # fmt: skip
        most = [Fraction(room)]
        for r, way in np.ndindex(self.road.shape):
            rows.append([Fraction((r, way) in ways) for *_, ways, _ in paths])
            most.append(Fraction(int(self.road[r, way])))
        for p, kg in enumerate(self.place.tolist()):
            rows.append([Fraction(p in places) for *_, places in paths])
            most.append(Fraction(kg))
        for number, limits in enumerate((self.supply, self.demand)):
            for k, kg in enumerate(limits.tolist()):
                rows.append([Fraction(path[number] == k) for path in paths])
                most.append(Fraction(kg))
        return simplex(rows, most)


def check(case: Case, found: Hauled, room: int) -> None:
    """The plan is within all limits and hours, and its routes are what it carries."""
    plan, (road, place, supply, demand) = found.plan, case.limits
    assert (plan.road_flow <= road).all()
    assert (plan.place_flow <= place).all()
    for i, source in enumerate(case.problem.sources):
        assert sum(r.rate for r in plan.routes if r.source == source) <= supply[i]
    for j, sink in enumerate(case.problem.sinks):
        assert sum(r.rate for r in plan.routes if r.sink == sink) <= demand[j]
    used = taken(case.problem, plan.routes, case.rest)
    assert used is not None
    assert used <= room
    assert plan.value == sum(r.rate for r in plan.routes)
    for route in plan.routes:
        for road_, (a, b) in zip(route.roads, pairwise(route.places), strict=True):
            assert {a, b} == {int(case.graph.a[road_]), int(case.graph.b[road_])}


@pytest.mark.parametrize("seed", range(40))
def test_flows_are_those_of_an_exact_simplex(seed: int) -> None:
    case = Case(seed)
    for part in (7, 3, 2):
        room = case.room_of_all() // (part * part)
        found, exact = case.haul(room), case.exact(room)
        check(case, found, room)
        assert exact <= found.bound <= exact * (1 + Fraction(1, 10**6))
        assert exact - len(found.plan.routes) - 1 <= found.plan.value <= exact


@pytest.mark.parametrize("seed", range(12))
def test_more_lorries_bring_no_less_up_to_the_plan_without_any(seed: int) -> None:
    case = Case(100 + seed, places=30, ways=60)
    whole, before = case.problem.plan(*case.limits).value, 0
    for part in range(9):
        room = case.room_of_all() * part // 8
        found = case.haul(room)
        check(case, found, room)
        routes = len(found.plan.routes) + 1  # each may lose what is less than 1 kg/day
        assert before - routes <= found.plan.value <= whole
        assert found.plan.value <= found.bound
        assert found.bound - found.plan.value <= routes
        before = found.plan.value
    reachable = (case.rest >= 0).all()
    assert found.plan.value >= whole - routes or not reachable
