"""Pockets: what no source reaches, from the start on, with what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import Simulation, run
from sim.engine.supply.axes import by_actor
from sim.measure.ground import pockets_of
from sim.scenario.model import Scenario
from sim.state.record import Pocket, PocketRow, Record

Make = Callable[..., Scenario]

LINE = "s-a:1 a-b:1 b-t:1"
AXES: dict[str, Any] = {
    "line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 400}}, "size": 9_999}
}


def rows(record: Record) -> list[tuple[int, int | None, str]]:
    return [(r.time, r.ended, " ".join(r.pocket.places)) for r in record.pockets]


def take(place: str, at: int, by: str = "blue") -> dict[str, Any]:
    return {"kind": "capture", "places": place, "by": by, "at": at}


def test_a_pocket_forms_and_ends_and_says_what_is_in_it(make: Make) -> None:
    men = {"1": {"place": "t", "strength": 30}, "2": {"place": "b", "strength": 4},
           "3": {"place": "s", "strength": 50},
           "4": {"place": "t", "strength": 7, "actor": "green"}}  # fmt: skip
    events = {"cut": take("a", 10_000), "freed": take("a", 30_000, "red")}
    record = run(make(LINE, axes=AXES, events=events, garrisons=men, actors={"green": {}}))
    # 400 kg at 0.01 kg/s: 300 kg are left at 10,000 s; only red's men are counted
    assert record.pockets == [
        PocketRow(10_000, 30_000, Pocket("red", ("b", "t"), persons=34, stock_kg=300))
    ]
    assert [(e.time, e.subject, e.text) for e in record.events if e.kind == "pocket"] == [
        (10_000, "red", "cut off: b, t")
    ]


def test_what_is_cut_off_from_the_start_is_listed_from_day_nought(make: Make) -> None:
    record = run(make(LINE, axes=AXES, held={"a": "blue"}))
    assert rows(record) == [(0, None, "b t")]
    record = run(make(LINE, axes=AXES, events={"cut": take("a", 0)}))
    assert rows(record) == [(0, None, "b t")]


def test_a_closed_road_cuts_off_as_well(make: Make) -> None:
    events = {"cut": {"kind": "close", "roads": "a-b", "at": 50}}
    assert rows(run(make(LINE, axes=AXES, events=events))) == [(50, None, "b t")]


def test_a_pocket_that_shrinks_is_another_pocket(make: Make) -> None:
    events = {"cut": take("a", 50), "more": take("t", 90)}
    assert rows(run(make(LINE, axes=AXES, events=events))) == [(50, 90, "b t"), (90, None, "b")]


def test_the_besieged_are_a_pocket_each(make: Make) -> None:
    events = {
        "ring": {"kind": "besiege", "places": "b", "by": "blue", "at": 50},
        "relief": {"kind": "relieve", "places": "b", "at": 90},
    }
    assert rows(run(make(LINE, axes=AXES, events=events))) == [(50, 90, "b"), (50, 90, "t")]


def test_an_enclave_is_a_pocket_and_not_of_those_around_it(make: Make) -> None:
    held = {"a": {"red": 700_000, "blue": 300_000}, "x": "blue"}
    axes = {**AXES, "theirs": {"sources": "x", "sinks": {"y": {}}, "actor": "blue"}}
    record = run(
        make(f"{LINE} x-y:1", axes=axes, held={**held, "y": "blue"}, besieged={"a": "blue"})
    )
    assert [(r.pocket.actor, r.pocket.places) for r in record.pockets] == [("blue", ("a",))]


def test_friends_land_joins_but_is_not_counted(make: Make) -> None:
    friends = {"green": {"friends": "red"}}
    record = run(make(LINE, axes=AXES, actors=friends, events={"over": take("a", 50, "green")}))
    assert record.pockets == []
    # a friend's place in the pocket is not one of its own
    events = {"over": take("b", 40, "green"), "cut": take("a", 50)}
    assert rows(run(make(LINE, axes=AXES, actors=friends, events=events))) == [(50, None, "t")]


def test_what_friends_alone_hold_is_no_pocket_of_ones_own(make: Make) -> None:
    friends = {"green": {"friends": "red"}}
    held = {"a": "blue", "b": "green", "t": "green"}
    assert run(make(LINE, axes=AXES, actors=friends, held=held)).pockets == []


def test_transit_joins_too(make: Make) -> None:
    actors = {"green": {}, "red": {"transit": {"green": 1_000}}}
    assert run(make(LINE, axes=AXES, actors=actors, held={"a": "green"})).pockets == []


def test_any_source_of_any_axis_will_do(make: Make) -> None:
    axes = {**AXES, "other": {"sources": "t", "sinks": {"b": {}}}}
    assert run(make(LINE, axes=axes, held={"a": "blue"})).pockets == []


def test_a_foreign_source_reaches_in_until_it_is_sealed(make: Make) -> None:
    axes = {"line": {**AXES["line"], "foreign": "s"}}
    events = {"seal": {"kind": "seal", "places": "s", "at": 70}}
    record = run(make(LINE, axes=axes, held={"s": "blue"}, events=events))
    assert rows(record) == [(70, None, "a b t")]


def test_an_actor_without_an_axis_has_no_pockets(make: Make) -> None:
    record = run(make(LINE, axes=AXES, held={"t": "blue"}))
    assert [r for r in record.pockets if r.pocket.actor == "blue"] == []


def test_a_place_lost_and_won_at_one_instant_forms_no_pocket(make: Make) -> None:
    events = {"x": take("a", 50), "y": take("a", 50, "red")}
    assert run(make(LINE, axes=AXES, events=events)).pockets == []


def test_a_friend_who_takes_over_a_place_takes_it_out_of_the_pocket(make: Make) -> None:
    # red can pass b as before, so nothing it can pass has changed; but b is not its own any more
    events = {"cut": take("a", 50), "over": take("b", 90, "green")}
    record = run(make(LINE, axes=AXES, events=events, actors={"green": {"friends": "red"}}))
    assert rows(record) == [(50, 90, "b t"), (90, None, "t")]


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_pockets_that_are_left_are_those_of_the_last_state(
    wild: Callable[[int], Scenario], seed: int
) -> None:
    sim = Simulation(wild(seed), 1, 0, False)
    record = sim.finish()
    left: dict[str, list[tuple[str, ...]]] = {actor: [] for actor in by_actor(sim.supply.axes)}
    for row in record.pockets:
        if row.ended is None:
            left[row.pocket.actor].append(row.pocket.places)
    for actor, parts in left.items():
        assert sorted(parts) == pockets_of(sim.world.scenario, sim.world.control, actor)
