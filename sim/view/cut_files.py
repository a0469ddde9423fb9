"""Figures of the answers about cuts, each with its numbers; written to a file, or handed out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from matplotlib.figure import Figure

from sim.base.errors import BadInputError
from sim.base.files import whole_file
from sim.cuts.attacks import FlowFrontier
from sim.cuts.audit import Audit
from sim.cuts.case import Case
from sim.cuts.from_scenario import Weak
from sim.cuts.ranking import Ranking
from sim.cuts.reliability import Reliability
from sim.cuts.weakness import Weakness
from sim.measure.summary import Analysis
from sim.view.draw import drawn

from .charts.frontier import draw_frontier, frontier_table
from .charts.rank import draw_rank, rank_table
from .charts.reliability import draw_reliability, reliability_table
from .cut_data import (
    CutMapData,
    Frontier,
    audit_data,
    cut_map_data,
    flow_map_data,
    frontier_data,
    rank_data,
)
from .data import Page
from .fill_cuts import cuts_of_run, map_of_case
from .map.audit import audit_table, draw_audit
from .map.cut import cut_map_table, draw_cut_map
from .map.figure import Maps, draw_map, map_table
from .map.reliability import draw_reliability_map, reliability_map_table
from .reliability_data import reliability_data, reliability_map_data
from .tables import Numbers, write_numbers

Drawing = tuple[Figure, Numbers]
"""A figure and the table of its numbers."""


def cut_of_run(analysis: Analysis, axis: str, time: int, weak: Weak | None) -> Drawing:
    """The cut map of an axis at an instant (seconds) of a run.

    Raises:
        BadInputError: nothing flows then.
    """
    if weak is None:
        raise BadInputError(f"{axis} carries nothing then, so there is no cut to draw")
    return _cut_map(cuts_of_run(Maps(analysis), axis, time, weak)[0])


def cut_of_network(weakness: Weakness) -> Drawing:
    """The cut map of a network.

    Raises:
        BadInputError: it has no coordinates, or too many roads.
    """
    return _cut_map(cut_map_data(map_of_case(weakness.case), weakness))


def flow_of(case: Case) -> Drawing:
    """The map of a network with a largest flow.

    Raises:
        BadInputError: it has no coordinates, or too many roads.
    """
    data = flow_map_data(map_of_case(case), case)
    return draw_map(data), map_table(data)


def network_of(case: Case) -> Figure:
    """The map of a network without ends.

    Raises:
        BadInputError: it has no coordinates, or too many roads.
    """
    return draw_map(replace(map_of_case(case), page=Page(case.title)))


def audit_of(case: Case, audit: Audit) -> Drawing:
    """The map of an audit.

    Raises:
        BadInputError: the network has no coordinates, or too many roads.
    """
    data = audit_data(map_of_case(case), audit)
    return draw_audit(data), audit_table(data)


def _cut_map(data: CutMapData) -> Drawing:
    return draw_cut_map(data), cut_map_table(data)


def frontier_of(frontier: Frontier) -> Drawing:
    """What so many losses leave."""
    case = frontier.case if isinstance(frontier, FlowFrontier) else None
    drawn = case is not None and case.located is not None and case.small
    data = frontier_data(frontier, map_of_case(case) if case is not None and drawn else None)
    return draw_frontier(data), frontier_table(data)


def rank_of(ranking: Ranking) -> Drawing:
    """What the loss of each place and road alone costs."""
    data = rank_data(ranking)
    return draw_rank(data), rank_table(data)


def reliability_of(reliability: Reliability) -> Drawing:
    """What is carried how likely, and what each place and road adds by standing."""
    data = reliability_data(reliability)
    return draw_reliability(data), reliability_table(data)


def reliability_map_of(reliability: Reliability) -> Drawing:
    """The map of what may fail.

    Raises:
        BadInputError: the network has no coordinates, or too many roads.
    """
    data = reliability_map_data(map_of_case(reliability.case), reliability)
    return draw_reliability_map(data), reliability_map_table(data)


def write_drawing(drawing: Drawing, target: Path) -> None:
    """A figure as the .png or .svg file ``target``, its numbers as CSV beside it.

    Raises:
        FolderError: it cannot be written there.
        FullDiskError: there is no room for it.
    """
    figure, table = drawing
    with whole_file(target) as partial:
        partial.write_bytes(drawn(figure, "svg" if target.suffix.lower() == ".svg" else "png"))
    with whole_file(target.with_suffix(".csv")) as partial:
        write_numbers(table, partial)
