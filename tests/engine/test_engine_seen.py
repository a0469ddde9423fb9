"""Who is shown the states of a run as it goes sees what its rows tell, and so the same measures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.engine.clock import Clock, Phase
from sim.engine.simulation import run
from sim.measure.along import Along
from sim.scenario.model import Scenario
from sim.state.control import Control
from sim.state.passages import Seen
from sim.state.rebuild import states

Wild = Callable[[int], Scenario]


def holds(control: Control) -> tuple[object, ...]:
    return control.holders, control.besieged, control.sealed, control.closed.keys()


def agree(scenario: Scenario) -> None:
    """Hold the states that are shown against those of the rows, and what was found in them."""
    along = Along(scenario)
    shown: list[tuple[int, Control]] = []

    def look(seen: Seen) -> None:
        shown.append((seen.time, seen.control.copy()))
        along.look(seen)

    record = run(scenario, look=look)
    assert record == run(scenario)  # to look changes nothing
    told = [(time, control.copy()) for time, control in states(scenario, record.control)]
    assert [(time, holds(control)) for time, control in shown] == [
        (time, holds(control)) for time, control in told
    ]
    after = Along.of(scenario, record)
    assert along.links.found == after.links.found
    assert along.passable.found == after.passable.found
    assert along.ways() == after.ways()


@pytest.mark.parametrize("seed", range(30))
def test_states_are_shown_as_the_rows_tell_them(wild: Wild, wild_war: Wild, seed: int) -> None:
    agree(wild(seed))
    agree(wild_war(seed))


def test_an_instant_is_over_when_all_of_it_has_happened() -> None:
    clock, seen = Clock(), list[str]()

    def act() -> None:
        seen.append("first")
        clock.at(clock.now, Phase.OPENINGS, "x", lambda: seen.append("and what followed"))

    clock.at(3, Phase.RECORD, "x", act)
    clock.at(9, Phase.RECORD, "x", lambda: seen.append("too late"))
    for time in clock.instants(8):
        seen.append(f"{time} is over")
    assert seen == ["first", "and what followed", "3 is over"]
    assert clock.now == 8
