"""Names of things of a scenario for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base.names import mentioned
from sim.base.numbers import joined_ends
from sim.scenario.model import Scenario
from sim.state.control import PROFILE


def name_of(scenario: Scenario, item: str) -> str:
    """A place, actor, axis or operation by its name, a road by its ends; else the id itself.

    The end of an axis, ``AXIS/PLACE``, is the place and, behind it, the axis; ``profile:ID``,
    as causes are called, the name of the profile.
    """
    if item.startswith(PROFILE) and (profile := scenario.profiles.get(item.removeprefix(PROFILE))):
        return profile.name
    axis, _, place = item.partition("/")
    if place and axis in scenario.axes:
        return f"{name_of(scenario, place)} ({name_of(scenario, axis)})"
    if road := scenario.network.roads.get(item):
        return joined_ends(name_of(scenario, end) for end in (road.a, road.b))
    net = scenario.network
    for known in (net.places, scenario.actors, scenario.axes, scenario.exits, scenario.operations):
        if item in known:
            return str(known[item].name)
    return item


def names_of(scenario: Scenario, document: Mapping[str, Any]) -> dict[str, str]:
    """What is called otherwise than by its id, of all that a document mentions, by id."""
    called = ((item, name_of(scenario, item)) for item in sorted(set(mentioned(document))))
    return {item: name for item, name in called if name != item}
