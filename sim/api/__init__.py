"""The public API: what notebooks and the command line use, and nothing else.

>>> import sim
>>> run = sim.run(sim.load("my_scenario.yaml"))
>>> run.write("my-run")
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.engine import simulation
from sim.many.ensemble import (
    Ensemble,
    Plan,
    begin,
    carry_out,
    check_rule,
    engine_for,
    ensembles_in,
    open_ensemble,
)
from sim.many.stopping import StopRule
from sim.measure.axis import AxisLens, AxisView
from sim.measure.compare import Comparison, Outcome
from sim.measure.compare import compare as _compare
from sim.measure.compare_many import Many, ManyComparison
from sim.measure.compare_many import compare_many as _compare_many
from sim.measure.summary import Analysis
from sim.scenario.loader import dump_resolved, load
from sim.scenario.model import Scenario
from sim.state.rebuild import state_at
from sim.state.record import Record
from sim.tables import folder as _folder

__all__ = [
    "Comparison", "Ensemble", "ManyComparison", "Outcome", "Run", "compare", "compare_many",
    "cut", "ensemble", "film", "load", "open_ensemble", "open_run", "report", "run",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One scenario executed once: the record of what happened, and the measures of it."""

    scenario: Scenario
    record: Record
    analysis: Analysis

    @property
    def summary(self) -> Mapping[str, Any]:
        """What summary.json holds: measures with units, cuts and routes, pockets, claims."""
        return self.analysis.document

    def outcome(self, name: str | None = None) -> Outcome:
        """This run as a comparison takes it."""
        return Outcome(
            name or self.scenario.id,
            self.scenario.resolved,
            self.summary,
            self.record.series,
            self.record.events,
        )

    def write(
        self,
        out: str | os.PathLike[str] | None = None,
        *,
        figures: bool = True,
        argv: Sequence[str] | None = None,
    ) -> Path:
        """Write the run's folder, whole or not at all, and return it.

        Args:
            out: the folder itself; None makes ``results/<scenario>/<UTC time>-<hash8>``.
            figures: draw the figures too.

        Raises:
            FolderError: the folder holds something already or cannot be written.
        """
        text = dump_resolved(self.scenario)
        seed = self.record.seed
        target = (
            _folder.default_target(self.scenario.id, _folder.fingerprint(text, seed))
            if out is None
            else Path(out)
        )
        started = datetime.now(UTC)
        with _folder.whole_folder(target) as partial:
            (partial / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
            _folder.write_tables(partial, self.scenario, self.record)
            _folder.write_json(partial / "summary.json", self.summary)
            if figures:
                from sim.view.figures import write_figures

                write_figures(self.analysis, partial / "figures")
            _folder.write_manifest(partial, sys.argv if argv is None else argv, seed, started)
        return target


def run(scenario: Scenario, seed: int | None = None, *, replicate: int = 0) -> Run:
    """Execute a scenario once. ``seed`` None takes the scenario's own.

    Raises:
        CertificateError: a published flow did not equal its cut (a defect of this program).
        ValueError: the seed is not from 0 to 2**63 - 1.
    """
    if seed is not None and seed != scenario.seed:
        _check_seed(seed)
        # the resolved scenario must run again to the same bytes, so it carries this seed
        resolved = {**scenario.resolved, "seed": seed}
        scenario = replace(scenario, seed=seed, resolved=resolved)
    record = simulation.run(scenario, replicate=replicate)
    return Run(scenario, record, Analysis(scenario, record))


def _check_seed(seed: int) -> None:
    """Raises ValueError for a seed that no scenario can state."""
    if not 0 <= seed < 2**63:
        raise ValueError(f"the seed {seed} is not from 0 to 2**63 - 1")


def open_run(path: str | os.PathLike[str]) -> Outcome:
    """Read a run's folder for a comparison or to show it.

    Raises:
        FolderError: it is no complete run folder.
        ScenarioError: its scenario.resolved.yaml cannot be read.
    """
    folder = Path(path)
    summary = _folder.read_summary(folder)
    series, events = _folder.read_series(folder), _folder.read_events(folder)
    resolved = load(folder / "scenario.resolved.yaml").resolved
    return Outcome(folder.name, resolved, summary, series, events)


def compare(*runs: Run | Outcome | str | os.PathLike[str]) -> Comparison:
    """Compare runs, given as objects or folders; the first is the base.

    Raises:
        ValueError: fewer than two.
        FolderError, ScenarioError: as :func:`open_run`.
    """
    outcomes = [
        r if isinstance(r, Outcome) else r.outcome() if isinstance(r, Run) else open_run(r)
        for r in runs
    ]
    return _compare(_named_apart(outcomes))


def ensemble(
    scenario: Scenario,
    n: int = 1000,
    seed: int | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    until: str | None = None,
    figures: bool = True,
) -> Ensemble:
    """Execute a scenario ``n`` times into a folder, on ``workers`` processes (None: all cores).

    Replicate i depends on the scenario, the seed and i alone. A script that calls this with
    more than one worker must guard its own start by ``if __name__ == "__main__":``, since
    worker processes import it again.

    Args:
        until: a stop rule such as ``axes.x.time_of_first_cut ± 1 day``; ``n`` at most.

    Raises:
        ValueError: the stop rule does not fit the scenario, or ``n`` or the seed are none.
        FolderError: the folder holds something already or cannot be written.
    """
    rule = None if until is None else StopRule.parse(until)
    if rule is not None:
        check_rule(scenario, rule)
    if n < 1:
        raise ValueError(f"an ensemble has one run at least, not {n}")
    chosen = scenario.seed if seed is None else seed
    _check_seed(chosen)
    plan = Plan(n, chosen, None if rule is None else str(rule))
    folder = begin(scenario, plan, None if out is None else Path(out))
    return carry_out(folder, engine=engine_for(workers), figures=figures, argv=sys.argv)


def compare_many(*ensembles: Ensemble | str | os.PathLike[str]) -> ManyComparison:
    """Compare ensembles run by run, given as objects or folders; a study gives its cells.

    Raises:
        ValueError: fewer than two, or their seeds differ.
        FolderError, ScenarioError: a folder cannot be read.
    """
    opened: list[Ensemble] = []
    for one in ensembles:
        if isinstance(one, Ensemble):
            opened.append(one)
        else:
            opened.extend(open_ensemble(folder) for folder in ensembles_in(Path(one)))
    names = _apart([e.scenario.id for e in opened], [e.folder.name for e in opened])
    return _compare_many(
        [
            Many(name, e.scenario.resolved, e.summary, e.table)
            for name, e in zip(names, opened, strict=True)
        ]
    )


def _named_apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Name outcomes by scenario, with a number where scenarios repeat."""
    names = _apart([str(o.summary["scenario"]["id"]) for o in outcomes])
    return [
        Outcome(name, outcome.scenario, outcome.summary, outcome.series, outcome.events)
        for name, outcome in zip(names, outcomes, strict=True)
    ]


def _apart(ids: Sequence[str], folders: Sequence[str] = ()) -> list[str]:
    """The names, with the folder behind those that repeat, or a number if that does not tell."""
    told = len(set(folders)) == len(ids)
    marks = folders if told else [str(ids[: i + 1].count(name)) for i, name in enumerate(ids)]
    return [
        f"{name} ({mark})" if ids.count(name) > 1 else name
        for name, mark in zip(ids, marks, strict=True)
    ]


def report(*folders: str | os.PathLike[str], out: str | os.PathLike[str] | None = None) -> Path:
    """Write one HTML page of a folder, or of two runs side by side, and return its path.

    Raises:
        FolderError, ScenarioError: a folder cannot be read, or the page not written.
        ValueError: not one or two folders.
    """
    from sim.page.write import write_report

    return write_report(folders, out)


def film(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    axis: str | None = None,
    fps: float = 10,
    seconds: float = 20,
) -> Path:
    """Film a run's folder, day by day at a steady pace, and return the path of the film.

    Args:
        out: a .png or .apng (animated PNG) or .gif; None is ``film.png`` in the folder.
        axis: the axis that it shows; None is the main one.
        seconds: how long it takes from the first day to the last.

    Raises:
        FolderError, ScenarioError: the folder cannot be read, or the film not written.
    """
    from sim.view.film.file import write_film

    target = Path(folder) / "film.png" if out is None else Path(out)
    write_film(Path(folder), target, axis=axis, fps=fps, seconds=seconds)
    return target


def cut(scenario: Scenario, axis: str, at: int | None = None, seed: int | None = None) -> AxisView:
    """Max flow, minimum cut and routes of one axis at an instant of a run.

    Args:
        at: seconds from the start; None is the end of the period.

    Raises:
        KeyError: there is no such axis.
    """
    done = simulation.run(scenario, seed, credit=False)
    time = scenario.length if at is None else at
    lens = AxisLens(scenario, axis, state_at(scenario, done.control, 0))
    return lens.look(state_at(scenario, done.control, time), time)
