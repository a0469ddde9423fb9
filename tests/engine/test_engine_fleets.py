"""Lorries of an axis or an actor, and plans of the least cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import pytest

from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant
from sim.scenario.model import Fleet, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
HOUR, DAY = 3600, 86_400
KM = 3.6  # km that take an hour at the speed of these roads


def fork(make: Make, **axes: dict[str, Any]) -> Scenario:
    """From s a town n (near) an hour off, and f (far) three hours off, on roads of their own."""
    return make(
        f"s-n:{KM:g}/500000 s-f:{3 * KM:g}/500000", axes=axes, truck_load=10_000, length=4 * DAY,
        commodities={"goods": 10_000, "fuel": 20_000},
    )  # fmt: skip


def feeds(near: int, far: int, **more: Any) -> dict[str, Any]:
    """An axis from s to both towns (kg/day)."""
    sinks = {"n": {"demand": near}, "f": {"demand": far}}
    return {"sources": "s", "size": 10_000, "sinks": sinks} | more


def lorries(number: int, **more: Any) -> Fleet:
    """Lorries of 8 hours a day, with an hour of loading and one of unloading."""
    given = {"loading": Constant(float(HOUR)), "unloading": Constant(float(HOUR))} | more
    return Fleet(Constant(float(number)), Constant(8.0 * HOUR), **given)


def with_fleet(scenario: Scenario, fleet: Fleet, axis: str | None = None) -> Scenario:
    """The scenario with a fleet of an axis, or of red."""
    if axis is not None:
        own = replace(scenario.axes[axis], fleet=fleet)
        return replace(scenario, axes=scenario.axes | {axis: own})
    red = replace(scenario.actors["red"], fleet=fleet)
    return replace(scenario, actors=scenario.actors | {"red": red})


def first(record: Record, measure: str) -> dict[str, int]:
    """A measure of each axis at the start."""
    rows = [r for r in record.series if r.time == 0 and r.measure == f"{measure}_kg_per_day"]
    return {r.subject.removeprefix("axis:"): r.value for r in rows if r.subject[:5] == "axis:"}


def test_what_is_planned_takes_no_more_hours_than_there_are(make: Make) -> None:
    # 800 t * h a day; a tour to n takes 1 + 1 + 2 h, to f 3 + 3 + 2: n 100 t/day, f 50 of its 90.
    # One more lorry, 80 t * h, brings 10 t/day to f.
    record = run(with_fleet(fork(make, a=feeds(100_000, 90_000)), lorries(10), "a"))
    assert first(record, "planned") == first(record, "deliverable") == {"a": 150_000}
    assert first(record, "without_fleet") == {"a": 190_000}
    (row,) = record.fleets
    assert (row.fleet, row.lorries, row.used) == ("axes.a", 10, 80 * HOUR)
    assert row.more_kg_per_day == 10_000
    assert row.axes == (("a", 150_000, "150000"),)


def test_many_lorries_change_nothing(make: Make) -> None:
    scenario = fork(make, a=feeds(100_000, 90_000))
    alone, record = run(scenario), run(with_fleet(scenario, lorries(14), "a"))
    assert [r for r in record.series if not r.measure.startswith("without_fleet")] == alone.series
    assert (record.flows, record.tallies) == (alone.flows, alone.tallies)
    assert record.fleets[0].more_kg_per_day == 0
    assert record.fleets[0].used == 40 * HOUR + 72 * HOUR  # 10 tours of 4 h and 9 of 8 h


def test_axes_of_an_actor_use_its_lorries_in_their_order(make: Make) -> None:
    # b is planned first: 60 t/day to n take 6 tours of 4 h, 24 of 80 h; a has 56 h left, 7 tours
    scenario = fork(make, a=feeds(0, 90_000, priority=2), b=feeds(60_000, 0, priority=1))
    record = run(with_fleet(scenario, lorries(10)))
    assert first(record, "planned") == {"a": 70_000, "b": 60_000}
    assert first(record, "deliverable") == {
        "a": 90_000,
        "b": 60_000,
    }  # alone 80 h are enough for 72
    (row,) = record.fleets
    assert (row.fleet, row.used, row.more_kg_per_day) == ("actors.red", 80 * HOUR, 10_000)
    # a fleet of its own takes an axis out of its actor's
    apart = run(with_fleet(with_fleet(scenario, lorries(10)), lorries(1), "a"))
    assert first(apart, "planned") == {"a": 10_000, "b": 60_000}
    # fuel at 20 t a lorry; a stated load counts for whatever is carried
    heavy = replace(scenario.axes["a"], commodity="fuel")
    scenario = replace(scenario, axes=scenario.axes | {"a": heavy})
    assert first(run(with_fleet(scenario, lorries(7))), "planned") == {"a": 80_000, "b": 60_000}
    small = with_fleet(scenario, lorries(7, load=5_000))
    assert first(run(small), "planned") == {"a": 5_000, "b": 60_000}  # 12 tours, and one of 8 h


def test_where_no_way_leads_back_nothing_is_brought(make: Make) -> None:
    # the way to n is one-way: back it is 3 h over f, so 40 h are 10 tours of 10 t; from day 2 on
    # the way back is closed
    way = f"s>n:{KM:g}/500000 n>f:{KM:g}/500000 f-s:{2 * KM:g}/500000"
    scenario = make(
        way, axes={"a": {"sources": "s", "size": 10_000, "sinks": {"n": {"demand": 300_000}}}},
        events={"flood": {"kind": "close", "roads": "n-f", "at": 2 * DAY}},
        truck_load=10_000, length=4 * DAY,
    )  # fmt: skip
    bare = Fleet(Constant(5.0), Constant(8.0 * HOUR))
    record = run(with_fleet(scenario, bare, "a"))
    found = [(r.time, r.value) for r in record.series if r.measure == "planned_kg_per_day"]
    assert found == [(0, 100_000), (2 * DAY, 0)]
    assert [row.used for row in record.fleets] == [40 * HOUR, 0]


def test_one_more_lorry_is_the_plan_with_one_more(make: Make) -> None:
    scenario = fork(make, a=feeds(0, 90_000, priority=2), b=feeds(60_000, 50_000, priority=1))
    numbers = (1, 4, 9, 13)
    rows = {n: run(with_fleet(scenario, lorries(n))) for m in numbers for n in (m, m + 1)}
    total = {n: sum(first(record, "planned").values()) for n, record in rows.items()}
    for n in numbers:
        assert rows[n].fleets[0].more_kg_per_day == total[n + 1] - total[n] >= 0


def test_a_plan_of_the_least_cost(make: Make) -> None:
    # straight 10 km of a class at 2, or 12 km over v at 1 each and a toll at v
    scenario = make(
        "s-t:10/100000 s-v:6/100000 v-t:6/100000", truck_load=10_000, length=4 * DAY,
        axes={"a": {"sources": "s", "size": 10_000, "sinks": {"t": {"demand": 60_000}}}},
    )  # fmt: skip
    network = scenario.network
    main = replace(network.classes["road"], id="main", cost=Constant(2.0))
    cheap = replace(network.classes["road"], cost=Constant(1.0))
    straight = replace(network.roads["s-t"], road_class="main")

    def planned(toll: float, prefer: Literal["time", "cost"]) -> tuple[float | None, set[str]]:
        v = replace(network.places["v"], cost=Constant(toll))
        tolled = replace(
            network, classes={"main": main, "road": cheap}, places=network.places | {"v": v},
            roads=network.roads | {"s-t": straight},
        )  # fmt: skip
        axis = replace(scenario.axes["a"], prefer=prefer)
        here = replace(scenario, network=tolled, axes={"a": axis})
        record = run(here)
        measures = Analysis(here, record).measures
        each, total = (measures[f"axes.a.{name}"].value for name in ("cost_a_tonne", "cost"))
        assert each is not None
        assert total == each * 240  # 60 t/day for four days
        return each, {r.road for r in record.flows}

    assert planned(3.0, "time") == (20.0, {"s-t"})
    assert planned(3.0, "cost") == (15.0, {"s-v", "v-t"})
    assert planned(9.0, "cost") == (20.0, {"s-t"})


@pytest.mark.parametrize("seed", range(4))
def test_lorries_are_never_above_the_plan_without(
    wild: Callable[[int], Scenario], seed: int
) -> None:
    scenario = wild(seed)
    alone = run(scenario)
    for number in (0, 2):
        fleet = Fleet(Constant(float(number)), Constant(10.0 * HOUR), loading=Constant(600.0))
        record = run(with_fleet(scenario, fleet))
        served = {f"axis:{a.id}" for a in scenario.axes.values() if a.actor == "red"}
        at_start = [r for r in record.series if r.time == 0 and r.subject in served]
        before = {(r.subject, r.measure): r.value for r in alone.series if r.time == 0}
        for row in at_start:
            if row.measure == "deliverable_kg_per_day":
                assert row.value <= before[row.subject, row.measure]
        for told in record.fleets:
            assert told.used <= told.lorries * told.seconds
            for axis in told.axes:
                assert axis.planned_kg_per_day <= Fraction(axis.bound)
