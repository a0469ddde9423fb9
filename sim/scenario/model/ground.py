"""The ground: places, the roads between them, and their network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from .. import kinds as k
from ..distributions import Constant, Dist, Uncertain
from .common import Drawn

DETOUR = 1.3
"""How many times as long as the great circle a road of unknown length is, where nothing is said."""


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

    Nothing passes through ``shut`` places of it, which a scenario does not know. ``notes`` say what
    was left out, guessed or doubted of the map of which it was made just now.
    """

    sha256: str
    data: bytes = field(repr=False, compare=False)
    shut: int = field(default=0, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)


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
