"""Maximum flows, minimum cuts and the plan that is fastest, each with its certificate.

Every place is split in two nodes joined by an arc of its capacity, so that goods that
start, end or pass at a place count once through it. Every road is two arcs. A super source
feeds the sources through arcs of their supply, a super sink drains the sinks through arcs
of their demand. All capacities and flows are whole numbers (kg/day), so the equality of
flow and cut (Ford and Fulkerson 1956) is checked exactly on every solve.

The solvers are OR-tools' push-relabel and cost-scaling codes. The arcs are handed over
once; only capacities change between solves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .certificate import UNLIMITED, Certificate, CertificateError, Cut, Flow
from .graph import BoolArray, Graph, IntArray
from .standing import Standing
from .ties import Ties


class Prices(NamedTuple):
    """What a kilogram costs over each road (m,), at least 1, and through each place (n,), whole."""

    road: IntArray
    place: IntArray


class FlowProblem:
    """Flows from some places to others over one graph, solved again and again.

    ``prices`` are what a plan costs in place of the seconds that it takes. Raises ValueError where
    a source or a sink stands twice or a place is both.
    """

    def __init__(
        self, graph: Graph, sources: Sequence[int], sinks: Sequence[int],
        prices: Prices | None = None,
    ) -> None:  # fmt: skip
        from ortools.graph.python import max_flow

        self.graph, self.priced = graph, prices
        self.sources = tuple(int(place) for place in sources)
        self.sinks = tuple(int(place) for place in sinks)
        terminals = self.sources + self.sinks
        if len(set(terminals)) < len(terminals):
            raise ValueError("sources and sinks must all be different places")
        n = len(graph.places)
        if terminals and not 0 <= min(terminals) <= max(terminals) < n:
            raise ValueError("a source or a sink is not a place of the graph")

        # Nodes: those of the places, then the super source and sink.
        self._root, self._goal = 2 * n, 2 * n + 1
        k, s = len(self.sources), len(self.sinks)
        # The last arc has no capacity: it makes both super nodes known where k or s is 0.
        begins = [self._root] * k + [n + i for i in self.sinks] + [self._root]
        ends = [*self.sources, *[self._goal] * s, self._goal]
        tail, head = graph.shape.arcs
        self._tail, self._head = np.concatenate((tail, begins)), np.concatenate((head, ends))
        self._ends = [*accumulate((2 * len(graph.roads), n, k, s))]
        self._solver = max_flow.SimpleMaxFlow()
        self._arcs = self._solver.add_arcs_with_capacity(
            self._tail.astype(np.int32),
            self._head.astype(np.int32),
            np.zeros(len(self._tail), dtype=np.int64),
        )[:-1]
        self._open = tuple(np.full(count, UNLIMITED) for count in (n, k, s))
        self._solved: IntArray | None = None  # the capacities that the solver holds the answer to
        self._certificate = Certificate(graph, self.sources, self.sinks)

    def limits(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> IntArray:
        """Check capacities (kg/day) and join them to the vector of ``Certificate``.

        ``road_capacity`` is ``(m, 2)``, or ``(m,)`` for the same capacity each way; None is
        ``UNLIMITED``. Raises ValueError for a wrong shape, a negative or a fractional number.
        """
        m = len(self.graph.roads)
        roads = _whole(road_capacity, "road_capacity")
        if roads.shape == (m,):
            roads = np.repeat(roads, 2).reshape(m, 2)
        if roads.shape != (m, 2):
            raise ValueError(f"capacity of roads has shape {roads.shape}, not {(m, 2)}")
        rest = []
        for name, given, free in zip(
            ("places", "supply", "demand"),
            (place_capacity, supply, demand),
            self._open,
            strict=True,
        ):
            array = free if given is None else _whole(given, name)
            if array.ndim == 0:
                array = np.full(len(free), array)
            if array.shape != free.shape:
                raise ValueError(f"capacity of {name} has shape {array.shape}, not {free.shape}")
            rest.append(array)
        limits = np.concatenate((roads.ravel(), *rest))
        if limits.size and np.minimum.reduce(limits) < 0:
            raise ValueError("capacities must not be negative")
        return limits

    def unbound(self, kg: IntArray) -> IntArray:
        """The :meth:`limits` of capacities as one vector (2m + n,) of roads and places alone.

        They are whole and not negative; supply and demand have no limit.
        """
        return np.concatenate((kg, *self._open[1:]))

    def max_flow(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Flow:
        """A largest flow, its canonical minimum cut, and its certificate checked.

        Arguments as :meth:`limits`. Raises its errors, OverflowError where the finite
        capacities sum to ``UNLIMITED`` or more, and CertificateError where the answer does not
        prove itself. The value and the cut are what to publish: the flow on single roads
        may run in circles and is one of many. :meth:`plan` gives one that is fit to show.
        """
        return self.largest(self.limits(road_capacity, place_capacity, supply, demand))

    def largest(self, limits: IntArray) -> Flow:
        """The :meth:`max_flow` within :meth:`limits`."""
        value, cut = self._largest(limits)
        amounts = None if value >= UNLIMITED else self._solver.flows(self._arcs)
        return self._certified(limits, value, amounts, cut)

    def still(self, flow: Flow, limits: IntArray) -> bool:
        """Whether a :meth:`max_flow` found under other limits proves itself largest in these, too.

        False for a flow without limit.
        """
        return not flow.unlimited and self._certificate.still(limits, flow)

    def plan(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Flow:
        """A largest flow of the least total travel time (kg/day times seconds), or price.

        Arguments, errors and cut as :meth:`max_flow`. It is acyclic: every road takes at
        least a second, so a circle in it could be left out at a gain. Of several such flows it
        is the one in which the first source sends most, then the second, and so on in their
        order, then the first road carries most, then the second, and so on (``ties``).
        """
        return self.cheapest(self.limits(road_capacity, place_capacity, supply, demand))

    def cheapest(self, limits: IntArray) -> Flow:
        """The :meth:`plan` within :meth:`limits`."""
        value, cut = self._largest(limits)
        amounts, prices = None, np.zeros(self._goal + 1, dtype=np.int64)
        if 0 < value < UNLIMITED:  # else nothing to solve: all zeros, without circles
            amounts = self._planner.solve(limits, value, self._root, self._goal)
            prices = self._planner.prices
        return self._certified(limits, value, amounts, cut, lambda: prices)

    def still_plan(self, flow: Flow, before: IntArray, now: IntArray) -> Flow | None:
        """The same :meth:`plan`, where it proves itself that of other :meth:`limits` too.

        ``flow`` has prices, and was the plan of the limits ``before``; supplies are the same.
        None where it may be another ``now``. Its cut stays that of before.
        """
        if flow.unlimited or flow.prices is None:
            return None
        value, amounts = flow.value, flow.amounts
        asked = sum(now[self._ends[2] :].tolist())
        if np.count_nonzero(amounts > now) or not (
            value == asked or self._certificate.still(now, flow)
        ):
            return None
        prices = self._standing.prices(
            amounts, flow.prices, np.minimum(before, value), np.minimum(now, value)
        )
        return None if prices is None else replace(flow, prices=prices)

    def plan_again(self, flow: Flow, before: IntArray, now: IntArray) -> Flow | None:
        """The :meth:`plan` of other limits with its own cut, where :meth:`still_plan` finds it."""
        kept = self.still_plan(flow, before, now)
        if kept is None:
            return None
        value, cut = self._largest(now)
        return self._certified(now, value, kept.amounts, cut, kept.prices)

    @cached_property
    def _cost(self) -> IntArray:
        """What each arc takes: seconds, or its price."""
        cost = np.zeros(len(self._tail), dtype=np.int64)
        roads, places, *_ = self._ends
        cost[:roads] = np.repeat(self.graph.seconds if self.priced is None else self.priced.road, 2)
        if self.priced is not None:
            cost[roads:places] = self.priced.place
        return cost

    @cached_property
    def _planner(self) -> _Planner:
        roads, places, supplies, _ = self._ends
        order = np.concatenate((np.arange(places, supplies), np.arange(roads)))
        return _Planner(self._tail, self._head, self._cost, order)

    @cached_property
    def _standing(self) -> Standing:
        tail, head, cost = self._tail[:-1], self._head[:-1], self._cost[:-1]
        return Standing(tail, head, cost)

    def _largest(self, limits: IntArray) -> tuple[int, Cut]:
        """Value and cut of a largest flow; the solver holds the flow."""
        finite = limits[limits < UNLIMITED]
        total = float(np.add.reduce(finite, dtype=np.float64))
        # In floats the sum is exact below 2**53, and wraps nowhere below 2**62.
        if total >= UNLIMITED * (1 - 1e-9):
            raise OverflowError("capacities sum to more than 2**62 kg/day; use a larger unit")
        # No finite cut holds as much as this, so an arc of it is as good as unlimited.
        enough = (int(total) if total < 2**53 else int(finite.sum())) + 1
        if enough * max(len(self.sources), 1) > UNLIMITED:
            raise OverflowError("capacities times sources exceed 2**62 kg/day; use a larger unit")
        capacity = np.minimum(limits, enough)
        self._solve(capacity)
        value = int(self._solver.optimal_flow())
        if value >= enough:
            nowhere = np.zeros(len(self.graph.places), dtype=bool)
            return UNLIMITED, Cut(UNLIMITED, (), (), (), (), nowhere, nowhere.nonzero()[0])
        side = np.zeros(self._goal + 1, dtype=bool)
        side[self._solver.get_source_side_min_cut()] = True
        return value, self._certificate.cut(limits, side, partial(self._farther, capacity))

    def _solve(self, capacity: IntArray) -> None:
        self._solved = None
        self._solver.set_arcs_capacity(self._arcs, capacity)
        status = self._solver.solve(self._root, self._goal)
        if status != self._solver.OPTIMAL:
            raise CertificateError(f"max flow ended with status {status.name}")
        self._solved = capacity

    def _farther(self, capacity: IntArray, near: Cut) -> Cut | None:
        """The minimum cut nearest the sinks, None where it is ``near`` itself."""
        if self._solved is not capacity:
            self._solve(capacity)
        side = np.ones(self._goal + 1, dtype=bool)
        side[self._solver.get_sink_side_min_cut()] = False
        far = self._certificate.cut(capacity, side)
        if far.value != near.value:
            raise CertificateError(f"one cut holds {near.value} kg/day, another {far.value}")
        # Two minimum cuts of the same arcs enclose no third, for every minimum cut lies
        # between them and has all of these arcs (Picard and Queyranne 1980).
        return None if far.members == near.members else far

    def proven(
        self, limits: IntArray, amounts: IntArray, side: BoolArray,
        prices: Callable[[], IntArray] | None = None,
    ) -> Flow | None:  # fmt: skip
        """The flow of these amounts, where the cut with ``side`` proves that none is larger.

        ``limits`` and ``amounts`` (kg/day) are vectors of ``Certificate``, ``side`` as in
        :meth:`Certificate.cut`, ``prices`` as of a :class:`Flow`. None where the cut holds more.
        Raises CertificateError where the amounts are no flow within their limits.
        """
        cut = self._certificate.cut(limits, side)
        value = int(np.add.reduce(amounts[self._ends[2] :]))
        if cut.value != value:
            return None
        return self._certified(limits, value, amounts, cut, prices)

    def _certified(
        self, limits: IntArray, value: int, amounts: IntArray | None, cut: Cut,
        prices: Callable[[], IntArray] | None = None,
    ) -> Flow:  # fmt: skip
        if amounts is None:
            amounts = np.zeros(len(limits), dtype=np.int64)
        places, supplies, demands, _ = self._ends
        flow = Flow(
            value,
            value >= UNLIMITED,
            amounts[:places].reshape(-1, 2),
            amounts[places:supplies],
            amounts[supplies:demands],
            amounts[demands:],
            cut,
            prices,
        )
        if flow.unlimited:
            self._certificate.check(limits, flow)
        else:
            self._certificate.check_vector(limits, amounts, value, cut)
        return flow


class _Planner:
    """Cheapest flow of a given value over the arcs of a :class:`FlowProblem`.

    Ties go to the arcs ``order``, one after another.
    """

    def __init__(self, tail: IntArray, head: IntArray, cost: IntArray, order: IntArray) -> None:
        self._ties = Ties(tail[:-1], head[:-1], cost[:-1], order)
        self._tail, self._head, self._cost = tail[:-1], head[:-1], cost[:-1]

    @property
    def prices(self) -> IntArray:
        """Those of the nodes by which the last flow was proven cheapest, s."""
        return self._ties.price.copy()

    def solve(self, limits: IntArray, value: int, root: int, goal: int) -> IntArray:
        """Flow on each arc. Raises OverflowError and CertificateError as ``plan`` says."""
        from ortools.graph.python import min_cost_flow

        # No arc of an acyclic flow carries more than the flow's value. A place that lets all of it
        # pass is one node: that halves the nodes, and takes a third of the time.
        capacity = np.minimum(limits, value)
        wide = capacity >= value
        node = self._ties.joined(wide)
        tail, head = node[self._tail], node[self._head]
        arcs = ((capacity > 0) & (tail != head)).nonzero()[0]
        known = np.zeros(len(node), dtype=bool)
        known[tail[arcs]] = known[head[arcs]] = known[[root, goal]] = True
        number = known.cumsum(dtype=np.int32) - 1
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            number[tail[arcs]], number[head[arcs]], capacity[arcs], self._cost[arcs]
        )
        solver.set_node_supply(int(number[root]), value)
        solver.set_node_supply(int(number[goal]), -value)
        status = solver.solve()
        if status in (solver.BAD_CAPACITY_RANGE, solver.BAD_COST_RANGE):
            raise OverflowError("capacities times travel times are too large to plan with")
        if status != solver.OPTIMAL:
            raise CertificateError(f"min-cost flow ended with status {status.name}")
        amounts = self._ties.spread(arcs, solver.flows(np.arange(len(arcs))), wide)
        return self._ties.settle(capacity, amounts, value)


def certify(
    problem: FlowProblem,
    flow: Flow,
    road_capacity: ArrayLike,
    place_capacity: ArrayLike | None = None,
    supply: ArrayLike | None = None,
    demand: ArrayLike | None = None,
) -> None:
    """Check that ``flow`` is a flow within these limits and that its cuts prove it largest.

    Raises CertificateError with the first thing that is wrong. Uses no solver. Every result of
    :class:`FlowProblem` has passed the same.
    """
    limits = problem.limits(road_capacity, place_capacity, supply, demand)
    proof = Certificate(problem.graph, problem.sources, problem.sinks)
    proof.check(limits, flow)
    if flow.unlimited:
        return
    proof.check_cut(limits, flow.value, flow.cut)
    if flow.cut.sink_side_cut is not None:
        proof.check_cut(limits, flow.value, flow.cut.sink_side_cut)


def _whole(values: ArrayLike, name: str) -> IntArray:
    """Capacities as int64, all at most ``UNLIMITED``."""
    array: NDArray[Any] = np.asarray(values)
    if array.dtype == np.int64:
        return array
    if array.size == 0:
        return np.zeros(array.shape, dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers (kg/day), not {array.dtype}")
    whole: IntArray = np.minimum(array, UNLIMITED).astype(np.int64)
    return whole
