"""How much a scenario puts on the clock: a forecast, made alike before a run and in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .depots import feeders
from .distributions import Dist, least_of, most_of
from .model import DAY, Axis, Scenario

MOST_WORK = 5_000_000
"""The most convoys and rows of samples that a scenario may forecast: about a minute of running."""

Amount = Callable[[Dist, str], float]
"""The value that counts of what is uncertain, by the key of its draw."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a run takes at most: convoys by axis, and rows of samples."""

    convoys: Mapping[str, float]
    samples: int

    @property
    def total(self) -> float:
        """Convoys of all axes and rows of samples."""
        return sum(self.convoys.values()) + self.samples


def forecast(scenario: Scenario, most: Amount, least: Amount) -> Work:
    """The convoys that all that is asked for makes, and the rows that are sampled.

    Every sink asks for what it eats and refills on every day of the period, with every factor
    above 1 of an event or a profile on it, feeds the forces that are based there at their full
    strength, and where it is a depot asks for what is shipped from it. To each sink a convoy may
    come that was built up before.

    Args:
        most: the upper end of a range, or what was drawn.
        least: the lower end, or what was drawn.
    """
    days, fed = scenario.length / DAY, feeders(scenario)
    convoys = {}
    for axis in scenario.axes.values():
        size = least(axis.convoy.size, f"axis:{axis.id}:convoy")
        size = math.floor(size) if size >= 1 else max(size, 1e-9)  # whole kg leave
        convoys[axis.id] = _daily(scenario, axis, most, fed) * days / size + len(axis.sinks)
    sinks = sum(len(axis.sinks) for axis in scenario.axes.values())
    times = -(-scenario.length // scenario.sample) + 1
    return Work(convoys, times * (1 + sinks + len(scenario.operations)))


def worst(scenario: Scenario) -> Work:
    """The forecast with every range at the end that makes most."""
    return forecast(scenario, lambda dist, _: most_of(dist), lambda dist, _: least_of(dist))


def _daily(
    scenario: Scenario, axis: Axis, most: Amount, fed: Mapping[str, set[str]]
) -> float:  # fmt: skip
    """What an axis is asked for at most (kg/day); ``fed`` are the axes that fill depots of others.

    No circle of depots passes the checks of a file.
    """
    sinks = sum(_asked(scenario, axis, place, most) for place in axis.sinks)
    forces = sum(
        most(o.each, f"operation:{o.id}:each") * most(o.strength, f"operation:{o.id}:strength")
        for o in scenario.operations.values()
        if o.axis == axis.id
    )
    served = (scenario.axes[other] for other, fillers in fed.items() if axis.id in fillers)
    return sinks + forces + sum(_daily(scenario, other, most, fed) for other in served)


def _asked(scenario: Scenario, axis: Axis, place: str, most: Amount) -> float:
    """What a sink asks for at most (kg/day): what it eats, and what refills it."""
    sink, name = axis.sinks[place], f"axis:{axis.id}:sink:{place}"
    eaten, end = [most(sink.demand, f"{name}:demand")], f"{axis.id}/{place}"
    factors = list(_profiled(scenario, {axis.id, end}, most))
    for event in scenario.events.values():
        if event.kind == "demand" and end in event.ends:
            if event.to is not None:
                eaten.append(most(event.to, f"event:{event.id}:to"))
            if event.factor is not None:
                factors.append(most(event.factor, f"event:{event.id}:factor"))
    more = math.prod(max(1.0, factor) for factor in factors)
    return max(eaten) * more + most(sink.refill, f"{name}:refill")


def _profiled(scenario: Scenario, names: set[str], most: Amount) -> Iterable[float]:
    """The greatest factor of each profile of a demand."""
    for profile in scenario.profiles.values():
        if not names.isdisjoint(profile.demand):
            each = (most(f, f"profile:{profile.id}:{key}") for key, f in profile.factors.items())
            yield max(each, default=1.0)
