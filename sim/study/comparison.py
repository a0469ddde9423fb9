"""The folder that a comparison leaves: tables, a JSON document, overlaid figures."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sim.measure.compare import Comparison

from .folder import default_target, whole_folder, write_json, write_manifest


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
        with (partial / "scenarios.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["path", *names])
            table.writerows([c.path, *c.values] for c in comparison.changes)
        with (partial / "measures.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["path", "unit", *names, *(f"{n} - {names[0]}" for n in names[1:])])
            for row in comparison.rows:
                values = [*row.values, *row.differences[1:]]
                table.writerow([row.path, row.unit, *("" if v is None else v for v in values)])
        if figures:
            from sim.view.figures import write_comparison_figures

            write_comparison_figures(comparison, partial / "figures")
        seed = int(comparison.outcomes[0].summary["seed"])
        write_manifest(partial, argv, seed, started)
    return target
