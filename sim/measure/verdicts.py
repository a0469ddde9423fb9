"""What many runs say of one claim: its probability, its verdict, causes, and what it hangs on.

Arithmetic over rows of a journal (see :class:`sim.many.replicate.Result`); nothing is run here.
docs/definitions.md states every formula, and the rule of verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from . import statistics as st

SUPPORTED, PARTLY, NOT, UNDECIDABLE = (
    "supported", "supported in part", "not supported", "undecidable from this",
)  # fmt: skip

LIKELY, UNLIKELY = 2 / 3, 1 / 3
"""A chance above the one is likely, below the other unlikely (Mastrandrea et al. 2010)."""

EVEN = 1 / 2
"""A claim is flipped where its chance has come to the other side of this."""

LEAST_RUNS = 5
"""Runs that each group of a comparison has at least."""


class Outcome(NamedTuple):
    """What one run says of a claim, and by what that was settled.

    ``verdict`` is true, false or undecided; ``cause``, ``where`` and ``day`` are those of
    :class:`~sim.measure.causes.Turn`, None too where a run does not tell.
    """

    verdict: str
    cause: str | None
    where: str
    day: float | None


@dataclass(frozen=True)
class Share:
    """So many ``runs`` in which the claim was ``verdict`` by one cause at one place.

    ``came`` is false where that was at no instant: it never came, or was so from the start.
    """

    verdict: str
    cause: str | None
    where: str
    runs: int
    came: bool = False


@dataclass(frozen=True)
class Hang:
    """How the chance of a claim differs between low and high values of one input.

    ``runs`` are (true, all) of the runs in which it was low, and high: the bottom and the top
    third of its draws, or did not happen and happened. ``difference`` is high less low;
    ``clear`` where that differs from 0 by an interval that holds for all inputs together.
    """

    input: str
    chance: bool
    runs: tuple[tuple[int, int], tuple[int, int]]
    difference: st.Estimate
    clear: bool


def count(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """How many of the runs that were decided were true, and how many those are."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return found["true"], found["true"] + found["false"]


def judged(
    runs: tuple[int, int], *, undecided: int, undecidable: bool, happened: bool | None,
    by_intended: tuple[int, int] | None,
) -> str:  # fmt: skip
    """The verdict by the rule that docs/definitions.md states.

    Args:
        runs: those in which the claim was true, and all that were decided.
        undecided: how many were not.
        undecidable: the scenario says that no run can decide it.
        happened: whether it came true on record, where that is known.
        by_intended: runs in which it came true by what is meant to cause it, and all of known
            cause in which it came true; None where no cause is stated.
    """
    true, decided = runs
    if undecidable or undecided >= decided:
        return UNDECIDABLE
    chance = st.probability(true, decided)
    low, high = chance.low or 0.0, 1.0 if chance.high is None else chance.high
    if low <= UNLIKELY and high >= LIKELY:
        return UNDECIDABLE
    if chance.value >= LIKELY and low > EVEN:
        return PARTLY if happened is False or by_another(by_intended) else SUPPORTED
    if chance.value <= UNLIKELY and high < EVEN:
        return PARTLY if happened is True else NOT
    return PARTLY


def by_another(intended: tuple[int, int] | None) -> bool:
    """True where a claim comes true by something else than it says in more than half of the runs.

    ``intended`` is what :func:`by_intended` gave.
    """
    return intended is not None and 2 * intended[0] < intended[1]


def shares(outcomes: Iterable[Outcome]) -> list[Share]:
    """The runs by what settled the claim, true ones first, the most frequent first."""
    known = (o for o in outcomes if o.verdict != "undecided")
    found = Counter((o.verdict, o.cause, o.where, o.day is not None) for o in known)
    parts = [
        Share(verdict, cause, where, runs, came)
        for (verdict, cause, where, came), runs in found.items()
    ]
    return sorted(
        parts, key=lambda s: (s.verdict != "true", -s.runs, s.cause or "", s.where, s.came)
    )


def by_intended(outcomes: Iterable[Outcome], causes: Sequence[str]) -> tuple[int, int] | None:
    """Of the runs of known cause in which the claim came true, those by one of ``causes``.

    An event, an operation, a place or a road counts, whichever is named. None where no cause is
    stated; the second number is how many such runs there are.
    """
    if not causes:
        return None
    known = [o for o in outcomes if o.verdict == "true" and o.cause is not None]
    return sum(o.cause in causes or o.where in causes for o in known), len(known)


def hangs(
    rows: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome], keys: Mapping[str, str]
) -> list[Hang]:
    """What the claim hangs on by the draws of one ensemble, the most telling first.

    Ranked by the end of the interval of the difference that is nearer to 0, then by its size.

    Args:
        rows: those of the journal.
        outcomes: of the same runs.
        keys: the key of luck of each input, by its path.
    """
    known = [(row, o) for row, o in zip(rows, outcomes, strict=True) if o.verdict != "undecided"]
    groups: dict[str, tuple[bool, tuple[tuple[int, int], tuple[int, int]]]] = {}
    for path, key in keys.items():
        for kind in ("chances", "drawn"):
            values = [(row[kind][key], o) for row, o in known if key in row.get(kind, {})]
            split = _split(values, by_thirds=kind == "drawn") if values else None
            if split is not None:
                groups[path] = (kind == "chances", split)
    z = st.corrected(max(len(groups), 1))
    found = []
    for path, (chance, (low, high)) in groups.items():
        difference = st.difference_of_probabilities(low, high)
        all_together = st.difference_of_probabilities(low, high, z)
        found.append(Hang(path, chance, (low, high), difference, _margin(all_together) > 0))
    return sorted(found, key=lambda h: (-_margin(h.difference), -abs(h.difference.value), h.input))


def _margin(difference: st.Estimate) -> float:
    """By how much an interval leaves out 0; 0 where it covers it."""
    assert difference.low is not None
    assert difference.high is not None
    return max(difference.low, -difference.high, 0.0)


def _split(
    values: Sequence[tuple[float, Outcome]], *, by_thirds: bool
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """(true, all) of the runs of low and of high values; None where either are too few."""
    numbers = np.array([float(value) for value, _ in values])
    least, most = 0.0, 1.0
    if by_thirds:
        least, most = (float(np.quantile(numbers, share)) for share in (1 / 3, 2 / 3))
        if least == most:  # few values: the lowest and the highest of them
            least, most = float(numbers.min()), float(numbers.max())
    if least == most:
        return None
    low = [o for value, o in values if value <= least]
    high = [o for value, o in values if value >= most]
    if min(len(low), len(high)) < LEAST_RUNS:
        return None
    return count(low), count(high)


class Flip(NamedTuple):
    """The nearest setting of an input at which a claim is flipped: ``at`` in (0, 1).

    A quantile of the input's range, or the chance itself; ``chance`` is that of the claim there.
    ``size`` is the change as a share of the furthest that the input can be changed that way.
    """

    at: float
    chance: float
    size: float


def flip_of_chance(stated: float, now: float, change: float) -> Flip | None:
    """The chance of an event at which a claim's is even; None where none is.

    By the law of total probability the claim's chance is a straight line in that of the event.

    Args:
        stated: the chance of the event as the scenario has it.
        now: that of the claim there.
        change: that of the claim with the event less that without it.
    """
    if not change:
        return None
    at = stated + (EVEN - now) / change
    if not 0 <= at <= 1:
        return None
    return Flip(at, EVEN, abs(at - stated) / (1 - stated if at > stated else stated))


class Bisection:
    """The search for the quantile nearest to the median at which a claim is flipped.

    Told the chance of the claim ``at`` a quantile, first that at the ``end`` of the range, it says
    at which to look next. ``flip`` is what was found: None where the end does not flip it either.
    """

    def __init__(self, now: float, end: float) -> None:
        self._above, self._end = now >= EVEN, end
        self._near, self.at = 0.5, end
        self.flip: Flip | None = None

    @property
    def hopeless(self) -> bool:
        """True where the end of the range was looked at and does not flip the claim."""
        return self.flip is None and self.at != self._end

    def tell(self, chance: float) -> None:
        """The chance of the claim with the input ``at`` its quantile."""
        if (chance >= EVEN) != self._above:
            size = abs(self.at - 0.5) / abs(self._end - 0.5)
            self.flip = Flip(self.at, chance, size)
        else:
            self._near = self.at
        self.at = 0.5 if self.flip is None else (self._near + self.flip.at) / 2
