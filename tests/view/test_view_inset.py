"""Insets show what crowds and hide nothing that matters."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.model import Actor
from sim.view.data import WHOLE, MapData, MapPlace, MapRoad, Page
from sim.view.map.compose import map_frame, place_insets
from sim.view.map.figure import draw_map
from sim.view.map.frame import Frame, fit
from sim.view.map.inset import HEIGHT, LARGEST, LEAST, WIDTH, crowded, free_corner, zoomed
from sim.view.map.labels import Taken
from sim.view.map.layout import visible
from sim.view.map.scene import Scene

ACTORS = (Actor("red", "Red"), Actor("blue", "Blue"))
OPPOSED = frozenset({frozenset({"red", "blue"})})
FRAME = Frame(0.0, 0.0, 100.0, 800.0, 600.0)  # 100 pixels a degree, (400, 300) is (0, 0)


def at(name: str, x: float, y: float, holder: str = "red", **more: Any) -> MapPlace:
    """A place at pixels (x, y) from the middle of FRAME, on the equator."""
    return MapPlace(name, name, y / 100, x / 100, ((holder, WHOLE),), **more)


def scene(*places: MapPlace, roads: tuple[MapRoad, ...] = (), focus: str = "") -> Scene:
    named = tuple(focus.split())
    data = MapData(Page("t"), "", "red", ACTORS, places, roads, focus=named, opposed=OPPOSED)
    return Scene(data, FRAME)


def test_places_apart_need_no_inset() -> None:
    assert crowded(scene(at("a", -100, 0), at("b", 100, 0), at("c", 0, 100))) == []


def test_a_crowd_is_shown_larger_round_its_middle() -> None:
    (window,) = crowded(scene(at("a", 0, 0), at("b", 10, 0), at("far", 300, 200)))
    left, low, right, high = window.box
    assert ((left + right) / 2, (low + high) / 2) == pytest.approx((405, 300))  # between a and b
    assert right - left == pytest.approx(WIDTH / window.zoom)
    assert LEAST <= window.zoom <= LARGEST


def test_crowds_outside_the_focus_are_left_alone() -> None:
    places = (at("a", 0, 0), at("b", 10, 0), at("c", 300, 200), at("d", -300, 200))
    assert crowded(scene(*places, focus="c d")) == []
    assert len(crowded(scene(*places, focus="a c"))) == 1


def test_the_crowd_that_the_map_is_about_comes_first() -> None:
    places = (at("a", -200, 0), at("b", -190, 0), at("c", 200, 0), at("d", 210, 0, role="sink"))
    first, second = crowded(scene(*places))
    assert first.box[0] > second.box[0]


def test_the_window_fills_the_inset() -> None:
    (window,) = crowded(scene(at("a", 0, 0), at("b", 10, 0)))
    frame = zoomed(FRAME, window)
    assert (frame.width, frame.height) == (WIDTH, HEIGHT)
    corner = frame.xy([FRAME.degrees(window.box[0], window.box[1])])
    assert corner[0] == pytest.approx([0, 0], abs=0.1)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-390, 390), st.integers(-290, 290)), max_size=12))
def test_no_inset_covers_what_matters(points: list[tuple[int, int]]) -> None:
    places = [at(f"p{i}", x, y) for i, (x, y) in enumerate(points)]
    pairs = pairwise(places)
    roads = tuple(
        MapRoad(f"r{i}", a.id, b.id, 5, 5, 3 if i % 2 else 0) for i, (a, b) in enumerate(pairs)
    )
    drawn = scene(*places, roads=roads, focus=" ".join(p.id for p in places[::3]) or "none")
    box = free_corner(FRAME, drawn, Taken((0, 0, 800, 600), drawn.soft()), (WIDTH, HEIGHT))
    if box is None:
        return
    for number, (x, y) in enumerate(points):
        if number % 3 == 0:
            inside = box[0] < x + 400 < box[2] and box[1] < y + 300 < box[3]
            assert not inside
    for road, line in drawn.roads:
        if road.flow:
            middle = line.mean(axis=0)
            assert not (box[0] < middle[0] < box[2] and box[1] < middle[1] < box[3])


def test_an_empty_map_gives_a_corner_and_a_full_one_none() -> None:
    empty = scene()
    box = free_corner(FRAME, empty, Taken((0, 0, 800, 600), empty.soft()), (WIDTH, HEIGHT))
    assert box is not None
    assert box[:2] == (6.0, 6.0)  # the first of four corners that cost the same
    full = scene(
        *(at(f"{x}.{y}", x, y) for x in range(-390, 400, 60) for y in range(-290, 300, 60))
    )
    assert free_corner(FRAME, full, Taken((0, 0, 800, 600)), (WIDTH, HEIGHT)) is None


def test_insets_go_under_the_legend_while_there_is_room() -> None:
    drawn = scene(at("a", -200, 0), at("b", -190, 0), at("c", 200, 0), at("d", 210, 0))
    under = place_insets(drawn, 820.0, 2 * HEIGHT + 30)
    assert [i.box[0] for i in under] == [820.0, 820.0]
    assert under[0].box[1] >= under[1].box[3]  # one below the other
    on_map = place_insets(drawn, 820.0, HEIGHT - 1)
    assert all(i.box[2] <= 800 for i in on_map)


def test_the_letters_of_insets_are_on_the_map_and_in_them() -> None:
    places = (at("a", -200, 0, role="source"), at("b", -190, 0), at("c", 200, 90, role="sink"))
    figure = draw_map(MapData(Page("t"), "", "red", ACTORS, places, ()))
    shown = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert shown.count("A") == 2


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.tuples(*[st.floats(-500, 1300, allow_nan=False)] * 4))
def test_what_is_visible_of_a_line_is_on_the_sheet_and_on_the_line(
    ends: tuple[float, float, float, float],
) -> None:
    line = np.array(ends).reshape(2, 2)
    part = visible(line, 800, 600)
    if part is None:
        samples = line[0] + np.linspace(0, 1, 50)[:, None] * (line[1] - line[0])
        assert not ((samples > 0) & (samples < [800, 600])).all(axis=1).any()
        return
    assert (part >= -1e-6).all()
    assert (part <= np.array([800, 600]) + 1e-6).all()
    along, off = line[1] - line[0], part - line[0]
    assert np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]).max() < 1e-3


def test_degrees_undo_pixels() -> None:
    frame = fit([(8.0, 46.0), (9.0, 47.0)], 700, 500)
    assert frame.degrees(*frame.xy([(8.3, 46.2)])[0].tolist()) == pytest.approx((8.3, 46.2))


def test_the_frame_of_a_map_is_that_of_its_focus() -> None:
    data = MapData(
        Page("t"), "", "red", ACTORS, (at("a", 0, 0), at("b", 50, 50), at("c", 900, 900)), (),
        focus=("a", "b"),
    )  # fmt: skip
    frame = map_frame(data, 600, 400)
    assert (frame.east, frame.north) == pytest.approx((0.25, 0.25))
