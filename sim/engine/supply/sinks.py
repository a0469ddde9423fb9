"""Sinks: stocks are drawn continuously, convoys come, and each thing happens to the second.

A stock falls at a constant rate between arrivals, and the arrivals of undisturbed convoys are
known ahead (:mod:`~sim.engine.supply.streams`). So only the next instant at which something follows
from them is put on the clock: the stock is gone, or back; refilling begins, or ends. Whoever
reads a stock brings it to now first.

=========  ====================================================================================
bring      count what has come by now; each reader and each change of a stock begins with it
look       see whether the stock is gone or back, and whether refilling begins or ends; after
           each change
arm        foresee the next instant that matters and wait for it; last of all
awaited    somebody (a battle there) is to be told of the next delivery, whatever follows from it
passes_on  a depot there is dry, and is to be told of each delivery
stale      something was taken out in this instant: to be looked at before the instant is over
active     the place is held, so that it eats and asks
=========  ====================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from sim.engine.clock import Phase, call_off
from sim.engine.world import World
from sim.network import UNLIMITED
from sim.scenario.model import DAY

from .axes import AxisState, SinkState
from .samples import Course, samples
from .streams import Arrival, Stream, arrivals

AHEAD, STEP = 16, 4
"""Arrivals at a sink that are looked through one by one at most, and after how many it is seen
whether those behind them go on without need to look for long."""


class Sinks:
    """The sinks of all axes of a run."""

    def __init__(self, world: World, axes: Mapping[str, AxisState]) -> None:
        self._world = world
        self._axes = axes
        record, scenario = world.record, world.scenario
        for state in axes.values():
            for sink in state.sinks.values():
                record.tallies[state.axis.id, sink.place] = sink.tally
                record.consumption[state.axis.id, sink.place] = sink.consumption
                if sink.persons is not None:
                    record.persons[state.axis.id, sink.place] = sink.persons
                sink.course = Course(scenario.sample, scenario.length)
                sink.active = self._holds(state, sink)
                sink.eat()  # nothing, where an enemy holds the place
                self._note_demand(sink)
                self.look(sink)
                world.note(sink.subject, "stock_kg", sink.stock.kg(0))
                world.note(sink.subject, "delivered_kg", 0)  # the first plan arms it
        world.clock.at(scenario.length, Phase.RECORD, "sample", self._write)

    def _note_demand(self, sink: SinkState) -> None:
        self._world.note(sink.subject, "demand_kg_per_day", sink.rate)

    def _holds(self, state: AxisState, sink: SinkState) -> bool:
        side = state.passage.side
        return bool(state.passage.open[sink.index]) or side.holds(self._world.control, sink.place)

    # --- up to now -----------------------------------------------------------------------

    def bring(self, sink: SinkState) -> None:
        """Count what has reached a sink by now."""
        now, tally = self._world.clock.now, sink.tally
        if sink.course.unseen < now:
            sink.course.keep(now, sink.stock, tally.delivered_kg, sink.streams)
        due = False
        for stream in sink.streams:
            there = now - stream.route.seconds
            if stream.left(there) > stream.come:
                # of those that came before this instant nothing followed, as was foreseen
                n = stream.left(there - 1) - stream.come
                stream.come += n
                self._world.took(n)
                tally.arrived += n
                tally.delivered_kg += n * stream.load // DAY
                sink.stock.raise_by(n * stream.load)
                due = due or stream.left(there) > stream.come
        if due:
            self._unload_due(sink)

    def _unload_due(self, sink: SinkState) -> None:
        """The convoys of this very instant, one by one, as far as it has come."""
        clock = self._world.clock
        while (first := next(arrivals(sink.streams, clock.now), None)) is not None:
            *_, n, stream = first
            if not clock.passed(clock.now, Phase.ARRIVALS, convoy_key(sink, stream.ordinal(n))):
                return
            stream.come += 1
            self.unload(sink, stream.load // DAY)

    def unload(self, sink: SinkState, kg: int) -> None:
        """A convoy unloads: count it, and see what follows."""
        self._world.took(1)
        sink.tally.arrived += 1
        sink.tally.delivered_kg += kg
        self._put_in(sink, kg)

    def _put_in(self, sink: SinkState, kg: int) -> None:
        sink.stock.add(self._world.clock.now, kg)
        self.look(sink)
        sink.awaited = False
        self._world.signals.restocked.tell((sink.actor, sink.place))

    def look(self, sink: SinkState) -> None:
        """See whether a stock is gone or back, and whether refilling begins or ends."""
        world, now = self._world, self._world.clock.now
        sink.stale = False
        out = sink.rate > 0 and sink.stock.empty(now)
        if out != sink.out:
            sink.out = out
            self._span(sink)
            if sink.active:
                self._say(sink)
            if now < sink.course.unseen:  # else its sample tells, when the instant is over
                world.note(sink.subject, "stock_kg", sink.stock.kg(now))
            world.signals.state_changed.tell()
            world.signals.stocks_changed.tell()
        if sink.active:
            refilling = sink.refills(sink.stock.kg(now))
            if refilling != sink.refilling:
                sink.refilling = refilling
                self._world.signals.asks_changed.tell(sink.actor)

    def _span(self, sink: SinkState) -> None:
        """Write down since when, or until when, a stock is empty."""
        now, record = self._world.clock.now, self._world.record
        spans = record.empty.setdefault((sink.axis, sink.place), [])
        if sink.out:
            spans.append((now, record.end))
        else:
            spans[-1] = (spans[-1][0], now)

    def _say(self, sink: SinkState) -> None:
        """Tell that a stock is gone or back; but once only that it lives from convoy to convoy.

        A delivery that is eaten up before the next one comes ends no want.
        """
        world, events = self._world, self._world.record.events
        if not sink.out:
            world.note_event("stock_back", sink.name, "", "stock again")
            sink.back = events[-1], sink.tally.arrived
            return
        back, sink.back = sink.back, None
        if back is None or sink.tally.arrived > back[1]:
            sink.by_convoy = False
            world.note_event("stock_out", sink.name, "", "the stock is empty")
            return
        # it is among the last rows: those since one delivery ago
        del events[next(i for i in reversed(range(len(events))) if events[i] is back[0])]
        if not sink.by_convoy:
            sink.by_convoy = True
            text = "eaten up before the next delivery: lives from convoy to convoy"
            world.note_event("hand_to_mouth", sink.name, "", text)

    # --- from now on ---------------------------------------------------------------------

    def arm(self, sink: SinkState) -> None:
        """Wait for the next instant at which something follows from the stock of a sink."""
        if sink.stale:
            return
        call_off(sink.moment)
        sink.streams = [s for s in sink.streams if s.sent is None or s.come < s.sent]
        if sink.active and (found := self._foresee(sink)) is not None:
            self._wake(sink, *found)

    def _wake(self, sink: SinkState, time: int, arrival: Arrival | None) -> None:
        call_off(sink.moment)
        clock = self._world.clock
        if arrival is None:
            act, key = partial(self._reach_level, sink), f"~stock:{sink.name}"
        else:
            *_, n, stream = arrival
            act, key = partial(self._receive, sink), convoy_key(sink, stream.ordinal(n))
        sink.moment = clock.at(time, Phase.ARRIVALS, key, act)

    def _receive(self, sink: SinkState) -> None:
        self.bring(sink)
        if sink.stale:  # the convoy was stopped in this very instant
            self._wake(sink, self._world.clock.now, None)
        else:
            self.arm(sink)

    def _reach_level(self, sink: SinkState) -> None:
        self.bring(sink)
        self.look(sink)
        self.arm(sink)

    def _foresee(self, sink: SinkState) -> tuple[int, Arrival | None] | None:
        """The next instant that matters, and the arrival that brings it about.

        The stock must have been brought to now. No arrival: the stock falls to a level that
        matters by itself, which may be in this very instant; or so many arrivals were looked
        through that it is time to look on. None: nothing happens up to the end of the period.
        """
        since, until = self._world.clock.now, self._world.scenario.length
        level, rate = sink.stock.level(since), sink.stock.rate
        low = sink.low * DAY if sink.refill and not sink.refilling else 0
        if (rate and not level and not sink.out) or (low and level <= low):
            return since, None  # it got there in this very instant, and is still to be looked at
        for number, arrival in enumerate(arrivals(sink.streams, until)):
            time = arrival[0]
            mark = low if level > low else 0
            eaten = rate * (time - since)
            if level - eaten <= mark < level and since - (mark - level) // rate < time:
                break
            if number and number % STEP == 0 and time > since:
                on = quiet_until(sink, since, level)
                if on > time or number >= AHEAD:
                    return None if on > until else (on, None)
            if sink.out or sink.awaited or sink.passes_on or eaten > level:
                return time, arrival
            level += arrival[-1].load - eaten
            since = time
            if sink.refill and sink.refills(level // DAY) != sink.refilling:
                return time, arrival
        mark = low if level > low else 0
        if rate and level > mark and (falls := since - (mark - level) // rate) <= until:
            return falls, None
        return None

    # --- what others do with stocks --------------------------------------------------------

    def let_eat(self, sink: SinkState, force: str, kg_per_day: int) -> None:
        """Let a force eat so much from the stock at a sink (0: no more)."""
        if sink.eaters.get(force, 0) == kg_per_day:
            return
        self.bring(sink)
        sink.stock.advance(self._world.clock.now)
        sink.eaters[force] = kg_per_day
        self._eat(sink)

    def let_want(self, sink: SinkState, kg_per_day: int) -> None:
        """Let those at a sink eat so much themselves."""
        if sink.consumption == kg_per_day:
            return
        self.bring(sink)
        sink.stock.advance(self._world.clock.now)
        sink.consumption = kg_per_day
        self._eat(sink)

    def _eat(self, sink: SinkState) -> None:
        """See what follows from another consumption."""
        sink.eat()
        self._note_demand(sink)
        self.look(sink)
        self.arm(sink)
        self._world.signals.asks_changed.tell(sink.actor)

    def take(self, sink: SinkState, kg: int) -> int:
        """Let a force take up to ``kg`` with it from the stock at a sink; what it got."""
        self.bring(sink)
        now = self._world.clock.now
        got = max(0, min(kg, sink.stock.kg(now)))
        if got:
            sink.stock.add(now, -got)
            sink.taken += got
            self._wake(sink, now, next(arrivals(sink.streams, now), None))
            sink.stale = True
        return got

    def put_back(self, sink: SinkState, kg: int) -> None:
        """Put back into the stock at a sink what a force has with it beyond its load."""
        self.bring(sink)
        sink.taken -= kg
        self._put_in(sink, kg)
        self.arm(sink)

    def ship(self, sink: SinkState, kg: int) -> None:
        """Load ``kg``, which are there, on a convoy to elsewhere (below 0: it brings them back)."""
        sink.shipped += kg
        if kg < 0:
            self._put_in(sink, -kg)
        else:
            now = self._world.clock.now
            sink.stock.add(now, -kg)
            self.look(sink)
            self._world.correct(sink.subject, "stock_kg", sink.stock.kg(now))
        self.arm(sink)

    def change_hands(self, state: AxisState, sink: SinkState) -> None:
        """See whether the place of a sink is lost to its axis, with all that is there, or won."""
        active = self._holds(state, sink)
        if active == sink.active:
            return
        now = self._world.clock.now
        self.bring(sink)
        sink.active = active
        if active:
            sink.stock.advance(now)
        else:
            left = sink.stock.kg(now)
            sink.spoiled += sink.stock.clear(now)
            sink.refilling = sink.by_convoy = False
            sink.back = None
            text = f"{left} kg of stock lost with the place"
            self._world.note_event("stock_lost", sink.name, "", text)
        sink.eat()
        self._note_demand(sink)
        self.look(sink)
        self.arm(sink)
        self._world.signals.asks_changed.tell(sink.actor)

    def lasts(self, sink: SinkState) -> float:
        """Seconds that a stock lasts; the next delivery is told (the signal ``restocked``)."""
        self.bring(sink)
        if not sink.awaited:
            sink.awaited = True
            self.arm(sink)
        return sink.stock.lasts(self._world.clock.now, sink.rate) if sink.rate else math.inf

    # --- the end of streams, and of all ----------------------------------------------------

    def _write(self) -> None:
        """Write down what was in stock, and delivered, at all sampling times."""
        now, sampled = self._world.clock.now, self._world.record.sampled
        sinks = [sink for state in self._axes.values() for sink in state.sinks.values()]
        for sink in sinks:
            self.bring(sink)
            sink.course.keep(now + 1, sink.stock, sink.tally.delivered_kg, sink.streams)
        found = samples([sink.course for sink in sinks])
        for sink, (stock_kg, delivered_kg) in zip(sinks, found, strict=True):
            sampled[sink.subject, "stock_kg"] = stock_kg
            sampled[sink.subject, "delivered_kg"] = delivered_kg
            self._world.took(1 + len(stock_kg))

    def stop(self, sink: SinkState, stream: Stream) -> int:
        """A stream sends no more; what has built up on it (kg * s / day)."""
        built_up = stream.stop(self._world.clock)
        sent = stream.sent or 0
        sink.tally.sent += sent
        sink.tally.sent_kg += sent * stream.load // DAY
        return built_up

    def close(self, sink: SinkState, alone: list[int], loaded: int) -> None:
        """At the end: count what is on its way, and check that every kilogram is somewhere.

        ``alone`` are the kg of the convoys to the sink that run in no stream any more, ``loaded``
        the kg that forces took from it.
        """
        self.bring(sink)
        for stream in sink.streams:
            if stream.sent is None:
                self.stop(sink, stream)
        now, t = self._world.clock.now, sink.tally
        moving = [(s.sent or 0) - s.come for s in sink.streams]
        t.moving = len(alone) + sum(moving)
        t.moving_kg = sum(alone) + sum(
            n * s.load // DAY for n, s in zip(moving, sink.streams, strict=True)
        )
        if t.sent_kg != t.delivered_kg + t.moving_kg + t.lost_kg + t.returned_kg:
            raise AssertionError(f"{sink.name}: kg sent are not all accounted for: {t}")
        sink.stock.advance(now)
        went = sink.stock.eaten + sink.spoiled + sink.stock.level(now)
        if (sink.began + t.delivered_kg - sink.taken - sink.shipped) * DAY != went:
            raise AssertionError(f"{sink.name}: kg of the stock do not add up")
        if loaded != sink.taken:
            raise AssertionError(f"{sink.name}: forces took {loaded} kg")
        record, missed = self._world.record, sink.stock.missed
        record.needed[sink.axis, sink.place] = sink.stock.eaten + missed
        record.unmet[sink.axis, sink.place] = missed


def quiet_until(sink: SinkState, since: int, level: int) -> int:
    """An instant up to which nothing follows from a stock, ``since`` (s) if none is known.

    ``level`` (kg * s / day) is what is there then. Of a stream that runs what has come by any time
    is less than a load below what its rate has brought by then, and never above it. So while all
    that come run, the stock stays within straight lines, and between its marks as long as they do.
    """
    if sink.out or sink.awaited or sink.passes_on:
        return since
    slope, most, loads = -sink.stock.rate, level, 0
    for stream in sink.streams:
        rest = stream.steady(since)
        if rest is None:
            return since
        slope, most, loads = slope + stream.route.rate, most + rest, loads + stream.load
    fills = sink.refill and sink.refilling
    low = (sink.low + 1) * DAY if sink.refill and not sink.refilling else 0
    above, below = most - loads - low, sink.target * DAY - 1 - most
    if above < 0 or (fills and below < 0):
        return since
    if slope < 0:
        return since + above // -slope
    return since + below // slope if slope and fills else UNLIMITED


def convoy_key(sink: SinkState, ordinal: int) -> str:
    """Where the arrival of a convoy stands among those of its instant."""
    return f"convoy:{sink.axis}:{sink.place}:{ordinal:09d}"
