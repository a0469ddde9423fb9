"""Supply: every axis is planned, its convoys sent, its stocks eaten.

On every change of the network, and when a sink starts or stops refilling, the axes of an
actor are planned again in stated priority: capacity and deliverable each alone, the plan in
what the axes before it have left. Plans are min-cost (by travel time) max flows; their routes
dispatch convoys of a stated size, remainders carried over. A convoy is one event, its
arrival; it looks around only when the network changes under it. Stocks are drawn
continuously, in exact integers, and the instant of exhaustion is computed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.network import (
    UNLIMITED,
    Flow,
    FlowProblem,
    IntArray,
    Route,
    TravelTimes,
    decompose,
    times_to,
)
from sim.scenario.model import DAY, Axis

from .clock import Moment, Phase
from .control import Passage
from .journeys import Journey, Standing, depart, way_out
from .record import FlowRow, Tally
from .stock import Stock

if TYPE_CHECKING:
    from .simulation import Simulation


@dataclass(slots=True)
class Convoy:
    """One convoy on its way; ``goal`` is what it makes for."""

    sink: str
    ordinal: int
    kg: int
    source: int
    journey: Journey
    goal: Literal["sink", "hold", "source"] = "sink"
    moment: Moment | None = None


@dataclass(slots=True)
class Sending:
    """One route of the plan in force: ``credit`` (kg * s / day) has built up by ``since``."""

    route: Route
    sink: str
    key: str
    credit: int
    since: int
    moment: Moment | None = None


@dataclass(slots=True)
class SinkState:
    """A sink in a run: its stock, what it asks, and whether it refills now."""

    place: str
    index: int
    consumption: int
    target: int
    refill: int
    low: int  # refilling starts below this many kg
    began: int  # kg at the start
    stock: Stock
    refilling: bool = False
    active: bool = True
    out: bool = False
    moment: Moment | None = None
    drawn: dict[str, int] = field(default_factory=dict)  # kg/day by the forces fed from it
    taken: int = 0  # kg that forces took with them
    spoiled: int = 0  # kg * s / day lost with the place

    @property
    def rate(self) -> int:
        """kg/day eaten: its own consumption and that of the forces fed from it."""
        return self.consumption + sum(self.drawn.values()) if self.active else 0

    @property
    def asks(self) -> int:
        """kg/day: what is eaten, and the refill rate while below target; 0 where it is lost."""
        if not self.active:
            return 0
        return self.rate + (self.refill if self.refilling else 0)


@dataclass(slots=True)
class AxisState:
    """An axis in a run."""

    axis: Axis
    passage: Passage
    problem: FlowProblem
    supply: IntArray
    sinks: dict[str, SinkState]
    convoy_kg: int
    loss: float
    capacity: int = 0
    sendings: list[Sending] = field(default_factory=list)
    remainder: dict[tuple[int, str], int] = field(default_factory=dict)
    convoys: list[Convoy] = field(default_factory=list)
    planned: IntArray | None = None
    flows: dict[bytes, Flow] = field(default_factory=dict)
    ways: dict[int, TravelTimes] = field(default_factory=dict)


class Supply:
    """All axes of a run."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.passages: dict[tuple[str, frozenset[str], int], Passage] = {}
        self.axes: dict[str, AxisState] = {}
        self.by_actor: dict[str, list[AxisState]] = defaultdict(list)
        self._due: set[str] = set()
        self._flows: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for axis in sorted(sim.scenario.axes.values(), key=lambda x: (x.priority, x.id)):
            state = self._axis(axis)
            self.axes[axis.id] = state
            self.by_actor[axis.actor].append(state)
            state.capacity = self.capacity_now(state)
        for state in self.axes.values():
            for sink in state.sinks.values():
                sim.record.tallies[state.axis.id, sink.place] = Tally()
                sim.record.consumption[state.axis.id, sink.place] = sink.consumption
                sink.active = self._holds(state, sink)
                self._watch(state, sink)
            self.plan_soon(state.axis.actor)
        self._sample()

    def _axis(self, axis: Axis) -> AxisState:
        sim, luck = self.sim, self.sim.luck
        graph = sim.control.terrain.graph
        load = sim.scenario.commodities[axis.commodity].load
        foreign = frozenset(s.place for s in axis.sources.values() if s.foreign)
        key = (axis.actor, foreign, load)
        if key not in self.passages:
            self.passages[key] = Passage(
                sim.control, sim.sides[axis.actor], foreign, load, sim.scenario.truck_load
            )
        size = max(1, luck.whole(axis.convoy.size, f"axis:{axis.id}:convoy"))
        sources = sorted(axis.sources.values(), key=lambda source: source.place)
        sinks = {}
        for sink in sorted(axis.sinks.values(), key=lambda sink: sink.place):
            name = f"axis:{axis.id}:sink:{sink.place}"
            consumption = luck.whole(sink.demand, f"{name}:demand")
            stock = luck.whole(sink.stock, f"{name}:stock")
            target = stock if sink.target is None else luck.whole(sink.target, f"{name}:target")
            sinks[sink.place] = SinkState(
                place=sink.place,
                index=graph.place_index[sink.place],
                consumption=consumption,
                target=target,
                refill=luck.whole(sink.refill, f"{name}:refill"),
                # a convoy and a day of slack: one arrival must not stop what the next restarts
                low=max(0, target - size - consumption),
                began=stock,
                stock=Stock(stock, consumption),
            )
        return AxisState(
            axis=axis,
            passage=self.passages[key],
            problem=FlowProblem(
                graph,
                [graph.place_index[s.place] for s in sources],
                [graph.place_index[p] for p in sinks],
            ),
            supply=np.array(
                [
                    UNLIMITED
                    if s.supply is None
                    else luck.whole(s.supply, f"axis:{axis.id}:source:{s.place}:supply")
                    for s in sources
                ],
                dtype=np.int64,
            ),
            sinks=sinks,
            convoy_kg=size,
            loss=luck.value(axis.convoy.loss, f"axis:{axis.id}:loss"),
        )

    # --- the network changed -----------------------------------------------------------

    def settle(
        self, places: Iterable[str], roads: Iterable[str]
    ) -> list[tuple[AxisState, int, int]]:
        """Take in the net changes of an instant: what is caught, who must be planned again.

        Returns the axes whose capacity (kg/day) changed, with the old and the new one.
        """
        places, roads = list(places), list(roads)
        changed = {key for key, p in self.passages.items() if p.refresh(places, roads)}
        moved = {id(self.passages[key]) for key in changed}
        capacities = []
        for state in self.axes.values():
            for sink in state.sinks.values():
                if sink.place in places:
                    self._sink_changed_hands(state, sink)
            if id(state.passage) in moved:
                state.ways.clear()
                self._look_around(state)
                self.plan_soon(state.axis.actor)
                now = self.capacity_now(state)
                if now != state.capacity:
                    capacities.append((state, state.capacity, now))
            elif places:
                # a convoy that waits in a ring is lost with the place, which passed nothing before
                self._look_around(state)
        return capacities

    def capacity_now(self, state: AxisState) -> int:
        """Capacity of an axis (kg/day) as the network stands, the axis alone."""
        return self._solve(state, "max", state.passage.road, state.passage.place, None, None).value

    def _holds(self, state: AxisState, sink: SinkState) -> bool:
        side = state.passage.side
        return bool(state.passage.open[sink.index]) or side.holds(self.sim.control, sink.place)

    def _sink_changed_hands(self, state: AxisState, sink: SinkState) -> None:
        now = self.sim.clock.now
        active = self._holds(state, sink)
        if active == sink.active:
            return
        sink.active = active
        name = f"{state.axis.id}/{sink.place}"
        if active:
            sink.stock.advance(now)
            sink.stock.rate = sink.rate
        else:
            left = sink.stock.kg(now)
            sink.spoiled += sink.stock.clear(now)
            sink.stock.rate = 0
            sink.refilling = False
            self.sim.note_event("stock_lost", name, "", f"{left} kg of stock lost with the place")
        self._watch(state, sink)
        self.plan_soon(state.axis.actor)

    # --- plans -----------------------------------------------------------------------

    def plan_soon(self, actor: str) -> None:
        """Plan the axes of ``actor`` again in this instant's decisions."""
        if actor not in self._due:
            self._due.add(actor)
            clock = self.sim.clock
            clock.at(clock.now, Phase.DECISIONS, f"plan:{actor}", lambda: self._plan(actor))

    def _plan(self, actor: str) -> None:
        self._due.discard(actor)
        used: IntArray | None = None  # kg/day of standard loads by road and direction
        used_places: IntArray | None = None
        truck = self.sim.scenario.truck_load
        for state in self.by_actor[actor]:
            axis, passage = state.axis, state.passage
            load = self.sim.scenario.commodities[axis.commodity].load
            asks = np.array([s.asks for s in state.sinks.values()], dtype=np.int64)
            alone = self._solve(state, "max", passage.road, passage.place, None, None)
            deliverable = self._solve(state, "max", passage.road, passage.place, state.supply, asks)
            road, place = passage.road, passage.place
            if used is not None and used_places is not None:
                road = np.maximum(0, road - -(-used * load // truck))
                left = np.maximum(0, place - -(-used_places * load // truck))
                place = np.where(place < UNLIMITED, left, place)
            plan = self._solve(state, "plan", road, place, state.supply, asks)
            standard = -(-plan.road_flow * truck // load)
            standard_places = -(-plan.place_flow * truck // load)
            used = standard if used is None else used + standard
            used_places = standard_places if used_places is None else used_places + standard_places
            self._publish(state, alone, deliverable, plan, asks)
            self._send(state, plan)

    def _solve(
        self,
        state: AxisState,
        kind: Literal["max", "plan"],
        road: IntArray,
        place: IntArray,
        supply: IntArray | None,
        demand: IntArray | None,
    ) -> Flow:
        limits = b"" if supply is None or demand is None else supply.tobytes() + demand.tobytes()
        key = kind.encode() + road.tobytes() + place.tobytes() + limits
        flow = state.flows.get(key)
        if flow is None:
            solve = state.problem.max_flow if kind == "max" else state.problem.plan
            flow = state.flows[key] = solve(road, place, supply, demand)
            self.sim.record.solves += 1
        return flow

    def _publish(
        self, state: AxisState, alone: Flow, deliverable: Flow, plan: Flow, asks: IntArray
    ) -> None:
        sim, axis = self.sim, state.axis.id
        before, state.capacity = state.capacity, alone.value
        subject = f"axis:{axis}"
        sim.note(subject, "capacity_kg_per_day", alone.value)
        sim.note(subject, "deliverable_kg_per_day", deliverable.value)
        sim.note(subject, "planned_kg_per_day", plan.value)
        sim.note(subject, "asked_kg_per_day", int(asks.sum()))
        demand = sum(s.rate for s in state.sinks.values())
        sim.note(subject, "demand_kg_per_day", demand)
        if before != alone.value and sim.clock.now > 0:
            if alone.value == 0:
                sim.note_event("axis_cut", axis, "", f"capacity {before} -> 0 kg/day")
            elif before == 0:
                sim.note_event("axis_open", axis, "", f"capacity 0 -> {alone.value} kg/day")
            else:
                sim.note_event(
                    "axis_changed", axis, "", f"capacity {before} -> {alone.value} kg/day"
                )
        old = state.planned
        if old is None or not np.array_equal(old, plan.road_flow):
            graph = state.problem.graph
            rows = plan.road_flow if old is None else np.where(plan.road_flow != old, 1, 0)
            for r, way in np.argwhere(rows):
                ends = (graph.places[graph.a[r]], graph.places[graph.b[r]])
                origin, destination = ends if way == 0 else ends[::-1]
                sim.record.flows.append(
                    FlowRow(
                        sim.clock.now,
                        axis,
                        graph.roads[r],
                        origin,
                        destination,
                        int(plan.road_flow[r, way]),
                    )
                )

    def _send(self, state: AxisState, plan: Flow) -> None:
        """Put the routes of a plan in force; what has built up on the old ones carries over."""
        now = self.sim.clock.now
        if state.planned is not None and np.array_equal(state.planned, plan.road_flow):
            return
        state.planned = plan.road_flow
        for old in state.sendings:
            if old.moment is not None:
                old.moment.cancel()
            pair = (old.route.source, old.sink)
            built_up = old.credit + old.route.rate * (now - old.since)
            state.remainder[pair] = state.remainder.get(pair, 0) + built_up
        graph = state.problem.graph
        state.sendings = []
        for n, route in enumerate(decompose(state.problem, plan)):
            sink = graph.places[route.sink]
            credit = state.remainder.pop((route.source, sink), 0)
            sending = Sending(route, sink, f"send:{state.axis.id}:{sink}:{n:04d}", credit, now)
            state.sendings.append(sending)
            self._next_convoy(state, sending)

    def _next_convoy(self, state: AxisState, sending: Sending) -> None:
        missing = state.convoy_kg * DAY - sending.credit
        wait = max(0, -(-missing // sending.route.rate))
        clock = self.sim.clock
        sending.moment = clock.at(
            clock.now + wait, Phase.DISPATCH, sending.key, lambda: self._dispatch(state, sending)
        )

    def _dispatch(self, state: AxisState, sending: Sending) -> None:
        now = self.sim.clock.now
        sending.credit += sending.route.rate * (now - sending.since) - state.convoy_kg * DAY
        sending.since = now
        route = sending.route
        tally = self.sim.record.tallies[state.axis.id, sending.sink]
        tally.sent += 1
        tally.sent_kg += state.convoy_kg
        seconds = tuple(int(state.problem.graph.seconds[r]) for r in route.roads)
        journey = depart(
            Standing(route.source),
            now,
            route.source,
            route.places,
            route.roads,
            seconds,
            state.passage,
        )
        convoy = Convoy(sending.sink, tally.sent, state.convoy_kg, route.source, journey)
        state.convoys.append(convoy)
        self._travel(state, convoy)
        self._next_convoy(state, sending)

    # --- convoys -----------------------------------------------------------------------

    def _travel(self, state: AxisState, convoy: Convoy) -> None:
        if convoy.moment is not None:
            convoy.moment.cancel()
            convoy.moment = None
        if convoy.goal == "hold":
            return
        convoy.moment = self.sim.clock.at(
            convoy.journey.arrival,
            Phase.ARRIVALS,
            f"convoy:{state.axis.id}:{convoy.sink}:{convoy.ordinal:09d}",
            lambda: self._arrive(state, convoy),
        )

    def _arrive(self, state: AxisState, convoy: Convoy) -> None:
        state.convoys.remove(convoy)
        tally = self.sim.record.tallies[state.axis.id, convoy.sink]
        if convoy.goal == "source":
            tally.returned += 1
            tally.returned_kg += convoy.kg
            return
        tally.arrived += 1
        tally.delivered_kg += convoy.kg
        sink = state.sinks[convoy.sink]
        sink.stock.add(self.sim.clock.now, convoy.kg)
        self._watch(state, sink)
        self.sim.restocked(state.axis.actor, sink.place)

    def _look_around(self, state: AxisState) -> None:
        """Every convoy of an axis whose network changed: go on, turn, hold, go back, or be lost."""
        now = self.sim.clock.now
        for convoy in list(state.convoys):
            ahead_open = not convoy.journey.blocked(now, state.passage)
            if convoy.goal == "sink" and ahead_open and state.sinks[convoy.sink].active:
                continue
            self._rethink(state, convoy, now)

    def _rethink(self, state: AxisState, convoy: Convoy, now: int) -> None:
        passage, graph = state.passage, state.problem.graph
        standing = convoy.journey.standing(now)
        if self._is_lost(state, convoy, standing):
            self._lose(state, convoy, "caught")
            return
        ends = way_out(standing, passage)
        if not ends and standing.road is None:
            if passage.side.holds(self.sim.control, graph.places[standing.here]):
                # in a ring: it waits there, with no way in or out
                self._go(state, convoy, standing, standing.here, "hold", None)
                return
            if (back := convoy.journey.last_leg(now)) is not None:
                standing, ends = back, way_out(back, passage)
        ways_in = self._ways(state, state.sinks[convoy.sink].index)
        best = min(
            ((s + int(ways_in.seconds[p]), p) for p, s in ends if ways_in.reaches(p)),
            default=None,
        )
        if best is not None and state.sinks[convoy.sink].active:
            self._go(state, convoy, standing, best[1], "sink", ways_in)
            return
        own = [(s, p) for p, s in ends if passage.side.holds(self.sim.control, graph.places[p])]
        if own:
            self._go(state, convoy, standing, min(own)[1], "hold", None)
            return
        ways_back = self._ways(state, convoy.source)
        home = min(
            ((s + int(ways_back.seconds[p]), p) for p, s in ends if ways_back.reaches(p)),
            default=None,
        )
        if home is not None:
            self._go(state, convoy, standing, home[1], "source", ways_back)
        else:
            self._lose(state, convoy, "stranded")

    def _is_lost(self, state: AxisState, convoy: Convoy, standing: Standing) -> bool:
        """Try the luck of a convoy on a road or place that was lost under it.

        Its luck is keyed by itself and the spot: asked again there, the answer is the same.
        """
        passage, where = state.passage, state.problem.graph
        if standing.road is not None:
            spot = f"road:{where.roads[standing.road]}"
            safe = bool(passage.road[standing.road, 0])
        else:
            place = where.places[standing.here]
            spot = f"place:{place}"
            safe = bool(passage.open[standing.here]) or passage.side.holds(self.sim.control, place)
        name = f"convoy:{state.axis.id}:{convoy.sink}:{convoy.ordinal}"
        return not safe and self.sim.luck.uniform(f"{name}:{spot}") < state.loss

    def _go(
        self,
        state: AxisState,
        convoy: Convoy,
        standing: Standing,
        first: int,
        goal: Literal["sink", "hold", "source"],
        ways: TravelTimes | None,
    ) -> None:
        """Send a convoy from where it stands over ``first`` towards its goal."""
        now, graph = self.sim.clock.now, state.problem.graph
        route = None if ways is None else ways.route(first)
        places, roads = ((first,), ()) if route is None else (route.places, route.roads)
        seconds = tuple(int(graph.seconds[r]) for r in roads)
        convoy.journey = depart(standing, now, first, places, roads, seconds, state.passage)
        tally = self.sim.record.tallies[state.axis.id, convoy.sink]
        if goal != "sink" and convoy.goal == "sink":
            tally.turned += 1
        elif goal == "sink":
            tally.rerouted += 1
        convoy.goal = goal
        self._travel(state, convoy)

    def _lose(self, state: AxisState, convoy: Convoy, how: str) -> None:
        if convoy.moment is not None:
            convoy.moment.cancel()
        state.convoys.remove(convoy)
        tally = self.sim.record.tallies[state.axis.id, convoy.sink]
        tally.lost += 1
        tally.lost_kg += convoy.kg
        self.sim.note_event(
            "convoy_lost",
            f"{state.axis.id}/{convoy.sink}",
            "",
            f"convoy {convoy.ordinal} with {convoy.kg} kg {how}",
        )

    def _ways(self, state: AxisState, goal: int) -> TravelTimes:
        """Travel times to ``goal`` over what the axis can pass now."""
        if goal not in state.ways:
            state.ways[goal] = times_to(
                state.problem.graph,
                state.passage.road > 0,
                state.passage.open,
                [goal],
            )
        return state.ways[goal]

    # --- stocks ------------------------------------------------------------------------

    def _watch(self, state: AxisState, sink: SinkState) -> None:
        """Look at a stock now, and again when it next reaches a level that matters."""
        clock, name = self.sim.clock, f"{state.axis.id}/{sink.place}"
        now = clock.now
        sink.stock.advance(now)
        if sink.moment is not None:
            sink.moment.cancel()
            sink.moment = None
        out = sink.rate > 0 and sink.stock.empty(now)
        if out != sink.out:
            sink.out = out
            if sink.active:
                kind = "stock_out" if out else "stock_back"
                self.sim.note_event(kind, name, "", "the stock is empty" if out else "stock again")
            self.sim.note(f"sink:{name}", "stock_kg", sink.stock.kg(now))
            self.sim.state_changed()
            self.sim.stocks_changed()
        if not sink.active:
            return
        level = sink.stock.kg(now)
        refilling = sink.refilling
        if sink.refill and level >= sink.target:
            refilling = False
        elif sink.refill and level <= sink.low and level < sink.target:
            refilling = True
        if refilling != sink.refilling:
            sink.refilling = refilling
            self.plan_soon(state.axis.actor)
        marks = [0] if not out else []
        if sink.refill and not refilling:
            marks.append(sink.low)
        times = [t for kg in marks if (t := sink.stock.when(kg)) is not None and t > now]
        if times:
            sink.moment = clock.at(
                min(times), Phase.ARRIVALS, f"~stock:{name}", lambda: self._watch(state, sink)
            )

    def draw(self, axis: str, place: str, force: str, kg_per_day: int) -> None:
        """Let a force eat so much from the stock at a sink (0: no more)."""
        state = self.axes[axis]
        sink = state.sinks[place]
        if sink.drawn.get(force, 0) == kg_per_day:
            return
        sink.stock.advance(self.sim.clock.now)
        sink.drawn[force] = kg_per_day
        sink.stock.rate = sink.rate
        self._watch(state, sink)
        self.plan_soon(state.axis.actor)

    def take(self, axis: str, place: str, kg: int) -> int:
        """Let a force take up to ``kg`` with it from the stock at a sink; what it got."""
        state = self.axes[axis]
        sink, now = state.sinks[place], self.sim.clock.now
        got = max(0, min(kg, sink.stock.kg(now)))
        if got:
            sink.stock.add(now, -got)
            sink.taken += got
            if sink.moment is not None:
                sink.moment.cancel()
            name = f"~stock:{axis}/{place}"
            sink.moment = self.sim.clock.at(
                now, Phase.ARRIVALS, name, lambda: self._watch(state, sink)
            )
        return got

    def supply_at(self, actor: str, place: str) -> float:
        """Seconds that the stocks of an actor's men at a place last.

        The least of its stocks there; men at a place that no axis feeds feed themselves.
        """
        now = self.sim.clock.now
        found = [
            sink.stock.lasts(now, sink.rate)
            for state in self.by_actor.get(actor, ())
            for sink in state.sinks.values()
            if sink.place == place and sink.rate
        ]
        return min(found, default=math.inf)

    def _sample(self) -> None:
        """Write stocks and deliveries down, and again after the sampling interval."""
        sim = self.sim
        now = sim.clock.now
        for state in self.axes.values():
            for sink in state.sinks.values():
                name = f"sink:{state.axis.id}/{sink.place}"
                tally = sim.record.tallies[state.axis.id, sink.place]
                sim.note(name, "stock_kg", sink.stock.kg(now))
                sim.note(name, "delivered_kg", tally.delivered_kg)
        if now < sim.scenario.length:
            soon = min(now + sim.scenario.sample, sim.scenario.length)
            sim.clock.at(soon, Phase.RECORD, "sample", self._sample)

    def close(self) -> None:
        """At the end of the period: count what is still on its way."""
        for state in self.axes.values():
            for convoy in state.convoys:
                tally = self.sim.record.tallies[state.axis.id, convoy.sink]
                tally.moving += 1
                tally.moving_kg += convoy.kg
            for fed in state.sinks.values():
                self._account(state, fed)
        for (axis, sink), t in self.sim.record.tallies.items():
            if t.sent_kg != t.delivered_kg + t.moving_kg + t.lost_kg + t.returned_kg:
                raise AssertionError(f"{axis}/{sink}: kg sent are not all accounted for: {t}")

    def _account(self, state: AxisState, sink: SinkState) -> None:
        """Check that what a sink had and received was eaten, taken, lost or is there."""
        now = self.sim.clock.now
        sink.stock.advance(now)
        had = sink.began + self.sim.record.tallies[state.axis.id, sink.place].delivered_kg
        went = sink.stock.eaten + sink.spoiled + sink.stock.level(now)
        if had * DAY != went + sink.taken * DAY:
            raise AssertionError(f"{state.axis.id}/{sink.place}: kg of the stock do not add up")
        loaded = sum(
            force.loaded
            for force in self.sim.forces()
            if (force.operation.axis, force.operation.base) == (state.axis.id, sink.place)
        )
        if loaded != sink.taken:
            raise AssertionError(f"{state.axis.id}/{sink.place}: forces took {loaded} kg")
