"""Regrouping: where displaced strength goes, by multinomial logit.

When a place is lost, what is left of the garrisons of those who lost it chooses among the
own places that it can still reach, the named exits, and staying. The choice is McFadden's
conditional logit (McFadden 1974) over travel time, threat, supply, billets left and value;
the units of each are in docs/definitions.md. Where billets run out, those who find none
choose again among the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.network import BoolArray, Graph, TravelTimes, reach, times_from
from sim.scenario.model import Garrison, RegroupRule
from sim.state.control import Control, Passage, Side
from sim.state.record import DISPERSE, STAY, ChoiceRow, Move

from .choice import Option, assign, logit, utility
from .clock import Moment, Phase
from .journeys import Journey, Standing, depart, way_out

if TYPE_CHECKING:
    from .simulation import Simulation


TERMS = ("hours", "threat", "supply", "billets", "value")
"""The terms of the utility, see docs/definitions.md."""


def threat(control: Control, side: Side, place: int) -> float:
    """Share of a place's open roads whose other end an enemy holds a part of (0..1)."""
    graph: Graph = control.terrain.graph
    ends = [
        other
        for other, flat in graph.neighbours[place]
        if graph.roads[flat >> 1] not in control.closed
    ]
    if not ends:
        return 0.0
    hostile = sum(not side.enemies.isdisjoint(control.holders[graph.places[p]]) for p in ends)
    return hostile / len(ends)


@dataclass(slots=True)
class Column:
    """A group on its way."""

    move: Move
    side: Side
    journey: Journey
    extra: int  # seconds beyond the last place, for an exit
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rule with its coefficients drawn."""

    rule: RegroupRule
    coefficients: Mapping[str, float]
    stay: float | None
    max_seconds: float


class Regroup:
    """Garrisons and the moves of those displaced; ``strength`` is persons by (actor, place)."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.strength: dict[tuple[str, str], int] = {}
        self._losses: dict[tuple[str, str], tuple[float, float]] = {}
        self._columns: list[Column] = []
        for garrison in sorted(sim.scenario.garrisons.values(), key=lambda g: g.id):
            self._post(garrison)
        self._noted: dict[tuple[str, str], int] = {}
        self._begun: dict[str, int] = {}
        self._rules = {
            actor: self._draw(rule) for actor, rule in sorted(sim.scenario.regroup.items())
        }
        self._ringed = dict(sim.control.besieged)

    def _post(self, garrison: Garrison) -> None:
        luck, name = self.sim.luck, f"garrison:{garrison.id}"
        key = (garrison.actor, garrison.place)
        persons = luck.whole(garrison.strength, f"{name}:strength")
        losses = (
            luck.value(garrison.loss, f"{name}:loss"),
            luck.value(garrison.ring_loss, f"{name}:ring_loss"),
        )
        there = self.strength.get(key, 0)
        if there:  # two garrisons at one place lose the mean of what each would
            before, total = self._losses[key], there + persons
            losses = (
                (there * before[0] + persons * losses[0]) / total,
                (there * before[1] + persons * losses[1]) / total,
            )
        self.strength[key] = there + persons
        self._losses[key] = losses

    def note(self) -> None:
        """Write down the garrisons whose strength changed since the last time."""
        noted, now = self._noted, self.strength
        if noted == now:
            return
        changed = {post: n for post, n in now.items() if noted.get(post) != n}
        changed |= {post: 0 for post, n in noted.items() if n and post not in now}
        for (actor, place), persons in sorted(changed.items()):
            self.sim.note(f"garrison:{actor}/{place}", "strength_persons", persons)
        self._noted = dict(now)

    def _by_actor(self) -> dict[str, int]:
        """Persons at places, in forces and on the way, by actor."""
        found = self.sim.in_forces()
        for (actor, _), persons in self.strength.items():
            found[actor] = found.get(actor, 0) + persons
        for column in self._columns:
            actor = column.move.actor
            found[actor] = found.get(actor, 0) + column.move.persons
        return found

    def count(self) -> None:
        """At the start: count the persons of each actor."""
        self._begun = self._by_actor()

    def close(self) -> None:
        """At the end of the period: check that every person is accounted for."""
        found = self._by_actor()
        for actor, persons in self.sim.record.fallen.items():
            found[actor] = found.get(actor, 0) + persons
        for move in self.sim.record.moves:
            if move.outcome in ("lost", "left", "stayed", "dispersed"):
                found[move.actor] = found.get(move.actor, 0) + move.persons
        if {a: n for a, n in found.items() if n} != {a: n for a, n in self._begun.items() if n}:
            raise AssertionError(f"persons are not all accounted for: {self._begun} -> {found}")

    def _draw(self, rule: RegroupRule) -> Drawn:
        def value(what: str) -> float:
            return self.sim.luck.value(getattr(rule, what), f"regroup:{rule.actor}:{what}")

        return Drawn(
            rule,
            {what: value(what) for what in TERMS},
            None if rule.stay is None else value("stay"),
            value("max_seconds"),
        )

    def passage(self, actor: str) -> Passage:
        """What men of an actor can pass: its own places, its friends' and by transit."""
        return self.sim.passages.of(actor)

    def coefficients(self, actor: str) -> Mapping[str, float]:
        """What an actor's rule makes of each term, empty where it has none."""
        return self._rules[actor].coefficients if actor in self._rules else {}

    def value_of(self, actor: str, place: str) -> float:
        """The value of a place by an actor's rule, 0 unless stated."""
        return self._rules[actor].rule.values.get(place, 0.0) if actor in self._rules else 0.0

    # --- reserves and forces -------------------------------------------------------------

    def ways_from(self, actor: str, place: str) -> TravelTimes:
        """Travel times of an actor's men from a place."""
        index = self.sim.control.terrain.graph.place_index[place]
        return self._ways_from(Standing(index), self.passage(actor))

    def send(self, actor: str, place: str, goal: str, persons: int) -> None:
        """Send men of a garrison to a front, as a reserve; they fight nowhere on the way."""
        ways = self.ways_from(actor, place)
        index = self.sim.control.terrain.graph.place_index
        self.strength[actor, place] -= persons
        seconds = int(ways.seconds[index[goal]])
        move = Move(self.sim.clock.now, actor, place, goal, persons, 1.0, seconds, "", reserve=True)
        self.sim.record.moves.append(move)
        self.sim.note_event("reserve", f"{actor}/{goal}", "", f"{persons} persons from {place}")
        self._march(move, Standing(index[place]), ways)

    def under_way(self, actor: str, goal: str) -> int:
        """Persons of an actor on their way to a place."""
        return sum(
            c.move.persons for c in self._columns if (c.move.actor, c.move.choice) == (actor, goal)
        )

    def join(self, actor: str, place: str, persons: int) -> None:
        """Men of an actor join, or become, its garrison at a place."""
        if not persons:
            return
        key = (actor, place)
        self.sim.garrison_will_grow(key)
        self.strength[key] = self.strength.get(key, 0) + persons
        self._losses.setdefault(key, (0.0, 0.0))
        self.sim.garrison_grew(key, persons)

    def scatter(self, actor: str, place: str, persons: int) -> None:
        """The men of a force that is no more choose where to go, after a garrison's losses."""
        ringed = not self.sim.sides[actor].own.isdisjoint(self.sim.control.besieged.get(place, ()))
        self._leave(actor, place, persons, ringed)

    # --- displaced -----------------------------------------------------------------------

    def settle(self, places: list[str], roads: list[str]) -> None:
        """Take in the net changes of an instant: who is displaced, whose way is closed."""
        for column in list(self._columns):
            passage = self.passage(column.move.actor)
            if column.journey.blocked(self.sim.clock.now, passage) or self._goal_lost(column):
                self._turn(column)
        ringed, self._ringed = self._ringed, dict(self.sim.control.besieged)
        for actor, place in sorted(k for k in self.strength if k[1] in places):
            lost = self.sim.sides[actor].own.isdisjoint(self.sim.control.holders[place])
            if lost and place not in self.sim.raided and self.strength[actor, place]:
                in_ring = not self.sim.sides[actor].own.isdisjoint(ringed.get(place, ()))
                self._displace(actor, place, in_ring)

    def _displace(self, actor: str, place: str, ringed: bool) -> None:
        self._leave(actor, place, self.strength.pop((actor, place)), ringed)

    def _leave(self, actor: str, place: str, persons: int, ringed: bool) -> None:
        """Men get away from a place, less those who do not, and choose where to go."""
        sim = self.sim
        losses = self._losses.get((actor, place), (0.0, 0.0))
        lost = round(persons * losses[ringed])
        sim.note_event(
            "displaced", f"{actor}/{place}", "", f"{persons} persons, {lost} of them lost"
        )
        if lost:
            sim.record.moves.append(
                Move(sim.clock.now, actor, place, place, lost, 0.0, 0, "", "lost", sim.clock.now)
            )
        start = sim.control.terrain.graph.place_index[place]
        self._choose(actor, place, persons - lost, Standing(start))

    def _choose(self, actor: str, origin: str, persons: int, standing: Standing) -> None:
        if not persons:
            return
        sim, now = self.sim, self.sim.clock.now
        if actor not in self._rules:
            sim.record.moves.append(
                Move(now, actor, origin, DISPERSE, persons, 1.0, 0, "", "dispersed", now)
            )
            return
        options, ways = self._options(actor, standing)
        shares = logit([o.utility for o in options]) if options else []
        sim.record.choices.extend(
            ChoiceRow(now, actor, origin, option.id, share, option.seconds)
            for option, share in zip(options, shares, strict=True)
        )
        first = {o.id: (share, o.seconds) for o, share in zip(options, shares, strict=True)}
        for choice, count in sorted(assign(persons, options, shares).items()):
            share, seconds = first.get(choice, (0.0 if options else 1.0, 0))
            move = Move(now, actor, origin, choice, count, share, seconds, "")
            sim.record.moves.append(move)
            if choice in (STAY, DISPERSE):
                move.outcome, move.ended = ("stayed" if choice == STAY else "dispersed"), now
            else:
                self._march(move, standing, ways)

    def _options(self, actor: str, standing: Standing) -> tuple[list[Option], TravelTimes]:
        sim, side = self.sim, self.sim.sides[actor]
        control, graph = sim.control, sim.control.terrain.graph
        drawn, passage = self._rules[actor], self.passage(actor)
        ways = self._ways_from(standing, passage)
        fed = self.fed(actor)

        def worth(seconds: int, threat: float, supply: float, room: int | None, v: float) -> float:
            rest = 0.0 if room is None else math.log1p(max(0, room) / 1000)
            terms = dict(zip(TERMS, (seconds / 3600, threat, supply, rest, v), strict=True))
            return utility(drawn.coefficients, terms)

        options = []
        for i, place in enumerate(graph.places):
            seconds = int(ways.seconds[i]) + standing.since
            if seconds > drawn.max_seconds:
                continue
            if not passage.open[i] or not side.holds(control, place):
                continue
            billets = sim.scenario.network.places[place].billets
            room = None if billets is None else billets - self._taken(actor, place)
            if room is not None and room <= 0:
                continue
            value = drawn.rule.values.get(place, 0.0)
            u = worth(seconds, threat(control, side, i), float(fed[i]), room, value)
            options.append(Option(place, u, room, seconds))
        for _, leave in sorted(sim.scenario.exits.items()):
            if leave.actor != actor:
                continue
            extra = round(sim.luck.value(leave.seconds, f"exit:{leave.id}:takes"))
            entry = min(int(ways.seconds[graph.place_index[p]]) for p in leave.places)
            seconds = entry + extra + standing.since
            room = None if leave.billets is None else leave.billets - self._gone(leave.id)
            if seconds <= drawn.max_seconds and (room is None or room > 0):
                u = worth(seconds, leave.threat, leave.supply, room, leave.value)
                options.append(Option(leave.id, u, room, seconds))
        if drawn.stay is not None:
            options.append(Option(STAY, drawn.stay, None, 0))
        return options, ways

    def _ways_from(self, standing: Standing, passage: Passage) -> TravelTimes:
        """Travel times from where a group stands; it may leave a lost place by any open road."""
        graph, control = self.sim.control.terrain.graph, self.sim.control
        roads, places = passage.road[:, 0] > 0, passage.open.copy()
        if not places[standing.here]:
            places[standing.here] = True
            for other, flat in graph.neighbours[standing.here]:
                road = flat >> 1
                if passage.open[other] and graph.roads[road] not in control.closed:
                    roads[road] = True
        return times_from(graph, roads, places, [standing.here])

    def fed(self, actor: str) -> BoolArray:
        """Places, by index, that a source of one of the actor's axes reaches."""
        graph = self.sim.control.terrain.graph
        states = self.sim.supply.by_actor.get(actor, ())
        named = [s for state in states for s in state.axis.sources.values()]
        foreign = frozenset(s.place for s in named if s.foreign)
        passage = self.sim.passages.of(actor, foreign)
        roots = sorted({graph.place_index[s.place] for s in named})
        return reach(graph, passage.road[:, 0] > 0, passage.open, roots)

    def _taken(self, actor: str, place: str) -> int:
        """Billets of a place that are taken, or promised to those on the way."""
        there = sum(n for (_, p), n in self.strength.items() if p == place)
        return there + sum(c.move.persons for c in self._columns if c.move.choice == place)

    def _gone(self, leave: str) -> int:
        """Persons who took an exit, or are on the way to it."""
        return sum(
            move.persons
            for move in self.sim.record.moves
            if move.choice == leave and move.outcome in ("moving", "left")
        )

    def _goal_lost(self, column: Column) -> bool:
        """True where the place that a group makes for is not its side's any more."""
        control, goal = self.sim.control, column.move.choice
        return goal in control.holders and not column.side.holds(control, goal)

    # --- on the way ------------------------------------------------------------------------

    def _march(self, move: Move, standing: Standing, ways: TravelTimes) -> None:
        sim = self.sim
        graph, now = sim.control.terrain.graph, sim.clock.now
        extra = 0
        if move.choice in sim.scenario.exits:
            entries = sim.scenario.exits[move.choice].places
            reach, goal = min(
                (int(ways.seconds[i]), i) for i in (graph.place_index[p] for p in entries)
            )
            extra = move.seconds - standing.since - reach
        else:
            goal = graph.place_index[move.choice]
        route = ways.route(goal)
        if route is None:
            raise AssertionError(f"{move.choice} was chosen but cannot be reached")
        seconds = tuple(int(graph.seconds[r]) for r in route.roads)
        passage = self.passage(move.actor)
        journey = depart(standing, now, route.source, route.places, route.roads, seconds, passage)
        column = Column(move, sim.sides[move.actor], journey, extra)
        self._columns.append(column)
        key = f"column:{move.actor}:{move.origin}:{move.choice}:{move.time}"
        column.moment = sim.clock.at(
            journey.arrival + extra, Phase.ARRIVALS, key, lambda: self._arrive(column)
        )

    def _arrive(self, column: Column) -> None:
        move, now = column.move, self.sim.clock.now
        self._columns.remove(column)
        move.ended = now
        if move.choice in self.sim.scenario.exits:
            move.outcome = "left"
            return
        move.outcome = "arrived"
        key = (move.actor, move.choice)
        self._losses.setdefault(key, self._losses.get((move.actor, move.origin), (0.0, 0.0)))
        self.join(move.actor, move.choice, move.persons)

    def _turn(self, column: Column) -> None:
        """The way of a group closed: it chooses again from where it can get to, or is lost."""
        move, now = column.move, self.sim.clock.now
        passage = self.passage(move.actor)
        graph = passage.control.terrain.graph
        if now >= column.journey.arrival and move.choice in self.sim.scenario.exits:
            return  # beyond the last place, on the way out
        if column.moment is not None:
            column.moment.cancel()
        self._columns.remove(column)
        move.ended = now
        standing = column.journey.standing(now)
        ends = way_out(standing, passage)
        if standing.road is not None and standing.ahead is not None:
            if not ends:
                move.outcome = "lost"
                return
            here, seconds = min(ends, key=lambda end: (end[1], end[0]))
            if here == standing.ahead:
                # the same spot, seen from the place that it makes for
                standing = Standing(here, standing.road, standing.here, seconds, standing.since)
        move.outcome = "chose again"
        place = graph.places[standing.here]
        self._losses.setdefault(
            (move.actor, place), self._losses.get((move.actor, move.origin), (0.0, 0.0))
        )
        self._choose(move.actor, place, move.persons, standing)
