"""Forces: how battles go, operations, reserves, and what actors decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from .. import kinds as k
from ..distributions import Constant
from .common import DAY, Drawn, Happening, Sourced
from .judged import RecordedPosition


class Band(NamedTuple):
    """Effectiveness of a force that has at least so much supply."""

    supply: k.Seconds
    """days of supply at or above which the band holds"""
    effect: k.Portion
    """what it does then, as a share of what it could do"""


@dataclass(frozen=True, slots=True)
class Fighting(Sourced):
    """How battles go. Rates are those of Lanchester's laws, see docs/definitions.md.

    Rates are per day, before the factors of terrain, supply and support
    (:mod:`sim.engine.forces.lanchester`). ``terrain`` divides the attackers' effect by the kind
    of the place. ``bands`` stand the most supply first: a side with at least so much (in
    seconds) has that effectiveness, below the last that of the last. A garrison breaks when
    ``breaks`` of its strength at the start of the battle is lost.
    """

    law: Annotated[k.Law, k.Key(default="square")]
    """square, linear or mixed"""
    attack: k.Hazard
    """what one attacker does to the defenders"""
    defend: k.Hazard
    """what one defender does to the attackers"""
    breaks: k.Share = Constant(0.5)
    """share of its strength whose loss breaks a garrison"""
    terrain: Mapping[k.Text, k.Factor] = field(default_factory=dict)
    """by kind of place: what divides the effect of the attackers; default: 1"""
    bands: tuple[Band, ...] = (Band(0, 1.0),)
    """effectiveness by days of supply; default: 1 whatever the supply"""
    unit: k.Unit | None = None
    """persons that fall at a time in stochastic battles; default: battles are deterministic"""


@dataclass(frozen=True, slots=True)
class Support(Drawn):
    """A factor on what the attackers of an operation do, as of strikes.

    It holds from one instant to another (seconds from the start).
    """

    id: k.Id
    factor: k.Multiple
    """the factor"""
    start: Annotated[k.Instant | None, k.Key("from")] = None
    """default: the start"""
    end: Annotated[k.Instant | None, k.Key("until")] = None
    """default: the end"""


@dataclass(frozen=True, slots=True)
class Position(Sourced):
    """Where a force stands on its route when it begins: at a stop, or ``km`` from its base."""

    place: k.PlaceId | None = None
    """its base or a place of its route, unless `km` is given"""
    km: k.Distance | None = None
    """km from its base along the route, no further than its end"""


@dataclass(frozen=True, slots=True)
class Operation(Happening):
    """A force that advances along a route, fed by its own axis.

    ``axis`` has the base among its sinks; without it the force feeds itself. ``tempo`` is km/day
    by road class, ``""`` for the others; ``each`` kg/person/day; ``carries`` seconds of supply
    that the force has with it. It breaks off when ``breaks`` of its strength at the start of a
    battle is lost. ``rings`` gives for a place the seconds of siege before it is stormed.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    actor: k.ActorId
    """whose force"""
    strength: k.Strength
    """persons at the start"""
    base: k.PlaceId
    """where it starts and is fed"""
    axis: Annotated[k.AxisId | None, k.Key(default=None)]
    """the axis that feeds the base, one of its sinks; default: it feeds itself"""
    route: k.Places
    """places after the base in order, each joined to the last by a road"""
    tempo: k.Tempos
    """km a day, for all roads or by road class"""
    each: k.Ration = Constant(0.0)
    """consumption of one person"""
    carries: k.Duration = Constant(3.0 * DAY)
    """supply it has with it"""
    breaks: k.Share = Constant(0.3)
    """share of its strength whose loss in a battle breaks it off"""
    stands: Position | None = None
    """where it stands when it begins, the places behind it being taken; default: at its base"""
    rings: Mapping[k.PlaceId, k.Duration] = field(default_factory=dict)
    """places that it besieges, and for how long before it storms them"""
    on_stall: k.Stall = "hold"
    """out of supply: hold or fall_back"""
    on_repulse: k.Repulse = "fall_back"
    """beaten: hold, fall_back or give_up"""
    retreat: k.Tempo = Constant(30.0)
    """km a day when it falls back"""
    again: k.Duration | None = None
    """time from a repulse to the next try; default: it does not try again"""
    tries: k.Tries = 10
    """tries in all"""
    support: Mapping[k.NewId, Support] = field(default_factory=dict)
    """factors by id, such as strikes"""
    on_record: Mapping[k.NewId, RecordedPosition] = field(default_factory=dict)
    """where it stood on record, by id; no input of a run"""
    priority: k.Priority = 1
    """which of several operations acts, eats or attacks first in one instant: the lower number;
    ties by id"""


@dataclass(frozen=True, slots=True)
class FrontRule(Sourced):
    """How an actor spreads its reserves over the places that are threatened.

    A front's weight is exp(``hours`` * h + ``value`` * v + ``threat`` * ln(attackers per
    defender)); reserves go where the weight is greatest first, each front up to ``ratio`` times the
    attackers. ``hold`` names places that send none. It decides ``delay`` seconds after it sees a
    threat. A force is seen ``sees`` km of road away (None: however far). Where the defenders are at
    least ``counter`` times a force that is within ``reach`` km before them they go at it (None:
    never).
    """

    actor: k.Id
    hours: k.Coefficient = Constant(-0.05)
    """per hour of travel"""
    value: k.Coefficient = Constant(1.0)
    """per unit of value"""
    threat: k.Coefficient = Constant(1.0)
    """per ln of attackers per defender"""
    ratio: k.Multiple = Constant(1.0)
    """reserves are sent until defenders are so many times the attackers"""
    delay: k.Duration = Constant(float(DAY))
    """time from seeing a threat to sending"""
    counter: k.Multiple | None = None
    """defenders that are so many times a force before them go at it; default: never"""
    reach: k.Distance = Constant(16.0)
    """they go at it within this distance by road; the default is out and back in a day's foot march
    of eight hours at 4 km/h (FM 21-18)"""
    sees: k.Distance | None = None
    """a force is seen from this distance by road; default: from its first day"""
    hold: frozenset[k.PlaceId] = frozenset()
    """places that send no reserves"""
    values: Mapping[k.PlaceId, k.Number] = field(default_factory=dict)
    """value of each place, no unit"""


@dataclass(frozen=True, slots=True)
class Sending(Sourced):
    """Men of an actor's garrisons whom it sends away, once, when that is decided on.

    Those of a garrison that is ringed, is in battle or has no way there stay where they are.
    """

    places: Annotated[k.Entries, k.Key("from")]
    """places whose garrisons send men"""
    share: k.Share
    """share of each of these garrisons that goes"""
    to: k.GoalId
    """the place or exit that they are sent to"""


@dataclass(frozen=True, slots=True)
class Withdrawal(Sourced):
    """Garrisons of an actor that are told to leave, each for the nearest place of its side.

    Who is in a battle goes when it is over; who has nowhere to go stays.
    """

    places: Annotated[k.Entries, k.Key("from")]
    """places whose garrisons leave"""
    loss: k.Share = Constant(0.0)
    """share that does not get away"""
    ring_loss: k.Share | None = None
    """the same of who breaks out of a ring; default: who is ringed stays"""


@dataclass(frozen=True, slots=True)
class DecisionOption(Sourced):
    """One thing to decide on: a new seat (`place`), an `operation`, men who go, or nothing.

    With an ``operation`` it is the start of that, and ``place`` what it is after; with a ``place``
    alone that becomes the seat; with neither all stays as it is. Any of these may send men
    (``sends``) and tell garrisons to leave (``leaves``) as well. ``axis`` is the axis that it would
    live on. ``value`` is its value; None: that of the place by the actor's regroup rule, or of the
    goal of those who are sent.
    """

    id: k.Id
    place: k.PlaceId | None = None
    """the new seat, or what the operation is after; default: its route's end"""
    operation: k.OperationId | None = None
    """what begins; it waits with `when: {event: OPTION}`"""
    axis: k.AxisId | None = None
    """the axis that it would live on; default: the operation's, or none"""
    value: k.Number | None = None
    """its value, no unit; default: that of the place in `regroup`, or of what men are sent to, or
    0"""
    sends: Sending | None = None
    """men whom it sends to a place or an exit"""
    leaves: Withdrawal | None = None
    """garrisons that it tells to leave"""


@dataclass(frozen=True, slots=True)
class Decision(Happening):
    """A choice that an actor makes once, by the values by which its displaced men choose.

    It is a multinomial logit (terms in docs/definitions.md). Utility of option j: the sum of
    coefficient times term over hours h_j from ``seat``, threat t_j, supply s_j, value v_j,
    ln(1 + population / 1000), ln(1 + own persons / 1000), ln(1 + enemy persons / 1000) and the
    share of its axis' demand that the axis can carry. A coefficient that is None is that of the
    actor's regroup rule.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    actor: k.ActorId
    """who decides"""
    seat: k.PlaceId
    """its seat until then, from which hours are counted"""
    options: Mapping[k.NewId, DecisionOption]
    """what it may decide on, by id; one that is decided on takes effect as an event"""
    hours: k.Coefficient | None = None
    """per hour of travel; default, as of the next three: the regroup rule's"""
    threat: k.Coefficient | None = None
    """per unit of threat"""
    supply: k.Coefficient | None = None
    """per unit of supply"""
    value: k.Coefficient | None = None
    """per unit of value"""
    population: k.Coefficient = Constant(0.0)
    """per ln(1 + population / 1000)"""
    strength: k.Coefficient = Constant(0.0)
    """per ln(1 + persons / 1000), own ones there or those of the operation"""
    enemies: k.Coefficient = Constant(0.0)
    """per ln(1 + persons / 1000) of enemies there"""
    axis: k.Coefficient = Constant(0.0)
    """per share, 0 to 1, of the axis' demand that the axis can carry"""
