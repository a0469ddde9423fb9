"""Ranks of the cells of a study: a line a cell, its median rank and the range of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.base.said import Name, Said, Sentence, counted, share
from sim.measure.steps import compared
from sim.view.charts.many import plainly, restricted_to
from sim.view.charts.panels import LABEL, row_axes
from sim.view.data import Page
from sim.view.draw import MARGIN, context, sheet_for, wrap
from sim.view.look import BLUE, INK, SOFT_INK
from sim.view.tables import Numbers

if TYPE_CHECKING:
    from sim.many.studies import Study


MOST_CELLS = 40

RankRow = tuple[str, float, float, float]
"""A cell by its levels, its median rank and the range of it."""


@dataclass(frozen=True, slots=True)
class RankedCells:
    """Cells in the order of their ranks."""

    page: Page
    rows: tuple[RankRow, ...]


def ranked_cells(study: Study, path: str) -> RankedCells | None:
    """The ranks of the cells by a measure; None of less than three, and where all are equal."""
    found = study.ranks.get(path, [])
    if len(found) < 3 or len({middle for middle, _, _ in found}) < 2:
        return None
    rows = [
        (", ".join(f"{n}: {x}" for n, x in zip(study.names, cell.levels, strict=True)), *rank)
        for cell, rank in zip(study.cells, found, strict=True)
    ]
    rows.sort(key=lambda r: (r[1], r[2], r[3], r[0]))
    subtitle = Sentence(
        f"Rank of each cell by its {compared(path)} of ", Name(path),
        restricted_to(path, study.days), ", the highest first: median and ", share(0.9), " range",
        *([] if study.ranked is None else [" of the first ", counted(study.ranked, "run")]),
    )  # fmt: skip
    return RankedCells(Page(rank_title(path, rows), subtitle, study.title), tuple(rows))


def rank_title(path: str, rows: Sequence[RankRow]) -> Sentence:
    """Who ranks first, or that it is open."""
    what = plainly(path)
    name, _, low, high = rows[0]
    same = sum(row[1:] == rows[0][1:] for row in rows)
    rivals = sum(row[2] <= high for row in rows)
    cells = Said(f"{len(rows)} cells", len(rows), "cells", "cells")
    if low < high or rivals > same:
        return Sentence(what, ": ", Said(str(rivals), rivals, "cells"), " of ", cells,
                        " may rank first")  # fmt: skip
    if same > 1:
        return Sentence(what, ": ", Said(str(same), same, "cells"), " of ", cells,
                        " share the highest")  # fmt: skip
    return Sentence(what, " is highest with ", Name(name))


@context()
def draw_ranks(data: RankedCells) -> Figure:
    """A line a cell: its median rank as a dot and the range as a bar, rank 1 at the left.

    The first ``MOST_CELLS`` are drawn.
    """
    rows = data.rows[:MOST_CELLS]
    height = 27.0 * len(rows)
    made = sheet_for(data.page, height + 96)
    left = 430.0
    low = made.top - height - 26
    axes = row_axes(made, (left, low, made.width - left - 80, height), len(rows))
    axes.set_xlim(0.6, len(rows) + 0.4)
    axes.set_xticks(range(1, len(rows) + 1))
    axes.spines["left"].set_visible(False)
    for line, (name, middle, least, most) in enumerate(rows):
        axes.plot(
            [least, most], [line, line], color=BLUE, lw=4.5, solid_capstyle="round", alpha=0.45
        )
        axes.plot([middle], [line], "o", color=BLUE, ms=8, mec=INK, mew=0.8)
        y = low + height * (1 - (line + 0.5) / len(rows))
        shown = wrap(name, 9.2, left - MARGIN - 18, 1)[0]
        made.text(left - 14, y, shown, size=9.2, ha="right", va="center_baseline")
    made.text(left, low - 46, "rank; 1 is the highest mean", size=LABEL, color=SOFT_INK)
    return made.figure


def ranks_table(data: RankedCells) -> Numbers:
    """Every cell with its median rank and the range of it."""
    return Numbers(("cell", "rank", "low", "high"), data.rows)
