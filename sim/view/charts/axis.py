"""One axis over time: what it could carry, did carry and holds at its sinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import amount
from sim.base.said import Name, Said, Sentence, listed, several
from sim.measure.bands import Band, bands
from sim.measure.sides import days_left
from sim.measure.steps import Steps
from sim.scenario.model import DAY
from sim.state.record import EventRow
from sim.tables.headline import titles
from sim.view.charts.panels import (
    LABEL,
    RIGHT,
    Panel,
    Stack,
    last,
    line_style,
    numeral,
)
from sim.view.charts.series import Values, joint, points
from sim.view.charts.time_axis import moment
from sim.view.data import Curve, EventMark, Page, Span
from sim.view.draw import context, ended, plain, sheet, short, text_size
from sim.view.look import BLACK, BLUE, INK, SKY, SOFT_INK, VERMILLION, WHITE
from sim.view.map.labels import Taken
from sim.view.tables import Numbers, curve_rows
from sim.view.words import Words, curve, joined

_AXIS_SUBTITLE = "what the roads can carry, what reaches the sinks, and what they have in store"

MOST_RATES = 400
"""Rates that a chart shows apart: more would fall on less than two pixels each."""

_DONE = {
    "besiege": "besieged", "relieve": "relieved", "close": "closed", "open": "open",
    "damage": "damaged", "seal": "sealed", "unseal": "unsealed", "raid": "raided",
    "supply": "supply changed", "demand": "demand changed",
}  # fmt: skip

TONNE = 1000.0

MOST_STOCKS = 6
"""Curves of stocks that a chart shows: more could not be told apart."""


@dataclass(frozen=True, slots=True)
class SinkStock:
    """The stock of one sink: ``stock`` in kg, ``days`` that it lasts (None: not always defined).

    ``empty_at`` is when it first ran out (s), None for never; ``unmet`` what was missing there (t).
    """

    name: str
    stock: Curve
    days: Curve | None = None
    empty_at: int | None = None
    unmet: float = 0.0


@dataclass(frozen=True, slots=True)
class AxisSeries:
    """One axis over time; all rates in kg/day.

    ``capacity`` is the max flow through the network alone, ``deliverable`` with supply and
    demand as limits, ``planned`` what the routes carry, ``delivered`` what convoys unloaded
    (a rate over a stated window, usually a day; None of too few samples), ``demand`` what the
    sinks ask for.
    """

    page: Page
    span: Span
    capacity: Curve
    deliverable: Curve
    demand: Curve
    planned: Curve
    delivered: Curve | None = None
    stocks: tuple[SinkStock, ...] = ()
    events: tuple[EventMark, ...] = ()
    bands: tuple[Band, ...] = ()


def axis_data(run: Words, axis: str) -> AxisSeries:
    """One axis over the period."""
    this, analysis = run.scenario.axes[axis], run.analysis

    def over_time(measure: str) -> Curve:
        return curve(analysis.series[f"axis:{axis}", measure])

    sinks = []
    for sink in this.sinks:
        stock = analysis.series[f"sink:{axis}/{sink}", "stock_kg"]
        left = days_left(stock, analysis.series[f"sink:{axis}/{sink}", "demand_kg_per_day"])
        days = [(time, last) for time, last in left if last is not None]
        out = analysis.measures[f"axes.{axis}.sinks.{sink}.time_of_exhaustion"].value
        sinks.append(
            SinkStock(
                run.name(sink), curve(stock, straight=True),
                joined(days) if len(days) == len(left) else None,
                None if out is None else round(out * DAY),
                analysis.measures[f"axes.{axis}.sinks.{sink}.unmet"].value or 0.0,
            )
        )  # fmt: skip
    delivered = _rate([analysis.series[f"sink:{axis}/{s}", "delivered_kg"] for s in this.sinks])
    subtitle = Sentence(Name(this.name), f": {_AXIS_SUBTITLE}")
    if delivered is not None and len(delivered.times) > 1:
        step = delivered.times[1] / DAY
        if delivered.times[1] > run.scenario.sample:
            window = Said(amount(step, "day"), step, "day")
            subtitle = Sentence(subtitle, "; deliveries as means over ", window)
    title = several(titles(run.tell, axis), last="; ")
    return AxisSeries(
        page=Page(title, subtitle, run.credit), span=run.span,
        capacity=over_time("capacity_kg_per_day"), deliverable=over_time("deliverable_kg_per_day"),
        demand=over_time("demand_kg_per_day"), planned=over_time("planned_kg_per_day"),
        delivered=delivered, stocks=tuple(sinks), events=event_marks(run, axis),
        bands=tuple(bands(run.scenario, run.record.drawn, axis)),
    )  # fmt: skip


def event_marks(run: Words, axis: str) -> tuple[EventMark, ...]:
    """The scenario's events as they happened; those that changed the axis are major."""
    major = {(r.time, r.event) for r in run.record.credits if r.axis == axis}
    return tuple(
        EventMark(row.time, _label(run, row), (row.time, row.cause) in major)
        for row in run.record.events
        if row.cause and (row.kind in _DONE or row.kind in ("capture", "taken", "ring"))
    )


def _label(run: Words, row: EventRow) -> str:
    """A few words for an event on a time axis."""
    if row.cause in run.scenario.operations:
        return row.text
    what = run.names(row.subject.split(", "), 1)
    event = run.scenario.events.get(row.cause)
    if event is None and row.kind != "capture":  # an option of a decision
        return row.text
    if event is None:  # at a background rate
        takers = sorted(run.state(row.time).owners(row.subject))
        return f"{what} to {listed([run.scenario.actors[taker].name for taker in takers])}"
    if row.kind != "capture":
        return f"{what} {_DONE[row.kind]}"
    if event.by is None:
        return f"{what} divided"
    return f"{what} to {run.scenario.actors[event.by].name}"


def _rate(delivered: Sequence[Steps]) -> Curve | None:
    """kg/day unloaded between samples, from the cumulative kg of all sinks of an axis.

    Means over several samples where there are more than ``MOST_RATES``.
    """
    times = sorted({t for steps in delivered for t in steps.times})
    if len(times) < 2:
        return None
    step = -(-(len(times) - 1) // MOST_RATES)
    times = [*times[:-1:step], times[-1]]
    total = [sum(steps.at(t) or 0 for steps in delivered) for t in times]
    rates = [
        (b - a) * DAY / (u - t)
        for t, u, a, b in zip(times, times[1:], total, total[1:], strict=False)
    ]
    return Curve(tuple(times[:-1]), tuple(rates))


@context()
def draw_axis(data: AxisSeries) -> Figure:
    """One axis over time: capacity; demand, deliverable and delivered; stocks at its sinks.

    The panels share the time axis. Capacity has its own, since it may be many times the demand.
    """
    page = sheet(data.page)
    heights = [0.30, 0.40, 0.30] if data.stocks else [0.42, 0.58]
    stack = Stack(page, heights, data.span, data.events, bands=data.bands)
    panels = stack.panels
    _draw_capacity(panels[0], data)
    _draw_rates(panels[1], data)
    shown = _worst(data.stocks)
    if shown:
        _draw_stocks(panels[2], data, shown)
    unit = "days of supply" if _in_days(data.stocks) else "t"
    names = [
        "What the network could carry: capacity of the axis, t/day",
        "What the axis asks for, could deliver and delivers, t/day",
        f"What the sinks hold: stock, {unit}",
    ]
    if more := len(data.stocks) - len(shown):
        names[2] += f"; the {len(shown)} that lack most, and {more} more in the table"
    return stack.finish(names)


def _worst(stocks: Sequence[SinkStock]) -> Sequence[SinkStock]:
    """The sinks to be drawn: all, or of more than the eye can part those that lack most."""
    if len(stocks) <= MOST_STOCKS:
        return stocks
    return sorted(stocks, key=lambda stock: (-stock.unmet, stock.name))[:MOST_STOCKS]


def _tonnes(curve: Curve, end: int) -> tuple[Values, Values]:
    times, values = points(curve, end)
    return times, values / TONNE


def _draw_capacity(panel: Panel, data: AxisSeries) -> None:
    axes, (times, values) = panel.axes, _tonnes(data.capacity, data.span.end)
    axes.fill_between(times, values, color="#d9d9d9", lw=0, zorder=1)
    name = f"capacity {numeral(last(values))} at the end"
    panel.curve(times, values, name, BLACK, lw=1.8, zorder=3, solid_joinstyle="miter")
    demand = max((v / TONNE for v in data.demand.values), default=0.0)
    if demand > 0:
        axes.axhline(demand, color=INK, lw=1.2, ls=(0, (4, 2)), zorder=2)
        panel.reach.append(demand)
        panel.names.append((demand, f"demand {numeral(demand)} at most", INK))
    panel.finish()


def _draw_rates(panel: Panel, data: AxisSeries) -> None:
    axes, end = panel.axes, data.span.end
    if data.delivered is not None:
        times, values = _tonnes(data.delivered, end)
        axes.fill_between(times, values, color=SKY, alpha=0.55, lw=0, zorder=1)
        name = f"delivered {numeral(last(values))}"
        panel.curve(times, values, name, "#2b7fae", lw=0.7, zorder=2.2)
    times, wanted = joint(data.demand, data.deliverable, end)
    _, able = joint(data.deliverable, data.demand, end)
    axes.fill_between(
        times, able / TONNE, wanted / TONNE, where=(wanted > able).tolist(), facecolor="none",
        edgecolor=VERMILLION, hatch="///", lw=0, zorder=1.6,
    )  # fmt: skip
    if bool((wanted > able).any()):
        _shortfall(axes, times, able / TONNE, wanted / TONNE)
    for rate, text, colour, style, width in (
        (data.demand, "demand", INK, (0, (4, 2)), 1.6),
        (data.planned, "planned", SOFT_INK, (0, (1.2, 1.2)), 1.6),
        (data.deliverable, "deliverable", BLUE, "-", 2.2),
    ):
        times, values = _tonnes(rate, end)
        name = f"{text} {numeral(last(values))}"
        panel.curve(times, values, name, colour, ls=style, lw=width, zorder=3)
    panel.finish()


def _shortfall(axes: Axes, times: Values, able: Values, wanted: Values) -> None:
    """Names the widest run of shortfall, inside the hatching."""
    short_of = wanted > able
    edges = np.flatnonzero(np.diff(np.concatenate([[0], short_of.astype(np.int8), [0]])))
    runs = [(times[min(b, len(times)) - 1] - times[a], a, b) for a, b in edges.reshape(-1, 2)]
    _, a, b = max(runs, key=lambda run: (run[0], -run[1]))
    x = (times[a] + times[b - 1]) / 2
    y = float(np.median((able[a:b] + wanted[a:b]) / 2))
    axes.text(
        float(x), y, "shortfall", size=LABEL, color=INK, ha="center", va="center", zorder=4,
        clip_on=True, bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _draw_stocks(panel: Panel, data: AxisSeries, shown: Sequence[SinkStock]) -> None:
    """Stocks as days of supply where these are defined all along for every sink, else as tonnes."""
    in_days = _in_days(data.stocks)
    for nth, stock in enumerate(shown):
        colour, style = line_style(nth)
        held, scale = (stock.days, 1.0) if in_days and stock.days else (stock.stock, TONNE)
        times, values = points(held, data.span.end)
        name = _stock_name(stock, in_days)
        panel.curve(times, values / scale, name, colour, ls=style, lw=1.9, zorder=3)
        if stock.empty_at is not None:
            panel.axes.plot(
                [stock.empty_at], [0], "X", ms=9, mfc=VERMILLION, mec=BLACK, zorder=5, clip_on=False
            )
    panel.finish()
    _name_empty(panel, shown, data.span)


def _in_days(stocks: Sequence[SinkStock]) -> bool:
    return all(stock.days is not None for stock in stocks)


def _stock_name(stock: SinkStock, in_days: bool) -> str:
    held = ""
    if stock.stock.values:
        days = f"{numeral(stock.days.values[-1])} d, " if in_days and stock.days else ""
        held = f" {days}{numeral(stock.stock.values[-1] / TONNE)} t"
    texts = (f"{ended(short(stock.name, limit))}{held}" for limit in range(18, 1, -1))
    return next((t for t in texts if text_size(plain(t), LABEL)[0] <= RIGHT - 20), held.strip())


def _name_empty(panel: Panel, stocks: Sequence[SinkStock], span: Span) -> None:
    """Says beside each cross which sink ran out and when, where there is room."""
    _, _, width, height = panel.box
    taken = Taken((0, 2, width, height))
    for stock in stocks:
        if stock.empty_at is None:
            continue
        text = f"{short(stock.name, 18)} empty, {moment(stock.empty_at, span)}"
        x = stock.empty_at / max(span.end, 1) * width
        wide = text_size(text, LABEL)[0] + 4
        spots = [(left, 8 + 15 * row) for row in range(4) for left in (x + 9, x - 9 - wide)]
        panel.write_free(text, spots, taken, 6)


def axis_table(data: AxisSeries) -> Numbers:
    """Every curve of the chart of an axis: from each time on, or at it where not in steps."""
    rows: list[tuple[object, ...]] = []
    for name in ("capacity", "deliverable", "demand", "planned", "delivered"):
        rows += curve_rows(name, "kg/day", getattr(data, name))
    for stock in data.stocks:
        rows += curve_rows(f"stock: {stock.name}", "kg", stock.stock)
    for band in data.bands:
        rows += [(f"profile: {band.name}", "1", *step, None) for step in band.steps]
    rows += [("event", "", e.time, None, e.label) for e in data.events]
    return Numbers(("curve", "unit", "time_s", "value", "event"), rows)
