"""Events and conditions in the scenario language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from .fields import (
    ActorId,
    AxisId,
    Duration,
    EventId,
    Instant,
    Part,
    PlaceId,
    RoadId,
    Share,
    TargetId,
    Text,
)
from .schema_base import Entity, Model, one_or_more
from .units import InputError

CONDITIONS = ("falls", "besieged", "axis_cut", "axis_open", "stock_out", "event", "all", "any")


class ConditionModel(Model):
    """A condition on the state of the run: one of the keys, with `to` or `at` where it fits."""

    falls: PlaceId | None = Field(None, description="no initial holder holds the place any more")
    to: ActorId | None = Field(None, description="with `falls`: this actor holds a share of it")
    besieged: PlaceId | None = Field(None, description="the place is besieged")
    axis_cut: AxisId | None = Field(None, description="the capacity of the axis is 0")
    axis_open: AxisId | None = Field(None, description="the capacity of the axis is above 0")
    stock_out: AxisId | None = Field(None, description="the axis has no stock left at a sink")
    at: PlaceId | None = Field(None, description="with `stock_out`: at this sink")
    event: EventId | None = Field(
        None,
        description="the event has taken effect, the operation has begun, or the option of a "
        "decision was decided on",
    )
    all: list[ConditionModel] | None = Field(
        None, min_length=1, description="all of these conditions hold"
    )
    any: list[ConditionModel] | None = Field(
        None, min_length=1, description="at least one of these conditions holds"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> ConditionModel:
        kinds = [kind for kind in CONDITIONS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            found = "none" if not kinds else " and ".join(f"'{kind}'" for kind in kinds)
            raise InputError(
                f"a condition has one kind, and here is {found}",
                "one of " + ", ".join(CONDITIONS) + "; join several with 'all' or 'any'",
            )
        if self.to is not None and self.falls is None:
            raise InputError("'to' belongs to 'falls'", None, ("to",))
        if self.at is not None and self.stock_out is None:
            raise InputError("'at' belongs to 'stock_out'", None, ("at",))
        return self


class EventModel(Entity):
    """What all events share."""

    kind: ClassVar[str]

    at: Instant | None = Field(None, description="when it happens; `at` or `when` is needed")
    when: ConditionModel | None = Field(
        None, description="it happens once, on this becoming true, in place of `at`"
    )
    delay: Duration | None = Field(None, description="time from `when` being true; default: 0 h")
    chance: Part | None = Field(None, description="probability that it happens at all; default: 1")
    text: Text | None = Field(None, description="what happens, in words")

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        if "at" in data and "when" in data:
            yield InputError("'at' and 'when' both say when it happens", "keep one", ("when",))
        elif "at" not in data and "when" not in data:
            yield InputError("does not say when it happens", "add 'at: DATE' or 'when: CONDITION'")
        if "delay" in data and "when" not in data:
            yield InputError("'delay' belongs to 'when'", None, ("delay",))


Places = Annotated[list[PlaceId], BeforeValidator(one_or_more)]
Roads = Annotated[list[RoadId], BeforeValidator(one_or_more)]
Targets = Annotated[list[TargetId], BeforeValidator(one_or_more)]
Actors = Annotated[list[ActorId], BeforeValidator(one_or_more)]


class CaptureEvent(EventModel):
    """Places change hands."""

    kind: ClassVar[str] = "capture"

    capture: Places = Field(description="a place or a list of places")
    by: ActorId | None = Field(None, description="the new holder")
    shares: dict[ActorId, Part] | None = Field(
        None, description="the new holders by share, in place of `by`"
    )

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        yield from super().rules(data)
        if ("by" in data) == ("shares" in data):
            both = "by" in data
            yield InputError(
                "'by' and 'shares' both say who holds the place then"
                if both
                else "does not say who holds the place then",
                "keep one" if both else "add 'by: ACTOR'",
                ("by",),
            )


class BesiegeEvent(EventModel):
    """A ring closes: the roads of the places are closed to the besieged."""

    kind: ClassVar[str] = "besiege"

    besiege: Places = Field(description="a place or a list of places")
    by: ActorId | None = Field(None, description="who besieges")
    against: Actors = Field(
        [], description="the besieged; default: every holder but `by` and its friends"
    )

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Keys that exclude or need one another."""
        yield from super().rules(data)
        if "by" not in data and "against" not in data:
            yield InputError(
                "does not say who is besieged", "add 'by: ACTOR' or 'against: [ACTOR]'"
            )


class RelieveEvent(EventModel):
    """A siege ends."""

    kind: ClassVar[str] = "relieve"

    relieve: Places = Field(description="a place or a list of places")


class CloseEvent(EventModel):
    """Roads are closed to everyone."""

    kind: ClassVar[str] = "close"

    close: Roads = Field(description="a road or a list of roads")


class OpenEvent(EventModel):
    """Roads are open again."""

    kind: ClassVar[str] = "open"

    open: Roads = Field(description="a road or a list of roads")


class DamageEvent(EventModel):
    """Places or roads lose a part of their capacity."""

    kind: ClassVar[str] = "damage"

    damage: Targets = Field(description="a place or road, or a list of them")
    loss: Share = Field(description="share of the capacity that is lost")
    repaired_after: Duration | None = Field(
        None, description="time until it is whole again; default: it stays damaged"
    )


class SealEvent(EventModel):
    """Crossings are sealed."""

    kind: ClassVar[str] = "seal"

    seal: Places = Field(description="a crossing or a list of crossings")
    against: Actors = Field([], description="to whom; default: everyone")


class UnsealEvent(EventModel):
    """Crossings are open again."""

    kind: ClassVar[str] = "unseal"

    unseal: Places = Field(description="a crossing or a list of crossings")
    against: Actors = Field([], description="to whom; default: everyone")


class RaidEvent(EventModel):
    """Places or roads are held for a time, then given back."""

    kind: ClassVar[str] = "raid"

    raid: Targets = Field(description="a place or road, or a list of them")
    by: ActorId = Field(description="who raids")
    lasts: Duration = Field(description="time until it is given back")


EVENTS: Mapping[str, type[EventModel]] = {
    model.kind: model
    for model in (
        CaptureEvent,
        BesiegeEvent,
        RelieveEvent,
        CloseEvent,
        OpenEvent,
        DamageEvent,
        SealEvent,
        UnsealEvent,
        RaidEvent,
    )
}
"""The model of each kind of event, by the key that names its targets."""
