"""Numbers and short texts for people: one way to write each, in the terminal, pages and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

ELLIPSIS = "\u2026"


def number(value: float | None) -> str:
    """A number: thousands set apart, one decimal from 100 on, two below, two digits under 0.1.

    Whole numbers have no decimals; None is "-".
    """
    if value is None:
        return "-"
    if 0 < abs(value) < 0.1:
        return f"{value:.2g}"
    value = round(value, 6)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.2f}"


def signed(value: float | None) -> str:
    """A difference, with its sign."""
    return ("+" if value is not None and value > 0 else "") + number(value)


def whole(value: float | None) -> str:
    """A rate or stock in whole numbers from 10 on, below as :func:`number`.

    What is less than half a thousandth, of a tonne half a kilogram, is 0.
    """
    if value is None:
        return "-"
    if abs(value) >= 10:
        return number(round(value))
    return number(value) if round(value, 3) else "0"


def tonnes(kg: float) -> str:
    """Kilograms, or kg/day, as :func:`whole` tonnes."""
    return whole(kg / 1000)


def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 1: "57 %"; None is "-"."""
    return "-" if share is None else f"{100 * share:.{decimals}f} %"


def joined_ends(names: Iterable[str]) -> str:
    """The names of the ends of a road, or of the places of a way; names have hyphens themselves."""
    return " \u2013 ".join(names)


def amount(value: float, unit: str) -> str:
    """A size with its unit: "5 days", "1 day", "37.3 km"; the unit 1 is not said."""
    if unit == "day":
        return "1 day" if value == 1 else f"{number(value)} days"
    return f"{number(value)} {'' if unit == '1' else unit}".rstrip()


def with_unit(text: str, unit: str) -> str:
    """What a number is of, with the unit behind it: "capacity, t/day"."""
    return text if unit in ("", "1") else f"{text}, {unit}"


def true_minus(text: str) -> str:
    """The text with minus signs for hyphens; a lone one is a dash and stays."""
    return text if text == "-" else text.replace("-", "\u2212")


def short(text: str, most: int, ellipsis: str = ELLIPSIS) -> str:
    """The text in at most so many characters, with an ellipsis where it is cut."""
    return text if len(text) <= most else text[: most - len(ellipsis)].rstrip() + ellipsis


def enumerated(items: Sequence[str], most: int) -> str:
    """The first of the items with commas between, and how many more there are."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def listed(names: Sequence[str], last: str = "and", most: int = 3) -> str:
    """Names in words: "a, b and c", "a, b, c and 2 more"; none are "nothing"."""
    if not names:
        return "nothing"
    if len(names) > most:
        return ", ".join(names[:most]) + f" {last} {len(names) - most} more"
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def in_line(value: object) -> str:
    """A setting in one line: maps and lists without brackets."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {in_line(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(in_line, value))
    return str(value)


def day_iso(start: datetime | None, days: float | None) -> str:
    """A time in days from the start as 2016-06-10; "day 9.50" of a period without dates."""
    if days is None:
        return "-"
    if start is None:
        return f"day {number(days)}"
    return (start + timedelta(days=days)).date().isoformat()


def day_words(start: datetime | None, days: float | None) -> str:
    """A time in days from the start as "24 August 2016"; "day 86" of a period without dates."""
    if days is None:
        return "-"
    if start is None:
        return f"day {int(days)}"
    date = start + timedelta(days=days)
    return f"{date.day} {date:%B %Y}"
