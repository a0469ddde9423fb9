"""Stocks are drawn continuously, and what happens to them happens to the second."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import run
from sim.engine.supply.stock import Stock
from sim.measure.summary import Analysis
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]


def happened(record: Record, *kinds: str) -> list[tuple[int, str]]:
    return [(row.time, row.kind) for row in record.events if row.kind in kinds]


def series(record: Record, subject: str, measure: str) -> list[tuple[int, int]]:
    return [
        (r.time, r.value) for r in record.series if (r.subject, r.measure) == (subject, measure)
    ]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(0, 5_000_000),
    st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 3_000)), max_size=6),
    st.integers(0, 12_000),
)
def test_a_stock_is_exact_against_fractions(
    kg: int, rate: int, convoys: list[tuple[int, int]], mark: int
) -> None:
    stock, level, now = Stock(kg, rate), Fraction(kg), 0
    for wait, more in convoys:
        level = max(Fraction(0), level - Fraction(rate * wait, DAY))
        now += wait
        assert stock.kg(now) == int(level)
        assert stock.empty(now) == (level == 0)
        stock.add(now, more)
        level += more
    when = stock.when(mark)
    if level <= mark:
        assert when == now
    elif rate == 0:
        assert when is None
    else:
        assert when is not None
        assert level - Fraction(rate * (when - now), DAY) <= mark
        assert level - Fraction(rate * (when - 1 - now), DAY) > mark


@pytest.mark.parametrize(
    ("demand", "stock", "expected"),
    [
        (100, 333, 287_712),  # 333 kg / 100 kg/day = 3.33 days = 287,712 s exactly
        (7, 5, 61_715),  # 5 / 7 day = 61,714.29 s: the first whole second after it
        (86_400, 1, 1),  # a kg a second
        (1, 10, 10 * DAY),  # at the last instant of the period
        (1, 11, None),  # a day after it
        (0, 0, None),  # who eats nothing lacks nothing
    ],
)
def test_a_stock_without_supply_runs_out_to_the_second(
    make: Make, demand: int, stock: int, expected: int | None
) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": demand, "stock": stock}}}}
    record = run(make("s-t:1!", axes=axes))
    assert happened(record, "stock_out", "stock_back") == (
        [] if expected is None else [(expected, "stock_out")]
    )


def test_a_sink_that_begins_empty_is_out_at_the_start(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 864}}}}
    events = {"x": {"kind": "close", "roads": "s-t", "when": ("stock_out", "line", "t")}}
    record = run(make("s-t:1", axes=axes, events=events))
    assert happened(record, "stock_out", "close") == [(0, "stock_out"), (1, "close")]


def test_refilling_begins_a_convoy_and_a_day_below_target_and_ends_at_target(make: Make) -> None:
    """864 kg/day is 0.01 kg/s; a convoy holds 100 kg and takes 1,000 s."""
    axes = {
        "line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 2_000, "refill": 864}}}
    }
    events = {"opened": {"kind": "open", "roads": "s-t", "at": 100_000}}
    record = run(
        make("s-t:1!", axes=axes, events=events, capacity=100_000, length=220_000, sample=1_000)
    )
    # nothing comes: the stock is 2000 - 0.01 t. Refilling begins at 2000 - 100 - 864 = 1036 kg,
    # that is at (2000 - 1036) / 0.01 = 96,400 s; from then on 2 * 864 is asked.
    # The road opens at 100,000 s. At 1,728 kg/day, 100 kg add up in 5,000 s: convoys leave at
    # 105,000, 110,000, ... and arrive 1,000 s later. After the k-th, at 101,000 + 5,000 k s, there
    # are 2000 - 0.01 (101,000 + 5,000 k) + 100 k = 990 + 50 k kg. The target is reached
    # when 50 k >= 1,010, at k = 21: at 206,000 s, with 2,040 kg.
    asked = series(record, "axis:line", "asked_kg_per_day")
    assert asked == [(0, 864), (96_400, 1_728), (206_000, 864)]
    stock = dict(series(record, "sink:line/t", "stock_kg"))
    assert (stock[201_000], stock[205_000], stock[206_000]) == (1_990, 1_950, 2_040)
    # the remainder carries over: 1,000 s at 1,728 kg/day (20 kg) have added up since the last
    # convoy left at 205,000 s; 80 kg more take 8,000 s at 864 kg/day: 214,000 s, there at 215,000 s
    delivered = dict(series(record, "sink:line/t", "delivered_kg"))
    assert (delivered[206_000], delivered[214_000], delivered[215_000]) == (2_100, 2_100, 2_200)


def test_an_arrival_within_the_slack_does_not_start_or_stop_refilling(make: Make) -> None:
    axes = {
        "line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 2_000, "refill": 864}}}
    }
    record = run(make("s-t:1", axes=axes))
    # a convoy each 10,000 s: the stock stays between 1,880 and 2,000 kg, above 1,036
    assert series(record, "axis:line", "asked_kg_per_day") == [(0, 864)]


def test_below_target_at_the_start_it_refills_at_once(make: Make) -> None:
    sink = {"demand": 100, "stock": 50, "target": 900, "refill": 40}
    record = run(make("s-t:1", axes={"line": {"sources": "s", "sinks": {"t": sink}}}))
    assert series(record, "axis:line", "asked_kg_per_day")[0] == (0, 140)


def test_a_stock_is_lost_with_its_place_and_begins_at_nothing_when_it_is_regained(
    make: Make,
) -> None:
    """A kg a second is eaten; a convoy of 100 kg leaves each 100 s and takes 1,000 s."""
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400, "stock": 6_000}}}}
    events = {
        "lost": {"kind": "capture", "places": "t", "by": "blue", "at": 7_000},
        "won": {"kind": "capture", "places": "t", "by": "red", "at": 9_000},
        "mended": {"kind": "open", "roads": "s-t", "at": 9_000},
    }
    scenario = make("s-t:1!", axes=axes, events=events, capacity=100_000, length=12_000, sample=500)
    record = run(scenario)
    # 6,000 kg last until 6,000 s; the place is lost at 7,000 s (with nothing in it) and won back
    # at 9,000 s, empty. The first convoy leaves at 9,100 s and is there at 10,100 s; from then on
    # each comes at the second at which the last is eaten up, and arrivals go first.
    kinds = ("stock_out", "stock_back", "stock_lost")
    assert happened(record, *kinds) == [
        (6_000, "stock_out"), (7_000, "stock_lost"), (9_000, "stock_out"), (10_100, "stock_back"),
    ]  # fmt: skip
    # without stock: 6,000 to 7,000 and 9,000 to 10,100: 2,100 s; not while the enemy eats there
    measures = Analysis(scenario, record).measures
    assert measures["axes.line.sinks.t.days_without"].value == round(2_100 / DAY, 6)
    assert measures["axes.line.sinks.t.time_of_exhaustion"].value == round(6_000 / DAY, 6)
    demand = series(record, "axis:line", "demand_kg_per_day")
    assert demand == [(0, 86_400), (7_000, 0), (9_000, 86_400)]


def test_what_is_left_is_lost_with_the_place(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400, "stock": 6_000}}}}
    events = {"lost": {"kind": "capture", "places": "t", "by": "blue", "at": 5_000}}
    record = run(make("s-t:1!", axes=axes, events=events, length=9_000, sample=1_000))
    assert [row.text for row in record.events if row.kind == "stock_lost"] == [
        "1000 kg of stock lost with the place"
    ]
    stock = dict(series(record, "sink:line/t", "stock_kg"))
    assert (stock[4_000], stock[5_000], stock[9_000]) == (2_000, 0, 0)
    assert happened(record, "stock_out") == []


def test_the_besieged_keep_their_stock_and_go_on_eating(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400, "stock": 9_000}}}}
    events: dict[str, dict[str, Any]] = {
        "ring": {"kind": "besiege", "places": "t", "by": "blue", "at": 1_000},
    }
    # at 1 kg/s the first convoy (size 2,000) would leave at 2,000 s: none ever does
    axes["line"]["size"] = 2_000
    record = run(make("s-t:1", axes=axes, events=events, capacity=100_000, length=20_000))
    assert happened(record, "stock_out", "stock_lost") == [(9_000, "stock_out")]
    assert record.tallies["line", "t"].sent == 0
    assert series(record, "axis:line", "demand_kg_per_day") == [(0, 86_400)]


def test_a_friend_who_takes_over_a_sink_keeps_its_stock(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400, "stock": 9_000}}}}
    events = {"over": {"kind": "capture", "places": "t", "by": "green", "at": 1_000}}
    record = run(make("s-t:1!", axes=axes, events=events, actors={"green": {"friends": "red"}}))
    assert happened(record, "stock_out", "stock_lost") == [(9_000, "stock_out")]


@pytest.mark.parametrize(
    "stop",
    [
        {"kind": "besiege", "places": "b", "by": "blue"},
        {"kind": "close", "roads": "a-b"},
    ],
)
def test_a_stock_that_is_gone_as_the_network_changes_is_told(
    make: Make, stop: dict[str, Any]
) -> None:
    # 200 kg at 100 a day are gone on day 2, in the instant in which the way closes; the first
    # convoy of 300 kg would leave on day 3
    scenario = make(
        "a-b:1",
        axes={"line": {"sources": "a", "sinks": {"b": {"demand": 100, "stock": 200}}, "size": 300}},
        events={"stop": {**stop, "at": 2 * DAY}},
    )
    record = run(scenario)
    assert happened(record, "stock_out") == [(2 * DAY, "stock_out")]
    assert record.empty["line", "b"] == [(2 * DAY, record.end)]
    assert Analysis(scenario, record).measures["axes.line.sinks.b.days_without"].value == 8


def test_refilling_begins_as_the_network_changes(make: Make) -> None:
    # 1,000 kg fall by 100 a day to 800, a convoy of 300 and a day of 100 below the target, on day
    # 2, in the instant in which the way closes
    sink = {"demand": 100, "stock": 1000, "target": 1200, "refill": 50}
    record = run(
        make(
            "a-b:1",
            axes={"line": {"sources": "a", "sinks": {"b": sink}, "size": 300}},
            events={"stop": {"kind": "close", "roads": "a-b", "at": 2 * DAY}},
        )
    )
    assert series(record, "axis:line", "asked_kg_per_day")[:2] == [(0, 100), (2 * DAY, 150)]
