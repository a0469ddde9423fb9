"""Tasks that need no scenario, and a scenario small enough for thousands of runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario.loader import load
from sim.scenario.model import Scenario

# port - gate - town carries 20 t/day until the gate falls, between day 2 and day 12, if it does
SMALL = """\
format: 1
title: One way to town
period: {start: 2020-01-01, length: 10 days}
seed: 7
actors: {red: {name: Red}, blue: {name: Blue}}
default_holder: red
network:
  title: Toy
  classes: {road: {speed: 50 km/h, capacity: 15..25 t/day}}
  places:
    port: {name: Port, lat: 0, lon: 0}
    gate: {name: Gate, lat: 0, lon: 0.1}
    town: {name: Town, lat: 0, lon: 0.2}
  roads:
    gate--port: {km: 10, class: road}
    gate--town: {km: 10, class: road}
axes:
  line:
    name: The line
    actor: red
    sources: {port: {}}
    sinks: {town: {demand: 8 t/day, stock: 8..40 t}}
    convoy: {size: 4 t, loss: 0.5}
garrisons: {guard: {actor: red, place: gate, strength: 100..200 persons}}
regroup: {red: {}}
events:
  gate_falls: {capture: gate, by: blue, at: 2..12 days, chance: 0.8}
claims:
  cut: {text: The line is cut, measure: axes.line.time_of_first_cut, relation: '!=', value: null}
"""


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def small(small_file: Path) -> Scenario:
    return load(small_file)


# Importable from worker processes, which start with nothing but this process' sys.path.
TASKS = """\
import os, signal, time
from functools import partial
from sim.study.replicate import Result, run_replicate

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

def poisoned_run(scenario, bad, i):
    if i == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_replicate(scenario, i)

def stillborn(i):
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
