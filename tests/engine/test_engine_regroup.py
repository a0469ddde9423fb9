"""Where the displaced go: the logit in closed form, billets, exits, ways that close.

3.6 km take an hour. With ``hours`` = -ln 3 an hour more makes a goal three times less likely.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.apportion import apportion
from sim.engine.choice import Alternative, assign, logit
from sim.engine.simulation import Simulation, run
from sim.scenario.model import Scenario
from sim.state.luck import Luck
from sim.state.record import DISPERSE, STAY, Move, Record

Make = Callable[..., Scenario]
LN3 = math.log(3)
HOUR = 3_600
FALL = 10_000


def falls(place: str, at: int = FALL, by: str = "blue") -> dict[str, Any]:
    return {"kind": "capture", "places": place, "by": by, "at": at}


def went(record: Record, time: int = FALL) -> dict[str, int]:
    return {m.choice: m.persons for m in record.moves if m.time == time and m.outcome != "lost"}


def facts(moves: Sequence[Move]) -> list[tuple[int, str, str, int, int, str, int | None]]:
    return [(m.time, m.origin, m.choice, m.persons, m.seconds, m.outcome, m.ended) for m in moves]


def scene(make: Make, roads: str, persons: float, **more: Any) -> Scenario:
    """``g`` falls at 10,000 s with so many persons in it."""
    rule = more.pop("rule", {"hours": -LN3})
    events = {"fall": falls("g"), **more.pop("events", {})}
    garrisons = more.pop("garrisons", {"men": {"place": "g", "strength": persons}})
    return make(
        roads, garrisons=garrisons, events=events,
        regroup={"red": rule} if rule is not None else {}, **more,
    )  # fmt: skip


# --- the choice itself ------------------------------------------------------------------


def test_logit_closed_form() -> None:
    assert logit([0.0, -LN3]) == pytest.approx([0.75, 0.25], abs=1e-15)
    assert logit([7.0]) == [1.0]
    # only differences count, and nothing overflows
    assert logit([1_000.0, 1_000.0 - LN3]) == pytest.approx([0.75, 0.25], abs=1e-12)
    assert logit([-5_000.0, 5_000.0]) == [0.0, 1.0]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.integers(0, 5_000),
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0.001, 1), min_size=1),
)
def test_apportion_is_whole_close_and_sums(persons: int, shares: dict[str, float]) -> None:
    found = apportion(persons, shares)
    total = sum(shares.values())
    assert sum(found.values()) == persons
    for key, share in shares.items():
        assert abs(found[key] - persons * share / total) < 1
    assert apportion(persons, dict(reversed(shares.items()))) == found


def test_apportion_gives_the_largest_remainder_and_ties_by_id() -> None:
    assert apportion(10, {"b": 1, "a": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert apportion(10, {"a": 0.26, "b": 0.37, "c": 0.37}) == {"a": 2, "b": 4, "c": 4}


def assigned(persons: int, options: list[Alternative]) -> dict[str, int]:
    return assign(persons, options, logit([o.utility for o in options]) if options else [])


def test_assign_lets_the_overflow_choose_again_and_the_rest_disperse() -> None:
    options = [
        Alternative("a", LN3, 10, 0),
        Alternative("b", 0.0, 20, 0),
        Alternative("c", 0.0, 0, 0),
    ]
    # c has no room: a and b at 3:1. Of 100: 75 and 25, room for 10 and 20, 70 find nothing.
    assert assigned(100, options) == {"a": 10, "b": 20, DISPERSE: 70}
    assert assigned(5, []) == {DISPERSE: 5}
    # with room without limit somewhere nobody is left over
    options.append(Alternative("d", 0.0, None, 0))
    assert sum(n for k, n in assigned(100, options).items() if k != DISPERSE) == 100
    # all but nothing chooses the far one, and all who find no room at the near one go there
    assert assigned(9, [Alternative("a", 2000.0, 4, 0), Alternative("b", 0.0, 5, 0)]) == {
        "a": 4,
        "b": 5,
    }


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.integers(0, 2_000),
    st.lists(st.tuples(st.floats(-3, 3), st.none() | st.integers(0, 400)), max_size=6),
)
def test_assign_keeps_everybody_and_every_room(
    persons: int, given_options: list[tuple[float, int | None]]
) -> None:
    options = [Alternative(f"o{i}", u, room, 0) for i, (u, room) in enumerate(given_options)]
    found = assigned(persons, options)
    assert sum(found.values()) == persons
    for option in options:
        assert option.room is None or found.get(option.id, 0) <= option.room
    if found.get(DISPERSE):
        assert all(o.room is not None and found.get(o.id, 0) == o.room for o in options)


# --- in a run -------------------------------------------------------------------------


def test_the_way_costs_what_it_takes(make: Make) -> None:
    # x an hour away, y two: 3 to 1. 400 persons, a quarter lost: 225 and 75 of 300.
    men = {"men": {"place": "g", "strength": 400, "loss": 0.25, "ring_loss": 0.9}}
    record = run(scene(make, "g-x:3.6 g-y:7.2", 0, garrisons=men))
    assert facts(record.moves) == [
        (FALL, "g", "g", 100, 0, "lost", FALL),
        (FALL, "g", "x", 225, HOUR, "arrived", FALL + HOUR),
        (FALL, "g", "y", 75, 2 * HOUR, "arrived", FALL + 2 * HOUR),
    ]
    assert [m.probability for m in record.moves[1:]] == pytest.approx([0.75, 0.25])


def test_those_in_a_ring_lose_more(make: Make) -> None:
    men = {"men": {"place": "g", "strength": 400, "loss": 0.25, "ring_loss": 0.75}}
    ring = {"ring": {"kind": "besiege", "places": "g", "by": "blue", "at": FALL - 5}}
    record = run(scene(make, "g-x:1", 0, garrisons=men, events=ring))
    assert [(m.outcome, m.persons) for m in record.moves] == [("lost", 300), ("arrived", 100)]
    # a ring that was broken before the fall costs nothing
    ring["relief"] = {"kind": "relieve", "places": "g", "at": FALL - 1}
    record = run(scene(make, "g-x:1", 0, garrisons=men, events=ring))
    assert record.moves[0].persons == 100


def test_a_ring_round_a_friends_town_is_a_ring_round_its_guests(make: Make) -> None:
    men = {"men": {"place": "g", "strength": 400, "loss": 0.25, "ring_loss": 0.75}}
    ring = {"ring": {"kind": "besiege", "places": "g", "by": "blue", "at": FALL - 5}}
    record = run(
        scene(make, "g-x:1", 0, garrisons=men, events=ring, held={"g": "green"},
              actors={"green": {"friends": "red"}})
    )  # fmt: skip
    assert record.moves[0].persons == 300


def test_two_garrisons_of_one_place_lose_each_its_share(make: Make) -> None:
    men = {
        "z": {"place": "g", "strength": 100, "loss": 0.1},
        "a": {"place": "g", "strength": 300, "loss": 0.5},
    }
    record = run(scene(make, "g-x:1", 0, garrisons=men))
    assert record.moves[0].persons == 10 + 150


def test_a_friend_who_takes_over_displaces_nobody(make: Make) -> None:
    friends = {"green": {"friends": "red"}}
    record = run(scene(make, "g-x:1", 9, events={"fall": falls("g", by="green")}, actors=friends))
    assert record.moves == []


def test_half_a_town_is_enough_to_stay(make: Make) -> None:
    events = {"fall": {"kind": "capture", "places": "g", "shares": {"red": 1, "blue": 9}, "at": 9}}
    assert run(scene(make, "g-x:1", 9, events=events)).moves == []


def test_threat_supply_billets_and_value_in_closed_form(make: Make) -> None:
    roads = "g-w:3.6 w-x:1 g-x:3.6 g-y:3.6"
    hours = {"hours": 0}
    # of w's roads half lead to the enemy (in g), of x's half, of y's all: 1/2, 1/2, 1.
    # exp(-2 ln 3 * 1/2) = 1/3, 1/3 and 1/9: 3 to 3 to 1
    rule = {**hours, "threat": -2 * LN3}
    assert went(run(scene(make, roads, 70, rule=rule))) == {"w": 30, "x": 30, "y": 10}
    # with the road g-w closed nothing threatens w: 9 to 3 to 1. It is reached over x
    closed = {"shut": {"kind": "close", "roads": "g-w", "at": 5}}
    found = went(run(scene(make, roads, 130, rule=rule, events=closed)))
    assert found == {"w": 90, "x": 30, "y": 10}
    # supply: a source at x feeds w and x, not y
    axes = {"line": {"sources": "x", "sinks": {"w": {}}}}
    rule = {**hours, "supply": LN3}
    assert went(run(scene(make, roads, 70, rule=rule, axes=axes))) == {"w": 30, "x": 30, "y": 10}
    # billets: ln(1 + 2000/1000) = ln 3 against ln 1 where they are as good as unlimited, and so 0
    rule = {**hours, "billets": 1}
    places = {"w": {"billets": 2_000}}
    found = went(run(scene(make, roads, 50, rule=rule, places=places)))
    assert found == {"w": 30, "x": 10, "y": 10}
    # value: 2 * ln 3 / 2 for w
    rule = {**hours, "value": LN3 / 2, "values": {"w": 2}}
    assert went(run(scene(make, roads, 50, rule=rule))) == {"w": 30, "x": 10, "y": 10}


def test_a_foreign_source_feeds_what_it_reaches_and_nothing_when_it_is_sealed(make: Make) -> None:
    rule = {"supply": LN3}
    axes = {"line": {"sources": "f", "sinks": {"x": {}}, "foreign": "f"}}
    given: dict[str, Any] = {"rule": rule, "axes": axes, "held": {"f": "blue"}}
    assert went(run(scene(make, "g-x:1 g-y:1 x-f:1", 40, **given))) == {"x": 30, "y": 10}
    sealed = {"s": {"kind": "seal", "places": "f", "against": "red", "at": 5}}
    record = run(scene(make, "g-x:1 g-y:1 x-f:1", 40, events=sealed, **given))
    assert went(record) == {"x": 20, "y": 20}
    shut = {"s": {"kind": "close", "roads": "x-f", "at": 5}}
    record = run(scene(make, "g-x:1 g-y:1 x-f:1", 40, events=shut, **given))
    assert went(record) == {"x": 20, "y": 20}


def test_exits_take_their_time_and_their_number(make: Make) -> None:
    # over x (an hour) and an hour more: as far as y. 3 to 1 to 1
    exits: dict[str, Any] = {"sea": {"places": "x", "seconds": HOUR}}
    record = run(scene(make, "g-x:3.6 g-y:7.2", 300, exits=exits))
    assert facts(record.moves) == [
        (FALL, "g", "sea", 60, 2 * HOUR, "left", FALL + 2 * HOUR),
        (FALL, "g", "x", 180, HOUR, "arrived", FALL + HOUR),
        (FALL, "g", "y", 60, 2 * HOUR, "arrived", FALL + 2 * HOUR),
    ]
    # room for ten: the other 50 choose again, 3 to 1: 37.5 and 12.5, ties by id
    exits["sea"]["billets"] = 10
    assert went(run(scene(make, "g-x:3.6 g-y:7.2", 300, exits=exits))) == {
        "sea": 10, "x": 180 + 38, "y": 60 + 12,
    }  # fmt: skip
    # another's exit is not for them
    exits["sea"]["actor"] = "blue"
    assert "sea" not in went(run(scene(make, "g-x:3.6 g-y:7.2", 300, exits=exits)))


def test_an_exit_that_is_full_is_full_for_those_who_come_later(make: Make) -> None:
    exits = {"sea": {"places": "x", "billets": 10}}
    men = {"1": {"place": "g", "strength": 12}, "2": {"place": "h", "strength": 12}}
    record = run(
        scene(make, "g-x:1 h-x:1", 0, rule={}, exits=exits, garrisons=men,
              events={"fall": falls("g"), "later": falls("h", FALL + 50_000)}, places={
                  "x": {"billets": 0}, "h": {"billets": 0}})
    )  # fmt: skip
    assert [(m.choice, m.persons) for m in record.moves] == [
        (DISPERSE, 2), ("sea", 10), (DISPERSE, 12),
    ]  # fmt: skip


def test_an_exit_can_be_entered_where_they_stand(make: Make) -> None:
    # g is lost with its people at the door: no travel, only the hours of the exit
    exits = {"sea": {"places": "g", "seconds": 500}}
    record = run(scene(make, "g-x:99", 4, exits=exits, rule={"max_seconds": 1_000}))
    assert facts(record.moves) == [(FALL, "g", "sea", 4, 500, "left", FALL + 500)]


def test_billets_count_those_there_and_those_on_the_way(make: Make) -> None:
    men = {
        "1": {"place": "g", "strength": 30}, "2": {"place": "h", "strength": 30},
        "3": {"place": "x", "strength": 15},
    }  # fmt: skip
    # x has 50 - 15 left. g's 30 go (and are two hours on the way), then there is room for 5 of h's
    record = run(
        scene(make, "g-x:7.2 h-x:3.6 h-y:3.6", 0, garrisons=men, places={"x": {"billets": 50}},
              events={"fall": falls("g"), "later": falls("h", FALL + HOUR)},
              rule={"hours": -1, "max_seconds": 9_000})
    )  # fmt: skip
    assert went(record) == {"x": 30}
    assert went(record, FALL + HOUR) == {"x": 5, "y": 25}


def test_staying_is_a_choice_where_it_is_stated(make: Make) -> None:
    record = run(scene(make, "g-x:1 g-y:1", 30, rule={"stay": 0}))
    assert went(record) == {"x": 10, "y": 10, STAY: 10}
    assert {m.choice: m.outcome for m in record.moves}[STAY] == "stayed"


def test_who_finds_nothing_disperses(make: Make) -> None:
    dispersed = [(FALL, "g", DISPERSE, 30, 0, "dispersed", FALL)]
    # no rule; no way; too far
    assert facts(run(scene(make, "g-x:1", 30, rule=None)).moves) == dispersed
    assert facts(run(scene(make, "g-x:1!", 30)).moves) == dispersed
    far = {"max_seconds": 999}
    assert facts(run(scene(make, "g-x:1", 30, rule=far)).moves) == dispersed
    # just near enough
    assert went(run(scene(make, "g-x:1", 30, rule={"max_seconds": 1_000}))) == {"x": 30}
    # a place that another holds and lets them pass is on the way, but not a goal
    transit = {"red": {"transit": {"green": 500_000}}, "green": {}}
    record = run(scene(make, "g-x:1 x-y:1", 30, held={"x": "green"}, actors=transit))
    assert went(record) == {"y": 30}


# --- on the way -------------------------------------------------------------------------

TO_Y = {"hours": 0, "value": 1_000, "values": {"y": 1, "z": 0.5}}
"""Everybody goes to y; without y to z."""


def test_news_from_elsewhere_disturbs_nobody_on_the_first_leg(make: Make) -> None:
    # g itself is lost, and so the road out of it: that is no news to those on it
    events = {"elsewhere": falls("w", FALL + 100), "shut": {"kind": "close", "roads": "y-w",
              "at": FALL + 200}}  # fmt: skip
    record = run(scene(make, "g-y:3.6 y-w:1", 8, rule=TO_Y, events=events))
    assert facts(record.moves) == [(FALL, "g", "y", 8, HOUR, "arrived", FALL + HOUR)]


def test_cut_off_behind_them_they_go_back_to_the_last_place(make: Make) -> None:
    # to y over x: an hour each. y falls 900 s beyond x
    events = {"y_falls": falls("y", FALL + HOUR + 900)}
    record = run(scene(make, "g-x:3.6 x-y:3.6", 8, rule=TO_Y, events=events))
    cut = FALL + HOUR + 900
    assert facts(record.moves) == [
        (FALL, "g", "y", 8, 2 * HOUR, "chose again", cut),
        (cut, "x", "x", 8, 900, "arrived", cut + 900),
    ]


def test_cut_off_further_on_they_rest_at_the_next_place_or_go_round(make: Make) -> None:
    # to y over x and w; y falls 2,700 s beyond x, with 900 s to go to w
    events = {"y_falls": falls("y", FALL + HOUR + 2_700)}
    cut = FALL + HOUR + 2_700
    record = run(scene(make, "g-x:3.6 x-w:3.6 w-y:3.6", 8, rule=TO_Y, events=events))
    again = record.moves[1:]
    assert sum(m.persons for m in again) == 8
    # w (900 s) and x (900 s and an hour), alike in value: half each
    assert facts(again) == [
        (cut, "w", "w", 4, 900, "arrived", cut + 900),
        (cut, "w", "x", 4, 900 + HOUR, "arrived", cut + 900 + HOUR),
    ]
    # to z beyond w
    record = run(scene(make, "g-x:3.6 x-w:3.6 w-y:3.6 w-z:3.6", 8, rule=TO_Y, events=events))
    assert facts(record.moves[1:]) == [(cut, "w", "z", 8, 900 + HOUR, "arrived", cut + 900 + HOUR)]


def test_a_one_way_road_that_closes_under_those_who_go_on_along_it_is_news(make: Make) -> None:
    # y falls 2,700 s beyond x: on to w, since nobody turns on a road of one way. It closes 100 s
    # later: they get off it, on to w, with 800 s to go
    cut = FALL + HOUR + 2_700
    events = {
        "y_falls": falls("y", cut),
        "shut": {"kind": "close", "roads": "x-w", "at": cut + 100},
    }
    roads = "g-x:3.6 x>w:3.6 w-y:3.6 w-z:3.6"
    record = run(scene(make, roads, 8, rule=TO_Y, events=events))
    assert facts(record.moves)[1] == (cut, "w", "z", 8, 900 + HOUR, "chose again", cut + 100)
    assert {m.time for m in record.moves[2:]} == {cut + 100}
    assert sum(m.persons for m in record.moves[2:]) == 8


def test_between_two_lost_places_they_are_lost(make: Make) -> None:
    cut = FALL + HOUR + 900
    events = {"x_falls": falls("x", cut), "y_falls": falls("y", cut)}
    record = run(scene(make, "g-x:3.6 x-y:3.6", 8, rule=TO_Y, events=events))
    assert facts(record.moves) == [(FALL, "g", "y", 8, 2 * HOUR, "lost", cut)]


def test_the_way_out_of_a_lost_place_can_be_lost_too(make: Make) -> None:
    cut = FALL + 900
    record = run(scene(make, "g-y:3.6", 8, rule=TO_Y, events={"y_falls": falls("y", cut)}))
    assert facts(record.moves) == [(FALL, "g", "y", 8, HOUR, "lost", cut)]


def test_a_goal_that_falls_at_the_instant_of_arrival_is_not_reached(make: Make) -> None:
    at = FALL + HOUR
    record = run(scene(make, "g-y:3.6 y-z:3.6", 8, rule=TO_Y, events={"y": falls("y", at)}))
    assert facts(record.moves) == [
        (FALL, "g", "y", 8, HOUR, "chose again", at),
        (at, "y", "z", 8, HOUR, "arrived", at + HOUR),
    ]


def test_a_goal_that_passes_to_one_who_only_lets_them_pass_is_a_goal_no_more(make: Make) -> None:
    at = FALL + 1_800
    record = run(
        scene(make, "g-y:3.6 y-z:3.6", 8, rule=TO_Y, events={"y": falls("y", at, "green")},
              actors={"red": {"transit": {"green": 500_000}}, "green": {}})
    )  # fmt: skip
    # half-way there; on over y to z
    assert facts(record.moves) == [
        (FALL, "g", "y", 8, HOUR, "chose again", at),
        (at, record.moves[1].origin, "z", 8, 1_800 + HOUR, "arrived", at + 1_800 + HOUR),
    ]


def test_on_the_way_out_nothing_closes_behind_them(make: Make) -> None:
    exits = {"sea": {"places": "x", "seconds": HOUR, "value": 9}}
    events = {"x_falls": falls("x", FALL + 1_500)}
    record = run(scene(make, "g-x:1", 8, rule={"value": 99}, exits=exits, events=events))
    assert facts(record.moves) == [(FALL, "g", "sea", 8, 1_000 + HOUR, "left", FALL + 1_000 + HOUR)]


def test_those_who_arrived_are_displaced_again_with_the_losses_they_bring(make: Make) -> None:
    men = {"men": {"place": "g", "strength": 100, "loss": 0.2}}
    record = run(
        scene(make, "g-x:1 x-y:1", 0, garrisons=men, rule={"hours": -99},
              events={"x_falls": falls("x", FALL + 5_000)})
    )  # fmt: skip
    assert [(m.time, m.choice, m.persons, m.outcome) for m in record.moves] == [
        (FALL, "g", 20, "lost"), (FALL, "x", 80, "arrived"),
        (FALL + 5_000, "x", 16, "lost"), (FALL + 5_000, "y", 64, "arrived"),
    ]  # fmt: skip


def test_those_on_the_way_at_the_end_are_still_moving(make: Make) -> None:
    record = run(scene(make, "g-x:9", 8, length=FALL + 8_999))
    assert [(m.outcome, m.ended) for m in record.moves] == [("moving", None)]


# --- everybody is accounted for ------------------------------------------------------------


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_persons_are_conserved(wild: Callable[[int], Scenario], seed: int) -> None:
    """Strength at the start = at places + moving + lost + left + stayed + dispersed."""
    scenario = wild(seed)
    luck, begun = Luck(scenario.seed), 0
    for g in scenario.garrisons.values():
        begun += luck.whole(g.strength, f"garrison:{g.id}:strength")
    sim = Simulation(scenario, scenario.seed, 0, False)
    record = sim.finish()
    ends = ("moving", "lost", "left", "stayed", "dispersed")
    gone = sum(m.persons for m in record.moves if m.outcome in ends)
    assert sum(sim.garrisons.strength.values()) + gone == begun
    for move in record.moves:
        assert move.persons > 0
        assert (move.ended is None) == (move.outcome == "moving")
        if move.outcome in ("arrived", "left"):
            assert move.ended == move.time + move.seconds
        elif move.ended is not None:
            assert move.time <= move.ended <= max(move.time, move.time + move.seconds)


def test_a_run_that_loses_a_person_stops(make: Make) -> None:
    sim = Simulation(scene(make, "g-x:1", 8), 1, 0, False)
    sim.garrisons.strength["red", "g"] -= 1
    with pytest.raises(AssertionError, match="not all accounted for"):
        sim.finish()
