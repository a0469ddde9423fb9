"""Cuts counted in things rather than in kg/day, and what stands in the way of a cut axis.

Masks are as :mod:`sim.network.graph` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from .certificate import UNLIMITED
from .flow import FlowProblem
from .graph import BoolArray, Graph, IntArray, passable, reach

Item = TypeVar("Item")


def fewest_places_cut(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> tuple[int, ...] | None:
    """The fewest places, sources and sinks excepted, whose loss separates sources from sinks.

    Of several such sets the one nearest the sources (the smallest source side), which
    depends on no order of names. ``()`` where they are separated already, None where no set
    of places does it because a road, or a chain of sources and sinks, joins them directly.
    Capacities play no part: this is the minimum cut where a place counts one and a road
    cannot be cut (Menger 1927). Raises ValueError where a place is source and sink.
    """
    roads, places = _counting(graph, usable_roads, usable_places, sources, sinks)
    flow = FlowProblem(graph, sources, sinks).max_flow(roads * UNLIMITED, places)
    return None if flow.unlimited else flow.cut.places


def other_fewest_places(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> tuple[int, ...]:
    """As few places as :func:`fewest_places_cut`, the set nearest the sinks.

    ``()`` where that is the only set, and where no places do it. Raises ValueError likewise.
    """
    roads, places = _counting(graph, usable_roads, usable_places, sources, sinks)
    flow = FlowProblem(graph, sources, sinks).max_flow(roads * UNLIMITED, places)
    far = None if flow.unlimited else flow.cut.sink_side_cut
    return () if far is None else far.places


class DisjointRoutes(NamedTuple):
    """How many routes from sources to sinks share nothing of a kind."""

    by_roads: int  # no two share a road
    by_places: int  # no two share a road or a place other than a source or a sink


def disjoint_routes(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> DisjointRoutes:
    """The most routes that share no road, and the most that share no inner place either.

    Sources and sinks may be shared by any number of routes. A road that joins a source to a
    sink is a route of its own in both counts, and so is each of several such roads. Hence
    ``by_places`` is also the fewest things, inner places or direct roads, whose loss
    separates the sides (Menger 1927). Raises ValueError where a place is source and sink.
    """
    roads, places = _counting(graph, usable_roads, usable_places, sources, sinks)
    problem = FlowProblem(graph, sources, sinks)
    open_places = np.where(places > 0, UNLIMITED, 0)
    return DisjointRoutes(
        problem.max_flow(roads, open_places).value, problem.max_flow(roads, places).value
    )


class Spare(NamedTuple):
    """How far the sinks can do without some of the ways that lead to them."""

    fewest_places: tuple[int, ...] | None  # those of :func:`fewest_places_cut`
    routes: DisjointRoutes


def spare(problem: FlowProblem, usable_roads: BoolArray, usable_places: BoolArray) -> Spare:
    """:func:`fewest_places_cut` and :func:`disjoint_routes` of a problem's sources and sinks.

    Where some places separate the sides no road joins these directly, so as many routes share no
    inner place as it takes places (Menger 1927): one flow answers both.
    """
    sources, sinks = problem.sources, problem.sinks
    roads, places = _counting(problem.graph, usable_roads, usable_places, sources, sinks)
    separating = problem.max_flow(roads * UNLIMITED, places)
    fewest = None if separating.unlimited else separating.cut.places
    if fewest == ():
        return Spare((), DisjointRoutes(0, 0))
    by_places = problem.max_flow(roads, places).value if fewest is None else len(fewest)
    by_roads = problem.max_flow(roads, np.where(places > 0, UNLIMITED, 0)).value
    return Spare(fewest, DisjointRoutes(by_roads, by_places))


def _counting(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> tuple[IntArray, IntArray]:
    """Capacities that count things: one a usable way, one an inner place, ends unlimited."""
    roads = passable(graph, usable_roads, usable_places).astype(np.int64)
    places = np.asarray(usable_places, dtype=np.int64).copy()
    places[[*sources, *sinks]] *= UNLIMITED
    return roads, places


def first_minimal(
    items: Sequence[Item], enough: Callable[[Sequence[Item]], bool]
) -> tuple[Item, ...] | None:
    """A subset of ``items`` that is ``enough``, of which nothing can be left out.

    It is what remains when items are left out one by one, the last first, as long as the
    rest is enough; so earlier items are preferred. ``enough`` must be monotone: adding an
    item to a set that is enough leaves it enough. None where all items together are not
    enough. Calls ``enough`` about k log2(len(items)) times for k items kept.
    """
    if not enough(items):
        return None
    kept: list[Item] = []
    rest = list(items)
    while not enough(kept):
        # The shortest prefix that is enough with what is kept: its last item is needed,
        # and all behind it can be left out.
        low, high = 1, len(rest)
        while low < high:
            middle = (low + high) // 2
            if enough([*rest[:middle], *kept]):
                high = middle
            else:
                low = middle + 1
        kept.insert(0, rest[low - 1])
        rest = rest[: low - 1]
    return tuple(kept)


@dataclass(frozen=True)
class Reopening:
    """Lost places and roads whose return would reopen the way; both sorted by index.

    Where ``possible`` is False even the return of all that was lost would not do, and both
    are empty; where the way is open already both are empty and ``possible`` is True.
    """

    places: tuple[int, ...]
    roads: tuple[int, ...]
    possible: bool


def reopening_set(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    start_roads: BoolArray,
    start_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> Reopening:
    """An inclusion-minimal set of places and roads whose return joins sources to sinks again.

    Candidates are what was usable at the start (``start_*``) and is not now (``usable_*``).
    Road masks tell the roads' own state, apart from their ends. Of several minimal sets it
    is the one left when candidates are dropped by id from the last to the first (a place
    before a road of the same id), see :func:`first_minimal`.
    """
    now = _State(graph, usable_roads, usable_places)
    start = _State(graph, start_roads, start_places)

    def opens(back: Sequence[tuple[bool, int]]) -> bool:
        roads, places = now.roads.copy(), now.places.copy()
        for is_road, index in back:
            if is_road:
                roads[index] |= start.roads[index]
            else:
                places[index] = True
        return bool(reach(graph, roads, places, sources)[list(sinks)].any())

    found = first_minimal(now.lost(start), opens)
    back = found or ()
    return Reopening(
        tuple(sorted(index for is_road, index in back if not is_road)),
        tuple(sorted(index for is_road, index in back if is_road)),
        possible=found is not None,
    )


class Barrier(NamedTuple):
    """The lost things that the sources meet first; both sorted by index."""

    places: tuple[int, ...]
    roads: tuple[int, ...]


def barrier(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    start_roads: BoolArray,
    start_places: BoolArray,
    sources: Iterable[int],
) -> Barrier:
    """What was lost since the start and touches the part that the sources still reach.

    A lost source counts; so does a lost place that a road (usable now or at the start)
    joins to a reached place, and a lost road that leads out of a reached place. Masks as
    :func:`reopening_set`.
    """
    sources = list(sources)
    now = _State(graph, usable_roads, usable_places)
    start = _State(graph, start_roads, start_places)
    reached = reach(graph, now.roads, now.places, sources)
    # Column 0 leads from a, column 1 from b.
    met = np.column_stack([reached[graph.a], reached[graph.b]]) & (now.roads | start.roads)
    lost_places = start.places & ~now.places
    touched = np.zeros_like(lost_places)
    touched[graph.b[met[:, 0]]] = True
    touched[graph.a[met[:, 1]]] = True
    touched[sources] = True
    lost_roads = (met & ~now.roads).any(axis=1)
    return Barrier(
        tuple(np.flatnonzero(touched & lost_places).tolist()),
        tuple(np.flatnonzero(lost_roads).tolist()),
    )


class _State:
    """A pair of masks at full shape: ``roads`` (m, 2) apart from their ends, ``places`` (n,)."""

    def __init__(self, graph: Graph, roads: BoolArray, places: BoolArray) -> None:
        self.graph = graph
        everywhere = np.ones(len(graph.places), dtype=bool)
        self.roads = passable(graph, roads, everywhere)
        self.places: BoolArray = np.asarray(places, dtype=bool)

    def lost(self, start: _State) -> list[tuple[bool, int]]:
        """(is a road, index) of what ``start`` had and this has not, sorted by id."""
        roads = np.flatnonzero((start.roads & ~self.roads).any(axis=1)).tolist()
        places = np.flatnonzero(start.places & ~self.places).tolist()
        named = [(self.graph.places[i], False, i) for i in places]
        named += [(self.graph.roads[r], True, r) for r in roads]
        return [(is_road, index) for _, is_road, index in sorted(named)]
