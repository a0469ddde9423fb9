"""A run that is cut short holds what the whole one held until then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.engine import simulation
from sim.scenario.emit import to_yaml
from sim.scenario.loader import load
from sim.scenario.model import DAY
from sim.state.control import Control
from sim.state.pace import graph_at
from sim.state.rebuild import state_at

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def assert_same(found: Control, rebuilt: Control) -> None:
    """All that bears on what passes, and when it comes, is the same in two states."""
    graph, other = graph_at(found), graph_at(rebuilt)
    assert (graph.places, graph.roads) == (other.places, other.roads)
    assert graph.seconds.tolist() == other.seconds.tolist()
    assert found.terrain.road_capacity == rebuilt.terrain.road_capacity
    assert found.terrain.place_capacity == rebuilt.terrain.place_capacity
    for id_ in (*graph.places, *graph.roads):
        assert found.bearing(id_) == rebuilt.bearing(id_)
        assert found.absent(id_) == rebuilt.absent(id_)


@pytest.mark.parametrize("name", ["double_offensive", "double_offensive_forces"])
@pytest.mark.parametrize("replicate", [0, 1])
def test_states_are_those_that_the_rows_of_the_whole_run_tell(name: str, replicate: int) -> None:
    scenario = load(SCENARIOS / f"{name}.yaml")
    whole = simulation.run(scenario, 3, replicate, credit=False).control
    changes = [row.time for row in whole if row.time]
    times = (0, DAY, changes[len(changes) // 2], scenario.length)
    found = simulation.states_at(scenario, times, 3, replicate)
    for time in times:  # the earlier ones stay what they were while the run goes on
        assert_same(found.at(time), state_at(scenario, whole, time))
    assert found.at(DAY + 1) is found.at(DAY)
    early = simulation.states_at(scenario, [DAY], 3, replicate)  # cut short, not only looked at
    assert_same(early.at(DAY), state_at(scenario, whole, DAY))


@pytest.mark.parametrize("seed", range(12))
def test_what_no_supply_can_change_is_the_same_without_planning_it(
    seed: int, random_scenario: Callable[[int], dict[str, Any]], tmp_path: Path
) -> None:
    stated = random_scenario(seed)
    if seed % 3 == 2:  # now an axis decides what happens, so it is planned all the same
        stated["events"]["late"] = {"capture": "p1", "by": "blue", "when": {"stock_out": "x0"}}
    scenario = load(tmp_path / "x.yaml", text=to_yaml(stated))
    for replicate in (0, 1):
        whole = simulation.run(scenario, 3, replicate, credit=False).control
        times = sorted({row.time for row in whole})
        found = simulation.states_at(scenario, times, 3, replicate)
        for time in times:
            assert_same(found.at(time), state_at(scenario, whole, time))
