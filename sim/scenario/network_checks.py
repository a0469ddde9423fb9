"""What the schema cannot say of a network: how its places, roads and classes fit together."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sim.base.diagnostics import Mark, Report, safe
from sim.base.globe import metres

from .binary_table import Beneath
from .model import Place, Road
from .quantities import EachWay
from .validate import Found

LONGEST_TIME = 500_000
"""The most hours that a road may take, 57 years: whole seconds of it fit every sum."""

Things = Mapping[str, Found]


def check_places(report: Report, places: Things, left: Mapping[str, Place]) -> None:
    """Two places may not have one name; ``left`` are those of a table."""
    seen: dict[str, tuple[str, Mark]] = {}
    for name, found in places.items():
        shown = found.model.name or name
        plain = _seen(shown)
        mark = found.at("name")
        if plain not in seen:
            seen[plain] = (name, mark)
            continue
        other, first = seen[plain]
        if (first.file, first.line) > (mark.file, mark.line):
            first, mark = mark, first
        report.error(
            mark,
            f"two places are named '{safe(shown)}': '{other}' and '{name}'",
            f"the first is on line {first.line}",
        )
        seen[plain] = (name, mark)
    for place in left.values() if seen else ():
        if (plain := _seen(place.name)) in seen:
            other, mark = seen[plain]
            one, two = sorted([(other, places[other].model.name or other), (place.id, place.name)])
            what = f"two places are named '{safe(two[1])}': '{one[0]}' and '{two[0]}'"
            report.error(mark, what, f"'{safe(place.id)}' is of the table")


def _seen(name: str) -> str:
    """A name as a reader sees it: letters of either case and runs of spaces are alike."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def check_ways(report: Report, roads: Things) -> None:
    """A road that is open one way only has no capacity back."""
    for name, found in roads.items():
        if found.model.one_way and isinstance(found.model.capacity, EachWay):
            report.error(
                found.at("capacity", "back", key=True),
                f"road '{safe(name)}' has 'one_way' and a capacity back",
                "keep one; a one-way road has one capacity: 'capacity: 60 t/day'",
            )


def lengths_of(
    report: Report,
    roads: Things,
    places: Mapping[str, Any],
    ends: Mapping[str, tuple[str, str]],
    detour: float,
) -> dict[str, float]:
    """The length (km) of each road, by what it states or else from where its ends lie.

    A road with a faulty end has none.
    """
    lengths: dict[str, float] = {}
    for name, found in roads.items():
        at = [places[end] for end in ends.get(name, ()) if end in places]
        if found.model.km is not None:
            lengths[name] = found.model.km
        elif len(at) == 2:
            km = metres([(place.lon, place.lat) for place in at]) / 1000 * detour
            lengths[name] = round(km, 3)  # the last digits of sines differ between machines
            if not lengths[name]:
                report.error(
                    found.mark,
                    f"road '{safe(name)}' has no 'km', and its ends are at one spot",
                    "add 'km: LENGTH'",
                )
    return lengths


def check_times(
    report: Report, roads: Things, classes: Things, lengths: Mapping[str, float],
    left: Mapping[str, Road], mark: Mark,
) -> None:  # fmt: skip
    """No road takes more than ``LONGEST_TIME`` at the speed that is in the middle of its range.

    ``left`` are those of a table, which is at ``mark``.
    """
    usual = {name: found.model.speed.dist.nominal for name, found in classes.items()}
    for name, road in left.items():
        speed = usual.get(road.road_class, math.inf) if road.speed is None else road.speed.nominal
        if road.km > speed * LONGEST_TIME:
            _too_long(report, name, mark)
    for name, found in roads.items():
        stated = found.model.speed
        if stated is None:
            default = classes.get(found.model.road_class)
            stated = default.model.speed if default else None
        if stated is not None and lengths.get(name, 0.0) > stated.dist.nominal * LONGEST_TIME:
            _too_long(report, name, found.at("km"))


def _too_long(report: Report, road: str, mark: Mark) -> None:
    what = f"road '{safe(road)}' takes more than {LONGEST_TIME:,} hours to travel"
    report.error(mark, what, "look at its length, and at its speed")


def ends_of(
    report: Report, roads: Things, places: Iterable[str] | None
) -> dict[str, tuple[str, str]]:
    """The two places of each road, from ``between`` or from its id; None: places unknown."""
    ends: dict[str, tuple[str, str]] = {}
    known = None if places is None else set(places)
    for name, found in roads.items():
        if known is not None and name in known:
            report.error(found.mark, f"'{name}' is a road and a place", "rename one of them")
        pair = found.model.between
        if pair is None:
            if known is None:
                continue
            parts = name.split("--")
            splits = [("--".join(parts[:i]), "--".join(parts[i:])) for i in range(1, len(parts))]
            good = [pair for pair in splits if known.issuperset(pair)]
            if len(good) != 1:
                report.error(
                    found.mark,
                    f"road '{safe(name)}' does not say what it joins",
                    "add 'between: [place, place]', or name it place--place",
                )
                continue
            pair = good[0]
        a, b = pair
        if a == b:
            report.error(found.mark, f"road '{safe(name)}' goes from '{safe(a)}' to itself")
        ends[name] = (a, b)
    return ends


def check_beneath(
    report: Report, left: Beneath, places: Collection[str], classes: Collection[str], mark: Mark
) -> None:
    """The roads of a table end at places and are of classes that are still there.

    ``places`` and ``classes`` are all ids; no place has that of a road.
    """
    for name, road in left.roads.items():
        for kind, known, of in (("place", places, road.a), ("place", places, road.b),
                                ("road class", classes, road.road_class)):  # fmt: skip
            if of not in known:
                what = f"road '{safe(name)}' of the table: there is no {kind} '{safe(of)}'"
                report.error(mark, what, f"leave the road out too: 'network.roads.{name}: null'")
        if name in places:
            report.error(mark, f"'{safe(name)}' is a road of the table and a place", "rename it")
