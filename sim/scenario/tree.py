"""YAML text to a tree of nodes that know where they stand.

The tree is built straight from the parser's events, without recursion and with limits on
depth, size and the expansion of aliases, so that no text can exhaust the stack or the
memory. Scalars stay text: what a text means is for the schema to say, so none of the
guesses of YAML 1.1 (``NO``, ``12:30``, ``017``) can happen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sim.base.diagnostics import Mark, Report, near_file, safe, split_lines
from sim.base.progress import working

from .plain_words import plain_words

__all__ = [
    "Entry",
    "Items",
    "Map",
    "Node",
    "Quoted",
    "Rows",
    "Scalar",
    "file_text",
    "is_text",
    "node_of",
    "plain_data",
    "read_file",
    "read_text",
]

MOST_BYTES = 32_000_000
MOST_DEPTH = 50
MOST_NODES = 2_000_000
MOST_ALIASED = 100_000
OFTEN = 1_000  # after so many events of the parser it is told how far it is

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)


class Quoted(str):
    """Text that was written in quotes, or as a block: never null, true, false or a number."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Scalar:
    """A text; ``plain`` where it was written without quotes."""

    mark: Mark
    text: str
    plain: bool

    @property
    def null(self) -> bool:
        """True for ``null``, ``~`` and nothing at all."""
        return self.plain and self.text in {"", "~", "null"}


@dataclass(slots=True, eq=False)
class Items:
    """A list."""

    mark: Mark
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """One key of a map, where the key stands, and its value."""

    key_mark: Mark
    value: Node


@dataclass(slots=True, eq=False)
class Rows:
    """Things by id that a binary table states; the node of one is made when it is asked for.

    ``of`` is what the table says as a whole.
    """

    mark: Mark
    ids: Collection[str]
    said: Callable[[str], dict[str, Any]]
    of: Any


@dataclass(slots=True, eq=False)
class Map:
    """A map from texts to nodes, in the order written; ``left_out`` are its keys with null.

    ``rows`` lie beneath: they stand where neither its entries nor what it leaves out say more.
    """

    mark: Mark
    entries: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, Mark] = field(default_factory=dict)
    rows: Rows | None = None

    def find(self, key: str) -> Entry | None:
        """The entry of a key, of its rows too."""
        if key in self.entries or self.rows is None or key not in self.rows.ids:
            return self.entries.get(key)
        return Entry(self.rows.mark, node_of(self.rows.said(key), self.rows.mark))

    def keys(self) -> set[str]:
        """All of its keys, those of its rows too."""
        if self.rows is None:
            return set(self.entries)
        return self.entries.keys() | (set(self.rows.ids) - self.left_out.keys())


Node = Scalar | Items | Map


def node_of(data: Any, mark: Mark) -> Node:
    """The tree of dicts, lists, texts and numbers, all of it at one place."""
    if isinstance(data, dict):
        return Map(mark, {key: Entry(mark, node_of(value, mark)) for key, value in data.items()})
    if isinstance(data, list):
        return Items(mark, [node_of(item, mark) for item in data])
    if isinstance(data, bool):
        return Scalar(mark, "true" if data else "false", True)
    return Scalar(mark, str(data), plain=not isinstance(data, str))


def plain_data(node: Node) -> Any:
    """The tree as dicts (keys sorted), lists, ``str``, ``Quoted`` and None."""
    if isinstance(node, Scalar):
        return None if node.null else node.text if node.plain else Quoted(node.text)
    if isinstance(node, Items):
        return [plain_data(item) for item in node.items]
    return {key: plain_data(node.entries[key].value) for key in sorted(node.entries)}


def read_file(path: Path, report: Report) -> Map | None:
    """The map that the YAML file holds, or None with the reasons in ``report``."""
    text = file_text(path, report)
    return None if text is None else read_map(text, Mark(str(path)), report)


def file_text(path: Path, report: Report) -> str | None:
    """The UTF-8 text of a file, or None with the reasons in ``report``."""
    mark = Mark(str(path))
    try:
        if not path.is_file():
            if path.exists():
                report.error(mark, "is a folder, not a file" if path.is_dir() else "is not a file")
            else:
                report.error(mark, "no such file", near_file(path))
            return None
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        report.error(mark, f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    if len(data) > MOST_BYTES:
        report.error(mark, f"is larger than {MOST_BYTES // 1_000_000} MB")
        return None
    return _decode(data, mark, report)


def read_map(text: str, mark: Mark, report: Report) -> Map | None:
    """The map that the text of a YAML file holds, or None with the reasons in ``report``."""
    node = read_text(text, mark.file, report)
    if node is None or isinstance(node, Map):
        return node
    if isinstance(node, Scalar) and node.null:
        report.error(mark, "the file is empty", "begin with 'format: 1'")
        return None
    what = "a list" if isinstance(node, Items) else "a text"
    report.error(
        node.mark,
        f"the file holds {what}, not a map of keys",
        "begin with 'format: 1' and go on with 'key: value' lines",
    )
    return None


def _decode(data: bytes, mark: Mark, report: Report) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from after the byte order mark
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        before = data[:offset].decode("utf-8", errors="replace")
        lines = split_lines(before)
        report.sources[mark.file] = split_lines(data.decode("utf-8", errors="replace"))
        report.error(
            Mark(mark.file, len(lines), len(lines[-1].lstrip("\ufeff")) + 1),
            f"the text is not UTF-8: byte 0x{data[offset]:02x} at offset {offset}",
            "save the file as UTF-8",
        )
        return None


def read_text(
    text: str, file: str, report: Report, *, line: int = 1, column: int = 1
) -> Node | None:
    """The tree of one YAML document, or None with the reasons in ``report``.

    A document without a value is an empty plain scalar.

    ``line`` and ``column`` are where the text begins in ``file`` (texts of one line only
    where ``column`` is not 1).
    """
    if line == 1 and column == 1:
        report.sources[file] = split_lines(text)
    if not is_text(text, Mark(file, line, column), report):
        return None
    return _Builder(file, report, line, column).build(text)


def is_text(text: str, start: Mark, report: Report) -> bool:
    """True where no control character stands in ``text``; else the first is in ``report``."""
    bad = _FORBIDDEN.search(text)
    if bad:
        lines = split_lines(text[: bad.start()])
        column = len(lines[-1]) + (start.column if len(lines) == 1 else 1)
        report.error(
            Mark(start.file, start.line + len(lines) - 1, column),
            f"control character U+{ord(bad[0]):04X} in the text",
            "remove it",
        )
    return bad is None


class _StopError(Exception):
    """The text cannot be read further; the reason is in the report."""


@dataclass(slots=True)
class _Frame:
    """A list or map under construction. ``size`` and ``height`` count aliases expanded."""

    node: Map | Items
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    key_mark: Mark | None = None
    skip: bool = False  # the next value belongs to a key that was refused


class _Builder:
    """Turns parser events into a tree; one instance per text."""

    def __init__(self, file: str, report: Report, line: int, column: int) -> None:
        self.file, self.report, self.line, self.column = file, report, line, column
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}  # node, size, height
        self.root: Node | None = None
        self.nodes = self.aliased = 0

    def build(self, text: str) -> Node | None:
        documents = 0
        try:
            for event in self._events(text):
                kind = type(event)  # the commonest first: there may be a million
                if kind is yaml.ScalarEvent:
                    self._scalar(event)
                elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
                    self._begin(event)
                elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
                    frame = self.stack.pop()
                    self._finish(frame.node, frame.anchor, frame.size, frame.height)
                elif kind is yaml.AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self._stop(
                            event,
                            "a second document begins here",
                            "a file holds one document: remove '---'",
                        )
        except _StopError:
            return None
        return self.root or Scalar(Mark(self.file, self.line, self.column), "", True)

    def _events(self, text: str) -> Iterator[Any]:
        loader: Any = yaml.CSafeLoader(text)
        try:
            height, number = text.count("\n"), 0
            with working("lines", height) as done:
                while event := loader.get_event():
                    if number % OFTEN == 0 and event.start_mark:
                        done(event.start_mark.line, height)
                    number += 1
                    yield event
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            where = Mark(self.file)
            if mark:  # the parser counts the end of the text as a further line
                lines = split_lines(text.rstrip())
                at_end = mark.line >= len(lines)
                row = len(lines) - 1 if at_end else mark.line
                column = len(lines[row]) if at_end else mark.column
                where = self._place(row, column, 1)
            message, hint = plain_words(error, text, mark)
            self.report.error(where, message, hint)
            raise _StopError from None
        finally:
            loader.dispose()

    def _mark(self, event: Any) -> Mark:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        length = end.column - column if end.line == line else MOST_BYTES
        return self._place(line, column, length if length > 1 else 1)

    def _place(self, line: int, column: int, length: int) -> Mark:
        """The mark of a place in the text, whose own lines and columns count from 0."""
        first = 1 if line else self.column
        return Mark(self.file, line + self.line, column + first, length)

    def _stop(self, event: Any, message: str, hint: str | None = None) -> NoReturn:
        self._error(event, message, hint)
        raise _StopError

    def _error(self, event: Any, message: str, hint: str | None = None) -> None:
        self.report.error(self._mark(event), message, hint)

    def _counted(self, event: Any) -> Mark:
        """Where a node stands; too many and tags are refused."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._stop(event, f"the file has more than {MOST_NODES:,} values")
        if event.tag is not None:
            self._error(
                event,
                f"the tag '{safe(event.tag)}' is not part of the language",
                "remove it; quotes make a text of anything",
            )
        return self._mark(event)

    def _begin(self, event: Any) -> None:
        mark, is_list = self._counted(event), type(event) is yaml.SequenceStartEvent
        if self._wants_key():
            kind = "list" if is_list else "map"
            self._stop(event, f"a {kind} cannot be a key", "keys are texts")
        if len(self.stack) >= MOST_DEPTH:
            self._stop(event, f"nested deeper than {MOST_DEPTH} levels")
        node: Map | Items = Items(mark) if is_list else Map(mark)
        self.stack.append(_Frame(node, event.anchor))

    def _scalar(self, event: Any) -> None:
        scalar = Scalar(self._counted(event), event.value, event.style in (None, ""))
        bad = None if scalar.plain else _FORBIDDEN.search(scalar.text)
        if bad:
            self._error(event, f"control character U+{ord(bad[0]):04X} in the text", "remove it")
        if self._wants_key():
            self._key(event, scalar)
        else:
            self._finish(scalar, event.anchor, 1, 0)

    def _wants_key(self) -> bool:
        if not self.stack:
            return False
        top = self.stack[-1]
        return isinstance(top.node, Map) and top.key is None

    def _key(self, event: Any, scalar: Scalar) -> None:
        frame = self.stack[-1]
        assert isinstance(frame.node, Map)
        frame.key, frame.key_mark, frame.skip = scalar.text, scalar.mark, True
        earlier = frame.node.entries.get(scalar.text)
        if scalar.plain and scalar.text == "<<":
            self._error(
                event,
                "merge keys ('<<') are not part of the language",
                "use 'extends' to build on another file",
            )
        elif scalar.null and scalar.text == "":
            self._error(event, "a key is missing before ':'")
        elif earlier:
            self._error(
                event,
                f"duplicate key '{safe(scalar.text)}'",
                f"it stands first on line {earlier.key_mark.line}",
            )
        else:
            frame.skip = False
        if event.anchor:
            self.anchors[event.anchor] = (scalar, 1, 0)

    def _alias(self, event: Any) -> None:
        if any(frame.anchor == event.anchor for frame in self.stack):
            self._stop(event, f"alias '*{safe(event.anchor)}' contains itself")
        if event.anchor not in self.anchors:
            self._stop(
                event,
                f"unknown alias '*{safe(event.anchor)}'",
                "put texts that begin with '*' in quotes",
            )
        node, size, height = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            self._stop(event, f"aliases expand to more than {MOST_ALIASED:,} values")
        if len(self.stack) + height > MOST_DEPTH:
            self._stop(event, f"nested deeper than {MOST_DEPTH} levels")
        if self._wants_key():
            if not isinstance(node, Scalar):
                self._stop(event, "a list or map cannot be a key", "keys are texts")
            mark = self._mark(event)
            self._key(event, Scalar(mark, node.text, node.plain))
            return
        self._finish(node, None, size, height)

    def _finish(self, node: Node, anchor: str | None, size: int, height: int) -> None:
        """Put a complete node into the list or map it stands in."""
        if anchor:
            self.anchors[anchor] = (node, size, height)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.node, Items):
            frame.node.items.append(node)
            return
        assert frame.key is not None
        assert frame.key_mark is not None
        if not frame.skip:
            frame.node.entries[frame.key] = Entry(frame.key_mark, node)
        frame.key = None
