"""Files and folders written whole or not at all, and fingerprints of what they hold.

All that the program writes goes through :func:`whole_file` and :func:`whole_folder`, which give
one guarantee: a thing of that name is either what was there before or the whole new thing,
and on any exception, an interrupt included, nothing is left beside it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.base.errors import Error, FolderError, FullDiskError

_ANOTHER_PLACE = frozenset(
    {
        errno.EACCES, errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG,
        errno.ENOENT, errno.ENOTDIR, errno.ENOTEMPTY, errno.EPERM, errno.EROFS,
    }
)  # fmt: skip
"""What naming another place mends; all else is the disk's."""


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary file beside ``target`` that takes its place when the block ends well.

    Raises:
        FolderError: ``target`` is a folder, or is where nothing can be written.
        FullDiskError: there is no room for it.
    """
    partial = _beside(_named(target))
    with _cleared(partial, target):
        if target.is_dir():
            raise FolderError(f"{target} is a folder; name the file itself")
        yield partial
        partial.replace(target)


def write_whole(target: Path, text: str) -> None:
    """Write a text file, its lines ended alike on every system.

    Raises:
        FolderError, FullDiskError: as :func:`whole_file`.
    """
    with whole_file(target) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def whole_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder beside ``target`` that becomes ``target`` when the block ends well.

    An empty folder in the way is replaced; one that is not, only where ``replace`` says so.

    Raises:
        FolderError: ``target`` holds something already, or is where nothing can be written.
        FullDiskError: there is no room for it.
    """
    place = Path(os.path.realpath(_named(target)))  # a link to an empty folder is followed
    partial = _beside(place)
    with _cleared(partial, target):
        _check_free(place, target, replace)
        partial.mkdir(parents=True)
        yield partial
        if place.exists():
            shutil.rmtree(place) if replace else place.rmdir()
        partial.rename(place)


def _check_free(place: Path, target: Path, replace: bool) -> None:
    """Raises FolderError where a folder cannot be put."""
    if place.exists() and not place.is_dir():
        raise FolderError(f"{target} exists already and is not a folder; name another")
    if place.exists() and not replace and any(place.iterdir()):
        raise FolderError(f"{target} exists already and is not empty; name another")
    if place == Path.cwd():  # putting another in its place would leave the user in neither
        raise FolderError(f"{target} is the current folder; name one inside it")


_PARTIAL = ".partial-"


def _beside(target: Path) -> Path:
    return target.parent / f".{target.name}{_PARTIAL}{os.getpid()}"


def _named(target: Path) -> Path:
    """The target itself. Raises FolderError where no file can be called so."""
    if "\0" in str(target):
        raise FolderError(f"cannot write {str(target)!r}: a null byte is in the name")
    return target


@contextmanager
def _cleared(partial: Path, target: Path) -> Iterator[None]:
    """Whatever goes wrong, the partial thing is removed; the system's errors become messages."""
    try:
        yield
    except OSError as error:
        _remove(partial)
        raise unwritable(target, error) from error
    except BaseException:
        _remove(partial)
        raise


def _remove(partial: Path) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    with suppress(OSError):
        partial.unlink(missing_ok=True)


def nameless(folder: Path | None = None) -> int:
    """An open file, in a folder where that can be written to, that is gone once it is closed."""
    try:
        file, name = tempfile.mkstemp(prefix=_PARTIAL, dir=folder)
    except OSError:
        file, name = tempfile.mkstemp(prefix=_PARTIAL)
    os.unlink(name)
    return file


def unwritable(target: Path, error: OSError) -> Error:
    """What is raised where ``target`` cannot be written: who can mend it tells its kind."""
    taken = error.errno in (errno.ENOTEMPTY, errno.EEXIST)
    why = "another process has written it meanwhile" if taken else error.strerror or error
    kind = FolderError if error.errno in _ANOTHER_PLACE else FullDiskError
    return kind(f"cannot write {target}: {why}")


def sweep(folder: Path) -> None:
    """Remove what processes that were killed left half-written in a folder.

    The caller must be the only one that writes to it.
    """
    for left in folder.iterdir():
        if left.name.startswith(".") and _PARTIAL in left.name:
            _remove(left)


def lock(file: int, folder: Path) -> None:
    """Keep other writers of a folder out until a file that is open ends, or this process does.

    Raises:
        FolderError: another process has the lock.
    """
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise FolderError(f"{folder} is in use: another process writes to it") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Inside, no other process that asks for the lock of this folder gets it.

    Raises:
        FolderError: it cannot be opened, or another process has the lock.
    """
    try:
        file = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise FolderError(f"cannot open {folder}: {error.strerror}") from error
    try:
        lock(file, folder)
        yield
    finally:
        os.close(file)


def digest(data: bytes) -> str:
    """sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def fingerprint(document: Any) -> str:
    """sha256 in hex of plain data, the same whatever the order of its keys."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(folder: Path, leave_out: Collection[str] = ()) -> dict[str, str]:
    """sha256 of every file under a folder, by its path in it.

    ``leave_out`` names files, and folders with all that is in them.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    inside = ((p, p.relative_to(folder)) for p in files)
    return {
        name.as_posix(): _digest_of(path)
        for path, name in inside
        if not set(leave_out) & set(name.parts)
    }
