"""Cuts side by side with what a user would write instead: same networks, same answers.

Run ``make bench`` (ten minutes on one core; ``python bench/cuts.py --quick`` for one). Each line
names the baseline, gives both times (seconds of a processor, each side as often) and the ratio, and
is printed only after both answers were found equal. Of each library its fastest way is among them.
Where a baseline would take hours it is timed on a sample of the places and scaled up, which the
line says. Peers that are not installed are named as such; pyomo with highspy, and what reads a
file, run in a process of their own, since OR-tools and highspy cannot share one.

``--world`` takes the road map of the world in scgraph_data (OpenStreetMap contributors, ODbL;
1.6 million directed arcs, capacities drawn, for it has none) through the steps of a user.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim.cuts.from_scenario import graph_of_network
from sim.network import UNLIMITED, FlowProblem, Graph
from sim.network.arcs import ArcNetwork, Target, targets_of
from sim.network.interdict import Interdiction
from sim.network.many import compiled
from sim.network.residual import Residual
from sim.network.wood import solve_wood

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers" / "other_solvers.py"


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Seconds of a processor, the least of so many times, and result."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        result = work()
        spent.append(time.process_time() - start)
    return min(spent), result


def line(what: str, ours: float, peer: str, theirs: float, same: bool, note: str = "") -> None:
    """One comparison; stops the run where the answers differ."""
    if not same:
        raise SystemExit(f"{what}: the answers of supply-axis and {peer} differ")
    ratio = f"{theirs / ours:10.1f} x"
    print(f"{what:46} {ours:10.4f} s   {peer:44} {theirs:10.3f} s {ratio}  {note}", flush=True)


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


def bare_solver(graph: Graph, ends: list[int]) -> tuple[Any, np.ndarray]:
    """OR-tools' solver over the roads, then an arc from and one to the super nodes."""
    from ortools.graph.python import max_flow

    n = len(graph.places)
    solver = max_flow.SimpleMaxFlow()
    arcs = solver.add_arcs_with_capacity(
        np.append(np.column_stack([graph.a, graph.b]), [n, ends[1]]).astype(np.int32),
        np.append(np.column_stack([graph.b, graph.a]), [ends[0], n + 1]).astype(np.int32),
        np.zeros(2 * len(graph.roads) + 2, dtype=np.int64),
    )
    return solver, arcs


def repeated(rounds: int) -> None:
    """The same network again and again with other roads lost, by turns with each peer."""
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
    ways: dict[str, Way] = {
        "ours": lambda: [problem.max_flow(s, places).value for s in states],
        "OR-tools alone: value, no proof": by_ortools(graph, ends, states),
        "networkx as its tutorial goes": networkx_rebuilt(graph, ends, states),
        "networkx, Edmonds-Karp, one residual": networkx_kept(graph, ends, states),
        "scipy, one matrix: value": by_scipy(graph, ends, states),
    }
    ways |= by_packages(graph, ends, states)
    by_turns(f"{rounds} certified cuts of {n} places, {m} roads", ways)
    at_once(graph, roads, ends, 10 * rounds)


def by_turns(what: str, ways: dict[str, Way]) -> None:
    """Each way as often as the others, in turn; one line for each but the first, which is ours."""
    ours, *peers = ways
    spent: dict[str, list[float]] = {name: [] for name in ways}
    values: dict[str, list[int]] = {}
    for turn in range(TURNS):
        for name in list(ways) if turn % 2 else reversed(list(ways)):
            seconds, values[name] = timed(ways[name])
            spent[name].append(seconds)
    for name in peers:
        ratios = sorted(b / a for a, b in zip(spent[ours], spent[name], strict=True))
        note = f"{ratios[0]:.1f} to {ratios[-1]:.1f} in {TURNS} turns"
        same = values[name] == values[ours]
        line(what, median(spent[ours]), name, median(spent[name]), same, note)


Way = Callable[[], list[int]]
"""The largest flow of every state."""

TURNS = 5


def by_ortools(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One solver whose capacities are set anew: the floor of whatever calls it."""
    n = len(graph.places)
    solver, arcs = bare_solver(graph, ends)
    full = [np.append(s.ravel(), [UNLIMITED // 4] * 2) for s in states]

    def solve(capacity: np.ndarray) -> int:
        solver.set_arcs_capacity(arcs, capacity)
        solver.solve(n, n + 1)
        return int(solver.optimal_flow())

    return lambda: [solve(capacity) for capacity in full]


def networkx_rebuilt(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """A graph for each state, and the algorithm that networkx takes unless told."""
    import networkx as nx

    return lambda: [int(nx.maximum_flow_value(digraph(graph, s), *ends)) for s in states]


def networkx_undirected(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """A graph for each state as well, each road once, and the fastest algorithm on it."""
    import networkx as nx
    from networkx.algorithms.flow import edmonds_karp

    pairs = list(zip(graph.a.tolist(), graph.b.tolist(), strict=True))

    def solve(state: np.ndarray) -> int:
        made = nx.Graph()
        for (a, b), capacity in zip(pairs, state[:, 0].tolist(), strict=True):
            made.add_edge(a, b, capacity=capacity)
        return int(nx.maximum_flow_value(made, *ends, flow_func=edmonds_karp))

    return lambda: [solve(state) for state in states]


def networkx_kept(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One residual network whose capacities are set, and the fastest algorithm on this graph.

    In microseconds a state on one core: preflow-push, which is taken unless told, 868; shortest
    augmenting paths 635; Boykov-Kolmogorov 296; Dinitz 287; Edmonds-Karp 145.
    """
    from networkx.algorithms.flow import build_residual_network, edmonds_karp

    whole = digraph(graph, np.maximum(np.max(states, axis=0), 1))
    residual = build_residual_network(whole, "capacity")
    there = [residual[a][b] for a, b in zip(graph.a.tolist(), graph.b.tolist(), strict=True)]
    back = [residual[b][a] for a, b in zip(graph.a.tolist(), graph.b.tolist(), strict=True)]

    def solve(state: np.ndarray) -> int:
        for arc, capacity in zip(there, state[:, 0].tolist(), strict=True):
            arc["capacity"] = capacity
        for arc, capacity in zip(back, state[:, 1].tolist(), strict=True):
            arc["capacity"] = capacity
        solved = edmonds_karp(whole, *ends, residual=residual, value_only=True)
        return int(solved.graph["flow_value"])

    return lambda: [solve(state) for state in states]


def at_once(graph: Graph, roads: np.ndarray, ends: list[int], count: int) -> None:
    """So many states in one batch of compiled code, each proven, against networkx."""
    if not compiled():
        print("many states at once: the extra 'fast' is not installed")
        return
    from sim.network.kernel import solved

    lost = np.random.default_rng(2).random((count, len(graph.roads))) < 0.2
    states = [np.where(row[:, None], 0, roads) for row in lost]
    targets = [Target("road", road) for road in range(len(graph.roads))]
    free = np.full(len(graph.places), UNLIMITED)
    net = ArcNetwork.build(graph, roads, free, ends[:1], ends[1:], targets=targets)
    solved(net, lost[:1])  # loads the machine code
    ways: dict[str, Way] = {
        "ours": lambda: [int(v) for v in solved(net, lost).value],
        "networkx as its tutorial goes": networkx_rebuilt(graph, ends, states),
        "networkx, Edmonds-Karp, undirected, rebuilt": networkx_undirected(graph, ends, states),
        "networkx, Edmonds-Karp, one residual": networkx_kept(graph, ends, states),
        **by_packages(graph, ends, states),
    }
    by_turns(f"{count} certified cuts at once (fast)", ways)


def by_scipy(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One matrix whose entries are replaced."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    n, m = len(graph.places), len(graph.roads)
    tails = np.column_stack([graph.a, graph.b]).ravel()
    heads = np.column_stack([graph.b, graph.a]).ravel()
    matrix = csr_array((np.arange(2 * m, dtype=np.int32), (tails, heads)), shape=(n, n))
    order = matrix.data.copy()

    def solve(state: np.ndarray) -> int:
        matrix.data[:] = state.ravel()[order]
        return int(maximum_flow(matrix, *ends).flow_value)

    return lambda: [solve(state) for state in states]


def by_igraph(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One graph with a list of capacities for each state; it gives flow and cut, unproven."""
    import igraph

    pairs = np.column_stack([graph.a, graph.b, graph.b, graph.a]).reshape(-1, 2).tolist()
    made = igraph.Graph(len(graph.places), pairs, directed=True)
    return lambda: [int(made.maxflow(*ends, state.ravel().tolist()).value) for state in states]


def by_pymaxflow(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One graph, emptied and filled anew (Boykov and Kolmogorov 2004); value alone, unproven."""
    import maxflow

    n, made = len(graph.places), maxflow.Graph[int](len(graph.places), len(graph.roads))

    def solve(state: np.ndarray) -> int:
        made.reset()
        made.add_nodes(n)
        made.add_edges(graph.a, graph.b, *state.T)
        made.add_tedge(ends[0], 1 << 40, 0)
        made.add_tedge(ends[1], 0, 1 << 40)
        return int(made.maxflow())

    return lambda: [solve(state) for state in states]


def by_netgraph(graph: Graph, ends: list[int], states: list[np.ndarray]) -> Way:
    """One graph, and in one call what each state excludes of it; value alone, unproven."""
    import netgraph_core as ng

    m, most = len(graph.roads), np.max(states, axis=0)
    tails, heads = np.concatenate((graph.a, graph.b)), np.concatenate((graph.b, graph.a))
    made = ng.Graph(len(graph.places), tails, heads, most.T.ravel(), np.ones(2 * m, np.int64), 1)
    edge_of = np.argsort(made.input_positions())
    excluded = [
        made.eligibility([], edge_of[np.flatnonzero(state.T.ravel() == 0)].tolist())
        for state in states
    ]
    routing = ng.CentralizedTE(source_allocation=ng.SourceAllocation.OPTIMIZED)
    options = ng.EvaluationOptions(ng.FlowPolicyConfig(routing=routing))
    pairs = [([ends[0]], [ends[1]])] * len(states)

    def solve() -> list[int]:
        found = ng.evaluate_pairs(made, pairs, options, excluded)
        return [int(each.call_delivered) for each in found]

    return solve


PACKAGES: dict[str, tuple[str, Callable[[Graph, list[int], list[np.ndarray]], Way]]] = {
    "igraph": ("igraph, one graph: flow and cut", by_igraph),
    "maxflow": ("PyMaxflow, filled anew: value", by_pymaxflow),
    "netgraph_core": ("netgraph-core, exclusions in one call: value", by_netgraph),
}
"""Ways of packages that may not be installed, by what is imported."""


def by_packages(graph: Graph, ends: list[int], states: list[np.ndarray]) -> dict[str, Way]:
    """Those of the packages that are installed, by name; the others are named."""
    found = {}
    for package, (name, way) in PACKAGES.items():
        if importlib.util.find_spec(package) is not None:
            found[name] = way(graph, ends, states)
        else:
            print(f"{package} is not installed", flush=True)
    return found


def interdiction(sizes: list[int], budget: int) -> None:
    """The exact frontier against the dual program for its last budget alone."""
    for size in sizes:
        times = 3 if size < 10_000 else 1  # of ours and of the peer
        graph, roads = grid(size)
        side = round(size**0.5)
        sources = list(range(side))
        sinks = [side * side - 1 - i for i in range(side)]
        places = np.full(len(graph.places), UNLIMITED)
        targets = targets_of(graph, roads, places, kinds="roads")

        def net() -> ArcNetwork:
            return ArcNetwork.build(graph, roads, places, sources, sinks, targets=targets)

        whole, frontier = timed(lambda: Interdiction(net(), "lagrange").frontier(budget), times)
        ours, last = timed(lambda: Interdiction(net(), "lagrange").attack(budget), times)
        theirs, answer = timed(lambda: solve_wood(net(), budget, seconds=600), times)
        same = answer is not None and net().residual(answer.removed) == last.flow
        same &= last.proven and frontier[-1].flow == last.flow
        for mine, which in ((ours, f"K = {budget}"), (whole, f"K = 0..{budget}")):
            what = f"interdiction, {size} places, {which}"
            line(what, mine, f"scipy milp, K = {budget} alone", theirs, same)
        peer(
            "pyomo", last.flow, net(), budget,
            (f"interdiction, {size} places, K = {budget}", ours),
            (f"interdiction, {size} places, K = 0..{budget}", whole),
        )  # fmt: skip


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
            return Residual(net).losses(range(len(targets)))

        ours, losses = timed(ours_, 3)
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

        theirs, other = timed(one_each, 3)
        theirs *= len(targets) / len(some)
        same = other == [losses[i] for i in some]
        line(what, ours, "networkx, one solve each", theirs, same, f"scaled from {len(some)}")
        net = ArcNetwork.build(graph, roads, places, *ends, targets=targets)
        base = net.residual(())
        carried = FlowProblem(graph, *ends).max_flow(roads, places).place_flow
        tried = [i for i, target in enumerate(targets) if carried[target.at]]
        most = tried[:: max(1, len(tried) // 200)]
        theirs, other = timed(lambda: [base - net.residual([i]) for i in most], 3)
        same = other == [losses[i] for i in most] and not {*carrying} - {*tried}
        for peer_, count in (
            ("each", len(targets)),
            (f"each of {len(tried)} in a flow", len(tried)),
        ):
            scaled = theirs * count / len(most)
            line(what, ours, f"OR-tools, {peer_}", scaled, same, f"scaled from {len(most)}")


def loading(sizes: list[int]) -> None:
    """A network file on disk to a certified cut: reading, conversion and all."""
    from sim.network.readers import read_table
    from sim.network.readers.table import NetworkTable

    for arcs in sizes:
        graph, roads = grid(round(arcs / 3.6))
        n = len(graph.places)
        ends = graph.places[n // 2 + round(n**0.5) // 2], graph.places[n // 4 + round(n**0.5) // 4]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "edges.csv"
            names = graph.places
            rows = zip(graph.a.tolist(), graph.b.tolist(), roads[:, 0].tolist(), strict=True)
            text = "".join(f"{names[a]},{names[b]},{amount},true\n" for a, b, amount in rows)
            header = "from,to,capacity,both\n"
            file.write_text(header + "a,b,1,true\n")
            read_table(file)  # what is imported on first use is no part of either time
            file.write_text(header + text)

            def cut_of(table: NetworkTable) -> int:
                begin, end = (table.graph.place_index[name] for name in ends)
                problem = FlowProblem(table.graph, [begin], [end])
                return problem.max_flow(table.roads, table.places).value

            read, table = timed(lambda: read_table(file), 3)
            cut, value = timed(lambda: cut_of(table), 3)
            ours = read + cut
            what = f"CSV of {2 * len(graph.roads)} arcs"
            for name in ("networkx", "igraph"):
                answers = [ask([name, str(file), *ends]) for _ in range(3 if arcs < 10**6 else 1)]
                found = [answer for answer in answers if answer is not None]
                if not found:
                    print(f"{what:46} {ours:10.4f} s   {name} is not installed", flush=True)
                    continue
                same = all(answer["value"] == value for answer in found)
                whole, alone = (min(a[key] for a in found) for key in ("seconds", "cut"))
                line(f"{what}: read and cut", ours, name, whole, same)
                line(f"{what}: cut", cut, f"{name}, conversion included", alone, same)


def ask(arguments: list[str]) -> dict[str, Any] | None:
    """What a peer in a process of its own prints, None where it is not installed."""
    done = subprocess.run(
        [sys.executable, str(PEERS), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 3:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def peer(
    name: str, value: int, net: ArcNetwork, budget: int, *ours: tuple[str, float]
) -> None:  # fmt: skip
    """Set a peer that must not share this process beside times of ours."""
    arrays = {
        "tail": net.tail, "head": net.head, "capacity": net.capacity, "target": net.target,
        "root": net.root, "goal": net.goal, "budget": budget, "count": len(net.targets),
    }  # fmt: skip
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(arrays, file)
        file.flush()
        answer = ask([name, file.name])
    for what, seconds in ours:
        if answer is None:
            print(f"{what:46} {seconds:10.4f} s   {name} is not installed", flush=True)
        else:
            same = abs(answer["value"] - value) < 0.5
            line(what, seconds, answer["name"], answer["seconds"], same)


def main() -> None:
    """Run all comparisons, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--world", action="store_true", help="the road map of the world alone")
    options = parser.parse_args()
    quick = options.quick
    if not options.world:
        repeated(50 if quick else 300)
        interdiction([100, 1_000] if quick else [100, 1_000, 10_000], 5)
        ranking([1_000] if quick else [1_000, 10_000], 12)
        loading([10**5] if quick else [10**5, 10**6])
    if not quick:
        import world

        world.walk()


if __name__ == "__main__":
    main()
