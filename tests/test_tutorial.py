"""The commands of the tutorials, run as they stand; what they say they print they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with what it is in: ``bash`` or ``text``."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(r"^```(bash|text)\n(.*?)^```", text, re.S | re.M)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "commands", "made"),
    [("tutorial.md", 6, "verdict/verdicts.html"), ("region.md", 13, "fair.html")],
)
def test_its_commands_run_and_print_what_it_says(
    tmp_path: Path, page: str, commands: int, made: str
) -> None:
    written = [block for kind, block in blocks(page) if kind == "bash"]
    assert sum(len(re.findall("^sim ", block, re.M)) for block in written) >= commands
    here = Path(sys.executable).parent
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": "100"}  # as wide as the text is
    printed = ""
    for kind, block in blocks(page):
        if kind == "text":
            for line in block.splitlines():
                assert line in printed, f"not printed: {line}"
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        printed = done.stdout
    assert (tmp_path / made).is_file()


def test_every_number_of_the_region_is_stated_or_printed() -> None:
    """So that no number of the text is older than what its commands print."""
    text = (ROOT / "docs/region.md").read_text("utf-8")
    held = {number for _, block in blocks("region.md") for number in _NUMBER.findall(block)}
    prose = re.sub(r"^```.*?^```|^## \d+\.|`[^`]*`", "", text, flags=re.S | re.M)
    told = [number.rstrip(",") for number in _NUMBER.findall(prose)]
    assert len(told) > 10
    assert [number for number in told if number not in held] == []
