"""The folder that a comparison leaves: tables, a JSON document, overlaid figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sim.base.files import fingerprint, whole_folder
from sim.measure.compare import Comparison
from sim.measure.compare_many import ManyComparison
from sim.measure.model_scores import ModelScore
from sim.tables import of_many
from sim.tables.data import DataTable
from sim.tables.folder import default_target, now, write_json, write_manifest

C = TypeVar("C")


def write_comparison(
    comparison: Comparison,
    out: Path | None = None,
    *,
    draw: Callable[[Comparison, Path], None] | None = None,
    argv: Sequence[str] = (),
) -> Path:
    """Write the folder of a comparison, whole or not at all, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be written.
        FullDiskError: there is no room for it.
    """
    document = comparison.document()
    target = default_target("compare", fingerprint(document)) if out is None else out
    head = _head(comparison)
    with whole_folder(target) as partial:
        write_json(partial / "comparison.json", document)
        for table in comparison_tables(comparison):
            table.write_csv(partial / f"{table.name}.csv")
        _draw(draw, comparison, partial)
        write_manifest(partial, head, argv)
    return target


def comparison_tables(comparison: Comparison) -> list[DataTable]:
    """scenarios (the settings that differ), measures, and scores where moves were scored."""
    names = tuple(o.name for o in comparison.outcomes)
    measures = DataTable.of("measures", of_many.side_by_side(comparison.rows, names))
    return [_scenarios(comparison), measures, *_scores(comparison.scores)]


def write_many(
    comparison: ManyComparison,
    out: Path | None = None,
    *,
    draw: Callable[[ManyComparison, Path], None] | None = None,
    only_changed: bool = False,
    argv: Sequence[str] = (),
) -> Path:
    """Write the folder of a comparison of ensembles, whole or not at all, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be written.
        FullDiskError: there is no room for it.
    """
    document = comparison.document(only_changed=only_changed)
    target = default_target("compare", fingerprint(document)) if out is None else out
    head = _head(comparison)
    with whole_folder(target) as partial:
        write_json(partial / "comparison.json", document)
        for table in many_tables(comparison, only_changed=only_changed):
            table.write_csv(partial / f"{table.name}.csv")
        _draw(draw, comparison, partial)
        write_manifest(partial, head, argv)
    return target


def _head(comparison: Comparison | ManyComparison) -> dict[str, Any]:
    """What the manifest of a comparison begins with."""
    seed = int(comparison.outcomes[0].summary["seed"])
    return {"status": "complete", "seed": seed, "started": now()}


def _draw(draw: Callable[[C, Path], None] | None, comparison: C, folder: Path) -> None:
    if draw is not None:
        (folder / "figures").mkdir()
        draw(comparison, folder / "figures")


def many_tables(comparison: ManyComparison, *, only_changed: bool = False) -> list[DataTable]:
    """scenarios (the settings that differ), measures, differences, and scores if any."""
    names = [o.name for o in comparison.outcomes]
    rows = [r for r in comparison.rows if r.changed or not only_changed]
    measures = [
        (r.path, r.unit, name, *stated(found))
        for r in rows
        for name, found in zip(names, r.stated, strict=True)
        if found is not None
    ]
    pairs = ((row, i) for row in rows for i in range(len(row.against)))
    return [
        _scenarios(comparison),
        DataTable("measures", ("path", "unit", "ensemble", *STATED), measures),
        DataTable.of("differences", of_many.differences(pairs)),
        *_scores(comparison.scores),
    ]


def _scenarios(comparison: Comparison | ManyComparison) -> DataTable:
    names = tuple(o.name for o in comparison.outcomes)
    rows = [(c.path, *c.values) for c in comparison.changes]
    return DataTable("scenarios", ("path", *names), rows)


def _scores(scores: Sequence[ModelScore]) -> list[DataTable]:
    """The table of scores, where a move on record was scored."""
    return [DataTable.of("scores", of_many.scores(scores))] if scores else []


STATED = ("n", "mean", "low", "high", "median", "q25", "q75", "q05", "q95", "came")
"""What :func:`stated` says of a measure."""


def stated(measure: Mapping[str, Any]) -> list[Any]:
    """A measure of an ensemble in the order of :data:`STATED`, None where it has no such thing.

    ``low`` and ``high`` bound the mean, ``q05`` to ``q95`` are quantiles, ``came`` is the
    share of runs in which a time came.
    """
    mean = measure.get("mean") or {}
    ranges = [*measure.get("range_50", (None, None)), *measure.get("range_90", (None, None))]
    came = measure.get("came") or {}
    return [
        measure["n"], *(mean.get(k) for k in ("value", "low", "high")), measure.get("median"),
        *ranges, came.get("value"),
    ]  # fmt: skip
