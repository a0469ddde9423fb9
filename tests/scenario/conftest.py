"""A project in which files are written, as one would lay them out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


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
