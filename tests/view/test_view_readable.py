"""Figures can be read: no words over words, none cut or beside another's mark, legends whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from matplotlib.figure import Figure

from sim.view.charts.axis import AxisSeries, draw_axis
from sim.view.charts.control import ControlData, draw_control
from sim.view.charts.time_axis import set_times
from sim.view.data import MapData, Span
from sim.view.draw import blank, halo_text, put
from sim.view.map.figure import draw_map
from sim.view.map.legend import legend_left
from sim.view.map.names import Name
from sim.view.map.scene import Scene

TOOLS = Path(__file__).parents[2] / "tools"
SETS = (
    "double_offensive", "double_offensive_forces", "fronts_1_to_5", "regroup_south_forces",
    "hama_stab_forces", "two_ways", "compare_towns", "compare_push", "ensemble", "study",
)  # fmt: skip


@pytest.fixture(scope="module")
def tools() -> Iterator[dict[str, ModuleType]]:
    """What is in tools/, which is no part of the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOOLS))
        import contacts
        import readable

        yield {"contacts": contacts, "readable": readable}
        for name in ("contacts", "gallery", "readable"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def faults(tools: dict[str, ModuleType]) -> Callable[[Callable[[], Figure]], list[str]]:
    """What is wrong with what a call draws."""
    readable = tools["readable"]
    return lambda draw: readable.faults(readable.watched(draw))


Faults = Callable[[Callable[[], Figure]], list[str]]


def check(tools: dict[str, ModuleType], name: str, folder: Path) -> None:
    """Every figure of a set of the contact sheets can be read."""
    found = list(tools["contacts"].checked(tools["contacts"].sets(folder)[name]()))
    assert found
    assert [f"{figure}: {fault}" for figure, _, faults in found for fault in faults] == []


def test_figures_of_a_small_run_can_be_read(tools: dict[str, ModuleType], tmp_path: Path) -> None:
    check(tools, "two_ways", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_figures_of_all_contact_sheets_can_be_read(
    tools: dict[str, ModuleType], tmp_path: Path, name: str
) -> None:
    check(tools, name, tmp_path)


def test_all_sets_of_the_contact_sheets_are_checked(
    tools: dict[str, ModuleType], tmp_path: Path
) -> None:
    assert tuple(tools["contacts"].sets(tmp_path)) == SETS


def test_made_up_figures_can_be_read(
    faults: Faults, map_data: MapData, axis_data: AxisSeries, control_data: ControlData
) -> None:
    assert faults(lambda: draw_map(map_data)) == []
    assert faults(lambda: draw_axis(axis_data)) == []
    assert faults(lambda: draw_control(control_data)) == []


@pytest.mark.parametrize("start", [datetime(2001, 3, 1), None])
def test_a_narrow_axis_has_room_for_the_names_of_its_ticks(
    faults: Faults, start: datetime | None
) -> None:
    def draw(width: float, days: int) -> Figure:
        page = blank(width + 100, 200)
        set_times(page.axes(50, 50, width, 100), Span(days * 86_400, start), named=True)
        return page.figure

    for width in (200, 475, 900):
        for days in (3, 9, 40, 124, 400, 4000):
            assert faults(partial(draw, width, days)) == []


# each fault is found


def test_words_over_words_are_found_and_their_white_rim_is_not(faults: Faults) -> None:
    def draw(apart: float) -> Figure:
        page = blank(400, 200)
        axes = page.canvas(0, 0, 400, 200)
        halo_text(axes, 50, 100, "first", size=10)
        halo_text(axes, 50, 100 + apart, "other", size=10)
        return page.figure

    assert len(faults(lambda: draw(5))) == 1
    assert faults(lambda: draw(20)) == []


def test_words_over_the_edge_are_found(faults: Faults) -> None:
    def draw() -> Figure:
        page = blank(100, 100)
        page.text(80, 50, "too long for this")
        return page.figure

    (fault,) = faults(draw)
    assert "over the edge of the figure" in fault


def test_words_wider_than_the_legend_are_found(faults: Faults) -> None:
    def draw() -> Figure:
        page = blank(600, 100)
        axes = page.canvas(legend_left(page), 0, 100, 100)
        axes.set_ylim(-100, 0)
        put(axes, 10, -50, "far too long for a legend", 10)
        return page.figure

    (fault,) = faults(draw)
    assert "over the edge of the legend" in fault


def test_words_cut_to_next_to_nothing_are_found(faults: Faults) -> None:
    def draw(text: str) -> Figure:
        page = blank(600, 100)
        page.text(10, 50, text)
        return page.figure

    assert len(faults(lambda: draw("reached\u2026"))) == 1
    assert faults(lambda: draw("a name so long that enough of it is left\u2026")) == []


def test_a_name_beside_the_mark_of_another_is_found(
    faults: Faults, map_data: MapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay = "sim.view.map.compose.lay_names"

    def swapped(scene: Scene, *_: object) -> list[Name]:
        from sim.view.map.labels import Taken
        from sim.view.map.names import lay_names

        first, second = lay_names(scene, Taken((0, 0, scene.frame.width, scene.frame.height)))[:2]
        return [replace(first, spot=second.spot, placed=replace(first.placed, leader=False))]

    monkeypatch.setattr(lay, swapped)
    assert any("another mark is" in fault for fault in faults(lambda: draw_map(map_data)))


def test_a_mark_that_the_legend_lacks_or_has_for_nothing_is_found(
    faults: Faults, map_data: MapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Scene.shown
    for change, fault in (
        (lambda s: s.marks - {"cut"}, "the legend lacks"),
        (lambda s: s.marks | {"sealed", "one_way"}, "the map has not"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(
                Scene, "shown", lambda self, c=change: replace(shown(self), marks=c(shown(self)))
            )
            assert any(fault in one for one in faults(lambda: draw_map(map_data)))
