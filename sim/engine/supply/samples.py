"""Stocks and deliveries at the sampling times, worked out at the end from how they ran.

Between two changes a stock falls in a straight line, and its convoys come as they left, at a
steady rate (:mod:`~sim.engine.supply.streams`). So of a sink a span is kept for each change, and
thousands of samples between two of them cost nothing until they are written.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
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
        self._every, self._end = every, end
        self._number = 1
        self._spans: list[Span] = []
        self._coming: list[Coming] = []
        self._loaded: list[tuple[int, LoadedStream, int]] = []
        self._widest = 0  # streams at once
        self.unseen = min(every, end)

    def keep(self, now: int, stock: Stock, delivered_kg: int, streams: Sequence[Stream]) -> None:
        """Keep how it ran up to ``now`` (s), that instant left out, before anything changes."""
        first, last = self._number, -(-self._end // self._every)
        upto = last + 1 if now > self._end else min((now - 1) // self._every + 1, last)
        self._number, self.unseen = upto, min(upto * self._every, self._end)
        span, self._widest = len(self._spans), max(self._widest, len(streams))
        self._spans.append(Span(first, upto, *stock.line, delivered_kg))
        for s in streams:
            if isinstance(s, LoadedStream):
                self._loaded.append((span, s, s.come))
            else:
                most = UNLIMITED if s.sent is None else s.sent
                way, route = s.route.seconds, s.route
                self._coming.append(
                    Coming(span, s.credit, route.rate, s.since, way, s.load, s.come, most)
                )

    def samples(self) -> tuple[Sequence[int], Sequence[int]]:
        """What is in stock, and what was delivered by then (kg), at each sample but the first."""
        spans: Numbers = np.array(self._spans, dtype=self._kind()).reshape(-1, len(Span._fields))
        first, upto, level, rate, since, delivered = spans.T
        count = (upto - first).astype(np.int64)
        whose = np.repeat(np.arange(len(count)), count)
        times = np.minimum(np.arange(1, len(whose) + 1) * self._every, self._end)
        came, came_kg = self._arrived(first.astype(np.int64), count, times)
        stock = level[whose] + came - rate[whose] * (times - since[whose])
        return _whole(np.maximum(stock, 0) // DAY), _whole(delivered[whose] + came_kg)

    def _arrived(self, first: Numbers, count: Numbers, times: Numbers) -> tuple[Numbers, Numbers]:
        """What came at each sample since its span began: kg * s / day, and whole kg."""
        coming: Numbers = np.array(self._coming, dtype=self._kind()).reshape(
            -1, len(Coming._fields)
        )
        span = coming[:, 0].astype(np.int64)
        each = np.repeat(np.arange(len(span)), count[span])
        begins = np.repeat(first[span] - 1 - (count[span].cumsum() - count[span]), count[span])
        sample = begins + np.arange(len(each))
        _, credit, rate, since, way, load, come, most = coming[each].T
        lasted = times[sample] - way - since
        left = np.where(lasted < 0, 0, (credit + rate * lasted) // load)
        n = np.maximum(np.minimum(left, most) - come, 0)
        came, came_kg = np.zeros((2, len(times)), dtype=coming.dtype)
        np.add.at(came, sample, n * load)
        np.add.at(came_kg, sample, n * (load // DAY))
        for number, stream, before in self._loaded:
            of = slice(first[number] - 1, first[number] - 1 + count[number])
            there = np.searchsorted(stream.times, times[of] - stream.route.seconds, side="right")
            n = np.maximum(there - before, 0)
            came[of] += n * stream.load
            came_kg[of] += n * (stream.load // DAY)
        return came, came_kg

    def _kind(self) -> type:
        """What holds the greatest numbers that may come up: 64 bits where these will do."""
        stock = max((s.level + s.rate * self._end for s in self._spans), default=0)
        came = max((s.credit + s.rate * self._end for s in self._coming), default=0)
        return np.int64 if stock + came * self._widest < UNLIMITED else object


def _whole(numbers: Numbers) -> Sequence[int]:
    if numbers.dtype == object:
        return list(numbers)
    return array("q", numbers.tobytes())
