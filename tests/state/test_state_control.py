"""Who may pass: shares, friends, transit, sieges, seals, closures, damage, loads."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED
from sim.scenario.model import PPM, Scenario
from sim.state.control import EVERYONE, Control
from sim.state.luck import Luck
from sim.state.passages import Passage, Passages
from sim.state.sides import Side
from sim.state.terrain import Terrain

Make = Callable[..., Scenario]
HALF = PPM // 2


def control_of(scenario: Scenario) -> Control:
    return Control.at_start(scenario, Terrain.draw(scenario, Luck(1)))


def passage_of(
    scenario: Scenario, control: Control, actor: str = "red", foreign: str = "", load: int = 10
) -> Passage:
    side = Side.of(actor, scenario.actors)
    return Passage(control, side, frozenset(foreign.split()), load, scenario.truck_load)


def roads(scenario: Scenario, control: Control, actor: str = "red", **given: Any) -> dict[str, int]:
    passage = passage_of(scenario, control, actor, **given)
    assert np.array_equal(passage.road[:, 0], passage.road[:, 1])
    return dict(zip(control.terrain.graph.roads, passage.road[:, 0].tolist(), strict=True))


def test_a_speed_of_next_to_nothing_is_the_longest_time_a_road_may_take(make: Make) -> None:
    scenario = make("a-b:1", speed=1e-9)
    assert Terrain.draw(scenario, Luck(1)).graph.seconds.tolist() == [2**31]


def test_terrain_gives_whole_seconds_at_least_one_and_the_drawn_capacity(make: Make) -> None:
    s = make("a-b:3/50 b-c:0.0001", places={"b": {"capacity": 70}})
    terrain = Terrain.draw(s, Luck(1))
    # 3 km at 3.6 km/h = 3000 s; 0.0001 km = 0.1 s, raised to a second
    assert terrain.graph.seconds.tolist() == [3000, 1]
    assert terrain.road_capacity == ((50, 50), (1000, 1000))
    assert terrain.place_capacity == (UNLIMITED, 70, UNLIMITED)


def test_the_rows_of_the_start_tell_all_that_holds_then_in_order(make: Make) -> None:
    s = make("a-b:1/50 b-c:1", places={"b": {"capacity": 70}}, held={"b": "blue"})
    control = control_of(s)
    control.close("b-c", "start")
    control.besiege("b", ["blue"])
    control.seal("b", [EVERYONE])
    rows = list(control.initial_rows())
    assert rows == sorted(rows)
    assert [(id_, what, value) for (_, id_, what), value in rows if id_ in ("b", "b-c")] == [
        ("b", "besieged", "blue"), ("b", "capacity_kg_per_day", "70"), ("b", "holders", "blue=1"),
        ("b", "sealed", EVERYONE),
        # 1 km at 3.6 km/h is 1000 s
        ("b-c", "capacity_kg_per_day", "1000"), ("b-c", "seconds", "1000"),
        ("b-c", "state", "closed"),
    ]  # fmt: skip


def test_a_road_takes_the_lesser_share_of_its_two_ends(make: Make) -> None:
    s = make("a-b:1 b-c:1 c-d:1", held={"b": {"red": 700_000, "blue": 300_000}, "c": "blue"})
    control = control_of(s)
    # red: a 1, b 0.7, c 0, d 1; of 1000 kg/day
    assert roads(s, control) == {"a-b": 700, "b-c": 0, "c-d": 0}
    # blue: a 0, b 0.3, c 1, d 0
    assert roads(s, control, "blue") == {"a-b": 0, "b-c": 300, "c-d": 0}


def test_a_place_that_nobody_holds_passes_nothing(make: Make) -> None:
    s = make("a-b:1", held={"b": None})
    assert roads(s, control_of(s)) == {"a-b": 0}


@pytest.mark.parametrize("who", ["red", "green"])
def test_friendship_is_mutual_and_friends_shares_add_up(make: Make, who: str) -> None:
    # only one side names the other
    friends = {"green": {"friends": "red"} if who == "green" else {}}
    friends["red"] = {"friends": "green"} if who == "red" else {}
    s = make(
        "a-b:1 b-c:1",
        actors=friends,
        held={"b": {"red": 500_000, "green": 250_000, "blue": 250_000}, "c": "green"},
    )
    control = control_of(s)
    assert roads(s, control, "red") == {"a-b": 750, "b-c": 750}
    assert roads(s, control, "green") == {"a-b": 750, "b-c": 750}
    assert roads(s, control, "blue") == {"a-b": 0, "b-c": 0}
    # a friend's friend is no friend
    assert Side.of("blue", s.actors).own == {"blue"}


def test_transit_is_one_way_and_is_a_share_of_the_holders_part(make: Make) -> None:
    s = make(
        "a-b:1 b-c:1",
        actors={"red": {"transit": {"blue": 200_000}}},
        held={"b": "blue", "c": {"red": HALF, "blue": HALF}},
    )
    control = control_of(s)
    # b: 0.2; c: 0.5 + 0.5 * 0.2 = 0.6
    assert roads(s, control) == {"a-b": 200, "b-c": 200}
    assert roads(s, control, "blue") == {"a-b": 0, "b-c": 500}
    assert Side.of("red", s.actors).enemies == frozenset()
    assert Side.of("blue", s.actors).enemies == {"red"}


def test_the_besieged_pass_nothing_and_those_around_them_go_on(make: Make) -> None:
    s = make("a-b:1 b-c:1", held={"b": {"red": 700_000, "blue": 300_000}}, besieged={"b": "blue"})
    control = control_of(s)
    assert roads(s, control)["a-b"] == 700
    assert passage_of(s, control, "blue").open.tolist() == [False, False, False]
    assert Side.of("blue", s.actors).holds(control, "b")
    control.besiege("b", ["red", "green"])  # green does not hold it: left out
    assert control.besieged["b"] == {"red", "blue"}
    assert roads(s, control) == {"a-b": 0, "b-c": 0}
    control.relieve("b")
    assert roads(s, control)["a-b"] == 700
    control.besiege("a", ["blue"])
    assert "a" not in control.besieged


def test_a_siege_ends_with_a_capture_even_by_the_same_holder(make: Make) -> None:
    s = make("a-b:1", besieged={"a": "red"})
    control = control_of(s)
    control.capture("a", {"red": PPM})
    assert control.besieged == {}
    assert control.settle() == [(("place", "a", "besieged"), "red", "")]


def test_what_bears_on_who_passes_is_told_apart_and_nothing_else(make: Make) -> None:
    s = make("a-b:1", held={"a": {"red": HALF, "blue": HALF}})
    control = control_of(s)
    start = control.bearing("a"), control.bearing("a-b")
    control.damage("road", "a-b", "idle", PPM)  # takes nothing
    control.slow("a-b", "mud", HALF)  # slower, and yet nobody is kept out
    control.raid("b", "red", "raid")  # elsewhere
    assert (control.bearing("a"), control.bearing("a-b")) == start
    changes = [
        ("a", lambda: control.besiege("a", ["red"])),
        ("a", lambda: control.seal("a", ["blue"])),
        ("a", lambda: control.damage("place", "a", "bomb", HALF)),
        ("a", lambda: control.capture("a", {"red": PPM})),
        ("a-b", lambda: control.damage("road", "a-b", "bomb", HALF)),
        ("a-b", lambda: control.slow("a-b", "mud", 0)),
        ("a-b", lambda: control.close("a-b", "raid")),
    ]
    seen = list(start)
    for id_, change in changes:
        change()
        assert control.bearing(id_) not in seen
        seen.append(control.bearing(id_))


def test_seals_close_a_place_to_those_named_or_to_all(make: Make) -> None:
    s = make("a-b:1", held={"b": {"red": HALF, "blue": HALF}, "a": {"red": HALF, "blue": HALF}})
    control = control_of(s)
    control.seal("a", ["blue"])
    assert (roads(s, control)["a-b"], roads(s, control, "blue")["a-b"]) == (500, 0)
    control.seal("a", [EVERYONE])
    assert roads(s, control)["a-b"] == 0
    control.unseal("a", [])
    assert roads(s, control, "blue")["a-b"] == 500
    control.unseal("a", [])  # nothing to open: nothing happens
    assert control.sealed == {}


def test_one_of_those_it_is_sealed_to_can_be_let_through(make: Make) -> None:
    s = make("a-b:1", held={"b": {"red": HALF, "blue": HALF}, "a": {"red": HALF, "blue": HALF}})
    control = control_of(s)
    control.seal("a", ["red", "blue"])
    control.unseal("a", ["red"])
    assert (roads(s, control)["a-b"], roads(s, control, "blue")["a-b"]) == (500, 0)
    # sealed to all, then opened to red: it stays sealed to the others
    control.seal("a", [EVERYONE])
    control.unseal("a", ["red"], s.actors)
    assert (roads(s, control)["a-b"], roads(s, control, "blue")["a-b"]) == (500, 0)
    assert control.value(("place", "a", "sealed")) == "blue"


def test_a_road_is_open_again_when_its_last_cause_is_gone(make: Make) -> None:
    s = make("a-b:1!")
    control = control_of(s)
    control.close("a-b", "raid")
    control.open("a-b", "start")
    assert roads(s, control)["a-b"] == 0
    control.open("a-b", "never there")
    assert roads(s, control)["a-b"] == 0
    control.open("a-b", "raid")
    assert roads(s, control)["a-b"] == 1000
    control.close("a-b", "x")
    control.close("a-b", "y")
    control.open("a-b")  # all causes
    assert roads(s, control)["a-b"] == 1000


def test_damages_multiply_and_are_repaired_one_by_one(make: Make) -> None:
    s = make("a-b:1/999", places={"b": {"capacity": 777}})
    control = control_of(s)
    control.damage("road", "a-b", "x", HALF)
    control.damage("road", "a-b", "y", 300_000)
    control.damage("place", "b", "x", 100_000)
    assert roads(s, control)["a-b"] == 149  # 999 * 0.15 = 149.85
    assert passage_of(s, control).place.tolist() == [UNLIMITED, 77]
    assert control.value(("road", "a-b", "kept")) == "0.5*0.3"
    control.repair("road", "a-b", "x")
    control.repair("road", "a-b", "x")
    assert roads(s, control)["a-b"] == 299  # 999 * 0.3 = 299.7
    control.repair("road", "a-b", "y")
    assert roads(s, control)["a-b"] == 999
    assert control.value(("road", "a-b", "kept")) == "1"
    # an unlimited place stays unlimited, whatever is lost of it
    control.damage("place", "a", "x", 1)
    assert passage_of(s, control).place[0] == UNLIMITED


def test_a_foreign_source_serves_whoever_holds_it_until_it_is_sealed(make: Make) -> None:
    s = make("a-b:1", held={"a": "blue"})
    control = control_of(s)
    assert roads(s, control)["a-b"] == 0
    assert roads(s, control, foreign="a")["a-b"] == 1000
    control.besiege("a", ["blue"])
    assert roads(s, control, foreign="a")["a-b"] == 1000
    control.seal("a", ["red"])
    assert roads(s, control, foreign="a")["a-b"] == 0


def test_a_lighter_commodity_takes_more_of_a_road(make: Make) -> None:
    s = make("a-b:1/101", places={"b": {"capacity": 55}})
    control = control_of(s)
    # capacities hold for trucks of 10 kg; a truck that carries 5 kg moves half of it
    assert roads(s, control, load=5)["a-b"] == 50
    assert roads(s, control, load=20)["a-b"] == 202
    assert passage_of(s, control, load=5).place.tolist() == [UNLIMITED, 27]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    whole=st.integers(0, 10**9),
    place=st.none() | st.integers(0, 10**9),
    shares=st.lists(st.integers(0, PPM), min_size=4, max_size=4),
    transit=st.integers(0, PPM),
    kept=st.lists(st.integers(0, PPM), max_size=3),
    load=st.integers(1, 30_000),
    truck=st.integers(1, 30_000),
)
def test_capacities_are_floored_once_after_all_factors(
    make: Make,
    whole: int,
    place: int | None,
    shares: list[int],
    transit: int,
    kept: list[int],
    load: int,
    truck: int,
) -> None:
    """Exact against fractions."""
    red_a, blue_a = shares[0] // 2, shares[1] // 2
    red_b, blue_b = shares[2] // 2, shares[3] // 2
    s = make(
        f"a-b:1/{whole}",
        truck_load=truck,
        actors={"red": {"transit": {"blue": transit}}},
        held={"a": {"red": red_a, "blue": blue_a}, "b": {"red": red_b, "blue": blue_b}},
        places={} if place is None else {"b": {"capacity": place}},
    )
    control = control_of(s)
    for i, share in enumerate(kept):
        control.damage("road", "a-b", f"cause {i}", share)
        control.damage("place", "b", f"cause {i}", share)
    part = Fraction(transit, PPM)
    share_a = Fraction(red_a, PPM) + part * Fraction(blue_a, PPM)
    share_b = Fraction(red_b, PPM) + part * Fraction(blue_b, PPM)
    factor = Fraction(load, truck)
    for share in kept:
        factor *= Fraction(share, PPM)
    passage = passage_of(s, control, load=load)
    assert passage.road[0].tolist() == [int(whole * min(share_a, share_b) * factor)] * 2
    if place is None:
        assert passage.place[1] == (UNLIMITED if share_b else 0)
    else:
        assert passage.place[1] == int(place * share_b * factor)
    assert passage.open.tolist() == [bool(share_a), passage.place[1] > 0]


def test_a_copy_is_independent_both_ways(make: Make) -> None:
    s = make("a-b:1 b-c:1", besieged={"a": "red"}, sealed={"b": "blue"})
    control = control_of(s)
    control.damage("road", "a-b", "x", HALF)
    control.close("b-c", "x")
    control.settle()
    twin = control.copy()
    before = state(control)
    assert state(twin) == before
    change_everything(twin)
    assert state(control) == before
    assert control.settle() == []
    third = control.copy()
    change_everything(control)
    assert state(third) == before
    assert state(control) == state(twin)
    assert third.settle() == []


def state(control: Control) -> tuple[Any, ...]:
    return (
        {p: dict(s) for p, s in control.holders.items()},
        dict(control.besieged),
        dict(control.sealed),
        dict(control.closed),
        {k: dict(v) for k, v in control.kept.items()},
    )


def change_everything(control: Control) -> None:
    control.capture("b", {"blue": 1})
    control.capture("a", {"blue": PPM})
    control.besiege("a", ["blue"])
    control.seal("c", [EVERYONE])
    control.unseal("b", [])
    control.open("b-c")
    control.close("a-b", "y")
    control.damage("road", "a-b", "z", 1)
    control.damage("place", "a", "z", 1)


ACTIONS: list[Callable[[Control], None]] = [
    lambda c: c.capture("a", {"blue": PPM}),
    lambda c: c.capture("a", {"red": PPM}),
    lambda c: c.capture("b", {"blue": HALF, "red": HALF}),
    lambda c: c.capture("b", {"red": PPM}),
    lambda c: c.besiege("a", ["red", "blue"]),
    lambda c: c.relieve("a"),
    lambda c: c.seal("b", ["red"]),
    lambda c: c.seal("b", [EVERYONE]),
    lambda c: c.unseal("b", []),
    lambda c: c.close("a-b", "x"),
    lambda c: c.close("a-b", "y"),
    lambda c: c.open("a-b", "x"),
    lambda c: c.open("a-b"),
    lambda c: c.damage("road", "b-c", "x", HALF),
    lambda c: c.damage("place", "c", "y", HALF),
    lambda c: c.repair("road", "b-c", "x"),
    lambda c: c.repair("place", "c", "y"),
]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(range(len(ACTIONS))), max_size=12))
def test_settling_gives_the_difference_and_a_kept_passage_equals_a_new_one(
    make: Make, which: list[int]
) -> None:
    s = make("a-b:1 b-c:1 a-c:2", places={"c": {"capacity": 40}})
    control = control_of(s)
    kept, first = passage_of(s, control), control.copy()
    for i in which:
        ACTIONS[i](control)
    changes = control.settle()
    keys = [
        (kind, id_, what)
        for kind, ids, whats in (
            ("place", "abc", ("holders", "besieged", "sealed", "kept")),
            ("road", ("a-b", "a-c", "b-c"), ("state", "kept")),
        )
        for id_ in ids
        for what in whats
    ]
    differs = {k: (first.value(k), control.value(k)) for k in keys}
    assert {k: (old, new) for k, old, new in changes} == {
        k: pair for k, pair in differs.items() if pair[0] != pair[1]
    }
    assert [k for k, _, _ in changes] == sorted(k for k, _, _ in changes)
    kept.refresh(
        [k[1] for k, _, _ in changes if k[0] == "place"],
        [k[1] for k, _, _ in changes if k[0] == "road"],
    )
    new = passage_of(s, control)
    assert np.array_equal(kept.road, new.road)
    assert np.array_equal(kept.place, new.place)
    assert np.array_equal(kept.open, new.open)
    assert control.settle() == []


def test_a_passage_under_another_state_reads_that_state_alone(make: Make) -> None:
    s = make("a-b:1", held={"a": "blue"})
    control = control_of(s)
    passage = passage_of(s, control, foreign="a", load=5)
    other = control.copy()
    other.close("a-b", "x")
    assert passage.under(other).road.max() == 0
    assert passage.under(control).road.max() == passage.road.max() == 500


@pytest.mark.parametrize("before", ["", "a", "d", "a d"])
@pytest.mark.parametrize("then", ["", "a", "d", "a d"])
def test_with_other_sources_abroad_capacities_are_as_if_made_for_them(
    make: Make, before: str, then: str
) -> None:
    s = make("a-b:1 b-c:1 c-d:1", held={"a": "blue", "d": {"red": HALF, "blue": HALF}})
    control = control_of(s)
    given = passage_of(s, control, foreign=before)
    kept = given.key
    other, fresh = given.sourced(frozenset(then.split())), passage_of(s, control, foreign=then)
    assert (other.key, other.share) == (fresh.key, fresh.share)
    assert np.array_equal(other.open, fresh.open)
    # the two go their own ways from here
    control.capture("b", {"blue": PPM})
    assert other.refresh(["b"], [])
    assert other.key == passage_of(s, control, foreign=then).key
    assert (given.key, given.road[:, 0].any()) == (kept, True)


def test_one_who_asks_finds_what_another_has_asked_for(make: Make) -> None:
    s = make("a-b:1 b-c:1", held={"c": "blue"}, commodities={"goods": 10, "fuel": 5})
    control = control_of(s)
    sides = {actor: Side.of(actor, s.actors) for actor in s.actors}
    passages = Passages(control, sides, s.truck_load)
    plain, fuel = passages.of("red"), passages.of("red", load=5)
    assert passages.of("red", load=s.truck_load) is plain  # a full truck is the standard
    assert fuel is not plain
    assert (plain.road[0, 0], fuel.road[0, 0]) == (1_000, 500)
    control.capture("c", {"red": PPM})
    control.close("a-b", "x")
    # what is asked for first after a change is right already, and has not changed since
    blue = passages.of("blue")
    assert passages.refresh(["c"], ["a-b"]) == {plain, fuel}
    assert (plain.road[:, 0].tolist(), blue.road[:, 0].tolist()) == ([0, 1_000], [0, 0])
