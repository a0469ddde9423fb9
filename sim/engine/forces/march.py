"""Marching: from stop to stop along the route, into places that nobody defends."""

from __future__ import annotations

from sim.engine.clock import Phase
from sim.engine.world import World
from sim.scenario.model import DAY, PPM

from .battle import BattleSide
from .combat import Combat
from .field import Field
from .force import Force
from .orders import Orders


class March:
    """How forces move forward."""

    def __init__(self, world: World, field: Field, combat: Combat, orders: Orders) -> None:
        self._world = world
        self._field = field
        self._combat = combat
        self._orders = orders

    def start(self, force: Force) -> None:
        """An operation begins."""
        self._world.happened.add(force.id)
        self._world.signals.state_changed.tell()
        force.say("operation", force.operation.text or f"{force.name} begins")
        if force.lost(force.leg):
            self._orders.disband(force)
            return
        self._orders.feed(force)
        self.go_on(force)

    def go_on(self, force: Force) -> None:
        """Go on to the next stop, or hold at the end of the route; stall where nothing is left.

        Out of a ring it must fight its way first.
        """
        if force.hungry:
            self._orders.stall(force)
        elif force.arrived:
            force.turn_to("holding")
        elif ring := self._field.ring_round(force):
            self._orders.attack(force, force.place(force.leg), BattleSide(ring, []))
        else:
            force.turn_to("marching")
            left = force.lengths[force.leg] - force.km
            force.later(left / force.tempo[force.leg], self.reach)

    def resume(self, force: Force) -> None:
        """Try again from where it stands."""
        if force.before:
            self.reach(force)
        else:
            self.go_on(force)

    def reach(self, force: Force) -> None:
        """A force stands before its next stop."""
        force.km = force.lengths[force.leg]
        place = force.place(force.leg + 1)
        defenders = self._field.defenders(force.side, place)
        outside = any(other.km for other in defenders.forces)
        if not self._combat.strength(defenders):
            self.go_in(force, place)
        elif place in force.operation.rings and force.ringed != place and not outside:
            self._orders.ring(force, place)
        else:
            self._orders.storm(force)

    def go_in(self, force: Force, place: str) -> None:
        """Enter a place that nobody defends; one of an enemy's, or of nobody's, is taken."""
        if force.finds_enemies(place) or not self._world.control.holders[place]:
            self._take(force, place)
        else:
            self._enter(force)

    def let_in(self, place: str) -> None:
        """Forces that stand right before a place go in where nobody defends it any more."""
        for force in self._field.right_before(place):
            waits = force.mode in ("ringing", "holding")
            if waits and not self._combat.strength(self._field.defenders(force.side, place)):
                self.go_in(force, place)

    def _enter(self, force: Force) -> None:
        force.ringed = None
        force.leg, force.km = force.leg + 1, 0.0
        self.go_on(force)

    def _take(self, force: Force, place: str) -> None:
        """Enter an enemy's place: it changes hands a second later, then the march goes on."""
        world = self._world
        force.turn_to("holding")
        stop, shares = force.leg + 1, {force.actor: PPM}

        def capture() -> None:
            force.taken.append(stop)
            world.apply(force.id, place, lambda control, place: control.capture(place, shares))
            force.say("taken", f"{force.name} takes {world.scenario.network.places[place].name}")

        world.clock.at(world.clock.now + 1, Phase.CONTROL, force.turn, capture)
        force.later(1 / DAY, self._enter)
