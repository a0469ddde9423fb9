"""One-way roads and roads that carry less one way, against directed graphs of networkx.

The networks are those of random scenarios; the axis is red's, and blue takes places in the course
of the run. What a road carries is worked out here from the words that the scenario is made of.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import sim
from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.scenario.emit import to_yaml
from sim.scenario.model import Network, Scenario

Make = Callable[..., Scenario]
SEEDS = [*range(25), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(25, 300))]


def scenario(make: Make, seed: int) -> Scenario:
    """A network in which most roads are directed, and places that fall one after another."""
    rng = random.Random(f"directed {seed}")
    names = list("abcdefgh")
    pairs = {(names[rng.randrange(i)], names[i]) for i in range(1, len(names))}
    pairs |= {tuple(rng.sample(names, 2)) for _ in range(9)}
    words = []
    for a, b in sorted(pairs):
        way = rng.choice(["-", ">", ">"])
        back = rng.choice(["", f"/{rng.randrange(0, 40)}"]) if way == "-" else ""
        words.append(f"{a}{way}{b}:{rng.randrange(1, 9)}/{rng.randrange(5, 60)}{back}")
    source, other, sink, second, *rest = rng.sample(names, len(names))
    sinks = {p: {"demand": 5, "stock": 9} for p in (sink, second)}
    return make(
        " ".join(words),
        axes={"line": {"sources": [source, other], "sinks": sinks, "size": 10**6}},
        events={
            f"e{n}": {"kind": "capture", "places": place, "by": "blue", "at": 1000 * (n + 1)}
            for n, place in enumerate(rest)
        },
        length=10_000,
    )


def carried(net: Network, roads: Iterable[str] = (), places: Iterable[str] = ()) -> nx.DiGraph:
    """What each pair of places carries one way, without some roads and places."""
    graph, gone, lost = nx.DiGraph(), set(roads), set(places)
    graph.add_nodes_from(net.places.keys() - lost)
    for road in net.roads.values():
        if road.id in gone or not lost.isdisjoint((road.a, road.b)):
            continue
        assert road.capacity is not None
        there = road.capacity.nominal
        back = 0 if road.one_way else there if road.back is None else road.back.nominal
        for ends, amount in (((road.a, road.b), there), ((road.b, road.a), back)):
            if amount:
                before = graph.get_edge_data(*ends, {"capacity": 0})["capacity"]
                graph.add_edge(*ends, capacity=before + int(amount))
    return graph


def largest(graph: nx.DiGraph, sources: Iterable[str], sinks: Iterable[str]) -> int:
    """The largest flow from all sources to all sinks."""
    graph = graph.copy()
    graph.add_edges_from(("from", p) for p in sources if p in graph)
    graph.add_edges_from((p, "to") for p in sinks if p in graph)
    if "from" not in graph or "to" not in graph:
        return 0
    return int(nx.maximum_flow_value(graph, "from", "to"))


def states(found: Scenario) -> Iterator[tuple[int, set[str]]]:
    """From when on (s) which places are lost, first none."""
    lost: set[str] = set()
    yield 0, set(lost)
    for event in sorted(found.events.values(), key=lambda e: e.id):
        assert event.at is not None
        lost.update(event.places)
        yield int(event.at.nominal), set(lost)


@pytest.mark.parametrize("seed", SEEDS)
def test_flows_cuts_and_routes_along_a_run(make: Make, seed: int) -> None:
    found = scenario(make, seed)
    net, axis = found.network, found.axes["line"]
    ends = axis.sources, axis.sinks
    record = run(found)
    capacity = {row.time: row.value for row in record.series if "capacity" in row.measure}
    in_force = None
    for time, lost in states(found):
        in_force = capacity.get(time, in_force)
        assert in_force == largest(carried(net, places=lost), *ends), time
    for view in Analysis(found, record).views["line"]:
        lost = next(lost for time, lost in reversed([*states(found)]) if time <= view.time)
        graph = carried(net, places=lost)
        if not view.capacity:
            assert largest(graph, *ends) == 0
            continue
        # the cut parts sources from sinks, and holds no more than the flow in its direction
        assert largest(carried(net, view.cut.names, {*view.cut.places, *lost}), *ends) == 0
        side = {*axis.sources} & graph.nodes
        rest = carried(net, view.cut.roads, lost)
        side |= set().union(*(nx.descendants(rest, place) for place in side))
        held = sum(data["capacity"] for a, b, data in graph.edges(data=True)
                   if a in side and b not in side)  # fmt: skip
        assert held == view.capacity == view.cut.kg_per_day
        for route in view.routes:  # each leg leads its way
            for start, road in zip(route.places, route.roads, strict=False):
                assert net.roads[road].leads_from(start)
        for a, b in itertools.pairwise(view.fastest.places if view.fastest else ()):
            assert graph.has_edge(a, b)


@pytest.mark.parametrize("seed", SEEDS)
def test_interdiction_and_ranking(make: Make, seed: int, tmp_path: Path) -> None:
    found = scenario(make, seed)
    net, axis = found.network, found.axes["line"]
    ends, whole = (axis.sources, axis.sinks), largest(carried(net), axis.sources, axis.sinks)
    inner = sorted(net.places.keys() - axis.sources.keys() - axis.sinks.keys())
    file = tmp_path / "network.yaml"
    file.write_text(to_yaml(written(net)), encoding="utf-8")
    between = sim.Network.from_file(file).between(list(axis.sources), list(axis.sinks))
    assert between.max_flow().value == whole
    # what the loss of a pair of places, or of a pair of roads, leaves
    pairs = itertools.combinations(inner, 2)
    least = min(largest(carried(net, places=pair), *ends) for pair in pairs)
    pairs = itertools.combinations(net.roads, 2)
    least_roads = min(largest(carried(net, pair), *ends) for pair in pairs)
    assert between.interdict(2, targets="places").left == least
    assert between.interdict(2, targets="roads").left == least_roads
    if whole:
        for row in between.rank().table().rows:
            name, loss = row[0], dict(zip(between.rank().table().columns, row, strict=True))["loss"]
            left = carried(net, [name], [name] if name in net.places else [])
            assert whole - loss == largest(left, *ends), name


def written(net: Network) -> dict[str, Any]:
    """A network as a file says it, in kg/day."""
    roads: dict[str, Any] = {}
    for road in net.roads.values():
        assert road.capacity is not None
        there = f"{road.capacity.nominal:.0f} kg/day"
        both = road.back and {"there": there, "back": f"{road.back.nominal:.0f} kg/day"}
        roads[road.id] = {
            "between": [road.a, road.b], "km": road.km, "class": "r", "one_way": road.one_way,
            "capacity": both or there,
        }  # fmt: skip
    return {
        "format": 1,
        "classes": {"r": {"speed": "40 km/h", "capacity": "1 t/day"}},
        "places": {name: {"lat": 0, "lon": n / 10} for n, name in enumerate(net.places)},
        "roads": roads,
    }


@pytest.mark.parametrize("seed", range(60))
def test_all_roads_turned_and_ends_exchanged_nothing_changes(make: Make, seed: int) -> None:
    # a flow from the sources to the sinks, turned round, is one from the sinks to the sources
    found = scenario(make, seed)
    line, net = found.axes["line"], found.network
    sources = {
        p: replace(line.sources[s], place=p) for p, s in zip(line.sinks, line.sources, strict=True)
    }
    sinks = {
        p: replace(line.sinks[s], place=p) for p, s in zip(line.sources, line.sinks, strict=True)
    }
    turned = {road.id: replace(road, a=road.b, b=road.a) for road in net.roads.values()}
    back = replace(
        found,
        axes={"line": replace(line, sources=sources, sinks=sinks)},
        network=replace(net, roads=turned),
    )
    views = [Analysis(one, run(one)).views["line"] for one in (found, back)]
    for ahead, behind in zip(*views, strict=True):
        assert (ahead.time, ahead.capacity) == (behind.time, behind.capacity)
        assert ahead.routes_by_roads == behind.routes_by_roads
        assert ahead.routes_by_places == behind.routes_by_places
        assert len(ahead.fewest_places or ()) == len(behind.fewest_places or ())
        if ahead.fastest and behind.fastest:
            assert ahead.fastest.hours == behind.fastest.hours


@pytest.mark.parametrize("seed", range(20))
def test_a_two_way_road_is_as_two_one_way_roads(make: Make, seed: int) -> None:
    rng = random.Random(f"halves {seed}")
    names = "abcdef"
    pairs = sorted({(a, b) for a, b in itertools.combinations(names, 2) if rng.random() < 0.6})
    # no two ways take the same time, so that no tie hangs on the ids of roads
    words = {pair: f":{1 + 2**n / 2**12}/{rng.randrange(50, 900)}" for n, pair in enumerate(pairs)}
    roads = [" ".join(f"{a}-{b}{words[a, b]}" for a, b in pairs)]
    roads.append(" ".join(f"{a}>{b}{words[a, b]} {b}>{a}{words[a, b]}" for a, b in pairs))
    one, two = (
        run(
            make(
                text,
                axes={
                    "line": {
                        "sources": "a",
                        "sinks": {"f": {"demand": 300, "stock": 100}},
                        "size": 20,
                    }
                },
                events={"e": {"kind": "capture", "places": "c", "by": "blue", "at": 9_000}},
                places={name: {} for name in names},
            )
        )
        for text in roads
    )
    assert one.series == two.series
    assert one.tallies == two.tallies
    assert one.pockets == two.pockets
