"""Shares of runs by day: who held each place, and what an axis could carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.measure.chances import carried, holders_by_day, holders_of_run, instants, uncut
from sim.scenario.model import DAY, Scenario

Make = Callable[..., Scenario]


@pytest.fixture
def scenario(make: Make) -> Scenario:
    """Ten days and a half in which red holds all."""
    return make("a-b:10", length=10 * DAY + DAY // 2)


def held(*changes: tuple[str, int, tuple[str, ...]]) -> dict[str, Any]:
    return {"held": [list(change) for change in changes]}


def test_days_are_looked_at_and_the_end(scenario: Scenario) -> None:
    assert instants(scenario)[:3] == [0, DAY, 2 * DAY]
    assert instants(scenario)[-2:] == [10 * DAY, 10 * DAY + DAY // 2]


def test_a_run_by_days(scenario: Scenario) -> None:
    times = instants(scenario)
    noon = DAY // 2
    # at noon of day 3 it is blue's, seen on day 4; on day 6 it changes twice at once
    row = held(
        ("a", 3 * DAY + noon, ("blue",)),
        ("a", 5 * DAY + 1, ("red",)),
        ("a", 6 * DAY, ("blue", "red")),
        ("b", 2 * DAY + 5, ("blue",)),
        ("b", 2 * DAY + 9, ("red",)),
    )
    found = holders_of_run(scenario, row, times)
    assert found["a"] == [(0, ("red",)), (4 * DAY, ("blue",)), (6 * DAY, ("blue", "red"))]
    assert found["b"] == [(0, ("red",))]  # a loss and a return between two days is not seen
    at_once = holders_of_run(scenario, held(("a", 0, ("blue",)), ("b", 11 * DAY, ())), times)
    assert at_once == {"a": [(0, ("blue",))]}
    with pytest.raises(KeyError):
        holders_of_run(scenario, {}, times)


def test_runs_are_counted_by_holders_and_always_sum_to_all(scenario: Scenario) -> None:
    times = instants(scenario)
    rng = np.random.default_rng(3)
    sets: list[tuple[str, ...]] = [("red",), ("blue",), ("blue", "red"), ()]
    rows = []
    for _ in range(40):
        days = sorted(rng.integers(0, 10 * DAY, size=rng.integers(0, 5)).tolist())
        rows.append(held(*(("a", day, sets[rng.integers(4)]) for day in days)))
    runs = [holders_of_run(scenario, row, times) for row in rows]
    found = holders_by_day(scenario, runs)["a"]
    assert [time for time, _ in found] == sorted({time for time, _ in found})
    for time in times:
        # the oracle: the last change at or before the instant, run by run
        now: dict[tuple[str, ...], int] = {}
        for row in rows:
            past = [tuple(who) for _, when, who in row["held"] if when <= time]
            who = past[-1] if past else ("red",)
            now[who] = now.get(who, 0) + 1
        assert [by for when, by in found if when <= time][-1] == now
        assert sum(now.values()) == 40


def test_capacity_is_read_where_it_stands(scenario: Scenario) -> None:
    rows = [
        {"series": {"axes.line.capacity": [[0, 2 * DAY], [5000, 0]]}},
        {"series": {"axes.line.capacity": [[0], [7000]]}},
    ]
    found = carried(rows, "line", [0, DAY, 2 * DAY, 3 * DAY])
    assert found.tolist() == [[5000, 5000, 0, 0], [7000] * 4]


def test_runs_that_were_not_cut_so_far(scenario: Scenario) -> None:
    path = "axes.line.time_of_first_cut"
    rows = [{"measures": {path: day}} for day in (2.0, 2.5, None)] + [{"measures": {}}]
    # at the end of day 2 one is cut, on day 3 two are; two never are
    assert uncut(rows, "line", [0, DAY, 2 * DAY, 3 * DAY]) == [4, 4, 3, 2]
