"""Convoys whose network changes under them: each case on a line, the instant derived.

One convoy of 100 kg at 864 kg/day (0.01 kg/s) leaves ``s`` at 10,000 s; a kilometre takes it
1,000 s, so on ``s-a:1 a-b:1 b-t:1`` it is at a at 11,000 s, at b at 12,000 s, at t at 13,000 s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.model import PPM, Scenario
from sim.state.luck import Luck
from sim.state.record import Record, Tally

Make = Callable[..., Scenario]

LINE = "s-a:1 a-b:1 b-t:1"
BLUE = {"kind": "capture", "by": "blue"}
RED = {"kind": "capture", "by": "red"}


@pytest.fixture
def drive(make: Make) -> Callable[..., Record]:
    """Run with one convoy, until 19,999 s (the second would leave at 20,000 s)."""

    def go(
        roads: str = LINE, *, loss: float = 0, foreign: str = "", sources: str = "s",
        events: Any = (), length: int = 19_999, **more: Any,
    ) -> Record:  # fmt: skip
        axis = {
            "sources": sources, "sinks": {"t": {"demand": 864, "stock": 5_000}}, "loss": loss,
            "foreign": foreign,
        }  # fmt: skip
        named = {f"e{i}": event for i, event in enumerate(events)}
        record = run(
            make(roads, axes={"line": axis}, events=named, length=length, sample=100, **more)
        )
        assert record.tallies["line", "t"].sent == 1
        return record

    return go


def tally(record: Record) -> Tally:
    return record.tallies["line", "t"]


def arrival(record: Record) -> int | None:
    """The instant of the delivery, to the 100 s of the samples (all instants here are such)."""
    rows = [r for r in record.series if r.measure == "delivered_kg" and r.value]
    return rows[0].time if rows else None


def told(record: Record, kind: str = "convoy_lost") -> list[tuple[int, str]]:
    return [(row.time, row.text) for row in record.events if row.kind == kind]


Drive = Callable[..., Record]


def test_undisturbed(drive: Drive) -> None:
    record = drive()
    assert arrival(record) == 13_000
    assert tally(record) == Tally(sent=1, arrived=1, sent_kg=100, delivered_kg=100)


def test_on_a_road_that_closes_it_gets_off_at_the_end_that_leads_on(drive: Drive) -> None:
    # half-way from a to b at 11,500 s: over b it is 500 + 1,000 s to t
    record = drive(events=[{"kind": "close", "roads": "a-b", "at": 11_500}])
    assert arrival(record) == 13_000
    assert (tally(record).rerouted, tally(record).turned) == (1, 0)


def test_on_a_road_that_closes_it_is_lost_with_the_stated_probability(drive: Drive) -> None:
    shut = {"kind": "close", "roads": "a-b", "at": 11_500}
    record = drive(loss=1, events=[shut])
    assert told(record) == [(11_500, "convoy 1 with 100 kg caught")]
    assert tally(record) == Tally(sent=1, lost=1, sent_kg=100, lost_kg=100)
    # the luck is the convoy's own: axis, sink, ordinal and where it was caught
    u = Luck(1).uniform("convoy:line:t:1:road:a-b")
    assert tally(drive(loss=u + 1e-9, events=[shut])).lost == 1
    assert tally(drive(loss=u - 1e-9, events=[shut])).lost == 0


def test_a_closure_behind_or_ahead_catches_nobody(drive: Drive) -> None:
    behind = drive(loss=1, events=[{"kind": "close", "roads": "s-a", "at": 11_500}])
    assert (arrival(behind), tally(behind).rerouted) == (13_000, 0)
    ahead = drive(loss=1, events=[{"kind": "close", "roads": "b-t", "at": 11_500}])
    # half-way to b: it holds there (no nearer than a; a comes first by id)
    assert tally(ahead) == Tally(sent=1, turned=1, moving=1, sent_kg=100, moving_kg=100)


def test_a_place_behind_that_falls_catches_nobody_beyond_the_next(drive: Drive) -> None:
    record = drive(loss=1, events=[{**BLUE, "places": "s", "at": 11_500}])
    assert (arrival(record), tally(record).rerouted) == (13_000, 0)


def test_it_holds_at_the_last_place_and_goes_on_when_the_way_is_free(drive: Drive) -> None:
    # b falls at 11,500 s: back to a in 500 s. b is back at 15,000 s: 2,000 s to t.
    events = [{**BLUE, "places": "b", "at": 11_500}, {**RED, "places": "b", "at": 15_000}]
    record = drive(events=events)
    assert arrival(record) == 17_000
    assert (tally(record).turned, tally(record).rerouted) == (1, 1)
    assert told(record, "convoy_turned") == [(11_500, "convoy 1 with 100 kg holds at a")]
    assert told(record, "convoy_rerouted") == [(15_000, "convoy 1 with 100 kg goes on by a")]


def test_turned_back_and_round_again_it_stands_where_it_stands(drive: Drive) -> None:
    # at 11,500 s it is 500 s from a and turns; at 11,700 s it is 300 s from a, 700 s from b
    events = [{**BLUE, "places": "b", "at": 11_500}, {**RED, "places": "b", "at": 11_700}]
    assert arrival(drive(events=events)) == 11_700 + 700 + 1_000


def test_at_a_place_at_the_instant_of_its_fall_it_goes_back_the_way_it_came(drive: Drive) -> None:
    fall = {**BLUE, "places": "a", "at": 11_000}
    assert told(drive(loss=1, events=[fall])) == [(11_000, "convoy 1 with 100 kg caught")]
    # it survives: toward s (1,000 s); at 11,400 s a is free again, 400 s behind it
    record = drive(events=[fall, {**RED, "places": "a", "at": 11_400}])
    assert arrival(record) == 11_400 + 400 + 2_000
    assert (tally(record).turned, tally(record).rerouted) == (1, 1)


def test_another_way_is_taken_where_there_is_one(drive: Drive) -> None:
    roads = f"{LINE} a-c:2 c-t:2"
    # on a-b at 11,500 s: 500 s back to a, 4,000 s over c
    record = drive(roads, events=[{**BLUE, "places": "b", "at": 11_500}])
    assert arrival(record) == 11_500 + 500 + 4_000
    assert (tally(record).turned, tally(record).rerouted) == (0, 1)
    # still on s-a at 10,500 s nothing is lost under it: on to a, then over c
    record = drive(roads, loss=1, events=[{**BLUE, "places": "b", "at": 10_500}])
    assert arrival(record) == 10_500 + 500 + 4_000


def test_who_gets_off_a_lost_road_is_not_put_on_another_way_again(drive: Drive) -> None:
    roads = f"{LINE} a-c:2 c-t:2 c-x:1 t-y:1"
    events = [
        {**BLUE, "places": "b", "at": 11_500},
        # changes of the network elsewhere, while it is still on the closed road
        {"kind": "close", "roads": "c-x", "at": 11_600},
        {"kind": "close", "roads": "t-y", "at": 11_700},
    ]
    record = drive(roads, events=events)
    assert (arrival(record), tally(record).rerouted) == (16_000, 1)


def test_luck_is_tried_once_for_the_same_road(drive: Drive) -> None:
    u = Luck(1).uniform("convoy:line:t:1:road:a-b")
    events = [
        {**BLUE, "places": "b", "at": 11_500},
        {"kind": "close", "roads": "a-b", "at": 11_600},
        {**BLUE, "places": "a", "at": 11_700},
    ]
    record = drive(f"{LINE} s-x:1", loss=u - 1e-9, events=events)
    # it was lucky on that road; with both its ends lost it has nowhere to go
    assert told(record) == [(11_700, "convoy 1 with 100 kg stranded")]


def test_in_a_ring_it_waits_and_goes_on_after_the_relief(drive: Drive) -> None:
    ring = {"kind": "besiege", "by": "blue", "places": "a", "at": 11_000}
    record = drive(loss=1, events=[ring])
    # a held place that passes nothing: nobody is lost, and nobody gets out, not even back
    assert tally(record) == Tally(sent=1, turned=1, moving=1, sent_kg=100, moving_kg=100)
    record = drive(loss=1, events=[ring, {"kind": "relieve", "places": "a", "at": 15_000}])
    assert arrival(record) == 15_000 + 2_000


def test_in_a_ring_it_is_lost_when_the_place_falls(drive: Drive) -> None:
    events = [
        {"kind": "besiege", "by": "blue", "places": "a", "at": 11_000},
        {**BLUE, "places": "a", "at": 13_000},
    ]
    assert told(drive(loss=1, events=events)) == [(13_000, "convoy 1 with 100 kg caught")]
    # spared by luck, but ringed: there is no way back
    assert told(drive(loss=0, events=events)) == [(13_000, "convoy 1 with 100 kg stranded")]


def test_from_foreign_soil_it_goes_back_to_its_source(drive: Drive) -> None:
    # s is foreign and blue's; a falls at 10,500 s, with the convoy half-way: 500 s back
    events = [{**BLUE, "places": "a", "at": 10_500}]
    record = drive(foreign="s", held={"s": "blue"}, events=events)
    assert tally(record) == Tally(sent=1, returned=1, turned=1, sent_kg=100, returned_kg=100)
    assert told(record, "convoy_turned") == [(10_500, "convoy 1 with 100 kg goes back by s")]
    # a second before it is back it is still on its way
    late = drive(foreign="s", held={"s": "blue"}, events=events, length=10_999)
    assert tally(late).moving == 1
    assert tally(drive(foreign="s", held={"s": "blue"}, events=events, length=11_000)).returned == 1


def test_who_is_going_back_turns_again_when_the_way_is_free(drive: Drive) -> None:
    events = [{**BLUE, "places": "a", "at": 10_500}, {**RED, "places": "a", "at": 10_700}]
    record = drive(foreign="s", held={"s": "blue"}, events=events)
    # at 10,700 s it is 300 s from s and 700 s from a
    assert arrival(record) == 10_700 + 700 + 2_000
    assert (tally(record).turned, tally(record).rerouted, tally(record).returned) == (1, 1, 0)


def test_with_nowhere_to_go_it_is_lost(drive: Drive) -> None:
    # a and b are green's, who let red pass; both turn blue with the convoy between them
    record = drive(
        held={"a": "green", "b": "green"},
        actors={"green": {}, "red": {"transit": {"green": PPM}}},
        events=[{**BLUE, "places": "a b", "at": 11_500}],
    )
    assert told(record) == [(11_500, "convoy 1 with 100 kg stranded")]


def test_it_does_not_hold_at_a_place_of_another_who_lets_it_pass(drive: Drive) -> None:
    # b falls with the convoy on a-b; a is green's: it goes back to its source s, 500 + 1,000 s
    record = drive(
        held={"a": "green"},
        actors={"green": {}, "red": {"transit": {"green": PPM}}},
        events=[{**BLUE, "places": "b", "at": 11_500}],
        length=13_000,
    )
    assert (tally(record).returned, tally(record).turned) == (1, 1)


def test_a_sink_that_falls_turns_those_on_the_way_to_it(drive: Drive) -> None:
    # on s-a at 10,500 s, as far from s as from a: it holds at a (ties by id)
    events = [{**BLUE, "places": "t", "at": 10_500}, {**RED, "places": "t", "at": 14_000}]
    record = drive(loss=1, events=events)
    assert arrival(record) == 14_000 + 2_000
    assert (tally(record).turned, tally(record).rerouted) == (1, 1)


def test_it_arrives_at_an_instant_but_not_at_a_place_lost_at_that_instant(drive: Drive) -> None:
    record = drive(events=[{**BLUE, "places": "t", "at": 13_000}])
    assert (tally(record).arrived, tally(record).turned) == (0, 1)
    assert tally(drive(events=[{**BLUE, "places": "t", "at": 13_001}])).arrived == 1


def test_a_convoy_leaves_after_the_changes_of_its_instant(make: Make) -> None:
    axis = {"sources": "s", "sinks": {"t": {"demand": 864}}}
    for at, sent in ((10_000, 0), (10_001, 1)):
        events = {"x": {"kind": "close", "roads": "s-a", "at": at}}
        record = run(make(LINE, axes={"line": axis}, events=events, length=19_999))
        assert record.tallies["line", "t"].sent == sent


def test_less_capacity_stops_no_convoy_on_the_way(drive: Drive) -> None:
    record = drive(loss=1, events=[{"kind": "damage", "roads": "a-b", "loss": 0.999, "at": 11_500}])
    assert (arrival(record), tally(record).rerouted) == (13_000, 0)


def test_an_event_elsewhere_changes_nothing(make: Make, drive: Drive) -> None:
    quiet = drive(f"{LINE} t-y:1 y-z:1")
    noisy = drive(
        f"{LINE} t-y:1 y-z:1",
        loss=1,
        events=[{**BLUE, "places": "z", "at": at} for at in (10_000, 11_000, 11_500)]
        + [{"kind": "close", "roads": "t-y", "at": 12_345}],
    )
    assert noisy.tallies == quiet.tallies
    assert arrival(noisy) == arrival(quiet)


def test_a_second_convoy_keeps_its_own_luck(make: Make) -> None:
    """Convoys leave at 10,000, 20,000, ... s; the road closes with one on it, again and again."""
    axis = {"sources": "s", "sinks": {"t": {"demand": 864}}, "loss": 0.5}
    events = {}
    for n in range(1, 9):
        at = n * 10_000 + 500
        events[f"x{n}"] = {"kind": "close", "roads": "s-t", "at": at}
        events[f"y{n}"] = {"kind": "open", "roads": "s-t", "at": at + 1}
    record = run(make("s-t:1", axes={"line": axis}, events=events, length=95_000))
    # no convoy is lost but those whose number is below one half. The plan stops for a
    # second each time, so a convoy leaves a second later than the one before: still before
    # the half-way closure.
    lost = [n for n in range(1, 9) if Luck(1).uniform(f"convoy:line:t:{n}:road:s-t") < 0.5]
    assert 0 < len(lost) < 8
    assert [text for _, text in told(record)] == [f"convoy {n} with 100 kg caught" for n in lost]


def test_convoys_stopped_at_one_instant_are_looked_at_in_the_order_in_which_they_left(
    make: Make,
) -> None:
    """To t 100 kg add up in 10,000 s, to u in 6,000 s; all are on s-a when it closes."""
    axis = {"sources": "s", "sinks": {"t": {"demand": 864}, "u": {"demand": 1_440}}, "loss": 1}
    events = {"x": {"kind": "close", "roads": "s-a", "at": 30_500}}
    record = run(
        make(
            "s-a:30 a-t:1 a-u:1", axes={"line": axis}, events=events, capacity=9_999, length=31_000
        )
    )
    # to u at 6,000, 12,000, 18,000, 24,000 and 30,000 s, to t at 10,000, 20,000 and 30,000 s; at
    # 30,500 s none is at a yet. Of those that left together the one to t comes first
    lost = [row for row in record.events if row.kind == "convoy_lost"]
    assert [(row.subject, row.text.split()[1]) for row in lost] == [
        ("line/u", "1"), ("line/t", "1"), ("line/u", "2"), ("line/u", "3"), ("line/t", "2"),
        ("line/u", "4"), ("line/t", "3"), ("line/u", "5"),
    ]  # fmt: skip


def test_a_closure_stops_those_ahead_of_it_and_not_those_beyond(make: Make) -> None:
    # they leave each 10,000 s and pass s-a in 5,000 s, a-t in 30,000 s. When s-a closes at 42,000 s
    # the first (there at 45,000 s), the second and the third are beyond it, the fourth upon it
    axis = {"sources": "s", "sinks": {"t": {"demand": 864}}, "loss": 1}
    events = {"x": {"kind": "close", "roads": "s-a", "at": 42_000}}
    record = run(make("s-a:5 a-t:30", axes={"line": axis}, events=events, length=66_000))
    assert told(record) == [(42_000, "convoy 4 with 100 kg caught")]
    assert tally(record) == Tally(
        sent=4, arrived=3, lost=1, sent_kg=400, delivered_kg=300, lost_kg=100
    )
