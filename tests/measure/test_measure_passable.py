"""Which roads an axis could pass when: against the capacities of each state, and counted by day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.measure.axis import AxisLens
from sim.measure.chances import passed
from sim.measure.ground import walk
from sim.measure.passable import Passable, passable_at
from sim.scenario.model import DAY
from sim.state.rebuild import states

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_roads_turn_and_turn_back() -> None:
    # ten roads, of which the first and the last are passable: 1000 0000 | 01 and six bits to spare
    turns = ["8040", [5, 9, 7, 1, 9, 9]]
    found = passable_at(turns, 10, [0, 4, 5, 8, 9, 20])
    first, last = [1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 1, 1]
    assert found[:, 0].tolist() == first
    assert found[:, 9].tolist() == last
    assert found[:, 1].tolist() == [0, 0, 0, 1, 1, 1]
    assert not found[:, 2:9].any()


def test_two_turns_between_two_looks_are_not_seen() -> None:
    assert passable_at(["80", [3, 0, 4, 0]], 1, [0, 10]).tolist() == [[True], [True]]


@pytest.mark.parametrize("name", ["double_offensive_forces", "manbij_and_jarabulus_fall"])
def test_it_is_what_the_capacities_of_every_state_say(name: str) -> None:
    scenario = api.load(SCENARIOS / f"{name}.yaml")
    record = api.run(scenario, replicate=1).record
    looked = Passable(scenario)
    for seen in walk(scenario, record.control):
        looked.look(seen)
    found = looked.found
    assert set(found) == set(scenario.axes)
    roads = list(scenario.network.roads)
    for time, control in states(scenario, record.control):
        for axis in (scenario.main_axis, *list(scenario.axes)[:2]):
            assert axis is not None
            graph = control.terrain.graph
            capacity = AxisLens(scenario, axis, control).passage(control).road
            can = dict(zip(graph.roads, (capacity > 0).any(axis=1).tolist(), strict=True))
            told = passable_at(found[axis], len(roads), [time])[0]
            assert told.tolist() == [can[road] for road in roads]


def test_runs_are_counted_by_day() -> None:
    rows: list[dict[str, Any]] = [
        {"passable": {"line": ["80", []]}},
        {"passable": {"line": ["80", [DAY, 0]]}},
        {"passable": {"line": ["00", [2 * DAY, 0]]}},
    ]
    found = passed(rows, "line", 1, [0, DAY, 2 * DAY])
    assert found is not None
    assert found[:, 0].tolist() == [2, 1, 2]
    assert passed([*rows, {}], "line", 1, [0]) is None  # an older version wrote one of them
