"""Many states at once, all of them in parts, or drawn by how many are lost: against enumeration."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import networkx as nx
import numpy as np
import pytest

from sim.network import UNLIMITED, CertificateError, Graph
from sim.network import many as many_module
from sim.network.arcs import ArcNetwork, Target
from sim.network.many import crossings, one_by_one, without_each
from sim.network.reliability import Doubts, Outcome, parted
from sim.network.strata import drawn, losses, lost_of, lost_when, plain
from sim.network.tally import Tally

Edge = tuple[str, str, int]


def network(edges: Sequence[Edge], *, places: Sequence[str] = ()) -> ArcNetwork:
    """Roads both ways from s to t, all of which may be lost, and these places."""
    names = sorted({end for a, b, _ in edges for end in (a, b)})
    graph = Graph.build(names, [(f"r{i:02}", a, b, 1, 1.0) for i, (a, b, _) in enumerate(edges)])
    roads = np.array([[c, c] for _, _, c in edges])
    index = graph.place_index
    targets = [Target("place", index[p]) for p in sorted(places)]
    targets += [Target("road", r) for r in range(len(edges))]
    free = np.full(len(names), UNLIMITED)
    return ArcNetwork.build(graph, roads, free, [index["s"]], [index["t"]], targets=targets)


def opened(tallies: Sequence[Tally]) -> float:
    """The chance that something is carried."""
    return math.fsum(
        t.weight * sum(n for v, n in t.values.items() if v) / t.count for t in tallies
    )  # fmt: skip


SERIES = [("s", "a", 1), ("a", "b", 1), ("b", "t", 1)]
PARALLEL = [("s", "t", 1)] * 3
BRIDGE = [("s", "a", 1), ("s", "b", 1), ("a", "b", 1), ("a", "t", 1), ("b", "t", 1)]
K4 = [*BRIDGE, ("s", "t", 1)]


def bridge(p: float) -> float:
    """The polynomial of the bridge (Colbourn 1987): 2 p^2 + 2 p^3 - 5 p^4 + 2 p^5."""
    return 2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9, 0.999])
def test_closed_forms(p: float) -> None:
    # K4 is the bridge beside one road more
    forms = [(SERIES, p**3), (PARALLEL, 1 - (1 - p) ** 3), (BRIDGE, bridge(p)),
             (K4, 1 - (1 - p) * (1 - bridge(p)))]  # fmt: skip
    for edges, expected in forms:
        doubts = Doubts(network(edges), np.full(len(edges), p))
        found = parted(doubts)
        assert found is not None
        assert opened([found]) == pytest.approx(expected, rel=1e-12)
        # 800 states: of so few things each number of losses is looked at whole
        tallies = drawn(doubts, 800, seed=1)
        assert all(t.known for t in tallies)
        assert opened(tallies) == pytest.approx(expected, rel=1e-9)


def random_doubts(seed: int, most: int = 8) -> Doubts:
    """Up to ``most`` roads and places that may fail, some by shared draws, some for sure not."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 6)), int(rng.integers(3, most - 1))
    names = ["s", "t", *"abc"][:n]
    edges = []
    for _ in range(m):
        a, b = rng.choice(n, 2, replace=False)
        edges.append((names[a], names[b], int(rng.integers(1, 5))))
    edges += [("s", names[-1], 2), (names[-1], "t", 3)]
    known = sorted({end for a, b, _ in edges for end in (a, b)} - {"s", "t"})
    net = network(edges, places=known[:1] if rng.random() < 0.5 else ())
    stands = rng.uniform(0.05, 0.95, len(net.targets))
    shared: list[tuple[Outcome, ...]] = []
    if rng.random() < 0.5:
        few = frozenset(rng.choice(len(net.targets), 2, replace=False).tolist())
        shared = [(Outcome(0.7, frozenset()), Outcome(0.2, few), Outcome(0.1, frozenset({0})))]
        stands[next(iter(few))] = 1.0
    return Doubts(net, stands, tuple(shared))


def every_state(doubts: Doubts) -> list[tuple[float, np.ndarray]]:
    """All states as (chance, lost), by the definition."""
    found = []
    for bits in itertools.product((False, True), repeat=len(doubts.stands)):
        own = np.array(bits)
        chance = float(np.where(own, 1 - doubts.stands, doubts.stands).prod())
        for each in itertools.product(*doubts.shared):
            lost = own.copy()
            lost[list(frozenset().union(*(o.lost for o in each)))] = True
            found.append((chance * math.prod(o.chance for o in each), lost))
    return [(chance, lost) for chance, lost in found if chance]


def compare(doubts: Doubts) -> None:
    """All that the parts count is what the sum over all states counts."""
    net, found = doubts.net, parted(doubts)
    assert found is not None
    values: Counter[int] = Counter()
    stood, cut = np.zeros((3, len(net.targets))), np.zeros(len(net.tail))
    for chance, lost in every_state(doubts):
        capacity = without_each(net, lost[np.newaxis])
        value, side = net.solve(capacity[0])
        values[value] += chance
        stood += chance * ~lost * np.array([[1.0], [value > 0], [value]])
        cut += chance * crossings(net, capacity, side[np.newaxis])[0]
    assert found.count == pytest.approx(1)
    assert {v: n for v, n in found.values.items() if n} == pytest.approx(dict(values))
    for one, other in zip((found.stood, found.stood_open, found.stood_flow), stood, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)
    np.testing.assert_allclose(found.cut, cut, atol=1e-12)
    np.testing.assert_allclose(doubts.marginal(), stood[0], atol=1e-12)


def test_parts_are_the_sum_over_all_states() -> None:
    for seed in range(25):
        compare(random_doubts(seed, most=7))


@pytest.mark.slow
def test_parts_are_the_sum_over_all_states_of_hundreds_of_networks() -> None:
    for seed in range(100, 600):
        compare(random_doubts(seed, most=9))


@pytest.mark.slow
def test_the_chance_to_carry_each_amount_is_that_of_networkx() -> None:
    for seed in range(200):
        doubts = random_doubts(seed, most=6)
        net, found = doubts.net, parted(doubts)
        assert found is not None
        values: Counter[int] = Counter()
        for chance, lost in every_state(doubts):
            graph = nx.MultiDiGraph()
            graph.add_nodes_from([net.root, net.goal])
            capacity = without_each(net, lost[np.newaxis])[0].tolist()
            for a, b, c in zip(net.tail.tolist(), net.head.tolist(), capacity, strict=True):
                middle = graph.number_of_edges()  # arcs beside each other are one through it
                graph.add_edge(a, ("arc", middle), capacity=c)
                graph.add_edge(("arc", middle), b, capacity=c)
            values[nx.maximum_flow_value(nx.DiGraph(graph), net.root, net.goal)] += chance
        assert {v: n for v, n in found.values.items() if n} == pytest.approx(dict(values))


def test_too_many_states_are_not_parted() -> None:
    doubts = Doubts(network(K4), np.full(6, 0.5))
    assert parted(doubts, most=10) is None
    # 2^5 joint outcomes of shared draws are too many to look at each
    halves = tuple((Outcome(0.5, frozenset()), Outcome(0.5, frozenset({i}))) for i in range(5))
    shared = Doubts(doubts.net, np.ones(6), halves)
    assert shared.joint is None
    assert parted(shared) is None
    [tally] = drawn(shared, 400, seed=3)
    # the last road always stands, and joins s to t
    assert (tally.count, opened([tally])) == (400, 1.0)


# --- how many are lost -----------------------------------------------------------------------

FAIL = np.array([0.1, 0.25, 0.7, 0.02, 0.5])


def by_count() -> tuple[np.ndarray, np.ndarray]:
    """The chance of each number of losses, and with which chance each is among them, summed."""
    chances, among = np.zeros(6), np.zeros((6, 5))
    for bits in itertools.product((False, True), repeat=5):
        lost = np.array(bits)
        chance = float(np.where(lost, FAIL, 1 - FAIL).prod())
        chances[lost.sum()] += chance
        among[lost.sum()] += chance * lost
    return chances, among / chances[:, np.newaxis]


def test_the_number_of_losses_and_who_is_among_them() -> None:
    chances, among = by_count()
    np.testing.assert_allclose(losses(FAIL, 5)[0], chances, atol=1e-15)
    np.testing.assert_allclose(lost_when(FAIL, chances), among, atol=1e-12)


def test_states_of_one_number_of_losses_are_drawn_by_their_chances() -> None:
    _, among = by_count()
    rng, draws = np.random.default_rng(5), 4_000
    table = losses(FAIL, 5)
    for k in range(6):
        lost = lost_of(FAIL, table, np.full(draws, k), rng)
        assert (lost.sum(axis=1) == k).all()
        spread = np.sqrt(among[k] * (1 - among[k]) / draws)
        assert (np.abs(lost.mean(axis=0) - among[k]) <= 5 * spread + 1e-12).all()


def grid(side: int, p: float) -> Doubts:
    """A square of places, s and t at its corners; each road stands with the chance p."""
    at = {(i, j): f"{i:02}{j:02}" for i in range(side) for j in range(side)}
    at[0, 0], at[side - 1, side - 1] = "s", "t"
    pairs = [((i, j), (i + 1, j)) for i, j in at if i + 1 < side]
    pairs += [((i, j), (i, j + 1)) for i, j in at if j + 1 < side]
    net = network([(at[a], at[b], 1) for a, b in pairs])
    return Doubts(net, np.full(len(pairs), p))


def test_strata_add_up_and_rare_failures_are_seen() -> None:
    doubts = grid(4, 0.999)
    tallies = drawn(doubts, 2_300, seed=1)
    assert math.fsum(t.weight for t in tallies) == pytest.approx(1, abs=1e-12)
    stands = np.array([t.stood / t.count if t.known else t.stands for t in tallies])
    share = np.array([t.weight for t in tallies]) @ stands
    np.testing.assert_allclose(share, doubts.marginal(), rtol=1e-9)
    # two roads lead from either corner, and the 276 ways to lose two are all looked at; three that
    # close it, by their 1e-9 each, add less than one in a hundred
    assert 1 - opened(tallies) == pytest.approx(2e-6, rel=0.01)


def test_fewer_losses_than_stop_it_are_known_to_leave_it_open() -> None:
    # of 84 ways to lose one of 84 only some are drawn, but it takes two
    tallies = drawn(grid(7, 0.999), 200, seed=1)
    least, *others = [t for t in tallies if not t.known]
    assert least.opens
    assert not any(t.opens for t in others)


def test_drawn_states_are_the_same_by_the_same_seed() -> None:
    doubts = grid(5, 0.8)
    first, again, other = (drawn(doubts, 500, seed) for seed in (7, 7, 8))
    assert [t.values for t in first] == [t.values for t in again]
    assert [t.values for t in first] != [t.values for t in other]


def test_plain_draws_take_shared_ones_together() -> None:
    pair = (Outcome(0.5, frozenset()), Outcome(0.5, frozenset({0, 2})))
    doubts = Doubts(network(SERIES), np.array([1.0, 0.5, 1.0]), (pair,))
    lost = plain(doubts, 1_000, np.random.default_rng(2))
    assert (lost[:, 0] == lost[:, 2]).all()
    assert abs(lost[:, 0].mean() - 0.5) < 5 * 0.5 / math.sqrt(1_000)
    assert abs((lost[:, 0] & lost[:, 1]).mean() - 0.25) < 5 * 0.44 / math.sqrt(1_000)


# --- many states at once ---------------------------------------------------------------------


def masks(doubts: Doubts, count: int) -> np.ndarray:
    return plain(doubts, count, np.random.default_rng(9))


COMPILES = pytest.mark.slow
"""Of tests that load the compiled code, which takes half a minute to make where it is new."""


def check_compiled(net: ArcNetwork, lost: np.ndarray) -> None:
    """Compiled and one by one have the same values and cuts, and a cut holds the value."""
    from sim.network.kernel import solved

    capacity = without_each(net, lost)
    one, other = one_by_one(net, capacity), solved(net, lost)
    np.testing.assert_array_equal(one.value, other.value)
    np.testing.assert_array_equal(one.side, other.side)
    held = np.where(crossings(net, capacity, other.side), capacity, 0).sum(axis=1)
    np.testing.assert_array_equal(held, other.value)


@COMPILES
def test_compiled_flows_are_those_of_one_by_one() -> None:
    pytest.importorskip("numba")

    for seed in range(40):
        doubts = random_doubts(seed)
        check_compiled(doubts.net, masks(doubts, 20))
    doubts = grid(9, 0.7)
    for count in (0, 1, 63, 64, 65, 300):  # 64 are searched together
        check_compiled(doubts.net, masks(doubts, count))


@COMPILES
@pytest.mark.parametrize("lost", [0.0, 0.02, 0.2, 0.5, 0.95, 1.0])
def test_compiled_flows_however_much_is_lost(lost: float) -> None:
    # the ways of the whole network come first in each state, where all of them or none are left
    pytest.importorskip("numba")
    rng = np.random.default_rng(4)
    for seed in range(40):
        net = random_doubts(seed).net
        check_compiled(net, rng.random((70, len(net.targets))) < lost)


@COMPILES
def test_compiled_flows_of_roads_apart_between_the_same_places() -> None:
    # one-way roads that lie against each other are arcs in a row, and yet are not lost together
    pytest.importorskip("numba")
    rng = np.random.default_rng(8)
    names = [f"p{i}" for i in range(6)]
    ends = [rng.permutation(6)[:2] for _ in range(6)]
    rows = [(f"r{2 * i + k:02}", names[ends[i][k]], names[ends[i][1 - k]], 1, 1.0)
            for i in range(6) for k in (0, 1)]  # fmt: skip
    graph = Graph.build(names, rows)
    for _ in range(40):
        roads = np.column_stack([rng.integers(1, 9, 12), np.zeros(12, dtype=np.int64)])
        places = np.where(rng.random(6) < 0.3, rng.integers(1, 9, 6), UNLIMITED)
        targets = [Target("road", r) for r in rng.permutation(12)[:9].tolist()]
        net = ArcNetwork.build(graph, roads, places, [0], [5], targets=targets)
        check_compiled(net, rng.random((70, 9)) < 0.3)


def test_half_arcs_are_the_arcs_and_their_ways_back() -> None:
    pytest.importorskip("numba")
    from sim.network.kernel import halves_of

    rng = np.random.default_rng(6)
    for _ in range(50):  # few nodes, so that many arcs lie beside and against each other
        nodes, arcs = 4, 12
        tail, head, target = rng.integers(0, nodes, (3, arcs)).astype(np.uint32)
        halves = halves_of(tail, head, target, nodes)
        count = len(halves.heads)
        begin = np.repeat(np.arange(nodes), np.diff(halves.starts.astype(int)))
        assert len(begin) == count
        np.testing.assert_array_equal(halves.mate[halves.mate], np.arange(count))
        np.testing.assert_array_equal(begin[halves.mate], halves.heads)
        np.testing.assert_array_equal(begin[halves.of], tail)
        np.testing.assert_array_equal(halves.heads[halves.of], head)
        # each arc lends its capacity to its own half and to no other
        np.testing.assert_array_equal(halves.arc[halves.of], np.arange(arcs))
        assert (halves.arc < arcs).sum() == arcs
        # two arcs that are each other's way back are lost together
        for half, back in zip(halves.arc, halves.arc[halves.mate], strict=True):
            assert arcs in (half, back) or target[half] == target[back]


@COMPILES
def test_a_compiled_flow_that_is_none_is_refused() -> None:
    pytest.importorskip("numba")
    from sim.network.kernel import _proven

    # two arcs in a row, from node 0 over 1 to 2, with room for 3 and for 2
    tail, head, capacity = np.array([0, 1]), np.array([1, 2]), np.array([3, 2])
    first, second = [True, False, False], [True, True, False]
    for amounts, side, value in (
        ([2, 2], second, 2),
        ([2, 2], first, -1),  # this cut holds 3
        ([3, 3], second, -1),  # over the second arc goes more than it holds
        ([2, 1], second, -1),  # something is lost on the way
        ([1, 1], second, -1),  # less than the cut holds
        ([-1, -1], second, -1),
        ([2, 2], [True, True, True], -1),  # no cut: the goal is on the side of the root
        ([2, 2], [False, True, False], -1),
    ):
        found = _proven(
            tail, head, 0, 2, capacity, np.array(amounts), np.array(side),
            np.zeros(3, dtype=np.int64),
        )  # fmt: skip
        assert found == value


@COMPILES
def test_who_solves_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    doubts = grid(6, 0.8)
    before = drawn(doubts, 400, seed=1)
    if many_module.compiled():
        monkeypatch.setattr(many_module, "WORTH", 1)
    after = drawn(doubts, 400, seed=1)
    assert [t.values for t in before] == [t.values for t in after]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.cut, other.cut)


@COMPILES
def test_a_state_that_proves_nothing_ends_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    from sim.network import kernel

    monkeypatch.setattr(kernel, "_solve_all", lambda *_: 1)
    with pytest.raises(CertificateError, match="state 1: the flow does not prove itself"):
        kernel.solved(network(SERIES), masks(Doubts(network(SERIES), np.full(3, 0.5)), 3))
