"""What each actor can pass: its capacities of roads and places, brought up to date together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from itertools import chain
from typing import NamedTuple

import numpy as np

from sim.network import UNLIMITED, BoolArray, IntArray
from sim.scenario.model import PPM

from .control import EVERYONE, PROFILE, Control, Kind
from .sides import Everyone, Side


class Passage:
    """Capacities that one actor finds, kept up to date as control changes.

    ``road`` is (m, 2) kg/day, there and back; ``place`` is (n,) kg/day with
    :data:`~sim.network.UNLIMITED`, ``kg`` (2m + n,) both as one; ``open`` (n,) marks the places
    with any capacity.
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
        self.share = side.shares(control, foreign)  # ppm squared
        # the capacities also as plain lists, which are read faster one by one
        self._place_kg = self._of_places()
        self._road_kg = self._of_roads()
        amounts = chain(chain.from_iterable(self._road_kg), self._place_kg)
        count = 2 * len(self._road_kg) + len(self._place_kg)
        self._hold(np.fromiter(amounts, np.int64, count))
        self._key = b""

    def _hold(self, kg: IntArray) -> None:
        self.kg = kg
        roads = 2 * len(self._road_kg)
        self.road: IntArray = kg[:roads].reshape(-1, 2)
        self.place: IntArray = kg[roads:]
        self.open: BoolArray = self.place > 0

    @property
    def key(self) -> bytes:
        """The capacities of roads and places as one key, to keep answers by."""
        if not self._key:
            self._key = self.kg.tobytes()
        return self._key

    @property
    def load(self) -> int:
        """Of the commodity (kg a truck)."""
        return self._load[0]

    def carries(self, road: int, start: int) -> bool:
        """True where a road can be used from ``start``, the place at one of its ends."""
        there, back = self._road_kg[road]
        return (there if self.control.terrain.ends[road][0] == start else back) > 0

    def waits(self, road: int, start: int) -> bool:
        """True where only profiles keep who is on a road, or about to take it, from going on."""
        terrain, control = self.control.terrain, self.control
        a, b = terrain.ends[road]
        if self.carries(road, start) and not (self.pauses(a) or self.pauses(b)):
            return False
        name, least = terrain.graph.roads[road], min(self.share[a], self.share[b])
        if not least or name in control.closed:
            return False
        whole = terrain.road_capacity[road][a != start]
        return self._scaled(whole, least, "road", name, profiles=False) > 0

    def pauses(self, place: int) -> bool:
        """True where only profiles leave a place no capacity."""
        if self._place_kg[place]:
            return False
        terrain, share = self.control.terrain, self.share[place]
        whole, name = terrain.place_capacity[place], terrain.graph.places[place]
        return whole < UNLIMITED and self._scaled(whole, share, "place", name, profiles=False) > 0

    def under(self, control: Control) -> Passage:
        """The same actor's capacities under another state of control."""
        return Passage(control, self.side, self.foreign, *self._load)

    def sourced(self, foreign: frozenset[str]) -> Passage:
        """The same with sources at other ``foreign`` places."""
        other = self.copied(self.control)
        other.foreign = foreign
        other.refresh(foreign ^ self.foreign, ())
        return other

    def copied(self, control: Control) -> Passage:
        """The same under a state of control that is equal now, and may change by itself."""
        other = copy(self)
        other.control, other.share = control, self.share.copy()
        other._place_kg, other._road_kg = self._place_kg.copy(), self._road_kg.copy()
        other._hold(self.kg.copy())
        return other

    def refresh(self, places: Iterable[str], roads: Iterable[str]) -> bool:
        """Recompute after ``places`` and ``roads`` changed; True where a capacity changed."""
        graph = self.control.terrain.graph
        shares = [(graph.place_index[p], p, self.side.share(self.control, p)) for p in places]
        return self.renew(shares, [graph.road_index[r] for r in roads])

    def renew(self, places: Iterable[tuple[int, str, int]], roads: Iterable[int]) -> bool:
        """As :meth:`refresh`, of roads by index and places by index, id and the actor's share."""
        terrain, shares, stale, changed = self.control.terrain, self.share, set(roads), False
        for p, name, share in places:
            if name in self.foreign:
                share = self.side.share(self.control, name, foreign=True)
            if share != shares[p]:
                shares[p] = share
                stale.update(terrain.graph.shape.roads_at[p])  # a place bears by its share alone
            elif terrain.place_capacity[p] == UNLIMITED:
                continue
            capacity = self._of_place(p)
            if capacity != self._place_kg[p]:
                self._place_kg[p] = capacity
                self.place[p] = capacity
                self.open[p] = capacity > 0
                changed = True
        for r in stale:
            a, b = terrain.ends[r]
            each_way = self._of_road(r) if shares[a] and shares[b] else (0, 0)
            if each_way != self._road_kg[r]:
                self._road_kg[r] = each_way
                self.kg[2 * r], self.kg[2 * r + 1] = each_way
                changed = True
        if changed:
            self._key = b""
        return changed

    def _of_places(self) -> list[int]:
        """All of :meth:`_of_place`; most places have no limit, or let nobody pass."""
        ways = zip(self.share, self.control.terrain.place_capacity, strict=True)
        return [
            share and (whole if whole == UNLIMITED else self._of_place(p))
            for p, (share, whole) in enumerate(ways)
        ]

    def _of_place(self, p: int) -> int:
        share, terrain = self.share[p], self.control.terrain
        whole = terrain.place_capacity[p]
        if whole == UNLIMITED:
            return UNLIMITED if share else 0
        return self._scaled(whole, share, "place", terrain.graph.places[p])

    def _of_roads(self) -> list[tuple[int, int]]:
        """All of :meth:`_of_road`; most roads are whole, or lead where nothing passes."""
        terrain, control, share, whole = (
            self.control.terrain, self.control, self.share, PPM * PPM,
        )  # fmt: skip
        damaged = {road for kind, road in control.kept if kind == "road"}
        touched = damaged | control.closed.keys() | control.pace.keys()
        ways = zip(terrain.ends, terrain.graph.roads, terrain.in_loads(*self._load), strict=True)
        return [
            (0, 0) if not (share[a] and share[b])
            else capacity if share[a] == whole == share[b] and road not in touched
            else self._of_road(r)
            for r, ((a, b), road, capacity) in enumerate(ways)
        ]  # fmt: skip

    def _of_road(self, r: int) -> tuple[int, int]:
        """The capacity of a road that has a share at both its ends."""
        terrain, control = self.control.terrain, self.control
        a, b = terrain.ends[r]
        least = self.share[a] if self.share[a] < self.share[b] else self.share[b]
        road = terrain.graph.roads[r]
        if road in control.closed or (road in control.pace and control.stands(road)):
            return 0, 0
        if least == PPM * PPM and ("road", road) not in control.kept:
            return terrain.in_loads(*self._load)[r]
        there, back = terrain.road_capacity[r]
        left = self._scaled(there, least, "road", road)
        return left, left if back == there else self._scaled(back, least, "road", road)

    def _scaled(
        self, whole: int, share: int, kind: Kind, name: str, *, profiles: bool = True
    ) -> int:
        over, under = self._load
        over *= whole * share
        under *= PPM * PPM
        if (kind, name) in self.control.kept:
            for cause, kept in self.control.kept[kind, name].items():
                if profiles or not cause.startswith(PROFILE):
                    over *= kept
                    under *= PPM
        return over // under


class Passages:
    """The :class:`Passage` of each actor under one state of control."""

    def __init__(self, control: Control, sides: Mapping[str, Side], truck_load: int) -> None:
        self._control = control
        self._sides = {**sides, EVERYONE: Everyone()}
        self._truck_load = truck_load
        self._kept: dict[str, dict[tuple[int, frozenset[str]], Passage]] = {}

    def of(
        self, actor: str, foreign: frozenset[str] = frozenset(), load: int | None = None
    ) -> Passage:
        """What an actor can pass, with its sources at ``foreign`` places.

        ``load`` (kg a truck) is that of a commodity; None for the standard load.
        """
        load = self._truck_load if load is None else load
        kept = self._kept.setdefault(actor, {})
        found = kept.get((load, foreign))
        if found is None:
            near = next((kept[of] for of in kept if of[0] == load), None)
            if near is None:
                side = self._sides[actor]
                near = Passage(self._control, side, foreign, load, self._truck_load)
            found = near if near.foreign == foreign else near.sourced(foreign)
            kept[load, foreign] = found
        return found

    def like(self, passage: Passage) -> Passage:
        """The same as one that another state of control has made, which is equal now."""
        kept, key = self._kept.setdefault(passage.side.actor, {}), (passage.load, passage.foreign)
        if key not in kept:
            kept[key] = passage.copied(self._control)
        return kept[key]

    def whole(self, load: int) -> Passage:
        """What state and damage leave of each road and place, for all actors together."""
        return self.of(EVERYONE, load=load)

    def refresh(self, places: Iterable[str], roads: Iterable[str]) -> set[Passage]:
        """Take in that places and roads changed; those where a capacity is another now."""
        graph, moved = self._control.terrain.graph, set[Passage]()
        spots = [(graph.place_index[place], place) for place in places]
        ways = [graph.road_index[road] for road in roads]
        for actor, kept in self._kept.items():
            side = self._sides[actor]
            shares = [(p, place, side.share(self._control, place)) for p, place in spots]
            moved.update([passage for passage in kept.values() if passage.renew(shares, ways)])
        return moved


class Seen(NamedTuple):
    """The state from ``time`` (s) on, and what each actor can pass in it.

    ``places`` are those that something changed at since the state before, ``moved`` those of the
    passages that were asked for before whose capacities are others now; at the start neither is
    told. State and passages are the same objects at every instant, changed.
    """

    time: int
    control: Control
    ways: Passages
    places: Collection[str]
    moved: Collection[Passage]
