"""Curves over time: one axis with what it could carry, did carry and holds; runs compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.view.data import AxisSeries, CompareData, Curve, SinkStock, Span
from sim.view.draw import MARGIN, Sheet, ended, note, plain, sheet, short, styled, text_size
from sim.view.events import draw_flags
from sim.view.look import BLACK, BLUE, INK, SKY, SOFT_INK, VERMILLION, WHITE
from sim.view.map.labels import Taken

from .panels import (
    LABEL,
    RIGHT,
    draw_band,
    highs,
    last,
    lay_events,
    line_style,
    name_panels,
    numeral,
    set_scale,
    side_names,
    stack,
)
from .series import Values, difference, joint, points
from .time_axis import moment, set_times

TONNE = 1000.0


@styled
def draw_axis(data: AxisSeries) -> Figure:
    """One axis over time: capacity; demand, deliverable and delivered; stocks at its sinks.

    The panels share the time axis. Capacity has its own, since it may be many times the demand.
    """
    page = sheet(data.page)
    heights = [0.30, 0.40, 0.30] if data.stocks else [0.42, 0.58]
    flags = lay_events(page, data.events, data.span)
    panels = stack(page, heights, flags)
    _draw_capacity(page, panels[0], data)
    _draw_rates(page, panels[1], data)
    if data.stocks:
        _draw_stocks(page, panels[2], data)
    for number, axes in enumerate(panels):
        set_times(axes, data.span, named=number == len(panels) - 1)
    unit = "days of supply" if _in_days(data.stocks) else "t"
    names = [
        "What the network could carry: capacity of the axis, t/day",
        "What the axis asks for, could deliver and delivers, t/day",
        f"What the sinks hold: stock, {unit}",
    ]
    name_panels(page, panels, names[: len(panels)], flags)
    draw_flags(page, panels, flags)
    return page.figure


def _tonnes(curve: Curve, end: int) -> tuple[Values, Values]:
    times, values = points(curve, end)
    return times, values / TONNE


def _draw_capacity(page: Sheet, axes: Axes, data: AxisSeries) -> None:
    times, values = _tonnes(data.capacity, data.span.end)
    draw_band(axes, data.capacity, data.span.end, BLACK, TONNE)
    axes.fill_between(times, values, color="#d9d9d9", lw=0, zorder=1)
    axes.plot(times, values, color=BLACK, lw=1.8, zorder=3, solid_joinstyle="miter")
    demand = max((v / TONNE for v in data.demand.values), default=0.0) if data.demand else 0.0
    set_scale(axes, max([*values, *highs(data.capacity, TONNE), demand], default=1.0))
    if not len(values):
        note(axes, "no capacity recorded")
        return
    names = [(last(values), f"capacity {numeral(last(values))} at the end", BLACK)]
    if data.demand and demand > 0:
        axes.axhline(demand, color=INK, lw=1.2, ls=(0, (4, 2)), zorder=2)
        names.append((demand, f"demand {numeral(demand)} at most", INK))
    side_names(page, axes, names)


def _draw_rates(page: Sheet, axes: Axes, data: AxisSeries) -> None:
    end = data.span.end
    names: list[tuple[float, str, str]] = []
    highest = [0.0]
    if data.delivered is not None:
        times, values = _tonnes(data.delivered, end)
        axes.fill_between(times, values, color=SKY, alpha=0.55, lw=0, zorder=1)
        axes.plot(times, values, color="#2b7fae", lw=0.7, zorder=2.2)
        highest += values.tolist()
        names.append((last(values), f"delivered {numeral(last(values))}", "#2b7fae"))
    if data.demand is not None:
        times, wanted = joint(data.demand, data.deliverable, end)
        _, able = joint(data.deliverable, data.demand, end)
        axes.fill_between(
            times,
            able / TONNE,
            wanted / TONNE,
            where=(wanted > able).tolist(),
            facecolor="none",
            edgecolor=VERMILLION,
            hatch="///",
            lw=0,
            zorder=1.6,
        )
        if bool((wanted > able).any()):
            _shortfall(axes, times, able / TONNE, wanted / TONNE)
    for curve, text, colour, style, width in (
        (data.demand, "demand", INK, (0, (4, 2)), 1.6),
        (data.planned, "planned", SOFT_INK, (0, (1.2, 1.2)), 1.6),
        (data.deliverable, "deliverable", BLUE, "-", 2.2),
    ):
        if curve is None:
            continue
        draw_band(axes, curve, end, colour, TONNE)
        times, values = _tonnes(curve, end)
        axes.plot(times, values, color=colour, ls=style, lw=width, zorder=3)
        highest += [*values.tolist(), *highs(curve, TONNE)]
        names.append((last(values), f"{text} {numeral(last(values))}", colour))
    set_scale(axes, max(highest))
    side_names(page, axes, names)


def _shortfall(axes: Axes, times: Values, able: Values, wanted: Values) -> None:
    """Names the widest run of shortfall, inside the hatching."""
    short_of = wanted > able
    edges = np.flatnonzero(np.diff(np.concatenate([[0], short_of.astype(np.int8), [0]])))
    runs = [(times[min(b, len(times)) - 1] - times[a], a, b) for a, b in edges.reshape(-1, 2)]
    _, a, b = max(runs, key=lambda run: (run[0], -run[1]))
    x = (times[a] + times[b - 1]) / 2
    y = float(np.median((able[a:b] + wanted[a:b]) / 2))
    axes.text(
        float(x),
        y,
        "shortfall",
        size=LABEL,
        color=INK,
        ha="center",
        va="center",
        zorder=4,
        clip_on=True,
        bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 1.5},
    )


def _draw_stocks(page: Sheet, axes: Axes, data: AxisSeries) -> None:
    """Stocks as days of supply where every sink's consumption is known, else as tonnes."""
    in_days = _in_days(data.stocks)
    names = []
    highest = [0.0]
    for number, stock in enumerate(data.stocks):
        colour, style = line_style(number)
        scale = float(stock.demand) if in_days else TONNE
        times, values = points(stock.stock, data.span.end)
        axes.plot(times, values / scale, color=colour, ls=style, lw=1.9, zorder=3)
        draw_band(axes, stock.stock, data.span.end, colour, scale)
        highest += [*(values / scale).tolist(), *highs(stock.stock, scale)]
        names.append((last(values) / scale, _stock_name(stock, values, in_days), colour))
        if stock.empty_at is not None:
            axes.plot(
                [stock.empty_at],
                [0],
                "X",
                ms=9,
                mfc=VERMILLION,
                mec=BLACK,
                zorder=5,
                clip_on=False,
            )
    set_scale(axes, max(highest))
    side_names(page, axes, names)
    _name_empty(page, axes, data.stocks, data.span)


def _in_days(stocks: Sequence[SinkStock]) -> bool:
    return all(stock.demand > 0 for stock in stocks)


def _stock_name(stock: SinkStock, values: Values, in_days: bool) -> str:
    held = ""
    if len(values):
        left = last(values)
        days = f"{numeral(left / stock.demand)} d, " if in_days else ""
        held = f" {days}{numeral(left / TONNE)} t"
    texts = (f"{ended(short(stock.name, limit))}{held}" for limit in range(18, 1, -1))
    return next((t for t in texts if text_size(plain(t), LABEL)[0] <= RIGHT - 20), held.strip())


def _name_empty(page: Sheet, axes: Axes, stocks: Sequence[SinkStock], span: Span) -> None:
    """Says beside each cross which sink ran out and when, where there is room."""
    box = axes.get_position()
    width, height = box.width * page.width, box.height * page.height
    taken = Taken((0, 2, width, height))
    for stock in stocks:
        if stock.empty_at is None:
            continue
        text = f"{short(stock.name, 18)} empty, {moment(stock.empty_at, span)}"
        x = stock.empty_at / max(span.end, 1) * width
        wide = text_size(text, LABEL)[0] + 4
        spots = [(left, 8 + 15 * row) for row in range(4) for left in (x + 9, x - 9 - wide)]
        for left, low in spots:
            if taken.free((left, low, left + wide, low + 14)):
                taken.take([(left, low, left + wide, low + 14)])
                axes.annotate(
                    text,
                    ((left + 2) / width, (low + 7) / height),
                    xycoords="axes fraction",
                    size=LABEL,
                    va="center_baseline",
                    zorder=6,
                    parse_math=False,
                    path_effects=[withStroke(linewidth=2.5, foreground=WHITE)],
                )
                break


@styled
def draw_compare(data: CompareData) -> Figure:
    """Several runs over one period: a panel a quantity, and what differs from the first run.

    Later runs are drawn thinner over earlier ones, so that equal curves show as nested lines.
    """
    rows = [(panel, False) for panel in data.panels]
    rows += [(p, True) for p in data.panels if p.difference and len(set(p.curves)) > 1]
    page = sheet(data.page, height=max(560.0, 200.0 + 240.0 * min(len(rows), 4)))
    head = run_names(page, data.runs)
    flags = lay_events(page, data.events, data.span)
    panels = stack(page, [0.6 if less else 1.0 for _, less in rows], flags, head)
    base = short(data.runs[0], 40) if data.runs else ""
    names = [
        f"{p.name}: difference from \u201c{base}\u201d, {p.unit}" if less else f"{p.name}, {p.unit}"
        for p, less in rows
    ]
    name_panels(page, panels, names, flags)
    for axes, (panel, less) in zip(panels, rows, strict=True):
        low, high = [0.0], [0.0]
        ends: list[tuple[float, str, str]] = []
        first = panel.curves[0] if panel.curves else None
        if less:
            axes.axhline(0, color=INK, lw=0.9, zorder=1)
        for number, curve in enumerate(panel.curves):
            if curve is None or (less and (number == 0 or first is None)):
                continue
            if less and first is not None:
                times, values = difference(curve, first, data.span.end)
            else:
                times, values = points(curve, data.span.end)
                draw_band(axes, curve, data.span.end, line_style(number)[0], panel.scale)
                high += highs(curve, panel.scale)
            values = values / panel.scale
            colour, style = line_style(number)
            axes.plot(times, values, color=colour, ls=style, lw=_width(number), zorder=3)
            low, high = [*low, *values.tolist()], [*high, *values.tolist()]
            sign = "+" if less and last(values) > 0 else ""
            if len(values):
                ends.append((last(values), _last_text(sign, values, panel.unit), colour))
        if not ends:
            note(axes, "no run has it")
        set_scale(axes, max(high), min(low))
        side_names(page, axes, _merged(ends))
    for number, axes in enumerate(panels):
        set_times(axes, data.span, named=number == len(panels) - 1)
    draw_flags(page, panels, flags)
    return page.figure


def _width(number: int) -> float:
    return max(1.4, 4.2 - 1.0 * number)


def _last_text(sign: str, values: Values, unit: str) -> str:
    return f"{sign}{numeral(last(values))} {plain(unit)}"


def _merged(names: list[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """One name for curves that end alike, in ink where their colours differ."""
    merged: dict[str, tuple[float, str, str]] = {}
    for height, text, colour in names:
        known = merged.get(text)
        shared = colour if known is None or known[2] == colour else INK
        merged[text] = (height, text, shared)
    return list(merged.values())


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
            [x, x + 36], [y, y], color=colour, ls=style, lw=_width(number), solid_capstyle="butt"
        )
        page.text(x + 44, y, text, size=9.5, va="center_baseline")
        x += width
    return (row + 1) * 20 + 6.0 if runs else 0.0
