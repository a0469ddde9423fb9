"""What several maps of one network have together: for films and small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.measure.routes import Doing
from sim.view.data import MapData, MapPlace, MapRoad

from .layout import OnMap


def union(maps: Sequence[MapData]) -> MapData:
    """The first map with the marks of all of them, so that names keep clear of every one.

    Forces are left out: they move, and keep clear of the names themselves.
    """
    first = maps[0]
    places = tuple(map(_joint_place, zip(*(m.places for m in maps), strict=True)))
    roads = tuple(map(_joint_road, zip(*(m.roads for m in maps), strict=True)))
    return replace(
        first, when="", places=places, roads=roads, cut_word="minimum cut, or lost", forces=(),
        cut_places=frozenset[str]().union(*(m.cut_places for m in maps)),
        cut_roads=frozenset[str]().union(*(m.cut_roads for m in maps)),
        subjects=frozenset[str]().union(*(m.subjects for m in maps)),
    )  # fmt: skip


def _joint_place(same: tuple[MapPlace, ...]) -> MapPlace:
    """A place of several maps, with what befalls it on any of them."""
    if not any(p.besieged or p.sealed for p in same):  # most of thousands
        return same[0]
    besieged = frozenset[str]().union(*(p.besieged for p in same))
    return replace(same[0], besieged=besieged, sealed=any(p.sealed for p in same))


def _joint_road(same: tuple[MapRoad, ...]) -> MapRoad:
    """A road of several maps, with the greatest of its flows."""
    if not any(r.flow or r.state == "cut" for r in same):
        return same[0]
    state = "cut" if any(r.state == "cut" for r in same) else same[0].state
    return replace(same[0], flow=max((r.flow for r in same), key=abs), state=state)


def merged(seen: Sequence[OnMap]) -> OnMap:
    """What occurs on any of the maps."""
    return OnMap(
        actors=tuple(dict.fromkeys(a for s in seen for a in s.actors)),
        largest=max(s.largest for s in seen),
        marks=frozenset[str]().union(*(s.marks for s in seen)),
        forces=frozenset[Doing]().union(*(s.forces for s in seen)),
        fine=min(s.fine for s in seen),
    )
