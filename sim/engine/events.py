"""Events: what each kind of event does to the state, when it ends, and how it is told.

A new kind is a function here that says what it does, and its line in :data:`KINDS`; its words in
a scenario are in :mod:`sim.scenario`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sim.scenario.model import PPM, Event, EventKind
from sim.state.control import EVERYONE, Control, End

from .clock import Phase
from .conditions import Conditions
from .signals import Change
from .world import World


@dataclass(frozen=True, slots=True)
class EventAction:
    """What an event does, in ``phase`` of its instant, to each of the places or roads ``subjects``.

    ``undo``, where it passes by itself, is done to each among the openings of the instant at
    which the event is over. Both are done again to copies of the state where credit is worked out.
    An event without ``do`` is an order to garrisons, which changes nothing of the state.
    """

    subjects: tuple[str, ...]
    phase: Phase
    do: Change | None = None
    undo: Change | None = None


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event.

    ``actions`` are what an event of the kind does and when that ends, worked out when its day is
    known; those with no subject do nothing. In the list of what happened it stands by the name of
    the kind, with its own text, and its end with ``end_text``.
    """

    actions: Callable[[World, Event], Iterator[EventAction]]
    end_text: str = ""


def _capture(_world: World, event: Event) -> Iterator[EventAction]:
    shares = dict(event.shares) if event.shares else {str(event.by): PPM}
    yield EventAction(event.places, Phase.CONTROL, lambda c, place: c.capture(place, shares))


def _besiege(world: World, event: Event) -> Iterator[EventAction]:
    def ring(control: Control, place: str) -> None:
        ringed = event.against
        if not ringed:
            ringed = frozenset(control.holders[place]) - world.sides[str(event.by)].own
        control.besiege(place, ringed)

    yield EventAction(event.places, Phase.CLOSURES, ring)


def _relieve(_world: World, event: Event) -> Iterator[EventAction]:
    yield EventAction(event.places, Phase.OPENINGS, Control.relieve)


def _seal(_world: World, event: Event) -> Iterator[EventAction]:
    sealed = event.against or frozenset({EVERYONE})
    yield EventAction(event.places, Phase.CLOSURES, lambda c, place: c.seal(place, sealed))


def _unseal(world: World, event: Event) -> Iterator[EventAction]:
    yield EventAction(
        event.places,
        Phase.OPENINGS,
        lambda c, place: c.unseal(place, event.against, everyone=world.sides),
    )


def _close(_world: World, event: Event) -> Iterator[EventAction]:
    yield EventAction(
        event.roads,
        Phase.CLOSURES,
        lambda c, road: c.close(road, event.id),
        lambda c, road: c.open(road, event.id),
    )


def _open(_world: World, event: Event) -> Iterator[EventAction]:
    yield EventAction(event.roads, Phase.OPENINGS, Control.open)


def _damage(world: World, event: Event) -> Iterator[EventAction]:
    """Take capacity away until it is repaired, if it ever is."""
    name = f"event:{event.id}:loss"
    loss = 0.0 if event.loss is None else world.luck.value(event.loss, name)
    kept = PPM - round(loss * PPM)
    yield EventAction(
        event.places,
        Phase.CLOSURES,
        lambda c, place: c.damage("place", place, event.id, kept),
        lambda c, place: c.repair("place", place, event.id),
    )
    yield EventAction(
        event.roads,
        Phase.CLOSURES,
        lambda c, road: c.damage("road", road, event.id, kept),
        lambda c, road: c.repair("road", road, event.id),
    )


def _raid(_world: World, event: Event) -> Iterator[EventAction]:
    """Hold places or close roads for a time, above those who hold them lastingly."""
    by = str(event.by)
    yield EventAction(
        event.places,
        Phase.RAIDS,
        lambda c, place: c.raid(place, by, event.id),
        lambda c, place: c.end_raid(place, event.id),
    )
    yield EventAction(
        event.roads,
        Phase.CLOSURES,
        lambda c, road: c.close(road, event.id),
        lambda c, road: c.open(road, event.id),
    )


def _withdraw(_world: World, event: Event) -> Iterator[EventAction]:
    yield EventAction(event.places, Phase.DECISIONS)


def _amount(end: End) -> Callable[[World, Event], Iterator[EventAction]]:
    """Let sources give, or sinks eat, another amount."""

    def actions(world: World, event: Event) -> Iterator[EventAction]:
        name = f"event:{event.id}"
        if event.to is not None:
            kg_per_day = world.luck.whole(event.to, f"{name}:to")
            yield EventAction(
                event.ends,
                Phase.CLOSURES,
                lambda c, id_: c.give(end, id_, event.id, kg_per_day),
                lambda c, id_: c.give(end, id_, event.id, None),
            )
        if event.factor is not None:
            factor = round(world.luck.value(event.factor, f"{name}:factor") * PPM)
            yield EventAction(
                event.ends,
                Phase.CLOSURES,
                lambda c, id_: c.scale(end, id_, event.id, factor),
                lambda c, id_: c.repair(end, id_, event.id),
            )

    return actions


KINDS: Mapping[EventKind, EventType] = {
    "capture": EventType(_capture),
    "besiege": EventType(_besiege),
    "relieve": EventType(_relieve),
    "seal": EventType(_seal),
    "unseal": EventType(_unseal),
    "close": EventType(_close, end_text="closure ends"),
    "open": EventType(_open),
    "damage": EventType(_damage, end_text="damage ends"),
    "raid": EventType(_raid, end_text="raid ends"),
    "withdraw": EventType(_withdraw),
    "supply": EventType(_amount("source"), end_text="supply as before"),
    "demand": EventType(_amount("sink"), end_text="demand as before"),
}
"""What each kind of event does."""


class Events:
    """The events of a scenario, each put on the clock when it is due."""

    def __init__(self, world: World, conditions: Conditions) -> None:
        self._world = world
        for event in world.scenario.events.values():
            conditions.when_due(f"event:{event.id}", event, partial(self._plan, event))

    def _plan(self, event: Event, time: int) -> None:
        """Let an event happen at ``time`` (s), and end when it is over."""
        world, name = self._world, f"event:{event.id}"
        if not world.luck.happens(event.chance, f"{name}:happens"):
            return
        if event.every is not None and (again := time + event.every) < world.scenario.length:
            world.clock.at(time, Phase.OPENINGS, name, partial(self._plan, event, again))
        for action in KINDS[event.kind].actions(world, event):
            if not action.subjects:
                continue
            world.clock.at(time, action.phase, name, partial(self._happen, event, action))
            if action.undo is not None and event.lasts is not None:
                over = time + max(1, round(world.luck.value(event.lasts, f"{name}:lasts")))
                world.clock.at(
                    over, Phase.OPENINGS, name, partial(self._end, event, action, action.undo, time)
                )

    def _happen(self, event: Event, action: EventAction) -> None:
        if action.do is not None:
            for subject in action.subjects:
                self._world.apply(event.id, subject, action.do, renews=event.every is not None)
        self._world.happened.add(event.id)
        self._say(event, event.kind, action.subjects, event.text or "")
        if action.do is None:
            self._world.signals.ordered.tell(event)
        # it has happened, whether or not it changed anything
        self._world.signals.state_changed.tell()

    def _end(self, event: Event, action: EventAction, undo: Change, began: int) -> None:
        # a capture ends raids before their time, and who opens a road opens it for good
        left = tuple(s for s in action.subjects if self._world.control.bears(s, event.id))
        for subject in action.subjects:
            self._world.apply(event.id, subject, undo, began)
        if left:
            self._say(event, "ends", left, KINDS[event.kind].end_text)

    def _say(self, event: Event, what: str, subjects: tuple[str, ...], text: str) -> None:
        absent = [s for s in subjects if self._world.control.absent(s)]
        if absent:  # it neither opens nor closes what is not there
            lack = f"no effect on {', '.join(absent)}, not there in this run"
            text = f"{text}; {lack}" if text else lack
        self._world.note_event(what, ", ".join(subjects), event.id, text)
