"""Front lines as far as the holders of places hint at them: half way between opposed ones."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from sim.view.data import MapData

from .basemap import smooth
from .frame import Frame

Line = npt.NDArray[np.float64]
Knot = tuple[float, float]

REACH = 130.0
"""Pixels from the nearest place beyond which nothing is hinted."""


def front_lines(data: MapData, frame: Frame) -> list[Line]:
    """Lines (n, 2) in pixels, as near to a place of one side as to one of an opposed side.

    They are edges of the Voronoi diagram of the places, clipped and rounded off.
    A place counts for whoever holds most of it; one that nobody holds for no side.
    """
    if not data.opposed:
        return []
    places = sorted(data.places, key=lambda p: p.id)
    sides: dict[Knot, str] = {}
    spots = frame.places_xy([(p.lon, p.lat) for p in places]).tolist()
    for p, (x, y) in zip(places, spots, strict=True):
        sides.setdefault((round(x, 3), round(y, 3)), p.holders[0][0] if p.holders else "")
    if len(sides) < 2:
        return []
    from scipy.spatial import Voronoi

    points = np.array(list(sides))
    held = list(sides.values())
    far = 100 * (float(np.abs(points).max()) + frame.width + frame.height)
    corners = np.array([(-far, -far), (far, -far), (-far, far), (far, far)])
    diagram = Voronoi(np.vstack([points, corners]))
    known = sorted(set(held))
    opposed = np.array([[frozenset((a, b)) in data.opposed for b in known] for a in known])
    side = np.append([known.index(actor) for actor in held], [0] * len(corners))
    between, ends = diagram.ridge_points, np.array(diagram.ridge_vertices)
    front = opposed[side[between[:, 0]], side[between[:, 1]]]
    front &= (between < len(held)).all(axis=1) & (ends >= 0).all(axis=1)
    pieces: list[Line] = []
    for ridge in np.flatnonzero(front).tolist():
        piece = _within(diagram.vertices[ends[ridge]], points[between[ridge, 0]], REACH)
        if piece is not None:
            pieces.append(piece)
    return [smooth(line, 3) for line in _joined(pieces)]


def _within(line: Line, centre: Line, radius: float) -> Line | None:
    """The part of a straight line (2, 2) within ``radius`` of a point, None where there is none."""
    start, along = line[0], line[1] - line[0]
    length = float(along @ along)
    if not length:
        return None
    middle = float((centre - start) @ along) / length
    gap = start + middle * along - centre
    left = radius**2 - float(gap @ gap)
    if left <= 0:
        return None
    half = float(np.sqrt(left / length))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return start + np.array([[low], [high]]) * along if low < high else None


def _joined(pieces: list[Line]) -> list[Line]:
    """Pieces that share ends as long lines; where more than two meet, lines end."""

    def key(point: Line) -> Knot:
        return round(float(point[0]), 3), round(float(point[1]), 3)

    at: defaultdict[Knot, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        for end in piece:
            at[key(end)].append(number)
    left = set(range(len(pieces)))

    def follow(number: int, end: Knot) -> list[Knot]:
        """The points after ``end`` of a piece, as far as the line goes on unbranched."""
        found = []
        while len(at[end]) == 2:
            number = next((n for n in at[end] if n in left), -1)
            if number < 0:
                break
            left.discard(number)
            a, b = key(pieces[number][0]), key(pieces[number][1])
            end = b if a == end else a
            found.append(end)
        return found

    lines = []
    for number in range(len(pieces)):
        if number in left:
            left.discard(number)
            first, last = key(pieces[number][0]), key(pieces[number][1])
            ahead = follow(number, last)
            behind = follow(number, first)
            lines.append(np.array([*reversed(behind), first, last, *ahead]))
    return lines
