"""Effects and ranks of a factorial, by hand; indices of a function whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measure import effects as effects_module
from sim.measure import sensitivity
from sim.measure.effects import effects, rank_intervals
from sim.measure.statistics import restricted
from sim.measure.steps import step_of


def test_a_two_by_two_by_hand() -> None:
    luck = np.random.default_rng(1).normal(0, 50, 40)
    # y = luck + 3 a - 2 b + 4 a b: the effect of a is 3 without b, 7 with it: 5 on average
    cells = {
        (a, b): luck + 3 * (a == "on") - 2 * (b == "on") + 4 * (a == b == "on")
        for a in ("off", "on")
        for b in ("off", "on")
    }
    found = {e.term: e for e in effects(("a", "b"), cells)}
    assert found["a",].paired.difference.value == pytest.approx(5)
    assert found["b",].paired.difference.value == pytest.approx(0, abs=1e-9)
    assert found["a", "b"].paired.difference.value == pytest.approx(4)
    assert found["a", "b"].levels == (("off", "on"), ("off", "on"))
    # luck of deviation 50 cancels out of every contrast
    assert found["a",].paired.difference.half_width == pytest.approx(0, abs=1e-9)


def test_what_adds_up_to_the_kilogram_is_no_interaction() -> None:
    # tonnes rounded to the kilogram, as runs write them: 1 / 3 and 2 / 3 t more, and both. What
    # floating point and four roundings make of exactly nothing is nothing, not something small
    luck = np.random.default_rng(4).uniform(0, 9, 50)
    cells = {
        (a, b): np.round(luck + (a == "on") / 3 + 2 * (b == "on") / 3, 3)
        for a in ("off", "on")
        for b in ("off", "on")
    }
    found = {e.term: e.paired for e in effects(("a", "b"), cells, step_of("t"))}
    both = found["a", "b"]
    assert (both.verdict, both.runs, both.difference.value) == ("same", None, 0)
    assert found["a",].verdict == "higher"
    assert effects(("a", "b"), cells)[-1].paired.verdict != "same"


def test_a_cell_left_out_leaves_what_the_others_tell() -> None:
    ones = np.ones(3)
    cells = {("0", "0"): ones, ("1", "0"): 3 * ones, ("0", "1"): 9 * ones}
    found = {e.term: e.paired.difference.value for e in effects(("a", "b"), cells)}
    assert found == {("a",): 2, ("b",): 8}


def test_ranks_with_their_intervals() -> None:
    luck = np.random.default_rng(2)
    far, near, also = luck.normal(100, 1, 50), luck.normal(0, 1, 50), luck.normal(0, 1, 50)
    first, second, third = rank_intervals([far, near, also])
    assert first == (1, 1, 1)
    assert (second[1], second[2]) == (2, 3) or (third[1], third[2]) == (2, 3)
    # equal cells share the mean of their ranks
    assert rank_intervals([near, near]) == [(1.5, 1.5, 1.5)] * 2
    assert rank_intervals([np.full(3, np.nan), np.ones(3)]) == []


def test_ranks_of_more_runs_than_are_ranked_are_those_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    luck = np.random.default_rng(3)
    cells = [luck.normal(0, 1, 60) for _ in range(3)]
    first = rank_intervals([cell[:20] for cell in cells])
    assert rank_intervals(cells) != first
    monkeypatch.setattr(effects_module, "MOST_RANKED", 20)
    assert rank_intervals(cells) == first


def test_cells_in_which_a_time_never_came_tie_at_the_end() -> None:
    # 20 days of period: never, never, and day 5 in two runs of three: means 20, 20 and 10
    times = [np.full(3, np.inf), np.full(3, np.inf), np.array([5.0, 5.0, np.inf])]
    never, also, came = rank_intervals([restricted(column, 20) for column in times])
    assert never == also
    # in a resample that draws the third run three times all are equal: ranks 2; else 1.5, 1.5, 3
    assert (never[0], came[0]) == (1.5, 3)
    assert never[2] <= 2 <= came[1]


NAMES = ("a", "b", "c")


def test_morris_of_a_linear_function() -> None:
    pytest.importorskip("SALib")
    rows = sensitivity.sample("morris", NAMES, 6, 1)
    assert rows.shape == (6 * 4, 3)
    found = sensitivity.analyse("morris", NAMES, rows, rows @ [1.0, -5.0, 0.0], 1)
    assert [i.name for i in found] == ["b", "a", "c"]
    # linear: mu* is the slope over the whole range (0.95), sigma 0
    assert found[0].main / found[1].main == pytest.approx(5)
    assert found[0].second == pytest.approx(0, abs=1e-9)
    assert sensitivity.analyse("morris", NAMES, rows, np.ones(24), 1) == []


def test_sobol_of_a_linear_function() -> None:
    pytest.importorskip("SALib")
    rows = sensitivity.sample("sobol", NAMES, 256, 1)
    assert rows.shape == (256 * 5, 3)
    found = {
        i.name: i for i in sensitivity.analyse("sobol", NAMES, rows, rows @ [1.0, 2.0, 0.0], 1)
    }
    # variances 1 : 4 : 0
    assert [found[n].main for n in NAMES] == pytest.approx([0.2, 0.8, 0.0], abs=0.02)
    assert [found[n].second for n in NAMES] == pytest.approx([0.2, 0.8, 0.0], abs=0.03)
