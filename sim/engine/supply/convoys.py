"""Convoys whose network changed under them: they go on, turn, hold, go back, or are lost."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from sim.engine.clock import Phase, call_off
from sim.engine.journeys import Journey, Standing, depart, way_out
from sim.engine.world import World
from sim.network import TravelTimes

from .axes import AxisState, Convoy, Goal, SinkState
from .depots import Depots
from .sinks import Sinks, convoy_key
from .streams import Stream


class Touched(NamedTuple):
    """Places and roads, by index, that something changed at; ``paced``: roads of other speeds."""

    places: frozenset[int]
    roads: frozenset[int]
    paced: frozenset[int]

    def bears_on(self, stream: Stream) -> bool:
        """Whether a place or road of the way of a stream may be another now."""
        route = stream.route
        return not (self.places.isdisjoint(route.places) and self.roads.isdisjoint(route.roads))


class Convoys:
    """The convoys of all axes that something disturbed."""

    def __init__(self, world: World, sinks: Sinks, depots: Depots) -> None:
        self._world = world
        self._sinks = sinks
        self._depots = depots

    def look_around(self, state: AxisState, touched: Touched) -> None:
        """Let every convoy of an axis whose network changed see whether it can go on."""
        self._single_out(state, touched)
        if not state.convoys:
            return
        state.convoys.sort(key=lambda convoy: (convoy.left, convoy.stream, convoy.ordinal))
        now = self._world.clock.now
        self._time(state, now)
        for convoy in list(state.convoys):
            ahead_open = not convoy.journey.blocked(now, state.passage)
            goes_on = convoy.goal == "sink" and state.sinks[convoy.sink].active
            if ahead_open and (goes_on or convoy.journey.waits(now)):
                continue
            self._rethink(state, convoy, now)

    def _time(self, state: AxisState, now: int) -> None:
        """Let the convoys of an axis go on at the speeds of now, from where they are."""
        for convoy in state.convoys:
            timed = self._timed(state, convoy.journey, now)
            if timed != convoy.journey:
                convoy.journey = timed
                self._travel(state, convoy)

    def _timed(self, state: AxisState, journey: Journey, now: int) -> Journey:
        """A journey as it goes on at the speeds of now."""
        if not self._world.scenario.profiles:
            return journey
        return journey.timed(now, state.problem.graph.seconds, state.passage)

    def _single_out(self, state: AxisState, touched: Touched) -> None:
        """Make convoys of their own of those whose stream does not run through any more."""
        sinks, paced = self._sinks, touched.paced
        seconds = self._world.pace.before if paced else state.problem.graph.seconds
        for sink in state.sinks.values():
            stopped = []
            for stream in sink.streams:
                slowed = bool(paced) and not paced.isdisjoint(stream.route.roads)
                state.paced = state.paced or slowed
                shut = touched.bears_on(stream) and stream.blocked(state.passage)
                if slowed or shut or not sink.active:
                    stopped.append(stream)
            if not stopped:
                continue
            sinks.bring(sink)
            for stream in stopped:
                left = stream.left_by_now(self._world.clock)
                for n in range(stream.come + 1, left + 1):
                    convoy = Convoy(
                        left=stream.departure(n),
                        stream=stream.key,
                        sink=sink.place,
                        ordinal=stream.ordinal(n),
                        kg=state.convoy_kg,
                        source=stream.route.source,
                        journey=stream.journey(n, seconds),
                    )
                    state.convoys.append(convoy)
                    self._travel(state, convoy)
                stream.come = left
            sinks.arm(sink)

    def _travel(self, state: AxisState, convoy: Convoy) -> None:
        call_off(convoy.moment)
        if convoy.goal == "hold" or convoy.journey.halt is not None:
            return
        convoy.moment = self._world.clock.at(
            convoy.journey.arrival,
            Phase.ARRIVALS,
            convoy_key(state.sinks[convoy.sink], convoy.ordinal),
            partial(self._arrive, state, convoy),
        )

    def _arrive(self, state: AxisState, convoy: Convoy) -> None:
        state.convoys.remove(convoy)
        sink, sinks = state.sinks[convoy.sink], self._sinks
        if convoy.goal == "source":
            sink.tally.returned += 1
            sink.tally.returned_kg += convoy.kg
            self._depots.take_back(state, convoy)
            return
        sinks.bring(sink)
        sinks.unload(sink, convoy.kg)
        sinks.arm(sink)

    def _rethink(self, state: AxisState, convoy: Convoy, now: int) -> None:
        passage, graph = state.passage, state.problem.graph
        standing = convoy.journey.standing(now)
        if self._is_lost(state, convoy, standing):
            self._lose(state, convoy, "caught")
            return
        ends = way_out(standing, passage)
        if not ends and standing.road is None:
            if passage.side.holds(self._world.control, graph.places[standing.here]):
                # in a ring: it waits there, with no way in or out
                self._go(state, convoy, standing, standing.here, "hold", None)
                return
            if (back := convoy.journey.last_leg(now)) is not None:
                standing, ends = back, way_out(back, passage)
        ways_in = state.ways_to(state.sinks[convoy.sink].index)
        first = _first(ends, ways_in)
        if first is not None and state.sinks[convoy.sink].active:
            self._go(state, convoy, standing, first, "sink", ways_in)
            return
        own = [(s, p) for p, s in ends if passage.side.holds(self._world.control, graph.places[p])]
        if own:
            self._go(state, convoy, standing, min(own)[1], "hold", None)
            return
        ways_back = state.ways_to(convoy.source)
        first = _first(ends, ways_back)
        if first is not None:
            self._go(state, convoy, standing, first, "source", ways_back)
        else:
            self._lose(state, convoy, "stranded")

    def _is_lost(self, state: AxisState, convoy: Convoy, standing: Standing) -> bool:
        """Try the luck of a convoy on a road or place that was lost under it.

        Its luck is keyed by itself and the spot: asked again there, the answer is the same.
        """
        passage, where = state.passage, state.problem.graph
        if standing.road is not None:
            spot = f"road:{where.roads[standing.road]}"
            safe = bool(passage.road[standing.road].any()) or passage.waits(
                standing.road, standing.here
            )
        else:
            place = where.places[standing.here]
            spot = f"place:{place}"
            safe = bool(passage.open[standing.here]) or passage.side.holds(
                self._world.control, place
            )
            safe = safe or passage.pauses(standing.here)
        name = f"convoy:{state.axis.id}:{convoy.sink}:{convoy.ordinal}"
        return not safe and self._world.luck.uniform(f"{name}:{spot}") < state.loss

    def _go(
        self,
        state: AxisState,
        convoy: Convoy,
        standing: Standing,
        first: int,
        goal: Goal,
        ways: TravelTimes | None,
    ) -> None:
        """Send a convoy from where it stands over ``first`` towards its goal."""
        now, graph = self._world.clock.now, state.problem.graph
        route = None if ways is None else ways.route(first)
        places, roads = ((first,), ()) if route is None else (route.places, route.roads)
        journey = depart(standing, now, places, roads, state.passage, graph.seconds)
        convoy.journey = self._timed(state, journey, now)
        sink = state.sinks[convoy.sink]
        if goal != "sink" and convoy.goal == "sink":
            sink.tally.turned += 1
            does = "holds at" if goal == "hold" else "goes back by"
            self._say(sink, "convoy_turned", convoy, f"{does} {graph.places[first]}")
        elif goal == "sink":
            sink.tally.rerouted += 1
            self._say(sink, "convoy_rerouted", convoy, f"goes on by {graph.places[first]}")
        convoy.goal = goal
        self._travel(state, convoy)

    def _lose(self, state: AxisState, convoy: Convoy, how: str) -> None:
        call_off(convoy.moment)
        state.convoys.remove(convoy)
        sink = state.sinks[convoy.sink]
        sink.tally.lost += 1
        sink.tally.lost_kg += convoy.kg
        self._say(sink, "convoy_lost", convoy, how)

    def _say(self, sink: SinkState, kind: str, convoy: Convoy, what: str) -> None:
        text = f"convoy {convoy.ordinal} with {convoy.kg} kg {what}"
        self._world.note_event(kind, sink.name, "", text)


def _first(ends: Iterable[tuple[int, int]], ways: TravelTimes) -> int | None:
    """Over which of ``ends``, (place, seconds to it), one gets there first, if over any."""
    reached = [(s + int(ways.seconds[p]), p) for p, s in ends if ways.reaches(p)]
    return min(reached)[1] if reached else None
