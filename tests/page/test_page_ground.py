"""The ground of a page: no more of it than a page can carry, wherever the places are."""

from __future__ import annotations

import re

import pytest

from sim.page import ground
from sim.page.ground import Ground
from sim.view.map.frame import fit

SIZE = ground.WIDTH, ground.HEIGHT


@pytest.mark.parametrize(
    "places",
    [
        [(-179.9, -60.0), (0.0, 0.0), (179.9, 70.0)],
        [(0.0, 88.0), (120.0, 89.0), (-120.0, 87.0)],
    ],
    ids=["all the globe", "round a pole"],
)
def test_the_ground_of_all_the_globe_fits_a_page(places: list[tuple[float, float]]) -> None:
    drawn = str(Ground(fit(places, *SIZE), places).svg())
    # thousands of islands of two points each would alone be more than that
    assert 1_000 < len(drawn) <= ground.MOST


def test_the_ground_lies_under_places_on_both_sides_of_the_180th_meridian() -> None:
    places = [(179.0, -17.0), (-179.0, -16.0)]
    drawn = str(Ground(fit(places, *SIZE), places).svg())
    across = [float(x) for x in re.findall(r"(-?[\d.]+),-?[\d.]+", drawn)]
    # two degrees are the width of the map, less its margins: the ground reaches little further
    assert min(across) > -2 * SIZE[0]
    assert max(across) < 3 * SIZE[0]
    assert "Fiji" in drawn


def test_a_coarse_outline_keeps_its_ends_and_drops_what_is_a_dot() -> None:
    square = [[0.0, 0.0], [0.1, 0.0], [10.0, 0.0], [10.0, 10.0]]
    dot = [[5.0, 5.0], [5.1, 5.0], [5.0, 5.1]]
    layer = ground._Layer("coast", [square, dot], False)
    fine = str(ground._path(layer, 10.0, 0.4, coarse=False))
    coarse = str(ground._path(layer, 10.0, 0.8, coarse=True))
    assert "M0.0,10.0 10.0,10.0 10.0,0.0" in fine  # the second point is nearer than 0.4
    assert fine.count("M") == 2
    assert coarse.count("M") == 1
