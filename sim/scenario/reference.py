"""JSON Schemas and the reference page, made from the models of the language."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Literal, get_args

from sim.base.files import write_whole

from . import kinds as k
from .compose import KINDS
from .distributions import Constant
from .keys import Declared, bare, has, keys_of, mark_of, parts_of, shape_of, things_in
from .model import Happening, Provenance
from .quantities import PROVENANCE_KEYS
from .readers import an, joined
from .schema import model_of, name_of
from .units import DIMENSIONS, Dimension, format_quantity
from .warnings import WARNINGS, Warned
from .written import EVENTS, SHORT, WRITTEN, NetworkFile, ScenarioFile, WrittenCondition

__all__ = ["json_schema", "markdown", "write"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: Literal["scenario", "network"] | str = "scenario") -> dict[str, Any]:
    """The JSON Schema of a file of this kind, for editors.

    It accepts every file that the loader accepts, parts of files that extend others
    included; so in a scenario it leaves missing keys to the loader.

    Raises:
        ValueError: ``kind`` is neither ``scenario`` nor ``network``.
    """
    if kind not in ("scenario", "network"):
        raise ValueError(f"no schema of a {kind}: scenario or network")
    declared = ScenarioFile if kind == "scenario" else NetworkFile
    whole = model_of(declared).model_json_schema(by_alias=True)
    _tell(whole, declared, set())
    schema: dict[str, Any] = _tidy(whole, kind == "scenario")
    for cls, key in SHORT.items():
        name = name_of(cls)
        if (full := schema["$defs"].get(name)) is not None:
            short = full["properties"][key]["anyOf"][0]
            schema["$defs"][name] = {"anyOf": [short, full]}
    if kind == "scenario":
        schema["required"] = ["format"]
        schema["anyOf"] = [{"required": ["extends"]}, {"required": ["period", "network"]}]
    return {"$schema": _DIALECT, "title": f"Supply Axis {kind}, version 1"} | schema


def _tell(schema: dict[str, Any], declared: type, told: set[str]) -> None:
    """Say what a class and its keys mean, and what a key is where a file leaves it out."""
    part = schema["$defs"].get(name_of(declared), schema)
    told.add(name_of(declared))
    part["description"] = about(declared)
    for key in keys_of(declared):
        about_key: dict[str, Any] = {"description": meaning(declared, key)}
        if (default := stated(key)) is not None:
            about_key["default"] = default
        whole = part["properties"][key.name]
        if (items := mark_of(key.hint, k.ListRule)) and items.one:
            whole = {"anyOf": [whole["items"], whole]}
        if shape_of(key.hint) == "map" and has(key.hint, k.Role.OR_PATH):
            whole = {"anyOf": [{"type": "string"}, whole]}
        part["properties"][key.name] = whole | about_key
        for cls in things_in(key.hint):
            if name_of(cls) not in told:
                _tell(schema, cls, told)


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
        if key == "additionalProperties" and isinstance(inner, dict) and not names and inner:
            inner = {"anyOf": [inner, {"type": "null"}]}  # null removes a thing
        tidy[key] = inner
    return tidy


def about(cls: type) -> str:
    """What a file's author needs to know of a declared class: its docstring's first paragraph.

    What only adds to an object is told of as that.
    """
    told = cls.__base__ if cls.__base__ in WRITTEN else cls
    return " ".join((told.__doc__ or "").split("\n\n")[0].split())


def meaning(cls: type, key: Declared) -> str:
    """What a key means, and what stands for it where that is another key."""
    told = next(
        docs[key.field] for base in (Provenance, *cls.__mro__) if key.field in (docs := _docs(base))
    )
    if key.like is None:
        return told
    return f"{told}; default: {'the id' if key.like == 'id' else f'`{key.like}`'}"


def _docs(cls: type) -> Mapping[str, str]:
    """The docstring below each field that the class itself declares."""
    return _docs_of_module(cls.__module__).get(cls.__name__, {})


@functools.cache
def _docs_of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {
        declared.name: {
            field.target.id: " ".join(str(doc.value.value).split())
            for field, doc in itertools.pairwise(declared.body)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(doc, ast.Expr)
            and isinstance(doc.value, ast.Constant)
        }
        for declared in tree.body
        if isinstance(declared, ast.ClassDef)
    }


def stated(key: Declared) -> Any:
    """The default of a key as a file would state it; None where it has none or no text."""
    default = key.default.value if isinstance(key.default, Constant) else key.default
    amount = mark_of(key.hint, k.Amount)
    if amount is not None and default is not None and amount.dimension not in ("share", "number"):
        return format_quantity(default, amount.dimension)
    if isinstance(default, float) and default == round(default):
        return round(default)
    return default if isinstance(default, str | int | float) else None


def markdown() -> str:
    """The reference page of the language, as Markdown: the slots of ``reference.md`` filled."""
    page = files(__package__).joinpath("reference.md").read_text(encoding="utf-8")
    slots = {
        "quantities": map(_quantity, DIMENSIONS.values()),
        "warnings": itertools.starmap(_warning, WARNINGS.items()),
        "scenario": (*_table(ScenarioFile), *_sections(ScenarioFile)),
        "provenance": _table(Provenance),
        "network": (*_table(NetworkFile), *_sections(NetworkFile)),
    }
    return Template(page).substitute({slot: "\n".join(lines) for slot, lines in slots.items()})


def _quantity(dim: Dimension) -> str:
    """The row of the table of quantities that tells of one dimension."""
    units = ", ".join(f"`{unit}` ({factor:f})" for unit, factor in dim.units.items())
    if dim.bare:
        units = f"no unit; {units}" if units else "no unit"
    base = "" if dim.bare else dim.base
    largest = "100 years" if dim.name == "duration" else f"{dim.limit:,.0f}"
    return f"| {dim.title} (`{dim.example}`) | {units} | {base} | {largest} |"


def _warning(name: str, warned: Warned) -> str:
    """The row of the table of warnings that tells of one."""
    mend = warned.mend.replace("'", "`")
    return f"| `{name}` | {warned.what} | {mend} |"


def _sections(cls: type, of: str = "") -> Iterator[str]:
    """A section for each key of ``cls`` that holds things, and for the things in those."""
    for key in keys_of(cls):
        things = [*things_in(key.hint)]
        if key.name in ("network", "when") or not things:
            continue
        if key.name == "events":
            yield from _events()
            continue
        by = ""
        if shape_of(key.hint) == "map":
            kind = mark_of(parts_of(key.hint)[0], k.Reference)
            by = f": by {joined(kind.of) if kind else 'id'}"
        yield from _section(f"### `{key.name}`{of}{by}", things[0])
        parent = KINDS.get(key.name)
        yield from _sections(things[0], f" of {an(parent) if parent else f'`{key.name}`'}")


def _events() -> Iterator[str]:
    yield "\n### `events`: by id\n"
    yield "An event has the key of one kind (below), `at` or `when`, and:\n"
    yield from _table(Happening)
    shared = {key.name for key in keys_of(Happening)}
    for kind, cls in EVENTS.items():
        yield from _section(f"#### `{kind}`", cls, shared)
    yield from _section("#### Conditions (`when`)", WrittenCondition)


def _section(title: str, cls: type, skip: Collection[str] = ()) -> Iterator[str]:
    yield f"\n{title}\n\n{about(cls)}\n"
    yield from _table(cls, skip)


def _table(cls: type, skip: Collection[str] = ()) -> Iterator[str]:
    yield "| key | meaning | value |"
    yield "|---|---|---|"
    for key in keys_of(cls):
        if key.name in skip or (key.name in PROVENANCE_KEYS and cls is not Provenance):
            continue
        needed, default = " **(needed)**" if key.needed else "", stated(key)
        if default not in (None, ""):
            needed = f"; default: {json.dumps(default).strip(chr(34))}"
        cell = f"{meaning(cls, key)}{needed}".replace("|", "\\|")
        yield f"| `{key.name}` | {cell} | {_value(key.hint)} |"


def _value(hint: Any) -> str:
    """What may stand as a value, in words."""
    shape, parts = shape_of(hint), [_value(part) for part in parts_of(hint)]
    if shape == "kind":
        return _words(hint)
    if shape == "things":
        return "map (see below)" + (" or text" if has(hint, k.Role.OR_PATH) else "")
    if shape == "union":  # with None
        return parts[0]
    if shape == "list":
        return f"list: {parts[0]}"
    if shape == "map":
        one = f"{parts[1]} or " if has(hint, k.Role.FOR_ALL) else ""
        table = " or a table (CSV)" if has(hint, k.Role.OR_PATH) else ""
        return f"{one}map: {parts[0]} to {parts[1]}{table}"
    return str(get_args(bare(hint))[0]) if get_args(bare(hint)) else "value"


def _words(hint: Any) -> str:
    if amount := mark_of(hint, k.Amount):
        sign = {"any": " of any sign", "nonnegative": "", "positive": " above 0"}[amount.sign]
        spread = ", or distribution" if amount.uncertain else ""
        return f"{DIMENSIONS[amount.dimension].title}{sign}{spread}"
    if thing := mark_of(hint, k.Reference):
        return joined(thing.of)
    if mark_of(hint, k.OneOf):
        return joined(get_args(bare(hint)))
    kind = mark_of(hint, k.Kind)
    return kind.words if kind else ""


def write(folder: str | os.PathLike[str]) -> list[Path]:
    """Write the two schemas and the reference page below ``folder``; the paths written.

    Raises:
        FolderError: they cannot be written there.
        FullDiskError: there is no room for them.
    """
    root = Path(folder)
    texts = {
        root / "docs" / "scenario-reference.md": markdown(),
        root / "schema" / "network-v1.schema.json": _json("network"),
        root / "schema" / "scenario-v1.schema.json": _json("scenario"),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(texts)


def _json(kind: str) -> str:
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
