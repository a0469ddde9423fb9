"""Flows and cuts on random networks against networkx, HiGHS and every cut there is."""

from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import lil_array

from sim.network import UNLIMITED, Flow, FlowProblem, Graph, certify, decompose

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)

# Cuts are compared as (arcs, places, supplies, demands).
Members = tuple[Any, Any, Any, Any]


def members(cut: Any) -> Members:
    return cut.arcs, cut.places, cut.supplies, cut.demands


def members_of(names: list[tuple[str, int, int]]) -> Members:
    """The same from names of arcs of a case."""
    arcs = tuple(sorted((i, way) for kind, i, way in names if kind == "road"))
    rest = [
        tuple(sorted(i for kind, i, _ in names if kind == wanted))
        for wanted in ("place", "supply", "demand")
    ]
    return arcs, rest[0], rest[1], rest[2]


@PROPERTY
@given(data=st.data())
def test_value_against_networkx(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=9, max_roads=22, limited=False))
    split = nx.DiGraph()
    split.add_nodes_from([("root", 0), ("goal", 0)])
    for tail, head, capacity, _ in case.arcs():
        # An edge without the attribute is unlimited; parallel roads become one edge.
        old = split.edges[tail, head].get("capacity") if split.has_edge(tail, head) else 0
        if capacity >= UNLIMITED or old is None:
            split.add_edge(tail, head)
            split.edges[tail, head].pop("capacity", None)
        else:
            split.add_edge(tail, head, capacity=old + capacity)
    flow = case.problem().max_flow(*case.limits)
    try:
        wanted = nx.maximum_flow_value(split, ("root", 0), ("goal", 0))
    except nx.NetworkXUnbounded:
        assert flow.unlimited
        assert flow.value == UNLIMITED
    else:
        assert not flow.unlimited
        assert flow.value == wanted


def programme(case: Any) -> tuple[Any, Any, Any, Any, list[tuple[float, float | None]], int]:
    """The same flow as a linear programme on unsplit places (its own formulation).

    Variables: roads both ways, then what each source sends and each sink takes. At every place
    inflow + sent = outflow + taken, and inflow + sent is within the place's capacity.
    """
    m, k, s = len(case.graph.roads), len(case.sources), len(case.sinks)
    n, size = len(case.graph.places), 2 * m + k + s
    arriving, leaving = lil_array((n, size)), lil_array((n, size))
    for r, (a, b) in enumerate(zip(case.graph.a, case.graph.b, strict=True)):
        leaving[a, 2 * r] = arriving[b, 2 * r] = 1
        leaving[b, 2 * r + 1] = arriving[a, 2 * r + 1] = 1
    for j, place in enumerate(case.sources):
        arriving[place, 2 * m + j] = 1
    for j, place in enumerate(case.sinks):
        leaving[place, 2 * m + k + j] = 1
    bounds = [
        (0.0, None if most >= UNLIMITED else float(most))
        for most in [*case.roads.ravel(), *case.supply, *case.demand]
    ]
    most_through = np.where(case.places >= UNLIMITED, 1e6, case.places.astype(float))
    return (arriving - leaving).tocsr(), arriving.tocsr(), most_through, size, bounds, 2 * m


@PROPERTY
@given(data=st.data())
def test_value_and_travel_time_of_the_plan_against_highs(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=8, max_roads=18))
    problem = case.problem()
    plan = problem.plan(*case.limits)
    assert not plan.unlimited  # every way has a road, and roads are limited here
    conserved, through, most, size, bounds, m2 = programme(case)
    n, k = len(case.graph.places), len(case.sources)
    sent = np.zeros(size)
    sent[m2 : m2 + k] = 1
    largest = linprog(
        -sent, A_ub=through, b_ub=most, A_eq=conserved, b_eq=np.zeros(n), bounds=bounds
    )
    assert largest.status == 0
    assert plan.value == round(-largest.fun)
    seconds = np.zeros(size)
    seconds[:m2] = np.repeat(case.graph.seconds, 2)
    fastest = linprog(
        seconds,
        A_ub=through,
        b_ub=most,
        A_eq=np.vstack([conserved.toarray(), sent]),
        b_eq=[*np.zeros(n), plan.value],
        bounds=bounds,
    )
    assert fastest.status == 0
    spent = int((plan.road_flow.sum(axis=1) * case.graph.seconds).sum())
    assert spent == round(fastest.fun)


def circles(flow: Flow, graph: Graph) -> bool:
    used = nx.DiGraph()
    ends = np.column_stack([graph.a, graph.b])
    used.add_edges_from((ends[r, w], ends[r, 1 - w]) for r, w in np.argwhere(flow.road_flow))
    return not nx.is_directed_acyclic_graph(used)


@PROPERTY
@given(data=st.data())
def test_plan_is_acyclic_and_its_routes_use_it_up(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=9, max_roads=22))
    problem, graph = case.problem(), case.graph
    plan = problem.plan(*case.limits)
    certify(problem, plan, *case.limits)
    assert plan.value == problem.max_flow(*case.limits).value
    assert not circles(plan, graph)
    routes = decompose(problem, plan)
    carried = np.zeros_like(plan.road_flow)
    sent = dict.fromkeys(case.sources, 0)
    taken = dict.fromkeys(case.sinks, 0)
    for route in routes:
        assert route.rate > 0
        assert len(set(route.places)) == len(route.places) == len(route.roads) + 1
        assert route.seconds == int(graph.seconds[list(route.roads)].sum())
        for road, (x, y) in zip(
            route.roads, zip(route.places, route.places[1:], strict=False), strict=True
        ):
            assert {x, y} == {graph.a[road], graph.b[road]}
            carried[road, int(graph.a[road] != x)] += route.rate
        sent[route.source] += route.rate
        taken[route.sink] += route.rate
    assert np.array_equal(carried, plan.road_flow)
    assert list(sent.values()) == plan.source_flow.tolist()
    assert list(taken.values()) == plan.sink_flow.tolist()
    assert [r.seconds for r in routes] == sorted(r.seconds for r in routes)


def spread(arcs: list[tuple[Any, Any]], start: Any) -> set[Any]:
    seen, queue = {start}, [start]
    while queue:
        at = queue.pop()
        for tail, head in arcs:
            if tail == at and head not in seen:
                seen.add(head)
                queue.append(head)
    return seen


@PROPERTY
@given(data=st.data())
def test_cuts_are_the_extreme_ones_of_the_residual(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=9, max_roads=22))
    flow = case.problem().max_flow(*case.limits)
    arcs, amounts = case.arcs(), case.amounts(flow)
    residual = [
        (arc.tail, arc.head) for arc, x in zip(arcs, amounts, strict=True) if x < arc.capacity
    ]
    residual += [(arc.head, arc.tail) for arc, x in zip(arcs, amounts, strict=True) if x > 0]
    near = spread(residual, ("root", 0))
    to_goal = spread([(head, tail) for tail, head in residual], ("goal", 0))

    def leading(out: Any, into: Any) -> Members:
        return members_of(
            [arc.name for arc in arcs if out(arc.tail) and into(arc.head) and arc.capacity]
        )

    assert members(flow.cut) == leading(lambda x: x in near, lambda x: x not in near)
    far = leading(lambda x: x not in to_goal, lambda x: x in to_goal)
    assert members(flow.cut.sink_side_cut or flow.cut) == far
    assert flow.cut.unique == (members(flow.cut) == far)
    passed = [("out", i) in near for i in range(len(case.graph.places))]
    assert flow.cut.source_side.tolist() == passed


@PROPERTY
@given(data=st.data())
def test_unique_and_canonical_against_every_cut(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases(max_places=4, max_roads=7))
    flow = case.problem().max_flow(*case.limits)
    arcs = case.arcs()
    nodes = [(kind, i) for kind in ("in", "out") for i in range(len(case.graph.places))]
    smallest: list[tuple[int, Members]] = []
    best = None
    for chosen in product([False, True], repeat=len(nodes)):
        side = {node for node, on in zip(nodes, chosen, strict=True) if on} | {("root", 0)}
        out = [a for a in arcs if a.capacity and a.tail in side and a.head not in side]
        held = sum(a.capacity for a in out)
        if best is None or held < best:
            best, smallest = held, []
        if held == best:
            smallest.append((len(side), members_of([a.name for a in out])))
    assert flow.value == best
    distinct = {cut for _, cut in smallest}
    assert flow.cut.unique == (len(distinct) == 1)
    # The smallest source side is one and only (minimum cuts form a lattice).
    assert members(flow.cut) == min(smallest)[1]
    assert members(flow.cut.sink_side_cut or flow.cut) == max(smallest)[1]


@PROPERTY
@given(data=st.data())
def test_more_capacity_never_carries_less(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases())
    problem = case.problem()
    value = problem.max_flow(*case.limits).value
    part = data.draw(st.sampled_from([i for i in range(4) if case.limits[i].size]))
    limits = [array.copy() for array in case.limits]
    where = data.draw(st.integers(0, limits[part].size - 1))
    limits[part].flat[where] = min(UNLIMITED, limits[part].flat[where] + 2)
    more = problem.max_flow(*limits).value
    assert value <= more <= value + 2
    # Only what is in every minimum cut can raise the value (a closed road is named in none).
    if more > value and part == 0 and case.roads.flat[where] > 0:
        assert divmod(where, 2) in problem.max_flow(*case.limits).cut.arcs


@PROPERTY
@given(data=st.data())
def test_names_and_order_change_neither_value_nor_cut(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases())
    graph = case.graph
    n, m = len(graph.places), len(graph.roads)
    place_rank = data.draw(st.permutations(range(n)))  # new index of each place
    road_rank = data.draw(st.permutations(range(m)))
    flipped = data.draw(st.lists(st.booleans(), min_size=m, max_size=m))
    rows = []
    for r in range(m):
        ends = [f"q{place_rank[graph.a[r]]}", f"q{place_rank[graph.b[r]]}"]
        a, b = ends[::-1] if flipped[r] else ends
        rows.append((f"s{road_rank[r]:02}", a, b, int(graph.seconds[r]), float(graph.km[r])))
    other = Graph.build([f"q{i}" for i in range(n)], data.draw(st.permutations(rows)))
    sources = data.draw(st.permutations(range(len(case.sources))))
    sinks = data.draw(st.permutations(range(len(case.sinks))))
    roads, places = np.zeros_like(case.roads), np.zeros_like(case.places)
    for r in range(m):
        roads[road_rank[r]] = case.roads[r, ::-1] if flipped[r] else case.roads[r]
    places[list(place_rank)] = case.places
    problem = FlowProblem(
        other,
        [place_rank[case.sources[j]] for j in sources],
        [place_rank[case.sinks[j]] for j in sinks],
    )
    renamed = problem.max_flow(roads, places, case.supply[sources], case.demand[sinks])
    flow = case.problem().max_flow(*case.limits)
    assert renamed.value == flow.value
    assert renamed.cut.unique == flow.cut.unique
    for old, new in ((flow.cut, renamed.cut), (flow.cut.sink_side_cut, renamed.cut.sink_side_cut)):
        if old is None or new is None:
            assert old is new
            continue
        ways = sorted((road_rank[r], way ^ flipped[r]) for r, way in old.arcs)
        assert list(new.arcs) == ways
        for mine, theirs in zip(members(old)[1:], members(new)[1:], strict=True):
            assert tuple(sorted(place_rank[i] for i in mine)) == theirs
