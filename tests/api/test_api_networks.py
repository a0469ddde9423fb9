"""Networks in Python against networkx: flows, cuts, attacks and rankings of random graphs."""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

import sim
from sim.api.axes import axis_at
from sim.base.errors import BadInputError

KINDS = (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)
SEEDS = st.integers(0, 2**32 - 1)


def random_graph(kind: Callable[[], Any], seed: int, capacities: Callable[[Any], Any]) -> Any:
    """Two to eight nodes (pairs of numbers), ``A`` and ``B`` first, and twenty edges at most."""
    rng = random.Random(seed)
    graph = kind()
    nodes = [(i // 3, i % 3) for i in range(rng.randint(2, 8))]
    graph.add_nodes_from(nodes)
    for _ in range(rng.randint(1, 20)):
        a, b = rng.sample(nodes, 2)
        graph.add_edge(a, b, capacity=capacities(rng))
    return graph


def whole(rng: random.Random) -> int:
    return rng.randint(0, 9)


def simple(graph: Any) -> Any:
    """The same graph without parallel edges, which networkx' flows do not take."""
    plain = nx.DiGraph()
    plain.add_nodes_from(graph)
    for a, b, data in graph.edges(data=True):
        for tail, head in ((a, b),) if graph.is_directed() else ((a, b), (b, a)):
            before = plain.edges[tail, head]["capacity"] if plain.has_edge(tail, head) else 0
            plain.add_edge(tail, head, capacity=before + data["capacity"])
    return plain


def largest(graph: Any, a: Any, b: Any) -> Any:
    return nx.maximum_flow_value(simple(graph), a, b, flow_func=nx.algorithms.flow.edmonds_karp)


A, B = (0, 0), (0, 1)


# --- against networkx ------------------------------------------------------------------------


@settings(max_examples=120, derandomize=True, deadline=None)
@given(st.sampled_from(KINDS), SEEDS)
def test_flows_and_cuts_are_those_of_networkx(kind: Callable[[], Any], seed: int) -> None:
    graph = random_graph(kind, seed, whole)
    network = sim.Network.from_networkx(graph)
    found, cut = network.max_flow(A, B), network.min_cut(A, B)
    assert found.value == found.exact == cut.value == largest(graph, A, B)

    # The flow keeps within its capacities, and is lost nowhere on the way.
    flows = found.to_networkx()
    assert set(flows) == set(graph)
    surplus = dict.fromkeys(flows, 0.0)
    for tail, head, data in flows.edges(data=True):
        assert 0 <= data["flow"] <= data["capacity"]
        surplus[tail] += data["flow"]
        surplus[head] -= data["flow"]
    ends = {A: found.value, B: -(found.value or 0)}
    assert surplus == {node: ends.get(node, 0) for node in flows}

    # What is cut held the flow, and without it none is left.
    cuts = cut.to_networkx()
    for edge in [e for *e, data in cuts.edges(keys=True, data="cut") if data]:
        cuts.remove_edge(*edge)
    assert largest(cuts, A, B) == 0
    held = found.to_frame().set_index("road").loc[list(cut.roads)]
    assert found.cut == cut.roads == cut.cut
    assert held["flow"].abs().sum() == found.value


def numbers(rng: random.Random) -> Any:
    return rng.choice(
        [Fraction(rng.randint(0, 9), rng.randint(1, 7)), Decimal(rng.randint(0, 99)) / 10, 2]
    )


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.sampled_from(KINDS), SEEDS)
def test_fractions_and_decimals_are_exact(kind: Callable[[], Any], seed: int) -> None:
    graph = random_graph(kind, seed, numbers)
    exact = graph.copy()
    for *_, data in exact.edges(data=True):
        data["capacity"] = Fraction(data["capacity"])
    assert sim.Network.from_networkx(graph).max_flow(A, B).exact == largest(exact, A, B)


def test_floats_are_the_digits_that_are_written_of_them() -> None:
    # 0.1 + 0.2 in floats is 0.30000000000000004; in tenths it is 3.
    network = sim.Network.from_edges([("a", "b", 0.1), ("a", "b", 0.2), ("b", "c", 1e3)])
    found = network.max_flow("a", "c")
    assert (found.exact, found.value) == (Fraction(3, 10), 0.3)
    # A third and a fifth have fifteenths in common.
    network = sim.Network.from_edges([("a", "b", Fraction(1, 3)), ("a", "b", Decimal("0.2"))])
    assert network.roads.scale == 15
    assert network.max_flow("a", "b").exact == Fraction(8, 15)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.sampled_from(KINDS), SEEDS)
def test_attacks_are_those_of_trying_all(kind: Callable[[], Any], seed: int) -> None:
    graph = random_graph(kind, seed, lambda rng: rng.randint(1, 9))
    graph.remove_edges_from(list(graph.edges)[9:])
    found = sim.Network.from_networkx(graph).interdict(A, B, 2)
    for k, attack in enumerate(found.attacks):
        left = []
        for lost in itertools.combinations(list(graph.edges), min(k, graph.number_of_edges())):
            rest = graph.copy()
            rest.remove_edges_from(lost)
            left.append(largest(rest, A, B))
        assert attack.proven
        assert attack.left == min(left)
    rest = found.to_networkx()
    rest.remove_edges_from([e for *e, lost in rest.edges(keys=True, data="removed") if lost])
    assert largest(rest, A, B) == found.left


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.sampled_from(KINDS), SEEDS)
def test_a_ranking_is_that_of_losing_each_in_turn(kind: Callable[[], Any], seed: int) -> None:
    graph = random_graph(kind, seed, whole)
    found = sim.Network.from_networkx(graph).rank(A, B, targets="places")
    before = largest(graph, A, B)
    losses = {row.name: row.loss for row in found.rows}
    for node in set(graph) - {A, B}:
        rest = graph.copy()
        rest.remove_node(node)
        assert losses.get(str(node), 0) == before - largest(rest, A, B)


# --- what is given ---------------------------------------------------------------------------


def test_nodes_are_named_as_they_were_given() -> None:
    graph = nx.grid_2d_graph(2, 3)
    nx.set_edge_attributes(graph, 1, "capacity")
    network = sim.Network.from_networkx(graph)
    # A node that is a tuple is one node; a list, or a tuple of nodes, is several.
    assert network.max_flow((0, 0), (1, 2)).value == 2
    assert network.max_flow([(0, 0), (1, 0)], (1, 2)).value == 2
    assert network.max_flow(((0, 0), (1, 0)), [(0, 2), (1, 2)]).value == 2
    assert set(network.to_networkx()) == set(graph)
    assert network.to_networkx().number_of_edges() == 2 * graph.number_of_edges()
    numbered = sim.Network.from_networkx(nx.convert_node_labels_to_integers(graph))
    assert numbered.max_flow(0, 5).value == numbered.max_flow("0", [5]).value == 2
    alone = nx.Graph([(0, 1, {"capacity": 1})])
    alone.add_node(2)
    assert sim.Network.from_networkx(alone).max_flow(0, 2).value == 0


def test_lengths_positions_and_loops_of_graphs() -> None:
    graph = nx.DiGraph(name="Net")
    graph.add_edge("a", "b", capacity=3, km=7, wide=5)
    graph.add_edge("b", "b", capacity=1)
    graph.add_node("a", pos=(20, 10))
    graph.add_node("b", y=11, x=21)
    network = sim.Network.from_networkx(graph)
    assert network.roads.title == "Net"
    assert network.to_frame().to_dict("records") == [
        {"road": "a->b", "from": "a", "to": "b", "km": 7.0, "capacity": 3.0}
    ]
    assert network.to_networkx().nodes["a"] == {"lat": 10.0, "lon": 20.0}
    assert network.to_networkx().nodes["b"] == {"lat": 11.0, "lon": 21.0}
    assert (
        sim.Network.from_networkx(graph, capacity="wide", default_capacity=1)
        .max_flow("a", "b")
        .value
        == 5
    )
    assert not sim.Network.from_networkx(graph).max_flow("b", "a").value


def test_rows_of_all_kinds_are_the_same_network(tmp_path: Path) -> None:
    rows = [("a", "b", 3, 5.0), ("b", "c", 2.5, 1.0)]
    columns = ["from", "to", "capacity", "km"]
    frame = pd.DataFrame(rows, columns=columns)
    (tmp_path / "net.csv").write_text(frame.to_csv(index=False))
    networks = [
        sim.Network.from_edges(rows),
        sim.Network.from_edges([dict(zip(columns, row, strict=True)) for row in rows]),
        sim.Network.from_edges(frame),
        sim.Network.from_file(tmp_path / "net.csv"),
    ]
    for network in networks:
        assert network.to_frame().to_dict() == networks[0].to_frame().to_dict()
        assert network.max_flow("a", "c").value == 2.5
        assert network.max_flow("c", "a").value == 0
    both = sim.Network.from_edges([{**row, "both": True} for row in frame.to_dict("records")])
    assert both.max_flow("c", "a").value == 2.5
    text = sim.Network.from_edges([{"from": "a", "to": "b", "capacity": "2", "both": "false"}])
    assert (text.max_flow("a", "b").value, text.max_flow("b", "a").value) == (2, 0)
    assert sim.Network.from_edges(rows, two_way=True).max_flow("c", "a").value == 2.5
    named = sim.Network.from_edges([{"from": "a", "to": "b", "capacity": 1, "id": "bridge"}])
    assert named.min_cut("a", "b").roads == ("bridge",)


def test_a_capacity_that_is_missing_is_refused_or_stated() -> None:
    rows = [("a", "b", 3), ("b", "c", None)]
    frame = pd.DataFrame(rows, columns=["from", "to", "capacity"])
    graph = nx.DiGraph([("a", "b", {"capacity": 3}), ("b", "c", {})])
    for make, given_ in (
        (sim.Network.from_edges, rows),
        (sim.Network.from_edges, frame),
        (sim.Network.from_networkx, graph),
    ):
        with pytest.raises(BadInputError, match="edge 'b' to 'c' states no capacity"):
            make(given_)
        assert make(given_, default_capacity=2).max_flow("a", "c").value == 2
        free = make(given_, default_capacity=math.inf)
        assert free.max_flow("a", "c").value == 3
        without = free.max_flow("b", "c")
        assert (without.value, without.exact) == (None, None)
        assert "without limit" in repr(without)


def test_a_network_file_in_yaml_has_names_coordinates_and_bounded_places(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        "format: 1\ntitle: Net\nclasses: {road: {speed: 50 km/h, capacity: 20 t/day}}\n"
        "places:\n  a: {name: Alpha, lat: 0, lon: 0}\n  b: {lat: 0, lon: 1, capacity: 7 t/day}\n"
        "  c: {lat: 1, lon: 0}\n"
        "roads:\n  a--b: {km: 10, class: road}\n  b--c: {km: 10, class: road}\n"
    )
    network = sim.Network.from_file(tmp_path / "net.yaml")
    cut = network.min_cut("a", "c")
    assert (cut.value, cut.places, cut.roads, cut.unique) == (7_000, ("b",), (), True)
    assert cut.near(13_000).cuts[-1].holds == 20_000
    assert isinstance(network.plot(), Figure)
    assert network.to_frame()["capacity"].tolist() == [20_000, 20_000]


# --- what is refused -------------------------------------------------------------------------

LINE = [("alpha", "beta", 3), ("beta", "gamma", 2)]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: net.max_flow("alfa", "gamma"), "unknown place 'alfa'; did you mean 'alpha'?"),
        (lambda net: net.min_cut("alpha", ["gamma", "x"]), "unknown place 'x'"),
        (lambda net: net.max_flow("alpha", []), "unknown place"),
        (lambda net: net.max_flow("alpha", 3), "unknown place '3'"),
        (lambda net: net.max_flow(["alpha", "beta"], "beta"), "'beta' is both a source and a sink"),
        (lambda net: net.interdict("alpha", "gamma", -1), "k: -1"),
        (lambda net: net.interdict("alpha", "gamma", 1, targets="place"), "targets: 'place'"),
        (lambda net: net.interdict("alpha", "gamma", 1, protect=["betta"]), "protect: .*'beta'"),
        (lambda net: net.interdict("alpha", "gamma", 1, cost={"beta": 0}), "cost: 0 of 'beta'"),
        (lambda net: net.rank("alpha", "gamma", captured=["alpha"]), "captured: "),
        (lambda net: net.min_cut("alpha", "gamma").near(-1), "gap: '-1'"),
        (lambda net: net.between("alpha", "gamma").gamble(1, {"beta": 2}), "chance: 2"),
        (lambda net: net.between("alpha", "gamma").slow_down(1, targets="both", delay=1), "delay:"),
        (lambda net: net.plot(), "needs coordinates"),
    ],
)
def test_what_cannot_be_asked(ask: Callable[[sim.Network], object], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        ask(sim.Network.from_edges(LINE))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "there are no edges"),
        ([("a", "b", -1)], "edges:1:1: error: edge 'a' to 'b': capacity -1"),
        ([("a", "b", 1), ("a", "c", "wide")], "edges:2:1: error: .*'wide'"),
        ([("a", "b", 1, -2)], "km '-2'"),
        ([("a", "a", 1)], "there are no edges"),  # a loop is left out, as in files
        ([{"from": "a", "to": "b", "capacity": 1, "both": "x"}], "neither true nor false"),
        ([("a", None, 1)], "a place at both ends"),
        (["ab"], "an edge is a mapping or from, to, capacity, km, not 'ab'"),
        ([("a", "b", Decimal(10) ** 17), ("a", "b", Fraction(1, 7))], "units of 1/7"),
    ],
)
def test_edges_that_are_none(rows: Any, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        sim.Network.from_edges(rows)


def test_two_nodes_of_one_name_are_refused() -> None:
    with pytest.raises(BadInputError, match="1 and '1' are both called"):
        sim.Network.from_networkx(nx.DiGraph([(1, "1", {"capacity": 1})]))


def test_without_pandas_a_frame_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(BadInputError, match="pandas"):
        sim.Network.from_edges(LINE).to_frame()


# --- answers ---------------------------------------------------------------------------------


def test_answers_show_draw_and_tabulate_themselves() -> None:
    at = {"alpha": (0.0, 0.0), "beta": (0.1, 0.1), "gamma": (0.0, 0.2)}
    network = sim.Network.from_edges(LINE, positions=at)
    between = network.between("alpha", "gamma")
    answers = (
        network.max_flow("alpha", "gamma"), network.min_cut("alpha", "gamma"),
        network.interdict("alpha", "gamma", 1), network.rank("alpha", "gamma"),
        between.slow_down(1),
    )  # fmt: skip
    for answer in (network, between, *answers):
        assert 1 < len(repr(answer).splitlines()) < 20
        assert answer._repr_html_().startswith("<table>")
    for answer in answers:
        assert len(answer.to_frame()) > 0
        assert set(answer.to_networkx()) == set(at)
        assert isinstance(answer.plot(), Figure)
    flow = answers[0]
    assert flow.flow == {"alpha->beta": 2, "beta->gamma": 2}
    # Of two roads in a row the loss of either stops all, so both must be held.
    assert [between.hold(1, n).flow for n in (1, 2)] == [0, 2]
    # One of the two, lost with 1/4: 2 * 3/4 is left on average.
    assert between.gamble(1, {}, 0.25).expected_flow == 1.5


# --- scenarios -------------------------------------------------------------------------------


@pytest.fixture
def toy(tmp_path: Path, two_ways: str) -> Path:
    (tmp_path / "toy.yaml").write_text(two_ways)
    return tmp_path / "toy.yaml"


def test_axes_of_scenarios_are_asked_the_same(toy: Path) -> None:
    scenario = sim.load(toy)
    # 20 t/day by gate, 5 by hill; gate falls on day 5
    found = sim.interdict(scenario, "line", 2)
    assert [(a.left, a.removed) for a in found.attacks] == [
        (25_000, ()), (5_000, ("gate",)), (0, ("gate", "hill")),
    ]  # fmt: skip
    assert found.left == 0
    assert found.proven
    for at in ("10 days", "2020-01-11", 10 * 86_400):
        later = sim.interdict(scenario, "line", 1, at=at)
        assert [a.left for a in later.attacks] == [5_000, 0]
    assert sim.rank(scenario).shapley is None  # nobody asked
    ranked = sim.rank(scenario, draws=3, captured=())
    assert (ranked.rows[0].name, ranked.rows[0].loss) == ("gate", 20_000)
    assert ranked.rows[0].interval is not None
    assert ranked.rows[0].interval.ranks == (1, 1, 1)
    assert ranked.shapley is not None
    assert ranked.shapley[0].share == 20_000
    joint = sim.interdict(scenario, {"line": 2}, 1)
    assert [a.left for a in joint.attacks] == [50_000, 10_000]
    assert axis_at(scenario).max_flow().flow["gate--port"] == -20_000  # from port to gate
    assert sim.interdict(toy, None, 1).left == 5_000
    assert sim.interdict(sim.run(scenario), "line", 1, at="10 days").left == 0
    with pytest.raises(BadInputError, match="did you mean 'line'"):
        sim.rank(scenario, "lien")
    with pytest.raises(BadInputError, match="at: "):
        sim.rank(scenario, "line", at="30 days")


def test_a_network_is_written_and_read_back(tmp_path: Path) -> None:
    net = sim.Network.from_edges([("a", "b", 3, 2), ("b", "c", 2.5, 1)], two_way=True)
    for name in ("net.npz", "net.yaml"):
        target = net.write(tmp_path / name, unit="kg/day")
        again = sim.Network.from_file(target)
        assert again.places == net.places
        assert again.max_flow("a", "b").value == 3
    with pytest.raises(sim.BadInputError, match=r"out: .* \.yaml or \.npz"):
        net.write(tmp_path / "net.csv")
    with pytest.raises(sim.BadInputError, match="of a network YAML already"):
        again.write(tmp_path / "again.yaml")
    without_limit = sim.Network.from_edges([("a", "b", float("inf"))])
    with pytest.raises(sim.ScenarioError, match="has no capacity"):
        without_limit.write(tmp_path / "one.yaml")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.npz", "net.yaml"]
    one_way = sim.Network.from_edges([("a", "b", 3)]).write(tmp_path / "one.yaml")
    assert sim.Network.from_file(one_way).max_flow("b", "a").value == 0


def test_files_are_checked_and_what_is_wrong_is_not_raised(toy: Path, tmp_path: Path) -> None:
    good = sim.validate(toy)
    assert (good.kind, good.error) == ("scenario", None)
    assert good.places > 2
    (tmp_path / "bad.yaml").write_text("format: 1\nplaces: {a: {lat: x}}\nfoo: 1\n")
    bad = sim.validate(tmp_path / "bad.yaml")
    assert bad.kind == "network"
    assert bad.error is not None
    assert len(bad.document()["faults"]) == len(bad.error.diagnostics) > 1
    assert "faults" in repr(bad)
    assert "network ok" in repr(sim.CheckedFile("x.yaml", "network", 2, 1))
    assert sim.schema("network")["title"] != sim.schema()["title"]
