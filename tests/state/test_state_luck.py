"""One uniform number a thing, by the id of the thing alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import run
from sim.scenario.distributions import (
    Choice,
    Constant,
    Exponential,
    LogNormal,
    Normal,
    Triangular,
    Uniform,
)
from sim.scenario.model import Scenario
from sim.state.luck import Luck, NominalLuck

Make = Callable[..., Scenario]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(0, 2**70), st.integers(0, 10**6), st.text())
def test_a_number_is_inside_the_unit_interval_and_depends_on_its_key_alone(
    seed: int, replicate: int, key: str
) -> None:
    luck = Luck(seed, replicate)
    for other in ("a", "b", key + "x"):  # others drawn before change nothing
        luck.uniform(other)
    u = luck.uniform(key)
    assert 0 < u < 1
    assert u == Luck(seed, replicate).uniform(key)


def test_seed_replicate_and_key_all_matter_and_cannot_be_mistaken_for_each_other() -> None:
    # (1, 23) and (12, 3) would be one text if written together
    triples = [(1, 23, "k"), (12, 3, "k"), (1, 2, "3k"), (1, 2, "k"), (2, 1, "k"), (1, 2, "K")]
    assert len({Luck(s, r).uniform(k) for s, r, k in triples}) == len(triples)


def test_numbers_are_uniform() -> None:
    n = 20_000
    numbers = [Luck(5, i).uniform("thing") for i in range(n)]
    # Kolmogorov's bound at 1e-6: sqrt(ln(2 / 1e-6) / (2 n)) = 0.0190
    worst = max(abs((i + 0.5) / n - u) for i, u in enumerate(sorted(numbers)))
    assert worst < math.sqrt(math.log(2e6) / (2 * n))
    # neighbours in replicate do not hang together: correlation within 5 / sqrt(n)
    mean = sum((a - 0.5) * (b - 0.5) for a, b in pairwise(numbers)) / n
    assert abs(mean * 12) < 5 / math.sqrt(n)


def test_a_value_is_the_inverse_distribution_at_the_number() -> None:
    luck = Luck(3)
    u = luck.uniform("x")
    for dist, expected in (
        (Uniform(10, 20), 10 + 10 * u),
        # triangular from 0 with its peak at 1: F(x) = x^2, so x = sqrt(u)
        (Triangular(0, 1, 1), math.sqrt(u)),
        # peak at 0: F(x) = 1 - (1 - x)^2
        (Triangular(0, 0, 1), 1 - math.sqrt(1 - u)),
        # F(x) = 1 - exp(-x / 3)
        (Exponential(3), -3 * math.log(1 - u)),
        (Choice((1.0, 2.0), (1.0, 1.0)), 1.0 if u < 0.5 else 2.0),
    ):
        assert Luck(3).value(dist, "x") == pytest.approx(expected, rel=1e-12)
    # the normal and the lognormal of the same number: ln(x / median) / sigma = (y - mean) / sd
    x, y = Luck(3).value(LogNormal(5, 0.3), "x"), Luck(3).value(Normal(100, 7), "x")
    assert math.log(x / 5) / 0.3 == pytest.approx((y - 100) / 7, rel=1e-12)


def test_only_what_is_uncertain_is_written_down() -> None:
    luck = Luck(3)
    assert luck.value(Constant(4), "known") == 4
    assert luck.value(Uniform(4, 4), "known too") == 4
    value = luck.value(Uniform(4, 5), "unknown")
    assert luck.drawn == {"unknown": value}


def test_whole_numbers_are_rounded_down_after_the_dust_is_mended() -> None:
    luck = Luck(0)
    # 0.57 * 100 is 56.99999999999999 in floats
    assert luck.whole(Constant(0.57 * 100), "x") == 57
    assert luck.whole(Constant(56.999), "x") == 56
    assert luck.whole(Constant(56.0), "x") == 56


def test_scenarios_that_share_ids_share_luck(make: Make) -> None:
    axis = {"sources": "s", "sinks": {"t": {"demand": Uniform(50, 90), "stock": 500}}}
    small = make("s-t:1", axes={"line": axis}, capacity=Uniform(100, 200))
    other = {"sources": "s", "sinks": {"z": {"demand": Uniform(1, 9)}}}
    large = make("s-t:1 t-z:4", axes={"line": axis, "a": other}, capacity=Uniform(100, 200))
    first, second = run(small).drawn, run(large).drawn
    assert set(first) == {"class:road:capacity", "axis:line:sink:t:demand"}
    assert {key: second[key] for key in first} == first
    assert run(small, replicate=1).drawn != first
    assert run(small, 2).drawn != first


def test_a_nominal_run_draws_no_input() -> None:
    luck = NominalLuck(3)
    # the weighted median by value: half of the weight 4 lies at 1 and 2, in whatever order stated
    choice = Choice((5.0, 1.0, 2.0), (2.0, 1.0, 1.0))
    for key, dist, median in (
        ("uniform", Uniform(10, 20), 15),
        # F(x) = x^2 is a half at the root of a half
        ("triangular", Triangular(0, 1, 1), math.sqrt(0.5)),
        ("exponential", Exponential(3), 3 * math.log(2)),
        ("lognormal", LogNormal(5, 0.3), 5),
        ("choice", choice, 2),
    ):
        assert luck.value(dist, key) == pytest.approx(median, rel=1e-12)
    assert len(luck.drawn) == 5
    assert [luck.happens(c, f"{c}") for c in (0, 0.49, 0.5, 0.9, 1)] == [
        False, False, True, True, True,
    ]  # fmt: skip
    # what is certain, either way, is no chance
    assert luck.chances == {"0.49": False, "0.5": True, "0.9": True}
    assert luck.pick([0.2, 0.4, 0.4], "decision") == 1
    assert luck.uniform("convoy") == Luck(3).uniform("convoy")


def test_an_option_is_picked_as_often_as_its_weight() -> None:
    n, weights = 20_000, [1.0, 2.0, 5.0]
    found = [Luck(9, i).pick(weights, "decision") for i in range(n)]
    for option, weight in enumerate(weights):
        share = weight / 8
        # five standard errors of a binomial share
        error = 5 * math.sqrt(share * (1 - share) / n)
        assert found.count(option) / n == pytest.approx(share, abs=error)


def test_nominal_runs_differ_by_no_seed_where_inputs_alone_are_uncertain(make: Make) -> None:
    axis = {"sources": "s", "sinks": {"t": {"demand": Uniform(50, 90), "stock": 500}}}
    scenario = make("s-t:1", axes={"line": axis}, capacity=Uniform(100, 200))
    one, two = (run(scenario, seed, nominal=True) for seed in (1, 2))
    assert one.drawn == {"class:road:capacity": 150, "axis:line:sink:t:demand": 70}
    assert (one.nominal, one.series, one.flows) == (True, two.series, two.flows)
    assert run(scenario, 1).series != run(scenario, 2).series
