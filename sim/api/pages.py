"""Pages of results, and the figures of their folders."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.errors import BadInputError, Error, FigureWarning
from sim.tables.manifest import FIGURES, Draw, Wanted, draw_into, kind_of, lacks_figures, wanted_of
from sim.tables.verified import (
    check_inside,
    check_unaltered,
    folders_below,
    reading,
    told_on_pages,
)

from .runs import Progress, Run, RunFolder, draw_run, open_run, record

if TYPE_CHECKING:
    from sim.many.ensemble import Ensemble
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study

    from .standings import Beside


def report(
    *results: RunFolder | Ensemble | Study | SensitivityStudy | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    beside: Beside | Ensemble | str | os.PathLike[str] | None = None,
) -> Path:
    """Write one HTML page of a folder, or of two to six runs side by side, and return its path.

    Figures that were to be drawn into a folder and are not all there are drawn first. Those that
    cannot be drawn are told of by :class:`sim.base.errors.FigureWarning`, and cost no page.

    Args:
        results: folders, or what was opened of them.
        out: the page itself; None is report.html in the folder, comparison.html in the last.
        beside: where the one run lies among many, or an ensemble of its scenario to lay it beside;
            None: what :meth:`sim.Run.write` was told of that.

    Raises:
        BadInputError: not one to six, a run that is in no folder, or ``beside`` is an ensemble of
            another scenario or not with one run.
        FolderError, ScenarioError: a folder cannot be read, or the page not written.
        FullDiskError: there is no room for it.
    """
    folders = [_folder(one) for one in results]
    if beside is not None and [kind_of(folder) for folder in folders] != ["run"]:
        raise BadInputError("beside: one run is laid beside an ensemble")
    among = None if beside is None else _among(folders[0], beside)
    with reading(folders):
        return _written(folders, out, among)


def _among(folder: Path, beside: Beside | Ensemble | str | os.PathLike[str]) -> Beside:
    from . import standings

    if isinstance(beside, standings.Beside):
        return beside
    return standings.beside(folder, beside)


def _written(
    folders: Sequence[Path], out: str | os.PathLike[str] | None, beside: Beside | None
) -> Path:
    from sim.page.write import write_report

    parts = [part for folder in folders for part in (folder, *folders_below(folder))]
    for part in parts:
        check_inside(part, *told_on_pages(part))
    for folder in folders:
        if lacks_figures(folder):
            _draw(folder)
    page = write_report(folders, out, beside)
    for folder in folders:
        record(folder, page)
    return page


def figures(
    result: RunFolder | Ensemble | Study | SensitivityStudy | str | os.PathLike[str],
    *,
    everything: bool = False,
    svg: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Draw the figures of a folder, in place of those that it has, and return the files.

    A run is executed again for it. Those that cannot be drawn are told of by
    :class:`sim.base.errors.FigureWarning` and by the manifest.

    Args:
        result: the folder of a run, an ensemble or a study, or what was opened of it.
        everything: of a run the maps one by one and the charts of its other axes too.
        svg: draw each as SVG too, not as PNG alone.
        progress: called with (done, of) as the figures of a run are drawn.

    Raises:
        BadInputError: a run that is in no folder.
        FolderError, ScenarioError: the folder cannot be read, or another process draws into it.
        FullDiskError: there is no room for the manifest.
    """
    folder, wanted = _folder(result), Wanted(everything, svg)
    with reading([folder]):
        draw = _drawing(folder, wanted, progress)
        check_unaltered(folder, ())  # it is written again
    draw_into(folder, draw, wanted)
    return sorted((folder / FIGURES).iterdir())


def _draw(folder: Path) -> None:
    """Draw the figures of a folder; what keeps all of them from it is a warning."""
    try:
        draw_into(folder, _drawing(folder, wanted_of(folder)))
    except Error as error:
        said = f"figures of {folder} could not be drawn: {error}"
        warnings.warn(said, FigureWarning, stacklevel=3)


def _drawing(folder: Path, wanted: Wanted, progress: Progress | None = None) -> Draw:
    """What draws the figures of a folder.

    Raises:
        FolderError, ScenarioError, BadInputError: it cannot be read, or not run again.
    """
    kind = kind_of(folder)
    if kind == "run":
        return partial(draw_run, open_run(folder).again, wanted, progress=progress)
    from sim.many import ensemble as _many
    from sim.many.sensitivity import SensitivityStudy

    from .drawing import draw_ensemble, draw_sensitivity, draw_study
    from .many import open_study

    if kind == "ensemble":
        done = _many.open_ensemble(folder)
        return lambda place: draw_ensemble(
            done.scenario, done.summary, _many.rows_of(done), place, svg=wanted.svg
        )
    study = open_study(folder)
    if isinstance(study, SensitivityStudy):
        return partial(draw_sensitivity, study, svg=wanted.svg)
    return partial(draw_study, study, svg=wanted.svg)


def _folder(one: object) -> Path:
    if isinstance(one, str | os.PathLike):
        return Path(one)
    if isinstance(one, RunFolder):
        return one.folder
    if isinstance(one, Run):
        raise BadInputError("a page is made of a run's folder: sim.report(run.write())")
    from sim.many.ensemble import Ensemble
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study

    if isinstance(one, Ensemble | Study | SensitivityStudy):
        return one.folder
    raise BadInputError(f"a page is made of a folder, not of what is of type {type(one).__name__}")
