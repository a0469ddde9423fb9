"""What a table says: columns with their heads, and rows of cells whose types say how to write them.

The terminal (:mod:`sim.tables.terminal`), pages (:mod:`sim.page.tables`) and CSV
(:func:`sim.tables.csv_files.write_table`) write the same table; each picks the columns that it
has room for by their keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sim.base.numbers import number, percent, signed, whole

__all__ = [
    "Cell", "Code", "Column", "Day", "Gap", "Id", "Ids", "Name", "Range", "Share", "Table",
    "Whole", "day", "said",
]  # fmt: skip


class Id(str):
    """The id of a thing of the scenario; a page says its name."""

    __slots__ = ()


class Ids(tuple[str, ...]):
    """The ids of several things."""

    __slots__ = ()


class Name(str):
    """A name or a sentence of the user's."""

    __slots__ = ()


class Code(str):
    """A path of the scenario or of a measure, or an id that is meant as such."""

    __slots__ = ()


class Whole(float):
    """A rate or a stock: whole numbers from 10 on."""

    __slots__ = ()


class Share(float):
    """A share of 1, written in percent."""

    __slots__ = ()


class Gap(float):
    """A difference, written with its sign."""

    __slots__ = ()


class Day(float):
    """A time in days from the start, written as a date; infinite where it never came."""

    __slots__ = ()


class Range(NamedTuple):
    """From ``low`` to ``high``, such as an interval; both None where it is not known."""

    low: float | None
    high: float | None


Cell = str | Ids | float | Range | None
"""What a table holds; None is a dash for people and nothing in CSV."""


def day(days: float | None) -> Day:
    """A time among runs: one that did not come is later than any."""
    return Day(math.inf if days is None else days)


def said(cell: Cell, date: Callable[[float], str]) -> str:
    """The cell as text; ``date`` writes days from the start as a date."""
    match cell:
        case None:
            return "-"
        case Range(low, high):
            ends = [said(low, date), said(high, date)]
            return ends[0] if ends[0] == ends[1] and not isinstance(low, Gap) else " to ".join(ends)
        case Ids():
            return ", ".join(cell)
        case str():
            return cell
        case Day():
            return date(cell) if math.isfinite(cell) else "never"
        case Share():
            return percent(cell)
        case Gap():
            return signed(cell)
        case Whole():
            return whole(cell)
    return number(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``key`` by which writers pick it, ``head`` with the unit; numbers stand right."""

    key: str
    head: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Each row has a cell for each column; ``start`` is the date of day 0, where there is one."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    start: datetime | None = None

    def __getitem__(self, key: str) -> list[Cell]:
        """The cells of one column. Raises KeyError where there is none."""
        at = {column.key: i for i, column in enumerate(self.columns)}[key]
        return [row[at] for row in self.rows]

    def pick(self, *keys: str) -> Table:
        """The columns of these keys, in this order."""
        known = {column.key: column for column in self.columns}
        rows = list(zip(*(self[key] for key in keys), strict=True))
        return replace(self, columns=[known[key] for key in keys], rows=rows)

    def put(self, column: Column, cells: Iterable[Cell]) -> Table:
        """With one more column, or with other cells in the one of that key."""
        kept = [i for i, old in enumerate(self.columns) if old.key != column.key]
        rows = [[*(row[i] for i in kept), cell] for row, cell in zip(self.rows, cells, strict=True)]
        return replace(self, columns=[*(self.columns[i] for i in kept), column], rows=rows)
