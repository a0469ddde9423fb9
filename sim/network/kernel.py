"""Largest flows of many states at once in compiled code, each proven from its own arrays.

Ways that the whole network's flow takes come first, as far as a state leaves them; then Dinic's
algorithm (1970): ways of fewest arcs, a blocking flow over them, again until none is left. What
can be reached from the root then is the source side of the cut nearest it. It needs the extra
``fast`` (numba); the machine code is made once and kept beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .arcs import ArcNetwork, ManyFlows
from .certificate import CertificateError
from .graph import BoolArray, IntArray

Indices = NDArray[np.unsignedinteger[Any]]
"""Indices without a sign, so that no check for negative ones slows their use."""

F = TypeVar("F", bound=Callable[..., Any])

STRIDE = 4
"""Half arcs of a node are filled up to a multiple of this: loops of one length are foreseen."""

MOST_WAYS = 64
"""Ways of the whole network's flow that are tried first in every state, at most."""


def _compiled(function: F) -> F:
    try:
        made = njit(cache=True)(function)
    except RuntimeError:  # there is no folder that it could be kept in
        made = njit(function)
    return cast(F, made)


class Halves(NamedTuple):
    """Arcs as half arcs, in the order of the nodes that they leave.

    Half arc h leads to ``heads[h]``; what flows over it comes back over ``mate[h]``, which is an
    arc too where two in a row join the same nodes both ways. It has the capacity of the arc
    ``arc[h]``, none where that is the number of arcs. Those of node v are from ``starts[v]`` on.
    ``of`` (e,) is the half of each arc.
    """

    heads: Indices
    mate: Indices
    arc: Indices
    starts: Indices
    of: Indices


def solved(net: ArcNetwork, capacity: IntArray) -> ManyFlows:
    """:func:`~sim.network.many.many_flows` in compiled code. Raises CertificateError as it."""
    nodes = net.goal + 1
    found = ManyFlows(
        np.empty(len(capacity), dtype=np.int64),
        np.empty(capacity.shape, dtype=np.int64),
        np.empty((len(capacity), nodes), dtype=np.bool_),
    )
    tail, head = net.tail.astype(np.uint32), net.head.astype(np.uint32)
    halves = halves_of(tail, head, nodes)
    capacity = np.ascontiguousarray(capacity, dtype=np.int64)
    wrong = _solve_all(*halves, tail, head, net.root, net.goal, net.capacity, capacity, *found)
    if wrong >= 0:
        raise CertificateError(f"state {wrong}: the flow does not prove itself equal to its cut")
    return found


def halves_of(tail: Indices, head: Indices, nodes: int) -> Halves:
    """The half arcs of a network."""
    arcs = len(tail)
    mate = np.full(arcs, arcs)
    both = np.flatnonzero((tail[:-1] == head[1:]) & (head[:-1] == tail[1:]))
    first = both[np.diff(both, prepend=-2) > 1]  # of a row of such the others are left alone
    mate[first], mate[first + 1] = first + 1, first
    alone = np.flatnonzero(mate == arcs)
    mate[alone] = arcs + np.arange(len(alone))
    begin = np.concatenate([tail, head[alone]])
    fill = np.repeat(np.arange(nodes), -np.bincount(begin, minlength=nodes) % STRIDE)
    rest = arcs + len(alone) + np.arange(len(fill))
    begin = np.concatenate([begin, fill])
    order = np.argsort(begin, kind="stable")
    number = np.empty(len(order), dtype=np.uint32)
    number[order] = np.arange(len(order))
    heads = np.concatenate([head, tail[alone], fill])[order]
    arc = np.minimum(order, arcs)
    starts = np.searchsorted(begin[order], np.arange(nodes + 1))
    mate = number[np.concatenate([mate, alone, rest])[order]]
    return Halves(
        heads.astype(np.uint32), mate, arc.astype(np.uint32), starts.astype(np.uint32),
        number[:arcs],
    )  # fmt: skip


@_compiled
def _solve_all(
    heads: Indices, mate: Indices, arc: Indices, starts: Indices, of: Indices,
    tail: Indices, head: Indices, root: int, goal: int, whole: IntArray, states: IntArray,
    value: IntArray, amounts: IntArray, side: BoolArray,
) -> int:  # fmt: skip
    """Fill in every state; the first that does not prove itself, -1 where all do.

    ``whole`` (e,) are the capacities of the network whose ways are tried first, ``states`` (k, e)
    those of the states, the first arrays those of :class:`Halves`.
    """
    nodes = goal + 1
    left, level = np.empty(len(heads), dtype=np.int64), np.empty(nodes, dtype=np.int32)
    queue, at = np.empty(nodes + 1, dtype=np.uint32), np.empty(nodes, dtype=np.uint32)
    way, ways = np.empty(nodes, dtype=np.uint32), np.empty((MOST_WAYS, nodes), dtype=np.uint32)
    length, balance = np.zeros(MOST_WAYS + 1, dtype=np.int32), np.empty(nodes, dtype=np.int64)
    for state in range(-1, len(states)):  # the first is the whole network
        capacity = whole if state < 0 else states[state]
        for half in range(len(heads)):
            left[half] = capacity[arc[half]] if arc[half] < len(capacity) else 0
        for kept in range(MOST_WAYS):
            if length[kept] == 0:
                break
            _push(mate, left, ways[kept], length[kept])
        while _search(heads, starts, root, goal, left, level, queue):
            _block(heads, mate, starts, root, goal, left, level, at, way, ways, length, state < 0)
        if state < 0:
            continue
        for number in range(len(capacity)):
            amounts[state, number] = max(0, capacity[number] - left[of[number]])
        for node in range(nodes):
            side[state, node] = level[node] > 0
        value[state] = _proven(
            tail, head, root, goal, capacity, amounts[state], side[state], balance
        )
        if value[state] < 0:
            return state
    return -1


@_compiled
def _push(mate: Indices, left: IntArray, way: Indices, length: int) -> None:
    """Send over a way, so many half arcs of ``way``, what all of them have room for."""
    step = left[way[0]]
    for i in range(1, length):
        step = min(step, left[way[i]])
    if step > 0:
        for i in range(length):
            left[way[i]] -= step
            left[mate[way[i]]] += step


@_compiled
def _search(
    heads: Indices, starts: Indices, root: int, goal: int, left: IntArray, level: IntArray,
    queue: Indices,
) -> bool:  # fmt: skip
    """Levels of nodes: 1 at the root, one more each step over what is left, 0 if not met.

    Ends at the goal; is it met? No branch hangs on what is left, since none could be foreseen.
    """
    level[:] = 0
    level[root] = 1
    queue[0] = root
    first, last = 0, 1
    while first < last and level[goal] == 0:
        node = queue[first]
        first += 1
        deeper = level[node] + 1
        for half in range(starts[node], starts[node + 1]):
            other = heads[half]
            new = (left[half] > 0) & (level[other] == 0)
            queue[last] = other
            level[other] += deeper * new
            last += new
    return bool(level[goal] > 0)


@_compiled
def _block(
    heads: Indices, mate: Indices, starts: Indices, root: int, goal: int, left: IntArray,
    level: IntArray, at: Indices, way: Indices, ways: Indices, length: IntArray, keep: bool,
) -> None:  # fmt: skip
    """A blocking flow: push over ways of a level each step until none is left.

    They are looked for from the goal: each node with a level was met by such a way, so hardly a
    search leads nowhere. Where ``keep`` they are added to ``ways``, as many as have room there.
    """
    at[:] = starts[:-1]
    kept = np.count_nonzero(length) if keep else MOST_WAYS
    depth, node = 0, goal
    while True:
        if node == root:
            _push(mate, left, way, depth)
            if kept < MOST_WAYS:
                ways[kept] = way
                length[kept] = depth
                kept += 1
            depth = 0
            while left[way[depth]] > 0:
                depth += 1
            node = heads[way[depth]]
            continue
        while at[node] < starts[node + 1]:
            half = at[node]
            if level[heads[half]] == level[node] - 1 and left[mate[half]] > 0:
                break
            at[node] += 1
        if at[node] < starts[node + 1]:
            way[depth] = mate[at[node]]
            node = heads[at[node]]
            depth += 1
        elif depth == 0:
            return
        else:  # nothing leads here any more
            depth -= 1
            node = heads[way[depth]]
            at[node] += 1


@_compiled
def _proven(
    tail: Indices, head: Indices, root: int, goal: int, capacity: IntArray, amounts: IntArray,
    side: BoolArray, balance: IntArray,
) -> int:  # fmt: skip
    """The value of a flow that is within 0 and its capacity, conserved, equal to its cut; else -1.

    The cut are the arcs that lead out of the nodes of ``side``.
    """
    balance[:] = 0
    held, wrong = 0, not side[root] or side[goal]
    for arc in range(len(capacity)):
        amount, begin, end = amounts[arc], tail[arc], head[arc]
        wrong |= (amount < 0) | (amount > capacity[arc])
        balance[begin] -= amount
        balance[end] += amount
        held += capacity[arc] * (side[begin] & ~side[end])
    wrong |= (balance[goal] != held) | (balance[root] != -held)
    balance[goal] = balance[root] = 0
    for node in range(goal + 1):
        wrong |= balance[node] != 0
    return -1 if wrong else held
