"""When an ensemble is large enough: a rule over fixed blocks of replicates."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sim.base.errors import BadInputError
from sim.measure import statistics as st
from sim.measure.steps import is_time
from sim.scenario.model import DAY
from sim.scenario.units import DIMENSIONS, UnitError, parse_number, parse_quantity

BLOCK = 50
"""Replicates between two judgements."""

LEAST = 100
"""Replicates before the first: fewer can agree by chance."""

ALIASES = {"time_of_cut": "time_of_first_cut"}

_RULE = re.compile(r"\s*(\S+?)\s*(?:±|\+-|\+/-)\s*(.+?)\s*$")
_UNITS = {"day": ("duration", DAY), "h": ("duration", 3600), "t": ("mass", 1000),
          "t/day": ("rate", 1000)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StopRule:
    """Stop when the 95 % interval of the mean of ``measure`` is no wider than ``text`` each way.

    A time is judged by its restricted mean.
    """

    measure: str
    text: str

    @classmethod
    def parse(cls, text: str) -> StopRule:
        """From ``axes.x.time_of_first_cut ± 1 day`` (``+-`` is read as ``±``).

        Raises:
            BadInputError: it is no such rule.
        """
        found = _RULE.match(text)
        if found is None:
            raise BadInputError(f"'{text}' is no rule like 'axes.x.time_of_first_cut ± 1 day'")
        path, width = found.groups()
        stem, _, last = path.rpartition(".")
        return cls(f"{stem}.{ALIASES.get(last, last)}", width)

    def __str__(self) -> str:
        return f"{self.measure} ± {self.text}"

    def half_width(self, unit: str) -> float:
        """The half-width asked for, in a measure's unit.

        Raises:
            BadInputError: the rule's unit is not one of that measure.
        """
        try:
            if unit in _UNITS:
                dimension, factor = _UNITS[unit]
                return parse_quantity(self.text, dimension) / factor
            return float(parse_number("".join(self.text.rsplit(f" {unit}", 1))))
        except UnitError as error:
            units = f"a number of {unit}" if unit not in _UNITS else (
                "one of " + DIMENSIONS[_UNITS[unit][0]].suggestion
            )  # fmt: skip
            raise BadInputError(f"'{self.text}' in the stop rule: {units} is needed") from error

    def reached(self, column: st.Values, unit: str, horizon: float) -> bool:
        """True where the runs so far are enough; ``horizon`` is the period in days."""
        if is_time(self.measure):
            column = np.minimum(column, horizon)
        known = column[np.isfinite(column)]
        if len(known) < LEAST:
            return False
        half = st.mean(known).half_width
        return half is not None and half <= self.half_width(unit)


def judged(block: int) -> int:
    """How many replicates the judgement number ``block`` (from 0) looks at."""
    return LEAST + block * BLOCK
