"""The frozen, validated scenario: what every other part of the program reads.

These are plain objects: :mod:`sim.scenario.loader` makes them from files, and code may make them
by hand. They also are the one declaration of the scenario language, as
:mod:`sim.scenario.kinds` tells: what a thing is called in a file, what it means and what it is
where a file does not say. (What is written otherwise than it is kept is declared in
:mod:`sim.scenario.written`.) Each file of this folder declares what belongs together; this one
names all of it.

Base units: second (from the scenario's start), km, km/h, kg, kg/day, persons. Where a quantity may
be uncertain it is :class:`~sim.scenario.distributions.Uncertain`. Shares are integers in parts per
million (``PPM``), so that products of shares are exact.
"""

# no annotations as text in this folder and in written.py: they are read when models are made

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Self

from .. import kinds as k
from .actors import ANYONE, Actor, Exit, Garrison, Holding, RegroupRule
from .common import (
    DAY,
    PPM,
    UNSTATED,
    Condition,
    ConditionKind,
    Drawn,
    Happening,
    Provenance,
    Sourced,
)
from .events import Event, EventKind, Profile
from .forces import (
    Band,
    Decision,
    DecisionOption,
    Fighting,
    FrontRule,
    Operation,
    Position,
    Sending,
    Support,
    Withdrawal,
)
from .ground import DETOUR, TABLE, BinaryTable, Network, Place, Road, RoadClass
from .judged import DATED, Claim, RecordedEvent, RecordedHolding, RecordedMove, RecordedPosition
from .rules import (
    BackgroundRate,
    BodyRule,
    FedRule,
    LeaveRule,
    LoadBand,
    ManoeuvreRule,
    MemoryRule,
    RegionRule,
    ReservesRule,
    Rules,
)
from .supply import SUPPLIES, Axis, Commodity, ConvoyRule, Fleet, Group, Sink, Source

__all__ = [
    "ANYONE",
    "DATED",
    "DAY",
    "DETOUR",
    "PPM",
    "SUPPLIES",
    "TABLE",
    "UNSTATED",
    "Actor",
    "Axis",
    "BackgroundRate",
    "Band",
    "BinaryTable",
    "BodyRule",
    "Claim",
    "Commodity",
    "Condition",
    "ConditionKind",
    "ConvoyRule",
    "Decision",
    "DecisionOption",
    "Drawn",
    "Event",
    "EventKind",
    "Exit",
    "FedRule",
    "Fighting",
    "Fleet",
    "FrontRule",
    "Garrison",
    "Group",
    "Happening",
    "Holding",
    "LeaveRule",
    "LoadBand",
    "ManoeuvreRule",
    "MemoryRule",
    "Network",
    "Operation",
    "Place",
    "Position",
    "Profile",
    "Provenance",
    "RecordedEvent",
    "RecordedHolding",
    "RecordedMove",
    "RecordedPosition",
    "RegionRule",
    "RegroupRule",
    "ReservesRule",
    "Road",
    "RoadClass",
    "Rules",
    "Scenario",
    "Sending",
    "Sink",
    "Source",
    "Sourced",
    "Support",
    "Withdrawal",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario, resolved and checked. Mappings are sorted by id.

    ``start`` is None where the period is a length alone; ``length`` is in seconds, as is
    ``sample``; ``truck_load`` is in kg. ``sources`` are those of the network too. ``fighting`` is
    None where nothing is fought. ``resolved`` is the plain data (dicts, lists, text) that
    ``scenario.resolved.yaml`` holds, in the order of the keys below.
    """

    id: Annotated[k.NewId, k.Key(default=None)]
    """id of the scenario; default: the file's name, accents and spaces made plain"""
    title: Annotated[k.Text, k.Key(like="id")]
    """title"""
    about: k.Text = ""
    """what the scenario asks, in a few sentences"""
    kind: k.Purpose = "what-if"
    """forecast (scored against the record), replay (states the record, never scored) or what-if"""
    as_of: k.Day | None = None
    """day of a forecast: nothing that was not public then is an input"""
    tests: tuple[k.Text, ...] = ()
    """ids of the seed's claims that it tests"""
    asks: k.Text | None = None
    """the claim that it is about, whose verdict is given; default: its only own one"""
    accepts: Mapping[k.WarningId, k.Text] = field(default_factory=dict)
    """warnings of `sim validate` that are meant so, each with the reason"""
    start: datetime | None
    length: int
    seed: k.Seed = 0
    """seed of all that is drawn, a whole number from 0"""
    sample: k.Length = DAY
    """time between samples of the stocks"""
    truck_load: k.Load = 10_000
    """load of the truck for which road capacities are stated"""
    focus: k.AxisId | None = None
    """the axis that maps and headlines are about; default: the first by priority, ties by id"""
    sources: Mapping[k.NewId, k.Text] = field(default_factory=dict)
    """named sources: id to text"""
    commodities: Mapping[k.NewId, Commodity] = field(default_factory=dict)
    """commodities by id"""
    actors: Mapping[k.NewId, Actor] = field(default_factory=dict)
    """actors by id; a file with axes that states none has one, `all`, who holds every place"""
    holders: Mapping[k.PlaceId, Holding] = field(default_factory=dict)
    """holders at the start, by place"""
    axes: Mapping[k.NewId, Axis] = field(default_factory=dict)
    """supply axes by id"""
    groups: Mapping[k.NewId, Group] = field(default_factory=dict)
    """axes that are planned together, by id"""
    garrisons: Mapping[k.NewId, Garrison] = field(default_factory=dict)
    """garrisons by id"""
    fighting: Fighting | None = None
    """how battles go"""
    rules: Rules = Rules()
    """rules of behaviour beyond the law of battle, each off unless it is named"""
    operations: Mapping[k.NewId, Operation] = field(default_factory=dict)
    """operations by id"""
    fronts: Mapping[k.ActorId, FrontRule] = field(default_factory=dict)
    """use of reserves by actor"""
    holders_on_record: Mapping[k.NewId, RecordedHolding] = field(default_factory=dict)
    """who held places from when, to score the model against, by id"""
    events_on_record: Mapping[k.NewId, RecordedEvent] = field(default_factory=dict)
    """when something came, to score the model against, by id"""
    moves_on_record: Mapping[k.NewId, RecordedMove] = field(default_factory=dict)
    """moves of strength to score the model against, by id"""
    score_on: tuple[k.Day, ...] = ()
    """days at which who holds each place is scored; default: five, evenly spread from the day of
    the forecast to the end"""
    decisions: Mapping[k.NewId, Decision] = field(default_factory=dict)
    """decisions of actors by id"""
    exits: Mapping[k.NewId, Exit] = field(default_factory=dict)
    """ways out by id"""
    regroup: Mapping[k.ActorId, RegroupRule] = field(default_factory=dict)
    """regroup rules by actor"""
    profiles: Mapping[k.NewId, Profile] = field(default_factory=dict)
    """factors that change with time, by id"""
    events: Mapping[k.NewId, Event] = field(default_factory=dict)
    """events by id"""
    claims: Mapping[k.NewId, Claim] = field(default_factory=dict)
    """claims by id"""
    network: Annotated[Network, k.Role.OR_PATH]
    """path of a network file, a binary table or a GeoPackage, relative to this file, or the network
    itself"""
    resolved: Mapping[str, Any] = field(default_factory=dict)
    ties: Mapping[str, str] = field(default_factory=dict)

    @property
    def main_axis(self) -> str | None:
        """The axis in focus: the stated one, else the first by priority and id, if any."""
        ranked = sorted(self.axes.values(), key=lambda axis: (axis.priority, axis.id))
        return self.focus or (ranked[0].id if ranked else None)

    @property
    def without_actors(self) -> bool:
        """Whether no actors are stated: nobody holds anything against anybody."""
        return set(self.actors) == {ANYONE}

    def seeded(self, seed: int) -> Self:
        """The same with another seed, in its resolved text too, which must run again the same."""
        return replace(self, seed=seed, resolved={**self.resolved, "seed": seed})
