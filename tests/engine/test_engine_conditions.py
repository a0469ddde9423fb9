"""Events: conditions, delays, chances, raids, damage, seals and sieges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.distributions import Uniform
from sim.scenario.model import PPM, Scenario
from sim.state.luck import Luck
from sim.state.record import Record

Make = Callable[..., Scenario]

AXES = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400, "stock": 5_000}}}}
MARK = {"kind": "damage", "roads": "y-z", "loss": 0.5}
"""An event to see when a condition fires; it disturbs nobody."""


def when(record: Record, cause: str) -> list[int]:
    return [row.time for row in record.events if row.cause == cause]


def watch(make: Make, condition: Any, events: Any, *, delay: float | None = None,
          axes: Any = AXES, **more: Any) -> list[int]:  # fmt: skip
    """The instants at which an event with this condition happens."""
    mark = {**MARK, "when": condition, "delay": delay}
    given = {"length": 20_000, **more}
    return when(
        run(make("s-t:1 y-z:1", axes=axes, events={**events, "mark": mark}, **given)), "mark"
    )


def capture(places: str, by: str, at: int, **more: Any) -> dict[str, Any]:
    return {"kind": "capture", "places": places, "by": by, "at": at, **more}


def test_falls(make: Make) -> None:
    events = {"a": capture("t", "green", 100), "b": capture("t", "blue", 200)}
    green = {"actors": {"green": {}}}
    assert watch(make, ("falls", "t"), events, **green) == [101]
    assert watch(make, ("falls", "t", "blue"), events, **green) == [201]
    assert watch(make, ("falls", "t", "red"), events, **green) == [1]  # it holds it at the start
    assert watch(make, ("falls", "s"), events, **green) == []


def test_a_place_falls_only_when_none_of_its_first_holders_is_left(make: Make) -> None:
    half = {"red": PPM // 2, "green": PPM // 2}
    events = {
        "a": {"kind": "capture", "places": "t", "shares": {"green": 1, "blue": 1}, "at": 100},
        "b": capture("t", "blue", 200),
    }
    found = watch(make, ("falls", "t"), events, held={"t": half}, actors={"green": {}})
    assert found == [201]


def test_besieged(make: Make) -> None:
    events = {
        "a": {"kind": "besiege", "places": "t", "by": "blue", "at": 50},
        "b": {"kind": "relieve", "places": "t", "at": 50},  # openings go first: no relief
    }
    assert watch(make, ("besieged", "t"), events) == [51]
    assert watch(make, ("besieged", "s"), events) == []


def test_axis_cut_and_open(make: Make) -> None:
    events = {
        "a": {"kind": "close", "roads": "s-t", "at": 50},
        "b": {"kind": "open", "roads": "s-t", "at": 90},
    }
    assert watch(make, ("axis_cut", "line"), events) == [51]
    assert watch(make, ("axis_open", "line"), events) == [1]
    only_later = ("all", ("axis_open", "line"), ("event", "a"))
    assert watch(make, only_later, events) == [91]
    # cut and open again within one instant is not cut
    events["b"]["kind"], events["b"]["at"] = "capture", 50
    events = {"a": capture("s", "blue", 50), "b": capture("s", "red", 50)}
    assert watch(make, ("axis_cut", "line"), events) == []


def test_stock_out(make: Make) -> None:
    shut = {"a": {"kind": "close", "roads": "s-t", "at": 0}}
    assert watch(make, ("stock_out", "line", "t"), shut) == [5_001]
    assert watch(make, ("stock_out", "line"), shut) == [5_001]
    sinks = {"t": {"demand": 86_400, "stock": 5_000}, "y": {"demand": 86_400, "stock": 700}}
    two = {"line": {"sources": "s", "sinks": sinks}}
    assert watch(make, ("stock_out", "line", "t"), shut, axes=two) == [5_001]
    assert watch(make, ("stock_out", "line"), shut, axes=two) == [701]


def test_event(make: Make) -> None:
    events = {"a": capture("t", "blue", 300)}
    assert watch(make, ("event", "a"), events) == [301]
    # an event that changes nothing has happened all the same
    assert watch(make, ("event", "a"), {"a": capture("t", "red", 300)}) == [301]
    # one that chance spared has not
    assert watch(make, ("event", "a"), {"a": capture("t", "blue", 300, chance=0)}) == []


def test_all_and_any(make: Make) -> None:
    events = {"a": capture("t", "blue", 300), "b": capture("y", "blue", 500)}
    a, b, c = ("event", "a"), ("falls", "y"), ("falls", "z")
    assert watch(make, ("all", a, b), events) == [501]
    assert watch(make, ("any", a, b), events) == [301]
    assert watch(make, ("all", ("any", c, a), ("any", c, b)), events) == [501]
    assert watch(make, ("any", ("all", a, c), c), events) == []


def test_a_condition_must_hold_at_the_end_of_an_instant_and_all_at_once(make: Make) -> None:
    events = {
        "a": capture("t", "blue", 300),
        "b": capture("t", "red", 400),
        "c": capture("y", "blue", 500),
    }
    assert watch(make, ("all", ("falls", "t"), ("falls", "y")), events) == []


@pytest.mark.parametrize(
    ("delay", "expected"), [(None, 301), (0, 301), (0.4, 301), (1, 301), (2, 302), (700, 1_000)]
)
def test_it_acts_a_second_later_at_least(make: Make, delay: float | None, expected: int) -> None:
    events = {"a": capture("t", "blue", 300)}
    assert watch(make, ("event", "a"), events, delay=delay) == [expected]


def test_it_fires_once(make: Make) -> None:
    events = {
        f"x{at}": capture("t", who, at) for at, who in ((100, "blue"), (200, "red"), (300, "blue"))
    }
    assert watch(make, ("falls", "t"), events) == [101]
    # a condition that ceases to hold before it acts does not call it back
    assert watch(make, ("falls", "t"), events, delay=150) == [250]


def test_conditions_chain_a_second_apart(make: Make) -> None:
    events = {
        "a": capture("t", "blue", 300),
        "b": {**capture("s", "blue", 0), "at": None, "when": ("event", "a")},
        "c": {**MARK, "when": ("event", "b")},
    }
    record = run(make("s-t:1 y-z:1", events=events, length=1_000))
    assert (when(record, "b"), when(record, "c")) == ([301], [302])


def test_at_the_end_of_the_period(make: Make) -> None:
    events = {"a": capture("t", "blue", 299)}
    assert watch(make, ("event", "a"), events, length=300) == [300]
    assert watch(make, ("event", "a"), events, length=299) == []


def test_chance_nought_one_and_its_own_luck(make: Make) -> None:
    u = Luck(1).uniform("event:a:happens")
    for chance, happens in ((0, False), (u, False), (u + 1e-9, True), (1, True)):
        record = run(make("s-t:1", events={"a": capture("t", "blue", 9, chance=chance)}))
        assert bool(when(record, "a")) is happens
    # chance is tried once, even where the condition comes and goes
    mark = {**MARK, "when": ("falls", "t"), "chance": 0}
    record = run(make("s-t:1 y-z:1", events={"a": capture("t", "blue", 9), "mark": mark}))
    assert when(record, "mark") == []


def test_a_doubtful_time_is_drawn_by_the_event_alone(make: Make) -> None:
    record = run(make("s-t:1", events={"a": capture("t", "blue", Uniform(100, 900))}))
    assert when(record, "a") == [round(100 + 800 * Luck(1).uniform("event:a:at"))]


def changes(record: Record, id_: str) -> list[tuple[int, str, str]]:
    """What changes of a place or road; the holders below raids are in test_engine_raids.py."""
    rows = [r for r in record.control if r.id == id_ and r.time and r.what != "lasting"]
    return [(r.time, r.what, r.value) for r in rows]


RAID = {"kind": "raid", "by": "blue", "at": 100, "lasts": 400}


def test_a_raid_takes_and_gives_back(make: Make) -> None:
    held = {"t": {"red": 700_000, "green": 300_000}}
    record = run(
        make("s-t:1", events={"r": {**RAID, "places": "t"}}, held=held, actors={"green": {}})
    )
    assert changes(record, "t") == [
        (100, "holders", "blue=1"), (500, "holders", "green=0.3;red=0.7"),
    ]  # fmt: skip
    assert [(r.time, r.kind) for r in record.events] == [(100, "raid"), (500, "ends")]


def test_what_a_third_took_from_the_raider_is_not_given_back(make: Make) -> None:
    events = {"r": {**RAID, "places": "t s"}, "x": capture("t", "green", 300)}
    record = run(make("s-t:1", events=events, actors={"green": {}}))
    assert changes(record, "t") == [(100, "holders", "blue=1"), (300, "holders", "green=1")]
    assert changes(record, "s") == [(100, "holders", "blue=1"), (500, "holders", "red=1")]


def test_a_third_that_takes_it_at_the_instant_of_its_return(make: Make) -> None:
    for name in ("a", "z"):  # before the raid by id, and after it
        events = {"r": {**RAID, "places": "t"}, name: capture("t", "green", 500)}
        record = run(make("s-t:1", events=events, actors={"green": {}}))
        assert changes(record, "t") == [(100, "holders", "blue=1"), (500, "holders", "green=1")]


def test_a_raid_on_a_road_closes_it_for_its_time_but_for_other_causes(make: Make) -> None:
    record = run(make("s-t:1", events={"r": {**RAID, "roads": "s-t"}}))
    assert changes(record, "s-t") == [(100, "state", "closed"), (500, "state", "open")]
    events = {
        "r": {**RAID, "roads": "s-t"},
        "x": {"kind": "close", "roads": "s-t", "at": 300},
        "y": {"kind": "open", "roads": "s-t", "at": 800},
    }
    record = run(make("s-t:1", events=events))
    assert changes(record, "s-t") == [(100, "state", "closed"), (800, "state", "open")]


def test_a_raid_that_outlasts_the_period_is_not_given_back(make: Make) -> None:
    record = run(make("s-t:1", events={"r": {**RAID, "places": "t"}}, length=499))
    assert changes(record, "t") == [(100, "holders", "blue=1")]
    record = run(make("s-t:1", events={"r": {**RAID, "places": "t"}}, length=500))
    assert len(changes(record, "t")) == 2


def test_a_raid_displaces_nobody_until_a_third_stays(make: Make) -> None:
    men = {"g": {"place": "t", "strength": 50}}
    raid = {"r": {**RAID, "places": "t"}}
    assert run(make("s-t:1", events=raid, garrisons=men)).moves == []
    events = {**raid, "x": capture("t", "green", 300)}
    record = run(make("s-t:1", events=events, garrisons=men, actors={"green": {}}))
    assert [(m.time, m.persons) for m in record.moves] == [(300, 50)]


def test_damage_is_repaired(make: Make) -> None:
    events = {
        "d": {"kind": "damage", "places": "t", "roads": "s-t", "loss": 0.4, "at": 100, "lasts": 60},
        "e": {"kind": "damage", "roads": "s-t", "loss": 0.5, "at": 130},
    }
    record = run(make("s-t:1", events=events, axes={"line": {"sources": "s", "sinks": {"t": {}}}}))
    assert changes(record, "s-t") == [
        (100, "kept", "0.6"), (130, "kept", "0.6*0.5"), (160, "kept", "0.5"),
    ]  # fmt: skip
    assert changes(record, "t") == [(100, "kept", "0.6"), (160, "kept", "1")]
    capacity = [(r.time, r.value) for r in record.series if r.measure == "capacity_kg_per_day"]
    assert capacity == [(0, 1_000), (100, 600), (130, 300), (160, 500)]


def test_sealing_is_for_all_unless_named_and_unsealing_too(make: Make) -> None:
    events = {
        "a": {"kind": "seal", "places": "s", "at": 100},
        "b": {"kind": "unseal", "places": "s", "against": "red", "at": 200},
        "c": {"kind": "unseal", "places": "s", "at": 300},
        "d": {"kind": "seal", "places": "s", "against": "red", "at": 400},
    }
    axes = {"line": {"sources": "s", "sinks": {"t": {}}, "foreign": "s"}}
    record = run(make("s-t:1", events=events, axes=axes, held={"s": "blue"}))
    assert changes(record, "s") == [
        (100, "sealed", "*"), (200, "sealed", "blue"), (300, "sealed", ""), (400, "sealed", "red"),
    ]  # fmt: skip
    capacity = [(r.time, r.value) for r in record.series if r.measure == "capacity_kg_per_day"]
    assert capacity == [(0, 1_000), (100, 0), (200, 1_000), (400, 0)]


def test_besieging_rings_all_but_the_besiegers_own(make: Make) -> None:
    held = {"t": {"red": 250_000, "blue": 250_000, "green": 250_000, "grey": 250_000}}
    given = {"held": held, "actors": {"green": {"friends": "blue"}, "grey": {}}}
    ring = {"kind": "besiege", "places": "t", "by": "blue", "at": 100}
    record = run(make("s-t:1", events={"a": ring}, **given))
    assert changes(record, "t") == [(100, "besieged", "grey;red")]
    record = run(make("s-t:1", events={"a": {**ring, "against": "red"}}, **given))
    assert changes(record, "t") == [(100, "besieged", "red")]
    # against somebody who is not there: nothing
    record = run(make("s-t:1", events={"a": {**ring, "places": "s", "against": "grey"}}, **given))
    assert changes(record, "s") == []


def test_a_siege_ends_by_relief_or_capture(make: Make) -> None:
    events = {
        "a": {"kind": "besiege", "places": "t s", "by": "blue", "at": 100},
        "b": {"kind": "relieve", "places": "t", "at": 200},
        "c": capture("s", "blue", 300),
    }
    record = run(make("s-t:1", events=events))
    assert changes(record, "t") == [(100, "besieged", "red"), (200, "besieged", "")]
    assert changes(record, "s") == [
        (100, "besieged", "red"), (300, "besieged", ""), (300, "holders", "blue=1"),
    ]  # fmt: skip
