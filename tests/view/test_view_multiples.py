"""Small multiples: one frame, one legend, names that stand still and belong to their places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.view.data import WHOLE, MapData, MapPlace, Page
from sim.view.draw import drawn
from sim.view.map.frame import Frame
from sim.view.map.labels import Taken
from sim.view.map.multiples import MultiplesData, draw_multiples, multiples_table
from sim.view.map.names import lay_names
from sim.view.map.scene import Scene
from sim.view.map.union import merged, union


@pytest.fixture
def later(map_data: MapData) -> MapData:
    """The map after the ford fell to blue, which besieges the port and cuts its road."""
    places = tuple(
        replace(p, holders=(("blue", WHOLE),)) if p.id == "ford"
        else replace(p, besieged=frozenset({"red"})) if p.id == "port" else p
        for p in map_data.places
    )  # fmt: skip
    roads = (replace(map_data.roads[0], flow=-1, state="cut"), *map_data.roads[1:])
    return replace(map_data, when="6 March", places=places, roads=roads, cut_roads=frozenset({"x"}))


def test_the_union_has_every_mark(map_data: MapData, later: MapData) -> None:
    both = union([map_data, later])
    assert {p.id: set(p.besieged) for p in both.places if p.besieged} == {
        "mill": {"blue"}, "port": {"red"},
    }  # fmt: skip
    assert both.roads[0].flow == 500_000  # the larger of 500,000 and -1
    assert both.roads[0].state == "cut"
    assert both.cut_roads == {"port--ford", "x"}
    frame = Frame(8.5, 46.3, 500.0, 700, 500)
    seen = [Scene(m, frame).shown() for m in (map_data, later)]
    assert merged(seen).actors == ("red", "blue")
    assert "besieged" in merged(seen).marks
    assert merged(seen[:1]) == seen[0]


def test_each_map_has_its_words_and_the_same_names(map_data: MapData, later: MapData) -> None:
    data = MultiplesData(Page("It falls"), (("1 March: 5 t/day", map_data), ("6 March: 0", later)))
    figure = draw_multiples(data)
    words = [t.get_text() for t in figure.texts]
    assert {"It falls", "1 March: 5 t/day", "6 March: 0"} <= set(words)
    legend, first, second, scale = figure.axes
    names = [
        {(t.get_text(), t.get_position()) for t in axes.texts if not t.get_text()[-1].isdigit()}
        for axes in (first, second)
    ]
    assert {("Port"), ("Fort")} <= {text for text, _ in names[1]}
    assert names[1] == names[0]
    assert [t.get_text()[-2:] for t in scale.texts] == ["km", "km"]  # its rim, and itself
    assert "Held by" in [t.get_text() for t in legend.texts]
    assert drawn(draw_multiples(data), "png") == drawn(figure, "png")


def test_small_multiples_need_a_map() -> None:
    with pytest.raises(ValueError, match="need a map"):
        draw_multiples(MultiplesData(Page("t"), ()))


def test_a_name_nearer_to_another_place_is_left_out(map_data: MapData) -> None:
    # b is at the right edge, so that its name (83 pixels) fits only left of it, over a
    a = MapPlace("a", "", 0.0, 0.1, (("red", WHOLE),), kind="post")
    b = replace(a, id="b", name="A long name", lon=0.7, population=9)
    data = MapData(Page("t"), "", "red", map_data.actors, (a, b), (), focus=("none",))
    scene = Scene(data, Frame(0.2, 0.0, 100.0, 140.0, 24.0))  # a at x = 60, b at 120
    for small in (False, True):
        names = lay_names(scene, Taken((0, 0, 140, 24)), small=small)
        assert "A long name" not in [n.text for n in names]
    # alone it may stand there
    (alone,) = lay_names(Scene(replace(data, places=(b,)), scene.frame), Taken((0, 0, 140, 24)))
    assert alone.text == "A long name"


def test_the_table_has_the_rows_of_every_map(map_data: MapData, later: MapData) -> None:
    table = multiples_table(MultiplesData(Page("t"), (("one", map_data), ("two", later))))
    rows = list(table.rows)
    assert len(rows) == 2 * (len(map_data.places) + len(map_data.roads))
    assert {row[0] for row in rows} == {"one", "two"}
    assert {len(row) for row in rows} == {len(table.columns)}
