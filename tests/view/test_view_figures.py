"""Every figure draws, says its title, keeps its words plain, and has the same bytes twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from sim.scenario.model import Actor
from sim.view.charts.axis import AxisSeries, SinkStock, draw_axis
from sim.view.charts.compare_figures import CompareData, ComparePanel, draw_compare
from sim.view.charts.control import ControlData, HoldSpan, PlaceRow, draw_control
from sim.view.charts.regroup import RegroupData, RegroupGroup, RegroupMove, draw_regroup
from sim.view.data import WHOLE, Curve, EventMark, MapData, MapPlace, MapRoad, Page, Span
from sim.view.draw import context
from sim.view.map.figure import draw_map, map_table
from sim.view.saving import save

DAY = 86_400
DRAW: dict[str, Callable[[Any], Figure]] = {
    "map_data": draw_map,
    "axis_data": draw_axis,
    "compare_data": draw_compare,
    "control_data": draw_control,
    "regroup_data": draw_regroup,
}
NASTY = (
    "<script>alert('$x_1$')</script> & \\frac{a}{b} ^_^ \x00\x1b --> \n"
    "\u0628\u0627\u0628 \U0001f600"
)


@pytest.fixture(params=sorted(DRAW))
def drawn(request: pytest.FixtureRequest) -> tuple[Callable[[Any], Figure], Any]:
    return DRAW[request.param], request.getfixturevalue(request.param)


def words(figure: Figure) -> list[str]:
    """Every text that the figure shows."""
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += [*axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels()]
    return [t.get_text() for t in texts]


def write(figure: Figure, folder: Path, name: str = "figure") -> tuple[bytes, bytes]:
    png, svg = save(figure, folder, name, svg=True)
    return png.read_bytes(), svg.read_bytes()


def test_the_title_is_on_the_figure(drawn: tuple[Callable[[Any], Figure], Any]) -> None:
    draw, data = drawn
    assert "One loss stops the axis" in words(draw(data))
    assert "Scenario made_up, seed 1." in words(draw(data))


def test_the_same_data_give_the_same_bytes(
    drawn: tuple[Callable[[Any], Figure], Any], tmp_path: Path
) -> None:
    draw, data = drawn
    first = write(draw(data), tmp_path, "first")
    assert write(draw(data), tmp_path, "second") == first
    assert first[0].startswith(b"\x89PNG")
    assert b"<svg" in first[1]


def test_the_users_own_settings_change_nothing_and_stay(
    drawn: tuple[Callable[[Any], Figure], Any], tmp_path: Path
) -> None:
    draw, data = drawn
    plain = write(draw(data), tmp_path)
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.facecolor": "black"}):
        assert write(draw(data), tmp_path) == plain
        assert mpl.rcParams["font.size"] == 30


def test_png_is_about_1200_pixels_wide(
    drawn: tuple[Callable[[Any], Figure], Any], tmp_path: Path
) -> None:
    png, _ = write(drawn[0](drawn[1]), tmp_path)
    assert int.from_bytes(png[16:20], "big") == 1200  # width field of the IHDR chunk


def test_names_are_never_read_as_markup(map_data: MapData, tmp_path: Path) -> None:
    places = tuple(replace(p, name=NASTY + p.id) for p in map_data.places)
    actors = tuple(replace(a, name=NASTY) for a in map_data.actors)
    figure = draw_map(
        replace(map_data, page=Page(NASTY, NASTY, NASTY), places=places, actors=actors, when=NASTY)
    )
    assert any(text.startswith("<script>alert('$x_1$')</script>") for text in words(figure))
    png, svg = write(figure, tmp_path)
    assert b"<script" not in svg
    assert b"\x1b" not in svg
    assert png


def test_nasty_words_in_the_charts(
    axis_data: AxisSeries,
    compare_data: CompareData,
    control_data: ControlData,
    regroup_data: RegroupData,
    tmp_path: Path,
) -> None:
    page = Page(NASTY, NASTY, NASTY)
    events = (EventMark(DAY, NASTY, True), EventMark(2 * DAY, ""))
    stocks = tuple(replace(s, name=NASTY) for s in axis_data.stocks)
    panels = (ComparePanel(NASTY, NASTY, (Curve((0,), (1.0,)),)),)
    rows = tuple(replace(r, name=NASTY) for r in control_data.rows)
    groups = (RegroupGroup(NASTY, NASTY, 10, NASTY, 1, (RegroupMove(NASTY, 9, 1.0),)),)
    for figure in (
        draw_axis(replace(axis_data, page=page, events=events, stocks=stocks)),
        draw_compare(replace(compare_data, page=page, runs=(NASTY,), panels=panels)),
        draw_control(replace(control_data, page=page, rows=rows)),
        draw_regroup(replace(regroup_data, page=page, groups=groups)),
    ):
        _, svg = write(figure, tmp_path)
        assert b"<script" not in svg


@pytest.mark.parametrize("change", ["nothing", "one", "no roads", "foreign", "same spot"])
def test_maps_of_little_data(map_data: MapData, change: str, tmp_path: Path) -> None:
    base = replace(map_data, cut_places=frozenset(), cut_roads=frozenset())
    lone = MapPlace("lone", "Lone", 10.0, 20.0, (("stranger", WHOLE),))
    data = {
        "nothing": replace(base, places=(), roads=(), actors=()),
        "one": replace(base, places=(lone,), roads=()),
        "no roads": replace(base, roads=()),
        "foreign": replace(base, actor="stranger", focus=("unknown",)),
        "same spot": replace(
            base, places=tuple(replace(p, lat=46.0, lon=8.0) for p in base.places)
        ),
    }[change]
    assert "One loss stops the axis" in words(draw_map(data))
    assert all(write(draw_map(data), tmp_path))


def test_what_the_map_is_about_is_named(map_data: MapData) -> None:
    shown = words(draw_map(map_data))
    for name in ("Port", "source", "Fort", "sink", "Ford", "1 March 2001"):
        assert name in shown
    for line in ("closed by an event", "closed from the start", "full: flow equals capacity"):
        assert line in shown


def test_a_road_that_may_not_be_there_says_how_likely_it_is(map_data: MapData) -> None:
    first, second, *others = map_data.roads
    assert not any("there" in word or "%" in word for word in words(draw_map(map_data)))
    doubtful = replace(first, exists=0.7)
    shown = words(draw_map(replace(map_data, roads=(doubtful, second, *others))))
    assert {"70 %", "may not be there: in this", "run it is"} <= set(shown)
    absent = replace(second, exists=0.4, state="absent", capacity=0, flow=0)
    shown = words(draw_map(replace(map_data, roads=(first, absent, *others))))
    assert {"40 %", "not there in this run"} <= set(shown)


def test_the_legend_explains_only_what_is_shown(map_data: MapData) -> None:
    calm = replace(
        map_data,
        roads=map_data.roads[1:2],
        cut_roads=frozenset(),
        cut_places=frozenset(),
        places=tuple(replace(p, besieged=frozenset(), sealed=False) for p in map_data.places),
    )
    shown = " ".join(words(draw_map(calm)))
    for absent in ("closed by", "minimum cut", "besieged", "sealed"):
        assert absent not in shown


def test_roads_that_are_one_way_have_heads_and_a_line_of_the_legend(map_data: MapData) -> None:
    first, second, *rest = map_data.roads
    one_way = replace(second, one_way=True, back=0)  # fort to ford, with a flow against it
    directed = replace(map_data, roads=(first, one_way, *rest))
    assert "one-way" not in words(draw_map(map_data))
    assert "one-way" in words(draw_map(directed))
    unequal = replace(map_data, roads=(first, replace(second, back=9), *rest))
    told = [" ".join(words(draw_map(data))) for data in (directed, unequal)]
    assert ["of two of the greater" in text for text in told] == [False, True]

    def heads(data: MapData) -> list[int]:
        """How many shapes with corners each layer of the map has."""
        found = draw_map(data).axes
        return [len(c.get_paths()) for axes in found for c in axes.collections
                if isinstance(c, PolyCollection)]  # fmt: skip

    # one in the legend, and on so long a road three
    assert sum(heads(directed)) - sum(heads(map_data)) == 1 + 3


def test_a_road_is_full_by_what_it_carries_the_way_of_its_flow() -> None:
    road = MapRoad("r", "a", "b", 50, 60, 30, back=30)
    assert (road.full, replace(road, flow=-30).full, replace(road, flow=50).full) == (
        False, True, True,
    )  # fmt: skip
    assert (road.most, replace(road, back=60).most, replace(road, back=None).most) == (50, 60, 50)


def test_the_table_of_a_map_has_what_is_carried_back_where_that_is_another(
    map_data: MapData,
) -> None:
    assert map_table(map_data).columns[-1] == "in_cut"
    first, *rest = map_data.roads
    table = map_table(replace(map_data, roads=(replace(first, back=7), *rest)))
    assert table.columns[-1] == "capacity_back_kg_per_day"
    back = {row[1]: row[-1] for row in table.rows if row[0] == "road"}
    assert back == {"port--ford": 7, "ford--fort": 800_000, "mill--fort": 0, "gate--ford": 0}
    assert {row[-1] for row in table.rows if row[0] == "place"} == {None}


def test_the_focus_sets_the_frame(map_data: MapData) -> None:
    far = MapPlace("far", "Far", 60.0, 30.0, (("blue", WHOLE),))
    data = replace(map_data, places=(*map_data.places, far))
    assert "Far" in words(draw_map(data))
    near = replace(data, focus=tuple(p.id for p in map_data.places))
    assert "Far" not in words(draw_map(near))


def test_long_names_and_titles_stay_on_the_sheet(
    map_data: MapData, control_data: ControlData, tmp_path: Path
) -> None:
    long = "Very long name " * 14  # 210 characters
    page = Page(long * 3, long * 3, long * 3)
    places = tuple(replace(p, name=long) for p in map_data.places)
    rows = tuple(replace(r, name="W" * 200) for r in control_data.rows)
    for figure in (
        draw_map(replace(map_data, page=page, places=places)),
        draw_control(replace(control_data, page=page, rows=rows)),
    ):
        with context():
            boxes = [text.get_window_extent() for text in figure.texts]
        assert min(box.x0 for box in boxes) >= 0
        assert max(box.x1 for box in boxes) <= figure.bbox.width
        assert all(write(figure, tmp_path))


def test_charts_of_little_data(page: Page, tmp_path: Path) -> None:
    empty = Curve((), ())
    zero = Curve((0,), (0.0,))
    span = Span(0)
    figures = [
        draw_axis(AxisSeries(page, span, empty, empty, empty, empty)),
        draw_axis(AxisSeries(page, Span(DAY), zero, zero, zero, zero, zero)),
        draw_axis(
            AxisSeries(
                page, Span(DAY), zero, zero, zero, zero, stocks=(SinkStock("x", empty, None, DAY),)
            )
        ),
        draw_compare(CompareData(page, span, (), ())),
        draw_compare(
            CompareData(page, Span(DAY), ("a",), (ComparePanel("p", "t", (None,), 1, True),))
        ),
        draw_compare(
            CompareData(
                page, Span(DAY), ("a", "b"), (ComparePanel("p", "t", (empty, zero), 1, True),)
            )
        ),
        draw_control(ControlData(page, span, (), ())),
        draw_regroup(RegroupData(page, (), (RegroupGroup("x", "red", 0),))),
    ]
    for figure in figures:
        assert "One loss stops the axis" in words(figure)
        assert all(write(figure, tmp_path))


def test_runs_that_are_equal_in_something_get_no_panel_of_its_difference(page: Page) -> None:
    one, other = Curve((0,), (5.0,)), Curve((0,), (7.0,))
    same = ComparePanel("Capacity", "t/day", (one, one), 1, True)
    apart = ComparePanel("Stock", "t", (one, other), 1, True)
    shown = words(draw_compare(CompareData(page, Span(DAY), ("a", "b"), (same, apart))))
    assert {"Capacity, t/day", "Stock, t"} <= set(shown)
    assert [t for t in shown if "difference from" in t] == [
        "Stock: difference from \u201ca\u201d, t"
    ]


def test_many_events_sinks_runs_rows_and_moves(page: Page, tmp_path: Path) -> None:
    span = Span(90 * DAY, datetime(1999, 12, 1))
    events = tuple(EventMark(i * DAY, f"event number {i}", i % 9 == 0) for i in range(60))
    curve = Curve((0, 9 * DAY), (5000.0, 10.0))
    actors = tuple(Actor(f"a{i}", f"Actor {i}") for i in range(15))
    stocks = tuple(SinkStock(f"sink {i}", curve, (None, curve)[i % 2], DAY * i) for i in range(12))
    runs = tuple(f"run number {i}" for i in range(12))
    panels = tuple(ComparePanel(f"panel {i}", "t", (curve,) * 12, 1, True) for i in range(3))
    rows = tuple(
        PlaceRow(
            f"place {i}",
            (
                HoldSpan(0, DAY * (i + 1), ((f"a{i % 15}", WHOLE),)),
                HoldSpan(DAY * (i + 1), 90 * DAY, (), frozenset({"a1"})),
            ),
        )
        for i in range(60)
    )
    groups = tuple(
        RegroupGroup(
            f"o{i}", "a3", 100, "", 5, tuple(RegroupMove(f"d{j}", j, 1.5) for j in range(20))
        )
        for i in range(9)
    )
    axis = draw_axis(AxisSeries(page, span, curve, curve, curve, curve, curve, stocks, events))
    control = draw_control(ControlData(page, span, actors, rows))
    regroup = draw_regroup(RegroupData(page, actors, groups))
    for figure in (
        axis,
        draw_compare(CompareData(page, span, runs, panels)),
        control,
        regroup,
    ):
        assert all(write(figure, tmp_path))
    assert any(re.match(r"\d+ more marked", text) for text in words(axis))
    assert "and 20 more places that changed later" in words(control)
    assert "13 other destinations" in words(regroup)


def test_control_leaves_out_what_never_changed(control_data: ControlData) -> None:
    shown = words(draw_control(control_data))
    assert "Quiet" not in shown
    assert shown.index("Mill") < shown.index("Ford")  # day 3 before day 5
    assert "6 Mar" in shown  # the Ford changed 5 days after 1 March


def test_regroup_shares_are_of_all_displaced(regroup_data: RegroupData) -> None:
    shown = words(draw_regroup(regroup_data))
    assert "600 (60 %), 5.5 h" in shown  # 600 of 1000
    # 250 of all 1000 are lost
    assert "6 March: 1,000 displaced, 250 (25 %) did not get away" in shown


def test_an_unknown_colour_is_refused(map_data: MapData) -> None:
    with pytest.raises(ValueError, match="reddd"):
        draw_map(replace(map_data, actors=(Actor("red", "R", color="reddd"),)))
