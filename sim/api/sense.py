"""What `sim validate` says of a scenario that can be read: warnings, and faults of its claims.

Of a study it says so of the scenarios of its cells. What can be seen without running anything is
looked for in each of them, what only a run tells in :data:`MOST_RUN` of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sim.base.diagnostics import Diagnostic, Findings, ScenarioError
from sim.base.numbers import enumerated
from sim.engine import simulation
from sim.many.design import Cell, Design
from sim.many.studies import is_of_setting, placed
from sim.measure.claims import faults
from sim.measure.summary import Analysis
from sim.scenario.loader import Loaded
from sim.scenario.model import Scenario
from sim.scenario.sense import Doubt, diagnostic, doubts


def findings(loaded: Loaded) -> Findings:
    """The warnings that a scenario raises and does not accept.

    Raises:
        ScenarioError: a claim is over no measure of the scenario, or its value is of another unit.
    """
    wrong = list(_faults_of_claims(loaded))
    if wrong:
        raise ScenarioError(wrong, loaded.sources)
    accepted = loaded.scenario.accepts
    found = [*doubts(loaded.scenario), *_order_of_ids(loaded.scenario)]
    told = _not_accepted(loaded, found)
    for warning in sorted(accepted.keys() - {doubt.warning for doubt in found}):
        said = f"this scenario does not raise '{warning}'"
        idle = diagnostic(loaded, Doubt("accepts_nothing", ("accepts", warning), said, True))
        if idle.file in (loaded.file, "--set"):  # what a file inherits it need not raise itself
            told.append(idle)
    return Findings(told, loaded.sources)


def _not_accepted(loaded: Loaded, found: Sequence[Doubt]) -> list[Diagnostic]:
    accepted = loaded.scenario.accepts
    return [diagnostic(loaded, doubt) for doubt in found if doubt.warning not in accepted]


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
        found = _not_accepted(loaded, list(doubts(loaded.scenario)))
        if cell.id in self._run:
            found += _not_accepted(loaded, list(_order_of_ids(loaded.scenario)))
            found += _faults_of_claims(loaded)
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


def _faults_of_claims(loaded: Loaded) -> Iterator[Diagnostic]:
    """Faults of claims, by the measures that a run of the first instant has."""
    if not loaded.scenario.claims:
        return
    first = replace(loaded.scenario, length=1)
    run = Analysis(first, simulation.run(first, credit=False), every_change=False)
    for fault in faults(run):
        mark = loaded.at("claims", fault.claim, fault.key)
        yield Diagnostic(
            mark.file, mark.line, mark.column, f"claim '{fault.claim}': {fault.message}",
            fault.hint, length=mark.length,
        )  # fmt: skip


def _order_of_ids(scenario: Scenario) -> Iterator[Doubt]:
    """Where a nominal run says that the order of ids decided between axes."""
    ranks = {(axis.priority, axis.actor) for axis in scenario.axes.values()}
    if len({priority for priority, _ in ranks}) == len(ranks):
        return  # no two actors have an axis of equal priority
    for event in simulation.run(scenario, credit=False, nominal=True).events:
        if event.kind == "order_of_ids":
            yield Doubt("order_of_ids", ("axes", event.subject, "priority"), event.text)
