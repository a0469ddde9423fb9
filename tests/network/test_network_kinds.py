"""What each kind of network file may hold, and what becomes of it."""

from __future__ import annotations

import json
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import api
from sim.base.errors import BadInputError
from sim.base.globe import metres
from sim.base.names import look_alike, to_the_eye
from sim.network import UNLIMITED
from sim.network.readers import Reading, read_table
from sim.network.readers.table import NetworkTable


def read(folder: Path, name: str, text: str, **how: Any) -> NetworkTable:
    (folder / name).write_text(text, encoding="utf-8")
    return read_table(folder / name, Reading(**how))


def roads(table: NetworkTable) -> dict[str, tuple[str, str, int, bool]]:
    """Ends, capacity and whether it has two ways, by road."""
    graph = table.graph
    return {
        road: (graph.places[a], graph.places[b], int(amount), bool(two))
        for road, a, b, amount, two in zip(
            graph.roads, graph.a, graph.b, table.roads[:, 0], table.two_way, strict=True
        )
    }


@pytest.mark.parametrize(
    ("column", "value", "km"),
    [
        ("km", "2", 2), ("Length (m)", "500", 0.5), ("length_km", "3", 3),
        ("DIST_MI", "1", 1.609344), ("metres", "2 km", 2), ("distance_ft", "1000", 0.3048),
    ],
)  # fmt: skip
def test_units_stand_in_the_header_or_behind_the_number(
    tmp_path: Path, column: str, value: str, km: float
) -> None:
    table = read(tmp_path, "x.csv", f"from,to,capacity,{column}\na,b,1,{value}\n")
    assert table.graph.km.tolist() == pytest.approx([km])
    assert table.notes == ()


@pytest.mark.parametrize(
    ("columns", "row", "seconds"),
    [
        ("minutes", "3", 180), ("travel_time_s", "90", 90), ("hours", "0.5", 1800),
        ("km,speed_kmh", "10,40", 900), ("km,speed_mph", "1.609344,60", 60),
    ],
)  # fmt: skip
def test_times_and_speeds(tmp_path: Path, columns: str, row: str, seconds: int) -> None:
    table = read(tmp_path, "x.csv", f"from,to,capacity,{columns}\na,b,1,{row}\n")
    assert table.graph.seconds.tolist() == [seconds]


def test_columns_are_told_guessed_and_never_dropped_in_silence(tmp_path: Path) -> None:
    text = "source,target,Weight,len,colour\na,b,5,700,red\n"
    table = read(tmp_path, "x.csv", text)
    assert table.notes[1:] == (
        "read as the ends of a road: source and target",
        "not read: Weight (--column capacity=Weight reads it), len (--column km=len reads it), "
        "colour",
    )
    told = read(tmp_path, "x.csv", text, columns={"capacity": "weight", "length_m": "LEN"})
    assert (int(told.roads[0, 0]), float(told.graph.km[0])) == (5, pytest.approx(0.7))
    assert told.notes[1:] == ("not read: colour",)
    for wrong, hint in (({"capacity": "wieght"}, "did you mean 'Weight'"),
                        ({"capasity": "Weight"}, "did you mean 'capacity'")):  # fmt: skip
        with pytest.raises(BadInputError, match=hint):
            read(tmp_path, "x.csv", text, columns=wrong)


def test_capacities_by_class_and_by_lanes(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("class,t/day,km/h\nPrimary,40,80\nother,5,\n")
    (tmp_path / "l.csv").write_text("lanes,capacity\n2,9\n*,4\n")
    net = tmp_path / "x.csv"
    net.write_text(
        "from,to,km,highway,lanes,capacity\na,b,8,primary,2,\nb,c,6,TRACK,2,\nc,d,6,track,1,7\n"
    )
    table = api.Network.from_file(net, capacity_by={"class": tmp_path / "c.csv"}).roads
    assert {r: v[2] for r, v in roads(table).items()} == {"a->b": 40, "b->c": UNLIMITED, "c->d": 7}
    assert table.graph.seconds.tolist() == [360, 360, 360]  # 8 km at 80, 6 km at 60 km/h
    assert "class 'track' has no capacity: 2 times (lines 3, 4)" in table.notes
    assert table.notes[0].startswith("1 of 3 roads state no capacity")
    both = {"class": tmp_path / "c.csv", "lanes": tmp_path / "l.csv"}
    found = roads(api.Network.from_file(net, capacity_by=both).roads)
    assert {r: v[2] for r, v in found.items()} == {"a->b": 40, "b->c": 9, "c->d": 7}
    with pytest.raises(BadInputError, match="there is no column 'surface'"):
        api.Network.from_file(net, capacity_by={"surface": tmp_path / "l.csv"})
    (tmp_path / "bad.csv").write_text("class,capacity\nprimary,wide\n")
    with pytest.raises(BadInputError, match=r"bad\.csv:2:1"):
        api.Network.from_file(net, capacity_by={"class": tmp_path / "bad.csv"})


def test_a_default_that_is_none_blames_the_option(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"default_capacity: '10 t/day'.*a number alone"):
        read(tmp_path, "x.csv", "from,to\na,b\n", default_capacity="10 t/day")


def test_not_stated_and_without_limit_are_two_things(tmp_path: Path) -> None:
    table = read(tmp_path, "x.csv", "from,to,capacity\na,b,\nb,c,inf\nc,d,4\n")
    assert table.roads[:, 0].tolist() == [UNLIMITED, UNLIMITED, 4]
    assert table.stated is not None
    assert table.stated.tolist() == [False, True, True]
    net = api.Network(table, "t")
    assert net.interdict("a", "c", 2).document()["frontier"][-1]["removed"] == ("a->b",)
    assert net.interdict("b", "c", 1).document()["frontier"][-1]["flow"] is None
    assert "1 road without limit by the file: they cannot be cut" in table.notes


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.sampled_from("abcd"),
            st.sampled_from(["", "1", "3", "inf"]),
        ),
        min_size=1, max_size=8,
    ),
    st.integers(0, 3),
)  # fmt: skip
def test_attacks_on_roads_of_unknown_capacity_are_those_of_trying_all(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], k: int
) -> None:
    rows = [("a", "b", "2"), *(row for row in rows if row[0] != row[1])]
    text = "from,to,capacity\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    path = tmp_path_factory.mktemp("t") / "x.csv"
    path.write_text(text)
    net = api.Network.from_file(path)
    many = 1_000  # more than all that is stated

    def left(lost: tuple[int, ...]) -> float:
        graph = nx.DiGraph()
        graph.add_nodes_from("ab")
        for i, (a, b, c) in enumerate(rows):
            if i not in lost:
                had = graph.get_edge_data(a, b, {"capacity": 0})["capacity"]
                graph.add_edge(a, b, capacity=had + (int(c) if c.isdigit() else many))
        return float(min(nx.maximum_flow_value(graph, "a", "b"), many))

    can = [i for i, (_, _, c) in enumerate(rows) if c != "inf"]
    least = min(left(lost) for n in range(k + 1) for lost in combinations(can, min(n, len(can))))
    found = net.interdict("a", "b", k).document()["frontier"][-1]
    assert found["flow"] == (None if least >= many else least)
    assert found["proven"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Raqqa", "Raqqa\u00a0"), ("al Bab", "al\u00a0Bab"), ("Azaz", "Az\u200baz"),
        ("Jar\u00e1bulus", "Jara\u0301bulus"),
        ("\u062d\u0644\u0628", "\u200f\u062d\u0644\u0628\u200e"),
        ("al Bab", "al  Bab"),
    ],
)  # fmt: skip
def test_names_equal_to_the_eye_are_one(tmp_path: Path, one: str, other: str) -> None:
    assert to_the_eye(one) == to_the_eye(other)
    for name, text in (
        ("x.csv", f"from,to,capacity\ns,{one},1\n{other},t,1\n"),
        ("y.csv", f'from,to,capacity\n"s","{one}",1\n"{other}",t,1\n'),
        ("x.tntp", f"<END OF METADATA>\ns {one} 1 ;\n{other} t 1 ;\n".replace("l B", "l_B")),
    ):
        if " " in one and name.endswith("tntp"):
            continue  # blanks part the fields there
        table = read(tmp_path, name, text)
        assert len(table.graph.places) == 3, name
        assert api.Network(table, "t").max_flow("s", other).value == 1


def test_letters_that_look_alike_are_warned_of(tmp_path: Path) -> None:
    cyrillic = "\u0420aqqa"
    assert look_alike(cyrillic) == "Paqqa"
    table = read(tmp_path, "x.csv", f"from,to,capacity\na,Paqqa,1\n{cyrillic},b,1\n")
    assert f"'Paqqa' and '{cyrillic}' look alike, with letters of two scripts" in table.notes
    alone = read(tmp_path, "x.csv", f"from,to,capacity\na,{cyrillic},1\n")
    assert f"'{cyrillic}' mixes letters of two scripts that look alike" in alone.notes


def test_a_name_a_coordinate_and_an_id_are_found(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(
        "id,Name,lat,lon,population,capacity,kind\n1,Aleppo,36.2,37.1,1000,2.5,city\n2,Azaz,36.6,37,,,\n"
        "3,Azaz,95,37,many,,\n"
    )
    path = tmp_path / "x.csv"
    path.write_text("from,to,capacity\n1,2,4\n4,1,9\n4,2,9\n")
    net = api.Network.from_file(path, nodes=tmp_path / "n.csv")
    assert net.max_flow("4", "Aleppo").value == 2.5  # what Aleppo itself takes in
    assert net.max_flow("4", "2").value == 11.5  # 9 straight, 2.5 through Aleppo
    assert net.roads.known["1"].population == 1000
    assert any("no degrees" in note for note in net.notes)
    with pytest.raises(BadInputError, match="Azaz"):
        net.between("4", "Azaz")  # there are two
    made = api.Network.from_file(net.write(tmp_path / "x.yaml"))
    assert made.max_flow("4", "2").value == 11_500
    kept = api.Network.from_file(net.write(tmp_path / "x.npz"))
    assert kept.max_flow("4", "2").value == 11.5
    assert kept.roads.known["1"].kind == "city"
    assert kept.notes == net.notes


def geojson(*features: tuple[dict[str, Any], str, Any]) -> str:
    return json.dumps({
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties,
             "geometry": {"type": kind, "coordinates": shape}}
            for properties, kind, shape in features
        ],
    })  # fmt: skip


def test_lines_meet_at_shared_points_and_cross_without(tmp_path: Path) -> None:
    text = geojson(
        ({"capacity": 1, "id": "w"}, "LineString", [[0, 0], [1, 0], [2, 0]]),
        ({"capacity": 2, "id": "n"}, "LineString", [[1, -1], [1, 0], [1, 1]]),  # shares (1, 0)
        ({"capacity": 4, "id": "x"}, "LineString", [[1.5, -1], [1.5, 1]]),  # passes over w
    )
    table = read(tmp_path, "x.geojson", text)
    assert {road: v[2] for road, v in roads(table).items()} == {
        "n.1": 2, "n.2": 2, "w.1": 1, "w.2": 1, "x": 4,
    }  # fmt: skip
    said = " ".join(table.notes)
    assert "joined: lines that meet at a point of both or at the end of one: 1 place" in said
    assert "cross without a place: 1 place (0.0000000 1.5000000)" in said
    apart = read(tmp_path, "x.geojson", text, snap=0)
    assert apart.graph.roads == ("n", "w", "x")


@settings(max_examples=25, derandomize=True, deadline=None)
@given(
    st.floats(-75, 75), st.floats(-170, 170), st.floats(0, 360), st.floats(0.05, 0.95),
    st.floats(0.1, 4.5),
)  # fmt: skip
def test_an_end_within_reach_of_a_line_parts_it_anywhere_on_the_globe(
    tmp_path_factory: pytest.TempPathFactory, lat: float, lon: float, turn: float, share: float,
    away: float,
) -> None:  # fmt: skip
    east, north = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    stretch = 1 / np.cos(np.radians(lat))
    per_metre = 1 / 111_195.08
    begin = np.array([lon, lat])
    end = begin + 0.05 * np.array([east * stretch, north])
    at = begin + share * (end - begin)
    # a point beside the line, at a right angle to it
    stretch = 1 / np.cos(np.radians(at[1]))
    beside = at + away * per_metre * np.array([-north * stretch, east])
    far = beside + 0.03 * np.array([-north * stretch, east])
    text = geojson(
        ({"capacity": 10, "length": 5000}, "LineString", [begin.tolist(), end.tolist()]),
        ({"capacity": 3}, "LineString", [beside.tolist(), far.tolist()]),
    )
    folder = tmp_path_factory.mktemp("t")
    joined = read(folder, "x.geojson", text, snap=5)
    assert len(joined.graph.roads) == 3
    assert joined.graph.km.sum() == pytest.approx(
        5 + metres([tuple(beside), tuple(far)]) / 1000, rel=1e-6
    )  # the parts of a stated length add up to it
    assert len(read(folder, "x.geojson", text, snap=away / 2).graph.roads) == 2


def test_points_name_places_and_polygons_are_told(tmp_path: Path) -> None:
    text = geojson(
        ({"capacity": 4}, "LineString", [[37, 36], [37.1, 36]]),
        ({"name": "Aleppo", "population": 2000}, "Point", [37, 36]),
        ({"name": "Nowhere"}, "Point", [30, 36]),
        ({}, "Polygon", [[[37, 36], [37.1, 36], [37.1, 36.1], [37, 36]]]),
        ({"capacity": 4, "id": "m"}, "MultiLineString",
         [[[37.1, 36], [37.2, 36]], [[37.2, 36], [38, 36]]]),
    )  # fmt: skip
    (tmp_path / "x.geojson").write_text(text)
    net = api.Network.from_file(tmp_path / "x.geojson")
    assert net.max_flow("Aleppo", "36 38").value == 4
    assert {"m.1", "m.2"} < set(net.roads.graph.roads)
    assert "not read: 1 points at the end of no line" in net.notes
    assert "not read: Polygon is no line (line 1)" in net.notes


@pytest.mark.parametrize("ending", ["gpkg", "shp", "fgb", "geojson"])
def test_coordinate_systems_third_dimensions_and_empty_rows(tmp_path: Path, ending: str) -> None:
    raw = pytest.importorskip("pyogrio.raw")
    pyproj = pytest.importorskip("pyproj")
    import shapely

    to_utm = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)

    def line(*points: tuple[float, float]) -> Any:
        return shapely.LineString([(*to_utm.transform(*point), 400.0) for point in points])

    shapes = [
        line((37, 36), (37.1, 36)),
        shapely.MultiLineString([line((37.1, 36), (37.2, 36)), line((37.2, 36), (37.3, 36))]),
        None,
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.write(
            tmp_path / f"x.{ending}", shapely.to_wkb(np.array(shapes, dtype=object)),
            [np.array([5.0, 3.0, 1.0]), np.array(["a", "b", "c"], dtype=object)],
            np.array(["Capacity", "class"], dtype=object),
            geometry_type="MultiLineString Z" if ending != "geojson" else "Unknown",
            promote_to_multi=ending != "geojson",
            crs="EPSG:32637", **({"SPATIAL_INDEX": "NO"} if ending == "fgb" else {}),
        )  # fmt: skip
    net = api.Network.from_file(tmp_path / f"x.{ending}")
    assert net.max_flow("36 37", "36 37.3").value == 3
    assert net.roads.coordinates is not None
    assert sorted(net.roads.coordinates[:, 1].round(6)) == [37, 37.1, 37.2, 37.3]
    # a tenth of a degree of longitude at 36 N is 9.0 km
    assert net.roads.graph.km.tolist() == pytest.approx([8.9958] * 3, abs=1e-3)
    assert any("skipped: a feature without geometry" in note for note in net.notes)


def test_layers_are_named_where_several_hold_lines(tmp_path: Path) -> None:
    raw = pytest.importorskip("pyogrio.raw")
    import shapely

    for layer, amount in (("roads", 2.0), ("rivers", 9.0)):
        shape = shapely.to_wkb(np.array([shapely.LineString([(37, 36), (38, 36)])]))
        raw.write(tmp_path / "x.gpkg", shape, [np.array([amount])], np.array(["capacity"]),
                  layer=layer, geometry_type="LineString", crs="EPSG:4326")  # fmt: skip
    with pytest.raises(BadInputError, match="layer: name one of roads, rivers"):
        api.Network.from_file(tmp_path / "x.gpkg")
    with pytest.raises(BadInputError, match="did you mean 'roads'"):
        api.Network.from_file(tmp_path / "x.gpkg", layer="road")
    net = api.Network.from_file(tmp_path / "x.gpkg", layer="roads")
    assert net.max_flow("36 37", "36 38").value == 2
    (tmp_path / "y.gpkg").write_bytes(b"nothing")
    with pytest.raises(api.ScenarioError, match="cannot be read"):
        api.Network.from_file(tmp_path / "y.gpkg")


def layer_of(path: Path, layer: str | None, shapes: list[Any], **more: Any) -> None:
    """Write shapes as a layer, each with a number; ``name``s are those of points."""
    raw = pytest.importorskip("pyogrio.raw")
    import shapely

    names = more.pop("names", [f"s{i}" for i in range(len(shapes))])
    kind = more.pop("kind", "Unknown")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of files without a coordinate system
        raw.write(
            path, None if kind is None else shapely.to_wkb(np.array(shapes, dtype=object)),
            [np.full(len(shapes), 4.0), np.array(names, dtype=object)],
            np.array(["capacity", "name"], dtype=object),
            layer=layer, geometry_type=kind, **more,
        )  # fmt: skip


def test_layers_that_hold_no_lines_are_said_and_need_no_choice(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    pandas = pytest.importorskip("pandas")
    from shapely import LineString, Point, Polygon

    path, crs = tmp_path / "x.gpkg", {"crs": "EPSG:4326"}
    layer_of(path, "roads", [LineString([(37, 36), (38, 36)])], kind="LineString", **crs)
    layer_of(path, "towns", [Point(38, 36)], kind="Point", names=["East"], **crs)
    areas = [Polygon([(37, 36), (38, 36), (37, 37)])]
    layer_of(path, "areas", areas, kind="Polygon", **crs)
    # as QGIS keeps the styles of a file in it
    pyogrio.write_dataframe(pandas.DataFrame({"qml": ["<qgis/>"]}), path, layer="layer_styles")
    net = api.Network.from_file(path)
    assert net.max_flow("36 37", "East").value == 4
    assert "not read: layer 'areas' holds Polygon" in net.notes
    assert "not read: layer 'layer_styles' holds no geometry" in net.notes
    for wanted, said in (
        ("layer_styles", "layer: 'layer_styles' holds no geometry, not lines$"),
        ("areas", "layer: 'areas' holds Polygon, not lines$"),
        ("quite-else", "layer: there is no layer 'quite-else'$"),  # and no guess at one
    ):
        with pytest.raises(BadInputError, match=said):
            api.Network.from_file(path, layer=wanted)


@pytest.mark.parametrize(
    ("end", "degrees"),
    [
        ((180, 90), True),
        ((-180, -90), True),
        ((180.5, 36), False),
        ((-180.5, 36), False),
        ((36, 90.5), False),
        ((36, -90.5), False),
    ],
)
def test_without_a_coordinate_system_degrees_are_taken_where_they_can_be(
    tmp_path: Path, end: tuple[float, float], degrees: bool
) -> None:
    from shapely import LineString

    layer_of(tmp_path / "x.shp", None, [LineString([(37, 36), end])], kind="LineString")
    if degrees:
        net = api.Network.from_file(tmp_path / "x.shp")
        said = "the file names no coordinate system: degrees (WGS 84) are taken"
        assert said in net.notes
    else:
        with pytest.raises(api.ScenarioError, match="coordinates are no degrees, and no system"):
            api.Network.from_file(tmp_path / "x.shp")


def test_longitude_comes_first_whatever_order_a_system_has(tmp_path: Path) -> None:
    from shapely import LineString

    # of EPSG:4258 (ETRS89) latitude is the first axis; in files longitude is, and its degrees
    # are those of WGS 84 within a metre
    layer_of(tmp_path / "x.gpkg", None, [LineString([(37, 36), (38, 36.5)])], crs="EPSG:4258")
    where = api.Network.from_file(tmp_path / "x.gpkg").roads.coordinates
    assert where is not None
    assert sorted(where.round(5).tolist()) == [[36, 37], [36.5, 38]]


def test_what_is_no_line_and_what_is_nowhere_is_said(tmp_path: Path) -> None:
    from shapely import LineString, MultiPoint, Point

    shapes = [
        None,
        LineString([(37, 36), (38, 36)]),
        LineString([(37, 36), (38, 95)]),
        MultiPoint([(37, 36), (38, 36)]),
        MultiPoint([(37, 36)]),
        Point(38, 36),
    ]
    names = ["", "", "", "two", "West", "East"]
    layer_of(tmp_path / "x.gpkg", "all", shapes, names=names, crs="EPSG:4326")
    net = api.Network.from_file(tmp_path / "x.gpkg")
    assert net.max_flow("West", "East").value == 4
    assert len(net.roads.graph.places) == 2
    assert "skipped: a feature without geometry (line 1)" in net.notes
    assert "skipped: a feature that is nowhere on the globe (line 3)" in net.notes
    assert "not read: MultiPoint is no line (line 4)" in net.notes


def test_graphml_is_read_as_networkx_reads_it(tmp_path: Path) -> None:
    head = (
        '<graphml><key id="c" for="edge" attr.name="Capacity"><default>7</default></key>'
        '<key id="n" for="node" attr.name="name"/><graph edgedefault="undirected">'
    )
    nodes = "".join(f'<node id="{n}"><data key="n">N {n}</data></node>' for n in "abc")
    edges = (
        '<edge source="a" target="b"><data key="c"> 2\n</data></edge>'
        '<edge source="b" target="c" directed="TRUE"/>'
    )
    table = read(tmp_path, "x.graphml", head + nodes + edges + "</graph></graphml>")
    assert roads(table) == {"a--b": ("a", "b", 2, True), "b->c": ("b", "c", 7, False)}
    assert api.Network(table, "t").max_flow("N a", "N c").value == 2


def test_osmnx_graphs_have_a_line_for_each_way(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([(1, {"x": "37.0", "y": "36.0"}), (2, {"x": "37.1", "y": "36.0"})])
    data = {
        "osmid": "[1, 2]",
        "highway": "['primary', 'secondary']",
        "oneway": "False",
        "length": "9000.5",
    }
    graph.add_edge(1, 2, reversed="False", **data)
    graph.add_edge(2, 1, reversed="True", **data)
    nx.write_graphml(graph, tmp_path / "x.graphml")
    (tmp_path / "c.csv").write_text("class,capacity\nprimary,5\n")
    net = api.Network.from_file(tmp_path / "x.graphml", capacity_by={"class": tmp_path / "c.csv"})
    assert (net.max_flow("1", "2").value, net.max_flow("2", "1").value) == (5, 5)
    assert net.roads.graph.km.tolist() == [9.0005, 9.0005]
    assert net.roads.coordinates is not None


def test_igraph_names_its_nodes_beside_their_numbers(tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph.TupleList([("Azaz", "Aleppo", 4)], edge_attrs=["capacity"])
    graph.write_graphml(str(tmp_path / "x.graphml"))
    assert read_table(tmp_path / "x.graphml").graph.places == ("Aleppo", "Azaz")


def test_dimacs_faults_are_named_by_their_line(tmp_path: Path) -> None:
    text = "c x\np max 3 2\nn 1 s\nn 3 t\na 1 2 4\na 2 3 5\n"
    table = read(tmp_path, "x.max", text)
    assert api.Network(table, "t").max_flow("1", "3").value == 4
    assert table.notes == ("the file names 1 as source", "the file names 3 as sink")
    for wrong, line in (("a 1 4 4", 5), ("b 1 2 4", 5), ("a 1 2", 5)):
        with pytest.raises(api.ScenarioError) as caught:
            read(tmp_path, "x.max", text.replace("a 1 2 4", wrong))
        assert caught.value.diagnostics[0].line == line
    with pytest.raises(api.ScenarioError, match="1 arcs, not 2"):
        read(tmp_path, "x.max", text.replace("a 1 2 4\n", ""))
    with pytest.raises(api.ScenarioError, match="no max-flow problem"):
        read(tmp_path, "x.max", text.replace("p max", "p sp"))


def test_gmns_counts_lanes_and_units(tmp_path: Path) -> None:
    (tmp_path / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
        "x,1,2,0,2,30 mph,1800,2\ny,2,3,1,1,,900,\n"
    )
    (tmp_path / "node.csv").write_text(
        "node_id,name,x_coord,y_coord\n1,A,37,36\n2,B,37.1,36\n3,C,38,36\n"
    )
    (tmp_path / "config.csv").write_text("dataset_name,long_length,speed\nx,mile,mph\n")
    table = read_table(tmp_path)
    assert roads(table) == {"x": ("1", "2", 3600, True), "y": ("2", "3", 900, False)}
    assert table.graph.km.tolist() == pytest.approx([2 * 1.609344, 1.609344])
    assert table.graph.seconds.tolist() == [240, 97]  # 2 miles at 30 mph; 1.609 km at 60 km/h
    assert table.names == {"1": "A", "2": "B", "3": "C"}


def test_tntp_has_files_of_nodes(tmp_path: Path) -> None:
    (tmp_path / "x_node.tntp").write_text("Node\tX\tY\t;\n1\t37.0\t36.0\t;\n2\t37.1\t36.0\t;\n")
    table = read(
        tmp_path, "x_net.tntp", "<END OF METADATA>\n1 2 5 inf ;\n1 2 6 2 1 ;\n",
        nodes=tmp_path / "x_node.tntp",
    )  # fmt: skip
    assert roads(table) == {"1->2": ("1", "2", 6, False)}
    assert "skipped: a road without end (line 2)" in table.notes
    assert table.coordinates is not None


def test_closures_of_flee_become_events(tmp_path: Path) -> None:
    folder = tmp_path / "war"
    folder.mkdir()
    (folder / "locations.csv").write_text(
        '#"name","region","country","lat","lon","location_type","conflict_date","population"\n'
        "A,r,X,36,37,town,0,100\nB,r,Y,36,38,camp,,\nC,r,X,36,39,town,,50\n"
    )
    (folder / "routes.csv").write_text(
        "#name1,#name2,distance,forced_redirection\nA,B,100,0\nC,B,50\nA,C,10,2\n"
    )
    (folder / "closures.csv").write_text(
        "#closure_type,name1,name2,closure_start,closure_end\ncountry,X,Y,5,9\nlocation,C,X,2,-1\n"
        "remove_forced_redirection,A,C,1,0\n"
    )
    (folder / "conflicts.csv").write_text("#Day, A, C\n0,0,1\n1,1,1\n")
    net = api.Network.from_file(folder, default_capacity=40)
    assert {r: v[3] for r, v in roads(net.roads).items()} == {
        "A--B": True, "C--B": True, "A->C": False,
    }  # fmt: skip
    assert any("conflicts.csv (2 days)" in note and "A from day 1" in note for note in net.notes)
    written = net.written(tmp_path / "war.yaml")
    assert written.scenario == tmp_path / "war_closures.yaml"
    assert any("remove_forced_redirection" in note for note in written.notes)
    scenario = api.load(tmp_path / "war_closures.yaml")
    # between X and Y: A - B and C - B from day 5 to day 9; at C: C - B and A - C from day 2 on
    assert {
        event.id: (event.kind, event.roads) for event in scenario.events.values()
    } == {
        "closure_1": ("close", ("A--B", "C--B")), "closure_1_over": ("open", ("A--B", "C--B")),
        "closure_2": ("close", ("A--C", "C--B")),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["n_ver", "n_two"])
def test_arrays_of_another_shape_are_no_table(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.csv").write_text("from,to,capacity\na,b,4\n")
    target = api.Network.from_file(tmp_path / "x.csv").write(tmp_path / "x.npz")
    arrays = dict(np.load(target))
    if name == "n_ver":
        arrays["version"] = np.array([1, 1])
    else:
        arrays["two_way"] = np.array([1], dtype=np.uint8)
    np.savez(target, **arrays)
    with pytest.raises(api.ScenarioError, match="not a network table"):
        api.Network.from_file(target)
