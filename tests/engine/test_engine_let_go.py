"""A run that is over goes at once: nothing big of it waits for the collector of cycles."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable

import pytest

from sim.base.collector import collector_paused
from sim.engine.simulation import Simulation, run
from sim.engine.supply.supply import Supply
from sim.scenario.model import Scenario
from sim.state.control import Control
from sim.state.record import ControlRow, Record

KINDS = (Simulation, Control, Supply, ControlRow, Record)


def alive() -> Counter[type]:
    return Counter(kind for thing in gc.get_objects() if (kind := type(thing)) in KINDS)


@pytest.mark.parametrize("seed", range(12))
def test_what_a_run_made_is_freed_by_counting_with_the_record(
    wild_war: Callable[[int], Scenario], seed: int
) -> None:
    war = wild_war(seed)
    gc.collect()
    with collector_paused():
        before = alive()
        record = run(war)
        assert alive() - before == Counter({Record: 1, ControlRow: len(record.control)})
        del record
        assert alive() == before
