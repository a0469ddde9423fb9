"""From an ensemble to figures; each title says what was found, and each has its CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.measure.flows import displacements
from sim.measure.routes import stops_km
from sim.scenario.model import DAY, Scenario
from sim.view.charts.fill_forces import on_record
from sim.view.data import Page, Span
from sim.view.draw import save
from sim.view.map.regroup import draw_regroup_map
from sim.view.tables import Table, save_table

from .fill_regroup import displacement_table, regroup_map
from .many import (
    FanData,
    FanPanel,
    ShareCurve,
    SurvivalData,
    Values,
    draw_fan,
    draw_survival,
    fan_ranges,
)
from .time_axis import date_name

MOST_SINKS = 2
GRID = 240
"""Times at which a fan is drawn."""

Document = Mapping[str, Any]
Found = tuple[str, Figure, Table]
"""A figure by name, with the table of what it shows."""

STRUCK = {
    "time_of_first_cut": "not yet cut",
    "time_of_lasting_cut": "not yet cut for good",
    "time_of_exhaustion": "not yet out of stock",
}


def write_ensemble_figures(
    scenario: Scenario, summary: Document, rows: Iterable[Document], folder: Path
) -> None:
    """Draw the figures of an ensemble into ``folder``, which is made, each with its CSV."""
    folder.mkdir()
    for name, figure, table in ensemble_figures(scenario, summary, rows):
        save(figure, folder, name)
        save_table(table, folder, name)


def ensemble_figures(
    scenario: Scenario, summary: Document, rows: Iterable[Document]
) -> Iterator[Found]:
    """A fan and survival curves of the main axis, a fan of each advance, the map of regrouping."""
    axis = scenario.main_axis
    grid = np.linspace(0, scenario.length, GRID + 1)
    stocks = [] if axis is None else [f"axes.{axis}.sinks.{s}.stock" for s in _sinks(scenario)]
    stepped = [] if axis is None else [f"axes.{axis}.capacity", *stocks]
    moving = {f"operations.{o}.position_m": o for o in scenario.operations}
    runs: dict[str, list[Values]] = {path: [] for path in (*stepped, *moving)}
    moves = []
    for row in rows:
        moves.append({"moves": row["moves"]})
        for path, sampled in runs.items():
            if path in row["series"]:
                sample = _between if path in moving else _sampled
                sampled.append(sample(row["series"][path], grid) / 1000)
    if axis is not None:
        panels = [
            FanPanel(_panel_name(scenario, path), grid, np.array(runs[path]))
            for path in stepped
            if runs[path]
        ]
        if panels:
            page = Page(_fan_title(summary, scenario, axis), RANGES, credit(summary))
            fan = FanData(page, Span(scenario.length, scenario.start), tuple(panels))
            yield f"fan_{axis}", draw_fan(fan), fan_table(fan)
        curves = _survival(scenario, summary, axis)
        if curves is not None:
            yield f"survival_{axis}", draw_survival(curves), survival_table(curves)
    for path, operation in moving.items():
        if runs[path]:
            fan = _advance(scenario, summary, operation, grid, np.array(runs[path]))
            yield f"fan_advance_{operation}", draw_fan(fan), fan_table(fan)
    found = displacements(moves)
    regrouped = regroup_map(scenario, found, credit(summary), summary["n"])
    if regrouped is not None:
        yield "regroup_map", draw_regroup_map(regrouped), displacement_table(found)


RANGES = "Dark: half of the runs lie here, light: 90 %; line: the median; dashed: single runs"


def credit(summary: Document) -> str:
    """Small print: scenario, seed, how many runs."""
    scenario = summary["scenario"]
    return f"{scenario['title']} ({scenario['id']}, seed {summary['seed']}, {summary['n']} runs)"


def _sinks(scenario: Scenario) -> list[str]:
    axis = scenario.main_axis
    return [] if axis is None else list(scenario.axes[axis].sinks)[:MOST_SINKS]


def _panel_name(scenario: Scenario, path: str) -> str:
    if ".sinks." not in path:
        return "Capacity, t/day"
    return f"Stock at {scenario.network.places[path.split('.')[3]].name}, t"


def _sampled(series: Sequence[Sequence[int]], grid: Values) -> Values:
    """A series at the times of the grid: the last value at or before each."""
    times, values = np.array(series[0], dtype=float), np.array(series[1], dtype=float)
    found: Values = values[np.maximum(np.searchsorted(times, grid, side="right") - 1, 0)]
    return found


def _between(series: Sequence[Sequence[int]], grid: Values) -> Values:
    """A series at the times of the grid, straight between its own."""
    return np.interp(grid, series[0], series[1])


def fan_table(fan: FanData) -> Table:
    """The quantiles that a fan draws, by panel and time."""
    columns = ("panel", "time_s", "q05", "q25", "q50", "q75", "q95")
    rows = (
        (panel.name, round(time), *map(float, quantiles))
        for panel in fan.panels
        for time, quantiles in zip(panel.times, fan_ranges(panel).T, strict=True)
    )
    return Table(columns, rows)


def survival_table(data: SurvivalData) -> Table:
    """The steps of every curve: share of runs not yet struck from each time on."""
    rows = (
        (panel, curve.name, round(time), share, low, high)
        for panel, curves in data.panels
        for curve in curves
        if curve is not None
        for time, share, low, high in zip(
            curve.times, curve.share, curve.low, curve.high, strict=True
        )
    )
    return Table(("panel", "curve", "time_s", "share", "low", "high"), rows)


# --- advances ----------------------------------------------------------------------------


def _advance(
    scenario: Scenario, summary: Document, operation: str, grid: Values, runs: Values
) -> FanData:
    """The positions of one force over all runs, with its route and what is on record."""
    this = scenario.operations[operation]
    stops = stops_km(scenario.network, this)
    record = on_record(this, stops, scenario.length)
    names = {place: scenario.network.places[place].name for place, _ in stops}
    levels = tuple((km, names[place]) for place, km in stops)
    diamonds = "; diamonds: on record" if record else ""
    panel = FanPanel(
        "Where it stands: km from its base", grid, runs, steps=False, levels=levels, record=record
    )
    page = Page(_advance_title(summary, this.name, operation), RANGES + diamonds, credit(summary))
    return FanData(page, Span(scenario.length, scenario.start), (panel,))


def _advance_title(summary: Document, name: str, operation: str) -> str:
    """How far it comes, and what stops it how often."""
    of = partial("operations.{}.{}".format, operation)
    measures = summary["measures"]
    start = measures[of("time_of_start")]["came"]
    if not start["value"]:
        return f"{name} begins in no run"
    far = measures[of("furthest_km")]
    low, high = (number(round(km)) for km in far["range_90"])
    title = f"{name} comes {number(round(far['median']))} km in the middle run"
    title += f" (90 %: {low} to {high})" if low != high else ""
    stopped = [
        f"{words} in {came['value']:.0%}"
        for measure, words in (("time_of_stall", "stalls"), ("time_of_repulse", "is beaten"))
        if (came := measures[of(measure)]["came"])["value"]
    ]
    return title + (f"; it {' and '.join(stopped)} of runs" if stopped else "")


# --- the main axis -----------------------------------------------------------------------


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
    order = list(STRUCK)
    paths = [path for path in measures if path.rpartition(".")[2] in STRUCK]
    for path in sorted(paths, key=lambda p: (order.index(p.rpartition(".")[2]), p)):
        last = path.rpartition(".")[2]
        if path.startswith(f"axes.{axis}."):
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
            panels.setdefault(STRUCK[last], []).append(curve)
            what = STRUCK[last].removeprefix("not yet ")
            who = f"{name} runs {what}" if place else f"{scenario.axes[axis].name} is {what}"
            struck.append((measure["came"]["value"], who, measure["came"]))
    if not panels:
        return None
    _, who, came = max(struck, key=lambda s: s[0])
    page = Page(
        f"By {_date(scenario, scenario.length / DAY)} {who} in {_share(came)} of runs",
        "Share of runs that it has not come to, with 95 % intervals (Kaplan and Meier)",
        credit(summary),
    )
    named = tuple((f"{name.capitalize()}, % of runs", tuple(c)) for name, c in panels.items())
    return SurvivalData(page, Span(scenario.length, scenario.start), named)
