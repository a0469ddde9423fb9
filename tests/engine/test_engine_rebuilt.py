"""The rows of control.csv say everything: the state is rebuilt from them alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulation import Simulation
from sim.measure.summary import Analysis
from sim.scenario.model import Scenario
from sim.state.passages import Passage
from sim.state.rebuild import Rebuilt, state_at, states
from sim.state.sides import Side


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_capacity_follows_from_the_control_rows(
    wild: Callable[[int], Scenario], seed: int
) -> None:
    scenario = wild(seed)
    sim = Simulation(scenario, scenario.seed, 0, True)
    record = sim.finish()
    rebuilt = state_at(scenario, record.control, record.end)
    for what in ("holders", "besieged", "sealed"):
        assert getattr(rebuilt, what) == getattr(sim.world.control, what)
    assert rebuilt.closed.keys() == sim.world.control.closed.keys()
    assert rebuilt.terrain.road_capacity == sim.world.control.terrain.road_capacity
    assert np.array_equal(rebuilt.terrain.graph.seconds, sim.world.control.terrain.graph.seconds)
    for actor in scenario.actors:
        side = Side.of(actor, scenario.actors)
        kept, new = Passage(sim.world.control, side), Passage(rebuilt, side)
        assert np.array_equal(kept.road, new.road)
        assert np.array_equal(kept.place, new.place)
    for axis in sim.supply.axes.values():  # kept up to date through the run, or taken from another
        kept, new = axis.passage, axis.passage.under(rebuilt)
        assert kept.key == new.key
        assert np.array_equal(kept.open, new.open)
    times = [time for time, _ in states(scenario, record.control)]
    assert times == sorted({row.time for row in record.control})
    # checks each capacity that the run wrote against the state rebuilt
    found = Analysis(scenario, record)
    for view in (v for looks in found.views.values() for v in looks):
        if view.capacity:
            assert sum(route.kg_per_day for route in view.routes) == view.capacity
            assert view.fewest_places != ()
        else:
            assert view.routes == ()
            assert view.fewest_places == ()
            assert (view.routes_by_roads, view.fastest) == (0, None)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_states_are_the_same_in_whatever_order_they_are_asked_for(
    wild: Callable[[int], Scenario], seed: int, order: random.Random
) -> None:
    scenario = wild(seed)
    record = Simulation(scenario, scenario.seed, 0, True).finish()
    some = [order.choice([0, record.end]) for _ in range(order.randrange(3))]
    known = {time: state_at(scenario, record.control, time) for time in some}
    course = Rebuilt(scenario, record.control, known)
    times = [one for time in course.times for one in (time, time + 1)]
    order.shuffle(times)
    for time in times:
        found, fresh = course.at(time), state_at(scenario, record.control, time)
        for what in ("holders", "lasting", "besieged", "sealed", "closed", "kept", "pace", "given"):
            assert getattr(found, what) == getattr(fresh, what), what
