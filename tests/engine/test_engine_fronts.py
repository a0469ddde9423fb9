"""Reserves: who is sent where and when, and what it costs the place that sends them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.forces.lanchester import Fight
from sim.engine.simulation import run
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]


def threatened(make: Make, rule: dict[str, Any], **given: Any) -> Scenario:
    """Blue's 300 set out from f for x, 5 km at 1 km/day; red has 100 there.

    q (6 km from x, 6,000 s) may send all of its 150, r (3 km) half of its 200, n (1 km) none.
    """
    persons = {"x": (100, None), "q": (150, 1), "r": (200, 0.5), "n": (80, None)}
    operation = {"actor": "blue", "route": "f x", "strength": 300, "tempo": 1}
    return make(
        "f-x:5 q-x:6 r-x:3 n-x:1 " + given.pop("roads", ""),
        held={"f": "blue"} | given.pop("held", {}),
        garrisons={
            place: {"place": place, "strength": n, "reserve": share}
            for place, (n, share) in persons.items()
        }
        | given.pop("garrisons", {}),
        operations={"op": operation | given.pop("operation", {})} | given.pop("operations", {}),
        fronts={"red": rule},
        **given,
    )


def sent(record: Record) -> list[tuple[int, str, str, int]]:
    return [(m.time, m.origin, m.choice, m.persons) for m in record.moves if m.reserve]


def test_reserves_are_sent_until_the_defenders_are_so_many_times_the_attackers(make: Make) -> None:
    # 300 attackers, 100 there: 200 are needed; places in order, so 150 from q and 50 from r
    record = run(threatened(make, {"ratio": 1, "delay": 1000}))
    assert sent(record) == [(1000, "q", "x", 150), (1000, "r", "x", 50)]
    assert [m.ended for m in record.moves[:2]] == [7000, 4000]
    assert {m.outcome for m in record.moves[:2]} == {"arrived"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"ratio": 0.5}, [("q", 50)]),  # 150 wanted, 100 there
        ({"ratio": 1 / 3}, []),
        ({"ratio": 9}, [("q", 150), ("r", 100)]),  # no more than they may
        ({"ratio": 1, "hold": "q"}, [("r", 100)]),
        ({"ratio": 1, "hold": "q r"}, []),
    ],
)
def test_need_spare_and_hold(
    make: Make, rule: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    found = sent(run(threatened(make, {"delay": 1000, **rule})))
    assert [(origin, persons) for _, origin, _, persons in found] == expected


def test_a_ringed_or_cut_off_place_sends_nobody(make: Make) -> None:
    record = run(threatened(make, {"delay": 9}, besieged={"q": "red"}))
    assert sent(record) == [(9, "r", "x", 100)]
    events = {"e": {"kind": "close", "roads": "q-x", "at": 0}}
    record = run(threatened(make, {"delay": 9}, events=events))
    assert sent(record) == [(9, "r", "x", 100)]


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ({"value": 1, "values": {"y": 2, "x": 1}}, "y"),
        ({"value": 1, "values": {"y": 1, "x": 2}}, "x"),
        ({"hours": -1}, "y"),  # 2 km from q, x is 6
        ({"hours": 1}, "x"),
        ({"threat": 1}, "y"),  # 200 before 10 against 300 before 100
        ({"threat": -1}, "x"),
        ({}, "x"),  # all alike: by id
    ],
)
def test_the_weightiest_front_comes_first(make: Make, rule: dict[str, Any], first: str) -> None:
    record = run(
        threatened(
            make, {"delay": 9, "ratio": 5, **rule}, roads="g-y:5 q-y:2", held={"g": "blue"},
            garrisons={"y": {"place": "y", "strength": 10}},
            operations={"second": {"actor": "blue", "route": "g y", "strength": 200, "tempo": 1}},
        )
    )  # fmt: skip
    assert sent(record)[0] == (9, "q", first, 150)


def test_two_garrisons_of_a_place_spare_what_each_spares(make: Make) -> None:
    # of 150 all, of 60 half: 180, not the whole of 210
    more = {"q2": {"place": "q", "strength": 60, "reserve": 0.5}}
    record = run(threatened(make, {"delay": 9, "ratio": 9, "hold": "r"}, garrisons=more))
    assert sent(record) == [(9, "q", "x", 180)]


def test_men_on_the_way_fight_nowhere_and_with_their_garrison_when_there(make: Make) -> None:
    # the force is before x after 0.05 days, 4,320 s; 150 men who left q at 9 s come at 6,009 s
    fight = Fight("square", 2, 2)
    scenario = threatened(
        make, {"delay": 9, "hold": "r"}, operation={"tempo": 100, "breaks": 0.9},
        fighting={"attack": 2, "defend": 2},
    )  # fmt: skip
    record = run(scenario)
    texts = [row.text for row in record.events if row.kind == "battle"]
    assert texts[0] == "blue with 300 persons against red with 100"
    x, y = fight.after(300, 100, (6009 - 4320) / DAY)
    end = 6009 + math.ceil(fight.defenders_at(x, y + 150, 50 + 75) * DAY)
    assert [row.time for row in record.events if row.kind == "won"] == [end]
    assert record.fallen["red"] == 125


def test_what_is_stripped_from_one_front_is_missing_at_another(make: Make) -> None:
    # q is empty when the second force comes a day later: taken without a battle
    second = {"actor": "blue", "route": "h q", "strength": 50, "tempo": 10, "at": DAY}
    given: dict[str, Any] = {"roads": "h-q:10", "held": {"h": "blue"}}
    with_rule = run(
        threatened(make, {"delay": 9, "hold": "r"}, operations={"two": second}, **given)
    )
    held_back = run(
        threatened(make, {"delay": 9, "hold": "q r"}, operations={"two": second}, **given)
    )
    taken = [(r.time, r.subject) for r in with_rule.events if r.kind == "taken"]
    assert taken[0] == (2 * DAY + 1, "two")
    first = next(r for r in held_back.events if r.kind == "battle")
    assert (first.time, first.text) == (2 * DAY, "blue with 50 persons against red with 150")


def test_reserves_whose_goal_falls_are_displaced(make: Make) -> None:
    events = {"e": {"kind": "capture", "places": "x", "by": "blue", "at": 3000}}
    record = run(
        threatened(make, {"delay": 9, "hold": "r"}, events=events, regroup={"red": {"hours": -1}})
    )
    assert [(m.time, m.outcome, m.ended) for m in record.moves if m.reserve] == [
        (9, "chose again", 3000)
    ]
    # 2,991 m on their way to x: back to q is the only way
    assert ("q", 150, "arrived") in [
        (m.choice, m.persons, m.outcome) for m in record.moves if not m.reserve
    ]


def test_nobody_is_sent_without_a_threat(make: Make) -> None:
    assert sent(run(threatened(make, {"delay": 9}, operation={"chance": 0.0}))) == []


def test_priority_goes_before_the_order_of_places(make: Make) -> None:
    # as in the first test, where q is asked first; of the lower number r gives its 100, q the rest
    stations = {"q": (150, 1, 2), "r": (200, 0.5, 1)}
    garrisons = {
        place: {"place": place, "strength": n, "reserve": share, "priority": priority}
        for place, (n, share, priority) in stations.items()
    }
    record = run(threatened(make, {"ratio": 1, "delay": 1000}, garrisons=garrisons))
    assert sent(record) == [(1000, "r", "x", 100), (1000, "q", "x", 100)]
