"""What lies behind the network: sea, countries, lakes, rivers, a scale, country names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Rectangle
from matplotlib.path import Path

from sim.view.draw import Sheet, halo_text, plain, put, text_size
from sim.view.look import (
    BORDER,
    COAST,
    COUNTRY_INK,
    HOME,
    HOME_SHARE,
    INK,
    LAND,
    RIVER,
    SEA,
    WATER,
    WHITE,
)

from .basemap import Basemap, Country, Points, load, smooth
from .frame import Frame
from .labels import Box, Taken

MOST_COVERED = 12.0
"""What a country's name may cover of the roads at most; it is left out otherwise."""

COARSE = 40.0
"""Pixels in a degree below which the ground has more points than can be seen."""

GRID = (36, 27)
"""Trial points across and up the frame for a country's name."""


def draw_base(axes: Axes, frame: Frame, places: npt.NDArray[np.float64]) -> Basemap:
    """Draws the ground on pixel axes; ``places`` (n, 2) in degrees tells which land is home."""
    base = load(*frame.box())
    xy = frame.places_xy(places)
    xy = xy[((xy >= 0) & (xy <= [frame.width, frame.height])).all(axis=1)]
    sea = Rectangle((0, 0), frame.width, frame.height, facecolor=SEA, edgecolor="none", zorder=0.5)
    axes.add_patch(sea)
    home: list[Path] = []
    other: list[Path] = []
    for country in base.countries:
        shape = _shape([_seen(ring, frame) for ring in country.rings])
        inside = shape.contains_points(xy).mean() if len(xy) else 0.0
        (home if inside >= HOME_SHARE else other).append(shape)
    for shapes, colour in ((other, LAND), (home, HOME)):
        axes.add_collection(
            PathCollection(shapes, facecolors=colour, edgecolors=colour, linewidths=0.5, zorder=1),
            autolim=False,
        )
    lakes = [_shape([_seen(smooth(lake, closed=True), frame)]) for lake in base.lakes]
    axes.add_collection(
        PathCollection(lakes, facecolors=WATER, edgecolors=COAST, linewidths=0.5, zorder=1.1),
        autolim=False,
    )
    for lines, colour, width, style in (
        (base.rivers, RIVER, 1.7, "-"),
        (base.coasts, COAST, 0.8, "-"),
        (base.borders, WHITE, 3.0, "-"),
        (base.borders, BORDER, 1.1, (0, (7, 2, 1.5, 2))),
    ):
        paths = [_seen(smooth(line), frame) for line in lines]
        axes.add_collection(
            LineCollection(
                paths, colors=colour, linewidths=width, linestyles=[style], zorder=1.2,
                capstyle="round",
            ),
            autolim=False,
        )  # fmt: skip
    return base


def name_countries(axes: Axes, frame: Frame, base: Basemap, taken: Taken) -> None:
    """Writes each country's name where there is room for it, well inside its land."""
    across = (np.arange(GRID[0]) + 0.5) * frame.width / GRID[0]
    upward = (np.arange(GRID[1]) + 0.5) * frame.height / GRID[1]
    grid = np.array([(x, y) for y in upward for x in across])
    for country in base.countries:
        box = _name_box(country, frame, grid, taken)
        if box is not None:
            taken.take([box])
            put(
                axes, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, _spaced(country.name), 10.5,
                color=COUNTRY_INK, ha="center", zorder=1.5,
            )  # fmt: skip


STEP = 24.0
"""Pixels between the spots at an edge where room for a scale bar is sought."""


def draw_scale(axes: Axes, frame: Frame, taken: Taken, *, needed: bool = True) -> None:
    """A scale bar in the corner that covers least; none in the way of roads unless ``needed``.

    Where no corner is free it stands elsewhere at the lower or the upper edge.
    """
    km, length, width = _scale(frame)
    right = frame.width - 12 - width
    rows = (12.0, frame.height - 36)
    spots = [(x, y, x + width, y + 24) for y in rows for x in (12.0, right)]
    if not any(map(taken.free, spots)):
        inner = np.arange(12.0 + STEP, right, STEP).tolist()
        spots += [(x, y, x + width, y + 24) for y in rows for x in inner]
    box = min(spots, key=lambda spot: (not taken.free(spot), taken.cost(spot)))
    if not needed and (not taken.free(box) or taken.cost(box) > MOST_COVERED):
        return
    taken.take([box])
    _bar(axes, box[0] + 8, box[1] + 10, length, km)


def scale_above(page: Sheet, frame: Frame, right: float, low: float) -> None:
    """A scale bar on a sheet above a map whose every corner its names may need."""
    km, length, width = _scale(frame)
    _bar(page.canvas(right - width, low, width, 20), 8, 10, length, km)


def _scale(frame: Frame) -> tuple[str, float, float]:
    """What a scale bar says, how long it is, and how wide with its words (pixels)."""
    widest = frame.width / 5 * frame.km_per_pixel
    power = 10.0 ** np.floor(np.log10(widest))
    km = next(step * power for step in (5, 2, 1) if step * power <= widest)
    length, label = km / frame.km_per_pixel, f"{km:g} km"
    return label, length, length + 14 + text_size(label, 8.5)[0] + 8


def _bar(axes: Axes, left: float, y: float, length: float, label: str) -> None:
    for colour, thick in ((WHITE, 4.5), (INK, 1.6)):
        x = np.array([left, left, left, left + length, left + length, left + length])
        axes.plot(x, y + np.array([4, -4, 0, 0, 4, -4]), color=colour, lw=thick, zorder=8)
    halo_text(axes, left + length + 6, y, label, size=8.5, va="center_baseline", zorder=8)


def _seen(line: Points, frame: Frame) -> Points:
    """A line in pixels, on a coarse frame without points within a pixel of the one before."""
    xy = frame.xy(line)
    if frame.per_degree >= COARSE:
        return xy
    cell = np.floor(xy)
    kept = np.append(True, (cell[1:] != cell[:-1]).any(axis=1))
    kept[-1] = True
    thinned: Points = xy[kept]
    return thinned


def _shape(rings: Sequence[Points]) -> Path:
    """One path of all rings (pixels): holes run the other way round, so they stay open."""
    paths = [Path(np.vstack([ring, ring[:1]]), closed=True) for ring in rings]
    return Path.make_compound_path(*paths)


def _spaced(name: str) -> str:
    return "\u2009".join(plain(name).upper())


def _name_box(
    country: Country, frame: Frame, grid: npt.NDArray[np.float64], taken: Taken
) -> Box | None:
    """The free box nearest the middle of the country's land in the frame."""
    shape = _shape([_seen(ring, frame) for ring in country.rings])
    inside = grid[shape.contains_points(grid)]
    width, height = text_size(_spaced(country.name), 10.5)
    best: tuple[float, Box] | None = None
    middle = inside.mean(axis=0) if len(inside) else np.zeros(2)
    for x, y in inside:
        box = (x - width / 2 - 4, y - height / 2 - 3, x + width / 2 + 4, y + height / 2 + 3)
        corners = [(box[i], box[j]) for i in (0, 2) for j in (1, 3)]
        if not taken.free(box) or not shape.contains_points(corners).all():
            continue
        covered = taken.cost(box)
        if covered > MOST_COVERED:
            continue
        cost = covered + 0.02 * float(np.hypot(*(np.array([x, y]) - middle)))
        if best is None or cost < best[0]:
            best = (cost, box)
    return best[1] if best else None
