"""The dual program of network interdiction (Wood 1993), solved by HiGHS through scipy.

Node v has ``alpha`` 0 on the source side of a cut and 1 on the other, arc e pays its capacity
where it crosses and is not lost:

    minimise  sum capacity[e] beta[e]
    with      beta[e] >= alpha[head] - alpha[tail] - share[e] x[target of e],  beta >= 0,
              alpha[root] = 0, alpha[goal] = 1, sum cost[t] x[t] <= budget, x in {0, 1}.

For given x the rest is a minimum cut, so only x need be whole. An unlimited arc pays
nothing and may not cross unless lost, which needs no large number. ``share`` is 1, or the
probability that a loss succeeds: then the optimum is a lower bound on the expected flow that
any attack leaves (Cormican, Morton and Wood 1998), since the least penalised flow is convex in
the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .arcs import ArcNetwork
from .graph import FloatArray

_INFEASIBLE = 2  # status of scipy.optimize.milp


class WoodAnswer(NamedTuple):
    """``optimal`` as the solver proved it in floats; ``bound`` in whole units, rounded safely.

    ``value`` and ``floor`` are the objective and its bound as the solver gave them.
    """

    removed: tuple[int, ...]
    bound: int
    optimal: bool
    value: float
    floor: float


def solve_wood(
    net: ArcNetwork,
    budget: int,
    *,
    seconds: float = 60.0,
    share: FloatArray | None = None,
    excluded: Sequence[Sequence[int]] = (),
) -> WoodAnswer | None:
    """The set of targets within ``budget`` whose loss leaves least.

    ``share`` (t,) is explained above; sets in ``excluded`` are not taken again (each with its
    exact members). The empty set at no finite value where no set bounds the flow; None where no
    answer came in ``seconds``.
    """
    return solve_woods([net], [1], budget, seconds=seconds, share=share, excluded=excluded)


def solve_woods(
    nets: Sequence[ArcNetwork],
    weights: Sequence[int],
    budget: int,
    *,
    seconds: float = 60.0,
    share: FloatArray | None = None,
    excluded: Sequence[Sequence[int]] = (),
) -> WoodAnswer | None:
    """As :func:`solve_wood` for the weighted sum of the flows of several networks.

    The networks must have the same targets at the same costs.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    first = nets[0]
    count = len(first.targets)
    sizes = [(net.goal + 1, len(net.tail)) for net in nets]
    columns = count + sum(nodes + arcs for nodes, arcs in sizes)
    finite = [np.where(net.capacity < net.enough, net.capacity, 0) for net in nets]
    unit = float(max(1, *(int(f.max(initial=0)) * w for f, w in zip(finite, weights, strict=True))))
    cost = np.zeros(columns)
    low, high = np.zeros(columns), np.ones(columns)
    rows: list[np.ndarray] = []
    cols: list[np.ndarray] = []
    values: list[np.ndarray] = []
    row, column = 0, count
    for net, weight, (nodes, arcs), capacity in zip(nets, weights, sizes, finite, strict=True):
        node, arc = column, column + nodes
        column = arc + arcs
        high[node + net.root] = 0
        low[node + net.goal] = 1
        cost[arc:column] = capacity * (weight / unit)
        high[arc:column][net.capacity >= net.enough] = 0  # must not cross
        lines = np.arange(arcs) + row
        ones = np.ones(arcs)
        rows += [lines, lines, lines]
        cols += [node + net.tail, node + net.head, arc + np.arange(arcs)]
        values += [ones, -ones, ones]
        mine = np.flatnonzero(net.target >= 0)
        rows.append(lines[mine])
        cols.append(net.target[mine])
        values.append(ones[mine] if share is None else share[net.target[mine]])
        row += arcs
    bound = np.zeros(row + 1 + len(excluded))
    bound[row] = -float(budget)
    rows.append(np.full(count, row))
    cols.append(np.arange(count))
    values.append(-first.cost.astype(float))
    for line, members in enumerate(excluded, start=row + 1):
        # at least one member out, or at least one other in
        sign = np.ones(count)
        sign[list(members)] = -1
        rows.append(np.full(count, line))
        cols.append(np.arange(count))
        values.append(sign)
        bound[line] = 1 - len(members)
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))),
        shape=(len(bound), columns),
    ).tocsr()
    whole = np.zeros(columns)
    whole[:count] = 1
    answer = milp(
        cost,
        integrality=whole,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, lb=bound),
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    if answer.status == _INFEASIBLE:
        enough = sum(net.enough for net in nets)
        return WoodAnswer((), enough, True, math.inf, math.inf)
    if answer.x is None:
        return None
    removed = tuple(np.flatnonzero(answer.x[:count] > 0.5).tolist())
    floor = float(answer.mip_dual_bound) * unit if answer.mip_dual_bound is not None else 0.0
    safe = math.ceil(floor - 1e-6 * max(1.0, abs(floor))) if math.isfinite(floor) else 0
    return WoodAnswer(removed, max(0, safe), answer.status == 0, float(answer.fun) * unit, floor)
