"""One axis at one instant: what it can carry, what cuts it, over which routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from sim.network import (
    BoolArray,
    Flow,
    FlowProblem,
    Graph,
    IntArray,
    Route,
    Spare,
    barrier,
    decompose,
    fastest_route,
    reopening_set,
    spare,
)
from sim.network.graph import Shape
from sim.scenario.dates import format_instant
from sim.scenario.model import DAY, Axis, Scenario
from sim.state.control import Control
from sim.state.pace import graph_at
from sim.state.passages import Passage, Passages
from sim.state.sides import Side


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route: place and road ids, kg/day it carries (0 for the fastest alone), hours, km.

    ``estimated`` is true where a road of it states no length.
    """

    places: tuple[str, ...]
    roads: tuple[str, ...]
    kg_per_day: int
    hours: float
    km: float
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class CutView:
    """A minimum-capacity cut by name, from the side of the sources.

    ``kg_per_day`` is its capacity, which equals the max flow. Where the flow is 0 the cut is
    what was lost since the start and whose return would reopen the axis (inclusion-minimal);
    ``barrier`` is then all that was lost and stands in the way first.
    """

    places: tuple[str, ...]
    roads: tuple[str, ...]
    kg_per_day: int
    unique: bool
    barrier: tuple[str, ...] = ()
    never_open: bool = False
    other: tuple[str, ...] = ()  # the minimum cut nearest the sinks, where it is another

    @property
    def names(self) -> tuple[str, ...]:
        """Places, then roads."""
        return self.places + self.roads


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that an axis has in a state, whatever goes along them."""

    fewest_places: tuple[str, ...] | None  # None: no set of places alone cuts it
    routes_by_roads: int
    routes_by_places: int
    fastest: RouteView | None


@dataclass(frozen=True, slots=True)
class AxisView(Ways):
    """An axis as the network stands at one instant (seconds)."""

    time: int
    capacity: int  # kg/day
    cut: CutView
    routes: tuple[RouteView, ...]

    @property
    def marked(self) -> tuple[str, ...]:
        """What a map marks: the minimum cut; of an axis that is cut what is lost and in the way."""
        cut = self.cut
        return cut.names if self.capacity else cut.barrier or cut.names


MOST_TURNS = 8
"""Turning points of one axis at most: the start, the end, and the greatest changes between."""


def turning_points(looks: Sequence[AxisView]) -> list[AxisView]:
    """Of looks at an axis the first, the greatest changes of capacity, the last; by time.

    A cut or a reopening is a turning point whatever its size.
    """
    first, changes, last = looks[0], looks[1:-1], looks[-1]
    before = {v.time: old.capacity for old, v in zip(looks, changes, strict=False)}
    weight = {
        v.time: (not v.capacity or not before[v.time], abs(v.capacity - before[v.time]))
        for v in changes
    }
    chosen = sorted(changes, key=lambda v: (weight[v.time], -v.time), reverse=True)
    kept = sorted(chosen[: MOST_TURNS - 2], key=lambda v: v.time)
    return [first, *kept, last]


def cut_document(scenario: Scenario, axis: str, view: AxisView) -> dict[str, Any]:
    """What ``sim cut`` prints: plain data, names as ids."""
    cut = view.cut
    return {
        "axis": axis,
        "name": scenario.axes[axis].name,
        "actor": scenario.axes[axis].actor,
        "at": format_instant(scenario, view.time),
        "day": round(view.time / DAY, 4),
        "max_flow": view.capacity,
        "unit": "kg/day",
        "cut": list(cut.names),
        "unique": cut.unique,
        "other_cut": list(cut.other),
        "lost_in_the_way": list(cut.barrier),
        "never_open": cut.never_open,
        **_routes_document(view),
    }


def view_document(view: AxisView) -> dict[str, Any]:
    """A look as plain data, as summary.json has it."""
    cut = asdict(view.cut)
    del cut["kg_per_day"]
    return {
        "day": round(view.time / DAY, 4),
        "capacity_kg_per_day": view.capacity,
        "minimum_cut": {k: list(v) if isinstance(v, tuple) else v for k, v in cut.items()},
        **_routes_document(view),
    }


def _routes_document(view: AxisView) -> dict[str, Any]:
    return {
        "fewest_places_cut": None if view.fewest_places is None else list(view.fewest_places),
        "routes_by_roads": view.routes_by_roads,
        "routes_by_places": view.routes_by_places,
        "fastest": None if view.fastest is None else route_document(view.fastest),
        "routes": [route_document(route) for route in view.routes],
    }


def route_document(route: RouteView) -> dict[str, Any]:
    """A route as plain data: place ids, kg/day, hours, km, and whether these are estimated."""
    return {
        "places": list(route.places),
        "kg_per_day": route.kg_per_day,
        "hours": round(route.hours, 3),
        "km": route.km,
        **({"estimated": True} if route.estimated else {}),
    }


@lru_cache(maxsize=32)
def _by_ways(shape: Shape, sources: tuple[int, ...], sinks: tuple[int, ...]) -> FlowProblem:
    """A problem of which ways there are alone; replicates of a process share it."""
    roads = len(shape.roads)
    graph = Graph(
        shape.places, shape.roads, shape.a, shape.b,
        seconds=np.ones(roads, np.int64), km=np.zeros(roads),
    )  # fmt: skip
    return FlowProblem(graph, sources, sinks)


@lru_cache(maxsize=4096)
def _spare(
    shape: Shape,
    open_roads: bytes,
    open_places: bytes,
    sources: tuple[int, ...],
    sinks: tuple[int, ...],
) -> Spare:
    """The answer follows from which ways are open alone, so replicates of a process share it.

    ``open_roads`` (m, 2) and ``open_places`` (n,) are the bytes of masks.
    """
    masks = (np.frombuffer(open_roads, bool).reshape(-1, 2), np.frombuffer(open_places, bool))
    return spare(_by_ways(shape, sources, sinks), *masks)


class AxisLens:
    """Looks at one axis of a scenario in any state; keeps what it can between looks.

    ``start`` is the state at the start; it must stay as it is.
    """

    def __init__(self, scenario: Scenario, axis: str, start: Control) -> None:
        self.scenario = scenario
        self.axis: Axis = scenario.axes[axis]
        graph = start.terrain.graph
        self.graph = graph
        self.sources = tuple(graph.place_index[s.place] for s in self.axis.sources_in_order)
        self.sinks = tuple(graph.place_index[p] for p in sorted(self.axis.sinks))
        self._foreign = frozenset(s.place for s in self.axis.sources.values() if s.foreign)
        self._load = scenario.commodities[self.axis.commodity].load
        self._begun = start
        self._seen: dict[bytes, AxisView] = {}
        self._last: tuple[FlowProblem, Flow, IntArray] | None = None  # and the plan's limits

    @cached_property
    def _problem(self) -> FlowProblem:
        return FlowProblem(self.graph, self.sources, self.sinks)

    @cached_property
    def _start(self) -> tuple[BoolArray, BoolArray]:
        return self._own(self.passage(self._begun))

    def passage(self, control: Control) -> Passage:
        """Capacities for the axis in a state."""
        side = Side.of(self.axis.actor, self.scenario.actors)
        return Passage(control, side, self._foreign, self._load, self.scenario.truck_load)

    def _problem_on(self, graph: Graph) -> FlowProblem:
        """The problem of the axis, with the travel times of a graph."""
        if np.array_equal(graph.seconds, self.graph.seconds):
            return self._problem
        return FlowProblem(graph, self.sources, self.sinks)

    def _plan(self, problem: FlowProblem, passage: Passage) -> Flow:
        """The plan of the axis alone, with no limit of supply or demand: all it can carry."""
        limits = problem.limits(passage.road, passage.place)
        flow = None
        if self._last is not None and self._last[0] is problem:
            flow = problem.plan_again(*self._last[1:], limits)
        if flow is None:
            flow = problem.plan(passage.road, passage.place)
        self._last = (problem, flow, limits)
        return flow

    def ways(self, graph: Graph, passages: Passages) -> Ways:
        """A look without the flow, by the passages of a state and the travel times in it."""
        return self._ways(graph, passages.of(self.axis.actor, self._foreign, self._load))

    def look(self, control: Control, time: int) -> AxisView:
        """Everything about the axis in a state; ``time`` is only written down."""
        passage, graph = self.passage(control), graph_at(control)
        key = passage.key + graph.seconds.tobytes()
        if key not in self._seen:
            self._seen[key] = self._look(graph, passage, time)
        return replace(self._seen[key], time=time)

    def _look(self, graph: Graph, passage: Passage, time: int) -> AxisView:
        problem = self._problem_on(graph)
        flow = self._plan(problem, passage)
        routes = tuple(self._route(route) for route in decompose(problem, flow))
        ways = self._ways(graph, passage)
        return AxisView(
            ways.fewest_places, ways.routes_by_roads, ways.routes_by_places, ways.fastest,
            time, flow.value, self._cut(passage, flow), routes,
        )  # fmt: skip

    def _ways(self, graph: Graph, passage: Passage) -> Ways:
        """``graph`` has the travel times of the state."""
        roads, places = passage.road > 0, passage.open
        ends = (self.sources, self.sinks)
        left = _spare(graph.shape, roads.tobytes(), places.tobytes(), *ends)
        fewest, fastest = left.fewest_places, fastest_route(graph, roads, places, *ends)
        return Ways(
            None if fewest is None else tuple(graph.places[i] for i in fewest),
            left.routes.by_roads,
            left.routes.by_places,
            None if fastest is None else self._route(fastest),
        )

    def _route(self, route: Route) -> RouteView:
        stated = self.scenario.network.roads
        places, roads = self._ids(route.places, route.roads)
        estimated = any(stated[road].estimated for road in roads)
        return RouteView(
            places, roads, route.rate, route.seconds / 3600, round(route.km, 3), estimated
        )

    def _cut(self, passage: Passage, flow: Flow) -> CutView:
        graph, cut = self.graph, flow.cut
        if flow.value:
            far = cut.sink_side_cut
            other = () if far is None else self._names(far.places, far.roads)
            return CutView(*self._ids(cut.places, cut.roads), cut.value, cut.unique, other=other)
        now, start = self._own(passage), self._start
        back = reopening_set(graph, *now, *start, self.sources, self.sinks)
        wall = barrier(graph, *now, *start, self.sources)
        return CutView(
            *self._ids(back.places, back.roads), 0, False,
            barrier=self._names(wall.places, wall.roads), never_open=not back.possible,
        )  # fmt: skip

    def _ids(
        self, places: tuple[int, ...], roads: tuple[int, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        graph = self.graph
        return tuple(graph.places[i] for i in places), tuple(graph.roads[r] for r in roads)

    def _names(self, places: tuple[int, ...], roads: tuple[int, ...]) -> tuple[str, ...]:
        return sum(self._ids(places, roads), ())

    def _own(self, passage: Passage) -> tuple[BoolArray, BoolArray]:
        """Which roads are open each way by their own state, their ends aside, and which places."""
        control = passage.control
        open_ = [
            road not in control.closed
            and not control.stands(road)
            and all(control.kept.get(("road", road), {"": 1}).values())
            for road in self.graph.roads
        ]
        capacity = np.array(control.terrain.road_capacity, dtype=np.int64).reshape(-1, 2)
        return (capacity > 0) & np.array(open_, dtype=bool)[:, None], passage.open.copy()
