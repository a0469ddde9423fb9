"""What lies between sources and sinks: the roads on some way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .graph import BoolArray, Graph, IntArray, keep, passable

BYTES, EACH = 16_000_000, 20
"""Memory that the answers take which a graph keeps, about: bytes, of which each takes so many for
every road and place."""


class Between(NamedTuple):
    """Roads and places by index, sorted; ``key`` is the same for the same ones.

    ``parts`` are these roads, each way, and places in a vector (2m + n,) of all.
    """

    roads: IntArray
    places: IntArray
    parts: IntArray
    key: bytes


def between(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray,
    sources: Sequence[int], sinks: Sequence[int],
) -> Between:  # fmt: skip
    """The roads on ways from ``sources`` to ``sinks`` that come by no place twice, and their ends.

    Directions aside, so there may be some more than that. What is elsewhere carries nothing in any
    flow without circles, bears on no largest flow, and is on no fastest way. Where one place is
    joined to all sources, another to all sinks, and the two to each other, they are the biconnected
    component of that last road (Hopcroft and Tarjan 1973). Masks as in ``graph``; answers are kept.
    """
    key = usable_roads.tobytes(), usable_places.tobytes(), tuple(sources), tuple(sinks)
    kept: dict[tuple[object, ...], Between] = graph.shape.between
    if key not in kept:
        there, back = passable(graph, usable_roads, usable_places).T
        either: list[bool] = (there | back).tolist()
        begin = {place for place in sources if usable_places[place]}
        end = [place for place in sinks if usable_places[place]]
        roads = np.array(sorted(_roads(graph, either, begin, end)), dtype=np.int64)
        places = np.unique(np.concatenate((graph.a[roads], graph.b[roads])))
        parts = np.concatenate((2 * roads, 2 * roads + 1, 2 * len(graph.roads) + places))
        most = max(1, BYTES // (EACH * (len(graph.roads) + len(graph.places))))
        keep(kept, key, Between(roads, places, parts, roads.tobytes()), most)
    return kept[key]


_BEFORE, _BEHIND = 1, 2
"""When the search came to what is joined to all sources, and to what is joined to all sinks."""


def _roads(
    graph: Graph, usable: Sequence[bool], sources: set[int], sinks: Sequence[int]
) -> list[int]:
    """Depth first from behind the sinks: what leads back to no place before it is cut off."""
    order, low = [0] * len(graph.places), [0] * len(graph.places)
    ends, found, count = set(sinks), list[int](), _BEHIND
    for sink in sinks:
        # place, road to it, how much had been found before that, what is still to be looked at
        way: list[tuple[int, int, int, Iterator[tuple[int, int]]]] = []
        step: tuple[int, int] | None = None if order[sink] else (sink, -1)
        while step or way:
            if step:
                place, by = step
                count += 1
                order[place] = count
                low[place] = _BEFORE if place in sources else _BEHIND if place in ends else count
                way.append((place, by, len(found), iter(graph.neighbours[place])))
                if by >= 0:
                    found.append(by)
            step = None
            place, by, before, following = way[-1]
            for other, flat in following:
                if not usable[flat >> 1] or flat >> 1 == by:
                    continue
                if not order[other]:
                    step = other, flat >> 1
                    break
                if order[other] < order[place]:
                    found.append(flat >> 1)
                    low[place] = min(low[place], order[other])
            if step is None:
                way.pop()
                last = way[-1][0] if way else None
                if low[place] >= (_BEHIND if last is None else order[last]):
                    del found[before:]
                if last is not None:
                    low[last] = min(low[last], low[place])
    return found
