"""Hinted fronts lie half way, cross no open road of one holder, and are the same everywhere."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

import sim
from sim.scenario.model import Actor
from sim.view.data import WHOLE, MapData, MapPlace, MapRoad, Page
from sim.view.map import fronts
from sim.view.map.figure import Maps
from sim.view.map.frame import Frame, fit
from sim.view.map.fronts import REACH, front_lines

ROOT = Path(__file__).parents[2]
ACTORS = (Actor("red", "Red"), Actor("blue", "Blue"))
OPPOSED = frozenset({frozenset({"red", "blue"})})
FRAME = Frame(0.0, 0.0, 100.0, 800.0, 600.0)  # 100 pixels a degree, (400, 300) is (0, 0)
State = Literal["open", "closed", "cut", "absent"]


def at(name: str, x: float, y: float, holder: str = "red") -> MapPlace:
    """A place at pixels (x, y) from the middle of FRAME, on the equator."""
    return MapPlace(name, name, y / 100, x / 100, ((holder, WHOLE),) if holder else ())


def road(a: str, b: str, state: State = "open") -> MapRoad:
    return MapRoad(f"{a}--{b}", a, b, 1000, 1000, 0, state)


def shown(*parts: MapPlace | MapRoad) -> MapData:
    places = tuple(p for p in parts if isinstance(p, MapPlace))
    roads = tuple(r for r in parts if isinstance(r, MapRoad))
    return MapData(Page("t"), "", "red", ACTORS, places, roads, opposed=OPPOSED)


def front(*parts: MapPlace | MapRoad) -> list[np.ndarray]:
    return front_lines(shown(*parts), FRAME)


def crossed(data: MapData, frame: Frame) -> list[str]:
    """Open roads of one holder that a front crosses in a frame, found by another library."""
    held = {p.id: p.holders[0][0] for p in data.places if p.holders}
    xy = frame.places_xy([(p.lon, p.lat) for p in data.places])
    spots = {p.id: point for p, point in zip(data.places, xy, strict=True)}
    lines = [LineString(line) for line in front_lines(data, frame)]
    return [
        r.id
        for r in data.roads
        if r.state == "open" and held.get(r.a) is not None and held.get(r.a) == held.get(r.b)
        and any(line.crosses(LineString([spots[r.a], spots[r.b]])) for line in lines)
    ]  # fmt: skip


def test_a_front_is_half_way_and_ends_in_reach() -> None:
    # the only road is 60 pixels long, so a front reaches 60 REACH pixels from both its ends
    (line,) = front(at("a", -30, 0), at("b", 30, 0, "blue"), road("a", "b"))
    assert line[:, 0] == pytest.approx(400)  # the middle, x of the frame's centre
    # a triangle of half the distance (30) and the reach: the line is twice its third side long
    assert float(np.ptp(line[:, 1])) == pytest.approx(2 * math.sqrt((60 * REACH) ** 2 - 30**2))


def test_no_front_between_friends_or_far_apart_or_with_nobody_or_without_roads() -> None:
    assert front(at("a", -30, 0), at("b", 30, 0), road("a", "b")) == []
    near = at("c", -30, 20, "")  # a road of 20 pixels
    off = 20 * REACH + 1
    assert front(at("a", -30, 0), at("b", 2 * off - 30, 0, "blue"), near, road("a", "c")) == []
    assert front(at("a", -30, 0), at("b", 30, 0, ""), road("a", "b")) == []
    assert front(at("a", -30, 0)) == []
    assert front(at("a", -30, 0), at("b", 30, 0, "blue")) == []


def test_pieces_of_a_front_become_one_line() -> None:
    # four places in a square, the two on the right blue: one line, not two that meet
    left = [at("a", -40, -40), at("b", -40, 40), road("a", "b")]
    right = [at("c", 40, -35, "blue"), at("d", 40, 45, "blue"), road("c", "d")]
    assert len(front(*left, *right)) == 1


def test_places_on_one_spot_do_no_harm() -> None:
    assert front(at("a", 0, 0), at("b", 0, 0, "blue"), road("a", "b")) == []


def test_a_front_goes_round_an_open_road_and_over_a_closed_one() -> None:
    # blue lies beside the middle of a road from red to red, 20 pixels off: the front is half way
    places = at("a", -100, 0), at("b", 100, 0), at("c", 0, 20, "blue")
    (line,) = front(*places, road("a", "b"))
    assert float(line[:, 1].min()) == pytest.approx(300 + 10, abs=1)
    for state in ("closed", "cut", "absent"):
        over = front(*places, road("a", "b", state))
        assert min(float(line[:, 1].min()) for line in over) < 300


names = [f"p{n}" for n in range(9)]
networks = st.builds(
    lambda spots, holders, pairs, states: shown(
        *(at(n, x, y, h) for n, (x, y), h in zip(names, spots, holders, strict=True)),
        *(
            replace(road(names[a], names[b], state), id=f"r{i}")
            for i, ((a, b), state) in enumerate(zip(pairs, states, strict=True))
            if a != b
        ),
    ),
    st.lists(st.tuples(st.floats(-390, 390), st.floats(-290, 290)), min_size=9, max_size=9,
             unique=True),
    st.lists(st.sampled_from(["red", "blue", "", "red", "blue"]), min_size=9, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=12, max_size=12),
    st.lists(st.sampled_from(["open", "open", "cut", "closed"]), min_size=12, max_size=12),
)  # fmt: skip


@settings(derandomize=True, max_examples=150, deadline=None)
@given(networks)
def test_no_front_crosses_an_open_road_of_one_holder(data: MapData) -> None:
    # roads that cross one another, of opposed holders, included
    assert crossed(data, FRAME) == []


@settings(derandomize=True, max_examples=40, deadline=None)
@given(networks, st.floats(-2, 2), st.floats(-2, 2), st.floats(50, 900))
def test_fronts_are_the_same_in_every_frame(
    data: MapData, east: float, north: float, scale: float
) -> None:
    other = Frame(east, north, scale, 300.0, 200.0)
    for one, same in zip(front_lines(data, FRAME), front_lines(data, other), strict=True):
        degrees = np.array([FRAME.degrees(x, y) for x, y in one])
        assert np.array([other.degrees(x, y) for x, y in same]) == pytest.approx(degrees, abs=1e-9)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(networks)
def test_points_far_from_every_front_make_no_difference(data: MapData) -> None:
    reach, held = 60.0, {p.id: p.holders[0][0] if p.holders else "" for p in data.places}
    xy = FRAME.places_xy([(p.lon, p.lat) for p in data.places])
    sides = {(float(x), float(y)): held[p.id] for p, (x, y) in zip(data.places, xy, strict=True)}
    plain = fronts._between(sides, OPPOSED, reach)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fronts, "MANY", 0)
        few = fronts._between(sides, OPPOSED, reach)
    # the same pieces in another order, from another diagram: to a thousandth of a pixel
    one, other = MultiLineString(plain), MultiLineString(few)
    assert one.length == pytest.approx(other.length, abs=1e-3)
    assert one.difference(other.buffer(1e-3)).is_empty


def check_scenario(path: Path) -> None:
    """No map of a scenario's turning points has a front that crosses a road of one holder."""
    maps = Maps(sim.run(sim.load(path)).analysis)
    main = maps.scenario.main_axis
    assert main is not None
    found = [maps.map(main, view) for view in maps.turning_points(main)]
    for data in found:
        frame = fit([(p.lon, p.lat) for p in data.places], 900, 700)
        assert crossed(data, frame) == [], data.when


@pytest.mark.parametrize("name", ["hama_stab", "double_offensive"])
def test_maps_of_shipped_scenarios_have_fronts_that_cross_no_road_of_one_holder(name: str) -> None:
    check_scenario(ROOT / f"scenarios/{name}.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_maps_of_all_scenarios_have_fronts_that_cross_no_road_of_one_holder(path: Path) -> None:
    check_scenario(path)


def test_a_front_that_closes_is_rounded_at_every_corner() -> None:
    # a blue place amid four red ones: a square ring of which no corner is left
    ring = [at("n", 0, 60), at("s", 0, -60), at("w", -60, 0), at("e", 60, 0)]
    amid = at("b", 0, 0, "blue")
    (line,) = front(amid, *ring, *(road("b", p.id) for p in ring))
    assert line[0] == pytest.approx(line[-1])
    # its corners are 30 pixels off both ways; the two points beside one, cut once, are 30 and 15
    # off, cut again 30 - 15 / 4 and 15 + 15 / 4, then 26.25 - 7.5 / 4 and 18.75 + 7.5 / 4
    off = np.abs(line - [400, 300])
    assert off.max() == pytest.approx(30)
    assert off.min(axis=1).max() == pytest.approx(20.625)
