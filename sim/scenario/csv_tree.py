"""CSV to a tree of nodes that know where they stand: a table in place of a map of things by id.

A row is a thing and a column a key. Cells stay text, as scalars of YAML do, so that what they mean
and what is wrong with them is found as in a map.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from sim.base.diagnostics import Mark, Report, safe, split_lines

from .keys import has, keys_of, mark_of, parts_of, shape_of, things_in
from .kinds import Reference, Role
from .tree import MOST_NODES, Entry, Map, Node, Scalar, file_text, is_text, read_text

__all__ = ["is_table", "read_table", "tables_of"]

_SUFFIXES = (".csv", ".tsv")
_SEPARATORS = ",;\t|"
_BREAK = r"\r\n|[\n\r\x85\u2028\u2029]"
_SHORT = {"persons": "demand.persons", "each": "demand.each"}
_OF_SPREADSHEETS = {"TRUE": "true", "FALSE": "false"}

_Row = list[Scalar]


class _StopError(Exception):
    """The table cannot be read further; the reason is in the report."""


def tables_of(cls: type) -> dict[str, Any]:
    """The keys of a declared class for which a table may stand, each with its annotation."""
    return {
        key.name: key.hint
        for key in keys_of(cls)
        if shape_of(key.hint) == "map" and has(key.hint, Role.OR_PATH)
    }


def is_table(node: Node) -> bool:
    """True of what names the file of a table, where a map is due."""
    return isinstance(node, Scalar) and node.text.strip().lower().endswith(_SUFFIXES)


def read_table(path: Path, hint: Any, report: Report) -> Map | None:
    """The map by id that a CSV file holds, or None with the reasons in ``report``.

    ``hint`` is the annotation of the map. The header names the columns in any order: ``id``, and
    keys of the thing, a key inside another as a dotted path. An empty cell leaves its key out; one
    in brackets is a list or map of YAML. Faults of all rows and columns are reported together.
    """
    before = len(report.diagnostics)
    file = str(path)
    text = file_text(path, report)
    if text is None:
        return None
    report.sources[file] = split_lines(text)
    if not is_text(text, Mark(file, 1, 1), report):
        return None
    ids = mark_of(parts_of(hint)[0], Reference)
    names = ("id", *(ids.of if ids else ()))
    try:
        rows = _rows(text, file, report)
        header = next(rows, [])
        while header and not header[-1].text:  # as where each line ends with a comma
            header.pop()
        columns = _columns(header, names, next(things_in(hint)), report)
        if not set(names) & columns.keys():
            told = "columns are " + ", ".join(safe(cell.text) for cell in header)
            _stop(
                report,
                header[0].mark if header else Mark(file, 1, 1),
                f"the header has no column {' or '.join(map(repr, names))}",
                told if header else "the table is empty",
            )
        of_id = next(columns.pop(name) for name in names if name in columns)
        table = Map(Mark(file, 1, 1))
        for row in rows:
            _take(row, table, len(header), of_id, columns, report)
        if not table.entries and len(report.diagnostics) == before:
            _stop(report, header[0].mark, "no row below the header holds a thing")
    except _StopError:
        return None
    return table if len(report.diagnostics) == before else None


def _rows(text: str, file: str, report: Report) -> Iterator[_Row]:
    """The rows of CSV that hold anything, each cell with its place. Quotes follow RFC 4180."""
    first = split_lines(text[:100_000])[0]
    separator = max(_SEPARATORS, key=first.count)
    cell = re.compile(
        rf'(?P<lead>[ ]*)(?:"(?P<quoted>(?:[^"]|"")*+)")?'
        rf"(?P<rest>[^{re.escape(separator)}\r\n\x85\u2028\u2029]*)"
        rf"(?P<end>{re.escape(separator)}|{_BREAK}|\Z)"
    )
    row: _Row = []
    at, line, begin, cells = 0, 1, 0, 0
    while at < len(text) or row:
        found = cell.match(text, at)
        assert found is not None  # every part of it may be empty
        lead, quoted, rest, end = found.group("lead", "quoted", "rest", "end")
        start = at + len(lead)
        length = max(1, len(found[0]) - len(lead) - len(end))
        mark = Mark(file, line, start - begin + 1, length)
        cells += 1
        if cells > MOST_NODES:
            _stop(report, mark, f"the table has more than {MOST_NODES:,} cells")
        if quoted is None and rest.startswith('"'):
            _stop(report, mark, "the quote that begins here is never closed", "add the closing one")
        if quoted is not None and rest.strip():
            _stop(report, mark, "text after the closing quote", 'a quote inside is written ""')
        row.append(Scalar(mark, (quoted or "").replace('""', '"').strip() or rest.strip(), True))
        at = found.end()
        for inside in re.finditer(_BREAK, found[0]):
            line, begin = line + 1, found.start() + inside.end()
        if end != separator:
            if any(cell.text for cell in row):
                yield row
            row = []


def _stop(report: Report, mark: Mark, message: str, hint: str | None = None) -> NoReturn:
    report.error(mark, message, hint)
    raise _StopError


def _columns(header: _Row, names: tuple[str, ...], cls: type, report: Report) -> dict[str, int]:
    """The number of each column by its name; faults of the header are reported."""
    keys = {key.name for key in keys_of(cls)}
    short = _SHORT if "demand" in keys else {}
    known = {*names, *keys, *short}
    columns: dict[str, int] = {}
    for number, cell in enumerate(header):
        name = short.get(cell.text, cell.text)
        if not name:
            report.error(cell.mark, "a column without a name", "name it, or take it out")
        elif name in columns or (name in names and set(names) & columns.keys()):
            report.error(cell.mark, f"the column '{safe(cell.text)}' stands twice", "keep one")
        elif cell.text not in known and name.partition(".")[0] not in keys:
            told = report.suggest(cell.text, known) or "known are " + ", ".join(sorted(known))
            report.error(cell.mark, f"unknown column '{safe(cell.text)}'", told)
        else:
            columns[name] = number
    return columns


def _take(
    row: _Row, table: Map, width: int, of_id: int, columns: Mapping[str, int], report: Report
) -> None:
    """Put what a row says into the table, or say what is wrong with it."""
    mark = row[0].mark
    if len(row) < width or any(cell.text for cell in row[width:]):
        report.error(mark, f"{len(row)} cells, not {width} as in the header",
                     "a text with a comma needs quotes" if len(row) > width else None)  # fmt: skip
        return
    name = row[of_id]
    earlier = table.entries.get(name.text)
    if not name.text:
        report.error(name.mark, "the row has no id")
    elif earlier:
        first = f"it stands first on line {earlier.key_mark.line}"
        report.error(name.mark, f"duplicate id '{safe(name.text)}'", first)
    else:
        thing = Map(name.mark)
        for column, number in columns.items():
            if row[number].text:
                _put(thing, column, row[number], report)
        table.entries[name.text] = Entry(name.mark, thing)


def _put(thing: Map, column: str, cell: Scalar, report: Report) -> None:
    """Put a cell into a thing at the dotted path that its column names."""
    *outer, last = column.split(".")
    node = thing
    for key in outer:
        value = node.entries.setdefault(key, Entry(cell.mark, Map(cell.mark))).value
        if not isinstance(value, Map):
            report.error(cell.mark, f"'{safe(key)}' has a cell of its own", "leave one empty")
            return
        node = value
    if last in node.entries:
        report.error(cell.mark, f"'{safe(last)}' has cells of its parts too", "leave them empty")
    else:
        node.entries[last] = Entry(cell.mark, _value(cell, report))


def _value(cell: Scalar, report: Report) -> Node:
    """What a cell holds: a text, or what stands in brackets as YAML has it."""
    mark, text = cell.mark, cell.text
    if (text[0], text[-1]) in (("[", "]"), ("{", "}")):
        node = read_text(text, mark.file, report, line=mark.line, column=mark.column)
        if node is None:
            raise _StopError
        return node
    return Scalar(mark, _OF_SPREADSHEETS.get(text, text), True)
