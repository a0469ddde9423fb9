"""The pages about Python say what is so: the reference is fresh, and the notebook runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("page", ["api.md", "export.md"])
def test_a_page_is_what_the_code_says(page: str, tool: Callable[[str], ModuleType]) -> None:
    made = tool({"api.md": "api_reference", "export.md": "export_page"}[page])
    fresh = (ROOT / "docs" / page).read_text("utf-8") == made.page()
    assert fresh, f"docs/{page} is out of date: run 'make docs'"


def test_every_block_of_the_notebook_runs(home: Path) -> None:
    text = (ROOT / "docs/notebook.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) > 8
    known: dict[str, object] = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, "notebook.md", "exec"), known)
    assert known["seen"] == [done / 20 for done in range(21)]
    assert all((home / name).is_file() for name in ("flows.csv", "map.png", "run/report.html"))


def test_the_readme_runs(home: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    block = block.replace("scenarios/double_offensive.yaml", str(home / "two_ways.yaml"))
    exec(compile(block.replace("turkey_raqqa", "line"), "README.md", "exec"), {})
    assert (home / "results/small_convoys/summary.json").is_file()
