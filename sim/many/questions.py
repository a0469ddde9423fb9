"""What a verdict is asked of: one claim of a scenario, or one claim of a study over two cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from sim.base.files import fingerprint
from sim.base.numbers import amount, day_words, number
from sim.measure.claims import BASE
from sim.measure.steps import is_time
from sim.measure.verdicts import Outcome
from sim.scenario.dates import date_of
from sim.scenario.model import DATED, DAY, Claim, Scenario
from sim.scenario.units import format_quantity
from sim.tables.of_run import SIGNS, quantity

from .design import Design
from .inputs import INSTANTS, dimension_of, part_of
from .study_claims import StudyClaim

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Bound:
    """The number that a claim compares with.

    ``value`` is in ``unit``, a base unit, or in that of the measure itself where ``unit`` is None;
    ``words`` is it as text. ``observed`` gives what is compared with it in one run, in the unit of
    the measure: infinite of a time that did not come, None where there is nothing.
    """

    value: float
    unit: str | None
    words: str
    observed: Callable[[Rows], float | None]

    def nearest(self, runs: Iterable[Rows], unit: str) -> float | None:
        """What came nearest to it in any run, in ``unit``, that of the measure."""
        factor = 1.0 if self.unit is None else BASE.get(unit, (unit, 1))[1]
        found = [value for value in map(self.observed, runs) if value is not None]
        return min(found, key=lambda value: abs(value - self.value / factor), default=None)


@dataclass(frozen=True)
class Question:
    """One claim, and the scenarios that it is asked of: one, or the two cells of a study.

    ``asked`` is the claim as the model asks it; ``judge`` gives the outcome of one run from the
    row of each scenario's journal; ``paths`` are the measures that it looks at. ``bound``
    is None where no number is compared with. ``cells`` are the ids of the two cells, and
    ``watched`` the measures of which runs tell by what they came: those of all claims of the
    study, which share its runs. Of one scenario both are empty.
    """

    file: str
    claim: str
    title: str
    text: str
    asked: str
    scenarios: tuple[Scenario, ...]
    judge: Callable[[Rows], Outcome]
    paths: tuple[str, ...]
    seed_claim: str | None = None
    caused_by: tuple[str, ...] = ()
    happened: bool | None = None
    record: str | None = None
    undecidable: str | None = None
    bound: Bound | None = None
    cells: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    def came(self, rows: Rows, cell: int, verdict: str) -> Outcome:
        """The outcome of one run, by what the measure of one of the cells came in it."""
        cause, where, day = rows[cell]["came"][self.paths[0]]
        return Outcome(verdict, cause, where, day)

    def words(self, value: float, unit: str) -> str:
        """What is compared with the bound, in the unit of the measure, as text."""
        if not self.cells and is_time(self.paths[0]):
            return day_words(self.scenarios[0].start, value)
        return amount(value, unit)

    @property
    def mark(self) -> str:
        """A fingerprint of what is asked of what."""
        said = [self.file, self.claim, self.asked, list(self.caused_by), *self.watched]
        return fingerprint([said, *(s.resolved for s in self.scenarios)])


def of_scenario(file: str, scenario: Scenario) -> list[Question]:
    """The question that a scenario ``asks``, else one for each claim of its own."""
    own = [claim for claim in scenario.claims.values() if claim.stated_in is None]
    if scenario.asks is not None:
        own = [scenario.claims[scenario.asks]]
    return [_of_claim(file, scenario, claim) for claim in own]


def _of_claim(file: str, scenario: Scenario, claim: Claim) -> Question:
    def judge(rows: Rows) -> Outcome:
        (row,) = rows
        cause, where, day = row.get("turned", {}).get(claim.id, (None, "", None))
        return Outcome(row["claims"][claim.id], cause, where, day)

    stated = _stated(scenario, claim)
    when = "" if claim.when is None else f" on {quantity(claim.when, 's', scenario.start, '')}"
    asked = f"{claim.measure}{when} {SIGNS[claim.relation]} {stated}"
    paths = () if claim.when is not None else (claim.measure,)  # rows have no value at an instant
    return Question(
        file, claim.id, scenario.title, claim.text, asked, (scenario,), judge, paths,
        claim.seed_claim, claim.caused_by, claim.happened, claim.record, claim.undecidable,
        bound=_bound(claim, stated),
    )  # fmt: skip


def _stated(scenario: Scenario, claim: Claim) -> str:
    """The value of a claim as text."""
    unit = claim.unit or "1"
    if unit == DATED or (unit == "s" and is_time(claim.measure)):
        return quantity(claim.value, "s", scenario.start, "never")
    if unit == "s" and isinstance(claim.value, int | float):
        return format_quantity(claim.value, "duration")
    return quantity(claim.value, unit, scenario.start, "never")


def _bound(claim: Claim, words: str) -> Bound | None:
    """What the measure of a claim is compared with, where that is a number and rows have it."""
    path, value = claim.measure, claim.value
    if claim.when is not None or isinstance(value, bool) or not isinstance(value, int | float):
        return None

    def observed(rows: Rows) -> float | None:
        (row,) = rows
        found: float | None = row["measures"].get(path)
        return inf if found is None and is_time(path) else found

    unit = "s" if claim.unit == DATED else claim.unit
    return Bound(value, unit, words, observed)


def of_study(file: str, design: Design, cells: Sequence[Scenario]) -> list[Question]:
    """A question for each claim that a study states over two of its cells."""
    by_id = {cell.id: made for cell, made in zip(design.cells, cells, strict=True)}
    return [
        _of_pair(file, design, claim, (by_id[claim.setting], by_id[claim.against]))
        for claim in design.claims
    ]


def _of_pair(
    file: str, design: Design, claim: StudyClaim, pair: tuple[Scenario, Scenario]
) -> Question:
    days = min(scenario.length for scenario in pair) / DAY

    def judge(rows: Rows) -> Outcome:
        setting, against = rows
        return Outcome(claim.verdict(setting, against, days), None, "", None)

    def difference(rows: Rows) -> float | None:
        setting, against = rows
        return claim.difference(setting, against, days)

    asked = (
        f"{claim.measure} in {claim.setting} less that in {claim.against} "
        f"{SIGNS[claim.relation]} {number(claim.value)}"
    )
    return Question(
        file, claim.id, design.title, claim.text, asked, pair, judge, (claim.measure,),
        claim.seed_claim, (), claim.happened, claim.record, claim.undecidable,
        bound=Bound(claim.value, None, number(claim.value), difference),
        cells=(claim.setting, claim.against),
        watched=tuple(sorted({claim.measure for claim in design.claims})),
    )  # fmt: skip


def value_at(scenario: Scenario, path: str, at: float) -> str:
    """An input at a quantile of its range, in words, in the unit in which the file states it."""
    value, name = float(part_of(scenario, path).ppf(at)), dimension_of(scenario, path)
    if scenario.start is not None and path.rpartition(".")[2] in INSTANTS:
        return f"{date_of(scenario, round(value)):%Y-%m-%d}"
    if name == "duration":
        return amount(value / DAY, "day") if value >= DAY else amount(value / 3600, "h")
    return number(value) if name == "number" else format_quantity(float(f"{value:.3g}"), name)
