"""Costs as whole numbers, by which plans of the least cost are found."""

from __future__ import annotations

import numpy as np

from sim.engine.world import World
from sim.network import Prices
from sim.network.graph import LONGEST

MILLIONTH = 10**6


def prices_of(world: World) -> Prices:
    """What a tonne costs over each road and through each place, in millionths of the currency.

    In larger units where that would be too large a number. One more on each road is so that no
    plan goes in a circle; of ways that cost the same those over fewer roads are taken.
    """
    graph, costs = world.graph, world.costs
    roads, places = np.zeros(len(graph.roads)), np.zeros(len(graph.places))
    if costs is not None:
        roads[:] = [costs.road[road] for road in graph.roads]
        places[:] = [costs.place[place] for place in graph.places]
    scale, most = float(MILLIONTH), max(roads.max(initial=0.0), places.max(initial=0.0))
    while most * scale >= LONGEST:
        scale /= 10
    return Prices(
        1 + np.rint(roads * scale).astype(np.int64), np.rint(places * scale).astype(np.int64)
    )
