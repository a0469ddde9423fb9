"""The forces on the map: a flag in the actor's look beside where each stands, and its way there.

A flag bears its actor's marker and a sign of what the force does, so that both show in grey.
Flags are seated as labels are: off places, names and flows, a line leads to the spot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Rectangle, RegularPolygon

from .data import ForceState, MapForce
from .labels import Box, Request, Taken, place
from .map_marks import PT
from .style import INK, NOBODY, WHITE, Look, halo_text, short, text_size

if TYPE_CHECKING:
    from .map_scene import Scene

Line = npt.NDArray[np.float64]

FLAG_WIDTH, FLAG_HEIGHT, DOT, BESIDE = 30.0, 16.0, 3.6, 8.0
"""Pixels: a flag, the dot where a force stands on a road, from a road to a track beside it."""

NAME_POINTS, MEN_POINTS, GAP = 8.8, 8.3, 4.0
Z_TRACK, Z_LEADER, Z_FLAG = 5.2, 8.5, 9.2

STATES: tuple[ForceState, ...] = (
    "marching", "besieging", "fighting", "stalled", "holding", "falling back",
)  # fmt: skip
"""In the order of the legend."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a force stands in pixels, the way that it came, and a unit vector where it faces."""

    force: MapForce
    xy: Line
    track: Line
    facing: Line


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a force's mark goes: all of it, the flag, the lines of words, whether left of it."""

    stand: Stand
    box: Box
    flag: Box
    words: tuple[str, ...]
    after: bool

    @property
    def near(self) -> tuple[float, float]:
        """Where its leader ends: at the flag, or at words that are right above or below."""
        x, y = self.stand.xy.tolist()
        left, low, right, high = self.flag
        if self.box[0] <= x <= self.box[2] and not left <= x <= right:
            left, low, right, high = self.box
        return min(max(x, left), right), min(max(y, low), high)


def stands(forces: Iterable[MapForce], spots: Mapping[str, Line]) -> list[Stand]:
    """Where forces stand, the strongest first; ``spots`` are the places in pixels.

    Between two stops a force stands on the straight line that the road is drawn as.
    """
    found = []
    for force in sorted(forces, key=lambda f: (-f.strength, f.id)):
        points = np.array([spots[place] for place in force.stops])
        leg = max(0, sum(km <= force.km for km in force.stops_km[1:-1]))
        start, end = force.stops_km[leg], force.stops_km[leg + 1]
        share = min(1.0, max(0.0, (force.km - start) / max(end - start, 1e-9)))
        along = points[leg + 1] - points[leg]
        xy = points[leg] + share * along
        unit = along / max(float(np.hypot(*along)), 1e-9)
        back = force.state == "falling back"
        found.append(Stand(force, xy, np.vstack([points[: leg + 1], xy]), -unit if back else unit))
    return found


def lay_forces(scene: Scene, found: Sequence[Stand], taken: Taken, *, brief: bool) -> list[Seat]:
    """Seats the flags of the forces inside the frame, with name and strength as far as there is
    room; on a ``brief`` map with the strength alone.
    """
    frame = scene.frame
    inside = [
        s for s in found if 0 < s.xy[0] < frame.width and 0 < s.xy[1] < frame.height
    ]  # fmt: skip
    taken.take(_round(s.xy, DOT + 1) for s in inside)
    flows = [
        _round(point, 5.0)
        for road, line in scene.roads
        if road.flow
        for point in np.linspace(line[0], line[1], 2 + int(np.hypot(*(line[1] - line[0])) / 9))
    ]
    seats: list[Seat] = []
    for stand in inside:
        spot = _at(scene, stand)
        gap = (DOT + 3 if spot is None else spot + 1) + 4
        men, what = f"{stand.force.strength:,}", stand.force.state
        full = (short(stand.force.name, 30), f"{men}, {what}")
        sets = ((men,), ()) if brief else (full, (full[1],), (men,), ())
        # best off names and flows; then over a name, then over a flow; never over a place
        bare = Taken((3, 3, frame.width - 3, frame.height - 3))
        bare.take([*scene.hard(), *(s.box for s in seats)])
        options = (
            seat
            for room, hidden in ((taken, flows), (bare, flows), (taken, []), (bare, []))
            for words in sets
            if (seat := _seat(stand, gap, words, room, hidden, seats)) is not None
        )
        seat = next(options, None) or _seated(stand, (), _above(stand.xy, gap))
        taken.take([seat.box, *_along(seat)])
        seats.append(seat)
    return seats


def _seat(
    stand: Stand, gap: float, words: tuple[str, ...], taken: Taken, barred: Sequence[Box],
    others: Sequence[Seat],
) -> Seat | None:  # fmt: skip
    """The best free seat off the barred boxes whose leader crosses no other flag."""
    trial = taken.copy()
    trial.take(barred)
    x, y = stand.xy.tolist()
    wide, tall = _size(words)
    request = Request(x, y, wide + 2, tall + 2, gap, True)
    while (placed := place([request], trial)[0]) is not None:
        seat = _seated(stand, words, placed.box)
        leader = _along(seat)
        if not any(_meet(part, other.flag) for part in leader for other in others):
            return seat
    return None


def _seated(stand: Stand, words: tuple[str, ...], box: Box) -> Seat:
    """The flag in a box, at the end that is nearer to where the force stands."""
    left, low, right, high = box
    after = bool(words) and (left + right) / 2 < stand.xy[0]
    edge, middle = right - 1 - FLAG_WIDTH if after else left + 1, (low + high) / 2
    flag = (edge, middle - FLAG_HEIGHT / 2, edge + FLAG_WIDTH, middle + FLAG_HEIGHT / 2)
    return Seat(stand, box, flag, words, after)


def _above(xy: Line, gap: float) -> Box:
    x, y = xy.tolist()
    return (x - FLAG_WIDTH / 2 - 1, y + gap, x + FLAG_WIDTH / 2 + 1, y + gap + FLAG_HEIGHT + 2)


def _along(seat: Seat, step: float = 7.0) -> list[Box]:
    """Small boxes along the leader of a seat."""
    xy, near = seat.stand.xy, np.array(seat.near)
    count = max(2, int(float(np.hypot(*(near - xy))) / step) + 1)
    return [_round(xy + (near - xy) * share, 2.0) for share in np.linspace(0, 1, count)]


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
        for colour, width in ((WHITE, 3.6), (INK, 1.4)):
            axes.add_collection(
                LineCollection(lines, colors=colour, linewidths=width * PT, zorder=Z_LEADER)
            )
        if spot is None:
            axes.add_patch(
                Circle((x, y), DOT, facecolor=look.fill, edgecolor=INK, lw=1.3 * PT, zorder=Z_FLAG)
            )
        flag(axes, seat.flag, look, seat.stand.force.state, seat.stand.facing)
        _write(axes, seat)


def tracks(axes: Axes, lines: Sequence[Line]) -> None:
    """The ways that forces came: thin dashes."""
    for colour, width, style in ((WHITE, 3.2, "-"), (INK, 1.3, (0, (4, 2.6)))):
        axes.add_collection(
            LineCollection(
                lines, colors=colour, linewidths=width * PT, linestyles=[style],
                alpha=0.75 if colour == WHITE else 1.0, zorder=Z_TRACK,
            )
        )  # fmt: skip


def beside(track: Line, off: float = BESIDE) -> Line:
    """A track moved to the left of its road, so that it hides no flow."""
    along = np.diff(track, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])
    kept = length > 1e-6
    if not kept.any():
        return track[:1]
    side = np.column_stack([-along[kept, 1], along[kept, 0]]) / length[kept, None] * off
    starts, ends = track[:-1][kept] + side, track[1:][kept] + side
    return np.stack([starts, ends], axis=1).reshape(-1, 2)


def flag(axes: Axes, box: Box, look: Look, state: ForceState, facing: Line) -> None:
    """One flag: the actor's fill and marker, and a sign of what the force does."""
    left, low, right, high = box
    axes.add_patch(
        Rectangle(
            (left, low), right - left, high - low, facecolor=look.fill, edgecolor=INK,
            lw=1.4 * PT, zorder=Z_FLAG,
        )
    )  # fmt: skip
    middle = (low + high) / 2
    axes.scatter(
        [left + 8], [middle], s=(8 * PT) ** 2, marker=look.marker, facecolors=look.ink,
        edgecolors=look.ink, linewidths=0.6 * PT, zorder=Z_FLAG + 0.1,
    )  # fmt: skip
    _SIGNS[state](axes, right - 9, middle, look.ink, facing)


def _arrow(axes: Axes, x: float, y: float, ink: str, facing: Line, solid: bool = True) -> None:
    turn = float(np.arctan2(facing[1], facing[0])) - np.pi / 2
    axes.add_patch(
        RegularPolygon(
            (x, y), 3, radius=6.2 if solid else 5.6, orientation=turn,
            facecolor=ink if solid else "none", edgecolor=ink, lw=1.5 * PT, zorder=Z_FLAG + 0.1,
        )
    )  # fmt: skip


def _strokes(*lines: Sequence[tuple[float, float]]) -> Callable[..., None]:
    def sign(axes: Axes, x: float, y: float, ink: str, facing: Line) -> None:
        moved = [[(x + a, y + b) for a, b in line] for line in lines]
        axes.add_collection(
            LineCollection(
                moved, colors=ink, linewidths=2.2 * PT, capstyle="butt", zorder=Z_FLAG + 0.1
            )
        )

    return sign


def _ring(axes: Axes, x: float, y: float, ink: str, facing: Line) -> None:
    axes.add_patch(
        Circle((x, y), 4.4, facecolor="none", edgecolor=ink, lw=2.0 * PT, zorder=Z_FLAG + 0.1)
    )


def _backward(axes: Axes, x: float, y: float, ink: str, facing: Line) -> None:
    _arrow(axes, x, y, ink, facing, solid=False)


_SIGNS: Mapping[ForceState, Callable[[Axes, float, float, str, Line], None]] = {
    "marching": _arrow,
    "besieging": _ring,
    "fighting": _strokes([(-5, -5), (5, 5)], [(-5, 5), (5, -5)]),
    "stalled": _strokes([(-2.6, -5), (-2.6, 5)], [(2.6, -5), (2.6, 5)]),
    "holding": _strokes([(-5, 0), (5, 0)]),
    "falling back": _backward,
}


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
    for spot in scene.spots:
        if float(np.hypot(*(spot.xy - stand.xy))) <= spot.radius:
            return spot.outer
    return None


def _round(xy: Line, radius: float) -> Box:
    x, y = xy.tolist()
    return (x - radius, y - radius, x + radius, y + radius)
