"""A stock of supplies."""

from __future__ import annotations

from sim.scenario.model import DAY


class Stock:
    """A stock drawn at a constant rate: exact in kg * s / day, so that nothing drifts."""

    def __init__(self, kg: int, rate: int) -> None:
        self.rate = rate  # kg/day
        self._level = kg * DAY
        self._since = 0

    def advance(self, now: int) -> None:
        """Bring the level to ``now`` (seconds)."""
        self._level = max(0, self._level - self.rate * (now - self._since))
        self._since = now

    def kg(self, now: int) -> int:
        """What is there at ``now``, whole kg, rounded down."""
        return max(0, self._level - self.rate * (now - self._since)) // DAY

    def empty(self, now: int) -> bool:
        """True where nothing is left at ``now``."""
        return self._level <= self.rate * (now - self._since)

    def add(self, now: int, kg: int) -> None:
        """Put ``kg`` in (a negative number takes out, down to nothing)."""
        self.advance(now)
        self._level = max(0, self._level + kg * DAY)

    def when(self, kg: int) -> int | None:
        """The first whole second at which at most ``kg`` are left; None if that never comes."""
        over = self._level - kg * DAY
        if over <= 0:
            return self._since
        return self._since - (-over // self.rate) if self.rate else None
