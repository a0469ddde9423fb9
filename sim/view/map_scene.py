"""What of a network lies in a frame, where its marks and labels go, and how they are drawn.

The map, its insets and the cut map are scenes of different frames.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from . import map_marks as marks
from .data import WHOLE, MapData, MapPlace, MapRoad
from .frame import Frame
from .labels import Box, Placed, Request, Taken, place
from .map_forces import stands
from .map_fronts import front_lines
from .map_legend import Shown
from .style import (
    BLUE,
    CUT_INK,
    INK,
    NOBODY,
    SOFT_INK,
    Look,
    halo_text,
    looks,
    short,
    text_size,
)

Line = npt.NDArray[np.float64]
BIG_TOWN = 100_000
"""Persons from which a town's marker is drawn larger."""

GATE_REACH = 45.0
"""Pixels within which a border crossing shares the name of the town beside it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place inside the frame: where and how large it is drawn."""

    place: MapPlace
    xy: Line
    radius: float
    named: bool
    cut: bool

    @property
    def outer(self) -> float:
        """Radius of all that is drawn round it."""
        ring = {"source": 5.5, "sink": 9.0}.get(self.place.role or "", 0.0)
        siege = 5.5 if self.place.besieged else 0.0
        gate = 8.0 if self.place.sealed else 5.0 if self.place.crossing else 0.0
        return self.radius + max(2.0, ring + siege, gate, 11.5 if self.cut else 0.0)


class Scene:
    """What of the data lies in the frame, in pixels."""

    def __init__(self, data: MapData, frame: Frame) -> None:
        self.data, self.frame = data, frame
        self.looks = looks(data.actors)
        self._focus = frozenset(data.focus) or frozenset(p.id for p in data.places)
        self.largest = max((r.nominal for r in data.roads), default=0)
        self.degrees = np.array([(p.lon, p.lat) for p in data.places]).reshape(-1, 2)
        xy = frame.xy(self.degrees)
        self.ends = ends = {p.id: point for p, point in zip(data.places, xy, strict=True)}
        self.stands = stands(data.forces, ends)
        self.roads = [
            (road, np.array([ends[road.a], ends[road.b]]))
            for road in sorted(data.roads, key=lambda r: r.id)
            if self._meets(ends[road.a], ends[road.b])
        ]
        sheet = np.array([frame.width, frame.height])
        self.fronts = [
            line
            for line in front_lines(data, frame)
            if ((line > 0) & (line < sheet)).all(axis=1).any()
        ]
        size = _crowding(xy)
        self.spots = [
            Spot(p, point, size * _radius(p), self._named(p, point, xy), p.id in data.cut_places)
            for p, point in sorted(zip(data.places, xy, strict=True), key=lambda pair: pair[0].id)
            if -8 < point[0] < frame.width + 8 and -8 < point[1] < frame.height + 8
        ]

    def _shows(self, xy: Line) -> bool:
        x, y = xy.tolist()
        return bool(0 < x < self.frame.width and 0 < y < self.frame.height)

    def _meets(self, a: Line, b: Line) -> bool:
        low, high = np.minimum(a, b), np.maximum(a, b)
        return bool(
            high[0] > 0 and low[0] < self.frame.width and high[1] > 0 and low[1] < self.frame.height
        )

    def _named(self, p: MapPlace, point: Line, others: Line) -> bool:
        """Whether a place gets a name: not at the very edge, nor a gate beside its town."""
        x, y = point.tolist()
        inside: bool = 5 < x < self.frame.width - 5 and 5 < y < self.frame.height - 5
        if p.kind != "border crossing" or self.special(p):
            return inside
        beside = np.hypot(*(others - point).T) < GATE_REACH
        return bool(inside and beside.sum() < 2)

    def special(self, p: MapPlace) -> bool:
        """Whether a place is part of what the map is about."""
        return p.id in self.data.cut_places or p.role is not None or bool(p.besieged) or p.sealed

    def matters(self, p: MapPlace) -> bool:
        """Whether a place is special or in the focus of the map (all are where none is named)."""
        return self.special(p) or p.id in self._focus

    def width(self, road: MapRoad) -> float:
        return marks.road_width(road.capacity, self.largest)

    def flow_width(self, road: MapRoad) -> float:
        if abs(road.flow) >= road.capacity:
            return self.width(road)
        core = marks.road_width(abs(road.flow), self.largest, marks.THINNEST_FLOW)
        return min(core, max(self.width(road) - 1.2, marks.THINNEST_FLOW))

    def seen(self, line: Line) -> Line:
        """What of a road is on the sheet."""
        part = marks.visible(line, self.frame.width, self.frame.height)
        return line if part is None else part

    def is_cut(self, road: MapRoad) -> bool:
        return road.id in self.data.cut_roads

    def soft(self) -> npt.NDArray[np.float64]:
        """Points along the roads, which labels had better not cover."""
        parts = [np.empty((0, 3))]
        for road, line in self.roads:
            count = max(2, int(np.hypot(*(line[1] - line[0])) / 6))
            points = line[0] + np.linspace(0, 1, count)[:, None] * (line[1] - line[0])
            cost = 5.0 if road.flow else 2.0 if road.capacity else 0.6
            parts.append(np.column_stack([points, np.full(count, cost)]))
        return np.concatenate(parts)

    def hard(self) -> list[Box]:
        """Marks that nothing may cover."""
        boxes = [_round(s.xy, s.outer) for s in self.spots]
        for road, line in self.roads:
            if self.is_cut(road):
                long = float(np.hypot(*(line[1] - line[0])))
                boxes.append(_round(line.mean(axis=0), 13 if long >= marks.SHORT_ROAD else 22))
            elif road.state == "cut":
                boxes.append(_round(line.mean(axis=0), 9))
            elif road.state == "closed":
                boxes.append(_round(line.mean(axis=0), 5))
        return boxes

    def shown(self) -> Shown:
        """What the legend has to explain."""
        places = [s.place for s in self.spots]
        roads = [road for road, _ in self.roads]
        held = Counter(actor for p in places for actor, share in p.holders if share > 0)
        return Shown(
            front=bool(self.fronts),
            actors=tuple(a.id for a in self.data.actors if held[a.id]),
            largest=self.largest,
            divided=any(len(_parts(p, self.looks)) > 1 for p in places),
            unheld=any(not p.holders for p in places),
            besieged=any(p.besieged for p in places),
            sealed=any(p.sealed for p in places),
            crossing=any(p.crossing for p in places),
            source=any(p.role == "source" for p in places),
            sink=any(p.role == "sink" for p in places),
            usable=any(r.capacity > 0 for r in roads),
            flow=any(r.flow for r in roads),
            full=any(r.flow and abs(r.flow) >= r.capacity for r in roads),
            unusable=any(r.capacity <= 0 for r in roads),
            closed=any(r.state == "closed" for r in roads),
            cut=any(r.state == "cut" for r in roads),
            cut_road=any(r.id in self.data.cut_roads for r in roads),
            cut_place=any(p.id in self.data.cut_places for p in places),
            forces=frozenset(s.force.state for s in self.stands if self._shows(s.xy)),
            track=any(len(s.track) > 1 and s.force.km > 0 for s in self.stands),
        )


def _radius(p: MapPlace) -> float:
    if p.role is not None:
        return 8.5
    if (p.population or 0) >= BIG_TOWN:
        return 7.5
    return 6.0 if p.kind in ("town", "city") else 5.0


def _crowding(xy: Line) -> float:
    """Size of markers, 0.7 to 1: smaller where places stand close together (n, 2 pixels)."""
    if len(xy) < 3:
        return 1.0
    from scipy.spatial import cKDTree

    nearest, _ = cKDTree(xy).query(xy, k=2)
    return float(np.clip(np.median(nearest[:, 1]) / 36, 0.7, 1.0))


def _round(xy: Line, radius: float) -> Box:
    x, y = float(xy[0]), float(xy[1])
    return (x - radius, y - radius, x + radius, y + radius)


def _parts(p: MapPlace, known: Mapping[str, Look]) -> list[tuple[Look, float]]:
    """The holders of a place with their shares of it; nobody has what is left over."""
    parts = [(known.get(actor, NOBODY), float(share)) for actor, share in p.holders if share > 0]
    rest = WHOLE - sum(share for _, share in parts)
    if rest > WHOLE / 100 or not parts:
        parts.append((NOBODY, rest))
    return parts


def draw_roads(axes: Axes, scene: Scene) -> None:
    """The fronts, then the roads: what can be used, what flows, what is cut or closed."""
    marks.fronts(axes, scene.fronts)
    usable = [(r, line) for r, line in scene.roads if r.capacity > 0]
    marks.unusable(axes, [line for r, line in scene.roads if r.capacity <= 0])
    usable.sort(key=lambda pair: pair[0].capacity)
    marks.casings(axes, [line for _, line in usable], [scene.width(r) for r, _ in usable])
    flowing = [(r, line if r.flow > 0 else line[::-1]) for r, line in scene.roads if r.flow]
    marks.flows(
        axes,
        [scene.seen(line) for _, line in flowing],
        [scene.flow_width(r) for r, _ in flowing],
        [abs(r.flow) >= r.capacity for r, _ in flowing],
    )
    in_cut = [(r, line) for r, line in scene.roads if scene.is_cut(r)]
    marks.cut_road(
        axes, [scene.seen(line) for _, line in in_cut], [scene.width(r) for r, _ in in_cut]
    )
    for state, strong in (("closed", False), ("cut", True)):
        middles = [
            line.mean(axis=0) for r, line in scene.roads if r.state == state and not scene.is_cut(r)
        ]
        marks.crossed_out(axes, middles, strong)


def draw_places(axes: Axes, scene: Scene) -> None:
    """The places by holder, with what is special about them."""
    spots = scene.spots

    def pick(chosen: Iterable[Spot]) -> tuple[list[Line], list[float]]:
        kept = list(chosen)
        return [s.xy for s in kept], [s.radius for s in kept]

    cut = [s for s in spots if s.cut]
    marks.glow(axes, *pick(cut))
    for s in spots:
        if s.place.role is not None:
            radii = [s.radius + 4.5] if s.place.role == "source" else [s.radius + 4, s.radius + 8]
            marks.rings(axes, [s.xy] * len(radii), radii, BLUE, 2.2)
    besieged = [s for s in spots if s.place.besieged]
    marks.rings(
        axes,
        [s.xy for s in besieged],
        [s.radius + (10.5 if s.place.role else 5.0) for s in besieged],
        INK,
        2.2,
        dashed=True,
    )
    marks.gates(axes, *pick(s for s in spots if s.place.crossing))
    for look in [*scene.looks.values(), NOBODY]:
        marks.markers(
            axes,
            *pick(s for s in spots if [p for p, _ in _parts(s.place, scene.looks)] == [look]),
            look,
        )
    for s in spots:
        parts = _parts(s.place, scene.looks)
        if len(parts) > 1:
            marks.pie(axes, s.xy, s.radius + 1.5, parts)
    marks.seals(axes, *pick(s for s in spots if s.place.sealed))


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a place as it is written, and where."""

    place: str
    text: str
    tag: str
    points: float
    weight: str
    spot: tuple[float, float]
    placed: Placed


def lay_names(
    scene: Scene, taken: Taken, hidden: Sequence[Box] = (), *, small: bool = False
) -> list[Name]:
    """Names of the places as far as there is room, none for places under ``hidden`` boxes.

    On a ``small`` map only sources, sinks and the places of the cut may have theirs far off,
    and a name that stands nearer to another place than to its own is left out.
    """
    focus = frozenset(scene.data.focus)

    def rank(s: Spot) -> tuple[bool, bool, bool, bool, bool, int, str]:
        p = s.place
        return (
            not s.cut,
            p.role is None,
            not p.besieged and not p.sealed,
            p.id not in focus,
            p.kind == "border crossing",
            -(p.population or 0),
            p.id,
        )

    spots = sorted((s for s in scene.spots if s.named and not under(s.xy, hidden)), key=rank)
    texts = _names([s.place for s in spots])
    requests, styles = [], []
    for s, text in zip(spots, texts, strict=True):
        p = s.place
        first = scene.special(p)
        points, weight = (10.5, "bold") if first else (9.0, "normal")
        tag = p.role or ""
        w, h = text_size(text, points, weight)
        tag_w, tag_h = text_size(tag, 8.5, "bold") if tag else (0.0, 0.0)
        h = max(h, points * 1.2) + (tag_h + 6 if tag else 0)
        x, y = s.xy.tolist()
        wide = max(w, tag_w) + 4
        far = s.cut or p.role is not None if small else first or p.id in focus
        requests.append(Request(x, y, wide, h + 2, s.outer + 1, far))
        styles.append((p.id, text, tag, points, weight, (x, y)))
    names = [
        Name(*style, placed)
        for style, placed in zip(styles, place(requests, taken), strict=True)
        if placed is not None
    ]
    return [n for n in names if n.placed.leader or _its_own(n, scene)] if small else names


def _its_own(name: Name, scene: Scene) -> bool:
    """Whether no other place is nearer to a name than the place that it is of."""
    left, low, right, high = name.placed.box
    gaps = {}
    for s in scene.spots:
        x, y = s.xy.tolist()
        gap = math.hypot(max(left - x, x - right, 0.0), max(low - y, y - high, 0.0))
        gaps[s.place.id] = gap - s.radius
    return gaps[name.place] <= min(gaps.values()) + 2


def write_names(axes: Axes, names: Iterable[Name], cut: frozenset[str]) -> None:
    """Writes names, those of the places of the cut in its colour."""
    for name in names:
        _write(axes, name, CUT_INK if name.place in cut else INK)


def under(xy: Line, boxes: Sequence[Box]) -> bool:
    """Whether a point lies in one of the boxes."""
    x, y = xy.tolist()
    return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes)


def _write(axes: Axes, name: Name, colour: str) -> None:
    left, bottom, right, top = name.placed.box
    at_x, at_y = name.spot
    x, across = (left + right) / 2, "center"
    if left >= at_x:
        x, across = left + 2, "left"
    elif right <= at_x:
        x, across = right - 2, "right"
    if name.placed.leader:
        near = (min(max(at_x, left), right), min(max(at_y, bottom), top))
        axes.plot(
            [at_x, near[0]], [at_y, near[1]], color=SOFT_INK, lw=0.8, zorder=marks.Z_PLACE - 0.1
        )
    main: dict[str, Any] = {
        "ha": across, "zorder": 10, "size": name.points, "weight": name.weight, "color": colour,
    }  # fmt: skip
    under: dict[str, Any] = {
        "ha": across, "zorder": 10, "size": 8.5, "weight": "bold", "color": BLUE,
    }  # fmt: skip
    if name.tag:
        halo_text(axes, x, top - 1, name.text, va="top", **main)
        halo_text(axes, x, bottom + 1, name.tag, va="bottom", **under)
    else:
        halo_text(axes, x, (bottom + top) / 2, name.text, va="center_baseline", **main)


def _names(places: list[MapPlace]) -> list[str]:
    """Labels: without what a name has in brackets, unless two names would become the same."""
    bare = [re.sub(r"\s*\([^()]*\)\s*$", "", p.name) or p.name for p in places]
    count = Counter(bare)
    return [
        short(name if count[name] == 1 else p.name, 34)
        for name, p in zip(bare, places, strict=True)
    ]
