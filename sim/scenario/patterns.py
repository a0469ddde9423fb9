"""JSON Schemas of quantities and instants, for editors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .units import DIMENSIONS, NUMBER

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"


_BESIDE: Mapping[str, Mapping[str, str]] = {
    "same_as": {"type": "string"},
    "source": {"type": "string"},
    "trust": {"type": "string"},
    "note": {"type": "string"},
    "known_on": {"type": "string", "format": "date"},
}


def distribution_schema(item: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of the map forms of a distribution over ``item``."""
    number = {"type": "number"}

    def of(*items: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "array",
            "prefixItems": [dict(i) for i in items],
            "minItems": len(items),
            "maxItems": len(items),
        }

    return {
        "type": "object",
        "properties": {
            "uniform": of(item, item),
            "triangular": of(item, item, item),
            "normal": of(item, item),
            "lognormal": of(item, number),
            "exponential": dict(item),
            "choice": {"type": "object", "additionalProperties": number},
            **_BESIDE,
        },
        "additionalProperties": False,
    }


def pattern_of(dimension: str, *, ranges: bool) -> tuple[str, bool]:
    """Regular expression of a quantity of ``dimension``, and whether a bare number is one too."""
    dim = DIMENSIONS[dimension]
    unit = "|".join(re.escape(unit) for unit in dim.units)
    tail = (rf"\s*({unit})" + ("?" if dim.bare else "")) if unit else ""
    first = rf"({NUMBER}(\s*({unit}))?\s*\.\.\s*)?" if unit else rf"({NUMBER}\s*\.\.\s*)?"
    return rf"^\s*{first if ranges else ''}{NUMBER}{tail}\s*$", dim.bare


def quantity_schema(dimension: str, *, uncertain: bool = True) -> dict[str, Any]:
    """JSON Schema of a quantity of ``dimension``."""
    pattern, bare = pattern_of(dimension, ranges=uncertain)
    one: list[dict[str, Any]] = [{"type": "string", "pattern": pattern}]
    if bare:
        one.append({"type": "number"})
    if not uncertain:
        return {"anyOf": one} if bare else one[0]
    item = {"type": ["string", "number"]}
    return {"anyOf": [*one, distribution_schema(item)]}


def demand_schema() -> dict[str, Any]:
    """JSON Schema of a demand: a flow, or persons and what each eats."""
    base = quantity_schema("rate")
    by_head = {
        "type": "object",
        "properties": {
            "persons": quantity_schema("persons"),
            "each": quantity_schema("ration"),
            **_BESIDE,
        },
        "required": ["persons", "each"],
        "additionalProperties": False,
    }
    return {
        "anyOf": [*base["anyOf"], by_head],
        "description": "flow, in t/day, kg/day (a distribution may stand here), or "
        "{persons: 2000..3000 persons, each: 4 kg/person/day}: their product",
    }


def road_rate_schema() -> dict[str, Any]:
    """JSON Schema of what a road carries: a flow, or one of each direction."""
    base = quantity_schema("rate")
    each_way = {
        "type": "object",
        "properties": {"there": base, "back": base},
        "required": ["there", "back"],
        "additionalProperties": False,
    }
    return {
        "anyOf": [*base["anyOf"], each_way],
        "description": "flow, in t/day, kg/day (a distribution may stand here), or one of each "
        "direction: {there: 60 t/day, back: 40 t/day}",
    }


def instant_schema() -> dict[str, Any]:
    """JSON Schema of an instant: a date, a length of time, or a distribution of them."""
    length, _ = pattern_of("duration", ranges=True)
    text = {"type": "string", "pattern": rf"^\s*({DATE}\s*(\.\.\s*{DATE}\s*)?)$|{length}"}
    return {
        "anyOf": [text, distribution_schema({"type": ["string", "number"]})],
        "description": "instant: a date (00:00 of that day, or 2016-06-10T06:00), a length of "
        "time from the start, or a distribution of them",
    }
