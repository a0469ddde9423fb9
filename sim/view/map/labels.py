"""Where labels go: a greedy placer that never lets two labels, or a label and a mark, overlap.

All lengths are pixels; a box is (left, bottom, right, top). Labels are placed in the order in
which they are handed over, so the first come first; ties fall the same way every time.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sim.view.look import LABEL

Box = tuple[float, float, float, float]
Boxes = npt.NDArray[np.float64]


def bare(names: Sequence[str]) -> list[str]:
    """Names without what they have in brackets, unless two would become the same."""
    found = [re.sub(r"\s*\([^()]*\)\s*$", "", name) or name for name in names]
    count = Counter(found)
    return [short if count[short] == 1 else name for short, name in zip(found, names, strict=True)]


@dataclass(frozen=True, slots=True)
class Request:
    """A label of a size, for a mark of radius ``gap`` at (x, y); ``far`` allows a leader.

    With one it stands ``reach`` pixels off at most.
    """

    x: float
    y: float
    width: float
    height: float
    gap: float
    far: bool = False
    reach: float = math.inf


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label went; ``leader`` where it stands so far off that a line must tie it."""

    box: Box
    leader: bool

    def near(self, x: float, y: float) -> tuple[float, float]:
        """Where the leader from a mark at (x, y) ends: the nearest point of the box."""
        return nearest(self.box, x, y)

    def edge(self, x: float) -> tuple[float, str]:
        """Where its words begin or end (pixels), and on which side: the one toward a mark at x."""
        left, _, right, _ = self.box
        if left >= x:
            return left + 2, "left"
        return (right - 2, "right") if right <= x else ((left + right) / 2, "center")


def nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    """The point of a box nearest to (x, y)."""
    left, low, right, high = box
    return min(max(x, left), right), min(max(y, low), high)


def under(xy: npt.NDArray[np.float64], boxes: Iterable[Box]) -> bool:
    """Whether a point lies in one of the boxes."""
    x, y = xy.tolist()
    return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes)


class Taken:
    """What is taken on a sheet: boxes that nothing may touch, and points better left free.

    ``soft`` has shape (n, 3): x, y and what covering the point costs. What a copy takes leaves
    this one as it is.
    """

    def __init__(self, bounds: Box, soft: npt.NDArray[np.float64] | None = None) -> None:
        self._bounds = bounds
        self._soft = np.empty((0, 3)) if soft is None else soft
        self._boxes = np.empty((0, 4))

    def take(self, boxes: Iterable[Box]) -> None:
        """Marks boxes as taken."""
        new = np.array([*boxes], dtype=float).reshape(-1, 4)
        self._boxes = np.vstack([self._boxes, new])

    def free(self, box: Box) -> bool:
        """Whether a box lies inside the bounds and touches no taken box."""
        left, bottom, right, top = box
        low_x, low_y, high_x, high_y = self._bounds
        if left < low_x or bottom < low_y or right > high_x or top > high_y:
            return False
        return not bool(_touch(self._boxes.T, box).any())

    def all_free(self, boxes: Boxes) -> npt.NDArray[np.bool_]:
        """Which of boxes (n, 4) are :meth:`free`."""
        low, high = boxes[:, :2], boxes[:, 2:]
        inside = (low >= self._bounds[:2]).all(axis=1) & (high <= self._bounds[2:]).all(axis=1)
        whole = (*low.min(axis=0, initial=np.inf), *high.max(axis=0, initial=-np.inf))
        near = self._boxes[_touch(self._boxes.T, whole)]
        return np.asarray(inside & ~_touch(near.T, boxes.T[:, :, None]).any(axis=1))

    def soft(self, box: Box) -> Taken:
        """It without what is taken, of the points better left free those within a box."""
        left, bottom, right, top = box
        x, y = self._soft[:, 0], self._soft[:, 1]
        within = (x > left) & (x < right) & (y > bottom) & (y < top)
        return Taken(self._bounds, self._soft[within])

    def cost(self, box: Box) -> float:
        """What a box covers of the points better left free."""
        return float(self.soft(box)._soft[:, 2].sum())


def _touch(boxes: Boxes, others: Sequence[float] | Boxes) -> npt.NDArray[np.bool_]:
    """Which boxes (4, n) touch a box, or each of others (4, m, 1), more than at their edges."""
    left, bottom, right, top = others
    a, b, c, d = boxes
    return np.asarray((a < right) & (c > left) & (b < top) & (d > bottom))


class Marks:
    """The marks of a map, of shape (n, 3): x, y and radius. A label must show whose it is."""

    def __init__(self, discs: npt.ArrayLike = ()) -> None:
        self._discs = np.asarray(discs, dtype=float).reshape(-1, 3)

    def plain(self, box: Box, x: float, y: float, *, leader: bool) -> bool:
        """Whether a box can only be read as the label of the mark at (x, y).

        Without a leader every other mark is clearly farther from it than its own. With one none
        is near, and the line runs over no other mark, but those that its own one overlaps.
        """
        d = self._discs
        own = np.hypot(d[:, 0] - x, d[:, 1] - y) < 1e-6
        if own.all():
            return True
        gaps = self._gaps(box)
        if not leader:
            at = nearest(box, x, y)
            mine = gaps[own].min() if own.any() else math.hypot(at[0] - x, at[1] - y)
            return bool(mine + LABEL.nearer <= gaps[~own].min())
        radius = d[own, 2].max(initial=0.0)
        others = d[~own]
        apart = others[np.hypot(others[:, 0] - x, others[:, 1] - y) > others[:, 2] + radius]
        crossed = _off_line(apart, (x, y), nearest(box, x, y)) < apart[:, 2]
        return bool(gaps[~own].min() >= LABEL.apart and not crossed.any())

    def _gaps(self, box: Box) -> npt.NDArray[np.float64]:
        """From a box to the rim of each mark, negative where it lies on it."""
        left, low, right, high = box
        x, y, radius = self._discs.T
        across = np.maximum(np.maximum(left - x, x - right), 0.0)
        upward = np.maximum(np.maximum(low - y, y - high), 0.0)
        return np.asarray(np.hypot(across, upward) - radius)


def _off_line(
    discs: npt.NDArray[np.float64], start: tuple[float, float], end: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """How far the middles of discs are from the straight line between two points."""
    a, along = np.array(start), np.subtract(end, start)
    share = (discs[:, :2] - a) @ along / max(float(along @ along), 1e-9)
    foot = a + np.clip(share, 0.0, 1.0)[:, None] * along
    return np.asarray(np.hypot(*(discs[:, :2] - foot).T))


NO_MARKS = Marks()


def place(
    requests: Sequence[Request], taken: Taken, most: float = math.inf, marks: Marks = NO_MARKS
) -> list[Placed | None]:
    """The place of each label in turn, None where there is no room for it.

    Of the free places round its mark, at which it is plain among ``marks`` whose it is, a label
    takes the one that covers least of what is better left free; sides and distances that come
    first in the lists cost less. Once all together cover ``most`` square pixels the rest is left
    out.
    """
    result: list[Placed | None] = []
    for request in requests:
        if most <= 0:
            result.append(None)
            continue
        best = _best(request, taken, marks)
        if best is not None:
            taken.take([best.box])
            most -= request.width * request.height
        result.append(best)
    return result


def _best(request: Request, taken: Taken, marks: Marks) -> Placed | None:
    """The place of one label, None where there is no room for it."""
    distances = _distances(request)
    boxes, costs = _seats(request, distances), _stated(distances)
    seats = np.flatnonzero(taken.all_free(boxes)).tolist()
    if not seats:
        return None
    soft = taken.soft(_around(request, max(distances)))
    best: tuple[float, Placed] | None = None
    for i in seats:
        cost = costs[i]
        if best is None or cost < best[0]:
            left, low, right, high = boxes[i].tolist()
            box, leader = (left, low, right, high), i >= len(LABEL.near) * len(LABEL.sides)
            cost += soft.cost(box)
            if (best is None or cost < best[0]) and marks.plain(
                box, request.x, request.y, leader=leader
            ):
                best = (cost, Placed(box, leader))
    return None if best is None else best[1]


def fits(request: Request, taken: Taken) -> bool:
    """Whether a label touches nothing on some side of its mark.

    Where it does on every side so does a larger one, which reaches further off from the mark.
    """
    return bool(taken.all_free(_seats(request, _distances(request))).any())


def _distances(request: Request) -> tuple[float, ...]:
    """How far from its mark a label may stand, in the order of what that costs."""
    far = tuple(d for d in LABEL.far if d <= request.reach) if request.far else ()
    return LABEL.near + far


@cache
def _stated(distances: tuple[float, ...]) -> list[float]:
    """What each side of a mark costs at each distance, distance by distance."""
    sides = LABEL.side_cost * np.arange(len(LABEL.sides))
    costs: list[float] = (
        (sides + LABEL.distance_cost * np.array(distances)[:, None]).ravel().tolist()
    )
    return costs


def _seats(request: Request, distances: tuple[float, ...]) -> Boxes:
    """The label's boxes on all sides of its mark, distance by distance: touching the mark's edge,
    or further off."""
    sides, size = np.array(LABEL.sides), np.array((request.width, request.height))
    corner = np.abs(sides).min(axis=1) >= LABEL.slid
    reach = (request.gap + np.array(distances))[:, None] * np.where(corner, LABEL.slant, 1.0)
    beyond = np.copysign(reach[:, :, None] + size / 2, sides)
    off = np.where(np.abs(sides) < LABEL.slid, sides * size, beyond)
    middles = off + np.array((request.x, request.y))
    return np.concatenate([middles - size / 2, middles + size / 2], axis=2).reshape(-1, 4)


def _around(request: Request, distance: float) -> Box:
    """A box that holds all where the label may stand, as far as ``distance`` from its mark."""
    reach = request.gap + distance + 1.0
    across, upward = reach + request.width, reach + request.height
    x, y = request.x, request.y
    return (x - across, y - upward, x + across, y + upward)
