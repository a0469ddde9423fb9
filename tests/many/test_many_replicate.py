"""What a journal keeps of a run: positions as straight parts, the displaced by their ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.engine.simulation import run
from sim.many.replicate import NEAR, _turns, run_replicate
from sim.measure.steps import Steps
from sim.scenario.model import DAY, Scenario

Make = Callable[..., Scenario]


def steps(points: list[tuple[int, int]]) -> Steps:
    return Steps([time for time, _ in points], [metres for _, metres in points])


def test_the_samples_on_a_straight_way_are_left_out() -> None:
    # 10 m a second for 1,000 s, a halt of 1,000 s, back at 5 m a second
    points = [(t, 10 * t) for t in range(0, 1001, 100)]
    points += [(t, 10_000) for t in range(1100, 2001, 100)]
    points += [(t, 10_000 - 5 * (t - 2000)) for t in range(2100, 3001, 100)]
    assert _turns(steps(points)) == [[0, 1000, 2000, 3000], [0, 10_000, 10_000, 5_000]]
    assert _turns(steps([(0, 7)])) == [[0], [7]]


def test_what_is_left_out_lies_near_the_line(make: Make) -> None:
    scenario = make(
        "b-x:13 x-y:21",
        held={"x": "blue", "y": "blue"},
        garrisons={"g": {"actor": "blue", "place": "y", "strength": 900}},
        regroup={"blue": {"hours": -0.1}},
        operations={"op": {"route": "b x y", "strength": 1000, "tempo": 7, "again": 2 * DAY}},
        sample=DAY // 8,
        length=20 * DAY,
    )
    row = run_replicate(scenario, 0).row
    times, metres = row["series"]["operations.op.position_m"]
    full = [r for r in run(scenario).series if r[1:3] == ("operation:op", "position_m")]
    assert 4 <= len(times) < len(full) / 4
    drawn = np.interp([r.time for r in full], times, metres)
    assert np.abs(drawn - [r.value for r in full]).max() <= 3 * NEAR
    assert all(len(move) == 4 for move in row["moves"])
