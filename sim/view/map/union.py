"""What several maps of one network have together: for films and small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.measure.routes import Doing
from sim.view.data import MapData

from .layout import OnMap


def union(maps: Sequence[MapData]) -> MapData:
    """The first map with the marks of all of them, so that names keep clear of every one.

    Forces are left out: they move, and keep clear of the names themselves.
    """
    first = maps[0]
    places = tuple(
        replace(
            p,
            besieged=frozenset[str]().union(*(m.places[i].besieged for m in maps)),
            sealed=any(m.places[i].sealed for m in maps),
        )
        for i, p in enumerate(first.places)
    )
    roads = tuple(
        replace(
            r,
            flow=max((m.roads[i].flow for m in maps), key=abs),
            state="cut" if any(m.roads[i].state == "cut" for m in maps) else r.state,
        )
        for i, r in enumerate(first.roads)
    )
    return replace(
        first, when="", places=places, roads=roads, cut_word="minimum cut, or lost", forces=(),
        cut_places=frozenset[str]().union(*(m.cut_places for m in maps)),
        cut_roads=frozenset[str]().union(*(m.cut_roads for m in maps)),
        subjects=frozenset[str]().union(*(m.subjects for m in maps)),
    )  # fmt: skip


def merged(seen: Sequence[OnMap]) -> OnMap:
    """What occurs on any of the maps."""
    return OnMap(
        actors=tuple(dict.fromkeys(a for s in seen for a in s.actors)),
        largest=max(s.largest for s in seen),
        marks=frozenset[str]().union(*(s.marks for s in seen)),
        forces=frozenset[Doing]().union(*(s.forces for s in seen)),
        fine=min(s.fine for s in seen),
    )
