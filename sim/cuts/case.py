"""What questions about cuts are asked of: a network between places, or an axis at a date.

Both become a :class:`Case`: arrays, ends, and how to say the answers in names and units. For
those of scenarios see :mod:`sim.cuts.from_scenario`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, get_args

import numpy as np

from sim.base.diagnostics import safe, suggest
from sim.base.errors import BadInputError
from sim.base.names import mentioned
from sim.base.numbers import joined_ends
from sim.base.said import listed
from sim.network import UNLIMITED, Flow, FlowProblem, Graph, IntArray
from sim.network.arcs import MOST_COST, ArcNetwork, Kinds, Target, targets_of
from sim.network.graph import BoolArray, FloatArray

Document = dict[str, Any]
"""A JSON object, as ``--json`` prints it."""

Parts = tuple[tuple[int, ...], ...]
"""Parts of a network, each by its places."""

Amount = float | int
"""In the unit of a case; whole kg/day for an axis of a scenario."""

MANY_ROADS = 50_000
"""Beyond so many roads the flow and the cut are found alone, without a plan and routes."""

MOST_TOLD = 3
"""Names that are told as examples where none is close to a wrong one."""

MOST_SUGGESTED = 20_000
"""Beyond so many names none is looked for that is close to a wrong one: it takes seconds."""


class Doubt(NamedTuple):
    """A road that may not be there: the chance that it is, and what it carries each way if it is.

    Those that share a ``draw`` are there or not by the same number.
    """

    chance: float
    there: int
    back: int
    draw: str


@dataclass(frozen=True, eq=False)
class Case:
    """A network with its ends. Capacities count 1 / ``scale`` of ``unit``.

    ``captured`` are the places that the scenario takes from the axis after the date looked
    at. ``axis`` is None for a network. ``names`` are those of places that have one, roads that are
    ``estimated`` state no length. Of a scenario ``doubtful`` are the roads that may not be there,
    by id, and whether they are in the run looked at. ``notes`` say how a file was read, ``classes``
    of which class each road is, ``exists`` what is known of those that may not be there, by id.
    """

    title: str
    graph: Graph
    roads: IntArray  # (m, 2)
    places: IntArray  # (n,)
    sources: tuple[int, ...]
    sinks: tuple[int, ...]
    unit: str
    scale: int = 1
    axis: str | None = None
    at: str | None = None
    captured: tuple[int, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    supply: IntArray | None = None  # (k,) of the sources, where the axis states any
    demand: IntArray | None = None  # (l,) of the sinks
    pockets: Callable[[], Parts] | None = None  # of the axis' actor; None for a network
    estimated: frozenset[str] = frozenset()
    doubtful: Mapping[str, bool] = field(default_factory=dict)
    coordinates: FloatArray | None = None  # (n, 2) latitude and longitude, where known
    stated: BoolArray | None = None  # (m,) roads whose capacity is stated; None: all
    notes: tuple[str, ...] = ()
    classes: tuple[str | None, ...] | None = None  # (m,) where roads have any
    exists: Mapping[str, Doubt] = field(default_factory=dict)

    def value(self, amount: int) -> Amount | None:
        """An amount in ``unit``; None for one without limit."""
        if amount >= UNLIMITED:
            return None
        if self.axis is not None or (self.scale == 1 and amount >= 2**53):
            return amount
        return amount / self.scale

    @property
    def located(self) -> FloatArray | None:
        """The coordinates (n, 2), None where they are not known of every place."""
        at = self.coordinates
        return None if at is None or not np.isfinite(at).all() else at

    @property
    def small(self) -> bool:
        """True up to ``MANY_ROADS``."""
        return len(self.graph.roads) <= MANY_ROADS

    @property
    def usable(self) -> tuple[BoolArray, BoolArray]:
        """Masks (m, 2) and (n,) of the ways and places that carry anything."""
        return self.roads > 0, self.places > 0

    @property
    def counted(self) -> Case | None:
        """The case with one for each road that can be cut: its cuts are the fewest roads.

        None where every capacity is stated, for then they tell what a cut is.
        """
        if self.stated is None:
            return None
        sure = (self.roads >= UNLIMITED) & self.stated[:, np.newaxis]
        ones = np.where(sure, UNLIMITED, np.minimum(self.roads, 1))
        places = np.where(self.places > 0, UNLIMITED, 0)
        return replace(self, roads=ones, places=places, scale=1, unit="roads", stated=None)

    @property
    def ends(self) -> set[Target]:
        """The sources and sinks, which are no targets."""
        return {Target("place", i) for i in (*self.sources, *self.sinks)}

    @cached_property
    def problem(self) -> FlowProblem:
        """The flow problem of the ends."""
        return FlowProblem(self.graph, self.sources, self.sinks)

    @cached_property
    def flow(self) -> Flow:
        """A largest flow: the plan of least travel time where the network is small.

        Raises BadInputError where capacities are too large to be added up.
        """
        solve = self.problem.plan if self.small else self.problem.max_flow
        try:
            return solve(self.roads, self.places)
        except OverflowError as error:
            raise BadInputError(str(error)) from error

    def arcs(
        self,
        targets: Sequence[Target],
        cost: Mapping[Target, int] | None = None,
        *,
        deliverable: bool = False,
    ) -> ArcNetwork:
        """The arcs of the case, with supply and demand as limits where ``deliverable``.

        Raises BadInputError where capacities are too large to be added up, and ValueError as
        ``ArcNetwork.build``.
        """
        try:
            return ArcNetwork.build(
                self.graph, self.roads, self.places, self.sources, self.sinks,
                targets=targets, cost=cost,
                supply=self.supply if deliverable else None,
                demand=self.demand if deliverable else None,
            )  # fmt: skip
        except OverflowError as error:
            raise BadInputError(str(error)) from error

    def named(self, name: str, parameter: str) -> list[Target]:
        """The place and the road of this id; ``parameter`` is where it was given.

        Raises BadInputError where there is neither.
        """
        found: list[Target] = []
        if name in self.graph.place_index:
            found.append(Target("place", self.graph.place_index[name]))
        if name in self.graph.road_index:
            found.append(Target("road", self.graph.road_index[name]))
        if not found:
            known = (*self.graph.places, *self.graph.roads)
            raise BadInputError(f"{parameter}: {unknown('place or road', name, known)}")
        return found

    def targets(self, kinds: Kinds, protect: Iterable[str] = ()) -> tuple[Target, ...]:
        """What may be lost: open places and roads that can be cut, less ends and ``protect``.

        Raises BadInputError for ``kinds`` that are none, and for an unknown name.
        """
        if kinds not in get_args(Kinds):
            raise BadInputError(f"targets: '{kinds}' is none of {', '.join(get_args(Kinds))}")
        barred = self.ends | {t for name in protect for t in self.named(name, "protect")}
        return targets_of(
            self.graph, self.roads, self.places, kinds=kinds, protected=barred, stated=self.stated
        )

    def prices(self, targets: Iterable[Target], cost: Mapping[str, int]) -> dict[Target, int]:
        """What targets cost that do not cost 1, from costs by name.

        Raises BadInputError for an unknown name, and a cost out of range.
        """
        price: dict[Target, int] = {}
        for name, number in cost.items():
            if not 1 <= number <= MOST_COST:
                raise BadInputError(f"cost: {number} of '{name}' is not from 1 to {MOST_COST}")
            price |= dict.fromkeys(self.named(name, "cost"), number)
        known = set(targets)
        return {target: number for target, number in price.items() if target in known}

    def ids(self, places: Iterable[int], roads: Iterable[int] = ()) -> tuple[str, ...]:
        """Ids of places, then of roads."""
        return (*(self.graph.places[i] for i in places), *(self.graph.roads[r] for r in roads))

    def said(self, item: str) -> str:
        """How a place or road is called: by its name, a road of named places by its ends."""
        if item in self.names:
            return self.names[item]
        road = self.graph.road_index.get(item)
        if road is None or not self.names:
            return item
        ends = self.ids((int(self.graph.a[road]), int(self.graph.b[road])))
        return joined_ends(self.names.get(end, end) for end in ends)

    def with_names(self, document: Document) -> Document:
        """The document and, as ``names``, what it calls places and roads, by their ids."""
        known = (self.graph.place_index, self.graph.road_index)
        ids = {word for word in mentioned(document) if any(word in of for of in known)}
        return document | {"names": {id_: self.said(id_) for id_ in sorted(ids) if self.names}}

    def head(self) -> Document:
        """What was looked at: title or axis, ends, unit; and how a file was read."""
        head: Document = {"title": self.title, "unit": self.unit}
        if self.notes:
            head = {"notes": list(self.notes)} | head
        if self.axis is not None:
            head = {"axis": self.axis, "name": self.title, "at": self.at, "unit": self.unit}
        ends = {"from": list(self.ids(self.sources)), "to": list(self.ids(self.sinks))}
        return head | ends | self.doubts()

    def doubts(self) -> Document:
        """The roads that may not be there, and those that are not, where there are any."""
        absent = [road for road, there in self.doubtful.items() if not there]
        found = {"roads": list(self.doubtful), "absent": absent}
        return {"doubtful_roads": found} if self.doubtful else {}


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """That ``name`` is no ``what`` that is known, and which may have been meant."""
    hint = suggest(name, known) if len(known) < MOST_SUGGESTED else None
    hint = hint or f"there are such as {listed([safe(one) for one in known[:MOST_TOLD]], 'or')}"
    return f"unknown {what} '{name}'" + (f"; {hint}" if known else "")


def flow_document(value: Amount | None, key: str = "flow") -> Document:
    """``flow``, null beside ``unlimited`` where nothing bounds it."""
    return {key: None, "unlimited": True} if value is None else {key: value}
