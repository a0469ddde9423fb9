"""The folder of an ensemble: its plan and manifest, its journal, and the tables made from it.

The folder appears whole with an empty journal; tables are made beside it and renamed into
place. All of it but the manifest and the raw journal is the same bytes whatever the engine.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import FolderError
from sim.measure.ensemble import Replicates, summarize, table
from sim.scenario.loader import dump_resolved, load
from sim.scenario.model import Scenario
from sim.tables import folder as _folder
from sim.tables.csv_files import write_csv as write_rows

from .journal import FullDiskError, Journal

ROWS_AT_ONCE = 256
"""Rows of a table that are in memory as Python numbers."""

JOURNAL, SUMMARY, MANIFEST = "replicates.jsonl", "summary.json", "manifest.json"
SCENARIO = "scenario.resolved.yaml"


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


def begin(scenario: Scenario, plan: Plan, out: Path | None = None) -> Path:
    """Make the folder of an ensemble, with nothing run yet, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be made.
    """
    scenario = seeded(scenario, plan.seed)
    text = dump_resolved(scenario)
    target = out
    if target is None:
        target = _folder.default_target(scenario.id, _folder.fingerprint(text, plan.seed))
    with _folder.whole_folder(target) as partial_folder:
        (partial_folder / SCENARIO).write_text(text, encoding="utf-8")
        (partial_folder / JOURNAL).touch()
        _folder.write_json(partial_folder / MANIFEST, _manifest("running", plan, _sha256(text)))
    return target


def seeded(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with another seed, in its resolved text too."""
    if seed == scenario.seed:
        return scenario
    return replace(scenario, seed=seed, resolved={**scenario.resolved, "seed": seed})


def reopen(folder: Path, *, any_version: bool = False) -> tuple[Scenario, Plan]:
    """The scenario and the plan of an ensemble's folder, complete or not.

    Args:
        any_version: take one of another version of this program too: to read, not to go on.

    Raises:
        FolderError: it is no ensemble, was changed by hand, or is of another version.
        ScenarioError: its scenario cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest["version"] != version("supply-axis") and not any_version:
        raise FolderError(
            f"{folder} was begun by version {manifest['version']}, this is "
            f"{version('supply-axis')}; begin it again"
        )
    path = folder / SCENARIO
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FolderError(f"cannot read {path}: {error.strerror}") from error
    if _sha256(text) != manifest["scenario_sha256"]:
        raise FolderError(f"{path} was changed since the ensemble began; begin it again")
    return load(path), _plan(manifest)


def read_manifest(folder: Path) -> dict[str, Any]:
    """manifest.json of an ensemble's folder, complete or not.

    Raises:
        FolderError: there is none.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        _plan(manifest), manifest["version"], manifest["scenario_sha256"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise FolderError(f"{folder} is not the folder of an ensemble") from error
    return dict(manifest)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
    found = table(journal.rows(replicates), journal.units, len(replicates))
    write_csv(folder / "replicates.csv", found)
    _write_parquet(folder / "replicates.parquet", found)
    summary = summarize(scenario, plan.seed, found, failed)
    with in_place(folder / SUMMARY) as path:
        _folder.write_json(path, summary)
    return found


def write_csv(target: Path, found: Replicates) -> None:
    """One row a replicate, one column a measure, then the verdict of each claim.

    An empty cell is a time that did not come or a measure that does not apply.
    """
    head = ["replicate", *found.columns, *(f"claims.{c}" for c in found.claims)]
    with in_place(target) as path:
        write_rows(path, head, _rows(found))


def _rows(found: Replicates) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(found.replicates), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        columns = [map(_cell, column[part].tolist()) for column in found.columns.values()]
        claims = [verdicts[part] for verdicts in found.claims.values()]
        yield from zip(found.replicates[part], *columns, *claims, strict=True)


def derived_replicates(folder: Path) -> list[int]:
    """The replicates in replicates.csv, in order.

    Raises:
        FolderError: the file cannot be read.
    """
    path = folder / "replicates.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [int(row[0]) for row in list(csv.reader(file))[1:]]
    except (OSError, ValueError, IndexError) as error:
        raise FolderError(f"cannot read {path}: {error}") from error


def _cell(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _write_parquet(target: Path, found: Replicates) -> None:
    """The same table for those who have pyarrow."""
    if find_spec("pyarrow") is None:
        return
    import pyarrow
    from pyarrow import parquet

    columns: dict[str, Any] = {"replicate": pyarrow.array(found.replicates, pyarrow.int64())}
    for measure, values in found.columns.items():
        columns[measure] = pyarrow.array(values, pyarrow.float64(), mask=~np.isfinite(values))
    for claim, verdicts in found.claims.items():
        columns[f"claims.{claim}"] = pyarrow.array(verdicts, pyarrow.string())
    with in_place(target) as path:
        parquet.write_table(pyarrow.table(columns), path)


@contextmanager
def in_place(target: Path) -> Iterator[Path]:
    """A temporary file beside ``target`` that takes its place when the block ends well.

    Raises:
        FullDiskError: it cannot be written.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FullDiskError(f"cannot write {target}: {error.strerror or error}") from error


def _manifest(status: str, plan: Plan, sha256: str) -> dict[str, Any]:
    return {
        "status": status,
        "kind": "ensemble",
        "version": version("supply-axis"),
        "plan": asdict(plan),
        "scenario_sha256": sha256,
        "updated": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def set_status(folder: Path, status: str, plan: Plan) -> None:
    """Say in the manifest how far the ensemble is, while it is under way.

    Raises:
        FullDiskError: it cannot be written.
    """
    sha256 = read_manifest(folder)["scenario_sha256"]
    with in_place(folder / MANIFEST) as path:
        _folder.write_json(path, _manifest(status, plan, sha256))


def close_manifest(
    folder: Path, status: str, plan: Plan, failed: Mapping[int, str], argv: Sequence[str]
) -> None:
    """Write the final manifest: versions, git state, sha256 of every file but the journal.

    Raises:
        FullDiskError: it cannot be written.
    """
    sha256 = read_manifest(folder)["scenario_sha256"]
    document = {
        **_manifest(status, plan, sha256),
        "argv": _folder.readable(argv),
        "failed": [{"replicate": r, "error": error} for r, error in sorted(failed.items())],
        **_folder.provenance(),
        "sha256": {
            p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name not in (MANIFEST, JOURNAL)
        },
    }
    with in_place(folder / MANIFEST) as path:
        _folder.write_json(path, document)
