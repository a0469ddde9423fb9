"""The frozen, validated scenario: what every other part of the program reads.

These are plain objects: :mod:`sim.scenario.loader` makes them from files, and code may make them
by hand. They also are the one declaration of the scenario language, as
:mod:`sim.scenario.kinds` tells: what a thing is called in a file, what it means and what it is
where a file does not say. (What is written otherwise than it is kept is declared in
:mod:`sim.scenario.written`.)

Base units: second (from the scenario's start), km, km/h, kg, kg/day, persons. Where a quantity may
be uncertain it is :class:`~sim.scenario.distributions.Uncertain`. Shares are integers in parts per
million (``PPM``), so that products of shares are exact.
"""

# no annotations as text here and in written.py: they are read when models are made

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, Self

from . import kinds as k
from .distributions import Constant, Dist, Uncertain

PPM = 1_000_000
"""One whole, in parts per million: the unit of every share in this module."""

DAY = 86_400
"""Seconds in a day."""

DATED = "date"
"""The unit of a claim's value that was stated as a date; it is in seconds from the start."""

DETOUR = 1.3
"""How many times as long as the great circle a road of unknown length is, where nothing is said."""

ANYONE = "all"
"""The id of the actor of a file that states none, and whose axes name none."""

SUPPLIES = "supplies"
"""The commodity that always exists."""


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


# --- the network, who holds it, and what it carries -------------------------------------------


@dataclass(frozen=True, slots=True)
class Place(Drawn):
    """A node of the network: town, crossroads, bridge, dam, border crossing, base or well."""

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name for figures; unique"""
    lat: k.Latitude
    """latitude, degrees north"""
    lon: k.Longitude
    """longitude, degrees east"""
    kind: k.Text = "town"
    """town, crossroads, bridge, ...: a free text"""
    country: k.Text | None = None
    """country code or name"""
    population: k.Head | None = None
    """inhabitants"""
    capacity: k.Rate | None = None
    """throughput of all that starts, ends or passes here; default: unlimited"""
    billets: k.Head | None = None
    """persons that it can take in; default: unlimited"""
    crossing: k.Flag = False
    """true for a bridge, dam or border crossing: only such can be sealed"""
    cost: k.Weight | None = None
    """what a tonne costs that starts, ends or passes here, in any one currency, such as a toll"""


@dataclass(frozen=True, slots=True)
class RoadClass(Drawn):
    """Speed and capacity of the roads of a class.

    A range is drawn once for the whole class, or, where ``each`` says so, by each road of it that
    states none of its own.
    """

    id: k.Id
    speed: k.Speed
    """speed of a convoy"""
    capacity: k.Rate
    """capacity in each direction"""
    each: k.Each = "class"
    """what a range of `speed` or `capacity` is drawn for: once for the `class`, or for each `road`
    by its own key"""
    cost: k.Weight | None = None
    """what a tonne costs over a kilometre, in the currency of all costs"""


@dataclass(frozen=True, slots=True)
class Road(Drawn):
    """A link between two places, open both ways with the full capacity unless it says otherwise.

    It joins the places ``a`` and ``b``; ``there`` is the direction from ``a`` to ``b``. ``back``
    is the capacity from ``b`` to ``a`` where it is another; ``estimated`` is true where ``km`` is
    not stated: it is the great circle between the ends times the network's detour then.
    """

    id: k.Id
    a: str
    b: str
    km: k.Kilometres
    """length"""
    road_class: Annotated[k.ClassId, k.Key("class")]
    """road class, a key of `classes`"""
    name: k.Text | None = None
    """name or number of the road"""
    capacity: k.Rate | None = None
    """capacity in each direction; default: that of the class"""
    one_way: k.Flag = False
    """true where it is open from the first of its places to the second alone"""
    speed: k.Speed | None = None
    """speed; default: that of the class"""
    closed: k.Flag = False
    """true where the road is closed at the start"""
    crossing: k.Text | None = None
    """what it crosses and how, such as `River: bridge`"""
    exists: k.Chance = 1.0
    """probability that it is there at all, drawn once a run; where it is not, it is closed for the
    whole run, whatever opens it"""
    back: Uncertain[k.KgPerDay] | None = field(default=None, kw_only=True)
    estimated: bool = field(default=False, kw_only=True)

    @property
    def directed(self) -> bool:
        """True where it is one-way, or carries less one way than the other."""
        return self.one_way or self.back is not None

    @property
    def doubtful(self) -> bool:
        """True where it may be there, or not: a run draws it."""
        return 0 < self.exists < 1

    def leads_from(self, place: str) -> bool:
        """True where one may go from this one of its places to the other."""
        return not self.one_way or place == self.a

    def each_way(self, of_class: RoadClass) -> tuple[Dist, Dist]:
        """Its capacities (kg/day) there and back; those of its class where it states none."""
        there = self.capacity or of_class.capacity
        return there, Constant(0.0) if self.one_way else self.back or there


TABLE = "network.npz"
"""What the binary table of a network is called beside a resolved scenario."""


@dataclass(frozen=True, slots=True)
class BinaryTable:
    """A binary table of a network: its ``data``, which folders of results hold, and its digest.

    Nothing passes through ``shut`` places of it, which a scenario does not know.
    """

    sha256: str
    data: bytes = field(repr=False, compare=False)
    shut: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Network:
    """Places and the roads between them.

    Mappings are sorted by id. ``binary`` is the binary table that it was read from, if it was.
    """

    title: Annotated[k.Text, k.Key(default="")]
    """title of the network"""
    places: Annotated[Mapping[k.NewId, Place], k.Key(default={}), k.Role.OR_PATH]
    """places by id"""
    roads: Annotated[Mapping[k.NewId, Road], k.Key(default={}), k.Role.OR_PATH]
    """roads by id"""
    classes: Annotated[
        Mapping[k.NewId, RoadClass], k.Key(default={}, before="places"), k.Role.OR_PATH
    ]
    """road classes by id"""
    known_on: Annotated[k.Day | None, k.Key(before="classes")] = None
    """day by which what it states was public, where its places, roads and classes say no other"""
    detour: Annotated[k.Detour, k.Key(before="classes")] = DETOUR
    """how many times as long as the great circle between its ends a road without `km` is"""
    binary: BinaryTable | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Fleet(Sourced):
    """Lorries, and what they can do in a day.

    A tour is the way out, loaded, the fastest way back, loading and unloading. What is planned
    takes no more hours than the lorries have.
    """

    lorries: k.Weight
    """how many: a number, rounded down"""
    hours: k.Duration
    """time a day that each is in use, on the road, loading or unloading: up to 24 h"""
    load: k.Load | None = None
    """what one carries; default: what fits one truck of the commodity"""
    loading: k.Duration = Constant(0.0)
    """time for loading, once a tour"""
    unloading: k.Duration = Constant(0.0)
    """time for unloading, once a tour"""


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
class Commodity(Sourced):
    """What an axis carries. A commodity `supplies` with the load `truck_load` always exists.

    ``load`` is in kg. Road capacities are stated for ``Scenario.truck_load`` kg a truck.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    load: Annotated[k.Load, k.Key(like="truck_load")]
    """what fits one truck: half the load takes twice the road capacity per tonne"""


@dataclass(frozen=True, slots=True)
class Source(Sourced):
    """A place where an axis begins. A flow alone means its `supply`."""

    place: k.Id
    supply: k.Rate | None = None
    """flow that it can give; default: unlimited"""
    foreign: k.Flag = False
    """true where it serves the axis whoever holds the place; then only sealing closes it"""
    priority: k.Priority = 1
    """of plans that take the same time, that in which the lower number sends most; ties by id"""
    from_stock: k.Flag = False
    """true for a depot: it ships from the stock of the sink of the same commodity here"""
    floor: k.Mass = Constant(0.0)
    """stock that a depot keeps: it ships what is above"""


@dataclass(frozen=True, slots=True)
class Sink(Sourced):
    """A place that an axis feeds."""

    place: k.Id
    demand: k.Demand
    """consumption"""
    stock: k.Mass = Constant(0.0)
    """stock at the start"""
    target: k.Mass | None = None
    """stock that it refills to; default: `stock`"""
    refill: k.Rate = Constant(0.0)
    """flow above consumption while below the target"""
    weight: k.Multiple = Constant(1.0)
    """of its shares where they are shared out `weighted`: twice the weight, twice the share"""


@dataclass(frozen=True, slots=True)
class ConvoyRule(Sourced):
    """The convoys of an axis."""

    size: k.MassAboveZero = Constant(20_000.0)
    """load of one convoy"""
    loss: k.Share = Constant(1.0)
    """probability that a convoy on a place or road that is lost is lost with it"""


@dataclass(frozen=True, slots=True)
class Axis(Drawn):
    """One actor's supply line, from its sources to its sinks."""

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    actor: Annotated[k.ActorId, k.Key(default="")]
    """the actor that it supplies; default: the only one"""
    commodity: Annotated[k.CommodityId, k.Key(default=SUPPLIES)]
    """what it carries"""
    priority: Annotated[k.Priority, k.Key(default=1)]
    """of all axes, of whatever actor, the lower number plans first; ties by actor, then id"""
    sources: Annotated[Mapping[k.PlaceId, Source], k.Role.OR_PATH]
    """where it begins, by place"""
    sinks: Annotated[Mapping[k.PlaceId, Sink], k.Role.OR_PATH]
    """what it feeds, by place"""
    convoy: ConvoyRule = ConvoyRule()
    """size and risk of its convoys"""
    fleet: Fleet | None = None
    """lorries of its own; default: those of its actor"""
    prefer: k.Prefer = "time"
    """which of the plans that bring as much: that of the least `time`, or of the least `cost`"""

    @property
    def sources_in_order(self) -> list[Source]:
        """Its sources in the order in which plans that take the same time prefer them."""
        return sorted(self.sources.values(), key=lambda s: (s.priority, s.place))


@dataclass(frozen=True, slots=True)
class Group(Sourced):
    """Axes, of whatever actors, that are planned together.

    It stands in the order of plans at the least `priority` of its axes; others come before or after
    it as a whole.
    """

    id: k.Id
    axes: k.Axes
    """the axes: one or a list; no axis is in two groups"""
    share_out: k.ShareOut
    """who goes short where not all can be served. `priority`: the axes that come later. `equal`:
    the least share of any need is as large as can be, then the next one, and so on, and need is
    served before any refilling. `weighted`: the same of share over `weight`"""


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


# --- forces -----------------------------------------------------------------------------------


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


# --- rules that a scenario may add ------------------------------------------------------------


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


# --- the whole --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario, resolved and checked. Mappings are sorted by id.

    ``start`` is None where the period is a length alone; ``length`` is in seconds, as is
    ``sample``; ``truck_load`` is in kg. ``sources`` are those of the network too. ``fighting`` is
    None where nothing is fought. ``resolved`` is the plain data (dicts, lists, text) that
    ``scenario.resolved.yaml`` holds, in the order of the keys below.
    """

    id: Annotated[k.NewId, k.Key(default=None)]
    """id of the scenario; default: the file's name, accents and spaces made plain"""
    title: Annotated[k.Text, k.Key(like="id")]
    """title"""
    about: k.Text = ""
    """what the scenario asks, in a few sentences"""
    kind: k.Purpose = "what-if"
    """forecast (scored against the record), replay (states the record, never scored) or what-if"""
    as_of: k.Day | None = None
    """day of a forecast: nothing that was not public then is an input"""
    tests: tuple[k.Text, ...] = ()
    """ids of the seed's claims that it tests"""
    asks: k.Text | None = None
    """the claim that it is about, whose verdict is given; default: its only own one"""
    accepts: Mapping[k.WarningId, k.Text] = field(default_factory=dict)
    """warnings of `sim validate` that are meant so, each with the reason"""
    start: datetime | None
    length: int
    seed: k.Seed = 0
    """seed of all that is drawn, a whole number from 0"""
    sample: k.Length = DAY
    """time between samples of the stocks"""
    truck_load: k.Load = 10_000
    """load of the truck for which road capacities are stated"""
    focus: k.AxisId | None = None
    """the axis that maps and headlines are about; default: the first by priority, ties by id"""
    sources: Mapping[k.NewId, k.Text] = field(default_factory=dict)
    """named sources: id to text"""
    commodities: Mapping[k.NewId, Commodity] = field(default_factory=dict)
    """commodities by id"""
    actors: Mapping[k.NewId, Actor] = field(default_factory=dict)
    """actors by id; a file with axes that states none has one, `all`, who holds every place"""
    holders: Mapping[k.PlaceId, Holding] = field(default_factory=dict)
    """holders at the start, by place"""
    axes: Mapping[k.NewId, Axis] = field(default_factory=dict)
    """supply axes by id"""
    groups: Mapping[k.NewId, Group] = field(default_factory=dict)
    """axes that are planned together, by id"""
    garrisons: Mapping[k.NewId, Garrison] = field(default_factory=dict)
    """garrisons by id"""
    fighting: Fighting | None = None
    """how battles go"""
    rules: Rules = Rules()
    """rules of behaviour beyond the law of battle, each off unless it is named"""
    operations: Mapping[k.NewId, Operation] = field(default_factory=dict)
    """operations by id"""
    fronts: Mapping[k.ActorId, FrontRule] = field(default_factory=dict)
    """use of reserves by actor"""
    holders_on_record: Mapping[k.NewId, RecordedHolding] = field(default_factory=dict)
    """who held places from when, to score the model against, by id"""
    events_on_record: Mapping[k.NewId, RecordedEvent] = field(default_factory=dict)
    """when something came, to score the model against, by id"""
    moves_on_record: Mapping[k.NewId, RecordedMove] = field(default_factory=dict)
    """moves of strength to score the model against, by id"""
    score_on: tuple[k.Day, ...] = ()
    """days at which who holds each place is scored; default: five, evenly spread from the day of
    the forecast to the end"""
    decisions: Mapping[k.NewId, Decision] = field(default_factory=dict)
    """decisions of actors by id"""
    exits: Mapping[k.NewId, Exit] = field(default_factory=dict)
    """ways out by id"""
    regroup: Mapping[k.ActorId, RegroupRule] = field(default_factory=dict)
    """regroup rules by actor"""
    profiles: Mapping[k.NewId, Profile] = field(default_factory=dict)
    """factors that change with time, by id"""
    events: Mapping[k.NewId, Event] = field(default_factory=dict)
    """events by id"""
    claims: Mapping[k.NewId, Claim] = field(default_factory=dict)
    """claims by id"""
    network: Annotated[Network, k.Role.OR_PATH]
    """path of a network file or a binary table, relative to this file, or the network itself"""
    resolved: Mapping[str, Any] = field(default_factory=dict)
    ties: Mapping[str, str] = field(default_factory=dict)

    @property
    def main_axis(self) -> str | None:
        """The axis in focus: the stated one, else the first by priority and id, if any."""
        ranked = sorted(self.axes.values(), key=lambda axis: (axis.priority, axis.id))
        return self.focus or (ranked[0].id if ranked else None)

    @property
    def without_actors(self) -> bool:
        """Whether no actors are stated: nobody holds anything against anybody."""
        return set(self.actors) == {ANYONE}

    def seeded(self, seed: int) -> Self:
        """The same with another seed, in its resolved text too, which must run again the same."""
        return replace(self, seed=seed, resolved={**self.resolved, "seed": seed})
