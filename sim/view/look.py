"""How maps, charts and pages look, in numbers: stated here once, for all that draw.

Figures are drawn by :mod:`sim.view.draw` with matplotlib, which is not needed here; the scripts of
a page get the same numbers as JSON (:func:`document`), its style sheet as variables
(:func:`variables`), and keep none of their own.

Colours are those of Okabe and Ito (2008), which most readers tell apart whatever their colour
vision. Vermillion is kept for what is cut and orange is not used at all, since the two are
easily confused. No information rests on colour alone: actors differ in shape and hatch too.

Lengths are pixels, in figures at ``DPI`` dots an inch, unless they say points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sim.base.numbers import short
from sim.measure.routes import Doing
from sim.scenario.model import Actor

DPI = 100
WIDTH, HEIGHT = 1200, 900

BLACK, WHITE = "#000000", "#ffffff"
SKY, GREEN, YELLOW, BLUE = "#56b4e9", "#009e73", "#f0e442", "#0072b2"
VERMILLION, PURPLE = "#d55e00", "#cc79a7"
INK, SOFT_INK, FAINT_INK = "#1a1a1a", "#595959", "#8c8c8c"
RULE = "#d9d9d9"
CUT_INK = "#a84a00"
"""Vermillion for words: dark enough to be read on white (WCAG 2 AA)."""

CUT_PALE = "#f4c7ac"
"""Behind a place of the cut."""

SEA, LAND, HOME = "#dbe7ef", "#e6e3db", "#f4f2ec"
WATER, RIVER, BORDER, COAST = "#c3d9e8", "#9cc2db", "#a49c8e", "#9db4c4"
COUNTRY_INK = "#a39c8f"
CASING_EDGE, CASING_FILL, UNUSABLE = "#7d7d7d", "#ffffff", "#8f8f8f"
FRONT = "#6a4a3a"

BY_NIGHT = {
    "paper": (WHITE, "#15181c"), "card": ("#f6f6f3", "#1d2126"), "ink": (INK, "#e9e9e6"),
    "soft": (SOFT_INK, "#b4b8bd"), "rule": (RULE, "#3a4047"), "link": ("#005a8f", "#79c3f0"),
    "flow": (BLUE, SKY), "bad": (CUT_INK, "#ff9b57"), "cut": (VERMILLION, VERMILLION),
    "cut-pale": (CUT_PALE, CUT_PALE), "sea": (SEA, "#17222b"), "land": (LAND, "#23262a"),
    "home": (HOME, "#2b2f33"), "water": (WATER, "#1c3040"), "river": (RIVER, "#3d6480"),
    "border": (BORDER, "#6c675e"), "coast": (COAST, "#48606f"),
    "country": (COUNTRY_INK, "#8b8579"), "casing": (CASING_EDGE, "#8d949b"),
    "road": (CASING_FILL, "#4a5158"), "unusable": (UNUSABLE, "#767c82"),
    "halo": (WHITE, "#15181c"), "edge": (INK, "#d8d8d4"),
}  # fmt: skip
"""The colours of a page by name: in light, as in the figures, and in the dark."""

LINES = (BLACK, BLUE, GREEN, PURPLE, SKY, VERMILLION)
"""Colours of curves in the order of use; with ``DASHES`` no two of the first 24 agree."""

DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    (0, (5, 1.6)),
    (0, (1.2, 1.2)),
    (0, (6, 1.6, 1.2, 1.6)),
)

OPTICAL = {
    "circle": 1.0, "square": 0.92, "triangle": 1.15, "diamond": 0.85, "pentagon": 1.1,
    "down": 1.15, "hexagon": 1.08, "plus": 1.3, "cross": 1.3, "star": 1.3,
}  # fmt: skip
"""Shapes that an actor's places can have, with the size that makes them look equally large."""

_LOOKS = (
    (BLACK, "circle", ""),
    (SKY, "square", "//"),
    (YELLOW, "triangle", ".."),
    (GREEN, "diamond", "\\\\"),
    (PURPLE, "pentagon", "xx"),
    (WHITE, "down", "--"),
    ("#b3b3b3", "hexagon", "||"),
    (BLUE, "plus", "++"),
    ("#cfe8d8", "cross", "oo"),
    ("#6e6e6e", "star", "OO"),
)

HATCH_TILE = 6.0
"""Side of the square that a hatch repeats on a page."""

_CROSSED, _RINGED = "M0,3h6M3,0v6", "M{0},3a{1},{1} 0 1 0 {2},0a{1},{1} 0 1 0 -{2},0"
_UP, _DOWN = "M-1,1l2,-2M0,6l6,-6M5,7l2,-2", "M-1,5l2,2M0,0l6,6M5,-1l2,2"

HATCHES = {
    "//": _UP, "\\\\": _DOWN, "xx": _UP + _DOWN, "--": "M0,3h6", "||": "M3,0v6", "++": _CROSSED,
    "..": _RINGED.format(2.6, 0.4, 0.8), "oo": _RINGED.format(1.6, 1.4, 2.8),
    "OO": _RINGED.format(0.5, 2.5, 5),
}  # fmt: skip
"""Hatches of figures, by their codes, as lines of SVG within a tile."""

HOME_SHARE = 0.25
"""A country with at least this share of the frame's places is drawn lighter than the others."""


@dataclass(frozen=True, slots=True)
class RoadLook:
    """Roads: a casing as wide as the capacity, a core as wide as the flow, on one scale."""

    widest: float = 12.0  # the road of the greatest capacity
    thinnest: float = 2.6
    thinnest_flow: float = 3.2
    edges: float = 2.2  # both edges of a casing together
    inside: float = 1.2  # a flow is so much thinner than its road, unless it fills it
    seen: float = 2.4  # a flow on the finest map
    faint: float = 1.5  # on a page, where widths are in proportion: what is thinner is dashed
    full_dash: float = 0.4  # white dashes on a full road, as a share of its width
    unusable: float = 1.5
    arrow: float = 7.5
    arrow_corners: tuple[tuple[float, float], ...] = (
        (1.0, 0.0), (-0.7, 0.85), (-0.35, 0.0), (-0.7, -0.85),
    )  # fmt: skip
    long: float = 200.0  # a road from here on has two arrows
    arrow_at: tuple[tuple[float, ...], tuple[float, ...]] = ((0.5,), (0.36, 0.72))
    one_way: float = 5.2  # the heads of a one-way road, clear of those of its flow
    one_way_at: tuple[tuple[float, ...], tuple[float, ...]] = ((0.27,), (0.2, 0.54, 0.86))
    doubt: float = 4.6  # radius of the ring on a road that may not be there
    doubt_at: float = 0.62  # clear of the bars of a cut and of arrows
    glow: float = 11.0  # the band along a road of the cut is so much wider than the road
    bars: float = 4.0  # from its middle to each of the two bars across it
    beyond: float = 8.0  # so far the bars reach beyond its edges
    short: float = 40.0  # below it the marks of a road's ends hide what is at its middle
    reach: float = 24.0  # so far the bars of a short one reach from its middle


@dataclass(frozen=True, slots=True)
class PlaceLook:
    """Places: radii of the markers, and how far beyond them what befell a place is drawn."""

    end: float = 8.5  # a source or sink of the axis
    big: float = 7.5
    town: float = 6.0
    other: float = 5.0
    big_town: int = 100_000  # persons
    source: tuple[float, ...] = (4.5,)
    sink: tuple[float, ...] = (4.0, 8.0)
    siege: float = 5.0
    siege_of_end: float = 10.5
    gate: float = 4.0
    seal: float = 8.0
    cut: float = 9.0
    pie: float = 1.5
    plate: float = 3.5  # the white behind a divided place
    rest: float = 0.01  # share that nobody holds below which it is not drawn


@dataclass(frozen=True, slots=True)
class ForceLook:
    """Forces: a flag with the actor's marker and a sign of what the force does."""

    flag: tuple[float, float] = (30.0, 16.0)
    marker: float = 4.0  # radius
    marker_at: float = 8.0  # from the left edge of the flag
    sign_at: float = 9.0  # from its right edge
    dot: float = 3.6  # radius, where a force stands on a road
    beside: float = 8.0  # from a road to the track beside it
    ring: float = 4.4
    open_dart: float = 0.9  # size of a dart that is not filled
    dart: tuple[tuple[float, float], ...] = ((7.6, 0.0), (-5.4, 4.5), (-2.4, 0.0), (-5.4, -4.5))


@dataclass(frozen=True, slots=True)
class OutsideLook:
    """Forces beyond a map: a line of words at its edge, with a dart toward the force."""

    dart: float = 16.0  # room for it at the end of the line
    high: float = 15.0
    step: float = 17.0  # from a line to the next
    edge: float = 5.0  # to the edge of the map
    name: int = 26  # characters of the name of a force


@dataclass(frozen=True, slots=True)
class LabelLook:
    """Labels: where beside its mark one may stand, and what that costs.

    Directions and distances that come first cost less; ``far`` ones need a leader line. In a
    direction a part below ``slid`` moves a label along its mark by so much of its own size.
    """

    sides: tuple[tuple[float, float], ...] = (
        (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0),
        (0.8, 0.8), (0.8, -0.8), (-0.8, 0.8), (-0.8, -0.8),
        (0.4, 1.0), (-0.4, 1.0), (0.4, -1.0), (-0.4, -1.0),
        (1.0, 0.4), (-1.0, 0.4), (1.0, -0.4), (-1.0, -0.4),
    )  # fmt: skip
    slid: float = 0.5
    near: tuple[float, ...] = (0.0, 6.0)
    far: tuple[float, ...] = (18.0, 34.0, 52.0, 74.0, 100.0)
    side_cost: float = 0.6
    distance_cost: float = 0.5
    slant: float = 0.9  # at a corner it stands nearer
    far_small: float = 52.0  # as far as one may stand on a small map
    nearer: float = 3.0  # by so much one is nearer to its own mark than to others
    apart: float = 12.0  # from one with a leader to the marks of others
    name: int = 34  # characters of the name of a place
    points: float = 9.0
    points_of_end: float = 10.5


@dataclass(frozen=True, slots=True)
class StrokeLook:
    """Widths of lines; those whose names end in back or edge lie wider behind the others."""

    ring: float = 2.2
    ring_back: float = 4.6
    cut: float = 2.6
    cut_back: float = 5.0
    gate: float = 2.0
    gate_back: float = 4.2
    seal: float = 2.4
    seal_edge: float = 5.6
    seal_back: float = 8.0
    closed: float = 1.7
    marker: float = 1.1
    marker_back: float = 3.4
    flag: float = 1.4
    dot: float = 1.3
    sign: float = 2.2
    leader: float = 1.4
    leader_back: float = 3.6
    track: float = 1.3
    track_back: float = 3.2


ROAD, PLACE, FORCE, LABEL, STROKE = RoadLook(), PlaceLook(), ForceLook(), LabelLook(), StrokeLook()
OUTSIDE = OutsideLook()

STATES: tuple[Doing, ...] = (
    "marching", "besieging", "fighting", "stalled", "holding", "falling back",
)  # fmt: skip
"""What forces do, in the order of the legend."""

SIGNS: Mapping[Doing, tuple[tuple[tuple[float, float], tuple[float, float]], ...]] = {
    "fighting": (((-5, -5), (5, 5)), ((-5, 5), (5, -5))),
    "stalled": (((-2.6, -5), (-2.6, 5)), ((2.6, -5), (2.6, 5))),
    "holding": (((-5, 0), (5, 0)),),
}
"""The signs that are strokes, each from point to point; the others are darts and a ring."""

MEANINGS = {
    "divided": "divided, by share",
    "source": "source of the axis",
    "sink": "sink of the axis",
    "besieged": "besieged: roads closed to a holder",
    "crossing": "bridge, dam or border crossing",
    "sealed": "sealed crossing",
    "full": "full: flow equals capacity",
    "unusable": "not usable",
    "one_way": "one-way",
    "doubtful": "may not be there: in this run it is",
    "absent": "not there in this run",
    "closed": "closed from the start",
    "shut": "closed by an event",
}
"""What the marks of a map mean, as its legend says."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one actor is drawn: fill, ink that shows on it, shape of its places, hatch."""

    name: str
    fill: str
    ink: str
    shape: str
    hatch: str
    brief: str = ""  # a shorter name of the scenario's, for where there is no room

    def named(self, most: int) -> str:
        """The name in at most so many characters: the short one where the whole has no room."""
        return self.name if len(self.name) <= most else short(self.brief or self.name, most)


def looks(actors: Iterable[Actor]) -> Mapping[str, Look]:
    """The look of each actor by id: its own colour where stated, else the next of the list.

    Beyond the list its colours come again with the shapes and hatches of others.

    Raises:
        ValueError: a colour that is not written as ``#0072b2``.
    """
    result = {}
    for number, actor in enumerate(actors):
        turn, place = divmod(number, len(_LOOKS))
        fill = (actor.color or _LOOKS[place][0]).lower()
        _, shape, hatch = _LOOKS[(place + 3 * turn) % len(_LOOKS)]
        result[actor.id] = Look(actor.name, fill, ink_on(fill), shape, hatch, actor.short or "")
    return result


NOBODY = Look("nobody", "#e8e8e8", INK, "circle", "")
"""Held by nobody, or by an actor that the figure was not told of."""


def ink_on(fill: str) -> str:
    """Black or white, whichever contrasts more with ``fill`` (WCAG 2 relative luminance).

    Raises:
        ValueError: ``fill`` is not written as ``#0072b2``.
    """
    if not re.fullmatch("#[0-9a-fA-F]{6}", fill):
        raise ValueError(f"{fill!r} is no colour as '#0072b2'")
    shares = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return BLACK if luminance > 0.179 else WHITE


def hatch_ink(look: Look) -> str:
    """The colour of a hatch on the look's fill: seen, yet quiet."""
    return "#5f5f5f" if look.ink == BLACK else "#b5b5b5"


def drawn(look: Look) -> dict[str, str]:
    """A look as the scripts of a page are told of it; ``line`` is the colour of its hatch."""
    return {**asdict(look), "line": hatch_ink(look)}


def document() -> dict[str, Any]:
    """The numbers that the scripts of a page draw by, as plain data."""
    return {
        "road": asdict(ROAD), "place": asdict(PLACE), "force": asdict(FORCE),
        "outside": asdict(OUTSIDE), "label": asdict(LABEL), "optical": OPTICAL,
        "signs": SIGNS, "states": STATES,
        "nobody": drawn(NOBODY), "dpi": DPI, "tile": HATCH_TILE, "hatches": HATCHES,
    }  # fmt: skip


def variables() -> str:
    """Colours and widths of lines as the variables of a style sheet."""
    colours = [f"--{name}: light-dark({day}, {night});" for name, (day, night) in BY_NIGHT.items()]
    widths = [f"--{n.replace('_', '-')}-line: {width:g};" for n, width in asdict(STROKE).items()]
    return f":root {{ {' '.join(colours + widths)} }}\n"
