"""Who holds what, what is open, and what that lets an actor pass.

:class:`Terrain` is the network with its uncertain capacities and speeds drawn, fixed for
a run. :class:`Control` is the state that events change: holders, sieges, seals, closures,
damage. :class:`Passage` turns the two into capacities for one actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from sim.network import UNLIMITED, BoolArray, Graph, IntArray
from sim.network.graph import LONGEST
from sim.scenario.model import PPM, Actor, Scenario

from .luck import Luck

Kind = Literal["place", "road"]
Key = tuple[Kind, str, str]
"""(kind, id, what): one thing that control.csv follows."""

EVERYONE = "*"


@dataclass(frozen=True)
class Terrain:
    """The drawn network: what does not change in a run.

    ``road_capacity`` is kg/day each way by road index, ``place_capacity`` kg/day by place
    index with :data:`~sim.network.UNLIMITED`; travel times are in ``graph.seconds``.
    """

    graph: Graph
    road_capacity: tuple[int, ...]
    place_capacity: tuple[int, ...]

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """The places at the two ends of each road, by index."""
        return list(zip(self.graph.a.tolist(), self.graph.b.tolist(), strict=True))

    @cached_property
    def roads_at(self) -> list[list[int]]:
        """The roads that end at each place, by index."""
        found: list[list[int]] = [[] for _ in self.graph.places]
        for road, ends in enumerate(self.ends):
            for place in ends:
                found[place].append(road)
        return found

    @classmethod
    def draw(cls, scenario: Scenario, luck: Luck) -> Terrain:
        """Draw capacities and speeds: once for a class, or for a road that has its own."""
        net = scenario.network
        seconds: dict[str, int] = {}
        capacity: dict[str, int] = {}
        for road in net.roads.values():
            default = net.classes[road.road_class]
            if road.speed is not None:
                speed = luck.value(road.speed, f"road:{road.id}:speed")
            else:
                speed = luck.value(default.speed, f"class:{default.id}:speed")
            if road.capacity is not None:
                kg = luck.whole(road.capacity, f"road:{road.id}:capacity")
            else:
                kg = luck.whole(default.capacity, f"class:{default.id}:capacity")
            # at least a second, so that no journey is instantaneous and plans stay acyclic; a
            # speed drawn from a long tail may be next to nothing
            seconds[road.id] = round(min(max(1.0, road.km / speed * 3600), LONGEST))
            capacity[road.id] = kg
        graph = Graph.build(
            net.places,
            [(r.id, r.a, r.b, seconds[r.id], r.km) for r in net.roads.values()],
        )
        return cls(
            graph,
            tuple(capacity[r] for r in graph.roads),
            tuple(
                UNLIMITED
                if (c := net.places[p].capacity) is None
                else luck.whole(c, f"place:{p}:capacity")
                for p in graph.places
            ),
        )


def _shares_text(shares: Mapping[str, int]) -> str:
    return ";".join(f"{actor}={_ppm_text(shares[actor])}" for actor in sorted(shares))


def _ppm_text(ppm: int) -> str:
    return f"{ppm // PPM}.{ppm % PPM:06d}".rstrip("0").rstrip(".")


class Control:
    """The state that events change, and what has been touched since the last settling.

    The mutating methods note the old value of what they touch; :meth:`settle` hands out
    the net changes, so that changes of one instant that cancel have no effect.
    """

    def __init__(self, terrain: Terrain) -> None:
        self.terrain = terrain
        self.holders: dict[str, dict[str, int]] = {}
        self.besieged: dict[str, frozenset[str]] = {}
        self.sealed: dict[str, frozenset[str]] = {}
        self.closed: dict[str, frozenset[str]] = {}
        self.kept: dict[tuple[Kind, str], dict[str, int]] = {}
        self._before: dict[Key, str] = {}

    @classmethod
    def at_start(cls, scenario: Scenario, terrain: Terrain) -> Control:
        """The state at the start of a scenario."""
        state = cls(terrain)
        for place in terrain.graph.places:
            holding = scenario.holders.get(place)
            state.holders[place] = dict(holding.shares) if holding else {}
            if holding and holding.besieged:
                state.besieged[place] = holding.besieged
            if holding and holding.sealed:
                state.sealed[place] = holding.sealed
        for road in scenario.network.roads.values():
            if road.closed:
                state.closed[road.id] = frozenset({"start"})
        return state

    def copy(self) -> Control:
        """An independent copy, without the notes of what was touched."""
        other = Control(self.terrain)
        other.holders = {p: dict(s) for p, s in self.holders.items()}
        other.besieged = dict(self.besieged)
        other.sealed = dict(self.sealed)
        other.closed = dict(self.closed)
        other.kept = {k: dict(v) for k, v in self.kept.items()}
        return other

    # --- what events do -------------------------------------------------------------

    def capture(self, place: str, shares: Mapping[str, int]) -> None:
        """Give a place to ``shares`` (ppm by actor); a siege of it ends."""
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
        if left:
            self.sealed[place] = left
        else:
            del self.sealed[place]

    def close(self, road: str, cause: str) -> None:
        """Close a road for ``cause``; it is open again when no cause is left."""
        self._touch("road", road, "state")
        self.closed[road] = self.closed.get(road, frozenset()) | {cause}

    def open(self, road: str, cause: str | None = None) -> None:
        """Take one cause of closure away, or all of them (None)."""
        if road not in self.closed:
            return
        self._touch("road", road, "state")
        left = self.closed[road] - {cause} if cause is not None else frozenset()
        if left:
            self.closed[road] = left
        else:
            del self.closed[road]

    def damage(self, kind: Kind, id_: str, cause: str, kept: int) -> None:
        """Leave ``kept`` (ppm) of the capacity of a place or road; damages multiply."""
        self._touch(kind, id_, "kept")
        self.kept.setdefault((kind, id_), {})[cause] = kept

    def repair(self, kind: Kind, id_: str, cause: str) -> None:
        """Take one damage away."""
        if cause not in self.kept.get((kind, id_), {}):
            return
        self._touch(kind, id_, "kept")
        del self.kept[kind, id_][cause]
        if not self.kept[kind, id_]:
            del self.kept[kind, id_]

    # --- what happened, in text -------------------------------------------------------

    def value(self, key: Key) -> str:
        """The value of one thing as control.csv writes it."""
        kind, id_, what = key
        if what == "holders":
            return _shares_text(self.holders[id_])
        if what == "besieged":
            return ";".join(sorted(self.besieged.get(id_, ())))
        if what == "sealed":
            return ";".join(sorted(self.sealed.get(id_, ())))
        if what == "state":
            return "closed" if id_ in self.closed else "open"
        return (
            "*".join(_ppm_text(k) for _, k in sorted(self.kept.get((kind, id_), {}).items())) or "1"
        )

    def settle(self) -> list[tuple[Key, str, str]]:
        """The net changes since the last call, as (key, old, new) sorted by key."""
        changes = [
            (key, old, new)
            for key, old in sorted(self._before.items())
            if (new := self.value(key)) != old
        ]
        self._before.clear()
        return changes

    def initial_rows(self) -> Iterator[tuple[Key, str]]:
        """Every thing that the state and the drawn terrain hold, for the start of control.csv."""
        graph = self.terrain.graph
        for i, place in enumerate(graph.places):
            yield ("place", place, "holders"), self.value(("place", place, "holders"))
            for what in ("besieged", "sealed"):
                if text := self.value(("place", place, what)):
                    yield ("place", place, what), text
            if self.terrain.place_capacity[i] != UNLIMITED:
                yield ("place", place, "capacity_kg_per_day"), str(self.terrain.place_capacity[i])
        for i, road in enumerate(graph.roads):
            yield ("road", road, "capacity_kg_per_day"), str(self.terrain.road_capacity[i])
            yield ("road", road, "seconds"), str(int(graph.seconds[i]))
            yield ("road", road, "state"), self.value(("road", road, "state"))

    def _touch(self, kind: Kind, id_: str, what: str) -> None:
        key: Key = (kind, id_, what)
        self._before.setdefault(key, self.value(key))


@dataclass(frozen=True)
class Side:
    """What one actor makes of the others.

    ``own`` holds the actor and its friends (friendship is mutual: either side naming it is
    enough); ``weight[h]`` is the share (ppm) of h's places that it may use, ``enemies``
    those of whose places it may use nothing.
    """

    actor: str
    own: frozenset[str]
    weight: Mapping[str, int]
    enemies: frozenset[str]

    @classmethod
    def of(cls, actor: str, actors: Mapping[str, Actor]) -> Side:
        me = actors[actor]
        own = {actor} | me.friends | {a.id for a in actors.values() if actor in a.friends}
        weight = {h: PPM if h in own else me.transit.get(h, 0) for h in actors}
        return cls(actor, frozenset(own), weight, frozenset(h for h, w in weight.items() if not w))

    def share(self, control: Control, place: str, foreign: bool = False) -> int:
        """The share of a place that the actor may use, in ppm squared.

        0 at a place sealed to it; the whole at a foreign source of its own; else what its
        holders let pass, the besieged ones aside.
        """
        sealed = control.sealed.get(place)
        if sealed and (self.actor in sealed or EVERYONE in sealed):
            return 0
        if foreign:
            return PPM * PPM
        ringed = control.besieged.get(place, ())
        share = 0
        for holder, ppm in control.holders[place].items():
            if holder not in ringed:
                share += ppm * self.weight[holder]
        return share

    def holds(self, control: Control, place: str) -> bool:
        """True where the actor or a friend holds a share of the place, besieged or not."""
        return not self.own.isdisjoint(control.holders[place])


class Passage:
    """Capacities that one actor finds, kept up to date as control changes.

    ``road`` is (m, 2) kg/day, both directions alike; ``place`` is (n,) kg/day with
    :data:`~sim.network.UNLIMITED`; ``open`` (n,) marks the places with any capacity.
    ``foreign`` names places that serve whoever holds them; ``load`` and ``truck_load``
    scale roads and places to a commodity. A road takes the smaller share of its two ends;
    capacities are floored once, after all factors.
    """

    def __init__(
        self,
        control: Control,
        side: Side,
        foreign: frozenset[str] = frozenset(),
        load: int = 1,
        truck_load: int = 1,
    ) -> None:
        self.control = control
        self.side = side
        self.foreign = foreign
        self._load = (load, truck_load)
        graph = control.terrain.graph
        self.share = [side.share(control, p, p in foreign) for p in graph.places]  # ppm squared
        # the capacities also as plain lists, which are read faster one by one
        self._place_kg = [self._of_place(p) for p in range(len(graph.places))]
        self._road_kg = [self._of_road(r) for r in range(len(graph.roads))]
        self.place: IntArray = np.array(self._place_kg, dtype=np.int64)
        self.open: BoolArray = self.place > 0
        self.road: IntArray = np.array([self._road_kg, self._road_kg], dtype=np.int64).T.copy()
        self._key = b""

    @property
    def key(self) -> bytes:
        """The capacities of roads and places as one key, to keep answers by."""
        if not self._key:
            self._key = self.road.tobytes() + self.place.tobytes()
        return self._key

    def under(self, control: Control) -> Passage:
        """The same actor's capacities under another state of control."""
        return Passage(control, self.side, self.foreign, *self._load)

    def sourced(self, foreign: frozenset[str]) -> Passage:
        """The same with sources at other ``foreign`` places."""
        other = copy(self)
        other.foreign = foreign
        other.share = self.share.copy()
        other._place_kg, other._road_kg = self._place_kg.copy(), self._road_kg.copy()
        other.place, other.open, other.road = (
            self.place.copy(), self.open.copy(), self.road.copy(),
        )  # fmt: skip
        other.refresh(foreign ^ self.foreign, ())
        return other

    def refresh(self, places: Iterable[str], roads: Iterable[str]) -> bool:
        """Recompute after ``places`` and ``roads`` changed; True where a capacity changed."""
        terrain = self.control.terrain
        graph = terrain.graph
        stale = {graph.road_index[r] for r in roads}
        changed = False
        for name in places:
            p = graph.place_index[name]
            self.share[p] = self.side.share(self.control, name, name in self.foreign)
            capacity = self._of_place(p)
            if capacity != self._place_kg[p]:
                self._place_kg[p] = capacity
                self.place[p] = capacity
                self.open[p] = capacity > 0
                changed = True
            stale.update(terrain.roads_at[p])
        for r in stale:
            capacity = self._of_road(r)
            if capacity != self._road_kg[r]:
                self._road_kg[r] = capacity
                self.road[r] = capacity
                changed = True
        if changed:
            self._key = b""
        return changed

    def _of_place(self, p: int) -> int:
        share, terrain = self.share[p], self.control.terrain
        whole = terrain.place_capacity[p]
        if whole == UNLIMITED:
            return UNLIMITED if share else 0
        return self._scaled(whole, share, "place", terrain.graph.places[p])

    def _of_road(self, r: int) -> int:
        terrain = self.control.terrain
        a, b = terrain.ends[r]
        least = self.share[a] if self.share[a] < self.share[b] else self.share[b]
        road = terrain.graph.roads[r]
        if not least or road in self.control.closed:
            return 0
        return self._scaled(terrain.road_capacity[r], least, "road", road)

    def _scaled(self, whole: int, share: int, kind: Kind, name: str) -> int:
        over, under = self._load
        over *= whole * share
        under *= PPM * PPM
        if (kind, name) in self.control.kept:
            for kept in self.control.kept[kind, name].values():
                over *= kept
                under *= PPM
        return over // under
