"""Displaced men who move in bodies: the nested logit, one draw each, room, and who is who.

3.6 km take an hour. With ``hours`` = -ln 3 an hour more makes a goal three times less likely.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from sim.engine.bodies import Bodies
from sim.engine.choice import Alternative, logit, nested_logit
from sim.engine.simulation import run
from sim.engine.world import World
from sim.scenario.distributions import Constant, Uniform
from sim.scenario.model import DAY, BodyRule, RegionRule, Rules, Scenario
from sim.state.luck import Luck
from sim.state.record import DISPERSE, Record

Make = Callable[..., Scenario]
LN3 = math.log(3)
FALL = 10_000


def bodies_of(size: float, towns: int | None = None, dissimilarity: float = 1.0) -> BodyRule:
    regions = None if towns is None else RegionRule(towns, Constant(dissimilarity))
    return BodyRule("red", Constant(size), regions)


def with_bodies(scenario: Scenario, rule: BodyRule | None) -> Scenario:
    found = {} if rule is None else {"red": rule}
    return dataclasses.replace(scenario, rules=Rules(bodies=found))


def scene(make: Make, roads: str, persons: float, rule: BodyRule | None, **more: Any) -> Scenario:
    """``g`` falls at 10,000 s with so many persons in it."""
    fall = {"fall": {"kind": "capture", "places": "g", "by": "blue", "at": FALL}}
    made = make(
        roads,
        garrisons={"men": {"place": "g", "strength": persons}} | more.pop("garrisons", {}),
        events=fall | more.pop("events", {}),
        regroup={"red": more.pop("regroup", {"hours": -LN3})},
        **more,
    )
    return with_bodies(made, rule)


def went(record: Record, time: int = FALL) -> dict[str, int]:
    return {m.choice: m.persons for m in record.moves if m.time == time and m.outcome != "lost"}


def odds(record: Record, time: int = FALL) -> dict[str, float]:
    return {c.option: c.probability for c in record.choices if c.time == time}


# --- the nested logit --------------------------------------------------------------------


def test_nested_logit_closed_form() -> None:
    # d = 1/2. In the nest A: exp(2 * 0) = 1 and exp(2 ln 2) = 4, so 1/5 and 4/5 of it, and
    # exp(I_A) = exp(ln(5) / 2) = sqrt(5). Alone in its nest, ln 3 keeps its own utility: 3
    root = math.sqrt(5)
    expected = [root / (root + 3) / 5, 3 / (root + 3), root / (root + 3) * 4 / 5]
    found = nested_logit([0.0, LN3, math.log(2)], ["A", "B", "A"], 0.5)
    assert found == pytest.approx(expected, abs=1e-15)
    # only differences count, and nothing overflows
    far = nested_logit([5_000.0, 5_000.0 + LN3, 5_000.0 + math.log(2)], ["A", "B", "A"], 0.5)
    assert far == pytest.approx(expected, abs=1e-9)
    assert nested_logit([0.0, 9.0], ["A", "A"], 1e-4) == [0.0, 1.0]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-9, 9), st.sampled_from("ABC")), min_size=1, max_size=9),
    st.floats(0.01, 1),
)
def test_limits_of_the_nested_logit(options: list[tuple[float, str]], d: float) -> None:
    utilities, nests = [u for u, _ in options], [nest for _, nest in options]
    found = nested_logit(utilities, nests, d)
    assert math.fsum(found) == pytest.approx(1, abs=1e-12)
    # a dissimilarity of 1, and nests of one, are the plain logit
    assert nested_logit(utilities, nests, 1.0) == pytest.approx(logit(utilities), abs=1e-12)
    alone = [str(i) for i in range(len(options))]
    assert nested_logit(utilities, alone, d) == pytest.approx(logit(utilities), abs=1e-12)
    # one nest is the logit of what counts 1/d times as much
    one = nested_logit(utilities, ["A"] * len(options), d)
    assert one == pytest.approx(logit([u / d for u in utilities]), abs=1e-12)


@pytest.mark.parametrize("d", [1.0, 0.5, 0.1, 1e-6])
def test_a_town_split_into_ten_villages(d: float) -> None:
    # two goals alike: half each. Ten that are alike in one nest weigh 10^d as much as one: with
    # d = 1 the other is down to 1/11, towards d = 0 it keeps its half (red bus, blue bus)
    found = nested_logit([0.0] * 11, ["town"] * 10 + ["other"], d)
    assert found[-1] == pytest.approx(1 / (1 + 10**d), abs=1e-12)
    assert found[:10] == pytest.approx([10**d / (1 + 10**d) / 10] * 10, abs=1e-12)


# --- regions -----------------------------------------------------------------------------


def test_the_places_nearest_a_town_are_its_region(make: Make) -> None:
    # all are an hour from g, but for the villages v and w of town t, a few minutes beyond it,
    # and so alike to within a hair: hours count for nothing here
    roads = "g-t:3.6 g-f:3.6 t-v:0.1 t-w:0.1"
    people: dict[str, Any] = {"t": {"population": 50_000}, "f": {"population": 60_000}}
    given: dict[str, Any] = {"regroup": {"hours": 0}, "places": people}
    assert odds(run(scene(make, roads, 90, None, **given)))["f"] == pytest.approx(1 / 4)
    nested = scene(make, roads, 90, bodies_of(30, 50_000, 0.5), **given)
    # 3^(1/2) against 1
    assert odds(run(nested))["f"] == pytest.approx(1 / (1 + math.sqrt(3)))
    # where the town has too few people for one, all are near f
    few = scene(make, roads, 90, bodies_of(30, 50_001, 0.5), **given)
    assert odds(run(few))["f"] == pytest.approx(1 / 4)
    # no road of their own country leads from v to a town: it is a region by itself, 1 of 3
    abroad = people | {"v": {"country": "far"}}
    found = odds(run(scene(make, roads, 90, bodies_of(30, 50_000, 0.5), **given | {
        "places": abroad})))  # fmt: skip
    assert found["v"] == pytest.approx(1 / (2 + math.sqrt(2)))
    assert found["f"] == pytest.approx(1 / (2 + math.sqrt(2)))


def test_ten_villages_do_not_outweigh_the_other_town(make: Make) -> None:
    # as the closed form above; an exit is a region by itself
    villages = " ".join(f"t-v{i}:0.1" for i in range(9))
    people = {"t": {"population": 50_000}, "f": {"population": 60_000}}
    given: dict[str, Any] = {
        "regroup": {"hours": 0}, "places": people, "exits": {"out": {"places": "t"}},
    }  # fmt: skip
    one = run(scene(make, "g-t:3.6 g-f:3.6", 90, bodies_of(30, 50_000, 0.05), **given))
    many = run(scene(make, f"g-t:3.6 g-f:3.6 {villages}", 90, bodies_of(30, 50_000, 0.05), **given))
    assert odds(one)["f"] == pytest.approx(1 / 3)
    assert odds(many)["f"] == pytest.approx(1 / (2 + 10**0.05))
    assert odds(many)["out"] == odds(many)["f"]


def test_a_road_that_is_not_there_joins_no_region(make: Make) -> None:
    people = {"t": {"population": 50_000}, "f": {"population": 60_000}}
    roads = "g-t:3.6 g-f:3.6 t-v:0.1?0.5 g-v:9"
    given: dict[str, Any] = {"regroup": {"hours": 0}, "places": people}
    scenario = scene(make, roads, 90, bodies_of(30, 50_000, 0.5), **given)
    seen = set()
    for replicate in range(20):
        record = run(scenario, replicate=replicate)
        there = record.chances["road:t-v:exists"]
        seen.add(there)
        # then v is nearer to f or to t over g, alike: of equals the way is that of the first road
        share = odds(record)["t"] + odds(record)["v"]
        assert share == pytest.approx(math.sqrt(2) / (1 + math.sqrt(2)) if there else 1 - odds(
            record)["f"])  # fmt: skip
    assert seen == {True, False}


# --- bodies ------------------------------------------------------------------------------


def test_a_garrison_moves_in_bodies_of_one_size_of_which_each_draws_once(make: Make) -> None:
    # 100 men by 30: 3.33, so three bodies of 34, 33 and 33; x an hour away and y two: 3 to 1
    scenario = scene(make, "g-x:3.6 g-y:7.2", 100, bodies_of(30))
    for replicate in range(20):
        luck = Luck(1, replicate)
        expected: Counter[str] = Counter()
        for body, men in enumerate((34, 33, 33)):
            u = luck.uniform(f"body:red:g:0:{body}")
            expected["x" if u < 0.75 else "y"] += men
        record = run(scenario, replicate=replicate)
        assert went(record) == expected
        assert odds(record) == pytest.approx({"x": 0.75, "y": 0.25})


@pytest.mark.parametrize(
    ("persons", "size", "number"),
    [(100, 1000, 1), (100, 67, 1), (100, 66, 2), (100, 40, 2), (100, 10, 10), (3, 0.1, 3)],
)
def test_how_many_bodies(make: Make, persons: int, size: float, number: int) -> None:
    # persons / size, rounded, at least one and at most one a man
    scenario = make("a-b:1")
    bodies = Bodies(World(with_bodies(scenario, bodies_of(size)), Luck(1)))
    options = [Alternative(f"o{i}", 0.0, None, 0) for i in range(5_000)]
    shares = bodies.probabilities("red", options)
    found = bodies.assign("red", "a", persons, options, shares)
    # of so many options hardly two bodies ever draw the same
    assert len(found) == number
    assert sum(found.values()) == persons
    assert max(found.values()) - min(found.values()) <= 1


def test_frequencies_are_the_probabilities(make: Make) -> None:
    # x against y, z: utilities 0, -ln 3, -2 ln 3; y and z are one region with d = 1/2. In it 3 to 1
    # squared, 9 to 1; exp(I) = sqrt(1/9 + 1/81) = sqrt(10)/9
    people = {"y": {"population": 9}, "x": {"population": 9}}
    rule = bodies_of(10, 9, 0.5)
    scenario = scene(make, "g-x:3.6 g-y:7.2 y-z:3.6", 100, rule, places=people)
    near = math.sqrt(10) / 9
    expected = {
        "x": 1 / (1 + near), "y": near / (1 + near) * 0.9, "z": near / (1 + near) * 0.1,
    }  # fmt: skip
    runs = [went(run(scenario, replicate=i, credit=False)) for i in range(300)]
    assert odds(run(scenario)) == pytest.approx(expected)
    for goal, share in expected.items():
        # 300 runs of ten bodies, each for itself: within the 99.98 % range of the binomial law
        low, high = binom.interval(0.9998, 3_000, share)
        assert low <= sum(found.get(goal, 0) for found in runs) / 10 <= high, goal
    # and in one run their number is binomial too: bodies draw apart
    to_x = Counter(found.get("x", 0) // 10 for found in runs)
    cells = [range(7), [7], [8], [9], [10]]
    seen = [sum(to_x[k] for k in cell) for cell in cells]
    law = [sum(binom.pmf(k, 10, expected["x"]) for k in cell) * 300 for cell in cells]
    assert min(law) > 5
    assert chisquare(seen, law).pvalue > 1e-3


def test_in_a_nominal_run_all_take_the_likeliest(make: Make) -> None:
    scenario = scene(make, "g-x:3.6 g-y:7.2", 100, bodies_of(30))
    assert went(run(scenario, nominal=True)) == {"x": 100}
    # as long as it has room for a whole body: 80 are two of three
    full = scene(make, "g-x:3.6 g-y:7.2", 90, bodies_of(30), places={"x": {"billets": 80}})
    assert went(run(full, nominal=True)) == {"x": 60, "y": 30}


def test_a_body_that_fits_nowhere_parts_and_the_rest_disperse(make: Make) -> None:
    # one body of 90. x has room for 50 and y for 30: nobody takes all of them
    places = {"x": {"billets": 50}, "y": {"billets": 30}}
    scenario = scene(make, "g-x:3.6 g-y:7.2", 90, bodies_of(90), places=places)
    assert went(run(scenario)) == {"x": 50, "y": 30, DISPERSE: 10}
    # of 40 none but x takes all
    scenario = scene(make, "g-x:3.6 g-y:7.2", 40, bodies_of(90), places=places)
    assert all(went(run(scenario, replicate=i)) == {"x": 40} for i in range(9))
    # none at all
    none = {goal: {"billets": 0} for goal in "xy"}
    scenario = scene(make, "g-x:3.6 g-y:7.2", 40, bodies_of(9), places=none)
    assert went(run(scenario)) == {DISPERSE: 40}


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.integers(1, 2_000),
    st.floats(0.5, 900),
    st.lists(st.tuples(st.floats(-3, 3), st.none() | st.integers(0, 400)), max_size=6),
)
def test_everybody_is_kept_and_every_room(
    make: Make, persons: int, size: float, given_options: list[tuple[float, int | None]]
) -> None:
    options = [Alternative(f"o{i}", u, room, 0) for i, (u, room) in enumerate(given_options)]
    bodies = Bodies(World(with_bodies(make("a-b:1"), bodies_of(size)), Luck(1)))
    shares = bodies.probabilities("red", options)
    found = bodies.assign("red", "a", persons, options, shares)
    assert sum(found.values()) == persons
    for option in options:
        assert option.room is None or found.get(option.id, 0) <= option.room
    if found.get(DISPERSE):
        assert all(o.room is not None and found.get(o.id, 0) == o.room for o in options)


def test_the_draws_are_those_of_the_place_and_of_how_often_it_was_left(make: Make) -> None:
    # one body of 30. g falls, is red's again when the body's goal falls (g is all that is left
    # then), and falls once more
    def falls(place: str, by: str, at: int) -> dict[str, Any]:
        return {"kind": "capture", "places": place, "by": by, "at": at}

    events = {
        "back": falls("g", "red", 3 * DAY), "xy": falls("x y", "blue", 4 * DAY),
        "xy_back": falls("x y", "red", 6 * DAY), "again": falls("g", "blue", 7 * DAY),
    }  # fmt: skip
    # a thousand idle events elsewhere, and a garrison of another actor that goes its own ways
    idle = {
        f"e{i}": {"kind": ("close", "open")[i % 2], "roads": "p-q", "at": 601 * i}
        for i in range(1, 1_001)
    }
    other = {"theirs": {"actor": "blue", "place": "q", "strength": 77}}
    lost = {"q_falls": falls("q", "red", FALL - 5)}
    roads, rule = "g-x:3.6 g-y:3.6 p-q:1", bodies_of(30)
    for replicate in range(8):
        luck = Luck(1, replicate)
        one = scene(make, roads, 30, rule, events=events)
        busy = scene(make, roads, 30, rule, events=events | idle | lost, garrisons=other,
                     held={"q": "blue"})  # fmt: skip
        alone, among = (run(s, replicate=replicate, credit=False) for s in (one, busy))
        for n, time in enumerate((FALL, 7 * DAY)):
            u = luck.uniform(f"body:red:g:{n}:0")
            for record in (alone, among):
                assert went(record, time).keys() == {"x" if u < 0.5 else "y"}


def test_a_body_that_chooses_again_stays_one(make: Make) -> None:
    # the goal falls on the way; who turns round is one body still, with a number of its own there
    def falls(place: str) -> dict[str, Any]:
        return {"kind": "capture", "places": place, "by": "blue", "at": FALL + 5_000}

    scenario = scene(make, "g-x:3.6 x-y:3.6 x-z:3.6", 40, bodies_of(40), regroup={
        "hours": 0, "value": 99, "values": {"y": 1}}, events={"y_falls": falls("y")})  # fmt: skip
    record = run(scenario)
    assert [m.persons for m in record.moves if m.outcome != "chose again"] == [40]


def test_whoever_has_no_rule_moves_as_ever(make: Make) -> None:
    scenario = scene(make, "g-x:3.6 g-y:7.2", 100, None)
    theirs = BodyRule("blue", Constant(30), RegionRule(1, Constant(0.5)))
    other = dataclasses.replace(scenario, rules=Rules(bodies={"blue": theirs}))
    assert run(other) == run(scenario)
    assert went(run(other)) == {"x": 75, "y": 25}


def test_size_and_dissimilarity_are_drawn(make: Make) -> None:
    rule = BodyRule("red", Uniform(10, 50), RegionRule(5, Uniform(0.2, 0.9)))
    people = {"y": {"population": 5}}
    record = run(scene(make, "g-x:3.6 g-y:3.6", 100, rule, places=people))
    d = record.drawn["bodies:red:dissimilarity"]
    assert 0.2 <= d <= 0.9
    assert 10 <= record.drawn["bodies:red:size"] <= 50
    # x and y are of one region
    assert odds(record) == pytest.approx({"x": 0.5, "y": 0.5})


@pytest.mark.parametrize("seed", range(12))
def test_random_wars_keep_everybody(wild_war: Callable[[int], Scenario], seed: int) -> None:
    # the run itself checks that all persons are accounted for
    rules = {
        actor: BodyRule(actor, Uniform(5, 60), RegionRule(100, Uniform(0.1, 1)))
        for actor in ("red", "blue", "green")
    }
    war = wild_war(seed)
    places = {
        name: dataclasses.replace(place, population=100 * (i % 3))
        for i, (name, place) in enumerate(war.network.places.items())
    }
    network = dataclasses.replace(war.network, places=places)
    record = run(dataclasses.replace(war, network=network, rules=Rules(bodies=rules)))
    for kind in ("sea", "hills"):
        room = war.exits[kind].billets
        left = sum(m.persons for m in record.moves if m.choice == kind and m.outcome == "left")
        assert room is None or left <= room
