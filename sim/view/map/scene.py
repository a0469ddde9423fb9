"""What of a network lies in a frame, and where its marks and labels go.

The map, its insets and the cut map are scenes of different frames.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.view.data import WHOLE, MapData, MapPlace, MapRoad
from sim.view.look import NOBODY, PLACE, ROAD, Look, looks

from .frame import Frame
from .fronts import front_lines
from .labels import Box
from .layout import Line, OnMap, around, road_width, stands, visible
from .near import gaps_within

ROADS, PLACES = 0.35, 0.05
"""Shares of the map that roads and markers may cover; beyond, they are drawn finer."""

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
    """What of the data lies in the frame, in pixels.

    ``fine`` is the factor of the widths of roads, at most 1; where it is not given the scene
    finds its own, from the roads alone, so that maps of one frame have the same. On a
    ``crowded`` one roads or markers are drawn finer than elsewhere.
    """

    def __init__(self, data: MapData, frame: Frame, fine: float | None = None) -> None:
        self.data, self.frame = data, frame
        self.looks = looks(data.actors)
        self._focus = frozenset(data.focus) or frozenset(p.id for p in data.places)
        self.largest = max((r.nominal for r in data.roads), default=0)
        self.degrees = np.array([(p.lon, p.lat) for p in data.places]).reshape(-1, 2)
        xy = frame.places_xy(self.degrees)
        self.ends = {p.id: point for p, point in zip(data.places, xy, strict=True)}
        self.stands = stands(data.forces, self.ends)
        roads = sorted(data.roads, key=lambda r: r.id)
        number = {p.id: i for i, p in enumerate(data.places)}
        ends = np.array([(number[r.a], number[r.b]) for r in roads], dtype=np.int64)
        lines = xy[ends.reshape(-1, 2)]
        sheet = np.array([frame.width, frame.height])
        meets = (lines.max(axis=1) > 0).all(axis=1) & (lines.min(axis=1) < sheet).all(axis=1)
        self.roads = [(roads[i], lines[i]) for i in np.flatnonzero(meets).tolist()]
        self.fine = self._fineness() if fine is None else fine
        shown = np.flatnonzero(frame.shows(xy, 8)).tolist()
        near = sorted(((data.places[i], xy[i]) for i in shown), key=lambda pair: pair[0].id)
        size, apart = _crowding(xy)
        ink = math.pi * sum((size * _radius(p)) ** 2 for p, _ in near)
        small = min(apart, math.sqrt(PLACES * frame.width * frame.height / max(ink, 1e-9)))
        self.crowded = self.fine < 1 or small < 1
        self.spots = [
            Spot(
                p, point, (size if self.special(p) else size * small) * _radius(p),
                self._named(p, point, xy), p.id in data.cut_places,
            )
            for p, point in near
        ]  # fmt: skip

    @cached_property
    def fronts(self) -> list[Line]:
        """Lines (n, 2) between what opposed sides hold, as far as the places hint at them."""
        lines = front_lines(self.data, self.frame)
        return [line for line in lines if self.frame.shows(line).any()]

    def _fineness(self) -> float:
        """The factor that keeps the ink of all roads within their share of the map."""
        width, height = self.frame.width, self.frame.height
        ink = 0.0
        for road, line in self.roads:
            (ax, ay), (bx, by) = line.tolist()
            if 0 < ax + bx < 2 * width and 0 < ay + by < 2 * height:
                wide = road_width(road.nominal, self.largest) + ROAD.edges
                ink += math.hypot(bx - ax, by - ay) * wide
        return min(1.0, ROADS * width * height / max(ink, 1e-9))

    def _named(self, p: MapPlace, point: Line, others: Line) -> bool:
        """Whether a place gets a name: not at the very edge, nor a gate beside its town."""
        x, y = point.tolist()
        inside: bool = 5 < x < self.frame.width - 5 and 5 < y < self.frame.height - 5
        if p.kind != "border crossing" or self.special(p) or p.id in self.data.subjects:
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
        return road_width(road.most, self.largest) * self.fine

    def flow_width(self, road: MapRoad) -> float:
        if road.full:
            return max(self.width(road), ROAD.seen)
        least = max(ROAD.thinnest_flow * self.fine, ROAD.seen)
        core = road_width(abs(road.flow), self.largest, ROAD.thinnest_flow) * self.fine
        return max(least, min(core, self.width(road) - ROAD.inside * self.fine))

    def seen(self, line: Line) -> Line:
        """What of a road is on the sheet."""
        part = visible(line, self.frame.width, self.frame.height)
        return line if part is None else part

    def is_cut(self, road: MapRoad) -> bool:
        return road.id in self.data.cut_roads

    def soft(self) -> npt.NDArray[np.float64]:
        """Points along the roads, which labels had better not cover."""
        if not self.roads:
            return np.empty((0, 3))
        lines = np.array([line for _, line in self.roads])
        along = lines[:, 1] - lines[:, 0]
        count = np.maximum(2, (np.hypot(along[:, 0], along[:, 1]) / 6).astype(np.int64))
        number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        share = np.repeat(1 / (count - 1), count) * number
        share[np.cumsum(count) - 1] = 1.0
        points = np.repeat(lines[:, 0], count, axis=0)
        points += share[:, None] * np.repeat(along, count, axis=0)
        cost = [5.0 if road.flow else 2.0 if road.most else 0.6 for road, _ in self.roads]
        return np.column_stack([points, np.repeat(cost, count)])

    def hard(self) -> list[Box]:
        """Marks that nothing may cover."""
        boxes = [around(s.xy, s.outer) for s in self.spots]
        for road, line in self.roads:
            reach = {"cut": 9.0, "closed": 5.0}.get(road.state, 0.0)
            if self.is_cut(road):
                long = float(np.hypot(*(line[1] - line[0])))
                reach = 13.0 if long >= ROAD.short else 22.0
            if reach:
                boxes.append(around(self.seen(line).mean(axis=0), reach))
        return boxes

    def shown(self) -> OnMap:
        """What the legend has to explain."""
        places = [s.place for s in self.spots]
        width, height = self.frame.width, self.frame.height
        lines = np.array([line for _, line in self.roads]).reshape(-1, 2, 2)
        inside = self.frame.shows(lines)
        roads = [
            r for (r, line), ends in zip(self.roads, inside.tolist(), strict=True)
            if all(ends) or visible(line, width, height) is not None
        ]  # fmt: skip
        crossed = {r.state for r in roads if not self.is_cut(r)}  # the others have bars
        afield = [s for s in self.stands if self.frame.shows(s.xy)]
        held = Counter(actor for p in places for actor, share in p.holders if share > 0)
        occurs = {
            "front": bool(self.fronts),
            "divided": any(len(parts(p, self.looks)) > 1 for p in places),
            "unheld": any(not p.holders for p in places),
            "besieged": any(p.besieged for p in places),
            "sealed": any(p.sealed for p in places),
            "crossing": any(p.crossing for p in places),
            "source": any(p.role == "source" for p in places),
            "sink": any(p.role == "sink" for p in places),
            "usable": any(r.most > 0 for r in roads),
            "flow": any(r.flow for r in roads),
            "full": any(r.full for r in roads),
            "unusable": any(r.most <= 0 for r in roads),
            "one_way": any(r.one_way for r in roads),
            "unequal": any(r.back is not None and not r.one_way for r in roads),
            "doubtful": any(r.doubtful and r.state != "absent" for r in roads),
            "absent": any(r.state == "absent" for r in roads),
            "closed": "closed" in crossed,
            "cut": "cut" in crossed,
            "cut_road": any(self.is_cut(r) for r in roads),
            "cut_place": any(p.id in self.data.cut_places for p in places),
            "track": any(len(s.track) > 1 and s.force.km > 0 for s in afield),
            "outside": len(afield) < len(self.stands),
        }
        return OnMap(
            tuple(a.id for a in self.data.actors if held[a.id]), self.largest,
            frozenset(kind for kind, there in occurs.items() if there),
            frozenset(s.force.state for s in afield), self.fine,
        )  # fmt: skip


def _radius(p: MapPlace) -> float:
    if p.role is not None:
        return PLACE.end
    if (p.population or 0) >= PLACE.big_town:
        return PLACE.big
    return PLACE.town if p.kind in ("town", "city") else PLACE.other


def _crowding(xy: Line) -> tuple[float, float]:
    """Size of all markers, 0.7 to 1, and of those of plain places besides, 0.3 to 1.

    Both are smaller where places (n, 2 pixels) stand close together. Those at one spot count
    once: no size would show them apart.
    """
    xy = np.unique(xy.round(1), axis=0)
    if len(xy) < 3:
        return 1.0, 1.0
    middle = float(np.median(gaps_within(xy)))
    return min(max(middle / 36, 0.7), 1.0), min(max(middle / 10, 0.3), 1.0)


def parts(p: MapPlace, known: Mapping[str, Look]) -> list[tuple[Look, float]]:
    """The holders of a place with their shares of it; nobody has what is left over."""
    found = [(known.get(actor, NOBODY), float(share)) for actor, share in p.holders if share > 0]
    rest = WHOLE - sum(share for _, share in found)
    if rest > WHOLE * PLACE.rest or not found:
        found.append((NOBODY, rest))
    return found
