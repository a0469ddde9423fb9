"""Who holds a place: a stack of a lasting holder and of raids, against a naive second program."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.model import Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
END = 1_000


def capture(by: str, at: int) -> dict[str, Any]:
    return {"kind": "capture", "places": "t", "by": by, "at": at}


def raid(by: str, at: int, lasts: int) -> dict[str, Any]:
    return {"kind": "raid", "places": "t", "by": by, "at": at, "lasts": lasts}


def held(record: Record, what: str = "holders") -> list[tuple[int, str]]:
    """What control.csv says of t, from instant to instant."""
    return [(r.time, r.value) for r in record.control if (r.id, r.what) == ("t", what)]


def naive(events: dict[str, dict[str, Any]], time: int, first: str) -> tuple[str, str]:
    """(in force, lasting) at an instant, from the list of events alone.

    Of an instant: ends, then captures, then raids that begin, each in the order of ids.
    """
    of = sorted(events.items(), key=lambda e: (e[1]["at"], e[1]["kind"] != "capture", e[0]))
    lasting, taken_at, raids = first, -1, []
    for _, e in of:
        if e["at"] > time:
            break
        if e["kind"] == "capture":
            lasting, taken_at, raids = e["by"], e["at"], []
        else:
            raids = [r for r in raids if r["at"] + r["lasts"] > e["at"]]
            if raids or e["by"] != lasting:
                raids.append(e)
    raids = [r for r in raids if r["at"] + r["lasts"] > time and r["at"] >= taken_at]
    return (raids[-1]["by"] if raids else lasting), lasting


@pytest.mark.parametrize("seed", range(60))
def test_random_raids_and_captures(make: Make, seed: int) -> None:
    rng = random.Random(seed)
    actors = ["red", "blue", "green"]
    events = {}
    for n in rng.sample(range(100), 8):
        by, at = rng.choice(actors), rng.randrange(0, 9) * 100
        events[f"e{n:02d}"] = (
            capture(by, at) if rng.random() < 0.35 else raid(by, at, rng.randrange(1, 6) * 100)
        )
    men = {"g": {"place": "t", "strength": 10}}
    record = run(make("s-t:1", events=events, actors={"green": {}}, length=END, garrisons=men))
    rows, lasting_rows = dict(held(record)), dict(held(record, "lasting"))
    in_force, below, lost = "red", "", None
    for time in range(0, END + 1, 100):
        in_force = rows.get(time, f"{in_force}=1").removesuffix("=1")
        below = lasting_rows.get(time, below)
        now, lasting = naive(events, time, "red")
        assert in_force == now, time
        assert below in ("", f"{lasting}=1"), time
        assert below or now == lasting, time
        if lost is None and lasting != "red":
            lost = time
    # the garrison leaves when the place is lastingly another's, whoever raided it before
    assert [m.time for m in record.moves] == ([] if lost is None else [lost])


def test_a_raid_lasts_until_the_later_of_two_that_overlap(make: Make) -> None:
    events = {"a": raid("blue", 100, 200), "b": raid("blue", 200, 300)}
    record = run(make("s-t:1", events=events, length=END))
    assert held(record) == [(0, "red=1"), (100, "blue=1"), (500, "red=1")]
    assert [(e.time, e.kind, e.cause) for e in record.events] == [
        (100, "raid", "a"), (200, "raid", "b"), (300, "ends", "a"), (500, "ends", "b"),
    ]  # fmt: skip


def test_a_raid_within_a_raid_gives_back_to_the_first_raider(make: Make) -> None:
    events = {"a": raid("blue", 100, 600), "b": raid("green", 200, 100)}
    record = run(make("s-t:1", events=events, actors={"green": {}}, length=END))
    assert held(record)[1:] == [
        (100, "blue=1"), (200, "green=1"), (300, "blue=1"), (700, "red=1"),
    ]  # fmt: skip


def test_a_capture_by_the_raider_stays_and_displaces_the_garrison(make: Make) -> None:
    events = {"r": raid("blue", 100, 200), "c": capture("blue", 200)}
    men = {"g": {"place": "t", "strength": 50}}
    record = run(make("s-t:1", events=events, garrisons=men, length=END))
    assert held(record) == [(0, "red=1"), (100, "blue=1")]
    assert held(record, "lasting") == [(100, "red=1"), (200, "")]
    assert [(m.time, m.persons) for m in record.moves] == [(200, 50)]
    # the raid was over when its time came: nothing is said of an end
    assert [e.kind for e in record.events if e.cause == "r"] == ["raid"]


def test_a_raid_by_the_holder_does_nothing(make: Make) -> None:
    events = {"own": raid("red", 100, 200), "c": capture("blue", 150)}
    record = run(make("s-t:1", events=events, length=END))
    assert held(record) == [(0, "red=1"), (150, "blue=1")]


def test_two_raids_of_one_instant_go_by_id_whatever_the_file(make: Make) -> None:
    pair = [("a", raid("blue", 100, 200)), ("b", raid("green", 100, 100))]
    for events in (dict(pair), dict(reversed(pair))):
        record = run(make("s-t:1", events=events, actors={"green": {}}, length=END))
        assert held(record)[1:] == [(100, "green=1"), (200, "blue=1"), (300, "red=1")]


def test_a_siege_outlasts_a_raid_that_changes_nothing(make: Make) -> None:
    events = {
        "a": raid("blue", 100, 600),
        "b": raid("blue", 200, 100),
        "x": {"kind": "besiege", "places": "t", "by": "red", "at": 250},
    }
    record = run(make("s-t:1", events=events, length=END))
    # the end of b at 300 leaves blue there, ringed until the place changes hands at 700
    assert held(record, "besieged") == [(250, "blue"), (700, "")]
