"""Tables as Parquet: columns of one kind each, with unit and meaning as their metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.base.errors import BadInputError

from .schema import Said, TableSaid


def write_parquet(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]], units: Mapping[str, str],
    said: TableSaid | None,
) -> None:  # fmt: skip
    """Write plain values under their columns; the kind of one that is not stated is that of them.

    ``units`` are those of columns that ``said`` does not state.

    Raises:
        BadInputError: pyarrow is not installed.
    """
    arrow = pyarrow()
    kinds = {
        int: arrow.int64(), float: arrow.float64(), str: arrow.string(), bool: arrow.bool_(),
        datetime: arrow.timestamp("ms"),
    }  # fmt: skip
    arrays, fields = [], []
    for i, name in enumerate(columns):
        values = [row[i] for row in rows]
        stated = None if said is None else said.columns.get(name)
        if stated is None:
            stated = Said(_kind(values), "", units.get(name, ""))
        kept = [None if value is None else _as(stated.kind, value) for value in values]
        arrays.append(arrow.array(kept, type=kinds[stated.kind]))
        told = {"unit": stated.unit, "meaning": stated.meaning}
        metadata = {key: text for key, text in told.items() if text}
        fields.append(arrow.field(name, kinds[stated.kind], metadata=metadata or None))
    about = None if said is None else {"about": said.about}
    table = arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, metadata=about))
    arrow.parquet.write_table(table, path)


def _kind(values: Sequence[Any]) -> type:
    """The kind of all values: yes or no, else numbers where they are numbers, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return bool
    return float if kinds <= {int, float} else str


def _as(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else kind(value)


def pyarrow() -> Any:
    """pyarrow. Raises BadInputError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise BadInputError(
            "Parquet files need pyarrow: pip install 'supply-axis[parquet]'"
        ) from None
    return pyarrow
