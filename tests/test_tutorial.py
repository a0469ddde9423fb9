"""The commands of docs/tutorial.md, run as they stand; what it says they print they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_its_commands_run_and_print_what_it_says(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"^```(bash|text)\n(.*?)^```", text, re.S | re.M)
    assert [kind for kind, _ in blocks].count("bash") >= 6
    here = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    printed = ""
    for kind, block in blocks:
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
    assert (tmp_path / "verdict" / "verdicts.html").is_file()
