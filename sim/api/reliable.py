"""How reliably a network or an axis carries where places and roads may fail."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.base.errors import BadInputError
from sim.cuts.case import Case, Document
from sim.cuts.doubts import ROADS, Standing
from sim.cuts.reliability import Asked, Element, Reliability, reliability_of
from sim.measure.statistics import Estimate
from sim.network.readers.objects import Number
from sim.scenario.units import UnitError, parse_quantity
from sim.tables.data import DataTable

from .network_answers import Answer, Found
from .show import Facts

if TYPE_CHECKING:
    import os

    from sim.cuts.on_ground import Findings
    from sim.view.cut_files import Drawing

ReliabilityMethod = Literal["auto", "exact", "sampled"]
"""How a reliability is found."""


@dataclass(frozen=True, eq=False, repr=False)
class Relied(Answer):
    """How likely a network or an axis is open, what it carries, and what hangs on each part."""

    reliability: Reliability

    @property
    def open(self) -> Estimate:
        """The chance that anything is carried."""
        return self.reliability.open

    @property
    def met(self) -> Estimate | None:
        """The chance that what is needed is carried; None where nothing is stated to be."""
        return self.reliability.met

    @property
    def mean(self) -> Estimate | None:
        """What is carried on average; None where it may be without limit."""
        return self.reliability.mean

    @property
    def elements(self) -> tuple[Element, ...]:
        """What may fail and what is in a cut, the one of most gain first."""
        return self.reliability.elements

    def document(self) -> Document:
        """What ``sim reliability --json`` prints."""
        return self.reliability.document()

    def table(self) -> DataTable:
        """One row a place or road that may fail, or that is in a cut."""
        columns = (
            "name", "kind", "stands", "gain", "gain_low", "gain_high", "flow_gain", "in_cut",
            "in_cut_low", "in_cut_high",
        )  # fmt: skip
        rows = []
        for e in self.elements:
            gain = (None,) * 3 if e.gain is None else (e.gain.value, e.gain.low, e.gain.high)
            cut = e.in_cut.value, e.in_cut.low, e.in_cut.high
            rows.append((e.name, e.kind, e.stands, *gain, e.flow_gain, *cut))
        return DataTable("reliability", columns, rows)

    def distribution(self) -> DataTable:
        """One row an amount that is carried (None: without limit), the greatest first."""
        rows = [
            (level.flow, level.chance, level.at_least.value, level.at_least.low,
             level.at_least.high)
            for level in self.reliability.levels
        ]  # fmt: skip
        columns = ("flow", "chance", "at_least", "at_least_low", "at_least_high")
        return DataTable("carried", columns, rows)

    def drawing(self) -> Drawing:
        """The chart of what is carried, and of what each part adds."""
        from sim.view.cut_files import reliability_of as drawn

        return drawn(self.reliability)

    def save_map(self, target: str | os.PathLike[str]) -> None:
        """Write the map of what may fail as a .png or .svg file, its numbers as .csv beside it.

        Raises:
            BadInputError: the places have no coordinates.
            FullDiskError: there is no room for it.
        """
        from sim.view.cut_files import reliability_map_of, write_drawing

        write_drawing(reliability_map_of(self.reliability), Path(target))

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        return {
            e.name: {"stands": e.stands, "in_cut": e.in_cut.value}
            | ({} if e.gain is None else {"gain": e.gain.value})
            for e in self.elements
        }, {"stands": 1.0, "in_cut": 0.0}  # fmt: skip

    def _on_ground(self) -> Findings:
        from sim.cuts.on_ground import reliability_found

        return reliability_found(self.reliability)

    def _glance(self) -> tuple[str, Facts]:
        found = self.reliability
        facts = [("open", f"{found.open.value:.6g}"), ("found", found.method)]
        if found.met is not None:
            facts.append((f"carries {self._said(found.need)}", f"{found.met.value:.6g}"))
        if found.mean is not None:
            facts.append(("on average", self._said(found.mean.value)))
        return f"Reliability: {self.case.title}", [*self._ends(), *facts]


def relied(case: Case, nodes: Mapping[str, Hashable], standing: Standing, asked: Asked) -> Relied:
    """The reliability of a case. Raises as :meth:`~sim.api.between.Between.reliability`."""
    return Relied(case, nodes, reliability_of(case, standing, asked))


def standing_of(
    stands: Mapping[str, float] | float | None, together: Mapping[tuple[str, ...], float] | None
) -> Standing:
    """What is stated of things that may fail."""
    if stands is None:
        stands = {}
    elif not isinstance(stands, Mapping):
        stands = {ROADS: float(stands)}
    return Standing(dict(stands), tuple((together or {}).items()))


def asked_of(
    case: Case, need: Number | str | None, method: ReliabilityMethod, samples: int, seed: int,
    *, deliverable: bool,
) -> Asked:  # fmt: skip
    """What is asked of a case. Raises BadInputError for a method, number or need that is none."""
    ways: dict[str, bool | None] = {"auto": None, "exact": True, "sampled": False}
    if method not in ways:
        raise BadInputError(f"method: '{method}' is none of {', '.join(ways)}")
    if samples < 1:
        raise BadInputError(f"samples: {samples} are too few")
    amount = None if need is None else _need(case, need)
    return Asked(amount, ways[method], samples, seed, deliverable)


def _need(case: Case, need: Number | str) -> int:
    """What is needed, in the units of a case's capacities, rounded up."""
    try:
        if case.unit == "kg/day" and isinstance(need, str):
            amount = Decimal(parse_quantity(need, "rate"))
        else:
            amount = Decimal(str(need)) * case.scale
    except UnitError as error:
        raise BadInputError(
            f"need: {error.message}" + (f"; {error.hint}" if error.hint else "")
        ) from None
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount <= 0:
        raise BadInputError(f"need: '{need}' is not an amount above 0")
    return math.ceil(amount)
