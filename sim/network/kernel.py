"""Largest flows of many states at once in compiled code, each proven from its own arrays.

Ways that the whole network's flow takes come first, as far as a state leaves them; then Dinic's
algorithm (1970): ways of fewest arcs, a blocking flow over them, again until none is left. What
can be reached from the root then is the source side of the cut nearest it. 64 states are searched
together: a bit of a word for each, so that one look at an arc is one for all of them (Then et al.
2014). It needs the extra ``fast`` (numba); the machine code is made once and kept beside this file.
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

Words = NDArray[np.uint64]
"""A bit for each of 64 states, the first the lowest."""

F = TypeVar("F", bound=Callable[..., Any])

WIDTH = 64
"""States that are searched together; and ways of the whole network that are tried, at most."""

ONE, NONE = np.uint64(1), np.uint64(0)


def _compiled(function: F) -> F:
    try:
        made = njit(cache=True)(function)
    except RuntimeError:  # there is no folder that it could be kept in
        made = njit(function)
    return cast(F, made)


class Halves(NamedTuple):
    """Arcs as half arcs, in the order of the nodes that they leave.

    Half arc h leads to ``heads[h]``; what flows over it comes back over ``mate[h]``, which is an
    arc too where two in a row join the same nodes both ways and are lost together. It has the
    capacity of the arc ``arc[h]``, none where that is the number of arcs. Those of node v are from
    ``starts[v]`` on. ``of`` (e,) is the half of each arc.
    """

    heads: Indices
    mate: Indices
    arc: Indices
    starts: Indices
    of: Indices


def solved(net: ArcNetwork, lost: BoolArray) -> ManyFlows:
    """:func:`~sim.network.many.many_flows` in compiled code. Raises CertificateError as it."""
    nodes, free = net.goal + 1, len(net.targets)
    value = np.empty(len(lost), dtype=np.int64)
    side = np.empty((len(lost), nodes), dtype=np.bool_)
    tail, head = net.tail.astype(np.uint32), net.head.astype(np.uint32)
    target = np.where(net.target < 0, free, net.target).astype(np.uint32)
    halves = halves_of(tail, head, target, nodes)
    full = np.append(net.capacity, 0)[halves.arc]
    owner = np.append(target, free)[np.minimum(halves.arc, halves.arc[halves.mate])]
    wrong = _solve_all(
        halves, full, owner.astype(np.uint32), tail, head, net.root, net.goal, net.capacity,
        target, np.ascontiguousarray(lost), value, side,
    )  # fmt: skip
    if wrong >= 0:
        raise CertificateError(f"state {wrong}: the flow does not prove itself equal to its cut")
    return ManyFlows(value, side)


def halves_of(tail: Indices, head: Indices, target: Indices, nodes: int) -> Halves:
    """The half arcs of a network; ``target`` (e,) is what each arc is lost with."""
    arcs = len(tail)
    mate = np.full(arcs, arcs)
    turned = (tail[:-1] == head[1:]) & (head[:-1] == tail[1:])
    both = np.flatnonzero(turned & (target[:-1] == target[1:]))
    first = both[np.diff(both, prepend=-2) > 1]  # of a row of such the others are left alone
    mate[first], mate[first + 1] = first + 1, first
    alone = np.flatnonzero(mate == arcs)
    mate[alone] = arcs + np.arange(len(alone))
    begin = np.concatenate([tail, head[alone]])
    order = np.argsort(begin, kind="stable")
    number = np.empty(len(order), dtype=np.uint32)
    number[order] = np.arange(len(order))
    heads = np.concatenate([head, tail[alone]])[order]
    arc = np.minimum(order, arcs)
    starts = np.searchsorted(begin[order], np.arange(nodes + 1))
    mate = number[np.concatenate([mate, alone])[order]]
    return Halves(
        heads.astype(np.uint32), mate, arc.astype(np.uint32), starts.astype(np.uint32),
        number[:arcs],
    )  # fmt: skip


@_compiled
def _solve_all(
    halves: Halves, full: IntArray, owner: Indices, tail: Indices, head: Indices, root: int,
    goal: int, whole: IntArray, target: Indices, lost: BoolArray, value: IntArray, side: BoolArray,
) -> int:  # fmt: skip
    """Fill in every state; the first that does not prove itself, -1 where all do.

    ``full`` is the capacity of each half arc where nothing is lost, ``owner`` the target that it is
    lost with; ``whole`` and ``target`` (e,) are those of arcs. The last target is none. ``lost``
    (k, t) are the targets that each state has lost.
    """
    nodes, free, count = goal + 1, lost.shape[1], len(full)
    left, room = np.empty((WIDTH, count), np.int64), np.empty(count, np.uint64)
    reached, came = np.empty(nodes, np.uint64), np.empty(count, np.uint64)
    ways, length = np.empty((WIDTH, nodes), np.uint32), np.zeros(WIDTH + 1, np.int32)
    left[0] = full
    for half in range(count):
        room[half] = np.uint64(full[half] > 0)
    _flow(halves, root, goal, ONE, left, room, came, reached, ways, length, True)
    barred = np.zeros(free + 1, np.uint64)  # the ways that go over each target
    for kept in range(np.count_nonzero(length)):
        for i in range(length[kept]):
            barred[owner[ways[kept, i]]] |= ONE << np.uint64(kept)
    gone, capacity, amounts = np.zeros(free + 1, np.uint64), whole.copy(), whole.copy()
    balance, cut = np.empty(nodes, np.int64), np.empty(nodes, np.bool_)
    for first in range(0, len(lost), WIDTH):
        states = min(WIDTH, len(lost) - first)
        every = ~NONE >> np.uint64(WIDTH - states)
        gone[:] = NONE
        for state in range(states):
            for number in range(free):
                gone[number] |= np.uint64(lost[first + state, number]) << np.uint64(state)
        for half in range(count):
            room[half] = (every if full[half] > 0 else NONE) & ~gone[owner[half]]
        for state in range(states):
            left[state] = full
            _try(halves, left[state], room, came, np.uint64(state), ways, length, gone, barred)
        _flow(halves, root, goal, every, left, room, came, reached, ways, length, False)
        for state in range(states):
            bit, row = np.uint64(state), left[state]
            for arc in range(len(whole)):
                stands = 1 - np.int64(gone[target[arc]] >> bit & ONE)
                capacity[arc] = whole[arc] * stands
                amounts[arc] = max(0, whole[arc] - row[halves.of[arc]])
            for node in range(nodes):
                cut[node] = bool(reached[node] >> bit & ONE)
            held = _proven(tail, head, root, goal, capacity, amounts, cut, balance)
            if held < 0:
                return first + state
            value[first + state] = held
            side[first + state] = cut
    return -1


@_compiled
def _try(
    halves: Halves, left: IntArray, room: Words, came: Words, bit: np.uint64, ways: Indices,
    length: IntArray, gone: Words, barred: Words,
) -> None:  # fmt: skip
    """Send what goes over the kept ways on which nothing is ``gone`` in a state."""
    shut = NONE
    for number in range(len(gone)):
        shut |= barred[number] & (NONE - (gone[number] >> bit & ONE))
    for kept in range(WIDTH):
        if length[kept] == 0:
            return
        if shut >> np.uint64(kept) & ONE == NONE:
            _push(halves, left, room, came, bit, ways[kept], length[kept])


@_compiled
def _push(
    halves: Halves, left: IntArray, room: Words, came: Words, bit: np.uint64, way: Indices,
    length: int,
) -> None:  # fmt: skip
    """Send over a way, so many half arcs of ``way``, what all of them have room for in a state."""
    step = left[way[0]]
    for i in range(1, length):
        step = min(step, left[way[i]])
    if step > 0:
        for i in range(length):
            half, back = way[i], halves.mate[way[i]]
            left[half] -= step
            left[back] += step
            full = np.uint64(left[half] == 0) << bit
            room[half] &= ~full
            came[back] &= ~full
            room[back] |= ONE << bit


@_compiled
def _flow(
    halves: Halves, root: int, goal: int, every: np.uint64, left: IntArray, room: Words,
    came: Words, reached: Words, ways: Indices, length: IntArray, keep: bool,
) -> None:  # fmt: skip
    """Add to the flows of the states ``every`` until they are largest.

    ``left`` (64, h) is what is left on each half arc in each state, ``room`` (h,) the states in
    which something is. ``reached`` are the states in which the root reaches each node at the end.
    Where ``keep`` the ways of the first are added to ``ways``, as many as have room there.
    """
    nodes = goal + 1
    way, seen = np.empty(nodes, np.uint32), np.empty(nodes, np.uint64)
    reached[:] = NONE
    while every != NONE:
        met = _search(halves, root, goal, every, room, came, seen)
        for node in range(nodes):
            reached[node] |= seen[node] & every & ~met
        for state in range(WIDTH):
            bit = np.uint64(state)
            if met >> bit & ONE:
                _block(halves, root, goal, left[state], room, came, bit, way, ways, length, keep)
        every = met


@_compiled
def _search(
    halves: Halves, root: int, goal: int, every: np.uint64, room: Words, came: Words, seen: Words
) -> np.uint64:
    """The states of ``every`` in which there is a way from the root to the goal.

    All go a step at a time, each until it meets the goal. ``seen`` tells in which each node was
    met, ``came`` in which a half arc leads back from a node to one that it was met from by a way of
    fewest arcs. No branch hangs on what is left, since none could be foreseen.
    """
    heads, mate, starts = halves.heads, halves.mate, halves.starts
    wave, after = np.zeros(goal + 1, np.uint64), np.zeros(goal + 1, np.uint64)
    queue, then = np.empty(goal + 2, np.uint32), np.empty(goal + 2, np.uint32)
    came[:] = NONE
    seen[:] = NONE
    seen[root] = wave[root] = every
    queue[0] = root
    count, met = 1, NONE
    while count:
        last = 0
        for i in range(count):
            node = queue[i]
            bits = wave[node] & ~met
            for half in range(starts[node], starts[node + 1]):
                other = heads[half]
                old = after[other]
                new = bits & room[half] & ~seen[other]
                came[mate[half]] |= new
                after[other] = old | new
                then[last] = other
                last += int((old == NONE) & (new != NONE))
        for i in range(last):
            node = then[i]
            seen[node] |= after[node]
            wave[node] = after[node]
            after[node] = NONE
        met |= seen[goal]
        queue, then = then, queue
        count = last
    return met


@_compiled
def _block(
    halves: Halves, root: int, goal: int, left: IntArray, room: Words, came: Words, bit: np.uint64,
    way: Indices, ways: Indices, length: IntArray, keep: bool,
) -> None:  # fmt: skip
    """A blocking flow of a state: push over ways of fewest arcs until none is left.

    They are looked for from the goal: each node that was met was met by such a way, so hardly a
    search leads nowhere.
    """
    heads, mate, starts = halves.heads, halves.mate, halves.starts
    kept = np.count_nonzero(length) if keep else WIDTH
    depth, node = 0, goal
    while True:
        if node == root:
            _push(halves, left, room, came, bit, way, depth)
            if kept < WIDTH:
                ways[kept] = way
                length[kept] = depth
                kept += 1
            depth = 0
            while left[way[depth]] > 0:
                depth += 1
            node = heads[way[depth]]
            continue
        half, end = starts[node], starts[node + 1]
        while half < end and came[half] >> bit & ONE == NONE:
            half += 1
        if half < end:
            way[depth] = mate[half]
            node = heads[half]
            depth += 1
        elif depth == 0:
            return
        else:  # nothing leads here any more
            depth -= 1
            node = heads[way[depth]]
            came[mate[way[depth]]] &= ~(ONE << bit)


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
