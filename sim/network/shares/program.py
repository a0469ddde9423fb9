"""The linear programs: how large the least share can be, and the plan of the least time.

They are solved in floats by HiGHS; nothing of them is told before :mod:`.proof` has checked it.
Amounts are in units of the greatest want, so that tolerances mean the same in every network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from sim.network.certificate import CertificateError
from sim.network.graph import BoolArray, FloatArray

from .asked import Asked

_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}

_INFEASIBLE = 2
"""The status of a program that nothing fulfils (scipy)."""

_NONE = "no shares were found"

COUNTS = 1e-5
"""A price of less (seconds) is none: times are whole seconds."""


class InfeasibleError(CertificateError):
    """A program that nothing fulfils."""


class Answer(NamedTuple):
    """An optimum: its columns (in the program's unit) and how dear limits and columns are."""

    columns: FloatArray  # (count,)
    limits: FloatArray  # (limits,) 0 or more: what one unit of capacity is worth
    zeros: FloatArray  # (count,) 0 or more: what one unit of a column at its least would cost


class Program:
    """The matrices of what is asked, and programs over them."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.unit = float(max((want.kg_per_day for want in asked.wants), default=1))
        self._balance = self._conserved()
        self._within, self._capacity = self._limited()

    def up_to(self, rank: int) -> Program:
        """The same without the wants of higher ranks."""
        part = self.asked.up_to(rank)
        return self if part is self.asked else Program(part)

    def _conserved(self) -> Any:
        """One row a line and place: what comes in is what goes out or is served (csr)."""
        from scipy.sparse import coo_array

        asked, n = self.asked, len(self.asked.graph.places)
        rows, columns, values = [], [], []
        for number, (line, of) in enumerate(zip(asked.lines, asked.columns, strict=True)):
            for places, cols, sign in (
                (of.tail, of.ways, -1), (of.head, of.ways, 1), (line.sources, of.sources, 1),
            ):  # fmt: skip
                rows.append(number * n + np.asarray(places, dtype=np.int64))
                columns.append(np.asarray(cols, dtype=np.int64))
                values.append(np.full(len(cols), float(sign)))
        rows.append(np.array([w.line * n + w.place for w in asked.wants]))
        columns.append(np.arange(asked.first_want, asked.count))
        values.append(np.full(len(asked.wants), -1.0))
        used, row = np.unique(np.concatenate(rows), return_inverse=True)
        places_and = (row, np.concatenate(columns))
        shape = (len(used), asked.count)
        return coo_array((np.concatenate(values), places_and), shape=shape).tocsr()

    def _limited(self) -> tuple[Any, FloatArray]:
        """One row a limit (csr), and the capacities (unit)."""
        from scipy.sparse import csr_array

        asked, rows, columns, values = self.asked, [], [], []
        for row, limit in enumerate(asked.limits):
            rows += [row] * len(limit.columns)
            columns += limit.columns
            values += [asked.part(limit, c) / asked.scale for c in limit.columns]
        shape = (len(asked.limits), asked.count)
        capacity = np.array([limit.capacity for limit in asked.limits], dtype=np.float64)
        return csr_array((values, (rows, columns)), shape=shape), capacity / self.unit

    def most(
        self, active: Sequence[int], settled: Mapping[int, Fraction]
    ) -> tuple[float, FloatArray]:
        """The greatest level that all ``active`` wants can reach, and the worth of each limit.

        ``settled`` wants get at least so much (kg/day). A level is share over weight.
        """
        from scipy.sparse import csr_array, hstack, vstack

        asked, (low, high) = self.asked, self._bounds()
        for want, kg in settled.items():
            low[asked.first_want + want] = float(kg) / self.unit
        slope = [w.kg_per_day * float(w.weight) / self.unit for w in asked.wants]
        number = len(active)
        ones = csr_array(
            (np.full(number, -1.0), (range(number), [asked.first_want + i for i in active])),
            shape=(number, asked.count),
        )
        level = csr_array([[slope[i]] for i in active])
        within = vstack([
            hstack([self._within, csr_array((self._within.shape[0], 1))]), hstack([ones, level]),
        ])  # fmt: skip
        answer = optimum(
            np.append(np.zeros(asked.count), -1.0),
            within, np.append(self._capacity, np.zeros(number)),
            hstack([self._balance, csr_array((self._balance.shape[0], 1))]),
            np.zeros(self._balance.shape[0]),
            np.column_stack([np.append(low, 0.0), np.append(high, np.inf)]), _NONE,
        )  # fmt: skip
        return float(answer.columns[-1]), answer.limits[: len(self._capacity)]

    def extreme(
        self, cost: FloatArray, amounts: Sequence[Fraction], fixed: Mapping[int, float],
        closed: BoolArray, tight: BoolArray,
    ) -> Answer:  # fmt: skip
        """The cheapest plan in which the wants get these ``amounts`` (kg/day).

        Of the columns those ``fixed`` have that value (unit), ``closed`` ones (count,) are 0, and
        what ``tight`` limits (limits,) is used up.
        """
        from scipy.sparse import vstack

        asked, (low, high) = self.asked, self._bounds()
        wanted = np.array([float(kg) / self.unit for kg in amounts])
        low[asked.first_want :] = high[asked.first_want :] = wanted
        high[: asked.first_want][closed[: asked.first_want]] = 0.0
        for column, value in fixed.items():
            low[column] = high[column] = value
        loose = ~tight
        answer = optimum(
            cost, self._within[loose], self._capacity[loose],
            vstack([self._balance, self._within[tight]]),
            np.append(np.zeros(self._balance.shape[0]), self._capacity[tight]),
            np.column_stack([low, high]), _NONE,
        )  # fmt: skip
        worth = np.zeros(len(tight))
        worth[loose] = answer.limits
        return answer._replace(limits=worth)

    def free(self, columns: Collection[int], tight: BoolArray) -> BoolArray:
        """Which of some columns can change, where only these do and ``tight`` limits stay so.

        One that is alone in a row cannot, nor, without it, one that is alone then: most are left
        out in this way before the rest is looked at as a whole.
        """
        from scipy.sparse import vstack

        rows = vstack([self._balance, self._within[tight]]).tocsr()[:, list(columns)]
        there = abs(rows).sign()
        moving: BoolArray = np.ones(rows.shape[1], dtype=bool)
        while True:
            alone = there @ moving.astype(np.int64) == 1
            held = moving & (there.T @ alone.astype(np.int64) > 0)
            if not held.any():
                break
            moving &= ~held
        rest = np.flatnonzero(moving)
        dense = rows[:, rest]
        dense = dense[np.diff(dense.indptr) > 0].toarray()
        _, size, turned = np.linalg.svd(dense, full_matrices=True)
        kernel = turned[np.count_nonzero(size > 1e-9 * max(1.0, size.max(initial=0.0))) :]
        moving[rest] = np.abs(kernel).max(axis=0, initial=0.0) > 1e-9
        return moving

    def _bounds(self) -> tuple[FloatArray, FloatArray]:
        asked = self.asked
        high = np.full(asked.count, np.inf)
        high[asked.first_want :] = [w.kg_per_day / self.unit for w in asked.wants]
        for number, served in enumerate(asked.served):
            if not served:
                high[asked.first_want + number] = 0.0
        return np.zeros(asked.count), high


def optimum(
    cost: FloatArray, within: Any, most: FloatArray, balance: Any, equal: FloatArray,
    bounds: FloatArray | tuple[float, None], none: str,
) -> Answer:  # fmt: skip
    """The cheapest columns with ``within`` no more than ``most`` and ``balance`` as ``equal``.

    ``bounds`` are the least and the greatest of each column (count, 2), or of all. Raises
    CertificateError, which says ``none``, where the solver gives no answer, InfeasibleError where
    there is none.
    """
    from scipy.optimize import linprog

    found = linprog(
        cost, A_ub=within, b_ub=most, A_eq=balance, b_eq=equal, bounds=bounds,
        method="highs-ds", options=_OPTIONS,
    )  # fmt: skip
    if found.status == _INFEASIBLE:
        raise InfeasibleError(f"{none}: {found.message}")
    if found.status != 0:
        raise CertificateError(f"{none}: {found.message}")
    return Answer(found.x, -found.ineqlin.marginals, found.lower.marginals)
