"""A sink's stock, convoys and refilling against a program that looks at them every second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.clock import Phase
from sim.engine.simulation import Simulation, run
from sim.measure.steps import series_by_key
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Make = Callable[..., Scenario]


@dataclass
class Route:
    """One road from the source to the sink: kg/day and seconds."""

    most: int
    seconds: int
    rate: int = 0
    built: int = 0  # kg * s / day since the last convoy left


@dataclass
class Naive:
    """One source, one sink, roads between them; everything is looked at each second."""

    routes: list[Route]  # the fastest first
    demand: int
    stock: int
    target: int
    refill: int
    size: int
    end: int
    sample: int
    events: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    samples: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.level = self.stock * DAY
        self.low = max(0, self.target - self.size - self.demand)
        self.out = self.refilling = False
        self.changes: list[tuple[int, bool, int]] = []  # (second, empty, convoys come by then)
        self.come = 0
        self.coming: list[tuple[int, int]] = []  # (arrival, ordinal)
        self.sent = self.delivered = 0
        for now in range(self.end + 1):
            self.second(now)
        self.tell()

    def tell(self) -> None:
        """Rows of what is known at the end: back for less than a delivery is not back."""
        wanting = by_convoy = False
        for number, (now, out, come) in enumerate(self.changes):
            if out and not wanting:
                self.events.append((now, "stock_out"))
                wanting, by_convoy = True, False
            elif out and not by_convoy:
                self.events.append((now, "hand_to_mouth"))
                by_convoy = True
            elif not out:
                after = self.changes[number + 1 : number + 2]
                if not after or after[0][2] > come:
                    self.events.append((now, "stock_back"))
                    wanting = False

    @property
    def empty(self) -> list[tuple[int, int]]:
        """The spans without stock."""
        times = [now for now, *_ in self.changes]
        ends = [*times[1:], self.end]
        return [(a, b) for (a, out, _), b in zip(self.changes, ends, strict=False) if out]

    def second(self, now: int) -> None:
        if now:
            self.level = max(0, self.level - self.demand)
        for arrival in sorted(a for a in self.coming if a[0] == now):
            self.coming.remove(arrival)
            self.level += self.size * DAY
            self.delivered += self.size
            self.come += 1
            self.look(now)
        # nothing came: it may have fallen to nothing, or to where refilling begins
        if now == 0 or self.level == 0 or self.level <= self.low * DAY:
            self.look(now)
        asks = self.demand + self.refill * self.refilling
        if not self.asked or self.asked[-1][1] != asks:
            self.plan(now, asks)
        for route in self.routes:
            route.built += route.rate if now > self.planned else 0
            while route.rate and route.built >= self.size * DAY:
                route.built -= self.size * DAY
                self.sent += 1
                self.coming.append((now + route.seconds, self.sent))
        if now % self.sample == 0:
            self.samples.append((now, self.level // DAY, self.delivered))

    def look(self, now: int) -> None:
        out = self.demand > 0 and self.level == 0
        if out != self.out:
            self.out = out
            self.changes.append((now, out, self.come))
        if self.refill and self.level // DAY >= self.target:
            self.refilling = False
        elif self.refill and self.level // DAY <= self.low:
            self.refilling = True

    def plan(self, now: int, asks: int) -> None:
        self.asked.append((now, asks))
        rates, left = [], asks
        for route in self.routes:
            rates.append(min(left, route.most))
            left -= rates[-1]
        if now == 0 or rates != [route.rate for route in self.routes]:
            # what has built up, this second's included, goes to the first route from now on
            built = sum(r.built + (r.rate if now else 0) for r in self.routes)
            for route, rate in zip(self.routes, rates, strict=True):
                route.rate, route.built = rate, 0
            self.routes[0].built = built
            self.planned = now


def told(record: Record) -> list[tuple[int, str]]:
    kinds = ("stock_out", "stock_back", "hand_to_mouth")
    return [(row.time, row.kind) for row in record.events if row.kind in kinds]


def rows(record: Record, measure: str) -> list[tuple[int, int]]:
    return [(row.time, row.value) for row in record.series if row.measure == measure]


def same(
    make: Make, roads: list[tuple[int, int]], *, end: int, sample: int, size: int, **sink: int
) -> Naive:
    """Run both over ``roads`` (kg/day, seconds) and compare them; the naive one."""
    words = [f"s-t#r{n}:{seconds / 1000}/{kg}" for n, (kg, seconds) in enumerate(roads)]
    axes: dict[str, Any] = {"line": {"sources": "s", "sinks": {"t": sink}, "size": size}}
    record = run(make(" ".join(words), axes=axes, length=end, sample=sample))
    by_time = sorted(roads, key=lambda road: road[1])
    naive = Naive([Route(*road) for road in by_time], size=size, end=end, sample=sample, **sink)
    assert told(record) == naive.events
    assert record.empty.get(("line", "t"), []) == naive.empty
    assert rows(record, "asked_kg_per_day") == naive.asked
    stocks = dict(rows(record, "stock_kg"))
    delivered = dict(rows(record, "delivered_kg"))
    assert [(t, stocks[t], delivered[t]) for t in range(0, end + 1, sample)] == naive.samples
    tally = record.tallies["line", "t"]
    assert (tally.sent, tally.moving) == (naive.sent, len(naive.coming))
    return naive


ROADS = st.lists(
    st.tuples(st.integers(1, 900_000), st.integers(1, 400)),
    min_size=1, max_size=3, unique_by=lambda road: road[1],
)  # fmt: skip
KG_PER_DAY = st.integers(0, 600_000)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    ROADS, KG_PER_DAY, st.integers(0, 3_000), st.integers(0, 3_000), KG_PER_DAY,
    st.integers(1, 900),
)  # fmt: skip
def test_what_is_foreseen_is_what_happens_second_by_second(
    make: Make, roads: list[tuple[int, int]], demand: int, stock: int, target: int, refill: int,
    size: int,
) -> None:  # fmt: skip
    same(
        make, roads, demand=demand, stock=stock, target=target, refill=refill, size=size,
        end=1_500, sample=50,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("roads", "demand", "refill", "size", "sample"),
    [
        ([(90_000, 700)], 3_000, 9_000, 11, DAY),
        ([(2_500, 50), (9_000, 4_000)], 3_001, 2_999, 170, 3_600),
    ],
)
def test_refilling_goes_on_and_off_over_days(
    make: Make, roads: list[tuple[int, int]], demand: int, refill: int, size: int, sample: int
) -> None:
    # the stock begins just above where refilling begins, a convoy and a day below the target
    target = 6_000
    naive = same(
        make, roads, demand=demand, stock=target - size - demand + 5, target=target,
        refill=refill, size=size, end=3 * DAY, sample=sample,
    )  # fmt: skip
    assert len(naive.asked) >= 3


def test_what_a_force_takes_with_it_is_missed_in_the_same_instant(make: Make) -> None:
    # a convoy of 100 kg leaves each day; the force, which has room for 300 kg, takes it at once,
    # and by the next it has eaten it up
    axes = {"line": {"sources": "s", "sinks": {"t": {}}, "size": 100}}
    force = {"route": "t x", "axis": "line", "strength": 100, "each": 1, "carries": 3 * DAY}
    scenario = make(
        "s-t:1 t-x:99", axes=axes, operations={"op": force}, fighting={}, held={"x": "blue"},
        length=3 * DAY,
    )  # fmt: skip
    record = run(scenario)
    first, second, end = DAY + 1_000, 2 * DAY + 1_000, 3 * DAY
    assert told(record) == [(0, "stock_out"), (first, "hand_to_mouth")]
    # what is there for an instant ends no want: three days of three without
    assert record.empty["line", "t"] == [(0, first), (first, second), (second, end)]
    measures = Analysis(scenario, record).measures
    assert measures["axes.line.sinks.t.days_without"].value == 3


def test_a_stock_that_is_taken_whole_is_gone_in_that_instant(make: Make) -> None:
    # no road from the source: of 200 kg one is eaten in a day, and then the 199 that are left are
    # taken, though 300 were asked for
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 1, "stock": 200}}}}
    sim = Simulation(make("s-t:1!", axes=axes, length=3 * DAY), 1, 0, False)
    sim.run_until(DAY)
    sink = sim.supply.axes["line"].sinks["t"]
    assert sim.supply.sinks.take(sink, 300) == 199
    sim.run_until(2 * DAY)
    record = sim.world.record
    assert told(record) == [(DAY, "stock_out")]
    assert record.empty["line", "t"] == [(DAY, 3 * DAY)]


def test_a_base_that_lives_from_convoy_to_convoy_is_told_of_once(make: Make) -> None:
    """A kg a second is eaten. 21,600 kg/day can come: a convoy of 100 kg each 400 s."""
    sink = {"demand": 86_400, "stock": 450}
    axes = {"line": {"sources": "s", "sinks": {"t": sink}, "size": 100}}
    # for a time no more than 100 kg are eaten before the next 100 come: a second way opens
    events = {
        "closed": {"kind": "close", "roads": "s-x", "at": 0},
        "open": {"kind": "open", "roads": "s-x", "at": 10_000},
        "lost": {"kind": "close", "roads": "s-x", "at": 20_000},
    }
    scenario = make(
        "s-t:1/21600 s-x:1/86400 x-t:1/86400", axes=axes, events=events, length=30_000, sample=600
    )
    record = run(scenario)
    # the first leaves at 400 s and comes at 1,400 s, when the 450 kg have been gone for 950 s;
    # it lasts 100 s, the next one comes 400 s later
    assert told(record)[:2] == [(450, "stock_out"), (1_500, "hand_to_mouth")]
    kinds = [kind for _, kind in told(record)]
    assert kinds == ["stock_out", "hand_to_mouth", "stock_back", "stock_out", "hand_to_mouth"]
    back, out = told(record)[2][0], told(record)[3][0]
    assert 12_000 <= back < out < 24_000
    spans = record.empty["line", "t"]
    assert spans[:3] == [(450, 1_400), (1_500, 1_800), (1_900, 2_200)]
    # a quarter of each 400 s is with stock while one road is all there is
    assert sum(b - a for a, b in spans if 2_200 <= a < 9_800) == 19 * 300
    assert not any(a < t < b for a, b in spans for t in range(back, out, 50))


def test_a_large_delivery_that_is_eaten_up_before_any_other_is_told_of(make: Make) -> None:
    """86,400 kg/day are eaten and can come: 5,000 kg leave at 5,000 s, and no more after that."""
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 86_400}}, "size": 5_000}}
    events = {"shut": {"kind": "close", "roads": "s-t", "at": 6_500}}
    scenario = make("s-t:1", axes=axes, events=events, capacity=86_400, length=20_000)
    # 5,000 kg come at 6,000 s and last until 11,000 s
    assert told(run(scenario)) == [(0, "stock_out"), (11_000, "hand_to_mouth")]
    # where the period ends before that the stock is back
    shorter = make("s-t:1", axes=axes, events=events, capacity=86_400, length=9_000)
    assert told(run(shorter)) == [(0, "stock_out"), (6_000, "stock_back")]


def test_those_who_fight_at_a_sink_hear_of_what_is_delivered_there(make: Make) -> None:
    # 350 kg last 35,000 s, so from 15,000 s on for less than 20,000 s; 300 kg leave at 30,000 s,
    # and with them at 31,000 s there are 340 kg for 34,000 s
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 350}}, "size": 300}}
    scenario = make(
        "s-t:1 t-y:1", axes=axes, held={"y": "blue"}, length=40_000, sample=40_000,
        garrisons={"g": {"place": "t", "strength": 1_000}},
        operations={"op": {"route": "y t", "actor": "blue", "strength": 1_000, "tempo": 1_000}},
        fighting={"attack": 0.01, "defend": 0.01, "bands": ((20_000, 1.0), (0, 0.2))},
    )  # fmt: skip
    sim = Simulation(scenario, 1, 0, False)
    effects = {}
    for time in (14_999, 15_001, 30_999, 31_000):
        sim.world.clock.run_through(time)
        assert sim.operations is not None
        (battle,) = sim.operations.combat.battles.values()
        effects[time] = battle.effects[1]
    assert effects == {14_999: 1.0, 15_001: 0.2, 30_999: 0.2, 31_000: 1.0}


@pytest.mark.parametrize("seed", range(12))
def test_needed_and_unmet_are_those_of_rates_and_empty_spans(
    wild_war: Callable[[int], Scenario], seed: int
) -> None:
    record = run(wild_war(seed))
    series = series_by_key(record.series)
    for axis, sink in record.tallies:
        spans = series[f"sink:{axis}/{sink}", "demand_kg_per_day"].spans(record.end)
        assert record.needed[axis, sink] == sum((b - a) * rate for a, b, rate in spans)
        # a stock ends within a second: that second alone is not in the span that follows it
        empty = record.empty.get((axis, sink), [])
        wanted = sum(
            max(0, min(b, until) - max(a, since)) * rate
            for since, until in empty for a, b, rate in spans
        )  # fmt: skip
        most = max(rate for *_, rate in spans)
        assert 0 <= record.unmet[axis, sink] - wanted <= most * len(empty)


def test_what_is_taken_as_the_next_convoy_is_stopped_is_looked_at_in_that_instant(
    make: Make,
) -> None:
    # of 350 kg 40 are left at 31,000 s, when 300 kg come (see above); a ring keeps them out in that
    # instant, in which a force takes all that is there: the stock is empty at once
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 864, "stock": 350}}, "size": 300}}
    events = {"ring": {"kind": "besiege", "places": "t", "by": "blue", "at": 31_000}}
    scenario = make("s-t:1", axes=axes, events=events, length=60_000, sample=60_000)
    sim = Simulation(scenario, 1, 0, False)
    sink = sim.supply.axes["line"].sinks["t"]
    got: list[int] = []

    def take() -> None:
        got.append(sim.supply.sinks.take(sink, 1_000))

    sim.world.clock.at(31_000, Phase.OPENINGS, "taken", take)
    sim.world.clock.run_through(50_000)
    assert got == [40]
    assert sink.tally.arrived == 0
    assert sim.world.record.empty["line", "t"] == [(31_000, 60_000)]


def test_a_want_that_is_over_is_one_no_more(make: Make) -> None:
    """100 kg last a day of 100 kg/day; from the third day on nobody eats there."""
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 100, "stock": 100}}}}
    events = {
        "shut": {"kind": "close", "roads": "s-t", "at": 0},
        "gone": {"kind": "demand", "ends": ("line/t",), "to": Constant(0), "at": 3 * DAY},
    }
    record = run(make("s-t:1", axes=axes, events=events))
    assert record.empty["line", "t"] == [(DAY, 3 * DAY)]


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        (lambda sink: sink.stock.add(DAY, 1), "kg of the stock do not add up"),
        (lambda sink: sink.stock.add(DAY, -1), "kg of the stock do not add up"),
        (lambda sink: setattr(sink.stock, "eaten", DAY), "kg of the stock do not add up"),
        (lambda sink: setattr(sink, "shipped", 1), "kg of the stock do not add up"),
        (lambda sink: setattr(sink.tally, "sent_kg", 1), "kg sent are not all accounted for"),
    ],
    ids=["a kg more", "a kg less", "eaten", "shipped", "sent"],
)
def test_a_run_that_loses_a_kilogram_stops(
    make: Make, tampered: Callable[[Any], None], said: str
) -> None:
    # 1000 kg in stock, 10 kg/day eaten of it and brought again: both are there at the end
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 10, "stock": 1_000}}}}
    scenario = make("s-t:1", axes=axes, length=3 * DAY)
    Simulation(scenario, 1, 0, False).finish()  # as it is, it adds up
    sim = Simulation(scenario, 1, 0, False)
    sim.run_until(DAY)
    tampered(sim.supply.axes["line"].sinks["t"])
    with pytest.raises(AssertionError, match=said):
        sim.finish()


def test_a_run_in_which_a_force_takes_what_no_stock_gave_stops(make: Make) -> None:
    axes = {"line": {"sources": "s", "sinks": {"t": {"stock": 1_000}}}}
    force = {"route": "t x", "axis": "line", "strength": 100, "each": 1, "carries": 3 * DAY}
    scenario = make(
        "s-t:1 t-x:99", axes=axes, operations={"op": force}, fighting={}, held={"x": "blue"},
        length=3 * DAY,
    )  # fmt: skip
    sim = Simulation(scenario, 1, 0, False)
    sim.forces["op"].loaded += 1
    with pytest.raises(AssertionError, match=r"line/t: forces took \d+ kg"):
        sim.finish()
