"""The levels of a plan of shares, one after another, and the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .asked import Asked
from .program import Program
from .proof import Proof, prove
from .settle import settle
from .whole import LinePlan, cut_to_whole

NEAR = 1e-9
"""A level in floats and its bound that are so near are the same number: the bound."""

MATTERS = Fraction(1, 10**7)
"""A want that takes less of what binds is not bound by it: that is the noise of duals."""


@dataclass(frozen=True)
class Level:
    """Wants (by number) of which none can get more without one at this or a lower level losing.

    ``level`` is the least share over weight that any of them gets in whole kg/day. In no plan that
    gives the wants of all levels before as much as this one does is it above ``bound``, whatever
    the kg are rounded to.
    """

    rank: int
    wants: tuple[int, ...]
    level: Fraction
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """By how much a better plan could raise the level at most: 0 or more."""
        return self.bound - self.level


@dataclass(frozen=True, eq=False)
class SharePlan:
    """What each line carries, what each want gets of it (whole kg/day), and the levels."""

    lines: tuple[LinePlan, ...]
    served: tuple[int, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class _Step:
    """One program: who took part, who is settled by it, and its proof."""

    rank: int
    active: tuple[int, ...]
    settled: tuple[int, ...]
    proof: Proof


def share_out(asked: Asked) -> SharePlan:
    """The plan whose shares are lexicographically max-min, of least time among such plans.

    Of each rank in turn the least level (share over weight) is as large as it can be, then the
    next one, with what those before get kept. Ties as in :mod:`.settle`; the routes are rounded
    down to whole kg/day. Raises CertificateError where the solver gives no answer.
    """
    steps: list[_Step] = []
    columns = np.zeros(asked.count)
    if any(asked.served):
        program = Program(asked)
        steps, amounts = _steps(program)
        columns = settle(program, [amounts[i] for i in range(len(asked.wants))])
    lines = cut_to_whole(asked, columns)
    served = _served(asked, lines)
    unserved = [_unserved(asked, rank) for rank in sorted({want.rank for want in asked.wants})]
    ordered = sorted([*(s for s in unserved if s.active), *steps], key=lambda step: step.rank)
    return SharePlan(lines, served, tuple(_levels(asked, ordered, served)))


def _steps(program: Program) -> tuple[list[_Step], dict[int, Fraction]]:
    """Program after program, until all wants are settled; what each gets then (kg/day)."""
    asked, steps = program.asked, []
    amounts = {i: Fraction(0) for i, served in enumerate(asked.served) if not served}
    for rank in sorted({want.rank for want in asked.wants}):
        left = [i for i, w in enumerate(asked.wants) if w.rank == rank and i not in amounts]
        while left:
            level, worth = program.most(left, amounts)
            proof = prove(asked, worth)
            bound = proof.bound(asked, left, amounts)
            settled = _settled(asked, proof, left, bound, amounts)
            share = min(1 / asked.wants[i].weight for i in left)
            exact = bound if abs(float(bound) - level) <= NEAR * share else Fraction(level)
            steps.append(_Step(rank, tuple(left), settled, proof))
            for i in settled:
                want = asked.wants[i]
                amounts[i] = want.kg_per_day * min(Fraction(1), exact * want.weight)
            left = [i for i in left if i not in amounts]
    return steps, amounts


def _settled(
    asked: Asked, proof: Proof, active: Sequence[int], bound: Fraction,
    settled: Mapping[int, Fraction],
) -> tuple[int, ...]:  # fmt: skip
    """Who can get no more than the level: all that bind where it is reached.

    Those with a length to them, where the lengths give the bound; those served in full.
    """
    full = {i for i in active if bound * asked.wants[i].weight >= 1}
    lengths = {i: proof.weighed(asked, i) for i in active}
    each = sum(lengths.values())
    if each and bound * each == proof.left(settled):
        full |= {i for i, of in lengths.items() if of > MATTERS * each}
    return tuple(sorted(full))


def _unserved(asked: Asked, rank: int) -> _Step:
    """The wants of a rank to which no way leads: their proof is that there is none."""
    none = tuple(int(not served) for served in asked.served)
    wants = tuple(i for i, w in enumerate(asked.wants) if none[i] and w.rank == rank)
    return _Step(rank, wants, wants, Proof(none, 0))


def _served(asked: Asked, lines: Sequence[LinePlan]) -> tuple[int, ...]:
    """What each want gets (kg/day): at a place the one of the lowest rank first."""
    left: Counter[tuple[int, int]] = Counter()
    for number, line in enumerate(lines):
        for route in line.routes:
            left[number, route.sink] += route.rate
    served = [0] * len(asked.wants)
    for i in sorted(range(len(asked.wants)), key=lambda i: (asked.wants[i].rank, i)):
        want = asked.wants[i]
        served[i] = min(want.kg_per_day, left[want.line, want.place])
        left[want.line, want.place] -= served[i]
    return tuple(served)


def _levels(asked: Asked, steps: Sequence[_Step], served: Sequence[int]) -> Iterator[Level]:
    """The levels that the whole numbers reach, each with its bound worked out anew for these."""
    settled: dict[int, Fraction] = {}
    for step in steps:
        wants = [asked.wants[i] for i in step.active]
        reached = (
            Fraction(served[i], want.kg_per_day) / want.weight
            for i, want in zip(step.active, wants, strict=True)
        )
        bound = step.proof.bound(asked, step.active, settled)
        yield Level(step.rank, step.settled, min(reached), bound)
        settled |= {i: Fraction(served[i]) for i in step.settled}
