"""The folder of a study: its study.json, its manifest, and the ensembles that it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from sim.base.errors import FolderError, words
from sim.base.files import digest_of, fingerprint, write_json
from sim.scenario.model import Scenario
from sim.tables.folder import hold_once, interrupted_folder, make_folder
from sim.tables.identity import Identity
from sim.tables.manifest import PARTS, Undrawn, draw_into, put_manifest, write_manifest
from sim.tables.verified import check_inside

from .design import Cell
from .ensemble_folder import Plan, begin, read_manifest, reopen

S = TypeVar("S")

DrawStudy = Callable[[S, Path], Sequence[Undrawn]]
"""Draws the figures of a study into a folder that is there; gives those that failed."""

STUDY = "study.json"


def begin_parts(
    document: Mapping[str, Any], parts: Mapping[str, Scenario], n: int, kind: str,
    out: Path | None, resume: bool, any_version: bool, program: Identity | None = None,
) -> Path:  # fmt: skip
    """Make the folder of a study with its ensembles of ``n`` runs begun, and return it.

    Args:
        document: its study.json.
        parts: the scenarios of its ensembles, by their folders within its own.
        kind: what folders of its kind are called where ``out`` names none.
        resume: return the folder of this very study where it was begun before.
        any_version: take one that another version of the program began, too.
        program: this one, where a study hangs on more of it than other runs do.

    Raises:
        FolderError: the folder holds something already, another study or a scenario that was
            changed meanwhile among it, or cannot be made.
    """
    key = fingerprint([document, *(scenario.resolved for scenario in parts.values())])
    begun = interrupted_folder(kind, key) if resume else None
    there = out or begun
    if resume and there is not None and (there / STUDY).is_file():
        same = fingerprint(read_study(there)) == fingerprint(document)
        if not same or any(
            reopen(there / name, any_version=any_version)[0].resolved != scenario.resolved
            for name, scenario in parts.items()
        ):
            raise FolderError(f"{there} holds another study; name another folder")
        return there

    def fill(place: Path) -> None:
        write_json(place / STUDY, document)
        for name, scenario in parts.items():
            begin(scenario, Plan(n, scenario.seed), place / name, [program] if program else ())
        hold_once([place / name for name in parts])
        below = {name: _scenario_of(place / name) for name in parts}
        put_manifest(place, _manifest("running", digest_of(place / STUDY), below))

    return make_folder(out, kind, key, fill)


def _manifest(status: str, sha256: str, parts: Mapping[str, str]) -> dict[str, Any]:
    """The manifest of a study under way: of its study.json, and of the scenarios of its parts."""
    return {
        "status": status,
        "kind": "study",
        "version": version("supply-axis"),
        PARTS: dict(parts),
        "sha256": {STUDY: sha256},
    }


def _head(folder: Path, status: str) -> dict[str, Any]:
    """What the manifest of a study that was begun begins with."""
    document = read_study(folder)
    below = (
        ["samples"] if "sensitivity" in document else [f"cells/{c.id}" for c in cells_of(document)]
    )
    return _manifest(
        status, digest_of(folder / STUDY), {b: _scenario_of(folder / b) for b in below}
    )


def _scenario_of(ensemble: Path) -> str:
    """sha256 of the scenario of an ensemble, by its manifest."""
    return str(read_manifest(ensemble)["scenario_sha256"])


def close_study(
    folder: Path, study: S, draw: DrawStudy[S] | None, status: str, argv: Sequence[str]
) -> None:
    """Write the manifest of a study whose tables are whole, and draw its figures.

    Its ensembles have manifests of their own.
    """
    apart = ["cells", "samples"]
    write_manifest(folder, _head(folder, status), argv, apart, pending=draw is not None)
    draw_into(folder, draw and partial(draw, study))


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """An interrupt is noted in the manifest of the study, so that the same call goes on."""
    try:
        yield
    except KeyboardInterrupt:
        put_manifest(folder, _head(folder, "interrupted"))
        raise


def read_study(folder: Path) -> dict[str, Any]:
    """study.json of a study's folder.

    Raises:
        FolderError: there is none, or it is not as this program writes it.
    """
    check_inside(folder, STUDY)
    try:
        found = dict(json.loads((folder / STUDY).read_text(encoding="utf-8")))
        kinds = _OF_SAMPLES if "sensitivity" in found else _OF_CELLS
        for key, kind in kinds.items():
            if not isinstance(found[key], kind):
                raise TypeError(f"'{key}' is not as this program writes it")
        for cell in cells_of(found):
            check_inside(folder / "cells", cell.id)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise FolderError(f"{folder} is not the folder of a study: {words(error)}") from error
    return found


_OF_CELLS: dict[str, type] = {
    "title": str, "n": int, "names": list, "measures": list, "cells": list
}  # fmt: skip
_OF_SAMPLES: dict[str, type] = {
    "title": str, "seed": int, "measures": list, "sensitivity": dict, "inputs": list
}  # fmt: skip
"""What study.json of each kind has at least."""


def cells_of(document: Mapping[str, Any]) -> list[Cell]:
    """The cells of a study, by its study.json; none of a sensitivity."""
    found = document.get("cells", ())
    return [Cell(c["id"], tuple(c["levels"]), tuple(c["settings"])) for c in found]
