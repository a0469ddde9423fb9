"""Makes the film of a run and writes it to a file."""

from __future__ import annotations

from pathlib import Path

from sim.base.files import whole_file
from sim.measure.summary import Analysis
from sim.view.charts.shared import Progress
from sim.view.draw import context

from .animated import WRITERS
from .frames import film_data, film_frames

FORMATS = tuple(WRITERS)
"""Endings of the files that a film is written to."""


def write_film(
    analysis: Analysis, target: Path, *, axis: str, fps: float = 10, seconds: float = 20,
    progress: Progress | None = None,
) -> None:  # fmt: skip
    """Film a run into ``target`` (animated PNG, or GIF by its ending): the map of an axis.

    Frames are written as they are drawn, of which ``progress`` is told; the same run gives the
    same bytes.

    Raises:
        FolderError: the file cannot be written there.
        FullDiskError: there is no room for it.
    """
    data = film_data(analysis, axis, fps, seconds)
    write = WRITERS[target.suffix.lower()]
    with whole_file(target) as partial, partial.open("wb") as file, context():
        write(film_frames(data, fps, seconds, progress), file)
