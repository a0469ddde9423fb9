"""A sensitivity study in a folder: samples over every uncertain input, then their indices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from sim.measure import sensitivity as measure
from sim.measure.ensemble import tidy
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.tables import folder as _folder
from sim.tables.csv_files import write_csv

from .design import Design, Sensitivity
from .engines import Engine, Task
from .ensemble import Ensemble, Plan, Progress, begin, carry_out, seeded
from .ensemble_folder import MANIFEST, in_place
from .inputs import run_sample, uncertain
from .studies import STUDY, check_measures, column, headlines, manifest, read_study

COLUMNS = {
    "morris": ("mu_star", "half_width", "sigma"),
    "sobol": ("total", "half_width", "first"),
}


@dataclass(frozen=True)
class SensitivityStudy:
    """A finished one: indices by measure, the greatest first, and the measures' units."""

    folder: Path
    title: str
    method: str
    scenario: Scenario
    runs: Ensemble
    indices: dict[str, list[measure.Index]]


def count(scenario: Scenario, wanted: Sensitivity) -> tuple[int, int]:
    """Inputs and runs of a sensitivity study."""
    inputs = len(uncertain(scenario))
    return inputs, wanted.size * (inputs + (1 if wanted.method == "morris" else 2))


def begin_sensitivity(design: Design, file: str, out: Path | None = None) -> Path:
    """Make its folder with nothing run, and return it.

    Raises:
        ScenarioError: the base scenario is faulty, or has no measure that the study names.
        FolderError: the folder holds something already or cannot be made.
        ValueError: SALib is not installed, or nothing in the scenario is uncertain.
    """
    wanted = design.sensitivity
    assert wanted is not None
    if not measure.installed():
        raise ValueError("sensitivity needs SALib: install supply-axis[sensitivity]")
    scenario = load(design.base)
    scenario = seeded(scenario, scenario.seed if design.seed is None else design.seed)
    check_measures(design, [scenario], file)
    inputs = uncertain(scenario)
    if not inputs:
        raise ValueError(f"nothing in {design.base} is uncertain")
    runs = len(measure.sample(wanted.method, inputs, wanted.size, scenario.seed))
    document = {
        "format": 1,
        "title": design.title,
        "seed": scenario.seed,
        "measures": list(design.measures),
        "sensitivity": {"method": wanted.method, "size": wanted.size},
        "inputs": list(inputs),
    }
    key = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    target = _folder.default_target(Path(file).stem, key) if out is None else out
    with _folder.whole_folder(target) as partial_folder:
        _folder.write_json(partial_folder / STUDY, document)
        begin(scenario, Plan(runs, scenario.seed), partial_folder / "samples")
        _folder.write_json(partial_folder / MANIFEST, manifest("running"))
    return target


def carry_out_sensitivity(
    folder: Path,
    *,
    engine: Engine,
    progress: Progress | None = None,
    figures: bool = False,
    argv: Sequence[str] = (),
) -> SensitivityStudy:
    """Run what is missing, then work out the indices into sensitivity.csv.

    Raises:
        FolderError: it is no such study.
        EngineError: a sample failed; its indices need them all.
        FullDiskError: as :func:`~sim.many.ensemble.carry_out`.
    """
    document = read_study(folder)
    method, size = document["sensitivity"]["method"], document["sensitivity"]["size"]
    names, seed = tuple(document["inputs"]), document["seed"]
    rows = measure.sample(method, names, size, seed)

    def task(scenario: Scenario) -> Task:
        return partial(run_sample, scenario, names, rows)

    done = carry_out(
        folder / "samples", engine=engine, progress=progress, argv=argv, make_task=task,
        all_needed=True,
    )  # fmt: skip
    horizon = done.scenario.length / DAY
    indices = {}
    for path in document["measures"] or headlines(done.scenario, [done.table]):
        outputs = column(done.table, path, horizon)
        if outputs is not None and np.isfinite(outputs).all():
            found = measure.analyse(method, names, rows, outputs, seed)
            if found:
                indices[path] = found
    study = SensitivityStudy(folder, document["title"], method, done.scenario, done, indices)
    lines = (
        [path, done.table.units[path] if method == "morris" else "1", i.name, *map(tidy, i[1:])]
        for path, found in indices.items()
        for i in found
    )
    with in_place(folder / "sensitivity.csv") as path_:
        write_csv(path_, ["measure", "unit", "input", *COLUMNS[method]], lines)
    if figures:
        from sim.view.charts.study_figures import write_tornados

        write_tornados(study, folder)
    with in_place(folder / MANIFEST) as path_:
        whole = {**manifest("complete"), "argv": _folder.readable(argv), **_folder.provenance()}
        _folder.write_json(path_, whole)
    return study
