"""A stock of supplies."""

from __future__ import annotations

from sim.scenario.model import DAY


class Stock:
    """A stock eaten at a constant rate: exact in kg * s / day, so that nothing drifts.

    In that unit ``eaten`` is what the rate has taken, ``missed`` what it would have taken beyond.
    """

    def __init__(self, kg: int, rate: int) -> None:
        self.rate = rate  # kg/day
        self.eaten = 0
        self.missed = 0
        self._level = kg * DAY
        self._since = 0

    def advance(self, now: int) -> None:
        """Bring the level to ``now`` (seconds)."""
        wanted = self.rate * (now - self._since)
        drawn = min(self._level, wanted)
        self._level -= drawn
        self.eaten += drawn
        self.missed += wanted - drawn
        self._since = now

    def level(self, now: int) -> int:
        """What is there at ``now``, exactly, in kg * s / day."""
        return max(0, self._level - self.rate * (now - self._since))

    @property
    def line(self) -> tuple[int, int, int]:
        """The level (kg * s / day) that it had last, the rate that it falls at, and since when."""
        return self._level, self.rate, self._since

    def kg(self, now: int) -> int:
        """What is there at ``now``, whole kg, rounded down."""
        return self.level(now) // DAY

    def lasts(self, now: int, rate: int) -> float:
        """Seconds from ``now`` that it lasts at ``rate`` kg/day, which is above 0."""
        return self.level(now) / rate

    def empty(self, now: int) -> bool:
        """True where nothing is left at ``now``."""
        return not self.level(now)

    def add(self, now: int, kg: int) -> None:
        """Put ``kg`` in (a negative number takes out, down to nothing)."""
        self.advance(now)
        self._level = max(0, self._level + kg * DAY)

    def raise_by(self, amount: int) -> None:
        """Put in ``amount`` (kg * s / day), which came before now; it was never empty."""
        self._level += amount

    def clear(self, now: int) -> int:
        """Take all that is there out; what it was, in kg * s / day."""
        self.advance(now)
        lost, self._level = self._level, 0
        return lost

    def when(self, kg: int) -> int | None:
        """The first whole second at which at most ``kg`` are left; None if that never comes."""
        over = self._level - kg * DAY
        if over <= 0:
            return self._since
        return self._since - (-over // self.rate) if self.rate else None
