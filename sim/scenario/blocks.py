"""Which axes are planned together, by which rule, who comes first, and whose lorries they use."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from .depots import fed_first, feeders
from .kinds import ShareOut
from .model import Fleet, Scenario


class Block(NamedTuple):
    """Axes that are planned as one, in their order; one that is planned by itself is a block too.

    ``name`` is `groups.<group>` or `actors.<actor>` of those that share by a stated rule, else the
    axis. ``priority`` is the least of the axes.
    """

    name: str
    share_out: ShareOut
    priority: int
    axes: tuple[str, ...]


def blocks(scenario: Scenario) -> tuple[Block, ...]:
    """All axes in the order of plans: by priority, then actor, then id of the first of a block.

    But an axis that ships from a stock comes after that which fills it.
    """
    members: dict[str, list[str]] = defaultdict(list)
    ordered = sorted(scenario.axes.values(), key=lambda a: (a.priority, a.actor, a.id))
    grouped = {axis: group for group in scenario.groups.values() for axis in group.axes}
    rules: dict[str, ShareOut] = {}
    for axis in ordered:
        name, rule = axis.id, scenario.actors[axis.actor].share_out
        if (group := grouped.get(axis.id)) is not None:
            name, rule = f"groups.{group.id}", group.share_out
        elif rule != "priority":
            name = f"actors.{axis.actor}"
        members[name].append(axis.id)
        rules[name] = rule
    after = feeders(scenario)
    found = [
        Block(
            name, rules[name], scenario.axes[axes[0]].priority,
            tuple(fed_first(axes, lambda axis: (axis,), after)),
        )
        for name, axes in members.items()
    ]  # fmt: skip
    return tuple(fed_first(found, lambda block: block.axes, after))


def fleets_of(scenario: Scenario) -> dict[str, tuple[str, Fleet]]:
    """The fleet of each axis that has one: its own, `axes.<axis>`, or `actors.<actor>`."""
    found: dict[str, tuple[str, Fleet]] = {}
    for axis in scenario.axes.values():
        shared = scenario.actors[axis.actor].fleet
        if axis.fleet is not None:
            found[axis.id] = f"axes.{axis.id}", axis.fleet
        elif shared is not None:
            found[axis.id] = f"actors.{axis.actor}", shared
    return found
