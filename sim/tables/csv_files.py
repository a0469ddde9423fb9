"""Tables as CSV: UTF-8, a line feed after each row, nothing where there is no value."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_type_hints

from sim.base.errors import FolderError

Row = TypeVar("Row", bound=NamedTuple)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write plain values under their columns; None is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def read_rows(folder: Path, name: str, kind: type[Row]) -> list[Row]:
    """The rows of a file of a run folder, as a named tuple whose fields are columns of the file.

    Its first field, ``time``, is the column ``time_s``.

    Raises:
        FolderError: the file is missing, cannot be read, or lacks a column.
    """
    columns = ("time_s", *kind._fields[1:])
    types = [int if type_ is int else str for type_ in get_type_hints(kind).values()]
    path = folder / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = csv.DictReader(file)
            missing = set(columns) - set(found.fieldnames or ())
            if missing:
                raise ValueError(f"it has no column '{min(missing)}'")
            return [
                kind._make(type_(row[column]) for type_, column in zip(types, columns, strict=True))
                for row in found
            ]
    except FileNotFoundError as error:
        raise FolderError(f"{folder} has no {name}: it is not the folder of a run") from error
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise FolderError(f"{path} cannot be read: {error}") from error
