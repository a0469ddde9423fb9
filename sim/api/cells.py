"""What the cells of a study are warned of, as `sim validate` says it of a scenario.

What can be seen without running anything is looked for in each of them, what only a run tells in
:data:`MOST_RUN` of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sim.base.diagnostics import Diagnostic, Findings
from sim.base.numbers import enumerated
from sim.many.design import Cell, Design
from sim.many.studies import is_of_setting, placed
from sim.scenario.loader import Loaded
from sim.scenario.sense import doubts

from .sense import faults_of_claims, not_accepted, order_of_ids

MOST_RUN = 16
"""Cells of a study that are run to see what only a run tells: from the first to the last."""


class CellWarnings:
    """What the cells of a study are warned of; of a sensitivity, what its base is.

    What never happens is told where it happens in no cell: cells switch things off to see what
    becomes of that.
    """

    def __init__(self, design: Design) -> None:
        self._design = design
        self._cells = design.cells or (BASE,)
        last = len(self._cells) - 1
        steps = max(min(MOST_RUN, len(self._cells)) - 1, 1)
        self._run = {self._cells[n * last // steps].id for n in range(steps + 1)}
        self._raised: dict[Diagnostic, list[Cell]] = {}
        self._sources: dict[str, Sequence[str]] = dict(design.sources)

    def look(self, cell: Cell, loaded: Loaded) -> None:
        """Note what a cell raises."""
        found = not_accepted(loaded, list(doubts(loaded.scenario)))
        if cell.id in self._run:
            found += not_accepted(loaded, list(order_of_ids(loaded.scenario)))
            found += faults_of_claims(loaded)
        for one in found:
            if is_of_setting(cell, one):
                mark, message = placed(self._design, cell, one)
                one = replace(
                    one, file=mark.file, line=mark.line, column=mark.column, length=mark.length,
                    message=message,
                )  # fmt: skip
            self._sources.setdefault(one.file, loaded.sources.get(one.file, ()))
            self._raised.setdefault(one, []).append(cell)

    def warnings(self) -> Findings:
        """Each warning once, with the cells that raise it; faults of claims are warned of too."""
        many = len(self._cells)
        found = self._told(
            one for one, cells in self._raised.items()
            if one.code != "never_happens" or len(cells) == many
        )  # fmt: skip
        return Findings([replace(one, severity="warning") for one in found], found.sources)

    def faults(self) -> Findings:
        """The faults of claims alone, which are errors of validation."""
        return self._told(one for one in self._raised if one.severity == "error")

    def _told(self, found: Iterable[Diagnostic]) -> Findings:
        told = [replace(one, message=one.message + self._where(one)) for one in found]
        return Findings(told, self._sources)

    def _where(self, one: Diagnostic) -> str:
        """In how many cells of those looked at, and under which settings they are."""
        cells, of = self._raised[one], self._cells
        if of == (BASE,):
            return ""
        if one.code in ("", "order_of_ids"):  # what only a run tells
            of = tuple(cell for cell in of if cell.id in self._run)
        if len(cells) == len(of):
            return f" (in all {len(of)} cells)" if len(of) > 1 else " (in its one cell)"
        common = [s for s in cells[0].settings if all(s in cell.settings for cell in cells)]
        alike = [cell for cell in of if all(s in cell.settings for s in common)]
        named = common if common and len(alike) == len(cells) else [cell.id for cell in cells]
        return f" (in {len(cells)} of {len(of)} cells: {enumerated(named, 3)})"


BASE = Cell("base", (), ())
"""What is looked at of a sensitivity."""
