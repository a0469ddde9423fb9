"""Where displaced strength went: a map for each fallen place, arrows as wide as their share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.view.data import MapPlace, RegroupArrow, RegroupMapData, RegroupPanel
from sim.view.draw import MARGIN, halo_text, note, sheet, short, styled, text_size, wrap
from sim.view.look import FAINT_INK, INK, NOBODY, SOFT_INK, VERMILLION, WHITE, Look, ink_on, looks

from . import marks
from .base import draw_base, draw_scale, name_countries
from .frame import Frame, fit
from .labels import Request, Taken, place
from .layout import Line, around

WIDEST, THIN = 24.0, 2.4
"""Pixels across the arrow of the greatest share; the others in proportion, ``THIN`` at least."""

BEND = 0.12
"""How far an arrow bows out, as a share of its length, so that there and back do not meet."""

ROAD = "#c2bcb0"
RADIUS, SMALL = 6.0, 3.4
HEAD, GAP = 44.0, 26.0
"""Pixels above a map for its words, and between two maps."""

ONE, TWO = 640.0, 400.0
"""Height of a map that stands alone in its line, and of one of two."""


@styled
def draw_regroup_map(data: RegroupMapData) -> Figure:
    """A map for each fallen place, with arrows to where its displaced went.

    Widths are on one scale. An arrow whose interval covers 0 is faded.
    """
    columns = 2 if len(data.panels) > 1 else 1
    lines = max(1, -(-len(data.panels) // columns))
    tall = TWO if columns > 1 else ONE
    body = lines * (tall + HEAD) + (lines - 1) * 10
    words = sheet(data.page)  # to see what room its words take
    page = sheet(data.page, height=body + words.height - words.top + words.bottom + 4)
    wide = (page.width - 2 * MARGIN - GAP * (columns - 1)) / columns
    largest = max((a.share for p in data.panels for a in p.arrows), default=0.0)
    for number, panel in enumerate(data.panels):
        line, column = divmod(number, columns)
        left = MARGIN + column * (wide + GAP)
        top = page.top - line * (tall + HEAD + 10)
        heading = wrap(panel.heading, 11, wide, 1, "bold")[0]
        page.text(left, top - 4, heading, size=11, weight="bold", va="top")
        more = wrap(panel.words, 9, wide, 1)
        page.text(left, top - 23, "".join(more), size=9, color=SOFT_INK, va="top")
        axes = page.canvas(left, top - HEAD - tall, wide, tall)
        _draw_panel(axes, data, panel, (wide, tall), WIDEST / largest if largest else 0.0)
    if not data.panels:
        strip = page.canvas(0, page.bottom, page.width, page.top - page.bottom)
        note(strip, "no strength was displaced")
    return page.figure


def _draw_panel(
    axes: Axes,
    data: RegroupMapData,
    panel: RegroupPanel,
    size: tuple[float, float],
    scale: float,
) -> None:
    """One map; ``scale`` is pixels across the arrow of a share of one."""
    known = looks(data.actors)
    degrees = {p.id: (p.lon, p.lat) for p in data.places}
    ends = {panel.origin, *(a.to for a in panel.arrows)}
    frame = fit([degrees[p] for p in sorted(ends)], *size, pad=74.0, least_km=30)
    xy = dict(zip(degrees, frame.places_xy(list(degrees.values())), strict=True))
    base = draw_base(axes, frame, np.array(list(degrees.values())))
    roads = [np.array([xy[a], xy[b]]) for a, b in data.roads]
    marks.strokes(axes, roads, ROAD, 1.6, 2)
    shapes = [_Arrow(a, xy[panel.origin], xy[a.to], a.share * scale) for a in panel.arrows]
    _draw_arrows(axes, shapes, known.get(panel.actor, NOBODY))
    inside = [p for p in data.places if _within(xy[p.id], frame)]
    _draw_places(axes, inside, xy, ends, known)
    marks.rings(axes, [xy[panel.origin]], [RADIUS + 5], VERMILLION, 2.4)
    dots = np.array([xy[p.id] for p in inside]).reshape(-1, 2)
    soft = [np.column_stack([dots, np.full(len(dots), 25.0)])]
    soft += [np.column_stack([s.path, np.full(len(s.path), 6.0)]) for s in shapes]
    taken = Taken((5, 5, size[0] - 5, size[1] - 5), np.concatenate(soft))
    taken.take(
        around(xy[p.id], RADIUS + 7 if p.id == panel.origin else RADIUS + 2)
        for p in inside
        if p.id in ends
    )
    _name_ends(axes, data, panel, xy, taken)
    taken.take(around(point, 3) for s in shapes for point in s.path)
    _name_others(axes, [p for p in inside if p.id not in ends], xy, taken)
    draw_scale(axes, frame, taken)
    name_countries(axes, frame, base, taken)
    axes.add_patch(Rectangle((0, 0), *size, fill=False, edgecolor=FAINT_INK, lw=1.2, zorder=20))


class _Arrow:
    """An arrow in pixels: the middle of its body as a line, and its outline."""

    def __init__(self, arrow: RegroupArrow, start: Line, end: Line, width: float) -> None:
        self.arrow = arrow
        along = end - start
        length = max(float(np.hypot(*along)), 1e-9)
        side = np.array([-along[1], along[0]]) / length
        bow = (start + end) / 2 + side * length * BEND
        width = max(width, THIN)
        head = min(max(1.3 * width, 11.0), length * 0.5)
        t = np.linspace(0, 1, 40)[:, None]
        line = (1 - t) ** 2 * start + 2 * t * (1 - t) * bow + t**2 * end
        gone = np.hypot(*(line - start).T) > RADIUS + 2
        left = np.hypot(*(line - end).T) > RADIUS + 3
        kept = line[gone & left]
        self.path = kept if len(kept) > 2 else line
        body = self.path[np.hypot(*(self.path - self.path[-1]).T) > head * 0.92]
        body = body if len(body) > 1 else self.path[:2]
        normal = np.gradient(body, axis=0)
        normal = np.column_stack([-normal[:, 1], normal[:, 0]])
        normal /= np.maximum(np.hypot(*normal.T), 1e-9)[:, None]
        half = width / 2
        wing = max(0.95 * width, half + 4.5)
        self.outline = np.concatenate(
            [
                body + normal * half,
                [body[-1] + normal[-1] * wing, self.path[-1], body[-1] - normal[-1] * wing],
                (body - normal * half)[::-1],
            ]
        )


def _draw_arrows(axes: Axes, shapes: Sequence[_Arrow], look: Look) -> None:
    """The widest below; a white rim sets those apart that run side by side."""
    for number, shape in enumerate(sorted(shapes, key=lambda s: -s.arrow.share)):
        settled = shape.arrow.settled
        rim = WHITE if settled else ink_on_white(look.fill)
        axes.add_collection(
            PolyCollection(
                [shape.outline], facecolors=look.fill if settled else WHITE, edgecolors=rim,
                linewidths=1.3 if settled else 0.9, zorder=4 + number / 100,
                linestyles=["-" if settled else (0, (2.5, 1.5))],
            )
        )  # fmt: skip
        if settled and look.fill != ink_on_white(look.fill):
            axes.add_collection(
                PolyCollection(
                    [shape.outline], facecolors="none", edgecolors=INK, linewidths=0.6,
                    zorder=4.005 + number / 100,
                )
            )  # fmt: skip


def ink_on_white(fill: str) -> str:
    """The colour itself where it shows on white, else ink."""
    return fill if ink_on(fill) == WHITE else INK


def _draw_places(
    axes: Axes,
    places: Sequence[MapPlace],
    xy: Mapping[str, Line],
    ends: set[str],
    known: Mapping[str, Look],
) -> None:
    """Places by who held them; the ends of arrows larger."""
    for look in [*known.values(), NOBODY]:
        held = [p for p in places if _look(p, known) == look]
        radii = [RADIUS if p.id in ends else SMALL for p in held]
        marks.markers(axes, [xy[p.id] for p in held], radii, look)


def _look(p: MapPlace, known: Mapping[str, Look]) -> Look:
    """The look of the holder of the greatest share."""
    if not p.holders:
        return NOBODY
    return known.get(max(p.holders, key=lambda h: (h[1], h[0]))[0], NOBODY)


def _name_ends(
    axes: Axes,
    data: RegroupMapData,
    panel: RegroupPanel,
    xy: Mapping[str, Line],
    taken: Taken,
) -> None:
    """The fallen place, then the destinations with their shares, the greatest first."""
    origin = next(p.name for p in data.places if p.id == panel.origin)
    _label(axes, xy[panel.origin], [(origin, "bold", INK)], RADIUS + 8, taken)
    for arrow in sorted(panel.arrows, key=lambda a: (-a.share, a.to)):
        colour = INK if arrow.settled else SOFT_INK
        lines = [(arrow.name, "normal", colour), (arrow.words, "bold", colour)]
        _label(axes, xy[arrow.to], lines, RADIUS + 2, taken)


def _label(
    axes: Axes,
    at: Line,
    lines: Sequence[tuple[str, str, str]],
    gap: float,
    taken: Taken,
    points: float = 9.0,
) -> None:
    """Lines of (text, weight, colour) beside a point, tied to it where they stand off."""
    shown = [(short(text, 34), weight, colour) for text, weight, colour in lines]
    wide = max(text_size(text, points, weight)[0] for text, weight, _ in shown) + 4
    row = points * 1.55
    x, y = map(float, at)
    placed = place([Request(x, y, wide, row * len(shown) + 2, gap, far=True)], taken)[0]
    if placed is None:
        return
    left, low, right, high = placed.box
    if placed.leader:
        near = (min(max(x, left), right), min(max(y, low), high))
        axes.plot([x, near[0]], [y, near[1]], color=SOFT_INK, lw=0.8, zorder=9)
    across = "left" if left >= x else "right" if right <= x else "center"
    edge = {"left": left + 2, "right": right - 2, "center": (left + right) / 2}[across]
    for number, (text, weight, colour) in enumerate(shown):
        halo_text(
            axes, edge, high - 1 - row * (number + 0.5), text, size=points, weight=weight,
            color=colour, ha=across, va="center_baseline", zorder=10,
        )  # fmt: skip


def _name_others(
    axes: Axes, places: Sequence[MapPlace], xy: Mapping[str, Line], taken: Taken
) -> None:
    """Names of the other places as far as there is room beside them."""
    order = sorted(places, key=lambda p: (-(p.population or 0), p.id))
    texts = [short(p.name, 24) for p in order]
    sizes = [text_size(text, 8) for text in texts]
    requests = [
        Request(float(xy[p.id][0]), float(xy[p.id][1]), w + 4, h + 2, SMALL + 1)
        for p, (w, h) in zip(order, sizes, strict=True)
    ]
    for text, placed in zip(texts, place(requests, taken), strict=True):
        if placed is not None:
            left, low, right, high = placed.box
            halo_text(
                axes, (left + right) / 2, (low + high) / 2, text, size=8, color=SOFT_INK,
                ha="center", va="center_baseline", zorder=9,
            )  # fmt: skip


def _within(point: Line, frame: Frame) -> bool:
    return bool((point > 0).all() and (point < [frame.width, frame.height]).all())
