"""The folder that a run leaves, written to a temporary name and renamed when it is complete.

All files but ``manifest.json`` are the same bytes for the same scenario and seed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sim.base.errors import FolderError
from sim.measure.sides import side_series
from sim.scenario.dates import date_of
from sim.scenario.model import DAY, Scenario
from sim.state.record import ControlRow, EventRow, FlowRow, Move, Record, SeriesRow

from .csv_files import read_rows, write_csv

T = TypeVar("T")


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that becomes ``target`` when the block ends well.

    On any exception, an interrupt included, nothing is left. An empty folder in the way is
    replaced.

    Raises:
        FolderError: ``target`` holds something already, or cannot be made.
    """
    try:
        place = Path(os.path.realpath(target))  # a link to an empty folder is followed
        if place.exists() and not place.is_dir():
            raise FolderError(f"{target} exists already and is not a folder; name another")
        if place.exists() and any(place.iterdir()):
            raise FolderError(f"{target} exists already and is not empty; name another with --out")
        if place == Path.cwd():  # putting another in its place would leave the user in neither
            raise FolderError(f"{target} is the current folder; name one inside it with --out")
        partial = place.parent / f".{place.name}.partial-{os.getpid()}"
        partial.mkdir(parents=True)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FolderError(f"cannot write to {target.parent}: {why}") from error
    try:
        yield partial
        if place.exists():
            place.rmdir()
        partial.rename(place)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        taken = error.errno in (errno.ENOTEMPTY, errno.EEXIST)
        why = "another process has written it meanwhile" if taken else error.strerror or error
        raise FolderError(f"cannot write {target}: {why}") from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def default_target(kind: str, fingerprint: str) -> Path:
    """``results/<kind>/<UTC time>-<hash8>`` under the current folder, not yet taken."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    base = Path("results") / kind / f"{stamp}-{fingerprint[:8]}"
    target, n = base, 1
    while target.exists():
        n += 1
        target = base.with_name(f"{base.name}-{n}")
    return target


def fingerprint(text: str, seed: int) -> str:
    """sha256 of a resolved scenario and a seed, in hex."""
    return hashlib.sha256(f"{seed}\n{text}".encode()).hexdigest()


def write_tables(folder: Path, scenario: Scenario, record: Record) -> None:
    """Write control, timeseries, flows, events, regroup and actors as tidy CSV with dates."""

    def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        dated = ([row[0], *when(row[0]), *row[1:]] for row in rows)
        write_csv(folder / name, ["time_s", "day", "date", *columns], dated)

    def when(seconds: int) -> tuple[str, str]:
        date = date_of(scenario, seconds)
        return f"{seconds / DAY:.6g}", date.isoformat() if date else ""

    table("control.csv", ControlRow._fields[1:], record.control)
    table("timeseries.csv", SeriesRow._fields[1:], record.series)
    table("flows.csv", FlowRow._fields[1:], record.flows)
    table("events.csv", EventRow._fields[1:], record.events)
    table("regroup.csv", MOVE_COLUMNS[1:], (move_row(m) for m in record.moves))
    table("actors.csv", SeriesRow._fields[1:], side_series(scenario, record))


MOVE_COLUMNS = (
    "time_s", "actor", "origin", "choice", "persons", "probability", "travel_s", "outcome",
    "ended_s", "kind",
)  # fmt: skip


def move_row(move: Move) -> tuple[Any, ...]:
    """A move in the order of :data:`MOVE_COLUMNS`."""
    ended = "" if move.ended is None else move.ended
    probability = f"{move.probability:.6f}"
    return (
        move.time, move.actor, move.origin, move.choice, move.persons, probability,
        move.seconds, move.outcome, ended, "reserve" if move.reserve else "displaced",
    )  # fmt: skip


def write_json(path: Path, document: Any) -> None:
    """Write JSON, indented, UTF-8, with a newline at the end; NaN is refused."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_manifest(folder: Path, argv: Sequence[str], seed: int, started: datetime) -> None:
    """Write manifest.json: versions, git state, argv, seed, sha256 of every other file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    write_json(
        folder / "manifest.json",
        {
            "status": "complete",
            "seed": seed,
            "argv": readable(argv),
            "started": started.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            **provenance(),
            "sha256": {
                p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in files
            },
        },
    )


def readable(argv: Sequence[str]) -> list[str]:
    """The words of a command as text: bytes that are none are written as escapes."""
    return [os.fsencode(word).decode("utf-8", "backslashreplace") for word in argv]


def provenance() -> dict[str, Any]:
    """What a manifest says of the program: versions and git state."""
    return {"python": sys.version.split()[0], "versions": _versions(), "git": _git_state()}


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("supply-axis", "numpy", "simpy", "ortools", "matplotlib", "pydantic", "pyyaml"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


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

    def parse(text: str) -> dict[str, Any]:
        found = json.loads(text, parse_constant=_no_number)
        known = {"ensemble": _OF_ENSEMBLE, "study": _OF_STUDY, None: _OF_RUN}
        kinds = known.get(found.get("kind"), {}) if isinstance(found, dict) else {"kind": str}
        if not all(
            isinstance(found, dict) and isinstance(found.get(k), t) for k, t in kinds.items()
        ):
            raise FolderError(
                f"{folder / 'summary.json'} is not as this program writes it: {folder} is not the "
                "folder of a run, or another version wrote it"
            )
        return dict(found)

    return _read(folder, "summary.json", parse)


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


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder")
    if not (folder / "manifest.json").is_file():
        raise FolderError(f"{folder} is no run folder: it has no manifest.json")


def _read(folder: Path, name: str, parse: Callable[[str], T]) -> T:
    _check(folder)
    try:
        return parse((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FolderError(f"{folder} has no {name}: it is not the folder of a run") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FolderError(f"{folder / name} cannot be read: {error}") from error
