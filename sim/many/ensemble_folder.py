"""The folder of an ensemble: its plan and manifest, its journal, and the tables made from it.

The folder appears whole with an empty journal; tables are made beside it and renamed into
place. All of it but the manifest and the raw journal is the same bytes whatever the engine.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import FolderError
from sim.base.files import digest, fingerprint, whole_file, write_json
from sim.measure.effects import Hanging, hanging
from sim.measure.ensemble import Replicates, interval, summarize, table, tidy
from sim.measure.steps import is_time
from sim.scenario.loader import dump_resolved, load
from sim.scenario.model import TABLE, Scenario
from sim.tables.csv_files import write_csv as write_rows
from sim.tables.data import DataTable
from sim.tables.folder import RESOLVED, interrupted_folder, make_folder, write_scenario
from sim.tables.identity import PROGRAMS, Identity, among, apart, identity, joined
from sim.tables.manifest import MANIFEST, now, put_manifest, write_manifest
from sim.tables.of_many import doubtful_roads
from sim.tables.verified import check_inside

from .comparison import STATED, stated
from .journal import Journal

ROWS_AT_ONCE = 256
"""Rows of a table that are in memory as Python numbers."""

CELLS_AT_ONCE = 1 << 22
"""Cells of a row group of Parquet: what is in memory as it is written."""

JOURNAL, REPLICATES, SUMMARY = "replicates.journal", "replicates.csv", "summary.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an ensemble is to be: ``n`` replicates (at most, with ``until``) under ``seed``.

    ``shard`` (k, N) takes every N-th of them, from number k - 1.
    """

    n: int
    seed: int
    until: str | None = None
    shard: tuple[int, int] | None = None

    @property
    def replicates(self) -> range:
        """The numbers of its replicates."""
        k, of = self.shard or (1, 1)
        return range(k - 1, self.n, of)


def begin(
    scenario: Scenario, plan: Plan, out: Path | None = None, programs: Sequence[Identity] = ()
) -> Path:
    """Make the folder of an ensemble, with nothing run yet, and return it.

    ``programs`` are those that made its runs, where they are taken from elsewhere; this one unless
    told.

    Raises:
        FolderError: the folder holds something already or cannot be made.
        FullDiskError: there is no room for it.
    """
    text = dump_resolved(scenario.seeded(plan.seed))
    made = programs or [identity()]

    def fill(place: Path) -> None:
        write_scenario(place, scenario, text)
        (place / JOURNAL).touch()
        put_manifest(place, _manifest("running", plan, digest(text.encode()), made))

    return make_folder(out, scenario.id, _mark(scenario, plan), fill)


def begun(scenario: Scenario, plan: Plan) -> Path | None:
    """The folder, of no name given, of the same ensemble that was interrupted."""
    return interrupted_folder(scenario.id, _mark(scenario, plan))


def _mark(scenario: Scenario, plan: Plan) -> str:
    return fingerprint([dump_resolved(scenario.seeded(plan.seed)), asdict(plan)])


def reopen(folder: Path, *, any_version: bool = False) -> tuple[Scenario, Plan]:
    """The scenario and the plan of an ensemble's folder, complete or not.

    Args:
        any_version: take one of another version of this program too: to read it, or to go on
            with runs of several.

    Raises:
        FolderError: it is no ensemble, was changed by hand, or is of another version.
        ScenarioError: its scenario cannot be read.
    """
    manifest = read_manifest(folder)
    if not any_version:
        check_programs(folder, programs_of(manifest))
    path = folder / RESOLVED
    check_inside(folder, RESOLVED, TABLE)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FolderError(f"cannot read {path}: {error.strerror}") from error
    if digest(text.encode()) != manifest["scenario_sha256"]:
        raise FolderError(f"{path} was changed since the ensemble began; begin it again")
    return load(path), _plan(manifest)


def check_programs(folder: Path, programs: Iterable[Identity]) -> None:
    """Raises FolderError where one of those that made runs in a folder is not this program."""
    for program in programs:
        known = {name: here for name, here in among([program]).items() if name in program}
        if found := apart(program, known):
            raise FolderError(
                f"{folder} was made by another version of this program, or on other packages "
                f"({', '.join(found)}): runs of both are not alike. Begin it again, or mix them "
                "with --across-versions (across_versions in Python), which every result then tells"
            )


def programs_of(manifest: Mapping[str, Any]) -> list[Identity]:
    """The programs that made the runs of an ensemble.

    Of one that a version before 0.2 began nothing but that version is known.
    """
    return list(manifest.get(PROGRAMS, [{"supply-axis": manifest["version"]}]))


def read_manifest(folder: Path) -> dict[str, Any]:
    """manifest.json of an ensemble's folder, complete or not.

    Raises:
        FolderError: there is none.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        _plan(manifest), str(manifest["status"]), str(manifest["scenario_sha256"])
        if not all(isinstance(program, dict) for program in programs_of(manifest)):
            raise TypeError("its programs are none")
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise FolderError(f"{folder} is not the folder of an ensemble") from error
    return dict(manifest)


def _plan(manifest: dict[str, Any]) -> Plan:
    """The plan in a manifest. Raises LookupError, TypeError or ValueError where it is none."""
    plan = manifest["plan"]
    n, seed, until, shard = (plan[key] for key in ("n", "seed", "until", "shard"))
    k, of = shard or (1, 1)
    whole = all(type(number) is int for number in (n, seed, k, of))
    if not (whole and seed >= 0 and 1 <= k <= of <= n and isinstance(until, str | None)):
        raise ValueError("it is no plan of an ensemble")
    return Plan(n, seed, until, (k, of) if shard else None)


def derive(
    folder: Path,
    scenario: Scenario,
    plan: Plan,
    journal: Journal,
    replicates: Sequence[int],
    failed: Sequence[int],
) -> Replicates:
    """Make replicates.csv (and .parquet where pyarrow is installed) and summary.json."""
    found = table(journal.outcomes(replicates), journal.units, len(replicates), folder)
    write_csv(folder / REPLICATES, found)
    _write_parquet(folder / "replicates.parquet", found)
    summary = summarize(scenario, plan.seed, found, failed)
    if doubts := hanging(scenario, found):
        summary["doubtful_roads"] = [_doubt(scenario, found, doubt) for doubt in doubts]
    programs = programs_of(read_manifest(folder))
    if len(programs) > 1:
        summary[PROGRAMS] = programs
    with whole_file(folder / SUMMARY) as path:
        write_json(path, summary)
    for doubtful in _doubtful_roads(summary):
        doubtful.write_csv(folder / "doubtful_roads.csv")
    return found


def _doubt(scenario: Scenario, found: Replicates, doubt: Hanging) -> dict[str, Any]:
    """What hangs on a doubtful road, as plain data."""
    time, difference = is_time(doubt.path), doubt.difference
    return {
        "road": doubt.road,
        "exists": scenario.network.roads[doubt.road].exists,
        "measure": doubt.path,
        "what": "chance that it came" if time else "mean",
        "unit": "1" if time else found.units[doubt.path],
        "runs": list(doubt.runs),
        "values": list(map(tidy, doubt.values)),
        "difference": None if difference is None else interval(difference),
        "verdict": doubt.verdict,
    }


def _doubtful_roads(summary: Mapping[str, Any]) -> list[DataTable]:
    """The table of what hangs on roads that may not be there; none where all are."""
    table = doubtful_roads(summary)
    return [DataTable.of("doubtful_roads", table)] if table.rows else []


def write_csv(target: Path, found: Replicates) -> None:
    """One row a replicate, one column a measure, then the verdict of each claim.

    An empty cell is a time that did not come or a measure that does not apply.
    """
    with whole_file(target) as path:
        write_rows(path, ("replicate", *found.columns, *_claims(found)), replicate_rows(found))


def replicate_rows(found: Replicates) -> Iterator[list[Any]]:
    """The rows of replicates.csv."""
    for start in range(0, len(found.replicates), ROWS_AT_ONCE):
        part = found.part(slice(start, start + ROWS_AT_ONCE))
        columns = [map(_cell, column.tolist()) for column in part.columns.values()]
        yield from map(list, zip(part.replicates, *columns, *part.claims.values(), strict=True))


def _claims(found: Replicates) -> list[str]:
    return [f"claims.{claim}" for claim in found.claims]


CLAIMS = ("claim", "text", "measure", "true", "false", "undecided", "stated_in")
"""Columns of the claims of an ensemble."""


def ensemble_tables(summary: Mapping[str, Any], found: Replicates) -> list[DataTable]:
    """measures (what the runs say of each), claims, replicates, and doubtful_roads if any."""
    measures = [
        (path, measure["unit"], *stated(measure)) for path, measure in summary["measures"].items()
    ]
    claims = [
        (c["id"], c["text"], c["measure"], c["true"], c["false"], c["undecided"],
         c.get("stated_in"))
        for c in summary["claims"]
    ]  # fmt: skip
    columns = ("replicate", *found.columns, *_claims(found))
    return [
        DataTable("measures", ("measure", "unit", *STATED), measures),
        DataTable("claims", CLAIMS, claims),
        DataTable("replicates", columns, list(replicate_rows(found)), found.units),
        *_doubtful_roads(summary),
    ]


def inputs_table(rows: Iterable[Mapping[str, Any]]) -> DataTable:
    """inputs: what was drawn in each run, and what of all that has a chance happened.

    ``rows`` are those of a journal; folders of version 0.1.0 tell no inputs.
    """
    found = [(row["replicate"], {**row.get("drawn", {}), **row.get("chances", {})}) for row in rows]
    names = sorted({name for _, inputs in found for name in inputs})
    cells = [(replicate, *map(inputs.get, names)) for replicate, inputs in found]
    return DataTable("inputs", ("replicate", *names), cells)


def derived_replicates(folder: Path) -> list[int]:
    """The replicates in replicates.csv, in order.

    Raises:
        FolderError: the file cannot be read, or is no file of the folder.
    """
    path = folder / REPLICATES
    check_inside(folder, REPLICATES)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            return [int(row[0]) for row in rows]
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise FolderError(f"cannot read {path}: {error}") from error


def _cell(value: float) -> float | None:
    """A whole number where it is one; None of a time that did not come or no value."""
    if not np.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _write_parquet(target: Path, found: Replicates) -> None:
    """The same table for those who have pyarrow."""
    if find_spec("pyarrow") is None:
        return
    import pyarrow
    from pyarrow import parquet

    def group(part: Replicates) -> Any:
        columns: dict[str, Any] = {"replicate": pyarrow.array(part.replicates, pyarrow.int64())}
        for measure, values in part.columns.items():
            columns[measure] = pyarrow.array(values, pyarrow.float64(), mask=~np.isfinite(values))
        for claim, verdicts in part.claims.items():
            columns[f"claims.{claim}"] = pyarrow.array(verdicts, pyarrow.string())
        return pyarrow.table(columns)

    rows = max(CELLS_AT_ONCE // (1 + len(found.columns)), 1)
    schema = group(found.part(slice(0, 0))).schema
    with whole_file(target) as path, parquet.ParquetWriter(path, schema) as file:
        for start in range(0, len(found.replicates), rows):
            file.write_table(group(found.part(slice(start, start + rows))))


def _manifest(status: str, plan: Plan, sha256: str, programs: Sequence[Identity]) -> dict[str, Any]:
    return {
        "status": status,
        "kind": "ensemble",
        "version": version("supply-axis"),
        "plan": asdict(plan),
        "scenario_sha256": sha256,
        PROGRAMS: list(programs),
        "updated": now(),
        "sha256": {RESOLVED: sha256},
    }


def set_status(folder: Path, status: str, plan: Plan, programs: Sequence[Identity] = ()) -> None:
    """Say in the manifest how far the ensemble is, while it is under way.

    ``programs`` make runs of it beside those that did.

    Raises:
        FullDiskError: it cannot be written.
    """
    before = read_manifest(folder)
    made = joined(programs_of(before), programs)
    put_manifest(folder, _manifest(status, plan, before["scenario_sha256"], made))


def close_manifest(
    folder: Path, status: str, plan: Plan, failed: Mapping[int, str], argv: Sequence[str],
    *, pending: bool = False,
) -> None:  # fmt: skip
    """Write the final manifest: versions, git state, sha256 of every file.

    Figures may be ``pending``.

    Raises:
        FullDiskError: it cannot be written.
    """
    before = read_manifest(folder)
    head = {
        **_manifest(status, plan, before["scenario_sha256"], programs_of(before)),
        "failed": [{"replicate": r, "error": error} for r, error in sorted(failed.items())],
    }
    write_manifest(folder, head, argv, pending=pending)
