"""Published and hand-checked cases, each with its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.network.arcs import ArcNetwork, Target, targets_of
from sim.network.interdict import Interdiction, greedy
from sim.network.mincuts import minimum_cuts
from sim.network.readers import read_table

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


def net_of(path: Path, source: str, sink: str) -> tuple[ArcNetwork, int]:
    """Roads of a file as targets, with the file's scale."""
    table = read_table(path)
    graph = table.graph
    ends = [graph.place_index[source]], [graph.place_index[sink]]
    targets = targets_of(graph, table.roads, table.places, kinds="roads")
    net = ArcNetwork.build(graph, table.roads, table.places, *ends, targets=targets)
    return net, table.scale


def names(net: ArcNetwork, numbers: tuple[int, ...]) -> set[str]:
    return {net.name(number) for number in numbers}


# PyomoGallery, network_interdiction/max_flow (Sandia, BSD): its sample network and output.
PYOMO = """\
from,to,capacity
Start,B,10
Start,C,70
C,B,30
B,End,100
C,D,40
D,End,50
"""


@pytest.mark.parametrize("method", ["lagrange", "milp"])
def test_pyomo_gallery_max_flow(tmp_path: Path, method: str) -> None:
    path = tmp_path / "pyomo.csv"
    path.write_text(PYOMO)
    net, _ = net_of(path, "Start", "End")
    frontier = Interdiction(net, "milp" if method == "milp" else "lagrange").frontier(2)
    assert [(a.flow, a.proven) for a in frontier] == [(80, True), (10, True), (0, True)]
    assert names(net, frontier[1].removed) == {"Start->C"}
    assert [a.flow for a in greedy(net, 2)] == [80, 10, 0]


# Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, the network of the chapter
# on maximum flow: 23, with one minimum cut ({s, v1, v2, v4} against {v3, t}): 12 + 7 + 4.
CLRS = """\
from,to,capacity
s,v1,16
s,v2,13
v1,v3,12
v2,v1,4
v2,v4,14
v3,v2,9
v3,t,20
v4,v3,7
v4,t,4
"""


def test_clrs(tmp_path: Path) -> None:
    path = tmp_path / "clrs.csv"
    path.write_text(CLRS)
    net, _ = net_of(path, "s", "t")
    assert net.residual(()) == 23
    found = minimum_cuts(net)
    assert found.complete
    assert [{net.graph.roads[r] for r in c.roads} for c in found.cuts] == [
        {"v1->v3", "v4->v3", "v4->t"}
    ]
    # By hand: without v3->t only v4->t (4) reaches t. Then without v4->t nothing does.
    frontier = Interdiction(net).frontier(2)
    assert [a.flow for a in frontier] == [23, 4, 0]
    assert names(net, frontier[1].removed) == {"v3->t"}


def test_sioux_falls() -> None:
    # Transportation Networks for Research, Sioux Falls (24 nodes, 76 links), its capacities
    # taken as directed limits; academic use only, so the file is no part of this project.
    path = REFERENCE / "SiouxFalls_net.tntp"
    if not path.exists():
        pytest.skip("Sioux Falls is not at hand: it is for academic use and not shipped")
    net, scale = net_of(path, "1", "20")
    assert net.residual(()) / scale == pytest.approx(28361.654118, abs=1e-9)
    (cut,) = minimum_cuts(net).cuts
    assert {net.graph.roads[r] for r in cut.roads} == {"1->3", "2->6"}
    one = Interdiction(net).frontier(1)[1]
    assert one.proven
    assert one.flow / scale == pytest.approx(4958.180928, abs=1e-9)


def test_a_tntp_file_of_our_own(tmp_path: Path) -> None:
    # 1 -> 4 by 2 (3.5) and by 3 (min(2.25, 4)): 5.75; without 1->2 the way by 3 is left.
    path = tmp_path / "own.tntp"
    path.write_text(
        "<NUMBER OF LINKS> 4\n<END OF METADATA>\n~ init term capacity ;\n"
        "1 2 3.5 ;\n2 4 9 ;\n1 3 2.25 ;\n3 4 4 ;\n"
    )
    net, scale = net_of(path, "1", "4")
    frontier = Interdiction(net).frontier(2)
    assert [a.flow / scale for a in frontier] == [5.75, 2.25, 0]


def test_harris_and_ross(tmp_path: Path) -> None:
    # RAND RM-1573 (1955), figure 7, as transcribed: the bottleneck is 163 thousand tons.
    path = REFERENCE / "harris_ross_1955.csv"
    if not path.exists():
        pytest.skip("the transcription of Harris and Ross is not at hand")
    text = path.read_text()
    assert text.startswith("u,v,capacity\n")
    copy = tmp_path / "harris_ross.csv"
    rows = text.splitlines()[1:]
    copy.write_text("from,to,capacity,both\n" + "".join(f"{row},true\n" for row in rows))
    net, scale = net_of(copy, "0", "54")
    assert net.residual(()) == 163 * scale
    # Each step proven by prices and once more by the dual program.
    frontier = Interdiction(net, "lagrange").frontier(3)
    assert all(a.proven for a in frontier)
    assert [a.flow for a in frontier] == [a.flow for a in Interdiction(net, "milp").frontier(3)]


def test_a_place_that_may_fall_is_a_target_though_unlimited(tmp_path: Path) -> None:
    path = tmp_path / "pyomo.csv"
    path.write_text(PYOMO)
    table = read_table(path)
    graph = table.graph
    ends = graph.place_index["Start"], graph.place_index["End"]
    targets = targets_of(
        graph, table.roads, table.places, kinds="places",
        protected=[Target("place", i) for i in ends],
    )  # fmt: skip
    net = ArcNetwork.build(
        graph, table.roads, table.places, ends[:1], ends[1:], targets=targets
    )  # fmt: skip
    # Without C only Start-B-End (10) is left; B and C together are all ways.
    frontier = Interdiction(net).frontier(2)
    assert [a.flow for a in frontier] == [80, 10, 0]
    assert names(net, frontier[1].removed) == {"C"}
