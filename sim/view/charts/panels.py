"""Panels that share a time axis, and what curve charts write in and beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from string import ascii_uppercase
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.base.numbers import true_minus
from sim.measure.bands import Band
from sim.measure.compare import Comparison
from sim.scenario.model import DAY
from sim.view.charts.time_axis import set_times
from sim.view.data import EventMark, Span
from sim.view.draw import MARGIN, Sheet, plain, short, text_size, wrap
from sim.view.events import draw_flags, lay_flags
from sim.view.look import DASHES, FAINT_INK, INK, LINES, RULE, SOFT_INK, WHITE
from sim.view.map.labels import Taken

from .series import Values

LEFT, RIGHT = 84.0, 190.0
"""Pixels left of the panels for the scale, and right of them for the names of curves."""

TITLE, GAP, FOOT = 24.0, 40.0, 48.0
LABEL = 8.8

BAND = 16.0
"""Pixels of the row of a profile below the time axis."""

MOST_BANDS = 6
"""Rows for profiles; where there are more of them the last row counts the rest."""

APART = 15.0
"""Pixels from one name beside a panel to the next."""

MARKS = 5
"""Marks on the curve of each of several runs."""

SHAPES = ("o", "s", "D", "^", "v", "P", "X", "h")
"""Marks of ensembles, and of the levels of a factor, in the order of use."""


class Panel:
    """One panel: its curves, how far they reach, and how each is named where it ends.

    A name is a height (data), words and a colour. ``box`` (left and lower edge, width and height
    in pixels of the page) is read from where the axes stand unless it is stated.
    """

    def __init__(
        self, page: Sheet, axes: Axes, box: tuple[float, float, float, float] | None = None
    ) -> None:
        self.page, self.axes, self._box = page, axes, box
        self.reach = [0.0]
        self.names: list[tuple[float, str, str]] = []

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left and lower edge, width and height, in pixels of the page."""
        if self._box is not None:
            return self._box
        at, wide, high = self.axes.get_position(), self.page.width, self.page.height
        return at.x0 * wide, at.y0 * high, at.width * wide, at.height * high

    def curve(self, times: Values, values: Values, name: str, colour: str, **style: Any) -> None:
        """Draws a curve, to be named where it ends."""
        self.axes.plot(times, values, color=colour, **style)
        self.reach += values.tolist()
        self.names.append((last(values), name, colour))

    def finish(self) -> None:
        """Sets the scale to what the curves reach, and names them at the right."""
        set_scale(self.axes, max(self.reach), min(self.reach))
        side_names(self.page, self.axes, self.names)

    def write_free(
        self, text: str, spots: Iterable[tuple[float, float]], taken: Taken, z: float
    ) -> None:
        """Text in the first of ``spots`` (left, bottom; pixels of the panel) that is free."""
        _, _, width, height = self.box
        wide = text_size(text, LABEL)[0] + 4
        for left, low in spots:
            box = (left, low, left + wide, low + 14)
            if taken.free(box):
                taken.take([box])
                self.axes.annotate(
                    plain(text), ((left + 2) / width, (low + 7) / height),
                    xycoords="axes fraction", size=LABEL, va="center_baseline", zorder=z,
                    parse_math=False, annotation_clip=False,
                    path_effects=[withStroke(linewidth=2.5, foreground=WHITE)],
                )  # fmt: skip
                return


class Stack:
    """Panels from the top down that share a time axis and the free height, as ``heights`` tell.

    The first leaves room above for the names of events, and ``head`` pixels more. ``bands``
    stand below the time axis.
    """

    def __init__(
        self, page: Sheet, heights: Sequence[float], span: Span,
        events: Sequence[EventMark] = (), head: float = 0.0, bands: Sequence[Band] = (),
    ) -> None:  # fmt: skip
        width = page.width - LEFT - RIGHT
        self._page, self._span = page, span
        self._flags = lay_flags(events, span, width, width + RIGHT - 8)
        top = page.top - head - self._flags.height - TITLE
        self._bands, self._rows = bands, min(len(bands), MOST_BANDS)
        free = top - page.bottom - FOOT - BAND * self._rows - GAP * (len(heights) - 1)
        self.panels: list[Panel] = []
        for share in heights:
            height = free * share / sum(heights)
            top -= height
            self.panels.append(Panel(page, page.axes(LEFT, top, width, height)))
            top -= GAP

    def name(self, names: Sequence[str]) -> None:
        """Writes each panel's name above it; the first panel's goes above the events."""
        page = self._page
        for number, (panel, text) in enumerate(zip(self.panels, names, strict=False)):
            top = panel.axes.get_position().y1 * page.height
            y = top + 6 + (0 if number else self._flags.height)
            words = wrap(text, 10, page.width - LEFT - MARGIN, 1, "bold")[0]
            page.text(LEFT, y, words, size=10, weight="bold", va="bottom")

    def finish(self, names: Sequence[str] = ()) -> Figure:
        """Names the panels that are not named yet, draws times and events; the whole figure."""
        self.name(names)
        for panel in self.panels:
            set_times(panel.axes, self._span, named=panel is self.panels[-1])
        draw_flags(self._page, [panel.axes for panel in self.panels], self._flags)
        if self._bands:
            self._draw_bands()
        return self._page.figure

    def _draw_bands(self) -> None:
        """A row a profile: grey where its factor is below 1, the darker the less, else outlined."""
        page, width = self._page, self._page.width - LEFT - RIGHT
        rows = page.axes(LEFT, page.bottom, width, BAND * self._rows)
        rows.set(xlim=(0, max(self._span.end, 1)), ylim=(self._rows, 0))
        rows.set_axis_off()
        more = len(self._bands) - self._rows
        named = self._bands[: self._rows - 1 if more else self._rows]
        if more:
            words = f"and {more + 1} profiles more"
            page.text(LEFT, page.bottom + BAND / 2, words, size=LABEL, color=SOFT_INK, va="center")
        for row, band in enumerate(named):
            for since, until, factor in band.spans:
                rows.broken_barh(
                    [(since, until - since)], (row + 0.2, 0.6), lw=0.8,
                    facecolor=f"{0.35 + 0.5 * factor:.3f}" if factor < 1 else WHITE,
                    edgecolor="none" if factor < 1 else SOFT_INK,
                )  # fmt: skip
            y = page.bottom + BAND * (self._rows - row - 0.5)
            texts = (plain(short(band.text, most)) for most in range(40, 1, -1))
            text = next((t for t in texts if text_size(t, LABEL)[0] <= RIGHT - 20), "")
            page.text(LEFT + width + 14, y, text, size=LABEL, color=SOFT_INK, va="center")


def set_scale(axes: Axes, highest: float, lowest: float = 0.0) -> None:
    """A linear scale from 0 (or below it) with some air above, and few round ticks."""
    reach = max(highest - lowest, 1e-9)
    if highest <= 0 and lowest >= 0:
        axes.set_ylim(0, 1)
    else:
        axes.set_ylim(lowest - (0.08 * reach if lowest < 0 else 0), highest + 0.1 * reach)
    few_ticks(axes, "y", 5)
    axes.grid(axis="y", color=RULE, lw=0.6)


def few_ticks(axes: Axes, side: Literal["x", "y"], most: int) -> None:
    """At most ``most`` stretches between round ticks, their numbers as people write them."""
    axes.locator_params(axis=side, nbins=most)
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_formatter(lambda v, _: true_minus(f"{v:,.10g}"))


def row_axes(page: Sheet, box: tuple[float, float, float, float], rows: int) -> Axes:
    """Axes of so many rows, the first on top; ``box`` is left, bottom, width and height."""
    axes = page.axes(*box)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    return axes


def side_names(page: Sheet, axes: Axes, names: Sequence[tuple[float, str, str]]) -> None:
    """Names of curves right of the panel, near the height (data) at which each curve ends.

    ``names`` holds height, text and colour; the last of more than there is room for are
    counted in one line.
    """
    box = axes.get_position()
    low, high = box.y0 * page.height, box.y1 * page.height
    room = max(1, int((high - low) / APART) + 1)
    if len(names) > room:
        rest = len(names) - room + 1
        names = [*names[: room - 1], (names[-1][0], f"and {rest} more", SOFT_INK)]
    bottom, top = axes.get_ylim()
    at = [low + (y - bottom) / (top - bottom) * (high - low) for y, _, _ in names]
    x = box.x1 * page.width
    for y, (_, text, colour), want in zip(spread(at, APART, low, high), names, at, strict=True):
        page.text(x + 14, y, plain(text), size=LABEL, color=colour, va="center")
        if abs(y - want) > 3:
            line = axes.annotate(
                "", xy=(x / page.width, want / page.height),
                xytext=((x + 12) / page.width, y / page.height), xycoords="figure fraction",
                textcoords="figure fraction",
                arrowprops={"arrowstyle": "-", "color": FAINT_INK, "lw": 0.7},
                annotation_clip=False,
            )  # fmt: skip
            line.set_in_layout(False)


def last(values: Values) -> float:
    """The last value, 0 of none."""
    return float(values[-1]) if len(values) else 0.0


def numeral(value: float) -> str:
    """A number for reading: whole from 100 on, else three digits at most."""
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return true_minus(text)


def signed_numeral(value: float) -> str:
    """A difference for reading, with its sign."""
    return ("+" if value > 0 else "") + numeral(value)


def line_style(number: int) -> tuple[str, str | tuple[int, tuple[float, ...]]]:
    """Colour and dashes of the curve with this number; 24 differ."""
    return LINES[number % len(LINES)], DASHES[(number + number // len(LINES)) % len(DASHES)]


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights moved as little as an even push allows so that neighbours are ``gap`` apart.

    They stay in order and between ``low`` and ``high`` while there is room for all.
    """
    order = sorted(range(len(heights)), key=lambda i: (heights[i], i))
    moved = [min(max(h, low), high) for h in heights]
    floor = low
    for i in order:
        moved[i] = max(moved[i], floor)
        floor = moved[i] + gap
    ceiling = high
    for i in reversed(order):
        moved[i] = min(moved[i], ceiling)
        ceiling = moved[i] - gap
    return moved


def run_width(number: int) -> float:
    """Width of a run's curve: later ones are thinner, so that equal curves show as nested."""
    return max(1.4, 4.2 - 1.0 * number)


def letter(run: int) -> str:
    """What a run is called in the title and at its events: A, B to Z, then by its number."""
    return ascii_uppercase[run] if run < len(ascii_uppercase) else str(run + 1)


def titles_of_runs(comparison: Comparison) -> tuple[str, ...]:
    """What runs are called: by the titles of their scenarios where no two are the same."""
    titles = tuple(str(o.summary["scenario"]["title"]) for o in comparison.outcomes)
    return titles if len(set(titles)) == len(titles) else tuple(o.name for o in comparison.outcomes)


def span_of_runs(comparison: Comparison) -> Span:
    """The days of the longest run, dated as the first is."""
    stated = comparison.outcomes[0].summary["scenario"]["start"]
    end = max(round(o.summary["scenario"]["days"] * DAY) for o in comparison.outcomes)
    return Span(end, datetime.fromisoformat(stated) if stated else None)


def run_curve(
    panel: Panel, times: Values, values: Values, name: str, number: int, runs: int, end: int
) -> None:  # fmt: skip
    """The curve of one of several runs, to be named where it ends, with its marks."""
    colour, style = line_style(number)
    panel.curve(times, values, name, colour, ls=style, lw=run_width(number), zorder=3)
    run_marks(panel.axes, times, values, number, runs, end)


def run_marks(
    axes: Axes, times: Values, values: Values, number: int, runs: int, end: int
) -> None:  # fmt: skip
    """Marks on the curve of a run, so that three and more are told apart without colour.

    Those of each run stand at times of their own; of two runs the dashes tell enough.
    """
    if runs <= 2 or not len(times):
        return
    at = (np.arange(MARKS) + (number + 0.5) / runs) / MARKS * end
    at = at[(at >= times[0]) & (at <= times[-1])]
    axes.plot(at, np.interp(at, times, values), ls="", zorder=4, clip_on=False, **_mark(number))


def _mark(number: int) -> dict[str, Any]:
    return {
        "marker": SHAPES[number % len(SHAPES)], "ms": 6.0, "mfc": WHITE, "mew": 1.3,
        "mec": line_style(number)[0],
    }  # fmt: skip


def merged(names: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """One name for curves that end alike, in ink where their colours differ."""
    found: dict[str, tuple[float, str, str]] = {}
    for height, text, colour in names:
        known = found.get(text)
        shared = colour if known is None or known[2] == colour else INK
        found[text] = (height, text, shared)
    return list(found.values())


def run_names(page: Sheet, runs: Sequence[str]) -> float:
    """A key of the runs under the subtitle, in as many rows as it takes; returns its height."""
    x, row = MARGIN, 0
    strip = page.canvas(0, 0, page.width, page.height)
    strip.set_zorder(-1)
    for number, run in enumerate(runs):
        text = short(run, 44)
        width = 46 + text_size(text, 9.5)[0] + 24
        if x + width > page.width - MARGIN and x > MARGIN:
            x, row = MARGIN, row + 1
        y = page.top - 10 - row * 20
        colour, style = line_style(number)
        strip.plot(
            [x, x + 36], [y, y], color=colour, ls=style, lw=run_width(number), solid_capstyle="butt"
        )
        if len(runs) > 2:
            strip.plot([x + 18], [y], **_mark(number))
        page.text(x + 44, y, text, size=9.5, va="center_baseline")
        x += width
    return (row + 1) * 20 + 6.0 if runs else 0.0
