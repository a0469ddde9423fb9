"""One run beside an ensemble of its scenario: how typical it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import BadInputError
from sim.base.numbers import enumerated, percent
from sim.many.ensemble import Ensemble as EnsembleData
from sim.many.ensemble import open_ensemble
from sim.measure.compare import differences
from sim.measure.typical import Among, Standing, standings
from sim.tables import of_many
from sim.tables.data import DataTable
from sim.tables.of_run import start_of
from sim.tables.table import Table
from sim.tables.verified import reading

from .runs import Run, RunFolder, open_run
from .show import Facts, Shown, table_named

Folder = str | os.PathLike[str]


@dataclass(frozen=True, repr=False)
class Beside(Shown, Among):
    """Where a run lies among the runs of an ensemble, in each headline measure.

    ``shown`` is the table that people read.
    """

    shown: Table

    def table(self, name: str = "standings") -> DataTable:
        """standings: of each measure, its value and its percentile.

        Raises:
            BadInputError: there is none of that name.
        """
        rows = [tuple(standing) for standing in self.standings]
        return table_named([DataTable("standings", Standing._fields, rows)], name)

    def _glance(self) -> tuple[str, Facts]:
        said = [(s.path, f"percentile {percent(s.percentile)}") for s in self.standings]
        return f"One run beside {self.runs} of {self.ensemble}", said[:15]


def beside(run: Run | RunFolder | Folder, ensemble: EnsembleData | Folder) -> Beside:
    """How typical a run is: where it lies among the runs of an ensemble of the same scenario.

    The measures are the headlines of the axis in focus and of its sinks. Seeds may differ.

    Raises:
        BadInputError: the ensemble is of another scenario.
        FolderError, ScenarioError: a folder cannot be read.
    """
    paths = [Path(one) for one in (run, ensemble) if isinstance(one, str | os.PathLike)]
    with reading(paths):
        return _beside(run, ensemble)


def _beside(run: Run | RunFolder | Folder, ensemble: EnsembleData | Folder) -> Beside:
    one = (run if isinstance(run, Run | RunFolder) else open_run(run)).outcome()
    many = ensemble if isinstance(ensemble, EnsembleData) else open_ensemble(Path(ensemble))
    changes = differences([one.scenario, many.scenario.resolved])
    other = [change.path for change in changes if change.path != "seed"]
    if other:
        raise BadInputError(
            f"beside: {many.folder} is an ensemble of another scenario, which differs in "
            f"{enumerated(other, 3)}"
        )
    measures, focus = one.summary["measures"], one.summary["scenario"]["focus"]
    paths = [path for path in measures if of_many.is_headline(path, focus)]
    paths = of_many.told_once(paths, many.summary["measures"])
    days = float(many.summary["scenario"]["days"])
    found = standings(measures, many.measured, days, paths)
    shown = of_many.standings(found, focus, start_of(one.summary))
    return Beside(str(many.folder), many.summary["n"], tuple(found), shown)
