"""Fastest routes, travel times and the routes that make up a flow.

Travel time is in seconds, the same both ways. Everything here is deterministic: of routes
equally fast the one with fewer places is taken, then, place by place from the side named in
each function, the lowest place index and the lowest road index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

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

    ``toward`` the roots, or away from them. ``lengths`` (n,) are those of ``Graph.labels`` to
    each place, -1 where there is no way; ``ways`` (2m,), by flat index, may be stepped over away
    from the roots.
    """

    graph: Graph
    toward: bool
    lengths: Sequence[int] | IntArray
    ways: Sequence[bool] | BoolArray

    @cached_property
    def seconds(self) -> IntArray:
        """Travel time (n,) of each place, ``UNREACHABLE`` where there is no way."""
        lengths, scale = np.asarray(self.lengths, dtype=np.int64), self.graph.labels[0]
        return np.where(lengths >= 0, lengths // scale, UNREACHABLE)

    @cached_property
    def hops(self) -> IntArray:
        """Fewest roads (n,) of a fastest route, -1 where there is no way."""
        lengths, scale = np.asarray(self.lengths, dtype=np.int64), self.graph.labels[0]
        return np.where(lengths >= 0, lengths % scale, -1)

    def reaches(self, place: int) -> bool:
        """True where a usable way joins ``place`` and a root."""
        return bool(self.lengths[place] >= 0)

    def steps(self, place: int) -> Iterator[tuple[int, int]]:
        """From a place on to its root: the next place, and the road there, one after another."""
        lengths, ways, (*_, weight) = self.lengths, self.ways, self.graph.labels
        neighbours, queue = self.graph.neighbours, [place]
        for here in queue:  # grows while it is read
            length = lengths[here]
            for other, flat in neighbours[here]:
                if ways[flat ^ 1] and 0 <= lengths[other] == length - weight[flat >> 1]:
                    queue.append(other)
                    yield other, flat >> 1
                    break

    def route(self, place: int) -> Route | None:
        """The fastest route from ``place`` to a root (or from a root to ``place``).

        None where there is none. Ties are settled step by step beginning at ``place``.
        """
        way = self.way(place)
        return None if way is None else route_over(self.graph, *way)

    def way(self, place: int) -> tuple[list[int], list[int]] | None:
        """The places of the :meth:`route`, and the roads between them."""
        if not self.reaches(place):
            return None
        places, roads = [int(place)], list[int]()
        for other, road in self.steps(place):
            places.append(other)
            roads.append(road)
        if not self.toward:
            places.reverse()
            roads.reverse()
        return places, roads


def times_to(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, sinks: Iterable[int]
) -> TravelTimes:
    """Fastest times from every place to the nearest of ``sinks``. Masks as in ``graph``."""
    ways = passable(graph, usable_roads, usable_places)
    return times_over(graph, ways, usable_places, sinks, toward=True)


def times_from(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, sources: Iterable[int]
) -> TravelTimes:
    """Fastest times to every place from the nearest of ``sources``. Masks as in ``graph``."""
    ways = passable(graph, usable_roads, usable_places)
    return times_over(graph, ways, usable_places, sources, toward=False)


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
    ways, usable = passable(graph, usable_roads, usable_places), usable_places
    begin = sorted({int(source) for source in sources if usable[source]})
    times = times_over(graph, ways, usable, sinks, toward=True, until=begin)
    best = _nearest(times, begin)
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
    on = flow.road_flow[road]
    ends, carried, against = graph.shape.ends, on.ravel().tolist(), (on[:, ::-1] > 0).ravel()
    routes: list[Route] = []
    while supply:
        times = _times(graph, against, sorted(demand), True, supply)
        start = _nearest(times, supply)
        way = None if start is None else times.way(start)
        if way is None:
            raise ValueError("flow does not lead from its sources to its sinks")
        places, roads = way
        ways = [2 * r + (ends[r][0] != p) for p, r in zip(places[:-1], roads, strict=True)]
        rate = min(supply[places[0]], demand[places[-1]], *(carried[w] for w in ways))
        for w in ways:
            carried[w] -= rate
            against[w ^ 1] = carried[w] > 0
        for left, end in ((supply, places[0]), (demand, places[-1])):
            left[end] -= rate
            if left[end] == 0:
                del left[end]
        routes.append(route_over(whole, [place[p] for p in places], [road[r] for r in roads], rate))
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
    near = [place for place in places if times.reaches(place)]
    return min(near, key=times.lengths.__getitem__, default=None)


def route_over(graph: Graph, places: Sequence[int], roads: Sequence[int], rate: int = 0) -> Route:
    """The route along ``places`` over ``roads``, from its source to its sink."""
    scale, _, length = graph.labels
    return Route(
        source=places[0],
        sink=places[-1],
        places=tuple(places),
        roads=tuple(roads),
        seconds=sum([length[road] for road in roads]) // scale,
        km=float(np.add.reduce(graph.km[np.array(roads, dtype=np.int64)])),
        rate=rate,
    )


def times_over(
    graph: Graph, ways: BoolArray, usable_places: BoolArray, roots: Iterable[int], *, toward: bool,
    until: Collection[int] = (), enough: int = 1,
) -> TravelTimes:  # fmt: skip
    """As :func:`times_to`, or :func:`times_from`, over ``ways`` (m, 2) that are passable.

    Where only the nearest of some places matter, ``until`` which: the search may end at the one
    with which ``enough`` of them are found.
    """
    starts = sorted({int(root) for root in roots if usable_places[root]})
    # toward the roots the traffic runs against a step away from them
    ways_out = (ways[:, ::-1] if toward else ways).ravel()
    return _times(graph, ways_out, starts, toward, until, enough)


def _times(
    graph: Graph, ways: BoolArray, roots: Sequence[int], toward: bool, until: Collection[int],
    enough: int = 1,
) -> TravelTimes:  # fmt: skip
    """As :func:`times_over`, over ``ways`` (2m,) that may be stepped over away from the roots."""
    # scipy works in floats, exact up to 2**53.
    if by_scipy(graph) and len(graph.places) * int(graph.labels[1].max(initial=0)) < 2**53:
        return TravelTimes(graph, toward, _dijkstra_scipy(graph, ways, roots), ways)
    listed: list[bool] = ways.tolist()
    lengths = _dijkstra_heap(graph, listed, roots, until, enough)
    if len(graph.places) < MANY_PLACES:
        return TravelTimes(graph, toward, lengths, listed)
    return TravelTimes(graph, toward, np.array(lengths), ways)  # a fifth of the memory of lists


def _dijkstra_heap(
    graph: Graph, ways: Sequence[bool], roots: Sequence[int], until: Collection[int], enough: int
) -> list[int]:
    """Least length to every place, -1 where out of reach; no farther than to ``enough`` of
    ``until``.

    What is nearer than that has its least length then, and so have those of ``until`` that are
    just as near.
    """
    *_, weight = graph.labels
    lengths = [-1] * len(graph.places)
    heap = [(0, root) for root in roots]
    for root in roots:
        lengths[root] = 0
    neighbours = graph.neighbours
    while heap:
        length, place = heappop(heap)
        if length > lengths[place]:
            continue
        if place in until:
            enough -= 1
            if not enough:
                break
        for other, flat in neighbours[place]:
            if ways[flat]:
                longer = length + weight[flat >> 1]
                if not 0 <= lengths[other] <= longer:
                    lengths[other] = longer
                    heappush(heap, (longer, other))
    return lengths


def _dijkstra_scipy(graph: Graph, ways: BoolArray, roots: Sequence[int]) -> IntArray:
    """As :func:`_dijkstra_heap`."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(graph.places)
    if not roots:
        return np.full(n, -1, dtype=np.int64)
    half = graph.half_edges
    keep = np.flatnonzero(ways[half.flat])
    tail, head, weight = half.tail[keep], half.head[keep], graph.labels[1][half.road[keep]]
    twice = (tail[1:] == tail[:-1]) & (head[1:] == head[:-1])
    if twice.any():  # of parallel roads only the fastest: a matrix has one entry a pair
        order = np.lexsort((weight, head, tail))
        first = order[np.append(True, ~twice)]  # of each pair, for pairs stay where they are
        tail, head, weight = tail[first], head[first], weight[first]
    start = np.searchsorted(tail, np.arange(n + 1))
    matrix = csr_array((weight.astype(np.float64), head, start), shape=(n, n))
    far = dijkstra(matrix, indices=list(roots), min_only=True)
    lengths: IntArray = np.where(np.isfinite(far), far, -1).astype(np.int64)
    return lengths
