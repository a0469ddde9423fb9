"""Claims of a study: what a measure is in one cell against another, run by run.

    claims:
      stab_starves:
        text: The raid takes a tenth of what is delivered
        measure: axes.line.delivered
        setting: {raid: 1}             # levels by factor: its path or its name
        against: {raid: 0}
        relation: '<='
        value: -10                     # of setting less against, in the measure's unit; default 0
        claim: C4
        happened: true
        record: thrown back on 20 June
        undecidable: why no run can decide it

Runs of one luck are compared. A time that did not come counts as the length of the period.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sim.base.diagnostics import Mark, Report, suggest
from sim.measure.claims import RELATIONS
from sim.measure.ensemble import absent
from sim.measure.steps import DIGITS, is_time
from sim.scenario.tree import Map, Node, Scalar

KEYS = (
    "text", "measure", "setting", "against", "relation", "value", "claim", "happened", "record",
    "undecidable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StudyClaim:
    """A claim over two cells of a study.

    It compares ``measure`` in the cell ``setting`` less that in ``against`` (ids of cells) by
    ``relation`` with ``value``, in the unit of the measure. ``mark`` says where the measure stands.
    """

    id: str
    text: str
    measure: str
    setting: str
    against: str
    relation: str
    value: float
    mark: Mark
    seed_claim: str | None = None
    happened: bool | None = None
    record: str | None = None
    undecidable: str | None = None

    def verdict(self, setting: Mapping[str, Any], against: Mapping[str, Any], days: float) -> str:
        """The verdict on two rows of journals of one luck, over a period of so many days."""
        found = self.difference(setting, against, days)
        if found is None:
            return "undecided"
        return "true" if RELATIONS[self.relation](found, self.value) else "false"

    def difference(
        self, setting: Mapping[str, Any], against: Mapping[str, Any], days: float
    ) -> float | None:
        """What is compared with ``value``; None where either run has no measure."""
        one, other = (_value(row["measures"], self.measure, days) for row in (setting, against))
        return None if one is None or other is None else round(one - other, DIGITS)


def _value(measures: Mapping[str, float | None], path: str, days: float) -> float | None:
    """A measure of a run; a time that did not come is the whole period."""
    value = measures.get(path, absent(path))
    if value is None:
        return days if is_time(path) else None
    return value if isfinite(value) else None


Levels = Callable[[Mapping[str, str]], Sequence[str]]
"""The ids of the cells that have these levels."""


def read_claims(
    node: Map, factors: Mapping[str, str], cells: Levels, report: Report
) -> list[StudyClaim]:
    """The claims that a study states; faults go to the report.

    Args:
        factors: the path of each factor, by its path and by its name.
        cells: finds the cells that have certain levels.
    """
    found = (
        _Claim(name, entry.value, factors, cells, report).made()
        for name, entry in node.entries.items()
    )
    return [claim for claim in found if claim is not None]


class _Claim:
    """Reads one claim, going on past faults."""

    def __init__(
        self, name: str, node: Node, factors: Mapping[str, str], cells: Levels, report: Report
    ) -> None:
        self.name, self.node, self.report = name, node, report
        self.factors, self.cells = factors, cells
        self.parts: dict[str, Node] = {}

    def made(self) -> StudyClaim | None:
        if not isinstance(self.node, Map):
            self.report.error(self.node.mark, "a claim is a map", f"with {', '.join(KEYS)}")
            return None
        for key, entry in self.node.entries.items():
            if key not in KEYS:
                said = f"unknown key '{key}' in claim '{self.name}'"
                self.report.error(entry.key_mark, said, suggest(key, KEYS))
            self.parts[key] = entry.value
        for key in ("text", "measure", "setting", "against", "relation"):
            if key not in self.parts:
                self.report.error(self.node.mark, f"claim '{self.name}' has no '{key}'")
        before = len(self.report.diagnostics)
        text, measure, relation = (self._text(key) or "" for key in ("text", "measure", "relation"))
        if relation and relation not in RELATIONS:
            said = f"'{relation}' is no relation"
            self.report.error(self.parts["relation"].mark, said, "one of " + ", ".join(RELATIONS))
        setting, against = self._cell("setting"), self._cell("against")
        value, happened = self._number(), self._flag()
        more = [self._text(key) for key in ("claim", "record", "undecidable")]
        if len(self.report.diagnostics) > before or not (text and measure and relation):
            return None
        mark = self.parts["measure"].mark
        seed_claim, record, undecidable = more
        return StudyClaim(self.name, text, measure, setting, against, relation, value, mark,
                          seed_claim, happened, record, undecidable)  # fmt: skip

    def _text(self, key: str) -> str | None:
        node = self.parts.get(key)
        if node is None or (isinstance(node, Scalar) and not node.null):
            return None if node is None else node.text
        self.report.error(node.mark, "a text is expected here")
        return None

    def _number(self) -> float:
        text = self._text("value")
        try:
            value = 0.0 if text is None else float(text)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            hint = "as the unit of the measure: days, t, t/day, km, persons or 1"
            self.report.error(self.parts["value"].mark, f"'{text}' is no number", hint)
        return value

    def _flag(self) -> bool | None:
        text = self._text("happened")
        if text is None or text in ("true", "false"):
            return None if text is None else text == "true"
        self.report.error(self.parts["happened"].mark, f"'{text}' is neither true nor false")
        return None

    def _cell(self, key: str) -> str:
        node = self.parts.get(key)
        return "" if node is None else cell_of(node, key, self.factors, self.cells, self.report)


def cell_of(node: Node, key: str, factors: Mapping[str, str], cells: Levels, report: Report) -> str:
    """The id of the one cell that has the levels under a ``key``; "" with a fault in the report.

    Args:
        factors: the path of each factor, by its path and by its name.
        cells: finds the cells that have certain levels.
    """
    if not isinstance(node, Map):
        report.error(node.mark, f"'{key}' is a map of factors to levels")
        return ""
    levels = {}
    for factor, entry in node.entries.items():
        path = factors.get(factor)
        if path is None:
            report.error(entry.key_mark, f"no factor '{factor}'", suggest(factor, factors))
            return ""
        levels[path] = entry.value.text if isinstance(entry.value, Scalar) else ""
    fit = cells(levels)
    if len(fit) != 1:
        said = f"{len(fit)} cells have these levels" if fit else "no cell has these levels"
        report.error(node.mark, said, "name one level of each factor")
        return ""
    return fit[0]
