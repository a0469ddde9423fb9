"""A study in a folder: an ensemble for each cell, one tidy table, effects with intervals.

All cells have one seed, so that they share luck and their differences are paired. Each cell
is an ensemble of its own under ``cells/`` and is resumed like one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.diagnostics import Diagnostic, Mark, ScenarioError, suggest
from sim.base.errors import FolderError
from sim.base.files import whole_file, write_json
from sim.measure import statistics as st
from sim.measure.effects import MOST_RANKED, Effect, effects, rank_intervals
from sim.measure.ensemble import Replicates, absent, interval, survival
from sim.measure.steps import compared, is_time, step_of
from sim.measure.survival import restricted_mean
from sim.scenario.loader import Loaded, load, read
from sim.scenario.model import DAY, Scenario
from sim.tables.data import DataTable
from sim.tables.identity import PROGRAMS, joined
from sim.tables.of_many import effects as effects_table
from sim.tables.verified import check_unaltered, reading, tell_altered

from .comparison import STATED, stated
from .design import Cell, Design
from .ensemble import (
    Ensemble,
    Means,
    Progress,
    finished,
    open_ensemble,
    programs_of,
    read_manifest,
)
from .replicate import run_replicate
from .study_answer import count
from .study_folder import (
    STUDY,
    DrawStudy,
    begin_parts,
    cells_of,
    close_study,
    marked,
    read_study,
)

_FILES = {"measures": "study", "effects": "effects", "ranks": "ranks"}
"""The file of each table."""


@dataclass(frozen=True)
class Study:
    """A finished study: its design, an ensemble a cell, and the effects by measure.

    ``ranks`` are, by measure, the median rank of each cell and its 90 % range, 1 the highest.
    """

    folder: Path
    title: str
    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    ensembles: tuple[Ensemble, ...]
    effects: dict[str, list[Effect]]
    failed: int
    ranks: dict[str, list[tuple[float, float, float]]]
    answer: dict[str, Any] | None = None  # to its title, see :func:`sim.many.study_answer.count`
    ranked: int | None = None  # runs that ranks are of, the first; None where they are of all

    @property
    def days(self) -> float:
        """Length of the shortest period of its cells: times are compared within it."""
        return _shortest(self.ensembles)


Look = Callable[[Cell, Loaded], None]
"""Looks at a cell of a study, at its scenario and where that is stated."""


def scenarios(design: Design, look: Look | None = None) -> list[Scenario]:
    """The scenario of every cell, all under one seed.

    Args:
        look: called with every cell in turn.

    Raises:
        ScenarioError: the base is faulty, a setting of a cell does not fit it, or no cell has a
            measure that the study names.
    """
    base = load(design.base)
    seed = base.seed if design.seed is None else design.seed
    report = design.report()
    found = []
    told = set()
    for cell in design.cells:
        sets = [*cell.settings, f"id={base.id}-{cell.id}"]
        try:
            loaded = read(design.base, sets=sets)
            found.append(loaded.scenario.seeded(seed))
            if look is not None:
                look(cell, loaded)
        except ScenarioError as error:
            for fault in error.diagnostics:
                mark, message = placed(design, cell, fault)
                if (mark, message) not in told:
                    told.add((mark, message))
                    report.error(mark, message, fault.hint)
    report.stop_on_errors()
    check_measures(design, found)
    return found


def check_measures(design: Design, made: Sequence[Scenario]) -> None:
    """Try the measures that a study names on one run a cell, until each was found.

    Raises:
        ScenarioError: no cell has one of them.
    """
    marks = {path: design.marks[path] for path in design.measures}
    if design.answer is not None:
        marks[design.answer.measure] = design.answer.mark
    _check_known(design, made, marks)


def check_claims(design: Design, made: Sequence[Scenario]) -> None:
    """The same of the measures that the claims of a study are over.

    Raises:
        ScenarioError: no cell has one of them.
    """
    _check_known(design, made, {claim.measure: claim.mark for claim in design.claims})


def _check_known(design: Design, made: Sequence[Scenario], marks: Mapping[str, Mark]) -> None:
    known: set[str] = set()
    missing = list(marks)
    for scenario in made:
        # what is 0 where a run does not list it cannot be told from what is misspelt
        missing = [path for path in missing if path not in known and np.isnan(absent(path))]
        if not missing:
            return
        known |= run_replicate(scenario, 0).units.keys()
    report = design.report()
    for path in missing:
        if path not in known:
            why = f"no measure '{path}' in this study"
            report.error(marks[path], why, suggest(path, known))
    report.stop_on_errors()


def placed(design: Design, cell: Cell, fault: Diagnostic) -> tuple[Mark, str]:
    """Where the study names the factor whose setting is at fault, and what is wrong with it."""
    if is_of_setting(cell, fault):
        factor, _, value = cell.settings[fault.line - 1].partition("=")
        return design.marks[factor], f"{fault.message} (set to {value})"
    return Mark(str(design.file), 1, 1), f"cell {', '.join(cell.settings)}: {fault.message}"


def is_of_setting(cell: Cell, fault: Diagnostic) -> bool:
    """Whether a fault is in a setting of a cell, not in the base."""
    return fault.file == "--set" and 1 <= fault.line <= len(cell.settings)


def begin_study(
    design: Design, out: Path | None = None, *, resume: bool = False,
    made: Sequence[Scenario] | None = None, any_version: bool = False,
) -> Path:  # fmt: skip
    """Make the folder of a study with every cell begun and nothing run, and return it.

    Args:
        resume: return the folder of this very study where it was begun before.
        made: what :func:`scenarios` gave, where it was called before.
        any_version: take one that another version of the program began, too.

    Raises:
        ScenarioError: as :func:`scenarios`.
        FolderError: the folder holds something already or cannot be made.
    """
    made = scenarios(design) if made is None else made
    document = {
        "format": 1,
        "title": design.title,
        "n": design.n,
        "seed": made[0].seed,
        "factors": list(design.factors),
        "names": list(design.names),
        "measures": list(design.measures),
        "cells": [asdict(cell) for cell in design.cells],
        **({} if design.answer is None else {"answer": design.answer.document()}),
    }
    parts = {f"cells/{cell.id}": one for cell, one in zip(design.cells, made, strict=True)}
    return begin_parts(document, parts, design.n, design.file.stem, out, resume, any_version)


def carry_out_study(folder: Path, means: Means, draw: DrawStudy[Study] | None = None) -> Study:
    """Run what is missing of a study, then make its tables.

    Raises:
        FolderError: it is no study, or a cell of it was changed.
        FullDiskError, EngineError: as :func:`~sim.many.ensemble.carry_out`.
    """
    document = read_study(folder)
    check_unaltered(folder, [STUDY])
    cells = cells_of(document)
    total = document["n"] * len(cells)
    done: list[Ensemble] = []
    for number, cell in enumerate(cells):
        before = number * document["n"]
        tell = None if means.progress is None else _shifted(means.progress, before, total)
        with marked(folder):
            done.append(finished(folder / "cells" / cell.id, replace(means, progress=tell)))
    study = _conclude(folder, document, cells, done)
    for table in study_tables(study):
        table.write_csv(folder / f"{_FILES[table.name]}.csv")
    with whole_file(folder / "summary.json") as path:
        write_json(path, summary(study))
    close_study(folder, study, draw, "failed" if study.failed else "complete", means.argv)
    return study


def open_study(folder: Path) -> Study:
    """A study whose cells are all complete.

    Raises:
        FolderError: it is none, or a cell is not complete.
    """
    document = read_study(folder)
    if "sensitivity" in document:
        raise FolderError(f"{folder} is a sensitivity study, not one of cells")
    cells = cells_of(document)
    done = [open_ensemble(folder / "cells" / cell.id) for cell in cells]
    with reading([folder]):
        study = _conclude(folder, document, cells, done)
    tell_altered(folder, [STUDY])
    return study


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, of: progress(before + done, total)


# --- tables ------------------------------------------------------------------------------


def _conclude(
    folder: Path, document: dict[str, Any], cells: Sequence[Cell], done: Sequence[Ensemble]
) -> Study:
    names = tuple(document["names"])
    common = sorted(set.intersection(*(set(e.measured.replicates) for e in done)))
    tables = [e.measured.at(common) for e in done]
    horizon = _shortest(done)
    chosen = document["measures"] or headlines(done[0].scenario, tables)
    found, ranks = {}, {}
    for path in chosen:
        columns = [column(table, path, horizon) for table in tables]
        known = [c for c in columns if c is not None]
        if len(known) < len(columns):
            continue
        by_levels = {cell.levels: c for cell, c in zip(cells, known, strict=True)}
        unit = next(table.units[path] for table in tables if path in table.units)
        found[path] = effects(names, by_levels, step_of(unit))
        ranks[path] = rank_intervals(known)
    return Study(
        folder, document["title"], names, tuple(cells), tuple(done), found,
        sum(len(e.failed) for e in done), ranks,
        count(document["answer"], [cell.id for cell in cells], tables)
        if "answer" in document and common else None,
        MOST_RANKED if len(common) > MOST_RANKED else None,
    )  # fmt: skip


def _shortest(ensembles: Sequence[Ensemble]) -> float:
    return min(e.scenario.length for e in ensembles) / DAY


def study_tables(study: Study) -> list[DataTable]:
    """measures (of each cell), effects and ranks."""
    measures = [
        [cell.id, *cell.levels, path, measure["unit"], *stated(measure)]
        for cell, ensemble in zip(study.cells, study.ensembles, strict=True)
        for path, measure in ensemble.summary["measures"].items()
    ]
    ranks = [
        [path, compared(path), cell.id, *rank]
        for path, found in study.ranks.items()
        for cell, rank in zip(study.cells, found, strict=False)
    ]
    return [
        DataTable("measures", ("cell", *study.names, "measure", "unit", *STATED), measures),
        DataTable.of("effects", effects_table(findings(study)["effects"])),
        DataTable("ranks", ("measure", "compared", "cell", "rank", "rank_q05", "rank_q95"), ranks),
    ]


def column(table: Replicates, path: str, horizon: float) -> st.Values | None:
    """A measure of one cell as it is compared: a time restricted to a period (days)."""
    found = table.column(path)
    return found if found is None or not is_time(path) else st.restricted(found, horizon)


_HEADLINES = (
    "capacity_mean", "time_of_first_cut", "days_cut", "delivered", "time_of_exhaustion",
    "days_without", "unmet_share",
)  # fmt: skip


def headlines(scenario: Scenario, tables: Sequence[Replicates]) -> list[str]:
    """Headlines of the main axis, and the measures of claims, where anything varies in them."""
    claimed = {c.measure for c in scenario.claims.values() if c.when is None}
    stem = f"axes.{scenario.main_axis}."
    return [
        path
        for path in tables[0].columns
        if path in claimed or (path.startswith(stem) and path.rpartition(".")[2] in _HEADLINES)
    ]


def summary(study: Study) -> dict[str, Any]:
    """What summary.json of a study says."""
    return findings(study) | _programs(study)


def findings(study: Study) -> dict[str, Any]:
    """What was found: :func:`summary` but for the programs that made the runs."""
    return {
        "format": 1,
        "kind": "study",
        "title": study.title,
        "factors": list(study.names),
        "days": study.days,
        **({} if study.answer is None else {"answer": study.answer}),
        **({} if study.ranked is None else {"ranked_runs": study.ranked}),
        "cells": [
            {"id": cell.id, "levels": list(cell.levels), "n": e.summary["n"],
             "failed": e.summary["failed"], "claims": e.summary["claims"],
             "means": {path: _mean(e, path, study.days) for path in study.effects}}
            for cell, e in zip(study.cells, study.ensembles, strict=True)
        ],
        "units": {path: _unit(study, path) for path in study.effects},
        "effects": {
            path: [
                {
                    "term": list(effect.term),
                    "levels": [list(pair) for pair in effect.levels],
                    **interval(effect.paired.difference),
                    "verdict": effect.paired.verdict,
                    "pairs": effect.paired.n,
                    "runs_to_settle": effect.paired.runs,
                }
                for effect in found
            ]
            for path, found in study.effects.items()
        },
    }  # fmt: skip


def _programs(study: Study) -> dict[str, Any]:
    """The programs that made the runs, where they are several."""
    made = [p for e in study.ensembles for p in programs_of(read_manifest(e.folder))]
    found = joined([], made)
    return {PROGRAMS: found} if len(found) > 1 else {}


def _mean(cell: Ensemble, path: str, days: float) -> dict[str, Any] | None:
    """Mean and interval of a measure in a cell.

    Of a time also the share of runs it came in, and the restricted mean within a period, by which
    cells are compared; the mean itself is None where it did not come in every run.
    """
    measure = cell.summary["measures"].get(path)
    if measure is None or not measure["n"]:
        return None
    mean = measure.get("mean", dict.fromkeys(("value", "low", "high")))
    if not is_time(path):
        return dict(mean)
    curve = survival(cell.measured.columns[path], days)
    restricted = interval(restricted_mean(curve, days))
    return {**mean, "came": measure["came"]["value"], "restricted_mean": restricted}


def _unit(study: Study, path: str) -> str:
    found = (e.summary["measures"].get(path) for e in study.ensembles)
    return next((str(measure["unit"]) for measure in found if measure), "")
