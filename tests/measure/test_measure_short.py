"""Who went short, how much, and what stood in the way: closed forms on one road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.measure.short import Short, document, short
from sim.measure.steps import series_by_key
from sim.scenario.model import DAY, Scenario

Make = Callable[..., Scenario]


def road(make: Make, per_day: int, sinks: dict[str, Any], **more: Any) -> Scenario:
    """One axis from s to t over a road of 1.25 days; a convoy is 1 t."""
    axis = {"actor": "red", "sources": "s", "size": 1_000, "sinks": sinks}
    axis |= {key: more.pop(key) for key in ("supply",) if key in more}
    given: dict[str, Any] = {"length": 20 * DAY, "axes": {"line": axis}} | more
    return make(f"s-t:108/{per_day}", **given)


def rows(scenario: Scenario) -> list[Short]:
    record = run(scenario)
    return short(record, series_by_key(record.series))


@pytest.mark.parametrize(
    ("cause", "per_day", "more"),
    [("roads", 4_000, {}), ("sources", 9_000, {"supply": {"s": 4_000}})],
)
def test_a_narrow_road_or_a_poor_source(
    make: Make, cause: str, per_day: int, more: dict[str, Any]
) -> None:
    # 10 t/day are eaten and 4 can come: the first convoy of 1 t after a quarter of a day to load
    # and the 1.25 of the road, then one each quarter of a day, gone within a tenth. Of the 75 until
    # day 20 (1.5, 1.75, ... 20) the last is not eaten any more: 200 - 74 = 126 t were not there
    (row,) = rows(road(make, per_day, {"t": {"demand": 10_000}}, **more))
    assert (row.axis, row.place, row.delivered_kg) == ("line", "t", 75_000)
    assert (row.needed, row.unmet) == (200_000 * DAY, 126_000 * DAY)
    assert row.seconds == row.unmet // 10_000
    assert (row.by, row.events, row.first) == ({cause: row.unmet}, (), 0)


def test_a_line_that_is_cut_names_what_cut_it(make: Make) -> None:
    # what is in stock lasts for the first 5 days; closed from day 4 on, nothing comes after day 4
    events = {"shut": {"kind": "close", "roads": "s-t", "at": 4 * DAY}}
    (row,) = rows(road(make, 40_000, {"t": {"demand": 10_000, "stock": 50_000}}, events=events))
    assert set(row.by) == {"cut"}
    assert row.events == ("shut",)
    assert row.unmet == row.needed - 10_000 * row.first
    assert row.seconds == 20 * DAY - row.first


def test_a_narrow_road_that_another_uses_too_is_half_the_cause(make: Make) -> None:
    # of the 40 t/day of the road the first takes 30; the second asks for 60 and gets 10 of the 40
    # that it could have alone, so that of the 50 it lacks 20 are the road's and 30 the other's
    axes = {
        name: {"actor": "red", "sources": "s", "size": 1_000, "priority": priority,
               "sinks": {"t": {"demand": demand, "stock": stock}}}
        for name, priority, demand, stock in (("big", 1, 30_000, 60_000), ("small", 2, 60_000, 0))
    }  # fmt: skip
    row = rows(road(make, 40_000, {}, axes=axes))[0]
    assert row.axis == "small"
    assert set(row.by) == {"roads", "others"}
    assert sum(row.by.values()) == row.unmet
    assert row.by["others"] / row.by["roads"] == pytest.approx(30 / 20, rel=1e-6)


def test_a_sink_that_no_way_leads_to_is_cut_off_though_its_axis_is_open(make: Make) -> None:
    # u lives from its stock for 5 days, and its only road is shut on day 4 for good
    sinks = {"t": {"demand": 1_000, "stock": 99_000}, "u": {"demand": 10_000, "stock": 50_000}}
    axis = {"actor": "red", "sources": "s", "size": 1_000, "sinks": sinks}
    events = {"shut": {"kind": "close", "roads": "t-u", "at": 4 * DAY}}
    (row,) = rows(make("s-t:10/90000 t-u:10/90000", length=20 * DAY, axes={"line": axis},
                       events=events))  # fmt: skip
    assert row.place == "u"
    assert row.by == {"cut": row.unmet}
    assert row.events == ("shut",)


def test_what_is_still_on_its_way(make: Make) -> None:
    # all is planned; the first convoy of 1 t takes a tenth of a day to load, and 1.25 on the road
    (row,) = rows(road(make, 40_000, {"t": {"demand": 10_000}}))
    assert row.by == {"on_the_way": 13_500 * DAY}


def test_an_axis_behind_another(make: Make) -> None:
    # 40 t/day, of which the first takes 38
    axes = {
        name: {"actor": "red", "sources": "s", "size": 1_000, "priority": priority,
               "sinks": {"t": {"demand": demand, "stock": 2 * demand}}}
        for name, priority, demand in (("big", 1, 38_000), ("small", 2, 10_000))
    }  # fmt: skip
    scenario = road(make, 40_000, {}, axes=axes)
    (row,) = rows(scenario)
    assert (row.axis, set(row.by)) == ("small", {"others"})
    record = run(scenario)
    (told,) = document(scenario, record, series_by_key(record.series))
    assert told["unmet_t"] == pytest.approx(row.unmet / DAY / 1000, abs=1e-3)
    assert (told["cause"], told["commodity"]) == ("others", "goods")


def test_what_lacked_most_comes_first_and_who_lacked_nothing_not_at_all(make: Make) -> None:
    assert rows(road(make, 40_000, {"t": {"demand": 1_000, "stock": 99_000}})) == []
