"""Plans: what each axis can carry, and the routes that its convoys take.

On every change of the network, and when a sink starts or stops refilling, the axes of an
actor are planned again in stated priority: capacity and deliverable each alone, the plan in
what the axes before it have left. Plans are min-cost (by travel time) max flows; where nothing
is short they follow from the fastest ways, with no solver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from sim.engine.clock import Phase
from sim.engine.world import World
from sim.network import UNLIMITED, FastestWays, Flow, IntArray, Route, decompose
from sim.scenario.model import DAY
from sim.state.record import FlowRow

from .axes import AxisState, by_actor
from .latest import Latest
from .sinks import Sinks
from .streams import Stream


@dataclass(slots=True)
class AxisPlan:
    """A plan and, once they were asked for, the routes that carry it."""

    flow: Flow
    routes: tuple[Route, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What was worked out for an axis, by capacities; plans by what is asked too."""

    alone: Latest[Flow] = field(default_factory=Latest)
    """The largest flows of the axis by itself."""
    fastest: Latest[FastestWays] = field(default_factory=Latest)
    plans: Latest[AxisPlan] = field(default_factory=Latest)


class Plans:
    """The plans of all axes of a run."""

    def __init__(self, world: World, axes: Mapping[str, AxisState], sinks: Sinks) -> None:
        self._world = world
        self._sinks = sinks
        self._by_actor = by_actor(axes)
        self._answers = {axis: Answers() for axis in axes}
        self._due: set[str] = set()
        world.signals.asks_changed.subscribe(self.soon)
        for state in axes.values():
            state.capacity = self.capacity(state)
            self.soon(state.axis.actor)

    def soon(self, actor: str) -> None:
        """Plan the axes of ``actor`` again in this instant's decisions."""
        if actor not in self._due:
            self._due.add(actor)
            clock = self._world.clock
            clock.at(clock.now, Phase.DECISIONS, f"plan:{actor}", partial(self._plan, actor))

    def capacity(self, state: AxisState) -> int:
        """Capacity of an axis (kg/day) as the network stands, the axis alone."""
        key, alone = state.passage.key, self._answers[state.axis.id].alone
        if key not in alone:
            alone[key] = self._largest(state, alone.last)
        return alone[key].value

    def _largest(self, state: AxisState, last: Flow | None) -> Flow:
        """The largest flow of an axis alone: the last one, where it proves itself largest still."""
        road, place = state.passage.road, state.passage.place
        if last is not None and state.problem.still_largest(last, road, place):
            return last
        self._world.record.solves += 1
        return state.problem.max_flow(road, place)

    def _plan(self, actor: str) -> None:
        self._due.discard(actor)
        used_roads: IntArray | int = 0  # kg/day of standard loads by road and direction
        used_places: IntArray | int = 0
        truck = self._world.scenario.truck_load
        axes = self._by_actor[actor]
        for state in axes:
            passage = state.passage
            load = self._world.scenario.commodities[state.axis.commodity].load
            asked = [s.asks for s in state.sinks.values()]
            asks = np.array(asked, dtype=np.int64)
            road, place = passage.road, passage.place
            if state is not axes[0]:
                road = np.maximum(0, road - _in_loads(used_roads, load, truck))
                left = np.maximum(0, place - _in_loads(used_places, load, truck))
                place = np.where(place < UNLIMITED, left, place)
            plan = self._solve(state, road, place, asks)
            flow = plan.flow
            if state is not axes[-1]:
                used_roads = _in_loads(flow.road_flow, truck, load) + used_roads
                used_places = _in_loads(flow.place_flow, truck, load) + used_places
            capacity = self.capacity(state)
            deliverable = self._deliverable(state, capacity, flow, asks)
            self._publish(state, capacity, deliverable, flow, sum(asked))
            self._send(state, plan)

    def _solve(self, state: AxisState, road: IntArray, place: IntArray, asks: IntArray) -> AxisPlan:
        """The plan within these capacities."""
        # No road carries more than all that is asked: what one holds beyond that changes nothing.
        most = _total(asks)
        road, place = np.minimum(road, most), np.minimum(place, most)
        key = road.tobytes() + place.tobytes() + asks.tobytes()
        plans = self._answers[state.axis.id].plans
        plan = plans.get(key)
        if plan is None:
            self._world.record.solves += 1
            ways = self._fastest(state)
            if (flow := ways.plan(road, place, asks)) is not None:
                plan = AxisPlan(flow, ways.routes(flow))
            else:
                plan = AxisPlan(state.problem.plan(road, place, state.supply, asks))
            plans[key] = plan
        return plan

    def _fastest(self, state: AxisState) -> FastestWays:
        """The fastest ways of an axis as the network stands, the last ones if they still hold."""
        passage, fastest = state.passage, self._answers[state.axis.id].fastest
        if passage.key not in fastest:
            ways = fastest.last
            if ways is None or not ways.hold(passage.road, passage.place):
                ways = FastestWays(state.problem, passage.road, passage.place, state.supply)
            fastest[passage.key] = ways
        return fastest[passage.key]

    def _deliverable(self, state: AxisState, capacity: int, flow: Flow, asks: IntArray) -> int:
        """What the axis alone could deliver (kg/day).

        No less than planned beside other axes; no more than its capacity, what its sources have
        and what is asked. Only where these differ is there something to solve.
        """
        most = min(capacity, _total(state.supply), _total(asks))
        if flow.value == most:
            return most
        return self._solve(state, state.passage.road, state.passage.place, asks).flow.value

    def _publish(
        self, state: AxisState, capacity: int, deliverable: int, flow: Flow, asked: int
    ) -> None:
        world, axis = self._world, state.axis.id
        before, state.capacity = state.capacity, capacity
        subject = f"axis:{axis}"
        world.note(subject, "capacity_kg_per_day", capacity)
        world.note(subject, "deliverable_kg_per_day", deliverable)
        world.note(subject, "planned_kg_per_day", flow.value)
        world.note(subject, "asked_kg_per_day", asked)
        demand = sum(s.rate for s in state.sinks.values())
        world.note(subject, "demand_kg_per_day", demand)
        if before != capacity and world.clock.now > 0:
            kind = "axis_changed" if before and capacity else "axis_open"
            kind = kind if capacity else "axis_cut"
            world.note_event(kind, axis, "", f"capacity {before} -> {capacity} kg/day")
        old = state.planned
        if old is None or not np.array_equal(old, flow.road_flow):
            graph = state.problem.graph
            rows = flow.road_flow if old is None else flow.road_flow != old
            for r, way in np.argwhere(rows).tolist():
                ends = (graph.places[graph.a[r]], graph.places[graph.b[r]])
                origin, destination = ends if way == 0 else ends[::-1]
                kg_per_day = int(flow.road_flow[r, way])
                world.record.flows.append(
                    FlowRow(world.clock.now, axis, graph.roads[r], origin, destination, kg_per_day)
                )

    def _send(self, state: AxisState, plan: AxisPlan) -> None:
        """Put the routes of a plan in force; what has built up on the old ones carries over."""
        if state.planned is not None and np.array_equal(state.planned, plan.flow.road_flow):
            return
        now, sinks = self._world.clock.now, self._sinks
        state.planned = plan.flow.road_flow
        for sink in state.sinks.values():
            sinks.bring(sink)
            for stream in sink.streams:
                if stream.sent is None:
                    pair = (stream.route.source, sink.place)
                    built_up = sinks.stop(sink, stream)
                    state.remainder[pair] = state.remainder.get(pair, 0) + built_up
        if plan.routes is None:
            plan.routes = decompose(state.problem, plan.flow)
        fresh: dict[str, list[Stream]] = {place: [] for place in state.sinks}
        for n, route in enumerate(plan.routes):
            place = state.problem.graph.places[route.sink]
            credit = state.remainder.pop((route.source, place), 0)
            name = f"send:{state.axis.id}:{place}:{n:04d}"
            before = state.sinks[place].tally.sent
            fresh[place].append(Stream(route, name, state.convoy_kg * DAY, credit, now, before))
        for sink in state.sinks.values():
            streams = fresh[sink.place]
            for stream in streams:
                stream.beside = [other for other in streams if other is not stream]
            sink.streams = sink.streams + streams
            sinks.arm(sink)


def _in_loads(kg: IntArray | int, of: int, other: int) -> IntArray | int:
    """What takes as many trucks of ``of`` kg as ``kg`` takes of ``other`` kg, rounded up."""
    return kg if of == other else -(-kg * of // other)


def _total(limits: IntArray) -> int:
    """The sum of supplies or demands, exact beside ``UNLIMITED``."""
    total: int = sum(limits.tolist())
    return min(UNLIMITED, total)
