"""What the plan of an axis follows from: where that is the same, it need not be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.world import World
from sim.network import IntArray
from sim.network.between import Between, between
from sim.state.passages import Passage

from .axes import AxisState

MOST_LEAN = 500
"""From so many places on it takes longer to see what lies between than to prove plans again."""

Used = IntArray | None
"""What an axis uses of roads, each way, and places (2m + n,), standard loads a day; None: nothing.
"""


class Basis(NamedTuple):
    """What is asked of an axis and what is open to it between its sources and its sinks.

    ``whole`` is what all can pass, ``keys`` what its actor can and what all can, as keys,
    ``room`` what of that lies between, ``used`` what each axis that is planned before it uses.
    """

    whole: Passage
    keys: tuple[bytes, bytes]
    spots: Between
    room: list[bytes]
    asked: tuple[object, ...]
    used: list[Used]

    @classmethod
    def of(
        cls, world: World, state: AxisState, before: Sequence[AxisState], last: Basis | None
    ) -> Basis:
        """That of now, beside the axes ``before`` it; what is as in the ``last`` one is kept."""
        passage, problem = state.passage, state.problem
        whole = world.passages.whole(passage.load) if last is None else last.whole
        keys = passage.key, whole.key
        if last is not None and keys[0] == last.keys[0]:
            spots = last.spots
        else:
            ends = problem.sources, problem.sinks
            spots = between(world.graph, passage.road > 0, passage.open, *ends)
        known = last is not None and spots.key == last.spots.key
        room = [
            last.room[n] if last is not None and known and keys[n] == last.keys[n]
            else of.kg[spots.parts].tobytes()
            for n, of in enumerate((passage, whole))
        ]  # fmt: skip
        wants = [(sink.rate, sink.refilling) for sink in state.sinks.values()]
        asked = spots.key, state.condition, wants
        return cls(whole, keys, spots, room, asked, [other.used for other in before])

    def gives_as(self, last: Basis) -> bool:
        """Whether the same plan follows as from the ``last`` one."""
        if self.asked != last.asked or self.room != last.room:
            return False
        for one, other in zip(self.used, last.used, strict=True):
            if one is not other and not self._same(one, other):
                return False
        return True

    def _same(self, one: Used, other: Used) -> bool:
        """Whether two axes use as much of what lies between."""
        parts = self.spots.parts
        mine, theirs = (0 if used is None else used[parts] for used in (one, other))
        return not np.count_nonzero(np.not_equal(mine, theirs))
