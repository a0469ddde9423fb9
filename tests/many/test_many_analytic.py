"""Cases whose answer is known in closed form, asked of the whole program: YAML to intervals.

Seeds are fixed, so each test is one draw; it must be within four standard errors of the truth
(a Monte Carlo error by chance in 1 of 16,000), and exact where the run itself can be worked out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sim.engine import simulation
from sim.many.replicate import run_replicate
from sim.measure import statistics as st
from sim.measure.ensemble import Replicates, survival, table
from sim.measure.summary import Analysis
from sim.measure.survival import restricted_mean
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario

MEAN = 5
"""Days that a place or road is held, on average."""

Load = Callable[..., Scenario]


@pytest.fixture
def toy(tmp_path: Path) -> Load:
    """A scenario from a network in words and events, from port to town, with little else in it."""

    def make(roads: Sequence[str], events: str, days: int, sets: Sequence[str] = ()) -> Scenario:
        ends = [road.split("--")[:2] for road in roads]
        places = sorted({end for pair in ends for end in pair})
        text = f"""\
format: 1
id: toy
title: A case with a known answer
period: {{start: 2020-01-01, length: {days} days}}
sample: {days} days
actors: {{red: {{name: Red}}, blue: {{name: Blue}}}}
default_holder: red
network:
  title: Toy
  classes: {{road: {{speed: 50 km/h, capacity: 10 t/day}}}}
  places: {{{", ".join(f"{p}: {{name: {p}, lat: 0, lon: 0}}" for p in places)}}}
  roads: {{{", ".join(f"{r}: {{km: 1, class: road}}" for r in roads)}}}
axes:
  line: {{actor: red, sources: {{port: {{}}}}, sinks: {{town: {{demand: 0 t/day, stock: 1 t}}}}}}
claims:
  open: {{text: open, measure: axes.line.capacity, when: 1 days, relation: '>', value: 0 t/day}}
events:
{events}"""
        path = tmp_path / "toy.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, sets=sets)

    return make


def runs(scenario: Scenario, n: int) -> Replicates:
    results = [run_replicate(scenario, i) for i in range(n)]
    units = {path: unit for result in results for path, unit in result.units.items()}
    return table([result.row for result in results], units, n)


def captures(n: int) -> str:
    return "".join(
        f"  take_{i}: {{capture: p{i}, by: blue, at: {{exponential: {MEAN} days}}}}\n"
        for i in range(n)
    )


def held(found: st.Estimate, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


SIDE_BY_SIDE = [f"{end}--p{i}" for i in range(4) for end in ("port", "town")]
IN_A_ROW = ["p0--port", "p0--p1", "p1--p2", "p2--p3", "p3--town"]

CASES = [
    # the last of n exponential times: mean * H_n, variance mean^2 * (1 + 1/4 + ... + 1/n^2)
    (SIDE_BY_SIDE, max, MEAN * (1 + 1 / 2 + 1 / 3 + 1 / 4), 1 + 1 / 4 + 1 / 9 + 1 / 16),
    # the first of n: exponential again, n times as fast
    (IN_A_ROW, min, MEAN / 4, 1 / 16),
]


@pytest.mark.parametrize(("roads", "which", "truth", "spread"), CASES, ids=["parallel", "series"])
def test_four_places_captured_at_exponential_times(
    toy: Load, roads: list[str], which: Callable[..., float], truth: float, spread: float
) -> None:
    n = 250
    scenario = toy(roads, captures(4), days=200)  # longer than that lasts one in e^40
    found = runs(scenario, n)
    cut = found.columns["axes.line.time_of_first_cut"]
    for i in range(0, n, 25):
        drawn = simulation.run(scenario, replicate=i).drawn
        assert cut[i] == pytest.approx(which(drawn.values()) / DAY, abs=1e-4)
    error = MEAN * math.sqrt(spread / n)
    assert abs(cut.mean() - truth) < 4 * error
    half = restricted_mean(survival(cut, 200), 200).half_width
    assert half == pytest.approx(st.Z * error, rel=0.2)


def test_a_road_lost_and_retaken_again_and_again(toy: Load) -> None:
    """Held 5 days and lost 2 on average, by turns: open for 5 / (5 + 2) of a long time.

    With rates l = 1/5 and m = 1/2 a road open at 0 is open at t with probability
    A + (1 - A) exp(-(l + m) t), A = m / (l + m), so over T days it is lost for
    (1 - A) (T - (1 - exp(-(l + m) T)) / (l + m)) on average, with a variance that comes near
    2 l m T / (l + m)^3 (a renewal process by turns; Cox 1962).
    """
    days, turns, n = 120, 40, 100
    lines = [f"  lost_0: {{close: port--town, at: {{exponential: {MEAN} days}}}}"]
    for i in range(turns):
        lines.append(f"  back_{i}: {{open: port--town, when: {{event: lost_{i}}}, "
                     "delay: {exponential: 2 days}}")  # fmt: skip
        lines.append(f"  lost_{i + 1}: {{close: port--town, when: {{event: back_{i}}}, "
                     f"delay: {{exponential: {MEAN} days}}}}")  # fmt: skip
    scenario = toy(["port--town"], "\n".join(lines) + "\n", days)
    found = runs(scenario, n)
    lost, retaken = 1 / MEAN, 1 / 2
    both = lost + retaken
    available = retaken / both
    truth = (1 - available) * (days - (1 - math.exp(-both * days)) / both)
    error = math.sqrt(2 * lost * retaken * days / both**3 / n)
    down = found.columns["axes.line.days_cut"]
    assert abs(down.mean() - truth) < 4 * error
    # the whole of it stated as the share of time open: within 3 % of m / (l + m)
    assert 1 - down.mean() / days == pytest.approx(available, abs=4 * error / days + 0.004)
    # and never more turns than the scenario states, so that nothing was cut short
    record = simulation.run(scenario, replicate=0)
    assert sum(row.kind == "axis_cut" for row in record.events) < turns


BRIDGE = ["port--x", "port--y", "x--y", "town--x", "town--y"]


def test_the_bridge_network(toy: Load) -> None:
    """Two ways and a road between them: open with 2 p^2 + 2 p^3 - 5 p^4 + 2 p^5."""
    events = "".join(
        f"  shut_{i}: {{close: {road}, at: 0 days, chance: 0.4}}\n" for i, road in enumerate(BRIDGE)
    )
    p = 0.6
    truth = 2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5
    exact = 0.0
    for shut in product((0, 1), repeat=5):
        sets = [f"events.shut_{i}.chance={shut[i]}" for i in range(5)]
        scenario = toy(BRIDGE, events, 2, sets)
        analysis = Analysis(scenario, simulation.run(scenario))
        (verdict,) = analysis.verdicts
        weight = math.prod(1 - p if s else p for s in shut)
        exact += weight * (verdict.verdict == "true")
    assert exact == pytest.approx(truth, abs=1e-12)
    n = 300
    found = runs(toy(BRIDGE, events, 2), n)
    share = st.probability(sum(v == "true" for v in found.claims["open"]), n)
    assert abs(share.value - truth) < 4 * math.sqrt(truth * (1 - truth) / n)


@pytest.mark.slow
def test_intervals_of_ensembles_hold_the_truth_in_95_of_100(toy: Load) -> None:
    """1,000 ensembles of 25 replicates of four places side by side, each with a seed of its own."""
    _, _, truth, _ = CASES[0]
    scenario = toy(SIDE_BY_SIDE, captures(4), days=200)
    columns = runs(scenario, 25_000).columns["axes.line.time_of_first_cut"].reshape(1000, 25)
    inside = sum(held(st.mean(column), truth) for column in columns)
    assert 920 <= inside <= 980
    assert abs(columns.mean() - truth) < 4 * np.std(columns) / math.sqrt(columns.size)
