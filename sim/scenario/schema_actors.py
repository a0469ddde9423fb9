"""Actors, holders, axes and strength in the scenario language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from .fields import (
    ActorId,
    Coefficient,
    Color,
    CommodityId,
    Demand,
    Duration,
    Flag,
    Head,
    Load,
    Mass,
    MassAboveZero,
    Number,
    Part,
    PlaceId,
    Priority,
    Rate,
    Sealed,
    Share,
    Strength,
    Text,
)
from .schema_base import Entity, one_or_more, shorthand
from .units import InputError


class ActorModel(Entity):
    """A faction."""

    name: Text | None = Field(None, description="name; default: the id")
    friends: list[ActorId] = Field([], description="actors whose places it may use as its own")
    transit: dict[ActorId, Part] = Field(
        {}, description="share of the capacity of another actor's places that it may use"
    )
    color: Color | None = Field(None, description="colour in figures, as '#0072B2'")


class HoldingModel(Entity):
    """Who holds a place at the start. The id of an actor alone means that it holds the whole."""

    shares: dict[ActorId, Part] | None = Field(
        None, description="share of the place by actor; the sum is at most 1"
    )
    by: ActorId | None = Field(None, description="short for `shares` of 1 for one actor")
    besieged: list[ActorId] = Field([], description="holders whose roads out are closed to them")
    sealed: Sealed = Field(
        (), description="actors to whom this crossing is sealed; `true` for everyone"
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return shorthand("by", data)

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        if "by" in data and "shares" in data:
            yield InputError("'by' and 'shares' both say who holds the place", "keep one", ("by",))


class CommodityModel(Entity):
    """What an axis carries. A commodity `supplies` with the load `truck_load` always exists."""

    name: Text | None = Field(None, description="name; default: the id")
    load: Load | None = Field(
        None,
        description="what fits one truck; default: `truck_load`. Half the load takes twice "
        "the road capacity per tonne",
    )


class SourceModel(Entity):
    """A place where an axis begins. A flow alone means its `supply`."""

    supply: Rate | None = Field(None, description="flow that it can give; default: unlimited")
    foreign: Flag = Field(
        False,
        description="true where it serves the axis whoever holds the place; then only "
        "sealing closes it",
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return shorthand("supply", data)


class SinkModel(Entity):
    """A place that an axis feeds."""

    demand: Demand = Field(description="consumption")
    stock: Mass | None = Field(None, description="stock at the start; default: 0 t")
    target: Mass | None = Field(None, description="stock that it refills to; default: `stock`")
    refill: Rate | None = Field(
        None, description="flow above consumption while below the target; default: 0 t/day"
    )


class ConvoyModel(Entity):
    """The convoys of an axis."""

    size: MassAboveZero | None = Field(None, description="load of one convoy; default: 20 t")
    loss: Share | None = Field(
        None,
        description="probability that a convoy on a place or road that is lost is lost with "
        "it; default: 1",
    )


class AxisModel(Entity):
    """One actor's supply line, from its sources to its sinks."""

    name: Text | None = Field(None, description="name; default: the id")
    actor: ActorId = Field(description="the actor that it supplies")
    commodity: CommodityId = Field("supplies", description="what it carries")
    priority: Priority = Field(
        1, description="of two axes of one actor the lower number plans first; ties by id"
    )
    sources: dict[PlaceId, SourceModel] = Field(description="where it begins, by place")
    sinks: dict[PlaceId, SinkModel] = Field(description="what it feeds, by place")
    convoy: ConvoyModel | None = Field(None, description="size and risk of its convoys")


class GarrisonModel(Entity):
    """Strength of an actor at a place, displaced when the place is lost."""

    actor: ActorId = Field(description="whose strength")
    place: PlaceId = Field(description="where it stands")
    strength: Strength = Field(description="persons")
    loss: Share | None = Field(
        None, description="share that does not get away when the place is lost; default: 0.2"
    )
    ring_loss: Share | None = Field(
        None, description="the same where the place is besieged; default: `loss`"
    )
    reserve: Share | None = Field(
        None, description="share of it that may be sent to a front; default: 0"
    )


class ExitModel(Entity):
    """A named way out of the network for displaced strength."""

    name: Text | None = Field(None, description="name; default: the id")
    actor: ActorId = Field(description="who may use it")
    from_: Annotated[list[PlaceId], BeforeValidator(one_or_more)] = Field(
        alias="from", description="places from which it is entered"
    )
    takes: Duration = Field(description="time from those places to the other side")
    threat: Number = Field(0.0, description="threat on the way and at its end, no unit")
    supply: Number = Field(0.0, description="supply at its end, no unit")
    value: Number = Field(0.0, description="value of being there, no unit")
    billets: Head | None = Field(None, description="persons it can take in; default: unlimited")


class RegroupModel(Entity):
    """Coefficients of an actor's choice of where displaced strength goes (a logit)."""

    hours: Coefficient | None = Field(None, description="per hour of travel; default: -0.1")
    threat: Coefficient | None = Field(None, description="per unit of threat; default: -1")
    supply: Coefficient | None = Field(None, description="per unit of supply; default: 1")
    billets: Coefficient | None = Field(
        None, description="per ln(1 + billets left / 1000); default: 0.2"
    )
    value: Coefficient | None = Field(None, description="per unit of value; default: 1")
    stay: Coefficient | None = Field(
        None, description="utility of staying; default: staying is not open"
    )
    within: Duration | None = Field(
        None, description="destinations further than this are left out; default: 10 days"
    )
    values: dict[PlaceId, Number] = Field({}, description="value of each place, no unit")
