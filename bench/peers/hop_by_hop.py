"""The program that a user would write: SimPy processes, networkx for flows and ways.

One process an event, one that wakes every day, one a convoy that drives from town to town.
Each day the network of each axis is made as a networkx graph, its maximum flow is asked for,
and convoys take the shortest way over it. With ``remember`` graphs, flows and ways are kept
until something changes hands, which is what that user would do next.

It reads the same scenario and the same drawn numbers as the engine, so the capacity of each
axis on each day must be the same. It does less: no order of priority between axes, no cheapest
plan, no luck of convoys under fire, no regrouping, no pockets, no record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import simpy

from sim.scenario.model import DAY, PPM, Axis, Event, Scenario
from sim.state.luck import Luck
from sim.state.terrain import Terrain

SOURCE, SINK = "(source)", "(sink)"


@dataclass
class Axes:
    """What comes out: kg/day by axis and day, and the convoys."""

    capacity: dict[str, list[int]] = field(default_factory=dict)
    sent: int = 0
    delivered_kg: int = 0
    hops: int = 0


class Program:
    """One run of a scenario on schedule, whose places have no limit of their own."""

    def __init__(self, scenario: Scenario, replicate: int, remember: bool) -> None:
        self.scenario, self.remember = scenario, remember
        self.luck = Luck(scenario.seed, replicate)
        drawn = Terrain.draw(scenario, self.luck)
        names = drawn.graph.roads
        self.capacity = dict(zip(names, drawn.road_capacity, strict=True))  # there, and back
        self.seconds = dict(zip(names, drawn.graph.seconds.tolist(), strict=True))
        start = scenario.holders
        self.holders = {p: dict(start[p].shares) if p in start else {} for p in drawn.graph.places}
        self.ringed = {p: set(h.besieged) for p, h in start.items()}
        self.sealed = {p: set(h.sealed) for p, h in start.items()}
        self.closed = {r.id: {"start"} for r in scenario.network.roads.values() if r.closed}
        self.kept: dict[str, dict[str, int]] = {}
        self.known: dict[Hashable, Any] = {}
        self.out = Axes({axis: [] for axis in scenario.axes})
        self.env = simpy.Environment()
        for event in scenario.events.values():
            self.env.process(self.happen(event))
        self.stock: dict[tuple[str, str], float] = {}
        self.owed: dict[tuple[str, str], float] = {}
        self.env.process(self.days())

    def run(self) -> Axes:
        """Execute it."""
        self.env.run(until=self.scenario.length + 1)
        return self.out

    # --- who holds what --------------------------------------------------------------------

    def happen(self, event: Event) -> Generator[simpy.Event, None, None]:
        """Wait for an event, apply it, and end it where it ends."""
        assert event.at is not None
        time = round(self.luck.value(event.at, f"event:{event.id}:at"))
        if event.chance < 1 and self.luck.uniform(f"event:{event.id}:happens") >= event.chance:
            return
        yield self.env.timeout(time)
        before = {place: self.holders[place] for place in event.places}
        self.apply(event)
        self.known.clear()
        if event.lasts is None:
            return
        yield self.env.timeout(round(self.luck.value(event.lasts, f"event:{event.id}:lasts")))
        for place in event.places:
            self.holders[place] = before[place]
        for road in event.roads:
            self.kept.get(road, {}).pop(event.id, None)
            self.closed.get(road, set()).discard(event.id)
        self.known.clear()

    def apply(self, event: Event) -> None:
        by = {event.by: PPM} if event.by else {}
        for place in event.places:
            if event.kind in ("capture", "raid"):
                self.holders[place] = dict(event.shares or by)
                self.ringed[place] = set()
            elif event.kind == "besiege":
                self.ringed.setdefault(place, set()).update(event.against)
            elif event.kind == "relieve":
                self.ringed[place] = set()
            elif event.kind == "seal":
                self.sealed.setdefault(place, set()).update(event.against or {"*"})
        for road in event.roads:
            if event.kind in ("close", "raid"):
                self.closed.setdefault(road, set()).add(event.id)
            elif event.kind == "open":
                self.closed.pop(road, None)
            elif event.kind == "damage" and event.loss is not None:
                loss = self.luck.value(event.loss, f"event:{event.id}:loss")
                self.kept.setdefault(road, {})[event.id] = PPM - round(loss * PPM)

    def share(self, actor: str, place: str, foreign: bool) -> int:
        """The share of a place that an actor may use, in ppm squared."""
        if {actor, "*"} & self.sealed.get(place, set()):
            return 0
        if foreign:
            return PPM * PPM
        me = self.scenario.actors[actor]
        found = 0
        for holder, ppm in self.holders[place].items():
            friend = holder in me.friends or actor in self.scenario.actors[holder].friends
            weight = PPM if holder == actor or friend else me.transit.get(holder, 0)
            found += 0 if holder in self.ringed.get(place, ()) else ppm * weight
        return found

    # --- flows and ways --------------------------------------------------------------------

    def recall(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """The answer to ``work``, kept until something changes if that was asked for."""
        if not self.remember:
            return work()
        if key not in self.known:
            self.known[key] = work()
        return self.known[key]

    def graph(self, axis: Axis) -> nx.DiGraph:
        """What the axis can pass now, from one source to one sink over all."""
        return self.recall(("graph", axis.id), lambda: self.build(axis))

    def build(self, axis: Axis) -> nx.DiGraph:
        made = nx.DiGraph()
        made.add_nodes_from((SOURCE, SINK))
        foreign = {s.place for s in axis.sources.values() if s.foreign}
        shares = {p: self.share(axis.actor, p, p in foreign) for p in self.holders}
        load = self.scenario.commodities[axis.commodity].load
        for road in self.scenario.network.roads.values():
            share = min(shares[road.a], shares[road.b])
            if not share or self.closed.get(road.id):
                continue
            ways = zip(((road.a, road.b), (road.b, road.a)), self.capacity[road.id], strict=True)
            for ends, whole in ways:
                over = whole * share * load
                under = PPM * PPM * self.scenario.truck_load
                for kept in self.kept.get(road.id, {}).values():
                    over, under = over * kept, under * PPM
                if over // under:
                    made.add_edge(
                        *ends, capacity=over // under, road=road.id, seconds=self.seconds[road.id]
                    )
        for source in axis.sources:
            if shares[source]:
                made.add_edge(SOURCE, source)  # no capacity: as much as one likes
        for sink in axis.sinks:
            if shares[sink]:
                made.add_edge(sink, SINK)
        return made

    def flows(self, axis: Axis, asks: dict[str, int]) -> tuple[int, dict[str, int]]:
        """Capacity, and what can be brought to each sink of what it asks (kg/day)."""
        graph = self.graph(axis)
        most = self.recall(
            ("most", axis.id), lambda: int(nx.maximum_flow_value(graph, SOURCE, SINK))
        )

        def limited() -> dict[str, int]:
            made = graph.copy()
            for sink, kg in asks.items():
                if made.has_edge(sink, SINK):
                    made[sink][SINK]["capacity"] = kg
            for source in axis.sources.values():
                if source.supply is not None and made.has_edge(SOURCE, source.place):
                    key = f"axis:{axis.id}:source:{source.place}:supply"
                    made[SOURCE][source.place]["capacity"] = self.luck.whole(source.supply, key)
            _, flow = nx.maximum_flow(made, SOURCE, SINK)
            return {sink: flow[sink].get(SINK, 0) for sink in asks if sink in flow}

        return most, self.recall(("limited", axis.id, tuple(asks.items())), limited)

    def way(self, axis: Axis, start: str, goal: str) -> list[str] | None:
        """The fastest way over what can be passed now."""

        def search() -> list[str] | None:
            try:
                return nx.shortest_path(self.graph(axis), start, goal, weight="seconds")
            except (nx.NetworkXNoPath, nx.NodeNotFound):
                return None

        return self.recall(("way", axis.id, start, goal), search)

    # --- what moves ------------------------------------------------------------------------

    def days(self) -> Generator[simpy.Event, None, None]:
        """Every day: eat, look at each axis, send convoys."""
        yield self.env.timeout(0)  # what happens at the start comes first
        while True:
            for axis in self.scenario.axes.values():
                asks = {sink: self.eat(axis, sink) for sink in axis.sinks}
                most, brought = self.flows(axis, asks)
                self.out.capacity[axis.id].append(most)
                for sink, kg in brought.items():
                    self.send(axis, sink, kg)
            yield self.env.timeout(DAY)

    def eat(self, axis: Axis, place: str) -> int:
        """Take a day's consumption from a stock; what the sink asks for a day."""
        sink, name = axis.sinks[place], f"axis:{axis.id}:sink:{place}"
        stock = self.luck.whole(sink.stock, f"{name}:stock")
        demand = self.luck.whole(sink.demand, f"{name}:demand")
        left = self.stock.get((axis.id, place), stock)
        self.stock[axis.id, place] = max(0, left - (demand if self.env.now else 0))
        refill = self.luck.whole(sink.refill, f"{name}:refill") if left < stock else 0
        return demand + refill

    def send(self, axis: Axis, sink: str, kg: int) -> None:
        size = max(1, self.luck.whole(axis.convoy.size, f"axis:{axis.id}:convoy"))
        owed = self.owed.get((axis.id, sink), 0) + kg
        while owed >= size:
            owed -= size
            self.out.sent += 1
            self.env.process(self.convoy(axis, sink, size))
        self.owed[axis.id, sink] = owed

    def convoy(self, axis: Axis, sink: str, kg: int) -> Generator[simpy.Event, None, None]:
        """Drive from town to town; look for another way where the next road is closed."""
        way = self.way(axis, SOURCE, sink)
        if way is None:
            return
        here, ahead = way[1], way[2:]
        while here != sink:
            if not ahead or not self.graph(axis).has_edge(here, ahead[0]):
                found = self.way(axis, here, sink)
                if found is None:
                    yield self.env.timeout(DAY)
                    continue
                ahead = found[1:]
            yield self.env.timeout(self.graph(axis)[here][ahead[0]]["seconds"])
            self.out.hops += 1
            here, *ahead = ahead
        self.stock[axis.id, sink] += kg
        self.out.delivered_kg += kg


def run(scenario: Scenario, replicate: int, *, remember: bool = False) -> Axes:
    """Run a scenario once; ``remember`` keeps graphs, flows and ways between changes."""
    return Program(scenario, replicate, remember).run()
