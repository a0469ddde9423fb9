"""Profiles: from when each of their factors is in force, and what they multiply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count

from sim.base.diagnostics import safe

from .dates import parse_instant
from .faults import InputError
from .model import DAY, Axis, Profile, Scenario

WEEK = 7 * DAY
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = r"(?P<h>[01]\d|2[0-3]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?"
_FORMS = {
    "year": (rf"(?P<month>\d\d)-(?P<day>\d\d)(?:T{_CLOCK})?", "07-15 or 07-15T06:00"),
    "week": (rf"(?P<weekday>[a-z]+)(?: {_CLOCK})?", "friday or friday 14:00"),
    "day": (_CLOCK, "06:00"),
}
_ANY_LEAP_YEAR = 2000


def place_in_cycle(text: str, every: str | None, start: datetime | None) -> int:
    """Where in its cycle an instant of a profile is, seconds; of no cycle, from the start.

    In a year it counts as in one with a 29 February; in a week from Monday, 00:00.

    Raises:
        InputError: the text is no such instant.
    """
    if every is None:
        return round(parse_instant(text, start))
    pattern, example = _FORMS[every]
    plain = " ".join(text.split())
    found = re.fullmatch(pattern, plain.casefold() if every == "week" else plain, re.ASCII)
    fault = InputError(f"'{safe(text)}' is no instant of a {every}", f"write it as {example}")
    if found is None:
        raise fault
    parts = found.groupdict()
    clock = sum(int(parts[key] or 0) * unit for key, unit in (("h", 3600), ("m", 60), ("s", 1)))
    if every == "week":
        if parts["weekday"] not in _DAYS:
            raise fault
        return _DAYS.index(parts["weekday"]) * DAY + clock
    if every == "year":
        try:
            day = datetime(_ANY_LEAP_YEAR, int(parts["month"]), int(parts["day"]))
        except ValueError:
            raise fault from None
        return (day - datetime(_ANY_LEAP_YEAR, 1, 1)).days * DAY + clock
    return clock


def changes(profile: Profile, start: datetime | None, length: int) -> Iterator[tuple[int, str]]:
    """From when in the period each factor is in force: (seconds, its key), by time.

    The first is at 0; its key is ``""`` where none is in force yet.
    """
    now = ""
    begun = False
    for time, key in _instants(profile, start):
        if time <= 0:
            now = key
            continue
        if not begun:
            yield 0, now
            begun = True
        if time >= length:
            return
        yield time, key
    if not begun:
        yield 0, now


def _instants(profile: Profile, start: datetime | None) -> Iterator[tuple[int, str]]:
    """Every instant of a profile in order (s from the start), from before the start on."""
    steps = sorted((place_in_cycle(key, profile.every, start), key) for key in profile.factors)
    if profile.every is None or not steps:
        yield from steps
        return
    begin = start or datetime(_ANY_LEAP_YEAR, 1, 3)  # a Monday
    if profile.every == "year":
        for year in range(max(1, begin.year - 1), 10_000):
            for place, key in steps:
                yield int((_in_year(year, place) - begin).total_seconds()), key
        return
    cycle = DAY if profile.every == "day" else WEEK
    midnight = begin.replace(hour=0, minute=0, second=0)
    since = midnight - timedelta(days=begin.weekday() if profile.every == "week" else 0)
    for first in count(int((since - begin).total_seconds()) - cycle, cycle):
        yield from ((first + place, key) for place, key in steps)


def _in_year(year: int, place: int) -> datetime:
    """The instant of a year at a place in the cycle; 29 February is 1 March in most years."""
    moment = datetime(_ANY_LEAP_YEAR, 1, 1) + timedelta(seconds=place)
    if (moment.month, moment.day) == (2, 29):
        first = datetime(year, 2, 28) + timedelta(days=1)
        return first.replace(hour=moment.hour, minute=moment.minute, second=moment.second)
    return moment.replace(year=year)


def cycles_in(length: float, every: str | None) -> float:
    """How many cycles a period of so many seconds has, at least 1; a profile of none has 1."""
    if every is None:
        return 1.0
    return max(1.0, length / {"year": 365 * DAY, "week": WEEK, "day": DAY}[every])


def ends_named(names: Iterable[str], what: str, axes: Mapping[str, Axis]) -> tuple[str, ...]:
    """The sources (of ``supply``) or sinks that ids of axes or ``AXIS/PLACE`` name, sorted."""
    found: set[str] = set()
    for name in names:
        if name in axes:
            axis = axes[name]
            places = axis.sources if what == "supply" else axis.sinks
            found.update(f"{name}/{place}" for place in places)
        else:
            found.add(name)
    return tuple(sorted(found))


def roads_named(names: Iterable[str], scenario: Scenario) -> tuple[str, ...]:
    """The roads that ids of roads and road classes name, sorted."""
    chosen = set(names)
    roads = scenario.network.roads.values()
    return tuple(road.id for road in roads if road.id in chosen or road.road_class in chosen)
