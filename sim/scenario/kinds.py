"""Kinds of values: what a key of the scenario language may hold, and what the object then holds.

A key is declared once, as a field of a frozen dataclass (:mod:`sim.scenario.model`) such as
``tries: Tries = 10``. The name, the kind, the default and the docstring of the field are those of
the key, where nothing else is said with :class:`Key`; a field of no kind is no key. The first
argument of a kind is the type that the object holds.

From these declarations :mod:`sim.scenario.schema` makes what validates a text,
:mod:`sim.scenario.build` the objects, and :mod:`sim.scenario.reference` the page and the JSON
Schemas. Nothing here reads anything, so objects made by hand cost no import of a reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Annotated, Any, Literal

from .distributions import Uncertain

Sign = Literal["any", "nonnegative", "positive"]
"""Which values of a quantity make sense."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of value: its name in the JSON Schemas, and what may stand there in words."""

    name: str
    words: str = ""


@dataclass(frozen=True, eq=False)
class Amount(Kind):
    """A quantity of a dimension of :mod:`sim.scenario.units`; ``uncertain``: or a distribution."""

    dimension: str = "number"
    sign: Sign = "nonnegative"
    uncertain: bool = True


@dataclass(frozen=True, eq=False)
class Reference(Kind):
    """The id of a thing that exists, of one of the kinds ``of``."""

    of: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class OneOf(Kind):
    """One of the texts of the ``Literal`` that it annotates."""


@dataclass(frozen=True, eq=False)
class Key:
    """What a key is beside its field: its name, and what it is where a file leaves it out.

    Left out, it is the ``default``, or what the field ``like`` is; both are for fields without
    a default of their own, and ``...`` is none. In the order of the keys it stands ``before``
    another one.
    """

    name: str | None = None
    default: Any = ...
    like: str | None = None
    before: str | None = None


@dataclass(frozen=True, eq=False)
class ListRule:
    """How many items a list has, and what is written otherwise.

    ``one``: a single thing stands for a list of one; ``any_order``: it is kept sorted, each once.
    """

    least: int | None = None
    most: int | None = None
    one: bool = False
    any_order: bool = False


class Role(Enum):
    """What else is to be known of a field."""

    ID = auto()
    """It is the id of the thing: the key of the map that the thing stands in."""
    FOR_ALL = auto()
    """One value in place of the map holds for every key; the object has it under ``""``."""
    OR_PATH = auto()
    """The path of a file that holds the thing may stand in its place; for a map that of a table."""


class Kg:
    """Kilogram, as the unit of a type."""


class KgPerDay:
    """Kilogram a day."""


class KgPerPersonDay:
    """Kilogram a person and day."""


class Second:
    """Second; of an instant, from the start of the scenario."""


class Km:
    """Kilometre."""


class KmPerHour:
    """Kilometre an hour, of convoys."""


class KmPerDay:
    """Kilometre a day, of advances."""


class PerDay:
    """One in a day, of the rates of battles."""


class Person:
    """Person."""


class One:
    """No unit: shares and other numbers."""


def _amount(name: str, dimension: str, sign: Sign = "nonnegative", uncertain: bool = True) -> Kind:
    return Amount(name, "", dimension, sign, uncertain)


def _id(name: str, *of: str) -> Kind:
    return Reference(name, "", of)


_DURATION = _amount("Duration", "duration")
_PART = _amount("Part", "share", uncertain=False)
_SHARE = _amount("Share", "share")
_MULTIPLE = _amount("Multiple", "number", "positive")

Id = Annotated[str, Role.ID]

Format = Annotated[int, Kind("Format", "1")]
Text = Annotated[str, Kind("Text", "text")]
NewId = Annotated[str, Kind("Key", "id")]
Flag = Annotated[bool, Kind("Flag", "true or false")]
Number = Annotated[float, Kind("Number", "number")]
Latitude = Annotated[float, Kind("Latitude", "number, -90 to 90")]
Longitude = Annotated[float, Kind("Longitude", "number, -180 to 180")]
Seed = Annotated[int, Kind("Seed", "whole number from 0")]
Priority = Annotated[int, Kind("Priority", "whole number")]
Head = Annotated[int, Kind("Head", "persons: a whole number, with or without `persons`")]
Unit = Annotated[int, Kind("Unit", "whole number from 1")]
Tries = Annotated[int, Kind("Tries", "whole number from 1")]
Color = Annotated[str, Kind("Color", "colour")]
Day = Annotated[date, Kind("Day", "date")]
Moment = Annotated[date, Kind("Moment", "date")]
Kilometres = Annotated[float, Kind("Kilometres", "km above 0: a number, with or without `km`")]
Detour = Annotated[float, Kind("Detour", "number from 1")]
Sealed = Annotated[frozenset[str], Kind("Sealed", "list: actor, or true")]
Value = Annotated[float | str | bool, Kind("Value", "value of the measure, or null")]

Purpose = Annotated[Literal["forecast", "replay", "what-if"], OneOf("Kind")]
Relation = Annotated[Literal["<", "<=", "=", ">=", ">", "!="], OneOf("Sense")]
Law = Annotated[Literal["square", "linear", "mixed"], OneOf("Law")]
Stall = Annotated[Literal["hold", "fall_back"], OneOf("Stall")]
Each = Annotated[Literal["class", "road"], OneOf("Each")]
ShareOut = Annotated[Literal["priority", "equal", "weighted"], OneOf("ShareOut")]
Prefer = Annotated[Literal["time", "cost"], OneOf("Prefer")]
Cycle = Annotated[Literal["year", "week", "day"], OneOf("Cycle")]
Repulse = Annotated[Literal["hold", "fall_back", "give_up"], OneOf("Repulse")]

Rate = Annotated[Uncertain[KgPerDay], _amount("Rate", "rate")]
Demand = Annotated[
    Uncertain[KgPerDay],
    Kind("Demand", "flow, distribution, or `{persons:, each:}` (their product)"),
]
RoadRate = Annotated[
    Uncertain[KgPerDay],
    Kind("RoadRate", "flow, distribution, or `{there:, back:}` with one of each"),
]
Mass = Annotated[Uncertain[Kg], _amount("Mass", "mass")]
MassAboveZero = Annotated[Uncertain[Kg], _amount("MassAboveZero", "mass", "positive")]
Load = Annotated[int, _amount("Load", "load", "positive", uncertain=False)]
Duration = Annotated[Uncertain[Second], _DURATION]
Seconds = Annotated[int, _DURATION]
Length = Annotated[int, _amount("Length", "duration", "positive", uncertain=False)]
Instant = Annotated[Uncertain[Second], Kind("Instant", "instant, or distribution")]
When = Annotated[int, Kind("When", "instant")]
Recorded = Annotated[int, Kind("Recorded", "instant, outside the period too")]
Speed = Annotated[Uncertain[KmPerHour], _amount("Speed", "speed", "positive")]
Tempo = Annotated[Uncertain[KmPerDay], _amount("Tempo", "tempo", "positive")]
Distance = Annotated[Uncertain[Km], _amount("Distance", "distance", "positive")]
Hazard = Annotated[Uncertain[PerDay], _amount("Hazard", "hazard")]
Ration = Annotated[Uncertain[KgPerPersonDay], _amount("Ration", "ration")]
Strength = Annotated[Uncertain[Person], _amount("Strength", "persons")]
Body = Annotated[Uncertain[Person], _amount("Body", "persons", "positive")]
Share = Annotated[Uncertain[One], _SHARE]
Dissimilarity = Annotated[Uncertain[One], _amount("Dissimilarity", "share", "positive")]
Portion = Annotated[float, _SHARE]
Part = Annotated[int, _PART]
Chance = Annotated[float, _PART]
Coefficient = Annotated[Uncertain[One], _amount("Coefficient", "number", "any")]
Multiple = Annotated[Uncertain[One], _MULTIPLE]
Weight = Annotated[Uncertain[One], _amount("Weight", "number")]
Factor = Annotated[float, _MULTIPLE]

PlaceId = Annotated[str, _id("PlaceId", "place")]
RoadId = Annotated[str, _id("RoadId", "road")]
TargetId = Annotated[str, _id("TargetId", "place", "road")]
GoalId = Annotated[str, _id("GoalId", "place", "exit")]
ClassId = Annotated[str, _id("ClassId", "road class")]
ActorId = Annotated[str, _id("ActorId", "actor")]
AxisId = Annotated[str, _id("AxisId", "axis")]
CommodityId = Annotated[str, _id("CommodityId", "commodity")]
OperationId = Annotated[str, _id("OperationId", "operation")]
WarningId = Annotated[str, _id("WarningId", "warning")]
LimitId = Annotated[str, _id("LimitId", "road class", "road", "place")]
PacedId = Annotated[str, _id("PacedId", "road class", "road")]
SourceId = Annotated[str, _id("SourceId", "axis", "source (AXIS/PLACE)")]
SinkId = Annotated[str, _id("SinkId", "axis", "sink (AXIS/PLACE)")]
EventId = Annotated[str, _id("EventId", "event", "operation", "option")]
CauseId = Annotated[str, _id("CauseId", "place", "road", "event", "operation", "option")]

Pair = Annotated[tuple[PlaceId, ...], ListRule(2, 2)]
Places = Annotated[tuple[PlaceId, ...], ListRule(one=True)]
Roads = Annotated[tuple[RoadId, ...], ListRule(one=True)]
Targets = Annotated[tuple[TargetId, ...], ListRule(one=True)]
Limits = Annotated[tuple[LimitId, ...], ListRule(one=True)]
PacedRoads = Annotated[tuple[PacedId, ...], ListRule(one=True)]
Sources = Annotated[tuple[SourceId, ...], ListRule(one=True)]
Sinks = Annotated[tuple[SinkId, ...], ListRule(one=True)]
Actors = Annotated[tuple[ActorId, ...], ListRule(one=True)]
Causes = Annotated[tuple[CauseId, ...], ListRule(one=True)]
Axes = Annotated[tuple[AxisId, ...], ListRule(1, one=True, any_order=True)]
Entries = Annotated[tuple[PlaceId, ...], ListRule(one=True, any_order=True)]
Tempos = Annotated[Mapping[ClassId, Tempo], Role.FOR_ALL]
