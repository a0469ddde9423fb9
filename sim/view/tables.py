"""The numbers of a figure as CSV, beside the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.tables.csv_files import write_csv


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain values; None is an empty cell."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def save_table(table: Table, folder: Path, name: str) -> Path:
    """Write ``name``.csv into ``folder`` (which must exist), floats with nine digits at most."""
    path = folder / f"{name}.csv"
    write_csv(path, table.columns, ([_cell(value) for value in row] for row in table.rows))
    return path


def _cell(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value
