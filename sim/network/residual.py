"""What a largest flow leaves over, and what the loss of one target costs it.

When a target that carries f is lost, the flow falls by f less what can be led round it, and
that is a flow from its entry to its exit in what the largest flow leaves over without it.
So no problem is solved afresh: most targets carry nothing and lose nothing, those of a
minimum cut lose all they carry, and for the rest the search stays near the target.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arcs import ArcNetwork
from .graph import BoolArray, IntArray


class Residual:
    """What is left on every arc beside the last flow that ``net`` solved.

    ``flow`` (e,) is that flow without circles between the two ways of a road; half arc 2e is
    arc e, half arc 2e + 1 the way back over its flow.
    """

    def __init__(self, net: ArcNetwork, capacity: IntArray, flow: IntArray) -> None:
        self.net = net
        self.capacity = capacity
        self.flow = flow
        nodes = net.goal + 1
        tails = np.column_stack([net.tail, net.head]).ravel()
        self.heads: list[int] = np.column_stack([net.head, net.tail]).ravel().tolist()
        self.left: list[int] = np.column_stack([capacity - flow, flow]).ravel().tolist()
        order = np.argsort(tails, kind="stable")
        starts = np.searchsorted(tails[order], np.arange(nodes + 1)).tolist()
        self._order: list[int] = order.tolist()
        self._starts: list[int] = starts

    @classmethod
    def of(cls, net: ArcNetwork, capacity: IntArray | None = None) -> Residual:
        """Solve ``net`` under ``capacity`` (its own where None) and look at what is left."""
        limits = net.capacity if capacity is None else capacity
        side = net.solve(limits).side
        residual = cls(net, limits, _without_circles(net, net.amounts()))
        near, far = side, net.before_goal()
        crossing = (near[net.tail] & ~near[net.head]) | (far[net.tail] & ~far[net.head])
        residual.tight = crossing & (limits > 0)
        return residual

    tight: BoolArray = np.zeros(0, dtype=bool)
    """(e,) arcs of the minimum cut nearest the root or of the one nearest the goal."""

    def carried(self) -> IntArray:
        """(t,) what each target carries; none can lose more."""
        amount = np.zeros(len(self.net.targets), dtype=np.int64)
        mine = np.flatnonzero((self.net.target >= 0) & (self.flow > 0))
        np.add.at(amount, self.net.target[mine], self.flow[mine])
        return amount

    def losses(self, numbers: Sequence[int]) -> list[int]:
        """Loss of largest flow when each of these targets alone is lost."""
        arcs = self._arcs_of()
        return [self._loss(arcs.get(number, ())) for number in numbers]

    def worst(self, allowed: BoolArray) -> int | None:
        """The allowed target whose loss costs most, the lowest number of several.

        None where none costs anything.
        """
        top = self.top(1, allowed)
        return top[0][0] if top else None

    def top(self, most: int, allowed: BoolArray | None = None) -> list[tuple[int, int]]:
        """The ``most`` targets that lose most, as (number, loss); ties by number.

        Exact without looking at all: a target loses no more than it carries, so the search
        ends when what is next in line carries less than the last of the list loses.
        """
        carried = self.carried()
        if allowed is not None:
            carried[~allowed] = 0
        arcs = self._arcs_of()
        found: list[tuple[int, int]] = []
        for number in np.argsort(-carried, kind="stable").tolist():
            bound = int(carried[number])
            if bound == 0 or (len(found) == most and bound < -found[-1][0]):
                break
            floor = -found[-1][0] if len(found) == most else 0
            loss = self._loss(arcs[number], floor)
            if loss > floor or (loss == floor > 0 and number < found[-1][1]):
                found.append((-loss, number))
                found.sort()
                del found[most:]
        return [(number, -loss) for loss, number in found]

    def _arcs_of(self) -> dict[int, list[int]]:
        """Arcs of each target that carries anything."""
        carried = self.carried() > 0
        mine = np.flatnonzero(np.append(carried, False)[self.net.target])
        arcs: dict[int, list[int]] = {}
        for arc, number in zip(mine.tolist(), self.net.target[mine].tolist(), strict=True):
            arcs.setdefault(number, []).append(arc)
        return arcs

    def _loss(self, arcs: Sequence[int], floor: int = 0) -> int:
        """Loss with these arcs gone; any number below ``floor`` where it is below."""
        used = [arc for arc in arcs if self.flow[arc] > 0]
        if not used:
            return 0
        (arc,) = used  # the other way of a road carries nothing
        amount = int(self.flow[arc])
        if self.tight[arc]:
            return amount  # the cut that it is in loses this much
        tail, head = int(self.net.tail[arc]), int(self.net.head[arc])
        return amount - self.reroute(tail, head, amount - floor + 1 if floor else amount, arcs)

    def onward(self, nodes: BoolArray) -> dict[int, list[int]]:
        """Where each of these nodes leads to, among them, by what is left."""
        out: dict[int, list[int]] = {}
        for node in np.flatnonzero(nodes).tolist():
            halves = self._order[self._starts[node] : self._starts[node + 1]]
            ends = (self.heads[half] for half in halves if self.left[half])
            out[node] = sorted({end for end in ends if nodes[end]})
        return out

    def reroute(self, start: int, goal: int, amount: int, without: Sequence[int] = ()) -> int:
        """How much of ``amount`` goes from node ``start`` to ``goal`` in what is left.

        ``without`` are arcs that may not be used, nor their flow taken back. Nothing changes.
        """
        left = self.left
        barred = [(half, left[half]) for arc in without for half in (2 * arc, 2 * arc + 1)]
        for half, _ in barred:
            left[half] = 0
        pushed: list[tuple[int, int]] = []
        done = 0
        while done < amount:
            way = self._way(start, goal)
            if way is None:
                break
            step = min(amount - done, min(left[half] for half in way))
            for half in way:
                left[half] -= step
                left[half ^ 1] += step
                pushed.append((half, step))
            done += step
        for half, step in pushed:
            left[half] += step
            left[half ^ 1] -= step
        for half, before in barred:
            left[half] = before
        return done

    def _way(self, start: int, goal: int) -> list[int] | None:
        """Half arcs of a way with fewest arcs or nearly so, searched from both ends."""
        left, heads, order, starts = self.left, self.heads, self._order, self._starts
        came: dict[int, int] = {start: -1}  # half arc into a node
        goes: dict[int, int] = {goal: -1}  # half arc out of a node
        ahead, behind = [start], [goal]
        while ahead and behind:
            found = -1
            if len(ahead) <= len(behind):
                front: list[int] = []
                for node in ahead:
                    for half in order[starts[node] : starts[node + 1]]:
                        other = heads[half]
                        if left[half] and other not in came:
                            came[other] = half
                            if other in goes:
                                found = other
                                break
                            front.append(other)
                    if found >= 0:
                        break
                ahead = front
            else:
                front = []
                for node in behind:
                    for half in order[starts[node] : starts[node + 1]]:
                        other = heads[half]
                        if left[half ^ 1] and other not in goes:
                            goes[other] = half ^ 1
                            if other in came:
                                found = other
                                break
                            front.append(other)
                    if found >= 0:
                        break
                behind = front
            if found >= 0:
                return self._joined(found, came, goes)
        return None

    def _joined(self, middle: int, came: dict[int, int], goes: dict[int, int]) -> list[int]:
        heads, way = self.heads, []
        node = middle
        while came[node] >= 0:
            way.append(came[node])
            node = heads[came[node] ^ 1]
        way.reverse()
        node = middle
        while goes[node] >= 0:
            way.append(goes[node])
            node = heads[goes[node]]
        return way


def _without_circles(net: ArcNetwork, flow: IntArray) -> IntArray:
    """``flow`` less what runs over a road and straight back, through the places at its ends."""
    graph, first = net.graph, len(net.road_arcs)
    ways = np.zeros(2 * len(graph.roads), dtype=np.int64)
    ways[net.road_arcs] = flow[:first]
    back = ways.reshape(-1, 2).min(axis=1)
    through = np.zeros(len(graph.places), dtype=np.int64)
    np.add.at(through, graph.a, back)
    np.add.at(through, graph.b, back)
    flow = flow.copy()
    flow[:first] -= back[net.road_arcs >> 1]
    flow[first : first + len(net.split)] -= through[net.split]
    return flow
