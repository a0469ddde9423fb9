"""CSV edges: ``from,to,capacity[,km][,both][,id]``, one road a row, and CSV in general.

A row is one-way unless ``both`` is true; an ``inf`` capacity is unlimited.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from .columns import plain
from .options import Reading
from .rows import Rows


def read_csv(file: str, text: str, options: Reading) -> Rows:
    """Rows of a CSV file; the header names the columns in any order."""
    rows = Rows(file, Path(file).stem, options)
    table, lines = records(rows, text)
    if not rows.report.diagnostics:
        rows.take(table, lines, both=False)
    return rows


def records(
    rows: Rows, text: str, least: int | None = None
) -> tuple[dict[str, Sequence[str]], list[int]]:
    """The columns of CSV by their names as in the header, and the line of each row.

    Empty rows are left out; a row of another width, or a name that stands twice, is reported. The
    last fields of a row may lack where it has at ``least`` so many.
    """
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(
        text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=delimiter != "\t"
    )
    try:
        header = [name.strip().lstrip("#").strip() for name in next(reader, [])]
        begin = reader.line_num + 1
        found = list(reader)
        lines = list(range(begin, begin + len(found)))
        if reader.line_num - begin + 1 != len(found):  # a field holds line breaks
            reader = csv.reader(
                text.splitlines(keepends=True), delimiter=delimiter,
                skipinitialspace=delimiter != "\t",
            )  # fmt: skip
            lines = [reader.line_num for _ in islice(reader, 1, None)]
    except csv.Error as error:
        rows.error(reader.line_num, f"not CSV: {error}")
        return {}, []
    while header and not header[-1]:  # as where each line ends with a comma
        header.pop()
    _check_header(rows, header)
    width = len(header)
    if set(map(len, found)) - {width} or any(map(_empty, found)):
        found, lines = _even(rows, found, lines, width, width if least is None else least)
    columns: list[Sequence[str]] = list(zip(*found, strict=True)) or [()] * width
    if text.count(" ") or (delimiter != "\t" and "\t" in text):
        columns = [[field.strip() for field in column] for column in columns]
    return dict(zip(header, columns, strict=True)), lines


def _empty(row: Sequence[str]) -> bool:
    return not any(field.strip() for field in row)


def _even(
    rows: Rows, found: list[list[str]], lines: list[int], width: int, least: int
) -> tuple[list[list[str]], list[int]]:
    """The rows that hold anything, all of one width."""
    kept = []
    for row, line in zip(found, lines, strict=True):
        if _empty(row):
            continue
        if len(row) < least or not _empty(row[width:]):
            rows.error(line, f"{len(row)} fields, not {width} as in the header")
        else:
            kept.append(([*row, *[""] * (width - len(row))][:width], line))
    return [row for row, _ in kept], [line for _, line in kept]


def _check_header(rows: Rows, header: Sequence[str]) -> None:
    names = [plain(name) for name in header]
    for name in dict.fromkeys(names):
        if names.count(name) > 1 and name:
            rows.error(1, f"the column '{name}' stands twice")
