"""Figures of a comparison: the curves of several runs over one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.measure.compare import Comparison
from sim.measure.steps import Steps, series_by_key
from sim.scenario.model import DAY
from sim.view.data import CompareData, ComparePanel, Page, Span
from sim.view.draw import save
from sim.view.tables import Table, save_table
from sim.view.words import line, steps

from .curves import draw_compare


def write_comparison_figures(comparison: Comparison, folder: Path) -> None:
    """Draw the overlaid curves of every axis that differs into ``folder``, each with its CSV."""
    folder.mkdir()
    for name, figure, table in comparison_figures(comparison):
        save(figure, folder, name)
        save_table(table, folder, name)


def comparison_figures(comparison: Comparison) -> Iterator[tuple[str, Figure, Table]]:
    """One figure for each axis that is in all runs and not the same in all of them."""
    tables = [series_by_key(o.series) for o in comparison.outcomes]
    axes = sorted(set.intersection(*({s for s, _ in t if s.startswith("axis:")} for t in tables)))
    changed = {r.path.split(".")[1] for r in comparison.rows if r.changed and r.path[:5] == "axes."}
    for subject in axes:
        axis = subject.removeprefix("axis:")
        if axis in changed:
            data = _compare_data(comparison, tables, axis)
            yield f"compare_{axis}", draw_compare(data), _table(data)


def _table(data: CompareData) -> Table:
    """Every curve: from each time on, at it for stocks; in the panel's unit."""
    rows = (
        (panel.name, panel.unit, run, time, value / panel.scale)
        for panel in data.panels
        for run, curve in zip(data.runs, panel.curves, strict=True)
        if curve is not None
        for time, value in zip(curve.times, curve.values, strict=True)
    )
    return Table(("panel", "unit", "run", "time_s", "value"), rows)


def _compare_data(
    comparison: Comparison, tables: Sequence[dict[tuple[str, str], Steps]], axis: str
) -> CompareData:
    runs = tuple(o.name for o in comparison.outcomes)
    first = comparison.outcomes[0]
    scenario = first.summary["scenario"]
    start = datetime.fromisoformat(scenario["start"]) if scenario["start"] else None
    end = max(round(o.summary["scenario"]["days"] * DAY) for o in comparison.outcomes)
    panels = [
        ComparePanel(
            "Capacity",
            "t/day",
            tuple(steps(t[f"axis:{axis}", "capacity_kg_per_day"]) for t in tables),
            1000,
            True,
        ),
        ComparePanel(
            "Deliverable",
            "t/day",
            tuple(steps(t[f"axis:{axis}", "deliverable_kg_per_day"]) for t in tables),
            1000,
        ),
    ]
    sinks = sorted({s for t in tables for s, m in t if s.startswith(f"sink:{axis}/")})
    for sink in sinks:
        curves = tuple(
            line(t[sink, "stock_kg"]) if (sink, "stock_kg") in t else None for t in tables
        )
        stock = f"Stock at {_place(first.scenario, sink)}"
        panels.append(ComparePanel(stock, "t", curves, 1000, True))
    name = _axis_name(first.scenario, axis)
    return CompareData(
        Page(_compare_title(comparison, axis, name, start), f"{name}: {' | '.join(runs)}", ""),
        Span(end, start),
        runs,
        tuple(panels[:4]),
    )


def _place(scenario: Any, sink: str) -> str:
    """The name of a sink, given as ``sink:axis/place``."""
    place = sink.split("/")[1]
    return str(scenario["network"]["places"].get(place, {}).get("name", place))


def _axis_name(scenario: Any, axis: str) -> str:
    return str(scenario["axes"][axis].get("name", axis))


def _compare_title(comparison: Comparison, axis: str, name: str, start: datetime | None) -> str:
    """The first of capacity at the end, time of cut, tonnes delivered in which runs differ."""
    rows = {r.path: r for r in comparison.rows}
    names = [o.name for o in comparison.outcomes]

    def said(row: str, say: Any) -> str | None:
        found = rows.get(f"axes.{axis}.{row}")
        if found is None or not found.changed:
            return None
        return "; ".join(f"{say(v)} in {n}" for v, n in zip(found.values, names, strict=True))

    def date(value: float | None) -> str:
        if value is None:
            return "never"
        if start is None:
            return f"day {number(value)}"
        return (start + timedelta(days=value)).date().isoformat()

    def tonnes(value: float | None) -> str:
        return "-" if value is None else number(round(value, 1))

    lasting = said("time_of_lasting_cut", date)
    if lasting:
        return f"{name}, cut for good: {lasting}"
    mean = said("capacity_mean", lambda v: f"{tonnes(v)} t/day")
    if mean:
        return f"{name}, mean capacity: {mean}"
    delivered = said("delivered", lambda v: f"{tonnes(v)} t")
    return f"{name}, delivered: {delivered}" if delivered else f"{name}: small differences"
