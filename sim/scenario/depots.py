"""Depots: sources that ship from the stock of a sink, and the order in which they put axes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from .model import Scenario

Part = TypeVar("Part")


def feeder(scenario: Scenario, axis: str, place: str) -> str:
    """The axis that fills the stock from which a source of an axis ships.

    Raises:
        KeyError: no axis of its actor and commodity has a sink there; a file that says so is
            refused.
    """
    ships = scenario.axes[axis]
    for other in scenario.axes.values():
        if place in other.sinks and (other.actor, other.commodity) == (
            ships.actor,
            ships.commodity,
        ):
            return other.id
    raise KeyError(f"no axis fills the stock of '{place}' for axis '{axis}'")


def feeders(scenario: Scenario) -> dict[str, set[str]]:
    """By axis the axes that fill the stocks from which it ships; of those that do alone."""
    found: dict[str, set[str]] = {}
    for axis in scenario.axes.values():
        for source in axis.sources.values():
            if source.from_stock:
                found.setdefault(axis.id, set()).add(feeder(scenario, axis.id, source.place))
    return found


def fed_first(
    parts: Sequence[Part],
    axes_of: Callable[[Part], Collection[str]],
    after: Mapping[str, set[str]],
) -> list[Part]:
    """Parts of some axes each, in their order, but none before another that it waits for.

    ``after`` are those that an axis waits for. Where parts wait for one another in a circle, which
    no file does that is taken, they stay as they are.
    """
    left, found = list(parts), []
    while after and left:
        waiting = {axis for part in left for axis in axes_of(part)}
        for part in left:
            own = {*axes_of(part)}
            if not any(after.get(axis, set()) & waiting - own for axis in own):
                break
        else:
            part = left[0]
        left.remove(part)
        found.append(part)
    return found + left
