"""The marks of the map, drawn on axes whose coordinates are pixels.

The map and its legend draw with the same functions, so that a sample in the legend is what
the map shows. Widths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import (
    Collection,
    LineCollection,
    PatchCollection,
    PathCollection,
    PolyCollection,
)
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Circle, Patch, Wedge
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from sim.view.draw import MARKERS, PT, halo_text
from sim.view.look import (
    BLACK,
    BLUE,
    CASING_EDGE,
    CASING_FILL,
    CUT_PALE,
    FRONT,
    INK,
    OPTICAL,
    PLACE,
    ROAD,
    STROKE,
    UNUSABLE,
    VERMILLION,
    WHITE,
    Look,
)

from .layout import Line

WIDTH_DIGITS = 1
"""Digits of a pixel to which roads are equally wide, and are drawn as one."""

FULL_RIM = 3.0
"""Pixels of a marker's radius below which its rim is narrower too."""

Z_FRONT, Z_GLOW, Z_UNUSABLE, Z_ROAD, Z_FLOW, Z_MARK, Z_PLACE = 1.4, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0
Z_WORDS = 8.0
"""Words, and the lines of what they explain, begin here; marks end below it."""


def add(axes: Axes, collection: Collection) -> None:
    """Put a collection on axes whose limits are set: it need not be measured."""
    axes.add_collection(collection, autolim=False)


def strokes(
    axes: Axes, lines: Sequence[Line], colour: str, width: float | Sequence[float], z: float,
    **more: Any,
) -> None:  # fmt: skip
    """Lines of a width in pixels, or each of its own."""
    if len(lines):
        points = width * PT if isinstance(width, float) else [w * PT for w in width]
        add(axes, LineCollection(lines, colors=colour, linewidths=points, zorder=z, **more))


def layers(
    axes: Axes, lines: Sequence[Line], wide: Sequence[tuple[str, float]], z: float, step: float,
    **more: Any,
) -> None:  # fmt: skip
    """Lines upon wider ones: colour and width of each layer, the lowest first."""
    for number, (colour, width) in enumerate(wide):
        strokes(axes, lines, colour, width, z + step * number, **more)


def patches(
    axes: Axes, shapes: Sequence[Patch], fill: str | Sequence[str], edge: str | Sequence[str],
    width: float, z: float, **more: Any,
) -> None:  # fmt: skip
    """Shapes with an edge of a width in pixels."""
    if len(shapes):
        wide = width * PT
        made = PatchCollection(
            shapes, facecolors=fill, edgecolors=edge, linewidths=wide, zorder=z, **more
        )
        add(axes, made)


def fronts(axes: Axes, lines: Sequence[Line]) -> None:
    """Fronts as the holders of places hint at them: a soft broad band."""
    strokes(axes, lines, FRONT, 9.0, Z_FRONT, alpha=0.28, capstyle="butt")


def unusable(axes: Axes, lines: Sequence[Line]) -> None:
    """Roads that the actor cannot use: thin dots."""
    strokes(axes, lines, UNUSABLE, ROAD.unusable, Z_UNUSABLE, linestyles=[(0, (1, 2.2))])


def casings(axes: Axes, lines: Sequence[Line], widths: Sequence[float], fine: float = 1.0) -> None:
    """Roads that the actor can use, as wide as their capacity; ``fine`` narrows their edges."""
    edge = ROAD.edges * max(fine, 0.4)
    # a path a width: there may be thousands; what is along an axis is sharp on whole pixels
    joint: dict[bool, dict[float, list[Line]]] = {False: defaultdict(list), True: defaultdict(list)}
    along = (np.ptp(np.array(lines).reshape(-1, 2, 2), axis=1).min(axis=1) < 1e-4).tolist()
    for line, width, upright in zip(lines, widths, along, strict=True):
        joint[upright][round(width, WIDTH_DIGITS)].append(line)
    for colour, more, z in (CASING_EDGE, edge, Z_ROAD), (CASING_FILL, 0.0, Z_ROAD + 0.1):
        for upright, by_width in joint.items():
            if by_width:
                made = PathCollection(
                    [_path(same) for same in by_width.values()], facecolors="none",
                    edgecolors=colour, linewidths=[(w + more) * PT for w in by_width], zorder=z,
                    capstyle="round", snap=upright,
                )  # fmt: skip
                add(axes, made)


def _path(lines: Sequence[Line]) -> Path:
    """Straight lines (2, 2) as one path, each with a beginning of its own."""
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), len(lines))
    return Path(np.concatenate(lines), codes)


def flows(
    axes: Axes, lines: Sequence[Line], widths: Sequence[float], full: Sequence[bool],
    fine: float = 1.0,
) -> None:  # fmt: skip
    """Flow in its casing, along each line's direction; white dashes where the road is full.

    ``fine`` is the size of the arrow heads, half at least.
    """
    strokes(axes, lines, BLUE, widths, Z_FLOW, capstyle="round")
    dashed = [(line, w) for line, w, is_full in zip(lines, widths, full, strict=True) if is_full]
    dashes = [max(1.2 * min(1.0, w / ROAD.thinnest), w * ROAD.full_dash) for _, w in dashed]
    strokes(
        axes, [line for line, _ in dashed], WHITE, dashes, Z_FLOW + 0.1,
        linestyles=[(0, (3.0, 3.0))],
    )  # fmt: skip
    size = ROAD.arrow * max(fine, 0.5)
    heads = [head for line in lines for head in _arrow_heads(line, size, ROAD.arrow_at)]
    _polygons(axes, heads, BLUE, WHITE, 1.1, Z_FLOW + 0.2)


def _polygons(
    axes: Axes, shapes: Sequence[Line], fill: str, edge: str, width: float, z: float
) -> None:
    """Polygons with an edge of a width in pixels."""
    if shapes:
        wide = width * PT
        add(
            axes,
            PolyCollection(shapes, facecolors=fill, edgecolors=edge, linewidths=wide, zorder=z),
        )


def one_ways(axes: Axes, lines: Sequence[Line], fine: float = 1.0) -> None:
    """Small white heads along roads that are open the way of each line alone."""
    size = ROAD.one_way * max(fine, 0.5)
    heads = [head for line in lines for head in _arrow_heads(line, size, ROAD.one_way_at)]
    _polygons(axes, heads, WHITE, INK, 1.0, Z_FLOW + 0.3)


def doubts(
    axes: Axes, lines: Sequence[Line], words: Sequence[str], absent: bool, fine: float = 1.0
) -> None:
    """A ring on roads that may not be there, with a stroke through it where they are not.

    Beside each stand its ``words``: how likely it is.
    """
    radius = ROAD.doubt * max(fine, 0.7)
    points = [line[0] + (line[-1] - line[0]) * ROAD.doubt_at for line in lines]
    patches(axes, circles(points, [radius] * len(points)), WHITE, INK, 1.4, Z_MARK + 0.2)
    if absent:
        arm = np.array([1.0, 1.0]) * radius * 1.2
        strokes(axes, [np.array([p - arm, p + arm]) for p in points], INK, 1.4, Z_MARK + 0.25)
    for point, text in zip(points, words, strict=True):
        if text:
            x, y = float(point[0]) + radius + 4, float(point[1]) + radius + 3
            halo_text(axes, x, y, text, size=7.5, color=INK, zorder=Z_WORDS)


def _arrow_heads(
    line: Line, size: float, at: tuple[tuple[float, ...], tuple[float, ...]]
) -> list[Line]:
    """Triangles pointing along a straight line, none on a short one.

    They are ``at`` the first of these shares of it, and at the second of a long one.
    """
    start, along = line[0], line[-1] - line[0]
    length = float(np.hypot(*along))
    if length < 4 * size:
        return []
    unit = along / length
    side = np.array([-unit[1], unit[0]])
    middles = [start + along * share for share in at[length > ROAD.long]]
    return [
        np.array([m + unit * size * ahead + side * size * off for ahead, off in ROAD.arrow_corners])
        for m in middles
    ]


def crossed_out(axes: Axes, points: Sequence[Line], strong: bool = True) -> None:
    """A cross on a road: bold where an event cut it, small and grey where it was closed."""
    half = 6.5 if strong else 4.0
    arms = [
        np.array([p + np.array(a) * half, p + np.array(b) * half])
        for p in points
        for a, b in (((-1, -1), (1, 1)), ((-1, 1), (1, -1)))
    ]
    bold = (WHITE, 8.0), (BLACK, 5.6), (VERMILLION, 2.6)
    wide = bold if strong else ((WHITE, 4.2), (INK, STROKE.closed))
    layers(axes, arms, wide, Z_MARK, 0.1, capstyle="projecting")


def cut_road(
    axes: Axes, lines: Sequence[Line], widths: Sequence[float], reach: bool = True,
    fine: float = 1.0,
) -> None:  # fmt: skip
    """A road of the cut: a vermillion band along it and a double bar across it.

    With ``reach``, the bars on a short road reach out from under the marks of its ends, a
    little less far where these are ``fine``.
    """
    glows = [w + ROAD.glow for w in widths]
    strokes(axes, lines, VERMILLION, glows, Z_GLOW, alpha=0.45, capstyle="butt")
    bars = []
    for line, width in zip(lines, widths, strict=True):
        along = line[-1] - line[0]
        length = float(np.hypot(*along))
        unit = along / max(length, 1e-9)
        half = width / 2 + ROAD.beyond
        if reach and length < ROAD.short:
            half = max(half, ROAD.reach * max(fine, 0.7))
        side = np.array([-unit[1], unit[0]]) * half
        middle = (line[0] + line[-1]) / 2
        bars += [
            np.array([middle + s * unit - side, middle + s * unit + side])
            for s in (-ROAD.bars, ROAD.bars)
        ]
    wide = (WHITE, 7.0), (BLACK, 5.0), (VERMILLION, 2.6)
    layers(axes, bars, wide, Z_MARK + 0.3, 0.1, capstyle="butt")


def circles(points: Sequence[Line], radii: Sequence[float]) -> list[Patch]:
    """Circles round points."""
    return [Circle((float(p[0]), float(p[1])), r) for p, r in zip(points, radii, strict=True)]


def rings(
    axes: Axes, points: Sequence[Line], radii: Sequence[float], colour: str, width: float,
    dashed: bool = False,
) -> None:  # fmt: skip
    """Rings round places, on wider white ones."""
    shapes = circles(points, radii)
    back = STROKE.ring_back - STROKE.ring
    for edge, more, style in (
        (WHITE, back, "-"),
        (colour, 0.0, (0, (2.2, 1.3)) if dashed else "-"),
    ):
        patches(axes, shapes, "none", edge, width + more, Z_PLACE, linestyles=[style])


def markers(axes: Axes, points: Sequence[Line], radii: Sequence[float], look: Look) -> None:
    """Places that one actor holds."""
    if not len(points):
        return
    xy = np.array(points)
    diameters = 2 * np.array(radii) * OPTICAL[look.shape]
    rim = min(1.0, float(np.median(radii)) / FULL_RIM)
    style = MarkerStyle(MARKERS[look.shape])
    shape = style.get_path().transformed(style.get_transform())
    for more, fill, edge in ((STROKE.marker_back * rim, WHITE, WHITE), (0.0, look.fill, INK)):
        made = PathCollection(
            (shape,), ((diameters + more) * PT) ** 2, offsets=xy, offset_transform=axes.transData,
            facecolors=fill, edgecolors=edge, linewidths=STROKE.marker * rim * PT,
            zorder=Z_PLACE + 0.1,
        )  # fmt: skip
        made.set_transform(IdentityTransform())
        add(axes, made)


def pie(axes: Axes, point: Line, radius: float, parts: Sequence[tuple[Look, float]]) -> None:
    """A divided place: wedges by share, clockwise from the top."""
    x, y = float(point[0]), float(point[1])
    total = sum(share for _, share in parts)
    wedges: list[Patch] = [Circle((x, y), radius + PLACE.plate - PLACE.pie)]
    colours = [WHITE]
    top = 90.0
    for look, share in parts:
        turn = 360 * share / total
        wedges.append(Wedge((x, y), radius, top - turn, top))
        colours.append(look.fill)
        top -= turn
    edges = [WHITE, *[INK] * len(parts)]
    patches(axes, wedges, colours, edges, STROKE.marker, Z_PLACE + 0.1)


def gates(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A post on either side of a bridge, dam or border crossing."""
    posts = [
        p + np.array([(side * (r + PLACE.gate), -r - 1), (side * (r + PLACE.gate), r + 1)])
        for p, r in zip(points, radii, strict=True)
        for side in (-1, 1)
    ]
    layers(axes, posts, ((WHITE, STROKE.gate_back), (INK, STROKE.gate)), Z_PLACE + 0.2, 0.1)


def seals(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A bar over a sealed crossing."""
    reach = [r + PLACE.seal for r in radii]
    bars = [p + np.array([(-r, 0), (r, 0)]) for p, r in zip(points, reach, strict=True)]
    wide = (WHITE, STROKE.seal_back), (BLACK, STROKE.seal_edge), (VERMILLION, STROKE.seal)
    layers(axes, bars, wide, Z_PLACE + 0.4, 0.1)


def glow(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A place of the cut: a vermillion disc behind it, with a black and a vermillion rim."""
    shapes = circles(points, [r + PLACE.cut for r in radii])
    patches(axes, shapes, CUT_PALE, BLACK, STROKE.cut_back, Z_MARK + 0.7)
    patches(axes, shapes, "none", VERMILLION, STROKE.cut, Z_MARK + 0.8)
