"""Who looks changes nothing: how often state is written down, or read, decides no battle."""

from __future__ import annotations

import dataclasses
import random
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import pytest

from sim.engine.apportion import divisors
from sim.engine.simulation import Simulation, run
from sim.measure.sides import side_series
from sim.scenario.model import Scenario
from sim.state.record import Record, SeriesRow

Wild = Callable[[int], Scenario]
HOUR = 3600


def rows_by_time(record: Record) -> dict[int, set[SeriesRow]]:
    found: dict[int, set[SeriesRow]] = defaultdict(set)
    for row in record.series:
        found[row.time].add(row)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_the_same_run_for_every_sample(wild_war: Wild, seed: int) -> None:
    war = wild_war(seed)
    rng = random.Random(seed)
    samples = [war.length, 50_000, 11 * HOUR, rng.randrange(900, 4_000)]
    records = [run(dataclasses.replace(war, sample=sample)) for sample in samples]
    first = records[0]
    for sample, record in zip(samples, records, strict=True):
        for part in dataclasses.fields(Record):
            if part.name not in ("noted", "sample", "sampled", "_series"):
                assert getattr(record, part.name) == getattr(first, part.name), (sample, part.name)
        assert side_series(war, record) == side_series(war, first)
    # a row says nothing that another sampling denies: what is written at an instant of both is
    # the same, and at an instant at which one alone looks the other writes nothing more
    for sample, record in zip(samples[1:], records[1:], strict=True):
        often, seldom = rows_by_time(record), rows_by_time(first)
        for time in often.keys() | seldom.keys():
            looked = time % sample == 0 and 0 < time < war.length
            if looked:
                assert seldom[time] <= often[time], time
            else:
                assert seldom[time] == often[time], time


@pytest.mark.parametrize("seed", range(12))
def test_reading_strengths_at_any_moment_changes_nothing(wild_war: Wild, seed: int) -> None:
    war = wild_war(seed)
    alone = run(war)
    simulation = Simulation(war, war.seed, 0, credit=True)
    clock, rng = simulation.world.clock, random.Random(seed)
    while clock.peek() <= war.length:
        if rng.random() < 0.3:
            simulation.world.signals.counting.tell()
            assert all(n >= 0 for n in simulation.garrisons.strength.values())
            assert all(f.strength >= 0 and f.km >= 0 for f in simulation.forces.values())
        clock.step()
    assert simulation.finish() == alone


def test_shares_by_divisors_are_in_proportion_and_never_grow_as_the_total_falls() -> None:
    rng = random.Random(5)
    for _ in range(40):
        of = {name: rng.choice([0, 1, 7, rng.randrange(900)]) for name in "abcde"}
        whole, before = sum(of.values()), dict(of)
        for total in range(whole, -1, -1):
            shares = divisors(total, of)
            assert sum(shares.values()) == total
            assert all(shares[k] <= before[k] for k in of)
            before = shares
            # by the definition: with one divisor all are rounded to the nearest, so no seat is
            # worth more to another: (a - 1/2) / n of who has it <= (b + 1/2) / m of who has not
            least = [Fraction(2 * shares[k] + 1, of[k]) for k in of if of[k]]
            most = [Fraction(2 * shares[k] - 1, of[k]) for k in of if shares[k]]
            if total < whole and least and most:
                assert max(most) <= min(least)
