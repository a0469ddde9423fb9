"""What one actor makes of the others: whose places it may use, and who are its enemies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.scenario.model import PPM, Actor

from .control import EVERYONE, Control


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

    def shares(self, control: Control, foreign: frozenset[str]) -> list[int]:
        """The :meth:`share` of every place, in the order of the graph."""
        graph, holders, weight = control.terrain.graph, control.holders, self.weight
        found = []
        for place in graph.places:
            share = 0
            for holder, ppm in holders[place].items():
                share += ppm * weight[holder]
            found.append(share)
        for place in {*control.sealed, *control.besieged, *foreign}:
            found[graph.place_index[place]] = self.share(control, place, place in foreign)
        return found

    def holds(self, control: Control, place: str) -> bool:
        """True where the actor or a friend holds a share of the place, besieged or not."""
        return not self.own.isdisjoint(control.holders[place])


class Everyone(Side):
    """All actors taken together: no place is closed to all of them, whoever holds it."""

    def __init__(self) -> None:
        super().__init__(EVERYONE, frozenset(), {}, frozenset())

    def share(self, control: Control, place: str, foreign: bool = False) -> int:
        """The whole of every place, in ppm squared."""
        return PPM * PPM

    def shares(self, control: Control, foreign: frozenset[str]) -> list[int]:
        """The :meth:`share` of every place."""
        return [PPM * PPM] * len(control.terrain.graph.places)
