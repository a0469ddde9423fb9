"""Plans: what each axis can carry, and the routes that its convoys take.

On every change of the network, and when a sink starts or stops refilling, the axes that it
touches are planned again: by priority over the axes of all actors, then by actor, then by id.
Capacity and deliverable are each alone, the plan is in what the axes before it have left: of
what state and damage leave of a road or place, whoever drives, and of its actor's share of that.
Plans are min-cost (by travel time) max flows; where nothing is short they follow from the
fastest ways, with no solver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.engine.clock import Phase
from sim.engine.world import World
from sim.network import UNLIMITED, FastestWays, Flow, IntArray, Route, decompose
from sim.scenario.model import DAY
from sim.state.record import FlowRow, LoadRow

from .axes import AxisState
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
        self._order = list(axes.values())
        self._loads = _no_loads(world)
        self._told: set[str] = set()
        self._answers = {axis: Answers() for axis in axes}
        self._due: set[str] = set()
        world.signals.asks_changed.subscribe(self.soon)
        for state in axes.values():
            state.capacity = self.capacity(state)
            self.soon(state.axis.actor)

    def soon(self, actor: str) -> None:
        """Plan the axes of ``actor`` again in this instant's decisions."""
        if not self._due:
            clock = self._world.clock
            clock.at(clock.now, Phase.DECISIONS, "plan", self._plan)
        self._due.add(actor)

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

    def _plan(self) -> None:
        """Plan the axes of the actors that are due, and those after them that they touch."""
        due, self._due = self._due, set()
        moved: list[AxisState] = []
        for n, state in enumerate(self._order):
            if state.axis.actor in due or any(_meet(state, other) for other in moved):
                used = state.used
                self._plan_axis(state, [o for o in self._order[:n] if o.used is not None])
                if not _same(used, state.used):
                    moved.append(state)
        if moved:
            self._note_loads()

    def _plan_axis(self, state: AxisState, before: Sequence[AxisState]) -> None:
        """Plan an axis in what the axes ``before`` it have left."""
        asked = [s.asks for s in state.sinks.values()]
        asks = np.array(asked, dtype=np.int64)
        plan = self._solve(state, *self._left(state, before), asks)
        flow = plan.flow
        truck, load = self._loads_of(state)
        state.used = None
        if flow.value:
            state.used = (
                _in_loads(flow.road_flow, truck, load), _in_loads(flow.place_flow, truck, load),
            )  # fmt: skip
        capacity = self.capacity(state)
        deliverable = self._deliverable(state, capacity, flow, asks)
        if flow.value < deliverable and state.axis.id not in self._told:
            self._tell_order(state, before, flow.value, asks)
        self._publish(state, capacity, deliverable, flow, sum(asked))
        self._send(state, plan)

    def _loads_of(self, state: AxisState) -> tuple[int, int]:
        """The standard load, and the load of an axis' commodity (kg a truck)."""
        scenario = self._world.scenario
        return scenario.truck_load, scenario.commodities[state.axis.commodity].load

    def _left(self, state: AxisState, before: Sequence[AxisState]) -> tuple[IntArray, IntArray]:
        """What an axis may use of roads and places (kg/day) beside the axes ``before`` it.

        Of its actor's share what that actor's axes leave, and of the whole what all of them do;
        what is used is rounded up, so that all of them together never are above either.
        """
        road, place = state.passage.road, state.passage.place
        truck, load = self._loads_of(state)
        if own := [o for o in before if o.axis.actor == state.axis.actor]:
            road, place = _less(road, place, own, load, truck)
        if any(o.axis.actor != state.axis.actor and _meet(state, o) for o in before):
            whole = self._world.passages.whole(load)
            road_left, place_left = _less(whole.road, whole.place, before, load, truck)
            road, place = np.minimum(road, road_left), np.minimum(place, place_left)
        return road, place

    def _tell_order(
        self, state: AxisState, before: Sequence[AxisState], planned: int, asks: IntArray
    ) -> None:
        """Say once where an axis has less because others of its priority come first by id."""
        axis = state.axis
        rivals = [o for o in before if o.axis.priority == axis.priority]
        rivals = [o for o in rivals if o.axis.actor != axis.actor and _meet(state, o)]
        rest = [o for o in before if o not in rivals]
        if rivals and self._solve(state, *self._left(state, rest), asks).flow.value > planned:
            self._told.add(axis.id)
            first = ", ".join(o.axis.id for o in rivals)
            text = f"{first} and {axis.id} have equal priority and share what binds: the order of "
            text += f"actors and ids lets {first} go first; 'priority' of the axes decides it"
            self._world.note_event("order_of_ids", axis.id, "", text)

    def _note_loads(self) -> None:
        """Write down what all axes together put on each road and in each place."""
        world, graph = self._world, self._world.graph
        loads = _no_loads(world)
        for state in self._order:
            if state.used is not None:
                loads = loads[0] + state.used[0], loads[1] + state.used[1]
        before, self._loads = self._loads, loads
        add, now = world.record.loads.append, world.clock.now
        for r, way in np.argwhere(loads[0] != before[0]).tolist():
            ends = (graph.places[graph.a[r]], graph.places[graph.b[r]])
            kg_per_day = int(loads[0][r, way])
            add(LoadRow(now, "road", graph.roads[r], ends[way], ends[1 - way], kg_per_day))
        for p in np.flatnonzero(loads[1] != before[1]).tolist():
            place = graph.places[p]
            add(LoadRow(now, "place", place, place, place, int(loads[1][p])))

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
        if (supply := _total(state.supply)) < UNLIMITED:
            world.note(subject, "supply_kg_per_day", supply)
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


def _no_loads(world: World) -> tuple[IntArray, IntArray]:
    """Nothing on any road, each way, nor in any place."""
    graph = world.graph
    roads = np.zeros((len(graph.roads), 2), dtype=np.int64)
    return roads, np.zeros(len(graph.places), dtype=np.int64)


def _meet(one: AxisState, other: AxisState) -> bool:
    """Whether two axes may use a place in common."""
    return bool((one.passage.open & other.passage.open).any())


def _same(one: tuple[IntArray, IntArray] | None, other: tuple[IntArray, IntArray] | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(map(np.array_equal, one, other))


def _less(
    road: IntArray, place: IntArray, used_by: Sequence[AxisState], load: int, truck: int
) -> tuple[IntArray, IntArray]:
    """What the plans of some axes leave of roads and places, in loads of ``load`` kg."""
    used = [state.used for state in used_by if state.used is not None]
    roads, places = sum(r for r, _ in used), sum(p for _, p in used)
    left = np.maximum(0, place - _in_loads(places, load, truck))
    return (
        np.maximum(0, road - _in_loads(roads, load, truck)),
        np.where(place < UNLIMITED, left, place),
    )


def _in_loads(kg: IntArray | int, of: int, other: int) -> IntArray:
    """What takes as many trucks of ``of`` kg as ``kg`` takes of ``other`` kg, rounded up."""
    return np.asarray(kg if of == other else -(-kg * of // other))


def _total(limits: IntArray) -> int:
    """The sum of supplies or demands, exact beside ``UNLIMITED``."""
    total: int = sum(limits.tolist())
    return min(UNLIMITED, total)
