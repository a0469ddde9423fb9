"""Fills the figures of cuts: of an axis of a run, or of a network with coordinates."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Case
from sim.cuts.from_scenario import Weak
from sim.network import UNLIMITED
from sim.view.map.figure import Maps

from .cut_data import CutMapData, FrontierData, cut_map_data, frontier_data
from .data import MapData, MapPlace, MapRoad, Page


def cuts_of_run(run: Maps, axis: str, time: int, weak: Weak) -> tuple[CutMapData, FrontierData]:
    """The cut map and the frontier of an axis at an instant (seconds) of a run."""
    weakness, frontier = weak
    base = run.at(axis, time)
    return cut_map_data(base, weakness), frontier_data(frontier, base)


def _ends(case: Case) -> list[tuple[str, str]]:
    """The two places of each road."""
    places, graph = case.graph.places, case.graph
    return [(places[a], places[b]) for a, b in zip(graph.a.tolist(), graph.b.tolist(), strict=True)]


def map_of_case(case: Case) -> MapData:
    """The map of a network.

    Raises:
        BadInputError: it has no coordinates, or too many roads to be seen on a map.
    """
    graph, at = case.graph, case.located
    if at is None:
        raise BadInputError("a cut map needs coordinates, and there are none of the places")
    if not case.small:
        raise BadInputError(f"a map of {len(graph.roads):,} roads shows nothing")
    largest = int(case.roads[case.roads < UNLIMITED].max(initial=1))
    rates = np.minimum(case.roads, largest)
    in_tonnes = case.unit == "kg/day"
    if not in_tonnes:  # thousandths of the network's unit
        rates = np.rint(rates * (1000 / case.scale)).astype(np.int64)
    rates = rates.tolist()
    led = {(ends[way], ends[1 - way]) for ends, carried in zip(_ends(case), rates, strict=True)
           for way in (0, 1) if carried[way]}  # fmt: skip
    roles: dict[int, Literal["source", "sink"]] = {
        **dict.fromkeys(case.sources, "source"),
        **dict.fromkeys(case.sinks, "sink"),
    }
    places = tuple(
        MapPlace(p, case.said(p), float(at[i, 0]), float(at[i, 1]), role=roles.get(i))
        for i, p in enumerate(graph.places)
    )
    roads = tuple(
        MapRoad(
            road, a, b, there, max(there, back), back=None if back == there else back,
            one_way=(a, b) in led and (b, a) not in led,
        )
        for road, (a, b), (there, back) in zip(graph.roads, _ends(case), rates, strict=True)
    )  # fmt: skip
    unit = "t/day" if in_tonnes else ""
    return MapData(Page(""), "", "", (), places, roads, unit=unit)
