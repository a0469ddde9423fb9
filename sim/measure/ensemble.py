"""What an ensemble says: each measure over all of its runs, claims with their probability.

docs/definitions.md gives the formula of each. A time that did not come within the period is
censored: it counts in every number here, as later than the end.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.model import DAY, Scenario

from . import statistics as st
from .claims import VERDICTS, stated
from .columns import Columns, Stored
from .document import scenario_document
from .steps import is_time
from .survival import Survival, kaplan_meier, log_rank, restricted_mean

MOST_DRAWN = 10_000
"""Runs that figures and pages draw run by run: the first where there are more."""


@dataclass(frozen=True)
class Replicates:
    """The measures of many runs as columns, in the order of the replicates.

    A value that a run does not have is nan, a time that did not come is inf (days).
    ``claims`` holds the verdicts by claim. Columns of many runs are read one at a time.
    """

    replicates: tuple[int, ...]
    units: Mapping[str, str]
    columns: Mapping[str, st.Values]
    claims: Mapping[str, tuple[str, ...]]

    def column(self, path: str) -> st.Values | None:
        """A measure in every run; what no run lists is as :func:`absent` says, None if nothing."""
        if path in self.columns:
            return self.columns[path]
        value = absent(path)
        return None if np.isnan(value) else np.full(len(self.replicates), value)

    def at(self, replicates: Sequence[int]) -> Replicates:
        """The same for some of the replicates."""
        if tuple(replicates) == self.replicates:
            return self
        where = {r: i for i, r in enumerate(self.replicates)}
        rows = np.array([where[r] for r in replicates], dtype=np.int64)
        return Replicates(
            tuple(replicates),
            self.units,
            Columns(self.columns, lambda path, runs: self.columns[path][rows[runs]]),
            {claim: tuple(v[i] for i in rows) for claim, v in self.claims.items()},
        )

    def part(self, runs: slice) -> Replicates:
        """The same for neighbouring runs, all of it in memory."""
        of = self.columns
        return Replicates(
            self.replicates[runs],
            self.units,
            {p: of.part(p, runs) if isinstance(of, Columns) else of[p][runs] for p in of},
            {claim: verdicts[runs] for claim, verdicts in self.claims.items()},
        )


def table(
    rows: Iterable[Mapping[str, Any]], units: Mapping[str, str], count: int,
    folder: Path | None = None,
) -> Replicates:  # fmt: skip
    """Columns from rows of a journal, sorted by replicate, of which there are ``count``.

    ``folder`` is where the file of large columns is made; None leaves that to the system.

    Raises:
        FullDiskError: there is no room for that file.
    """
    replicates: list[int] = []
    columns = Stored(count, absent, folder)
    claims: dict[str, list[str]] = {}
    for row in rows:
        replicates.append(row["replicate"])
        columns.add((path, _number(path, value)) for path, value in row["measures"].items())
        for claim, verdict in row["claims"].items():
            claims.setdefault(claim, []).append(sys.intern(verdict))
    columns.flush()

    def read(path: str, runs: slice) -> st.Values:
        found = columns.read(path, runs)
        if (whole := _whole_of(path)) is not None:
            found[columns.read(whole, runs) == 0] = math.nan  # a share of nobody is no number
        return found

    return Replicates(
        tuple(replicates),
        dict(units),
        Columns(columns.names, read),
        {claim: tuple(found) for claim, found in sorted(claims.items())},
    )


def _number(path: str, value: float | None) -> float:
    """A value of a row as it stands in a column."""
    if value is not None:
        return value
    return math.inf if is_time(path) else math.nan


def absent(path: str) -> float:
    """What a measure is in a run that does not list it.

    Nobody went where nobody went, and what changed nothing of an axis changed it by nothing.
    """
    kind, last = path.partition(".")[0], path.rpartition(".")[2]
    if kind == "events" or (kind == "moves" and last == "share"):
        return 0.0
    return 0.0 if kind == "regroup" and last in ("displaced", "persons", "share") else math.nan


_WHOLE = {"regroup": "displaced", "moves": "persons"}
"""What the shares of these kinds of measures are shares of."""


def _whole_of(path: str) -> str | None:
    """The measure that a share of persons is a share of; None of what is no such share."""
    parts = path.split(".")
    if parts[-1] != "share" or parts[0] not in _WHOLE:
        return None
    return f"{parts[0]}.{parts[1]}.{_WHOLE[parts[0]]}"


NEVER_BELOW_0 = frozenset(
    {
        "delivered",
        "needed",
        "unmet",
        "unmet_share",
        "person_days_short",
        "days_short",
        "days_without",
        "days_cut",
        "capacity_mean",
        "capacity_least",
    }
)
"""Last parts of the paths of measures that cannot be negative, so that no interval of theirs is."""


def survival(column: st.Values, horizon: float) -> Survival:
    """The curve of a time (days, inf: did not come) over a period of ``horizon`` days."""
    happened = np.isfinite(column)
    return kaplan_meier(np.where(happened, column, horizon), happened)


def log_rank_test(one: st.Values, other: st.Values, horizon: float) -> tuple[float, float]:
    """:func:`~sim.measure.survival.log_rank` of two columns of times."""
    flags = np.isfinite(one), np.isfinite(other)
    return log_rank(
        np.where(flags[0], one, horizon), flags[0], np.where(flags[1], other, horizon), flags[1]
    )


def describe(path: str, column: st.Values, horizon: float) -> dict[str, Any]:
    """One measure over all runs as plain data (values in its unit; times in days).

    ``n`` runs have a value. A time has ``came``, the probability that it came, and a ``mean`` only
    where it came in every run; else ``restricted_mean``, the days of the period before it came.
    """
    if is_time(path):
        curve, happened = survival(column, horizon), np.isfinite(column)
        came = st.probability(int(happened.sum()), len(column))
        return {
            "n": len(column),
            "came": interval(came),
            "mean" if happened.all() else "restricted_mean": interval(
                restricted_mean(curve, horizon)
            ),
            **_ranges(column, st.quantile_of_times),
            "curve": _steps(curve),
        }
    known = column[np.isfinite(column)]
    if not len(known):
        return {"n": 0}
    return {
        "n": len(known),
        "mean": interval(_mean(path, known)),
        "sd": tidy(float(np.std(known, ddof=1)) if len(known) > 1 else None),
        **_ranges(known, st.quantile),
    }


def _mean(path: str, known: st.Values) -> st.Estimate:
    """The mean, its interval cut at 0 where less than nothing cannot be."""
    found = st.mean(known)
    if found.low is None or path.rpartition(".")[2] not in NEVER_BELOW_0:
        return found
    return replace(found, low=max(found.low, 0.0))


def _ranges(
    values: st.Values, quantile: Callable[[st.Values, float], float | None]
) -> dict[str, Any]:
    """The median and the ranges of half and of nine in ten of the values."""
    return {
        "median": tidy(quantile(values, 0.5)),
        "range_50": [tidy(quantile(values, q)) for q in (0.25, 0.75)],
        "range_90": [tidy(quantile(values, q)) for q in (0.05, 0.95)],
    }


MOST_STEPS = 200
"""Steps of a survival curve that a summary keeps; every k-th where there are more."""


def _steps(curve: Survival) -> dict[str, list[float | None]]:
    chosen = slice(None, None, math.ceil(len(curve.times) / MOST_STEPS) or 1)
    parts = {"day": curve.times, "share": curve.share, "low": curve.low, "high": curve.high}
    return {name: [tidy(v) for v in values[chosen]] for name, values in parts.items()}


def interval(estimate: st.Estimate) -> dict[str, float | None]:
    """An estimate as plain data."""
    return {"value": tidy(estimate.value), "low": tidy(estimate.low), "high": tidy(estimate.high)}


def tidy(value: float | None) -> float | None:
    """Nine digits, None for what is no finite number: what JSON and tables hold."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.9g}") + 0.0  # + 0.0: no negative zero


def summarize(
    scenario: Scenario, seed: int, found: Replicates, failed: Sequence[int] = ()
) -> dict[str, Any]:
    """What summary.json of an ensemble says."""
    horizon = scenario.length / DAY
    return {
        "format": 1,
        "kind": "ensemble",
        "scenario": scenario_document(scenario),
        "seed": seed,
        "n": len(found.replicates),
        "failed": sorted(failed),
        "measures": {
            path: {"unit": found.units[path], **describe(path, column, horizon)}
            for path, column in found.columns.items()
        },
        "claims": [_claim(scenario, claim, v) for claim, v in found.claims.items()],
    }


def _claim(scenario: Scenario, claim: str, verdicts: Sequence[str]) -> dict[str, Any]:
    counts = {verdict: sum(v == verdict for v in verdicts) for verdict in VERDICTS}
    decided = counts["true"] + counts["false"]
    return {
        **stated(scenario.claims[claim]),
        **counts,
        "probability": interval(st.probability(counts["true"], decided)) if decided else None,
    }
