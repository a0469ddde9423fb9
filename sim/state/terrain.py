"""The network with its uncertain capacities and speeds drawn: what does not change in a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim.network import UNLIMITED, Graph
from sim.network.graph import LONGEST
from sim.scenario.model import Scenario

from .luck import Luck


@dataclass(frozen=True)
class Terrain:
    """The drawn network: what does not change in a run.

    ``road_capacity`` is kg/day each way by road index, ``place_capacity`` kg/day by place
    index with :data:`~sim.network.UNLIMITED`; travel times are in ``graph.seconds``.
    """

    graph: Graph
    road_capacity: tuple[int, ...]
    place_capacity: tuple[int, ...]

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """The places at the two ends of each road, by index."""
        return list(zip(self.graph.a.tolist(), self.graph.b.tolist(), strict=True))

    @cached_property
    def roads_at(self) -> list[list[int]]:
        """The roads that end at each place, by index."""
        found: list[list[int]] = [[] for _ in self.graph.places]
        for road, ends in enumerate(self.ends):
            for place in ends:
                found[place].append(road)
        return found

    @classmethod
    def draw(cls, scenario: Scenario, luck: Luck) -> Terrain:
        """Draw capacities and speeds: once for a class, or for a road that has its own."""
        net = scenario.network
        seconds: dict[str, int] = {}
        capacity: dict[str, int] = {}
        for road in net.roads.values():
            default = net.classes[road.road_class]
            if road.speed is not None:
                speed = luck.value(road.speed, f"road:{road.id}:speed")
            else:
                speed = luck.value(default.speed, f"class:{default.id}:speed")
            if road.capacity is not None:
                kg = luck.whole(road.capacity, f"road:{road.id}:capacity")
            else:
                kg = luck.whole(default.capacity, f"class:{default.id}:capacity")
            # at least a second, so that no journey is instantaneous and plans stay acyclic; a
            # speed drawn from a long tail may be next to nothing
            seconds[road.id] = round(min(max(1.0, road.km / speed * 3600), LONGEST))
            capacity[road.id] = kg
        graph = Graph.build(
            net.places,
            [(r.id, r.a, r.b, seconds[r.id], r.km) for r in net.roads.values()],
        )
        return cls(
            graph,
            tuple(capacity[r] for r in graph.roads),
            tuple(
                UNLIMITED
                if (c := net.places[p].capacity) is None
                else luck.whole(c, f"place:{p}:capacity")
                for p in graph.places
            ),
        )
