"""How the displaced of an actor share themselves out among what they can choose.

Without a rule each man goes his way, so that a garrison is shared out by the probabilities. By the
rule of bodies it moves in a few, of which each draws once; what is near the same town then is one
nest of a nested logit, so that many villages do not outweigh one town. Which town that is the roads
and populations of the network say, which every network has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.network import times_from
from sim.scenario.model import BodyRule
from sim.state.record import DISPERSE

from .apportion import apportion
from .choice import Alternative, assign, logit, nested_logit
from .world import World


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A rule with its numbers drawn; ``town`` is that of the region of a place, by place."""

    size: float
    dissimilarity: float
    town: Mapping[str, str]


class Bodies:
    """How men choose, by actor."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = {
            actor: self._draw(rule) for actor, rule in world.scenario.rules.bodies.items()
        }
        self._choices: Counter[tuple[str, str]] = Counter()

    def _draw(self, rule: BodyRule) -> _Drawn:
        luck, name, regions = self._world.luck, f"bodies:{rule.actor}", rule.regions
        size = luck.value(rule.size, f"{name}:size")
        if regions is None:
            return _Drawn(size, 1.0, {})
        dissimilarity = luck.value(regions.dissimilarity, f"{name}:dissimilarity")
        return _Drawn(size, dissimilarity, self._nearest_towns(regions.towns))

    def _nearest_towns(self, least: int) -> dict[str, str]:
        """The nearest place of so many inhabitants, by place, along the roads of its country."""
        graph, network = self._world.graph, self._world.scenario.network
        places, control = network.places, self._world.control
        inland = [
            not control.absent(road) and places[here].country == places[there].country
            for road, here, there in (
                (road, network.roads[road].a, network.roads[road].b) for road in graph.roads
            )
        ]
        towns = [i for i, p in enumerate(graph.places) if (places[p].population or -1) >= least]
        everywhere = np.ones(len(graph.places), dtype=bool)
        times = times_from(graph, np.array(inland, dtype=bool), everywhere, towns)
        nearest = dict[int, int]()
        for i in np.argsort(times.hops, kind="stable").tolist():  # a step nearer is earlier
            if times.reaches(i):
                step = next(times.steps(i), None)
                nearest[i] = i if step is None else nearest[step[0]]
        return {graph.places[i]: graph.places[town] for i, town in nearest.items()}

    def probabilities(self, actor: str, options: Sequence[Alternative]) -> list[float]:
        """The probability of each option, for a man or a body of men of an actor."""
        utilities = [option.utility for option in options]
        if not options:
            return []
        drawn = self._rules.get(actor)
        if drawn is None:
            return logit(utilities)
        nests = [drawn.town.get(option.id, option.id) for option in options]
        return nested_logit(utilities, nests, drawn.dissimilarity)

    def assign(
        self,
        actor: str,
        origin: str,
        persons: int,
        options: Sequence[Alternative],
        shares: Sequence[float],
    ) -> dict[str, int]:
        """Persons by option, ``shares`` being their probabilities; the rest ``DISPERSE``."""
        drawn = self._rules.get(actor)
        if drawn is None:
            return assign(persons, options, shares)
        number = min(persons, max(1, round(persons / drawn.size)))
        sizes = apportion(persons, dict.fromkeys(map(str, range(number)), 1.0))
        ordinal = self._choices[actor, origin]
        self._choices[actor, origin] += 1
        chosen: Counter[str] = Counter()
        for body, men in sizes.items():
            key = f"body:{actor}:{origin}:{ordinal}:{body}"
            self._go(actor, men, options, chosen, key)
        return dict(chosen)

    def _go(
        self,
        actor: str,
        men: int,
        options: Sequence[Alternative],
        chosen: Counter[str],
        key: str,
    ) -> None:
        """A body chooses among what has room for all of it.

        Where nothing has, it chooses among what has room for some: they stay there, the others
        choose again, and those who find no room disperse.
        """
        part = 0
        while men:
            left = {o.id: men if o.room is None else o.room - chosen[o.id] for o in options}
            among = [o for o in options if left[o.id] >= men]
            among = among or [o for o in options if left[o.id] > 0]
            if not among:
                chosen[DISPERSE] += men
                return
            one = f"{key}:{part}" if part else key
            option = among[self._world.luck.pick(self.probabilities(actor, among), one)]
            taken = min(men, left[option.id])
            chosen[option.id] += taken
            men -= taken
            part += 1
