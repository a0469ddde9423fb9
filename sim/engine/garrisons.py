"""Garrisons: the men of each actor at each place, and what of them does not get away."""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sim.scenario.model import Garrison

from .signals import Post
from .world import World


class Garrisons:
    """All garrisons of a run.

    ``men`` is persons by post as they were put down last; a battle goes on without a word. So
    who decides something reads :attr:`strength` or :meth:`of`, which are of now.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.men: dict[Post, int] = {}
        self._losses: dict[Post, tuple[float, float]] = {}
        self._priorities: dict[Post, int] = {}
        posts: dict[Post, list[Garrison]] = defaultdict(list)
        for garrison in world.scenario.garrisons.values():
            posts[garrison.actor, garrison.place].append(garrison)
        for post, garrisons in posts.items():
            self._post(post, garrisons)

    def _post(self, post: Post, garrisons: Sequence[Garrison]) -> None:
        """Put the garrisons of a post there; they lose the mean of what each would."""
        luck = self._world.luck
        persons = [luck.whole(g.strength, f"garrison:{g.id}:strength") for g in garrisons]
        weights = persons if any(persons) else [1] * len(persons)

        def mean(losses: Iterable[float]) -> float:
            return math.fsum(map(operator.mul, weights, losses)) / sum(weights)

        self._losses[post] = (
            mean(luck.value(g.loss, f"garrison:{g.id}:loss") for g in garrisons),
            mean(luck.value(g.ring_loss, f"garrison:{g.id}:ring_loss") for g in garrisons),
        )
        self._priorities[post] = min(garrison.priority for garrison in garrisons)
        self.put(post, sum(persons))

    @property
    def strength(self) -> Mapping[Post, int]:
        """Persons by post."""
        self._world.signals.counting.tell()
        return self.men

    def of(self, post: Post) -> int:
        """Persons at a post."""
        return self.strength.get(post, 0)

    def put(self, post: Post, persons: int) -> None:
        """So many persons are at a post from now on."""
        self.men[post] = persons
        self.note(post)

    def leave(self, post: Post, persons: int | None = None) -> int:
        """Men leave a post, all of them (None: with the post itself) or some; how many."""
        if persons is None:
            persons = self.strength.get(post, 0)
            self.put(post, 0)
            del self.men[post]
        else:
            self.put(post, self.of(post) - persons)
        return persons

    def loss(self, post: Post, *, ringed: bool) -> float:
        """Share (0..1) of a garrison that does not get away when its place is lost."""
        return self._losses.get(post, (0.0, 0.0))[ringed]

    def lose_as(self, post: Post, origin: Post) -> None:
        """Men from ``origin`` come to a post: where none was, their losses are those of old.

        So is their priority.
        """
        if post not in self._losses:
            self._losses[post] = self._losses.get(origin, (0.0, 0.0))
        if post not in self._priorities:
            self._priorities[post] = self.priority(origin)

    def priority(self, post: Post) -> int:
        """That of the garrison that was at a post first, or came first; 1 of a force's men."""
        return self._priorities.get(post, 1)

    def in_turn(self, posts: Iterable[Post]) -> list[Post]:
        """Posts in the order in which they do something in one instant."""
        return sorted(posts, key=lambda post: (self.priority(post), post))

    def join(self, post: Post, persons: int) -> None:
        """Men join, or become, the garrison of a post."""
        if not persons:
            return
        signals = self._world.signals
        signals.garrison_will_grow.tell(post)
        self.put(post, self.of(post) + persons)
        self._losses.setdefault(post, (0.0, 0.0))
        signals.garrison_grew.tell(post, persons)

    def note(self, post: Post) -> None:
        """Write the strength of a garrison down, in runs with forces."""
        if self._world.scenario.fighting is not None:
            actor, place = post
            subject = f"garrison:{actor}/{place}"
            self._world.note(subject, "strength_persons", self.men[post])
