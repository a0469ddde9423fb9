"""Scenarios: YAML files in, frozen :class:`Scenario` objects out.

``load`` and its companions are imported on first use, so that a process that only receives
scenarios (a worker) never pays for the schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.base.diagnostics import Diagnostic, ScenarioError

from .dates import date_of, format_instant
from .model import DAY, PPM, Scenario

if TYPE_CHECKING:
    from .loader import dump_resolved, load, load_network

__all__ = [
    "DAY",
    "PPM",
    "Diagnostic",
    "Scenario",
    "ScenarioError",
    "date_of",
    "dump_resolved",
    "format_instant",
    "load",
    "load_network",
]


def __getattr__(name: str) -> Any:
    if name in {"load", "load_network", "dump_resolved"}:
        from . import loader

        return getattr(loader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
