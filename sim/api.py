"""The public API: what notebooks and the command line use, and nothing else.

>>> import sim
>>> run = sim.run(sim.load("scenarios/double_offensive.yaml"))
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
from sim.engine.record import Record
from sim.measure.axis import AxisLens, AxisView
from sim.measure.compare import Comparison, Outcome
from sim.measure.compare import compare as _compare
from sim.measure.state import state_at
from sim.measure.summary import Analysis
from sim.scenario.loader import dump_resolved, load
from sim.scenario.model import Scenario
from sim.study import folder as _folder

__all__ = ["Comparison", "Outcome", "Run", "compare", "cut", "load", "open_run", "run"]


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

                write_figures(self, partial / "figures")
            _folder.write_manifest(partial, sys.argv if argv is None else argv, seed, started)
        return target


def run(scenario: Scenario, seed: int | None = None, *, replicate: int = 0) -> Run:
    """Execute a scenario once. ``seed`` None takes the scenario's own.

    Raises:
        CertificateError: a published flow did not equal its cut (a defect of this program).
    """
    if seed is not None and seed != scenario.seed:
        # the resolved scenario must run again to the same bytes, so it carries this seed
        resolved = {**scenario.resolved, "seed": seed}
        scenario = replace(scenario, seed=seed, resolved=resolved)
    record = simulation.run(scenario, replicate=replicate)
    return Run(scenario, record, Analysis(scenario, record))


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


def _named_apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Name outcomes by scenario, with a number where scenarios repeat."""
    ids = [str(o.summary["scenario"]["id"]) for o in outcomes]
    named = []
    for i, outcome in enumerate(outcomes):
        again = ids.count(ids[i]) > 1
        name = f"{ids[i]} ({ids[: i + 1].count(ids[i])})" if again else ids[i]
        named.append(
            Outcome(name, outcome.scenario, outcome.summary, outcome.series, outcome.events)
        )
    return named


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
