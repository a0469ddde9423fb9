"""Pockets: parts of an actor's territory that no source of its axes reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.network import components

from .clock import Phase
from .control import Control, Passage, Side
from .record import Pocket, PocketRow

if TYPE_CHECKING:
    from .simulation import Simulation


def pockets(
    control: Control, side: Side, passage: Passage, sources: frozenset[str]
) -> list[tuple[str, ...]]:
    """The pockets of one actor: tuples of place ids, sorted.

    A part is connected by roads that the actor can use; it is a pocket where it holds a
    place of the actor's own and no place of ``sources``. A held place that nothing can pass (a
    besieged one) is a part by itself. ``passage`` must serve the foreign ones of ``sources``.
    """
    graph = control.terrain.graph
    mine = {i for i, p in enumerate(graph.places) if side.actor in control.holders[p]}
    found = []
    for part in components(graph, passage.road[:, 0] > 0, passage.open):
        if mine.isdisjoint(part) or not sources.isdisjoint(graph.places[i] for i in part):
            continue
        found.append(tuple(graph.places[i] for i in part if i in mine))
    shut = np.flatnonzero(~passage.open)
    found.extend((graph.places[i],) for i in shut.tolist() if i in mine)
    return sorted(found)


class PocketWatch:
    """Lists pockets from the start on, as they form and end; actors without an axis have none."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._sources: dict[str, frozenset[str]] = {}
        self._passages: dict[str, Passage] = {}
        for actor, axes in sorted(sim.supply.by_actor.items()):
            named = [s for state in axes for s in state.axis.sources.values()]
            self._sources[actor] = frozenset(s.place for s in named)
            foreign = frozenset(s.place for s in named if s.foreign)
            self._passages[actor] = Passage(sim.control, sim.sides[actor], foreign)
        self._open: dict[tuple[str, tuple[str, ...]], tuple[int, Pocket]] = {}
        self.settle([], [])

    def settle(self, places: list[str], roads: list[str]) -> None:
        """Take in the net changes of an instant; look when it is over."""
        for passage in self._passages.values():
            passage.refresh(places, roads)
        clock = self.sim.clock
        clock.at(clock.now, Phase.RECORD, "pockets", self._look)

    def _look(self) -> None:
        sim, now = self.sim, self.sim.clock.now
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for actor, passage in self._passages.items():
            for places in pockets(sim.control, sim.sides[actor], passage, self._sources[actor]):
                key = (actor, places)
                seen.add(key)
                if key not in self._open:
                    pocket = Pocket(actor, places, *self._contents(actor, places))
                    self._open[key] = (now, pocket)
                    sim.note_event("pocket", actor, "", f"cut off: {', '.join(places)}")
        for key in sorted(self._open.keys() - seen):
            self._end(key, now)

    def _contents(self, actor: str, places: tuple[str, ...]) -> tuple[int, int]:
        """Persons and kg of stock of the actor in these places."""
        sim = self.sim
        persons = sum(sim.regroup.strength.get((actor, p), 0) for p in places)
        stock = sum(
            sink.stock.kg(sim.clock.now)
            for state in sim.supply.by_actor[actor]
            for sink in state.sinks.values()
            if sink.place in places
        )
        return persons, stock

    def _end(self, key: tuple[str, tuple[str, ...]], now: int | None) -> None:
        since, pocket = self._open.pop(key)
        self.sim.record.pockets.append(PocketRow(since, now, pocket))

    def close(self) -> None:
        """At the end of the period: write down the pockets that are still there."""
        for key in sorted(self._open):
            self._end(key, None)
        self.sim.record.pockets.sort(
            key=lambda row: (row.time, row.pocket.actor, row.pocket.places)
        )
