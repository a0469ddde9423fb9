"""Readers of single values: plain data and a context in, a value or an ``InputError`` out.

Each is the reader of one type of field in :mod:`sim.scenario.fields`. All take the data
of one key (text, list or map) and the :class:`Context` of the whole scenario.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sim.base.diagnostics import safe, suggest

from .dates import date_meant, parse_date, parse_instant
from .distributions import Constant
from .faults import InputError, inside
from .model import DATED
from .quantities import Quantity, number_data, read_instant
from .tree import Quoted
from .units import DIMENSIONS, NUMBER, format_quantity, meant, parse_number, parse_quantity

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
LONGEST_ID = 100
LONGEST_TEXT = 20_000


@dataclass(slots=True)
class Context:
    """What a field may need to know of the whole scenario.

    ``ids`` holds the known ids of each kind (``"place"``, ``"road"``, ...); a kind that is
    missing is not checked (its section could not be read). ``start`` and ``length``
    (seconds) are those of the period; without a length no instant is held against it.
    """

    ids: dict[str, set[str]] = field(default_factory=dict)
    start: datetime | None = None
    length: float | None = None
    suggest: Callable[[str, Iterable[str]], str | None] = suggest

    def forget(self, kind: str | None) -> None:
        """Check no reference to a thing of this kind: its section could not be read."""
        self.ids.pop(kind or "", None)


def read_text(data: Any, context: Context) -> str:
    """A text that is not empty."""
    if isinstance(data, dict | list):
        what = "map" if isinstance(data, dict) else "list"
        raise InputError(f"a text is needed here, not a {what}")
    if not isinstance(data, str):
        raise InputError("a text is needed here")
    if not data.strip():
        raise InputError("the text is empty")
    if len(data) > LONGEST_TEXT:
        raise InputError(f"the text is longer than {LONGEST_TEXT:,} characters")
    return str(data)


def check_id(data: Any, context: Context | None = None) -> str:
    """``data`` if it is an id; raises :class:`InputError` otherwise."""
    text = read_text(data, Context())
    if not ID.fullmatch(text):
        raise InputError(
            f"'{safe(text)}' is not an id",
            "an id has letters a to z, digits, '_' and '-', and begins with neither sign",
        )
    if len(text) > LONGEST_ID:
        raise InputError(f"the id is longer than {LONGEST_ID} characters")
    return text


def reference(*kinds: str) -> Callable[[Any, Context], str]:
    """A reader of the id of something that exists, of one of these kinds."""

    def read(data: Any, context: Context) -> str:
        text = read_text(data, context)
        known = [context.ids[kind] for kind in kinds if kind in context.ids]
        if len(known) == len(kinds) and not any(text in ids for ids in known):
            raise InputError(
                f"unknown {joined(kinds)} '{safe(text)}'",
                context.suggest(text, set().union(*known)),
            )
        return text

    return read


def an(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def joined(words: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return " or ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


_actor = reference("actor")


def read_sealed(data: Any, context: Context) -> tuple[str, ...]:
    """Actors, or ``*`` for everyone where the data are true."""
    if not isinstance(data, list | dict):
        return ("*",) if read_flag(data, context) else ()
    if isinstance(data, dict):
        raise InputError("a list of actors, or true, is needed here")
    found = []
    for index, item in enumerate(data):
        with inside(index):
            found.append(_actor(item, context))
    return tuple(found)


def write_sealed(actors: tuple[str, ...]) -> Any:
    """What :func:`read_sealed` read, as plain data."""
    return True if actors == ("*",) else list(actors)


def read_flag(data: Any, context: Context) -> bool:
    """``true`` or ``false``, without quotes."""
    if isinstance(data, str) and not isinstance(data, Quoted) and data in {"true", "false"}:
        return data == "true"
    shown = f"'{safe(data)}'" if isinstance(data, str) else "this"
    raise InputError(f"{shown} is neither true nor false", "write true or false")


def read_number(data: Any, context: Context) -> float:
    """A decimal number."""
    if not isinstance(data, str):
        raise InputError("a number is needed here")
    return number_data(number_decimal(parse_quantity(data, "number")))


def number_between(low: float, high: float) -> Callable[[Any, Context], float]:
    """A reader of a number in the closed range."""

    def read(data: Any, context: Context) -> float:
        value = read_number(data, context)
        if not low <= value <= high:
            raise InputError(f"{safe(str(data))} is not between {low:g} and {high:g}")
        return value

    return read


def with_or_without_unit(data: str, dimension: str) -> Decimal:
    """A number that may have a unit of ``dimension``; without one it is in the base unit."""
    try:
        return parse_number(data)
    except InputError:
        return number_decimal(parse_quantity(data, dimension))


def number_decimal(value: float) -> Decimal:
    """``value`` as an exact decimal of its shortest form."""
    return parse_number(repr(value))


def whole_between(
    low: int, high: int, dimension: str | None = None
) -> Callable[[Any, Context], int]:
    """A reader of a whole number in the closed range, with or without a unit of ``dimension``."""

    def read(data: Any, context: Context) -> int:
        if not isinstance(data, str):
            raise InputError("a whole number is needed here")
        value = parse_number(data) if dimension is None else with_or_without_unit(data, dimension)
        if value != value.to_integral_value():
            raise InputError(f"'{safe(data)}' is not a whole number")
        if value < 0 == low:
            raise InputError("cannot be negative")
        if not low <= value <= high:
            raise InputError(f"'{safe(data)}' is not between {low} and {high}")
        return int(value)

    return read


def one_of(*choices: str) -> Callable[[Any, Context], str]:
    """A reader of one of the texts ``choices``."""

    def read(data: Any, context: Context) -> str:
        text = read_text(data, context)
        if text not in choices:
            raise InputError(
                f"'{safe(text)}' is none of {', '.join(choices)}", context.suggest(text, choices)
            )
        return text

    return read


def read_color(data: Any, context: Context) -> str:
    """A colour as ``#rrggbb``."""
    text = read_text(data, context)
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise InputError(f"'{safe(text)}' is not a colour", "write it in quotes: '#0072B2'")
    return text


def read_day(data: Any, context: Context) -> datetime:
    """A date without a time of day."""
    moment = parse_date(data)
    if moment.hour or moment.minute or moment.second:
        raise InputError("a day is needed here, without a time of day", "write it as 2016-06-10")
    return moment


def write_date(moment: datetime) -> str:
    """ISO date, with the time of day where it is not midnight."""
    if moment.second:
        return moment.isoformat()
    if moment.hour or moment.minute:
        return moment.isoformat(timespec="minutes")
    return moment.date().isoformat()


def read_when(data: Any, context: Context) -> Quantity:
    """An instant within the period, its end included; a single one."""
    found = read_recorded(data, context)
    _inside(found.dist.low, found.dist.high, context, end_too=True)
    return found


def read_recorded(data: Any, context: Context) -> Quantity:
    """A single instant, before the period or after it too: a record goes its own length."""
    if not isinstance(data, str):
        raise InputError("an instant is needed here", "write it as 2016-06-10 or 12 days")
    text = " ".join(data.split())
    return Quantity(Constant(parse_instant(text, context.start)), text)


def read_at(data: Any, context: Context) -> Quantity:
    """An instant within the period that may be uncertain."""
    found = read_instant(data, context.start)
    _inside(found.dist.low, found.dist.high, context)
    return found


def _inside(low: float, high: float, context: Context, *, end_too: bool = False) -> None:
    """Refuse what cannot happen: before the start, or wholly at or after the end."""
    if context.length is None:
        return
    if low < 0:
        raise InputError(
            "outside the period: before its start",
            _in_another_year(low, context)
            or f"{_bound(context, 0, 'begins')}; what happened before is stated in 'holders'",
        )
    if low > context.length or (low == context.length and not end_too):
        raise InputError(
            "outside the period: at or after its end",
            _in_another_year(low, context) or _bound(context, context.length, "ends"),
        )


def _bound(context: Context, seconds: float, verb: str) -> str:
    """Where the period begins or ends, in words."""
    if context.start is None:
        return f"the period is {format_quantity(context.length or 0, 'duration')} long"
    when = write_date(context.start + timedelta(seconds=seconds))
    return f"the period {verb} {'on' if verb == 'begins' else 'before 00:00 of'} {when}"


def _in_another_year(seconds: float, context: Context) -> str | None:
    """The same day of another year, where that lies in the period and this one in none near it."""
    if context.start is None or not abs(seconds) < _CENTURY:
        return None
    end = context.start + timedelta(seconds=context.length or 0)
    day = context.start + timedelta(seconds=seconds)
    for year in range(context.start.year, end.year + 1):
        try:
            other = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if context.start <= other < end:
            return f"did you mean {write_date(other)}? {_bound(context, 0, 'begins')}"
    return None


_CENTURY = 100 * 366 * 86_400


def read_distance(data: Any, context: Context) -> float:
    """Kilometres above 0, with or without the unit."""
    if not isinstance(data, str):
        raise InputError("a distance is needed here", "write it as 12.5 or 12.5 km")
    value = number_data(with_or_without_unit(data, "distance"))
    if value <= 0:
        raise InputError("cannot be negative" if value < 0 else "must be above 0")
    if value > DIMENSIONS["distance"].limit:
        raise InputError(f"'{safe(data)}' is too large")
    return value


@dataclass(frozen=True, slots=True)
class Stated:
    """The value of a claim in base units (an instant: seconds from the start), and as written.

    ``unit`` is the base unit of a quantity, ``date`` of a date, None of anything else.
    """

    value: float | str | bool
    written: Any
    unit: str | None = None


def read_stated(data: Any, context: Context) -> Stated:
    """The value of a claim; see :class:`Stated`."""
    if not isinstance(data, str):
        raise InputError(
            "one value is needed here",
            "a quantity, number, date, true, false, text, or null for never",
        )
    text = " ".join(data.split())
    if not text:
        raise InputError("the text is empty")
    if not isinstance(data, Quoted):
        if text in {"true", "false"}:
            return Stated(text == "true", text == "true")
        with suppress(InputError):
            number = number_data(parse_number(text))
            return Stated(float(number), number)
    if re.match(r"[0-9]{4}-[0-9]", text) or date_meant(text):
        return Stated(parse_instant(text, context.start), text, DATED)
    found = re.match(rf"{NUMBER}\s*([^\d\s.:][^\d\s]*)$", text)
    if found:
        for dimension in DIMENSIONS.values():
            if found[1] in dimension.units:
                return Stated(parse_quantity(text, dimension.name), text, dimension.base)
        better = next(filter(None, (meant(text, name) for name in DIMENSIONS)), None)
        raise InputError(
            f"'{safe(text)}' has an unknown unit '{safe(found[1])}'",
            f"write it as {better}" if better else None,
        )
    return Stated(str(data), str(data))
