"""Binary tables as networks: what they say is what the YAML of the same table says."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.network import UNLIMITED, Graph
from sim.network.readers import binary
from sim.network.readers.binary import read_binary, write_binary
from sim.network.readers.table import NetworkTable, Place
from sim.scenario import ScenarioError, dump_resolved, load, load_network
from sim.scenario.from_table import network_yaml
from sim.scenario.ground import ground_of
from sim.scenario.loader import read
from sim.scenario.sense import diagnostic, doubts
from sim.tables.folder import RESOLVED

Put = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

VALLEY = Path(__file__).parents[1] / "data/valley"
ROADS, NODES, SCENARIO = (
    (VALLEY / name).read_text() for name in ("roads.csv", "nodes.csv", "valley.yaml")
)


@pytest.fixture
def valley(put: Put, tmp_path: Path, valley_in: Callable[[Path], Path]) -> Put:
    """A project with the same network as ``roads.npz`` and ``roads.yaml``, and both scenarios."""
    valley_in(tmp_path / "project")
    return put


def both(put: Put, change: str) -> list[sim.Scenario]:
    """The scenario of the table and that of the YAML, each with a change by a file over it."""
    return [
        sim.load(put(f"over_{ending}.yaml", f"format: 1\nextends: {ending}.yaml\n{change}"))
        for ending in ("npz", "yaml")
    ]


def alike(table: sim.Scenario, text: sim.Scenario) -> None:
    """The two are equal but for what they say that the network was read from."""
    assert table.network.binary is not None
    assert text.network.binary is None
    network = replace(table.network, binary=None)
    same = replace(table, network=network, resolved={}, id="", title="")
    assert same == replace(text, resolved={}, id="", title="")
    for part in ("places", "roads", "classes"):  # in the same order too
        assert list(getattr(network, part)) == list(getattr(text.network, part))


# --- what a table says ------------------------------------------------------------------------


def test_a_table_says_what_the_yaml_of_the_same_roads_says(valley: Put) -> None:
    table, text = both(valley, "")
    alike(table, text)
    road, place = table.network.roads["Ford--Lenn"], table.network.places["Ford"]
    assert road.back is not None
    # in kg/day, from 40.5 and 25 t/day
    assert (road.capacity and road.capacity.nominal, road.back.nominal) == (40_500, 25_000)
    assert (place.crossing, place.capacity and place.capacity.nominal) == (True, 50_000)
    assert table.network.roads["one_way"].one_way
    assert table.network.places["Amber"].name == "Port Amber"


def test_a_network_file_of_a_table_is_asked_as_one_of_yaml(valley: Put) -> None:
    over = valley("over.yaml", "format: 1\ntable: roads.npz\nroads: {long_way: null}\n")
    network = sim.Network.from_file(over)
    assert network.max_flow("Amber", "Mere").value == 30_000  # kg/day, the one way from Lenn
    assert sim.validate(over).error is None


NAMES = st.one_of(
    st.sampled_from(["a", "A", "a b", "a_b", "a_", "a--b", "b", "null", "1e3", "منبج", "x"]),
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=4),
).filter(str.strip)


@st.composite
def tables(draw: st.DrawFn) -> NetworkTable:
    places = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    one_of = st.sampled_from(places)
    pairs = draw(st.lists(st.tuples(one_of, one_of), min_size=1, max_size=9))
    ends = [(a, b) for a, b in pairs if a != b] or [(places[0], places[1])]
    ids = draw(st.lists(NAMES, min_size=len(ends), max_size=len(ends), unique=True))
    few, n = st.integers(1, 4), len(ends)
    numbers = [draw(st.lists(few, min_size=n, max_size=n)) for _ in range(3)]
    rows = [
        (road, a, b, 3600 * s // 7, km * draw(st.sampled_from([0.0, 1e-9, 3.0])))
        for road, (a, b), s, km in zip(ids, ends, numbers[0], numbers[1], strict=True)
    ]
    graph = Graph.build(places, rows)
    m, p = len(graph.roads), len(graph.places)
    two_way = np.array(draw(st.lists(st.booleans(), min_size=m, max_size=m)))
    amounts = np.array(numbers[2])
    limits = np.array(draw(st.lists(st.sampled_from([7, UNLIMITED]), min_size=p, max_size=p)))
    texts = st.sampled_from([None, "bridge", "Some Town", "a"])
    known = {x: Place(draw(texts), None, draw(st.none() | few), draw(texts)) for x in places}
    return NetworkTable(
        graph, np.column_stack([amounts, np.where(two_way, amounts, 0)]), two_way,
        draw(st.sampled_from([1, 3, 1000])), "A title", True,
        draw(st.sampled_from([None, np.arange(2.0 * p).reshape(p, 2) / 7])),
        np.zeros(m, dtype=np.int64), limits=limits, known=known,
        classes=tuple(draw(st.lists(st.sampled_from([None, "a b", "c"]), min_size=m, max_size=m))),
    )  # fmt: skip


@settings(
    derandomize=True, max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(table=tables(), unit=st.sampled_from(["t/day", "kg/day"]))
def test_any_table_says_what_its_yaml_says(tmp_path: Path, table: NetworkTable, unit: str) -> None:
    text, over = tmp_path / "text.yaml", tmp_path / "over.yaml"
    text.write_text(network_yaml(table, unit, False).text, encoding="utf-8")
    write_binary(tmp_path / "table.npz", replace(table, unit=unit))
    over.write_text("format: 1\ntable: table.npz\n", encoding="utf-8")
    assert replace(load_network(over), binary=None) == load_network(text)


def test_an_older_table_states_no_unit(tmp_path: Path) -> None:
    roads = NetworkTable(
        Graph.build(["a", "b"], [("r", "a", "b", 60, 1.0)]), np.array([[40, 40]]),
        np.array([True]), 1, "x", True,
    )  # fmt: skip
    for unit, kg_per_day in (("", 40_000), ("t/day", 40_000), ("kg/day", 40)):
        write_binary(tmp_path / "x.npz", replace(roads, unit=unit))
        assert read_binary(tmp_path / "x.npz").unit == unit
        (tmp_path / "x.yaml").write_text("format: 1\ntable: x.npz\n")
        capacity = load_network(tmp_path / "x.yaml").roads["r"].capacity
        assert capacity is not None
        assert capacity.nominal == kg_per_day


def test_a_road_without_a_capacity_has_that_of_its_class(put: Put, faults: Faults) -> None:
    file = put("roads.csv", ROADS.replace("Amber,Ford,60", "Amber,Ford,"))
    sim.Network.from_file(file, columns={"class": "class"}).write(file.with_suffix(".npz"))
    bare = put("bare.yaml", SCENARIO.replace("NETWORK", "roads.npz"))
    assert faults(bare) == ["bare.yaml:4:10: road class 'primary' needs 'capacity' = None"]
    own = "{table: roads.npz, classes: {primary: {capacity: 70..90 t/day, each: road}}}"
    network = load(put("own.yaml", SCENARIO.replace("NETWORK", own))).network
    capacity, stated = (network.roads[r].capacity for r in ("Amber--Ford", "long_way"))
    assert capacity is not None
    assert stated is not None
    assert (capacity.low, capacity.high) == (70_000, 90_000)  # drawn by the road itself
    assert stated.nominal == 20_000  # its own


# --- what is laid over it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "network: {places: {Lenn: {capacity: 5 t/day, name: Lenn town}}}\n",
        "network: {roads: {long_way: {closed: true}, Amber--Ford: {capacity: {there: 1 t/day, "
        "back: 2..3 t/day}}}}\n",
        "network: {title: Other, credit: Me, classes: {track: {speed: 10..20 km/h, each: road}}}\n",
        "network: {places: {Far: {lat: 11, lon: 21}}, roads: {Far--Mere: {class: track, "
        "capacity: 4 t/day}}}\n",
        "overrides: {network.roads.Ford--Lenn: null, network.roads.one_way.km: 90}\n",
        "overrides: {network.places.Ford.capacity: null, network.roads.long_way.exists: 50 %}\n",
        "network: {places: {Ford: null}, roads: {Amber--Ford: null, Ford--Lenn: null}}\n"
        "events: {lost: {capture: Lenn}, back: {capture: Lenn}}\n",
        "network: {roads: {long_way: {speed: {uniform: [20 km/h, 30 km/h], "
        "same_as: network.roads.Amber--Ford.capacity}}}}\n",
        "holders: {Ford: {by: blue, sealed: [red]}}\n"
        "profiles: {wet: {name: Wet, factors: {2031-01-05: 0.5}, capacity: [track, one_way]}}\n",
    ],
)  # fmt: skip
def test_what_is_written_over_a_table_is_as_over_a_yaml(valley: Put, change: str) -> None:
    table, text = both(valley, change)
    alike(table, text)
    again = load("x.resolved.yaml", text=dump_resolved(table), table=table.network.binary)
    for field in fields(again):
        assert getattr(again, field.name) == getattr(table, field.name)


def test_settings_of_a_table_are_those_of_a_yaml(valley: Put) -> None:
    changes = {"network.roads.long_way.capacity": "1..2 t/day", "network.places.Lenn.name": None}
    alike(*(one.with_(changes) for one in both(valley, "")))


@pytest.mark.parametrize(
    "wrong",
    [
        "network.places.Leen.capacity=5 t/day",
        "network.roads.long_wai=null",
        "network.roads.Amber--Ford.capacity=5 t",
        "network.classes.tracks.speed=5 km/h",
        "axes.food.sources.Ambr={}",
        "events.lost.capture=Frod",
        "network.places.Lenn.name=port  amber",
    ],
)
def test_what_is_wrong_over_a_table_is_told_as_over_a_yaml(
    valley: Put, wrong: str, faults: Faults
) -> None:
    words = []
    for ending in ("npz", "yaml"):
        told = faults(valley("x.yaml", SCENARIO.replace("NETWORK", f"roads.{ending}")), wrong)
        apart = "^[^ ]*: | = the first is .*| = '.*' is of the table"
        words.append(sorted(re.sub(apart, "", one) for one in told))
    assert words[0] == words[1]


def test_a_road_of_the_table_may_not_lose_its_place_or_class(valley: Put, faults: Faults) -> None:
    gone = "format: 1\nextends: npz.yaml\nnetwork: {places: {Mere: null}, classes: {track: null}}\n"
    told = faults(valley("gone.yaml", gone))
    assert "gone.yaml:1:1: unknown place" not in told
    assert [t.split(": ", 1)[1] for t in told if "of the table" in t] == [
        "road 'Ford--Lenn' of the table: there is no road class 'track' = leave the road out too: "
        "'network.roads.Ford--Lenn: null'",
        "road 'long_way' of the table: there is no place 'Mere' = leave the road out too: "
        "'network.roads.long_way: null'",
        "road 'one_way' of the table: there is no place 'Mere' = leave the road out too: "
        "'network.roads.one_way: null'",
        "road 'one_way' of the table: there is no road class 'track' = leave the road out too: "
        "'network.roads.one_way: null'",
    ]


def test_two_tables_cannot_be_one_network(valley: Put, faults: Faults) -> None:
    text = "format: 1\nextends: npz.yaml\nnetwork: roads.npz\n"
    (told,) = faults(valley("two.yaml", text))
    assert told.startswith("two.yaml:3:10: the network that this extends is of a binary table")


@pytest.mark.parametrize("key", ["table", "sha256"])
def test_the_table_cannot_be_set_from_outside(valley: Put, key: str, faults: Faults) -> None:
    path = valley("x.yaml", SCENARIO.replace("NETWORK", "roads.npz"))
    (told,) = faults(path, f"network.{key}=other")
    assert "a network's file cannot be set here" in told


# --- tables that cannot be used -------------------------------------------------------------------


def test_what_is_no_table_is_told_where_it_is_named(valley: Put, faults: Faults) -> None:
    root = valley("broken.npz", "PK").parent
    scenario = SCENARIO.replace("NETWORK", "FILE")
    whole = dict(np.load(root / "roads.npz"))
    for name, arrays, said in (
        ("short.npz", {k: v for k, v in whole.items() if k != "km"}, "km is missing"),
        ("long.npz", whole | {"km": np.ones(9)}, "its arrays do not fit each other"),
        ("kind.npz", whole | {"a": np.array(["x"] * len(whole["a"]))}, "must be whole numbers"),
        ("ends.npz", whole | {"a": whole["a"] + 9}, "a road ends at a place that is not there"),
        ("loop.npz", whole | {"a": whole["b"]}, "joins a place to itself"),
        ("less.npz", whole | {"capacity": whole["capacity"] - 500}, "negative or too large"),
        ("unit.npz", whole | {"unit": np.frombuffer(b"mph", np.uint8)}, "its unit is 'mph'"),
    ):
        np.savez(root / name, **arrays)
        (told,) = faults(valley("x.yaml", scenario.replace("FILE", name)))
        assert told.startswith(f"x.yaml:4:10: '{name}': not a network table")
        assert said in told
    (told,) = faults(valley("x.yaml", scenario.replace("FILE", "broken.npz")))
    assert told.startswith("x.yaml:4:10: 'broken.npz': not a network table: ")
    (told,) = faults(valley("x.yaml", scenario.replace("FILE", "road.npz")))
    assert told == "x.yaml:4:10: no such file 'road.npz' = did you mean 'roads.npz'?"


def test_a_table_is_bounded_before_it_is_unpacked(
    valley: Put, monkeypatch: pytest.MonkeyPatch, faults: Faults
) -> None:
    path = valley("x.yaml", SCENARIO.replace("NETWORK", "roads.npz"))
    monkeypatch.setattr(binary, "LARGEST", 100)
    ground_of.cache_clear()
    (told,) = faults(path)
    assert told.startswith("x.yaml:4:10: 'roads.npz': not a network table: it unpacks to more than")


def test_damaged_tables_are_refused_or_read(valley: Put) -> None:
    path = valley("x.yaml", SCENARIO.replace("NETWORK", "roads.npz"))
    file = path.parent / "roads.npz"
    whole, rng = file.read_bytes(), np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(whole), 3).tolist():
            damaged[at] = int(rng.integers(0, 256))
        file.write_bytes(damaged[: int(rng.integers(1, 2 * len(whole)))])
        try:
            load(path)
        except ScenarioError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Amber,Ford,inf,1,true,,,", "'Amber--Ford' has no capacity"),
        ("Amber,Ford,2000000000,1,true,,,", "'Amber--Ford' is longer or carries more than it can"),
        ("Amber,Ford,1,200000,true,,,", "'Amber--Ford' is longer or carries more than it can"),
        ("Amber,Ford,1,60000,true,,0.11,", "road 'Amber--Ford' takes more than 500,000 hours"),
    ],
)
def test_roads_that_no_scenario_can_have_are_told(
    put: Put, row: str, said: str, faults: Faults
) -> None:
    file = put("roads.csv", ROADS.splitlines()[0] + f"\n{row}\nMere,Ford,1,1,true,,,\n")
    sim.Network.from_file(file).write(file.with_suffix(".npz"))
    told, *others = faults(put("x.yaml", SCENARIO.replace("NETWORK", "roads.npz")))
    assert said in told
    assert told.startswith("x.yaml:4:")
    assert not [one for one in others if ":4:" in one]  # but on ends of the axis


def test_a_table_of_another_digest_is_refused_and_a_lost_one_named(
    valley: Put, faults: Faults
) -> None:
    own = load(valley("npz.yaml", SCENARIO.replace("NETWORK", "roads.npz"))).network.binary
    assert own is not None
    pinned = SCENARIO.replace("NETWORK", "{table: FILE, sha256: " + own.sha256 + "}")
    assert load(valley("x.yaml", pinned.replace("FILE", "roads.npz"))).network.binary == own
    (told,) = faults(valley("x.yaml", pinned.replace("FILE", "gone.npz")))
    assert f"no such file 'gone.npz', which had the SHA-256 {own.sha256}" in told
    file = valley("other.csv", ROADS.replace("40.5", "41"))
    sim.Network.from_file(file).write(file.with_suffix(".npz"))
    (told,) = faults(valley("x.yaml", pinned.replace("FILE", "other.npz")))
    assert told.startswith("x.yaml:4:18: 'other.npz' is another table than this was written for")
    assert told.count(own.sha256) == 1
    alone = SCENARIO.replace("NETWORK", "{sha256: " + "0" * 64 + "}")
    assert "'sha256' is that of a 'table'" in str(faults(valley("x.yaml", alone)))


def test_what_a_table_holds_for_nothing_is_told_once(put: Put) -> None:
    nodes = put("nodes.csv", NODES + "Alone,,1,1,,,\nFar,,2,2,,,\n")
    file = put("roads.csv", ROADS)
    table = sim.Network.from_file(file, nodes=nodes).roads
    through = np.array([place != "Lenn" for place in table.graph.places])
    write_binary(file.with_suffix(".npz"), replace(table, through=through))
    loaded = read(put("x.yaml", SCENARIO.replace("NETWORK", "roads.npz")))
    told = [diagnostic(loaded, d) for d in doubts(loaded.scenario)]
    assert [(d.line, d.message) for d in told if d.code == "never_read"] == [
        (4, "nothing reads 2 places, 'Alone' the first: no road leads there"),
        (4, "nothing reads that nothing passes through 1 places of the table: in a scenario all "
            "may be passed"),
    ]  # fmt: skip


# --- a GeoPackage, of which a table is made -------------------------------------------------------


@pytest.fixture
def geopackage(valley: Put, tmp_path: Path) -> Callable[..., Path]:
    """``geopackage(name, **columns)``: the roads of the valley as lines, in a layer of ``name``.

    Columns are those of ``roads.csv``, but for those that are given.
    """
    raw = pytest.importorskip("pyogrio.raw")
    lie = {row["id"]: (float(row["lon"]), float(row["lat"]))
           for row in csv.DictReader(NODES.splitlines())}  # fmt: skip
    roads = list(csv.DictReader(ROADS.splitlines()))
    lines = shapely.linestrings([[lie[road["from"]], lie[road["to"]]] for road in roads])

    def write(name: str = "roads", **columns: list[str]) -> Path:
        path = tmp_path / "project/map.gpkg"
        said = {key: [road[key] for road in roads] for key in roads[0]} | columns
        data = [np.array(column, dtype=object) for column in said.values()]
        raw.write(path, shapely.to_wkb(lines), data, np.array(list(said), dtype=object), layer=name,
                  geometry_type="LineString", crs="EPSG:4326", driver="GPKG")  # fmt: skip
        return path

    return write


def test_a_geopackage_is_the_table_that_import_makes_of_it(
    geopackage: Callable[..., Path], put: Put
) -> None:
    file = geopackage()
    sim.Network.from_file(file).write(file.with_name("table.npz"))
    over = "{table: FILE, classes: {road: {capacity: 9 t/day}}, roads: {long_way: {closed: true}}}"
    for network in ("FILE", over):
        text = SCENARIO.replace("NETWORK", network)
        of_map = read(put("map.yaml", text.replace("FILE", "map.gpkg")))
        of_table = read(put("table.yaml", text.replace("FILE", "table.npz")))
        assert of_map.scenario.network == of_table.scenario.network
        assert of_map.scenario.resolved["network"] == of_table.scenario.resolved["network"]
        told = [diagnostic(of_map, doubt) for doubt in doubts(of_map.scenario)]
        assert [(d.line, d.code, d.message) for d in told] == [
            (4, "never_read", "of the map: not read: class")
        ]
        assert [*doubts(of_table.scenario)] == []
    binary = of_map.scenario.network.binary
    assert binary is not None
    assert binary.data == file.with_name("table.npz").read_bytes()


def test_a_run_on_a_geopackage_holds_its_table(
    geopackage: Callable[..., Path], put: Put, tmp_path: Path
) -> None:
    file = geopackage()
    run = sim.run(put("map.yaml", SCENARIO.replace("NETWORK", "map.gpkg")))
    folder = run.write(tmp_path / "run", figures=False)
    file.unlink()
    assert sim.verify(folder).whole
    again = sim.run(folder / RESOLVED)
    assert again.summary == run.summary
    assert again.scenario.network == run.scenario.network


def test_a_map_that_is_not_read_as_it_is_says_what_reads_it(
    geopackage: Callable[..., Path], put: Put, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = put("map.yaml", SCENARIO.replace("NETWORK", "map.gpkg"))
    otherwise = "sim import map.gpkg --out map.npz takes options; name its table"
    geopackage(capacity=["x", "1", "1", "y", "1"])
    (told,) = faults(scenario)
    assert told.startswith("map.yaml:4:10: 'map.gpkg': capacity 'x' is not a number of at least 0")
    assert " (feature 1, and 1 more)" in told
    geopackage("rivers")
    assert faults(scenario) == [
        "map.yaml:4:10: 'map.gpkg': layer: name one of roads, rivers, which all hold lines = "
        + otherwise
    ]
    put("map.gpkg", "nothing")
    (told,) = faults(scenario)
    assert told.startswith("map.yaml:4:10: 'map.gpkg': cannot be read: ")
    assert told.endswith(otherwise)
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    assert faults(scenario) == [
        "map.yaml:4:10: 'map.gpkg': map.gpkg: pyogrio reads such files: "
        'pip install "supply-axis[gis]" = None'
    ]
    put("map.shp", "")
    (told,) = faults(put("map.yaml", SCENARIO.replace("NETWORK", "map.shp")))
    assert told.endswith("make one of it: sim import map.shp --out map.yaml, or map.npz")
