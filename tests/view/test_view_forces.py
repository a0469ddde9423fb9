"""Figures of forces: the record beside an advance, the sides, the maps of regrouping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.engine.simulation import run
from sim.measure.flows import Displacement
from sim.measure.routes import stops_km
from sim.measure.statistics import Estimate
from sim.measure.summary import Analysis
from sim.scenario.model import DAY, PPM, Actor, RecordedPosition, Scenario
from sim.view.charts.advance import AdvanceData, draw_advance, on_record
from sim.view.charts.garrison import GarrisonData, GarrisonRow, draw_garrisons, garrison_data
from sim.view.charts.sides import SidesData, SidesPanel, draw_sides, sides_data
from sim.view.data import WHOLE, Curve, MapPlace, Page, Span
from sim.view.draw import context
from sim.view.figures import figures
from sim.view.map.regroup import (
    RegroupArrow,
    RegroupMapData,
    RegroupPanel,
    displacement_table,
    draw_regroup_map,
    regroup_map,
)
from sim.view.saving import save
from sim.view.words import Words

Make = Callable[..., Scenario]
PAGE = Page("What was found $x_1$ <b>", "What is plotted", "Credit")
SPAN = Span(20 * DAY)
ACTORS = (Actor("red", "Red side"), Actor("blue", "Blue side with a long name"))
NASTY = "<script>$x_1$</script> \u0628\u0627\u0628 \U0001f600 \x1b" + "W" * 200


def words(figure: Figure) -> list[str]:
    texts = [*figure.texts, *(t for axes in figure.axes for t in axes.texts)]
    return [t.get_text() for t in texts]


def boxes(figure: Figure, shown: list[str]) -> list[tuple[float, float, float, float]]:
    """Where these texts stand on the sheet, each once (a halo writes twice)."""
    found = {}
    with context():
        for axes in figure.axes:
            for text in axes.texts:
                if text.get_text() in shown:
                    text.get_window_extent()  # places a name with a leader; then its words alone
                    found[text.get_text()] = Text.get_window_extent(text).extents
    return [tuple(box) for _, box in sorted(found.items())]


def same_twice(draw: Callable[[], Figure], folder: Path) -> bytes:
    first, second = (save(draw(), folder, name, svg=True) for name in ("one", "two"))
    assert first[0].read_bytes() == second[0].read_bytes()
    assert first[1].read_bytes() == second[1].read_bytes()
    assert b"<script" not in first[1].read_bytes()
    return first[1].read_bytes()


# --- the record beside an advance ---------------------------------------------------------------


def advance(**more: object) -> AdvanceData:
    line = Curve((0, 5 * DAY, 20 * DAY), (0.0, 50.0, 50.0), steps=False)
    flat = Curve((0,), (100.0,))
    given = AdvanceData(PAGE, SPAN, line, flat, None, ((0.0, "Base"), (50.0, "Town")))
    return replace(given, **more)


def test_points_on_record_are_diamonds_at_their_day_and_km(tmp_path: Path) -> None:
    data = advance(record=((3 * DAY, 12.5, "seen at the ford"), (9 * DAY, 40.0, "thrown back")))
    figure = draw_advance(data)
    (diamonds,) = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert list(diamonds.get_xdata()) == [3 * DAY, 9 * DAY]
    assert list(diamonds.get_ydata()) == [12.5, 40.0]
    assert {"seen at the ford", "thrown back"} <= set(words(figure))
    assert any("diamonds: on record" in text for text in words(figure))
    same_twice(lambda: draw_advance(data), tmp_path)


def test_without_a_record_nothing_is_said_of_one() -> None:
    figure = draw_advance(advance())
    assert not any("record" in text for text in words(figure))


def test_names_of_the_record_do_not_overlap() -> None:
    crowd = [f"seen here {i}" for i in range(6)]
    data = advance(record=tuple((8 * DAY + i * DAY // 4, 20.0, t) for i, t in enumerate(crowd)))
    placed = boxes(draw_advance(data), crowd)
    assert len(placed) >= 4
    for a, b in combinations(placed, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_record_of_an_operation_by_place_and_km(make: Make) -> None:
    scenario = make(
        "b-x:10 x-y:7", held={"x": "blue", "y": "blue"}, operations={"op": {"route": "b x y"}}
    )
    told = {
        "late": RecordedPosition("late", 30 * DAY, "y", None),
        "there": RecordedPosition("there", 4 * DAY, "y", None, "taken"),
        "on_the_way": RecordedPosition("on_the_way", 2 * DAY, None, 13.5),
    }
    operation = replace(scenario.operations["op"], on_record=told)
    stops = stops_km(scenario.network, operation)
    assert stops == [("b", 0.0), ("x", 10.0), ("y", 17.0)]
    # in order of time, without what lies outside the ten days
    assert on_record(operation, stops, scenario.length) == (
        (2 * DAY, 13.5, "on record"),
        (4 * DAY, 17.0, "taken"),
    )


# --- the sides ----------------------------------------------------------------------------------


def sides(name: str = "Ground") -> SidesData:
    up, down = Curve((0, 5 * DAY), (0.0, 2.0)), Curve((0, 5 * DAY), (0.0, -2.0))
    pulse = Curve((0, DAY, 2 * DAY), (0.0, 400.0, 0.0))
    return SidesData(
        PAGE,
        SPAN,
        ACTORS,
        (
            SidesPanel(name, (("red", up), ("blue", down)), "change"),
            SidesPanel("Fallen", (("stranger", up),)),
            SidesPanel("On the road", (("red", pulse),), "on the road"),
        ),
    )


def test_the_sides_say_what_they_ended_with_and_had_at_most(tmp_path: Path) -> None:
    shown = words(draw_sides(sides()))
    assert "+2 Red side" in shown
    assert any(text.startswith("\u22122 Blue side") for text in shown)
    assert "2 nobody" in shown
    assert "at most 400 Red side" in shown
    same_twice(lambda: draw_sides(sides(NASTY)), tmp_path)
    assert "nobody won or lost anything" in words(draw_sides(SidesData(PAGE, SPAN, (), ())))


def test_names_at_the_side_stay_on_the_sheet() -> None:
    data = sides()
    figure = draw_sides(replace(data, actors=tuple(replace(a, name=NASTY) for a in ACTORS)))
    with context():
        assert max(text.get_window_extent().x1 for text in figure.texts) <= figure.bbox.width


# --- garrisons ----------------------------------------------------------------------------------


def test_garrisons_end_with_their_numbers(tmp_path: Path) -> None:
    men = Curve((0, 5 * DAY), (900.0, 0.0))
    days = Curve((0, 5 * DAY, 20 * DAY), (40.0, 12.5, 12.5), steps=False)
    rows = (GarrisonRow("Town " + NASTY, men, days), GarrisonRow("Hill", men))
    figure = draw_garrisons(GarrisonData(PAGE, SPAN, rows))
    shown = words(figure)
    assert {"0", "12.5", "no supply of its own is modelled"} <= set(shown)
    save(figure, tmp_path, "garrisons")
    assert "no garrison changed" in words(draw_garrisons(GarrisonData(PAGE, SPAN, ())))


# --- the maps of regrouping ---------------------------------------------------------------------


def flows(panels: int, name: str = "") -> RegroupMapData:
    places = tuple(
        MapPlace(f"p{i}", f"{name}Place {i}", 46 + 0.3 * (i // 3), 8 + 0.4 * (i % 3),
                 (("red", WHOLE),))
        for i in range(9)
    )  # fmt: skip
    arrows = tuple(
        RegroupArrow(f"p{i}", share, f"{name}Place {i}", f"{100 * share:.0f} % (1-9)", share > 0.1)
        for i, share in ((2, 0.5), (5, 0.2), (6, 0.05), (8, 0.15))
    )
    one = RegroupPanel("red", "p0", "Place 0: 100 displaced", "lost: 10 %", arrows)
    roads = tuple((f"p{i}", f"p{i + 1}") for i in range(8))
    return RegroupMapData(PAGE, ACTORS, places, roads, (one,) * panels)


@pytest.mark.parametrize("panels", [0, 3])
def test_maps_of_regrouping_for_each_place(panels: int) -> None:
    figure = draw_regroup_map(flows(panels))
    assert words(figure).count("Place 0: 100 displaced") == panels


def test_a_map_of_regrouping_is_the_same_bytes_twice(tmp_path: Path) -> None:
    same_twice(lambda: draw_regroup_map(flows(1, NASTY)), tmp_path)


def test_arrows_are_as_wide_as_their_share_and_faded_where_open() -> None:
    axes = draw_regroup_map(flows(1)).axes[0]
    bodies = [
        c for c in axes.collections
        if 4 <= c.get_zorder() < 5 and len(c.get_facecolor()) and len(c.get_paths()) == 1
    ]  # fmt: skip
    across = []
    for body in bodies:
        outline = body.get_paths()[0].vertices[:-1]  # closed: the last is the first
        across.append(float(np.hypot(*(outline[0] - outline[-1]))))
    # 24 pixels for the greatest share of 0.5, the others in proportion, 2.4 at least
    assert across == pytest.approx([24, 9.6, 7.2, 2.4], rel=0.01)
    fills = [tuple(body.get_facecolor()[0][:3]) for body in bodies]
    assert fills == [fills[0]] * 3 + [(1.0, 1.0, 1.0)]
    assert fills[0] != (1.0, 1.0, 1.0)


def test_labels_of_arrows_do_not_overlap() -> None:
    figure = draw_regroup_map(flows(1))
    shown = [a.words for a in flows(1).panels[0].arrows] + [f"Place {i}" for i in range(9)]
    placed = boxes(figure, shown)
    assert len(placed) > 8
    for a, b in combinations(placed, 2):
        assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1


def test_what_the_map_of_regrouping_says(make: Make) -> None:
    scenario = make("a-b:10 b-c:10", exits={"south": {"places": "c"}}, held={"a": {"red": PPM}})
    found = [
        Displacement("red", "a", "lost", 8, 60.0, Estimate(0.6, 0.5, 0.7)),
        Displacement("red", "a", "b", 8, 30.0, Estimate(0.304, 0.25, 0.358)),
        Displacement("red", "a", "south", 8, 8.0, Estimate(0.08, -0.01, 0.17)),
        Displacement("red", "a", "c", 8, 1.0, Estimate(0.016, 0.0, 0.03)),
    ]
    data = regroup_map(scenario, found, "credit", 10)
    assert data is not None
    (panel,) = data.panels
    assert panel.heading == "A (Red): 99 displaced, in 8 of 10 runs"
    assert panel.words == "did not get away: 60 % (50\u201370); 1 other destination together: 2 %"
    assert [(a.to, a.words, a.settled) for a in panel.arrows] == [
        ("b", "30 % (25\u201336)", True),
        (
            "c",
            "8 % (0\u201317)",
            False,
        ),  # the exit, drawn to where it is entered; -0.01 is written 0
    ]
    assert panel.arrows[1].name == "out: south"
    assert data.page.title.startswith(
        "Displaced from A: 60 % (50 % to 70 %) do not get away; B takes"
    )
    # a place that lost next to nobody gets no map
    few = Displacement("red", "b", "c", 1, 1.0, Estimate(1.0, None, None))
    more = regroup_map(scenario, [*found, few], "credit", 10)
    assert more is not None
    assert [p.origin for p in more.panels] == ["a"]
    one = regroup_map(scenario, found, "credit")
    assert one is not None
    assert one.panels[0].arrows[0].words == "30 (30 %)"
    assert regroup_map(scenario, [], "credit") is None
    assert len(list(displacement_table(found).rows)) == 4


def test_a_run_with_forces_has_all_their_figures(make: Make) -> None:
    scenario = make(
        "b-x:10 x-y:10 y-z:10",
        held={"x": "blue", "y": "blue", "z": "blue"},
        garrisons={"g": {"actor": "blue", "place": "y", "strength": 200}},
        regroup={"blue": {"hours": -0.1}},
        operations={"op": {"route": "b x y", "strength": 1000}},
    )
    analysis = Analysis(scenario, run(scenario))
    drawn = {name: draw() for name, draw in figures(analysis, lambda: None)}
    found = {name: made[1] for name, made in drawn.items() if made}
    names = {"advance_op", "who_held_what", "sides", "garrisons", "regroup", "regroup_map"}
    assert names <= set(found)
    assert ("Y (Blue)", "strength", "persons", 0, 200.0) in list(found["garrisons"].rows)
    title = garrison_data(Words(analysis)).page.title
    assert title == "The garrison of Y, 200 men at the start, is gone in the end"
    rows = list(found["regroup_map"].rows)
    assert [row[1:3] for row in rows] == [("y", "z")]
    assert rows[0][5] == 1.0
    assert sides_data(Words(analysis)).page.title.startswith("Blue loses 2 places; fallen: ")
