"""Draws the roads and places of a scene."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.axes import Axes

from sim.base.numbers import percent
from sim.view.look import BLUE, INK, NOBODY, PLACE, STROKE
from sim.view.map.scene import Scene, Spot, parts

from . import marks
from .frame import Frame
from .layout import Line

MOST_SHAPES = 2500
"""Roads of a scene beyond which an SVG holds its network as a picture, not as shapes."""


def draw_network(axes: Axes, scene: Scene) -> None:
    """The roads, and the places over them."""
    _draw_roads(axes, scene)
    _draw_places(axes, scene)


def _draw_roads(axes: Axes, scene: Scene) -> None:
    """The fronts, then the roads: what can be used, what flows, what is cut or closed."""
    if len(scene.roads) > MOST_SHAPES:
        axes.set_rasterization_zorder(marks.Z_WORDS)
    marks.fronts(axes, scene.fronts)
    usable = [(r, line) for r, line in scene.roads if r.most > 0]
    marks.unusable(axes, [line for r, line in scene.roads if r.most <= 0])
    usable.sort(key=lambda pair: pair[0].most)
    widths = [scene.width(r) for r, _ in usable]
    marks.casings(axes, [line for _, line in usable], widths, scene.fine)
    flowing = [(r, line if r.flow > 0 else line[::-1]) for r, line in scene.roads if r.flow]
    marks.flows(
        axes, [scene.seen(line) for _, line in flowing], [scene.flow_width(r) for r, _ in flowing],
        [r.full for r, _ in flowing], scene.fine,
    )  # fmt: skip
    marks.one_ways(axes, [scene.seen(line) for r, line in scene.roads if r.one_way], scene.fine)
    in_cut = [(r, line) for r, line in scene.roads if scene.is_cut(r)]
    marks.cut_road(
        axes, [scene.seen(line) for _, line in in_cut], [scene.width(r) for r, _ in in_cut],
        fine=scene.fine,
    )  # fmt: skip
    for state, strong in (("closed", False), ("cut", True)):
        middles = [
            scene.seen(line).mean(axis=0)
            for r, line in scene.roads
            if r.state == state and not scene.is_cut(r)
        ]
        marks.crossed_out(axes, middles, strong)
    for absent in (False, True):
        found = [
            (r, scene.seen(line)) for r, line in scene.roads
            if (r.state == "absent") == absent and (r.doubtful or absent)
        ]  # fmt: skip
        words = [percent(r.exists) if r.doubtful else "" for r, _ in found]
        marks.doubts(axes, [line for _, line in found], words, absent, scene.fine)


def draw_edge(axes: Axes, frame: Frame, colour: str) -> None:
    """A line round the map."""
    right, high = frame.width, frame.height
    axes.plot([0, right, right, 0, 0], [0, 0, high, high, 0], color=colour, lw=1.2, zorder=20)


def _draw_places(axes: Axes, scene: Scene) -> None:
    """The places by holder, with what is special about them."""
    spots = scene.spots

    def pick(chosen: Iterable[Spot]) -> tuple[list[Line], list[float]]:
        kept = list(chosen)
        return [s.xy for s in kept], [s.radius for s in kept]

    cut = [s for s in spots if s.cut]
    marks.glow(axes, *pick(cut))
    for s in spots:
        if s.place.role is not None:
            off = PLACE.source if s.place.role == "source" else PLACE.sink
            radii = [s.radius + more for more in off]
            marks.rings(axes, [s.xy] * len(radii), radii, BLUE, STROKE.ring)
    besieged = [s for s in spots if s.place.besieged]
    marks.rings(
        axes, [s.xy for s in besieged],
        [s.radius + (PLACE.siege_of_end if s.place.role else PLACE.siege) for s in besieged], INK,
        STROKE.ring, dashed=True,
    )  # fmt: skip
    marks.gates(axes, *pick(s for s in spots if s.place.crossing))
    held = [(s, parts(s.place, scene.looks)) for s in spots]
    for look in [*scene.looks.values(), NOBODY]:
        marks.markers(
            axes, *pick(s for s, shares in held if [p for p, _ in shares] == [look]), look
        )
    for s, shares in held:
        if len(shares) > 1:
            marks.pie(axes, s.xy, s.radius + PLACE.pie, shares)
    marks.seals(axes, *pick(s for s in spots if s.place.sealed))
