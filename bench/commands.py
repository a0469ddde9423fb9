"""What a user waits for: whole commands, in seconds of a processor and in memory.

``python bench/commands.py`` times every command on scenarios of 110, 1,000 and 10,000 places, start
of the program included. With ``--before FOLDER``, a work tree of another commit, each is timed by
both, by turns and as often, and the ratio of each pair is taken, so that other work on the machine
counts little. Numbers that both print are compared, and the table says how many are the same; all
times a command is run it must print the same. ``--write FILE`` puts the tables between the marks of
a page (docs/performance.md). ``--starts`` times only what commands import, ``--tables`` what some
take on a network of YAML and on the same as a binary table.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
FLAGSHIP = ROOT / "tests/data/before/double_offensive.yaml"
SHIPPED = 110
"""Places of the flagship; other sizes are made up."""

LEAST_TOLD = 0.01
"""Seconds and more have two digits."""

ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Command:
    """A command line: ``{file}`` is the scenario, ``{busy}`` one of 20 axes, ``{a}`` and ``{b}``
    two runs, ``{new}`` a path that is not there, ``{axis}`` an axis. It is left out below
    ``least`` and beyond ``most`` places. Without words it is :data:`REPLICATES`."""

    name: str
    words: str
    most: int = 10**9
    least: int = 0


ALONE = "--workers 1 --no-figures --json --out {new}"

COMMANDS = (
    Command("validate", "validate {file}"),
    Command("run, no figures", "run {file} --no-figures --json --out {new}"),
    Command("run", "run {file} --json --out {new}", 10_000),
    Command("30 replicates, start left out", "", SHIPPED),
    Command(
        "run of 20 axes, 1,000 events, a year, no figures",
        "run {busy} --no-figures --json --out {new}", 10_000, 10_000,
    ),
    Command("cut", "cut {file} --axis {axis} --json"),
    Command("interdict", "interdict {file} --axis {axis} --budget 2 --targets places --json"),
    Command("rank", "rank {file} --axis {axis} --top 10 --json"),
    Command("show", "show {a} --json"),
    Command("compare, no figures", "compare {a} {b} --no-figures --json --out {new}"),
    Command("compare", "compare {a} {b} --json --out {new}", 10_000),
    Command("report", "report {a}", 10_000),
    Command("film", "film {a} --fps 10 --seconds 20 --out {new}.png", 1_000),
    Command("ensemble of 20", f"ensemble {{file}} -n 20 {ALONE}", 1_000),
    Command("study, 2 cells of 10", f"study {{study}} {ALONE}", 1_000),
)  # fmt: skip


REPLICATES = """
import sys, time
from sim.scenario.loader import load
try:
    from sim.many.replicate import run_replicate
except ImportError:  # where it was before
    from sim.study.replicate import run_replicate
scenario = load(sys.argv[1])
for number in range(10):
    run_replicate(scenario, number)
begun = time.process_time()
for number in range(10, 40):
    run_replicate(scenario, number)
print(time.process_time() - begun)
"""
"""Runs of an ensemble without its start, as each of thousands takes: prints seconds of all."""


def grid(
    places: int, file: Path, seed: int = 1, *, axes: int = 5, sinks: int = 3,
    captures: int | None = None, days: int = 120,
) -> str:  # fmt: skip
    """Write a scenario: two-way roads on a raster, a tenth missing, axes, captures.

    ``captures`` None are 100, 20 above 10,000 places. Returns the name of an axis.
    """
    rng = np.random.default_rng(seed)
    side = round(places**0.5)
    names = [f"p{i:06}" for i in range(side * side)]
    step = 8 / side  # degrees: the whole map is 8 by 8
    where = (
        f"    {name}: {{name: {name}, lat: {step * (i // side):.5f}, lon: {step * (i % side):.5f}}}"
        for i, name in enumerate(names)
    )
    index = np.arange(side * side).reshape(side, side)
    ends = np.concatenate([
        np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()]),
        np.column_stack([index[:-1].ravel(), index[1:].ravel()]),
    ])  # fmt: skip
    ends = ends[rng.random(len(ends)) < 0.9]
    roads = (
        f"    {names[a]}--{names[b]}: {{km: {km}, class: road, capacity: {amount} t/day}}"
        for (a, b), km, amount in zip(
            ends.tolist(), rng.integers(2, 20, len(ends)), rng.integers(100, 2000, len(ends)),
            strict=True,
        )
    )  # fmt: skip
    chosen = [names[i] for i in rng.permutation(side * side)]
    lines = []
    for i in range(axes):
        source, *fed_ones = (chosen.pop() for _ in range(sinks + 1))
        fed = ", ".join(f"{sink}: {{demand: 20 t/day, stock: 200 t}}" for sink in fed_ones)
        lines.append(
            f"  axis{i:02}: {{name: Axis {i}, actor: red, sources: {{{source}: {{}}}}, "
            f"sinks: {{{fed}}}, convoy: {{size: 5 t}}}}"
        )
    count = captures or (20 if places > 10_000 else 100)
    events = (
        f"  e{i:03}: {{capture: {chosen.pop()}, by: blue, at: {day} days}}"
        for i, day in enumerate(rng.integers(1, days - 1, count).tolist())
    )
    file.write_text("\n".join([
        "format: 1", f"title: A grid of {places} places",
        f"period: {{start: 2020-01-01, length: {days} days}}", "seed: 7",
        "actors: {red: {name: Red}, blue: {name: Blue}}", "default_holder: red", "network:",
        "  title: Grid", "  classes: {road: {speed: 40 km/h, capacity: 500 t/day}}",
        "  places:", *where, "  roads:", *roads, "axes:", *lines, "events:", *events, "",
    ]))  # fmt: skip
    return "axis00"


@dataclass
class Spent:
    """What a command took, each time, and what it said."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    said: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Side:
    """One version of the program: a work tree."""

    folder: Path
    home: Path

    def call(self, words: Sequence[str]) -> tuple[float, float, str]:
        """Seconds of a processor, children counted, peak of memory in MB, standard output."""
        return self.python("-m", "sim", *words)

    def python(self, *words: str) -> tuple[float, float, str]:
        """As :meth:`call` of any words behind the name of Python."""
        process = subprocess.Popen(
            [sys.executable, *words], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=ENVIRONMENT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        out, errors = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{self.folder}: {' '.join(words)}\n{errors}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def sets_of(side: Side, file: Path, axis: str) -> dict[str, str]:
    """What stands for the names in commands: two runs are made, and a study is written."""
    runs = {name: str(side.home / f"{file.stem}-{name}") for name in "ab"}
    for seed, folder in enumerate(runs.values(), 1):
        side.call(["run", str(file), "--seed", str(seed), "--no-figures", "--out", folder])
    study = side.home / f"{file.stem}-study.yaml"
    study.write_text(
        f"format: 1\nbase: {file}\nn: 10\ngrid: {{axes.{axis}.convoy.size: [5 t, 10 t]}}\n"
        f"measures: [axes.{axis}.delivered]\n"
    )
    return {**runs, "file": str(file), "axis": axis, "study": str(study)}


def timed(command: Command, sides: Sequence[Side], names: Sequence[Mapping[str, str]], times: int,
          number: Iterator[int]) -> list[Spent]:  # fmt: skip
    """A command by each side in turn, so many times."""
    found = [Spent() for _ in sides]
    for turn in range(times):
        order = range(len(sides)) if turn % 2 else reversed(range(len(sides)))
        for i in order:
            new = str(sides[i].home / f"new{next(number)}")
            if command.words:
                words = command.words.format(**names[i], new=new).split()
                seconds, megabytes, out = sides[i].call(words)
            else:
                _, megabytes, out = sides[i].python("-c", REPLICATES, names[i]["file"])
                seconds, out = float(out), ""
            said = leaves(out)
            if found[i].said is not None and found[i].said != said:
                raise SystemExit(f"{command.name}: {sides[i].folder} said one thing and another")
            found[i].said = said
            found[i].seconds.append(seconds)
            found[i].megabytes.append(megabytes)
    return found


def leaves(out: str) -> dict[str, Any]:
    """Every number, text and truth of a JSON document by its path; but for names of folders."""
    found: dict[str, Any] = {}

    def walk(part: Any, path: str) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                walk(value, f"{path}.{key}")
        elif isinstance(part, list):
            for i, value in enumerate(part):
                walk(value, f"{path}.{i}")
        elif isinstance(part, (int, float)):
            found[path] = part

    try:
        walk(json.loads(out), "")
    except ValueError:
        return {}
    return found


def agreed(spent: Sequence[Spent]) -> str:
    """How many of the numbers that both sides print are the same."""
    one, other = (each.said or {} for each in spent)
    both = one.keys() & other.keys()
    same = sum(one[path] == other[path] for path in both)
    if not both:
        return "prints none"
    return f"all {same:,}" if same == len(both) else f"{same:,} of {len(both):,}"


def row(name: str, places: int, spent: Sequence[Spent]) -> str:
    """A line of the table; where there are two sides with ratio, its spread, and answers."""
    after = spent[-1]
    cells = [name, f"{places:,}"]
    for each in spent:
        cells += [f"{median(each.seconds):.2f}", f"{max(each.megabytes):,.0f}"]
    if len(spent) == 2:
        ratios = [b / a for a, b in zip(spent[0].seconds, after.seconds, strict=True)]
        cells += [f"{median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}", agreed(spent)]
    return f"| {' | '.join(cells)} |"


HEAD = {
    1: "| command | places | s | MB |\n|---|---|---|---|",
    2: "| command | places | before, s | MB | now, s | MB | ratio | of each pair | same numbers |\n"
    "|---|---|---|---|---|---|---|---|---|",
}  # fmt: skip


def table(sides: Sequence[Side], sizes: Sequence[int], times: int, only: str) -> list[str]:
    """All commands at all sizes, a row each, printed as they come."""
    rows = [HEAD[len(sides)]]
    for side in sides:  # what is imported is compiled, and read into the cache of the disk
        side.call(["run", str(FLAGSHIP), "--out", str(side.home / "warm")])
    print(rows[0], flush=True)
    number = iter(range(10**6))
    for places in sizes:
        file, axis = FLAGSHIP, "turkey_raqqa"
        if places != SHIPPED:
            file = sides[0].home / f"grid{places}.yaml"
            axis = grid(places, file)
        names = [sets_of(side, file, axis) for side in sides]
        if places == 10_000:
            busy = sides[0].home / "busy.yaml"
            grid(places, busy, axes=20, sinks=5, captures=1000, days=365)
            names = [{**one, "busy": str(busy)} for one in names]
        for command in COMMANDS:
            if command.least <= places <= command.most and re.search(only, command.name):
                rows.append(row(command.name, places, timed(command, sides, names, times, number)))
                print(rows[-1], flush=True)
    return rows


# --- networks as tables --------------------------------------------------------------------


def as_table(file: Path) -> Path:
    """Write the network of a scenario as a binary table, and the scenario that names it."""
    from sim.network import Graph
    from sim.network.readers import NetworkTable
    from sim.network.readers.binary import write_binary
    from sim.scenario import load

    net = load(file).network
    rows = [(r.id, r.a, r.b, round(r.km * 90), r.km) for r in net.roads.values()]  # 40 km/h
    graph = Graph.build(net.places, rows)
    stated = (net.roads[road].capacity for road in graph.roads)
    carried = np.array([round(capacity.nominal) if capacity else 0 for capacity in stated])
    table = NetworkTable(
        graph, np.column_stack([carried, carried]), np.ones(len(rows), dtype=bool), 1, net.title,
        True, np.array([(net.places[p].lat, net.places[p].lon) for p in graph.places]),
        unit="kg/day",
    )  # fmt: skip
    target = file.with_suffix(".npz")
    write_binary(target, table)
    head, rest = file.read_text().split("network:\n")
    on_table = file.with_name(f"{file.stem}-table.yaml")
    on_table.write_text(f"{head}network: {target.name}\n{rest[rest.index('axes:') :]}")
    return on_table


def tables(side: Side, sizes: Sequence[int], times: int) -> list[str]:
    """Commands on a network of YAML and on the same as a binary table, by turns; a row each.

    Above 10,000 places each is timed once.
    """
    head = HEAD[2].replace("before", "YAML").replace("now", "table")
    print(head, flush=True)
    rows, number = [head], iter(range(10**6))
    for places in sizes:
        file = side.home / f"grid{places}.yaml"
        with get_context("spawn").Pool(1) as apart:  # memory here would be counted as a command's
            axis = apart.apply(grid, (places, file))
            names = [{"file": str(f), "axis": axis} for f in (file, apart.apply(as_table, (file,)))]
        for command in COMMANDS:
            if command.name in ("validate", "cut", "rank"):
                often = times if places <= 10_000 else 1
                spent = timed(command, [side, side], names, often, number)
                rows.append(row(command.name, places, spent))
                print(rows[-1], flush=True)
    return rows


# --- what commands import ----------------------------------------------------------------


def starts(side: Side, times: int = 5) -> list[str]:
    """Of some commands on the flagship the seconds of imports: of the package, and of all else."""
    names = sets_of(side, FLAGSHIP, "turkey_raqqa")
    rows = ["| command | its own modules, s | libraries and Python's own, s |\n|---|---|---|"]
    print(rows[0], flush=True)
    for command in COMMANDS:
        if "," in command.name or "of" in command.name:  # 30 replicates too
            continue
        own, other = [], []
        for turn in range(times):
            new = str(side.home / f"start{command.name}{turn}")
            words = command.words.format(**names, new=new).split()
            words += ["--no-figures"] if command.name in ("run", "compare") else []
            done = subprocess.run(
                [sys.executable, "-X", "importtime", "-m", "sim", *words], cwd=side.folder,
                capture_output=True, text=True, env=ENVIRONMENT, check=True,
            )  # fmt: skip
            lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", done.stderr)
            mine = sum(int(us) for us, name in lines if name.split(".")[0] == "sim")
            own.append(mine / 1e6)
            other.append(sum(int(us) for us, _ in lines) / 1e6 - mine / 1e6)
        rows.append(f"| {command.name} | {median(own):.2f} | {median(other):.2f} |")
        print(rows[-1], flush=True)
    return rows


# --- the page ----------------------------------------------------------------------------


def machine() -> str:
    """Processor, number of cores, system, Python."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    version = sys.version.split()[0]
    return (
        f"{found[1] if found else 'a processor'}, {cores} cores, {sys.platform}, Python {version}"
    )


def put(file: Path, mark: str, lines: Sequence[str]) -> None:
    """Replace what stands between the marks of a page."""
    text = file.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    if begin not in text or end not in text:
        raise SystemExit(f"{file} has no {begin} and {end}")
    head, tail = text.split(begin)[0], text.split(end)[1]
    body = "\n".join(["", *lines, ""])
    file.write_text(f"{head}{begin}{body}{end}{tail}", encoding="utf-8")


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--places", default="110,1000,10000", help="sizes, with commas between")
    parser.add_argument("--times", type=int, default=5, help="how often each is timed")
    parser.add_argument("--before", type=Path, help="a work tree of another commit")
    parser.add_argument("--only", default="", help="commands whose name matches")
    parser.add_argument("--starts", action="store_true", help="time what commands import alone")
    parser.add_argument("--tables", action="store_true", help="networks of YAML against tables")
    parser.add_argument("--write", type=Path, help="a page with marks for the tables")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folders = [*([given.before.resolve()] if given.before else []), ROOT]
        sides = [Side(folder, Path(home) / str(i)) for i, folder in enumerate(folders)]
        for side in sides:
            side.home.mkdir()
        print(machine())
        sizes = [int(size) for size in given.places.split(",")]
        if given.starts:
            rows, mark = starts(sides[-1], given.times), "starts"
        elif given.tables:
            rows, mark = tables(sides[-1], sizes, given.times), "tables"
        else:
            rows, mark = table(sides, sizes, given.times, given.only), "commands"
    if given.write:
        put(given.write, mark, [f"{machine()}.", "", *rows])


if __name__ == "__main__":
    main()
