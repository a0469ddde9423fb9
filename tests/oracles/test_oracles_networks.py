"""Cuts, ranks and attacks on real networks that packages ship, against networkx.

Searched for: the lists of files of the packages of PyPI that deal in roads, pipes, wires or flows
(aequilibrae, flee, geodatasets, igraph, libpysal, momepy, networkx, osm2gmns, osmnx, pandana,
pandapower, path4gmns, pypsa, pyrosm, scgraph, snkit, spaghetti, wntr): most ship none, or fetch
them. Those of the table are read as files of the packages that ``make networks`` installs; none
of the packages is run, but networkx for its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
from collections.abc import Callable, Hashable
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import pytest

from sim import api

REPEATABLE = 4
MANY = 250
"""Roads beyond which a loss is tried of the likeliest alone."""


class Real(NamedTuple):
    """A network: what it is of, the package and version that ships it, the file, how it is read."""

    name: str
    package: str
    version: str
    file: str
    how: Callable[[Path, Path], api.Network]


def classes(folder: Path) -> dict[str, Path]:
    file = folder / "classes.csv"
    file.write_text("class,capacity\nmotorway,8\ntrunk,6\nprimary,5\nsecondary,3\n*,2\n")
    return {"class": file}


def of_extract(path: Path, folder: Path) -> api.Network:
    return api.Network.from_file(path, classes="motorway..residential", capacity_by=classes(folder))


def of_osmnx(path: Path, folder: Path) -> api.Network:
    return api.Network.from_file(path, capacity_by=classes(folder))


def of_layer(path: Path, folder: Path) -> api.Network:
    pytest.importorskip("pyogrio")
    return api.Network.from_file(path, default_capacity=1)


def of_pipes(path: Path, folder: Path) -> api.Network:
    """Water mains: the pipes of an EPANET file, by their diameter."""
    rows, inside = ["from,to,length_m,capacity,both"], False
    for line in path.read_text("latin-1").splitlines():
        words = line.partition(";")[0].split()
        if line.startswith("["):
            inside = line.upper().startswith("[PIPES]")
        elif inside and len(words) >= 5:
            rows.append(",".join((*words[1:5], "true")))
    return of_rows(rows, folder)


def of_wires(path: Path, folder: Path) -> api.Network:
    """Power lines and transformers of pandapower, by what they are rated for."""
    stored = json.loads(path.read_text("utf-8"))["_object"]
    rows = ["from,to,km,capacity,both"]
    for kind, names in (
        ("line", ("from_bus", "to_bus", "length_km", "max_i_ka")),
        ("trafo", ("hv_bus", "lv_bus", None, "sn_mva")),
    ):
        table = stored[kind]["_object"]
        frame = json.loads(table) if isinstance(table, str) else table
        at = [None if name is None else frame["columns"].index(name) for name in names]
        for row in frame["data"]:
            a, b, km, amount = (1 if k is None else row[k] for k in at)
            rows.append(f"b{a},b{b},{km},{amount:.3f},true")
    return of_rows(rows, folder)


def of_rows(rows: list[str], folder: Path) -> api.Network:
    (folder / "made.csv").write_text("\n".join(rows))
    return api.Network.from_file(folder / "made.csv")


def of_graph(make: Callable[[], Any]) -> Callable[[Path, Path], api.Network]:
    def read(path: Path, folder: Path) -> api.Network:
        graph = nx.Graph()
        for tail, head, data in make().edges(data=True):
            graph.add_edge(str(tail), str(head), capacity=data.get("weight", 1))
        nx.write_graphml(graph, folder / "made.graphml")
        return api.Network.from_file(folder / "made.graphml")

    return read


CASES, WATER = "networks/power_system_test_case_jsons", "library/networks"
NETWORKX = nx.__version__

NETWORKS = (
    Real("friends in a karate club", "networkx", NETWORKX, "", of_graph(nx.karate_club_graph)),
    Real("characters of Les Miserables", "networkx", NETWORKX, "",
         of_graph(nx.les_miserables_graph)),
    Real("families of Florence", "networkx", NETWORKX, "", of_graph(nx.florentine_families_graph)),
    Real("women of Davis", "networkx", NETWORKX, "", of_graph(nx.davis_southern_women_graph)),
    Real("streets in New York", "momepy", "0.11.0", "datasets/nyc_graph.graphml", of_osmnx),
    Real("streets in Prague", "momepy", "0.11.0", "datasets/bubenec.gpkg", of_layer),
    Real("Helsinki", "pyrosm", "0.25.0", "data/Helsinki.osm.pbf", of_extract),
    Real("a Finnish town", "pyrosm", "0.25.0", "data/test.osm.pbf", of_extract),
    Real("mains, Net1", "wntr", "1.5.0", f"{WATER}/Net1.inp", of_pipes),
    Real("mains, Net2", "wntr", "1.5.0", f"{WATER}/Net2.inp", of_pipes),
    Real("mains, Net3", "wntr", "1.5.0", f"{WATER}/Net3.inp", of_pipes),
    Real("mains, Net6", "wntr", "1.5.0", f"{WATER}/Net6.inp", of_pipes),
    Real("mains of Kentucky, ky4", "wntr", "1.5.0", f"{WATER}/ky4.inp", of_pipes),
    Real("mains of Kentucky, ky10", "wntr", "1.5.0", f"{WATER}/ky10.inp", of_pipes),
    Real("wires, IEEE 118", "pandapower", "3.5.6", f"{CASES}/case118.json", of_wires),
    Real("wires, IEEE 300", "pandapower", "3.5.6", f"{CASES}/case300.json", of_wires),
    Real("wires of Illinois", "pandapower", "3.5.6", f"{CASES}/case_illinois200.json", of_wires),
    Real("wires of Iceland", "pandapower", "3.5.6", f"{CASES}/iceland.json", of_wires),
    Real("wires of Great Britain", "pandapower", "3.5.6", f"{CASES}/GBnetwork.json", of_wires),
    Real("wires of France", "pandapower", "3.5.6", f"{CASES}/case1888rte.json", of_wires),
    Real("wires of Europe", "pandapower", "3.5.6", f"{CASES}/case2869pegase.json", of_wires),
    Real("wires of Poland", "pandapower", "3.5.6", f"{CASES}/case3120sp.json", of_wires),
)  # fmt: skip


def file_of(real: Real) -> Path:
    """The file in the installed package, which is not imported."""
    found = importlib.util.find_spec(real.package)
    try:
        installed = version(real.package)
    except PackageNotFoundError:
        installed = ""
    if found is None or not found.submodule_search_locations or installed != real.version:
        if "SIM_TESTS_NEED_NETWORKS" in os.environ:
            raise AssertionError(f"{real.package} {real.version} is not installed")
        pytest.skip(f"{real.package} {real.version} is not installed: 'make networks' does")
    return Path(found.submodule_search_locations[0]) / real.file


def simple(net: api.Network) -> nx.DiGraph:
    """The network for networkx: parallel roads as one, each way an arc."""
    graph = nx.DiGraph()
    for tail, head, data in net.to_networkx().edges(data=True):
        before = graph.get_edge_data(tail, head, {"capacity": 0})["capacity"]
        graph.add_edge(tail, head, capacity=before + data["capacity"])
    return graph


LARGE = {"Net6.inp", "ky4.inp", "ky10.inp", "GBnetwork.json", "case_illinois200.json",
         "case1888rte.json", "case2869pegase.json", "case3120sp.json"}  # fmt: skip


@pytest.mark.parametrize(
    "real",
    [
        pytest.param(
            real, id=real.name.replace(" ", "_"),
            marks=[pytest.mark.slow] * (Path(real.file).name in LARGE),
        )
        for real in NETWORKS
    ],
)  # fmt: skip
def test_a_real_network_is_cut_ranked_and_attacked_as_networkx_has_it(
    real: Real, tmp_path: Path
) -> None:
    net = real.how(file_of(real), tmp_path)
    graph = simple(net)
    roads = {
        road: (a, b, capacity)
        for road, a, b, _, capacity in net.to_frame().itertuples(index=False, name=None)
    }
    largest = max(nx.weakly_connected_components(graph), key=lambda c: (len(c), min(c)))
    places = sorted(largest, key=lambda p: (-graph.degree(p), p))[: max(12, len(largest) // 4)]
    luck = random.Random(REPEATABLE)
    asked = 0
    while asked < 2:
        begin, end = luck.sample(places, 2)
        value, flow = nx.maximum_flow(graph, begin, end)
        if value == 0:
            asked += 1  # one-way streets may lead nowhere
            continue
        asked += 1
        check(net, graph, roads, begin, end, value, flow)


def check(
    net: api.Network, graph: nx.DiGraph, roads: dict[str, tuple[Hashable, Hashable, float]],
    begin: str, end: str, value: float, flow: dict[Any, dict[Any, float]],
) -> None:  # fmt: skip
    """Cut, rank and attacks between two places, each against networkx."""
    two_way = dict(zip(net.roads.graph.roads, net.roads.two_way.tolist(), strict=True))

    def without(lost: list[str]) -> float:
        left = graph.copy()
        for road in lost:
            a, b, capacity = roads[road]
            for tail, head in ((a, b), (b, a))[: 1 + two_way[road]]:
                left[tail][head]["capacity"] -= capacity
        return float(nx.maximum_flow_value(left, begin, end))

    cut = net.min_cut(begin, end)
    assert cut.value == pytest.approx(value, abs=1e-9)
    assert without(list(cut.cut)) == pytest.approx(0, abs=1e-9)

    ranked = net.rank(begin, end, targets="roads", top=5).document()["rank"]
    for row in ranked:
        assert value - without([row["name"]]) == pytest.approx(row["loss"], abs=1e-9)
    # a road loses no more than flows over its two ends in any largest flow
    used = [
        road for road, (a, b, _) in roads.items()
        if flow[a].get(b, 0) > 0 or (two_way[road] and flow[b].get(a, 0) > 0)
    ]  # fmt: skip
    if len(roads) <= MANY:
        worst = max(value - without([road]) for road in used)
        assert ranked[0]["loss"] == pytest.approx(worst, abs=1e-9)

    attacks = net.interdict(begin, end, 2).document()["frontier"]
    assert attacks[1]["flow"] == pytest.approx(value - ranked[0]["loss"], abs=1e-9)
    for attack in attacks:
        assert attack["proven"]
        assert without(list(attack["removed"])) == pytest.approx(attack["flow"], abs=1e-9)
    # no pair of the three that lose most alone does better than the proven best
    worst_three = [row["name"] for row in ranked[:3]]
    for pair in combinations(worst_three, 2):
        assert without(list(pair)) >= attacks[2]["flow"] - 1e-9
