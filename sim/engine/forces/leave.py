"""Garrisons that go: left without a fight, broken out of a ring, or given up by agreement.

A garrison is *faced* by the enemy forces that have its place before them (as
:meth:`~sim.engine.forces.fronts.Fronts.before` has it) within a distance; where they are many
times its side's men there it may leave, once each time that it is faced. One in a ring may break
out or offer to leave when it is spent, once a ring. Either goes as one body to the nearest place of
its side; who stood before the place then finds nobody who defends it. See
:class:`~sim.scenario.model.LeaveRule`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, fields

from sim.engine.clock import Moment, Phase, call_off
from sim.engine.regroup import Regroup
from sim.engine.signals import NetChange, Post
from sim.engine.supply.supply import Supply
from sim.engine.world import World
from sim.scenario.model import DAY, LeaveRule
from sim.state.record import AGREED, BROKE_OUT, WENT

from .battle import Battle
from .combat import Combat
from .field import Field
from .force import SEEN, Force
from .fronts import Fronts
from .orders import Orders

AFTER = 2
"""Seconds from the end of a battle to when its garrisons may go: a place is taken in the first."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """The numbers of a rule, drawn; see :class:`~sim.scenario.model.LeaveRule`."""

    odds: float
    within: float  # km
    worth: float
    goes: float
    goes_loss: float
    left: float
    breaks_out: float
    breaks_out_loss: float
    offers: float
    takes: float
    per_thousand: float
    agreed_loss: float

    def taken_up(self, civilians: int) -> float:
        """The chance that those round a place take the offer of those in it."""
        return 1 - (1 - self.takes) * math.exp(-self.per_thousand * civilians / 1000)


@dataclass(slots=True)
class _Ring:
    """A ring round a garrison, the ``number``-th of it.

    ``persons`` are those when it closed, ``tried`` whether they have tried to leave.
    """

    number: int
    persons: int
    tried: bool = False


class Leave:
    """Which garrisons of a run go, and when."""

    def __init__(
        self, world: World, field: Field, combat: Combat, regroup: Regroup, supply: Supply,
        fronts: Fronts, orders: Orders,
    ) -> None:  # fmt: skip
        self._world, self._field, self._combat = world, field, combat
        self._regroup, self._supply = regroup, supply
        self._fronts, self._orders = fronts, orders
        self._rules = {a: self._drawn(rule) for a, rule in world.scenario.rules.leave.items()}
        self._rings: dict[Post, _Ring] = {}
        self._faced: set[Post] = set()  # those who have had their chance while they are faced
        self._times: Counter[Post] = Counter()  # how often they had it
        self._rung: Counter[Post] = Counter()
        self._fought: dict[Post, int] = {}  # until when (s) its last battle counts
        self._marks: dict[str, Moment] = {}
        self._looking = False
        field.moved.subscribe(self._moved)
        combat.over.subscribe(self._over)
        world.signals.settled.subscribe(self._settled)
        world.signals.stocks_changed.subscribe(self._look_soon)
        self._count_rings()

    def _drawn(self, rule: LeaveRule) -> _Rule:
        def value(what: str) -> float:
            stated = getattr(rule, what)
            if stated is None:
                return math.inf
            return self._world.luck.value(stated, f"leave:{rule.actor}:{what}")

        return _Rule(**{number.name: value(number.name) for number in fields(_Rule)})

    # --- when to look ------------------------------------------------------------------------

    def _moved(self, force: Force) -> None:
        self._watch(force)
        self._look_soon()

    def _over(self, battle: Battle) -> None:
        """Garrisons that fought are looked at when the beaten among them have lost their place."""
        clock = self._world.clock
        due = clock.now + AFTER
        self._fought |= dict.fromkeys(battle.attackers.posts + battle.defenders.posts, due)
        clock.at(due, Phase.DECISIONS, f"~leave:{battle.key}", self._look_soon)

    def _settled(self, _change: NetChange) -> None:
        self._count_rings()
        for force in self._field.forces.values():
            self._watch(force)
        self._look_soon()

    def _watch(self, force: Force) -> None:
        """Look when a force on the march comes near enough to what is before it."""
        call_off(self._marks.pop(force.id, None))
        if force.mode != "marching":
            return
        left = force.lengths[force.leg] - force.km
        ahead = [
            km - self._rules[actor].within
            for actor, _, km in self._fronts.before(force, self._rules)
            if self._rules[actor].within < km < self._rules[actor].within + left
        ]
        if not ahead:
            return
        clock = self._world.clock
        due = clock.now + max(1, math.ceil(min(ahead) / force.speed * DAY - 1e-6))

        def come() -> None:
            self._watch(force)
            self._look_soon()

        self._marks[force.id] = clock.at(due, Phase.DECISIONS, f"leave:{force.turn}", come)

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            clock = self._world.clock
            clock.at(clock.now, Phase.DECISIONS, "~leave", self._look)

    def _look(self) -> None:
        """See who goes: of the faced first, then of the ringed."""
        self._looking = False
        facing = self._facing()
        self._faced &= facing.keys()
        self._fronts.given_up &= facing.keys()
        for post in self._regroup.garrisons.in_turn(facing):
            self._stand(post, facing)
        for post in self._regroup.garrisons.in_turn(self._rings):
            self._hold_out(post, self._rings[post])

    def _count_rings(self) -> None:
        """Take in which garrisons are in a ring."""
        ringed = {
            (actor, place)
            for place, actors in self._world.control.besieged.items()
            for actor in actors & self._rules.keys()
        }
        self._rings = {post: ring for post, ring in self._rings.items() if post in ringed}
        for post in ringed - self._rings.keys():
            self._rung[post] += 1
            self._rings[post] = _Ring(self._rung[post], self._regroup.garrisons.of(post))

    # --- faced -------------------------------------------------------------------------------

    def _facing(self) -> dict[Post, int]:
        """Persons of the enemy forces that each garrison is faced by."""
        found: Counter[Post] = Counter()
        for force in self._field.forces.values():
            if force.mode not in SEEN or not force.strength:
                continue
            if force.mode != "marching" and not force.position():
                continue  # back at its base, it stands before nobody
            for actor, place, km in self._fronts.before(force, self._rules):
                if km <= self._rules[actor].within + 1e-6:
                    found[actor, place] += force.strength
        return found

    def _stand(self, post: Post, facing: dict[Post, int]) -> None:
        """A garrison is faced: it leaves, or has had its chance; one that cannot leave waits."""
        (actor, place), rule = post, self._rules[post[0]]
        if (
            post in self._faced
            or post in self._rings
            or not self._free(post)
            or facing[post] < rule.odds * self._men_at(actor, place)
            or self._value(actor, place) >= rule.worth
            or (goal := self._regroup.refuge(post, self._threatened(actor, facing))) is None
        ):
            return
        self._faced.add(post)
        self._times[post] += 1
        if self._happens("leaves", post, self._times[post], rule.goes):
            self._fronts.given_up.add(post)
            self._say("leaves", post, f"leave for {self._named(goal)} before {facing[post]}")
            self._regroup.go(post, goal, rule.goes_loss, WENT)
            self._orders.let_in(place)

    def _free(self, post: Post) -> bool:
        """True where there is a garrison, and it has no fight on its hands."""
        fights = self._combat.of_post(post) is not None
        fought = self._world.clock.now < self._fought.get(post, 0)
        return self._regroup.garrisons.of(post) > 0 and not fights and not fought

    def _men_at(self, actor: str, place: str) -> int:
        """Persons of an actor's side at a place, garrisons and forces."""
        own, index = self._world.sides[actor].own, self._world.graph.place_index[place]
        forces = (f for f in self._field.forces.values() if f.actor in own and f.afoot)
        there = sum(f.strength for f in forces if f.stops[f.leg] == index and f.km == 0)
        return there + sum(self._regroup.garrisons.of((who, place)) for who in own)

    def _value(self, actor: str, place: str) -> float:
        """The value of a place to an actor: by its fronts, else where displaced men go."""
        front = self._world.scenario.fronts.get(actor)
        if front is not None and place in front.values:
            return front.values[place]
        return self._regroup.value_of(actor, place)

    def _threatened(self, actor: str, facing: dict[Post, int]) -> set[str]:
        """Places of a side that enemies face: nobody goes there."""
        return {place for who, place in facing if who in self._world.sides[actor].own}

    # --- ringed ------------------------------------------------------------------------------

    def _hold_out(self, post: Post, ring: _Ring) -> None:
        """A garrison in a ring: once it is spent it breaks out, or offers to leave, or stays."""
        rule = self._rules[post[0]]
        if ring.tried or not self._free(post) or not self._spent(post, ring, rule):
            return
        goal = self._regroup.refuge(post, self._threatened(post[0], self._facing()), through=True)
        if goal is None:
            return
        ring.tried = True
        n, where = ring.number, self._named(goal)
        besiegers = self._field.rings_round(post[1], self._world.sides[post[0]])
        if self._happens("breaks_out", post, n, rule.breaks_out):
            self._say("breaks_out", post, f"break out to {where}")
            self._open(post, goal, rule.breaks_out_loss, BROKE_OUT)
        elif besiegers and self._happens("offers", post, n, rule.offers):
            civilians = self._world.scenario.network.places[post[1]].population or 0
            if self._happens("takes", post, n, rule.taken_up(civilians)):
                self._say("agreement", post, f"leave for {where} by agreement")
                self._open(post, goal, rule.agreed_loss, AGREED)
            else:
                self._say("offer", post, "offer to leave, and are not let go")

    def _spent(self, post: Post, ring: _Ring, rule: _Rule) -> bool:
        few = self._regroup.garrisons.of(post) < rule.left * ring.persons
        return few or self._supply.supply_at(post) == 0

    def _open(self, post: Post, goal: str, loss: float, manner: str) -> None:
        """A garrison goes out of its ring."""
        self._regroup.go(post, goal, loss, manner, through=True)
        self._orders.let_in(post[1])

    # --- luck and words ----------------------------------------------------------------------

    def _happens(self, what: str, post: Post, n: int, chance: float) -> bool:
        """Whether something happens to a post, the ``n``-th time that it is faced, or ringed."""
        return self._world.luck.occurs(chance, f"{what}:{post[0]}:{post[1]}:{n}")

    def _named(self, place: str) -> str:
        return self._world.scenario.network.places[place].name

    def _say(self, kind: str, post: Post, text: str) -> None:
        persons = self._regroup.garrisons.of(post)
        self._world.note_event(kind, "/".join(post), "", f"{persons} persons {text}")
