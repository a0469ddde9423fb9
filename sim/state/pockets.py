"""Pockets: parts of an actor's territory that no source of its axes reaches."""

from __future__ import annotations

from collections.abc import Collection

from sim.network import components, reach
from sim.scenario.model import Scenario

from .passages import Passage


def sources_of(scenario: Scenario, actor: str) -> tuple[frozenset[str], frozenset[str]]:
    """The places of the sources of an actor's axes: all of them, and the foreign ones.

    A depot is none: what it ships has come from another.
    """
    axes = [axis for axis in scenario.axes.values() if axis.actor == actor]
    sources = [s for axis in axes for s in axis.sources.values() if not s.from_stock]
    foreign = frozenset(source.place for source in sources if source.foreign)
    return frozenset(source.place for source in sources), foreign


def pockets(
    passage: Passage, sources: Collection[str], held: Collection[str]
) -> list[tuple[str, ...]]:
    """The pockets of the actor of a passage: tuples of place ids, sorted.

    A part is connected by roads that the actor can use, whichever way, and is what no place of
    ``sources`` reaches; it is a pocket where it holds a place of those ``held`` by the actor. A
    held place that nothing can pass (a besieged one) is a part by itself. ``passage`` must serve
    the foreign ones of ``sources``.
    """
    graph, open_ = passage.control.terrain.graph, passage.open
    places, index = graph.places, graph.place_index
    mine = [index[p] for p in held]
    ways = passage.road > 0
    apart = open_ & ~reach(graph, ways, open_, [index[p] for p in sources])
    found: list[tuple[str, ...]] = [(places[i],) for i in mine if not open_[i]]
    if apart[mine].any():
        parts = components(graph, ways, apart)
        owned = [tuple([places[i] for i in part if places[i] in held]) for part in parts]
        found += [own for own in owned if own]
    return sorted(found)
