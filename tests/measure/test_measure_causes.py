"""What settled a claim: hand-worked causes on a line of four places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.engine import simulation
from sim.measure.along import Along
from sim.measure.causes import NOTHING, UNTOLD, Turn, came_by
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant
from sim.scenario.model import DAY, BackgroundRate, Rules, Scenario

Make = Callable[..., Scenario]

LINE = {"line": {"sources": {"port"}, "sinks": {"town": {"demand": 100}}}}
ROADS = "port-gate:10/1000 gate-hill:10/1000 hill-town:10/1000"
EVENTS: dict[str, dict[str, Any]] = {
    "hill_falls": {"kind": "capture", "places": "hill", "by": "blue", "at": 3 * DAY},
    "gate_falls": {"kind": "capture", "places": "gate", "by": "blue", "at": 6 * DAY},
}


def turn_of(make: Make, *claim: object, events: dict[str, Any] | None = None) -> Turn:
    """What settled one claim in the run of the line."""
    chosen = EVENTS if events is None else events
    scenario = make(ROADS, axes=LINE, events=chosen, claims={"c": claim})
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    return run.turns["c"]


def test_by_what_a_time_came_is_told_of_any_measure(make: Make) -> None:
    scenario = make(ROADS, axes=LINE, events=EVENTS)
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    assert came_by(run, "places.gate.time_lost_by.red") == Turn("gate_falls", "gate", 6.0)
    assert came_by(run, "places.port.time_lost_by.red") == NOTHING
    assert came_by(run, "axes.line.delivered") == UNTOLD


@pytest.mark.parametrize(
    ("claim", "turn"),
    [
        # 1000 kg/day until the hill is lost on day 3; the gate, lost on day 6, changes no more
        (("axes.line.time_of_first_cut", "!=", None), Turn("hill_falls", "hill", 3.0)),
        (("axes.line.time_of_first_cut", "<=", 4 * DAY), Turn("hill_falls", "hill", 3.0)),
        # cut too late for what is claimed: by day 2 nothing had happened, so nothing settled it
        (("axes.line.time_of_first_cut", "<=", 2 * DAY), NOTHING),
        (("axes.line.time_of_first_cut", "<", 3 * DAY), NOTHING),
        (("axes.line.time_of_first_cut", ">", 2 * DAY), NOTHING),
        (("axes.line.time_of_first_cut", ">", 4 * DAY), Turn("hill_falls", "hill", 3.0)),
        # the gate's own measure is settled at the gate
        (("places.gate.time_lost_by.red", "!=", None), Turn("gate_falls", "gate", 6.0)),
        # blue never loses the hill again
        (("places.hill.time_lost_by.blue", "=", None), NOTHING),
        # of the capacity on day 5 and at the end: it became 0 on day 3
        (("axes.line.capacity", "=", 0, 5 * DAY), Turn("hill_falls", "hill", 3.0)),
        (("axes.line.capacity", ">", 0, 2 * DAY), NOTHING),
        (("axes.line.capacity_end", "=", 0), Turn("hill_falls", "hill", 3.0)),
        # a sum over the period turned at no single instant
        (("axes.line.delivered", ">", 0), UNTOLD),
        # hungry because of the hill, when the stock (none) was gone: with the line
        (("axes.line.sinks.town.time_of_exhaustion", "!=", None), Turn("", "", 0.0)),
    ],
)  # fmt: skip
def test_a_claim_turns_with_what_changed_its_measure(
    make: Make, claim: tuple[Any, ...], turn: Turn
) -> None:
    assert turn_of(make, *claim) == turn


def test_of_two_captures_in_one_instant_it_is_the_one_of_the_place_that_is_named(
    make: Make,
) -> None:
    both = {name: {**event, "at": 3 * DAY} for name, event in EVENTS.items()}
    found = turn_of(make, "places.gate.time_lost_by.red", "!=", None, events=both)
    assert found == Turn("gate_falls", "gate", 3.0)
    found = turn_of(make, "places.hill.time_lost_by.red", "!=", None, events=both)
    assert found == Turn("hill_falls", "hill", 3.0)


def test_a_stock_that_runs_out_later_does_so_by_what_last_changed_its_axis(make: Make) -> None:
    # 250 kg at 100 kg/day last two and a half days after the last convoy, whenever that was
    axes = {"line": {"sources": {"port"}, "sinks": {"town": {"demand": 100, "stock": 250}}}}
    claims = {"hungry": ("axes.line.sinks.town.time_of_exhaustion", "!=", None)}
    scenario = make(ROADS, axes=axes, events=EVENTS, claims=claims)
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    turn = run.turns["hungry"]
    assert turn.cause == "hill_falls"
    assert turn.day is not None
    assert turn.day > 3


def test_a_battle_counts_as_the_operation_that_won_it(make: Make) -> None:
    # 900 attackers on 100 defenders: the square law leaves no doubt who wins
    scenario = make(
        "camp-fort:24/1000",
        held={"fort": "red", "camp": "blue"},
        garrisons={"watch": {"place": "fort", "strength": 100}},
        fighting={"attack": 0.5, "defend": 0.1},
        operations={"storm": {"actor": "blue", "strength": 900, "route": "camp fort",
                              "tempo": 24, "at": DAY}},
        claims={"lost": ("places.fort.time_lost_by.red", "!=", None)},
    )  # fmt: skip
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    assert run.turns["lost"][:2] == ("storm", "fort")


def test_a_place_given_up_is_lost_by_the_force_that_gives_it_up(make: Make) -> None:
    # 100 men take the empty post, break before the fort of 900, and go home over the post
    scenario = make(
        "camp-post:24/1000 post-fort:24/1000",
        held={"post": "red", "fort": "red", "camp": "blue"},
        garrisons={"watch": {"place": "fort", "strength": 900}},
        fighting={"attack": 0.1, "defend": 0.5},
        operations={"storm": {"actor": "blue", "strength": 100, "route": "camp post fort",
                              "tempo": 24, "at": DAY, "on_repulse": "fall_back"}},
        claims={"lost": ("places.post.time_lost_by.blue", "!=", None)},
    )  # fmt: skip
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    assert run.turns["lost"][:2] == ("storm", "post")


def test_what_changes_hands_in_the_background_is_told(make: Make) -> None:
    # nothing names the hill: that it is asked about is enough for it to have measures
    made = make(
        ROADS, axes=LINE, held={"hill": "blue"},
        claims={"hill": ("places.hill.time_lost_by.blue", "!=", None)},
    )  # fmt: skip
    rates = {"blue": BackgroundRate("blue", Constant(1.0))}
    scenario = replace(made, kind="forecast", rules=Rules(background=rates))
    record = simulation.run(scenario)
    run = Analysis(scenario, record, Along.of(scenario, record))
    lost = next(row.time for row in record.events if row.cause == "background") / DAY
    assert run.turns["hill"] == Turn("background", "hill", pytest.approx(lost, abs=1e-6))
    assert run.measures["places.hill.time_lost_by.blue"].value == pytest.approx(lost, abs=1e-6)
    mute = replace(scenario, claims={})
    unasked = Analysis(mute, record, Along.of(mute, record))
    assert "places.hill.time_lost_by.blue" not in unasked.measures
