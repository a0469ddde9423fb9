"""Survival curves against hand-made tables, closed forms, and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.measure import statistics as st
from sim.measure.survival import kaplan_meier, log_rank, restricted_mean


def test_a_curve_by_hand() -> None:
    # 1, 3, 3+, 4, 6+ (+ is censored). At 1: 4/5; at 3: 4 at risk, 1 struck, 3/4; at 4: 2, 1/2
    curve = kaplan_meier(np.array([1, 3, 3, 4, 6.0]), np.array([1, 1, 0, 1, 0], dtype=bool))
    assert curve.times.tolist() == [1, 3, 4]
    assert curve.at_risk.tolist() == [5, 4, 2]
    assert curve.share == pytest.approx([0.8, 0.6, 0.3])
    assert [curve.at(t) for t in (0.5, 1, 3.5, 9)] == pytest.approx([1, 0.8, 0.6, 0.3])
    # Greenwood at 3: 1/(5*4) + 1/(4*3) = 2/15; on the log-log scale
    spread = st.Z * math.sqrt(2 / 15) / math.log(0.6)
    ends = sorted(0.6 ** math.exp(sign * spread) for sign in (1, -1))
    assert [curve.low[1], curve.high[1]] == pytest.approx(ends)
    # area to 6: 1 + 2 * 0.8 + 1 * 0.6 + 2 * 0.3 = 3.8
    # variance: right of 1: 2.8, of 3: 1.2, of 4: 0.6: 2.8^2/20 + 1.2^2/12 + 0.6^2/2 = 0.692
    mean = restricted_mean(curve, 6)
    assert mean.value == pytest.approx(3.8)
    assert mean.half_width == pytest.approx(st.Z * math.sqrt(0.692))


def test_without_censoring_it_is_the_share_left_and_the_plain_mean() -> None:
    times = np.random.default_rng(2).exponential(3, 200)
    curve = kaplan_meier(times, np.ones(200, dtype=bool))
    for t in (0.5, 2, 7):
        assert curve.at(t) == pytest.approx(np.mean(times > t))
    assert (curve.low[-1], curve.high[-1], curve.share[-1]) == (0, 0, pytest.approx(0, abs=1e-12))
    mean = restricted_mean(curve, 100)
    assert mean.value == pytest.approx(times.mean())
    # Greenwood's variance of the mean is then the plain one, s^2 / n with n in place of n - 1
    assert mean.half_width == pytest.approx(st.Z * times.std() / math.sqrt(200))
    assert restricted_mean(curve, 2).value == pytest.approx(np.minimum(times, 2).mean())


def test_nothing_happened() -> None:
    curve = kaplan_meier(np.full(5, 9.0), np.zeros(5, dtype=bool))
    assert not len(curve.times)
    assert curve.at(4) == 1
    assert restricted_mean(curve, 9) == st.Estimate(9, 9, 9)
    with pytest.raises(ValueError, match="flags"):
        kaplan_meier(np.array([]), np.array([], dtype=bool))


def test_log_rank_by_hand() -> None:
    # a: 1, 2; b: 3, 4. At 1: 2 of 4 at risk, e = 1/2, v = 1/4; at 2: 1 of 3, e = 1/3, v = 2/9;
    # at 3 and 4 none of a is at risk. (2 - 5/6)^2 / (17/36) = 49/17
    yes = np.ones(2, dtype=bool)
    chi2, p = log_rank(np.array([1.0, 2.0]), yes, np.array([3.0, 4.0]), yes)
    assert chi2 == pytest.approx(49 / 17)
    assert p == pytest.approx(stats.chi2.sf(49 / 17, 1))
    no = np.zeros(2, dtype=bool)
    assert log_rank(np.ones(2), no, np.ones(2), no) == (0, 1)


def censored(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    times, ends = np.round(luck.exponential(5, n), 1) + 0.1, np.round(luck.uniform(1, 9, n), 1)
    return np.minimum(times, ends), times <= ends


@pytest.mark.parametrize("seed", range(4))
def test_curves_and_tests_are_those_of_scipy(seed: int) -> None:
    (t, e), (u, f) = censored(seed, 40), censored(seed + 50, 60)
    curve = kaplan_meier(t, e)
    theirs, others = (
        stats.CensoredData.right_censored(times, ~struck) for times, struck in ((t, e), (u, f))
    )
    survival = stats.ecdf(theirs).sf
    assert curve.share == pytest.approx(survival.evaluate(curve.times))
    ends = survival.confidence_interval(0.95, method="log-log")
    assert curve.low == pytest.approx(ends.low.evaluate(curve.times))
    assert curve.high == pytest.approx(ends.high.evaluate(curve.times))
    test = stats.logrank(theirs, others)
    chi2, p = log_rank(t, e, u, f)
    assert (math.sqrt(chi2), p) == pytest.approx((abs(test.statistic), test.pvalue))


def test_the_restricted_mean_of_parallel_roads_lost_at_exponential_times() -> None:
    """Four parallel roads, each lost at an exponential time of mean 5: cut at H_4 * 5 = 10.417."""
    luck = np.random.default_rng(11)
    truth = 5 * (1 + 1 / 2 + 1 / 3 + 1 / 4)
    held = 0
    for _ in range(1000):
        cut = luck.exponential(5, (60, 4)).max(axis=1)
        found = restricted_mean(kaplan_meier(cut, np.ones(60, dtype=bool)), 1e3)
        held += found.low is not None and found.low <= truth <= (found.high or 0)
    assert 920 <= held <= 980
