"""What answers the title of a study: in how many runs something comes where it is asked for.

answer:
  comes: axes.line.time_of_first_cut     # a time, which may not come
  in: {north: lost, south: lost}         # levels by factor; not stated: every cell
  not_in: [{north: lost, south: held}, {north: held, south: lost}]   # in the same run
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.base.diagnostics import Mark, Report, suggest
from sim.measure import statistics as st
from sim.measure.ensemble import Replicates, interval
from sim.measure.steps import is_time
from sim.scenario.tree import Items, Map, Node, Scalar

from .study_claims import Levels, cell_of

KEYS = ("comes", "in", "not_in")


@dataclass(frozen=True, slots=True)
class Answer:
    """Counted are runs in which ``measure`` comes in ``cell`` and in none of ``others``.

    Cells are told by their ids; without a ``cell`` the runs of all cells are counted one by one.
    ``mark`` says where the measure stands.
    """

    measure: str
    cell: str | None
    others: tuple[str, ...]
    mark: Mark

    def document(self) -> dict[str, Any]:
        """Plain data for study.json."""
        return {"measure": self.measure, "cell": self.cell, "others": list(self.others)}


def read_answer(
    node: Node, factors: Mapping[str, str], cells: Levels, report: Report
) -> Answer | None:
    """What answers the title; faults go to the report.

    Args:
        factors: the path of each factor, by its path and by its name.
        cells: finds the cells that have certain levels.
    """
    if not isinstance(node, Map):
        report.error(node.mark, "'answer' is a map", f"with {', '.join(KEYS)}")
        return None
    before = len(report.diagnostics)
    for key, entry in node.entries.items():
        if key not in KEYS:
            report.error(entry.key_mark, f"unknown key '{key}' in 'answer'", suggest(key, KEYS))
    parts = {key: entry.value for key, entry in node.entries.items()}
    comes = parts.get("comes", node)
    measure = comes.text if isinstance(comes, Scalar) and not comes.null else ""
    if not is_time(measure):
        hint = "comes: a measure as axes.line.time_of_first_cut"
        report.error(comes.mark, "an answer needs a time that comes or does not", hint)
    cell = cell_of(parts["in"], "in", factors, cells, report) if "in" in parts else None
    listed = parts.get("not_in")
    if listed is not None and (cell is None or not isinstance(listed, Items)):
        hint = "in: {factor: level}, not_in: [{factor: level}]"
        report.error(listed.mark, "'not_in' is a list of levels, beside those of 'in'", hint)
    items = listed.items if isinstance(listed, Items) else []
    others = tuple(cell_of(item, "not_in", factors, cells, report) for item in items)
    if cell in others:
        report.error(node.mark, "a cell is both in 'in' and in 'not_in', so no run can answer")
    if len(report.diagnostics) > before:
        return None
    return Answer(measure, cell, others, comes.mark)


def count(
    stated: Mapping[str, Any], cells: Sequence[str], tables: Sequence[Replicates]
) -> dict[str, Any]:
    """In how many runs it came as asked, with Wilson's interval of the share.

    Args:
        stated: what :meth:`Answer.document` gave.
        cells: the ids of the cells of ``tables``.
        tables: their runs, the same replicates in each.

    Returns:
        ``stated`` with ``came`` of ``n`` runs as asked, their share as ``value``, ``low`` and
        ``high``, and ``anywhere``, the number of all ``runs`` of all cells in which it came.
    """
    came = {}
    for cell, table in zip(cells, tables, strict=True):
        column = table.column(stated["measure"])
        never = np.zeros(len(table.replicates), dtype=bool)  # what no run of the cell lists
        came[cell] = never if column is None else np.isfinite(column)
    every = np.concatenate(list(came.values()))
    counted = every
    if stated["cell"] is not None:
        counted = came[stated["cell"]].copy()
        for other in stated["others"]:
            counted &= ~came[other]
    found = int(counted.sum())
    return {
        **stated, "came": found, "n": len(counted),
        **interval(st.probability(found, len(counted))),
        "anywhere": int(every.sum()), "runs": len(every),
    }  # fmt: skip
