"""A battle: its two sides, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.engine.clock import Moment
from sim.engine.signals import Post

from .force import Force
from .lanchester import Fight


@dataclass(slots=True)
class BattleSide:
    """One side of a battle: forces on the move, and garrisons.

    ``stood`` are the persons of each part, by its name, when something last happened to the battle.
    """

    forces: list[Force]
    posts: list[Post]
    stood: dict[str, int] = field(default_factory=dict)

    def overlaps(self, other: BattleSide) -> bool:
        """True where a force or a garrison is in both."""
        return any(f in other.forces for f in self.forces) or any(
            p in other.posts for p in self.posts
        )

    def actors(self) -> set[str]:
        """Who takes part."""
        return {f.operation.actor for f in self.forces} | {actor for actor, _ in self.posts}


@dataclass(slots=True)
class Battle:
    """A battle that is going on.

    ``x`` and ``y`` are the strengths of the attackers and the defenders at ``since`` (seconds),
    when something last happened to it, and ``left`` those at ``counted``, when somebody last
    asked; at ``x_stop`` and ``y_stop`` a side breaks. Where both sides are on the march
    (``meeting``) neither has the defender's part: each does to the other what attackers do.
    ``on_road``: two forces are at each other on one road, and who is beaten cannot stay there.
    """

    key: str
    place: str
    attackers: BattleSide
    defenders: BattleSide
    terrain: float
    x: float
    y: float
    x_stop: float
    y_stop: float
    since: int
    ended: Callable[[Battle, bool], None]
    fight: Fight
    meeting: bool
    on_road: bool
    counted: int
    left: tuple[float, float]
    effects: tuple[float, float] = (1.0, 1.0)
    segment: int = 0
    moment: Moment | None = None
