"""Means, probabilities and paired differences against closed forms and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.measure import statistics as st


def test_the_mean_has_students_interval() -> None:
    # 1, 2, 3, 4: mean 2.5, s = sqrt(5/3), t(3) = 3.18245, half = t s / 2 = 2.0542
    found = st.mean(np.array([1.0, 2.0, 3.0, 4.0]))
    assert found.value == 2.5
    assert found.half_width == pytest.approx(3.182446305 * math.sqrt(5 / 3) / 2)
    assert st.mean(np.array([3.0])) == st.Estimate(3.0, None, None)
    with pytest.raises(ValueError, match="no values"):
        st.mean(np.array([]))


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (370, 1000)])
def test_wilson_is_scipys(k: int, n: int) -> None:
    found = st.probability(k, n)
    theirs = stats.binomtest(k, n).proportion_ci(0.95, "wilson")
    assert (found.value, found.low, found.high) == pytest.approx((k / n, theirs.low, theirs.high))


def test_welch_is_scipys() -> None:
    luck = np.random.default_rng(1)
    a, b = luck.normal(0, 1, 30), luck.normal(0.4, 2, 50)
    theirs = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    found = st.difference_of_means(a, b)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


def test_quantiles_of_times_count_those_that_never_came() -> None:
    times = np.array([4.0, 1.0, math.inf, 2.0, math.inf])
    # sorted 1, 2, 4, inf, inf: 20 % each
    assert st.quantile_of_times(times, 0.2) == 1
    assert st.quantile_of_times(times, 0.21) == 2
    assert st.quantile_of_times(times, 0.5) == 4
    assert st.quantile_of_times(times, 0.61) is None
    assert st.quantile_of_times(np.array([math.inf]), 0.05) is None


def test_a_paired_difference_by_hand() -> None:
    base, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 5.0, 5.0])
    found = st.paired(base, other)
    # differences 1, 0, 2, 1: mean 1, s = sqrt(2/3), half = 3.18245 * 0.8165 / 2 = 1.2992
    assert found.difference.value == 1
    assert found.difference.half_width == pytest.approx(3.182446305 * math.sqrt(2 / 3) / 2)
    assert (found.above, found.below, found.beats) == (0.75, 0, 0.875)
    # the interval reaches from -0.3: not settled; ((1.96 + 0.8416) * 0.8165 / 1)^2 = 5.2
    assert (found.verdict, found.runs) == ("no difference found", 6)


def test_verdicts() -> None:
    ones = np.ones(10)
    assert st.paired(ones, ones).verdict == "same"
    assert st.paired(ones, ones).runs is None
    ramp = np.arange(10.0)
    assert st.paired(ramp, ramp + 1 + ramp / 100).verdict == "higher"
    assert st.paired(ramp, ramp - 1 - ramp / 100).verdict == "lower"
    flip = np.array([1.0, -1.0] * 5)
    assert (st.paired(ramp, ramp + flip).verdict, st.paired(ramp, ramp + flip).runs) == (
        "no difference found",
        None,  # a mean of 0 needs infinitely many
    )
    # a constant difference has no spread: settled
    assert st.paired(ramp, ramp + 2).verdict == "higher"
    with pytest.raises(ValueError, match="as many"):
        st.paired(ones, ramp[:3])


def test_what_never_came_is_later_than_any_and_the_period_long_in_the_mean() -> None:
    base, other = np.array([1.0, math.inf, 9.0, math.inf]), np.array([2.0, math.inf, math.inf, 3.0])
    found = st.paired(base, other, horizon=10)
    # restricted: 1, 10, 9, 10 and 2, 10, 10, 3: differences 1, 0, 1, -7
    assert found.means == (7.5, 6.25)
    assert found.difference.value == pytest.approx(-1.25)
    # never against never is a tie at the end, as is never against a day after the period in the
    # mean, but not in the order
    assert (found.above, found.below) == (0.5, 0.25)
    end = st.paired(np.array([10.0, math.inf]), np.array([math.inf, math.inf]), horizon=10)
    assert (end.difference.value, end.above, end.below) == (0, 0.5, 0)


def test_pairs_beat_strangers_where_luck_is_shared() -> None:
    luck = np.random.default_rng(3)
    base = luck.normal(100, 20, 200)
    found = st.paired(base, base + luck.normal(1, 1, 200))
    assert found.difference.half_width is not None
    assert found.unpaired.half_width is not None
    # 1 / sqrt(200) against sqrt(2) * 20 / sqrt(200): 28 times
    assert found.unpaired.half_width > 20 * found.difference.half_width
    assert found.verdict == "higher"


@pytest.mark.parametrize("seed", [5, 6])
def test_intervals_hold_the_truth_in_95_of_100(seed: int) -> None:
    """1,000 repeats; 92 to 98 % is four standard deviations of 0.7 % round 95 %."""
    luck = np.random.default_rng(seed)
    means = wilsons = pairs = 0
    for _ in range(1000):
        found = st.mean(luck.normal(2, 3, 25))
        means += found.low is not None and found.low <= 2 <= (found.high or 0)
        share = st.probability(int(luck.binomial(80, 0.3)), 80)
        wilsons += (share.low or 0) <= 0.3 <= (share.high or 0)
        base = luck.normal(0, 5, 25)
        gap = st.paired(base, base + luck.normal(0.5, 1, 25)).difference
        pairs += gap.low is not None and gap.low <= 0.5 <= (gap.high or 0)
    for count in (means, wilsons, pairs):
        assert 920 <= count <= 980


@pytest.mark.parametrize(
    ("other", "base", "low", "high"),
    # Newcombe (1998), table II, method 10: rows (a), (b), (d), (e) and (h)
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_chances_has_newcombes_interval(
    other: tuple[int, int], base: tuple[int, int], low: float, high: float
) -> None:
    found = st.difference_of_probabilities(base, other)
    assert found.value == pytest.approx(other[0] / other[1] - base[0] / base[1])
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@pytest.mark.parametrize(("k", "n"), [(0, 30), (1, 30), (7, 20), (20, 20), (999, 1000)])
def test_clopper_and_pearson_are_scipys(k: int, n: int) -> None:
    found = st.proportion(k, n)
    kind = "less" if k == 0 else "greater" if k == n else "two-sided"  # bounded to one side
    theirs = stats.binomtest(k, n, alternative=kind).proportion_ci(0.95, "exact")
    assert found.value == k / n
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    with pytest.raises(ValueError, match="no tries"):
        st.proportion(0, 0)


def test_one_stratum_is_wilsons() -> None:
    one = st.stratified_share(np.array([1.0]), np.array([7.0]), np.array([20.0]))
    wilson = st.probability(7, 20)
    assert (one.value, one.low, one.high) == pytest.approx((wilson.value, wilson.low, wilson.high))


def test_strata_are_squared_and_summed() -> None:
    weights, hits, tries = np.array([0.6, 0.4]), np.array([3.0, 8.0]), np.array([10.0, 10.0])
    a, b = st.probability(3, 10), st.probability(8, 10)
    assert a.low is not None
    assert b.low is not None
    found = st.stratified_share(weights, hits, tries)
    assert found.value == pytest.approx(0.6 * 0.3 + 0.4 * 0.8)
    expected = found.value - np.hypot(0.6 * (0.3 - a.low), 0.4 * (0.8 - b.low))
    assert found.low == pytest.approx(expected)


@pytest.mark.parametrize("hits", [0, 1])
def test_a_stratum_of_a_single_try_has_its_share_and_interval(hits: int) -> None:
    # Wilson's of one try in one is 1 / (1 + z^2) to 1, of none in one 0 to z^2 / (1 + z^2)
    z2 = 1.959964**2
    one, other = (1 / (1 + z2), 1.0) if hits else (0.0, z2 / (1 + z2)), st.probability(3, 10)
    assert other.low is not None
    assert other.high is not None
    found = st.stratified_share(np.array([0.5, 0.5]), np.array([hits, 3.0]), np.array([1.0, 10.0]))
    value = 0.5 * hits + 0.5 * 0.3
    low = value - math.hypot(0.5 * (hits - one[0]), 0.5 * (0.3 - other.low))
    high = value + math.hypot(0.5 * (one[1] - hits), 0.5 * (other.high - 0.3))
    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx((max(low, 0), high), abs=1e-6)


def test_without_a_hit_there_is_an_upper_bound() -> None:
    weights, tries = np.array([0.01, 0.001]), np.array([100.0, 20.0])
    none = st.stratified_share(weights, np.zeros(2), tries)
    # w / n is 1e-4 and 5e-5: at most 1e-4 ln 20, unless Wilson's say more
    assert (none.value, none.low) == (0, 0)
    assert none.high is not None
    assert none.high >= 1e-4 * np.log(20)
    every = st.stratified_share(weights, tries, tries)
    assert every.high == pytest.approx(0.011)
    assert every.low == pytest.approx(0.011 - none.high)
    # nothing at all is known of a stratum without tries
    some = st.stratified_share(weights, np.array([50.0, 0.0]), np.array([100.0, 0.0]))
    assert (some.high or 0) - (some.low or 0) > 0.001


def test_the_mean_of_strata() -> None:
    rng = np.random.default_rng(3)
    samples = [rng.normal(5, 2, 40), rng.normal(9, 1, 60)]
    means, spreads = (np.array([f(x) for x in samples]) for f in (np.mean, lambda x: x.var(ddof=1)))
    tries = np.array([40.0, 60.0])
    # half of each: the interval is that of Welch of a difference, whose parts add up alike
    found = st.stratified_mean(np.array([0.5, 0.5]), means, spreads, tries)
    welch = st.difference_of_means(-samples[0], samples[1])
    assert found.value == pytest.approx(welch.value / 2)
    assert found.half_width == pytest.approx((welch.half_width or 0) / 2)
    one = st.stratified_mean(np.array([1.0]), means[:1], spreads[:1], tries[:1])
    alone = st.mean(samples[0])
    assert (one.low, one.high) == pytest.approx((alone.low, alone.high))
    assert st.stratified_mean(np.array([1.0]), means[:1], spreads[:1], np.ones(1)).low is None
    # one stratum of a single try is enough to leave the ends open, two tries are not
    half = np.array([0.5, 0.5])
    assert st.stratified_mean(half, means, spreads, np.array([1.0, 60.0])).low is None
    assert st.stratified_mean(half, means, spreads, np.array([2.0, 60.0])).low is not None


def test_two_runs_each_have_an_interval_and_one_has_none() -> None:
    base, other = np.array([1.0, 3.0]), np.array([5.0, 7.0])
    wide = st.difference_of_means(base, other)
    # means 2 and 6; both variances are 2, so the standard error is sqrt(2/2 + 2/2), with 2 degrees
    # of freedom, whose 97.5 % quantile is 4.3027
    assert wide.value == 4
    assert wide.low == pytest.approx(4 - 4.3027 * math.sqrt(2), abs=1e-3)
    assert wide.high == pytest.approx(4 + 4.3027 * math.sqrt(2), abs=1e-3)
    assert st.difference_of_means(base[:1], other) == st.Estimate(5, None, None)
