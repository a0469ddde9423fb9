"""What all parts of a scenario share: units, provenance, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PPM = 1_000_000
"""One whole, in parts per million: the unit of every share in this module."""

DAY = 86_400
"""Seconds in a day."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an input comes from and how far to trust it.

    ``source`` is free text or the id of an entry of the scenario's ``sources``;
    ``trust`` is free text (the shipped data use A, B, C or a phrase); ``known_on`` is the
    day on which the fact was public, apart from the date of its source.
    """

    source: str | None = None
    trust: str | None = None
    note: str | None = None
    known_on: date | None = None


UNSTATED = Provenance()
"""Of a thing that does not say where it comes from."""


ConditionKind = Literal[
    "falls", "besieged", "axis_cut", "axis_open", "stock_out", "event", "all", "any"
]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the state.

    ===========  =====================================================================
    kind         true when
    ===========  =====================================================================
    falls        no initial holder of place ``subject`` holds it; with ``to``, actor ``to``
                 holds a share of it
    besieged     place ``subject`` is besieged (any holder)
    axis_cut     capacity of axis ``subject`` is 0
    axis_open    capacity of axis ``subject`` is above 0
    stock_out    the stock of axis ``subject`` is 0 at its sink ``to`` (None: at any sink)
    event        event ``subject`` has taken effect, that operation has begun, or that option
                 of a decision was decided on
    all, any     over ``parts``
    ===========  =====================================================================
    """

    kind: ConditionKind
    subject: str = ""
    to: str | None = None
    parts: tuple[Condition, ...] = ()
