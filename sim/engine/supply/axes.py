"""The state of an axis and of its sinks in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from sim.engine.clock import Moment
from sim.engine.journeys import Journey
from sim.engine.world import World
from sim.network import UNLIMITED, FlowProblem, Graph, IntArray, Prices, TravelTimes, times_to
from sim.scenario.blocks import blocks
from sim.scenario.distributions import Dist, Product
from sim.scenario.model import Axis
from sim.state.luck import Luck
from sim.state.pace import Pace
from sim.state.passages import Passage
from sim.state.record import EventRow, Tally

from .latest import Latest
from .prices import prices_of
from .samples import Course
from .stock import Stock
from .streams import Stream


@dataclass(slots=True)
class SinkState:
    """A sink in a run: its stock, what it asks, and whether it refills now.

    ``awaited``: somebody is to hear of the next delivery; ``stale``: a force took something in
    this instant, and the stock is still to be looked at.
    """

    axis: str
    actor: str
    place: str
    index: int
    stated: int  # kg/day that it eats where no profile and no event says otherwise
    consumption: int
    persons: int | None  # who they are that eat so much, where that is stated
    target: int
    refill: int
    weight: float  # of its shares, where these are weighted
    spare: int  # kg: its target without a convoy
    began: int  # kg at the start
    stock: Stock
    tally: Tally = field(default_factory=Tally)
    streams: list[Stream] = field(default_factory=list)
    refilling: bool = False
    active: bool = True
    out: bool = False
    awaited: bool = False
    back: tuple[EventRow, int] | None = None  # what told of it, and the convoys come by then
    by_convoy: bool = False  # each delivery is eaten up before the next one, and that is told
    stale: bool = False
    moment: Moment | None = None
    eaters: dict[str, int] = field(default_factory=dict)  # kg/day by the forces fed from it
    taken: int = 0  # kg that forces took with them
    spoiled: int = 0  # kg * s / day lost with the place
    shipped: int = 0  # kg that convoys of other axes took with them, less what came back
    passes_on: bool = False  # a depot here is dry: each delivery may go on at once
    course: Course = field(init=False)  # how it ran, for what is written at sampling times
    name: str = field(init=False)  # axis and place
    subject: str = field(init=False)  # of its rows in the series

    def __post_init__(self) -> None:
        self.name = f"{self.axis}/{self.place}"
        self.subject = f"sink:{self.name}"

    @property
    def rate(self) -> int:
        """kg/day eaten: its own consumption and that of the forces fed from it; 0 if lost."""
        return self.stock.rate

    def eat(self) -> None:
        """Let its stock fall by what is eaten now; it must have been brought to now."""
        eaten = self.consumption + sum(self.eaters.values())
        self.stock.rate = eaten if self.active else 0

    @property
    def low(self) -> int:
        """Refilling starts below this many kg.

        A convoy and a day of slack: one arrival must not stop what the next restarts.
        """
        return max(0, self.spare - self.consumption)

    @property
    def asks(self) -> int:
        """kg/day: what is eaten, and the refill rate while it refills; 0 where it is lost."""
        return self.stock.rate + (self.refill if self.refilling else 0)

    def refills(self, kg: int) -> bool:
        """Whether it refills with so much in stock: from ``low`` on until the target."""
        if not self.refill:
            return self.refilling
        if kg >= self.target:
            return False
        return self.refilling or kg <= self.low


Goal = Literal["sink", "hold", "source"]
"""What a convoy makes for: its sink, nothing (it stays where it is), or back where it came from."""


@dataclass(slots=True)
class Convoy:
    """One convoy on its way; ``goal`` is what it makes for.

    ``left`` is when it left, ``stream`` the key of the stream that it left in: convoys are
    looked at in that order.
    """

    left: int
    stream: str
    sink: str
    ordinal: int
    kg: int
    source: int
    journey: Journey
    goal: Goal = "sink"
    moment: Moment | None = None


@dataclass(slots=True)
class AxisState:
    """An axis in a run.

    ``gives`` is what its sources give by what is stated, profiles and events (kg/day), ``supply``
    what they can give: of a depot that is dry no more than comes in.
    ``condition`` is the same for the same speeds and supplies, b"" for those at the start;
    ``paced``: roads of its plan take another time since it was put in force.
    """

    axis: Axis
    passage: Passage
    problem: FlowProblem
    supply: IntArray
    sinks: dict[str, SinkState]
    convoy_kg: int
    loss: float
    capacity: int = 0
    remainder: dict[tuple[int, str], int] = field(default_factory=dict)
    convoys: list[Convoy] = field(default_factory=list)  # those that something disturbed
    planned: IntArray | None = None
    used: IntArray | None = None  # standard loads a day by road and place, as Passage.kg
    hauled: int = 0  # lorry-seconds a day that the plan takes of its fleet
    ways: dict[int, TravelTimes] = field(default_factory=dict)  # to a place, as things stand
    condition: bytes = b""
    paced: bool = False
    _problems: Latest[bytes, FlowProblem] | None = None  # by speeds, once there were others
    stated: tuple[int, ...] = field(init=False)  # what its sources give, as SinkState.stated
    gives: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.gives = self.supply
        self.stated = tuple(self.supply.tolist())

    def at_pace(self, pace: Pace) -> None:
        """Take in the speeds of now."""
        if self._problems is None:
            self._problems = Latest(self.problem.graph)
            self._problems[b""] = self.problem
        if pace.key not in self._problems:
            ends = self.problem.sources, self.problem.sinks
            self._problems[pace.key] = FlowProblem(pace.graph, *ends, self.problem.priced)
        self.problem = self._problems[pace.key]
        self.ways.clear()

    def ways_to(self, goal: int) -> TravelTimes:
        """Travel times to a place over what the axis can pass now."""
        if goal not in self.ways:
            passage = self.passage
            self.ways[goal] = times_to(self.problem.graph, passage.road > 0, passage.open, [goal])
        return self.ways[goal]

    @classmethod
    def draw(
        cls, axis: Axis, passage: Passage, graph: Graph, luck: Luck, prices: Prices | None = None
    ) -> AxisState:
        """The state at the start, with what is uncertain drawn; ``prices`` are for its plans."""
        size = max(1, luck.whole(axis.convoy.size, f"axis:{axis.id}:convoy"))
        sources = axis.sources_in_order
        sinks = {}
        for sink in sorted(axis.sinks.values(), key=lambda sink: sink.place):
            name = f"axis:{axis.id}:sink:{sink.place}"
            consumption = luck.whole(sink.demand, f"{name}:demand")
            stock = luck.whole(sink.stock, f"{name}:stock")
            target = stock if sink.target is None else luck.whole(sink.target, f"{name}:target")
            sinks[sink.place] = SinkState(
                axis=axis.id,
                actor=axis.actor,
                place=sink.place,
                index=graph.place_index[sink.place],
                stated=consumption,
                consumption=consumption,
                persons=_persons(sink.demand, luck, f"{name}:demand"),
                target=target,
                refill=luck.whole(sink.refill, f"{name}:refill"),
                weight=luck.value(sink.weight, f"{name}:weight"),
                spare=target - size,
                began=stock,
                stock=Stock(stock, consumption),
            )
        problem = FlowProblem(
            graph,
            [graph.place_index[s.place] for s in sources],
            [graph.place_index[p] for p in sinks],
            prices,
        )
        supply = [
            UNLIMITED
            if s.supply is None
            else luck.whole(s.supply, f"axis:{axis.id}:source:{s.place}:supply")
            for s in sources
        ]
        return cls(
            axis=axis,
            passage=passage,
            problem=problem,
            supply=np.array(supply, dtype=np.int64),
            sinks=sinks,
            convoy_kg=size,
            loss=luck.value(axis.convoy.loss, f"axis:{axis.id}:loss"),
        )


def _persons(demand: Dist, luck: Luck, key: str) -> int | None:
    """The persons of a demand that is stated by head, drawn with it; None of another."""
    if not isinstance(demand, Product):
        return None
    persons = demand.left
    return int((persons.ppf(luck.uniform(key)) if demand.uncertain else persons.nominal) + 1e-9)


def draw_axes(world: World) -> dict[str, AxisState]:
    """All axes at the start, by id, in the order in which they are planned.

    That is by priority over the axes of all actors, then by actor, then by id; those that are
    planned together stand together.
    """
    scenario, found = world.scenario, {}
    for axis in (scenario.axes[id_] for block in blocks(scenario) for id_ in block.axes):
        load = scenario.commodities[axis.commodity].load
        foreign = frozenset(s.place for s in axis.sources.values() if s.foreign)
        passage = world.passages.of(axis.actor, foreign, load)
        prices = prices_of(world) if axis.prefer == "cost" else None
        found[axis.id] = AxisState.draw(axis, passage, world.graph, world.luck, prices)
    return found


def by_actor(axes: Mapping[str, AxisState]) -> dict[str, list[AxisState]]:
    """The axes of each actor that has any, in the order in which they are planned."""
    found: dict[str, list[AxisState]] = {}
    for state in axes.values():
        found.setdefault(state.axis.actor, []).append(state)
    return found
