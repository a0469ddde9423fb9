"""Who held what: a row a place, in the order in which they first changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.base.said import Name, Said, Sentence, counted
from sim.scenario.model import Actor
from sim.view.charts.time_axis import moment, set_times
from sim.view.data import WHOLE, Holders, Page, Span
from sim.view.draw import (
    MARGIN,
    Sheet,
    context,
    draw_bar,
    note,
    outline,
    put,
    sheet,
    text_size,
    wrap,
)
from sim.view.look import BLACK, INK, NOBODY, SOFT_INK, WHITE, WIDTH, Look, looks
from sim.view.tables import Numbers, held_words
from sim.view.words import Words

LEFT, RIGHT = 214.0, 36.0

MOST_ROWS = 40

TALL, SMALL = 26.0, 17.0
"""Pixels of a row where there are few of them, and where there are many."""

KEY_ROW = 22.0

BAR = 0.76
"""Share of a row's height that its bar takes."""

THIN = 12.0
"""Pixels below which a bar is too thin for dashes on both its edges."""


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """Who held a place from ``start`` to ``end`` (s), and which holders were besieged."""

    start: int
    end: int
    holders: Holders
    besieged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place of the chart of who held what; ``spans`` in order of time."""

    name: str
    spans: tuple[HoldSpan, ...]


@dataclass(frozen=True, slots=True)
class ControlData:
    """Who held what over time. Rows that never change are left out of the drawing."""

    page: Page
    span: Span
    actors: tuple[Actor, ...]
    rows: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """A sample of the key and its words."""

    look: Look
    text: str
    siege: bool = False

    @property
    def width(self) -> float:
        return 38 + text_size(self.text, 9)[0] + 24


def control_data(run: Words) -> ControlData:
    """Holders over time of the places that changed hands or were besieged."""
    changed: dict[str, list[int]] = defaultdict(list)
    for row in run.record.control:
        if row.time and row.kind == "place" and row.what in ("holders", "besieged"):
            changed[row.id].append(row.time)
    rows = []
    for place, times in sorted(changed.items(), key=lambda item: (item[1][0], item[0])):
        edges = sorted({0, *times})
        spans = []
        for start, end in zip(edges, [*edges[1:], run.record.end], strict=True):
            control = run.state(start)
            holders = tuple(sorted(control.holders[place].items(), key=lambda h: (-h[1], h[0])))
            ringed = control.besieged.get(place, frozenset())
            spans.append(HoldSpan(start, end, holders, ringed))
        rows.append(PlaceRow(run.name(place), tuple(spans)))
    return ControlData(
        Page(_control_title(run, len(rows)), "holders of every place that changed hands or "
             "was besieged, in order of the first change", run.credit),
        run.span, run.actors, tuple(rows),
    )  # fmt: skip


def _control_title(run: Words, rows: int) -> Sentence:
    measures = run.analysis.measures
    change = {
        a.id: (measures[f"actors.{a.id}.places_end"].value or 0)
        - (measures[f"actors.{a.id}.places_start"].value or 0)
        for a in run.scenario.actors.values()
    }
    loser = min(change, key=lambda a: (change[a], a))
    winner = max(change, key=lambda a: (change[a], a))
    names = run.scenario.actors
    words = (" changes", "is") if rows == 1 else (" change", "are")
    found = Sentence(counted(rows, "place"), f"{words[0]} hands or {words[1]} besieged")
    if change[loser] >= 0 or change[winner] <= 0:
        return found

    def gained(actor: str, sign: int) -> Said:
        ends = (f"actors.{actor}.places_{when}" for when in ("end", "start")[::sign])
        size = sign * change[actor]
        return Said(number(size), size, "places", " - ".join(ends))

    return Sentence(
        found, ": ", Name(names[loser].name), " loses ", gained(loser, -1), ", ",
        Name(names[winner].name), " gains ", gained(winner, 1),
    )  # fmt: skip


@context()
def draw_control(data: ControlData) -> Figure:
    """A time chart of the holders of each place that changed holder or siege in the span.

    Bars are coloured and hatched by holder; a divided place has a bar for each holder, as
    tall as its share. Black and white dashes along a bar say that its holder is besieged.
    """
    merged = [replace(row, spans=_states(row)) for row in data.rows]
    changed = [row for row in merged if len(row.spans) > 1]
    changed.sort(key=lambda row: (row.spans[1].start, row.name))
    rows = changed[:MOST_ROWS]
    known = looks(data.actors)
    tall = max(SMALL, min(TALL, 680 / max(len(rows), 1)))
    width = WIDTH - LEFT - RIGHT
    key = _key_rows(rows, known)
    body = max(tall * len(rows), 60.0)
    page = sheet(data.page, height=max(240.0, body + 178.0 + KEY_ROW * len(key)))
    top = page.top - _draw_key(page, key) - 12
    axes = page.axes(LEFT, top - body, width, body)
    for nth, row in enumerate(rows):
        for state in row.spans:
            _draw_span(axes, state, nth, known, tall)
        _name_spans(axes, row, nth, data.span, width)
    axes.set_ylim(max(len(rows), 1), 0)
    names = [wrap(row.name, 9, LEFT - MARGIN - 6, 1)[0] for row in rows]
    axes.set_yticks([n + 0.5 for n in range(len(rows))], names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    set_times(axes, data.span, named=True)
    if not rows:
        note(axes, "no place changed hands, and no siege began or ended")
    if len(changed) > len(rows):
        first = [row.spans[1].start for row in changed[len(rows) - 1 : len(rows) + 1]]
        then = "then or later" if first[0] == first[1] else "later"
        words = f"and {len(changed) - len(rows)} more places that changed {then}"
        page.text(LEFT, top - body - 56, words, size=8.2, color=SOFT_INK)
    return page.figure


def _states(row: PlaceRow) -> tuple[HoldSpan, ...]:
    """The row's spans, those that follow each other without a change made one."""
    states: list[HoldSpan] = []
    for span in row.spans:
        if span.end <= span.start:
            continue
        if states and _held(states[-1]) == _held(span):
            states[-1] = replace(states[-1], end=span.end)
        else:
            states.append(span)
    return tuple(states)


def _held(span: HoldSpan) -> tuple[Holders, frozenset[str]]:
    return tuple(sorted(span.holders)), span.besieged


def _shares(state: HoldSpan) -> list[tuple[str, float]]:
    """Holders and their shares of the bar, the largest first; they fill it."""
    held = sorted(((a, s / WHOLE) for a, s in state.holders if s > 0), key=lambda p: (-p[1], p[0]))
    total = sum(share for _, share in held)
    return [(actor, share / total) for actor, share in held]


def _draw_span(
    axes: Axes, state: HoldSpan, row: int, known: Mapping[str, Look], pixels: float
) -> None:
    """Draws a state of a place; ``pixels`` is the height of its row."""
    y = row + (1 - BAR) / 2
    wide = state.end - state.start
    for actor, share in _shares(state) or [("", 1.0)]:
        look = known.get(actor, NOBODY)
        tall = BAR * share
        draw_bar(axes, look, (state.start, y), wide, tall, 2)
        if actor in state.besieged:
            _draw_siege(axes, state.start, state.end, y, tall, tall * pixels < THIN)
        y += tall
    outline(axes, (state.start, row + (1 - BAR) / 2), wide, BAR, zorder=3)


def _draw_siege(
    axes: Axes, start: float, end: float, y: float, tall: float, thin: bool = False
) -> None:
    """Black and white dashes along both edges of the besieged holder's bar; amid a thin one."""
    for offset in (0.5,) if thin else (0.14, 0.86):
        for colour, style in ((WHITE, "-"), (BLACK, (0, (2.0, 1.6)))):
            axes.plot(
                [start, end], [y + tall * offset] * 2, color=colour, lw=2.4, ls=style,
                solid_capstyle="butt", dash_capstyle="butt", zorder=3.5,
            )  # fmt: skip


def _name_spans(axes: Axes, row: PlaceRow, line: int, span: Span, width: float) -> None:
    """Writes the date of each change into its bar, with the siege, where there is room."""
    per_second = width / max(span.end, 1)
    for index, state in enumerate(row.spans):
        room = (state.end - state.start) * per_second - 10
        siege = "besieged" if state.besieged else ""
        when = moment(state.start, span) if index else ""
        for text in (f"{when} {siege}".strip(), siege, when):
            if text and text_size(text, 7.8)[0] <= room:
                x = state.start + 5 / per_second
                rim = {"facecolor": WHITE, "edgecolor": "none", "pad": 1.0, "alpha": 0.88}
                put(axes, x, line + 0.5, text, 7.8, color=INK, zorder=5, bbox=rim)
                break


def _key_rows(rows: Sequence[PlaceRow], known: Mapping[str, Look]) -> list[list[_Key]]:
    """The holders that occur, and the siege, in rows that fit the sheet."""
    states = [state for row in rows for state in row.spans]
    seen = {actor for state in states for actor, share in state.holders if share > 0}
    keys = [_Key(look, look.named(34)) for actor, look in known.items() if actor in seen]
    if seen - known.keys() or any(not _shares(state) for state in states):
        keys.append(_Key(NOBODY, NOBODY.name))
    if any(state.besieged for state in states):
        keys.append(_Key(NOBODY, "besieged", siege=True))
    lines: list[list[_Key]] = []
    x: float = WIDTH
    for key in keys:
        if x + key.width > WIDTH - MARGIN:
            lines.append([])
            x = MARGIN
        lines[-1].append(key)
        x += key.width
    return lines


def _draw_key(page: Sheet, lines: Sequence[Sequence[_Key]]) -> float:
    """Draws the key from the top of what is free; returns its height in pixels."""
    strip = page.canvas(0, page.top - KEY_ROW * len(lines), page.width, KEY_ROW * len(lines) or 1)
    for nth, line in enumerate(reversed(lines)):
        x, y = MARGIN, nth * KEY_ROW + 4.0
        for key in line:
            draw_bar(strip, key.look, (x, y), 30, 14)
            if key.siege:
                _draw_siege(strip, x, x + 30, y, 14)
            outline(strip, (x, y), 30, 14, zorder=3)
            put(strip, x + 38, y + 7, key.text, 9)
            x += key.width
    return KEY_ROW * len(lines)


def control_table(data: ControlData) -> Numbers:
    """Who held each place from when to when."""
    rows = [
        (row.name, span.start, span.end, held_words(span.holders), ";".join(sorted(span.besieged)))
        for row in data.rows
        for span in row.spans
    ]
    return Numbers(("place", "from_s", "to_s", "holders", "besieged"), rows)
