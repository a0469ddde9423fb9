"""Who held what on record, and how fast a side lost places: facts to score runs against."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sim.scenario.model import DAY, Scenario
from sim.state.sides import Side

Actors = frozenset[str]


@dataclass(frozen=True, slots=True)
class Rate:
    """Losses of a side on record over the place-days at risk of them."""

    losses: int
    place_days: float

    @property
    def a_day(self) -> float:
        """The rate of loss of a place, a day; 0 where nothing was at risk."""
        return self.losses / self.place_days if self.place_days else 0.0


class HoldersOnRecord:
    """The holders of places by instant, as ``holders_on_record`` states them."""

    def __init__(self, scenario: Scenario) -> None:
        self._held: dict[str, list[tuple[int, Actors]]] = defaultdict(list)
        stated = sorted(scenario.holders_on_record.values(), key=lambda h: (h.at, h.id))
        for holding in stated:
            for place in holding.places:
                self._held[place].append((holding.at, frozenset(holding.by)))
        self._near: dict[str, set[str]] = defaultdict(set)
        for road in scenario.network.roads.values():
            if road.exists > 0:
                self._near[road.a].add(road.b)
                self._near[road.b].add(road.a)
        self._own = {actor: Side.of(actor, scenario.actors).own for actor in scenario.actors}

    @property
    def places(self) -> list[str]:
        """Places with a record, by id."""
        return sorted(self._held)

    @cached_property
    def times(self) -> list[int]:
        """Every instant at which something is stated, in order."""
        return sorted({time for held in self._held.values() for time, _ in held})

    def at(self, place: str, time: int) -> Actors | None:
        """Who held a place at an instant, what changes then included; None: not on record."""
        held = self._held.get(place, [])
        i = bisect_right(held, time, key=lambda change: change[0])
        return held[i - 1][1] if i else None

    def held_by(self, side: str, time: int) -> list[str]:
        """The places of which a side held the whole or a part."""
        return [place for place in self.places if side in (self.at(place, time) or ())]

    def is_front(self, place: str, side: str, time: int) -> bool:
        """Whether an enemy held a part of the place, or one that a road joins it to.

        An enemy is an actor whose places the side may not use as its own.
        """
        own = self._own[side]
        return any((self.at(p, time) or own) - own for p in (place, *self._near[place]))

    def rates(self, side: str, until: int) -> dict[bool | None, Rate]:
        """Rates of loss before an instant: of front places (True), inner ones (False), all (None).

        A place is at risk while the side holds it or a part of it, and is lost where it holds no
        part of it any more.
        """
        losses, days = {True: 0, False: 0}, {True: 0.0, False: 0.0}
        before = [time for time in self.times if time < until]
        for start, end in pairwise([*before, until]):
            for place in self.held_by(side, start):
                front = self.is_front(place, side, start)
                days[front] += (end - start) / DAY
                losses[front] += side not in (self.at(place, end) or ())
        found: dict[bool | None, Rate] = {k: Rate(losses[k], days[k]) for k in (True, False)}
        return {None: _together(found.values()), **found}


def _together(rates: Iterable[Rate]) -> Rate:
    both = list(rates)
    return Rate(sum(r.losses for r in both), sum(r.place_days for r in both))
