"""The marks of the map, drawn on axes whose coordinates are pixels.

The map and its legend draw with the same functions, so that a sample in the legend is what
the map shows. Widths are pixels; ``PT`` turns them into the points that matplotlib takes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection, PolyCollection
from matplotlib.patches import Circle, Patch, Wedge

from sim.view.look import BLACK, BLUE, DPI, INK, VERMILLION, WHITE, Look

PT = 72 / DPI
Line = npt.NDArray[np.float64]

CASING_EDGE, CASING_FILL, UNUSABLE = "#7d7d7d", "#ffffff", "#8f8f8f"
FRONT = "#6a4a3a"
WIDEST, THINNEST, THINNEST_FLOW = 12.0, 2.6, 3.2
"""Pixels: the road of the greatest capacity, the least casing, the least flow."""

EDGES = 2.2
"""Pixels of both edges of a road together."""

SHORT_ROAD = 40.0
"""Pixels below which the marks of a road's ends hide what is drawn at its middle."""

ARROW, FULL_RIM = 7.5, 3.0
"""Pixels: of an arrow head, and of a marker's radius below which its rim is narrower too."""

Z_FRONT, Z_GLOW, Z_UNUSABLE, Z_ROAD, Z_FLOW, Z_MARK, Z_PLACE = 1.4, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0
Z_WORDS = 8.0
"""Words, and the lines of what they explain, begin here; marks end below it."""

_OPTICAL = {"o": 1.0, "s": 0.92, "^": 1.15, "v": 1.15, "D": 0.85, "p": 1.1, "h": 1.08}
"""Size that makes markers of different shape look equally large; 1.3 for the others."""


def road_width(rate: int, largest: int, least: float = THINNEST) -> float:
    """Width of a rate: its square root, so that small ones stay visible beside large ones."""
    if rate <= 0 or largest <= 0:
        return least
    return max(least, WIDEST * math.sqrt(min(rate, largest) / largest))


def fronts(axes: Axes, lines: Sequence[Line]) -> None:
    """Fronts as the holders of places hint at them: a soft broad band."""
    axes.add_collection(
        LineCollection(
            lines, colors=FRONT, linewidths=9 * PT, alpha=0.28, capstyle="butt", zorder=Z_FRONT
        )
    )


def unusable(axes: Axes, lines: Sequence[Line]) -> None:
    """Roads that the actor cannot use: thin dots."""
    axes.add_collection(
        LineCollection(
            lines,
            colors=UNUSABLE,
            linewidths=1.5 * PT,
            linestyles=[(0, (1, 2.2))],
            zorder=Z_UNUSABLE,
        )
    )


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


def casings(axes: Axes, lines: Sequence[Line], widths: Sequence[float], fine: float = 1.0) -> None:
    """Roads that the actor can use, as wide as their capacity; ``fine`` narrows their edges."""
    edge = EDGES * max(fine, 0.4)
    for colour, more, z in ((CASING_EDGE, edge, Z_ROAD), (CASING_FILL, 0.0, Z_ROAD + 0.1)):
        axes.add_collection(
            LineCollection(
                lines,
                colors=colour,
                linewidths=[(w + more) * PT for w in widths],
                capstyle="round",
                zorder=z,
            )
        )


def flows(
    axes: Axes,
    lines: Sequence[Line],
    widths: Sequence[float],
    full: Sequence[bool],
    fine: float = 1.0,
) -> None:
    """Flow in its casing, along each line's direction; white dashes where the road is full.

    ``fine`` is the size of the arrow heads, half at least.
    """
    axes.add_collection(
        LineCollection(
            lines,
            colors=BLUE,
            linewidths=[w * PT for w in widths],
            capstyle="round",
            zorder=Z_FLOW,
        )
    )
    dashed = [(line, w) for line, w, is_full in zip(lines, widths, full, strict=True) if is_full]
    axes.add_collection(
        LineCollection(
            [line for line, _ in dashed],
            colors=WHITE,
            linewidths=[max(1.2 * min(1.0, w / THINNEST), w * 0.4) * PT for _, w in dashed],
            linestyles=[(0, (3.0, 3.0))],
            zorder=Z_FLOW + 0.1,
        )
    )
    size = ARROW * max(fine, 0.5)
    heads = [head for line in lines for head in _arrow_heads(line, size)]
    axes.add_collection(
        PolyCollection(
            heads, facecolors=BLUE, edgecolors=WHITE, linewidths=1.1 * PT, zorder=Z_FLOW + 0.2
        )
    )


def _arrow_heads(line: Line, size: float) -> list[Line]:
    """Triangles pointing along a straight line: one, or two on a long one, none on a short."""
    start, along = line[0], line[-1] - line[0]
    length = float(np.hypot(*along))
    if length < 4 * size:
        return []
    unit = along / length
    side = np.array([-unit[1], unit[0]])
    shares = (0.36, 0.72) if length > 200 else (0.5,)
    middles = [start + along * share for share in shares]
    return [
        np.array(
            [
                m + unit * size,
                m - unit * size * 0.7 + side * size * 0.85,
                m - unit * size * 0.35,
                m - unit * size * 0.7 - side * size * 0.85,
            ]
        )
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
    layers = (
        ((WHITE, 8.0), (BLACK, 5.6), (VERMILLION, 2.6)) if strong else ((WHITE, 4.2), (INK, 1.7))
    )
    for number, (colour, width) in enumerate(layers):
        axes.add_collection(
            LineCollection(
                arms,
                colors=colour,
                linewidths=width * PT,
                capstyle="projecting",
                zorder=Z_MARK + 0.1 * number,
            )
        )


def cut_road(
    axes: Axes,
    lines: Sequence[Line],
    widths: Sequence[float],
    reach: bool = True,
    fine: float = 1.0,
) -> None:
    """A road of the cut: a vermillion band along it and a double bar across it.

    With ``reach``, the bars on a short road reach out from under the marks of its ends, a
    little less far where these are ``fine``.
    """
    axes.add_collection(
        LineCollection(
            lines,
            colors=VERMILLION,
            linewidths=[(w + 11) * PT for w in widths],
            alpha=0.45,
            capstyle="butt",
            zorder=Z_GLOW,
        )
    )
    bars = []
    for line, width in zip(lines, widths, strict=True):
        along = line[-1] - line[0]
        length = float(np.hypot(*along))
        unit = along / max(length, 1e-9)
        half = width / 2 + 8
        if reach and length < SHORT_ROAD:
            half = max(half, 24 * max(fine, 0.7))
        side = np.array([-unit[1], unit[0]]) * half
        middle = (line[0] + line[-1]) / 2
        bars += [np.array([middle + s * unit - side, middle + s * unit + side]) for s in (-4, 4)]
    for number, (colour, width) in enumerate(((WHITE, 7.0), (BLACK, 5.0), (VERMILLION, 2.6))):
        axes.add_collection(
            LineCollection(
                bars,
                colors=colour,
                linewidths=width * PT,
                capstyle="butt",
                zorder=Z_MARK + 0.3 + 0.1 * number,
            )
        )


def rings(
    axes: Axes,
    points: Sequence[Line],
    radii: Sequence[float],
    colour: str,
    width: float,
    dashed: bool = False,
    back: str = WHITE,
) -> None:
    """Rings round places, on a wider ring of ``back``."""
    circles = [Circle((float(p[0]), float(p[1])), r) for p, r in zip(points, radii, strict=True)]
    for edge, more, style in ((back, 2.4, "-"), (colour, 0.0, (0, (2.2, 1.3)) if dashed else "-")):
        axes.add_collection(
            PatchCollection(
                circles,
                facecolors="none",
                edgecolors=edge,
                linewidths=(width + more) * PT,
                linestyles=[style],
                zorder=Z_PLACE,
            )
        )


def markers(axes: Axes, points: Sequence[Line], radii: Sequence[float], look: Look) -> None:
    """Places that one actor holds."""
    if not len(points):
        return
    xy = np.array(points)
    scale = _OPTICAL.get(look.marker, 1.3)
    diameters = 2 * np.array(radii) * scale
    rim = min(1.0, float(np.median(radii)) / FULL_RIM)
    for more, fill, edge in ((3.4 * rim, WHITE, WHITE), (0.0, look.fill, INK)):
        axes.scatter(
            xy[:, 0],
            xy[:, 1],
            s=((diameters + more) * PT) ** 2,
            marker=look.marker,
            facecolors=fill,
            edgecolors=edge,
            linewidths=1.1 * rim * PT,
            zorder=Z_PLACE + 0.1,
        )


def pie(axes: Axes, point: Line, radius: float, parts: Sequence[tuple[Look, float]]) -> None:
    """A divided place: wedges by share, clockwise from the top."""
    x, y = float(point[0]), float(point[1])
    total = sum(share for _, share in parts)
    wedges: list[Patch] = [Circle((x, y), radius + 2)]
    colours = [WHITE]
    top = 90.0
    for look, share in parts:
        turn = 360 * share / total
        wedges.append(Wedge((x, y), radius, top - turn, top))
        colours.append(look.fill)
        top -= turn
    edges = [WHITE, *[INK] * len(parts)]
    axes.add_collection(
        PatchCollection(
            wedges, facecolors=colours, edgecolors=edges, linewidths=1.1 * PT, zorder=Z_PLACE + 0.1
        )
    )


def gates(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A post on either side of a bridge, dam or border crossing."""
    posts = [
        p + np.array([(side * (r + 4), -r - 1), (side * (r + 4), r + 1)])
        for p, r in zip(points, radii, strict=True)
        for side in (-1, 1)
    ]
    for number, (colour, width) in enumerate(((WHITE, 4.2), (INK, 2.0))):
        axes.add_collection(
            LineCollection(
                posts, colors=colour, linewidths=width * PT, zorder=Z_PLACE + 0.2 + 0.1 * number
            )
        )


def seals(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A bar over a sealed crossing."""
    bars = [p + np.array([(-r - 8, 0), (r + 8, 0)]) for p, r in zip(points, radii, strict=True)]
    for number, (colour, width) in enumerate(((WHITE, 8.0), (BLACK, 5.6), (VERMILLION, 2.4))):
        axes.add_collection(
            LineCollection(
                bars, colors=colour, linewidths=width * PT, zorder=Z_PLACE + 0.4 + 0.1 * number
            )
        )


def glow(axes: Axes, points: Sequence[Line], radii: Sequence[float]) -> None:
    """A place of the cut: a vermillion disc behind it, with a black and a vermillion rim."""
    circles = [
        Circle((float(p[0]), float(p[1])), r + 9) for p, r in zip(points, radii, strict=True)
    ]
    axes.add_collection(
        PatchCollection(
            circles,
            facecolors="#f4c7ac",
            edgecolors=BLACK,
            linewidths=5.0 * PT,
            zorder=Z_MARK + 0.7,
        )
    )
    axes.add_collection(
        PatchCollection(
            circles,
            facecolors="none",
            edgecolors=VERMILLION,
            linewidths=2.6 * PT,
            zorder=Z_MARK + 0.8,
        )
    )
