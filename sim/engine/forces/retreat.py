"""Going back: what beaten and hungry forces do, and the end of a force."""

from __future__ import annotations

from sim.engine.clock import Phase
from sim.engine.regroup import Regroup
from sim.engine.world import World
from sim.scenario.model import DAY, PPM
from sim.state.control import Control

from .field import Field
from .force import Force
from .memory import Memory
from .orders import Orders


class Retreat:
    """How forces go back."""

    def __init__(
        self, world: World, field: Field, regroup: Regroup, orders: Orders, memory: Memory | None
    ) -> None:
        self._world = world
        self._memory = memory
        self._field = field
        self._regroup = regroup
        self._orders = orders

    def repulsed(self, force: Force, by: str, *, driven: bool) -> None:
        """What a beaten force does, by its policy; ``by`` is the actor that beat it.

        ``driven``: it cannot stay where it is, whatever its policy. One that was going back
        already, and was beaten by who stood in its way, is no more, nor is one beaten at its base.
        """
        force.beaten_by = by
        if self._memory is not None:
            self._memory.beaten(force)
        going_back = force.interrupted is not None and force.interrupted[0] == "retreating"
        force.interrupted = None
        force.tries -= 1
        policy = force.operation.on_repulse
        if policy == "give_up" or not force.strength:
            self.disband(force)
        elif going_back:
            self._scatter(force, force.leg + 1)
        elif driven and self._field.ring_round(force):
            self._scatter(force, force.leg)
        elif driven and not force.position():
            self.disband(force)
        elif policy == "fall_back" or driven:
            self.fall_back(force)
        else:
            force.turn_to("holding")
            self._try_again(force)

    def _try_again(self, force: Force) -> None:
        again = force.operation.again
        if again is None or force.tries <= 0 or not force.strength:
            return
        name = f"operation:{force.id}:again:{force.tries}"
        resume = self._orders.resume
        act = resume if self._memory is None else self._memory.waits(resume)
        force.later(self._world.luck.value(again, name) / DAY, act)

    def fall_back(self, force: Force) -> None:
        """Go back to the start line, giving up what it took on the way to those who beat it.

        There is no way back out of a ring: it stays in the place.
        """
        if not force.strength:
            self.disband(force)
            return
        self._orders.lift(force)
        if self._field.ring_round(force):
            force.turn_to("holding")
            self._try_again(force)
            return
        force.turn_to("retreating")
        if force.leg == 0 and force.km == 0:
            self._back(force)
        else:
            if force.km == 0:
                self._leave_stop(force)
            force.later(force.km / force.retreat, self._back)
        self._orders.break_off(force)

    def go_back(self, force: Force) -> None:
        """Go on falling back, after a fight on the way."""
        force.turn_to("retreating")
        force.later(force.km / force.retreat, self._back)

    def _leave_stop(self, force: Force) -> None:
        """Leave the stop it stands at for the one before; an enemy that beat it follows."""
        stop = force.leg
        force.leg -= 1
        force.km = force.lengths[force.leg]
        force.moved.tell(force)
        if stop not in force.taken:
            return
        force.taken.remove(stop)
        place, world, by, actor = force.place(stop), self._world, force.beaten_by, force.actor
        if by is None or set(world.control.holders[place]) != {actor}:
            return
        shares = {by: PPM}

        def give_up(control: Control, place: str) -> None:
            if set(control.holders[place]) == {actor}:
                control.capture(place, shares)

        force.change_soon(Phase.CONTROL, place, give_up, ":gives-up")
        named = world.scenario.network.places[place].name
        force.say("given_up", f"{force.name} gives {named} up")

    def _back(self, force: Force) -> None:
        """A force that falls back has reached a stop; where enemies were first it is no more."""
        force.km = 0.0
        if force.lost(force.leg):
            self._scatter(force, force.leg)
        elif force.leg == 0:
            force.turn_to("holding")
            self._orders.feed(force)
            self._try_again(force)
        else:
            self._leave_stop(force)
            force.later(force.km / force.retreat, self._back)

    def overrun(self, force: Force) -> None:
        """A force whose place an enemy took falls back; at its base it is no more."""
        if force.km or force.mode == "retreating" or not force.lost(force.leg):
            return
        holders = self._world.control.holders[force.place(force.leg)]
        force.beaten_by = min(holders)
        force.taken = [s for s in force.taken if s != force.leg]
        if force.leg == 0 or self._field.ring_round(force):
            self.disband(force)
        else:
            self.fall_back(force)

    def disband(self, force: Force) -> None:
        """The force is no more: its men join the garrison of the last stop behind it.

        Where none is its side's any more they choose where to go, as displaced men do.
        """
        behind = range(force.leg, -1, -1)
        own = (stop for stop in behind if force.side.holds(self._world.control, force.place(stop)))
        if (stop := next(own, None)) is not None:
            self._regroup.garrisons.join((force.actor, force.place(stop)), self._end(force))
        else:
            self._scatter(force, 0)

    def _scatter(self, force: Force, stop: int) -> None:
        """The force is no more: its men choose where to go from a stop, as displaced men do."""
        self._regroup.scatter((force.actor, force.place(stop)), self._end(force))

    def _end(self, force: Force) -> int:
        """End a force; the persons that are left of it."""
        self._orders.lift(force)
        force.turn_to("over")
        self._orders.break_off(force)
        persons, force.men = force.strength, 0
        self._orders.feed(force)
        force.note()
        return persons
