"""What may fail in a case: places and roads by chances that are stated, alone or together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Case, unknown
from sim.network.arcs import Target
from sim.network.rank import on_ways
from sim.network.reliability import Doubts, Outcome

ROADS = ""
"""The name under which the chance of all roads that have no other stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stated of the places and roads that may fail.

    ``stands`` are chances to stand by the name of a place, a road or a class of roads, or under
    ``ROADS`` of all roads; ``together`` are things that stand or fall by one draw, each with its
    chance to stand.
    """

    stands: Mapping[str, float] = field(default_factory=dict)
    together: Sequence[tuple[tuple[str, ...], float]] = ()


def doubts_of(
    case: Case, standing: Standing, also: Sequence[Target] = (), *, deliverable: bool = False
) -> Doubts:
    """The network of a case with what may fail in it, ``also`` among its targets.

    What lies on no way from a source to a sink is left out: nothing hangs on it.
    What is stated of a road by its name counts before what is of its class, that before whether
    it ``exists``, and that before what is stated of all roads. Raises BadInputError for an
    unknown name, a chance beyond 0 to 1, and as :meth:`Case.arcs`.
    """
    chances, groups = _stated(case, standing)
    roads, places = case.roads.copy(), case.places.copy()
    for name, doubt in case.exists.items():
        roads[case.graph.road_index[name]] = doubt.there, doubt.back
    for target, chance in chances.items():
        if chance == 0:
            (places if target.kind == "place" else roads)[target.at] = 0
    case = replace(case, roads=roads, places=places)
    shared = [_outcomes(group) for group in groups]
    failing = {t for t, chance in chances.items() if 0 < chance < 1}
    failing |= {t for draw in shared for _, lost in draw for t in lost}
    usable = {"road": roads.max(axis=1, initial=0) > 0, "place": places > 0}
    failing = {t for t in failing if usable[t.kind][t.at]}
    ways = on_ways(case.graph, *case.usable, case.sources, case.sinks, failing)
    targets = sorted({*ways, *(t for t in also if usable[t.kind][t.at])})
    net = case.arcs(targets, deliverable=deliverable)
    number = {target: i for i, target in enumerate(targets)}
    stands = np.array([chances.get(target, 1.0) for target in targets])
    draws = tuple(
        tuple(Outcome(p, frozenset(number[t] for t in lost if t in number)) for p, lost in draw)
        for draw in shared
    )
    return Doubts(net, stands, draws)


Groups = list[list[tuple[float, Target]]]
"""Things that are drawn by one number: each stands where it is below its chance."""


def _stated(case: Case, standing: Standing) -> tuple[dict[Target, float], Groups]:
    """The chance of everything that has one of its own, and what shares a draw."""
    stands = standing.stands
    for share in (*stands.values(), *(share for _, share in standing.together)):
        if not 0 <= share <= 1:
            raise BadInputError(f"stands: {share:g} is not from 0 to 1")
    every = [Target("road", r) for r in range(len(case.graph.roads))]
    chances = dict.fromkeys(every, stands[ROADS]) if ROADS in stands else {}
    drawn_by: dict[str, list[tuple[float, Target]]] = {}
    for name, doubt in case.exists.items():
        target = Target("road", case.graph.road_index[name])
        chances[target] = doubt.chance
        drawn_by.setdefault(doubt.draw, []).append((doubt.chance, target))
    named = {name: _named(case, name) for name in stands if name != ROADS}
    for by_class in (True, False):  # names count before classes
        for name, (found, of_class) in named.items():
            if of_class == by_class:
                chances |= dict.fromkeys(found, stands[name])
    stated = {target for found, _ in named.values() for target in found}
    groups = [
        kept for each in drawn_by.values()
        if len(kept := [(p, t) for p, t in each if t not in stated]) > 1
    ]  # fmt: skip
    for group in groups:
        for _, target in group:
            del chances[target]
    for names, share in standing.together:
        groups.append([(share, t) for name in names for t in _named(case, name)[0]])
    return chances, groups


def _named(case: Case, name: str) -> tuple[list[Target], bool]:
    """The places and roads of a name, and whether it is that of a class of roads."""
    graph, classes = case.graph, case.classes or ()
    if name not in graph.place_index and name not in graph.road_index:
        of_class = [Target("road", r) for r, kind in enumerate(classes) if kind == name]
        if of_class:
            return of_class, True
        if classes:
            known = (*graph.places, *graph.roads, *sorted({kind for kind in classes if kind}))
            raise BadInputError(f"stands: {unknown('place, road or class', name, known)}")
    return case.named(name, "stands"), False


def _outcomes(group: Sequence[tuple[float, Target]]) -> list[tuple[float, frozenset[Target]]]:
    """What the number of a group may do: the chance of each, and what is lost then."""
    levels = [0.0, *sorted({p for p, _ in group}), 1.0]
    return [
        (high - low, frozenset(t for p, t in group if p <= low))
        for low, high in itertools.pairwise(levels)
        if high > low
    ]
