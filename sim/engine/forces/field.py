"""The field: the forces of a run, and who stands in whose way."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.garrisons import Garrisons
from sim.engine.signals import Signal
from sim.engine.world import World
from sim.state.sides import Side

from .battle import BattleSide
from .force import Force


class Field:
    """Where who stands: ``forces`` by id of the operation, in the order in which they act.

    ``moved`` tells of each force that does something new.
    """

    def __init__(self, world: World, garrisons: Garrisons) -> None:
        self._world = world
        self._garrisons = garrisons
        self.moved: Signal[[Force]] = Signal()
        operations = world.scenario.operations.values()
        self.forces = {
            operation.id: Force.muster(world, operation, rank, self.moved)
            for rank, operation in enumerate(sorted(operations, key=lambda o: (o.priority, o.id)))
        }

    def defenders(self, side: Side, place: str) -> BattleSide:
        """Who stands in the way of a side at a place: enemy garrisons and forces in it.

        Enemies that have a ring round it or storm it themselves are met first, and alone.
        """
        world, enemies = self._world, side.enemies
        index = world.graph.place_index[place]
        forces = [
            other
            for other in self.forces.values()
            if other.actor in enemies and other.at(index) and other.strength
        ]
        if outside := [other for other in forces if other.km]:
            return BattleSide(outside, [])
        strength = self._garrisons.strength
        posts = [
            (actor, place)
            for actor in sorted(enemies)
            if strength.get((actor, place)) and world.sides[actor].holds(world.control, place)
        ]
        return BattleSide(forces, posts)

    def ring_round(self, force: Force) -> list[Force]:
        """The enemy forces that have closed a ring round the place where a force stands."""
        return [] if force.km else self.rings_round(force.place(force.leg), force.side)

    def rings_round(self, place: str, side: Side) -> list[Force]:
        """The forces of a side's enemies that have closed a ring round a place."""
        return [
            force
            for force in self.forces.values()
            if force.ringed == place and force.actor in side.enemies and force.strength
        ]

    def faced(self, side: Side) -> set[str]:
        """The places that a force of a side's enemies stands right before."""
        return {
            f.place(f.leg + 1)
            for f in self.forces.values()
            if f.before and f.strength and f.actor in side.enemies
        }

    def right_before(self, place: str) -> Iterator[Force]:
        """The forces that stand right before a place, the next stop of each."""
        index = self._world.graph.place_index[place]
        forces = (f for f in self.forces.values() if not f.arrived)
        return (f for f in forces if f.stops[f.leg + 1] == index and f.before)
