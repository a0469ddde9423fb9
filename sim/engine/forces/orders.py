"""What the parts of an operation tell each other to do with a force.

Marching, fighting, falling back and eating lead into one another: a march ends in an assault, an
assault in a march or a retreat, an empty haversack in either. So none of them is below the
others; each is handed these orders, and each order is carried out by one of them.
"""

from __future__ import annotations

from typing import Protocol

from sim.engine.signals import Post

from .battle import BattleSide
from .force import Force


class Orders(Protocol):
    """The orders to a force; :class:`~sim.engine.forces.operations.Operations` has them all."""

    # --- march

    def resume(self, force: Force) -> None:
        """Try again from where it stands."""

    def go_in(self, force: Force, place: str) -> None:
        """Enter a place that nobody defends; one of an enemy's, or of nobody's, is taken."""

    def let_in(self, place: str) -> None:
        """Forces that stand right before a place go in where nobody defends it any more."""

    # --- assault

    def ring(self, force: Force, place: str) -> None:
        """Close a ring, and storm the place after the stated time."""

    def lift(self, force: Force) -> None:
        """End the ring that a force closed, unless a friend's force is round the place too."""

    def storm(self, force: Force) -> None:
        """Attack the next stop: join a friend's attack, or wait while others are at it."""

    def attack(self, force: Force, place: str, defenders: BattleSide) -> None:
        """Begin a battle, join a friend's, or wait an hour while others are at it."""

    def meet(self, one: Force, other: Force) -> None:
        """Two forces meet on a road: one of them goes at the other."""

    def counter(self, posts: list[Post], defenders: BattleSide, place: str) -> None:
        """Garrisons go at forces that stand before their place, or in the place next to it."""

    def break_off(self, force: Force) -> None:
        """End the battle that a force which is going away is in."""

    # --- retreat

    def repulsed(self, force: Force, by: str, *, driven: bool) -> None:
        """What a beaten force does, by its policy; ``by`` is the actor that beat it."""

    def fall_back(self, force: Force) -> None:
        """Go back to the start line, giving up what it took on the way to those who beat it."""

    def go_back(self, force: Force) -> None:
        """Go on falling back, after a fight on the way."""

    def disband(self, force: Force) -> None:
        """The force is no more: its men join the garrison of the last stop behind it."""

    # --- rations

    def feed(self, force: Force) -> None:
        """See whether a force eats from its base, and set what it draws from where."""

    def stall(self, force: Force) -> None:
        """Stop for want of supply."""

    def go_hungry(self, force: Force) -> None:
        """Fall back where that is the policy; nobody beat it, so it keeps what it took."""
