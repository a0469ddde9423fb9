"""The network with its uncertain capacities and speeds drawn: what does not change in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from sim.network import UNLIMITED, Graph
from sim.network.graph import LONGEST
from sim.scenario.model import Network, Scenario

from .luck import Luck


@dataclass(frozen=True)
class Terrain:
    """The drawn network: what does not change in a run.

    ``road_capacity`` is kg/day by road index, from its first end to the second and back;
    ``place_capacity`` kg/day by place index with :data:`~sim.network.UNLIMITED`; travel times are
    in ``graph.seconds``. Roads that are ``absent`` are drawn not to be there.
    """

    graph: Graph
    road_capacity: tuple[tuple[int, int], ...]
    place_capacity: tuple[int, ...]
    absent: frozenset[str] = frozenset()

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """The places at the two ends of each road, by index."""
        return self.graph.shape.ends

    def in_loads(self, load: int, truck_load: int) -> Sequence[tuple[int, int]]:
        """``road_capacity`` where so much of a commodity (kg) is a load in place of the standard.

        It is worked out once.
        """
        if load == truck_load:
            return self.road_capacity
        if (load, truck_load) not in self._in_loads:
            self._in_loads[load, truck_load] = [
                (there * load // truck_load, back * load // truck_load)
                for there, back in self.road_capacity
            ]
        return self._in_loads[load, truck_load]

    @cached_property
    def _in_loads(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        return {}

    @cached_property
    def neighbours(self) -> list[list[tuple[int, int]]]:
        """``graph.neighbours`` by the roads that are there."""
        if not self.absent:
            return self.graph.neighbours
        there = [road not in self.absent for road in self.graph.roads]
        return [
            [(other, flat) for other, flat in ways if there[flat >> 1]]
            for ways in self.graph.neighbours
        ]

    @classmethod
    def draw(cls, scenario: Scenario, luck: Luck) -> Terrain:
        """Draw capacities and speeds, once for a class or for a road that has its own, and roads.

        What is drawn of a road that is not there is drawn all the same.
        """
        network = scenario.network
        seconds: dict[str, int] = {}
        capacity: dict[str, tuple[int, int]] = {}

        @cache
        def speed_of(of: str) -> float:
            return luck.value(network.classes[of].speed, f"class:{of}:speed")

        @cache
        def capacity_of(of: str) -> int:
            return luck.whole(network.classes[of].capacity, f"class:{of}:capacity")

        for road in network.roads.values():
            if road.speed is None:
                speed = speed_of(road.road_class)
            else:
                speed = luck.value(road.speed, f"road:{road.id}:speed")
            if road.capacity is None:
                there = capacity_of(road.road_class)
            else:
                there = luck.whole(road.capacity, f"road:{road.id}:capacity")
            back = 0 if road.one_way else there
            if road.back is not None:
                back = luck.whole(road.back, f"road:{road.id}:back")
            # at least a second, so that no journey is instantaneous and plans stay acyclic; a
            # speed drawn from a long tail may be next to nothing
            seconds[road.id] = round(min(max(1.0, road.km / speed * 3600), LONGEST))
            capacity[road.id] = there, back
        limits = {
            place.id: luck.whole(place.capacity, f"place:{place.id}:capacity")
            for place in network.places.values()
            if place.capacity is not None
        }
        absent = frozenset(
            road.id
            for road in network.roads.values()
            if road.exists < 1 and not luck.happens(road.exists, f"road:{road.id}:exists")
        )
        return cls.of(network, seconds, capacity, limits, absent)

    @classmethod
    def of(
        cls,
        network: Network,
        seconds: Mapping[str, int],
        road_capacity: Mapping[str, tuple[int, int]],
        place_capacity: Mapping[str, int],
        absent: frozenset[str] = frozenset(),
    ) -> Terrain:
        """A network with its travel times (s) and capacities (kg/day), all by id.

        Those of a road are from ``a`` to ``b`` and back. A place without a capacity has no limit.
        """
        graph = _whole(_Same(network))
        graph = graph.timed([seconds[road] for road in graph.roads])
        return cls(
            graph,
            tuple(road_capacity[road] for road in graph.roads),
            tuple(place_capacity.get(place, UNLIMITED) for place in graph.places),
            absent,
        )


@dataclass(frozen=True, eq=False)
class _Same:
    """A network as a key: the same one, not one that is equal."""

    network: Network

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.network is other.network

    def __hash__(self) -> int:
        return id(self.network)


@lru_cache(maxsize=2)
def _whole(of: _Same) -> Graph:
    """The graph of a network, whatever it takes to travel; the runs of a process share it."""
    network = of.network
    roads = [(r.id, r.a, r.b, 1, r.km) for r in network.roads.values()]
    return Graph.build(network.places, roads)
