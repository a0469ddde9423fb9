"""What many runs found, as objects that show themselves: ensembles and studies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.numbers import number
from sim.base.said import share
from sim.many import ensemble as _many
from sim.many import sensitivity as _sensitivity
from sim.many import studies as _studies
from sim.tables.data import DataTable
from sim.tables.schema import ENSEMBLE

from .exports import export_tables
from .runs import HEADLINES, record
from .show import Facts, Found, amount, names

if TYPE_CHECKING:
    from sim.view.saving import Drawing


class Ensemble(Found, _many.Ensemble):
    """Many runs of one scenario that differ in luck alone, in a folder.

    Tables: measures (mean with its interval, quantiles), claims, doubtful_roads, replicates and
    inputs (a row a run). Figures: fan or survival (of an axis), fan of an operation, regroup_map.
    :class:`sim.many.ensemble.Ensemble` says what it holds.
    """

    _first = "measures", "fan"

    def _tables(self) -> Iterable[DataTable]:
        yield from _many.ensemble_tables(self.summary, self.measured)
        yield _many.inputs_table(_many.rows_of(self))

    def export_tables(self, folder: str | os.PathLike[str]) -> Path:
        """Write every table as Parquet into a new folder; as :meth:`sim.Run.export_tables`."""
        target = export_tables(self._tables(), ENSEMBLE, Path(folder))
        record(self.folder, *target.iterdir())
        return target

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.ensemble_figures import ensemble_figures

        return ensemble_figures(self.scenario, self.summary, _many.rows_of(self))

    def _glance(self) -> tuple[str, Facts]:
        stem = f"axes.{self.scenario.main_axis}."
        measures = self.summary["measures"]
        found = {name: measures.get(stem + name, {}) for name in HEADLINES}
        return f"Ensemble: {self.scenario.title}", [
            ("folder", str(self.folder)),
            ("runs", f"{self.summary['n']}, {len(self.failed)} failed"),
            ("seed", str(self.plan.seed)),
            *((name.replace("_", " "), _said(m)) for name, m in found.items() if m.get("n")),
        ]


def _said(measure: Mapping[str, Any]) -> str:
    """A mean with its interval; of a time that did not come in every run how often it came."""
    if "mean" not in measure:
        came = measure["came"]["value"]
        return f"in {share(came)} of runs" if came else "never"
    mean, unit = measure["mean"], str(measure["unit"])
    if mean["low"] is None:
        return amount(mean["value"], unit)
    return f"{amount(mean['value'], unit)} ({number(mean['low'])} to {number(mean['high'])})"


class Study(Found, _studies.Study):
    """A finished grid of settings: an ensemble a cell, effects with intervals.

    Tables: measures (of each cell), effects, ranks. Figures: interaction or ranks, of a measure.
    :class:`sim.many.studies.Study` says what it holds.
    """

    _first = "measures", "interaction"

    def _tables(self) -> Iterable[DataTable]:
        return _studies.study_tables(self)

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.study_figures import study_figures

        return study_figures(self)

    @property
    def summary(self) -> Mapping[str, Any]:
        """What its summary.json holds: cells, and effects with their intervals."""
        return _studies.summary(self)

    def _glance(self) -> tuple[str, Facts]:
        return f"Study: {self.title}", [
            ("folder", str(self.folder)),
            ("factors", names(self.names)),
            ("cells", str(len(self.cells))),
            ("runs a cell", str(self.ensembles[0].plan.n)),
            ("failed", str(self.failed)),
            ("measures", names(self.effects)),
        ]


class SensitivityStudy(Found, _sensitivity.SensitivityStudy):
    """A finished sensitivity study: what each uncertain input does to each measure.

    Table: indices (of each measure, the greatest first). Figure: tornado, of a measure.
    :class:`sim.many.sensitivity.SensitivityStudy` says what it holds.
    """

    _first = "indices", "tornado"

    def _tables(self) -> Iterable[DataTable]:
        return [_sensitivity.index_table(self)]

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.study_figures import tornados

        return tornados(self)

    @property
    def summary(self) -> Mapping[str, Any]:
        """What was found, as plain data: the indices of each measure, and the units of both."""
        return {
            "title": self.title,
            "method": self.method,
            "runs": self.runs.summary["n"],
            "days": self.days,
            "units": {path: self.runs.measured.units[path] for path in self.indices},
            "indices": {path: [i._asdict() for i in found] for path, found in self.indices.items()},
        }

    def _glance(self) -> tuple[str, Facts]:
        return f"Sensitivity: {self.title}", [
            ("folder", str(self.folder)),
            ("method", self.method),
            ("runs", str(self.runs.summary["n"])),
            *((path, f"most on {found[0].name}") for path, found in [*self.indices.items()][:9]),
        ]
