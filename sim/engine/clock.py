"""The clock: a SimPy environment whose instants are drained phase by phase.

Time is integer seconds from the scenario's start. Everything that happens at one instant
happens in the order of its :class:`Phase`, ties by key (an id), never by the order in
which it was scheduled or written in a file. SimPy orders its queue by (time, priority,
serial number); a priority that is the pair (phase, key) gives exactly that rule, so the
queue of SimPy is the only queue there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any

import simpy


class Phase(IntEnum):
    """What goes first within one instant."""

    OPENINGS = 0
    """Repairs, openings, reliefs, unsealing, ends of raids."""
    CLOSURES = 1
    """Closures, damage, sieges, sealing."""
    CONTROL = 2
    """Changes of lasting holder."""
    RAIDS = 3
    """Raids begin."""
    SETTLE = 4
    """The net change of the instant takes effect: what is caught, who can pass."""
    ARRIVALS = 5
    """Convoys and men arrive; stocks run out."""
    BATTLES = 6
    DECISIONS = 7
    """Regrouping, plans of the axes."""
    DISPATCH = 8
    """Convoys leave."""
    RECORD = 9
    """Conditions are looked at, the state is written down."""


class Moment(simpy.Event):
    """An action at one instant and phase; it can be cancelled until it happens.

    ``order`` is its place in the queue but for the serial number.
    """

    _ok, _value = True, None  # to SimPy it is triggered from the start

    def __init__(
        self, clock: Clock, time: int, phase: Phase, key: str, action: Callable[[], None]
    ) -> None:
        self.env = clock
        self.callbacks = [_happen]
        self.time = time
        self.order: tuple[int, Any] = (time, (phase, key))
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Make sure that the action does not happen (it may be called more than once)."""
        self.action = None


def _happen(moment: Any) -> None:
    action, moment.action = moment.action, None
    if action is not None:
        moment.env.reach(moment.order)
        action()


def call_off(moment: Moment | None) -> None:
    """Cancel what was to happen, if anything was."""
    if moment is not None:
        moment.cancel()


class Clock(simpy.Environment):
    """A SimPy environment ordered by (time, phase, key).

    Ordinary SimPy processes and timeouts can run in it too: theirs go before the phases of
    an instant where SimPy calls them urgent, and with the arrivals otherwise.
    """

    _now: int  # of SimPy, where it may be any number

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self._reached: tuple[int, tuple[int, str]] = (0, (-1, ""))

    @property
    def now(self) -> int:
        """Seconds from the scenario's start."""
        return self._now

    def schedule(self, event: simpy.Event, priority: Any = 1, delay: Any = 0) -> None:
        """Put an event in the queue; see :class:`simpy.Environment`."""
        if not isinstance(priority, tuple):
            priority = (-1, "") if priority == 0 else (Phase.ARRIVALS, "")
        super().schedule(event, priority, delay)

    def at(self, time: int, phase: Phase, key: str, action: Callable[[], None]) -> Moment:
        """Let ``action`` happen at ``time`` (seconds) in ``phase``, ties by ``key``.

        Raises:
            ValueError: if ``time`` has passed.
        """
        if time < self._now:
            raise ValueError(f"{key}: {time} s lies before now, {self.now} s")
        moment = Moment(self, time, phase, key, action)
        super().schedule(moment, moment.order[1], time - self._now)
        return moment

    def reach(self, order: tuple[int, Any]) -> None:
        """Remember how far an instant has come: the last phase and key of it so far."""
        if order > self._reached:
            self._reached = order

    def passed(self, time: int, phase: Phase, key: str) -> bool:
        """True where a moment put there in good time would have happened by now.

        What is worked out late, with no event of its own, finds with it its place in the order.
        """
        return time < self.now or (time, (phase, key)) <= self._reached

    def run_through(self, end: int) -> None:
        """Run everything up to and including the instant ``end`` (seconds)."""
        queue = self._queue
        while queue and queue[0][0] <= end:
            self.step()
        self._now = end

    def instants(self, end: int) -> Iterator[int]:
        """As :meth:`run_through`, one instant (s) after the other, each once it is over."""
        queue = self._queue
        while queue and queue[0][0] <= end:
            self.run_through(int(queue[0][0]))
            yield self._now
        self._now = end

    def empty(self) -> None:
        """Drop all that has not happened yet."""
        for *_, event in self._queue:
            vars(event).clear()
        self._queue.clear()
