"""Whether a plan that was found under other capacities is the plan still, with no solver.

A plan is a largest flow, of these a cheapest, and of these the first by the rule of ties
(:mod:`~sim.network.ties`). Found before and largest still, it is the plan now where it fits and
prices of the nodes prove two things (Ahuja, Magnanti and Orlin 1993, theorem 9.3): a way that can
be taken now, on over an arc or back over its flow, costs no less than the price rises along it;
and over an arc that had no room before and has some now it costs more. For by the first it is a
cheapest flow; and another one as cheap differs from it by circles of cost 0, which by the second go
over arcs alone that had room before, so that it could be approached before too, when by the rule it
came no earlier.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .graph import IntArray
from .ties import lower

ROUNDS = 16
"""So often prices are lowered before a plan is made anew: most often two or three times do."""


class Standing:
    """Proofs of flows over arcs from ``tail`` to ``head`` (e,) that cost ``cost`` each, 0 or more.

    Costs are whole, so what is dear enough at one less is dearer than it need be. Prices tell no
    ties apart, nor what is dearer by less than one for each arc that has opened.
    """

    def __init__(self, tail: IntArray, head: IntArray, cost: IntArray) -> None:
        self._tail, self._head, self._cost = tail, head, cost

    def prices(
        self, flow: IntArray, prices: Callable[[], IntArray], before: IntArray, now: IntArray
    ) -> Callable[[], IntArray] | None:
        """Prices (v,) that prove a plan to be that of now; None where none were found.

        ``flow`` (e,) is the plan, which fits now; ``prices()`` (v,) proved it ``before``.
        Capacities (e,) are cut down to the value of the flow, than which no arc of a plan carries
        more.
        """
        room = flow < now
        opened = room & (flow == before)
        if not np.count_nonzero(opened):
            return prices  # nothing can be taken now that could not be before
        price = prices()
        tail, head, cost = self._tail, self._head, self._cost - opened
        if not np.count_nonzero(room & (cost + price[tail] < price[head])):
            return prices
        on, back = room.nonzero()[0], (flow > 0).nonzero()[0]
        price = price.copy()
        found = lower(
            price,
            np.concatenate((tail[on], head[back])),
            np.concatenate((head[on], tail[back])),
            np.concatenate((cost[on], -self._cost[back])),
            ROUNDS,
        )
        return (lambda: price) if found else None
