"""Luck: one uniform number for each drawn thing, keyed by the id of the thing.

The number depends on (seed, replicate, key) alone, so a replicate is the same whatever
the size, order or engine of an ensemble, and scenarios that share ids share luck. A thing that
states a key of its own (``luck:``) is drawn by that in place of its id.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate

from sim.scenario.distributions import Dist
from sim.scenario.model import Drawn, Scenario

_IDS: Mapping[str, tuple[str, ...]] = {
    "road": ("road",), "place": ("place",), "sink": ("place",), "source": ("place",),
    "ring": ("place",), "class": ("class",), "tempo": ("class",), "axis": ("axis",),
    "actor": ("actor",),
    "convoy": ("axis", "place"), "event": ("event",), "operation": ("operation",),
    "support": ("support",), "garrison": ("garrison",), "exit": ("exit",),
    "decision": ("decision",), "regroup": ("actor",), "fronts": ("actor",),
    "battle": ("", "place"), "background": ("actor",), "change": ("place",),
    "gives_way": ("place",), "reserves": ("actor",), "bodies": ("actor",),
    "body": ("actor", "place"), "leave": ("actor",), "leaves": ("actor", "place"),
    "breaks_out": ("actor", "place"), "offers": ("actor", "place"), "takes": ("actor", "place"),
    "profile": ("profile",),
}  # fmt: skip
"""After which word of a key ids stand, and of what ("": a number)."""


def luck_keys(scenario: Scenario) -> dict[tuple[str, str], str]:
    """The keys that things of a scenario state for their draws, by what they are and their id."""
    network = scenario.network
    supports = [s for o in scenario.operations.values() for s in o.support.values()]
    kinds: dict[str, Iterable[Drawn]] = {
        "road": network.roads.values(), "place": network.places.values(),
        "class": network.classes.values(), "axis": scenario.axes.values(),
        "event": scenario.events.values(), "operation": scenario.operations.values(),
        "support": supports, "garrison": scenario.garrisons.values(),
        "exit": scenario.exits.values(), "decision": scenario.decisions.values(),
        "actor": scenario.actors.values(), "profile": scenario.profiles.values(),
    }  # fmt: skip
    return {
        (kind, thing.id): thing.luck
        for kind, things in kinds.items()
        for thing in things
        if thing.luck is not None
    }


class Luck:
    """The draws of one replicate.

    ``drawn`` keeps every uncertain quantity drawn so far, by key, in its base unit; ``chances``
    what became of everything asked for that has a chance between 0 and 1. ``keys`` are as
    :func:`luck_keys` gives them; ``ties`` are the keys of the draws that some share, by their own.
    """

    nominal = False

    def __init__(
        self,
        seed: int,
        replicate: int = 0,
        keys: Mapping[tuple[str, str], str] | None = None,
        ties: Mapping[str, str] | None = None,
    ) -> None:
        self.seed = seed
        self.replicate = replicate
        self.drawn: dict[str, float] = {}
        self.chances: dict[str, bool] = {}
        self._keys = keys or {}
        self._ties = ties or {}

    def _stated(self, key: str) -> str:
        """A key with the stated keys in place of the ids of those who state one."""
        words = key.split(":")
        n = 0
        while n < len(words):
            kinds = _IDS.get(words[n], ())
            for kind in kinds:
                n += 1
                if n < len(words):
                    words[n] = self._keys.get((kind, words[n]), words[n])
            n += 1
        return ":".join(words)

    def uniform(self, key: str) -> float:
        """The number in (0, 1) of the thing ``key``: the first 52 bits of a keyed hash."""
        key = self._ties.get(key, key)
        if self._keys:
            key = self._stated(key)
        text = f"{self.seed}\x1f{self.replicate}\x1f{key}".encode()
        word = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
        # 52 bits and a half: exact in a double, and never 0 or 1
        return ((word >> 12) + 0.5) / 4503599627370496.0

    def happens(self, chance: float, key: str) -> bool:
        """True with probability ``chance``, for the thing ``key``."""
        if not 0 < chance < 1:
            return chance >= 1
        if key not in self.chances:
            self.chances[key] = self.occurs(chance, key)
        return self.chances[key]

    def value(self, dist: Dist, key: str) -> float:
        """The value of ``dist`` for the thing ``key``."""
        if not dist.uncertain:
            return dist.nominal
        if key not in self.drawn:
            self.drawn[key] = self._value(dist, key)
        return self.drawn[key]

    def foreseen(self, dist: Dist, key: str) -> float:
        """What :meth:`value` gives or will give, without a note that it was drawn."""
        if not dist.uncertain:
            return dist.nominal
        return self.drawn[key] if key in self.drawn else self._value(dist, key)

    def whole(self, dist: Dist, key: str) -> int:
        """The value rounded down to a whole number, after mending float dust (1e-9)."""
        return int(self.value(dist, key) + 1e-9)

    def pick(self, weights: Sequence[float], key: str) -> int:
        """Which of some options ``key`` falls on, each with a probability as its weight."""
        reached = self.uniform(key) * math.fsum(weights)
        sums = accumulate(weights)
        return next((i for i, total in enumerate(sums) if reached < total), len(weights) - 1)

    def occurs(self, chance: float, key: str) -> bool:
        """As :meth:`happens`, of what is no input of the scenario: nothing keeps it."""
        return self.uniform(key) < chance

    def _value(self, dist: Dist, key: str) -> float:
        """By inverse CDF."""
        return dist.ppf(self.uniform(key))


class NominalLuck(Luck):
    """No inputs are drawn: each range is at its median, what has a chance of half or more happens.

    Of options the most probable is picked, the first of equals. Single numbers stay those of the
    seed: a convoy on a road that is lost, or a man in a battle, has no median that says what is
    usual of many of them.
    """

    nominal = True

    def pick(self, weights: Sequence[float], key: str) -> int:
        """The option of the greatest weight."""
        return max(range(len(weights)), key=weights.__getitem__)

    def occurs(self, chance: float, key: str) -> bool:
        return chance >= 0.5

    def _value(self, dist: Dist, key: str) -> float:
        return dist.nominal
