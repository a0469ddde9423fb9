"""Roads that are one-way, or carry less one way: convoys, men and forces, each case derived.

``s>a:1`` is open from s to a alone and ``s-a:1/50/20`` carries 20 kg/day back. A kilometre takes
1,000 s. The convoy of these cases is that of ``test_engine_convoys``: 100 kg, gone from s at
10,000 s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.model import DAY, PPM, Scenario
from sim.state.record import Record, Tally

Make = Callable[..., Scenario]
BLUE = {"kind": "capture", "by": "blue"}


def line(make: Make, roads: str, *events: dict[str, Any], **more: Any) -> Record:
    axis = {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 5_000}}, "loss": 0}
    named = {f"e{i}": event for i, event in enumerate(events)}
    given = {"axes": {"line": axis | more.pop("axis", {})}, "events": named, "sample": 100}
    return run(make(roads, length=19_999, **given, **more))


def tally(record: Record) -> Tally:
    return record.tallies["line", "t"]


def told(record: Record, kind: str) -> list[tuple[int, str]]:
    return [(row.time, row.text) for row in record.events if row.kind == kind]


def capacity(record: Record) -> list[tuple[int, int]]:
    return [(r.time, r.value) for r in record.series if r.measure == "capacity_kg_per_day"]


# --- flows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roads", "expected"),
    [
        ("s>a:1 a>t:1", 1_000),
        ("a>s:1 a>t:1", 0),  # the first leads the other way
        ("a>s:1 s-a#x:2/300 a>t:1", 300),  # and another road does not
        ("s-a:1/500/200 a-t:1", 500),
        ("a-s:1/500/200 a-t:1", 200),  # from s it is the way back
        ("a-s:1/500/0 a-t:1", 0),
    ],
)
def test_what_a_road_carries_hangs_on_the_way(make: Make, roads: str, expected: int) -> None:
    record = line(make, roads)
    assert capacity(record) == [(0, expected)]
    planned = [r.value for r in record.series if r.measure == "planned_kg_per_day"]
    assert planned == [min(expected, 864)]


def test_damage_takes_the_same_share_of_both_ways(make: Make) -> None:
    hit = {"kind": "damage", "roads": "s-t", "loss": 0.3, "at": 5_000}
    # 0.7 of 500, and of the 200 back
    assert capacity(line(make, "s-t:1/500/200", hit)) == [(0, 500), (5_000, 350)]
    there = {"sources": "t", "sinks": {"s": {"demand": 864, "stock": 5_000}}}
    assert capacity(line(make, "s-t:1/500/200", hit, axis=there)) == [(0, 200), (5_000, 140)]


def test_a_closure_closes_both_ways_and_an_opening_opens_the_one(make: Make) -> None:
    events = [{"kind": "close", "roads": "s-t", "at": 3_000},
              {"kind": "open", "roads": "s-t", "at": 6_000}]  # fmt: skip
    assert capacity(line(make, "s>t:1", *events)) == [(0, 1_000), (3_000, 0), (6_000, 1_000)]
    there = {"sources": "t", "sinks": {"s": {"demand": 864, "stock": 5_000}}}
    assert capacity(line(make, "s>t:1", *events, axis=there)) == [(0, 0)]


def test_control_rows_say_what_is_carried_back_where_it_is_another(make: Make) -> None:
    rows = [
        (row.id, row.what, row.value)
        for row in line(make, "s>a:1 a-t:1/500/200 s-t:9").control
        if "capacity" in row.what
    ]
    assert rows == [
        ("a-t", "capacity_back_kg_per_day", "200"), ("a-t", "capacity_kg_per_day", "500"),
        ("s-a", "capacity_back_kg_per_day", "0"), ("s-a", "capacity_kg_per_day", "1000"),
        ("s-t", "capacity_kg_per_day", "1000"),
    ]  # fmt: skip


# --- convoys ----------------------------------------------------------------------------------


def test_a_convoy_on_a_one_way_road_does_not_turn_round(make: Make) -> None:
    # half-way from s to a at 10,400 s the road beyond a closes. On a two-way road it is 400 s
    # back to s and 600 s on to a: it holds at s
    shut = {"kind": "close", "roads": "a-t", "at": 10_400}
    assert told(line(make, "s-a:1 a-t:1", shut), "convoy_turned") == [
        (10_400, "convoy 1 with 100 kg holds at s")
    ]
    assert told(line(make, "s>a:1 a-t:1", shut), "convoy_turned") == [
        (10_400, "convoy 1 with 100 kg holds at a")
    ]


def test_off_a_one_way_road_that_is_lost_it_gets_either_way(make: Make) -> None:
    # a falls when the convoy is 600 s away from s: back against the traffic, else it is lost
    fall = {**BLUE, "places": "a", "at": 10_600}
    record = line(make, "s>a:1 a-t:1", fall)
    assert told(record, "convoy_turned") == [(10_600, "convoy 1 with 100 kg holds at s")]
    # a is red's again while it drives back: it turns round, with the traffic now
    back = {"kind": "capture", "by": "red", "places": "a", "at": 10_900}
    record = line(make, "s>a:1 a-t:1", fall, back)
    # at 10,900 s it is 300 s from s, so 700 s from a and 1,700 s from t
    assert told(record, "convoy_rerouted") == [(10_900, "convoy 1 with 100 kg goes on by a")]
    delivered = [r.time for r in record.series if r.measure == "delivered_kg" and r.value]
    assert delivered[0] == 10_900 + 1_700


def test_a_convoy_goes_on_by_a_road_that_leads_its_way(make: Make) -> None:
    # b-t closes under way. From b a road leads to t but not from b: against it no one drives
    shut = {"kind": "close", "roads": "b-t", "at": 11_000}
    roads = "s-a:1 a-b:1 b-t:1 "
    around = line(make, roads + "b>t#x:3", shut)
    assert (tally(around).rerouted, tally(around).arrived) == (1, 1)
    against = line(make, roads + "t>b#x:3", shut)
    assert (tally(against).rerouted, tally(against).turned) == (0, 1)


def test_without_a_way_back_a_convoy_is_stranded(make: Make) -> None:
    # a is green's, who let red pass but not stay. t falls with the convoy on a-t: it goes back to
    # its source, 500 + 1,000 s, where the road leads there
    def back(road: str) -> Tally:
        transit = {"green": {}, "red": {"transit": {"green": PPM}}}
        fall = {**BLUE, "places": "t", "at": 11_500}
        return tally(line(make, f"{road}:1 a-t:1", fall, held={"a": "green"}, actors=transit))

    assert (back("s-a").returned, back("s-a").lost) == (1, 0)
    assert (back("s>a").returned, back("s>a").lost) == (0, 1)


# --- territory --------------------------------------------------------------------------------


def test_a_pocket_is_what_no_source_reaches_by_roads_that_lead_there(make: Make) -> None:
    def pockets(roads: str) -> list[str]:
        return [" ".join(row.pocket.places) for row in line(make, roads).pockets]

    assert pockets("s-t:1 s>p:1 p-q:1") == []
    # from p and q one comes to s, but no supply from there to them
    assert pockets("s-t:1 p>s:1 p-q:1") == ["p q"]
    assert pockets("s-t:1 p>s:1 q>t:1") == ["p", "q"]


# --- men --------------------------------------------------------------------------------------


def moves(make: Make, roads: str, **more: Any) -> dict[str, int]:
    """Where 60 men go when g falls; nothing but the way counts, so all goals are as good."""
    record = run(
        make(
            roads,
            events={"fall": {**BLUE, "places": "g", "at": 10_000}},
            garrisons={"men": {"place": "g", "strength": 60}},
            regroup={"red": {}},
            **more,
        )
    )
    return {m.choice: m.persons for m in record.moves}


def test_the_displaced_leave_by_roads_that_lead_out(make: Make) -> None:
    assert moves(make, "g-a:1 g-b:1") == {"a": 30, "b": 30}
    assert moves(make, "g-a:1 b>g:1") == {"a": 60}
    assert moves(make, "g-a:1 a>b:1") == {"a": 30, "b": 30}
    assert moves(make, "g-a:1 b>a:1") == {"a": 60}
    assert moves(make, "a>g:1 b>g:1") == {"(disperses)": 60}


def test_reserves_come_by_roads_that_lead_to_the_front(make: Make) -> None:
    # blue's 300 march on x, where 100 stand; 200 more are wanted, of q's 400
    def sent(road: str) -> int:
        record = run(
            make(
                f"f-x:5 {road}:6",
                held={"f": "blue"},
                garrisons={
                    "x": {"place": "x", "strength": 100},
                    "q": {"place": "q", "strength": 400, "reserve": 1},
                },
                operations={"op": {"actor": "blue", "route": "f x", "strength": 300, "tempo": 1}},
                fronts={"red": {"ratio": 1, "delay": 1000}},
            )
        )
        return sum(m.persons for m in record.moves if m.reserve)

    assert (sent("q-x"), sent("q>x"), sent("x>q")) == (200, 200, 0)


# --- forces -----------------------------------------------------------------------------------


def positions(record: Record) -> dict[int, float]:
    rows = [r for r in record.series if (r.subject, r.measure) == ("operation:op", "position_m")]
    return {r.time: r.value / 1000 for r in rows}


def test_a_force_marches_by_the_quickest_road_that_leads_its_way(make: Make) -> None:
    # 10 km/day: the short road leads back, so it takes the one of 20 km
    record = run(make("x>b:5 b>x#long:20", operations={"op": {"route": "b x"}}))
    assert positions(record)[DAY] == pytest.approx(10, abs=1e-3)
    assert positions(record)[10 * DAY] == 20


def test_a_beaten_force_falls_back_the_way_it_came_against_the_traffic(make: Make) -> None:
    # 10 persons of red come to x, where 900 stand, after a day; beaten they go back at 30 km/day
    record = run(
        make(
            "b>x:10",
            held={"x": "blue"},
            fighting={"attack": 5, "defend": 5},
            garrisons={"x": {"actor": "blue", "place": "x", "strength": 900}},
            operations={"op": {"route": "b x", "strength": 10, "on_repulse": "fall_back"}},
        )
    )
    beaten = next(row.time for row in record.events if row.kind == "repulsed")
    assert DAY < beaten < 2 * DAY
    assert positions(record)[10 * DAY] == 0


@pytest.mark.parametrize(("road", "fed"), [("x-b:10/0/900", True), ("x-b:10/900/0", False)])
def test_a_force_is_fed_by_roads_that_carry_something_its_way(
    make: Make, road: str, fed: bool
) -> None:
    # the force stands behind x, fed from b, when on day 2 all look round: a road far off closes
    record = run(
        make(
            f"s-b:1 {road} x-y:190 b-z:1",
            length=6 * DAY,
            axes={"line": {"sources": "s", "sinks": {"b": {"stock": 9_000, "target": 0}}}},
            events={"e": {"kind": "close", "roads": "b-z", "at": 2 * DAY}},
            operations={"op": {"route": "b x y", "axis": "line", "each": 1}},
        )
    )
    cut = [row.time for row in record.events if row.kind == "cut_off"]
    assert cut == ([] if fed else [2 * DAY])
