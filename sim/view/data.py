"""What several figures draw: plain frozen dataclasses, filled from what measures return.

Nothing here reads a scenario, a record or a file, and nothing imports matplotlib. The actors are
those of the scenario: the look of one goes by its place among them, so hand over the same tuple
for every figure of a run. Units:
seconds from the start of the run (int), kg and kg/day, persons, hours, degrees north and
east (WGS 84). Shares of a place are integers in parts per million (``WHOLE`` is all of it).

Every figure has a ``title``, which states what was found, and a ``subtitle``, which says
what is plotted; both are plain text of the caller and are never read as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sim.base.numbers import number
from sim.base.said import Said
from sim.measure.routes import Doing
from sim.scenario.model import Actor

WHOLE = 1_000_000
"""All of a place, in parts per million."""

INSETS = "ABC"
"""The signs of the insets of a map."""

Holders = tuple[tuple[str, int], ...]
"""Who holds a place: pairs of an actor's id and its share (ppm); empty means nobody."""


@dataclass(frozen=True, slots=True)
class Page:
    """What every figure carries around its plot.

    ``credit`` is small print at the foot (scenario, seed, sources of the data).
    """

    title: str
    subtitle: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class MapPlace:
    """One place on the map.

    ``besieged`` names the holders that are besieged in it. ``sealed`` is true where a border
    crossing is sealed to the axis' actor. ``population`` ranks the label among the others
    (None ranks last). ``role`` is what the place is to the axis drawn.
    """

    id: str
    name: str
    lat: float
    lon: float
    holders: Holders = ()
    besieged: frozenset[str] = frozenset()
    sealed: bool = False
    kind: str = "town"
    crossing: bool = False
    role: Literal["source", "sink"] | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class MapRoad:
    """One road on the map, seen by the axis' actor.

    ``capacity`` (kg/day each way) is what the actor can use of it now, 0 where it can use
    none; ``back`` that from ``b`` to ``a`` where it is another; ``nominal`` the road's own
    capacity, of two the greater; ``flow`` (kg/day) the plan's net flow, positive from ``a`` to
    ``b``. ``one_way`` roads are open from ``a`` to ``b`` alone; ``exists`` is the probability that
    it is there at all. ``state``: "open"; "closed" since before the run; "cut" by an event;
    "absent": not there.
    """

    id: str
    a: str
    b: str
    capacity: int
    nominal: int
    flow: int = 0
    state: Literal["open", "closed", "cut", "absent"] = "open"
    back: int | None = None
    one_way: bool = False
    exists: float = 1.0

    @property
    def most(self) -> int:
        """What the actor can use of it the way on which that is more (kg/day)."""
        return max(self.capacity, self.back or 0)

    @property
    def doubtful(self) -> bool:
        """True where it may be there, or not."""
        return 0 < self.exists < 1

    @property
    def full(self) -> bool:
        """True where it carries all that it can the way of the flow."""
        room = self.capacity if self.flow > 0 or self.back is None else self.back
        return self.flow != 0 and abs(self.flow) >= room


@dataclass(frozen=True, slots=True)
class MapForce:
    """The force of an operation at one instant, ``km`` from its base along its route.

    ``stops`` are the ids of its base and of the places of its route, two at least,
    ``stops_km`` their distances from the base. ``strength`` is in persons.
    """

    id: str
    name: str
    actor: str
    stops: tuple[str, ...]
    stops_km: tuple[float, ...]
    km: float
    strength: int
    state: Doing


@dataclass(frozen=True, slots=True)
class MapData:
    """One map: the network at one instant, for one axis.

    ``when`` is the date as text ("12 August 2016" or "day 74"). ``actor`` is the id of the
    axis' actor. ``focus`` lists the places that the frame must show (empty: all), ``subjects``
    those that the map's words name, which are named on it before others. The cut is
    drawn on ``cut_places`` and ``cut_roads``; ``cut_word`` names it in the legend ("minimum
    cut", or "lost: would reopen the axis" where the flow is 0), and ``flow_word`` the flow.
    ``opposed`` are the pairs of actors between whom a front is hinted at. Rates are in
    thousandths of ``unit``; with "" they are shown without one. ``forces`` are those in the
    field then. ``insets`` has the sign of each inset.
    """

    page: Page
    when: str
    actor: str
    actors: tuple[Actor, ...]
    places: tuple[MapPlace, ...]
    roads: tuple[MapRoad, ...]
    cut_places: frozenset[str] = frozenset()
    cut_roads: frozenset[str] = frozenset()
    cut_word: str = "minimum cut"
    focus: tuple[str, ...] = ()
    flow_word: str = "planned flow"
    opposed: frozenset[frozenset[str]] = frozenset()
    unit: str = "t/day"
    forces: tuple[MapForce, ...] = ()
    subjects: frozenset[str] = frozenset()
    insets: str = INSETS


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over time: ``values[i]`` from ``times[i]`` on.

    ``steps`` true: the value stays until the next time (rates, capacities); false: straight
    lines between the points (stocks; a jump is the same time twice).

    Raises:
        ValueError: lengths differ, or the times go backwards.
    """

    times: tuple[int, ...]
    values: tuple[float, ...]
    steps: bool = True

    def __post_init__(self) -> None:
        if len(self.values) != len(self.times):
            raise ValueError("a curve needs as many values as times")
        if any(b < a for a, b in zip(self.times, self.times[1:], strict=False)):
            raise ValueError("the times of a curve must not go backwards")


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event on a time axis. ``major`` ones keep their label when there are too many."""

    time: int
    label: str
    major: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The period that a time chart shows: ``start`` (a date, or None for days), ``end`` (s)."""

    end: int
    start: datetime | None = None


RecordPoint = tuple[int, float, str]
"""What is on record: time (s), km from the base, what happened."""


def amount(value: float, unit: str, path: str = "", *, bare: bool = False) -> Said:
    """An amount with its unit, which is not written of a ``bare`` one; whole from 100 on.

    ``path`` leads to it in the document of the answer.
    """
    shown = round(value) if abs(value) >= 100 else value
    return Said(f"{number(shown)} {'' if bare else unit}".rstrip(), value, unit or "1", path)
