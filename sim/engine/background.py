"""What no operation names: places that change hands at a background rate, in forecasts.

A place of an actor that has such a rate has a :class:`~sim.engine.hazard.Hazard`, with a number
drawn for this place and the how-many-th time. The rate is that of the front where a road joins it
to a place of an enemy that may take it, else that of inner places, and 0 while an operation that is
not over has it on its route. It falls to the enemies that are the fewest roads away, each with a
chance in proportion to how many of those places it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from sim.scenario.model import PPM, BackgroundRate

from .clock import Phase
from .forces.force import Force
from .hazard import Hazard, exponential
from .signals import NetChange, Signal
from .world import World

BACKGROUND = "background"
"""The cause of such a change, in events and in credit."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """The rate of an actor's places, drawn, and who may take them."""

    front: float
    inner: float
    takers: frozenset[str]


class Background:
    """Changes of holder that no operation names; ``forces`` are those of the operations."""

    def __init__(
        self, world: World, forces: Mapping[str, Force], moved: Signal[[Force]] | None
    ) -> None:
        self._world, self._forces = world, forces
        rules = world.scenario.rules.background if world.scenario.kind == "forecast" else {}
        self._rates = {actor: self._drawn(rule) for actor, rule in rules.items()}
        self._hazards: dict[str, Hazard] = {}
        self._changes: Counter[str] = Counter()
        if not self._rates:
            return
        world.signals.settled.subscribe(self._settled)
        if moved is not None:
            moved.subscribe(self._moved)
        self._look(world.graph.places)

    def _drawn(self, rule: BackgroundRate) -> _Rate:
        luck, name = self._world.luck, f"background:{rule.actor}"
        takers = frozenset(rule.by) if rule.by else frozenset(self._world.sides)
        return _Rate(
            luck.value(rule.front, f"{name}:front"),
            luck.value(rule.inner, f"{name}:inner"),
            takers & self._world.sides[rule.actor].enemies,
        )

    def _settled(self, change: NetChange) -> None:
        graph = self._world.graph
        near = {*change.places}
        for place in change.places:
            near.update(graph.places[i] for i, _ in graph.neighbours[graph.place_index[place]])
        self._look(sorted(near))

    def _moved(self, force: Force) -> None:
        if force.mode == "over":
            self._look(force.operation.route)

    def _look(self, places: Iterable[str]) -> None:
        """See whether the rates of places are others now."""
        now = self._world.clock.now
        afoot = [force for force in self._forces.values() if force.mode != "over"]
        named = {place for force in afoot for place in force.operation.route}
        for place in places:
            rate = 0.0 if place in named else self._rate(place)
            if place not in self._hazards:
                if rate == 0:
                    continue
                self._hazards[place] = Hazard(self._next(place), now)
            if self._hazards[place].goes_on_at(rate, now):
                self._wait(place)

    def _next(self, place: str) -> float:
        """The drawn number at which a place is lost, this time."""
        return exponential(self._world.luck, f"change:{place}:{self._changes[place]}")

    def _wait(self, place: str) -> None:
        hazard = self._hazards[place]
        time = hazard.time(self._world.scenario.length)
        if time is not None:
            lose = partial(self._lose, place)
            hazard.moment = self._world.clock.at(time, Phase.CONTROL, f"~change:{place}", lose)

    def _loser(self, place: str) -> str | None:
        """Whose place it is to lose: the greatest of its holders that have a rate."""
        shares = self._world.control.owners(place)
        return max(
            (actor for actor in sorted(shares) if actor in self._rates),
            key=shares.__getitem__,
            default=None,
        )

    def _rate(self, place: str) -> float:
        """The rate (1/day) at which a place that no operation names is lost now."""
        if (loser := self._loser(place)) is None:
            return 0.0
        rate, graph, control = self._rates[loser], self._world.graph, self._world.control
        beside = control.terrain.neighbours[graph.place_index[place]]
        near = (graph.places[there] for there, _ in beside)
        front = any(not rate.takers.isdisjoint(control.owners(p)) for p in chain((place,), near))
        return rate.front if front else rate.inner

    def _takers(self, place: str, takers: frozenset[str]) -> Counter[str]:
        """Places of each taker among those the fewest roads away."""
        graph, control = self._world.graph, self._world.control
        found: Counter[str] = Counter(takers & control.owners(place).keys())
        seen = last = {graph.place_index[place]}
        while last and not found:
            last = {there for here in last for there, _ in control.terrain.neighbours[here]} - seen
            seen = seen | last
            for i in last:
                found.update(takers & control.owners(graph.places[i]).keys())
        return found

    def _lose(self, place: str) -> None:
        """A place changes hands."""
        world, loser = self._world, self._loser(place)
        if loser is None:
            return
        found = sorted(self._takers(place, self._rates[loser].takers).items())
        name = f"change:{place}:{self._changes[place]}"
        self._changes[place] += 1
        self._hazards[place].begin_again(self._next(place), world.clock.now)
        if not found:  # nobody is there who could take it
            self._wait(place)
            return
        taker = found[world.luck.pick([count for _, count in found], f"{name}:by")][0]
        world.apply(BACKGROUND, place, lambda c, p: c.capture(p, {taker: PPM}))
        names = world.scenario.actors
        text = f"{names[taker].name} takes it from {names[loser].name}; no operation names it"
        world.note_event("capture", place, BACKGROUND, text)
        world.signals.state_changed.tell()
