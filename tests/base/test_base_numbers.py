"""Numbers and short texts for people."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.numbers import (
    amount,
    day_iso,
    day_words,
    enumerated,
    in_line,
    number,
    percent,
    short,
    signed,
    tonnes,
    true_minus,
    whole,
    with_unit,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0, "0"),
        (-0.0, "0"),
        (7, "7"),
        (1234567.0, "1,234,567"),
        (1234.56, "1,234.6"),
        (99.994, "99.99"),
        (0.1, "0.10"),
        (-12.3456, "-12.35"),
        # two digits where two decimals would say less
        (0.0999, "0.1"),
        (0.055, "0.055"),
        (-0.00123, "-0.0012"),
        # what six decimals do not tell from a whole number is one
        (5.0000001, "5"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.floats(-1e9, 1e9))
def test_a_number_is_read_back_to_its_digits(value: float) -> None:
    read = float(number(value).replace(",", ""))
    # half of the last digit shown: a decimal from 100 on, two below, two digits under 0.1
    size = abs(value)
    slack = 0.05 if size >= 100 else 0.005 if size >= 0.1 else 0.05 * size
    assert abs(read - value) <= slack + 1e-6 + 1e-12 * size


def test_differences_rates_and_shares() -> None:
    assert [signed(v) for v in (2.5, 0, -2.5, None)] == ["+2.50", "0", "-2.50", "-"]
    # whole from 10 on; below as it is, so that little is more than nothing
    assert [whole(v) for v in (138.6, 9.29, 0.4567, 0, None)] == ["139", "9.29", "0.46", "0", "-"]
    # rounded once: by way of 9.105 it would be 9.11; less than half a kilogram of a tonne is none
    assert [whole(v) for v in (9.1047, 0.0004, 0.0006)] == ["9.10", "0", "0.0006"]
    assert tonnes(137_500) == "138"
    assert (percent(0.57), percent(0.0525, 1), percent(None)) == ("57 %", "5.2 %", "-")


def test_amounts_have_their_unit() -> None:
    assert amount(1, "day") == "1 day"
    assert amount(5, "day") == "5 days"
    assert amount(37.3, "km") == "37.30 km"
    assert amount(0.5, "1") == "0.50"
    assert with_unit("capacity", "t/day") == "capacity, t/day"
    assert with_unit("slack", "1") == with_unit("slack", "") == "slack"


def test_texts() -> None:
    assert true_minus("-5 to -2") == "\u22125 to \u22122"
    assert true_minus("-") == "-"
    assert short("abcdef", 6) == "abcdef"
    assert short("abc def", 5) == "abc\u2026"  # no space before the ellipsis
    assert short("abcdef", 5, "...") == "ab..."
    assert enumerated(["a", "b", "c"], 3) == "a, b, c"
    assert enumerated(["a", "b", "c"], 1) == "a and 2 more"
    assert in_line({"a": [1, "x"], "b": {"c": None}}) == "a 1, x, b c None"


def test_days_are_dates_where_there_are_dates() -> None:
    start = datetime(2016, 5, 30)
    # 2 days of May are left, the 30th and the 31st
    assert day_iso(start, 2.0) == "2016-06-01"
    assert day_words(start, 86.5) == "24 August 2016"
    assert (day_iso(None, 9.5), day_words(None, 9.5)) == ("day 9.50", "day 9")
    assert (day_iso(start, None), day_words(None, None)) == ("-", "-")
