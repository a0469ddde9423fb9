"""Columns of many runs, one in memory at a time: where they are large a file holds them.

The file has no name and goes with the columns. They are in it one after the other, each in the
order of the runs, so that memory does not grow with their number.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from sim.base.files import nameless, unwritable

from .statistics import Values

IN_MEMORY = 1 << 24
"""Bytes above which columns are in a file."""

_RUNS = 1024
_BYTES = np.dtype(np.float64).itemsize


class Columns(Mapping[str, Values]):
    """Columns by their names, sorted; each is read when it is asked for, and not kept."""

    def __init__(self, names: Iterable[str], read: Callable[[str, slice], Values]) -> None:
        self._names, self._read = dict.fromkeys(sorted(names)), read

    def __getitem__(self, name: str) -> Values:
        return self.part(name, slice(None))

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def part(self, name: str, runs: slice) -> Values:
        """Neighbouring runs of a column. Raises KeyError where there is none of that name."""
        if name not in self._names:
            raise KeyError(name)
        return self._read(name, runs)


class Stored:
    """Columns of ``count`` runs that are filled run by run.

    In a run that does not fill a column it is what ``absent`` says of it. ``folder`` is where the
    file of large ones is made; None leaves that to the system.
    """

    def __init__(
        self, count: int, absent: Callable[[str], float], folder: Path | None = None
    ) -> None:
        self._count, self._absent, self._bytes = count, absent, _Bytes(folder)
        self._at: dict[str, int] = {}
        self._block: dict[str, Values] = {}
        self._first, self._filled = 0, 0  # run of the block, and those of it that are filled

    @property
    def names(self) -> list[str]:
        """The columns that some run has filled."""
        return list(self._at)

    def add(self, run: Iterable[tuple[str, float]]) -> None:
        """Fill the next run: names of columns and values.

        Raises:
            FullDiskError: there is no room for the file.
        """
        for name, value in run:
            if name not in self._block:
                self._block[name] = np.full(_RUNS, self._absent(name))
                if name not in self._at:
                    self._begin(name)
            self._block[name][self._filled] = value
        self._filled += 1
        if self._filled == _RUNS:
            self.flush()

    def _begin(self, name: str) -> None:
        """Give a column its place, with what it is in the runs before the block."""
        self._at[name] = len(self._at) * self._count * _BYTES
        for first in range(0, self._first, _RUNS):
            self._bytes.write(self._at[name] + first * _BYTES, self._block[name].tobytes())

    def flush(self) -> None:
        """Put away what was added; the columns can be read up to here."""
        for name, at in self._at.items():
            values = self._block.get(name)
            if values is None:
                values = np.full(_RUNS, self._absent(name))
            self._bytes.write(at + self._first * _BYTES, values[: self._filled].tobytes())
        self._first, self._filled = self._first + self._filled, 0
        self._block.clear()

    def read(self, name: str, runs: slice) -> Values:
        """Neighbouring runs of a column."""
        start, stop, _ = runs.indices(self._count)
        data = self._bytes.read(self._at[name] + start * _BYTES, max(stop - start, 0) * _BYTES)
        return np.frombuffer(data).copy()


class _Bytes:
    """Bytes that are written anywhere: in memory, in a file where they are many."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._few: bytearray | None = bytearray()
        self._file = -1

    def write(self, at: int, data: bytes) -> None:
        if self._few is not None:
            if at + len(data) <= IN_MEMORY:
                self._few.extend(bytes(max(at + len(data) - len(self._few), 0)))
                self._few[at : at + len(data)] = data
                return
            self._file = nameless(self._folder)
            weakref.finalize(self, os.close, self._file)
            few, self._few = bytes(self._few), None
            self.write(0, few)
        try:
            while data:
                count = os.pwrite(self._file, data, at)
                at, data = at + count, data[count:]
        except OSError as error:
            raise unwritable(self._folder or Path("a file of columns"), error) from error

    def read(self, at: int, size: int) -> bytes:
        if self._few is not None:
            return bytes(self._few[at : at + size])
        return os.pread(self._file, size, at)
