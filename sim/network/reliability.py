"""What a network carries where parts of it may fail: exactly, by parting its states.

A state says of each target whether it stands. A set of states in which some are known to stand,
some to be lost and the rest are free has the same value throughout where all free ones standing
carry no more than all of them lost (Doulliez and Jamoulle 1972); where both have the same minimum
cut nearest the sources, so has every state between. Else some free target leads out of the cut of
the lower one, for otherwise that cut would bound the upper one too: the set is parted by it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.base.progress import working

from .arcs import ArcNetwork
from .graph import BoolArray, FloatArray, IntArray
from .many import batch, crossings, many_flows, without_each
from .tally import Tally

MOST_SOLVES, MOST_ARCS = 20_000, 5_000_000
"""Flows that the exact answer may take, and arcs in all of them: a second or two one by one."""

INSISTENT = 20
"""So many times as many are taken where nothing else is an answer."""

MOST_OUTCOMES = 16
"""Joint outcomes of shared draws up to which each is looked at by itself."""

LOST, STANDS, FREE = 0, 1, 2
"""What is known of a target."""


class Outcome(NamedTuple):
    """What a shared draw may come to: its chance, and the targets that are lost then."""

    chance: float
    lost: frozenset[int]


@dataclass(frozen=True, eq=False)
class Doubts:
    """A network of which targets may fail: each by itself, and some together.

    ``stands`` (t,) is the chance of each, 1 of one that only a shared draw takes; a target stands
    where its own draw and all shared ones let it. All draws are independent.
    """

    net: ArcNetwork
    stands: FloatArray
    shared: tuple[tuple[Outcome, ...], ...] = ()

    @cached_property
    def joint(self) -> tuple[Outcome, ...] | None:
        """The outcomes of all shared draws together; None where they are too many."""
        if math.prod(len(draw) for draw in self.shared) > MOST_OUTCOMES:
            return None
        found: dict[frozenset[int], float] = {}
        for each in itertools.product(*self.shared):
            lost = frozenset().union(*(outcome.lost for outcome in each))
            found[lost] = found.get(lost, 0.0) + math.prod(outcome.chance for outcome in each)
        return tuple(Outcome(chance, lost) for lost, chance in found.items() if chance)

    def marginal(self) -> FloatArray:
        """(t,) the chance of each target to stand, whatever it hangs on."""
        found = self.stands.copy()
        for draw in self.shared:
            kept = np.ones(len(found))
            for chance, lost in draw:
                kept[list(lost)] -= chance
            found *= kept
        return found

    @property
    def own(self) -> IntArray:
        """The targets that have a draw of their own."""
        return np.flatnonzero(self.stands < 1)


class _Node(NamedTuple):
    """A set of states: what is known of each target, and the flows with all free ones and none."""

    chance: float
    known: IntArray
    most: tuple[int, BoolArray]
    least: tuple[int, BoolArray]


def parted(doubts: Doubts, most: int | None = None, *, insist: bool = False) -> Tally | None:
    """All states counted, in parts; None where that takes more than ``most`` flows.

    None are as many as are worth a trial, or ``INSISTENT`` times as many. Raises CertificateError
    where a flow does not prove itself.
    """
    net, outcomes = doubts.net, doubts.joint
    if most is None:
        most = min(MOST_SOLVES, MOST_ARCS // len(net.tail)) * (INSISTENT if insist else 1)
    if outcomes is None:
        return None
    tally = Tally(net, known=True)
    begun: list[IntArray] = []
    for outcome in outcomes:
        known = np.where(doubts.stands < 1, FREE, STANDS)
        known[list(outcome.lost)] = LOST
        begun.append(known)
    first = _solved(net, [state == LOST for state in begun])
    last = _solved(net, [state != STANDS for state in begun])
    nodes = [
        _Node(outcome.chance, known, upper, lower)
        for outcome, known, upper, lower in zip(outcomes, begun, first, last, strict=True)
    ]
    tally.solves = 2 * len(nodes)
    size = max(1, min(256, batch(net) // 2))
    with working("per cent of all states", 100) as done:
        while nodes:
            done(math.floor(100 * tally.count), 100)
            if tally.solves > most:
                return None
            taken, nodes = nodes[-size:], nodes[:-size]
            parting = [(node, _parting(net, node)) for node in taken]
            _count(doubts, tally, [node for node, by in parting if by is None])
            children = [(node, by) for node, by in parting if by is not None]
            tally.solves += 2 * len(children)
            nodes += _children(doubts, children)
    return tally


def _solved(net: ArcNetwork, lost: Sequence[BoolArray]) -> list[tuple[int, BoolArray]]:
    """Value and cut of each state."""
    if not lost:
        return []
    found = many_flows(net, np.array(lost))
    return list(zip(found.value.tolist(), found.side, strict=True))


def _parting(net: ArcNetwork, node: _Node) -> int | None:
    """The free target of most capacity that leads out of the lower cut; None where all agree."""
    value, side = node.least
    if node.most[0] == value and np.array_equal(node.most[1], side):
        return None
    out = np.flatnonzero(side[net.tail] & ~side[net.head] & (net.target >= 0))
    free = out[node.known[net.target[out]] == FREE]
    return int(net.target[free[np.argmax(net.capacity[free])]])


def _children(doubts: Doubts, parents: Sequence[tuple[_Node, int]]) -> Iterator[_Node]:
    """Each parent's states where the target it is parted by stands, and where it is lost."""
    standing: list[IntArray] = []
    lost: list[IntArray] = []
    for node, by in parents:
        for states, known in ((standing, STANDS), (lost, LOST)):
            state = node.known.copy()
            state[by] = known
            states.append(state)
    lower = _solved(doubts.net, [state != STANDS for state in standing])
    upper = _solved(doubts.net, [state == LOST for state in lost])
    for i, (node, by) in enumerate(parents):
        chance = float(doubts.stands[by])
        yield _Node(node.chance * chance, standing[i], node.most, lower[i])
        yield _Node(node.chance * (1 - chance), lost[i], upper[i], node.least)


def _count(doubts: Doubts, tally: Tally, nodes: Sequence[_Node]) -> None:
    """Count sets of states that all carry the same over the same cut."""
    if not nodes:
        return
    net, known = doubts.net, np.array([node.known for node in nodes])
    capacity = without_each(net, known == LOST)
    tally.add(
        np.array([node.chance for node in nodes]),
        np.array([node.most[0] for node in nodes]),
        np.where(known == FREE, doubts.stands, known),
        crossings(net, capacity, np.array([node.most[1] for node in nodes])),
    )
