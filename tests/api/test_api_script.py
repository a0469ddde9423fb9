"""One plain script, with no guard of its start, goes from a file to a page by the API alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("script.py")


@pytest.mark.slow
def test_thirty_lines_do_all_of_it(home: Path) -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 32
    assert "__main__" not in text
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], cwd=home, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    said = done.stdout
    assert said.count("Run: Two ways to town") == 1  # no worker ran the script again
    # 8 t/day by the gate until it falls on day 5, then 5 by the hill: each over two roads,
    # with a row of 0 for those that carry nothing any more
    assert "'kg_per_day') 6\n" in said
    assert "5000 ('hill--town',)" in said
    assert "('axes.line.sinks.town.stock', '40 t', '20 t')" in said
    assert "pairs of runs         20" in said
    assert sorted(p.name for p in home.iterdir() if p.suffix not in (".yaml",)) == [
        "axis.png", "flows.csv", "many", "more", "run",
    ]  # fmt: skip
    assert (home / "run/report.html").is_file()
    assert (home / "many/report.html").is_file()
