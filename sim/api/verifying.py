"""Whether what is in a folder of results is what was written there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError
from sim.base.said import counted
from sim.many.journal import Journal
from sim.tables.manifest import MANIFEST, manifest_of
from sim.tables.verified import CHANGED, Fault, all_faults, folders_below, unnamed, unvouched

from .show import Facts, Shown

MOST = 10
"""Files that are named where it is shown."""


@dataclass(frozen=True, repr=False)
class Verified(Shown):
    """A folder of results against its manifests: what is not as it was written.

    ``faults`` are files that were changed or are gone, ``unnamed`` those that no manifest names.
    ``files`` is how many were checked, in ``folders`` with a manifest each. ``unvouched`` are
    folders whose manifest has no digest of its own, as versions before wrote them, and those that
    are not finished, of which only what they were begun with is known.
    """

    folder: Path
    folders: int
    files: int
    faults: tuple[Fault, ...]
    unnamed: tuple[Path, ...]
    unvouched: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        """True where nothing was changed and nothing is gone."""
        return not self.faults

    def document(self) -> dict[str, Any]:
        """What ``sim verify --json`` prints."""
        return {
            "folder": str(self.folder),
            "whole": self.whole,
            "folders": self.folders,
            "files": self.files,
            "faults": [{"file": str(f.file), "why": f.why} for f in self.faults],
            "unnamed": [str(path) for path in self.unnamed],
            "unvouched": [{"folder": str(f.file), "why": f.why} for f in self.unvouched],
        }

    def lines(self) -> list[str]:
        """The same in sentences, the faults first."""
        is_so = "is not" if self.faults else "is, as far as is known," if self.unvouched else "is"
        checked = f"{counted(self.files, 'file')} and {counted(self.folders, 'manifest')} checked"
        return [
            *map(str, self.faults),
            *(f"{path} is named by no manifest" for path in self.unnamed),
            *map(str, self.unvouched),
            f"{self.folder} {is_so} as it was written: {checked}",
        ]

    def _glance(self) -> tuple[str, Facts]:
        *found, last = self.lines()
        return last, [("", line) for line in found[:MOST]]


def verify(folder: str | os.PathLike[str]) -> Verified:
    """Check a folder of results against its manifest: a run, an ensemble, a study, or any other.

    Every file that a manifest names is read and its sha256 compared, the manifest by the digest
    of its own other keys, and the ensembles below by their own manifests. The journal of an
    ensemble under way is checked by the checksums of its frames. Nothing is changed.

    Raises:
        FolderError: it is no folder of results.
    """
    place = Path(folder)
    if not (place / MANIFEST).is_file():
        raise FolderError(f"{place} is no folder of results: it has no {MANIFEST}")
    places = [place, *folders_below(place)]
    files = sum(len(manifest_of(one).get("sha256", ())) for one in places)
    found = [_no_loss(fault) for fault in all_faults(place)]
    found += [fault for one in places for fault in _in_journals(one)]
    return Verified(
        place, len(places), files, tuple(found), tuple(unnamed(place)),
        tuple(fault for one in places for fault in unvouched(one)),
    )  # fmt: skip


def _no_loss(fault: Fault) -> Fault:
    """The fault; of a journal in which nothing is lost it says so."""
    if fault.why != CHANGED or fault.file.suffix != ".journal":
        return fault
    with suppress(FolderError), Journal(fault.file, write=False) as journal:
        if journal.copied:
            return fault._replace(
                why=f"{CHANGED}: all that is damaged stands there twice, and is mended "
                "where its folder is gone on with"
            )
    return fault


def _in_journals(folder: Path) -> Iterator[Fault]:
    """Journals that no manifest names yet, by the checksums of their frames."""
    named = manifest_of(folder).get("sha256", ())
    for path in sorted(folder.glob("*.journal")):
        if path.name in named or not path.is_file():
            continue
        with Journal(path, write=False) as journal:
            if journal.damage:
                yield Fault(path, "is damaged; going on with it runs again what it lacks")
