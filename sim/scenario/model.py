"""The frozen, validated scenario: what every other part of the program reads.

Nothing here knows YAML; :mod:`sim.scenario.loader` makes these objects from files and
tests may make them by hand. Base units: second (from the scenario's start), km, km/h,
kg, kg/day, persons. A :class:`~sim.scenario.distributions.Dist` stands wherever a
quantity may be uncertain. Shares are integers in parts per million (``PPM``), so that
products of shares are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .distributions import Dist
from .model_base import DAY, PPM, UNSTATED, Condition, ConditionKind, Provenance
from .model_forces import (
    Decision,
    DecisionOption,
    Fighting,
    FrontRule,
    Operation,
    RecordedPosition,
    Support,
)

__all__ = [
    "DAY",
    "PPM",
    "Actor",
    "Axis",
    "Claim",
    "Commodity",
    "Condition",
    "ConditionKind",
    "ConvoyRule",
    "Decision",
    "DecisionOption",
    "Event",
    "EventKind",
    "Exit",
    "Fighting",
    "FrontRule",
    "Garrison",
    "Holding",
    "Network",
    "Operation",
    "Place",
    "Provenance",
    "RecordedMove",
    "RecordedPosition",
    "RegroupRule",
    "Relation",
    "Road",
    "RoadClass",
    "Scenario",
    "Sink",
    "Source",
    "Support",
]


@dataclass(frozen=True, slots=True)
class Place:
    """A node: town, crossroads, bridge, dam, border crossing, base, desert well."""

    id: str
    name: str
    lat: float
    lon: float
    kind: str = "town"
    country: str | None = None
    population: int | None = None
    capacity: Dist | None = None  # kg/day through the place; None is unlimited
    billets: int | None = None  # persons it can take in; None is unlimited
    crossing: bool = False  # a bridge, dam or border crossing that can be closed
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class RoadClass:
    """Defaults of a class of road; a range is drawn once for the whole class."""

    id: str
    speed: Dist  # km/h
    capacity: Dist  # kg/day in each direction
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Road:
    """An undirected link between two places; each direction has its full capacity."""

    id: str
    a: str
    b: str
    km: float
    road_class: str
    name: str | None = None
    capacity: Dist | None = None  # kg/day each way; None takes the class's
    speed: Dist | None = None  # km/h; None takes the class's
    closed: bool = False  # state at the start
    crossing: str | None = None  # what it crosses, where it can be closed there
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Network:
    """Places, roads and road classes, each sorted by id."""

    title: str
    places: Mapping[str, Place]
    roads: Mapping[str, Road]
    classes: Mapping[str, RoadClass]


@dataclass(frozen=True, slots=True)
class Actor:
    """A faction. ``transit[other]`` is the share (ppm) of other's places it may use."""

    id: str
    name: str
    friends: frozenset[str] = frozenset()
    transit: Mapping[str, int] = field(default_factory=dict)
    color: str | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a place at the start: shares (ppm, sum at most ``PPM``) by actor.

    ``besieged`` names the holders whose roads out are closed; ``sealed`` names the actors
    to whom a border crossing is sealed (``"*"`` is everyone).
    """

    place: str
    shares: Mapping[str, int]
    besieged: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Commodity:
    """What an axis carries; ``load`` kg fit one truck.

    Road capacities are stated for ``Scenario.truck_load`` kg a truck, so a commodity of
    half that load takes twice the capacity per tonne.
    """

    id: str
    name: str
    load: int  # kg/truck
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Source:
    """A place where an axis begins. ``supply`` None is unlimited (kg/day).

    A ``foreign`` source serves the axis whoever holds its place: only sealing or taking
    the crossings behind it closes it.
    """

    place: str
    supply: Dist | None = None
    foreign: bool = False
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Sink:
    """A place that an axis feeds.

    ``demand`` is its consumption (kg/day); ``stock`` what it holds at the start (kg);
    ``target`` the stock it refills to (kg, None: the initial stock) at ``refill`` kg/day
    above consumption.
    """

    place: str
    demand: Dist
    stock: Dist
    target: Dist | None
    refill: Dist
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class ConvoyRule:
    """``size`` kg a convoy; ``loss``: probability that one on a lost place or road is lost."""

    size: Dist
    loss: Dist


@dataclass(frozen=True, slots=True)
class Axis:
    """One actor's supply line for one commodity. Lower ``priority`` plans first, ties by id."""

    id: str
    name: str
    actor: str
    commodity: str
    priority: int
    sources: Mapping[str, Source]
    sinks: Mapping[str, Sink]
    convoy: ConvoyRule
    provenance: Provenance = UNSTATED


EventKind = Literal[
    "capture", "besiege", "relieve", "close", "open", "damage", "seal", "unseal", "raid"
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to places or roads, at a time or on a condition.

    ``places`` and ``roads`` are the targets, sorted by id. Exactly one of ``at`` (seconds
    from the start) and ``when`` is set; ``delay`` (seconds, at least 1 is applied) follows
    ``when``. ``shares`` are the holders after a capture (ppm). ``against`` names the besieged
    holders or the actors sealed off; empty means every holder that is neither ``by`` nor a
    friend of ``by`` (besiege), or everyone (seal). ``loss`` is the share of capacity that a
    damage takes, ``lasts`` the seconds until it is repaired or a raid is given back.
    ``chance`` is the probability that the event happens at all.
    """

    id: str
    kind: EventKind
    places: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    by: str | None = None
    shares: Mapping[str, int] = field(default_factory=dict)
    against: frozenset[str] = frozenset()
    at: Dist | None = None
    when: Condition | None = None
    delay: Dist | None = None
    loss: Dist | None = None
    lasts: Dist | None = None
    chance: float = 1.0
    text: str | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Garrison:
    """Strength of one actor at one place, displaced when the place is lost.

    ``loss`` is the share that does not get away; ``ring_loss`` applies instead where the
    place is besieged when it falls. ``kg_per_day`` is what one person eats a day, drawn
    from the stock of an axis of the actor that has a sink where it stands.
    """

    id: str
    actor: str
    place: str
    strength: Dist  # persons
    loss: Dist  # 0..1
    ring_loss: Dist  # 0..1
    reserve: Dist | None = None  # 0..1: share that may be sent to a front
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Exit:
    """A named way out of the network for an actor's displaced strength.

    It is entered from any of ``places`` and takes ``hours`` (as seconds) more.
    """

    id: str
    name: str
    actor: str
    places: tuple[str, ...]
    seconds: Dist
    threat: float = 0.0
    supply: float = 0.0
    value: float = 0.0
    billets: int | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class RegroupRule:
    """Coefficients of the logit choice of one actor (units in docs/definitions.md).

    Utility of going to j: ``hours`` * h_j + ``threat`` * t_j + ``supply`` * s_j +
    ``billets`` * ln(1 + b_j / 1000) + ``value`` * v_j; staying has utility ``stay`` and is
    open only where ``stay`` is not None. Destinations further than ``max_seconds`` are left out.
    ``values`` gives v_j by place.
    """

    actor: str
    hours: Dist
    threat: Dist
    supply: Dist
    billets: Dist
    value: Dist
    stay: Dist | None
    max_seconds: Dist
    values: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A move of strength on record: only for scoring, never an input of a run.

    ``at`` is its day in seconds from the start (it may lie outside the period). ``reserve``
    tells a reserve that was sent from displaced strength that chose.
    """

    id: str
    actor: str
    origin: str
    to: str  # a place or an exit
    at: int
    reserve: bool = False
    provenance: Provenance = UNSTATED


Relation = Literal["<", "<=", "=", ">=", ">", "!="]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about the outcome: ``measure`` ``relation`` ``value`` (at ``when`` seconds).

    ``value`` is a number in the measure's own base unit, a text, a boolean, or None ('never').
    """

    id: str
    text: str
    measure: str
    relation: Relation
    value: float | str | bool | None
    when: int | None = None
    seed_claim: str | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario, resolved and checked. Mappings are sorted by id.

    ``start`` is None where the period is a length alone; ``length`` is in seconds.
    ``resolved`` is the plain data (dicts, lists, text) that ``scenario.resolved.yaml`` holds.
    """

    id: str
    title: str
    about: str
    kind: Literal["forecast", "replay", "what-if"]
    start: datetime | None
    length: int
    seed: int
    sample: int  # seconds between samples of stocks
    truck_load: int  # kg/truck for which road capacities are stated
    tests: tuple[str, ...]  # ids of the seed's claims that the scenario tests
    network: Network
    actors: Mapping[str, Actor]
    holders: Mapping[str, Holding]
    commodities: Mapping[str, Commodity]
    axes: Mapping[str, Axis]
    events: Mapping[str, Event]
    garrisons: Mapping[str, Garrison]
    exits: Mapping[str, Exit]
    regroup: Mapping[str, RegroupRule]
    claims: Mapping[str, Claim]
    sources: Mapping[str, str]
    resolved: Mapping[str, Any]
    fighting: Fighting | None = None  # None where nothing is fought
    operations: Mapping[str, Operation] = field(default_factory=dict)
    fronts: Mapping[str, FrontRule] = field(default_factory=dict)
    moves_on_record: Mapping[str, RecordedMove] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    focus: str | None = None  # the axis that maps and headlines are about; None: see main_axis

    @property
    def main_axis(self) -> str | None:
        """The axis in focus: the stated one, else the first by priority and id, if any."""
        ranked = sorted(self.axes.values(), key=lambda axis: (axis.priority, axis.id))
        return self.focus or (ranked[0].id if ranked else None)
