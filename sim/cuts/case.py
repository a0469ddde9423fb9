"""What the commands about cuts work on: a network file, or one axis of a scenario at a date.

Both become a :class:`Case`: arrays, ends, and how to say the answers in names and units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.network import UNLIMITED, Graph, IntArray
from sim.network.arcs import ArcNetwork, Target, targets_of

if TYPE_CHECKING:
    from sim.network.readers import NetworkTable
    from sim.scenario.model import Network, Scenario
    from sim.state.record import ControlRow


@dataclass(frozen=True, eq=False)
class Case:
    """A network with its ends. Capacities count 1 / ``scale`` of ``unit``.

    ``captured`` are the places that the scenario takes from the axis after the date looked
    at. ``axis`` is None for a network file.
    """

    title: str
    graph: Graph
    roads: IntArray  # (m, 2)
    places: IntArray  # (n,)
    sources: tuple[int, ...]
    sinks: tuple[int, ...]
    unit: str
    scale: int = 1
    axis: str | None = None
    at: str | None = None
    captured: tuple[int, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    supply: IntArray | None = None  # (k,) of the sources, where the axis states any
    demand: IntArray | None = None  # (l,) of the sinks
    pockets: tuple[tuple[int, ...], ...] | None = None  # of the axis' actor; None for a file

    def value(self, amount: int) -> float | int | None:
        """An amount in ``unit``; None for one without limit."""
        if amount >= UNLIMITED:
            return None
        if self.axis is not None or (self.scale == 1 and amount >= 2**53):
            return amount
        return amount / self.scale

    @property
    def ends(self) -> set[Target]:
        """The sources and sinks, which are no targets."""
        return {Target("place", i) for i in (*self.sources, *self.sinks)}

    def targets(self, kinds: str, protected: Sequence[str] = ()) -> tuple[Target, ...]:
        """What may be lost: open places and limited roads, less ends and ``protected``.

        Raises KeyError with the first name that is neither place nor road.
        """
        barred = self.ends | {t for name in protected for t in self.named(name)}
        if kinds == "places":
            return targets_of(self.graph, self.roads, self.places, kinds="places", protected=barred)
        if kinds == "roads":
            return targets_of(self.graph, self.roads, self.places, kinds="roads", protected=barred)
        return targets_of(self.graph, self.roads, self.places, protected=barred)

    def named(self, name: str) -> list[Target]:
        """The place and the road of this id. Raises KeyError where there is neither."""
        found: list[Target] = []
        if name in self.graph.place_index:
            found.append(Target("place", self.graph.place_index[name]))
        if name in self.graph.road_index:
            found.append(Target("road", self.graph.road_index[name]))
        if not found:
            raise KeyError(name)
        return found

    def arcs(
        self,
        targets: Sequence[Target],
        cost: dict[Target, int] | None = None,
        *,
        deliverable: bool = False,
    ) -> ArcNetwork:
        """The arcs of the case, with supply and demand as limits where ``deliverable``.

        Raises OverflowError and ValueError as ``ArcNetwork.build``.
        """
        return ArcNetwork.build(
            self.graph, self.roads, self.places, self.sources, self.sinks,
            targets=targets, cost=cost,
            supply=self.supply if deliverable else None,
            demand=self.demand if deliverable else None,
        )  # fmt: skip


def case_of_table(
    table: NetworkTable, sources: Sequence[int], sinks: Sequence[int], at: str | None = None
) -> Case:
    """A network file between places of it (by index)."""
    return Case(
        table.title, table.graph, table.roads, table.places, tuple(sources), tuple(sinks),
        "unit of the file", table.scale, at=at,
    )  # fmt: skip


def graph_of_network(net: Network) -> tuple[Graph, IntArray, IntArray]:
    """Graph and capacities (kg/day) of a network file in YAML, its medians, closed roads at 0."""
    rows, amounts = [], {}
    for road in net.roads.values():
        default = net.classes[road.road_class]
        speed = (road.speed or default.speed).nominal
        rows.append((road.id, road.a, road.b, max(1, round(road.km / speed * 3600)), road.km))
        amounts[road.id] = 0 if road.closed else round((road.capacity or default.capacity).nominal)
    graph = Graph.build(net.places, rows)
    one_way = np.array([amounts[road] for road in graph.roads], dtype=np.int64)
    bounds = [net.places[p].capacity for p in graph.places]
    places = np.array([UNLIMITED if b is None else round(b.nominal) for b in bounds])
    return graph, np.column_stack([one_way, one_way]), places.astype(np.int64)


def case_of_axis(
    scenario: Scenario, axis: str, time: int, seed: int | None = None, replicate: int = 0
) -> Case:
    """An axis of a scenario as the network stands at ``time`` (seconds) of a run."""
    from sim.engine import simulation

    done = simulation.run(scenario, seed, replicate, credit=False)
    return case_of_record(scenario, done.control, axis, time)


def case_of_record(scenario: Scenario, control: Sequence[ControlRow], axis: str, time: int) -> Case:
    """An axis at ``time`` (seconds) of the run that wrote these control rows."""
    from sim.measure.axis import AxisLens
    from sim.measure.ground import day_zero_pockets
    from sim.scenario.dates import format_instant
    from sim.state.rebuild import state_at

    lens = AxisLens(scenario, axis, state_at(scenario, control, 0))
    state = state_at(scenario, control, time)
    now = lens.passage(state)
    end = lens.passage(state_at(scenario, control, scenario.length))
    ends = set(lens.sources) | set(lens.sinks)
    stated = scenario.axes[axis]
    supplies = [stated.sources[lens.graph.places[i]].supply for i in lens.sources]
    demands = [stated.sinks[lens.graph.places[i]].demand for i in lens.sinks]
    lost = np.flatnonzero(now.open & ~end.open).tolist()
    return Case(
        scenario.axes[axis].name,
        lens.graph,
        now.road.copy(),
        now.place.copy(),
        lens.sources,
        lens.sinks,
        "kg/day",
        axis=axis,
        at=format_instant(scenario, time),
        captured=tuple(i for i in lost if i not in ends),
        names={p.id: p.name for p in scenario.network.places.values()},
        supply=np.array(
            [UNLIMITED if s is None else round(s.nominal) for s in supplies], dtype=np.int64
        ),
        demand=np.array([round(d.nominal) for d in demands], dtype=np.int64),
        pockets=tuple(
            tuple(lens.graph.place_index[p] for p in part)
            for part in day_zero_pockets(scenario, state)[stated.actor]
        ),
    )
