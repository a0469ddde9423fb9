"""Choices by multinomial logit: probabilities, and persons shared out by them.

McFadden's conditional logit (McFadden 1974): option j of utility U_j is chosen with the
probability exp(U_j) / sum of exp(U). In the nested logit (Ben-Akiva 1973, McFadden 1978) options of
a nest have something in common that no term says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.state.record import DISPERSE

from .apportion import apportion


class Alternative(NamedTuple):
    """One thing to choose, ``seconds`` away, of some utility.

    ``room``: how many persons it can take (None: any number).
    """

    id: str
    utility: float
    room: int | None
    seconds: int


def utility(coefficients: Iterable[float], terms: Iterable[float]) -> float:
    """The sum of coefficient times term."""
    return sum([c * term for c, term in zip(coefficients, terms, strict=True)])


def logit(utilities: Sequence[float]) -> list[float]:
    """Choice probabilities exp(u) / sum of exp(u), without overflow."""
    top = max(utilities)
    weights = [math.exp(u - top) for u in utilities]
    total = math.fsum(weights)
    return [w / total for w in weights]


def nested_logit(
    utilities: Sequence[float], nests: Sequence[str], dissimilarity: float
) -> list[float]:
    """Choice probabilities where option j is one of the nest ``nests[j]``.

    A nest N is chosen with the probability exp(I_N) / sum of exp(I) by its inclusive value
    I_N = d ln(sum over N of exp(U / d)), and option j of it with exp(U_j / d) / sum over N of
    exp(U / d), d being the ``dissimilarity`` in (0, 1]. With 1 it is the plain logit.
    """
    members: dict[str, list[int]] = {}
    for i, nest in enumerate(nests):
        members.setdefault(nest, []).append(i)
    scaled = [[utilities[i] / dissimilarity for i in those] for those in members.values()]
    shares = logit([dissimilarity * _log_sum(values) for values in scaled])
    found = [0.0] * len(utilities)
    for share, those, values in zip(shares, members.values(), scaled, strict=True):
        for i, within in zip(those, logit(values), strict=True):
            found[i] = share * within
    return found


def _log_sum(values: Sequence[float]) -> float:
    """ln(sum of exp(v)), without overflow."""
    top = max(values)
    return top + math.log(math.fsum(math.exp(v - top) for v in values))


def assign(persons: int, options: Sequence[Alternative], shares: Sequence[float]) -> dict[str, int]:
    """Persons by option, ``shares`` being their choice probabilities; the rest ``DISPERSE``.

    The whole group chooses; an option that is chosen by more than it has room for takes as
    many as it can, and the rest choose again among the options that still have room.
    """
    chosen = dict.fromkeys((o.id for o in options), 0)
    left, still = persons, [o for o in options if o.room is None or o.room > 0]
    while left and still:
        if len(still) < len(shares):  # who is left chooses among what is left
            shares = logit([o.utility for o in still])
        wanted = apportion(left, dict(zip((o.id for o in still), shares, strict=True)))
        for option in still:
            room = wanted[option.id] if option.room is None else option.room - chosen[option.id]
            taken = min(wanted[option.id], room)
            chosen[option.id] += taken
            left -= taken
        still = [o for o in still if o.room is None or chosen[o.id] < o.room]
    result = {k: n for k, n in chosen.items() if n}
    if left:
        result[DISPERSE] = left
    return result
