"""The names of places on a map: which are written, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sim.view.draw import halo_text, short, text_size
from sim.view.look import BLUE, CUT_INK, INK, LABEL, SOFT_INK
from sim.view.map.marks import Z_PLACE
from sim.view.map.scene import Scene, Spot

from .labels import Box, Placed, Request, Taken, bare, place, under

SHARE = 0.15
"""Part of the map that names may cover; beyond, the less important ones are left out."""

MOST_NAMES = 600
"""Places, the most important first, for whose names room is sought."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a place as it is written, and where."""

    spot: Spot
    text: str
    points: float
    weight: str
    placed: Placed


def lay_names(
    scene: Scene, taken: Taken, hidden: Sequence[Box] = (), *, small: bool = False
) -> list[Name]:
    """Names of the places as far as there is room, none for places under ``hidden`` boxes.

    On a ``small`` map only sources, sinks and the places of the cut may have theirs far off,
    and a name that stands nearer to another place than to its own is left out.
    """
    focus = frozenset(scene.data.focus)
    # where much crowds, lines to all that is in the focus would cross everything
    lead = frozenset[str]() if scene.crowded else focus

    def rank(s: Spot) -> tuple[bool, bool, bool, bool, bool, int, str]:
        p = s.place
        return (
            not s.cut, p.role is None, not p.besieged and not p.sealed, p.id not in focus,
            p.kind == "border crossing", -(p.population or 0), p.id,
        )  # fmt: skip

    spots = sorted((s for s in scene.spots if s.named and not under(s.xy, hidden)), key=rank)
    spots = spots[:MOST_NAMES]
    texts = [short(text, LABEL.name) for text in bare([s.place.name for s in spots])]
    requests, styles = [], []
    for s, text in zip(spots, texts, strict=True):
        p = s.place
        first = scene.special(p)
        points, weight = (LABEL.points_of_end, "bold") if first else (LABEL.points, "normal")
        w, h = text_size(text, points, weight)
        tag_w, tag_h = text_size(p.role, 8.5, "bold") if p.role else (0.0, 0.0)
        h = max(h, points * 1.2) + (tag_h + 6 if p.role else 0)
        x, y = s.xy.tolist()
        wide = max(w, tag_w) + 4
        far = s.cut or p.role is not None if small else first or p.id in lead
        requests.append(Request(x, y, wide, h + 2, s.outer + 1, far))
        styles.append((s, text, points, weight))
    most = SHARE * scene.frame.width * scene.frame.height
    names = [
        Name(*style, placed)
        for style, placed in zip(styles, place(requests, taken, most), strict=True)
        if placed is not None
    ]
    return [n for n in names if n.placed.leader or _its_own(n, scene)] if small else names


def _its_own(name: Name, scene: Scene) -> bool:
    """Whether no other place is nearer to a name than the place that it is of."""
    left, low, right, high = name.placed.box
    x, y = np.array([s.xy for s in scene.spots]).T
    across = np.maximum(np.maximum(left - x, x - right), 0.0)
    upward = np.maximum(np.maximum(low - y, y - high), 0.0)
    gaps = np.hypot(across, upward) - [s.radius for s in scene.spots]
    own = next(i for i, s in enumerate(scene.spots) if s is name.spot)
    return bool(gaps[own] <= gaps.min() + 2)


def write_names(axes: Axes, names: Iterable[Name], cut: frozenset[str]) -> None:
    """Writes names, those of the places of the cut in its colour."""
    for name in names:
        _write(axes, name, CUT_INK if name.spot.place.id in cut else INK)


def _write(axes: Axes, name: Name, colour: str) -> None:
    _, bottom, _, top = name.placed.box
    at_x, at_y = name.spot.xy.tolist()
    (x, across), tag = name.placed.edge(at_x), name.spot.place.role
    if name.placed.leader:
        near_x, near_y = name.placed.near(at_x, at_y)
        axes.plot([at_x, near_x], [at_y, near_y], color=SOFT_INK, lw=0.8, zorder=Z_PLACE - 0.1)
    y, va = (top - 1, "top") if tag else ((bottom + top) / 2, "center_baseline")
    halo_text(
        axes, x, y, name.text, va=va, ha=across, zorder=10, size=name.points, weight=name.weight,
        color=colour,
    )  # fmt: skip
    if tag:
        halo_text(
            axes, x, bottom + 1, tag, va="bottom", ha=across, zorder=10, size=8.5,
            weight="bold", color=BLUE,
        )  # fmt: skip
