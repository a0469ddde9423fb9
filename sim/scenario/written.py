"""What is written otherwise than it is kept, and which keys exclude or need one another.

Most objects are written as they are kept, so their fields are the keys. The classes here are
the others: a field that they add to an object, or state again, is a key that only a file has.
They are never made.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, get_args

from . import kinds as k
from .distributions import Constant
from .faults import InputError
from .model import (
    Condition,
    ConditionKind,
    Event,
    EventKind,
    Happening,
    Holding,
    Network,
    Operation,
    Road,
    Scenario,
    Source,
)


class WrittenRoad(Road):
    """What else a file says of a road."""

    between: Annotated[k.Pair | None, k.Key(before="km")] = None
    """the two places; may be left out where the id is `a--b`"""
    km: Annotated[k.Kilometres, k.Key(default=None)]
    """length; default: the great circle between the two places times the network's `detour`"""
    capacity: k.RoadRate | None = None
    """capacity in each direction, or of each: `{there: 60 t/day, back: 40 t/day}`, there being
    from the first of its places to the second; default: that of the class"""


class WrittenNetwork(Network):
    """What else a file says of a network."""

    table: Annotated[k.Text | None, k.Key(before="title")] = None
    """path of a binary table that `sim import` made, or of a GeoPackage, relative to this file: its
    places, roads and classes, over which what else is stated here is laid key by key"""
    sha256: Annotated[k.Text | None, k.Key(before="title")] = None
    """SHA-256 of the table, where no other file may stand in its place"""
    credit: Annotated[k.Text | None, k.Key(before="classes")] = None
    """credit line for figures"""
    sources: Annotated[Mapping[k.NewId, k.Text], k.Key(default={}, before="classes")]
    """named sources: id to text"""


class WrittenHolding(Holding):
    """What else a file says of who holds a place: the shares, or one holder by its id."""

    shares: Annotated[Mapping[k.ActorId, k.Part], k.Key(default=None)]
    """share of the place by actor; the sum is at most 1"""
    by: Annotated[k.ActorId | None, k.Key(before="besieged")] = None
    """short for `shares` of 1 for one actor"""


_Several = Annotated[tuple[Condition, ...], k.ListRule(1)]


class WrittenCondition:
    """A condition on the state of the run: one of the keys, with `to` or `at` where it fits."""

    falls: k.PlaceId | None = None
    """no initial holder holds the place any more"""
    to: k.ActorId | None = None
    """with `falls`: this actor holds a share of it"""
    besieged: k.PlaceId | None = None
    """the place is besieged"""
    axis_cut: k.AxisId | None = None
    """the capacity of the axis is 0"""
    axis_open: k.AxisId | None = None
    """the capacity of the axis is above 0"""
    stock_out: k.AxisId | None = None
    """the axis has no stock left at a sink"""
    at: k.PlaceId | None = None
    """with `stock_out`: at this sink"""
    event: k.EventId | None = None
    """the event has taken effect, the operation has begun, or the option of a decision was decided
    on"""
    all: _Several | None = None
    """all of these conditions hold"""
    any: _Several | None = None
    """at least one of these conditions holds"""


class CaptureEvent(Happening):
    """Places change hands."""

    capture: k.Places
    """a place or a list of places"""
    by: k.ActorId | None = None
    """the new holder"""
    shares: Mapping[k.ActorId, k.Part] | None = None
    """the new holders by share, in place of `by`"""


class BesiegeEvent(Happening):
    """A ring closes: the roads of the places are closed to the besieged."""

    besiege: k.Places
    """a place or a list of places"""
    by: k.ActorId | None = None
    """who besieges"""
    against: k.Actors = ()
    """the besieged; default: every holder but `by` and its friends"""


class RelieveEvent(Happening):
    """A siege ends."""

    relieve: k.Places
    """a place or a list of places"""


class CloseEvent(Happening):
    """Roads are closed to everyone."""

    close: k.Roads
    """a road or a list of roads"""
    lasts: k.Duration | None = None
    """time until they are open again; default: they stay closed"""
    every: k.Length | None = None
    """time from each closing to the next one; default: they are closed once"""


class OpenEvent(Happening):
    """Roads are open again."""

    open: k.Roads
    """a road or a list of roads"""


class DamageEvent(Happening):
    """Places or roads lose a part of their capacity."""

    damage: k.Targets
    """a place or road, or a list of them"""
    loss: k.Share
    """share of the capacity that is lost"""
    lasts: Annotated[k.Duration | None, k.Key("repaired_after")] = None
    """time until it is whole again; default: it stays damaged"""


class SealEvent(Happening):
    """Crossings are sealed."""

    seal: k.Places
    """a crossing or a list of crossings"""
    against: k.Actors = ()
    """to whom; default: everyone"""


class UnsealEvent(Happening):
    """Crossings are open again."""

    unseal: k.Places
    """a crossing or a list of crossings"""
    against: k.Actors = ()
    """to whom; default: everyone"""


class RaidEvent(Happening):
    """Places or roads are held for a time, then given back."""

    raid: k.Targets
    """a place or road, or a list of them"""
    by: k.ActorId
    """who raids"""
    lasts: k.Duration
    """time until it is given back"""


class WithdrawEvent(Happening):
    """Garrisons of an actor are told to leave, each for the nearest place of its side."""

    withdraw: k.Places
    """a place or a list of places"""
    by: k.ActorId
    """whose garrisons"""
    loss: k.Share = Constant(0.0)
    """share that does not get away"""
    ring_loss: k.Share | None = None
    """the same of who breaks out of a ring; default: who is ringed stays"""


class SupplyEvent(Happening):
    """Sources give more or less."""

    supply: k.Sources
    """a source or a list of them: `AXIS/PLACE`, or the axis for all of its sources"""
    factor: k.Weight | None = None
    """how many times as much they give then, at most 100"""
    to: k.Rate | None = None
    """what each gives then, in place of `factor`"""
    lasts: k.Duration | None = None
    """time until it is over; default: it stays so"""


class DemandEvent(Happening):
    """Sinks eat more or less."""

    demand: k.Sinks
    """a sink or a list of them: `AXIS/PLACE`, or the axis for all of its sinks"""
    factor: k.Weight | None = None
    """how many times as much they eat then, at most 100"""
    to: k.Rate | None = None
    """what each eats then, in place of `factor`"""
    lasts: k.Duration | None = None
    """time until it is over; default: it stays so"""


class Period:
    """The time that the scenario covers: `start` and `end`, `start` and `length`, or `length`."""

    start: k.Moment | None = None
    """first instant; a date means 00:00"""
    end: k.Moment | None = None
    """00:00 of this date is the end"""
    length: k.Length | None = None
    """length of the period"""


class WrittenScenario(Scenario):
    """What else a file says of a scenario."""

    period: Annotated[Period, k.Key(before="seed")]
    """the time that it covers, at most 100 years"""
    default_holder: Annotated[k.ActorId | None, k.Key(before="holders")] = None
    """holder of every place that `holders` leaves out"""


class ScenarioFile(WrittenScenario):
    """A scenario file, version 1."""

    format: Annotated[k.Format, k.Key(before="id")]
    """version of the language: 1"""
    extends: Annotated[k.Text | None, k.Key(before="id")] = None
    """path of a scenario to build on, relative to this file: maps are merged key by key, texts and
    lists replace, null removes"""
    overrides: Annotated[Mapping[k.Text, Any], k.Key(default={})]
    """dotted path to value, applied last: `network.roads.a--b.capacity: 400 t/day`; null removes"""


class NetworkFile(WrittenNetwork):
    """A network file, version 1."""

    format: Annotated[k.Format, k.Key(before="title")]
    """version of the language: 1"""


EVENTS: Mapping[str, type] = {
    "capture": CaptureEvent,
    "besiege": BesiegeEvent,
    "relieve": RelieveEvent,
    "close": CloseEvent,
    "open": OpenEvent,
    "damage": DamageEvent,
    "seal": SealEvent,
    "unseal": UnsealEvent,
    "raid": RaidEvent,
    "withdraw": WithdrawEvent,
    "supply": SupplyEvent,
    "demand": DemandEvent,
}
"""How each kind of event is written, by the key that names its targets."""

KIND_OF: Mapping[type, EventKind] = {EVENTS[kind]: kind for kind in get_args(EventKind)}
"""The kind of event that each of these classes is."""

CONDITIONS: tuple[ConditionKind, ...] = get_args(ConditionKind)
"""Every kind of condition, which is the key that it is written with."""

WRITTEN: Mapping[type, tuple[type, ...]] = {
    Road: (WrittenRoad,),
    Network: (WrittenNetwork,),
    Holding: (WrittenHolding,),
    Condition: (WrittenCondition,),
    Event: tuple(EVENTS.values()),
}
"""What stands for an object in a file, where that is not the object's own class."""

SHORT: Mapping[type, str] = {WrittenHolding: "by", Source: "supply"}
"""The key that a text in place of the whole map means."""


# --- which keys exclude or need one another ---------------------------------------------------


class _Rule(NamedTuple):
    """A fault of a thing that has all keys of ``there`` and none of ``missing``."""

    of: type
    there: tuple[str, ...]
    missing: tuple[str, ...]
    message: str
    hint: str | None = None


_RULES = (
    _Rule(Happening, ("when", "at"), (), "'at' and 'when' both say when it happens", "keep one"),
    _Rule(Happening, (), ("at", "when"), "does not say when it happens",
          "add 'at: DATE' or 'when: CONDITION'"),
    _Rule(Happening, ("delay",), ("when",), "'delay' belongs to 'when'"),
    _Rule(Operation, ("each",), ("axis",), "'each' is drawn from the stock of an axis",
          "add 'axis: AXIS'"),
    _Rule(WrittenHolding, ("by", "shares"), (), "'by' and 'shares' both say who holds the place",
          "keep one"),
    _Rule(CaptureEvent, ("by", "shares"), (), "'by' and 'shares' both say who holds the place then",
          "keep one"),
    _Rule(CaptureEvent, (), ("by", "shares"), "does not say who holds the place then",
          "add 'by: ACTOR'"),
    _Rule(BesiegeEvent, (), ("by", "against"), "does not say who is besieged",
          "add 'by: ACTOR' or 'against: [ACTOR]'"),
    _Rule(CloseEvent, ("every",), ("lasts",), "'every' needs 'lasts', the time that it is closed",
          "add 'lasts: 10 hours'"),
    *(_Rule(cls, ("factor", "to"), (), "'factor' and 'to' both say how much it is then", "keep one")
      for cls in (SupplyEvent, DemandEvent)),
    *(_Rule(cls, (), ("factor", "to"), "does not say how much it is then",
            "add 'factor: 0.5' or 'to: 40 t/day'") for cls in (SupplyEvent, DemandEvent)),
    _Rule(WrittenNetwork, ("sha256",), ("table",), "'sha256' is that of a 'table'",
          "add 'table: PATH'"),
    _Rule(Period, ("end", "length"), (), "'end' and 'length' both say when the period ends",
          "keep one"),
    _Rule(Period, (), ("end", "length"), "does not say when it ends",
          "add 'end: DATE' or 'length: 120 days'"),
    _Rule(Period, ("end",), ("start",), "'end' needs 'start'", "add 'start: DATE'"),
)  # fmt: skip


@functools.cache
def _rules_of(cls: type) -> tuple[_Rule, ...]:
    return tuple(rule for rule in _RULES if issubclass(cls, rule.of))


def faults_of_keys(cls: type, data: Mapping[str, Any]) -> Iterator[InputError]:
    """Faults in which keys of a ``cls`` stand together, apart from the keys' own values.

    Each is at the first key that is there and should not.
    """
    for rule in _rules_of(cls):
        if data.keys() >= set(rule.there) and data.keys().isdisjoint(rule.missing):
            yield InputError(rule.message, rule.hint, rule.there[:1])
