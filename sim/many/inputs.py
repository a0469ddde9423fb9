"""Everything in a scenario that is uncertain, as numbers in (0, 1) that can be set.

For sensitivity: each input is a distribution, or the chance of an event, operation, decision or
road, named by its dotted path. Setting it to u puts the constant at that quantile in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario.distributions import Dist
from sim.scenario.model import Happening, Road, RoadClass, Scenario
from sim.scenario.quantities import PROVENANCE_KEYS
from sim.scenario.shared import luck_key, stated_inputs
from sim.scenario.units import DIMENSIONS

from .replicate import Result, run_replicate

_CHANCES: tuple[tuple[type, str], ...] = ((Happening, "chance"), (Road, "exists"))

_SKIPPED = frozenset({"resolved", "provenance", "ties"})


def uncertain(scenario: Scenario) -> tuple[str, ...]:
    """Dotted paths of every distribution and of every chance between 0 and 1, sorted.

    Of those that share one draw it is the path of the one that the others name.
    """
    return tuple(sorted(set(_inputs(scenario).values())))


def _is_uncertain(part: Any) -> bool:
    return bool(part.uncertain if hasattr(part, "ppf") else 0 < part < 1)


def inputs_by_path(scenario: Scenario) -> dict[str, Dist | float]:
    """Each uncertain input by the dotted path of ``--set``: its range, of a chance the number."""
    by_key = {luck_key(path): path for path in stated_inputs(scenario.resolved)}
    found: dict[str, Dist | float] = {}

    def note(path: str, part: Any) -> Any:
        if _is_uncertain(part):
            found[by_key.get(luck_key(path), path)] = part
        return part

    _changed(scenario, "", note)
    return dict(sorted(found.items()))


INSTANTS = ("at", "from", "until", "start", "end")
"""Keys of inputs that are instants."""


def dimension_of(scenario: Scenario, path: str) -> str:
    """The dimension (of :mod:`sim.scenario.units`) of an input, by the unit in which it is stated.

    ``path`` is that of ``--set`` or that of the objects; "number" where no unit is stated.
    """
    if path.rpartition(".")[2] in INSTANTS:
        return "duration"
    by_key = {luck_key(known): part for known, part in stated_inputs(scenario.resolved).items()}
    stated = by_key.get(luck_key(path))
    if isinstance(stated, Mapping) and "each" in stated:
        return "rate"  # persons times what each eats
    text = _text_with_unit(stated)
    for name, dimension in DIMENSIONS.items():
        if any(unit != "%" and text.endswith(f" {unit}") for unit in dimension.units):
            return name
    return "number"


def _text_with_unit(stated: Any) -> str:
    """A text with a unit out of what a scenario states of a quantity; '' where it has none."""
    if isinstance(stated, Mapping):
        inside = (_text_with_unit(v) for k, v in stated.items() if k not in PROVENANCE_KEYS)
        keys = (str(key) for key in next(iter(stated.values()), {})) if "choice" in stated else ()
        return next((text for text in (*inside, *keys) if " " in text), "")
    if isinstance(stated, list):
        return next((text for text in map(str, stated) if " " in text), "")
    return "" if stated is None else str(stated)


def _inputs(scenario: Scenario) -> dict[str, str]:
    """The path of every input, and that of the input whose draw it shares: its own for most."""
    found: list[str] = []

    def note(path: str, part: Any) -> Any:
        if _is_uncertain(part):
            found.append(path)
        return part

    _changed(scenario, "", note)
    keys = {path: str(luck_key(path)) for path in sorted(found)} if scenario.ties else {}
    first = {key: path for path, key in keys.items() if key not in scenario.ties}
    for path, key in keys.items():  # the one that is named may be known for certain
        first.setdefault(scenario.ties.get(key, key), path)
    return {
        path: first[scenario.ties.get(keys[path], keys[path])] if keys else path for path in found
    }


def fixed(scenario: Scenario, at: Mapping[str, float]) -> Scenario:
    """The scenario with each named input at its quantile; chances come where u is below.

    What is certain in this scenario stays as it is.
    """
    shared = _inputs(scenario) if scenario.ties else {}

    def settle(path: str, part: Any) -> Any:
        u = at.get(shared.get(path, path))
        if u is None or not _is_uncertain(part):
            return part
        return part.at(u) if hasattr(part, "ppf") else float(u < part)

    made: Scenario = _changed(scenario, "", settle)
    return made


def part_of(scenario: Scenario, path: str) -> Any:
    """The distribution or the chance at the path of an input; None where nothing is uncertain."""
    found: list[Any] = []

    def note(below: str, part: Any) -> Any:
        if below == path and _is_uncertain(part):
            found.append(part)
        return part

    _changed(scenario, "", note)
    return found[0] if found else None


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
    skipped = _SKIPPED
    if isinstance(value, RoadClass) and value.each == "road":  # its roads have what it states
        skipped |= {"speed", "capacity"}
    for name in {field.name for field in fields(value)} - skipped:
        old, below = getattr(value, name), f"{stem}{name}"
        chance = any(isinstance(value, kind) and name == key for kind, key in _CHANCES)
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


Setting = Mapping[str, float]
"""Inputs by their paths, each with the quantile that it is set at."""


def run_setting(scenario: Scenario, settings: Sequence[Setting], each: int, number: int) -> Result:
    """Execute run ``number`` of ``each`` runs a setting, all settings under the same luck."""
    setting, replicate = divmod(number, each)
    row, units = run_replicate(fixed(scenario, settings[setting]), replicate)
    return Result({**row, "replicate": number}, units)
