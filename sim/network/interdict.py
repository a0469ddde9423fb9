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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sim.base.progress import told

from .arcs import ArcNetwork
from .certificate import CertificateError
from .prices import INHERITED, Priced, Seen
from .residual import Residual

Method = Literal["auto", "lagrange", "milp"]

CUTS_BEFORE_MILP = 1_500
"""Cuts that branch and bound may take for one budget before the MILP is asked."""


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


@dataclass
class Interdiction:
    """Attacks on one network, solved for as many budgets as asked.

    ``method`` ``"lagrange"`` never asks the MILP, ``"milp"`` asks nothing else. ``cuts`` counts the
    max flows taken.
    """

    net: ArcNetwork
    method: Method = "auto"
    most_cuts: int = CUTS_BEFORE_MILP
    milp_seconds: float = 60.0
    cuts: int = 0
    _roots: dict[int, Priced] = field(default_factory=dict)
    _known: list[Seen] = field(default_factory=list)

    def frontier(self, budget: int) -> tuple[Attack, ...]:
        """The best attack for every budget from 0 to ``budget``.

        Raises CertificateError where an answer does not prove itself.
        """
        root = self._root(budget)
        found: list[Attack] = []
        for k in told("numbers of losses", range(budget + 1)):
            found.append(self._attack(k, root, found))
        return tuple(found)

    def attack(self, budget: int) -> Attack:
        """The best attack for one budget alone."""
        return self._attack(budget, self._root(budget), [])

    def _root(self, budget: int) -> Priced:
        if budget not in self._roots:
            self._roots[budget] = Priced(self.net, budget, frozenset(), frozenset())
        return self._roots[budget]

    def _flow(self, removed: Iterable[int]) -> int:
        """What is left, ``enough`` standing for all that no finite cut bounds."""
        self.cuts += 1
        return min(self.net.solve(self.net.without(removed)).value, self.net.enough)

    def _attack(self, k: int, root: Priced, before: Sequence[Attack]) -> Attack:
        if self.method == "milp":
            return self._by_milp(k, 0, (self.net.enough, ()), before)
        for taken in root.close(k, self.net.enough):
            self.cuts += taken
        value, removed = root.best(k)
        bound, how = root.bound(k), "Lagrangian bound"
        if value >= self.net.enough:  # every such value means the same: unlimited
            value, removed = self.net.enough, ()
        if before and value >= before[-1].flow:
            value, removed = before[-1].flow, before[-1].removed
        if bound < value:
            found, finished = self.search(k, frozenset(), frozenset(), value, start=root)
            if found is not None:
                value, removed = found
            bound, how = (value if finished else bound), "branch and bound"
        if bound < value and self.method == "auto":
            return self._by_milp(k, bound, (value, removed), before)
        return self._attack_of(k, value, removed, bound, how, before)

    def _attack_of(
        self, k: int, value: int, removed: tuple[int, ...], bound: int, how: str,
        before: Sequence[Attack],
    ) -> Attack:  # fmt: skip
        # Where a loss more leaves as much, it is the same set, which needs every loss still.
        same = bool(before) and (value, removed) == (before[-1].flow, before[-1].removed)
        costs = [self.net.costs[number] for number in removed]
        smaller = k - min(costs, default=k + 1)  # what any part of the set costs at most
        if not same and not (0 <= smaller < len(before) and before[smaller].bound > value):
            removed = self.minimal(removed, value)
        # A cut holds ``value`` once the set is lost, so where the bound meets it, it is the flow.
        true = value if same or bound == value else self._flow(removed)
        if true > value or bound > true:
            raise CertificateError(f"an attack leaves {true}, not between {bound} and {value}")
        shown = self.net.shown
        return Attack(k, shown(true), self.net.ordered(removed), shown(bound), bound == true, how)

    def _by_milp(
        self, k: int, bound: int, known: tuple[int, tuple[int, ...]], before: Sequence[Attack]
    ) -> Attack:
        from .wood import solve_wood

        value, removed = known
        answer = solve_wood(self.net, k, seconds=self.milp_seconds)
        if answer is not None:
            other = self._flow(answer.removed)
            if other < value:
                value, removed = other, answer.removed
            bound = value if answer.optimal else max(bound, answer.bound)
        return self._attack_of(k, value, removed, min(bound, value), "MILP (HiGHS)", before)

    def search(
        self, k: int, lost: frozenset[int], kept: frozenset[int], ceiling: int,
        *, first: bool = False, start: Priced | None = None,
    ) -> tuple[tuple[int, tuple[int, ...]] | None, bool]:  # fmt: skip
        """The best attack that contains ``lost``, spares ``kept`` and leaves less than ``ceiling``.

        Returns it (None where there is none) and whether the search was finished. ``first``
        stops at the first one found; ``start`` is the problem where it has been looked at.
        """
        best: tuple[int, tuple[int, ...]] | None = None
        stop = self.cuts + self.most_cuts
        budget = k - self._cost(lost)
        stack = [start or Priced(self.net, budget, lost, kept, self._known)]
        while stack:
            if self.cuts >= stop:
                return best, False
            node = stack.pop()
            budget = k - self._cost(node.lost)
            for solved in node.close(budget, ceiling):
                self.cuts += solved
                value, taken = node.best(budget)
                if value < ceiling:
                    best, ceiling = (value, self.net.ordered(node.lost | set(taken))), value
                    if first:
                        return best, True
            if node.lost == lost and node.kept == kept:
                self._known = node.seen[-INHERITED:]
            if node.bound(budget) >= ceiling:
                continue
            choice = node.choice(budget)
            if choice is not None:
                with_, without = node.lost | {choice}, node.kept | {choice}
                known = node.tight(budget), node.bound(budget)
                rest = budget - int(self.net.cost[choice])
                stack.append(Priced(self.net, budget, node.lost, without, *known))
                if rest >= 0:
                    stack.append(Priced(self.net, rest, with_, node.kept, *known))
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
        best = Residual(net, capacity).worst(affordable) if affordable.any() else None
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
