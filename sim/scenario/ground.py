"""A binary table as the network of a scenario, without a text or a check a road on the way.

What a scenario writes over its table is read as over a network of YAML: the nodes of a place or a
road are made when they are asked for. All that it leaves as it is becomes objects at once, equal
to those of the YAML that ``sim import`` writes of the same table.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from sim.base.diagnostics import Mark
from sim.network import UNLIMITED
from sim.network.readers.binary import LARGEST, read_binary
from sim.network.readers.table import KM_PER_HOUR, NetworkTable, refused

from .distributions import Constant
from .from_table import (
    CROSSING,
    called,
    head_said,
    id_of_class,
    ids_of_places,
    km_of,
    place_said,
    raster,
    road_said,
    roads_of,
    shut,
    speed_of,
    unsaid,
)
from .model import BinaryTable, Place, Road
from .tree import Entry, Map, Rows, node_of
from .units import DIMENSIONS

__all__ = ["LARGEST", "Ground", "ground_of"]

UNIT = "t/day"
"""Unit of the capacities of a table that names none."""


class Ground:
    """The places, roads and classes of a table by their ids in a scenario."""

    def __init__(self, table: NetworkTable) -> None:
        """Raises ScenarioError where its unit is none of a flow."""
        self.table = table
        self.unit = table.unit or UNIT
        if self.unit not in DIMENSIONS["rate"].units:
            what = f"not a network table for scenarios: its unit is '{self.unit}'"
            raise refused(table.file, what, f"known are {DIMENSIONS['rate'].suggestion}")
        self._ids = ids_of_places(table)
        self._called = called(table)
        self._numbers = {name: i for i, name in enumerate(self._ids)}
        self._roads = {road.id: road for road in roads_of(table, self._ids)}
        self.shut = shut(table)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What no scenario can have, in words, each with a way out."""
        for road, why, _ in unsaid(self.table, self.unit, by_class=True):
            yield f"'{self.table.graph.roads[road]}' {why}", "mend the file that it was made of"

    def tree(self, mark: Mark) -> Map:
        """The network as a file of its own states it, all of it at one place."""
        head = self._head()
        found = {key: Entry(mark, node_of(said, mark)) for key, said in head.items()}
        for key, ids, said in (
            ("places", self._numbers, self.place_said), ("roads", self._roads, self.road_said),
        ):  # fmt: skip
            found[key] = Entry(mark, Map(mark, rows=Rows(mark, ids.keys(), said, self)))
        return Map(mark, found)

    def _head(self) -> dict[str, Any]:
        classes: dict[str, dict[str, str]] = {}
        for name, stated in self._classes_stated.items():
            classes[name] = {"speed": f"{KM_PER_HOUR} km/h"}
            if stated:  # by all roads of it
                classes[name]["capacity"] = f"0 {self.unit}"
        return {**head_said(self.table), "classes": classes}

    @functools.cached_property
    def _classes_stated(self) -> dict[str, bool]:
        """The classes, and whether all roads of each state a capacity."""
        endless = self.table.roads[:, 0] >= UNLIMITED
        bare = endless & (False if self.table.stated is None else ~self.table.stated)
        unstated = set(np.flatnonzero(bare).tolist())
        found: dict[str, bool] = {}
        for road in self._roads.values():
            name = self._classes[road.at]
            found[name] = found.get(name, True) and road.at not in unstated
        return found

    @functools.cached_property
    def _classes(self) -> list[str]:
        """The class of each road, by its number."""
        stated = self.table.classes or (None,) * len(self.table.graph.roads)
        return list(map(id_of_class, stated))

    def place_said(self, name: str) -> dict[str, Any]:
        """What a network of YAML says of a place."""
        at = self._numbers[name]
        return place_said(self.table, at, self._called[at], self.unit)

    def road_said(self, name: str) -> dict[str, Any]:
        """What a network of YAML says of a road."""
        return road_said(self.table, self._roads[name], self._ids, self.unit)

    @functools.cached_property
    def places(self) -> Mapping[str, Place]:
        """All places, sorted by id."""
        table, limit = self.table, self._rate
        limits = [UNLIMITED] * len(self._ids) if table.limits is None else table.limits.tolist()
        lie = None if table.coordinates is None else table.coordinates.tolist()
        found = {}
        for i, (name, shown, most) in enumerate(zip(self._ids, self._called, limits, strict=True)):
            lat, lon = raster(i) if lie is None else lie[i]
            said = table.known.get(table.graph.places[i])
            more: dict[str, Any] = {}
            if said is not None:
                more["population"] = said.population
                more |= {"kind": said.kind, "crossing": said.kind == CROSSING} if said.kind else {}
            found[name] = Place(name, shown, lat, lon, capacity=limit(most), **more)
        return dict(sorted(found.items()))

    @functools.cached_property
    def roads(self) -> Mapping[str, Road]:
        """All roads, sorted by id."""
        graph, limit = self.table.graph, self._rate
        ends = (graph.a.tolist(), graph.b.tolist())
        km, seconds = graph.km.tolist(), graph.seconds.tolist()
        amounts, two_way = self.table.roads[:, 0].tolist(), self.table.two_way.tolist()
        speeds: dict[float, Constant[Any]] = {}
        found = {}
        for name, at, twin in sorted(self._roads.values()):
            there, back = amounts[at], None if twin is None else amounts[twin]
            own = speed_of(km[at], seconds[at])
            found[name] = Road(
                name, self._ids[ends[0][at]], self._ids[ends[1][at]], km_of(km[at]),
                self._classes[at], None, limit(there), twin is None and not two_way[at],
                None if own is None else speeds.setdefault(own, Constant(own)),
                back=None if back in (None, there) else limit(back),
            )  # fmt: skip
        return found

    @functools.cached_property
    def _rate(self) -> Any:
        """From an amount of the table to a capacity (kg/day), None where there is no limit."""
        factor = DIMENSIONS["rate"].units[self.unit]

        @functools.cache
        def rate(amount: int) -> Constant[Any] | None:
            if amount >= UNLIMITED:
                return None
            return Constant(float(Decimal(amount) / self.table.scale * factor))

        return rate


@functools.lru_cache(maxsize=2)
def ground_of(table: BinaryTable, name: str) -> Ground:
    """The network in a table, which messages call ``name``.

    Raises:
        ScenarioError: it is none.
    """
    return Ground(read_binary(name, table.data))
