"""The map of surprise: -ln of the chance that the runs gave to what happened, place by place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim.base.numbers import day_words, number
from sim.base.said import Name, Sentence
from sim.many.scoring import Scored
from sim.measure.hindcast import PlaceRow
from sim.measure.on_record import HoldersOnRecord
from sim.scenario.model import DAY, Road, Scenario
from sim.view.data import WHOLE, MapData, MapPlace, MapRoad, Page
from sim.view.draw import context
from sim.view.look import CUT_INK, CUT_PALE
from sim.view.map.compose import compose
from sim.view.map.legend import LegendColumn
from sim.view.map.marks import patches
from sim.view.map.scene import Scene
from sim.view.tables import Numbers

from .labels import Box, Taken

Z_SURPRISE = 4.5

LEAST = 0.1
"""Surprise below which a place gets no ring: a chance of 90 % for what happened."""

RADIUS = 7.0
"""Pixels of the radius of a surprise of 1; areas are in proportion."""


@dataclass(frozen=True, slots=True)
class SurpriseData:
    """The map with the holders on record, and the rows of one date."""

    map: MapData
    rows: tuple[PlaceRow, ...]


def surprise_data(scored: Scored, date: int) -> SurpriseData:
    """What surprised the runs at a date (seconds from the start)."""
    scenario, found = scored.scenario, scored.found
    record = HoldersOnRecord(scenario)
    rows = tuple(row for row in found.places if row.date == date)
    most = max(rows, key=lambda row: row.surprise)
    when = day_words(scenario.start, date / DAY)
    held = "is still held" if most.held else "is lost"
    name = Name(scenario.network.places[most.place].name)
    if most.surprise < LEAST:
        title = Sentence("Nothing surprised the runs by ", when)
    else:
        title = Sentence(when, ": most surprising is that ", name, " ", held)
    side = Name(scenario.actors[found.question.side].name)
    text = Sentence(
        "Holders on record; rings: -ln of the chance that the runs gave to what happened, of ",
        "places that ", side, " held on the day of the forecast",
    )  # fmt: skip
    small = f"{scenario.title} ({scenario.id}, seed {scenario.seed}, {number(found.runs)} runs)"
    places = tuple(
        MapPlace(
            p.id, p.name, p.lat, p.lon, _shares(sorted(record.at(p.id, date) or ())), kind=p.kind,
            crossing=p.crossing, population=p.population,
        )
        for p in scenario.network.places.values()
    )  # fmt: skip
    roads = tuple(_road(scenario, road) for road in scenario.network.roads.values())
    asked = tuple(sorted({row.place for row in rows}))
    data = MapData(
        Page(title, text, small), when, "", tuple(scenario.actors.values()),
        places, roads, focus=asked,
    )  # fmt: skip
    return SurpriseData(data, rows)


def _road(scenario: Scenario, road: Road) -> MapRoad:
    """A road with the median of what it carries there."""
    there = round(road.each_way(scenario.network.classes[road.road_class])[0].nominal)
    return MapRoad(road.id, road.a, road.b, there, there, exists=road.exists)


def _shares(holders: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Holders of parts whose size is not on record, drawn as equal ones."""
    part = WHOLE // max(len(holders), 1)
    return tuple((actor, part) for actor in holders)


@context()
def draw_surprise(data: SurpriseData) -> Figure:
    """The map of who held what, with a ring round each place that surprised the runs."""
    return compose(data.map, partial(_overlay, data), _key)


def _overlay(
    data: SurpriseData, axes: Axes, scene: Scene, taken: Taken, hidden: Sequence[Box]
) -> None:
    rings = [
        Circle(scene.ends[row.place].tolist(), _radius(row.surprise))
        for row in data.rows if row.surprise >= LEAST
    ]  # fmt: skip
    patches(axes, rings, CUT_PALE, CUT_INK, 1.4, Z_SURPRISE, alpha=0.75)


def _radius(surprise: float) -> float:
    return RADIUS * math.sqrt(surprise)


def _key(column: LegendColumn) -> None:
    column.heading("Surprise, -ln p")
    for chance in (0.5, 0.1, 0.01):
        surprise = -math.log(chance)
        said = f"{number(surprise)}: the runs gave it {number(100 * chance)} %"
        column.row(said, partial(_sample, surprise))


def _sample(surprise: float, axes: Axes, x: float, y: float) -> None:
    ring = Circle((x, y), _radius(surprise))
    patches(axes, [ring], CUT_PALE, CUT_INK, 1.4, Z_SURPRISE, alpha=0.75)


def surprise_table(data: SurpriseData) -> Numbers:
    """Every place of the date: what is on record, the chance that it is held, the surprise."""
    rows = [
        (row.place, "held" if row.held else "lost", row.chances["model"], row.surprise)
        for row in data.rows
    ]
    return Numbers(("place", "on_record", "chance_held", "surprise"), rows)
