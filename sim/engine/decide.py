"""Decisions of actors: a new seat, an operation, men sent, by what displaced men choose by.

An actor decides once, when its day or its condition comes, among the options that are open to it
then: one of them, drawn by the probabilities of a multinomial logit. The option takes effect like
an event: what waits for it begins. The men that it sends, and garrisons that it tells to leave, set
out in that instant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from sim.base.numbers import percent
from sim.network import UNREACHABLE
from sim.scenario.model import Decision, DecisionOption, Sending, Withdrawal
from sim.state.record import DecisionRow

from .choice import Alternative, logit, utility
from .clock import Phase
from .conditions import Conditions
from .forces.combat import Combat
from .forces.force import Force
from .regroup import Regroup, threat
from .signals import Post
from .supply.axes import AxisState
from .withdraw import Withdrawals
from .world import World

SHARED = ("hours", "threat", "supply", "value")
"""The terms whose coefficients are the regroup rule's unless stated."""

OWN = ("population", "strength", "enemies", "axis")


class Column(NamedTuple):
    """Men of a garrison who can be sent, and the seconds that their way takes."""

    post: Post
    persons: int
    seconds: int


class Decisions:
    """The decisions of a run; ``seats`` are those that actors have moved, by actor."""

    def __init__(
        self,
        world: World,
        conditions: Conditions,
        axes: Mapping[str, AxisState],
        regroup: Regroup,
        forces: Mapping[str, Force],
        combat: Combat | None,
        withdrawals: Withdrawals,
    ) -> None:
        self._world = world
        self._axes = axes
        self._garrisons = regroup.garrisons
        self._regroup = regroup
        self._forces = forces
        self._combat = combat
        self._withdrawals = withdrawals
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
        text = f"{actor} decides on {chosen.id} ({percent(shares[n])}; {decision.name})"
        world.note_event("decision", decision.id, "", text)
        if chosen.sends is not None:
            for post, persons, _ in self._columns(decision, chosen.id, chosen.sends):
                self._regroup.send(post, chosen.sends.to, persons, chosen.id)
        if chosen.leaves is not None:
            self._withdrawals.of_option(decision.actor, decision.id, chosen.id, chosen.leaves)
        world.happened |= {decision.id, chosen.id}
        world.signals.state_changed.tell()

    def options(self, decision: Decision) -> list[Alternative]:
        """The options that are open now, with their utilities, by id.

        A seat must be held by its side and reached over its own roads, and so must the base of
        an operation, which must not have begun. Where men are all that it is about there must be
        some who can be sent.
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
        return utility((used[what] for what in terms), terms.values())

    def _terms(self, decision: Decision, option: DecisionOption) -> dict[str, float] | None:
        """What speaks for an option now, by term; None where it is not open."""
        world, actor = self._world, decision.actor
        side, control, graph = world.sides[actor], world.control, world.graph
        if option.place is None:
            if option.sends is not None:
                return self._terms_of_sending(decision, option, option.sends)
            if option.leaves is not None:
                return self._terms_of_leaving(decision.actor, option, option.leaves)
            return {"hours": 0.0, "value": option.value or 0.0}
        where, seconds = option.place, 0
        persons = self._garrisons.of((actor, option.place))
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
        hours = (int(ways.seconds[there]) + seconds) / 3600
        supply = float(self._regroup.fed(actor)[there])
        return self._terms_of_place(actor, option, option.place, hours, supply, persons)

    def _terms_of_place(
        self,
        actor: str,
        option: DecisionOption,
        place: str,
        hours: float,
        supply: float,
        persons: int,
    ) -> dict[str, float]:
        """What speaks for an option that is about a place, by term; ``persons`` are its own."""
        world, side = self._world, self._world.sides[actor]
        index = world.graph.place_index[place]
        population = world.scenario.network.places[place].population or 0
        strength, forces = self._garrisons.strength, self._forces.values()
        enemies = sum(strength.get((who, place), 0) for who in side.enemies)
        enemies += sum(f.strength for f in forces if f.actor in side.enemies and f.at(index))
        value = option.value
        return {
            "hours": hours,
            "threat": threat(world.control, side, index),
            "supply": supply,
            "value": self._regroup.value_of(actor, place) if value is None else value,
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

    # --- men who are sent ------------------------------------------------------------------

    def _terms_of_sending(
        self, decision: Decision, option: DecisionOption, sends: Sending
    ) -> dict[str, float] | None:
        """What speaks for sending men, by term; None where none can be sent.

        Hours are the mean of those who go; the other terms are those of the goal.
        """
        columns = self._columns(decision, option.id, sends)
        persons = sum(column.persons for column in columns)
        if not persons:
            return None
        hours = sum(column.persons * column.seconds for column in columns) / persons / 3600
        leave, graph = self._world.scenario.exits.get(sends.to), self._world.graph
        if leave is None:
            supply = float(self._regroup.fed(decision.actor)[graph.place_index[sends.to]])
            return self._terms_of_place(decision.actor, option, sends.to, hours, supply, persons)
        return {
            "hours": hours,
            "threat": leave.threat,
            "supply": leave.supply,
            "value": leave.value if option.value is None else option.value,
            "strength": math.log1p(persons / 1000),
            "axis": self._carried(option.axis),
        }

    def _terms_of_leaving(
        self, actor: str, option: DecisionOption, leaves: Withdrawal
    ) -> dict[str, float] | None:
        """What speaks for an order to leave, by term; None where nobody can.

        Hours are the mean of those who go.
        """
        going = self._withdrawals.open_to(actor, leaves)
        persons = sum(persons for persons, _ in going)
        if not persons:
            return None
        hours = sum(persons * seconds for persons, seconds in going) / persons / 3600
        strength = math.log1p(persons / 1000)
        return {"hours": hours, "value": option.value or 0.0, "strength": strength}

    def _columns(self, decision: Decision, option: str, sends: Sending) -> list[Column]:
        """The men who can be sent now, by garrison in turn, no more than the goal has room for.

        A garrison that is ringed, in battle or without a way to a goal of its side sends none.
        """
        world, regroup, actor = self._world, self._regroup, decision.actor
        control, goal = world.control, sends.to
        if goal in control.holders and not world.sides[actor].holds(control, goal):
            return []
        share = world.luck.value(sends.share, f"decision:{decision.id}:sends:{option}")
        room = regroup.room(goal)
        found: list[Column] = []
        for post in self._garrisons.in_turn((actor, place) for place in sends.places):
            place = post[1]
            ringed = actor in control.besieged.get(place, ())
            if ringed or (self._combat is not None and self._combat.of_post(post) is not None):
                continue
            persons = int(self._garrisons.of(post) * share + 1e-9)
            if room is not None:
                persons = max(0, min(persons, room - sum(column.persons for column in found)))
            seconds = regroup.seconds_to(goal, regroup.ways_from(actor, place))
            if persons and seconds < UNREACHABLE:
                found.append(Column(post, persons, seconds))
        return found
