"""Network files that are not YAML: CSV, GeoJSON, GraphML, TNTP and a binary table.

:func:`read_table` reads any of them to one :class:`~sim.network.readers.table.NetworkTable`;
what is wrong in a file is a :class:`~sim.base.diagnostics.ScenarioError` that names its line.
"""

from __future__ import annotations

import os
from pathlib import Path

from sim.base.diagnostics import Mark, Report

from .table import NetworkTable

__all__ = ["SUFFIXES", "NetworkTable", "is_table", "read_table"]

SUFFIXES = (".csv", ".geojson", ".json", ".graphml", ".tntp", ".npz")
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
        report = Report()
        what = "is a folder, not a file" if os.path.isdir(file) else "is not a file"
        report.error(Mark(str(file)), what)
        report.stop_on_errors()
    if suffix == ".npz":
        from .binary import read_binary

        return read_binary(file)
    text = _text(file)
    if suffix == ".csv":
        from .csv_edges import read_csv

        rows = read_csv(str(path), text)
    elif suffix in (".geojson", ".json"):
        from .geojson import read_geojson

        rows = read_geojson(str(path), text)
    elif suffix == ".graphml":
        from .graphml import read_graphml

        rows = read_graphml(str(path), text)
    else:
        from .tntp import read_tntp

        rows = read_tntp(str(path), text)
    return rows.table(default_capacity)


def _text(file: Path) -> str:
    report = Report()
    mark = Mark(str(file))
    try:
        if file.stat().st_size > LARGEST:
            report.error(mark, f"the file is larger than {LARGEST} bytes")
        else:
            return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        report.error(Mark(str(file), line, 1), "the file is not UTF-8 text", "save it as UTF-8")
    except OSError as error:
        report.error(mark, f"cannot be read: {error.strerror or error}")
    report.stop_on_errors()
    raise AssertionError("unreachable")
