"""An advance in space and time: where a force stood, its strength, what it had to eat."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.view.data import AdvanceData, Curve, RecordPoint
from sim.view.draw import Sheet, sheet, short, styled, text_size
from sim.view.events import draw_flags
from sim.view.look import BLACK, BLUE, FAINT_INK, INK, SOFT_INK, VERMILLION, WHITE
from sim.view.map.labels import Request, Taken, place

from .panels import LABEL, last, lay_events, name_panels, numeral, set_scale, side_names, stack
from .series import Values, points
from .time_axis import set_times


@styled
def draw_advance(data: AdvanceData) -> Figure:
    """Position with the places of the route, strength, and days of supply carried.

    Times at which the force was cut off from its base are hatched in every panel.
    """
    page = sheet(data.page)
    heights = [0.5, 0.27, 0.23] if data.supply is not None else [0.62, 0.38]
    flags = lay_events(page, data.events, data.span)
    panels = stack(page, heights, flags)
    _draw_position(page, panels[0], data)
    _draw_curve(page, panels[1], data.strength, data.span.end, BLACK, "persons")
    if data.supply is not None:
        _draw_curve(page, panels[2], data.supply, data.span.end, BLUE, "days")
    for number, axes in enumerate(panels):
        for start, end in data.cut:
            axes.axvspan(
                start, end, facecolor="none", edgecolor=VERMILLION, hatch="///", lw=0, alpha=0.5,
                zorder=0.5,
            )  # fmt: skip
        set_times(axes, data.span, named=number == len(panels) - 1)
    marks = [
        text
        for shown, text in (
            (data.record, "diamonds: on record"),
            (data.cut, "hatched: cut off from its base"),
        )
        if shown
    ]
    said = f" ({'; '.join(marks)})" if marks else ""
    names = [f"Where it stood: km from its base{said}", "Strength, persons", "Supply carried, days"]
    name_panels(page, panels, names[: len(panels)], flags)
    draw_flags(page, panels, flags)
    return page.figure


def _draw_position(page: Sheet, axes: Axes, data: AdvanceData) -> None:
    times, values = points(data.position, data.span.end)
    highest = max([km for km, _ in data.stops] + [km for _, km, _ in data.record], default=1.0)
    set_scale(axes, highest)
    axes.grid(visible=False)
    for km, _ in data.stops:
        axes.axhline(km, color=FAINT_INK, lw=0.8, ls=(0, (1, 2)), zorder=0.8)
    axes.plot(times, values, color=BLACK, lw=2.0, zorder=3)
    draw_record(page, axes, data.record, data.span.end, [(times, values)])
    names = [(km, short(name, 22), SOFT_INK) for km, name in data.stops]
    side_names(page, axes, names)


def draw_record(
    page: Sheet,
    axes: Axes,
    record: Sequence[RecordPoint],
    end: float,
    curves: Sequence[tuple[Values, Values]],
) -> None:
    """Diamonds where something is on record, named where the name hides no curve.

    The axes must have their scale; they show the times from 0 to ``end``.
    """
    if not record:
        return
    axes.plot(
        [t for t, _, _ in record], [km for _, km, _ in record], ls="none", marker="D", ms=6.5,
        mfc=WHITE, mec=VERMILLION, mew=1.8, zorder=5,
    )  # fmt: skip
    box, (low, high) = axes.get_position(), axes.get_ylim()
    left, bottom = box.x0 * page.width, box.y0 * page.height
    wide, tall = box.width * page.width, box.height * page.height

    def pixels(times: npt.ArrayLike, values: npt.ArrayLike) -> Values:
        x = left + np.asarray(times, dtype=float) / max(end, 1) * wide
        y = bottom + (np.asarray(values, dtype=float) - low) / (high - low) * tall
        return np.column_stack([x, y])

    taken = Taken((left, bottom, left + wide, bottom + tall))
    marks = pixels([t for t, _, _ in record], [km for _, km, _ in record])
    taken.take([(x - 7, y - 7, x + 7, y + 7) for x, y in marks])
    for times, values in curves:
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


def _draw_curve(page: Sheet, axes: Axes, curve: Curve, end: int, color: str, unit: str) -> None:
    times, values = points(curve, end)
    axes.plot(times, values, color=color, lw=1.8, zorder=3)
    set_scale(axes, max(values, default=1.0))
    side_names(page, axes, [(last(values), f"{numeral(last(values))} {unit}", color)])
