"""Words that the figures of many runs share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sim.base.numbers import number
from sim.measure.steps import is_time
from sim.scenario.model import Scenario

from .time_axis import date_name

Document = Mapping[str, Any]


def credit(summary: Document) -> str:
    """Small print: scenario, seed, how many runs."""
    scenario = summary["scenario"]
    return f"{scenario['title']} ({scenario['id']}, seed {summary['seed']}, {summary['n']} runs)"


def date_of_day(scenario: Scenario, days: float) -> str:
    """A day as words: "6 Jun 2016", or "day 7" where the period has no dates."""
    if scenario.start is None:
        return f"day {number(days)}"
    return date_name(scenario.start + timedelta(days=days))


def share_words(interval: Document) -> str:
    """A share with its interval."""
    return f"{interval['value']:.0%} ({interval['low']:.0%} to {interval['high']:.0%})"


def counted(path: str) -> str:
    """A measure as effects, ranks and indices take it: of a time the days before it came."""
    return f"{path} (days of the period before it)" if is_time(path) else path


def plainly(path: str) -> str:
    """What a measure is called, by the last part of its path."""
    return path.rpartition(".")[2].replace("_", " ").capitalize()
