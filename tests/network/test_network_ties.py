"""Of all largest flows of least time there is one plan, whichever solver and way lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from sim.network import (
    UNLIMITED,
    CertificateError,
    FastestWays,
    Flow,
    FlowProblem,
    Graph,
    certify,
    decompose,
    ties,
)
from sim.network.ties import Ties, lower

# Names of nodes are those of ``Case.arcs``.
ROOT, GOAL = ("root", 0), ("goal", 0)


def graph_of(**seconds: int) -> Graph:
    """A road of this id for each, between the places of its last two letters."""
    places = sorted({place for road in seconds for place in road[-2:]})
    return Graph.build(places, [(r, r[-2], r[-1], s, 1.0) for r, s in seconds.items()])


def vector(flow: Flow) -> list[int]:
    """All parts of a flow in the order of ``Case.arcs``."""
    parts = (flow.road_flow.ravel(), flow.place_flow, flow.source_flow, flow.sink_flow)
    return [int(kg) for part in parts for kg in part]


def test_the_first_source_gives_all_it_can() -> None:
    # a and b are 60 s from c, and a can pass 11. Of 21 the first source sends 11, so the
    # second 10; the other way round it would be 19 (all that its road bears) and 2.
    graph = graph_of(ac=60, bc=60)
    limits = [19, 19], [11, UNLIMITED, UNLIMITED]
    for sources, sent in (([0, 1], [11, 10]), ([1, 0], [19, 2])):
        plan = FlowProblem(graph, sources, [2]).plan(*limits, None, [21])
        assert plan.source_flow.tolist() == sent


def test_then_the_first_road_carries_all_it_can() -> None:
    # By u and by v it is 120 s; road by road: su 0, sv 1, ut 2, vt 3.
    problem = FlowProblem(graph_of(su=60, sv=60, ut=60, vt=60), [0], [1])
    assert problem.plan([9, 9, 9, 9], None, None, [5]).road_flow[:, 0].tolist() == [5, 0, 5, 0]
    assert problem.plan([9, 9, 3, 9], None, None, [5]).road_flow[:, 0].tolist() == [3, 2, 3, 2]
    # u passes 4; places are s 0, t 1, u 2, v 3.
    passing = [9, 9, 4, 9]
    assert problem.plan([9] * 4, passing, None, [5]).road_flow[:, 0].tolist() == [4, 1, 4, 1]


def test_roads_go_by_id_wherever_on_the_way_they_are() -> None:
    # Road 0 is the last one of the way by v, so that is the first way; su comes before sv.
    graph = graph_of(avt=60, su=60, sv=60, ut=60)
    problem, kg = FlowProblem(graph, [0], [1]), np.full((4, 2), 9)
    plan = problem.plan(kg, None, None, [5])
    assert [graph.roads[r] for r in np.flatnonzero(plan.road_flow.any(axis=1))] == ["avt", "sv"]
    places, supply = np.full(4, UNLIMITED), np.full(1, UNLIMITED)
    fastest = FastestWays(problem, kg, places, supply).plan(kg, places, np.array([5]))
    assert fastest is not None
    assert vector(fastest) == vector(plan)


def test_more_over_one_road_may_lead_elsewhere_what_others_send() -> None:
    # Every road (60 s: ax 0, ay 1, bx 2, bz 3), source (a, b) and sink holds 1. Where x and y ask,
    # b can feed x alone, so a feeds y: the only way to deliver 2.
    graph = graph_of(ax=60, ay=60, bx=60, bz=60)
    plan = FlowProblem(graph, [0, 1], [2, 3]).plan([1] * 4, None, [1, 1], [1, 1])
    assert plan.road_flow[:, 0].tolist() == [0, 1, 1, 0]
    # Where z asks too there are three ways (ax, bz; ay, bx; ay, bz); the first has the first road.
    plan = FlowProblem(graph, [0, 1], [2, 3, 4]).plan([1] * 4, None, [1, 1], [1, 1, 1])
    assert plan.road_flow[:, 0].tolist() == [1, 0, 0, 1]


def test_a_flow_that_is_not_cheapest_is_refused() -> None:
    # Two parallel arcs of cost 1 and 2, and the flow is on the dear one.
    tail, head = np.array([0, 0]), np.array([1, 1])
    ties = Ties(tail, head, np.array([1, 2]), np.array([0, 1]))
    with pytest.raises(CertificateError, match="costs less"):
        ties.settle(np.array([3, 3]), np.array([0, 3]), 3)


@dataclass(frozen=True)
class Arcs:
    """The arcs of a case with what is needed to plan on them."""

    arcs: list[Any]
    limits: list[int]  # at most the value: no acyclic flow has more on an arc
    seconds: list[int]
    order: list[int]  # arcs by which ties go: supplies, then roads
    value: int

    @classmethod
    def of(cls, case: Any, value: int) -> Arcs:
        """Those of ``Case.arcs``."""
        arcs = case.arcs()
        kinds = [arc.name[0] for arc in arcs]
        return cls(
            arcs,
            [min(arc.capacity, value) for arc in arcs],
            [int(case.graph.seconds[a.name[1]]) if a.name[0] == "road" else 0 for a in arcs],
            [e for kind in ("supply", "road") for e in range(len(arcs)) if kinds[e] == kind],
            value,
        )

    def settled(self, amounts: list[int]) -> list[int]:
        """What the rule makes of a cheapest flow."""
        number = {node: i for i, node in enumerate({x for a in self.arcs for x in (a[0], a[1])})}
        tail, head = np.array([[number[a.tail], number[a.head]] for a in self.arcs]).T
        ties = Ties(tail, head, np.array(self.seconds), np.array(self.order))
        found = ties.settle(np.array(self.limits), np.array(amounts), self.value)
        return [int(kg) for kg in found]

    def cheapest(self, cost: list[int]) -> list[int]:
        """A cheapest flow by successive shortest paths (Jewell 1958): plain, slow and exact."""
        amount = [0] * len(self.arcs)
        around: dict[Any, list[tuple[int, int, Any]]] = {}
        for e, arc in enumerate(self.arcs):
            around.setdefault(arc.tail, []).append((e, 1, arc.head))
            around.setdefault(arc.head, []).append((e, -1, arc.tail))
        left = self.value
        while left:
            away: dict[Any, int] = {ROOT: 0}
            came: dict[Any, tuple[int, int, Any]] = {}
            queue = [ROOT]
            for node in queue:  # grows while it is read
                for e, sign, other in around[node]:
                    length = away[node] + sign * cost[e]
                    room = self.limits[e] - amount[e] if sign > 0 else amount[e]
                    if room and (other not in away or length < away[other]):
                        away[other], came[other] = length, (e, sign, node)
                        queue.append(other)
            node, way = GOAL, []
            while node != ROOT:
                way.append(came[node])
                node = came[node][2]
            step = min(self.limits[e] - amount[e] if s > 0 else amount[e] for e, s, _ in way)
            step = min(step, left)
            for e, sign, _ in way:
                amount[e] += sign * step
            left -= step
        return amount

    def first(self) -> list[int]:
        """The first of all cheapest flows, by costs that hold the rule.

        One over arc r of the order saves 2**-(r+1) of a second, so that whole seconds come first
        and a road or source saves more than all after it: two flows differ by circles, which go
        over an arc once.
        """
        scale = len(self.order) + 1
        cost = [s << scale for s in self.seconds]
        for rank, e in enumerate(self.order):
            cost[e] -= 1 << (scale - rank - 1)
        return self.cheapest(cost)

    def by_networkx(self) -> list[int]:
        """A cheapest flow by the network simplex of networkx."""
        graph = nx.MultiDiGraph()
        graph.add_node(ROOT, demand=-self.value)
        graph.add_node(GOAL, demand=self.value)
        for e, arc in enumerate(self.arcs):
            graph.add_edge(arc.tail, arc.head, e, capacity=self.limits[e], weight=self.seconds[e])
        _, flow = nx.network_simplex(graph)
        return [flow[arc.tail][arc.head][e] for e, arc in enumerate(self.arcs)]


def test_every_solver_leads_to_one_plan(tied: Any) -> None:
    doubtful = 0
    for number in range(1_000):
        case = tied(number)
        plan = case.problem().plan(*case.limits)
        arcs = Arcs.of(case, plan.value)
        first, plain, simplex = arcs.first(), arcs.cheapest(arcs.seconds), arcs.by_networkx()
        assert case.amounts(plan) == first, number
        assert arcs.settled(plain) == first, number
        assert arcs.settled(simplex) == first, number
        doubtful += plain != first or simplex != first
    assert doubtful > 500


def by_programmes(arcs: Arcs) -> list[int]:
    """The plan by linear programmes: least time, then one arc of the order after another."""
    nodes = {x: i for i, x in enumerate({x for arc in arcs.arcs for x in (arc.tail, arc.head)})}
    size = len(arcs.arcs)
    ends = [nodes[arc.head] for arc in arcs.arcs] + [nodes[arc.tail] for arc in arcs.arcs]
    signs = np.repeat([1.0, -1.0], size)
    conserved = csr_array((signs, (ends, [*range(size)] * 2)), shape=(len(nodes), size))
    net = np.zeros(len(nodes))
    net[nodes[ROOT]], net[nodes[GOAL]] = -arcs.value, arcs.value
    bounds = [(0, most) for most in arcs.limits]

    def least(cost: NDArray[np.float64], rows: Any, sums: NDArray[np.float64]) -> Any:
        found = linprog(cost, A_eq=rows, b_eq=sums, bounds=bounds)
        assert found.status == 0
        return found

    seconds = np.array(arcs.seconds, dtype=float)
    time = round(least(seconds, conserved, net).fun)
    rows, sums = vstack([conserved, csr_array(seconds[np.newaxis])]), np.append(net, time)
    for e in arcs.order:
        wanted = np.zeros(size)
        wanted[e] = -1
        most = round(-least(wanted, rows, sums).fun)
        bounds[e] = (most, most)
    return [round(kg) for kg in least(seconds, rows, sums).x]


def test_the_rule_against_highs(tied: Any) -> None:
    for number in range(1_000, 1_020):
        case = tied(number)
        plan = case.problem().plan(*case.limits)
        assert case.amounts(plan) == by_programmes(Arcs.of(case, plan.value)), number


def test_what_leads_nowhere_changes_nothing(tied: Any) -> None:
    rng = np.random.default_rng(0)
    for number in range(300):
        case = tied(number)
        graph, n = case.graph, len(case.graph.places)
        # An island of three places, and two places on dead ends; ids fall between the others.
        more = [f"p{rng.integers(n)}{letter}" for letter in "abcde"]
        pairs = [(more[0], more[1]), (more[1], more[2])]
        pairs += [(graph.places[rng.integers(n)], more[i]) for i in (3, 4)]
        rows = [(f"r{rng.integers(20):02}{x[-1]}{y}", x, y, 1, 1.0) for x, y in pairs]
        rows += [
            (graph.roads[r], graph.places[graph.a[r]], graph.places[graph.b[r]], int(s), 1.0)
            for r, s in enumerate(graph.seconds)
        ]
        larger = Graph.build([*graph.places, *more], rows)
        places = [larger.place_index[name] for name in graph.places]
        roads = [larger.road_index[name] for name in graph.roads]
        road_kg, place_kg = np.full((len(rows), 2), 5), np.full(n + 5, UNLIMITED)
        road_kg[roads], place_kg[places] = case.roads, case.places
        ends = ([places[i] for i in which] for which in (case.sources, case.sinks))
        plan = FlowProblem(larger, *ends).plan(road_kg, place_kg, case.supply, case.demand)
        before = case.problem().plan(*case.limits)
        assert plan.road_flow[roads].tolist() == before.road_flow.tolist(), number
        assert plan.source_flow.tolist() == before.source_flow.tolist()
        assert plan.value == before.value


def test_plans_without_a_solver_are_the_same(tied: Any) -> None:
    for case in (tied(number) for number in range(500)):
        # What is open has no limit, so the fastest ways can always be taken.
        limits = [np.where(kg > 0, UNLIMITED, 0) for kg in (case.roads, case.places, case.supply)]
        demand = np.minimum(case.demand, 9)
        problem = case.problem()
        ways = FastestWays(problem, *limits)
        fastest = ways.plan(*limits[:2], demand)
        assert fastest is not None
        plan = problem.plan(*limits, demand)
        assert vector(fastest) == vector(plan)
        assert ways.routes(fastest) == decompose(problem, plan)
        certify(problem, fastest, *limits, demand)


def test_what_was_planned_before_changes_nothing(tied: Any) -> None:
    rng = np.random.default_rng(0)
    case = tied(7)
    problem = case.problem()
    for _ in range(100):
        roads = rng.integers(0, 6, case.roads.shape)
        plan = problem.plan(roads, *case.limits[1:])
        assert vector(plan) == vector(case.problem().plan(roads, *case.limits[1:]))


@pytest.mark.parametrize("least", [0, -2])
def test_prices_are_lowered_alike_whether_all_arcs_are_looked_at_or_some(
    monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    # where some arcs cost less than nothing there often is a circle that does, and no end
    for seed in range(40):
        rng = np.random.default_rng(seed)
        tail, head = rng.integers(0, 12, (2, 30))
        cost, begun = rng.integers(least, 9, 30), rng.integers(0, 40, 12)
        for rounds in (None, 2):
            found = []
            for many in (0, 31):
                monkeypatch.setattr(ties, "MANY_ARCS", many)
                price = begun.copy()
                found.append((lower(price, tail, head, cost, rounds), price.tolist()))
            assert found[0] == found[1]
            assert found[0][0] == bool((price[tail] + cost >= price[head]).all()) or rounds == 2
            assert found[0][0] or rounds == 2 or least < 0
