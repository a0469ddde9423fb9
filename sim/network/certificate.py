"""What a flow and a cut are, and the proof that the one is as large as the other.

A flow that keeps within its limits and loses nothing on the way is a largest one as soon
as some cut holds no more than its value (weak duality; Ford and Fulkerson 1956). All
numbers are whole, so the check is exact. It reads the graph itself, not the arrays made
for a solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .graph import BoolArray, Graph, IntArray, reach

UNLIMITED: int = 2**62
"""A capacity, supply or demand without limit; also the value of a flow without limit."""


class CertificateError(RuntimeError):
    """A flow does not satisfy its own certificate, or a solver gave none."""


class Limits(NamedTuple):
    """What bounds a flow, as int64 arrays in kg/day; ``UNLIMITED`` and above is no bound."""

    roads: IntArray  # (m, 2) a -> b, b -> a
    places: IntArray  # (n,)
    supply: IntArray  # (k,)
    demand: IntArray  # (l,)


@dataclass(frozen=True, eq=False)
class Cut:
    """A set of things with positive capacity whose loss stops the flow.

    What is closed already (capacity 0) is in no cut, so the cut of a flow of 0 is empty; for
    what would reopen it see :func:`~sim.network.cuts.reopening_set`.

    ``source_side`` marks the places that lie wholly before the cut: goods of the sources can
    leave them again in what the flow has left over. A place of ``places`` is reached but
    not passed, and is not marked.

    ``FlowProblem`` returns the minimum cut nearest the sources (the smallest source side, so
    it depends on no order of names). ``unique`` says that it is the only minimum cut;
    where it is not, ``sink_side_cut`` is the one nearest the sinks, and every other
    minimum cut lies between the two. A flow without limit has no cut: it is empty,
    unique, of value ``UNLIMITED``.
    """

    value: int  # kg/day
    arcs: tuple[tuple[int, int], ...]  # (road, 0 for a -> b or 1 for b -> a), sorted
    places: tuple[int, ...]  # places whose own capacity is in the cut
    supplies: tuple[int, ...]  # sources (as places) whose supply is in the cut
    demands: tuple[int, ...]  # sinks (as places) whose demand is in the cut
    source_side: BoolArray  # (n,)
    unique: bool = True
    sink_side_cut: Cut | None = None

    @property
    def roads(self) -> tuple[int, ...]:
        """Roads of the cut, whatever their direction, sorted."""
        return tuple(sorted({road for road, _ in self.arcs}))


@dataclass(frozen=True, eq=False)
class Flow:
    """A flow and the cut that proves it largest; kg/day.

    Where ``unlimited``, ``value`` is ``UNLIMITED`` and all arrays are zero.
    """

    value: int
    unlimited: bool
    road_flow: IntArray  # (m, 2) a -> b, b -> a
    place_flow: IntArray  # (n,)
    source_flow: IntArray  # (k,) in the order of the problem's sources
    sink_flow: IntArray  # (l,) in the order of the problem's sinks
    cut: Cut


def check(
    graph: Graph, sources: Sequence[int], sinks: Sequence[int], limits: Limits, flow: Flow
) -> None:
    """Check that ``flow`` is a flow within ``limits`` and that its cuts prove it largest.

    Raises CertificateError with the first thing that is wrong.
    """
    if flow.unlimited:
        _check_unlimited(graph, sources, sinks, limits, flow)
        return
    parts = (flow.road_flow, flow.place_flow, flow.source_flow, flow.sink_flow)
    for name, amounts, bound in zip(Limits._fields, parts, limits, strict=True):
        if amounts.shape != bound.shape:
            raise CertificateError(f"flow of {name} has the wrong shape")
        if ((amounts < 0) | (amounts > bound)).any():
            raise CertificateError(f"flow of {name} is not within 0 and its capacity")
    arriving, leaving = np.zeros((2, len(graph.places)), dtype=np.int64)
    np.add.at(arriving, graph.b, flow.road_flow[:, 0])
    np.add.at(arriving, graph.a, flow.road_flow[:, 1])
    np.add.at(leaving, graph.a, flow.road_flow[:, 0])
    np.add.at(leaving, graph.b, flow.road_flow[:, 1])
    arriving[list(sources)] += flow.source_flow
    leaving[list(sinks)] += flow.sink_flow
    if not (np.array_equal(arriving, flow.place_flow) and np.array_equal(leaving, arriving)):
        raise CertificateError("flow is not conserved at some place")
    if not int(flow.source_flow.sum()) == int(flow.sink_flow.sum()) == flow.value:
        raise CertificateError("what leaves the sources or reaches the sinks is not the value")
    _check_cut(graph, sources, sinks, limits, flow.value, flow.cut)
    if flow.cut.unique != (flow.cut.sink_side_cut is None):
        raise CertificateError("the cut is called unique beside another one, or not without one")
    if flow.cut.sink_side_cut is not None:
        _check_cut(graph, sources, sinks, limits, flow.value, flow.cut.sink_side_cut)


def _check_cut(
    graph: Graph,
    sources: Sequence[int],
    sinks: Sequence[int],
    limits: Limits,
    value: int,
    cut: Cut,
) -> None:
    """The listed things are all that leads out of the cut's source side, and hold ``value``."""
    left = cut.source_side
    # Entered but not left: by the cut, or because nothing can pass (which costs nothing).
    entered = left | (limits.places == 0)
    entered[list(cut.places)] = True
    tail, head = np.column_stack([graph.a, graph.b]), np.column_stack([graph.b, graph.a])
    roads, ways = np.nonzero(left[tail] & ~entered[head] & (limits.roads > 0))
    crossing = (
        tuple(zip(roads.tolist(), ways.tolist(), strict=True)),
        tuple(np.flatnonzero(entered & ~left & (limits.places > 0)).tolist()),
        tuple(
            sorted(
                place
                for place, most in zip(sources, limits.supply.tolist(), strict=True)
                if most and not entered[place]
            )
        ),
        tuple(
            sorted(
                place
                for place, most in zip(sinks, limits.demand.tolist(), strict=True)
                if most and left[place]
            )
        ),
    )
    if crossing != (cut.arcs, cut.places, cut.supplies, cut.demands):
        raise CertificateError("the cut is not what leads out of its source side")
    supply = dict(zip(sources, limits.supply.tolist(), strict=True))
    demand = dict(zip(sinks, limits.demand.tolist(), strict=True))
    held = sum(int(limits.roads[road, way]) for road, way in cut.arcs)
    held += sum(int(limits.places[place]) for place in cut.places)
    held += sum(supply[place] for place in cut.supplies)
    held += sum(demand[place] for place in cut.demands)
    if not held == cut.value == value:
        raise CertificateError(f"the cut holds {held} kg/day, stated {cut.value}, flow {value}")


def _check_unlimited(
    graph: Graph, sources: Sequence[int], sinks: Sequence[int], limits: Limits, flow: Flow
) -> None:
    """Some way from a source to a sink has no limit anywhere."""
    if flow.value != UNLIMITED or flow.cut.value != UNLIMITED:
        raise CertificateError("an unlimited flow or its cut has a finite value")
    begin = [p for p, most in zip(sources, limits.supply, strict=True) if most >= UNLIMITED]
    end = [p for p, most in zip(sinks, limits.demand, strict=True) if most >= UNLIMITED]
    free = reach(graph, limits.roads >= UNLIMITED, limits.places >= UNLIMITED, begin)
    if not free[end].any():
        raise CertificateError("the flow is called unlimited but every way has a limit")
