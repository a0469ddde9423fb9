"""Reliability of a case: what is stated of what may fail, what is found, and how sure it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import yaml

import sim
from sim.base.said import Sentence
from sim.cuts.case import Case
from sim.cuts.doubts import ROADS, Standing, doubts_of
from sim.cuts.reliability import Asked, Counted, Reliability, reliability_of
from sim.network.strata import drawn
from sim.tables import of_reliability
from sim.view.reliability_data import reliability_data

WAYS = [("s", "a", 3), ("a", "t", 2), ("s", "b", 4), ("b", "t", 2), ("a", "b", 1)]


def bridge() -> Case:
    return sim.Network.from_edges(WAYS, two_way=True).between("s", "t").case


def find(stands: dict[str, float], **asked: Any) -> Reliability:
    return reliability_of(bridge(), Standing(stands), Asked(**asked))


def by_name(found: Reliability) -> dict[str, Any]:
    return {element.name: element for element in found.elements}


def test_the_bridge_by_hand() -> None:
    found = find({ROADS: 0.9}, need=3)
    assert found.method == "exact"
    p = 0.9
    # open: 2 p^2 + 2 p^3 - 5 p^4 + 2 p^5
    assert found.open.value == pytest.approx(2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5)
    assert found.open.low == found.open.high == found.open.value
    # what the road in the middle adds: two pairs side by side, one behind the other, less two
    # ways apart from each other
    middle = by_name(found)["a--b"]
    assert middle.gain.value == pytest.approx((1 - 0.1**2) ** 2 - (1 - (1 - p**2) ** 2))
    # 4 take the four outer roads; 3 are left only where one of s--a is lost and the middle
    # stands: b--t's 2 and 1 over the middle; or s--b lost: a--t's 2 and 1 over it
    levels = {level.flow: level for level in found.levels}
    assert levels[4.0].chance == pytest.approx(p**4)
    assert levels[3.0].chance == pytest.approx(2 * p**4 * (1 - p))
    assert found.met is not None
    assert found.met.value == pytest.approx(p**4 + 2 * p**4 * (1 - p))
    assert found.mean is not None
    amounts = [(level.flow or 0) * level.chance for level in found.levels]
    assert found.mean.value == pytest.approx(math.fsum(amounts))
    assert [level.at_least.value for level in found.levels][-1] == 1


def yaml_case(tmp_path: Any, **roads: dict[str, Any]) -> Case:
    """a - b, and a - c - b over tracks; ``roads`` say more of them."""
    data: dict[str, Any] = {
        "format": 1, "title": "Two ways",
        "classes": {"road": {"speed": "50 km/h", "capacity": "9 t/day"},
                    "track": {"speed": "20 km/h", "capacity": "4 t/day"}},
        "places": {p: {"name": p.upper(), "lat": 0, "lon": i} for i, p in enumerate("abc")},
        "roads": {"a--b": {"km": 9, "class": "road"}, "a--c": {"km": 9, "class": "track"},
                  "b--c": {"km": 9, "class": "track", "exists": 0.4}},
    }  # fmt: skip
    for road, more in roads.items():
        data["roads"][road.replace("__", "--")] |= more
    path = tmp_path / "net.yaml"
    path.write_text(yaml.safe_dump(data))
    return sim.Network.from_file(path).between("a", "b").case


def stands_of(case: Case, stands: dict[str, float]) -> dict[str, float]:
    doubts = doubts_of(case, Standing(stands))
    chances = doubts.marginal().tolist()
    return {doubts.net.name(i): chance for i, chance in enumerate(chances)}


def test_the_more_particular_counts(tmp_path: Any) -> None:
    case = yaml_case(tmp_path)
    assert stands_of(case, {}) == {"b--c": 0.4}
    every = {"a--b": 0.9, "a--c": 0.9, "b--c": 0.4}
    assert stands_of(case, {ROADS: 0.9}) == every
    # of its class before whether it exists, by its name before its class
    assert stands_of(case, {ROADS: 0.9, "track": 0.7}) == every | {"a--c": 0.7, "b--c": 0.7}
    assert stands_of(case, {"a--c": 0.6, "track": 0.7}) == {"a--c": 0.6, "b--c": 0.7}
    # a road of that there is most likely none is there where it exists
    found = reliability_of(case, Standing({"a--b": 0.0}), Asked())
    assert found.open.value == pytest.approx(0.4)
    assert [(level.flow, level.chance) for level in found.levels] == [
        (4000, pytest.approx(0.4)), (0, pytest.approx(0.6)),
    ]  # fmt: skip


def test_what_lies_on_no_way_is_left_out() -> None:
    case = sim.Network.from_edges([*WAYS, ("t", "x", 9)], two_way=True).between("s", "t").case
    found = reliability_of(case, Standing({ROADS: 0.9, "x": 0.5, "s": 0.5}), Asked())
    assert set(by_name(found)) == {"s", "s--a", "a--t", "s--b", "b--t", "a--b"}
    assert by_name(found)["s"].gain.value == pytest.approx(0.97848)  # the end itself may fail


def test_what_is_certain_is_no_error() -> None:
    net = sim.Network.from_edges([("s", "a", 1), ("b", "t", 1), ("a", "t", 2)])
    lost = net.between("s", "t").reliability({"s->a": 0.0})
    assert (lost.open.value, lost.elements) == (0.0, ())
    assert net.between("s", "t").reliability({"b->t": 0.5}).open.value == 1.0


def test_what_no_draw_has_shown_is_bounded() -> None:
    # 12 in a row of which each stands one time in 50: never open in 300 draws; a way of its own
    # beside, of one unit, is always there
    row = [(f"{i:02}", f"{i + 1:02}", 5) for i in range(12)]
    net = sim.Network.from_edges([*row, ("00", "12", 1)])
    stands = {f"{a}->{b}": 0.02 for a, b, _ in row}
    found = net.between("00", "12").reliability(stands, method="sampled", samples=300, need=6)
    assert found.reliability.method == "stratified"
    assert (found.open.value, found.open.low) == (1.0, pytest.approx(1.0, abs=0.02))
    assert found.mean is not None
    assert found.met is not None
    assert found.mean.value == pytest.approx(1)
    assert found.mean.low is not None
    assert found.mean.high is not None
    # 6 units at most, and never less than 1
    assert found.mean.low < 1 < found.mean.high
    assert found.met.value == pytest.approx(0.02**12)


def test_what_stands_or_falls_together() -> None:
    # both ways over one flood: open where it spares them
    for names, expected in ((("s--a", "s--b"), 0.7), (("s--a", "a--t"), 1.0)):
        found = reliability_of(bridge(), Standing({}, [(names, 0.7)]), Asked())
        assert found.open.value == pytest.approx(expected)
        assert by_name(found)[names[0]].stands == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("stands", "asked", "said"),
    [
        ({}, {}, "stands: nothing is in doubt"),
        ({"s--a": 1.2}, {}, "stands: 1.2 is not from 0 to 1"),
        ({"s--A": 0.2}, {}, "stands: unknown place or road 's--A'; did you mean 's--a'"),
        ({ROADS: 0.5}, {"exact": True}, None),
    ],
)
def test_what_cannot_be_asked(stands: dict[str, float], asked: Any, said: str | None) -> None:
    if said is None:
        assert find(stands, **asked).method == "exact"
        return
    with pytest.raises(sim.BadInputError, match=said):
        find(stands, **asked)


def test_a_wrong_class_is_named(tmp_path: Any) -> None:
    with pytest.raises(
        sim.BadInputError, match="place, road or class 'trak'; did you mean 'track'"
    ):
        stands_of(yaml_case(tmp_path), {"trak": 0.5})


def test_too_many_states_to_be_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.network.reliability.INSISTENT", 1)
    side = range(8)
    edges = [(f"{i},{j}", f"{i + 1},{j}", 1) for i in side[:-1] for j in side]
    edges += [(f"{i},{j}", f"{i},{j + 1}", 1) for i in side for j in side[:-1]]
    between = sim.Network.from_edges(edges, two_way=True).between("0,0", "7,7")
    with pytest.raises(sim.BadInputError, match="exact: there are too many states"):
        between.reliability(0.5, method="exact")


def test_what_may_be_without_limit_has_no_mean() -> None:
    net = sim.Network.from_edges([("s", "t", math.inf), ("s", "a", 1), ("a", "t", 1)])
    found = net.between("s", "t").reliability({"s->t": 0.25, "a->t": 0.5}, need=1)
    assert found.mean is None
    levels = found.reliability.levels
    assert [(x.flow, x.chance) for x in levels] == [(None, 0.25), (1.0, 0.375), (0.0, 0.375)]
    assert found.met is not None
    assert found.met.value == found.open.value == 0.625
    assert all(element.flow_gain is None for element in found.elements)


def test_need_and_supply_of_an_axis(two_ways: str) -> None:
    # 20 t/day by the gate, 5 by the hill; the sink consumes 8
    found = sim.reliability(two_ways, "line", {"gate": 0.5})
    assert found.reliability.need == 8_000
    assert found.met is not None
    assert (found.open.value, found.met.value) == (1.0, 0.5)
    assert [x.flow for x in found.reliability.levels] == [25_000, 5_000]
    limited = sim.reliability(two_ways, "line", {"gate": 0.5}, deliverable=True, need="6 t/day")
    assert [x.flow for x in limited.reliability.levels] == [8_000, 5_000]
    for need, said in (("6", "needs a unit"), ("0 t/day", "above 0"), ("-3 t/day", "above 0")):
        with pytest.raises(sim.BadInputError, match=f"need: .*{said}"):
            sim.reliability(two_ways, "line", {"gate": 0.5}, need=need)


def test_roads_that_share_their_luck_are_there_together(two_ways: str) -> None:
    def asked(more: str) -> float:
        hill = f"hill--port: {{km: 20, class: road{more}, exists: 0.5}}"
        text = two_ways.replace("hill--port: {km: 20, class: road}", hill)
        text = text.replace("capacity: 5 t/day}", f"capacity: 5 t/day{more}, exists: 0.8}}")
        return sim.reliability(text, "line", {"gate": 0.0}).open.value

    assert asked("") == pytest.approx(0.4)  # 0.5 x 0.8, apart from each other
    assert asked(", luck: flood") == pytest.approx(0.5)  # where the first is, so is the second


def test_replicates_at_a_date(one_way: str) -> None:
    # the gate falls with a chance of 0.8, evenly from day 2 to 12: on day 10 it stands in 0.36
    found = sim.reliability(one_way, "line", at="10 days", draws=150, seed=3)
    assert found.reliability.method == "replicates"
    assert (found.open.low or 0) <= 0.36 <= (found.open.high or 1)
    hits = round(found.open.value * 150)
    assert found.open.value == hits / 150
    gate = by_name(found.reliability)["gate"]
    assert gate.stands == found.open.value
    assert gate.gain.value == 1.0  # in every run with the gate it is open, in none without
    # what is stated fails besides: half of what was open is left, give or take
    halved = sim.reliability(one_way, "line", {"gate--town": 0.5}, at="10 days", draws=150, seed=3)
    assert abs(halved.open.value - found.open.value / 2) < 5 * math.sqrt(0.18 * 0.82 / 150)
    with pytest.raises(sim.BadInputError, match="method: replicates are drawn"):
        sim.reliability(one_way, "line", draws=3, method="exact")


def random_case(seed: int) -> tuple[Case, Standing]:
    """A network of 9 to 14 roads that fail more or less often."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(5, 8)), int(rng.integers(9, 15))
    a = rng.integers(0, n, m)
    b = (a + rng.integers(1, n, m)) % n
    b[: n - 1] = np.arange(1, n)
    a[: n - 1] = [rng.integers(0, i) for i in b[: n - 1]]
    edges = [
        {"from": f"p{x}", "to": f"p{y}", "capacity": int(rng.integers(1, 6)), "id": f"r{i}"}
        for i, (x, y) in enumerate(zip(a, b, strict=True))
    ]
    fails = 1 - rng.choice([0.5, 0.8, 0.95, 0.99])
    stands = {f"r{i}": float(1 - fails * rng.uniform(0.5, 1.5)) for i in range(m)}
    net = sim.Network.from_edges(edges, two_way=True)
    return net.between("p0", f"p{n - 1}").case, Standing(stands)


def test_what_is_drawn_is_near_what_is_exact() -> None:
    for seed in range(3):
        case, standing = random_case(seed)
        exact = reliability_of(case, standing, Asked(exact=True))
        found = reliability_of(case, standing, Asked(exact=False, states=4_000, seed=seed))
        assert found.method in ("stratified", "exact")
        assert found.open.value == pytest.approx(exact.open.value, abs=0.03)
        assert found.mean is not None
        assert exact.mean is not None
        assert found.mean.value == pytest.approx(exact.mean.value, rel=0.05)
        sure = by_name(exact)
        for name, element in by_name(found).items():
            assert element.in_cut.value == pytest.approx(sure[name].in_cut.value, abs=0.05)
            if element.gain is not None:
                assert element.gain.value == pytest.approx(sure[name].gain.value, abs=0.12)


@pytest.mark.slow
def test_intervals_cover_what_is_exact() -> None:
    """Of 1,000 seeds each on 20 networks, 19 in 20 of the 95 % intervals, and in each near it."""
    seeds, states = 1_000, 200
    covered = []
    for number in range(20):
        case, standing = random_case(number)
        doubts = doubts_of(case, standing)
        exact = reliability_of(case, standing, Asked(exact=True))
        some = [level.flow for level in exact.levels if level.flow]
        need = round(some[len(some) // 2] * case.scale)
        exact = reliability_of(case, standing, Asked(need=need))
        truth = [exact.open.value, exact.met and exact.met.value, exact.mean and exact.mean.value]
        hits = np.zeros(3)
        for seed in range(seeds):
            counted = Counted(case, drawn(doubts, states, seed), doubts.marginal())
            for i, one in enumerate((counted.at_least(1), counted.at_least(need), counted.mean())):
                assert one is not None
                hits[i] += (one.low or 0) - 1e-9 <= truth[i] <= (one.high or 0) + 1e-9
        covered.append(hits / seeds)
    assert (np.mean(covered, axis=0) >= 0.935).all()
    assert np.min(covered) >= 0.9


def many_amounts() -> Reliability:
    """Roads side by side of 1, 2, 4 ... each of which stands half of the time."""
    net = sim.Network.from_edges([("s", "t", 2**i) for i in range(5)])
    return net.between("s", "t").reliability(0.5, need=16).reliability


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_said_of_it_is_what_was_found(exact: bool, held_to: Any, of_document: Any) -> None:
    case, standing = random_case(1)
    found = reliability_of(case, standing, Asked(exact=exact, states=300, need=case.scale))
    for one in (found, many_amounts()):
        document = one.document()
        stated = of_document(document)
        told = [*of_reliability.reliability(document), reliability_data(one).page.title]
        for table in (of_reliability.carried(document), of_reliability.elements(document)):
            told += [cell for row in table.rows for cell in row if cell]
        for cell in told:
            held_to(cell if isinstance(cell, Sentence) else Sentence(cell), stated, None)


def test_of_many_amounts_those_are_told_that_part_the_chances() -> None:
    found = many_amounts()
    # every amount from 0 to 31 is as likely as any other
    assert [(level.flow, level.chance) for level in found.levels] == [
        (float(31 - i), pytest.approx(1 / 32)) for i in range(32)
    ]
    table = of_reliability.carried(found.document())
    assert [str(amount) for amount in table["flow"]] == [
        "31", "29", "26", "23", "20", "17", "14", "11", "8", "5", "2", "0",
    ]  # fmt: skip
    assert "chance" not in [column.key for column in table.columns]
