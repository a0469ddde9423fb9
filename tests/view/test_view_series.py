"""Curves as arrays, the ticks of time axes, and the words and numbers on figures."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.said import Said, Sentence
from sim.scenario.model import Actor
from sim.view.charts.series import difference, points
from sim.view.charts.time_axis import MOST_TICKS, moment, ticks
from sim.view.data import Curve, Page, Span
from sim.view.draw import headed, plain, short, text_size, wrap
from sim.view.look import ROAD, ink_on, looks
from sim.view.map.layout import road_width
from sim.view.map.legend import round_rate, tonnes

DAY = 86_400


def test_steps_hold_their_value_until_the_next_and_to_the_end() -> None:
    times, values = points(Curve((0, 10, 20), (5.0, 7.0, 1.0)), 30)
    assert times.tolist() == [0, 10, 10, 20, 20, 30, 30]
    assert values.tolist() == [5, 5, 7, 7, 1, 1, 1]


def test_lines_join_their_points_and_keep_the_last() -> None:
    times, values = points(Curve((0, 10), (5.0, 7.0), steps=False), 30)
    assert times.tolist() == [0, 10, 30]
    assert values.tolist() == [5, 7, 7]


def test_a_curve_must_be_whole_and_go_forward() -> None:
    with pytest.raises(ValueError, match="as many values"):
        Curve((0, 1), (1.0,))
    with pytest.raises(ValueError, match="as many values"):
        Curve((0,), (1.0, 2.0))
    with pytest.raises(ValueError, match="backwards"):
        Curve((1, 0), (1.0, 2.0))


def test_difference_of_steps_by_hand() -> None:
    # first: 5 to t=10, then 1; second: 2 to t=20, then 4 -> 3, -1, -3
    times, values = difference(Curve((0, 10), (5.0, 1.0)), Curve((0, 20), (2.0, 4.0)), 30)
    assert times.tolist() == [0, 10, 10, 20, 20, 30, 30]
    assert values.tolist() == [3, 3, -1, -1, -3, -3, -3]


def test_difference_of_lines_by_hand() -> None:
    # 0 -> 10 over 10 s, less a step from 0 to 4 at t=5: 0, 5 | 1, 6
    line, step = Curve((0, 10), (0.0, 10.0), steps=False), Curve((0, 5), (0.0, 4.0))
    times, values = difference(line, step, 10)
    assert times.tolist() == [0, 5, 5, 10, 10]
    assert values.tolist() == [0, 5, 1, 6, 6]


curves = st.lists(st.tuples(st.integers(0, 100), st.floats(-1e6, 1e6)), min_size=1, max_size=8).map(
    lambda pairs: Curve(
        tuple(t for t, _ in sorted(pairs)), tuple(v for _, v in sorted(pairs)), steps=True
    )
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(curves, curves)
def test_difference_is_antisymmetric_and_nil_with_itself(a: Curve, b: Curve) -> None:
    times, values = difference(a, b, 100)
    back_times, back = difference(b, a, 100)
    assert np.array_equal(times, back_times)
    assert np.array_equal(values, -back)
    assert not difference(a, a, 100)[1].any()


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    st.integers(0, 40 * 366 * DAY),
    st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
)
def test_ticks_are_few_round_and_inside(end: int, start: datetime | None) -> None:
    found = ticks(Span(end, start))
    assert len(found) <= MOST_TICKS + 1
    assert all(0 <= t <= end for t, _ in found)
    assert [t for t, _ in found] == sorted({t for t, _ in found})


def test_ticks_without_a_date_count_days_or_hours() -> None:
    # 4 days: steps of 12 h would give 9 ticks, fewer than 11; of 6 h 17
    assert [text for _, text in ticks(Span(4 * DAY))][:3] == ["0 h", "12 h", "24 h"]
    assert [text for _, text in ticks(Span(20 * DAY))][:3] == ["day 0", "day 2", "day 4"]


def test_ticks_of_a_summer_are_the_first_and_fifteenth() -> None:
    start = datetime(2001, 5, 30)
    found = ticks(Span(124 * DAY, start))
    assert found[0] == (2 * DAY, "1 Jun\n2001")
    assert [text for _, text in found[1:4]] == ["15 Jun", "1 Jul", "15 Jul"]
    for t, text in found[1:]:
        d = start + timedelta(seconds=t)
        assert text.startswith(f"{d.day} ")


def test_the_year_is_written_where_it_changes() -> None:
    texts = [text for _, text in ticks(Span(300 * DAY, datetime(2000, 10, 1)))]
    assert [text for text in texts if "\n" in text] == ["1 Oct\n2000", "1 Jan\n2001"]


def test_moments_as_words() -> None:
    assert moment(3 * DAY, Span(9 * DAY)) == "day 3"
    assert moment(3 * DAY + DAY // 2, Span(9 * DAY)) == "day 3.5"
    assert moment(3 * DAY, Span(9 * DAY, datetime(2001, 3, 1))) == "4 Mar"


@pytest.mark.parametrize(
    ("kg", "text"),
    [
        (0, "0 t"),
        (2500, "2.5 t"),
        (12_340, "12.3 t"),
        (480_000, "480 t"),
        (1_200_000, "1,200 t"),
        (5, "5 kg"),
    ],
)
def test_tonnes_as_words(kg: int, text: str) -> None:
    assert tonnes(kg) == text


def test_round_rates_are_one_two_or_five() -> None:
    assert [round_rate(r) for r in (0, 1, 4, 5, 19, 2_400_000)] == [0, 1, 2, 5, 10, 2_000_000]


def test_road_widths_grow_with_the_square_root() -> None:
    assert road_width(100, 100) == ROAD.widest
    assert road_width(25, 100) == pytest.approx(ROAD.widest / 2)
    assert road_width(0, 100) == road_width(5, 0) == ROAD.thinnest


def test_words_are_made_plain() -> None:
    assert plain("a\n b\t c\x00\x1b") == "a b c"
    assert plain("\U0001f600 ok") in ("\u25a1 ok", "\U0001f600 ok")
    assert plain("\u0628\u0627\u0628") == "\u0628\u0627\u0628"
    assert short("x" * 50, 10) == "x" * 9 + "\u2026"


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(max_size=120), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, most: int) -> None:
    lines = wrap(text, 9, 100, most)
    assert len(lines) <= most
    assert all(text_size(line, 9)[0] <= 100 for line in lines)


def test_every_actor_looks_its_own() -> None:
    actors = tuple(Actor(str(i), f"Actor {i}") for i in range(10))
    known = looks(actors)
    assert len({look.shape for look in known.values()}) == 10
    assert len({look.fill for look in known.values()}) == 10
    assert looks((Actor("a", "A", color="#123456"),))["a"].fill == "#123456"


def test_ink_contrasts_with_its_ground() -> None:
    black, white, yellow = ink_on("#000000"), ink_on("#ffffff"), ink_on("#FFFF00")
    assert (black, white, yellow) == ("#ffffff", "#000000", "#000000")


def test_a_title_has_two_lines_and_goes_on_in_the_subtitle() -> None:
    page = Page(
        Sentence(
            "one two three", "; ", "four five", "; ", "six hundred ", Said("7", 7, "t"), "; eight"
        ),
        "What is plotted",
    )
    wide = text_size("one two three;", 14.5, "bold")[0] + 4
    lines, size, subtitle = headed(page, wide)
    assert (lines, size) == (["one two three;", "four five"], 14.5)
    assert subtitle == "Six hundred 7; eight. What is plotted"
    assert headed(page, 2000) == ([page.title], 16, "What is plotted")
    # a clause that takes three lines by itself is not cut
    assert headed(Page("one two three"), text_size("three", 14.5, "bold")[0] + 1)[0] == [
        "one", "two", "three"
    ]  # fmt: skip
