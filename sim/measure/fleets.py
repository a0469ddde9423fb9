"""What fleets do: the lorries that plans take, and what one more would bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sim.state.record import FleetRow, Record

from .steps import in_days

DIGITS = 3
"""Decimals of lorries and hours."""


def measures(record: Record) -> Iterator[tuple[str, float, str]]:
    """Those of each fleet: path, value, unit."""
    for fleet, rows in _by_fleet(record).items():
        used = [_lorries(row) for row in rows]
        more = [row.more_kg_per_day / 1000 for row in rows]
        for name, values, unit in (("lorries_used", used, "lorries"),
                                   ("one_more_lorry", more, "t/day")):  # fmt: skip
            found = {"start": values[0], "end": values[-1], "most": max(values)}
            yield from ((f"{fleet}.{name}_{at}", of, unit) for at, of in found.items())
        yield f"{fleet}.lorries", rows[-1].lorries, "lorries"


def document(record: Record) -> dict[str, list[dict[str, Any]]]:
    """By fleet, at each change: lorries and hours used, what one more brings, plans and bounds."""
    return {
        fleet: [
            {
                "day": in_days(row.time),
                "lorries": row.lorries,
                "lorries_used": _lorries(row),
                "lorry_hours": round(row.lorries * row.seconds / 3600, DIGITS),
                "lorry_hours_used": round(row.used / 3600, DIGITS),
                "one_more_lorry_t_per_day": row.more_kg_per_day / 1000,
                "axes": [
                    {
                        "axis": axis.axis,
                        "planned_kg_per_day": axis.planned_kg_per_day,
                        "bound_kg_per_day": round(float(Fraction(axis.bound)), DIGITS),
                        "gap_kg_per_day": round(
                            float(Fraction(axis.bound) - axis.planned_kg_per_day), DIGITS
                        ),
                    }
                    for axis in row.axes
                ],
            }
            for row in rows
        ]
        for fleet, rows in _by_fleet(record).items()
    }


def _by_fleet(record: Record) -> dict[str, list[FleetRow]]:
    found: dict[str, list[FleetRow]] = defaultdict(list)
    for row in record.fleets:
        found[row.fleet].append(row)
    return dict(sorted(found.items()))


def _lorries(row: FleetRow) -> float:
    """Lorries that what is planned takes, parts of them too."""
    return round(row.used / row.seconds, DIGITS) if row.seconds else 0.0
