"""What a verdict is asked of: one claim of a scenario, or one claim of a study over two cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.base.files import fingerprint
from sim.base.numbers import amount, number
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
class Question:
    """One claim, and the scenarios that it is asked of: one, or the two cells of a study.

    ``asked`` is the claim as the model asks it; ``judge`` gives the outcome of one run from the
    row of each scenario's journal; ``paths`` are the measures that it looks at.
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

    @property
    def mark(self) -> str:
        """A fingerprint of what is asked of what."""
        said = [self.file, self.claim, self.asked, list(self.caused_by)]
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

    return Question(
        file, claim.id, scenario.title, claim.text, _asked(scenario, claim), (scenario,), judge, (),
        claim.seed_claim, claim.caused_by, claim.happened, claim.record, claim.undecidable,
    )  # fmt: skip


def _asked(scenario: Scenario, claim: Claim) -> str:
    """A claim as the model asks it: measure, relation, value, instant."""
    unit = claim.unit or "1"
    if unit == DATED or (unit == "s" and is_time(claim.measure)):
        stated = quantity(claim.value, "s", scenario.start, "never")
    elif unit == "s" and isinstance(claim.value, int | float):
        stated = format_quantity(claim.value, "duration")
    else:
        stated = quantity(claim.value, unit, scenario.start, "never")
    when = "" if claim.when is None else f" on {quantity(claim.when, 's', scenario.start, '')}"
    return f"{claim.measure}{when} {SIGNS[claim.relation]} {stated}"


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

    asked = (
        f"{claim.measure} in {claim.setting} less that in {claim.against} "
        f"{SIGNS[claim.relation]} {number(claim.value)}"
    )
    return Question(
        file, claim.id, design.title, claim.text, asked, pair, judge, (claim.measure,),
        claim.seed_claim, (), claim.happened, claim.record, claim.undecidable,
    )  # fmt: skip


def value_at(scenario: Scenario, path: str, at: float) -> str:
    """An input at a quantile of its range, in words, in the unit in which the file states it."""
    value, name = float(part_of(scenario, path).ppf(at)), dimension_of(scenario, path)
    if scenario.start is not None and path.rpartition(".")[2] in INSTANTS:
        return f"{date_of(scenario, round(value)):%Y-%m-%d}"
    if name == "duration":
        return amount(value / DAY, "day") if value >= DAY else amount(value / 3600, "h")
    return number(value) if name == "number" else format_quantity(float(f"{value:.3g}"), name)
