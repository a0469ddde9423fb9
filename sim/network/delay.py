"""Shortest-path interdiction: which losses make the fastest route slowest.

Israeli and Wood (2002), by covering decomposition (:mod:`~sim.network.cover`). Exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arcs import Target
from .cover import Demand, beyond_reach, cheapest_hitting_set
from .graph import BoolArray, Graph, IntArray
from .routes import UNREACHABLE, Route, fastest_route


@dataclass(frozen=True)
class DelayAttack:
    """The slowest that the fastest route can be made with a budget.

    ``seconds`` is ``UNREACHABLE`` where no way is left; the optimum lies between it and
    ``bound``.
    """

    budget: int
    seconds: int
    removed: tuple[int, ...]
    bound: int
    proven: bool


class DelayInterdiction:
    """Attacks on the fastest route between two sets of places.

    A lost target is closed, or takes ``delay`` seconds more where that is given (roads only).
    Raises ValueError for a delay of places.
    """

    def __init__(
        self,
        graph: Graph,
        usable_roads: BoolArray,
        usable_places: BoolArray,
        sources: Sequence[int],
        sinks: Sequence[int],
        targets: Sequence[Target],
        *,
        cost: IntArray | None = None,
        delay: int | None = None,
        most_routes: int = 2_000,
    ) -> None:
        if delay is not None and any(t.kind == "place" for t in targets):
            raise ValueError("only roads can be delayed")
        self.graph = graph
        self.masks = usable_roads, usable_places
        self.ends = sources, sinks
        self.targets = tuple(targets)
        self.number = {target: i for i, target in enumerate(self.targets)}
        self.cost = np.ones(len(self.targets), dtype=np.int64) if cost is None else cost
        self.delay = delay
        self.most_routes = most_routes

    def route(self, removed: Iterable[int]) -> tuple[int, Route | None]:
        """Seconds of the fastest route once these targets are lost, and the route."""
        roads, places = (mask.copy() for mask in self.masks)
        lost = [self.targets[i] for i in removed]
        graph = self.graph
        if self.delay is not None:
            seconds = graph.seconds.copy()
            seconds[[t.at for t in lost]] += self.delay
            graph = replace(graph, seconds=seconds)
        else:
            roads[[t.at for t in lost if t.kind == "road"]] = False
            places[[t.at for t in lost if t.kind == "place"]] = False
        found = fastest_route(graph, roads, places, *self.ends)
        return (UNREACHABLE, None) if found is None else (found.seconds, found)

    def frontier(self, budget: int) -> tuple[DelayAttack, ...]:
        """The best attack for every budget from 0 to ``budget``."""
        known: list[tuple[int, frozenset[int]]] = []  # seconds while whole, targets on the way
        best, removed = self._look((), known)
        attacks = [DelayAttack(0, best, (), best, True)]
        for k in range(1, budget + 1):
            proven = best >= UNREACHABLE
            while not proven and len(known) < self.most_routes:
                wanted = [Demand(members, self._hits(best, s)) for s, members in known]
                chosen = cheapest_hitting_set(wanted, self.cost, k)
                if chosen is None:
                    proven = True
                    break
                seconds, taken = self._look(chosen, known)
                if seconds > best:
                    best, removed = seconds, taken
                proven = best >= UNREACHABLE
            bound = best
            if not proven:
                reach = beyond_reach([s for s, _ in known], [m for _, m in known], self.cost, k)
                bound = UNREACHABLE if reach is None or self.delay is not None else reach
            attacks.append(DelayAttack(k, best, removed, bound, proven))
        return tuple(attacks)

    def _hits(self, best: int, seconds: int) -> int:
        """How often a route must be hit to take longer than ``best``."""
        if seconds > best:
            return 0
        return 1 if self.delay is None else -(-(best + 1 - seconds) // self.delay)

    def _look(
        self, chosen: tuple[int, ...], known: list[tuple[int, frozenset[int]]]
    ) -> tuple[int, tuple[int, ...]]:
        seconds, route = self.route(chosen)
        if route is not None:
            passed = [Target("place", p) for p in route.places]
            passed += [Target("road", r) for r in route.roads]
            members = frozenset(self.number[t] for t in passed if t in self.number)
            known.append((int(self.graph.seconds[list(route.roads)].sum()), members))
        return seconds, chosen
