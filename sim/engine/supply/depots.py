"""Depots: sources of axes that ship from the stock of a sink at their place.

A convoy of a route from a depot leaves when it has built up, as any does, and the stock above the
floor of the source holds its load; else it waits, and one more builds up behind it, so that two
routes that take turns lose none. Those who wait load first, in the order in which they began to.

A source is dry from the instant at which a convoy that has built up does not find its load (or
from the start, where its stock does not hold one). A dry one is planned with what comes in: what
the axis that fills the stock plans to send there, less what is eaten there and what those planned
before it ship. It is dry no more when the stock above its floor holds a convoy, and, while
something comes in, one more of those that come.

=========  ====================================================================================
limit      what sources can give now; before each plan of their axis
begin      wait for the first convoy of each new stream to build up
_due       it has built up: it loads and leaves, or waits
_serve     a delivery has come: those who wait load
=========  ====================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from sim.engine.clock import Phase
from sim.engine.signals import Post
from sim.engine.world import World
from sim.scenario.depots import feeder
from sim.scenario.model import DAY

from .axes import AxisState, Convoy, SinkState
from .sinks import Sinks
from .streams import LoadedStream


@dataclass(slots=True, eq=False)
class Outlet:
    """A source of an axis that ships from a stock; ``number`` is its own among the sources."""

    state: AxisState
    number: int
    place: str
    floor: int  # kg
    dry: bool = False
    told: bool = False  # that it is dry

    @property
    def name(self) -> str:
        """Axis and place."""
        return f"{self.state.axis.id}/{self.place}"

    def streams(self) -> Iterator[LoadedStream]:
        """Those that send from it."""
        start = self.state.problem.sources[self.number]
        for sink in self.state.sinks.values():
            for stream in sink.streams:
                if stream.sent is None and stream.route.source == start:
                    assert isinstance(stream, LoadedStream)
                    yield stream


@dataclass(slots=True, eq=False)
class Depot:
    """A stock from which sources ship, in the order of plans.

    ``queue`` are the convoys that wait for their load: source, sink and stream.
    """

    stock: SinkState
    comes_kg: int  # of a convoy that comes
    outlets: list[Outlet] = field(default_factory=list)
    queue: list[tuple[Outlet, SinkState, LoadedStream]] = field(default_factory=list)
    serving: bool = False


class Depots:
    """The depots of all axes of a run."""

    def __init__(self, world: World, axes: Mapping[str, AxisState], sinks: Sinks) -> None:
        self._world, self._sinks = world, sinks
        self._depots: dict[str, Depot] = {}  # by the name of the sink
        self._at: dict[Post, list[Depot]] = defaultdict(list)
        self._outlets: dict[str, list[tuple[Depot, Outlet]]] = defaultdict(list)
        for state in axes.values():
            for number, source in enumerate(state.axis.sources_in_order):
                if source.from_stock:
                    key = f"axis:{state.axis.id}:source:{source.place}:floor"
                    floor = world.luck.whole(source.floor, key)
                    filling = axes[feeder(world.scenario, state.axis.id, source.place)]
                    self._add(filling, Outlet(state, number, source.place, floor))
        if self._depots:
            world.signals.restocked.subscribe(self._restocked)

    def _add(self, filling: AxisState, outlet: Outlet) -> None:
        stock = filling.sinks[outlet.place]
        depot = self._depots.get(stock.name)
        if depot is None:
            depot = self._depots[stock.name] = Depot(stock, filling.convoy_kg)
            self._at[stock.actor, stock.place].append(depot)
        depot.outlets.append(outlet)
        self._outlets[outlet.state.axis.id].append((depot, outlet))
        self._world.record.shipped[outlet.state.axis.id, outlet.place] = 0
        if not self._holds_load(depot, outlet):
            self._run_dry(depot, outlet)

    def supply(self, state: AxisState) -> bool:
        """Whether any source of an axis ships from a stock."""
        return state.axis.id in self._outlets

    def ships(self, state: AxisState, source: int) -> bool:
        """Whether an axis ships from a stock at a place, by index."""
        return self._outlet(state, source) is not None

    def _outlet(self, state: AxisState, source: int) -> tuple[Depot, Outlet] | None:
        for depot, outlet in self._outlets.get(state.axis.id, ()):
            if depot.stock.index == source:
                return depot, outlet
        return None

    # --- what sources can give ---------------------------------------------------------------

    def limit(self, state: AxisState) -> None:
        """Let the sources of an axis give what they can now."""
        if state.axis.id not in self._outlets:
            return
        supply = state.gives.copy()
        for depot, outlet in self._outlets[state.axis.id]:
            if outlet.dry and not self._is_back(depot, outlet):
                supply[outlet.number] = min(supply[outlet.number], self._comes_in(depot, outlet))
            subject = f"source:{outlet.name}"
            self._world.note(subject, "dry", int(outlet.dry))
            self._world.note(subject, "supply_kg_per_day", int(supply[outlet.number]))
        state.supply = supply
        state.condition = self._world.pace.key + supply.tobytes()

    def _comes_in(self, depot: Depot, outlet: Outlet) -> int:
        """What comes in for a source by the plans in force (kg/day)."""
        stock = depot.stock
        rate = sum(stream.route.rate for stream in stock.streams if stream.sent is None)
        first = depot.outlets[: depot.outlets.index(outlet)]
        ships = sum(stream.route.rate for other in first for stream in other.streams())
        return max(0, rate - stock.rate - ships)

    def _surplus(self, depot: Depot, outlet: Outlet) -> int:
        """What a stock holds above the floor of a source now (kg * s / day)."""
        self._sinks.bring(depot.stock)
        return depot.stock.stock.level(self._world.clock.now) - outlet.floor * DAY

    def _holds_load(self, depot: Depot, outlet: Outlet) -> bool:
        return self._surplus(depot, outlet) >= outlet.state.convoy_kg * DAY

    def _run_dry(self, depot: Depot, outlet: Outlet) -> None:
        if outlet.dry:
            return
        outlet.dry = depot.stock.passes_on = True
        if not outlet.told:
            outlet.told = True
            self._world.note_event("depot_dry", outlet.name, "", "ships on what comes in")
        self._sinks.arm(depot.stock)
        self._world.signals.asks_changed.tell(outlet.state.axis.actor)

    def _is_back(self, depot: Depot, outlet: Outlet) -> bool:
        """See whether a source that was dry has something to ship again."""
        surplus, load = self._surplus(depot, outlet), outlet.state.convoy_kg * DAY
        ample = surplus >= load + depot.comes_kg * DAY
        if not ample and (surplus < load or self._comes_in(depot, outlet)):
            return False
        outlet.dry = False
        depot.stock.passes_on = any(other.dry for other in depot.outlets)
        if ample:  # else it ships this one, and is dry again
            outlet.told = False
            self._world.note_event("depot_back", outlet.name, "", "ships from its stock again")
        return True

    # --- convoys load ------------------------------------------------------------------------

    def begin(self, state: AxisState, sink: SinkState) -> None:
        """Let the new streams from depots to a sink build up."""
        for stream in sink.streams:
            if isinstance(stream, LoadedStream) and stream.sent is None:
                found = self._outlet(state, stream.route.source)
                assert found is not None
                self._build_up(*found, sink, stream)

    def _build_up(
        self, depot: Depot, outlet: Outlet, sink: SinkState, stream: LoadedStream
    ) -> None:
        """Wait for the next convoy of a stream to build up."""
        act = partial(self._due, depot, outlet, sink, stream)
        stream.moment = self._world.clock.at(stream.due(), Phase.DISPATCH, stream.key, act)

    def _due(self, depot: Depot, outlet: Outlet, sink: SinkState, stream: LoadedStream) -> None:
        """A convoy has built up: it leaves if its load is there, else it waits."""
        if self._holds_load(depot, outlet):
            self._leave(depot, outlet, sink, stream)
            return
        stream.waits = True
        depot.queue.append((outlet, sink, stream))
        self._run_dry(depot, outlet)

    def _leave(self, depot: Depot, outlet: Outlet, sink: SinkState, stream: LoadedStream) -> None:
        kg = outlet.state.convoy_kg
        self._ship(depot, outlet, kg)
        self._sinks.bring(sink)
        stream.leave(self._world.clock.now)
        self._sinks.arm(sink)
        self._build_up(depot, outlet, sink, stream)

    def _ship(self, depot: Depot, outlet: Outlet, kg: int) -> None:
        self._world.record.shipped[outlet.state.axis.id, outlet.place] += kg
        self._sinks.ship(depot.stock, kg)

    def take_back(self, state: AxisState, convoy: Convoy) -> None:
        """Put into the stock of a depot what a convoy brings back there; elsewhere do nothing."""
        if (found := self._outlet(state, convoy.source)) is not None:
            self._sinks.bring(found[0].stock)
            self._ship(*found, -convoy.kg)

    def _restocked(self, post: Post) -> None:
        """Something has come where a depot may be: let those who wait load in this instant."""
        for depot in self._at.get(post, ()):
            if depot.stock.passes_on and not depot.serving:
                depot.serving = True
                key, clock = f"load:{depot.stock.name}", self._world.clock
                clock.at(clock.now, Phase.DISPATCH, key, partial(self._serve, depot))

    def _serve(self, depot: Depot) -> None:
        """Let those who wait load, as far as it goes; then see who has something to ship again."""
        depot.serving = False
        queue, depot.queue = depot.queue, []
        for outlet, sink, stream in queue:
            if stream.sent is not None:
                continue  # its plan is over; what has built up goes on in another
            if self._holds_load(depot, outlet):
                self._leave(depot, outlet, sink, stream)
            else:
                depot.queue.append((outlet, sink, stream))
        for outlet in depot.outlets:
            if outlet.dry and self._is_back(depot, outlet):
                self._world.signals.asks_changed.tell(outlet.state.axis.actor)
