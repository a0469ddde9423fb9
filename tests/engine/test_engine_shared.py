"""A road carries what it carries, whoever drives: loads of all axes against the whole capacity."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.model import PPM, Group, Scenario
from sim.state.control import Control, Kind
from sim.state.rebuild import state_at
from sim.state.record import Record
from sim.state.sides import Side

Make = Callable[..., Scenario]
DAY = 86_400


def crowd(make: Make, some_ways: Callable[[str, int], str], seed: int) -> Scenario:
    """Several friends and strangers on few roads, which damage and raids make fewer."""
    rng = random.Random(seed)
    names = list("abcdefg")
    pairs = {tuple(sorted((names[rng.randrange(i)], names[i]))) for i in range(1, len(names))}
    pairs |= {tuple(sorted(rng.sample(names, 2))) for _ in range(5)}
    roads = [f"{a}-{b}" for a, b in sorted(pairs)]
    actors = ["red", "green", "blue"]

    def axis() -> dict[str, Any]:
        ends = rng.sample(names, 3)
        sinks = {p: {"demand": rng.randrange(50, 500), "stock": 100, "refill": rng.choice([0, 90])}
                 for p in ends[2:]}  # fmt: skip
        return {"actor": rng.choice(actors), "sources": ends[:2], "sinks": sinks,
                "commodity": rng.choice(["goods", "fuel"]), "size": 20,
                "priority": rng.choice([1, 1, 2]),
                "foreign": rng.choice(["", ends[0]])}  # fmt: skip

    def event(i: int) -> dict[str, Any]:
        at, road = rng.randrange(1, 9) * 3_000, rng.choice(roads)
        return rng.choice(
            [
                {"kind": "damage", "roads": road, "places": "a", "loss": 0.45, "at": at,
                 "lasts": rng.choice([None, 5_000])},
                {"kind": "close", "roads": road, "at": at},
                {"kind": "raid", "places": rng.choice(names), "by": rng.choice(actors), "at": at,
                 "lasts": 4_000},
                {"kind": "capture", "places": rng.choice(names), "at": at,
                 "shares": {"red": PPM // 3, "green": PPM // 2}},
            ]
        )  # fmt: skip

    words = " ".join(
        f"{road}:{rng.choice([1, 2, 3])}/{rng.choice([200, 333, 700])}" for road in roads
    )
    return make(
        some_ways(words, seed) if seed % 2 else words,
        places={"a": {"capacity": 301}, "b": {"capacity": 450}},
        held={p: rng.choice(["red", "red", "green", "blue", {"red": 600_000, "blue": 400_000}])
              for p in names},
        actors={"red": {"friends": "green"}, "green": {},
                "blue": {"transit": {"red": PPM // 3, "green": PPM // 2}}},
        commodities={"goods": 10, "fuel": 7},
        axes={f"x{i}": axis() for i in range(6)},
        events={f"e{i}": event(i) for i in range(6)},
        length=40_000, sample=40_000,
    )  # fmt: skip


Load = dict[tuple[str, str, str], Fraction]


def loads_at(scenario: Scenario, record: Record, time: int) -> dict[str, Load]:
    """By actor ('*': all): standard loads a day by (road, from, to), and by place passed."""
    flows: dict[tuple[str, str, str, str], int] = {}
    for row in record.flows:
        if row.time <= time:
            flows[row.axis, row.road, row.origin, row.destination] = row.kg_per_day
    found: dict[str, Load] = {"*": defaultdict(Fraction)}
    net: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    into: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (name, road, a, b), kg in flows.items():
        axis = scenario.axes[name]
        standard = Fraction(kg * scenario.truck_load, scenario.commodities[axis.commodity].load)
        for who in ("*", axis.actor):
            found.setdefault(who, defaultdict(Fraction))[road, a, b] += standard
        net[name, a] += standard
        net[name, b] -= standard
        into[name, b] += standard
    for name, axis in scenario.axes.items():
        for place in scenario.network.places:
            # what passes a place: what comes in by road, and what begins there
            passed = into[name, place] + max(Fraction(0), net[name, place])
            for who in ("*", axis.actor):
                found.setdefault(who, defaultdict(Fraction))["place", place, place] += passed
    return found


def whole(control: Control, kind: Kind, id_: str, start: str) -> Fraction | None:
    """Standard loads a day (of a road from ``start``) that state and damage leave; None: any."""
    terrain, graph = control.terrain, control.terrain.graph
    if kind == "road":
        road = graph.road_index[id_]
        most = Fraction(terrain.road_capacity[road][start != graph.places[graph.a[road]]])
        most *= id_ not in control.closed
    else:
        limit = terrain.place_capacity[graph.place_index[id_]]
        if limit >= 2**62:
            return None
        most = Fraction(limit)
    for kept in control.kept.get((kind, id_), {}).values():
        most *= Fraction(kept, PPM)
    return most


GROUPS = {
    "some": Group("some", axes=("x0", "x3", "x4"), share_out="equal"),
    "others": Group("others", axes=("x1", "x5"), share_out="weighted"),
}
"""Axes of whatever actors and commodities that are planned together; `x2` by itself."""


@pytest.mark.parametrize("groups", [{}, GROUPS], ids=["one by one", "together"])
@pytest.mark.parametrize(
    "seed", [*range(24), *(pytest.param(n, marks=pytest.mark.slow) for n in range(24, 100))]
)
def test_no_road_or_place_carries_more_than_it_can(
    make: Make, some_ways: Callable[[str, int], str], seed: int, groups: dict[str, Group]
) -> None:
    scenario = replace(crowd(make, some_ways, seed), groups=groups)
    record = run(scenario)
    sides = {actor: Side.of(actor, scenario.actors) for actor in scenario.actors}
    foreign = {(x.actor, s.place) for x in scenario.axes.values()
               for s in x.sources.values() if s.foreign}  # fmt: skip
    times = sorted({row.time for row in record.flows} | {row.time for row in record.control})
    written: dict[tuple[str, str, str], int] = {}
    shared = 0
    for time in times:
        control = state_at(scenario, record.control, time)
        loads = loads_at(scenario, record, time)
        shared += len(
            [k for k in loads["*"] if sum(loads[a][k] > 0 for a in loads if a != "*") > 1]
        )
        for who, load in loads.items():
            for (id_, a, b), carried in load.items():
                kind: Kind = "place" if id_ == "place" else "road"
                most = whole(control, kind, a if id_ == "place" else id_, a)
                if most is None:
                    continue
                if who != "*":
                    share = min(Fraction(sides[who].share(control, p, (who, p) in foreign), PPM**2)
                                for p in (a, b))  # fmt: skip
                    most *= share
                assert carried <= most, (time, who, id_, a, b)
        # the file of loads says the same, rounded up axis by axis
        for row in record.loads:
            if row.time == time:
                id_ = row.id if row.kind == "road" else "place"
                written[id_, row.origin, row.destination] = row.kg_per_day
        for key, carried in loads["*"].items():
            assert carried <= written.get(key, 0) < carried + len(scenario.axes)
    if seed == 0:
        assert shared  # there is something to hold


def two(make: Make, **changes: dict[str, Any]) -> Scenario:
    """Two friends, each with 80 t/day to ask for, on one road of 100 t/day."""
    axes: dict[str, dict[str, Any]] = {
        name: {"actor": actor, "sources": "s", "size": 10_000,
               "sinks": {"t": {"demand": 80_000, "stock": 100_000}}, **changes.get(name, {})}
        for name, actor in (("food", "red"), ("fuel", "blue"))
    }  # fmt: skip
    return make("s-t:200/100000", actors={"red": {"friends": "blue"}}, axes=axes, length=9 * DAY)


def planned(record: Record, axis: str) -> int:
    rows = [r for r in record.series if r.subject == f"axis:{axis}"]
    return next(r.value for r in rows if r.measure == "planned_kg_per_day")


@pytest.mark.parametrize(
    ("changes", "food", "fuel", "told"),
    [
        # equal priority: blue comes before red by id of the actor
        ({}, 20_000, 80_000, ["food"]),
        ({"fuel": {"priority": 2}}, 80_000, 20_000, []),
        ({"food": {"priority": 2}}, 20_000, 80_000, []),
        ({"food": {"priority": 0}}, 80_000, 20_000, []),
    ],
)
def test_priority_goes_over_the_axes_of_all_actors(
    make: Make, changes: dict[str, Any], food: int, fuel: int, told: list[str]
) -> None:
    record = run(two(make, **changes))
    assert (planned(record, "food"), planned(record, "fuel")) == (food, fuel)
    assert [e.subject for e in record.events if e.kind == "order_of_ids"] == told
    # each alone could carry the whole road
    capacities = {r.value for r in record.series if r.measure == "capacity_kg_per_day"}
    assert capacities == {100_000}
    on_road = [(r.time, r.kg_per_day) for r in record.loads if r.kind == "road"]
    assert on_road[0] == (0, 100_000)


def test_one_that_asks_for_less_leaves_the_rest_to_the_other_at_once(make: Make) -> None:
    """Fuel goes on at 80 t/day; food, after it, has what fuel leaves when that refills no more."""
    sinks = {"t": {"demand": 40_000, "stock": 0, "target": 60_000, "refill": 40_000}}
    record = run(two(make, fuel={"sinks": sinks}))
    for before, after in pairwise([r for r in record.loads if r.kind == "road"]):
        assert max(before.kg_per_day, after.kg_per_day) <= 100_000
    rows = [r for r in record.series if r.measure == "planned_kg_per_day"]
    food, fuel = (
        {r.time: r.value for r in rows if r.subject == f"axis:{x}"} for x in ("food", "fuel")
    )
    seen = {(food[time], fuel[time]) for time in food.keys() & fuel.keys()}
    assert seen == {(20_000, 80_000), (60_000, 40_000)}
