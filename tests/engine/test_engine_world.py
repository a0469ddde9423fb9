"""The world of a run, signals, what is due, and garrisons: each without the parts above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.clock import Phase
from sim.engine.conditions import Conditions
from sim.engine.events import Events
from sim.engine.garrisons import Garrisons
from sim.engine.signals import NetChange, Signal
from sim.engine.supply.axes import draw_axes
from sim.engine.world import World
from sim.scenario.model import PPM, Scenario
from sim.state.control import Control
from sim.state.luck import Luck

Make = Callable[..., Scenario]


def world(scenario: Scenario) -> World:
    return World(scenario, Luck(seed=1))


def hears(w: World) -> list[tuple[int, NetChange]]:
    found: list[tuple[int, NetChange]] = []
    w.signals.settled.subscribe(lambda change: found.append((w.clock.now, change)))
    return found


def test_a_signal_calls_all_who_subscribed_in_their_order() -> None:
    signal: Signal[[int]] = Signal()
    heard: list[tuple[str, int]] = []
    signal.tell(1)  # nobody listens
    for name in ("first", "second"):
        signal.subscribe(lambda n, name=name: heard.append((name, n)))
    signal.tell(2)
    assert heard == [("first", 2), ("second", 2)]


def test_changes_of_one_instant_are_settled_once_and_those_that_cancel_not_at_all(
    make: Make,
) -> None:
    w = world(make("a-b:1 b-c:1"))
    heard = hears(w)
    for place in ("c", "a"):
        w.apply("taken", place, lambda control, p: control.capture(p, {"blue": PPM}))
    w.apply("closed", "a-b", lambda control, road: control.close(road, "closed"))
    w.apply("opened", "a-b", Control.open)
    w.clock.run_through(0)
    ((time, change),) = heard
    assert (time, change.places, change.roads) == (0, ["a", "c"], [])
    assert [row[1:] for row in w.record.control if row.value == "blue=1"] == [
        ("place", "a", "holders", "blue=1"),
        ("place", "c", "holders", "blue=1"),
    ]


def test_each_change_is_told_with_its_cause_and_its_beginning(make: Make) -> None:
    w = world(make("a-b:1"))
    heard: list[tuple[str, int, str]] = []
    w.signals.applied.subscribe(lambda a: heard.append((a.cause, a.began, a.subject)))
    w.clock.at(7, Phase.CLOSURES, "x", lambda: w.apply("x", "a-b", lambda c, r: c.close(r, "x")))
    w.clock.at(
        9, Phase.OPENINGS, "x", lambda: w.apply("x", "a-b", lambda c, r: c.open(r, "x"), began=7)
    )
    w.clock.run_through(10)
    assert heard == [("x", 7, "a-b"), ("x", 7, "a-b")]


def test_of_the_numbers_of_an_instant_the_last_is_written_where_it_changed(make: Make) -> None:
    w = world(make("a-b:1"))
    notes = ((0, 5), (0, 6), (10, 6), (20, 7))
    for time, value in notes:
        key = f"{time}/{value}"
        w.clock.at(time, Phase.BATTLES, key, lambda v=value: w.note("axis:red", "men", v))
    w.clock.run_through(100)
    assert [(row.time, row.value) for row in w.record.series] == [(0, 6), (20, 7)]


def test_samples_come_after_each_interval_and_at_the_end(make: Make) -> None:
    w = world(make("a-b:1", length=25, sample=10))
    times: list[int] = []
    w.every_sample(Phase.RECORD, "test", lambda: times.append(w.clock.now))
    w.clock.run_through(25)
    assert times == [0, 10, 20, 25]


def raids(make: Make, **more: Any) -> tuple[World, list[tuple[int, str]]]:
    """A raid of 100 s on b at 50 s; who holds b when."""
    raid = {"kind": "raid", "places": "b", "by": "blue", "at": 50, "lasts": 100}
    w = world(make("a-b:1", events={"raid": raid, **more}, length=1_000))
    Events(w, Conditions(w, {}))
    w.clock.run_through(1_000)
    rows = [row for row in w.record.control if (row.id, row.what) == ("b", "holders")]
    return w, [(row.time, row.value) for row in rows]


def test_a_raid_gives_back_what_it_took(make: Make) -> None:
    w, held = raids(make)
    assert held == [(0, "red=1"), (50, "blue=1"), (150, "red=1")]
    assert [(e.time, e.kind, e.text) for e in w.record.events] == [
        (50, "raid", ""),
        (150, "ends", "raid ends"),
    ]
    assert w.control.raids == w.control.lasting == {}


def test_a_condition_is_waited_for_and_then_the_delay(make: Make) -> None:
    after = {"kind": "capture", "places": "a", "by": "blue", "when": ("falls", "b"), "delay": 30}
    w, _ = raids(make, after=after)
    assert [(e.time, e.cause) for e in w.record.events if e.kind == "capture"] == [(80, "after")]


@pytest.mark.parametrize(("at", "begins"), [(-1, []), (0, [0]), (1_000, [1_000]), (1_001, [])])
def test_what_is_due_outside_the_period_never_begins(
    make: Make, at: int, begins: list[int]
) -> None:
    event = {"kind": "capture", "places": "a", "by": "blue", "at": at}
    w = world(make("a-b:1", events={"e": event}, length=1_000))
    found: list[int] = []
    Conditions(w, draw_axes(w)).when_due("event:e", w.scenario.events["e"], found.append)
    assert found == begins


def test_two_garrisons_of_a_place_lose_the_mean_of_what_each_would(make: Make) -> None:
    men = {"1": {"place": "a", "strength": 30, "loss": 0.2, "ring_loss": 1},
           "2": {"place": "a", "strength": 10, "loss": 1, "ring_loss": 0}}  # fmt: skip
    w = world(make("a-b:1", garrisons=men))
    garrisons, post = Garrisons(w), ("red", "a")
    assert garrisons.of(post) == 40
    assert garrisons.loss(post, ringed=False) == pytest.approx(0.4)  # (30 * 0.2 + 10 * 1) / 40
    assert garrisons.loss(post, ringed=True) == pytest.approx(0.75)  # (30 * 1 + 10 * 0) / 40


def test_those_who_join_a_garrison_are_told_of_before_and_after(make: Make) -> None:
    w = world(make("a-b:1", garrisons={"1": {"place": "a", "strength": 30, "loss": 0.5}}))
    garrisons, heard = Garrisons(w), []
    old, new = ("red", "a"), ("red", "b")
    w.signals.garrison_will_grow.subscribe(lambda post: heard.append((post, garrisons.of(post))))
    w.signals.garrison_grew.subscribe(lambda post, n: heard.append((post, garrisons.of(post), n)))
    garrisons.join(old, 5)
    garrisons.join(new, 0)  # nobody comes
    garrisons.lose_as(new, old)
    garrisons.join(new, 7)
    assert heard == [(old, 30), (old, 35, 5), (new, 0), (new, 7, 7)]
    assert garrisons.loss(new, ringed=False) == 0.5  # as where they came from
