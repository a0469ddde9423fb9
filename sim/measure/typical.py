"""Where one run lies among many runs of its scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from . import statistics as st
from .ensemble import Replicates, describe
from .steps import is_time


class Standing(NamedTuple):
    """One measure of a run among the ``n`` runs that have it; values in its unit.

    ``percentile`` is the share of runs below it and half of those equal to it, of 1; ``low`` and
    ``high`` bound nine runs in ten. None of a time is one that did not come: later than any.
    """

    path: str
    unit: str
    value: float | None
    percentile: float
    median: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Among:
    """Where a run lies among the ``runs`` of an ``ensemble`` of its scenario, which is a folder."""

    ensemble: str
    runs: int
    standings: tuple[Standing, ...]

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = [standing._asdict() for standing in self.standings]
        return {"ensemble": self.ensemble, "runs": self.runs, "standings": found}


def read_among(document: Mapping[str, Any]) -> Among:
    """That of which :meth:`Among.document` was made.

    Raises:
        LookupError, TypeError: it was not made so.
    """
    found = tuple(Standing(**standing) for standing in document["standings"])
    return Among(document["ensemble"], document["runs"], found)


def standings(
    measures: Mapping[str, Mapping[str, Any]], many: Replicates, days: float, paths: Iterable[str]
) -> list[Standing]:
    """Where the measures of a run stand; without those that it, or every other run, does not have.

    Args:
        measures: of the run, value and unit by path.
        days: the length of the period.
    """
    found = []
    for path in paths:
        column, value = many.column(path), measures[path]["value"]
        if column is None or (value is None and not is_time(path)):
            continue
        known = column if is_time(path) else column[np.isfinite(column)]
        if not len(known):
            continue
        said = describe(path, column, days)
        share = round(_percentile(known, math.inf if value is None else value), 6)
        low, high = said["range_90"]
        unit, median = measures[path]["unit"], said["median"]
        found.append(Standing(path, unit, value, share, median, low, high, len(known)))
    return found


def _percentile(values: st.Values, of: float) -> float:
    """The mid-rank of a value among others, as a share of 1."""
    below, same = np.count_nonzero(values < of), np.count_nonzero(values == of)
    return float(below + same / 2) / len(values)
