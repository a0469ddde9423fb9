"""The basemap: what a box of degrees holds, and how it is clipped."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.view.map.basemap import clip_line, clip_ring, load, smooth
from sim.view.map.frame import KM_PER_DEGREE, fit


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def test_a_box_holds_its_countries_and_nothing_outside_it() -> None:
    box = (5.0, 45.0, 11.0, 48.5)  # the Alps
    base = load(*box)
    names = {c.name for c in base.countries}
    assert {"Switzerland", "France", "Italy", "Germany", "Austria", "Liechtenstein"} <= names
    assert "Spain" not in names
    points = np.vstack([r for c in base.countries for r in c.rings] + list(base.lakes))
    assert (points >= [5, 45]).all()
    assert (points <= [11, 48.5]).all()
    assert base.borders
    assert base.lakes
    assert base.rivers
    assert not base.coasts


def test_land_covers_an_inland_box_once() -> None:
    # no sea and no hole: the countries' areas (net of holes, which turn the other way) add
    # up to the box, up to the 0.01 degrees to which borders are simplified
    base = load(5.0, 46.0, 10.0, 48.0)

    def signed(ring: np.ndarray) -> float:
        x, y = ring[:, 0], ring[:, 1]
        return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

    total = sum(abs(sum(signed(r) for r in c.rings)) for c in base.countries)
    assert total == pytest.approx(10.0, rel=2e-3)


def test_open_sea_is_empty() -> None:
    base = load(-40.0, -30.0, -35.0, -25.0)
    assert base == type(base)((), (), (), (), ())


def test_a_box_may_cross_the_180th_meridian() -> None:
    east, west = load(177, -20, 183, -15), load(-183, -20, -177, -15)
    assert {c.name for c in east.countries} == {c.name for c in west.countries} == {"Fiji"}
    total = [sum(area(r) for c in b.countries for r in c.rings) for b in (east, west)]
    assert total[0] == pytest.approx(total[1])


@pytest.mark.parametrize(
    "box", [(1, 0, 1, 2), (2, 0, 1, 2), (0, 2, 1, 1), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)]
)
def test_what_is_no_box_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        load(*box)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    st.floats(0.05, 3),
    st.integers(3, 24),
)
def test_clipping_a_convex_ring_keeps_to_the_box(
    middle: tuple[float, float], radius: float, sides: int
) -> None:
    turn = 2 * np.pi * np.arange(sides) / sides
    ring = np.array(middle) + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    cut = clip_ring(ring, (-1, -1, 1, 1))
    assert (np.abs(cut) <= 1 + 1e-9).all()
    inside = ring[(np.abs(ring) < 1).all(axis=1)]
    kept = {tuple(np.round(p, 9)) for p in cut}
    assert all(tuple(np.round(p, 9)) in kept for p in inside)


def test_clipped_areas_by_hand() -> None:
    # the square (0,0)-(2,2) and the box (-1,-1)-(1,1) share a unit square
    square = np.array([(0, 0), (2, 0), (2, 2), (0, 2)], float)
    assert area(clip_ring(square, (-1, -1, 1, 1))) == pytest.approx(1)
    # a diamond |x| + |y| <= 1.5 loses four corners, right triangles of height 0.5 and base 1
    diamond = np.array([(1.5, 0), (0, 1.5), (-1.5, 0), (0, -1.5)], float)
    assert area(clip_ring(diamond, (-1, -1, 1, 1))) == pytest.approx(4.5 - 4 * 0.25)
    assert len(clip_ring(square + 5, (-1, -1, 1, 1))) == 0


def test_a_line_is_cut_into_the_pieces_that_touch_the_box() -> None:
    # in, out to the right and far away, back in: two pieces, each with one point outside
    line = np.array([(0, 0), (2, 0), (9, 9), (0, 9), (0, 2), (0, 0.5)], float)
    pieces = clip_line(line, (-1, -1, 1, 1))
    assert [p.tolist() for p in pieces] == [[[0, 0], [2, 0]], [[0, 2], [0, 0.5]]]


def test_smoothing_cuts_corners_and_keeps_open_ends() -> None:
    corner = np.array([(0, 0), (4, 0), (4, 4)], float)
    # once: the corner (4, 0) gives way to (3, 0) and (4, 1)
    assert smooth(corner, 1).tolist() == [[0, 0], [3, 0], [4, 1], [4, 4]]
    ring = np.array([(0, 0), (4, 0), (4, 4), (0, 4)], float)
    assert len(smooth(ring, 1, closed=True)) == 8
    # each corner loses a triangle with legs of 1: 16 - 4 * 0.5
    assert area(smooth(ring, 1, closed=True)) == pytest.approx(14)


def test_a_frame_keeps_distances_near_its_middle() -> None:
    # at 60 degrees north a degree east is half as long as one north
    frame = fit([(10, 59), (12, 61)], 800, 600)
    xy = frame.xy([(11, 60), (12, 60), (11, 61)])
    east, north = xy[1] - xy[0], xy[2] - xy[0]
    assert east[0] == pytest.approx(north[1] / 2)
    assert xy[0].tolist() == pytest.approx([400, 300])
    assert north[1] * frame.km_per_pixel == pytest.approx(KM_PER_DEGREE)


def test_a_frame_shows_all_points_within_its_pad() -> None:
    points = [(36.0, 33.0), (41.0, 37.2), (38.0, 35.0)]
    xy = fit(points, 900, 700, pad=40).xy(points)
    assert (xy >= 40 - 1e-6).all()
    assert (xy <= np.array([860, 660]) + 1e-6).all()


def test_one_point_gets_a_frame_of_the_least_width() -> None:
    frame = fit([(20.0, 10.0)], 900, 600, least_km=12)
    assert frame.km_per_pixel * 600 == pytest.approx(12)
    assert fit([], 900, 600).xy([(0, 0)]).tolist() == [[450, 300]]
