"""Which places to hold so that the best attack hurts least, and attacks that may fail.

The defender holds targets, the attacker then loses the best of the others. By covering
decomposition (:mod:`~sim.network.cover`) over exact attacks; bounds where it is cut short.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arcs import ArcNetwork
from .cover import Demand, beyond_reach, cheapest_hitting_set
from .graph import FloatArray
from .interdict import Interdiction
from .many import batch, many_flows
from .wood import solve_wood

EXACT_SET = 12
"""Up to so many uncertain losses the expected flow is summed over all 2**n outcomes."""


@dataclass(frozen=True)
class Defence:
    """The most flow that holding ``held`` targets keeps against any attack.

    ``attack`` is the best answer to it. The optimum lies between ``flow`` and ``bound``.
    """

    held: tuple[int, ...]
    flow: int
    attack: tuple[int, ...]
    bound: int
    proven: bool


def fortify(net: ArcNetwork, hold: int, attack: int, *, most_attacks: int = 500) -> Defence:
    """The best ``hold`` targets to hold against an attack of budget ``attack``."""
    solver = Interdiction(net, "lagrange")
    whole = min(net.solve(net.capacity).value, net.enough)
    one_each = np.ones(len(net.targets), dtype=np.int64)
    flows: list[int] = []
    sets: list[frozenset[int]] = []
    best: tuple[int, tuple[int, ...], tuple[int, ...]] = (-1, (), ())
    bound, proven, sure = whole, False, True
    while len(sets) < most_attacks:
        wanted = [Demand(s, 1) for s, f in zip(sets, flows, strict=True) if f <= best[0]]
        held = cheapest_hitting_set(wanted, one_each, hold)
        if held is None:
            proven = sure
            break
        found, finished = solver.search(attack, frozenset(), frozenset(held), whole)
        sure &= finished
        flow, taken = (whole, ()) if found is None else found
        if flow > best[0]:
            best = (flow, held, taken)
        if found is None:
            proven = finished
            break
        taken = solver.minimal(taken, flow)
        flows.append(flow)
        sets.append(frozenset(taken))
    if not proven:
        reach = beyond_reach(flows, sets, one_each, hold)
        bound = whole if reach is None else reach
    flow, held, taken = best
    shown = net.shown
    return Defence(
        net.ordered(held), shown(flow), net.ordered(taken), shown(flow if proven else bound), proven
    )


@dataclass(frozen=True)
class ChanceAttack:
    """The least expected flow when each loss succeeds with its own probability.

    ``expected`` is ``exact`` up to ``EXACT_SET`` losses, beyond no less than the truth; the
    optimum is at least ``bound``.
    """

    budget: int
    expected: float
    removed: tuple[int, ...]
    bound: float
    proven: bool
    exact: bool


def expected_flow(
    net: ArcNetwork, removed: Sequence[int], chance: FloatArray, before: int = 0
) -> float:
    """Expected flow when each of ``removed`` is lost with its ``chance``, independently.

    Sums all outcomes; raises ValueError for more than ``EXACT_SET`` of them or for an
    unlimited flow. ``before`` is how many flows were solved for the same question already.
    """
    if len(removed) > EXACT_SET:
        raise ValueError(f"more than {EXACT_SET} uncertain losses: use expected_bounds")
    bits = np.array(list(itertools.product((False, True), repeat=len(removed))), dtype=bool)
    share = chance[list(removed)]
    weights = np.where(bits, share, 1 - share).prod(axis=1)
    lost = np.zeros((len(bits), len(net.targets)), dtype=bool)
    lost[:, list(removed)] = bits
    some, terms = np.flatnonzero(weights), []
    for i in range(0, len(some), batch(net)):
        now = some[i : i + batch(net)]
        flows = many_flows(net, lost[now], of=before + len(some)).value
        if (flows >= net.enough).any():
            raise ValueError("the flow is unlimited in some outcome")
        terms += (weights[now] * flows).tolist()
    return math.fsum(terms)


def expected_bounds(
    net: ArcNetwork, removed: Sequence[int], chance: FloatArray
) -> tuple[float, float]:
    """Bounds on :func:`expected_flow` for a set of any size (Cormican, Morton and Wood 1998).

    Above: the flow at expected capacities, for a largest flow is concave in them (Jensen).
    Below: the flow that pays its chance of loss for each unit through a target.
    """
    kept = np.ones(len(net.targets) + 1)
    kept[list(removed)] = 1 - chance[list(removed)]
    mean = np.ceil(net.capacity * kept[net.target]).astype(np.int64)
    high = net.solve(np.minimum(mean, net.capacity)).value
    share = np.zeros(len(net.targets))
    share[list(removed)] = chance[list(removed)]
    answer = solve_wood(net, int(net.cost[list(removed)].sum()), share=share)
    low = 0.0 if answer is None or not math.isfinite(answer.floor) else max(0.0, answer.floor)
    return min(low, float(high)), float(high)


def chance_attack(
    net: ArcNetwork, budget: int, chance: FloatArray, *, most_rounds: int = 60
) -> ChanceAttack:
    """The set within ``budget`` whose attempted loss leaves the least expected flow.

    Sets are taken in order of their penalised bound until no other can be better. Each is
    summed exactly, or bounded where it is too large for that. Raises ValueError as
    :func:`expected_flow` where the flow is unlimited.
    """
    best, removed = expected_flow(net, (), chance), ()  # type: float, tuple[int, ...]
    tried: list[tuple[int, ...]] = []
    bound, proven, least, solved = 0.0, False, best, 1
    slack = 1e-7 * max(1.0, best)
    while len(tried) < most_rounds:
        answer = solve_wood(net, budget, share=chance, excluded=tried)
        if answer is None:
            break
        # where no set is left, the least of what those seen leave is the bound
        bound = max(bound, answer.floor if math.isfinite(answer.floor) else least)
        if bound >= best - slack:
            proven = True
            break
        if not math.isfinite(answer.floor):
            break
        tried.append(answer.removed)
        low, high = _expected(net, answer.removed, chance, solved)
        solved += 2 ** len(answer.removed)
        least = min(least, low)
        if high < best:
            best, removed = high, answer.removed
    shown = net.ordered(removed)
    exact = len(removed) <= EXACT_SET
    return ChanceAttack(budget, best, shown, best if proven else bound, proven, exact)


def _expected(
    net: ArcNetwork, removed: Sequence[int], chance: FloatArray, before: int
) -> tuple[float, float]:
    """Bounds on the expected flow: the sum of all outcomes, twice, where that can be had."""
    if len(removed) > EXACT_SET:
        return expected_bounds(net, removed, chance)
    value = expected_flow(net, removed, chance, before)
    return value, value
