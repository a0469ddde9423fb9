"""Pictures look as they did: small copies of a map, of curves and of a comparison are kept.

``KEEP_IMAGES=1 python -m pytest tests/view/test_view_images.py`` keeps new ones; look at them.
A copy is a quarter as wide, in grey. Copies are compared by blocks of 4 by 4 of their pixels,
so that another version's letters pass and a mark that is lost or moved does not.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from sim.view.charts.axis import draw_axis
from sim.view.charts.compare_figures import draw_compare
from sim.view.data import Curve, MapData
from sim.view.draw import drawn
from sim.view.map.figure import draw_map

KEPT = Path(__file__).parent / "images"
WORST, MEAN = 30.0, 1.0
"""Grey levels (of 255) that one block may be off, and all blocks on average."""

DRAW: dict[str, Callable[[Any], Figure]] = {
    "map_data": lambda data: draw_map(data, 800, 680),
    "axis_data": draw_axis,
    "compare_data": draw_compare,
}


def small(figure: Figure) -> Image.Image:
    """A figure a quarter as wide, in grey."""
    with Image.open(io.BytesIO(drawn(figure, "png"))) as picture:
        size = (picture.width // 4, picture.height // 4)
        return picture.convert("L").resize(size, Image.Resampling.BOX)


def off(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """How far two copies are apart, in grey levels: the worst block, and the mean."""
    assert one.size == other.size
    size = (one.width // 4, one.height // 4)
    blocks = [np.asarray(i.resize(size, Image.Resampling.BOX), dtype=float) for i in (one, other)]
    apart = np.abs(blocks[0] - blocks[1])
    return float(apart.max()), float(apart.mean())


@pytest.mark.parametrize("name", sorted(DRAW))
def test_pictures_look_as_they_did(name: str, request: pytest.FixtureRequest) -> None:
    made = small(DRAW[name](request.getfixturevalue(name)))
    path = KEPT / f"{name.removesuffix('_data')}.png"
    if os.environ.get("KEEP_IMAGES"):
        made.save(path, optimize=True)
    with Image.open(path) as kept:
        worst, mean = off(made, kept.convert("L"))
    assert worst <= WORST
    assert mean <= MEAN


def test_a_lost_mark_and_a_moved_curve_are_seen(map_data: MapData, axis_data: Any) -> None:
    whole = small(DRAW["map_data"](map_data))
    port, rest = map_data.roads[0], map_data.roads[1:]
    for changed in (
        replace(map_data, cut_roads=frozenset()),
        replace(map_data, roads=(replace(port, flow=0), *rest)),
    ):
        assert off(whole, small(DRAW["map_data"](changed)))[0] > WORST
    later = replace(axis_data, capacity=Curve((0, 6 * 86_400), axis_data.capacity.values))
    assert off(small(draw_axis(axis_data)), small(draw_axis(later)))[0] > WORST
