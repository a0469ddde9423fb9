"""What is in the folder that a run leaves, and reading it again.

All files but ``manifest.json`` are the same bytes for the same scenario and seed. A folder is in
place as soon as its tables are; its figures are drawn into it, so that none can cost a run.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sim.base.diagnostics import no_folder
from sim.base.errors import FolderError, TakenError
from sim.base.files import digest_of, whole_folder
from sim.scenario.dates import date_of
from sim.scenario.model import DAY, TABLE, Scenario
from sim.state.record import ControlRow, EventRow, FlowRow, LoadRow, Move, Record, SeriesRow

from .csv_files import read_rows
from .data import DataTable
from .identity import version_of
from .manifest import MANIFEST, manifest_of, said_of
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
    return next((f for f in named if said_of(f, "status", "") == "interrupted"), None)


def run_tables(scenario: Scenario, record: Record) -> Iterator[DataTable]:
    """control, timeseries, flows, loads, events, regroup and actors, with days and dates."""
    from sim.measure.sides import side_series  # brings numpy, which reading a summary does without

    def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> DataTable:
        dated = _Dated(scenario, rows if isinstance(rows, list) else list(rows))
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


class _Dated(Sequence[tuple[Any, ...]]):
    """Rows of a run, of each the time (s), the day and the date first: made when they are read.

    There may be millions of samples, of many series at one time.
    """

    def __init__(self, scenario: Scenario, rows: list[Sequence[Any]]) -> None:
        self._scenario, self._rows = scenario, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        if isinstance(at, slice):
            return list(_Dated(self._scenario, self._rows[at]))
        return next(iter(_Dated(self._scenario, [self._rows[at]])))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        head: tuple[Any, ...] = (None,)
        for row in self._rows:
            if row[0] != head[0]:
                head = row[0], row[0] / DAY, date_of(self._scenario, row[0])
            yield (*head, *row[1:])


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


RESOLVED = "scenario.resolved.yaml"
"""The scenario of a run or an ensemble, everything stated."""


def write_scenario(folder: Path, scenario: Scenario, text: str) -> None:
    """Write a resolved scenario, whose ``text`` is given, and the table that its network is of."""
    (folder / RESOLVED).write_text(text, encoding="utf-8")
    if scenario.network.binary is not None:
        (folder / TABLE).write_bytes(scenario.network.binary.data)


def hold_once(folders: Sequence[Path]) -> None:
    """Let tables that are the same in several folders be one file, where the disk can do so."""
    first: dict[str, Path] = {}
    for table in (folder / TABLE for folder in folders):
        if table.is_file() and (same := first.setdefault(digest_of(table), table)) != table:
            with suppress(OSError):
                os.link(same, other := table.with_suffix(".link"))
                other.replace(table)


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
        raise no_folder(folder)
    if not (folder / MANIFEST).is_file():
        raise FolderError(f"{folder} is no run folder: it has no manifest.json")
    _check_version(folder)


def _check_version(folder: Path) -> None:
    """Raises FolderError where a later version of the program wrote a folder."""
    manifest, name = manifest_of(folder), "supply-axis"
    versions = manifest.get("versions")
    wrote = versions.get(name) if isinstance(versions, dict) else manifest.get("version")
    here = version_of(name)
    if () < _numbers(here) < _numbers(wrote):
        raise FolderError(
            f"{folder} was written by version {wrote} of this program, which is {here}: "
            "use that version or a later one"
        )


def _numbers(version: object) -> tuple[int, ...]:
    """The numbers of a version, (1, 20, 0) of "1.20.0"; none of what is none."""
    text = version if isinstance(version, str) else ""
    return tuple(map(int, text.split("."))) if re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text) else ()
