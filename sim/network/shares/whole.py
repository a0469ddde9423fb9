"""A plan in floats cut into routes, each of whole kg/day: feasible, and told exactly.

A route is rounded down, so less than 1 kg/day is lost on each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.network.graph import FloatArray, Graph, IntArray
from sim.network.routes import Route, fastest_route

from .asked import Asked, Limit

NOTHING = 1e-3
"""What carries less (kg/day) carries nothing: it is the solver's noise."""

NOISE = 1e-6
"""A rate that is so near below a whole number (kg/day) is that."""


@dataclass(frozen=True, eq=False)
class LinePlan:
    """What a line carries, in whole kg/day, and by which routes."""

    value: int
    road_flow: IntArray  # (m, 2)
    place_flow: IntArray  # (n,)
    routes: tuple[Route, ...]


def cut_to_whole(asked: Asked, amounts: FloatArray) -> tuple[LinePlan, ...]:
    """The plan of each line, of what each column carries (kg/day)."""
    found = [_routes(asked, number, amounts) for number in range(len(asked.lines))]
    return tuple(line_plan(asked.graph, routes) for routes in _within(asked, found))


def _routes(asked: Asked, number: int, amounts: FloatArray) -> list[Route]:
    """The routes of a line."""
    graph, line, columns = asked.graph, asked.lines[number], asked.columns[number]
    noise = NOISE + 1e-11 * float(amounts.max(initial=0.0))
    ways = np.zeros((len(graph.roads), 2))
    ways.ravel()[columns.flat] = amounts[columns.ways]
    supply = dict(zip(line.sources, amounts[columns.sources].tolist(), strict=True))
    demand: dict[int, float] = {}
    for want, kg in zip(asked.wants, amounts[asked.first_want :].tolist(), strict=True):
        if want.line == number:
            demand[want.place] = demand.get(want.place, 0.0) + kg
    return cut_into_routes(graph, ways, supply, demand, noise)


def cut_into_routes(
    graph: Graph, ways: FloatArray, supply: dict[int, float], demand: dict[int, float],
    noise: float,
) -> list[Route]:  # fmt: skip
    """Again and again the fastest route in what is left, as much as it bears, in whole kg/day.

    ``ways`` (m, 2), and ``supply`` and ``demand`` by place, are kg/day, and are used up; a rate
    that is no more than ``noise`` below a whole number is that.
    """
    everywhere = np.ones(len(graph.places), dtype=bool)
    routes: list[Route] = []
    while True:
        begin, end = ([p for p, kg in left.items() if kg > NOTHING] for left in (supply, demand))
        route = fastest_route(graph, ways > NOTHING, everywhere, begin, end)
        if route is None:
            return routes
        at = ways_of(graph, route)
        rate = min(supply[route.source], demand[route.sink], float(ways[at].min()))
        ways[at] -= rate
        supply[route.source] -= rate
        demand[route.sink] -= rate
        if (whole := int(rate + noise)) > 0:
            routes.append(replace(route, rate=whole))


def ways_of(graph: Graph, route: Route) -> tuple[IntArray, IntArray]:
    """Roads of a route and the direction of each, as an index of (m, 2)."""
    roads = np.array(route.roads, dtype=np.int64)
    return roads, (graph.a[roads] != np.array(route.places[:-1])).astype(np.int64)


def _within(asked: Asked, found: Sequence[list[Route]]) -> Sequence[list[Route]]:
    """The same within all limits: exactly, in whole numbers.

    Only a rate that was a hair below a whole number and was taken as that can be too much.
    """
    through: dict[int, list[tuple[int, int]]] = {}  # by column the routes: line and number
    carried: Counter[int] = Counter()
    for number, routes in enumerate(found):
        for n, route in enumerate(routes):
            for column in _columns_of(asked, number, route):
                through.setdefault(column, []).append((number, n))
                carried[column] += route.rate
    for limit in asked.limits:
        while _over(asked, limit, carried):
            on = {route for column in limit.columns for route in through.get(column, ())}
            number, n = max(sorted(on), key=lambda route: found[route[0]][route[1]].rate)
            found[number][n] = replace(found[number][n], rate=found[number][n].rate - 1)
            for column in _columns_of(asked, number, found[number][n]):
                carried[column] -= 1
    return found


def _over(asked: Asked, limit: Limit, carried: Mapping[int, int]) -> bool:
    """Whether a limit is passed by what columns carry (kg/day)."""
    used = sum(asked.part(limit, column) * carried[column] for column in limit.columns)
    return used > limit.capacity * asked.scale


def _columns_of(asked: Asked, number: int, route: Route) -> list[int]:
    columns, graph = asked.columns[number], asked.graph
    roads, way = ways_of(graph, route)
    first = columns.sources[asked.lines[number].sources.index(route.source)]
    at = np.searchsorted(columns.flat, 2 * roads + way)
    return [first, *(columns.ways.start + at).tolist()]


def line_plan(graph: Graph, routes: Sequence[Route]) -> LinePlan:
    """The plan that some routes carry; those of no rate are left out."""
    carried = [route for route in routes if route.rate]
    road_flow = np.zeros((len(graph.roads), 2), dtype=np.int64)
    place_flow = np.zeros(len(graph.places), dtype=np.int64)
    for route in carried:
        road_flow[ways_of(graph, route)] += route.rate
        place_flow[list(route.places)] += route.rate
    value = sum(route.rate for route in carried)
    return LinePlan(value, road_flow, place_flow, tuple(carried))
