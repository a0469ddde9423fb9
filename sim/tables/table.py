"""What a table says: columns, each of a kind that tells how its cells are written, and rows.

The terminal (:mod:`sim.tables.terminal`), pages (:mod:`sim.page.tables`) and CSV
(:class:`sim.tables.data.DataTable`) write the same table; each picks the columns that it
has room for by their keys. Rows hold plain values. Where a column has not one kind, as one of
numbers and times, a cell is of a kind of its own: ``Day(3.5)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sim.base.numbers import number, percent, signed, whole


class Id(str):
    """The id of a thing of the scenario; a page says its name."""


class Ids(tuple[str, ...]):
    """The ids of several things."""


class UserText(str):
    """A name or a sentence of the user's."""


class Code(str):
    """A path of the scenario or of a measure, or an id that is meant as such."""


class Unit(str):
    """A unit; that of a pure number, 1, is not said."""


class Whole(float):
    """A rate or a stock: whole numbers from 10 on."""


class Percent(float):
    """A share of 1, written in percent."""


class Points(float):
    """A score, with three decimals."""


class Gap(float):
    """A difference, written with its sign."""


class Day(float):
    """A time in days from the start, written as a date."""


class Never(float):
    """A time that did not come, with the days that it counts as."""


class Range(NamedTuple):
    """From ``low`` to ``high``, such as an interval."""

    low: float
    high: float


def day(days: float | None) -> Day | Never:
    """A time among runs: one that did not come is later than any."""
    return Never(math.inf) if days is None else Day(days)


def said(cell: object, date: Callable[[float], str]) -> str:
    """The cell as text; ``date`` writes days from the start as a date."""
    match cell:
        case None:
            return "-"
        case Range(low, high):
            return f"{said(low, date)} to {said(high, date)}"
        case Ids():
            return ", ".join(cell)
        case Unit():
            return "" if cell == "1" else cell
        case Day():
            return date(cell)
        case Never():
            return "never"
        case Percent():
            return percent(cell)
        case Points():
            return f"{cell:.3f}"
        case Gap():
            return signed(cell)
        case Whole():
            return whole(cell)
        case int() | float():
            return number(cell)
    return str(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``key`` by which writers pick it, ``head`` with the unit, ``kind`` of its cells."""

    key: str
    head: str
    kind: type = float

    @property
    def numeric(self) -> bool:
        """True for one of numbers, which stand to the right."""
        return issubclass(self.kind, float) and self.kind is not Day

    def cell(self, value: object) -> object:
        """A value of the column as a cell of its kind; one of another kind stays as it is."""
        plain = (int, float) if issubclass(self.kind, float) else (str, list)
        return self.kind(value) if type(value) in plain else value


@dataclass(frozen=True, slots=True)
class Table:
    """Each row has a value for each column; ``start`` is the date of day 0, where there is one."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    start: datetime | None = None

    @property
    def cells(self) -> list[list[object]]:
        """The rows, each value as a cell of its column's kind."""
        return [
            [column.cell(value) for column, value in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def __getitem__(self, key: str) -> list[Any]:
        """The values of one column. Raises KeyError where there is none."""
        at = {column.key: i for i, column in enumerate(self.columns)}[key]
        return [row[at] for row in self.rows]

    def pick(self, *keys: str) -> Table:
        """The columns of these keys, in this order."""
        at = {column.key: i for i, column in enumerate(self.columns)}
        chosen = [at[key] for key in keys]
        rows = [[row[i] for i in chosen] for row in self.rows]
        return replace(self, columns=[self.columns[i] for i in chosen], rows=rows)

    def without(self, *keys: str) -> Table:
        """All columns but these."""
        return self.pick(*(column.key for column in self.columns if column.key not in keys))

    def ranged(self) -> Table:
        """With a column of intervals at 95 %, from those of their ends, ``low`` and ``high``."""
        ends = zip(self["low"], self["high"], strict=True)
        ranges = [None if low is None else Range(low, high) for low, high in ends]
        return self.put(Column("interval", "95 % interval"), ranges)

    def put(self, column: Column, values: Iterable[object]) -> Table:
        """With one more column at the end."""
        rows = [[*row, value] for row, value in zip(self.rows, values, strict=True)]
        return replace(self, columns=[*self.columns, column], rows=rows)
