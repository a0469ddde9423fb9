"""Curves as arrays: their points, and one curve less another. No matplotlib here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.view.data import Curve

Values = npt.NDArray[np.float64]


def points(curve: Curve, end: int) -> tuple[Values, Values]:
    """Times (s) and values from the curve's first time to ``end``, ready to be joined by lines.

    A stepped curve has two points at each step; every curve keeps its last value to the end.
    """
    times, values = np.array(curve.times, dtype=float), np.array(curve.values, dtype=float)
    if not len(times):
        return times, values
    if times[-1] < end:
        times, values = np.append(times, end), np.append(values, values[-1])
    if curve.steps:
        times, values = np.repeat(times, 2)[1:], np.repeat(values, 2)[:-1]
    return times, values


def difference(curve: Curve, other: Curve, end: int) -> tuple[Values, Values]:
    """``curve`` less ``other`` at all times when both are known; ends as :func:`points`."""
    if not curve.times or not other.times:
        return np.empty(0), np.empty(0)
    first = max(curve.times[0], other.times[0])
    times = np.array(sorted({first, end, *curve.times, *other.times}), dtype=float)
    times = times[(times >= first) & (times <= end)]
    before = [_sampled(c, times, "left") for c in (curve, other)]
    after = [_sampled(c, times, "right") for c in (curve, other)]
    both = np.column_stack([before[0] - before[1], after[0] - after[1]]).reshape(-1)
    return np.repeat(times, 2)[1:], both[1:]


def joint(curve: Curve, other: Curve, end: int) -> tuple[Values, Values]:
    """The curve at the two curves' joint times, two points each, so that both can be filled."""
    flat = Curve(other.times, tuple(0.0 for _ in other.times), other.steps)
    return difference(curve, flat, end)


def _sampled(curve: Curve, times: Values, side: str) -> Values:
    """The curve just before ("left") or just after ("right") each time."""
    xs, ys = np.array(curve.times, dtype=float), np.array(curve.values, dtype=float)
    found = np.searchsorted(xs, times, side="left" if side == "left" else "right") - 1
    found = np.clip(found, 0, len(xs) - 1)
    if curve.steps:
        return np.asarray(ys[found])
    following = np.minimum(found + 1, len(xs) - 1)
    span = xs[following] - xs[found]
    share = np.where(span > 0, (times - xs[found]) / np.where(span > 0, span, 1.0), 0.0)
    return np.asarray(ys[found] + np.clip(share, 0, 1) * (ys[following] - ys[found]))
