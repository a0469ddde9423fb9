"""The numbers of a figure as CSV, beside the figure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain values; None is an empty cell."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def save_table(table: Table, folder: Path, name: str) -> Path:
    """Write ``name``.csv into ``folder`` (which must exist), floats with nine digits at most."""
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_cell(value) for value in row] for row in table.rows)
    return path


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.9g}" if isinstance(value, float) else value
