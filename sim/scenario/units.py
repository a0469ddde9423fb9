"""Units of the scenario language: one table, read and written by the same module.

A quantity is text with its unit (``40 t/day``); inside, it is a number in the base unit
of its dimension. The table below is the whole list; ``docs/scenario-reference.md`` prints it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from .faults import InputError

__all__ = [
    "DIMENSIONS",
    "NUMBER",
    "Dimension",
    "UnitError",
    "format_quantity",
    "meant",
    "parse_number",
    "parse_quantity",
    "split_quantity",
]


class UnitError(InputError):
    """A text that is not a quantity of the dimension asked for, or not a number."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity: its units as factors to the base unit, and the largest value taken.

    ``bare`` is True where a number without a unit is a quantity too (shares, numbers).
    """

    name: str
    title: str
    base: str
    units: Mapping[str, Decimal]
    limit: float
    example: str
    bare: bool = False

    @property
    def suggestion(self) -> str:
        """The units to name in a message: the first name of each."""
        first: dict[Decimal, str] = {}
        for unit, factor in self.units.items():
            first.setdefault(factor, unit)
        *others, last = first.values()
        return f"{', '.join(others)} or {last}" if others else last


def _units(factors: str) -> Mapping[str, Decimal]:
    """Units and what they are in the base unit: ``t 1000, kg 1``."""
    pairs = (factor.split() for factor in factors.split(", "))
    return MappingProxyType({unit: Decimal(factor) for unit, factor in pairs})


_YEARS_100 = 100 * 366 * 86_400.0
_TIMES = (
    "days 86400, day 86400, d 86400, hours 3600, hour 3600, h 3600, minutes 60, minute 60, min 60, "
    "s 1"
)
_NONE: Mapping[str, Decimal] = MappingProxyType({})

_TABLE = (
    Dimension("rate", "flow", "kg/day", _units("t/day 1000, kg/day 1"), 1e12, "40 t/day"),
    Dimension("mass", "mass", "kg", _units("t 1000, kg 1"), 1e12, "200 t"),
    Dimension("duration", "length of time", "s", _units(_TIMES), _YEARS_100, "2.5 days"),
    Dimension("speed", "speed", "km/h", _units("km/h 1"), 1e4, "30 km/h"),
    Dimension("tempo", "tempo of an advance", "km/day", _units("km/day 1"), 1e4, "6 km/day"),
    Dimension("hazard", "rate", "1/day", _units("/day 1"), 1e3, "0.02 /day"),
    Dimension("distance", "distance", "km", _units("km 1"), 1e5, "12 km"),
    Dimension(
        "persons",
        "number of persons",
        "persons",
        _units("persons 1, person 1"),
        1e10,
        "2000 persons",
    ),
    Dimension(
        "ration",
        "consumption of one person",
        "kg/person/day",
        _units("kg/person/day 1"),
        1e6,
        "0.5 kg/person/day",
    ),
    Dimension(
        "load", "load of a truck", "kg/truck", _units("t/truck 1000, kg/truck 1"), 1e9, "10 t/truck"
    ),
    Dimension("share", "share", "1", _units("% 0.01"), 1.0, "0.4 or 40 %", bare=True),
    Dimension("number", "number", "1", _NONE, 1e12, "1.5", bare=True),
)

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType({d.name: d for d in _TABLE})
"""Every dimension by name."""

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""Pattern of a number."""

_NUMBER = re.compile(NUMBER)
_SPLIT = re.compile(rf"({NUMBER})\s*(.*)", re.DOTALL)
_LONGEST = 40  # characters of a number: no quantity needs more, and long ones cost time


def parse_number(text: str) -> Decimal:
    """The exact value of a decimal number such as ``12``, ``-0.5`` or ``1e3``.

    Raises:
        UnitError: for anything else; the YAML 1.1 forms (octal, hexadecimal, underscores,
            base 60, infinity, not-a-number) each get their own message.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise UnitError(*_why_no_number(text))
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        raise UnitError(
            f"'{_clip(text)}' begins with 0",
            f"write {_clip(digits.lstrip('0') or '0')}: a leading 0 means octal to some programs",
        )
    if len(text) > _LONGEST:
        raise UnitError(f"'{_clip(text)}' has too many digits", f"at most {_LONGEST} characters")
    if not math.isfinite(float(text)):
        raise UnitError(f"'{_clip(text)}' is too large")
    return Decimal(text)


def _clip(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _why_no_number(text: str) -> tuple[str, str | None]:
    shown = f"'{_clip(text)}'"
    bare = text.lstrip("+-").lower()
    if not text:
        return "a number is missing", None
    if bare in {".inf", "inf", "infinity", ".nan", "nan"}:
        return f"{shown} is not a finite number", "write a finite number"
    if re.fullmatch(r"0[xob][0-9a-f_]+", bare):
        return f"{shown} is not a decimal number", "write it with the digits 0 to 9"
    if re.fullmatch(r"[\d_]+(\.[\d_]*)?", bare) and "_" in bare:
        return f"{shown} has underscores", f"write {_clip(text.replace('_', ''))}"
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", bare):
        return f"{shown} has commas", f"write {_clip(text.replace(',', ''))}"
    if re.fullmatch(r"\d+,\d+", bare):
        return f"{shown} has a comma", f"write it with a point: {_clip(text.replace(',', '.'))}"
    if re.fullmatch(r"\d+(:\d+)+", bare):
        return f"{shown} is not a number", "a time stands with its date: 2016-06-10T06:00"
    return f"{shown} is not a number", None


def parse_quantity(text: str, dimension: str, unit: str | None = None) -> float:
    """The value of ``text`` in the base unit of ``dimension`` (a key of ``DIMENSIONS``).

    >>> parse_quantity("40 t/day", "rate")
    40000.0

    ``unit`` is that of a text without one.

    Raises:
        UnitError: no number, no unit, a unit of another dimension, or beyond the limit.
    """
    value, own = split_quantity(text, dimension)
    dim, unit, shown = DIMENSIONS[dimension], own or unit, _clip(text.strip())
    if unit is None and not dim.bare:
        usual = dim.example.partition(" ")[2]
        raise UnitError(f"'{shown}' needs a unit: {dim.suggestion}", f"write it as {shown} {usual}")
    result = float(value * dim.units[unit]) if unit is not None else float(value)
    if abs(result) > dim.limit:
        if dimension == "share":
            raise UnitError(
                f"'{shown}' is not a share between 0 and 1", f"write it as {dim.example}"
            )
        most = f"{dim.limit:.0e}".replace("e+", "e") + ("" if dim.bare else f" {dim.base}")
        most = "100 years" if dimension == "duration" else most
        raise UnitError(f"'{shown}' is too large: at most {most}")
    return result


def split_quantity(text: str, dimension: str) -> tuple[Decimal, str | None]:
    """The number and the unit of ``text``; the unit is None where the text has none."""
    dim = DIMENSIONS[dimension]
    found = _SPLIT.fullmatch(text.strip())
    if found is None or (found[2] and found[2][0] in "_:,.xX0123456789"):
        try:
            parse_number(text.split()[0] if text.split() else "")
        except UnitError as error:
            hint = error.hint or f"write it as {dim.example}"
            raise UnitError(error.message, hint) from None
    assert found is not None  # parse_number accepts a part of what _SPLIT accepts
    value, unit = parse_number(found[1]), " ".join(found[2].split())
    if not unit:
        return value, None
    if unit in dim.units:
        return value, unit
    raise UnitError(f"'{_clip(text.strip())}' is not a {dim.title}", _unit_hint(value, unit, dim))


def _unit_hint(value: Decimal, unit: str, dim: Dimension) -> str:
    if not dim.units:
        return f"write it as {value / 100}" if unit == "%" else "write a number without a unit"
    for other in DIMENSIONS.values():
        if unit in other.units:
            return f"'{unit}' is a unit of {other.title}; write it as {dim.example}"
    for known in dim.units:
        if known.lower() == unit.lower():
            return f"write '{known}' for '{unit}'"
    if better := _in_units(value, unit, dim):
        return f"write it as {better}"
    return f"unknown unit '{_clip(unit)}'; write it as {dim.example}"


_OTHER_NAMES: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        name: (kind, float(size))
        for kind, sizes in {
            "mass": "t ton tons tonne tonnes 1000, kg kgs kilo kilos kilogram kilograms 1, "
            "g gram grams 0.001, lb lbs pound pounds 0.45359237",
            "time": "s sec secs second seconds 1, min mins minute minutes 60, "
            "h hr hrs hour hours 3600, d day days 86400, w wk week weeks 604800, "
            "fortnight fortnights 1209600, month months 2592000, year years 31536000",
            "length": "km kms kilometre kilometres kilometer kilometers 1, "
            "metre metres meter meters 0.001, mi mile miles 1.609344",
            "people": "person persons people man men soldier soldiers fighter fighters head 1",
            "trucks": "truck trucks lorry lorries 1",
            "share": "% 0.01, percent pct 0.01",
        }.items()
        for group in sizes.split(", ")
        for *names, size in [group.split()]
        for name in names
    }
)
"""Other names of units, and units that the language does not have: kind and size."""


def _sized(unit: str) -> list[tuple[str, float]] | None:
    """Kind and size of each part of a unit as people write it (``tons per day``), or None."""
    plain = unit.casefold().replace(" per ", "/").replace("kph", "km/h").replace("mph", "mi/h")
    found = [_OTHER_NAMES.get(part.strip().rstrip(".")) for part in plain.split("/")]
    known = [part for part in found if part is not None]
    return known if len(known) == len(found) else None


def _in_units(value: Decimal, unit: str, dim: Dimension) -> str | None:
    """The quantity in a unit of ``dim``, where its own only has another name or size."""
    parts = _sized(unit)
    found: list[tuple[float, str]] = []
    for known in dim.units:
        sizes = _sized(known)
        if parts and sizes and [kind for kind, _ in parts] == [kind for kind, _ in sizes]:
            ratios = [size / other for (_, size), (_, other) in zip(parts, sizes, strict=True)]
            amount = float(value) * ratios[0] / math.prod(ratios[1:])
            if abs(amount) < 1e15:
                found.append((abs(math.log(ratios[0])), f"{_plain(amount)} {known}"))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def meant(text: str, dimension: str) -> str | None:
    """What a text in units of other names or sizes means: ``3 weeks`` is ``21 days``; else None."""
    found = _SPLIT.fullmatch(text.strip())
    if found is None or not _NUMBER.fullmatch(found[1]) or len(found[1]) > _LONGEST:
        return None
    dim = DIMENSIONS[dimension]
    return None if found[2] in dim.units else _in_units(Decimal(found[1]), found[2], dim)


def format_quantity(value: float, dimension: str) -> str:
    """``value`` (base unit of ``dimension``) as text in the unit that reads best.

    Reading the text again gives the value to six significant digits; whole base units
    (kg/day, kg, s, persons) come back exactly.

    >>> format_quantity(40_000, "rate"), format_quantity(216_000, "duration")
    ('40 t/day', '2.5 days')
    """
    dim = DIMENSIONS[dimension]
    if math.isinf(value):
        return "unlimited"
    if dimension == "duration":
        return _format_duration(value)
    if dimension in {"share", "number"}:
        return _plain(value)
    units = list(dim.units)
    small = units[1] if len(units) > 1 and dimension != "persons" else units[0]
    large = units[0] if abs(value) >= 1000 or small == units[0] else small
    factor = float(dim.units[large])
    if dimension == "persons":
        return f"{_plain(value)} {'person' if value == 1 else 'persons'}"
    return f"{_plain(value / factor)} {large}"


def _format_duration(seconds: float) -> str:
    for unit, size in (("day", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        amount = seconds / size
        # the largest unit in which two decimals are exact
        if abs(amount) >= 1 and math.fmod(seconds * 100, size) == 0:
            plural = "s" if unit == "day" and amount != 1 else ""
            return f"{_plain(amount)} {unit}{plural}"
    return f"{_plain(seconds)} s" if seconds else "0 days"


def _plain(value: float) -> str:
    """A number without an exponent or trailing zeros: whole numbers exact, others to 6 digits."""
    if value == round(value):
        return str(round(value))
    text = f"{Decimal(repr(value)):f}"
    short = f"{Decimal(f'{value:.6g}'):f}"
    text = text if len(text) <= 16 else short
    return text.rstrip("0").rstrip(".") if "." in text else text
