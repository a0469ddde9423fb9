"""How fast runs are, on this machine: python bench/runs.py [SCENARIO] [-n 200]

Prints, in one run and with equal results checked: seconds of the engine beside the program that a
user would write (SimPy and networkx, a process a convoy), the same with flows and ways kept between
changes, and the floor, the engine's own handlers on a bare heap (bench/peers); what the rules of
behaviour add to a replicate on forces; the whole command on the case of aid; then replicates a
second on one process and on a pool of two, parallel efficiency beside what two processes that share
nothing get on this machine, the journal, and memory in n. Single runs are timed in seconds of a
processor, the median over some replicates of the best of three (of the naive program one run), so
that other work on the machine counts little; many runs by the clock on the wall, so let it be
quiet.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from peers import bare_heap, hop_by_hop

from sim.engine import simulation
from sim.many import ensemble as study
from sim.many.engines import Pool, Serial
from sim.many.journal import Journal
from sim.many.replicate import Result, run_replicate
from sim.measure.along import Along
from sim.measure.summary import Analysis
from sim.scenario.loader import load
from sim.scenario.model import DAY, Rules, Scenario
from sim.state.record import Record

WARM = 10
"""Replicates of each worker that are not timed."""

SCENARIO = "scenarios/double_offensive.yaml"
FORCES = "scenarios/double_offensive_forces.yaml"
AID = "scenarios/aid/nepal_2015.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default=SCENARIO)
    parser.add_argument("-n", type=int, default=200, help="replicates, 40 at least")
    parser.add_argument("--times", type=int, default=5, help="how often short things are timed")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--driver", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.n < 40:
        parser.error("-n: 40 at least, for a worker is timed from its eleventh replicate on")
    scenario = load(given.scenario)
    if given.alone is not None:
        print(alone(scenario, given.alone))
    elif given.driver is not None:
        print(driver(scenario, given.driver))
    else:
        peers(scenario, given.times)
        behaviour(given.n)
        command(given.times)
        parts(scenario, given.times)
        engines(given.scenario, scenario, given.n)
        busy(scenario, max(40, given.n // 2))
        journal(given.scenario, scenario)


def say(what: str, value: float, unit: str, note: str = "") -> None:
    """One line."""
    digits = 2 if value < 10 else 1 if value < 1000 else 0
    print(f"{what:38s} {value:9.{digits}f} {unit:16s} {note}".rstrip(), flush=True)


def check(what: str, same: bool) -> None:
    """Stop where answers differ that must not."""
    if not same:
        raise SystemExit(f"{what}: the results differ")


def best(action: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest of some runs, in seconds of a processor, and the result."""
    found = []
    result = None
    for _ in range(times):
        start = time.process_time()
        result = action()
        found.append(time.process_time() - start)
    return min(found), result


# --- one run -----------------------------------------------------------------------------


def peers(scenario: Scenario, times: int) -> None:
    """Seconds of the engine against the same runs by other means, by turns."""
    forces = load(FORCES)
    ways: dict[str, Callable[..., Any]] = {
        "engine": partial(simulation.run, scenario, credit=False),
        "naive program": partial(hop_by_hop.run, scenario),
        "the same, keeping answers": partial(hop_by_hop.run, scenario, remember=True),
        "same handlers, bare heap": partial(bare_heap.run, scenario),
        "engine, double_offensive_forces": partial(simulation.run, forces, credit=False),
    }
    for what in ("engine", "engine, double_offensive_forces"):
        ways[what](replicate=0)  # imports and the like
    spent: dict[str, list[float]] = {what: [] for what in ways}
    said: dict[str, Any] = {}
    for replicate in range(1, times + 1):
        found = {}
        for what, run in ways.items():
            if what == "naive program" and replicate > 1:
                continue
            again = 1 if "keeping" in what or "naive" in what else 3
            seconds, found[what] = best(partial(run, replicate=replicate), again)
            spent[what].append(seconds)
        daily = by_day(scenario, found["engine"])
        check("bare heap", found["same handlers, bare heap"] == found["engine"])
        for what in set(found) & {"naive program", "the same, keeping answers"}:
            check(what, found[what].capacity == daily)
        said = said or found
    took = {what: median(each) for what, each in spent.items()}
    engine = took["engine"]
    convoys = sum(t.sent for t in said["engine"].tallies.values())
    days = sum(kg == 0 for axis in said["naive program"].capacity.values() for kg in axis)
    notes = {"engine": f"{convoys} convoys; {days} days on which an axis is cut"}
    for what in ("naive program", "the same, keeping answers"):
        notes[what] = (
            f"{took[what] / engine:.1f} times the engine; {said[what].sent} convoys; "
            "the same capacity of each axis on each day"
        )
    floor = engine / took["same handlers, bare heap"]
    notes["same handlers, bare heap"] = f"the engine takes {floor:.2f} times that; the same records"
    each = spent["engine, double_offensive_forces"]
    notes["engine, double_offensive_forces"] = (
        f"{1e3 * min(each):.1f} to {1e3 * max(each):.1f} over {times} replicates"
    )
    for what, middle in took.items():
        say(what, 1e3 * middle, "ms a run", notes.get(what, ""))


def by_day(scenario: Scenario, record: Record) -> dict[str, list[int]]:
    """Capacity (kg/day) of each axis at the end of the first instant of each day."""
    found: dict[str, list[int]] = {}
    for axis in scenario.axes:
        rows = [
            (r.time, r.value) for r in record.series
            if r.subject == f"axis:{axis}" and r.measure == "capacity_kg_per_day"
        ]  # fmt: skip
        days = range(0, scenario.length + 1, DAY)
        found[axis] = [[kg for when, kg in rows if when <= day][-1] for day in days]
    return found


def parts(scenario: Scenario, times: int) -> None:
    """Seconds of the measures, and of all that a replicate takes."""
    record = simulation.run(scenario, replicate=1, credit=False)
    lean, found = best(lambda: Analysis(scenario, record, Along.of(scenario, record)), times)
    whole, all_ = best(lambda: Analysis(scenario, record), times)
    check("measures", found.measures == all_.measures)
    say("measures", 1e3 * lean, "ms a replicate")
    say("measures of a single run", 1e3 * whole, "ms a run", "with a look at every change")
    start = time.process_time()
    for replicate in range(4 * times):
        run_replicate(scenario, replicate)
    mean = (time.process_time() - start) / (4 * times)
    note = f"so 1,000 on two processors {500 * mean:.0f} s at best"
    say("engine and measures, on average", 1e3 * mean, "ms a replicate", note)


def behaviour(n: int) -> None:
    """Seconds of replicates on forces with all rules of behaviour and with none, by turns."""
    every = load(FORCES)
    ways = (replace(every, rules=Rules()), every)
    for way in ways:
        run_replicate(way, 0)
    spent: list[list[float]] = [[], []]
    for i in range(1, n + 1):
        for which in (0, 1) if i % 2 else (1, 0):
            spent[which].append(best(partial(run_replicate, ways[which], i), 1)[0])
    none, with_all = (sum(each) / n for each in spent)
    middle = median(b / a for a, b in zip(*spent, strict=True))
    say("forces with no rule", 1e3 * none, "ms a replicate", f"the mean of {n}")
    say("forces with all rules", 1e3 * with_all, "ms a replicate",
        f"{with_all / none:.2f} times as much; {middle:.2f} the median of pairs")  # fmt: skip


def command(times: int) -> None:
    """Seconds of `sim run` on the case of aid without figures, start of the program included."""
    spent = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as home:
            words = ["-m", "sim", "run", AID, "--no-figures", "--out", f"{home}/run"]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    say("sim run of the case of aid", median(spent), "s", f"no figures; {min(spent):.2f} at best")


# --- many runs ---------------------------------------------------------------------------


def alone(scenario: Scenario, n: int) -> float:
    """Replicates a second in this process, nothing kept; the first warms it up."""
    run_replicate(scenario, 0)
    start = time.perf_counter()
    for i in range(1, n + 1):
        run_replicate(scenario, i)
    return n / (time.perf_counter() - start)


def side_by_side(path: str, n: int, processes: int) -> float:
    """Replicates a second of processes that know nothing of one another."""
    command = [sys.executable, __file__, path, "--alone", str(n)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
    return sum(float(process.communicate()[0]) for process in running)


def engines(path: str, scenario: Scenario, n: int) -> None:
    """Replicates a second on one process and on two, the same bytes."""
    rates = {}
    tables = []
    with tempfile.TemporaryDirectory() as home:
        for name, engine, workers in (("serial", Serial(), 1), ("pool of two", Pool(2), 2)):
            folder = study.begin(scenario, study.Plan(n, scenario.seed), Path(home) / name)
            marks: list[float] = []
            work: list[float] = []

            def mark(done: int, of: int) -> None:
                marks.append(time.perf_counter())
                work.append(time.process_time())

            study.carry_out(folder, study.Means(engine, progress=mark))
            # while all are at work: workers start one by one, and in the end one has none left
            first, last = WARM * workers, n - workers + 1
            rates[workers] = (last - first) / (marks[last] - marks[first])
            tables.append((folder / "replicates.csv").read_bytes())
            own = 1e3 * (work[last] - work[first]) / (last - first)
            note = f"{own:.1f} ms of a processor each in the driver" if workers > 1 else ""
            say(name, rates[workers], "a second", note)
    check("the tables", tables[0] == tables[1])
    one, two = side_by_side(path, n // 2, 1), side_by_side(path, n // 2, 2)
    say("parallel efficiency", rates[2] / rates[1] / 2, "",
        f"{two / one / 2:.2f} for two processes that share nothing")  # fmt: skip
    say("1,000 replicates on two cores", 1000 / rates[2], "s")


class Timed:
    """A replicate that tells how long it took, and how long its worker had waited before it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.ended: float | None = None

    def __call__(self, replicate: int) -> Result:
        """Run it."""
        began = time.perf_counter()
        row, _ = run_replicate(self.scenario, replicate)
        waited = 0.0 if self.ended is None else began - self.ended
        self.ended = time.perf_counter()
        measures = {"waited": waited, "worked": self.ended - began}
        return Result({**row, "measures": measures}, dict.fromkeys(measures, "s"))


def busy(scenario: Scenario, n: int) -> None:
    """The share of their time that the workers of a pool are at work, sending results aside."""
    import runs  # workers find a task in the module of its name, not in the program that is run

    with tempfile.TemporaryDirectory() as home:
        folder = study.begin(scenario, study.Plan(n, scenario.seed), Path(home) / "out")
        done = study.carry_out(folder, study.Means(Pool(2)), make_task=runs.Timed)
        rows = [row["measures"] for row in study.rows_of(done)]
    waited, worked = (sum(row[key] for row in rows) for key in ("waited", "worked"))
    say("workers of the pool are at work", 100 * worked / (waited + worked), "% of the time",
        "also beside other work on the machine")  # fmt: skip


def driver(scenario: Scenario, n: int) -> str:
    """Journal, tables and summary of n replicates that cost nothing: memory and seconds."""
    task = partial(_again, run_replicate(scenario, 0))
    with tempfile.TemporaryDirectory() as home:
        folder = study.begin(scenario, study.Plan(n, scenario.seed), Path(home) / "out")
        running, started = 0.0, 0.0

        def mark(done: int, of: int) -> None:
            nonlocal running, started
            if done == of:
                running, started = most_mb(), time.process_time()

        means = study.Means(Serial(), progress=mark)
        study.carry_out(folder, means, make_task=lambda _: task)
        tables = time.process_time() - started
    return json.dumps({"running": running, "most": most_mb(), "tables": tables})


def most_mb() -> float:
    """The most memory that this process has had, MB (that of its parent left out, on Linux)."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _again(result: Result, i: int) -> Result:
    return Result({**result.row, "replicate": i}, result.units)


def journal(path: str, scenario: Scenario) -> None:
    """What a row costs to write; memory and the tables as replicates add up."""
    row, units = run_replicate(scenario, 0)
    count = 1000
    with tempfile.TemporaryDirectory() as home, Journal(Path(home) / "journal") as lines:
        start = time.perf_counter()
        for i in range(count):
            lines.append({**row, "replicate": i}, units)
        lines.sync()
        spent = time.perf_counter() - start
        size = lines.path.stat().st_size / count
    say("journal", 1e3 * spent / count, "ms a replicate", f"{size / 1e3:.1f} kB a row")
    for n in (100, 1000, 4000):
        command = [sys.executable, __file__, path, "--driver", str(n)]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        note = f"{found['most']:.0f} MB for the tables and summary, in {found['tables']:.1f} s"
        say(f"driver of {n} replicates", found["running"], "MB", note)


if __name__ == "__main__":
    main()
