"""Forces on the road: where they are and when, by hand; nothing and nobody gets lost."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sim.engine.forces.lanchester import Fight
from sim.engine.simulation import run
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
Wild = Callable[[int], Scenario]


def of(record: Record, *kinds: str, subject: str | None = None) -> list[tuple[int, str]]:
    """When what happened, of some kinds."""
    return [
        (row.time, row.kind)
        for row in record.events
        if row.kind in kinds and subject in (None, row.subject)
    ]


def series(record: Record, force: str, measure: str) -> dict[int, int]:
    rows = [r for r in record.series if (r.subject, r.measure) == (f"operation:{force}", measure)]
    return {r.time: r.value for r in rows}


def km(record: Record, force: str = "op") -> dict[int, float]:
    """Position by time; a position holds for that instant."""
    return {t: v / 1000 for t, v in series(record, force, "position_m").items()}


def held(record: Record, place: str) -> list[tuple[int, str]]:
    return [(r.time, r.value) for r in record.control if (r.id, r.what) == (place, "holders")]


def besieged(record: Record, place: str) -> list[tuple[int, str]]:
    return [(r.time, r.value) for r in record.control if (r.id, r.what) == (place, "besieged")]


# --- marching --------------------------------------------------------------------------------


def test_a_force_marches_and_takes_empty_places(make: Make) -> None:
    # 10 km at 10 km/day: at x after a day, which changes hands a second later, when the march
    # goes on; 20 km more are 2 days, z is nobody's and taken too, 5 km further
    record = run(
        make(
            "b-x:10 x-y:20 y-z:5",
            held={"x": "blue", "y": "blue", "z": None},
            operations={"op": {"route": "b x y z"}},
        )
    )
    times = [DAY + 1, 3 * DAY + 2, 3 * DAY + DAY // 2 + 3]
    assert of(record, "taken") == [(t, "taken") for t in times]
    assert held(record, "x")[1:] == [(times[0], "red=1")]
    assert held(record, "z")[1:] == [(times[2], "red=1")]
    assert km(record)[2 * DAY] == pytest.approx(20, abs=0.001)
    assert km(record)[10 * DAY] == 35


def test_tempo_by_class_of_road_delay_and_condition(make: Make) -> None:
    scenario = make(
        "b-x:10",
        held={"x": "blue"},
        events={"go": {"kind": "close", "roads": "b-x", "at": 5000}},
        operations={
            "op": {
                "route": "b x", "tempo": {"road": 20, "": 1}, "at": None,
                "when": ("event", "go"), "delay": 7000,
            },
            "never": {"route": "b x", "chance": 0.0},
        },
    )  # fmt: skip
    # 5,000 + 7,000 s, then half a day, then the second in which x changes hands
    record = run(scenario)
    assert of(record, "operation") == [(12_000, "operation")]
    assert of(record, "taken") == [(12_000 + DAY // 2 + 1, "taken")]


def test_an_operation_waits_for_another_to_begin(make: Make) -> None:
    record = run(
        make(
            "b-x:10 c-y:10",
            operations={
                "op": {"route": "b x", "at": 4000},
                "second": {"route": "c y", "at": None, "when": ("event", "op"), "delay": 10},
            },
        )
    )
    assert of(record, "operation", subject="second") == [(4010, "operation")]


# --- supply ------------------------------------------------------------------------------


def fed(make: Make, *, stock: float = 1000, shut: str = "", **given: Any) -> Scenario:
    """100 persons eat 100 kg a day and carry 3 days; base b is fed from s, 1,000 s away."""
    operation = {"route": "b x y", "axis": "line", "each": 1, **given.pop("operation", {})}
    return make(
        f"s-b:1{shut} b-x:10 x-y:190",
        axes={"line": {"sources": "s", "sinks": {"b": {"stock": stock, "target": 0}}}},
        held={"y": "blue"},
        operations={"op": operation},
        length=25 * DAY,
        **given,
    )


CUTS: dict[str, dict[str, dict[str, Any]]] = {
    "road closed": {
        "e1": {"kind": "close", "roads": "b-x", "at": 2 * DAY},
        "e2": {"kind": "open", "roads": "b-x", "at": 7 * DAY},
    },
    "raid on the place behind": {
        "e1": {"kind": "raid", "places": "x", "by": "blue", "at": 2 * DAY, "lasts": 5 * DAY},
    },
    "raid on the road underfoot": {
        "e1": {"kind": "raid", "roads": "x-y", "by": "blue", "at": 2 * DAY, "lasts": 5 * DAY},
    },
    "the base in a ring": {
        "e1": {"kind": "besiege", "places": "b", "by": "blue", "at": 2 * DAY},
        "e2": {"kind": "relieve", "places": "b", "at": 7 * DAY},
    },
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_line_stalls_after_exactly_the_carried_days(make: Make, name: str) -> None:
    # cut on day 2, it lives 3 days on what it carries: 50 km on day 5. Open again on day 7 it has
    # 150 km to go: it stands before y on day 22 and takes it a second later
    record = run(fed(make, events=CUTS[name]))
    assert of(record, "cut_off", "out_of_supply", "stalled", "fed", "taken") == [
        (2 * DAY, "cut_off"),
        (5 * DAY, "out_of_supply"),
        (5 * DAY, "stalled"),
        (7 * DAY, "fed"),
        (22 * DAY + 1, "taken"),
    ]
    where = km(record)
    assert [where[d * DAY] for d in (2, 5, 6, 7, 10)] == [20, 50, 50, 50, 80]
    # 300 kg are eaten by then, and carried again as soon as the line is open
    assert [series(record, "op", "carried_kg")[d * DAY] for d in (2, 3, 5, 7)] == [300, 200, 0, 300]


def test_a_raid_shorter_than_the_carried_days_does_not_bite(make: Make) -> None:
    raid = {"kind": "raid", "places": "x", "by": "blue", "at": 2 * DAY, "lasts": 3 * DAY - 1}
    record = run(fed(make, events={"r": raid}))
    assert of(record, "stalled", "out_of_supply") == []
    assert of(record, "taken") == [(20 * DAY + 1, "taken")]


def test_a_cut_axis_bites_when_stock_and_carried_days_are_gone(make: Make) -> None:
    # the base has 500 kg for 100 kg a day: 5 days, then 3 carried ones, of which the first is not
    # counted. On day 10 the axis opens:
    # the base goes on asking for 100 kg a day, so the first 100 kg leave on day 11 and arrive
    # 1,000 s later; each feeds the force until the next one
    events = {"e": {"kind": "open", "roads": "s-b", "at": 10 * DAY}}
    record = run(fed(make, stock=500, shut="!", events=events))
    assert of(record, "stock_out")[0] == (5 * DAY, "stock_out")
    assert of(record, "cut_off")[0] == (6 * DAY, "cut_off")
    assert of(record, "stalled") == [(8 * DAY, "stalled")]
    where = km(record)
    assert [where[d * DAY] for d in (5, 8, 10, 11)] == [50, 80, 80, 80]
    assert where[13 * DAY] == pytest.approx(80 + 10 * (2 - 1000 / DAY), abs=0.001)
    # of what it eats nothing comes from nowhere: 300 carried + 500 + what was delivered
    tally = record.tallies["line", "b"]
    assert tally.delivered_kg == 100 * 14  # on days 11 to 24
    left = series(record, "op", "carried_kg")[25 * DAY]
    # 8 days and 14 days less 1,000 s at 100 kg a day
    assert 300 + 500 + 1400 - left == math.ceil(100 * (22 - 1000 / DAY))


def test_it_stalls_at_once_where_a_stock_runs_out_elsewhere_in_the_same_instant(make: Make) -> None:
    # blue takes m behind the force, which carries nothing, and its own people in m have nothing to
    # eat: red looks at what it is fed from for the one and for the other
    axes = {
        "line": {"sources": "s", "sinks": {"b": {"stock": 9_000}}},
        "other": {"actor": "blue", "sources": "y", "sinks": {"m": {"demand": 10}}},
    }
    record = run(
        make(
            "s-b:1 b-m:1 m-x:99 y-m:1!", axes=axes, held={"x": "blue", "y": "blue"}, fighting={},
            events={"lost": {"kind": "capture", "places": "m", "by": "blue", "at": 50_000}},
            operations={"op": {"route": "b m x", "axis": "line", "each": 1, "carries": 0}},
        )
    )  # fmt: skip
    kinds = ("stock_out", "cut_off", "out_of_supply", "stalled")
    assert [(t, kind) for t, kind in of(record, *kinds) if t <= 50_000] == [
        (50_000, kind) for kind in kinds
    ]


def test_a_force_that_carries_nothing_stalls_at_once(make: Make) -> None:
    record = run(fed(make, events=CUTS["road closed"], operation={"carries": 0}))
    assert of(record, "stalled", "taken") == [(2 * DAY, "stalled"), (25 * DAY, "taken")][:1]
    assert km(record)[6 * DAY] == 20


def test_out_of_supply_it_goes_back_where_that_is_its_policy(make: Make) -> None:
    # stalled on day 5 at km 50 it goes back at 25 km/day: 40 km are 1.6 days, 10 more 0.4; a day
    # later it sets out again, the line being open since day 7, and what it held it still holds
    scenario = fed(
        make,
        events=CUTS["road closed"],
        operation={"on_stall": "fall_back", "retreat": 25, "again": DAY},
    )
    record = run(scenario)
    where = km(record)
    assert [where[d * DAY] for d in (5, 6, 7, 8, 9)] == [50, 25, 0, 0, 10]
    assert of(record, "given_up") == []
    assert held(record, "x") == [(0, "red=1")]


# --- battles ------------------------------------------------------------------------------


def fight_for_x(make: Make, persons: int, garrison: int, **given: Any) -> Scenario:
    """A force of red a day's march from x; both sides put 0.1 a day out of action.

    The force breaks at 70 %, the garrison at 50 %. b red, x and y blue; 10 km each.
    """
    rules = {"attack": 0.1, "defend": 0.1, **given.pop("fighting", {})}
    operation = {"route": "b x y", "strength": persons, **given.pop("operation", {})}
    return make(
        "b-x:10 x-y:10 y-c:10",
        held={"x": "blue", "y": "blue", "c": "blue"} | given.pop("held", {}),
        garrisons={"g": {"actor": "blue", "place": "x", "strength": garrison, "loss": 0.1}}
        | given.pop("garrisons", {}),
        operations={"op": operation} | given.pop("operations", {}),
        fighting=rules,
        regroup={"blue": {}},
        **given,
    )


def seconds(days: float) -> int:
    """The first whole second after so many days."""
    return math.ceil(days * DAY - 1e-6)


def test_a_place_is_stormed_and_its_garrison_displaced(make: Make) -> None:
    # 1,000 against 500: the garrison breaks at 250; alpha x^2 - beta y^2 is conserved, so
    # sqrt(1000^2 - 500^2 + 250^2) = 901.4 are left, above 700
    days = Fight("square", 0.1, 0.1).defenders_at(1000, 500, 250)
    end = DAY + seconds(days)
    record = run(fight_for_x(make, 1000, 500, operation={"route": "b x"}))
    assert of(record, "battle", "won", "taken")[:3] == [
        (DAY, "battle"), (end, "won"), (end + 1, "taken"),
    ]  # fmt: skip
    assert series(record, "op", "strength_persons")[end] == 901
    assert record.fallen == {"red": 99, "blue": 250}
    # the other 250 lose 25 on the way out, the rest goes to y or c
    moves = [(m.time, m.origin, m.persons, m.outcome) for m in record.moves if m.origin == "x"]
    assert moves[0] == (end + 1, "x", 25, "lost")
    assert sum(persons for _, _, persons, _ in moves) == 250


@pytest.mark.parametrize("unit", [None, 1])
def test_how_often_one_looks_changes_nothing(make: Make, unit: int | None) -> None:
    seen = []
    for sample in (DAY, 3571):
        scenario = fight_for_x(make, 1000, 700, fighting={"unit": unit}, sample=sample)
        record = run(scenario)
        seen.append((record.events, record.control, record.fallen, record.moves))
    assert seen[0] == seen[1]


def test_the_load_of_the_fallen_goes_back_to_the_base(make: Make) -> None:
    # 1,000 persons set out with 3,000 kg and win with 901 (as above), who carry 2,703
    record = run(
        make(
            "s-b:1! b-x:10",
            axes={"line": {"sources": "s", "sinks": {"b": {"stock": 50_000, "target": 0}}}},
            held={"x": "blue"},
            garrisons={"g": {"actor": "blue", "place": "x", "strength": 500, "loss": 1}},
            operations={"op": {"route": "b x", "strength": 1000, "axis": "line", "each": 1}},
            fighting={"attack": 0.1, "defend": 0.1},
            length=5 * DAY,
        )
    )
    end = DAY + seconds(Fight("square", 0.1, 0.1).defenders_at(1000, 500, 250))
    carried = series(record, "op", "carried_kg")
    assert carried[DAY] == 3000
    assert {kg for time, kg in carried.items() if time > end + 1} == {2703}
    # 297 kg come back; the base feeds 1,000 (the strength at the last event) to the end of the
    # battle, then 901
    left = next(r.value for r in reversed(record.series) if r.measure == "stock_kg")
    assert left == math.floor(50_000 + 297 - (1000 * end + 901 * (5 * DAY - end)) / DAY)


def test_terrain_and_support_are_factors_with_dates(make: Make) -> None:
    # in a town the attackers do half; from day 2 strikes triple it
    one, two = Fight("square", 0.05, 0.1), Fight("square", 0.15, 0.1)
    x, y = one.after(1000, 500, 1)
    end = 2 * DAY + seconds(two.defenders_at(x, y, 250))
    record = run(
        fight_for_x(
            make, 1000, 500, fighting={"terrain": {"town": 2.0}},
            operation={"support": {"strikes": (3, 2 * DAY, 9 * DAY)}},
        )
    )  # fmt: skip
    assert of(record, "won")[0] == (end, "won")
    left = round(two.after(x, y, (end - 2 * DAY) / DAY)[0])
    assert series(record, "op", "strength_persons")[end] == left


def test_bands_of_supply_act_at_the_exact_instant(make: Make) -> None:
    # the garrison of x has 350 kg for 100 kg a day and no source: 2 days of supply are left at
    # day 1.5, half a day into the battle; then it does a quarter of what it did. The least is
    # "at least so much": the first second below is a second later
    bands = ((2 * DAY, 1.0), (0, 0.25))
    axes = {"far": {"actor": "blue", "sources": "c", "sinks": {"x": {"demand": 100, "stock": 350}}}}
    roads = {"e": {"kind": "close", "roads": "y-c", "at": 0}}
    record = run(fight_for_x(make, 1000, 500, fighting={"bands": bands}, axes=axes, events=roads))
    one, two = Fight("square", 0.1, 0.1), Fight("square", 0.1, 0.025)
    change = DAY // 2 + 1
    x, y = one.after(1000, 500, change / DAY)
    end = DAY + change + seconds(two.defenders_at(x, y, 250))
    assert of(record, "won")[0] == (end, "won")
    left = round(two.after(x, y, (end - DAY - change) / DAY)[0])
    assert series(record, "op", "strength_persons")[end] == left


def test_a_garrison_that_is_supplied_again_fights_as_before(make: Make) -> None:
    # nothing in store: 0.25, until a convoy of 1,000 kg comes from c, which left on day 0 and
    # takes 20,000 s for 20 km: the force comes at 10,000 s, so 10,000 s of battle without
    bands = ((2 * DAY, 1.0), (0, 0.25))
    axes = {
        "far": {
            "actor": "blue", "sources": "c", "size": 1000,
            "sinks": {"x": {"demand": 100, "refill": 86_400_000, "target": 2000}},
        }
    }  # fmt: skip
    scenario = fight_for_x(
        make, 1000, 500, fighting={"bands": bands}, axes=axes, capacity=10**9,
        operation={"tempo": 86.4},
    )  # fmt: skip
    record = run(scenario)
    weak, strong = Fight("square", 0.1, 0.025), Fight("square", 0.1, 0.1)
    # the first of the convoys leaves after 1 s of credit (86,400,100 kg a day)
    begun = seconds(10 / 86.4)
    arrived = 1 + 20_000 - begun
    x, y = weak.after(1000, 500, arrived / DAY)
    end = begun + arrived + seconds(strong.defenders_at(x, y, 250))
    assert of(record, "won")[0] == (end, "won")


def repulse(make: Make, **policy: Any) -> Record:
    """500 against 1,000 in y, which is 10 km beyond x, empty and taken on the way."""
    return run(
        fight_for_x(
            make, 500, 0, operation={"retreat": 20, **policy},
            garrisons={"h": {"actor": "blue", "place": "y", "strength": 1000}},
        )
    )  # fmt: skip


BEATEN = 2 * DAY + 1 + seconds(Fight("square", 0.1, 0.1).attackers_at(500, 1000, 350))
"""A day to x, a second to take it, a day to y, and 500 are down to 350."""


def test_beaten_it_falls_back_and_gives_up_what_it_took(make: Make) -> None:
    record = repulse(make)
    assert of(record, "repulsed") == [(BEATEN, "repulsed")]
    # 10 km at 20 km/day: x is given up to those who beat it as it passes, and the base is reached
    # half a day later
    assert of(record, "given_up") == [(BEATEN + DAY // 2, "given_up")]
    assert held(record, "x") == [
        (0, "blue=1"), (DAY + 1, "red=1"), (BEATEN + DAY // 2 + 1, "blue=1"),
    ]  # fmt: skip
    assert km(record)[BEATEN + DAY] == 0
    assert series(record, "op", "strength_persons")[BEATEN + DAY] == 350


def test_beaten_it_holds_and_tries_again_as_often_as_it_may(make: Make) -> None:
    # 350 against those who are left: beaten at 70 % of 350 a day later, and no third time
    record = repulse(make, on_repulse="hold", again=DAY, tries=2)
    fight = Fight("square", 0.1, 0.1)
    left = fight.after(500, 1000, (BEATEN - 2 * DAY - 1) / DAY)[1]
    again = BEATEN + DAY + seconds(fight.attackers_at(350, round(left), 245))
    assert of(record, "battle", "repulsed") == [
        (2 * DAY + 1, "battle"), (BEATEN, "repulsed"), (BEATEN + DAY, "battle"),
        (again, "repulsed"),
    ]  # fmt: skip
    assert km(record)[9 * DAY] == 20
    assert held(record, "x")[-1] == (DAY + 1, "red=1")


def test_beaten_it_gives_up_and_its_men_join_a_garrison(make: Make) -> None:
    # the last stop behind that is its side's is x; the men there are a garrison from then on
    record = repulse(make, on_repulse="give_up")
    assert series(record, "op", "strength_persons")[BEATEN] == 0
    assert held(record, "x")[-1] == (DAY + 1, "red=1")
    assert record.fallen["red"] == 150


# --- rings --------------------------------------------------------------------------------


def test_a_ring_then_the_storm(make: Make) -> None:
    # before x on day 1, ringed a second later, stormed 2 days after it came
    record = run(fight_for_x(make, 1000, 500, operation={"rings": {"x": 2 * DAY}}))
    end = 3 * DAY + seconds(Fight("square", 0.1, 0.1).defenders_at(1000, 500, 250))
    assert besieged(record, "x") == [(DAY + 1, "blue"), (end + 1, "")]
    assert of(record, "battle", "won")[:2] == [(3 * DAY, "battle"), (end, "won")]


def test_a_ring_is_lifted_when_those_who_closed_it_are_beaten(make: Make) -> None:
    record = run(fight_for_x(make, 500, 1000, operation={"rings": {"x": 2 * DAY}}))
    end = 3 * DAY + seconds(Fight("square", 0.1, 0.1).attackers_at(500, 1000, 350))
    assert besieged(record, "x") == [(DAY + 1, "blue"), (end + 1, "")]


def relief(make: Make, persons: int) -> Record:
    """Red rings x on day 1; blue comes from y with ``persons`` on day 3."""
    return run(
        fight_for_x(
            make, 1000, 500, operation={"route": "b x", "rings": {"x": 4 * DAY}},
            operations={
                "relief": {
                    "actor": "blue", "route": "y x", "strength": persons, "at": 2 * DAY,
                    "on_repulse": "give_up",
                }
            },
        )
    )  # fmt: skip


def test_a_relief_that_wins_lifts_the_ring(make: Make) -> None:
    # the garrison takes no part; the ring breaks at 700 of 1,000
    record = relief(make, 3000)
    end = 3 * DAY + seconds(Fight("square", 0.1, 0.1).defenders_at(3000, 1000, 700))
    assert besieged(record, "x") == [(DAY + 1, "blue"), (end + 1, "")]
    assert of(record, "repulsed") == [(end, "repulsed")]
    assert km(record)[end] == 10
    assert km(record)[end + DAY // 3] == pytest.approx(0, abs=0.001)  # 10 km at 30 km/day
    assert km(record, "relief")[9 * DAY] == 10


def test_a_relief_that_fails_delays_nothing(make: Make) -> None:
    # 500 break at 350; the ring stands and storms on day 5, as it would have
    record = relief(make, 500)
    fight = Fight("square", 0.1, 0.1)
    end = 3 * DAY + seconds(fight.attackers_at(500, 1000, 350))
    assert of(record, "repulsed") == [(end, "repulsed")]
    assert of(record, "battle") == [(3 * DAY, "battle"), (5 * DAY, "battle")]
    assert besieged(record, "x")[0] == (DAY + 1, "blue")


def test_two_forces_of_a_side_storm_together(make: Make) -> None:
    # the second comes from d half a day later and joins: 600 and what is left of the first
    scenario = make(
        "b-x:10 d-x:10 x-y:10",
        held={"x": "blue", "y": "blue"},
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 800}},
        operations={
            "one": {"route": "b x", "strength": 900},
            "two": {"route": "d x", "strength": 600, "at": DAY // 2},
        },
    )
    record = run(scenario)
    fight = Fight("square", 0.1, 0.1)
    x, y = fight.after(900, 800, 0.5)
    end = DAY + DAY // 2 + seconds(fight.defenders_at(x + 600, y, 400))
    assert of(record, "battle", "won") == [(DAY, "battle"), (end, "won"), (end, "won")]
    assert of(record, "taken") == [(end + 1, "taken")]
    assert km(record, "one")[9 * DAY] == km(record, "two")[9 * DAY] == 10


# --- what others do meanwhile ---------------------------------------------------------------


def test_a_place_that_falls_to_a_third_party_under_a_battle(make: Make) -> None:
    # on day 2 x becomes green's, an enemy of both without a garrison: the battle is broken off,
    # what fell has fallen, the men of blue are displaced, and red takes x
    events = {"third": {"kind": "capture", "places": "x", "by": "green", "at": 2 * DAY}}
    record = run(
        fight_for_x(
            make, 1000, 900, events=events, actors={"green": {}}, operation={"route": "b x"}
        )
    )
    x, y = Fight("square", 0.1, 0.1).after(1000, 900, 1)
    assert record.fallen == {"red": 1000 - round(x), "blue": 900 - round(y)}
    assert held(record, "x")[1:] == [(2 * DAY, "green=1"), (2 * DAY + 1, "red=1")]
    assert sum(m.persons for m in record.moves if m.origin == "x") == round(y)


def test_a_friend_takes_the_place_under_a_battle(make: Make) -> None:
    events = {"third": {"kind": "capture", "places": "x", "by": "pink", "at": 2 * DAY}}
    parties = {"pink": {"friends": "red"}}
    scenario = fight_for_x(make, 1000, 900, events=events, actors=parties, sample=DAY // 2)
    record = run(scenario)
    assert held(record, "x")[1:] == [(2 * DAY, "pink=1")]
    assert km(record)[2 * DAY + DAY // 2] == pytest.approx(15, abs=0.001)  # it marches on at once


def test_a_force_whose_place_is_taken_falls_back(make: Make) -> None:
    # on day 2 x, where it holds at the end of its route, becomes blue's: back at b on day 2.5
    events = {"e": {"kind": "capture", "places": "x", "by": "blue", "at": 2 * DAY}}
    record = run(
        make(
            "b-x:10",
            events=events,
            operations={"op": {"route": "b x", "retreat": 20}},
            length=9 * DAY,
        )
    )
    where = km(record)
    assert where[2 * DAY + DAY // 2] == 0
    assert where[9 * DAY] == 0


def test_a_force_whose_base_is_taken_under_it_is_no_more(make: Make) -> None:
    # it has fallen back to b; when b is lost its men choose among what is left: a, 10 km away
    events = {
        "e": {"kind": "capture", "places": "x", "by": "blue", "at": 2 * DAY},
        "f": {"kind": "capture", "places": "b", "by": "blue", "at": 4 * DAY},
    }
    record = run(
        make(
            "a-b:10 b-x:10", events=events, operations={"op": {"route": "b x"}},
            regroup={"red": {}},
        )
    )  # fmt: skip
    assert [(m.time, m.origin, m.choice, m.persons, m.outcome) for m in record.moves] == [
        (4 * DAY, "b", "a", 100, "arrived")
    ]


def test_a_base_that_is_lost_before_the_start(make: Make) -> None:
    events = {"e": {"kind": "capture", "places": "b", "by": "blue", "at": 100}}
    record = run(
        make("a-b:10 b-x:10", events=events, operations={"op": {"route": "b x", "at": 200}})
    )
    assert [(m.time, m.persons, m.outcome) for m in record.moves] == [(200, 100, "dispersed")]
    assert km(record)[9 * DAY] == 0


def test_a_neutral_place_is_passed(make: Make) -> None:
    # green lets red through: nobody takes x, and a change elsewhere does not drive the force out
    scenario = make(
        "b-x:10 x-y:10",
        held={"x": "green"},
        actors={"green": {}, "red": {"transit": {"green": 500_000}}},
        events={"e": {"kind": "close", "roads": "x-y", "at": DAY}},
        operations={"op": {"route": "b x"}},
    )
    record = run(scenario)
    assert held(record, "x") == [(0, "green=1")]
    assert km(record)[9 * DAY] == 10


def test_a_force_on_the_road_is_not_at_the_place_it_left(make: Make) -> None:
    # red left x on day 1 and is 5 km on when blue comes to x: no battle
    scenario = make(
        "b-x:10 x-y:40 c-x:15",
        held={"c": "blue"},
        operations={
            "op": {"route": "b x y"},
            "other": {"actor": "blue", "route": "c x"},
        },
    )
    assert of(run(scenario), "battle") == []


def test_a_counter_attack_throws_a_force_back(make: Make) -> None:
    # 900 in x see the 300 that set out for them, and decide 6 hours later
    record = run(fight_for_x(make, 300, 900, fronts={"blue": {"delay": DAY // 4, "counter": 2}}))
    end = DAY // 4 + seconds(Fight("square", 0.1, 0.1).defenders_at(900, 300, 210))
    assert of(record, "battle", "repulsed") == [(DAY // 4, "battle"), (end, "repulsed")]
    where = km(record)
    assert where[DAY // 4] == 2.5
    assert where[end] == 2.5  # it does not march while it fights


def test_a_counter_attack_that_fails_stops_the_march_for_its_time_alone(make: Make) -> None:
    # 400 break at 200 against 300, who stand as long as 210 are left
    record = run(
        fight_for_x(
            make, 300, 400, fronts={"blue": {"delay": DAY // 4, "counter": 1}},
            fighting={"attack": 0.01, "defend": 1},
        )
    )  # fmt: skip
    lasted = seconds(Fight("square", 0.01, 1).attackers_at(400, 300, 200))
    assert of(record, "battle", "won")[:2] == [
        (DAY // 4, "battle"), (DAY // 4 + lasted, "won"),
    ]  # fmt: skip
    assert of(record, "battle")[1] == (DAY + lasted, "battle")


# --- whatever happens -----------------------------------------------------------------------


def shuffled(scenario: Scenario, rng: random.Random) -> Scenario:
    """The same scenario with every mapping in another order."""

    def mixed(value: Any) -> Any:
        if isinstance(value, Mapping):
            items = [(k, mixed(v)) for k, v in value.items()]
            rng.shuffle(items)
            return dict(items)
        return value

    return dataclasses.replace(
        scenario,
        **{
            name: mixed(getattr(scenario, name))
            for name in ("actors", "holders", "axes", "events", "garrisons", "operations", "fronts",
                         "exits", "regroup", "decisions")
        },
    )  # fmt: skip


@pytest.mark.parametrize("part", range(4))
def test_small_wars(wild_war: Wild, plain: Callable[..., dict[str, Any]], part: int) -> None:
    """Nobody and no kg is lost (checked in every run), and a run is the same however it is written.

    The checks raise in ``Regroup.close`` and ``Supply.close``.
    """
    battles = 0
    for seed in range(part * 20, part * 20 + 20):
        scenario = wild_war(seed)
        record = run(scenario, credit=False)
        battles += len(of(record, "battle"))
        again = run(shuffled(scenario, random.Random(seed)), credit=False)
        assert plain(again) == plain(record)
        for row in record.series:
            assert row.value >= 0 or row.measure == "net", row
        for force, operation in scenario.operations.items():
            strengths = list(series(record, force, "strength_persons").values())
            assert all(a >= b for a, b in itertools.pairwise(strengths)), (seed, operation.id)
    assert battles > 3
