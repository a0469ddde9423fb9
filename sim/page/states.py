"""What the page's script draws from: the states of a run as plain data, changes alone.

A thing that changes is a flat list ``[time, value, time, value, ...]`` (seconds, then what holds
from then on), so that the script finds a value and since when it holds in one search. Rates
are kg/day, stocks kg, shares parts per million, places and roads numbers into their lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from sim.base.numbers import short
from sim.measure.axis import AxisLens
from sim.measure.bands import bands
from sim.measure.routes import DOING, stops_km
from sim.measure.sides import days_carried
from sim.measure.steps import Steps
from sim.network import UNLIMITED, BoolArray, Graph, IntArray
from sim.scenario.model import DAY, Operation
from sim.state.control import EVERYONE, Control
from sim.state.passages import Passage
from sim.state.rebuild import changed, states
from sim.state.record import MODES
from sim.view.look import LABEL, drawn, looks
from sim.view.map.frame import Frame
from sim.view.map.labels import bare

from .run import RunFiles

Changes = list[Any]
"""``[time, value, time, value, ...]``"""

EachWay = int | list[int]
"""A rate of a road (kg/day) in both directions, or there and back."""

_Point = tuple[int, int]
"""A time (s) and a value."""

NO_LIMIT = -1
"""Capacity of a place that bounds nothing."""


def put(changes: Changes, time: int, value: Any) -> None:
    """Add a value from ``time`` on, unless it is the one that holds already."""
    if not changes or changes[-1] != value:
        changes += [time, value]


class States:
    """Walks once through the states of a run and keeps what the page shows of them."""

    def __init__(self, run: RunFiles, frame: Frame) -> None:
        self.run, self.frame = run, frame
        net = run.scenario.network
        self.places = list(net.places)
        self.roads = list(net.roads)
        self._place = {id_: i for i, id_ in enumerate(self.places)}
        self._road = {id_: i for i, id_ in enumerate(self.roads)}
        self._actor = {id_: i for i, id_ in enumerate(run.scenario.actors)}
        self.holders: dict[str, Changes] = defaultdict(list)
        self.besieged: dict[str, Changes] = defaultdict(list)
        self.sealed: dict[str, Changes] = defaultdict(list)
        self.closed: dict[str, Changes] = defaultdict(list)
        self.passing: dict[str, dict[int, Changes]] = defaultdict(lambda: defaultdict(list))
        self.capacity: dict[str, dict[int, Changes]] = defaultdict(lambda: defaultdict(list))
        self.nominal: dict[str, EachWay] = {}
        self.absent: frozenset[str] = frozenset()
        self.graph: Graph | None = None
        self._last: dict[str, tuple[IntArray, IntArray]] = {}
        self._walk()

    def _walk(self) -> None:
        scenario = self.run.scenario
        touched = changed(self.run.control)
        passages: dict[str, Passage] = {}
        for time, control in states(scenario, self.run.control):
            self.graph = control.terrain.graph
            places, roads = touched[time]
            if not time:
                self.absent = frozenset(filter(control.absent, control.closed))
                capacity = control.terrain.road_capacity
                self.nominal = {
                    road: self._each_way(road, each)
                    for road, each in zip(self.graph.roads, capacity, strict=True)
                }
                for axis in scenario.axes:
                    passages[axis] = AxisLens(scenario, axis, control).passage(control)
            self._control(time, control, places, roads)
            for axis, passage in passages.items():
                if not time or passage.refresh(places, roads):
                    self._passage(time, axis, passage)

    def _control(
        self, time: int, control: Control, places: Iterable[str], roads: Iterable[str]
    ) -> None:
        """Write down what changed of who holds what, and of what is open."""
        for place in places:
            held = sorted(control.holders[place].items(), key=lambda h: (-h[1], h[0]))
            put(self.holders[place], time, [[self._actor[a], ppm] for a, ppm in held if ppm])
            ringed = control.besieged.get(place, ())
            put(self.besieged[place], time, sorted(self._actor[a] for a in ringed))
            sealed = control.sealed.get(place, frozenset())
            everyone = list(self._actor.values()) if EVERYONE in sealed else []
            put(self.sealed[place], time, everyone or sorted(self._actor[a] for a in sealed))
        for road in roads:
            put(self.closed[road], time, int(road in control.closed))

    def _passage(self, time: int, axis: str, passage: Passage) -> None:
        """Write down what changed of what an axis may use: few of many thousands."""
        graph, last = passage.control.terrain.graph, self._last.get(axis)
        now = self._last[axis] = passage.place.copy(), passage.road.copy()
        places, roads = (np.ones(len(each), dtype=bool) for each in now)
        if last is not None:
            places, roads = now[0] != last[0], (now[1] != last[1]).any(axis=1)
        for i, limit in _at(places, now[0]):
            found = self.passing[axis][self._place[graph.places[i]]]
            put(found, time, NO_LIMIT if limit == UNLIMITED else limit)
        for i, each in _at(roads, now[1]):
            road = graph.roads[i]
            put(self.capacity[axis][self._road[road]], time, self._each_way(road, each))

    def _each_way(self, road: str, each: Sequence[int]) -> EachWay:
        """A rate of a road; a pair, there and back, where those may differ."""
        there, back = each
        return [there, back] if self.run.scenario.network.roads[road].directed else there

    def document(self) -> dict[str, Any]:
        """All of it, for the script."""
        run, scenario = self.run, self.run.scenario
        net = scenario.network
        xy = self.frame.places_xy([(p.lon, p.lat) for p in net.places.values()])
        labels = bare([p.name for p in net.places.values()])
        return {
            "id": scenario.id,
            "title": scenario.title,
            "start": scenario.start.isoformat() if scenario.start else None,
            "end": scenario.length,
            "times": self._times(),
            "focus": run.focus,
            **({"nobodys": True} if scenario.without_actors else {}),
            "actors": [drawn(look) for look in looks(scenario.actors.values()).values()],
            "places": [
                {
                    "id": p.id, "name": p.name, "label": short(labels[i], LABEL.name),
                    "x": round(float(x), 1), "y": round(self.frame.height - float(y), 1),
                    "kind": p.kind, "people": p.population, "gate": p.crossing,
                    "held": self.holders[p.id], "ring": _quiet(self.besieged[p.id]),
                    "seal": _quiet(self.sealed[p.id]),
                }
                for i, (p, (x, y)) in enumerate(zip(net.places.values(), xy, strict=True))
            ],
            "roads": [
                {
                    "id": r.id, "name": r.name, "a": self._place[r.a], "b": self._place[r.b],
                    "km": r.km, "kind": r.road_class, "whole": self.nominal[r.id],
                    "shut": _quiet(self.closed[r.id]),
                    **({"one_way": True} if r.one_way else {}),
                    **({"exists": r.exists} if r.doubtful else {}),
                    **({"absent": True} if r.id in self.absent else {}),
                    **({"detour": net.detour} if r.estimated else {}),
                }
                for r in net.roads.values()
            ],
            "axes": [self._axis(axis) for axis in scenario.axes],
            "loads": self._loads(),
            "forces": [self._force(operation) for operation in scenario.operations.values()],
        }  # fmt: skip

    def _times(self) -> list[int]:
        """The instants at which anything of the map changes, with the start and the end."""
        run, end = self.run, self.run.scenario.length
        found = {row.time for rows in (run.control, run.flows, run.events) for row in rows}
        return sorted(t for t in {0, end, *found} if t <= end)

    def _axis(self, axis: str) -> dict[str, Any]:
        this, run = self.run.scenario.axes[axis], self.run
        return {
            "id": axis,
            "name": this.name,
            "actor": self._actor[this.actor],
            "sources": sorted(self._place[p] for p in this.sources),
            "sinks": [self._sink(axis, p) for p in this.sinks],
            "frame": self._frame(axis),
            "passing": {i: c for i, c in sorted(self.passing[axis].items()) if c != [0, NO_LIMIT]},
            "capacity": {
                i: c
                for i, c in sorted(self.capacity[axis].items())
                if c not in ([0, 0], [0, [0, 0]])
            },
            "flow": dict(sorted(self._flows(axis).items())),
            "cuts": self._cuts(axis),
            **self._bands(axis),
            "series": {
                name: flat(run.steps[f"axis:{axis}", f"{name}_kg_per_day"])
                for name in ("capacity", "deliverable", "planned", "demand", "asked")
                if (f"axis:{axis}", f"{name}_kg_per_day") in run.steps
            },
        }

    def _bands(self, axis: str) -> dict[str, Any]:
        """The profiles that bear on an axis: a text, and flat spans (from, until, factor)."""
        found = bands(self.run.scenario, self.run.summary["drawn"], axis)
        told = [[band.text, [part for span in band.spans for part in span]] for band in found]
        return {"bands": told} if told else {}

    def _sink(self, axis: str, place: str) -> dict[str, Any]:
        subject = f"sink:{axis}/{place}"
        return {
            "place": self._place[place],
            "stock": bent(self.run.steps[subject, "stock_kg"]),
            "lacks": self.run.value(f"axes.{axis}.sinks.{place}.unmet") or 0,
            "delivered": flat(self.run.steps[subject, "delivered_kg"]),
        }

    def _flows(self, axis: str) -> dict[int, Changes]:
        """Net planned flow on each road that ever has one, positive from its first end."""
        now: dict[str, dict[str, int]] = defaultdict(dict)
        found: dict[int, Changes] = defaultdict(lambda: [0, 0])
        rows = [row for row in self.run.flows if row.axis == axis]
        for row in rows:
            now[row.road][row.origin] = row.kg_per_day
            road = self.run.scenario.network.roads[row.road]
            net = now[row.road].get(road.a, 0) - now[row.road].get(road.b, 0)
            changes = found[self._road[row.road]]
            if changes[-2] == row.time:  # two directions, one instant
                del changes[-2:]
            put(changes, row.time, net)
        return found

    def _loads(self) -> dict[int, Changes]:
        """What all axes together load on each road that ever has any: [there, back]."""
        found: dict[int, Changes] = defaultdict(list)
        for row in (row for row in self.run.loads if row.kind == "road"):
            changes = found[self._road[row.id]]
            ways = list(changes[-1]) if changes else [0, 0]
            ways[row.origin != self.run.scenario.network.roads[row.id].a] = row.kg_per_day
            if changes and changes[-2] == row.time:  # two directions, one instant
                del changes[-2:]
            put(changes, row.time, ways)
        return dict(sorted(found.items()))

    def _cuts(self, axis: str) -> Changes:
        """What binds the axis, or stands in its way, from each change of its capacity on."""
        changes: Changes = []
        times = self.run.capacity(axis).times
        for look in self.run.summary["axes"][axis][:-1]:
            cut = look["minimum_cut"]
            open_ = look["capacity_kg_per_day"] > 0
            marked = [*cut["places"], *cut["roads"]]
            items = marked if open_ else cut["barrier"] or marked
            # a summary rounds its days
            _, time = min((abs(time - look["day"] * DAY), time) for time in times)
            value = {
                "places": sorted(self._place[i] for i in items if i in self._place),
                "roads": sorted(self._road[i] for i in items if i in self._road),
            }
            put(changes, time, value)
        return changes

    def _frame(self, axis: str) -> list[float]:
        """Left, top, right and bottom of what the map of an axis must show."""
        net = self.run.scenario.network.places
        points = self.frame.places_xy([(net[p].lon, net[p].lat) for p in shown(self.run, axis)])
        (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
        top = self.frame.height
        return [round(float(v), 1) for v in (left, top - high, right, top - low)]

    def _force(self, operation: Operation) -> dict[str, Any]:
        """One operation: its way, and its series; of none in the field ``doing`` is empty."""
        subject, run = f"operation:{operation.id}", self.run
        assert self.graph is not None  # the walk begins at time 0
        stops = stops_km(run.scenario.network, operation, self.graph)
        doing: Changes = []
        mode = run.steps[subject, "mode"]
        for time, number in zip(mode.times, mode.values, strict=True):
            put(doing, time, DOING.get(MODES[number], ""))
        carried = days_carried(run.summary["drawn"], run.steps, operation)
        supply = [part for time, days in carried for part in (time, round(days, 4))]
        return {
            "id": operation.id,
            "name": operation.name,
            "actor": self._actor[operation.actor],
            "stops": [self._place[place] for place, _ in stops],
            "km": [round(km, 3) for _, km in stops],
            "at": bent(run.steps[subject, "position_m"]),
            "strength": flat(run.steps[subject, "strength_persons"]),
            "fed": flat(run.steps[subject, "fed"]),
            "doing": doing,
            "supply": supply,
        }


def _at(where: BoolArray, values: IntArray) -> Iterator[tuple[int, Any]]:
    """The numbers and the values of what is marked."""
    return zip(np.flatnonzero(where).tolist(), values[where].tolist(), strict=True)


def shown(run: RunFiles, axis: str) -> list[str]:
    """The places that a map of an axis must show: its ends, its routes, and what cut it."""
    this, net = run.scenario.axes[axis], run.scenario.network
    ends = {road.id: (road.a, road.b) for road in net.roads.values()}
    found = {*this.sources, *this.sinks}
    for look in run.summary["axes"][axis]:
        for route in look["routes"]:
            found.update(route["places"])
        cut = look["minimum_cut"]
        for item in (*cut["places"], *cut["roads"], *cut["barrier"]):
            found.update(ends.get(item, [item]))
    for event in run.scenario.events.values():
        if run.value(f"events.{event.id}.capacity_change.{axis}"):
            found.update(event.places)
            for road in event.roads:
                found.update(ends[road])
    return sorted(found & net.places.keys())


def flat(steps: Steps) -> Changes:
    """A series of steps, without what lies between two equal values (rates need both)."""
    return _without(steps, lambda a, b, c: a[1] == b[1] == c[1])


def bent(steps: Steps) -> Changes:
    """A series that runs straight from point to point, without points where it does not bend."""
    return _without(
        steps, lambda a, b, c: (b[1] - a[1]) * (c[0] - b[0]) == (c[1] - b[1]) * (b[0] - a[0])
    )


def _without(steps: Steps, idle: Callable[[_Point, _Point, _Point], bool]) -> Changes:
    """A series without points that say nothing between the one before and the one after."""
    kept: list[_Point] = []
    points = list(zip(steps.times, steps.values, strict=True))
    for point, after in zip(points, [*points[1:], None], strict=True):
        if not (kept and after and idle(kept[-1], point, after)):
            kept.append(point)
    return [part for point in kept for part in point]


def _quiet(changes: Changes) -> Changes | int:
    """0 for what is never the case: most places are never besieged, most roads never closed."""
    return 0 if changes in ([0, []], [0, 0]) else changes
