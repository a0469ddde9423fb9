"""Garrisons that go: before enemies who are many times theirs, out of a ring, and by agreement.

Men go as one body, at 3.6 km/h: 10 km take 10,000 s. Forces march 10 km a day.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from scipy.stats import binomtest

from sim.engine.simulation import run
from sim.scenario.distributions import Constant, Uniform
from sim.scenario.model import DAY, LeaveRule, Rules, Scenario
from sim.state.luck import Luck
from sim.state.record import Record

Make = Callable[..., Scenario]


def with_rule(scenario: Scenario, *actors: str, **given: Any) -> Scenario:
    """The scenario with a rule for some actors (blue's where none is named)."""
    numbers = {k: v if v is None else Constant(float(v)) for k, v in given.items()}
    rules = {actor: LeaveRule(actor, **numbers) for actor in actors or ("blue",)}
    return dataclasses.replace(scenario, rules=Rules(leave=rules))


def a_march(make: Make, roads: str = "b-x:10 x-y:10", **given: Any) -> Scenario:
    """1,000 of red march from b on x, where 400 of blue stand; y behind it is blue's too."""
    red = {"route": "b x", "strength": 1000} | given.pop("red", {})
    return make(
        roads,
        held={"x": "blue", "y": "blue"} | given.pop("held", {}),
        operations={"op": red} | given.pop("operations", {}),
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 400} | given.pop("blue", {})}
        | given.pop("garrisons", {}),
        fighting={"attack": 0.1, "defend": 0.1} | given.pop("fighting", {}),
        **given,
    )


def told(record: Record, *kinds: str) -> list[tuple[int, str]]:
    return [(row.time, row.kind) for row in record.events if row.kind in kinds]


def moves(record: Record) -> list[tuple[int, str, str, int, str, str]]:
    return [(m.time, m.origin, m.choice, m.persons, m.manner, m.outcome) for m in record.moves]


# --- faced ------------------------------------------------------------------------------------


def test_a_garrison_that_is_faced_goes_as_one_body_and_the_place_is_walked_into(
    make: Make,
) -> None:
    # red is 4 km off after 6 km, 0.6 days; it arrives after a day and takes x a second later
    record = run(with_rule(a_march(make), odds=2.5, within=4, goes=1))
    due = round(0.6 * DAY)
    assert moves(record) == [(due, "x", "y", 400, "went", "arrived")]
    assert record.moves[0].ended == due + 10_000
    assert told(record, "leaves", "battle", "taken") == [(due, "leaves"), (DAY + 1, "taken")]
    assert record.fallen == {}


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ({"odds": 2.5}, True),  # 1,000 are 2.5 times 400
        ({"odds": 2.501}, False),
        ({"odds": 1, "goes": 0}, False),
        ({"odds": 1, "worth": 2}, False),  # x is worth 2 to blue
        ({"odds": 1, "worth": 2.001}, True),
    ],
)
def test_what_lets_a_garrison_go(make: Make, given: dict[str, float], goes: bool) -> None:
    scenario = a_march(make, regroup={"blue": {"values": {"x": 2}}})
    record = run(with_rule(scenario, **{"goes": 1, "within": 4} | given))
    assert (told(record, "leaves") != []) == goes
    assert (told(record, "battle") == []) == goes


def test_the_value_of_a_front_goes_before_that_of_regrouping(make: Make) -> None:
    scenario = a_march(make, regroup={"blue": {"values": {"x": 2}}},
                       fronts={"blue": {"values": {"x": 1}}})  # fmt: skip
    assert told(run(with_rule(scenario, odds=1, worth=1.5, goes=1)), "leaves")
    assert not told(run(with_rule(scenario, odds=1, worth=1, goes=1)), "leaves")


@pytest.mark.parametrize(
    "given",
    [
        {"roads": "b-x:10 x-y:10!"},  # the only road is closed
        {"held": {"y": "red"}},  # there is no place of its side
        {"places": {"y": {"billets": 399}}},  # one body has no room
        {"besieged": {"y": "blue"}},  # y is in a ring
        {"regroup": {"blue": {"max_seconds": 9_999}}},  # it is too far
        # y is faced as well
        {"operations": {"too": {"route": "c y", "strength": 10}}, "roads": "b-x:10 x-y:10 c-y:10"},
    ],
)
def test_where_no_way_is_open_nobody_leaves(make: Make, given: dict[str, Any]) -> None:
    record = run(with_rule(a_march(make, **given), odds=1, goes=1, within=10))
    assert not told(record, "leaves")
    assert told(record, "battle")


def test_men_of_a_friend_and_of_a_force_there_count(make: Make) -> None:
    # 400 and 100 at x: 1,000 are twice as many, not 2.1 times
    more = {"h": {"actor": "green", "place": "x", "strength": 100}}
    friends = {"blue": {"friends": "green"}, "green": {}}
    scenario = a_march(make, garrisons=more, actors=friends,
                       held={"x": {"blue": 600_000, "green": 400_000}})  # fmt: skip
    assert told(run(with_rule(scenario, odds=2, goes=1)), "leaves")
    assert not told(run(with_rule(scenario, odds=2.1, goes=1)), "leaves")
    back = {"back": {"actor": "blue", "route": "x y", "strength": 100, "at": 9 * DAY}}
    at_home = a_march(make, operations=back)
    assert told(run(with_rule(at_home, odds=2.5, goes=1)), "leaves")  # it has not begun


def test_a_loss_on_leaving_is_told_as_dead_and_taken(make: Make) -> None:
    # a tenth of 400 do not get away, a quarter of those are prisoners
    rule = {"odds": 1, "within": 4, "goes": 1, "goes_loss": 0.1, "taken": 0.25}
    record = run(with_rule(a_march(make), **rule))
    due = round(0.6 * DAY)
    assert moves(record) == [
        (due, "x", "x", 30, "went", "lost"),
        (due, "x", "x", 10, "went", "taken"),
        (due, "x", "y", 360, "went", "arrived"),
    ]


def test_of_those_lost_with_a_place_a_share_is_taken(make: Make) -> None:
    # x falls by an event: 0.3 of 400 are lost, a third of the 120 are prisoners
    falls = {"e": {"kind": "capture", "places": "x", "by": "red", "at": DAY}}
    scenario = a_march(make, blue={"loss": 0.3}, red={"at": 9 * DAY}, events=falls)
    found = [m[3:] for m in moves(run(with_rule(scenario, taken=1 / 3)))]
    assert found == [(80, "displaced", "lost"), (40, "displaced", "taken"),
                     (280, "displaced", "dispersed")]  # fmt: skip


def test_a_garrison_has_one_chance_each_time_it_is_faced(make: Make) -> None:
    # red attacks, is beaten at once, falls back 10 km to its base in a third of a day, and tries
    # again a day later: the n-th time it has the n-th number
    scenario = a_march(
        make, fighting={"attack": 0, "defend": 100}, length=20 * DAY,
        red={"again": DAY, "retreat": 30},
    )  # fmt: skip
    for replicate in range(20):
        record = run(with_rule(scenario, odds=0.01, goes=0.3), replicate=replicate)
        luck = Luck(1, replicate)
        attacks = len(told(record, "battle"))
        numbers = [luck.uniform(f"leaves:blue:x:{n}") for n in range(1, attacks + 2)]
        assert all(u >= 0.3 for u in numbers[:attacks])
        if told(record, "leaves"):
            assert numbers[attacks] < 0.3
    assert attacks


def test_how_often_they_go_is_the_stated_chance(make: Make) -> None:
    scenario = with_rule(a_march(make, length=2 * DAY), odds=1, goes=0.3)
    left = sum(bool(told(run(scenario, replicate=i), "leaves")) for i in range(400))
    assert binomtest(left, 400, 0.3).pvalue > 1e-3


def test_a_nominal_run_goes_by_what_is_more_likely(make: Make) -> None:
    assert told(run(with_rule(a_march(make), odds=1, goes=0.5), nominal=True), "leaves")
    assert not told(run(with_rule(a_march(make), odds=1, goes=0.49), nominal=True), "leaves")


def test_nothing_that_happens_elsewhere_changes_who_goes_or_when(make: Make) -> None:
    roads = "b-x:10 x-y:10 p-q:10"
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 701 * i}
        for i in range(1, 1_001)
    }
    quiet = with_rule(a_march(make, roads=roads), odds=1, within=3.3, goes=0.5)
    busy = with_rule(a_march(make, roads=roads, events=idle, sample=3600),
                     odds=1, within=3.3, goes=0.5)  # fmt: skip
    for replicate in range(8):
        one, other = (
            run(scenario, replicate=replicate, credit=False) for scenario in (quiet, busy)
        )
        assert told(one, "leaves", "battle", "taken") == told(other, "leaves", "battle", "taken")
        assert moves(one) == moves(other)


def test_nobody_is_sent_to_a_place_that_was_left(make: Make) -> None:
    # y may send its 300; red at the end of its route stands before x no more, for it is its own
    far = {"h": {"actor": "blue", "place": "z", "strength": 300, "reserve": 1}}
    scenario = a_march(make, roads="b-x:30 x-y:10 y-z:10", held={"z": "blue"}, garrisons=far,
                       fronts={"blue": {"delay": DAY}})  # fmt: skip
    sent = [m for m in run(scenario).moves if m.reserve]
    assert [m.choice for m in sent] == ["x"]
    left = run(with_rule(scenario, odds=1, within=25, goes=1))
    assert told(left, "leaves")[0] == (DAY // 2, "leaves")
    assert [m for m in left.moves if m.reserve and m.time < 3 * DAY] == []


# --- ringed -----------------------------------------------------------------------------------


def a_siege(make: Make, **given: Any) -> Scenario:
    """Red closes a ring round x after a day, to storm it on day 9; blue's stock ends on day 3."""
    line = {"sources": "y", "supply": {"y": 0}, "actor": "blue",
            "sinks": {"x": {"demand": 100, "stock": 300}}}  # fmt: skip
    red = {"rings": {"x": 8 * DAY}} | given.pop("red", {})
    return a_march(make, red=red, axes={"line": line}, length=15 * DAY, **given)


def test_a_garrison_out_of_stock_breaks_out_and_the_place_is_taken(make: Make) -> None:
    rule = {"breaks_out": 1, "breaks_out_loss": 0.25, "taken": 0.4}
    record = run(with_rule(a_siege(make), **rule))
    assert told(record, "ring", "breaks_out", "taken", "battle") == [
        (DAY, "ring"), (3 * DAY, "breaks_out"), (3 * DAY + 1, "taken"),
    ]  # fmt: skip
    assert moves(record) == [
        (3 * DAY, "x", "x", 60, "broke out", "lost"),
        (3 * DAY, "x", "x", 40, "broke out", "taken"),
        (3 * DAY, "x", "y", 300, "broke out", "arrived"),
    ]


def test_by_agreement_they_are_let_go_through_the_enemys_ground(make: Make) -> None:
    # r between x and y is red's: a garrison that is faced cannot go there, one that is let go can
    scenario = a_siege(make, roads="b-x:10 x-r:10 r-y:10")
    record = run(with_rule(scenario, odds=1, goes=1, offers=1, takes=1, agreed_loss=0.01))
    assert told(record, "leaves", "agreement", "taken", "battle") == [
        (3 * DAY, "agreement"), (3 * DAY + 1, "taken"),
    ]  # fmt: skip
    assert moves(record)[1] == (3 * DAY, "x", "y", 396, "by agreement", "arrived")
    assert record.moves[1].ended == 3 * DAY + 20_000


def test_who_is_let_go_and_finds_the_goal_lost_chooses_again(make: Make) -> None:
    # y falls 3,000 s before they are there, and they are nearer to it than to x: on to z
    falls = {"e": {"kind": "capture", "places": "y", "by": "red", "at": 3 * DAY + 7_000}}
    scenario = a_siege(make, roads="b-x:10 x-y:10 y-z:10", held={"z": "blue"}, events=falls,
                       regroup={"blue": {}})  # fmt: skip
    record = run(with_rule(scenario, offers=1, takes=1))
    assert moves(record) == [
        (3 * DAY, "x", "y", 400, "by agreement", "chose again"),
        (3 * DAY + 7_000, "y", "z", 400, "displaced", "arrived"),
    ]


def test_where_nothing_comes_of_it_the_siege_goes_on(make: Make) -> None:
    # once a ring: one refusal, and the storm when its time has come, a second after the ring
    for rule in ({"offers": 1, "takes": 0}, {"offers": 0}, {"left": 0.9}):
        record = run(with_rule(a_siege(make), **rule))
        assert len(told(record, "offer")) == rule.get("offers", 0)
        assert told(record, "agreement", "breaks_out") == []
        assert told(record, "battle")[0] == (9 * DAY, "battle")
        assert not [m for m in record.moves if m.manner != "displaced"]


def test_a_garrison_that_beat_off_a_storm_and_is_spent_goes(make: Make) -> None:
    # 400 lose some 1 % a day for each red man while 100 of red fight to the last of 30; it has
    # stock for ever. Below 0.99 of what it was it is spent, below 0.5 it is not
    storm = {"red": {"strength": 300, "rings": {"x": 0}, "on_repulse": "hold", "breaks": 0.3},
             "fighting": {"attack": 0.1, "defend": 0.2}}  # fmt: skip
    scenario = a_march(make, **storm)
    beaten = told(run(scenario), "repulsed")[0][0]
    record = run(with_rule(scenario, left=0.99, breaks_out=1, breaks_out_loss=0))
    assert told(record, "breaks_out") == [(beaten + 2, "breaks_out")]
    assert told(record, "taken") == [(beaten + 3, "taken")]
    assert not told(run(with_rule(scenario, left=0.5, breaks_out=1)), "breaks_out")


def test_nothing_that_happens_elsewhere_changes_what_comes_of_a_ring(make: Make) -> None:
    roads = "b-x:10 x-y:10 p-q:10"
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 1_201 * i}
        for i in range(1, 1_001)
    }
    rule = {"breaks_out": 0.4, "offers": 0.8, "takes": 0.5}
    quiet = with_rule(a_siege(make, roads=roads), **rule)
    busy = with_rule(a_siege(make, roads=roads, events=idle, sample=3600), **rule)
    found = set()
    for replicate in range(16):
        one, other = (run(s, replicate=replicate, credit=False) for s in (quiet, busy))
        assert moves(one) == moves(other)
        found |= {m.manner for m in one.moves}
    assert found == {"displaced", "broke out", "by agreement"}


@pytest.mark.parametrize("civilians", [None, 0, 20_000])
def test_the_offer_is_taken_the_likelier_the_more_civilians_there_are(
    make: Make, civilians: int | None
) -> None:
    # 1 - (1 - 0.2) exp(-0.05 * 20): 0.2 with none, 0.706 with 20,000
    scenario = a_siege(make, places={"x": {"population": civilians}})
    rule = {"offers": 1, "takes": 0.2, "per_thousand": 0.05}
    chance = 1 - 0.8 * math.exp(-0.05 * (civilians or 0) / 1000)
    for replicate in range(20):
        record = run(with_rule(scenario, **rule), replicate=replicate)
        taken = Luck(1, replicate).uniform("takes:blue:x:1") < chance
        assert told(record, "agreement") == [(3 * DAY, "agreement")] * taken
        assert told(record, "offer") == [(3 * DAY, "offer")] * (not taken)


def test_a_ring_that_no_force_holds_takes_no_offer(make: Make) -> None:
    ring = {"e": {"kind": "besiege", "places": "x", "by": "red", "at": 0}}
    scenario = a_siege(make, events=ring, red={"at": 14 * DAY})
    assert not told(run(with_rule(scenario, offers=1, takes=1)), "offer", "agreement")
    assert told(run(with_rule(scenario, breaks_out=1)), "breaks_out") == [(3 * DAY, "breaks_out")]


# --- in all -----------------------------------------------------------------------------------


def test_persons_add_up_in_any_war(wild_war: Callable[[int], Scenario]) -> None:
    # the run itself raises where they do not
    rule = {
        "odds": 0.5, "within": 40, "goes": 0.6, "goes_loss": 0.1, "left": 1, "breaks_out": 0.4,
        "offers": 0.9, "takes": 0.5, "agreed_loss": 0.02, "taken": 0.3,
    }  # fmt: skip
    kinds: set[str] = set()
    for seed in range(60):
        record = run(with_rule(wild_war(seed), "red", "blue", "green", **rule))
        kinds |= {row.kind for row in record.events}
    assert kinds >= {"leaves", "breaks_out"}


@pytest.mark.parametrize("seed", range(10))
def test_a_rule_by_which_nobody_goes_changes_nothing(
    wild_war: Callable[[int], Scenario], plain: Callable[..., dict[str, Any]], seed: int
) -> None:
    scenario = wild_war(seed)
    with_it = run(with_rule(scenario, "red", "blue", "green", odds=0.1, within=99))
    assert plain(with_it) == plain(run(scenario))


def test_numbers_are_drawn_by_actor(make: Make) -> None:
    rule = LeaveRule("blue", odds=Constant(1.0), goes=Uniform(0.0, 1.0))
    scenario = dataclasses.replace(a_march(make), rules=Rules(leave={"blue": rule}))
    for replicate in range(10):
        record, luck = run(scenario, replicate=replicate), Luck(1, replicate)
        chance = luck.uniform("leave:blue:goes")
        assert record.drawn["leave:blue:goes"] == chance
        assert bool(told(record, "leaves")) == (luck.uniform("leaves:blue:x:1") < chance)
