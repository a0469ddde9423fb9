"""The figures of one run, each with what was found in its title and its numbers beside it.

A run gets maps of its main axis (start, turning points, end) as small multiples, a map of its
cuts and the frontier of its interdiction at the start, a chart over time of the main axis and of
each advance, the chart of who held what, of the sides where there are operations, and of
regrouping. All of them are these and the maps one by one, the chart of every other axis whose
capacity changed, and the maps of regrouping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from matplotlib.figure import Figure

from sim.base.errors import BadInputError
from sim.cuts.from_scenario import Weak
from sim.measure.summary import Analysis
from sim.measure.typical import Among
from sim.scenario.model import DAY

from .charts.advance import AdvanceData, advance_data, advance_table, draw_advance
from .charts.axis import axis_data, axis_table, draw_axis
from .charts.beside import BesideData, beside_data, beside_table, draw_beside
from .charts.control import ControlData, control_data, control_table, draw_control
from .charts.frontier import draw_frontier, frontier_table
from .charts.garrison import GarrisonData, draw_garrisons, garrison_data, garrison_table
from .charts.regroup import draw_regroup, regroup_data, regroup_table
from .charts.sides import draw_sides, sides_data, sides_table
from .cut_data import CutMapData, FrontierData
from .fill_cuts import cuts_of_run
from .map.cut import cut_map_table, draw_cut_map
from .map.figure import Maps, draw_map, map_table
from .map.multiples import draw_multiples, multiples_data, multiples_table
from .map.near import ready
from .map.regroup import (
    RegroupMapData,
    displacement_table,
    displacements_of,
    draw_regroup_map,
    regroup_map,
)
from .saving import Drawing, Nothing, drawing
from .tables import Numbers


def figures(
    analysis: Analysis, weak: Callable[[], Weak | None],
    beside: Callable[[], Among | None] = lambda: None, *, everything: bool = True,
) -> Iterator[Drawing]:  # fmt: skip
    """Figures of a run, one by one, not drawn yet, each with what it is drawn from.

    All that there are; without ``everything`` those of the main axis and of the whole run.
    ``weak`` finds where its main axis is weak at the start, None where nothing flows; ``beside``
    where the run lies among many, None where it was laid beside none.
    """
    scenario, main = analysis.scenario, analysis.scenario.main_axis
    run = Maps(analysis)
    if main is not None:
        ready(len(scenario.network.places))
        for i, view in enumerate(run.turning_points(main) if everything else ()):
            name = f"map_{i:02d}_day_{view.time // DAY:03d}"
            yield drawing(name, partial(run.map, main, view), draw_map, map_table)
        multiples = partial(multiples_data, run, main)
        yield drawing("turning_points", multiples, draw_multiples, multiples_table)
        cuts = cache(partial(_cuts, run, main, weak))
        yield drawing(f"cut_map_{main}", lambda: cuts()[0], draw_cut_map, cut_map_table)
        yield drawing(f"frontier_{main}", lambda: cuts()[1], draw_frontier, frontier_table)
    for axis, looks in analysis.views.items():
        changed = everything and any(v.capacity != looks[0].capacity for v in looks)
        if axis == main or changed:
            yield drawing(f"axis_{axis}", partial(axis_data, run, axis), draw_axis, axis_table)
    for operation in scenario.operations:
        advance = partial(_advance, run, operation)
        yield drawing(f"advance_{operation}", advance, draw_advance, advance_table)
    if not scenario.without_actors:
        yield drawing("who_held_what", partial(_held, run), draw_control, control_table)
    if scenario.operations:
        yield drawing("sides", partial(sides_data, run), draw_sides, sides_table)
        yield drawing("garrisons", partial(_garrisons, run), draw_garrisons, garrison_table)
    yield drawing("beside", partial(_beside, run, beside), draw_beside, beside_table)
    if any(not move.reserve for move in analysis.record.moves):
        yield drawing("regroup", partial(regroup_data, run), draw_regroup, regroup_table)
        if everything:
            moved = partial(_moved, run)
            yield drawing("regroup_map", partial(_shares, run), draw_regroup_map, moved)


def _cuts(
    run: Maps, axis: str, weak: Callable[[], Weak | None]
) -> tuple[CutMapData, FrontierData] | tuple[Nothing, Nothing]:
    found = weak()
    if found is None:
        nothing = Nothing("nothing that can be cut flows at the start")
        return nothing, nothing
    return cuts_of_run(run, axis, 0, found)


def _held(run: Maps) -> ControlData | Nothing:
    found = control_data(run)
    return found if found.rows else Nothing("no place changes hands or is besieged")


def _advance(run: Maps, operation: str) -> AdvanceData | Nothing:
    if run.analysis.measures[f"operations.{operation}.time_of_start"].value is None:
        return Nothing(f"{run.scenario.operations[operation].name} does not begin in this run")
    return advance_data(run, operation)


def _beside(run: Maps, found: Callable[[], Among | None]) -> BesideData | None:
    among = found()
    return beside_data(run, among) if among is not None and among.standings else None


def _garrisons(run: Maps) -> GarrisonData | None:
    found = garrison_data(run)
    return found if found.rows else None


def _shares(run: Maps) -> RegroupMapData | None:
    return regroup_map(run.scenario, displacements_of(run), run.credit)


def _moved(run: Maps, _shares: RegroupMapData) -> Numbers:
    return displacement_table(displacements_of(run))


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
