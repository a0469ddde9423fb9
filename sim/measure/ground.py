"""Ground: what an actor holds in one state, how it is linked to its sources abroad, its pockets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from sim.network import Graph, IntArray, reach
from sim.scenario.model import PPM, Scenario
from sim.state.control import Control
from sim.state.passages import Passage, Passages, Seen
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


def ground(control: Control, actors: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Places and road-km that each actor holds: shares count as parts, a road by its lesser end."""
    graph, number = control.terrain.graph, {actor: i for i, actor in enumerate(actors)}
    shares = np.zeros((len(number), len(graph.places)), dtype=np.int64)
    for i, place in enumerate(graph.places):
        for holder, ppm in control.holders[place].items():
            shares[number[holder], i] = ppm
    return dict(zip(number, ground_of(graph, shares), strict=True))


def ground_of(graph: Graph, shares: IntArray) -> list[tuple[float, float]]:
    """The :func:`ground` of each of some actors, by their shares (k, n) of the places in ppm."""
    lesser = np.minimum(shares[:, graph.a], shares[:, graph.b])
    whose, roads = lesser.nonzero()
    km = (graph.km[roads] * lesser[whose, roads]).tolist()
    ends = np.searchsorted(whose, range(len(shares) + 1)).tolist()
    return [
        (round(held / PPM, 3), round(math.fsum(km[begin:end]) / PPM, 1))
        for held, (begin, end) in zip(shares.sum(axis=1).tolist(), pairwise(ends), strict=True)
    ]


def links(scenario: Scenario, passage: Passage) -> dict[str, int]:
    """Links of an actor's territory to its outside sources, counted by their country.

    ``passage`` is that of the actor in a state, with all of these sources.
    """
    control, sources = passage.control, passage.foreign
    graph, actor, ways = control.terrain.graph, passage.side.actor, passage.road > 0
    found: dict[str, int] = {}
    for source in sorted(sources):
        country = scenario.network.places[source].country or "abroad"
        # each source by its own way only, not through another's gate
        places = passage.open.copy()
        for other in sources - {source}:
            places[graph.place_index[other]] = False
        reached = reach(graph, ways, places, [graph.place_index[source]]).nonzero()[0].tolist()
        linked = any(actor in control.holders[graph.places[i]] for i in reached)
        found[country] = found.get(country, 0) + linked
    return found


def walk(scenario: Scenario, rows: Sequence[ControlRow]) -> Iterator[Seen]:
    """Every state of a run by the rows of control.csv, in the order of time, first at time 0."""
    touched = changed(rows)
    ways: Passages | None = None
    for time, control in states(scenario, rows):
        if ways is None:
            ways = passages(scenario, control)
            yield Seen(time, control, ways, (), ())
        else:
            places, roads = touched[time]
            yield Seen(time, control, ways, places, ways.refresh(places, roads))


class Links:
    """Links counted along a :func:`walk`.

    ``found`` is (time, links) at each change, by actor and country of its outside sources, and in
    all (:data:`ALL`).
    """

    def __init__(self, scenario: Scenario) -> None:
        self.found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._scenario = scenario
        abroad = {actor: sources_of(scenario, actor)[1] for actor in scenario.actors}
        self._abroad = {actor: sources for actor, sources in abroad.items() if sources}
        self._held: dict[str, set[str]] = {}
        self._ways: dict[str, Passage] = {}

    def look(self, seen: Seen) -> None:
        """Count those of a state; that of the start comes first."""
        control = seen.control
        if not seen.time:
            self._held = {actor: control.held_by(actor) for actor in self._abroad}
            self._ways = {actor: seen.ways.of(actor, of) for actor, of in self._abroad.items()}
        for actor, mine in self._ways.items():
            turned = control.turned(actor, self._held[actor], seen.places)
            self._held[actor] ^= turned
            if seen.time and mine not in seen.moved and not turned:
                continue
            counts = links(self._scenario, mine)
            for country, count in {**counts, ALL: sum(counts.values())}.items():
                steps = self.found.setdefault((actor, country), [])
                if not steps or steps[-1][1] != count:
                    steps.append((seen.time, count))


def links_over_time(
    scenario: Scenario, rows: Sequence[ControlRow]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(time, links) at each change, as :class:`Links` finds them; rows as of :func:`walk`."""
    counted = Links(scenario)
    for seen in walk(scenario, rows):
        counted.look(seen)
    return counted.found


def pockets_of(scenario: Scenario, control: Control, actor: str) -> list[tuple[str, ...]]:
    """The pockets of an actor with an axis in a state."""
    sources, foreign = sources_of(scenario, actor)
    passage = passages(scenario, control).of(actor, foreign)
    return pockets(passage, sources, control.held_by(actor))
