"""The folder that a comparison leaves: tables, a JSON document, overlaid figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.base.files import fingerprint, write_json
from sim.measure.compare import Comparison
from sim.measure.compare_many import ManyComparison, ManyRow
from sim.tables import of_many
from sim.tables.data import DataTable
from sim.tables.folder import make_folder
from sim.tables.headline import common_axis
from sim.tables.manifest import Draw, draw_into, now, write_manifest


def write_comparison(
    comparison: Comparison | ManyComparison,
    out: Path | None = None,
    *,
    draw: Draw | None = None,
    argv: Sequence[str] = (),
) -> Path:
    """Write the folder of a comparison, whole or not at all but for its figures, and return it.

    Args:
        draw: draws its figures into the folder once it is there; None draws none.

    Raises:
        FolderError: the folder holds something already or cannot be written.
        FullDiskError: there is no room for it.
    """
    document = comparison.document()
    seed = int(comparison.outcomes[0].summary["seed"])
    head = {"status": "complete", "seed": seed, "started": now()}

    def fill(place: Path) -> None:
        write_json(place / "comparison.json", document)
        for table in comparison_tables(comparison):
            table.write_csv(place / f"{table.name}.csv")
        write_manifest(place, head, argv, pending=draw is not None)

    target = make_folder(out, "compare", fingerprint(document), fill)
    draw_into(target, draw)
    return target


def comparison_tables(comparison: Comparison | ManyComparison) -> list[DataTable]:
    """scenarios (the settings that differ), measures, and scores where moves were scored.

    Of ensembles also differences, run by run.
    """
    names = tuple(o.name for o in comparison.outcomes)
    changes = [(c.path, *c.values) for c in comparison.changes]
    found = [DataTable("scenarios", ("path", *names), changes)]
    if isinstance(comparison, Comparison):
        axis = common_axis([o.summary for o in comparison.outcomes])
        rows = of_many.what_matters_first(comparison.rows, axis)
        found.append(DataTable.of("measures", of_many.side_by_side(rows, names)))
    else:
        found += _many_tables(comparison.rows, names)
    scores = comparison.scores
    return [*found, DataTable.of("scores", of_many.scores(scores))] if scores else found


def _many_tables(rows: Sequence[ManyRow], names: Sequence[str]) -> list[DataTable]:
    measures = [
        (r.path, r.unit, name, *stated(found))
        for r in rows
        for name, found in zip(names, r.stated, strict=True)
        if found is not None
    ]
    pairs = ((row, i) for row in rows for i in range(len(row.against)))
    return [
        DataTable("measures", ("path", "unit", "ensemble", *STATED), measures),
        DataTable.of("differences", of_many.differences(pairs)),
    ]


STATED = (
    "n", "mean", "low", "high", "median", "q25", "q75", "q05", "q95", "came", "restricted_mean",
    "restricted_low", "restricted_high",
)  # fmt: skip
"""What :func:`stated` says of a measure."""


def stated(measure: Mapping[str, Any]) -> list[Any]:
    """A measure of an ensemble in the order of :data:`STATED`, None where it has no such thing.

    ``low`` and ``high`` bound the mean, ``q05`` to ``q95`` are quantiles, ``came`` is the
    share of runs in which a time came. A time has a restricted mean too, equal to the mean where
    it came in every run.
    """
    mean = measure.get("mean") or {}
    ranges = [*measure.get("range_50", (None, None)), *measure.get("range_90", (None, None))]
    came = measure.get("came") or {}
    restricted = measure.get("restricted_mean", mean) if came else {}
    keys = ("value", "low", "high")
    return [
        measure["n"], *map(mean.get, keys), measure.get("median"), *ranges, came.get("value"),
        *map(restricted.get, keys),
    ]  # fmt: skip
