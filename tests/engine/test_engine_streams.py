"""Streams of convoys in closed form, against kilograms that add up second by second."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.clock import Clock, Phase
from sim.engine.supply.streams import Stream, arrivals
from sim.network import Route

END = 300

plans = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 250), st.integers(1, 60)), min_size=1, max_size=3
)
"""The routes of a plan: rate, what has built up at first, and seconds of travel."""


def streams_of(
    routes: list[tuple[int, int, int]], load: int, since: int = 0, before: int = 0
) -> list[Stream]:
    found = [
        Stream(Route(0, 1, (0, 1), (0,), seconds, 1.0, rate), f"send:{n}", load, credit,
               since, before)
        for n, (rate, credit, seconds) in enumerate(routes)
    ]  # fmt: skip
    for stream in found:
        stream.beside = [other for other in found if other is not stream]
    return found


def second_by_second(
    routes: list[tuple[int, int, int]], load: int, end: int, since: int = 0
) -> tuple[list[tuple[int, int]], list[int]]:
    """(departure, route) of each convoy up to and including ``end``, and what is left over."""
    built = [credit for _, credit, _ in routes]
    left = []
    for now in range(since, end + 1):
        for n, (rate, _, _) in enumerate(routes):
            built[n] += rate if now > since else 0
            while built[n] >= load:
                built[n] -= load
                left.append((now, n))
    return left, built


@settings(derandomize=True, max_examples=60, deadline=None)
@given(plans, st.integers(1, 200))
def test_departures_and_ordinals_are_those_of_adding_up(
    routes: list[tuple[int, int, int]], load: int
) -> None:
    streams = streams_of(routes, load, since=7, before=5)
    left, _ = second_by_second(routes, load, END, since=7)
    sent = [0] * len(routes)
    for ordinal, (time, n) in enumerate(left, start=6):
        sent[n] += 1
        assert streams[n].departure(sent[n]) == time
        assert streams[n].ordinal(sent[n]) == ordinal
    for n, stream in enumerate(streams):
        assert stream.departure(sent[n] + 1) > END
        for time in (0, 6, 7, 8, 50, END):
            assert stream.left(time) == sum(t <= time and m == n for t, m in left)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(plans, plans, st.integers(1, 200), st.integers(1, END - 1))
def test_arrivals_come_in_order_over_a_change_of_plan(
    first: list[tuple[int, int, int]], then: list[tuple[int, int, int]], load: int, change: int
) -> None:
    # those of the first plan leave before the instant of the change, those of the second from
    # it on; all are numbered as they leave
    early, built = second_by_second(first, load, change - 1)
    late, _ = second_by_second(then, load, END, since=change)
    expected = [(time + first[n][2], ordinal) for ordinal, (time, n) in enumerate(early, start=1)]
    expected += [
        (time + then[n][2], ordinal) for ordinal, (time, n) in enumerate(late, len(early) + 1)
    ]
    clock, old = Clock(), streams_of(first, load)
    clock.at(change, Phase.DECISIONS, "plan", lambda: None)
    clock.run_through(change)
    for n, stream in enumerate(old):
        # a second's worth has been added since the last one before the change
        assert stream.stop(clock) == built[n] + first[n][0]
    new = streams_of(then, load, since=change, before=len(early))
    found = [(time, stream.ordinal(n)) for time, *_, n, stream in arrivals([*old, *new], END)]
    assert found == sorted(arrival for arrival in expected if arrival[0] <= END)


def test_a_convoy_of_this_instant_has_left_once_its_turn_has_come() -> None:
    clock, (stream,) = Clock(), streams_of([(10, 0, 5)], 100)
    seen = {}
    for phase in (Phase.DECISIONS, Phase.RECORD):
        clock.at(10, phase, "x", lambda p=phase: seen.update({p: stream.left_by_now(clock)}))
    clock.run_through(10)
    assert seen == {Phase.DECISIONS: 0, Phase.RECORD: 1}


def test_the_way_of_a_convoy_has_the_times_of_its_roads() -> None:
    route = Route(3, 1, (3, 2, 1), (5, 4), 70, 1.0, rate=10)
    stream = Stream(route, "send", 100, 0, 0, 0)
    journey = stream.journey(2, np.array([0, 0, 0, 0, 50, 20]))
    assert (journey.places, journey.roads, journey.times) == ((3, 2, 1), (5, 4), (20, 40, 90))
