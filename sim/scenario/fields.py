"""Types of the schema's fields: each reads the text of a scenario and documents itself.

A type is made once, by :class:`Reads`, and gives pydantic the reader, what a resolved
scenario writes, and its JSON Schema. References are checked here too, against the ids in
the validation context, so that a wrong id and a wrong unit are reported together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from .dates import parse_date
from .patterns import DATE, demand_schema, instant_schema, pattern_of, quantity_schema
from .quantities import Quantity, Sign, read_demand, read_quantity
from .readers import (
    ID,
    Context,
    Stated,
    check_id,
    number_between,
    one_of,
    read_at,
    read_color,
    read_day,
    read_distance,
    read_flag,
    read_number,
    read_sealed,
    read_stated,
    read_text,
    read_when,
    reference,
    whole_between,
    write_date,
    write_sealed,
)
from .units import DIMENSIONS, NUMBER


@dataclass(frozen=True, eq=False)
class Reads:
    """How one type of field is read from plain data, written again, and described."""

    read: Callable[[Any, Context], Any]
    schema: Mapping[str, Any]
    write: Callable[[Any], Any] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        read = self.read
        empty = Context()

        def validate(data: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            return read(data, info.context or empty)

        writer = (
            core_schema.plain_serializer_function_ser_schema(self.write) if self.write else None
        )
        return core_schema.with_info_plain_validator_function(validate, serialization=writer)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


def _written(value: Any) -> Any:
    return value.written


def _choice(*choices: str) -> Reads:
    return Reads(one_of(*choices), {"enum": list(choices)})


def _quantity(dimension: str, sign: Sign = "nonnegative", *, uncertain: bool = True) -> Reads:
    def read(data: Any, context: Context) -> Quantity:
        return read_quantity(data, dimension, sign=sign, uncertain=uncertain)

    dim = DIMENSIONS[dimension]
    base = "" if dim.bare else f", in {', '.join(dim.units)}"
    what = {"any": "", "nonnegative": ", 0 or more", "positive": ", above 0"}[sign]
    if dimension == "share":
        what = ", 0 to 1"
    kind = "a distribution may stand here" if uncertain else "one value"
    return Reads(
        read,
        quantity_schema(dimension, uncertain=uncertain)
        | {"description": f"{dim.title}{what}{base} ({kind}), such as {dim.example}"},
        _written,
    )


_TEXT = Reads(read_text, {"type": ["string", "number"]})
_LEN = {"type": "string", "pattern": pattern_of("duration", ranges=False)[0]}

Text = TypeAliasType("Text", Annotated[str, _TEXT])
Key = TypeAliasType(
    "Key", Annotated[str, Reads(check_id, {"type": "string", "pattern": rf"^{ID.pattern}$"})]
)
Flag = TypeAliasType("Flag", Annotated[bool, Reads(read_flag, {"type": "boolean"})])
Number = TypeAliasType("Number", Annotated[float, Reads(read_number, {"type": "number"})])
Latitude = TypeAliasType(
    "Latitude",
    Annotated[
        float, Reads(number_between(-90, 90), {"type": "number", "minimum": -90, "maximum": 90})
    ],
)
Longitude = TypeAliasType(
    "Longitude",
    Annotated[
        float, Reads(number_between(-180, 180), {"type": "number", "minimum": -180, "maximum": 180})
    ],
)
Seed = TypeAliasType(
    "Seed", Annotated[int, Reads(whole_between(0, 2**63 - 1), {"type": "integer", "minimum": 0})]
)
Priority = TypeAliasType(
    "Priority", Annotated[int, Reads(whole_between(-(10**6), 10**6), {"type": "integer"})]
)
Head = TypeAliasType(
    "Head",
    Annotated[
        int,
        Reads(
            whole_between(0, 10**10, "persons"),
            {
                "anyOf": [
                    {"type": "integer", "minimum": 0},
                    {"type": "string", "pattern": r"^\s*\d+\s*persons?\s*$"},
                ],
                "description": "whole number of persons, with or without the unit",
            },
        ),
    ],
)
Color = TypeAliasType(
    "Color", Annotated[str, Reads(read_color, {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"})]
)
Day = TypeAliasType(
    "Day", Annotated[datetime, Reads(read_day, {"type": "string", "format": "date"}, write_date)]
)
Moment = TypeAliasType(
    "Moment",
    Annotated[
        datetime,
        Reads(
            lambda data, context: parse_date(data),
            {"type": "string", "pattern": f"^{DATE}$"},
            write_date,
        ),
    ],
)
Kind = TypeAliasType(
    "Kind",
    Annotated[Literal["forecast", "replay", "what-if"], _choice("forecast", "replay", "what-if")],
)
Sense = TypeAliasType(
    "Sense",
    Annotated[Literal["<", "<=", "=", ">=", ">", "!="], _choice("<", "<=", "=", ">=", ">", "!=")],
)

Rate = TypeAliasType("Rate", Annotated[Quantity, _quantity("rate")])
Demand = TypeAliasType(
    "Demand",
    Annotated[Quantity, Reads(lambda data, context: read_demand(data), demand_schema(), _written)],
)
Mass = TypeAliasType("Mass", Annotated[Quantity, _quantity("mass")])
MassAboveZero = TypeAliasType("MassAboveZero", Annotated[Quantity, _quantity("mass", "positive")])
Duration = TypeAliasType("Duration", Annotated[Quantity, _quantity("duration")])
Length = TypeAliasType(
    "Length", Annotated[Quantity, _quantity("duration", "positive", uncertain=False)]
)
Speed = TypeAliasType("Speed", Annotated[Quantity, _quantity("speed", "positive")])
Tempo = TypeAliasType("Tempo", Annotated[Quantity, _quantity("tempo", "positive")])
Distance = TypeAliasType("Distance", Annotated[Quantity, _quantity("distance", "positive")])
Hazard = TypeAliasType("Hazard", Annotated[Quantity, _quantity("hazard")])
Ration = TypeAliasType("Ration", Annotated[Quantity, _quantity("ration")])
Multiple = TypeAliasType("Multiple", Annotated[Quantity, _quantity("number", "positive")])
Law = TypeAliasType(
    "Law", Annotated[Literal["square", "linear", "mixed"], _choice("square", "linear", "mixed")]
)
Stall = TypeAliasType(
    "Stall", Annotated[Literal["hold", "fall_back"], _choice("hold", "fall_back")]
)
Repulse = TypeAliasType(
    "Repulse",
    Annotated[Literal["hold", "fall_back", "give_up"], _choice("hold", "fall_back", "give_up")],
)
Unit = TypeAliasType(
    "Unit",
    Annotated[int, Reads(whole_between(1, 10**6, "persons"), {"type": "integer", "minimum": 1})],
)
Tries = TypeAliasType(
    "Tries", Annotated[int, Reads(whole_between(1, 1000), {"type": "integer", "minimum": 1})]
)
Load = TypeAliasType("Load", Annotated[Quantity, _quantity("load", "positive", uncertain=False)])
Strength = TypeAliasType("Strength", Annotated[Quantity, _quantity("persons")])
Share = TypeAliasType("Share", Annotated[Quantity, _quantity("share")])
Part = TypeAliasType("Part", Annotated[Quantity, _quantity("share", uncertain=False)])
Coefficient = TypeAliasType("Coefficient", Annotated[Quantity, _quantity("number", "any")])
Instant = TypeAliasType("Instant", Annotated[Quantity, Reads(read_at, instant_schema(), _written)])
When = TypeAliasType(
    "When",
    Annotated[
        Quantity,
        Reads(
            read_when,
            {
                "anyOf": [{"type": "string", "pattern": f"^{DATE}$"}, _LEN],
                "description": "instant: a date, or a length of time from the start",
            },
            _written,
        ),
    ],
)


def _ref(name: str, *kinds: str) -> Reads:
    return Reads(reference(*kinds), {"type": "string", "description": f"id of {name}"})


PlaceId = TypeAliasType("PlaceId", Annotated[str, _ref("a place", "place")])
RoadId = TypeAliasType("RoadId", Annotated[str, _ref("a road", "road")])
TargetId = TypeAliasType("TargetId", Annotated[str, _ref("a place or road", "place", "road")])
GoalId = TypeAliasType("GoalId", Annotated[str, _ref("a place or exit", "place", "exit")])
ClassId = TypeAliasType("ClassId", Annotated[str, _ref("a road class", "road class")])
ActorId = TypeAliasType("ActorId", Annotated[str, _ref("an actor", "actor")])
AxisId = TypeAliasType("AxisId", Annotated[str, _ref("an axis", "axis")])
OperationId = TypeAliasType("OperationId", Annotated[str, _ref("an operation", "operation")])
EventId = TypeAliasType(
    "EventId",
    Annotated[str, _ref("an event, an operation or an option", "event", "operation", "option")],
)
Sealed = TypeAliasType(
    "Sealed",
    Annotated[
        tuple[str, ...],
        Reads(
            read_sealed,
            {
                "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "boolean"}],
                "description": "list of ids of actors, or true for everyone",
            },
            write_sealed,
        ),
    ],
)
CommodityId = TypeAliasType("CommodityId", Annotated[str, _ref("a commodity", "commodity")])


Kilometres = TypeAliasType(
    "Kilometres",
    Annotated[
        float,
        Reads(
            read_distance,
            {
                "anyOf": [
                    {"type": "number", "exclusiveMinimum": 0},
                    {"type": "string", "pattern": rf"^\s*{NUMBER}\s*km\s*$"},
                ],
                "description": "distance, a plain number of km or with the unit km",
            },
        ),
    ],
)


Value = TypeAliasType(
    "Value",
    Annotated[
        Stated,
        Reads(
            read_stated,
            {
                "type": ["string", "number", "boolean"],
                "description": "quantity, number, date, true, false or text; null is 'never'",
            },
            _written,
        ),
    ],
)
