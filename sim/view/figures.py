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

from sim.base.errors import BadInputError
from sim.cuts.from_scenario import Weak
from sim.measure.summary import Analysis
from sim.scenario.model import DAY

from .charts.advance import advance_data, advance_table, draw_advance
from .charts.axis import axis_data, axis_table, draw_axis
from .charts.control import control_data, control_table, draw_control
from .charts.frontier import draw_frontier, frontier_table
from .charts.garrison import draw_garrisons, garrison_data, garrison_table
from .charts.regroup import draw_regroup, regroup_data, regroup_table
from .charts.shared import shared
from .charts.sides import draw_sides, sides_data, sides_table
from .draw import save_each
from .fill_cuts import cuts_of_run
from .map.cut import cut_map_table, draw_cut_map
from .map.figure import Maps, draw_map, map_table
from .map.multiples import draw_multiples, multiples_data, multiples_table
from .map.regroup import displacement_table, displacements_of, draw_regroup_map, regroup_map
from .tables import Numbers

T = TypeVar("T")

Drawing = tuple[str, Callable[[], Figure], Callable[[], Numbers]]
"""A file name, what draws the figure, and what makes the table of its numbers."""


def write_figures(analysis: Analysis, weak: Weak | None, folder: Path) -> None:
    """Draw every figure of a run into ``folder`` as PNG and SVG, its numbers as CSV.

    ``weak`` is where its main axis is weak at the start, None where nothing flows.
    """
    folder.mkdir()
    shared(partial(_write, folder), list(figures(analysis, weak)))


def _write(folder: Path, drawing: Drawing) -> None:
    name, draw, table = drawing
    save_each([(name, draw(), table())], folder)


def figures(analysis: Analysis, weak: Weak | None) -> Iterator[Drawing]:
    """Every figure of a run, one by one, not drawn yet; ``weak`` as :func:`write_figures`."""
    scenario, main = analysis.scenario, analysis.scenario.main_axis
    run = Maps(analysis)
    if main is not None:
        for i, view in enumerate(run.turning_points(main)):
            name = f"map_{i:02d}_day_{view.time // DAY:03d}"
            yield _drawing(name, run.map(main, view), draw_map, map_table)
        multiples = multiples_data(run, main)
        yield _drawing("turning_points", multiples, draw_multiples, multiples_table)
        if weak is not None:
            cuts = cuts_of_run(run, main, 0, weak)
            yield _drawing(f"cut_map_{main}", cuts[0], draw_cut_map, cut_map_table)
            yield _drawing(f"frontier_{main}", cuts[1], draw_frontier, frontier_table)
    for axis, looks in analysis.views.items():
        if axis == main or any(v.capacity != looks[0].capacity for v in looks):
            yield _drawing(f"axis_{axis}", axis_data(run, axis), draw_axis, axis_table)
    for operation in scenario.operations:
        advance = advance_data(run, operation)
        yield _drawing(f"advance_{operation}", advance, draw_advance, advance_table)
    control = control_data(run)
    if control.rows:
        yield _drawing("who_held_what", control, draw_control, control_table)
    if scenario.operations:
        yield _drawing("sides", sides_data(run), draw_sides, sides_table)
        garrisons = garrison_data(run)
        if garrisons.rows:
            yield _drawing("garrisons", garrisons, draw_garrisons, garrison_table)
    if any(not move.reserve for move in analysis.record.moves):
        yield _drawing("regroup", regroup_data(run), draw_regroup, regroup_table)
        found = displacements_of(run)
        shares = regroup_map(scenario, found, run.credit)
        if shares is not None:
            table = partial(displacement_table, found)
            yield "regroup_map", partial(draw_regroup_map, shares), table


def _drawing(
    name: str, data: T, draw: Callable[[T], Figure], table: Callable[[T], Numbers]
) -> Drawing:
    return name, partial(draw, data), partial(table, data)


OF_AXIS = ("axis", "map", "cut", "frontier", "turning_points")
KINDS = (*OF_AXIS, "advance", "control", "sides", "garrisons", "regroup")
"""Kinds of figures that :func:`plot` draws, first those of an axis."""


def plot(analysis: Analysis, kind: str, of: str, time: int, weak: Weak | None) -> Figure:
    """One figure of a run; ``of`` is the axis or the operation, ``time`` in seconds is of maps.

    ``weak`` is where the axis is weak then, for figures of cuts.

    Raises:
        BadInputError: there is nothing to draw.
    """
    run = Maps(analysis)
    if kind in ("cut", "frontier"):
        if weak is None:
            raise BadInputError(f"nothing that can be cut flows on '{of}' then")
        cuts = cuts_of_run(run, of, time, weak)
        return draw_cut_map(cuts[0]) if kind == "cut" else draw_frontier(cuts[1])
    if kind in ("sides", "garrisons") and not analysis.scenario.operations:
        raise BadInputError("a scenario without operations has no forces to draw")
    if kind == "regroup" and not any(not move.reserve for move in analysis.record.moves):
        raise BadInputError("nobody was displaced in this run")
    drawings: dict[str, Callable[[], Figure]] = {
        "axis": lambda: draw_axis(axis_data(run, of)),
        "map": lambda: draw_map(run.at(of, time)),
        "turning_points": lambda: draw_multiples(multiples_data(run, of)),
        "advance": lambda: draw_advance(advance_data(run, of)),
        "control": lambda: draw_control(control_data(run)),
        "sides": lambda: draw_sides(sides_data(run)),
        "garrisons": lambda: draw_garrisons(garrison_data(run)),
        "regroup": lambda: draw_regroup(regroup_data(run)),
    }
    return drawings[kind]()
