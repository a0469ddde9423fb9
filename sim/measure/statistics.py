"""Means, ranges and intervals of many runs, and the differences between paired ones.

Intervals are at 95 %. Nothing here knows scenarios: arrays of numbers go in. Formulas:
Student (1908) for means, Wilson (1927) for probabilities, Newcombe (1998) for their differences,
Hyndman and Fan (1996) type 7 for quantiles; docs/definitions.md says which measure uses
which. They are written out here, and not taken from ``scipy.stats``, since that takes about a
second to import, longer than many a run; the tests hold each of them to scipy or to its paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
"""Half-width of a 95 % interval of the standard normal."""

POWER = NormalDist().inv_cdf(0.8)
"""Quantile of the power, 80 %, at which :func:`runs_to_settle` plans."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval; the ends are None where one run is too few to say."""

    value: float
    low: float | None
    high: float | None

    @property
    def half_width(self) -> float | None:
        """Half the length of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def student(freedom: float) -> float:
    """Half-width of a 95 % interval of Student's t with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def mean(values: Values) -> Estimate:
    """The mean with Student's interval: m +- t s / sqrt(n).

    Raises:
        ValueError: no values.
    """
    if not len(values):
        raise ValueError("no values")
    middle = float(np.mean(values))
    if len(values) < 2:
        return Estimate(middle, None, None)
    half = student(len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Estimate(middle, middle - half, middle + half)


def difference_of_means(base: Values, other: Values) -> Estimate:
    """Mean of ``other`` less mean of ``base`` as if they shared no luck (Welch 1947)."""
    value = float(np.mean(other) - np.mean(base))
    if min(len(base), len(other)) < 2:
        return Estimate(value, None, None)
    parts = [float(np.var(v, ddof=1)) / len(v) for v in (base, other)]
    total = sum(parts)
    if not total:
        return Estimate(value, value, value)
    freedom = total**2 / sum(p**2 / (len(v) - 1) for p, v in zip(parts, (base, other), strict=True))
    half = student(freedom) * math.sqrt(total)
    return Estimate(value, value - half, value + half)


def probability(successes: int, tries: int, z: float = Z) -> Estimate:
    """A share with Wilson's score interval, which holds near 0 and 1 too.

    ``z`` is the half-width of the interval of the standard normal, that at 95 % unless told.

    Raises:
        ValueError: no tries.
    """
    if tries < 1:
        raise ValueError("no tries")
    p = successes / tries
    scale = 1 + z * z / tries
    middle = (p + z * z / (2 * tries)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / tries + z * z / (4 * tries * tries))
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == tries else middle + half
    return Estimate(p, low, high)


def proportion(successes: int, tries: int) -> Estimate:
    """A share with the interval of Clopper and Pearson (1934), which holds whatever the share.

    Without any success (or failure) it is bounded to one side, at the same level.

    Raises:
        ValueError: no tries.
    """
    from scipy.special import betaincinv

    if tries < 1:
        raise ValueError("no tries")
    tail = (1 - LEVEL) / (1 if successes in (0, tries) else 2)
    low, high = 0.0, 1.0
    if successes:
        low = float(betaincinv(successes, tries - successes + 1, tail))
    if successes < tries:
        high = float(betaincinv(successes + 1, tries - successes, 1 - tail))
    return Estimate(successes / tries, low, high)


def stratified_shares(
    weights: Values, hits: Values, tries: Values
) -> tuple[Values, Values, Values]:
    """Sums of the shares of strata (rows) by their ``weights``, with the ends of their intervals.

    Each stratum has Wilson's interval; what it reaches beyond its share is squared and summed up
    (Zou and Donner 2008). Where no stratum has a hit the sum is below ``max(w / n) ln(1 / 0.05)``,
    for the chance of none is at most ``exp(-sum n p)``; and so from above. Of a stratum without
    tries nothing is known, and its share is taken to be a half.
    """
    seen = np.maximum(tries, 1)
    share = np.where(tries > 0, hits / seen, 0.5)
    scale = 1 + Z * Z / seen
    middle = (share + Z * Z / (2 * seen)) / scale
    half = Z / scale * np.sqrt(share * (1 - share) / seen + Z * Z / (4 * seen * seen))
    least = np.where(tries > 0, np.where(hits > 0, middle - half, 0.0), 0.0)
    most = np.where(tries > 0, np.where(hits < tries, middle + half, 1.0), 1.0)
    whole, value = weights.sum(axis=0), (weights * share).sum(axis=0)
    low = value - np.sqrt((weights**2 * (share - least) ** 2).sum(axis=0))
    high = value + np.sqrt((weights**2 * (most - share) ** 2).sum(axis=0))
    bound = unseen_share(weights, tries)
    high = np.where((hits == 0).all(axis=0), np.maximum(high, bound), high)
    low = np.where((hits == tries).all(axis=0), np.minimum(low, whole - bound), low)
    return value, np.maximum(low, 0.0), np.minimum(high, whole)


def unseen_share(weights: Values, tries: Values) -> Values:
    """The share, over all strata (rows), of what came in no try, at most: at 95 %.

    That of :func:`stratified_shares`: ``max(w / n) ln(1 / 0.05)``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        most: Values = np.nanmax(weights / tries, axis=0, initial=0.0)
    return most * -math.log(1 - LEVEL)


def stratified_share(weights: Values, hits: Values, tries: Values) -> Estimate:
    """The sum of the shares of some strata by their weights: :func:`stratified_shares` of one."""
    value, low, high = stratified_shares(weights, hits, tries)
    return Estimate(float(value), float(low), float(high))


def stratified_mean(weights: Values, means: Values, variances: Values, tries: Values) -> Estimate:
    """The sum of the means of strata by their ``weights``, with Student's interval.

    Degrees of freedom are Satterthwaite's (1946) of the strata that vary; one of a single try,
    whose ``variances`` says nothing, leaves the ends open.
    """
    value = float(weights @ means)
    if (tries < 2).any():
        return Estimate(value, None, None)
    parts = weights**2 * variances / tries
    total = float(parts.sum())
    if not total:
        return Estimate(value, value, value)
    half = student(total**2 / float((parts**2 / (tries - 1)).sum())) * math.sqrt(total)
    return Estimate(value, value - half, value + half)


def difference_of_probabilities(
    base: tuple[int, int], other: tuple[int, int], z: float = Z
) -> Estimate:
    """The share of ``other`` less that of ``base``, each (successes, tries), of separate runs.

    The interval is Newcombe's (1998, method 10), from Wilson's of each; ``z`` as there.

    Raises:
        ValueError: no tries.
    """
    one, two = probability(*base, z), probability(*other, z)
    ends = [e for p in (one, two) for e in (p.low, p.high) if e is not None]
    low_one, high_one, low_two, high_two = ends
    value = two.value - one.value
    low = value - math.hypot(two.value - low_two, high_one - one.value)
    high = value + math.hypot(high_two - two.value, one.value - low_one)
    return Estimate(value, low, high)


def corrected(count: int) -> float:
    """The ``z`` of intervals that hold at 95 % all ``count`` together (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / count)


def quantile(values: Values, share: float) -> float:
    """The value below which a share of the values lies, between neighbours in proportion."""
    return float(np.quantile(values, share))


def quantile_of_times(times: Values, share: float) -> float | None:
    """The first time by which at least a share has happened; infinite times never did.

    None where so many never happened. This is the quantile of the Kaplan-Meier curve when
    nothing is censored before the end.
    """
    ordered = np.sort(times)
    found = float(ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)])
    return found if math.isfinite(found) else None


def restricted(times: Values, horizon: float) -> Values:
    """Times restricted to a period: of each the length of the period before it came.

    Where it did not come (it is infinite, or later) that is all of the period. Their mean is the
    restricted mean survival time, for nothing is censored before the end.
    """
    return np.minimum(times, horizon)


@dataclass(frozen=True, slots=True)
class Paired:
    """``other`` less ``base``, run by run under the same luck.

    ``means`` are those of base and other in these runs, ``difference`` the one of the other less
    the one of base; of times that may not come they are restricted means. ``above`` and ``below``
    are the shares of runs in which other is the higher and the lower; times that did not come tie
    at the end, later than any that came. ``beats`` is above and half of the ties. ``unpaired`` is
    the difference had the luck not been shared. ``runs`` is how many pairs would settle a
    difference of this size (None where nothing differs, or it is settled).
    """

    n: int
    means: tuple[float, float]
    difference: Estimate
    unpaired: Estimate
    above: float
    below: float
    runs: int | None

    @property
    def beats(self) -> float:
        """The chance that other is higher than base; ties count half."""
        return self.above + (1 - self.above - self.below) / 2

    @property
    def clearness(self) -> float:
        """The size of the difference in half-widths of its interval: above 1 it is settled."""
        half = self.difference.half_width
        return abs(self.difference.value) / half if half else 0.0

    @property
    def verdict(self) -> str:
        """same (in every run), higher, lower, or 'no difference found'."""
        if not self.above and not self.below:
            return "same"
        low, high = self.difference.low, self.difference.high
        if low is None or high is None or low <= 0 <= high:
            return "no difference found"
        return "higher" if low > 0 else "lower"


def paired(
    base: Values, other: Values, *, horizon: float | None = None, alike: float = 0
) -> Paired:
    """Compare two measures run by run.

    Args:
        alike: values no further apart are equal: what rounding and floating point make of equals.
        horizon: for times that may be infinite (they did not come): the length of the period to
            which means are restricted, see :func:`restricted`.

    Raises:
        ValueError: lengths differ, or there are no runs.
    """
    if len(base) != len(other) or not len(base):
        raise ValueError("paired runs must be as many on both sides, and some")
    other = np.where(np.isclose(other, base, rtol=0, atol=alike), base, other)
    above, below = float(np.mean(other > base)), float(np.mean(other < base))
    if horizon is not None:
        base, other = restricted(base, horizon), restricted(other, horizon)
    means = float(np.mean(base)), float(np.mean(other))
    difference, unpaired = mean(other - base), difference_of_means(base, other)
    found = Paired(len(base), means, difference, unpaired, above, below, None)
    if found.verdict != "no difference found":
        return found
    return replace(found, runs=runs_to_settle(other - base))


def runs_to_settle(differences: Values) -> int | None:
    """Pairs after which the interval would leave out 0 in four cases of five.

    ((1.96 + 0.84) s / m)^2 with the mean m and the deviation s seen so far; None where m is 0.
    """
    middle = float(np.mean(differences))
    if not middle or len(differences) < 2:
        return None
    ratio = (Z + POWER) * float(np.std(differences, ddof=1)) / middle
    return math.ceil(ratio * ratio) if ratio * ratio < 1e9 else None
