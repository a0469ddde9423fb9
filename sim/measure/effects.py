"""Effects: of the factors of a study, and of the roads that may not be there.

Those of factors are contrasts run by run, since the cells of a study share luck.

The main effect of a level is its mean less that of the factor's first level, averaged over
the settings of the other factors that have both; an interaction of two factors is how much
the effect of one changes between levels of the other (Box, Hunter and Hunter 2005, chapter 5,
without their halving).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.scenario.model import Scenario

from . import statistics as st
from .ensemble import Replicates
from .steps import is_time

Cells = Mapping[tuple[str, ...], st.Values]
"""Runs of each cell by its levels; run i of every cell has the same luck (nan: no value).

Times are restricted to the period (:func:`~sim.measure.statistics.restricted`), so that effects on
them are differences of restricted means.
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """A contrast: ``term`` names the factors (one or two), ``levels`` 'from' and 'to' of each."""

    term: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    paired: st.Paired


def effects(factors: Sequence[str], cells: Cells, step: float = 0) -> list[Effect]:
    """Main effects, then interactions of pairs; those that no cells tell are left out.

    ``step`` is what the values are rounded to. An interaction is taken of four of them, each off by
    half a step at most: within two steps it cannot be told from none.
    """
    levels = [list(dict.fromkeys(cell[i] for cell in cells)) for i in range(len(factors))]
    found = []
    for i, factor in enumerate(factors):
        for level in levels[i][1:]:
            pairs = [
                (cells[cell], cells[_with(cell, i, level)])
                for cell in cells
                if cell[i] == levels[i][0] and _with(cell, i, level) in cells
            ]
            if pairs:
                base, other = (_mean([p[k] for p in pairs]) for k in (0, 1))
                found += _effect((factor,), ((levels[i][0], level),), base, other, step / 2)
    for i, j in itertools.combinations(range(len(factors)), 2):
        for to_i, to_j in itertools.product(levels[i][1:], levels[j][1:]):
            one, two = (i, levels[i][0], to_i), (j, levels[j][0], to_j)
            found += _interaction(factors, cells, one, two, 2 * step)
    return found


def _interaction(
    factors: Sequence[str], cells: Cells, one: tuple[int, str, str], two: tuple[int, str, str],
    alike: float,
) -> list[Effect]:  # fmt: skip
    (i, from_i, to_i), (j, from_j, to_j) = one, two
    low, high = [], []
    for cell in cells:
        if (cell[i], cell[j]) != (from_i, from_j):
            continue
        corners = [_with(cell, i, to_i), _with(cell, j, to_j), _with(_with(cell, i, to_i), j, to_j)]
        if all(corner in cells for corner in corners):
            a, b, both = (cells[corner] for corner in corners)
            low.append(a - cells[cell])
            high.append(both - b)
    if not low:
        return []
    term = (factors[i], factors[j])
    return _effect(term, ((from_i, to_i), (from_j, to_j)), _mean(low), _mean(high), alike)


def _effect(
    term: tuple[str, ...], levels: tuple[tuple[str, str], ...], base: st.Values, other: st.Values,
    alike: float,
) -> list[Effect]:  # fmt: skip
    known = np.isfinite(base) & np.isfinite(other)
    if not known.any():
        return []
    return [Effect(term, levels, st.paired(base[known], other[known], alike=alike))]


def _with(cell: tuple[str, ...], i: int, level: str) -> tuple[str, ...]:
    return (*cell[:i], level, *cell[i + 1 :])


def _mean(columns: Sequence[st.Values]) -> st.Values:
    mean: st.Values = np.mean(np.array(columns), axis=0)
    return mean


FEWEST = 5
"""Runs with, and without, a doubtful road below which nothing is said of what hangs on it."""

HANGING = (
    "capacity_end", "capacity_mean", "capacity_least", "time_of_first_cut", "days_cut",
    "delivered", "unmet_share",
)  # fmt: skip
"""Measures of the axis in focus that are held against each doubtful road."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A measure in the runs with a doubtful road, and in those without it.

    Of a time it is the chance that it came. ``runs`` and ``values`` are those with and those
    without; ``difference`` is the value with the road less that without, None where either has
    fewer than ``FEWEST`` runs.
    """

    road: str
    path: str
    runs: tuple[int, int]
    values: tuple[float | None, float | None]
    difference: st.Estimate | None

    @property
    def verdict(self) -> str:
        """higher or lower with the road, same, no difference found, or not enough runs."""
        if self.difference is None:
            return "not enough runs"
        low, high = self.difference.low, self.difference.high
        assert low is not None
        assert high is not None  # more than one run a group
        if low == high == 0:
            return "same"
        return "higher" if low > 0 else "lower" if high < 0 else "no difference found"


def hanging(scenario: Scenario, found: Replicates) -> list[Hanging]:
    """What of the axis in focus hangs on each road that may not be there.

    The runs are two groups that share no luck: a difference of means is Welch's (1947), one of
    chances Newcombe's (1998). Runs at settings that a study chose tell nothing: what is set is not
    drawn, and no measure.
    """
    paths = [path for path in (f"axes.{scenario.main_axis}.{name}" for name in HANGING)
             if path in found.columns]  # fmt: skip
    roads = [(road, f"roads.{road}.exists") for road in scenario.network.roads]
    return [
        _hanging(road, path, found.columns[exists], found.columns[path])
        for road, exists in roads if exists in found.columns
        for path in paths
    ]  # fmt: skip


def _hanging(road: str, path: str, exists: st.Values, column: st.Values) -> Hanging:
    if is_time(path):
        column = np.isfinite(column).astype(float)
    groups = [column[(exists == there) & np.isfinite(column)] for there in (1, 0)]
    runs = len(groups[0]), len(groups[1])
    means = [float(np.mean(group)) if len(group) else None for group in groups]
    difference = None
    if min(runs) >= FEWEST and is_time(path):
        came = [(int(group.sum()), len(group)) for group in groups]
        difference = st.difference_of_probabilities(came[1], came[0])
    elif min(runs) >= FEWEST:
        difference = st.difference_of_means(groups[1], groups[0])
    return Hanging(road, path, runs, (means[0], means[1]), difference)


RESAMPLES = 1000

MOST_RANKED = 100_000
"""Runs that ranks are worked out from: the first where there are more."""


def rank_intervals(columns: Sequence[st.Values]) -> list[tuple[float, float, float]]:
    """Rank of each cell by its mean (1 is the highest): median and 90 % range over resamples.

    Runs are drawn anew with replacement, the same runs for every cell (Efron 1979), by a fixed
    seed. Ties share the mean of their ranks: of restricted times all cells in which it never came
    tie at the end. Runs with a nan in any cell are left out, and those beyond
    :data:`MOST_RANKED`, since more of them would move no rank.
    """
    runs = np.array([column[:MOST_RANKED] for column in columns])
    runs = runs[:, np.isfinite(runs).all(axis=0)]
    if not runs.shape[1]:
        return []
    luck = np.random.default_rng(0)
    means = np.empty((len(runs), RESAMPLES))
    for resample in range(RESAMPLES):
        chosen = luck.integers(0, runs.shape[1], runs.shape[1])
        means[:, resample] = [row[chosen].mean() for row in runs]
    above = (means[None, :, :] > means[:, None, :]).sum(axis=1)
    level = (means[None, :, :] == means[:, None, :]).sum(axis=1)
    ranks = above + (level + 1) / 2
    low, middle, high = np.quantile(ranks, [0.05, 0.5, 0.95], axis=1)
    return list(zip(middle.tolist(), low.tolist(), high.tolist(), strict=True))
