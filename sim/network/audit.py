"""A network held against a reference graph: links that it lacks, and links that are others.

Each place of the network is tied to the nearest point of any edge of the reference, which is
split there. It then owns a cell: the points of the reference that are nearer to it, by road,
than to any other place. Where two cells touch, the shortest way between the two places through
their cells alone crosses one edge between them (Mehlhorn 1988, "A faster approximation
algorithm for the Steiner problem in graphs"), so one search from all places finds every such
way. A way may also run through the corner of a third cell, no further than :data:`CORNER_KM`.

Lengths are km, of the reference's edges as they state them; one-way edges are taken both ways.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from sim.base.globe import RADIUS

from .graph import FloatArray, Graph

CORNER_KM = 1.0
"""A way from cell to cell may run so far (km) through each third one."""

KM_PER_DEGREE = math.radians(RADIUS) / 1000
"""Of a great circle."""

Pair = tuple[int, int]
"""Indices of two places, the smaller first."""

Adjacency = list[list[tuple[int, float]]]
"""For each node its neighbours, each with the km to it."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Where a place is tied: the edge, how far along it (0 to 1), how far off it lies (km)."""

    edge: int
    along: float
    off_km: float


@dataclass(frozen=True, slots=True)
class Lacking:
    """Two places that the reference joins in ``km``, by no third place's cell.

    ``network_km`` is the network's shortest way, inf where it has none, over the places ``via``.
    """

    pair: Pair
    km: float
    network_km: float
    via: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A road of the network beside the reference: its length there, None without a way.

    ``over`` are the places through whose cells the reference's way runs.
    """

    road: int
    km: float | None
    over: tuple[int, ...]


def tie(
    reference: Graph, where: FloatArray, places: FloatArray, near_km: float
) -> list[Tie | None]:
    """Tie each place to the nearest point of any edge, None where none lies within ``near_km``.

    ``where`` (N, 2) and ``places`` (n, 2) are latitudes and longitudes. Edges are taken as
    straight on a plane that touches the globe at the place: 0.1 % off at 100 km. Of edges
    equally near the first by id is taken.
    """
    tails, heads = where[reference.a], where[reference.b]
    found: list[Tie | None] = []
    for lat, lon in places.tolist():
        scale = np.array([1.0, np.cos(np.radians(lat))]) * KM_PER_DEGREE
        tail, head = (_about(ends, lat, lon) * scale for ends in (tails, heads))
        along = head - tail
        square = np.einsum("ij,ij->i", along, along)
        share = -np.einsum("ij,ij->i", tail, along) / np.where(square > 0, square, 1.0)
        share = np.clip(share, 0.0, 1.0)
        off = np.hypot(*(tail + share[:, None] * along).T)
        edge = int(np.argmin(off)) if len(off) else -1
        near = edge >= 0 and off[edge] <= near_km
        found.append(Tie(edge, float(share[edge]), float(off[edge])) if near else None)
    return found


def _about(ends: FloatArray, lat: float, lon: float) -> FloatArray:
    """Degrees (m, 2) from a place, the shorter way round the globe."""
    return np.column_stack([ends[:, 0] - lat, (ends[:, 1] - lon + 180) % 360 - 180])


@dataclass(frozen=True, eq=False)
class Cells:
    """A reference with places tied to it, and which point of it belongs to which place.

    Nodes 0 to N - 1 are those of the reference, the next n the places; those that are not tied
    stand alone.
    """

    reference: Graph
    ties: Sequence[Tie | None]

    @cached_property
    def near(self) -> Adjacency:
        """The reference, each edge split where places are tied to it."""
        size, graph = len(self.reference.places), self.reference
        tied: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
        for place, found in enumerate(self.ties):
            if found is not None:
                tied[found.edge].append((found.along, size + place))
        near: Adjacency = [[] for _ in range(size + len(self.ties))]
        rows = zip(graph.a.tolist(), graph.b.tolist(), graph.km.tolist(), strict=True)
        for edge, (a, b, km) in enumerate(rows):
            stops = [(0.0, a), *sorted(tied.get(edge, ())), (1.0, b)]
            for (here, tail), (there, head) in pairwise(stops):
                near[tail].append((head, km * (there - here)))
                near[head].append((tail, km * (there - here)))
        return near

    @cached_property
    def owned(self) -> tuple[list[float], list[int]]:
        """The km of each node from the nearest place, and that place (-1: none leads there)."""
        size = len(self.reference.places)
        km, owner = [np.inf] * len(self.near), [-1] * len(self.near)
        heap = [(0.0, place, size + place) for place, at in enumerate(self.ties) if at is not None]
        while heap:
            far, place, node = heapq.heappop(heap)
            if owner[node] >= 0:
                continue
            km[node], owner[node] = far, place
            for other, step in self.near[node]:
                if owner[other] < 0:
                    heapq.heappush(heap, (far + step, place, other))
        return km, owner

    @cached_property
    def links(self) -> Mapping[Pair, float]:
        """The shortest way (km) between each two places by no third cell, but for corners."""
        km, owner = self.owned
        found: dict[Pair, float] = {}

        def take(place: int, other: int, length: float) -> None:
            pair = (min(place, other), max(place, other))
            found[pair] = min(length, found.get(pair, np.inf))

        for node, place in enumerate(owner):
            if place < 0:
                continue
            for other, step in self.near[node]:
                if owner[other] not in (-1, place):
                    take(place, owner[other], km[node] + step + km[other])
                    for third, length in self._corners(node, other, step):
                        take(place, third, length)
        return found

    def _corners(self, tail: int, head: int, step: float) -> list[tuple[int, float]]:
        """Other places, and the ways (km) to them, that this edge leads to by corners of cells.

        ``tail`` and ``head`` lie in two cells. A search from there goes on in each cell no
        further than ``CORNER_KM``.
        """
        km, owner = self.owned
        home, first = owner[tail], owner[head]
        found: list[tuple[int, float]] = []
        heap = [(km[tail] + step, head, step - self._to_border(tail, head, step))]
        seen: set[int] = set()
        while heap:
            length, node, inside = heapq.heappop(heap)
            if inside > CORNER_KM or node in seen:
                continue
            seen.add(node)
            for other, further in self.near[node]:
                if owner[other] == owner[node]:
                    heapq.heappush(heap, (length + further, other, inside + further))
                elif owner[other] != home:
                    border = self._to_border(node, other, further)
                    if inside + border <= CORNER_KM:
                        if owner[other] != first:
                            found.append((owner[other], length + further + km[other]))
                        heapq.heappush(heap, (length + further, other, further - border))
        return found

    def _to_border(self, tail: int, head: int, step: float) -> float:
        """The km from ``tail`` to where the cell of ``head`` begins on the edge between them."""
        km, _ = self.owned
        return (km[head] + step - km[tail]) / 2

    def way(self, start: int, goal: int) -> tuple[float, tuple[int, ...]] | None:
        """The shortest way (km) from place to place, and the third places whose cells it crosses.

        A cell is crossed where more than ``CORNER_KM`` lie in it. None where no way leads there.
        """
        size = len(self.reference.places)
        found = shortest(self.near, size + start, size + goal)
        if found is None:
            return None
        length, nodes = found
        _, owner = self.owned
        steps = {(a, b): km for a in nodes for b, km in self._least(a)}
        inside: defaultdict[int, float] = defaultdict(float)
        for tail, head in pairwise(nodes):
            step = steps[tail, head]
            border = step if owner[tail] == owner[head] else self._to_border(tail, head, step)
            inside[owner[tail]] += border
            inside[owner[head]] += step - border
        crossed = dict.fromkeys(owner[node] for node in nodes)
        return length, tuple(p for p in crossed if p not in (start, goal) and inside[p] > CORNER_KM)

    def _least(self, node: int) -> list[tuple[int, float]]:
        """The neighbours of a node, of parallel edges the longest first."""
        return sorted(self.near[node], key=lambda step: -step[1])


def shortest(near: Adjacency, start: int, goal: int) -> tuple[float, list[int]] | None:
    """The shortest way (km) between two nodes and the nodes on it, None where there is none."""
    before: dict[int, int] = {}
    heap = [(0.0, start, start)]
    while heap:
        km, node, last = heapq.heappop(heap)
        if node in before:
            continue
        before[node] = last
        if node == goal:
            nodes = [goal]
            while nodes[-1] != start:
                nodes.append(before[nodes[-1]])
            return km, nodes[::-1]
        for other, step in near[node]:
            if other not in before:
                heapq.heappush(heap, (km + step, other, node))
    return None


def lacking(cells: Cells, network: Graph, detour: float) -> list[Lacking]:
    """Pairs that no road joins, and whose way in the reference is shorter by ``detour`` (a share).

    The shortest way of the reference is at most (1 - ``detour``) times that of the network,
    closed roads included. Sorted by what they shorten the way, those without one first.
    """
    near: Adjacency = [[] for _ in network.places]
    joined: set[Pair] = set()
    for a, b, km in zip(network.a.tolist(), network.b.tolist(), network.km.tolist(), strict=True):
        near[a].append((b, km))
        near[b].append((a, km))
        joined.add((min(a, b), max(a, b)))
    found = []
    for pair, km in cells.links.items():
        if pair in joined:
            continue
        way = shortest(near, *pair)
        network_km, nodes = (np.inf, []) if way is None else way
        if km <= (1 - detour) * network_km:
            found.append(Lacking(pair, km, network_km, tuple(nodes[1:-1])))
    return sorted(found, key=lambda one: (one.km - one.network_km, one.pair))


def checked(cells: Cells, network: Graph) -> list[Checked]:
    """Each road whose two ends are tied, beside the reference's way that is nearest its length.

    That is the way by the two cells alone, or the shortest of all where this runs through other
    cells and fits the road's length better, or is the only one.
    """
    found = []
    rows = zip(network.a.tolist(), network.b.tolist(), network.km.tolist(), strict=True)
    for road, (a, b, km) in enumerate(rows):
        if cells.ties[a] is None or cells.ties[b] is None:
            continue
        alone = cells.links.get((min(a, b), max(a, b)))
        way = cells.way(a, b)
        if way is None:
            found.append(Checked(road, None, ()))
        elif alone is not None and (not way[1] or abs(alone - km) <= abs(way[0] - km)):
            found.append(Checked(road, alone, ()))
        else:
            found.append(Checked(road, *way))
    return found
