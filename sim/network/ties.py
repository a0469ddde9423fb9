"""Of all flows of one value and least cost, the one that a stated order of the arcs puts first.

As much as can be goes over the first arc of the order, then over the second, and so on: the
lexicographically greatest of the cheapest flows. It depends on no solver: whichever cheapest flow
one begins with leads to it. An arc on no way from source to sink carries nothing in any cheapest
flow where circles cost something, so whether there are such arcs changes nothing either.

Two cheapest flows differ by circles of cost 0 in what one of them leaves over (its residual
graph). Prices of the nodes, which prove a flow cheapest (Ahuja, Magnanti and Orlin 1993, theorem
9.3), tell where such circles can be: a way that can still be taken, on over an arc or back over
its flow, costs no less than the price rises along it, and in a circle of cost 0 just as much.
"""

from __future__ import annotations

import numpy as np

from .certificate import CertificateError
from .graph import BoolArray, IntArray

MANY_ARCS = 4_000
"""From so many on it pays to look only at the arcs that lead out of what was lowered last."""


class Ties:
    """The rule over arcs from ``tail`` to ``head`` (e,) that cost ``cost`` each, 0 or more.

    ``order`` lists the arcs that the rule goes by. What the others carry must follow from these:
    without them no circle is left, whichever way its arcs are gone.
    """

    def __init__(self, tail: IntArray, head: IntArray, cost: IntArray, order: IntArray) -> None:
        self._tail, self._head, self._cost = tail, head, cost
        self._nodes = int(max(tail.max(initial=0), head.max(initial=0))) + 1
        self._ranked = len(order)
        self._rank = np.full(len(tail), self._ranked)
        self._rank[order] = np.arange(self._ranked)
        # Arcs that cost nothing and alone lead to their head, as that between the nodes of a
        # place: until one is full both of its ends have one price, and where it never can be
        # full they are one node.
        alone = np.bincount(head, minlength=self._nodes)[head] == 1
        alone &= (cost == 0) & (self._rank == self._ranked)
        led = np.zeros(self._nodes, dtype=bool)
        led[head[alone]] = True
        self._joins = (alone & ~led[tail]).nonzero()[0]
        self.price = np.zeros(self._nodes, dtype=np.int64)
        """Those that proved the last flow a cheapest one: a good start for those of the next."""

    def settle(self, capacity: IntArray, flow: IntArray, most: int) -> IntArray:
        """The first of all flows (e,) within ``capacity`` as large and as cheap as ``flow``.

        No arc of any of them carries more than ``most``. Raises CertificateError where ``flow`` is
        not a cheapest one.
        """
        more, less, wide = flow < capacity, flow > 0, capacity >= most
        price = self._prices(more, less, self.joined(more | wide))
        tight = self._cost + price[self._tail] == price[self._head]
        node = self.joined(wide)
        tail, head = node[self._tail], node[self._head]
        near = self._near(tail, head, less, tight & more)
        arcs = (tight & near[tail] & near[head] & (more | less) & (tail != head)).nonzero()[0]
        arcs = arcs[np.argsort(self._rank[arcs], kind="stable")]
        circles = _Circles(
            tail[arcs].tolist(), head[arcs].tolist(),
            (capacity[arcs] - flow[arcs]).tolist(), flow[arcs].tolist(),
        )  # fmt: skip
        for arc in range(np.count_nonzero(self._rank[arcs] < self._ranked)):
            circles.widen(arc)
        return flow + self.spread(arcs, np.array(circles.gain, dtype=np.int64), wide)

    def spread(self, arcs: IntArray, amount: IntArray, wide: BoolArray) -> IntArray:
        """The amount of every arc: that of ``arcs``, and what follows for those that are joined."""
        amounts, leaving = (
            np.zeros(len(wide), dtype=np.int64),
            np.zeros(self._nodes, dtype=np.int64),
        )
        amounts[arcs] = amount
        np.add.at(leaving, self._tail[arcs], amount)
        joins = self._joins[wide[self._joins]]
        amounts[joins] = leaving[self._head[joins]]
        return amounts

    def joined(self, wide: BoolArray) -> IntArray:
        """A node for each node: one for both ends of a ``wide`` arc that joins them."""
        node = np.arange(self._nodes)
        joins = self._joins[wide[self._joins]]
        node[self._head[joins]] = self._tail[joins]
        return node

    def _prices(self, more: BoolArray, less: BoolArray, node: IntArray) -> IntArray:
        """Price of each node, where ``more`` can go on over arcs and ``less`` back."""
        tail, head = node[self._tail], node[self._head]
        apart = tail != head
        on, back = (more & apart).nonzero()[0], (less & apart).nonzero()[0]
        price = self.price
        # The flow alone first: from what that gives little changes.
        cheapest = lower(price, head[back], tail[back], -self._cost[back]) and lower(
            price,
            np.concatenate((head[back], tail[on])),
            np.concatenate((tail[back], head[on])),
            np.concatenate((-self._cost[back], self._cost[on])),
        )
        if not cheapest:
            raise CertificateError("a flow as large costs less")
        self.price = price[node]
        return self.price

    def _near(self, tail: IntArray, head: IntArray, carries: BoolArray, on: BoolArray) -> BoolArray:
        """The nodes that the flow touches, and those from which arcs ``on`` lead there.

        No circle of cost 0 is elsewhere: none is without flow to take back.
        """
        near = np.zeros(self._nodes, dtype=bool)
        near[tail[carries]] = near[head[carries]] = True
        tail, head = tail[on], head[on]
        while len(found := (near[head] > near[tail]).nonzero()[0]):
            near[tail[found]] = True
        return near


def lower(
    price: IntArray, tail: IntArray, head: IntArray, cost: IntArray, rounds: int | None = None
) -> bool:
    """Lower prices until none is above that of a tail and the cost of its arc (Ford 1956).

    False where that does not end within some ``rounds``; None: as many as there are prices and one,
    so that it never ends, for some circle costs less than nothing.
    """
    most = len(price) + 1 if rounds is None else rounds
    if len(tail) < MANY_ARCS:
        return _lower_all(price, tail, head, cost, most)
    order = np.argsort(tail, kind="stable")
    head, cost = head[order], cost[order]
    start = np.searchsorted(tail[order], np.arange(len(price) + 1))
    lowered = np.arange(len(price))
    for _ in range(most):
        first = start[lowered]
        count = start[lowered + 1] - first
        end = count.cumsum()
        arcs = np.repeat(first + count - end, count) + np.arange(end[-1])
        offer = np.repeat(price[lowered], count) + cost[arcs]
        to = head[arcs]
        better = (offer < price[to]).nonzero()[0]
        if not len(better):
            return True
        to = to[better]
        np.minimum.at(price, to, offer[better])
        fell = np.zeros(len(price), dtype=bool)
        fell[to] = True
        lowered = fell.nonzero()[0]
    return False


def _lower_all(
    price: IntArray, tail: IntArray, head: IntArray, cost: IntArray, rounds: int
) -> bool:
    """As :func:`lower`, round for round, with a look at every arc each time."""
    for _ in range(rounds):
        offer = price[tail] + cost
        better = (offer < price[head]).nonzero()[0]
        if not len(better):
            return True
        np.minimum.at(price, head[better], offer[better])
    return False


class _Circles:
    """Circles in what is left on arcs: half arc 2e goes on over arc e, 2e + 1 back.

    Nodes of different ``part`` are on no circle together.
    """

    def __init__(self, tail: list[int], head: list[int], on: list[int], back: list[int]) -> None:
        """``on`` and ``back`` are what each arc can carry more and less."""
        self.gain = [0] * len(tail)
        """What each arc carries more than at first."""
        self._left = [amount for both in zip(on, back, strict=True) for amount in both]
        self._from = [node for both in zip(tail, head, strict=True) for node in both]
        self._near: dict[int, list[tuple[int, int]]] = {node: [] for node in self._from}
        for half, node in enumerate(self._from):
            self._near[node].append((half, self._from[half ^ 1]))
        self._part = dict.fromkeys(self._near, 0)
        self._parts = 1

    def widen(self, arc: int) -> None:
        """Let ``arc`` carry as much more as circles allow, and leave it at that for good."""
        left, part = self._left, self._part
        end, start = self._from[2 * arc : 2 * arc + 2]
        room = left[2 * arc]
        left[2 * arc] = left[2 * arc + 1] = 0
        while room and part[start] == part[end] and (way := self._way(start, end)):
            amount = min(room, *(left[half] for half in way))
            room -= amount
            self.gain[arc] += amount
            for half in way:
                left[half] -= amount
                left[half ^ 1] += amount
                self.gain[half >> 1] += -amount if half & 1 else amount

    def _way(self, start: int, end: int) -> list[int]:
        """Half arcs that lead from ``start`` to ``end``, in any order; none where none do.

        The search goes on from the start and back from the end in turns. Whichever ends without
        having met the other has found a part; it costs no more than about twice the smaller one.
        """
        left, part, own = self._left, self._part, self._part[start]
        found, queue, looked = ({start: -1}, {end: -1}), ([start], [end]), [0, 0]
        following = [iter(nodes) for nodes in queue]  # of queues that grow
        while True:
            side = int(looked[0] > looked[1])
            node = next(following[side], None)
            if node is None:
                part.update(dict.fromkeys(queue[side], self._parts))
                self._parts += 1
                return []
            looked[side] += len(self._near[node])
            for half, other in self._near[node]:
                if left[half ^ side] and other not in found[side] and part[other] == own:
                    found[side][other] = half
                    if other in found[1 - side]:
                        return self._back(found[0], other, 0) + self._back(found[1], other, 1)
                    queue[side].append(other)

    def _back(self, found: dict[int, int], node: int, side: int) -> list[int]:
        """The half arcs by which a node was found from one side."""
        way = []
        while (half := found[node]) >= 0:
            way.append(half ^ side)
            node = self._from[half]
        return way
