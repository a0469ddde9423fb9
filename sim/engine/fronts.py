"""Fronts and reserves: who sends whom to which threatened place, and who strikes back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sim.scenario.model import FrontRule

from .clock import Phase
from .combat import Post

if TYPE_CHECKING:
    from .operations import Force
    from .simulation import Simulation

SEEN = ("marching", "ringing", "fighting", "stalled", "holding")
"""What a force does when those before it count as threatened."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rule with its numbers drawn."""

    rule: FrontRule
    hours: float
    value: float
    threat: float
    ratio: float
    delay: int
    counter: float | None


class Fronts:
    """Reserves of a run; ``spare`` is what each garrison may still send (persons)."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._rules: dict[str, Drawn] = {}
        self._deciding: set[str] = set()
        self.spare: dict[Post, int] = {}
        for actor, rule in sorted(sim.scenario.fronts.items()):
            self._rules[actor] = self._draw(rule)
        for garrison in sim.scenario.garrisons.values():
            if garrison.reserve is not None and garrison.actor in self._rules:
                share = sim.luck.value(garrison.reserve, f"garrison:{garrison.id}:reserve")
                post = (garrison.actor, garrison.place)
                persons = sim.luck.whole(garrison.strength, f"garrison:{garrison.id}:strength")
                self.spare[post] = self.spare.get(post, 0) + math.floor(persons * share)

    def _draw(self, rule: FrontRule) -> Drawn:
        def value(what: str) -> float:
            return self.sim.luck.value(getattr(rule, what), f"fronts:{rule.actor}:{what}")

        counter = None if rule.counter is None else value("counter")
        return Drawn(
            rule, value("hours"), value("value"), value("threat"), value("ratio"),
            round(value("delay")), counter,
        )  # fmt: skip

    def look(self, force: Force) -> None:
        """A force does something new: those whom it threatens will decide, after their delay."""
        side = self.sim.sides[force.operation.actor]
        for actor, drawn in self._rules.items():
            if actor in side.enemies and actor not in self._deciding:
                self._deciding.add(actor)
                clock = self.sim.clock
                clock.at(
                    clock.now + max(1, drawn.delay),
                    Phase.DECISIONS,
                    f"fronts:{actor}",
                    partial(self._decide, actor),
                )

    def threatened(self, actor: str) -> dict[str, int]:
        """The next place of an actor before each enemy force, with the persons before it."""
        sim, found = self.sim, dict[str, int]()
        graph, control = sim.control.terrain.graph, sim.control
        side = sim.sides[actor]
        for force in sim.forces():
            if force.operation.actor not in side.enemies or force.mode not in SEEN:
                continue
            for stop in force.stops[force.leg :]:
                place = graph.places[stop]
                if actor in control.holders[place]:
                    found[place] = found.get(place, 0) + force.strength
                    break
        return found

    def _decide(self, actor: str) -> None:
        self._deciding.discard(actor)
        sim, drawn = self.sim, self._rules[actor]
        fronts = self.threatened(actor)
        needs = {
            place: max(0, math.ceil(drawn.ratio * attackers) - self._defending(actor, place))
            for place, attackers in fronts.items()
        }
        for post in sorted(p for p in self.spare if p[0] == actor):
            source = post[1]
            able = min(self.spare[post], sim.regroup.strength.get(post, 0))
            ringed = actor in sim.control.besieged.get(source, ())
            if sim.operations is not None and sim.operations.combat.of_post(post) is not None:
                continue
            if able <= 0 or ringed or source in drawn.rule.hold or source in fronts:
                continue
            for place in self._ranked(drawn, source, fronts):
                sent = min(able, needs[place])
                if sent:
                    sim.regroup.send(actor, source, place, sent)
                    self.spare[post] -= sent
                    able -= sent
                    needs[place] -= sent
        for place in fronts:
            self.strike_back(actor, place)

    def _defending(self, actor: str, place: str) -> int:
        """Persons of an actor at a place or on their way to it."""
        regroup = self.sim.regroup
        return regroup.strength.get((actor, place), 0) + regroup.under_way(actor, place)

    def _ranked(self, drawn: Drawn, source: str, fronts: dict[str, int]) -> list[str]:
        """The fronts that men can reach from a place, the weightiest first, ties by id."""
        sim, actor = self.sim, drawn.rule.actor
        ways = sim.regroup.ways_from(actor, source)
        index = sim.control.terrain.graph.place_index
        weights = {}
        for place, attackers in fronts.items():
            if not ways.reaches(index[place]):
                continue
            hours = int(ways.seconds[index[place]]) / 3600
            ratio = attackers / max(1, self._defending(actor, place))
            weights[place] = (
                drawn.hours * hours
                + drawn.value * drawn.rule.values.get(place, 0.0)
                + drawn.threat * math.log(max(ratio, 1e-9))
            )
        return sorted(weights, key=lambda p: (-weights[p], p))

    def strike_back(self, actor: str, place: str) -> None:
        """Those at a place go at the force before it where they are strong enough."""
        sim, drawn = self.sim, self._rules.get(actor)
        operations = sim.operations
        if drawn is None or drawn.counter is None or operations is None:
            return
        post = (actor, place)
        strength = sim.regroup.strength.get(post, 0)
        if not strength or actor in sim.control.besieged.get(place, ()):
            return
        combat = operations.combat
        graph = sim.control.terrain.graph
        for force in sim.forces():
            if force.operation.actor not in sim.sides[actor].enemies:
                continue
            if force.mode not in ("marching", "stalled", "holding") or not force.strength:
                continue
            if force.mode != "marching" and not force.position():
                continue  # back at its base, it stands before nobody
            if force.leg >= len(force.roads) or graph.places[force.stops[force.leg + 1]] != place:
                continue
            free = combat.of_force(force) is None and combat.of_post(post) is None
            if free and strength >= drawn.counter * force.strength:
                operations.counter(force, [post])
