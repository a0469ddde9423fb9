"""What axes may use of roads and places beside those that are planned before them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np

from sim.engine.world import World
from sim.network import UNLIMITED, Flow, IntArray
from sim.network.shares import LinePlan, Room

from .axes import AxisState


def left(world: World, state: AxisState, before: Sequence[AxisState]) -> IntArray:
    """What an axis may use of roads and places beside the axes ``before`` it, as ``Passage.kg``.

    Of its actor's share what that actor's axes leave, and of the whole what all of them do;
    what is used is rounded up, so that all of them together never are above either.
    """
    passage, actor = state.passage, state.axis.actor
    truck, load = loads_of(world, state)
    rest = passage.kg
    if own := [o for o in before if o.axis.actor == actor]:
        rest = rest - _used(own, load, truck)
    if any(meet(state, o) for o in before if o.axis.actor != actor):
        rest = np.minimum(rest, world.passages.whole(load).kg - _used(before, load, truck))
    return _or_unlimited(rest, passage.kg)


def by_kind(world: World, kg: IntArray) -> tuple[IntArray, IntArray]:
    """The roads (m, 2) and the places (n,) of a vector as ``Passage.kg``."""
    roads = 2 * len(world.graph.roads)
    return kg[:roads].reshape(-1, 2), kg[roads:]


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
        kg = np.maximum.reduce([passage.kg for passage in passages])
        own = [o for o in before if o.axis.actor == actor]
        found.append(Room(mine, *by_kind(world, _less(kg, own, truck, truck))))
    if len(actors) > 1 or any(o.axis.actor not in actors for o in before):
        every, whole = tuple(range(len(states))), world.passages.whole(truck).kg
        found.append(Room(every, *by_kind(world, _less(whole, before, truck, truck))))
    return found


def used_together(
    world: World, states: Sequence[AxisState], plans: Sequence[LinePlan]
) -> list[IntArray]:
    """What each of some axes uses of roads and places, in whole standard loads (kg/day).

    What those of an actor use together is rounded up once, not axis by axis: so it is within the
    room that they share.
    """
    sums: dict[str, IntArray] = {}
    found = []
    scale = int(np.lcm.reduce([loads_of(world, state)[1] for state in states], dtype=object))
    for state, plan in zip(states, plans, strict=True):
        truck, load = loads_of(world, state)
        each = used_by(plan).astype(object) * (truck * scale // load)
        before = sums.get(state.axis.actor, 0 * each)
        after = sums[state.axis.actor] = before + each
        found.append((-(-after // scale) + (-before // scale)).astype(np.int64))
    return found


def used_by(plan: Flow | LinePlan) -> IntArray:
    """What a plan uses of roads and places (kg/day), as ``Passage.kg``."""
    return np.concatenate((plan.road_flow.ravel(), plan.place_flow))


def loads_of(world: World, state: AxisState) -> tuple[int, int]:
    """The standard load, and the load of an axis' commodity (kg a truck)."""
    scenario = world.scenario
    return scenario.truck_load, scenario.commodities[state.axis.commodity].load


def meet(one: AxisState, other: AxisState) -> bool:
    """Whether two axes may use a place in common."""
    return bool(one.passage.open.dot(other.passage.open))


def _less(kg: IntArray, axes: Sequence[AxisState], load: int, truck: int) -> IntArray:
    """What the plans of some axes leave of roads and places, in loads of ``load`` kg."""
    return _or_unlimited(kg - _used(axes, load, truck), kg)


def _used(axes: Sequence[AxisState], load: int, truck: int) -> IntArray | int:
    """What the plans of some axes use of roads and places, in loads of ``load`` kg."""
    used = [state.used for state in axes if state.used is not None]
    return in_loads(reduce(add, used), load, truck) if used else 0


def _or_unlimited(rest: IntArray, kg: IntArray) -> IntArray:
    """What is left of ``kg``, at least 0; all of what has no limit."""
    return kg if rest is kg else np.where(kg < UNLIMITED, np.maximum(rest, 0), kg)


def in_loads(kg: IntArray | int, of: int, other: int) -> IntArray:
    """What takes as many trucks of ``of`` kg as ``kg`` takes of ``other`` kg, rounded up."""
    return np.asarray(kg if of == other else -(-kg * of // other))
