"""Lanchester's laws against closed forms, against integration, and against exact chains."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from sim.engine.forces.lanchester import NEVER, Fight, Law, duel, rates

LAWS: list[Law] = ["square", "linear", "mixed"]


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


# --- by hand ---------------------------------------------------------------------------


def test_the_square_law_by_hand() -> None:
    # alpha x^2 - beta y^2 = 0.01 * 500^2 - 0.01 * 300^2 = 0.01 * 400^2: 400 attackers are left,
    # after artanh(300 / 500) / 0.01 = 50 ln((1 + 0.6) / (1 - 0.6)) = 50 ln 4 days
    fight = Fight("square", 0.01, 0.01)
    assert fight.defenders_at(500, 300, 0) == close(50 * math.log(4))
    assert fight.attackers_at(500, 300, 0) == NEVER
    assert fight.after(500, 300, 50 * math.log(4)) == (close(400), pytest.approx(0, abs=1e-9))
    assert fight.after(500, 300, 1e9)[0] == close(400)  # it is over, and stays so


def test_the_linear_law_by_hand() -> None:
    # alpha x - beta y = 0.2: with alpha = beta = 0.001, x - y stays 200; y = 300 -> 150 leaves
    # x = 350 after (ln(350 / 500) - ln(150 / 300)) / 0.2 = 5 ln 1.4 days
    fight = Fight("linear", 0.001, 0.001)
    assert fight.defenders_at(500, 300, 150) == close(5 * math.log(1.4))
    assert fight.attackers_at(500, 300, 350) == close(5 * math.log(1.4))
    assert fight.attackers_at(500, 300, 200) == NEVER  # only when the last defender is gone
    assert fight.after(500, 300, 5 * math.log(1.4)) == (close(350), close(150))


def test_the_mixed_law_by_hand() -> None:
    # alpha x^2 / 2 - beta y: 0.001 * 500^2 / 2 - 0.5 * 250 = 0: even. Then x' = -alpha x^2 / 2,
    # x = 1 / (1 / 500 + t / 2000): half of the attackers after 4 days, a quarter of the defenders
    fight = Fight("mixed", 0.001, 0.5)
    assert fight.attackers_at(500, 250, 250) == close(4)
    assert fight.defenders_at(500, 250, 62.5) == close(4)
    assert fight.after(500, 250, 4) == (close(250), close(62.5))
    assert fight.attackers_at(500, 250, 0) == NEVER


def test_even_sides_wear_each_other_down_for_ever() -> None:
    # square: both fall as exp(-t / 10); 1,000 days are exp(-100), without overflow or dust
    fight = Fight("square", 0.1, 0.1)
    assert fight.after(800, 800, 1000) == (close(0), close(0))
    assert fight.after(800, 800, 50) == (close(800 * math.exp(-5)), close(800 * math.exp(-5)))
    assert fight.after(800, 800, 1e7) == (0, 0)
    assert fight.attackers_at(800, 800, 400) == close(10 * math.log(2))
    assert fight.attackers_at(800, 800, 0) == NEVER
    # linear: x / (1 + alpha x t)
    assert Fight("linear", 0.01, 0.01).after(100, 100, 3) == (close(25), close(25))


def test_iwo_jima() -> None:
    """Engel (1954): 54,000 Americans land on day 0, 6,000 on day 2, 13,000 on day 5.

    One of the 21,500 defenders puts 0.0544 attackers a day out of action, one attacker 0.0106
    defenders. Engel's daily sums leave some 52,735 Americans on day 36; the law in continuous
    time 52,797, which is worked out here apart from the code: with k = sqrt(0.0544 * 0.0106) and
    r = sqrt(0.0544 / 0.0106), x - r y grows as exp(k t), x + r y falls as exp(-k t); their product
    stays, so that with y = 0 it is x^2. The last defender falls in the course of the last day.
    """
    k, r = math.sqrt(0.0544 * 0.0106), math.sqrt(0.0544 / 0.0106)
    ahead, both = -r * 21_500, r * 21_500
    for landed, days in ((54_000, 2), (6_000, 3), (13_000, 0)):
        ahead = (ahead + landed) * math.exp(k * days)
        both = (both + landed) * math.exp(-k * days)
    last = 5 + math.log(both / ahead) / (2 * k)
    assert 35 < last < 36

    fight, x, y = Fight("square", 0.0106, 0.0544), 0.0, 21_500.0
    for landed, days in ((54_000, 2), (6_000, 3), (13_000, 31)):
        x, y = fight.after(x + landed, y, days)
    assert x == close(math.sqrt(ahead * both))
    assert y == pytest.approx(0, abs=1e-7)
    assert round(x) == 52_797
    assert abs(x - 52_735) < 100


def test_one_against_many_in_the_best_order() -> None:
    """Lin and MacKay (2014): take the targets by the product of both rates, greatest first.

    One side x meets three kinds y_i, each kills b_i a day for one of its own and dies at r_i for
    one x. While x goes at kind i, the rest c = sum of b_j y_j of those to come stands by, so
    z = y_i + c / b_i follows the square law, and x^2 falls by (b_i y_i^2 + 2 c y_i) / r_i.
    """
    kinds = [(120.0, 0.03, 0.05), (60.0, 0.09, 0.04), (90.0, 0.02, 0.09)]  # y, b, r

    def left(order: tuple[int, ...]) -> float:
        x, square = 400.0, 400.0**2
        for n, i in enumerate(order):
            y, b, r = kinds[i]
            c = sum(kinds[j][0] * kinds[j][1] for j in order[n + 1 :])
            fight, z = Fight("square", r, b), y + c / b
            x, rest = fight.after(x, z, fight.defenders_at(x, z, c / b))
            assert rest == close(c / b)
            square -= (b * y * y + 2 * c * y) / r
        assert x == close(math.sqrt(square))
        return x

    outcomes = {order: left(order) for order in itertools.permutations(range(3))}
    # products: 0.0015, 0.0036, 0.0018
    assert max(outcomes, key=lambda order: outcomes[order]) == (1, 2, 0)
    assert min(outcomes, key=lambda order: outcomes[order]) == (0, 2, 1)


# --- against integration and against themselves ------------------------------------------------

STRENGTHS = st.floats(10, 5000)
RATES = st.floats(0.005, 0.3)


def scaled(law: Law, alpha: float, beta: float) -> Fight:
    """Rates of comparable force for each law: those of areas are per person too."""
    per = {"square": (1, 1), "linear": (1e-3, 1e-3), "mixed": (1e-3, 1)}[law]
    return Fight(law, alpha * per[0], beta * per[1])


@given(st.sampled_from(LAWS), RATES, RATES, STRENGTHS, STRENGTHS, st.floats(0.01, 0.95))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_closed_forms_solve_the_equations(
    law: Law, alpha: float, beta: float, x: float, y: float, part: float
) -> None:
    fight = scaled(law, alpha, beta)
    end = min(fight.attackers_at(x, y, x / 10), fight.defenders_at(x, y, y / 10))
    days = end * part
    found = fight.after(x, y, days)
    solved = solve_ivp(
        lambda _, s: [-loss for loss in rates(fight, s[0], s[1])],
        (0, days), [x, y], method="DOP853", rtol=1e-12, atol=1e-10,
    ).y[:, -1]  # fmt: skip
    assert found == (pytest.approx(solved[0], rel=1e-9), pytest.approx(solved[1], rel=1e-9))


@given(
    st.sampled_from(LAWS), RATES, RATES, STRENGTHS, STRENGTHS, st.floats(0.05, 0.95),
    st.floats(0.1, 0.9),
)  # fmt: skip
@settings(max_examples=200, derandomize=True, deadline=None)
def test_what_is_conserved_and_when_levels_are_reached(
    law: Law, alpha: float, beta: float, x: float, y: float, level: float, part: float
) -> None:
    fight = scaled(law, alpha, beta)
    scale = fight.alpha * x * (1 if law == "linear" else x) + fight.beta * y * (
        y if law == "square" else 1
    )
    for reached, side in (
        (fight.attackers_at(x, y, level * x), 0),
        (fight.defenders_at(x, y, level * y), 1),
    ):
        if reached == NEVER:
            continue
        at = fight.after(x, y, reached)
        assert at[side] == pytest.approx(level * (x, y)[side], rel=1e-9)
        assert abs(fight.invariant(*at) - fight.invariant(x, y)) <= 1e-9 * scale
        # halfway and on from there is the same as at once
        middle = fight.after(x, y, reached * part)
        assert fight.after(*middle, reached * (1 - part)) == (close(at[0]), close(at[1]))
    # one of the two is down to any level in the end
    low = min(fight.attackers_at(x, y, level * x), fight.defenders_at(x, y, level * y))
    assert 0 < low < NEVER


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("tilt", [0.0, 1e-15, -1e-13, 1e-11, -1e-9, 1e-7, -1e-5])
def test_nothing_is_lost_where_the_sides_are_almost_even(law: Law, tilt: float) -> None:
    """A tilt of the defenders by some parts in 10^n moves the outcome by as little."""
    fight = {
        "square": Fight("square", 0.1, 0.1),
        "linear": Fight("linear", 1e-4, 1e-4),
        "mixed": Fight("mixed", 2e-4, 0.1),
    }[law]
    x, y = 1000.0, 1000.0 * (1 + tilt)
    half = {"square": 10 * math.log(2), "linear": 10.0, "mixed": 10.0}[law]
    margin = 1e-9 + 20 * abs(tilt)
    assert fight.attackers_at(x, y, 500) == pytest.approx(half, rel=margin)
    rest = 250 if law == "mixed" else 500
    assert fight.defenders_at(x, y, rest) == pytest.approx(half, rel=margin)
    assert fight.after(x, y, half) == (
        pytest.approx(500, rel=margin), pytest.approx(rest, rel=margin)
    )  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_a_side_that_does_nothing(law: Law) -> None:
    idle = Fight(law, 0.0, 0.0)
    assert idle.after(5, 7, 100) == (5, 7)
    assert idle.attackers_at(5, 7, 1) == idle.defenders_at(5, 7, 1) == NEVER
    # attackers who do nothing: the defenders stay 7; per attacker (linear) or not
    one = Fight(law, 0.0, 0.1)
    days = math.log(5) / 0.7 if law == "linear" else 4 / 0.7
    assert one.attackers_at(5, 7, 1) == close(days)
    assert one.after(5, 7, days) == (close(1), 7)
    assert one.defenders_at(5, 7, 6) == NEVER
    # and the reverse
    other = Fight(law, 0.1, 0.0)
    days = 6 / 0.5 if law == "square" else math.log(7) / 0.5
    assert other.defenders_at(5, 7, 1) == close(days)
    assert other.after(5, 7, days) == (5, close(1))


@pytest.mark.parametrize("law", LAWS)
def test_edges(law: Law) -> None:
    fight = scaled(law, 0.1, 0.2)
    assert fight.after(0, 7, 3) == (0, 7)
    assert fight.after(7, -1, 3) == (7, 0)
    assert fight.after(7, 5, 0) == (7, 5)
    assert fight.attackers_at(7, 5, 7) == fight.defenders_at(7, 5, 9) == 0
    assert fight.attackers_at(7, 0, 1) == fight.defenders_at(0, 7, 1) == NEVER
    for bad in ((-1.0, 1.0), (1.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="finite"):
            Fight(law, *bad)


# --- the stochastic law -----------------------------------------------------------------


def numbers(seed: int) -> Iterator[float]:
    rng = random.Random(seed)
    while True:
        yield rng.random() or 0.5


def exact(fight: Fight, x: int, y: int, x_stop: int, y_stop: int, unit: int) -> tuple[float, ...]:
    """P(attackers win), mean strengths at the end and mean days, by recursion over all states."""

    @cache
    def at(a: int, b: int) -> tuple[float, ...]:
        if a <= x_stop or b <= y_stop:
            return (float(b <= y_stop), float(a), float(b), 0.0)
        to_x, to_y = rates(fight, a, b)
        p = to_x / (to_x + to_y)
        one, other = at(max(0, a - unit), b), at(a, max(0, b - unit))
        mixed = [p * u + (1 - p) * v for u, v in zip(one, other, strict=True)]
        mixed[3] += unit / (to_x + to_y)
        return tuple(mixed)

    return at(x, y)


@pytest.mark.parametrize("unit", [1, 3])
@pytest.mark.parametrize("law", LAWS)
def test_the_chain_has_the_exact_chances(law: Law, unit: int) -> None:
    # 3,000 duels; each mean within 4.5 standard errors of the exact one: a right program fails
    # one of the 24 comparisons by chance with a probability below 0.0002
    fight = {"square": Fight(law, 0.1, 0.13), "linear": Fight(law, 0.01, 0.012),
             "mixed": Fight(law, 0.012, 0.1)}[law]  # fmt: skip
    x, y, x_stop, y_stop = 14, 12, 4, 3
    expected = exact(fight, x, y, x_stop, y_stop, unit)
    drawn = np.array(
        [
            (b <= y_stop, a, b, days)
            for a, b, days in (
                duel(fight, x, y, x_stop, y_stop, numbers(n), unit) for n in range(3000)
            )
        ],
        dtype=float,
    )
    error = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) < 4.5 * error).all()


def test_the_chain_at_an_instant_has_the_exact_distribution() -> None:
    # 5 against 4 under the square law, watched after 2 days: the matrix exponential of its
    # generator gives the probability of each state
    fight, days, n = Fight("square", 0.2, 0.3), 2.0, 4000
    states = [(a, b) for a in range(6) for b in range(5)]
    index = {s: i for i, s in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    for (a, b), i in index.items():
        if a and b:
            to_x, to_y = rates(fight, a, b)
            generator[i, index[a - 1, b]] += to_x
            generator[i, index[a, b - 1]] += to_y
            generator[i, i] -= to_x + to_y
    exactly = expm(generator * days)[index[5, 4]]
    counts = np.zeros(len(states))
    for seed in range(n):
        a, b, spent = duel(fight, 5, 4, 0, 0, numbers(seed), most=days)
        assert spent <= days
        counts[index[a, b]] += 1
    error = np.sqrt(exactly * (1 - exactly) / n) + 1 / n
    assert (np.abs(counts / n - exactly) < 4.5 * error).all()


def test_a_duel_is_one_path() -> None:
    """Stopped on the way it stands where the whole duel stood then."""
    fight = Fight("square", 0.1, 0.1)
    whole = duel(fight, 40, 40, 20, 20, numbers(3))
    stops = [duel(fight, 40, 40, 20, 20, numbers(3), most=t / 10) for t in range(0, 200, 5)]
    assert all(a[0] >= b[0] and a[1] >= b[1] for a, b in itertools.pairwise(stops))
    assert stops[0] == (40, 40, 0)
    assert duel(fight, 40, 40, 20, 20, numbers(3), most=whole[2] + 1) == whole
    assert duel(Fight("square", 0, 0), 3, 3, 0, 0, numbers(1)) == (3, 3, NEVER)
    assert duel(fight, 3, 9, 3, 0, numbers(1)) == (3, 9, 0)


def test_many_small_units_approach_the_law() -> None:
    # 20,000 against 16,000: the spread of the chain is some sqrt(20,000); after 4 days within 3 %
    fight = Fight("square", 0.05, 0.05)
    a, b, _ = duel(fight, 20_000, 16_000, 0, 0, numbers(8), unit=5, most=4.0)
    assert (a, b) == tuple(pytest.approx(v, rel=0.03) for v in fight.after(20_000, 16_000, 4.0))
