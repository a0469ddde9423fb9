"""Several runs over one another, an axis a figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from matplotlib.figure import Figure

from sim.base.numbers import day_iso, number
from sim.base.said import Name, Said, Sentence, several
from sim.measure.compare import Comparison, Row
from sim.measure.steps import Steps, is_time, series_by_key
from sim.scenario.model import DAY
from sim.tables.headline import same_deliveries
from sim.view.charts.compare_axes import axes_data, axes_table, draw_axes
from sim.view.charts.panels import (
    Stack,
    last,
    letter,
    merged,
    numeral,
    run_curve,
    run_names,
    signed_numeral,
    span_of_runs,
    titles_of_runs,
)
from sim.view.charts.series import difference, points
from sim.view.data import Curve, EventMark, Page, Span
from sim.view.draw import context, note, plain, sheet, short
from sim.view.look import INK, RULE
from sim.view.map.apart import apart_data, apart_table, draw_apart
from sim.view.saving import Drawing, drawing
from sim.view.tables import Numbers
from sim.view.words import curve

MOST_PANELS = 4
"""Quantities of a figure, those in which runs differ."""

CAUSES = (
    "capture", "taken", "ring", "given_up", "close", "open", "damage", "besiege", "relieve", "seal",
    "unseal", "raid",
)  # fmt: skip
"""Kinds of events that change what an axis can carry."""


@dataclass(frozen=True, slots=True)
class ComparePanel:
    """One quantity in several runs: ``curves[i]`` belongs to ``CompareData.runs[i]``.

    ``unit`` is what the numbers are shown in; values are divided by ``scale`` for it
    (1000 for kg/day shown as t/day). A run without the quantity has None.
    ``difference`` asks for a panel of each run less the first. ``needed`` is what was needed in
    every run, drawn behind the curves.
    """

    name: str
    unit: str
    curves: tuple[Curve | None, ...]
    scale: float = 1.0
    difference: bool = False
    needed: Curve | None = None


@dataclass(frozen=True, slots=True)
class CompareData:
    """Several runs over one period; the first is the one that others are compared with.

    ``events`` changed the axis; one that is not of every run begins with the letters of its runs.
    """

    page: Page
    span: Span
    runs: tuple[str, ...]
    panels: tuple[ComparePanel, ...]
    events: tuple[EventMark, ...] = ()


def comparison_figures(comparison: Comparison) -> Iterator[Drawing]:
    """The map of what differs, a figure for each axis that differs, and one of all axes.

    Axes are those that all runs have.
    """
    tables = [series_by_key(o.series) for o in comparison.outcomes]
    axes = sorted(set.intersection(*({s for s, _ in t if s.startswith("axis:")} for t in tables)))
    changed = {r.path.split(".")[1] for r in comparison.rows if r.changed and r.path[:5] == "axes."}
    ids = [subject.removeprefix("axis:") for subject in axes]
    yield drawing("compare_map", partial(apart_data, comparison), draw_apart, apart_table)
    yield drawing(
        "compare_axes", partial(axes_data, comparison, tables, ids), draw_axes, axes_table
    )
    for subject in axes:
        axis = subject.removeprefix("axis:")
        if axis in changed:
            data = partial(_compare_data, comparison, tables, axis)
            yield drawing(f"compare_{axis}", data, draw_compare, _table)


def _compare_data(
    comparison: Comparison, tables: Sequence[dict[tuple[str, str], Steps]], axis: str
) -> CompareData:
    first = comparison.outcomes[0]
    span = span_of_runs(comparison)
    rates = tuple(curve(t[f"axis:{axis}", "capacity_kg_per_day"]) for t in tables)
    panels = [ComparePanel("Capacity", "t/day", rates, 1000), _arrived(tables, axis, span.end)]
    sinks = sorted({s for t in tables for s, m in t if s.startswith(f"sink:{axis}/")})
    for sink in sinks:
        stocks = [t.get((sink, "stock_kg")) for t in tables]
        curves = tuple(None if s is None else curve(s, straight=True) for s in stocks)
        place = sink.split("/")[1]
        panels.append(ComparePanel(f"Stock at {first.called(place)}", "t", curves, 1000, True))
    name = str(first.scenario["axes"][axis].get("name", axis))
    differ = [p for p in panels if len(set(p.curves)) > 1] or panels[:1]
    alike = [Name(p.name) for p in panels if p not in differ]
    subtitle = Sentence(Name(name))
    if alike:
        subtitle = Sentence(subtitle, "; the same in all: ", several(alike))
    left_out = [Name(p.name) for p in differ[MOST_PANELS:]]
    if left_out:
        subtitle = Sentence(subtitle, "; not drawn: ", several(left_out))
    return CompareData(
        Page(_compare_title(comparison, axis, name, span.start), subtitle, ""),
        span, titles_of_runs(comparison), tuple(differ[:MOST_PANELS]),
        _events(comparison, tables, axis),
    )  # fmt: skip


def _arrived(tables: Sequence[dict[tuple[str, str], Steps]], axis: str, end: int) -> ComparePanel:
    """Tonnes that arrived at all sinks since the start, over what was needed there."""
    arrived, needed = [], []
    for table in tables:
        sinks = [steps for (subject, measure), steps in table.items()
                 if subject.startswith(f"sink:{axis}/") and measure == "delivered_kg"]  # fmt: skip
        times = sorted({0, *(t for steps in sinks for t in steps.times)})
        totals = [float(sum(steps.at(t) or 0 for steps in sinks)) for t in times]
        arrived.append(Curve(tuple(times), tuple(totals)))
        needed.append(_summed(table[f"axis:{axis}", "demand_kg_per_day"], end))
    same = needed[0] if len(set(needed)) == 1 else None
    name = "Arrived since the start, below what was needed (grey)" if same else (
        "Arrived since the start"
    )  # fmt: skip
    return ComparePanel(name, "t", tuple(arrived), 1000, needed=same)


def _summed(rate: Steps, end: int) -> Curve:
    """A rate (kg/day) summed up from the start on (kg)."""
    times, total = [*rate.times, end], [0.0]
    for i, value in enumerate(rate.values):
        total.append(total[-1] + value * (times[i + 1] - times[i]) / DAY)
    return Curve(tuple(times), tuple(total), steps=False)


def _events(
    comparison: Comparison, tables: Sequence[dict[tuple[str, str], Steps]], axis: str
) -> tuple[EventMark, ...]:
    """What happened when the capacity of the axis changed, with the letters of its runs.

    What is of every run has none, and gives way where there is little room.
    """
    whose: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i, (outcome, table) in enumerate(zip(comparison.outcomes, tables, strict=True)):
        changes = set(table[f"axis:{axis}", "capacity_kg_per_day"].times)
        for row in outcome.events:
            if row.cause and row.time in changes and row.kind in CAUSES:
                whose[row.time, row.text or row.subject].append(i)
    every = len(comparison.outcomes)
    return tuple(
        EventMark(time, text, major=False) if len(set(runs)) == every
        else EventMark(time, f"{', '.join(letter(i) for i in dict.fromkeys(runs))}: {text}", True)
        for (time, text), runs in sorted(whose.items())
    )  # fmt: skip


def _compare_title(
    comparison: Comparison, axis: str, name: str, start: datetime | None
) -> Sentence:
    """The first of time of cut, mean capacity, tonnes delivered in which runs differ.

    Where deliveries do not differ that stands before it.
    """
    same = same_deliveries([o.summary for o in comparison.outcomes], axis)
    delivers = ", " if same is None else " delivers the same in each run; "
    rows = {r.path: r for r in comparison.rows}
    names = [Name(letter(i)) for i in range(len(comparison.outcomes))]

    def said(row: Row, i: int) -> str:
        value, path = row.values[i], f"measures/{row.path}/values/{i}"
        if value is None:
            return "never" if is_time(row.path) else "unknown"
        text = day_iso(start, value) if is_time(row.path) else f"{number(value)} {row.unit}"
        return Said(text, value, row.unit, path)

    for measure, what in (
        ("time_of_lasting_cut", "cut for good: "),
        ("capacity_mean", "mean capacity: "),
        ("delivered", "delivered: "),
    ):
        row = rows.get(f"axes.{axis}.{measure}")
        if row is not None and row.changed:
            each = [Sentence(said(row, i), " in ", run) for i, run in enumerate(names)]
            return Sentence(Name(name), f"{delivers}{what}", several(each, "; ", "; "))
    return Sentence(Name(name), f"{delivers}small differences")


@context()
def draw_compare(data: CompareData) -> Figure:
    """Several runs over one period: a panel a quantity, and what differs from the first run.

    Later runs are drawn thinner over earlier ones, so that equal curves show as nested lines.
    """
    rows = [(panel, False) for panel in data.panels]
    rows += [(p, True) for p in data.panels if p.difference and len(set(p.curves)) > 1]
    page = sheet(data.page, height=max(560.0, 260.0 + 240.0 * min(len(rows), 4)))
    head = run_names(page, [f"{letter(i)}: {run}" for i, run in enumerate(data.runs)])
    heights = [0.6 if less else 1.0 for _, less in rows]
    stack = Stack(page, heights, data.span, data.events, head=head)
    base = short(data.runs[0], 40) if data.runs else ""
    names = [
        f"{p.name}: difference from \u201c{base}\u201d, {p.unit}" if less else f"{p.name}, {p.unit}"
        for p, less in rows
    ]
    stack.name(names)
    for drawn, (panel, less) in zip(stack.panels, rows, strict=True):
        first = panel.curves[0] if panel.curves else None
        if less:
            drawn.axes.axhline(0, color=INK, lw=0.9, zorder=1)
        elif panel.needed is not None:
            times, values = points(panel.needed, data.span.end)
            drawn.axes.fill_between(times, values / panel.scale, color=RULE, lw=0, zorder=0.5)
            drawn.reach += (values / panel.scale).tolist()
        for nth, one in enumerate(panel.curves):
            if one is None or (less and (nth == 0 or first is None)):
                continue
            if less and first is not None:
                times, values = difference(one, first, data.span.end)
            else:
                times, values = points(one, data.span.end)
            values = values / panel.scale
            said = (signed_numeral if less else numeral)(last(values))
            name = f"{said} {plain(panel.unit)}"
            run_curve(drawn, times, values, name, nth, len(data.runs), data.span.end)
        if not drawn.names:
            note(drawn.axes, "no run has it")
        drawn.names = merged(drawn.names)
        drawn.finish()
    return stack.finish()


def _table(data: CompareData) -> Numbers:
    """Every curve: from each time on, at it for stocks; in the panel's unit."""
    rows = (
        (panel.name, panel.unit, run, time, value / panel.scale)
        for panel in data.panels
        for run, one in zip(data.runs, panel.curves, strict=True)
        if one is not None
        for time, value in zip(one.times, one.values, strict=True)
    )
    return Numbers(("panel", "unit", "run", "time_s", "value"), rows)
