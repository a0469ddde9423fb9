"""A folder with the toys in it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, one_way: str, two_ways: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: it holds one_way.yaml and two_ways.yaml."""
    (tmp_path / "one_way.yaml").write_text(one_way, encoding="utf-8")
    (tmp_path / "two_ways.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
