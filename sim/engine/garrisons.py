"""Garrisons: the men of each actor at each place, and what of them does not get away."""

from __future__ import annotations

from collections.abc import Mapping

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
        for garrison in sorted(world.scenario.garrisons.values(), key=lambda g: g.id):
            self._post(garrison)

    def _post(self, garrison: Garrison) -> None:
        luck, name = self._world.luck, f"garrison:{garrison.id}"
        post = (garrison.actor, garrison.place)
        persons = luck.whole(garrison.strength, f"{name}:strength")
        losses = (
            luck.value(garrison.loss, f"{name}:loss"),
            luck.value(garrison.ring_loss, f"{name}:ring_loss"),
        )
        there = self.of(post)
        if there:  # two garrisons at one place lose the mean of what each would
            before, total = self._losses[post], there + persons
            losses = (
                (there * before[0] + persons * losses[0]) / total,
                (there * before[1] + persons * losses[1]) / total,
            )
        self._losses[post] = losses
        self.put(post, there + persons)

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
        """Men from ``origin`` come to a post: where none was, their losses are those of old."""
        self._losses.setdefault(post, self._losses.get(origin, (0.0, 0.0)))

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
