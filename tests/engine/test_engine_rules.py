"""Rules of behaviour that a scenario may name: fed forces, giving way, changes in the background.

Instants are worked out from the drawn numbers by hand; their laws are held to the exponential.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from scipy.stats import kstest

from sim.engine.forces.lanchester import Fight
from sim.engine.simulation import run
from sim.scenario.distributions import Constant
from sim.scenario.model import (
    DAY,
    BackgroundRate,
    FedRule,
    LoadBand,
    ManoeuvreRule,
    Rules,
    Scenario,
)
from sim.state.luck import Luck
from sim.state.record import Record

Make = Callable[..., Scenario]


def with_rules(scenario: Scenario, **rules: Any) -> Scenario:
    return dataclasses.replace(scenario, kind="forecast", rules=Rules(**rules))


def of(record: Record, *kinds: str) -> list[tuple[int, str, str]]:
    return [(row.time, row.kind, row.subject) for row in record.events if row.kind in kinds]


def drawn(key: str, replicate: int = 0) -> float:
    """The exponential number of a key under seed 1."""
    return -math.log(Luck(1, replicate).uniform(key))


# --- fed ------------------------------------------------------------------------------------


def a_storm(make: Make, **given: Any) -> Scenario:
    """1,000 of red, fed from b with 3 days on them, are before x with 400 of blue after a day."""
    return make(
        "s-b:1 b-x:10",
        axes={"line": {"sources": "s", "sinks": {"b": {"stock": 90_000, "target": 0}}}},
        held={"x": "blue"},
        operations={"op": {"route": "b x", "axis": "line", "each": 1, "strength": 1000}},
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 400}},
        length=25 * DAY,
        **given,
    )


HALVES = ((4 * DAY, 1.0), (0, 0.5))
"""At half effect, with less than 4 days of supply."""


def test_who_eats_from_its_base_fights_at_full_effect(make: Make) -> None:
    fighting = {"attack": 0.1, "defend": 0.1}
    full = run(a_storm(make, fighting=fighting))
    half = run(a_storm(make, fighting=fighting | {"bands": HALVES}))
    rule = FedRule((LoadBand(0.5, 1.0), LoadBand(0.0, 0.5)))
    fed = run(with_rules(a_storm(make, fighting=fighting | {"bands": HALVES}), fed=rule))
    # blue's men have no stock in the file, so that their supply is endless
    days = Fight("square", 0.1, 0.1).defenders_at(1000, 400, 200)
    assert of(full, "won")[0][0] == DAY + math.ceil(days * DAY)
    assert of(fed, "won", "taken") == of(full, "won", "taken")
    assert of(half, "won")[0][0] > of(full, "won")[0][0]


def test_bands_of_hunger_are_shares_of_the_full_load(make: Make) -> None:
    # the road behind it is cut an hour after the battle began, with 3 days on it: half of that is
    # eaten 1.5 days later, when its effect falls to a half. 0.02 a day, so that nobody breaks first
    fighting = {"attack": 0.02, "defend": 0.02, "breaks": 0.9}
    cut = {"cut": {"kind": "close", "roads": "b-x", "at": DAY + 3600}}
    rule = FedRule((LoadBand(0.5, 1.0), LoadBand(0.0, 0.5)))
    scenario = a_storm(make, fighting=fighting, events=cut)
    record = run(with_rules(scenario, fed=rule))
    begun, falls = DAY, DAY + 3600 + round(1.5 * DAY)
    # men who fell since the cut eat nothing: what is carried lasts by the strength at the last
    # event, and that was the cut
    x, y = Fight("square", 0.02, 0.02).after(1000, 400, (falls - begun) / DAY)
    assert [row.time for row in record.losses if row.subject == "actor:blue"][1:2] == [
        pytest.approx(falls, abs=3600)
    ]
    later = next(
        row.value
        for row in record.series
        if row.subject == "garrison:blue/x" and row.time == 5 * DAY
    )
    expected = Fight("square", 0.01, 0.02).after(x, y, (5 * DAY - falls) / DAY)[1]
    assert later == pytest.approx(expected, abs=2)


# --- giving way -----------------------------------------------------------------------------


def a_stand(make: Make, **given: Any) -> Scenario:
    """1,000 of red before x, 400 of blue in it: nobody falls, so nobody ever breaks."""
    return make(
        given.pop("roads", "b-x:10 x-y:10"),
        held={"x": "blue", "y": "blue"} | given.pop("held", {}),
        operations={"op": {"route": "b x", "strength": 1000}} | given.pop("operations", {}),
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 400}}
        | given.pop("garrisons", {}),
        fighting={"attack": 0, "defend": 0},
        regroup={"blue": {}},
        length=given.pop("length", 400 * DAY),
        sample=given.pop("sample", DAY),
        **given,
    )


def gives_way(record: Record) -> list[tuple[int, str]]:
    return [(row.time, row.text) for row in record.events if row.kind == "gives_way"]


def test_a_side_gives_way_when_its_rate_has_added_up_to_its_number(make: Make) -> None:
    # 0.1 a day for both; who has the smaller number gives way first
    rule = ManoeuvreRule(Constant(0.1))
    red, blue = (drawn(f"gives_way:x:1:{who}") for who in ("attackers", "defenders"))
    record = run(with_rules(a_stand(make), manoeuvre=rule))
    first = DAY + math.ceil(min(red, blue) / 0.1 * DAY)
    assert gives_way(record)[0] == (first, f"{'red' if red < blue else 'blue'} gives way")
    assert run(a_stand(make)).fallen == {}
    assert gives_way(run(a_stand(make))) == []


def test_nothing_that_happens_elsewhere_moves_the_instant(make: Make) -> None:
    # a thousand closures and openings of a road far off, and eyes that look every hour
    roads = "b-x:10 x-y:10 p-q:10"
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 7_001 * i}
        for i in range(1, 1_001)
    }
    rule = ManoeuvreRule(Constant(0.02), Constant(3.0), Constant(2.0), Constant(0.05))
    alone = run(with_rules(a_stand(make, roads=roads), manoeuvre=rule))
    among = run(with_rules(a_stand(make, roads=roads, events=idle, sample=3600), manoeuvre=rule))
    assert gives_way(alone) == gives_way(among)
    assert gives_way(alone)


def test_ways_back_that_are_lost_raise_the_rate_from_then_on(make: Make) -> None:
    # blue's only ways from x are y and z (b lies ahead of the enemy: 1 of 3 is his). Red takes y by
    # an event on day 3: 2 of 3. Its rate is 0.02 * (1 + 6 * share): 0.06, then 0.1 a day. Red came
    # from b, whose ways are x (ahead, left out) and c, its own: 0.02
    rule = ManoeuvreRule(Constant(0.02), Constant(6.0))
    scenario = a_stand(
        make,
        roads="b-x:10 x-y:10 x-z:10 b-c:5",
        held={"z": "blue"},
        events={"y_falls": {"kind": "capture", "places": "y", "by": "red", "at": 3 * DAY}},
    )
    for replicate in range(12):
        record = run(with_rules(scenario, manoeuvre=rule), replicate=replicate)
        red = drawn("gives_way:x:1:attackers", replicate) / 0.02
        blue = drawn("gives_way:x:1:defenders", replicate)
        days = blue / 0.06 if blue < 0.06 * 2 else 2 + (blue - 0.06 * 2) / 0.1
        first = min(red, days)
        assert gives_way(record)[0][0] == DAY + math.ceil(first * DAY), replicate


def test_enemies_who_join_count_for_a_day(make: Make) -> None:
    # 400 more of red join on day 2, as many as blue has: blue's rate is 0.02 * (1 + 5 * 1) a day
    # for 24 hours, else 0.02
    rule = ManoeuvreRule(Constant(0.02), Constant(0.0), Constant(5.0))
    more = {"second": {"route": "b x", "strength": 400, "at": DAY}}
    scenario = a_stand(make, operations=more)
    for replicate in range(12):
        record = run(with_rules(scenario, manoeuvre=rule), replicate=replicate)
        red = drawn("gives_way:x:1:attackers", replicate) / 0.02
        blue = drawn("gives_way:x:1:defenders", replicate)
        if blue < 0.02:
            days = blue / 0.02
        elif blue < 0.02 + 0.12:
            days = 1 + (blue - 0.02) / 0.12
        else:
            days = 2 + (blue - 0.14) / 0.02
        first = min(red, days)
        assert gives_way(record)[0][0] == pytest.approx(DAY + first * DAY, abs=1), replicate


def test_the_pursuit_costs_a_share_of_those_who_gave_way(make: Make) -> None:
    # a tenth of 1,000, or of 400; where the loss of x loses more of a garrison, that is no battle
    rule = ManoeuvreRule(Constant(0.5), pursuit=Constant(0.1))
    for replicate in range(4):
        scenario = with_rules(a_stand(make, length=40 * DAY), manoeuvre=rule)
        record = run(scenario, replicate=replicate)
        at, text = gives_way(record)[0]
        who = text.split()[0]
        lost = {row.subject: row.value for row in record.losses if row.time == at}
        assert lost == {f"actor:{who}": {"red": 100, "blue": 40}[who]}


def test_how_long_sides_stand_is_exponential(make: Make) -> None:
    # both at 0.1 a day: the first of the two gives way at 0.2 a day
    rule = ManoeuvreRule(Constant(0.1))
    scenario = with_rules(a_stand(make, length=200 * DAY, sample=200 * DAY), manoeuvre=rule)
    days = [gives_way(run(scenario, replicate=i))[0][0] / DAY - 1 for i in range(300)]
    assert kstest(days, "expon", args=(0, 5)).pvalue > 1e-3


# --- giving way in a ring -------------------------------------------------------------------

RING = ManoeuvreRule(Constant(0.05), Constant(4.0), Constant(3.0), ringed=Constant(0.02))
"""Of a side with ways back 0.05 a day, whatever is round it; of one in a ring 0.02."""


def first_day(make: Make, replicate: int, **given: Any) -> tuple[float, float]:
    """Days into the battle when the first side gives way, and the number of the defenders."""
    record = run(with_rules(a_stand(make, **given), manoeuvre=RING), replicate=replicate)
    return gives_way(record)[0][0] / DAY - 1, drawn("gives_way:x:1:defenders", replicate)


def red_day(replicate: int) -> float:
    """When red gives way, whose only way from b is the one ahead: none is lost to it."""
    return drawn("gives_way:x:1:attackers", replicate) / 0.05


@pytest.mark.parametrize(
    "given",
    [
        {"besieged": {"x": "blue"}},
        {"held": {"y": "red"}},  # both ways out of x are the enemy's: a ring that nobody stated
        {"events": {"e": {"kind": "close", "roads": "x-y", "at": 0}}},
        # 400 more come on day 2, as many as blue has: with a way back its rate would be higher
        {"besieged": {"x": "blue"},
         "operations": {"second": {"route": "b x", "strength": 400, "at": DAY}}},
    ],
    ids=["besieged", "held", "closed", "arrivals"],
)  # fmt: skip
def test_who_has_no_way_back_gives_way_at_the_rate_of_rings(
    make: Make, given: dict[str, Any]
) -> None:
    for replicate in range(8):
        day, blue = first_day(make, replicate, **given)
        expected = min(red_day(replicate), blue / 0.02)
        assert day == pytest.approx(expected, abs=2 / DAY), replicate


def test_ways_that_are_threatened_are_no_ring(make: Make) -> None:
    # more of red are on their long way to y, which is blue's. Of the ways out of x that to b is
    # held and that to y is threatened: 0.05 * (1 + 4) a day
    more = {"more": {"route": "c y", "strength": 50}}
    given: dict[str, Any] = {"roads": "b-x:10 x-y:10 c-y:9000", "operations": more}
    for replicate in range(8):
        day, blue = first_day(make, replicate, **given)
        assert day == pytest.approx(min(red_day(replicate), blue / 0.25), abs=2 / DAY), replicate


def test_a_ring_that_closes_and_opens_in_a_battle(make: Make) -> None:
    # one of two ways out of x is held: 0.05 * (1 + 4 / 2) = 0.15 a day to day 3 (2 days of battle)
    # and from day 13 on; 0.02 for the 10 days between
    events = {
        "closes": {"kind": "besiege", "places": "x", "by": "red", "at": 3 * DAY},
        "opens": {"kind": "relieve", "places": "x", "at": 13 * DAY},
    }
    for replicate in range(20):
        day, blue = first_day(make, replicate, events=events)
        if blue <= 0.15 * 2:
            expected = blue / 0.15
        elif blue <= 0.3 + 0.02 * 10:
            expected = 2 + (blue - 0.3) / 0.02
        else:
            expected = 12 + (blue - 0.5) / 0.15
        assert day == pytest.approx(min(red_day(replicate), expected), abs=2 / DAY), replicate


def test_the_instant_in_a_ring_is_moved_by_nothing_that_happens_elsewhere(make: Make) -> None:
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 7_001 * i}
        for i in range(1, 1_001)
    }
    given = {"roads": "b-x:10 x-y:10 p-q:10", "besieged": {"x": "blue"}}
    assert first_day(make, 3, **given) == first_day(make, 3, **given, events=idle, sample=3600)


def test_a_side_of_which_a_part_is_in_a_ring_has_the_mean(make: Make) -> None:
    # blue is besieged in x, its friend green is not: half of 0.02, half of 0.15
    given: dict[str, Any] = {
        "actors": {"blue": {"friends": "green"}, "green": {"friends": "blue"}},
        "besieged": {"x": "blue"},
        "garrisons": {"of_green": {"actor": "green", "place": "x", "strength": 400}},
    }
    for replicate in range(8):
        day, blue = first_day(make, replicate, **given)
        assert day == pytest.approx(min(red_day(replicate), blue / 0.085), abs=2 / DAY), replicate


def test_how_long_a_ringed_garrison_stands_is_exponential(make: Make) -> None:
    # red at 0.05 a day, blue at 0.02: exp(-0.07 t) of the battles go on for t days
    scenario = a_stand(make, besieged={"x": "blue"}, sample=400 * DAY)
    ringed = with_rules(scenario, manoeuvre=RING)
    days = [gives_way(run(ringed, replicate=i))[0][0] / DAY - 1 for i in range(300)]
    assert kstest(days, "expon", args=(0, 1 / 0.07)).pvalue > 1e-3


# --- in the background ----------------------------------------------------------------------


def a_land(make: Make, **given: Any) -> Scenario:
    """A row of places a to e, of which red holds a; no one marches."""
    return make(
        "a-b:10 b-c:10 c-d:10 d-e:10",
        held=dict.fromkeys("bcde", "blue") | given.pop("held", {}),
        length=given.pop("length", 2000 * DAY),
        sample=2000 * DAY,
        **given,
    )


def captures(record: Record) -> list[tuple[int, str]]:
    rows = [row for row in record.events if row.cause == "background"]
    assert {row.kind for row in rows} <= {"capture"}
    return [(row.time, row.subject) for row in rows]


def test_places_at_the_front_and_behind_it_are_lost_at_their_rates(make: Make) -> None:
    # b is at the front from the start, each next place from the loss of the one before it on; the
    # rates are 0.01 and 0.001 a day. Behind the front a place may fall too: then what lies between
    # is at the front from both sides, which changes no rate
    rates = {"front": Constant(0.01), "inner": Constant(0.001)}
    rule = {"blue": BackgroundRate("blue", **rates)}
    for replicate in range(10):
        record = run(with_rules(a_land(make), background=rule), replicate=replicate)
        numbers = {p: drawn(f"change:{p}:0", replicate) for p in "bcde"}
        found = captures(record)
        assert sorted(place for _, place in found) == sorted(
            place for _, place in expected(numbers)
        )
        for (time, place), (day, name) in zip(found, expected(numbers), strict=True):
            assert place == name
            assert time == pytest.approx(day * DAY, abs=5)


def expected(numbers: dict[str, float]) -> list[tuple[float, str]]:
    """When the places of :func:`a_land` fall, by going from loss to loss."""
    left, held, day = dict(numbers), {"a"}, 0.0
    found: list[tuple[float, str]] = []
    while left:
        beside = {p for h in held for p in (chr(ord(h) - 1), chr(ord(h) + 1))}
        rate = {p: 0.01 if p in beside else 0.001 for p in left}
        when, place = min((left[p] / rate[p], p) for p in left)
        if day + when > 2000:
            break
        day += when
        left = {p: n - rate[p] * when for p, n in left.items() if p != place}
        held.add(place)
        found.append((day, place))
    return found


def test_the_time_to_a_loss_is_exponential(make: Make) -> None:
    rule = {"blue": BackgroundRate("blue", Constant(0.02))}
    scenario = with_rules(make("a-b:10", held={"b": "blue"}, length=5000 * DAY, sample=5000 * DAY),
                          background=rule)  # fmt: skip
    days = [captures(run(scenario, replicate=i))[0][0] / DAY for i in range(300)]
    assert kstest(days, "expon", args=(0, 50)).pvalue > 1e-3


def test_the_rate_is_0_while_an_operation_names_the_place(make: Make) -> None:
    # red's force wants b and waits until it has been repulsed for good on day 10 (it gives up, for
    # it has no men to speak of): from then on b is at risk, with all of its number left
    rule = {"blue": BackgroundRate("blue", Constant(0.01))}
    scenario = a_land(
        make,
        operations={"op": {"route": "a b", "strength": 10, "at": 9 * DAY, "on_repulse": "give_up"}},
        garrisons={"g": {"actor": "blue", "place": "b", "strength": 4_000}},
        fighting={"attack": 0, "defend": 10},
    )
    record = run(with_rules(scenario, background=rule))
    over = next(row.time for row in record.events if row.kind == "repulsed")
    assert over >= 10 * DAY
    time = next(t for t, place in captures(record) if place == "b")
    assert time == pytest.approx(over + drawn("change:b:0") / 0.01 * DAY, abs=2)


def test_who_may_not_take_a_place_does_not(make: Make) -> None:
    # green lies beside d, yet only red may take: b is the front, and red takes from the nearest
    # side on. Of places that are behind the front none falls, the rate there being 0
    rule = {"blue": BackgroundRate("blue", Constant(0.05), by=("red",))}
    scenario = a_land(make, held={"e": "green"}, actors={"green": {}})
    record = run(with_rules(scenario, background=rule))
    assert [place for _, place in captures(record)] == ["b", "c", "d"]
    ends = {row.id: row.value for row in record.control if row.what == "holders"}
    assert ends == {"a": "red=1", "b": "red=1", "c": "red=1", "d": "red=1", "e": "green=1"}


@pytest.mark.parametrize("kind", ["what-if", "replay"])
def test_it_is_off_but_in_forecasts(make: Make, kind: str) -> None:
    rule = Rules(background={"blue": BackgroundRate("blue", Constant(1.0))})
    scenario = dataclasses.replace(a_land(make), rules=rule, kind=kind)
    assert captures(run(scenario)) == []


def test_garrisons_of_what_is_lost_go_and_nobody_is_lost_from_sight(make: Make) -> None:
    # the run itself raises where persons do not add up
    rule = {"blue": BackgroundRate("blue", Constant(0.05))}
    scenario = a_land(
        make,
        garrisons={
            f"g{p}": {"actor": "blue", "place": p, "strength": 100, "loss": 0.2} for p in "bcde"
        },
        regroup={"blue": {}},
    )
    record = run(with_rules(scenario, background=rule))
    assert record.moves
    assert captures(record)
