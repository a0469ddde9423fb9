"""Ensembles side by side: each measure in each of them, and differences run by run.

Ensembles of one seed share luck: run i of one is paired with run i of another, so that what
both have in common cancels out. Ensembles whose seeds differ are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from sim.base.errors import BadInputError

from . import statistics as st
from .compare import Change, differences, narrowed
from .ensemble import Replicates, describe, interval, log_rank_test, tidy
from .model_scores import ModelScore, ensemble_scores
from .steps import compared, is_time, step_of


@dataclass(frozen=True, slots=True)
class Many:
    """One ensemble as a comparison needs it."""

    name: str
    scenario: Mapping[str, Any]  # the resolved scenario, plain data
    summary: Mapping[str, Any]
    table: Replicates
    called: Callable[[str], str] = str  # the name of a place by its id

    @property
    def days(self) -> float:
        """Length of its period."""
        return float(self.summary["scenario"]["days"])


@dataclass(frozen=True, slots=True)
class Against:
    """One measure of one ensemble against the base: the paired difference (None: no pairs).

    ``log_rank`` is the p of 'both have one curve', for times.
    """

    name: str
    paired: st.Paired | None
    log_rank: float | None = None


@dataclass(frozen=True, slots=True)
class ManyRow:
    """One measure: what each ensemble says of it (None: it does not have it), and differences."""

    path: str
    unit: str
    stated: tuple[Mapping[str, Any] | None, ...]
    against: tuple[Against, ...]

    @property
    def changed(self) -> bool:
        """True where any run differs from its pair."""
        return any(a.paired is not None and a.paired.verdict != "same" for a in self.against)


@dataclass(frozen=True, slots=True)
class ManyComparison:
    """The first ensemble is the one that the others are compared with, over ``n`` pairs.

    ``scores`` are those of the models of regrouping, where an ensemble has any.
    """

    outcomes: tuple[Many, ...]
    n: int
    changes: tuple[Change, ...]
    rows: tuple[ManyRow, ...]
    scores: tuple[ModelScore, ...] = ()

    @property
    def days(self) -> float:
        """Length of the shortest period: times are compared within it."""
        return shortest(self.outcomes)

    def only_changed(self) -> Self:
        """The same without the measures that are equal in all."""
        return replace(self, rows=tuple(r for r in self.rows if r.changed))

    def only(self, *patterns: str) -> Self:
        """The same with those measures alone that match a pattern, as ``axes.*.delivered``.

        Raises:
            BadInputError: no measure matches one of them.
        """
        rows, scores = narrowed(self.rows, self.scores, patterns)
        return replace(self, rows=rows, scores=scores)

    def document(self, *, only_changed: bool = False) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": "ensembles",
            "pairs": self.n,
            "days": self.days,
            "seed": self.outcomes[0].summary["seed"],
            "ensembles": [
                {
                    "name": o.name,
                    "scenario": o.summary["scenario"]["id"],
                    "n": o.summary["n"],
                    "claims": o.summary["claims"],
                }
                for o in self.outcomes
            ],
            "scenario_differences": [change._asdict() for change in self.changes],
            "measures": [_row(r) for r in self.rows if r.changed or not only_changed],
            "model_scores": [s.document() for s in self.scores],
        }


def shortest(outcomes: Sequence[Many]) -> float:
    """Length of the shortest of the periods of ensembles."""
    return min(o.days for o in outcomes)


def _row(row: ManyRow) -> dict[str, Any]:
    stated = [None if s is None else {k: v for k, v in s.items() if k != "curve"}
              for s in row.stated]  # fmt: skip
    return {
        "path": row.path,
        "unit": row.unit,
        "changed": row.changed,
        "compared": compared(row.path),
        "ensembles": stated,
        "differences": [_against(a) for a in row.against],
    }


def _against(against: Against) -> dict[str, Any]:
    found = against.paired
    if found is None:
        return {"name": against.name, "pairs": 0, "verdict": "not in both"}
    document = {
        "name": against.name,
        "pairs": found.n,
        "verdict": found.verdict,
        "means": [tidy(mean) for mean in found.means],
        "difference": interval(found.difference),
        "unpaired": interval(found.unpaired),
        "higher_in": tidy(found.above),
        "lower_in": tidy(found.below),
        "beats": tidy(found.beats),
        "runs_to_settle": found.runs,
    }
    if against.log_rank is not None:
        document["log_rank_p"] = tidy(against.log_rank)
    return document


def compare_many(outcomes: Sequence[Many]) -> ManyComparison:
    """Compare ensembles, run by run.

    Raises:
        BadInputError: fewer than two, their seeds differ, or they have no replicate in common.
    """
    if len(outcomes) < 2:
        raise BadInputError("a comparison needs two ensembles at least")
    first = outcomes[0]
    seed = first.summary["seed"]
    for other in outcomes[1:]:
        if other.summary["seed"] != seed:
            raise BadInputError(
                f"{first.name} has seed {seed}, {other.name} has seed {other.summary['seed']}: "
                f"their runs cannot be paired; run {other.name} again with --seed {seed}"
            )
    shared = set.intersection(*(set(o.table.replicates) for o in outcomes))
    if not shared:
        raise BadInputError("the ensembles have no replicate in common, so no runs to pair")
    common = sorted(shared)
    tables = [o.table.at(common) for o in outcomes]
    paths = sorted({path for table in tables for path in table.columns})
    changes = differences([{**o.scenario, "seed": seed} for o in outcomes])
    rows = tuple(_compare(path, outcomes, tables) for path in paths)
    scores = tuple(s for o in outcomes for s in ensemble_scores(o.name, o.table.columns))
    return ManyComparison(tuple(outcomes), len(common), tuple(changes), rows, scores)


def _compare(path: str, outcomes: Sequence[Many], tables: Sequence[Replicates]) -> ManyRow:
    unit = next(t.units[path] for t in tables if path in t.units)
    horizon = shortest(outcomes)
    columns = [table.column(path) for table in tables]
    stated = tuple(
        None if c is None else describe(path, c, o.days)
        for c, o in zip(columns, outcomes, strict=True)
    )
    base, alike = columns[0], step_of(unit) / 2
    against = []
    for outcome, column in zip(outcomes[1:], columns[1:], strict=True):
        if base is None or column is None:
            against.append(Against(outcome.name, None))
        elif is_time(path):
            # what comes after the shorter period has not come for the comparison
            one, two = (np.where(c <= horizon, c, np.inf) for c in (base, column))
            found = st.paired(one, two, horizon=horizon, alike=alike)
            p = log_rank_test(one, two, horizon)[1]
            against.append(Against(outcome.name, found, p))
        else:
            both = np.isfinite(base) & np.isfinite(column)
            pairs = st.paired(base[both], column[both], alike=alike) if both.any() else None
            against.append(Against(outcome.name, pairs))
    return ManyRow(path, unit, stated, tuple(against))
