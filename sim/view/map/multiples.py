"""Small multiples: one axis at its turning points, on maps of one frame with one legend."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.said import Sentence
from sim.measure.axis import AxisView
from sim.tables.headline import capacity
from sim.view.data import MapData, Page
from sim.view.draw import MARGIN, context, plain, sheet_for, text_size, wrap
from sim.view.look import FAINT_INK, WIDTH
from sim.view.map.base import draw_base, scale_above
from sim.view.map.compose import map_frame
from sim.view.map.figure import Maps, map_table
from sim.view.map.forces import draw_forces, lay_forces
from sim.view.map.labels import Taken
from sim.view.map.legend import LEGEND_WIDTH, legend
from sim.view.map.names import Name, lay_names, write_names
from sim.view.map.network import draw_edge, draw_network
from sim.view.map.outside import name_outside
from sim.view.map.scene import Scene
from sim.view.map.union import merged, union
from sim.view.tables import Numbers
from sim.view.words import rate

COLUMNS, HEIGHT, HEAD, GAP = 2, 320.0, 26.0, 14.0
"""Maps in a row, pixels of a map's height, of the words above it, and between maps."""

ACROSS = (WIDTH - LEGEND_WIDTH - 2 * MARGIN - GAP * (COLUMNS - 1)) / COLUMNS
"""Pixels of a map's width."""

POINTS = 10
"""Size of the words above a map."""


@dataclass(frozen=True, slots=True)
class MultiplesData:
    """One axis at several instants: (words above the map, map) in order of time."""

    page: Page
    maps: tuple[tuple[str, MapData], ...]


def multiples_data(maps: Maps, axis: str) -> MultiplesData:
    """The maps of the turning points, with the capacity at each."""
    looks = maps.turning_points(axis)
    name = maps.tell.name(axis)
    page = Page(
        capacity(maps.tell, axis),
        Sentence(name, ": the largest flow that its roads can carry at its turning points"),
        maps.credit,
    )
    shown = ((_words(maps, axis, v), maps.map(axis, v)) for v in looks)
    return MultiplesData(page, tuple(shown))


def _words(maps: Maps, axis: str, view: AxisView) -> Sentence:
    """The date of a map, the capacity then, and what befell what: two names, or one if it is long.

    Those that are left out are counted.
    """
    said = Sentence(maps.date(view.time), ": ", rate(axis, view.capacity))
    causes = [e.subject for e in maps.causes(axis, view.time)] if view.time else []
    subjects = list(dict.fromkeys(item for subject in causes for item in subject.split(", ")))
    if not subjects:
        return said
    two, one = (Sentence(said, "; ", maps.names(subjects, most)) for most in (2, 1))
    return two if text_size(plain(two), POINTS, "bold")[0] <= ACROSS else one


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
    joint = union([m for _, m in data.maps])
    whole = Scene(joint, map_frame(joint, ACROSS, HEIGHT, pad=34.0))
    taken = Taken((3, 3, ACROSS - 3, HEIGHT - 3), whole.soft())
    taken.take(whole.hard())
    scenes = [Scene(m, whole.frame, whole.fine) for _, m in data.maps]
    column = legend(joint, whole.looks, merged([scene.shown() for scene in scenes]))
    page = sheet_for(data.page, max(rows * (HEIGHT + HEAD + GAP), column.height))
    column.draw(page, page.top)
    cells = []
    for nth, (words, _) in enumerate(data.maps):
        row, across = divmod(nth, COLUMNS)
        left = MARGIN + across * (ACROSS + GAP)
        top = page.top - row * (HEIGHT + HEAD + GAP)
        text = wrap(words, POINTS, ACROSS, 1, "bold")[0]
        page.text(left, top - HEAD + 6, text, size=POINTS, weight="bold", va="bottom")
        cells.append(page.canvas(left, top - HEAD - HEIGHT, ACROSS, HEIGHT))
    scale_above(page, whole.frame, MARGIN + ACROSS, page.top - HEAD + 2)
    names = lay_names(whole, taken, small=True)
    for axes, scene in zip(cells, scenes, strict=True):
        _draw(axes, scene, whole, names)
        own = copy(taken)
        draw_forces(axes, scene, lay_forces(scene, scene.stands, own, brief=True))
        name_outside(axes, scene, scene.stands, own, brief=True)
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
