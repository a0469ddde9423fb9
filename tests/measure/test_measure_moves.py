"""Scores of the choice model and of the simple rules against moves on record."""

from __future__ import annotations

import math

import pytest

from sim.measure.moves import FLOOR, gravity, nearest, scores
from sim.scenario.loader import load
from sim.state.record import STAY, ChoiceRow, Move, Record

TEXT = """\
format: 1
title: x
period: {length: 10 days}
actors: {red: {}}
default_holder: red
network:
  title: x
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places:
    a: {name: A, lat: 0, lon: 0}
    b: {name: B, lat: 0, lon: 0.1, population: 4000}
    c: {name: C, lat: 0, lon: 0.2, population: 9000}
  roads: {a--b: {km: 10, class: road}, b--c: {km: 10, class: road}}
moves_on_record:
  one: {actor: red, from: a, to: c, at: 3 days}
  two: {actor: red, from: b, to: a, at: 4 days}
  three: {actor: red, from: a, to: b, at: 3 days, reserve: true}
"""

OPTIONS = [
    ChoiceRow(5, "red", "a", "b", 0.75, 3600),
    ChoiceRow(5, "red", "a", "c", 0.25, 7200),
]


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(TEXT)
    return load(path)


def test_the_rules_share_out(scenario) -> None:
    assert nearest(OPTIONS) == {"b": 1.0, "c": 0.0}
    # 4000 / 1 against 9000 / 4, in hours: 4000 to 2250
    assert gravity(scenario, OPTIONS) == pytest.approx({"b": 4000 / 6250, "c": 2250 / 6250})


def test_scores_of_moves_on_record(scenario) -> None:
    record = Record(seed=0, replicate=0, end=864_000, choices=list(OPTIONS))
    record.moves = [
        Move(9, "red", "a", "b", 30, 1.0, 10, "", reserve=True),
        Move(9, "red", "a", "c", 10, 1.0, 10, "", reserve=True),
        Move(9, "red", "a", "c", 99, 1.0, 10, ""),
    ]
    found = {s.model: s for s in scores(scenario, record)}
    # only the move from a can be scored: nobody was displaced from b
    assert {m: s.moves for m, s in found.items()} == {
        "logit": 1, "nearest": 1, "gravity": 1, "reserves": 1,
    }  # fmt: skip
    assert found["logit"].log == pytest.approx(-math.log(0.25))
    assert found["logit"].brier == pytest.approx(0.75**2 + 0.75**2)
    # nearest foresaw b with certainty: the floor keeps its log score finite
    assert found["nearest"].log == pytest.approx(-math.log(FLOOR))
    assert found["nearest"].brier == pytest.approx(2.0)
    assert found["gravity"].log == pytest.approx(-math.log(0.36))
    # three quarters of the reserves sent from a went to b
    assert found["reserves"].log == pytest.approx(-math.log(0.75))
    assert found["reserves"].brier == pytest.approx(0.25**2 + 0.25**2)


def test_to_stay_is_no_destination_of_the_simple_rules(scenario) -> None:
    # it takes no time: counted, it would be all that nearest and gravity foresee
    stay = ChoiceRow(5, "red", "a", STAY, 0.5, 0)
    record = Record(seed=0, replicate=0, end=864_000, choices=[*OPTIONS, stay])
    found = {s.model: s for s in scores(scenario, record)}
    assert found["nearest"].brier == pytest.approx(2.0)
    assert found["gravity"].log == pytest.approx(-math.log(0.36))
    assert found["logit"].brier == pytest.approx(0.75**2 + 0.75**2 + 0.5**2)
    record.choices = [stay]
    assert [s.moves for s in scores(scenario, record)] == [0, 0, 0, 0]


def test_nothing_to_score(scenario) -> None:
    found = scores(scenario, Record(seed=0, replicate=0, end=864_000))
    assert [(s.moves, s.log, s.brier) for s in found] == [(0, None, None)] * 4
