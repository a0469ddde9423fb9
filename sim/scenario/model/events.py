"""What changes in time: events, and profiles of factors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from .. import kinds as k
from .common import Drawn, Happening

EventKind = Literal[
    "capture", "besiege", "relieve", "close", "open", "damage", "seal", "unseal", "raid",
    "withdraw", "supply", "demand",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event(Happening):
    """Something that happens to places or roads, at a time or on a condition.

    ``places`` and ``roads`` are the targets, sorted by id. ``shares`` are the holders after a
    capture (ppm). ``against`` names the besieged holders or the actors sealed off; empty means
    every holder that is neither ``by`` nor a friend of ``by`` (besiege), or everyone (seal).
    ``loss`` is the share of capacity that a damage takes, ``lasts`` the seconds until it is
    over. Who withdraws is the garrison of ``by``, less ``loss``, or out of a ring less
    ``ring_loss``; None: it stays there. ``ends`` are the sources or sinks, as ``AXIS/PLACE``, whose
    supply or demand is then ``to`` or ``factor`` times as much. A closure comes again ``every`` so
    many seconds.
    """

    id: k.Id
    kind: EventKind
    places: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    by: k.ActorId | None = None
    shares: Mapping[str, int] = field(default_factory=dict)
    against: frozenset[k.ActorId] = frozenset()
    loss: k.Share | None = None
    lasts: k.Duration | None = None
    ring_loss: k.Share | None = None
    ends: tuple[str, ...] = ()
    factor: k.Weight | None = None
    to: k.Rate | None = None
    every: k.Length | None = None


@dataclass(frozen=True, slots=True)
class Profile(Drawn):
    """A factor that changes with time: a season, market days, the hours of curfew.

    Each of ``factors`` holds from its instant until the next one; before the first of a profile
    that does not come again the factor is 1. It multiplies with damage and with other profiles.
    Instants are dates or lengths of time from the start; in every year days such as 07-15, in
    every week such as friday or "friday 14:00", in every day times such as 06:00.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    factors: Mapping[k.Text, k.Weight]
    """the factor from each instant on, such as `{07-15: 0.5, 09-15: 1}`, at most 100"""
    every: k.Cycle | None = None
    """what it comes again in: `year`, `week` or `day`; default: it does not"""
    capacity: k.Limits = ()
    """road classes, roads and places whose capacity it multiplies"""
    speed: k.PacedRoads = ()
    """road classes and roads on which it multiplies the speed of convoys"""
    supply: k.Sources = ()
    """sources whose supply it multiplies: `AXIS/PLACE`, or the axis for all of its sources"""
    demand: k.Sinks = ()
    """sinks whose demand it multiplies: `AXIS/PLACE`, or the axis for all of its sinks"""
