"""Ground, losses, men on the road and fronts of a run, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.engine.simulation import run
from sim.measure.sides import (
    FrontCount,
    days_carried,
    fronts,
    on_the_road,
    person_days,
    side_series,
)
from sim.measure.summary import Analysis
from sim.scenario.model import DAY, Scenario
from sim.state.record import Move, Record

Make = Callable[..., Scenario]


def record(*moves: Move) -> Record:
    return Record(seed=0, replicate=0, end=10 * DAY, moves=list(moves))


def test_reserves_on_the_road_from_leaving_to_arriving() -> None:
    moves = [
        Move(DAY, "red", "a", "b", 100, 1.0, 0, "", "arrived", 3 * DAY, reserve=True),
        Move(2 * DAY, "red", "c", "b", 50, 1.0, 0, "", "moving", None, reserve=True),
        Move(2 * DAY, "red", "c", "d", 7, 1.0, 0, "", "arrived", 4 * DAY),
        Move(2 * DAY, "red", "c", "c", 9, 0.0, 0, "", "lost", 2 * DAY),  # never set out
    ]
    found = record(*moves)
    steps = on_the_road(found, reserve=True)
    assert steps == {"red": [(0, 0), (DAY, 100), (2 * DAY, 150), (3 * DAY, 50)]}
    # a day of 100, one of 150, seven of 50
    assert person_days(steps["red"], found.end) == 100 + 150 + 7 * 50
    displaced = on_the_road(found, reserve=False)
    assert displaced == {"red": [(0, 0), (2 * DAY, 7), (4 * DAY, 0)]}


def test_men_who_leave_at_the_start_are_on_the_road_from_then_on() -> None:
    move = Move(0, "red", "a", "b", 10, 1.0, 0, "", "arrived", DAY, reserve=True)
    assert on_the_road(record(move), reserve=True) == {"red": [(0, 10), (DAY, 0)]}


def war(make: Make) -> Scenario:
    # red takes empty x (10 km at 10 km/day: after a day), then beats the 200 men in y, 10 km on
    return make(
        "b-x:10 x-y:10 y-z:10",
        held={"x": "blue", "y": "blue", "z": "blue"},
        garrisons={"g": {"actor": "blue", "place": "y", "strength": 200}},
        operations={"op": {"route": "b x y", "strength": 1000}},
    )


def test_a_front_without_a_battle_is_given_up(make: Make) -> None:
    scenario = war(make)
    found = run(scenario)
    # x and y are on red's route, z is not; only y was fought for
    assert fronts(scenario, found) == {"blue": FrontCount(faced=2, lost=2, given_up=1)}
    measures = Analysis(scenario, found).measures
    assert measures["actors.blue.fronts_given_up"] == (1, "fronts")


def test_friends_and_what_is_never_reached_are_no_loss(make: Make) -> None:
    scenario = make(
        "b-x:10 x-y:10 y-z:1000",
        held={"x": "green", "y": "blue", "z": "blue"},
        actors={"green": {"friends": "red"}},
        operations={"op": {"route": "b x y z", "strength": 1000}},
    )
    assert fronts(scenario, run(scenario)) == {"blue": FrontCount(faced=2, lost=1, given_up=1)}


def test_ground_and_losses_over_time(make: Make) -> None:
    scenario = war(make)
    found = run(scenario)
    rows = side_series(scenario, found)
    assert rows == sorted(rows)
    places = [(r.time, r.value) for r in rows if r[1:3] == ("actor:red", "places_ppm")]
    # x changes hands a second after it is reached, y when the battle for it is over
    assert [value for _, value in places] == [1_000_000, 2_000_000, 3_000_000]
    assert places[:2] == [(0, 1_000_000), (DAY + 1, 2_000_000)]
    road = [r.value for r in rows if r[1:3] == ("actor:red", "road_m")]
    assert road == [0, 10_000, 20_000]  # b-x, then x-y
    for actor in ("red", "blue"):
        fallen = [r for r in rows if r[1:3] == (f"actor:{actor}", "fallen_persons")]
        assert fallen[0][::3] == (0, 0)
        assert fallen[-1].value == found.fallen[actor] > 0


def test_strength_of_garrisons_and_supply_of_forces(make: Make) -> None:
    # 1,000 men at 2 kg a day carry 4 days; cut off after a day of march, on the 3rd day they
    # have 3 days left; they stand before nobody, so nobody falls
    scenario = make(
        "s-b:10 b-x:10 x-y:40",
        held={"y": "blue", "x": "blue"},
        garrisons={
            "g": {"actor": "blue", "place": "y", "strength": 200},
            "far": {"actor": "red", "place": "s", "strength": 9},
        },
        axes={"line": {"sources": "s", "sinks": {"b": {"stock": 90_000}}}},
        operations={
            "op": {"route": "b x y", "strength": 1000, "axis": "line", "each": 2,
                   "carries": 4 * DAY, "tempo": 10}
        },
        events={"cut": {"kind": "close", "roads": "b-x", "at": 2 * DAY}},
        length=3 * DAY,
    )  # fmt: skip
    found = run(scenario)
    analysis = Analysis(scenario, found)
    measures = analysis.measures
    carried = days_carried(found.drawn, analysis.series, scenario.operations["op"])
    assert carried[0] == (0, 4.0)
    assert carried[-1][1] == pytest.approx(3.0, abs=1e-3)
    assert measures["operations.op.days_of_supply_least"].value == pytest.approx(3, abs=1e-3)
    assert measures["garrisons.blue.y.strength_start"] == (200, "persons")
    assert measures["garrisons.blue.y.strength_end"] == (200, "persons")
    # what nothing is about is in the table alone
    assert "garrisons.red.s.strength_end" not in measures
    assert analysis.at("garrisons.red.s.strength", DAY) == 9
