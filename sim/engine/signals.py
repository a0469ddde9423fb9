"""What the parts of a run tell each other of, where who tells need not know who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, ParamSpec

from sim.scenario.model import Event
from sim.state.control import Control
from sim.state.passages import Passage

Told = ParamSpec("Told")

Change = Callable[[Control, str], None]
"""A pure change of one place or road, by id, so that credit can be worked out from some of them."""

Post = tuple[str, str]
"""(actor, place): the garrison of an actor at a place."""


class Signal(Generic[Told]):
    """Something that happens again and again, and who is to be called when it does."""

    def __init__(self) -> None:
        self._listeners: list[Callable[Told, None]] = []

    def subscribe(self, listener: Callable[Told, None]) -> None:
        """Call ``listener`` from now on, after those who came before it."""
        self._listeners.append(listener)

    def tell(self, *args: Told.args, **kwargs: Told.kwargs) -> None:
        """It has happened: call all who listen."""
        for listener in self._listeners:
            listener(*args, **kwargs)


class Applied(NamedTuple):
    """A change of one place or road on account of ``cause``, which began at ``began`` (s).

    What undoes a change has the same cause and beginning. ``renews``: what the cause did to the
    subject at other instants is over and done with, as of a profile or a closure that comes again.
    """

    cause: str
    began: int
    subject: str
    change: Change
    renews: bool = False


@dataclass(frozen=True, slots=True)
class NetChange:
    """What an instant changed in all, once its changes that cancel are left out.

    ``places`` and ``roads`` are ids, sorted; ``moved`` are the passages with other capacities
    now. ``paced`` are the roads, by index, with another speed of convoys, and ``ends`` the
    sources and sinks, as AXIS/PLACE, that give or eat another amount.
    """

    places: list[str]
    roads: list[str]
    moved: set[Passage]
    paced: frozenset[int] = frozenset()
    ends: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Signals:
    """All that a run's parts tell of: each goes up, from a part to those built upon it."""

    applied: Signal[[Applied]] = field(default_factory=Signal)
    """The state is changed."""
    settled: Signal[[NetChange]] = field(default_factory=Signal)
    """The net change of an instant takes effect."""
    state_changed: Signal[[]] = field(default_factory=Signal)
    """Something happened that conditions may ask for."""
    asks_changed: Signal[[str]] = field(default_factory=Signal)
    """The sinks of an actor ask for more or less."""
    stocks_changed: Signal[[]] = field(default_factory=Signal)
    """A stock ran out, or there is something again."""
    restocked: Signal[[Post]] = field(default_factory=Signal)
    """Supplies arrived where a garrison stands."""
    ordered: Signal[[Event]] = field(default_factory=Signal)
    """An event tells garrisons to leave their places."""
    counting: Signal[[]] = field(default_factory=Signal)
    """Men are about to be counted: what has changed by itself up to now goes in first."""
    garrison_will_grow: Signal[[Post]] = field(default_factory=Signal)
    """Men are about to join a garrison."""
    garrison_grew: Signal[[Post, int]] = field(default_factory=Signal)
    """So many persons have joined a garrison."""
