"""CSV edges: ``from,to,capacity[,km][,both][,id]``, one road a row.

A row is one-way unless ``both`` is true; an empty or ``inf`` capacity is unlimited.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sim.scenario.diagnostics import did_you_mean

from .table import Rows, flag

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
        tail, head, capacity = at["from"], at["to"], at.get("capacity")
        km, both, label = at.get("km"), at.get("both"), at.get("id")
        for row in reader:
            if not any(row):
                continue
            line = reader.line_num
            if len(row) != len(header):
                rows.error(line, f"{len(row)} fields, not {len(header)} as in the header")
                continue
            two_way = False if both is None else flag(row[both])
            if two_way is None:
                rows.error(line, f"both '{row[both or 0]}' is neither true nor false")
            length = None
            if km is not None and row[km].strip():
                length = rows.number(line, "km", row[km])
            rows.add(
                row[tail].strip(),
                row[head].strip(),
                None if capacity is None else row[capacity].strip(),
                line=line,
                km=length,
                both=bool(two_way),
                label=(row[label].strip() or None) if label is not None else None,
            )
    except csv.Error as error:
        rows.error(reader.line_num, f"not CSV: {error}")
    return rows


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
