"""Forces on the maps: where they stand, what their flags keep off, films, tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from PIL import Image, ImageChops

import sim
from sim.measure.routes import Doing
from sim.scenario.model import Actor, Scenario
from sim.view.charts.advance import advance_data
from sim.view.data import Curve, MapData, MapForce, MapPlace, MapRoad, Page, Span
from sim.view.draw import context, drawn
from sim.view.film.animated import write_png
from sim.view.film.frames import FilmData, _Stage, film_frames
from sim.view.look import STATES, looks
from sim.view.map.compose import map_frame
from sim.view.map.figure import Maps, draw_map, map_table
from sim.view.map.forces import FLAG_HEIGHT, FLAG_WIDTH, flag, lay_forces
from sim.view.map.labels import Taken
from sim.view.map.layout import beside, stands
from sim.view.map.multiples import MultiplesData, draw_multiples, multiples_table
from sim.view.map.names import lay_names
from sim.view.map.scene import Scene
from sim.view.words import Words

DAY = 86_400
Make = Callable[..., Scenario]
WAY = ("port", "ford", "fort")


@pytest.fixture
def force() -> MapForce:
    return MapForce("op", "Column $x$ <b>", "red", WAY, (0.0, 30.0, 80.0), 20.0, 1234, "marching")


def flags(data: MapData) -> list[Rectangle]:
    """Flags on the map and in its legend."""
    patches = [p for axes in draw_map(data).axes for p in axes.patches]
    return [
        p
        for p in patches
        if isinstance(p, Rectangle) and (p.get_width(), p.get_height()) == (FLAG_WIDTH, FLAG_HEIGHT)
    ]


def texts(data: MapData) -> set[str]:
    return {t.get_text() for axes in draw_map(data).axes for t in axes.texts}


def test_forces_of_a_run_stand_where_their_series_have_them(make: Make) -> None:
    # 10 km a day over b - x (10 km) toward y (190 km): 50 km on day 5, where what they carry is
    # gone since the road was closed on day 2; it opens on day 7; y, 200 km, is taken on day 22
    run = sim.run(
        make(
            "s-b:1 b-x:10 x-y:190",
            axes={"line": {"sources": "s", "sinks": {"b": {"stock": 1000, "target": 0}}}},
            held={"y": "blue"},
            operations={
                "op": {"route": "b x y", "axis": "line", "each": 1, "at": DAY // 2},
                "never": {"route": "b x", "chance": 0.0},
            },
            events={
                "e1": {"kind": "close", "roads": "b-x", "at": 2 * DAY},
                "e2": {"kind": "open", "roads": "b-x", "at": 7 * DAY},
            },
            length=25 * DAY,
        )
    )
    maps = Maps(run.analysis)

    def at(days: float) -> tuple[float, Doing]:
        (only,) = maps.forces(round(days * DAY))
        assert (only.id, only.stops, only.stops_km) == ("op", ("b", "x", "y"), (0, 10, 200))
        return round(only.km, 2), only.state

    assert maps.forces(0) == ()  # it begins at noon of the first day; the other never does
    assert at(0.5) == (0, "marching")
    assert at(1.25) == (7.5, "marching")
    assert at(6) == (45, "stalled")
    assert at(8.75) == (62.5, "marching")
    assert at(24) == (200, "holding")
    for row in run.record.series:
        if row.subject == "operation:op" and row.measure == "position_m" and row.time >= DAY:
            assert maps.forces(row.time)[0].km == row.value / 1000


def beaten(make: Make, **more: object) -> sim.Run:
    """The run of a force that finds fifty times as many at the end of its route."""
    return sim.run(
        make(
            "b-x:50 s-b:1",
            axes={"line": {"sources": "s", "sinks": {"b": {}}}},
            held={"x": "blue"},
            garrisons={"g": {"actor": "blue", "place": "x", "strength": 5000}},
            operations={"op": {"route": "b x", "strength": 100, **more}},
            length=25 * DAY,
        )
    )


def test_a_beaten_force_falls_back_and_is_gone_when_it_is_over(make: Make) -> None:
    def seen(run: sim.Run) -> list[str]:
        maps = Maps(run.analysis)
        found = [[f.state for f in maps.forces(hour * 3600)] for hour in range(25 * 24)]
        return ["/".join(s) for s in [found[0], *(b for a, b in pairwise(found) if a != b)]]

    assert seen(beaten(make, on_repulse="fall_back")) == [
        "marching", "fighting", "falling back", "holding",
    ]  # fmt: skip
    assert seen(beaten(make, on_repulse="give_up")) == ["marching", "fighting", ""]


def test_the_title_of_an_advance_counts_what_stopped_it(make: Make) -> None:
    def title(**more: object) -> str:
        run = beaten(make, **more)
        times = [e.time for e in run.record.events if e.kind == "repulsed"]
        assert len(times) == (1 if "again" not in more else 3)
        found, day = (
            advance_data(Words(run.analysis), "op").page.title.split("; ")[1].split(" on day ")
        )
        assert day.startswith(str(times[0] // DAY))
        return found

    assert title(on_repulse="fall_back") == "it is beaten"
    assert title(on_repulse="fall_back", again=2 * DAY) == "it is beaten 3 times, first"


def test_the_legend_tells_of_forces_only_where_there_are_some(
    map_data: MapData, force: MapForce
) -> None:
    assert not flags(map_data)
    assert not any("Forces" in text for text in texts(map_data))
    state: Doing = "falling back"
    shown = replace(map_data, forces=(replace(force, state=state),))
    assert len(flags(shown)) == 2  # one on the map, one in the legend
    assert {"Forces: men, what they do", state, "way so far", f"1,234, {state}"} <= texts(shown)
    assert "Column $x$ <b>" in texts(shown)


def test_states_and_actors_differ_in_grey() -> None:
    known = looks((Actor("red", "Red"), Actor("blue", "Blue")))
    found = []
    for look in known.values():
        for state in STATES:
            figure = Figure(figsize=(0.4, 0.26), dpi=100)
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set(xlim=(0, 40), ylim=(0, 26))
            axes.set_axis_off()
            flag(axes, (5, 5, 5 + FLAG_WIDTH, 5 + FLAG_HEIGHT), look, state, np.array([1.0, 0.0]))
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("L")
            found.append(np.asarray(picture, dtype=float))
    for i, one in enumerate(found):
        for other in found[:i]:
            # some marked pixels that nobody overlooks
            assert (np.abs(one - other) > 80).sum() >= 12


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 80), min_size=1, max_size=5, unique_by=lambda km: km // 8))
def test_flags_keep_off_places_flows_and_each_other(at: list[float]) -> None:
    data = _small(at)
    frame = map_frame(data, 700, 500)
    scene = Scene(data, frame)
    taken = Taken((4, 4, 696, 496), scene.soft())
    taken.take(scene.hard())
    seats = lay_forces(scene, scene.stands, taken, brief=False)
    assert len(seats) == len(at)
    boxes = [seat.box for seat in seats]
    flow = [
        point for road, line in scene.roads if road.flow for point in np.linspace(*line, 400)
    ]  # fmt: skip
    for i, (left, low, right, high) in enumerate(boxes):
        assert 0 <= left < right <= 700
        assert 0 <= low < high <= 500
        for spot in scene.spots:
            x, y = spot.xy
            gap = np.hypot(max(left - x, x - right, 0), max(low - y, y - high, 0))
            assert gap >= spot.radius
        assert not any(left < x < right and low < y < high for x, y in flow)
        for a, b, c, d in boxes[:i]:
            assert right <= a or c <= left or high <= b or d <= low


def _small(at: list[float], flow: int = 500_000) -> MapData:
    actors = (Actor("red", "Red"), Actor("blue", "Blue"))
    places = (
        MapPlace("port", "Port", 46.0, 8.0, (("red", 1_000_000),), role="source"),
        MapPlace("ford", "Ford", 46.3, 8.4, (("red", 1_000_000),), crossing=True),
        MapPlace("fort", "Fort", 46.4, 9.0, (("red", 1_000_000),), role="sink"),
    )
    roads = (
        MapRoad("port--ford", "port", "ford", 500_000, 500_000, flow),
        MapRoad("ford--fort", "ford", "fort", 500_000, 500_000, flow),
    )
    forces = tuple(
        MapForce(f"op{i}", f"Force {i}", "red", WAY, (0.0, 30.0, 80.0), km, 100 + i, "marching")
        for i, km in enumerate(at)
    )
    return MapData(Page("A map"), "day 1", "red", actors, places, roads, forces=forces)


def test_an_arrow_points_one_way_alone() -> None:
    look = looks((Actor("red", "Red"),))["red"]
    found = []
    for turn in range(0, 360, 30):
        figure = Figure(figsize=(0.4, 0.26), dpi=100)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 40), ylim=(0, 26))
        way = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
        flag(axes, (5, 5, 5 + FLAG_WIDTH, 5 + FLAG_HEIGHT), look, "marching", way)
        (dart,) = (p for p in axes.patches if isinstance(p, Polygon))
        corners = dart.get_xy()[:-1] - (5 + FLAG_WIDTH - 9, 5 + FLAG_HEIGHT / 2)
        ahead = corners @ way
        # the tip alone is furthest from the middle, and it lies straight ahead
        far = np.hypot(*corners.T) / np.hypot(*corners.T).max()
        assert corners[far.argmax()] / np.hypot(*corners[far.argmax()]) == pytest.approx(way)
        assert ahead.argmax() == far.argmax()
        found.append(corners)
    # a third of a turn does not look the same, as it does with three equal sides
    turned = {tuple(np.round(c[np.lexsort(c.T)], 3).ravel()) for c in found}
    assert len(turned) == len(found)


def test_insets_have_the_forces_that_stand_in_them() -> None:
    # two places 0.01 degrees apart in a frame of more than half a degree: an inset shows them
    crowd = _crowd()
    bare = replace(crowd, forces=())
    assert len(draw_map(bare).axes) == len(draw_map(crowd).axes) == 3  # legend, map, inset
    words = [{t.get_text() for t in axes.texts} for axes in draw_map(crowd).axes]
    (whole,) = (w for w in words if "Ford" in w)  # the ford is not in the inset
    (inset,) = (w for w in words if "Gate" in w and "Ford" not in w)
    assert {"Force 0", "100, marching"} <= inset
    assert "100" in whole  # the flag of the map itself says the strength alone
    assert "Force 0" not in whole
    # on the road, away from the crowd, the map says it all and the inset nothing
    words = [
        {t.get_text() for t in axes.texts}
        for axes in draw_map(replace(crowd, forces=_small([20.0]).forces)).axes
    ]
    assert [("Force 0" in w, "Ford" in w) for w in words].count((True, True)) == 1
    assert sum("Force 0" in w for w in words) == 1


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 80), min_size=1, max_size=6))
def test_flags_keep_off_names_and_have_leaders_that_cross_no_flag(at: list[float]) -> None:
    data = _small(at)
    scene = Scene(data, map_frame(data, 700, 500))
    taken = Taken((4, 4, 696, 496), scene.soft())
    taken.take(scene.hard())
    names = lay_names(scene, taken)
    assert len(names) == 3
    seats = lay_forces(scene, scene.stands, taken, brief=False)
    for i, seat in enumerate(seats):
        left, low, right, high = seat.box
        for a, b, c, d in [*(n.placed.box for n in names), *(s.box for s in seats[:i])]:
            assert right <= a or c <= left or high <= b or d <= low
        # the leader ends at the flag itself, not at its words
        x, y = seat.near
        assert seat.flag[0] <= x <= seat.flag[2]
        assert seat.flag[1] <= y <= seat.flag[3]
        leader = np.linspace(seat.stand.xy, seat.near, 50)
        for a, b, c, d in (s.flag for s in seats if s is not seat):
            assert not any(a < x < c and b < y < d for x, y in leader)


def _crowd() -> MapData:
    """A force at the fort, which has a gate close beside it."""
    wide = _small([80.0])
    gate = MapPlace("gate", "Gate", 46.405, 9.004, (("red", 1_000_000),), role="sink")
    return replace(wide, places=(*wide.places, gate))


def test_a_film_has_the_forces_in_its_insets_too() -> None:
    crowd = _crowd()
    film = FilmData(
        Page("They come"), Span(2 * DAY), ((0, replace(crowd, forces=())),),
        Curve((0,), (500_000.0,)), (), ((0, ()), (DAY, crowd.forces)),
    )  # fmt: skip
    stage = _Stage(film)
    whole, inset = stage._views
    bare = stage.picture(0)
    changed = ImageChops.difference(bare, stage.with_forces(bare, 0, crowd.forces)).convert("L")
    # the inset's box on the picture: pixels from the lower left, over the strip
    assert inset.low >= whole.low
    right, high = inset.left + inset.frame.width, inset.low + inset.frame.height
    box = (inset.left, bare.height - high, right, bare.height - inset.low)
    inside = np.asarray(changed.crop(tuple(round(n) for n in box)))
    # the flag at least: 30 by 16 pixels on light ground
    assert (inside > 60).sum() > 300


def test_a_force_stands_on_the_road_by_its_share_of_the_way(force: MapForce) -> None:
    spots = {"port": np.array([0.0, 0.0]), "ford": np.array([60.0, 0]), "fort": np.array([60, 100])}
    # 20 of the first 30 km: two thirds of 60; 25 of the other 50 km: half of 100 upward
    first, second = stands([force, replace(force, id="z", strength=1, km=55.0)], spots)
    assert first.xy == pytest.approx([40, 0])
    assert second.xy == pytest.approx([60, 50])
    assert second.track == pytest.approx(np.array([[0, 0], [60, 0], [60, 50]]))
    assert second.facing == pytest.approx([0, 1])
    (back,) = stands([replace(force, state="falling back")], spots)
    assert back.facing == pytest.approx([-1, 0])
    # to the left of the way: above what leads east, west of what leads north
    moved = beside(second.track, 8.0)
    assert moved == pytest.approx(np.array([[0, 8], [60, 8], [52, 0], [52, 50]]))


def test_maps_with_forces_come_out_the_same_again() -> None:
    data = _small([10.0, 30.0, 55.0])
    for kind in ("png", "svg"):
        assert drawn(draw_map(data), kind) == drawn(draw_map(data), kind)


def test_small_multiples_show_the_forces_of_each(map_data: MapData) -> None:
    data = MultiplesData(Page("Two"), (("first", _small([])), ("then", _small([20.0]))))
    figure = draw_multiples(data)
    counts = [
        sum(isinstance(p, Rectangle) and p.get_width() == FLAG_WIDTH for p in axes.patches)
        for axes in figure.axes
    ]
    assert sorted(counts)[-2:] == [1, 1]  # the second map and the legend
    assert sum(counts) == 2
    table = multiples_table(data)
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_table_of_a_map_has_its_forces(map_data: MapData, force: MapForce) -> None:
    assert "persons" not in map_table(map_data).columns
    table = map_table(replace(map_data, forces=(force,)))
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert rows[-1]["kind"] == "force"
    assert (rows[-1]["km_from_base"], rows[-1]["persons"]) == (20.0, 1234)
    assert rows[-1]["state"] == "marching"


def test_forces_move_in_a_film_from_frame_to_frame() -> None:
    bare = replace(_small([]), forces=())
    film = FilmData(
        Page("A force marches"), Span(4 * DAY), ((0, bare),),
        Curve((0,), (500_000.0,)), (),
        tuple((day * DAY, _small([20.0 * day]).forces if day < 3 else ()) for day in range(5)),
    )  # fmt: skip
    file, again = io.BytesIO(), io.BytesIO()
    with context():
        for one in (file, again):
            write_png(film_frames(film, fps=5, seconds=1), one)  # a frame a day
    assert file.getvalue() == again.getvalue()
    with Image.open(file) as opened:
        maps = []
        for number in range(opened.n_frames):
            opened.seek(number)
            maps.append(opened.convert("RGB").crop((0, 0, 740, 690)))
    moved = [ImageChops.difference(a, b).getbbox() is not None for a, b in pairwise(maps)]
    assert moved == [True, True, True, False]  # over from day 3 on
