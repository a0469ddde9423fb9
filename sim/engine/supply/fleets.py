"""Lorries: what is planned takes no more of them than there are.

An axis has a fleet of its own, or its actor's, which its axes use in the order of plans: each has
the hours that those before it leave. Where a plan without a fleet takes no more hours than that it
stands; else it is the largest that does, and of these that of least time or cost
(:mod:`sim.network.lorries`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np

from sim.engine.world import World
from sim.network import IntArray, Route
from sim.network.lorries import Hauled, Lorries, haul, taken
from sim.scenario.blocks import fleets_of
from sim.scenario.model import DAY, Fleet
from sim.state.record import FleetRow, HauledRow

from .axes import AxisState
from .latest import Latest
from .room import by_kind, loads_of

_OWNERS = {"axes": "axis", "actors": "actor"}


@dataclass(slots=True)
class FleetState:
    """A fleet in a run; ``name`` is `axes.<axis>` or `actors.<actor>`, ``axes`` those it serves.

    Of each lorry ``seconds`` a day are in use; ``handling`` (s) is loading and unloading.
    """

    name: str
    axes: tuple[str, ...]
    lorries: int
    seconds: int
    handling: int
    load: int | None
    told: FleetRow | None = None


class Within(NamedTuple):
    """What an axis may use, and the plan in it if it had any number of lorries.

    Capacities are kg/day, as ``Passage.kg``; ``routes`` carry the plan, ``value`` in all (kg/day).
    """

    kg: IntArray
    asks: IntArray
    routes: tuple[Route, ...]
    value: int


class Planned(Protocol):
    """A plan that was found, and what it uses."""

    @property
    def value(self) -> int:
        """What it carries (kg/day)."""

    @property
    def used(self) -> IntArray | None:
        """Standard loads a day by road and place, as ``Passage.kg``."""

    @property
    def hauled(self) -> int:
        """Lorry-seconds a day."""


Find = Callable[[Sequence[AxisState], Sequence[AxisState]], Sequence[Planned]]


class Fleets:
    """The fleets of a run."""

    def __init__(self, world: World, axes: Mapping[str, AxisState]) -> None:
        self._world = world
        self._of: dict[str, FleetState] = {}
        stated = fleets_of(world.scenario)
        for name in dict.fromkeys(stated[axis][0] for axis in axes if axis in stated):
            served = tuple(axis for axis in axes if axis in stated and stated[axis][0] == name)
            fleet = self._draw(name, served, stated[served[0]][1])
            self._of |= dict.fromkeys(served, fleet)
        self._plans: dict[str, Latest[tuple[bytes, int], Hauled]] = {
            axis: Latest(world.graph) for axis in self._of
        }
        self._all = tuple({fleet.name: fleet for fleet in self._of.values()}.values())
        self._bounds: dict[str, tuple[int, Fraction | None]] = {}

    def _draw(self, name: str, axes: tuple[str, ...], fleet: Fleet) -> FleetState:
        luck, (section, _, id_) = self._world.luck, name.partition(".")
        key = f"{_OWNERS[section]}:{id_}:fleet"
        return FleetState(
            name, axes,
            lorries=luck.whole(fleet.lorries, f"{key}:lorries"),
            seconds=min(DAY, luck.whole(fleet.hours, f"{key}:hours")),
            handling=luck.whole(fleet.loading, f"{key}:loading")
            + luck.whole(fleet.unloading, f"{key}:unloading"),
            load=fleet.load,
        )  # fmt: skip

    def of(self, state: AxisState) -> FleetState | None:
        """The fleet that serves an axis."""
        return self._of.get(state.axis.id)

    def same(self, one: AxisState, other: AxisState) -> bool:
        """Whether two axes have one fleet."""
        fleet = self.of(one)
        return fleet is not None and fleet is self.of(other)

    def plan(self, state: AxisState, within: Within, before: Sequence[AxisState]) -> Hauled | None:
        """The plan of an axis with what its fleet has left; None where that binds nothing.

        ``before`` are the axes that come before it.
        """
        fleet = self._of[state.axis.id]
        rest = self._rest(state, fleet)
        room = self._load(state, fleet) * self._left(state, before)
        used = taken(state.problem, within.routes, rest)
        if used is not None and used <= room:
            return None
        kg, asks = (np.minimum(of, within.value) for of in within[:2])
        key = b"|".join((state.condition, kg.tobytes(), asks.tobytes(), rest.tobytes()))
        plans = self._plans[state.axis.id]
        if (key, room) not in plans:
            most = Lorries(rest, room)
            road, place = by_kind(self._world, kg)
            found = haul(state.problem, road, place, state.supply, asks, most)
            plans[key, room] = found._replace(bound=min(found.bound, Fraction(within.value)))
        return plans[key, room]

    def use(self, state: AxisState, routes: Sequence[Route]) -> int:
        """Lorry-seconds a day that a plan takes, rounded up; 0 without a fleet."""
        if (fleet := self.of(state)) is None:
            return 0
        load = self._load(state, fleet)
        return -(-(taken(state.problem, routes, self._rest(state, fleet)) or 0) // load)

    def _left(self, state: AxisState, before: Sequence[AxisState]) -> int:
        """Lorry-seconds a day that the axes before it leave an axis."""
        fleet = self._of[state.axis.id]
        return fleet.lorries * fleet.seconds - sum(
            other.hauled for other in before if self.same(state, other)
        )

    def _load(self, state: AxisState, fleet: FleetState) -> int:
        """Kg of the axis' commodity on one lorry."""
        return fleet.load or loads_of(self._world, state)[1]

    def _rest(self, state: AxisState, fleet: FleetState) -> IntArray:
        """What a tour takes beside the way out, as :class:`~sim.network.lorries.Lorries` has it."""
        problem, sinks = state.problem, list(state.problem.sinks)
        rest = np.full((len(problem.sources), len(sinks)), -1, dtype=np.int64)
        for row, source in enumerate(problem.sources):
            back = state.ways_to(source)
            reached = back.hops[sinks] >= 0
            rest[row, reached] = back.seconds[sinks][reached] + fleet.handling
        return rest

    def adopt(self, state: AxisState, value: int, bound: Fraction | None) -> None:
        """Take note of a plan (kg/day) and its bound, None where its fleet does not bind it."""
        self._bounds[state.axis.id] = value, bound

    def look(self, blocks: Sequence[Sequence[AxisState]], find: Find) -> None:
        """Write down what each fleet does, and what one more lorry would bring.

        ``find`` gives the plans of a block (they stand in order) in what those before it leave.
        """
        for fleet in self._all:
            planned = {axis: self._bounds[axis] for axis in fleet.axes}
            more = 0
            if any(bound is not None for _, bound in planned.values()):
                # the lorry may stand still: what rounding takes off a plan is no loss
                now = sum(value for value, _ in planned.values())
                more = max(0, self._with_one_more(fleet, blocks, find) - now)
            used = sum(s.hauled for states in blocks for s in states if self.of(s) is fleet)
            rows = tuple(
                HauledRow(axis, value, str(value if bound is None else bound))
                for axis, (value, bound) in planned.items()
            )
            row = FleetRow(
                self._world.clock.now, fleet.name, fleet.lorries, fleet.seconds, used, more, rows
            )
            if fleet.told is None or fleet.told[1:] != row[1:]:
                fleet.told = row
                self._world.record.fleets.append(row)

    def _with_one_more(
        self, fleet: FleetState, blocks: Sequence[Sequence[AxisState]], find: Find
    ) -> int:
        """What the axes of a fleet would carry (kg/day) with one more lorry, all planned again."""
        order = [state for states in blocks for state in states]
        kept = [(state.used, state.hauled) for state in order]
        fleet.lorries += 1
        total, before = 0, list[AxisState]()
        for states in blocks:
            plans = find(states, [other for other in before if other.used is not None])
            for state, found in zip(states, plans, strict=True):
                state.used, state.hauled = found.used, found.hauled
                total += found.value if self.of(state) is fleet else 0
            before += states
        fleet.lorries -= 1
        for state, (used, hauled) in zip(order, kept, strict=True):
            state.used, state.hauled = used, hauled
        return total
