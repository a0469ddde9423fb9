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
from dataclasses import replace

import numpy as np

from .certificate import Flow
from .flow import FlowProblem
from .graph import BoolArray, IntArray, passable
from .routes import Route, TravelTimes, times_from


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
        m, n, k = len(graph.roads), len(graph.places), len(sources)
        usable = passable(graph, road > 0, place > 0)
        roots = [s for s, amount in zip(sources, supply.tolist(), strict=True) if amount]
        times = times_from(graph, usable, place > 0, roots)
        tail = np.stack([graph.a, graph.b], axis=1)
        head = tail[:, ::-1]
        by_way = times.seconds[tail] + graph.seconds[:, np.newaxis]
        times = _first(times, usable & (by_way == times.seconds[head]), sources, sinks)
        found = ((number, times.route(sink)) for number, sink in enumerate(sinks))
        self._routes = {number: route for number, route in found if route is not None}

        # The parts of a flow (as a vector) that each way goes through, one way after another.
        parts, self._length = [], 2 * m + n + k + len(sinks)
        for number, route in self._routes.items():
            roads, places = np.array(route.roads, dtype=np.int64), np.array(route.places)
            ends = 2 * m + n + np.array([sources.index(route.source), k + number])
            ways = 2 * roads + (graph.a[roads] != places[:-1])
            parts.append(np.concatenate((ways, 2 * m + places, ends)))
        self._parts = np.concatenate((*parts, np.zeros(0, dtype=np.int64)))
        self._whose = np.repeat(list(self._routes), [len(part) for part in parts]).astype(np.int64)
        self._used = np.zeros((m, 2), dtype=bool)
        self._used.ravel()[self._parts[self._parts < 2 * m]] = True

        # The side of the sources: what is reached; what is only entered depends on capacities.
        reached = times.hops >= 0
        tail = np.stack([graph.a, graph.b], axis=1)
        head = tail[:, ::-1]
        self._side = np.concatenate((reached, reached, [True, False]))
        self._side[roots] = True
        self._border = (reached[tail] & ~reached[head]).ravel().nonzero()[0]
        self._beyond = head.ravel()[self._border]
        self._shut = [s for s in roots if not reached[s]]

        # Prices of the nodes: the times, but no more than to the farthest sink. Where no way leads
        # it costs that too; but for the entry of a source that is shut, at which goods begin.
        far = max((route.seconds for route in self._routes.values()), default=0)
        price = np.minimum(times.seconds, far)
        entry = price.copy()
        entry[roots] = 0
        self._prices = np.concatenate((entry, price, [0, far]))

        # Ways that are closed, and by which some place would be reached as soon or sooner; where
        # all sinks have a way, no later than the farthest: what is beyond leads to none sooner.
        soon = times.seconds[head]
        self._all = len(self._routes) == len(sinks)
        if self._all:
            soon = np.minimum(soon, far)
        self._inviting: BoolArray = ~usable & (by_way <= soon)

    def hold(self, road: IntArray, place: IntArray) -> bool:
        """Whether these are the fastest ways through what has capacity now, too.

        They are while all of them are open and nothing has opened by which some place might be
        reached as soon: then the travel times are still potentials that prove them shortest
        (Ford 1956). False at times where they are; never True where they are not.
        """
        usable = passable(self._problem.graph, road > 0, place > 0)
        wrong = np.where(usable, self._inviting, self._used)
        return not np.count_nonzero(wrong) and not np.count_nonzero(place[self._shut])

    def plan(self, road: IntArray, place: IntArray, demand: IntArray) -> Flow | None:
        """The plan within these capacities (kg/day), None where they are too small for it.

        It is the flow of :meth:`FlowProblem.plan`; its cut is a minimum cut, but not always the
        one nearest the sources. None also where no cut proves it, as when the ways do not
        :meth:`hold`. Raises the errors of :meth:`FlowProblem.limits`.
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
        side = self._side.copy()
        if self._all:  # what opened since may lead on from there, and the demands bind
            side[:-1] = True
        else:
            side[self._beyond[limits[self._border] > 0]] = True
        plan = self._problem.proven(limits, amounts, side)
        return None if plan is None else replace(plan, prices=self._prices)

    def routes(self, plan: Flow) -> tuple[Route, ...]:
        """The routes that carry a :meth:`plan`, as ``decompose`` finds them."""
        rates = plan.sink_flow.tolist()
        taken = [replace(r, rate=rates[n]) for n, r in self._routes.items() if rates[n]]
        first = self._problem.sources.index
        return tuple(
            sorted(taken, key=lambda r: (r.seconds, len(r.roads), first(r.source), r.places))
        )


def _first(
    times: TravelTimes, ways: BoolArray, sources: Sequence[int], sinks: Sequence[int]
) -> TravelTimes:
    """The same times, with the first of the fastest routes to each sink.

    ``ways`` (m, 2) are those that fastest routes from ``sources`` go by.
    """
    taken, neighbours = ways.ravel().tolist(), times.graph.neighbours
    into: dict[int, list[tuple[int, int]]] = {}  # (place, road) from which each place is reached
    queue = list(sinks)
    for place in queue:  # grows while it is read
        if place not in into:
            into[place] = [(x, flat >> 1) for x, flat in neighbours[place] if taken[flat ^ 1]]
            queue += [x for x, _ in into[place]]
    if all(len(steps) <= 1 for steps in into.values()):
        return times  # no ties

    # A route is a number with a bit for its source and for each road: the first has the greatest.
    roads = sorted({road for steps in into.values() for _, road in steps}, reverse=True)
    bit = {road: 1 << i for i, road in enumerate(roads)}
    route = {place: 1 << (len(roads) + i) for i, place in enumerate(reversed(sources))}
    step_place, step_road = times.step_place.copy(), times.step_road.copy()
    seconds = times.seconds.tolist()
    for place in sorted(into, key=seconds.__getitem__):
        if into[place]:
            route[place], step_place[place], step_road[place] = max(
                (route[x] + bit[road], x, road) for x, road in into[place]
            )
    return replace(times, step_place=step_place, step_road=step_road)
