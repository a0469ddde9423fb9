"""Places and roads as arrays: built once, then looked at through masks.

A :class:`Graph` never changes. What is lost, closed or forbidden at some moment is a pair
of boolean masks handed to the functions of this package:

``usable_roads``
    ``(m,)`` for roads usable both ways or not at all, or ``(m, 2)`` with column 0 for the
    way from ``a`` to ``b`` and column 1 for the way back.
``usable_places``
    ``(n,)``. A road counts only where both its ends are usable; a root (a source, a sink, a
    starting place) counts only where it is usable itself.

Places and roads are named by their index, which is their rank by id.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.signedinteger[Any]]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MANY_PLACES = 2_000
"""From this size on scipy's searches are the quicker; the answers are the same."""

FIRST_PLACES = 200_000
"""So many places are searched without scipy before it is loaded, which takes as long as that."""

MOST_REACHED = 512
"""Answers that are kept of :func:`reach`, and of :func:`components`, on a network of fewer places:
some MB at most."""

LONGEST = 2**31
"""Longest travel time of one road (seconds), so that sums over routes stay exact."""


@dataclass(frozen=True)
class HalfEdges:
    """Every road seen from both ends, sorted by (tail, head, road): a CSR adjacency.

    Half-edges of place number i are ``start[i]`` to ``start[i + 1]``. ``flat`` is the index in
    a flattened ``(m, 2)`` array: 2 * road + the column that goes from tail to head. With its
    lowest bit flipped it is the way back.
    """

    start: IntArray  # (n + 1,)
    tail: IntArray  # (2m,)
    head: IntArray  # (2m,)
    road: IntArray  # (2m,)
    flat: IntArray  # (2m,) 2 * road + way


class Shape:
    """What joins what in a graph, whatever it takes to travel: one for all graphs that differ in
    that alone.

    ``reached``, ``parts`` and ``between`` are answers of :func:`reach`, of :func:`components` and
    of :func:`~sim.network.between.between` that may be asked for again: while things are lost and
    won a network of some hundred places goes through the same states in run after run.
    """

    def __init__(self, places: tuple[str, ...], roads: tuple[str, ...], a: IntArray, b: IntArray):
        self.places, self.roads, self.a, self.b = places, roads, a, b
        self.reached: dict[tuple[bytes, bytes, tuple[int, ...]], BoolArray] = {}
        self.parts: dict[tuple[bytes, bytes], list[tuple[int, ...]]] = {}
        self.between: dict[tuple[object, ...], Any] = {}

    @cached_property
    def place_index(self) -> Mapping[str, int]:
        """Index of each place by id."""
        return {place: i for i, place in enumerate(self.places)}

    @cached_property
    def road_index(self) -> Mapping[str, int]:
        """Index of each road by id."""
        return {road: r for r, road in enumerate(self.roads)}

    @cached_property
    def half_edges(self) -> HalfEdges:
        """The adjacency, built on first use."""
        m = len(self.roads)
        tail, head = np.concatenate([self.a, self.b]), np.concatenate([self.b, self.a])
        road = np.tile(np.arange(m, dtype=np.int64), 2)
        way = np.repeat(np.array([0, 1], dtype=np.int64), m)
        order = np.lexsort((road, head, tail))
        tail, head, road, way = tail[order], head[order], road[order], way[order]
        start = np.searchsorted(tail, np.arange(len(self.places) + 1))
        return HalfEdges(start, tail, head, road, 2 * road + way)

    @cached_property
    def ways(self) -> tuple[IntArray, IntArray]:
        """The place (m, 2) at which each way of each road begins, and that at which it ends."""
        begin = np.stack((self.a, self.b), axis=1).astype(np.intp)
        return begin, np.ascontiguousarray(begin[:, ::-1])

    @cached_property
    def arcs(self) -> tuple[IntArray, IntArray]:
        """Tail and head of the arcs (2m + n,) along which goods pass roads and places.

        Place i is entered at node i and left at node n + i; first come the roads, there and back.
        """
        n = len(self.places)
        (begin, end), places = self.ways, np.arange(n)
        tail = np.concatenate((n + begin.ravel(), places))
        return tail, np.concatenate((end.ravel(), n + places))

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """The places at the two ends of each road."""
        return list(zip(self.a.tolist(), self.b.tolist(), strict=True))

    @cached_property
    def roads_at(self) -> list[list[int]]:
        """The roads that end at each place."""
        found: list[list[int]] = [[] for _ in self.places]
        for road, ends in enumerate(self.ends):
            for place in ends:
                found[place].append(road)
        return found

    @cached_property
    def neighbours(self) -> list[list[tuple[int, int]]]:
        """For each place its ``(neighbour, flat index of the way there)``, sorted.

        The half-edges as plain lists, which loops in Python read much faster than arrays.
        """
        half = self.half_edges
        pairs = list(zip(half.head.tolist(), half.flat.tolist(), strict=True))
        cuts = half.start.tolist()
        return [pairs[i:j] for i, j in pairwise(cuts)]


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected network of ``n`` places and ``m`` roads; parallel roads are allowed.

    Compared and hashed by identity. Arrays are read-only.
    """

    places: tuple[str, ...]  # ids, sorted
    roads: tuple[str, ...]  # ids, sorted
    a: IntArray  # (m,) place index of one end of each road
    b: IntArray  # (m,) place index of the other end
    seconds: IntArray  # (m,) travel time each way, at least 1 s
    km: FloatArray  # (m,) length

    def __post_init__(self) -> None:
        """Make the arrays read-only. Raises ValueError where they are no network."""
        n, m = len(self.places), len(self.roads)
        for name in ("a", "b"):
            object.__setattr__(self, name, _frozen(getattr(self, name), np.int32, (m,), name))
        object.__setattr__(self, "km", _frozen(self.km, np.float64, (m,), "km"))
        for name, ids in (("places", self.places), ("roads", self.roads)):
            if len(set(ids)) < len(ids) or list(ids) != sorted(ids):
                raise ValueError(f"ids of {name} must be sorted and all different")
        ends = np.concatenate([self.a, self.b])
        if m and (ends.min() < 0 or ends.max() >= n):
            raise ValueError("a road ends at a place that is not there")
        self._refuse(self.a == self.b, "joins a place to itself")
        self._check_times()
        self._refuse(~(np.isfinite(self.km) & (self.km >= 0)), "has no length")

    def _check_times(self) -> None:
        seconds = _frozen(self.seconds, np.int64, (len(self.roads),), "seconds")
        object.__setattr__(self, "seconds", seconds)
        self._refuse(seconds < 1, "takes less than a second to travel")
        self._refuse(seconds > LONGEST, f"takes more than {LONGEST} seconds to travel")

    def _refuse(self, bad: BoolArray, what: str) -> None:
        if bad.any():
            raise ValueError(f"road '{self.roads[int(np.argmax(bad))]}' {what}")

    @classmethod
    def build(
        cls, places: Iterable[str], roads: Iterable[tuple[str, str, str, int, float]]
    ) -> Graph:
        """Build from place ids and rows ``(road id, place id, place id, seconds, km)``.

        The order of neither matters. Raises ValueError for an id that stands twice, a place
        that is unknown, a loop, a time that is not whole seconds from 1 to ``LONGEST``, or a length
        that is not a number.
        """
        ids = tuple(sorted(places))
        rows = sorted(roads, key=lambda row: row[0])
        index = {place: i for i, place in enumerate(ids)}
        for road, a, b, _, _ in rows:
            for end in (a, b):
                if end not in index:
                    raise ValueError(f"road '{road}' ends at unknown place '{end}'")
        return cls(
            places=ids,
            roads=tuple(row[0] for row in rows),
            a=np.array([index[row[1]] for row in rows]),
            b=np.array([index[row[2]] for row in rows]),
            seconds=np.array([row[3] for row in rows]),
            km=np.array([row[4] for row in rows]),
        )

    @cached_property
    def shape(self) -> Shape:
        """What joins what."""
        return Shape(self.places, self.roads, self.a, self.b)

    def timed(self, seconds: ArrayLike) -> Graph:
        """The same network with other travel times (m,). Raises ValueError as a new one would."""
        self.shape  # noqa: B018  made here, so that both have it
        other = copy(self)
        other.__dict__.pop("labels", None)
        object.__setattr__(other, "seconds", seconds)
        other._check_times()
        return other

    @property
    def place_index(self) -> Mapping[str, int]:
        """Index of each place by id."""
        return self.shape.place_index

    @property
    def road_index(self) -> Mapping[str, int]:
        """Index of each road by id."""
        return self.shape.road_index

    @property
    def half_edges(self) -> HalfEdges:
        """The adjacency, built on first use."""
        return self.shape.half_edges

    @property
    def neighbours(self) -> list[list[tuple[int, int]]]:
        """That of the :class:`Shape`."""
        return self.shape.neighbours

    @cached_property
    def labels(self) -> tuple[int, IntArray, list[int]]:
        """A scale, and a length (m,) of each road as array and as list, to find fastest routes by.

        A length is seconds times the scale, and one: sums order routes by their seconds, then
        by their roads, of which a route has fewer than the scale.
        """
        scale = 1 << len(self.places).bit_length()
        lengths = self.seconds * scale + 1
        return scale, lengths, lengths.tolist()


def _frozen(values: ArrayLike, kind: type, shape: tuple[int, ...], name: str) -> NDArray[Any]:
    given = np.asarray(values)
    if given.shape != shape:
        raise ValueError(f"{name} has shape {given.shape}, not {shape}")
    if given.size and not np.can_cast(given.dtype, kind, "same_kind"):
        raise ValueError(f"{name} must be whole numbers, not {given.dtype}")
    array: NDArray[Any] = given.astype(kind)
    array.flags.writeable = False
    return array


def passable(graph: Graph, usable_roads: BoolArray, usable_places: BoolArray) -> BoolArray:
    """``(m, 2)``: the ways that are usable and join two usable places.

    Raises ValueError where a mask has the wrong shape.
    """
    n, m = len(graph.places), len(graph.roads)
    roads = np.asarray(usable_roads, dtype=bool)
    places = np.asarray(usable_places, dtype=bool)
    if roads.shape == (m,):
        roads = np.repeat(roads, 2).reshape(m, 2)
    if roads.shape != (m, 2) or places.shape != (n,):
        raise ValueError(
            f"masks of shapes {roads.shape} and {places.shape} do not fit {m} roads, {n} places"
        )
    begin, end = graph.shape.ways
    passing: BoolArray = roads & places[begin] & places[end]
    return passing


_searched = 0


def by_scipy(graph: Graph) -> bool:
    """Whether a search of a graph is to be scipy's: of a large one, once that is loaded or pays.

    A command that searches a few times ends before scipy were there.
    """
    global _searched  # of the process, as what is loaded is
    n = len(graph.places)
    if n < MANY_PLACES:
        return False
    _searched += n
    return _searched > FIRST_PLACES or "scipy.sparse.csgraph" in sys.modules


def reach(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, roots: Iterable[int]
) -> BoolArray:
    """``(n,)``: the places that can be reached from any of ``roots``, the roots included.

    The array is read-only. Raises ValueError where a mask has the wrong shape.
    """
    usable = np.asarray(usable_places, dtype=bool)
    if len(graph.places) >= MANY_PLACES:
        begun = [int(r) for r in roots if usable[r]]
        ways = passable(graph, usable_roads, usable_places)
        reached = np.zeros(len(graph.places), dtype=bool)
        spread = _spread_scipy if by_scipy(graph) else _spread_plain
        reached[spread(graph, ways.ravel(), begun)] = True
        return reached
    roads, kept = np.asarray(usable_roads, dtype=bool), graph.shape.reached
    key = roads.tobytes(), usable.tobytes(), tuple(sorted(roots))
    if key not in kept:
        ways = passable(graph, roads, usable)
        reached = np.zeros(len(graph.places), dtype=bool)
        begun = [root for root in key[2] if usable[root]]
        reached[_spread_plain(graph, ways.ravel(), begun)] = True
        reached.flags.writeable = False
        keep(kept, key, reached)
    return kept[key]


def keep(kept: dict[Asked, Answer], key: Asked, answer: Answer, most: int = MOST_REACHED) -> None:
    """Keep an answer, in place of the oldest where there are so many."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[key] = answer


def _spread_plain(graph: Graph, ways: BoolArray, roots: Sequence[int]) -> list[int]:
    """What is reached from ``roots`` by ways (2m,) as ``half_edges`` names them."""
    return _spread(graph.neighbours, ways.tolist(), roots)


def _spread_scipy(graph: Graph, ways: BoolArray, roots: Sequence[int]) -> IntArray:
    """As :func:`_spread_plain`."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    half, n = graph.half_edges, len(graph.places)
    keep = ways[half.flat]
    # one place more, the last, from which a way leads to each root
    heads = np.concatenate((half.head[keep], np.array(roots, dtype=half.head.dtype)))
    start = np.append(0, np.cumsum(keep))[half.start]
    start = np.append(start, len(heads))
    matrix = csr_array((np.ones(len(heads)), heads, start), shape=(n + 1, n + 1))
    found: IntArray = breadth_first_order(matrix, n, return_predecessors=False)[1:]
    return found


def _spread(
    neighbours: Sequence[Sequence[tuple[int, int]]], ways: Sequence[bool], roots: Iterable[int]
) -> list[int]:
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for place in found:  # grows while it is read: a queue
        for other, flat in neighbours[place]:
            if ways[flat] and other not in seen:
                seen.add(other)
                found.append(other)
    return found


def components(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray
) -> list[tuple[int, ...]]:
    """Connected parts of the usable places, each sorted, in order of their first place.

    Two places hang together where a road is usable between them in either direction.
    """
    roads, places = np.asarray(usable_roads, dtype=bool), np.asarray(usable_places, dtype=bool)
    if len(graph.places) >= MANY_PLACES:
        return _parts(graph, roads, places)
    key, kept = (roads.tobytes(), places.tobytes()), graph.shape.parts
    if key not in kept:
        keep(kept, key, _parts(graph, roads, places))
    return kept[key].copy()


def _parts(graph: Graph, roads: BoolArray, places: BoolArray) -> list[tuple[int, ...]]:
    """As :func:`components`."""
    usable = passable(graph, roads, places)
    ways = np.repeat(usable[:, 0] | usable[:, 1], 2).tolist()
    parts: list[tuple[int, ...]] = []
    seen: set[int] = set()
    for place in np.flatnonzero(places).tolist():
        if place not in seen:
            part = _spread(graph.neighbours, ways, [place])
            seen.update(part)
            parts.append(tuple(sorted(part)))
    return parts
