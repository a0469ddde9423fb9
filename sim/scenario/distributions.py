"""Quantities that may be uncertain: a constant or a distribution, drawn by inverse CDF.

Every distribution maps one uniform number u in (0, 1) to a value through its inverse
cumulative distribution function, so that one drawn thing consumes exactly one number
and scenarios that share ids share luck (see :mod:`sim.state.luck`).

Values are in the base unit of the quantity (see :mod:`sim.scenario.units`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

_STANDARD_NORMAL = NormalDist()

U = TypeVar("U")


class Uncertain(Generic[U]):
    """A constant or a distribution over real numbers in the unit ``U``.

    ``U`` is there for the type checker alone: days where km are due are an error of type.
    """

    __slots__ = ()

    def ppf(self, u: float) -> float:
        """Inverse cumulative distribution function at ``u`` in (0, 1)."""
        raise NotImplementedError

    @property
    def nominal(self) -> float:
        """The median: the value used where nothing is drawn."""
        return self.ppf(0.5)

    @property
    def uncertain(self) -> bool:
        """True where two draws may differ."""
        return self.high > self.low

    def at(self, u: float) -> Uncertain[U]:
        """What it is when drawn at ``u``: known."""
        return Constant(self.ppf(u))

    if TYPE_CHECKING:  # of some these are fields

        @property
        def low(self) -> float:
            """Lower end of the support (may be ``-inf``)."""

        @property
        def high(self) -> float:
            """Upper end of the support (may be ``inf``)."""


Dist: TypeAlias = Uncertain[Any]
"""A constant or a distribution, whatever its unit."""


def most_of(dist: Dist) -> float:
    """The upper end, or where there is none the 99.9th percentile."""
    return dist.high if math.isfinite(dist.high) else dist.ppf(0.999)


def least_of(dist: Dist) -> float:
    """The lower end where that is above 0, else the 0.1th percentile."""
    return dist.low if dist.low > 0 else dist.ppf(0.001)


@dataclass(frozen=True, slots=True)
class Constant(Uncertain[U]):
    """A number that is known."""

    value: float

    def ppf(self, u: float) -> float:
        return self.value

    @property
    def low(self) -> float:
        return self.value

    @property
    def high(self) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class Uniform(Uncertain[U]):
    """Every value between ``low`` and ``high`` equally likely."""

    low: float
    high: float

    def ppf(self, u: float) -> float:
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Triangular(Uncertain[U]):
    """Triangular distribution with support [low, high] and peak at ``mode``."""

    low: float
    mode: float
    high: float

    def ppf(self, u: float) -> float:
        width = self.high - self.low
        if width <= 0:
            return self.low
        split = (self.mode - self.low) / width
        if u < split:
            return self.low + math.sqrt(u * width * (self.mode - self.low))
        return self.high - math.sqrt((1 - u) * width * (self.high - self.mode))


@dataclass(frozen=True, slots=True)
class Normal(Uncertain[U]):
    """Normal distribution; draws are clipped to [low, high] where a bound is given."""

    mean: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    def ppf(self, u: float) -> float:
        return min(max(self.mean + self.sd * _STANDARD_NORMAL.inv_cdf(u), self.low), self.high)

    @property
    def uncertain(self) -> bool:
        return self.sd > 0


@dataclass(frozen=True, slots=True)
class LogNormal(Uncertain[U]):
    """exp of a normal: ``median`` and ``sigma``, the standard deviation of the logarithm."""

    median: float
    sigma: float

    def ppf(self, u: float) -> float:
        return self.median * math.exp(self.sigma * _STANDARD_NORMAL.inv_cdf(u))

    @property
    def low(self) -> float:
        return 0.0 if self.sigma > 0 else self.median

    @property
    def high(self) -> float:
        return math.inf if self.sigma > 0 else self.median


@dataclass(frozen=True, slots=True)
class Exponential(Uncertain[U]):
    """Time to something that comes at a constant rate, 1 / ``mean`` (above 0)."""

    mean: float

    def ppf(self, u: float) -> float:
        return -self.mean * math.log1p(-u)

    @property
    def low(self) -> float:
        return 0.0

    @property
    def high(self) -> float:
        return math.inf


@dataclass(frozen=True, slots=True)
class Choice(Uncertain[U]):
    """One of ``values`` with probability proportional to ``weights``, in the order stated."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def ppf(self, u: float) -> float:
        total = math.fsum(self.weights)
        reached = 0.0
        for value, weight in zip(self.values, self.weights, strict=True):
            reached += weight
            if u * total < reached:
                return value
        return self.values[-1]

    @property
    def nominal(self) -> float:
        """The weighted median, by value."""
        ranked = sorted(zip(self.values, self.weights, strict=True))
        half = math.fsum(self.weights) / 2
        reached = 0.0
        for value, weight in ranked:
            reached += weight
            if reached >= half:
                return value
        return ranked[-1][0]

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Product(Uncertain[U]):
    """Product of two quantities that are never negative, both read at the same u.

    They move together: where one is high the other is high (persons and what each eats).
    """

    left: Dist
    right: Dist

    def ppf(self, u: float) -> float:
        return self.left.ppf(u) * self.right.ppf(u)

    def at(self, u: float) -> Product[U]:
        return Product(self.left.at(u), self.right.at(u))

    @property
    def nominal(self) -> float:
        return self.left.nominal * self.right.nominal

    @property
    def low(self) -> float:
        return self.left.low * self.right.low

    @property
    def high(self) -> float:
        # 0 * inf is not a number; a factor that is 0 for certain makes the product 0.
        if 0 in (self.left.high, self.right.high):
            return 0.0
        return self.left.high * self.right.high

    @property
    def uncertain(self) -> bool:
        return self.left.uncertain or self.right.uncertain
