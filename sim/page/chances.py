"""What the page of an ensemble draws day by day: who holds what, which roads can be passed and
which axis is open, in how many of its runs.

Numbers are as in ``states``; a place has ``[time, [[set, runs], ...], ...]``, where a set is a
number into the list of holders that held anything together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import FolderError
from sim.base.numbers import short
from sim.many.ensemble_folder import JOURNAL, derived_replicates
from sim.many.journal import Journal
from sim.measure.chances import (
    Days,
    Holders,
    Row,
    carried,
    holders_by_day,
    holders_of_run,
    instants,
    passed,
    uncut,
)
from sim.measure.ensemble import MOST_DRAWN
from sim.measure.holders import at_start
from sim.scenario.model import Axis, Place, Road, Scenario
from sim.view.look import LABEL, drawn, looks
from sim.view.map.frame import Frame, fit
from sim.view.map.labels import bare

from .ground import HEIGHT, WIDTH, Ground
from .shell import Stage
from .states import Changes, put

MOST_RUNS = 60
"""Runs that a page can show one by one: a minute of them."""

RANGE = {"low": 0.05, "middle": 0.5, "high": 0.95}
"""The quantiles of what an axis can carry: nine of ten runs lie between the outer two."""


def rows_of(folder: Path) -> list[Row] | None:
    """Of each run that counts what the map and its curves need, in the order of the replicates.

    The first ``MOST_DRAWN`` where there are more. None where the folder does not tell it: its
    journal is gone or damaged, or of a version that did not write who held what.
    """
    try:
        drawn = derived_replicates(folder)[:MOST_DRAWN]
        with Journal(folder / JOURNAL, write=False) as journal:
            return [_slim(row) for row in journal.rows(drawn)]
    except (FolderError, KeyError):
        return None


def _slim(row: Row) -> Row:
    capacity = {p: curve for p, curve in row["series"].items() if p.endswith(".capacity")}
    cuts = {p: day for p, day in row["measures"].items() if p.endswith(".time_of_first_cut")}
    return {
        "replicate": row["replicate"], "held": row["held"], "series": capacity, "measures": cuts,
        **({"passable": row["passable"]} if "passable" in row else {}),
    }  # fmt: skip


def stage(scenario: Scenario, rows: Sequence[Row]) -> Stage:
    """What the script of the page draws from, and the ground of its map."""
    found = _Chances(scenario, rows)
    data = {
        "axis": scenario.main_axis,
        "km": round(found.frame.km_per_pixel, 6),
        "runs": [found.document()],
        "chances": found.told(),
    }
    places = [(p.lon, p.lat) for p in scenario.network.places.values()]
    return data, Ground(found.frame, places).svg()


class _Chances:
    """The runs of an ensemble, counted by day."""

    def __init__(self, scenario: Scenario, rows: Sequence[Row]) -> None:
        self.scenario, self.rows, self.times = scenario, rows, instants(scenario)
        net = scenario.network
        self._place = {id_: i for i, id_ in enumerate(net.places)}
        self._actor = {id_: i for i, id_ in enumerate(scenario.actors)}
        self._sets: dict[Holders, int] = {}
        self.runs = [holders_of_run(scenario, row, self.times) for row in rows]
        self.by_day = holders_by_day(scenario, self.runs)
        shown = self._shown(scenario.main_axis) if scenario.main_axis else net.places
        self.frame: Frame = fit([self._degrees(id_) for id_ in shown], WIDTH, HEIGHT)

    def _degrees(self, place: str) -> tuple[float, float]:
        found = self.scenario.network.places[place]
        return found.lon, found.lat

    def _shown(self, axis: str) -> list[str]:
        """What the map of an axis must show: its ends, and what roads join to them."""
        this = self.scenario.axes[axis]
        ends = {*this.sources, *this.sinks}
        roads = self.scenario.network.roads.values()
        return sorted(ends.union(*({r.a, r.b} for r in roads if ends & {r.a, r.b})))

    def document(self) -> dict[str, Any]:
        """What the map draws: places by number of runs, roads as the scenario states them."""
        net = self.scenario.network
        xy = self.frame.places_xy([self._degrees(id_) for id_ in net.places])
        labels = bare([p.name for p in net.places.values()])
        return {
            "id": self.scenario.id,
            "title": self.scenario.title,
            "start": self.scenario.start.isoformat() if self.scenario.start else None,
            "end": self.scenario.length,
            "times": self.times,
            "actors": [drawn(look) for look in looks(self.scenario.actors.values()).values()],
            "places": [
                self._place_told(p, short(label, LABEL.name), float(x), float(y))
                for p, label, (x, y) in zip(net.places.values(), labels, xy, strict=True)
            ],
            "roads": [self._road_told(road) for road in net.roads.values()],
            "axes": [self._axis_told(axis) for axis in self.scenario.axes.values()],
            "forces": [],
        }

    def _place_told(self, place: Place, label: str, x: float, y: float) -> dict[str, Any]:
        n = len(self.rows)
        days = self.by_day.get(place.id, [(0, {at_start(self.scenario, place.id): n})])
        return {
            "id": place.id, "name": place.name, "label": label, "x": round(x, 1),
            "y": round(self.frame.height - y, 1), "kind": place.kind,
            "people": place.population, "gate": place.crossing, "ring": 0, "seal": 0,
            "runs": [part for time, by in days for part in (time, self._counted(by))],
        }  # fmt: skip

    def _counted(self, runs_by: Mapping[Holders, int]) -> list[list[int]]:
        """Sets and their numbers of runs, the largest first."""
        found = [[self._set(holders), runs] for holders, runs in runs_by.items()]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _set(self, holders: Holders) -> int:
        return self._sets.setdefault(holders, len(self._sets))

    def _road_told(self, road: Road) -> dict[str, Any]:
        there, back = road.each_way(self.scenario.network.classes[road.road_class])
        kg = [int(dist.nominal) for dist in (there, back)]
        return {
            "id": road.id, "name": road.name, "a": self._place[road.a], "b": self._place[road.b],
            "km": road.km, "kind": road.road_class, "whole": kg if road.directed else kg[0],
            "shut": [0, 1] if road.closed else 0,
            **({"one_way": True} if road.one_way else {}),
            **({"exists": road.exists} if road.doubtful else {}),
            **({"detour": self.scenario.network.detour} if road.estimated else {}),
        }  # fmt: skip

    def _axis_told(self, axis: Axis) -> dict[str, Any]:
        points = self.frame.places_xy([self._degrees(id_) for id_ in self._shown(axis.id)])
        (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
        top = self.frame.height
        kg = carried(self.rows, axis.id, self.times)
        ranges = np.quantile(kg, list(RANGE.values()), axis=0)
        return {
            "id": axis.id,
            "name": axis.name,
            "actor": self._actor[axis.actor],
            "sources": sorted(self._place[p] for p in axis.sources),
            "sinks": [{"place": self._place[p]} for p in axis.sinks],
            "frame": [round(float(v), 1) for v in (left, top - high, right, top - low)],
            "open": self._changes((kg > 0).sum(axis=0).tolist()),
            "never": self._changes(uncut(self.rows, axis.id, self.times)),
            **{
                name: self._changes([round(v) for v in row])
                for name, row in zip(RANGE, ranges.tolist(), strict=True)
            },
            **self._passable(axis.id),
            "open_in": [self._changes(row) for row in (kg[:MOST_RUNS] > 0).astype(int).tolist()],
        }

    def _passable(self, axis: str) -> dict[str, Any]:
        """Of each road that is passable in any run in how many; nothing where no run tells it."""
        runs = passed(self.rows, axis, len(self.scenario.network.roads), self.times)
        if runs is None:
            return {}
        by_road = {road: self._changes(column.tolist()) for road, column in enumerate(runs.T)}
        return {"passable": {road: found for road, found in by_road.items() if found != [0, 0]}}

    def _changes(self, values: Sequence[int]) -> Changes:
        found: Changes = []
        for time, value in zip(self.times, values, strict=True):
            put(found, time, value)
        return found

    def told(self) -> dict[str, Any]:
        """How many runs there are, and those that can be shown one by one."""
        runs = zip(self.rows[:MOST_RUNS], self.runs, strict=False)
        alone = [{"number": row["replicate"], "held": self._alone(run)} for row, run in runs]
        start = {self._place[p]: self._set(at_start(self.scenario, p)) for p in self.by_day}
        sets = [[self._actor[actor] for actor in holders] for holders in self._sets]
        return {"n": len(self.rows), "sets": sets, "start": start, "alone": alone}

    def _alone(self, run: Mapping[str, Days]) -> dict[int, Changes]:
        """Who held each place that changed hands in one run, as sets."""
        return {
            self._place[place]: [part for time, who in days for part in (time, self._set(who))]
            for place, days in sorted(run.items())
        }
