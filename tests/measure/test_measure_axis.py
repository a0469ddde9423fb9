"""An axis at one instant: cuts by name, in a network small enough to see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim import api
from sim.api.axes import cuts_at
from sim.base.errors import BadInputError
from sim.measure.axis import AxisView
from sim.scenario.model import DAY, Scenario

Make = Callable[..., Scenario]
AXES = {"line": {"sources": "s", "sinks": {"t": {"demand": 400}}}}
ROADS = "s-a:1/300 a-b:1/900 b-t:1/300 s-c:2/100 c-t:2/50"


def take(places: str, at: int) -> dict[str, Any]:
    return {"kind": "capture", "places": places, "by": "blue", "at": at}


def look(make: Make, at: int | None = None, roads: str = ROADS, **more: Any) -> AxisView:
    return api.cut(make(roads, **{"axes": AXES, **more}), "line", at)


def test_the_cut_is_the_flow_by_name(make: Make) -> None:
    view = look(make)
    # 300 over a and b, 50 over c; s-a or b-t, with c-t
    assert (view.capacity, view.cut.kg_per_day) == (350, 350)
    assert view.cut.names == ("c-t", "s-a")
    assert (view.cut.unique, view.cut.other) == (False, ("b-t", "c-t"))
    assert [(r.places, r.kg_per_day, r.km) for r in view.routes] == [
        (("s", "a", "b", "t"), 300, 3.0), (("s", "c", "t"), 50, 4.0),
    ]  # fmt: skip
    assert view.fastest is not None
    assert (view.fastest.places, view.fastest.hours) == (("s", "a", "b", "t"), 3_000 / 3_600)
    assert view.fewest_places == ("a", "c")


def test_a_place_can_be_the_cut(make: Make) -> None:
    view = look(make, places={"b": {"capacity": 200}})
    assert view.cut.names == ("b", "c-t")
    assert view.cut.unique


def test_of_a_flow_of_nothing_the_cut_is_what_would_reopen_it(make: Make) -> None:
    events = {"1": take("b c", DAY), "2": {"kind": "close", "roads": "s-a", "at": 2 * DAY}}
    before = look(make, DAY - 1, events=events)
    assert before.capacity == 350
    view = look(make, DAY, events=events)
    # the return of b alone would do; what stands in the way first is b and c
    assert (view.capacity, view.cut.names, view.cut.barrier) == (0, ("b",), ("b", "c"))
    # with s-a closed as well: b and s-a, or c alone. Dropped from the last id to the first:
    # without s-a, c is needed; then b is not
    view = look(make, 2 * DAY, events=events)
    assert view.cut.names == ("c",)
    assert view.cut.barrier == ("c", "s-a")
    assert not view.cut.never_open


def test_the_end_of_the_period_is_the_default(make: Make) -> None:
    events = {"1": take("b c", 10 * DAY)}
    assert look(make, events=events).capacity == 0
    assert look(make, events=events).time == 10 * DAY
    with pytest.raises(BadInputError, match="unknown axis 'no such axis'"):
        api.cut(make(ROADS, axes=AXES), "no such axis")


def test_an_axis_over_one_road_has_no_cut_of_places(make: Make) -> None:
    view = look(make, roads="s-t:1")
    assert view.fewest_places is None
    assert (view.routes_by_roads, view.routes_by_places) == (1, 1)


def test_the_document_is_plain_and_names_what_it_mentions(make: Make) -> None:
    scenario = make(ROADS, axes=AXES, events={"1": take("b c", DAY)})
    [found] = cuts_at(scenario, ["line"])
    document = found.document()
    assert document["max_flow"] == 0
    assert document["cut"] == ["b"]
    assert document["fewest_places_cut"] == []
    # b and c stand in the way; what is left is s-a, whose loss parts it, and t, which is cut off
    assert document["bridges"] == ("s-a",)
    assert document["pockets"] == (("t",),)
    assert document["names"] == {"b": "B", "c": "C", "s-a": "S \u2013 A", "t": "T"}
    assert document["day"] == 10


def test_runs_are_compared_measure_by_measure(make: Make) -> None:
    quiet = api.run(make(ROADS, axes=AXES))
    noisy = api.run(make(ROADS, axes=AXES, events={"1": take("b", DAY)}))
    found = {row.path: row for row in api.compare(quiet, noisy).rows}
    row = found["axes.line.capacity_end"]
    # 350 and 50 kg/day
    assert (row.values, row.differences, row.changed) == ((0.35, 0.05), (0.0, -0.3), True)
    first = found["axes.line.time_of_first_cut"]
    assert (first.values, first.differences, first.changed) == ((None, None), (None, None), False)
    only = found["events.1.capacity_change.line"]
    assert (only.values, only.differences) == ((None, -0.3), (None, None))
    with pytest.raises(BadInputError, match="two"):
        api.compare(quiet)


def test_what_is_kept_of_one_network_is_not_told_of_another_with_the_same_names(
    make: Make,
) -> None:
    scenario = make("s-a:1 a-t:1 s-t:1", axes=AXES)
    roads = scenario.network.roads
    other = replace(scenario.network, roads={**roads, "s-t": replace(roads["s-t"], b="a")})
    looks = [api.cut(s, "line") for s in (scenario, replace(scenario, network=other), scenario)]
    # a road from s to t itself, then two from s to a and one on to t
    assert [v.routes_by_roads for v in looks] == [2, 1, 2]
    assert [v.fewest_places for v in looks] == [None, ("a",), None]
