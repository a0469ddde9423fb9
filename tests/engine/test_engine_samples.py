"""What is in stock at sampling times: in closed form as when every second is gone through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.supply.samples import Course, samples
from sim.engine.supply.stock import Stock
from sim.engine.supply.streams import LoadedStream, Stream
from sim.network import Route
from sim.scenario.model import DAY

END = 300


def way(rate: int, seconds: int) -> Route:
    return Route(0, 1, (0, 1), (0,), seconds, 1.0, rate)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.integers(1, 70), st.integers(0, 50), st.integers(1, 40),
    st.lists(st.tuples(st.integers(1, 50 * DAY), st.integers(1, 80)), max_size=3),
    st.integers(1, END - 1), st.sampled_from([1, 10**9]),
)  # fmt: skip
def test_samples_are_those_of_adding_up(
    every: int, rate: int, size: int, ways: list[tuple[int, int]], change: int, scale: int
) -> None:
    # rates a second, so that within minutes convoys come and stocks fall; beyond 64 bits with the
    # great scale. At ``change`` what is eaten doubles; the stock is large enough never to be gone.
    size, rate = size * scale, rate * DAY * scale
    stock = Stock(2 * END * 50 * scale, rate)
    streams = [
        Stream(way(r * scale, s), f"{n}", size * DAY, 0, 0, 0) for n, (r, s) in enumerate(ways)
    ]
    course, level, delivered = Course(every, END), 2 * END * 50 * scale * DAY, 0
    expected = []
    for now in range(1, END + 1):
        level -= rate * (1 if now <= change else 2)
        # the n-th convoy has built up when its route's rate has brought n loads
        came = sum(
            (r * scale * max(0, now - s)) // (size * DAY)
            - (r * scale * max(0, now - 1 - s)) // (size * DAY)
            for r, s in ways
        )
        level, delivered = level + came * size * DAY, delivered + came * size
        if now % every == 0 or now == END:
            expected.append((level // DAY, delivered))
        if now == change:
            before = 0
            course.keep(now, stock, before, streams)
            for stream in streams:
                n = stream.left(now - stream.route.seconds)
                stream.come = n
                stock.raise_by(n * stream.load)
            stock.advance(now)
            stock.rate = 2 * rate
            held = delivered
    course.keep(END + 1, stock, held, streams)
    assert list(zip(*samples([course])[0], strict=True)) == expected


def test_convoys_that_load_from_a_depot_come_when_they_left() -> None:
    # of three, which left at 1, 2 and 9 s, the first had come before; each brings 5 kg
    stream = LoadedStream(way(1, 10), "x", 5 * DAY, 0, 0, 0, come=1, times=[1, 2, 9])
    course = Course(4, 22)
    course.keep(23, Stock(7, 0), 5, [stream])
    assert [list(of) for of in samples([course])[0]] == [
        [7, 7, 12, 12, 17, 17], [5, 5, 10, 10, 15, 15]
    ]  # fmt: skip


@pytest.mark.parametrize("end", [1, 6, 7])
def test_the_end_is_sampled_whatever_its_length(end: int) -> None:
    # half a kilogram is eaten in a second of 86,400 in a day: what is left is rounded down
    course = Course(3, end)
    course.keep(end + 1, Stock(10, DAY // 2), 0, [])
    times = {1: [1], 6: [3, 6], 7: [3, 6, 7]}[end]
    assert list(samples([course])[0][0]) == [(20 - time) // 2 for time in times]


def test_sinks_together_are_sampled_as_each_alone() -> None:
    # one has numbers beyond 64 bits, one convoys of a depot, one no convoys, one an early change
    def course(scale: int, *streams: Stream, change: int = 0) -> Course:
        of, stock = Course(4, 22), Stock(50 * scale, 10**6 * scale)
        if change:
            of.keep(change, stock, 0, [])
        of.keep(23, stock, 3, streams)
        return of

    steady = Stream(way(4 * DAY, 3), "a", 7 * DAY, 0, 0, 0)
    loaded = LoadedStream(way(1, 10), "x", 5 * DAY, 0, 0, 0, come=1, times=[1, 2, 9])
    courses = [
        course(1, steady), course(10**15, steady), course(1), course(1, loaded, steady, change=9)
    ]  # fmt: skip
    alone = [[list(of) for of in samples([course])[0]] for course in courses]
    assert [[list(of) for of in each] for each in samples(courses)] == alone
    assert len({repr(each) for each in alone}) == len(courses)
    assert samples([]) == []
