"""Insets of the map: where places crowd, that part again and larger, in a free corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.view.map.scene import Scene, Spot

from .frame import Frame
from .labels import Box, Taken
from .near import groups, pairs

MOST, LARGEST, LEAST = 2, 6.0, 2.2
"""Insets of one map at most, and how much larger they show things: at most and at least."""

WIDTH, HEIGHT, ROOM = 222.0, 164.0, 34.0
"""Pixels of an inset, and to spare inside it round the places that it is for."""

NEAR = 4.0
"""Pixels that two marks want between them."""

COST_PLACE, COST_FAR = 25.0, 0.04
"""What it costs an inset to cover a place, and each pixel from the nearest corner."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the map, in its pixels, that is shown ``zoom`` times as large."""

    box: Box
    zoom: float


def crowded(scene: Scene) -> list[Window]:
    """The parts of a map where marks overlap, the worst first.

    Marks that overlap, and those that overlap these, are one crowd; one with nothing in the
    focus is left alone. A crowd counts by its places, more where the map is about them;
    crowds that fit into one inset share it.
    """
    groups = [g for g in _crowds(scene.spots) if any(scene.matters(s.place) for s in g)]
    weighed = sorted(groups, key=lambda g: (-_weight(scene, g), g[0].place.id))
    windows: list[Window] = []
    done: set[str] = set()
    for group in weighed:
        if len(windows) == MOST:
            break
        if group[0].place.id in done:
            continue
        box, inside = _bounds(group), [group]
        for other in weighed:
            if other is not group and other[0].place.id not in done:
                grown = _bounds([*(s for g in inside for s in g), *other])
                if _zoom(grown) >= 1.6 * LEAST:
                    box, inside = grown, [*inside, other]
        zoom = _zoom(box)
        if zoom < LEAST:
            continue
        done.update(g[0].place.id for g in inside)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        half_w, half_h = WIDTH / zoom / 2, HEIGHT / zoom / 2
        windows.append(Window((x - half_w, y - half_h, x + half_w, y + half_h), zoom))
    return windows


def zoomed(frame: Frame, window: Window) -> Frame:
    """The frame that shows a window of another one on a sheet of an inset's size."""
    x, y = (window.box[0] + window.box[2]) / 2, (window.box[1] + window.box[3]) / 2
    east, north = frame.degrees(x, y)
    return Frame(east, north, frame.per_degree * window.zoom, WIDTH, HEIGHT)


def free_corner(frame: Frame, scene: Scene, taken: Taken, size: tuple[float, float]) -> Box | None:
    """Where an inset covers least, the corners first; None where all would hide what matters.

    It may cover roads that carry nothing and places that the map is not about, never a
    flow, a cut, a place in the focus or another inset.
    """
    width, height = size
    across = np.linspace(6, frame.width - width - 6, 24)
    upward = np.linspace(6, frame.height - height - 6, 18)
    barred = _points(scene)
    plain = np.array([s.xy for s in scene.spots]).reshape(-1, 2)
    best: tuple[float, Box] | None = None
    for low in upward.tolist():
        for left in across.tolist():
            box = (left, low, left + width, low + height)
            if left < 0 or low < 0 or not taken.free(box) or _inside(barred, box, 10.0):
                continue
            gap_x = min(left, frame.width - box[2])
            gap_y = min(low, frame.height - box[3])
            cost = taken.cost(box) + COST_PLACE * _inside(plain, box, 6.0)
            cost += COST_FAR * float(np.hypot(gap_x, gap_y))
            if best is None or cost < best[0]:
                best = (cost, box)
    return None if best is None else best[1]


def _points(scene: Scene) -> npt.NDArray[np.float64]:
    """Points (n, 2) that no inset may cover: flows, cuts, forces, and places that matter."""
    parts = [np.empty((0, 2))]
    parts += [s.xy[None, :] for s in scene.spots if scene.matters(s.place)]
    parts += [s.xy[None, :] for s in scene.stands]
    for road, line in scene.roads:
        if road.flow or scene.is_cut(road) or road.state == "cut":
            count = max(2, int(np.hypot(*(line[1] - line[0])) / 8))
            parts.append(line[0] + np.linspace(0, 1, count)[:, None] * (line[1] - line[0]))
    return np.concatenate(parts)


def _inside(points: npt.NDArray[np.float64], box: Box, margin: float) -> int:
    low, high = np.array(box[:2]) - margin, np.array(box[2:]) + margin
    return int(((points > low) & (points < high)).all(axis=1).sum())


def _crowds(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Groups of spots whose marks overlap, each sorted by id."""
    if len(spots) < 2:
        return []
    xy, outer = np.array([s.xy for s in spots]), np.array([s.outer for s in spots])
    a, b = pairs(xy, xy, 2 * outer.max() + NEAR)
    meet = np.hypot(*(xy[a] - xy[b]).T) < outer[a] + outer[b] + NEAR
    return [[spots[i] for i in crowd.tolist()] for crowd in groups(len(xy), a[meet], b[meet])]


def _weight(scene: Scene, group: Sequence[Spot]) -> int:
    mine = {s.place.id for s in group}
    cut = sum(scene.is_cut(road) and {road.a, road.b} <= mine for road, _ in scene.roads)
    worth = [4 if scene.special(s.place) else 2 if scene.matters(s.place) else 1 for s in group]
    return sum(worth) + 4 * cut


def _bounds(spots: Sequence[Spot]) -> Box:
    xy = np.array([s.xy for s in spots])
    (left, low), (right, high) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
    return (left, low, right, high)


def _zoom(box: Box) -> float:
    """How much larger a crowd can be shown with room round it."""
    across, upward = max(box[2] - box[0], 1e-9), max(box[3] - box[1], 1e-9)
    return min(LARGEST, (WIDTH - 2 * ROOM) / across, (HEIGHT - 2 * ROOM) / upward)
