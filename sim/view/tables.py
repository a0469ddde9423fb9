"""The numbers of a figure, as CSV beside the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.tables.csv_files import write_csv

from .data import WHOLE, Curve, Holders


@dataclass(frozen=True, slots=True)
class Numbers:
    """Columns and rows of plain values; None is an empty cell."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


Row = tuple[object, ...]


def curve_rows(name: str, unit: str, curve: Curve | None) -> list[Row]:
    """Rows (name, unit, time, value, None) of a curve: from each time on, or at it."""
    if curve is None:
        return []
    return [(name, unit, t, v, None) for t, v in zip(curve.times, curve.values, strict=True)]


def held_words(holders: Holders) -> str:
    """Who holds a place, with shares of 1: "red=0.75;blue=0.25"."""
    return ";".join(f"{actor}={share / WHOLE:g}" for actor, share in holders)


def write_numbers(table: Numbers, path: Path) -> None:
    """Write the table to a file, floats with nine digits at most."""
    write_csv(path, table.columns, ([_cell(value) for value in row] for row in table.rows))


def _cell(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value
