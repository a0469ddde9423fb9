"""What a flow and a cut are, and the proof that the one is as large as the other.

A flow that keeps within its limits and loses nothing on the way is a largest one as soon
as some cut holds no more than its value (weak duality; Ford and Fulkerson 1956). All
numbers are whole, so the check is exact. It makes its own arrays of the graph and reads none of
a solver's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .graph import BoolArray, Graph, IntArray, reach

UNLIMITED: int = 2**62
"""A capacity, supply or demand without limit; also the value of a flow without limit."""


class CertificateError(RuntimeError):
    """A flow does not satisfy its own certificate, or a solver gave none."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A set of things with positive capacity whose loss stops the flow.

    What is closed already (capacity 0) is in no cut, so the cut of a flow of 0 is empty; for
    what would reopen it see :func:`~sim.network.cuts.reopening_set`.

    ``source_side`` marks the places that lie wholly before the cut: goods of the sources can
    leave them again in what the flow has left over. A place of ``places`` is reached but
    not passed, and is not marked.

    ``FlowProblem`` returns the minimum cut nearest the sources (the smallest source side, so
    it depends on no order of names). ``farther`` finds another when asked.
    """

    value: int  # kg/day
    arcs: tuple[tuple[int, int], ...]  # (road, 0 for a -> b or 1 for b -> a), sorted
    places: tuple[int, ...]  # places whose own capacity is in the cut
    supplies: tuple[int, ...]  # sources (as places) whose supply is in the cut
    demands: tuple[int, ...]  # sinks (as places) whose demand is in the cut
    source_side: BoolArray  # (n,)
    crossing: IntArray  # all that leads out of its side, closed or not, in limits of Certificate
    farther: Callable[[Cut], Cut | None] | None = None

    @property
    def roads(self) -> tuple[int, ...]:
        """Roads of the cut, whatever their direction, sorted."""
        return tuple(sorted({road for road, _ in self.arcs}))

    @property
    def members(self) -> tuple[object, ...]:
        """All that is in the cut; two cuts of one flow with the same members are the same."""
        return self.arcs, self.places, self.supplies, self.demands

    @cached_property
    def sink_side_cut(self) -> Cut | None:
        """The minimum cut nearest the sinks; None where it is this one.

        Every other minimum cut lies between the two. A flow without limit has no cut: it is
        empty, unique, of value ``UNLIMITED``.
        """
        return None if self.farther is None else self.farther(self)

    @property
    def unique(self) -> bool:
        """True where this is the only minimum cut."""
        return self.sink_side_cut is None


@dataclass(frozen=True, eq=False)
class Flow:
    """A flow and the cut that proves it largest; kg/day.

    Where ``unlimited``, ``value`` is ``UNLIMITED`` and all arrays are zero. ``prices()`` (2n + 2,)
    s, of the nodes of ``FlowProblem``, prove a plan cheapest; None for a flow that need not be.
    """

    value: int
    unlimited: bool
    road_flow: IntArray  # (m, 2) a -> b, b -> a
    place_flow: IntArray  # (n,)
    source_flow: IntArray  # (k,) in the order of the problem's sources
    sink_flow: IntArray  # (l,) in the order of the problem's sinks
    cut: Cut
    prices: Callable[[], IntArray] | None = None

    @cached_property
    def amounts(self) -> IntArray:
        """All that it carries as one vector of :class:`Certificate`, kg/day."""
        return np.concatenate(
            (self.road_flow.ravel(), self.place_flow, self.source_flow, self.sink_flow)
        )


def check_amounts(
    tail: IntArray, head: IntArray, limits: IntArray, amounts: IntArray, root: int, goal: int,
    value: int,
) -> None:  # fmt: skip
    """Check that ``amounts`` (e,) on arcs are a flow of ``value`` from ``root`` to ``goal``.

    ``goal`` is the last node. Raises CertificateError where they exceed ``limits`` (e,), are
    negative, are lost on the way, or are another value.
    """
    # A negative number is a huge one where the sign is read as a digit.
    if np.count_nonzero(amounts.view(np.uint64) > limits.view(np.uint64)):
        raise CertificateError("the flow is not within 0 and its capacity")
    weights = amounts.astype(np.float64)
    arriving: NDArray[Any] = np.bincount(head, weights, goal + 1)
    leaving: NDArray[Any] = np.bincount(tail, weights, goal + 1)
    # Sums in floats are exact below 2**53; what leaves is compared with what arrives.
    if np.maximum.reduce(arriving) >= 2**53:
        arriving, leaving = np.zeros((2, goal + 1), dtype=object)
        np.add.at(arriving, head, amounts.astype(object))
        np.add.at(leaving, tail, amounts.astype(object))
    sent, received = leaving[root] - arriving[root], arriving[goal] - leaving[goal]
    leaving[root] -= sent
    arriving[goal] -= received
    if np.count_nonzero(arriving != leaving):
        raise CertificateError("flow is not conserved at some place")
    if not sent == received == value:
        raise CertificateError("what leaves the sources or reaches the sinks is not the value")


class Certificate:
    """The proof of flows between the same sources and sinks, in arrays made once.

    Place i is entered at node i and left at node n + i. Limits, and the parts of a flow, are one
    vector: the roads (a -> b, b -> a of each in turn), the places, the supplies, the demands;
    ``UNLIMITED`` and above is no bound.
    """

    def __init__(self, graph: Graph, sources: Sequence[int], sinks: Sequence[int]) -> None:
        self.graph, self.sources, self.sinks = graph, tuple(sources), tuple(sinks)
        n = len(graph.places)
        before, behind = 2 * n, 2 * n + 1
        places = np.arange(n)
        ends = np.stack([graph.a, graph.b], axis=1).astype(np.int64)
        first, last = np.full(len(sources), before), np.full(len(sinks), behind)
        begin, end = np.array(sources, dtype=np.int64), np.array(sinks, dtype=np.int64)
        self._tail = np.concatenate((n + ends.ravel(), places, first, n + end))
        self._head = np.concatenate((ends[:, ::-1].ravel(), n + places, begin, last))
        self._shapes = ((len(graph.roads), 2), (n,), (len(sources),), (len(sinks),))
        self._first_place = 2 * len(graph.roads)
        self._first_supply = self._first_place + n
        self._first_demand = self._first_supply + len(sources)

    def check(self, limits: IntArray, flow: Flow) -> None:
        """Check that ``flow`` is a flow within ``limits`` (e,) as large as its cut.

        That the cut is one is for :meth:`check_cut`; those of :meth:`cut` are. Raises
        CertificateError with the first thing that is wrong.
        """
        if flow.unlimited:
            self._check_unlimited(limits, flow)
            return
        roads, places, supply, demand = (
            flow.road_flow, flow.place_flow, flow.source_flow, flow.sink_flow
        )  # fmt: skip
        if (roads.shape, places.shape, supply.shape, demand.shape) != self._shapes:
            raise CertificateError("a part of the flow has the wrong shape")
        self.check_vector(limits, flow.amounts, flow.value, flow.cut)

    def still(self, limits: IntArray, flow: Flow) -> bool:
        """Whether a finite flow that was proven largest under other limits is so under these.

        It is where it fits and what leads out of the side of its cut holds no more than before:
        then again each proves the other, and what was conserved still is.
        """
        if np.count_nonzero(flow.amounts > limits):
            return False
        value: int = sum(limits[flow.cut.crossing].tolist())
        return value == flow.value

    def check_vector(self, limits: IntArray, amounts: IntArray, value: int, cut: Cut) -> None:
        """As :meth:`check` for a flow of finite value as one vector (e,)."""
        nodes = 2 * len(self.graph.places)
        check_amounts(self._tail, self._head, limits, amounts, nodes, nodes + 1, value)
        if cut.value != value:
            raise CertificateError(f"the cut holds {cut.value} kg/day, the flow {value}")

    def cut(
        self,
        limits: IntArray,
        side: BoolArray,
        farther: Callable[[Cut], Cut | None] | None = None,
    ) -> Cut:
        """The cut with these nodes (2n + 2) on its source side; the last two are set here."""
        n = len(self.graph.places)
        side[2 * n] = True
        side[2 * n + 1] = False
        crossing: IntArray = (side[self._tail] > side[self._head]).nonzero()[0]
        value = 0
        arcs: list[tuple[int, int]] = []
        places, supplies, demands = [], [], []
        for arc, amount in zip(crossing.tolist(), limits[crossing].tolist(), strict=True):
            value += amount
            if amount == 0:
                continue
            if arc < self._first_place:
                arcs.append((arc >> 1, arc & 1))
            elif arc < self._first_supply:
                places.append(arc - self._first_place)
            elif arc < self._first_demand:
                supplies.append(self.sources[arc - self._first_supply])
            else:
                demands.append(self.sinks[arc - self._first_demand])
        return Cut(
            value,
            tuple(arcs),
            tuple(places),
            tuple(sorted(supplies)),
            tuple(sorted(demands)),
            side[n : 2 * n],
            crossing,
            farther,
        )

    def check_cut(self, limits: IntArray, value: int, cut: Cut) -> None:
        """Check that a cut lists all that leads out of its source side, and holds ``value``.

        Raises CertificateError where it does not.
        """
        true = self._within(limits, cut)
        if cut.members != true.members:
            raise CertificateError("the cut is not what leads out of its source side")
        if not true.value == cut.value == value:
            raise CertificateError(
                f"the cut holds {true.value} kg/day, stated {cut.value}, flow {value}"
            )

    def _within(self, limits: IntArray, cut: Cut) -> Cut:
        """What leads out of the source side of a cut under other limits."""
        # Entered but not left: by the cut, or because nothing can pass (which costs nothing).
        entered = cut.source_side | (limits[self._first_place : self._first_supply] == 0)
        entered[list(cut.places)] = True
        return self.cut(limits, np.concatenate((entered, cut.source_side, [True, False])))

    def _check_unlimited(self, limits: IntArray, flow: Flow) -> None:
        """Some way from a source to a sink has no limit anywhere."""
        if flow.value != UNLIMITED or flow.cut.value != UNLIMITED:
            raise CertificateError("an unlimited flow or its cut has a finite value")
        free = limits >= UNLIMITED
        roads, places, supply, demand = np.split(
            free, [self._first_place, self._first_supply, self._first_demand]
        )
        begin = [p for p, unbound in zip(self.sources, supply, strict=True) if unbound]
        end = [p for p, unbound in zip(self.sinks, demand, strict=True) if unbound]
        if not reach(self.graph, roads.reshape(-1, 2), places, begin)[end].any():
            raise CertificateError("the flow is called unlimited but every way has a limit")
