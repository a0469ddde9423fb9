"""Supply: every axis is planned, its convoys sent, its stocks eaten.

The parts: :mod:`~sim.engine.supply.plans`, :mod:`~sim.engine.supply.streams` of convoys and
:mod:`~sim.engine.supply.convoys` that were disturbed, :mod:`~sim.engine.supply.sinks` with their
stocks, and :mod:`~sim.engine.supply.depots` that ship from these.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from itertools import chain

import numpy as np

from sim.engine.signals import NetChange, Post
from sim.engine.world import World

from .axes import AxisState, SinkState, by_actor
from .convoys import Convoys, Touched
from .depots import Depots
from .plans import Plans
from .sinks import Sinks


class Supply:
    """All axes of a run, with what moves on them."""

    def __init__(self, world: World, axes: Mapping[str, AxisState], *, lean: bool = False) -> None:
        self.axes = axes
        self.sinks = Sinks(world, axes)
        self._world = world
        depots = Depots(world, axes, self.sinks)
        self.plans = Plans(world, axes, self.sinks, depots, lean=lean)
        self._convoys = Convoys(world, self.sinks, depots)
        self._by_actor = {
            actor: [sink for state in states for sink in state.sinks.values()]
            for actor, states in by_actor(axes).items()
        }
        self._at: dict[Post, list[SinkState]] = {}
        for sink in chain.from_iterable(self._by_actor.values()):
            self._at.setdefault((sink.actor, sink.place), []).append(sink)

    def settle(self, change: NetChange) -> None:
        """Take in the net change of an instant: what is caught, who must be planned again."""
        graph, paced = self._world.graph, change.paced
        touched = Touched(
            frozenset([graph.place_index[place] for place in change.places]),
            frozenset([graph.road_index[road] for road in change.roads]),
            paced,
        )
        amounts = paced or change.ends
        for state in self.axes.values():
            if paced:
                state.at_pace(self._world.pace)
            if amounts:
                self._take_in_amounts(state)
            for sink in state.sinks.values():
                if sink.place in change.places:
                    self.sinks.change_hands(state, sink)
            if state.passage in change.moved or paced:
                state.ways.clear()
                self._convoys.look_around(state, touched)
                self.plans.soon(state.axis.actor)
            elif change.places and state.convoys:
                # one that waits in a ring is lost with the place, which passed nothing before
                self._convoys.look_around(state, touched)

    def _take_in_amounts(self, state: AxisState) -> None:
        """Let sources give, and sinks eat, what profiles and events say now."""
        control, name = self._world.control, state.axis.id
        gives = [
            control.amount("source", f"{name}/{source.place}", stated)
            for source, stated in zip(state.axis.sources_in_order, state.stated, strict=True)
        ]
        if gives != state.gives.tolist():
            state.gives = state.supply = np.array(gives, dtype=np.int64)
            self.plans.soon(state.axis.actor)
        state.condition = self._world.pace.key + state.supply.tobytes()
        for sink in state.sinks.values():
            self.sinks.let_want(sink, control.amount("sink", sink.name, sink.stated))

    # --- what others ask -------------------------------------------------------------------

    def supply_at(self, post: Post) -> float:
        """Seconds that the stocks of an actor's men at a place last.

        The least of its stocks there; men at a place that no axis feeds feed themselves. Of the
        next delivery there the signal ``restocked`` tells.
        """
        return min(map(self.sinks.lasts, self._at.get(post, ())), default=math.inf)

    def stock_kg(self, actor: str, places: Collection[str]) -> int:
        """What is in an actor's stocks at some places, whole kg."""
        total = 0
        for sink in self._by_actor.get(actor, ()):
            if sink.place in places:
                self.sinks.bring(sink)
                total += sink.stock.kg(self._world.clock.now)
        return total

    def close(self, loaded: Mapping[tuple[str | None, str], int]) -> None:
        """At the end of the period: count what is still on its way, and check the kilograms.

        ``loaded`` is what forces took (kg), by axis (None: nothing that is counted) and sink.
        """
        for state in self.axes.values():
            for sink in state.sinks.values():
                alone = [c.kg for c in state.convoys if c.sink == sink.place]
                self.sinks.close(sink, alone, loaded.get((sink.axis, sink.place), 0))
