"""Many states of one network: a largest flow and its cut under each of many capacities.

One by one by OR-tools, or all at once by compiled code (the extra ``fast``) where there are so
many that loading it pays. Both prove each state by itself, and both give the same value and the
same cut; which of several largest flows is found is not stated.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec

import numpy as np

from .arcs import ArcNetwork, ManyFlows
from .graph import BoolArray, IntArray

WORTH = 20_000
"""From so many states on compiled code pays: it takes about a second to load, 50 us less each."""

KERNEL = f"{__package__}.kernel"
"""The module of the compiled code."""

MOST_CELLS = 4_000_000
"""Arcs times states of one batch at most, so that its arrays stay below some 100 MB."""


def many_flows(net: ArcNetwork, lost: BoolArray, *, of: int | None = None) -> ManyFlows:
    """A largest flow without the targets of each row of ``lost`` (k, t), every one proven.

    ``of`` is how many states will be asked for in all, which decides who solves them, as long as
    the compiled code is not loaded anyway. Raises CertificateError where one does not prove itself.
    """
    many = (len(lost) if of is None else of) >= WORTH
    if (many or KERNEL in sys.modules) and compiled():
        from .kernel import solved

        return solved(net, lost)
    return one_by_one(net, without_each(net, lost))


@cache
def compiled() -> bool:
    """Whether the extra ``fast`` is installed."""
    return find_spec("numba") is not None


def one_by_one(net: ArcNetwork, capacity: IntArray) -> ManyFlows:
    """A largest flow under each row of ``capacity`` (k, e), every one proven, by OR-tools.

    Raises CertificateError as :func:`many_flows`.
    """
    found = ManyFlows(
        np.empty(len(capacity), dtype=np.int64),
        np.empty((len(capacity), net.goal + 1), dtype=bool),
    )
    for i, row in enumerate(capacity):
        found.value[i], found.side[i] = net.solve(row)
    return found


def batch(net: ArcNetwork) -> int:
    """How many states are solved at a time."""
    return max(1, MOST_CELLS // max(1, len(net.tail)))


def without_each(net: ArcNetwork, lost: BoolArray) -> IntArray:
    """Capacities (k, e) once the targets that each row of ``lost`` (k, t) names are lost."""
    never = np.zeros((len(lost), 1), dtype=bool)  # the last stands for arcs of no target
    gone = np.concatenate([lost, never], axis=1).take(net.target, axis=1)
    return np.where(gone, 0, net.capacity)


def crossings(net: ArcNetwork, capacity: IntArray, side: BoolArray) -> BoolArray:
    """(k, e) the arcs with capacity that lead out of the source side (k, v) of each state."""
    out: BoolArray = side[:, net.tail] & ~side[:, net.head] & (capacity > 0)
    return out
