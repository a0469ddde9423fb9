"""Quantities that may be uncertain, from plain data to distributions.

The forms are ``40 t/day``, ``3..12 days``, and a map with one of the keys ``uniform``,
``triangular``, ``normal``, ``lognormal``, ``exponential`` or ``choice``. Instants take dates as
well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sim.base.diagnostics import safe, suggest

from .dates import looks_dated, parse_date, parse_instant
from .distributions import (
    Choice,
    Constant,
    Dist,
    Exponential,
    LogNormal,
    Normal,
    Product,
    Triangular,
    Uniform,
)
from .faults import InputError, inside
from .kinds import Sign
from .model import Provenance
from .units import DIMENSIONS, parse_number, parse_quantity, split_quantity

__all__ = [
    "FORMS",
    "PROVENANCE_KEYS",
    "EachWay",
    "Quantity",
    "number_data",
    "read_demand",
    "read_instant",
    "read_quantity",
    "read_road_rate",
]

PROVENANCE_KEYS = tuple(field.name for field in fields(Provenance))

_BESIDE = ("same_as", *PROVENANCE_KEYS)
"""Keys beside a distribution: the input whose draw it shares, and where it comes from."""

FORMS: Mapping[str, str] = {
    "uniform": "[low, high]",
    "triangular": "[low, mode, high]",
    "normal": "[mean, standard deviation]",
    "lognormal": "[median, sigma]",
    "exponential": "mean",
    "choice": "{value: weight, ...}",
}
"""The kinds of distributions, and what each takes."""

_MOST_CHOICES = 1000
_MOST_SIGMA = 10.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A distribution, and the plain data it was written as in its normal form."""

    dist: Dist
    written: Any


@dataclass(frozen=True, slots=True)
class EachWay:
    """What a road carries from its first place to its second, and what back."""

    there: Quantity
    back: Quantity

    @property
    def written(self) -> Any:
        """The plain data in their normal form."""
        return {"there": self.there.written, "back": self.back.written}


def read_quantity(
    data: Any, dimension: str, *, sign: Sign = "nonnegative", uncertain: bool = True
) -> Quantity:
    """The quantity that ``data`` states, in the base unit of ``dimension``.

    ``sign`` says which values make sense; ``uncertain`` False takes one value alone.

    Raises:
        InputError: the data are not such a quantity.
    """
    reader = _Reader(dimension)
    result = reader.read(data)
    if not uncertain and not isinstance(result.dist, Constant):
        raise InputError(
            "one value is needed here, not a distribution", f"such as {reader.example}"
        )
    upper = 1.0 if dimension == "share" else math.inf
    return Quantity(_bounded(result.dist, sign, upper), result.written)


def read_demand(data: Any) -> Quantity:
    """A flow (kg/day), or ``{persons:, each:}``, whose product it then is."""
    if not isinstance(data, dict) or not ({"persons", "each"} & data.keys()):
        return read_quantity(data, "rate")
    _check_keys(data, ("persons", "each"))
    parts = {}
    for key, dimension in (("persons", "persons"), ("each", "ration")):
        if data.get(key) is None:
            raise InputError(f"'{key}' is missing", "a demand by head needs 'persons' and 'each'")
        with inside(key):
            parts[key] = read_quantity(data[key], dimension)
    left, right = (part.dist for part in parts.values())
    written = {key: part.written for key, part in parts.items()}
    return Quantity(Product(left, right), written | _beside(data))


def read_road_rate(data: Any) -> Quantity | EachWay:
    """A flow (kg/day) for both directions, or ``{there:, back:}``."""
    if not isinstance(data, dict) or not ({"there", "back"} & data.keys()):
        return read_quantity(data, "rate")
    parts = {}
    for key in data:
        if key not in ("there", "back"):
            hint = suggest(key, ("there", "back")) or "known are there, back"
            raise InputError(f"unknown key '{safe(key)}'", hint, (key,))
    for key in ("there", "back"):
        if data.get(key) is None:
            raise InputError(
                f"'{key}' is missing",
                "state 'there' and 'back', or 'one_way: true' beside one capacity",
            )
        with inside(key):
            parts[key] = read_quantity(data[key], "rate")
    return EachWay(**parts)


def read_instant(data: Any, start: datetime | None) -> Quantity:
    """An instant in seconds from the start: a date, a length of time, or a distribution of them.

    Raises:
        InputError: not an instant, or a date where the period has no ``start``.
    """
    result = _InstantReader(start).read(data)
    if isinstance(result.dist, Normal):
        return Quantity(Normal(result.dist.mean, result.dist.sd, low=0.0), result.written)
    return result


class _Reader:
    """Reads what may be a distribution over the quantities of a dimension."""

    def __init__(self, dimension: str) -> None:
        self.dimension = dimension
        self.example, self.bare = DIMENSIONS[dimension].example, DIMENSIONS[dimension].bare

    def spread(self, text: str, unit: str | None = None) -> float:
        """A size, such as a standard deviation; ``unit`` is that of a text without one."""
        return parse_quantity(text, self.dimension, unit)

    def value(self, text: str, unit: str | None = None) -> float:
        """A value that may be drawn."""
        return self.spread(text, unit)

    def unit_of(self, text: str) -> str | None:
        """The unit of a value, for those beside it that have none."""
        return split_quantity(text, self.dimension)[1]

    def read(self, data: Any) -> Quantity:
        """One value, a range, or the map of a distribution."""
        if isinstance(data, dict):
            return self._map(data)
        if isinstance(data, list):
            raise InputError(
                "a quantity is needed here, not a list",
                "a range is written 3..12 days, or {uniform: [3 days, 12 days]}",
            )
        if not isinstance(data, str):
            raise InputError("a quantity is needed here", f"write it as {self.example}")
        text = " ".join(data.split())
        if ".." not in text:
            return Quantity(Constant(self.value(text)), _written(text, self.bare))
        ends = [end.strip() for end in text.split("..")]
        if len(ends) != 2 or not all(ends):
            raise InputError(f"'{safe(text)}' is not a range", "a range has two ends: 3..12 days")
        low, high = (self.value(end, self.unit_of(ends[1])) for end in ends)
        return Quantity(_in_order(Uniform(low, high)), text)

    def _map(self, data: Mapping[str, Any]) -> Quantity:
        _check_keys(data, tuple(FORMS))
        forms = [key for key in data if key in FORMS]
        if len(forms) != 1:
            which = " and ".join(sorted(forms)) if forms else "none"
            raise InputError(
                f"a distribution needs one kind, and here is {which}", "one of " + ", ".join(FORMS)
            )
        form = forms[0]
        with inside(form):
            if form == "choice":
                dist, written = self._choice(data[form])
            elif form == "exponential":
                dist, written = self._exponential(data[form])
            else:
                dist, written = self._listed(form, data[form])
        return Quantity(_in_order(dist), {form: written} | _beside(data))

    def _listed(self, form: str, stated: Any) -> tuple[Dist, Any]:
        """The forms that are stated as a list."""
        wanted = len(FORMS[form].split(","))
        if (
            not isinstance(stated, list)
            or len(stated) != wanted
            or not all(isinstance(entry, str) for entry in stated)
        ):
            raise InputError(f"'{form}' takes {wanted} values", f"{form}: {FORMS[form]}")
        texts = [" ".join(entry.split()) for entry in stated]
        written = [_written(text, True) for text in texts]
        if form == "lognormal":
            return _log_normal(self.value(texts[0]), float(parse_number(texts[1]))), written
        unit = self.unit_of(texts[-1])
        if form == "normal":
            return _normal(self.value(texts[0], unit), self.spread(texts[1], unit)), written
        numbers = [self.value(text, unit) for text in texts]
        return (_triangular(*numbers) if form == "triangular" else Uniform(*numbers)), written

    def _exponential(self, stated: Any) -> tuple[Dist, Any]:
        if not isinstance(stated, str):
            raise InputError("'exponential' takes one value, the mean", "exponential: 5 days")
        text = " ".join(stated.split())
        mean = self.spread(text)
        if mean <= 0:
            raise InputError("the mean must be above 0")
        return Exponential(mean), _written(text, True)

    def _choice(self, stated: Any) -> tuple[Dist, Any]:
        if not isinstance(stated, dict) or not stated:
            raise InputError(
                "'choice' takes a map of values to weights", "choice: {3 days: 0.5, 8 days: 0.5}"
            )
        if len(stated) > _MOST_CHOICES:
            raise InputError(f"'choice' takes at most {_MOST_CHOICES} values")
        found: list[tuple[float, float, str, Any]] = []
        for key, stated_weight in stated.items():
            with inside(key):
                weight = parse_number(stated_weight if isinstance(stated_weight, str) else "")
                told = " ".join(key.split()), number_data(weight)
                found.append((self.value(key), float(weight), *told))
                if not 0 <= weight <= 10**12:
                    raise InputError("a weight is a number from 0 up")
        found.sort()  # by value: the order in the file says nothing
        values, weights, keys, data = zip(*found, strict=True)
        if len(set(values)) < len(values):
            raise InputError("a value stands twice in 'choice'")
        if not any(weights):
            raise InputError("all weights are 0")
        return Choice(values, weights), dict(zip(keys, data, strict=True))


class _InstantReader(_Reader):
    """Reads instants: dates too, and lengths of time, of which spreads are made."""

    def __init__(self, start: datetime | None) -> None:
        super().__init__("duration")
        self.start, self.example = start, "2016-06-10 or 12 days"

    def value(self, text: str, unit: str | None = None) -> float:
        return parse_instant(text, self.start, unit)

    def unit_of(self, text: str) -> str | None:
        return None if looks_dated(text) else super().unit_of(text)


def _in_order(dist: Dist) -> Dist:
    if isinstance(dist, Uniform) and dist.low > dist.high:
        raise InputError("the low end of the range is above its high end")
    return dist


def _triangular(low: float, mode: float, high: float) -> Dist:
    if not low <= mode <= high:
        raise InputError("the three values must rise: low, mode, high")
    return Triangular(low, mode, high)


def _normal(mean: float, deviation: float) -> Dist:
    if deviation < 0:
        raise InputError("the standard deviation cannot be negative", None, (1,))
    return Normal(mean, deviation)


def _log_normal(median: float, sigma: float) -> Dist:
    if sigma < 0:
        raise InputError("the sigma cannot be negative", None, (1,))
    if median <= 0:
        raise InputError("the median must be above 0", None, (0,))
    if sigma > _MOST_SIGMA:
        raise InputError(
            f"sigma is at most {_MOST_SIGMA:g}",
            "it is the standard deviation of the logarithm, a plain number",
            (1,),
        )
    return LogNormal(median, sigma)


def _check_keys(data: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    for key in data:
        if key not in kinds and key not in _BESIDE:
            hint = suggest(key, kinds + _BESIDE)
            raise InputError(
                f"unknown key '{safe(key)}'",
                hint or "known are " + ", ".join(kinds + _BESIDE),
                (key,),
            )


def _beside(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked keys beside a distribution, for the resolved scenario."""
    found: dict[str, Any] = {}
    for key in _BESIDE:
        if data.get(key) is None:
            continue
        with inside(key):
            if not isinstance(data[key], str):
                raise InputError("a text is needed here")
            day = parse_date(data[key]).date() if key == "known_on" else None
            found[key] = day.isoformat() if day else str(data[key])
    return found


def _bounded(dist: Dist, sign: Sign, upper: float) -> Dist:
    """``dist`` if its support makes sense; a normal one is clipped to where it does."""
    lower = -math.inf if sign == "any" else 0.0
    if isinstance(dist, Normal):
        if not lower <= dist.mean <= upper or (sign == "positive" and dist.mean <= 0):
            raise InputError("the mean is outside of what makes sense here")
        # a draw of 0 would stand still for ever where only a positive value makes sense
        lower = dist.mean / 100 if sign == "positive" else lower
        return Normal(dist.mean, dist.sd, lower, upper)
    one = isinstance(dist, Constant)
    if dist.low < lower:
        raise InputError("cannot be negative" if one else "the distribution reaches below 0")
    if sign == "positive" and dist.low <= 0 and not isinstance(dist, LogNormal | Exponential):
        raise InputError("must be above 0" if one else "every value must be above 0")
    if dist.high > upper:
        raise InputError(
            "a share is at most 1" if one else "the distribution reaches above 1",
            None if one else "use normal, which is clipped to 0..1, or a range",
        )
    return dist


def _written(text: str, bare: bool) -> Any:
    """A number where the text is one, else the text."""
    if bare:
        with suppress(InputError):
            return number_data(parse_number(text))
    return text


def number_data(value: Decimal) -> int | float:
    """A plain number that prints and reads back the same."""
    if value == value.to_integral_value() and abs(value) < 10**15:
        return int(value)
    return float(value)
