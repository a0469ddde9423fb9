"""The ground of the map: countries, lakes and rivers as the outlines of an SVG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.path import Path as Shape

from sim.view.basemap import Basemap, Country, Points, load, smooth
from sim.view.frame import Frame, fit

from .markup import Html, el
from .run import RunFiles
from .states import shown

WIDTH, HEIGHT = 900.0, 675.0
"""Units of the map: pixels of a sheet that shows what the first axis is about."""

AROUND = 0.12
"""Ground beyond the outermost places, as a share of the network's own extent."""

MOST = 400_000
"""Characters of ground that a page carries; beyond it outlines are drawn more coarsely."""

HOME_SHARE = 0.25
"""A country with at least this share of the places is drawn lighter, as in the figures."""


def frame_of(run: RunFiles) -> Frame:
    """The frame whose pixels are the map's units: what the axis in focus is about."""
    places = run.scenario.network.places
    wanted = shown(run, run.focus) if run.focus is not None else list(places)
    return fit([(places[p].lon, places[p].lat) for p in wanted], WIDTH, HEIGHT)


class Ground:
    """The basemap around all places of a network."""

    def __init__(self, frame: Frame, places: Sequence[tuple[float, float]]) -> None:
        self.frame = frame
        self._places = frame.xy(places)
        self._base = load(*_box(frame, places))

    def svg(self) -> Html:
        """A group of paths, to be drawn where the map wants them."""
        tolerance = 0.4
        while len(drawn := self._draw(tolerance)) > MOST:
            tolerance *= 2
        return drawn

    def _draw(self, tolerance: float) -> Html:
        base: Basemap = self._base
        parts = []
        for country in base.countries:
            inside = self._shape(country).contains_points(self._places).mean()
            kind = "home" if inside >= HOME_SHARE else "land"
            rings = [self._line(ring, tolerance, closed=True) for ring in country.rings]
            parts.append(_path(kind, rings, country.name))
        lakes = [
            self._line(smooth(lake, closed=True), tolerance, closed=True) for lake in base.lakes
        ]
        parts.append(_path("lake", lakes))
        for kind, lines in (
            ("river", base.rivers),
            ("coast", base.coasts),
            ("border", base.borders),
        ):
            parts.append(_path(kind, [self._line(smooth(line), tolerance) for line in lines]))
        return el("g", parts, id="ground")

    def _shape(self, country: Country) -> Shape:
        rings = [np.vstack([ring, ring[:1]]) for ring in map(self.frame.xy, country.rings)]
        return Shape.make_compound_path(*(Shape(ring, closed=True) for ring in rings))

    def _line(self, points: Points, tolerance: float, closed: bool = False) -> str:
        """The line as path data in map units, without points nearer than ``tolerance``."""
        xy = self.frame.xy(points)
        kept = [xy[0]]
        for point in xy[1:-1]:
            if np.hypot(*(point - kept[-1])) >= tolerance:
                kept.append(point)
        kept.append(xy[-1])
        told = " ".join(f"{x:.1f},{self.frame.height - y:.1f}" for x, y in kept)
        return f"M{told}" + ("Z" if closed else "")


def _path(kind: str, lines: Sequence[str], name: str | None = None) -> Html | None:
    return el("path", class_=kind, d="".join(lines), data_name=name) if lines else None


def _box(frame: Frame, places: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Degrees around the frame and all places, with some ground to spare."""
    points = np.asarray(places, dtype=float).reshape(-1, 2)
    west, south, east, north = frame.box(0.3)
    low = np.minimum(points.min(axis=0), [west, south])
    high = np.maximum(points.max(axis=0), [east, north])
    spare = AROUND * (high - low)
    west, south = (low - spare).tolist()
    east, north = (high + spare).tolist()
    return max(west, -360.0), max(south, -89.0), min(east, 360.0), min(north, 89.0)
