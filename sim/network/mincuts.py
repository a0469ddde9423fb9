"""All minimum cuts, and the cuts that hold little more.

The source sides of minimum cuts are the closed sets of what a largest flow leaves over
(Picard and Queyranne 1980): sets that no arc with capacity left leads out of. Here they are
listed one by one, each in time that does not depend on how many there are. Cuts that hold up to
a gap more are listed by forcing and barring the arcs of each cut found (Balcioglu and
Wood 2003).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .arcs import ArcNetwork
from .graph import BoolArray, IntArray
from .residual import without_circles


@dataclass(frozen=True)
class CutSet:
    """What crosses a cut, from the source side; ``value`` is what it holds.

    ``places`` and ``roads`` are sorted by index; ``ends`` counts the supplies and demands in it.
    """

    value: int
    places: tuple[int, ...]
    roads: tuple[int, ...]
    ends: int = 0


@dataclass(frozen=True)
class CutList:
    """Cuts sorted by value, then fewest things, then index; ``complete`` where these are all."""

    cuts: tuple[CutSet, ...]
    complete: bool


def minimum_cuts(net: ArcNetwork, most: int = 100) -> CutList:
    """The minimum cuts, up to ``most``; none where the flow is unlimited or 0."""
    value, near = net.solve(net.capacity)
    if value >= net.enough or value == 0:
        return CutList((), True)
    found: dict[CutSet, None] = {}
    complete = True
    for side in _sides(net, near):
        cut = cut_of(net, net.crossing(side))
        if cut not in found and len(found) == most:
            complete = False
            break
        found.setdefault(cut)
    return CutList(_ordered(found), complete)


def _ordered(found: dict[CutSet, None]) -> tuple[CutSet, ...]:
    return tuple(
        sorted(found, key=lambda c: (c.value, len(c.places) + len(c.roads), c.places, c.roads))
    )


def cut_of(net: ArcNetwork, crossing: IntArray) -> CutSet:
    """The cut that these arcs are, as places and roads."""
    first, then = len(net.road_arcs), len(net.road_arcs) + len(net.split)
    roads = net.road_arcs[crossing[crossing < first]] >> 1
    places = net.split[crossing[(crossing >= first) & (crossing < then)] - first]
    return CutSet(
        int(net.capacity[crossing].sum()),
        tuple(sorted(places.tolist())),
        tuple(sorted(set(roads.tolist()))),
        int((crossing >= then).sum()),
    )


def _sides(net: ArcNetwork, near: BoolArray) -> Iterator[BoolArray]:
    """Source sides of all minimum cuts, each set of crossing arcs once, the nearest first.

    Of the flow that ``net`` solved last, with ``near`` the side nearest the root. Nodes that
    carry flow decide: two closed sets that agree on them cross the same arcs, and two that do
    not, do not.
    """
    doubtful = net.before_goal() & ~near
    flow = without_circles(net, net.amounts())
    carrying = np.zeros(net.goal + 1, dtype=bool)
    carrying[net.head[flow > 0]] = True  # all but the root, which is never in doubt
    # where each doubtful node leads to, among them, by what the flow leaves over
    ahead = np.flatnonzero(doubtful[net.tail] & doubtful[net.head] & (net.capacity > flow))
    back = np.flatnonzero(doubtful[net.tail] & doubtful[net.head] & (flow > 0))
    nodes = np.concatenate([net.tail[ahead], net.head[back]]).tolist()
    others = np.concatenate([net.head[ahead], net.tail[back]]).tolist()
    out: dict[int, list[int]] = {node: [] for node in np.flatnonzero(doubtful).tolist()}
    for node, other in zip(nodes, others, strict=True):
        out[node].append(other)

    @cache
    def follows(node: int) -> frozenset[int]:
        """What must come along with a doubtful node, of what carries flow."""
        return frozenset(n for n in _led_to([node], out) if carrying[n])

    nodes = np.flatnonzero(doubtful & carrying).tolist()
    # (source side's doubtful nodes, barred nodes) still to be listed
    stack: list[tuple[frozenset[int], frozenset[int]]] = [(frozenset(), frozenset())]
    while stack:
        taken, barred = stack.pop()
        side = near.copy()
        side[_led_to(taken, out)] = True
        yield side
        for node in nodes:
            if node in taken or node in barred:
                continue
            more = follows(node)
            if not more & barred:
                stack.append((taken | more, barred))
            barred = barred | {node}


def _led_to(nodes: Iterable[int], out: Mapping[int, Sequence[int]]) -> list[int]:
    """These nodes and every one that they lead to."""
    found = list(nodes)
    seen = set(found)
    for node in found:  # grows while it is read: a queue
        for other in out[node]:
            if other not in seen:
                seen.add(other)
                found.append(other)
    return found


def near_minimum_cuts(net: ArcNetwork, gap: int, most: int = 100) -> CutList:
    """Inclusion-minimal cuts that hold at most ``gap`` more than the minimum, up to ``most``.

    Each cut is listed once. A cut is minimal where no part of it stops the flow; things without
    capacity are in none. Raises ValueError for a negative gap.
    """
    if gap < 0:
        raise ValueError("the gap must not be negative")
    forced = _Forced(net)
    first = forced.cut(frozenset(), frozenset())
    if first is None or len(first) == 0:
        return CutList((), True)
    limit = cut_of(net, first).value + gap
    found: dict[CutSet, None] = {}
    seen = 0
    stack: list[tuple[frozenset[int], frozenset[int]]] = [(frozenset(), frozenset())]
    while stack and len(found) <= most and seen < 50 * most + 1000:
        required, barred = stack.pop()
        arcs = forced.cut(required, barred)
        seen += 1
        if arcs is None or (cut := cut_of(net, arcs)).value > limit:
            continue
        if forced.minimal(arcs):
            found.setdefault(cut)
        for arc in arcs.tolist():
            if arc not in required:
                stack.append((required, barred | {arc}))
                required = required | {arc}
    complete = not stack and len(found) <= most
    return CutList(_ordered(found)[:most], complete)


class _Forced:
    """Minimum cuts with some arcs in them and some not."""

    def __init__(self, net: ArcNetwork) -> None:
        from ortools.graph.python import max_flow

        self.net = net
        self.count = len(net.tail)
        nodes = np.arange(net.goal + 1)
        self.solver = max_flow.SimpleMaxFlow()
        # from the root to every node, and from every node to the goal: closed unless forced
        self.tail = np.concatenate([net.tail, np.full(len(nodes), net.root), nodes])
        self.head = np.concatenate([net.head, nodes, np.full(len(nodes), net.goal)])
        keep = self.tail != self.head
        self.kept = np.flatnonzero(keep)
        self.arcs = self.solver.add_arcs_with_capacity(
            self.tail[keep].astype(np.int32),
            self.head[keep].astype(np.int32),
            np.zeros(len(self.kept), dtype=np.int64),
        )

    def cut(self, required: frozenset[int], barred: frozenset[int]) -> IntArray | None:
        """The arcs of the least cut that has some and not others, None where none is finite."""
        net, nodes = self.net, self.net.goal + 1
        capacity = np.concatenate([net.capacity, np.zeros(2 * nodes, dtype=np.int64)])
        capacity[list(barred)] = net.enough
        for arc in required:
            capacity[self.count + int(net.tail[arc])] = net.enough
            capacity[self.count + nodes + int(net.head[arc])] = net.enough
        self.solver.set_arcs_capacity(self.arcs, capacity[self.kept])
        self.solver.solve(net.root, net.goal)
        if self.solver.optimal_flow() >= net.enough:
            return None
        side = np.zeros(nodes, dtype=bool)
        side[self.solver.get_source_side_min_cut()] = True
        return net.crossing(side)

    def minimal(self, arcs: IntArray) -> bool:
        """True where no arc of the cut could be left out of it."""
        net = self.net
        open_ = net.capacity > 0
        open_[arcs] = False
        before = _reach(net.tail, net.head, open_, net.root, net.goal + 1)
        after = _reach(net.head, net.tail, open_, net.goal, net.goal + 1)
        return bool((before[net.tail[arcs]] & after[net.head[arcs]]).all())


def _reach(tail: IntArray, head: IntArray, open_: BoolArray, root: int, nodes: int) -> BoolArray:
    """Nodes reached from ``root`` over open arcs."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    use = np.flatnonzero(open_)
    matrix = csr_array((np.ones(len(use)), (tail[use], head[use])), shape=(nodes, nodes))
    seen = np.zeros(nodes, dtype=bool)
    seen[breadth_first_order(matrix, root, return_predecessors=False)] = True
    return seen
