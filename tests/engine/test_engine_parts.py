"""Parts of the engine built alone, each upon a world and what it is handed, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import pytest

from sim.engine.clock import Phase
from sim.engine.events import KINDS
from sim.engine.forces.battle import Battle, BattleSide
from sim.engine.forces.combat import Combat
from sim.engine.forces.field import Field
from sim.engine.forces.fronts import Fronts
from sim.engine.garrisons import Garrisons
from sim.engine.regroup import Regroup
from sim.engine.signals import Post
from sim.engine.supply.axes import draw_axes
from sim.engine.supply.sinks import Sinks
from sim.engine.supply.supply import Supply
from sim.engine.world import World
from sim.scenario.model import DAY, PPM, EventKind, Scenario
from sim.state.luck import Luck

Make = Callable[..., Scenario]


def world(scenario: Scenario) -> World:
    return World(scenario, Luck(seed=1))


def reach(w: World, time: int) -> None:
    """Run through the instant ``time``, whether or not something happens then."""
    w.clock.at(time, Phase.RECORD, "test", lambda: None)
    w.clock.run_through(time)


# --- supply ------------------------------------------------------------------------------


def test_a_stock_that_nothing_reaches_lasts_stock_over_consumption(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 400}}}}
    w = world(make("s-t:1!", axes=axes))
    sinks = Sinks(w, states := draw_axes(w))
    told: list[int] = []
    w.signals.stocks_changed.subscribe(lambda: told.append(w.clock.now))
    sink = states["line"].sinks["t"]
    assert sinks.lasts(sink) == 40_000  # 400 kg at 0.01 kg/s
    reach(w, 10_000)
    sinks.let_eat(sink, "op", 864)  # 300 kg are left, from here on at 0.02 kg/s
    assert sinks.lasts(sink) == 15_000
    w.clock.run_through(DAY)
    assert told == [25_000]
    assert w.record.empty == {("line", "t"): [(25_000, w.record.end)]}


def test_convoys_leave_whenever_one_has_built_up_and_are_told_as_they_arrive(make: Make) -> None:
    # 864 kg/day are 100 kg every 10,000 s; 1,000 s on the way; 250 kg last until 25,000 s
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 250}}, "size": 100}}
    w = world(make("s-t:1", axes=axes))
    supply = Supply(w, draw_axes(w))
    heard: list[tuple[int, Post]] = []
    w.signals.restocked.subscribe(lambda post: heard.append((w.clock.now, post)))
    while w.clock.now < 40_000 and w.clock.peek() <= 40_000:
        supply.supply_at(("red", "t"))  # who asks is told of the next delivery
        w.clock.step()
    assert heard == [(n * 10_000 + 1_000, ("red", "t")) for n in (1, 2, 3)]
    # at 40,000 s: 250 + 300 - 400
    reach(w, 40_000)
    assert supply.stock_kg("red", ["t"]) == 150
    w.clock.run_through(w.scenario.length)
    supply.close({})  # no kilogram is lost


# --- combat ------------------------------------------------------------------------------


def test_a_battle_ends_as_the_square_law_says(make: Make) -> None:
    """alpha = beta = k: x^2 - y^2 stays, and x + y falls by exp(-k t)."""
    men = {"1": {"place": "t", "strength": 500},
           "2": {"place": "y", "strength": 1_000, "actor": "blue"}}  # fmt: skip
    w = world(make("s-t:1 t-y:1", held={"y": "blue"}, garrisons=men,
                   fighting={"attack": 0.1, "defend": 0.1, "breaks": 0.5}))  # fmt: skip
    garrisons = Garrisons(w)
    combat = Combat(w, w.scenario.fighting, garrisons, Supply(w, draw_axes(w)))
    ends: list[tuple[int, bool]] = []

    def ended(_battle: Battle, won: bool) -> None:
        ends.append((w.clock.now, won))

    battle = combat.begin(
        "t", BattleSide([], [("blue", "y")]), BattleSide([], [("red", "t")]), ended
    )
    reach(w, DAY)
    combat.show(battle)
    # after a day: x + y = 1,500 exp(-0.1), x - y = 500 exp(0.1)
    together, apart = 1_500 * math.exp(-0.1), 500 * math.exp(0.1)
    assert garrisons.of(("blue", "y")) == round((together + apart) / 2)
    assert garrisons.of(("red", "t")) == round((together - apart) / 2)
    w.clock.run_through(10 * DAY)
    # the defenders break at 250: x = sqrt(1,000^2 - 500^2 + 250^2) = 901.4
    x = math.sqrt(1_000**2 - 500**2 + 250**2)
    assert ends == [(math.ceil(10 * math.log(1_500 / (x + 250)) * DAY), True)]
    assert garrisons.strength == {("red", "t"): 250, ("blue", "y"): 901}
    assert w.record.fallen == {"red": 250, "blue": 99}


# --- regrouping --------------------------------------------------------------------------


def test_the_displaced_are_shared_out_by_a_logit_of_hours(make: Make) -> None:
    # -ln 2 an hour: two places 1 h and 2 h away have the weights 1/2 and 1/4, so 2/3 and 1/3
    men = {"1": {"place": "g", "strength": 400, "loss": 0.25}}
    w = world(make("g-a:3.6 g-b:7.2", garrisons=men, regroup={"red": {"hours": -math.log(2)}}))
    garrisons = Garrisons(w)
    regroup = Regroup(w, garrisons)
    w.signals.settled.subscribe(lambda change: regroup.settle(change.places))
    w.apply("test", "g", lambda control, place: control.capture(place, {"blue": PPM}))
    w.clock.run_through(0)
    shares = {row.option: row.probability for row in w.record.choices}
    assert shares == {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3)}
    w.clock.run_through(3_600)
    assert garrisons.strength == {("red", "a"): 200}  # of the 300 that got away
    assert [move.persons for move in regroup.moving()] == [100]
    w.clock.run_through(7_200)
    assert garrisons.strength == {("red", "a"): 200, ("red", "b"): 100}


# --- fronts ------------------------------------------------------------------------------


class Noted:
    """Orders that are written down and not carried out."""

    def __init__(self) -> None:
        self.counters: list[tuple[list[Post], list[str], str]] = []

    def counter(self, posts: list[Post], defenders: BattleSide, place: str) -> None:
        self.counters.append((posts, [force.id for force in defenders.forces], place))


def fronts(make: Make, **rule: object) -> tuple[World, Field, Fronts, Noted]:
    """Reserves of 100 at r; forces of 60 and 80 are about to march on n and on s, where 10 are."""
    w = world(make(
        "r-n:1 r-s:1 n-x:10 s-y:10", held={"x": "blue", "y": "blue"},
        garrisons={"1": {"place": "r", "strength": 100, "reserve": 1},
                   "2": {"place": "s", "strength": 10}},
        operations={"north": {"actor": "blue", "route": "x n", "strength": 60, "tempo": 1},
                    "south": {"actor": "blue", "route": "y s", "strength": 80, "tempo": 1}},
        fronts={"red": {"value": 1, "values": {"n": 1, "s": 2}, "delay": 500, **rule}},
    ))  # fmt: skip
    garrisons, orders = Garrisons(w), Noted()
    field, regroup = Field(w, garrisons), Regroup(w, garrisons)
    combat = Combat(w, w.scenario.fighting, garrisons, Supply(w, draw_axes(w)))
    return w, field, Fronts(w, field, combat, regroup, orders), orders


def test_the_weightiest_front_is_filled_first_and_the_next_gets_the_rest(make: Make) -> None:
    w, field, made, orders = fronts(make)
    for force in field.forces.values():
        force.turn_to("marching")
    w.clock.run_through(DAY)
    # as many as attack: s wants 80 - 10 and comes first by its value, n wants 60
    moves = {move.choice: (move.time, move.persons) for move in w.record.moves}
    assert moves == {"s": (500, 70), "n": (500, 30)}
    assert made.spare == {("red", "r"): 0}
    assert orders.counters == []


@pytest.mark.parametrize(("ratio", "strikes"), [(0.124, True), (0.126, False)])
def test_who_is_strong_enough_strikes_back(make: Make, ratio: float, strikes: bool) -> None:
    # 10 at s against 80: an eighth; no reserve gets there (1,000 s) within 700 s
    w, field, _, orders = fronts(make, counter=ratio, hold="r")
    field.forces["south"].turn_to("marching")
    w.clock.run_through(700)
    assert orders.counters == ([([("red", "s")], ["south"], "s")] if strikes else [])


# --- events ------------------------------------------------------------------------------


def test_every_kind_of_event_of_the_language_has_what_it_does() -> None:
    assert set(KINDS) == set(get_args(EventKind))
