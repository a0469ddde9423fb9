"""Roads that may not be there: drawn once a run, closed for all of it where they are not.

``s-t:1/50?0.3`` is there with a probability of 0.3.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.many.inputs import fixed, uncertain
from sim.measure.summary import Analysis
from sim.scenario.model import Scenario
from sim.state.luck import Luck
from sim.state.record import Record

Make = Callable[..., Scenario]
AXIS = {"sources": "s", "sinks": {"t": {"demand": 500}}}
OPEN = {"kind": "open", "roads": "s-t#b", "at": 1000}


def line(make: Make, roads: str, **events: dict[str, Any]) -> Scenario:
    return make(roads, axes={"line": AXIS}, events=events, length=10_000)


def capacity(record: Record) -> list[tuple[int, int]]:
    return [(r.time, r.value) for r in record.series if r.measure == "capacity_kg_per_day"]


def states(record: Record, road: str) -> list[tuple[int, str]]:
    return [(r.time, r.value) for r in record.control if (r.id, r.what) == (road, "state")]


def test_what_carries_is_what_is_there_with_its_probability(make: Make) -> None:
    # 100 kg/day for certain, 30 with 0.3 and 7 with 0.6, each by itself
    scenario = line(make, "s-t:1/100 s-t#a:1/30?0.3 s-t#b:1/7?0.6")
    n = 1000
    found = Counter(capacity(run(scenario, 1, i, credit=False))[0][1] for i in range(n))
    expected = {100: 0.7 * 0.4, 107: 0.7 * 0.6, 130: 0.3 * 0.4, 137: 0.3 * 0.6}
    assert found.keys() == expected.keys()
    for kg, p in expected.items():  # five standard deviations of a binomial share
        assert abs(found[kg] / n - p) < 5 * math.sqrt(p * (1 - p) / n), kg


@pytest.mark.parametrize(("exists", "there"), [("0.5", True), ("0.49", False), ("0", False)])
def test_a_nominal_run_has_it_from_one_half_on(make: Make, exists: str, there: bool) -> None:
    scenario = line(make, f"s-t:1/100 s-t#b:1/7?{exists}")
    for seed in range(3):
        record = run(scenario, seed, nominal=True)
        assert capacity(record) == [(0, 107 if there else 100)]
    assert states(record, "s-t#b") == [(0, "open" if there else "absent")]


def changed(scenario: Scenario, road: str, **values: Any) -> Scenario:
    roads = dict(scenario.network.roads)
    roads[road] = dataclasses.replace(roads[road], **values)
    network = dataclasses.replace(scenario.network, roads=roads)
    return dataclasses.replace(scenario, network=network)


def test_what_is_not_there_is_opened_by_nothing_and_that_is_told(make: Make) -> None:
    scenario = line(make, "s-t:1/100 s-t#b:1/7?0.4!", mend=OPEN | {"text": "mended"})
    told: Counter[tuple[str, str]] = Counter()
    for i in range(50):
        record = run(scenario, 1, i)
        there = record.chances["road:s-t#b:exists"]
        later = capacity(record)[1:]
        assert later == ([(1000, 107)] if there else [])
        after = [(1000, "open")] if there else []
        assert states(record, "s-t#b") == [(0, "closed" if there else "absent"), *after]
        (row,) = [r for r in record.events if r.kind == "open"]
        told[states(record, "s-t#b")[0][1], row.text] += 1
        Analysis(scenario, record)  # which checks every capacity against the rebuilt state
    lack = "mended; no effect on s-t#b, not there in this run"
    assert told.keys() == {("closed", "mended"), ("absent", lack)}


def test_closing_damage_and_raids_leave_it_absent(make: Make) -> None:
    events = {
        "shut": {"kind": "close", "roads": "s-t#b", "at": 1000},
        "raid": {"kind": "raid", "roads": "s-t#b", "by": "blue", "at": 2000, "lasts": 1000},
        "bomb": {"kind": "damage", "roads": "s-t#b", "at": 2500, "loss": 0.5},
        "mend": OPEN | {"at": 5000},
    }
    scenario = changed(line(make, "s-t:1/100 s-t#b:1/7", **events), "s-t#b", exists=0.0)
    record = run(scenario)
    assert states(record, "s-t#b") == [(0, "absent")]
    assert capacity(record) == [(0, 100)]
    assert not record.chances  # what is certain is not drawn


def test_each_road_is_drawn_by_its_own_key_whatever_else_there_is(make: Make) -> None:
    few = line(make, "s-t:1/100 s-t#b:1/7?0.4")
    many = line(make, "s-t#b:1/7?0.4 s-u:1/5?0.5 u-t:1/5 s-t:1/100")
    key = "road:s-t#b:exists"
    for i in range(30):
        there = run(few, 1, i).chances[key]
        assert there == run(many, 1, i).chances[key] == (Luck(1, i).uniform(key) < 0.4)


def test_roads_of_one_key_are_there_together(make: Make) -> None:
    scenario = line(make, "s-t:1/100 s-t#a:1/30?0.4 s-t#b:1/7?0.4")
    for road in ("s-t#a", "s-t#b"):
        scenario = changed(scenario, road, luck="bridge")
    found = {capacity(run(scenario, 1, i))[0][1] for i in range(40)}
    assert found == {100, 137}


def test_a_doubt_leaves_all_other_luck_as_it_was(make: Make) -> None:
    sure = line(make, "s-t:1/100 s-t#b:1/7", mend=OPEN | {"chance": 0.5})
    doubtful = changed(sure, "s-t#b", exists=0.4)
    for i in range(10):
        one, other = run(sure, 1, i), run(doubtful, 1, i)
        assert one.drawn == other.drawn
        assert one.chances.items() <= other.chances.items()
        if other.chances["road:s-t#b:exists"]:
            assert one.control == other.control


def test_it_is_an_input_of_a_sensitivity(make: Make) -> None:
    scenario = line(make, "s-t:1/100 s-t#b:1/7?0.4")
    path = "network.roads.s-t#b.exists"
    assert uncertain(scenario) == (path,)
    for u, kg in ((0.39, 107), (0.4, 100), (0.99, 100)):
        assert capacity(run(fixed(scenario, {path: u})))[0][1] == kg


def test_it_is_a_measure_of_a_run(make: Make) -> None:
    scenario = line(make, "s-t:1/100 s-t#b:1/7?0.4")
    for i in range(5):
        record = run(scenario, 1, i)
        measures = Analysis(scenario, record).measures
        assert measures["roads.s-t#b.exists"].value == record.chances["road:s-t#b:exists"]
        assert "roads.s-t.exists" not in measures


def test_of_two_roads_a_force_takes_the_one_that_is_there(make: Make) -> None:
    # 10 km/day: by the short road it is there after half a day, by the other after two
    scenario = make("b-x#short:5 b-x:20", operations={"op": {"route": "b x"}})
    for exists, km in ((1.0, 5), (0.0, 20)):
        record = run(changed(scenario, "b-x#short", exists=exists))
        metres = [r.value for r in record.series if r.measure == "position_m"]
        assert metres[-1] == km * 1000
