"""Where one run lies among many."""

from __future__ import annotations

import math

import numpy as np

from sim.measure.ensemble import Replicates
from sim.measure.typical import standings

MANY = Replicates(
    (0, 1, 2, 3),
    {},
    {
        "axes.a.delivered": np.array([1.0, 2.0, 2.0, 5.0]),
        "axes.a.time_of_first_cut": np.array([3.0, math.inf, math.inf, 1.0]),
        "axes.a.slack_end": np.full(4, math.nan),
        "axes.a.fastest_hours_end": np.array([4.0, math.nan, 6.0, math.nan]),
    },
    {},
)


def test_a_percentile_is_the_share_below_and_half_of_the_equals() -> None:
    run = {
        "axes.a.delivered": {"value": 2.0, "unit": "t"},
        "axes.a.time_of_first_cut": {"value": None, "unit": "day"},
        "axes.a.slack_end": {"value": 1.0, "unit": "1"},
        "axes.a.fastest_hours_end": {"value": 5.0, "unit": "h"},
        "axes.a.capacity_end": {"value": 5.0, "unit": "t/day"},
    }
    found = {s.path: s for s in standings(run, MANY, 10, run)}
    # one of four below 2 and two equal: (1 + 2 / 2) / 4
    assert found["axes.a.delivered"].percentile == 0.5
    # what did not come is later than the two that did, and equal to the two that did not
    cut = found["axes.a.time_of_first_cut"]
    assert (cut.percentile, cut.value, cut.median, cut.n) == (0.75, None, 3.0, 4)
    # of those that have it: 4 h and 6 h
    assert (found["axes.a.fastest_hours_end"].percentile, cut.unit) == (0.5, "day")
    assert found["axes.a.fastest_hours_end"].n == 2
    # no run of the ensemble has a value to stand beside
    assert set(found) == set(run) - {"axes.a.slack_end", "axes.a.capacity_end"}
    never = {"axes.a.fastest_hours_end": {"value": None, "unit": "h"}}
    assert standings(never, MANY, 10, never) == []
