"""Words that the figures of many runs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base.numbers import amount, day_words, number, signed, true_minus
from sim.base.said import Name, Said, Sentence, at, share
from sim.measure.ensemble import MOST_DRAWN
from sim.measure.statistics import Estimate
from sim.measure.steps import is_time
from sim.scenario.model import Scenario

Document = Mapping[str, Any]


def credit(summary: Document) -> str:
    """Small print: scenario, seed, how many runs."""
    scenario = summary["scenario"]
    return f"{scenario['title']} ({scenario['id']}, seed {summary['seed']}, {summary['n']} runs)"


def drawn_credit(summary: Document) -> str:
    """The same of what is drawn from runs: from the first alone where there are many."""
    if summary["n"] <= MOST_DRAWN:
        return credit(summary)
    return f"{credit(summary)[:-1]}, of which the first {MOST_DRAWN:,} are drawn)"


def date_of_day(scenario: Scenario, summary: Document, path: str) -> Said:
    """The date of the days from the start that a path of a summary leads to."""
    days = at(summary, path)
    return Said(day_words(scenario.start, days), days, "day", path)


def share_of(document: Document, path: str) -> Said:
    """The share that a path leads to."""
    return share(at(document, path), path)


def share_words(document: Document, path: str) -> Sentence:
    """The share that a path leads to, with its interval."""
    value, low, high = (share_of(document, f"{path}/{end}") for end in ("value", "low", "high"))
    return Sentence(value, " (", low, " to ", high, ")")


def restricted_to(path: str, days: float) -> Sentence:
    """What is compared of a time that may not come: days of the period without it, else nothing."""
    if not is_time(path):
        return Sentence("")
    period = Said(amount(days, "day"), days, "day", "days")
    return Sentence(" (days without it within the period of ", period, ")")


def plainly(path: str) -> Name:
    """What a measure is called, by the last part of its path."""
    return Name(path.rpartition(".")[2].replace("_", " ").capitalize())


def difference(found: Estimate, unit: str, path: str, behind: str | None = None) -> tuple[str, ...]:
    """A difference with its sign and interval, as parts of a sentence.

    ``path`` leads to its value and the ends of the interval in a document; ``behind`` is written
    behind it in place of the unit.
    """

    def said(text: str, end: str, value: float | None) -> Said:
        return Said(true_minus(text), value, unit, f"{path}/{end}")

    told = unit if behind is None else behind
    text = signed(found.value) if told in ("", "1") else f"{signed(found.value)} {told}"
    value = said(text, "value", found.value)
    low, high = (said(number(x), end, x) for end, x in (("low", found.low), ("high", found.high)))
    return value, " (", low, " to ", high, ")"
