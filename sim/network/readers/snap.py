"""Lines of a map that meet: ends that lie together, ends on the middle of a line, crossings.

Lines are straight in longitude and latitude. What is near is measured in metres, in a plane
about the place itself, so that the tolerance is the same everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.base.globe import RADIUS, metres
from sim.network.graph import BoolArray, FloatArray, IntArray

from .table import in_degrees

DIGITS = 7
"""Decimals of degrees (about 1 cm) that tell two places apart."""

SHORTEST = 1.0
"""Metres within which lines that do not meet are looked for where none are joined."""

_SHOWN = 3  # places that a note names


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of line number ``line`` between two nodes: its points (k, 2), longitude first.

    ``share`` is its part of the whole line's length, ``number`` counts the parts from 1 (0: the
    line is whole).
    """

    line: int
    points: FloatArray
    share: float
    number: int


@dataclass(frozen=True, eq=False)
class Joined:
    """Lines cut into pieces where they meet; ``name`` says which node a point at an end is."""

    pieces: list[Piece]
    name: dict[tuple[float, float], str]
    notes: list[str]


def join(lines: Sequence[FloatArray], free: BoolArray, tolerance: float, *, apply: bool) -> Joined:
    """Join lines (each (k, 2)) where they meet within a tolerance (m).

    Ends that lie together become one place; a line is parted where the end of another lies on
    it, or where both have a point. Lines that cross without one are reported: roads may
    pass over each other. Only ``free`` (m,) lines take part. Nothing is joined, but all reported,
    unless ``apply``.
    """
    free_lines = np.flatnonzero(free).tolist()
    notes: list[str] = []
    splits = _shared_points(lines, free_lines)
    ends = np.array([lines[i][k] for i in free_lines for k in (0, -1)]).reshape(-1, 2)
    on_the_middle = _ends_on_lines(lines, free_lines, ends, tolerance)
    for line, at, point in on_the_middle:
        splits[line].setdefault(at, point)
    nodes = [*map(tuple, ends.tolist()), *(p for found in splits.values() for p in found.values())]
    merged = _together(nodes, tolerance)
    _tell(notes, apply, "lines that meet at a point of both or at the end of one",
          [p for found in splits.values() for p in found.values()])  # fmt: skip
    _tell(notes, apply, f"ends that lie within {tolerance:g} m of each other",
          [p for p, other in merged.items() if _key(p) != _key(other)])  # fmt: skip
    crossings = _crossings([lines[i] for i in free_lines], nodes, tolerance)
    if crossings:
        notes.append(
            f"lines that cross without a place: {_places(crossings)}; they are taken to pass over "
            "each other, a point of both joins them"
        )
    if not apply:
        splits, merged = {}, {}
    pieces = [piece for i, line in enumerate(lines) for piece in _parts(i, line, splits.get(i, {}))]
    name = {p: place_name(*merged.get(p, p)) for p in merged}
    return Joined(pieces, name, notes)


def place_name(lon: float, lat: float) -> str:
    """What a place without a name is called: latitude and longitude."""
    return f"{round(lat, DIGITS) + 0.0:.{DIGITS}f} {round(lon, DIGITS) + 0.0:.{DIGITS}f}"


def coordinates_as_name(text: str) -> str | None:
    """What the place at ``LAT LON`` is called, with however many decimals; None for other texts."""
    parts = text.replace(",", " ").split()
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    return place_name(lon, lat) if in_degrees(lat, lon) else None


def _key(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], DIGITS) + 0.0, round(point[1], DIGITS) + 0.0


def _places(points: Sequence[tuple[float, float]]) -> str:
    names = list(dict.fromkeys(place_name(*p) for p in points))
    more = ", ..." if len(names) > _SHOWN else ""
    return f"{len(names):,} place{'s' * (len(names) > 1)} ({', '.join(names[:_SHOWN])}{more})"


def _tell(notes: list[str], apply: bool, what: str, at: Sequence[tuple[float, float]]) -> None:
    if at:
        done = "joined" if apply else "not joined, as --snap 0 says"
        notes.append(f"{done}: {what}: {_places(at)}")


def _shared_points(
    lines: Sequence[FloatArray], free: Sequence[int]
) -> dict[int, dict[float, tuple[float, float]]]:
    """Inner points of lines that are points of others too: by line, by place along it."""
    users: dict[tuple[float, float], set[int]] = defaultdict(set)
    for i in free:
        for point in lines[i].tolist():
            users[_key((point[0], point[1]))].add(i)
    found: dict[int, dict[float, tuple[float, float]]] = defaultdict(dict)
    for i in free:
        for k, (lon, lat) in enumerate(lines[i][1:-1].tolist(), start=1):
            if len(users[_key((lon, lat))]) > 1:
                found[i][float(k)] = (lon, lat)
    return found


def _ends_on_lines(
    lines: Sequence[FloatArray], free: Sequence[int], ends: FloatArray, tolerance: float
) -> list[tuple[int, float, tuple[float, float]]]:
    """(line, place along it, end) where an end lies within reach of the middle of another line.

    The place is the number of the point before it and the share of the way to the next.
    """
    import shapely

    if not len(ends):
        return []
    tree = shapely.STRtree([shapely.LineString(lines[i]) for i in free])
    reach = np.degrees(tolerance / RADIUS) / np.maximum(np.cos(np.radians(ends[:, 1])), 0.01)
    pairs = tree.query(shapely.points(ends), predicate="dwithin", distance=reach)
    found = []
    for end, number in pairs.T.tolist():
        if end // 2 == number:
            continue
        line = free[number]
        at, away = _nearest(_metres(lines[line], ends[end]))
        last = _metres(lines[line][[0, -1]], ends[end])
        if away <= tolerance < np.hypot(*last.T).min():
            found.append((line, at, (float(ends[end, 0]), float(ends[end, 1]))))
    return found


def _metres(points: FloatArray, about: FloatArray) -> FloatArray:
    """Points in a plane about a place (m)."""
    flat: FloatArray = np.radians(points - about) * RADIUS
    flat[:, 0] *= np.cos(np.radians(about[1]))
    return flat


def _nearest(line: FloatArray) -> tuple[float, float]:
    """Where a line comes nearest the origin (as in :func:`_ends_on_lines`), and how near."""
    begin, step = line[:-1], np.diff(line, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(-(begin * step).sum(axis=1) / square, 0, 1)
    away = np.hypot(*(begin + share[:, np.newaxis] * step).T)
    k = int(np.argmin(away))
    at = k + float(share[k])
    return (float(round(at)) if abs(at - round(at)) < 1e-9 else at), float(away[k])


def _together(
    nodes: Sequence[tuple[float, float]], tolerance: float
) -> dict[tuple[float, float], tuple[float, float]]:
    """Each node's first neighbour of those that hang together within the tolerance."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    if not nodes:
        return {}
    distinct = list(dict.fromkeys(nodes))
    pairs: IntArray = KDTree(on_the_globe(np.array(distinct))).query_pairs(
        tolerance, output_type="ndarray"
    )
    size = len(distinct)
    matrix = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, group = connected_components(matrix, directed=False)
    first: dict[int, tuple[float, float]] = {}
    for node, number in zip(distinct, group.tolist(), strict=True):
        first.setdefault(number, node)
    return {node: first[number] for node, number in zip(distinct, group.tolist(), strict=True)}


def on_the_globe(points: FloatArray) -> FloatArray:
    """Longitude and latitude as points of space (m), where near is near everywhere."""
    lon, lat = np.radians(points).T
    return RADIUS * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def _crossings(
    lines: Sequence[FloatArray], nodes: Sequence[tuple[float, float]], tolerance: float
) -> list[tuple[float, float]]:
    """Where lines cross each other away from all nodes."""
    import shapely
    from scipy.spatial import KDTree

    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    if not len(shapes):
        return []
    pairs = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    one, other = pairs[:, pairs[0] < pairs[1]]
    points = shapely.get_coordinates(shapely.intersection(shapes[one], shapes[other]))
    if not len(points):
        return []
    away, _ = KDTree(on_the_globe(np.array(nodes))).query(on_the_globe(points))
    apart = points[np.asarray(away) > tolerance]
    return sorted((float(lon), float(lat)) for lon, lat in apart)


def _parts(number: int, line: FloatArray, at: dict[float, tuple[float, float]]) -> list[Piece]:
    """The pieces of a line that is parted at these places along it."""
    cuts = sorted(where for where in at if 0 < where < len(line) - 1)
    if not cuts:
        return [Piece(number, line, 1.0, 0)]
    pieces = []
    begin, before = 0.0, line[0]
    for count, end in enumerate([*cuts, len(line) - 1.0], start=1):
        after = np.array(at.get(end, line[-1]))
        inner = line[int(np.floor(begin)) + 1 : int(np.ceil(end))]
        pieces.append(Piece(number, np.vstack([before, inner, after]), 0.0, count))
        begin, before = end, after
    lengths = [metres(piece.points.tolist()) for piece in pieces]
    whole = sum(lengths) or 1.0
    return [
        Piece(number, piece.points, length / whole, piece.number)
        for piece, length in zip(pieces, lengths, strict=True)
    ]
