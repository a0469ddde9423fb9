"""What a run is judged by: what is on record, and claims. None of it bears on a run."""

from dataclasses import dataclass
from typing import Annotated

from .. import kinds as k
from .common import Sourced

DATED = "date"
"""The unit of a claim's value that was stated as a date; it is in seconds from the start."""


@dataclass(frozen=True, slots=True)
class RecordedMove(Sourced):
    """A move of strength on record, to score the model against; no input of a run.

    ``at`` is its day in seconds from the start (it may lie outside the period).
    """

    id: k.Id
    actor: k.ActorId
    """whose strength"""
    origin: Annotated[k.PlaceId, k.Key("from")]
    """where it came from"""
    to: k.GoalId
    """the place or exit that it went to"""
    at: k.Recorded
    """when"""
    reserve: k.Flag = False
    """true for a reserve that was sent to a front"""


@dataclass(frozen=True, slots=True)
class RecordedHolding(Sourced):
    """Who held places from an instant on, on record; no input of a run.

    It holds until the next of the same place. ``at`` is in seconds from the start (it may lie
    outside the period).
    """

    id: k.Id
    places: Annotated[k.Places, k.Key("place")]
    """a place or a list of places"""
    by: k.Actors
    """who held it, or a list of those who each held a part"""
    at: k.Recorded
    """from when"""


@dataclass(frozen=True, slots=True)
class RecordedEvent(Sourced):
    """Something that a run dates, as it came on record; no input of a run.

    ``at`` and ``until`` are in seconds from the start; without ``at`` it had not come by ``until``,
    the last instant that the record covers.
    """

    id: k.Id
    measure: k.Text
    """the measure that says when it came, such as `places.fort.time_taken_by.red`"""
    at: k.Recorded | None = None
    """when; default: it did not come"""
    until: k.Recorded | None = None
    """how far the record goes, where it did not come; default: the end of the period"""
    text: k.Text | None = None
    """what happened, or did not"""


@dataclass(frozen=True, slots=True)
class RecordedPosition(Sourced):
    """A position of a force on record, drawn beside its advance; no input of a run.

    ``at`` is in seconds from the start (it may lie outside the period). It stood at ``place``, a
    stop of its route or its base, or ``km`` along the route from the base; the other is None.
    """

    id: k.Id
    at: k.Recorded
    """when"""
    place: k.PlaceId | None = None
    """its base or a place of its route, unless `km` is given"""
    km: k.Kilometres | None = None
    """where it stood in km from its base"""
    text: k.Text | None = None
    """what happened"""


@dataclass(frozen=True, slots=True)
class Claim(Sourced):
    """A statement about the outcome that a run confirms or refutes.

    ``value`` is in the measure's own base unit; ``when`` is in seconds from the start. ``unit`` is
    the base unit that the value was stated in (``DATED`` of a date), None of a plain number.
    """

    id: k.Id
    text: k.Text
    """the statement in words"""
    measure: k.Text
    """measure in dotted form, such as `axes.line.capacity`"""
    relation: k.Relation
    """one of <, <=, =, >=, >, != (in quotes where it begins with > or !)"""
    value: k.Value | None
    """quantity, number, date, true, false or text; null is 'never'"""
    when: Annotated[k.When | None, k.Key(before="relation")] = None
    """instant at which the measure is taken"""
    seed_claim: Annotated[k.Text | None, k.Key("claim")] = None
    """id of the seed's claim that this tests"""
    stated_in: k.Text | None = None
    """file that it is inherited from; `extends` fills it in"""
    caused_by: Annotated[k.Causes, k.Key(before="claim")] = ()
    """places, roads, events or operations by which it is meant to come true; a verdict says in how
    many runs it was another"""
    undecidable: Annotated[k.Text | None, k.Key(before="claim")] = None
    """why no run can decide it"""
    happened: Annotated[k.Flag | None, k.Key(before="claim")] = None
    """whether it came true on record; no input of a run"""
    record: Annotated[k.Text | None, k.Key(before="claim")] = None
    """what is on record"""
    unit: str | None = None
