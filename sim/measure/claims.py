"""Claims: statements about the outcome that a run confirms or refutes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from sim.base.diagnostics import suggest
from sim.scenario.model import DATED, DAY, Claim, Scenario
from sim.scenario.units import DIMENSIONS

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
    def timed(self) -> Mapping[str, tuple[str, str]]:
        """Subject and measure of the series of each measure that changes in time."""

    def at(self, path: str, time: int) -> float | None:
        """One of ``timed`` at ``time`` (seconds), in its base unit. Raises KeyError."""


class Verdict(NamedTuple):
    """``verdict``: true, false, or undecided (no value, or one of another unit, to compare).

    ``stated_in`` is the file that the claim is inherited from, if it is.
    """

    id: str
    text: str
    claim: str | None
    stated_in: str | None
    measure: str
    when_day: float | None
    relation: str
    value: Any
    observed: Any
    unit: str
    verdict: str


VERDICTS = ("true", "false", "undecided")

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "!=": operator.ne,
}

BASE = {"t/day": ("kg/day", 1000), "t": ("kg", 1000), "day": ("s", DAY), "h": ("s", 3600)}
"""Units of the catalogue that a claim's value states in another base unit: that, factor."""

_USUAL = {"kg/day": "t/day", "kg": "t", "s": "days"}
"""The unit that people write for a base unit."""

_BARE = ("km", "persons", "1")
"""Units that a value may leave out."""


def verdicts(run: Measured) -> list[Verdict]:
    """Judge every claim of the scenario, in the order of their ids."""
    return [_judge(run, claim) for claim in run.scenario.claims.values()]


def _judge(run: Measured, claim: Claim) -> Verdict:
    observed, unit = _observe(run, claim)
    verdict = truth(claim, observed)
    quantity = claim.unit is not None or isinstance(claim.value, str | bool)
    if quantity and unit and not _fits(claim, unit):
        verdict = "undecided"
    return Verdict(**stated(claim), observed=observed, unit=unit, verdict=verdict)


def stated(claim: Claim) -> dict[str, Any]:
    """What a claim says, as plain data."""
    return {
        "id": claim.id,
        "text": claim.text,
        "claim": claim.seed_claim,
        "stated_in": claim.stated_in,
        "measure": claim.measure,
        "when_day": None if claim.when is None else round(claim.when / DAY, 4),
        "relation": claim.relation,
        "value": claim.value,
    }


def _observe(run: Measured, claim: Claim) -> tuple[Any, str]:
    """The value of the claim's measure in its base unit, and that unit ('' where unknown)."""
    if claim.when is not None:
        try:
            observed = run.at(claim.measure, claim.when)
            return observed, _unit_of_series(run.timed[claim.measure][1])
        except KeyError:
            return None, ""
    measure = run.measures.get(claim.measure)
    if measure is None:
        return None, ""
    unit, factor = BASE.get(measure.unit, (measure.unit, 1))
    if measure.value is None:
        return None, unit
    stated = claim.value
    if isinstance(stated, int | float) and round(stated / factor, DIGITS) == measure.value:
        # the same to the digits of the measure: 8 h are a little more than 0.333333 days
        return stated, unit
    return round(measure.value * factor, 6), unit


class ClaimFault(NamedTuple):
    """What is wrong with a claim at its ``key``: no such measure, or a value of another unit."""

    claim: str
    key: str
    message: str
    hint: str | None

    def __str__(self) -> str:
        more = f"; {self.hint}" if self.hint else ""
        return f"claim '{self.claim}': {self.message}{more}"


def faults(run: Measured) -> list[ClaimFault]:
    """Claims over a measure that no run of this scenario has, or with a value of another unit.

    Any run of the scenario tells, however short.
    """
    known: list[dict[str, str]] = [
        {path: BASE.get(m.unit, (m.unit, 1))[0] for path, m in run.measures.items()},
        {path: _unit_of_series(measure) for path, (_, measure) in run.timed.items()},
    ]
    known[0] = _possible(run.scenario) | known[0]
    known[1] = _possible_in_time(run.scenario) | known[1]
    found = []
    for claim in run.scenario.claims.values():
        units = known[claim.when is not None]
        unit = units.get(claim.measure)
        if unit is None:
            said = f"no measure '{claim.measure}'" + (" that changes in time" * bool(claim.when))
            near = suggest(claim.measure, units)
            found.append(ClaimFault(claim.id, "measure", said, near))
        elif claim.value is not None and not _fits(claim, unit):
            found.append(ClaimFault(claim.id, "value", *_misfit(claim, unit)))
    return found


def _fits(claim: Claim, unit: str) -> bool:
    """True where a value was stated in the base unit that is due."""
    if isinstance(claim.value, str | bool):
        return False
    if claim.unit == DATED:
        return unit == "s" and is_time(claim.measure)
    if claim.unit is None:
        return claim.value is None or unit in _BARE or unit not in _DIMENSIONS
    return claim.unit == unit


_DIMENSIONS = {dimension.base: dimension for dimension in DIMENSIONS.values()}


def _misfit(claim: Claim, unit: str) -> tuple[str, str]:
    """What a claim's value is and what is due, and how to write it."""
    due = _DIMENSIONS.get(unit)
    usual = _USUAL.get(unit, unit)
    if isinstance(claim.value, str | bool):
        stated = "a text" if isinstance(claim.value, str) else "true or false"
    elif claim.unit == DATED:
        stated = "a date"
    else:
        stated = (
            "a number without unit"
            if claim.unit is None
            else (f"a {_DIMENSIONS[claim.unit].title}")
        )
    said = f"'{claim.measure}' is in {usual}, and here is {stated}"
    if due is None or due.bare:
        return said, "write a number without a unit"
    if claim.unit is None and not isinstance(claim.value, str | bool):
        return said, f"write it as {claim.value:g} {usual}"
    more = ", or a date" if is_time(claim.measure) else ""
    return said, f"its unit is {usual}: such as {due.example}{more}"


def _unit_of_series(measure: str) -> str:
    """The unit of a series by its name: ``capacity_kg_per_day`` is in kg/day."""
    units = {"_kg_per_day": "kg/day", "_kg": "kg", "_persons": "persons", "_ppm": "ppm", "_m": "m"}
    return next((unit for end, unit in units.items() if measure.endswith(end)), "1")


def _possible(scenario: Scenario) -> dict[str, str]:
    """Measures that a run can have, by luck, with base units: who went where, what cost what."""
    goals = [*scenario.network.places, *scenario.exits, "stays", "disperses", "lost", "taken"]
    units = {"persons": "persons", "share": "1", "lag": "s"}
    moves = {
        f"regroup.{actor}.to.{goal}.{what}": unit
        for actor in scenario.actors
        for goal in goals
        for what, unit in units.items()
    }
    moves |= {f"moves.{actor}.to.{goal}.share": "1" for actor in scenario.actors for goal in goals}
    displaced = {f"regroup.{actor}.displaced": "persons" for actor in scenario.actors}
    causes = [*scenario.events, *scenario.operations, "background"]
    changes = {"": "kg/day", "_days": "s", "_total": "kg"}
    credits = {
        f"events.{cause}.capacity_change{what}.{axis}": unit
        for cause in causes
        for axis in scenario.axes
        for what, unit in changes.items()
    }
    return moves | displaced | credits


def _possible_in_time(scenario: Scenario) -> dict[str, str]:
    """The same of what changes in time: garrisons that form, losses in battles."""
    return {f"actors.{actor}.fallen": "persons" for actor in scenario.actors} | {
        f"garrisons.{actor}.{place}.strength": "persons"
        for actor in scenario.actors
        for place in scenario.network.places
    }


def truth(claim: Claim, observed: Any) -> str:
    """The verdict on a value in the claim's base unit.

    A time that never came is later than any: it satisfies > and >=, and equals None.
    """
    value = math.inf if claim.value is None else claim.value
    if observed is None and (claim.value is None or is_time(claim.measure)):
        observed = math.inf
    if observed is None:
        return "undecided"
    try:
        return "true" if RELATIONS[claim.relation](observed, value) else "false"
    except TypeError:
        return "undecided"
