"""Where need was not met: how much of it, for how long, and what stood in its way.

docs/definitions.md gives the formulas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

from .steps import Steps, credit_levels, in_days, joint_spans

Cause = Literal["cut", "roads", "sources", "others", "on_the_way"]
"""What stood in the way of an axis while one of its sinks had nothing.

``cut``: no way was open; ``roads``, ``sources``: these bound what it could deliver alone;
``others``: it could have delivered more but for other axes on the same roads; ``on_the_way``: all
that was asked was planned, and had not come yet, or was lost.
"""

Series = Mapping[tuple[str, str], Steps]


@dataclass(frozen=True, slots=True)
class Short:
    """A sink at which something was missing; kg * s / day of what was needed.

    ``by`` is what of ``unmet`` fell in the time of each cause; ``events`` those that cost the axis
    capacity then, the costliest first.
    """

    axis: str
    place: str
    needed: int
    unmet: int
    delivered_kg: int
    seconds: int  # without stock
    first: int  # the first instant without stock (s)
    by: Mapping[Cause, int]
    events: tuple[str, ...]


def short(record: Record, series: Series) -> list[Short]:
    """All sinks at which anything was missing, what lacked most first; ties by axis and place."""
    credits = credit_levels(record)
    found = [
        _short(record, series, credits, key)
        for key, spans in record.empty.items()
        if record.unmet[key] and spans
    ]
    return sorted(found, key=lambda s: (-s.unmet, s.axis, s.place))


def _short(
    record: Record, series: Series, credits: Mapping[tuple[str, str], Steps], key: tuple[str, str]
) -> Short:
    axis, place = key
    spans = record.empty[key]
    by: Counter[Cause] = Counter()
    for seconds, cause, demand in _causes(series, key, spans, record.end):
        by[cause] += seconds * demand
    cost: Counter[str] = Counter()
    for (event, of), level in credits.items():
        if of == axis:
            cost[event] += sum(
                _overlap(a, b, spans) * -kg for a, b, kg in level.spans(record.end) if kg < 0
            )
    return Short(
        axis, place, record.needed[key], record.unmet[key], record.tallies[key].delivered_kg,
        sum(b - a for a, b in spans), spans[0][0],
        {cause: by[cause] for cause in sorted(by, key=lambda c: (-by[c], c)) if by[cause]},
        tuple(event for event, kg in sorted(cost.items(), key=lambda c: (-c[1], c[0])) if kg),
    )  # fmt: skip


def _causes(
    series: Series, key: tuple[str, str], spans: list[tuple[int, int]], end: int
) -> Iterator[tuple[int, Cause, int]]:
    """Seconds without stock, what stood in the way in them, and the demand (kg/day) then."""
    axis, place = key
    rates = [
        series[f"axis:{axis}", f"{name}_kg_per_day"]
        for name in ("capacity", "deliverable", "asked", "planned")
    ]
    demand = series[f"sink:{axis}/{place}", "demand_kg_per_day"]
    supply = series.get((f"axis:{axis}", "supply_kg_per_day"))
    limited = [] if supply is None else [supply]
    for since, until, values in joint_spans(end, demand, *rates, *limited):
        if seconds := _overlap(since, until, spans):
            yield seconds, _cause(*values[1:]), values[0]


def _cause(
    capacity: int, deliverable: int, asked: int, planned: int, supply: int | None = None
) -> Cause:
    if not capacity:
        return "cut"
    if planned < deliverable:
        return "others"
    if deliverable < asked:
        return "sources" if deliverable == supply else "roads"
    return "on_the_way"


def _overlap(since: int, until: int, spans: list[tuple[int, int]]) -> int:
    """Seconds of a stretch in which any of some spans lasts; they do not overlap."""
    return sum(max(0, min(until, b) - max(since, a)) for a, b in spans)


def document(scenario: Scenario, record: Record, series: Series) -> list[dict[str, Any]]:
    """The rows as plain data, as summary.json has them."""
    return [
        {
            "axis": row.axis,
            "place": row.place,
            "commodity": scenario.axes[row.axis].commodity,
            "needed_t": _tonnes(row.needed),
            "arrived_t": round(row.delivered_kg / 1000, 3),
            "unmet_t": _tonnes(row.unmet),
            "unmet_share": round(row.unmet / row.needed, 6),
            "days_without": in_days(row.seconds),
            "since_day": in_days(row.first),
            "cause": next(iter(row.by)),
            "unmet_t_by_cause": {cause: _tonnes(amount) for cause, amount in row.by.items()},
            "events": list(row.events),
        }
        for row in short(record, series)
    ]


def _tonnes(amount: int) -> float:
    """Tonnes of an amount in kg * s / day."""
    return round(amount / DAY / 1000, 3)
