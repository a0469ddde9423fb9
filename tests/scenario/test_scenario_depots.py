"""What a file may say of depots, and what is refused."""

from __future__ import annotations

import pytest

import sim
from sim.scenario import dump_resolved, load
from sim.scenario.blocks import blocks
from sim.scenario.distributions import Constant

BASE = """\
format: 1
period: {length: 20 days}
network:
  classes: {r: {speed: 40 km/h, capacity: 100 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}, c: {lat: 0, lon: 2}, d: {lat: 0, lon: 3}}
  roads: {a--b: {km: 10, class: r}, b--c: {km: 10, class: r}, c--d: {km: 10, class: r}}
axes:
  in:
    sources: {a: {}}
    sinks: {b: {demand: 1 t/day, stock: 90 t, refill: 9 t/day}}
  out:
    sources: {b: {from_stock: true, floor: 5 t}}
    sinks: {c: {demand: 5 t/day, stock: 30 t, refill: 1 t/day}}
  on:
    sources: {c: {from_stock: true}}
    sinks: {d: {demand: 3 t/day}}
"""
ACTOR = "actors: {me: {share_out: weighted}}\ndefault_holder: me\n"
TOGETHER = "groups: {g: {axes: [%s], share_out: %s}}\n"


def test_a_depot_is_read_and_written() -> None:
    scenario = load("x.yaml", text=BASE)
    source = scenario.axes["out"].sources["b"]
    assert (source.from_stock, source.floor) == (True, Constant(5_000.0))
    assert load("x.resolved.yaml", text=dump_resolved(scenario)).axes == scenario.axes
    # 'on' would be first by id but for the stocks from which it and 'out' ship
    assert [block.name for block in blocks(scenario)] == ["in", "out", "on"]
    assert sim.validate(BASE).warnings == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "hint"),
    [
        ("{b: {demand: 1 t/day", "{d: {demand: 1 t/day", 12,
         "no axis of the actor and commodity of 'out' has a sink at 'b'",
         "add 'b' to the sinks of an axis"),
        ("axes:\n  in:", "commodities: {fuel: {}}\naxes:\n  in:\n    commodity: fuel", 14,
         "no axis of the actor and commodity of 'out' has a sink at 'b'", "add 'b' to the sinks"),
        ("from_stock: true, floor", "from_stock: true, foreign: true, floor", 12,
         "'b' is foreign, and has no stock of its own", "leave out"),
        ("d: {demand: 3 t/day}", "d: {demand: 3 t/day}, b: {demand: 2 t/day}", 12,
         "there are stocks at 'b' of the axes in and on", "join them into one"),
        ("sources: {a: {}}", "sources: {c: {from_stock: true}}", 9,
         "depots fill one another in a circle: ", "let one of them ship from elsewhere"),
        ("axes:", TOGETHER % ("in, out", "equal") + "axes:", 13,
         "'out' ships from the stock of 'b', which 'in' fills, and both are shared out together",
         "put them in different groups"),
        # 'in' and 'on' are planned as one, before 'out' and after it
        ("axes:", TOGETHER % ("in, on", "priority") + "axes:", 13,
         "depots make axis 'out' and group 'g' wait for one another",
         "put axes that wait in groups of their own"),
        ("from_stock: true, floor: 5 t", "from_stock: true, flor: 5 t", 12,
         "unknown key 'flor'", "did you mean 'floor'?"),
    ],
)  # fmt: skip
def test_what_is_no_depot_is_refused(old: str, new: str, line: int, said: str, hint: str) -> None:
    assert old in BASE
    with pytest.raises(sim.ScenarioError) as caught:
        load("x.yaml", text=BASE.replace(old, new, 1))
    found = caught.value.diagnostics[0]
    assert (found.file, found.line) == ("x.yaml", line)
    assert found.column > 1
    assert said in found.message
    assert hint in str(found.hint)


def test_the_rule_of_an_actor_holds_stage_by_stage_along_its_depots() -> None:
    by = "  by: {sources: {a: {}}, sinks: {d: {demand: 1 t/day}}}\n"
    text = BASE.replace("axes:\n", ACTOR + "axes:\n") + by
    assert [(block.name, block.axes) for block in blocks(load("x.yaml", text=text))] == [
        ("actors.me", ("by", "in")), ("actors.me/2", ("out",)), ("actors.me/3", ("on",)),
    ]  # fmt: skip
    # a group stands between the axis that fills its depot and the one that ships from what it fills
    grouped = text + TOGETHER % ("out", "equal")
    assert [(block.name, block.axes) for block in blocks(load("x.yaml", text=grouped))] == [
        ("actors.me", ("by", "in")), ("groups.g", ("out",)), ("actors.me/2", ("on",)),
    ]  # fmt: skip


def test_a_circle_is_named_place_by_place() -> None:
    with pytest.raises(sim.ScenarioError) as caught:
        load("x.yaml", text=BASE.replace("sources: {a: {}}", "sources: {c: {from_stock: true}}"))
    (found,) = caught.value.diagnostics
    assert found.message.endswith("circle: c -> b -> c (axes out and in)")


def test_two_that_ship_from_one_stock_are_not_shared_out_together() -> None:
    other = (
        "  other: {sources: {b: {from_stock: true}}, sinks: {d: {demand: 1 t/day, stock: 9 t}}}\n"
    )
    text = BASE.replace("{d: {demand: 3 t/day}}", "{a: {demand: 3 t/day}}") + other
    load("x.yaml", text=text)
    load("x.yaml", text=text + TOGETHER % ("out, other", "priority"))
    with pytest.raises(sim.ScenarioError) as caught:
        load("x.yaml", text=text + TOGETHER % ("out, other", "equal"))
    (found,) = caught.value.diagnostics
    assert "which 'other' ships from too" in found.message
    assert found.hint == "join the axes"


def test_a_floor_of_what_ships_from_no_stock_is_never_read() -> None:
    plain = BASE.replace("from_stock: true, floor", "supply: 2 t/day, floor")
    found = [(d.code, d.line) for d in sim.validate(plain).warnings]
    assert ("never_read", 12) in found
    assert ("hub_without_stock", 12) in found


def test_a_target_that_holds_no_convoy_above_the_floor_is_warned_of() -> None:
    found = sim.validate(BASE.replace("floor: 5 t", "floor: 71 t")).warnings
    (one,) = found
    assert (one.code, one.line) == ("depot_never_ships", 12)
    assert "below 91 t" in one.message
