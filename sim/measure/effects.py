"""Effects of the factors of a study: contrasts run by run, since its cells share luck.

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

from . import statistics as st

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


RESAMPLES = 1000


def rank_intervals(columns: Sequence[st.Values]) -> list[tuple[float, float, float]]:
    """Rank of each cell by its mean (1 is the highest): median and 90 % range over resamples.

    Runs are drawn anew with replacement, the same runs for every cell (Efron 1979), by a fixed
    seed. Ties share the mean of their ranks: of restricted times all cells in which it never came
    tie at the end. Runs with a nan in any cell are left out.
    """
    runs = np.array(columns)
    runs = runs[:, np.isfinite(runs).all(axis=0)]
    if not runs.shape[1]:
        return []
    luck = np.random.default_rng(0)
    chosen = luck.integers(0, runs.shape[1], (RESAMPLES, runs.shape[1]))
    means = np.array([row[chosen].mean(axis=1) for row in runs])  # cells x resamples
    above = (means[None, :, :] > means[:, None, :]).sum(axis=1)
    level = (means[None, :, :] == means[:, None, :]).sum(axis=1)
    ranks = above + (level + 1) / 2
    low, middle, high = np.quantile(ranks, [0.05, 0.5, 0.95], axis=1)
    return list(zip(middle.tolist(), low.tolist(), high.tolist(), strict=True))
