"""Approximate Bayesian computation against posteriors that are known, and against itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, norm

from sim.measure import abc


def learnt(
    distance, inputs: int, *, seed: int = 1, n: int = 400, keep: int = 100, rounds: int = 4
) -> abc.Population:
    quantiles = abc.prior(seed, n, inputs)
    found = abc.rejected(quantiles, distance(quantiles), keep)
    for number in range(1, rounds):
        quantiles, inside = abc.proposed(found, seed, number, n)
        found = abc.joined(found, quantiles, distance(quantiles), inside)
    return found


def test_rejection_keeps_the_nearest() -> None:
    # u of 1,000 particles whose distance is |u - 0.3|: the nearest tenth lie within 0.05 of it
    quantiles = abc.prior(3, 1_000, 1)
    found = abc.rejected(quantiles, abs(quantiles[:, 0] - 0.3), 100)
    assert found.tolerance == pytest.approx(0.05, abs=0.01)
    assert (abs(found.quantiles[:, 0] - 0.3) <= found.tolerance).all()
    assert found.accepted == 0.1


def test_rounds_come_nearer_and_stay_uniform_within_the_tolerance() -> None:
    # without noise the posterior at a tolerance e is uniform on 0.3 +- e: standard deviation
    # e / sqrt(3) = 0.58 e, mean 0.3
    found = learnt(lambda u: abs(u[:, 0] - 0.3), 1, n=2_000, keep=400, rounds=3)
    assert found.tolerance < 0.02
    mean = np.average(found.quantiles[:, 0], weights=found.weights)
    off = found.quantiles[:, 0] - mean
    sd = np.sqrt(np.average(off * off, weights=found.weights))
    assert mean == pytest.approx(0.3, abs=0.1 * found.tolerance)
    assert sd == pytest.approx(found.tolerance / np.sqrt(3), rel=0.1)


def test_at_the_edge_of_the_prior_too() -> None:
    # the nearest to 0 are uniform on (0, e): mean e / 2. Moves that leave (0, 1) are drawn again,
    # which makes the density greater than the kernel says, and more so at the edge
    means = []
    for seed in range(6):
        found = learnt(lambda u: u[:, 0], 1, seed=seed, n=2_000, keep=400, rounds=3)
        weights = found.weights / found.weights.sum()
        means.append((found.quantiles[:, 0] @ weights) / found.tolerance)
    assert np.mean(means) == pytest.approx(0.5, abs=0.03)


def test_a_posterior_with_noise() -> None:
    # y = u + normal(0, 0.1), seen 0.5; far from the edges the posterior is normal(0.5, 0.1): its
    # 5 and 95 % quantiles lie at 0.5 -+ 0.164. The tolerance adds a little to it
    rng = np.random.default_rng(5)
    found = learnt(
        lambda u: abs(u[:, 0] + rng.normal(0, 0.1, len(u)) - 0.5), 1, n=6_000, keep=1_500, rounds=3
    )
    assert found.tolerance < 0.03
    for level in (0.05, 0.5, 0.95):
        expected = 0.5 + 0.1 * norm.ppf(level)
        assert abc.quantile(found, level)[0] == pytest.approx(expected, abs=0.03)
    assert abc.contraction(found)[0] == pytest.approx(1 - 12 * 0.01, abs=0.05)


def test_what_has_no_bearing_keeps_its_prior() -> None:
    found = learnt(lambda u: abs(u[:, 0] - 0.5), 2, n=4_000, keep=1_000, rounds=2)
    assert abc.contraction(found)[1] == pytest.approx(0, abs=0.15)
    assert abc.quantile(found, 0.5)[1] == pytest.approx(0.5, abs=0.06)


def test_calibration_by_simulation_on_made_up_truth() -> None:
    # Talts et al. (2018): truths drawn from the prior rank evenly among draws of the posteriors of
    # what they made. 160 truths in eight bins of 20
    rng = np.random.default_rng(11)
    ranks = []
    for trial in range(160):
        truth = rng.uniform()
        seen = truth + rng.normal(0, 0.15)
        found = learnt(
            lambda u, seen=seen: abs(u[:, 0] + rng.normal(0, 0.15, len(u)) - seen), 1,
            seed=trial, n=300, keep=75, rounds=3,
        )  # fmt: skip
        draws = rng.choice(found.quantiles[:, 0], 63, p=found.weights / found.weights.sum())
        ranks.append(int((draws < truth).sum()) // 8)
    assert chisquare(np.bincount(ranks, minlength=8)).pvalue > 1e-3


def test_the_same_seed_gives_the_same_particles() -> None:
    one, other = (learnt(lambda u: abs(u[:, 0] - 0.4), 3, n=50, keep=20) for _ in range(2))
    assert (one.quantiles == other.quantiles).all()
    assert (one.weights == other.weights).all()
    assert not (abc.prior(1, 5, 2) == abc.prior(2, 5, 2)).any()


def test_too_few_to_keep_are_refused() -> None:
    quantiles = abc.prior(1, 10, 1)
    with pytest.raises(ValueError, match="2 at least"):
        abc.rejected(quantiles, quantiles[:, 0], 1)
