"""Instants: dates and lengths of time to seconds from a scenario's start, and back."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sim.base.diagnostics import safe

from .faults import InputError
from .model import DAY, Scenario
from .units import parse_quantity

__all__ = ["date_of", "format_instant", "looks_dated", "parse_date", "parse_instant"]


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
        hint = "write it as 2016-06-10, or as 12 days from the start"
        raise InputError(error.message, hint) from None


def looks_dated(text: str) -> bool:
    """True where ``text`` begins as a date does, so that a wrong one is called a wrong date."""
    head = text.strip()[:5]
    return len(head) == 5 and head[:4].isdigit() and head[4] in "-/."


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
    form = _FORMS.get(len(clean))
    if form and clean.isascii():
        with suppress(ValueError):
            return datetime.strptime(clean, form)
    if re.search(r"T[0-9:]+(Z|[+-][0-9:]+)$", clean):
        hint += ": times are local and have no zone"
    raise InputError(f"'{safe(clean)}' is not a date", hint)
