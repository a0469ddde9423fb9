"""What no operation names: places that change hands at a background rate, in forecasts.

A place of an actor that has such a rate is lost when the rate, added up over time, reaches a
number drawn for this place and the how-many-th time (exponential with mean 1), so that with a
constant rate the time to its loss is exponential (Cox 1962). The rate is that of the front where a
road joins it to a place of an enemy that may take it, else that of inner places, and 0 while an
operation that is not over has it on its route. It falls to the enemies that are the fewest roads
away, each with a chance in proportion to how many of those places it holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from sim.scenario.model import DAY, PPM, BackgroundRate

from .clock import Moment, Phase, call_off
from .forces.force import Force
from .signals import NetChange, Signal
from .world import World

BACKGROUND = "background"
"""The cause of such a change, in events and in credit."""


@dataclass(slots=True)
class _Hazard:
    """A place at risk: ``reached`` of ``due`` by ``since`` (s), at ``rate`` a day from then on."""

    due: float
    reached: float = 0.0
    rate: float = 0.0
    since: int = 0
    changes: int = 0
    moment: Moment | None = None


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
        self._hazards: dict[str, _Hazard] = {}
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
        for place in places:
            rate = self._rate(place)
            hazard = self._hazards.get(place)
            if hazard is None:
                if rate == 0:
                    continue
                hazard = self._hazards[place] = _Hazard(self._next(place, 0))
            if rate != hazard.rate:
                now = self._world.clock.now
                hazard.reached += hazard.rate * (now - hazard.since) / DAY
                hazard.rate, hazard.since = rate, now
                self._wait(place, hazard)

    def _next(self, place: str, changes: int) -> float:
        """The drawn number at which a place is lost for the how-many-th time; ln 2 of medians."""
        luck = self._world.luck
        return -math.log(0.5 if luck.nominal else luck.uniform(f"change:{place}:{changes}"))

    def _wait(self, place: str, hazard: _Hazard) -> None:
        call_off(hazard.moment)
        hazard.moment = None
        if hazard.rate == 0:
            return
        left = (hazard.due - hazard.reached) / hazard.rate * DAY
        time = hazard.since + max(1, math.ceil(left))
        if time <= self._world.scenario.length:
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
        """The rate (1/day) at which a place is lost now."""
        loser = self._loser(place)
        if loser is None or any(
            force.mode != "over" and place in force.operation.route
            for force in self._forces.values()
        ):
            return 0.0
        rate = self._rates[loser]
        return rate.front if self._takers(place, rate.takers, 1) else rate.inner

    def _takers(self, place: str, takers: frozenset[str], most: int | None) -> Counter[str]:
        """Places of each taker among those the fewest roads away, ``most`` roads at most."""
        graph, control = self._world.graph, self._world.control
        found: Counter[str] = Counter(takers & control.owners(place).keys())
        seen = last = {graph.place_index[place]}
        steps = 0
        while last and not found and (most is None or steps < most):
            steps += 1
            last = {
                there
                for here in last
                for there, flat in graph.neighbours[here]
                if not control.absent(graph.roads[flat >> 1])
            } - seen
            seen = seen | last
            for i in last:
                found.update(takers & control.owners(graph.places[i]).keys())
        return found

    def _lose(self, place: str) -> None:
        """A place changes hands."""
        world, loser = self._world, self._loser(place)
        hazard = self._hazards[place]
        hazard.moment = None
        if loser is None:
            return
        found = sorted(self._takers(place, self._rates[loser].takers, None).items())
        name = f"change:{place}:{hazard.changes}"
        hazard.changes += 1
        hazard.reached, hazard.since = 0.0, world.clock.now
        hazard.due = self._next(place, hazard.changes)
        if not found:  # nobody is there who could take it
            self._wait(place, hazard)
            return
        taker = found[world.luck.pick([count for _, count in found], f"{name}:by")][0]
        world.apply(BACKGROUND, place, lambda c, p: c.capture(p, {taker: PPM}))
        names = world.scenario.actors
        text = f"{names[taker].name} takes it from {names[loser].name}; no operation names it"
        world.note_event("capture", place, BACKGROUND, text)
        world.signals.state_changed.tell()
