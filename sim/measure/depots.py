"""What axes shipped from the stocks of depots, and how long these had nothing to ship."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.state.record import Record

from .steps import Steps, in_days


def shipped(
    record: Record, series: Mapping[tuple[str, str], Steps]
) -> Iterator[tuple[str, float | None, str]]:
    """Each measure's path, value and unit, of sources that ship from a stock."""
    for (axis, place), kg in record.shipped.items():
        steps = series[f"source:{axis}/{place}", "dry"]
        dry = [(since, until) for since, until, is_dry in steps.spans(record.end) if is_dry]
        path = f"axes.{axis}.sources.{place}"
        yield f"{path}.shipped", round(kg / 1000, 3), "t"
        yield f"{path}.time_of_dry", in_days(dry[0][0]) if dry else None, "day"
        yield f"{path}.days_dry", in_days(sum(until - since for since, until in dry)), "day"
