"""Fronts and reserves: who sends whom to which threatened place, and who strikes back."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

from sim.engine.clock import Moment, Phase, call_off
from sim.engine.regroup import Regroup
from sim.engine.signals import Post
from sim.engine.world import World
from sim.scenario.model import DAY, FrontRule

from .battle import BattleSide
from .combat import Combat
from .field import Field
from .force import SEEN, Force
from .orders import Orders
from .reserves import Order, Reserves


@dataclass(frozen=True, slots=True)
class DrawnFrontRule:
    """A rule with its numbers drawn."""

    rule: FrontRule
    hours: float
    value: float
    threat: float
    ratio: float
    delay: int
    counter: float | None
    reach: float  # km
    sees: float  # km


class Fronts:
    """Reserves of a run; ``spare`` is what each garrison may still send (persons).

    Nobody is sent to the posts that are ``given_up``, whose garrisons went rather than fight, and
    those whose garrisons were ``ordered_away``.
    """

    def __init__(
        self, world: World, field: Field, combat: Combat, regroup: Regroup, orders: Orders
    ) -> None:
        self._world = world
        self._field = field
        self._combat = combat
        self._garrisons = regroup.garrisons
        self._regroup = regroup
        self._orders = orders
        self._rules: dict[str, DrawnFrontRule] = {}
        self._deciding: set[str] = set()
        self._marks: dict[str, Moment] = {}
        self.spare: dict[Post, int] = {}
        self._reserves = Reserves(world, field, regroup.garrisons)
        self.given_up: set[Post] = set()
        self.ordered_away: set[Post] = set()
        for actor, rule in sorted(world.scenario.fronts.items()):
            self._rules[actor] = self._draw(rule)
        for garrison in world.scenario.garrisons.values():
            if garrison.reserve is not None and garrison.actor in self._rules:
                share = world.luck.value(garrison.reserve, f"garrison:{garrison.id}:reserve")
                post = (garrison.actor, garrison.place)
                persons = world.luck.whole(garrison.strength, f"garrison:{garrison.id}:strength")
                self.spare[post] = self.spare.get(post, 0) + math.floor(persons * share)
        field.moved.subscribe(self._look)

    def _draw(self, rule: FrontRule) -> DrawnFrontRule:
        def value(what: str) -> float:
            return self._world.luck.value(getattr(rule, what), f"fronts:{rule.actor}:{what}")

        counter = None if rule.counter is None else value("counter")
        sees = math.inf if rule.sees is None else value("sees")
        return DrawnFrontRule(
            rule, value("hours"), value("value"), value("threat"), value("ratio"),
            round(value("delay")), counter, value("reach"), sees,
        )  # fmt: skip

    def _look(self, force: Force) -> None:
        """A force does something new: those who see it before them decide, after their delay."""
        for actor, _, km in self._before(force):
            if km <= self._rules[actor].sees:
                self._decide_later(actor)
        self._watch(force)

    def _before(self, force: Force) -> list[tuple[str, str, float]]:
        """Each actor with a rule that a force threatens; see :meth:`before`."""
        return self.before(force, self._rules)

    def before(self, force: Force, actors: Collection[str]) -> list[tuple[str, str, float]]:
        """Each of some actors that a force threatens, where, and over how many km of road.

        It threatens the actor's next place on its route; from the end of that the nearest by
        one open road, ties by id.
        """
        if not actors or force.mode not in SEEN:
            return []
        sides, holders = self._world.sides, self._world.control.holders
        enemies = [actor for actor in actors if force.actor in sides[actor].enemies]
        found: dict[str, tuple[str, str, float]] = {}
        for place, km in self._ahead(force):
            if len(found) == len(enemies):
                break
            for actor in holders[place]:
                if actor in enemies and actor not in found:
                    found[actor] = actor, place, km
        return [found[actor] for actor in enemies if actor in found]

    def _ahead(self, force: Force) -> Iterator[tuple[str, float]]:
        """The stops ahead of a force with their km, the one where it stands among them.

        From the end of its route on those by one open road, the nearest first.
        """
        graph, control = self._world.graph, self._world.control
        km = force.km
        if km == 0:
            yield force.place(force.leg), 0.0
        km = -km
        for leg in range(force.leg, len(force.roads)):
            km += force.lengths[leg]
            yield force.place(leg + 1), km
        if force.arrived:
            roads = [
                (float(graph.km[flat >> 1]), graph.places[other])
                for other, flat in graph.neighbours[force.stops[-1]]
                if graph.roads[flat >> 1] not in control.closed
            ]
            for length, place in sorted(roads):
                yield place, length

    def _watch(self, force: Force) -> None:
        """Wait for a force on the march to come into sight, or within reach, of its next enemy."""
        call_off(self._marks.pop(force.id, None))
        if force.mode != "marching":
            return
        marks: list[tuple[float, str, Callable[[], None]]] = []
        left = force.lengths[force.leg] - force.km
        for actor, place, km in self._before(force):
            drawn = self._rules[actor]
            if km > drawn.sees:
                marks.append((km - drawn.sees, actor, partial(self._decide_later, actor)))
            if drawn.counter is not None and km > drawn.reach:
                marks.append((km - drawn.reach, actor, partial(self._in_reach, actor, place)))
        marks = [mark for mark in marks if mark[0] < left]
        if not marks:
            return
        ahead, actor, act = min(marks, key=lambda mark: mark[:2])
        clock = self._world.clock

        def come() -> None:
            act()
            self._watch(force)

        self._marks[force.id] = clock.at(
            clock.now + max(1, math.ceil(ahead / force.speed * DAY - 1e-6)),
            Phase.DECISIONS,
            f"fronts:{actor}:{force.turn}",
            come,
        )

    def _in_reach(self, actor: str, place: str) -> None:
        """A force came within reach; those who are still to decide about it do so later."""
        if actor not in self._deciding:
            self.strike_back(actor, place)

    def _decide_later(self, actor: str) -> None:
        if actor not in self._deciding:
            self._decide_in(actor, max(1, self._rules[actor].delay))

    def _decide_in(self, actor: str, seconds: int) -> None:
        self._deciding.add(actor)
        clock, act = self._world.clock, partial(self._decide, actor)
        clock.at(clock.now + seconds, Phase.DECISIONS, f"fronts:{actor}", act)

    def threatened(self, actor: str) -> dict[str, int]:
        """The places of an actor before the enemy forces that it sees, with the persons there."""
        found: dict[str, int] = {}
        left = self.given_up | self.ordered_away
        for force in self._field.forces.values():
            for who, place, km in self._before(force):
                sees = km <= self._rules[actor].sees and (who, place) not in left
                if who == actor and sees:
                    found[place] = found.get(place, 0) + force.strength
        return found

    def _decide(self, actor: str) -> None:
        self._deciding.discard(actor)
        drawn = self._rules[actor]
        fronts = self.threatened(actor)
        needs = {
            place: max(0, math.ceil(drawn.ratio * attackers) - self._defending(actor, place))
            for place, attackers in fronts.items()
        }
        for post in self._garrisons.in_turn(p for p in self.spare if p[0] == actor):
            if not any(needs.values()):
                break
            able = self._able(drawn, post, fronts)
            if able <= 0:
                continue
            for place in self._ranked(drawn, post[1], fronts):
                sent = min(able, needs[place])
                if sent:
                    self._order(drawn, post, place, sent)
                    able -= sent
                    needs[place] -= sent
        if any(needs.values()) and self._reserves.waits_for_lorries(actor):
            self._decide_in(actor, DAY)
        for place in fronts:
            self.strike_back(actor, place)

    def _able(self, drawn: DrawnFrontRule, post: Post, fronts: Collection[str]) -> int:
        """Persons whom a garrison can send now."""
        actor, source = post
        if (
            self._combat.of_post(post) is not None
            or actor in self._world.control.besieged.get(source, ())
            or source in drawn.rule.hold
            or source in fronts
        ):
            return 0
        spare = self.spare[post] - self._reserves.ordered_from(post)
        return min(spare, self._reserves.able(post)) if spare > 0 else 0

    def _order(self, drawn: DrawnFrontRule, post: Post, place: str, persons: int) -> None:
        """Send men of a garrison to a front, as soon as it has the order."""
        actor, source = post
        ways = self._regroup.ways_from(actor, source)
        wait = self._reserves.news(actor, self._regroup.seconds_to(place, ways))
        if not wait:
            self._send(post, place, persons)
            return
        order = Order(post, place, persons)
        self._reserves.orders.append(order)

        def go() -> None:
            self._reserves.orders.remove(order)
            able = min(persons, self._able(drawn, post, self.threatened(actor)))
            there = self._world.graph.place_index[place]
            if able > 0 and self._regroup.ways_from(actor, source).reaches(there):
                self._send(post, place, able)

        clock = self._world.clock
        key = f"fronts:{actor}:{source}:{place}"
        clock.at(clock.now + wait, Phase.DECISIONS, key, go)

    def _send(self, post: Post, place: str, persons: int) -> None:
        self._regroup.send(post, place, persons)
        self.spare[post] -= persons
        self._reserves.sent(post, persons)

    def _defending(self, actor: str, place: str) -> int:
        """Persons of an actor at a place, on their way to it, or ordered to it."""
        post = (actor, place)
        ordered = self._reserves.ordered_to(post)
        return self._garrisons.of(post) + self._regroup.under_way(post) + ordered

    def _ranked(self, drawn: DrawnFrontRule, source: str, fronts: dict[str, int]) -> list[str]:
        """The fronts that men can reach from a place, the weightiest first, ties by id."""
        world, actor = self._world, drawn.rule.actor
        ways = self._regroup.ways_from(actor, source)
        index = world.graph.place_index
        weights = {}
        for place, attackers in fronts.items():
            if not ways.reaches(index[place]):
                continue
            hours = int(ways.seconds[index[place]]) / 3600
            ratio = attackers / max(1, self._defending(actor, place))
            weights[place] = (
                drawn.hours * hours
                + drawn.value * drawn.rule.values.get(place, 0.0)
                + drawn.threat * math.log(max(ratio, 1e-9))
            )
        return sorted(weights, key=lambda p: (-weights[p], p))

    def strike_back(self, actor: str, place: str) -> None:
        """Those at a place go at the force before it where they are strong enough.

        It must be in sight and within reach; at the end of its route it is struck where it is.
        """
        world, drawn = self._world, self._rules.get(actor)
        if drawn is None or drawn.counter is None:
            return
        post = (actor, place)
        strength = self._garrisons.of(post)
        if not strength or actor in world.control.besieged.get(place, ()):
            return
        for force in self._field.forces.values():
            if force.mode not in ("marching", "stalled", "holding") or not force.strength:
                continue
            if force.mode != "marching" and not force.position():
                continue  # back at its base, it stands before nobody
            there = [km for who, where, km in self._before(force) if (who, where) == post]
            if not there or there[0] > min(drawn.reach, drawn.sees):
                continue
            if force.arrived and force.place(force.leg) != place:
                where = force.place(force.leg)
                defenders = self._field.defenders(world.sides[actor], where)
            elif not force.arrived and force.place(force.leg + 1) == place:
                where, defenders = place, BattleSide([force], [])
            else:
                continue
            busy = [self._combat.of_force(f) for f in defenders.forces]
            busy += [self._combat.of_post(p) for p in (post, *defenders.posts)]
            if force not in defenders.forces or any(battle is not None for battle in busy):
                continue
            if strength >= drawn.counter * self._combat.strength(defenders):
                self._orders.counter([post], defenders, where)
