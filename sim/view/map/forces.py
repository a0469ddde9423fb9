"""The forces on the map: a flag in the actor's look beside where each stands, and its way there.

A flag bears its actor's marker and a sign of what the force does, so that both show in grey.
Flags are seated as labels are: off places, names and flows, a line leads to the spot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon, Rectangle

from sim.measure.routes import Doing
from sim.view.draw import MARKERS, PT, halo_text, short, text_size
from sim.view.look import FORCE, INK, NOBODY, SIGNS, STROKE, WHITE, Look
from sim.view.map.marks import layers, strokes
from sim.view.map.scene import Scene, Spot

from .labels import Box, Taken, nearest, under
from .layout import Line, Stand, around, beside

FLAG_WIDTH, FLAG_HEIGHT = FORCE.flag
NAME_POINTS, MEN_POINTS, GAP = 8.8, 8.3, 4.0

ROUND = tuple(
    (math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    for turn in (0, 180, 90, 270, 45, 315, 135, 225, 22, 338, 158, 202, 68, 292, 112, 248)
)
"""Directions from where a force stands to its flag, the preferred first."""

DISTANCES = (0.0, 6.0, 14.0, 24.0, 36.0, 52.0, 74.0, 100.0, 130.0, 165.0, 205.0)
"""Pixels from the mark to the flag."""

COST_FLOW, COST_WAY, COST_INWARD, COST_CROSSED, COST_PLACE = 60.0, 2.5, 9.0, 7.0, 40.0
"""What it costs to cover 5 pixels of a flow or of a way, to have words between a flag and its
spot, and to lead over 7 pixels of a name or of another place; a pixel away costs 0.5.
"""

Z_TRACK, Z_LEADER, Z_FLAG, Z_SIGN = 5.2, 8.5, 9.2, 9.3


def lay_forces(
    scene: Scene, found: Sequence[Stand], taken: Taken, *, brief: bool,
    enlarged: Sequence[Box] = (),
) -> list[Seat]:  # fmt: skip
    """Seats the flags of the forces inside the frame, with name and strength as far as there is
    room; with the strength alone on a ``brief`` map, and in boxes that an inset shows enlarged.
    """
    frame = scene.frame
    inside = [s for s in found if frame.shows(s.xy)]
    taken.take(around(s.xy, FORCE.dot + 1) for s in inside)
    lines = [(line[0], line[1], COST_FLOW) for road, line in scene.roads if road.flow]
    ways = [beside(s.track) for s in inside if len(s.track) > 1]
    lines += [(a, b, COST_WAY) for way in ways for a, b in pairwise(way)]
    worse = Taken((0, 0, frame.width, frame.height), _beaded(lines))
    seats: list[Seat] = []
    for stand in inside:
        spot = _at(scene, stand)
        gap = (FORCE.dot + 3 if spot is None else spot + 1) + 4
        men, what = f"{stand.force.strength:,}", stand.force.state
        sets: Sets = ((50.0, (men,)), (80.0, ()))
        if not (brief or under(stand.xy, enlarged)):
            name, doing = stand.force.name, f"{men}, {what}"
            named = (0.0, (short(name, 30), doing)), (8.0, (short(name, 18), doing))
            sets = (*named, (38.0, (doing,)), *sets)
        marks = Taken((0, 0, frame.width, frame.height))
        marks.take(around(s.xy, s.radius) for s in scene.spots if not _close(s, stand))
        options = _options(gap, sets)
        seat = _best(stand, options, (taken, worse, marks), seats)
        if seat is None:  # no room at all: over names, never over a place or another flag
            bare = Taken((3, 3, frame.width - 3, frame.height - 3))
            bare.take([*scene.hard(), *(s.box for s in seats)])
            seat = _best(stand, options, (bare, worse, marks), seats)
        if seat is None:
            seat = next(o for o in options if not o.words).seat(stand)
        taken.take([seat.box, *_along(seat)])
        seats.append(seat)
    return seats


Sets = tuple[tuple[float, tuple[str, ...]], ...]
"""Lines of words that a flag may have, each with what it costs to say no more."""


@dataclass(frozen=True, slots=True)
class Berth:
    """A seat as seen from where a force stands, and what it costs.

    All of its mark, the flag, the lines of words, whether they are left of the flag.
    """

    cost: float
    box: Box
    flag: Box
    words: tuple[str, ...]
    after: bool

    def seat(self, stand: Stand) -> Seat:
        """The seat of a force."""
        x, y = stand.xy.tolist()
        box, flag = _moved(self.box, x, y), _moved(self.flag, x, y)
        return Seat(self.cost, box, flag, self.words, self.after, stand)


@dataclass(frozen=True, slots=True)
class Seat(Berth):
    """Where a force's mark goes, in pixels of the map."""

    stand: Stand

    @property
    def near(self) -> tuple[float, float]:
        """Where its leader ends: at the flag."""
        return nearest(self.flag, *self.stand.xy.tolist())


@lru_cache(maxsize=256)
def _options(gap: float, sets: Sets) -> tuple[Berth, ...]:
    """Seats all round a spot, the flag always at the leader's end, the cheapest first.

    Directions and distances that come first in the lists cost less.
    """
    found = []
    half_w, half_h = FLAG_WIDTH / 2, FLAG_HEIGHT / 2
    for unsaid, words in sets:
        wide, tall = _size(words)
        for distance in DISTANCES:
            for rank, (dx, dy) in enumerate(ROUND):
                x = dx * (gap + distance) + _way(dx) * half_w
                y = dy * (gap + distance) + _way(dy) * half_h
                flag = (x - half_w, y - half_h, x + half_w, y + half_h)
                for after in (False, True) if words else (False,):
                    left = flag[2] - wide if after else flag[0]
                    box = (left - 1, y - tall / 2 - 1, left + wide + 1, y + tall / 2 + 1)
                    cost = unsaid + 0.5 * distance + 0.4 * rank
                    # words had better not lie between the flag and its spot
                    cost += COST_INWARD * (after == (_way(dx) >= 0))
                    found.append(Berth(cost, box, flag, words, after))
    return tuple(sorted(found, key=lambda option: option.cost))


def _best(
    stand: Stand, options: Sequence[Berth], rooms: tuple[Taken, Taken, Taken],
    others: Sequence[Seat],
) -> Seat | None:  # fmt: skip
    """The free seat that costs least; its leader crosses no other flag.

    ``rooms`` are what it must keep off, what it had better keep off with some room to spare,
    and the places that its leader had better not lead over.
    """
    taken, worse, marks = rooms
    x, y = stand.xy.tolist()
    best: tuple[float, Seat] | None = None
    for option in options:
        if best is not None and option.cost >= best[0]:
            break
        if not taken.free(_moved(option.box, x, y)):
            continue
        seat = option.seat(stand)
        leader = _along(seat)
        if any(_meet(part, other.box) for part in leader for other in others):
            continue
        left, low, right, high = seat.box
        cost = option.cost + taken.cost(seat.box)
        cost += worse.cost((left - 6, low - 6, right + 6, high + 6))
        cost += COST_CROSSED * sum(not taken.free(part) for part in leader[2:])
        cost += COST_PLACE * sum(not marks.free(part) for part in leader)
        if best is None or cost < best[0]:
            best = (cost, seat)
    return None if best is None else best[1]


def _moved(box: Box, x: float, y: float) -> Box:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def _way(share: float) -> int:
    return 0 if abs(share) < 1e-6 else 1 if share > 0 else -1


def _beaded(lines: Sequence[tuple[Line, Line, float]]) -> Line:
    """Points (n, 3) along straight lines: x, y, and what covering one costs."""
    parts = [np.empty((0, 3))]
    for a, b, cost in lines:
        count = 2 + int(np.hypot(*(b - a)) / 5)
        parts.append(np.column_stack([np.linspace(a, b, count), np.full(count, cost)]))
    return np.concatenate(parts)


def _along(seat: Seat, step: float = 7.0) -> list[Box]:
    """Small boxes along the leader of a seat."""
    xy, near = seat.stand.xy, np.array(seat.near)
    count = max(2, int(float(np.hypot(*(near - xy))) / step) + 1)
    return [around(xy + (near - xy) * share, 2.0) for share in np.linspace(0, 1, count)]


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def draw_forces(axes: Axes, scene: Scene, seats: Sequence[Seat]) -> None:
    """Tracks, dots, leaders, flags and their words."""
    tracks(axes, [beside(s.stand.track) for s in seats if len(s.stand.track) > 1])
    for seat in seats:
        look = scene.looks.get(seat.stand.force.actor, NOBODY)
        x, y = seat.stand.xy.tolist()
        near = seat.near
        lines = [np.array([(x, y), near])]
        spot = _at(scene, seat.stand)
        if spot is not None:  # the leader ends at the rim of the place
            away = np.array(near) - (x, y)
            lines = [np.array([(x, y) + away * min(1, spot / max(np.hypot(*away), 1e-9)), near])]
        wide = (WHITE, STROKE.leader_back), (INK, STROKE.leader)
        layers(axes, lines, wide, Z_LEADER, 0.0)
        if spot is None:
            axes.add_patch(
                Circle(
                    (x, y), FORCE.dot, facecolor=look.fill, edgecolor=INK, lw=STROKE.dot * PT,
                    zorder=Z_FLAG,
                )
            )  # fmt: skip
        flag(axes, seat.flag, look, seat.stand.force.state, seat.stand.facing)
        _write(axes, seat)


def tracks(axes: Axes, lines: Sequence[Line]) -> None:
    """The ways that forces came: thin dashes."""
    strokes(axes, lines, WHITE, STROKE.track_back, Z_TRACK, linestyles=["-"], alpha=0.75)
    strokes(axes, lines, INK, STROKE.track, Z_TRACK, linestyles=[(0, (4, 2.6))], alpha=1.0)


def flag(axes: Axes, box: Box, look: Look, state: Doing, facing: Line) -> None:
    """One flag: the actor's fill and marker, and a sign of what the force does."""
    left, low, right, high = box
    axes.add_patch(
        Rectangle(
            (left, low), right - left, high - low, facecolor=look.fill, edgecolor=INK,
            lw=STROKE.flag * PT, zorder=Z_FLAG,
        )
    )  # fmt: skip
    middle = (low + high) / 2
    axes.scatter(
        [left + FORCE.marker_at], [middle], s=(2 * FORCE.marker * PT) ** 2,
        marker=MARKERS[look.shape], facecolors=look.ink, edgecolors=look.ink, linewidths=0.6 * PT,
        zorder=Z_SIGN,
    )  # fmt: skip
    _sign(axes, np.array([right - FORCE.sign_at, middle]), look.ink, state, facing)


def _sign(axes: Axes, at: Line, ink: str, state: Doing, facing: Line) -> None:
    """Strokes, a ring or a dart: unlike a triangle of equal sides a dart points one way alone."""
    if state in SIGNS:
        lines = [at + line for line in SIGNS[state]]
        strokes(axes, lines, ink, STROKE.sign, Z_SIGN, capstyle="butt")
    elif state == "besieging":
        ring = Circle((at[0], at[1]), FORCE.ring, facecolor="none", edgecolor=ink, lw=2.0 * PT)
        ring.set_zorder(Z_SIGN)
        axes.add_patch(ring)
    else:
        solid = state == "marching"
        ahead = facing / max(float(np.hypot(*facing)), 1e-9)
        side = np.array([-ahead[1], ahead[0]])
        dart = np.array([ahead * along + side * across for along, across in FORCE.dart])
        axes.add_patch(
            Polygon(
                dart * (1.0 if solid else FORCE.open_dart) + at, closed=True,
                facecolor=ink if solid else "none", edgecolor=ink, lw=(0.6 if solid else 1.5) * PT,
                joinstyle="miter", zorder=Z_SIGN,
            )
        )  # fmt: skip


def _write(axes: Axes, seat: Seat) -> None:
    if not seat.words:
        return
    left, low, right, high = seat.flag
    x, across = (left - GAP, "right") if seat.after else (right + GAP, "left")
    middle, count = (low + high) / 2, len(seat.words)
    for number, text in enumerate(seat.words):
        named = count > 1 and not number
        y = middle + ((count - 1) / 2 - number) * 13
        halo_text(
            axes, x, y, text, ha=across, va="center_baseline", color=INK, zorder=10,
            size=NAME_POINTS if named else MEN_POINTS, weight="bold" if named else "normal",
        )  # fmt: skip


def _size(words: Sequence[str]) -> tuple[float, float]:
    """Width and height of a flag with its words."""
    sizes = [
        text_size(t, *((NAME_POINTS, "bold") if len(words) > 1 and not i else (MEN_POINTS,)))[0]
        for i, t in enumerate(words)
    ]
    wide = FLAG_WIDTH + (GAP + max(sizes) + 2 if sizes else 0)
    return wide, max(FLAG_HEIGHT, 13.0 * len(words) + 2)


def _at(scene: Scene, stand: Stand) -> float | None:
    """Radius of the place at which a force stands; None on a road."""
    return next((spot.outer for spot in scene.spots if _close(spot, stand)), None)


def _close(spot: Spot, stand: Stand) -> bool:
    return float(np.hypot(*(spot.xy - stand.xy))) <= spot.radius
