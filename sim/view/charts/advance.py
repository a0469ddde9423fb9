"""An advance in space and time: where a force stood, its strength, what it had to eat."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from sim.base.said import Name, Sentence, counted
from sim.measure.routes import stops_km
from sim.measure.sides import days_carried
from sim.scenario.model import Operation
from sim.view.charts.panels import (
    LABEL,
    Panel,
    Stack,
    last,
    numeral,
    set_scale,
    side_names,
)
from sim.view.charts.series import Values, points
from sim.view.data import Curve, EventMark, Page, RecordPoint, Span
from sim.view.draw import context, sheet, short, text_size
from sim.view.look import BLACK, BLUE, FAINT_INK, INK, SOFT_INK, VERMILLION, WHITE
from sim.view.map.labels import Request, Taken, place
from sim.view.tables import Numbers, curve_rows
from sim.view.words import Words, curve, joined

_ADVANCE = {
    "operation": "begins", "taken": "takes a place", "ring": "closes a ring", "battle": "battle",
    "repulsed": "beaten", "won": "wins", "stalled": "stalls", "given_up": "gives a place up",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AdvanceData:
    """One operation in space and time.

    ``position`` is km from the base along the route, ``strength`` persons, ``supply`` days that
    the force carries; ``cut`` are the times (from, to, in seconds) at which it was not fed.
    ``stops`` are the places of the route as (km, name), the base first; ``record`` what is on
    record as (time, km, words), drawn beside the run and never part of it.
    """

    page: Page
    span: Span
    position: Curve
    strength: Curve
    supply: Curve | None
    stops: tuple[tuple[float, str], ...]
    cut: tuple[tuple[int, int], ...] = ()
    events: tuple[EventMark, ...] = ()
    record: tuple[RecordPoint, ...] = ()


def advance_data(run: Words, operation: str) -> AdvanceData:
    """One operation in space and time."""
    this, series = run.scenario.operations[operation], run.analysis.series
    subject = f"operation:{operation}"
    position, fed = series[subject, "position_m"], series[subject, "fed"]
    strength = series[subject, "strength_persons"]
    supply = joined(days_carried(run.record.drawn, series, this))
    stops = stops_km(run.scenario.network, this, run.state(0).terrain.graph)
    subtitle = Sentence(Name(this.name), ": position, strength and supply")
    return AdvanceData(
        Page(_advance_title(run, operation), subtitle, run.credit),
        run.span,
        Curve(tuple(position.times), tuple(v / 1000 for v in position.values), steps=False),
        curve(strength),
        supply,
        tuple((km, run.name(place)) for place, km in stops),
        tuple((a, b) for a, b, v in fed.spans(run.record.end) if not v and b > a),
        tuple(
            EventMark(e.time, _ADVANCE[e.kind], e.kind in ("repulsed", "stalled"))
            for e in run.record.events
            if e.subject == operation and e.kind in _ADVANCE
        ),
        on_record(this, stops, run.record.end),
    )  # fmt: skip


def _advance_title(run: Words, operation: str) -> Sentence:
    """How far it came, and what stopped it."""
    this, measures = run.scenario.operations[operation], run.analysis.measures
    path = f"operations.{operation}"
    if measures[f"{path}.time_of_start"].value is None:
        return Sentence(Name(this.name), " does not begin")
    found = Sentence(Name(this.name), " comes ", run.tell.size(f"{path}.furthest_km"))
    if measures[f"{path}.time_of_furthest"].value is not None:
        found = Sentence(found, " by ", run.tell.day(f"{path}.time_of_furthest"))
    stops = [
        (value, kind, words, f"{path}.time_of_{measure}")
        for measure, kind, words in (
            ("stall", "stalled", "stalls out of supply"), ("repulse", "repulsed", "is beaten")
        )
        if (value := measures[f"{path}.time_of_{measure}"].value) is not None
    ]  # fmt: skip
    if stops:
        _, kind, words, when = min(stops)
        times = sum((e.kind, e.subject) == (kind, operation) for e in run.record.events)
        often = Sentence(" ", counted(times, "time"), ", first") if times > 1 else Sentence("")
        found = Sentence(found, f"; it {words}", often, " on ", run.tell.day(when))
    return found


def on_record(
    operation: Operation, stops: Sequence[tuple[str, float]], end: int
) -> tuple[RecordPoint, ...]:
    """What is on record of an operation's position within a period, in order of time."""
    at = dict(reversed(stops))  # a place that a route passes twice: the first time
    points = (
        (p.at, at[p.place] if p.place is not None else p.km or 0.0, p.text or "on record")
        for p in operation.on_record.values()
        if 0 <= p.at <= end
    )
    return tuple(sorted(points))


@context()
def draw_advance(data: AdvanceData) -> Figure:
    """Position with the places of the route, strength, and days of supply carried.

    Times at which the force was cut off from its base are hatched in every panel.
    """
    page = sheet(data.page)
    heights = [0.5, 0.27, 0.23] if data.supply is not None else [0.62, 0.38]
    stack = Stack(page, heights, data.span, data.events)
    panels = stack.panels
    _draw_position(panels[0], data)
    _draw_curve(panels[1], data.strength, data.span.end, BLACK, "persons")
    if data.supply is not None:
        _draw_curve(panels[2], data.supply, data.span.end, BLUE, "days")
    for panel in panels:
        for start, end in data.cut:
            panel.axes.axvspan(
                start, end, facecolor="none", edgecolor=VERMILLION, hatch="///", lw=0, alpha=0.5,
                zorder=0.5,
            )  # fmt: skip
    marks = ["diamonds: on record"] if data.record else []
    marks += ["hatched: cut off from its base"] if data.cut else []
    said = f" ({'; '.join(marks)})" if marks else ""
    names = [f"Where it stood: km from its base{said}", "Strength, persons", "Supply carried, days"]
    return stack.finish(names)


def _draw_position(panel: Panel, data: AdvanceData) -> None:
    axes, (times, values) = panel.axes, points(data.position, data.span.end)
    highest = max([km for km, _ in data.stops] + [km for _, km, _ in data.record], default=1.0)
    set_scale(axes, highest)
    axes.grid(visible=False)
    for km, _ in data.stops:
        axes.axhline(km, color=FAINT_INK, lw=0.8, ls=(0, (1, 2)), zorder=0.8)
    axes.plot(times, values, color=BLACK, lw=2.0, zorder=3)
    draw_record(panel, data.record, times, values)
    names = [(km, short(name, 22), SOFT_INK) for km, name in data.stops]
    side_names(panel.page, axes, names)


def draw_record(panel: Panel, record: Sequence[RecordPoint], times: Values, values: Values) -> None:
    """Diamonds where something is on record, named where the name does not hide the curve.

    The panel must have its scale; the curve ends where it does.
    """
    if not record:
        return
    page, axes = panel.page, panel.axes
    axes.plot(
        [t for t, _, _ in record], [km for _, km, _ in record], ls="none", marker="D", ms=6.5,
        mfc=WHITE, mec=VERMILLION, mew=1.8, zorder=5,
    )  # fmt: skip
    (left, bottom, wide, tall), (low, high) = panel.box, axes.get_ylim()
    end = max(float(times[-1]), 1)

    def pixels(times: npt.ArrayLike, values: npt.ArrayLike) -> Values:
        x = left + np.asarray(times, dtype=float) / end * wide
        y = bottom + (np.asarray(values, dtype=float) - low) / (high - low) * tall
        return np.column_stack([x, y])

    taken = Taken((left, bottom, left + wide, bottom + tall))
    marks = pixels([t for t, _, _ in record], [km for _, km, _ in record])
    taken.take([(x - 7, y - 7, x + 7, y + 7) for x, y in marks])
    taken.take((x - 3, y - 3, x + 3, y + 3) for x, y in _along(pixels(times, values)))
    words = [short(text, 34) for _, _, text in record]
    sizes = [text_size(text, LABEL) for text in words]
    requests = [
        Request(x, y, w + 4, h + 2, 8.0, far=True)
        for (x, y), (w, h) in zip(marks, sizes, strict=True)
    ]
    for (x, y), text, placed in zip(marks, words, place(requests, taken), strict=True):
        if placed is None:
            continue
        x0, y0, x1, y1 = placed.box
        at = ((x0 + x1) / 2 / page.width, (y0 + y1) / 2 / page.height)
        arrow = {"arrowstyle": "-", "color": VERMILLION, "lw": 0.8, "shrinkA": 0, "shrinkB": 4}
        axes.annotate(
            text, (x / page.width, y / page.height), xytext=at, xycoords="figure fraction",
            textcoords="figure fraction", ha="center", va="center", size=LABEL, color=INK,
            parse_math=False, zorder=6, arrowprops=arrow if placed.leader else None,
            bbox={"facecolor": WHITE, "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
        )  # fmt: skip


def _along(line: Values, step: float = 6.0) -> Iterator[tuple[float, float]]:
    """Points of a line of pixels, at most ``step`` apart."""
    for a, b in pairwise(line):
        parts = max(1, math.ceil(float(np.hypot(*(b - a))) / step))
        for part in range(parts + 1):
            x, y = a + (b - a) * part / parts
            yield float(x), float(y)


def _draw_curve(panel: Panel, of: Curve, end: int, colour: str, unit: str) -> None:
    times, values = points(of, end)
    panel.curve(times, values, f"{numeral(last(values))} {unit}", colour, lw=1.8, zorder=3)
    panel.finish()


def advance_table(data: AdvanceData) -> Numbers:
    """Position, strength and supply of an operation over time; stops, events and the record."""
    rows: list[tuple[object, ...]] = []
    rows += curve_rows("position", "km", data.position)
    rows += curve_rows("strength", "persons", data.strength)
    rows += curve_rows("supply", "day", data.supply)
    rows += [("stop", "km", None, km, name) for km, name in data.stops]
    rows += [("not fed", "", start, None, f"to {end} s") for start, end in data.cut]
    rows += [("event", "", e.time, None, e.label) for e in data.events]
    rows += [("on record", "km", time, km, words) for time, km, words in data.record]
    return Numbers(("curve", "unit", "time_s", "value", "event"), rows)
