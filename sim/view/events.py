"""Events over charts of time: a line through the panels, and a name above where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from sim.view.draw import Sheet, put, short, text_size
from sim.view.look import FAINT_INK, INK, SOFT_INK

from .data import EventMark, Span
from .map.labels import Taken

MOST_ROWS, ROW = 8, 15.0
POINTS = 8.2


@dataclass(frozen=True, slots=True)
class Flag:
    """The name of the events of one moment: pixels from the left, and its row from below."""

    time: int
    text: str
    left: float
    row: int


@dataclass(frozen=True, slots=True)
class Flags:
    """Where the names of events go over panels ``width`` pixels wide."""

    times: tuple[int, ...]
    named: tuple[Flag, ...]
    end: int
    width: float

    @property
    def height(self) -> float:
        """Pixels that the names need above the panel."""
        rows = max((flag.row + 1 for flag in self.named), default=0)
        return rows * ROW + (ROW if self.unnamed else 0) + (4 if self.times else 0)

    @property
    def unnamed(self) -> int:
        """Moments that got a line but no name."""
        return len(self.times) - len(self.named)


def lay_flags(events: Sequence[EventMark], span: Span, width: float, room: float) -> Flags:
    """Finds the names that fit without touching each other or another name's pole.

    Names are laid from right to left, since one runs to the right of its pole and so only has
    to clear the poles of later events; where not all fit, those of major events are laid
    before the others. A name may run on to ``room`` pixels. Events of one moment share a
    pole and a name.
    """
    moments: dict[int, list[EventMark]] = {}
    for event in events:
        if 0 <= event.time <= span.end:
            moments.setdefault(event.time, []).append(event)
    backwards = sorted(moments, reverse=True)
    major = {t for t in moments if any(e.major for e in moments[t])}
    named: list[Flag] = []
    for order in (backwards, sorted(backwards, key=lambda t: t not in major)):
        taken = Taken((-40, 0, room, MOST_ROWS * ROW))
        tried = [_flag(t, _words(moments[t]), t / max(span.end, 1) * width, taken) for t in order]
        named = [flag for flag in tried if flag is not None]
        if len(named) == len(moments):
            break
    return Flags(tuple(sorted(moments)), tuple(named), span.end, width)


def _words(events: list[EventMark]) -> str:
    """The first major event of a moment by name, and how many more there are."""
    first = min(events, key=lambda e: (not e.major, e.label))
    return short(first.label, 42) + (f" (+{len(events) - 1})" if len(events) > 1 else "")


def _flag(time: int, text: str, x: float, taken: Taken) -> Flag | None:
    """The lowest row where the name is free to the right of its pole, or else to the left."""
    wide = text_size(text, POINTS)[0]
    for left in (x + 4, x - 4 - wide):
        for row in range(MOST_ROWS):
            low, high = row * ROW, (row + 1) * ROW
            box = (left - 2, low + 0.5, left + wide + 3, high - 0.5)
            if taken.free(box) and taken.free((x - 1.5, 0.0, x + 1.5, high)):
                taken.take([box, (x - 1.5, 0.0, x + 1.5, high)])
                return Flag(time, text, left, row)
    return None


def draw_flags(sheet: Sheet, panels: Sequence[Axes], flags: Flags) -> None:
    """Draws the lines through all panels, and the names above the first of them."""
    if not flags.times or not panels:
        return
    top = panels[0].get_position()
    left, bottom = top.x0 * sheet.width, top.y1 * sheet.height
    strip = sheet.canvas(left, bottom, flags.width, max(flags.height, 4.0))
    poles = {flag.time: flag for flag in flags.named}
    for time in flags.times:
        flag = poles.get(time)
        colour, thick = (SOFT_INK, 0.9) if flag else (FAINT_INK, 0.5)
        for axes in panels:
            axes.axvline(time, color=colour, lw=thick, zorder=1.5)
        x = time / max(flags.end, 1) * flags.width
        height = (flag.row + 0.9) * ROW if flag else 4.0
        strip.plot([x, x], [0, height], color=colour, lw=thick, clip_on=False)
    for flag in flags.named:
        y = (flag.row + 0.5) * ROW + 1
        put(strip, flag.left, y, flag.text, POINTS, color=INK, clip_on=False)
    if flags.unnamed:
        words = f"{flags.unnamed} more marked by a line alone"
        strip.text(0, flags.height - ROW / 2, words, size=7.8, color=SOFT_INK, va="center_baseline")
