"""A thing that happens at a rate: one drawn number, kept against the rate added up over time.

It happens when the integral of the rate reaches the number (exponential with mean 1), so that with
a constant rate the time to it is exponential (Cox 1962). The rate is constant from one change to
the next, so the instant is worked out, and what does not change the rate neither moves it nor draws
again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.scenario.model import DAY
from sim.state.luck import Luck

from .clock import Moment, call_off


def exponential(luck: Luck, key: str) -> float:
    """The drawn number of the thing ``key``: exponential with mean 1; its median in a nominal run.

    See :class:`sim.state.luck.NominalLuck`.
    """
    return -math.log(0.5 if luck.nominal else luck.uniform(key))


@dataclass(slots=True)
class Hazard:
    """``reached`` of ``due`` by ``since`` (s), at ``rate`` a day from then on.

    ``moment`` is when it happens, as far as it is known.
    """

    due: float
    since: int
    rate: float = 0.0
    reached: float = 0.0
    moment: Moment | None = None

    def goes_on_at(self, rate: float, now: int) -> bool:
        """Go on at a rate from ``now`` (s); True where it is another, and the moment is off."""
        if rate == self.rate:
            return False
        self.reached += self.rate * (now - self.since) / DAY
        self.rate, self.since = rate, now
        self.put_off()
        return True

    def begin_again(self, due: float, now: int) -> None:
        """It has happened: the next time it does so at another number, counted from ``now``."""
        self.put_off()
        self.due, self.reached, self.since = due, 0.0, now

    def put_off(self) -> None:
        """Call the moment off."""
        call_off(self.moment)
        self.moment = None

    def time(self, end: int) -> int | None:
        """The instant (s) at which it happens at this rate, None where that is after ``end``."""
        if not self.rate:
            return None
        seconds = math.ceil((self.due - self.reached) / self.rate * DAY)
        time = self.since + max(1, seconds)
        return time if time <= end else None
