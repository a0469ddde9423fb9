"""What a largest flow leaves over, and what the loss of one target costs it.

When a target that carries f is lost, the flow falls by f less what can be led round it: by
a flow in what the largest flow leaves over without the target, from the nodes that fed it to those
that it fed. So no problem is solved afresh: most targets carry nothing and lose nothing, those
of a minimum cut lose all they carry, and for the rest the search stays near the target, or is
given up for a fresh solve where it wanders far. A target loses no more than it carries in any
largest flow, so a second one, found from the sinks' end, settles most of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base.progress import told

from .arcs import ArcNetwork
from .certificate import check_amounts
from .graph import BoolArray, IntArray

_SHARE_SEEN = 2
"""A search that looks at more nodes than one for so many arcs costs more than a fresh solve."""


class Residual:
    """What is left on every arc beside a largest flow that ``net`` solves under ``capacity``.

    ``flow`` (e,) is that flow without circles between the two ways of a road. Places without
    limit are one node here, though ``net`` has two; half arc 2e is arc e, half arc 2e + 1 the way
    back over its flow.
    """

    def __init__(self, net: ArcNetwork, capacity: IntArray | None = None) -> None:
        self.net = net
        self.capacity = net.capacity if capacity is None else capacity
        self.value, near = net.solve(self.capacity)
        far = net.before_goal()
        self.flow = without_circles(net, net.amounts())
        crossing = (near[net.tail] > near[net.head]) | (far[net.tail] > far[net.head])
        self._tight = crossing & (self.capacity > 0)
        first = len(net.road_arcs)
        inner = np.arange(first, first + len(net.split))
        inner = inner[self.capacity[inner] >= net.enough]
        node = np.arange(net.goal + 1)
        node[net.head[inner]] = net.tail[inner]
        self._tail, self._head = node[net.tail], node[net.head]
        self._node = np.full(len(net.targets) + 1, -1)  # of each target that is one
        self._node[net.target[inner]] = self._tail[inner]
        left = np.column_stack([self.capacity - self.flow, self.flow])
        self._left: list[int] = left.ravel().tolist()
        merged = np.zeros(len(net.tail), dtype=bool)
        merged[inner] = True
        halves = np.flatnonzero(np.repeat(~merged, 2))
        self._ends = np.column_stack([self._tail, self._head]).ravel()
        self._halves = halves[np.argsort(self._ends[halves], kind="stable")]
        self._starts = np.searchsorted(self._ends[self._halves], np.arange(net.goal + 2))
        self._around: dict[int, list[tuple[int, int]]] = {}
        self._most_seen = len(net.tail) // _SHARE_SEEN

    def carried(self) -> IntArray:
        """(t,) what each target carries."""
        return self._amounts(self.flow)

    def most(self) -> IntArray:
        """(t,) a bound on the loss of each target: what it carries in two flows, if less."""
        other = _other_flow(self.net, self.capacity, self.value)
        return np.minimum(self.carried(), self._amounts(without_circles(self.net, other)))

    def _amounts(self, flow: IntArray) -> IntArray:
        net = self.net
        amount = np.zeros(len(net.targets), dtype=np.int64)
        mine = np.flatnonzero((net.target >= 0) & (flow > 0))
        np.add.at(amount, net.target[mine], flow[mine])
        return amount

    def losses(self, numbers: Sequence[int]) -> list[int]:
        """Loss of largest flow when each of these targets alone is lost."""
        arcs, most = self._arcs_of(), self.most().tolist()
        return [self._loss(number, arcs[number]) if most[number] else 0 for number in numbers]

    def worst(self, allowed: BoolArray) -> int | None:
        """The allowed target whose loss costs most, the lowest number of several.

        None where none costs anything.
        """
        top = self.top(1, allowed)
        return top[0][0] if top else None

    def top(self, most: int, allowed: BoolArray | None = None) -> list[tuple[int, int]]:
        """The ``most`` targets that lose most, as (number, loss); ties by number.

        Exact without looking at all: the search ends when what is next in line can lose less than
        the last of the list does.
        """
        most_each = self.most()
        if allowed is not None:
            most_each[~allowed] = 0
        arcs = self._arcs_of()
        found: list[tuple[int, int]] = []
        order = np.argsort(-most_each, kind="stable")[: np.count_nonzero(most_each)]
        for number in told("places and roads", order.tolist()):
            if len(found) == most and most_each[number] < -found[-1][0]:
                break
            floor = -found[-1][0] if len(found) == most else 0
            loss = self._loss(number, arcs[number], floor)
            if loss > floor or (loss == floor > 0 and number < found[-1][1]):
                found.append((-loss, number))
                found.sort()
                del found[most:]
        return [(number, -loss) for loss, number in found]

    def _arcs_of(self) -> dict[int, list[int]]:
        """Arcs of each target that carries anything, the one with the flow first.

        There is one: the other way of a road carries nothing.
        """
        carried = self.carried() > 0
        mine = np.flatnonzero(np.append(carried, False)[self.net.target])
        mine = mine[np.argsort(self.flow[mine] == 0, kind="stable")]
        arcs: dict[int, list[int]] = {}
        for arc, number in zip(mine.tolist(), self.net.target[mine].tolist(), strict=True):
            arcs.setdefault(number, []).append(arc)
        return arcs

    def _loss(self, number: int, arcs: Sequence[int], floor: int = 0) -> int:
        """Loss of a target that carries flow; any number below ``floor`` where it is below."""
        amount = int(self.flow[arcs[0]])
        if self._tight[arcs[0]]:
            return amount  # the cut that it is in loses this much
        node = int(self._node[number])
        give: dict[int, int] = {}
        take: dict[int, int] = {}
        if node < 0:
            give[int(self._tail[arcs[0]])] = take[int(self._head[arcs[0]])] = amount
            barred = [half for arc in arcs for half in (2 * arc, 2 * arc + 1)]
        else:
            barred = [half for out, _ in self._near(node) for half in (out, out ^ 1)]
            for half, other in self._near(node):
                side = give if half & 1 else take  # back over what came, or on over what went
                side[other] = side.get(other, 0) + int(self.flow[half >> 1])
            for other in give.keys() & take.keys():
                both = min(give[other], take[other])
                give[other] -= both
                take[other] -= both
                amount -= both
        led = self._lead(give, take, amount - floor + 1 if floor else amount, barred)
        if led is None:
            capacity = np.where(self.net.target == number, 0, self.capacity)
            return self.value - self.net.solve(capacity).value
        return amount - led

    def _near(self, node: int) -> list[tuple[int, int]]:
        """Half arcs out of a node, each with the node that it leads to."""
        if node not in self._around:
            halves = self._halves[self._starts[node] : self._starts[node + 1]]
            others = self._ends[halves ^ 1]
            self._around[node] = list(zip(halves.tolist(), others.tolist(), strict=True))
        return self._around[node]

    def _lead(
        self, give: dict[int, int], take: dict[int, int], amount: int, barred: Sequence[int]
    ) -> int | None:
        """How much of ``amount`` goes from the nodes that give to those that take, in what is left.

        Without the ``barred`` half arcs. None where the search wanders too far. Nothing changes.
        """
        left = self._left
        before = [(half, left[half]) for half in barred]
        for half in barred:
            left[half] = 0
        pushed: list[tuple[int, int]] = []
        done, budget = 0, self._most_seen
        while done < amount and budget > 0:
            way, seen = self._way(give, take, budget)
            budget -= seen
            if not way:
                break
            start, end = int(self._ends[way[0]]), int(self._ends[way[-1] ^ 1])
            step = min(give[start], take[end], min(left[half] for half in way))
            give[start] -= step
            take[end] -= step
            for half in way:
                left[half] -= step
                left[half ^ 1] += step
                pushed.append((half, step))
            done += step
        for half, step in pushed:
            left[half] += step
            left[half ^ 1] -= step
        for half, amount_before in before:
            left[half] = amount_before
        return min(done, amount) if budget > 0 or done >= amount else None

    def _way(
        self, give: dict[int, int], take: dict[int, int], budget: int
    ) -> tuple[list[int], int]:
        """Half arcs of a way with fewest arcs or nearly so, searched from both ends.

        Empty where there is none, or none was found within ``budget`` nodes; and the nodes seen.
        """
        left, near = self._left, self._near
        came = {node: -1 for node, amount in give.items() if amount}  # half arc into a node
        goes = {node: -1 for node, amount in take.items() if amount}  # half arc out of a node
        ahead, behind = list(came), list(goes)
        seen = 0
        while ahead and behind and seen < budget:
            forth = len(ahead) <= len(behind)
            rim, mine, theirs, back = (ahead, came, goes, 0) if forth else (behind, goes, came, 1)
            seen += len(rim)
            front: list[int] = []
            for node in rim:
                for half, other in near(node):
                    if left[half ^ back] and other not in mine:
                        mine[other] = half ^ back
                        if other in theirs:
                            before, after = self._steps(other, came, 0), self._steps(other, goes, 1)
                            return [*reversed(before), *after], seen
                        front.append(other)
            ahead, behind = (front, behind) if forth else (ahead, front)
        return [], seen

    def _steps(self, node: int, by: dict[int, int], end: int) -> list[int]:
        """The half arcs from a node on, each ``by`` that of the node at its other ``end``."""
        steps = []
        while by[node] >= 0:
            steps.append(by[node])
            node = int(self._ends[by[node] ^ end])
        return steps


def _other_flow(net: ArcNetwork, capacity: IntArray, value: int) -> IntArray:
    """Another largest flow: found from the goal to the root, against all arcs."""
    from ortools.graph.python import max_flow

    solver = max_flow.SimpleMaxFlow()
    arcs = solver.add_arcs_with_capacity(
        net.head.astype(np.int32), net.tail.astype(np.int32), capacity
    )
    solver.solve(net.goal, net.root)
    flow: IntArray = solver.flows(arcs)
    check_amounts(net.tail, net.head, capacity, flow, net.root, net.goal, value)
    return flow


def without_circles(net: ArcNetwork, flow: IntArray) -> IntArray:
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
