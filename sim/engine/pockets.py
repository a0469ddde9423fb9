"""Pockets as they form and end in a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.state.passages import Passage
from sim.state.pockets import pockets, sources_of
from sim.state.record import Pocket, PocketRow

from .clock import Phase
from .garrisons import Garrisons
from .signals import NetChange
from .supply.supply import Supply
from .world import World


@dataclass(slots=True)
class Territory:
    """What an actor's pockets follow from, and those that it had when last looked at.

    ``pockets`` tells since when (s) each is there, and what was in it then, by its places.
    """

    passage: Passage
    sources: frozenset[str]
    held: set[str]
    pockets: dict[tuple[str, ...], tuple[int, Pocket]] = field(default_factory=dict)


class PocketWatch:
    """Lists pockets from the start on, as they form and end; actors without an axis have none."""

    def __init__(self, world: World, garrisons: Garrisons, supply: Supply) -> None:
        self._world = world
        self._garrisons = garrisons
        self._supply = supply
        self._territories: dict[str, Territory] = {}
        for actor in sorted({axis.actor for axis in world.scenario.axes.values()}):
            sources, foreign = sources_of(world.scenario, actor)
            passage = world.passages.of(actor, foreign)
            held = world.control.held_by(actor)
            self._territories[actor] = Territory(passage, sources, held)
        self._stale = set(self._territories)
        self._look_soon()

    def settle(self, change: NetChange) -> None:
        """Take in the net change of an instant."""
        control = self._world.control
        for actor, territory in self._territories.items():
            turned = control.turned(actor, territory.held, change.places)
            territory.held ^= turned
            if turned or territory.passage in change.moved:
                self._stale.add(actor)
        if self._stale:
            self._look_soon()

    def _look_soon(self) -> None:
        clock = self._world.clock
        clock.at(clock.now, Phase.RECORD, "pockets", self._look)

    def _look(self) -> None:
        world, now = self._world, self._world.clock.now
        for actor in sorted(self._stale):
            mine = self._territories[actor]
            found = pockets(mine.passage, mine.sources, mine.held)
            for places in mine.pockets.keys() - found:
                self._end(mine, places, now)
            for places in found:
                if places not in mine.pockets:
                    pocket = Pocket(actor, places, *self._contents(actor, places))
                    mine.pockets[places] = (now, pocket)
                    world.note_event("pocket", actor, "", f"cut off: {', '.join(places)}")
        self._stale.clear()

    def _contents(self, actor: str, places: tuple[str, ...]) -> tuple[int, int]:
        """Persons and kg of stock of the actor in these places."""
        persons = sum(self._garrisons.of((actor, place)) for place in places)
        return persons, self._supply.stock_kg(actor, places)

    def _end(self, mine: Territory, places: tuple[str, ...], now: int | None) -> None:
        since, pocket = mine.pockets.pop(places)
        self._world.record.pockets.append(PocketRow(since, now, pocket))

    def close(self) -> None:
        """At the end of the period: write down the pockets that are still there."""
        for mine in self._territories.values():
            for places in [*mine.pockets]:
                self._end(mine, places, None)
        self._world.record.pockets.sort(
            key=lambda row: (row.time, row.pocket.actor, row.pocket.places)
        )
