"""The figures of one run, each with what was found in its title and its numbers beside it.

A run gets maps of its main axis (start, turning points, end), one by one and as small
multiples, a map of its cuts and the frontier of its interdiction at the start, a chart over
time for the main axis and for every other one whose capacity changed, a chart of each advance,
the chart of who held what, of the sides where there are operations, and the chart and maps of
regrouping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from matplotlib.figure import Figure

from sim.measure.summary import Analysis
from sim.scenario.model import DAY
from sim.view.charts.fill_forces import Forces
from sim.view.draw import save

from .charts import run_tables as tables
from .charts.advance import draw_advance
from .charts.control import draw_control
from .charts.curves import draw_axis
from .charts.fill_axes import Axes
from .charts.fill_regroup import displacement_table, regroup_map
from .charts.frontier import draw_frontier
from .charts.garrison import draw_garrisons
from .charts.regroup import draw_regroup
from .charts.shared import shared
from .charts.sides import draw_sides
from .charts.small_multiples import draw_multiples
from .fill_cuts import cuts_of_run
from .map.cut import draw_cut_map
from .map.figure import draw_map
from .map.fill import Maps
from .map.regroup import draw_regroup_map
from .tables import Table, save_table

T = TypeVar("T")

Drawing = tuple[str, Callable[[], Figure], Callable[[], Table]]
"""A file name, what draws the figure, and what makes the table of its numbers."""


def write_figures(analysis: Analysis, folder: Path) -> None:
    """Draw every figure of a run into ``folder`` as PNG and SVG, its numbers as CSV."""
    folder.mkdir()
    shared(partial(_write, folder), list(figures(analysis)))


def _write(folder: Path, drawing: Drawing) -> None:
    name, draw, table = drawing
    save(draw(), folder, name)
    save_table(table(), folder, name)


def figures(analysis: Analysis) -> Iterator[Drawing]:
    """Every figure of a run, one by one, not drawn yet."""
    scenario, main = analysis.scenario, analysis.scenario.main_axis
    maps, axes, forces = Maps(analysis), Axes(analysis), Forces(analysis)
    if main is not None:
        for i, view in enumerate(maps.turning_points(main)):
            name = f"map_{i:02d}_day_{view.time // DAY:03d}"
            yield _drawing(name, maps.map(main, view), draw_map, tables.map_table)
        multiples = maps.multiples(main)
        yield _drawing("turning_points", multiples, draw_multiples, tables.multiples_table)
        if cuts := cuts_of_run(analysis, main, 0):
            cut_map, frontier = cuts
            yield _drawing(f"cut_map_{main}", cut_map, draw_cut_map, tables.cut_map_table)
            yield _drawing(f"frontier_{main}", frontier, draw_frontier, tables.frontier_table)
    for axis, looks in analysis.views.items():
        if axis == main or any(v.capacity != looks[0].capacity for v in looks):
            yield _drawing(f"axis_{axis}", axes.axis(axis), draw_axis, tables.axis_table)
    for operation in scenario.operations:
        advance = forces.advance(operation)
        yield _drawing(f"advance_{operation}", advance, draw_advance, tables.advance_table)
    control = forces.control()
    if control.rows:
        yield _drawing("who_held_what", control, draw_control, tables.control_table)
    if scenario.operations:
        yield _drawing("sides", forces.sides(), draw_sides, tables.sides_table)
        garrisons = forces.garrisons()
        if garrisons.rows:
            yield _drawing("garrisons", garrisons, draw_garrisons, tables.garrison_table)
    if any(not move.reserve for move in analysis.record.moves):
        yield _drawing("regroup", forces.regroup(), draw_regroup, tables.regroup_table)
        found = forces.displacements()
        shares = regroup_map(scenario, found, forces.credit)
        if shares is not None:
            yield (
                "regroup_map",
                partial(draw_regroup_map, shares),
                partial(displacement_table, found),
            )


def _drawing(
    name: str, data: T, draw: Callable[[T], Figure], table: Callable[[T], Table]
) -> Drawing:
    return name, partial(draw, data), partial(table, data)
