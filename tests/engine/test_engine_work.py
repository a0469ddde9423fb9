"""A run takes no more convoys and samples than are forecast before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.base.errors import FailedError
from sim.engine.simulation import Simulation
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.scenario.work import worst

Wild = Callable[[int], Scenario]


def check(scenario: Scenario, seed: int) -> None:
    """The run counts what it did, the forecast of its draw is no less, that of any draw neither."""
    simulation = Simulation(scenario, seed, 0, credit=False)
    world = simulation.world
    record = simulation.finish()
    looks = -(-scenario.length // scenario.sample) + 1
    sinks = sum(len(axis.sinks) for axis in scenario.axes.values())
    forces = len(scenario.operations) if scenario.fighting is not None else 0
    arrived = sum(tally.arrived for tally in record.tallies.values())
    assert world.work == looks * (sinks + forces) + arrived
    assert world.work <= world.most_work
    most = worst(scenario)
    assert world.most_work <= most.total + 1
    left = most.samples - looks * (1 + sinks + forces)
    assert 0 <= left <= looks * len(scenario.operations)


@pytest.mark.parametrize("seed", range(8))
def test_a_random_run_takes_no_more_than_was_forecast(wild_war: Wild, seed: int) -> None:
    check(wild_war(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 160))
def test_random_runs_take_no_more_than_was_forecast(wild: Wild, wild_war: Wild, seed: int) -> None:
    check(wild_war(seed), seed)
    check(wild(seed), seed)


def test_a_run_that_passes_its_forecast_stops(wild: Wild) -> None:
    simulation = Simulation(wild(1), 1, 0, credit=False)
    simulation.world.most_work = simulation.world.work + 3
    with pytest.raises(FailedError, match=r"more convoys and samples than the .* were forecast"):
        simulation.finish()


TOY = """\
format: 1
id: toy
period: {length: 10 days}
network:
  classes: {road: {speed: 50 km/h, capacity: 100 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}}
  roads: {a--b: {km: 10, class: road}}
axes:
  line: {sources: {a: {}}, sinks: {b: {demand: 5..7 t/day}}, convoy: {size: 2..9 t}}
profiles: {feast: {factors: {5 days: 0.5, 6 days: 3}, demand: [line]}}
"""


def test_a_forecast_counts_convoys_and_looks() -> None:
    # at worst 7 t/day, three times that while the feast lasts, for 10 days in convoys of 2 t are
    # 105, and one that has not built up whole; a look at the start and on each day, at one sink
    # and at what looks
    found = worst(load("toy.yaml", text=TOY))
    assert (found.convoys, found.samples) == ({"line": 106}, 11 * 2)
    twice = worst(load("toy.yaml", text=TOY.replace("10 days", "20 days")))
    assert twice.convoys == {"line": 211}


CHAIN = """\
format: 1
id: chain
period: {length: 20 days}
network:
  classes: {r: {speed: 40 km/h, capacity: 100 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}, c: {lat: 0, lon: 2}, d: {lat: 0, lon: 3}}
  roads: {a--b: {km: 10, class: r}, b--c: {km: 10, class: r}, c--d: {km: 10, class: r}}
axes:
  in: {sources: {a: {}}, sinks: {b: {demand: 1 t/day, stock: 9 t, refill: 9 t/day}}}
  out:
    sources: {b: {from_stock: true}}
    sinks: {c: {demand: 5 t/day, stock: 3 t, refill: 1 t/day}}
  on: {sources: {c: {from_stock: true}}, sinks: {d: {demand: 3 t/day}}}
"""


def test_depots_are_sent_what_they_ship_on() -> None:
    # on sends 3 t/day, out these and 6 more, in these 9 and 10 more; in 20 days that are
    # 3, 9 and 19 convoys of 20 t, and one to each sink that was built up before
    scenario = load("chain.yaml", text=CHAIN)
    assert worst(scenario).convoys == {"in": 20, "out": 10, "on": 4}
    check(scenario, 1)
