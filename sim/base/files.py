"""Files and folders written whole or not at all, and fingerprints of what they hold.

All that the program writes goes through :func:`whole_file` and :func:`whole_folder`, which give
one guarantee: a thing of that name is either what was there before or the whole new thing,
and on any exception, an interrupt included, nothing is left beside it. What a killed process left
is taken away by the next that writes the same thing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.base.errors import Error, FolderError, FullDiskError, TakenError

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
    with _told(_named(target)):
        if target.is_dir():
            raise FolderError(f"{target} is a folder; name the file itself")
        with _beside(target) as place:
            partial = place / target.name
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
        TakenError: ``target`` holds something already, or does when the block ends.
        FolderError: it is where nothing can be written.
        FullDiskError: there is no room for it.
    """
    with _told(_named(target)):
        place = Path(os.path.realpath(target))  # a link to an empty folder is followed
        _check_free(place, target, replace)
        if not place.parent.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
        with _beside(place) as partial:
            yield partial
            if replace and place.exists():
                shutil.rmtree(place)
            partial.rename(place)


def _check_free(place: Path, target: Path, replace: bool) -> None:
    """Raises FolderError where a folder cannot be put."""
    if place.exists() and not place.is_dir():
        raise FolderError(f"{target} exists already and is not a folder; name another")
    if place.exists() and not replace and any(place.iterdir()):
        raise TakenError(f"{target} exists already and is not empty; name another")
    if place == Path.cwd():  # putting another in its place would leave the user in neither
        raise FolderError(f"{target} is the current folder; name one inside it")


_PARTIAL = ".partial-"


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new folder beside ``target``, held under a lock; afterwards it is gone.

    Those that processes which were killed left for the same target are taken away.
    """
    sweep(target.parent, target.name)
    partial, held = _claimed(target)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if held is not None:
            os.close(held)


def _claimed(target: Path) -> tuple[Path, int | None]:
    """A folder that no other process has, and the file whose lock says so."""
    while True:
        partial = target.parent / f".{target.name}{_PARTIAL}{secrets.token_hex(4)}"
        try:
            partial.mkdir()
            held = _held(partial)
        except (FileExistsError, BlockingIOError):  # another has this name, or sweeps it away
            continue
        except FileNotFoundError:
            if target.parent.is_dir():
                continue
            raise
        if partial.is_dir():
            return partial, held
        if held is not None:
            os.close(held)


def _held(folder: Path) -> int | None:
    """A file that is open with the lock of a folder; None where there are no such locks.

    Raises:
        BlockingIOError: another process has the lock.
        OSError: the folder cannot be opened.
    """
    if os.name == "nt":  # folders cannot be opened there
        return None
    file = os.open(folder, os.O_RDONLY)
    try:
        taken = _flock(file)
    except BlockingIOError:
        os.close(file)
        raise
    if taken:
        return file
    os.close(file)
    return None


def _flock(file: int) -> bool:
    """Lock a file that is open; False where there are no such locks.

    Raises:
        BlockingIOError: another process has the lock.
    """
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True


def _named(target: Path) -> Path:
    """The target itself. Raises FolderError where no file can be called so."""
    if "\0" in str(target):
        raise FolderError(f"cannot write {str(target)!r}: a null byte is in the name")
    return target


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """The system's errors become messages about ``target``."""
    try:
        yield
    except OSError as error:
        raise unwritable(target, error) from error


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
    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
        return TakenError(f"cannot write {target}: another process has written it meanwhile")
    kind = FolderError if error.errno in _ANOTHER_PLACE else FullDiskError
    return kind(f"cannot write {target}: {error.strerror or error}")


def is_leftover(name: str) -> bool:
    """Whether a name is that of something half-written."""
    return name.startswith(".") and _PARTIAL in name


def sweep(folder: Path, of: str | None = None) -> None:
    """Remove what processes that were killed left half-written in a folder.

    What a process still holds stays. ``of`` names the one file or folder whose leftovers go; those
    of all that is in the folder unless told.
    """
    with suppress(OSError):
        for left in [p for p in folder.iterdir() if is_leftover(p.name)]:
            if of is None or left.name.startswith(f".{of}{_PARTIAL}"):
                _remove(left)


def _remove(left: Path) -> None:
    """Remove a leftover, unless a process holds it."""
    with suppress(OSError):
        held = _held(left)
        if held is None:  # none can tell whether a process holds it
            return
        shutil.rmtree(left, ignore_errors=True)
        left.unlink(missing_ok=True)  # versions before wrote files of this name
        os.close(held)


def lock(file: int, folder: Path) -> None:
    """Keep other writers of a folder out until a file that is open ends, or this process does.

    Raises:
        FolderError: another process has the lock.
    """
    try:
        _flock(file)
    except BlockingIOError as error:
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


def digest_of(file: Path) -> str:
    """sha256 in hex of what a file holds. Raises OSError where it cannot be read."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def fingerprint(document: Any) -> str:
    """sha256 in hex of plain data, the same whatever the order of its keys."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))


def digests(folder: Path, leave_out: Collection[str] = ()) -> dict[str, str]:
    """sha256 of every file under a folder, by its path in it.

    ``leave_out`` names files, and folders with all that is in them.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    inside = ((p, p.relative_to(folder)) for p in files)
    return {
        name.as_posix(): digest_of(path)
        for path, name in inside
        if not set(leave_out) & set(name.parts)
    }


def write_json(path: Path, document: Any) -> None:
    """Write JSON, indented, UTF-8, with a newline at the end; NaN is refused."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
