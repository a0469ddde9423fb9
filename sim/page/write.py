"""Writes the page of a run, of several runs, of an ensemble or of a study, from their folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.base.errors import BadInputError, FolderError
from sim.base.files import write_whole
from sim.measure.typical import Among
from sim.tables.manifest import kind_of

from .run import read_run

MOST_RUNS = 6
"""Runs that a page sets side by side."""


def write_report(
    folders: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str] | None = None,
    beside: Among | None = None,
) -> Path:
    """Write the page of one folder, or of two to six runs side by side, and return its path.

    The page of one folder is ``report.html`` in it; that of several is ``comparison.html`` in the
    last of them, all of which are compared with the first. A page that is there is replaced.
    ``beside`` is where the one run lies among many; None shows what its folder says of that.
    Files that were changed since they were written are named on the page, and by a warning
    (:class:`sim.base.errors.DamageWarning`).

    Raises:
        FolderError: a folder cannot be read, is of another version, or the page cannot be written.
        ScenarioError: a scenario.resolved.yaml cannot be read.
        BadInputError: not one to six folders.
        FullDiskError: there is no room for the page.
    """
    paths = [Path(folder) for folder in folders]
    if not 1 <= len(paths) <= MOST_RUNS:
        raise BadInputError(f"a page is made of one folder or of 2 to {MOST_RUNS} runs")
    file = Path(out) if out is not None else paths[-1] / _NAMES[len(paths) > 1]
    try:
        text = _page(paths, file, beside)
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        # what a folder holds is input: of another version, or changed by hand
        raise FolderError(
            f"{' or '.join(map(str, paths))} is not as this program writes run folders "
            f"({type(error).__name__}: {error}); run its scenario.resolved.yaml again"
        ) from error
    write_whole(file, text)
    return file


_NAMES = ("report.html", "comparison.html")


def _page(paths: Sequence[Path], file: Path, beside: Among | None) -> str:
    many = [path for path in paths if kind_of(path) != "run"]
    if many and len(paths) > 1:
        raise FolderError(
            f"{many[0]} holds many runs: a page of several compares single runs; "
            "'sim compare' compares ensembles"
        )
    if many:
        if kind_of(many[0]) == "study":
            from .study import page as study_page

            return study_page(many[0], file)
        from .many import page as many_page

        return many_page(many[0], file)
    if len(paths) == 1:
        from .single import page

        run = read_run(paths[0])
        return page(run if beside is None else replace(run, beside=beside), file)
    from .several import page as page_of_several

    return page_of_several([read_run(path) for path in paths], file)
