"""Figures of studies and comparisons of many: ranks, titles, names set apart."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.measure.compare_many import Many
from sim.measure.effects import Effect
from sim.measure.model_scores import ModelScore
from sim.measure.statistics import Estimate, paired
from sim.tables.terminal_compare import print_scores
from sim.view.charts.fan import FanData, draw_fan
from sim.view.charts.interaction import effects_found
from sim.view.charts.many_figures import _apart
from sim.view.charts.ranks import RankedCells, draw_ranks, rank_title
from sim.view.charts.shares import stand_shares
from sim.view.charts.survival import ShareCurve, SurvivalData, draw_survival
from sim.view.data import Page, Span
from sim.view.saving import save
from sim.view.tables import Numbers, write_numbers

DAY = 86_400
PAGE = Page("What was found", "What is plotted", "Credit")


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("a", 1, 1, 1), ("b", 2, 2, 2)], "X is highest with a"),
        ([("a", 1.5, 1.5, 1.5), ("b", 1.5, 1.5, 1.5), ("c", 3, 3, 3)],
         "X: 2 of 3 cells share the highest"),
        ([("a", 1, 1, 2), ("b", 2, 1, 3), ("c", 3, 2, 3)], "X: 3 of 3 cells may rank first"),
        ([("a", 1, 1, 2), ("b", 2, 1, 2), ("c", 3, 3, 3)], "X: 2 of 3 cells may rank first"),
    ],
)  # fmt: skip
def test_who_ranks_first(rows: list[tuple[str, float, float, float]], title: str) -> None:
    assert rank_title("axes.line.x", rows) == title


def test_ranks_are_dots_on_their_ranges(tmp_path: Path) -> None:
    rows = [("a", 1.0, 1.0, 2.0), ("b", 2.0, 1.0, 3.0), ("c" * 200, 3.0, 2.0, 3.0)]
    axes = draw_ranks(RankedCells(PAGE, tuple(rows))).axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    ranges = [tuple(line.get_xdata()) for line in axes.lines if line.get_marker() != "o"]
    assert dots == [1, 2, 3]
    assert ranges == [(1, 2), (1, 3), (2, 3)]
    save(draw_ranks(RankedCells(PAGE, tuple(rows))), tmp_path, "ranks", svg=True)


def test_effects_in_words() -> None:
    luck = np.random.default_rng(3).random(50)
    higher = Effect(("raid",), (("no", "yes"),), paired(luck, luck + 2))
    same = Effect(("reserves",), (("none", "sent"),), paired(luck, luck))
    title = effects_found("axes.line.days_cut", [higher, same], "day")
    assert title == "Days cut: raid +2 day (2 to 2), no effect of reserves"


def many(name: str) -> Many:
    return Many(name, {}, {}, None)


def test_names_lose_what_they_all_begin_with() -> None:
    cells = _apart([many("war-raid_yes-men_few"), many("war-raid_yes-men_many")])
    assert [o.name for o in cells] == ["men_few", "men_many"]
    assert [o.name for o in _apart([many("one"), many("only")])] == ["one", "only"]
    assert [o.name for o in _apart([many("a-b"), many("a-b")])] == ["b", "b"]


def test_a_fan_has_its_places_and_the_record() -> None:
    times = np.linspace(0, 10 * DAY, 11)
    runs = np.linspace(0, 1, 11)[None, :] * np.array([[10.0], [20.0], [30.0]])
    panel = stand_shares(times, runs, [("Base", 0.0), ("Town", 40.0)], [(3 * DAY, 40.0, "seen")])
    figure = draw_fan(FanData(PAGE, Span(10 * DAY), (panel,)))
    shown = {t.get_text() for axes in figure.axes for t in axes.texts}
    # all have left and none has come 40 km
    assert {"100 % left for Town", "seen"} <= shown


def test_curves_that_end_alike_are_named_once() -> None:
    end = ShareCurve("x", (float(DAY),), (0.4,), (0.3,), (0.5,))
    never = ShareCurve("x", (), (), (), ())
    data = SurvivalData(
        PAGE, Span(10 * DAY), (("Not yet cut", (end, never, never)),), ("a", "b", "c")
    )
    shown = [t.get_text() for t in draw_survival(data).texts]
    assert "40 %" in shown
    assert "100 %: 2 of 3" in shown
    assert "100 %" not in shown


def test_tables_are_plain_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_numbers(Numbers(("name", "value"), [("a,b", 1 / 3), ("c", None), ("d", 7)]), path)
    assert path.read_bytes() == b'name,value\n"a,b",0.333333333\nc,\nd,7\n'


def test_scores_of_models_are_printed_side_by_side() -> None:
    own = ModelScore("base", "logit", "log", 8, 2.0, Estimate(1.5, 1.25, 1.75), None)
    worse = ModelScore(
        "base", "nearest", "log", 8, 2.0, Estimate(4.0, 3.5, 4.5), Estimate(2.5, 2.0, 3.0)
    )
    out = Console(record=True, width=120, file=StringIO())
    print_scores(out, [own, worse])
    lines = [line.split() for line in out.export_text().splitlines()]
    assert ["base", "logit", "log", "2", "1.50", "1.25", "to", "1.75", "-"] in lines
    words = ["base", "nearest", "log", "2", "4", "3.50", "to", "4.50", "+2.50", "worse"]
    assert words in lines
    print_scores(out, [])
    assert not out.export_text().strip()  # nothing is said of nothing
