"""The scenario language: every key, what it means and its unit.

These models (with those of the network, the actors and the events) are the only place
where the language is written down; the reference page and the JSON Schemas are made from
them (:mod:`sim.scenario.reference`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from .fields import (
    ActorId,
    AxisId,
    Key,
    Kind,
    Length,
    Load,
    Moment,
    PlaceId,
    Seed,
    Sense,
    Text,
    Value,
    When,
)
from .schema_actors import (
    ActorModel,
    AxisModel,
    CommodityModel,
    ExitModel,
    GarrisonModel,
    HoldingModel,
    RegroupModel,
)
from .schema_base import Entity, Model
from .schema_events import (
    BesiegeEvent,
    CaptureEvent,
    CloseEvent,
    DamageEvent,
    OpenEvent,
    RaidEvent,
    RelieveEvent,
    SealEvent,
    UnsealEvent,
)
from .schema_forces import (
    DecisionModel,
    FightingModel,
    FrontModel,
    OperationModel,
    RecordedMoveModel,
)
from .schema_network import NetworkModel
from .units import InputError


class ClaimModel(Entity):
    """A statement about the outcome that a run confirms or refutes."""

    text: Text = Field(description="the statement in words")
    measure: Text = Field(description="measure in dotted form, such as `axes.line.capacity`")
    when: When | None = Field(None, description="instant at which the measure is taken")
    relation: Sense = Field(
        description="one of <, <=, =, >=, >, != (in quotes where it begins with > or !)"
    )
    value: Value | None = Field(
        description="quantity, number, date, true, false or text; null is 'never'"
    )
    claim: Text | None = Field(None, description="id of the seed's claim that this tests")


class PeriodModel(Model):
    """The time that the scenario covers: `start` and `end`, `start` and `length`, or `length`."""

    start: Moment | None = Field(None, description="first instant; a date means 00:00")
    end: Moment | None = Field(None, description="00:00 of this date is the end")
    length: Length | None = Field(None, description="length of the period")

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        if "end" in data and "length" in data:
            yield InputError(
                "'end' and 'length' both say when the period ends", "keep one", ("end",)
            )
        elif "end" not in data and "length" not in data:
            yield InputError("does not say when it ends", "add 'end: DATE' or 'length: 120 days'")
        if "end" in data and "start" not in data:
            yield InputError("'end' needs 'start'", "add 'start: DATE'", ("end",))


class Header(Model):
    """The scenario's own keys, beside its maps of things by id."""

    id: Key | None = Field(None, description="id of the scenario; default: the file's name")
    title: Text | None = Field(None, description="title; default: the id")
    about: Text = Field("", description="what the scenario asks, in a few sentences")
    kind: Kind = Field(
        "what-if",
        description="forecast (scored against the record), replay (states the record, "
        "never scored) or what-if",
    )
    tests: list[Text] = Field([], description="ids of the seed's claims that it tests")
    seed: Seed = Field(0, description="seed of all that is drawn, a whole number from 0")
    sample: Length | None = Field(
        None, description="time between samples of the stocks; default: 1 day"
    )
    truck_load: Load | None = Field(
        None,
        description="load of the truck for which road capacities are stated; default: 10 t/truck",
    )
    focus: AxisId | None = Field(
        None,
        description="the axis that maps and headlines are about; default: the first by priority, "
        "ties by id",
    )
    default_holder: ActorId | None = Field(
        None, description="holder of every place that `holders` leaves out"
    )
    sources: dict[Key, Text] = Field({}, description="named sources: id to text")


class Document(Header):
    """A scenario file, version 1."""

    format: int = Field(description="version of the language: 1", json_schema_extra={"const": 1})
    extends: Text | None = Field(
        None,
        description="path of a scenario to build on, relative to this file: maps are merged "
        "key by key, texts and lists replace, null removes",
    )
    period: PeriodModel = Field(description="the time that it covers, at most 100 years")
    network: NetworkModel | Text = Field(
        description="path of a network file, relative to this file, or the network itself"
    )
    commodities: dict[Key, CommodityModel] = Field({}, description="commodities by id")
    actors: dict[Key, ActorModel] = Field({}, description="actors by id")
    holders: dict[PlaceId, HoldingModel] = Field({}, description="holders at the start, by place")
    axes: dict[Key, AxisModel] = Field({}, description="supply axes by id")
    garrisons: dict[Key, GarrisonModel] = Field({}, description="garrisons by id")
    fighting: FightingModel | None = Field(None, description="how battles go")
    operations: dict[Key, OperationModel] = Field({}, description="operations by id")
    fronts: dict[ActorId, FrontModel] = Field({}, description="use of reserves by actor")
    exits: dict[Key, ExitModel] = Field({}, description="ways out by id")
    regroup: dict[ActorId, RegroupModel] = Field({}, description="regroup rules by actor")
    moves_on_record: dict[Key, RecordedMoveModel] = Field(
        {}, description="moves of strength to score the model against, by id"
    )
    decisions: dict[Key, DecisionModel] = Field({}, description="decisions of actors by id")
    events: dict[
        Key,
        CaptureEvent
        | BesiegeEvent
        | RelieveEvent
        | CloseEvent
        | OpenEvent
        | DamageEvent
        | SealEvent
        | UnsealEvent
        | RaidEvent,
    ] = Field({}, description="events by id")
    claims: dict[Key, ClaimModel] = Field({}, description="claims by id")
    overrides: dict[Text, Any] = Field(
        {},
        description="dotted path to value, applied last: "
        "`network.roads.a--b.capacity: 400 t/day`; null removes",
    )
