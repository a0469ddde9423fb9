"""The arithmetic of verdicts: the rule, causes, what a claim hangs on, what flips it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.measure import statistics as st
from sim.measure.verdicts import (
    NOT,
    PARTLY,
    SUPPORTED,
    UNDECIDABLE,
    Bisection,
    Outcome,
    Share,
    by_another,
    by_intended,
    flip_of_chance,
    hangs,
    judged,
    shares,
)

PLAIN: dict[str, Any] = {
    "undecided": 0, "undecidable": False, "happened": None, "by_intended": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "changed", "verdict"),
    [
        ((80, 100), {}, SUPPORTED),
        ((80, 100), {"happened": True}, SUPPORTED),
        ((80, 100), {"happened": False}, PARTLY),
        ((80, 100), {"by_intended": (39, 80)}, PARTLY),
        ((80, 100), {"by_intended": (40, 80)}, SUPPORTED),
        ((50, 100), {}, PARTLY),
        ((20, 100), {}, NOT),
        ((20, 100), {"happened": True}, PARTLY),
        ((80, 100), {"undecidable": True}, UNDECIDABLE),
        ((80, 100), {"undecided": 99}, SUPPORTED),
        ((80, 100), {"undecided": 100}, UNDECIDABLE),
        # of 4 runs 2: Wilson's interval is 15 % to 85 %
        ((2, 4), {}, UNDECIDABLE),
        # 2 of 3 are likely by the share, but their interval, 21 % to 94 %, says nothing
        ((2, 3), {}, UNDECIDABLE),
        ((0, 0), {}, UNDECIDABLE),
    ],
)
def test_the_rule(runs: tuple[int, int], changed: dict[str, Any], verdict: str) -> None:
    assert judged(runs, **(PLAIN | changed)) == verdict


def outcome(verdict: str, cause: str | None = None, where: str = "") -> Outcome:
    return Outcome(verdict, cause, where, None)


def test_causes_are_counted_by_outcome_and_those_that_were_meant_are_told_apart() -> None:
    found = [
        *[outcome("true", "storm", "hill")] * 3,
        *[outcome("true", "raid", "gate")] * 2,
        *[outcome("false", "")] * 4,
        outcome("true"),
        outcome("undecided"),
    ]
    assert shares(found) == [
        Share("true", "storm", "hill", 3), Share("true", "raid", "gate", 2),
        Share("true", None, "", 1), Share("false", "", "", 4),
    ]  # fmt: skip
    # what came with nothing that happened is not what never came
    came = Outcome("true", "", "", 3.0)
    assert shares([came, outcome("true", "")]) == [
        Share("true", "", "", 1, came=False), Share("true", "", "", 1, came=True),
    ]  # fmt: skip
    # of the five true runs of known cause two were at the gate: most were something else
    assert by_intended(found, ["gate"]) == (2, 5)
    assert by_another((2, 5))
    assert by_intended(found, ["storm"]) == (3, 5)
    assert not by_another((3, 5))
    assert by_intended(found, []) is None


def test_what_a_claim_hangs_on_comes_first() -> None:
    # true exactly where x is above 2/3; noise is of no use; the raid happens in every other run
    rows = [
        {"drawn": {"x": i / 90, "noise": (i * 37 % 90) / 90}, "chances": {"raid": i % 2 == 0}}
        for i in range(90)
    ]
    outcomes = [outcome("true" if i >= 60 else "false") for i in range(90)]
    found = hangs(rows, outcomes, {"a.x": "x", "a.noise": "noise", "raid.chance": "raid"})
    assert found[0].input == "a.x"
    assert found[0].runs == ((0, 30), (30, 30))
    assert found[0].difference == st.difference_of_probabilities((0, 30), (30, 30))
    assert found[0].clear
    raid = next(h for h in found if h.input == "raid.chance")
    assert raid.runs == ((15, 45), (15, 45))  # of 60..89 half are even
    assert raid.chance
    assert not raid.clear
    assert not next(h for h in found if h.input == "a.noise").clear


def test_groups_too_small_say_nothing() -> None:
    rows = [{"drawn": {}, "chances": {"rare": i < 4}} for i in range(50)]
    assert hangs(rows, [outcome("true")] * 50, {"rare.chance": "rare"}) == []


def test_intervals_of_many_inputs_are_wider() -> None:
    # Bonferroni over 10: the quantile 1 - 0.05 / 20 of the normal is 2.807
    assert st.corrected(10) == pytest.approx(2.807, abs=5e-4)
    assert st.corrected(1) == pytest.approx(st.Z)


def test_the_chance_of_an_event_that_makes_a_claim_even() -> None:
    # 0.2 + c (0.8 - 0.2) is 0.56 at c = 0.6 and 0.5 at c = 0.5: 0.1 of the 0.6 to be taken away
    found = flip_of_chance(0.6, 0.56, 0.6)
    assert found is not None
    assert found.at == pytest.approx(0.5)
    assert found.size == pytest.approx(1 / 6)
    # it is 0.32 at c = 0.2: 0.3 of the 0.8 that can be added
    more = flip_of_chance(0.2, 0.32, 0.6)
    assert more is not None
    assert more.at == pytest.approx(0.5)
    assert more.size == pytest.approx(0.3 / 0.8)
    # 0.6 + 0.2 c is never even, nor is what the event does not change
    assert flip_of_chance(0.6, 0.72, 0.2) is None
    assert flip_of_chance(0.6, 0.6, 0.0) is None


def test_bisection_finds_where_the_chance_crosses_one_half() -> None:
    # the chance is the quantile itself less 0.2: one half at 0.7, above it at the end
    search = Bisection(now=0.3, end=1.0)
    for _ in range(12):
        search.tell(search.at - 0.2)
    assert search.flip is not None
    assert search.flip.at == pytest.approx(0.7, abs=0.5**11)
    assert search.flip.at >= 0.7
    assert search.flip.size == pytest.approx(0.4, abs=0.01)


def test_an_end_that_flips_nothing_ends_the_search() -> None:
    search = Bisection(now=0.9, end=0.0)
    assert not search.hopeless
    search.tell(0.6)
    assert search.hopeless
    assert search.flip is None
