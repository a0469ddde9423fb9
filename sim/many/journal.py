"""The journal of an ensemble: one line of JSON a finished replicate, only ever added to.

A line is on its way to the disk once it is written and surely there once the journal is
synced, which happens in batches. Killed at any instant, the file is whole but for a torn
last line; that is cut off when the journal is opened again, and its replicate runs again.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError, FullDiskError
from sim.base.files import lock

ROWS_A_SYNC = 64
SECONDS_A_SYNC = 2.0


class Journal:
    """An open journal. ``done`` is the replicates that it has; ``units`` what it knows of them.

    One process at a time may write to it.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Open, and cut off what is not a whole line.

        Raises:
            FolderError: the file cannot be opened, or another process is writing to it.
        """
        self.path = path
        self.units: dict[str, str] = {}
        self._at: dict[int, int] = {}
        try:
            flags = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise FolderError(f"cannot open {path}: {error.strerror}") from error
        if write:
            try:
                lock(self._file, path.parent)
            except FolderError:
                os.close(self._file)
                raise
        self._end = self._read()
        if write and self._end < os.fstat(self._file).st_size:
            os.ftruncate(self._file, self._end)
        self._unsynced, self._synced_at = 0, time.monotonic()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def done(self) -> frozenset[int]:
        """Replicates in the journal."""
        return frozenset(self._at)

    def _read(self) -> int:
        """Index the whole lines; returns where they end."""
        end = 0
        with open(self._file, "rb", closefd=False) as file:
            for line in file:
                row = _parse(line)
                # units are said once, in the first row that has the measure, whichever
                # replicate that is; the first row of a replicate wins
                units = {} if row is None else row.get("units", {})
                if row is None or not row["measures"].keys() <= self.units.keys() | units.keys():
                    break
                self._at.setdefault(row["replicate"], end)
                self.units.update(units)
                end += len(line)
        return end

    def __contains__(self, replicate: int) -> bool:
        return replicate in self._at

    def append(self, row: dict[str, Any], units: dict[str, str]) -> None:
        """Add a replicate; one that is there already is left as it is.

        Raises:
            FullDiskError: there is no room; the rows before it are kept.
        """
        if row["replicate"] in self._at:
            return
        new = {path: unit for path, unit in units.items() if path not in self.units}
        whole = {**row, "units": new} if new else row
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        line = text.encode() + b"\n"
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            rest = line
            while rest:
                rest = rest[os.write(self._file, rest) :]
            self._unsynced += 1
            now = time.monotonic()
            if self._unsynced >= ROWS_A_SYNC or now - self._synced_at > SECONDS_A_SYNC:
                self.sync()
        except OSError as error:
            os.ftruncate(self._file, self._end)
            why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
            raise FullDiskError(f"cannot write to {self.path}: {why}") from error
        self._at[row["replicate"]] = self._end
        self._end += len(line)
        self.units.update(new)

    def sync(self) -> None:
        """Make sure that what was added is on the disk."""
        os.fsync(self._file)
        self._unsynced, self._synced_at = 0, time.monotonic()

    def rows(self, replicates: Iterable[int]) -> Iterator[dict[str, Any]]:
        """The rows of some replicates, in the order asked for.

        Raises:
            KeyError: the journal does not have one of them.
        """
        with open(self._file, "rb", closefd=False) as file:
            for replicate in replicates:
                file.seek(self._at[replicate])
                row = json.loads(file.readline())
                row.pop("units", None)
                yield row

    def close(self) -> None:
        """Sync and close; closing again does nothing."""
        if self._file >= 0:
            if self._unsynced:
                self.sync()
            os.close(self._file)
            self._file = -1


def _parse(line: bytes) -> dict[str, Any] | None:
    """A row, or None of what is no whole line."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(row, dict) and type(row.get("replicate")) is int):
        return None
    measures, units = row.get("measures"), row.get("units", {})
    whole = (
        isinstance(measures, dict)
        and isinstance(units, dict)
        and all(isinstance(value, int | float | None) for value in measures.values())
        and all(isinstance(unit, str) for unit in units.values())
    )
    return row if whole else None
