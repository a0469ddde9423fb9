"""Operations: forces that advance along a route of places, each fed by its own line.

A force has a position on a road: behind it the road is its own, ahead the enemy's. It eats
from the stock of its base as long as every place and road between is open to its side; else
from what it carries; with nothing left it stalls. Whatever closes that line - a raid, a
capture, another force - needs no special case. A place that enemies hold it rings or storms.

:class:`Operations` holds the parts together, each of which is one idea:
:mod:`~sim.engine.forces.march`, :mod:`~sim.engine.forces.meetings`,
:mod:`~sim.engine.forces.assault`, :mod:`~sim.engine.forces.retreat`,
:mod:`~sim.engine.forces.rations` and :mod:`~sim.engine.forces.fronts`; they tell each other what
a force is to do by :mod:`~sim.engine.forces.orders`.
"""

from __future__ import annotations

from functools import partial

from sim.engine.clock import Phase
from sim.engine.conditions import Conditions
from sim.engine.regroup import Regroup
from sim.engine.signals import Post
from sim.engine.supply.supply import Supply
from sim.engine.world import World

from .assault import Assault
from .battle import Battle
from .combat import Combat
from .field import Field
from .force import Force
from .fronts import Fronts
from .leave import Leave
from .manoeuvre import Manoeuvre
from .march import March
from .meetings import Meetings
from .memory import Memory
from .rations import Rations
from .retreat import Retreat


class Operations:
    """All operations of a run; ``forces`` are by id of the operation."""

    def __init__(
        self, world: World, conditions: Conditions, combat: Combat, regroup: Regroup, supply: Supply
    ) -> None:
        self._world = world
        self._stopped: list[Battle] = []
        self.combat = combat
        self.field = Field(world, regroup.garrisons)
        self.forces = self.field.forces
        self._march = march = March(world, self.field, combat, self)
        self._assault = assault = Assault(world, self.field, combat, self)
        rules = world.scenario.rules
        memory = None if rules.memory is None else Memory(world, rules.memory, self.field, combat)
        self._retreat = retreat = Retreat(world, self.field, regroup, self, memory)
        rations = Rations(world, combat, supply, self)
        # the orders, each carried out by the part that knows how
        self.resume, self.go_in, self.let_in = march.resume, march.go_in, march.let_in
        self.ring, self.lift, self.storm = assault.ring, assault.lift, assault.storm
        self.attack, self.meet, self.counter = assault.attack, assault.meet, assault.counter
        self.break_off = assault.break_off
        self.repulsed, self.disband = retreat.repulsed, retreat.disband
        self.fall_back, self.go_back = retreat.fall_back, retreat.go_back
        self.feed, self.stall, self.go_hungry = rations.feed, rations.stall, rations.go_hungry
        self.meetings = Meetings(world, self.field, self)
        self.fronts = Fronts(world, self.field, combat, regroup, self)
        if rules.manoeuvre is not None:
            Manoeuvre(world, rules.manoeuvre, self.field, combat)
        if rules.leave:
            Leave(world, self.field, combat, regroup, supply, self.fronts, self)
        world.signals.stocks_changed.subscribe(self._stocks_changed)
        world.signals.garrison_will_grow.subscribe(self._garrison_will_grow)
        world.signals.garrison_grew.subscribe(self._garrison_grew)
        for force in self.forces.values():
            name = f"operation:{force.id}"
            if world.luck.happens(force.operation.chance, f"{name}:happens"):
                conditions.when_due(name, force.operation, partial(self._plan, force))
            else:
                force.mode = "over"
        world.every_sample(Phase.BATTLES, "~sample:operations", self._sample)

    def _plan(self, force: Force, time: int) -> None:
        """Let an operation begin at ``time`` (s)."""
        start = partial(self._march.start, force)
        self._world.clock.at(time, Phase.DECISIONS, force.turn, start)

    # --- what others change ----------------------------------------------------------------

    def lose(self, places: list[str]) -> None:
        """Places are about to lose their garrisons: stop the battles of those, losses counted."""
        world = self._world
        for battle in list(self.combat.battles.values()):
            posts = battle.attackers.posts + battle.defenders.posts
            if any(p in places and not world.sides[a].holds(world.control, p) for a, p in posts):
                self.combat.stop(battle)
                self._stopped.append(battle)

    def settle(self) -> None:
        """The network changed: whose line is open, who can go on."""
        for force in self.forces.values():
            if force.afoot:
                self._retreat.overrun(force)
                self.feed(force)
        stopped, self._stopped = self._stopped, []
        for battle in stopped:
            self._assault.released(battle.attackers.forces + battle.defenders.forces, battle)
        for force in self.forces.values():
            if force.mode == "ringing":
                place = force.place(force.leg + 1)
                if not self.combat.strength(self.field.defenders(force.side, place)):
                    self.go_in(force, place)

    def _stocks_changed(self) -> None:
        for force in self.forces.values():
            if force.afoot:
                self.feed(force)

    def _garrison_will_grow(self, post: Post) -> None:
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.bring(battle)

    def _garrison_grew(self, post: Post, persons: int) -> None:
        """Those who joined stand with a garrison in its battle, or strike back with it."""
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.reinforce(battle, post, persons)
        else:
            self.fronts.strike_back(*post)

    # --- writing down -----------------------------------------------------------

    def close(self) -> None:
        """At the end of the period: write down how forces and battles stand."""
        for battle in self.combat.battles.values():
            self.combat.show(battle)
        for force in self.forces.values():
            force.note()

    def _sample(self) -> None:
        self._world.took(len(self.forces))
        self.close()
