"""Battles: Lanchester's laws in closed form between events, and their stochastic version.

``x`` is the strength of the attackers, ``y`` of the defenders (persons). ``alpha`` is what one
attacker does to the defenders, ``beta`` what one defender does to the attackers, per day:

========  ==========================  ==============================  =====================
law       losses of the attackers     losses of the defenders         conserved
========  ==========================  ==============================  =====================
square    x' = -beta y                y' = -alpha x                   alpha x^2 - beta y^2
linear    x' = -beta x y              y' = -alpha x y                 alpha x - beta y
mixed     x' = -beta y                y' = -alpha x y                 alpha x^2 / 2 - beta y
========  ==========================  ==============================  =====================

Square: both sides see what they shoot at (Lanchester 1916). Linear: both fire into areas. Mixed:
the defenders are hidden and see the attackers (Deitchman 1962). Rates are per day, times in days;
the rates of the linear law and of the mixed law's second line are per person too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Law = Literal["square", "linear", "mixed"]
Strengths = tuple[float, float]

NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Fight:
    """A law with its two rates, per day; both are at least 0."""

    law: Law
    alpha: float
    beta: float

    def __post_init__(self) -> None:
        """Raises ValueError for a negative or infinite rate."""
        if not (0 <= self.alpha < math.inf and 0 <= self.beta < math.inf):
            raise ValueError(f"rates of a fight must be finite and at least 0: {self}")

    def invariant(self, x: float, y: float) -> float:
        """What the law conserves, see the table of the module."""
        match self.law:
            case "square":
                return self.alpha * x * x - self.beta * y * y
            case "linear":
                return self.alpha * x - self.beta * y
            case "mixed":
                return self.alpha * x * x / 2 - self.beta * y

    def after(self, x: float, y: float, days: float) -> Strengths:
        """Strengths after ``days``, never below 0: a side that is gone stays gone."""
        if x <= 0 or y <= 0 or days <= 0:
            return max(x, 0.0), max(y, 0.0)
        end = min(self.attackers_at(x, y, 0.0), self.defenders_at(x, y, 0.0))
        if days >= end:
            return self._at(x, y, end)
        return self._at(x, y, days)

    def _at(self, x: float, y: float, t: float) -> Strengths:
        a, b = self.alpha, self.beta
        match self.law:
            case "square":
                if a == 0 or b == 0:
                    return max(0.0, x - b * y * t), max(0.0, y - a * x * t)
                k, r = math.sqrt(a) * math.sqrt(b), math.sqrt(b / a)
                # half of each exponential by itself: where the sides are even nothing cancels
                shrinks, ahead = (x + y * r) * math.exp(-k * t) / 2, x - y * r
                grows = ahead * math.exp(k * t) / 2 if ahead else 0.0
                return max(0.0, shrinks + grows), max(0.0, (shrinks - grows) / r)
            case "linear":
                d = a * x - b * y
                # (1 - exp(-|d| t)) / |d|, which is t where the sides are even
                g = -math.expm1(-abs(d) * t) / abs(d) if d else t
                e = math.exp(-abs(d) * t)
                if d > 0:
                    return x / (1 + b * y * g), y * e / (1 + b * y * g)
                return x * e / (1 + a * x * g), y / (1 + a * x * g)
            case "mixed":
                if b == 0:
                    return x, y * math.exp(-a * x * t)
                if a == 0:
                    return max(0.0, x - b * y * t), y
                later = self._mixed_attackers(x, y, t)
                return max(0.0, later), max(0.0, (a * later * later / 2 - self.invariant(x, y)) / b)

    def _mixed_attackers(self, x: float, y: float, t: float) -> float:
        a, c = self.alpha, self.invariant(x, y)
        q, root = 2 * c / a, math.sqrt(2 * abs(c) / a)
        g = a * t / 2  # where the sides are even
        if root:
            g = (math.tanh if c > 0 else math.tan)(a * root * t / 2) / root
        return (x + q * g) / (1 + x * g)

    def attackers_at(self, x: float, y: float, level: float) -> float:
        """Days until the attackers are down to ``level`` persons; ``NEVER`` if they never are."""
        if x <= level:
            return 0.0
        if y <= 0 or self.beta == 0:
            return NEVER
        match self.law:
            case "square":
                return self._square(x, y, level, attackers=True)
            case "linear":
                return self._linear(
                    x, y, level, (self.alpha * level - self.invariant(x, y)) / self.beta
                )
            case "mixed":
                return self._mixed(x, y, level)

    def defenders_at(self, x: float, y: float, level: float) -> float:
        """Days until the defenders are down to ``level`` persons; ``NEVER`` if they never are."""
        if y <= level:
            return 0.0
        if x <= 0 or self.alpha == 0:
            return NEVER
        match self.law:
            case "square":
                return self._square(x, y, level, attackers=False)
            case "linear":
                return self._linear(
                    x, y, (self.beta * level + self.invariant(x, y)) / self.alpha, level
                )
            case "mixed":
                if self.beta == 0:
                    return math.log(y / level) / (self.alpha * x) if level > 0 else NEVER
                square = 2 * (self.invariant(x, y) + self.beta * level) / self.alpha
                # the attackers are gone before the defenders are down to this
                return self._mixed(x, y, math.sqrt(square)) if square > 0 else NEVER

    def _square(self, x: float, y: float, level: float, *, attackers: bool) -> float:
        """Days until one side is down to ``level`` under the square law.

        In units of attackers the strength is a quadratic in e = exp(t sqrt(alpha beta)) and 1/e;
        the root is written so that nothing cancels where the sides are even.
        """
        a, b = self.alpha, self.beta
        if a == 0 or b == 0:
            return (x - level) / (b * y) if attackers else (y - level) / (a * x)
        r = math.sqrt(b / a)
        ahead = x - y * r if attackers else y * r - x
        level = level if attackers else level * r
        under = level * level - ahead * (x + y * r)
        if under < 0:
            return NEVER
        below = level + math.sqrt(under)
        both = math.sqrt(a) * math.sqrt(b)
        return math.log((x + y * r) / below) / both if below > 0 else NEVER

    def _linear(self, x: float, y: float, x_end: float, y_end: float) -> float:
        """Days from (x, y) to (x_end, y_end) on the line that the linear law follows."""
        if x_end <= 0 or y_end <= 0:
            return NEVER
        a, b, d = self.alpha, self.beta, self.invariant(x, y)
        # days where the sides are even
        even = (x - x_end) / (b * x * y_end) if b else (y - y_end) / (a * x * y_end)
        return math.log1p(even * d) / d if d else even

    def _mixed(self, x: float, y: float, level: float) -> float:
        a, b = self.alpha, self.beta
        if a == 0:
            return (x - level) / (b * y)
        c = self.invariant(x, y)
        root = math.sqrt(2 * abs(c) / a)
        if c < 0:
            return 2 / (a * root) * math.atan((x - level) * root / (x * level + root * root))
        if level <= root:
            return NEVER
        if root == 0:
            return 2 / a * (1 / level - 1 / x)
        return math.log1p(2 * root * (x - level) / ((x + root) * (level - root))) / (a * root)


def duel(
    fight: Fight,
    x: int,
    y: int,
    x_stop: float,
    y_stop: float,
    uniforms: Iterator[float],
    unit: int = 1,
    most: float = NEVER,
) -> tuple[int, int, float]:
    """One stochastic fight, event by event: strengths at its end and how many days it took.

    The Markov chain whose mean drift is the law: in state (x, y) the attackers lose ``unit``
    persons at the rate of the law's losses over ``unit``, and the defenders likewise
    (exact for ``unit`` 1; a larger unit is a stated approximation that keeps the mean drift
    and multiplies the variance by ``unit``). It ends when a side is at or below its stop, or
    after ``most`` days. ``uniforms`` yields numbers in (0, 1), two an event.
    """
    days = 0.0
    while x > x_stop and y > y_stop:
        to_x, to_y = rates(fight, x, y)
        total = (to_x + to_y) / unit
        if total <= 0:
            return x, y, NEVER
        days -= math.log(next(uniforms)) / total
        if days > most:
            return x, y, most
        if next(uniforms) * (to_x + to_y) < to_x:
            x = max(0, x - unit)
        else:
            y = max(0, y - unit)
    return x, y, days


def rates(fight: Fight, x: float, y: float) -> Strengths:
    """Losses a day of the attackers and of the defenders in state (x, y)."""
    both = x * y
    return (
        fight.beta * (both if fight.law == "linear" else y),
        fight.alpha * (x if fight.law == "square" else both),
    )
