"""The page of an empty map as it is served to one reader, who draws a first scenario on it."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from sim.base.files import write_whole
from sim.view.map.frame import KM_PER_DEGREE, Frame, fit

from .explored import FILE, drawing
from .ground import WIDTH, Ground
from .markup import Html, el
from .sentences import EXPLORING, SENTENCES
from .shell import bare_map, document, section

TITLE = "A first scenario"

ACROSS_KM = 300.0
"""Kilometres across the map of a region."""

SEEN_TO = 80.0
"""Degrees of latitude beyond which no map of a region reaches."""

AT_FIRST = {"title": TITLE, "days": 30, "speed": 50, "capacity": 100}
"""What the form of the whole says until its reader writes something else."""

SQUARE = WIDTH, WIDTH
"""Width and height of the map: upright and broad screens have ground enough then."""

ATLANTIC = (-30.0, 0.0)
"""Degrees east and north where no country is: on the map of the world none is set apart."""

_PARTS = ("times", "places", "roads", "actors", "forces", "axes", "loads")
"""Parts of a run that its map draws, of which there are none yet."""

_NOTE = (
    "The map shows land, borders, rivers and lakes, no roads: draw those that matter. What is "
    "drawn is blue; a source has a ring, a sink has two."
)


def write_first(folder: Path, middle: tuple[float, float] | None, road_class: str) -> Path:
    """Write the page of an empty map into a folder, and return its path.

    Args:
        middle: degrees north and east of the middle of the map; None: it is of the world.
        road_class: the class of the roads that are drawn.

    Raises:
        FullDiskError: there is no room for it.
    """
    frame, ground = _drawn(middle)
    nothing: dict[str, list[str]] = {key: [] for key in _PARTS}
    told = {
        "axis": None, "km": round(frame.km_per_pixel, 6),
        "runs": [{"id": "first", "end": 1, **nothing}],
        "say": {**SENTENCES, **EXPLORING, **_SAID},
        "explore": {
            "run": "0", "base": None, "file": FILE, "draw": drawing(frame, [road_class]),
        },
        "first": {"world": middle is None, **AT_FIRST},
    }  # fmt: skip
    stage = el(
        "div",
        el("div", bare_map(_NOTE), class_="stuck"),
        el("div", el("div", id="exploring")),
        class_="stage",
    )
    about = "Places, roads, where goods come from and go to. Nothing is saved until you press Save."
    parts = [section("stage", "The map and what is drawn", stage, seen=False)]
    text, file = document(TITLE, about, parts, (told, ground)), folder / "report.html"
    write_whole(file, text)
    return file


_SAID = {
    "draw_title": "Draw a first scenario",
    "draw_hint": (
        "Press on the map where a place is, or write its degrees. A road is as long as the "
        "straight line, until you write another length. Goods come from sources and are needed "
        "at sinks; Run carries them there day by day. Without a most of its own a source gives all "
        "that is needed, and a road carries what is said of all roads."
    ),
    "explore_ready": "Run works out what reaches the sinks; Save writes the scenario as a file.",
}
"""What this page says otherwise than that of a run."""


@lru_cache(maxsize=4)
def _drawn(middle: tuple[float, float] | None) -> tuple[Frame, Html]:
    """The frame and the ground of a map; that of the world takes seconds to draw."""
    frame = _world() if middle is None else _region(*middle)
    seen = ATLANTIC if middle is None else (frame.east, frame.north)
    return frame, Ground(frame, [seen]).svg()


def _world() -> Frame:
    """The whole world, cut in the Pacific."""
    return Frame(10.0, 15.0, WIDTH / 360, *SQUARE)


def _region(north: float, east: float) -> Frame:
    """The frame of a region round a point, moved away from a pole where it would reach it."""
    half = ACROSS_KM / 2 / KM_PER_DEGREE
    north = max(-SEEN_TO, min(SEEN_TO, north))
    wide = half / math.cos(math.radians(north))
    box = [(east - wide, north - half), (east + wide, north + half)]
    return fit(box, *SQUARE)
