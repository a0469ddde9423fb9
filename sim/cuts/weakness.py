"""Where a case is weak: all its minimum cuts, and its places ranked."""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.errors import BadInputError
from sim.cuts.case import Case
from sim.cuts.cut import NamedCuts, every_minimum_cut
from sim.cuts.ranking import MOST_CUTS, Ranking, rank_case


@dataclass(frozen=True, slots=True)
class Weakness:
    """All minimum cuts up to ``MOST_CUTS``, and the places by what the loss of each costs."""

    case: Case
    cuts: NamedCuts
    ranking: Ranking


def weakness_of(case: Case) -> Weakness:
    """Where a case is weak. Raises BadInputError where nothing flows or nothing bounds the flow."""
    ranking = rank_case(case, "places", most_cuts=1)
    if not ranking.max_flow:
        raise BadInputError("nothing flows, so there is no cut to draw")
    return Weakness(case, every_minimum_cut(case, MOST_CUTS), ranking)
