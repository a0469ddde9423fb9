"""What the plan of an axis follows from: where that is the same, it need not be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.world import World
from sim.network import IntArray
from sim.network.between import Between, between

from .axes import AxisState
from .room import loads_of

MOST_LEAN = 500
"""From so many places on it takes longer to see what lies between than to prove plans again."""

Used = tuple[IntArray, IntArray] | None


class Basis(NamedTuple):
    """What is asked of an axis and what is open to it between its sources and its sinks.

    ``used`` is what each axis that is planned before it uses.
    """

    spots: Between
    asked: tuple[object, ...]
    used: list[Used]

    @classmethod
    def of(cls, world: World, state: AxisState, before: Sequence[AxisState]) -> Basis:
        """That of now, beside the axes ``before`` it."""
        passage, problem = state.passage, state.problem
        whole = world.passages.whole(loads_of(world, state)[1])
        spots = between(world.graph, passage.road > 0, passage.open, problem.sources, problem.sinks)
        roads, places = spots.roads, spots.places
        asked = (
            spots.key, state.condition,
            *(of.road[roads].tobytes() + of.place[places].tobytes() for of in (passage, whole)),
            tuple([(sink.rate, sink.asks) for sink in state.sinks.values()]),
        )  # fmt: skip
        return cls(spots, asked, [other.used for other in before])

    def gives_as(self, last: Basis) -> bool:
        """Whether the same plan follows as from the ``last`` one."""
        return self.asked == last.asked and all(
            one is other or self._same(one, other)
            for one, other in zip(self.used, last.used, strict=True)
        )

    def _same(self, one: Used, other: Used) -> bool:
        """Whether two axes use as much of what lies between; None uses nothing."""
        for n, spots in enumerate((self.spots.roads, self.spots.places)):
            mine, theirs = (0 if used is None else used[n][spots] for used in (one, other))
            if np.count_nonzero(np.not_equal(mine, theirs)):
                return False
        return True
