"""Where things lie on a map, in pixels: roads, forces, and what the legend has to explain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.measure.routes import Doing
from sim.view.data import MapForce
from sim.view.look import FORCE, ROAD

from .labels import Box

Line = npt.NDArray[np.float64]
"""Points (n, 2), or one point (2,)."""


@dataclass(frozen=True, slots=True)
class OnMap:
    """What is on the map: the ids of the holders, the kinds of marks, what forces do."""

    actors: tuple[str, ...]
    largest: int  # kg/day, the capacity that is drawn widest
    marks: frozenset[str]
    forces: frozenset[Doing]
    fine: float  # factor of the widths of roads, below 1 where they crowd


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a force stands in pixels, the way that it came, and a unit vector where it faces."""

    force: MapForce
    xy: Line
    track: Line
    facing: Line


def stands(forces: Iterable[MapForce], spots: Mapping[str, Line]) -> list[Stand]:
    """Where forces stand, the strongest first; ``spots`` are the places in pixels.

    Between two stops a force stands on the straight line that the road is drawn as.
    """
    found = []
    for force in sorted(forces, key=lambda f: (-f.strength, f.id)):
        points = np.array([spots[place] for place in force.stops])
        leg = max(0, sum(km <= force.km for km in force.stops_km[1:-1]))
        start, end = force.stops_km[leg], force.stops_km[leg + 1]
        share = min(1.0, max(0.0, (force.km - start) / max(end - start, 1e-9)))
        along = points[leg + 1] - points[leg]
        xy = points[leg] + share * along
        unit = along / max(float(np.hypot(*along)), 1e-9)
        back = force.state == "falling back"
        found.append(Stand(force, xy, np.vstack([points[: leg + 1], xy]), -unit if back else unit))
    return found


def beside(track: Line, off: float = FORCE.beside) -> Line:
    """A track moved to the left of its road, so that it hides no flow."""
    along = np.diff(track, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])
    kept = length > 1e-6
    if not kept.any():
        return track[:1]
    side = np.column_stack([-along[kept, 1], along[kept, 0]]) / length[kept, None] * off
    starts, ends = track[:-1][kept] + side, track[1:][kept] + side
    return np.stack([starts, ends], axis=1).reshape(-1, 2)


def road_width(rate: int, largest: int, least: float = ROAD.thinnest) -> float:
    """Width of a rate: its square root, so that small ones stay visible beside large ones."""
    if rate <= 0 or largest <= 0:
        return least
    return max(least, ROAD.widest * math.sqrt(min(rate, largest) / largest))


def visible(line: Line, width: float, height: float) -> Line | None:
    """The part of a straight line (2, 2) on a sheet, None where none is (Liang and Barsky, 1984).

    Marks along a road that leaves the sheet go by the middle of what is seen of it.
    """
    start, along = line[0], line[-1] - line[0]
    first, last = 0.0, 1.0
    for axis, size in ((0, width), (1, height)):
        step, at = float(along[axis]), float(start[axis])
        if step == 0:
            if not 0 <= at <= size:
                return None
            continue
        low, high = sorted((-at / step, (size - at) / step))
        first, last = max(first, low), min(last, high)
    if first >= last:
        return None
    return np.array([start + first * along, start + last * along])


def around(xy: Line, radius: float) -> Box:
    """The box round a circle."""
    x, y = xy.tolist()
    return (x - radius, y - radius, x + radius, y + radius)
