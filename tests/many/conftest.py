"""Tasks that need no scenario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

# Importable from worker processes, which start with nothing but this process' sys.path.
TASKS = """\
import os, signal, time
from typing import NamedTuple

class Result(NamedTuple):  # as of sim.many.replicate, whose import would take most of the time
    row: dict
    units: dict

def toy(i):
    row = {"replicate": i, "measures": {"axes.line.x": i * 0.5}, "claims": {}, "series": {}}
    return Result(row, {"axes.line.x": "t"})

def poison(bad, i):
    if i == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return toy(i)

def once(folder, bad, i):
    mark = os.path.join(folder, f"tried-{i}")
    if i in bad and not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return toy(i)

def error(bad, i):
    if i in bad:
        raise RuntimeError(f"no {i}")
    return toy(i)

def slow(i):
    time.sleep(0.05)
    return toy(i)

class Bomb:
    def __reduce__(self):
        return (os._exit, (9,))
    def __call__(self, i):
        return toy(i)
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """A task of the module above by its name."""
    import importlib
    import sys

    name = "study_tasks_for_tests"
    (tmp_path / f"{name}.py").write_text(TASKS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module(name)
    return lambda task: getattr(module, task)
