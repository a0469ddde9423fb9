"""What holds reserves back: enemies in sight of their own place, news, and lorries.

Without a :class:`~sim.scenario.model.ReservesRule` of its actor a garrison may send all that it can
spare, at once.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import NamedTuple

from sim.engine.garrisons import Garrisons
from sim.engine.signals import Post
from sim.engine.world import World
from sim.scenario.model import DAY, ReservesRule

from .field import Field
from .force import SEEN, Force


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A rule with its numbers drawn."""

    near: float  # km
    threat: float
    holds: float
    news: float
    lifts: int | None  # persons in 24 hours


class Order(NamedTuple):
    """An order on its way to a garrison, to send so many persons to a place."""

    post: Post
    goal: str
    persons: int


class Reserves:
    """What garrisons may send, by the rules of their actors; ``orders`` are those on their way."""

    def __init__(self, world: World, field: Field, garrisons: Garrisons) -> None:
        self._world, self._field, self._garrisons = world, field, garrisons
        rules = world.scenario.rules.reserves
        self._rules = {actor: self._draw(rule) for actor, rule in sorted(rules.items())}
        self.orders: list[Order] = []
        self._sent: dict[Post, list[tuple[int, int]]] = {}
        self._round: dict[tuple[int, float], dict[int, float]] = {}

    def _draw(self, rule: ReservesRule) -> _Drawn:
        luck, name = self._world.luck, f"reserves:{rule.actor}"
        near, threat, holds, news = (
            luck.value(dist, f"{name}:{what}")
            for what, dist in (
                ("near", rule.near), ("threat", rule.threat), ("holds", rule.holds),
                ("news", rule.news),
            )
        )  # fmt: skip
        lifts = None if rule.lifts is None else luck.whole(rule.lifts, f"{name}:lifts")
        return _Drawn(near, threat, holds, news, lifts)

    def able(self, post: Post) -> int:
        """Persons whom a garrison could send now, what it has been ordered to send left out."""
        persons = self._garrisons.of(post)
        rule = self._rules.get(post[0])
        if rule is None:
            return persons
        forces = sum(force.strength for force in self._in_sight(post, rule.near))
        if forces > rule.threat * persons:
            return 0
        enemies = forces + self._next_door(post)
        going = self.ordered_from(post)
        able = persons - math.ceil(rule.holds * enemies) - going
        if rule.lifts is not None:
            able = min(able, rule.lifts - self._left(post) - going)
        return max(0, able)

    def news(self, actor: str, seconds: int) -> int:
        """How long (s) an order to a place takes from which a front is so far (s) away."""
        rule = self._rules.get(actor)
        return 0 if rule is None else round(rule.news * seconds)

    def ordered_from(self, post: Post) -> int:
        """Persons whom a garrison is to send by orders on their way."""
        return sum(order.persons for order in self.orders if order.post == post)

    def ordered_to(self, post: Post) -> int:
        """Persons whom an actor's garrisons are to send to a place by orders on their way."""
        actor, goal = post
        return sum(o.persons for o in self.orders if (o.post[0], o.goal) == (actor, goal))

    def waits_for_lorries(self, actor: str) -> bool:
        """True where lorries bound what an actor sends, and took men somewhere within 24 hours."""
        rule = self._rules.get(actor)
        if rule is None or rule.lifts is None:
            return False
        posts = {*self._sent, *(order.post for order in self.orders)}
        return any(
            post[0] == actor and self._left(post) + self.ordered_from(post) > 0 for post in posts
        )

    def sent(self, post: Post, persons: int) -> None:
        """So many persons of a garrison left now."""
        if post[0] in self._rules:
            self._sent.setdefault(post, []).append((self._world.clock.now, persons))

    def _left(self, post: Post) -> int:
        """Persons who left a garrison within 24 hours."""
        since = self._world.clock.now - DAY
        return sum(persons for time, persons in self._sent.get(post, ()) if time > since)

    def _next_door(self, post: Post) -> int:
        """Persons of enemy garrisons at the other ends of the roads of a place."""
        actor, place = post
        enemies, strength = self._world.sides[actor].enemies, self._garrisons.strength
        graph, neighbours = self._world.graph, self._world.control.terrain.neighbours
        ends = {graph.places[there] for there, _ in neighbours[graph.place_index[place]]}
        return sum(strength.get((who, where), 0) for who in enemies for where in ends)

    def _in_sight(self, post: Post, near: float) -> list[Force]:
        """The enemy forces within so many km of a place by road."""
        actor, place = post
        index = self._world.graph.place_index[place]
        afoot = [
            force
            for force in self._field.forces.values()
            if force.mode in SEEN
            and force.actor in self._world.sides[actor].enemies
            and force.strength
        ]
        if not afoot:
            return []
        km = self._km_from(index, near)
        return [force for force in afoot if _km_to(force, km) <= near]

    def _km_from(self, start: int, most: float) -> dict[int, float]:
        """Kilometres by road to the places within ``most`` of one (Dijkstra 1959)."""
        if (start, most) in self._round:
            return self._round[start, most]
        graph, neighbours = self._world.graph, self._world.control.terrain.neighbours
        found = self._round[start, most] = {}
        heap = [(0.0, start)]
        while heap:
            km, here = heapq.heappop(heap)
            if here in found or km > most:
                continue
            found[here] = km
            for there, flat in neighbours[here]:
                if there not in found:
                    heapq.heappush(heap, (km + float(graph.km[flat >> 1]), there))
        return found


def _km_to(force: Force, km: dict[int, float]) -> float:
    """Kilometres to a force, from both ends of the road where it stands."""
    ends = [km.get(force.stops[force.leg], math.inf) + force.km]
    if not force.arrived:
        ahead = force.lengths[force.leg] - force.km
        ends.append(km.get(force.stops[force.leg + 1], math.inf) + ahead)
    return min(ends)
