"""Tidy tables: what is written as CSV, and what Python hands on to pandas and notebooks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.errors import BadInputError
from sim.base.files import whole_file
from sim.base.numbers import short

from .csv_files import write_csv
from .schema import TableSaid
from .table import Table

if TYPE_CHECKING:
    import pandas

MOST_SHOWN = 10
"""Rows that a table shows of itself."""


@dataclass(frozen=True, repr=False)
class DataTable:
    """Columns with units, and rows of plain values: text, numbers, dates; None is empty.

    ``units`` has a unit by column where the column has one; ``formats`` how a column is
    written as CSV where it is not as Python writes it.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    units: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, table: Table) -> DataTable:
        """A table that people read, under the keys of its columns."""
        return cls(name, tuple(column.key for column in table.columns), table.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Any]:
        """The values of one column.

        Raises:
            BadInputError: there is none of that name.
        """
        if name not in self.columns:
            raise BadInputError(f"no column '{name}'; the columns: {', '.join(self.columns)}")
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def to_frame(self) -> pandas.DataFrame:
        """The table as a frame of pandas, its units in ``attrs["units"]``.

        Raises:
            BadInputError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise BadInputError("to_frame needs pandas: pip install pandas") from None
        frame = pandas.DataFrame([tuple(row) for row in self.rows], columns=list(self.columns))
        frame.attrs["units"] = dict(self.units)
        return frame

    def write_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write it, whole or not at all, and return where.

        Raises:
            FolderError: it cannot be written there.
            FullDiskError: there is no room for it.
        """
        target = Path(path)
        with whole_file(target) as partial:
            write_csv(partial, self.columns, self._cells())
        return target

    def _cells(self) -> Iterator[list[Any]]:
        """The rows as they are written: dates as ISO 8601 has them, columns in their formats."""
        formed = [(n, self.formats.get(column, "")) for n, column in enumerate(self.columns)]
        formed = [(n, form) for n, form in formed if form]
        for row in self.rows:
            cells = [v.isoformat() if v.__class__ is datetime else v for v in row]
            for n, form in formed:
                if cells[n] is not None:
                    cells[n] = format(cells[n], form)
            yield cells

    def write_parquet(self, path: str | os.PathLike[str], said: TableSaid | None = None) -> Path:
        """Write it as Parquet, whole or not at all, and return where.

        Columns carry their ``unit`` and ``meaning`` as metadata, of those that ``said`` states.

        Raises:
            BadInputError: pyarrow is not installed.
            FolderError: it cannot be written there.
            FullDiskError: there is no room for it.
        """
        from .parquet import write_parquet

        target = Path(path)
        with whole_file(target) as partial:
            write_parquet(partial, self.columns, self.rows, self.units, said)
        return target

    def __repr__(self) -> str:
        shown = [self._heads(), *self._shown()]
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in shown]
        return "\n".join([f"{self.name}: {len(self.rows)} rows", *lines, *self._more()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(head)}</th>" for head in self._heads())
        cells = ("".join(f"<td>{escape(text)}</td>" for text in row) for row in self._shown())
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        caption = f"<caption>{escape(self.name)}: {len(self.rows)} rows</caption>"
        more = "".join(f"<p>{escape(line)}</p>" for line in self._more())
        return f"<table>{caption}<tr>{head}</tr>{body}</table>{more}"

    def _heads(self) -> list[str]:
        """Columns by their names, and their units where the names do not end in them."""
        units = [self.units.get(column, "") for column in self.columns]
        return [
            name if name.endswith((unit, unit.replace("/", "_per_"))) else f"{name} ({unit})"
            for name, unit in zip(self.columns, units, strict=True)
        ]

    def _shown(self) -> list[list[str]]:
        return [[_said(value) for value in row] for row in self.rows[:MOST_SHOWN]]

    def _more(self) -> list[str]:
        more = len(self.rows) - MOST_SHOWN
        return [f"... and {more} more"] if more > 0 else []


def _said(value: Any) -> str:
    """A value as it is shown: dates without a midnight, numbers to six digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    return short(f"{value:.6g}" if isinstance(value, float) else str(value), 60)
