"""Claims of every relation, with 'never' on either side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.measure.claims import faults
from sim.measure.summary import Analysis
from sim.scenario.model import DAY, Scenario

Make = Callable[..., Scenario]
AXES = {"line": {"sources": "s", "sinks": {"t": {"demand": 400, "stock": 1_000}}}}
CUT = "axes.line.time_of_first_cut"
LASTING = "axes.line.time_of_lasting_cut"


def judge(make: Make, claim: tuple[Any, ...], **more: Any) -> tuple[str, Any]:
    """The verdict and what was observed; the line is cut from day 2 to day 3."""
    events = {
        "a": {"kind": "close", "roads": "s-t", "at": 2 * DAY},
        "b": {"kind": "open", "roads": "s-t", "at": 3 * DAY},
    }
    scenario = make("s-t:1", axes=AXES, events=events, claims={"it": claim}, **more)
    verdict = Analysis(scenario, run(scenario)).verdicts[0]
    return verdict.verdict, verdict.observed


@pytest.mark.parametrize(
    ("value", "truths"),
    [
        # observed: 2 days = 172,800 s
        (2 * DAY, {"<=", "=", ">="}),
        (2 * DAY + 1, {"<", "<=", "!="}),
        (2 * DAY - 1, {">", ">=", "!="}),
        # never is later than any time
        (None, {"<", "<=", "!="}),
    ],
)
def test_a_time_that_came(make: Make, value: Any, truths: set[str]) -> None:
    for relation in ("<", "<=", "=", ">=", ">", "!="):
        verdict, observed = judge(make, (CUT, relation, value))
        assert observed == 2 * DAY
        assert verdict == ("true" if relation in truths else "false"), relation


@pytest.mark.parametrize(
    ("value", "truths"), [(5 * DAY, {">", ">=", "!="}), (None, {"<=", "=", ">="})]
)
def test_a_time_that_never_came(make: Make, value: Any, truths: set[str]) -> None:
    for relation in ("<", "<=", "=", ">=", ">", "!="):
        verdict, observed = judge(make, (LASTING, relation, value))
        assert observed is None
        assert verdict == ("true" if relation in truths else "false"), relation


@pytest.mark.parametrize(
    ("at", "relation", "value", "verdict"),
    [
        (2 * DAY - 1, "=", 1_000, "true"),
        (2 * DAY, "=", 0, "true"),  # the change of an instant is part of it
        (2 * DAY, ">", 0, "false"),
        (3 * DAY, ">=", 1_000, "true"),
        (99 * DAY, "=", 1_000, "true"),
    ],
)
def test_a_measure_at_an_instant_in_base_units(
    make: Make, at: int, relation: str, value: float, verdict: str
) -> None:
    assert judge(make, ("axes.line.capacity", relation, value, at))[0] == verdict


def test_an_instant_that_is_no_decimal_of_a_day(make: Make) -> None:
    # cut after 8 h, a third of a day: 0.333333 days are 28,799.97 s
    events = {"a": {"kind": "close", "roads": "s-t", "at": 8 * 3600}}
    for relation, expected in (("=", "true"), ("<", "false"), (">=", "true"), (">", "false")):
        scenario = make("s-t:1", axes=AXES, events=events, claims={"it": (CUT, relation, 8 * 3600)})
        found = Analysis(scenario, run(scenario)).verdicts[0]
        assert (found.verdict, found.observed) == (expected, 8 * 3600), relation


def test_a_decision_that_did_not_come_is_later_than_any_day(make: Make) -> None:
    scenario = make(
        "s-t:1",
        decisions={"d": {"seat": "s", "options": {"go": {"place": "t"}}, "at": 9 * DAY}},
        length=5 * DAY,
        claims={"it": ("decisions.d.time", ">", 4 * DAY)},
    )
    assert Analysis(scenario, run(scenario)).verdicts[0].verdict == "true"


def test_stocks_at_an_instant_in_kg(make: Make) -> None:
    # a day's 400 kg are eaten; convoys of 100 kg left at 21,600 and 43,200 s, ..., the third at
    # 64,800 s, and 1,000 s later three are there: 1,000 - 400 + 300
    claim = ("axes.line.sinks.t.stock", "=", 900, DAY)
    assert judge(make, claim) == ("true", 900)
    assert judge(make, ("axes.line.sinks.t.delivered", "=", 300, DAY)) == ("true", 300)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("axes.line.capacity_end", 1_000),  # t/day in the catalogue, kg/day in the claim
        ("axes.line.days_cut", DAY),
        ("axes.line.fastest_hours_end", 1_008),  # 1,000 s = 0.28 h to two places
        ("axes.line.sinks.t.stock_start", 1_000),
        ("axes.line.routes_by_roads_end", 1),
        ("axes.line.slack_start", 2.5),
        ("events.a.capacity_change.line", -1_000),
    ],
)
def test_values_are_in_base_units(make: Make, measure: str, value: float) -> None:
    assert judge(make, (measure, "=", value)) == ("true", value)


def test_what_is_not_there_is_undecided_and_named(make: Make) -> None:
    for claim in (
        ("axes.line.capacitie_end", "=", 1),
        ("axes.line.capacitie", "=", 1, DAY),
        ("axes.line.fewest_places_cut_end", "<", 1),  # no set of places cuts one road
    ):
        assert judge(make, claim) == ("undecided", None)
    assert judge(make, ("axes.line.slack_start", ">", "much"))[0] == "undecided"
    claims = {
        "a": ("axes.line.capacitie_end", "=", 1), "b": ("axes.line.capacitie", "=", 1, DAY),
        "c": (CUT, "=", None), "d": ("regroup.red.to.t.persons", "=", 1),
    }  # fmt: skip
    scenario = make("s-t:1", axes=AXES, claims=claims)
    assert [str(fault) for fault in faults(Analysis(scenario, run(scenario)))][:2] == [
        "claim 'a': no measure 'axes.line.capacitie_end'; did you mean 'axes.line.capacity_end'?",
        "claim 'b': no measure 'axes.line.capacitie' that changes in time; "
        "did you mean 'axes.line.capacity'?",
    ]
