"""Which places and roads matter: what the loss of each alone, or of some together, costs."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

import numpy as np

from .arcs import ArcNetwork, Target
from .certificate import UNLIMITED
from .graph import BoolArray, Graph, passable
from .routes import UNREACHABLE, fastest_route, times_to
from .territory import OUT_OF_REACH, dominators

Player = TypeVar("Player", bound=Hashable)

MOST_KEPT = 64
"""Players up to whom losses of sets are kept: orders of more hardly ever share one."""

EXACT_PLAYERS = 12
"""Up to so many targets Shapley shares are computed over all 2**n sets."""


def delays(
    graph: Graph,
    usable_roads: BoolArray,
    usable_places: BoolArray,
    sources: Sequence[int],
    sinks: Sequence[int],
) -> dict[Target, int]:
    """How many seconds the fastest route gets longer when one thing alone is lost.

    Only what lies on the fastest route is listed, for nothing else delays it;
    ``UNREACHABLE`` where no way is left. Sources and sinks are left out. Each is a search
    that the times to the sinks guide (A*), so it looks only at the ways round.
    """
    route = fastest_route(graph, usable_roads, usable_places, sources, sinks)
    if route is None:
        return {}
    times = times_to(graph, usable_roads, usable_places, sinks).seconds.tolist()
    ways = passable(graph, usable_roads, usable_places).ravel().tolist()
    ends = {*sources, *sinks}
    found: dict[Target, int] = {}
    items = [Target("place", p) for p in route.places if p not in ends]
    items += [Target("road", r) for r in route.roads]
    usable = [s for s in sources if usable_places[s]]
    for item in items:
        longer = _fastest_without(graph, ways, times, usable, set(sinks), item)
        found[item] = UNREACHABLE if longer is None else longer - route.seconds
    return found


def _fastest_without(
    graph: Graph,
    ways: Sequence[bool],
    times: Sequence[int],
    sources: Iterable[int],
    sinks: set[int],
    lost: Target,
) -> int | None:
    """Seconds from the nearest source to a sink without ``lost``, None where there is no way."""
    place = lost.at if lost.kind == "place" else -1
    road = lost.at if lost.kind == "road" else -1
    seconds = graph.seconds
    best = {s: 0 for s in sources if times[s] < UNREACHABLE}
    heap = [(times[s], s) for s in best]
    heapq.heapify(heap)
    while heap:
        guess, at = heapq.heappop(heap)
        spent = best[at]
        if guess > spent + times[at]:
            continue
        if at in sinks:
            return spent
        for other, flat in graph.neighbours[at]:
            if not ways[flat] or other == place or flat >> 1 == road:
                continue
            if times[other] >= UNREACHABLE:
                continue
            longer = spent + int(seconds[flat >> 1])
            if longer < best.get(other, UNREACHABLE):
                best[other] = longer
                heapq.heappush(heap, (longer + times[other], other))
    return None


def on_ways(
    graph: Graph, usable_roads: BoolArray, usable_places: BoolArray,
    sources: Sequence[int], sinks: Sequence[int], targets: Iterable[Target],
) -> list[Target]:  # fmt: skip
    """The targets less those on no way without a circle from a source to a sink.

    Such a one is out of reach, or all that comes to it has passed a place that all that leaves it
    must pass again, as in a dead end: no flow needs it, whatever else is lost.
    """
    come = dominators(graph, usable_roads, usable_places, sources)
    go = dominators(graph, usable_roads[:, ::-1], usable_places, sinks)
    met, left = come.parent != OUT_OF_REACH, go.parent != OUT_OF_REACH
    ways = passable(graph, usable_roads, usable_places)

    def joined(target: Target) -> bool:
        at = target.at
        if target.kind == "place":
            return bool(met[at] and left[at]) and {*come.above(at)}.isdisjoint(go.above(at))
        ends = int(graph.a[at]), int(graph.b[at])
        return any(
            ways[at, way] and met[a] and left[b]
            and {a, *come.above(a)}.isdisjoint({b, *go.above(b)})
            for way, (a, b) in enumerate((ends, ends[::-1]))
        )  # fmt: skip

    return [target for target in targets if joined(target)]


class Share(NamedTuple):
    """A Shapley share with its 95 % interval (equal to it where exact), in flow lost."""

    value: float
    low: float
    high: float


def exact_shares(
    players: Sequence[Player], worth: Callable[[frozenset[Player]], int]
) -> dict[Player, Fraction]:
    """What each player adds to the worth of all, on average over all orders (Shapley 1953).

    ``worth`` is asked again and again for each of the 2**n sets.
    """
    shares: dict[Player, Fraction] = {}
    for player in players:
        others = [other for other in players if other != player]
        shares[player] = Fraction(0)
        for size in range(len(players)):
            sets = map(frozenset, itertools.combinations(others, size))
            gained = sum(worth(some | {player}) - worth(some) for some in sets)
            shares[player] += Fraction(gained, len(players) * math.comb(len(others), size))
    return shares


def shapley(
    net: ArcNetwork, players: Sequence[int], *, draws: int = 2_000, seed: int = 0
) -> list[Share]:
    """What each of these targets adds to their joint loss of flow, on average over all orders.

    Shares sum to the loss of all together (Shapley 1953). Exact up to ``EXACT_PLAYERS``;
    beyond, the mean over ``draws`` random orders with a normal interval (Castro, Gomez and Tejada
    2009). A loss only grows with more lost, so all shares are 0 where all together cost
    nothing, which one solve tells. Raises ValueError for an unlimited flow.
    """
    full = net.residual(())
    if full >= UNLIMITED:
        raise ValueError("an unlimited flow has no shares")
    n = len(players)
    if net.residual(players) == full:
        return [Share(0.0, 0.0, 0.0)] * n
    known: dict[frozenset[int], tuple[int, frozenset[int]]] = {}

    def found(members: frozenset[int]) -> tuple[int, frozenset[int]]:
        """The loss of these, and what the flow that is left runs over."""
        if members in known:
            return known[members]
        lost = full - net.residual(members)
        used = frozenset(np.unique(net.target[net.amounts() > 0]).tolist())
        if n <= MOST_KEPT:
            known[members] = lost, used
        return lost, used

    if n <= EXACT_PLAYERS:
        exact = exact_shares(players, lambda members: found(members)[0])
        return [Share(value, value, value) for value in map(float, exact.values())]
    rng = np.random.default_rng(seed)
    gains = np.zeros((draws, n))
    for draw in gains:
        members: frozenset[int] = frozenset()
        before, used = found(members)
        for i in rng.permutation(n).tolist():
            members |= {players[i]}
            if players[i] in used:  # else the flow that is left stays what it is
                after, used = found(members)
                draw[i] = after - before
                before = after
    mean = gains.mean(axis=0)
    half = 1.959964 * gains.std(axis=0, ddof=1) / math.sqrt(draws)
    return [
        Share(float(m), float(m - h), float(m + h)) for m, h in zip(mean, half, strict=True)
    ]  # fmt: skip
