"""Supply: every axis is planned, its convoys sent, its stocks eaten.

The parts: :mod:`~sim.engine.supply.plans`, :mod:`~sim.engine.supply.streams` of convoys and
:mod:`~sim.engine.supply.convoys` that were disturbed, :mod:`~sim.engine.supply.sinks` with their
stocks.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from sim.scenario.model import Axis
from sim.state.control import Passage

from .axes import AxisState, SinkState
from .convoys import Convoys
from .plans import Plans
from .sinks import Sinks

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


class Supply:
    """All axes of a run."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.plans = Plans(self)
        self.convoys = Convoys(self)
        self.sinks = Sinks(self)
        self.axes: dict[str, AxisState] = {}
        self.by_actor: dict[str, list[AxisState]] = defaultdict(list)
        graph = sim.control.terrain.graph
        for axis in sorted(sim.scenario.axes.values(), key=lambda x: (x.priority, x.id)):
            state = AxisState.draw(axis, self._passage(axis), graph, sim.luck)
            self.axes[axis.id] = state
            self.by_actor[axis.actor].append(state)
            state.capacity = self.plans.capacity(state)
        for state in self.axes.values():
            for sink in state.sinks.values():
                sim.record.tallies[state.axis.id, sink.place] = sink.tally
                sim.record.consumption[state.axis.id, sink.place] = sink.consumption
                sink.active = self._holds(state, sink)
                self.sinks.look(sink)
            self.plans.soon(state.axis.actor)
        self.sinks.sample()

    def _passage(self, axis: Axis) -> Passage:
        load = self.sim.scenario.commodities[axis.commodity].load
        foreign = frozenset(s.place for s in axis.sources.values() if s.foreign)
        return self.sim.passages.of(axis.actor, foreign, load)

    def _holds(self, state: AxisState, sink: SinkState) -> bool:
        side = state.passage.side
        return bool(state.passage.open[sink.index]) or side.holds(self.sim.control, sink.place)

    def settle(
        self, places: Collection[str], moved: Collection[Passage]
    ) -> list[tuple[AxisState, int, int]]:
        """Take in the net changes of an instant: what is caught, who must be planned again.

        ``places`` changed, and ``moved`` have other capacities now. Returns the axes whose
        capacity (kg/day) changed, with the old and the new one.
        """
        capacities = []
        for state in self.axes.values():
            for sink in state.sinks.values():
                if sink.place in places:
                    self.sinks.change_hands(sink, self._holds(state, sink))
            if state.passage in moved:
                state.ways.clear()
                self.convoys.look_around(state)
                self.plans.soon(state.axis.actor)
                now = self.plans.capacity(state)
                if now != state.capacity:
                    capacities.append((state, state.capacity, now))
            elif places:
                # a convoy that waits in a ring is lost with the place, which passed nothing before
                self.convoys.look_around(state)
        return capacities

    # --- what others ask -------------------------------------------------------------------

    def draw(self, axis: str, place: str, force: str, kg_per_day: int) -> None:
        """Let a force eat so much from the stock at a sink (0: no more)."""
        self.sinks.draw(self.axes[axis].sinks[place], force, kg_per_day)

    def take(self, axis: str, place: str, kg: int) -> int:
        """Let a force take up to ``kg`` with it from the stock at a sink; what it got."""
        return self.sinks.take(self.axes[axis].sinks[place], kg)

    def put_back(self, axis: str, place: str, kg: int) -> None:
        """Let a force send ``kg`` of what it has with it back to the stock at a sink."""
        self.sinks.put_back(self.axes[axis].sinks[place], kg)

    def supply_at(self, actor: str, place: str) -> float:
        """Seconds that the stocks of an actor's men at a place last.

        The least of its stocks there; men at a place that no axis feeds feed themselves. Of the
        next delivery there ``Simulation.restocked`` tells.
        """
        found = [self.sinks.lasts(sink) for sink in self._at(actor, (place,))]
        return min(found, default=math.inf)

    def stock_kg(self, actor: str, places: Collection[str]) -> int:
        """What is in an actor's stocks at some places, whole kg."""
        total = 0
        for sink in self._at(actor, places):
            self.sinks.bring(sink)
            total += sink.stock.kg(self.sim.clock.now)
        return total

    def _at(self, actor: str, places: Collection[str]) -> list[SinkState]:
        states = self.by_actor.get(actor, ())
        return [s for state in states for s in state.sinks.values() if s.place in places]

    def close(self) -> None:
        """At the end of the period: count what is still on its way, and check the kilograms."""
        for state in self.axes.values():
            for sink in state.sinks.values():
                alone = [c.kg for c in state.convoys if c.sink == sink.place]
                self.sinks.close(sink, alone)
