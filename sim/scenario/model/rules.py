"""Rules of behaviour that a scenario may add."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .. import kinds as k
from ..distributions import Constant
from .common import Sourced


class LoadBand(NamedTuple):
    """Effectiveness of a force that has at least so much of its full load."""

    load: k.Portion
    """share of its full load at or above which the band holds"""
    effect: k.Portion
    """what it does then, as a share of what it could do"""


@dataclass(frozen=True, slots=True)
class FedRule(Sourced):
    """A force that eats from its base fights at full effect; hunger goes by its load.

    While it lives on what it carries ``bands`` hold in place of those of the rules of battle, the
    greatest load first. Garrisons go by the days of their stock still.
    """

    bands: tuple[LoadBand, ...]
    """effectiveness by the share of its full load that a force still has"""


@dataclass(frozen=True, slots=True)
class ManoeuvreRule(Sourced):
    """In battle a side gives way at a rate, beside its breaking point.

    Per day it is ``rate`` * (1 + ``ways`` * share of its ways back that the enemy holds or
    threatens + ``arrivals`` * sum over what joined the enemy in the last 24 hours of its persons
    over the side's own at that instant). Where the enemy holds all of its ways back it is
    ``ringed`` alone. A side of several parts has the mean of theirs.
    """

    rate: k.Hazard
    """rate at which a side gives way whose ways back are free, and whose enemies are not joined"""
    ways: k.Weight = Constant(0.0)
    """how many times that rate all of its ways back add, held or threatened by the enemy"""
    arrivals: k.Weight = Constant(0.0)
    """how many times that rate enemies add who are as many as the side and came within a day"""
    pursuit: k.Share = Constant(0.0)
    """share of a side that is lost in the pursuit when it has given way"""
    ringed: k.Hazard = Constant(0.021)
    """rate at which a side gives way in a ring, all of its ways back held by the enemy; the default
    is that of garrisons fought for in rings before June 2016, 2 in 95 days"""


@dataclass(frozen=True, slots=True)
class MemoryRule(Sourced):
    """A beaten force tries again only at better odds.

    Beaten k times before a place it goes for it again when its odds, persons times effect over
    those of who stands there, are (1 + ``better``) ** k times the best of the last battle there.
    """

    better: k.Weight
    """share by which the odds must be better, once more for each failure at the place"""


@dataclass(frozen=True, slots=True)
class ReservesRule(Sourced):
    """What holds an actor back from sending reserves; it has a rule in `fronts`.

    Enemies in sight of a place are the forces within ``near`` of it by road, and the garrisons at
    the other end of its roads. It keeps at least ``holds`` times as many men.
    """

    actor: k.Id
    near: k.Distance = Constant(32.0)
    """enemy forces within this distance by road are in sight of a place; the default is a day's
    foot march (FM 21-18)"""
    threat: k.Weight = Constant(0.0)
    """a place sends none while the forces in sight are more than this share of its garrison"""
    holds: k.Weight = Constant(0.0)
    """what stays is at least so many times the enemies in sight"""
    news: k.Weight = Constant(1.0)
    """an order takes so many times as long to a place as men from there to the front"""
    lifts: k.Strength | None = None
    """persons who can leave a place within 24 hours; default: any number"""


@dataclass(frozen=True, slots=True)
class BackgroundRate(Sourced):
    """How often places of an actor are lost that no operation names; in forecasts alone.

    A place is at the ``front`` where a road joins it to a place of an enemy that may take it,
    else an ``inner`` one; it falls to the nearest of them. While an operation that is not over
    has it on its route the rate is 0.
    """

    actor: k.Id
    front: k.Hazard
    """rate at which a place at the front is lost"""
    inner: k.Hazard = Constant(0.0)
    """the same of a place behind it"""
    by: k.Actors = ()
    """who may take them; default: every enemy"""


@dataclass(frozen=True, slots=True)
class RegionRule(Sourced):
    """Goals of a region are alike in what no term of the utility says: a nest of a nested logit.

    A region is a town with the places of its country that are nearer to it by road than to another
    town. A place from which no road leads to a town is a region by itself, as is each exit.
    """

    towns: k.Head
    """inhabitants from which a place is the town of a region"""
    dissimilarity: k.Dissimilarity
    """how little goals of a region have in common, above 0: 1 is the plain logit, towards 0 a
    region counts as its best goal alone"""


@dataclass(frozen=True, slots=True)
class BodyRule(Sourced):
    """The displaced of an actor move in bodies of men, each of which chooses where to go.

    Their number is that of the persons over ``size``, rounded, at least 1; all are as large as one
    another. Without ``regions`` each draws by the plain logit of regrouping.
    """

    actor: k.Id
    size: k.Body
    """persons of a body, about"""
    regions: RegionRule | None = None
    """goals that are alike; default: none are"""


@dataclass(frozen=True, slots=True)
class LeaveRule(Sourced):
    """Which garrisons of an actor go without a fight, out of a ring, or by agreement.

    A garrison that faces ``odds`` leaves with the chance ``goes`` where an open way leads to a
    place of its side. One in a ring that is below ``left``, or out of stock, tries once a ring to
    break out, else offers to leave; with N civilians inside those round it take the offer with the
    chance 1 - (1 - ``takes``) * exp(-``per_thousand`` * N / 1000).
    """

    actor: k.Id
    odds: k.Multiple = Constant(3.0)
    """enemies before a place who are at least so many times its side's men there are faced; the
    default is the planners' three to one (Mearsheimer 1989)"""
    within: k.Distance = Constant(16.0)
    """they are before it within this distance by road; the default is out and back in a day's foot
    march of eight hours at 4 km/h (FM 21-18)"""
    worth: k.Coefficient | None = None
    """places of this value and more are not left (by `fronts`, else `regroup`; 0 where neither
    states one); default: any may be"""
    goes: k.Share = Constant(0.0)
    """chance that a garrison leaves, each time that it is faced"""
    goes_loss: k.Share = Constant(0.0)
    """share that is lost when it leaves"""
    left: k.Share = Constant(0.5)
    """a ringed garrison below this share of its strength when the ring closed is spent"""
    breaks_out: k.Share = Constant(0.0)
    """chance that a spent garrison breaks out"""
    breaks_out_loss: k.Share = Constant(0.3)
    """share that is lost when it breaks out"""
    offers: k.Share = Constant(0.0)
    """chance that one that does not break out offers to leave"""
    takes: k.Share = Constant(0.0)
    """chance that the offer is taken where there are no civilians"""
    per_thousand: k.Weight = Constant(0.0)
    """how much a thousand civilians add to that, in the exponent"""
    agreed_loss: k.Share = Constant(0.0)
    """share that is lost when they leave by agreement"""
    taken: k.Share = Constant(0.0)
    """share taken prisoner of those who do not get away"""


@dataclass(frozen=True, slots=True)
class Rules(Sourced):
    """Rules of behaviour beyond the law of battle; each is off unless it is named."""

    fed: FedRule | None = None
    """forces that eat from their base fight at full effect"""
    manoeuvre: ManoeuvreRule | None = None
    """sides give way in battle before they break"""
    memory: MemoryRule | None = None
    """beaten forces try again only at better odds"""
    reserves: Mapping[k.ActorId, ReservesRule] = field(default_factory=dict)
    """what holds back those who send reserves, by actor"""
    background: Mapping[k.ActorId, BackgroundRate] = field(default_factory=dict)
    """changes of holder that no operation names, by whose places are lost"""
    bodies: Mapping[k.ActorId, BodyRule] = field(default_factory=dict)
    """displaced men who move in bodies, by actor"""
    leave: Mapping[k.ActorId, LeaveRule] = field(default_factory=dict)
    """garrisons that go, and agreements, by whose garrisons they are"""
