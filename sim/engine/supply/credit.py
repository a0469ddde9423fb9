"""Which event cost an axis how much capacity, where several happen at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from sim.engine.apportion import largest_remainder
from sim.engine.signals import Change
from sim.network.rank import exact_shares
from sim.state.control import Control

from .axes import AxisState

MOST = 6
"""Up to so many events at one instant the shares are exact (2^6 flows for each axis)."""


def shapley(
    state: AxisState,
    before: Control,
    applied: Sequence[tuple[str, Change]],
    old: int,
    new: int,
) -> dict[str, int]:
    """Credit the change of capacity ``new - old`` (kg/day) to the events of one instant.

    The Shapley value (Shapley 1953) of each event in the game whose worth is the change of
    capacity when only some of the events happen, in their order; rounded to whole kg/day by
    largest remainder, so that the credits sum to the change. More than :data:`MOST` events
    share the change equally.

    Args:
        before: the state before the instant (it is copied, not changed).
        applied: (event id, change of the state) in the order in which they happened.
    """
    events = sorted({event for event, _ in applied})
    if len(events) == 1:
        return {events[0]: new - old}
    exact: dict[str, Fraction]
    if len(events) > MOST:
        exact = dict.fromkeys(events, Fraction(new - old, len(events)))
    else:
        worth = {
            frozenset(some): _capacity(state, before, applied, frozenset(some)) - old
            for size in range(len(events) + 1)
            for some in combinations(events, size)
        }
        exact = exact_shares(events, worth.__getitem__)
    return largest_remainder(exact, new - old)


def _capacity(
    state: AxisState,
    before: Control,
    applied: Sequence[tuple[str, Change]],
    some: frozenset[str],
) -> int:
    control = before.copy()
    for event, change in applied:
        if event in some:
            change(control)
    passage = state.passage.under(control)
    return state.problem.max_flow(passage.road, passage.place).value
