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

import numpy as np
import numpy.typing as npt

from sim.view.look import LABEL

Box = tuple[float, float, float, float]


def bare(names: Sequence[str]) -> list[str]:
    """Names without what they have in brackets, unless two would become the same."""
    found = [re.sub(r"\s*\([^()]*\)\s*$", "", name) or name for name in names]
    count = Counter(found)
    return [short if count[short] == 1 else name for short, name in zip(found, names, strict=True)]


@dataclass(frozen=True, slots=True)
class Request:
    """A label of a size, for a mark of radius ``gap`` at (x, y); ``far`` allows a leader."""

    x: float
    y: float
    width: float
    height: float
    gap: float
    far: bool = False


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
        new = np.array(list(boxes), dtype=float).reshape(-1, 4)
        self._boxes = np.vstack([self._boxes, new])

    def free(self, box: Box) -> bool:
        """Whether a box lies inside the bounds and touches no taken box."""
        left, bottom, right, top = box
        low_x, low_y, high_x, high_y = self._bounds
        if left < low_x or bottom < low_y or right > high_x or top > high_y:
            return False
        b = self._boxes
        return not bool(
            np.any((b[:, 0] < right) & (b[:, 2] > left) & (b[:, 1] < top) & (b[:, 3] > bottom))
        )

    def cost(self, box: Box) -> float:
        """What a box covers of the points better left free."""
        s = self._soft
        under = (s[:, 0] > box[0]) & (s[:, 0] < box[2]) & (s[:, 1] > box[1]) & (s[:, 1] < box[3])
        return float(s[under, 2].sum())


def place(requests: Sequence[Request], taken: Taken, most: float = math.inf) -> list[Placed | None]:
    """The place of each label in turn, None where there is no room for it.

    Of the free places round its mark a label takes the one that covers least of what is
    better left free; sides and distances that come first in the lists cost less. Once all
    together cover ``most`` square pixels the rest is left out.
    """
    result: list[Placed | None] = []
    for request in requests:
        if most <= 0:
            result.append(None)
            continue
        best: tuple[float, Box, bool] | None = None
        for distance in LABEL.near + (LABEL.far if request.far else ()):
            for rank, (dx, dy) in enumerate(LABEL.sides):
                box = _beside(request, dx, dy, distance)
                cost = LABEL.side_cost * rank + LABEL.distance_cost * distance
                if (best is None or cost < best[0]) and taken.free(box):
                    cost += taken.cost(box)
                    if best is None or cost < best[0]:
                        best = (cost, box, distance in LABEL.far)
        if best is not None:
            taken.take([best[1]])
            most -= request.width * request.height
        result.append(None if best is None else Placed(best[1], best[2]))
    return result


def _beside(request: Request, dx: float, dy: float, distance: float) -> Box:
    """The label's box on one side of its mark: touching the mark's edge, or further off."""
    reach = request.gap + distance
    slant = 1.0 if dx == 0 or dy == 0 else LABEL.slant
    x = request.x + np.sign(dx) * (reach * slant + request.width / 2) if dx else request.x
    y = request.y + np.sign(dy) * (reach * slant + request.height / 2) if dy else request.y
    half_w, half_h = request.width / 2, request.height / 2
    return (float(x - half_w), float(y - half_h), float(x + half_w), float(y + half_h))
