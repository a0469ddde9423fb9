"""Who was served how much where axes share out by a rule, and the proof of it, as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sim.scenario.model import Scenario
from sim.state.record import LevelRow, Record

from .steps import Steps, in_days, joint_spans

DIGITS = 9
"""Decimals of a share, a level or its bound."""


class Served(NamedTuple):
    """The share of its need that plans serve a sink: None where nothing is needed.

    ``mean`` is what is served over the period over what is needed.
    """

    start: float | None
    end: float | None
    least: float | None
    mean: float | None


def served_shares(series: Mapping[tuple[str, str], Steps], sink: str, end: int) -> Served | None:
    """Those of a sink (``axis/place``); None where it shares by no rule."""
    served, demand = (series.get((f"sink:{sink}", f"{what}_kg_per_day"))
                      for what in ("served", "demand"))  # fmt: skip
    if served is None or demand is None:
        return None
    spans = list(joint_spans(end, served, demand))
    shares = [got / need if need else None for *_, (got, need) in spans]
    got, need = (sum((b - a) * of[i] for a, b, of in spans) for i in (0, 1))
    least = min((share for share in shares if share is not None), default=None)
    found = (shares[0], shares[-1], least, got / need if need else None)
    return Served(*(None if share is None else round(share, DIGITS) for share in found))


def document(scenario: Scenario, record: Record) -> dict[str, Any]:
    """By group, at each change: the levels, each with its bound, and the sinks settled by it."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in record.shares:
        levels = [_level(scenario, level) for level in row.levels]
        found[row.group].append({"day": in_days(row.time), "levels": levels})
    return dict(found)


def _level(scenario: Scenario, row: LevelRow) -> dict[str, Any]:
    level, bound = Fraction(row.level), Fraction(row.bound)
    return {
        "of": row.kind,
        "level": round(float(level), DIGITS),
        "bound": round(float(bound), DIGITS),
        "gap": round(float(bound - level), DIGITS),
        "sinks": [
            {
                "axis": sink.axis,
                "place": sink.place,
                "commodity": scenario.axes[sink.axis].commodity,
                "wanted_kg_per_day": sink.wanted_kg_per_day,
                "served_kg_per_day": sink.served_kg_per_day,
                "share": round(sink.served_kg_per_day / sink.wanted_kg_per_day, DIGITS),
            }
            for sink in row.sinks
        ],
    }
