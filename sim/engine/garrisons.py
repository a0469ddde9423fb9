"""Garrisons: the men of each actor at each place, and what of them does not get away."""

from __future__ import annotations

from sim.scenario.model import Garrison

from .signals import Post
from .world import World


class Garrisons:
    """All garrisons of a run; ``strength`` is persons by post."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.strength: dict[Post, int] = {}
        self._losses: dict[Post, tuple[float, float]] = {}
        self._noted: dict[Post, int] = {}
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
        self.strength[post] = there + persons
        self._losses[post] = losses

    def of(self, post: Post) -> int:
        """Persons at a post."""
        return self.strength.get(post, 0)

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
        self.strength[post] = self.of(post) + persons
        self._losses.setdefault(post, (0.0, 0.0))
        signals.garrison_grew.tell(post, persons)

    def note(self) -> None:
        """Write down the garrisons whose strength changed since the last time."""
        noted, now = self._noted, self.strength
        if noted == now:
            return
        changed = {post: n for post, n in now.items() if noted.get(post) != n}
        changed |= {post: 0 for post, n in noted.items() if n and post not in now}
        for (actor, place), persons in sorted(changed.items()):
            self._world.note(f"garrison:{actor}/{place}", "strength_persons", persons)
        self._noted = dict(now)
