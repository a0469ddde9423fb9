"""What one run writes down: plain rows, in the order of time, ties by id.

Rows hold integers and text only, so that they are the same bytes on every machine. Times
are seconds from the start. Measures and pictures are made from these rows alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

Mode = Literal["waiting", "marching", "ringing", "fighting", "stalled", "holding", "retreating",
               "over"]  # fmt: skip

MODES: tuple[Mode, ...] = get_args(Mode)
"""What a force does, in the order of the numbers of the series ``mode``."""


class ControlRow(NamedTuple):
    """A value of one thing from ``time`` on; at time 0 a row for everything there is.

    ``what`` is holders, besieged, sealed, capacity_kg_per_day, kept (places); state,
    capacity_kg_per_day, seconds, kept (roads). See docs/definitions.md for the values.
    """

    time: int
    kind: str
    id: str
    what: str
    value: str


class SeriesRow(NamedTuple):
    """A number from ``time`` on: ``measure`` names its unit (``"capacity_kg_per_day"``)."""

    time: int
    subject: str
    measure: str
    value: int


class FlowRow(NamedTuple):
    """Planned flow of an axis on a road from ``time`` on, from one place to another (kg/day)."""

    time: int
    axis: str
    road: str
    origin: str
    destination: str
    kg_per_day: int


class LoadRow(NamedTuple):
    """What all axes together plan to send from ``time`` on, in standard loads (kg/day).

    On a road (``kind``) from one place to another, or in a place, where both are that place.
    """

    time: int
    kind: str
    id: str
    origin: str
    destination: str
    kg_per_day: int


class ServedRow(NamedTuple):
    """What a sink of an axis wants and is served by a plan (kg/day)."""

    axis: str
    place: str
    wanted_kg_per_day: int
    served_kg_per_day: int


class LevelRow(NamedTuple):
    """A level of shares: the sinks whose ``kind`` (need, refill) is settled by it.

    ``level``, the least share over weight that is reached, and ``bound``, which no plan is above
    that gives those of earlier levels as much, are exact: fractions as text.
    """

    kind: str
    level: str
    bound: str
    sinks: tuple[ServedRow, ...]


class SharesRow(NamedTuple):
    """How a group of axes (or a stage of the axes of an actor) shares out from ``time`` on."""

    time: int
    group: str
    levels: tuple[LevelRow, ...]


class HauledRow(NamedTuple):
    """What is planned for an axis that a fleet serves (kg/day).

    No plan that takes the hours which the axes before it leave is above ``bound``, a fraction as
    text.
    """

    axis: str
    planned_kg_per_day: int
    bound: str


class FleetRow(NamedTuple):
    """What a fleet does from ``time`` on.

    ``used`` is lorry-seconds a day, of ``lorries`` times ``seconds``; one more lorry would bring
    ``more_kg_per_day`` over all its axes.
    """

    time: int
    fleet: str
    lorries: int
    seconds: int
    used: int
    more_kg_per_day: int
    axes: tuple[HauledRow, ...]


class EventRow(NamedTuple):
    """Something that happened; ``cause`` is the id of the scenario's event behind it, or ''."""

    time: int
    kind: str
    subject: str
    cause: str
    text: str


STAY = "(stays)"
DISPERSE = "(disperses)"
"""Choices beside places and exits."""

DISPLACED, WENT, BROKE_OUT, AGREED = "displaced", "went", "broke out", "by agreement"
ORDERED = "by order"
"""How men came to move: their place was lost; or they left it, out of a ring, by agreement, by
order."""

LOST, TAKEN = "lost", "taken"
"""What became of those who did not get away: dead, and prisoners."""


@dataclass(slots=True)
class Move:
    """Strength on its way to what it chose, men who were sent, or a garrison that went.

    ``choice`` is a place, an exit, or one of ``STAY`` and ``DISPERSE``; ``probability`` the
    share that the choice model gave it; ``outcome`` moving, arrived, left, stayed,
    dispersed, lost, taken (prisoner) or chose again. ``reserve``: they did not choose but were
    sent, to a front, or, where ``cause`` names one, by an option of a decision. ``manner``: how
    others came to move, ``DISPLACED``, ``WENT``, ``BROKE_OUT``, ``AGREED`` or ``ORDERED``, by the
    event or option that ``cause`` names.
    """

    time: int
    actor: str
    origin: str
    choice: str
    persons: int
    probability: float
    seconds: int
    cause: str
    outcome: str = "moving"
    ended: int | None = None
    reserve: bool = False
    manner: str = DISPLACED

    @property
    def kind(self) -> str:
        """``reserve`` (sent to a front), ``sent`` (by a decision), or the manner."""
        if not self.reserve:
            return self.manner
        return "sent" if self.cause else "reserve"


class ChoiceRow(NamedTuple):
    """One option of a group that chose: its share by the model, and the seconds to get there."""

    time: int
    actor: str
    origin: str
    option: str
    probability: float
    seconds: int


class DecisionRow(NamedTuple):
    """One option of a decision: its probability, 1 where it was decided on, and its travel time.

    ``seconds`` are those from the actor's seat.
    """

    time: int
    decision: str
    actor: str
    option: str
    probability: float
    chosen: int
    seconds: int


class CreditRow(NamedTuple):
    """What an event changes of the capacity of an axis from ``time`` on, against the start.

    It holds until the next row of the event and axis; below 0 it is a loss.
    """

    time: int
    axis: str
    event: str
    kg_per_day: int


class Pocket(NamedTuple):
    """Places of an actor cut off from every source of its, with what is in them."""

    actor: str
    places: tuple[str, ...]
    persons: int
    stock_kg: int


class PocketRow(NamedTuple):
    """A pocket that formed at ``time`` and ended at ``ended`` (None: still there)."""

    time: int
    ended: int | None
    pocket: Pocket


@dataclass(slots=True)
class Tally:
    """Convoys of one axis and sink: counts, and kg by what became of them.

    ``sent_kg`` = ``delivered_kg`` + ``moving_kg`` + ``lost_kg`` + ``returned_kg``, always.
    """

    sent: int = 0
    arrived: int = 0
    turned: int = 0
    rerouted: int = 0
    lost: int = 0
    returned: int = 0
    moving: int = 0
    sent_kg: int = 0
    delivered_kg: int = 0
    lost_kg: int = 0
    returned_kg: int = 0
    moving_kg: int = 0


@dataclass(slots=True)
class Record:
    """All that a run leaves: see the rows' classes.

    ``series`` are ``noted``, the rows that were written one by one, and ``sampled``: the values by
    subject and measure at each of ``times`` (s), which are every ``sample`` s after the start, and
    the end. ``end`` is the length of the period (s);
    by (axis, sink) ``consumption`` is what it eats itself (kg/day), ``empty`` the spans [from, to)
    in s without stock there while its side holds it, an open one to ``end``;
    ``needed`` what was to be eaten there and ``unmet`` what of that was not there, exactly, in
    kg * s / day; ``persons`` who eat there, where the demand is stated by head; by (axis, source)
    ``shipped`` kg that a depot shipped from its stock, less what came back;
    ``fallen`` persons lost in battles by actor, ``losses`` the same as of each event of a battle
    (``series`` has them as of samples too); ``drawn`` every uncertain quantity in its
    base unit; ``chances`` what became of all that has a chance; ``nominal``: the quantities are
    medians; ``solves`` the number of flows solved, each of which has passed its
    certificate.
    """

    seed: int
    replicate: int
    end: int
    nominal: bool = False
    control: list[ControlRow] = field(default_factory=list)
    noted: list[SeriesRow] = field(default_factory=list)
    flows: list[FlowRow] = field(default_factory=list)
    loads: list[LoadRow] = field(default_factory=list)
    shares: list[SharesRow] = field(default_factory=list)
    fleets: list[FleetRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    choices: list[ChoiceRow] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    credits: list[CreditRow] = field(default_factory=list)
    pockets: list[PocketRow] = field(default_factory=list)
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    consumption: dict[tuple[str, str], int] = field(default_factory=dict)
    empty: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)
    needed: dict[tuple[str, str], int] = field(default_factory=dict)
    unmet: dict[tuple[str, str], int] = field(default_factory=dict)
    persons: dict[tuple[str, str], int] = field(default_factory=dict)
    shipped: dict[tuple[str, str], int] = field(default_factory=dict)
    fallen: dict[str, int] = field(default_factory=dict)
    losses: list[SeriesRow] = field(default_factory=list)
    drawn: dict[str, float] = field(default_factory=dict)
    chances: dict[str, bool] = field(default_factory=dict)
    solves: int = 0
    sample: int = 0
    sampled: dict[tuple[str, str], Sequence[int]] = field(default_factory=dict)
    _series: list[SeriesRow] | None = field(default=None, compare=False)

    @property
    def times(self) -> list[int]:
        """The sampling times after the start (s)."""
        return [*range(self.sample, self.end, self.sample), self.end]

    @property
    def series(self) -> list[SeriesRow]:
        """The rows of all series, in order once the run is over."""
        if not self.sampled:
            return self.noted
        if self._series is None:
            keys = sorted(self.sampled)
            at_once = zip(*(self.sampled[key] for key in keys), strict=True)
            rows = [
                SeriesRow(time, *key, value)
                for time, values in zip(self.times, at_once, strict=True)
                for key, value in zip(keys, values, strict=True)
            ]
            self._series = sorted(self.noted + rows)
        return self._series
