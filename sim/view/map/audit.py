"""The map of an audit: links that a network lacks, roads that the reference has not as stated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from sim.view.cut_data import AuditMapData
from sim.view.draw import context
from sim.view.look import BLUE, CUT_INK, PURPLE, WHITE
from sim.view.map.compose import compose
from sim.view.map.legend import SAMPLE, LegendColumn
from sim.view.map.scene import Scene
from sim.view.tables import Numbers

from .labels import Box, Taken
from .layout import Line

Z_LINK = 3.6

DASHED, DOTTED = (0, (4.0, 2.0)), (0, (1.0, 1.6))


@context()
def draw_audit(data: AuditMapData) -> Figure:
    """The map of the network, with the links that it lacks and the roads that differ.

    Raises:
        ValueError: a coordinate that is not a finite number.
    """
    return compose(data.map, partial(_overlay, data), partial(_key, data))


def _overlay(
    data: AuditMapData, axes: Axes, scene: Scene, taken: Taken, hidden: Sequence[Box]
) -> None:
    ends = scene.ends
    lacking = [np.array([ends[a], ends[b]]) for a, b in data.lacking]
    differ = [line for road, line in scene.roads if road.id in data.differ]
    lengths = [line for road, line in scene.roads if road.id in data.lengths]
    _lines(axes, differ, PURPLE, DOTTED)
    _lines(axes, lengths, BLUE, DOTTED)
    _lines(axes, lacking, CUT_INK, DASHED)


def _lines(axes: Axes, lines: Sequence[Line], colour: str, dashes: object) -> None:
    for ink, wide in ((WHITE, 4.6), (colour, 2.6)):
        axes.add_collection(
            LineCollection(
                list(lines), colors=ink, linewidths=wide * 0.72, zorder=Z_LINK,
                linestyles="solid" if ink == WHITE else [dashes],
            )
        )  # fmt: skip


def _key(data: AuditMapData, column: LegendColumn) -> None:
    column.heading("Held against the reference")
    rows = (
        (data.lacking, "link that the network lacks", CUT_INK, DASHED),
        (data.differ, "road not there, or over other places", PURPLE, DOTTED),
        (data.lengths, "road of another length", BLUE, DOTTED),
    )
    for found, text, colour, dashes in rows:
        if found:
            column.row(text, partial(_sample, colour, dashes))


def _sample(colour: str, dashes: object, axes: Axes, x: float, y: float) -> None:
    _lines(axes, [np.array([(x - SAMPLE / 2, y), (x + SAMPLE / 2, y)])], colour, dashes)


def audit_table(data: AuditMapData) -> Numbers:
    """Every link that is lacking and every road that differs, with both lengths."""
    return Numbers(("kind", "id", "km", "reference_km", "over"), list(data.rows))
