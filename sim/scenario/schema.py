"""The models that validate a text, made from the declarations of the scenario language.

A model has the fields of its class (:func:`~sim.scenario.keys.keys_of`), each by the name of
the field and with the name of the key as its alias. An amount or a thing that is left out is None
in it: what it then is the object says (:mod:`sim.scenario.build`).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from types import GenericAlias
from typing import Annotated, Any, ClassVar, ForwardRef

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_serializer,
    model_validator,
)

from . import kinds as k
from .faults import InputError
from .fields import type_of
from .keys import Declared, bare, has, keys_of, mark_of, parts_of, shape_of, things_in
from .model import Drawn, Happening, Sourced
from .quantities import PROVENANCE_KEYS
from .written import CONDITIONS, SHORT, WrittenCondition

__all__ = ["Model", "header_of", "model_of", "name_of"]


class Model(BaseModel):
    """Base of all: no key beyond those stated, no key whose order matters."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    declared: ClassVar[type]
    """The class that declares the keys."""


class _SourcedModel(Model):
    @model_serializer(mode="wrap")
    def _provenance_last(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        data = handler(self)
        if data.keys().isdisjoint(PROVENANCE_KEYS):  # most of thousands
            return data
        return data | {key: data.pop(key) for key in PROVENANCE_KEYS if key in data}


@functools.cache
def model_of(cls: type) -> type[Model]:
    """The model of all that a file may say of what ``cls`` declares."""
    return _model(cls, keys_of(cls))


@functools.cache
def header_of(cls: type) -> type[Model]:
    """The model of the keys of ``cls`` that hold no things with keys of their own."""
    return _model(cls, tuple(key for key in keys_of(cls) if not any(things_in(key.hint))))


def _model(cls: type, keys: tuple[Declared, ...]) -> type[Model]:
    validators: dict[str, Any] = {}
    if cls in SHORT:
        validators["short"] = model_validator(mode="before")(_shorthand(SHORT[cls]))
    if cls is WrittenCondition:
        validators["one_kind"] = model_validator(mode="after")(_one_kind)
    # fields that many share are made once
    parent = next((base for base in cls.__mro__[1:] if base in (Happening, Drawn, Sourced)), None)
    shared = {key.field for key in keys_of(parent)} if parent else ()
    fields: dict[str, Any] = {
        key.field: (_type_of_key(key, cls), _field(key)) for key in keys if key.field not in shared
    }
    base = model_of(parent) if parent else _SourcedModel if cls is Sourced else Model
    made = create_model(name_of(cls), __base__=base, __validators__=validators, **fields)
    made.declared = cls
    return made


def name_of(cls: type) -> str:
    """What the JSON Schema calls a declared class."""
    return cls.__name__.removeprefix("Written")


def _type_of_key(key: Declared, owner: type) -> Any:
    kind = _type(key.hint, owner)
    return kind | None if _maybe_none(key) else kind


def _maybe_none(key: Declared) -> bool:
    """True of a key that is None in the model where it is left out."""
    plain = isinstance(key.default, str | int | float | tuple | frozenset | dict)
    return not key.needed and (not plain or mark_of(key.hint, k.Amount) is not None)


def _field(key: Declared) -> Any:
    if key.needed:
        return Field(alias=key.name)
    if _maybe_none(key):
        return Field(None, alias=key.name)
    empty = isinstance(key.default, tuple | frozenset)
    return Field([] if empty else key.default, alias=key.name)


def _type(hint: Any, owner: type) -> Any:
    """The type of a model's field for what ``hint`` declares in the class ``owner``."""
    shape = shape_of(hint)
    if shape == "kind":
        return type_of(hint)
    if shape == "things":
        models = [
            ForwardRef(name_of(form)) if form is owner else model_of(form)
            for form in things_in(hint)
        ]
        return _either([*models, type_of(k.Text)] if has(hint, k.Role.OR_PATH) else models)
    parts: Any = [_type(part, owner) for part in parts_of(hint)]
    if shape == "union":
        return _either(parts)
    if shape == "map":
        whole = GenericAlias(dict, tuple(parts))
        return _either([parts[1], whole]) if has(hint, k.Role.FOR_ALL) else whole
    if shape == "list":
        items = mark_of(hint, k.ListRule) or k.ListRule()
        size = Field(min_length=items.least, max_length=items.most)
        several: Any = Annotated[GenericAlias(list, tuple(parts)), size]
        return Annotated[several, BeforeValidator(_one_or_more)] if items.one else several
    return bare(hint)


def _either(types: list[Any]) -> Any:
    return functools.reduce(operator.or_, types)


def _one_or_more(data: Any) -> Any:
    """A list; a single thing stands for a list of one."""
    if data == []:
        raise InputError("the list is empty")
    return data if isinstance(data, list) else [data]


def _shorthand(key: str) -> Callable[[Any], Any]:
    """A text in place of the map means that one key."""
    return lambda data: {key: data} if isinstance(data, str) else data


def _one_kind(model: Any) -> Any:
    kinds = [kind for kind in CONDITIONS if getattr(model, kind) is not None]
    if len(kinds) != 1:
        found = "none" if not kinds else " and ".join(f"'{kind}'" for kind in kinds)
        raise InputError(
            f"a condition has one kind, and here is {found}",
            "one of " + ", ".join(CONDITIONS) + "; join several with 'all' or 'any'",
        )
    if model.to is not None and model.falls is None:
        raise InputError("'to' belongs to 'falls'", None, ("to",))
    if model.at is not None and model.stock_out is None:
        raise InputError("'at' belongs to 'stock_out'", None, ("at",))
    return model
