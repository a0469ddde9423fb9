"""A way along places, with the instant at which each is reached.

Convoys and displaced men move alike: they sleep until they arrive, and look around only
when the network changes under them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from sim.network import IntArray
from sim.state.passages import Passage


class Standing(NamedTuple):
    """Where a traveller is: at ``here`` (``road`` None), or between two places.

    Between places, ``since`` and ``left`` are the seconds from ``here`` and to ``ahead``.
    """

    here: int
    road: int | None = None
    ahead: int | None = None
    since: int = 0
    left: int = 0


class Journey(NamedTuple):
    """Place indices, the road indices between them, and the time (s) at each place.

    ``leaving``: it begins by getting off a place or road that is lost already, which is then
    no obstacle to it. From ``halt`` (s) on it stands where it is then, until it is timed anew.
    """

    places: tuple[int, ...]
    roads: tuple[int, ...]
    times: tuple[int, ...]
    leaving: bool = False
    halt: int | None = None

    @property
    def arrival(self) -> int:
        """The instant of arrival at the last place."""
        return self.times[-1]

    def standing(self, now: int) -> Standing:
        """Where the traveller is at ``now``."""
        now = self._moved_to(now)
        i = bisect_right(self.times, now) - 1
        if i < 0:
            return Standing(self.places[0])
        if i >= len(self.roads) or self.times[i] == now:
            return Standing(self.places[i])
        return Standing(
            self.places[i],
            self.roads[i],
            self.places[i + 1],
            now - self.times[i],
            self.times[i + 1] - now,
        )

    def blocked(self, now: int, passage: Passage) -> bool:
        """True where a road or place that is still ahead, or underfoot, cannot be passed.

        Where only profiles leave it nothing, one waits.
        """
        i = max(0, bisect_right(self.times, self._moved_to(now)) - 1)
        if self.leaving and i == 0:
            i = 1
        legs = zip(self.roads[i:], self.places[i:], strict=False)
        return any(
            not (passage.carries(road, start) or passage.waits(road, start)) for road, start in legs
        ) or any(not (passage.open[p] or passage.pauses(p)) for p in self.places[i:])

    def waits(self, now: int) -> bool:
        """True where the traveller stands still by now."""
        return self.halt is not None and self.halt <= now

    def timed(self, now: int, seconds: IntArray, passage: Passage) -> Journey:
        """The same way from where the traveller is at ``now``, at other speeds.

        ``seconds`` are the travel times by road. What is left of the road that it is on takes
        longer in proportion, rounded up. It halts before, or on, the first road ahead on which
        only profiles leave nobody going.
        """
        there = self._moved_to(now)
        first = max(0, bisect_right(self.times, there) - 1)
        if first >= len(self.roads):
            return self
        times = [time + now - there for time in self.times[: first + 2]]
        whole, left = times[first + 1] - times[first], times[first + 1] - now
        lengths = [int(seconds[road]) for road in self.roads]
        stops = [passage.waits(*leg) for leg in zip(self.roads, self.places, strict=False)]
        if stops[first]:  # it keeps its place to the second
            lengths[first] = whole
        arrival = now - (-left * lengths[first] // whole)
        # on a slower road it left the last place long ago, by its speed: before the one before
        since = 0 if left == whole else first
        times = [*times[:first], arrival - lengths[first]]
        times += accumulate(lengths[first + 1 :], initial=arrival)
        halts = (max(now, times[i]) for i in range(first, len(stops)) if stops[i])
        return Journey(
            self.places[since:],
            self.roads[since:],
            tuple(times[since:]),
            self.leaving and not since,
            next(halts, None),
        )

    def _moved_to(self, now: int) -> int:
        """Up to when, by ``now``, the traveller has moved."""
        return now if self.halt is None else min(now, self.halt)

    def last_leg(self, now: int) -> Standing | None:
        """At a place: the road it came by, as one standing at its far end; else None.

        It lets a traveller whose place is lost go back to the place before.
        """
        now = self._moved_to(now)
        i = bisect_right(self.times, now) - 1
        if i < 1 or (i < len(self.roads) and self.times[i] != now):
            return None
        length = self.times[i] - self.times[i - 1]
        return Standing(self.places[i - 1], self.roads[i - 1], self.places[i], length, 0)


def way_out(standing: Standing, passage: Passage) -> list[tuple[int, int]]:
    """The places that a traveller can get to from where it stands: (place, seconds).

    At a place: that place. On an open road: on to the next, or back to the last, as far as it is
    open that way. On a road that closed: whichever of the two can still be passed (it gets off the
    road, against the traffic too).
    """
    road, here, ahead = standing.road, standing.here, standing.ahead
    if road is None or ahead is None:
        ends = [(here, 0)]
    else:
        back, on = passage.carries(road, ahead), passage.carries(road, here)
        ends = [(here, standing.since)] if back or not on else []
        ends += [(ahead, standing.left)] if on or not back else []
    return [(place, seconds) for place, seconds in ends if passage.open[place]]


def depart(
    standing: Standing,
    now: int,
    places: Sequence[int],
    roads: Sequence[int],
    passage: Passage,
    seconds: IntArray | None = None,
) -> Journey:
    """The journey from where a traveller stands along ``places``, joined by ``roads``.

    ``passage`` tells what is lost, ``seconds`` the travel times by road; default: those of the
    network as it is drawn. A traveller on a road is entered as having left its other end
    long enough ago, so that its position stays where it is.
    """
    if seconds is None:
        seconds = passage.control.terrain.graph.seconds
    times: list[int] = []
    head: tuple[int, ...] = ()
    head_roads: tuple[int, ...] = ()
    clock = now
    if standing.road is not None and standing.ahead is not None:
        length = standing.since + standing.left
        if places[0] == standing.here:
            head, clock = (standing.ahead,), now + standing.since
        else:
            head, clock = (standing.here,), now + standing.left
        head_roads = (standing.road,)
        times.append(clock - length)
    times += accumulate(map(seconds.item, roads), initial=clock)
    places, roads = (*head, *places), (*head_roads, *roads)
    leaving = bool(roads) and not (passage.open[places[0]] and passage.carries(roads[0], places[0]))
    return Journey(places, roads, tuple(times), leaving)
