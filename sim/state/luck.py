"""Luck: one uniform number for each drawn thing, keyed by the id of the thing.

The number depends on (seed, replicate, key) alone, so a replicate is the same whatever
the size, order or engine of an ensemble, and scenarios that share ids share luck. A thing that
states a key of its own (``luck:``) is drawn by that in place of its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from sim.scenario.distributions import Dist
from sim.scenario.model import Drawn, Scenario

_IDS: Mapping[str, tuple[str, ...]] = {
    "road": ("road",), "place": ("place",), "sink": ("place",), "source": ("place",),
    "ring": ("place",), "class": ("class",), "tempo": ("class",), "axis": ("axis",),
    "convoy": ("axis", "place"), "event": ("event",), "operation": ("operation",),
    "support": ("support",), "garrison": ("garrison",), "exit": ("exit",),
    "decision": ("decision",), "regroup": ("actor",), "fronts": ("actor",),
    "battle": ("", "place"),
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
        "actor": scenario.actors.values(),
    }  # fmt: skip
    return {
        (kind, thing.id): thing.luck
        for kind, things in kinds.items()
        for thing in things
        if thing.luck is not None
    }


class Luck:
    """The draws of one replicate.

    ``drawn`` keeps every uncertain quantity drawn so far, by key, in its base unit. ``keys`` are
    as :func:`luck_keys` gives them.
    """

    def __init__(
        self, seed: int, replicate: int = 0, keys: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self.seed = seed
        self.replicate = replicate
        self.drawn: dict[str, float] = {}
        self._keys = keys or {}

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
        if self._keys:
            key = self._stated(key)
        text = f"{self.seed}\x1f{self.replicate}\x1f{key}".encode()
        word = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
        # 52 bits and a half: exact in a double, and never 0 or 1
        return ((word >> 12) + 0.5) / 4503599627370496.0

    def happens(self, chance: float, key: str) -> bool:
        """True with probability ``chance``, for the thing ``key``."""
        return chance >= 1 or self.uniform(key) < chance

    def value(self, dist: Dist, key: str) -> float:
        """The value of ``dist`` for the thing ``key``, by inverse CDF."""
        if not dist.uncertain:
            return dist.nominal
        if key not in self.drawn:
            self.drawn[key] = dist.ppf(self.uniform(key))
        return self.drawn[key]

    def whole(self, dist: Dist, key: str) -> int:
        """The value rounded down to a whole number, after mending float dust (1e-9)."""
        return int(self.value(dist, key) + 1e-9)
