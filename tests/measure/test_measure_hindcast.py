"""A forecast against the record on a toy whose scores can be worked out by hand."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from sim.measure.hindcast import (
    CONSTANT,
    FRONT,
    NOTHING,
    OWN,
    Hindcast,
    Question,
    ScoreLine,
    change,
    hindcast,
)
from sim.measure.holders import changes, day_of
from sim.measure.on_record import HoldersOnRecord
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.state.record import ControlRow, Record

TOY = """\
format: 1
id: toy
kind: forecast
as_of: 2016-06-11
period: {start: 2016-06-01, end: 2016-07-01}
network:
  places:
    fort: {lat: 36, lon: 38}
    mill: {lat: 36.1, lon: 38}
    town: {lat: 36.2, lon: 38}
    wild: {lat: 36.3, lon: 38}
  classes: {road: {speed: 40 km/h, capacity: 100 t/day}}
  roads:
    a: {between: [fort, mill], km: 10, class: road}
    b: {between: [mill, town], km: 10, class: road}
    c: {between: [town, wild], km: 10, class: road}
actors: {red: {}, blue: {}, green: {friends: [red]}}
holders: {fort: red, mill: red, town: red, wild: blue}
score_on: [2016-06-21]
holders_on_record:
  ours: {place: [fort, mill, town], by: red, at: 2016-05-22}
  theirs: {place: wild, by: red, at: 2016-05-22}
  wild_lost: {place: wild, by: blue, at: 2016-06-01}
  town_lost: {place: town, by: [blue], at: 2016-06-16}
events_on_record:
  town_falls: {measure: places.town.time_lost_by.red, at: 2016-06-16}
  wild_back: {measure: places.wild.time_taken_by.red}
  wild_fell: {measure: places.wild.time_lost_by.red, at: 2016-06-01}
"""


@pytest.fixture
def toy(tmp_path: Path) -> Scenario:
    (tmp_path / "toy.yaml").write_text(TOY, "utf-8")
    return load(tmp_path / "toy.yaml")


def run(held: list[tuple[str, float, list[str]]], town: float | None) -> dict[str, object]:
    return {
        "measures": {"places.town.time_lost_by.red": town},
        "held": [[place, round(day * DAY), actors] for place, day, actors in held],
    }


RUNS = [
    run([("town", 12, ["blue"])], 12.0),
    run([("town", 15, ["blue"]), ("town", 18, ["red", "blue"])], 15.0),
    run([("fort", 25, ["blue"])], None),
    run([], None),
]


@pytest.fixture
def found(toy: Scenario) -> Hindcast:
    return hindcast(toy, RUNS, Question("red", 10 * DAY, (20 * DAY,)))


def test_the_record_gives_rates_by_front_and_inner(toy: Scenario) -> None:
    rates = HoldersOnRecord(toy).rates("red", 10 * DAY)
    # four places of red for 10 days, no enemy on record, then wild is lost; 10 days in which town
    # is joined to it, and fort and mill are not
    assert (rates[False].losses, rates[False].place_days) == (1, 4 * 10 + 2 * 10)
    assert (rates[True].losses, rates[True].place_days) == (0, 10)
    assert (rates[None].losses, rates[None].place_days) == (1, 70)


def test_a_friend_next_door_is_no_front(toy: Scenario) -> None:
    record = HoldersOnRecord(toy)
    assert record.is_front("town", "red", 10 * DAY)
    assert record.is_front("wild", "green", 10 * DAY)  # blue itself holds it
    assert not record.is_front("fort", "green", 10 * DAY)  # red, whom green calls a friend
    # friendship is mutual, whoever states it: with green in the wild red's town is no front
    text = TOY.replace("wild_lost: {place: wild, by: blue", "wild_lost: {place: wild, by: green")
    among_friends = HoldersOnRecord(load("toy.yaml", text=text))
    assert not among_friends.is_front("town", "red", 10 * DAY)


def test_the_rows_are_those_that_the_side_held_on_record(found: Hindcast) -> None:
    assert [(r.place, r.held, r.front) for r in found.places] == [
        ("fort", True, False), ("mill", True, False), ("town", False, True),
    ]  # fmt: skip
    # held by day 20: fort and mill in all runs (fort is lost on day 25), town in three of four
    assert [r.chances[OWN] for r in found.places] == [1.0, 1.0, 0.75]


def test_scores_are_means_over_the_places(found: Hindcast) -> None:
    score = {(x.model, x.rule): x.score for x in found.lines if x.date is None}
    sure = -math.log(0.99)
    assert score[OWN, "log"] == pytest.approx((2 * sure - math.log(0.25)) / 3)
    assert score[OWN, "brier"] == pytest.approx(0.75**2 / 3)
    assert score[NOTHING, "log"] == pytest.approx((2 * sure - math.log(0.01)) / 3)
    assert score[NOTHING, "brier"] == pytest.approx(1 / 3)
    stays = math.exp(-10 / 70)  # one loss in 70 place-days, ten days on
    log = (-2 * math.log(stays) - math.log(1 - stays)) / 3
    assert score[CONSTANT, "log"] == pytest.approx(log)
    inner = math.exp(-10 / 60)  # town is a front, where nothing was lost: for sure held
    assert score[FRONT, "brier"] == pytest.approx((2 * (1 - inner) ** 2 + 1) / 3)


def test_a_baseline_that_beats_the_model_stands_first_and_near_is_even(found: Hindcast) -> None:
    for date in (None, 20 * DAY):
        for rule in ("log", "brier"):
            lines = [x for x in found.lines if (x.date, x.rule) == (date, rule)]
            own = next(x for x in lines if x.model == OWN)
            for x in lines:
                if x.model != OWN:
                    assert (x.verdict == "even") == (abs(x.score - own.score) < 2 * own.error)
            before = lines[: lines.index(own)]
            assert all(x.verdict == "better" for x in before)
            assert not any(x.verdict == "better" for x in lines[lines.index(own) :])


def test_the_monte_carlo_error_is_that_of_a_binomial(toy: Scenario) -> None:
    rows = [RUNS[0]] * 30 + [RUNS[3]] * 70
    found = hindcast(toy, rows, Question("red", 10 * DAY, (20 * DAY,)))
    own = next(x for x in found.lines if x.model == OWN and x.rule == "brier")
    # Brier p^2 / 3 with p = 0.7 of 100 runs: deviation 2 p sqrt(p (1 - p) / n) / 3
    expected = 2 * 0.7 * math.sqrt(0.7 * 0.3 / 100) / 3
    assert own.error == pytest.approx(expected, rel=0.15)  # of 400 samples: 3.5 % is one deviation


def test_dates_are_counted_from_the_day_of_the_forecast(found: Hindcast) -> None:
    dates = {row.event: row for row in found.dates}
    town = dates["town_falls"]
    # days 2 and 5 in two of four runs, day 5 on record, twenty days in all: 1/16 on 2..5, then
    # half lacks: 1/4 on 5..20
    assert town.crps[OWN] == pytest.approx(3 / 16 + 15 / 4)
    assert town.pit == (0.25, 0.5)
    assert town.chance == 0.5
    back = dates["wild_back"]  # no event of the scenario can bring it: never, and it did not come
    assert (back.crps[OWN], back.crps["never"], back.pit) == (0.0, 0.0, (0.0, 1.0))
    assert not dates["wild_fell"].scored  # known on the day of the forecast
    own = next(x for x in found.lines if x.rule == "crps" and x.model == OWN)
    assert own.n == 2
    assert own.score == pytest.approx((3 / 16 + 15 / 4) / 2)


def test_what_is_so_as_the_runs_begin_came_before_the_forecast(toy: Scenario) -> None:
    # red holds the fort at the start; that it does so was on record two days after the forecast
    event = dataclasses.replace(
        toy.events_on_record["wild_back"], measure="places.fort.time_taken_by.red", at=12 * DAY
    )
    scenario = dataclasses.replace(toy, events_on_record={"fort_held": event})
    row = hindcast(scenario, RUNS, Question("red", 10 * DAY, (20 * DAY,))).dates[0]
    assert row.chance == 1
    assert row.crps[OWN] == 2


def test_a_place_without_measures_was_lost_when_its_holders_changed(toy: Scenario) -> None:
    # in the third run blue takes the fort on day 25, which nothing in the scenario is about
    days = [day_of(toy, row, "places.fort.time_lost_by.red") for row in RUNS]
    assert days == [None, None, 25.0, None]
    # red holds the town at the start and takes it again on day 18 of the second run
    assert [day_of(toy, row, "places.town.time_taken_by.red") for row in RUNS][1] == 18.0
    assert day_of(toy, RUNS[0], "places.town.time_lost_by.red") == 12.0  # its measure


def test_places_are_listed_by_rule_but_all_are_scored(toy: Scenario) -> None:
    found = hindcast(toy, [run([], None)] * 3, Question("red", 10 * DAY, (11 * DAY, 20 * DAY)))
    # after a day one loss in 60 place-days changes a place by 1.7 %: below 5 %; after ten all are
    assert {(r.place, r.date // DAY) for r in found.listed} == {
        ("fort", 20), ("mill", 20), ("town", 20)
    }  # fmt: skip
    assert all(x.n == 6 for x in found.lines if x.date is None and x.rule != "crps")


def test_changes_of_lasting_holders_leave_raids_out(toy: Scenario) -> None:
    rows = [
        *(ControlRow(0, "place", p, "holders", "red=1") for p in ("fort", "mill", "town")),
        ControlRow(0, "place", "wild", "holders", "blue=1"),
        ControlRow(5, "place", "mill", "holders", "blue=1"),  # a raid
        ControlRow(5, "place", "mill", "lasting", "red=1"),
        ControlRow(9, "place", "mill", "holders", "red=1"),
        ControlRow(9, "place", "mill", "lasting", ""),
        ControlRow(9, "place", "town", "holders", "blue=0.4;red=0.6"),
    ]
    record = Record(seed=0, replicate=0, end=10, control=rows)
    assert changes(toy, record) == [("town", 9, ("blue", "red"))]


def test_no_luck_no_error(toy: Scenario) -> None:
    found = hindcast(toy, [RUNS[0]] * 5, Question("red", 10 * DAY, (20 * DAY,)))
    assert [x.error for x in found.lines] == pytest.approx(np.zeros(len(found.lines)))


def test_runs_of_the_same_luck_are_compared_in_pairs(toy: Scenario) -> None:
    asked = Question("red", 10 * DAY, (20 * DAY,))

    def own(rows: list[dict[str, object]], rule: str) -> ScoreLine:
        lines = hindcast(toy, rows, asked).lines
        return next(x for x in lines if (x.model, x.rule, x.date) == (OWN, rule, None))

    # the same runs: no change, and no error of it, though each score has one
    for rule in ("log", "brier", "crps"):
        one = own(RUNS, rule)
        assert one.error > 0
        assert len(one.drawn) == 400
        assert np.std(one.drawn, ddof=1) == pytest.approx(one.error)
        assert change(one, own(RUNS, rule)) == (0, 0)
    # the town falls for good in the second run too, as on record: of two runs in four red holds it
    # still (three before), so its Brier score falls from 9/16 to 4/16, over three places
    better = [RUNS[0], run([("town", 15, ["blue"])], 15.0), *RUNS[2:]]
    apart, error = change(own(RUNS, "brier"), own(better, "brier"))
    assert apart == pytest.approx((4 - 9) / 16 / 3)
    # s runs of four in a sample are the first, t the second: the change is
    # ((1 - (s + t) / 4)^2 - (1 - s / 4)^2) / 3, whose deviation is that of the multinomial
    counts = np.random.default_rng(1).multinomial(4, [1 / 4] * 4, 100_000)
    s, t = counts[:, 0], counts[:, 1]
    exact = np.std(((1 - (s + t) / 4) ** 2 - (1 - s / 4) ** 2) / 3)
    assert error == pytest.approx(exact, rel=0.15)
    assert change(own(better, "brier"), own(RUNS, "brier")) == (-apart, pytest.approx(error))


def test_what_knows_no_luck_is_not_compared_in_pairs(toy: Scenario) -> None:
    lines = hindcast(toy, RUNS, Question("red", 10 * DAY, (20 * DAY,))).lines
    own, never = (next(x for x in lines if x.model == m and x.date is None) for m in (OWN, NOTHING))
    assert never.drawn == ()
    with pytest.raises(ValueError, match="not compared in pairs"):
        change(own, never)
