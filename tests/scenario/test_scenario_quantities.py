"""Uncertain quantities: the forms, their bounds, and what they are written as again."""

import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.distributions import (
    Choice,
    Constant,
    Dist,
    Exponential,
    LogNormal,
    Normal,
    Uniform,
)
from sim.scenario.faults import InputError
from sim.scenario.quantities import read_instant, read_quantity


def dist(data: Any, dimension: str, sign: Any = "nonnegative") -> Dist:
    return read_quantity(data, dimension, sign=sign).dist


def test_the_forms() -> None:
    assert dist("3..12 days", "duration") == Uniform(259_200, 1_036_800)
    assert dist("36 h..3 days", "duration") == Uniform(129_600, 259_200)
    assert dist({"uniform": ["3", "12 days"]}, "duration") == Uniform(259_200, 1_036_800)
    assert dist("20..40 %", "share") == Uniform(0.2, 0.4)
    assert dist("0.2..0.4", "share") == Uniform(0.2, 0.4)
    assert dist("-3..-1", "number", "any") == Uniform(-3, -1)
    assert dist({"lognormal": ["2 t", "0.5"]}, "mass") == LogNormal(2000, 0.5)
    assert dist({"exponential": "2 days"}, "duration", "positive") == Exponential(172_800)
    choice = {"choice": {"8 days": "0.25", "3 days": "0.75"}}
    assert dist(choice, "duration") == Choice((259_200, 691_200), (0.75, 0.25))  # by value


def test_a_normal_distribution_is_clipped_where_it_makes_no_sense() -> None:
    # a draw at u = 1e-9 lies 6 standard deviations below the mean
    assert dist({"normal": ["5 t", "5 t"]}, "mass") == Normal(5000, 5000, 0.0)
    assert dist({"normal": ["5 t", "5 t"]}, "mass").ppf(1e-9) == 0
    share = dist({"normal": ["0.5", "1"]}, "share")
    assert (share.ppf(1e-9), share.ppf(1 - 1e-9)) == (0, 1)
    speed = dist({"normal": ["30 km/h", "30 km/h"]}, "speed", "positive")
    assert speed.ppf(1e-9) == 0.3  # a hundredth of the mean, so that travel ends
    free = dist({"normal": ["-1", "1"]}, "number", "any")
    assert free == Normal(-1, 1)
    assert free.low == -math.inf


@pytest.mark.parametrize(
    ("data", "dimension", "message"),
    [
        ("-1 t", "mass", "cannot be negative"),
        ("-1..1 t", "mass", "reaches below 0"),
        ({"normal": ["-1 t", "1 t"]}, "mass", "the mean is outside"),
        ({"normal": ["1 t", "-1 t"]}, "mass", "cannot be negative"),
        ({"triangular": ["1 t", "3 t", "2 t"]}, "mass", "must rise"),
        ({"uniform": ["1 t", ["2 t"]]}, "mass", "takes 2 values"),
        ({"uniform": "1..2 t"}, "mass", "takes 2 values"),
        ({"uniform": ["1", "2"]}, "mass", "needs a unit"),
        ({"uniform": ["1 t", "2 t"], "normal": ["1 t", "2 t"]}, "mass", "one kind"),
        ({"source": "x"}, "mass", "one kind, and here is none"),
        ({"choice": ["1 t"]}, "mass", "takes a map"),
        ({"choice": {"1 t": "-1"}}, "mass", "a weight is a number from 0 up"),
        ({"choice": {"1 t": ["1"]}}, "mass", "a number is missing"),
        ({"uniform": ["1 t", "2 t"], "known_on": "soon"}, "mass", "is not a date"),
        ({"uniform": ["1 t", "2 t"], "note": ["x"]}, "mass", "a text is needed"),
        ({"uniform": ["0.5", "1.5"]}, "share", "not a share between 0 and 1"),
        ({"choice": {str(i): "1" for i in range(1001)}}, "number", "at most 1000 values"),
        ({"exponential": ["1 t"]}, "mass", "takes one value"),
        ({"exponential": "0 t"}, "mass", "must be above 0"),
        ({"exponential": "1"}, "mass", "needs a unit"),
        ({"exponential": "0.5"}, "share", "reaches above 1"),
        (None, "mass", "a quantity is needed"),
    ],
)
def test_forms_that_are_refused(data: Any, dimension: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_quantity(data, dimension)
    assert message in caught.value.message


def test_one_value_where_no_distribution_may_stand() -> None:
    with pytest.raises(InputError, match="one value is needed"):
        read_quantity("1..2 days", "duration", uncertain=False)


def test_what_is_written_again_keeps_the_provenance() -> None:
    data = {"uniform": ["1", " 2  t"], "source": "x", "known_on": "2016-05-01"}
    assert read_quantity(data, "mass").written == {
        "uniform": [1, "2 t"], "source": "x", "known_on": "2016-05-01",
    }  # fmt: skip


def test_instants() -> None:
    start = datetime(2016, 5, 30)
    june = read_instant({"choice": {"2016-06-01": "1", "1 day": "1"}}, start)
    assert june.dist == Choice((86_400, 172_800), (1, 1))
    assert read_instant("2016-05-31..2016-06-01", start).dist == Uniform(86_400, 172_800)
    assert read_instant({"normal": ["2016-05-31", "6 h"]}, start).dist == Normal(86_400, 21_600, 0)
    assert read_instant("1..2 days", None).dist == Uniform(86_400, 172_800)
    assert read_instant({"exponential": "2 days"}, start).dist == Exponential(172_800)
    with pytest.raises(InputError, match="is not a"):
        read_instant({"exponential": "2016-05-31"}, start)
    with pytest.raises(InputError, match="is not a"):
        read_instant({"normal": ["2016-05-31", "2016-06-01"]}, start)


NUMBERS = st.integers(min_value=0, max_value=999_999).map(lambda n: n / 1000)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(NUMBERS, min_size=3, max_size=3), st.floats(min_value=1e-9, max_value=1 - 1e-9))
def test_draws_stay_in_the_support_and_rise_with_u(numbers: list[float], u: float) -> None:
    low, mode, high = sorted(numbers)
    texts = [f"{number:.3f} t" for number in (low, mode, high)]
    for data in (
        f"{texts[0]}..{texts[2]}",
        {"triangular": texts},
        {"normal": [texts[1], texts[2]]},
        {"exponential": texts[2]} if high else texts[2],
        {"choice": dict.fromkeys(texts, "1")} if low < mode < high else texts[1],
    ):
        found = read_quantity(data, "mass")
        assert found.dist.low <= found.dist.ppf(u) <= found.dist.high
        assert found.dist.ppf(u / 2) <= found.dist.ppf(u)
        # what is written again means the same
        again = read_quantity(as_text(found.written), "mass")
        assert again.dist == found.dist
        assert isinstance(found.dist, Constant) or found.dist.low <= found.dist.nominal


def as_text(data: Any) -> Any:
    """Numbers as the reader of files hands them over: as text."""
    if isinstance(data, list):
        return [as_text(item) for item in data]
    if isinstance(data, dict):
        return {key: as_text(value) for key, value in data.items()}
    return str(data)
