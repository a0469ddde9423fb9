"""flow.js, the page's second program for flows, against Python on random states of networks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.network import (
    UNLIMITED,
    BoolArray,
    FlowProblem,
    Graph,
    barrier,
    disjoint_routes,
    fastest_route,
    fewest_places_cut,
)
from sim.page.shell import asset
from sim.scenario.loader import load
from sim.scenario.model import PPM, Actor
from sim.state.control import EVERYONE, Control
from sim.state.passages import Passage
from sim.state.pockets import pockets
from sim.state.sides import Side
from sim.state.terrain import Terrain

Data = dict[str, Any]
Ask = Callable[[Data], list[Data]]

FLAGSHIP = Path(__file__).parents[2] / "scenarios/double_offensive.yaml"
ACTORS = ("blue", "green", "grey", "red")
LOADS = (7_300, 10_000, 12_500, 1)

ANSWER = (Path(__file__).parent / "flow_answers.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ask(browser: Any) -> Iterator[Ask]:
    """Answers of flow.js, alone in an empty page, to a batch of cases."""
    page = browser.new_page()
    page.add_script_tag(content=asset("flow.js"))
    # as text: the browser takes many numbers far faster so
    yield lambda batch: list(json.loads(page.evaluate(ANSWER, json.dumps(batch))))
    page.close()


def kg(amount: int) -> int:
    """An amount as JSON: -1 for no limit."""
    return -1 if amount >= UNLIMITED else amount


def random_terrain(seed: int) -> Terrain:
    """A network with parallel roads, ties of time, one-way roads and places of limited capacity."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(5, 15)), int(rng.integers(6, 30))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    rows = [
        (f"r{i:02}", f"p{a[i]:02}", f"p{b[i]:02}", int(rng.integers(1, 9)) * 600, 1.0)
        for i in range(m)
    ]
    there = rng.choice([0, 500, 8_000, 10_000, 20_000, 123_457], m)
    back = np.where(rng.random(m) < 0.2, rng.choice([0, 3_000], m), there)
    limit = np.where(rng.random(n) < 0.3, rng.integers(1, 15_000, n), UNLIMITED)
    return Terrain(
        Graph.build([f"p{i:02}" for i in range(n)], rows),
        tuple(zip(there.tolist(), back.tolist(), strict=True)),
        tuple(limit.tolist()),
    )


def flagship_terrain() -> Terrain:
    """The network of the flagship, at the medians of its ranges."""
    network = load(FLAGSHIP).network
    of = network.classes
    speed = {r.id: (r.speed or of[r.road_class].speed).nominal for r in network.roads.values()}
    most = {r.id: (r.capacity or of[r.road_class].capacity).nominal for r in network.roads.values()}
    return Terrain.of(
        network,
        {r.id: max(1, round(r.km / speed[r.id] * 3600)) for r in network.roads.values()},
        {
            r.id: (int(most[r.id]), 0 if r.one_way else int(most[r.id]))
            for r in network.roads.values()
        },
        {},
    )


@cache
def terrain(name: int) -> Terrain:
    """The flagship's network (0), or a random one."""
    return random_terrain(name) if name else flagship_terrain()


def random_control(place: Terrain, rng: np.random.Generator) -> Control:
    """Shares of 1 to 99 %, sieges, seals, closures and damages, some of them several times."""
    control, graph = Control(place), place.graph
    held, ringed, sealed, closed, damaged = rng.choice([0, 0.1, 0.4], 5)
    for p in graph.places:
        one, other = (str(x) for x in rng.choice(ACTORS, 2, replace=False))
        share = int(rng.integers(1, 100)) * PPM // 100 if rng.random() < held else PPM
        control.holders[p] = {one: share, other: PPM - share} if share < PPM else {"red": PPM}
        if rng.random() < held:
            control.holders[p] = {one: PPM}
        if rng.random() < ringed:
            control.besiege(p, [str(rng.choice(ACTORS))])
        if rng.random() < sealed / 3:
            control.seal(p, [str(rng.choice([*ACTORS, EVERYONE]))])
        if rng.random() < damaged:
            control.damage("place", p, "x", int(rng.integers(0, 100)) * PPM // 100)
    for r in graph.roads:
        if rng.random() < closed / 2:
            control.close(r, "x")
        for cause in ("x", "y"):
            if rng.random() < damaged:
                control.damage("road", r, cause, int(rng.integers(0, 100)) * PPM // 100)
    return control


def random_side(rng: np.random.Generator) -> Side:
    """What red makes of the others: a friend at times, and shares of transit."""
    share = {name: int(rng.choice([0, 0, 15, 43, 75, 100])) * PPM // 100 for name in ACTORS[:3]}
    friends = frozenset({"blue"} if rng.random() < 0.3 else ())
    actors = {name: Actor(name, name) for name in ACTORS}
    actors["red"] = Actor("red", "red", friends=friends, transit=share)
    return Side.of("red", actors)


def told_state(control: Control) -> Data:
    """A state for flow.js."""
    number = {name: i for i, name in enumerate(ACTORS)}
    places, roads, kept = control.terrain.graph.places, control.terrain.graph.roads, control.kept

    def actors(names: Iterable[str]) -> list[int]:
        return [*range(len(ACTORS))] if EVERYONE in names else [number[n] for n in names]

    return {
        "held": [[[number[a], s] for a, s in control.holders[p].items()] for p in places],
        "ring": [actors(control.besieged.get(p, ())) for p in places],
        "seal": [actors(control.sealed.get(p, ())) for p in places],
        "shut": [int(r in control.closed) for r in roads],
        "keptPlace": [[*kept.get(("place", p), {}).values()] for p in places],
        "keptRoad": [[*kept.get(("road", r), {}).values()] for r in roads],
    }


def own(passage: Passage) -> tuple[BoolArray, BoolArray]:
    """Which roads are open each way by their own state, and which places are passed."""
    control, ground = passage.control, passage.control.terrain
    roads = [
        [kg > 0 and r not in control.closed and all(control.kept.get(("road", r), {"": 1}).values())
         for kg in ways]
        for r, ways in zip(ground.graph.roads, ground.road_capacity, strict=True)
    ]  # fmt: skip
    return np.array(roads, dtype=bool).reshape(-1, 2), passage.open


class Case:
    """A state of a network, a side, and the ends of an axis."""

    def __init__(self, ground: Terrain, seed: int) -> None:
        rng = np.random.default_rng(seed)
        graph = ground.graph
        self.graph, self.control, self.side = graph, random_control(ground, rng), random_side(rng)
        self.start = random_control(ground, rng)
        k, s = (int(x) for x in rng.integers(1, 4, 2))
        ends = [int(x) for x in rng.choice(len(graph.places), min(k + s, 4), replace=False)]
        self.sources, self.sinks = (
            ends[: max(1, len(ends) - s)],
            sorted(ends[max(1, len(ends) - s) :]),
        )
        foreign = frozenset(graph.places[p] for p in self.sources if rng.random() < 0.3)
        self.load = int(rng.choice(LOADS))
        self.passage = Passage(self.control, self.side, foreign, self.load, 10_000)
        self.supply = np.where(rng.random(len(self.sources)) < 0.5, UNLIMITED, 9_000)
        self.demand = rng.choice([0, 2_500, 6_001, UNLIMITED], len(self.sinks))

    def told(self) -> list[Any]:
        """The case for flow.js."""
        number = {name: i for i, name in enumerate(ACTORS)}
        side = {"actor": number["red"], "weight": [self.side.weight[a] for a in ACTORS]}
        foreign = sorted(self.graph.place_index[p] for p in self.passage.foreign)
        ends = [[kg(x) for x in limit.tolist()] for limit in (self.supply, self.demand)]
        states = [told_state(self.control), told_state(self.start)]
        return [*states, side, foreign, self.load, self.sources, self.sinks, *ends]

    def answer(self) -> Data:
        """What Python says of it, as flow.js should."""
        graph, passage = self.graph, self.passage
        masks = passage.road > 0, passage.open
        ends = self.sources, self.sinks
        fewest = fewest_places_cut(graph, *masks, *ends)
        fastest = fastest_route(graph, *masks, *ends)
        foreign = frozenset(graph.places[p] for p in self.sources)
        wall = barrier(graph, *own(passage), *own(passage.under(self.start)), self.sources)
        found = pockets(passage, foreign, self.control.held_by(self.side.actor))
        return {
            "road": [[kg(x) for x in ways] for ways in passage.road.tolist()],
            "place": [kg(x) for x in passage.place.tolist()],
            "flows": [self._flow(), self._flow(self.supply, self.demand)],
            "barrier": [[*wall.places], [*wall.roads]],
            "fewest": None if fewest is None else list(fewest),
            "fastest": fastest and [fastest.seconds, [*fastest.places], [*fastest.roads]],
            "pockets": [[graph.place_index[p] for p in part] for part in found],
        }

    def _flow(self, *limits: Any) -> list[Any]:
        problem = FlowProblem(self.graph, self.sources, self.sinks)
        plan = problem.plan(self.passage.road, self.passage.place, *limits)
        if plan.unlimited:
            return [-1, None, None]
        near, far = plan.cut, plan.cut.sink_side_cut
        cuts = [c and [c.value, [*c.places], [*c.roads]] for c in (near, far)]
        return [plan.value, cuts, plan.road_flow.tolist()]


def compare(ask: Ask, name: int, cases: list[Case]) -> list[Data]:
    """Hold the answers of flow.js to those of Python; the answers."""
    ground, graph = terrain(name), terrain(name).graph
    net = {
        "places": len(graph.places),
        "roads": np.column_stack([graph.a, graph.b, graph.seconds]).tolist(),
        "road": [list(ways) for ways in ground.road_capacity],
        "place": [kg(x) for x in ground.place_capacity],
    }
    found = ask({"net": net, "truck": 10_000, "cases": [case.told() for case in cases]})
    for case, answer in zip(cases, found, strict=True):
        routes = answer.pop("disjoint")
        check_disjoint(case, routes)
        assert answer == case.answer()
    return found


def check_disjoint(case: Case, routes: Mapping[str, list[list[int]]]) -> None:
    """As many routes as Python counts, from sources to sinks by open ways, sharing nothing."""
    graph, passage = case.graph, case.passage
    count = disjoint_routes(graph, passage.road > 0, passage.open, case.sources, case.sinks)
    assert (len(routes["roads"]), len(routes["places"])) == count
    for kind, found in routes.items():
        used = [road for route in found for road in route]
        assert len(set(used)) == len(used)
        inner: list[int] = []
        for route in found:
            inner += walk(case, route)
        if kind == "places":
            assert len(set(inner)) == len(inner)


def walk(case: Case, route: list[int]) -> list[int]:
    """The inner places of a route, sources and sinks aside."""
    graph, passage = case.graph, case.passage
    for start in case.sources:
        places = [start]
        for road in route:
            a, b = int(graph.a[road]), int(graph.b[road])
            if places[-1] not in (a, b):
                break
            way = int(places[-1] == b)
            assert passage.road[road, way] > 0
            places.append(a if way else b)
        if len(places) == len(route) + 1 and places[-1] in case.sinks:
            assert all(passage.open[places])
            return [p for p in places if p not in (*case.sources, *case.sinks)]
    raise AssertionError(f"{route} leads from no source to a sink")


def test_random_states_of_several_networks(ask: Ask) -> None:
    met: set[str] = set()
    for name in range(5):
        cases = [Case(terrain(name), 1_000 * name + seed) for seed in range(60)]
        for answer in compare(ask, name, cases):
            (alone, cuts, _), (given, _, _) = answer["flows"]
            met.add("open" if alone else "cut")
            met.update(["several cuts"] if cuts and cuts[1] else [])
            met.update(["supply or demand binds"] if 0 < given != alone else [])
            met.update(["pockets"] if len(answer["pockets"]) > 1 else [])
            met.update(["no places cut"] if answer["fewest"] is None else [])
            met.update(["two places cut"] if len(answer["fewest"] or ()) > 1 else [])
    assert met == {
        "cut", "open", "several cuts", "supply or demand binds", "pockets", "no places cut",
        "two places cut",
    }  # fmt: skip


@pytest.mark.slow
def test_ten_thousand_states_of_five_networks(ask: Ask) -> None:
    for name in range(5):
        for first in range(0, 2_000, 250):
            seeds = range(100_000 + 10_000 * name + first, 100_000 + 10_000 * name + first + 250)
            compare(ask, name, [Case(terrain(name), seed) for seed in seeds])


def test_a_share_is_floored_once(ask: Ask) -> None:
    # 8,000 kg/day * 43 % held * 75 % transit * a load of 15 in place of 20: 1,935 exactly, where
    # plain numbers, factor by factor, give 1,934
    net = {"places": 2, "roads": [[0, 1, 60]], "road": [[8_000, 8_000]], "place": [-1, -1]}
    state = {
        "held": [[[0, PPM]], [[1, 430_000]]], "ring": [[], []], "seal": [[], []], "shut": [0],
        "keptPlace": [[], []], "keptRoad": [[]],
    }  # fmt: skip
    side = {"actor": 0, "weight": [PPM, 750_000]}
    case = [state, state, side, [], 15, [0], [1], [-1], [-1]]
    answer = ask({"net": net, "truck": 20, "cases": [case]})[0]
    assert answer["road"] == [[1_935, 1_935]]
    assert answer["flows"][0][0] == 1_935
    assert answer["pockets"] == []
