"""An advance in space and time: where a force stood, its strength, what it had to eat."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .data import AdvanceData, Curve
from .events import draw_flags
from .panels import last, lay_events, name_panels, numeral, set_scale, side_names, stack
from .series import points
from .style import BLACK, BLUE, FAINT_INK, INK, SOFT_INK, VERMILLION, Sheet, sheet, short, styled
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
    cut = " (hatched: cut off from its base)" if data.cut else ""
    names = [f"Where it stood: km from its base{cut}", "Strength, persons", "Supply carried, days"]
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
    if data.record:
        axes.plot(
            [t for t, _, _ in data.record], [km for _, km, _ in data.record],
            ls="none", marker="D", ms=6, mfc="white", mec=VERMILLION, mew=1.6, zorder=4,
        )  # fmt: skip
        for time, km, words in data.record:
            axes.annotate(
                short(words, 28), (time, km), xytext=(7, 4), textcoords="offset points",
                fontsize=8, color=INK, parse_math=False,
            )  # fmt: skip
    names = [(km, short(name, 22), SOFT_INK) for km, name in data.stops]
    side_names(page, axes, names)


def _draw_curve(page: Sheet, axes: Axes, curve: Curve, end: int, color: str, unit: str) -> None:
    times, values = points(curve, end)
    axes.plot(times, values, color=color, lw=1.8, zorder=3)
    set_scale(axes, max(values, default=1.0))
    side_names(page, axes, [(last(values), f"{numeral(last(values))} {unit}", color)])
