"""What it costs to carry a tonne: over each road by its class, and through each place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Self

from sim.scenario.distributions import Dist
from sim.scenario.model import Network


class Costs(NamedTuple):
    """Cost of a tonne over each road and through each place, by id; 0 where none is stated."""

    road: Mapping[str, float]
    place: Mapping[str, float]

    @classmethod
    def of(cls, network: Network, value: Callable[[Dist, str], float]) -> Self | None:
        """Those of a network, ``value`` being what is drawn for a key; None if none is stated."""
        each_km = {
            c.id: value(c.cost, f"class:{c.id}:cost")
            for c in network.classes.values()
            if c.cost is not None
        }
        tolls = {
            p.id: value(p.cost, f"place:{p.id}:cost")
            for p in network.places.values()
            if p.cost is not None
        }
        if not (each_km or tolls):
            return None
        roads = network.roads.values()
        return cls(
            {road.id: each_km.get(road.road_class, 0.0) * road.km for road in roads},
            {place: tolls.get(place, 0.0) for place in network.places},
        )
