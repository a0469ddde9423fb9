"""Network files that are not YAML: what a table, a map, a graph or a folder of them holds.

:func:`read_table` reads any of them to one :class:`~sim.network.readers.table.NetworkTable`;
what is wrong in a file is a :class:`~sim.base.diagnostics.ScenarioError` that names its line.
"""

from __future__ import annotations

import os
from pathlib import Path

from .formats import FORMATS, ending_of
from .options import Reading, read_capacities
from .table import NetworkTable, refused

__all__ = ["ENDINGS", "NetworkTable", "Reading", "is_table", "read_capacities", "read_table"]

ENDINGS = tuple(ending for form in FORMATS for ending in form.endings)
"""Endings of the files that :func:`read_table` takes."""


def is_table(path: str | os.PathLike[str]) -> bool:
    """True where its ending, or what a folder holds, says that :func:`read_table` takes it."""
    return ending_of(Path(path)) is not None


def read_table(path: str | os.PathLike[str], options: Reading | None = None) -> NetworkTable:
    """Read a network by the ending of its file, or by the files in its folder.

    Raises ScenarioError with the lines that cannot be used, BadInputError for options that
    cannot be, and where a library that reads such files is not installed.
    """
    file = Path(path)
    found = ending_of(file)
    if found is None:
        raise refused(str(file), "is no network file", f"such end in {', '.join(ENDINGS)}")
    form, ending = found
    if os.path.exists(file) and os.path.isdir(file) != (ending == "/"):
        raise refused(str(file), "is a folder, not a file")
    if os.path.exists(file) and not os.path.isdir(file) and not os.path.isfile(file):
        raise refused(str(file), "is not a file")  # a pipe might never end
    return form.read(file, options or Reading())
