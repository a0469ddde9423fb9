"""How fast convoys are: the travel time of each road as the factors on speed stand.

A road on which the speed is 0 keeps the time that it takes otherwise; it carries nothing then
(:mod:`~sim.state.passages`), so no plan leads over it.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from sim.network import Graph, IntArray
from sim.network.graph import LONGEST
from sim.scenario.model import PPM

from .control import Control


def seconds_of(control: Control, road: int) -> int:
    """Travel time of a road now (s), by index: rounded up once, after all factors."""
    graph = control.terrain.graph
    whole, factors = int(graph.seconds[road]), control.pace.get(graph.roads[road], {}).values()
    share: int = prod(factors)
    if not share or not factors:
        return whole
    seconds = -(-whole * int(PPM ** len(factors)) // share)
    return min(max(1, seconds), LONGEST)


def graph_at(control: Control) -> Graph:
    """The network with the travel times of now."""
    return Pace(control).graph if control.pace else control.terrain.graph


class Pace:
    """The network with its travel times, kept up to date as control changes.

    ``graph`` is that of the terrain where no factor is in force. ``before`` (m,) are the seconds
    that held up to the last change; ``key`` is the same for the same times.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self.graph: Graph = control.terrain.graph
        self.before: IntArray = self.graph.seconds
        self._kept: dict[bytes, Graph] = {b"": self.graph}
        self.key = b""
        self.refresh(control.pace)

    def refresh(self, roads: Iterable[str]) -> frozenset[int]:
        """Take in that factors on the speed of ``roads`` changed; these roads by index."""
        index = self.graph.road_index
        changed = {index[road] for road in roads}
        if not changed:
            return frozenset()
        self.before = self.graph.seconds
        seconds = self.before.copy()
        for road in changed:
            seconds[road] = seconds_of(self._control, road)
        whole = self._control.terrain.graph
        self.key = seconds.tobytes() if (seconds != whole.seconds).any() else b""
        if self.key not in self._kept:
            if len(self._kept) > _MOST_KEPT:
                del self._kept[next(key for key in self._kept if key)]
            self._kept[self.key] = whole.timed(seconds)
        self.graph = self._kept[self.key]
        return frozenset(changed)


_MOST_KEPT = 16
"""Of so many states of speed the network is kept: on a large one each takes megabytes."""
