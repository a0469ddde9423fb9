"""The world of a run: what all its parts share, and how they change it and write it down."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from sim.base.errors import FailedError
from sim.scenario.model import Scenario
from sim.scenario.work import forecast
from sim.state.control import ENDS, Control
from sim.state.costs import Costs
from sim.state.luck import Luck
from sim.state.pace import Pace
from sim.state.passages import Passages
from sim.state.record import ControlRow, EventRow, Record, SeriesRow
from sim.state.sides import Side
from sim.state.terrain import Terrain

from .clock import Clock, Phase
from .signals import Applied, Change, NetChange, Signals

_SAMPLED = ("sink:", "operation:", "garrison:", "actor:")


class World:
    """Scenario, luck, clock, state and record of one run; it knows none of the run's parts.

    ``happened`` are the ids of the events that have taken effect, of the operations that have
    begun and of what was decided on. ``work`` counts convoys and rows of samples (:meth:`took`).
    Where it is not ``told`` the record leaves out what no measure asks: how things stood at the
    start, loads, and flows where nothing states a cost.
    """

    def __init__(self, scenario: Scenario, luck: Luck, *, told: bool = True) -> None:
        self.scenario = scenario
        self.luck = luck
        self.told = told
        self.clock = Clock()
        self.record = Record(
            luck.seed, luck.replicate, scenario.length, luck.nominal, sample=scenario.sample
        )
        self.control = Control.at_start(scenario, Terrain.draw(scenario, luck))
        self.graph = self.control.terrain.graph
        self.costs = Costs.of(scenario.network, luck.value)
        self.pace = Pace(self.control)
        self.sides = {actor: Side.of(actor, scenario.actors) for actor in scenario.actors}
        self.passages = Passages(self.control, self.sides, scenario.truck_load)
        self.happened: set[str] = set()
        self.signals = Signals()
        foreseen = self.luck.foreseen
        self.work, self.most_work = 0, math.ceil(forecast(scenario, foreseen, foreseen).total)
        self._settling = False
        self._notes: dict[tuple[str, str], int] = {}
        self._written: dict[tuple[str, str], int] = {}
        if told:
            rows = self.control.initial_rows()
            self.record.control.extend([ControlRow(0, *key, value) for key, value in rows])

    # --- changes of the state ----------------------------------------------------------

    def apply(
        self,
        cause: str,
        subject: str,
        change: Change,
        began: int | None = None,
        *,
        renews: bool = False,
    ) -> None:
        """Change a place or road on account of ``cause``; the net change settles in this instant.

        ``began`` (s) is that of the change which this one undoes, None where it undoes none;
        ``renews`` as of :class:`~sim.engine.signals.Applied`.
        """
        change(self.control, subject)
        began = self.clock.now if began is None else began
        self.signals.applied.tell(Applied(cause, began, subject, change, renews))
        self._settle_soon()

    def alter(self, subject: str, change: Change) -> None:
        """As :meth:`apply`, of what bears on no capacity, so that nobody has credit for it."""
        change(self.control, subject)
        self._settle_soon()

    def _settle_soon(self) -> None:
        if not self._settling:
            self._settling = True
            self.clock.at(self.clock.now, Phase.SETTLE, "settle", self._settle)

    def _settle(self) -> None:
        self._settling = False
        changes = self.control.settle()
        if not changes:
            return
        for (kind, id_, what), _, value in changes:
            self.record.control.append(ControlRow(self.clock.now, kind, id_, what, value))
        places = sorted({id_ for (kind, id_, _), _, _ in changes if kind == "place"})
        roads = sorted(
            {
                id_
                for (kind, id_, what), old, new in changes
                if kind == "road" and (what != "speed" or _stops(old) or _stops(new))
            }
        )
        moved = self.passages.refresh(places, roads)
        paced = self.pace.refresh(id_ for (_, id_, what), _, _ in changes if what == "speed")
        ends = frozenset((kind, id_) for (kind, id_, _), _, _ in changes if kind in ENDS)
        self.signals.settled.tell(NetChange(places, roads, moved, paced, ends))
        self.signals.state_changed.tell()

    def took(self, things: int) -> None:
        """Count convoys or rows of samples: no more may come than were forecast.

        Raises:
            FailedError: there were more.
        """
        self.work += things
        if self.work > self.most_work:
            raise FailedError(
                f"the run takes more convoys and samples than the {self.most_work:,} that were "
                "forecast for it: a fault of this program"
            )

    def every_sample(self, phase: Phase, key: str, act: Callable[[], None]) -> None:
        """Let ``act`` happen now, after each sampling interval, and at the end of the period."""
        act()
        now, scenario = self.clock.now, self.scenario
        if now < scenario.length:
            soon = min(now + scenario.sample, scenario.length)
            self.clock.at(soon, phase, key, partial(self.every_sample, phase, key, act))

    # --- writing down --------------------------------------------------------------------

    def note(self, subject: str, measure: str, value: int) -> None:
        """Note a number of this instant; the last one counts, and only where it changed."""
        if not self._notes:
            self.clock.at(self.clock.now, Phase.RECORD, "~write", self._write)
        self._notes[subject, measure] = value

    def correct(self, subject: str, measure: str, value: int) -> None:
        """Note a number that has changed again in this instant, where it was noted in it."""
        if (subject, measure) in self._notes:
            self._notes[subject, measure] = value

    def _write(self) -> None:
        now = self.clock.now
        add, written = self.record.noted.append, self._written
        for key, value in self._notes.items():
            subject, measure = key
            # what is sampled is written even where it stands still: how often one looks shows in
            # no other row
            if not subject.startswith(_SAMPLED):
                if written.get(key) == value:
                    continue
                written[key] = value
            add(SeriesRow(now, subject, measure, value))
        self._notes.clear()

    def note_event(self, kind: str, subject: str, cause: str, text: str) -> None:
        """Add a row to the list of what happened."""
        self.record.events.append(EventRow(self.clock.now, kind, subject, cause, text))


def _stops(speed: str) -> bool:
    """True of factors on the speed of a road, as text, of which one is 0.

    Such a road carries nothing; on any other the speed changes no capacity.
    """
    return "0" in speed.split("*")
