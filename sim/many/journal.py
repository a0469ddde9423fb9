"""The journal of an ensemble: one file of frames, one a finished replicate, only ever added to.

A frame is on its way to the disk once it is written and surely there once the journal is
synced, which happens in batches. Killed at any instant, the file is whole but for a torn
last frame; that is cut off when the journal is opened again, and its replicate runs again. So
does that of a frame whose checksum tells that it is not what was written.

The values of a row are in the order of the columns, which are named in frames of their own, once
before the first row that has them and once after it.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.base.errors import FolderError, FullDiskError
from sim.base.files import lock, nameless, whole_file

from .frames import MOST_LIKE, NAMES, ROW, Frame, frame, frames, packed, read_frame, unpacked, void
from .past_journal import past_rows

SECONDS_A_SYNC = 2.0
"""What a failure of power may cost, of runs however short."""

PAST = ".jsonl"
"""How the journals of version 0.1.0 end."""

_APART = frozenset({"replicate", "measures", "claims"})
"""What of a row is not in the second part of its frame."""

_NOT_LISTED = False
"""In place of the value of a measure that a row does not have; one that is no number is None."""


class DamagedError(FolderError):
    """A journal does not have what its folder says was run; running that again mends it."""


class Hole(NamedTuple):
    """What of a file is no whole frame; ``names`` may be what was there, on the far side of a row.

    Names stand before the first row that has them and after it.
    """

    start: int
    end: int
    names: Frame | None

    @property
    def copied(self) -> bool:
        """Whether names that are there fill it."""
        names = self.names
        return (
            names is not None
            and names.kind == NAMES
            and names.end - names.at == self.end - self.start > 0
        )

    def between(self, names: Frame) -> Hole:
        """The same, where what follows the row behind it is the copy."""
        return self if self.copied else self._replace(names=names)

    def mend(self, file: int, end: int) -> None:
        """Write the copy there, or let it be passed over as far as ``end``."""
        if self.copied and self.names is not None:
            os.pwrite(file, os.pread(file, self.end - self.start, self.names.at), self.start)
        else:
            void(file, self.start, min(self.end, end))


class Journal:
    """An open journal. ``done`` is the replicates that it has; ``units`` what it knows of them.

    One process at a time may write to it. ``damage`` says what was not as it had been written,
    '' where all was, ``copied`` whether all of that stands there a second time, so that nothing is
    lost, and ``torn`` whether the end was no whole frame. One of version 0.1.0 is read
    where there is no other, and taken over when it is written to.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Open, and cut off what is not whole.

        Raises:
            FolderError: the file cannot be opened, or another process is writing to it.
            FullDiskError: there is no room to take over an older one.
        """
        self.path = path
        self.units: dict[str, str] = {}
        self.damage, self.copied, self.torn = "", False, False
        self._like = b""
        self._at: dict[int, int] = {}
        self._unsynced, self._synced_at, self._end = False, time.monotonic(), 0
        past = path.with_suffix(PAST)
        if past.is_file() and not path.exists() and not write:
            self._file = nameless()
            self._take(past)
            return
        taken_over = _take_over(past, path) if past.is_file() and write else ""
        try:
            flags = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise FolderError(f"cannot open {path}: {error.strerror}") from error
        try:
            if write:
                lock(self._file, path.parent)
            self._read(mend=write)
        except FolderError:
            os.close(self._file)
            raise
        self.damage = taken_over or self.damage

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def done(self) -> frozenset[int]:
        """Replicates in the journal."""
        return frozenset(self._at)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, replicate: int) -> bool:
        return replicate in self._at

    # --- opening -------------------------------------------------------------------------

    def _read(self, *, mend: bool) -> None:
        """Index the whole frames; pass over or cut off for good what is none where it may."""
        holes: list[Hole] = []
        nameless: list[Frame] = []  # rows of columns that are not named yet
        last: tuple[Frame | None, Frame | None] = None, None
        for found in frames(self._file):
            if found.at > self._end:
                holes.append(Hole(self._end, found.at, last[0]))
            elif holes and last[1] is not None and last[1].at == holes[-1].end:
                holes[-1] = holes[-1].between(found)
            self._end, last = found.end, (last[1], found)
            if found.kind == NAMES:
                self._learn(found)
                nameless = [row for row in nameless if not self._index(row)]
            elif found.kind == ROW and not self._index(found):
                nameless.append(found._replace(parts=(b"", b"")))
        if nameless:  # and so are all that follow: columns are only ever added
            self._end = nameless[0].at
        size = os.fstat(self._file).st_size
        if not nameless and (tail := Hole(self._end, size, last[0])).copied:
            holes.append(tail)
            self._end = size
        if holes or nameless:
            self.damage = _damaged(self.path, len(holes) or 1)
            self.copied = not nameless and all(hole.copied for hole in holes)
        self.torn = self._end < size
        if not mend:
            return
        for hole in holes:
            hole.mend(self._file, self._end)
        if self.torn:
            os.ftruncate(self._file, self._end)

    def _learn(self, found: Frame) -> None:
        """Take in the names of columns that follow those that are known."""
        if found.number != len(self.units) or not (self._like or found.parts[1]):
            return  # a copy, or what it builds on is lost
        try:
            self.units.update(json.loads(unpacked(found.parts[0])))
            self._like = self._like or unpacked(found.parts[1])
        except (ValueError, TypeError) as error:
            raise FolderError(f"{self.path} is no journal that this program wrote") from error

    def _index(self, row: Frame) -> bool:
        """Note where a row is, the first of a replicate; False where its columns have no names."""
        if row.columns > len(self.units) or not self._like:
            return False
        self._at.setdefault(row.number, row.at)
        return True

    def _take(self, past: Path) -> None:
        """Add the rows of a journal of version 0.1.0."""
        lost = 0
        for found in past_rows(past):
            if found is None:
                lost += 1
            else:
                self.append(*found)
        if lost:
            self.damage = _damaged(past, lost)

    # --- writing -------------------------------------------------------------------------

    def append(self, row: dict[str, Any], units: dict[str, str]) -> None:
        """Add a replicate; one that is there already is left as it is.

        Raises:
            FullDiskError: there is no room; the rows before it are kept.
            ValueError: a measure of it has no unit, or a value is no number of JSON.
        """
        if row["replicate"] in self._at:
            return
        new = {path: unit for path, unit in units.items() if path not in self.units}
        measures, known = row["measures"], len(self.units)
        if any(path not in self.units and path not in new for path in measures):
            raise ValueError("a measure without a unit")
        values = [measures.get(path, _NOT_LISTED) for path in (*self.units, *new)]
        first = _text([values, row.get("claims")])
        second = _text({key: value for key, value in row.items() if key not in _APART})
        like = self._like or (second + first)[-MOST_LIKE:]
        written = frame(
            ROW, row["replicate"], len(values), packed(first, like), packed(second, like)
        )
        names = b""
        if new or not self._like:
            said = packed(_text(new)), b"" if self._like else packed(like)
            names = frame(NAMES, known, len(new), *said)
        self._write(names + written + names)
        self._at[row["replicate"]] = self._end + len(names)
        self._end += len(written) + 2 * len(names)
        self._like = like
        self.units.update(new)

    def _write(self, data: bytes) -> None:
        """Write at the end, all of it or nothing."""
        try:
            at = self._end
            while data:
                count = os.pwrite(self._file, data, at)
                at, data = at + count, data[count:]
            self._unsynced = True
            if time.monotonic() - self._synced_at > SECONDS_A_SYNC:
                self.sync()
        except OSError as error:
            os.ftruncate(self._file, self._end)
            why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
            raise FullDiskError(f"cannot write to {self.path}: {why}") from error

    def sync(self) -> None:
        """Make sure that what was added is on the disk."""
        os.fsync(self._file)
        self._unsynced, self._synced_at = False, time.monotonic()

    # --- reading -------------------------------------------------------------------------

    def rows(self, replicates: Iterable[int]) -> Iterator[dict[str, Any]]:
        """The rows of some replicates, in the order asked for.

        Raises:
            DamagedError: the journal does not have one of them.
        """
        paths = list(self.units)
        for replicate in replicates:
            found = self._frame(replicate)
            yield {**self._outcome(found, paths), **self._said(found.parts[1])}

    def outcomes(self, replicates: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Replicate, measures and claims alone of some rows, which takes a third of the time.

        Raises:
            DamagedError: the journal does not have one of them.
        """
        paths = list(self.units)
        for replicate in replicates:
            yield self._outcome(self._frame(replicate), paths)

    def _frame(self, replicate: int) -> Frame:
        at = self._at.get(replicate)
        found = None if at is None else read_frame(self._file, at)
        if found is None:
            raise DamagedError(
                f"{self.path} does not have replicate {replicate}: it is damaged, or was changed; "
                "going on with its folder (--resume) runs that again"
            )
        return found

    def _outcome(self, found: Frame, paths: Sequence[str]) -> dict[str, Any]:
        values, claims = self._said(found.parts[0])
        pairs = zip(paths, values, strict=False)  # columns that came later are not in it
        measures = {path: value for path, value in pairs if value is not _NOT_LISTED}
        told = {} if claims is None else {"claims": claims}
        return {"replicate": found.number, "measures": measures, **told}

    def _said(self, part: bytes) -> Any:
        try:
            return json.loads(unpacked(part, self._like))
        except ValueError as error:
            raise DamagedError(f"{self.path} has a frame that is no row of a run") from error

    def close(self) -> None:
        """Sync and close; closing again does nothing."""
        if self._file >= 0:
            if self._unsynced:
                self.sync()
            os.close(self._file)
            self._file = -1


def _text(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def _damaged(path: Path, places: int) -> str:
    return f"{path} is not as it was written in {places} {'place' if places == 1 else 'places'}"


def _take_over(past: Path, path: Path) -> str:
    """Write a journal of version 0.1.0 anew as one of today; what was damaged in it."""
    damage = ""
    with past.open("rb") as file:
        lock(file.fileno(), path.parent)
        if not path.exists():
            with whole_file(path) as partial, Journal(partial) as journal:
                journal._take(past)
                damage = journal.damage
        past.unlink()
    return damage
