"""Places and roads of a run for a GIS: what is in them, read again by other programs."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pytest

import sim
from sim.scenario.model import Scenario

ENDINGS = ("gpkg", "geojson", "graphml")

ANY_FORMAT = pytest.mark.parametrize("ending", ENDINGS)


@pytest.fixture
def folder(tmp_path: Path, two_ways: str) -> Path:
    """The folder of a run in which the gate falls on day 5, so that 5 of 25 t/day are left."""
    return sim.run(two_ways).write(tmp_path / "run", figures=False)


def features(path: Path, what: str, layer: str | None = None) -> dict[str, dict[str, Any]]:
    """Properties by id of what is in a GeoJSON file."""
    found = [f["properties"] for f in json.loads(path.read_text("utf-8"))["features"]]
    return {p["id"]: p for p in found if p["what"] == what and p.get("layer") == layer}


def rows(folder: Path, name: str, time: int) -> list[dict[str, str]]:
    """The rows of a CSV file of a run up to a time (s), the later ones last."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if int(row["time_s"]) <= time]


def test_the_numbers_are_those_that_the_scenario_was_made_for(folder: Path) -> None:
    path = sim.open_run(folder).export(folder.parent / "start.geojson", at="0 days")
    places, roads = features(path, "place"), features(path, "road")
    # 20 t/day go by the gate and 5 by the hill, whose second road carries no more
    assert {r: roads[r]["line_largest_flow_t_day"] for r in roads} == {
        "gate--port": 20, "gate--town": 20, "hill--port": 5, "hill--town": 5,
    }  # fmt: skip
    # so the loss of the gate takes 20 of 25, that of the hill 5; a road what goes over it
    assert [places[p]["line_loss_share"] for p in ("gate", "hill")] == [0.8, 0.2]
    assert [roads[r]["line_loss_t_day"] for r in sorted(roads)] == [20, 20, 5, 5]
    # equal losses share the better rank: gate and its two roads, then the hill's three
    assert [places["gate"]["line_rank"], places["hill"]["line_rank"]] == [1, 4]
    assert {roads[r]["line_rank"] for r in ("hill--port", "hill--town")} == {4}
    # the ends are no targets; 40 t last 5 days at 8 t/day
    assert places["port"]["line_rank"] is places["town"]["line_loss_share"] is None
    assert (places["town"]["line_stock_t"], places["town"]["line_days_of_supply"]) == (40, 5)
    assert {p: places[p]["line_role"] for p in places} == {
        "port": "source", "town": "sink", "gate": None, "hill": None,
    }  # fmt: skip
    assert {(p["day"], p["date"]) for p in places.values()} == {(0, "2020-01-01T00:00:00")}
    # once the gate has fallen its roads carry nothing for red, and belong to nobody
    path = sim.open_run(folder).export(folder.parent / "end.geojson", at="2020-01-06")
    places, roads = features(path, "place"), features(path, "road")
    assert (places["gate"]["holder"], places["gate"]["holders"]) == ("blue", "blue=1")
    assert (places["gate"]["line_capacity_t_day"], roads["gate--port"]["line_capacity_t_day"]) == (
        0, 0,
    )  # fmt: skip
    assert (roads["gate--port"]["capacity_t_day"], roads["gate--port"]["holder"]) == (20, None)
    assert [r for r in roads if roads[r]["line_in_cut"]] == ["hill--town"]


def test_a_second_reader_finds_the_numbers_of_the_tables(folder: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    path = sim.open_run(folder).export(folder.parent / "run.gpkg")
    summary = sim.summary(folder)["axes"]["line"]
    # the turning points of the maps: the start, the fall of the gate on day 5, the end
    names = ["00_day_000", "01_day_005", "02_day_020"]
    listed = geopandas.list_layers(path)["name"].tolist()
    assert listed == [f"{w}_{n}" for n in names for w in ("places", "roads")] + ["layer_styles"]
    for name, look in zip(names, summary, strict=True):
        time = round(look["day"] * 86_400)
        places = geopandas.read_file(path, layer=f"places_{name}").set_index("id")
        roads = geopandas.read_file(path, layer=f"roads_{name}").set_index("id")
        assert places.crs == roads.crs == "EPSG:4326"
        held = {
            r["id"]: r["value"] for r in rows(folder, "control", time) if r["what"] == "holders"
        }
        assert places["holders"].to_dict() == held
        loads = {(r["id"], r["from"]): r for r in map(_ends, rows(folder, "loads", time))}
        flows = {(r["road"], r["from"]): r for r in map(_ends, rows(folder, "flows", time))}
        for road, row in roads.iterrows():
            for word, end in (("there", "from_place"), ("back", "to_place")):
                for stem, table in (("load", loads), ("line_flow", flows)):
                    stated = table.get((road, row[end]), {"kg_per_day": "0"})
                    field = f"{stem}_{word}_t_day"
                    found = row[field] if field in roads else row[f"{stem}_t_day"]
                    assert found == int(stated["kg_per_day"]) / 1000
            # a line from the point of its first place to that of its second
            line = [places.geometry[row[end]].coords[0] for end in ("from_place", "to_place")]
            assert list(row.geometry.coords) == line
        cut = look["minimum_cut"]
        assert {r for r in roads.index if roads["line_in_cut"][r]} == set(cut["roads"])
        assert {p for p in places.index if places["line_in_cut"][p]} == set(cut["places"])
        series = {
            r["measure"]: int(r["value"])
            for r in rows(folder, "timeseries", time)
            if r["subject"] == "sink:line/town"
        }
        days = series["stock_kg"] / series["demand_kg_per_day"]
        assert places["line_stock_t"]["town"] == series["stock_kg"] / 1000
        assert places["line_days_of_supply"]["town"] == round(days, 3)
        assert places["line_days_of_supply"].drop("town").isna().all()


def _ends(row: dict[str, str]) -> dict[str, str]:
    return {**row, "from": row["origin"]}


@ANY_FORMAT
def test_two_exports_are_the_same_bytes(ending: str, folder: Path) -> None:
    pytest.importorskip("pyogrio")
    first, second = (
        sim.open_run(folder).export(folder.parent / f"{name}.{ending}").read_bytes()
        for name in ("a", "another")
    )
    assert first == second


def test_a_geopackage_says_no_time_of_day(folder: Path) -> None:
    pytest.importorskip("pyogrio")
    path = sim.run(folder / "scenario.resolved.yaml").export(folder.parent / "x.gpkg", at=0)
    with closing(sqlite3.connect(path)) as file:
        times = {when for (when,) in file.execute("SELECT last_change FROM gpkg_contents")}
    assert times == {"2000-01-01T00:00:00.000Z"}


def fields_named(qml: str) -> set[str]:
    """Every field that a style in QGIS' XML names, in attributes and in expressions."""
    found: set[str] = set()
    for part in ElementTree.fromstring(qml).iter():
        found |= {part.attrib[key] for key in ("attr", "fieldName") if key in part.attrib}
        if part.get("name") == "expression":
            found |= set(re.findall(r'"([^"]+)"', part.get("value") or ""))
    return found


def test_styles_name_fields_of_their_layers(folder: Path) -> None:
    pytest.importorskip("pyogrio")
    path = sim.open_run(folder).export(folder.parent / "run.gpkg")
    with closing(sqlite3.connect(path)) as file:
        styles = file.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        layers = {
            (table, column)
            for table, column in file.execute(
                "SELECT table_name, column_name FROM gpkg_geometry_columns"
            )
        }
        assert {(table, column) for table, column, *_ in styles} == layers
        for table, _, qml, default in styles:
            columns = {row[1] for row in file.execute(f"PRAGMA table_info({table})")}
            named = fields_named(qml)
            assert named <= columns
            assert {"line_in_cut"} <= named
            assert default == 1
    places, roads = (next(s[2] for s in styles if s[0].startswith(w)) for w in ("places", "roads"))
    assert {"holder", "name"} < fields_named(places)
    assert {"state", "line_capacity_t_day"} < fields_named(roads)
    # each actor has a symbol, and so has a place that nobody holds
    values = [c.get("value") for c in ElementTree.fromstring(places).iter("category")]
    assert values == ["blue", "red", ""]


def test_geojson_is_one_collection_by_rfc_7946(folder: Path) -> None:
    path = sim.open_run(folder).export(folder.parent / "run.geojson")
    document = json.loads(path.read_text("utf-8"))
    assert set(document) == {"type", "features"}  # and no 'crs', which is WGS 84 alone
    assert document["type"] == "FeatureCollection"
    # 4 places and 4 roads at each of 3 instants
    assert len(document["features"]) == 3 * (4 + 4)
    for feature in document["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        kind = {"place": "Point", "road": "LineString"}[feature["properties"]["what"]]
        assert feature["geometry"]["type"] == kind
    hill = next(f for f in document["features"] if f["properties"]["id"] == "hill")
    assert hill["geometry"]["coordinates"] == [0.1, 0.1]  # east, then north
    town = next(f for f in document["features"] if f["properties"]["id"] == "town")
    assert town["geometry"]["coordinates"] == [0.2, 0]


def test_networkx_reads_the_graph(folder: Path) -> None:
    run = sim.open_run(folder)
    path = run.export(folder.parent / "start.graphml", at=0)
    graph = networkx.read_graphml(path, force_multigraph=True)
    flat = run.export(folder.parent / "start.geojson", at=0)
    for place, said in features(flat, "place").items():
        told = graph.nodes[place]
        assert {key: told.get(key) for key in said if key != "what"} == {
            key: value for key, value in said.items() if key != "what"
        }
        stated = run.again.scenario.network.places[place]
        assert (told["lat"], told["lon"]) == (stated.lat, stated.lon)
    # a road that is open both ways is an edge each way, so networkx finds the same largest flow
    simple = networkx.DiGraph()
    for a, b, told in graph.edges(data=True):
        simple.add_edge(a, b, capacity=told["line_capacity_t_day"])
    assert networkx.maximum_flow_value(simple, "port", "town") == 25
    assert graph.number_of_edges() == 2 * 4
    whole = networkx.read_graphml(run.export(folder.parent / "run.graphml"))
    assert {told["layer"] for _, told in whole.nodes(data=True)} == {
        "00_day_000", "01_day_005", "02_day_020",
    }  # fmt: skip
    assert networkx.number_weakly_connected_components(whole) == 3


def test_a_road_has_a_number_each_way_only_where_they_differ(
    tmp_path: Path, make: Callable[..., Scenario]
) -> None:
    axes = {"line": {"sources": "a", "sinks": {"c": {}}}}
    run = sim.run(make("a-b:3/5000 b-c:3/4000", axes=axes))
    same = features(run.export(tmp_path / "same.geojson", at=0), "road")["a-b"]
    assert "capacity_there_t_day" not in same
    assert same["capacity_t_day"] == same["line_capacity_t_day"] == 5
    run = sim.run(make("a-b:3/5000/2000 b>c:3/4000", axes=axes))
    roads = features(run.export(tmp_path / "other.geojson", at=0), "road")
    names = [f"{stem}capacity_{w}_t_day" for stem in ("", "line_") for w in ("there", "back")]
    assert [roads["a-b"][name] for name in names] == [5, 2, 5, 2]
    assert [roads["b-c"][name] for name in names] == [4, 0, 4, 0]
    # of two directions a plain field has the greater
    assert (roads["a-b"]["capacity_t_day"], roads["b-c"]["capacity_t_day"]) == (5, 4)
    graph = networkx.read_graphml(run.export(tmp_path / "other.graphml", at=0))
    told = {(a, b): data["line_capacity_t_day"] for a, b, data in graph.edges(data=True)}
    assert told == {("a", "b"): 5, ("b", "a"): 2, ("b", "c"): 4}  # nothing back on a one-way road


@ANY_FORMAT
def test_a_run_without_axes_is_told_at_its_start_and_end(
    ending: str, tmp_path: Path, make: Callable[..., Scenario]
) -> None:
    pytest.importorskip("pyogrio")
    run = sim.run(make("a-b:3"))
    path = run.export(tmp_path / f"run.{ending}")
    assert path.stat().st_size > 0
    if ending == "geojson":
        layers = {f["properties"]["layer"] for f in json.loads(path.read_text())["features"]}
        assert [layer[:3] for layer in sorted(layers)] == ["00_", "01_"]
    with pytest.raises(sim.BadInputError, match="unknown axis 'line'"):
        run.export(tmp_path / f"other.{ending}", axis="line")


def test_what_cannot_be_exported_is_told_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, place = sim.open_run(folder), folder.parent
    before = sorted(place.iterdir())
    with pytest.raises(sim.BadInputError, match=r"ends in \.gpkg, \.geojson, \.graphml"):
        run.export(place / "run.shp")
    with pytest.raises(sim.BadInputError, match="outside the period, 2020-01-01 to 2020-01-21"):
        run.export(place / "run.geojson", at="30 days")
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    with pytest.raises(sim.BadInputError, match=r"pip install 'supply-axis\[gis\]'"):
        run.export(place / "run.gpkg")
    assert sorted(place.iterdir()) == before
