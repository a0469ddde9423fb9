"""What holds a territory together: articulation points, bridges, and what each place shuts off.

Masks are as :mod:`sim.network.graph` says. All three take time in proportion to the network
(Hopcroft and Tarjan 1973; Cooper, Harvey and Kennedy 2001 for dominators).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from .graph import BoolArray, Graph, IntArray, passable, reach


class Weak(NamedTuple):
    """Places and roads whose loss parts a connected territory; sorted by index."""

    places: tuple[int, ...]
    roads: tuple[int, ...]


def weak_points(graph: Graph, usable_roads: BoolArray, usable_places: BoolArray) -> Weak:
    """Articulation points and bridges; places hang together where a road is usable either way."""
    ways = passable(graph, usable_roads, usable_places)
    open_: list[bool] = (ways[:, 0] | ways[:, 1]).tolist()
    neighbours = graph.neighbours
    order = [-1] * len(graph.places)
    low = [0] * len(graph.places)
    points: set[int] = set()
    bridges: list[int] = []
    clock = 0
    for root in np.flatnonzero(usable_places).tolist():
        if order[root] >= 0:
            continue
        order[root] = low[root] = clock
        clock += 1
        children = 0
        stack = [(root, -1, iter(neighbours[root]))]
        while stack:
            place, by, rest = stack[-1]
            for other, flat in rest:
                road = flat >> 1
                if road == by or not open_[road]:
                    continue
                if order[other] < 0:
                    order[other] = low[other] = clock
                    clock += 1
                    stack.append((other, road, iter(neighbours[other])))
                    break
                low[place] = min(low[place], order[other])
            else:
                stack.pop()
                if not stack:
                    continue
                parent = stack[-1][0]
                low[parent] = min(low[parent], low[place])
                if low[place] > order[parent]:
                    bridges.append(by)
                if parent == root:
                    children += 1
                elif low[place] >= order[parent]:
                    points.add(parent)
        if children > 1:
            points.add(root)
    return Weak(tuple(sorted(points)), tuple(sorted(bridges)))


OUT_OF_REACH = -2
"""In place of the nearest dominator of a place that no root reaches."""


class Dominators(NamedTuple):
    """``parent[i]`` is the last place that every way from the roots to i passes before i.

    It is i's nearest dominator, -1 where there is none (a root, or ways without a place in
    common) and ``OUT_OF_REACH`` where there is no way. ``shut_off[i]`` counts the places, i not
    among them, that are reached only through i.
    """

    parent: IntArray  # (n,)
    shut_off: IntArray  # (n,)

    def above(self, place: int) -> tuple[int, ...]:
        """The places that every way to ``place`` passes, the nearest first."""
        chain: list[int] = []
        while (place := int(self.parent[place])) >= 0:
            chain.append(place)
        return tuple(chain)


def dominators(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, roots: Iterable[int]
) -> Dominators:
    """The dominator tree of what the roots reach, for all places at once."""
    ways = passable(graph, usable_roads, usable_places).ravel().tolist()
    usable = np.asarray(usable_places, dtype=bool)
    n = len(graph.places)
    neighbours = graph.neighbours
    starts = sorted({r for r in roots if usable[r]})
    # Place n stands before all roots. Depth first, numbered as places are left for good.
    finished: list[int] = []
    seen = [False] * n
    for root in starts:
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, iter(neighbours[root]))]
        while stack:
            place, rest = stack[-1]
            for other, flat in rest:
                if ways[flat] and not seen[other]:
                    seen[other] = True
                    stack.append((other, iter(neighbours[other])))
                    break
            else:
                finished.append(place)
                stack.pop()
    number = [-1] * (n + 1)
    for i, place in enumerate(finished):
        number[place] = i
    number[n] = len(finished)
    parent = [-2] * (n + 1)
    parent[n] = n
    for root in starts:
        parent[root] = n
    is_root = set(starts)
    changed = True
    while changed:
        changed = False
        for place in reversed(finished):
            best = n if place in is_root else -2
            for other, flat in neighbours[place]:
                if ways[flat ^ 1] and parent[other] != -2:
                    best = other if best == -2 else _meet(other, best, parent, number)
            if best != parent[place]:
                parent[place] = best
                changed = True
    below = [0] * (n + 1)
    for place in finished:  # children are finished before or after; dominators always after
        below[parent[place]] += below[place] + 1
    return Dominators(
        np.array([-1 if p == n else p for p in parent[:n]], dtype=np.int64),
        np.array(below[:n], dtype=np.int64),
    )


FEW = 32
"""So many places are looked at one by one, which takes less than the tree of all places."""


def shut_off(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray, roots: Iterable[int],
    places: Collection[int],
) -> dict[int, int]:  # fmt: skip
    """How many places are reached only through each of ``places``, as :class:`Dominators` says."""
    begun = list(roots)
    if len(places) > FEW:
        tree = dominators(graph, usable_roads, usable_places, begun)
        return {place: int(tree.shut_off[place]) for place in places}
    reached = reach(graph, usable_roads, usable_places, begun)
    found = {}
    for place in places:
        others = usable_places.copy()
        others[place] = False
        left = reach(graph, usable_roads, others, begun)
        found[place] = int(np.count_nonzero(reached > left)) - int(reached[place])
    return found


def _meet(one: int, other: int, parent: list[int], number: list[int]) -> int:
    while one != other:
        while number[one] < number[other]:
            one = parent[one]
        while number[other] < number[one]:
            other = parent[other]
    return one
