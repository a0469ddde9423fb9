"""Charts of many runs: fans with sample traces, survival curves, differences with intervals.

Plain data in, a matplotlib figure out, as in :mod:`sim.view.charts.curves`. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.view.data import Page, RecordPoint, Span
from sim.view.draw import MARGIN, Sheet, plain, sheet, short, styled, wrap
from sim.view.look import BLACK, BLUE, FAINT_INK, INK, RULE, SKY, SOFT_INK

from .advance import draw_record
from .curves import run_names
from .panels import (
    LABEL,
    lay_events,
    line_style,
    name_panels,
    numeral,
    set_scale,
    side_names,
    stack,
)
from .time_axis import set_times

Values = npt.NDArray[np.float64]

SHAPES = ("o", "s", "D", "^", "v", "P", "X", "h")


@dataclass(frozen=True, slots=True)
class FanPanel:
    """One quantity in many runs: ``runs`` (runs x times) at ``times``, in the panel's unit.

    The first ``traces`` runs are drawn one by one over the ranges. ``levels`` are values with a
    name, as the places of a route, ``record`` what is on record beside the runs.
    """

    name: str
    times: Values
    runs: Values
    traces: int = 5
    steps: bool = True
    levels: tuple[tuple[float, str], ...] = ()
    record: tuple[RecordPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class FanData:
    """An axis in an ensemble."""

    page: Page
    span: Span
    panels: tuple[FanPanel, ...]


@dataclass(frozen=True, slots=True)
class ShareCurve:
    """Share of runs that have not been struck, from each time on; 1 before the first."""

    name: str
    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SurvivalData:
    """Curves in panels: each has a name, and curves in the order of ``runs`` (None: has none).

    Without ``runs`` the curves of a panel are named at their ends.
    """

    page: Page
    span: Span
    panels: tuple[tuple[str, tuple[ShareCurve | None, ...]], ...]
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dot:
    """A difference and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DotRow:
    """One measure; ``dots`` in the order of ``DotData.series``. ``unit`` names its panel."""

    name: str
    unit: str
    dots: tuple[Dot | None, ...]


@dataclass(frozen=True, slots=True)
class DotData:
    """Differences from a base: rows of dots, in a panel for each unit.

    ``scale`` says what is to be read, as "less than in x | more than in x".
    """

    page: Page
    series: tuple[str, ...]
    rows: tuple[DotRow, ...]
    scale: str = ""


@styled
def draw_fan(data: FanData) -> Figure:
    """Ranges of 50 and 90 % of runs over time, the median, and some runs as they were.

    A pointwise median blurs a sudden loss into a ramp that no run shows: the traces show it.
    """
    page = sheet(data.page, height=300.0 + 270.0 * len(data.panels))
    flags = lay_events(page, (), data.span)
    panels = stack(page, [1.0] * len(data.panels), flags)
    for axes, panel in zip(panels, data.panels, strict=True):
        _draw_fan_panel(page, axes, panel)
    for number, axes in enumerate(panels):
        set_times(axes, data.span, named=number == len(panels) - 1)
    name_panels(page, panels, [p.name for p in data.panels], flags)
    return page.figure


SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The shares of runs that a fan draws at each time, as quantiles."""


def fan_ranges(panel: FanPanel) -> Values:
    """The quantiles ``SHARES`` of the runs at each time, shape (5, times)."""
    return np.quantile(panel.runs, SHARES, axis=0)


def _draw_fan_panel(page: Sheet, axes: Axes, panel: FanPanel) -> None:
    ranges = fan_ranges(panel)
    step: Literal["post"] | None = "post" if panel.steps else None
    for low, high, alpha in ((0, 4, 0.25), (1, 3, 0.45)):
        axes.fill_between(
            panel.times, ranges[low], ranges[high], color=SKY, alpha=alpha, lw=0, step=step
        )
    style = "steps-post" if panel.steps else "default"
    for number in range(min(panel.traces, len(panel.runs))):
        axes.plot(
            panel.times, panel.runs[number], color=SOFT_INK, lw=0.9, alpha=0.75, ls=(0, (4, 1)),
            drawstyle=style, zorder=2.5,
        )  # fmt: skip
    axes.plot(panel.times, ranges[2], color=BLACK, lw=2.2, drawstyle=style, zorder=3)
    highest = [float(ranges[4].max()), float(panel.runs[: panel.traces].max())]
    highest += [value for value, _ in panel.levels] + [value for _, value, _ in panel.record]
    set_scale(axes, max(highest))
    _draw_levels(axes, panel)
    curves = [(panel.times, ranges[2])]
    draw_record(page, axes, panel.record, float(panel.times[-1]), curves)
    ends = ranges[:, -1]
    names = [(float(ends[2]), f"median {numeral(float(ends[2]))}", BLACK)]
    if ends[4] > ends[0]:
        names += [
            (float(ends[4]), f"95 % of runs below {numeral(float(ends[4]))}", BLUE),
            (float(ends[0]), f"5 % below {numeral(float(ends[0]))}", BLUE),
        ]
    names.append((float(panel.runs[0, -1]), f"{panel.traces} single runs, dashed", SOFT_INK))
    side_names(page, axes, names)


def _draw_levels(axes: Axes, panel: FanPanel) -> None:
    """Dotted lines at the named values, their names above them at the right end."""
    for value, name in panel.levels:
        axes.axhline(value, color=FAINT_INK, lw=0.8, ls=(0, (1, 2)), zorder=0.8)
        rim = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.4}
        axes.annotate(
            short(name, 26), (float(panel.times[-1]), value), xytext=(-4, 3), ha="right",
            va="bottom", textcoords="offset points", size=LABEL, color=SOFT_INK,
            parse_math=False, zorder=4, bbox=rim,
        )  # fmt: skip


@styled
def draw_survival(data: SurvivalData) -> Figure:
    """Share of runs not yet struck over time, with pointwise 95 % intervals."""
    page = sheet(data.page, height=220.0 + 300.0 * len(data.panels))
    head = run_names(page, data.runs) if data.runs else 0.0
    flags = lay_events(page, (), data.span)
    panels = stack(page, [1.0] * len(data.panels), flags, head)
    for axes, (_, curves) in zip(panels, data.panels, strict=True):
        names = []
        for number, curve in enumerate(curves):
            if curve is None:
                continue
            colour, dashes = line_style(number)
            times = [0.0, *curve.times, float(data.span.end)]
            share, low, high = (
                [100.0, *(100 * v for v in values), 100 * (values[-1] if values else 1.0)]
                for values in (curve.share, curve.low, curve.high)
            )
            axes.fill_between(times, low, high, step="post", color=colour, alpha=0.15, lw=0)
            axes.plot(times, share, drawstyle="steps-post", color=colour, ls=dashes, lw=2)
            said = f"{numeral(share[-1])} %"
            names.append(
                (share[-1], said if data.runs else f"{short(curve.name, 20)} {said}", colour)
            )
        set_scale(axes, 100.0)
        axes.set_ylim(0, 104)
        side_names(page, axes, _together(names) if data.runs else names)
    for number, axes in enumerate(panels):
        set_times(axes, data.span, named=number == len(panels) - 1)
    name_panels(page, panels, [name for name, _ in data.panels], flags)
    return page.figure


def _together(names: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Curves that end in one point named once: their value and how many they are."""
    found: dict[str, list[tuple[float, str, str]]] = {}
    for name in names:
        found.setdefault(name[1], []).append(name)
    return [
        same[0] if len(same) == 1 else (same[0][0], f"{text}: {len(same)} of {len(names)}", INK)
        for text, same in found.items()
    ]


ROW, PANEL_GAP = 26.0, 62.0
NAMES = 400.0
"""Pixels at the left for the names of rows."""


@styled
def draw_dots(data: DotData) -> Figure:
    """Differences and their 95 % intervals, one line a measure, with the line of no difference.

    A filled mark is an interval that leaves out 0, an empty one that covers it.
    """
    units = list(dict.fromkeys(row.unit for row in data.rows))
    groups = [[row for row in data.rows if row.unit == unit] for unit in units]
    lines = max(1, len(data.series))
    heights = [ROW * len(g) * (1 + 0.45 * (lines - 1)) + 14 for g in groups]
    key = KEY_ROW * lines + 8 if lines > 1 else 0.0
    words = sheet(data.page)  # to see what room its words take
    fixed = words.height - words.top + words.bottom + key + 44
    page = sheet(data.page, height=sum(heights) + PANEL_GAP * len(groups) + fixed)
    if lines > 1:
        _dot_key(page, data.series)
    top = page.top - key - 18
    for unit, group, height in zip(units, groups, heights, strict=True):
        axes = page.axes(NAMES, top - height, page.width - NAMES - 150, height)
        _draw_dot_panel(page, axes, group, unit, top)
        top -= height + PANEL_GAP
    if data.scale:
        page.text(NAMES, top + PANEL_GAP - 50, plain(data.scale), size=LABEL, color=SOFT_INK)
    return page.figure


KEY_ROW = 19.0


def _dot_key(page: Sheet, series: Sequence[str]) -> None:
    strip = page.canvas(0, 0, page.width, page.height)
    strip.set_zorder(-1)
    for number, name in enumerate(series):
        y = page.top - 10 - KEY_ROW * number
        strip.plot(
            [MARGIN + 8], [y], SHAPES[number % len(SHAPES)], ms=7, color=line_style(number)[0]
        )
        page.text(MARGIN + 24, y, wrap(name, 9.5, page.width - 80, 1)[0], size=9.5, va="center")


def _draw_dot_panel(page: Sheet, axes: Axes, rows: Sequence[DotRow], unit: str, top: float) -> None:
    axes.axvline(0, color=INK, lw=1.1, zorder=1)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    reach = [0.0]
    box = axes.get_position()
    low_y, height = box.y0 * page.height, (box.y1 - box.y0) * page.height
    for line, row in enumerate(rows):
        y = low_y + height * (1 - (line + 0.5) / len(rows))
        words = wrap(row.name, 9.2, NAMES - MARGIN - 20, 1)[0]
        page.text(NAMES - 14, y, words, size=9.2, ha="right", va="center_baseline")
        several = len(row.dots)
        size = 7 if several < 4 else 6
        for number, dot in enumerate(row.dots):
            if dot is None:
                continue
            at = line + (number - (several - 1) / 2) * 0.75 / max(several, 1)
            colour = line_style(number)[0]
            settled = dot.low > 0 or dot.high < 0
            axes.plot([dot.low, dot.high], [at, at], color=colour, lw=1.8, zorder=2)
            axes.plot(
                [dot.value], [at], SHAPES[number % len(SHAPES)], ms=size, mec=colour,
                mfc=colour if settled else "white", mew=1.4, zorder=3,
            )  # fmt: skip
            reach += [dot.low, dot.high]
            if several == 1:
                sign = "+" if dot.value > 0 else ""
                x = box.x1 * page.width + 10
                said = f"{sign}{numeral(dot.value)}"
                page.text(x, y, said, size=LABEL, color=INK if settled else FAINT_INK,
                          va="center_baseline")  # fmt: skip
    span = max(reach) - min(reach) or 1.0
    axes.set_xlim(min(reach) - 0.06 * span, max(reach) + 0.06 * span)
    axes.locator_params(axis="x", nbins=7)
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:,.10g}".replace("-", "\u2212"))
    page.text(NAMES, top + 5, plain(f"difference, {unit}"), size=9.5, weight="bold", va="bottom")
