"""Kilometres of a route and days in stock, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.measure.routes import DOING, stops_km
from sim.measure.sides import days_stocked
from sim.measure.steps import Steps
from sim.network import Graph
from sim.scenario.distributions import Constant
from sim.scenario.model import DAY, Scenario
from sim.state.record import MODES

Make = Callable[..., Scenario]


@pytest.fixture
def two_roads(make: Make) -> Scenario:
    """From the base b to x two roads of 10 and 12 km, then 7 km on to y, and back to x."""
    return make(
        "b-x:10 b-x#2:12 x-y:7", held={"x": "blue", "y": "blue"},
        operations={"op": {"route": "b x y x"}},
    )  # fmt: skip


def test_of_parallel_roads_the_quickest_counts(two_roads: Scenario) -> None:
    net, operation = two_roads.network, two_roads.operations["op"]
    # all are as fast: the shorter is the quicker
    assert stops_km(net, operation) == [("b", 0.0), ("x", 10.0), ("y", 17.0), ("x", 24.0)]
    # the longer at twice the speed takes 6 units of time, the shorter 10
    fast = Constant(2 * net.classes["road"].speed.nominal)
    roads = {**net.roads, "b-x#2": replace(net.roads["b-x#2"], speed=fast)}
    found = stops_km(replace(net, roads=roads), operation)
    assert found == [("b", 0.0), ("x", 12.0), ("y", 19.0), ("x", 26.0)]


def test_a_run_counts_by_the_speeds_that_it_drew(two_roads: Scenario) -> None:
    net, operation = two_roads.network, two_roads.operations["op"]

    def after(short: int, long: int) -> float:
        seconds = {"b-x": short, "b-x#2": long, "x-y": 60}
        rows = [(r.id, r.a, r.b, seconds[r.id], r.km) for r in net.roads.values()]
        return stops_km(net, operation, Graph.build(net.places, rows))[1][1]

    assert after(600, 300) == 12.0
    assert after(300, 600) == 10.0
    assert after(300, 300) == 10.0  # equally quick: the first by id, "b-x"


def test_every_mode_in_the_field_has_a_word() -> None:
    assert set(DOING) == set(MODES) - {"waiting", "over"}


def test_days_in_stock_are_kilograms_over_what_is_eaten(make: Make) -> None:
    sinks = {"b": {"demand": 50, "stock": 400}}
    scenario = make("a-b:36", axes={"line": {"sources": "a", "sinks": sinks}})

    def steps(*values: int) -> Steps:
        return Steps([n * DAY for n in range(len(values))], [*values])

    def stocked(demand: Steps, actor: str = "red", place: str = "b") -> list[Any]:
        series = {("sink:line/b", "stock_kg"): steps(400, 350, 300, 0),
                  ("sink:line/b", "demand_kg_per_day"): demand}  # fmt: skip
        return days_stocked(scenario, series, actor, place)

    # 400 / 50 = 8 days; then a force eats 20 kg/day beside them: 350 / 70 = 5; then nothing eats
    # what is there, and in the end nothing is there
    assert stocked(steps(50, 70, 0)) == [(0, 8.0), (DAY, 5.0), (2 * DAY, None), (3 * DAY, 0.0)]
    assert stocked(steps(50), actor="blue") == []
    assert stocked(steps(0)) == []
    assert stocked(steps(50), place="a") == []
