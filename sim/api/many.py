"""Many runs in Python: ensembles and studies, begun, gone on with, opened, merged."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.base.diagnostics import Findings
from sim.base.errors import BadInputError, FolderError
from sim.many import ensemble as _many
from sim.many import sensitivity as _sensitivity
from sim.many import studies as _studies
from sim.many.design import Cell, Design, read_design
from sim.many.engines import Engine
from sim.many.ensemble import Means, Plan, Progress
from sim.many.stopping import StopRule
from sim.many.study_folder import read_study
from sim.scenario import model
from sim.scenario.loader import read
from sim.tables.manifest import kind_of
from sim.tables.verified import reading

from .drawing import draw_ensemble, draw_sensitivity, draw_study, drawer
from .ensembles import Ensemble, SensitivityStudy, Study
from .scenarios import Source, path_and_text, scenario_of, seeded
from .show import Facts, Shown, made, names

if TYPE_CHECKING:
    from .cells import CellWarnings

Folder = str | os.PathLike[str]
EngineName = Literal["local", "dask"]
Begun = Callable[[Path], None]
Warned = Callable[[Findings], None]

RUNS = 1000
"""Runs of an ensemble unless told."""


def ensemble(
    scenario: model.Scenario | Source,
    n: int | None = None,
    seed: int | None = None,
    *,
    out: Folder | None = None,
    until: str | None = None,
    shard: tuple[int, int] | None = None,
    workers: int | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    keep_going: bool = False,
    figures: bool = True,
    svg: bool = False,
    progress: Progress | None = None,
    begun: Begun | None = None,
    resume: bool = True,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Ensemble:
    """Execute a scenario many times into a folder.

    Replicate i depends on the scenario, the seed and i alone. Interrupted, the ensemble keeps
    its journal and stops its workers, and the same call goes on with it. A plain script may call
    this at its top: workers never import it.

    Args:
        scenario: one that was loaded, or what :func:`load` takes.
        n: so many runs, 1000 unless told; at most, with ``until``.
        seed: in place of the scenario's own.
        out: the folder itself; None makes ``results/<scenario>/<UTC time>-<hash8>``.
        until: a stop rule such as ``axes.x.time_of_first_cut ± 1 day``.
        shard: (k, of): only the k-th of so many parts; see :func:`merge`.
        workers: processes; None takes every core.
        engine: this machine ("local"), or a Dask cluster ("dask"), by Dask's own configuration.
        address: the scheduler of a running Dask cluster; None starts one here.
        keep_going: go on however many replicates fail (else stop after ten).
        figures: draw the figures too.
        svg: draw each as SVG too, not as PNG alone.
        progress: called with (done, of) as replicates are done.
        begun: called with the folder as soon as it is there.
        resume: go on with what the same call left, interrupted, or make what is in ``out`` larger.
        across_versions: go on also with what another version of the program began, or on other
            packages: its runs are not like those to come, which every result tells.
        argv: the words of the command that the manifest names; None: those of this process.

    Raises:
        BadInputError: the stop rule does not fit, or an argument is none.
        FolderError: the folder holds something else already or cannot be written, was changed, or
            another version of the program began it.
        FailedError: no replicate came through, or there is no room.
    """
    refuse_in_worker()
    found, place = scenario_of(scenario), None if out is None else Path(out)
    means = means_of(engine, workers, address, keep_going, progress, argv, across_versions)
    if resume and place is not None and kind_of(place) == "ensemble":
        _check_same(place, found, seed, until, shard, across_versions)
        folder = place
    else:
        plan = _plan(found, n, seed, until, shard)
        left = _many.begun(found, plan) if resume and place is None else None
        folder = left or _many.begin(found, plan, place)
    if begun is not None:
        begun(folder)
    done = _many.carry_out(folder, means, n=n, draw=drawer(draw_ensemble, figures, svg))
    return made(Ensemble, done)


def _plan(
    scenario: model.Scenario, n: int | None, seed: int | None, until: str | None,
    shard: tuple[int, int] | None,
) -> Plan:  # fmt: skip
    """Raises BadInputError where the arguments make no plan."""
    n = RUNS if n is None else n
    if n < 1:
        raise BadInputError(f"n: an ensemble has one run at least, not {n}")
    if shard is not None and until is not None:
        raise BadInputError("until and shard do not go together: a part cannot judge the whole")
    if shard is not None and not 1 <= shard[0] <= shard[1] <= n:
        raise BadInputError(f"shard: (k, of) with 1 <= k <= of <= {n} is needed, not {shard}")
    rule = None if until is None else StopRule.parse(until)
    if rule is not None:
        _many.check_rule(scenario, rule)
    return Plan(n, seeded(scenario, seed).seed, None if rule is None else str(rule), shard)


def _check_same(
    folder: Path, scenario: model.Scenario, seed: int | None, until: str | None,
    shard: tuple[int, int] | None, across_versions: bool,
) -> None:  # fmt: skip
    """Raises BadInputError where the ensemble in a folder is another."""
    there, plan = _many.reopen(folder, any_version=across_versions)
    rule = None if until is None else str(StopRule.parse(until))
    for name, wanted, had in (
        ("seed", seed, plan.seed), ("until", rule, plan.until), ("shard", shard, plan.shard)
    ):  # fmt: skip
        if wanted is not None and wanted != had:
            raise BadInputError(f"{name}: {folder} was begun with {had}, not {wanted}")
    if scenario.seeded(plan.seed).resolved != there.resolved:
        raise BadInputError(
            f"{scenario.id} is not the scenario of {folder}; begin another ensemble"
        )


def resume(
    folder: Folder,
    n: int | None = None,
    *,
    workers: int | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    keep_going: bool = False,
    figures: bool = True,
    svg: bool = False,
    progress: Progress | None = None,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Ensemble | Study | SensitivityStudy:
    """Go on with an ensemble or a study in its folder; arguments as of :func:`ensemble`.

    Args:
        n: makes an ensemble larger; a study stays as it was begun.

    Raises:
        BadInputError: ``n`` or ``keep_going`` of what has none.
        FolderError: it is neither, was changed, or another version of the program began it.
        FailedError: as :func:`ensemble`.
    """
    refuse_in_worker()
    place = Path(folder)
    means = means_of(engine, workers, address, keep_going, progress, argv, across_versions)
    if kind_of(place) != "study":
        with reading([place]):
            done = _many.carry_out(place, means, n=n, draw=drawer(draw_ensemble, figures, svg))
        return made(Ensemble, done)
    if n is not None:
        raise BadInputError("n: a study stays as large as it was begun")
    return _carry_out(place, means, figures, svg)


def study(
    source: Source,
    n: int | None = None,
    *,
    out: Folder | None = None,
    workers: int | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    keep_going: bool = False,
    figures: bool = True,
    svg: bool = False,
    progress: Progress | None = None,
    begun: Begun | None = None,
    warned: Warned | None = None,
    resume: bool = True,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Study | SensitivityStudy:
    """Run a scenario over a grid of settings, or its sensitivity, as a study file states it.

    Arguments are as of :func:`ensemble`; interrupted, it is gone on with by the same call.

    Args:
        source: the path of a YAML file, YAML text, or what such a text holds; the base scenario of
            a text or a mapping is relative to the current folder.
        n: runs a cell, in place of the file's.
        warned: called with what ``warnings`` of :func:`plan_study` are, before anything is run;
            what it raises ends the study.

    Raises:
        ScenarioError: the study or its scenario is faulty.
        BadInputError: ``n`` or ``keep_going`` with a sensitivity.
        FolderError: the folder holds something else already or cannot be written.
        FailedError: as :func:`ensemble`.
    """
    refuse_in_worker()
    design = _design(source, n)
    if design.sensitivity is not None and keep_going:
        raise BadInputError(ALL_NEEDED)
    means = means_of(engine, workers, address, keep_going, progress, argv, across_versions)
    place, made = None if out is None else Path(out), None
    if warned is not None:
        made, cells = look_at(design)
        warned(cells.warnings())
    if design.sensitivity is None:
        folder = _studies.begin_study(
            design, place, resume=resume, made=made, any_version=across_versions
        )
    else:
        folder = _sensitivity.begin_sensitivity(
            design, place, resume=resume, any_version=across_versions
        )
    if begun is not None:
        begun(folder)
    return _carry_out(folder, means, figures, svg)


ALL_NEEDED = "keep_going: is for a grid; the indices of a sensitivity need every run"


def _design(source: Source, n: int | None) -> Design:
    """The design of a study, with ``n`` runs a cell where told. Raises as :func:`plan_study`."""
    design = read_design(*path_and_text(source, "study"))
    if n is None:
        return design
    if design.sensitivity is not None:
        raise BadInputError("n: is for a grid; the size of a sensitivity is in its file")
    if n < 1:
        raise BadInputError(f"n: a cell has one run at least, not {n}")
    return replace(design, n=n)


def look_at(design: Design) -> tuple[list[model.Scenario], CellWarnings]:
    """The scenarios of the cells of a study, the base of a sensitivity, and their warnings.

    Raises:
        ScenarioError: the study or its scenario is faulty.
    """
    from .cells import BASE, CellWarnings

    cells = CellWarnings(design)
    if design.sensitivity is None:
        made = _studies.scenarios(design, cells.look)
    else:
        base = read(design.base)
        cells.look(BASE, base)
        made = [base.scenario]
    return made, cells


@dataclass(frozen=True, repr=False)
class StudyPlan(Shown):
    """What a study would run: ``n`` runs in each of its cells, or as a sensitivity takes them.

    ``method`` and ``inputs`` (how many are uncertain) are those of a sensitivity. ``warnings`` are
    those of :func:`sim.validate` for its cells, each once, with the cells that raise it.
    """

    title: str
    cells: tuple[Cell, ...]
    n: int
    runs: int
    method: str | None = None
    inputs: int = 0
    warnings: Findings = field(default_factory=Findings)

    def _glance(self) -> tuple[str, Facts]:
        first = ("cells", f"{len(self.cells)} of {self.n} runs")
        if self.method is not None:
            first = (self.method, f"over {self.inputs} inputs")
        settings = ((cell.id, names(cell.settings)) for cell in self.cells[:10])
        return f"Plan of a study: {self.title}", [first, ("runs", str(self.runs)), *settings]


def plan_study(source: Source, n: int | None = None) -> StudyPlan:
    """What :func:`study` would run; runs nothing.

    Raises:
        ScenarioError: the study or its scenario is faulty.
        BadInputError: ``n`` with a sensitivity.
    """
    design = _design(source, n)
    return plan_of(design, *look_at(design))


def plan_of(design: Design, made: Sequence[model.Scenario], cells: CellWarnings) -> StudyPlan:
    """What a study would run, of what :func:`look_at` gave."""
    warnings = cells.warnings()
    if design.sensitivity is None:
        runs = len(design.cells) * design.n
        return StudyPlan(design.title, design.cells, design.n, runs, warnings=warnings)
    method = design.sensitivity.method
    inputs, runs = _sensitivity.count(made[0], design.sensitivity)
    return StudyPlan(design.title, (), 1, runs, method, inputs, warnings)


def _carry_out(folder: Path, means: Means, figures: bool, svg: bool) -> Study | SensitivityStudy:
    with reading([folder]):
        if "sensitivity" not in read_study(folder):
            done = _studies.carry_out_study(folder, means, drawer(draw_study, figures, svg))
            return made(Study, done)
        if means.keep_going:
            raise BadInputError(ALL_NEEDED)
        draw = drawer(draw_sensitivity, figures, svg)
        return made(SensitivityStudy, _sensitivity.carry_out_sensitivity(folder, means, draw))


def merge(
    *shards: Folder,
    out: Folder | None = None,
    figures: bool = True,
    svg: bool = False,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Ensemble:
    """One ensemble from the folders that :func:`ensemble` left of its shards.

    Args:
        across_versions: take shards of other versions of the program too, as :func:`ensemble`.

    Raises:
        BadInputError: there is no shard.
        FolderError: they are no shards of one ensemble, were changed, another version of the
            program made one, or replicates are missing.
        FullDiskError: there is no room for it.
    """
    if not shards:
        raise BadInputError("an ensemble is merged of one shard at least")
    target = None if out is None else Path(out)
    words = sys.argv if argv is None else argv
    draw = drawer(draw_ensemble, figures, svg)
    places = [Path(shard) for shard in shards]
    with reading(places):
        done = _many.merge(places, target, argv=words, draw=draw, across_versions=across_versions)
    return made(Ensemble, done)


def open_ensemble(folder: Folder) -> Ensemble:
    """An ensemble in its folder that is complete.

    Raises:
        FolderError: it is none, or not complete.
        ScenarioError: its scenario.resolved.yaml cannot be read.
    """
    return made(Ensemble, _many.open_ensemble(Path(folder)))


def open_study(folder: Folder) -> Study | SensitivityStudy:
    """A study in its folder that is complete.

    Raises:
        FolderError: it is none, or not complete.
        BadInputError: it is a sensitivity, and SALib is not installed.
    """
    place = Path(folder)
    if kind_of(place) != "study":
        raise FolderError(f"{place} is not the folder of a study")
    if "sensitivity" in read_study(place):
        return made(SensitivityStudy, _sensitivity.open_sensitivity(place))
    return made(Study, _studies.open_study(place))


def engine_named(name: EngineName, workers: int | None, address: str | None) -> Engine:
    """What executes replicates.

    Raises:
        BadInputError: there is no such engine, Dask is not installed, or an argument is none.
    """
    if workers is not None and workers < 1:
        raise BadInputError(f"workers: one at least, not {workers}")
    if name == "local":
        if address is not None:
            raise BadInputError("address: is for the Dask engine")
        return _many.engine_for(workers)
    if name != "dask":
        raise BadInputError(f"engine: 'local' or 'dask', not {name!r}")
    from sim.many.dask_engine import DaskEngine

    return DaskEngine(address, workers)


def means_of(
    engine: EngineName, workers: int | None, address: str | None, keep_going: bool,
    progress: Progress | None, argv: Sequence[str] | None, across_versions: bool = False,
) -> Means:  # fmt: skip
    """What runs are carried out by. Raises BadInputError as :func:`engine_named`."""
    words = sys.argv if argv is None else argv
    executed = engine_named(engine, workers, address)
    return Means(executed, keep_going, progress, words, across_versions)


def refuse_in_worker() -> None:
    """Raises BadInputError where another program's worker imports the script that calls this."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise BadInputError(
            "worker processes import this script and would run it again; begin what it does with:"
            '\n\nif __name__ == "__main__":\n    ...'
        )
