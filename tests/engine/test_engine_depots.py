"""Depots: sources that ship from the stock of a sink at their place.

The oracle is a program that goes second by second and knows no streams, no events and no solver:
each axis has a road of its own, so what is planned is the least of road, supply and what is asked.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.engine.simulation import run
from sim.measure.summary import Analysis
from sim.network import UNLIMITED
from sim.scenario import load
from sim.scenario.blocks import blocks
from sim.scenario.depots import feeder
from sim.scenario.distributions import Constant
from sim.scenario.model import DAY, Event, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]
HUB = Path(__file__).parents[1] / "data/cases/supply/hub_runs_empty.yaml"


def series(record: Record, subject: str, measure: str) -> list[tuple[int, int]]:
    return [
        (r.time, r.value) for r in record.series if (r.subject, r.measure) == (subject, measure)
    ]


# --- by hand -----------------------------------------------------------------------------------


def hub(make: Make, *, stock: int = 0, floor: int = 0, more: dict[str, Any] | None = None,
        **out: Any) -> Scenario:  # fmt: skip
    """A line from a port to a hub, and one on from there to a town; 10 kg a convoy.

    DAY kg/day are a kg a second; each road takes 100 s. The hub eats nothing and is filled with
    1 kg/s, so a convoy a 10 s; the town eats 2 kg/s, so a convoy a 5 s is sent while there is any.
    """
    return make(
        "port-hub:0.1/900000 hub-town:0.1/900000",
        axes={
            "in": {"sources": "port", "size": 10,
                   "sinks": {"hub": {"stock": stock, "target": 1_000, "refill": DAY}}},
            "out": {"sources": "hub", "size": 10, "floors": {"hub": floor},
                    "sinks": {"town": {"demand": 2 * DAY, "stock": 1_000}}} | out,
        },
        length=1_000, sample=50, truck_load=10,
        **(more or {}),
    )  # fmt: skip


def test_a_dry_depot_passes_on_what_comes_convoy_by_convoy(make: Make) -> None:
    record = run(hub(make))
    # convoys leave the port at 10, 20, ..., 1000 s: of 100 are 90 there by 1000 s. Planned is what
    # comes in, 1 kg/s; the first to go on has built up at 10 s and waits until 110 s, the 80th
    # leaves at 900 s and is there at 1000 s
    assert record.tallies["in", "hub"].arrived == 90
    out = record.tallies["out", "town"]
    assert (out.sent, out.arrived, out.moving) == (90, 80, 10)
    assert series(record, "axis:out", "planned_kg_per_day") == [(0, DAY)]
    assert series(record, "source:out/hub", "dry") == [(0, 1)]
    assert record.shipped == {("out", "hub"): 900}
    assert {kg for _, kg in series(record, "sink:in/hub", "stock_kg")} == {0}
    # eaten are 1000 kg of its own and 2 kg/s of what comes each 10 s from 210 s on: 500 s suffice
    assert record.needed["out", "town"] == 2_000 * DAY


def test_it_ships_its_stock_down_to_the_floor_and_the_second_of_that_is_known(make: Make) -> None:
    record = run(hub(make, stock=100, floor=35))
    # 10 kg each 5 s from 5 s on: 90, ..., 40 kg at 30 s; at 35 s there are 40 of the 45 that the
    # floor and a convoy are: dry. The first convoy comes at 110 s and makes it 50: gone at once, 40
    assert series(record, "source:out/hub", "dry") == [(0, 0), (35, 1)]
    assert series(record, "axis:out", "planned_kg_per_day") == [(0, 2 * DAY), (35, DAY)]
    assert series(record, "axis:out", "supply_kg_per_day") == [(0, UNLIMITED), (35, DAY)]
    stocks = dict(series(record, "sink:in/hub", "stock_kg"))
    assert [stocks[t] for t in (0, 50, 100, 150, 1_000)] == [100, 40, 40, 40, 40]
    assert [(e.time, e.kind) for e in record.events if e.subject == "out/hub"] == [
        (35, "depot_dry")
    ]
    assert record.tallies["out", "town"].sent == 6 + 90


def test_what_bound_it_is_the_depot_while_it_is_dry(make: Make) -> None:
    scenario = hub(make, stock=100, floor=35)
    measures = Analysis(scenario, run(scenario)).measures
    # the road carries 900,000 kg/day; the town asks 2 kg/s, of which 1 comes from 35 s on
    names = ["days_bound_by_sources", "days_bound_by_need", "slack_start", "slack_end"]
    found = [measures[f"axes.out.{name}"].value for name in names]
    days = [round(965 / DAY, 6), round(35 / DAY, 6)]
    assert found == [*days, round(900_000 / (2 * DAY), 3), 0.5]
    assert measures["axes.out.sources.hub.days_dry"].value == days[0]
    assert measures["axes.out.capacity_least"].value == 900


def test_with_stock_for_all_it_is_a_source_like_any_other(make: Make) -> None:
    with_stock = hub(make, stock=10_000)
    out = with_stock.axes["out"]
    plain = replace(out, sources={"hub": replace(out.sources["hub"], from_stock=False)})
    a, b = run(with_stock), run(replace(with_stock, axes=with_stock.axes | {"out": plain}))
    assert a.tallies["out", "town"] == b.tallies["out", "town"]
    assert (a.needed, a.unmet, a.flows, a.loads) == (b.needed, b.unmet, b.flows, b.loads)
    assert a.shipped == {("out", "hub"): 2_000}
    assert b.shipped == {}


def test_what_it_ships_is_asked_for_again(make: Make) -> None:
    # the stock is at its target of 1,000 and 'low' is a convoy below: the first two convoys that
    # leave, at 5 and 10 s, lower it to 980, and the first makes it refill
    record = run(hub(make, stock=1_000))
    assert series(record, "axis:in", "asked_kg_per_day")[:2] == [(0, 0), (5, DAY)]


def test_a_stock_that_grows_again_is_shipped_at_full_rate(make: Make) -> None:
    # out gives nothing from 200 to 400 s, while 20 convoys come
    still = {"e": Event("e", "supply", ends=("out/hub",), to=Constant(0.0), at=Constant(200.0),
                        lasts=Constant(200.0))}  # fmt: skip
    record = run(replace(hub(make), events=still))
    dry = series(record, "source:out/hub", "dry")
    # stocked with a convoy of its own and one that comes, 20 kg, after the second of them: at 220 s
    # (that at 200 s still finds one that waits: closures go before convoys, so it does not leave)
    assert dry[:2] == [(0, 1), (210, 0)]
    # at 400 s there are 210 kg; the convoy that waited and the one that built up behind it leave at
    # once: 190, then 10 less each 10 s, with 2 that leave and one that comes; 0 are left at 590 s,
    # and at 595 s one is due
    assert dry[2:] == [(595, 1)]
    # all that had come by 900 s was there at 1000 s
    assert sum(t.delivered_kg for t in record.tallies.values()) == 10 * (90 + 80)


def test_a_chain_is_planned_in_its_order_whatever_the_priorities(make: Make) -> None:
    scenario = make(
        "d-c:1/9000 c-b:1/9000 b-a:1/9000",
        axes={
            "x": {"sources": "b", "floors": {"b": 0}, "sinks": {"a": {"demand": 900}}},
            "y": {"sources": "c", "floors": {"c": 0}, "priority": 2,
                  "sinks": {"b": {"refill": 500, "target": 9_000}}},
            "z": {"sources": "d", "priority": 3, "sinks": {"c": {"refill": 300, "target": 9_000}}},
        },
    )  # fmt: skip
    assert [block.name for block in blocks(scenario)] == ["z", "y", "x"]
    record = run(scenario)
    # x asks 900 and y 500, but no more than 300 come in
    for axis in "xyz":
        assert series(record, f"axis:{axis}", "planned_kg_per_day")[0] == (0, 300)
    kg = {
        axis: sum(t.sent_kg for (a, _), t in record.tallies.items() if a == axis) for axis in "xyz"
    }
    assert kg["x"] <= kg["y"] <= kg["z"] == 3_000


def test_of_two_that_ship_from_one_stock_the_first_in_the_plan_takes_what_comes(make: Make) -> None:
    scenario = make(
        "s-h:1/9000 h-a:1/9000 h-b:1/9000",
        axes={
            "in": {"sources": "s", "sinks": {"h": {"refill": 500, "target": 9_000}}},
            "a": {"sources": "h", "floors": {"h": 0}, "priority": 3,
                  "sinks": {"a": {"demand": 400}}},
            "b": {"sources": "h", "floors": {"h": 0}, "priority": 2,
                  "sinks": {"b": {"demand": 300}}},
        },
    )  # fmt: skip
    record = run(scenario)
    assert series(record, "axis:b", "planned_kg_per_day") == [(0, 300)]
    assert series(record, "axis:a", "planned_kg_per_day") == [(0, 200)]


def test_the_hub_of_the_case_ships_no_more_than_came_in() -> None:
    text = HUB.read_text("utf-8").replace("supply: 20 t/day", "supply: 20 t/day, from_stock: true")
    scenario = load(HUB, text=text)
    record = run(scenario)
    shipped, came = record.shipped["b_out", "hub"], record.tallies["a_in", "hub"].delivered_kg
    # without it 20 t/day leave for 60 days
    assert 100_000 < shipped <= 100_000 + came
    assert run(load(HUB)).tallies["b_out", "town"].sent_kg == 1_200_000
    measures = Analysis(scenario, record).measures
    assert measures["axes.b_out.sources.hub.shipped"].value == shipped / 1_000
    # t: 100 + 4 convoys come - 45 eaten - 9 shipped are 5 at 4.5 days; at 5 days 0, and one is due
    assert measures["axes.b_out.sources.hub.time_of_dry"].value == 5.0
    assert measures["axes.b_out.sources.hub.days_dry"].value > 50


# --- second by second ----------------------------------------------------------------------------


@dataclass(eq=False)
class Store:
    """A sink: what is there (kg * s / day), what is eaten, and whether it refills."""

    level: int
    rate: int
    refill: int
    target: int
    spare: int
    refilling: bool = False
    passes_on: bool = False
    restocked: bool = False
    missed: int = 0
    came: int = 0

    def look(self) -> bool:
        """Whether it begins or ends to refill."""
        kg, before = self.level // DAY, self.refilling
        if self.refill:
            low = max(0, self.spare - self.rate)
            self.refilling = kg < self.target and (self.refilling or kg <= low)
        return self.refilling != before


@dataclass(eq=False)
class Line:
    """An axis of one source, one road and one sink."""

    name: str
    sink: Store
    hub: Store | None
    road: int
    seconds: int
    gives: int
    floor: int
    size: int
    comes: int  # kg of a convoy that comes to the hub
    rate: int = 0
    built: int = 0
    waits: bool = False
    dry: bool = False
    under_way: list[int] = field(default_factory=list)
    shipped: int = 0

    def surplus(self) -> int:
        assert self.hub is not None
        return self.hub.level - self.floor * DAY


class SecondBySecond:
    """The lines in the order of their plans, each after that which fills its hub."""

    def __init__(self, lines: list[Line], seconds: int) -> None:
        self.lines = lines
        self.stores = {id(line.sink): line.sink for line in lines}.values()
        self.queue: list[Line] = []
        self.dry: Counter[str] = Counter()
        self.stock: dict[int, list[int]] = {}
        for line in lines:
            line.sink.look()
            if line.hub is not None and line.surplus() < line.size * DAY:
                line.dry = line.hub.passes_on = True
        self.plan()
        self.dispatch(0)
        self.stock[0] = [store.level // DAY for store in self.stores]
        for t in range(1, seconds + 1):
            self.second(t)

    def second(self, t: int) -> None:
        self.dry.update(line.name for line in self.lines if line.dry)
        again = False
        for line in self.lines:
            line.built += line.rate
            if line.waits:
                line.built = min(line.built, 2 * line.size * DAY)
        for store in self.stores:
            eaten = min(store.level, store.rate)
            store.level -= eaten
            store.missed += store.rate - eaten
        for line in self.lines:
            while line.under_way and line.under_way[0] == t:
                del line.under_way[0]
                line.sink.came += 1
                line.sink.level += line.size * DAY
                line.sink.restocked = line.sink.restocked or line.sink.passes_on
                again = line.sink.look() or again
        for store in self.stores:
            if store.level <= max(0, store.spare - store.rate) * DAY:
                again = store.look() or again
        if again:
            self.plan()
        self.dispatch(t)
        self.stock[t] = [store.level // DAY for store in self.stores]

    def comes_in(self, line: Line) -> int:
        rate = -line.hub.rate if line.hub else 0
        for other in self.lines:
            if other.sink is line.hub:
                rate += other.rate
            elif other.hub is line.hub and self.lines.index(other) < self.lines.index(line):
                rate -= other.rate
        return max(0, rate)

    def back(self, line: Line) -> bool:
        ample = line.surplus() >= (line.size + line.comes) * DAY
        if ample or (line.surplus() >= line.size * DAY and not self.comes_in(line)):
            line.dry = False
            assert line.hub is not None
            line.hub.passes_on = any(o.dry for o in self.lines if o.hub is line.hub)
            return True
        return False

    def plan(self) -> None:
        for line in self.lines:
            supply = line.gives
            if line.dry and not self.back(line):
                supply = min(supply, self.comes_in(line))
            asked = line.sink.rate + (line.sink.refill if line.sink.refilling else 0)
            if (rate := min(line.road, supply, asked)) != line.rate:
                line.rate, line.waits = rate, False
                self.queue = [other for other in self.queue if other is not line]

    def dispatch(self, t: int) -> None:
        for store in self.stores:
            if store.restocked:
                store.restocked = False
                self.serve(store, t)
        while due := [x for x in self.lines
                      if x.rate and not x.waits and x.built >= x.size * DAY]:  # fmt: skip
            line = min(due, key=lambda x: x.name)
            if line.hub is None or line.surplus() >= line.size * DAY:
                if self.leave(line, t):
                    self.plan()
                continue
            line.built, line.waits = min(line.built, 2 * line.size * DAY), True
            self.queue.append(line)
            if not line.dry:
                line.dry = line.hub.passes_on = True
                self.plan()

    def serve(self, store: Store, t: int) -> None:
        again = False
        for line in [x for x in self.queue if x.hub is store]:
            if line.surplus() >= line.size * DAY:
                self.queue.remove(line)
                line.waits = False
                again = self.leave(line, t) or again
        for line in self.lines:
            if line.hub is store and line.dry and self.back(line):
                again = True
        if again:
            self.plan()

    def leave(self, line: Line, t: int) -> bool:
        line.built -= line.size * DAY
        line.under_way.append(t + line.seconds)
        line.shipped += line.size
        if line.hub is None:
            return False
        line.hub.level -= line.size * DAY
        return line.hub.look()


SECONDS = 3_000


def chain(make: Make, seed: int) -> tuple[Scenario, list[Line]]:
    """A port, one to three hubs after one another, and towns beside them; for both programs."""
    rng = random.Random(seed)
    hubs = [f"h{n}" for n in range(rng.choice([1, 1, 2, 3]))]
    ends = [("p", hubs[0]), *pairwise(hubs)]
    ends += [(rng.choice(hubs), f"t{n}") for n in range(rng.choice([1, 2, 3]))]
    ends += [(hubs[-1], "t9")]
    roads, axes, lines, stores, sizes = [], {}, [], {}, {}
    for n, (a, b) in enumerate(ends):
        metres, road = rng.randrange(20, 300), rng.choice([DAY, 2 * DAY, 5 * DAY // 2, 6 * DAY])
        roads.append(f"{a}-{b}:{metres / 1000}/{road}")
        is_hub = b in hubs
        # a hub that eats makes the order of deliveries and departures matter
        demand = (
            rng.choice([0, 0, DAY // 3, DAY]) if is_hub else rng.choice([DAY // 2, DAY, 3 * DAY])
        )
        size, stock = rng.choice([10, 17, 30]), rng.choice([0, 40, 300])
        target = rng.choice([200, 500]) if is_hub else stock
        refill = rng.choice([DAY // 2, DAY, 3 * DAY]) if is_hub else 0
        gives = rng.choice([2**62, 2**62, 3 * DAY // 2, DAY]) if n else 2**62
        floor = rng.choice([0, 0, 25, 60])
        name = f"{n}{rng.choice('xyz')}"
        sizes[b] = size
        stores[b] = Store(stock * DAY, demand, refill, target, target - size)
        axes[name] = {
            "sources": a,
            "size": size,
            "priority": n,
            "floors": {a: floor} if n else {},
            "supply": {a: gives} if gives < 2**62 else {},
            "sinks": {b: {"demand": demand, "stock": stock, "target": target, "refill": refill}},
        }
        lines.append(Line(name, stores[b], stores.get(a) if n else None, road, metres, gives, floor,
                          size, sizes.get(a, 0)))  # fmt: skip
    scenario = make(" ".join(roads), axes=axes, length=SECONDS, sample=60, truck_load=10)
    return scenario, lines


@pytest.mark.parametrize("seed", range(40))
def test_it_is_as_a_program_that_goes_second_by_second(make: Make, seed: int) -> None:
    scenario, lines = chain(make, seed)
    naive, record = SecondBySecond(lines, SECONDS), run(scenario)
    for n, line in enumerate(lines):
        ((key, tally),) = ((k, t) for k, t in record.tallies.items() if k[0] == line.name)
        assert (tally.sent_kg, tally.arrived) == (line.shipped, line.sink.came)
        assert record.unmet[key] == line.sink.missed
        # samples are of the end of their instant; a row of a stock that is back may be amid it
        rows = series(record, f"sink:{key[0]}/{key[1]}", "stock_kg")
        stocks = [(t, kg) for t, kg in rows if t % 60 == 0]
        where = list(naive.stores).index(line.sink)
        assert stocks == [(t, naive.stock[t][where]) for t, _ in stocks]
        if n:
            source = next(iter(scenario.axes[line.name].sources))
            assert record.shipped[line.name, source] == line.shipped
            spans = series(record, f"source:{line.name}/{source}", "dry")
            times = [t for t, _ in spans] + [SECONDS]
            dry = sum(
                b - a for a, b, (_, is_dry) in zip(times, times[1:], spans, strict=False) if is_dry
            )
            assert dry == naive.dry[line.name]


# --- kilograms -----------------------------------------------------------------------------------


def with_depots(plain: dict[str, Any], seed: int) -> dict[str, Any]:
    """A random scenario in which further axes ship from sinks of its axes, and from theirs."""
    rng = random.Random(f"depots {seed}")
    places, axes = list(plain["network"]["places"]), plain["axes"]
    # much is under way, and at the start nobody is in the way of anybody
    plain["network"]["classes"]["r"]["speed"] = "3 km/h"
    plain["holders"] = {}

    def stocks(of: dict[str, Any]) -> list[str]:
        """Places with a stock of the same actor and commodity: a depot is to ship from one."""
        alike = [a for a in axes.values() if all(a[k] == of[k] for k in ("actor", "commodity"))]
        return [place for axis in alike for place in axis["sinks"]]

    for name in list(axes):
        for hop in range(rng.choice([1, 2])):
            filling = axes[name]
            (hub,) = filling["sinks"]
            free = [p for p in places if p not in stocks(filling)]
            if stocks(filling).count(hub) > 1 or not free:
                break
            filling["sinks"][hub] |= {"target": "60 t", "refill": f"{rng.randrange(2, 9)} t/day"}
            goal = rng.choice(free)
            source = {"from_stock": True, "floor": f"{rng.choice([0, 5])} t"}
            name = f"{name}{hop}"
            axes[name] = filling | {
                "sources": {hub: source},
                "sinks": {goal: {"demand": "3 t/day", "stock": f"{rng.randrange(9)} t"}},
                "priority": rng.choice([0, 1, 2]),
                "convoy": {"size": f"{rng.choice([1, 3, 4])} t", "loss": "50 %"},
            }
    return plain


@pytest.mark.parametrize("seed", range(40))
def test_every_kilogram_is_somewhere(
    random_scenario: Callable[[int], dict[str, Any]], seed: int
) -> None:
    stated = with_depots(random_scenario(seed), seed)
    scenario = sim.load(stated)
    record = run(scenario)  # which checks each stock, and each axis, at its end
    lost = {e.subject for e in record.events if e.kind == "stock_lost"}
    shipped: Counter[tuple[str, str]] = Counter()
    for (name, place), kg in record.shipped.items():
        filling = feeder(scenario, name, place)
        shipped[filling, place] += kg
        sent = [t for (axis, _), t in record.tallies.items() if axis == name]
        assert kg == sum(t.sent_kg - t.returned_kg for t in sent)
        assert kg == sum(t.delivered_kg + t.moving_kg + t.lost_kg for t in sent)
    for (axis, place), tally in record.tallies.items():
        began = round(scenario.axes[axis].sinks[place].stock.nominal)
        eaten = record.needed[axis, place] - record.unmet[axis, place]
        end = series(record, f"sink:{axis}/{place}", "stock_kg")[-1][1]
        over = (began + tally.delivered_kg - shipped[axis, place]) * DAY - eaten
        if f"{axis}/{place}" in lost:
            assert over // DAY >= end
        else:
            assert over // DAY == end


# --- beside other rules --------------------------------------------------------------------------

SHARED = """\
format: 1
period: {length: 10 days}
network:
  classes: {r: {speed: 40 km/h, capacity: 100 t/day}}
  places: {p: {lat: 0, lon: 0}, h: {lat: 0, lon: 1}, a: {lat: 0, lon: 2}, b: {lat: 1, lon: 1}}
  roads: {p--h: {km: 10, class: r}, h--a: {km: 10, class: r}, h--b: {km: 10, class: r}}
axes:
  in: {sources: {p: {}}, sinks: {h: {demand: 6 t/day, stock: 1 t, target: 90 t, refill: 30 t/day}}}
  out:
    sources: {h: {from_stock: true}}
    sinks: {a: {demand: 60 t/day}, b: {demand: 40 t/day}}
groups: {g: {axes: [out], share_out: equal}}
"""


def test_what_comes_into_a_dry_depot_is_shared_out_by_the_rule() -> None:
    record = run(sim.load(SHARED))
    # 36 t/day are planned to come and 6 are eaten: 30 of 100 t/day, so 3/10 of what each needs
    planned = {name: series(record, f"sink:out/{name}", "served_kg_per_day") for name in "ab"}
    assert planned == {"a": [(0, 18_000)], "b": [(0, 12_000)]}
    assert record.shares[0].levels[0].bound == "3/10"


def test_the_rule_of_an_actor_is_that_of_each_stage() -> None:
    ruled = "actors: {me: {share_out: equal}}\ndefault_holder: me\n"
    record = run(sim.load(SHARED.replace("groups: {g: {axes: [out], share_out: equal}}\n", ruled)))
    first, second = record.shares
    assert (first.group, second.group) == ("actors.me", "actors.me/2")
    assert [level.bound for level in first.levels] == ["1", "1"]  # need and refill of the depot
    assert [level.bound for level in second.levels] == ["3/10"]


def test_a_force_and_a_depot_live_from_one_stock(make: Make) -> None:
    scenario = make(
        "port-base:1 base-town:1 base-goal:9",
        axes={
            "in": {"sources": "port", "size": 10,
                   "sinks": {"base": {"stock": 500, "target": 900, "refill": 300}}},
            "out": {"sources": "base", "size": 10, "floors": {"base": 100},
                    "sinks": {"town": {"demand": 200}}},
        },
        held={"goal": "blue"}, fighting={},
        operations={"march": {"route": "base goal", "strength": 50, "each": 2,
                              "carries": 2 * DAY, "axis": "in", "tempo": 3}},
    )  # fmt: skip
    record = run(scenario)  # which checks the kilograms of the stock, with what the force took
    stocks = [kg for _, kg in series(record, "sink:in/base", "stock_kg")]
    assert record.shipped["out", "base"] > 1_000
    # the force eats 100 kg/day and the town 200: no more comes, and the floor is not shipped
    assert min(stocks) >= 90
