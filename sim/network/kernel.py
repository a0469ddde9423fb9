"""Largest flows of many states at once in compiled code, each proven from its own arrays.

Dinic's algorithm (1970): ways of fewest arcs to the goal, a blocking flow over them, again until
none is left; what can be reached from the root then is the source side of the cut nearest it. It
needs the extra ``fast`` (numba); the machine code is made once and kept beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from .arcs import ArcNetwork, ManyFlows
from .certificate import CertificateError
from .graph import BoolArray, IntArray

F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F) -> F:
    try:
        made = njit(cache=True)(function)
    except RuntimeError:  # there is no folder that it could be kept in
        made = njit(function)
    return cast(F, made)


def solved(net: ArcNetwork, capacity: IntArray) -> ManyFlows:
    """:func:`~sim.network.many.many_flows` in compiled code. Raises CertificateError as it."""
    ends, halves, heads, starts = _halves_of(net.tail, net.head, net.goal + 1)
    found = ManyFlows(
        np.zeros(len(capacity), dtype=np.int64),
        np.zeros(capacity.shape, dtype=np.int64),
        np.zeros((len(capacity), net.goal + 1), dtype=np.bool_),
    )
    capacity = np.ascontiguousarray(capacity, dtype=np.int64)
    wrong = _solve_all(ends, halves, heads, starts, net.root, net.goal, capacity, *found)
    if wrong >= 0:
        raise CertificateError(f"state {wrong}: the flow does not prove itself equal to its cut")
    return found


def _halves_of(
    tail: IntArray, head: IntArray, nodes: int
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Arcs as half arcs: ``ends``, ``halves``, ``heads`` and ``starts``.

    Half arc 2e is arc e, 2e + 1 the way back over its flow. ``ends`` is where each begins,
    ``halves`` are all in the order of where they begin, ``heads`` where these lead; those that
    leave node v are from the v-th of ``starts`` on.
    """
    ends = np.column_stack([tail, head]).ravel().astype(np.int32)
    halves = np.argsort(ends, kind="stable").astype(np.int32)
    starts = np.searchsorted(ends[halves], np.arange(nodes + 1)).astype(np.int32)
    return ends, halves, ends[halves ^ 1], starts


@_compiled
def _solve_all(
    ends: IntArray, halves: IntArray, heads: IntArray, starts: IntArray, root: int, goal: int,
    capacity: IntArray, value: IntArray, amounts: IntArray, side: BoolArray,
) -> int:  # fmt: skip
    """Fill in every state; the first that does not prove itself, -1 where all do.

    ``ends``, ``halves``, ``heads`` and ``starts`` are those of :func:`_halves_of`.
    """
    left = np.empty(len(ends), dtype=np.int64)
    level, queue = np.empty(goal + 1, dtype=np.int32), np.empty(goal + 1, dtype=np.int32)
    at, way = np.empty(goal + 1, dtype=np.int32), np.empty(goal + 1, dtype=np.int32)
    balance = np.empty(goal + 1, dtype=np.int64)
    for state in range(len(capacity)):
        for arc in range(capacity.shape[1]):
            left[2 * arc] = capacity[state, arc]
            left[2 * arc + 1] = 0
        while _search(halves, heads, starts, goal, root, 1, left, level, queue):
            _block(ends, halves, heads, starts, root, goal, left, level, at, way)
        _search(halves, heads, starts, root, goal, 0, left, level, queue)
        for arc in range(capacity.shape[1]):
            amounts[state, arc] = left[2 * arc + 1]
        for node in range(goal + 1):
            side[state, node] = level[node] >= 0
        value[state] = _proven(ends, root, goal, capacity[state], amounts[state], level, balance)
        if value[state] < 0:
            return state
    return -1


@_compiled
def _search(
    halves: IntArray, heads: IntArray, starts: IntArray, begin: int, end: int, back: int,
    left: IntArray, level: IntArray, queue: IntArray,
) -> bool:  # fmt: skip
    """Steps of nodes from ``begin`` over what is left until ``end`` is met; is it?

    Against the arcs where ``back`` is 1. Nodes that are not seen have level -1.
    """
    level[:] = -1
    level[begin] = 0
    queue[0] = begin
    first, last = 0, 1
    while first < last:
        node = queue[first]
        first += 1
        for i in range(starts[node], starts[node + 1]):
            other = heads[i]
            if level[other] < 0 and left[halves[i] ^ back] > 0:
                level[other] = level[node] + 1
                if other == end:
                    return True
                queue[last] = other
                last += 1
    return False


@_compiled
def _block(
    ends: IntArray, halves: IntArray, heads: IntArray, starts: IntArray, root: int, goal: int,
    left: IntArray, level: IntArray, at: IntArray, way: IntArray,
) -> None:  # fmt: skip
    """A blocking flow: push over ways that go a step nearer to the goal each time, until none is.

    Levels are steps to the goal, so that hardly a way that is begun leads nowhere.
    """
    at[:] = starts[:-1]
    depth, node = 0, root
    while True:
        if node == goal:
            step = left[way[0]]
            for i in range(1, depth):
                step = min(step, left[way[i]])
            full = 0
            for i in range(depth - 1, -1, -1):
                left[way[i]] -= step
                left[way[i] ^ 1] += step
                if left[way[i]] == 0:
                    full = i
            depth, node = full, ends[way[full]]
            continue
        while at[node] < starts[node + 1]:
            if level[heads[at[node]]] == level[node] - 1 and left[halves[at[node]]] > 0:
                break
            at[node] += 1
        if at[node] < starts[node + 1]:
            way[depth] = halves[at[node]]
            node = heads[at[node]]
            depth += 1
        elif depth == 0:
            return
        else:  # nothing leads on from here
            depth -= 1
            node = ends[way[depth]]
            at[node] += 1


@_compiled
def _proven(
    ends: IntArray, root: int, goal: int, capacity: IntArray, amounts: IntArray, level: IntArray,
    balance: IntArray,
) -> int:  # fmt: skip
    """The value of a flow that is within 0 and its capacity, conserved, equal to its cut; else -1.

    The cut are the arcs that lead out of the nodes whose ``level`` is not -1.
    """
    balance[:] = 0
    held = 0
    for arc in range(len(capacity)):
        amount, tail, head = amounts[arc], ends[2 * arc], ends[2 * arc + 1]
        if amount < 0 or amount > capacity[arc]:
            return -1
        balance[tail] -= amount
        balance[head] += amount
        if level[tail] >= 0 and level[head] < 0:
            held += capacity[arc]
    for node in range(goal + 1):
        if node not in (root, goal) and balance[node] != 0:
            return -1
    if level[root] < 0 or level[goal] >= 0:
        return -1
    return held if balance[goal] == held and balance[root] == -held else -1
