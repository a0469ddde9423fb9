"""Proper scores against closed forms, brute force and properties that define them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from sim.measure import scoring_rules as rules


def test_log_loss_keeps_chances_off_0_and_1() -> None:
    chance = np.array([0.5, 0.0, 1.0, 1.0])
    happened = np.array([True, True, False, True])
    # ln 2; a chance of 0 that happened and of 1 that did not count as 0.01; of 1 that did as 0.99
    expected = [math.log(2), -math.log(0.01), -math.log(0.01), -math.log(0.99)]
    assert rules.log_loss(chance, happened) == pytest.approx(expected)


def test_squared_error_is_not_cut_off() -> None:
    found = rules.squared_error(np.array([0.25, 1.0]), np.array([True, False]))
    assert found == pytest.approx([0.5625, 1.0])  # 0.75^2, 1^2


@pytest.mark.parametrize("came", [0.5, 4.0, 9.5, math.inf])
def test_crps_of_runs_is_the_integral(came: float) -> None:
    drawn = np.random.default_rng(3)
    times = np.append(drawn.uniform(-2, 14, 30), [math.inf, math.inf])
    found = rules.crps_of_runs(times, np.full((1, 32), 1 / 32), came, 10.0)[0]
    grid = (np.arange(200_000) + 0.5) / 20_000  # midpoints of 0..10
    below = np.searchsorted(np.sort(times), grid, side="right") / 32
    assert found == pytest.approx(np.mean((below - (grid >= came)) ** 2) * 10, abs=1e-3)


def test_crps_of_runs_agrees_with_hersbach_where_nothing_is_cut_off() -> None:
    times = np.array([2.0, 3.0, 7.0])
    # E|X - y| - E|X - X'|/2 with y = 4: (2 + 1 + 3)/3 - (1 + 5 + 4) * 2/9/2 = 2 - 10/9
    found = rules.crps_of_runs(times, np.full((1, 3), 1 / 3), 4.0, 20.0)[0]
    assert found == pytest.approx(2 - 10 / 9)


def test_weights_are_resamples() -> None:
    times = np.array([2.0, math.inf])
    weights = np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    # came at 5 of 10: half (1/2)^2 on 2..5 and on 5..10; all 1 on 2..5; none 1 on 5..10
    assert rules.crps_of_runs(times, weights, 5.0, 10.0) == pytest.approx([2.0, 3.0, 5.0])


@pytest.mark.parametrize("came", [0.0, 3.0, math.inf])
@pytest.mark.parametrize("rate", [1e-4, 0.02, 1.0])
def test_crps_of_a_rate_is_the_integral(rate: float, came: float) -> None:
    def error(t: float) -> float:
        return float((1 - math.exp(-rate * t) - (t >= came)) ** 2)

    known = min(came, 12.0)
    expected = quad(error, 0, known)[0] + quad(error, known, 12)[0]
    assert rules.crps_of_rate(rate, came, 12.0) == pytest.approx(expected, abs=1e-9)


def test_a_rate_of_0_never_comes() -> None:
    assert rules.crps_of_rate(0, 3.0, 12.0) == 9.0
    assert rules.crps_of_rate(0, math.inf, 12.0) == 0.0


def test_crps_is_proper() -> None:
    """The distribution that the truth is drawn from scores best on average."""
    drawn = np.random.default_rng(1)
    truths = drawn.exponential(10, 4000)
    means = [
        np.mean([rules.crps_of_rate(rate, y if y <= 30 else math.inf, 30.0) for y in truths])
        for rate in (0.05, 0.1, 0.2)
    ]
    assert means[1] == min(means)


def test_pit_of_what_did_not_come_takes_what_the_runs_leave() -> None:
    times = np.array([1.0, 2.0, 2.0, math.inf])
    assert rules.pit(times, 2.0, 10.0) == (0.25, 0.75)
    assert rules.pit(times, math.inf, 10.0) == (0.75, 1.0)


def test_pit_histogram_spreads_masses_and_sums_to_1() -> None:
    found = rules.pit_histogram([(0.0, 1.0), (0.25, 0.75), (1.0, 1.0)], bins=4)
    # a third of: 1/4 each; a half in the two in the middle; all in the last
    assert found == pytest.approx([1 / 12, 1 / 4, 1 / 4, 5 / 12])
    assert sum(found) == pytest.approx(1)


def test_pit_of_draws_of_the_forecast_is_flat() -> None:
    drawn = np.random.default_rng(5)
    times = drawn.exponential(10, 500)
    truths = [float(t) if t <= 15 else math.inf for t in drawn.choice(times, 4000)]
    ends = [rules.pit(times, came, 15.0) for came in truths]
    assert rules.pit_histogram(ends) == pytest.approx([0.1] * 10, abs=0.02)


def test_coverage_takes_all_beyond_the_horizon_as_one_time() -> None:
    times = np.array([*range(1, 9), 50.0, math.inf])
    # of ten the middle half runs from the third (3) to the eighth (8)
    assert rules.covers(times, 3.0, 20.0, 0.5)
    assert not rules.covers(times, 2.5, 20.0, 0.5)
    assert not rules.covers(times, math.inf, 20.0, 0.5)
    assert rules.covers(times, math.inf, 20.0, 0.9)
