"""The film of a run: the map of an axis from day to day, over a strip that shows how far it is.

Ground and names are drawn once; each state of the network is drawn once, over them; from
frame to frame only the strip and the forces in the field move. So a film takes little longer
than its states, and its file holds little more than what changes.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from sim.base.progress import working
from sim.measure.summary import Analysis
from sim.scenario.model import DAY
from sim.view.charts.axis import event_marks
from sim.view.charts.garrison import GAP
from sim.view.charts.series import points
from sim.view.charts.shared import Progress
from sim.view.charts.time_axis import date_name
from sim.view.data import INSETS, Curve, EventMark, MapData, MapForce, Page, Span, amount
from sim.view.draw import MARGIN, Sheet, blank, plain, sheet, short
from sim.view.look import BLACK, FAINT_INK, INK, RULE, SOFT_INK, VERMILLION
from sim.view.map.base import draw_base, draw_scale, name_countries
from sim.view.map.compose import (
    Inset,
    letter,
    letter_box,
    letter_spot,
    map_frame,
    mark_window,
    place_insets,
)
from sim.view.map.figure import Maps
from sim.view.map.forces import draw_forces, lay_forces
from sim.view.map.frame import Frame
from sim.view.map.inset import zoomed
from sim.view.map.labels import Box, Taken
from sim.view.map.layout import stands
from sim.view.map.legend import LEGEND_WIDTH, legend, legend_left
from sim.view.map.names import Name, lay_names, write_names
from sim.view.map.network import draw_edge, draw_network
from sim.view.map.outside import name_outside
from sim.view.map.scene import Scene
from sim.view.map.union import merged, union
from sim.view.words import curve

from .animated import Timed

WIDTH, HEIGHT, STRIP = 1000.0, 780.0, 84.0
COLOURS = 255
HOLD_FIRST, HOLD_LAST = 1000, 2500
"""Milliseconds that the first and the last frame stay."""

CAPTION = 2.0
"""Seconds of film that the name of an event stays."""

MET = 8.0
"""What it costs the name of a place to cover a spot where a force will stand."""


@dataclass(frozen=True, slots=True)
class FilmData:
    """One axis over a run: ``maps`` are (from this time on, map) in order, the first at 0.

    ``capacity`` is in kg/day. ``forces`` are (time, forces in the field then), in order of time;
    a frame shows those of the last time that it reached. Those of the maps are not drawn.
    """

    page: Page
    span: Span
    maps: tuple[tuple[int, MapData], ...]
    capacity: Curve
    events: tuple[EventMark, ...]
    forces: tuple[tuple[int, tuple[MapForce, ...]], ...] = ()

    def afield(self, time: int) -> tuple[MapForce, ...]:
        """The forces in the field at an instant."""
        number = bisect_right(self.forces, time, key=lambda pair: pair[0])
        return self.forces[number - 1][1] if number else ()


def frame_times(end: int, fps: float, seconds: float) -> list[int]:
    """The instants (s) of the frames: evenly over the period, both ends included."""
    count = max(2, round(fps * seconds))
    return [round(i * end / (count - 1)) for i in range(count)]


def film_data(analysis: Analysis, axis: str, fps: float, seconds: float) -> FilmData:
    """The film of an axis over a run: its maps, capacity and events, and the forces in the field.

    Only what some frame shows is filled in.
    """
    run, scenario = Maps(analysis), analysis.scenario
    times = frame_times(scenario.length, fps, seconds)
    page = Page(
        scenario.title,
        f"{scenario.axes[axis].name}: the largest flow that its roads can carry, from day to day "
        f"({scenario.id}, seed {run.record.seed})",
    )
    return FilmData(
        page, run.span, run.every_change(axis, times),
        curve(analysis.series[f"axis:{axis}", "capacity_kg_per_day"]), event_marks(run, axis),
        tuple((time, run.forces(time)) for time in times) if scenario.operations else (),
    )  # fmt: skip


def film_frames(
    data: FilmData, fps: float = 10, seconds: float = 20, progress: Progress | None = None
) -> Iterator[Timed]:
    """The frames of a film, drawn one by one, each with its milliseconds, ``seconds`` in all.

    Every frame stands for the same stretch of days; a change shows on the first frame at or
    after it.
    """
    times = frame_times(data.span.end, fps, seconds)
    step = round(1000 / fps)
    durations = [HOLD_FIRST, *[step] * (len(times) - 2), HOLD_LAST]
    frames = _frames(data, times, CAPTION / seconds * data.span.end)
    with working("frames", len(times)) as tell:
        for number, frame in enumerate(zip(frames, durations, strict=True), 1):
            yield frame
            tell(number, len(times))
            if progress is not None:
                progress(number, len(times))


def _frames(data: FilmData, times: list[int], caption: float) -> Iterator[Image.Image]:
    stage = _Stage(data)
    strip = _Strip(data, caption)
    shown = [max(i for i, (start, _) in enumerate(data.maps) if start <= t) for t in times]
    ends = {number: stage.picture(number) for number in {shown[0], shown[-1]}}
    palette = _palette([ends[shown[0]], ends[shown[-1]]], strip.at(times[0]))
    current, afield = -1, data.afield(0)
    picture, state = Image.new("RGB", (1, 1)), Image.new("P", (1, 1))
    for time, number in zip(times, shown, strict=True):
        band = strip.at(time)
        forces = data.afield(time)
        if number != current or forces != afield:
            if number != current:
                picture = ends.get(number) or stage.picture(number)
            drawn = stage.with_forces(picture, number, forces) if forces else picture
            state = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
            current, afield = number, forces
        frame = state.copy()
        low = state.height - band.height
        frame.paste(band.quantize(palette=palette, dither=Image.Dither.NONE), (0, low))
        yield frame


def _palette(pictures: list[Image.Image], band: Image.Image) -> Image.Image:
    """One palette for the whole film, from its first and last picture."""
    joined = Image.new("RGB", (pictures[0].width, sum(p.height for p in [*pictures, band])))
    low = 0
    for picture in [*pictures, band]:
        joined.paste(picture, (0, low))
        low += picture.height
    made = joined.quantize(COLOURS, method=Image.Quantize.MEDIANCUT)
    colours = made.getpalette() or []
    whitest = max(range(0, len(colours), 3), key=lambda i: (sum(colours[i : i + 3]), -i))
    colours[whitest : whitest + 3] = [255, 255, 255]
    made.putpalette(colours)
    return made


@dataclass(slots=True)
class _View:
    """The map, or an inset of it, on a picture: its edges, and the names that stand on it."""

    left: float
    low: float
    frame: Frame
    inset: Inset | None = None
    names: list[Name] = field(default_factory=list)
    taken: Taken = field(default_factory=lambda: Taken((0, 0, 0, 0)))

    def canvas(self, page: Sheet) -> Axes:
        """Its axes on a sheet, those of an inset over the map."""
        axes = page.canvas(self.left, self.low, self.frame.width, self.frame.height)
        axes.set_zorder(21 if self.inset else 1)
        return axes


class _Stage:
    """The ground with names and legend, and each state of the network drawn over it."""

    def __init__(self, data: FilmData) -> None:
        maps = [m for _, m in data.maps]
        self._maps = [replace(m, forces=()) for m in maps]
        every = {force: None for _, forces in data.forces for force in forces}
        joint = replace(union(maps), forces=tuple(every))
        page = sheet(data.page, WIDTH, HEIGHT)
        width = WIDTH - LEGEND_WIDTH - 2 * MARGIN
        height = page.top - page.bottom - STRIP
        whole = Scene(joint, map_frame(joint, width, height))
        self._fine = whole.fine
        self._views = [_View(MARGIN, 0.0, whole.frame)]
        self._scenes: dict[tuple[int, int], Scene] = {}
        states = [self._scene(number, 0).shown() for number in range(len(maps))]
        moving, still = whole.shown(), merged(states)
        marks = still.marks | moving.marks & {"track", "outside"}
        seen = replace(still, forces=moving.forces, marks=marks)
        column = legend(joint, whole.looks, seen)
        room = height - column.height
        self._height = HEIGHT + max(0.0, -math.floor(room))  # as high as its legend
        page = sheet(data.page, WIDTH, self._height)
        column.draw(page, page.top)
        foot = page.top - height
        self._views[0].low = foot
        self._insets = place_insets(whole, legend_left(page) - MARGIN, room - GAP)
        self._views += [
            _View(MARGIN + i.box[0], foot + i.box[1], zoomed(whole.frame, i.window), i)
            for i in self._insets
        ]
        self._windows = [i.window.box for i in self._insets]
        self._on_map = [i.box for i in self._insets if i.box[0] < width]
        self._spots: list[Box] = []
        for view in self._views:
            self._ground(view, Scene(joint, view.frame, self._fine), view.canvas(page))
        self._base = _rendered(page.figure)

    def _scene(self, number: int, view: int) -> Scene:
        """The scene of one state in one view, made once."""
        key = (number, view)
        if key not in self._scenes:
            self._scenes[key] = Scene(self._maps[number], self._views[view].frame, self._fine)
        return self._scenes[key]

    def _ground(self, view: _View, scene: Scene, axes: Axes) -> None:
        """Draws what never changes in a view, and finds the places of all names."""
        frame = view.frame
        base = draw_base(axes, frame, scene.degrees)
        # names had better keep off where forces will stand
        met = np.unique([s.xy.round() for s in scene.stands] or np.empty((0, 2)), axis=0)
        soft = np.vstack([scene.soft(), np.column_stack([met, np.full(len(met), MET)])])
        taken = view.taken = Taken((4, 4, frame.width - 4, frame.height - 4), soft)
        taken.take(scene.hard())
        if view.inset is None:
            taken.take(self._on_map)
            self._spots = [letter_spot(window, taken) for window in self._windows]
            taken.take(self._mark_windows(axes))
            draw_scale(axes, frame, taken)
            view.names = lay_names(scene, taken, self._on_map)
            name_countries(axes, frame, base, taken)
        else:
            taken.take([letter_box(frame)])
            view.names = lay_names(scene, taken)
            draw_scale(axes, frame, taken, needed=False)

    def _mark_windows(self, axes: Axes) -> list[Box]:
        """Frames on the map what the insets show; what that takes."""
        marked = enumerate(zip(self._windows, self._spots, strict=True))
        return [box for nth, at in marked for box in mark_window(axes, *at, INSETS[nth])]

    def picture(self, number: int) -> Image.Image:
        """One state of the network over the ground."""
        page = blank(WIDTH, self._height, "none")
        for nth, view in enumerate(self._views):
            scene, axes = self._scene(number, nth), view.canvas(page)
            draw_network(axes, scene)
            write_names(axes, view.names, scene.data.cut_places)
            if view.inset is None:
                self._mark_windows(axes)
            else:
                letter(axes, letter_box(view.frame), INSETS[nth - 1])
            draw_edge(axes, view.frame, INK)
        picture = self._base.copy()
        picture.alpha_composite(_rendered(page.figure))
        return picture.convert("RGB")

    def with_forces(
        self, picture: Image.Image, number: int, forces: tuple[MapForce, ...]
    ) -> Image.Image:
        """A picture of one state with the flags of the forces over its map and insets."""
        made = picture.convert("RGBA")
        for nth, view in enumerate(self._views):
            scene = self._scene(number, nth)
            found, taken = stands(forces, scene.ends), copy(view.taken)
            enlarged = () if view.inset else self._windows
            seats = lay_forces(scene, found, taken, brief=False, enlarged=enlarged)
            if view.inset and not seats:
                continue
            width, height = view.frame.width, view.frame.height
            over = blank(width, height, "none")
            axes = over.canvas(0, 0, width, height)
            draw_forces(axes, scene, seats)
            if view.inset is None:
                name_outside(axes, scene, found, taken)
            layer = _rendered(over.figure)
            for box in () if view.inset else self._on_map:  # a way may lead under an inset
                a, b, c, d = (round(n) for n in (box[0], height - box[3], box[2], height - box[1]))
                layer.paste((0, 0, 0, 0), (a, b, c, d))
            made.alpha_composite(layer, (round(view.left), round(self._height - view.low - height)))
        return made.convert("RGB")


def _rendered(figure: Figure) -> Image.Image:
    canvas: Any = figure.canvas
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba()).copy(), "RGBA")


class _Strip:
    """The strip under the map: date, day, what happened, capacity over time, how far it is."""

    def __init__(self, data: FilmData, caption: float) -> None:
        self._data, self._caption = data, caption
        page = blank(WIDTH, STRIP)
        self._figure, end = page.figure, max(data.span.end, 1)
        chart = page.axes(MARGIN, 10, WIDTH - 2 * MARGIN, 30)
        chart.set(xlim=(0, end), ylim=(0, 1), xticks=[], yticks=[])
        for side in chart.spines.values():
            side.set_visible(False)
        times, values = points(data.capacity, data.span.end)
        highest = max([*values.tolist(), 1.0])
        chart.fill_between(times, values / highest * 0.94, color="#c9c9c9", lw=0)
        chart.plot(times, values / highest * 0.94, color=SOFT_INK, lw=1.0)
        chart.axhline(0, color=FAINT_INK, lw=1.6)
        for mark in data.events:
            chart.axvline(mark.time, 0, 0.3 if mark.major else 0.16, color=SOFT_INK, lw=0.9)
        (self._done,) = chart.plot([0, 0], [0, 0], color=BLACK, lw=5, solid_capstyle="butt")
        (self._head,) = chart.plot([0, 0], [0, 1], color=VERMILLION, lw=2.2)
        text = page.canvas(0, 42, WIDTH, 40)
        text.plot([MARGIN, WIDTH - MARGIN], [39, 39], color=RULE, lw=0.8)
        common: dict[str, Any] = {"va": "center_baseline", "parse_math": False}
        self._date = text.text(MARGIN, 18, "", size=15, weight="bold", **common)
        self._words = text.text(300, 18, "", size=10.5, color=INK, **common)
        self._rate = text.text(WIDTH - MARGIN, 18, "", size=11, weight="bold", ha="right", **common)

    def at(self, time: int) -> Image.Image:
        """The strip at an instant."""
        data = self._data
        self._done.set_data([0, time], [0, 0])
        self._head.set_data([time, time], [0, 1])
        self._date.set_text(_clock(data.span, time))
        recent = [e for e in data.events if time - self._caption < e.time <= time]
        self._words.set_text(short(_caption(recent), 66) if recent else "")
        rate = _value(data.capacity, time) / 1000
        self._rate.set_text(f"capacity {amount(rate, 't/day')}")
        return _rendered(self._figure).convert("RGB")


def _clock(span: Span, time: int) -> str:
    """The date and the day, or the day alone where the period has no dates."""
    day = f"day {time // DAY}"
    if span.start is None:
        return day
    return f"{date_name(span.start + timedelta(seconds=time))}, {day}"


def _caption(recent: list[EventMark]) -> str:
    """The last major event of those shown now, and how many more there were with it."""
    last = max(recent, key=lambda e: (e.major, e.time))
    others = sum(e.time == last.time for e in recent) - 1
    more = f" (+{others})" if others else ""
    return plain(f"{last.label}{more}")


def _value(of: Curve, time: int) -> float:
    """The value of a stepped curve at an instant; 0 before its first."""
    number = int(np.searchsorted(np.array(of.times), time, side="right")) - 1
    return float(of.values[number]) if number >= 0 else 0.0
