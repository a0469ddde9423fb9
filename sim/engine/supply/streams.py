"""Streams of convoys: between two plans the convoys of a route leave at a steady rate.

So each departure and arrival is known in closed form, and a convoy that nothing disturbs costs
neither an event nor an object.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from sim.engine.clock import Clock, Moment, Phase, call_off
from sim.engine.journeys import Journey
from sim.network import IntArray, Route
from sim.state.passages import Passage


@dataclass(slots=True, eq=False)
class Stream:
    """The convoys of one route of a plan, numbered from 1.

    A convoy leaves whenever ``load`` (kg * s / day) has built up at the route's rate, beginning
    with ``credit`` at ``since`` (seconds). ``beside`` are the other streams of the plan to the
    same sink, to which ``before`` convoys had left by then; ``key`` orders the departures of an
    instant.
    """

    route: Route
    key: str
    load: int
    credit: int
    since: int
    before: int
    beside: list[Stream] = field(default_factory=list)
    come: int = 0  # arrived, or stopped on the way
    sent: int | None = None  # how many left, once it sends no more

    def departure(self, n: int) -> int:
        """The instant at which the ``n``-th convoy leaves."""
        missing = n * self.load - self.credit
        return self.since - (-missing // self.route.rate) if missing > 0 else self.since

    def left(self, time: int) -> int:
        """How many have left by ``time``, the instant included."""
        if time < self.since:
            return 0
        n = (self.credit + self.route.rate * (time - self.since)) // self.load
        return n if self.sent is None or n < self.sent else self.sent

    def left_by_now(self, clock: Clock) -> int:
        """How many have left when the clock is where it is within its instant."""
        if self.sent is not None:
            return self.sent
        there = clock.passed(clock.now, Phase.DISPATCH, self.key)
        return self.left(clock.now if there else clock.now - 1)

    def steady(self, time: int) -> int | None:
        """What has built up at ``time`` (s) of the load that arrives next (kg * s / day).

        None where its convoys do not yet come, or do not go on coming, at a steady rate.
        """
        lasted = time - self.route.seconds - self.since
        if lasted < 0 or self.sent is not None:
            return None
        come, rest = divmod(self.credit + self.route.rate * lasted, self.load)
        return None if self.come > come else rest

    def ordinal(self, n: int) -> int:
        """Which of all convoys to its sink the ``n``-th is: they count as they leave."""
        time = self.departure(n)
        others = (s.left(time if s.key < self.key else time - 1) for s in self.beside)
        return self.before + n + sum(others)

    def stop(self, clock: Clock) -> int:
        """Send no more; what has built up since the last convoy left (kg * s / day)."""
        self.sent = self.left_by_now(clock)
        return self.credit + self.route.rate * (clock.now - self.since) - self.sent * self.load

    @property
    def known(self) -> int | None:
        """Of how many the departure is known; None: of each, and there is no last one."""
        return self.sent

    def blocked(self, passage: Passage) -> bool:
        """True where a road or a place of the route cannot be passed."""
        route = self.route
        return not (
            all(map(passage.open.item, route.places))
            and all(map(passage.carries, route.roads, route.places))
        )

    def journey(self, n: int, seconds: IntArray) -> Journey:
        """The way of the ``n``-th convoy; ``seconds`` are travel times by road."""
        legs = (int(seconds[r]) for r in self.route.roads)
        times = accumulate(legs, initial=self.departure(n))
        return Journey(self.route.places, self.route.roads, tuple(times))


@dataclass(slots=True, eq=False)
class LoadedStream(Stream):
    """A stream whose convoys load from the stock of a depot (:mod:`~sim.engine.supply.depots`).

    Each leaves when it has built up and finds its load; while it waits for that one more builds up
    behind it, and no more. ``credit`` is what had built up at ``since``, the instant of the last
    departure; ``times`` are the departures so far, ``moment`` is when the next one has built up.
    """

    times: list[int] = field(default_factory=list)
    waits: bool = False
    moment: Moment | None = None

    def due(self) -> int:
        """The instant at which the next convoy has built up."""
        missing = self.load - self.credit
        return self.since - (-missing // self.route.rate) if missing > 0 else self.since

    def leave(self, now: int) -> None:
        """Let a convoy leave at ``now`` (seconds)."""
        self.credit = self._built_up(now) - self.load
        self.since, self.waits = now, False
        self.times.append(now)

    def _built_up(self, now: int) -> int:
        built_up = self.credit + self.route.rate * (now - self.since)
        return min(built_up, 2 * self.load) if self.waits else built_up

    def departure(self, n: int) -> int:
        """The instant at which the ``n``-th convoy left."""
        return self.times[n - 1]

    def left(self, time: int) -> int:
        """How many have left by ``time``, the instant included."""
        return bisect_right(self.times, time)

    def left_by_now(self, clock: Clock) -> int:
        """How many have left when the clock is where it is within its instant."""
        return len(self.times)

    def stop(self, clock: Clock) -> int:
        """Send no more; what has built up since the last convoy left (kg * s / day)."""
        call_off(self.moment)
        self.sent = len(self.times)
        return self._built_up(clock.now)

    def steady(self, time: int) -> None:
        """Its convoys come as they find their loads."""

    @property
    def known(self) -> int:
        """Of how many the departure is known."""
        return len(self.times)


Arrival = tuple[int, int, int, str, int, Stream]
"""Seconds, and what orders the arrivals of an instant: convoys arrive in the order in which
they left (by plan, instant and key); then the number within its stream, and the stream."""


def arrivals(streams: Sequence[Stream], until: int) -> Iterator[Arrival]:
    """Those that are still to come by any of a sink's streams up to ``until``, in their order."""
    if len(streams) == 1:
        return _of_one(streams[0], until)
    return heapq.merge(*(_of_one(stream, until) for stream in streams))


def _of_one(stream: Stream, until: int) -> Iterator[Arrival]:
    seconds, n, known = stream.route.seconds, stream.come + 1, stream.known
    while known is None or n <= known:
        left = stream.departure(n)
        if left + seconds > until:
            return
        yield left + seconds, stream.before, left, stream.key, n, stream
        n += 1
