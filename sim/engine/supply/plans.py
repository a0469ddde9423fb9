"""Plans: what each axis can carry, and the routes that its convoys take.

On every change of the network, and when a sink starts or stops refilling, the axes that it
touches are planned again: by priority over the axes of all actors, then by actor, then by id.
Capacity and deliverable are each alone, the plan is in what the axes before it have left: of
what state and damage leave of a road or place, whoever drives, and of its actor's share of that.
How each is found is told in :mod:`~sim.engine.supply.solves`. Axes that share by a stated rule are
planned as one (:mod:`~sim.engine.supply.together`). Where an axis has lorries, its plan takes
no more hours than these have (:mod:`~sim.engine.supply.fleets`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.clock import Phase
from sim.engine.world import World
from sim.network import UNLIMITED, IntArray
from sim.scenario.blocks import Block, blocks
from sim.scenario.model import DAY, Scenario
from sim.scenario.profiles import ends_named
from sim.state.record import FlowRow, LoadRow

from .axes import AxisState
from .basis import MOST_LEAN, Basis, Used
from .depots import Depots
from .fleets import Fleets, Within
from .room import in_loads, left, loads_of, meet, used_by, used_together
from .sinks import Sinks
from .solves import AxisPlan, Solves, total
from .streams import LoadedStream, Stream
from .together import Together


class Found(NamedTuple):
    """A plan of an axis, and what it uses of roads and places, and of its fleet (lorry-seconds).

    ``asks`` is what each sink asks, ``again`` what it would carry beside others than those before
    it (kg/day).
    """

    plan: AxisPlan
    asks: IntArray
    used: Used
    hauled: int
    again: Callable[[Sequence[AxisState]], int]

    @property
    def value(self) -> int:
        """What it carries (kg/day)."""
        return self.plan.flow.value


class Plans:
    """The plans of all axes of a run."""

    def __init__(
        self, world: World, axes: Mapping[str, AxisState], sinks: Sinks, depots: Depots, *,
        lean: bool = False,
    ) -> None:  # fmt: skip
        self._world = world
        self._lean = lean and len(world.graph.places) < MOST_LEAN
        self._basis: dict[str, Basis] = {}  # what the plan in force follows from
        self._sinks = sinks
        self._depots = depots
        self._blocks: list[list[AxisState]] = []
        self._blocks_of: dict[str, set[int]] = defaultdict(set)  # of an actor, by number
        self._together: dict[str, Together] = {}
        self._priority: dict[str, int] = {}
        for block in blocks(world.scenario):
            self._add(block, [axes[axis] for axis in block.axes])
        self._fleets = Fleets(world, axes)
        self._plain = {
            axis
            for axis, state in axes.items()
            if not (axis in self._together or self._fleets.of(state) or depots.supply(state))
        }
        self._loads = np.zeros(2 * len(world.graph.roads) + len(world.graph.places), np.int64)
        self._told: set[str] = set()
        self._limits_change = _limits_change(world.scenario)
        self.solves = Solves(world, axes)
        self._due: set[int] = set()
        world.signals.asks_changed.subscribe(self.soon)
        for state in axes.values():
            state.capacity = self.solves.largest(state).value
            self.soon(state.axis.actor)

    def _add(self, block: Block, states: list[AxisState]) -> None:
        """Take a block in: as one where it shares by a rule, else axis by axis."""
        for state in states:
            self._priority[state.axis.id] = block.priority
        found = [[state] for state in states]
        if block.share_out != "priority":
            self._together[states[0].axis.id] = Together(self._world, block, states)
            found = [states]
        for one in found:
            for state in one:
                self._blocks_of[state.axis.actor].add(len(self._blocks))
            self._blocks.append(one)

    def soon(self, actor: str) -> None:
        """Plan the axes of ``actor`` again in this instant's decisions."""
        if not self._due:
            clock = self._world.clock
            clock.at(clock.now, Phase.DECISIONS, "plan", self._plan)
        self._due |= self._blocks_of[actor]

    def _plan(self) -> None:
        """Plan the axes that are due, and those after them that they touch."""
        due, self._due = self._due, set()
        moved: list[tuple[AxisState, Used]] = []  # with what they used before
        before: list[AxisState] = []
        for number, states in enumerate(self._blocks):
            told = number in due
            if moved and not told:
                told = any(self._meet(s, o) for s in states for o, _ in moved)
            if told and not (self._lean and self._stands(states, before)):
                moved += self._plan_block(states, [o for o in before if o.used is not None])
            before += states
        if moved and self._world.told:
            self._note_loads(moved)
        self._fleets.look(self._blocks, self._find)

    def _stands(self, states: Sequence[AxisState], before: Sequence[AxisState]) -> bool:
        """Whether what an axis is planned from is the same between its sources and its sinks.

        Then its plan is, too. False of all that hangs on stocks of depots, on lorries, or on a rule
        of sharing, and of convoys that are to go at another pace.
        """
        state, axis = states[0], states[0].axis.id
        if state.paced or axis not in self._plain:
            return False
        last = self._basis.get(axis)
        now = self._basis[axis] = Basis.of(self._world, state, before, last)
        return last is not None and now.gives_as(last)

    def _meet(self, state: AxisState, other: AxisState) -> bool:
        """Whether the plan of one axis may hang on what the other uses."""
        return meet(state, other) or self._fleets.same(state, other)

    def _plan_block(
        self, states: Sequence[AxisState], before: Sequence[AxisState]
    ) -> list[tuple[AxisState, Used]]:
        """Plan an axis, or those that are shared out, in what the axes ``before`` have left.

        Returns those that use something else now, with what they used.
        """
        moved = []
        for state in states:
            self._depots.limit(state)
        for state, found in zip(states, self._find(states, before, note=True), strict=True):
            if not _same(state.used, found.used):
                moved.append((state, state.used))
                state.used = found.used
            state.hauled = found.hauled
            self._adopt(state, before, found)
        return moved

    def _find(
        self, states: Sequence[AxisState], before: Sequence[AxisState], *, note: bool = False
    ) -> list[Found]:
        """The plans of an axis, or of those that are shared out, in what is left."""
        together = self._together.get(states[0].axis.id)
        if together is None:
            return [self._find_axis(states[0], before)]
        shared = together.plan(before)
        if note:
            together.note(shared)
        found = []
        uses = used_together(self._world, states, shared.lines)
        for number, (line, used) in enumerate(zip(shared.lines, uses, strict=True)):

            def again(rest: Sequence[AxisState], number: int = number) -> int:
                return together.plan(rest).lines[number].value

            asks = _asks(states[number])
            found.append(Found(AxisPlan(line), asks, used if line.value else None, 0, again))
        return found

    def _find_axis(self, state: AxisState, before: Sequence[AxisState]) -> Found:
        """The plan of an axis in what the axes ``before`` it have left."""
        world, asks = self._world, _asks(state)
        plan = self._with_fleet(state, left(world, state, before), asks, before)
        truck, load = loads_of(world, state)
        flow, used = plan.flow, None
        if flow.value:
            used = in_loads(used_by(flow), truck, load)

        def again(rest: Sequence[AxisState]) -> int:
            return self._with_fleet(state, left(world, state, rest), asks, rest).flow.value

        hauled = 0
        if self._fleets.of(state) is not None:
            hauled = self._fleets.use(state, plan.routes_in(state.problem))
        return Found(plan, asks, used, hauled, again)

    def _with_fleet(
        self, state: AxisState, kg: IntArray, asks: IntArray, before: Sequence[AxisState]
    ) -> AxisPlan:
        """The plan within these capacities, and what the axes ``before`` leave of its fleet."""
        plan = self.solves.plan(state, kg, asks)
        if self._fleets.of(state) is None:
            return plan
        within = Within(kg, asks, plan.routes_in(state.problem), plan.flow.value)
        hauled = self._fleets.plan(state, within, before)
        return plan if hauled is None else AxisPlan(hauled.plan, hauled.plan.routes, hauled.bound)

    def _adopt(self, state: AxisState, before: Sequence[AxisState], found: Found) -> None:
        """Put a plan of an axis beside those ``before`` in force."""
        plan, asks, capacity = found.plan, found.asks, self.solves.largest(state).value
        asked = sum(asks.tolist())
        deliverable = plan.flow.value
        # no less than planned beside other axes; no more than its capacity, what its sources have
        # and what is asked: only where these differ is there something to solve
        if deliverable != min(capacity, total(state.supply), asked):
            deliverable = self.solves.plan(state, state.passage.kg, asks).flow.value
        if self._fleets.of(state) is not None:
            self._fleets.adopt(state, plan.flow.value, plan.bound)
            self._world.note(f"axis:{state.axis.id}", "without_fleet_kg_per_day", deliverable)
            alone = self._with_fleet(state, state.passage.kg, asks, ())
            deliverable = max(plan.flow.value, alone.flow.value)
        if plan.flow.value < deliverable and state.axis.id not in self._told:
            self._tell_order(state, before, plan.flow.value, found.again)
        self._publish(state, capacity, deliverable, plan.flow.value, asked)
        old, fresh = state.planned, plan.flow.road_flow
        other = old is None or not _equal(old, fresh)
        if other and (self._world.told or self._world.costs is not None):
            self._note_flows(state, fresh, fresh if old is None else fresh != old)
        if other or state.paced:
            self._send(state, plan)

    def _tell_order(
        self, state: AxisState, before: Sequence[AxisState], planned: int,
        again: Callable[[Sequence[AxisState]], int],
    ) -> None:  # fmt: skip
        """Say once where an axis has less because others of its priority come first by id."""
        axis, priority = state.axis, self._priority
        rivals = [o for o in before if priority[o.axis.id] == priority[axis.id]]
        rivals = [o for o in rivals if o.axis.actor != axis.actor and meet(state, o)]
        rest = [o for o in before if o not in rivals]
        if rivals and again(rest) > planned:
            self._told.add(axis.id)
            first = ", ".join(o.axis.id for o in rivals)
            text = f"{first} and {axis.id} have equal priority and share what binds: the order of "
            text += f"actors and ids lets {first} go first; 'priority' of the axes decides it"
            self._world.note_event("order_of_ids", axis.id, "", text)

    def _note_loads(self, moved: Sequence[tuple[AxisState, Used]]) -> None:
        """Write down what all axes together put on each road and in each place, after a change."""
        world, graph = self._world, self._world.graph
        before = loads = self._loads
        for state, last in moved:
            loads = loads + (0 if state.used is None else state.used)
            loads -= 0 if last is None else last
        self._loads = loads
        add, now = world.record.loads.append, world.clock.now
        changed = (loads != before).nonzero()[0]
        for part, kg_per_day in zip(changed.tolist(), loads[changed].tolist(), strict=True):
            r, way = divmod(part, 2)
            if r < len(graph.roads):
                ends = (graph.places[graph.a[r]], graph.places[graph.b[r]])
                add(LoadRow(now, "road", graph.roads[r], ends[way], ends[1 - way], kg_per_day))
            else:
                place = graph.places[part - 2 * len(graph.roads)]
                add(LoadRow(now, "place", place, place, place, kg_per_day))

    def _publish(
        self, state: AxisState, capacity: int, deliverable: int, planned: int, asked: int
    ) -> None:
        world, axis = self._world, state.axis.id
        before, state.capacity = state.capacity, capacity
        subject = f"axis:{axis}"
        world.note(subject, "capacity_kg_per_day", capacity)
        world.note(subject, "deliverable_kg_per_day", deliverable)
        world.note(subject, "planned_kg_per_day", planned)
        world.note(subject, "asked_kg_per_day", asked)
        demand = sum(s.rate for s in state.sinks.values())
        world.note(subject, "demand_kg_per_day", demand)
        if (supply := total(state.supply)) < UNLIMITED or axis in self._limits_change:
            world.note(subject, "supply_kg_per_day", supply)
        if before != capacity and world.clock.now > 0:
            kind = "axis_changed" if before and capacity else "axis_open"
            kind = kind if capacity else "axis_cut"
            world.note_event(kind, axis, "", f"capacity {before} -> {capacity} kg/day")

    def _note_flows(self, state: AxisState, flow: IntArray, rows: IntArray) -> None:
        """Write down what is planned on the roads, each way, where ``rows`` is not 0."""
        graph, now, axis = state.problem.graph, self._world.clock.now, state.axis.id
        add = self._world.record.flows.append
        for r, way in np.argwhere(rows).tolist():
            ends = (graph.places[graph.a[r]], graph.places[graph.b[r]])
            add(FlowRow(now, axis, graph.roads[r], ends[way], ends[1 - way], int(flow[r, way])))

    def _send(self, state: AxisState, plan: AxisPlan) -> None:
        """Put the routes of a plan in force; what has built up on the old ones carries over."""
        state.paced = False
        now, sinks = self._world.clock.now, self._sinks
        state.planned = plan.flow.road_flow
        for sink in state.sinks.values():
            sinks.bring(sink)
            for stream in sink.streams:
                if stream.sent is None:
                    pair = (stream.route.source, sink.place)
                    built_up = sinks.stop(sink, stream)
                    state.remainder[pair] = state.remainder.get(pair, 0) + built_up
        fresh: dict[str, list[Stream]] = {place: [] for place in state.sinks}
        for n, route in enumerate(plan.routes_in(state.problem)):
            place = state.problem.graph.places[route.sink]
            credit = state.remainder.pop((route.source, place), 0)
            name = f"send:{state.axis.id}:{place}:{n:04d}"
            before = state.sinks[place].tally.sent
            kind = LoadedStream if self._depots.ships(state, route.source) else Stream
            fresh[place].append(kind(route, name, state.convoy_kg * DAY, credit, now, before))
        for sink in state.sinks.values():
            streams = fresh[sink.place]
            for stream in streams:
                stream.beside = [other for other in streams if other is not stream]
            sink.streams = sink.streams + streams
            sinks.arm(sink)
            self._depots.begin(state, sink)


def _limits_change(scenario: Scenario) -> set[str]:
    """Axes whose sources may give without limit at one time, and not at another."""
    ends = {
        end for event in scenario.events.values() if event.kind == "supply" for end in event.ends
    }
    for profile in scenario.profiles.values():
        ends.update(ends_named(profile.supply, "supply", scenario.axes))
    changing = {end.split("/")[0] for end in ends}
    for axis in scenario.axes.values():
        if any(source.from_stock for source in axis.sources.values()):
            changing.add(axis.id)
    return changing


def _asks(state: AxisState) -> IntArray:
    """What each sink of an axis asks (kg/day)."""
    return np.array([sink.asks for sink in state.sinks.values()], dtype=np.int64)


def _same(one: Used, other: Used) -> bool:
    if one is None or other is None:
        return one is other
    return _equal(one, other)


def _equal(one: IntArray, other: IntArray) -> bool:
    """Whether two arrays of one shape hold the same; often they are the same array."""
    return one is other or not np.count_nonzero(one != other)
