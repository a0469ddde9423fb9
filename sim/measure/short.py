"""Where need was not met: how much of it, for how long, and what stood in its way.

docs/definitions.md gives the formulas.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Literal, NamedTuple

from sim.scenario.model import DAY, Scenario
from sim.state.control import PROFILE
from sim.state.record import PocketRow, Record

from .steps import Steps, credit_levels, in_days, joint_spans

Cause = Literal["cut", "lorries", "roads", "sources", "others", "on_the_way"]
"""What stood in the way of an axis while one of its sinks had nothing.

``cut``: no way was open, to any of its sinks or to this one; ``lorries``, ``roads``, ``sources``:
these bound what it could deliver alone; ``others``: it could have delivered more but for other axes
on the same roads, or with the same lorries; ``on_the_way``: all that was asked was planned, and had
not come yet, or was lost. What was missing for want of roads or sources, of lorries, and because of
others at once is shared out in proportion.
"""

Series = Mapping[tuple[str, str], Steps]
Spans = Sequence[tuple[int, int, int]]
"""From, to and value: see :meth:`~sim.measure.steps.Steps.spans`."""


@dataclass(frozen=True, slots=True)
class Short:
    """A sink at which something was missing; kg * s / day of what was needed.

    ``by`` is what of ``unmet`` fell in the time of each cause; ``events`` those that cost the axis
    capacity then, or cut the sink off, the costliest first.
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
    credits = {key: level.spans(record.end) for key, level in credit_levels(record).items()}
    found = [
        _short(record, series, credits, key)
        for key, spans in record.empty.items()
        if record.unmet[key] and spans
    ]
    return sorted(found, key=lambda s: (-s.unmet, s.axis, s.place))


def _short(
    record: Record, series: Series, credits: Mapping[tuple[str, str], Spans], key: tuple[str, str]
) -> Short:
    axis, place = key
    spans, known = record.empty[key], _causes(series, key, record.end)
    by: Counter[Cause] = Counter()
    cost: Counter[str] = Counter()
    reached: list[tuple[int, int]] = []  # spans in which some way was open
    for since, until in spans:
        for a, b, shut in _parts(record, place, since, until):
            for missing, weights in _within(known, a, b):
                for cause, amount in _parted(missing, {"cut": 1} if shut else weights):
                    by[cause] += amount
                    for event in _shutting(record, shut):
                        cost[event] += amount
            if not shut:
                reached.append((a, b))
    for (event, of), levels in credits.items():
        if of == axis:
            cost[event] += _taken(levels, reached)
    return Short(
        axis, place, record.needed[key], record.unmet[key], record.tallies[key].delivered_kg,
        sum(b - a for a, b in spans), spans[0][0],
        {cause: by[cause] for cause in sorted(by, key=lambda c: (-by[c], c)) if by[cause]},
        tuple(event for event, kg in sorted(cost.items(), key=lambda c: (-c[1], c[0])) if kg),
    )  # fmt: skip


def _parts(
    record: Record, place: str, since: int, until: int
) -> Iterator[tuple[int, int, PocketRow | None]]:
    """The parts of a span, each with the pocket that a place is in meanwhile."""
    rows = [row for row in record.pockets if place in row.pocket.places]
    ends = {t for row in rows for t in (row.time, row.ended) if t is not None and since < t < until}
    for a, b in pairwise([since, *sorted(ends), until]):
        shut = (r for r in rows if r.time <= a and (r.ended is None or b <= r.ended))
        yield a, b, next(shut, None)


def _shutting(record: Record, pocket: PocketRow | None) -> set[str]:
    """The events of the instant at which a pocket formed."""
    if pocket is None:
        return set()
    return {row.cause for row in record.events if row.time == pocket.time and row.cause}


def _taken(levels: Spans, within: Sequence[tuple[int, int]]) -> int:
    """What an event took of an axis in some spans, which stand in order (kg/day * s)."""
    begins = [begin for begin, _ in within]
    lasted = [0, *accumulate(until - since for since, until in within)]

    def before(time: int) -> int:
        """What of the spans is before an instant (s)."""
        after = bisect_right(begins, time)
        return lasted[after] - (max(0, within[after - 1][1] - time) if after else 0)

    return sum((before(until) - before(since)) * -kg for since, until, kg in levels if kg < 0)


class _Caused(NamedTuple):
    """What a sink needs (kg/day) from ``since`` to ``until``, and the weight of each cause."""

    since: int
    until: int
    demand: int
    weights: Mapping[Cause, int]


def _causes(series: Series, key: tuple[str, str], end: int) -> list[_Caused]:
    """Of the whole period, in spans in which nothing of this changes."""
    axis, place = key
    rates = [
        series[f"axis:{axis}", f"{name}_kg_per_day"]
        for name in ("capacity", "deliverable", "asked", "planned")
    ]
    demand = series[f"sink:{axis}/{place}", "demand_kg_per_day"]
    limits = {
        name: series.get((f"axis:{axis}", f"{name}_kg_per_day"))
        for name in ("supply", "without_fleet")
    }
    known = {name: steps for name, steps in limits.items() if steps is not None}
    found = []
    for since, until, values in joint_spans(end, demand, *rates, *known.values()):
        limited = dict(zip(known, values[1 + len(rates) :], strict=True))
        weights = _weights(*values[1 : 1 + len(rates)], **limited)
        found.append(_Caused(since, until, values[0], weights))
    return found


def _within(
    known: Sequence[_Caused], begin: int, close: int
) -> Iterator[tuple[int, Mapping[Cause, int]]]:
    """What was needed from ``begin`` to ``close`` (kg * s / day), and the weight of each cause."""
    first = bisect_right(known, begin, key=lambda span: span.until)
    last = bisect_left(known, close, key=lambda span: span.since)
    for since, until, demand, weights in known[first:last]:
        yield (min(until, close) - max(since, begin)) * demand, weights


def _weights(
    capacity: int, deliverable: int, asked: int, planned: int, supply: int | None = None,
    without_fleet: int = 0,
) -> Mapping[Cause, int]:  # fmt: skip
    """Of what an axis does not plan: what it could not deliver alone, and what others took."""
    if not capacity:
        return {"cut": 1}
    if planned >= asked:
        return {"on_the_way": 1}
    able = min(max(deliverable, planned), asked)
    driven = min(max(without_fleet, able), asked)  # with any number of lorries
    bound: Cause = "sources" if max(deliverable, without_fleet) == supply else "roads"
    return {bound: asked - driven, "lorries": driven - able, "others": able - planned}


def _parted(amount: int, weights: Mapping[Cause, int]) -> Iterator[tuple[Cause, int]]:
    """An amount by weights, whole; what rounding leaves goes to the last."""
    whole, left = sum(weights.values()), amount
    *first, (last, _) = weights.items()
    for cause, weight in first:
        part = amount * weight // whole
        left -= part
        yield cause, part
    yield last, left


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
            "event_texts": {e: text for e in row.events if (text := _text(scenario, e))},
        }
        for row in short(record, series)
    ]


def _text(scenario: Scenario, cause: str) -> str | None:
    """What the scenario says of an event, or how it names a profile."""
    if (event := scenario.events.get(cause)) is not None:
        return event.text
    profile = scenario.profiles.get(cause.removeprefix(PROFILE))
    return None if profile is None else profile.name


def _tonnes(amount: int) -> float:
    """Tonnes of an amount in kg * s / day."""
    return round(amount / DAY / 1000, 3)
