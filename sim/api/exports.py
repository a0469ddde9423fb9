"""Results handed on to other programs: layers of places and roads, tables as Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.base.files import whole_folder
from sim.cuts.on_ground import ground_of_run
from sim.measure.summary import Analysis
from sim.tables.data import DataTable
from sim.tables.layer_files import write_layers, writer_of
from sim.tables.parquet import pyarrow
from sim.tables.schema import TableSaid
from sim.view.look import looks

from .scenarios import When, seconds_of
from .show import chosen

To = str | os.PathLike[str]


def export_run(analysis: Analysis, to: To, axis: str | None, at: When | None) -> Path:
    """Write places and roads of a run as :meth:`sim.Run.export` says."""
    target, scenario = Path(to), analysis.scenario
    writer_of(target)  # before anything is worked out
    time = None if at is None else seconds_of(scenario, at, 0)
    axes: Sequence[str] = _main_first(analysis)
    if axis is not None:
        axes = [chosen(axis, scenario.axes, "axis")]
    colours = {actor: look.fill for actor, look in looks(scenario.actors.values()).items()}
    write_layers(target, ground_of_run(analysis, axes, time, colours))
    return target


def _main_first(analysis: Analysis) -> list[str]:
    """The axes, the one in focus first."""
    main = analysis.scenario.main_axis
    return sorted(analysis.scenario.axes, key=lambda axis: (axis != main, axis))


def export_tables(tables: Iterable[DataTable], said: Mapping[str, TableSaid], folder: Path) -> Path:
    """Write tables as Parquet, each under its name, as :meth:`sim.Run.export_tables` says."""
    pyarrow()  # before anything is made
    with whole_folder(folder) as partial:
        for table in tables:
            table.write_parquet(partial / f"{table.name}.parquet", said.get(table.name))
    return folder
