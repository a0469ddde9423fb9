"""What forces eat: from their base while the line to it is open, else from what they carry."""

from __future__ import annotations

from functools import partial

from sim.engine.clock import Phase
from sim.engine.supply.supply import Supply
from sim.engine.world import World
from sim.scenario.model import DAY

from .combat import Combat
from .force import Force
from .orders import Orders


class Rations:
    """How forces are fed, and what they do when nothing is left."""

    def __init__(self, world: World, combat: Combat, supply: Supply, orders: Orders) -> None:
        self._world = world
        self._combat = combat
        self._supply = supply
        self._orders = orders

    def _line_open(self, force: Force) -> bool:
        """True where all places, and roads that way, from the base to it are open to its side."""
        world, passage = self._world, self._world.passages.of(force.actor)
        if not all(passage.open[i] for i in force.stops[: force.leg + 1]):
            return False
        if not all(map(passage.carries, force.roads[: force.leg], force.stops)):
            return False
        return not force.km or world.graph.roads[force.roads[force.leg]] not in world.control.closed

    def feed(self, force: Force) -> None:
        """See whether a force eats from its base, and set what it draws from where."""
        operation, sinks, now = force.operation, self._supply.sinks, self._world.clock.now
        if operation.axis is None:
            return
        alive = force.mode != "over" and force.strength > 0
        need = force.kg_per_day if alive else 0
        base = self._supply.axes[operation.axis].sinks[operation.base]
        force.carried.advance(now)
        before = force.carried.rate
        line_open = alive and base.active and self._line_open(force)
        if line_open:
            missing = round(need * force.carries / DAY) - force.carried.kg(now)
            if missing < 0:
                # the load of the fallen; noted first, since the base may feed others at once
                force.loaded += missing
                force.carried.add(now, missing)
                sinks.put_back(base, -missing)
            else:
                got = sinks.take(base, missing)
                force.loaded += got
                force.carried.add(now, got)
        eats_there = need == 0 or (line_open and not base.stock.empty(now))
        force.carried.rate = 0 if eats_there else need
        was = force.fed
        if eats_there or not (line_open and was):
            force.fed = eats_there
        else:
            force.fed = force.carried.kg(now) > self._slack(force)
        if was != force.fed:
            force.say("fed" if force.fed else "cut_off", self._text(force))
        self._watch(force, at_once=force.draining and (before == 0 or was != force.fed))
        # an empty base goes on asking for what its force needs
        sinks.let_eat(base, operation.id, need if line_open else 0)
        self._combat.restocked((operation.actor, operation.base))
        if before != force.carried.rate and (battle := self._combat.of_force(force)) is not None:
            self._combat.changed(battle)
        if force.mode == "stalled" and not force.hungry:
            self._orders.resume(force)
        force.note()

    def _text(self, force: Force) -> str:
        if force.fed:
            return f"{force.name} is fed from {force.operation.base} again"
        if not self._line_open(force):
            why = "the road behind it is cut"
        else:
            why = f"{force.operation.base} has nothing left"
        days = force.supply_seconds() / DAY
        return f"{force.name} is cut off: {why}; it carries {days:.1f} days"

    def _slack(self, force: Force) -> int:
        """What a force still carries (kg) when it has eaten a day's supply of its full load.

        Until then an empty base does not count: one that lives from convoy to convoy is empty
        most of the time, and its force is none the worse for it.
        """
        return max(0, round(force.kg_per_day * (force.carries / DAY - 1)))

    def _watch(self, force: Force, *, at_once: bool) -> None:
        """Wake when a force has eaten the slack up, or all that it carries.

        ``at_once``: now, where that is so already.
        """
        now = self._world.clock.now
        if force.mark is not None:
            # it may be fed again in the instant in which it is to notice
            at_once = at_once or force.mark.time == now
            force.mark.cancel()
            force.mark = None
        if not force.draining:
            return
        gone = force.carried.when(self._slack(force) if force.fed else 0)
        if gone is not None and (at_once or gone > now):
            force.mark = self._world.clock.at(
                max(gone, now), Phase.ARRIVALS, f"~{force.turn}", partial(self._due, force)
            )

    def _due(self, force: Force) -> None:
        force.mark = None
        if force.fed:
            self.feed(force)
        else:
            self._spent(force)

    def _spent(self, force: Force) -> None:
        force.say("out_of_supply", f"{force.name} has nothing left to eat")
        if (battle := self._combat.of_force(force)) is not None:
            self._combat.changed(battle)
        if force.mode == "marching" or (force.mode == "holding" and force.arrived):
            self.stall(force)
        elif force.mode in ("holding", "ringing"):
            self.go_hungry(force)
        force.note()

    def stall(self, force: Force) -> None:
        """Stop for want of supply."""
        force.turn_to("stalled")
        force.say("stalled", f"{force.name} stalls at km {force.position():.1f}")
        self.go_hungry(force)

    def go_hungry(self, force: Force) -> None:
        """Fall back where that is the policy; nobody beat it, so it keeps what it took."""
        if force.operation.on_stall == "fall_back" and (force.leg or force.km):
            force.beaten_by = None
            force.tries -= 1
            self._orders.fall_back(force)
