"""Pictures of large and strange networks: crowded maps, the far sides of the globe, long runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import sim
from sim.api.drawing import weakness_of
from sim.measure.steps import Steps
from sim.scenario.model import Actor, Scenario
from sim.state.record import EventRow
from sim.view.charts import axis as axis_chart
from sim.view.charts.axis import AxisSeries, SinkStock, axis_data, draw_axis
from sim.view.charts.control import ControlData, HoldSpan, PlaceRow, draw_control
from sim.view.charts.time_axis import moment
from sim.view.data import WHOLE, MapData, MapPlace, MapRoad, Page, Span
from sim.view.draw import (
    Canvas,
    blank,
    drawn,
    ended,
    halo_text,
    legible,
    plain,
    put,
    text_size,
)
from sim.view.look import ROAD, looks
from sim.view.map import network
from sim.view.map.figure import Maps, draw_map
from sim.view.map.frame import Frame, fit
from sim.view.map.labels import Request, Taken, place
from sim.view.map.multiples import multiples_data
from sim.view.map.names import SHARE, lay_names
from sim.view.map.scene import PLACES, ROADS, Scene
from sim.view.words import Words, written

DAY = 86_400
Make = Callable[..., Scenario]


def grid(side: int, step: float = 0.1) -> MapData:
    """A square grid of ``side`` by ``side`` places that red holds, roads of 100 t/day."""
    places = tuple(
        MapPlace(f"p{i:02d}_{j:02d}", f"Place {i} {j}", step * i, step * j, (("red", WHOLE),))
        for i in range(side)
        for j in range(side)
    )
    pairs = [((i, j), (i, j + 1)) for i in range(side) for j in range(side - 1)]
    pairs += [((i, j), (i + 1, j)) for i in range(side - 1) for j in range(side)]
    roads = tuple(
        MapRoad(f"r{n:05d}", f"p{a[0]:02d}_{a[1]:02d}", f"p{b[0]:02d}_{b[1]:02d}", 10**5, 10**5, 9)
        for n, (a, b) in enumerate(pairs)
    )
    return MapData(Page("t"), "", "red", (Actor("red", "Red"),), places, roads)


# what crowds is drawn finer


def test_roads_and_markers_keep_to_their_shares_of_a_crowded_map() -> None:
    data = grid(30)
    frame = fit([(p.lon, p.lat) for p in data.places], 900, 700)
    scene = Scene(data, frame)
    # 2 * 30 * 29 roads of one length at their widest: the factor is share * area / ink
    long = float(np.hypot(*(scene.roads[0][1][1] - scene.roads[0][1][0])))
    ink = 2 * 30 * 29 * long * (ROAD.widest + ROAD.edges)
    assert scene.fine == pytest.approx(ROADS * 900 * 700 / ink, rel=1e-3)
    assert scene.fine < 1
    assert scene.width(data.roads[0]) == pytest.approx(ROAD.widest * scene.fine)
    covered = sum(math.pi * s.radius**2 for s in scene.spots)
    assert covered <= PLACES * 900 * 700 * (1 + 1e-9)
    # a flow stays visible, and all maps of the frame have one scale
    assert scene.flow_width(data.roads[0]) >= ROAD.seen
    none = replace(data, roads=tuple(replace(r, capacity=0, flow=0) for r in data.roads))
    assert Scene(none, frame).fine == scene.fine


def test_sources_and_cuts_stay_large_on_a_crowded_map() -> None:
    data = grid(30)
    first = replace(data.places[0], role="source")
    data = replace(data, places=(first, *data.places[1:]), cut_places=frozenset({"p01_01"}))
    scene = Scene(data, fit([(p.lon, p.lat) for p in data.places], 900, 700))
    radius = {s.place.id: s.radius for s in scene.spots}
    assert radius["p00_00"] == pytest.approx(0.7 * 8.5)  # the factor of crowds, and no more
    assert radius["p00_00"] > 1.7 * radius["p05_05"]
    assert radius["p01_01"] > 1.2 * radius["p05_05"]


def test_a_long_chain_has_markers_that_part() -> None:
    # 201 places over 808 pixels (900 less twice the pad of 46): 4.04 pixels from one to the next
    places = tuple(
        MapPlace(f"p{i:03d}", f"P {i}", 0.0, 0.01 * i, (("red", WHOLE),)) for i in range(201)
    )
    data = MapData(Page("t"), "", "red", (Actor("red", "Red"),), places, ())
    scene = Scene(data, fit([(p.lon, p.lat) for p in places], 900, 700))
    # 6 pixels by 0.7 and by 4.04 / 10, the coordinates being rounded to a tenth
    assert scene.spots[0].radius == pytest.approx(6 * 0.7 * 4.04 / 10, rel=0.02)
    assert scene.crowded
    # no name leads far: each stands at its mark
    assert not any(n.placed.leader for n in lay_names(scene, Taken((0, 0, 900, 700))))


def test_places_at_one_spot_crowd_nothing() -> None:
    spots = [(0.0, 0.0)] * 5 + [(0.0, 1.0)] * 5 + [(1.0, 1.0)] * 5
    places = tuple(
        MapPlace(f"p{i:02d}", f"P {i}", lat, lon, (("red", WHOLE),))
        for i, (lat, lon) in enumerate(spots)
    )
    data = MapData(Page("t"), "", "red", (), places, ())
    scene = Scene(data, fit([(p.lon, p.lat) for p in places], 900, 700))
    assert {s.radius for s in scene.spots} == {6.0}
    assert not scene.crowded


def test_an_open_map_is_drawn_as_it_always_was(map_data: MapData) -> None:
    scene = Scene(map_data, fit([(p.lon, p.lat) for p in map_data.places], 900, 700))
    assert scene.fine == 1.0
    # crowding is 1 for places far apart: a town has 6 pixels, an end of the axis 8.5
    assert {s.place.id: s.radius for s in scene.spots}["mill"] == 6.0


def test_names_cover_their_share_of_a_crowded_map_and_one_name_more_at_most() -> None:
    data = replace(grid(12), roads=())
    scene = Scene(data, fit([(p.lon, p.lat) for p in data.places], 900, 700))
    names = lay_names(scene, Taken((0, 0, 900, 700)))
    sizes = [
        (n.placed.box[2] - n.placed.box[0]) * (n.placed.box[3] - n.placed.box[1]) for n in names
    ]
    assert sum(sizes[:-1]) < SHARE * 900 * 700 <= sum(sizes)
    assert len(names) < 144


def test_labels_stop_once_they_cover_enough() -> None:
    requests = [Request(50.0 * i, 50, 30, 10, 2) for i in range(1, 6)]
    found = place(requests, Taken((0, 0, 400, 100)), most=500)
    # 300 square pixels each: after two they cover 600
    assert [p is not None for p in found] == [True, True, False, False, False]


def test_a_network_of_very_many_roads_is_a_picture_in_the_svg(
    monkeypatch: pytest.MonkeyPatch, map_data: MapData
) -> None:
    shapes = drawn(draw_map(map_data), "svg")
    monkeypatch.setattr(network, "MOST_SHAPES", 3)  # the map has four
    picture = drawn(draw_map(map_data), "svg")
    assert (shapes.count(b"<image"), picture.count(b"<image") > 0) == (0, True)
    assert b"Ford" in picture  # words stay words: matplotlib notes each text in a comment


def test_crowded_maps_show_their_scale_where_no_name_is() -> None:
    data = grid(25)
    figure = draw_map(data)
    scale = [t for axes in figure.axes for t in axes.texts if t.get_text().endswith(" km")]
    assert scale
    left, low = scale[0].get_position()
    wide, tall = text_size(scale[0].get_text(), 8.5)
    names = [t for t in figure.axes[1].texts if t.get_text().startswith("Place")]
    assert names
    for name in names:
        x, y = name.get_position()
        assert not (left < x < left + wide and abs(y - low) < tall / 2)


# the far sides of the globe


def test_a_frame_holds_both_sides_of_the_180th_meridian_together() -> None:
    points = [(179.0, -17.0), (-179.0, -16.0), (178.5, -16.5)]
    frame = fit(points, 900, 700)
    xy = frame.places_xy(points)
    assert ((xy > 0) & (xy < [900, 700])).all()
    # 2 degrees of longitude lie between the first two, 358 by the longer way
    apart = xy[1, 0] - xy[0, 0]
    assert apart == pytest.approx(2 * frame.per_degree * math.cos(math.radians(frame.north)))
    west, _, east, _ = frame.box()
    assert east - west < 10


def test_places_of_half_the_globe_stay_where_they_are() -> None:
    points = np.array([(-100.0, 10.0), (60.0, 20.0), (0.0, 0.0)])
    frame = fit(points, 900, 700)
    assert frame.east == -20.0
    assert np.array_equal(frame.places_xy(points), frame.xy(points))
    # all round the globe the widest gap is left out: here from -60 to 100
    round_it = fit([(100.0, 0.0), (170.0, 0.0), (-60.0, 0.0), (-120.0, 0.0)], 900, 700)
    assert round_it.east == pytest.approx((100 + 300) / 2)


@pytest.mark.parametrize("pole", [1, -1])
def test_places_near_a_pole_are_in_the_frame(pole: int) -> None:
    points = [(-90.0, 88.0 * pole), (0.0, 90.0 * pole), (60.0, 89.5 * pole)]
    frame = fit(points, 900, 700)
    xy = frame.places_xy(points)
    assert ((xy > 0) & (xy < [900, 700])).all()
    east, north = frame.degrees(*xy[0].tolist())
    assert (east, north) == pytest.approx(points[0])


def test_a_map_of_the_whole_globe_has_no_more_ground_than_can_be_seen() -> None:
    places = tuple(MapPlace(f"p{i}", f"P{i}", 0.0, -170.0 + 34 * i) for i in range(11))
    figure = draw_map(MapData(Page("t"), "", "red", (), places, ()))
    points = sum(
        len(path.vertices)
        for axes in figure.axes
        for collection in axes.collections
        for path in collection.get_paths()
    )
    # the source has 190,000 points, four times as many once smoothed
    assert 1_000 < points < 150_000


# names in all scripts


def test_a_name_that_runs_to_the_left_does_not_turn_its_sentence() -> None:
    assert plain("حلب falls") == "\u200eحلب falls"
    assert plain(plain("حلب falls")) == plain("حلب falls")
    assert plain("حلب") == "حلب"
    assert plain("To حلب") == "To حلب"
    assert ended("حلب") == "حلب\u200e"
    assert ended("Aleppo") == "Aleppo"
    assert text_size("\u200eAb", 10) == text_size("Ab", 10)


def test_what_the_font_cannot_write_is_called_by_its_id(make: Make) -> None:
    assert [legible(t) for t in ("Łódź", "حلب", "北京", "北 Depot", "12", "")] == [
        True, True, False, True, True, True,
    ]  # fmt: skip
    scenario = make("a-b:36", axes={"line": {"sources": "a", "sinks": {"b": {}}}})
    net = scenario.network
    places = {**net.places, "a": replace(net.places["a"], name="北京")}
    known = written(replace(scenario, network=replace(net, places=places)))
    assert known.network.places["a"].name == "a"
    assert known.network.places["b"].name == net.places["b"].name


def test_the_stock_of_a_long_name_stays_on_the_sheet(axis_data: AxisSeries) -> None:
    stock = axis_data.stocks[0]
    long = replace(axis_data, stocks=(replace(stock, name="W" * 40),))
    texts = [t for t in draw_axis(long).texts if t.get_text().startswith("WW")]
    assert len(texts) == 1
    x = texts[0].get_position()[0] * 1200
    assert x + text_size(texts[0].get_text(), 8.8)[0] <= 1200
    assert texts[0].get_text().endswith("0 d, 0 t")
    assert isinstance(stock, SinkStock)


# many actors, long and short runs


def test_thirty_actors_all_look_different() -> None:
    known = looks(tuple(Actor(f"a{i}", f"A{i}") for i in range(30)))
    assert len({(look.fill, look.shape) for look in known.values()}) == 30
    assert len({(look.fill, look.hatch) for look in known.values()}) == 30


def kilograms(amounts: list[int]) -> Steps:
    """What was unloaded up to each day."""
    return Steps([day * DAY for day in range(len(amounts))], amounts)


def test_deliveries_of_a_long_run_are_means_that_keep_the_total() -> None:
    days = 4 * axis_chart.MOST_RATES
    kg = np.cumsum(np.random.default_rng(0).integers(0, 50, days + 1)).tolist()
    series = kilograms(kg)
    curve = axis_chart._rate([series])
    assert curve is not None
    assert len(curve.times) == axis_chart.MOST_RATES
    spans = np.diff([*curve.times, days * DAY]) / DAY
    assert float(np.dot(spans, curve.values)) == pytest.approx(kg[-1] - kg[0])
    few = axis_chart._rate([kilograms([0, 10, 30])])
    assert few is not None
    assert few.values == (10.0, 20.0)


def test_a_chart_of_a_long_run_says_over_what_it_took_means(make: Make) -> None:
    def subtitle(days: int) -> str:
        run = sim.run(
            make(
                "a-b:36",
                axes={"line": {"sources": "a", "sinks": {"b": {"demand": 50, "stock": 1000}}}},
                length=days * DAY,
            )
        )
        return axis_data(Words(run.analysis), "line").page.subtitle

    assert subtitle(10).endswith("what they have in store")
    assert subtitle(1000).endswith("; deliveries as means over 3 days")  # 1000 / 400 rounded up


def test_a_moment_has_its_year_or_hour_where_the_span_needs_it() -> None:
    start = datetime(2001, 3, 1)
    assert moment(DAY, Span(100 * DAY, start)) == "2 Mar"
    assert moment(DAY, Span(1000 * DAY, start)) == "2 Mar 2001"
    assert moment(DAY + 5400, Span(3 * DAY, start)) == "2 Mar 01:30"
    assert moment(DAY + 5400, Span(100 * DAY, start)) == "2 Mar"


def test_places_left_out_may_have_changed_at_the_same_time(page: Page) -> None:
    def left_out(later: bool) -> str:
        rows = tuple(
            PlaceRow(
                f"place {i:02d}",
                (
                    HoldSpan(0, 5 * DAY + later * i, (("red", WHOLE),)),
                    HoldSpan(5 * DAY + later * i, 9 * DAY, (("blue", WHOLE),)),
                ),
            )
            for i in range(60)
        )
        figure = draw_control(ControlData(page, Span(9 * DAY), (), rows))
        return next(t.get_text() for t in figure.texts if " more places" in t.get_text())

    assert re.fullmatch(r"and \d+ more places that changed then or later", left_out(False))
    assert left_out(True).endswith("changed later")


# words and work of a run


def test_an_axis_that_was_never_open_has_a_whole_sentence_at_the_end(make: Make) -> None:
    run = sim.run(
        make(
            "a-b:36 b-c:36", axes={"line": {"sources": "a", "sinks": {"c": {}}}}, held={"b": "blue"}
        )
    )
    maps = Maps(run.analysis)
    titles = [maps.map("line", view).page.title for view in maps.turning_points("line")]
    assert titles == ["line is not open at the start", "line ends cut"]


def test_one_place_stands_in_the_way(make: Make) -> None:
    run = sim.run(
        make(
            "a-b:36 b-c:36",
            axes={"line": {"sources": "a", "sinks": {"c": {}}}},
            events={"fall": {"kind": "capture", "places": "b", "by": "blue", "at": DAY}},
        )
    )
    maps = Maps(run.analysis)
    last = maps.map("line", maps.turning_points("line")[-1])
    assert last.page.title == "line ends cut; B stands in the way"
    # from 1,000 kg/day to 0 on day 1, which is what it ends with
    told = multiples_data(maps, "line")
    lost = "line loses all that it could carry, 1 t/day: it is cut for good on day 1"
    assert told.page.title == lost
    assert [words for words, _ in told.maps][1] == "day 1: 0 t/day; B"


def test_text_that_the_font_cannot_write_is_no_part_of_a_title(make: Make) -> None:
    run = sim.run(
        make(
            "a-b:36 b-c:36",
            axes={"line": {"sources": "a", "sinks": {"c": {}}}},
            events={"fall": {"kind": "capture", "places": "b", "by": "blue", "at": DAY}},
        )
    )
    events: list[EventRow] = run.analysis.record.events
    number = next(i for i, e in enumerate(events) if e.cause == "fall")
    events[number] = events[number]._replace(text="城市陷落")
    maps = Maps(run.analysis)
    titles = [maps.map("line", view).page.title for view in maps.turning_points("line")]
    assert titles[1] == "B: line is cut"


def test_the_cut_map_needs_no_shares_of_what_falls(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sim.run(
        make(
            "a-b:36/50 b-c:36/50",
            axes={"line": {"sources": "a", "sinks": {"c": {}}}},
            events={"fall": {"kind": "capture", "places": "b", "by": "blue", "at": DAY}},
        )
    )

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Shapley shares are in neither figure, and dear")

    monkeypatch.setattr("sim.cuts.ranking.shapley", refuse)
    assert weakness_of(run.analysis, "line", 0) is not None


def test_the_same_map_is_filled_once(make: Make) -> None:
    run = sim.run(make("a-b:36", axes={"line": {"sources": "a", "sinks": {"b": {}}}}))
    maps = Maps(run.analysis)
    views = maps.turning_points("line")
    single = [maps.map("line", view) for view in views]
    assert all(a is b for a, (_, b) in zip(single, multiples_data(maps, "line").maps, strict=True))


def test_a_frame_has_its_scale_near_the_pole() -> None:
    assert Frame(0, 90, 10, 100, 100).degrees(50, 50) == (0, 90)


def test_what_is_kept_of_letters_changes_no_pixel() -> None:
    def drawn_by(canvas: type[FigureCanvasAgg]) -> bytes:
        page = blank(300, 80)
        axes = page.canvas(0, 0, 300, 80)
        halo_text(axes, 20.3, 50, "A town, twice: AVA", size=11, weight="bold")
        halo_text(axes, 150.8, 50, "A town, twice: AVA", size=11, weight="bold")
        put(axes, 20, 20, "and words in another size", 8.5, rotation=10)
        canvas(page.figure)
        return drawn(page.figure, "png")

    plain_ones = drawn_by(FigureCanvasAgg)
    assert [drawn_by(Canvas) for _ in range(2)] == [plain_ones] * 2
