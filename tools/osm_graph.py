"""The roads of OpenStreetMap round the shipped case, as a binary table for ``sim audit``.

From scgraph_data 2.0.0 (OpenStreetMap contributors, ODbL), which the extra ``bench`` installs.
Run ``python tools/osm_graph.py OUT.npz``. The result is not committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.network.graph import Graph
from sim.network.readers.binary import write_binary
from sim.network.readers.table import NetworkTable

sys.path.append(str(Path(__file__).parent.parent / "bench"))
from world import map_roads

BOX = (31.0, 39.0, 34.5, 45.0)
"""South, north, west and east (degrees): a margin round the case."""


def near(text: str) -> NetworkTable:
    """The roads of the map with both ends in the box."""
    where, tail, head, km = map_roads(text)
    south, north, west, east = BOX
    inside = (where[:, 0] > south) & (where[:, 0] < north)
    inside &= (where[:, 1] > west) & (where[:, 1] < east)
    kept = (tail < head) & inside[tail] & inside[head]
    tail, head, km = tail[kept], head[kept], km[kept]
    nodes, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    names = np.array([f"n{node:06}" for node in nodes])
    a, b = ends[: len(tail)], ends[len(tail) :]
    roads = np.array([f"{names[i]}--{names[j]}" for i, j in zip(a, b, strict=True)])
    order = np.argsort(roads)
    seconds = np.full(len(roads), 60)
    graph = Graph(
        tuple(names.tolist()), tuple(roads[order].tolist()), a[order], b[order], seconds, km[order]
    )
    ways = np.ones((len(roads), 2), dtype=np.int64)
    title = "the roads of OpenStreetMap in scgraph_data 2.0.0"
    return NetworkTable(graph, ways, ways[:, 0] > 0, 1, title, True, where[nodes])


def main() -> int:
    """Write the file that is named."""
    from world import map_text

    text = map_text()
    if text is None or len(sys.argv) != 2:
        print(__doc__ if text else "scgraph_data is not installed: pip install -e .[bench]")
        return 2
    table = near(text)
    write_binary(sys.argv[1], table)
    print(f"{sys.argv[1]}: {len(table.graph.places)} nodes, {len(table.graph.roads)} roads")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
