"""Pockets: parts of an actor's territory that no source of its axes reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.network import components
from sim.state.control import Control, Passage, Side
from sim.state.record import Pocket, PocketRow

from .clock import Phase

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
    roots = {graph.place_index[p] for p in sources}
    parts = components(graph, passage.road[:, 0] > 0, passage.open)
    found = [
        tuple(graph.places[i] for i in part if i in mine)
        for part in parts
        if roots.isdisjoint(part) and not mine.isdisjoint(part)
    ]
    found.extend((graph.places[i],) for i in mine if not passage.open[i])
    return sorted(found)


@dataclass(slots=True)
class Territory:
    """What an actor's pockets follow from, and the pockets that it had when last looked at."""

    passage: Passage
    sources: frozenset[str]
    held: frozenset[str] = frozenset()
    pockets: list[tuple[str, ...]] = field(default_factory=list)


class PocketWatch:
    """Lists pockets from the start on, as they form and end; actors without an axis have none."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._territories: dict[str, Territory] = {}
        for actor, axes in sorted(sim.supply.by_actor.items()):
            named = [s for state in axes for s in state.axis.sources.values()]
            foreign = frozenset(s.place for s in named if s.foreign)
            passage = sim.passages.of(actor, foreign)
            self._territories[actor] = Territory(passage, frozenset(s.place for s in named))
        self._open: dict[tuple[str, tuple[str, ...]], tuple[int, Pocket]] = {}
        self._stale = set(self._territories)
        self._look_soon()

    def settle(self, places: Collection[str], moved: Collection[Passage]) -> None:
        """Take in the net changes of an instant: ``moved`` have other capacities now."""
        holders = self.sim.control.holders
        for actor, territory in self._territories.items():
            if territory.passage in moved or any(
                (actor in holders[p]) != (p in territory.held) for p in places
            ):
                self._stale.add(actor)
        self._look_soon()

    def _look_soon(self) -> None:
        clock = self.sim.clock
        clock.at(clock.now, Phase.RECORD, "pockets", self._look)

    def _look(self) -> None:
        sim, now = self.sim, self.sim.clock.now
        for actor in sorted(self._stale):
            mine = self._territories[actor]
            holders = sim.control.holders
            mine.held = frozenset(p for p in holders if actor in holders[p])
            mine.pockets = pockets(sim.control, sim.sides[actor], mine.passage, mine.sources)
            for places in mine.pockets:
                key = (actor, places)
                if key not in self._open:
                    pocket = Pocket(actor, places, *self._contents(actor, places))
                    self._open[key] = (now, pocket)
                    sim.note_event("pocket", actor, "", f"cut off: {', '.join(places)}")
        self._stale.clear()
        seen = {(actor, p) for actor, mine in self._territories.items() for p in mine.pockets}
        for key in sorted(self._open.keys() - seen):
            self._end(key, now)

    def _contents(self, actor: str, places: tuple[str, ...]) -> tuple[int, int]:
        """Persons and kg of stock of the actor in these places."""
        sim = self.sim
        persons = sum(sim.regroup.strength.get((actor, p), 0) for p in places)
        return persons, sim.supply.stock_kg(actor, places)

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
