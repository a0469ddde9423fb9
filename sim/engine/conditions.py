"""Conditions: what waits for a state, and for the day on which something is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.scenario.model import Condition, Decision, Event, Operation

from .clock import Phase
from .supply.axes import AxisState
from .world import World


class Conditions:
    """What waits for a condition; looked at when an instant in which something changed is over."""

    def __init__(self, world: World, axes: Mapping[str, AxisState]) -> None:
        self._world = world
        self._axes = axes
        self._initial = {p: frozenset(s) for p, s in world.control.holders.items()}
        self._waiting: dict[str, tuple[Condition, Callable[[], None]]] = {}
        self._looking = False
        world.signals.state_changed.subscribe(self._look_soon)

    def when_due(
        self, name: str, due: Event | Operation | Decision, begin: Callable[[int], None]
    ) -> None:
        """Call ``begin`` with the instant (s) at which something is due, where that comes.

        Its day is known now; a condition must hold first, and then its delay pass, of a second
        at least. ``name`` is its key in luck, and what waits at one instant goes by it.
        """
        if due.at is not None:
            self._begin(round(self._world.luck.value(due.at, f"{name}:at")), begin)
        elif due.when is not None:
            delay = due.delay

            def wait() -> None:
                luck, now = self._world.luck, self._world.clock.now
                seconds = 0 if delay is None else round(luck.value(delay, f"{name}:delay"))
                self._begin(now + max(1, seconds), begin)

            self._waiting[name] = due.when, wait

    def _begin(self, time: int, begin: Callable[[int], None]) -> None:
        if 0 <= time <= self._world.scenario.length:
            begin(time)

    def _look_soon(self) -> None:
        if self._waiting and not self._looking:
            self._looking = True
            clock = self._world.clock
            clock.at(clock.now, Phase.RECORD, "conditions", self._look)

    def _look(self) -> None:
        self._looking = False
        for name, (condition, act) in sorted(self._waiting.items()):
            if self._holds(condition):
                del self._waiting[name]
                act()

    def _holds(self, condition: Condition) -> bool:
        subject, to, control = condition.subject, condition.to, self._world.control
        match condition.kind:
            case "falls":
                holders = control.holders[subject]
                if to is not None:
                    return to in holders
                return self._initial[subject].isdisjoint(holders)
            case "besieged":
                return subject in control.besieged
            case "axis_cut":
                return self._axes[subject].capacity == 0
            case "axis_open":
                return self._axes[subject].capacity > 0
            case "stock_out":
                sinks = self._axes[subject].sinks
                return any(s.out for s in sinks.values() if to is None or s.place == to)
            case "event":
                return subject in self._world.happened
            case "all":
                return all(self._holds(part) for part in condition.parts)
            case "any":
                return any(self._holds(part) for part in condition.parts)
