"""Which axes are planned together, by which rule, who comes first, and whose lorries they use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from .depots import fed_first, feeders
from .kinds import ShareOut
from .model import Fleet, Scenario


class Sharing(NamedTuple):
    """With whom an axis is planned: those of a group or of an actor, or nobody, and by which rule.

    ``stage`` counts, of the axes of an actor, those before it that fill what it ships from: a rule
    holds among those that can be planned at once.
    """

    section: Literal["groups", "actors", "axes"]
    id: str
    rule: ShareOut
    stage: int = 0

    @property
    def name(self) -> str:
        """As it is told: that of an axis by itself is its id."""
        if self.section == "axes":
            return self.id
        return f"{self.section}.{self.id}" + (f"/{self.stage + 1}" if self.stage else "")


def sharing(
    owners: Mapping[str, str],
    groups: Mapping[str, tuple[Collection[str], ShareOut]],
    rules: Mapping[str, ShareOut],
    after: Mapping[str, Collection[str]],
) -> dict[str, Sharing]:
    """With whom each axis is planned, and by which rule.

    ``owners`` are the actors of the axes, ``groups`` the axes and the rule of each, ``rules`` those
    of actors for axes in no group, and ``after`` the axes that fill the depots of one; no circle.
    """
    found = {
        axis: Sharing("groups", group, rule)
        for group, (axes, rule) in groups.items()
        for axis in axes
    }
    for axis, actor in owners.items():
        if axis not in found:
            rule = rules.get(actor, "priority")
            by_itself = Sharing("axes", axis, rule)
            found[axis] = by_itself if rule == "priority" else Sharing("actors", actor, rule)

    def stage(axis: str, of: Sharing) -> int:
        return max((stage(o, of) + (found[o] == of) for o in after.get(axis, ())), default=0)

    stages = {axis: stage(axis, of) for axis, of in found.items() if of.section == "actors"}
    return found | {axis: found[axis]._replace(stage=number) for axis, number in stages.items()}


class Block(NamedTuple):
    """Axes that are planned as one, in their order; one that is planned by itself is a block too.

    ``name`` is that of their :class:`Sharing`. ``priority`` is the least of the axes.
    """

    name: str
    share_out: ShareOut
    priority: int
    axes: tuple[str, ...]


def blocks(scenario: Scenario) -> tuple[Block, ...]:
    """All axes in the order of plans: by priority, then actor, then id of the first of a block.

    But an axis that ships from a stock comes after that which fills it.
    """
    after = feeders(scenario)
    shared = sharing(
        {axis.id: axis.actor for axis in scenario.axes.values()},
        {group.id: (group.axes, group.share_out) for group in scenario.groups.values()},
        {actor.id: actor.share_out for actor in scenario.actors.values()},
        after,
    )
    members: dict[Sharing, list[str]] = defaultdict(list)
    for axis in sorted(scenario.axes.values(), key=lambda a: (a.priority, a.actor, a.id)):
        members[shared[axis.id]].append(axis.id)
    found = [
        Block(
            of.name, of.rule, scenario.axes[axes[0]].priority,
            tuple(fed_first(axes, lambda axis: (axis,), after)),
        )
        for of, axes in members.items()
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
