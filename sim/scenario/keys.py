"""The keys that a declared class has in a file, and what each may hold."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar

from . import kinds as k
from .model import Provenance
from .written import WRITTEN

T = TypeVar("T")
Shape = Literal["kind", "things", "union", "map", "list", "plain"]
_SHAPES: Mapping[Any, Shape] = {
    typing.Union: "union",
    UnionType: "union",
    Mapping: "map",
    tuple: "list",
    frozenset: "list",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A key as a field declares it.

    ``hint`` is the annotation of the field. Left out, a key is its ``default``, or what the field
    ``like`` is; one that is neither ``needed`` nor has a value of its own then is None.
    """

    field: str
    name: str
    hint: Any
    needed: bool
    default: Any
    like: str | None


def mark_of(hint: Any, kind: type[T]) -> T | None:
    """What the annotation ``hint`` says of this ``kind`` (as a :class:`~.kinds.Kind`), or None."""
    return next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, kind)), None)


def has(hint: Any, mark: k.Role) -> bool:
    """True where the annotation ``hint`` has this mark."""
    return mark in getattr(hint, "__metadata__", ())


def bare(hint: Any) -> Any:
    """The annotation ``hint`` without what it says beside the type."""
    return hint.__origin__ if typing.get_origin(hint) is Annotated else hint


def parts_of(hint: Any) -> list[Any]:
    """The annotations inside ``hint``: the two of a map, the one of a list, those of a union."""
    return [part for part in typing.get_args(bare(hint)) if part is not ...]


def shape_of(hint: Any) -> Shape:
    """What ``hint`` is made of: one kind of value, things with keys of their own, or parts."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        if any(isinstance(mark, k.Kind) for mark in hint.__metadata__):
            return "kind"
        hint = hint.__origin__
        origin = typing.get_origin(hint)
    if isinstance(hint, type) and (hint in WRITTEN or _declares_keys(hint)):
        return "things"
    return _SHAPES.get(origin, "plain")


def things_in(hint: Any) -> Iterator[type]:
    """The declared classes that a file may have where ``hint`` stands."""
    if shape_of(hint) == "things":
        yield from WRITTEN.get(bare(hint), (bare(hint),))
    else:
        for part in parts_of(hint):
            yield from things_in(part)


def _is_for_key(hint: Any) -> bool:
    return shape_of(hint) in ("kind", "things") or any(map(_is_for_key, parts_of(hint)))


@functools.cache
def _declares_keys(cls: type) -> bool:
    return any(map(_is_for_key, hints_of(cls).values()))


def hints_of(cls: type) -> dict[str, Any]:
    """The annotation of each field of a class, its bases' first."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        found |= inspect.get_annotations(base)
    return found


def _default(cls: type, field: str) -> Any:
    """What the object has where nothing is said of a field; MISSING where it cannot do without."""
    for base in cls.__mro__:
        if (declared := vars(base).get("__dataclass_fields__", {}).get(field)) is not None:
            made = declared.default_factory
            return declared.default if made is MISSING else made()
        if field in inspect.get_annotations(base):
            return getattr(base, "_field_defaults", vars(base)).get(field, MISSING)
    return MISSING


@functools.cache
def keys_of(cls: type) -> tuple[Declared, ...]:
    """The keys of a declared class, in the order in which a resolved scenario writes them.

    Those of the provenance stand first here, and last there.
    """
    found: list[Declared] = []
    for field, hint in hints_of(cls).items():
        if hint is Provenance:
            found += keys_of(Provenance)
        elif _is_for_key(hint):
            key = mark_of(hint, k.Key) or k.Key()
            default = _default(cls, field) if key.default is ... else key.default
            missing = default is MISSING
            declared = Declared(
                field,
                key.name or field,
                hint,
                missing and key.like is None,
                None if missing else default,
                key.like,
            )
            names = [other.name for other in found]
            found.insert(names.index(key.before) if key.before else len(found), declared)
    return tuple(found)


def sections_of(cls: type) -> dict[str, Any]:
    """The keys of ``cls`` that hold things by id, each with its annotation."""
    return {
        key.name: key.hint
        for key in keys_of(cls)
        if shape_of(key.hint) == "map" and any(things_in(key.hint))
    }
