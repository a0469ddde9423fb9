"""Whole shares of a whole number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction


def largest_remainder(
    exact: Mapping[str, float] | Mapping[str, Fraction], total: int
) -> dict[str, int]:
    """Round to whole numbers that sum to ``total``: the largest remainders up, ties by id."""
    whole = {k: math.floor(x) for k, x in exact.items()}
    left = total - sum(whole.values())
    for k in sorted(exact, key=lambda k: (whole[k] - exact[k], k))[:left]:
        whole[k] += 1
    return whole


def apportion(persons: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Split ``persons`` by shares into whole persons."""
    total = math.fsum(shares.values())
    return largest_remainder({k: persons * s / total for k, s in shares.items()}, persons)
