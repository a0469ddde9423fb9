"""Ranges that each road of a class draws by itself, and inputs that share one draw."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engine.simulation import run
from sim.many.inputs import fixed, uncertain
from sim.scenario import ScenarioError, dump_resolved, load
from sim.scenario.model import Scenario
from sim.scenario.shared import luck_key
from sim.state.luck import Luck
from sim.state.record import Record

SCENARIOS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (n % 3 != 1))
    for n, path in enumerate(sorted(Path(__file__).parents[2].glob("scenarios/*.yaml")))
]
"""Every third of them is fast; the others are slow."""
SPEED, CAPACITY = "network.classes.r.speed", "network.classes.r.capacity"
FILE: dict[str, Any] = {
    "format": 1, "id": "shared", "title": "Shared", "period": {"length": "5 days"},
    "actors": {"red": {}}, "default_holder": "red",
    "network": {
        "classes": {"r": {"speed": "20..40 km/h", "capacity": "10..30 t/day"}},
        "places": {p: {"lat": i, "lon": 0} for i, p in enumerate("abc")},
        "roads": {
            "a--b": {"km": 36, "class": "r"},
            "b--c": {"km": 36, "class": "r"},
            "a--c": {"km": 36, "class": "r", "capacity": "5 t/day", "exists": 0.5},
        },
    },
    "axes": {"line": {
        "actor": "red", "sources": {"a": {}},
        "sinks": {"c": {"demand": {"persons": "1000..2000 persons", "each": "4 kg/person/day"}}},
    }},
    "events": {"cut": {"close": "a--b", "at": "1..4 days"}},
}  # fmt: skip


def scenario(**sets: Any) -> Scenario:
    """The scenario with values at dotted paths."""
    whole = copy.deepcopy(FILE)
    for path, value in sets.items():
        *way, last = path.split("/")
        part = whole
        for key in way:
            part = part[key]
        part[last] = value
    return sim.load(whole)


def same_as(name: str, low: str, high: str) -> dict[str, Any]:
    return {"uniform": [low, high], "same_as": name}


def drawn(record: Record, road: str) -> tuple[int, int]:
    """Capacity (kg/day) and seconds of a road."""
    rows = {(r.id, r.what): int(r.value) for r in record.control if r.value.isdigit()}
    return rows[road, "capacity_kg_per_day"], rows[road, "seconds"]


def test_a_class_draws_once_unless_it_says_for_each_road() -> None:
    once, each = scenario(), scenario(**{"network/classes/r/each": "road"})
    for i in range(20):
        record = run(once, 1, i)
        assert drawn(record, "a--b") == drawn(record, "b--c")
        record, luck = run(each, 1, i), Luck(1, i)
        for road in ("a--b", "b--c"):  # by the key of the road: low + u (high - low)
            kg, seconds = drawn(record, road)
            assert kg == int(10_000 + luck.uniform(f"road:{road}:capacity") * 20_000 + 1e-9)
            assert seconds == round(36 / (20 + luck.uniform(f"road:{road}:speed") * 20) * 3600)
        assert drawn(record, "a--c")[0] == 5000  # its own


def test_roads_that_each_draw_are_independent() -> None:
    each = scenario(**{"network/classes/r/each": "road"})
    n = 2000
    pairs = [tuple(luck.uniform(f"road:{r}:capacity") for r in ("a--b", "b--c"))
             for luck in (Luck(1, i) for i in range(n))]  # fmt: skip
    # the product of two independent uniform numbers has mean 1/4 and variance 7/144
    mean = sum(a * b for a, b in pairs) / n
    assert abs(mean - 0.25) < 5 * (7 / 144 / n) ** 0.5
    assert run(each, 1, 3).drawn["road:a--b:capacity"] == 10_000 + pairs[3][0] * 20_000
    # the lesser of two of 10 to 30 t/day is 16.67 in the mean, of one 20
    least = [min(drawn(run(each, 1, i, credit=False), r)[0] for r in ("a--b", "b--c"))
             for i in range(200)]  # fmt: skip
    assert abs(sum(least) / 200 - 16_667) < 5 * 4714 / 200**0.5


def test_what_is_stated_for_each_road_is_an_input_of_each() -> None:
    stem = "network.roads"
    found = set(uncertain(scenario(**{"network/classes/r/each": "road"})))
    assert {SPEED, CAPACITY}.isdisjoint(found)
    assert {f"{stem}.a--b.speed", f"{stem}.b--c.capacity", f"{stem}.a--c.speed"} <= found
    assert f"{stem}.a--c.capacity" not in found
    assert {SPEED, CAPACITY} <= set(uncertain(scenario()))


def test_two_inputs_share_a_draw_whatever_they_are() -> None:
    tied = scenario(**{
        "network/classes/r/capacity": same_as("events.cut.at", "10 t/day", "30 t/day"),
        "events/cut/at": same_as(SPEED, "1 days", "4 days"),
    })  # fmt: skip
    for i in range(20):
        record, u = run(tied, 1, i), Luck(1, i).uniform("class:r:speed")
        assert record.drawn["class:r:speed"] == pytest.approx(20 + 20 * u)
        assert record.drawn["class:r:capacity"] == pytest.approx(10_000 + 20_000 * u)
        assert record.drawn["event:cut:at"] == pytest.approx((1 + 3 * u) * 86_400)
        # the one that is named, and all others, are drawn as ever
        before = run(scenario(), 1, i).drawn
        for key in ("class:r:speed", "axis:line:sink:c:demand"):
            assert record.drawn[key] == before[key]


def test_a_range_may_share_the_number_of_a_chance_and_of_a_demand_by_head() -> None:
    road = "network.roads.a--c.exists"
    tied = scenario(**{
        "events/cut/at": same_as(road, "1 days", "4 days"),
        "axes/line/sinks/c/demand": FILE["axes"]["line"]["sinks"]["c"]["demand"]
        | {"same_as": road},
    })  # fmt: skip
    for i in range(10):
        record = run(tied, 1, i)
        u = Luck(1, i).uniform("road:a--c:exists")
        assert record.chances["road:a--c:exists"] == (u < 0.5)
        assert record.drawn["event:cut:at"] == pytest.approx((1 + 3 * u) * 86_400)
        assert record.persons["line", "c"] == int(1000 + 1000 * u)


def test_in_a_class_for_each_road_speed_and_capacity_go_together_road_by_road() -> None:
    tied = scenario(**{
        "network/classes/r/each": "road",
        "network/classes/r/capacity": same_as(SPEED, "10 t/day", "30 t/day"),
        "events/cut/at": same_as("network.roads.b--c.speed", "1 days", "4 days"),
    })  # fmt: skip
    for i in range(10):
        found = run(tied, 1, i).drawn
        for road in ("a--b", "b--c"):
            u = Luck(1, i).uniform(f"road:{road}:speed")
            assert found[f"road:{road}:speed"] == pytest.approx(20 + 20 * u)
            assert found[f"road:{road}:capacity"] == pytest.approx(10_000 + 20_000 * u)
        assert found["event:cut:at"] == pytest.approx((1 + 3 * u) * 86_400)


def test_what_shares_a_draw_is_one_input_of_a_sensitivity() -> None:
    tied = scenario(**{"network/classes/r/capacity": same_as(SPEED, "10 t/day", "30 t/day")})
    assert set(uncertain(tied)) == set(uncertain(scenario())) - {CAPACITY}
    kg, seconds = drawn(run(fixed(tied, {SPEED: 0.25})), "a--b")
    assert (kg, seconds) == (15_000, round(36 / 25 * 3600))


def test_a_resolved_scenario_says_it_again(tmp_path: Path) -> None:
    tied = scenario(**{
        "network/classes/r/each": "road",
        "network/classes/r/capacity": same_as(SPEED, "10 t/day", "30 t/day"),
    })  # fmt: skip
    file = tmp_path / "again.yaml"
    file.write_text(dump_resolved(tied), encoding="utf-8")
    again = sim.load(file)
    assert (again, dump_resolved(again)) == (tied, dump_resolved(tied))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{uniform: [1 days, 2 days], same_as: network.classes.r.sped}",
         "unknown input 'network.classes.r.sped'"),
        ("{uniform: [1 days, 2 days], same_as: network.roads.a--b.km}", "unknown input"),
        ("{uniform: [1 days, 2 days], same_as: events.cut.at}", "goes round in a circle"),
        ("{uniform: [1 days, 2 days], same_as: events.late.at}", "goes round in a circle"),
        ("{uniform: [1 days, 2 days], same_as: network.classes.each.speed}",
         "each road of class 'each' draws its own"),
    ],
)  # fmt: skip
def test_a_wrong_name_and_a_circle_are_told_with_their_line(
    tmp_path: Path, line: str, message: str
) -> None:
    text = f"""\
format: 1
title: Wrong
period: {{length: 5 days}}
actors: {{red: {{}}}}
network:
  classes:
    r: {{speed: 20..40 km/h, capacity: 10 t/day}}
    each: {{speed: 20..40 km/h, capacity: 10 t/day, each: road}}
  places: {{a: {{lat: 0, lon: 0}}, b: {{lat: 0, lon: 1}}}}
  roads: {{a--b: {{km: 3, class: r}}}}
events:
  late: {{close: a--b, at: {{uniform: [1 days, 2 days], same_as: events.cut.at}}}}
  cut:
    close: a--b
    at: {line}
"""
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    where = f"wrong.yaml:15:{text.splitlines()[14].index('same_as: ') + 10}"
    assert where in str(caught.value)
    assert message in str(caught.value)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_a_chain_shares_the_number_of_its_first_in_whatever_order_it_is_written(
    order: list[int], replicate: int
) -> None:
    # event n shares the draw of event n - 1, the first that of a speed
    at = [same_as(f"events.e{n - 1}.at" if n else SPEED, "1 days", "4 days") for n in range(5)]
    events = {f"e{n}": {"close": "a--b", "at": at[n]} for n in order}
    tied = scenario(events=events)
    assert tied.ties == {f"event:e{n}:at": "class:r:speed" for n in range(5)}
    found = run(tied, 1, replicate, credit=False).drawn
    u = Luck(1, replicate).uniform("class:r:speed")
    for n in range(5):
        assert found[f"event:e{n}:at"] == pytest.approx((1 + 3 * u) * 86_400)


def test_one_part_of_a_demand_cannot_share_a_draw_alone() -> None:
    demand = {"persons": same_as(SPEED, "1000 persons", "2000 persons"), "each": "4 kg/person/day"}
    with pytest.raises(ScenarioError, match="no one number is drawn for this"):
        scenario(**{"axes/line/sinks/c/demand": demand})


@pytest.mark.parametrize("path", SCENARIOS)
def test_all_that_a_shipped_scenario_draws_is_the_key_of_an_input(path: Path) -> None:
    found = load(path)
    keys = {luck_key(name) for name in uncertain(found)}
    keys |= {luck_key(f"operations.{name}.chance") for name in found.operations}
    record = run(found, credit=False)
    drawn_keys = itertools.chain(record.drawn, record.chances)
    # a stalled force tries again by another number each time
    assert {key for key in drawn_keys if ":again:" not in key} <= keys
    assert not found.ties


def test_ranks_of_roads_that_each_draw_are_not_tied() -> None:
    # two ways of two roads: of one draw all four cost the same, of their own they do not
    net = {
        "classes": {"r": {"speed": "30 km/h", "capacity": "10..30 t/day"}},
        "places": {p: {"lat": i / 5, "lon": i % 2 / 5} for i, p in enumerate("abcd")},
        "roads": {road: {"km": 9, "class": "r"} for road in ("a--b", "b--c", "a--d", "d--c")},
    }
    for each, tied in (("class", True), ("road", False)):
        net["classes"]["r"]["each"] = each
        ranking = sim.rank(scenario(network=net, events={}), targets="roads", draws=30).document()
        found = {tuple(row["rank_interval"]) for row in ranking["rank"]}
        assert (found == {(1, 1, 1)}) == tied
