"""The folder that a comparison leaves: tables, a JSON document, overlaid figures."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.measure.compare import Comparison
from sim.measure.compare_many import ManyComparison, ManyRow
from sim.measure.ensemble import tidy
from sim.measure.model_scores import SCORE_COLUMNS, ModelScore, score_rows
from sim.tables.csv_files import write_csv
from sim.tables.folder import default_target, whole_folder, write_json, write_manifest


def write_comparison(
    comparison: Comparison,
    out: str | os.PathLike[str] | None = None,
    *,
    figures: bool = True,
    argv: Sequence[str] = (),
) -> Path:
    """Write the folder of a comparison, whole or not at all, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be written.
    """
    document = comparison.document()
    key = hashlib.sha256(repr(document).encode()).hexdigest()
    target = default_target("compare", key) if out is None else Path(out)
    started = datetime.now(UTC)
    with whole_folder(target) as partial:
        write_json(partial / "comparison.json", document)
        names = [o.name for o in comparison.outcomes]
        changes = [[c.path, *c.values] for c in comparison.changes]
        write_csv(partial / "scenarios.csv", ["path", *names], changes)
        gaps = [f"{n} - {names[0]}" for n in names[1:]]
        rows = [[r.path, r.unit, *r.values, *r.differences[1:]] for r in comparison.rows]
        write_csv(partial / "measures.csv", ["path", "unit", *names, *gaps], rows)
        _write_scores(partial, comparison.scores)
        if figures:
            from sim.view.charts.compare_figures import write_comparison_figures

            write_comparison_figures(comparison, partial / "figures")
        seed = int(comparison.outcomes[0].summary["seed"])
        write_manifest(partial, argv, seed, started)
    return target


DIFFERENCE_COLUMNS = (
    "path", "unit", "ensemble", "pairs", "mean_base", "mean", "difference", "low", "high",
    "unpaired_low", "unpaired_high", "higher_in", "lower_in", "beats", "verdict",
    "runs_to_settle", "log_rank_p",
)  # fmt: skip


def write_many(
    comparison: ManyComparison,
    out: str | os.PathLike[str] | None = None,
    *,
    figures: bool = True,
    only_changed: bool = False,
    argv: Sequence[str] = (),
) -> Path:
    """Write the folder of a comparison of ensembles, whole or not at all, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be written.
    """
    document = comparison.document(only_changed=only_changed)
    key = hashlib.sha256(repr(document).encode()).hexdigest()
    target = default_target("compare", key) if out is None else Path(out)
    started = datetime.now(UTC)
    names = [o.name for o in comparison.outcomes]
    rows = [r for r in comparison.rows if r.changed or not only_changed]
    with whole_folder(target) as partial:
        write_json(partial / "comparison.json", document)
        changes = [[c.path, *c.values] for c in comparison.changes]
        write_csv(partial / "scenarios.csv", ["path", *names], changes)
        write_csv(
            partial / "measures.csv",
            ["path", "unit", "ensemble", "n", "mean", "low", "high", "median", "q25", "q75",
             "q05", "q95", "came"],
            [
                [r.path, r.unit, name, *stated(found)]
                for r in rows
                for name, found in zip(names, r.stated, strict=True)
                if found is not None
            ],
        )  # fmt: skip
        write_csv(partial / "differences.csv", DIFFERENCE_COLUMNS, _differences(rows))
        _write_scores(partial, comparison.scores)
        if figures:
            from sim.view.charts.many_figures import write_many_figures

            write_many_figures(comparison, partial / "figures")
        write_manifest(partial, argv, int(comparison.outcomes[0].summary["seed"]), started)
    return target


def _write_scores(folder: Path, scores: Sequence[ModelScore]) -> None:
    """scores.csv, where a move on record was scored."""
    if scores:
        write_csv(folder / "scores.csv", SCORE_COLUMNS, score_rows(scores))


def stated(measure: Mapping[str, Any]) -> list[Any]:
    """n, mean and its interval, median, ranges and probability of a measure of an ensemble."""
    mean = measure.get("mean") or {}
    ranges = [*measure.get("range_50", (None, None)), *measure.get("range_90", (None, None))]
    came = measure.get("came") or {}
    return [
        measure["n"], *(mean.get(k) for k in ("value", "low", "high")), measure.get("median"),
        *ranges, came.get("value"),
    ]  # fmt: skip


def _differences(rows: Iterable[ManyRow]) -> Iterator[list[Any]]:
    for row in rows:
        base = row.stated[0]
        for stated, against in zip(row.stated[1:], row.against, strict=True):
            found = against.paired
            if found is None or base is None or stated is None:
                continue
            yield [
                row.path, row.unit, against.name, found.n, _mean(base), _mean(stated),
                *map(tidy, (found.difference.value, found.difference.low, found.difference.high)),
                *map(tidy, (found.unpaired.low, found.unpaired.high)),
                *map(tidy, (found.above, found.below, found.beats)),
                found.verdict, found.runs, tidy(against.log_rank),
            ]  # fmt: skip


def _mean(stated: Mapping[str, Any]) -> float | None:
    mean = stated.get("mean")
    return None if mean is None else mean["value"]
