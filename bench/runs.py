"""How fast replicates are, on this machine: python bench/runs.py [SCENARIO] [-n 40]

Prints, in one run and with equal results checked: seconds a replicate and where they go,
replicates per second on one process and on a pool of two, parallel efficiency, what the
journal costs, and memory a replicate.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.engine import simulation
from sim.measure.summary import Analysis
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.study import ensemble as study
from sim.study.engines import Pool, Serial
from sim.study.journal import Journal
from sim.study.replicate import run_replicate

SCENARIO = "scenarios/double_offensive.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default=SCENARIO)
    parser.add_argument("-n", type=int, default=40, help="replicates")
    given = parser.parse_args()
    scenario = load(given.scenario)
    run_replicate(scenario, 0)  # imports and caches aside
    parts(scenario)
    with tempfile.TemporaryDirectory() as home:
        engines(scenario, given.n, Path(home))
        journal(scenario, Path(home))


def parts(scenario: Scenario) -> None:
    """Seconds of the engine and of the measures, best of five."""
    record = simulation.run(scenario, replicate=1, credit=False)
    engine = best(lambda: simulation.run(scenario, replicate=1, credit=False))
    lean = best(lambda: Analysis(scenario, record, every_change=False))
    whole = best(lambda: Analysis(scenario, record))
    print(f"engine                  {1e3 * engine:8.1f} ms a replicate")
    print(f"measures                {1e3 * lean:8.1f} ms a replicate")
    print(f"measures of a run       {1e3 * whole:8.1f} ms (with a look at every change)")
    lean_found = Analysis(scenario, record, every_change=False).measures
    print(f"measures are the same   {lean_found == Analysis(scenario, record).measures!s:>8s}")


def best(action: Callable[[], Any], times: int = 5) -> float:
    """The shortest of some runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def engines(scenario: Scenario, n: int, home: Path) -> None:
    """Replicates per second on one process and on two, the same bytes, memory."""
    rates = {}
    tables = []
    for name, engine, workers in (("one process", Serial(), 1), ("pool of two", Pool(2), 2)):
        folder = study.begin(scenario, study.Plan(n, scenario.seed), home / name.replace(" ", "_"))
        marks: list[float] = []
        study.carry_out(
            folder, engine=engine,
            progress=lambda done, of, marks=marks: marks.append(time.perf_counter()),
        )  # fmt: skip
        # from the first result on, so that the start of the workers is left out
        rates[workers] = (n - workers) / (marks[-1] - marks[workers])
        tables.append((folder / "replicates.csv").read_bytes())
        print(f"{name:23s} {rates[workers]:8.2f} replicates a second")
    print(f"parallel efficiency     {rates[2] / rates[1] / 2:8.2f}")
    print(f"the same tables         {tables[0] == tables[1]!s:>8s}")
    print(f"1,000 on two cores      {1000 / rates[2]:8.0f} s")


def journal(scenario: Scenario, home: Path) -> None:
    """What a row costs to write, and memory as rows add up."""
    row, units = run_replicate(scenario, 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = 1000
    with Journal(home / "journal") as lines:
        start = time.perf_counter()
        for i in range(count):
            lines.append({**row, "replicate": i}, units)
        lines.sync()
        spent = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = len(json.dumps(row, separators=(",", ":")))
    print(f"journal                 {1e3 * spent / count:8.2f} ms a replicate, {size / 1e3:.0f} kB")
    kept = max(0, after - before) / count
    print(f"memory of the driver    {kept:8.2f} kB a replicate")


if __name__ == "__main__":
    main()
