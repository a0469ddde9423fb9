"""A table of roads as the text of a network YAML."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.base.diagnostics import Mark, Report
from sim.network import UNLIMITED
from sim.network.readers import NetworkTable
from sim.network.readers.table import KM_PER_HOUR
from sim.scenario.emit import to_yaml
from sim.scenario.units import DIMENSIONS

MOST_ROADS = 5_000
"""Beyond so many roads a binary table is the better form."""

_ID = re.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{0,78}[A-Za-z0-9])?")  # of a file, taken as it is
_SPACING = 0.1  # degrees between places of a file that has no coordinates
_ROW = 100  # places in one row of that raster


@dataclass(frozen=True)
class Written:
    """What a network became: the text, how much is in it, what of the table it cannot say.

    ``scenario`` is the text of a scenario of its closures, with ``NETWORK`` for the file's name;
    None where there are none.
    """

    text: str
    places: int
    roads: int
    notes: tuple[str, ...]
    scenario: str | None = None


class Said(NamedTuple):
    """A road as scenarios have it: its id, its number in the table, and that of its way back."""

    id: str
    at: int
    back: int | None = None


def network_yaml(table: NetworkTable, unit: str, two_way: bool) -> Written:
    """The YAML of a network. ``unit`` is the capacities'; ``two_way`` widens one-way roads.

    Opposite one-way roads of the same length become one road, with the capacity of each way where
    these differ. Places without coordinates are laid out on a raster, and the text says so. A road
    of no length gets a millimetre. Raises ScenarioError for what a network YAML cannot say (roads
    that are unlimited, or beyond the limits of its units), and beyond ``MOST_ROADS``.
    """
    graph = table.graph
    report = Report()
    if len(graph.roads) > MOST_ROADS:
        report.error(
            Mark(table.file), f"{len(graph.roads)} roads are too many for a YAML file",
            "write a binary table: --out NAME.npz",
        )  # fmt: skip
        report.stop_on_errors()
    _refuse(table, unit, report)
    places = ids_of_places(table)
    roads: dict[str, dict[str, Any]] = {}
    ids: dict[tuple[str, str], list[str]] = {}
    for road in roads_of(table, places):
        roads[road.id] = road_said(table, road, places, unit, two_way=two_way)
        a, b = (graph.places[int(ends[road.at])] for ends in (graph.a, graph.b))
        ids.setdefault((a, b), []).append(road.id)
    classes = dict.fromkeys(str(road["class"]) for road in roads.values())
    text = to_yaml(
        {"format": 1, **head_said(table)}
        | {
            "classes": {
                name: {"speed": f"{KM_PER_HOUR} km/h", "capacity": f"0 {unit}"} for name in classes
            },
            "places": {
                name: place_said(table, i, shown, unit)
                for i, (name, shown) in enumerate(zip(places, called(table), strict=True))
            },
            "roads": roads,
        }
    )
    notes = []
    if (closed := shut(table)) > 0:
        notes.append(f"{closed:,} places that are not passed through may be in the YAML: a binary "
                     "table (.npz) keeps that")  # fmt: skip
    return Written(text, len(places), len(roads), tuple(notes), _scenario(table, ids))


def head_said(table: NetworkTable) -> dict[str, Any]:
    """What a YAML says of the network as a whole."""
    head: dict[str, Any] = {"title": table.title}
    if table.coordinates is None:
        head["credit"] = "the file has no coordinates: places lie on a raster, not where they are"
    return head


def shut(table: NetworkTable) -> int:
    """How many places nothing passes through, which no scenario can say."""
    return 0 if table.through is None else int((~table.through).sum())


def _refuse(table: NetworkTable, unit: str, report: Report) -> None:
    """Stop where a road is what no YAML can say."""
    for r, why, hint in unsaid(table, unit):
        line = int(table.line[r]) if len(table.line) else 0
        report.error(Mark(table.file, line, 1), f"'{table.graph.roads[r]}' {why}", hint)
    report.stop_on_errors()


def unsaid(
    table: NetworkTable, unit: str, *, by_class: bool = False
) -> Iterator[tuple[int, str, str]]:
    """The roads that no scenario can have, by their number, with the reason and a way out.

    ``by_class``: what states no capacity may have that of its class.
    """
    heaviest = DIMENSIONS["rate"].limit / float(DIMENSIONS["rate"].units[unit])
    amounts, km = table.roads[:, 0], table.graph.km
    endless = amounts >= UNLIMITED
    beyond = ~endless & (amounts / table.scale > heaviest) | (km > DIMENSIONS["distance"].limit)
    if by_class:
        endless &= True if table.stated is None else table.stated
    for r in np.flatnonzero(endless | beyond).tolist():
        if endless[r]:
            yield r, "has no capacity", "--default-capacity gives one to such roads"
        else:
            keep = "a binary table (.npz) keeps it as it is"
            yield r, "is longer or carries more than it can", keep


def ids_of_places(table: NetworkTable) -> list[str]:
    """The ids that places of a table have in a scenario, by their number."""
    return _ids(table.graph.places)


def roads_of(table: NetworkTable, places: Sequence[str]) -> Iterator[Said]:
    """The roads, each one-way one with the one that leads back, the likest in capacity.

    ``places`` are the ids of :func:`ids_of_places`.
    """
    graph = table.graph
    names = _ids(graph.roads, places)
    if table.two_way.all():
        yield from (Said(name, r) for r, name in enumerate(names))
        return
    ends = list(zip(graph.a.tolist(), graph.b.tolist(), graph.km.tolist(), strict=True))
    amounts, two_way = table.roads[:, 0].tolist(), table.two_way.tolist()
    back: dict[tuple[int, int, float], list[int]] = {}
    for r, key in enumerate(ends):
        if not two_way[r]:
            back.setdefault(key, []).append(r)
    taken: set[int] = set()
    used, known = {*places, *names}, set[str]()
    for r, (a, b, km) in enumerate(ends):
        if r in taken:
            continue
        twins = [] if two_way[r] else [
            t for t in back.get((b, a, km), [])
            if t not in taken and (amounts[t] < UNLIMITED) == (amounts[r] < UNLIMITED)
        ]  # fmt: skip
        name, twin = names[r], None
        if twins:
            twin = min(twins, key=lambda t: (amounts[t] != amounts[r], t))
            taken.add(twin)
            both = f"{places[a]}--{places[b]}"
            name = name if both in used or both in known else both
        taken.add(r)
        known.add(name)
        yield Said(name, r, twin)


def road_said(
    table: NetworkTable, road: Said, places: Sequence[str], unit: str, *, two_way: bool = False
) -> dict[str, Any]:
    """What a YAML says of a road."""
    a, b = (int(ends[road.at]) for ends in (table.graph.a, table.graph.b))
    return {
        "between": [places[a], places[b]],
        "km": km_of(float(table.graph.km[road.at])),
        "class": class_of(table, road.at),
        **_ways(table, road, unit, two_way),
        **_speed(table, road.at),
    }


def km_of(km: float) -> float:
    """A length (km) as scenarios state it: to the millimetre, and at least one."""
    return max(round(km, 6), 1e-6)


def _ways(table: NetworkTable, road: Said, unit: str, two_way: bool) -> dict[str, Any]:
    """The capacity of a road, of each way where they differ, and whether it is one-way."""
    amounts = [int(table.roads[at, 0]) for at in (road.at, road.back) if at is not None]
    one_way = road.back is None and not (two_way or table.two_way[road.at])
    found: dict[str, Any] = {}
    if amounts[0] < UNLIMITED:
        there, *back = (amount_said(amount, table.scale, unit) for amount in amounts)
        found["capacity"] = there if back in ([], [there]) else {"there": there, "back": back[0]}
    return found | ({"one_way": True} if one_way else {})


def amount_said(amount: int, scale: int, unit: str) -> str:
    """A capacity of a table as text with its unit."""
    return f"{(Decimal(amount) / scale).normalize():f} {unit}"


def class_of(table: NetworkTable, road: int) -> str:
    """The class that a road is of in a scenario."""
    stated = table.classes[road] if table.classes is not None else None
    return id_of_class(stated)


@cache
def id_of_class(stated: str | None) -> str:
    """The id of a class that a table states; None: it states none."""
    return _ids([stated])[0] if stated else "road"


def _speed(table: NetworkTable, road: int) -> dict[str, str]:
    """The speed of a road whose time is not that of the assumed speed."""
    speed = speed_of(float(table.graph.km[road]), int(table.graph.seconds[road]))
    return {} if speed is None else {"speed": f"{speed:g} km/h"}


def speed_of(km: float, seconds: int) -> float | None:
    """The speed (km/h) that a road states; None where its time is that of the assumed speed."""
    if seconds == max(1, round(km * 3600 / KM_PER_HOUR)) or km == 0:
        return None
    speed = min(max(round(km * 3600 / seconds, 3), 0.001), DIMENSIONS["speed"].limit)
    return float(f"{speed:g}")


def place_said(table: NetworkTable, place: int, name: str, unit: str) -> dict[str, Any]:
    """What a YAML says of a place, which it calls ``name``."""
    known = table.known.get(table.graph.places[place])
    found: dict[str, Any] = {"name": name, **_where(table, place)}
    if table.limits is not None and (limit := int(table.limits[place])) < UNLIMITED:
        found["capacity"] = amount_said(limit, table.scale, unit)
    if known is not None and known.population is not None:
        found["population"] = known.population
    if known is not None and known.kind is not None:
        found |= {"kind": known.kind} | ({"crossing": True} if known.kind == CROSSING else {})
    return found


CROSSING = "bridge"
"""The kind of those places of a table that can be sealed."""


def called(table: NetworkTable) -> list[str]:
    """What places are called, by number: by their name where they have one, else by their id."""
    names = table.names
    return _apart([names.get(place, place) for place in table.graph.places])


def _scenario(table: NetworkTable, ids: Mapping[tuple[str, str], list[str]]) -> str | None:
    """A scenario of the closures of a network, each an event that closes and one that opens."""
    events: dict[str, dict[str, Any]] = {}
    for number, closure in enumerate(table.closures, start=1):
        pairs = [ends for a, b in closure.roads for ends in ((a, b), (b, a))]
        roads = sorted({road for ends in pairs for road in ids.get(ends, ())})
        name = f"closure_{number}"
        events[name] = {"close": roads, "at": f"{closure.begin:g} days", "text": closure.why}
        if closure.end is not None:
            over = f"over: {closure.why}"
            events[f"{name}_over"] = {"open": roads, "at": f"{closure.end:g} days", "text": over}
    if not events:
        return None
    last = max(c.end or c.begin for c in table.closures) + 1
    return to_yaml({
        "format": 1,
        "title": f"{table.title}: closures",
        "network": "NETWORK",
        "period": {"start": "2000-01-01", "length": f"{last:g} days"},
        "actors": {"all": {"name": "All"}},
        "default_holder": "all",
        "events": events,
    })  # fmt: skip


def _where(table: NetworkTable, place: int) -> dict[str, float]:
    at = table.coordinates
    lat, lon = raster(place) if at is None else at[place].tolist()
    return {"lat": lat, "lon": lon}


def raster(place: int) -> tuple[float, float]:
    """Where a place of a file without coordinates is put: latitude and longitude."""
    return round(place // _ROW * _SPACING, 1), round(place % _ROW * _SPACING, 1)


def _apart(names: Sequence[str]) -> list[str]:
    """Names that differ to a reader too: numbered where they differ in case or spaces alone."""
    seen: set[str] = set()
    shown = []
    for name in names:
        told, number = name, 1
        while (key := " ".join(unicodedata.normalize("NFC", told).casefold().split())) in seen:
            number += 1
            told = f"{name} ({number})"
        seen.add(key)
        shown.append(told)
    return shown


def _ids(names: Sequence[str], reserved: Iterable[str] = ()) -> list[str]:
    """Names as ids of the scenario language, all different and none of them ``reserved``."""
    others, found = set(reserved), dict[str, None]()
    last: Counter[str] = Counter()
    for name in names:
        plain = name if _ID.fullmatch(name) else _plain_id(name)
        candidate = plain
        while candidate in found or candidate in others:
            last[plain] += 1
            candidate = f"{plain}_{last[plain] + 1}"
        found[candidate] = None
    return list(found)


def _plain_id(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name.replace("->", "--")).strip("_-")[:80]
    return plain or "x"
