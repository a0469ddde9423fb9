"""Where enemy forces meet on the road, and when.

Two forces of enemies on one road that close on each other meet where their paths cross. Their
speeds are constant between two events, so the instant is worked out, not looked for; it is
worked out anew when one of them does something else. Only a force that falls back is not
pursued: who goes the same way behind it does not catch up.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.engine.clock import Moment, Phase
from sim.engine.world import World
from sim.scenario.model import DAY

from .field import Field
from .force import Force
from .orders import Orders

HAIR = 1e-11
"""km (10 nm) between two forces that have met, so that who came from where is not forgotten."""


class Track(NamedTuple):
    """A force on a road: km from the road's first end, and km/day in that direction."""

    road: int
    km: float
    speed: float


class Coming(NamedTuple):
    """A meeting that will come: on which road, and how far along it either force will be (km)."""

    moment: Moment
    road: int
    forces: tuple[tuple[Force, float], tuple[Force, float]]


class Meetings:
    """The meetings that will come if nothing else does, by pair of forces."""

    def __init__(self, world: World, field: Field, orders: Orders) -> None:
        self._world = world
        self._field = field
        self._orders = orders
        self._due: dict[tuple[str, str], Coming] = {}
        field.moved.subscribe(self._look)

    def _look(self, force: Force) -> None:
        """A force does something new: work out whom it will meet, and when."""
        for pair in [pair for pair in self._due if force.id in pair]:
            coming = self._due.pop(pair)
            coming.moment.cancel()
            if coming.moment.time == self._world.clock.now:
                self._put(coming)  # they have met, though another of them came first
        here = self._track(force)
        if here is None:
            return
        for other in self._field.forces.values():
            there = self._track(other)
            if there is None or there.road != here.road or not _enemies(force, other):
                continue
            self._await(force, here, other, there)

    def _track(self, force: Force) -> Track | None:
        """Where on which road a force is; None in a place."""
        if not force.afoot or force.arrived or not _on_road(force):
            return None
        road, length = force.roads[force.leg], force.lengths[force.leg]
        # one that stands right before a place is not in it: who comes out of it comes upon it
        km = min(max(force.km, HAIR), length - HAIR) if force.km else 0.0
        speed = force.speed
        if self._world.graph.a[road] == force.stops[force.leg]:
            return Track(road, km, speed)
        return Track(road, length - km, -speed)

    def _await(self, force: Force, here: Track, other: Force, there: Track) -> None:
        same_way = here.speed * there.speed > 0
        if same_way and "retreating" in (force.mode, other.mode):
            return
        gap, closing = there.km - here.km, here.speed - there.speed
        if gap * closing <= 0:
            return
        days = gap / closing
        if days * DAY > self._world.scenario.length:
            return
        where = here.km + here.speed * days
        ahead = math.copysign(HAIR / 2, gap)
        first, second = sorted((force, other), key=lambda f: f.rank)
        pair = (first.id, second.id)

        def meet() -> None:
            self._put(self._due.pop(pair))
            self._orders.meet(first, second)

        moment = self._world.clock.at(
            self._world.clock.now + max(1, math.ceil(days * DAY - 1e-6)),
            Phase.ARRIVALS,
            f"meeting:{first.turn}:{second.turn}",
            meet,
        )
        self._due[pair] = Coming(
            moment, here.road, ((force, where - ahead), (other, where + ahead))
        )

    def _put(self, coming: Coming) -> None:
        """Set two forces down where they have met, each on its side of that point."""
        graph = self._world.graph
        for force, km in coming.forces:
            if force.arrived or force.roads[force.leg] != coming.road or not _on_road(force):
                continue
            length = force.lengths[force.leg]
            forward = graph.a[coming.road] == force.stops[force.leg]
            force.km = min(max(km if forward else length - km, HAIR / 4), length)


def _on_road(force: Force) -> bool:
    """True where a force is on a road, or sets out on one, and not in a place."""
    return force.km > 0 or force.mode == "marching"


def _enemies(one: Force, other: Force) -> bool:
    """True where either may not pass the other's places."""
    return one.actor in other.side.enemies or other.actor in one.side.enemies
