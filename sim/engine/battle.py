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
                k, r = math.sqrt(a * b), math.sqrt(b / a)
                c, s = math.cosh(k * t), math.sinh(k * t)
                return max(0.0, x * c - y * r * s), max(0.0, y * c - x / r * s)
            case "linear":
                d = a * x - b * y
                if d == 0:
                    return x / (1 + a * x * t), y / (1 + a * x * t)
                # written so that the exponential decays whichever side wins
                if d > 0:
                    e = math.exp(-d * t)
                    return d * x / (a * x - b * y * e), d * y * e / (a * x - b * y * e)
                e = math.exp(d * t)
                return d * x * e / (a * x * e - b * y), d * y / (a * x * e - b * y)
            case "mixed":
                if b == 0:
                    return x, y * math.exp(-a * x * t)
                if a == 0:
                    return max(0.0, x - b * y * t), y
                later = self._mixed_attackers(x, y, t)
                return max(0.0, later), max(0.0, (a * later * later / 2 - self.invariant(x, y)) / b)

    def _mixed_attackers(self, x: float, y: float, t: float) -> float:
        a, c = self.alpha, self.invariant(x, y)
        if c == 0:
            return 1 / (1 / x + a * t / 2)
        root = math.sqrt(2 * abs(c) / a)
        if c > 0:
            u = (x - root) / (x + root) * math.exp(-a * root * t)
            return root * (1 + u) / (1 - u)
        return root * math.tan(math.atan(x / root) - a * root * t / 2)

    def attackers_at(self, x: float, y: float, level: float) -> float:
        """Days until the attackers are down to ``level`` persons; ``NEVER`` if they never are."""
        if x <= level:
            return 0.0
        if y <= 0 or self.beta == 0:
            return NEVER
        match self.law:
            case "square":
                return _square(x, y, self.beta, self.alpha, level)
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
                return _square(y, x, self.alpha, self.beta, level)
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

    def _linear(self, x: float, y: float, x_end: float, y_end: float) -> float:
        """Days from (x, y) to (x_end, y_end) on the line that the linear law follows."""
        if x_end <= 0 or y_end <= 0:
            return NEVER
        d = self.invariant(x, y)
        ratio = math.log(x_end / x) - math.log(y_end / y)
        if abs(d) < 1e-12 * self.alpha * x or ratio == 0:
            return (
                (x - x_end) / (self.alpha * x * x_end)
                if self.alpha
                else (x - x_end) / (self.beta * y * x)
            )
        return ratio / d

    def _mixed(self, x: float, y: float, level: float) -> float:
        a, b = self.alpha, self.beta
        if a == 0:
            return (x - level) / (b * y)
        c = self.invariant(x, y)
        if c == 0:
            return 2 / a * (1 / level - 1 / x) if level > 0 else NEVER
        root = math.sqrt(2 * abs(c) / a)
        if c < 0:
            return 2 / (a * root) * (math.atan(x / root) - math.atan(level / root))
        if level <= root:
            return NEVER
        return (math.log((x - root) / (x + root)) - math.log((level - root) / (level + root))) / (
            a * root
        )


def _square(own: float, other: float, hit: float, strike: float, level: float) -> float:
    """Days until ``own`` is down to ``level`` under the square law.

    ``hit`` is what one of the others does to own, ``strike`` what one of own does to them.
    With e = exp(t sqrt(hit * strike)) the strength is a quadratic in e and 1/e; the root is
    written so that nothing cancels where the sides are even.
    """
    if strike == 0:
        return (own - level) / (hit * other)
    ratio = math.sqrt(hit / strike)
    minus, plus = own - other * ratio, own + other * ratio
    under = level * level - minus * plus
    if under < 0:
        return NEVER
    below = level + math.sqrt(under)
    return math.log(plus / below) / math.sqrt(hit * strike) if below > 0 else NEVER


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
