"""Interdiction with a price on each loss instead of a limit on all: one minimum cut a price.

Every target holds at most the price times its cost, so where the attacker pays instead of
losing it the cut pays too. The cuts seen give points (cost, flow left) when their dearest targets
are lost one by one; the edge of the points' lower convex hull over a budget gives the next price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .arcs import ArcNetwork
from .graph import IntArray

INHERITED = 16
"""Cuts that a problem of a search passes on to the two that it is parted in."""

_SCALES = (5040, 60, 1)  # prices are whole multiples of 1 / scale


class Seen(NamedTuple):
    """What crosses a cut: the capacity that no loss removes, and each target's, dearest first."""

    fixed: int
    held: dict[int, int]


class _Point(NamedTuple):
    """The flow left once the first ``many`` of ``order`` are lost."""

    left: int
    order: list[int]
    many: int

    @property
    def taken(self) -> tuple[int, ...]:
        return tuple(self.order[: self.many])


class Priced:
    """The priced problem with some targets lost, some kept; cuts seen, and their points.

    Cuts ``seen`` in a problem with less fixed are cuts here too, so they give points at once;
    ``floor`` is a bound known already. ``budget`` is the largest that will be asked about.
    """

    def __init__(
        self,
        net: ArcNetwork,
        budget: int,
        lost: frozenset[int],
        kept: frozenset[int],
        seen: Sequence[Seen] = (),
        floor: int = 0,
    ) -> None:
        self.net = net
        self.budget = budget
        self.lost = lost
        self.kept = kept
        self.floor = floor
        most = net.enough * (net.terminals + 1) * net.dearest
        self.scale = next(s for s in _SCALES if s == 1 or most * s < 2**62)
        self._barred = lost | kept
        self._values: dict[int, int] = {}  # price in 1 / scale -> scaled minimum cut
        self._points: dict[int, _Point] = {}  # the best seen of each cost
        self.seen: list[Seen] = []
        for cut in seen:
            self._take(cut)

    @cached_property
    def _arcs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Capacities without what is lost; the arcs that may be, and their targets' costs."""
        net = self.net
        base = net.without(self.lost)
        may = np.append(net.cost <= self.budget, False)
        may[list(self._barred)] = False
        free = np.flatnonzero(may[net.target] & (base > 0))
        return base, free, net.cost[net.target[free]]

    def _free(self, number: int) -> bool:
        return number not in self._barred and self.net.costs[number] <= self.budget

    def evaluate(self, price: int) -> None:
        """Take the minimum cut at a price (1 / scale), and the points that it gives."""
        net = self.net
        base, free, cost = self._arcs
        capacity = base * self.scale
        capacity[free] = np.minimum(capacity[free], price * cost)
        self._values[price], side = net.solve(capacity)
        crossing = np.flatnonzero(side[net.tail] > side[net.head])
        fixed = 0
        held: dict[int, int] = {}
        for number, amount in zip(
            net.target[crossing].tolist(), net.capacity[crossing].tolist(), strict=True
        ):
            if number < 0:
                fixed += amount
            elif amount:
                held[number] = held.get(number, 0) + amount
        order = sorted(held, key=lambda t: (-held[t] / net.costs[t], t))
        left = self._take(Seen(fixed, {number: held[number] for number in order}))
        if net.dear:
            self._fill(held, left)

    def _take(self, cut: Seen) -> int:
        """The points of a cut: its dearest targets lost one by one. Returns what it holds."""
        self.seen.append(cut)
        costs, points = self.net.costs, self._points
        whole = cut.fixed + sum(cut.held.values())
        for number in self.lost:
            whole -= cut.held.get(number, 0)
        order: list[int] = []
        cost, left = 0, whole
        if 0 not in points or left < points[0].left:
            points[0] = _Point(left, order, 0)
        for number, amount in cut.held.items():
            if self._free(number):
                order.append(number)
                cost += costs[number]
                left -= amount
                if cost not in points or left < points[cost].left:
                    points[cost] = _Point(left, order, len(order))
        return whole

    def _fill(self, held: dict[int, int], left: int) -> None:
        """With costs, also what fits into the whole budget when a dear target is passed over."""
        cost = 0
        order = []
        for number in sorted(held, key=lambda t: (-held[t], t)):
            price = self.net.costs[number]
            if self._free(number) and cost + price <= self.budget:
                cost, left = cost + price, left - held[number]
                order.append(number)
        if left < self._points.get(cost, _Point(left + 1, order, 0)).left:
            self._points[cost] = _Point(left, order, len(order))

    def tight(self, budget: int) -> list[Seen]:
        """The cuts that hold the bound of ``budget`` down, the tightest first."""
        price, _ = self._edge(budget)
        costs, scale, lost = self.net.costs, self.scale, self.lost

        def priced(cut: Seen) -> int:
            return scale * cut.fixed + sum(
                min(scale * amount, price * costs[t]) if self._free(t) else scale * amount
                for t, amount in cut.held.items()
                if t not in lost
            )

        return sorted(self.seen, key=priced)[:INHERITED]

    def bound(self, budget: int) -> int:
        """Proven lower bound on the flow that ``budget`` leaves."""
        best = max((value - price * budget for price, value in self._values.items()), default=0)
        return min(max(self.floor, -(-best // self.scale)), self.net.enough)

    def best(self, budget: int) -> tuple[int, tuple[int, ...]]:
        """The least flow seen within ``budget``, and the targets whose loss leaves it."""
        left, cost = min((point.left, c) for c, point in self._points.items() if c <= budget)
        return left, self._points[cost].taken

    def choice(self, budget: int) -> int | None:
        """The target to part the problem by: the dearest of the cut beyond the budget.

        None where nothing is left to choose.
        """
        _, cost = self._edge(budget)
        beyond = self._points[cost].taken or self._points[max(self._points)].taken
        return beyond[0] if beyond else None

    def _edge(self, budget: int) -> tuple[int, int]:
        """Price of the hull's edge over ``budget``, and the cost of its right end."""
        hull: list[tuple[int, int]] = []
        for cost in sorted(self._points):
            left = self._points[cost].left
            if hull and left >= hull[-1][1]:
                continue
            while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (cost - hull[-2][0]) >= (
                left - hull[-2][1]
            ) * (hull[-1][0] - hull[-2][0]):
                hull.pop()
            hull.append((cost, left))
        for (c1, r1), (c2, r2) in pairwise(hull):
            if c1 <= budget < c2:
                return self.scale * (r1 - r2) // (c2 - c1), c2
        return 0, hull[-1][0]

    def close(self, budget: int, enough: int) -> Iterator[int]:
        """Raise the bound of ``budget`` as far as prices go, or up to ``enough``.

        One step a cut, and a first one for what is known already; gives the cuts taken (0, 1).
        """
        if self._points:
            yield 0
        else:
            self.evaluate(0)
            yield 1
        while self.bound(budget) < enough:
            price, _ = self._edge(budget)
            if price in self._values:
                return
            self.evaluate(price)
            yield 1
