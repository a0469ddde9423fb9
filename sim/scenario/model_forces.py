"""Forces in the scenario: battles, operations, reserves, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .distributions import Dist
from .model_base import UNSTATED, Condition, Provenance


@dataclass(frozen=True, slots=True)
class Fighting:
    """How battles go (see :mod:`sim.engine.forces.lanchester`); rates are per day.

    ``attack`` is what one attacker does to the defenders, ``defend`` what one defender does to
    the attackers, before the factors of terrain, supply and support. ``terrain`` divides the
    attackers' effect by the kind of the place. ``bands`` are pairs (seconds of supply,
    effectiveness), the most supply first: a side with at least so much has that
    effectiveness, below the last that of the last. A garrison breaks when ``breaks`` of
    its strength at the start of the battle is lost. ``unit`` persons at a time fall in stochastic
    battles; None: battles are deterministic.
    """

    law: Literal["square", "linear", "mixed"]
    attack: Dist
    defend: Dist
    breaks: Dist
    terrain: Mapping[str, float] = field(default_factory=dict)
    bands: tuple[tuple[int, float], ...] = ((0, 1.0),)
    unit: int | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Support:
    """A factor on what the attackers of an operation do, from one instant to another (s)."""

    id: str
    factor: Dist
    start: Dist | None
    end: Dist | None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class RecordedPosition:
    """Where a force stood on record: only drawn beside its advance, never an input of a run.

    ``at`` is in seconds from the start (it may lie outside the period). It stood at ``place``, a
    stop of its route or its base, or ``km`` along the route from the base; the other is None.
    """

    id: str
    at: int
    place: str | None
    km: float | None
    text: str | None = None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Operation:
    """A force that advances from its base along ``route``, fed by the base's stock.

    ``axis`` has the base among its sinks; without it the force feeds itself. ``tempo`` is km/day
    by road class, ``""`` for the others; ``each`` kg/person/day; ``carries`` seconds of supply
    that the force has with it. It breaks off when ``breaks`` of its strength at the start of a
    battle is lost. ``rings`` gives for a place the seconds of siege before it is stormed.
    """

    id: str
    name: str
    actor: str
    strength: Dist  # persons
    base: str
    axis: str | None
    route: tuple[str, ...]
    tempo: Mapping[str, Dist]  # km/day
    each: Dist  # kg/person/day
    carries: Dist  # seconds
    breaks: Dist  # 0..1
    rings: Mapping[str, Dist]  # seconds
    on_stall: Literal["hold", "fall_back"]
    on_repulse: Literal["hold", "fall_back", "give_up"]
    retreat: Dist  # km/day
    again: Dist | None  # seconds from a repulse to the next try
    tries: int
    support: Mapping[str, Support]
    at: Dist | None = None
    when: Condition | None = None
    delay: Dist | None = None
    chance: float = 1.0
    text: str | None = None
    on_record: Mapping[str, RecordedPosition] = field(default_factory=dict)
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class FrontRule:
    """How an actor spreads its reserves over the places that are threatened.

    A front's weight is exp(``hours`` * h + ``value`` * v + ``threat`` * ln(attackers per
    defender)); reserves go where the weight is greatest first, each front up to ``ratio`` times the
    attackers. ``hold`` names places that send none. It decides ``delay`` seconds after it sees a
    threat. A force is seen ``sees`` km of road away (None: however far). Where the defenders are at
    least ``counter`` times a force that is within ``reach`` km before them they go at it (None:
    never).
    """

    actor: str
    hours: Dist
    value: Dist
    threat: Dist
    ratio: Dist
    delay: Dist
    counter: Dist | None
    reach: Dist  # km
    sees: Dist | None = None  # km
    hold: frozenset[str] = frozenset()
    values: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class DecisionOption:
    """One thing that an actor may decide on: a new seat, an operation, or nothing.

    With an ``operation`` it is the start of that, and ``place`` what it is after; with a ``place``
    alone that becomes the seat; with neither all stays as it is. ``axis`` is the axis that it
    would live on. ``value`` is its value; None: that of the place by the actor's regroup rule.
    """

    id: str
    place: str | None
    operation: str | None
    axis: str | None
    value: float | None
    provenance: Provenance = UNSTATED


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice that an actor makes once, by multinomial logit (terms in docs/definitions.md).

    Utility of option j: the sum of coefficient times term over hours h_j from ``seat``, threat
    t_j, supply s_j, value v_j, ln(1 + population / 1000), ln(1 + own persons / 1000), ln(1 +
    enemy persons / 1000) and the share of its axis' demand that the axis can carry. A
    coefficient that is None is that of the actor's regroup rule.
    """

    id: str
    name: str
    actor: str
    seat: str
    options: Mapping[str, DecisionOption]
    hours: Dist | None
    threat: Dist | None
    supply: Dist | None
    value: Dist | None
    population: Dist
    strength: Dist
    enemies: Dist
    axis: Dist
    at: Dist | None = None
    when: Condition | None = None
    delay: Dist | None = None
    chance: float = 1.0
    text: str | None = None
    provenance: Provenance = UNSTATED
