"""One run: a scenario, a seed, and what happens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sim.scenario.model import PPM, Condition, Event, Scenario
from sim.state.control import Control, Kind, Side, Terrain
from sim.state.luck import Luck
from sim.state.passages import Passages
from sim.state.record import ControlRow, CreditRow, EventRow, Record, SeriesRow

from .clock import Clock, Phase
from .decide import Decisions
from .forces.combat import Combat
from .forces.force import Force
from .forces.fronts import Fronts
from .forces.operations import Operations
from .pockets import PocketWatch
from .regroup import Regroup
from .supply.credit import shapley
from .supply.supply import Supply

Change = Callable[[Control], None]
"""A pure change of the state, so that credit can be worked out by applying some of them."""


_SAMPLED = ("sink:", "operation:")


class Simulation:
    """A run in progress; :func:`run` is the way in.

    Every event of the scenario becomes changes of :class:`Control` at its instant and
    phase; the instant's net change is settled once, and everything else follows from it.
    """

    def __init__(self, scenario: Scenario, seed: int, replicate: int, credit: bool) -> None:
        self.scenario = scenario
        self.luck = Luck(seed, replicate)
        self.clock = Clock()
        self.record = Record(seed=seed, replicate=replicate, end=scenario.length)
        self.control = Control.at_start(scenario, Terrain.draw(scenario, self.luck))
        self.sides = {actor: Side.of(actor, scenario.actors) for actor in scenario.actors}
        self.passages = Passages(self.control, self.sides, scenario.truck_load)
        self.raided: dict[str, str] = {}
        self.happened: set[str] = set()
        self._initial = {p: frozenset(s) for p, s in self.control.holders.items()}
        self._credit = credit
        self._before: Control | None = None
        self._applied: list[tuple[str, Change]] = []
        self._settling = False
        self._looking = False
        self._waiting: dict[str, tuple[Condition, Callable[[], None]]] = {}
        self.operations: Operations | None = None
        for event in scenario.events.values():
            if event.when is not None:
                self.wait_for(f"event:{event.id}", event.when, partial(self._on_condition, event))
        self._notes: dict[tuple[str, str], int] = {}
        self._written: dict[tuple[str, str], int] = {}
        for (kind, id_, what), value in self.control.initial_rows():
            self.record.control.append(ControlRow(0, kind, id_, what, value))
        self.supply = Supply(self)
        self.regroup = Regroup(self)
        self.pockets = PocketWatch(self)
        for event in scenario.events.values():
            if event.at is not None:
                self._schedule(event, round(self.luck.value(event.at, f"event:{event.id}:at")))
        self.fronts = Fronts(self)
        if scenario.fighting is not None:
            self.operations = Operations(self, Combat(self, scenario.fighting))
        self.decisions = Decisions(self)
        self.regroup.count()
        self.state_changed()

    def finish(self) -> Record:
        """Run through the period and return the record, its rows in order."""
        self.clock.run_through(self.scenario.length)
        if self.operations is not None:
            self.operations.close()
        self.supply.close()
        self.regroup.close()
        self.pockets.close()
        record = self.record
        # what changes at time 0 takes the place of the row that the start wrote
        record.control = sorted({row[:4]: row for row in record.control}.values())
        record.series.sort()
        record.flows.sort()
        record.events.sort(key=lambda row: row.time)  # stable: the order within an instant stays
        record.credits.sort()
        record.drawn = dict(sorted(self.luck.drawn.items()))
        return record

    # --- events ----------------------------------------------------------------------

    def _schedule(self, event: Event, time: int) -> None:
        name = f"event:{event.id}"
        if not 0 <= time <= self.scenario.length:
            return
        if event.chance < 1 and self.luck.uniform(f"{name}:happens") >= event.chance:
            return
        places, roads = event.places, event.roads
        if event.kind == "capture":
            shares = dict(event.shares) if event.shares else {str(event.by): PPM}
            self._change(event, time, Phase.CONTROL, places, lambda c, p: c.capture(p, shares))
        elif event.kind == "besiege":
            self._change(
                event,
                time,
                Phase.CLOSURES,
                places,
                lambda c, p: c.besiege(p, self._ringed(c, p, event)),
            )
        elif event.kind == "relieve":
            self._change(event, time, Phase.OPENINGS, places, lambda c, p: c.relieve(p))
        elif event.kind == "seal":
            sealed = event.against or frozenset({"*"})
            self._change(event, time, Phase.CLOSURES, places, lambda c, p: c.seal(p, sealed))
        elif event.kind == "unseal":
            self._change(
                event,
                time,
                Phase.OPENINGS,
                places,
                lambda c, p: c.unseal(p, event.against, self.sides),
            )
        elif event.kind == "close":
            self._change(event, time, Phase.CLOSURES, roads, lambda c, r: c.close(r, event.id))
        elif event.kind == "open":
            self._change(event, time, Phase.OPENINGS, roads, lambda c, r: c.open(r))
        elif event.kind == "damage":
            self._damage(event, time)
        else:
            self._raid(event, time)

    def _change(
        self,
        event: Event,
        time: int,
        phase: Phase,
        subjects: tuple[str, ...],
        change: Callable[[Control, str], None],
        *,
        ending: bool = False,
    ) -> None:
        """Let ``change`` happen to each subject at ``time``."""

        def happen() -> None:
            for subject in subjects:
                self.apply(event.id, partial(_to, subject, change))
            if ending:
                self.note_event("ends", ", ".join(subjects), event.id, f"{event.kind} ends")
            else:
                self.happened.add(event.id)
                self.note_event(event.kind, ", ".join(subjects), event.id, event.text or "")
                self.state_changed()  # it has happened, whether or not it changed anything

        self.clock.at(time, phase, f"event:{event.id}", happen)

    def _ringed(self, control: Control, place: str, event: Event) -> frozenset[str]:
        if event.against:
            return event.against
        own = self.sides[str(event.by)].own
        return frozenset(control.holders[place]) - own

    def _damage(self, event: Event, time: int) -> None:
        loss = 0.0 if event.loss is None else self.luck.value(event.loss, f"event:{event.id}:loss")
        kept = PPM - round(loss * PPM)
        self._damage_kind(event, time, "place", event.places, kept)
        self._damage_kind(event, time, "road", event.roads, kept)

    def _damage_kind(
        self, event: Event, time: int, kind: Kind, subjects: tuple[str, ...], kept: int
    ) -> None:
        if not subjects:
            return
        self._change(
            event, time, Phase.CLOSURES, subjects, lambda c, s: c.damage(kind, s, event.id, kept)
        )
        if (end := self._end(event, time)) is not None:
            self._change(
                event,
                end,
                Phase.OPENINGS,
                subjects,
                lambda c, s: c.repair(kind, s, event.id),
                ending=True,
            )

    def _end(self, event: Event, time: int) -> int | None:
        if event.lasts is None:
            return None
        lasts = max(1, round(self.luck.value(event.lasts, f"event:{event.id}:lasts")))
        return time + lasts if time + lasts <= self.scenario.length else None

    def _raid(self, event: Event, time: int) -> None:
        """Hold places or roads for a time, then give them back to those they were taken from."""
        by = str(event.by)
        end = self._end(event, time)
        taken: dict[str, dict[str, int]] = {}

        def seize(control: Control, place: str) -> None:
            if control is self.control:
                taken[place] = dict(control.holders[place])
                self.raided[place] = event.id
            control.capture(place, {by: PPM})

        def give_back(control: Control, place: str) -> None:
            # what another took from the raider meanwhile is not given back
            if control.holders[place] == {by: PPM}:
                control.capture(place, taken[place])

        if event.places:
            self._change(event, time, Phase.CONTROL, event.places, seize)
            if end is not None:
                self._change(event, end, Phase.CONTROL, event.places, give_back, ending=True)
        if event.roads:
            self._change(
                event, time, Phase.CLOSURES, event.roads, lambda c, r: c.close(r, event.id)
            )
            if end is not None:
                self._change(
                    event,
                    end,
                    Phase.OPENINGS,
                    event.roads,
                    lambda c, r: c.open(r, event.id),
                    ending=True,
                )

    def apply(self, cause: str, change: Change) -> None:
        """Change the state on account of ``cause``; the net change is settled in this instant."""
        if self._credit and self._before is None:
            self._before = self.control.copy()
        self._applied.append((cause, change))
        change(self.control)
        if not self._settling:
            self._settling = True
            self.clock.at(self.clock.now, Phase.SETTLE, "settle", self._settle)

    # --- the net change of an instant ----------------------------------------------------

    def _settle(self) -> None:
        self._settling = False
        now = self.clock.now
        applied, self._applied = self._applied, []
        before, self._before = self._before, None
        changes = self.control.settle()
        self.raided = {p: e for p, e in self.raided.items() if self._is_raided(p, e)}
        if not changes:
            return
        for (kind, id_, what), _, value in changes:
            self.record.control.append(ControlRow(now, kind, id_, what, value))
        places = sorted({id_ for (kind, id_, _), _, _ in changes if kind == "place"})
        roads = sorted({id_ for (kind, id_, _), _, _ in changes if kind == "road"})
        moved = self.passages.refresh(places, roads)
        capacities = self.supply.settle(places, moved)
        if before is not None and capacities:
            for state, old, new in capacities:
                for cause, part in shapley(state, before, applied, old, new).items():
                    if part:
                        self.record.credits.append(CreditRow(now, state.axis.id, cause, part))
        if self.operations is not None:
            self.operations.lose(places)
        self.regroup.settle(places, roads)
        self.pockets.settle(places, moved)
        if self.operations is not None:
            self.operations.settle()
        self.state_changed()

    def _is_raided(self, place: str, event: str) -> bool:
        by = self.scenario.events[event].by
        return self.control.holders[place] == {by: PPM}

    # --- conditions ----------------------------------------------------------------------

    def wait_for(self, key: str, condition: Condition, act: Callable[[], None]) -> None:
        """Call ``act`` once, at the end of the first instant at which ``condition`` holds."""
        self._waiting[key] = (condition, act)

    def state_changed(self) -> None:
        """Look at the conditions when this instant is over."""
        if self._waiting and not self._looking:
            self._looking = True
            self.clock.at(self.clock.now, Phase.RECORD, "conditions", self._look_at_conditions)

    def forces(self) -> list[Force]:
        """The forces of all operations."""
        return [] if self.operations is None else list(self.operations.forces.values())

    def in_forces(self) -> dict[str, int]:
        """Persons in the forces of operations, by actor."""
        found: dict[str, int] = {}
        for force in self.forces():
            actor = force.operation.actor
            found[actor] = found.get(actor, 0) + force.strength
        return found

    def garrison_will_grow(self, post: tuple[str, str]) -> None:
        """Men are about to join a garrison: its battle, if any, is brought to now."""
        if self.operations is not None:
            self.operations.garrison_will_grow(post)

    def garrison_grew(self, post: tuple[str, str], persons: int) -> None:
        """Men joined a garrison: they stand with it in its battle, or may strike back."""
        if self.operations is not None:
            self.operations.garrison_grew(post, persons)

    def restocked(self, actor: str, place: str) -> None:
        """Supplies arrived at a place: those who fight there may do so with more effect."""
        if self.operations is not None:
            self.operations.combat.restocked((actor, place))

    def stocks_changed(self) -> None:
        """A stock ran out, or there is something again: tell the forces fed from it."""
        if self.operations is not None:
            self.operations.stocks_changed()

    def _look_at_conditions(self) -> None:
        self._looking = False
        for key, (condition, act) in sorted(self._waiting.items()):
            if self._holds(condition):
                del self._waiting[key]
                act()

    def _on_condition(self, event: Event) -> None:
        delay = 0
        if event.delay is not None:
            delay = round(self.luck.value(event.delay, f"event:{event.id}:delay"))
        self._schedule(event, self.clock.now + max(1, delay))

    def _holds(self, condition: Condition) -> bool:
        subject, to = condition.subject, condition.to
        match condition.kind:
            case "falls":
                holders = self.control.holders[subject]
                if to is not None:
                    return to in holders
                return self._initial[subject].isdisjoint(holders)
            case "besieged":
                return subject in self.control.besieged
            case "axis_cut":
                return self.supply.axes[subject].capacity == 0
            case "axis_open":
                return self.supply.axes[subject].capacity > 0
            case "stock_out":
                sinks = self.supply.axes[subject].sinks
                return any(s.out for s in sinks.values() if to is None or s.place == to)
            case "event":
                return subject in self.happened
            case "all":
                return all(self._holds(part) for part in condition.parts)
            case "any":
                return any(self._holds(part) for part in condition.parts)

    # --- writing down --------------------------------------------------------------------

    def note(self, subject: str, measure: str, value: int) -> None:
        """Note a number of this instant; the last one counts, and only where it changed."""
        if not self._notes:
            self.clock.at(self.clock.now, Phase.RECORD, "~write", self._write)
        self._notes[subject, measure] = value

    def _write(self) -> None:
        now = self.clock.now
        add, written = self.record.series.append, self._written
        for key, value in self._notes.items():
            subject, measure = key
            # what is sampled is written even where it stands still
            if not subject.startswith(_SAMPLED):
                if written.get(key) == value:
                    continue
                written[key] = value
            add(SeriesRow(now, subject, measure, value))
        self._notes.clear()

    def note_event(self, kind: str, subject: str, cause: str, text: str) -> None:
        """Add a row to the list of what happened."""
        self.record.events.append(EventRow(self.clock.now, kind, subject, cause, text))


def _to(subject: str, change: Callable[[Control, str], None], control: Control) -> None:
    """A change of one subject, as a change of the state."""
    change(control, subject)


def run(
    scenario: Scenario, seed: int | None = None, replicate: int = 0, *, credit: bool = True
) -> Record:
    """Execute a scenario once.

    Args:
        seed: of all luck; the scenario's own where None.
        replicate: number of the replicate in an ensemble (0 for a single run).
        credit: work out which event cost which axis how much capacity.

    Raises:
        CertificateError: a flow did not prove itself (see :mod:`sim.network`).
    """
    chosen = scenario.seed if seed is None else seed
    with collector_paused():
        return Simulation(scenario, chosen, replicate, credit).finish()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave Python's cyclic garbage collector out for a while.

    A run makes tens of thousands of rows that all stay, and hardly a cycle; looking through
    them again and again took a tenth of its time. What cycles there are wait until after it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
