"""Which of several plans as good an axis follows."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from sim.engine.simulation import run
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario

CASES = Path(__file__).parent.parent / "data" / "cases" / "supply"


@pytest.mark.parametrize("case", ["island_a", "island_b"])
def test_an_island_decides_nothing_between_two_sources(case: str) -> None:
    # c, 20 min from a and from b, eats 7 t/day, which a sends at first. On day 2 its stock of
    # 14 t is out and it asks for 7 + 14 t/day: a, the first source, sends the 11 that it can, b the
    # other 10. 14 + 6 t have added up at a 6/11 day later: a convoy of 20 t leaves and fills the
    # stock, and a sends 7 t/day again, a convoy in 20/7 days: 6 more in the 18.4 days that are
    # left. island_b has one place more, which no road leads to.
    record = run(load(CASES / f"{case}.yaml"))
    flows = [(f.time, f.road, f.kg_per_day) for f in record.flows]
    assert flows[:3] == [(0, "a--c", 7_000), (2 * DAY, "a--c", 11_000), (2 * DAY, "c--b", 10_000)]
    assert [kg for time, _, kg in flows[3:]] == [7_000, 0]
    tally = record.tallies["line", "c"]
    assert (tally.arrived, tally.delivered_kg) == (7, 140_000)


def test_the_priority_of_sources_goes_before_their_ids() -> None:
    # As above with b first. From day 2 on it sends the 19 t/day that its road bears, a the other
    # 2: those have added up to 19 t when b's first convoy of 20 t has left and filled the stock,
    # 20/19 of a day later but for what a second holds (14 + 20 - 7 * 20/19 t are more than 14).
    record = run(load(CASES / "island_a.yaml", sets=["axes.line.sources.a.priority=2"]))
    flows = [(f.time, f.road, f.kg_per_day) for f in record.flows]
    assert flows[:3] == [(0, "c--b", 7_000), (2 * DAY, "a--c", 2_000), (2 * DAY, "c--b", 19_000)]
    assert [(road, kg) for _, road, kg in flows[3:]] == [("a--c", 0), ("c--b", 7_000)]


def random_axis(seed: int) -> tuple[dict[tuple[str, str], int], dict[str, Any]]:
    """Roads of 1 km and their kg/day, and an axis over them: all ways take as long.

    Two layers of places between sources and sinks, so three roads a way.
    """
    rng = random.Random(seed)
    pairs = [(a, b) for here, there in pairwise(["abc", "uvw", "xyz"]) for a in here for b in there]
    roads = {pair: rng.randrange(1, 6) for pair in pairs if rng.random() < 0.8}
    return roads, {
        "sources": "a b c",
        "first": {source: rng.randrange(1, 4) for source in "abc"},
        "supply": {source: rng.randrange(1, 6) for source in "abc"},
        "sinks": {sink: {"demand": rng.randrange(0, 6)} for sink in "xyz"},
    }


def by_networkx(
    roads: dict[tuple[str, str], int], axis: dict[str, Any]
) -> dict[tuple[str, str], int]:
    """The plan by costs that hold the rule.

    A kilogram over one source or road saves more than all that come after it in the order, and
    less than the time of a road.
    """
    ways = {way: kg for (a, b), kg in sorted(roads.items()) for way in ((a, b), (b, a))}
    order = [("root", a) for a in sorted("abc", key=lambda a: (axis["first"].get(a, 1), a))]
    order += ways
    graph = nx.DiGraph()
    for source, kg in axis["supply"].items():
        graph.add_edge("root", source, capacity=kg, weight=0)
    for sink, given in axis["sinks"].items():
        graph.add_edge(sink, "goal", capacity=given["demand"], weight=0)
    for (a, b), kg in ways.items():
        graph.add_edge(a, b, capacity=kg, weight=2 << len(order))
    for rank, (a, b) in enumerate(order, 1):
        graph.edges[a, b]["weight"] -= 1 << len(order) - rank
    flow = nx.max_flow_min_cost(graph, "root", "goal")
    return {(a, b): flow[a][b] for a, b in ways if flow[a][b]}


def test_plans_by_priority_of_sources_against_networkx(make: Callable[..., Scenario]) -> None:
    def planned(
        roads: dict[tuple[str, str], int], axis: dict[str, Any]
    ) -> dict[tuple[str, str], int]:
        text = " ".join(f"{a}-{b}:1/{kg}" for (a, b), kg in roads.items())
        places: dict[str, Any] = {name: {} for name in "abcuvwxyz"}
        record = run(make(text, axes={"line": axis}, places=places, truck_load=1, length=1))
        return {(row.origin, row.destination): row.kg_per_day for row in record.flows}

    decided = 0
    for seed in range(60):
        roads, axis = random_axis(seed)
        found = planned(roads, axis)
        assert found == by_networkx(roads, axis), seed
        decided += planned(roads, {**axis, "first": {}}) != found
    assert decided > 15
