"""Ground: what an actor holds in one state, how it is linked to its sources abroad, its pockets."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.network import reach
from sim.scenario.model import PPM, Scenario
from sim.state.control import Control
from sim.state.passages import Passages
from sim.state.pockets import pockets, sources_of
from sim.state.rebuild import changed, states
from sim.state.record import ControlRow
from sim.state.sides import Side

ALL = "all"
"""Stands for every country together, of links abroad."""


def passages(scenario: Scenario, control: Control) -> Passages:
    """What each actor can pass in a state."""
    sides = {actor: Side.of(actor, scenario.actors) for actor in scenario.actors}
    return Passages(control, sides, scenario.truck_load)


def ground(control: Control, actor: str) -> tuple[float, float]:
    """Places and road-km that an actor holds: shares count as parts, a road by its lesser end."""
    graph = control.terrain.graph
    share = np.array([control.holders[p].get(actor, 0) for p in graph.places], dtype=np.int64)
    lesser = np.minimum(share[graph.a], share[graph.b])
    km = math.fsum((graph.km * lesser).tolist()) / PPM
    return round(int(share.sum()) / PPM, 3), round(km, 1)


def links(scenario: Scenario, control: Control, ways: Passages, actor: str) -> dict[str, int]:
    """Links of an actor's territory to its outside sources, counted by their country.

    ``ways`` are the passages of the state.
    """
    _, sources = sources_of(scenario, actor)
    if not sources:
        return {}
    passage = ways.of(actor, sources)
    graph = control.terrain.graph
    found: dict[str, int] = {}
    for source in sorted(sources):
        country = scenario.network.places[source].country or "abroad"
        # each source by its own way only, not through another's gate
        places = passage.open.copy()
        for other in sources - {source}:
            places[graph.place_index[other]] = False
        seen = reach(graph, passage.road > 0, places, [graph.place_index[source]])
        linked = any(seen[i] and actor in control.holders[p] for i, p in enumerate(graph.places))
        found[country] = found.get(country, 0) + linked
    return found


def links_over_time(
    scenario: Scenario, rows: Sequence[ControlRow]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(time, links) at each change, by actor and country of its outside sources, and in all.

    ``rows`` are those of control.csv, in the order of time; the country of all is :data:`ALL`.
    """
    abroad = {actor: sources_of(scenario, actor)[1] for actor in scenario.actors}
    abroad = {actor: sources for actor, sources in abroad.items() if sources}
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    touched = changed(rows)
    ways: Passages | None = None
    for time, control in states(scenario, rows):
        if ways is None:
            ways = passages(scenario, control)
            moved = {ways.of(actor, sources) for actor, sources in abroad.items()}
        else:
            moved = ways.refresh(*touched[time])
        for actor, sources in abroad.items():
            mine = ways.of(actor, sources)
            # what others whose places it may use take of it changes no way, and yet who holds it
            if mine not in moved and len(mine.side.enemies) == len(scenario.actors) - 1:
                continue
            counts = links(scenario, control, ways, actor)
            for country, count in {**counts, ALL: sum(counts.values())}.items():
                steps = found.setdefault((actor, country), [])
                if not steps or steps[-1][1] != count:
                    steps.append((time, count))
    return found


def pockets_of(scenario: Scenario, control: Control, actor: str) -> list[tuple[str, ...]]:
    """The pockets of an actor with an axis in a state."""
    sources, foreign = sources_of(scenario, actor)
    passage = passages(scenario, control).of(actor, foreign)
    return pockets(control, passage.side, passage, sources)
