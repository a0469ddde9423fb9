"""Operations on their routes: how many kilometres to each place, and what a force does there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from sim.network import Graph
from sim.scenario.model import Network, Operation, Road
from sim.state.record import Mode

Doing = Literal["marching", "besieging", "fighting", "stalled", "holding", "falling back"]
"""What a force in the field does."""

DOING: Mapping[Mode, Doing] = {
    "marching": "marching", "ringing": "besieging", "fighting": "fighting", "stalled": "stalled",
    "holding": "holding", "retreating": "falling back",
}  # fmt: skip
"""What the modes of forces in the field are called; those waiting or over are in none."""


def stops_km(
    network: Network, operation: Operation, graph: Graph | None = None
) -> list[tuple[str, float]]:
    """The base and each place of a route with its km from the base.

    Of parallel roads that lead that way the quickest counts, of equally quick ones the first by
    id: in a run by the speeds that it drew, which its ``graph`` knows, else by nominal speeds.
    """
    roads = sorted(network.roads.values(), key=lambda road: road.id)

    def slowness(road: Road) -> float:
        if graph is not None:
            return float(graph.seconds[graph.road_index[road.id]])
        speed = road.speed or network.classes[road.road_class].speed
        return road.km / speed.nominal

    km, stops = 0.0, [(operation.base, 0.0)]
    for leg in pairwise((operation.base, *operation.route)):
        joining = (r for r in roads if {r.a, r.b} == set(leg) and r.leads_from(leg[0]))
        km += min(joining, key=slowness).km
        stops.append((leg[1], km))
    return stops
