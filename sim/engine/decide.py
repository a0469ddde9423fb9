"""Decisions of actors: a new seat, a new operation, by the values by which displaced men choose.

An actor decides once, when its day or its condition comes, among the options that are open to it
then: one of them, drawn by the probabilities of a multinomial logit. The option takes effect like
an event: what waits for it begins.
"""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import TYPE_CHECKING

from sim.scenario.model import Decision, DecisionOption
from sim.state.record import DecisionRow

from .choice import Option, logit, utility
from .clock import Phase
from .regroup import threat

if TYPE_CHECKING:
    from .simulation import Simulation

SHARED = ("hours", "threat", "supply", "value")
"""The terms whose coefficients are the regroup rule's unless stated."""

OWN = ("population", "strength", "enemies", "axis")


class Decisions:
    """The decisions of a run; ``seats`` are those that actors have moved, by actor."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.seats: dict[str, str] = {}
        for decision in sim.scenario.decisions.values():
            name = f"decision:{decision.id}"
            if decision.chance < 1 and sim.luck.uniform(f"{name}:happens") >= decision.chance:
                continue
            if decision.at is not None:
                self._await(decision, round(sim.luck.value(decision.at, f"{name}:at")))
            elif decision.when is not None:
                sim.wait_for(name, decision.when, partial(self._after, decision))

    def _after(self, decision: Decision) -> None:
        sim, wait = self.sim, 0
        if decision.delay is not None:
            wait = round(sim.luck.value(decision.delay, f"decision:{decision.id}:delay"))
        self._await(decision, sim.clock.now + max(1, wait))

    def _await(self, decision: Decision, time: int) -> None:
        if 0 <= time <= self.sim.scenario.length:
            name = f"decision:{decision.id}"
            self.sim.clock.at(time, Phase.DECISIONS, name, partial(self._decide, decision))

    def _decide(self, decision: Decision) -> None:
        sim, now = self.sim, self.sim.clock.now
        options = self.options(decision)
        actor = sim.scenario.actors[decision.actor].name
        if not options:
            sim.note_event("decision", decision.id, "", f"{actor} has nothing to decide on")
            return
        shares = logit([option.utility for option in options])
        drawn = sim.luck.uniform(f"decision:{decision.id}") * math.fsum(shares)
        sums = list(itertools.accumulate(shares))
        n = next((i for i, total in enumerate(sums) if drawn < total), len(sums) - 1)
        chosen = decision.options[options[n].id]
        sim.record.decisions.extend(
            DecisionRow(now, decision.id, decision.actor, o.id, share, int(i == n), o.seconds)
            for i, (o, share) in enumerate(zip(options, shares, strict=True))
        )
        if chosen.place is not None and chosen.operation is None:
            self.seats[decision.actor] = chosen.place
        text = f"{actor} decides on {chosen.id} ({shares[n]:.0%}; {decision.name})"
        sim.note_event("decision", decision.id, "", text)
        sim.happened |= {decision.id, chosen.id}
        sim.state_changed()

    def options(self, decision: Decision) -> list[Option]:
        """The options that are open now, with their utilities, by id.

        A seat must be held by its side and reached over its own roads, and so must the base of
        an operation, which must not have begun.
        """
        found = []
        for _, option in sorted(decision.options.items()):
            if (terms := self._terms(decision, option)) is not None:
                seconds = round(terms["hours"] * 3600)
                found.append(Option(option.id, self._utility(decision, terms), None, seconds))
        return found

    def _utility(self, decision: Decision, terms: dict[str, float]) -> float:
        rule = self.sim.regroup.coefficients(decision.actor)
        used = {}
        for what in (*SHARED, *OWN):
            stated = getattr(decision, what)
            used[what] = rule.get(what, 0.0)
            if stated is not None:
                used[what] = self.sim.luck.value(stated, f"decision:{decision.id}:{what}")
        return utility(used, terms)

    def _terms(self, decision: Decision, option: DecisionOption) -> dict[str, float] | None:
        """What speaks for an option now, by term; None where it is not open."""
        sim, actor = self.sim, decision.actor
        regroup, side, control = sim.regroup, sim.sides[actor], sim.control
        graph = control.terrain.graph
        if option.place is None:
            return {"hours": 0.0, "value": option.value or 0.0}
        index, persons = (
            graph.place_index[option.place],
            regroup.strength.get((actor, option.place)),
        )
        where, seconds = option.place, 0
        if option.operation is not None:
            force = next((f for f in sim.forces() if f.id == option.operation), None)
            if force is None or force.mode != "waiting":
                return None
            where, persons = force.place(0), force.strength
            seconds = sum(int(graph.seconds[road]) for road in force.roads)
        ways = regroup.ways_from(actor, self.seats.get(actor, decision.seat))
        there = graph.place_index[where]
        if not ways.reaches(there) or not side.holds(control, where):
            return None
        population = sim.scenario.network.places[option.place].population or 0
        enemies = sum(
            n
            for (who, place), n in regroup.strength.items()
            if place == option.place and who in side.enemies
        )
        enemies += sum(f.strength for f in sim.forces() if f.actor in side.enemies and f.at(index))
        value = option.value
        if value is None:
            value = regroup.value_of(actor, option.place)
        return {
            "hours": (int(ways.seconds[there]) + seconds) / 3600,
            "threat": threat(control, side, index),
            "supply": float(regroup.fed(actor)[there]),
            "value": value,
            "population": math.log1p(population / 1000),
            "strength": math.log1p((persons or 0) / 1000),
            "enemies": math.log1p(enemies / 1000),
            "axis": self._carried(option.axis),
        }

    def _carried(self, axis: str | None) -> float:
        """Share of an axis' demand that it can carry now; 1 where it asks for nothing."""
        if axis is None:
            return 0.0
        state = self.sim.supply.axes[axis]
        asked = sum(sink.asks for sink in state.sinks.values())
        return min(1.0, state.capacity / asked) if asked else 1.0
