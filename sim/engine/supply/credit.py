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

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from sim.engine.apportion import largest_remainder
from sim.engine.clock import Phase
from sim.engine.signals import Applied
from sim.engine.world import World
from sim.network.rank import exact_shares
from sim.state.control import Control
from sim.state.passages import Passages
from sim.state.record import CreditRow

from .axes import AxisState

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
    """Credits of all axes of a run, as rows of its record."""

    def __init__(self, world: World, axes: Mapping[str, AxisState]) -> None:
        self._world, self._axes = world, axes
        self._logs: dict[str, list[Applied]] = {}
        self._touched: dict[str, list[Applied]] = {}
        self._needed: dict[str, tuple[Unit, ...]] = {}
        self._steps: dict[int, Step] = {}
        self._written: dict[tuple[str, str], int] = {}
        self._known: dict[tuple[str, bytes], int] = {}
        self._begin()
        world.signals.applied.subscribe(self._hear)

    def _begin(self) -> None:
        """Take the state of now as that of the start."""
        world = self._world
        self._start, self._scratch = world.control.copy(), world.control.copy()
        self._shadow = world.control.copy()
        self._brought: dict[str, tuple[Unit, ...]] = {}
        passages = self._passages = Passages(
            self._shadow, world.sides, world.scenario.truck_load
        )  # fmt: skip
        self._passage = {
            state.axis.id: passages.like(state.passage) for state in self._axes.values()
        }
        self._at_start = {axis: state.capacity for axis, state in self._axes.items()}

    def _hear(self, applied: Applied) -> None:
        if not self._touched:
            clock = self._world.clock
            clock.at(clock.now, Phase.RECORD, "credit", self._look)
        self._touched.setdefault(applied.subject, []).append(applied)

    def _look(self) -> None:
        """Work out what has changed of the credits at the end of an instant."""
        touched, self._touched = self._touched, {}
        if self._world.clock.now == 0:
            self._begin()
            return
        for state in self._axes.values():
            self._known[state.axis.id, state.passage.digest] = state.capacity
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
            self._brought.pop(subject, None)
        if changed:
            self._step_on(min(changed))
            self._write()

    # --- who is in force -----------------------------------------------------------------

    def _units_needed(self, subject: str) -> tuple[Unit, ...]:
        """The units of causes in force at a place or road, by when they began."""
        kept = sorted({(a.began, a.cause) for a in self._logs[subject]})
        whole = self._seen(subject, kept)
        for began in sorted({began for began, _ in kept}, reverse=True):
            fewer = [unit for unit in kept if unit[0] != began]
            if self._seen(subject, fewer) == whole:
                kept = fewer
        return tuple(kept)

    def _seen(self, subject: str, units: Iterable[Unit]) -> tuple[str, ...]:
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
        self._bring(self._needed, first)
        self._steps = {began: s for began, s in self._steps.items() if began < first}
        capacity = self._steps[max(self._steps)].capacity if self._steps else self._at_start
        by_start: dict[int, dict[str, set[str]]] = {}
        for subject, units in self._needed.items():
            for began, cause in units:
                if began >= first:
                    by_start.setdefault(began, {}).setdefault(subject, set()).add(cause)
        for began, subjects in sorted(by_start.items()):
            step = self._step(began, subjects, capacity)
            self._steps[began], capacity = step, step.capacity
        for axis, state in self._axes.items():
            if capacity[axis] != state.capacity:
                raise AssertionError(f"credits of axis {axis} do not sum to the change")

    def _step(
        self, began: int, subjects: Mapping[str, set[str]], before: Mapping[str, int]
    ) -> Step:
        causes = sorted(set().union(*subjects.values()))

        def worth(some: Iterable[str]) -> dict[str, int]:
            """The capacity of each axis with some of the causes that began now."""
            self._bring(subjects, began, {(began, cause) for cause in some})
            return {axis: self._capacity(axis) for axis in self._axes}

        capacity = worth(causes)
        moved = [axis for axis in self._axes if capacity[axis] != before[axis]]
        parts: dict[tuple[str, str], int] = {}
        if moved and 1 < len(causes) <= MOST:
            sets = [
                frozenset(some)
                for size in range(1, len(causes))
                for some in combinations(causes, size)
            ]
            found = {frozenset[str](): before, frozenset(causes): capacity}
            found |= {some: worth(some) for some in sets}
            worth(causes)
        for axis in moved:
            change = capacity[axis] - before[axis]
            exact = dict.fromkeys(causes, Fraction(change, len(causes)))
            if 1 < len(causes) <= MOST:
                value = {some: of[axis] - before[axis] for some, of in found.items()}
                exact = exact_shares(causes, value.__getitem__)
            shares = largest_remainder(exact, change)
            parts |= {(axis, cause): kg for cause, kg in shares.items() if kg}
        return Step(capacity, parts)

    def _bring(self, subjects: Iterable[str], first: int, chosen: Collection[Unit] = ()) -> None:
        """Let places and roads of the shadow be as with their causes of before ``first`` (s).

        And with those that are ``chosen`` of later ones.
        """
        graph, changed = self._world.graph, []
        for subject in subjects:
            units = self._needed[subject]
            if units and units[-1][0] >= first:
                units = tuple([u for u in units if u[0] < first or u in chosen])
            if self._brought.get(subject) != units:
                self._brought[subject] = units
                self._replay(self._shadow, subject, units)
                changed.append(subject)
        if changed:
            self._passages.refresh(
                [s for s in changed if s in graph.place_index],
                [s for s in changed if s in graph.road_index],
            )

    def _capacity(self, axis: str) -> int:
        """Capacity of an axis (kg/day) in the shadow."""
        passage, problem = self._passage[axis], self._axes[axis].problem
        key = axis, passage.digest
        if key not in self._known:
            self._world.record.solves += 1
            self._known[key] = problem.max_flow(passage.road, passage.place).value
        return self._known[key]

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
