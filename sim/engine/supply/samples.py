"""Stocks and deliveries at the sampling times, worked out at the end from how they ran.

Between two changes a stock falls in a straight line, and its convoys come as they left, at a
steady rate (:mod:`~sim.engine.supply.streams`). So of a sink a span is kept for each change, and
thousands of samples between two of them cost nothing until they are written.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.network import UNLIMITED
from sim.scenario.model import DAY

from .stock import Stock
from .streams import LoadedStream, Stream

Numbers = NDArray[Any]
"""Whole numbers: of 64 bits, or of any size where these might not do."""


class Span(NamedTuple):
    """How a stock ran at the samples from ``first`` on, the one numbered ``upto`` left out."""

    first: int
    upto: int
    level: int  # at ``since``, kg * s / day
    rate: int  # that is eaten, kg/day
    since: int  # s
    delivered_kg: int  # by then


class Coming(NamedTuple):
    """A stream in a span, of which ``come`` convoys had arrived by its beginning."""

    span: int
    credit: int  # built up ``since`` (s), kg * s / day
    rate: int  # kg/day
    since: int
    way: int  # s
    load: int  # kg * s / day
    come: int
    most: int  # convoys of it that ever leave, as far as is known


class Course:
    """How a sink ran, from the first sampling time after the start to the end of the period.

    Samples are numbered from 0, that of the start, which the run writes itself. ``unseen`` is the
    first sampling time (s) that no span tells of yet.
    """

    def __init__(self, every: int, end: int) -> None:
        self.every, self.end = every, end
        self.spans: list[Span] = []
        self.coming: list[Coming] = []
        self.loaded: list[tuple[int, LoadedStream, int]] = []
        self.unseen = min(every, end)
        self._number = 1
        self._widest = 0  # streams at once

    def keep(self, now: int, stock: Stock, delivered_kg: int, streams: Sequence[Stream]) -> None:
        """Keep how it ran up to ``now`` (s), that instant left out, before anything changes."""
        first, last = self._number, -(-self.end // self.every)
        upto = last + 1 if now > self.end else min((now - 1) // self.every + 1, last)
        self._number, self.unseen = upto, min(upto * self.every, self.end)
        span, self._widest = len(self.spans), max(self._widest, len(streams))
        self.spans.append(Span(first, upto, *stock.line, delivered_kg))
        for s in streams:
            if isinstance(s, LoadedStream):
                self.loaded.append((span, s, s.come))
            else:
                most = UNLIMITED if s.sent is None else s.sent
                way, route = s.route.seconds, s.route
                self.coming.append(
                    Coming(span, s.credit, route.rate, s.since, way, s.load, s.come, most)
                )

    def kind(self) -> type:
        """What holds the greatest numbers that may come up: 64 bits where these will do."""
        stock = max((s.level + s.rate * self.end for s in self.spans), default=0)
        came = max((s.credit + s.rate * self.end for s in self.coming), default=0)
        return np.int64 if stock + came * self._widest < UNLIMITED else object


Samples = tuple[Sequence[int], Sequence[int]]
"""What is in stock, and what was delivered by then (kg), at each sample but the first."""


def samples(courses: Sequence[Course]) -> list[Samples]:
    """Those of sinks that are sampled at the same times, when their courses are kept to the end."""
    alike: dict[type, list[Course]] = {}
    for course in courses:
        alike.setdefault(course.kind(), []).append(course)
    found: dict[Course, Samples] = {}
    for kind, some in alike.items():
        found.update(zip(some, _samples(some, kind), strict=True))
    return [found[course] for course in courses]


def _samples(courses: Sequence[Course], kind: type) -> Iterator[Samples]:
    """As :func:`samples`, all at once: those of the first sink, then those of the second."""
    every, end = courses[0].every, courses[0].end
    spans = _table((course.spans for course in courses), Span, kind)
    first, upto, level, rate, since, delivered = spans.T
    count = (upto - first).astype(np.int64)
    whose = np.repeat(np.arange(len(count)), count)
    once = np.minimum(np.arange(1, -(-end // every) + 1) * every, end)
    times = np.tile(once, len(courses))
    came, came_kg = _arrived(courses, count, times, kind)
    stock = level[whose] + came - rate[whose] * (times - since[whose])
    both = np.maximum(stock, 0) // DAY, delivered[whose] + came_kg
    for n in range(0, len(times), len(once)):
        stock_kg, delivered_kg = (_whole(of[n : n + len(once)]) for of in both)
        yield stock_kg, delivered_kg


def _arrived(
    courses: Sequence[Course], count: Numbers, times: Numbers, kind: type
) -> tuple[Numbers, Numbers]:
    """What came at each sample since its span began: kg * s / day, and whole kg.

    ``count`` are the samples of each span.
    """
    begins, before = count.cumsum() - count, accumulate((len(c.spans) for c in courses), initial=0)
    offsets = list(before)[:-1]
    coming = _table((course.coming for course in courses), Coming, kind)
    span = coming[:, 0].astype(np.int64)
    span += np.repeat(offsets, [len(course.coming) for course in courses])
    each = np.repeat(np.arange(len(span)), count[span])
    sample = np.arange(len(each)) + np.repeat(
        begins[span] - (count[span].cumsum() - count[span]), count[span]
    )
    _, credit, rate, since, way, load, come, most = coming[each].T
    lasted = times[sample] - way - since
    left = np.where(lasted < 0, 0, (credit + rate * lasted) // load)
    n = np.maximum(np.minimum(left, most) - come, 0)
    sums: Numbers = np.zeros((2, len(times)), dtype=kind)
    came, came_kg = sums
    np.add.at(came, sample, n * load)
    np.add.at(came_kg, sample, n * (load // DAY))
    for course, offset in zip(courses, offsets, strict=True):
        for number, stream, come in course.loaded:
            begin = begins[offset + number]
            of = slice(begin, begin + count[offset + number])
            there = np.searchsorted(stream.times, times[of] - stream.route.seconds, side="right")
            n = np.maximum(there - come, 0)
            came[of] += n * stream.load
            came_kg[of] += n * (stream.load // DAY)
    return came, came_kg


def _table(rows: Iterable[Sequence[Span | Coming]], of: type[Span | Coming], kind: type) -> Numbers:
    numbers = chain.from_iterable(chain.from_iterable(rows))
    return np.fromiter(numbers, dtype=kind).reshape(-1, len(of._fields))


def _whole(numbers: Numbers) -> Sequence[int]:
    if numbers.dtype == object:
        return list(numbers)
    return array("q", numbers.tobytes())
