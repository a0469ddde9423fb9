"""What is in the folder that a run leaves, and reading it again.

All files but ``manifest.json`` are the same bytes for the same scenario and seed. A folder is in
place as soon as its tables are; its figures are drawn into it, so that none can cost a run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.base.errors import FigureWarning, FolderError, TakenError, words
from sim.base.files import digest_of, digests, fingerprint, locked, whole_file, whole_folder
from sim.scenario.dates import date_of
from sim.scenario.model import DAY, Scenario
from sim.state.record import ControlRow, EventRow, FlowRow, LoadRow, Move, Record, SeriesRow

from .csv_files import read_rows
from .data import DataTable
from .identity import PROGRAM, identity, version_of
from .schema import RUN

if TYPE_CHECKING:
    from sim.measure.typical import Among


def make_folder(out: Path | None, kind: str, mark: str, fill: Callable[[Path], None]) -> Path:
    """Make a folder of results, whole or not at all, and return it.

    ``fill`` puts into a folder what is to be there. ``out`` names the folder; None takes
    ``results/<kind>/<UTC time>-<mark>`` under the current folder, of which ``mark`` is the first
    eight digits, or the next number of that name that no other process has.

    Raises:
        FolderError: the folder holds something already or cannot be made.
        FullDiskError: there is no room for it.
    """
    while True:
        target = _free(kind, mark) if out is None else out
        try:
            with whole_folder(target) as partial:
                fill(partial)
            return target
        except TakenError:
            if out is not None or not target.exists():
                raise


def _free(kind: str, mark: str) -> Path:
    """A name that is not yet taken."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    base = Path("results") / kind / f"{stamp}-{mark[:8]}"
    target, n = base, 1
    while target.exists():
        n += 1
        target = base.with_name(f"{base.name}-{n}")
    return target


def interrupted_folder(kind: str, mark: str) -> Path | None:
    """The last of ``results/<kind>/*-<mark>*`` whose manifest says that it was interrupted."""
    place = Path("results") / kind
    begun = sorted(place.iterdir(), reverse=True) if place.is_dir() else []
    named = (folder for folder in begun if f"-{mark[:8]}" in folder.name)
    return next((f for f in named if _said_of(f, "status", "") == "interrupted"), None)


def run_tables(scenario: Scenario, record: Record) -> Iterator[DataTable]:
    """control, timeseries, flows, loads, events, regroup and actors, with days and dates."""
    from sim.measure.sides import side_series  # brings numpy, which reading a summary does without

    def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> DataTable:
        dated = [(row[0], row[0] / DAY, date_of(scenario, row[0]), *row[1:]) for row in rows]
        names = ("time_s", "day", "date", *columns)
        units = {column: said.unit for column, said in RUN[name].columns.items() if said.unit}
        return DataTable(name, names, dated, units, {"day": ".6g", "probability": ".6f"})

    yield table("control", ControlRow._fields[1:], record.control)
    yield table("timeseries", SeriesRow._fields[1:], record.series)
    yield table("flows", FlowRow._fields[1:], record.flows)
    yield table("loads", LoadRow._fields[1:], record.loads)
    yield table("events", EventRow._fields[1:], record.events)
    yield table("regroup", MOVES, map(_move_row, record.moves))
    yield table("actors", SeriesRow._fields[1:], side_series(scenario, record))


def write_tables(folder: Path, scenario: Scenario, record: Record) -> None:
    """Write the tables of a run as CSV, each under its name."""
    for table in run_tables(scenario, record):
        table.write_csv(folder / f"{table.name}.csv")


MOVES = (
    "actor", "origin", "choice", "persons", "probability", "travel_s", "outcome", "ended_s", "kind",
)  # fmt: skip


def _move_row(move: Move) -> tuple[Any, ...]:
    """The time of a move, then :data:`MOVES`."""
    return (
        move.time, move.actor, move.origin, move.choice, move.persons, move.probability,
        move.seconds, move.outcome, move.ended, move.kind,
    )  # fmt: skip


def write_json(path: Path, document: Any) -> None:
    """Write JSON, indented, UTF-8, with a newline at the end; NaN is refused."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


RESOLVED = "scenario.resolved.yaml"
"""The scenario of a run or an ensemble, everything stated."""

BESIDE = "beside.json"
"""Where a run lies among many, in the folder of one that was laid beside an ensemble."""


def read_beside(folder: Path) -> Among | None:
    """Where a run lies among many; None where it was laid beside none.

    Raises:
        ValueError, LookupError, TypeError: the file was changed by hand.
    """
    try:
        text = (folder / BESIDE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    from sim.measure.typical import read_among

    return read_among(json.loads(text))


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
    return _said_of(folder, "kind", "run")


def _said_of(folder: Path, key: str, default: str) -> str:
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
        PROGRAM: identity(), "python": sys.version.split()[0], "versions": _versions(),
        "git": _git_state(),
    }  # fmt: skip


def _versions() -> dict[str, str]:
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


def read_summary(folder: Path) -> dict[str, Any]:
    """summary.json of a run folder.

    Raises:
        FolderError: it is no run folder, or one that is not complete.
    """
    _check(folder)
    path = folder / "summary.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        known = {"ensemble": _OF_ENSEMBLE, "study": _OF_STUDY, None: _OF_RUN}
        kinds = known.get(found.get("kind"), {}) if isinstance(found, dict) else {"kind": str}
    except FileNotFoundError as error:
        raise FolderError(f"{folder} has no {path.name}: it is not the folder of a run") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise FolderError(f"{path} cannot be read: {error}") from error
    if not all(isinstance(found, dict) and isinstance(found.get(k), t) for k, t in kinds.items()):
        raise FolderError(
            f"{path} is not as this program writes it: {folder} is not the folder of a run, or "
            "another version wrote it"
        )
    return dict(found)


_OF_RUN: dict[str, type] = {"scenario": dict, "seed": int, "measures": dict, "checks": dict}
_OF_ENSEMBLE: dict[str, type] = {"scenario": dict, "seed": int, "n": int, "measures": dict}
_OF_STUDY: dict[str, type] = {"title": str, "factors": list, "cells": list, "effects": dict}
"""What summary.json of each kind has at least."""


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def read_series(folder: Path) -> list[SeriesRow]:
    """The rows of timeseries.csv."""
    _check(folder)
    return read_rows(folder, "timeseries.csv", SeriesRow)


def read_events(folder: Path) -> list[EventRow]:
    """The rows of events.csv."""
    _check(folder)
    return read_rows(folder, "events.csv", EventRow)


def read_control(folder: Path) -> list[ControlRow]:
    """The rows of control.csv."""
    _check(folder)
    return read_rows(folder, "control.csv", ControlRow)


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder")
    if not (folder / MANIFEST).is_file():
        raise FolderError(f"{folder} is no run folder: it has no manifest.json")
    _check_version(folder)


def _check_version(folder: Path) -> None:
    """Raises FolderError where a later version of the program wrote a folder."""
    manifest, name = manifest_of(folder), "supply-axis"
    versions = manifest.get("versions")
    wrote = versions.get(name) if isinstance(versions, dict) else manifest.get("version")
    here = _versions()[name]
    if () < _numbers(here) < _numbers(wrote):
        raise FolderError(
            f"{folder} was written by version {wrote} of this program, which is {here}: "
            "use that version or a later one"
        )


def _numbers(version: object) -> tuple[int, ...]:
    """The numbers of a version, (1, 20, 0) of "1.20.0"; none of what is none."""
    text = version if isinstance(version, str) else ""
    return tuple(map(int, text.split("."))) if re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text) else ()
