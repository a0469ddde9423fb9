"""The cut map: every minimum cut by how many share each road or place, and ranked places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim.base.numbers import percent
from sim.cuts.ranking import RankedLoss, ranks_of
from sim.view.cut_data import CutMapData
from sim.view.draw import context, halo_text, put, short, text_size
from sim.view.look import CUT_INK, INK, PURPLE, WHITE
from sim.view.map.compose import compose
from sim.view.map.legend import SAMPLE, LegendColumn
from sim.view.map.scene import Scene
from sim.view.tables import Numbers

from .labels import Box, Request, Taken, place, under
from .layout import Line

LEAST, GROWTH = 9.0, 15.0
"""Pixels of a disc's radius: for the least loss, and more for the loss of all."""

Z_DISC = 2.8
POINTS = 8.5


Numbered = Mapping[str, tuple[int, RankedLoss]]
"""Ranked places by id: the number of each (equal losses share one) and what its loss costs."""


@context()
def draw_cut_map(data: CutMapData) -> Figure:
    """The map with the share of the minimum cuts at each road and place of any, and discs.

    A disc's area grows with the capacity that the loss of its place alone takes; its number
    leads to the ranking under the legend.

    Raises:
        ValueError: a colour, a marker, or a coordinate that is not a finite number.
    """
    ranks = ranks_of(r.loss for r in data.numbered)
    numbered = {r.name: (ranks[r.loss], r) for r in data.numbered}
    return compose(
        data.map, partial(_overlay, data, numbered),
        partial(_ranking, data, numbered),
    )  # fmt: skip


def _overlay(
    data: CutMapData, numbered: Numbered, axes: Axes, scene: Scene, taken: Taken,
    hidden: Sequence[Box],
) -> None:  # fmt: skip
    requests, texts = [], []

    def ask(at: Line, text: str, gap: float, write: Callable[[Axes, Box, str], None]) -> None:
        if not under(at, hidden):
            width, height = (12.0, 12.0) if write is badge else text_size(text, POINTS, "bold")
            x, y = at.tolist()
            requests.append(Request(x, y, width + 4, height + 4, gap, far=True))
            texts.append((text, write))

    ranked = [(spot, numbered[spot.place.id]) for spot in scene.spots if spot.place.id in numbered]
    for spot, (number, row) in ranked:
        _disc(axes, spot.xy, row.loss_share)
        ask(spot.xy, str(number), spot.outer + 1, badge)
    for road, line in scene.roads:
        if road.id in data.shares:
            ask(scene.seen(line).mean(axis=0), _share(data, road.id), 13.0, _written)
    for spot in scene.spots:
        if spot.place.id in data.shares:
            ask(spot.xy, _share(data, spot.place.id), spot.outer + 1, _written)
    for (text, write), placed in zip(texts, place(requests, taken), strict=True):
        if placed is not None:
            write(axes, placed.box, text)


def _share(data: CutMapData, item: str) -> str:
    """How many of the minimum cuts it is in: "3 of 8", or "cut" of the only one."""
    share = data.shares[item]
    return "cut" if data.cuts == 1 else f"{round(share * data.cuts)} of {data.cuts}"


def _disc(axes: Axes, xy: Line, share: float) -> None:
    radius = LEAST + GROWTH * float(np.sqrt(min(share, 1.0)))
    circle = Circle((float(xy[0]), float(xy[1])), radius)
    axes.add_collection(
        PatchCollection(
            [circle], facecolors=PURPLE, edgecolors=INK, linewidths=0.8, alpha=0.45, zorder=Z_DISC
        )
    )


def badge(axes: Axes, box: Box, text: str) -> None:
    """A number on a dark disc, which leads to a row of the legend."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    axes.add_patch(Circle((x, y), 8, facecolor=INK, edgecolor=WHITE, lw=1.0, zorder=11))
    put(axes, x, y, text, POINTS, color=WHITE, weight="bold", ha="center", zorder=12)


def _written(axes: Axes, box: Box, text: str) -> None:
    halo_text(
        axes, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, text, size=POINTS, color=CUT_INK,
        weight="bold", ha="center", va="center_baseline", zorder=10,
    )  # fmt: skip


def _ranking(data: CutMapData, numbered: Numbered, column: LegendColumn) -> None:
    """The key of the marks that only this map has, then the numbered places."""
    if data.cuts > 1:
        text = f"in so many of {data.cuts} cuts"
        column.row(text, partial(_counted, data.cuts))
    if not numbered:
        return
    column.heading("Capacity that one loss takes")
    column.row("grows with the loss", _least_disc)
    for number, row in numbered.values():
        text = f"{short(data.ranking.names[row.name], 26)} \u2212{percent(row.loss_share)}"
        column.row(text, partial(_ranked, number))
    if data.more:
        column.row(f"and {data.more} more that cost less", lambda axes, x, y: None)


def _counted(cuts: int, axes: Axes, x: float, y: float) -> None:
    _written(axes, (x - SAMPLE / 2, y - 8, x + SAMPLE / 2, y + 8), f"1 of {cuts}")


def _least_disc(axes: Axes, x: float, y: float) -> None:
    _disc(axes, np.array([x, y]), 0.0)


def _ranked(number: int, axes: Axes, x: float, y: float) -> None:
    badge(axes, (x - 8, y - 8, x + 8, y + 8), str(number))


def cut_map_table(data: CutMapData) -> Numbers:
    """Every place and road of a minimum cut or of the ranking."""
    ranked = {row.name: row for row in data.ranking.rows}
    roads = data.map.cut_roads
    unit = data.ranking.unit or "unit of the file"
    rows = []
    for item in sorted({*data.shares, *ranked}):
        row = ranked.get(item)
        kind = row.kind if row else "road" if item in roads else "place"
        count = round(data.shares.get(item, 0.0) * data.cuts)
        rows.append((kind, item, count, data.cuts, row and row.loss, row and row.loss_share))
    columns = ("kind", "id", "in_cuts", "cuts", f"loss ({unit})", "loss_share")
    return Numbers(columns, rows)
