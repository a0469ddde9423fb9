"""What events change: holders, sieges, seals, closures, damage."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, TypeVar, get_args

from sim.network import UNLIMITED
from sim.scenario.model import PPM, Scenario

from .terrain import Terrain

Kind = Literal["place", "road"]
KINDS: tuple[Kind, ...] = get_args(Kind)
End = Literal["source", "sink"]
ENDS: tuple[End, ...] = get_args(End)
Key = tuple[Kind | End, str, str]
"""(kind, id, what): one thing that control.csv follows; the id of a source or sink is AXIS/PLACE.
"""

Held = TypeVar("Held")

CAPACITY = "capacity_kg_per_day"
"""What control.csv calls the drawn capacity of a place, or of a road: in both directions, or from
its first place to the second where it has another one back."""

CAPACITY_BACK = "capacity_back_kg_per_day"
"""That of a road from its second place to the first, where it is another."""

ABSENT = "absent"
"""What closes a road that is not there in a run, for good; and its state in control.csv."""

EVERYONE = "*"
"""All actors, where a crossing is sealed."""

GIVEN = {"source": "supply_kg_per_day", "sink": "demand_kg_per_day"}
"""What control.csv calls the supply of a source, or the demand of a sink, that an event sets."""

PROFILE = "profile:"
"""How the cause of a change begins that a profile makes; its id follows."""


def put(table: dict[str, frozenset[str]], key: str, names: frozenset[str]) -> None:
    """Let ``table`` hold the names of ``key``, and nothing where there are none."""
    if names:
        table[key] = names
    else:
        table.pop(key, None)


def _copy(mine: dict[str, Held], theirs: Mapping[str, Held], key: str) -> None:
    if key in theirs:
        mine[key] = theirs[key]
    else:
        mine.pop(key, None)


def shares_text(shares: Mapping[str, int]) -> str:
    """Shares (ppm) by actor as control.csv writes them: ``blue=0.4;red=0.6``."""
    return ";".join(f"{actor}={_ppm_text(shares[actor])}" for actor in sorted(shares))


@lru_cache(maxsize=256)
def _ppm_text(ppm: int) -> str:
    return f"{ppm // PPM}.{ppm % PPM:06d}".rstrip("0").rstrip(".")


class Control:
    """The state that events change, and what has been touched since the last settling.

    Who holds a place is a stack: its lasting holders, and above them the raids in force there.
    ``holders`` is what counts at the moment: those of the raid that began last, else the
    lasting ones. ``lasting`` are those below the raids, of the places that are raided, and
    ``raids`` the (cause, raider) of each raid there, by when they began.

    ``kept`` are the factors (ppm, by cause) on the capacity of places and roads, on the supply of
    sources and on the demand of sinks; ``pace`` those on the speed of convoys on roads. ``given``
    are the supplies and demands (kg/day, by cause) that events set, the last one in force.

    The mutating methods note the old value of what they touch; :meth:`settle` hands out
    the net changes, so that changes of one instant that cancel have no effect.
    """

    def __init__(self, terrain: Terrain) -> None:
        self.terrain = terrain
        # the shares of a place are never changed, others take their place: copies have the same
        self.holders: dict[str, Mapping[str, int]] = {}
        self.lasting: dict[str, Mapping[str, int]] = {}
        self.raids: dict[str, tuple[tuple[str, str], ...]] = {}
        self.besieged: dict[str, frozenset[str]] = {}
        self.sealed: dict[str, frozenset[str]] = {}
        self.closed: dict[str, frozenset[str]] = {}
        self.kept: dict[tuple[Kind | End, str], dict[str, int]] = {}
        self.pace: dict[str, dict[str, int]] = {}
        self.given: dict[tuple[Kind | End, str], dict[str, int]] = {}
        self._before: dict[Key, str] | None = {}

    @classmethod
    def at_start(cls, scenario: Scenario, terrain: Terrain) -> Control:
        """The state at the start of a scenario."""
        state = cls(terrain)
        for place in terrain.graph.places:
            holding = scenario.holders.get(place)
            state.holders[place] = dict(holding.shares) if holding else {}
            if holding:
                put(state.besieged, place, holding.besieged)
                put(state.sealed, place, holding.sealed)
        for road in scenario.network.roads.values():
            if road.id in terrain.absent:
                state.closed[road.id] = frozenset({ABSENT})
            elif road.closed:
                state.closed[road.id] = frozenset({"start"})
        return state

    def copy(self) -> Control:
        """An independent copy, which takes no notes of what is touched."""
        other = Control(self.terrain)
        other.holders = dict(self.holders)
        other.lasting = dict(self.lasting)
        other.raids = dict(self.raids)
        other.besieged = dict(self.besieged)
        other.sealed = dict(self.sealed)
        other.closed = dict(self.closed)
        other.kept = {k: dict(v) for k, v in self.kept.items()}
        other.pace = {r: dict(v) for r, v in self.pace.items()}
        other.given = {k: dict(v) for k, v in self.given.items()}
        other._before = None
        return other

    def make_as(self, other: Control, id_: str) -> None:
        """Bring what bears this id, place or road, to its state in another control."""
        if id_ in other.holders:
            self.holders[id_] = other.holders[id_]
        _copy(self.lasting, other.lasting, id_)
        _copy(self.raids, other.raids, id_)
        _copy(self.besieged, other.besieged, id_)
        _copy(self.sealed, other.sealed, id_)
        _copy(self.closed, other.closed, id_)
        _copy(self.pace, other.pace, id_)
        for kind in KINDS:
            kept = other.kept.get((kind, id_))
            self.kept.pop((kind, id_), None)
            if kept:
                self.kept[kind, id_] = dict(kept)

    def bearing(self, id_: str) -> tuple[object, ...]:
        """What counts of a place or road for who passes it: it is equal where they pass alike."""
        kept = [sorted(self.kept.get((kind, id_), {}).items()) for kind in KINDS]
        factors = [[factor for _, factor in of if factor != PPM] for of in kept]
        kept_out = [of.get(id_, frozenset()) for of in (self.besieged, self.sealed)]
        state = self.absent(id_), id_ in self.closed, self.stands(id_)
        return self.holders.get(id_), kept_out, factors, state

    # --- what events do -------------------------------------------------------------

    def capture(self, place: str, shares: Mapping[str, int]) -> None:
        """Give a place lastingly to ``shares`` (ppm by actor); raids and sieges of it end."""
        if place in self.raids:
            self._touch("place", place, "lasting")
            del self.raids[place], self.lasting[place]
        self._hold(place, shares)
        self.relieve(place)

    def raid(self, place: str, by: str, cause: str) -> None:
        """Let an actor hold a place until the raid ends; at a place of its own nothing happens."""
        if place not in self.raids:
            if self.holders[place] == {by: PPM}:
                return
            self._touch("place", place, "lasting")
            self.lasting[place] = self.holders[place]
        self.raids[place] = (*self.raids.get(place, ()), (cause, by))
        self._hold(place, {by: PPM})

    def end_raid(self, place: str, cause: str) -> None:
        """End a raid: the one that began before it is in force, else the lasting holders."""
        if not self.bears(place, cause):
            return
        self._touch("place", place, "lasting")
        if left := tuple(raid for raid in self.raids[place] if raid[0] != cause):
            self.raids[place] = left
            self._hold(place, {left[-1][1]: PPM})
        else:
            del self.raids[place]
            self._hold(place, self.lasting.pop(place))

    def _hold(self, place: str, shares: Mapping[str, int]) -> None:
        """Put holders in force at a place; where they are others, a siege of it ends."""
        if dict(shares) != self.holders[place]:
            self._touch("place", place, "holders")
            self.holders[place] = dict(shares)
            self.relieve(place)

    def besiege(self, place: str, actors: Iterable[str]) -> None:
        """Close the roads of ``actors`` at a place; those who do not hold it are left out."""
        ringed = frozenset(actors) & self.holders[place].keys()
        if ringed:
            self._touch("place", place, "besieged")
            self.besieged[place] = self.besieged.get(place, frozenset()) | ringed

    def relieve(self, place: str) -> None:
        """End every siege of a place."""
        if place in self.besieged:
            self._touch("place", place, "besieged")
            del self.besieged[place]

    def seal(self, place: str, actors: Iterable[str]) -> None:
        """Seal a crossing to ``actors`` (``EVERYONE`` for all)."""
        self._touch("place", place, "sealed")
        self.sealed[place] = self.sealed.get(place, frozenset()) | frozenset(actors)

    def unseal(self, place: str, actors: Iterable[str], everyone: Iterable[str] = ()) -> None:
        """Open a sealed crossing to ``actors`` (none or ``EVERYONE``: to all).

        ``everyone`` are the actors that a crossing sealed to all stays sealed to but for these.
        """
        if place not in self.sealed:
            return
        self._touch("place", place, "sealed")
        named = frozenset(actors)
        sealed = self.sealed[place]
        if EVERYONE in sealed:
            sealed = frozenset(everyone)
        left = sealed - named if named and EVERYONE not in named else frozenset()
        put(self.sealed, place, left)

    def close(self, road: str, cause: str) -> None:
        """Close a road for ``cause``; it is open again when no cause is left."""
        self._touch("road", road, "state")
        self.closed[road] = self.closed.get(road, frozenset()) | {cause}

    def open(self, road: str, cause: str | None = None) -> None:
        """Take one cause of closure away, or all of them (None); a road must be there to open."""
        if road not in self.closed:
            return
        self._touch("road", road, "state")
        left = self.closed[road] - {cause} if cause is not None else frozenset[str]()
        put(self.closed, road, left | (self.closed[road] & {ABSENT}))

    def damage(self, kind: Kind | End, id_: str, cause: str, kept: int) -> None:
        """Leave ``kept`` (ppm) of the capacity of a place or road; damages multiply.

        Of a source it is the supply, of a sink the demand, and it may be more than the whole.
        """
        self._touch(kind, id_, "kept")
        self.kept.setdefault((kind, id_), {})[cause] = kept

    def repair(self, kind: Kind | End, id_: str, cause: str) -> None:
        """Take one damage away."""
        if cause not in self.kept.get((kind, id_), {}):
            return
        self._touch(kind, id_, "kept")
        del self.kept[kind, id_][cause]
        if not self.kept[kind, id_]:
            del self.kept[kind, id_]

    def scale(self, kind: Kind | End, id_: str, cause: str, ppm: int) -> None:
        """Let ``cause`` multiply as :meth:`damage` does; by a factor of 1 it has no part in it."""
        if ppm == PPM:
            self.repair(kind, id_, cause)
        else:
            self.damage(kind, id_, cause, ppm)

    def slow(self, road: str, cause: str, ppm: int) -> None:
        """Let ``cause`` multiply the speed of convoys on a road; factors multiply."""
        self._touch("road", road, "speed")
        factors = self.pace.pop(road, {}) | {cause: ppm}
        if ppm == PPM:
            del factors[cause]
        if factors:
            self.pace[road] = factors

    def stands(self, road: str) -> bool:
        """True where the speed on a road is 0: nobody moves there, and so it carries nothing."""
        return road in self.pace and not all(self.pace[road].values())

    def give(self, end: End, id_: str, cause: str, kg_per_day: int | None) -> None:
        """Let ``cause`` set the supply of a source or the demand of a sink; None: no longer."""
        self._touch(end, id_, GIVEN[end])
        given = self.given.pop((end, id_), {})
        given.pop(cause, None)
        if kg_per_day is not None:
            given[cause] = kg_per_day
        if given:
            self.given[end, id_] = given

    def amount(self, end: End, id_: str, stated: int) -> int:
        """The supply of a source or the demand of a sink now (kg/day), where it states so much."""
        amount = [stated, *self.given.get((end, id_), {}).values()][-1]
        factors = self.kept.get((end, id_), {}).values()
        if amount >= UNLIMITED:
            return UNLIMITED if all(factors) else 0
        share: int = math.prod(factors)
        return amount * share // int(PPM ** len(factors))

    def held_by(self, actor: str) -> set[str]:
        """The places of which an actor holds a share."""
        return {place for place, shares in self.holders.items() if actor in shares}

    def turned(self, actor: str, held: Collection[str], places: Iterable[str]) -> set[str]:
        """Which of some places an actor has lost or won since it held those of ``held``."""
        holders = self.holders
        return {place for place in places if (place in held) != (actor in holders[place])}

    def owners(self, place: str) -> Mapping[str, int]:
        """The lasting holders of a place (ppm by actor), whoever raids it."""
        return self.lasting.get(place, self.holders[place])

    def absent(self, road: str) -> bool:
        """True of a road that is not there in this run."""
        return ABSENT in self.closed.get(road, ())

    def bears(self, id_: str, cause: str) -> bool:
        """True where a place or road is raided, closed or damaged on account of ``cause``."""
        raids = (raid for raid, _ in self.raids.get(id_, ()))
        damages = (self.kept.get((kind, id_), {}) for kind in KINDS)
        ends = (t.get((end, id_), {}) for end in ENDS for t in (self.kept, self.given))
        return cause in (
            *raids, *self.closed.get(id_, ()), *(c for d in (*damages, *ends) for c in d)
        )  # fmt: skip

    # --- what happened, in text -------------------------------------------------------

    def value(self, key: Key) -> str:
        """The value of one thing as control.csv writes it."""
        kind, id_, what = key
        if what == "holders":
            return shares_text(self.holders[id_])
        if what == "lasting":
            return shares_text(self.lasting.get(id_, {})) if id_ in self.raids else ""
        if what == "besieged":
            return ";".join(sorted(self.besieged.get(id_, ())))
        if what == "sealed":
            return ";".join(sorted(self.sealed.get(id_, ())))
        if what == "state":
            return "open" if id_ not in self.closed else ABSENT if self.absent(id_) else "closed"
        if what in GIVEN.values():
            given = self.given.get((kind, id_))
            return str([*given.values()][-1]) if given else ""
        factors = self.pace.get(id_, {}) if what == "speed" else self.kept.get((kind, id_), {})
        return "*".join(_ppm_text(factor) for _, factor in sorted(factors.items())) or "1"

    def settle(self) -> list[tuple[Key, str, str]]:
        """The net changes since the last call, as (key, old, new) sorted by key."""
        before, self._before = self._before or {}, {}
        return [
            (key, old, new)
            for key, old in sorted(before.items())
            if (new := self.value(key)) != old
        ]

    def initial_rows(self) -> Iterator[tuple[Key, str]]:
        """All that the state and the drawn terrain hold, for the start of control.csv; sorted."""
        terrain = self.terrain
        graph = terrain.graph
        for place, capacity in zip(graph.places, terrain.place_capacity, strict=True):
            if place in self.besieged:
                yield ("place", place, "besieged"), self.value(("place", place, "besieged"))
            if capacity != UNLIMITED:
                yield ("place", place, CAPACITY), str(capacity)
            yield ("place", place, "holders"), shares_text(self.holders[place])
            if place in self.sealed:
                yield ("place", place, "sealed"), self.value(("place", place, "sealed"))
        seconds = graph.seconds.tolist()
        ways = zip(graph.roads, terrain.road_capacity, seconds, strict=True)
        for road, (there, back), takes in ways:
            if back != there:
                yield ("road", road, CAPACITY_BACK), str(back)
            yield ("road", road, CAPACITY), str(there)
            yield ("road", road, "seconds"), str(takes)
            yield ("road", road, "state"), self.value(("road", road, "state"))

    def _touch(self, kind: Kind | End, id_: str, what: str) -> None:
        if self._before is not None:
            key: Key = (kind, id_, what)
            self._before.setdefault(key, self.value(key))
