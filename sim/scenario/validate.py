"""The merged tree against the schema: validated models, and errors at their places."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.base.diagnostics import Mark, Report, safe, suggest
from sim.base.progress import told

from .compose import kind_of_ids
from .faults import InputError, reported
from .keys import keys_of, mark_of, parts_of, things_in
from .kinds import Reference
from .model import Happening
from .readers import Context, check_id
from .schema import Model, model_of
from .tree import Entry, Items, Map, Node, Quoted, Scalar, plain_data
from .written import EVENTS, faults_of_keys

__all__ = ["Found", "Validator", "mark_at", "section"]

M = TypeVar("M", bound=Model)


class Found(typing.NamedTuple):
    """A model that is valid, with the node it was read from and the mark of its key."""

    model: Any
    node: Node
    mark: Mark

    def at(self, *path: Any, key: bool = False) -> Mark:
        """Where ``path`` leads to below it: see :func:`mark_at`."""
        return mark_at(self.node, path, self.mark, key=key)


def section(tree: Map, *path: str) -> Map:
    """The map at ``path``, empty where there is none."""
    node: Node = tree
    for key in path:
        entry = node.entries.get(key) if isinstance(node, Map) else None
        if entry is None:
            return Map(tree.mark)
        node = entry.value
    return node if isinstance(node, Map) else Map(tree.mark)


def mark_at(node: Node, path: Sequence[Any], start: Mark, *, key: bool = False) -> Mark:
    """Where ``path`` leads to below ``node``: its value, or with ``key`` its last key.

    Where the tree ends before the path does, the deepest thing that exists; ``start`` is the
    mark of ``node`` itself.
    """
    mark = start
    for index, part in enumerate(path):
        last = index == len(path) - 1
        if isinstance(node, Map) and str(part) in node.entries:
            entry = node.entries[str(part)]
            mark = entry.key_mark if (key and last) else entry.value.mark
            empty = isinstance(entry.value, Scalar) and not entry.value.text
            if empty or not (last or isinstance(entry.value, Scalar)):
                mark = entry.key_mark
            node = entry.value
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            mark = node.mark
        else:
            break
    return mark


class Validator:
    """Checks maps of things by id against their models, and collects what is wrong."""

    def __init__(self, report: Report, context: Context) -> None:
        self.report, self.context = report, context

    def all(self, node: Map, path: tuple[str, ...], hint: Any) -> dict[str, Found]:
        """The valid things in the map at ``path`` of the tree ``node``, as ``hint`` declares it."""
        ids, classes = mark_of(parts_of(hint)[0], Reference), [*things_in(hint)]
        parent = section(node, *path[:-1])
        entry = parent.entries.get(path[-1])
        if entry is None:
            return {}
        if not isinstance(entry.value, Map):
            self.report.error(entry.value.mark, f"'{path[-1]}' is a map by id")
            return {}
        kind = kind_of_ids(path) or path[-1]
        found: dict[str, Found] = {}
        entries = sorted(entry.value.entries.items())
        for name, item in told(path[-1], entries):
            with reported(self.report, item.key_mark):
                self._check_key(name, ids.of[0] if ids else None)
                cls = classes[0] if len(classes) == 1 else self._event(name, item)
                label = f"{kind} '{safe(name)}'"
                if cls and (made := self.one(model_of(cls), item.value, item.key_mark, label)):
                    found[name] = Found(made, item.value, item.key_mark)
        return found

    def _event(self, name: str, entry: Entry) -> type | None:
        """The class of the event's kind, or None with the reason in the report."""
        node = entry.value
        if not isinstance(node, Map):
            self.report.error(node.mark, f"event '{safe(name)}' is not a map")
            return None
        kinds = [key for key in node.entries if key in EVENTS]
        if len(kinds) == 1:
            return EVENTS[kinds[0]]
        if kinds:
            second = node.entries[kinds[1]].key_mark
            self.report.error(
                second,
                f"event '{safe(name)}' has two kinds: '{kinds[0]}' and '{kinds[1]}'",
                "make two events of it",
            )
            return None
        hints = [suggest(key, EVENTS) for key in node.entries if key not in _EVENT_KEYS]
        hint = next((hint for hint in hints if hint), "one of " + ", ".join(EVENTS))
        self.report.error(entry.key_mark, f"event '{safe(name)}' does not say what happens", hint)
        return None

    def one(self, model: type[M], node: Node, mark: Mark, label: str) -> M | None:
        """``node`` as a ``model``, or None with the reasons in the report."""
        data = plain_data(node)
        good = True
        if isinstance(data, dict):
            for problem in faults_of_keys(model.declared, data):
                message = problem.message
                if not message.startswith("'"):
                    message = f"{label} {message}"
                self.report.error(mark_at(node, problem.at, mark, key=True), message, problem.hint)
                good = False
        if isinstance(node, Map):
            good = self._check_left_out(model, node, label) and good
        try:
            made = model.model_validate(data, context=self.context)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                self._fault(fault, model, node, mark, label)
            return None
        return made if good else None

    def _check_left_out(self, model: type[Model], node: Map, label: str) -> bool:
        """A key with null is left out, but must be known: a comma in a text makes strange ones."""
        if not node.left_out:
            return True
        known = set(_keys_at(model.declared, ()))
        if issubclass(model.declared, Happening):
            known |= _EVENT_KEYS
        unknown = [key for key in node.left_out if key not in known]
        for key in unknown:
            self.report.error(
                node.left_out[key],
                f"unknown key '{safe(key)}' in {label}",
                self.report.suggest(key, known) or "a text with a comma or a colon needs quotes",
            )
        return not unknown

    def _check_key(self, name: str, kind: str | None) -> None:
        if kind is None:
            check_id(name)
        elif name not in self.context.ids.get(kind, (name,)):
            raise InputError(
                f"unknown {kind} '{safe(name)}'", self.context.suggest(name, self.context.ids[kind])
            )

    def _fault(self, fault: Any, model: type[Model], node: Node, mark: Mark, label: str) -> None:
        loc, kind = tuple(fault["loc"]), fault["type"]
        of_key = bool(loc) and loc[-1] == "[key]"
        loc = loc[:-1] if of_key else loc
        cause = fault.get("ctx", {}).get("error")
        where = ".".join(str(part) for part in loc[:-1])
        inside = f"'{where}' of {label}" if where else label
        hint, on_key = None, True
        if isinstance(cause, InputError):
            of_choice = cause.at[:1] == ("choice",) and len(cause.at) == 2
            on_key = of_key or of_choice or cause.message.startswith("unknown key")
            named = cause.message.startswith(("unknown", "a condition", "'to'", "'at'"))
            name = next((str(p) for p in reversed(loc) if isinstance(p, str)), "")
            message = cause.message if named or of_key or not name else f"{name}: {cause.message}"
            loc, hint = (*loc, *cause.at), cause.hint
        elif kind == "missing":
            message, loc = f"{inside} needs '{loc[-1]}'", loc[:-1]
        elif kind == "extra_forbidden":
            known = _keys_at(model.declared, loc[:-1])
            message = f"unknown key '{safe(str(loc[-1]))}' in {inside}"
            hint = self.report.suggest(str(loc[-1]), known) or "known are " + ", ".join(known)
        else:
            message, on_key = _in_plain_words(fault, loc, label), False
        self.report.error(mark_at(node, loc, mark, key=on_key), message, hint)


_EVENT_KEYS = {key.name for cls in EVENTS.values() for key in keys_of(cls)}


def _in_plain_words(fault: Any, loc: tuple[Any, ...], label: str) -> str:
    name = f"'{loc[-1]}'" if loc and isinstance(loc[-1], str) else label
    kind = fault["type"]
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return (
            f"{name} is not a map"
            if not isinstance(fault["input"], Quoted | str)
            else (f"{name} is a map, and here is the text '{safe(fault['input'])}'")
        )
    if kind == "list_type":
        return f"{name} is not a list"
    if kind in {"too_short", "too_long"}:
        context = fault["ctx"]
        least, most = context.get("min_length"), context.get("max_length")
        wanted = f"at least {least}" if most is None else f"{most}"
        return f"{name} takes {wanted} items, and here are {context['actual_length']}"
    return f"{name}: {fault['msg']}"


def _keys_at(cls: type, loc: Sequence[Any]) -> list[str]:
    """The keys that a file may have at ``loc`` below what ``cls`` declares."""
    for part in loc:
        hint = next((key.hint for key in keys_of(cls) if key.name == part), None)
        if hint is None:  # an id or an index
            continue
        inside = next(things_in(hint), None)
        if inside is None:
            return []
        cls = inside
    return [key.name for key in keys_of(cls)]
