"""Supply Axis: what happens to a supply axis when the towns along it change hands.

>>> import sim
>>> scenario = sim.load("my_scenario.yaml")
>>> run = sim.run(scenario)
>>> run.summary["measures"]["axes.my_axis.time_of_first_cut"]

Everything is imported on first use: ``import sim`` loads neither numpy nor matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import (
        Comparison,
        Ensemble,
        ManyComparison,
        Run,
        compare,
        compare_many,
        cut,
        ensemble,
        film,
        load,
        open_ensemble,
        open_run,
        run,
    )
    from sim.base.diagnostics import ScenarioError

__version__ = "0.1.0"

__all__ = [
    "Comparison", "Ensemble", "ManyComparison", "Run", "ScenarioError", "compare",
    "compare_many", "cut", "ensemble", "film", "load", "open_ensemble", "open_run", "run",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "ScenarioError":
        return import_module("sim.base.diagnostics").ScenarioError
    if name in __all__:
        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
