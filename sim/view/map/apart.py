"""The map of what differs between runs, on the day on which most does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from itertools import groupby
from typing import Literal, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import day_words
from sim.base.said import Name, Said, Sentence, counted, listed, several
from sim.measure.axis import AxisLens
from sim.measure.compare import Comparison, Course
from sim.scenario.model import DAY, Axis, Scenario
from sim.state.rebuild import state_at
from sim.state.record import ControlRow
from sim.tables.headline import common_axis
from sim.view.charts.panels import letter, titles_of_runs
from sim.view.data import WHOLE, Holders, MapData, MapPlace, MapRoad, Page
from sim.view.draw import context, halo_text, text_size
from sim.view.look import INK, PURPLE, ROAD, SOFT_INK
from sim.view.map.compose import compose
from sim.view.map.legend import SAMPLE, LegendColumn, dash
from sim.view.map.scene import Scene
from sim.view.saving import Nothing
from sim.view.tables import Numbers, held_words
from sim.view.words import written

from . import marks
from .labels import Box, Request, Taken, place, under
from .layout import Line

BEYOND, RING = 6.0, 2.4
"""Pixels from the mark of a place to the ring that says that it differs, and the ring's width."""

POINTS = 9.5
"""Size of the letters on roads."""

MOST_NAMED = 3
"""Places that the title names; the others are counted."""

QUIET = ("open", "1")
"""Values of control.csv that are as if there were no row."""

T = TypeVar("T")

EachWay = tuple[int, int]
"""What a road carries there and back for the axis (kg/day)."""


@dataclass(frozen=True, slots=True)
class ApartData:
    """Runs on one day, as one map; None is of a run that has no such place or road.

    A place that differs is divided on the map into as many equal parts as there are runs, a road
    is as wide as in the run in which it carries most. ``places`` and ``roads`` are those that
    differ.
    """

    map: MapData
    runs: tuple[str, ...]
    held: Mapping[str, tuple[Holders | None, ...]]
    carried: Mapping[str, tuple[EachWay | None, ...]]
    places: tuple[str, ...]
    roads: tuple[str, ...]

    @property
    def page(self) -> Page:
        """The words round the map."""
        return self.map.page

    def users(self, road: str) -> str:
        """The letters of the runs in which a road can be used; "" where that is so in all."""
        used = [bool(each and max(each)) for each in self.carried[road]]
        return "" if all(used) else "".join(letter(i) for i, one in enumerate(used) if one)


def apart_data(comparison: Comparison) -> ApartData | Nothing:
    """The runs on the day on which most differs, the last of such days."""
    axis = common_axis([o.summary for o in comparison.outcomes])
    if axis is None:
        return Nothing("the runs have no axis in common")
    courses = [outcome.course() for outcome in comparison.outcomes]
    time = most_apart([course.control for course in courses])
    looks = [_look(course, axis, time) for course in courses]
    held = _each([holders for holders, _ in looks])
    carried = _each([rates for _, rates in looks])
    places = tuple(p for p, each in held.items() if len(set(each)) > 1)
    roads = tuple(r for r, each in carried.items() if len({one or (0, 0) for one in each}) > 1)
    if not places and not roads:
        return Nothing("who holds what, and what roads can carry, is the same in all runs")
    data = _joint([written(course.scenario) for course in courses], axis, held, carried)
    data = replace(
        data, when=day_words(courses[0].scenario.start, time / DAY), subjects=frozenset(places),
        focus=_focus(data, {*places}, {*roads}),
    )  # fmt: skip
    data = replace(data, page=_page(comparison, data, axis, time / DAY, places, roads))
    return ApartData(data, titles_of_runs(comparison), held, carried, places, roads)


def most_apart(runs: Sequence[Sequence[ControlRow]]) -> int:
    """The last instant (s) at which the greatest number of things is not alike in all runs."""
    now: list[dict[tuple[str, str, str], str]] = [{} for _ in runs]
    differing: set[tuple[str, str, str]] = set()
    most, found = 0, 0
    numbered = merge(*(_numbered(i, rows) for i, rows in enumerate(runs)), key=_time)
    for time, group in groupby(numbered, key=_time):
        for number, row in group:
            key = row.kind, row.id, row.what
            now[number][key] = "" if row.value in QUIET else row.value
            alike = len({held.get(key, "") for held in now}) == 1
            (differing.discard if alike else differing.add)(key)
        if len(differing) >= most:
            most, found = len(differing), time
    return found


def _numbered(number: int, rows: Sequence[ControlRow]) -> Iterator[tuple[int, ControlRow]]:
    return ((number, row) for row in rows)


def _time(numbered: tuple[int, ControlRow]) -> int:
    return numbered[1].time


def _look(course: Course, axis: str, time: int) -> tuple[dict[str, Holders], dict[str, EachWay]]:
    """Who holds each place of a run at an instant (s), and what each road carries for an axis."""
    scenario, rows = course
    control = state_at(scenario, rows, time)
    passage = AxisLens(scenario, axis, control).passage(control)
    held: dict[str, Holders] = {p: tuple(control.holders[p].items()) for p in control.holders}
    roads = zip(control.terrain.graph.roads, passage.road.tolist(), strict=True)
    return held, {road: (there, back) for road, (there, back) in roads}


def _each(runs: Sequence[Mapping[str, T]]) -> dict[str, tuple[T | None, ...]]:
    """What every run has under each of their keys, None where it lacks it."""
    keys = dict.fromkeys(key for run in runs for key in run)
    return {key: tuple(run.get(key) for run in runs) for key in keys}


def _joint(
    scenarios: Sequence[Scenario], axis: str, held: Mapping[str, tuple[Holders | None, ...]],
    carried: Mapping[str, tuple[EachWay | None, ...]],
) -> MapData:  # fmt: skip
    """The places and roads of all runs as one network; what several have is as the first has it."""
    back = scenarios[::-1]
    places = {p.id: p for s in back for p in s.network.places.values()}
    roads = {r.id: r for s in back for r in s.network.roads.values()}
    actors = {a.id: a for s in back for a in s.actors.values()}
    order = dict.fromkeys(a for s in scenarios for a in s.actors)
    this = scenarios[0].axes[axis]
    return MapData(
        Page(""), "", this.actor, tuple(actors[a] for a in order),
        tuple(
            MapPlace(
                p.id, p.name, p.lat, p.lon, _in_equal_parts(held[p.id]), kind=p.kind,
                crossing=p.crossing, population=p.population, role=_role(this, p.id),
            )
            for p in places.values()
        ),
        tuple(
            MapRoad(
                r.id, r.a, r.b, most := max(max(each) for each in carried[r.id] if each), most,
                one_way=r.one_way,
            )
            for r in roads.values()
        ),
        insets="123",  # letters are the runs'
    )  # fmt: skip


def _role(axis: Axis, place: str) -> Literal["source", "sink"] | None:
    return "source" if place in axis.sources else "sink" if place in axis.sinks else None


def _in_equal_parts(held: Sequence[Holders | None]) -> Holders:
    """Holders of a place: those of all runs where they do not differ, else an equal part a run."""
    if len(set(held)) == 1:
        return held[0] or ()
    return tuple((actor, ppm // len(held)) for one in held for actor, ppm in one or (("", WHOLE),))


def _focus(data: MapData, places: set[str], roads: set[str]) -> tuple[str, ...]:
    """What the frame must show: the ends of the axis, and all that differs."""
    ends = {end for road in data.roads if road.id in roads for end in (road.a, road.b)}
    return tuple(sorted(places | ends | {p.id for p in data.places if p.role is not None}))


def _page(
    comparison: Comparison, data: MapData, axis: str, day: float, places: Sequence[str],
    roads: Sequence[str],
) -> Page:  # fmt: skip
    """Which places differ, how many roads, on which day, and what the map shows."""
    known = {p.id: p for p in data.places}
    ranked = sorted(places, key=lambda p: (-(known[p].population or 0), p))
    found = []
    if places:
        named = listed([Name(known[p].name) for p in ranked], most=MOST_NAMED)
        found.append(Sentence("who holds ", named))
    if roads:
        found.append(Sentence("what ", counted(len(roads), "road"), " can carry"))
    when = Said(data.when, day, "day")
    title = Sentence("On ", when, " the runs differ in ", several(found, ", ", ", and in "))
    first = comparison.outcomes[0]
    name = Name(first.scenario["axes"][axis].get("name", axis))
    subtitle = Sentence(
        "The day on which most differs; roads as wide as what they can carry for ", name,
        " where that is most",
    )  # fmt: skip
    if len({outcome.summary["scenario"]["start"] for outcome in comparison.outcomes}) > 1:
        subtitle = Sentence(subtitle, "; the runs begin on different days, dates are those of A")
    return Page(title, subtitle, "")


@context()
def draw_apart(data: ApartData) -> Figure:
    """The map: a ring round each place that differs, a band along each road that does.

    Where some runs may use a road and others may not, the letters of those that may stand on it.
    """
    return compose(data.map, partial(_overlay, data), partial(_key, data))


def _overlay(
    data: ApartData, axes: Axes, scene: Scene, taken: Taken, hidden: Sequence[Box]
) -> None:  # fmt: skip
    differ = {*data.roads}
    _bands(axes, [scene.seen(line) for road, line in scene.roads if road.id in differ],
           [scene.width(road) for road, _ in scene.roads if road.id in differ])  # fmt: skip
    rung = [spot for spot in scene.spots if spot.place.id in data.places]
    _rings(axes, [spot.xy for spot in rung], [spot.outer for spot in rung])
    requests, texts = [], []
    for road, line in scene.roads:
        text = data.users(road.id) if road.id in differ else ""
        middle = scene.seen(line).mean(axis=0)
        if text and not under(middle, hidden):
            (x, y), (width, height) = middle.tolist(), text_size(text, POINTS, "bold")
            requests.append(Request(x, y, width + 4, height + 4, 6.0))
            texts.append(text)
    for text, placed in zip(texts, place(requests, taken), strict=True):
        if placed is not None:
            _letters(axes, placed.box, text)


def _bands(axes: Axes, lines: Sequence[Line], widths: Sequence[float]) -> None:
    glows = [width + ROAD.glow for width in widths]
    marks.strokes(axes, lines, PURPLE, glows, marks.Z_GLOW, alpha=0.7, capstyle="butt")


def _rings(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    marks.rings(axes, points, [radius + BEYOND for radius in radii], PURPLE, RING)


def _letters(axes: Axes, box: Box, text: str) -> None:
    halo_text(
        axes, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, text, size=POINTS, color=INK,
        weight="bold", ha="center", va="center_baseline", zorder=10,
    )  # fmt: skip


def _key(data: ApartData, column: LegendColumn) -> None:
    """What this map alone has, then the runs by their letters."""
    every = ", ".join(letter(i) for i in range(len(data.runs)))

    def ring(axes: Axes, x: float, y: float) -> None:
        _rings(axes, [np.array([x, y])], [4.0])

    def band(axes: Axes, x: float, y: float) -> None:
        line = dash(x, y)
        _bands(axes, [line], [5.0])
        marks.casings(axes, [line], [5.0])

    column.heading("What differs")
    if data.places:
        column.row("not held by the same", ring)
        column.words(f"Parts clockwise from the top: {every}.", 8, SOFT_INK)
    if data.roads:
        column.row("does not carry the same", band)
    if any(data.users(road) for road in data.roads):
        sample = partial(_sample, letter(len(data.runs) - 1))
        column.row("usable in these runs alone", sample)
    column.heading("Runs")
    for number, run in enumerate(data.runs):
        column.row(run, partial(_sample, letter(number)))


def _sample(text: str, axes: Axes, x: float, y: float) -> None:
    _letters(axes, (x - SAMPLE / 2, y - 8, x + SAMPLE / 2, y + 8), text)


def apart_table(data: ApartData) -> Numbers:
    """Every place and road that differs, a column a run: holders, or kg/day there and back."""
    held = (("place", p, *(_said(one, held_words) for one in data.held[p])) for p in data.places)
    carried = (("road", r, *(_said(one, _ways) for one in data.carried[r])) for r in data.roads)
    return Numbers(("kind", "id", *data.runs), [*held, *carried])


def _said(value: T | None, words: Callable[[T], str]) -> str:
    return "not there" if value is None else words(value)


def _ways(each: EachWay) -> str:
    return ";".join(str(rate) for rate in each)
