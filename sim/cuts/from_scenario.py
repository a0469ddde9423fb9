"""Cases of the scenario language: a network in YAML, and an axis at an instant of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Case, Document, Doubt
from sim.cuts.cut import Gap, WeakPoints, more_cuts, other_fewest, territory_of
from sim.measure.axis import AxisLens, AxisView, cut_document
from sim.measure.ground import pockets_of
from sim.network import UNLIMITED, Graph, IntArray
from sim.scenario.dates import format_instant
from sim.scenario.model import Network, Scenario
from sim.state.luck import Luck, luck_keys
from sim.state.rebuild import States
from sim.tables.of_cuts import explained

if TYPE_CHECKING:
    from sim.cuts.attacks import FlowFrontier
    from sim.cuts.weakness import Weakness

MOST_LOST = 5
"""Losses up to which the attacks on an axis are found for its figures."""


def doubts_of_network(net: Network) -> dict[str, Doubt]:
    """The roads of a network file that may not be there, by id; each has a draw of its own."""
    found = {}
    for road in net.roads.values():
        if road.doubtful and not road.closed:
            there, back = (
                round(way.nominal) for way in road.each_way(net.classes[road.road_class])
            )
            found[road.id] = Doubt(road.exists, there, back, road.id)
    return found


def all_there(scenario: Scenario) -> Scenario:
    """The scenario with every road there that may not be."""
    roads = {
        id_: replace(road, exists=1.0) if road.doubtful else road
        for id_, road in scenario.network.roads.items()
    }
    return replace(scenario, network=replace(scenario.network, roads=roads))


def in_doubt(case: Case, scenario: Scenario) -> Case:
    """The case of an axis in which every road is there, with how likely each is.

    Those that share a draw in runs of the scenario share one here.
    """
    luck = Luck(0, 0, luck_keys(scenario), scenario.ties)
    exists = {}
    for id_, road in scenario.network.roads.items():
        if road.doubtful:
            there, back = map(int, case.roads[case.graph.road_index[id_]])
            draw = str(luck.uniform(f"road:{id_}:exists"))
            exists[id_] = Doubt(road.exists, there, back, draw)
    return replace(case, exists=exists, doubtful={})


def graph_of_network(net: Network) -> tuple[Graph, IntArray, IntArray]:
    """Graph and capacities (kg/day) of a network file in YAML, its medians, closed roads at 0.

    So is a road that is more likely not there.
    """
    rows, amounts = [], {}
    for road in net.roads.values():
        default = net.classes[road.road_class]
        speed = (road.speed or default.speed).nominal
        rows.append((road.id, road.a, road.b, max(1, round(road.km / speed * 3600)), road.km))
        each_way = [round(way.nominal) for way in road.each_way(default)]
        amounts[road.id] = [0, 0] if road.closed or road.exists < 0.5 else each_way
    graph = Graph.build(net.places, rows)
    roads = np.array([amounts[road] for road in graph.roads], dtype=np.int64).reshape(-1, 2)
    bounds = [net.places[p].capacity for p in graph.places]
    places = np.array([UNLIMITED if b is None else round(b.nominal) for b in bounds])
    return graph, roads, places.astype(np.int64)


def case_of_record(scenario: Scenario, course: States, axis: str, time: int) -> Case:
    """An axis at ``time`` (seconds) of a run, whose states are rebuilt from its rows."""
    return _case_of(AxisLens(scenario, axis, course.at(0)), course, time)


def _case_of(lens: AxisLens, course: States, time: int) -> Case:
    scenario, axis, state = lens.scenario, lens.axis.id, course.at(time)
    now, at_end = lens.passage(state), course.at(scenario.length)
    end = now if at_end is state else lens.passage(at_end)
    ends = set(lens.sources) | set(lens.sinks)
    stated, places = scenario.axes[axis], scenario.network.places
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
        doubtful={
            r.id: not state.absent(r.id) for r in scenario.network.roads.values() if r.doubtful
        },
        coordinates=np.array([(places[p].lat, places[p].lon) for p in lens.graph.places]),
        supply=np.array(
            [UNLIMITED if s is None else round(s.nominal) for s in supplies], dtype=np.int64
        ),
        classes=tuple(scenario.network.roads[r].road_class for r in lens.graph.roads),
        demand=np.array([round(d.nominal) for d in demands], dtype=np.int64),
        pockets=lambda: tuple(
            tuple(lens.graph.place_index[p] for p in part)
            for part in pockets_of(scenario, state, stated.actor)
        ),
    )


@dataclass(frozen=True, slots=True)
class AxisCut:
    """An axis at an instant: what it can carry and what cuts it, and its actor's territory."""

    scenario: Scenario
    axis: str
    case: Case
    view: AxisView
    territory: WeakPoints

    def document(self, most: int | None = None, gap: Gap | None = None) -> Document:
        """What ``sim cut --json`` prints of an axis; of more cuts as :func:`more_cuts`."""
        document = cut_document(self.scenario, self.axis, self.view) | asdict(self.territory)
        document["other_fewest_places_cut"] = other_fewest(self.case)
        document |= self.case.doubts() | more_cuts(self.case, most, gap)
        document = self.case.with_names(document)
        return document | {"explanation": explained(document)}


def cut_of_axis(scenario: Scenario, course: States, axis: str, time: int) -> AxisCut:
    """The cut of an axis at ``time`` (seconds) of a run, whose states are rebuilt from its rows."""
    lens = AxisLens(scenario, axis, course.at(0))
    case = _case_of(lens, course, time)
    return AxisCut(scenario, axis, case, lens.look(course.at(time), time), territory_of(case))


Weak: TypeAlias = "tuple[Weakness, FlowFrontier]"
"""Where an axis is weak, and what a few losses leave of it."""


def weakness_of_axis(scenario: Scenario, course: States, axis: str, time: int) -> Weak | None:
    """Where an axis is weak at ``time`` (seconds) of a run, and what up to ``MOST_LOST`` losses
    leave.

    None where nothing flows or nothing bounds the flow.
    """
    from sim.cuts.attacks import Losses, least_flow
    from sim.cuts.weakness import weakness_of

    case = case_of_record(scenario, course, axis, time)
    try:
        return weakness_of(case), least_flow(case, Losses(MOST_LOST, "both"), most_sets=1)
    except BadInputError:
        return None
