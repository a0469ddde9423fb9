"""Plans that some lorries can drive: the largest flow within their hours, as a linear program.

A kilogram that goes from a source to a sink takes of the lorries its way out, and the rest of the
tour: the fastest way back, loading and unloading. Over all kilograms of a day that is no more than
the lorries have, load times seconds. What the rest of a tour takes depends on both of its ends, so
what each source sends is told apart: columns are what a source sends, carries over each way and
brings to each sink (scipy's HiGHS). The answer is cut into routes of whole kg/day.

That no plan carries more is proven in whole numbers, as of shares
(:mod:`~sim.network.shares.proof`): each limit has a length of 0 or more, each second of a tour too.
If every tour has at least the length D then no plan carries more than what all limits hold,
capacity times length, over D.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from .certificate import UNLIMITED
from .flow import FlowProblem
from .graph import BoolArray, FloatArray, IntArray, passable, reach
from .routes import Route
from .shares import LinePlan
from .shares.program import optimum
from .shares.proof import in_whole_numbers, least_lengths
from .shares.whole import NOISE, cut_into_routes, line_plan, ways_of


@dataclass(frozen=True, eq=False)
class Lorries:
    """What lorries can carry, and what a tour takes beside its way out.

    ``rest`` (k, j) is the way back, loading and unloading (s) from each sink to each source of a
    problem, -1 where no way leads back; ``room`` is kg * s a day.
    """

    rest: IntArray
    room: int


class Hauled(NamedTuple):
    """A plan that the lorries can drive; none within its limits is above ``bound`` (kg/day)."""

    plan: LinePlan
    bound: Fraction


def taken(problem: FlowProblem, routes: Sequence[Route], rest: IntArray) -> int | None:
    """What some routes take of lorries (kg * s a day); None where one has no way back."""
    total = 0
    for route in routes:
        back = int(rest[problem.sources.index(route.source), problem.sinks.index(route.sink)])
        if back < 0:
            return None
        total += route.rate * (route.seconds + back)
    return total


def haul(
    problem: FlowProblem, road: IntArray, place: IntArray, supply: IntArray, demand: IntArray,
    lorries: Lorries,
) -> Hauled:  # fmt: skip
    """The largest flow that the lorries can drive, of those the one of least time, or price.

    Capacities (m, 2) and (n,), supply (k,) and demand (j,) are whole kg/day. Less than 1 kg/day is
    lost on each route. Raises the errors of :meth:`FlowProblem.limits`, and CertificateError where
    the solver gives no answer.
    """
    program = _Program(problem, problem.limits(road, place, supply, demand), lorries)
    if not program.pairs:
        return Hauled(line_plan(problem.graph, ()), Fraction(0))
    most, worth = program.solve(-program.arrives)
    carried = -float(program.arrives @ most)
    best, _ = program.solve(program.cost, carried=-carried)
    routes = program.within(program.routes(best))
    return Hauled(line_plan(problem.graph, routes), program.bound(worth))


class _Program:
    """The matrices of a problem under limits (as a vector of ``Certificate``) and lorries.

    ``pairs`` are the sources and sinks (by number) between which there is a way out and back.
    """

    def __init__(self, problem: FlowProblem, limits: IntArray, lorries: Lorries) -> None:
        self.problem, self.limits, self.lorries = problem, limits, lorries
        graph = problem.graph
        m, n, k = len(graph.roads), len(graph.places), len(problem.sources)
        self._ends = 2 * m, 2 * m + n, 2 * m + n + k
        self._usable = passable(graph, limits[: 2 * m].reshape(m, 2) > 0, self._open)
        self._tail = np.stack([graph.a, graph.b], axis=1).ravel().astype(np.int64)
        self._head = np.stack([graph.b, graph.a], axis=1).ravel().astype(np.int64)
        self.pairs: list[tuple[int, int]] = []
        self._sends: list[int] = []
        self._ways: list[IntArray] = []
        for source in range(k):
            self._add(source)

    @property
    def _open(self) -> BoolArray:
        roads, places, _ = self._ends
        found: BoolArray = self.limits[roads:places] > 0
        return found

    def _add(self, source: int) -> None:
        """Lay out the columns of a source: those alone that lie on a way to a sink."""
        problem, (_, places, supplies) = self.problem, self._ends
        if not self.limits[places + source]:
            return
        asks = self.limits[supplies:] > 0
        goals = np.flatnonzero(asks & (self.lorries.rest[source] >= 0)).tolist()
        graph, start = problem.graph, problem.sources[source]
        near = reach(graph, self._usable, self._open, [start])
        back, ends = self._usable[:, ::-1], [problem.sinks[j] for j in goals]
        near = near & reach(graph, back, self._open, ends)
        ways = passable(graph, self._usable, near).ravel().nonzero()[0]
        pairs = [(source, j) for j in goals if near[problem.sinks[j]]]
        if pairs:
            self._sends.append(source)
            self._ways.append(ways[self._head[ways] != start])
            self.pairs += pairs

    # --- columns and rows ------------------------------------------------------------------

    @cached_property
    def _first(self) -> IntArray:
        """Where the ways of each source begin among the columns; last, where the pairs do.

        The columns are what each source sends, then the ways, then the pairs.
        """
        return np.cumsum([len(self._sends), *(len(ways) for ways in self._ways)])

    @cached_property
    def _count(self) -> int:
        return int(self._first[-1]) + len(self.pairs)

    @cached_property
    def arrives(self) -> FloatArray:
        """(columns,) 1 for what comes to a sink."""
        found = np.zeros(self._count)
        found[self._first[-1] :] = 1.0
        return found

    @cached_property
    def _flat(self) -> IntArray:
        return np.concatenate(self._ways)

    @cached_property
    def cost(self) -> FloatArray:
        """(columns,) seconds, or the price, of each."""
        found, prices = np.zeros(self._count), self.problem.priced
        roads = self._flat >> 1
        if prices is None:
            found[self._first[0] : self._first[-1]] = self.problem.graph.seconds[roads]
        else:
            starts = np.array(self.problem.sources)[self._sends]
            found[: self._first[0]] = prices.place[starts]
            each = prices.road[roads] + prices.place[self._head[self._flat]]
            found[self._first[0] : self._first[-1]] = each
        return found / max(1.0, float(found.max()))

    @cached_property
    def _seconds(self) -> IntArray:
        """(columns,) what a kilogram of each takes of lorries."""
        found = np.zeros(self._count, dtype=np.int64)
        found[self._first[0] : self._first[-1]] = self.problem.graph.seconds[self._flat >> 1]
        found[self._first[-1] :] = [self.lorries.rest[pair] for pair in self.pairs]
        return found

    @cached_property
    def _scale(self) -> int:
        """Seconds that hours are counted in, so that numbers are of one size."""
        return max(1, int(self._seconds.max()))

    @cached_property
    def _unit(self) -> float:
        """Kg/day in which amounts are counted."""
        return float(self.limits[self._ends[2] :].max())

    def _touched(self) -> Iterator[tuple[IntArray, IntArray]]:
        """Columns, and of each a limit that it takes one kg/day of for each that it carries."""
        roads, places, supplies = self._ends
        sends, pairs = np.arange(len(self._sends)), np.arange(self._first[-1], self._count)
        starts = np.array(self.problem.sources)[self._sends]
        yield sends, places + np.array(self._sends)
        yield sends, roads + starts
        yield pairs, supplies + np.array([sink for _, sink in self.pairs])
        ways = np.arange(self._first[0], self._first[-1])
        yield ways, self._flat
        yield ways, roads + self._head[self._flat]

    @cached_property
    def _rows(self) -> tuple[Any, FloatArray, IntArray]:
        """The limits that may bind (csr), what they hold (unit), and which they are.

        The hours are the last.
        """
        from scipy.sparse import coo_array, csr_array, vstack

        touched = list(self._touched())
        columns, which = (np.concatenate(of) for of in zip(*touched, strict=True))
        wanted = sum(self.limits[self._ends[2] :].tolist())
        near = self.limits < min(wanted, UNLIMITED)
        near[self._ends[2] :] = True
        kept = np.unique(which[near[which]])
        mine = near[which]
        shape = (len(kept), self._count)
        rows = np.searchsorted(kept, which[mine])
        within = coo_array((np.ones(len(rows)), (rows, columns[mine])), shape=shape)
        hours = csr_array((self._seconds / self._scale)[np.newaxis])
        held = np.append(self.limits[kept], self.lorries.room / self._scale) / self._unit
        return vstack([within, hours]).tocsr(), held, kept

    @cached_property
    def _balance(self) -> Any:
        """One row a source and place: what comes in is what goes out or has arrived (csr)."""
        from scipy.sparse import coo_array

        n, number = len(self.problem.graph.places), {s: i for i, s in enumerate(self._sends)}
        whose = np.repeat(np.arange(len(self._ways)), [len(ways) for ways in self._ways]) * n
        ways = np.arange(self._first[0], self._first[-1])
        starts = np.arange(len(self._sends)) * n + np.array(self.problem.sources)[self._sends]
        ends = np.array([number[i] * n + self.problem.sinks[j] for i, j in self.pairs])
        parts = [
            (whose + self._tail[self._flat], ways, -1.0),
            (whose + self._head[self._flat], ways, 1.0),
            (starts, np.arange(len(self._sends)), 1.0),
            (ends, np.arange(self._first[-1], self._count), -1.0),
        ]
        used, row = np.unique(np.concatenate([rows for rows, *_ in parts]), return_inverse=True)
        values = np.concatenate([np.full(len(rows), sign) for rows, _, sign in parts])
        columns = np.concatenate([of for _, of, _ in parts])
        return coo_array((values, (row, columns)), shape=(len(used), self._count)).tocsr()

    def solve(
        self, cost: FloatArray, carried: float | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """The cheapest amounts (unit), and the worth of each row; ``carried`` is their value."""
        from scipy.sparse import csr_array, vstack

        within, held, _ = self._rows
        equal, value = self._balance, np.zeros(self._balance.shape[0])
        if carried is not None:
            equal = vstack([equal, csr_array(self.arrives[np.newaxis])])
            value = np.append(value, carried)
        found = optimum(
            cost, within, held, equal, value, (0.0, None), "no plan for the lorries was found"
        )
        return found.columns, found.limits

    # --- whole numbers ---------------------------------------------------------------------

    def routes(self, amounts: FloatArray) -> list[Route]:
        """The routes that carry some amounts (unit), source by source."""
        amounts = amounts * self._unit
        graph, found = self.problem.graph, []
        noise = NOISE + 1e-11 * float(amounts.max(initial=0.0))
        arrived = amounts[self._first[-1] :].tolist()
        for number, source in enumerate(self._sends):
            ways = np.zeros((len(graph.roads), 2))
            ways.ravel()[self._ways[number]] = amounts[
                self._first[number] : self._first[number + 1]
            ]
            demand = {
                self.problem.sinks[j]: kg
                for (i, j), kg in zip(self.pairs, arrived, strict=True)
                if i == source
            }
            supply = {self.problem.sources[source]: float(amounts[number])}
            found += cut_into_routes(graph, ways, supply, demand, noise)
        return found

    def within(self, routes: list[Route]) -> list[Route]:
        """The same within all limits and hours, exactly.

        Only a rate that was a hair below a whole number and was taken as that can be too much.
        """
        parts = [self._parts(route) for route in routes]
        while True:
            used = np.zeros(len(self.limits), dtype=np.int64)
            for route, limits in zip(routes, parts, strict=True):
                used[limits] += route.rate
            over = set(np.flatnonzero(used > self.limits).tolist())
            hours = taken(self.problem, routes, self.lorries.rest)
            late = hours is None or hours > self.lorries.room
            if not over and not late:
                return [route for route in routes if route.rate]
            through = [i for i, limits in enumerate(parts) if late or over & set(limits.tolist())]
            most = max(through, key=lambda i: (routes[i].rate, -i))
            routes[most] = replace(routes[most], rate=routes[most].rate - 1)

    def _parts(self, route: Route) -> IntArray:
        """The limits that a route goes through."""
        problem, (roads, places, supplies) = self.problem, self._ends
        taken_roads, way = ways_of(problem.graph, route)
        ends = places + problem.sources.index(route.source)
        last = supplies + problem.sinks.index(route.sink)
        return np.concatenate((2 * taken_roads + way, roads + np.array(route.places), [ends, last]))

    def bound(self, worth: FloatArray) -> Fraction:
        """What no plan carries more than (kg/day), by the lengths that duals give."""
        *whole, each = in_whole_numbers(worth)
        lengths = {int(i): of * self._scale for i, of in zip(self._rows[2], whole, strict=True)}
        held = each * self.lorries.room
        held += sum(of * int(self.limits[i]) for i, of in lengths.items())
        least = min(
            self._shortest(source, lengths, each) for source in sorted({i for i, _ in self.pairs})
        )
        wanted = sum(self.limits[self._ends[2] :].tolist())
        return min(Fraction(wanted), Fraction(held, least)) if least else Fraction(wanted)

    def _shortest(self, source: int, lengths: dict[int, int], each: int) -> int:
        """The least length of a tour from a source to any sink."""
        problem, (roads, places, supplies) = self.problem, self._ends
        graph, start = problem.graph, problem.sources[source]
        rest = {
            problem.sinks[j]: lengths.get(supplies + j, 0)
            + each * int(self.lorries.rest[source, j])
            for i, j in self.pairs
            if i == source
        }
        usable, seconds = self._usable.ravel().tolist(), graph.seconds.tolist()

        def onward(here: int) -> Iterator[tuple[int, int]]:
            for other, flat in graph.neighbours[here]:
                if usable[flat]:
                    step = each * seconds[flat >> 1] + lengths.get(flat, 0)
                    yield other, step + lengths.get(roads + other, 0)

        first = lengths.get(places + source, 0) + lengths.get(roads + start, 0)
        found = least_lengths([(first, start)], onward)
        return min(found[sink] + of for sink, of in rest.items())
