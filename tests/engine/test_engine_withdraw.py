"""Orders to leave: who goes where by an event or a decision, who cannot, and how it is told.

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
from sim.scenario.model import DAY, Event, Scenario
from sim.state.record import Record
from sim.tables.folder import run_tables

Make = Callable[..., Scenario]
HOUR = 3_600
ORDER = {"kind": "withdraw", "places": "x", "by": "red", "at": DAY}


def realm(make: Make, order: dict[str, Any] | None = None, **given: Any) -> Scenario:
    """400 of red in x, an hour from y and two from z, all red's; on day 1 they are to leave."""
    events = {"order": ORDER | (order or {})} | given.pop("events", {})
    men = {"g": {"place": "x", "strength": 400}} | given.pop("garrisons", {})
    roads = given.pop("roads", "x-y:3.6 x-z:7.2")
    return make(roads, garrisons=men, events=events, length=4 * DAY, **given)


def moves(record: Record) -> list[tuple[int, str, str, int, int, str, str, str]]:
    return [
        (m.time, m.origin, m.choice, m.persons, m.seconds, m.outcome, m.kind, m.cause)
        for m in record.moves
    ]


def told(record: Record, *kinds: str) -> list[tuple[int, str, str, str, str]]:
    return [(r.time, r.kind, r.subject, r.cause, r.text) for r in record.events if r.kind in kinds]


def went(record: Record) -> list[tuple[int, str, str, int]]:
    return [(m.time, m.origin, m.choice, m.persons) for m in record.moves if m.kind == "by order"]


def test_a_garrison_goes_as_one_body_to_the_nearest_place_and_it_is_told(make: Make) -> None:
    scenario = realm(make)
    record = run(scenario)
    assert moves(record) == [(DAY, "x", "y", 400, HOUR, "arrived", "by order", "order")]
    assert told(record, "withdraw", "left_by_order") == [
        (DAY, "withdraw", "x", "order", ""),
        (DAY, "left_by_order", "red/x", "order", "400 persons leave for Y by order"),
    ]
    # the place stays red's, and nobody chose anything
    assert [row for row in record.control if row.time] == []
    assert record.choices == []
    table = next(t for t in run_tables(scenario, record) if t.name == "regroup")
    assert [row[-1] for row in table.rows] == ["by order"]
    found = Analysis(scenario, record).measures
    assert {path: found[f"fates.red.{path}"].value for path in ("by_order", "went", "dead")} == {
        "by_order": 400, "went": 0, "dead": 0,
    }  # fmt: skip


def test_it_may_cost_a_share(make: Make) -> None:
    record = run(realm(make, {"loss": 0.1}))
    assert [(p, outcome) for _, _, _, p, _, outcome, _, _ in moves(record)] == [
        (40, "lost"), (360, "arrived"),
    ]  # fmt: skip


def test_places_that_are_left_together_are_no_refuge(make: Make) -> None:
    # y is told to leave too, and had been the nearest for x; both go to z (x by its own road)
    more = {"h": {"place": "y", "strength": 100}}
    record = run(realm(make, {"places": "x y"}, garrisons=more))
    assert went(record) == [(DAY, "x", "z", 400), (DAY, "y", "z", 100)]


def test_men_of_others_stay(make: Make) -> None:
    more = {"h": {"actor": "blue", "place": "y", "strength": 100}}
    record = run(realm(make, {"places": "x y"}, garrisons=more, held={"y": "blue"}))
    assert went(record) == [(DAY, "x", "z", 400)]
    assert told(record, "stays") == [
        (DAY, "stays", "red/y", "order", "0 persons are there to leave")
    ]


def test_it_waits_for_its_condition_and_happens_by_its_chance(make: Make) -> None:
    fall = {"fall": {"kind": "capture", "places": "z", "by": "blue", "at": 5_000}}
    after = {"at": None, "when": ("event", "fall"), "delay": HOUR}
    assert went(run(realm(make, after, events=fall))) == [(5_000 + HOUR, "x", "y", 400)]
    assert run(realm(make, {"chance": 0})).events == []
    seen = [bool(went(run(realm(make, {"chance": 0.5}), replicate=i))) for i in range(40)]
    assert 8 < sum(seen) < 32  # 20 and 4 deviations of 3.2


def test_what_waits_for_the_order_begins(make: Make) -> None:
    next_ = {"next": {"kind": "capture", "places": "x", "by": "blue", "when": ("event", "order")}}
    record = run(realm(make, events=next_))
    assert [(r.time > DAY, r.subject) for r in record.events if r.kind == "capture"] == [
        (True, "x")
    ]
    assert went(record) == [(DAY, "x", "y", 400)]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"roads": "x-y:3.6!"}, "400 persons have nowhere to leave for"),
        ({"held": {"y": "blue", "z": "blue"}}, "400 persons have nowhere to leave for"),
        ({"places": {p: {"billets": 399} for p in "yz"}}, "400 persons have nowhere to leave for"),
        ({"besieged": {"x": "red"}}, "400 persons are ringed and cannot leave"),
    ],
    ids=["shut", "held", "full", "ringed"],
)
def test_who_cannot_go_stays_and_it_is_told(make: Make, given: dict[str, Any], text: str) -> None:
    record = run(realm(make, **given))
    assert moves(record) == []
    assert told(record, "stays") == [(DAY, "stays", "red/x", "order", text)]


def test_out_of_a_ring_they_break_where_the_order_says_what_it_costs(make: Make) -> None:
    # y between x and z is blue's, who ring x; a quarter falls
    roads, ring = "x-y:3.6 y-z:3.6", {"held": {"y": "blue"}, "besieged": {"x": "red"}}
    record = run(realm(make, {"ring_loss": 0.25}, roads=roads, **ring))
    assert [(m.choice, m.persons, m.kind, m.outcome) for m in record.moves] == [
        ("x", 100, "broke out", "lost"), ("z", 300, "broke out", "arrived"),
    ]  # fmt: skip
    assert told(record, "breaks_out") == [
        (DAY, "breaks_out", "red/x", "order", "400 persons break out to Z by order")
    ]


def war(make: Make, order: dict[str, Any], **given: Any) -> Scenario:
    """1,000 of blue are before x after an hour and fight until they break at 700."""
    push = {"actor": "blue", "route": "b x", "strength": 1000, "tempo": 86.4} | given.pop("op", {})
    return realm(
        make,
        order,
        roads="b-x:3.6 x-y:3.6",
        held={"b": "blue"},
        operations={"push": push},
        fighting={"attack": 0.0, "defend": 2.0, "breaks": 0.9},
        **given,
    )


def test_who_fights_goes_when_the_battle_is_over(make: Make) -> None:
    # blue loses 2 * 400 a day, of which 300 are 9 hours
    record = run(war(make, {"at": 2 * HOUR}))
    beaten = next(row.time for row in record.events if row.kind == "repulsed")
    assert beaten == pytest.approx(10 * HOUR, abs=1)
    assert told(record, "stays", "left_by_order") == [
        (2 * HOUR, "stays", "red/x", "order", "400 persons leave when their battle is over"),
        (beaten + 2, "left_by_order", "red/x", "order", "400 persons leave for Y by order"),
    ]


def test_who_stands_before_the_place_walks_in(make: Make) -> None:
    # blue rings x for two days; red's men are told on day 1 to break out
    ring = {"rings": {"x": 2 * DAY}}
    record = run(war(make, {"ring_loss": 0}, op=ring))
    assert told(record, "breaks_out", "battle", "taken")[0][:2] == (DAY, "breaks_out")
    assert [row[:2] for row in told(record, "battle", "taken")] == [(DAY + 1, "taken")]


def test_no_reserves_are_sent_to_a_place_that_was_left(make: Make) -> None:
    # blue marches on x, 50 km off, from day 2 on; q's men are its reserve
    given: dict[str, Any] = {
        "roads": "b-x:50 x-y:3.6 q-x:3.6",
        "held": {"b": "blue"},
        "operations": {"push": {"actor": "blue", "route": "b x", "strength": 900, "at": 2 * DAY}},
        "fronts": {"red": {"ratio": 1}},
        "garrisons": {"q": {"place": "q", "strength": 900, "reserve": 1}},
    }
    stays = run(realm(make, {"chance": 0}, **given))
    assert {m.choice for m in stays.moves if m.kind == "reserve"} == {"x"}
    left = run(realm(make, {}, **given))
    assert went(left)
    assert not any(m.kind == "reserve" for m in left.moves)


def test_the_share_is_drawn_by_the_order_and_by_nothing_else(make: Make) -> None:
    doubt = {"loss": Uniform(0.1, 0.5)}
    alone = run(realm(make, doubt))
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 997 * i}
        for i in range(1, 80)
    }
    among = run(realm(make, doubt, roads="x-y:3.6 x-z:7.2 p-q:1", events=idle))
    assert among.drawn["event:order:loss"] == alone.drawn["event:order:loss"]
    assert moves(among) == moves(alone)


# --- by a decision ----------------------------------------------------------------------------


def decides(make: Make, leaves: tuple[Any, ...], **given: Any) -> Scenario:
    option = {"leaves": leaves, "value": 999.0} | given.pop("option", {})
    decision = {"seat": "y", "at": DAY, "options": {"go": option, "nothing": {}}, "value": 1}
    scenario = realm(make, **given, decisions={"d": decision | given.pop("rule", {})})
    return dataclasses.replace(scenario, events={})


def test_an_option_of_a_decision_tells_garrisons_to_leave(make: Make) -> None:
    record = run(decides(make, ("x", 0.1)))
    assert moves(record) == [
        (DAY, "x", "x", 40, 0, "lost", "by order", ""),
        (DAY, "x", "y", 360, HOUR, "arrived", "by order", "go"),
    ]
    assert told(record, "left_by_order")[0][3] == "go"
    stays = run(decides(make, ("x", 0.1), option={"value": -999.0}))
    assert stays.moves == []


@pytest.mark.parametrize(
    "given",
    [{"roads": "x-y:3.6!"}, {"besieged": {"x": "red"}}, {"garrisons": {"g": {"place": "y",
      "strength": 5}}}],
    ids=["no way", "ringed", "nobody"],
)  # fmt: skip
def test_where_nobody_can_leave_it_is_no_option(make: Make, given: dict[str, Any]) -> None:
    record = run(decides(make, ("x", 0), **given))
    assert [row.option for row in record.decisions] == ["nothing"]


def test_leaving_is_weighed_by_hand(make: Make) -> None:
    # 400 an hour from y, 100 two hours: 1.2 hours as a mean, ln 1.5 by strength, its value 2
    ln3 = math.log(3)
    scenario = decides(
        make, ("x z",), roads="x-y:3.6 z-y:7.2",
        garrisons={"h": {"place": "z", "strength": 100}}, option={"value": 2.0},
    )  # fmt: skip
    rule = scenario.decisions["d"]
    rule = dataclasses.replace(
        rule, hours=Constant(-ln3), value=Constant(ln3), strength=Constant(1.0)
    )
    record = run(dataclasses.replace(scenario, decisions={"d": rule}))
    odds = 3 ** (2 - 1.2) * 1.5
    go = next(row for row in record.decisions if row.option == "go")
    assert go.probability == pytest.approx(odds / (1 + odds), abs=1e-12)
    assert go.seconds == round(1.2 * HOUR)


# --- any war ----------------------------------------------------------------------------------


def test_random_wars_keep_everybody(wild_war: Callable[[int], Scenario]) -> None:
    # the run itself checks that all persons are accounted for
    seen: set[str] = set()
    for seed in range(24):
        scenario = wild_war(seed)
        orders = {
            f"order{i}": Event(
                f"order{i}", "withdraw", places=("a", "b", "c", "d")[i:], by=actor,
                loss=Uniform(0, 0.3), ring_loss=ring, at=Constant(float(time)), chance=0.8,
            )
            for i, (actor, ring, time) in enumerate(
                [("red", None, 15_000), ("blue", Constant(0.5), 33_000), ("red", None, 60_000)]
            )
        }  # fmt: skip
        record = run(dataclasses.replace(scenario, events={**scenario.events, **orders}))
        seen |= {m.kind for m in record.moves} | {row.kind for row in record.events}
    assert seen >= {"by order", "left_by_order", "stays", "broke out"}
