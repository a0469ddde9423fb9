"""Which of several plans as good an axis follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.simulation import run
from sim.scenario.loader import load
from sim.scenario.model import DAY

CASES = Path(__file__).parent.parent / "data" / "cases" / "supply"


@pytest.mark.parametrize("case", ["island_a", "island_b"])
def test_an_island_decides_nothing_between_two_sources(case: str) -> None:
    # c, 20 min from a and from b, eats 7 t/day, which a sends at first. On day 2 its stock of
    # 14 t is out and it asks for 7 + 14 t/day: a, the first source, sends the 11 that it can, b the
    # other 10. 14 + 6 t have added up at a 6/11 day later: a convoy of 20 t leaves and fills the
    # stock, and a sends 7 t/day again, a convoy in 20/7 days: 6 more in the 18.4 days that are
    # left. island_b has one place more, which no road leads to.
    record = run(load(CASES / f"{case}.yaml"))
    flows = [(f.time, f.road, f.kg_per_day) for f in record.flows]
    assert flows[:3] == [(0, "a--c", 7_000), (2 * DAY, "a--c", 11_000), (2 * DAY, "c--b", 10_000)]
    assert [kg for time, _, kg in flows[3:]] == [7_000, 0]
    tally = record.tallies["line", "c"]
    assert (tally.arrived, tally.delivered_kg) == (7, 140_000)
