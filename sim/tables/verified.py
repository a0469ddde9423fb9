"""Whether what is in a folder of results is what was written there, by its manifest.

A manifest names the files of its folder with their sha256, and ends with a digest of its own other
keys. Folders below with manifests of their own (the ensembles of a study) are checked by these.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sim.base.errors import DamageWarning, FolderError, words
from sim.base.files import digest_of, fingerprint, is_leftover
from sim.base.numbers import enumerated
from sim.scenario.emit import from_yaml

from .folder import RESOLVED
from .identity import PROGRAM, PROGRAMS, apart, identity
from .manifest import DIGEST, FIGURES, MANIFEST, PARTS, unsealed


class Fault(NamedTuple):
    """A file that is not what was written, and why."""

    file: Path
    why: str

    def __str__(self) -> str:
        return f"{self.file} {self.why}"


CHANGED, GONE = "is not what was written there", "is gone"


def faults(folder: Path, names: Collection[str] | None = None) -> list[Fault]:
    """What of a folder is not what was written there, its manifest first; subfolders left out.

    Args:
        names: look at these files and the manifest alone; None looks at every file that the
            manifest names. One that it does not name is not known to be right or wrong.
    """
    manifest, why = _manifest(folder)
    named: Mapping[str, str] = manifest.get("sha256", {})
    found = [] if why is None else [Fault(folder / MANIFEST, why)]
    for name in sorted(named) if names is None else names:
        path = folder / name
        if _leads_out(folder, path):
            found.append(Fault(path, f"is a link out of {folder}: it is not read"))
        elif name in named and (said := _file_fault(path, named[name])) is not None:
            found.append(Fault(path, said))
    return found


def all_faults(folder: Path) -> list[Fault]:
    """What of a folder and of those below it is not what was written there."""
    found = faults(folder)
    for part, sha256 in sorted(_parts(folder).items()):
        manifest, why = _manifest(folder / part)
        if why is None and sha256 is not None and manifest.get("scenario_sha256") != sha256:
            found.append(Fault(folder / part, "is another ensemble than was begun there"))
    for below in folders_below(folder):
        found += faults(below)
    return found


def folders_below(folder: Path) -> list[Path]:
    """Folders of results within one: those that have a manifest, or that its manifest names."""
    there = {path.parent for path in folder.rglob(MANIFEST) if path.parent != folder}
    return sorted(there | {folder / part for part in _parts(folder)})


def unnamed(folder: Path) -> list[Path]:
    """Files in a folder and below that no manifest names, where it is finished."""
    found: list[Path] = []
    places = [folder, *folders_below(folder)]
    for place in places:
        manifest, why = _manifest(place)
        if why is not None or _WHEN not in manifest:
            continue
        inner = {other for other in places if place in other.parents}
        named = {place / name for name in (MANIFEST, *manifest.get("sha256", {}))}
        there = [path for path in sorted(place.rglob("*")) if not path.is_dir()]
        found += [p for p in there if p not in named and not inner & set(p.parents)]
    return [path for path in found if not any(map(is_leftover, path.relative_to(folder).parts))]


def tell_altered(folder: Path, names: Collection[str] | None = None) -> dict[str, list[str]]:
    """Warn of each file that is not what was written; ``names`` as of :func:`faults`.

    To be called once they were read, since one that cannot be is told anyway. What it returns is
    laid into what was read, so that what is made of that tells it too.
    """
    return tell(folder, faults(folder, names), stacklevel=4)


def tell(folder: Path, found: Sequence[Fault], *, stacklevel: int = 3) -> dict[str, list[str]]:
    """As :func:`tell_altered`, of what was found already."""
    for fault in found:
        warnings.warn(f"{fault} (sim verify {folder})", DamageWarning, stacklevel=stacklevel)
    return {ALTERED: _by_folder(folder, found)} if found else {}


def _by_folder(folder: Path, found: Sequence[Fault]) -> list[str]:
    """Files with the name of their folder alone, wherever that lies."""
    return [f"{folder.resolve().name}/{fault.file.relative_to(folder)}" for fault in found]


def told_on_a_page(folders: Iterable[Path]) -> str:
    """What of folders, and of those below them, a page that shows them has to warn of.

    Of each file :class:`DamageWarning` tells too. To be called once they were read.
    """
    parts = [part for folder in folders for part in (folder, *folders_below(folder))]
    told = [tell_altered(part, told_on_pages(part)) for part in parts]
    return altered([file for one in told for file in one.get(ALTERED, ())])


ALTERED = "altered"
"""Where a summary that was read names the files that are not what was written."""


def altered(files: Collection[str]) -> str:
    """That files are not what was written, in words; nothing of none."""
    if not files:
        return ""
    told = enumerated(sorted(set(files)), MOST)
    return f"Changed since it was written, so that what is shown here may be wrong: {told}"


MOST = 5
"""Files that are named, of those that were changed."""


def check_inside(folder: Path, *names: str) -> None:
    """Raises FolderError where a file of a folder is a link out of it, which is not followed."""
    for name in names:
        if _leads_out(folder, folder / name):
            raise FolderError(f"{folder / name} is a link out of {folder}: it is not read")


def check_unaltered(folder: Path, names: Collection[str]) -> None:
    """Raises FolderError where the manifest of a folder, or one of some files, was changed."""
    for fault in faults(folder, names):
        raise FolderError(f"{fault}; it cannot be gone on with")


def told_on_pages(folder: Path) -> list[str]:
    """The files that a manifest names but figures and pages, and the scenario."""
    named = {*_manifest(folder)[0].get("sha256", {}), RESOLVED}
    return sorted(n for n in named if not n.startswith(f"{FIGURES}/") and not n.endswith(".html"))


@contextmanager
def reading(folders: Collection[Path]) -> Iterator[None]:
    """Inside, what fails over a folder that is not what was written is told as such.

    What fails over a folder that is as this very program wrote it is a defect, and raised as it is.

    Raises:
        FolderError: something failed, and a folder was changed, or none can tell; or a file of
            one cannot be read.
    """
    try:
        yield
    except OSError as error:
        for folder in folders:
            if error.errno == errno.EISDIR and not isinstance(error.filename, str):
                # of what is open already the name is not known
                raise FolderError(f"cannot read a file of {folder}: {error.strerror}") from error
            if folder in Path(error.filename or "").parents:
                raise FolderError(f"cannot read {error.filename}: {error.strerror}") from error
        raise
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError,
            TypeError, ValueError, csv.Error) as error:  # fmt: skip
        for folder in folders:
            for fault in [*all_faults(folder), *_from_elsewhere(folder)]:
                raise FolderError(f"{fault}, and cannot be used ({words(error)})") from error
        raise


def resolved_here(folder: Path) -> dict[str, Any] | None:
    """The resolved scenario in a folder as this very program wrote it, without a check of it.

    None where another one wrote the folder: what that resolved otherwise only loading tells. The
    file itself is taken to be what was written (:func:`faults`).
    """
    manifest, why = _manifest(folder)
    program = manifest.get(PROGRAM)
    here = why is None and isinstance(program, dict) and not apart(program, identity())
    if not here or RESOLVED not in manifest.get("sha256", {}):
        return None
    found = from_yaml((folder / RESOLVED).read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else None


def unvouched(folder: Path) -> list[Fault]:
    """Why a manifest does not vouch for all that is in its folder, if it does not."""
    found = _from_elsewhere(folder)
    manifest, why = _manifest(folder)
    if why is None and not found and _WHEN not in manifest:
        said = f"is {manifest.get('status')}: only what it was begun with is known"
        found.append(Fault(folder, said))
    return found


_WHEN = "finished"
"""What a manifest of a folder that is whole says: when it was."""


def _from_elsewhere(folder: Path) -> list[Fault]:
    """That another version of the program wrote a folder, as far as its manifest tells."""
    manifest, why = _manifest(folder)
    if why is not None:
        return []
    program = manifest.get(PROGRAM)
    if DIGEST not in manifest:
        said = "has a manifest without a digest of its own: an older version wrote it"
    elif isinstance(program, dict) and apart(program, identity()):
        said = "was written by another version of the program"
    else:
        return []
    return [Fault(folder, said)]


def _manifest(folder: Path) -> tuple[Mapping[str, Any], str | None]:
    """The manifest of a folder as far as it can be used, and what is wrong with it.

    Those of older versions have no digest.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}, GONE
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"cannot be read: {words(error)}"
    if _leads_out(folder, path):
        return {}, f"is a link out of {folder}: it is not read"
    if not isinstance(found, dict):
        return {}, "is no manifest"
    named = found.get("sha256", {})
    whole = isinstance(named, dict) and all(isinstance(value, str) for value in named.values())
    sealed = DIGEST in found or not found.keys().isdisjoint((PROGRAM, PROGRAMS))
    if sealed and found.get(DIGEST) != fingerprint(unsealed(found)):
        return found if whole else {}, CHANGED
    return (found, None) if whole else ({}, "names no sha256 of its files")


def _parts(folder: Path) -> dict[str, str | None]:
    """Folders of results that a manifest says are in its own, and sha256 of their scenarios."""
    parts = _manifest(folder)[0].get(PARTS, {})
    return dict(parts) if isinstance(parts, dict) else {}


def _file_fault(path: Path, sha256: str) -> str | None:
    if not path.is_file():
        return GONE
    try:
        return None if digest_of(path) == sha256 else CHANGED
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _leads_out(folder: Path, path: Path) -> bool:
    """Whether a path within a folder is, by a link or by its words, one elsewhere."""
    place = os.path.realpath(folder)
    return os.path.commonpath([place, os.path.realpath(path)]) != place
