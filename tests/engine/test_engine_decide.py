"""Decisions of actors: the probabilities by hand, what is open, what follows, how it is told."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.scenario.distributions import Uniform
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record
from sim.tables.terminal import print_summary

Make = Callable[..., Scenario]

LN3 = math.log(3)


def shares(record: Record) -> dict[str, float]:
    return {row.option: row.probability for row in record.decisions}


def realm(make: Make, options: dict[str, dict[str, Any]], **given: Any) -> Scenario:
    """Red's seat is s; a is 3.6 km, an hour, away, b 7.2, c blue's, 3.6 beyond a.

    a has 1,000 people, b 3,000, c 8,000.
    """
    return make(
        "s-a:3.6 s-b:7.2 a-c:3.6 " + given.pop("roads", ""),
        places={"a": {"population": 1000}, "b": {"population": 3000}, "c": {"population": 8000}},
        held={"c": "blue"} | given.pop("held", {}),
        decisions={"d": {"seat": "s", "options": options} | given.pop("rule", {})},
        **given,
    )


A, B = {"place": "a"}, {"place": "b"}


@pytest.mark.parametrize(
    ("rule", "of_a"),
    [
        ({}, 1 / 2),
        ({"hours": -LN3}, 3 / 4),  # an hour against two
        ({"population": 1}, 1 / 3),  # ln 2 against ln 4
        ({"threat": -2 * LN3}, 1 / 4),  # one of a's two roads leads to c; b has one, to s
        ({"strength": 1}, 2 / 3),  # 1,000 men against none: ln 2 against 0
        ({"value": LN3}, 1 / 10),  # 0 against 2
        ({"hours": -LN3, "population": 1}, 3 / 5),  # 2 e^-ln 3 against 4 e^-2 ln 3: 2/3 and 4/9
    ],
)
def test_each_term_by_hand(make: Make, rule: dict[str, float], of_a: float) -> None:
    men = {"g": {"place": "a", "strength": 1000}}
    options = {"to_a": A, "to_b": B | ({"value": 2.0} if "value" in rule else {})}
    record = run(realm(make, options, rule=rule, garrisons=men))
    assert shares(record)["to_a"] == pytest.approx(of_a, abs=1e-12)
    assert {r.option: r.seconds for r in record.decisions} == {"to_a": 3600, "to_b": 7200}
    assert sum(r.chosen for r in record.decisions) == 1


def test_what_is_not_stated_is_the_regroup_rules(make: Make) -> None:
    # -ln 3 an hour and ln 3 for each unit of value, of which b has 3: 1/3 against 1/9 * 27
    rule = {"hours": -LN3, "value": LN3, "values": {"b": 3.0}}
    given: dict[str, Any] = {"regroup": {"red": rule}}
    assert shares(run(realm(make, {"x": A, "y": B}, **given)))["x"] == pytest.approx(1 / 10)
    # stated 0 counts: 1 against 27
    own = realm(make, {"x": A, "y": B}, rule={"hours": 0}, **given)
    assert shares(run(own))["x"] == pytest.approx(1 / 28)


def war(make: Make, options: dict[str, dict[str, Any]], **given: Any) -> Scenario:
    """Red may send 1,000 men from a to c, where blue has 3,000; they would eat 2,000 kg a day.

    The axis from b to a can carry 1,000 kg a day and a asks for nothing itself.
    """
    operation = {
        "route": "a c", "strength": 1000, "at": None, "when": ("event", "strike"), "axis": "line",
        "each": 2,
    }  # fmt: skip
    return realm(
        make, options,
        operations={"op": operation | given.pop("operation", {})},
        garrisons={"g": {"place": "c", "actor": "blue", "strength": 3000}},
        axes={"line": {"sources": "b", "sinks": {"a": {"stock": 9000, "demand": 2000}}}},
        **given,
    )  # fmt: skip


STRIKE = {"place": "c", "operation": "op", "axis": "line"}


@pytest.mark.parametrize(
    ("rule", "of_strike"),
    [
        ({}, 1 / 2),
        ({"enemies": -1}, 1 / 5),  # ln 4
        ({"strength": 1}, 2 / 3),  # ln 2
        ({"hours": -LN3}, 1 / 10),  # an hour to a and one to c
        ({"population": 1}, 9 / 10),  # ln 9
        ({"supply": LN3}, 3 / 4),  # b reaches a
        ({"axis": 2 * LN3}, 3 / 4),  # half of what a asks for
        ({"threat": LN3}, 1 / 2),  # c has one road, to a
    ],
)
def test_an_operation_by_hand(make: Make, rule: dict[str, float], of_strike: float) -> None:
    record = run(war(make, {"nothing": {}, "strike": STRIKE}, rule=rule))
    assert shares(record)["strike"] == pytest.approx(of_strike, abs=1e-12)


def test_what_is_decided_on_begins(make: Make) -> None:
    # a value of 99 leaves nothing to luck: decided a day after the start, begun a second later
    options = {"nothing": {}, "strike": STRIKE | {"value": 99.0}}
    record = run(war(make, options, rule={"value": 1, "at": DAY}))
    told = [
        (r.time, r.kind, r.subject) for r in record.events if r.kind in ("decision", "operation")
    ]
    assert told == [(DAY, "decision", "d"), (DAY + 1, "operation", "op")]
    never = run(war(make, {"nothing": {"value": 99.0}, "strike": STRIKE}, rule={"value": 1}))
    assert [r.kind for r in never.events if r.kind == "operation"] == []


def test_only_what_is_open_is_weighed(make: Make) -> None:
    # c is blue's; b is cut off; a remains
    shut = {"e": {"kind": "close", "roads": "s-b", "at": 0}}
    options = {"to_a": A, "to_b": B, "to_c": {"place": "c"}}
    record = run(realm(make, options, rule={"at": 5}, events=shut))
    assert shares(record) == {"to_a": 1.0}
    # an operation that has begun is no option any more, nor is one whose base is lost
    begun = war(make, {"nothing": {}, "strike": STRIKE}, operation={"at": 0, "when": None},
                rule={"at": 9})  # fmt: skip
    assert shares(run(begun)) == {"nothing": 1.0}
    lost = {"e": {"kind": "capture", "places": "a", "by": "blue", "at": 0}}
    record = run(war(make, {"strike": STRIKE}, events=lost, rule={"at": 9}))
    assert record.decisions == []
    assert [r.text for r in record.events if r.kind == "decision"] == [
        "Red has nothing to decide on"
    ]


def test_a_condition_a_delay_and_a_lost_seat(make: Make) -> None:
    # s falls on day 1; half a day later red decides, and its men leave s by the open roads
    lost = {"e": {"kind": "capture", "places": "s", "by": "blue", "at": DAY}}
    rule = {"when": ("falls", "s"), "delay": DAY // 2, "at": None, "hours": -LN3}
    record = run(realm(make, {"x": A, "y": B}, events=lost, rule=rule))
    assert {r.time for r in record.decisions} == {DAY + DAY // 2}
    assert shares(record)["x"] == pytest.approx(3 / 4)


def test_hours_are_counted_from_the_new_seat(make: Make) -> None:
    # the seat goes to b; from there a is three hours away
    first = realm(make, {"to_b": B})
    later = realm(make, {"x": A}, rule={"at": None, "when": ("event", "to_b")}).decisions["d"]
    both = {"d": first.decisions["d"], "later": dataclasses.replace(later, id="later")}
    record = run(dataclasses.replace(first, decisions=both))
    assert [(r.decision, r.seconds) for r in record.decisions] == [("d", 7200), ("later", 10_800)]


def test_the_share_of_runs_is_the_probability(make: Make) -> None:
    # p = 3/4: of 400 runs 300, standard error 8.7; the chance of it happening halves the runs
    scenario = realm(make, {"x": A, "y": B}, rule={"hours": -LN3})
    chosen = [
        next(r.option for r in run(scenario, replicate=i).decisions if r.chosen) for i in range(400)
    ]
    assert abs(chosen.count("x") - 300) < 35


def test_measures(make: Make) -> None:
    scenario = realm(make, {"x": A, "y": B, "z": {"place": "c"}}, rule={"hours": -LN3, "at": DAY})
    record = run(scenario)
    found = {
        path: m.value
        for path, m in Analysis(scenario, record).measures.items()
        if path.startswith("decisions.")
    }
    first = int(next(r.option for r in record.decisions if r.chosen) == "x")
    assert found == {
        "decisions.d.time": 1.0,
        "decisions.d.to.x.probability": 0.75,
        "decisions.d.to.y.probability": 0.25,
        "decisions.d.to.z.probability": 0.0,
        "decisions.d.to.x.chosen": first,
        "decisions.d.to.y.chosen": 1 - first,
        "decisions.d.to.z.chosen": 0,
    }
    # one that does not come is not decided
    never = realm(make, {"x": A}, rule={"chance": 0.0})
    found = {
        path: m.value
        for path, m in Analysis(never, run(never)).measures.items()
        if path.startswith("decisions.")
    }
    assert found == {
        "decisions.d.time": None,
        "decisions.d.to.x.probability": None,
        "decisions.d.to.x.chosen": 0,
    }


def test_it_is_told_in_words(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = realm(make, {"x": A, "y": B | {"value": 50.0}}, rule={"value": 1, "at": DAY})
    print_summary(Analysis(scenario, run(scenario)).document)
    assert "decision d, day 1: y (probabilities: y 100 %, x 0 %)" in capsys.readouterr().out
    never = realm(make, {"x": A}, rule={"chance": 0.0})
    print_summary(Analysis(never, run(never)).document)
    assert "decision d: not made" in capsys.readouterr().out


def test_coefficients_that_are_ranges_are_drawn(make: Make) -> None:
    scenario = realm(make, {"x": A, "y": B}, rule={"hours": Uniform(-2, -1)})
    record = run(scenario)
    drawn = record.drawn["decision:d:hours"]
    assert -2 <= drawn <= -1
    assert shares(record)["x"] == pytest.approx(1 / (1 + math.exp(drawn)))
