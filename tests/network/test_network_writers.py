"""One table written by several writers gives one answer, that of networkx."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import api

Row = tuple[int, int, int, int]
"""Ends (from 1), capacity, km; one-way."""


def write_csv(rows: list[Row], folder: Path) -> Path:
    path = folder / "t.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows([("From", "TO", "Capacity", "km"), *rows])
    return path


def point(place: int) -> tuple[float, float]:
    """Longitude and latitude of a place, on a circle, so that no three lie on a line."""
    angle = 2.4 * place
    return round(37 + np.cos(angle), 6), round(36 + np.sin(angle), 6)


def write_geojson(rows: list[Row], folder: Path) -> Path:
    path = folder / "t.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"u": a, "v": b, "capacity": c, "length": 1000 * km, "oneway": True},
            "geometry": {"type": "LineString", "coordinates": [point(a), point(b)]},
        }
        for a, b, c, km in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def graph_of(rows: list[Row]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for a, b, c, km in rows:
        graph.add_edge(str(a), str(b), capacity=c, km=float(km))
    return graph


def write_networkx(rows: list[Row], folder: Path) -> Path:
    nx.write_graphml(graph_of(rows), folder / "n.graphml")
    return folder / "n.graphml"


def write_igraph(rows: list[Row], folder: Path) -> Path:
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph.TupleList(
        [(str(a), str(b), c, km) for a, b, c, km in rows], directed=True,
        edge_attrs=["capacity", "km"],
    )  # fmt: skip
    graph.write_graphml(str(folder / "i.graphml"))
    return folder / "i.graphml"


def write_tntp(rows: list[Row], folder: Path) -> Path:
    path = folder / "t_net.tntp"
    links = "".join(f"\t{a}\t{b}\t{c}\t{km}\t{km}\t0.15\t4\t;\n" for a, b, c, km in rows)
    path.write_text(
        f"<FIRST THRU NODE> 1\n<NUMBER OF LINKS> {len(rows)}\n<END OF METADATA>\n{links}"
    )
    return path


def write_dimacs(rows: list[Row], folder: Path) -> Path:
    path = folder / "t.max"
    arcs = "".join(f"a {a} {b} {c}\n" for a, b, c, _ in rows)
    path.write_text(f"c made\np max 6 {len(rows)}\nn 1 s\nn 2 t\n{arcs}")
    return path


def write_gmns(rows: list[Row], folder: Path) -> Path:
    path = folder / "gmns"
    path.mkdir()
    links = "".join(f"{i},{a},{b},1,{km},{c},1\n" for i, (a, b, c, km) in enumerate(rows))
    head = "link_id,from_node_id,to_node_id,directed,length,capacity,lanes\n"
    (path / "link.csv").write_text(head + links)
    nodes = "".join(f"{n},{point(n)[0]},{point(n)[1]}\n" for n in range(1, 7))
    (path / "node.csv").write_text("node_id,x_coord,y_coord\n" + nodes)
    (path / "config.csv").write_text("dataset_name,long_length\nmade,km\n")
    return path


def write_geopackage(rows: list[Row], folder: Path) -> Path:
    raw = pytest.importorskip("pyogrio.raw")
    import shapely

    shapes = shapely.linestrings([[point(a), point(b)] for a, b, _, _ in rows])
    columns = list(zip(*rows, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.write(
            folder / "t.gpkg", shapely.to_wkb(shapes),
            [np.array([str(v) for v in columns[0]], dtype=object),
             np.array([str(v) for v in columns[1]], dtype=object),
             np.array(columns[2]), np.array(columns[3], dtype=float), np.ones(len(rows), bool)],
            np.array(["from", "to", "capacity", "km", "oneway"], dtype=object),
            geometry_type="LineString", crs="EPSG:4326", driver="GPKG",
        )  # fmt: skip
    return folder / "t.gpkg"


WRITERS: tuple[Callable[[list[Row], Path], Path], ...] = (
    write_csv, write_geojson, write_networkx, write_igraph, write_tntp, write_dimacs, write_gmns,
    write_geopackage,
)  # fmt: skip


@settings(
    derandomize=True, max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 5), st.integers(1, 9)),
        min_size=4, max_size=12,
    )
)  # fmt: skip
def test_one_table_by_all_writers_gives_one_answer(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    # places 1 and 2 are always there, two roads can be lost, and none joins a place to itself
    rows = [(1, 2, 1, 1), (2, 1, 1, 1), *(row for row in rows if row[0] != row[1])]
    graph = nx.DiGraph()
    for a, b, c, _ in rows:
        before = graph.get_edge_data(str(a), str(b), {"capacity": 0})["capacity"]
        graph.add_edge(str(a), str(b), capacity=before + c)
    value = nx.maximum_flow_value(graph, "1", "2")
    least = attacked(rows)
    for write in WRITERS:
        net = api.Network.from_file(write(rows, tmp_path_factory.mktemp("made")))
        what = write.__name__
        assert net.max_flow("1", "2").value == value, what
        frontier = net.interdict("1", "2", 2).document()["frontier"]
        assert [row["flow"] for row in frontier] == least, what
        ranked = net.rank("1", "2", targets="roads").document()["rank"] if value else []
        worst = max((row["loss"] for row in ranked), default=0)
        assert worst == value - least[1], what
        if what != "write_dimacs":  # which states no length
            assert sorted(net.roads.graph.km.tolist()) == sorted(km for *_, km in rows), what


def attacked(rows: list[Row]) -> list[int]:
    """The least flow from 1 to 2 that none, one and two lost rows leave, by trying all."""

    def flow(lost: tuple[int, ...]) -> int:
        graph = nx.DiGraph()
        graph.add_nodes_from(["1", "2"])
        for i, (a, b, c, _) in enumerate(rows):
            if i not in lost:
                before = graph.get_edge_data(str(a), str(b), {"capacity": 0})["capacity"]
                graph.add_edge(str(a), str(b), capacity=before + c)
        return int(nx.maximum_flow_value(graph, "1", "2"))

    found = [min(map(flow, combinations(range(len(rows)), k))) for k in range(3)]
    return [min(found[: k + 1]) for k in range(3)]
