"""Lines and points of a map as roads and places, whatever the file that they come from.

Properties read: those of :mod:`~sim.network.readers.columns`, with ``length`` in metres and
``travel_time`` in seconds. Ends without names meet as :mod:`~sim.network.readers.snap` says. A line
is two-way unless ``oneway`` says otherwise, or the file is OSMnx's, which has the way back as
a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.base.globe import metres
from sim.base.names import to_the_eye
from sim.network.graph import FloatArray

from .columns import NODE_ROLES, Records, Table, choose, plain
from .places import take_places
from .rows import Rows
from .snap import SHORTEST, Piece, join, on_the_globe, place_name
from .taken import text

ALSO = {"length": ("km", 0.001), "travel_time": ("seconds", 1.0)}
"""Names that OSMnx writes, with its units."""


@dataclass
class Features:
    """Lines of a map, part by part, with what is stated of each; and its points."""

    records: Records = field(default_factory=Records)
    shapes: list[FloatArray] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)  # 0: the line is whole, else from 1
    points: Records = field(default_factory=Records)
    at: list[tuple[float, float]] = field(default_factory=list)  # of the points, longitude first

    def add(self, properties: Mapping[str, object], line: int, parts: Sequence[FloatArray]) -> None:
        """Take a line of one part or several. Raises ValueError as ``Records.add``."""
        for number, shape in enumerate(parts, start=1):
            self.records.add(properties, line)
            self.shapes.append(shape)
            self.parts.append(number if len(parts) > 1 else 0)


def take_features(rows: Rows, found: Features) -> None:
    """Take all lines as roads, and what the points at their ends say of the places."""
    table, lines = found.records.table(), found.records.lines
    columns = {plain(column) for column in table}
    osmnx = {"u", "v"} <= columns and bool({"key", "reversed"} & columns)
    at = choose(table, rows.options.columns, ALSO).at
    named = [at[end][0] for end in ("from", "to") if end in at]
    tails, heads = _named(table, at, found.parts)
    free = np.array([not (a and b) for a, b in zip(tails, heads, strict=True)], dtype=bool)
    snap = rows.options.snap
    joined = join(found.shapes, free, snap or SHORTEST, apply=snap > 0)
    for note in joined.notes:
        rows.notes.add(note)
    pieces = joined.pieces

    def ends(names: Sequence[str | None], end: int) -> list[str]:
        places = []
        for piece in pieces:
            lon, lat = piece.points[end].tolist()
            name = names[piece.line] or joined.name.get((lon, lat)) or place_name(lon, lat)
            rows.where.setdefault(name, (lat, lon))
            places.append(name)
        return places

    picked = {c: [values[piece.line] for piece in pieces] for c, values in table.items()}
    rows.take(
        picked,
        [lines[piece.line] for piece in pieces],
        both=not osmnx,
        also=ALSO,
        needed=[*named, *(("key", "reversed", "oneway") if osmnx else ())],
        unused=("oneway", "both") if osmnx else (),
        ends=(ends(tails, 0), ends(heads, -1)),
        drawn=[metres(piece.points.tolist()) / 1000 for piece in pieces],
        share=[piece.share for piece in pieces],
        suffix=[_suffix(found.parts[piece.line], piece) for piece in pieces],
    )
    _name_places(rows, found)


def _named(
    table: Table, at: Mapping[str, tuple[str, float]], parts: Sequence[int]
) -> tuple[list[str | None], list[str | None]]:
    """The names of both ends of each line, None of one without; of lines in parts none."""

    def names(end: str) -> list[str | None]:
        if end not in at:
            return [None] * len(parts)
        pairs = zip(table[at[end][0]], parts, strict=True)
        return [None if part else to_the_eye(text(v) or "") or None for v, part in pairs]

    return names("from"), names("to")


def _suffix(part: int, piece: Piece) -> str:
    """What is added to the id of a line that comes in parts."""
    return (f".{part}" if part else "") + (f".{piece.number}" if piece.number else "")


def _name_places(rows: Rows, found: Features) -> None:
    """What points say of the places that they lie at."""
    if not found.at or not rows.where:
        return
    from scipy.spatial import KDTree

    names = list(rows.where)
    tree = KDTree(on_the_globe(np.array([(lon, lat) for lat, lon in rows.where.values()])))
    away, nearest = tree.query(on_the_globe(np.array(found.at)))
    near = np.flatnonzero(np.asarray(away) <= max(rows.options.snap, SHORTEST)).tolist()
    if len(near) < len(found.at):
        rows.notes.add(f"not read: {len(found.at) - len(near):,} points at the end of no line")
    at = choose(found.points.table(), roles=NODE_ROLES).at
    said = {
        role: [found.points.columns[at[role][0]][row] for row in near]
        for role in ("name", "capacity", "population", "kind")
        if role in at
    }
    if "name" not in said and "id" in at and plain(at["id"][0]) == "name":
        said["name"] = [found.points.columns[at["id"][0]][row] for row in near]
    said["id"] = [names[nearest[row]] for row in near]
    take_places(rows, said, [found.points.lines[row] for row in near])
