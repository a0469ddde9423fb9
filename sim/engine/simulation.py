"""One run: a scenario, a seed, and what happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from sim.base.collector import collector_paused
from sim.scenario.model import Rules, Scenario
from sim.state.control import Control
from sim.state.luck import Luck, NominalLuck, luck_keys
from sim.state.passages import Seen
from sim.state.rebuild import StatesSeen
from sim.state.record import ControlRow, Record

from .background import Background
from .conditions import Conditions
from .decide import Decisions
from .events import Events
from .forces.combat import Combat
from .forces.force import Force
from .forces.operations import Operations
from .garrisons import Garrisons
from .pockets import PocketWatch
from .profiles import Profiles
from .regroup import Regroup
from .signals import NetChange
from .supply.axes import draw_axes
from .supply.credit import Credit
from .supply.supply import Supply
from .withdraw import Withdrawals
from .world import World

Look = Callable[[Seen], None]
"""Is shown a state; it must change nothing."""


class Simulation:
    """A run in progress; :func:`run` is the way in.

    It alone knows all parts of a run: it builds each upon those that it needs, and states the
    order in which they take in what an instant changed. ``told`` is as of :class:`World`.
    """

    def __init__(
        self, scenario: Scenario, seed: int, replicate: int, credit: bool, nominal: bool = False,
        lean: bool = False, *, told: bool = True,
    ) -> None:  # fmt: skip
        kind = NominalLuck if nominal else Luck
        self.world = world = World(
            scenario, kind(seed, replicate, luck_keys(scenario), scenario.ties), told=told
        )
        axes = draw_axes(world)
        conditions = Conditions(world, axes)
        self.supply = Supply(world, axes, lean=lean)
        if credit and axes:  # else there is nothing to credit anybody with
            Credit(world, axes, self.supply.plans.solves.found)
        self.garrisons = Garrisons(world)
        self.regroup = Regroup(world, self.garrisons)
        self.pockets = PocketWatch(world, self.garrisons, self.supply)
        self.operations: Operations | None = None
        self.forces: Mapping[str, Force] = {}
        combat: Combat | None = None
        if scenario.fighting is not None:
            combat = Combat(world, scenario.fighting, self.garrisons, self.supply)
            self.operations = Operations(world, conditions, combat, self.regroup, self.supply)
            self.forces = self.operations.forces
        Profiles(world)
        self.events = Events(world, conditions)
        moved = self.operations.field.moved if self.operations is not None else None
        self.background = Background(world, self.forces, moved)
        withdrawals = Withdrawals(world, self.regroup, self.operations)
        self.decisions = Decisions(
            world, conditions, axes, self.regroup, self.forces, combat, withdrawals
        )
        self._in_circles: list[object] = [world, conditions]
        if self.operations is not None:
            self._in_circles += [self.operations, combat, self.operations.field.moved]
        self._begun = self._persons()
        world.signals.settled.subscribe(self._settle)
        world.signals.state_changed.tell()

    def _settle(self, change: NetChange) -> None:
        """Let each part take in the net change of an instant, in this order."""
        self.supply.settle(change)
        if self.operations is not None:
            self.operations.lose(change.places)
        self.regroup.settle(change.places)
        self.pockets.settle(change)
        if self.operations is not None:
            self.operations.settle()

    def finish(self, look: Look | None = None) -> Record:
        """Run through the period and return the record, its rows in order.

        Args:
            look: called with the state of each instant that changed it, once the instant is over.

        Raises:
            AssertionError: persons or kilograms are not all accounted for.
        """
        world, record = self.world, self.world.record
        if look is None:
            world.clock.run_through(world.scenario.length)
        else:
            self._look_on(look)
        if self.operations is not None:
            self.operations.close()
        loaded: Counter[tuple[str | None, str]] = Counter()
        for force in self.forces.values():
            loaded[force.operation.axis, force.operation.base] += force.loaded
        self.supply.close(loaded)
        self._check_persons()
        self.pockets.close()
        record.control = self._control()
        record.noted.sort()
        record.losses.sort()
        record.flows.sort()
        record.loads.sort()
        record.events.sort(key=lambda row: row.time)  # stable: the order within an instant stays
        record.credits.sort()
        record.drawn = dict(sorted(world.luck.drawn.items()))
        record.chances = dict(sorted(world.luck.chances.items()))
        return record

    def _look_on(self, look: Look) -> None:
        """Run through the period, and show each state: that of the start, and those that follow."""
        world, changes = self.world, list[NetChange]()
        world.signals.settled.subscribe(changes.append)
        world.clock.run_through(0)
        look(Seen(0, world.control, world.passages, (), ()))
        changes.clear()
        for time in world.clock.instants(world.scenario.length):
            if changes:
                places = {place for change in changes for place in change.places}
                moved = {passage for change in changes for passage in change.moved}
                look(Seen(time, world.control, world.passages, places, moved))
                changes.clear()

    def let_go(self) -> None:
        """Take a run that is over apart: its parts know each other in circles.

        So they are freed one by one, at once, and the collector of cycles has nothing to look for.
        """
        self.world.clock.empty()
        for part in self._in_circles:
            vars(part).clear()

    def run_until(self, time: int) -> Control:
        """Run up to and including the instant ``time`` (seconds); the state, which may go on."""
        self.world.clock.run_through(time)
        return self.world.control

    def _control(self) -> list[ControlRow]:
        # what changes at time 0 takes the place of the row that the start wrote
        return sorted({row[:4]: row for row in self.world.record.control}.values())

    def _persons(self) -> Counter[str]:
        """Persons at places, in forces and on the way, by actor."""
        found: Counter[str] = Counter()
        for (actor, _), persons in self.garrisons.strength.items():
            found[actor] += persons
        for force in self.forces.values():
            found[force.actor] += force.strength
        for move in self.regroup.moving():
            found[move.actor] += move.persons
        return found

    def _check_persons(self) -> None:
        found, record = self._persons(), self.world.record
        for actor, persons in record.fallen.items():
            found[actor] += persons
        for move in record.moves:
            if move.outcome in ("lost", "taken", "left", "stayed", "dispersed"):
                found[move.actor] += move.persons
        if found != self._begun:  # an actor without persons counts for nothing
            raise AssertionError(f"persons are not all accounted for: {self._begun} -> {found}")


def run(
    scenario: Scenario,
    seed: int | None = None,
    replicate: int = 0,
    *,
    credit: bool = True,
    nominal: bool = False,
    lean: bool = False,
    look: Look | None = None,
) -> Record:
    """Execute a scenario once.

    Args:
        seed: of all luck; the scenario's own where None.
        replicate: number of the replicate in an ensemble (0 for a single run).
        credit: work out which event cost which axis how much capacity.
        nominal: take the median of every range in place of a draw; see
            :class:`sim.state.luck.NominalLuck`.
        lean: prove no plan again that no change can touch, and write down no more than measures
            ask, see :class:`World`. The rest of the record is the same, but for ``solves``, which
            are fewer. It pays where many runs go through the same states.
        look: is shown the states that the run goes through, as :meth:`Simulation.finish` does.

    Raises:
        CertificateError: a flow did not prove itself (see :mod:`sim.network`).
    """
    chosen = scenario.seed if seed is None else seed
    with collector_paused():
        running = Simulation(scenario, chosen, replicate, credit, nominal, lean, told=not lean)
        record = running.finish(look)
        running.let_go()
        return record


def states_at(
    scenario: Scenario, times: Iterable[int], seed: int | None = None, replicate: int = 0
) -> StatesSeen:
    """The states at ``times`` (seconds), what changes then included: :func:`run` cut short.

    Each is that of a whole run. Raises CertificateError as it.
    """
    chosen = scenario.seed if seed is None else seed
    if _by_date(scenario):  # nothing that is supplied can show in them
        scenario = replace(scenario, axes={}, groups={})
    *before, last = sorted(set(times))
    with collector_paused():
        running = Simulation(scenario, chosen, replicate, credit=False, told=False)
        found = {time: running.run_until(time).copy() for time in before}
        return StatesSeen({**found, last: running.run_until(last)})


def _by_date(scenario: Scenario) -> bool:
    """True where all that control tells follows from dates alone, whatever the axes carry."""
    war = (scenario.operations, scenario.garrisons, scenario.fronts)
    acts = (*war, scenario.decisions, scenario.regroup)
    amounts = any(p.supply or p.demand for p in scenario.profiles.values())
    events = scenario.events.values()
    return (
        not any(acts) and scenario.rules == Rules() and not amounts
        and all(event.when is None and not event.ends for event in events)
    )  # fmt: skip
