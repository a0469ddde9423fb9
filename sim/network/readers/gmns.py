"""GMNS: a folder with link.csv and node.csv, and config.csv for the units.

A link is one-way where ``directed`` is true. ``capacity`` is a lane's (General Modeling Network
Specification), so it counts times ``lanes`` where these are stated.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

from .columns import plain
from .csv_edges import records
from .options import Reading
from .places import read_places
from .rows import Rows
from .table import utf8

_UNITS = {"km": 1.0, "kilometer": 1.0, "kilometers": 1.0, "m": 0.001, "meter": 0.001,
          "meters": 0.001, "mi": 1.609344, "mile": 1.609344, "miles": 1.609344, "ft": 0.0003048,
          "foot": 0.0003048, "feet": 0.0003048}  # fmt: skip


def read_gmns(folder: Path, options: Reading) -> Rows:
    """Rows of the folder's links, with the places of its nodes."""
    file = folder / "link.csv"
    rows = Rows(str(file), folder.name, options)
    table, lines = records(rows, utf8(file))
    if rows.report.diagnostics:
        return rows
    length, speed = _units(rows, folder / "config.csv")
    names = {plain(name): name for name in table}
    if "capacity" in names and "lanes" in names:
        pairs = zip(table[names["capacity"]], table[names["lanes"]], strict=True)
        table[names["capacity"]] = [_times(amount, lanes) for amount, lanes in pairs]
        rows.notes.add("capacity is that of a lane: it counts times lanes")
    rows.take(
        table, lines, both=False,
        also={"length": ("km", length), "free_speed": ("speed", speed),
              "directed": ("oneway", 1.0), "link_id": ("id", 1.0), "from_node_id": ("from", 1.0),
              "to_node_id": ("to", 1.0)},
        needed=("lanes",),
    )  # fmt: skip
    if (nodes := folder / "node.csv").exists() and not rows.report.diagnostics:
        read_places(rows, nodes)
    return rows


def _units(rows: Rows, file: Path) -> tuple[float, float]:
    """Kilometres of a unit of length, and km/h of one of speed."""
    stated: dict[str, str] = {}
    if file.exists():
        own = Rows(str(file), "")
        table, lines = records(own, utf8(file))
        if lines:
            stated = {plain(name): column[0].strip().lower() for name, column in table.items()}
    length = _UNITS.get(stated.get("long_length", ""))
    if length is None:
        rows.notes.add("length is taken as km: no config.csv states its unit (long_length)")
    speed = {"mph": 1.609344, "kph": 1.0, "km/h": 1.0, "kmh": 1.0}.get(stated.get("speed", ""))
    return length or 1.0, speed or length or 1.0


def _times(capacity: str, lanes: str) -> str:
    """A lane's capacity times the lanes; as it stands where either is no number."""
    try:
        return f"{Decimal(capacity) * Decimal(lanes):f}" if lanes else capacity
    except InvalidOperation:
        return capacity
