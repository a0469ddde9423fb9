"""Fastest routes, travel times and the routes that make up a flow.

Travel time is in seconds, the same both ways. Everything here is deterministic: of routes
equally fast the one with fewer places is taken, then, place by place from the side named in
each function, the lowest place index and the lowest road index.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .certificate import Flow
from .flow import FlowProblem
from .graph import MANY_PLACES, BoolArray, Graph, IntArray, by_scipy, passable

UNREACHABLE: int = 2**62
"""Travel time (seconds) to a place that no usable way reaches."""


@dataclass(frozen=True)
class Route:
    """A way along ``places`` over ``roads`` (one fewer), with what it carries."""

    source: int
    sink: int
    places: tuple[int, ...]
    roads: tuple[int, ...]
    seconds: int
    km: float
    rate: int = 0  # kg/day; 0 for a route that is part of no flow


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Fastest times between every place and the nearest of some roots, with the routes.

    ``toward`` the roots, or away from them. ``step_place[i]`` and ``step_road[i]`` lead from
    place i one step nearer its root; both are -1 at a root and where i is out of reach.
    """

    graph: Graph
    toward: bool
    seconds: IntArray  # (n,) UNREACHABLE where there is no way
    hops: IntArray  # (n,) fewest roads of a fastest route, -1 where there is no way
    step_place: IntArray  # (n,)
    step_road: IntArray  # (n,)

    def reaches(self, place: int) -> bool:
        """True where a usable way joins ``place`` and a root."""
        return bool(self.hops[place] >= 0)

    def route(self, place: int) -> Route | None:
        """The fastest route from ``place`` to a root (or from a root to ``place``).

        None where there is none. Ties are settled step by step beginning at ``place``.
        """
        way = self.way(place)
        return None if way is None else _route(self.graph, *way)

    def way(self, place: int) -> tuple[list[int], list[int]] | None:
        """The places of the :meth:`route`, and the roads between them."""
        if not self.reaches(place):
            return None
        place = int(place)
        places, roads = [place], []
        next_road, next_place = self.step_road.item, self.step_place.item
        while (road := next_road(place)) >= 0:
            place = next_place(place)
            roads.append(road)
            places.append(place)
        if not self.toward:
            places.reverse()
            roads.reverse()
        return places, roads


def times_to(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, sinks: Iterable[int]
) -> TravelTimes:
    """Fastest times from every place to the nearest of ``sinks``. Masks as in ``graph``."""
    return _times(graph, passable(graph, usable_roads, usable_places), usable_places, sinks, True)


def times_from(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, sources: Iterable[int]
) -> TravelTimes:
    """Fastest times to every place from the nearest of ``sources``. Masks as in ``graph``."""
    ways = passable(graph, usable_roads, usable_places)
    return _times(graph, ways, usable_places, sources, False)


def fastest_route(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Iterable[int],
    sinks: Iterable[int],
) -> Route | None:
    """The fastest route from any source to any sink, or None where there is none.

    Ties: fewer places, then the lowest source, then step by step from the source. A place
    that is both source and sink gives a route of that place alone, of 0 seconds.
    """
    times = times_to(graph, usable_roads, usable_places, sinks)
    best = _nearest(times, sorted(sources))
    return None if best is None else times.route(best)


def decompose(problem: FlowProblem, flow: Flow) -> tuple[Route, ...]:
    """Routes with whole rates (kg/day) that together carry ``flow`` from sources to sinks.

    Again and again the fastest route in what is left of the flow is taken at the highest
    rate it bears; so there are at most as many as roads, sources and sinks with flow, in order of
    their time; of equals fewer places come first, then the source that the problem names first.
    Rates sum to the value. Of a plan (:meth:`FlowProblem.plan`) they use up all the flow; circles
    in another flow are left over. Raises ValueError for an unlimited flow.
    """
    if flow.unlimited:
        raise ValueError("an unlimited flow has no rates to share out")
    whole = problem.graph
    supply = _positive(problem.sources, flow.source_flow)
    demand = _positive(problem.sinks, flow.sink_flow)
    graph, place, road = _carrying(whole, flow.road_flow, (*supply, *demand))
    number = {is_: i for i, is_ in enumerate(place)}
    supply = {number[p]: amount for p, amount in supply.items()}
    demand = {number[p]: amount for p, amount in demand.items()}
    ways = flow.road_flow[road]
    everywhere = np.ones(len(graph.places), dtype=bool)
    routes: list[Route] = []
    while supply:
        times = _times(graph, ways > 0, everywhere, demand, True)
        start = _nearest(times, supply)
        route = None if start is None else times.route(start)
        if route is None:
            raise ValueError("flow does not lead from its sources to its sinks")
        roads = np.array(route.roads, dtype=np.int64)
        way = (graph.a[roads] != np.array(route.places[:-1])).astype(np.int64)
        rate = min(supply[route.source], demand[route.sink], int(ways[roads, way].min()))
        ways[roads, way] -= rate
        for left, end in ((supply, route.source), (demand, route.sink)):
            left[end] -= rate
            if left[end] == 0:
                del left[end]
        taken = [place[p] for p in route.places], [road[r] for r in route.roads]
        routes.append(_route(whole, *taken, rate))
    return tuple(routes)


def _carrying(
    graph: Graph, road_flow: IntArray, ends: Iterable[int]
) -> tuple[Graph, Sequence[int], Sequence[int]]:
    """The roads that carry a flow (m, 2), their ends and ``ends`` as a graph of their own.

    With the number that each of its places and roads has in the whole. Of a small graph it is the
    whole: to search that takes no longer than to make another.
    """
    if len(graph.places) < MANY_PLACES:
        return graph, range(len(graph.places)), range(len(graph.roads))
    roads = np.flatnonzero(road_flow.any(axis=1))
    a, b = graph.a[roads], graph.b[roads]
    places = np.unique(np.concatenate((a, b, np.array([*ends], dtype=a.dtype))))
    part = Graph(
        tuple(graph.places[i] for i in places.tolist()),
        tuple(graph.roads[i] for i in roads.tolist()),
        np.searchsorted(places, a), np.searchsorted(places, b),
        graph.seconds[roads], graph.km[roads],
    )  # fmt: skip
    return part, places.tolist(), roads.tolist()


def _positive(places: Sequence[int], amounts: IntArray) -> dict[int, int]:
    return {p: amount for p, amount in zip(places, amounts.tolist(), strict=True) if amount > 0}


def _nearest(times: TravelTimes, places: Iterable[int]) -> int | None:
    """The nearest of some places to a root; of equals that with fewer roads, then the first."""
    ranked = [
        (int(times.seconds[place]), int(times.hops[place]), number, int(place))
        for number, place in enumerate(places)
        if times.reaches(place)
    ]
    return min(ranked)[3] if ranked else None


def _route(graph: Graph, places: Sequence[int], roads: Sequence[int], rate: int = 0) -> Route:
    taken = np.array(roads, dtype=np.int64)
    return Route(
        source=places[0],
        sink=places[-1],
        places=tuple(places),
        roads=tuple(roads),
        seconds=int(np.add.reduce(graph.seconds[taken])),
        km=float(np.add.reduce(graph.km[taken])),
        rate=rate,
    )


def _times(
    graph: Graph, ways: BoolArray, usable_places: BoolArray, roots: Iterable[int], toward: bool
) -> TravelTimes:
    n = len(graph.places)
    usable = np.asarray(usable_places, dtype=bool)
    starts = sorted({int(root) for root in roots if usable[root]})
    scale, weights, _ = graph.labels
    # ways_out[f]: may one step away from the roots follow flat index f? Toward the
    # roots the traffic runs against that step.
    ways_out = ways[:, ::-1].ravel() if toward else ways.ravel()
    # scipy works in floats, exact up to 2**53.
    if n * int(weights.max(initial=0)) < 2**53 and by_scipy(graph):
        labels = _dijkstra_scipy(graph, ways_out, weights, starts)
    else:
        labels = _dijkstra_heap(graph, ways_out, starts)
    reached = labels >= 0
    half = graph.half_edges
    # Half-edges are sorted by (tail, head, road), so the first tight one of a tail is its
    # step; written backwards the first is written last and stays.
    at_head = labels[half.head]
    tight = (
        ways_out[half.flat ^ 1]
        & (at_head >= 0)
        & (labels[half.tail] == at_head + weights[half.road])
    ).nonzero()[0][::-1]
    step_place, step_road = np.full((2, n), -1, dtype=np.int64)
    step_place[half.tail[tight]] = half.head[tight]
    step_road[half.tail[tight]] = half.road[tight]
    return TravelTimes(
        graph,
        toward,
        np.where(reached, labels // scale, UNREACHABLE),
        np.where(reached, labels % scale, -1),
        step_place,
        step_road,
    )


def _dijkstra_heap(graph: Graph, ways_out: BoolArray, roots: Sequence[int]) -> IntArray:
    """Least label of every place, -1 where out of reach."""
    ways: list[bool] = ways_out.tolist()
    *_, weight = graph.labels
    labels = [-1] * len(graph.places)
    heap = [(0, root) for root in roots]
    for root in roots:
        labels[root] = 0
    neighbours = graph.neighbours
    while heap:
        label, place = heapq.heappop(heap)
        if label > labels[place]:
            continue
        for other, flat in neighbours[place]:
            if ways[flat]:
                longer = label + weight[flat >> 1]
                if not 0 <= labels[other] <= longer:
                    labels[other] = longer
                    heapq.heappush(heap, (longer, other))
    return np.array(labels, dtype=np.int64)


def _dijkstra_scipy(
    graph: Graph, ways_out: BoolArray, weights: IntArray, roots: Sequence[int]
) -> IntArray:
    """As :func:`_dijkstra_heap`."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(graph.places)
    if not roots:
        return np.full(n, -1, dtype=np.int64)
    half = graph.half_edges
    keep = np.flatnonzero(ways_out[half.flat])
    tail, head, weight = half.tail[keep], half.head[keep], weights[half.road[keep]]
    twice = (tail[1:] == tail[:-1]) & (head[1:] == head[:-1])
    if twice.any():  # of parallel roads only the fastest: a matrix has one entry a pair
        order = np.lexsort((weight, head, tail))
        first = order[np.append(True, ~twice)]  # of each pair, for pairs stay where they are
        tail, head, weight = tail[first], head[first], weight[first]
    start = np.searchsorted(tail, np.arange(n + 1))
    matrix = csr_array((weight.astype(np.float64), head, start), shape=(n, n))
    far = dijkstra(matrix, indices=list(roots), min_only=True)
    labels: IntArray = np.where(np.isfinite(far), far, -1).astype(np.int64)
    return labels
