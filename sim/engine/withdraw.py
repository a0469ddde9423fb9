"""Orders to leave: garrisons whom an event or a decision tells to give up their place.

Who is told goes at once as one body to the nearest place of its side, by open ways, as garrisons
that leave by themselves do (:mod:`~sim.engine.forces.leave`). Who is in a battle goes when it is
over and the place is still held. Who is ringed stays, unless the order says what breaking out may
cost; who has nowhere to go stays.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from sim.scenario.model import Event, Withdrawal
from sim.state.record import BROKE_OUT, ORDERED

from .clock import Phase
from .forces.battle import Battle
from .forces.leave import AFTER
from .forces.operations import Operations
from .regroup import Regroup
from .signals import Post
from .world import World


class Order(NamedTuple):
    """An order on account of ``cause``, an event or an option of a decision.

    ``loss`` is the share that does not get away, ``ring_loss`` that out of a ring; None: nobody
    breaks out.
    """

    cause: str
    loss: float
    ring_loss: float | None


class Withdrawals:
    """The orders to leave of a run."""

    def __init__(self, world: World, regroup: Regroup, operations: Operations | None) -> None:
        self._world, self._regroup, self._operations = world, regroup, operations
        self._told: set[Post] = set()  # nobody takes refuge where his side was told to leave
        self._waiting: dict[Post, Order] = {}  # in battle
        world.signals.ordered.subscribe(self._of_event)
        if operations is not None:
            operations.combat.over.subscribe(self._over)

    def _of_event(self, event: Event) -> None:
        order = self._drawn(event.id, f"event:{event.id}", event)
        self._give(order, [(str(event.by), place) for place in event.places])

    def of_option(self, actor: str, decision: str, option: str, rule: Withdrawal) -> None:
        """Garrisons of an actor are told to leave by an option of a decision."""
        order = self._drawn(option, f"decision:{decision}:leaves:{option}", rule)
        self._give(order, [(actor, place) for place in rule.places])

    def _drawn(self, cause: str, key: str, rule: Event | Withdrawal) -> Order:
        def value(what: str) -> float | None:
            stated = getattr(rule, what)
            return None if stated is None else self._world.luck.value(stated, f"{key}:{what}")

        return Order(cause, value("loss") or 0.0, value("ring_loss"))

    def open_to(self, actor: str, rule: Withdrawal) -> list[tuple[int, int]]:
        """Persons of each garrison that would go now, and the seconds of its way."""
        garrisons, posts = self._regroup.garrisons, [(actor, place) for place in rule.places]
        found = []
        for post in garrisons.in_turn(posts):
            goal, _ = self._way(post, posts, breaks_out=rule.ring_loss is not None)
            if goal is not None:
                ways = self._regroup.ways_from(*post, through=self._ringed(post))
                found.append((garrisons.of(post), self._regroup.seconds_to(goal, ways)))
        return found

    # --- carried out -------------------------------------------------------------------------

    def _give(self, order: Order, posts: list[Post]) -> None:
        self._told.update(posts)
        for post in self._regroup.garrisons.in_turn(posts):
            self._carry_out(post, order)

    def _carry_out(self, post: Post, order: Order) -> None:
        goal, why_not = self._way(post, (), breaks_out=order.ring_loss is not None)
        if goal is not None:
            self._go(post, goal, order)
            return
        if self._fights(post):
            self._waiting[post] = order
        self._say("stays", post, order, why_not)

    def _go(self, post: Post, goal: str, order: Order) -> None:
        where, through = self._world.scenario.network.places[goal].name, self._ringed(post)
        if through:
            kind, did, manner, loss = "breaks_out", "break out to", BROKE_OUT, order.ring_loss
        else:
            kind, did, manner, loss = "left_by_order", "leave for", ORDERED, order.loss
        self._say(kind, post, order, f"{did} {where} by order")
        self._regroup.go(post, goal, loss or 0.0, manner, through=through, cause=order.cause)
        if self._operations is not None:
            self._operations.fronts.ordered_away.add(post)
            self._operations.let_in(post[1])

    def _over(self, battle: Battle) -> None:
        """Garrisons told to leave while they fought go when the beaten have lost their place."""
        clock = self._world.clock
        for post in (*battle.attackers.posts, *battle.defenders.posts):
            if (order := self._waiting.pop(post, None)) is not None:
                act = partial(self._after_battle, post, order)
                key = f"~withdraw:{'/'.join(post)}"
                clock.at(clock.now + AFTER, Phase.DECISIONS, key, act)

    def _after_battle(self, post: Post, order: Order) -> None:
        if self._regroup.garrisons.of(post):
            self._carry_out(post, order)

    # --- how it stands -----------------------------------------------------------------------

    def _ringed(self, post: Post) -> bool:
        return post[0] in self._world.control.besieged.get(post[1], ())

    def _fights(self, post: Post) -> bool:
        return self._operations is not None and self._operations.combat.of_post(post) is not None

    def _way(
        self, post: Post, leaving: Collection[Post], *, breaks_out: bool
    ) -> tuple[str | None, str]:
        """The place that a garrison can leave for now, or None and why not.

        It is not one whose garrison is ``leaving`` too or was told to leave, nor one that an enemy
        stands right before.
        """
        if not self._regroup.garrisons.of(post):
            return None, "are there to leave"
        if self._fights(post):
            return None, "leave when their battle is over"
        if self._ringed(post) and not breaks_out:
            return None, "are ringed and cannot leave"
        side = self._world.sides[post[0]]
        but = {place for actor, place in (*self._told, *leaving) if actor in side.own}
        if self._operations is not None:
            but |= self._operations.field.faced(side)
        goal = self._regroup.refuge(post, but, through=self._ringed(post))
        return goal, "" if goal is not None else "have nowhere to leave for"

    def _say(self, kind: str, post: Post, order: Order, text: str) -> None:
        persons = self._regroup.garrisons.of(post)
        self._world.note_event(kind, "/".join(post), order.cause, f"{persons} persons {text}")
