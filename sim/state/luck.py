"""Luck: one uniform number for each drawn thing, keyed by the id of the thing.

The number depends on (seed, replicate, key) alone, so a replicate is the same whatever
the size, order or engine of an ensemble, and scenarios that share ids share luck.
"""

from __future__ import annotations

from hashlib import blake2b

from sim.scenario.distributions import Dist


class Luck:
    """The draws of one replicate.

    ``drawn`` keeps every uncertain quantity drawn so far, by key, in its base unit.
    """

    def __init__(self, seed: int, replicate: int = 0) -> None:
        self.seed = seed
        self.replicate = replicate
        self.drawn: dict[str, float] = {}

    def uniform(self, key: str) -> float:
        """The number in (0, 1) of the thing ``key``: the first 52 bits of a keyed hash."""
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
