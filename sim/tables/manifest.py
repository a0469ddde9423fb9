"""The manifest of a folder of results: what it is, who wrote it, the digest of each of its files.

Figures are drawn into a folder whose tables and manifest are whole, and are named in it then.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

from sim.base.errors import FigureWarning, words
from sim.base.files import digest_of, digests, fingerprint, locked, whole_file, write_json

from .identity import PROGRAM, identity, version_of

MANIFEST, FIGURES, DIGEST = "manifest.json", "figures", "digest"

PENDING, DONE, NONE = "pending", "done", "none"
"""What a manifest says of figures; where some could not be drawn it lists them instead."""


DRAWING = "drawing"
"""Where the manifest of a run says which figures were asked for."""


class Wanted(NamedTuple):
    """Which figures are drawn: ``everything`` that there is of a run, and each as SVG too."""

    everything: bool = False
    svg: bool = False


class Undrawn(NamedTuple):
    """A figure that could not be drawn, and why."""

    figure: str
    error: str


FINISHED = ("complete", "failed", "stopped")
"""What a manifest says of a folder in which all is done that will be, unless it is gone on with."""

PARTS = "parts"
"""Where a manifest names the folders of results that are in its own."""

Draw = Callable[[Path], Sequence[Undrawn]]
"""Draws figures into a folder that is there, each whole, whatever becomes of the others."""


def write_manifest(
    folder: Path, head: Mapping[str, Any], argv: Sequence[str], leave_out: Sequence[str] = (),
    *, pending: bool = False,
) -> None:  # fmt: skip
    """Write manifest.json of what is complete but for its figures.

    It holds ``head``, whether figures are ``pending``, argv, when it was finished, versions, git
    state, sha256 of every file but figures and those that ``leave_out`` names, and its digest.

    Raises:
        FullDiskError, FolderError: it cannot be written.
    """
    document = {
        **head,
        FIGURES: PENDING if pending else NONE,
        "argv": readable(argv),
        "finished": now(),
        **provenance(),
        "sha256": digests(folder, (MANIFEST, FIGURES, *leave_out)),
    }
    put_manifest(folder, document)


def put_manifest(folder: Path, document: Mapping[str, Any]) -> None:
    """Write manifest.json; it ends with the digest of its other keys, whatever their order.

    Raises:
        FullDiskError, FolderError: it cannot be written.
    """
    with whole_file(folder / MANIFEST) as path:
        write_json(path, {**unsealed(document), DIGEST: fingerprint(unsealed(document))})


def unsealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest without its digest."""
    return {key: value for key, value in manifest.items() if key != DIGEST}


def add_files(folder: Path, *targets: Path) -> None:
    """Name files that were written into a finished folder later, in its manifest.

    What is elsewhere is left out, and so is all where the folder names no files.

    Raises:
        FolderError: another process writes to the folder.
        FullDiskError: there is no room for the manifest; the old one stays.
    """
    place = folder.resolve()
    inside = [path.resolve() for path in targets if place in path.resolve().parents]
    with locked(folder):
        manifest = manifest_of(folder)
        named = manifest.get("sha256")
        if not inside or not isinstance(named, dict):
            return
        found = {path.relative_to(place).as_posix(): digest_of(path) for path in inside}
        put_manifest(folder, {**manifest, "sha256": dict(sorted({**named, **found}.items()))})


def draw_into(folder: Path, draw: Draw | None, wanted: Wanted | None = None) -> None:
    """Draw the figures of a folder whose tables and manifest are whole, in place of older ones.

    The manifest then says that they are done, or which could not be drawn and why, of which
    :class:`FigureWarning` tells too. Interrupted, it still says pending. Where ``draw`` is None
    those of older tables are removed. It says too what was ``wanted``, where that is told.

    Raises:
        FolderError: another process draws into it.
        FullDiskError: there is no room for the manifest; the old one stays.
    """
    place = folder / FIGURES
    with locked(folder):
        rmtree(place, ignore_errors=True)
        if draw is None:
            return
        try:
            undrawn = _drawn(place, draw)
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(f"{folder} is whole but for its figures") from stop
        document = json.loads((folder / MANIFEST).read_bytes())
        document[FIGURES] = [u._asdict() for u in undrawn] if undrawn else DONE
        document["finished"] = now()
        if wanted is not None:
            document[DRAWING] = wanted._asdict()
        drawn = {f"{FIGURES}/{name}": digest for name, digest in digests(place).items()}
        other = {k: v for k, v in document["sha256"].items() if not _is_of_figure(k)}
        document["sha256"] = dict(sorted({**other, **drawn}.items()))
        put_manifest(folder, document)
    for figure, error in undrawn:
        said = f"figure {figure} of {folder} could not be drawn: {error}"
        warnings.warn(said, FigureWarning, stacklevel=2)


def _drawn(place: Path, draw: Draw) -> Sequence[Undrawn]:
    """The figures that could not be drawn; all of them together where none can be begun."""
    try:
        place.mkdir()
        return draw(place)
    except Exception as error:
        return [Undrawn(FIGURES, words(error))]


def _is_of_figure(name: str) -> bool:
    return name.startswith(f"{FIGURES}/")


def lacks_figures(folder: Path) -> bool:
    """Whether figures were to be drawn into a folder, and some of them are not there.

    They are pending, some could not be drawn, or a file of them is gone.
    """
    manifest = manifest_of(folder)
    if (said := manifest.get(FIGURES, NONE)) == NONE:
        return False
    drawn = filter(_is_of_figure, manifest.get("sha256", {}))
    return said != DONE or not all((folder / name).is_file() for name in drawn)


def wanted_of(folder: Path) -> Wanted:
    """Which figures were asked for when a folder was written, as its manifest tells.

    That of a run does not where it comes from a version that drew all of them, and as SVG too.
    """
    manifest = manifest_of(folder)
    said = manifest.get(DRAWING)
    if isinstance(said, dict):
        return Wanted(said.get("everything") is True, said.get("svg") is True)
    as_svg = any(name.endswith(".svg") for name in manifest.get("sha256", {}))
    return Wanted(True, as_svg or kind_of(folder) == "run")


def undrawn(folder: Path) -> list[Undrawn]:
    """The figures that could not be drawn into a folder, by its manifest."""
    said = manifest_of(folder).get(FIGURES)
    return [Undrawn(**one) for one in said] if isinstance(said, list) else []


def now() -> str:
    """The time in UTC, to the second, as manifests state it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def kind_of(folder: Path) -> str:
    """What a manifest says that a folder is: run, ensemble or study.

    "run" where it says nothing or is none: reading it as one says what is wrong with it.
    """
    return said_of(folder, "kind", "run")


def said_of(folder: Path, key: str, default: str) -> str:
    """What the manifest in a folder says, if it can be read."""
    return str(manifest_of(folder).get(key, default))


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """The manifest in a folder; nothing where it cannot be read."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def readable(argv: Sequence[str]) -> list[str]:
    """The words of a command as text: bytes that are none are written as escapes."""
    return [os.fsencode(word).decode("utf-8", "backslashreplace") for word in argv]


def provenance() -> dict[str, Any]:
    """What a manifest says of the program: what decides its numbers, versions and git state."""
    return {
        PROGRAM: identity(), "python": sys.version.split()[0], "versions": versions_here(),
        "git": _git_state(),
    }  # fmt: skip


def versions_here() -> dict[str, str]:
    names = ("supply-axis", "numpy", "simpy", "ortools", "matplotlib", "pydantic", "pyyaml")
    return {name: version_of(name) for name in names}


def _git_state() -> dict[str, Any] | None:
    """The commit of the source that runs, and whether it was changed; None outside git."""
    import subprocess

    here = Path(__file__).parent

    def ask(*words: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *words], cwd=here, capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = ask("rev-parse", "HEAD")
    if not commit:
        return None
    return {"commit": commit, "changed": bool(ask("status", "--porcelain", "--", "."))}
