"""Actors: what they hold, where their strength stands, and where it goes when it is displaced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from .. import kinds as k
from ..distributions import Constant
from .common import DAY, Drawn, Sourced
from .supply import Fleet

ANYONE = "all"
"""The id of the actor of a file that states none, and whose axes name none."""


@dataclass(frozen=True, slots=True)
class Actor(Drawn):
    """A faction.

    Shares in ``transit`` are ppm.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    friends: frozenset[k.ActorId] = frozenset()
    """actors whose places it may use as its own"""
    transit: Mapping[k.ActorId, k.Part] = field(default_factory=dict)
    """share of the capacity of another actor's places that it may use"""
    share_out: k.ShareOut = "priority"
    """who goes short where its axes that are in no group cannot all be served, as in `groups`"""
    fleet: Fleet | None = None
    """lorries that those of its axes share that have none of their own; default: any number"""
    color: k.Color | None = None
    """colour in figures, as '#0072B2'"""
    short: k.Text | None = None
    """name where the whole one has no room, in keys and at curves"""


@dataclass(frozen=True, slots=True)
class Holding(Sourced):
    """Who holds a place at the start. The id of an actor alone means that it holds the whole.

    ``shares`` are ppm by actor, their sum at most ``PPM``. ``"*"`` among the ``sealed`` is
    everyone.
    """

    place: k.Id
    shares: Mapping[str, int]
    besieged: frozenset[k.ActorId] = frozenset()
    """holders whose roads out are closed to them"""
    sealed: k.Sealed = frozenset()
    """actors to whom this crossing is sealed; `true` for everyone"""


@dataclass(frozen=True, slots=True)
class Garrison(Drawn):
    """Strength of an actor at a place, displaced when the place is lost."""

    id: k.Id
    actor: k.ActorId
    """whose strength"""
    place: k.PlaceId
    """where it stands"""
    strength: k.Strength
    """persons"""
    loss: Annotated[k.Share, k.Key(default=Constant(0.2))]
    """share that does not get away when the place is lost"""
    ring_loss: Annotated[k.Share, k.Key(like="loss")]
    """the same where the place is besieged"""
    reserve: k.Share | None = None
    """share of it that may be sent to a front; default: 0"""
    priority: k.Priority = 1
    """who of an actor's sends reserves, and who of the displaced chooses, first in one instant: the
    lower number; ties by actor, then place"""


@dataclass(frozen=True, slots=True)
class Exit(Drawn):
    """A named way out of the network for displaced strength.

    ``seconds`` is the time from any of ``places`` to the other side.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    actor: k.ActorId
    """who may use it"""
    places: Annotated[k.Entries, k.Key("from")]
    """places from which it is entered"""
    seconds: Annotated[k.Duration, k.Key("takes")]
    """time from those places to the other side"""
    threat: k.Number = 0.0
    """threat on the way and at its end, no unit"""
    supply: k.Number = 0.0
    """supply at its end, no unit"""
    value: k.Number = 0.0
    """value of being there, no unit"""
    billets: k.Head | None = None
    """persons it can take in; default: unlimited"""


@dataclass(frozen=True, slots=True)
class RegroupRule(Sourced):
    """Coefficients of an actor's choice of where displaced strength goes (a logit).

    Units are in docs/definitions.md. Utility of going to j: ``hours`` * h_j + ``threat`` * t_j +
    ``supply`` * s_j + ``billets`` * ln(1 + b_j / 1000) + ``value`` * v_j; staying has utility
    ``stay`` and is open only where ``stay`` is not None. ``values`` gives v_j by place.
    """

    actor: k.Id
    hours: k.Coefficient = Constant(-0.1)
    """per hour of travel"""
    threat: k.Coefficient = Constant(-1.0)
    """per unit of threat"""
    supply: k.Coefficient = Constant(1.0)
    """per unit of supply"""
    billets: k.Coefficient = Constant(0.2)
    """per ln(1 + billets left / 1000)"""
    value: k.Coefficient = Constant(1.0)
    """per unit of value"""
    stay: k.Coefficient | None = None
    """utility of staying; default: staying is not open"""
    max_seconds: Annotated[k.Duration, k.Key("within")] = Constant(10.0 * DAY)
    """destinations further than this are left out"""
    values: Mapping[k.PlaceId, k.Number] = field(default_factory=dict)
    """value of each place, no unit"""
