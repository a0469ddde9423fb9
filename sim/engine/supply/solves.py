"""Solves: the largest flow of an axis and its plan within what is left to it, and what is kept.

Plans are min-cost (by travel time) max flows; where the last one does not prove itself again and
nothing is short they follow from the fastest ways, with no solver.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sim.engine.world import World
from sim.network import UNLIMITED, FastestWays, Flow, FlowProblem, IntArray, Route, decompose
from sim.network.shares import LinePlan

from .axes import AxisState
from .latest import Latest

MOST_FOUND = 4
"""Largest flows of an axis that are tried again before one more is solved: a network comes and
goes between few states, and to try one takes a tenth of a solve."""


@dataclass(slots=True)
class AxisPlan:
    """A plan and, once they were asked for, the routes that carry it."""

    flow: Flow | LinePlan
    routes: tuple[Route, ...] | None = None
    bound: Fraction | None = None  # kg/day, where its fleet binds it

    def routes_in(self, problem: FlowProblem) -> tuple[Route, ...]:
        """The routes that carry it."""
        if self.routes is None:
            flow = self.flow
            found = flow.routes if isinstance(flow, LinePlan) else decompose(problem, flow)
            self.routes = found
        return self.routes


class Solved(NamedTuple):
    """A plan of an axis alone in what is left to it, and the limits that it was found under."""

    plan: AxisPlan
    flow: Flow
    limits: IntArray


@dataclass(frozen=True, slots=True)
class Answers:
    """What was worked out for an axis in one condition: plans by what is asked too."""

    fastest: Latest[bytes, FastestWays]
    plans: Latest[bytes, Solved]


class Solves:
    """What was solved for the axes of a run, each kept for as long as it may be asked for again."""

    def __init__(self, world: World, axes: Iterable[str]) -> None:
        self._world = world
        self._alone: dict[str, Latest[bytes, Flow]] = {axis: Latest(world.graph) for axis in axes}
        self.found: dict[str, deque[Flow]] = {axis: deque(maxlen=MOST_FOUND) for axis in axes}
        """The largest flows of each axis alone that were solved last, whatever could pass then."""
        self._answers: dict[str, Latest[bytes, Answers]] = {
            axis: Latest(world.graph) for axis in axes
        }

    def largest(self, state: AxisState) -> Flow:
        """The largest flow of an axis alone, as the network stands."""
        passage, alone = state.passage, self._alone[state.axis.id]
        flow = alone.get(passage.key)
        if flow is None:
            found = self.found[state.axis.id]
            flow = alone[passage.key] = largest_flow(self._world, state.problem, passage.kg, found)
        return flow

    def plan(self, state: AxisState, kg: IntArray, asks: IntArray) -> AxisPlan:
        """The plan of an axis within these capacities, as ``Passage.kg``."""
        # No road carries more than all that is asked: what one holds beyond that changes nothing.
        limits = np.concatenate((np.minimum(kg, total(asks)), state.supply, asks))
        key = limits.tobytes()
        plans = self._answers_of(state).plans
        solved = plans.get(key)
        if solved is None:
            self._world.record.solves += 1
            solved = (
                self._nothing(state, limits)
                or _still(state, plans.last, limits)
                or self._fed_fastest(state, asks, limits)
            )
            if solved is None:
                flow = state.problem.cheapest(limits)
                solved = Solved(AxisPlan(flow), flow, limits)
            plans[key] = solved
        return solved.plan

    def _nothing(self, state: AxisState, limits: IntArray) -> Solved | None:
        """The plan where no way is open: the largest flow, which a cut of 0 proves."""
        flow = self.largest(state)
        if flow.value or np.count_nonzero(flow.amounts):  # a largest flow may run in circles
            return None
        return Solved(AxisPlan(flow, ()), flow, limits)

    def _fed_fastest(self, state: AxisState, asks: IntArray, limits: IntArray) -> Solved | None:
        """The plan by the fastest ways, None where they are too narrow or it is to be cheap."""
        if state.problem.priced is not None:
            return None
        ways = self._fastest(state)
        flow = ways.plan_within(limits, asks)
        return None if flow is None else Solved(AxisPlan(flow, ways.routes(flow)), flow, limits)

    def _fastest(self, state: AxisState) -> FastestWays:
        """The fastest ways of an axis as the network stands."""
        passage, fastest = state.passage, self._answers_of(state).fastest
        ways = fastest.get(passage.key)
        if ways is None:
            ways = FastestWays(state.problem, passage.road, passage.place, state.supply)
            fastest[passage.key] = ways
        return ways

    def _answers_of(self, state: AxisState) -> Answers:
        """What was worked out at the speeds and supplies of now."""
        kept, graph = self._answers[state.axis.id], self._world.graph
        answers = kept.get(state.condition)
        if answers is None:
            answers = kept[state.condition] = Answers(Latest(graph), Latest(graph))
        return answers


def largest_flow(world: World, problem: FlowProblem, kg: IntArray, found: deque[Flow]) -> Flow:
    """The largest flow within capacities as ``Passage.kg``.

    One of those ``found`` before where it proves itself so; else one more is, and it is counted.
    """
    limits = problem.unbound(kg)
    for flow in found:
        if problem.still(flow, limits):
            found.remove(flow)
            found.appendleft(flow)
            return flow
    world.record.solves += 1
    flow = problem.largest(limits)
    found.appendleft(flow)
    return flow


def _still(state: AxisState, last: Solved | None, limits: IntArray) -> Solved | None:
    """The plan of an axis that was found last, where it proves itself that of other limits."""
    if last is None:
        return None
    flow = state.problem.still_plan(last.flow, last.limits, limits)
    return None if flow is None else Solved(AxisPlan(flow, last.plan.routes), flow, limits)


def total(limits: IntArray) -> int:
    """The sum of supplies or demands, exact beside ``UNLIMITED``."""
    whole: int = sum(limits.tolist())
    return min(UNLIMITED, whole)
