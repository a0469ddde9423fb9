"""Learning the ranges of a scenario from the early record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.many import calibration as _calibration
from sim.many import learned as _learned
from sim.many.calibration_file import read_calibration
from sim.many.ensemble import engine_for
from sim.tables.data import DataTable

from .comparisons import path_of, words_of
from .drawing import draw_learned, drawer
from .show import Facts, Found, made

if TYPE_CHECKING:
    from sim.many.ensemble import Progress
    from sim.view.saving import Drawing


class Calibrated(Found, _learned.Learned):
    """What runs learned of the ranges of a scenario, in its ``folder``.

    Tables: inputs (5, 50 and 95 % of each, as stated and as learned) and particles. Figure:
    learned. ``learned`` is a scenario file that extends the base with the narrowed ranges.
    """

    _first = "inputs", "learned"

    @property
    def learned(self) -> Path:
        """The scenario with the ranges that were learned."""
        return self.folder / _learned.LEARNED

    def _tables(self) -> Iterable[DataTable]:
        return _learned.tables(self)

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.learned import learned_figures

        return learned_figures(self)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON: what summary.json of the folder holds, and where it is."""
        return {
            "folder": str(self.folder),
            "learned": str(self.learned),
            **_learned.document(self),
        }

    def markdown(self) -> str:
        """Words and table as a text in Markdown, as in summary.md of the folder."""
        return _learned.markdown(self)

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
    learned: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    figures: bool = True,
    svg: bool = False,
    progress: Progress | None = None,
    begun: Callable[[Path], None] | None = None,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Calibrated:
    """Narrow the ranges of a scenario by what is on record of its first days.

    Rejection, then sequential Monte Carlo, as :mod:`sim.measure.abc` says. Interrupted, the same
    call with the same ``out`` goes on with it.

    Args:
        file: the path of a calibration file, see :mod:`sim.many.calibration_file`.
        out: the folder; None makes one in ``results/``.
        learned: a file for the scenario with the learned ranges, beside that in the folder; one
            that is there is replaced, but not one that was read.
        workers: processes; None takes every core.
        figures: draw what was learned into the folder.
        svg: draw it as SVG too, not as PNG alone.
        progress: called with (done, of) as runs are done.
        begun: called with the folder as soon as it is there.
        across_versions: go on also with what another version of the program began.
        argv: the words of the command that the manifest names; None: those of this process.

    Raises:
        ScenarioError: the file or its scenario is faulty.
        BadInputError: ``learned`` names the file of the calibration or of its scenario.
        FolderError: the folder holds something else or cannot be written.
        FailedError: a run failed, or there is no room.
    """
    stated = read_calibration(Path(file))
    place = path_of(learned)
    if place is not None:
        _learned.check_apart(stated, place)
    folder = _calibration.begin(stated, path_of(out), across_versions)
    if begun is not None:
        begun(folder)
    draw = drawer(draw_learned, figures, svg)
    found = _calibration.carry_out(
        stated, folder, engine_for(workers), progress, words_of(argv), draw
    )
    if place is not None:
        _learned.write_learned(found, place)
    return made(Calibrated, found)
