"""The floor: the engine's own handlers over the same events, on a bare heap without SimPy.

What an engine on SimPy can at best come near to: the same work at each event, and nothing
for the clock but ``heappush`` and ``heappop``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from unittest.mock import patch

from sim.engine import simulation, world
from sim.scenario.model import Scenario
from sim.state.record import Record


class Entry:
    """What the engine keeps of an action, to cancel it."""

    __slots__ = ("action", "time")

    def __init__(self, time: int, action: Callable[[], None]) -> None:
        self.time = time
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Make sure that it does not happen."""
        self.action = None


class BareClock:
    """Actions in order of (time, phase, key, serial number), as :class:`sim.engine.clock.Clock`."""

    def __init__(self) -> None:
        self.now = 0
        self.count = 0
        self.heap: list[tuple[int, int, str, int, Entry]] = []
        self.reached: tuple[int, int, str] = (0, -1, "")

    def at(self, time: int, phase: int, key: str, action: Callable[[], None]) -> Entry:
        """Let ``action`` happen at ``time`` in ``phase``."""
        entry = Entry(time, action)
        self.count += 1
        heappush(self.heap, (time, phase, key, self.count, entry))
        return entry

    def passed(self, time: int, phase: int, key: str) -> bool:
        """Whether an action put there in good time would have happened by now."""
        return time < self.now or (time, phase, key) <= self.reached

    def run_through(self, end: int) -> None:
        """Run everything up to and including the instant ``end``."""
        heap = self.heap
        while heap and heap[0][0] <= end:
            time, phase, key, _, entry = heappop(heap)
            self.now = time
            if entry.action is not None:
                self.reached = max(self.reached, (time, phase, key))
                entry.action()

    def empty(self) -> None:
        """Drop all that has not happened yet."""
        self.heap.clear()


@contextmanager
def bare() -> Iterator[None]:
    """Runs inside have a bare clock."""
    with patch.object(world, "Clock", BareClock):
        yield


def run(scenario: Scenario, replicate: int) -> Record:
    """A run as :func:`sim.engine.simulation.run` makes it, on a bare heap."""
    with bare():
        return simulation.run(scenario, replicate=replicate, credit=False)
