"""Decisions of actors: a new seat, a new operation, by the values by which displaced men choose.

An actor decides once, when its day or its condition comes, among the options that are open to it
then: one of them, drawn by the probabilities of a multinomial logit. The option takes effect like
an event: what waits for it begins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from sim.scenario.model import Decision, DecisionOption
from sim.state.record import DecisionRow

from .choice import Alternative, logit, utility
from .clock import Phase
from .conditions import Conditions
from .forces.force import Force
from .regroup import Regroup, threat
from .supply.axes import AxisState
from .world import World

SHARED = ("hours", "threat", "supply", "value")
"""The terms whose coefficients are the regroup rule's unless stated."""

OWN = ("population", "strength", "enemies", "axis")


class Decisions:
    """The decisions of a run; ``seats`` are those that actors have moved, by actor."""

    def __init__(
        self,
        world: World,
        conditions: Conditions,
        axes: Mapping[str, AxisState],
        regroup: Regroup,
        forces: Mapping[str, Force],
    ) -> None:
        self._world = world
        self._axes = axes
        self._garrisons = regroup.garrisons
        self._regroup = regroup
        self._forces = forces
        self.seats: dict[str, str] = {}
        for decision in world.scenario.decisions.values():
            name = f"decision:{decision.id}"
            if world.luck.happens(decision.chance, f"{name}:happens"):
                conditions.when_due(name, decision, partial(self._schedule, decision))

    def _schedule(self, decision: Decision, time: int) -> None:
        """Let an actor decide at ``time`` (s)."""
        act = partial(self._decide, decision)
        self._world.clock.at(time, Phase.DECISIONS, f"decision:{decision.id}", act)

    def _decide(self, decision: Decision) -> None:
        world, now = self._world, self._world.clock.now
        options = self.options(decision)
        actor = world.scenario.actors[decision.actor].name
        if not options:
            world.note_event("decision", decision.id, "", f"{actor} has nothing to decide on")
            return
        shares = logit([option.utility for option in options])
        n = world.luck.pick(shares, f"decision:{decision.id}")
        chosen = decision.options[options[n].id]
        world.record.decisions.extend(
            DecisionRow(now, decision.id, decision.actor, o.id, share, int(i == n), o.seconds)
            for i, (o, share) in enumerate(zip(options, shares, strict=True))
        )
        if chosen.place is not None and chosen.operation is None:
            self.seats[decision.actor] = chosen.place
        text = f"{actor} decides on {chosen.id} ({shares[n]:.0%}; {decision.name})"
        world.note_event("decision", decision.id, "", text)
        world.happened |= {decision.id, chosen.id}
        world.signals.state_changed.tell()

    def options(self, decision: Decision) -> list[Alternative]:
        """The options that are open now, with their utilities, by id.

        A seat must be held by its side and reached over its own roads, and so must the base of
        an operation, which must not have begun.
        """
        found = []
        for _, option in sorted(decision.options.items()):
            if (terms := self._terms(decision, option)) is not None:
                seconds = round(terms["hours"] * 3600)
                found.append(Alternative(option.id, self._utility(decision, terms), None, seconds))
        return found

    def _utility(self, decision: Decision, terms: dict[str, float]) -> float:
        rule = self._regroup.coefficients(decision.actor)
        used = {}
        for what in (*SHARED, *OWN):
            stated = getattr(decision, what)
            used[what] = rule.get(what, 0.0)
            if stated is not None:
                used[what] = self._world.luck.value(stated, f"decision:{decision.id}:{what}")
        return utility(used, terms)

    def _terms(self, decision: Decision, option: DecisionOption) -> dict[str, float] | None:
        """What speaks for an option now, by term; None where it is not open."""
        world, actor = self._world, decision.actor
        side, control, graph = world.sides[actor], world.control, world.graph
        if option.place is None:
            return {"hours": 0.0, "value": option.value or 0.0}
        index, persons = graph.place_index[option.place], self._garrisons.of((actor, option.place))
        where, seconds = option.place, 0
        if option.operation is not None:
            force = self._forces.get(option.operation)
            if force is None or force.mode != "waiting":
                return None
            where, persons = force.place(0), force.strength
            seconds = sum(int(graph.seconds[road]) for road in force.roads)
        ways = self._regroup.ways_from(actor, self.seats.get(actor, decision.seat))
        there = graph.place_index[where]
        if not ways.reaches(there) or not side.holds(control, where):
            return None
        population = world.scenario.network.places[option.place].population or 0
        strength, forces = self._garrisons.strength, self._forces.values()
        enemies = sum(strength.get((who, option.place), 0) for who in side.enemies)
        enemies += sum(f.strength for f in forces if f.actor in side.enemies and f.at(index))
        value = option.value
        if value is None:
            value = self._regroup.value_of(actor, option.place)
        return {
            "hours": (int(ways.seconds[there]) + seconds) / 3600,
            "threat": threat(control, side, index),
            "supply": float(self._regroup.fed(actor)[there]),
            "value": value,
            "population": math.log1p(population / 1000),
            "strength": math.log1p(persons / 1000),
            "enemies": math.log1p(enemies / 1000),
            "axis": self._carried(option.axis),
        }

    def _carried(self, axis: str | None) -> float:
        """Share of an axis' demand that it can carry now; 1 where it asks for nothing."""
        if axis is None:
            return 0.0
        state = self._axes[axis]
        asked = sum(sink.asks for sink in state.sinks.values())
        return min(1.0, state.capacity / asked) if asked else 1.0
