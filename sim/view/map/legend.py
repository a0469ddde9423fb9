"""The map's legend: what this map shows, and no more."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from sim.measure.routes import Doing
from sim.scenario.model import ANYONE
from sim.view.data import WHOLE, MapData
from sim.view.draw import MARGIN, Sheet, plain, put, text_size, wrap
from sim.view.look import BLUE, INK, MEANINGS, NOBODY, RULE, SOFT_INK, STATES, Look
from sim.view.map.forces import FLAG_HEIGHT, FLAG_WIDTH, flag, tracks
from sim.view.map.outside import pointer

from . import marks
from .layout import Line, OnMap, road_width

LEGEND_WIDTH = 236.0
SAMPLE, TEXT_LEFT, ROW, LINE_HEIGHT = 40.0, 52.0, 21.0, 14.0
MOST_ACTORS = 12

Sample = Callable[[Axes, float, float], object]
"""Draws what a row of the legend explains, round a point (x, y) of its axes."""


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


def legend(
    data: MapData, known: Mapping[str, Look], shown: OnMap,
    more: Callable[[LegendColumn], None] | None = None,
) -> LegendColumn:  # fmt: skip
    """The date and the legend of a map, not drawn yet: as high as they need.

    ``more`` adds to the foot of the column.
    """
    column = LegendColumn()
    fits = text_size(plain(data.when), 15, "bold")[0] <= column.width - 4
    column.words(data.when, 15 if fits else 13, INK, "bold")
    own = known.get(data.actor, NOBODY)
    holders = [actor for actor in shown.actors if actor != ANYONE]
    if holders or "front" in shown.marks:
        column.heading("Held by")
    for actor in holders[:MOST_ACTORS]:
        look = known[actor]
        name = look.named(40) + (" (the axis)" if actor == data.actor else "")
        column.row(name, partial(_held, look))
    if len(shown.actors) > MOST_ACTORS:
        column.row(f"and {len(shown.actors) - MOST_ACTORS} more", lambda axes, x, y: None)
    if "unheld" in shown.marks and shown.actors:
        column.row("nobody", partial(_held, NOBODY))
    if "front" in shown.marks:
        column.row("front hinted by holders", lambda axes, x, y: marks.fronts(axes, [dash(x, y)]))
    if "divided" in shown.marks:
        others = [known[a] for a in shown.actors if a != data.actor] or [NOBODY]
        parts = [(own, WHOLE * 0.6), (others[0], WHOLE * 0.4)]
        column.row(MEANINGS["divided"], lambda axes, x, y: marks.pie(axes, _at(x, y), 7.5, parts))
    _places(column, shown, own, data.cut_word)
    _roads(column, shown, own, data)
    _forces(column, shown, data, known)
    if more is not None:
        more(column)
    return column


def _held(look: Look, axes: Axes, x: float, y: float) -> None:
    marks.markers(axes, [_at(x, y)], [6.5], look)


def _places(column: LegendColumn, shown: OnMap, own: Look, cut_word: str) -> None:
    def place(axes: Axes, x: float, y: float) -> list[Line]:
        marks.markers(axes, [_at(x, y)], [5.0], own)
        return [_at(x, y)]

    samples: dict[str, Sample] = {
        "source": lambda on, x, y: marks.rings(on, place(on, x, y), [8.5], BLUE, 2.2),
        "sink": lambda on, x, y: marks.rings(on, place(on, x, y) * 2, [7.0, 10.5], BLUE, 2.0),
        "besieged": lambda on, x, y: marks.rings(on, place(on, x, y), [9.5], INK, 2.2, dashed=True),
        "crossing": lambda on, x, y: marks.gates(on, place(on, x, y), [5.0]),
        "sealed": lambda on, x, y: marks.seals(on, place(on, x, y), [5.0]),
        "cut_place": lambda on, x, y: marks.glow(on, place(on, x, y), [0.5]),
    }
    said = {**MEANINGS, "cut_place": f"place: {cut_word}"}
    present = [name for name in samples if name in shown.marks]
    if present:
        column.heading("Places")
    for name in present:
        column.row(said[name], samples[name])


def _roads(column: LegendColumn, shown: OnMap, own: Look, data: MapData) -> None:
    largest, fine = shown.largest, shown.fine

    def cased(rate: float, axes: Axes, x: float, y: float) -> tuple[list[Line], float]:
        line, width = dash(x, y), road_width(int(rate), largest) * fine
        marks.casings(axes, [line], [width], fine)
        return [line], width

    def flow(axes: Axes, x: float, y: float) -> None:
        lines, width = cased(largest / 2, axes, x, y)
        marks.flows(axes, lines, [width * 0.45], [False], fine)

    def full(axes: Axes, x: float, y: float) -> None:
        lines, width = cased(largest / 4, axes, x, y)
        marks.flows(axes, lines, [width], [True], fine)

    def one_way(axes: Axes, x: float, y: float) -> None:
        lines, _ = cased(largest / 4, axes, x, y)
        marks.one_ways(axes, lines, fine)

    def doubtful(axes: Axes, x: float, y: float) -> None:
        marks.doubts(axes, cased(largest / 8, axes, x, y)[0], [""], False)

    def absent(axes: Axes, x: float, y: float) -> None:
        marks.unusable(axes, [dash(x, y)])
        marks.doubts(axes, [dash(x, y)], [""], True)

    def in_cut(axes: Axes, x: float, y: float) -> None:
        lines, width = cased(largest / 8, axes, x, y)
        marks.cut_road(axes, lines, [width], reach=False)

    def crossed(axes: Axes, x: float, y: float, strong: bool) -> None:
        marks.unusable(axes, [dash(x, y)])
        marks.crossed_out(axes, [_at(x, y)], strong)

    if shown.marks & {"usable", "unusable"}:
        nobodys = own is NOBODY or data.actor == ANYONE
        column.heading("Roads" if nobodys else f"What {own.named(30)} can use")
    if "usable" in shown.marks:
        rates = dict.fromkeys(round_rate(largest / part) for part in (1, 4, 20))
        for rate in (r for r in rates if r):
            text = f"{tonnes(rate)}/day" if data.unit == "t/day" else f"{rate / 1000:,.6g}"
            column.row(f"{text} each way", partial(cased, rate))
    rows: dict[str, tuple[str, Sample]] = {
        "flow": (f"{data.flow_word}, same scale", flow),
        "full": (MEANINGS["full"], full),
        "one_way": (MEANINGS["one_way"], one_way),
        "cut_road": (f"road: {data.cut_word}", in_cut),
        "unusable": (MEANINGS["unusable"], lambda axes, x, y: marks.unusable(axes, [dash(x, y)])),
        "doubtful": (MEANINGS["doubtful"], doubtful),
        "absent": (MEANINGS["absent"], absent),
        "closed": (MEANINGS["closed"], lambda axes, x, y: crossed(axes, x, y, False)),
        "cut": (MEANINGS["shut"], lambda axes, x, y: crossed(axes, x, y, True)),
    }
    for kind, (text, draw) in rows.items():
        if kind in shown.marks:
            column.row(text, draw)
    if "usable" in shown.marks:
        what = "rate, of two of the greater" if "unequal" in shown.marks else "rate"
        column.words(f"Width grows with the square root of the {what}.", 8, SOFT_INK)


def _forces(column: LegendColumn, shown: OnMap, data: MapData, known: Mapping[str, Look]) -> None:
    if not shown.forces and "outside" not in shown.marks:
        return
    look = known.get(data.actor, NOBODY)
    half_w, half_h = FLAG_WIDTH / 2, FLAG_HEIGHT / 2

    def samples(pair: list[Doing | None], axes: Axes, x: float, y: float) -> None:
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
    if "outside" in shown.marks:
        ahead = np.array([1.0, 0.0])
        column.row("beyond the edge", lambda axes, x, y: pointer(axes, _at(x, y), ahead, look))


class LegendColumn:
    """A column that is filled from the top, and is as high as what it holds."""

    width = LEGEND_WIDTH - 14

    def __init__(self) -> None:
        self.height = 2.0
        self._drawn: list[Callable[[Axes], object]] = []

    def draw(self, page: Sheet, top: float) -> None:
        """Draws it at the right of a sheet, from ``top`` down."""
        axes = page.canvas(legend_left(page), top - self.height, self.width, self.height)
        axes.set_ylim(-self.height, 0)
        for one in self._drawn:
            one(axes)

    def words(self, text: str, points: float, colour: str, weight: str = "normal") -> None:
        """Words over the whole width, in two lines at most."""
        for line in wrap(text, points, self.width - 4, 2, weight):
            size = points * 1.55
            self._write(2, -self.height - size / 2, line, points, colour, weight)
            self.height += size

    def heading(self, text: str) -> None:
        """A rule with words in bold below it."""
        self.height += 7
        ends, level = [2, self.width], [-self.height] * 2
        self._drawn.append(lambda axes: axes.plot(ends, level, color=RULE, lw=0.9))
        self.height += 3
        self.words(text, 9.5, INK, "bold")
        self.height += 2

    def row(self, text: str, sample: Sample) -> None:
        """A sample, drawn round the point that it is given, and what it means."""
        lines = wrap(text, 8.8, self.width - TEXT_LEFT, 2)
        height = max(ROW, len(lines) * LINE_HEIGHT + 4)
        middle = -self.height - height / 2
        self._drawn.append(lambda axes: sample(axes, SAMPLE / 2 + 2, middle))
        for number, line in enumerate(lines):
            y = middle + ((len(lines) - 1) / 2 - number) * LINE_HEIGHT
            self._write(TEXT_LEFT, y, line, 8.8, INK, "normal")
        self.height += height

    def _write(
        self, x: float, y: float, text: str, points: float, colour: str, weight: str
    ) -> None:
        self._drawn.append(lambda axes: put(axes, x, y, text, points, color=colour, weight=weight))


def _at(x: float, y: float) -> Line:
    return np.array([x, y])


def dash(x: float, y: float) -> Line:
    """The line of a sample of a road."""
    return np.array([(x - SAMPLE / 2 + 7, y), (x + SAMPLE / 2 - 3, y)])
