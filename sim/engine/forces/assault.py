"""Rings and battles of forces: who attacks whom, and what follows."""

from __future__ import annotations

from sim.engine.clock import Phase
from sim.engine.signals import Post
from sim.engine.world import World
from sim.scenario.model import DAY
from sim.state.control import Control

from .battle import Battle, BattleSide
from .combat import Combat
from .field import Field
from .force import Act, Force
from .orders import Orders


class Assault:
    """How forces fight for places, and are attacked where they stand."""

    def __init__(self, world: World, field: Field, combat: Combat, orders: Orders) -> None:
        self._world = world
        self._field = field
        self._combat = combat
        self._orders = orders

    # --- rings -------------------------------------------------------------------------------

    def ring(self, force: Force, place: str) -> None:
        """Close a ring, and storm the place after the stated time."""
        enemies = force.side.enemies
        force.turn_to("ringing")
        force.ringed = place

        def close(control: Control, place: str) -> None:
            control.besiege(place, enemies & control.holders[place].keys())

        force.change_soon(Phase.CLOSURES, place, close, ringing=True)
        force.say("ring", f"{force.name} closes a ring round {self._named(place)}")
        name = f"operation:{force.id}:ring:{place}"
        wait = self._world.luck.value(force.operation.rings[place], name)
        force.later(wait / DAY, self.storm)

    def lift(self, force: Force) -> None:
        """End the ring that a force closed, unless a friend's force is round the place too."""
        place, force.ringed = force.ringed, None
        others = self._field.forces.values()
        if place is None or any(f.ringed == place and f.actor in force.side.own for f in others):
            return
        force.change_soon(Phase.OPENINGS, place, Control.relieve)

    # --- attack ------------------------------------------------------------------------------

    def storm(self, force: Force) -> None:
        """Attack the next stop: join a friend's attack, or wait while others are at it."""
        place = force.place(force.leg + 1)
        if force.hungry:
            self._orders.stall(force)
            return
        defenders = self._field.defenders(force.side, place)
        if self._combat.strength(defenders):
            self.attack(force, place, defenders)
        else:
            self._orders.go_in(force, place)

    def attack(
        self, force: Force, place: str, defenders: BattleSide, *, on_road: bool = False
    ) -> None:
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
        self._begin(place, BattleSide([force], []), defenders, meeting=meeting, on_road=on_road)

    def meet(self, one: Force, other: Force) -> None:
        """Two forces meet on a road: who moves goes at who stands; of two who move the first by id.

        One that falls back goes at who stands in its way, and is gone at by who moves.
        """
        force, against = max(
            (one, other), (other, one), key=lambda pair: (pair[0].speed > 0, pair[0].speed != 0)
        )
        stop = force.leg + (force.speed > 0)
        self.attack(force, force.place(stop), BattleSide([against], []), on_road=True)

    def counter(self, posts: list[Post], defenders: BattleSide, place: str) -> None:
        """Garrisons go at forces that stand before their place, or in the place next to it."""
        self._begin(place, BattleSide([], posts), defenders)

    def _begin(
        self,
        place: str,
        attackers: BattleSide,
        defenders: BattleSide,
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
        kind = self._world.scenario.network.places[place].kind
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
            self._orders.feed(force)
        if won:
            self._won(battle, place)
            return
        by = min(defenders.actors())
        for force in attackers.forces:
            force.say("repulsed", f"{force.name} is beaten at {place}")
            self._orders.repulsed(force, by, driven=battle.on_road)
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
            self._orders.repulsed(other, by, driven=battle.on_road or not other.km)
        for n, force in enumerate(attackers.forces):
            go_on = self._next(force)
            force.interrupted = None
            if n:
                force.turn_to("holding")
                force.later(2 / DAY, go_on)
            elif defenders.posts:
                self._orders.go_in(force, battle.place)
            else:
                go_on(force)

    # --- battles broken off and gone through -------------------------------------------------

    def released(self, forces: list[Force], battle: Battle) -> None:
        """Go on after a battle that was broken off."""
        for force in forces:
            if force.mode != "fighting" or self._combat.of_force(force) is not None:
                continue
            if force in battle.attackers.forces and force.interrupted is None:
                self._orders.resume(force)
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
        return self._orders.go_back if mode == "retreating" else self._orders.resume

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
        self._orders.feed(force)
        if mode in ("marching", "stalled", "fighting"):
            self._orders.resume(force)
        elif mode == "retreating":
            self._orders.go_back(force)
        else:
            force.turn_to(mode)
            if due is not None and act is not None:
                force.later((due - self._world.clock.now) / DAY, act)
            if force.hungry:
                self._orders.go_hungry(force)

    def _battles_of(self, side: BattleSide) -> list[Battle]:
        """The battles that any of a side takes part in."""
        return [
            battle
            for battle in self._combat.battles.values()
            if battle.attackers.overlaps(side) or battle.defenders.overlaps(side)
        ]

    def _named(self, place: str) -> str:
        return self._world.scenario.network.places[place].name
