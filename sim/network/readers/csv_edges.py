"""CSV edges: ``from,to,capacity[,km][,both][,id]``, one road a row.

A row is one-way unless ``both`` is true; an empty or ``inf`` capacity is unlimited.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from operator import eq, methodcaller
from pathlib import Path

from sim.base.diagnostics import did_you_mean

from .table import MOST, Rows, flag

COLUMNS = ("from", "to", "capacity", "km", "both", "id")


def read_csv(file: str, text: str) -> Rows:
    """Rows of a CSV file; the header names the columns in any order."""
    rows = Rows(file, Path(file).stem)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(rows, header)
        rows.report.stop_on_errors()
        at = {name: header.index(name) for name in header}
        if not _take_all(rows, at, text.partition("\n")[2], delimiter):
            for row in reader:
                if any(field.strip() for field in row):
                    _take(rows, at, row, reader.line_num)
    except csv.Error as error:
        rows.error(reader.line_num, f"not CSV: {error}")
    return rows


def _take(rows: Rows, at: Mapping[str, int], row: Sequence[str], line: int) -> None:
    """One row, or what is wrong with it."""
    if len(row) != len(at):
        rows.error(line, f"{len(row)} fields, not {len(at)} as in the header")
        return

    def field(name: str) -> str:
        return row[at[name]].strip() if name in at else ""

    two_way = flag(field("both"))
    if two_way is None:
        rows.error(line, f"both '{field('both')}' is neither true nor false")
    rows.add(
        field("from"),
        field("to"),
        field("capacity") if "capacity" in at else None,
        line=line,
        km=rows.number(line, "km", field("km") or None),
        both=bool(two_way),
        label=field("id") or None,
    )


def _take_all(rows: Rows, at: Mapping[str, int], text: str, delimiter: str) -> bool:
    """All rows at once, column by column; False, and none, where any needs a closer look."""
    text = text.rstrip("\n")
    if not text or '"' in text or "\r" in text:
        return False
    if set(map(methodcaller("count", delimiter), text.split("\n"))) != {len(at) - 1}:
        return False
    fields = text.replace("\n", delimiter).split(delimiter)
    if " " in text or (delimiter != "\t" and "\t" in text):
        fields = [field.strip() for field in fields]
    columns = [fields[i :: len(at)] for i in range(len(at))]
    tails, heads = columns[at["from"]], columns[at["to"]]
    if not all(tails) or not all(heads) or any(map(eq, tails, heads)):
        return False
    count = len(tails)
    flags = {text: flag(text) for text in set(columns[at["both"]])} if "both" in at else {}
    lengths: list[float | None] = [None] * count
    if "km" in at:
        if "_" in "".join(columns[at["km"]]):  # as Python writes numbers
            return False
        try:
            lengths = [float(text) if text else None for text in columns[at["km"]]]
        except ValueError:
            return False
        known = [km for km in lengths if km is not None]
        if not (
            min(known, default=0) >= 0
            and math.isfinite(sum(known))
            and max(known, default=0) <= MOST
        ):
            return False
    if None in flags.values():
        return False
    rows.tails, rows.heads, rows.km = tails, heads, lengths
    rows.capacity = [*columns[at["capacity"]]] if "capacity" in at else [None] * count
    rows.both = [bool(flags[t]) for t in columns[at["both"]]] if flags else [False] * count
    rows.labels = [text or None for text in columns[at["id"]]] if "id" in at else [None] * count
    rows.seconds = [None] * count
    rows.lines = list(range(2, count + 2))
    return True


def _check_header(rows: Rows, header: list[str]) -> None:
    for name in ("from", "to"):
        if name not in header:
            close = did_you_mean(name, header)
            rows.error(
                1, f"the header has no column '{name}'",
                f"columns are {', '.join(COLUMNS)}" + (f"; is it '{close}'?" if close else ""),
            )  # fmt: skip
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            rows.error(1, f"the column '{name}' stands twice")
