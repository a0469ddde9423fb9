"""Learning the ranges of a scenario from the early record."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.many import calibration as _calibration
from sim.many.calibration_file import read_calibration
from sim.many.ensemble import engine_for
from sim.tables.data import DataTable

from .comparisons import path_of, words_of
from .show import Facts, Shown, made, table_named

if TYPE_CHECKING:
    from sim.many.ensemble import Progress


class Calibrated(Shown, _calibration.Learned):
    """What runs learned of the ranges of a scenario, in its ``folder``.

    Tables: inputs (5, 50 and 95 % of each, as stated and as learned) and particles. ``learned`` is
    a scenario file that extends the base with the narrowed ranges.
    """

    @property
    def learned(self) -> Path:
        """The scenario with the ranges that were learned."""
        return self.folder / _calibration.LEARNED

    def table(self, name: str = "inputs") -> DataTable:
        """One of its tables.

        Raises:
            BadInputError: there is none of that name.
        """
        return table_named(_calibration.tables(self), name)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        table = self.table()
        return {
            "folder": str(self.folder),
            "learned": str(self.learned),
            **self.stated.document(),
            "tolerances": [round(t, 6) for t in self.tolerances],
            "learnt": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
        }

    def _glance(self) -> tuple[str, Facts]:
        rows = self.table().rows
        return f"Calibration: {self.stated.title}", [
            ("folder", str(self.folder)),
            ("runs", f"{self.stated.rounds} rounds of {self.stated.runs}"),
            *((str(row[0]), f"{row[3]} before, {row[6]} after (medians)") for row in rows[:12]),
        ]


def calibrate(
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    begun: Callable[[Path], None] | None = None,
    argv: Sequence[str] | None = None,
) -> Calibrated:
    """Narrow the ranges of a scenario by what is on record of its first days.

    Rejection, then sequential Monte Carlo, as :mod:`sim.measure.abc` says. Interrupted, the same
    call with the same ``out`` goes on with it.

    Args:
        file: the path of a calibration file, see :mod:`sim.many.calibration_file`.
        out: the folder; None makes one in ``results/``.
        workers: processes; None takes every core.
        progress: called with (done, of) as runs are done.
        begun: called with the folder as soon as it is there.
        argv: the words of the command that the manifest names; None: those of this process.

    Raises:
        ScenarioError: the file or its scenario is faulty.
        FolderError: the folder holds something else or cannot be written.
        FailedError: a run failed, or there is no room.
    """
    stated = read_calibration(Path(file))
    folder = _calibration.begin(stated, path_of(out))
    if begun is not None:
        begun(folder)
    found = _calibration.carry_out(stated, folder, engine_for(workers), progress, words_of(argv))
    return made(Calibrated, found)
