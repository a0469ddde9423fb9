"""Everything in a scenario that is uncertain, as numbers in (0, 1) that can be set.

For sensitivity: each input is a distribution or the chance of an event, named by its dotted
path. Setting it to u puts the constant at that quantile in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario.model import Event, Scenario

from .replicate import Result, run_replicate

_SKIPPED = frozenset({"resolved", "provenance"})


def uncertain(scenario: Scenario) -> tuple[str, ...]:
    """Dotted paths of every distribution and of every chance between 0 and 1, sorted."""
    found: list[str] = []

    def note(path: str, part: Any) -> Any:
        if part.uncertain if hasattr(part, "ppf") else 0 < part < 1:
            found.append(path)
        return part

    _changed(scenario, "", note)
    return tuple(sorted(found))


def fixed(scenario: Scenario, at: Mapping[str, float]) -> Scenario:
    """The scenario with each named input at its quantile; an event happens where u < chance."""

    def settle(path: str, part: Any) -> Any:
        if path not in at:
            return part
        return part.at(at[path]) if hasattr(part, "ppf") else float(at[path] < part)

    made: Scenario = _changed(scenario, "", settle)
    return made


def _changed(value: Any, path: str, change: Callable[[str, Any], Any]) -> Any:
    """The value with what ``change`` makes of each distribution and chance in it, by its path."""
    if hasattr(value, "ppf"):
        return change(path, value)
    stem = f"{path}." if path else ""
    if isinstance(value, Mapping):
        parts = {k: _changed(v, f"{stem}{k}", change) for k, v in value.items()}
        return parts if any(parts[k] is not value[k] for k in parts) else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    made: dict[str, Any] = {}
    for name in {field.name for field in fields(value)} - _SKIPPED:
        old, below = getattr(value, name), f"{stem}{name}"
        chance = isinstance(value, Event) and name == "chance"
        new = change(below, old) if chance else _changed(old, below, change)
        if new is not old:
            made[name] = new
    return replace(value, **made) if made else value


def run_sample(
    scenario: Scenario, names: tuple[str, ...], sample: npt.NDArray[np.float64], number: int
) -> Result:
    """Execute row ``number`` of a sample: inputs as stated there, all other luck the same."""
    made = fixed(scenario, dict(zip(names, sample[number].tolist(), strict=True)))
    row, units = run_replicate(made, 0)
    return Result({**row, "replicate": number}, units)
