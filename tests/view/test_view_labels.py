"""The placer, the flags of events and the spreading of names: nothing may overlap."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.view.charts.panels import spread
from sim.view.data import EventMark, Span
from sim.view.draw import text_size
from sim.view.events import MOST_ROWS, POINTS, ROW, lay_flags
from sim.view.map.labels import Box, Request, Taken, fits, place

BOUNDS: Box = (0.0, 0.0, 400.0, 300.0)
number = st.floats(0, 400, allow_nan=False)


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] - 1e-9 and b[0] < a[2] - 1e-9 and a[1] < b[3] - 1e-9 and b[1] < a[3] - 1e-9


requests = st.lists(
    st.builds(
        Request,
        x=number,
        y=st.floats(0, 300, allow_nan=False),
        width=st.floats(5, 120),
        height=st.floats(5, 30),
        gap=st.floats(2, 15),
        far=st.booleans(),
    ),
    max_size=25,
)
marks = st.lists(
    st.tuples(number, st.floats(0, 300), st.floats(1, 40), st.floats(1, 40)).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=15,
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(requests, marks)
def test_no_label_touches_a_label_a_mark_or_the_edge(
    wanted: list[Request], obstacles: list[Box]
) -> None:
    taken = Taken(BOUNDS)
    taken.take(obstacles)
    boxes = [p.box for p in place(wanted, taken) if p is not None]
    for i, box in enumerate(boxes):
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= 400
        assert box[3] <= 300
        assert not any(overlap(box, other) for other in boxes[:i])
        assert not any(overlap(box, mark) for mark in obstacles)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(requests)
def test_placing_is_repeatable_and_in_order(wanted: list[Request]) -> None:
    first = place(wanted, Taken(BOUNDS))
    assert place(wanted, Taken(BOUNDS)) == first
    # a label's place depends on those before it alone, so a shorter list is a prefix
    assert place(wanted[:3], Taken(BOUNDS)) == first[:3]


def test_a_lone_label_stands_right_of_its_mark() -> None:
    # mark at (100, 100), radius 5; label 40 x 10: left edge 105, middle at the mark's height
    (placed,) = place([Request(100, 100, 40, 10, 5)], Taken(BOUNDS))
    assert placed is not None
    assert placed.box == (105, 95, 145, 105)
    assert not placed.leader


def test_a_label_gives_way_to_what_is_better_left_free() -> None:
    # a road to the right (cost 50 a point) makes the left side cheaper: right edge at 95
    road = np.array([(x, 100.0, 50.0) for x in range(105, 200, 5)])
    (placed,) = place([Request(100, 100, 40, 10, 5)], Taken(BOUNDS, road))
    assert placed is not None
    assert placed.box == (55, 95, 95, 105)


def test_without_room_a_label_is_left_out_unless_it_may_stand_far_off() -> None:
    # a block of 100 px round the mark leaves no near place; 18 px off is still inside it,
    # the first ring outside is at distance 52 (5 + 52 > 50)
    taken = Taken(BOUNDS)
    taken.take([(150, 100, 250, 200)])
    near, far = place([Request(200, 150, 40, 10, 5), Request(200, 150, 40, 10, 5, far=True)], taken)
    assert near is None
    assert far is not None
    assert far.leader


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.text("abc ", min_size=1, max_size=40), st.booleans()),
        max_size=60,
    )
)
def test_names_of_events_never_touch(events: list[tuple[int, str, bool]]) -> None:
    span = Span(10**7)
    flags = lay_flags([EventMark(*e) for e in events], span, 900, 1080)
    assert len(flags.named) + flags.unnamed == len({t for t, _, _ in events})
    boxes: list[Box] = []
    for flag in flags.named:
        low = flag.row * ROW
        wide = text_size(flag.text, POINTS)[0]
        boxes.append((flag.left, low + 0.5, flag.left + wide, low + ROW - 0.5))
        assert 0 <= flag.row < MOST_ROWS
        assert flag.left + wide <= 1080
    for i, box in enumerate(boxes):
        assert not any(overlap(box, other) for other in boxes[:i])
    for flag in flags.named:  # no pole runs through a name
        x = flag.time / 10**7 * 900
        pole = (x - 0.5, 0.0, x + 0.5, (flag.row + 1) * ROW)
        assert not any(overlap(pole, box) for box in boxes)


def test_major_events_keep_their_names() -> None:
    # 200 events at 4.5 px, each name some 60 px wide: far too many for 8 rows of 1,080 px;
    # the 5 major ones are 180 px apart and always fit
    events = [EventMark(i * 1000, f"event {i}", i % 40 == 0) for i in range(200)]
    flags = lay_flags(events, Span(200_000), 900, 1080)
    assert {f"event {i}" for i in range(0, 200, 40)} <= {f.text for f in flags.named}
    assert flags.unnamed > 0


def test_events_of_one_moment_share_a_name() -> None:
    flags = lay_flags(
        [EventMark(5, "b"), EventMark(5, "a"), EventMark(5, "z", True)], Span(10), 900, 1080
    )
    assert [f.text for f in flags.named] == ["z (+2)"]
    assert flags.times == (5,)


def test_events_outside_the_span_are_left_out() -> None:
    flags = lay_flags([EventMark(-1, "early"), EventMark(11, "late")], Span(10), 900, 1080)
    assert flags.times == ()
    assert flags.height == 0


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.floats(-50, 400), max_size=10))
def test_spread_names_keep_their_distance_and_order(heights: list[float]) -> None:
    moved = spread(heights, 15, 0, 300)  # 10 names of 15 fit into 300
    order = sorted(range(len(heights)), key=lambda i: (heights[i], i))
    for a, b in pairwise(order):
        assert moved[b] - moved[a] >= 15 - 1e-9
    assert all(-1e-9 <= y <= 300 + 1e-9 for y in moved)


def test_names_far_enough_apart_stay() -> None:
    assert spread([10, 100, 50], 15, 0, 300) == [10, 100, 50]


@settings(derandomize=True, deadline=None)
@given(marks, marks)
def test_boxes_are_free_together_as_they_are_one_by_one(taken: list[Box], tried: list[Box]) -> None:
    sheet = Taken(BOUNDS)
    sheet.take(taken)
    together = sheet.all_free(np.array(tried, dtype=float).reshape(-1, 4))
    assert together.tolist() == [sheet.free(box) for box in tried]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(requests, marks, st.floats(0.1, 1))
def test_where_a_label_does_not_fit_no_larger_one_is_placed(
    wanted: list[Request], obstacles: list[Box], part: float
) -> None:
    taken = Taken(BOUNDS)
    taken.take(obstacles)
    for request in wanted:
        placed = place([request], copy(taken))[0]
        assert fits(request, taken) == (placed is not None)
        smaller = replace(request, width=part * request.width, height=part * request.height)
        assert placed is None or fits(smaller, taken)
