"""What is on or off in many runs is drawn as shares of the runs by state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.view.charts.fan import FanData, FanPanel, draw_fan, fan_table
from sim.view.charts.shares import capacity_shares, fills, stand_shares
from sim.view.data import Page, Span
from sim.view.saving import save

SPAN = Span(3 * 86_400)
TIMES = np.array([0.0, 86_400.0, 172_800.0, 259_200.0])
STOPS = [("Base", 0.0), ("Ford", 10.0), ("Town", 30.0)]


def test_an_axis_is_cut_or_carries_less_or_all() -> None:
    # t/day of four runs at four times
    runs = np.array([[5, 0, 0, 5], [5, 5, 0, 0], [5, 3, 3, 6], [5, 5, 5, 5]], dtype=float)
    panel = capacity_shares(TIMES, runs)
    assert panel is not None
    assert panel.states == ("cut", "open, less", "open, all")
    assert panel.shares.tolist() == [
        [0, 0.25, 0.5, 0.25], [0, 0.25, 0.25, 0], [1, 0.5, 0.25, 0.75],
    ]  # fmt: skip
    assert capacity_shares(TIMES, runs + 1) is None  # never cut: amounts say more


def test_a_force_is_at_its_base_or_has_reached_a_place() -> None:
    # km from the base of two runs
    runs = np.array([[0, 4, 10, 30], [0, 0, 12, 0]], dtype=float)
    panel = stand_shares(TIMES, runs, STOPS, [(86_400, 10.0, "ford reached")])
    assert panel.states == ("at Base", "left for Ford", "reached Ford", "at Town")
    assert panel.shares.tolist() == [
        [1, 0.5, 0, 0.5], [0, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0.5],
    ]  # fmt: skip
    assert panel.record == ((86_400, 2, "ford reached"),)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0, 30), min_size=4, max_size=4), min_size=1, max_size=8))
def test_every_run_is_in_one_state_at_a_time(runs: list[list[float]]) -> None:
    shares = stand_shares(TIMES, np.array(runs), STOPS).shares
    assert shares.sum(axis=0) == pytest.approx(1)


def test_bands_are_told_apart_without_colour() -> None:
    panel = stand_shares(TIMES, np.zeros((1, 4)), STOPS)
    greys = [sum(int(fill[i : i + 2], 16) for i in (1, 3, 5)) for fill, _ in fills(panel)]
    assert greys == sorted(greys, reverse=True)  # from pale to dark
    assert len(set(greys)) == len(panel.states)
    cut = capacity_shares(TIMES, np.zeros((1, 4)))
    assert cut is not None
    assert [hatch for _, hatch in fills(cut)] == ["///", "", ""]


def test_shares_and_ranges_stand_in_one_figure_and_one_table(tmp_path: Path) -> None:
    runs = np.array([[5, 0, 0, 5], [5, 5, 5, 0]], dtype=float)
    states = capacity_shares(TIMES, runs)
    assert states is not None
    data = FanData(Page("t"), SPAN, (states, FanPanel("Stock, t", TIMES, runs)))
    assert all(path.stat().st_size for path in save(draw_fan(data), tmp_path, "a"))
    texts = [t.get_text() for axes in draw_fan(data).axes for t in axes.texts]
    assert "50 % cut" in texts  # of two runs one at the end
    assert "50 % open, all" in texts
    table = fan_table(data)
    assert table.columns[-2:] == ("state", "share")
    rows = list(table.rows)
    assert len(rows) == 3 * 4 + 4
    assert {len(row) for row in rows} == {len(table.columns)}
