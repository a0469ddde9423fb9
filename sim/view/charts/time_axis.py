"""The axis of dates or days that all charts over time share.

Times are seconds from the start of the run; charts use them as their x coordinate.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from matplotlib.axes import Axes

from sim.scenario.model import DAY
from sim.view.data import Span
from sim.view.look import RULE

YEAR, SHORT = 366 * DAY, 5 * DAY
"""Spans longer than which a date needs its year, and not longer than which its hour."""

MOST_TICKS, ROOM = 11, 52.0
"""Ticks of an axis at most, and pixels that the name of one needs."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (3600, 3 * 3600, 6 * 3600, 12 * 3600, *(d * DAY for d in (1, 2, 5, 10, 20, 50)))
_MONTHS = (
    *((1, days) for days in ((1, 6, 11, 16, 21, 26), (1, 11, 21), (1, 15))),
    *((step, (1,)) for step in (1, 2, 3, 6, 12, 24, 60, 120)),
)
"""Every so many months, and the days of a month that may have a tick."""


def ticks(span: Span, most: int = MOST_TICKS) -> list[tuple[int, str]]:
    """At most so many round times and what to write at them.

    Days counted from 0 where the run has no date; else days, the 1st and 15th, or months,
    with the year at the first tick and wherever it changes.
    """
    if span.start is None:
        step = next((s for s in _STEPS if span.end / s < most), None)
        if step is None:
            step = 100 * DAY
            while span.end / step >= most:
                step *= 2
        times = range(0, span.end + 1, step)
        return [(t, _day_name(t, step)) for t in times]
    return _dated(_dates(span.start, span.end, most), span.start)


def _day_name(t: int, step: int) -> str:
    return f"{t / 3600:g} h" if step % DAY else f"day {t // DAY}"


def _dates(start: datetime, end: int, most: int) -> list[datetime]:
    """Round dates in the span, of the finest step that gives few enough."""
    last = start + timedelta(seconds=end)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for step in _STEPS[:5]:
        count = int((last - midnight).total_seconds()) // step
        every = [midnight + timedelta(seconds=k * step) for k in range(count + 1)]
        if end / step < most - 1:
            return [d for d in every if start <= d <= last]
    for step, days in _MONTHS:
        months = _months(start, last, step)
        every = [datetime(y, m, d, tzinfo=start.tzinfo) for y, m in months for d in days]
        found = [d for d in every if start <= d <= last]
        if len(found) <= most:
            return found
    return [start, last]


def _months(start: datetime, last: datetime, step: int) -> list[tuple[int, int]]:
    first, final = start.year * 12 + start.month - 1, last.year * 12 + last.month - 1
    return [(n // 12, n % 12 + 1) for n in range(first - first % step, final + 1, step)]


def _dated(dates: list[datetime], start: datetime) -> list[tuple[int, str]]:
    named = []
    year = None
    for d in dates:
        text = date_name(d, year=False)
        if d.hour or d.minute:
            text = f"{d:%H:%M}"
        elif d.year != year:
            text, year = f"{text}\n{d.year}", d.year
        named.append((int((d - start).total_seconds()), text))
    return named


def date_name(d: datetime, year: bool = True) -> str:
    """A date as "4 Sep 2016", whatever the language of the machine."""
    month = MONTHS[d.month - 1]
    return f"{d.day} {month} {d.year}" if year else f"{d.day} {month}"


def moment(t: int, span: Span) -> str:
    """A time as words: "4 Sep" or "day 97"; with the year or the hour where the span needs it."""
    if span.start is None:
        return f"day {t / DAY:.1f}".removesuffix(".0")
    date = span.start + timedelta(seconds=t)
    hour = f" {date:%H:%M}" if span.end <= SHORT and (date.hour or date.minute) else ""
    return date_name(date, year=span.end > YEAR) + hour


def set_times(axes: Axes, span: Span, named: bool) -> None:
    """Gives axes the span's ticks and a faint grid; names them where ``named``.

    On narrow axes there are as few ticks as their names have room for.
    """
    marks = ticks(span, min(MOST_TICKS, max(3, int(axes.bbox.width / ROOM))))
    axes.set_xlim(0, max(span.end, 1))
    axes.set_xticks([t for t, _ in marks], [text if named else "" for _, text in marks])
    axes.tick_params(axis="x", length=4 if named else 0)
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
