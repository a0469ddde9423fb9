"""Step functions of time, as the series of a run are."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sim.scenario.model import DAY
from sim.state.record import Record, SeriesRow

DIGITS = 6
"""Decimals of a measure in days: enough to tell one second from the next."""


_STEPS = {"t": 1e-3, "t/day": 1e-3, "day": 10.0**-DIGITS, "km": 1e-3, "h": 1e-2}


def step_of(unit: str) -> float:
    """The last digit of measures in a unit: a kilogram of those in tonnes; 1e-9 of what has none.

    Values less than half of it apart are equal.
    """
    return _STEPS.get(unit, 1e-9)


def is_time(path: str) -> bool:
    """True for measures that say when something came, if it came."""
    *stem, last = path.split(".")
    if stem[0:1] == ["decisions"]:
        return last == "time"
    return last.startswith("time_of_") or stem[-1:] in (["time_taken_by"], ["time_lost_by"])


MEAN, RESTRICTED_MEAN = "mean", "restricted mean"
"""What of a measure is compared between ensembles, see :func:`compared`."""


def compared(path: str) -> str:
    """What of a measure is compared between ensembles: its mean, of a time its restricted mean.

    A time that may not come is restricted to the period (Irwin 1949; Royston and Parmar 2013): the
    days of the period without it, which are all of them in a run in which it did not come.
    """
    return RESTRICTED_MEAN if is_time(path) else MEAN


def in_days(seconds: float | None) -> float | None:
    """A time or a duration as measures state it; None stays None."""
    if seconds is None:
        return None
    return round(seconds / DAY, DIGITS) if seconds % DAY else seconds / DAY  # most are whole


class Steps:
    """A step function of time: its ``times`` (s), which rise, and the value from each on."""

    def __init__(self, times: list[int], values: list[int]) -> None:
        self.times, self.values = times, values

    def at(self, time: int) -> int | None:
        """The value in force at ``time`` (seconds), None before the first."""
        i = bisect_right(self.times, time) - 1
        return self.values[i] if i >= 0 else None

    def spans(self, end: int) -> list[tuple[int, int, int]]:
        """(from, to, value) over the whole period."""
        ends = [*self.times[1:], end]
        return [
            (a, b, v) for a, b, v in zip(self.times, ends, self.values, strict=True) if b > a
        ] + ([(end, end, self.values[-1])] if self.times and self.times[-1] == end else [])

    def mean(self, end: int) -> float:
        """Average over the period, weighted by time."""
        spans = self.spans(end)
        total = sum(b - a for a, b, _ in spans)
        return sum((b - a) * v for a, b, v in spans) / total if total else float(self.values[-1])


def credit_levels(record: Record) -> dict[tuple[str, str], Steps]:
    """What each event changes of the capacity of each axis (kg/day), by (event, axis)."""
    return series_by_key(
        SeriesRow(time, event, axis, kg) for time, axis, event, kg in record.credits
    )


def joint_spans(end: int, *series: Steps) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """(from, to, the value of each) over the whole period, at each change of any of them.

    Each series begins at 0. The last instant is a span of no length where something changes then.
    """
    times = sorted({t for steps in series for t in steps.times if t <= end})
    for since, until in zip(times, [*times[1:], end], strict=True):
        yield since, until, tuple([steps.at(since) or 0 for steps in series])


def series_by_key(rows: Iterable[SeriesRow]) -> dict[tuple[str, str], Steps]:
    """Every series by (subject, measure), in the order in which they begin."""
    found: dict[tuple[str, str], Steps] = defaultdict(lambda: Steps([], []))
    for time, subject, measure, value in sorted(rows):
        steps = found[subject, measure]
        steps.times.append(time)
        steps.values.append(value)
    return dict(found)


def series_of(record: Record) -> dict[tuple[str, str], Steps]:
    """As :func:`series_by_key`, those of a run, without rows of what is sampled."""
    found = series_by_key(record.noted)
    times = record.times
    for key, values in record.sampled.items():
        noted = found[key]  # that of the start, and those between
        both = noted.times + times, noted.values + list(values)
        if len(noted.times) > 1:
            pairs = sorted(zip(*both, strict=True))
            both = [time for time, _ in pairs], [value for _, value in pairs]
        found[key] = Steps(*both)
    return found


def in_tonnes(kg: float) -> float:
    """Kilograms as tonnes, to the kilogram."""
    return round(kg / 1000, 3) if isinstance(kg, float) else kg / 1000  # whole kg stay as they are


def begin_of_last_cut(capacity: Steps, end: int) -> int | None:
    """Start of the last unbroken time without capacity, where it lasts to the end."""
    start = None
    for a, _, value in capacity.spans(end):
        if value:
            start = None
        elif start is None:
            start = a
    return start


def path_of(subject: str, measure: str) -> str:
    """What a measure that changes in time is called: ``axes.<axis>.capacity`` and the like."""
    kind, _, name = subject.partition(":")
    if kind == "links":
        return f"links.{name.replace('/', '.')}"
    if kind in ("actor", "garrison"):
        return f"{kind}s.{name.replace('/', '.')}.{measure.removesuffix('_persons')}"
    stem = measure.removesuffix("_kg_per_day").removesuffix("_kg")
    if kind in ("sink", "source"):
        axis, place = name.split("/")
        return f"axes.{axis}.{kind}s.{place}.{stem}"
    return f"{'axes' if kind == 'axis' else 'operations'}.{name}.{stem}"
