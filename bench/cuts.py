"""Cuts side by side with what a user would write instead: same networks, same answers.

Run ``python bench/cuts.py`` (a few minutes on one core; ``--quick`` for one). Each line names the
baseline, gives both times and the ratio, and is printed only after both answers were found equal.
Where a baseline would take hours it is timed on a sample of the places and scaled up, which
the line says. Peers that are not installed (pyomo with highspy, igraph) are named as such; they
run in a process of their own, since OR-tools and highspy cannot share one.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.network import UNLIMITED, FlowProblem, Graph
from sim.network.arcs import ArcNetwork, targets_of
from sim.network.interdict import Interdiction
from sim.network.residual import Residual
from sim.network.wood import solve_wood
from sim.network_case import graph_of_network

ROOT = Path(__file__).parents[1]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def line(what: str, ours: float, peer: str, theirs: float, same: bool, note: str = "") -> None:
    """One comparison; stops the run where the answers differ."""
    if not same:
        raise SystemExit(f"{what}: the answers of supply-axis and {peer} differ")
    ratio = f"{theirs / ours:10.1f} x"
    print(f"{what:46} {ours:10.4f} s   {peer:34} {theirs:10.3f} s {ratio}  {note}", flush=True)


def grid(places: int, seed: int = 1) -> tuple[Graph, np.ndarray]:
    """Two-way roads on a square raster, a tenth missing, capacities 10 to 199."""
    side = round(places**0.5)
    rng = np.random.default_rng(seed)
    index = np.arange(side * side).reshape(side, side)
    a = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    b = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    keep = rng.random(len(a)) < 0.9
    a, b = a[keep], b[keep]
    graph = Graph(
        tuple(f"{i:07}" for i in range(side * side)), tuple(f"{i:07}" for i in range(len(a))),
        a, b, rng.integers(60, 3600, len(a)), np.ones(len(a)),
    )  # fmt: skip
    amounts = rng.integers(10, 200, len(a))
    return graph, np.column_stack([amounts, amounts])


def digraph(graph: Graph, roads: np.ndarray) -> Any:
    """The network as networkx takes it (no parallel roads here)."""
    import networkx as nx

    made = nx.DiGraph()
    ends = zip(graph.a.tolist(), graph.b.tolist(), roads.tolist(), strict=True)
    for a, b, (there, back) in ends:
        made.add_edge(a, b, capacity=there)
        made.add_edge(b, a, capacity=back)
    return made


def repeated(rounds: int) -> None:
    """The same network again and again with other roads lost."""
    import networkx as nx
    from networkx.algorithms.flow import build_residual_network, preflow_push
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    from sim.scenario.loader import load_network

    files = sorted((ROOT / "scenarios" / "networks").glob("*.yaml"))
    graph, roads, _ = graph_of_network(load_network(max(files, key=lambda f: f.stat().st_size)))
    n, m = len(graph.places), len(graph.roads)
    roads = roads // 1000  # t/day, so that scipy's 32 bits suffice
    rng = np.random.default_rng(1)
    places = np.full(n, UNLIMITED)
    pairs = [rng.permutation(n)[:2].tolist() for _ in range(50)]
    ends = max(  # a pair with much to cut
        pairs, key=lambda pair: FlowProblem(graph, pair[:1], pair[1:]).max_flow(roads, places).value
    )
    states = [np.where(rng.random(m)[:, None] < 0.2, 0, roads) for _ in range(rounds)]
    problem = FlowProblem(graph, ends[:1], ends[1:])
    problem.max_flow(roads, places)
    full, values = timed(lambda: [problem.max_flow(s, places).value for s in states])
    net = ArcNetwork.build(graph, np.maximum(roads, 1), places, ends[:1], ends[1:])
    enough = net.capacity[len(net.road_arcs) :]
    what = f"{rounds} cuts of {n} places, {m} roads"

    def cuts() -> list[int]:
        return [net.solve(np.concatenate([s.ravel()[net.road_arcs], enough])).value for s in states]

    ours, same = timed(cuts)
    line(what, ours, "our own, with full certificate", full, same == values)

    def rebuilt() -> list[int]:
        return [int(nx.maximum_flow_value(digraph(graph, s), *ends)) for s in states]

    theirs, other = timed(rebuilt)
    line(what, ours, "networkx, rebuilt each time", theirs, other == values)
    whole = digraph(graph, np.maximum(roads, 1))
    residual = build_residual_network(whole, "capacity")

    def mutated() -> list[int]:
        found = []
        for state in states:
            for r, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
                residual[a][b]["capacity"] = int(state[r, 0])
                residual[b][a]["capacity"] = int(state[r, 1])
            solved = preflow_push(whole, *ends, residual=residual, value_only=True)
            found.append(int(solved.graph["flow_value"]))
        return found

    theirs, other = timed(mutated)
    line(what, ours, "networkx, one mutated residual", theirs, other == values)

    def by_scipy() -> list[int]:
        found = []
        for state in states:
            matrix = csr_array(
                (
                    state.ravel().astype(np.int32),
                    (
                        np.column_stack([graph.a, graph.b]).ravel(),
                        np.column_stack([graph.b, graph.a]).ravel(),
                    ),
                ),
                shape=(n, n),
            )
            found.append(int(maximum_flow(matrix, *ends).flow_value))
        return found

    theirs, other = timed(by_scipy)
    line(what, ours, "scipy maximum_flow (value only)", theirs, other == values)


def interdiction(sizes: list[int], budget: int) -> None:
    """The exact frontier against the dual program for its last budget alone."""
    for size in sizes:
        graph, roads = grid(size)
        side = round(size**0.5)
        sources = list(range(side))
        sinks = [side * side - 1 - i for i in range(side)]
        places = np.full(len(graph.places), UNLIMITED)
        targets = targets_of(graph, roads, places, kinds="roads")

        def net() -> ArcNetwork:
            return ArcNetwork.build(graph, roads, places, sources, sinks, targets=targets)

        ours, frontier = timed(lambda: Interdiction(net(), "lagrange").frontier(budget))
        what = f"interdiction, {size} places, K = 0..{budget}"
        last = frontier[-1]
        theirs, answer = timed(lambda: solve_wood(net(), budget, seconds=600))
        same = answer is not None and net().residual(answer.removed) == last.flow and last.proven
        line(what, ours, f"scipy milp, K = {budget} alone", theirs, same)
        peer("pyomo", what, ours, last.flow, net(), budget)


def ranking(sizes: list[int], sample: int) -> None:
    """Loss of every place against one solve each."""
    import networkx as nx

    for size in sizes:
        graph, roads = grid(size)
        n = len(graph.places)
        places = np.full(n, UNLIMITED)
        side = round(size**0.5)
        ends = [side * 3 + 3], [n - side * 3 - 4]
        targets = tuple(
            t for t in targets_of(graph, roads, places, kinds="places")
            if t.at not in (ends[0][0], ends[1][0])
        )  # fmt: skip

        def ours_() -> list[int]:
            net = ArcNetwork.build(graph, roads, places, *ends, targets=targets)
            return Residual.of(net).losses(range(len(targets)))

        ours, losses = timed(ours_)
        what = f"loss of each of {len(targets)} places"
        carrying = [i for i, loss in enumerate(losses) if loss]
        some = np.random.default_rng(1).permutation(len(targets))[: sample - 3].tolist()
        some = sorted({*some, *carrying[:3]})
        made = digraph(graph, roads)
        whole = nx.maximum_flow_value(made, ends[0][0], ends[1][0])

        def one_each() -> list[int]:
            found = []
            for i in some:
                place = targets[i].at
                kept = list(made.edges(place, data=True)) + list(made.in_edges(place, data=True))
                made.remove_node(place)
                found.append(int(whole - nx.maximum_flow_value(made, ends[0][0], ends[1][0])))
                made.add_edges_from(kept)
            return found

        theirs, other = timed(one_each)
        theirs *= len(targets) / len(some)
        same = other == [losses[i] for i in some]
        line(what, ours, "networkx, one solve each", theirs, same, f"scaled from {len(some)}")
        net = ArcNetwork.build(graph, roads, places, *ends, targets=targets)
        base = net.residual(())
        most = sorted({*some, *range(0, len(targets), max(1, len(targets) // 200))})
        theirs, other = timed(lambda: [base - net.residual([i]) for i in most])
        theirs *= len(targets) / len(most)
        same = other == [losses[i] for i in most]
        line(what, ours, "OR-tools, one solve each", theirs, same, f"scaled from {len(most)}")


def loading(sizes: list[int]) -> None:
    """From arrays to a certified cut, conversion included."""
    import networkx as nx

    for arcs in sizes:
        graph, roads = grid(round(arcs / 3.6))
        n = len(graph.places)
        ends = [n // 2 + round(n**0.5) // 2], [n // 4 + round(n**0.5) // 4]
        places = np.full(n, UNLIMITED)
        ours, flow = timed(lambda: FlowProblem(graph, *ends).max_flow(roads, places))
        what = f"one certified cut of {2 * len(graph.roads)} arcs"
        theirs, value = timed(
            lambda: nx.maximum_flow_value(digraph(graph, roads), ends[0][0], ends[1][0])
        )
        line(what, ours, "networkx, conversion included", theirs, value == flow.value)
        net = ArcNetwork.build(graph, roads, places, *ends)
        peer("igraph", what, ours, flow.value, net, 0)


def peer(name: str, what: str, ours: float, value: int, net: ArcNetwork, budget: int) -> None:
    """Run a peer that must not share this process."""
    arrays = {
        "tail": net.tail, "head": net.head, "capacity": net.capacity, "target": net.target,
        "root": net.root, "goal": net.goal, "budget": budget, "count": len(net.targets),
    }  # fmt: skip
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(arrays, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, __file__, "--peer", name, file.name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode == 3:
        print(f"{what:46} {ours:10.4f} s   {name} is not installed", flush=True)
        return
    if done.returncode:
        raise SystemExit(done.stderr)
    answer = json.loads(done.stdout.splitlines()[-1])
    line(what, ours, answer["name"], answer["seconds"], abs(answer["value"] - value) < 0.5)


def run_peer(name: str, path: str) -> None:
    """Solve the pickled arrays with a peer; prints its time and answer as JSON."""
    with open(path, "rb") as file:
        data = pickle.load(file)
    arcs = list(zip(data["tail"].tolist(), data["head"].tolist(), strict=True))
    amounts = data["capacity"].tolist()
    try:
        if name == "igraph":
            import igraph

            start = time.perf_counter()
            made = igraph.Graph(n=data["goal"] + 1, edges=arcs, directed=True)
            value = made.maxflow(data["root"], data["goal"], amounts).value
            label = "igraph, conversion included"
        else:
            import highspy  # noqa: F401
            import pyomo.environ as pe

            start = time.perf_counter()
            value = _pyomo(pe, data, arcs, amounts)
            label = f"Pyomo + HiGHS, K = {data['budget']} alone"
    except ImportError:
        raise SystemExit(3) from None
    print(json.dumps({"name": label, "seconds": time.perf_counter() - start, "value": value}))


def _pyomo(pe: Any, data: dict[str, Any], arcs: list[tuple[int, int]], amounts: list[int]) -> float:
    """Wood's dual program, written as a Pyomo user would."""
    model = pe.ConcreteModel()
    target = data["target"].tolist()
    enough = max(amounts)
    finite = [e for e, c in enumerate(amounts) if c < enough or target[e] >= 0]
    model.alpha = pe.Var(range(data["goal"] + 1), bounds=(0, 1))
    model.beta = pe.Var(finite, bounds=(0, 1))
    model.x = pe.Var(range(data["count"]), domain=pe.Binary)
    model.alpha[data["root"]].fix(0)
    model.alpha[data["goal"]].fix(1)
    known = set(finite)

    def cover(m: Any, e: int) -> Any:
        tail, head = arcs[e]
        paid = m.beta[e] if e in known else 0
        lost = m.x[target[e]] if target[e] >= 0 else 0
        return paid + lost >= m.alpha[head] - m.alpha[tail]

    model.cover = pe.Constraint(range(len(arcs)), rule=cover)
    model.budget = pe.Constraint(expr=sum(model.x[t] for t in model.x) <= data["budget"])
    model.cost = pe.Objective(expr=sum(amounts[e] * model.beta[e] for e in finite))
    solver = pe.SolverFactory("appsi_highs")
    solver.options["mip_rel_gap"] = 0
    solver.solve(model)
    return float(pe.value(model.cost))


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        run_peer(*options.peer)
        return
    quick = options.quick
    repeated(50 if quick else 300)
    interdiction([100, 1_000] if quick else [100, 1_000, 10_000], 5)
    ranking([1_000] if quick else [1_000, 10_000], 12)
    loading([10**5] if quick else [10**5, 10**6])


if __name__ == "__main__":
    main()
