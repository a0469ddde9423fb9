"""The sides of a run over time: ground won and lost, losses, men on the road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from sim.base.numbers import number
from sim.base.said import Name, Said, Sentence, several
from sim.measure.sides import side_series
from sim.measure.steps import Steps, series_by_key
from sim.scenario.model import Actor
from sim.state.record import EventRow
from sim.view.charts.panels import (
    LABEL,
    RIGHT,
    Panel,
    Stack,
    last,
    numeral,
    signed_numeral,
)
from sim.view.charts.series import points
from sim.view.data import WHOLE, Curve, EventMark, Page, Span
from sim.view.draw import MARKERS, context, note, plain, sheet, text_size, wrap
from sim.view.look import FAINT_INK, INK, NOBODY, WHITE, Look, looks
from sim.view.tables import Numbers
from sim.view.words import Words

_SIDES: tuple[tuple[str, str, float, Literal["change", "total", "on the road"]], ...] = (
    ("places_ppm", "Ground: places won or lost since the start", WHOLE, "change"),
    ("fallen_persons", "Fallen in battle, persons", 1, "total"),
    ("reserves_on_road_persons", "Reserves on the road, persons", 1, "on the road"),
    ("displaced_on_road_persons", "Displaced on the road, persons", 1, "on the road"),
)
"""Panels of the chart of sides: measure, name, what its values are divided by, kind."""


@dataclass(frozen=True, slots=True)
class SidesPanel:
    """One quantity of several actors: curves by actor's id.

    ``kind`` tells what is written at the end of a curve: its last value, with a sign where it is
    a change since the start; of men on the road the most that there were.
    """

    name: str
    curves: tuple[tuple[str, Curve], ...]
    kind: Literal["change", "total", "on the road"] = "total"


@dataclass(frozen=True, slots=True)
class SidesData:
    """What each side won, lost and had on the road, over time."""

    page: Page
    span: Span
    actors: tuple[Actor, ...]
    panels: tuple[SidesPanel, ...]
    events: tuple[EventMark, ...] = ()


def sides_data(run: Words) -> SidesData:
    """Ground, losses and men on the road by actor; actors of whom nothing changes left out."""
    losses = [row for row in run.record.series if row.subject.startswith("actor:")]
    found = series_by_key({*side_series(run.scenario, run.record), *losses})
    panels = [
        SidesPanel(name, curves, kind)
        for measure, name, scale, kind in _SIDES
        if (curves := _curves(run, found, measure, scale, kind == "change"))
    ]
    marks = tuple(
        EventMark(e.time, _taken(run, e), True)
        for e in run.record.events
        if e.kind in ("taken", "given_up", "capture")
    )
    return SidesData(
        Page(_sides_title(run, found), "Ground won and lost, losses, men on the road",
             run.credit),
        run.span, run.actors, tuple(panels), marks,
    )  # fmt: skip


def _curves(
    run: Words, found: Mapping[tuple[str, str], Steps], measure: str, scale: float, change: bool
) -> tuple[tuple[str, Curve], ...]:
    curves = []
    for actor in run.scenario.actors:
        steps_ = found.get((f"actor:{actor}", measure))
        if steps_ is None or len(set(steps_.values)) < 2:
            continue
        first = steps_.values[0] if change else 0
        values = tuple((v - first) / scale for v in steps_.values)
        curves.append((actor, Curve(tuple(steps_.times), values)))
    return tuple(curves)


def _taken(run: Words, event: EventRow) -> str:
    if event.kind == "capture":
        return f"{run.names(event.subject.split(', '))} captured"
    return event.text


def _sides_title(run: Words, found: Mapping[tuple[str, str], Steps]) -> Sentence:
    """Who lost most ground, and what each side's battles cost it."""
    said = []
    actors = run.scenario.actors
    change = {
        a: (held.values[-1] - held.values[0]) / WHOLE
        for a in actors
        if (held := found.get((f"actor:{a}", "places_ppm"))) is not None
    }
    loser = min(change, key=lambda a: (change[a], a), default=None)
    if loser is not None and change[loser] < 0:
        gone = round(-change[loser], 6)
        path = f"actors.{loser}.places_start - actors.{loser}.places_end"
        places = Said(f"{number(gone)} {'place' if gone == 1 else 'places'}", gone, "places", path)
        said.append(Sentence(Name(actors[loser].name), " loses ", places))
    fallen = sorted(run.record.fallen.items(), key=lambda p: (-p[1], p[0]))
    losses = [
        Sentence(Name(actors[a].name), " ", Said(number(n), n, "persons", f"actors.{a}.fallen"))
        for a, n in fallen
        if n
    ]
    if losses:
        said.append(Sentence("fallen: ", several(losses[:2], last=", ")))
    if not said:
        return Sentence("No side loses ground or men")
    return several(said, "; ", "; ").capitalized()


@context()
def draw_sides(data: SidesData) -> Figure:
    """A panel for each quantity, a curve for each actor in its colour, with its marker."""
    page = sheet(data.page, height=210.0 + 185.0 * max(len(data.panels), 1))
    stack = Stack(page, [1.0] * max(len(data.panels), 1), data.span, data.events)
    known = looks(data.actors)
    for drawn, panel in zip(stack.panels, data.panels, strict=False):
        _draw_panel(drawn, panel, known, data.span)
    if not data.panels:
        note(stack.panels[0].axes, "nobody won or lost anything")
    return stack.finish([panel.name for panel in data.panels])


def _draw_panel(drawn: Panel, panel: SidesPanel, known: Mapping[str, Look], span: Span) -> None:
    axes = drawn.axes
    for actor, curve in panel.curves:
        look = known.get(actor, NOBODY)
        times, values = points(curve, span.end)
        # a light colour shows on white by the dark edges of its line
        edges = [Stroke(linewidth=3.6, foreground=INK), Normal()]
        if panel.kind == "on the road":
            said = f"at most {numeral(float(values.max()))}"
        else:
            said = (signed_numeral if panel.kind == "change" else numeral)(last(values))
        whole = text_size(f"{said} {plain(look.name)}", LABEL)[0] <= RIGHT - 22
        own = look.name if whole else look.brief or look.name
        name = wrap(f"{said} {plain(own)}", LABEL, RIGHT - 22, 1)[0]
        drawn.curve(times, values, name, look.fill, lw=2.2, path_effects=edges, zorder=3)
        axes.plot(
            times[-1:], values[-1:], MARKERS[look.shape], ms=8, mfc=look.fill, mec=INK, mew=1.0,
            clip_on=False, zorder=5,
        )  # fmt: skip
    if min(drawn.reach) < 0:
        axes.axhline(0, color=FAINT_INK, lw=1.0, zorder=1)
    axes.set_facecolor(WHITE)
    drawn.names = [(end, name, INK) for end, name, _ in drawn.names]
    drawn.finish()


def sides_table(data: SidesData) -> Numbers:
    """Every curve of the chart of the sides: from each time on."""
    rows = [
        (panel.name, actor, time, value)
        for panel in data.panels
        for actor, curve in panel.curves
        for time, value in zip(curve.times, curve.values, strict=True)
    ]
    return Numbers(("panel", "actor", "time_s", "value"), rows)
