"""Pockets: parts of an actor's territory that no source of its axes reaches."""

from __future__ import annotations

from sim.network import components, reach
from sim.scenario.model import Scenario

from .control import Control
from .passages import Passage
from .sides import Side


def sources_of(scenario: Scenario, actor: str) -> tuple[frozenset[str], frozenset[str]]:
    """The places of the sources of an actor's axes: all of them, and the foreign ones.

    A depot is none: what it ships has come from another.
    """
    axes = [axis for axis in scenario.axes.values() if axis.actor == actor]
    sources = [s for axis in axes for s in axis.sources.values() if not s.from_stock]
    foreign = frozenset(source.place for source in sources if source.foreign)
    return frozenset(source.place for source in sources), foreign


def pockets(
    control: Control, side: Side, passage: Passage, sources: frozenset[str]
) -> list[tuple[str, ...]]:
    """The pockets of one actor: tuples of place ids, sorted.

    A part is connected by roads that the actor can use, whichever way, and is what no place of
    ``sources`` reaches; it is a pocket where it holds a place of the actor's own. A held place
    that nothing can pass (a besieged one) is a part by itself. ``passage`` must serve the
    foreign ones of ``sources``.
    """
    graph, open_ = control.terrain.graph, passage.open
    mine = [i for i, p in enumerate(graph.places) if side.actor in control.holders[p]]
    roots = [graph.place_index[p] for p in sources]
    ways = passage.road > 0
    apart = open_ & ~reach(graph, ways, open_, roots)
    found: list[tuple[str, ...]] = [(graph.places[i],) for i in mine if not open_[i]]
    if not apart[mine].any():
        return found
    own = set(mine)
    for part in components(graph, ways, apart):
        held = tuple(graph.places[i] for i in part if i in own)
        found += [held] if held else []
    return sorted(found)
