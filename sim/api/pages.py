"""Pages of results."""

from __future__ import annotations

import os
from pathlib import Path

from sim.base.errors import BadInputError
from sim.many.ensemble import Ensemble
from sim.many.sensitivity import SensitivityStudy
from sim.many.studies import Study

from .runs import Run, RunFolder


def report(
    *results: RunFolder | Ensemble | Study | SensitivityStudy | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
) -> Path:
    """Write one HTML page of a folder, or of two runs side by side, and return its path.

    Args:
        results: folders, or what was opened of them.
        out: the page itself; None is report.html in the folder, comparison.html in the second.

    Raises:
        BadInputError: not one or two, or a run that is in no folder.
        FolderError, ScenarioError: a folder cannot be read, or the page not written.
        FullDiskError: there is no room for it.
    """
    from sim.page.write import write_report

    return write_report([_folder(one) for one in results], out)


def _folder(one: object) -> Path:
    if isinstance(one, RunFolder | Ensemble | Study | SensitivityStudy):
        return one.folder
    if isinstance(one, Run):
        raise BadInputError("a page is made of a run's folder: sim.report(run.write())")
    if not isinstance(one, str | os.PathLike):
        raise BadInputError(
            f"a page is made of a folder, not of what is of type {type(one).__name__}"
        )
    return Path(one)
