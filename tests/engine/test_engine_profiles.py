"""Profiles, closures that come again, and events that change what a source gives or a sink eats.

The oracle of a profile is the same scenario with each of its changes written as an event of its
own; of the speed of convoys it is arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import Simulation, run
from sim.measure.summary import Analysis
from sim.network import UNLIMITED
from sim.scenario import dump_resolved, load
from sim.scenario.distributions import Constant
from sim.scenario.kinds import Cycle
from sim.scenario.model import DAY, Event, EventKind, Profile, Scenario
from sim.scenario.profiles import changes
from sim.state.control import GIVEN
from sim.state.pace import graph_at
from sim.state.rebuild import state_at, states
from sim.state.record import Record

HOUR = 3600
WORLD = """
format: 1
period: {start: 2016-06-01, length: 40 days}
actors: {red: {}}
default_holder: red
network:
  classes:
    main: {speed: 30 km/h, capacity: 100 t/day}
    track: {speed: 20 km/h, capacity: 60 t/day}
  places:
    a: {lat: 0, lon: 0}
    b: {lat: 0, lon: 1, capacity: 90 t/day}
    c: {lat: 0, lon: 2}
    d: {lat: 1, lon: 1}
  roads:
    a--b: {km: 100, class: main}
    b--c: {km: 80, class: main}
    a--d: {km: 120, class: track}
    d--c: {km: 60, class: track}
axes:
  line:
    actor: red
    sources: {a: 120 t/day}
    sinks:
      c: {demand: 70 t/day, stock: 100 t, target: 200 t, refill: 20 t/day}
      d: {demand: 15 t/day, stock: 20 t}
    convoy: {size: 7 t}
"""


def scenario(*parts: str) -> Scenario:
    return load("world.yaml", text=WORLD + "\n".join(parts))


def rows(record: Record) -> list[list[object]]:
    """What profiles and events must have in common, byte by byte."""
    return [list(part) for part in (record.control, record.flows, record.loads, record.series)]


def as_events(of: Scenario) -> Scenario:
    """The same scenario with each span of each profile as a damage or an event of its own."""
    events: dict[str, Event] = {}
    for profile in of.profiles.values():
        known = list(changes(profile, of.start, of.length))
        ends = [time for time, _ in known[1:]] + [of.length + DAY]
        for (since, key), until in zip(known, ends, strict=True):
            if not key or profile.factors[key].nominal == 1:
                continue
            at, lasts = Constant(float(since)), Constant(float(until - since))
            name, factor = f"{profile.id}_{since}", profile.factors[key]
            ends: dict[EventKind, tuple[str, ...]] = {
                "supply": profile.supply,
                "demand": profile.demand,
            }
            for kind, names in ends.items():
                if names:
                    id_ = f"{name}_{kind}"
                    events[id_] = Event(
                        id_, kind, ends=tuple(sorted(names)), factor=factor, at=at, lasts=lasts
                    )
            if profile.capacity:
                network = of.network
                places = tuple(sorted({*profile.capacity} & network.places.keys()))
                roads = tuple(
                    road.id
                    for road in network.roads.values()
                    if {road.id, road.road_class} & {*profile.capacity}
                )
                loss = Constant(1 - factor.nominal)
                events[name] = Event(name, "damage", places, roads, loss=loss, at=at, lasts=lasts)
    return replace(of, profiles={}, events=dict(sorted(events.items())))


SEASONS = {
    "dates": "{factors: {2016-06-05: 0.5, 2016-06-11T06:30: 0.25, 2016-06-20: 1}, capacity: main}",
    "year": "{every: year, factors: {06-10: 0.6, 06-25: 1}, capacity: [a--b, b, track]}",
    "week": "{every: week, factors: {friday: 0.3, saturday 06:00: 1}, supply: line/a}",
    "day": "{every: day, factors: {06:00: 1, 20:00: 0.4}, demand: [line/c, line/d]}",
    "market": "{every: week, factors: {monday: 1.7, tuesday: 1}, demand: line/d}",
    "before": "{every: year, factors: {11-01: 0.7, 06-15: 1}, capacity: b--c, supply: line/a}",
}


@pytest.mark.parametrize("some", [[name] for name in SEASONS] + [list(SEASONS)], ids="+".join)
def test_a_profile_is_the_same_as_its_changes_written_as_events(some: list[str]) -> None:
    text = "profiles:\n" + "\n".join(f"  {name}: {SEASONS[name]}" for name in some)
    by_profile = scenario(text)
    assert rows(run(by_profile)) == rows(run(as_events(by_profile)))


def test_a_closure_that_comes_again_is_the_same_as_many_closures() -> None:
    again = scenario(
        "events:", "  curfew: {at: 12 hours, close: b--c, lasts: 7 hours, every: 1 days}"
    )
    single = scenario(
        "events:",
        *(
            f"  curfew{day:02d}: {{at: {12 + 24 * day} hours, close: b--c, lasts: 7 hours}}"
            for day in range(40)
        ),
    )
    assert rows(run(again)) == rows(run(single))
    closed = [row for row in run(again).control if row.id == "b--c" and row.what == "state"]
    # open at the start, then shut and opened on each of the 40 days
    assert [row.value for row in closed] == ["open", *["closed", "open"] * 40]


def test_an_amount_that_an_event_sets_is_multiplied_by_what_is_in_force() -> None:
    record = run(
        scenario(
            "profiles: {half: {factors: {2016-06-11: 0.5}, supply: line}}",
            "events:",
            "  strike: {at: 5 days, supply: line/a, to: 33.333 t/day, lasts: 10 days}",
            "  guests: {at: 6 days, demand: line/d, factor: 2, lasts: 2 days}",
        )
    )
    supply = [
        (row.time // DAY, row.value) for row in record.series if row.measure == "supply_kg_per_day"
    ]
    # 120 t/day; the strike leaves 33,333 kg/day, half of it from day 10 is floored to 16,666, and
    # when the strike is over half of 120 t/day is left
    assert supply == [(0, 120_000), (5, 33_333), (10, 16_666), (15, 60_000)]
    demand = [
        (row.time // DAY, row.value)
        for row in record.series
        if row.subject == "sink:line/d" and row.measure == "demand_kg_per_day"
    ]
    assert sorted({*demand}) == [(0, 15_000), (6, 30_000), (8, 15_000)]
    # 15 t/day over 40 days, and as much again on two of them
    assert record.needed["line", "d"] == (15_000 * 40 + 15_000 * 2) * DAY


def test_factors_multiply_with_damage_and_are_floored_once() -> None:
    record = run(
        scenario(
            "profiles:",
            "  one: {factors: {2016-06-03: 0.333333}, capacity: a--b}",
            "  two: {factors: {2016-06-03: 0.7}, capacity: main}",
            "events: {hit: {at: 2 days, damage: [a--b], loss: 0.1}}",
        )
    )
    kept = [row.value for row in record.control if row.id == "a--b" and row.what == "kept"]
    assert kept == ["0.9*0.333333*0.7"]
    capacity = [r.value for r in record.series if r.measure == "capacity_kg_per_day"]
    # a--b: 100,000 * 0.9 * 0.333333 * 0.7 = 20,999.979, floored to 20,999 kg/day; a--d 60,000
    assert capacity == [150_000, 80_999]


def test_credits_are_the_profiles_own_and_do_not_pile_up() -> None:
    record = run(
        scenario(
            "profiles: {day: "
            + SEASONS["day"].replace("demand: [line/c, line/d]", "capacity: a--b")
            + "}"
        )
    )
    found = {row.time: row.kg_per_day for row in record.credits}
    assert {row.event for row in record.credits} == {"profile:day"}
    # it starts at night with 40 t/day by a--b and 60 by a--d; by day b passes 90, as from the start
    assert set(found.values()) == {0, 50_000}


@pytest.mark.parametrize(
    ("every", "factors", "expected"),
    [
        # the start is Wednesday 1 June 2016, 00:00; the period is 40 days, to 11 July
        (None, ["2016-05-01", "2016-06-03"], [(0, "2016-05-01"), (48, "2016-06-03")]),
        ("day", ["06:00", "20:00"], [(0, "20:00"), (6, "06:00"), (20, "20:00"), (30, "06:00")]),
        ("week", ["friday", "saturday 06:00"],
         [(0, "saturday 06:00"), (48, "friday"), (78, "saturday 06:00"), (216, "friday")]),
        ("year", ["11-01", "06-15"], [(0, "11-01"), (14 * 24, "06-15")]),
    ],
)  # fmt: skip
def test_each_cycle_goes_on_from_before_the_start(
    every: Cycle | None, factors: list[str], expected: list[tuple[int, str]]
) -> None:
    profile = Profile("p", "p", dict.fromkeys(factors, Constant(0.5)), every=every)
    found = list(changes(profile, datetime(2016, 6, 1), 40 * DAY))
    assert [(time / HOUR, key) for time, key in found][:4] == expected


def test_the_29th_of_february_is_the_1st_of_march_in_other_years() -> None:
    profile = Profile("p", "p", {"02-29": Constant(0.5)}, every="year")
    start = datetime(2015, 2, 1)
    found = [start + timedelta(seconds=t) for t, _ in changes(profile, start, 800 * DAY)]
    assert found[1:] == [datetime(2015, 3, 1), datetime(2016, 2, 29), datetime(2017, 3, 1)]


# --- the speed of convoys -----------------------------------------------------------------------

ROAD = """
format: 1
period: {start: 2016-06-01, length: 12 days}
actors: {red: {}}
default_holder: red
network:
  classes: {main: {speed: 10 km/h, capacity: 100 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}, c: {lat: 0, lon: 2}}
  roads: {a--b: {km: 120, class: main}, b--c: {km: 60, class: main}}
axes:
  line:
    actor: red
    sources: {a: {}}
    sinks: {c: {demand: 10 t/day}}
    convoy: {size: 10 t}
"""


def arrivals(*parts: str) -> list[float]:
    """Hours after which the convoys of the road arrive: one leaves at the end of each day."""
    text = ROAD.replace("length: 12 days}", "length: 12 days}\nsample: 1 hours")
    record = run(load("road.yaml", text=text + "\n".join(parts)))
    assert record.tallies["line", "c"].lost == 0
    known = [(r.time, r.value) for r in record.series if r.measure == "delivered_kg"]
    return [t / HOUR for (t, kg), (_, old) in zip(known[1:], known, strict=False) if kg > old]


@pytest.mark.parametrize(
    ("factors", "first"),
    [
        # it leaves at 24 h and has 12 h and 6 h to go: it is there at 42 h
        ("{}", 42),
        # at 30 h half of a--b is behind it; 6 h and 6 h are left, at half the speed 24 h
        ("{30 hours: 0.5}", 54),
        # the 6 h that are left at 30 h take 3 h at twice the speed, and b--c 3 h
        ("{30 hours: 2}", 36),
        # at 30 h it stops for 10 h
        ("{30 hours: 0, 40 hours: 1}", 52),
        # it stops for 10 h from 30 h, and then goes at half the speed: 24 h more
        ("{30 hours: 0, 40 hours: 0.5}", 64),
        # slow from 26 h: of a--b 10 h are left, so 20 h; at 36 h half of that is gone: 5 h and 6 h
        ("{26 hours: 0.5, 36 hours: 1}", 47),
    ],
)
def test_a_convoy_keeps_its_place_and_the_rest_is_scaled(factors: str, first: int) -> None:
    profile = "" if factors == "{}" else f"profiles: {{p: {{factors: {factors}, speed: main}}}}"
    assert arrivals(profile)[0] == first


def test_a_convoy_waits_before_a_road_on_which_nobody_moves() -> None:
    # it is at b after 36 h, and goes on when b--c is open at 50 h: there at 56 h
    assert arrivals("profiles: {p: {factors: {25 hours: 0, 50 hours: 1}, speed: b--c}}")[0] == 56


@pytest.mark.parametrize("what", ["speed", "capacity"])
def test_nothing_is_lost_where_a_profile_leaves_nothing(what: str) -> None:
    text = f"profiles: {{p: {{every: day, factors: {{06:00: 1, 18:00: 0}}, {what}: main}}}}"
    record = run(load("road.yaml", text=ROAD + text))
    tally = record.tallies["line", "c"]
    assert tally.sent > 3
    assert (tally.lost, tally.turned, tally.rerouted) == (0, 0, 0)
    assert tally.sent_kg == tally.delivered_kg + tally.moving_kg


def test_plans_use_the_speeds_of_their_instant() -> None:
    # a-b-c takes 6 h and carries all that c asks for; a-d-c takes 9 h. At half the speed on main
    # roads a-b-c takes 12 h, and all that a-d-c has beside the 15 t/day of d goes there
    rains = "{factors: {2016-06-11: 0.5, 2016-06-21: 1}, speed: main}"
    record = run(scenario(f"profiles: {{rains: {rains}}}"))
    flows = [(r.time // DAY, r.kg_per_day) for r in record.flows if r.road == "d--c"]
    assert flows == [(10, 45_000), (20, 0)]
    speed = [(r.time // DAY, r.id, r.value) for r in record.control if r.what == "speed"]
    assert speed == [(10, "a--b", "0.5"), (10, "b--c", "0.5"), (20, "a--b", "1"), (20, "b--c", "1")]


def test_a_profile_by_season_is_the_same_as_one_by_date() -> None:
    by_year = "{every: year, factors: {06-10: 0.4, 06-20: 1}, speed: [main, a--d], demand: line}"
    by_date = by_year.replace("every: year, ", "").replace("06-", "2016-06-")
    one, other = (scenario(f"profiles: {{p: {text}}}") for text in (by_year, by_date))
    assert rows(run(one)) == rows(run(other))


def test_the_rows_of_control_tell_every_factor() -> None:
    text = "profiles:\n" + "\n".join(f"  {name}: {SEASONS[name]}" for name in SEASONS)
    text += "\n  slow: {every: day, factors: {00:00: 1, 18:00: 0.3}, speed: main}"
    text += "\nevents: {strike: {at: 5 days, supply: line, to: 30 t/day}}"
    of = scenario(text)
    record = run(of)
    series = {
        (row.time, row.measure): row.value for row in record.series if row.subject == "axis:line"
    }
    for time, control in states(of, record.control):
        if (told := series.get((time, "supply_kg_per_day"))) is not None:
            assert control.amount("source", "line/a", 120_000) == told
        slow = time % DAY / HOUR >= 18
        # 100 km and 80 km at 30 km/h, and at 9 km/h
        seconds = [40_000, 32_000] if slow else [12_000, 9_600]
        assert graph_at(control).seconds[[0, 2]].tolist() == seconds
    assert GIVEN["source"] in {row.what for row in record.control}


def test_without_profiles_nothing_is_written_of_them() -> None:
    record = run(scenario())
    assert {row.what for row in record.control} == {
        "holders", "capacity_kg_per_day", "seconds", "state",
    }  # fmt: skip


def test_a_file_that_states_a_profile_runs_again_to_the_same(tmp_path: Path) -> None:
    text = "profiles:\n" + "\n".join(f"  {name}: {SEASONS[name]}" for name in SEASONS)
    of = scenario(text)
    again = load(tmp_path / "again.yaml", text=dump_resolved(of))
    assert again.profiles == of.profiles
    assert rows(run(again)) == rows(run(of))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(25, 80), st.sampled_from([0, 0.3, 0.5, 0.75, 1, 1.25, 3])),
        min_size=1,
        max_size=6,
        unique_by=lambda step: step[0],
    )
)
def test_a_convoy_is_where_its_speed_brings_it(steps: list[tuple[int, float]]) -> None:
    steps = [*sorted(steps), (90, 1)]
    text = ", ".join(f"{hour} hours: {factor}" for hour, factor in steps)
    profile = f"profiles: {{p: {{factors: {{{text}}}, speed: main}}}}"
    record = run(load("road.yaml", text=ROAD + profile))
    # the stock is empty until the first convoy comes, which left at 24 h with 180 km before it
    came = next(r.time for r in record.series if r.measure == "stock_kg" and r.value > 0)
    at, km, pace = Fraction(24 * HOUR), Fraction(180), Fraction(10, HOUR)
    for hour, factor in [*steps, (10**6, 1)]:
        gone = pace * (hour * HOUR - at)
        if gone >= km:
            break
        at, km, pace = Fraction(hour * HOUR), km - gone, Fraction(str(factor)) * 10 / HOUR
    # each change rounds up what is left of a road, and each road is whole seconds
    assert 0 <= came - (at + km / pace) <= len(steps) + 2


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_in_any_war_every_kilogram_is_somewhere_and_the_rows_tell_every_factor(
    wild: Callable[[int], Scenario], seed: int
) -> None:
    rng, of = random.Random(seed), wild(seed)
    roads, places = sorted(of.network.roads), sorted(of.network.places)

    def profile(name: str) -> Profile:
        every = rng.choice([None, "day"])
        times = [f"{rng.randrange(24):02d}:{m}" for m in ("00", "20", "40")]
        if every is None:
            times = [f"{rng.randrange(of.length)} s" for _ in range(3)]
        return Profile(
            name,
            name,
            {time: Constant(rng.choice([0.0, 0.3, 0.7, 1.0, 2.5])) for time in times},
            every=every,
            capacity=tuple(rng.sample(roads, 2) + rng.sample(places, 1)),
            speed=tuple(rng.sample(roads, 3)),
            supply=tuple(rng.sample(sorted(of.axes), 1)),
            demand=tuple(rng.sample(sorted(of.axes), 1)),
        )

    of = replace(of, profiles={name: profile(name) for name in ("p", "q")})
    sim = Simulation(of, of.seed, 0, True)
    record = sim.finish()  # checks that kilograms, persons and credits add up
    control, rebuilt = sim.world.control, state_at(of, record.control, record.end)
    for mine, theirs in ((control.kept, rebuilt.kept), (control.pace, rebuilt.pace)):
        assert {k: sorted(v.values()) for k, v in mine.items()} == {
            k: sorted(v.values()) for k, v in theirs.items()
        }
    assert sim.world.pace.graph.seconds.tolist() == graph_at(rebuilt).seconds.tolist()
    for axis in sim.supply.axes.values():
        assert axis.passage.key == axis.passage.under(rebuilt).key
        assert axis.problem.graph.seconds.tolist() == graph_at(rebuilt).seconds.tolist()
    Analysis(of, record)  # checks each capacity that the run wrote against the state rebuilt


def test_no_limit_is_told_again_when_a_profile_lets_sources_give_again() -> None:
    of = scenario("profiles: {strike: {factors: {2016-06-11: 0, 2016-06-21: 1}, supply: line}}")
    line = of.axes["line"]
    free = replace(line, sources={"a": replace(line.sources["a"], supply=None)})
    of = replace(of, axes={"line": free})
    record = run(of)
    told = [(r.time // DAY, r.value) for r in record.series if r.measure == "supply_kg_per_day"]
    assert told == [(0, UNLIMITED), (10, 0), (20, UNLIMITED)]
    assert Analysis(of, record).measures["axes.line.days_bound_by_sources"].value == 10
