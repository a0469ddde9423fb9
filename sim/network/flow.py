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

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .certificate import UNLIMITED, CertificateError, Cut, Flow, Limits, check
from .graph import BoolArray, Graph, IntArray


class FlowProblem:
    """Flows from some places to others over one graph, solved again and again.

    Raises ValueError where a source or a sink stands twice or a place is both.
    """

    def __init__(self, graph: Graph, sources: Sequence[int], sinks: Sequence[int]) -> None:
        from ortools.graph.python import max_flow

        self.graph = graph
        self.sources = tuple(int(place) for place in sources)
        self.sinks = tuple(int(place) for place in sinks)
        terminals = self.sources + self.sinks
        if len(set(terminals)) < len(terminals):
            raise ValueError("sources and sinks must all be different places")
        n = len(graph.places)
        if any(not 0 <= place < n for place in terminals):
            raise ValueError("a source or a sink is not a place of the graph")

        # Nodes: place i is entered at i and left at n + i; then the super source and sink.
        self._root, self._goal = 2 * n, 2 * n + 1
        places = np.arange(n)
        roads_tail = np.column_stack([graph.a, graph.b]).ravel() + n
        roads_head = np.column_stack([graph.b, graph.a]).ravel()
        k, s = len(self.sources), len(self.sinks)
        # The last arc has no capacity: it makes both super nodes known where k or s is 0.
        self._tail = np.concatenate(
            [roads_tail, places, [self._root] * k, [n + i for i in self.sinks], [self._root]]
        ).astype(np.int32)
        self._head = np.concatenate(
            [roads_head, n + places, self.sources, [self._goal] * s, [self._goal]]
        ).astype(np.int32)
        self._ends = np.cumsum([2 * len(graph.roads), n, k, s]).tolist()
        self._solver = max_flow.SimpleMaxFlow()
        self._arcs = self._solver.add_arcs_with_capacity(
            self._tail, self._head, np.zeros(len(self._tail), dtype=np.int64)
        )
        self._planner: _Planner | None = None

    def limits(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Limits:
        """Check capacities (kg/day) and bring them to full shape; None is ``UNLIMITED``.

        ``road_capacity`` is ``(m, 2)``, or ``(m,)`` for the same capacity each way. Raises
        ValueError for a wrong shape, a negative or a fractional number, and OverflowError
        where the finite ones sum to ``UNLIMITED`` or more.
        """
        m, n = len(self.graph.roads), len(self.graph.places)
        roads = _whole(road_capacity, "road_capacity")
        if roads.shape == (m,):
            roads = np.repeat(roads, 2).reshape(m, 2)
        limits = Limits(
            roads,
            _whole(UNLIMITED if place_capacity is None else place_capacity, "place_capacity", n),
            _whole(UNLIMITED if supply is None else supply, "supply", len(self.sources)),
            _whole(UNLIMITED if demand is None else demand, "demand", len(self.sinks)),
        )
        shapes = ((m, 2), (n,), (len(self.sources),), (len(self.sinks),))
        for name, array, shape in zip(Limits._fields, limits, shapes, strict=True):
            if array.shape != shape:
                raise ValueError(f"capacity of {name} has shape {array.shape}, not {shape}")
        return limits

    def max_flow(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Flow:
        """A largest flow, its canonical minimum cut, and its certificate checked.

        Arguments and errors as :meth:`limits`; raises CertificateError where the answer does
        not prove itself. The value and the cut are what to publish: the flow on single roads
        may run in circles and is one of many. :meth:`plan` gives one that is fit to show.
        """
        return self._max_flow(self.limits(road_capacity, place_capacity, supply, demand))

    def plan(
        self,
        road_capacity: ArrayLike,
        place_capacity: ArrayLike | None = None,
        supply: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Flow:
        """A largest flow of the least total travel time (kg/day times seconds).

        Arguments, errors and cut as :meth:`max_flow`. It is acyclic: every road takes at
        least a second, so a circle in it could be left out at a gain.
        """
        limits = self.limits(road_capacity, place_capacity, supply, demand)
        best = self._max_flow(limits)
        if best.unlimited or best.value == 0:
            # Nothing to solve: all zeros, where the largest flow may hold circles.
            return self._certified(limits, self._flow(best.value, None, best.cut))
        if self._planner is None:
            self._planner = _Planner(self._tail, self._head, self.graph.seconds)
        amounts = self._planner.solve(self._vector(limits), best.value, self._root, self._goal)
        return self._certified(limits, self._flow(best.value, amounts, best.cut))

    def _max_flow(self, limits: Limits) -> Flow:
        capacity = self._vector(limits)
        finite = capacity[capacity < UNLIMITED]
        # The sum in floats is right to one part in 2**40 or so, hence wraps nowhere below.
        if finite.sum(dtype=np.float64) >= UNLIMITED * (1 - 1e-9):
            raise OverflowError("capacities sum to more than 2**62 kg/day; use a larger unit")
        # No finite cut holds as much as this, so an arc of it is as good as unlimited.
        enough = int(finite.sum()) + 1
        capacity = np.minimum(capacity, enough)
        if enough * max(len(self.sources), 1) > UNLIMITED:
            raise OverflowError("capacities times sources exceed 2**62 kg/day; use a larger unit")
        self._solver.set_arcs_capacity(self._arcs, capacity)
        status = self._solver.solve(self._root, self._goal)
        if status != self._solver.OPTIMAL:
            raise CertificateError(f"max flow ended with status {status.name}")
        value = int(self._solver.optimal_flow())
        if value >= enough:
            nowhere = np.zeros(len(self.graph.places), dtype=bool)
            cut = Cut(UNLIMITED, (), (), (), (), nowhere)
            return self._certified(limits, self._flow(UNLIMITED, None, cut))
        amounts = self._solver.flows(self._arcs)
        return self._certified(limits, self._flow(value, amounts, self._cuts(value, capacity)))

    def _vector(self, limits: Limits) -> IntArray:
        zero = np.zeros(1, dtype=np.int64)
        return np.concatenate(
            [limits.roads.ravel(), limits.places, limits.supply, limits.demand, zero]
        )

    def _flow(self, value: int, amounts: IntArray | None, cut: Cut) -> Flow:
        if amounts is None:
            amounts = np.zeros(len(self._tail), dtype=np.int64)
        roads, places, supply, demand, _ = np.split(amounts, self._ends)
        unlimited = value >= UNLIMITED
        return Flow(value, unlimited, roads.reshape(-1, 2), places, supply, demand, cut)

    def _cuts(self, value: int, capacity: IntArray) -> Cut:
        before = np.zeros(self._goal + 1, dtype=bool)
        before[self._solver.get_source_side_min_cut()] = True
        not_after = np.ones(self._goal + 1, dtype=bool)
        not_after[self._solver.get_sink_side_min_cut()] = False
        near = self._crossing(before, capacity)
        far = self._crossing(not_after, capacity)
        # Two minimum cuts of the same arcs enclose no third, for every minimum cut lies
        # between them and has all of these arcs (Picard and Queyranne 1980).
        if np.array_equal(near, far):
            return self._cut(value, near, before)
        return self._cut(value, near, before, self._cut(value, far, not_after))

    def _crossing(self, side: BoolArray, capacity: IntArray) -> IntArray:
        return np.flatnonzero(side[self._tail] & ~side[self._head] & (capacity > 0))

    def _cut(self, value: int, crossing: IntArray, side: BoolArray, far: Cut | None = None) -> Cut:
        n = len(self.graph.places)
        arcs, places, supplies, demands, _ = np.split(
            crossing, np.searchsorted(crossing, self._ends)
        )
        return Cut(
            value,
            tuple((int(arc) >> 1, int(arc) & 1) for arc in arcs),
            tuple(int(arc) - self._ends[0] for arc in places),
            tuple(sorted(self.sources[int(arc) - self._ends[1]] for arc in supplies)),
            tuple(sorted(self.sinks[int(arc) - self._ends[2]] for arc in demands)),
            side[n : 2 * n],
            unique=far is None,
            sink_side_cut=far,
        )

    def _certified(self, limits: Limits, flow: Flow) -> Flow:
        check(self.graph, self.sources, self.sinks, limits, flow)
        return flow


class _Planner:
    """Cheapest flow of a given value over the arcs of a :class:`FlowProblem`."""

    def __init__(self, tail: IntArray, head: IntArray, seconds: IntArray) -> None:
        from ortools.graph.python import min_cost_flow

        cost = np.zeros(len(tail), dtype=np.int64)
        cost[: 2 * len(seconds)] = np.repeat(seconds, 2)
        self._solver = min_cost_flow.SimpleMinCostFlow()
        self._arcs = self._solver.add_arcs_with_capacity_and_unit_cost(
            tail, head, np.zeros(len(tail), dtype=np.int64), cost
        )

    def solve(self, capacity: IntArray, value: int, root: int, goal: int) -> IntArray:
        """Flow on each arc. Raises OverflowError and CertificateError as ``plan`` says."""
        solver = self._solver
        # No arc of an acyclic flow carries more than the flow's value.
        solver.set_arc_capacities(self._arcs, np.minimum(capacity, value))
        solver.set_node_supply(root, value)
        solver.set_node_supply(goal, -value)
        status = solver.solve()
        if status in (solver.BAD_CAPACITY_RANGE, solver.BAD_COST_RANGE):
            raise OverflowError("capacities times travel times are too large to plan with")
        if status != solver.OPTIMAL:
            raise CertificateError(f"min-cost flow ended with status {status.name}")
        amounts: IntArray = solver.flows(self._arcs)
        return amounts


def certify(
    problem: FlowProblem,
    flow: Flow,
    road_capacity: ArrayLike,
    place_capacity: ArrayLike | None = None,
    supply: ArrayLike | None = None,
    demand: ArrayLike | None = None,
) -> None:
    """Check that ``flow`` is a flow within these limits and that its cut proves it largest.

    Raises CertificateError with the first thing that is wrong. Uses no solver. Every
    result of :class:`FlowProblem` has passed this.
    """
    limits = problem.limits(road_capacity, place_capacity, supply, demand)
    check(problem.graph, problem.sources, problem.sinks, limits, flow)


def _whole(values: ArrayLike, name: str, length: int | None = None) -> IntArray:
    """Capacities as int64, a single number repeated to ``length``; all at most ``UNLIMITED``."""
    array: NDArray[Any] = np.asarray(values)
    if array.size == 0:
        array = np.zeros(array.shape, dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers (kg/day), not {array.dtype}")
    if array.ndim == 0 and length is not None:
        array = np.full(length, array)
    if array.size and array.min() < 0:
        raise ValueError(f"{name} must not be negative")
    whole: IntArray = np.minimum(array, UNLIMITED).astype(np.int64)
    return whole
