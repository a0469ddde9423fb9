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

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("name", ["double_offensive", "double_offensive_forces"])
@pytest.mark.parametrize("replicate", [0, 1])
def test_rows_of_control_are_those_of_the_whole_run(name: str, replicate: int) -> None:
    scenario = load(SCENARIOS / f"{name}.yaml")
    whole = simulation.run(scenario, 3, replicate, credit=False).control
    changes = [row.time for row in whole if row.time]
    for time in (0, DAY, changes[len(changes) // 2], scenario.length):
        found = simulation.control_until(scenario, time, 3, replicate)
        assert found == [row for row in whole if row.time <= time]


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
        assert simulation.control_until(scenario, scenario.length, 3, replicate) == whole
