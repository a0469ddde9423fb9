"""Files and folders looked into: scenarios and networks checked, their schema, what was found.

Each function imports what it needs and no more: these are the quick ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sim.base.diagnostics import ScenarioError

from .show import Facts, Shown

Kind = Literal["scenario", "network"]


@dataclass(frozen=True, repr=False)
class CheckedFile(Shown):
    """A scenario or network file that was read: how much is in it, or the ``error`` it is."""

    file: str
    kind: Kind
    places: int = 0
    roads: int = 0
    error: ScenarioError | None = None

    def document(self) -> dict[str, Any]:
        """What ``sim validate --json`` prints of it."""
        head = {"file": self.file, "kind": self.kind}
        if self.error is None:
            return head | {"places": self.places, "roads": self.roads}
        told = ("file", "line", "column", "message", "hint")
        faults = [{key: getattr(d, key) for key in told} for d in self.error.diagnostics]
        return head | {"faults": faults}

    def _glance(self) -> tuple[str, Facts]:
        if self.error is not None:
            faults = self.error.diagnostics
            shown = [(f"line {d.line}", d.message) for d in faults[:10]]
            return f"{self.file}: {len(faults)} faults", shown
        size = [("places", str(self.places)), ("roads", str(self.roads))]
        return f"{self.file}: {self.kind} ok", size


def validate(file: str | os.PathLike[str], *, sets: Sequence[str] = ()) -> CheckedFile:
    """Check a scenario or network file without running it; what is wrong is not raised.

    Args:
        sets: values set in a scenario by their dotted paths, texts ``path=value``.
    """
    from sim.scenario.loader import load, load_network

    name = os.fspath(file)
    kind: Kind = "network" if is_network_yaml(name) else "scenario"
    try:
        net = load_network(file) if kind == "network" else load(file, sets=sets).network
    except ScenarioError as error:
        return CheckedFile(name, kind, error=error)
    return CheckedFile(name, kind, len(net.places), len(net.roads))


def is_scenario(file: str) -> bool:
    """False for network files of any kind."""
    from sim.network.readers import is_table

    return not is_table(file) and not is_network_yaml(file)


def is_network_yaml(file: str) -> bool:
    """A YAML file with places of its own and no ``network:`` at the root."""
    try:
        if not os.path.isfile(file):  # a pipe would be emptied, or waited for
            return False
        with open(file, encoding="utf-8", errors="replace") as text:
            roots = {line.split(":")[0] for line in text if line[:1].isalpha()}
    except (OSError, ValueError):
        return False
    return "places" in roots and not roots & {"network", "extends", "axes"}


def schema(kind: Kind = "scenario") -> dict[str, Any]:
    """The JSON Schema of a scenario or network file."""
    from sim.scenario.reference import json_schema

    return json_schema(kind)


def write_reference(folder: str | os.PathLike[str]) -> list[Path]:
    """Write both schemas and the reference of the language below a folder; the paths written."""
    from sim.scenario.reference import write

    return write(folder)


def summary(folder: str | os.PathLike[str]) -> Mapping[str, Any]:
    """What the summary.json of a run, an ensemble or a study says.

    Raises:
        FolderError: it is the folder of none, or not complete.
    """
    from sim.tables.folder import read_summary

    return read_summary(Path(folder))
