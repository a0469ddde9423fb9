"""Which places and roads must fall: exact interdiction of a largest flow.

The attacker loses the defender at most a budget of targets so that the flow left is least
(Wood 1993). Priced at ``lam`` a unit of cost instead of limited by the budget, the problem
is one minimum cut in which every target holds at most ``lam`` times its cost; so

    bound(k) = mincut(lam) - lam k     for every lam >= 0 and every budget k,

and each of these cuts also gives sets that can be lost (its dearest targets first). The
points (cost, flow left) of all cuts seen have a lower convex hull; the edge over k gives
the next price, until the hull is met. That is the Lagrangian bound of Royset and Wood
(2007), traced for all budgets at once. Branch and bound closes what it leaves open; past a
number of cuts the dual program of Wood is handed to HiGHS (:mod:`~sim.network.wood`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

from .arcs import ArcNetwork
from .certificate import CertificateError
from .residual import Residual

Method = Literal["auto", "lagrange", "milp"]

CUTS_BEFORE_MILP = 1_500
"""Cuts that branch and bound may take for one budget before the MILP is asked."""

_SCALES = (5040, 60, 1)  # prices are whole multiples of 1 / scale


@dataclass(frozen=True)
class Attack:
    """The least flow that a budget can leave, and one set that leaves it.

    ``flow`` and ``bound`` are in the network's unit, ``UNLIMITED`` for no bound; the optimum
    lies between them and is ``flow`` where ``proven``. ``removed`` are target numbers,
    inclusion-minimal, sorted; ``how`` names what proved it.
    """

    budget: int
    flow: int
    removed: tuple[int, ...]
    bound: int
    proven: bool
    how: str


@dataclass(frozen=True)
class Sets:
    """Inclusion-minimal sets that leave the least flow; ``complete`` where these are all."""

    sets: tuple[tuple[int, ...], ...]
    complete: bool


class _Relaxed:
    """The priced problem with some targets lost, some kept; cuts seen, and their points."""

    def __init__(
        self, net: ArcNetwork, budget: int, lost: frozenset[int], kept: frozenset[int]
    ) -> None:
        self.net = net
        self.budget = budget
        most = net.enough * (net.terminals + 1) * int(net.cost.max(initial=1))
        self.scale = next(s for s in _SCALES if s == 1 or most * s < 2**62)
        self.base = net.without(lost)
        free = net.cost <= budget
        free[list(lost | kept)] = False
        may = np.append(free, False)[net.target]
        self.free = np.flatnonzero(may & (self.base > 0))
        self.price = net.cost[net.target[self.free]]
        self.fixed = self.base.copy()
        self.fixed[self.free] = 0
        self.values: dict[int, int] = {}  # price in 1 / scale -> scaled minimum cut
        # cost -> (flow left, targets): the best seen of each cost
        self.points: dict[int, tuple[int, tuple[int, ...]]] = {}

    def evaluate(self, lam: int) -> None:
        """Take the minimum cut at the price ``lam`` and the points that it gives."""
        net = self.net
        capacity = self.base * self.scale
        capacity[self.free] = np.minimum(capacity[self.free], lam * self.price)
        value, side = net.solve(capacity)
        self.values[lam] = value
        crossing = side[net.tail] & ~side[net.head]
        left = int(self.fixed[crossing].sum())
        cut = self.free[crossing[self.free]]
        held: dict[int, int] = {}
        for number, amount in zip(net.target[cut].tolist(), self.base[cut].tolist(), strict=True):
            held[number] = held.get(number, 0) + amount
        left += sum(held.values())
        if net.cost.max(initial=1) > 1:
            self._offer_fills(held, left)
        order = sorted(held, key=lambda t: (-held[t] / int(net.cost[t]), t))
        cost, taken = 0, []
        self._offer(0, left, ())
        for number in order:
            cost += int(net.cost[number])
            left -= held[number]
            taken.append(number)
            self._offer(cost, left, taken)

    def _offer_fills(self, held: dict[int, int], left: int) -> None:
        """With costs, also what fits into the whole budget when a dear target is passed over."""
        cost, taken = 0, []
        for number in sorted(held, key=lambda t: (-held[t], t)):
            price = int(self.net.cost[number])
            if cost + price <= self.budget:
                cost, left = cost + price, left - held[number]
                taken.append(number)
        self._offer(cost, left, taken)

    def _offer(self, cost: int, left: int, taken: list[int] | tuple[int, ...]) -> None:
        if cost not in self.points or left < self.points[cost][0]:
            self.points[cost] = (left, tuple(taken))

    def bound(self, budget: int) -> int:
        """Proven lower bound on the flow that ``budget`` leaves."""
        best = max((value - lam * budget for lam, value in self.values.items()), default=0)
        return min(max(0, -(-best // self.scale)), self.net.enough)

    def best(self, budget: int) -> tuple[int, tuple[int, ...]]:
        """The best point within ``budget``."""
        return min((left, taken) for cost, (left, taken) in self.points.items() if cost <= budget)

    def edge(self, budget: int) -> tuple[int, tuple[int, ...]]:
        """Price of the hull's edge over ``budget``, and the targets of its right end."""
        hull: list[tuple[int, int]] = []
        for cost in sorted(self.points):
            left = self.points[cost][0]
            if hull and left >= hull[-1][1]:
                continue
            while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (cost - hull[-2][0]) >= (
                left - hull[-2][1]
            ) * (hull[-1][0] - hull[-2][0]):
                hull.pop()
            hull.append((cost, left))
        for (c1, r1), (c2, r2) in pairwise(hull):
            if c1 <= budget < c2:
                return self.scale * (r1 - r2) // (c2 - c1), self.points[c2][1]
        return 0, self.points[hull[-1][0]][1]

    def close(self, budget: int, enough: int | None = None) -> Iterator[None]:
        """Raise the bound of ``budget`` as far as prices go; one step a cut.

        Stops once the bound reaches ``enough``.
        """
        if not self.values:
            self.evaluate(0)
            yield
        while enough is None or self.bound(budget) < enough:
            lam, _ = self.edge(budget)
            if lam in self.values:
                return
            self.evaluate(lam)
            yield


@dataclass
class Interdiction:
    """Attacks on one network, solved for as many budgets as asked.

    ``method`` ``lagrange`` never asks the MILP, ``milp`` asks nothing else. ``cuts`` counts the
    max flows taken.
    """

    net: ArcNetwork
    method: Method = "auto"
    most_cuts: int = CUTS_BEFORE_MILP
    milp_seconds: float = 60.0
    cuts: int = 0
    _roots: dict[int, _Relaxed] = field(default_factory=dict)

    def frontier(self, budget: int) -> tuple[Attack, ...]:
        """The best attack for every budget from 0 to ``budget``.

        Raises CertificateError where an answer does not prove itself.
        """
        root = self._root(budget)
        found: list[Attack] = []
        for k in range(budget + 1):
            found.append(self._attack(k, root, found[-1] if found else None))
        return tuple(found)

    def _root(self, budget: int) -> _Relaxed:
        if budget not in self._roots:
            self._roots[budget] = _Relaxed(self.net, budget, frozenset(), frozenset())
        return self._roots[budget]

    def _flow(self, removed: Iterable[int]) -> int:
        """What is left, ``enough`` standing for all that no finite cut bounds."""
        self.cuts += 1
        return min(self.net.solve(self.net.without(removed)).value, self.net.enough)

    def _attack(self, k: int, root: _Relaxed, before: Attack | None) -> Attack:
        if self.method == "milp":
            return self._by_milp(k, 0, (self.net.enough, ()))
        for _ in root.close(k, self.net.enough):
            self.cuts += 1
        value, removed = root.best(k)
        bound, how = root.bound(k), "Lagrangian bound"
        if value >= self.net.enough:  # every such value means the same: unlimited
            value, removed = self.net.enough, ()
        if before is not None and value >= before.flow:
            value, removed = before.flow, before.removed
        if bound < value:
            found, finished = self.search(k, frozenset(), frozenset(), value)
            if found is not None:
                value, removed = found
            bound, how = (value if finished else bound), "branch and bound"
        if bound < value and self.method == "auto":
            return self._by_milp(k, bound, (value, removed))
        return self._attack_of(k, value, removed, bound, how)

    def _attack_of(
        self, k: int, value: int, removed: tuple[int, ...], bound: int, how: str
    ) -> Attack:
        removed = self.minimal(removed, value)
        true = self._flow(removed)
        if true > value or bound > true:
            raise CertificateError(f"an attack leaves {true}, not between {bound} and {value}")
        shown = self.net.shown
        return Attack(k, shown(true), removed, shown(bound), bound == true, how)

    def _by_milp(self, k: int, bound: int, known: tuple[int, tuple[int, ...]]) -> Attack:
        from .wood import solve_wood

        value, removed = known
        answer = solve_wood(self.net, k, seconds=self.milp_seconds)
        if answer is not None:
            other = self._flow(answer.removed)
            if other < value:
                value, removed = other, answer.removed
            bound = value if answer.optimal else max(bound, answer.bound)
        return self._attack_of(k, value, removed, min(bound, value), "MILP (HiGHS)")

    def search(
        self, k: int, lost: frozenset[int], kept: frozenset[int], ceiling: int,
        *, first: bool = False,
    ) -> tuple[tuple[int, tuple[int, ...]] | None, bool]:  # fmt: skip
        """The best attack that contains ``lost``, spares ``kept`` and leaves less than ``ceiling``.

        Returns it (None where there is none) and whether the search was finished. ``first``
        stops at the first one found.
        """
        best: tuple[int, tuple[int, ...]] | None = None
        stop = self.cuts + self.most_cuts
        stack = [(lost, kept)]
        while stack:
            if self.cuts >= stop:
                return best, False
            lost, kept = stack.pop()
            budget = k - self._cost(lost)
            node = _Relaxed(self.net, budget, lost, kept)
            for _ in node.close(budget, ceiling):
                self.cuts += 1
                value, taken = node.best(budget)
                if value < ceiling:
                    best, ceiling = (value, self.net.ordered(lost | set(taken))), value
                    if first:
                        return best, True
            if node.bound(budget) >= ceiling:
                continue
            choice = node.edge(budget)[1] or node.points[max(node.points)][1]
            if choice:
                stack.append((lost, kept | {choice[0]}))
                stack.append((lost | {choice[0]}, kept))
        return best, True

    def _cost(self, numbers: frozenset[int]) -> int:
        return int(self.net.cost[list(numbers)].sum())

    def minimal(self, removed: tuple[int, ...], value: int) -> tuple[int, ...]:
        """``removed`` without what is not needed to leave ``value``; the last go first."""
        kept = list(self.net.ordered(removed))
        for number in reversed(kept.copy()):
            rest = [t for t in kept if t != number]
            if self._flow(rest) <= value:
                kept = rest
        return tuple(kept)

    def optimal_sets(self, attack: Attack, most: int) -> Sets:
        """Inclusion-minimal sets within the attack's budget that leave its flow, up to ``most``.

        By excluding, then requiring, the members of each set found in turn (Lawler 1972).
        Only of a proven attack; of an unlimited flow only the empty set.
        """
        if attack.flow >= self.net.enough:
            return Sets(((),), True)
        value = attack.flow
        found: dict[tuple[int, ...], None] = {attack.removed: None}
        stack = [(frozenset[int](), frozenset[int](), attack.removed)]
        complete = True
        while stack and len(found) <= most:
            lost, kept, members = stack.pop()
            required = lost
            for number in members:
                if number in lost:
                    continue
                barred = kept | {number}
                answer, finished = self.search(
                    attack.budget, required, barred, value + 1, first=True
                )
                complete &= finished
                if answer is not None:
                    smaller = self.minimal(answer[1], value)
                    found.setdefault(smaller)
                    stack.append((required, barred, smaller))
                required = required | {number}
        sets = sorted(found)[:most] if len(found) > most else sorted(found)
        return Sets(tuple(sets), complete and not stack and len(found) <= most)


def greedy(net: ArcNetwork, budget: int) -> tuple[Attack, ...]:
    """What losing the worst single target again and again leaves, for budgets 0 to ``budget``.

    Each step takes the affordable target whose loss costs most flow, ties by number. An upper
    bound, and often not the best: that is why it is shown beside the exact answer.
    """
    removed: list[int] = []
    spent = 0
    capacity = net.capacity
    steps: list[tuple[int, int, tuple[int, ...]]] = []
    while True:
        value = net.solve(capacity).value
        steps.append((spent, value, net.ordered(removed)))
        affordable = net.cost <= budget - spent
        affordable[removed] = False
        best = Residual.of(net, capacity).worst(affordable) if affordable.any() else None
        if best is None:
            break
        removed.append(best)
        spent += int(net.cost[best])
        capacity = net.without(removed)
    found = []
    for k in range(budget + 1):
        _, value, taken = max((s for s in steps if s[0] <= k), key=lambda s: s[0])
        found.append(Attack(k, net.shown(value), taken, 0, False, "greedy"))
    return tuple(found)
