"""Operations: forces that advance along a route of places, each fed by its own line.

A force has a position on a road: behind it the road is its own, ahead the enemy's. It eats
from the stock of its base as long as every place and road between is open to its side; else
from what it carries; with nothing left it stalls. Whatever closes that line - a raid, a
capture, another force - needs no special case. A place that enemies hold it rings or storms.

:class:`Operations` holds the forces of a run together; each of its parts is one idea:
:mod:`~sim.engine.forces.march`, :mod:`~sim.engine.forces.meetings`,
:mod:`~sim.engine.forces.assault`,
:mod:`~sim.engine.forces.retreat` and :mod:`~sim.engine.forces.rations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.clock import Phase

from .assault import Assault
from .combat import Battle, Combat, Post
from .force import Force
from .march import March
from .meetings import Meetings
from .rations import Rations
from .retreat import Retreat

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


class Operations:
    """All operations of a run; ``forces`` are by id of the operation."""

    def __init__(self, sim: Simulation, combat: Combat) -> None:
        self.sim = sim
        self.combat = combat
        self.march = March(self)
        self.meetings = Meetings(self)
        self.assault = Assault(self)
        self.retreat = Retreat(self)
        self.rations = Rations(self)
        self._stopped: list[Battle] = []
        self.forces: dict[str, Force] = {
            operation.id: Force.muster(sim, operation)
            for _, operation in sorted(sim.scenario.operations.items())
        }
        for force in self.forces.values():
            self._await(force)
        self._sample()

    def _await(self, force: Force) -> None:
        """Wait for the day or the condition on which an operation begins, if it does."""
        operation, sim = force.operation, self.sim
        name = f"operation:{operation.id}"
        if operation.chance < 1 and sim.luck.uniform(f"{name}:happens") >= operation.chance:
            force.mode = "over"
            return
        if operation.at is not None:
            time = round(sim.luck.value(operation.at, f"{name}:at"))
            if 0 <= time <= sim.scenario.length:
                sim.clock.at(time, Phase.DECISIONS, name, lambda: self.march.start(force))
        elif operation.when is not None:
            delay = operation.delay

            def begin() -> None:
                wait = 0 if delay is None else round(sim.luck.value(delay, f"{name}:delay"))
                sim.clock.at(
                    sim.clock.now + max(1, wait),
                    Phase.DECISIONS,
                    name,
                    lambda: self.march.start(force),
                )

            sim.wait_for(name, operation.when, begin)

    # --- what others change ----------------------------------------------------------------

    def lose(self, places: list[str]) -> None:
        """Places are about to lose their garrisons: stop the battles of those, losses counted."""
        sim = self.sim
        for battle in list(self.combat.battles.values()):
            posts = battle.attackers.posts + battle.defenders.posts
            if any(p in places and not sim.sides[a].holds(sim.control, p) for a, p in posts):
                self.combat.stop(battle)
                self._stopped.append(battle)

    def settle(self) -> None:
        """The network changed: whose line is open, who can go on."""
        for force in self.forces.values():
            if force.afoot:
                self.retreat.overrun(force)
                self.rations.feed(force)
        stopped, self._stopped = self._stopped, []
        for battle in stopped:
            self.assault.released(battle.attackers.forces + battle.defenders.forces, battle)
        for force in self.forces.values():
            if force.mode == "ringing":
                place = force.place(force.leg + 1)
                if not self.combat.strength(self.assault.defenders(force.side, place)):
                    self.march.go_in(force, place)

    def stocks_changed(self) -> None:
        """A base ran out, or has something again."""
        for force in self.forces.values():
            if force.afoot:
                self.rations.feed(force)

    def garrison_will_grow(self, post: Post) -> None:
        """Bring the battle of a garrison to now, before men join it."""
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.bring(battle)

    def garrison_grew(self, post: Post, persons: int) -> None:
        """Men joined a garrison: they stand with it in its battle, or strike back."""
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.reinforce(battle, post, persons)
        else:
            self.sim.fronts.strike_back(*post)

    # --- writing down ------------------------------------------------------------------------

    def close(self) -> None:
        """At the end of the period: write down how the battles stand."""
        for battle in self.combat.battles.values():
            self.combat.show(battle)
        for force in self.forces.values():
            force.note()

    def _sample(self) -> None:
        sim = self.sim
        for battle in self.combat.battles.values():
            self.combat.show(battle)
        for force in self.forces.values():
            force.note()
        sim.regroup.note()
        if sim.clock.now < sim.scenario.length:
            soon = min(sim.clock.now + sim.scenario.sample, sim.scenario.length)
            sim.clock.at(soon, Phase.BATTLES, "~sample:operations", self._sample)
