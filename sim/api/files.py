"""Files and folders looked into: scenarios and networks checked, their schema, what was found.

Each function imports what it needs and no more: these are the quick ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.base.diagnostics import Diagnostic, Findings, ScenarioError, safe
from sim.base.errors import BadInputError

from .show import Facts, Shown

if TYPE_CHECKING:
    from .scenarios import Source

Kind = Literal["scenario", "network"]
"""Kinds of files that have a schema."""

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, repr=False)
class CheckedFile(Shown):
    """A scenario, network or study file that was read: how much is in it, or the ``error`` it is.

    ``warnings`` are of what is right by the rules of the language and yet makes no sense, each
    with its place and what mends it; their ``render()`` is the text of all. Those of a study are
    of the scenarios of its cells, each once, with the cells that raise it.
    """

    file: str
    kind: Kind | Literal["study"]
    places: int = 0
    roads: int = 0
    error: ScenarioError | None = None
    warnings: Findings = field(default_factory=Findings)
    cells: int = 0
    runs: int = 0

    @property
    def _sizes(self) -> dict[str, int]:
        if self.kind == "study":  # a sensitivity has no cells
            return ({"cells": self.cells} if self.cells else {}) | {"runs": self.runs}
        return {"places": self.places, "roads": self.roads}

    @property
    def size(self) -> str:
        """How much is in it, and how many warnings if any, in words."""
        said = ", ".join(f"{number} {what}" for what, number in self._sizes.items())
        if not self.warnings:
            return said
        return f"{said}, {len(self.warnings)} warning{'s' * (len(self.warnings) > 1)}"

    def document(self) -> dict[str, Any]:
        """What ``sim validate --json`` prints of it."""
        head = {"file": self.file, "kind": self.kind}
        if self.error is not None:
            return head | {"faults": told(self.error.diagnostics)}
        warnings = {"warnings": told(self.warnings)} if self.warnings else {}
        return head | self._sizes | warnings

    def _glance(self) -> tuple[str, Facts]:
        if self.error is not None:
            faults = self.error.diagnostics
            return f"{self.file}: {len(faults)} faults", _lines(faults)
        size = [(what, str(number)) for what, number in self._sizes.items()]
        return f"{self.file}: {self.kind} ok", [*size, *_lines(self.warnings)]


def told(found: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """What is wrong with a file, or makes no sense in it, as plain data."""
    keys = ("file", "line", "column", "message", "hint")
    return [
        {key: getattr(d, key) for key in keys} | ({"warning": d.code} if d.code else {})
        for d in found
    ]


def _lines(found: Sequence[Diagnostic]) -> Facts:
    return [(f"line {d.line}", d.message) for d in found[:10]]


def validate(source: Source, *, sets: Sequence[str] | Mapping[str, object] = ()) -> CheckedFile:
    """Check a scenario, a network file or a study, and warn of what makes no sense in scenarios.

    What is wrong is not raised. Claims over no measure of the scenario, or with a value of another
    unit than their measure, are wrong. The table of warnings is in docs/scenario-reference.md;
    ``accepts`` in the scenario silences one.

    Args:
        source: the path of a scenario, of a network file (of any kind, read without options) or of
            a study, or a scenario as :func:`sim.load` takes it.
        sets: values set in a scenario by their dotted paths, as there.

    Raises:
        BadInputError: ``source`` is neither path nor text nor mapping, or ``sets`` are for what is
            no scenario.
    """
    from sim.scenario.loader import load_network, read

    from .scenarios import path_and_text, settings
    from .sense import findings

    path, text = path_and_text(source, "scenario")
    name = os.fspath(path)
    if text is None and is_study(name):
        if sets:
            raise BadInputError(f"sets: {name} is a study, which states its settings itself")
        return _checked_study(name)
    of_table = text is None and _is_table(name)
    kind: Kind = "network" if of_table or (text is None and is_network_yaml(name)) else "scenario"
    if sets and kind == "network":
        raise BadInputError(f"sets: {safe(name)} is a network, not a scenario")
    warnings = Findings()
    try:
        if of_table:
            from sim.network.readers import read_table

            graph = read_table(name).graph
            return CheckedFile(name, kind, len(graph.places), len(graph.roads))
        if kind == "network":
            net = load_network(path)
        else:
            texts = settings(sets) if isinstance(sets, Mapping) else sets
            loaded = read(path, sets=texts, text=text)
            net, warnings = loaded.scenario.network, findings(loaded)
    except ScenarioError as error:
        return CheckedFile(name, kind, error=error)
    return CheckedFile(name, kind, len(net.places), len(net.roads), warnings=warnings)


def _checked_study(file: str) -> CheckedFile:
    from sim.many.design import read_design

    from .many import look_at, plan_of

    try:
        design = read_design(file)
        made, cells = look_at(design)
    except ScenarioError as error:
        return CheckedFile(file, "study", error=error)
    if faults := cells.faults():
        return CheckedFile(file, "study", error=ScenarioError(faults, faults.sources))
    plan = plan_of(design, made, cells)
    return CheckedFile(
        file, "study", warnings=plan.warnings, cells=len(plan.cells), runs=plan.runs
    )  # fmt: skip


def is_scenario(file: str) -> bool:
    """False for network files of any kind, and for folders."""
    return not (_is_table(file) or os.path.isdir(file) or is_network_yaml(file))


def _is_table(file: str) -> bool:
    """True of network files that are not YAML; of YAML no reader is loaded."""
    if file.lower().endswith(_YAML):
        return False
    from sim.network.readers import is_table

    return is_table(file)


def check_ending(file: str) -> None:
    """Raises BadInputError where a network is asked for and no network file ends so."""
    from sim.network.readers import ENDINGS, is_table

    ending = Path(file).suffix
    if not is_table(file) and ending.lower() not in _YAML:
        said = f"'{safe(ending)}' is the ending" if ending else "a name without an ending is that"
        known = ", ".join((*(e for e in ENDINGS if e != "/"), *_YAML))
        raise BadInputError(f"{safe(file)}: {said} of no network file; such end in {known}")


def is_network_yaml(file: str) -> bool:
    """A YAML file with places or a table of its own and no ``network:`` at the root."""
    roots = _roots(file)
    return bool(roots & {"places", "table"}) and not roots & {"network", "extends", "axes"}


def is_study(file: str) -> bool:
    """A YAML file with a ``base:`` at the root, which no scenario has."""
    roots = _roots(file)
    return "base" in roots and not roots & {"network", "extends", "axes", "places"}


def _roots(file: str) -> set[str]:
    """The keys at the root of a YAML file; none of what is no such file."""
    try:
        if not os.path.isfile(file):  # a pipe would be emptied, or waited for
            return set()
        with open(file, encoding="utf-8", errors="replace") as text:
            return {line.split(":")[0] for line in text if line[:1].isalpha()}
    except (OSError, ValueError):
        return set()


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
    from sim.tables.verified import check_inside, tell_altered

    place = Path(folder)
    check_inside(place, "summary.json")
    return {**read_summary(place), **tell_altered(place, ["summary.json"])}
