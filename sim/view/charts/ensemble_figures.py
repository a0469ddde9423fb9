"""From an ensemble to figures; each title says what was found, and each has its CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

import numpy as np

from sim.measure.ensemble import MOST_DRAWN
from sim.measure.flows import displacements
from sim.scenario.model import Scenario
from sim.view.charts.fan import (
    FanData,
    FanPanel,
    advance_fan,
    axis_fan,
    draw_fan,
    fan_table,
)
from sim.view.charts.many import Document, drawn_credit
from sim.view.charts.series import Values
from sim.view.charts.shares import SharesPanel, capacity_shares
from sim.view.charts.survival import draw_survival, survival_data, survival_table
from sim.view.map.regroup import displacement_table, draw_regroup_map, regroup_map
from sim.view.saving import Drawing, Nothing, drawing

MOST_SINKS = 2

GRID = 240
"""Times at which a fan is drawn."""


def ensemble_figures(
    scenario: Scenario, summary: Document, rows: Iterable[Document]
) -> Iterator[Drawing]:
    """A fan and survival curves of the main axis, a fan of each advance, the map of regrouping.

    Fans and the map are of the first ``MOST_DRAWN`` of the rows.
    """
    axis = scenario.main_axis
    grid = np.linspace(0, scenario.length, GRID + 1)
    stepped = []
    if axis is not None:
        sinks = list(scenario.axes[axis].sinks)[:MOST_SINKS]
        stepped = [f"axes.{axis}.capacity", *(f"axes.{axis}.sinks.{s}.stock" for s in sinks)]
    moving = {f"operations.{o}.position_m": o for o in scenario.operations}
    runs: dict[str, list[Values]] = {path: [] for path in (*stepped, *moving)}
    moves = []
    for row in islice(rows, MOST_DRAWN):
        moves.append({"moves": row["moves"]})
        for path, sampled in runs.items():
            if path in row["series"]:
                sample = _between if path in moving else _sampled
                sampled.append(sample(row["series"][path], grid) / 1000)
    if axis is not None:
        panels: list[FanPanel | SharesPanel] = []
        for path in stepped:
            if runs[path]:
                found_runs = np.array(runs[path])
                fanned = FanPanel(_panel_name(scenario, path), grid, found_runs)
                states = capacity_shares(grid, found_runs) if path == stepped[0] else None
                panels.append(states or fanned)
        if panels:
            fan = partial(axis_fan, scenario, summary, axis, panels)
            yield drawing(f"fan_{axis}", fan, draw_fan, fan_table)
        curves = partial(survival_data, scenario, summary, axis)
        yield drawing(f"survival_{axis}", curves, draw_survival, survival_table)
    for path, operation in moving.items():
        if runs[path]:
            moved = partial(_advance, scenario, summary, operation, grid, np.array(runs[path]))
            yield drawing(f"fan_advance_{operation}", moved, draw_fan, fan_table)
    found = displacements(moves)
    count = min(summary["n"], MOST_DRAWN)
    shares = partial(regroup_map, scenario, found, drawn_credit(summary), count)
    yield drawing("regroup_map", shares, draw_regroup_map, lambda _: displacement_table(found))


def _advance(
    scenario: Scenario, summary: Document, operation: str, grid: Values, runs: Values
) -> FanData | Nothing:
    began = summary["measures"][f"operations.{operation}.time_of_start"]["came"]["value"]
    if not began:
        return Nothing(f"{scenario.operations[operation].name} begins in no run")
    return advance_fan(scenario, summary, operation, grid, runs)


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
