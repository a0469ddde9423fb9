"""A run as a film."""

from __future__ import annotations

import os
from pathlib import Path

from sim.base.errors import BadInputError

from .runs import Progress, Run, RunFolder, open_run, record
from .scenarios import axis_of


def film(
    run: Run | RunFolder | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    axis: str | None = None,
    fps: float = 10,
    seconds: float = 20,
    progress: Progress | None = None,
) -> Path:
    """Film a run, day by day at a steady pace, and return the path of the film.

    Args:
        out: a .png or .apng (animated PNG) or .gif; None is ``film.png`` in the run's folder.
        axis: the axis that it shows; None is the one in focus.
        fps: frames a second.
        seconds: how long it takes from the first day to the last.
        progress: called with (done, of) as frames are drawn.

    Raises:
        BadInputError: there is no such axis, too many frames, or no folder to put it in.
        FolderError, ScenarioError: the folder cannot be read, or the film not written.
        FullDiskError: there is no room for it.
    """
    from sim.view.film.file import FORMATS, write_film

    if fps <= 0 or seconds <= 0:
        raise BadInputError("fps: a film has some frames a second, for some seconds")
    if fps * seconds > MOST_FRAMES:
        raise BadInputError(f"a film has {MOST_FRAMES:,} frames at most: lower fps or seconds")
    target = None if out is None else Path(out)
    if target is not None and target.suffix.lower() not in FORMATS:
        raise BadInputError("out: write to a file that ends in .png, .apng or .gif")
    found = run if isinstance(run, Run | RunFolder) else open_run(run)
    if target is None:
        if isinstance(found, Run):
            raise BadInputError("out: a run that is in no folder needs a file for its film")
        target = found.folder / "film.png"
    done = found.again if isinstance(found, RunFolder) else found
    name = axis_of(done.scenario, axis)
    write_film(done.analysis, target, axis=name, fps=fps, seconds=seconds, progress=progress)
    if isinstance(found, RunFolder):
        record(found.folder, target)
    return target


MOST_FRAMES = 3000
"""Frames of a film."""
