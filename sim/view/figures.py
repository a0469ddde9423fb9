"""The figures of one run, each with what was found in its title.

A run gets maps of its main axis (start, turning points, end), a chart over time for the main
axis and for every other one whose capacity changed, a chart of each advance, the chart of
who held what, and the chart of regrouping.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from sim.measure.summary import Analysis
from sim.scenario.model import DAY

from .advance_chart import draw_advance
from .control_chart import draw_control
from .curves import draw_axis
from .fill_axes import Axes
from .fill_forces import Forces
from .fill_maps import Maps
from .map import draw_map
from .regroup_chart import draw_regroup
from .style import save


def write_figures(analysis: Analysis, folder: Path) -> None:
    """Draw every figure of a run into ``folder`` as PNG and SVG."""
    folder.mkdir()
    for name, figure in figures(analysis):
        save(figure, folder, name)


def figures(analysis: Analysis) -> Iterator[tuple[str, Figure]]:
    """(file name, figure) of every figure of a run, one by one."""
    scenario, main = analysis.scenario, analysis.scenario.main_axis
    maps, axes, forces = Maps(analysis), Axes(analysis), Forces(analysis)
    if main is not None:
        for i, view in enumerate(maps.turning_points(main)):
            yield f"map_{i:02d}_day_{view.time // DAY:03d}", draw_map(maps.map(main, view))
    for axis, looks in analysis.views.items():
        if axis == main or any(v.capacity != looks[0].capacity for v in looks):
            yield f"axis_{axis}", draw_axis(axes.axis(axis))
    for operation in scenario.operations:
        yield f"advance_{operation}", draw_advance(forces.advance(operation))
    control = forces.control()
    if control.rows:
        yield "who_held_what", draw_control(control)
    if any(not move.reserve for move in analysis.record.moves):
        yield "regroup", draw_regroup(forces.regroup())
