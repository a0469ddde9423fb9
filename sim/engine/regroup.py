"""Regrouping: where displaced strength goes, by multinomial logit.

When a place is lost, what is left of the garrisons of those who lost it chooses among the
own places that it can still reach, the named exits, and staying. The choice is McFadden's
conditional logit (McFadden 1974) over travel time, threat, supply, billets left and value;
the units of each are in docs/definitions.md. Where billets run out, those who find none
choose again among the rest. How men share themselves out is told in :mod:`sim.engine.bodies`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sim.network import BoolArray, TravelTimes, reach, times_from
from sim.scenario.model import RegroupRule
from sim.state.control import EVERYONE, Control
from sim.state.passages import Passage
from sim.state.pockets import sources_of
from sim.state.record import DISPERSE, DISPLACED, LOST, STAY, TAKEN, ChoiceRow, Move
from sim.state.sides import Side

from .bodies import Bodies
from .choice import Alternative, utility
from .clock import Moment, Phase, call_off
from .garrisons import Garrisons
from .journeys import Journey, Standing, depart, way_out
from .signals import NetChange, Post
from .supply.latest import Latest
from .world import World

TERMS = ("hours", "threat", "supply", "billets", "value")
"""The terms of the utility, see docs/definitions.md."""


def threat(control: Control, side: Side, place: int) -> float:
    """Share of a place's open roads whose other end an enemy holds a part of (0..1)."""
    graph, closed, holders = control.terrain.graph, control.closed, control.holders
    ends = hostile = 0
    for other, flat in graph.neighbours[place]:
        if graph.roads[flat >> 1] not in closed:
            ends += 1
            hostile += not side.enemies.isdisjoint(holders[graph.places[other]])
    return hostile / ends if ends else 0.0


@dataclass(slots=True, eq=False)
class MovingGroup:
    """Men on their way to what they chose, or to a front."""

    move: Move
    side: Side
    passage: Passage  # what it can pass on its way
    journey: Journey
    extra: int  # seconds beyond the last place, for an exit
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class DrawnRegroupRule:
    """A rule with its coefficients drawn."""

    rule: RegroupRule
    coefficients: Mapping[str, float]
    stay: float | None
    max_seconds: float


class Regroup:
    """The moves of those displaced, and of reserves on their way to a front."""

    def __init__(self, world: World, garrisons: Garrisons) -> None:
        self.garrisons = garrisons
        self._world = world
        self._groups: list[MovingGroup] = []
        self._rules = {
            actor: self._draw(rule) for actor, rule in sorted(world.scenario.regroup.items())
        }
        self._bodies = Bodies(world)
        self._ringed = dict(world.control.besieged)
        self._ways: Latest[tuple[Passage, int], TravelTimes] = Latest(world.graph)
        world.signals.settled.subscribe(self._forget)

    def _draw(self, rule: RegroupRule) -> DrawnRegroupRule:
        def value(what: str) -> float:
            return self._world.luck.value(getattr(rule, what), f"regroup:{rule.actor}:{what}")

        return DrawnRegroupRule(
            rule,
            {what: value(what) for what in TERMS},
            None if rule.stay is None else value("stay"),
            value("max_seconds"),
        )

    def coefficients(self, actor: str) -> Mapping[str, float]:
        """What an actor's rule makes of each term, empty where it has none."""
        return self._rules[actor].coefficients if actor in self._rules else {}

    def value_of(self, actor: str, place: str) -> float:
        """The value of a place by an actor's rule, 0 unless stated."""
        return self._rules[actor].rule.values.get(place, 0.0) if actor in self._rules else 0.0

    # --- reserves and forces -------------------------------------------------------------

    def ways_from(self, actor: str, place: str, *, through: bool = False) -> TravelTimes:
        """Travel times of an actor's men from a place; ``through`` ground of its enemies too."""
        here = self._world.graph.place_index[place]
        passage = self._world.passages.of(EVERYONE if through else actor)
        if not passage.open[here]:  # out by any open road, whatever the passage tells of it
            return self._ways_from(Standing(here), passage)
        if (passage, here) not in self._ways:
            self._ways[passage, here] = self._ways_from(Standing(here), passage)
        return self._ways[passage, here]

    def _forget(self, _change: NetChange) -> None:
        """Ways are others once a passage is."""
        self._ways.clear()

    def seconds_to(self, goal: str, ways: TravelTimes) -> int:
        """Seconds to a place, or out by an exit, by some ways; ``UNREACHABLE`` or more: none."""
        index = self._world.graph.place_index
        leave = self._world.scenario.exits.get(goal)
        if leave is None:
            return int(ways.seconds[index[goal]])
        extra = round(self._world.luck.value(leave.seconds, f"exit:{goal}:takes"))
        return min(int(ways.seconds[index[p]]) for p in leave.places) + extra

    def room(self, goal: str) -> int | None:
        """Persons that a place or an exit can take in still; None: any number."""
        leave = self._world.scenario.exits.get(goal)
        if leave is not None:
            return None if leave.billets is None else leave.billets - self._gone(goal)
        billets = self._world.scenario.network.places[goal].billets
        return None if billets is None else billets - self._taken(goal)

    def send(self, post: Post, goal: str, persons: int, option: str = "") -> None:
        """Send men of a garrison, who fight nowhere on the way.

        They go to a front as a reserve, or to a place or exit by an ``option`` of a decision.
        """
        world, (actor, place) = self._world, post
        ways, index = self.ways_from(actor, place), world.graph.place_index
        self.garrisons.leave(post, persons)
        seconds, now = self.seconds_to(goal, ways), world.clock.now
        move = Move(now, actor, place, goal, persons, 1.0, seconds, option, reserve=True)
        world.record.moves.append(move)
        world.note_event(move.kind, f"{actor}/{goal}", option, f"{persons} persons from {place}")
        self._march(move, Standing(index[place]), ways, world.passages.of(actor))

    def refuge(self, post: Post, but: Collection[str], *, through: bool = False) -> str | None:
        """The nearest place of an actor's side that its garrison may go to as one body.

        It is within the limit of the actor's rule, has billets for all of it, and is none of
        ``but``; ties by id; ``through``: ground of enemies may lie between. None where there is
        none.
        """
        world, (actor, here) = self._world, post
        ways, side = self.ways_from(actor, here, through=through), world.sides[actor]
        most = self._rules[actor].max_seconds if actor in self._rules else math.inf
        persons, passage = self.garrisons.of(post), world.passages.of(actor)
        near = (ways.hops >= 0) & (ways.seconds <= most) & passage.open
        found = [
            (int(ways.seconds[i]), place)
            for i, place in ((i, world.graph.places[i]) for i in near.nonzero()[0].tolist())
            if place != here
            and place not in but
            and side.holds(world.control, place)
            and ((room := self.room(place)) is None or persons <= room)
        ]
        return min(found)[1] if found else None

    def go(
        self,
        post: Post,
        goal: str,
        loss: float,
        manner: str,
        *,
        through: bool = False,
        cause: str = "",
    ) -> None:
        """A garrison leaves for a place in one body, less the share ``loss``.

        ``cause`` is the event or the option of a decision that told it to.
        """
        world, (actor, place) = self._world, post
        index, ways = world.graph.place_index, self.ways_from(actor, place, through=through)
        persons = self.garrisons.leave(post)
        lost = round(persons * loss)
        self._lose(post, lost, manner)
        if persons == lost:
            return
        seconds = int(ways.seconds[index[goal]])
        move = Move(
            world.clock.now, actor, place, goal, persons - lost, 1.0, seconds, cause, manner=manner
        )
        world.record.moves.append(move)
        passage = world.passages.of(EVERYONE if through else actor)
        self._march(move, Standing(index[place]), ways, passage)

    def under_way(self, post: Post) -> int:
        """Persons of an actor on their way to a place."""
        return sum(m.persons for m in self.moving() if (m.actor, m.choice) == post)

    def moving(self) -> Iterator[Move]:
        """The moves of all who are on their way."""
        return (group.move for group in self._groups)

    def scatter(self, post: Post, persons: int) -> None:
        """The men of a force that is no more choose where to go, after a garrison's losses."""
        ringed = self._in_ring(post, self._world.control.besieged)
        self._leave(post, persons, ringed)

    # --- displaced -----------------------------------------------------------------------

    def settle(self, places: Collection[str]) -> None:
        """Take in the net changes of an instant: who is displaced, whose way is closed."""
        world, strength = self._world, self.garrisons.strength
        for group in sorted(self._groups, key=self._turn_of):
            blocked = group.journey.blocked(world.clock.now, group.passage)
            if blocked or self._goal_lost(group):
                self._turn(group)
        ringed, self._ringed = self._ringed, dict(world.control.besieged)
        for post in self.garrisons.in_turn(post for post in strength if post[1] in places):
            actor, place = post
            # men whose place is raided stay, for as long as it is lastingly their side's
            lost = world.sides[actor].own.isdisjoint(world.control.owners(place))
            if lost and strength[post]:
                self._leave(post, self.garrisons.leave(post), self._in_ring(post, ringed))

    def _turn_of(self, group: MovingGroup) -> tuple[int, int, int]:
        """Who goes first of those whose ways close in one instant.

        By priority of where they are from, then the larger group, then that with the shorter way,
        then those that left first, which is the order in which they are kept.
        """
        move = group.move
        return self.garrisons.priority((move.actor, move.origin)), -move.persons, move.seconds

    def _in_ring(self, post: Post, besieged: Mapping[str, frozenset[str]]) -> bool:
        actor, place = post
        return not self._world.sides[actor].own.isdisjoint(besieged.get(place, ()))

    def _leave(self, post: Post, persons: int, ringed: bool) -> None:
        """Men get away from a place, less those who do not, and choose where to go."""
        world, (actor, place) = self._world, post
        lost = round(persons * self.garrisons.loss(post, ringed=ringed))
        text = f"{persons} persons, {lost} of them lost"
        world.note_event("displaced", f"{actor}/{place}", "", text)
        self._lose(post, lost)
        start = world.graph.place_index[place]
        self._choose(actor, place, persons - lost, Standing(start))

    def _lose(self, post: Post, persons: int, manner: str = DISPLACED) -> None:
        """Write down those who do not get away from a place: dead, or taken prisoner."""
        world, now, (actor, place) = self._world, self._world.clock.now, post
        rule, taken = world.scenario.rules.leave.get(actor), 0
        if rule is not None:
            taken = round(persons * world.luck.value(rule.taken, f"leave:{actor}:taken"))
        for outcome, lost in ((LOST, persons - taken), (TAKEN, taken)):
            if lost:
                move = Move(now, actor, place, place, lost, 0.0, 0, "", outcome, now, manner=manner)
                world.record.moves.append(move)

    def _choose(self, actor: str, origin: str, persons: int, standing: Standing) -> None:
        if not persons:
            return
        world, now = self._world, self._world.clock.now
        if actor not in self._rules:
            world.record.moves.append(
                Move(now, actor, origin, DISPERSE, persons, 1.0, 0, "", "dispersed", now)
            )
            return
        passage = world.passages.of(actor)
        options, ways = self._options(actor, standing, passage)
        shares = self._bodies.probabilities(actor, options)
        world.record.choices.extend(
            ChoiceRow(now, actor, origin, option.id, share, option.seconds)
            for option, share in zip(options, shares, strict=True)
        )
        first = {o.id: (share, o.seconds) for o, share in zip(options, shares, strict=True)}
        chosen = self._bodies.assign(actor, origin, persons, options, shares)
        for choice, count in sorted(chosen.items()):
            share, seconds = first.get(choice, (0.0 if options else 1.0, 0))
            move = Move(now, actor, origin, choice, count, share, seconds, "")
            world.record.moves.append(move)
            if choice in (STAY, DISPERSE):
                move.outcome, move.ended = ("stayed" if choice == STAY else "dispersed"), now
            else:
                self._march(move, standing, ways, passage)

    def _options(
        self, actor: str, standing: Standing, passage: Passage
    ) -> tuple[list[Alternative], TravelTimes]:
        world, side = self._world, self._world.sides[actor]
        control, graph = world.control, world.graph
        drawn, fed = self._rules[actor], self.fed(actor).tolist()
        ways = self._ways_from(standing, passage)

        weights = [drawn.coefficients[term] for term in TERMS]

        def worth(seconds: int, threat: float, supply: float, room: int | None, v: float) -> float:
            rest = 0.0 if room is None else math.log1p(max(0, room) / 1000)
            return utility(weights, (seconds / 3600, threat, supply, rest, v))

        options = []
        near = passage.open & (ways.seconds + standing.since <= drawn.max_seconds)
        for i in near.nonzero()[0].tolist():
            place = graph.places[i]
            if not side.holds(control, place):
                continue
            seconds = ways.seconds.item(i) + standing.since
            room = self.room(place)
            if room is not None and room <= 0:
                continue
            value = drawn.rule.values.get(place, 0.0)
            u = worth(seconds, threat(control, side, i), float(fed[i]), room, value)
            options.append(Alternative(place, u, room, seconds))
        for _, leave in sorted(world.scenario.exits.items()):
            if leave.actor != actor:
                continue
            seconds = self.seconds_to(leave.id, ways) + standing.since
            room = self.room(leave.id)
            if seconds <= drawn.max_seconds and (room is None or room > 0):
                u = worth(seconds, leave.threat, leave.supply, room, leave.value)
                options.append(Alternative(leave.id, u, room, seconds))
        if drawn.stay is not None:
            options.append(Alternative(STAY, drawn.stay, None, 0))
        return options, ways

    def _ways_from(self, standing: Standing, passage: Passage) -> TravelTimes:
        """Travel times from where a group stands; it may leave a lost place by any open road."""
        graph, control = self._world.graph, self._world.control
        roads, places = passage.road > 0, passage.open.copy()
        if not places[standing.here]:
            places[standing.here] = True
            for other, flat in graph.neighbours[standing.here]:
                road = self._world.scenario.network.roads[graph.roads[flat >> 1]]
                leads = road.leads_from(graph.places[standing.here])
                if passage.open[other] and leads and road.id not in control.closed:
                    roads[flat >> 1, flat & 1] = True
        return times_from(graph, roads, places, [standing.here])

    def fed(self, actor: str) -> BoolArray:
        """Places, by index, that a source of one of the actor's axes reaches."""
        graph = self._world.graph
        sources, foreign = sources_of(self._world.scenario, actor)
        passage = self._world.passages.of(actor, foreign)
        roots = sorted(graph.place_index[place] for place in sources)
        return reach(graph, passage.road > 0, passage.open, roots)

    def _taken(self, place: str) -> int:
        """Billets of a place that are taken, or promised to those on the way."""
        there = sum([n for (_, p), n in self.garrisons.strength.items() if p == place])
        return there + sum([m.persons for m in self.moving() if m.choice == place])

    def _gone(self, leave: str) -> int:
        """Persons who took an exit, or are on the way to it."""
        return sum(
            move.persons
            for move in self._world.record.moves
            if move.choice == leave and move.outcome in ("moving", "left")
        )

    def _goal_lost(self, group: MovingGroup) -> bool:
        """True where the place that a group makes for is not its side's any more."""
        control, goal = self._world.control, group.move.choice
        return goal in control.holders and not group.side.holds(control, goal)

    # --- on the way ------------------------------------------------------------------------

    def _march(self, move: Move, standing: Standing, ways: TravelTimes, passage: Passage) -> None:
        """Set out on some ways, over what ``passage`` lets pass."""
        world = self._world
        graph, now = world.graph, world.clock.now
        extra = 0
        if move.choice in world.scenario.exits:
            entries = world.scenario.exits[move.choice].places
            entry, goal = min(
                (int(ways.seconds[i]), i) for i in (graph.place_index[p] for p in entries)
            )
            extra = move.seconds - standing.since - entry
        else:
            goal = graph.place_index[move.choice]
        way = ways.way(goal)
        if way is None:
            raise AssertionError(f"{move.choice} was chosen but cannot be reached")
        journey = depart(standing, now, *way, passage)
        group = MovingGroup(move, world.sides[move.actor], passage, journey, extra)
        self._groups.append(group)
        key = f"column:{move.actor}:{move.origin}:{move.choice}:{move.time}"
        group.moment = world.clock.at(
            journey.arrival + extra, Phase.ARRIVALS, key, lambda: self._arrive(group)
        )

    def _arrive(self, group: MovingGroup) -> None:
        move, now = group.move, self._world.clock.now
        self._groups.remove(group)
        move.ended = now
        if move.choice in self._world.scenario.exits:
            move.outcome = "left"
            return
        move.outcome = "arrived"
        post = (move.actor, move.choice)
        self.garrisons.lose_as(post, (move.actor, move.origin))
        self.garrisons.join(post, move.persons)

    def _turn(self, group: MovingGroup) -> None:
        """The way of a group closed: it chooses again from where it can get to, or is lost."""
        move, now = group.move, self._world.clock.now
        if now >= group.journey.arrival and move.choice in self._world.scenario.exits:
            return  # beyond the last place, on the way out
        call_off(group.moment)
        self._groups.remove(group)
        move.ended = now
        standing = group.journey.standing(now)
        ends = way_out(standing, group.passage)
        if standing.road is not None and standing.ahead is not None:
            if not ends:
                move.outcome = "lost"
                return
            here, seconds = min(ends, key=lambda end: (end[1], end[0]))
            if here == standing.ahead:
                # the same spot, seen from the place that it makes for
                standing = Standing(here, standing.road, standing.here, seconds, standing.since)
        move.outcome = "chose again"
        place = self._world.graph.places[standing.here]
        self.garrisons.lose_as((move.actor, place), (move.actor, move.origin))
        self._choose(move.actor, place, move.persons, standing)
