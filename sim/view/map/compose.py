"""A map with its legend and insets, for every figure that shows one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.view.data import MapData
from sim.view.draw import MARGIN, outline, put, sheet
from sim.view.look import FAINT_INK, HEIGHT, INK, WHITE, WIDTH
from sim.view.map.base import draw_base, draw_scale, name_countries
from sim.view.map.forces import draw_forces, lay_forces
from sim.view.map.frame import Frame, fit
from sim.view.map.inset import HEIGHT as INSET_HEIGHT
from sim.view.map.inset import WIDTH as INSET_WIDTH
from sim.view.map.inset import Window, crowded, free_corner, zoomed
from sim.view.map.labels import Box, Taken
from sim.view.map.legend import LEGEND_WIDTH, LegendColumn, legend, legend_left
from sim.view.map.names import lay_names, write_names
from sim.view.map.network import draw_network
from sim.view.map.outside import name_outside
from sim.view.map.scene import Scene

GAP = 12.0
"""Pixels between the legend and the insets under it."""

Z_INSET = 21.0

Overlay = Callable[[Axes, Scene, Taken, Sequence[Box]], None]
"""Draws more on a scene, before the names are written, and takes the room that it needs.

What lies under one of the boxes is hidden, or shown larger in an inset.
"""


def compose(
    data: MapData, overlay: Overlay | None = None,
    more: Callable[[LegendColumn], None] | None = None, *, width: float = WIDTH,
    height: float = HEIGHT,
) -> Figure:  # fmt: skip
    """A map with its legend and insets on a sheet, higher where the legend needs it.

    ``overlay`` draws more on the map and on each inset, ``more`` at the foot of the legend.
    """
    page = sheet(data.page, width, height)
    frame = map_frame(data, page.width - LEGEND_WIDTH - 2 * MARGIN, page.top - page.bottom)
    scene = Scene(data, frame)
    column = legend(data, scene.looks, scene.shown(), more)
    room = frame.height - column.height
    if room < 0:
        page = sheet(data.page, width, height - room)
    column.draw(page, page.top)
    foot = page.top - frame.height
    axes = page.canvas(MARGIN, foot, frame.width, frame.height)
    insets = place_insets(scene, legend_left(page) - MARGIN, room - GAP)
    _draw_map(axes, scene, insets, overlay)
    for number, inset in enumerate(insets):
        left, low = MARGIN + inset.box[0], foot + inset.box[1]
        strip = page.canvas(left, low, INSET_WIDTH, INSET_HEIGHT)
        _draw_inset(strip, scene, inset, number, overlay)
    return page.figure


def map_frame(data: MapData, width: float, height: float, pad: float = 46.0) -> Frame:
    """The frame round the places in the focus, or round all."""
    degrees = {p.id: (p.lon, p.lat) for p in data.places}
    focus = [degrees[i] for i in data.focus if i in degrees] or list(degrees.values())
    return fit(focus, width, height, pad)


@dataclass(frozen=True, slots=True)
class Inset:
    """A window of the map and the box in the map's pixels where it is shown again."""

    window: Window
    box: Box


def place_insets(scene: Scene, left: float, room: float) -> list[Inset]:
    """The insets of a map: under the legend as far as there is room, else in a free corner.

    The legend begins ``left`` pixels from the map's left edge and leaves ``room`` below it.
    """
    frame = scene.frame
    taken = Taken((0, 0, frame.width, frame.height), scene.soft())
    found: list[Inset] = []
    windows = crowded(scene)
    taken.take(window.box for window in windows)
    for window in windows:
        if room >= INSET_HEIGHT:
            low = room - INSET_HEIGHT
            found.append(Inset(window, (left, low, left + INSET_WIDTH, room)))
            room = low - GAP
        elif box := free_corner(frame, scene, taken, (INSET_WIDTH, INSET_HEIGHT)):
            found.append(Inset(window, box))
            taken.take([box])
    return found


def _draw_map(axes: Axes, scene: Scene, insets: Sequence[Inset], overlay: Overlay | None) -> None:
    """Ground, network, names, scale and the frames of the insets, on pixel axes."""
    frame = scene.frame
    base = draw_base(axes, frame, scene.degrees)
    draw_network(axes, scene)
    taken = Taken((4, 4, frame.width - 4, frame.height - 4), scene.soft())
    on_map = [i.box for i in insets if i.box[0] < frame.width]
    taken.take([*scene.hard(), *on_map])
    windows = [i.window.box for i in insets]
    for number, box in enumerate(windows):
        taken.take(mark_window(axes, box, letter_spot(box, taken), scene.data.insets[number]))
    if scene.crowded:  # else names leave no room for it
        draw_scale(axes, frame, taken)
    if overlay is not None:
        overlay(axes, scene, taken, [*on_map, *windows])
    name_outside(axes, scene, scene.stands, taken)
    _draw_words(axes, scene, taken, on_map, windows)
    if not scene.crowded:
        draw_scale(axes, frame, taken)
    name_countries(axes, frame, base, taken)
    outline(axes, (0, 0), frame.width, frame.height, FAINT_INK, 1.2, 20)


def _draw_words(
    axes: Axes, scene: Scene, taken: Taken, hidden: Sequence[Box] = (),
    enlarged: Sequence[Box] = (),
) -> None:  # fmt: skip
    """The forces, then the names of the places as far as there is room."""
    seats = lay_forces(scene, scene.stands, taken, brief=False, enlarged=enlarged)
    draw_forces(axes, scene, seats)
    write_names(axes, lay_names(scene, taken, hidden), scene.data.cut_places)


def _draw_inset(
    axes: Axes, whole: Scene, inset: Inset, number: int, overlay: Overlay | None
) -> None:
    """One inset on pixel axes of its own, with its letter."""
    frame = zoomed(whole.frame, inset.window)
    scene = Scene(whole.data, frame, whole.fine)
    axes.set_zorder(Z_INSET)
    draw_base(axes, frame, whole.degrees)
    draw_network(axes, scene)
    taken = Taken((3, 3, frame.width - 3, frame.height - 3), scene.soft())
    corner = letter_box(frame)
    taken.take([*scene.hard(), corner])
    if overlay is not None:
        overlay(axes, scene, taken, ())
    _draw_words(axes, scene, taken)
    draw_scale(axes, frame, taken, needed=False)
    letter(axes, corner, whole.data.insets[number])
    outline(axes, (0, 0), frame.width, frame.height, FAINT_INK, 1.2, 20)


def letter_box(frame: Frame) -> Box:
    """Where an inset has its letter."""
    return (4.0, frame.height - 20, 20.0, frame.height - 4)


def letter_spot(box: Box, taken: Taken) -> Box:
    """A free corner outside the frame on the map of what an inset shows, for its letter."""
    left, low, right, high = box
    spots = [
        (x, y, x + 16, y + 16)
        for x, y in ((right, high - 16), (left - 16, high - 16), (right, low), (left - 16, low))
    ]
    return next((spot for spot in spots if taken.free(spot)), spots[0])


def mark_window(axes: Axes, box: Box, spot: Box, sign: str) -> list[Box]:
    """Frames on the map what an inset shows, its letter at ``spot``; what that takes."""
    left, low, right, high = box
    for colour, wide in ((WHITE, 3.2), (INK, 1.3)):
        outline(axes, (left, low), right - left, high - low, colour, wide, 9)
    letter(axes, spot, sign)
    sides = [(left, low, right, low), (left, high, right, high)]
    sides += [(left, low, left, high), (right, low, right, high)]
    return [spot, *((a - 1.5, b - 1.5, c + 1.5, d + 1.5) for a, b, c, d in sides)]


def letter(axes: Axes, box: Box, sign: str) -> None:
    """The letter of an inset in the lower left of a box, 16 pixels square."""
    axes.add_patch(Rectangle(box[:2], 16, 16, facecolor=INK, edgecolor=WHITE, lw=1.0, zorder=11))
    put(
        axes, box[0] + 8, box[1] + 8, sign, 8.5, color=WHITE, weight="bold", ha="center",
        zorder=12,
    )  # fmt: skip
