"""Fills the figures of cuts: of an axis of a run, or of a network file with coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.base.errors import BadInputError
from sim.cuts.answers import interdict_case, more_cuts
from sim.cuts.case import Case, case_of_record
from sim.cuts.ranking import rank_case
from sim.measure.axis import AxisLens
from sim.measure.summary import Analysis
from sim.network import UNLIMITED

from .cut_data import CutMapData, FrontierData, Naming, cut_map_data, frontier_data
from .data import MapData, MapPlace, MapRoad, Page
from .map.fill import Maps
from .words import written

MOST_CUTS, BUDGET = 100, 5
MOST_ROADS = 50_000
"""Roads of a network file beyond which a map of them all shows nothing."""


def naming(case: Case) -> Naming:
    """How the places and roads of a case are called: a road of a scenario by its ends."""

    def name(item: str) -> str:
        if item in case.names:
            return case.names[item]
        road = case.graph.road_index.get(item)
        if road is None or not case.names:
            return item
        ends = (case.graph.places[case.graph.a[road]], case.graph.places[case.graph.b[road]])
        return " - ".join(case.names.get(end, end) for end in ends)

    return name


def cuts_of_run(analysis: Analysis, axis: str, time: int) -> tuple[CutMapData, FrontierData] | None:
    """The cut map and the frontier of an axis at an instant (seconds) of a run.

    None where nothing flows or nothing bounds the flow.
    """
    case = case_of_record(written(analysis.scenario), analysis.record.control, axis, time)
    try:
        # shares of the places that fall are dear to compute, and in neither figure
        alone = replace(case, captured=())
        ranked = rank_case(alone, None, "places", captured=(), most_cuts=1, seed=0)
        if not ranked["max_flow"]:
            return None
        found = more_cuts(case, MOST_CUTS, None)["minimum_cuts"]
        frontier = interdict_case(
            case, BUDGET, "both", protected=(), costs=(), method="auto", most_sets=1
        )
    except BadInputError:
        return None
    cut_map = cut_map_data(map_at(analysis, axis, time), found, ranked, naming(case))
    return cut_map, frontier_data(frontier, naming(case))


def map_at(analysis: Analysis, axis: str, time: int) -> MapData:
    """The map of an axis at an instant (seconds) of a run."""
    maps = Maps(analysis)
    lens = AxisLens(analysis.scenario, axis, maps.state(0))
    return maps.map(axis, lens.look(maps.state(time), time))


def map_of_file(case: Case, coordinates: npt.NDArray[np.float64] | None) -> MapData:
    """The map of a network file; ``coordinates`` (n, 2) are latitudes and longitudes.

    Raises:
        BadInputError: the file has no coordinates, or too many roads to be seen on a map.
    """
    graph = case.graph
    if coordinates is None or not np.isfinite(coordinates).all():
        raise BadInputError(
            "--figure: a cut map needs coordinates, and the file has none for its places"
        )
    if len(graph.roads) > MOST_ROADS:
        raise BadInputError(f"--figure: a map of more than {MOST_ROADS:,} roads shows nothing")
    largest = int(case.roads[case.roads < UNLIMITED].max(initial=1))
    rates = np.minimum(case.roads.max(axis=1), largest)
    in_tonnes = case.unit == "kg/day"
    if not in_tonnes:  # thousandths of the file's unit
        rates = np.rint(rates * (1000 / case.scale)).astype(np.int64)
    roles: Mapping[int, Any] = {
        **dict.fromkeys(case.sources, "source"),
        **dict.fromkeys(case.sinks, "sink"),
    }
    places = tuple(
        MapPlace(
            p,
            case.names.get(p, p),
            float(coordinates[i, 0]),
            float(coordinates[i, 1]),
            role=roles.get(i),
        )
        for i, p in enumerate(graph.places)
    )
    roads = tuple(
        MapRoad(r, graph.places[graph.a[i]], graph.places[graph.b[i]], int(rates[i]), int(rates[i]))
        for i, r in enumerate(graph.roads)
    )
    unit = "t/day" if in_tonnes else ""
    return MapData(Page(""), "", "", (), places, roads, unit=unit)
