"""What things of a scenario have in common: where they come from, their luck, when they happen."""

from dataclasses import dataclass, field
from typing import Literal

from .. import kinds as k

PPM = 1_000_000
"""One whole, in parts per million: the unit of every share in a scenario."""

DAY = 86_400
"""Seconds in a day."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an input comes from and how far to trust it.

    ``trust`` is free text (the shipped data use A, B, C or a phrase).
    """

    source: k.Text | None = None
    """where this comes from: the id of an entry of `sources`, or a text"""
    trust: k.Text | None = None
    """how far to trust it: a text, such as A or B"""
    note: k.Text | None = None
    """a remark"""
    known_on: k.Day | None = None
    """day on which the fact was public (ISO date), apart from the date of its source"""


UNSTATED = Provenance()
"""Of a thing that does not say where it comes from."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """Anything that can say where it comes from."""

    provenance: Provenance = field(default=UNSTATED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Drawn(Sourced):
    """A thing with numbers that luck may draw: each by a key of its own.

    Who renames it and keeps its key keeps its draws, and things of one key have the same luck.
    """

    id: k.Id
    luck: k.Text | None = field(default=None, kw_only=True)
    """key of its draws; default: its id"""


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
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening(Drawn):
    """What happens at an instant or on a condition, once, with a chance.

    Exactly one of ``at`` (seconds from the start) and ``when`` is set; ``delay`` (seconds, at
    least 1 is applied) follows ``when``.
    """

    at: k.Instant | None = None
    """when it happens; `at` or `when` is needed"""
    when: Condition | None = None
    """it happens once, on this becoming true, in place of `at`"""
    delay: k.Duration | None = None
    """time from `when` being true; default: 0 h"""
    chance: k.Chance = 1.0
    """probability that it happens at all"""
    text: k.Text | None = None
    """what happens, in words"""
