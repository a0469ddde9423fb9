"""Charts of many runs: they draw what they are given, also at the edges, the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.measure.ensemble import MOST_DRAWN
from sim.measure.statistics import Estimate
from sim.view.charts.dots import DotData, DotRow, draw_dots
from sim.view.charts.fan import FanData, FanPanel, draw_fan
from sim.view.charts.many import credit, drawn_credit
from sim.view.charts.survival import ShareCurve, SurvivalData, draw_survival
from sim.view.data import Page, Span
from sim.view.saving import save

PAGE = Page("What was found $x$ <b>", "What is plotted", "Credit")
SPAN = Span(10 * 86_400)


def fan(runs: int) -> FanData:
    luck = np.random.default_rng(1)
    times = np.linspace(0, SPAN.end, 20)
    return FanData(PAGE, SPAN, (FanPanel("Capacity, t/day", times, luck.random((runs, 20))),))


@pytest.mark.parametrize("runs", [1, 3, 50])
def test_a_fan_of_few_and_many_runs(runs: int, tmp_path: Path) -> None:
    one, two = (save(draw_fan(fan(runs)), tmp_path, name, svg=True) for name in ("a", "b"))
    assert one[0].read_bytes() == two[0].read_bytes()
    assert one[1].read_bytes() == two[1].read_bytes()


def test_the_fan_shows_its_ranges() -> None:
    data = fan(50)
    axes = draw_fan(data).axes[0]
    medians = [line for line in axes.lines if line.get_linewidth() == 2.2]
    assert np.asarray(medians[0].get_ydata()) == pytest.approx(
        np.median(data.panels[0].runs, axis=0)
    )


def test_survival_in_panels_and_by_runs(tmp_path: Path) -> None:
    curve = ShareCurve("Town", (86_400.0,), (0.4,), (0.3,), (0.5,))
    never = ShareCurve("Hill", (), (), (), ())
    save(draw_survival(SurvivalData(PAGE, SPAN, (("Not yet cut", (curve, never)),))), tmp_path, "a")
    both = SurvivalData(PAGE, SPAN, (("Not yet cut", (curve, None)),), ("one", "two"))
    axes = draw_survival(both).axes
    drawn = [line for a in axes for line in a.lines if line.get_drawstyle() == "steps-post"]
    assert np.asarray(drawn[0].get_ydata()).tolist() == [100, 40, 40]


@pytest.mark.parametrize("series", [1, 3])
def test_dots_are_filled_where_zero_is_left_out(series: int, tmp_path: Path) -> None:
    names = tuple(f"scenario {i}" for i in range(series))
    rows = (
        DotRow("a measure", "t", (Estimate(2, 1, 3),) * series),
        DotRow(
            "another with a very long name " * 5, "day", (Estimate(0.5, -1, 2), None, None)[:series]
        ),
    )
    figure = draw_dots(DotData(PAGE, names, rows, "left: less"))
    save(figure, tmp_path, "dots")
    filled = [
        line.get_markerfacecolor() != "white"
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() in "osD" and len(line.get_xdata()) == 1
        and line.get_markeredgewidth() == 1.4
    ]  # fmt: skip
    assert filled == [True] * series + [False]


def test_of_many_runs_the_first_are_drawn_and_the_small_print_says_so() -> None:
    said = {"scenario": {"title": "A line", "id": "line"}, "seed": 7}
    assert drawn_credit(said | {"n": MOST_DRAWN}) == credit(said | {"n": MOST_DRAWN})
    assert drawn_credit(said | {"n": MOST_DRAWN + 1}) == (
        "A line (line, seed 7, 10001 runs, of which the first 10,000 are drawn)"
    )
