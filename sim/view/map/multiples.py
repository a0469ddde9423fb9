"""Small multiples: one axis at its turning points, on maps of one frame with one legend."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.said import Sentence, several
from sim.view.data import MapData, Page
from sim.view.draw import MARGIN, context, sheet, wrap
from sim.view.look import FAINT_INK, WIDTH
from sim.view.map.base import draw_base, draw_scale
from sim.view.map.compose import map_frame
from sim.view.map.figure import Maps, map_table
from sim.view.map.forces import draw_forces, lay_forces
from sim.view.map.labels import Taken
from sim.view.map.legend import LEGEND_WIDTH, draw_legend
from sim.view.map.names import Name, lay_names, write_names
from sim.view.map.network import draw_edge, draw_network
from sim.view.map.scene import Scene
from sim.view.map.union import merged, union
from sim.view.tables import Numbers
from sim.view.words import rate

COLUMNS, HEIGHT, HEAD, GAP = 2, 320.0, 26.0, 14.0
"""Maps in a row, pixels of a map's height, of the words above it, and between maps."""


@dataclass(frozen=True, slots=True)
class MultiplesData:
    """One axis at several instants: (words above the map, map) in order of time."""

    page: Page
    maps: tuple[tuple[str, MapData], ...]


def multiples_data(maps: Maps, axis: str) -> MultiplesData:
    """The maps of the turning points, with the capacity at each."""
    looks = maps.turning_points(axis)
    name = maps.tell.name(axis)
    rates = [rate(axis, v.capacity, "") for v in looks]
    between = rates[1:-1]
    if between and between[-1] == rates[-1]:  # the last change is what it ends with
        between.pop()
    way = Sentence(" by way of ", several(between, last=", ")) if between else Sentence("")
    page = Page(
        Sentence(name, " goes from ", rates[0], " to ", rates[-1], " t/day", way),
        Sentence(name, ": the largest flow that its roads can carry at its turning points"),
        maps.credit,
    )
    shown = (
        (Sentence(maps.date(v.time), ": ", rate(axis, v.capacity)), maps.map(axis, v))
        for v in looks
    )
    return MultiplesData(page, tuple(shown))


@context()
def draw_multiples(data: MultiplesData) -> Figure:
    """Up to eight maps, read line by line, the words of each above it.

    All have the frame of the first and its names, which stand in the same places on each.

    Raises:
        ValueError: there is no map; a colour, a marker or a coordinate as for a single map.
    """
    if not data.maps:
        raise ValueError("small multiples need a map")
    rows = math.ceil(len(data.maps) / COLUMNS)
    page = sheet(data.page, height=110 + rows * (HEIGHT + HEAD + GAP))
    room = WIDTH - LEGEND_WIDTH - 2 * MARGIN
    width = (room - GAP * (COLUMNS - 1)) / COLUMNS
    joint = union([m for _, m in data.maps])
    whole = Scene(joint, map_frame(joint, width, HEIGHT, pad=30.0))
    taken = Taken((3, 3, width - 3, HEIGHT - 3), whole.soft())
    taken.take(whole.hard())
    cells = []
    for nth, (words, _) in enumerate(data.maps):
        row, column = divmod(nth, COLUMNS)
        left = MARGIN + column * (width + GAP)
        top = page.top - row * (HEIGHT + HEAD + GAP)
        text = wrap(words, 10, width, 1, "bold")[0]
        page.text(left, top - HEAD + 6, text, size=10, weight="bold", va="bottom")
        cells.append(page.canvas(left, top - HEAD - HEIGHT, width, HEIGHT))
    draw_scale(cells[0], whole.frame, taken)
    names = lay_names(whole, taken, small=True)
    for axes, (_, one) in zip(cells, data.maps, strict=True):
        scene = Scene(one, whole.frame)
        _draw(axes, scene, whole, names)
        draw_forces(axes, scene, lay_forces(scene, scene.stands, copy(taken), brief=True))
    height = rows * (HEIGHT + HEAD + GAP) - GAP
    seen = merged([Scene(m, whole.frame).shown() for _, m in data.maps])
    draw_legend(page, page.top - height, height, joint, whole.looks, seen)
    return page.figure


def _draw(axes: Axes, scene: Scene, whole: Scene, names: list[Name]) -> None:
    draw_base(axes, scene.frame, whole.degrees)
    draw_network(axes, scene)
    write_names(axes, names, scene.data.cut_places)
    draw_edge(axes, scene.frame, FAINT_INK)


def multiples_table(data: MultiplesData) -> Numbers:
    """The rows of each map, its words before them."""
    made = [(words, map_table(one)) for words, one in data.maps]
    columns = max((table.columns for _, table in made), key=len)  # maps with forces have more
    rows = [
        (words, *row, *[None] * (len(columns) - len(row)))
        for words, table in made
        for row in table.rows
    ]
    return Numbers(("map", *columns), rows)
