"""Plans while nothing is short: every sink is fed over the fastest way to it, with no solver.

That such a plan is a largest flow is proven by a cut, as of every flow: that of the demands
that have a way at all. That none takes less time is plain: each kilogram goes the fastest way
that there is. Where the ways together overload something it takes
:meth:`~sim.network.flow.FlowProblem.plan`.

Ties go by the rule of those plans: as much as can be from the first source, then over the first
road, and so on. Nothing being short, each sink is fed by itself, so its way is the first by that
rule: it begins at the first source, and where two of equal time part, it takes the side with the
first of the roads in which they differ. What is so of a way is so of the ways that it goes on
from; so one step back is kept for each place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .certificate import Flow
from .flow import FlowProblem
from .graph import IntArray, passable
from .routes import Route, TravelTimes, route_over, times_over


class FastestWays:
    """The fastest way to each sink of a problem through what has capacity.

    ``road`` (m, 2) and ``place`` (n,) are capacities, ``supply`` (k,) is that of the sources,
    all in kg/day.
    """

    def __init__(
        self, problem: FlowProblem, road: IntArray, place: IntArray, supply: IntArray
    ) -> None:
        self._problem, self._supply = problem, supply
        graph, sources, sinks = problem.graph, problem.sources, problem.sinks
        usable, given = place > 0, supply.tolist()
        self._roots = [s for s, amount in zip(sources, given, strict=True) if amount]
        ways = passable(graph, road > 0, usable)
        # nothing beyond the farthest sink matters: where one is not reached, all that is, is
        self._times = times_over(
            graph, ways, usable, self._roots, toward=False, until=sinks, enough=len(sinks)
        )
        self._ways = _first(self._times, sources, sinks)

        # The parts of a flow (as a vector) that each way goes through, one way after another.
        first_place = 2 * len(graph.roads)
        first_source = first_place + len(graph.places)
        parts, whose = list[int](), list[int]()
        for number, (places, taken) in self._ways.items():
            ends = sources.index(places[0]), len(sources) + number
            parts += taken
            parts += [first_place + p for p in places]
            parts += [first_source + end for end in ends]
            whose += [number] * (len(taken) + len(places) + 2)
        self._parts, self._whose = np.array((parts, whose), dtype=np.int64)
        self._length = first_source + len(sources) + len(sinks)
        self._places = slice(first_place, first_source)

    def plan(self, road: IntArray, place: IntArray, demand: IntArray) -> Flow | None:
        """The plan within these capacities (kg/day), None where they are too small for it.

        It is the flow of :meth:`FlowProblem.plan`; its cut is a minimum cut, but not always the
        one nearest the sources. None also where no cut proves it, as when a way has opened
        since. Raises the errors of :meth:`FlowProblem.limits`.
        """
        return self.plan_within(self._problem.limits(road, place, self._supply, demand), demand)

    def plan_within(self, limits: IntArray, demand: IntArray) -> Flow | None:
        """As :meth:`plan`, within the :meth:`FlowProblem.limits` that hold ``demand``."""
        if sum(demand.tolist()) >= 2**53:
            return None
        carried = np.bincount(self._parts, demand[self._whose], self._length)
        amounts = carried.astype(np.int64)  # exact: sums of whole numbers below 2**53
        if np.count_nonzero(amounts > limits):
            return None
        n = len(self._problem.graph.places)
        if len(self._ways) == len(self._problem.sinks):  # the demands bind
            side = np.ones(2 * n + 2, dtype=bool)
        else:  # what is reached is before the cut; what has no capacity is entered at most
            reached = np.asarray(self._times.lengths) >= 0
            side = np.concatenate((reached | (limits[self._places] == 0), reached, [True, False]))
        return self._problem.proven(limits, amounts, side, self._prices)

    def _prices(self) -> IntArray:
        """Prices of the nodes: the times, but no more than to the farthest sink.

        Where no way leads it costs that too; but for the entry of a source that is shut, at which
        goods begin.
        """
        sinks, seconds = self._problem.sinks, self._times.seconds
        far = max((int(seconds[sinks[number]]) for number in self._ways), default=0)
        price = np.minimum(seconds, far)
        entry = price.copy()
        entry[self._roots] = 0
        return np.concatenate((entry, price, [0, far]))

    def routes(self, plan: Flow) -> tuple[Route, ...]:
        """The routes that carry a :meth:`plan`, as ``decompose`` finds them."""
        rates, graph, first = (
            plan.sink_flow.tolist(), self._problem.graph, self._problem.sources.index,
        )  # fmt: skip
        taken = [
            route_over(graph, places, [way >> 1 for way in ways], rates[number])
            for number, (places, ways) in self._ways.items()
            if rates[number]
        ]
        return tuple(
            sorted(taken, key=lambda r: (r.seconds, len(r.roads), first(r.source), r.places))
        )


def _first(
    times: TravelTimes, sources: Sequence[int], sinks: Sequence[int]
) -> dict[int, tuple[list[int], list[int]]]:
    """The first of the fastest ways to each sink that has any, by the number of the sink.

    That is its places, from its source on, and the ways (by flat index) between them.
    """
    graph, usable, lengths = times.graph, times.ways, times.lengths
    scale, _, length = graph.labels
    begun = {number: sink for number, sink in enumerate(sinks) if times.reaches(sink)}
    into: dict[int, list[tuple[int, int]]] = {}  # (place, way from there) that reach each place
    queue = list(begun.values())
    for place in queue:  # grows while it is read
        if place not in into:
            seconds = lengths[place] // scale
            into[place] = [
                (x, back ^ 1)
                for x, back in graph.neighbours[place]
                if usable[back ^ 1]
                and lengths[x] >= 0
                and (lengths[x] + length[back >> 1]) // scale == seconds
            ]
            queue += [x for x, _ in into[place]]
    step = {place: steps[0] for place, steps in into.items() if steps}
    if any(len(steps) > 1 for steps in into.values()):  # ties
        # A route is a number with a bit for its source and for each road: the first is greatest.
        roads = sorted({way >> 1 for steps in into.values() for _, way in steps}, reverse=True)
        bit = {road: 1 << i for i, road in enumerate(roads)}
        route = {place: 1 << (len(roads) + i) for i, place in enumerate(reversed(sources))}
        for place in sorted(into, key=lengths.__getitem__):
            if into[place]:
                route[place], x, way = max(
                    (route[x] + bit[way >> 1], x, way) for x, way in into[place]
                )
                step[place] = x, way
    found = {}
    for number, sink in begun.items():
        places, ways = [sink], list[int]()
        while places[-1] in step:
            place, way = step[places[-1]]
            places.append(place)
            ways.append(way)
        found[number] = places[::-1], ways[::-1]
    return found
