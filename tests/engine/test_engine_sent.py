"""Men whom a decision sends: who goes, by what it is weighed, what becomes of them, how it is told.

3.6 km take an hour.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant, Uniform
from sim.scenario.model import DAY, Scenario, Sending
from sim.state.record import Record
from sim.tables.folder import run_tables

Make = Callable[..., Scenario]
LN3 = math.log(3)
HOUR = 3_600
SURE = {"value": 999.0}
"""Its value leaves nothing to luck."""


def realm(make: Make, sends: tuple[str, Any, str], **given: Any) -> Scenario:
    """Red's men at a (400) and b (200), an hour and two from c; on day 1 it decides.

    The exit is entered from c and takes an hour more.
    """
    option = {"sends": sends} | given.pop("option", {})
    return make(
        given.pop("roads", "a-c:3.6 b-c:7.2"),
        garrisons={
            "a": {"place": "a", "strength": 400}, "b": {"place": "b", "strength": 200},
        } | given.pop("garrisons", {}),
        exits={"out": {"places": "c", "seconds": HOUR} | given.pop("exit", {})},
        decisions={"d": {"seat": "a", "at": DAY, "options": {"go": option, "nothing": {}}}
                   | given.pop("rule", {"value": 1})},
        length=3 * DAY,
        **given,
    )  # fmt: skip


def moves(record: Record) -> list[tuple[int, str, str, int, int, str, str, str]]:
    return [
        (m.time, m.origin, m.choice, m.persons, m.seconds, m.outcome, m.kind, m.cause)
        for m in record.moves
    ]


def of_go(record: Record) -> float:
    return next(row.probability for row in record.decisions if row.option == "go")


def measures(scenario: Scenario, record: Record) -> dict[str, float | None]:
    found = Analysis(scenario, record).measures
    return {path: m.value for path, m in found.items() if path.startswith("moves.")}


def test_a_share_of_each_garrison_goes_once_and_is_told(make: Make) -> None:
    scenario = realm(make, ("a b", 0.25, "c"), option=SURE)
    record = run(scenario)
    assert moves(record) == [
        (DAY, "a", "c", 100, HOUR, "arrived", "sent", "go"),
        (DAY, "b", "c", 50, 2 * HOUR, "arrived", "sent", "go"),
    ]
    told = [(r.time, r.subject, r.cause, r.text) for r in record.events if r.kind == "sent"]
    assert told == [
        (DAY, "red/c", "go", "100 persons from a"), (DAY, "red/c", "go", "50 persons from b"),
    ]  # fmt: skip
    table = next(t for t in run_tables(scenario, record) if t.name == "regroup")
    assert [row[-1] for row in table.rows] == ["sent", "sent"]
    # nobody goes where it is not decided on
    stay = realm(make, ("a b", 0.25, "c"), option={"value": -999.0})
    assert run(stay).moves == []
    assert {k: v for k, v in measures(stay, run(stay)).items() if "sent" in k} == {
        "moves.red.sent": 0, "moves.red.to.c.sent": 0,
    }  # fmt: skip


def test_who_is_sent_out_has_left(make: Make) -> None:
    record = run(realm(make, ("b", 1, "out"), option=SURE))
    assert moves(record) == [(DAY, "b", "out", 200, 3 * HOUR, "left", "sent", "go")]
    # those who stay choose nothing, and the run has accounted for all of them
    assert record.choices == []


def test_sent_and_displaced_are_counted_apart(make: Make) -> None:
    # 100 of a's men are sent on day 1; on day 2 its other 300 are displaced and all go to c as well
    fall = {"fall": {"kind": "capture", "places": "a", "by": "blue", "at": 2 * DAY}}
    scenario = realm(make, ("a", 0.25, "c"), option=SURE, events=fall,
                     regroup={"red": {"value": 99, "values": {"c": 9}}})  # fmt: skip
    record = run(scenario)
    assert [(m.kind, m.persons) for m in record.moves] == [("sent", 100), ("displaced", 300)]
    found = Analysis(scenario, record).measures
    assert {
        path: found[path].value
        for path in ("moves.red.persons", "moves.red.to.c.share", "moves.red.to.c.sent",
                     "moves.red.sent", "regroup.red.displaced", "regroup.red.to.c.share")
    } == {
        "moves.red.persons": 400, "moves.red.to.c.share": 1, "moves.red.to.c.sent": 100,
        "moves.red.sent": 100, "regroup.red.displaced": 300, "regroup.red.to.c.share": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "of_men"),
    [
        ({}, 1 / 2),
        # 100 men an hour and 50 two: 4/3 hours as a mean
        ({"hours": -LN3}, 1 / (1 + 3 ** (4 / 3))),
        ({"strength": 1}, 1.15 / 2.15),  # ln(1 + 150 / 1000)
        ({"population": 1}, 4 / 5),  # ln(1 + 3000 / 1000)
        ({"enemies": -1}, 1 / 3),  # 1,000 men of blue in its part of c: ln 2
        ({"threat": -3 * LN3}, 1 / 4),  # one of c's three roads leads to blue's d
    ],
)
def test_sending_to_a_place_is_weighed_by_hand(
    make: Make, rule: dict[str, float], of_men: float
) -> None:
    scenario = realm(
        make, ("a b", 0.25, "c"), rule=rule, roads="a-c:3.6 b-c:7.2 c-d:1",
        places={"c": {"population": 3000}},
        held={"d": "blue", "c": {"red": 500_000, "blue": 500_000}},
        garrisons={"theirs": {"actor": "blue", "place": "c", "strength": 1000}},
    )  # fmt: skip
    record = run(scenario)
    assert of_go(record) == pytest.approx(of_men, abs=1e-12)


@pytest.mark.parametrize(
    ("rule", "of_men"),
    [
        ({"hours": -LN3}, 1 / (1 + 3 ** (7 / 3))),  # the hour of the exit on top
        ({"threat": -2 * LN3}, 1 / 4),  # the exit's own: 0.5
        ({"supply": 4 * LN3}, 3 / 4),  # 0.25
        ({"value": LN3}, 9 / 10),  # 2
        ({"population": 5, "enemies": 5}, 1 / 2),  # nobody lives there
    ],
)
def test_sending_out_is_weighed_by_hand(make: Make, rule: dict[str, float], of_men: float) -> None:
    out = {"threat": 0.5, "supply": 0.25, "value": 2.0}
    record = run(realm(make, ("a b", 0.25, "out"), rule=rule, exit=out))
    assert of_go(record) == pytest.approx(of_men, abs=1e-12)
    # a stated value takes the place of the exit's: 1
    if "value" in rule:
        stated = realm(make, ("a b", 0.25, "out"), rule=rule, exit=out, option={"value": 1.0})
        assert of_go(run(stated)) == pytest.approx(3 / 4)


def test_who_is_ringed_or_has_no_way_stays(make: Make) -> None:
    ring = {"e": {"kind": "besiege", "places": "a", "by": "blue", "at": 5}}
    record = run(realm(make, ("a b", 0.5, "c"), option=SURE, events=ring))
    assert [(m.origin, m.persons) for m in record.moves] == [("b", 100)]
    shut = {"e": {"kind": "close", "roads": "b-c", "at": 5}}
    record = run(realm(make, ("a b", 0.5, "c"), option=SURE, events=shut))
    assert [(m.origin, m.persons) for m in record.moves] == [("a", 200)]


@pytest.mark.parametrize(
    ("events", "given"),
    [
        ({"e": {"kind": "capture", "places": "c", "by": "blue", "at": 5}}, {}),  # the goal is lost
        ({"e": {"kind": "close", "roads": "a-c b-c", "at": 5}}, {}),  # nobody gets there
        ({}, {"share": 0}),
        ({}, {"places": {"c": {"billets": 0}}}),  # no room
        ({}, {"sends": "q"}),  # nobody is there
    ],
)
def test_where_nobody_can_be_sent_it_is_no_option(
    make: Make, events: dict[str, Any], given: dict[str, Any]
) -> None:
    sends = (given.pop("sends", "a b"), given.pop("share", 0.5), "c")
    roads = "a-c:3.6 b-c:7.2 q-c:1"
    record = run(realm(make, sends, option=SURE, events=events, roads=roads, **given))
    assert [row.option for row in record.decisions] == ["nothing"]
    assert record.moves == []


def test_no_more_go_than_there_is_room_for(make: Make) -> None:
    # 50 places are left for the 100 of b after a's 200: who goes first of them has priority
    record = run(realm(make, ("a b", 0.5, "out"), option=SURE, exit={"billets": 250}))
    assert [(m.origin, m.persons) for m in record.moves] == [("a", 200), ("b", 50)]
    first = {"b": {"place": "b", "strength": 200, "priority": 0}}
    record = run(realm(make, ("a b", 0.5, "out"), option=SURE, exit={"billets": 250},
                       garrisons=first))  # fmt: skip
    assert [(m.origin, m.persons) for m in record.moves] == [("b", 100), ("a", 150)]


def test_those_who_fight_are_not_sent(make: Make) -> None:
    # blue's operation has been before a since the first day, and fights there as the day comes
    war: dict[str, Any] = {
        "roads": "a-c:3.6 b-c:7.2 f-a:1", "held": {"f": "blue"},
        "operations": {"op": {"actor": "blue", "route": "f a", "strength": 500, "at": 0}},
        "fighting": {"attack": 0, "defend": 0},
    }  # fmt: skip
    record = run(realm(make, ("a b", 0.5, "c"), option=SURE, **war))
    assert [(m.origin, m.persons) for m in record.moves if m.kind == "sent"] == [("b", 100)]


def test_who_is_cut_off_on_the_way_chooses_again(make: Make) -> None:
    lost = {"e": {"kind": "capture", "places": "c", "by": "blue", "at": DAY + 600}}
    record = run(realm(make, ("a", 0.5, "c"), option=SURE, events=lost, regroup={"red": {}}))
    assert [(m.kind, m.outcome, m.persons) for m in record.moves] == [
        ("sent", "chose again", 200), ("displaced", "arrived", 200),
    ]  # fmt: skip


def test_a_seat_may_move_and_send_men_too(make: Make) -> None:
    record = run(realm(make, ("a", 0.5, "b"), option=SURE | {"place": "c"}))
    assert [(m.origin, m.choice, m.persons) for m in record.moves] == [("a", "b", 200)]
    # it is weighed as a seat is, whether or not anybody can be sent
    none = realm(make, ("a", 0, "b"), option={"place": "c"}, rule={"hours": -LN3})
    assert of_go(run(none)) == pytest.approx(1 / 4)


def test_a_share_that_is_a_range_is_drawn_once(make: Make) -> None:
    record = run(realm(make, ("a b", Uniform(0.2, 0.4), "c"), option=SURE))
    share = record.drawn["decision:d:sends:go"]
    assert 0.2 <= share <= 0.4
    assert [m.persons for m in record.moves] == [int(400 * share), int(200 * share)]


def test_random_wars_keep_everybody(wild_war: Callable[[int], Scenario]) -> None:
    # the run itself checks that all persons are accounted for
    sent = 0
    for seed in range(24):
        war = wild_war(seed)
        decision = war.decisions["seat"]
        options = {
            key: dataclasses.replace(option, sends=Sending(tuple("abdefg"), Constant(0.5), goal))
            for (key, option), goal in zip(
                sorted(decision.options.items()), ("sea", "h", "c"), strict=True
            )
        }
        at = Constant(30_000.0)
        sends = dataclasses.replace(decision, options=options, when=None, delay=None, at=at)
        record = run(dataclasses.replace(war, decisions={"seat": sends}))
        sent += any(m.kind == "sent" for m in record.moves)
        left = sum(m.persons for m in record.moves if m.choice == "sea" and m.outcome == "left")
        assert left <= (war.exits["sea"].billets or 0)
    assert sent > 3  # or nothing was tried
