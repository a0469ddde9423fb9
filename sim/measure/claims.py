"""Claims: statements about the outcome that a run confirms or refutes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from sim.base.diagnostics import did_you_mean
from sim.scenario.model import DAY, Claim, Scenario

from .steps import DIGITS, is_time


class Value(Protocol):
    """A measure: None where it does not apply or did not come."""

    @property
    def value(self) -> int | float | None:
        """The number, in ``unit``."""

    @property
    def unit(self) -> str:
        """As the catalogue of measures states it."""


class Measured(Protocol):
    """What claims are judged by: the measures of a run, and those that change in time."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def measures(self) -> Mapping[str, Value]:
        """The catalogue, by path."""

    @property
    def timed(self) -> Mapping[str, object]:
        """Has a key for each measure that changes in time."""

    def at(self, path: str, time: int) -> float | None:
        """One of ``timed`` at ``time`` (seconds), in kg/day or kg. Raises KeyError."""


class Verdict(NamedTuple):
    """``verdict``: true, false, or undecided (the measure has no value to compare)."""

    id: str
    text: str
    claim: str | None
    measure: str
    when_day: float | None
    relation: str
    value: Any
    observed: Any
    unit: str
    verdict: str


VERDICTS = ("true", "false", "undecided")

_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "!=": operator.ne,
}

_BASE = {"t/day": ("kg/day", 1000), "t": ("kg", 1000), "day": ("s", DAY), "h": ("s", 3600)}
"""Units of the catalogue that a claim's value states in another base unit: unit, factor."""


def verdicts(run: Measured) -> list[Verdict]:
    """Judge every claim of the scenario, in the order of their ids."""
    return [_judge(run, claim) for claim in run.scenario.claims.values()]


def _judge(run: Measured, claim: Claim) -> Verdict:
    observed, unit = _observe(run, claim)
    return Verdict(**stated(claim), observed=observed, unit=unit, verdict=_compare(claim, observed))


def stated(claim: Claim) -> dict[str, Any]:
    """What a claim says, as plain data."""
    return {
        "id": claim.id,
        "text": claim.text,
        "claim": claim.seed_claim,
        "measure": claim.measure,
        "when_day": None if claim.when is None else round(claim.when / DAY, 4),
        "relation": claim.relation,
        "value": claim.value,
    }


def _observe(run: Measured, claim: Claim) -> tuple[Any, str]:
    """The value of the claim's measure in its base unit, and that unit ('' where unknown)."""
    if claim.when is not None:
        try:
            unit = "kg" if ".sinks." in claim.measure else "kg/day"
            return run.at(claim.measure, claim.when), unit
        except KeyError:
            return None, ""
    measure = run.measures.get(claim.measure)
    if measure is None:
        return None, ""
    unit, factor = _BASE.get(measure.unit, (measure.unit, 1))
    if measure.value is None:
        return None, unit
    stated = claim.value
    if isinstance(stated, int | float) and round(stated / factor, DIGITS) == measure.value:
        # the same to the digits of the measure: 8 h are a little more than 0.333333 days
        return stated, unit
    return round(measure.value * factor, 6), unit


def unknown_measures(run: Measured) -> list[str]:
    """A message for every claim over a measure that this run does not have."""
    messages = []
    for claim in run.scenario.claims.values():
        known = set(run.timed) if claim.when is not None else set(run.measures) | _possible(run)
        if claim.measure not in known:
            hint = did_you_mean(claim.measure, known)
            more = f"; did you mean '{hint}'?" if hint else ""
            messages.append(f"claim '{claim.id}': no measure '{claim.measure}'{more}")
    return messages


def _possible(run: Measured) -> set[str]:
    """Measures that a run of this scenario could have had: who went where, what cost what."""
    scenario = run.scenario
    goals = [*scenario.network.places, *scenario.exits, "stays", "disperses", "lost"]
    moves = {
        f"regroup.{actor}.{what}"
        for actor in scenario.actors
        for what in (
            "displaced",
            *(f"to.{goal}.{m}" for goal in goals for m in ("persons", "share", "lag")),
        )
    }
    credits = {
        f"events.{event}.capacity_change{what}.{axis}"
        for event in scenario.events
        for axis in scenario.axes
        for what in ("", "_days", "_total")
    }
    return moves | credits


def _compare(claim: Claim, observed: Any) -> str:
    """A time that never came is later than any: it satisfies > and >=, and equals None."""
    value = math.inf if claim.value is None else claim.value
    if observed is None and (claim.value is None or is_time(claim.measure)):
        observed = math.inf
    if observed is None:
        return "undecided"
    try:
        return "true" if _RELATIONS[claim.relation](observed, value) else "false"
    except TypeError:
        return "undecided"
