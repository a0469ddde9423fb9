"""docs/scores.md against fewer runs of all that it scores."""

from __future__ import annotations

import dataclasses
import importlib
import math
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.scenario.model import Rules

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/scores.md"
RUNS, OF_PAGE = 40, 200


def rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """The cells of each row of a table, with the section that it stands in."""
    section = ""
    for line in text.splitlines():
        section = line[3:] if line.startswith("## ") else section
        if line.startswith("| "):
            yield section, [cell.strip() for cell in line.split("|")[1:-1]]


def scores(text: str) -> dict[tuple[str, ...], list[tuple[float, float]]]:
    """Scores and changes of a row with their errors, by section, what was asked, date and rule."""
    found: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for section, cells in rows(text):
        told = re.findall(r"(-?[\d.]+) ± ([\d.]+)", " ".join(cells[3:]))
        if told:
            found[section, *cells[:3]] = [(float(a), float(b)) for a, b in told]
    return found


def chances(text: str) -> dict[tuple[str, ...], list[float]]:
    """Chances of each event, and of each claim, by section and name."""
    return {
        (section, cells[0]): [float(c) / 100 for c in told]
        for section, cells in rows(text)
        if (told := re.findall(r"(\d+) %(?: \(|,)", " ".join(cells[2:])))
    }


def by_rule(text: str) -> dict[str, list[tuple[float, float]]]:
    """The scores of each forecast of the table in docs/forces.md, with their errors."""
    found = {}
    for _, cells in rows(text):
        if told := re.findall(r"([\d.]+) ± ([\d.]+)", " ".join(cells[1:])):
            found[cells[0]] = [(float(a), float(b)) for a, b in told]
    return found


def block() -> str:
    """What 'make scores' writes into docs/forces.md."""
    text = (ROOT / "docs/forces.md").read_text("utf-8")
    return text.split("<!-- made by make scores -->")[1].split("<!-- to here -->")[0]


def test_every_rule_of_behaviour_is_scored() -> None:
    named = {field.name for field in dataclasses.fields(Rules)} - {"provenance"}
    assert named <= by_rule(block()).keys()
    scenario = sim.load(ROOT / "scenarios/double_offensive_forces.yaml")
    assert all(getattr(scenario.rules, name) for name in named)


def test_the_page_says_even_of_what_is_smaller_than_twice_its_error() -> None:
    told = re.findall(r"([+-][\d.]+) ± ([\d.]+) (\w+)", PAGE.read_text("utf-8"))
    assert len(told) == 15  # five scores: by the engine, by the network, by learning
    for apart, error, word in told:
        value, wide = float(apart), 2 * float(error)
        if abs(value) < wide - 0.0015:  # three decimals are told
            assert word == "even"
        elif abs(value) > wide + 0.0015:
            assert word == ("better" if value < 0 else "worse")


@pytest.mark.slow
def test_fewer_runs_give_the_numbers_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    tool, made = map(importlib.import_module, ("scores_page", "scored_runs"))
    known = ["git", "cat-file", "-e", f"{made.ENGINE}^{{commit}}"]
    if subprocess.run(known, cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip("the engine of version 0.1.0 is in the history of the repository alone")
    runs = made.carry_out(tmp_path, RUNS)
    page = tool.page(runs)
    written, again = (scores(text) for text in (PAGE.read_text("utf-8"), page))
    assert again.keys() == written.keys()
    for key, pairs in written.items():
        for (score, error), (fewer, its) in zip(pairs, again[key], strict=True):
            # four deviations of the difference, and the last digit
            assert abs(score - fewer) < 4 * math.hypot(error, its) + 0.002, key
    rules = by_rule(tool.by_rule(runs))
    for name, pairs in by_rule(block()).items():
        for (score, error), (fewer, its) in zip(pairs, rules[name], strict=True):
            assert abs(score - fewer) < 4 * math.hypot(error, its) + 0.002, name
    few = chances(page)
    for key, shares in chances(PAGE.read_text("utf-8")).items():
        if key not in few:  # an event that did not come on record, nor in one of fewer runs
            assert max(shares) < 0.15, key
            continue
        for share, fewer in zip(shares, few[key], strict=True):
            middle = (share * OF_PAGE + fewer * RUNS) / (OF_PAGE + RUNS)
            deviation = math.sqrt(middle * (1 - middle) * (1 / OF_PAGE + 1 / RUNS))
            assert abs(share - fewer) < 4 * deviation + 0.01, key
    # by hand, version 0.1.0 and its 39 places: log 0.72, Brier 0.179
    first = "Version 0.1.0 and now", "who holds what", "2016-09-30"
    log, brier = (again[*first, rule][0] for rule in ("log", "brier"))
    assert abs(log[0] - 0.72) < 4 * log[1] + 0.005
    assert abs(brier[0] - 0.179) < 4 * brier[1] + 0.0005
    listed = {row[1] for row in sim.score(runs.old).table("listed").rows}
    assert {"Tabqa", "al-Mansura"} <= listed
