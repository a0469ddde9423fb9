"""Who looks changes nothing: a run leaves the same bytes whatever is drawn, told or watched."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim import api

ROOT = Path(__file__).parents[1]
SHIPPED = [
    "double_offensive_forces",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("hama_stab_forces", "regroup_south", "mare_front")
    ),
]  # fmt: skip
TABLES = ("control", "events", "flows", "loads", "regroup", "actors")

Sim = Callable[..., subprocess.CompletedProcess[str]]
Random = Callable[[int], dict[str, Any]]

WATCHED = {
    "claims.looked_at": "{text: t, measure: axes.AXIS.capacity, when: 31 h, relation: <, "
    "value: 5 t/day}",
    "claims.looked_on": "{text: t, measure: axes.AXIS.delivered, relation: <, value: 5 t}",
}
"""Measures that are watched, one of them at an instant at which nothing else is."""


def left(folder: Path) -> dict[str, Any]:
    """What a run leaves but for the rows of stocks and its inputs; claims by their ids."""
    found: dict[str, Any] = {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}
    summary = json.loads((folder / "summary.json").read_bytes())
    found["claims"] = {claim["id"]: claim for claim in summary.pop("claims")}
    # what settled a claim is there of each claim; a watched measure is one more
    found["turned"] = summary.pop("turned", {})
    found["summary"] = json.dumps(summary)
    return found


def rows(folder: Path) -> dict[int, set[tuple[str, ...]]]:
    """The rows of timeseries.csv by their instants."""
    found = defaultdict(set)
    with (folder / "timeseries.csv").open(encoding="utf-8", newline="") as file:
        for time, *row in list(csv.reader(file))[1:]:
            found[int(time)].add(tuple(row))
    return found


def compare(one: Path, other: Path) -> None:
    """Two folders of one run, at two samplings at most."""
    expected, found = left(one), left(other)
    for name in (*TABLES, "summary"):
        assert found[name] == expected[name], (other.name, name)
    for name in ("claims", "turned"):
        assert found[name].items() >= expected[name].items()
    seldom, often = rows(one), rows(other)
    for time in seldom.keys() & often.keys():
        assert seldom[time] <= often[time] or often[time] <= seldom[time], time


def looked_at(sim: Sim, file: str, home: Path, *, figures: bool) -> None:
    """Run a file in every way of looking."""
    axis = api.load(home / file).main_axis
    watched = [word for path, claim in WATCHED.items()
               for word in ("--set", f"{path}={claim.replace('AXIS', str(axis))}")]  # fmt: skip
    ways: dict[str, list[str]] = {
        "plain": [], "json": ["--json"], "quiet": ["--quiet"], "watched": watched,
        "seldom": ["--set", "sample=5 days"], "often": ["--set", "sample=7 h"],
    }  # fmt: skip
    ways |= {"drawn": []} if figures else {}
    for way, words in ways.items():
        words += [] if way == "drawn" else ["--no-figures"]
        done = sim("run", file, "--out", way, *words, cwd=home)
        assert done.returncode == 0, done.stderr
        compare(home / "plain", home / way)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_the_same_however_it_is_looked_at(
    name: str, sim: Sim, tmp_path: Path
) -> None:
    file = str(ROOT / f"scenarios/{name}.yaml")
    looked_at(sim, file, tmp_path, figures=name == "mare_front")


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 8))]
)
def test_a_random_scenario_is_the_same_however_it_is_looked_at(
    seed: int, random_scenario: Random, sim: Sim, tmp_path: Path
) -> None:
    text = yaml.safe_dump(random_scenario(seed), sort_keys=False)
    (tmp_path / "random.yaml").write_text(text, encoding="utf-8")
    looked_at(sim, "random.yaml", tmp_path, figures=seed == 0)
