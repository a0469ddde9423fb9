"""Network files that are not YAML: CSV, GeoJSON, GraphML, TNTP and a binary table.

:func:`read_table` reads any of them to one :class:`~sim.network.readers.table.NetworkTable`;
what is wrong in a file is a :class:`~sim.base.diagnostics.ScenarioError` that names its line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from .csv_edges import read_csv
from .geojson import read_geojson
from .graphml import read_graphml
from .table import NetworkTable, Rows, refused
from .tntp import read_tntp

__all__ = ["SUFFIXES", "NetworkTable", "is_table", "read_table"]

_READERS: Mapping[str, Callable[[str, str], Rows]] = {
    ".csv": read_csv,
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".graphml": read_graphml,
    ".tntp": read_tntp,
}
"""What reads a text file, by its ending."""

SUFFIXES = (*_READERS, ".npz")
"""Endings of the files that :func:`read_table` takes."""

LARGEST = 2**31
"""Longest text file that is read (bytes)."""


def is_table(path: str | os.PathLike[str]) -> bool:
    """True where the file's ending says that :func:`read_table` takes it."""
    return Path(path).suffix.lower() in SUFFIXES


def read_table(
    path: str | os.PathLike[str], *, default_capacity: str | None = None
) -> NetworkTable:
    """Read a network file by its ending.

    ``default_capacity`` (a number as text, in the file's unit) stands where a row states none;
    without it such a road is unlimited. Raises ScenarioError with the lines that cannot be
    used.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if os.path.exists(file) and not os.path.isfile(file):  # a pipe might never end
        what = "is a folder, not a file" if os.path.isdir(file) else "is not a file"
        raise refused(str(file), what)
    if suffix == ".npz":
        from .binary import read_binary

        return read_binary(file)
    read = _READERS.get(suffix, read_tntp)
    return read(str(path), _text(file)).table(default_capacity)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise refused(str(file), f"the file is larger than {LARGEST} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refused(str(file), "the file is not UTF-8 text", "save it as UTF-8", line) from error
    except OSError as error:
        raise refused(str(file), f"cannot be read: {error.strerror or error}") from error
