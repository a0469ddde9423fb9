"""An ensemble: many runs of one scenario that differ in luck alone, in a folder on disk.

Replicate i depends on the scenario, the seed and i, so it is the same whatever the size of
the ensemble, the order, the engine, or a crash between. The folder appears whole with an
empty journal, replicates are added to the journal, and when all are there the tables and the
summary are made from it. Killed at any instant, it can be resumed to the very same bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np

from sim.base.diagnostics import did_you_mean
from sim.base.errors import BadInputError, DamageWarning, FolderError
from sim.base.files import sweep
from sim.measure.ensemble import Replicates, table
from sim.measure.steps import is_time
from sim.scenario.model import DAY, Scenario
from sim.tables.folder import RESOLVED, read_summary
from sim.tables.identity import among, joined
from sim.tables.manifest import FINISHED, Undrawn, draw_into
from sim.tables.verified import check_inside, check_unaltered, faults, reading, tell_altered

from .engines import Engine, EngineError, Pool, Serial, Task, cores
from .ensemble_folder import (
    JOURNAL,
    REPLICATES,
    SUMMARY,
    Plan,
    begin,
    begun,
    check_programs,
    close_manifest,
    derive,
    derived_replicates,
    ensemble_tables,
    inputs_table,
    programs_of,
    read_manifest,
    reopen,
    set_status,
)
from .journal import DamagedError, Journal
from .replicate import run_replicate
from .stopping import StopRule, judged

__all__ = [
    "Draw",
    "Ensemble",
    "Means",
    "Plan",
    "Progress",
    "begin",
    "begun",
    "carry_out",
    "check_rule",
    "engine_for",
    "ensemble_tables",
    "ensembles_in",
    "finished",
    "inputs_table",
    "merge",
    "open_ensemble",
    "programs_of",
    "read_manifest",
    "reopen",
    "rows_of",
]  # fmt: skip

MOST_FAILURES = 10
"""Failed replicates after which an ensemble stops, unless told to keep going."""


Progress = Callable[[int, int], None]
"""Told how many replicates are done, and of how many."""

Draw = Callable[[Scenario, Mapping[str, Any], Iterable[Mapping[str, Any]], Path], Sequence[Undrawn]]
"""Draws figures into a folder that is there: of a scenario, the summary of its ensemble, and the
rows of the journal; gives those that could not be drawn."""


@dataclass(frozen=True)
class Means:
    """By what means runs are carried out, and who is told.

    ``keep_going`` goes on however many replicates fail; ``argv`` are the words of the command that
    the manifest names; ``across_versions`` goes on with what another version of the program began.
    """

    engine: Engine
    keep_going: bool = False
    progress: Progress | None = None
    argv: Sequence[str] = ()
    across_versions: bool = False


@dataclass(frozen=True)
class Ensemble:
    """An ensemble as it stands in its folder.

    ``measured`` holds the measures of its runs as columns; ``failed`` names replicates and why.
    """

    folder: Path
    scenario: Scenario
    plan: Plan
    measured: Replicates
    summary: dict[str, Any]
    failed: dict[int, str]


def engine_for(workers: int | None) -> Engine:
    """This process where one worker is asked for, else a pool; None takes every core."""
    workers = workers or cores()
    return Serial() if workers == 1 else Pool(workers)


def check_rule(scenario: Scenario, rule: StopRule) -> None:
    """Try a stop rule on the first replicate, before thousands are run.

    Raises:
        BadInputError: the scenario has no such measure, or the rule's unit is not the measure's.
    """
    units = run_replicate(scenario, 0).units
    if rule.measure not in units:
        hint = did_you_mean(rule.measure, units)
        more = f"; did you mean '{hint}'?" if hint else ""
        raise BadInputError(f"no measure '{rule.measure}' in this scenario{more}")
    rule.half_width(units[rule.measure])


def carry_out(
    folder: Path,
    means: Means,
    *,
    n: int | None = None,
    draw: Draw | None = None,
    make_task: Callable[[Scenario], Task] | None = None,
    all_needed: bool = False,
) -> Ensemble:
    """Run what is missing of an ensemble, then make its tables and its summary.

    Args:
        n: a larger size than it was begun with.
        draw: what draws the figures; None draws none.
        make_task: what a replicate is; :func:`~sim.many.replicate.run_replicate` if None.
        all_needed: make nothing of it where one failed.

    Raises:
        FolderError, ScenarioError: as :func:`reopen`; the folder is in use.
        FullDiskError: there is no room; the journal is whole.
        EngineError: no replicate can be executed, or nothing came of any, or one failed and
            all are needed.
        BadInputError: the stop rule does not fit the scenario.
    """
    scenario, plan = reopen(folder, any_version=means.across_versions)
    check_unaltered(folder, ())
    with Journal(folder / JOURNAL) as journal:
        _tell_damage(journal, read_manifest(folder)["status"])
        _check_journal(folder, plan, journal)
        if n is not None and n > plan.n:
            plan = replace(plan, n=n)
        sweep(folder)
        more = any(r not in journal for r in plan.replicates)
        here = among(programs_of(read_manifest(folder)))
        set_status(folder, "running", plan, [here] if more else ())
        run = _Run(scenario, plan, journal, means)
        task = make_task(scenario) if make_task else partial(run_replicate, scenario)
        try:
            failed, stopped_early = run.through(means.engine, task)
        except KeyboardInterrupt:
            journal.sync()
            set_status(folder, "interrupted", plan)
            raise
        chosen = [r for r in run.chosen() if r in journal]
        if not chosen or (all_needed and failed):
            set_status(folder, "failed", plan)
            why = next(iter(failed.values()), "there is none to run")
            raise EngineError(f"no replicate came through: {why}")
        journal.sync()
        status = "stopped" if stopped_early else "failed" if failed else "complete"
        found = derive(folder, scenario, plan, journal, chosen, sorted(failed))
        close_manifest(folder, status, plan, failed, means.argv, pending=draw is not None)
        _draw(draw, folder, scenario, journal.rows(found.replicates))
    return Ensemble(folder, scenario, plan, found, read_summary(folder), failed)


def _tell_damage(journal: Journal, status: str) -> None:
    """Warn of a journal that is not what was written; killed, it may end amid a row."""
    damage = journal.damage
    if journal.torn and status != "running":
        damage = damage or f"{journal.path} is not as it was written at its end"
    if damage:
        more = "all of it stands there twice" if journal.copied else "what it lacks is run again"
        warnings.warn(f"{damage}; {more}", DamageWarning, stacklevel=3)


def _check_journal(folder: Path, plan: Plan, journal: Journal) -> None:
    """Warn of runs that a finished journal has lost: they are run again.

    Raises:
        FolderError: it is not what was written, and yet lacks none.
    """
    if journal.damage or journal.torn or not faults(folder, [JOURNAL]):
        return
    try:
        had: Sequence[int] = derived_replicates(folder)
    except FolderError:
        had = plan.replicates
    lost = sum(replicate not in journal for replicate in had)
    if not lost:
        raise FolderError(f"{journal.path} was changed since it was written; begin it again")
    said = f"{journal.path} has lost {lost} of {len(had)} runs; they are run again"
    warnings.warn(said, DamageWarning, stacklevel=3)


class _Run:
    """Keeps an engine fed until the plan is met."""

    def __init__(self, scenario: Scenario, plan: Plan, journal: Journal, means: Means) -> None:
        self.scenario, self.plan, self.journal = scenario, plan, journal
        self.keep_going = means.keep_going
        self.progress = means.progress or (lambda done, of: None)
        self.failed: dict[int, str] = {}
        self.size: int | None = None  # where the stop rule has stopped
        self._rule = None if plan.until is None else StopRule.parse(plan.until)
        self._judged = 0
        self._over, self._values = 0, list[float]()  # replicates judged over, and what they gave

    def through(self, engine: Engine, task: Task) -> tuple[dict[int, str], bool]:
        """Run; returns the failed replicates, and whether they were too many to go on."""
        self._judge()
        self._tell()
        with closing(engine.run(task, self._missing())) as outcomes:
            for replicate, result, error in outcomes:
                if result is None:
                    self.failed[replicate] = error
                else:
                    self.journal.append(result.row, result.units)
                    self._check_there()
                if len(self.failed) > MOST_FAILURES and not self.keep_going:
                    return self._counted(), True
                self._judge()
                self._tell()
                if self.size is not None:
                    break
        return self._counted(), False

    def _check_there(self) -> None:
        """Raises FolderError where the folder was taken away: what is written would be lost."""
        if not self.journal.path.exists():
            raise FolderError(f"{self.journal.path.parent} was taken away while its runs were made")

    def _counted(self) -> dict[int, str]:
        chosen = set(self.chosen())
        return {r: e for r, e in sorted(self.failed.items()) if r in chosen}

    def chosen(self) -> range:
        """The replicates that count: all of the plan, or as many as the stop rule took."""
        return self.plan.replicates if self.size is None else range(self.size)

    def _missing(self) -> Iterator[int]:
        for replicate in self.plan.replicates:
            if self.size is None and replicate not in self.journal:
                yield replicate

    def _tell(self) -> None:
        chosen = self.chosen()
        done = len(self.journal) if self.size is None else self.size
        self.progress(min(done, len(chosen)), len(chosen))

    def _judge(self) -> None:
        """Apply the stop rule to every whole block that it has not seen."""
        if self._rule is None or self.size is not None:
            return
        while (count := judged(self._judged)) <= self.plan.n:
            if not self._looked(count):
                return
            self._judged += 1
            if self._enough():
                self.size = count
                return

    def _looked(self, count: int) -> bool:
        """Whether the first ``count`` replicates are over; what they gave is then known."""
        assert self._rule is not None
        path = self._rule.measure
        while self._over < count and (self._over in self.journal or self._over in self.failed):
            if self._over in self.journal:
                (row,) = self.journal.outcomes([self._over])
                value = row["measures"].get(path)
                never = np.inf if is_time(path) else np.nan
                self._values.append(never if value is None else value)
            self._over += 1
        return self._over == count

    def _enough(self) -> bool:
        assert self._rule is not None
        path = self._rule.measure
        if path not in self.journal.units:
            raise BadInputError(f"the stop rule's measure '{path}' is in no run of this scenario")
        values, unit = np.array(self._values, dtype=float), self.journal.units[path]
        return self._rule.reached(values, unit, self.scenario.length / DAY)


def _draw(
    draw: Draw | None, folder: Path, scenario: Scenario, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Draw the figures of an ensemble whose tables and manifest are whole."""
    draw_into(folder, draw and (lambda place: draw(scenario, read_summary(folder), rows, place)))


def rows_of(ensemble: Ensemble) -> Iterator[Mapping[str, Any]]:
    """The rows of the journal that count, in the order of the replicates.

    Raises:
        FolderError: the journal cannot be opened.
    """
    with Journal(ensemble.folder / JOURNAL, write=False) as journal:
        yield from journal.rows(ensemble.measured.replicates)


def merge(
    folders: Sequence[Path],
    out: Path | None = None,
    *,
    argv: Sequence[str] = (),
    draw: Draw | None = None,
    across_versions: bool = False,
) -> Ensemble:
    """One ensemble from its shards, as if it had been run in one place.

    Args:
        across_versions: take shards that other versions of the program made.

    Raises:
        FolderError: they are no shards of one ensemble, were changed, other versions of the
            program made them, or replicates are missing.
    """
    opened = [(folder, *reopen(folder, any_version=across_versions)) for folder in folders]
    first, scenario, plan = opened[0]
    text = (first / RESOLVED).read_bytes()
    for folder, _, other in opened:
        check_unaltered(folder, [JOURNAL])
        if (folder / RESOLVED).read_bytes() != text or (other.seed, other.n) != (plan.seed, plan.n):
            raise FolderError(f"{folder} and {first} are no shards of one ensemble")
    whole = Plan(plan.n, plan.seed)
    made = [program for folder in folders for program in programs_of(read_manifest(folder))]
    target = begin(scenario, whole, out, joined([], made))
    try:
        with Journal(target / JOURNAL) as journal:
            for folder, _, _ in opened:
                with Journal(folder / JOURNAL, write=False) as shard:
                    for row in shard.rows(sorted(shard.done)):
                        units = {path: shard.units[path] for path in row["measures"]}
                        journal.append(row, units)
            missing = [r for r in whole.replicates if r not in journal]
            if missing:
                shown = ", ".join(map(str, missing[:10])) + (", ..." if missing[10:] else "")
                raise FolderError(
                    f"{len(missing)} of {plan.n} replicates are in none of the shards: {shown}; "
                    "run or resume the shard that has them"
                )
            found = derive(target, scenario, whole, journal, whole.replicates, ())
            close_manifest(target, "complete", whole, {}, argv, pending=draw is not None)
    except BaseException:
        rmtree(target)
        raise
    with Journal(target / JOURNAL) as journal:
        _draw(draw, target, scenario, journal.rows(found.replicates))
    return Ensemble(target, scenario, whole, found, read_summary(target), {})


def open_ensemble(folder: Path) -> Ensemble:
    """An ensemble that has its tables and summary.

    Raises:
        FolderError: it is none, or not complete.
        DamagedError: its journal lacks runs that it was made of.
    """
    scenario, plan = reopen(folder, any_version=True)
    manifest = read_manifest(folder)
    if manifest["status"] not in FINISHED:
        raise FolderError(
            f"{folder} is {manifest['status']}; go on with: sim ensemble --resume {folder}"
        )
    check_inside(folder, *_READ)
    summary = read_summary(folder)
    with reading([folder]), Journal(folder / JOURNAL, write=False) as journal:
        failed = {f["replicate"]: f["error"] for f in manifest["failed"]}
        chosen = derived_replicates(folder)
        found = table(journal.outcomes(chosen), journal.units, len(chosen), folder)
    summary = {**summary, **tell_altered(folder, _READ)}
    return Ensemble(folder, scenario, plan, found, summary, failed)


_READ = (SUMMARY, REPLICATES, JOURNAL)
"""What is read of a finished ensemble beside its scenario."""


def finished(
    folder: Path, means: Means, make_task: Callable[[Scenario], Task] | None = None
) -> Ensemble:
    """The ensemble of a folder: opened where it is complete and as it was written, else run.

    Raises:
        As :func:`carry_out`.
    """
    manifest = read_manifest(folder)
    if manifest["status"] == "complete" and not faults(folder):
        if not means.across_versions:
            check_programs(folder, programs_of(manifest))
        with suppress(DamagedError):
            return open_ensemble(folder)
    return carry_out(folder, means, make_task=make_task)


def ensembles_in(folder: Path) -> list[Path]:
    """The folder itself where it is an ensemble, the cells where it is a study."""
    cells = folder / "cells"
    return sorted(p for p in cells.iterdir() if p.is_dir()) if cells.is_dir() else [folder]
