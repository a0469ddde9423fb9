"""The road map of the world: loaded, one axis cut, ranked and interdicted, on one core.

From scgraph_data 2.0.0 (OpenStreetMap contributors, ODbL), which the extra ``bench`` installs;
nothing of it is kept. The map has lengths and no capacities, so whole numbers from 10 to 199
are drawn. The axis leads from every crossing within 25 km of Madrid to every one
within 25 km of Moscow. Run ``python bench/world.py``, or ``make bench``.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.network import FlowProblem
from sim.network.arcs import ArcNetwork, targets_of
from sim.network.interdict import Interdiction
from sim.network.readers import read_table
from sim.network.readers.binary import write_binary
from sim.network.residual import Residual

ENDS = {"Madrid": (40.4168, -3.7038), "Moscow": (55.7558, 37.6173)}
NEAR_KM = 25
KM_PER_DEGREE = 111.2


def map_text() -> str | None:
    """The text of the map's module: it is read, not imported, for that takes minutes."""
    found = importlib.util.find_spec("scgraph_data")
    if found is None or not found.submodule_search_locations:
        return None
    return (Path(found.submodule_search_locations[0]) / "world_highways.py").read_text("utf-8")


def numbers(text: str, dropped: str) -> np.ndarray:
    """All numbers of a literal as pairs."""
    blank = text.translate(str.maketrans(dict.fromkeys(dropped, " ")))
    return np.array(blank.split(), dtype=np.float64).reshape(-1, 2)


def map_roads(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where the crossings lie (n, 2), and tail, head and km of each way; each road has two."""
    roads = text[text.index("graph=[") + 7 :]
    roads = roads[: roads.index("]")]
    nodes = text[text.index("nodes=[") + 7 :]
    where = numbers(nodes[: nodes.index("]]")], "[],")
    head, km = numbers(roads, "{}:,").T
    tail = np.repeat(np.arange(len(where)), [part.count(":") for part in roads.split("}")[:-1]])
    return where, tail, head.astype(np.int64), km


def write_csv(text: str, file: Path) -> list[list[str]]:
    """The map as CSV with drawn capacities; the crossings near the two ends."""
    where, tail, head, km = map_roads(text)
    once = tail < head
    rng = np.random.default_rng(1)
    amounts = rng.integers(10, 200, int(once.sum()))
    rows = zip(
        tail[once].tolist(), head[once].tolist(), amounts.tolist(), km[once].tolist(),
        strict=True,
    )  # fmt: skip
    with file.open("w") as out:
        out.write("from,to,capacity,km,both\n")
        out.writelines(f"n{a:06},n{b:06},{amount},{km},true\n" for a, b, amount, km in rows)
    joined = np.bincount(np.concatenate([tail, head]), minlength=len(where)) > 0
    found = []
    for lat, lon in ENDS.values():
        east = (where[:, 1] - lon) * np.cos(np.radians(lat))
        near = np.hypot(where[:, 0] - lat, east) * KM_PER_DEGREE < NEAR_KM
        found.append([f"n{i:06}" for i in np.flatnonzero(near & joined)])
    return found


def walk() -> None:
    """All steps, each with its time and the peak of memory so far."""
    text = map_text()
    if text is None:
        print("scgraph_data is not installed: no road map of the world")
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        source, table = Path(folder) / "world.csv", Path(folder) / "world.npz"
        ends = write_csv(text, source)
        del text
        compact(source, table)
        begin = time.perf_counter()
        net = step("load the binary table", lambda: read_table(table))
    steps(net, ends)
    print(f"{'load, cut, rank and interdict':46} {time.perf_counter() - begin:10.2f} s")


def compact(source: Path, table: Path) -> None:
    """What ``sim import`` does: the CSV as a binary table."""
    read = step("read the CSV", lambda: read_table(source))
    step("write the binary table", lambda: write_binary(table, read))


def steps(net: Any, ends: list[list[str]]) -> None:
    """Cut, rank and interdict the axis."""
    index = net.graph.place_index
    axis = [[index[name] for name in names if name in index] for names in ends]
    arcs = int((net.roads > 0).sum())
    what = f"{len(net.graph.places)} places, {arcs} arcs"
    flow = step(
        f"certified cut, {what}",
        lambda: FlowProblem(net.graph, *axis).max_flow(net.roads, net.places),
    )
    print(f"    carries {flow.value} over {len(flow.cut.roads)} roads; only cut: {flow.cut.unique}")
    targets = targets_of(net.graph, net.roads, net.places, kinds="roads")

    def built() -> ArcNetwork:
        return ArcNetwork.build(net.graph, net.roads, net.places, *axis, targets=targets)

    top = step("the ten worst roads of all", lambda: Residual(built()).top(10))
    print(f"    losses {[loss for _, loss in top]}")
    frontier = step("interdicted, K = 0..5", lambda: Interdiction(built()).frontier(5))
    proven = all(attack.proven for attack in frontier)
    print(f"    leaves {[attack.flow for attack in frontier]}; proven: {proven}")


def step(what: str, work: Callable[[], Any]) -> Any:
    """Time one step."""
    start = time.perf_counter()
    result = work()
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:46} {spent:10.2f} s   peak {peak:5.2f} GiB", flush=True)
    return result


if __name__ == "__main__":
    walk()
