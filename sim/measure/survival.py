"""Times that may not come within the period: curves, restricted means, a test of two.

A time that did not come is censored: known to be later than the end, and not dropped. The
estimators are those of Kaplan and Meier (1958), with Greenwood's variance on the log-log
scale (Kalbfleisch and Prentice 2002), and the log-rank test of Mantel (1966). They are written
out here since ``scipy.stats`` takes about a second to import; the tests hold them to scipy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .statistics import Estimate, Values, Z

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Survival:
    """The share not yet struck: ``share[i]`` from ``times[i]`` on, 1 before the first.

    ``at_risk`` and ``events`` are counts at each time of an event; ``low`` and ``high`` the
    pointwise 95 % interval. All arrays have the length of ``times``.
    """

    times: Values
    at_risk: npt.NDArray[np.int64]
    events: npt.NDArray[np.int64]
    share: Values
    low: Values
    high: Values

    def at(self, time: float) -> float:
        """The share not struck up to and including ``time``."""
        i = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(self.share[i]) if i >= 0 else 1.0


def kaplan_meier(times: Values, happened: Flags) -> Survival:
    """The curve of times, of which those not ``happened`` are censored at their time.

    Where all are struck the share is 0 and its interval [0, 0].

    Raises:
        ValueError: no times, or lengths differ.
    """
    if not len(times) or len(times) != len(happened):
        raise ValueError("as many flags as times are needed, and some")
    struck, events = np.unique(times[happened], return_counts=True)
    ordered = np.sort(times)
    at_risk = len(times) - np.searchsorted(ordered, struck, side="left")
    share: Values = np.cumprod(1 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events).astype(float)))
        log = np.log(share)
        spread = Z * np.sqrt(greenwood) / log  # negative, as log is
        low, high = np.exp(log * np.exp(-spread)), np.exp(log * np.exp(spread))
    over = share <= 0
    low[over], high[over] = 0.0, 0.0
    return Survival(struck, at_risk, events, share, low, high)


def restricted_mean(curve: Survival, horizon: float) -> Estimate:
    """Mean of the time, or of the horizon where it comes later: the area under the curve.

    Its variance is the sum over times of (area to the right)^2 d / (r (r - d)); a last time
    at which all are struck adds nothing (Klein and Moeschberger 2003, 4.5).
    """
    inside = curve.times < horizon
    times, share = curve.times[inside], curve.share[inside]
    widths = np.diff(np.concatenate([[0.0], times, [horizon]]))
    areas = widths * np.concatenate([[1.0], share])
    value = float(areas.sum())
    right = areas[::-1].cumsum()[::-1][1:]
    at_risk, events = curve.at_risk[inside], curve.events[inside]
    left = (at_risk - events).astype(float)
    some = left > 0
    variance = float(np.sum(right[some] ** 2 * events[some] / (at_risk[some] * left[some])))
    half = Z * math.sqrt(variance)
    return Estimate(value, value - half, value + half)


def log_rank(
    times: Values, happened: Flags, other_times: Values, other_happened: Flags
) -> tuple[float, float]:
    """Chi-squared (1 degree of freedom) and p of 'the two have one curve'.

    It takes the groups as independent; where they share luck it is on the safe side.
    (0, 1) where nothing happened in either.
    """
    moments = np.unique(np.concatenate([times[happened], other_times[other_happened]]))
    one = _at_risk_and_struck(moments, times, happened)
    other = _at_risk_and_struck(moments, other_times, other_happened)
    excess = variance = 0.0
    for (risk_a, struck_a), (risk_b, struck_b) in zip(one, other, strict=True):
        risk, struck = risk_a + risk_b, struck_a + struck_b
        excess += struck_a - struck * risk_a / risk
        if risk > 1:
            variance += struck * risk_a * risk_b * (risk - struck) / (risk * risk * (risk - 1))
    if variance <= 0:
        return 0.0, 1.0
    chi2 = excess * excess / variance
    return chi2, math.erfc(math.sqrt(chi2 / 2))


def _at_risk_and_struck(
    moments: Values, times: Values, happened: Flags
) -> Iterator[tuple[int, int]]:
    """How many of a group are at risk at each moment, and how many are struck then."""
    risk = len(times) - np.searchsorted(np.sort(times), moments, side="left")
    struck = np.sort(times[happened])
    before = np.searchsorted(struck, moments, side="left")
    after = np.searchsorted(struck, moments, side="right")
    return zip(risk.tolist(), (after - before).tolist(), strict=True)
