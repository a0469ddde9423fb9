"""The arcs of one flow problem, with what may be lost numbered apart.

A place is split in two nodes only where its own capacity binds or it may be lost itself, so
a network whose places are unlimited has one node a place. What is closed is left out.
Everything is whole numbers; an unlimited arc gets more than all finite arcs hold together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from .certificate import UNLIMITED, CertificateError, check_amounts
from .graph import BoolArray, Graph, IntArray, passable

MOST_COST = 10**6
"""Largest cost of one target, so that products with capacities stay exact."""


MANY_ARCS = 200_000
"""From so many arcs on the order of the nodes in memory decides how long a max flow takes."""


Kinds = Literal["places", "roads", "both"]
"""What may be lost."""


class Target(NamedTuple):
    """A place or a road that may be lost; ``at`` is its index in the graph."""

    kind: Literal["place", "road"]
    at: int


class Solution(NamedTuple):
    """Value of a largest flow and the nodes on the source side of the minimum cut nearest it."""

    value: int
    side: BoolArray


class ManyFlows(NamedTuple):
    """Largest flows of k states, each proven: its value and the cut that bounds it.

    ``side`` are the nodes on the source side of the minimum cut nearest the sources.
    """

    value: IntArray  # (k,)
    side: BoolArray  # (k, v)


@dataclass(frozen=True, eq=False)
class ArcNetwork:
    """Arcs from ``root`` (a super source) to ``goal`` (a super sink).

    Built by :meth:`build`. ``target[e]`` is the number of the target that arc e is lost
    with, -1 where it cannot be lost; both ways of a road have the same.
    """

    graph: Graph
    tail: IntArray  # (e,)
    head: IntArray  # (e,)
    capacity: IntArray  # (e,) ``enough`` where unlimited
    target: IntArray  # (e,)
    targets: tuple[Target, ...]
    cost: IntArray  # (t,) at least 1
    enter: IntArray  # (n,) node at which each place is entered
    leave: IntArray  # (n,) node at which it is left
    road_arcs: IntArray  # flat index (2 * road + way) of the first arcs
    split: IntArray  # places of the arcs that follow; then come sources, then sinks
    root: int
    goal: int
    enough: int  # more than all finite arcs hold together
    terminals: int  # sources and sinks

    @classmethod
    def build(
        cls,
        graph: Graph,
        roads: IntArray,
        places: IntArray,
        sources: Sequence[int],
        sinks: Sequence[int],
        *,
        targets: Sequence[Target] = (),
        cost: Mapping[Target, int] | None = None,
        supply: IntArray | None = None,
        demand: IntArray | None = None,
    ) -> ArcNetwork:
        """Build from capacities ``roads`` (m, 2) and ``places`` (n,), ``UNLIMITED`` for no bound.

        ``cost`` of a target is a whole number, 1 where not stated. Raises ValueError for a
        place that is source and sink, and for a cost out of range; OverflowError where capacities
        are too large to be added up.
        """
        if set(sources) & set(sinks):
            raise ValueError("sources and sinks must all be different places")
        n = len(graph.places)
        price = np.array([(cost or {}).get(t, 1) for t in targets], dtype=np.int64)
        if len(price) and not 1 <= price.min() <= price.max() <= MOST_COST:
            raise ValueError(f"the cost of a target must be a whole number from 1 to {MOST_COST}")
        of_place, of_road = np.full(n, -1), np.full(len(graph.roads), -1)
        for number, (kind, index) in enumerate(targets):
            (of_place if kind == "place" else of_road)[index] = number
        split = np.flatnonzero((places > 0) & ((places < UNLIMITED) | (of_place >= 0)))
        enter = np.arange(n, dtype=np.int64)
        leave = enter.copy()
        leave[split] = n + np.arange(len(split))
        root, goal = n + len(split), n + len(split) + 1
        ways = passable(graph, np.ones(len(graph.roads), dtype=bool), places > 0)
        flat = np.flatnonzero((ways & (roads > 0)).ravel())
        ends = np.column_stack([graph.a, graph.b]).astype(np.int64).ravel()
        feeds = np.full(len(sources), UNLIMITED) if supply is None else supply
        drains = np.full(len(sinks), UNLIMITED) if demand is None else demand
        begin, end = np.array(sources, dtype=np.int64), np.array(sinks, dtype=np.int64)
        none = np.full(len(begin) + len(end), -1)
        capacity = np.concatenate([roads.ravel()[flat], places[split], feeds, drains])
        finite = capacity[capacity < UNLIMITED]
        if finite.sum(dtype=np.float64) >= UNLIMITED / 8:
            raise OverflowError("capacities sum to more than 2**59; use a larger unit")
        enough = int(finite.sum()) + 1
        most = enough * (len(none) + 1) * int(price.max(initial=1))
        if most >= UNLIMITED:
            raise OverflowError("capacities times costs exceed 2**62; use a larger unit")
        tail = np.concatenate(
            [leave[ends[flat]], enter[split], np.full(len(begin), root), leave[end]]
        )
        head = np.concatenate(
            [enter[ends[flat ^ 1]], leave[split], enter[begin], np.full(len(end), goal)]
        )
        if len(tail) > MANY_ARCS:
            order = _by_distance(tail, head, root)
            tail, head, enter, leave = order[tail], order[head], order[enter], order[leave]
        return cls(
            graph,
            tail.astype(np.int32),
            head.astype(np.int32),
            np.minimum(capacity, enough),
            np.concatenate([of_road[flat >> 1], of_place[split], none]),
            tuple(targets),
            price,
            enter,
            leave,
            flat,
            split,
            root,
            goal,
            enough,
            len(none),
        )

    def without(self, lost: Iterable[int]) -> IntArray:
        """Capacities once the targets of these numbers are lost."""
        gone = np.zeros(len(self.targets) + 1, dtype=bool)  # the last stands for -1
        gone[list(lost)] = True
        return np.where(gone[self.target], 0, self.capacity)

    def crossing(self, side: BoolArray) -> IntArray:
        """The arcs with capacity that lead out of a source side (nodes)."""
        return np.flatnonzero(side[self.tail] & ~side[self.head] & (self.capacity > 0))

    @cached_property
    def costs(self) -> list[int]:
        """``cost`` as a list, which loops in Python read faster."""
        found: list[int] = self.cost.tolist()
        return found

    @cached_property
    def dearest(self) -> int:
        """The highest cost, at least 1."""
        return int(self.cost.max(initial=1))

    @property
    def dear(self) -> bool:
        """True where some target costs more than 1."""
        return self.dearest > 1

    @cached_property
    def _solver(self) -> tuple[Any, IntArray, IntArray, IntArray]:
        """The solver, its arcs, and tail and head as arrays index fastest."""
        from ortools.graph.python import max_flow

        solver = max_flow.SimpleMaxFlow()
        # the last arc has no capacity: it makes both super nodes known
        arcs = solver.add_arcs_with_capacity(
            np.append(self.tail, self.root).astype(np.int32),
            np.append(self.head, self.goal).astype(np.int32),
            np.zeros(len(self.tail) + 1, dtype=np.int64),
        )
        return solver, arcs[:-1], self.tail.astype(np.int64), self.head.astype(np.int64)

    def solve(self, capacity: IntArray) -> Solution:
        """A largest flow under ``capacity`` (e,), proven: conserved, within it, equal to its cut.

        Raises CertificateError where it is not.
        """
        solver, arcs, tail, head = self._solver
        solver.set_arcs_capacity(arcs, capacity)
        if solver.solve(self.root, self.goal) != solver.OPTIMAL:
            raise CertificateError("max flow ended without an optimum")
        value = int(solver.optimal_flow())
        check_amounts(tail, head, capacity, solver.flows(arcs), self.root, self.goal, value)
        side = np.zeros(self.goal + 1, dtype=bool)
        side[solver.get_source_side_min_cut()] = True
        held = int(capacity[side[tail] > side[head]].sum())
        if side[self.goal] or not side[self.root] or held != value:
            raise CertificateError(f"the cut holds {held}, the flow is {value}")
        return Solution(value, side)

    def amounts(self) -> IntArray:
        """Flow on each arc of the last :meth:`solve`; it may run in circles."""
        solver, arcs, _, _ = self._solver
        flows: IntArray = solver.flows(arcs)
        return flows

    def before_goal(self) -> BoolArray:
        """Nodes on the source side of the minimum cut nearest the goal, of the last solve."""
        solver = self._solver[0]
        side = np.ones(self.goal + 1, dtype=bool)
        side[solver.get_sink_side_min_cut()] = False
        return side

    def residual(self, lost: Iterable[int]) -> int:
        """Largest flow once these targets are lost; ``UNLIMITED`` where nothing bounds it."""
        return self.shown(self.solve(self.without(lost)).value)

    def shown(self, value: int) -> int:
        """A value as reported: ``UNLIMITED`` for what no finite cut bounds."""
        return UNLIMITED if value >= self.enough else value

    def name(self, number: int) -> str:
        """Id of a target."""
        kind, index = self.targets[number]
        return (self.graph.places if kind == "place" else self.graph.roads)[index]

    def ordered(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Targets sorted: places before roads, by index."""
        return tuple(sorted(numbers, key=lambda number: self.targets[number]))


def _by_distance(tail: IntArray, head: IntArray, root: int) -> IntArray:
    """New numbers of the nodes by their steps from ``root``; it and the goal stay the last two.

    Neighbours come to lie near each other in memory: on the road map of the world a max flow
    then takes half the time.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    nodes = root + 2
    matrix = csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes))
    order = breadth_first_order(matrix, root, return_predecessors=False)
    order = order[order < root]
    apart = np.ones(root, dtype=bool)
    apart[order] = False
    number = np.arange(nodes)
    number[np.concatenate([order, np.flatnonzero(apart)])] = np.arange(root)
    return number


def targets_of(
    graph: Graph,
    roads: IntArray,
    places: IntArray,
    *,
    kinds: Kinds = "both",
    protected: Iterable[Target] = (),
    stated: BoolArray | None = None,
) -> tuple[Target, ...]:
    """What may be lost: open places and open roads that can be cut, less ``protected``.

    A road without limit is no road that one can cut, so it is no target, unless that is not
    ``stated`` (m,): then it is one of a capacity that nobody knows.
    """
    found: list[Target] = []
    if kinds != "roads":
        found += [Target("place", i) for i in np.flatnonzero(places > 0).tolist()]
    if kinds != "places":
        limited = (roads < UNLIMITED).all(axis=1)
        open_ = (roads > 0).any(axis=1) & (limited if stated is None else limited | ~stated)
        found += [Target("road", r) for r in np.flatnonzero(open_).tolist()]
    barred = set(protected)
    return tuple(t for t in found if t not in barred) if barred else tuple(found)
