"""The map's legend: what this map shows, and no more."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from sim.measure.routes import Doing
from sim.view.data import WHOLE, MapData
from sim.view.draw import MARGIN, Sheet, plain, put, short, text_size, wrap
from sim.view.look import BLUE, INK, MEANINGS, NOBODY, RULE, SOFT_INK, STATES, Look
from sim.view.map.forces import FLAG_HEIGHT, FLAG_WIDTH, flag, tracks

from . import marks
from .layout import Line, OnMap, road_width

LEGEND_WIDTH = 236.0
SAMPLE, TEXT_LEFT, ROW, LINE_HEIGHT = 40.0, 52.0, 21.0, 14.0
MOST_ACTORS = 12


def tonnes(kg: float) -> str:
    """Kilograms as tonnes with three digits at most: "2.5 t", "1,200 t"."""
    t = kg / 1000
    if t and abs(t) < 0.01:
        return f"{kg:.3g} kg"
    digits = 0 if abs(t) >= 100 or t == round(t) else 1 if abs(t) >= 10 else 2
    text = f"{t:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " t"


def round_rate(rate: float) -> int:
    """The largest of 1, 2 or 5 times a power of ten that is no more than ``rate``."""
    if rate < 1:
        return 0
    power: int = 10 ** math.floor(math.log10(rate))
    return next(step * power for step in (5, 2, 1) if step * power <= rate)


def legend_left(page: Sheet) -> float:
    """The left edge of the legend, which stands at the right of a sheet."""
    return page.width - LEGEND_WIDTH - MARGIN + 14


def draw_legend(
    page: Sheet, low: float, height: float, data: MapData, known: Mapping[str, Look],
    shown: OnMap, more: Callable[[LegendColumn], None] | None = None,
) -> float:  # fmt: skip
    """The date and the legend from the top down, ``low`` its lower edge; what height is left.

    ``more`` adds to the foot of the column.
    """
    width = LEGEND_WIDTH - 14
    axes = page.canvas(legend_left(page), low, width, height)
    column = LegendColumn(axes, width, height)
    fits = text_size(plain(data.when), 15, "bold")[0] <= width - 4
    column.words(data.when, 15 if fits else 13, INK, "bold")
    own = known.get(data.actor, NOBODY)
    if shown.actors or "front" in shown.marks:
        column.heading("Held by")
    for actor in shown.actors[:MOST_ACTORS]:
        look = known[actor]
        name = short(look.name, 40) + (" (the axis)" if actor == data.actor else "")
        column.row(name, partial(_held, axes, look))
    if len(shown.actors) > MOST_ACTORS:
        column.row(f"and {len(shown.actors) - MOST_ACTORS} more", lambda x, y: None)
    if "unheld" in shown.marks and shown.actors:
        column.row("nobody", partial(_held, axes, NOBODY))
    if "front" in shown.marks:
        column.row("front hinted by holders", lambda x, y: marks.fronts(axes, [_dash(x, y)]))
    if "divided" in shown.marks:
        others = [known[a] for a in shown.actors if a != data.actor] or [NOBODY]
        parts = [(own, WHOLE * 0.6), (others[0], WHOLE * 0.4)]
        column.row(MEANINGS["divided"], lambda x, y: marks.pie(axes, _at(x, y), 7.5, parts))
    _places(column, shown, own, data.cut_word)
    _roads(column, shown, own, data)
    _forces(column, shown, data, known)
    if more is not None:
        more(column)
    return column.left


def _held(axes: Axes, look: Look, x: float, y: float) -> None:
    marks.markers(axes, [_at(x, y)], [6.5], look)


def _places(column: LegendColumn, shown: OnMap, own: Look, cut_word: str) -> None:
    axes = column.axes

    def place(x: float, y: float) -> list[Line]:
        marks.markers(axes, [_at(x, y)], [5.0], own)
        return [_at(x, y)]

    samples: dict[str, Callable[[float, float], None]] = {
        "source": lambda x, y: marks.rings(axes, place(x, y), [8.5], BLUE, 2.2),
        "sink": lambda x, y: marks.rings(axes, place(x, y) * 2, [7.0, 10.5], BLUE, 2.0),
        "besieged": lambda x, y: marks.rings(axes, place(x, y), [9.5], INK, 2.2, dashed=True),
        "crossing": lambda x, y: marks.gates(axes, place(x, y), [5.0]),
        "sealed": lambda x, y: marks.seals(axes, place(x, y), [5.0]),
        "cut_place": lambda x, y: marks.glow(axes, place(x, y), [0.5]),
    }
    said = {**MEANINGS, "cut_place": f"place: {cut_word}"}
    present = [name for name in samples if name in shown.marks]
    if present:
        column.heading("Places")
    for name in present:
        column.row(said[name], samples[name])


def _roads(column: LegendColumn, shown: OnMap, own: Look, data: MapData) -> None:
    axes = column.axes
    largest, fine = shown.largest, shown.fine

    def cased(rate: float, x: float, y: float) -> tuple[list[Line], float]:
        line, width = _dash(x, y), road_width(int(rate), largest) * fine
        marks.casings(axes, [line], [width], fine)
        return [line], width

    def flow(x: float, y: float) -> None:
        lines, width = cased(largest / 2, x, y)
        marks.flows(axes, lines, [width * 0.45], [False], fine)

    def full(x: float, y: float) -> None:
        lines, width = cased(largest / 4, x, y)
        marks.flows(axes, lines, [width], [True], fine)

    def one_way(x: float, y: float) -> None:
        lines, _ = cased(largest / 4, x, y)
        marks.one_ways(axes, lines, fine)

    def doubtful(x: float, y: float) -> None:
        marks.doubts(axes, cased(largest / 8, x, y)[0], [""], False)

    def absent(x: float, y: float) -> None:
        marks.unusable(axes, [_dash(x, y)])
        marks.doubts(axes, [_dash(x, y)], [""], True)

    def in_cut(x: float, y: float) -> None:
        lines, width = cased(largest / 8, x, y)
        marks.cut_road(axes, lines, [width], reach=False)

    def crossed(x: float, y: float, strong: bool) -> None:
        marks.unusable(axes, [_dash(x, y)])
        marks.crossed_out(axes, [_at(x, y)], strong)

    if shown.marks & {"usable", "unusable"}:
        column.heading(f"What {short(own.name, 30)} can use" if own is not NOBODY else "Roads")
    if "usable" in shown.marks:
        rates = dict.fromkeys(round_rate(largest / part) for part in (1, 4, 20))
        for rate in (r for r in rates if r):
            text = f"{tonnes(rate)}/day" if data.unit == "t/day" else f"{rate / 1000:,.6g}"
            column.row(f"{text} each way", partial(cased, rate))
    rows: dict[str, tuple[str, Callable[[float, float], None]]] = {
        "flow": (f"{data.flow_word}, same scale", flow),
        "full": (MEANINGS["full"], full),
        "one_way": (MEANINGS["one_way"], one_way),
        "cut_road": (f"road: {data.cut_word}", in_cut),
        "unusable": (MEANINGS["unusable"], lambda x, y: marks.unusable(axes, [_dash(x, y)])),
        "doubtful": (MEANINGS["doubtful"], doubtful),
        "absent": (MEANINGS["absent"], absent),
        "closed": (MEANINGS["closed"], lambda x, y: crossed(x, y, False)),
        "cut": (MEANINGS["shut"], lambda x, y: crossed(x, y, True)),
    }
    for kind, (text, draw) in rows.items():
        if kind in shown.marks:
            column.row(text, draw)
    if "usable" in shown.marks:
        what = "rate, of two of the greater" if "unequal" in shown.marks else "rate"
        column.words(f"Width grows with the square root of the {what}.", 8, SOFT_INK)


def _forces(column: LegendColumn, shown: OnMap, data: MapData, known: Mapping[str, Look]) -> None:
    if not shown.forces:
        return
    axes = column.axes
    look = known.get(data.actor, NOBODY)
    half_w, half_h = FLAG_WIDTH / 2, FLAG_HEIGHT / 2

    def samples(pair: list[Doing | None], x: float, y: float) -> None:
        for state in pair:
            if state is None:
                tracks(axes, [np.array([(x - half_w, y), (x + half_w, y)])])
            else:
                facing = np.array([-1.0 if state == "falling back" else 1.0, 0.0])
                flag(axes, (x - half_w, y - half_h, x + half_w, y + half_h), look, state, facing)
            text = state or "way so far"
            axes.text(x + half_w + 6, y, text, size=8.8, color=INK, va="center_baseline")
            x += (LEGEND_WIDTH - 14) / 2

    column.heading("Forces: men, what they do")
    present: list[Doing | None] = [state for state in STATES if state in shown.forces]
    if "track" in shown.marks:
        present.append(None)
    for first in range(0, len(present), 2):
        column.row("", partial(samples, present[first : first + 2]))


class LegendColumn:
    """A column that is filled from the top; rows below its end are left out.

    ``left`` are the pixels below what is written.
    """

    def __init__(self, axes: Axes, width: float, height: float) -> None:
        self.axes, self._width, self.left = axes, width, height - 2

    def words(self, text: str, points: float, colour: str, weight: str = "normal") -> None:
        for line in wrap(text, points, self._width - 4, 2, weight):
            size = points * 1.55
            self._write(2, self.left - size / 2, line, points, colour, weight)
            self.left -= size

    def heading(self, text: str) -> None:
        self.left -= 7
        if self.left < ROW * 2:
            return
        self.axes.plot([2, self._width], [self.left, self.left], color=RULE, lw=0.9)
        self.left -= 3
        self.words(text, 9.5, INK, "bold")
        self.left -= 2

    def row(self, text: str, sample: Callable[[float, float], object]) -> None:
        lines = wrap(text, 8.8, self._width - TEXT_LEFT, 2)
        height = max(ROW, len(lines) * LINE_HEIGHT + 4)
        if self.left < height:
            return
        middle = self.left - height / 2
        sample(SAMPLE / 2 + 2, middle)
        for number, line in enumerate(lines):
            y = middle + ((len(lines) - 1) / 2 - number) * LINE_HEIGHT
            self._write(TEXT_LEFT, y, line, 8.8, INK, "normal")
        self.left -= height

    def _write(
        self, x: float, y: float, text: str, points: float, colour: str, weight: str
    ) -> None:
        if y < text_size(text, points)[1] / 2:
            return
        put(self.axes, x, y, text, points, color=colour, weight=weight)


def _at(x: float, y: float) -> Line:
    return np.array([x, y])


def _dash(x: float, y: float) -> Line:
    return np.array([(x - SAMPLE / 2 + 7, y), (x + SAMPLE / 2 - 3, y)])
