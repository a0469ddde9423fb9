"""The proof that no plan serves more, in whole numbers.

Give each limit a length, 0 or more. Each kilogram that a want gets has come by some way, and used
up at least the length of the shortest one; all limits together hold no more than the sum of their
capacity times length. So for amounts d_i and shortest lengths D_i

    sum of d_i * D_i  <=  sum over limits of capacity * length

(Iri 1971; Onaga and Kakusho 1971). The lengths come from the duals of a program in floats, made
rational; whatever they are, what follows is true, for it is worked out here in whole numbers.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sim.network.graph import FloatArray

from .asked import Asked, Want

SIMPLE = 1_000
"""Duals that are ratios of numbers up to this are taken as those."""

FINE = 10**12
"""Other duals are rounded to so many parts of the greatest."""


@dataclass(frozen=True)
class Proof:
    """Shortest lengths to each want, and the sum of capacity times length; whole numbers."""

    lengths: tuple[int, ...]
    held: int

    def bound(
        self, wants: Sequence[Want], active: Sequence[int], settled: Mapping[int, Fraction]
    ) -> Fraction:
        """What the level of the ``active`` wants is not above, in any plan.

        In any, that is, in which the ``settled`` ones get at least so much (kg/day).
        """
        share = min(1 / wants[i].weight for i in active)
        each = sum((self.weighed(wants[i], i) for i in active), Fraction(0))
        if not each:
            return share
        return min(share, self.left(settled) / each)

    def left(self, settled: Mapping[int, Fraction]) -> Fraction:
        """What is held beyond what the ``settled`` wants (kg/day) take."""
        taken = (kg * self.lengths[i] for i, kg in settled.items() if i < len(self.lengths))
        return self.held - sum(taken, Fraction(0))

    def weighed(self, want: Want, number: int) -> Fraction:
        """What a level of 1 for this want takes of what is held."""
        return want.weight * (self.lengths[number] * want.kg_per_day)


def prove(asked: Asked, worth: FloatArray) -> Proof:
    """The proof that the duals of the limits (limits,) give, whatever they are."""
    by_limit = in_whole_numbers(worth)
    length: dict[int, int] = {}
    held = 0
    for limit, of in zip(asked.limits, by_limit, strict=True):
        if of:
            held += of * limit.capacity * asked.scale
            for column in limit.columns:
                length[column] = length.get(column, 0) + of * asked.part(limit, column)
    shortest = [_shortest(asked, number, length) for number in range(len(asked.lines))]
    return Proof(tuple(shortest[w.line].get(w.place, 0) for w in asked.wants), held)


def in_whole_numbers(worth: FloatArray) -> list[int]:
    """Whole numbers in the ratio of some floats, 0 or more: exact where these are simple ratios."""
    greatest = float(worth.max(initial=0.0))
    if greatest <= 0:
        return [0] * len(worth)
    parts = [max(0.0, value / greatest) for value in worth.tolist()]
    none = Fraction(0)
    simple = [Fraction(part).limit_denominator(SIMPLE) if part else none for part in parts]
    near = all(abs(float(s) - part) < 1e-11 for s, part in zip(simple, parts, strict=True))
    common = math.lcm(*(s.denominator for s in simple)) if near else FINE
    if near and common <= FINE:
        return [int(s * common) for s in simple]
    return [round(part * FINE) for part in parts]


def _shortest(asked: Asked, number: int, length: Mapping[int, int]) -> dict[int, int]:
    """The least length to each place that a line reaches."""
    line, columns = asked.lines[number], asked.columns[number]
    onward: dict[int, list[tuple[int, int]]] = {}
    ways = zip(columns.ways, columns.tail.tolist(), columns.head.tolist(), strict=True)
    for column, tail, head in ways:
        onward.setdefault(tail, []).append((head, length.get(column, 0)))
    sources = zip(columns.sources, line.sources, line.supply.tolist(), strict=True)
    starts = [(length.get(column, 0), place) for column, place, kg in sources if kg]
    return least_lengths(starts, lambda place: onward.get(place, ()))


def least_lengths(
    starts: Iterable[tuple[int, int]], onward: Callable[[int], Iterable[tuple[int, int]]]
) -> dict[int, int]:
    """The least length to each place that is reached, in whole numbers of any size (Dijkstra 1959).

    ``starts`` are lengths and places; ``onward`` gives the places after one, with the lengths of
    the steps there, 0 or more.
    """
    queue = list(starts)
    heapq.heapify(queue)
    found: dict[int, int] = {}
    while queue:
        so_far, place = heapq.heappop(queue)
        if place not in found:
            found[place] = so_far
            for head, step in onward(place):
                heapq.heappush(queue, (so_far + step, head))
    return found
