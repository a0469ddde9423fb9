"""Instants: dates and lengths of time to seconds from a scenario's start, and back."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sim.base.diagnostics import safe

from .faults import InputError
from .model import DAY, Scenario
from .units import meant, parse_quantity

__all__ = ["date_meant", "date_of", "format_instant", "looks_dated", "parse_date", "parse_instant"]


def date_of(scenario: Scenario, seconds: float) -> datetime | None:
    """The date and time ``seconds`` after the start; None where the period has no start."""
    if scenario.start is None:
        return None
    return scenario.start + timedelta(seconds=round(seconds))


def format_instant(scenario: Scenario, seconds: float) -> str:
    """``2016-06-10`` or ``day 11``, with the time of day where it is not midnight.

    Day 0 is the first day of a period without a start.
    """
    moment = date_of(scenario, seconds)
    if moment is not None:
        clock, day = moment.time(), moment.date().isoformat()
    else:
        number, rest = divmod(round(seconds), DAY)
        clock, day = (datetime.min + timedelta(seconds=rest)).time(), f"day {number}"
    if not (clock.hour or clock.minute or clock.second):
        return day
    return f"{day} {clock.isoformat('minutes' if not clock.second else 'seconds')}"


def parse_instant(text: str, start: datetime | None, unit: str | None = None) -> float:
    """Seconds from ``start`` of one date or length of time."""
    if looks_dated(text):
        day = parse_date(text)
        if start is None:
            raise InputError(
                f"'{safe(text)}' is a date, but the period has no start",
                "give 'period' a 'start', or write '12 days' from the start",
            )
        return (day - start).total_seconds()
    try:
        return parse_quantity(text, "duration", unit)
    except InputError as error:
        better = meant(text, "duration")
        hint = f"write it as {better or '2016-06-10, or as 12 days'} from the start"
        raise InputError(error.message, hint) from None


def looks_dated(text: str) -> bool:
    """True where ``text`` begins as a date does, so that a wrong one is called a wrong date."""
    head = text.strip()[:5]
    dated = len(head) == 5 and head[:4].isdigit() and head[4] in "-/."
    return dated or date_meant(text) is not None


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR_FIRST = re.compile(r"(\d{4})([/.-]?)(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]{3})[a-z]*\.?,? (\d{4})", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)


def date_meant(text: str) -> str | None:
    """The date, or the two dates, that a text in another form than ISO's may mean; else None."""
    plain = " ".join(text.casefold().split())
    found: list[tuple[str, ...]] = []
    if match := _YEAR_FIRST.fullmatch(plain):
        found = [match.group(1, 3, 4)]
    elif match := _YEAR_LAST.fullmatch(plain):
        found = [match.group(4, 3, 1), match.group(4, 1, 3)]
    elif match := _DAY_MONTH.fullmatch(plain):
        found = [(match[3], _month(match[2]), match[1])]
    elif match := _MONTH_DAY.fullmatch(plain):
        found = [(match[3], _month(match[1]), match[2])]
    days = dict.fromkeys(day for parts in found if (day := _day(*map(int, parts))))
    return None if plain in days else " or ".join(days) or None


def _month(name: str) -> str:
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime(year, month, day).date().isoformat()
    except ValueError:
        return None


_FORMS = {10: "%Y-%m-%d", 16: "%Y-%m-%dT%H:%M", 19: "%Y-%m-%dT%H:%M:%S"}
"""How dates of so many characters are written."""


def parse_date(text: Any) -> datetime:
    """The date, or the date and time of day, that ``text`` states (ISO 8601, no time zone).

    Raises:
        InputError: it is no such date.
    """
    hint = "write it as 2016-06-10 or 2016-06-10T06:00"
    if not isinstance(text, str):
        raise InputError("a date is needed here", hint)
    clean = text.strip()
    if better := date_meant(clean):
        raise InputError(f"'{safe(clean)}' is not a date", f"write it as {better}")
    form = _FORMS.get(len(clean))
    if form and clean.isascii():
        with suppress(ValueError):
            return datetime.strptime(clean, form)
    if re.search(r"T[0-9:]+(Z|[+-][0-9:]+)$", clean):
        hint += ": times are local and have no zone"
    raise InputError(f"'{safe(clean)}' is not a date", hint)
