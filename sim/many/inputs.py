"""Everything in a scenario that is uncertain, as numbers in (0, 1) that can be set.

For sensitivity: each input is a distribution or the chance of an event, named by its dotted
path. Setting it to u puts the constant at that quantile in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario.distributions import Constant
from sim.scenario.model import Event, Scenario

from .replicate import Result, run_replicate

_SKIPPED = frozenset({"resolved", "provenance"})


def uncertain(scenario: Scenario) -> tuple[str, ...]:
    """Dotted paths of every distribution and of every chance between 0 and 1, sorted."""
    return tuple(sorted(_found(scenario, "")))


def _found(value: Any, path: str) -> Iterator[str]:
    if hasattr(value, "ppf"):
        if value.uncertain:
            yield path
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _found(part, f"{path}.{key}" if path else str(key))
    elif is_dataclass(value):
        if isinstance(value, Event) and 0 < value.chance < 1:
            yield f"{path}.chance"
        for field in fields(value):
            if field.name not in _SKIPPED:
                below = f"{path}.{field.name}" if path else field.name
                yield from _found(getattr(value, field.name), below)


def fixed(scenario: Scenario, at: Mapping[str, float]) -> Scenario:
    """The scenario with each named input at its quantile; an event happens where u < chance."""
    made: Scenario = _put(scenario, "", at)
    return made


def _put(value: Any, path: str, at: Mapping[str, float]) -> Any:
    if hasattr(value, "ppf"):
        return Constant(value.ppf(at[path])) if path in at else value
    if isinstance(value, Mapping):
        parts = {k: _put(v, f"{path}.{k}" if path else str(k), at) for k, v in value.items()}
        return parts if any(parts[k] is not value[k] for k in parts) else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        if field.name in _SKIPPED:
            continue
        old = getattr(value, field.name)
        new = _put(old, f"{path}.{field.name}" if path else field.name, at)
        if new is not old:
            changed[field.name] = new
    if isinstance(value, Event) and f"{path}.chance" in at:
        changed["chance"] = 1.0 if at[f"{path}.chance"] < value.chance else 0.0
    return replace(value, **changed) if changed else value


def run_sample(
    scenario: Scenario, names: tuple[str, ...], sample: npt.NDArray[np.float64], number: int
) -> Result:
    """Execute row ``number`` of a sample: inputs as stated there, all other luck the same."""
    made = fixed(scenario, dict(zip(names, sample[number].tolist(), strict=True)))
    row, units = run_replicate(made, 0)
    return Result({**row, "replicate": number}, units)
