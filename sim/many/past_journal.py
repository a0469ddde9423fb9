"""Journals of version 0.1.0: one line of JSON a replicate, read and no longer written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def past_rows(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, str]] | None]:
    """The rows with the units that each is the first to have; None for a line that is no row.

    A torn last line is left out.
    """
    known: set[str] = set()
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            row = _parse(line)
            units = {} if row is None else row.pop("units", {})
            if row is None or not row["measures"].keys() <= known | units.keys():
                yield None
                continue
            known |= units.keys()
            yield row, units


def _parse(line: bytes) -> dict[str, Any] | None:
    """A row, or None of what is none."""
    try:
        row = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    replicate = row.get("replicate") if isinstance(row, dict) else None
    if type(replicate) is not int or not 0 <= replicate < 1 << 32:
        return None
    measures, units = row.get("measures"), row.get("units", {})
    whole = (
        isinstance(measures, dict)
        and isinstance(units, dict)
        and isinstance(row.get("claims"), dict)
        and all(isinstance(value, int | float | None) for value in measures.values())
        and all(isinstance(unit, str) for unit in units.values())
    )
    return row if whole else None


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
