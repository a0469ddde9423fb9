"""Forces that remember their defeats: they try again only at better odds.

The odds of a side in a battle are its persons times their effect over those of the enemy's, the
effect being that of supply and support (terrain is the same whenever it tries). Beaten k times
before a place a force goes for it again when its odds are at least (1 + ``better``) ** k times the
best that its side had in the last of these battles (:class:`~sim.scenario.model.MemoryRule`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.engine.world import World
from sim.scenario.model import MemoryRule

from .battle import Battle, BattleSide
from .combat import Combat
from .field import Field
from .force import Act, Force


@dataclass(slots=True)
class _Defeats:
    """How often a force was beaten before a place.

    ``odds`` are the best that its side had in the last ``battle`` there.
    """

    place: str
    battle: str = ""
    odds: float = 0.0
    times: int = 0


class Memory:
    """What the forces of a run remember."""

    def __init__(self, world: World, rule: MemoryRule, field: Field, combat: Combat) -> None:
        self._field = field
        self._combat = combat
        self._better = world.luck.value(rule.better, "memory:better")
        self._defeats: dict[tuple[str, str], _Defeats] = {}
        self._last: dict[str, _Defeats] = {}
        combat.began.subscribe(self._fought)
        combat.joined.subscribe(lambda battle, _attacking, _persons: self._fought(battle))

    # --- what battles were fought at ---------------------------------------------------------

    def _fought(self, battle: Battle) -> None:
        """Take down the odds of a battle, where they are the best so far."""
        attackers, defenders = battle.attackers, battle.defenders
        for side, other in ((attackers, defenders), (defenders, attackers)):
            odds = self._odds(side, other) if side.forces else 0.0
            for force in side.forces:
                key = (force.id, battle.place)
                last = self._defeats.setdefault(key, _Defeats(battle.place))
                self._last[force.id] = last
                if last.battle != battle.key:
                    last.battle, last.odds = battle.key, 0.0
                last.odds = max(last.odds, odds)

    def _odds(self, side: BattleSide, other: BattleSide) -> float:
        against = self._combat.weight(other)
        return self._combat.weight(side) / against if against else math.inf

    def beaten(self, force: Force) -> None:
        """A force has lost the battle that it was in."""
        if force.id in self._last:
            self._last[force.id].times += 1

    # --- trying again ------------------------------------------------------------------------

    def waits(self, act: Act) -> Act:
        """What a beaten force does when it may do ``act`` again: it looks once a day until then."""

        def try_again(force: Force) -> None:
            if self.dares(force):
                act(force)
            else:
                force.later(1, try_again)

        return try_again

    def dares(self, force: Force) -> bool:
        """True where nothing beat a force, or its odds are better now by what it takes."""
        defeats = self._last.get(force.id)
        if defeats is None or not defeats.times:
            return True
        fellows = [
            other
            for other in self._field.right_before(defeats.place)
            if other is not force and other.actor in force.side.own and other.afoot
        ]
        ahead = BattleSide([force, *fellows], [])
        odds = self._odds(ahead, self._field.defenders(force.side, defeats.place))
        return odds >= defeats.odds * (1 + self._better) ** defeats.times
