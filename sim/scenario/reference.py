"""JSON Schemas and the reference page, made from the models of the language."""

from __future__ import annotations

import json
import os
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from .schema import ClaimModel, Document, PeriodModel
from .schema_actors import (
    ActorModel,
    AxisModel,
    CommodityModel,
    ConvoyModel,
    ExitModel,
    GarrisonModel,
    HoldingModel,
    RegroupModel,
    SinkModel,
    SourceModel,
)
from .schema_base import Entity, Model
from .schema_events import EVENTS, ConditionModel, EventModel
from .schema_forces import (
    BandModel,
    DecisionModel,
    FightingModel,
    FrontModel,
    OperationModel,
    OptionModel,
    RecordedMoveModel,
    RecordedPositionModel,
    SupportModel,
)
from .schema_network import NetworkFile, PlaceModel, RoadClassModel, RoadModel
from .units import DIMENSIONS

__all__ = ["json_schema", "markdown", "write"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ONE_OR_LIST = {"from", "route", "against", *EVENTS}  # keys that take one id in place of a list
_SHORTHANDS = {HoldingModel: "ActorId", SourceModel: "Rate"}  # a text in place of the map


def json_schema(kind: Literal["scenario", "network"] | str = "scenario") -> dict[str, Any]:
    """The JSON Schema of a file of this kind, for editors.

    It accepts every file that the loader accepts, parts of files that extend others
    included; so in a scenario it leaves missing keys to the loader.

    Raises:
        ValueError: ``kind`` is neither ``scenario`` nor ``network``.
    """
    if kind not in ("scenario", "network"):
        raise ValueError(f"no schema of a {kind}: scenario or network")
    model: type[Model] = Document if kind == "scenario" else NetworkFile
    schema: dict[str, Any] = _tidy(model.model_json_schema(by_alias=True), kind == "scenario")
    for short, name in _SHORTHANDS.items():
        if short.__name__ in schema["$defs"]:
            schema["$defs"][short.__name__] = {
                "anyOf": [{"$ref": f"#/$defs/{name}"}, schema["$defs"][short.__name__]]
            }
    if kind == "scenario":
        schema["required"] = ["format"]
        schema["anyOf"] = [{"required": ["extends"]}, {"required": ["period", "network"]}]
    return {"$schema": _DIALECT, "title": f"Supply Axis {kind}, version 1"} | schema


def _tidy(schema: Any, partial: bool, *, names: bool = False) -> Any:
    """Without the generator's titles and null defaults; ``names``: the keys are properties."""
    if isinstance(schema, list):
        return [_tidy(item, partial) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy: dict[str, Any] = {}
    for key, value in schema.items():
        if not names:
            if key == "title" or (key == "default" and value is None):
                continue
            if key == "required" and partial:
                continue
        inner = _tidy(value, partial, names=not names and key in ("properties", "$defs"))
        if names and key in _ONE_OR_LIST and inner.get("type") == "array":
            about = {"description": inner.pop("description", "")}
            inner = {"anyOf": [inner["items"], inner]} | about
        if key == "additionalProperties" and isinstance(inner, dict) and not names and inner:
            inner = {"anyOf": [inner, {"type": "null"}]}  # null removes a thing
        tidy[key] = inner
    return tidy


_INTRODUCTION = """\
# The scenario language, version 1

This page is made from the schema (`sim schema --write .`); do not edit it by hand. A scenario
is one YAML file, usually with a network file beside it. `sim validate FILE` checks a file and
says what is wrong, where, and what was probably meant.

## Rules for all files

- Things are kept in maps by id. An id has letters, digits, `_` and `-`. The order of a file
  never matters.
- A key that is not on this page is an error. `null` is the same as leaving the key out
  (but for the `value` of a claim, where it means *never*).
- Texts stay texts: `NO`, `12:30` and `017` need no quotes where a text is due. A number is
  written in decimal digits. `true` and `false` are the only booleans.
- Not accepted: duplicate keys, YAML tags, merge keys (`<<`), more than one document, more than
  50 levels, aliases that expand to more than 100,000 values.
- Every thing may carry `source`, `trust`, `note` and `known_on` (below: *provenance*).

## Quantities

A quantity is a number and its unit. Large values are refused, so that a slip of the keyboard
does not pass for data.

| quantity | units (first: usual; factor to the base unit) | base unit | largest |
|---|---|---|---|
"""

_DISTRIBUTIONS = """
A quantity may be uncertain. Each is drawn by inverse CDF from one uniform number of its own.

| form | meaning |
|---|---|
| `3..12 days`, `{uniform: [3 days, 12 days]}` | every value between the two equally likely |
| `{triangular: [1 day, 2 days, 5 days]}` | low, mode, high |
| `{normal: [5 days, 1 day]}` | mean and standard deviation; clipped (see below) |
| `{lognormal: [5 days, 0.5]}` | median, and standard deviation of the logarithm (at most 10) |
| `{exponential: 5 days}` | the mean: what comes at a constant rate; in `at`, from the start |
| `{choice: {3 days: 0.5, 8 days: 0.5}}` | values with weights |

A normal distribution is clipped at 0, for shares also at 1, and for speeds and convoy sizes at a
hundredth of the mean. In lists and ranges a value without a unit takes the unit of the last. The
map may also carry provenance. A value below 0, or a range that reaches below 0, is an error where
it makes no sense; so is a share above 1.

A date is ISO: `2016-06-10` is 00:00 of that day, `2016-06-10T06:00` is a time of that day;
there are no time zones. An instant (`at`, `when` of a claim) is a date, or a length of time
from the start (`12 days`), and `at` may be a distribution of either. A distribution may reach
past the end of the period (what is drawn there does not happen), not before its start.

## Building on another scenario

`extends: baseline.yaml` starts from that file: maps are merged key by key, texts and lists
replace, `null` removes. `id`, `format` and `overrides` are not inherited. Then the network's
file is read, then `overrides` are applied (`network.roads.a--b.capacity: 400 t/day`, sorted by
path), then each `--set a.b.c=VALUE` of the command line in turn. Paths are relative to the file
that states them and may not leave the project: the nearest folder above the scenario with a
`pyproject.toml`, a `.git` or a folder `scenarios`, or else the scenario's own folder.

## Size

A scenario may forecast at most 5,000,000 convoys and samples, and last at most 100 years.
"""


def markdown() -> str:
    """The reference page of the language, as Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _INTRODUCTION.rstrip("\n")
    for dim in DIMENSIONS.values():
        units = ", ".join(f"`{unit}` ({factor:f})" for unit, factor in dim.units.items())
        if dim.bare:
            units = f"no unit; {units}" if units else "no unit"
        base = "" if dim.bare else dim.base
        largest = "100 years" if dim.name == "duration" else f"{dim.limit:,.0f}"
        yield f"| {dim.title} (`{dim.example}`) | {units} | {base} | {largest} |"
    yield _DISTRIBUTIONS
    yield "## A scenario file\n"
    yield from _table(Document)
    sections: list[tuple[str, type[BaseModel]]] = [
        ("`period`", PeriodModel),
        ("`actors`: by id", ActorModel),
        ("`holders`: by place", HoldingModel),
        ("`commodities`: by id", CommodityModel),
        ("`axes`: by id", AxisModel),
        ("`sources` of an axis: by place", SourceModel),
        ("`sinks` of an axis: by place", SinkModel),
        ("`convoy` of an axis", ConvoyModel),
        ("`garrisons`: by id", GarrisonModel),
        ("`fighting`", FightingModel),
        ("`bands` of `fighting`", BandModel),
        ("`operations`: by id", OperationModel),
        ("`support` of an operation: by id", SupportModel),
        ("`on_record` of an operation: by id", RecordedPositionModel),
        ("`fronts`: by actor", FrontModel),
        ("`moves_on_record`: by id", RecordedMoveModel),
        ("`decisions`: by id", DecisionModel),
        ("`options` of a decision: by id", OptionModel),
        ("`exits`: by id", ExitModel),
        ("`regroup`: by actor", RegroupModel),
    ]
    for title, model in sections:
        yield from _section(f"### {title}", model)
    yield "\n### `events`: by id\n"
    yield "An event has the key of one kind (below), `at` or `when`, and:\n"
    yield from _table(EventModel)
    for kind, event in EVENTS.items():
        yield from _section(f"#### `{kind}`", event, skip=set(EventModel.model_fields))
    yield from _section("#### Conditions (`when`)", ConditionModel)
    yield from _section("### `claims`: by id", ClaimModel)
    yield "\n### Provenance\n"
    yield from _table(Entity, provenance=True)
    yield "\n## A network file\n"
    yield from _table(NetworkFile)
    for title, model in (
        ("`classes`: by id", RoadClassModel),
        ("`places`: by id", PlaceModel),
        ("`roads`: by id", RoadModel),
    ):
        yield from _section(f"### {title}", model)


def _section(
    title: str, model: type[BaseModel], skip: set[str] | frozenset[str] = frozenset()
) -> Iterator[str]:
    about = " ".join((model.__doc__ or "").split())
    yield f"\n{title}\n\n{about}\n"
    yield from _table(model, skip)


def _table(
    model: type[BaseModel],
    skip: set[str] | frozenset[str] = frozenset(),
    *,
    provenance: bool = False,
) -> Iterator[str]:
    yield "| key | meaning | value |"
    yield "|---|---|---|"
    first = ("format", "extends")
    fields = sorted(model.model_fields.items(), key=lambda item: item[0] not in first)
    for name, info in fields:
        if name in skip or (name in Entity.model_fields and not provenance):
            continue
        needed = " **(needed)**" if info.is_required() else ""
        default = info.default
        if not (
            info.is_required() or default in (None, "") or isinstance(default, dict | list | tuple)
        ):
            shown = f"{default:g}" if isinstance(default, float) else json.dumps(default)
            needed = f"; default: {shown.strip(chr(34))}"
        cell = f"{info.description or ''}{needed}".replace("|", "\\|")
        yield f"| `{info.alias or name}` | {cell} | {_value(info.annotation)} |"


def _value(annotation: Any) -> str:
    """What may stand as a value, in words."""
    if isinstance(annotation, TypeAliasType):
        return _VALUES[annotation.__name__]
    arguments = [a for a in typing.get_args(annotation) if a is not type(None)]
    origin = typing.get_origin(annotation)
    if origin is list:
        return f"list: {_value(arguments[0])}"
    if origin is dict:
        return f"map: {_value(arguments[0])} to {_value(arguments[1])}"
    if len(arguments) == 1 or (origin is typing.Annotated):
        return _value(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "map (see below)"
    if arguments and all(isinstance(a, type) and issubclass(a, BaseModel) for a in arguments):
        return "map (see below)"
    if arguments:
        return " or ".join(_value(a) for a in arguments)
    return "number" if annotation is int else "value"


_VALUES = {
    "Text": "text",
    "Key": "id",
    "Flag": "true or false",
    "Number": "number",
    "Latitude": "number, -90 to 90",
    "Longitude": "number, -180 to 180",
    "Seed": "whole number from 0",
    "Priority": "whole number",
    "Head": "persons: a whole number, with or without `persons`",
    "Color": "colour",
    "Day": "date",
    "Moment": "date",
    "Kind": "one of the three",
    "Sense": "one of the six",
    "Rate": "flow, or distribution",
    "Demand": "flow, distribution, or `{persons:, each:}` (their product)",
    "Mass": "mass, or distribution",
    "MassAboveZero": "mass above 0, or distribution",
    "Duration": "length of time, or distribution",
    "Length": "length of time above 0",
    "Speed": "speed above 0, or distribution",
    "Load": "load of a truck above 0",
    "Strength": "persons, or distribution",
    "Share": "share, or distribution",
    "Part": "share",
    "Coefficient": "number of any sign, or distribution",
    "Tempo": "tempo above 0, or distribution",
    "Distance": "distance above 0, or distribution",
    "Hazard": "rate, or distribution",
    "Ration": "consumption of one person, or distribution",
    "Multiple": "number above 0, or distribution",
    "Law": "one of the three",
    "Stall": "one of the two",
    "Repulse": "one of the three",
    "Unit": "whole number from 1",
    "Tries": "whole number from 1",
    "Instant": "instant, or distribution",
    "When": "instant",
    "Kilometres": "km above 0: a number, with or without `km`",
    "PlaceId": "place",
    "RoadId": "road",
    "TargetId": "place or road",
    "GoalId": "place or exit",
    "ClassId": "road class",
    "ActorId": "actor",
    "AxisId": "axis",
    "EventId": "event, operation or option of a decision",
    "OperationId": "operation",
    "CommodityId": "commodity",
    "Sealed": "list: actor, or true",
    "Value": "value of the measure, or null",
}


def write(folder: str | os.PathLike[str]) -> list[Path]:
    """Write the two schemas and the reference page below ``folder``; the paths written."""
    root = Path(folder)
    texts = {
        root / "docs" / "scenario-reference.md": markdown(),
        root / "schema" / "network-v1.schema.json": _json("network"),
        root / "schema" / "scenario-v1.schema.json": _json("scenario"),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _json(kind: str) -> str:
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
