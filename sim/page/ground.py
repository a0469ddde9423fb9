"""The ground of the map: countries, lakes and rivers as the outlines of an SVG."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path as Shape

from sim.view.look import HOME_SHARE
from sim.view.map.basemap import load, smooth
from sim.view.map.frame import Frame, fit

from .markup import Html, el
from .run import RunFiles
from .shell import Stage
from .states import States, shown

WIDTH, HEIGHT = 900.0, 675.0
"""Units of the map: pixels of a sheet that shows what the first axis is about."""

AROUND = 0.12
"""Ground beyond the outermost places, as a share of the network's own extent."""

FINEST = 0.4
"""Units that points of an outline are apart at least."""

MOST = 400_000
"""Characters of ground that a page carries; beyond it outlines are drawn more coarsely."""


def stage(runs: Sequence[RunFiles], axis: str | None) -> Stage:
    """What the script of a page draws of runs, on the frame of the first.

    What the map of an axis must show is that of all runs, so that their maps lie alike.
    """
    frame = frame_of(runs[0])
    places = [(p.lon, p.lat) for run in runs for p in run.scenario.network.places.values()]
    states = [States(run, frame).document() for run in runs]
    _share_frames(states)
    data = {"axis": axis, "km": round(frame.km_per_pixel, 6), "runs": states}
    return data, Ground(frame, places).svg()


def _share_frames(states: Sequence[dict[str, Any]]) -> None:
    """Give each axis, in every run that has it, the frame round its frames in all of them."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for axis in (axis for state in states for axis in state["axes"]):
        found[axis["id"]].append(axis)
    for same in found.values():
        lefts, tops, rights, bottoms = zip(*(axis["frame"] for axis in same), strict=True)
        for axis in same:
            axis["frame"] = [min(lefts), min(tops), max(rights), max(bottoms)]


def frame_of(run: RunFiles) -> Frame:
    """The frame whose pixels are the map's units: what the axis in focus is about."""
    places = run.scenario.network.places
    wanted = shown(run, run.focus) if run.focus is not None else list(places)
    return fit([(places[p].lon, places[p].lat) for p in wanted], WIDTH, HEIGHT)


class Ground:
    """The basemap around all places of a network."""

    def __init__(self, frame: Frame, places: Sequence[tuple[float, float]]) -> None:
        self.frame = frame
        self._places = frame.places_xy(places)
        self._base = load(*_box(frame, places))

    def svg(self) -> Html:
        """A group of paths, to be drawn where the map wants them."""
        tolerance = FINEST
        while len(drawn := self._draw(tolerance)) > MOST:
            tolerance *= 2
        return drawn

    def _draw(self, tolerance: float) -> Html:
        parts = [
            _path(layer, self.frame.height, tolerance, tolerance > FINEST) for layer in self._layers
        ]
        return el("g", parts, id="ground")

    @cached_property
    def _layers(self) -> list[_Layer]:
        """What is drawn, from the lowest up, in map units."""
        base, xy = self._base, self.frame.xy
        found = []
        for country in base.countries:
            rings = [xy(ring) for ring in country.rings]
            closed = [Shape(np.vstack([ring, ring[:1]]), closed=True) for ring in rings]
            inside = Shape.make_compound_path(*closed).contains_points(self._places).mean()
            kind = "home" if inside >= HOME_SHARE else "land"
            found.append(_Layer(kind, [r.tolist() for r in rings], True, country.name))
        lakes = [xy(smooth(lake, closed=True)).tolist() for lake in base.lakes]
        found.append(_Layer("lake", lakes, True))
        for kind, lines in (
            ("river", base.rivers),
            ("coast", base.coasts),
            ("border", base.borders),
        ):
            found.append(_Layer(kind, [xy(smooth(line)).tolist() for line in lines], False))
        return found


class _Layer(NamedTuple):
    """Outlines of one kind, each a list of points (x, y up) in map units."""

    kind: str
    lines: list[list[list[float]]]
    closed: bool
    name: str | None = None


def _path(layer: _Layer, height: float, tolerance: float, coarse: bool) -> Html | None:
    """The layer as a path without points nearer to one another than ``tolerance``.

    A ``coarse`` one leaves out lines that nowhere leave the tolerance round their first point:
    thousands of islands would else fill a page however few points each keeps.
    """
    told = []
    for line in layer.lines:
        kept = [line[0]]
        for point in line[1:-1]:
            if math.dist(point, kept[-1]) >= tolerance:
                kept.append(point)
        if coarse and len(kept) == 1 and math.dist(line[0], line[-1]) < tolerance:
            continue
        kept.append(line[-1])
        points = " ".join(f"{x:.1f},{height - y:.1f}" for x, y in kept)
        told.append(f"M{points}Z" if layer.closed else f"M{points}")
    return el("path", class_=layer.kind, d="".join(told), data_name=layer.name) if told else None


def _box(frame: Frame, places: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Degrees around the frame and all places, with some ground to spare."""
    points = frame.near(places)
    west, south, east, north = frame.box(0.3)
    low = np.minimum(points.min(axis=0), [west, south])
    high = np.maximum(points.max(axis=0), [east, north])
    spare = AROUND * (high - low)
    west, south = (low - spare).tolist()
    east, north = (high + spare).tolist()
    return max(west, -360.0), max(south, -89.0), min(east, 360.0), min(north, 89.0)
