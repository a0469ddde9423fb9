"""Sides that give way in battle before they break, for what happens round them.

While in battle a side gives way at a rate that grows with the share of its ways back that the enemy
holds or threatens, and with the enemies who joined in the last 24 hours; where the enemy holds all
of them there is nowhere to fall back to, and the rate is another
(:class:`~sim.scenario.model.ManoeuvreRule`). Each side has a :class:`~sim.engine.hazard.Hazard` a
battle, with a number drawn by the place and by how many battles there were before. Its rate is
constant between the events of this battle: men who join, the end of their 24 hours, and changes of
the ways back.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from sim.engine.clock import Phase
from sim.engine.hazard import Hazard, exponential
from sim.engine.signals import NetChange, Post
from sim.engine.world import World
from sim.scenario.model import DAY, ManoeuvreRule

from .battle import Battle, BattleSide
from .combat import Combat
from .field import Field
from .force import Force

Way = Literal["free", "threatened", "held"]
"""What a way back is to a side: held where its road is closed or its end is not the side's."""


@dataclass(slots=True)
class _Nerve:
    """What holds a side in a battle, and what joined its enemies.

    Of each arrival until when (s) it counts, and its persons over the side's own at that instant.
    """

    hazard: Hazard
    arrivals: list[tuple[int, float]] = field(default_factory=list)


class Manoeuvre:
    """Who gives way in the battles of a run, and when."""

    def __init__(self, world: World, rule: ManoeuvreRule, field: Field, combat: Combat) -> None:
        self._world, self._field, self._combat = world, field, combat
        luck = world.luck
        self._rate = luck.value(rule.rate, "manoeuvre:rate")
        self._ways = luck.value(rule.ways, "manoeuvre:ways")
        self._arrivals = luck.value(rule.arrivals, "manoeuvre:arrivals")
        self._ringed = luck.value(rule.ringed, "manoeuvre:ringed")
        self._pursuit = luck.value(rule.pursuit, "manoeuvre:pursuit")
        self._battles: Counter[str] = Counter()
        self._nerves: dict[str, tuple[_Nerve, _Nerve]] = {}
        combat.began.subscribe(self._began)
        combat.over.subscribe(self._over)
        combat.joined.subscribe(self._joined)
        world.signals.settled.subscribe(self._settled)
        field.moved.subscribe(self._moved)

    # --- what happens to a battle ------------------------------------------------------------

    def _began(self, battle: Battle) -> None:
        luck, place = self._world.luck, battle.place
        self._battles[place] += 1
        name = f"gives_way:{place}:{self._battles[place]}"

        now = self._world.clock.now
        attackers, defenders = (
            _Nerve(Hazard(exponential(luck, f"{name}:{which}"), now))
            for which in ("attackers", "defenders")
        )
        self._nerves[battle.key] = attackers, defenders
        self._look(battle)

    def _over(self, battle: Battle) -> None:
        for nerve in self._nerves.pop(battle.key, ()):
            nerve.hazard.put_off()

    def _joined(self, battle: Battle, attacking: bool, persons: int) -> None:
        """Men joined one side: the other feels it for 24 hours."""
        clock = self._world.clock
        other = battle.defenders if attacking else battle.attackers
        own = self._combat.strength(other)
        if battle.key not in self._nerves or not own:
            return
        until = clock.now + DAY
        self._nerves[battle.key][attacking].arrivals.append((until, persons / own))
        again = partial(self._look_again, battle)
        clock.at(until, Phase.BATTLES, f"{battle.key}:arrivals", again)
        self._look(battle)

    def _look_again(self, battle: Battle) -> None:
        if battle.key in self._nerves:
            self._look(battle)

    def _settled(self, _change: NetChange) -> None:
        self._look_at_all()

    def _moved(self, _force: Force) -> None:
        self._look_at_all()

    def _look_at_all(self) -> None:
        for key in list(self._nerves):
            if key in self._combat.battles:
                self._look(self._combat.battles[key])

    # --- rates -------------------------------------------------------------------------------

    def _look(self, battle: Battle) -> None:
        """See whether a side of a battle gives way at another rate now."""
        now = self._world.clock.now
        sides = (battle.attackers, battle.defenders)
        for n, (nerve, side) in enumerate(zip(self._nerves[battle.key], sides, strict=True)):
            nerve.arrivals = [a for a in nerve.arrivals if a[0] > now]
            pressed = math.fsum(share for _, share in nerve.arrivals)
            rate = self._rate_of(self._parts(side, battle), pressed)
            if nerve.hazard.goes_on_at(rate, now):
                self._wait(battle, nerve.hazard, attacking=not n)

    def _wait(self, battle: Battle, hazard: Hazard, *, attacking: bool) -> None:
        world = self._world
        time = hazard.time(world.scenario.length)
        if time is not None:
            act = partial(
                self._combat.gives_way, battle, attacking=attacking, pursuit=self._pursuit
            )
            key = f"{battle.key}:gives_way:{int(not attacking)}"
            hazard.moment = world.clock.at(time, Phase.BATTLES, key, act)

    def _rate_of(self, parts: list[float | None], pressed: float) -> float:
        """The rate (1/day) of a side: the mean over its parts, each as :meth:`_parts` has it."""
        free = [share for share in parts if share is not None]
        ways = math.fsum(free) / len(free) if free else 0.0
        ringed = parts.count(None) / len(parts) if parts else 0.0
        rate = self._rate * (1 + self._ways * ways + self._arrivals * pressed)
        return (1 - ringed) * rate + ringed * self._ringed

    def _parts(self, side: BattleSide, battle: Battle) -> list[float | None]:
        """Of each part of a side the share of its ways back that is lost to it, None in a ring."""
        shares = [self._of_force(force, battle) for force in side.forces]
        return shares + [self._of_post(post, battle) for post in side.posts]

    def _of_force(self, force: Force, battle: Battle) -> float | None:
        """Of a force on its way: the ways out of its last stop; in a ring where that is lost."""
        if force.lost(force.leg) or self._field.ring_round(force):
            return None
        ahead = None if force.arrived else force.roads[force.leg]
        return self._share(force.stops[force.leg], force.actor, ahead, battle)

    def _of_post(self, post: Post, battle: Battle) -> float | None:
        """Of a garrison: the roads out of its place; in a ring where it is besieged there."""
        actor, place = post
        if actor in self._world.control.besieged.get(place, ()):
            return None
        return self._share(self._world.graph.place_index[place], actor, None, battle)

    def _share(self, place: int, actor: str, but: int | None, battle: Battle) -> float | None:
        """The share of ways that is held or threatened, None where all there are is held."""
        ways = list(self._ways_back(place, actor, but, battle))
        if not ways:
            return 0.0
        if all(way == "held" for way in ways):
            return None
        return sum(way != "free" for way in ways) / len(ways)

    def _ways_back(self, place: int, actor: str, but: int | None, battle: Battle) -> Iterator[Way]:
        """What each road out of a place is to an actor, ``but`` one and those not there."""
        world = self._world
        graph, control, side = world.graph, world.control, world.sides[actor]
        enemies = [
            force
            for force in self._field.forces.values()
            if force.afoot
            and force.strength
            and force.actor in side.enemies
            and force not in battle.attackers.forces
            and force not in battle.defenders.forces
        ]
        for there, flat in control.terrain.neighbours[place]:
            if flat >> 1 == but:
                continue
            closed = graph.roads[flat >> 1] in control.closed
            if closed or not side.holds(control, graph.places[there]):
                yield "held"
            else:
                yield "threatened" if any(_threatens(f, there) for f in enemies) else "free"


def _threatens(force: Force, place: int) -> bool:
    """True where a force stands at a place, or on a road to or from it."""
    ends = [force.stops[force.leg]]
    if force.km and not force.arrived:
        ends.append(force.stops[force.leg + 1])
    return place in ends
