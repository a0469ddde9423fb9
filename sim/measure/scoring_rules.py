"""Proper scores of forecasts, on arrays of numbers; lower is better for all.

Log score: Good (1952). Brier score: Brier (1950). CRPS: Matheson and Winkler (1976), of an
ensemble as Hersbach (2000), here up to a horizon. PIT: Dawid (1984), of what is not continuous as
Czado, Gneiting and Held (2009). docs/definitions.md writes them out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .statistics import Values

FLOOR = 0.01
"""The log score takes a probability for this at the least, and for 1 less it at the most."""

BINS = 10
"""Bins of a PIT histogram."""


def log_loss(chance: Values, happened: npt.NDArray[np.bool_]) -> Values:
    """-ln of the probability given to what happened, kept within :data:`FLOOR` of 0 and 1."""
    kept = np.clip(chance, FLOOR, 1 - FLOOR)
    return np.asarray(-np.log(np.where(happened, kept, 1 - kept)))


def squared_error(chance: Values, happened: npt.NDArray[np.bool_]) -> Values:
    """The Brier score of a thing that happened or not: (p - 1)^2 or p^2."""
    return np.asarray((chance - happened) ** 2)


def crps_of_runs(times: Values, weights: Values, came: float, horizon: float) -> Values:
    """CRPS of a time up to the horizon: the integral from 0 of (F(t) - 1{t >= came})^2.

    Args:
        times: when it came in each run, below 0 where it came before the forecast, infinite where
            it did not come.
        weights: what each run counts, a row each for as many answers; rows sum to 1.
        came: when it came on record, infinite where it had not come by the horizon.
        horizon: the end of the integral.
    """
    order = np.argsort(times, kind="stable")
    at = np.clip(times[order], 0.0, horizon)
    below = np.cumsum(weights[:, order], axis=1)
    below = np.concatenate([np.zeros((len(weights), 1)), below], axis=1)
    edges = np.concatenate([[0.0], at, [horizon]])
    starts, ends = edges[:-1], edges[1:]
    middle = np.clip(min(came, horizon), starts, ends)
    return np.asarray(below**2 @ (middle - starts) + (below - 1) ** 2 @ (ends - middle))


def crps_of_rate(rate: float, came: float, horizon: float) -> float:
    """The same of an exponential time, F(t) = 1 - exp(-rate t), in closed form; rate 0 is never."""
    known = min(came, horizon)
    if rate == 0:
        return horizon - known
    once, twice = (-math.expm1(-k * rate * known) / (k * rate) for k in (1, 2))
    after = (math.exp(-2 * rate * known) - math.exp(-2 * rate * horizon)) / (2 * rate)
    return known - 2 * once + twice + after


def pit(times: Values, came: float, horizon: float) -> tuple[float, float]:
    """The shares of runs in which it came before the record, and by then: the ends of the PIT.

    What had not come by the horizon lies anywhere in what the runs leave for later.
    """
    if came > horizon:
        return float(np.mean(times <= horizon)), 1.0
    return float(np.mean(times < came)), float(np.mean(times <= came))


def pit_histogram(ends: Sequence[tuple[float, float]], bins: int = BINS) -> list[float]:
    """Mean share of a forecast's PIT in each bin of 0 to 1, its mass spread evenly between ends."""
    edges = np.linspace(0, 1, bins + 1)
    total = np.zeros(bins)
    for low, high in ends:
        if high > low:
            total += np.diff(np.clip((edges - low) / (high - low), 0, 1))
        else:
            total[min(int(low * bins), bins - 1)] += 1
    return [float(share) for share in total / max(len(ends), 1)]


def covers(times: Values, came: float, horizon: float, level: float) -> bool:
    """Whether the central interval of the runs holds the record; beyond the horizon is one time."""
    censored = np.where(times > horizon, np.inf, times)
    tail = (1 - level) / 2
    low, high = np.quantile(censored, [tail, 1 - tail], method="inverted_cdf")
    return bool(low <= (came if came <= horizon else np.inf) <= high)
