"""Sets that hit all of some others: the master of three decompositions.

The attacker's longest delay and the defender's best hold are found the same way (covering
decomposition, Israeli and Wood 2002): a set better than the best known has to hit every
route, or every attack, known to be no better. When no set within the budget does, the best known
is the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .graph import IntArray


class Demand(NamedTuple):
    """At least ``hits`` of ``members`` must be in the set."""

    members: frozenset[int]
    hits: int


def cheapest_hitting_set(
    demands: Sequence[Demand], cost: IntArray, budget: int
) -> tuple[int, ...] | None:
    """The cheapest set that meets all demands, None where it costs more than ``budget``.

    ``cost`` (t,) in whole numbers. Exact (HiGHS).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    wanted = [d for d in demands if d.hits > 0]
    if any(len(d.members) < d.hits for d in wanted):
        return None
    if not wanted:
        return ()
    used = sorted(frozenset().union(*(d.members for d in wanted)))
    column = {number: i for i, number in enumerate(used)}
    rows = [(row, column[m]) for row, d in enumerate(wanted) for m in d.members]
    index = np.array(rows, dtype=np.int64)
    matrix = csr_array(
        (np.ones(len(rows)), (index[:, 0], index[:, 1])), shape=(len(wanted), len(used))
    )
    answer = milp(
        cost[used].astype(float),
        integrality=np.ones(len(used)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, lb=[d.hits for d in wanted]),
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return None
    chosen = tuple(number for number, x in zip(used, answer.x, strict=True) if x > 0.5)
    return chosen if int(cost[list(chosen)].sum()) <= budget else None


def beyond_reach(values: Sequence[int], members: Sequence[frozenset[int]], cost: IntArray,
                 budget: int) -> int | None:  # fmt: skip
    """A value that no set within ``budget`` passes, from routes or attacks of these values.

    The least of them up to which all cannot be hit together; None where all can be.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    low, high = 0, len(order)
    if cheapest_hitting_set([Demand(members[i], 1) for i in order], cost, budget) is not None:
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        some = [Demand(members[i], 1) for i in order[:middle]]
        if cheapest_hitting_set(some, cost, budget) is None:
            high = middle
        else:
            low = middle
    return values[order[high - 1]]
