"""A table of roads as the text of a network YAML."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
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


def network_yaml(table: NetworkTable, unit: str, two_way: bool) -> str:
    """The YAML text. ``unit`` is the capacities'; ``two_way`` widens one-way roads.

    Opposite one-way roads of the same capacity and length become one road. Places without
    coordinates are laid out on a raster, and the text says so. A road of no length gets a
    millimetre. Raises ScenarioError for what a network YAML cannot say (roads that are one-way,
    unlimited, or beyond the limits of its units), and beyond ``MOST_ROADS``.
    """
    graph = table.graph
    places = _ids(graph.places)
    report = Report()

    def refuse(road: int, why: str, hint: str) -> None:
        line = int(table.line[road]) if len(table.line) else 0
        report.error(Mark(table.file, line, 1), f"'{graph.roads[road]}' {why}", hint)

    if len(graph.roads) > MOST_ROADS:
        report.error(
            Mark(table.file), f"{len(graph.roads)} roads are too many for a YAML file",
            "write a binary table: --out NAME.npz",
        )  # fmt: skip
        report.stop_on_errors()
    taken: set[int] = set()
    roads: dict[str, dict[str, Any]] = {}
    back: dict[tuple[int, int, int, float], list[int]] = {}
    for r, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        if not table.two_way[r]:
            back.setdefault((a, b, int(table.roads[r, 0]), float(graph.km[r])), []).append(r)
    names = _ids(graph.roads, places)
    reserved = {*places, *names}
    heaviest = DIMENSIONS["rate"].limit / float(DIMENSIONS["rate"].units[unit])
    for r, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        if r in taken:
            continue
        amount = int(table.roads[r, 0])
        name = names[r]
        if not table.two_way[r]:
            twins = back.get((b, a, amount, float(graph.km[r])), [])
            twin = next((t for t in twins if t not in taken and t != r), None)
            if twin is not None:
                taken.add(twin)
                name = f"{places[a]}--{places[b]}"
                name = names[r] if name in reserved or name in roads else name
            elif not two_way:
                keep = "--two-way takes such roads as two-way; a binary table (.npz) keeps them"
                refuse(r, "is one-way, as no YAML road is", keep)
        if amount >= UNLIMITED:
            refuse(r, "has no capacity", "--default-capacity gives one to such roads")
        elif amount / table.scale > heaviest or graph.km[r] > DIMENSIONS["distance"].limit:
            keep = "a binary table (.npz) keeps it as it is"
            refuse(r, "is longer or carries more than it can", keep)
        capacity = Decimal(amount) / table.scale
        roads[name] = {
            "between": [places[a], places[b]],
            "km": max(round(float(graph.km[r]), 6), 1e-6),
            "class": "road",
            "capacity": f"{capacity.normalize():f} {unit}",
        }
    report.stop_on_errors()
    head: dict[str, Any] = {"format": 1, "title": table.title}
    if table.coordinates is None:
        head["credit"] = "the file has no coordinates: places lie on a raster, not where they are"
    return to_yaml(
        head
        | {
            "classes": {"road": {"speed": f"{KM_PER_HOUR} km/h", "capacity": f"0 {unit}"}},
            "places": {
                name: {"name": shown, **_where(table, i)}
                for i, (name, shown) in enumerate(zip(places, _apart(graph.places), strict=True))
            },
            "roads": roads,
        }
    )


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
