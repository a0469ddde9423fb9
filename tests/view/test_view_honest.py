"""What does not fit a map is not dropped in silence, and no name can be read as another's."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sim.api.show import figure_named
from sim.base.errors import BadInputError
from sim.scenario.model import DAY, Actor
from sim.view.charts.compare_figures import CompareData, ComparePanel, draw_compare
from sim.view.charts.panels import line_style
from sim.view.data import Curve, EventMark, MapData, MapForce, Page, Span
from sim.view.look import LABEL, looks
from sim.view.map.figure import draw_map
from sim.view.map.labels import Box, Marks, Request, Taken, nearest, place
from sim.view.map.multiples import MultiplesData, draw_multiples
from sim.view.saving import Nothing, drawing, save_each
from sim.view.tables import Numbers

LEGEND_LEFT = 950.0
"""Pixels: right of it a map of 1,200 has its legend."""

disc = st.tuples(st.floats(20, 380), st.floats(20, 280), st.floats(3, 12))


@pytest.fixture
def crowd(map_data: MapData) -> MapData:
    """A map with most kinds of marks, and a force on it."""
    marching = MapForce("f", "First", "red", ("port", "ford"), (0.0, 50.0), 20.0, 900, "marching")
    return replace(map_data, forces=(marching,), cut_places=frozenset({"mill"}))


def said(figure: Figure, left: float = LEGEND_LEFT) -> list[str]:
    """Words right of ``left`` pixels, all of which must lie on the figure."""
    figure.draw_without_rendering()
    found = []
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            if text.get_text() and box.x0 >= left:
                assert box.y0 >= 0, text.get_text()
                assert box.y1 <= figure.bbox.height, text.get_text()
                found.append(text.get_text())
    return found


def test_a_low_map_has_the_whole_legend(crowd: MapData) -> None:
    high = said(draw_map(crowd, height=1200))
    assert "marching" in high
    assert "closed by an event" in high
    for height in (900, 500, 300):
        low = said(draw_map(crowd, height=height))
        assert [word for word in high if word in low] == high


def test_small_multiples_are_as_high_as_their_legend(crowd: MapData) -> None:
    # two maps of 320 pixels in one row are lower than the legend, eight are higher
    two = said(draw_multiples(MultiplesData(Page("t"), (("a", crowd), ("b", crowd)))))
    eight = said(draw_multiples(MultiplesData(Page("t"), (("a", crowd),) * 8)))
    assert two == eight
    assert "marching" in two


def far(id_: str, strength: int) -> MapForce:
    """A force at a fort that lies east of the frame."""
    return MapForce(id_, f"Force {id_}", "red", ("ford", "fort"), (0.0, 50.0), 50.0, strength,
                    "holding")  # fmt: skip


def test_every_force_beyond_the_edge_is_named_there(map_data: MapData) -> None:
    # all stand at the fort at 9.0 E; the frame ends near 8.6 E
    many = tuple(far(f"f{n}", 100 + n) for n in range(12))
    data = replace(map_data, focus=("port", "ford", "mill", "gate"), forces=many)
    figure = draw_map(data)
    words = {t.get_text() for axes in figure.axes for t in axes.texts}
    assert {f"Force f{n}, {100 + n}" for n in range(12)} <= words
    assert "beyond the edge" in words
    boxes = [
        text.get_window_extent()
        for axes in figure.axes
        for text in axes.texts[::2]
        if text.get_text().startswith("Force f")
    ]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def gap(box: Box, mark: tuple[float, float, float]) -> float:
    """Pixels from a box to the rim of a mark."""
    x, y = nearest(box, mark[0], mark[1])
    return math.hypot(mark[0] - x, mark[1] - y) - mark[2]


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.lists(disc, min_size=2, max_size=25, unique=True))
def test_a_name_stands_by_its_own_mark_or_has_a_leader(
    discs: list[tuple[float, float, float]],
) -> None:
    wanted = [Request(x, y, 50, 14, r + 1, far=True) for x, y, r in discs]
    for own, placed in zip(discs, place(wanted, Taken((0, 0, 400, 300)), marks=Marks(discs)),
                           strict=True):  # fmt: skip
        if placed is None:
            continue
        others = [gap(placed.box, d) for d in discs if d[:2] != own[:2]]
        if placed.leader:
            assert all(other >= LABEL.apart for other in others)
        else:
            assert all(other >= gap(placed.box, own) + LABEL.nearer for other in others)


def test_a_leader_runs_over_no_other_mark() -> None:
    # own mark at (100, 100), another at (150, 100): a label right of both is tied across it
    marks = Marks([(100, 100, 5), (150, 100, 5)])
    box = (190.0, 93.0, 240.0, 107.0)
    assert not marks.plain(box, 100, 100, leader=True)
    assert marks.plain((190.0, 193.0, 240.0, 207.0), 100, 100, leader=True)
    # without one it is the other's
    assert not marks.plain(box, 100, 100, leader=False)
    assert marks.plain(box, 150, 100, leader=False)


def test_a_figure_of_nothing_is_not_made_and_the_reason_is_said(tmp_path: Path) -> None:
    def draw(_: str) -> Figure:
        raise AssertionError("drawn")

    def fill() -> str | Nothing:
        return Nothing("it does not begin")

    empty = drawing("advance_x", fill, draw, lambda _: Numbers((), []))
    assert save_each([empty], tmp_path) == []
    assert [p.name for p in tmp_path.iterdir()] == ["advance_x.txt"]
    assert (tmp_path / "advance_x.txt").read_text() == "Not drawn: it does not begin.\n"
    with pytest.raises(BadInputError, match="advance_x would show nothing: it does not begin"):
        figure_named([empty], "advance", "x")


PALETTE = [
    (look.fill, look.hatch) for look in looks(Actor(f"a{n}", "") for n in range(10)).values()
]

MATRICES = {
    # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,  # relative luminance, WCAG 2
}  # fmt: skip


def lightness(fill: str, sight: str) -> list[float]:
    """sRGB of a fill as an eye of this kind sees it, each 0 to 1."""
    shares = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    seen = [sum(m * c for m, c in zip(row, linear, strict=True)) for row in MATRICES[sight]]
    kept = [min(max(c, 0.0), 1.0) for c in seen]
    return [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in kept]


@pytest.mark.parametrize("sight", sorted(MATRICES))
def test_actors_are_told_apart_by_any_eye_and_in_grey(sight: str) -> None:
    # two bars differ where their fills differ by a tenth of the cube, or else by their hatch
    for i, (fill, hatch) in enumerate(PALETTE):
        for other, its_hatch in PALETTE[:i]:
            apart = math.dist(lightness(fill, sight), lightness(other, sight))
            assert apart > 0.1 * math.sqrt(3) or hatch != its_hatch, (fill, other)


def test_hatches_and_shapes_of_the_first_ten_actors_are_all_different() -> None:
    assert len({hatch for _, hatch in PALETTE}) == 10
    assert len({look.shape for look in looks(Actor(f"a{n}", "") for n in range(10)).values()}) == 10


def compared(page: Page, events: tuple[EventMark, ...]) -> CompareData:
    """Two runs of which the second arrives at half of what was needed."""
    needed = Curve((0, 10 * DAY), (0.0, 10_000.0), steps=False)
    half = Curve((0, 10 * DAY), (0.0, 5_000.0), steps=False)
    panel = ComparePanel("Arrived", "t", (needed, half), 1000, needed=needed)
    return CompareData(page, Span(10 * DAY), ("base", "loss"), (panel,), events)


def test_a_comparison_names_its_runs_by_letters_and_marks_whose_events_are(page: Page) -> None:
    figure = draw_compare(compared(page, (EventMark(5 * DAY, "B: the ford falls", True),)))
    words = [t.get_text() for t in [*figure.texts, *(t for a in figure.axes for t in a.texts)]]
    assert {"A: base", "B: loss", "B: the ford falls"} <= set(words)
    # what was needed reaches the scale though no curve but the first does
    assert max(axes.get_ylim()[1] for axes in figure.axes[1:]) >= 10


def test_dashes_tell_three_and_more_runs_apart_in_grey() -> None:
    assert len({str(line_style(n)[1]) for n in range(4)}) == 4
