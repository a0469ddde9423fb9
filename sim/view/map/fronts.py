"""Front lines as far as the holders of places hint at them: half way between opposed ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.view.data import MapData, MapPlace, MapRoad

from .basemap import smooth
from .frame import Frame, fit
from .near import gaps, pairs

Line = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Knot = tuple[float, float]

SHEET = 1000.0
"""Pixels a side of the sheet round all places on which fronts are found, whatever is shown."""

REACH = 1.5
"""Lengths of a road (the median one, as the crow flies) beyond which from what is nearest
nothing is hinted."""

STEPS, MOST_STEPS = 8, 64
"""Points along a road of that length, at least and at most: what is nearest to them belongs to
who has the road."""

KNOT = 3
"""Digits of a pixel to which ends of lines are the same."""

MANY = 2000
"""Points beyond which those far from every front are left out before edges are looked for."""


def front_lines(data: MapData, frame: Frame) -> list[Line]:
    """Lines (n, 2) in pixels of a frame, half way between what opposed sides hold.

    A side holds places, and open roads whose two ends it holds, which no line ever crosses. The
    lines are edges of the Voronoi diagram of both, clipped and rounded off. They are found once
    for all frames, whose pixels are linear in degrees. A place counts for whoever holds most of
    it; one that nobody holds for no side. Without roads, by which sides meet, there is none.
    """
    if not data.opposed or not data.roads:
        return []
    found = _fronts(data.places, data.roads, data.opposed)
    return [frame.places_xy(line) for line in found]


@lru_cache(maxsize=16)
def _fronts(
    places: tuple[MapPlace, ...], roads: tuple[MapRoad, ...], opposed: frozenset[frozenset[str]]
) -> tuple[Line, ...]:
    """The lines of :func:`front_lines` in degrees east and north."""
    held = {p.id: p.holders[0][0] if p.holders else "" for p in places}
    if not any(pair <= set(held.values()) for pair in opposed):
        return ()
    degrees = [(p.lon, p.lat) for p in places]
    frame = fit(degrees, SHEET, SHEET)
    at = dict(zip(held, frame.places_xy(degrees), strict=True))
    ends = np.array([(at[r.a], at[r.b]) for r in roads]).reshape(-1, 2, 2)
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    length = float(np.median(lengths))
    owners = np.array([
        held[r.a] if r.state == "open" and held[r.a] == held[r.b] else "" for r in roads
    ])  # fmt: skip
    sides: dict[Knot, str] = {}
    for place, knot in sorted(zip(held, _knots([*at.values()]), strict=True)):
        sides.setdefault(knot, held[place])
    for side in sorted({*owners.tolist()} - {""}):
        others = [at[p] for p in held if frozenset((side, held[p])) in opposed]
        for knot in _knots([*_beside(ends[owners == side], others, length)]):
            sides.setdefault(knot, side)
    lines = [_rounded(line) for line in _joined(_between(sides, opposed, REACH * length))]
    kept = _uncrossed(lines, ends[owners != ""])
    return tuple(np.array([frame.degrees(x, y) for x, y in line]) for line in kept)


def _beside(lines: Line, others: list[Line], length: float) -> Iterator[Line]:
    """Points along the straight lines (n, 2, 2) near which some of the ``others`` are.

    They are the closer together the nearer these are, so that each point of a line is nearer to
    one of them than to any of the others.
    """
    if not others:
        return
    step = length / STEPS
    reach = 2 * REACH * length + step
    near = _near(lines, np.array(others), reach)
    points = [_along(line, step) for line in near]
    least = _least_gaps([np.vstack([*both]) for both in zip(near, points, strict=True)], others)
    for line, along, gap in zip(near, points, least, strict=True):
        if gap < step:
            yield from _along(line, max(gap - step / 2, length / MOST_STEPS))
        elif gap < reach:
            yield from along


def _least_gaps(lines: list[Line], others: list[Line]) -> list[float]:
    """How near the points of each line (n, 2) come to the nearest of the others."""
    if not lines:
        return []
    starts = np.cumsum([0, *map(len, lines[:-1])])
    found = gaps(np.vstack(lines), np.array(others))
    least: list[float] = np.minimum.reduceat(found, starts).tolist()
    return least


def _near(lines: Line, others: Line, reach: float) -> Line:
    """The straight lines (n, 2, 2) that may come within ``reach`` of one of the others (m, 2)."""
    return lines[gaps(lines.mean(axis=1), others) - _half(lines) < reach + 1e-6]


def _along(line: Line, step: float) -> Line:
    """Points on a straight line (2, 2) a step from one another at most, without its ends."""
    count = int(np.hypot(*(line[1] - line[0])) / max(step, 1e-9)) + 1
    shares = np.arange(1, count) / count
    points: Line = line[0] + shares[:, None] * (line[1] - line[0])
    return points


def _between(
    sides: dict[Knot, str], opposed: frozenset[frozenset[str]], reach: float
) -> list[Line]:
    """The edges (2, 2) between the points of opposed sides, as far as ``reach`` from both."""
    if len(sides) < 2:
        return []
    points, held = np.array(list(sides)), list(sides.values())
    known = sorted(set(held))
    apart = np.array([[frozenset((a, b)) in opposed for b in known] for a in known])
    side = np.array([known.index(actor) for actor in held])
    if len(points) > MANY:
        kept = _facing(points, side, apart, 2 * reach)
        points, side = points[kept], side[kept]
    if len(points) < 2:
        return []
    far = 100 * (float(np.abs(points).max()) + SHEET)
    corners = np.array([(-far, -far), (far, -far), (-far, far), (far, far)])
    (one, other), ends = _ridges(np.vstack([points, corners]))
    wanted = (one < len(points)) & (other < len(points))
    wanted[wanted] = apart[side[one[wanted]], side[other[wanted]]]
    return _within(ends[wanted], points[one[wanted]], reach)


def _ridges(points: Line) -> tuple[IntArray, Line]:
    """The edges of the Voronoi diagram: numbers (2, n) of the two points that each lies between,
    and its ends (n, 2, 2), the middles of the circles round the two triangles beside it."""
    from matplotlib.tri import Triangulation

    mesh = Triangulation(*points.T)
    triangles, beyond = mesh.triangles, mesh.neighbors
    first, across, up = (points[triangles[:, i]] for i in range(3))
    a, b = across - first, up - first
    area = 2 * (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    aa, bb = (a * a).sum(axis=1), (b * b).sum(axis=1)
    x, y = b[:, 1] * aa - a[:, 1] * bb, a[:, 0] * bb - b[:, 0] * aa
    middles = first + np.column_stack([x, y]) / area[:, None]
    triangle, edge = np.nonzero(beyond > np.arange(len(beyond))[:, None])
    between = np.array([triangles[triangle, edge], triangles[triangle, (edge + 1) % 3]])
    return between, np.stack([middles[triangle], middles[beyond[triangle, edge]]], axis=1)


def _facing(points: Line, side: IntArray, apart: BoolArray, reach: float) -> BoolArray:
    """Which points (n, 2) bear on the edges between opposed sides, as far as half the ``reach``.

    They are those within it of both sides: whatever else is nearer to a place on an edge than the
    two points beside it is so near to both.
    """
    bears = np.zeros(len(points), dtype=bool)
    for pair in np.argwhere(np.triu(apart)).tolist():
        few, many = sorted((points[side == one] for one in pair), key=len)
        if len(few):
            near = gaps(points, few) <= reach
            near[near] = gaps(points[near], many) <= reach
            bears |= near
    return bears


def _uncrossed(lines: list[Line], roads: Line) -> list[Line]:
    """The lines without their pieces that cross one of the straight roads (n, 2, 2)."""
    pieces = [line[i : i + 2] for line in lines for i in range(len(line) - 1)]
    if not pieces:
        return []
    found = np.array(pieces)
    middles, longest = found.mean(axis=1), float(_half(found).max())
    ways = _near(roads, middles, longest)
    way, piece = pairs(ways.mean(axis=1), middles, _half(ways) + longest)
    crossed = np.zeros(len(found), dtype=bool)
    crossed[piece[_meet(found[piece], ways[way])]] = True
    kept: list[Line] = []
    first = 0
    for line in lines:
        count = len(line) - 1
        gaps = np.flatnonzero(crossed[first : first + count]) + 1
        first += count
        starts, stops = [0, *gaps.tolist()], [*gaps.tolist(), len(line)]
        kept += [line[a:b] for a, b in zip(starts, stops, strict=True) if b - a > 1]
    return kept


def _half(line: Line) -> Line:
    """Half the lengths of straight lines (..., 2, 2)."""
    return np.asarray(np.hypot(*np.moveaxis(line[..., 1, :] - line[..., 0, :], -1, 0)) / 2)


def _meet(lines: Line, roads: Line) -> BoolArray:
    """Which of the straight lines (n, 2, 2) have a point in common with the road each is with."""

    def turn(a: Line, b: Line, c: Line) -> Line:
        u, v = b - a, c - a
        return np.asarray(np.sign(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]))

    (p, q), (a, b) = np.moveaxis(lines, 1, 0), np.moveaxis(roads, 1, 0)
    apart = turn(a, b, p) * turn(a, b, q) > 0
    apart |= turn(p, q, a) * turn(p, q, b) > 0
    return np.asarray(~apart)


def _within(lines: Line, centres: Line, radius: float) -> list[Line]:
    """The parts of straight lines (n, 2, 2) within ``radius`` of the point (2,) each is with.

    Those of which nothing is, or no more than one knot, are left out.
    """
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    length = (along * along).sum(axis=1)
    middle = ((centres - start) * along).sum(axis=1) / np.where(length > 0, length, np.inf)
    gap = start + middle[:, None] * along - centres
    left = radius**2 - (gap * gap).sum(axis=1)
    half = np.sqrt(np.maximum(left, 0.0) / np.where(length > 0, length, np.inf))
    low, high = np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)
    parts = start[:, None] + np.stack([low, high], axis=1)[:, :, None] * along[:, None]
    ends = parts.round(KNOT)
    kept = (left > 0) & (low < high) & (ends[:, 0] != ends[:, 1]).any(axis=1)
    return list(parts[kept])


def _knots(points: Sequence[Line]) -> list[Knot]:
    """Points to a thousandth of a pixel."""
    return [(x, y) for x, y in np.array(points).reshape(-1, 2).round(KNOT).tolist()]


def _rounded(line: Line) -> Line:
    """A line with its corners rounded off, of one that closes all of them."""
    if len(line) < 4 or (line[0] != line[-1]).any():
        return smooth(line, 3)
    ring = smooth(line[:-1], 3, closed=True)
    return np.vstack([ring, ring[:1]])


def _joined(pieces: list[Line]) -> list[Line]:
    """Pieces that share ends as long lines; where more than two meet, lines end."""
    knots = iter(_knots(pieces))
    ends = list(zip(knots, knots, strict=True))
    at: defaultdict[Knot, list[int]] = defaultdict(list)
    for number, piece in enumerate(ends):
        for end in piece:
            at[end].append(number)
    left = set(range(len(pieces)))

    def follow(number: int, end: Knot) -> list[Knot]:
        """The points after ``end`` of a piece, as far as the line goes on unbranched."""
        found = []
        while len(at[end]) == 2:
            number = next((n for n in at[end] if n in left), -1)
            if number < 0:
                break
            left.discard(number)
            a, b = ends[number]
            end = b if a == end else a
            found.append(end)
        return found

    lines = []
    for number in range(len(pieces)):
        if number in left:
            left.discard(number)
            first, last = ends[number]
            ahead = follow(number, last)
            behind = follow(number, first)
            lines.append(np.array([*reversed(behind), first, last, *ahead]))
    return lines
