"""The state of an axis and of its sinks in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.engine.clock import Moment
from sim.network import (
    UNLIMITED,
    FastestWays,
    Flow,
    FlowProblem,
    Graph,
    IntArray,
    Route,
    TravelTimes,
)
from sim.scenario.model import Axis
from sim.state.control import Passage
from sim.state.luck import Luck
from sim.state.record import EventRow, Tally

from .stock import Stock
from .streams import Stream

if TYPE_CHECKING:
    from .convoys import Convoy

Kept = TypeVar("Kept")


@dataclass(slots=True)
class SinkState:
    """A sink in a run: its stock, what it asks, and whether it refills now.

    ``told``: somebody is to hear of the next delivery; ``unseen``: a force took something in
    this instant, and the stock is still to be looked at.
    """

    axis: str
    actor: str
    place: str
    index: int
    consumption: int
    target: int
    refill: int
    low: int  # refilling starts below this many kg
    began: int  # kg at the start
    stock: Stock
    tally: Tally = field(default_factory=Tally)
    streams: list[Stream] = field(default_factory=list)
    refilling: bool = False
    active: bool = True
    out: bool = False
    told: bool = False
    back: tuple[EventRow, int] | None = None  # what told of it, and the convoys come by then
    by_convoy: bool = False  # each delivery is eaten up before the next one, and that is told
    foreseen: int = -1  # nothing that follows from the stock up to then is missed (s)
    unseen: bool = False
    moment: Moment | None = None
    drawn: dict[str, int] = field(default_factory=dict)  # kg/day by the forces fed from it
    taken: int = 0  # kg that forces took with them
    spoiled: int = 0  # kg * s / day lost with the place
    name: str = field(init=False)  # axis and place
    subject: str = field(init=False)  # of its rows in the series

    def __post_init__(self) -> None:
        self.name = f"{self.axis}/{self.place}"
        self.subject = f"sink:{self.name}"

    @property
    def rate(self) -> int:
        """kg/day eaten: its own consumption and that of the forces fed from it."""
        return self.consumption + sum(self.drawn.values()) if self.active else 0

    @property
    def asks(self) -> int:
        """kg/day: what is eaten, and the refill rate while below target; 0 where it is lost."""
        if not self.active:
            return 0
        return self.rate + (self.refill if self.refilling else 0)

    def refills(self, kg: int) -> bool:
        """Whether it refills with so much in stock: from ``low`` on until the target."""
        if not self.refill:
            return self.refilling
        if kg >= self.target:
            return False
        return self.refilling or kg <= self.low


@dataclass(slots=True)
class Plan:
    """A plan and, once they were asked for, the routes that carry it."""

    flow: Flow
    routes: tuple[Route, ...] | None = None


class Latest(dict[bytes, Kept]):
    """Answers by what was asked, the latest ``MOST``: on a large network each takes megabytes."""

    MOST = 64

    @property
    def last(self) -> Kept | None:
        """The answer that was found last, None where there is none."""
        return next(reversed(self.values()), None)

    def __setitem__(self, key: bytes, value: Kept) -> None:
        """Keep an answer in place of the oldest."""
        if len(self) >= self.MOST:
            del self[next(iter(self))]
        super().__setitem__(key, value)


@dataclass(slots=True)
class AxisState:
    """An axis in a run."""

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
    alone: Latest[Flow] = field(default_factory=Latest)  # largest flows by capacities
    fastest: Latest[FastestWays] = field(default_factory=Latest)  # fastest ways by capacities
    plans: Latest[Plan] = field(default_factory=Latest)  # by capacities and what is asked
    ways: dict[int, TravelTimes] = field(default_factory=dict)

    @classmethod
    def draw(cls, axis: Axis, passage: Passage, graph: Graph, luck: Luck) -> AxisState:
        """The state at the start, with what is uncertain drawn."""
        size = max(1, luck.whole(axis.convoy.size, f"axis:{axis.id}:convoy"))
        sources = sorted(axis.sources.values(), key=lambda source: source.place)
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
                consumption=consumption,
                target=target,
                refill=luck.whole(sink.refill, f"{name}:refill"),
                # a convoy and a day of slack: one arrival must not stop what the next restarts
                low=max(0, target - size - consumption),
                began=stock,
                stock=Stock(stock, consumption),
            )
        problem = FlowProblem(
            graph,
            [graph.place_index[s.place] for s in sources],
            [graph.place_index[p] for p in sinks],
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
