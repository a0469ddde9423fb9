"""Who meets whom where on the road, from how far a force is seen and struck, and rings with men in.

Both sides put 0.1 of the other a day out of action unless said otherwise; forces break at 70 %.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.forces.lanchester import Fight
from sim.engine.simulation import run
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]

EVEN = Fight("square", 0.1, 0.1)


def of(record: Record, *kinds: str) -> list[tuple[int, str, str]]:
    return [(r.time, r.kind, r.subject) for r in record.events if r.kind in kinds]


def km(record: Record, force: str) -> dict[int, float]:
    name = (f"operation:{force}", "position_m")
    return {r.time: r.value / 1000 for r in record.series if (r.subject, r.measure) == name}


def strengths(record: Record, force: str) -> dict[int, int]:
    name = (f"operation:{force}", "strength_persons")
    return {r.time: r.value for r in record.series if (r.subject, r.measure) == name}


def held(record: Record, place: str) -> list[tuple[int, str]]:
    return [(r.time, r.value) for r in record.control if (r.id, r.what) == (place, "holders")]


def seconds(days: float) -> int:
    """The first whole second after so many days."""
    return math.ceil(days * DAY - 1e-6)


def two(make: Make, roads: str = "b-c:30", blue: str = "c b", **given: Any) -> Scenario:
    """Red's 1,000 from b to c at 10 km/day; blue's 500 the other way at 20."""
    return make(
        roads,
        held={"c": "blue"} | given.pop("held", {}),
        operations={
            "red": {"route": "b c", "strength": 1000} | given.pop("red", {}),
            "blue": {"route": blue, "actor": "blue", "strength": 500, "tempo": 20}
            | given.pop("more", {}),
        }
        | given.pop("operations", {}),
        **given,
    )


# --- meetings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("road", ["b-c:30", "c-b:30"])
def test_two_who_march_at_each_other_meet_where_their_paths_cross(make: Make, road: str) -> None:
    # 30 km at 10 + 20 km/day: after a day, 10 km from b. Both march, so each does to the other what
    # attackers do, 0.1, not the 0.9 of defenders: blue's 500 break at 350
    record = run(two(make, road, fighting={"attack": 0.1, "defend": 0.9}))
    end = DAY + seconds(EVEN.attackers_at(500, 1000, 350))
    assert of(record, "battle", "repulsed")[:2] == [
        (DAY, "battle", "b"),
        (end, "repulsed", "blue"),
    ]
    assert km(record, "red")[DAY] == km(record, "red")[end] == 10
    assert km(record, "blue")[DAY] == 20
    # red goes on, 20 km in two days, and finds blue, which went back at 30 km/day, in c
    assert of(record, "battle")[1] == (end + 2 * DAY, "battle", "c")


def test_the_instant_is_exact_where_it_is_no_whole_second(make: Make) -> None:
    # 30 / (7 + 10) days; blue sets out a second later than red: 20/86,400 km less to close
    record = run(two(make, red={"tempo": 7}, more={"tempo": 10, "at": 1}))
    expected = 1 + seconds((30 - 7 / DAY) / 17)
    assert of(record, "battle")[0][:2] == (expected, "battle")


def test_roads_side_by_side_and_friends_do_not_meet(make: Make) -> None:
    # blue comes by x; then green, a friend of red, by the same road
    apart = two(make, "b-c:30 b-x:10 x-c:10", "c x b", held={"x": "blue"})
    assert of(run(apart), "battle") == []
    friend = two(make, actors={"green": {"friends": "red"}}, more={"actor": "green"})
    assert of(run(friend), "battle") == []


def test_who_stands_on_the_road_is_come_upon_as_a_defender(make: Make) -> None:
    # red's road is closed behind it on day 1.5 with nothing carried: it stalls at km 15. Blue sets
    # out on day 2 and has 20 km to it, a day. Blue attacks, red defends
    scenario = make(
        "s-a:1 a-b:5 b-c:30",
        axes={"line": {"sources": "s", "sinks": {"a": {"stock": 9000}}}},
        held={"c": "blue"},
        events={"e": {"kind": "close", "roads": "a-b", "at": DAY + DAY // 2}},
        operations={
            "red": {"route": "a b c", "strength": 1000, "axis": "line", "each": 1, "carries": 0},
            "blue": {
                "route": "c b", "actor": "blue", "strength": 500, "tempo": 20, "at": 2 * DAY,
            },
        },
        fighting={"attack": 0.1, "defend": 0.2},
    )  # fmt: skip
    record = run(scenario)
    begun, end = 3 * DAY, 3 * DAY + seconds(Fight("square", 0.1, 0.2).attackers_at(500, 1000, 350))
    assert of(record, "stalled", "battle", "repulsed")[:3] == [
        (DAY + DAY // 2, "stalled", "red"),
        (begun, "battle", "b"),
        (end, "repulsed", "blue"),
    ]
    assert km(record, "red")[begun] == 15


def test_who_is_beaten_on_the_road_cannot_hold_there(make: Make) -> None:
    record = run(two(make, more={"on_repulse": "hold", "again": 9 * DAY}))
    end = DAY + seconds(EVEN.attackers_at(500, 1000, 350))
    # 20 km at 30 km/day
    assert km(record, "blue")[end] == 20
    assert km(record, "blue")[min(t for t in km(record, "blue") if t > end + DAY * 2 / 3)] == 0


def test_the_beaten_are_not_caught_by_those_behind_them(make: Make) -> None:
    # blue goes back at 5 km/day, red comes after it at 10 and is in c first, after 2 days; c is
    # taken without a fight, so that blue comes to a lost place: its men are displaced
    record = run(two(make, more={"retreat": 5}))
    end = DAY + seconds(EVEN.attackers_at(500, 1000, 350))
    assert of(record, "battle") == [(DAY, "battle", "b")]
    assert of(record, "taken") == [(end + 2 * DAY + 1, "taken", "red")]
    assert [(m.time, m.origin, m.persons) for m in record.moves] == [(end + 4 * DAY, "c", 350)]


def barred(make: Make, other: int) -> Record:
    """Red is beaten at x and goes back to m; blue's other force has taken m and comes at it.

    b-m 10 km, m-x 20, y-m 10. Red is before x after 3 days and a second for m. The other force
    sets out on day 3, takes m a day later and marches on toward x.
    """
    return run(
        make(
            "b-m:10 m-x:20 y-m:10",
            held={"m": "blue", "x": "blue", "y": "blue"},
            garrisons={"g": {"actor": "blue", "place": "x", "strength": 3000}},
            operations={
                "red": {"route": "b m x", "strength": 1000, "retreat": 5},
                "other": {"actor": "blue", "route": "y m x", "strength": other, "at": 3 * DAY},
            },
            regroup={"red": {}},
        )
    )


def test_one_that_goes_back_and_is_beaten_on_its_way_is_no_more(make: Make) -> None:
    record = barred(make, 4000)
    beaten = 3 * DAY + 1 + seconds(EVEN.attackers_at(1000, 3000, 700))
    # the other leaves m at day 4 and 1 s and closes at 10 + 5 km/day; red is 20 km from m when it
    # is beaten and d km later when the other leaves
    gap = 20 - 5 * (4 * DAY + 1 - beaten) / DAY
    met = 4 * DAY + 1 + seconds(gap / 15)
    over = met + seconds(EVEN.attackers_at(700, 4000, 490))
    assert of(record, "battle", "repulsed")[:4] == [
        (3 * DAY + 1, "battle", "x"),
        (beaten, "repulsed", "red"),
        (met, "battle", "x"),
        (over, "repulsed", "red"),
    ]
    # from x, where it came from, every way is the enemy's
    assert [(m.time, m.origin, m.persons, m.outcome) for m in record.moves] == [
        (over, "x", 490, "dispersed")
    ]


def test_one_that_goes_back_and_wins_goes_on_back(make: Make) -> None:
    # 300 are beaten by 700 and give up m, which they took, on their way back to y
    record = barred(make, 300)
    assert of(record, "repulsed")[1][2] == "other"
    # and red gives it up in its turn as it passes
    found = [value for _, value in held(record, "m")]
    assert found == ["blue=1", "red=1", "blue=1", "red=1", "blue=1"]
    assert km(record, "red")[9 * DAY] - km(record, "red")[10 * DAY] == pytest.approx(5)
    assert record.moves == []


def test_a_sally_goes_at_the_ring_on_its_road(make: Make) -> None:
    # red rings x on day 1 and waits 5 days; blue's men in x set out for b on day 2 and go at the
    # ring. 2,000 against 1,000 that break at 700
    scenario = make(
        "b-x:10",
        held={"x": "blue"},
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 50}},
        operations={
            "red": {"route": "b x", "strength": 1000, "rings": {"x": 5 * DAY},
                    "on_repulse": "give_up"},
            "sally": {"actor": "blue", "route": "x b", "strength": 2000, "at": 2 * DAY},
        },
    )  # fmt: skip
    record = run(scenario)
    begun = of(record, "battle")[0]
    assert begun == (2 * DAY, "battle", "x")
    end = begun[0] + seconds(EVEN.defenders_at(2000, 1000, 700))
    assert of(record, "won", "repulsed")[:2] == [(end, "won", "sally"), (end, "repulsed", "red")]
    rows = [(r.time, r.value) for r in record.control if (r.id, r.what) == ("x", "besieged")]
    assert rows == [(DAY + 1, "blue"), (end + 1, "")]


@pytest.mark.parametrize("seed", range(40))
def test_nobody_gets_past_an_enemy_on_the_road(make: Make, seed: int) -> None:
    """On one road, whatever they do, red is always nearer to b and blue to c.

    They go back faster than anyone marches, since who goes back is not pursued.
    """
    rng, length = random.Random(seed), 30

    def force(actor: str, route: str) -> dict[str, Any]:
        return {
            "actor": actor, "route": route, "strength": rng.choice([100, 250, 700]),
            "tempo": rng.choice([3, 7.3, 20]), "at": rng.choice([0, 5000, DAY]), "retreat": 90,
            "on_repulse": rng.choice(["hold", "fall_back", "give_up"]),
            "again": rng.choice([None, 0, 9000, DAY]), "breaks": rng.choice([0.1, 0.5]),
        }  # fmt: skip

    forces = {"r1": force("red", "b c"), "r2": force("red", "b c"), "b1": force("blue", "c b")}
    record = run(make(f"b-c:{length}", held={"c": "blue"}, operations=forces, regroup={"red": {}}))
    blue, lost = km(record, "b1"), {t for t, p in held(record, "c") if p != "blue=1"}
    lost |= {t for t, p in held(record, "b") if p != "red=1"}
    for name in ("r1", "r2"):
        alive = strengths(record, name), strengths(record, "b1")
        for time, at in km(record, name).items():
            if time in blue and all(men[time] for men in alive) and time < min(lost | {10**9}):
                assert at + blue[time] <= length + 0.001, (time, name)
    assert any(r.kind == "battle" for r in record.events)


# --- rings with men in them ---------------------------------------------------------------


def enclosed(make: Make, **inside: Any) -> Record:
    """Blue's force stands in x at the end of its route when red, from b, rings x on day 4."""
    return run(
        make(
            "b-x:40 x-y:10",
            held={"x": "blue", "y": "blue"},
            operations={
                "red": {"route": "b x", "strength": 1000, "rings": {"x": 2 * DAY}},
                "blue": {"actor": "blue", "route": "y x", "strength": 500, **inside},
            },
        )
    )


def test_a_ring_closes_round_a_force_and_storms_it_in_the_place(make: Make) -> None:
    record = enclosed(make)
    assert of(record, "ring", "battle") == [(4 * DAY, "ring", "red"), (6 * DAY, "battle", "x")]
    # beaten in the ring it is no more: its men are displaced
    end = 6 * DAY + seconds(EVEN.defenders_at(1000, 500, 350))
    assert of(record, "repulsed") == [(end, "repulsed", "blue")]
    assert [(m.time, m.origin, m.persons) for m in record.moves] == [(end, "x", 350)]
    assert held(record, "x")[-1] == (end + 1, "red=1")


def test_a_force_in_a_ring_that_sets_out_must_break_it(make: Make) -> None:
    # blue is beaten before z and back in x, 10 km at 30 km/day, when red comes there on day 4;
    # three days after it came back it tries again, and must break the ring: 1,400 against 1,000
    record = run(
        make(
            "b-x:40 x-z:10",
            held={"x": "blue"},
            garrisons={"g": {"place": "z", "strength": 4000}},
            operations={
                "red": {"route": "b x", "strength": 1000, "rings": {"x": 9 * DAY}},
                "blue": {"actor": "blue", "route": "x z", "strength": 2000, "again": 3 * DAY},
            },
        )
    )
    beaten = DAY + seconds(EVEN.attackers_at(2000, 4000, 1400))
    again = beaten + DAY // 3 + 3 * DAY
    end = again + seconds(EVEN.defenders_at(1400, 1000, 700))
    assert of(record, "ring", "battle", "won")[1:4] == [
        (4 * DAY, "ring", "red"), (again, "battle", "x"), (end, "won", "blue"),
    ]  # fmt: skip
    assert of(record, "battle")[2] == (end + DAY, "battle", "z")


def test_there_is_no_way_back_out_of_a_ring(make: Make) -> None:
    # what it carries is gone on day 5, and its policy is to go back
    axes = {"far": {"actor": "blue", "sources": "s", "sinks": {"y": {"stock": 4000}}}}
    record = run(
        make(
            "b-x:40 x-y:10 s-y:1!",
            axes=axes,
            held={"x": "blue", "y": "blue", "s": "blue"},
            operations={
                "red": {"route": "b x", "strength": 1000, "rings": {"x": 9 * DAY}},
                "blue": {
                    "actor": "blue", "route": "y x", "strength": 500, "axis": "far", "each": 1,
                    "carries": DAY, "on_stall": "fall_back",
                },
            },
        )
    )  # fmt: skip
    # the line is closed by the ring on day 4 and 1 s; a day later nothing is left
    assert of(record, "cut_off", "out_of_supply") == [
        (4 * DAY + 1, "cut_off", "blue"), (5 * DAY + 1, "out_of_supply", "blue"),
    ]  # fmt: skip
    assert km(record, "blue")[9 * DAY] == 10


# --- how far one sees and strikes ------------------------------------------------------------


def far(make: Make, **rule: Any) -> Record:
    """Red's 300 come to x over 40 km at 10 km/day; 900 in x decide 6 hours after they see them.

    q, 50 km from x, may send its 200.
    """
    return run(
        make(
            "b-x:40 q-x:50",
            held={"x": "blue", "q": "blue"},
            garrisons={
                "g": {"actor": "blue", "place": "x", "strength": 900},
                "q": {"actor": "blue", "place": "q", "strength": 200, "reserve": 1},
            },
            operations={"op": {"route": "b x", "strength": 300}},
            fronts={"blue": {"delay": DAY // 4, "counter": 2, "ratio": 4, **rule}},
        )
    )


@pytest.mark.parametrize(
    ("rule", "sent", "struck"),
    [
        # seen at once; in reach at km 24, after 2.4 days
        ({}, DAY // 4, 2.4),
        ({"reach": 50}, DAY // 4, 0.25),
        # seen at km 10 after a day, decided 6 hours later
        ({"sees": 30}, DAY + DAY // 4, 2.4),
        ({"sees": 30, "reach": 50}, DAY + DAY // 4, 1.25),
        # seen at km 32 after 3.2 days, when it is within reach already
        ({"sees": 8}, 3.45 * DAY, 3.45),
        # decided at 2.5 days, in reach of 16 km since 2.4
        ({"sees": 17.5}, 2.5 * DAY, 2.5),
    ],
)
def test_sight_and_reach(make: Make, rule: dict[str, Any], sent: float, struck: float) -> None:
    record = far(make, **rule)
    assert [(m.time, m.persons) for m in record.moves if m.reserve] == [(round(sent), 200)]
    assert of(record, "battle")[0] == (seconds(struck), "battle", "x")


def test_a_force_that_is_not_seen_meets_the_garrison_alone(make: Make) -> None:
    record = far(make, sees=0.5, delay=DAY)
    # before x on day 4, half a km and 1.2 hours after it was seen
    assert of(record, "battle")[0] == (4 * DAY, "battle", "x")


def taken(make: Make, **rule: Any) -> Record:
    """Red has x, nobody's, after a day and holds there; 900 in y, 10 km further, may strike.

    r, 3 km from y, may send its 200 unless they are held.
    """
    return run(
        make(
            "b-x:10 x-y:10 r-y:3 x-z:11",
            held=dict.fromkeys("yrz", "blue") | {"x": None},
            places={"x": {"kind": "fort"}},
            garrisons={
                "g": {"actor": "blue", "place": "y", "strength": 900},
                "r": {"actor": "blue", "place": "r", "strength": 200, "reserve": 1},
            },
            operations={"op": {"route": "b x", "strength": 300, "on_repulse": "hold"}},
            fighting={"terrain": {"fort": 2.0}},
            fronts={"blue": {"delay": DAY // 4, "counter": 2, "ratio": 4, "hold": "r", **rule}},
        )
    )


def test_a_force_at_the_end_of_its_route_is_struck_where_it_is(make: Make) -> None:
    # in x from day 1 and 1 s on; blue's nearest by one road is y, where they decide 6 hours later
    record = taken(make)
    begun = DAY + 1 + DAY // 4
    # a fort halves what the attackers do; 300 break at 210, and cannot hold in x
    end = begun + seconds(Fight("square", 0.05, 0.1).defenders_at(900, 300, 210))
    assert of(record, "battle", "repulsed") == [(begun, "battle", "x"), (end, "repulsed", "op")]
    assert held(record, "x") == [(0, ""), (DAY + 1, "red=1"), (end + 1, "blue=1")]
    assert km(record, "op")[9 * DAY] == 0


def test_reserves_go_to_the_place_before_a_force_at_the_end_of_its_route(make: Make) -> None:
    # 1,200 are wanted before 300: 900 are in y, 200 come from r
    record = taken(make, counter=None, hold="")
    sent = [(m.time, m.origin, m.choice, m.persons) for m in record.moves if m.reserve]
    assert sent == [(DAY + 1 + DAY // 4, "r", "y", 200)]


def test_out_of_reach_of_the_next_place_it_is_left_alone(make: Make) -> None:
    assert of(taken(make, reach=9.9), "battle") == []
    assert of(taken(make, sees=9.9), "battle") == []
    assert of(taken(make, counter=3.1), "battle") == []


def test_a_force_that_holds_before_a_place_is_struck_back(make: Make) -> None:
    # 500 are beaten before x by 1,000, of whom some 930 are left, and stay there: more than 2.5
    # times the 350 that are left of them, who are gone at 6 hours later
    scenario = make(
        "b-x:10",
        held={"x": "blue"},
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 1000}},
        operations={"op": {"route": "b x", "strength": 500, "on_repulse": "hold"}},
        fronts={"blue": {"delay": DAY // 4, "counter": 2.5}},
    )
    record = run(scenario)
    beaten = DAY + seconds(EVEN.attackers_at(500, 1000, 350))
    assert of(record, "battle", "repulsed")[:3] == [
        (DAY, "battle", "x"),
        (beaten, "repulsed", "op"),
        (beaten + DAY // 4, "battle", "x"),
    ]


# --- supply ---------------------------------------------------------------------------------


def at_the_end(make: Make, **policy: Any) -> Record:
    """Red holds in x after a day and a second; its road is closed on day 2, with 3 days carried."""
    return run(
        make(
            "s-b:1 b-x:10",
            axes={"line": {"sources": "s", "sinks": {"b": {"stock": 9000}}}},
            held={"x": "blue"},
            events={
                "shut": {"kind": "close", "roads": "b-x", "at": 2 * DAY},
                "open": {"kind": "open", "roads": "b-x", "at": 7 * DAY},
            },
            operations={"op": {"route": "b x", "axis": "line", "each": 1, "retreat": 20} | policy},
        )
    )


def test_a_hungry_force_at_the_end_of_its_route_stalls_until_it_is_fed(make: Make) -> None:
    record = at_the_end(make)
    assert of(record, "cut_off", "out_of_supply", "stalled", "fed") == [
        (2 * DAY, "cut_off", "op"),
        (5 * DAY, "out_of_supply", "op"),
        (5 * DAY, "stalled", "op"),
        (7 * DAY, "fed", "op"),
    ]
    assert km(record, "op")[9 * DAY] == 10


def test_or_goes_back_where_that_is_its_policy_and_x_stays_its_own(make: Make) -> None:
    # nobody beat it, and nobody is there to take x
    record = at_the_end(make, on_stall="fall_back")
    assert km(record, "op")[5 * DAY + DAY // 2] == 0
    assert held(record, "x") == [(0, "blue=1"), (DAY + 1, "red=1")]


def test_a_force_that_wins_with_nothing_left_to_eat_goes_back_too(make: Make) -> None:
    # the supply of a day ends in the battle for x, which begins on day 1: cut at half a day
    scenario = make(
        "s-b:1 b-x:10",
        axes={"line": {"sources": "s", "sinks": {"b": {"stock": 9000}}}},
        held={"x": "blue"},
        garrisons={"g": {"actor": "blue", "place": "x", "strength": 700}},
        events={"shut": {"kind": "close", "roads": "b-x", "at": DAY // 2}},
        operations={
            "op": {"route": "b x", "axis": "line", "each": 1, "retreat": 20, "strength": 1000,
                   "carries": DAY, "on_stall": "fall_back"},
        },
    )  # fmt: skip
    record = run(scenario)
    end = DAY + seconds(EVEN.defenders_at(1000, 700, 350))
    assert of(record, "out_of_supply", "won", "taken", "stalled") == [
        (DAY + DAY // 2, "out_of_supply", "op"),
        (end, "won", "op"),
        (end + 1, "taken", "op"),
        (end + 1, "stalled", "op"),
    ]
    assert km(record, "op")[9 * DAY] == 0


def test_living_from_convoy_to_convoy_is_not_being_cut_off(make: Make) -> None:
    # 100 kg a day in convoys of 50 kg; the base has nothing in store. Half a day's supply is eaten
    # between two convoys, less than the day that is not counted
    def told(size: int) -> list[str]:
        record = run(
            make(
                "s-b:1 b-x:90",
                axes={
                    "line": {
                        "sources": "s",
                        "sinks": {"b": {"stock": 0, "target": 0}},
                        "size": size,
                    }
                },
                held={"x": "blue"},
                operations={"op": {"route": "b x", "axis": "line", "each": 1, "tempo": 10}},
            )
        )
        return [kind for _, kind, _ in of(record, "cut_off", "fed", "stalled")]

    assert told(50) == []
    # 150 kg every day and a half: after a day it is, and with never more than half of its load in
    # hand from then on it stays so; but it always has something, and marches
    assert told(150) == ["cut_off"]


@pytest.mark.parametrize(("priority", "begins", "where"), [(1, "blue", "b"), (0, "red", "c")])
def test_of_two_who_march_that_of_the_lower_number_attacks(
    make: Make, priority: int, begins: str, where: str
) -> None:
    # as in the first test; of equal numbers blue is the first by id, on its way to b
    record = run(two(make, red={"priority": priority}, fighting={"attack": 0.1}))
    battle = next(row for row in record.events if row.kind == "battle")
    assert battle.subject == where
    assert battle.text.startswith(f"{begins} with ")
