"""Comparisons as figures: one of all axes, and three and more runs told apart in grey."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import api
from sim.measure.compare import Row
from sim.measure.steps import series_by_key
from sim.state.record import ControlRow
from sim.tables.of_many import what_matters_first
from sim.view.charts.compare_axes import AxesData, axes_data, axes_table, draw_axes
from sim.view.charts.compare_figures import CompareData, ComparePanel, draw_compare
from sim.view.charts.panels import MARKS, run_marks
from sim.view.charts.series import points
from sim.view.data import WHOLE, Curve, Page, Span
from sim.view.draw import blank
from sim.view.map.apart import ApartData, apart_data, apart_table, draw_apart, most_apart
from sim.view.saving import Nothing

DAY = 86_400

# each line is closed in a run of its own, on day 2: north in B, south in C; east in none
TEXT = """\
format: 1
title: {title}
period: {{start: 2001-03-01, length: 10 days}}
actors: {{red: {{name: Red}}}}
default_holder: red
network:
  title: Toy
  classes: {{road: {{speed: 50 km/h, capacity: {capacity} t/day}}}}
  places:
    port: {{name: Port, lat: 0, lon: 0}}
    north: {{name: North, lat: 1, lon: 0}}
    south: {{name: South, lat: -1, lon: 0}}
    east: {{name: East, lat: 0, lon: 1}}
  roads:
    north--port: {{km: 10, class: road}}
    port--south: {{km: 10, class: road}}
    east--port: {{km: 10, class: road}}
axes:
  to_north:
    name: To the north
    actor: red
    sources: {{port: {{}}}}
    sinks: {{north: {{demand: 1 t/day}}}}
  to_south:
    name: To the south
    actor: red
    sources: {{port: {{}}}}
    sinks: {{south: {{demand: 1 t/day}}}}
  to_east:
    name: To the east
    actor: red
    sources: {{port: {{}}}}
    sinks: {{east: {{demand: 1 t/day}}}}
events: {events}
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[api.Run]:
    here = tmp_path_factory.mktemp("compared")
    made = []
    for title, events in (
        ("Nothing", "{}"), ("North", "{x: {close: north--port, at: 2 days}}"),
        ("South", "{x: {close: port--south, at: 7 days}}"),
    ):  # fmt: skip
        file = here / f"{title.lower()}.yaml"
        file.write_text(TEXT.format(title=title, events=events, capacity=20), encoding="utf-8")
        made.append(api.run(api.load(file)))
    return made


def data_of(runs: list[api.Run]) -> AxesData | Nothing:
    compared = api.compare(*runs)
    tables = [series_by_key(o.series) for o in compared.outcomes]
    return axes_data(compared, tables, ["to_east", "to_north", "to_south"])


def test_axes_that_differ_have_a_panel_and_the_others_are_named(three: list[api.Run]) -> None:
    data = data_of(three)
    assert isinstance(data, AxesData)
    # of 10 days the north is closed for 8, the south for 3: a mean less by 16 and by 6 t/day
    assert [str(name) for name, _ in data.axes] == ["To the north", "To the south"]
    assert str(data.page.title) == (
        "Runs differ in what 2 axes of 3 could carry; most in that of To the north"
    )
    assert "the same in all: To the east" in str(data.page.subtitle)
    assert data.runs == ("Nothing", "North", "South")
    figure = draw_axes(data)
    shown = [text.get_text() for text in figure.texts]
    assert {"To the north", "To the south", "20 t/day", "0 t/day"} <= set(shown)
    rows = list(axes_table(data).rows)
    assert ("To the north", "North", 2 * DAY, 0.0) in rows


def test_there_is_no_figure_of_all_axes_where_one_tells_it(three: list[api.Run]) -> None:
    found = data_of(three[:2])
    assert isinstance(found, Nothing)
    assert "one axis alone" in found.why
    same = data_of([three[0], three[0]])
    assert isinstance(same, Nothing)
    assert "no axis" in same.why


def test_the_folder_of_a_comparison_says_why_a_figure_is_not_there(
    three: list[api.Run], tmp_path: Path
) -> None:
    folder = api.compare(*three[:2]).write(tmp_path / "two")
    said = (folder / "figures" / "compare_axes.txt").read_text(encoding="utf-8")
    assert said.startswith("Not drawn: runs differ in the capacity of one axis alone")
    assert (api.compare(*three).write(tmp_path / "three") / "figures/compare_axes.png").is_file()


def test_the_map_of_what_differs_stands_on_the_day_on_which_most_does(three: list[api.Run]) -> None:
    data = apart_data(api.compare(*three))
    assert isinstance(data, ApartData)
    # one road is closed in B from day 2 on, another in C from day 7 on: two differ from then on
    assert str(data.map.page.title) == "On 8 March 2001 the runs differ in what 2 roads can carry"
    assert (data.places, data.roads) == ((), ("north--port", "port--south"))
    assert {road: data.users(road) for road in data.roads} == {
        "north--port": "AC", "port--south": "AB"
    }  # fmt: skip
    rows = [tuple(row) for row in apart_table(data).rows]
    assert rows[0] == ("road", "north--port", "20000;20000", "0;0", "20000;20000")
    shown = [text.get_text() for axes in draw_apart(data).axes for text in axes.texts]
    assert {"AC", "AB", "does not carry the same", "usable in these runs alone"} <= set(shown)
    assert "not held by the same" not in shown  # no place differs
    assert "different days" not in str(data.map.page.subtitle)
    later = api.run(three[1].scenario.with_({"period.start": "2002-05-01"}))
    told = apart_data(api.compare(three[0], later))
    assert isinstance(told, ApartData)
    assert str(told.map.page.subtitle).endswith("on different days, dates are those of A")
    assert isinstance(apart_data(api.compare(three[0], three[0])), Nothing)


def test_a_place_that_differs_is_divided_by_runs(tmp_path: Path) -> None:
    falls = "{x: {capture: north, by: blue, at: 1 day}}"
    both = "{red: {name: Red}, blue: {name: Blue}}"
    runs = []
    for title, events in (("Kept", "{}"), ("Falls", falls), ("Falls too", falls)):
        text = TEXT.format(title=title, events=events, capacity=20)
        file = tmp_path / f"{title[-3:]}.yaml"
        file.write_text(text.replace("{red: {name: Red}}", both), encoding="utf-8")
        runs.append(api.run(api.load(file)))
    data = apart_data(api.compare(*runs))
    assert isinstance(data, ApartData)
    assert data.places == ("north",)
    north = next(place for place in data.map.places if place.id == "north")
    assert north.holders == (("red", WHOLE // 3), ("blue", WHOLE // 3), ("blue", WHOLE // 3))
    assert data.users("north--port") == "A"
    assert "who holds North, and in what 1 road can carry" in str(data.map.page.title)
    row = ("place", "north", "red=1", "blue=1", "blue=1")
    assert next(tuple(row) for row in apart_table(data).rows) == row


@pytest.mark.parametrize(
    ("second", "day"),
    [
        ([(0, "open"), (3, "closed"), (5, "open")], 4),  # apart from 3 until 5, nothing but it
        ([(0, "open"), (3, "closed"), (5, "open"), (7, "closed")], 9),  # again, and to the end
    ],
)  # fmt: skip
def test_the_last_instant_with_most_apart_is_taken(second: list[tuple[int, str]], day: int) -> None:
    first = [ControlRow(t, "road", "a--b", "state", "open") for t in (0, 4, 9)]
    other = [ControlRow(t, "road", "a--b", "state", value) for t, value in second]
    assert most_apart([first, other]) == day


def test_three_runs_have_marks_and_two_have_none() -> None:
    curve = Curve((0, 5 * DAY), (5000.0, 1000.0))
    panel = ComparePanel("Capacity", "t/day", (curve,) * 3, 1000)
    data = CompareData(Page("Title"), Span(10 * DAY), ("a", "b", "c"), (panel,))

    def looks(shown: CompareData) -> list[tuple[Any, ...]]:
        axes = draw_compare(shown).axes
        return [(line.get_marker(), len(line.get_xdata())) for a in axes for line in a.lines
                if line.get_marker() not in ("None", "", None)]  # fmt: skip

    marks = looks(data)
    assert len({marker for marker, _ in marks}) == 3
    assert sum(count == MARKS for _, count in marks) == 3  # and one each in the key
    two = replace(data, runs=("a", "b"), panels=(replace(panel, curves=(curve,) * 2),))
    assert looks(two) == []


def test_marks_lie_on_their_curve_and_apart_from_those_of_others() -> None:
    times, values = points(Curve((0, 10 * DAY), (0.0, 10.0), steps=False), 10 * DAY)
    axes = blank(400, 300).axes(0, 0, 400, 300)
    for number in range(4):
        run_marks(axes, times, values, number, 4, 10 * DAY)
    drawn = [np.asarray(line.get_xdata(), dtype=float) for line in axes.lines]
    for line, xs in zip(axes.lines, drawn, strict=True):
        assert np.allclose(np.asarray(line.get_ydata(), dtype=float), xs / DAY)  # 1 a day
    assert len(set(np.concatenate(drawn).tolist())) == 4 * MARKS


def test_the_table_leads_with_what_matters(three: list[api.Run]) -> None:
    def row(path: str, *values: float) -> Row:
        return Row(path, "t", values, tuple(v - values[0] for v in values))

    rows = [
        row("actors.red.places_end", 4, 3), row("axes.line.capacity_end", 5, 5),
        row("axes.line.delivered", 8, 9), row("axes.other.delivered", 1, 2),
    ]  # fmt: skip
    # of the line in focus what differs, what else differs, what does not
    assert [r.path for r in what_matters_first(rows, "line")] == [
        "axes.line.delivered", "actors.red.places_end", "axes.other.delivered",
        "axes.line.capacity_end",
    ]  # fmt: skip
    compared = api.compare(*three)
    changed = {row.path for row in compared.rows if row.changed}
    paths = [cells[0] for cells in compared.table("measures").rows]
    assert set(paths[: len(changed)]) == changed
    assert len(paths) == len(compared.rows)
