"""What cancels at one instant has not happened, and the order of a file never matters."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import run
from sim.scenario.model import PPM, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
Plain = Callable[..., dict[str, Any]]


def busy(make: Make, extra: Mapping[str, Mapping[str, Any]]) -> Scenario:
    """Convoys under way all the time, men on the way from 20,000 s on, a road that is closed."""
    return make(
        "s-a:3 a-b:3 b-t:3 a-c:4 c-t:4!",
        held={"c": {"red": 600_000, "blue": 400_000}},
        besieged={"c": "blue"},
        sealed={"b": "blue"},
        axes={"line": {"sources": "s", "sinks": {"t": {"demand": 800, "stock": 50}}, "size": 5}},
        garrisons={"g": {"place": "c", "strength": 90}},
        regroup={"red": {"hours": -0.1}},
        events={
            "c_falls": {"kind": "capture", "places": "c", "by": "blue", "at": 20_000},
            **extra,
        },
        length=60_000,
        sample=1_000,
    )


PAIRS: dict[str, dict[str, dict[str, Any]]] = {
    "capture and recapture": {
        "x1": {"kind": "capture", "places": "b a", "by": "blue"},
        "x2": {"kind": "capture", "places": "a b", "by": "red"},
    },
    "a sink taken and given back": {
        "x1": {"kind": "capture", "places": "t", "by": "blue"},
        "x2": {"kind": "capture", "places": "t", "shares": {"red": PPM}},
    },
    "a raid on a place of one's own": {
        "x1": {"kind": "raid", "places": "b", "by": "red", "lasts": 5_000},
        "x2": {"kind": "capture", "places": "b", "by": "red"},
    },
    "opened and closed again": {
        "x1": {"kind": "open", "roads": "c-t"},
        "x2": {"kind": "close", "roads": "c-t"},
    },
    "unsealed and sealed again": {
        "x1": {"kind": "unseal", "places": "b"},
        "x2": {"kind": "seal", "places": "b", "against": "blue"},
    },
    "ringed, and the ring broken by the holder": {
        "x1": {"kind": "besiege", "places": "b", "by": "blue"},
        "x2": {"kind": "capture", "places": "b", "by": "red"},
    },
    "damage of nothing": {
        "x1": {"kind": "damage", "places": "a", "roads": "a-b", "loss": 0},
        "x2": {"kind": "capture", "places": "a", "by": "red"},
    },
}


@pytest.mark.parametrize("at", [0, 21_000, 25_500])
@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_that_cancels_leaves_no_trace(make: Make, plain: Plain, name: str, at: int) -> None:
    pair = {key: {**given, "at": at} for key, given in PAIRS[name].items()}
    without, with_ = run(busy(make, {})), run(busy(make, pair))
    for part, value in plain(without, without="events").items():
        assert getattr(with_, part) == value, part
    rows = [row for row in with_.events if row.cause not in pair]
    assert rows == without.events
    assert len(with_.events) == len(rows) + 2 + (name == "damage of nothing")


def test_what_cancels_has_happened_all_the_same(make: Make) -> None:
    pair = {key: {**given, "at": 9} for key, given in PAIRS["capture and recapture"].items()}
    then = {"kind": "close", "roads": "s-a", "when": ("event", "x1")}
    record = run(busy(make, {**pair, "then": then}))
    assert [row.time for row in record.events if row.cause == "then"] == [10]


def test_a_raid_thrown_back_does_not_shield_the_garrison_later(make: Make) -> None:
    events = {
        "r": {"kind": "raid", "places": "b", "by": "blue", "at": 100, "lasts": 50},
        "s": {"kind": "capture", "places": "b", "by": "red", "at": 120},
        "t": {"kind": "capture", "places": "b", "by": "blue", "at": 200},
    }
    record = run(
        make("a-b:1", events=events, garrisons={"g": {"place": "b", "strength": 10}}, length=1000)
    )
    assert [(move.time, move.persons) for move in record.moves] == [(200, 10)]


def test_half_a_change_is_a_change(make: Make) -> None:
    """Two captures of one place at one instant: the last by id counts, once."""
    events = {
        "x1": {"kind": "capture", "places": "b", "by": "blue", "at": 50},
        "x2": {"kind": "capture", "places": "b", "by": "green", "at": 50},
    }
    record = run(make("a-b:1", events=events, actors={"green": {}}, length=100))
    assert [row[1:] for row in record.control if row.time == 50] == [
        ("place", "b", "holders", "green=1")
    ]


def test_a_change_at_the_start_replaces_the_row_of_the_start(make: Make) -> None:
    # "blue" sorts before "red": the old value must not come last
    events = {"x": {"kind": "capture", "places": "b", "by": "blue", "at": 0}}
    axes = {"line": {"sources": "a", "sinks": {"b": {}}}}
    record = run(make("a-b:1", events=events, axes=axes, length=100))
    assert [row.value for row in record.control if row[1:4] == ("place", "b", "holders")] == [
        "blue=1"
    ]
    capacity = [r.value for r in record.series if r.measure == "capacity_kg_per_day"]
    assert capacity == [0]
    # what happens at the start is the start: against it nothing is lost
    assert record.credits == []


def test_events_after_the_end_do_not_happen_and_those_at_the_end_do(make: Make) -> None:
    events = {
        f"x{at}": {"kind": "capture", "places": "b", "by": "blue", "at": at} for at in (100, 101)
    }
    record = run(make("a-b:1", events=events, length=100))
    assert [(row.time, row.cause) for row in record.events] == [(100, "x100")]
    assert record.control[-1].time == 100


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same scenario with every mapping in another order."""
    if isinstance(value, Mapping):
        items = [(k, shuffled(v, rng)) for k, v in value.items()]
        rng.shuffle(items)
        return dict(items)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = {
            f.name: shuffled(v, rng)
            for f in dataclasses.fields(value)
            if isinstance(v := getattr(value, f.name), Mapping) or dataclasses.is_dataclass(v)
        }
        return dataclasses.replace(value, **inner)
    return value


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_the_file_never_matters(
    wild: Callable[[int], Scenario], plain: Plain, seed: int
) -> None:
    scenario = wild(seed)
    other = shuffled(scenario, random.Random(seed))
    first, second = plain(run(scenario)), plain(run(other))
    for part, value in first.items():
        assert second[part] == value, part


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_happens_the_books_balance(wild: Callable[[int], Scenario], seed: int) -> None:
    scenario = wild(seed)
    record = run(scenario)
    for tally in record.tallies.values():
        assert tally.sent == tally.arrived + tally.lost + tally.returned + tally.moving
        assert tally.sent_kg == (
            tally.delivered_kg + tally.lost_kg + tally.returned_kg + tally.moving_kg
        )
        # a convoy gives up its goal before it returns
        assert tally.returned <= tally.turned
    for row in record.series:
        assert row.value >= 0
        assert 0 <= row.time <= record.end
    credits_sum(record)
    assert len({row[:4] for row in record.control}) == len(record.control)
    assert len({row[:3] for row in record.series}) == len(record.series)
    assert len({row[:5] for row in record.flows}) == len(record.flows)


def credits_sum(record: Record) -> None:
    """At each instant the credits of an axis sum to its capacity less that of the start."""
    levels: dict[tuple[int, str], int] = {}
    for row in record.series:
        if row.measure == "capacity_kg_per_day":
            levels[row.time, row.subject.removeprefix("axis:")] = row.value
    start = {axis: value for (time, axis), value in levels.items() if time == 0}
    capacity, credits_ = dict(start), dict.fromkeys(start, 0)
    now: dict[tuple[str, str], int] = {}
    for time in sorted({time for time, _ in levels} | {row.time for row in record.credits}):
        capacity |= {axis: value for (t, axis), value in levels.items() if t == time}
        for row in record.credits:
            if row.time == time:
                credits_[row.axis] += row.kg_per_day - now.get((row.axis, row.event), 0)
                now[row.axis, row.event] = row.kg_per_day
        assert {axis: capacity[axis] - start[axis] for axis in start} == credits_, time
