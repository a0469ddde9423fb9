"""docs/scores.md against fewer runs of both forecasts."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parent.parent
RUNS = 40


def numbers(text: str) -> dict[tuple[str, ...], list[tuple[float, float]]]:
    """Score and error of the model in each column, by what was asked, at which date, and rule."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 7 and cells[3] == "model" and "±" in cells[4]:
            pairs = [re.findall(r"[\d.]+", cell) for cell in cells[4:]]
            found[tuple(cells[:3])] = [(float(a), float(b)) for a, b in pairs]
    return found


@pytest.mark.slow
def test_fewer_runs_give_the_scores_of_the_page(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("scores_page", ROOT / "tools/scores_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    old, new = tool.ensembles(tmp_path, RUNS)
    written = numbers((ROOT / "docs/scores.md").read_text("utf-8"))
    again = numbers(tool.page(old, new))
    assert again.keys() == written.keys()
    for key, pairs in written.items():
        for (score, error), (fewer, its) in zip(pairs, again[key], strict=True):
            # four deviations of the difference, and the last digit
            assert abs(score - fewer) < 4 * math.hypot(error, its) + 0.002, key
    # by hand, version 0.1.0 and its 39 places: log 0.72, Brier 0.179
    log, brier = (again["who holds what", "2016-09-30", rule][0] for rule in ("log", "brier"))
    assert abs(log[0] - 0.72) < 4 * log[1] + 0.005
    assert abs(brier[0] - 0.179) < 4 * brier[1] + 0.0005
    listed = {row[1] for row in sim.score(old).table("listed").rows}
    assert {"Tabqa", "al-Mansura"} <= listed
