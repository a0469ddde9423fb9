"""What a stranger meets: the Makefile, the wheel, the words about the project."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]


def planned(target: str, folder: Path) -> str:
    """What make would do for a target where no environment stands."""
    if shutil.which("make") is None:
        pytest.skip("make is not there")
    words = ("make", "-n", "-C", str(ROOT), f"VENV={folder / 'none'}", target)
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def test_make_run_installs_what_a_run_needs_alone(tmp_path: Path) -> None:
    run, test = planned("run", tmp_path), planned("test", tmp_path)
    assert "-r requirements/run.txt" in run
    assert "requirements/dev.txt" not in run
    assert "-r requirements/dev.txt" in test
    assert run.index("Setting up") < run.index("requirements/run.txt")  # said before it is done
    assert "minutes on two quiet cores" in test


def test_the_version_has_one_home() -> None:
    home = f'__version__ = "{sim.__version__}"'
    assert home in (ROOT / "sim/__init__.py").read_text("utf-8")
    assert sim.__version__ not in (ROOT / "pyproject.toml").read_text("utf-8")
