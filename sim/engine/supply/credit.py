"""Which event costs an axis how much capacity, from instant to instant.

At every instant the change of an axis' capacity against the start is shared out among the causes
that are in force then, in the order in which they began: each gets what it adds to those before
it, and those of one instant share theirs by the Shapley value (Shapley 1953). So the credits of an
axis always sum to the change, and what one cause takes away stays its own until it ends, or
another's comes to nothing without it.

In force is what a place or road would be in another state without: going from the last instant
back to the first, those that leave the state as it is are left out. So of two that close one road
the first is credited while it lasts, and then the second; a town that was lost and retaken counts
for nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from sim.engine.apportion import largest_remainder
from sim.engine.clock import Phase
from sim.engine.signals import Applied
from sim.engine.world import World
from sim.network import Flow
from sim.network.rank import exact_shares
from sim.state.control import Control
from sim.state.passages import Passage, Passages
from sim.state.record import CreditRow

from .axes import AxisState
from .solves import largest_flow

MOST = 6
"""Up to so many causes that begin at one instant the shares are exact (2^6 states)."""

Unit = tuple[int, str]
"""(began, cause): all that a cause does from one instant on, its end among it."""


class Step(NamedTuple):
    """What the causes that began at one instant add to those before them, in kg/day.

    ``capacity`` is that of each axis with them, ``parts`` what each of them changes of it.
    """

    capacity: Mapping[str, int]
    parts: Mapping[tuple[str, str], int]


class Credit:
    """Credits of all axes of a run, as rows of its record.

    A state without some causes is seen in a shadow of the run, which is brought there when it is
    asked for; with all of them it is the run's own. ``found`` are the largest flows of each axis
    that were solved last, for whichever of the two.
    """

    def __init__(
        self, world: World, axes: Mapping[str, AxisState], found: Mapping[str, deque[Flow]]
    ) -> None:
        self._world, self._axes, self._found = world, axes, found
        self._logs: dict[str, list[Applied]] = {}
        self._touched: dict[str, list[Applied]] = {}
        self._needed: dict[str, tuple[Unit, ...]] = {}
        self._steps: dict[int, Step] = {}
        self._written: dict[tuple[str, str], int] = {}
        self._due = False
        world.signals.applied.subscribe(self._hear)
        self._look_soon()

    def _begin(self) -> None:
        """Take the state of now as that of the start."""
        world = self._world
        self._start, self._shadow = world.control.copy(), world.control.copy()
        self._scratch = Control(world.control.terrain)
        self._brought: dict[str, tuple[Unit, ...]] = {}
        passages = self._passages = Passages(
            self._shadow, world.sides, world.scenario.truck_load
        )  # fmt: skip
        self._passage = {
            state.axis.id: passages.like(state.passage) for state in self._axes.values()
        }
        self._at_start, self._shadowed = self._now(), self._now()

    def _now(self) -> dict[str, int]:
        """The capacity of each axis (kg/day) now, with all that has happened."""
        return {axis: state.capacity for axis, state in self._axes.items()}

    def _hear(self, applied: Applied) -> None:
        self._look_soon()
        self._touched.setdefault(applied.subject, []).append(applied)

    def _look_soon(self) -> None:
        if not self._due:
            self._due, clock = True, self._world.clock
            clock.at(clock.now, Phase.RECORD, "credit", self._look)

    def _look(self) -> None:
        """Work out what has changed of the credits at the end of an instant."""
        touched, self._touched, self._due = self._touched, {}, False
        if self._world.clock.now == 0:
            self._begin()
            return
        changed: set[int] = set()
        for subject, applied in touched.items():
            log = self._logs.get(subject, [])
            # what a profile or a closure did before has no part in it, and would pile up
            renewed = {a.cause for a in applied if a.renews}
            self._logs[subject] = [a for a in log if a.cause not in renewed] + applied
            before, now = self._needed.get(subject, ()), self._units_needed(subject)
            self._needed[subject] = now
            changed |= {began for began, _ in set(before) ^ set(now)}
            # what ends does less than it did
            changed |= {a.began for a in applied if (a.began, a.cause) in now}
            brought = self._brought.get(subject)
            if brought and min(a.began for a in applied) <= brought[-1][0]:
                del self._brought[subject]
        if changed:
            self._step_on(min(changed))
            self._write()

    # --- who is in force -----------------------------------------------------------------

    def _units_needed(self, subject: str) -> tuple[Unit, ...]:
        """The units of causes in force at a place or road, by when they began."""
        kept = sorted({(a.began, a.cause) for a in self._logs[subject]})
        whole = self._world.control.bearing(subject)
        for began in sorted({began for began, _ in kept}, reverse=True):
            fewer = [unit for unit in kept if unit[0] != began]
            if self._seen(subject, fewer) == whole:
                kept = fewer
        return tuple(kept)

    def _seen(self, subject: str, units: Collection[Unit]) -> tuple[object, ...]:
        """What counts of a place or road where only these units have done anything to it."""
        if not units:
            return self._start.bearing(subject)
        self._replay(self._scratch, subject, units)
        return self._scratch.bearing(subject)

    def _replay(self, control: Control, subject: str, units: Iterable[Unit]) -> None:
        """Bring a place or road to where only some causes have done anything to it."""
        some = set(units)
        control.make_as(self._start, subject)
        for applied in self._logs[subject]:
            if (applied.began, applied.cause) in some:
                applied.change(control, subject)

    # --- what each adds -------------------------------------------------------------------

    def _step_on(self, first: int) -> None:
        """Work the steps out anew from that of an instant (s) on."""
        self._steps = {began: s for began, s in self._steps.items() if began < first}
        capacity = self._steps[max(self._steps)].capacity if self._steps else self._at_start
        by_start: dict[int, set[str]] = {}
        for units in self._needed.values():
            for began, cause in units:
                if began >= first:
                    by_start.setdefault(began, set()).add(cause)
        now, last = self._now(), max(by_start, default=None)
        for began, causes in sorted(by_start.items()):
            # with the last of them all is as it is now
            after = now if began == last else self._worth(began, causes, self._axes)
            self._steps[began] = self._step(began, sorted(causes), capacity, after)
            capacity = after
        if capacity != now:
            axis = next(axis for axis in now if capacity[axis] != now[axis])
            raise AssertionError(f"credits of axis {axis} do not sum to the change")

    def _step(
        self, began: int, causes: list[str], before: Mapping[str, int], after: Mapping[str, int]
    ) -> Step:
        """What the causes of an instant add, by the capacities before them and with them all."""
        changes = {axis: after[axis] - before[axis] for axis in after}
        moved = [axis for axis, change in changes.items() if change]
        if len(causes) == 1:
            return Step(after, {(axis, causes[0]): changes[axis] for axis in moved})
        exact = {
            axis: dict.fromkeys(causes, Fraction(changes[axis], len(causes))) for axis in moved
        }
        if moved and len(causes) <= MOST:
            found = {frozenset[str](): before, frozenset(causes): after}
            for size in range(1, len(causes)):
                for some in combinations(causes, size):
                    found[frozenset(some)] = self._worth(began, some, moved)
            for axis in moved:
                value = {some: of[axis] for some, of in found.items()}
                exact[axis] = exact_shares(causes, value.__getitem__)
        parts: dict[tuple[str, str], int] = {}
        for axis in moved:
            shares = largest_remainder(exact[axis], changes[axis])
            parts |= {(axis, cause): kg for cause, kg in shares.items() if kg}
        return Step(after, parts)

    def _worth(self, began: int, causes: Iterable[str], axes: Iterable[str]) -> dict[str, int]:
        """The capacity of axes (kg/day) with some causes of an instant, and all before it."""
        moved = self._bring(began, {(began, cause) for cause in causes})
        for axis, passage in self._passage.items():
            if passage in moved:
                self._shadowed.pop(axis, None)
        return {axis: self._capacity(axis) for axis in axes}

    def _bring(self, first: int, chosen: Collection[Unit]) -> set[Passage]:
        """Let places and roads of the shadow be as with their causes of before ``first`` (s).

        And with those that are ``chosen`` of later ones. The passages that are others then.
        """
        graph, changed = self._world.graph, []
        for subject, units in self._needed.items():
            if units and units[-1][0] >= first:
                units = tuple([u for u in units if u[0] < first or u in chosen])
            if self._brought.get(subject) != units:
                self._brought[subject] = units
                self._replay(self._shadow, subject, units)
                changed.append(subject)
        return self._passages.refresh(
            [s for s in changed if s in graph.place_index],
            [s for s in changed if s in graph.road_index],
        )

    def _capacity(self, axis: str) -> int:
        """Capacity of an axis (kg/day) in the shadow."""
        if axis not in self._shadowed:
            problem, kg = self._axes[axis].problem, self._passage[axis].kg
            flow = largest_flow(self._world, problem, kg, self._found[axis])
            self._shadowed[axis] = flow.value
        return self._shadowed[axis]

    # --- writing down --------------------------------------------------------------------

    def _write(self) -> None:
        total: dict[tuple[str, str], int] = dict.fromkeys(self._written, 0)
        for step in self._steps.values():
            for key, kg_per_day in step.parts.items():
                total[key] = total.get(key, 0) + kg_per_day
        for (axis, cause), kg_per_day in total.items():
            if self._written.get((axis, cause), 0) != kg_per_day:
                self._written[axis, cause] = kg_per_day
                row = CreditRow(self._world.clock.now, axis, cause, kg_per_day)
                self._world.record.credits.append(row)
