"""What is to be shared out: lines of supply, the room that they share, and what is wanted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.network.certificate import UNLIMITED
from sim.network.graph import Graph, IntArray, passable, reach


@dataclass(frozen=True, eq=False)
class Line:
    """One commodity from its sources to its sinks, and what it may use if it is alone.

    Capacities and supplies are whole kg/day of the commodity, ``UNLIMITED`` for no limit. Of plans
    that take the same time that is preferred in which the first of the ``sources`` sends most.
    """

    load: int  # kg of the commodity on one truck
    road: IntArray  # (m, 2)
    place: IntArray  # (n,)
    sources: tuple[int, ...]
    supply: IntArray  # (k,)


@dataclass(frozen=True, eq=False)
class Room:
    """What some lines may use together of roads and places, in standard loads (kg/day)."""

    lines: tuple[int, ...]
    road: IntArray  # (m, 2)
    place: IntArray  # (n,)


@dataclass(frozen=True)
class Want:
    """What is wanted of a line at a place; all of a lower ``rank`` is served first."""

    line: int
    place: int
    kg_per_day: int
    weight: Fraction = Fraction(1)
    rank: int = 0


class Limit(NamedTuple):
    """At most ``capacity`` for the sum over ``columns`` (with their lines) of what they carry.

    Where ``shared`` it counts in standard loads, else in kg/day.
    """

    columns: list[int]
    capacity: int
    shared: bool


class LineColumns(NamedTuple):
    """Where the numbers of a line stand among all: its sources, then its ways in use."""

    sources: range
    ways: range
    flat: IntArray  # the ways: 2 * road + direction
    tail: IntArray  # (places)
    head: IntArray


class Asked:
    """All of it, with the numbers that are to be found put in a row: the columns.

    Line by line these are what each source sends and what each way carries (those alone that lie
    on some way from a source to a want), then what each want gets. ``truck`` is the standard load
    (kg). Raises ValueError where a want is not above 0 in amount and weight, where they are not in
    the order of their ranks, or where a line has a source at a place where it is wanted.
    """

    def __init__(
        self, graph: Graph, truck: int, lines: Sequence[Line], rooms: Sequence[Room],
        wants: Sequence[Want],
    ) -> None:  # fmt: skip
        for want in wants:
            if want.kg_per_day <= 0 or want.weight <= 0:
                raise ValueError("what is wanted must be above 0, and so must its weight")
            if want.place in lines[want.line].sources:
                raise ValueError("a source of a line is a place where it is wanted")
        if any(one.rank > other.rank for one, other in pairwise(wants)):
            raise ValueError("what is wanted must stand in the order of its ranks")
        self.graph, self.truck = graph, truck
        self.lines, self.rooms, self.wants = tuple(lines), tuple(rooms), tuple(wants)
        self.columns: list[LineColumns] = []
        self.served: list[bool] = [False] * len(wants)
        """Whether any way leads to each want."""
        for number in range(len(lines)):
            self.columns.append(self._lay_out(number))
        self.first_want = self.columns[-1].ways.stop if lines else 0
        self.count = self.first_want + len(wants)
        self.line_of = [n for n, c in enumerate(self.columns) for _ in (*c.sources, *c.ways)]
        """The line of each column that is no want."""

    def up_to(self, rank: int) -> Asked:
        """The same without the wants of higher ranks, which stand last."""
        wants = [want for want in self.wants if want.rank <= rank]
        if len(wants) == len(self.wants):
            return self
        return Asked(self.graph, self.truck, self.lines, self.rooms, wants)

    def _lay_out(self, number: int) -> LineColumns:
        graph, line = self.graph, self.lines[number]
        start = self.columns[-1].ways.stop if self.columns else 0
        usable, places = passable(graph, line.road > 0, line.place > 0), line.place > 0
        begin = [s for s, kg in zip(line.sources, line.supply.tolist(), strict=True) if kg]
        mine = [i for i, want in enumerate(self.wants) if want.line == number]
        near = reach(graph, usable, places, begin)
        near = near & reach(graph, usable[:, ::-1], places, {self.wants[i].place for i in mine})
        for i in mine:
            self.served[i] = bool(near[self.wants[i].place])
        ends = np.stack([graph.a, graph.b], axis=1).astype(np.int64)
        usable = passable(graph, usable, near)
        flat = usable.ravel().nonzero()[0]
        middle = start + len(line.sources)
        return LineColumns(
            range(start, middle), range(middle, middle + len(flat)), flat,
            ends.ravel()[flat], ends[:, ::-1].ravel()[flat],
        )  # fmt: skip

    @cached_property
    def limits(self) -> list[Limit]:
        """All limits that may bind: none has room for all that is wanted of its lines."""
        return [limit for limit in self._all_limits() if self._may_bind(limit)]

    def _may_bind(self, limit: Limit) -> bool:
        """Whether a limit is passed if all that is wanted of its lines goes through it."""
        lines = {self.line_of[column] for column in limit.columns}
        parts = self._loads if limit.shared else dict.fromkeys(lines, self.scale)
        most = sum(self._wanted[line] * parts[line] for line in lines)
        return limit.capacity * self.scale < most

    @cached_property
    def _wanted(self) -> Counter[int]:
        """All that is wanted of each line (kg/day)."""
        found = Counter[int]()
        for want in self.wants:
            found[want.line] += want.kg_per_day
        return found

    def _all_limits(self) -> Iterator[Limit]:
        for number, line in enumerate(self.lines):
            yield from self._of_sources(number)
            yield from self._of((number,), line.road, line.place, shared=False)
        for room in self.rooms:
            yield from self._of(room.lines, room.road, room.place, shared=True)

    def _of_sources(self, number: int) -> Iterator[Limit]:
        columns, supply = self.columns[number].sources, self.lines[number].supply
        for column, kg in zip(columns, supply.tolist(), strict=True):
            yield Limit([column], kg, False)

    def _of(
        self, lines: Sequence[int], road: IntArray, place: IntArray, *, shared: bool
    ) -> Iterator[Limit]:
        by_way: dict[int, list[int]] = {}
        by_place: dict[int, list[int]] = {}
        for number in lines:
            columns = self.columns[number]
            for column, source in zip(columns.sources, self.lines[number].sources, strict=True):
                by_place.setdefault(source, []).append(column)
            ways = zip(columns.ways, columns.flat.tolist(), columns.head.tolist(), strict=True)
            for column, flat, head in ways:
                by_way.setdefault(flat, []).append(column)
                by_place.setdefault(head, []).append(column)
        for by, capacity in ((by_way, road.ravel()), (by_place, place)):
            for key, columns_of in by.items():
                if (most := int(capacity[key])) < UNLIMITED:
                    yield Limit(columns_of, most, shared)

    @cached_property
    def scale(self) -> int:
        """What all loads divide: times it, amounts in standard loads are whole numbers."""
        return math.lcm(*(line.load for line in self.lines))

    @cached_property
    def _loads(self) -> dict[int, int]:
        """By line the standard loads in one kg, times ``scale``: whole numbers."""
        return {n: self.truck * (self.scale // line.load) for n, line in enumerate(self.lines)}

    def part(self, limit: Limit, column: int) -> int:
        """What one kg/day in ``column`` takes of a limit's capacity times ``scale``: exact."""
        return self._loads[self.line_of[column]] if limit.shared else self.scale
