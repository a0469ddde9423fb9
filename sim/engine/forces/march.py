"""Marching: from stop to stop along the route, into places that nobody defends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.clock import Phase
from sim.scenario.model import DAY, PPM

from .combat import Side
from .force import Force

if TYPE_CHECKING:
    from .operations import Operations


class March:
    """How forces move forward."""

    def __init__(self, operations: Operations) -> None:
        self._ops = operations
        self._sim = operations.sim

    def start(self, force: Force) -> None:
        """An operation begins."""
        self._sim.happened.add(force.id)
        self._sim.state_changed()
        force.say("operation", force.operation.text or f"{force.name} begins")
        force.since = self._sim.clock.now
        if force.lost(0):
            self._ops.retreat.disband(force)
            return
        self._ops.rations.feed(force)
        self.go_on(force)

    def go_on(self, force: Force) -> None:
        """Go on to the next stop, or hold at the end of the route; stall where nothing is left.

        Out of a ring it must fight its way first.
        """
        if force.hungry:
            self._ops.rations.stall(force)
        elif force.arrived:
            force.turn_to("holding")
        elif ring := self._ops.assault.ring_round(force):
            self._ops.assault.attack(force, force.place(force.leg), Side(ring, []))
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
        force.locate()
        force.km = force.lengths[force.leg]
        place = force.place(force.leg + 1)
        assault = self._ops.assault
        defenders = assault.defenders(force.side, place)
        outside = any(other.km for other in defenders.forces)
        if not self._ops.combat.strength(defenders):
            self.go_in(force, place)
        elif place in force.operation.rings and force.ringed != place and not outside:
            assault.ring(force, place)
        else:
            assault.storm(force)

    def go_in(self, force: Force, place: str) -> None:
        """Enter a place that nobody defends; one of an enemy's, or of nobody's, is taken."""
        if force.finds_enemies(place) or not self._sim.control.holders[place]:
            self._take(force, place)
        else:
            self._enter(force)

    def _enter(self, force: Force) -> None:
        force.ringed = None
        force.leg, force.km = force.leg + 1, 0.0
        self.go_on(force)

    def _take(self, force: Force, place: str) -> None:
        """Enter an enemy's place: it changes hands a second later, then the march goes on."""
        sim = self._sim
        force.turn_to("holding")
        stop, shares = force.leg + 1, {force.actor: PPM}

        def capture() -> None:
            force.taken.append(stop)
            sim.apply(force.id, lambda control: control.capture(place, shares))
            force.say("taken", f"{force.name} takes {sim.scenario.network.places[place].name}")

        sim.clock.at(sim.clock.now + 1, Phase.CONTROL, f"operation:{force.id}", capture)
        force.later(1 / DAY, self._enter)
