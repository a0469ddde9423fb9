"""Axes that are planned together: who goes short is the rule that is stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.blocks import blocks
from sim.scenario.distributions import Constant
from sim.scenario.model import Group, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
DAY = 86_400


def lines(make: Make, *axes: tuple[str, str, int, int], **more: Any) -> Scenario:
    """Axes (id, actor, priority, kg/day) of friends, all on one road of 100 t/day."""
    return make(
        "s-t:200/100000",
        actors={"red": {"friends": "blue"}, "blue": {}},
        axes={
            name: {"actor": actor, "sources": "s", "size": 10_000, "priority": priority,
                   "sinks": {"t": {"demand": demand, "stock": 100_000, **more}}}
            for name, actor, priority, demand in axes
        },
        length=9 * DAY,
    )  # fmt: skip


def together(scenario: Scenario, rule: Any, *axes: str) -> Scenario:
    return replace(scenario, groups={"g": Group("g", axes=axes, share_out=rule)})


def first(record: Record, measure: str) -> dict[str, int]:
    """A measure of each axis or sink at the start."""
    rows = [r for r in record.series if r.time == 0 and r.measure == measure]
    return {r.subject.split(":")[1].split("/")[0]: r.value for r in rows}


def planned(scenario: Scenario) -> dict[str, int]:
    return first(run(scenario), "planned_kg_per_day")


def test_a_group_stands_at_the_least_priority_of_its_axes(make: Make) -> None:
    # a and c are together at 2, so b (3) comes after c (4): 100 - 30 = 70 of 80 and 60, 40 and 30
    scenario = lines(make, ("z", "red", 1, 30_000), ("a", "red", 2, 80_000),
                     ("b", "red", 3, 50_000), ("c", "red", 4, 60_000))  # fmt: skip
    assert planned(scenario) == {"z": 30_000, "a": 70_000, "b": 0, "c": 0}
    shared = together(scenario, "equal", "a", "c")
    assert [block.axes for block in blocks(shared)] == [("z",), ("a", "c"), ("b",)]
    assert planned(shared) == {"z": 30_000, "a": 40_000, "b": 0, "c": 30_000}
    # by priority the group still stands together, and its own order holds in it
    assert planned(together(scenario, "priority", "a", "c")) == {
        "z": 30_000, "a": 70_000, "b": 0, "c": 0,
    }  # fmt: skip
    assert planned(together(scenario, "priority", "z", "c")) == {
        "z": 30_000, "a": 10_000, "b": 0, "c": 60_000,
    }  # fmt: skip


def test_an_actor_states_the_rule_for_its_axes_that_are_in_no_group(make: Make) -> None:
    scenario = lines(make, ("a", "red", 1, 80_000), ("b", "red", 2, 80_000),
                     ("c", "red", 3, 80_000))  # fmt: skip
    scenario = replace(
        scenario, actors=scenario.actors | {"red": replace(scenario.actors["red"],
                                                           share_out="equal")},
    )  # fmt: skip
    assert [b.name for b in blocks(scenario)] == ["actors.red"]
    assert planned(scenario) == {
        "a": 33_333,
        "b": 33_333,
        "c": 33_333,
    }  # a third each, rounded down
    # a in a group by itself comes first, and the rest of the actor's share what it leaves
    assert planned(together(scenario, "equal", "a")) == {"a": 80_000, "b": 10_000, "c": 10_000}


def test_weights_and_refilling(make: Make) -> None:
    # need 40 and 40; the 20 that are left refill at 60 each, of weight 3 and 1: 15 and 5
    scenario = lines(make, ("a", "red", 1, 40_000), ("b", "blue", 1, 40_000),
                     target=400_000, refill=60_000)  # fmt: skip
    heavy = scenario.axes["a"]
    heavy = replace(heavy, sinks={"t": replace(heavy.sinks["t"], weight=Constant(3.0))})
    scenario = replace(scenario, axes=scenario.axes | {"a": heavy})
    record = run(together(scenario, "weighted", "a", "b"))
    assert first(record, "planned_kg_per_day") == {"a": 55_000, "b": 45_000}
    assert first(record, "served_kg_per_day") == {"a": 40_000, "b": 40_000}
    need, full, refill = record.shares[0].levels
    # of weight 3 a is full at 1/3, of weight 1 b at 1
    told = [(x.kind, x.level, x.bound, [s.axis for s in x.sinks]) for x in (need, full, refill)]
    assert told == [
        ("need", "1/3", "1/3", ["a"]), ("need", "1", "1", ["b"]),
        ("refill", "1/12", "1/12", ["b", "a"]),
    ]  # fmt: skip
    # the same without weights: 10 and 10
    assert planned(together(scenario, "equal", "a", "b")) == {"a": 50_000, "b": 50_000}


def test_what_comes_before_by_ids_alone_is_told_of_a_group_too(make: Make) -> None:
    scenario = lines(make, ("x", "blue", 1, 60_000), ("a", "red", 1, 80_000),
                     ("b", "red", 2, 80_000))  # fmt: skip
    record = run(together(scenario, "equal", "a", "b"))
    assert first(record, "planned_kg_per_day") == {"x": 60_000, "a": 20_000, "b": 20_000}
    assert [e.subject for e in record.events if e.kind == "order_of_ids"] == ["a", "b"]
    late = replace(scenario.axes["x"], priority=0)
    record = run(together(replace(scenario, axes=scenario.axes | {"x": late}), "equal", "a", "b"))
    assert not [e for e in record.events if e.kind == "order_of_ids"]


@pytest.mark.parametrize("rule", ["equal", "weighted"])
def test_where_all_are_served_the_rule_changes_nothing(make: Make, rule: str) -> None:
    scenario = lines(make, ("a", "red", 1, 40_000), ("b", "blue", 2, 50_000))
    alone, shared = run(scenario), run(together(scenario, rule, "a", "b"))
    assert [r for r in shared.series if r.measure != "served_kg_per_day"] == alone.series
    assert (shared.flows, shared.loads, shared.tallies) == (alone.flows, alone.loads, alone.tallies)
