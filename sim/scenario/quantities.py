"""Quantities that may be uncertain, from plain data to distributions.

The forms are ``40 t/day``, ``3..12 days``, and a map with one of the keys ``uniform``,
``triangular``, ``normal``, ``lognormal``, ``exponential`` or ``choice``. Instants take dates as
well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
from .kinds import Sign
from .model import Provenance
from .units import DIMENSIONS, InputError, parse_number, split_quantity, to_base

__all__ = [
    "PROVENANCE_KEYS",
    "Quantity",
    "number_data",
    "read_demand",
    "read_instant",
    "read_quantity",
]

PROVENANCE_KEYS = tuple(field.name for field in fields(Provenance))

_FORMS: Mapping[str, str] = {
    "uniform": "[low, high]",
    "triangular": "[low, mode, high]",
    "normal": "[mean, standard deviation]",
    "lognormal": "[median, sigma]",
    "exponential": "mean",
    "choice": "{value: weight, ...}",
}
_MOST_CHOICES = 1000
_MOST_SIGMA = 10.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A distribution, and the plain data it was written as in its normal form."""

    dist: Dist
    written: Any


_Item = Callable[[str, str | None], float]  # text, unit where it has none -> base units


def read_quantity(
    data: Any, dimension: str, *, sign: Sign = "nonnegative", uncertain: bool = True
) -> Quantity:
    """The quantity that ``data`` states, in the base unit of ``dimension``.

    ``sign`` says which values make sense; ``uncertain`` False takes one value alone.

    Raises:
        InputError: the data are not such a quantity.
    """
    dim = DIMENSIONS[dimension]

    def item(text: str, unit: str | None) -> float:
        value, own = split_quantity(text, dimension)
        return to_base(value, own or unit, dimension, text)

    def unit_of(text: str) -> str | None:
        return split_quantity(text, dimension)[1]

    result = _read(data, item, unit_of, item, dim.example, bare=dim.bare)
    if not uncertain and not isinstance(result.dist, Constant):
        raise InputError("one value is needed here, not a distribution", f"such as {dim.example}")
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
        try:
            parts[key] = read_quantity(data[key], dimension)
        except InputError as error:
            raise error.inside(key) from None
    left, right = parts["persons"], parts["each"]
    dist: Dist
    if isinstance(left.dist, Constant) and isinstance(right.dist, Constant):
        dist = Constant(left.dist.value * right.dist.value)
    else:
        dist = Product(left.dist, right.dist)
    written = {"persons": left.written, "each": right.written} | _provenance(data)
    return Quantity(dist, written)


def read_instant(data: Any, start: datetime | None) -> Quantity:
    """An instant in seconds from the start: a date, a length of time, or a distribution of them.

    Raises:
        InputError: not an instant, or a date where the period has no ``start``.
    """

    def item(text: str, unit: str | None) -> float:
        return parse_instant(text, start, unit)

    def unit_of(text: str) -> str | None:
        return None if looks_dated(text) else split_quantity(text, "duration")[1]

    def spread(text: str, unit: str | None) -> float:
        value, own = split_quantity(text, "duration")
        return to_base(value, own or unit, "duration", text)

    result = _read(data, item, unit_of, spread, "2016-06-10 or 12 days", bare=False)
    if isinstance(result.dist, Normal):
        return Quantity(Normal(result.dist.mean, result.dist.sd, low=0.0), result.written)
    return result


def _read(
    data: Any,
    item: _Item,
    unit_of: Callable[[str], str | None],
    spread: _Item,
    example: str,
    *,
    bare: bool,
) -> Quantity:
    if isinstance(data, dict):
        return _read_map(data, item, unit_of, spread, bare=bare)
    if isinstance(data, list):
        raise InputError(
            "a quantity is needed here, not a list",
            "a range is written 3..12 days, or {uniform: [3 days, 12 days]}",
        )
    if not isinstance(data, str):
        raise InputError("a quantity is needed here", f"write it as {example}")
    text = " ".join(data.split())
    if ".." in text:
        ends = [end.strip() for end in text.split("..")]
        if len(ends) != 2 or not all(ends):
            raise InputError(f"'{safe(text)}' is not a range", "a range has two ends: 3..12 days")
        low, high = (item(end, unit_of(ends[1])) for end in ends)
        return Quantity(_ordered_uniform(low, high), text)
    return Quantity(Constant(item(text, None)), _written(text, bare))


def _read_map(
    data: Mapping[str, Any],
    item: _Item,
    unit_of: Callable[[str], str | None],
    spread: _Item,
    *,
    bare: bool,
) -> Quantity:
    _check_keys(data, tuple(_FORMS))
    forms = [key for key in data if key in _FORMS]
    if len(forms) != 1:
        which = " and ".join(sorted(forms)) if forms else "none"
        raise InputError(
            f"a distribution needs one kind, and here is {which}", "one of " + ", ".join(_FORMS)
        )
    form, stated = forms[0], data[forms[0]]
    if form == "choice":
        choice, weights = _choice(stated, item)
        return Quantity(choice, {form: weights} | _provenance(data))
    if form == "exponential":
        mean, text = _exponential(stated, spread)
        return Quantity(mean, {form: text} | _provenance(data))
    wanted = len(_FORMS[form].split(","))
    if (
        not isinstance(stated, list)
        or len(stated) != wanted
        or not all(isinstance(entry, str) for entry in stated)
    ):
        raise InputError(f"'{form}' takes {wanted} values", f"{form}: {_FORMS[form]}", (form,))
    texts = [" ".join(entry.split()) for entry in stated]
    try:
        if form == "lognormal":
            unit, numbers = None, [item(texts[0], None), float(parse_number(texts[1]))]
        else:
            unit = unit_of(texts[-1])
            numbers = [item(texts[0], unit)]
            numbers += [(spread if form == "normal" else item)(text, unit) for text in texts[1:]]
    except InputError as error:
        raise error.inside(form) from None
    written = [_written(text, True) for text in texts]
    return Quantity(_distribution(form, numbers), {form: written} | _provenance(data))


def _distribution(form: str, numbers: Sequence[float]) -> Dist:
    if form == "uniform":
        return _ordered_uniform(*numbers)
    if form == "triangular":
        low, mode, high = numbers
        if not low <= mode <= high:
            raise InputError("the three values must rise: low, mode, high", None, (form,))
        return Triangular(low, mode, high)
    first, second = numbers
    if second < 0:
        what = "standard deviation" if form == "normal" else "sigma"
        raise InputError(f"the {what} cannot be negative", None, (form, 1))
    if form == "normal":
        return Normal(first, second)
    if first <= 0:
        raise InputError("the median must be above 0", None, (form, 0))
    if second > _MOST_SIGMA:
        raise InputError(
            f"sigma is at most {_MOST_SIGMA:g}",
            "it is the standard deviation of the logarithm, a plain number",
            (form, 1),
        )
    return LogNormal(first, second)


def _exponential(stated: Any, spread: _Item) -> tuple[Dist, Any]:
    if not isinstance(stated, str):
        raise InputError(
            "'exponential' takes one value, the mean", "exponential: 5 days", ("exponential",)
        )
    text = " ".join(stated.split())
    try:
        mean = spread(text, None)
    except InputError as error:
        raise error.inside("exponential") from None
    if mean <= 0:
        raise InputError("the mean must be above 0", None, ("exponential",))
    return Exponential(mean), _written(text, True)


def _ordered_uniform(low: float, high: float) -> Dist:
    if low > high:
        raise InputError("the low end of the range is above its high end")
    return Uniform(low, high)


def _choice(stated: Any, item: _Item) -> tuple[Dist, dict[str, Any]]:
    if not isinstance(stated, dict) or not stated:
        raise InputError(
            "'choice' takes a map of values to weights",
            "choice: {3 days: 0.5, 8 days: 0.5}",
            ("choice",),
        )
    if len(stated) > _MOST_CHOICES:
        raise InputError(f"'choice' takes at most {_MOST_CHOICES} values", None, ("choice",))
    found: list[tuple[float, float, str, Any]] = []
    for key, weight in stated.items():
        try:
            number = parse_number(weight if isinstance(weight, str) else "")
            found.append(
                (item(key, None), float(number), " ".join(key.split()), number_data(number))
            )
        except InputError as error:
            raise error.inside("choice", key) from None
        if not 0 <= number <= 10**12:
            raise InputError("a weight is a number from 0 up", None, ("choice", key))
    found.sort()  # by value: the order in the file says nothing
    values = tuple(entry[0] for entry in found)
    if len(set(values)) < len(values):
        raise InputError("a value stands twice in 'choice'", None, ("choice",))
    if not any(entry[1] for entry in found):
        raise InputError("all weights are 0", None, ("choice",))
    return Choice(values, tuple(entry[1] for entry in found)), {e[2]: e[3] for e in found}


def _check_keys(data: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    for key in data:
        if key not in kinds and key not in PROVENANCE_KEYS:
            hint = suggest(key, kinds + PROVENANCE_KEYS)
            raise InputError(
                f"unknown key '{safe(key)}'",
                hint or "known are " + ", ".join(kinds + PROVENANCE_KEYS),
                (key,),
            )


def _provenance(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked provenance keys of a distribution's map, for the resolved scenario."""
    found: dict[str, Any] = {}
    for key in PROVENANCE_KEYS:
        if data.get(key) is None:
            continue
        if not isinstance(data[key], str):
            raise InputError("a text is needed here", None, (key,))
        try:
            found[key] = (
                parse_date(data[key]).date().isoformat() if key == "known_on" else str(data[key])
            )
        except InputError as error:
            raise error.inside(key) from None
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
        try:
            return number_data(parse_number(text))
        except InputError:
            pass
    return text


def number_data(value: Decimal) -> int | float:
    """A plain number that prints and reads back the same."""
    if value == value.to_integral_value() and abs(value) < 10**15:
        return int(value)
    return float(value)
