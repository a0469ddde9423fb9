"""A table of roads as the text of a network YAML."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sim.base.diagnostics import Mark, Report
from sim.network import UNLIMITED
from sim.network.readers import NetworkTable
from sim.network.readers.table import KM_PER_HOUR
from sim.scenario.emit import to_yaml
from sim.scenario.units import DIMENSIONS

MOST_ROADS = 5_000
"""Beyond so many roads a binary table is the better form."""

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


@dataclass(frozen=True)
class _Road:
    """A road of a YAML: its number in the table, and that of its way back (None: no other)."""

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
    places = _ids(graph.places)
    names = _ids(graph.roads, places)
    roads: dict[str, dict[str, Any]] = {}
    ids: dict[tuple[str, str], list[str]] = {}
    for road in _paired(table):
        a, b = (int(ends[road.at]) for ends in (graph.a, graph.b))
        name = names[road.at]
        if road.back is not None:
            both = f"{places[a]}--{places[b]}"
            name = name if both in {*places, *names} or both in roads else both
        roads[name] = {
            "between": [places[a], places[b]],
            "km": max(round(float(graph.km[road.at]), 6), 1e-6),
            "class": _class(table, road.at),
            **_ways(table, road, unit, two_way),
            **_speed(table, road.at),
        }
        ids.setdefault((graph.places[a], graph.places[b]), []).append(name)
    head: dict[str, Any] = {"format": 1, "title": table.title}
    if table.coordinates is None:
        head["credit"] = "the file has no coordinates: places lie on a raster, not where they are"
    classes = dict.fromkeys(str(road["class"]) for road in roads.values())
    text = to_yaml(
        head
        | {
            "classes": {
                name: {"speed": f"{KM_PER_HOUR} km/h", "capacity": f"0 {unit}"} for name in classes
            },
            "places": {
                name: _place(table, i, shown, unit)
                for i, (name, shown) in enumerate(zip(places, _called(table), strict=True))
            },
            "roads": roads,
        }
    )
    notes = []
    if table.through is not None and not table.through.all():
        closed = int((~table.through).sum())
        notes.append(f"{closed:,} places that are not passed through may be in the YAML: a binary "
                     "table (.npz) keeps that")  # fmt: skip
    return Written(text, len(places), len(roads), tuple(notes), _scenario(table, ids))


def _refuse(table: NetworkTable, unit: str, report: Report) -> None:
    """Stop where a road is what no YAML can say."""
    heaviest = DIMENSIONS["rate"].limit / float(DIMENSIONS["rate"].units[unit])
    keep = "a binary table (.npz) keeps it as it is"
    for r, road in enumerate(table.graph.roads):
        amount = int(table.roads[r, 0])
        why = hint = ""
        if amount >= UNLIMITED:
            why, hint = "has no capacity", "--default-capacity gives one to such roads"
        elif amount / table.scale > heaviest or table.graph.km[r] > DIMENSIONS["distance"].limit:
            why, hint = "is longer or carries more than it can", keep
        if why:
            line = int(table.line[r]) if len(table.line) else 0
            report.error(Mark(table.file, line, 1), f"'{road}' {why}", hint)
    report.stop_on_errors()


def _paired(table: NetworkTable) -> list[_Road]:
    """The roads, each one-way one with the one that leads back, the likest in capacity."""
    graph = table.graph
    ends = list(zip(graph.a.tolist(), graph.b.tolist(), graph.km.tolist(), strict=True))
    amounts = table.roads[:, 0].tolist()
    back: dict[tuple[int, int, float], list[int]] = {}
    for r, key in enumerate(ends):
        if not table.two_way[r]:
            back.setdefault(key, []).append(r)
    taken: set[int] = set()
    found = []
    for r, (a, b, km) in enumerate(ends):
        if r in taken:
            continue
        twins = [t for t in back.get((b, a, km), []) if t not in taken]
        twin = None
        if not table.two_way[r] and twins:
            twin = min(twins, key=lambda t: (amounts[t] != amounts[r], t))
            taken.add(twin)
        taken.add(r)
        found.append(_Road(r, twin))
    return found


def _ways(table: NetworkTable, road: _Road, unit: str, two_way: bool) -> dict[str, Any]:
    """The capacity of a road, of each way where they differ, and whether it is one-way."""
    there = _amount(table, road.at, unit)
    if road.back is not None:
        other = _amount(table, road.back, unit)
        return {"capacity": there if there == other else {"there": there, "back": other}}
    one_way = {} if two_way or table.two_way[road.at] else {"one_way": True}
    return {"capacity": there, **one_way}


def _amount(table: NetworkTable, road: int, unit: str) -> str:
    capacity = Decimal(int(table.roads[road, 0])) / table.scale
    return f"{capacity.normalize():f} {unit}"


def _class(table: NetworkTable, road: int) -> str:
    stated = table.classes[road] if table.classes is not None else None
    return _ids([stated])[0] if stated else "road"


def _speed(table: NetworkTable, road: int) -> dict[str, str]:
    """The speed of a road whose time is not that of the assumed speed."""
    km, seconds = float(table.graph.km[road]), int(table.graph.seconds[road])
    if seconds == max(1, round(km * 3600 / KM_PER_HOUR)) or km == 0:
        return {}
    speed = max(round(km * 3600 / seconds, 3), 0.001)
    return {"speed": f"{min(speed, DIMENSIONS['speed'].limit):g} km/h"}


def _place(table: NetworkTable, place: int, name: str, unit: str) -> dict[str, Any]:
    """What a YAML says of a place."""
    known = table.known.get(table.graph.places[place])
    found: dict[str, Any] = {"name": name, **_where(table, place)}
    if table.limits is not None and (limit := int(table.limits[place])) < UNLIMITED:
        found["capacity"] = f"{(Decimal(limit) / table.scale).normalize():f} {unit}"
    if known is not None and known.population is not None:
        found["population"] = known.population
    if known is not None and known.kind is not None:
        found |= {"kind": known.kind} | ({"crossing": True} if known.kind == "bridge" else {})
    return found


def _called(table: NetworkTable) -> list[str]:
    """What places are called: by their name where they have one, else by their id."""
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
    if table.coordinates is None:
        return {
            "lat": round(place // _ROW * _SPACING, 1),
            "lon": round(place % _ROW * _SPACING, 1),
        }
    lat, lon = table.coordinates[place].tolist()
    return {"lat": lat, "lon": lon}


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
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name.replace("->", "--")).strip("_-")[:80]
        plain = plain or "x"
        candidate = plain
        while candidate in found or candidate in others:
            last[plain] += 1
            candidate = f"{plain}_{last[plain] + 1}"
        found[candidate] = None
    return list(found)
