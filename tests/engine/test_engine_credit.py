"""Which event cost how much: the Shapley value, against games worked by hand."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import pairwise, permutations
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import run
from sim.engine.supply.credit import MOST, Credit
from sim.engine.supply.solves import MOST_FOUND, largest_flow
from sim.engine.world import World
from sim.network import UNLIMITED, Flow, FlowProblem, Graph
from sim.scenario.model import Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
AXES = {"line": {"sources": "s", "sinks": {"t": {}}}}


def shut(*roads: str) -> dict[str, dict[str, Any]]:
    return {f"e{i}": {"kind": "close", "roads": r, "at": 50} for i, r in enumerate(roads)}


def credits_of(record: Record) -> dict[str, int]:
    assert all(row.axis == "line" for row in record.credits)
    return {row.event: row.kg_per_day for row in record.credits}


def test_parallel_roads_are_credited_with_what_they_bore(make: Make) -> None:
    record = run(make("s-t:1/300 s-t#x:1/500", axes=AXES, events=shut("s-t", "s-t#x")))
    assert credits_of(record) == {"e0": -300, "e1": -500}


def test_roads_in_a_row_share_alike(make: Make) -> None:
    # either alone would have closed it: half each
    record = run(make("s-a:1 a-t:1", axes=AXES, events=shut("s-a", "a-t")))
    assert credits_of(record) == {"e0": -500, "e1": -500}


def test_two_feeders_of_one_road(make: Make) -> None:
    # 300 and 900 into a road of 1,000. Without the first 900 (-100), without the second 300 (-700),
    # without both 0 (-1,000). First: (-100 + (-1,000 + 700)) / 2 = -200; second: (-700 - 900) / 2.
    record = run(make("s-m:1/300 s-m#x:1/900 m-t:1", axes=AXES, events=shut("s-m", "s-m#x")))
    assert credits_of(record) == {"e0": -200, "e1": -800}


def test_an_idle_event_gets_no_row_and_a_lone_one_everything(make: Make) -> None:
    record = run(make("s-t:1 t-z:1", axes=AXES, events=shut("s-t", "t-z")))
    assert credits_of(record) == {"e0": -1_000}


def test_gains_and_losses_of_one_instant(make: Make) -> None:
    events = {
        "a": {"kind": "open", "roads": "s-t", "at": 50},
        "b": {"kind": "close", "roads": "s-t#x", "at": 50},
    }
    record = run(make("s-t:1/300! s-t#x:1/500", axes=AXES, events=events))
    assert credits_of(record) == {"a": 300, "b": -500}


@pytest.mark.parametrize("n", [3, MOST, MOST + 1, 9])
def test_credits_are_whole_and_sum_to_the_change(make: Make, n: int) -> None:
    # n roads in a row: by symmetry -1,000 / n each, whole parts more to the first by id
    names = ["s", *(f"a{i}" for i in range(n - 1)), "t"]
    roads = [f"{a}-{b}" for a, b in pairwise(names)]
    record = run(make(" ".join(f"{r}:1" for r in roads), axes=AXES, events=shut(*roads)))
    found = credits_of(record)
    assert sum(found.values()) == -1_000
    assert set(found.values()) <= {-1_000 // n, -1_000 // n + 1}
    ranked = [found[e] for e in sorted(found)]
    assert ranked == sorted(ranked, reverse=True)


def test_more_than_most_share_equally_whatever_they_did(make: Make) -> None:
    # seven roads of 100, 200, ... 700 kg/day: 2,800 in all, 400 each
    roads = [f"s-t#{i}" for i in range(7)]
    words = " ".join(f"{r}:1/{100 * (i + 1)}" for i, r in enumerate(roads))
    assert set(credits_of(run(make(words, axes=AXES, events=shut(*roads)))).values()) == {-400}
    # six are exact
    found = credits_of(run(make(words, axes=AXES, events=shut(*roads[:6]))))
    assert found == {f"e{i}": -100 * (i + 1) for i in range(6)}


def test_the_same_event_on_several_places_is_one_player(make: Make) -> None:
    events = {"a": {"kind": "close", "roads": "s-t s-t#x", "at": 50}, **shut("s-t#y")}
    record = run(make("s-t:1/300 s-t#x:1/500 s-t#y:1/50", axes=AXES, events=events))
    assert credits_of(record) == {"a": -800, "e0": -50}


def test_credit_can_be_left_out(make: Make) -> None:
    assert run(make("s-t:1", axes=AXES, events=shut("s-t")), credit=False).credits == []


def levels(record: Record) -> list[tuple[int, str, int]]:
    return [(row.time, row.event, row.kg_per_day) for row in record.credits]


def test_what_one_takes_stays_its_own_until_it_ends(make: Make) -> None:
    """A loss that heals: 'big' takes 100 of 120 for its time, though 'small' came and went."""
    events = {
        "small": {"kind": "close", "roads": "m-t", "at": 100},
        "small_back": {"kind": "open", "roads": "m-t", "at": 200},
        "big": {"kind": "damage", "roads": "s-t", "loss": 1, "at": 300, "lasts": 500},
    }
    record = run(make("s-t:2/100 s-m:1/100 m-t:1/20", axes=AXES, events=events, length=1_000))
    assert levels(record) == [
        (100, "small", -20), (200, "small", 0), (300, "big", -100), (800, "big", 0),
    ]  # fmt: skip


def test_of_two_that_close_one_way_the_first_is_credited_while_it_lasts(make: Make) -> None:
    raid = {"kind": "raid", "roads": "s-t", "by": "blue"}
    events = {
        "a": {**raid, "at": 100, "lasts": 300},
        "b": {**raid, "at": 200, "lasts": 500},
    }
    record = run(make("s-t:1", axes=AXES, events=events, length=1_000))
    # nothing opens at 400, but it is b's doing from then on
    assert levels(record) == [(100, "a", -1_000), (400, "a", 0), (400, "b", -1_000),
                              (700, "b", 0)]  # fmt: skip


def test_a_gain_is_a_credit_above_0_and_a_retaken_town_counts_for_nobody(make: Make) -> None:
    events = {
        "opens": {"kind": "open", "roads": "s-t#x", "at": 100},
        "lost": {"kind": "capture", "places": "t", "by": "blue", "at": 200},
        "back": {"kind": "capture", "places": "t", "by": "red", "at": 300},
    }
    record = run(make("s-t:1/300 s-t#x:1/50!", axes=AXES, events=events, length=1_000))
    # with the second road open 'lost' takes 350: 300 of the start and 50 of what was gained
    assert levels(record) == [(100, "opens", 50), (200, "lost", -350), (300, "lost", 0)]


def test_at_the_start_is_the_start(make: Make) -> None:
    events = {"x": {"kind": "close", "roads": "s-t", "at": 0},
              "y": {"kind": "open", "roads": "s-t", "at": 100}}  # fmt: skip
    assert levels(run(make("s-t:1", axes=AXES, events=events))) == [(100, "y", 1_000)]


SINGLE: list[Mapping[str, Any]] = [
    {"kind": "close", "roads": "s-a"},
    {"kind": "raid", "roads": "s-a", "by": "blue", "lasts": 900},
    {"kind": "open", "roads": "s-a"},
    {"kind": "open", "roads": "a-b"},
    {"kind": "capture", "places": "a", "by": "blue"},
    {"kind": "capture", "places": "a", "by": "red"},
    {"kind": "capture", "places": "b", "shares": {"red": 400_000, "blue": 600_000}},
    {"kind": "raid", "places": "a", "by": "blue", "lasts": 700},
    {"kind": "besiege", "places": "b", "by": "blue"},
    {"kind": "relieve", "places": "b"},
    {"kind": "damage", "roads": "s-b", "loss": 0.5, "lasts": 1_100},
    {"kind": "damage", "roads": "s-b", "loss": 0.9},
]


@pytest.mark.parametrize("seed", range(25))
def test_against_the_definition(make: Make, seed: int) -> None:
    """Credit by running the scenario again with only some of its events, at each instant."""
    rng = random.Random(seed)
    some = [rng.randrange(len(SINGLE)) for _ in range(6)]
    times = sorted(rng.sample(range(1, 20), 6))
    events = {f"e{rng.randrange(9)}{n}": {**SINGLE[i], "at": 100 * t}
              for n, (i, t) in enumerate(zip(some, times, strict=True))}  # fmt: skip

    def scenario(names: Iterable[str]) -> Scenario:
        return make(
            "s-a:1/700 s-b:1/400 a-b:1/250! a-t:1/300 b-t:1/600",
            axes=AXES, events={e: events[e] for e in names}, length=3_000,
        )  # fmt: skip

    ran: dict[frozenset[str], Record] = {}

    def record(names: Iterable[str]) -> Record:
        if frozenset(names) not in ran:
            ran[frozenset(names)] = run(scenario(names), credit=False)
        return ran[frozenset(names)]

    def state(names: Iterable[str], time: int) -> dict[tuple[str, str], str]:
        rows = [r for r in record(names).control if r.time <= time]
        found = {(r.id, r.what): r.value for r in rows}
        # who holds it lastingly below a raid lets nobody pass
        return {k: v for k, v in found.items() if k[1] != "lasting" and v not in ("", "1")}

    def capacity(names: Iterable[str], time: int) -> int:
        rows = [r for r in record(names).series if r.measure == "capacity_kg_per_day"]
        return [r.value for r in rows if r.time <= time][-1]

    whole = run(scenario(events))
    for time in range(0, 3_000, 100):
        kept = sorted((e for e in events if events[e]["at"] <= time), key=lambda e: events[e]["at"])
        now = state(kept, time)
        for event in reversed(kept.copy()):
            fewer = [e for e in kept if e != event]
            if state(fewer, time) == now:
                kept = fewer
        expected = {
            e: change
            for n, e in enumerate(kept)
            if (change := capacity(kept[: n + 1], time) - capacity(kept[:n], time))
        }
        found = {row.event: row.kg_per_day for row in whole.credits if row.time <= time}
        assert {e: kg for e, kg in found.items() if kg} == expected, time


@pytest.mark.parametrize("seed", range(8))
def test_the_causes_in_force_make_what_is_there_now(
    make: Make, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replaying all that is credited gives the run's own state, which stands for it."""
    look, looked = Credit._look, list[int]()

    def and_compare(self: Credit) -> None:
        look(self)
        looked.append(now := self._world.clock.now)
        assert self._worth(now + 1, (), self._axes) == self._now()
        for axis, state in self._axes.items():
            assert self._passage[axis].road.tolist() == state.passage.road.tolist()
            assert self._passage[axis].place.tolist() == state.passage.place.tolist()

    monkeypatch.setattr(Credit, "_look", and_compare)
    rng = random.Random(seed)
    events = {
        f"e{n}": {**rng.choice(SINGLE), "at": 100 * rng.randrange(20)} for n in range(12)
    }  # fmt: skip
    words = "s-a:1/700 s-b:1/400 a-b:1/250! a-t:1/300 b-t:1/600"
    run(make(words, axes=AXES, events=events, length=3_000))
    assert len(looked) > 6


def test_instants_apart_are_credited_apart(make: Make) -> None:
    events = shut("s-a", "a-t")
    events["e1"]["at"] = 60
    record = run(make("s-a:1 a-t:1", axes=AXES, events=events))
    assert credits_of(record) == {"e0": -1_000}


EVENTS: list[Mapping[str, Any]] = [
    {"kind": "close", "roads": "s-a"},
    {"kind": "close", "roads": "b-t"},
    {"kind": "open", "roads": "a-b"},
    {"kind": "capture", "places": "a", "by": "blue"},
    {"kind": "capture", "places": "a", "by": "red"},
    {"kind": "besiege", "places": "b", "by": "blue"},
    {"kind": "damage", "roads": "s-b", "loss": 0.5},
    {"kind": "damage", "roads": "s-b", "loss": 0.9},
    {"kind": "raid", "places": "b", "by": "blue", "lasts": 1_000},
    {"kind": "capture", "places": "c", "by": "red"},
]


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(EVENTS) - 1), min_size=2, max_size=4))
def test_against_runs_with_only_some_of_the_events(make: Make, which: list[int]) -> None:
    """The worth of some events is what a run shows in which only these happen."""
    events = {f"e{n}": {**EVENTS[i], "at": 50} for n, i in enumerate(which)}

    def go(some: Iterable[str]) -> Record:
        return run(
            make(
                "s-a:1/700 s-b:1/400 a-b:1/250! a-t:1/300 b-t:1/600 s-c:1/90 c-t:1",
                held={"c": "blue"},
                axes=AXES,
                events={e: events[e] for e in some},
                length=900,
            )
        )

    def capacity(some: Iterable[str]) -> int:
        return [r.value for r in go(some).series if r.measure == "capacity_kg_per_day"][-1]

    worth = {}
    exact = dict.fromkeys(events, Fraction(0))
    orders = list(permutations(events))
    for order in orders:
        for n, event in enumerate(order):
            for some in (frozenset(order[:n]), frozenset(order[: n + 1])):
                if some not in worth:
                    worth[some] = capacity(some)
            gain = worth[frozenset(order[: n + 1])] - worth[frozenset(order[:n])]
            exact[event] += Fraction(gain, len(orders))
    change = worth[frozenset(events)] - worth[frozenset()]
    found = dict.fromkeys(events, 0) | credits_of(go(events))
    if change == 0:
        assert set(found.values()) == {0}
        return
    assert sum(found.values()) == change
    for event, share in exact.items():
        assert abs(found[event] - share) < 1


def test_a_flow_found_two_states_ago_is_not_solved_again() -> None:
    # roads of 300 and 500 a day, both open, or one; then the first alone, of other widths
    graph = Graph.build("st", [("x", "s", "t", 1, 1.0), ("y", "s", "t", 1, 1.0)])
    problem, world = FlowProblem(graph, [0], [1]), SimpleNamespace(record=SimpleNamespace(solves=0))
    found: deque[Flow] = deque(maxlen=MOST_FOUND)

    def largest(x: int, y: int) -> tuple[int, int]:
        kg = np.array([x, x, y, y, UNLIMITED, UNLIMITED])
        return largest_flow(cast(World, world), problem, kg, found).value, world.record.solves

    assert [largest(300, 500), largest(300, 0), largest(0, 500)] == [(800, 1), (300, 2), (500, 3)]
    assert [largest(300, 500), largest(0, 500), largest(300, 0)] == [(800, 3), (500, 3), (300, 3)]
    assert [largest(100 + n, 0) for n in range(9)] == [(100 + n, 4 + n) for n in range(9)]
    assert len(found) == MOST_FOUND
    assert largest(300, 500) == (800, 13)
