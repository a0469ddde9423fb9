"""Whole shares of a whole number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from heapq import heapify, heapreplace


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


def divisors(total: int, of: Mapping[str, int]) -> dict[str, int]:
    """Share ``total`` out in proportion to whole numbers, by Webster's method of divisors.

    With a smaller total no share is larger (Balinski and Young 1982), as with largest remainders
    it may be; so what is shared out anew while it dwindles never grows back. Ties by id. All of
    ``of`` is shared out as it is; 0 where it sums to 0.
    """
    whole = sum(of.values())
    if total >= whole:
        return dict(of)
    # a share never is below the quota rounded down by more than there are parts
    shares = {k: max(0, n * total // whole - len(of)) for k, n in of.items()}
    queue = [(Fraction(2 * shares[k] + 1, n), k) for k, n in of.items() if n]
    heapify(queue)
    for _ in range(total - sum(shares.values())):
        k = queue[0][1]
        shares[k] += 1
        heapreplace(queue, (Fraction(2 * shares[k] + 1, of[k]), k))
    return shares
