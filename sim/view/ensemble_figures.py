"""From ensembles and their comparisons to figures; each title says what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from sim.measure.compare_many import Many, ManyComparison, ManyRow
from sim.measure.ensemble import survival
from sim.measure.statistics import Paired
from sim.scenario.model import DAY, Scenario

from .data import Page, Span
from .many import (
    Dot,
    DotData,
    DotRow,
    FanData,
    FanPanel,
    ShareCurve,
    SurvivalData,
    Values,
    draw_dots,
    draw_fan,
    draw_survival,
)
from .style import save
from .terminal import number
from .terminal_study import HEADLINES
from .time_axis import date_name

MOST_SINKS = 2
MOST_DOTS = 14
GRID = 240
"""Times at which a fan is drawn."""

Document = Mapping[str, Any]

_STRUCK = {
    "time_of_first_cut": "not yet cut",
    "time_of_lasting_cut": "not yet cut for good",
    "time_of_exhaustion": "not yet out of stock",
}


def write_ensemble_figures(
    scenario: Scenario, summary: Document, rows: Iterable[Document], folder: Path
) -> None:
    """Draw the figures of an ensemble into ``folder``, which is made."""
    folder.mkdir()
    for name, figure in ensemble_figures(scenario, summary, rows):
        save(figure, folder, name)


def ensemble_figures(
    scenario: Scenario, summary: Document, rows: Iterable[Document]
) -> Iterator[tuple[str, Figure]]:
    """A fan of the main axis, and its survival curves where anything struck it."""
    axis = scenario.main_axis
    if axis is None:
        return
    fan = _fan(scenario, summary, rows, axis)
    if fan is not None:
        yield f"fan_{axis}", draw_fan(fan)
    curves = _survival(scenario, summary, axis)
    if curves is not None:
        yield f"survival_{axis}", draw_survival(curves)


def _credit(summary: Document) -> str:
    scenario = summary["scenario"]
    return f"{scenario['title']} ({scenario['id']}, seed {summary['seed']}, {summary['n']} runs)"


# --- one ensemble ------------------------------------------------------------------------


def _fan(
    scenario: Scenario, summary: Document, rows: Iterable[Document], axis: str
) -> FanData | None:
    grid = np.linspace(0, scenario.length, GRID + 1)
    stocks = [f"axes.{axis}.sinks.{sink}.stock" for sink in scenario.axes[axis].sinks]
    paths = [f"axes.{axis}.capacity", *stocks[:MOST_SINKS]]
    runs: dict[str, list[Values]] = {path: [] for path in paths}
    for row in rows:
        for path in paths:
            if path in row["series"]:
                runs[path].append(_sampled(row["series"][path], grid))
    panels = []
    for path in paths:
        if runs[path]:
            place = path.split(".")[3] if ".sinks." in path else ""
            name = (
                f"Stock at {scenario.network.places[place].name}, t" if place else "Capacity, t/day"
            )
            panels.append(FanPanel(name, grid, np.array(runs[path]) / 1000))
    if not panels:
        return None
    subtitle = "Dark: half of the runs lie here, light: 90 %; line: the median; dashed: single runs"
    page = Page(_fan_title(summary, scenario, axis), subtitle, _credit(summary))
    return FanData(page, Span(scenario.length, scenario.start), tuple(panels))


def _sampled(series: Sequence[Sequence[int]], grid: Values) -> Values:
    """A series at the times of the grid: the last value at or before each."""
    times, values = np.array(series[0], dtype=float), np.array(series[1], dtype=float)
    found: Values = values[np.maximum(np.searchsorted(times, grid, side="right") - 1, 0)]
    return found


def _fan_title(summary: Document, scenario: Scenario, axis: str) -> str:
    name, measures = scenario.axes[axis].name, summary["measures"]
    cut = measures[f"axes.{axis}.time_of_first_cut"]
    came = cut["came"]
    if came["value"]:
        text = f"{name} is cut in {_share(came)} of runs"
        lasting = measures[f"axes.{axis}.time_of_lasting_cut"]["came"]
        if lasting["value"] < came["value"]:
            text += (
                f", for good in {lasting['value']:.0%}" if lasting["value"] else ", never for good"
            )
        if cut["median"] is not None:
            text += f"; half of all runs by {_date(scenario, cut['median'])}"
        return text
    end = measures[f"axes.{axis}.capacity_end"]
    low, high = end["range_90"]
    return (
        f"{name} is never cut in {summary['n']} runs; it ends with {number(end['median'])} t/day "
        f"(90 % of runs: {number(low)} to {number(high)})"
    )


def _date(scenario: Scenario, days: float) -> str:
    """A day as words: "6 Jun 2016", or "day 7" where the period has no dates."""
    if scenario.start is None:
        return f"day {number(days)}"
    return date_name(scenario.start + timedelta(days=days))


def _share(interval: Document) -> str:
    return f"{interval['value']:.0%} ({interval['low']:.0%} to {interval['high']:.0%})"


def _survival(scenario: Scenario, summary: Document, axis: str) -> SurvivalData | None:
    measures = summary["measures"]
    panels: dict[str, list[ShareCurve | None]] = {}
    struck = []
    for path in measures:
        last = path.rpartition(".")[2]
        if path.startswith(f"axes.{axis}.") and last in _STRUCK:
            measure = measures[path]
            if not measure["came"]["value"]:
                continue
            place = path.split(".")[3] if ".sinks." in path else ""
            name = scenario.network.places[place].name if place else "left"
            steps = measure["curve"]
            curve = ShareCurve(
                name,
                tuple(d * DAY for d in steps["day"]),
                tuple(steps["share"]),
                tuple(steps["low"]),
                tuple(steps["high"]),
            )
            panels.setdefault(_STRUCK[last], []).append(curve)
            what = _STRUCK[last].removeprefix("not yet ")
            who = f"{name} runs {what}" if place else f"{scenario.axes[axis].name} is {what}"
            struck.append((measure["came"]["value"], who, measure["came"]))
    if not panels:
        return None
    _, who, came = max(struck, key=lambda s: s[0])
    page = Page(
        f"By {_date(scenario, scenario.length / DAY)} {who} in {_share(came)} of runs",
        "Share of runs that it has not come to, with 95 % intervals (Kaplan and Meier)",
        _credit(summary),
    )
    named = tuple((f"{name.capitalize()}, % of runs", tuple(c)) for name, c in panels.items())
    return SurvivalData(page, Span(scenario.length, scenario.start), named)


# --- comparisons -------------------------------------------------------------------------


def write_many_figures(comparison: ManyComparison, folder: Path) -> None:
    """Draw the figures of a comparison of ensembles into ``folder``, which is made."""
    folder.mkdir()
    for name, figure in many_figures(comparison):
        save(figure, folder, name)


def many_figures(comparison: ManyComparison) -> Iterator[tuple[str, Figure]]:
    """Differences with intervals, and survival curves of the main axis side by side."""
    rows = _dot_rows(comparison)
    if rows:
        yield "differences", draw_dots(_dots(comparison, rows))
    curves = _compared_survival(comparison)
    if curves is not None:
        yield "survival", draw_survival(curves)


def _dot_rows(comparison: ManyComparison) -> list[ManyRow]:
    """Headline measures that change: those of the main axis, then the clearest of the others."""
    focus = comparison.outcomes[0].summary["scenario"]["focus"]
    ranked = []
    for row in comparison.rows:
        parts = row.path.split(".")
        if parts[0] == "axes" and parts[-1] in HEADLINES and row.changed:
            ranked.append(((parts[1] != focus, -_clearest(row), row.path), row))
    return [row for _, row in sorted(ranked, key=lambda r: r[0])[:MOST_DOTS]]


def _clearest(row: ManyRow) -> float:
    return max((_clear(a.paired) for a in row.against if a.paired is not None), default=0.0)


def _clear(found: Paired) -> float:
    half = found.difference.half_width
    return abs(found.difference.value) / half if half else 0.0


def _dots(comparison: ManyComparison, rows: Sequence[ManyRow]) -> DotData:
    base = comparison.outcomes[0]
    names = tuple(o.name for o in comparison.outcomes[1:])
    dots = [DotRow(_label(base, r.path), r.unit, tuple(_dot(a.paired) for a in r.against))
            for r in rows]  # fmt: skip
    page = Page(
        _dots_title(comparison, rows),
        f"Mean difference from {base.name} with 95 % intervals, {comparison.n} pairs of runs under "
        "the same luck; an empty mark: no difference found",
        _credit(base.summary),
    )
    scale = f"left of the line: less than in {base.name}; right: more"
    return DotData(page, names, tuple(dots), scale)


def _dot(found: Paired | None) -> Dot | None:
    if found is None or found.difference.low is None or found.difference.high is None:
        return None
    return Dot(found.difference.value, found.difference.low, found.difference.high)


def _label(base: Many, path: str) -> str:
    parts = path.split(".")
    axis = base.scenario["axes"].get(parts[1], {})
    name = axis.get("name", parts[1]) if isinstance(axis, Mapping) else parts[1]
    where = ""
    if parts[2] == "sinks":
        place = base.scenario.get("network", {}).get("places", {}).get(parts[3], {})
        where = f", {place.get('name', parts[3])}"
    return f"{name}{where}: {parts[-1].replace('_', ' ')}"


def _dots_title(comparison: ManyComparison, rows: Sequence[ManyRow]) -> str:
    settled = [
        (_clear(a.paired), row, a)
        for row in rows
        for a in row.against
        if a.paired is not None and a.paired.verdict in ("higher", "lower")
    ]
    base = comparison.outcomes[0]
    if not settled:
        return f"No difference from {base.name} found in {comparison.n} pairs of runs"
    main = [s for s in settled if s[1] is rows[0]] or settled
    _, row, against = max(main, key=lambda s: s[0])
    assert against.paired is not None
    d = against.paired.difference
    sign = "+" if d.value > 0 else ""
    unit = "" if row.unit == "1" else f" {row.unit}"
    return (
        f"{_label(base, row.path)} is {against.paired.verdict} in {against.name}: "
        f"{sign}{number(d.value)}{unit} ({number(d.low)} to {number(d.high)})"
    )


def _compared_survival(comparison: ManyComparison) -> SurvivalData | None:
    base = comparison.outcomes[0]
    stem = f"axes.{base.summary['scenario']['focus']}."
    panels = []
    found: list[ManyRow] = []
    for row in comparison.rows:
        last = row.path.rpartition(".")[2]
        if row.path.startswith(stem) and last in _STRUCK and row.changed:
            found.append(row)
            curves = tuple(_share_curve(o, row.path) for o in comparison.outcomes)
            place = f" ({row.path.split('.')[3]})" if ".sinks." in row.path else ""
            panels.append((f"{_STRUCK[last].capitalize()}{place}, % of runs", curves))
    if not panels:
        return None
    start = base.summary["scenario"]["start"]
    end = round(max(o.days for o in comparison.outcomes) * DAY)
    page = Page(
        _survival_title(comparison, found[0]),
        "Share of runs that it has not come to, with 95 % intervals (Kaplan and Meier)",
        _credit(base.summary),
    )
    span = Span(end, datetime.fromisoformat(start) if start else None)
    return SurvivalData(page, span, tuple(panels[:3]), tuple(o.name for o in comparison.outcomes))


def _survival_title(comparison: ManyComparison, row: ManyRow) -> str:
    said = [
        f"{stated['came']['value']:.0%} of runs in {outcome.name}"
        for stated, outcome in zip(row.stated, comparison.outcomes, strict=True)
        if stated is not None
    ]
    what = _STRUCK[row.path.rpartition(".")[2]].removeprefix("not yet ")
    label = _label(comparison.outcomes[0], row.path).partition(":")[0]
    return f"{label}, {what} in the end: " + "; ".join(said)


def _share_curve(outcome: Many, path: str) -> ShareCurve | None:
    column = outcome.table.columns.get(path)
    if column is None:
        return None
    curve = survival(column, outcome.days)
    return ShareCurve(
        outcome.name,
        tuple((curve.times * DAY).tolist()),
        tuple(curve.share.tolist()),
        tuple(curve.low.tolist()),
        tuple(curve.high.tolist()),
    )
