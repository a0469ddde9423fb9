"""Plain data to YAML text that reads back the same, in this program and in others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

__all__ = ["from_yaml", "to_yaml"]

_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./%+-]*( [A-Za-z0-9(][A-Za-z0-9_./%+()-]*)*")
_NUMBER = re.compile(r"[+-]?[\d.]+([eE][+-]?\d+)?")
_resolve: Callable[..., str] = yaml.resolver.Resolver().resolve
_MUST_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def to_yaml(data: Mapping[str, Any]) -> str:
    """YAML of dicts, lists, texts, numbers, booleans and None, in the order given.

    A text that another reader could take for a number, a date, a boolean or null is quoted.
    """
    return "\n".join(_lines(data, "")) + "\n"


def from_yaml(text: str) -> Any:
    """What :func:`to_yaml` made a text of, without marks and checks.

    Raises:
        ValueError: the text is of another program, as far as that shows.
    """
    events = yaml.parse(text, yaml.CSafeLoader)
    try:
        begun = (event for event in events if isinstance(event, yaml.NodeEvent))
        return _read(next(begun), events)
    except (yaml.YAMLError, AttributeError, StopIteration, RecursionError) as error:
        raise ValueError(f"not as this program writes YAML: {error}") from error


def _read(event: Any, events: Iterator[Any]) -> Any:
    """The value that begins with an event."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value if event.style else _bare(event.value)
    if isinstance(event, yaml.MappingStartEvent):
        found = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            found[event.value] = _read(next(events), events)
        return found
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_read(event, events))
        return items
    raise ValueError("not as this program writes YAML: it names what stood before")


_WORDS = {"null": None, "true": True, "false": False}


def _bare(text: str) -> Any:
    """The value of what stands without quotes."""
    if _NUMBER.fullmatch(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    return _WORDS.get(text, text)


def _lines(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        head = f"{indent}{_text(key)}:"
        if isinstance(value, Mapping) and value:
            yield head
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            yield head
            for item in value:
                yield f"{indent}- {_flow(item)}"
        else:
            yield f"{head} {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else _text(value)


@lru_cache(maxsize=4096)  # a few keys stand in thousands of roads
def _text(text: str) -> str:
    if (
        _BARE.fullmatch(text)
        and not _NUMBER.fullmatch(text)
        and _resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    ):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _MUST_ESCAPE.sub(lambda c: f"\\u{ord(c[0]):04x}", quoted)
