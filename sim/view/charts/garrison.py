"""Garrisons over time: a row each, strength at the left, days of supply at the right."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.view.data import Curve, GarrisonData, Span
from sim.view.draw import MARGIN, Sheet, note, sheet, styled, wrap
from sim.view.look import BLACK, BLUE, INK, SOFT_INK

from .panels import LABEL, last, numeral, set_scale
from .series import points
from .time_axis import set_times

ROW, HEAD, GAP = 92.0, 34.0, 104.0
"""Pixels: height of a panel, room above it for its name, between the two columns."""

LEFT = 62.0


@styled
def draw_garrisons(data: GarrisonData) -> Figure:
    """Small multiples, each on its own scale from 0, with the last value at its end."""
    words = sheet(data.page)  # to see what room its words take
    body = (ROW + HEAD) * max(len(data.rows), 1) + 58
    page = sheet(data.page, height=body + words.height - words.top + words.bottom)
    wide = (page.width - LEFT - MARGIN - GAP - 62) / 2
    top = page.top - 4
    if not data.rows:
        note(page.canvas(0, page.bottom, page.width, top - page.bottom), "no garrison changed")
    supplied = [number for number, row in enumerate(data.rows) if row.supply is not None]
    for number, row in enumerate(data.rows):
        bottom = top - (ROW + HEAD) * (number + 1)
        end = number + 1 == len(data.rows)
        page.text(LEFT, bottom + ROW + 5, wrap(row.name, 9.5, wide, 1, "bold")[0], size=9.5,
                  weight="bold", va="bottom")  # fmt: skip
        _draw(page, page.axes(LEFT, bottom, wide, ROW), row.strength, data.span, BLACK, end)
        left = LEFT + wide + GAP
        if row.supply is not None:
            _draw(page, page.axes(left, bottom, wide, ROW), row.supply, data.span, BLUE,
                  number == supplied[-1])  # fmt: skip
        else:
            page.text(left, bottom + ROW / 2, "no supply of its own is modelled", size=LABEL,
                      color=SOFT_INK, va="center")  # fmt: skip
        if not number:
            page.text(LEFT + wide, bottom + ROW + 6, "persons", size=LABEL, color=SOFT_INK,
                      ha="right", va="bottom")  # fmt: skip
            page.text(left + wide, bottom + ROW + 6, "days of supply in stock", size=LABEL,
                      color=SOFT_INK, ha="right", va="bottom")  # fmt: skip
    return page.figure


def _draw(page: Sheet, axes: Axes, curve: Curve, span: Span, colour: str, named: bool) -> None:
    times, values = points(curve, span.end)
    axes.plot(times, values, color=colour, lw=1.8, zorder=3)
    set_scale(axes, max(values, default=1.0))
    axes.locator_params(axis="y", nbins=3)
    set_times(axes, span, named)
    box = axes.get_position()
    bottom, top = axes.get_ylim()
    height = (last(values) - bottom) / (top - bottom) * box.height + box.y0
    page.text(box.x1 * page.width + 6, height * page.height, numeral(last(values)), size=LABEL,
              color=INK, va="center")  # fmt: skip
