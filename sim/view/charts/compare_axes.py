"""What every axis could carry in several runs: a small panel an axis, those alike left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from sim.base.said import Name, Said, Sentence, counted, names, several
from sim.measure.compare import Comparison
from sim.measure.steps import Steps
from sim.view.charts.panels import (
    Panel,
    last,
    merged,
    numeral,
    run_curve,
    run_names,
    span_of_runs,
    titles_of_runs,
)
from sim.view.charts.series import points
from sim.view.charts.time_axis import set_times
from sim.view.data import Curve, Page, Span
from sim.view.draw import MARGIN, context, sheet, sheet_for, wrap
from sim.view.saving import Nothing
from sim.view.tables import Numbers
from sim.view.words import curve

COLUMNS, MOST = 2, 12
"""Panels in a row, and in the figure."""

HEIGHT, HEAD, GAP, LEFT, SIDE, FOOT = 120.0, 24.0, 40.0, 52.0, 96.0, 40.0
"""Pixels of a panel's height, of its name, between rows, for the scale, for names, and below."""


@dataclass(frozen=True, slots=True)
class AxesData:
    """Capacities (kg/day) by axis: (name, a curve a run), the most changed first."""

    page: Page
    span: Span
    runs: tuple[str, ...]
    axes: tuple[tuple[str, tuple[Curve, ...]], ...]


def axes_data(
    comparison: Comparison, tables: Sequence[dict[tuple[str, str], Steps]], axes: Sequence[str]
) -> AxesData | Nothing:
    """The axes of all runs whose capacity is not the same in all; the others are named."""
    first = comparison.outcomes[0]
    named = {a: Name(first.scenario["axes"][a].get("name", a)) for a in axes}
    curves = {a: tuple(curve(t[f"axis:{a}", "capacity_kg_per_day"]) for t in tables) for a in axes}
    differ = [a for a in axes if len(set(curves[a])) > 1]
    if len(differ) < 2:
        many = "no axis" if not differ else "one axis alone, which has a figure of its own"
        return Nothing(f"runs differ in the capacity of {many}")
    gap = {
        r.path.split(".")[1]: max(abs(d or 0) for d in r.differences)
        for r in comparison.rows
        if r.path.startswith("axes.") and r.path.endswith(".capacity_mean")
    }
    differ.sort(key=lambda a: (-gap.get(a, 0), a))
    title = Sentence(
        "Runs differ in what ", counted(len(differ), "axis", "axes"), " of ",
        Said(f"{len(axes)}", len(axes), "axes"), " could carry; most in that of ", named[differ[0]],
    )  # fmt: skip
    parts = [Sentence("Capacity, t/day, the greatest difference of its mean first")]
    alike = [named[a] for a in axes if a not in differ]
    if alike:
        parts.append(Sentence("the same in all: ", names(alike, most=4)))
    if len(differ) > MOST:
        parts.append(Sentence("not drawn: ", names([named[a] for a in differ[MOST:]], most=4)))
    return AxesData(
        Page(title, several(parts, "; ", "; ")), span_of_runs(comparison),
        titles_of_runs(comparison), tuple((named[a], curves[a]) for a in differ[:MOST]),
    )  # fmt: skip


@context()
def draw_axes(data: AxesData) -> Figure:
    """A panel an axis, each on its own scale from 0, read line by line."""
    rows = math.ceil(len(data.axes) / COLUMNS)
    key = run_names(sheet(data.page), data.runs)  # to see what room it takes
    page = sheet_for(data.page, key + rows * (HEAD + HEIGHT + GAP) + FOOT - GAP)
    head = run_names(page, data.runs)
    width = (page.width - 2 * MARGIN - COLUMNS * (LEFT + SIDE)) / COLUMNS
    for nth, (name, curves) in enumerate(data.axes):
        row, across = divmod(nth, COLUMNS)
        left = MARGIN + LEFT + across * (width + LEFT + SIDE)
        top = page.top - head - row * (HEAD + HEIGHT + GAP) - HEAD
        words = wrap(name, 10, width + SIDE, 1, "bold")[0]
        page.text(left, top + 6, words, size=10, weight="bold", va="bottom")
        panel = Panel(page, page.axes(left, top - HEIGHT, width, HEIGHT))
        for run, one in enumerate(curves):
            times, values = points(one, data.span.end)
            values = values / 1000
            said = f"{numeral(last(values))} t/day"
            run_curve(panel, times, values, said, run, len(curves), data.span.end)
        panel.names = merged(panel.names)
        panel.finish()
        set_times(panel.axes, data.span, named=nth >= len(data.axes) - COLUMNS)
    return page.figure


def axes_table(data: AxesData) -> Numbers:
    """Every curve: from each time on, in t/day."""
    rows = (
        (name, run, time, value / 1000)
        for name, curves in data.axes
        for run, one in zip(data.runs, curves, strict=True)
        for time, value in zip(one.times, one.values, strict=True)
    )
    return Numbers(("axis", "run", "time_s", "capacity_t_per_day"), rows)
