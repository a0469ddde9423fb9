"""The names of places on a map: which are written, and where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from sim.view.draw import halo_text, short, text_size
from sim.view.look import BLUE, CUT_INK, INK, LABEL, SOFT_INK, WHITE
from sim.view.map.marks import Z_PLACE
from sim.view.map.scene import Scene, Spot

from .labels import Box, Marks, Placed, Request, Taken, bare, fits, place, under

SHARE = 0.15
"""Part of the map that names may cover; beyond, the less important ones are left out."""

MOST_NAMES = 600
"""Places, the most important first, for whose names room is sought."""


LEAST = (4.0, 2 + 1.2 * LABEL.points)
"""Width and height that every name takes at least, in pixels."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a place as it is written, and where."""

    spot: Spot
    text: str
    points: float
    weight: str
    tag: str
    placed: Placed


def lay_names(
    scene: Scene, taken: Taken, hidden: Sequence[Box] = (), *, small: bool = False
) -> list[Name]:
    """Names of the places as far as there is room, none for places under ``hidden`` boxes.

    Subjects of the map come first. On a ``small`` map only they, sources, sinks and the places
    of the cut may have theirs far off. One that could be read as another's is left out.
    """
    focus, subjects = frozenset(scene.data.focus), scene.data.subjects
    # where much crowds, lines to all that is in the focus would cross everything
    lead = frozenset[str]() if scene.crowded else focus

    def rank(s: Spot) -> tuple[bool, bool, bool, bool, bool, bool, int, str]:
        p = s.place
        return (
            p.id not in subjects, not s.cut, p.role is None, not p.besieged and not p.sealed,
            p.id not in focus, p.kind == "border crossing", -(p.population or 0), p.id,
        )  # fmt: skip

    spots = sorted((s for s in scene.spots if s.named and not under(s.xy, hidden)), key=rank)
    spots = spots[:MOST_NAMES]
    texts = [short(text, LABEL.name) for text in bare([s.place.name for s in spots])]
    requests, styles = [], []
    reach = LABEL.far_small if small else math.inf
    for s, text in zip(spots, texts, strict=True):
        p, (x, y) = s.place, s.xy.tolist()
        first = scene.special(p)
        told = s.cut or p.role is not None or p.id in subjects
        far = told if small else told or first or p.id in lead
        gap = s.outer + 1
        if scene.crowded and not fits(Request(x, y, *LEAST, gap, far, reach), taken):
            continue  # to measure its name would take longer
        points, weight = (LABEL.points_of_end, "bold") if first else (LABEL.points, "normal")
        w, h = text_size(text, points, weight)
        tag = "" if small else p.role or ""  # on a small map the legend tells the rings
        tag_w, tag_h = text_size(tag, 8.5, "bold") if tag else (0.0, 0.0)
        h = max(h, points * 1.2) + (tag_h + 6 if tag else 0)
        wide = max(w, tag_w) + 4
        requests.append(Request(x, y, wide, h + 2, gap, far, reach))
        styles.append((s, text, points, weight, tag))
    most = SHARE * scene.frame.width * scene.frame.height
    marks = Marks([(*s.xy, s.radius) for s in scene.spots])
    seat = _near_first if small else place
    placed = seat(requests, taken, most, marks)
    return [Name(*style, at) for style, at in zip(styles, placed, strict=True) if at is not None]


def _near_first(
    requests: Sequence[Request], taken: Taken, most: float, marks: Marks
) -> list[Placed | None]:
    """Labels of which those that may have a leader go first: beside their marks, then far off.

    So that none far from its own mark takes the only room beside another's.
    """
    found: dict[int, Placed] = {}
    far = [i for i, r in enumerate(requests) if r.far]
    steps = [
        [(i, replace(requests[i], far=False)) for i in far],
        [(i, requests[i]) for i in far],
        [(i, r) for i, r in enumerate(requests) if not r.far],
    ]
    for step in steps:
        step = [(i, r) for i, r in step if i not in found]
        for (i, r), at in zip(step, place([r for _, r in step], taken, most, marks), strict=True):
            if at is not None:
                found[i] = at
                most -= r.width * r.height
    return [found.get(i) for i in range(len(requests))]


def write_names(axes: Axes, names: Iterable[Name], cut: frozenset[str]) -> None:
    """Writes names, those of the places of the cut in its colour."""
    for name in names:
        _write(axes, name, CUT_INK if name.spot.place.id in cut else INK)


def _write(axes: Axes, name: Name, colour: str) -> None:
    _, bottom, _, top = name.placed.box
    at_x, at_y = name.spot.xy.tolist()
    (x, across), tag = name.placed.edge(at_x), name.tag
    if name.placed.leader:
        near_x, near_y = name.placed.near(at_x, at_y)
        for colour_, wide in ((WHITE, 2.6), (SOFT_INK, 1.0)):
            axes.plot([at_x, near_x], [at_y, near_y], color=colour_, lw=wide, zorder=Z_PLACE - 0.1)
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
