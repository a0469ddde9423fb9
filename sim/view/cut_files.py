"""Writes one figure of cuts to a file, with its numbers as CSV beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from sim import api
from sim.base.errors import BadInputError
from sim.cuts.answers import more_cuts
from sim.cuts.case import Case
from sim.cuts.ranking import rank_case
from sim.scenario.model import Scenario
from sim.view.draw import drawn

from .charts import run_tables as tables
from .charts.frontier import draw_frontier
from .charts.rank import draw_rank
from .cut_data import CutMapData, cut_map_data, frontier_data, rank_data
from .data import MapData
from .fill_cuts import MOST_CUTS, cuts_of_run, map_of_file, naming
from .map.cut import draw_cut_map
from .tables import Table, save_table

Document = Mapping[str, Any]


def draw_cut_of_axis(
    scenario: Scenario, axis: str, time: int, seed: int | None, target: Path
) -> None:
    """The cut map of an axis at an instant (seconds) of a run.

    Raises:
        BadInputError: nothing flows then, or the file cannot be written.
    """
    found = cuts_of_run(api.run(scenario, seed).analysis, axis, time)
    if found is None:
        raise BadInputError(f"--figure: {axis} carries nothing then, so there is no cut to draw")
    _write(target, draw_cut_map(found[0]), tables.cut_map_table(found[0]))


def draw_cut_of_file(case: Case, coordinates: npt.NDArray[np.float64] | None, target: Path) -> None:
    """The cut map of a network file.

    Raises:
        BadInputError: no coordinates, too many roads, nothing flows, or it cannot be written.
    """
    base: MapData = map_of_file(case, coordinates)
    ranked = rank_case(case, None, "places", captured=(), most_cuts=1, seed=0)
    if not ranked["max_flow"]:
        raise BadInputError("--figure: nothing flows, so there is no cut to draw")
    cuts = more_cuts(case, MOST_CUTS, None)["minimum_cuts"]
    data: CutMapData = cut_map_data(base, cuts, ranked, naming(case))
    _write(target, draw_cut_map(data), tables.cut_map_table(data))


def draw_frontier_of(case: Case, document: Document, target: Path) -> None:
    """The frontier in a document of ``sim interdict``.

    Raises:
        BadInputError: it cannot be written.
    """
    data = frontier_data(document, naming(case))
    _write(target, draw_frontier(data), tables.frontier_table(data))


def draw_rank_of(case: Case, document: Document, target: Path) -> None:
    """The ranking in a document of ``sim rank``.

    Raises:
        BadInputError: it cannot be written.
    """
    data = rank_data(document, naming(case))
    _write(target, draw_rank(data), tables.rank_table(data))


def _write(target: Path, figure: Figure, table: Table) -> None:
    kind = "svg" if target.suffix.lower() == ".svg" else "png"
    try:
        target.write_bytes(drawn(figure, "svg" if kind == "svg" else "png"))
        save_table(table, target.parent, target.stem)
    except OSError as error:
        raise BadInputError(f"--figure: {target} cannot be written: {error.strerror}") from error
