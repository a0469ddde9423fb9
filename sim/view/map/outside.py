"""The forces that stand outside a map, named at the edge beyond which they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from sim.view.draw import halo_text, short, text_size
from sim.view.look import FORCE, INK, NOBODY, OUTSIDE, Look
from sim.view.map.forces import MEN_POINTS, Z_FLAG
from sim.view.map.scene import Scene

from .frame import Frame
from .labels import Box, Taken
from .layout import Line, Stand

DART, HIGH, STEP, EDGE = OUTSIDE.dart, OUTSIDE.high, OUTSIDE.step, OUTSIDE.edge


def name_outside(
    axes: Axes, scene: Scene, found: Sequence[Stand], taken: Taken, *, brief: bool = False
) -> None:
    """Writes at the edge of a map which forces are beyond it, all of them, and how strong.

    Of each its name and strength, on a ``brief`` map the strength alone, with a dart that points
    to where it stands. One keeps clear of what is taken if it can, of the others always.
    """
    frame, others = scene.frame, Taken((0.0, 0.0, scene.frame.width, scene.frame.height))
    for stand in found:
        if frame.shows(stand.xy):
            continue
        men = f"{stand.force.strength:,}"
        text = men if brief else f"{short(stand.force.name, OUTSIDE.name)}, {men}"
        spots = _spots(frame, stand.xy, text_size(text, MEN_POINTS)[0] + DART + 4)
        free = [box for box in spots if others.free(box)] or spots[:1]
        box = next((box for box in free if taken.free(box)), free[0])
        taken.take([box])
        others.take([box])
        _write(axes, scene, stand, text, box)


def pointer(axes: Axes, at: Line, toward: Line, look: Look) -> None:
    """A dart in the fill of an actor that points to a force outside."""
    ahead = toward / max(float(np.hypot(*toward)), 1e-9)
    side = np.array([-ahead[1], ahead[0]])
    dart = at + np.array([ahead * along + side * across for along, across in FORCE.dart]) * 0.9
    axes.add_patch(
        Polygon(dart, closed=True, facecolor=look.fill, edgecolor=INK, lw=0.8, zorder=Z_FLAG)
    )


def _spots(frame: Frame, xy: Line, wide: float) -> list[Box]:
    """Boxes along the edge, the nearest to a point outside first."""
    width, height = frame.width, frame.height
    middle = np.array([width / 2, height / 2])
    away = xy - middle
    edge = middle + away * float(np.min(middle / np.maximum(np.abs(away), 1e-9)))
    x = min(max(float(edge[0]) - wide / 2, EDGE), width - wide - EDGE)
    y = min(max(float(edge[1]) - HIGH / 2, EDGE), height - HIGH - EDGE)
    upright = abs(away[0]) / width > abs(away[1]) / height  # beyond the left or the right edge
    shifts = [sign * n * STEP for n in range(int(max(width, height) / STEP)) for sign in (1, -1)]
    boxes = [(x, y + s) if upright else (x + s, y) for s in shifts]
    return [
        (left, low, left + wide, low + HIGH)
        for left, low in boxes
        if EDGE <= left <= width - wide - EDGE and EDGE <= low <= height - HIGH - EDGE
    ]


def _write(axes: Axes, scene: Scene, stand: Stand, text: str, box: Box) -> None:
    left, low, right, high = box
    look = scene.looks.get(stand.force.actor, NOBODY)
    last = stand.xy[0] >= scene.frame.width / 2  # the dart stands toward the force
    at = np.array([right - DART / 2 if last else left + DART / 2, (low + high) / 2])
    pointer(axes, at, stand.xy - at, look)
    x, across = (right - DART - 2, "right") if last else (left + DART + 2, "left")
    halo_text(
        axes, x, at[1], text, ha=across, va="center_baseline", size=MEN_POINTS, color=INK,
        zorder=10,
    )  # fmt: skip
