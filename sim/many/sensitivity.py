"""A sensitivity study in a folder: samples over every uncertain input, then their indices."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.base.errors import BadInputError, DamageWarning, FolderError
from sim.measure import sensitivity as measure
from sim.measure.ensemble import tidy
from sim.measure.steps import is_time
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.tables.data import DataTable
from sim.tables.identity import among, apart
from sim.tables.verified import check_unaltered, reading, tell_altered

from .design import Design, Sensitivity
from .engines import Task
from .ensemble import Ensemble, Means, carry_out, open_ensemble
from .ensemble_folder import programs_of, read_manifest
from .inputs import run_sample, uncertain
from .studies import check_measures, column, headlines
from .study_folder import STUDY, DrawStudy, begin_parts, close_study, marked, read_study


@dataclass(frozen=True)
class SensitivityStudy:
    """A finished one: indices by measure, the greatest first, and the measures' units."""

    folder: Path
    title: str
    method: str
    scenario: Scenario
    runs: Ensemble
    indices: dict[str, list[measure.Index]]

    @property
    def days(self) -> float:
        """Length of the period, to which times are restricted."""
        return self.scenario.length / DAY


SAMPLER = {"salib": ""}
"""What draws the samples, and so belongs to the program that makes the runs of a study."""


def count(scenario: Scenario, wanted: Sensitivity) -> tuple[int, int]:
    """Inputs and runs of a sensitivity study."""
    inputs = len(uncertain(scenario))
    return inputs, wanted.size * (inputs + (1 if wanted.method == "morris" else 2))


def begin_sensitivity(
    design: Design, out: Path | None = None, *, resume: bool = False, any_version: bool = False
) -> Path:
    """Make its folder with nothing run, and return it.

    Args:
        resume: return the folder of this very study where it was begun before.
        any_version: take one that another version of the program began, too.

    Raises:
        ScenarioError: the base scenario is faulty, or has no measure that the study names.
        FolderError: the folder holds something already or cannot be made.
        BadInputError: SALib is not installed, or nothing in the scenario is uncertain.
    """
    wanted = design.sensitivity
    assert wanted is not None
    _check_installed()
    scenario = load(design.base)
    scenario = scenario.seeded(scenario.seed if design.seed is None else design.seed)
    check_measures(design, [scenario])
    inputs = uncertain(scenario)
    if not inputs:
        raise BadInputError(f"nothing in {design.base} is uncertain")
    runs = len(measure.sample(wanted.method, inputs, wanted.size, scenario.seed))
    document = {
        "format": 1,
        "title": design.title,
        "seed": scenario.seed,
        "measures": list(design.measures),
        "sensitivity": {"method": wanted.method, "size": wanted.size},
        "inputs": list(inputs),
    }
    parts = {"samples": scenario}
    return begin_parts(
        document, parts, runs, design.file.stem, out, resume, any_version, among([SAMPLER])
    )


def carry_out_sensitivity(
    folder: Path, means: Means, draw: DrawStudy[SensitivityStudy] | None = None
) -> SensitivityStudy:
    """Run what is missing, then work out the indices into sensitivity.csv.

    Raises:
        FolderError: it is no such study.
        EngineError: a sample failed; its indices need them all.
        FullDiskError: as :func:`~sim.many.ensemble.carry_out`.
    """
    document = read_study(folder)
    check_unaltered(folder, [STUDY])
    _, names, rows = _sample(document)

    def task(scenario: Scenario) -> Task:
        return partial(run_sample, scenario, names, rows)

    with marked(folder):
        done = carry_out(folder / "samples", means, make_task=task, all_needed=True)
    study = _conclude(folder, document, done)
    index_table(study).write_csv(folder / "sensitivity.csv")
    close_study(folder, study, draw, "complete", means.argv)
    return study


def open_sensitivity(folder: Path) -> SensitivityStudy:
    """A sensitivity study whose samples are all there; the indices are worked out again.

    Raises:
        FolderError: it is none, or not complete.
        BadInputError: SALib is not installed.
    """
    document = read_study(folder)
    if "sensitivity" not in document:
        raise FolderError(f"{folder} is a study of cells, not of sensitivity")
    _check_installed()
    with reading([folder]):
        study = _conclude(folder, document, open_ensemble(folder / "samples"))
    tell_altered(folder, [STUDY])
    _tell_sampler(folder / "samples")
    return study


def _tell_sampler(samples: Path) -> None:
    """Warn where another version drew the samples than the one that said again which they were."""
    for program in programs_of(read_manifest(samples)):
        drew = {name: program[name] for name in SAMPLER if name in program}
        if found := apart(drew, {name: among([drew])[name] for name in drew}):
            said = (
                f"{samples} was drawn by another version ({', '.join(found)}): indices may be wrong"
            )
            warnings.warn(said, DamageWarning, stacklevel=3)


def _check_installed() -> None:
    if not measure.installed():
        raise BadInputError("sensitivity needs SALib: install supply-axis[sensitivity]")


def _conclude(folder: Path, document: dict[str, Any], done: Ensemble) -> SensitivityStudy:
    method, names, rows = _sample(document)
    horizon = done.scenario.length / DAY
    indices = {}
    for path in document["measures"] or headlines(done.scenario, [done.measured]):
        outputs = column(done.measured, path, horizon)
        if outputs is not None and np.isfinite(outputs).all():
            found = measure.analyse(method, names, rows, outputs, document["seed"])
            if found:
                indices[path] = found
    return SensitivityStudy(folder, document["title"], method, done.scenario, done, indices)


def _sample(document: dict[str, Any]) -> tuple[str, tuple[str, ...], npt.NDArray[np.float64]]:
    """The method, the names of the inputs, and the sample (runs, inputs)."""
    method, names = document["sensitivity"]["method"], tuple(document["inputs"])
    size = document["sensitivity"]["size"]
    return method, names, measure.sample(method, names, size, document["seed"])


def index_table(study: SensitivityStudy) -> DataTable:
    """The indices of each measure, the greatest first.

    Those of a time are of the time restricted to the period: the days without it.
    """
    rows = [
        (path, "restricted time" if is_time(path) else "value",
         study.runs.measured.units[path] if study.method == "morris" else "1", i.name,
         *map(tidy, i[1:]))
        for path, found in study.indices.items()
        for i in found
    ]  # fmt: skip
    heads = ("measure", "of", "unit", "input", *measure.COLUMNS[study.method])
    return DataTable("indices", heads, rows)
