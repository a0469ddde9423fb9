"""Operations, battles and reserves in the scenario language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from .fields import (
    ActorId,
    AxisId,
    ClassId,
    Coefficient,
    Distance,
    Duration,
    Flag,
    GoalId,
    Hazard,
    Instant,
    Key,
    Kilometres,
    Law,
    Multiple,
    Number,
    OperationId,
    PlaceId,
    Ration,
    Repulse,
    Share,
    Stall,
    Strength,
    Tempo,
    Text,
    Tries,
    Unit,
    When,
)
from .schema_base import Entity, Model, one_or_more
from .schema_events import EventModel
from .units import InputError


class BandModel(Model):
    """Effectiveness of a force that has at least so much supply."""

    supply: Duration = Field(description="days of supply at or above which the band holds")
    effect: Share = Field(description="what it does then, as a share of what it could do")


class FightingModel(Entity):
    """How battles go. Rates are those of Lanchester's laws, see docs/definitions.md."""

    law: Law = Field("square", description="square, linear or mixed")
    attack: Hazard = Field(description="what one attacker does to the defenders")
    defend: Hazard = Field(description="what one defender does to the attackers")
    breaks: Share | None = Field(
        None, description="share of its strength whose loss breaks a garrison; default: 0.5"
    )
    terrain: dict[Text, Multiple] = Field(
        {}, description="by kind of place: what divides the effect of the attackers; default: 1"
    )
    bands: list[BandModel] = Field(
        [], description="effectiveness by days of supply; default: 1 whatever the supply"
    )
    unit: Unit | None = Field(
        None,
        description="persons that fall at a time in stochastic battles; default: battles are "
        "deterministic",
    )


class SupportModel(Entity):
    """A factor on what the attackers of an operation do, as of strikes."""

    factor: Multiple = Field(description="the factor")
    from_: Instant | None = Field(None, alias="from", description="default: the start")
    until: Instant | None = Field(None, description="default: the end")


class RecordedPositionModel(Entity):
    """A position of a force on record, drawn beside its advance; no input of a run."""

    at: When = Field(description="when")
    place: PlaceId | None = Field(
        None, description="its base or a place of its route, unless `km` is given"
    )
    km: Kilometres | None = Field(None, description="where it stood in km from its base")
    text: Text | None = Field(None, description="what happened")


class OperationModel(EventModel):
    """A force that advances along a route, fed by its own axis."""

    kind: ClassVar[str] = "operation"

    name: Text | None = Field(None, description="name; default: the id")
    actor: ActorId = Field(description="whose force")
    strength: Strength = Field(description="persons at the start")
    base: PlaceId = Field(description="where it starts and is fed")
    axis: AxisId | None = Field(
        None, description="the axis that feeds the base, one of its sinks; default: it feeds itself"
    )
    route: Annotated[list[PlaceId], BeforeValidator(one_or_more)] = Field(
        description="places after the base in order, each joined to the last by a road"
    )
    tempo: Tempo | dict[ClassId, Tempo] = Field(
        description="km a day, for all roads or by road class"
    )
    each: Ration | None = Field(None, description="consumption of one person; default: 0")
    carries: Duration | None = Field(None, description="supply it has with it; default: 3 days")
    breaks: Share | None = Field(
        None, description="share of its strength whose loss in a battle breaks it off; default: 0.3"
    )
    rings: dict[PlaceId, Duration] = Field(
        {}, description="places that it besieges, and for how long before it storms them"
    )
    on_stall: Stall = Field("hold", description="out of supply: hold or fall_back")
    on_repulse: Repulse = Field("fall_back", description="beaten: hold, fall_back or give_up")
    retreat: Tempo | None = Field(
        None, description="km a day when it falls back; default: 30 km/day"
    )
    again: Duration | None = Field(
        None, description="time from a repulse to the next try; default: it does not try again"
    )
    tries: Tries = Field(10, description="tries in all")
    support: dict[Key, SupportModel] = Field({}, description="factors by id, such as strikes")
    on_record: dict[Key, RecordedPositionModel] = Field(
        {}, description="where it stood on record, by id; no input of a run"
    )

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        yield from super().rules(data)
        if "each" in data and "axis" not in data:
            yield InputError(
                "'each' is drawn from the stock of an axis", "add 'axis: AXIS'", ("each",)
            )


class FrontModel(Entity):
    """How an actor spreads its reserves over the places that are threatened."""

    hours: Coefficient | None = Field(None, description="per hour of travel; default: -0.05")
    value: Coefficient | None = Field(None, description="per unit of value; default: 1")
    threat: Coefficient | None = Field(
        None, description="per ln of attackers per defender; default: 1"
    )
    ratio: Multiple | None = Field(
        None,
        description="reserves are sent until defenders are so many times the attackers; default: 1",
    )
    delay: Duration | None = Field(
        None, description="time from seeing a threat to sending; default: 1 day"
    )
    counter: Multiple | None = Field(
        None,
        description="defenders that are so many times a force before them go at it; default: never",
    )
    reach: Distance | None = Field(
        None,
        description="they go at it within this distance by road; default: 16 km, out and back in a "
        "day's foot march of eight hours at 4 km/h (FM 21-18)",
    )
    sees: Distance | None = Field(
        None,
        description="a force is seen from this distance by road; default: from its first day",
    )
    hold: list[PlaceId] = Field([], description="places that send no reserves")
    values: dict[PlaceId, Number] = Field({}, description="value of each place, no unit")


class OptionModel(Entity):
    """One thing to decide on: a new seat (`place`), an `operation`, or, with neither, nothing."""

    place: PlaceId | None = Field(
        None, description="the new seat, or what the operation is after; default: its route's end"
    )
    operation: OperationId | None = Field(
        None, description="what begins; it waits with `when: {event: OPTION}`"
    )
    axis: AxisId | None = Field(
        None, description="the axis that it would live on; default: the operation's, or none"
    )
    value: Number | None = Field(
        None, description="its value, no unit; default: that of the place in `regroup`, or 0"
    )


class DecisionModel(EventModel):
    """A choice that an actor makes once, by the values by which its displaced men choose."""

    kind: ClassVar[str] = "decision"

    name: Text | None = Field(None, description="name; default: the id")
    actor: ActorId = Field(description="who decides")
    seat: PlaceId = Field(description="its seat until then, from which hours are counted")
    options: dict[Key, OptionModel] = Field(
        description="what it may decide on, by id; one that is decided on takes effect as an event"
    )
    hours: Coefficient | None = Field(
        None, description="per hour of travel; default, as of the next three: the regroup rule's"
    )
    threat: Coefficient | None = Field(None, description="per unit of threat")
    supply: Coefficient | None = Field(None, description="per unit of supply")
    value: Coefficient | None = Field(None, description="per unit of value")
    population: Coefficient | None = Field(
        None, description="per ln(1 + population / 1000); default, as of the next three: 0"
    )
    strength: Coefficient | None = Field(
        None, description="per ln(1 + persons / 1000), own ones there or those of the operation"
    )
    enemies: Coefficient | None = Field(
        None, description="per ln(1 + persons / 1000) of enemies there"
    )
    axis: Coefficient | None = Field(
        None, description="per share, 0 to 1, of the axis' demand that the axis can carry"
    )


class RecordedMoveModel(Entity):
    """A move of strength on record, to score the model against; no input of a run."""

    actor: ActorId = Field(description="whose strength")
    from_: PlaceId = Field(alias="from", description="where it came from")
    to: GoalId = Field(description="the place or exit that it went to")
    at: When = Field(description="when")
    reserve: Flag = Field(False, description="true for a reserve that was sent to a front")
