"""Of all plans that serve the same, the one of least time, and of those the first by the rule.

By the rule as much as can be comes from the first source of the first line, then from its second,
and so on, then over its first road; then so for the second line, and on. An optimal plan is one in
which all is 0 that would cost something, and all is used up that is worth something (complementary
slackness); what can still change within that is settled one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from sim.network.graph import BoolArray, FloatArray, reach

from .asked import Asked
from .program import COUNTS, Answer, InfeasibleError, Program


def settle(program: Program, amounts: Sequence[Fraction]) -> FloatArray | None:
    """What each column (kg/day) carries in that plan, where wants get these amounts (kg/day).

    None where no plan gives them that.
    """
    asked = program.asked
    if not any(amounts):
        return np.zeros(asked.count)
    cost = np.zeros(asked.count)
    for columns in asked.columns:
        cost[columns.ways] = asked.graph.seconds[columns.flat >> 1]
    closed = np.zeros(asked.count, dtype=bool)
    tight = np.zeros(len(asked.limits), dtype=bool)
    fixed: dict[int, float] = {}
    try:
        answer = program.extreme(cost, amounts, fixed, closed, tight)
    except InfeasibleError:
        return None
    _narrow(answer, closed, tight)
    closed |= ~_on_the_way(asked, closed, amounts)
    while (column := _first_free(program, fixed, closed, tight)) is not None:
        most = np.zeros(asked.count)
        most[column] = -1.0
        answer = program.extreme(most, amounts, fixed, closed, tight)
        fixed[column] = float(answer.columns[column])
        _narrow(answer, closed, tight)
    return answer.columns * program.unit


def _narrow(answer: Answer, closed: BoolArray, tight: BoolArray) -> None:
    """Keep to what is optimal."""
    closed |= answer.zeros > COUNTS
    tight |= answer.limits > COUNTS


def _on_the_way(asked: Asked, closed: BoolArray, amounts: Sequence[Fraction]) -> BoolArray:
    """The columns (count,) that lie on a way from a source to a want in what is not closed."""
    graph = asked.graph
    kept, everywhere = ~closed, np.ones(len(graph.places), dtype=bool)
    for number, (line, columns) in enumerate(zip(asked.lines, asked.columns, strict=True)):
        usable = np.zeros((len(graph.roads), 2), dtype=bool)
        usable.ravel()[columns.flat[kept[columns.ways]]] = True
        goals = {
            w.place
            for w, kg in zip(asked.wants, amounts, strict=True)
            if w.line == number and kg > 0
        }
        begin = [s for s, c in zip(line.sources, columns.sources, strict=True) if kept[c]]
        near = reach(graph, usable, everywhere, begin)
        near = near & reach(graph, usable[:, ::-1], everywhere, goals)
        kept[columns.ways] &= near[columns.tail] & near[columns.head]
        kept[columns.sources] &= near[list(line.sources)]
    return kept


def _first_free(
    program: Program, fixed: dict[int, float], closed: BoolArray, tight: BoolArray
) -> int | None:
    """The first column that may carry another amount in a plan as good, None where none can."""
    first_want = program.asked.first_want
    columns = [c for c in np.flatnonzero(~closed[:first_want]).tolist() if c not in fixed]
    if not columns:
        return None
    moving = np.flatnonzero(program.free(columns, tight))
    return columns[int(moving[0])] if len(moving) else None
