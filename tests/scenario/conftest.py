"""A project in which files are written, as one would lay them out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str], Path]:
    """``put(name, text)``: writes a file below the root of an empty project, byte for byte."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)

    def put_(name: str, text: str) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return put_


def _faults(path: Path, *sets: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path, sets=sets)
    return [
        f"{Path(d.file).name}:{d.line}:{d.column}: {d.message} = {d.hint}"
        for d in caught.value.diagnostics
    ]


@pytest.fixture(scope="session")
def faults() -> Callable[..., list[str]]:
    """``faults(path, *sets)``: what is wrong, each as ``FILE:LINE:COLUMN: message = hint``."""
    return _faults
