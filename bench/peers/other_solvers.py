"""Other people's solvers of the questions of ``bench/cuts.py``, each in a process of its own.

``python bench/peers/other_solvers.py networkx|igraph FILE SOURCE SINK`` or ``pyomo FILE`` (a
pickle of arrays) prints seconds and answer as JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from typing import Any


def by_networkx(file: str, source: str, sink: str) -> dict[str, Any]:
    """CSV to graph to maximum flow, as its tutorial goes."""
    import csv

    import networkx as nx

    start = time.process_time()
    with open(file, encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    read = time.process_time()
    made = nx.DiGraph()
    for row in rows:
        made.add_edge(row["from"], row["to"], capacity=int(row["capacity"]))
        made.add_edge(row["to"], row["from"], capacity=int(row["capacity"]))
    value = nx.maximum_flow_value(made, source, sink)
    end = time.process_time()
    return {"seconds": end - start, "cut": end - read, "value": int(value)}


def by_igraph(file: str, source: str, sink: str) -> dict[str, Any]:
    """CSV to tuples to a graph to its maximum flow."""
    import csv

    import igraph

    start = time.process_time()
    with open(file, encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    read = time.process_time()
    both = [(r["from"], r["to"], int(r["capacity"])) for r in rows]
    both += [(r["to"], r["from"], int(r["capacity"])) for r in rows]
    made = igraph.Graph.TupleList(both, directed=True, edge_attrs=["capacity"])
    value = made.maxflow_value(
        made.vs.find(source).index, made.vs.find(sink).index, made.es["capacity"]
    )
    end = time.process_time()
    return {"seconds": end - start, "cut": end - read, "value": int(value)}


def by_pyomo(path: str) -> dict[str, Any]:
    """The dual program of the pickled arrays."""
    import highspy  # noqa: F401
    import pyomo.environ as pe

    with open(path, "rb") as file:
        data = pickle.load(file)
    arcs = list(zip(data["tail"].tolist(), data["head"].tolist(), strict=True))
    start = time.process_time()
    value = _pyomo(pe, data, arcs, data["capacity"].tolist())
    seconds = time.process_time() - start
    return {
        "name": f"Pyomo + HiGHS, K = {data['budget']} alone",
        "seconds": seconds,
        "value": value,
    }


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


def main(name: str, *arguments: str) -> None:
    """Be the peer; prints its time and answer as JSON. Exit code 3 where it is not installed."""
    try:
        answer = {"pyomo": by_pyomo, "igraph": by_igraph, "networkx": by_networkx}[name](*arguments)
    except ImportError:
        raise SystemExit(3) from None
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
