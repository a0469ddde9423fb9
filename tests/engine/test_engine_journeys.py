"""Where a traveller is, what is ahead of it, and that setting out anew does not move it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.journeys import Journey, Standing, depart, way_out
from sim.scenario.model import PPM, Scenario
from sim.state.control import Control
from sim.state.luck import Luck
from sim.state.passages import Passage
from sim.state.sides import Side
from sim.state.terrain import Terrain

Make = Callable[..., Scenario]

# a to d: places 0 to 3 over roads 0 to 2 of 1,000, 2,000 and 3,000 s
LINE = "a-b:1 b-c:2 c-d:3"
WAY = Journey((0, 1, 2, 3), (0, 1, 2), (100, 1_100, 3_100, 6_100))


def passage(make: Make, lost: Iterable[str] = (), closed: Iterable[str] = ()) -> Passage:
    scenario = make(LINE)
    control = Control.at_start(scenario, Terrain.draw(scenario, Luck(1)))
    for place in lost:
        control.capture(place, {"blue": PPM})
    for road in closed:
        control.close(road, "test")
    return Passage(control, Side.of("red", scenario.actors))


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (0, Standing(0)),
        (100, Standing(0)),
        (600, Standing(0, 0, 1, since=500, left=500)),
        (1_100, Standing(1)),
        (1_600, Standing(1, 1, 2, since=500, left=1_500)),
        (6_100, Standing(3)),
        (9_999, Standing(3)),
    ],
)
def test_where_a_traveller_stands(now: int, standing: Standing) -> None:
    assert WAY.standing(now) == standing


def test_only_what_is_ahead_or_underfoot_blocks_a_way(make: Make) -> None:
    lost_b, closed_ab = passage(make, lost="b"), passage(make, closed=["a-b"])
    for now, by_place, by_road in ((100, True, True), (600, True, True), (1_099, True, True)):
        assert (WAY.blocked(now, lost_b), WAY.blocked(now, closed_ab)) == (by_place, by_road)
    # in b: the road behind does not matter, the place underfoot does, and so on the road from it
    assert WAY.blocked(1_100, lost_b)
    assert not WAY.blocked(1_100, closed_ab)
    assert not WAY.blocked(3_100, lost_b)


def test_the_ways_out(make: Make) -> None:
    middle = WAY.standing(1_600)
    assert way_out(middle, passage(make)) == [(1, 500), (2, 1_500)]
    assert way_out(middle, passage(make, lost="b")) == [(2, 1_500)]
    assert way_out(Standing(1), passage(make, lost="b")) == []
    # whose place is lost goes back by the road that it came
    assert WAY.last_leg(3_100) == Standing(1, 1, 2, since=2_000, left=0)
    assert WAY.last_leg(100) is None  # it came by none
    assert WAY.last_leg(1_600) is None  # it is in no place


@settings(derandomize=True, deadline=None)
@given(now=st.integers(101, 6_099), back=st.booleans())
def test_setting_out_anew_from_a_road_does_not_move_a_traveller(
    make: Make, now: int, back: bool
) -> None:
    was = WAY.standing(now)
    if was.road is None or was.ahead is None:
        return
    first = was.here if back else was.ahead
    places = tuple(range(first, -1, -1)) if back else tuple(range(first, 4))
    roads = tuple(range(first - 1, -1, -1)) if back else tuple(range(first, 3))
    anew = depart(was, now, places, roads, passage(make))
    is_now = anew.standing(now)
    if back:  # the same spot, seen from the other end
        assert is_now == Standing(was.ahead, was.road, was.here, was.left, was.since)
        # as long back to the start as it has been under way
        assert anew.arrival == now + (now - 100)
    else:
        assert is_now == was
        assert anew.arrival == WAY.arrival
    assert not anew.leaving
