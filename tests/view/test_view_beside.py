"""The figure of where a run lies among many."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.measure.typical import Among, Standing
from sim.view.charts.beside import BesideData, beside_data, beside_table, draw_beside
from sim.view.words import Words

RUN = sim.run(Path(__file__).parents[1] / "data/two_ways.yaml")


def data(*percentiles: float) -> BesideData:
    """Measures at these percentiles, a time that did not come among them."""
    paths = ["delivered", "time_of_exhaustion", "sinks.town.days_without"]
    standings = [
        Standing(f"axes.line.{path}", unit, value, share, median, low, high, 40)
        for share, path, unit, value, median, low, high in zip(
            percentiles, paths, ["t", "day", "day"], [4.0, None, 0.0], [5.0, 3.0, 1.5],
            [1.0, 2.0, 0.0], [9.0, None, 20.0], strict=False,
        )
    ]  # fmt: skip
    return beside_data(Words(RUN.analysis), Among("many", 40, tuple(standings)))


def test_lines_say_what_this_run_has_and_what_nine_in_ten_have() -> None:
    found = data(0.3, 0.8, 0.5)
    assert [(row.name, row.value) for row in found.rows] == [
        ("delivered", "4 t"), ("time of exhaustion", "never"), ("Town: days without", "0 day"),
    ]  # fmt: skip
    assert found.rows[0].among == "1 to 9, median 5"
    assert found.rows[1].among == "3 Jan 2020 to never, median 4 Jan 2020"  # days 2 and 3
    assert "40 runs" in found.page.subtitle
    assert list(beside_table(found).rows) == list(found.standings)


@pytest.mark.parametrize(
    ("percentiles", "title"),
    [
        ((0.05, 0.95, 0.5), "A usual run: each of 3 measures lies where nine runs in ten do"),
        ((0.3, 0.96), "Nine runs in ten lie elsewhere in time of exhaustion"),
        ((0.04, 0.96), "Nine runs in ten lie elsewhere in 2 measures, such as delivered"),
    ],
)
def test_the_title_says_what_is_rare(percentiles: tuple[float, ...], title: str) -> None:
    assert data(*percentiles).page.title == title


def test_dots_stand_at_percentiles_and_those_that_are_rare_are_dark() -> None:
    figure = draw_beside(data(0.3, 0.96, 0.5))
    dots = [line for axes in figure.axes for line in axes.lines]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [0.3, 0.96, 0.5]
    dark = [dot.get_markerfacecolor() == dot.get_markeredgecolor() for dot in dots]
    assert dark == [False, True, False]
