"""Rings and battles of forces: who stands in the way, who attacks whom, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.clock import Phase
from sim.scenario.model import DAY
from sim.state.control import Control
from sim.state.control import Side as Eyes

from .combat import Battle, Post, Side
from .force import Act, Force

if TYPE_CHECKING:
    from .operations import Operations


class Assault:
    """How forces fight for places, and are attacked where they stand."""

    def __init__(self, operations: Operations) -> None:
        self._ops = operations
        self._sim = operations.sim
        self._combat = operations.combat

    def defenders(self, side: Eyes, place: str) -> Side:
        """Who stands in the way of a side at a place: enemy garrisons and forces in it.

        Enemies that have a ring round it or storm it themselves are met first, and alone.
        """
        sim, enemies = self._sim, side.enemies
        index = sim.control.terrain.graph.place_index[place]
        forces = [
            other
            for other in self._ops.forces.values()
            if other.actor in enemies and other.strength and other.at(index)
        ]
        if outside := [other for other in forces if other.km]:
            return Side(outside, [])
        posts: list[Post] = [
            (actor, where)
            for (actor, where), n in sorted(sim.regroup.strength.items())
            if where == place
            and n
            and actor in enemies
            and sim.sides[actor].holds(sim.control, place)
        ]
        return Side(forces, posts)

    def ring_round(self, force: Force) -> list[Force]:
        """The enemy forces that have closed a ring round the place where a force stands."""
        if force.km:
            return []
        place, enemies = force.place(force.leg), force.side.enemies
        return [
            other
            for other in self._ops.forces.values()
            if other.ringed == place and other.actor in enemies and other.strength
        ]

    # --- rings -------------------------------------------------------------------------------

    def ring(self, force: Force, place: str) -> None:
        """Close a ring, and storm the place after the stated time."""
        sim, operation = self._sim, force.operation
        force.turn_to("ringing")
        enemies = force.side.enemies

        force.ringed = place

        def close(control: Control) -> None:
            if force.ringed == place:
                control.besiege(place, enemies & control.holders[place].keys())

        sim.clock.at(
            sim.clock.now + 1,
            Phase.CLOSURES,
            f"operation:{operation.id}",
            lambda: sim.apply(operation.id, close),
        )
        force.say("ring", f"{force.name} closes a ring round {self._named(place)}")
        wait = sim.luck.value(operation.rings[place], f"operation:{operation.id}:ring:{place}")
        force.later(wait / DAY, self.storm)

    def lift(self, force: Force) -> None:
        """End the ring that a force closed, unless a friend's force is round the place too."""
        sim, place = self._sim, force.ringed
        force.ringed = None
        own = force.side.own
        if place is None or any(
            f.ringed == place and f.actor in own for f in self._ops.forces.values()
        ):
            return
        sim.clock.at(
            sim.clock.now + 1,
            Phase.OPENINGS,
            f"operation:{force.id}",
            lambda: sim.apply(force.id, lambda control: control.relieve(place)),
        )

    # --- attack ------------------------------------------------------------------------------

    def storm(self, force: Force) -> None:
        """Attack the next stop: join a friend's attack, or wait while others are at it."""
        place = force.place(force.leg + 1)
        if force.hungry:
            self._ops.rations.stall(force)
            return
        defenders = self.defenders(force.side, place)
        if self._combat.strength(defenders):
            self.attack(force, place, defenders)
        else:
            self._ops.march.go_in(force, place)

    def attack(self, force: Force, place: str, defenders: Side, *, on_road: bool = False) -> None:
        """Begin a battle, join a friend's, or wait an hour while others are at it."""
        meeting = on_road and any(other.speed for other in defenders.forces)
        for battle in self._battles_of(defenders):
            if not battle.attackers.overlaps(defenders):
                ours = force.side.own.issuperset(battle.attackers.actors())
                if ours and battle.place == place and battle.attackers.forces:
                    self._commit(force)
                    self._combat.join(battle, force)
                else:
                    again = self._next(force)
                    force.turn_to("holding")
                    force.later(1 / 24, again)
                return
        self._commit(force)
        self._begin(place, Side([force], []), defenders, meeting=meeting, on_road=on_road)

    def meet(self, one: Force, other: Force) -> None:
        """Two forces meet on a road: who moves goes at who stands; of two who move the first by id.

        One that falls back goes at who stands in its way, and is gone at by who moves.
        """
        force, against = max(
            (one, other), (other, one), key=lambda pair: (pair[0].speed > 0, pair[0].speed != 0)
        )
        stop = force.leg + (force.speed > 0)
        self.attack(force, force.place(stop), Side([against], []), on_road=True)

    def counter(self, posts: list[Post], defenders: Side, place: str) -> None:
        """Garrisons go at forces that stand before their place, or in the place next to it."""
        self._begin(place, Side([], posts), defenders)

    def _begin(
        self,
        place: str,
        attackers: Side,
        defenders: Side,
        *,
        meeting: bool = False,
        on_road: bool = False,
    ) -> None:
        for battle in self._battles_of(defenders):
            # they turn to face this attack; those whom they attacked are left alone
            self._combat.stop(battle)
            self.released(battle.defenders.forces, battle)
        for other in defenders.forces:
            self._engage(other)
        inside = defenders.posts or not any(other.km for other in defenders.forces)
        kind = self._sim.scenario.network.places[place].kind
        terrain = self._combat.rules.terrain.get(kind, 1.0) if inside else 1.0
        self._combat.begin(
            place, attackers, defenders, self._fought,
            terrain=terrain, meeting=meeting, on_road=on_road,
        )  # fmt: skip

    def _fought(self, battle: Battle, won: bool) -> None:
        """A battle is over; ``won`` tells whether those who began it won it."""
        attackers, defenders = battle.attackers, battle.defenders
        place = self._named(battle.place)
        for force in attackers.forces + defenders.forces:
            self._ops.rations.feed(force)
        if won:
            self._won(battle, place)
            return
        by = min(defenders.actors())
        for force in attackers.forces:
            force.say("repulsed", f"{force.name} is beaten at {place}")
            self._ops.retreat.repulsed(force, by, driven=battle.on_road)
        for other in defenders.forces:
            other.say("won", f"{other.name} stands at {place}")
            self._stood(other)

    def _won(self, battle: Battle, place: str) -> None:
        """Those who began a battle have won it: the beaten go, and one of them goes on."""
        attackers, defenders = battle.attackers, battle.defenders
        by = min(attackers.actors())
        for force in attackers.forces:
            force.say("won", f"{force.name} wins at {place}")
        for other in defenders.forces:
            other.say("repulsed", f"{other.name} is driven off {place}")
            self.lift(other)
            # it may stay before the place that it was to take, but not in the victor's way
            self._ops.retreat.repulsed(other, by, driven=battle.on_road or not other.km)
        for n, force in enumerate(attackers.forces):
            go_on = self._next(force)
            force.interrupted = None
            if n:
                force.turn_to("holding")
                force.later(2 / DAY, go_on)
            elif defenders.posts:
                self._ops.march.go_in(force, battle.place)
            else:
                go_on(force)

    # --- battles broken off and gone through -------------------------------------------------

    def released(self, forces: list[Force], battle: Battle) -> None:
        """Go on after a battle that was broken off."""
        for force in forces:
            if force.mode != "fighting" or self._combat.of_force(force) is not None:
                continue
            if force in battle.attackers.forces and force.interrupted is None:
                self._ops.march.resume(force)
            else:
                self._stood(force)

    def break_off(self, force: Force) -> None:
        """End the battle that a force which is going away is in."""
        force.interrupted = None
        if (battle := self._combat.of_force(force)) is not None:
            self._combat.stop(battle)
            self.released(battle.attackers.forces + battle.defenders.forces, battle)

    def _commit(self, force: Force) -> None:
        """A force begins to fight of its own will; one that falls back goes on with that later."""
        if force.mode == "retreating":
            self._engage(force)
        else:
            force.turn_to("fighting")

    def _next(self, force: Force) -> Act:
        """What a force does after a fight, or while it waits for one: go back, or go on."""
        mode = force.interrupted[0] if force.interrupted else force.mode
        return self._ops.retreat.go_back if mode == "retreating" else self._ops.march.resume

    def _engage(self, force: Force) -> None:
        """A force is attacked where it stands: what it was about to do waits."""
        if force.interrupted is None:
            due = None if force.moment is None else force.due
            force.interrupted = (force.mode, due, force.act)
        force.turn_to("fighting")

    def _stood(self, force: Force) -> None:
        """A force has beaten off an attack: it does what it did before."""
        mode, due, act = force.interrupted or ("marching", None, None)
        force.interrupted = None
        self._ops.rations.feed(force)
        if mode in ("marching", "stalled", "fighting"):
            self._ops.march.resume(force)
        elif mode == "retreating":
            self._ops.retreat.go_back(force)
        else:
            force.turn_to(mode)
            if due is not None and act is not None:
                force.later((due - self._sim.clock.now) / DAY, act)
            if force.hungry:
                self._ops.rations.go_hungry(force)

    def _battles_of(self, side: Side) -> list[Battle]:
        """The battles that any of a side takes part in."""
        return [
            battle
            for battle in self._combat.battles.values()
            if battle.attackers.overlaps(side) or battle.defenders.overlaps(side)
        ]

    def _named(self, place: str) -> str:
        return self._sim.scenario.network.places[place].name
