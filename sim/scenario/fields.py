"""How each kind of value is read from plain data, written again, and described in JSON Schema.

A kind becomes a type of pydantic's once. References are checked here too, against the ids in
the validation context, so that a wrong id and a wrong unit are reported together.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from .dates import parse_date
from .kinds import Amount, Kind, OneOf, Reference
from .patterns import (
    DATE,
    demand_schema,
    instant_schema,
    pattern_of,
    quantity_schema,
    road_rate_schema,
)
from .quantities import Quantity, read_demand, read_quantity, read_road_rate
from .readers import (
    ID,
    Context,
    an,
    check_id,
    joined,
    number_between,
    one_of,
    read_at,
    read_color,
    read_day,
    read_distance,
    read_flag,
    read_number,
    read_recorded,
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
    """How one kind of value is read from plain data, described, and written again."""

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


def type_of(hint: Any) -> Any:
    """The type of pydantic's for an annotation with a kind of value."""
    kind: Kind = next(mark for mark in hint.__metadata__ if isinstance(mark, Kind))
    return _type_of(kind, hint.__origin__ if isinstance(kind, OneOf) else object)


@functools.cache
def _type_of(kind: Kind, base: Any) -> Any:
    return TypeAliasType(kind.name, Annotated[object, _reads(kind, base)])


def _reads(kind: Kind, base: Any) -> Reads:
    if isinstance(kind, Amount):
        return _amount(kind)
    if isinstance(kind, Reference):
        about = f"id of {an(joined(kind.of))}"
        return Reads(reference(*kind.of), {"type": "string", "description": about})
    if isinstance(kind, OneOf):
        return Reads(one_of(*get_args(base)), {"enum": list(get_args(base))})
    return _OTHERS[kind.name]


def _written(value: Any) -> Any:
    return value.written


def _amount(kind: Amount) -> Reads:
    def read(data: Any, context: Context) -> Quantity:
        return read_quantity(data, kind.dimension, sign=kind.sign, uncertain=kind.uncertain)

    dim = DIMENSIONS[kind.dimension]
    base = "" if dim.bare else f", in {', '.join(dim.units)}"
    what = {"any": "", "nonnegative": ", 0 or more", "positive": ", above 0"}[kind.sign]
    if kind.dimension == "share":
        what = ", 0 to 1"
    stand = "a distribution may stand here" if kind.uncertain else "one value"
    return Reads(
        read,
        quantity_schema(kind.dimension, uncertain=kind.uncertain)
        | {"description": f"{dim.title}{what}{base} ({stand}), such as {dim.example}"},
        _written,
    )


def _between(low: float, high: float) -> Reads:
    return Reads(number_between(low, high), {"type": "number", "minimum": low, "maximum": high})


def _whole(low: int, high: int, dimension: str | None = None) -> Reads:
    return Reads(whole_between(low, high, dimension), {"type": "integer", "minimum": low})


_AN_INSTANT: Mapping[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^{DATE}$"},
        {"type": "string", "pattern": pattern_of("duration", ranges=False)[0]},
    ],
    "description": "instant: a date, or a length of time from the start",
}

_OTHERS: Mapping[str, Reads] = {
    "Format": Reads(whole_between(1, 1), {"type": "integer", "const": 1}),
    "Text": Reads(read_text, {"type": ["string", "number"]}),
    "Key": Reads(check_id, {"type": "string", "pattern": rf"^{ID.pattern}$"}),
    "Flag": Reads(read_flag, {"type": "boolean"}),
    "Number": Reads(read_number, {"type": "number"}),
    "Latitude": _between(-90, 90),
    "Longitude": _between(-180, 180),
    "Detour": _between(1, 10),
    "Seed": _whole(0, 2**63 - 1),
    "Priority": Reads(whole_between(-(10**6), 10**6), {"type": "integer"}),
    "Unit": _whole(1, 10**6, "persons"),
    "Tries": _whole(1, 1000),
    "Head": Reads(
        whole_between(0, 10**10, "persons"),
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": r"^\s*\d+\s*persons?\s*$"},
            ],
            "description": "whole number of persons, with or without the unit",
        },
    ),
    "Color": Reads(read_color, {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}),
    "Day": Reads(read_day, {"type": "string", "format": "date"}, write_date),
    "Moment": Reads(
        lambda data, context: parse_date(data),
        {"type": "string", "pattern": f"^{DATE}$"},
        write_date,
    ),
    "Demand": Reads(lambda data, context: read_demand(data), demand_schema(), _written),
    "RoadRate": Reads(lambda data, context: read_road_rate(data), road_rate_schema(), _written),
    "Instant": Reads(read_at, instant_schema(), _written),
    "When": Reads(read_when, _AN_INSTANT, _written),
    "Recorded": Reads(read_recorded, _AN_INSTANT, _written),
    "Sealed": Reads(
        read_sealed,
        {
            "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "boolean"}],
            "description": "list of ids of actors, or true for everyone",
        },
        write_sealed,
    ),
    "Kilometres": Reads(
        read_distance,
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": rf"^\s*{NUMBER}\s*km\s*$"},
            ],
            "description": "distance, a plain number of km or with the unit km",
        },
    ),
    "Value": Reads(
        read_stated,
        {
            "type": ["string", "number", "boolean"],
            "description": "quantity, number, date, true, false or text; null is 'never'",
        },
        _written,
    ),
}
