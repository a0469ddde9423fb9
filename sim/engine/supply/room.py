"""What axes may use of roads and places beside those that are planned before them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np

from sim.engine.world import World
from sim.network import UNLIMITED, IntArray
from sim.network.shares import LinePlan, Room

from .axes import AxisState


def left(world: World, state: AxisState, before: Sequence[AxisState]) -> tuple[IntArray, IntArray]:
    """What an axis may use of roads and places (kg/day) beside the axes ``before`` it.

    Of its actor's share what that actor's axes leave, and of the whole what all of them do;
    what is used is rounded up, so that all of them together never are above either.
    """
    road, place = state.passage.road, state.passage.place
    truck, load = loads_of(world, state)
    if own := [o for o in before if o.axis.actor == state.axis.actor]:
        road, place = _less(road, place, own, load, truck)
    if any(o.axis.actor != state.axis.actor and meet(state, o) for o in before):
        whole = world.passages.whole(load)
        road_left, place_left = _less(whole.road, whole.place, before, load, truck)
        road, place = np.minimum(road, road_left), np.minimum(place, place_left)
    return road, place


def rooms(world: World, states: Sequence[AxisState], before: Sequence[AxisState]) -> list[Room]:
    """What axes that are planned together may use together (standard loads), as :func:`left`.

    The axes of each actor have its share, and all of them the whole.
    """
    truck, found = world.scenario.truck_load, []
    actors = dict.fromkeys(state.axis.actor for state in states)
    for actor in actors:
        mine = tuple(n for n, state in enumerate(states) if state.axis.actor == actor)
        passages = [world.passages.of(actor, states[n].passage.foreign, truck) for n in mine]
        # a source abroad serves its own axis alone: what each may use there it is told by itself
        road, place = (
            np.maximum.reduce(of)
            for of in ([p.road for p in passages], [p.place for p in passages])
        )
        own = [o for o in before if o.axis.actor == actor]
        found.append(Room(mine, *_less(road, place, own, truck, truck)))
    if len(actors) > 1 or any(o.axis.actor not in actors for o in before):
        whole = world.passages.whole(truck)
        every = tuple(range(len(states)))
        found.append(Room(every, *_less(whole.road, whole.place, before, truck, truck)))
    return found


def used_together(
    world: World, states: Sequence[AxisState], plans: Sequence[LinePlan]
) -> list[tuple[IntArray, IntArray]]:
    """What each of some axes uses of roads and places, in whole standard loads (kg/day).

    What those of an actor use together is rounded up once, not axis by axis: so it is within the
    room that they share.
    """
    sums: dict[str, list[IntArray]] = {}
    found = []
    scale = int(np.lcm.reduce([loads_of(world, state)[1] for state in states], dtype=object))
    for state, plan in zip(states, plans, strict=True):
        truck, load = loads_of(world, state)
        each = [flow.astype(object) * (truck * scale // load)
                for flow in (plan.road_flow, plan.place_flow)]  # fmt: skip
        before = sums.get(state.axis.actor, [0 * of for of in each])
        after = [b + of for b, of in zip(before, each, strict=True)]
        sums[state.axis.actor] = after
        road, place = (
            (-(-a // scale) + (-b // scale)).astype(np.int64)
            for a, b in zip(after, before, strict=True)
        )
        found.append((road, place))
    return found


def loads_of(world: World, state: AxisState) -> tuple[int, int]:
    """The standard load, and the load of an axis' commodity (kg a truck)."""
    scenario = world.scenario
    return scenario.truck_load, scenario.commodities[state.axis.commodity].load


def meet(one: AxisState, other: AxisState) -> bool:
    """Whether two axes may use a place in common."""
    return bool(one.passage.open @ other.passage.open)


def _less(
    road: IntArray, place: IntArray, used_by: Sequence[AxisState], load: int, truck: int
) -> tuple[IntArray, IntArray]:
    """What the plans of some axes leave of roads and places, in loads of ``load`` kg."""
    used = [state.used for state in used_by if state.used is not None]
    if not used:
        return road, place
    roads, places = (reduce(add, of) for of in zip(*used, strict=True))
    remaining = np.maximum(0, place - in_loads(places, load, truck))
    return (
        np.maximum(0, road - in_loads(roads, load, truck)),
        np.where(place < UNLIMITED, remaining, place),
    )


def in_loads(kg: IntArray | int, of: int, other: int) -> IntArray:
    """What takes as many trucks of ``of`` kg as ``kg`` takes of ``other`` kg, rounded up."""
    return np.asarray(kg if of == other else -(-kg * of // other))
