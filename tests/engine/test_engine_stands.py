"""Forces that begin on their way: where they stand, whose the places behind them are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sim import load
from sim.base.diagnostics import ScenarioError
from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.scenario.distributions import Uniform
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]


def on_its_way(make: Make, stands: Any, **given: Any) -> Scenario:
    """Red from b by x (10 km) and y (20 km) to z (30 km), at 10 km a day; blue has y and z."""
    return make(
        "b-x:10 x-y:10 y-z:10",
        held={"y": "blue", "z": "blue"} | given.pop("held", {}),
        operations={"op": {"route": "b x y z", "stands": stands, **given.pop("operation", {})}},
        length=given.pop("length", 10 * DAY),
        **given,
    )


def taken(record: Record) -> list[tuple[int, str]]:
    return [(row.time, row.text.split()[-1]) for row in record.events if row.kind == "taken"]


@pytest.mark.parametrize(
    ("stands", "first"),
    [
        (None, 2 * DAY), ("b", 2 * DAY), ("x", DAY), (10, DAY), (14, DAY * 6 // 10),
        (19.9, DAY // 100),
    ],
)  # fmt: skip
def test_it_marches_on_from_where_it_stands(make: Make, stands: Any, first: int) -> None:
    # it takes a place a second after it came, and goes on a second later
    record = run(on_its_way(make, stands))
    assert [place for _, place in taken(record)] == ["Y", "Z"]
    assert taken(record)[0][0] == pytest.approx(first + 1, abs=2)
    assert taken(record)[1][0] == pytest.approx(first + DAY + 2, abs=3)


def test_it_waits_where_it_stands_until_it_begins(make: Make) -> None:
    scenario = on_its_way(make, 14, operation={"at": 3 * DAY})
    record = run(scenario)
    rows = {r.time: r.value for r in record.series
            if (r.subject, r.measure) == ("operation:op", "position_m")}  # fmt: skip
    assert rows[0] == rows[3 * DAY] == 14_000
    assert taken(record)[0][0] == pytest.approx(3.6 * DAY + 1, abs=2)
    found = Analysis(scenario, record).measures
    assert found["operations.op.furthest_km"].value == 30
    assert found["actors.red.km_advanced"].value == 16  # of 30, from the 14 km where it stood on


def test_no_further_than_the_end_of_its_route(make: Make) -> None:
    record = run(on_its_way(make, 99, held={"y": "red", "z": "red"}))
    last = [r.value for r in record.series if r.measure == "position_m"][-1]
    assert last == 30_000
    assert taken(record) == []


def test_where_it_stands_is_drawn_by_its_id(make: Make) -> None:
    scenario = on_its_way(make, Uniform(11, 19))
    for replicate in range(3):
        record = run(scenario, replicate=replicate)
        begun = next(r.value for r in record.series if r.measure == "position_m")
        assert begun == round(record.drawn["operation:op:stands"] * 1000)
        assert 11_000 <= begun <= 19_000


def test_it_gives_up_the_places_behind_it_to_who_beat_it(make: Make) -> None:
    # 100 at y, its own, with 900 of blue before it in z who go at it at once: y goes with the
    # force, and x too, which it is taken to have taken; b is its base
    scenario = on_its_way(
        make, "y", held={"y": "red"},
        garrisons={"g": {"actor": "blue", "place": "z", "strength": 900}},
        fighting={"attack": 2, "defend": 2},
        operation={"retreat": 40, "tempo": 40},
    )  # fmt: skip
    record = run(scenario)
    given_up = [row.text.split()[-2] for row in record.events if row.kind == "given_up"]
    assert given_up == ["Y", "X"]


TEXT = """
format: 1
title: t
period: {length: 3 days}
default_holder: red
actors: {red: {}, blue: {}}
fighting: {attack: 1 /day, defend: 1 /day}
network:
  classes: {r: {speed: 50 km/h, capacity: 10 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 0.1}, c: {lat: 0, lon: 0.2}}
  roads: {a--b: {class: r}, b--c: {class: r}}
operations:
  op:
    {actor: red, strength: 5 persons, base: a, route: [b], tempo: 5 km/day, at: 0 d, stands: STANDS}
"""


@pytest.mark.parametrize(
    ("stands", "message"),
    [
        ("{place: c}", "'c' is not on the route"),
        ("{place: b, km: 3 km}", "'place' and 'km' both say where it stood"),
        ("{note: here}", "does not say where it stood"),
        ("{km: -3 km}", "km"),
    ],
)
def test_what_is_wrong_with_a_position_is_said(stands: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        load(TEXT.replace("STANDS", stands))
