"""A run that is cut short holds what the whole one held until then."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine import simulation
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
