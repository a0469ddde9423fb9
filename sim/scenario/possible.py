"""What may ever happen in a scenario, whatever is drawn: the widest that its texts allow.

Nothing here is run. Who may hold a place, what may open, and the earliest instant of everything
that waits for something follow from each other, so all are worked out together until nothing more
is found. Where the outcome hangs on a battle or on amounts, it is taken to be possible.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from .model import Axis, Condition, Event, Happening, Operation, Place, Road, Scenario

NEVER = math.inf


class Possible:
    """The earliest instant of what may happen, and the axes that may ever carry something.

    ``earliest`` is in seconds from the start, by section of the scenario and id (``options`` are
    those of all decisions), and ``NEVER`` of what cannot happen; ``flowing`` are ids of axes.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.flowing: set[str] = set()
        self.earliest: dict[tuple[str, str], float] = dict.fromkeys(
            (key for key, _ in _happenings(scenario)), NEVER
        )
        self._at: Mapping[str, list[Event]] = _by_target(scenario)
        self._through: dict[str, list[Operation]] = defaultdict(list)
        for operation in scenario.operations.values():
            for place in (operation.base, *operation.route):
                self._through[place].append(operation)
        while self._find_more():
            pass

    def events(self, target: str, *kinds: str) -> list[Event]:
        """Events of these kinds that may happen to a place or road."""
        return [
            event
            for event in self._at.get(target, ())
            if event.kind in kinds and self.earliest["events", event.id] < NEVER
        ]

    def operations(self, place: str) -> list[Operation]:
        """Operations that may begin, and begin at a place or lead to it."""
        found = self._through.get(place, ())
        return [
            operation for operation in found if self.earliest["operations", operation.id] < NEVER
        ]

    def besieged(self, place: str) -> float:
        """The earliest siege of a place."""
        if self.scenario.holders[place].besieged:
            return 0
        rings = [("operations", o.id) for o in self.operations(place) if place in o.rings]
        sieges = [("events", event.id) for event in self.events(place, "besiege")]
        return min((self.earliest[key] for key in (*rings, *sieges)), default=NEVER)

    # --- finding ---------------------------------------------------------------------------

    def _find_more(self) -> bool:
        more = False
        for key, happening in _happenings(self.scenario):
            if (time := self._time(happening)) < self.earliest[key]:
                self.earliest[key] = time
                more = True
        flows = self._carrying()
        more = more or bool(flows)
        self.flowing |= flows
        return more

    def _time(self, happening: Happening) -> float:
        if happening.chance <= 0:
            return NEVER
        if happening.when is None:
            time = happening.at.low if happening.at else NEVER
        else:
            delay = happening.delay.low if happening.delay else 0
            time = self._comes_true(happening.when) + max(1, delay)
        return max(time, 0) if time <= self.scenario.length else NEVER

    def _comes_true(self, condition: Condition) -> float:
        """The earliest instant at which a condition may hold."""
        subject = condition.subject
        match condition.kind:
            case "falls":
                return self._falls(subject, condition.to)
            case "besieged":
                return self.besieged(subject)
            case "axis_open":
                return 0 if subject in self.flowing else NEVER
            case "stock_out":
                return 0 if self._may_be_empty(subject, condition.to) else NEVER
            case "event":
                keys = ((section, subject) for section in ("events", "operations", "options"))
                return min(self.earliest.get(key, NEVER) for key in keys)
            case "all":
                return max(map(self._comes_true, condition.parts), default=0)
            case "any":
                return min(map(self._comes_true, condition.parts), default=NEVER)
            case _:  # an axis may always be cut: amounts play a part
                return 0

    def _falls(self, place: str, to: str | None) -> float:
        held = self.scenario.holders[place].shares.keys()
        if to in held or not (held or to):
            return 0
        times = [self.earliest["operations", o.id] for o in self.operations(place)]
        for event in self.events(place, "capture", "raid"):
            takers = takers_of(event)
            if to in takers if to else takers.isdisjoint(held):
                times.append(self.earliest["events", event.id])
        return min(times, default=NEVER)

    def _may_be_empty(self, axis: str, at: str | None) -> bool:
        fed = {o.base for o in self.scenario.operations.values()
               if o.axis == axis and o.each.high > 0}  # fmt: skip
        fed |= {end.partition("/")[2] for event in self.scenario.events.values()
                for end in event.ends if event.kind == "demand" and end.startswith(f"{axis}/")
                and event.to is not None and event.to.high > 0}  # fmt: skip
        return any(
            sink.demand.high > 0 or sink.stock.low <= 0 or place in fed
            for place, sink in self.scenario.axes[axis].sinks.items()
            if at in (None, place)
        )

    # --- axes ------------------------------------------------------------------------------

    def _carrying(self) -> set[str]:
        """Axes that were not known to flow, and now are."""
        axes = {name: a for name, a in self.scenario.axes.items() if name not in self.flowing}
        if not axes:
            return set()
        network, ways = self.scenario.network, self._ways()
        usable = {
            actor: {p for p, place in network.places.items() if self._usable(place, actor)}
            for actor in {axis.actor for axis in axes.values()}
        }
        return {name for name, axis in axes.items() if self._flows(axis, ways, usable[axis.actor])}

    def _ways(self) -> Mapping[str, list[str]]:
        """Where roads may ever lead from each place."""
        ways: dict[str, list[str]] = defaultdict(list)
        for road in self.scenario.network.roads.values():
            there, back = self._open(road)
            ways[road.a] += [road.b] if there else []
            ways[road.b] += [road.a] if back else []
        return ways

    def _flows(self, axis: Axis, ways: Mapping[str, list[str]], usable: Collection[str]) -> bool:
        """True where some way from a source to a sink may be open to the axis' actor."""
        actor = axis.actor
        foreign = {p for p, s in axis.sources.items() if s.foreign and self._unsealed(p, actor)}
        reached = {p for p in axis.sources if p in usable or p in foreign}
        ahead = [*reached]
        while ahead:
            new = [q for q in ways.get(ahead.pop(), ()) if q in usable and q not in reached]
            reached.update(new)
            ahead += new
        return any(place in reached and place in usable for place in axis.sinks)

    def _open(self, road: Road) -> tuple[bool, bool]:
        """Whether a road may ever be open there, and back."""
        opens = road.exists > 0 and (not road.closed or bool(self.events(road.id, "open")))
        there, back = road.each_way(self.scenario.network.classes[road.road_class])
        return opens and there.high > 0, opens and back.high > 0

    def _unsealed(self, place: str, actor: str) -> bool:
        sealed = self.scenario.holders[place].sealed
        return sealed.isdisjoint((actor, "*")) or bool(self.events(place, "unseal"))

    def _usable(self, place: Place, actor: str) -> bool:
        if (place.capacity and place.capacity.high <= 0) or not self._unsealed(place.id, actor):
            return False
        if self.operations(place.id):  # battles decide
            return True
        holding, taken = self.scenario.holders[place.id], self.events(place.id, "capture", "raid")
        held = set(holding.shares)
        if not taken and not self.events(place.id, "relieve"):
            held -= holding.besieged
        held.update(*map(takers_of, taken))
        return any(may_pass(self.scenario, actor, holder) for holder in held)


def may_pass(scenario: Scenario, actor: str, holder: str) -> bool:
    """True where an actor may use what another holds: its own, a friend's, or in transit."""
    own, other = scenario.actors[actor], scenario.actors[holder]
    friends = holder in own.friends or actor in other.friends
    return actor == holder or friends or own.transit.get(holder, 0) > 0


def takers_of(event: Event) -> set[str]:
    """Who holds a place after a capture, or during a raid."""
    return set(event.shares) or {str(event.by)}


def _happenings(scenario: Scenario) -> Iterator[tuple[tuple[str, str], Happening]]:
    """All that happens at an instant or on a condition, by section and id."""
    for name, decision in scenario.decisions.items():
        yield ("decisions", name), decision
        yield from ((("options", option), decision) for option in decision.options)
    yield from ((("operations", name), o) for name, o in scenario.operations.items())
    yield from ((("events", name), event) for name, event in scenario.events.items())


def _by_target(scenario: Scenario) -> Mapping[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in scenario.events.values():
        for target in (*event.places, *event.roads):
            found[target].append(event)
    return found
