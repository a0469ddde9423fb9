"""The levels of a plan of shares, one after another, and the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sim.network.certificate import CertificateError

from .asked import Asked, Want
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


@dataclass(frozen=True)
class Standing:
    """The levels of some ranks, and what each want of these gets by them (kg/day), exactly."""

    steps: tuple[_Step, ...] = ()
    amounts: Mapping[int, Fraction] = field(default_factory=dict)

    def after(self, step: _Step, amounts: Mapping[int, Fraction]) -> Standing:
        """With one more step, and what those that it settles get."""
        return Standing((*self.steps, step), {**self.amounts, **amounts})

    def left(self, wants: Sequence[Want]) -> list[int]:
        """The ranks that are not settled, in order."""
        return sorted({want.rank for want in wants} - {step.rank for step in self.steps})

    def active(self, wants: Sequence[Want], rank: int) -> list[int]:
        """The wants of a rank that are not settled."""
        return [i for i, w in enumerate(wants) if w.rank == rank and i not in self.amounts]

    def of(self, wants: Sequence[Want]) -> list[Fraction]:
        """What each want gets (kg/day), when all are settled."""
        return [self.amounts[i] for i in range(len(wants))]


def share_out(asked: Asked, known: Standing | None = None) -> SharePlan:
    """The plan whose shares are lexicographically max-min, of least time among such plans.

    Of each rank in turn the least level (share over weight) is as large as it can be, then the
    next one, with what those before get kept. Ties as in :mod:`.settle`; the routes are rounded
    down to whole kg/day. ``known`` is the :func:`standing` of the lower ranks where it was worked
    out before. Raises CertificateError where the solver gives no answer.
    """
    program, known = Program(asked), known or Standing()
    found = _in_full(asked, known)
    columns = settle(program, found.of(asked.wants))
    if columns is None:
        found = _standing(program, known)
        columns = settle(program, found.of(asked.wants))
    if columns is None:
        raise CertificateError("no plan was found that serves these shares")
    lines = cut_to_whole(asked, columns)
    served = _served(asked, lines)
    return SharePlan(lines, served, tuple(_levels(asked.wants, found.steps, served)))


def standing(asked: Asked) -> Standing:
    """What the wants get, by levels: it does not change with wants of higher ranks beside them.

    Raises CertificateError as :func:`share_out`.
    """
    return _standing(Program(asked), Standing())


def _in_full(asked: Asked, known: Standing) -> Standing:
    """The levels after those ``known`` if there is room for all that may get anything at all.

    Those with the greatest weight come first; that no share is above 1 proves them.
    """
    none = Proof((0,) * len(asked.wants), 0)
    for rank in known.left(asked.wants):
        known = _bare(asked, rank, known)
        while left := known.active(asked.wants, rank):
            most = max(asked.wants[i].weight for i in left)
            settled = tuple(i for i in left if asked.wants[i].weight == most)
            full = {i: Fraction(asked.wants[i].kg_per_day) for i in settled}
            known = known.after(_Step(rank, tuple(left), settled, none), full)
    return known


def _standing(program: Program, known: Standing) -> Standing:
    """The levels of all ranks, after those that are ``known``."""
    for rank in known.left(program.asked.wants):
        known = _with_rank(program.up_to(rank), rank, known)
    return known


def _with_rank(program: Program, rank: int, known: Standing) -> Standing:
    """Program after program, until all wants of a rank, which is the last, are settled."""
    asked = program.asked
    known = _bare(asked, rank, known)
    while left := known.active(asked.wants, rank):
        level, worth = program.most(left, known.amounts)
        proof = prove(asked, worth)
        bound = proof.bound(asked.wants, left, known.amounts)
        settled = _settled(asked.wants, proof, left, bound, known.amounts)
        share = min(1 / asked.wants[i].weight for i in left)
        exact = bound if abs(float(bound) - level) <= NEAR * share else Fraction(level)
        shares = {i: min(Fraction(1), exact * asked.wants[i].weight) for i in settled}
        known = known.after(
            _Step(rank, tuple(left), settled, proof),
            {i: asked.wants[i].kg_per_day * share for i, share in shares.items()},
        )
    return known


def _bare(asked: Asked, rank: int, known: Standing) -> Standing:
    """Settle the wants of a rank that get nothing, as is known without a program.

    No way leads there; or a lower rank uses up all that some lengths count, and leads there too.
    """
    wants = asked.wants
    left = known.active(wants, rank)
    if unserved := tuple(i for i in left if not asked.served[i]):
        none = tuple(int(not served) for served in asked.served)
        step = _Step(rank, unserved, unserved, Proof(none, 0))
        known = known.after(step, dict.fromkeys(unserved, Fraction(0)))
    for step in known.steps:
        if step.rank < rank and not step.proof.left(known.amounts):
            of = {(wants[i].line, wants[i].place): n for i, n in enumerate(step.proof.lengths)}
            lengths = tuple(of.get((want.line, want.place), 0) for want in wants)
            nothing = tuple(i for i in known.active(wants, rank) if lengths[i])
            if nothing:
                step = _Step(rank, nothing, nothing, Proof(lengths, step.proof.held))
                known = known.after(step, dict.fromkeys(nothing, Fraction(0)))
    return known


def _settled(
    wants: Sequence[Want], proof: Proof, active: Sequence[int], bound: Fraction,
    settled: Mapping[int, Fraction],
) -> tuple[int, ...]:  # fmt: skip
    """Who can get no more than the level: all that bind where it is reached.

    Those with a length to them, where the lengths give the bound; those served in full.
    """
    full = {i for i in active if bound * wants[i].weight >= 1}
    lengths = {i: proof.weighed(wants[i], i) for i in active}
    each = sum(lengths.values())
    if each and bound * each == proof.left(settled):
        full |= {i for i, of in lengths.items() if of > MATTERS * each}
    return tuple(sorted(full))


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


def _levels(
    wants: Sequence[Want], steps: Sequence[_Step], served: Sequence[int]
) -> Iterator[Level]:
    """The levels that the whole numbers reach, each with its bound worked out anew for these."""
    settled: dict[int, Fraction] = {}
    for step in steps:
        reached = (Fraction(served[i], wants[i].kg_per_day) / wants[i].weight for i in step.active)
        bound = step.proof.bound(wants, step.active, settled)
        yield Level(step.rank, step.settled, min(reached), bound)
        settled |= {i: Fraction(served[i]) for i in step.settled}
