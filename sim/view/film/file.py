"""Makes the film of a run and writes it to a file."""

from __future__ import annotations

from pathlib import Path

from sim.base.files import whole_file
from sim.measure.summary import Analysis

from .frames import film_data, make_film

FORMATS = (".png", ".apng", ".gif")
"""Endings of the files that a film is written to."""


def write_film(
    analysis: Analysis, target: Path, *, axis: str, fps: float = 10, seconds: float = 20
) -> None:
    """Film a run into ``target`` (animated PNG, or GIF by its ending): the map of an axis.

    Raises:
        FolderError: the file cannot be written there.
        FullDiskError: there is no room for it.
    """
    data = film_data(analysis, axis, fps, seconds)
    made = make_film(data, "gif" if target.suffix.lower() == ".gif" else "png", fps, seconds)
    with whole_file(target) as partial:
        partial.write_bytes(made)
