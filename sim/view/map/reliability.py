"""The map of a reliability: what may fail, as wide as what its standing adds, worst numbered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim.cuts.reliability import Element
from sim.tables.of_reliability import chance
from sim.view.draw import context, short
from sim.view.look import INK, PURPLE, WHITE
from sim.view.map.compose import compose
from sim.view.map.legend import SAMPLE, LegendColumn
from sim.view.map.scene import Scene
from sim.view.reliability_data import ReliabilityMapData
from sim.view.tables import Numbers

from .cut import badge
from .labels import Box, Request, Taken, place, under
from .layout import Line

THIN, WIDE = 2.0, 9.0
"""Pixels of a road that may fail and adds nothing, and of the one that adds most."""

Z_DOUBT = 3.2
DOTS = (0, (1.0, 1.2))


@context()
def draw_reliability_map(data: ReliabilityMapData) -> Figure:
    """The map with what may fail over it, and a list of what adds most.

    Raises:
        ValueError: a coordinate that is not a finite number.
    """
    return compose(data.map, partial(_overlay, data), partial(_key, data))


def _most(data: ReliabilityMapData) -> float:
    return max([1e-12, *(_gain(element) for element in data.elements.values())])


def _gain(element: Element) -> float:
    return 0.0 if element.gain is None else max(0.0, element.gain.value)


def _overlay(
    data: ReliabilityMapData, axes: Axes, scene: Scene, taken: Taken, hidden: Sequence[Box]
) -> None:
    most = _most(data)
    doubted = {name: e for name, e in data.elements.items() if e.stands < 1}
    for road, line in scene.roads:
        if road.id in doubted:
            _line(axes, line, _gain(doubted[road.id]) / most)
    for spot in scene.spots:
        if spot.place.id in doubted:
            _disc(axes, spot.xy, spot.outer, _gain(doubted[spot.place.id]) / most)
    numbers = {element.name: i for i, element in enumerate(data.numbered, start=1)}
    at = [(scene.seen(line).mean(axis=0), road.id, 9.0) for road, line in scene.roads]
    at += [(spot.xy, spot.place.id, spot.outer + 1) for spot in scene.spots]
    requests, texts = [], []
    for xy, name, gap in at:
        if name in numbers and not under(xy, hidden):
            x, y = xy.tolist()
            requests.append(Request(x, y, 16.0, 16.0, gap, far=True))
            texts.append(str(numbers[name]))
    for text, placed in zip(texts, place(requests, taken), strict=True):
        if placed is not None:
            badge(axes, placed.box, text)


def _line(axes: Axes, line: Line, share: float) -> None:
    wide = THIN + (WIDE - THIN) * share
    for ink, width, dashes in ((PURPLE, wide, "solid"), (INK, 1.1, DOTS)):
        axes.add_collection(
            LineCollection(
                [line], colors=ink, linewidths=width * 0.72, zorder=Z_DOUBT,
                linestyles=dashes if dashes == "solid" else [dashes], alpha=0.85,
            )
        )  # fmt: skip


def _disc(axes: Axes, xy: Line, outer: float, share: float) -> None:
    x, y = xy.tolist()
    wide = THIN + (WIDE - THIN) * share
    for radius, ink, width in ((outer + wide / 2, PURPLE, wide), (outer + wide, WHITE, 0.8)):
        ring = Circle((x, y), radius, fill=False, ec=ink, lw=width * 0.72, zorder=Z_DOUBT)
        axes.add_patch(ring)


def _key(data: ReliabilityMapData, column: LegendColumn) -> None:
    if all(element.stands == 1 for element in data.elements.values()):
        return
    column.heading("May fail")
    column.row("adds little by standing", partial(_sample, 0.0))
    if data.numbered:
        column.row("adds most", partial(_sample, 1.0))
        column.heading("Chance to be open that it adds")
    for number, element in enumerate(data.numbered, start=1):
        gain = chance({"value": _gain(element)}, "value").replace(" ", "\u00a0")
        text = f"+{gain}: {short(data.names[element.name], 40)}"
        column.row(text, partial(_numbered, number))


def _sample(share: float, axes: Axes, x: float, y: float) -> None:
    _line(axes, np.array([(x - SAMPLE / 2, y), (x + SAMPLE / 2, y)]), share)


def _numbered(number: int, axes: Axes, x: float, y: float) -> None:
    badge(axes, (x - 8, y - 8, x + 8, y + 8), str(number))


def reliability_map_table(data: ReliabilityMapData) -> Numbers:
    """Every place and road that may fail or is in a cut, with what its standing adds."""
    rows = [
        (e.kind, e.name, e.stands, e.gain and e.gain.value, e.in_cut.value)
        for _, e in sorted(data.elements.items())
    ]
    return Numbers(("kind", "id", "stands", "gain", "in_cut"), rows)
