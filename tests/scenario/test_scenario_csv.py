"""Tables in place of maps: a table says what the map would, and faults stand at their cells."""

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.base.diagnostics import Report
from sim.scenario import dump_resolved, load, load_network
from sim.scenario.csv_tree import read_table, tables_of
from sim.scenario.model import Axis
from sim.scenario.reference import json_schema
from sim.scenario.tree import Map, Scalar
from sim.scenario.written import WrittenNetwork

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

PLACES = """\
id,name,lat,lon,kind,population,crossing
amber,Port Amber,10.0,20.0,port,,
ford,"The ""lower"" ford, Lenn",10.3,20.2,bridge,,TRUE
lenn,Lenn,10.4,20.35,,40000,false
"""
NEEDS = """\
place,persons,each,stock,target,refill,weight
lenn,40000 persons,0.4..0.6 kg/person/day,300..500 t,600 t,5 t/day,2
"""
ROADS = """\
id;class;capacity.there;capacity.back;km;between
amber--ford;road;60 t/day;40 t/day;;
upper;road;;;28 km;[ford, lenn]
"""
SCENARIO = """\
format: 1
id: region
title: A region
network:
  classes: {road: {speed: 30 km/h, capacity: 60 t/day}}
  places: PLACES
  roads: ROADS
period: {start: 2031-01-01, length: 60 days}
axes:
  food: {sources: SOURCES, sinks: SINKS}
"""
MAPS = {
    "PLACES": """
    amber: {name: Port Amber, lat: 10.0, lon: 20.0, kind: port}
    ford: {name: 'The "lower" ford, Lenn', lat: 10.3, lon: 20.2, kind: bridge, crossing: true}
    lenn: {name: Lenn, lat: 10.4, lon: 20.35, population: 40000, crossing: false}""",
    "ROADS": """
    amber--ford: {class: road, capacity: {there: 60 t/day, back: 40 t/day}}
    upper: {class: road, km: 28 km, between: [ford, lenn]}""",
    "SOURCES": "{amber: {supply: 50 t/day}}",
    "SINKS": "{lenn: {demand: {persons: 40000 persons, each: 0.4..0.6 kg/person/day}, "
    "stock: 300..500 t, target: 600 t, refill: 5 t/day, weight: 2}}",
}
TABLES = {
    "PLACES": "tables/places.csv",
    "ROADS": "tables/roads.csv",
    "SOURCES": "tables/sources.tsv",
    "SINKS": "tables/needs.csv",
}


@pytest.fixture
def write(put: Write) -> Write:
    """Writes a file below a project that holds the four tables."""
    put("tables/places.csv", PLACES)
    put("tables/roads.csv", ROADS)
    put("tables/needs.csv", NEEDS)
    put("tables/sources.tsv", "id\tsupply\namber\t50 t/day\n")
    return put


def with_(values: dict[str, str]) -> str:
    text = SCENARIO
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def test_tables_say_what_maps_say_and_are_resolved_in_full(write: Write) -> None:
    tables = load(write("region.yaml", with_(TABLES)))
    maps = load(write("maps.yaml", with_(MAPS)))
    text = dump_resolved(tables)
    assert text == dump_resolved(maps)
    assert ".csv" not in text
    assert dump_resolved(load(write("again.yaml", text))) == text


def test_a_network_file_names_tables_relative_to_itself(write: Write) -> None:
    path = write(
        "tables/network.yaml",
        "format: 1\nclasses: {road: {speed: 30 km/h, capacity: 60 t/day}}\n"
        "places: places.csv\nroads: ../tables/roads.csv\n",
    )
    assert list(load_network(path).places) == ["amber", "ford", "lenn"]
    text = with_(MAPS).split("network:")[0] + "network: tables/network.yaml\nperiod:"
    scenario = load(write("region.yaml", text + with_(MAPS).split("period:")[1]))
    assert scenario.network.places["ford"].name == 'The "lower" ford, Lenn'


def test_a_child_changes_and_removes_rows(write: Write) -> None:
    write("base.yaml", with_(TABLES))
    write("tables/fewer.csv", "id,stock,weight\nlenn,~,3\n")
    child = "format: 1\nextends: base.yaml\naxes: {food: {sinks: tables/fewer.csv}}\n"
    sink = load(write("child.yaml", child)).axes["food"].sinks["lenn"]
    assert sink.stock.nominal == 0  # left out again
    assert sink.weight.nominal == 3
    sink = load(write("base.yaml", with_(TABLES)), sets=["axes.food.sinks.lenn.stock=7 t"])
    assert sink.axes["food"].sinks["lenn"].stock.nominal == 7000


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_ends_of_lines_and_a_byte_order_mark(
    write: Write, separator: str, end: str
) -> None:
    # the row ends with one cell too many, which is empty; an empty row; no end of the last line
    rows = ["id,stock,demand,", "lenn, 5 t ,1 t/day,", ",,,", ""]
    write("tables/needs.csv", "\ufeff" + end.join(rows).replace(",", separator).rstrip("\r\n"))
    sink = load(write("region.yaml", with_(TABLES))).axes["food"].sinks["lenn"]
    assert (sink.stock.nominal, sink.demand.nominal) == (5000, 1000)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        # columns
        ("place,demand,stok\nlenn,1 t/day,\n",
         ["needs.csv:1:14: unknown column 'stok' = did you mean 'stock'?"]),
        ("place,demand,demand.persons,each\nlenn,1 t/day,,\n", []),
        ("place,demand,id\nlenn,1 t/day,lenn\n",
         ["needs.csv:1:14: the column 'id' stands twice = keep one"]),
        ("place,demand,persons,demand.persons\nlenn,1 t/day,,\n",
         ["needs.csv:1:22: the column 'demand.persons' stands twice = keep one"]),
        ("place,,demand\nlenn,,1 t/day\n",
         ["needs.csv:1:7: a column without a name = name it, or take it out"]),
        ("town,demand\nlenn,1 t/day\n",
         ["needs.csv:1:1: the header has no column 'id' or 'place' = columns are town, demand",
          "needs.csv:1:1: unknown column 'town' = known are demand, each, id, known_on, note, "
          "persons, place, refill, source, stock, target, trust, weight"]),
        ("", ["needs.csv:1:1: the header has no column 'id' or 'place' = the table is empty"]),
        # rows
        ("place,demand\n,\n",
         ["needs.csv:1:1: no row below the header holds a thing"]),
        ("place,demand\nlenn,1 t/day\n\nlenn,2 t/day\n",
         ["needs.csv:4:1: duplicate id 'lenn' = it stands first on line 2"]),
        ("place,demand\n,1 t/day\n", ["needs.csv:2:1: the row has no id = None"]),
        ("place,demand,note\nlenn,1 t/day\n",
         ["needs.csv:2:1: 2 cells, not 3 as in the header = None"]),
        ("place,demand,note\nlenn,1 t/day,a,b\n",
         ["needs.csv:2:1: 4 cells, not 3 as in the header = a text with a comma needs quotes"]),
        ("place,demand\nlen,1 t/day\n",
         ["needs.csv:2:1: unknown place 'len' = did you mean 'lenn'?"]),
        # cells: the quoted one before has a line break, so the fault is on the third line
        ('place,note,demand\nlenn,"a\nb",1 tons/day\n',
         ["needs.csv:3:4: demand: '1 tons/day' is not a flow = write it as 1 t/day"]),
        ("place,demand\nlenn,\n", ["needs.csv:2:1: 'sinks.lenn' of axis 'food' needs 'demand'"]),
        ("place,persons\nlenn,4 persons\n",
         ["needs.csv:2:6: demand: 'each' is missing = "
          "a demand by head needs 'persons' and 'each'"]),
        ("place,demand,each\nlenn,1 t/day,1 kg/person/day\n",
         ["needs.csv:2:14: 'demand' has a cell of its own = leave one empty"]),
        ("place,each,demand\nlenn,1 kg/person/day,1 t/day\n",
         ["needs.csv:2:22: 'demand' has cells of its parts too = leave them empty"]),
        ("place,demand\nlenn,\"1 t/day\n", [
            "needs.csv:2:6: the quote that begins here is never closed = add the closing one"]),
        ('place,demand\nlenn,"1 t"/day\n',
         ['needs.csv:2:6: text after the closing quote = a quote inside is written ""']),
        ("place,demand\nlenn,{uniform: [1 t/day}\n", ["needs.csv:2:24: expected ',' or ']'"]),
        ("place,demand\nlenn,1\x00\n",
         ["needs.csv:2:7: control character U+0000 in the text = remove it"]),
    ],
)  # fmt: skip
def test_faults_are_told_at_their_cells(
    write: Write, table: str, told: list[str], faults: Faults
) -> None:
    write("tables/needs.csv", table)
    path = write("region.yaml", with_(TABLES))
    if not told:
        load(path)
        return
    found = faults(path)
    assert len(found) == len(told)
    assert all(map(str.startswith, found, told)), found


def test_files_that_are_no_tables(write: Write, faults: Faults) -> None:
    def told(path: str) -> str:
        text = with_(TABLES).replace("tables/needs.csv", path)
        (only,) = faults(write("region.yaml", text))
        return only

    assert told("tables/need.csv") == (
        "region.yaml:10:46: no such file 'tables/need.csv' = did you mean 'needs.csv'?"
    )
    write("tables/folder.csv/a", "")
    assert told("tables/folder.csv").endswith("is a folder = 'sinks' takes a CSV file")
    assert "leaves the project" in told("../needs.csv")
    assert "is not relative" in told("/needs.csv")
    assert "here is the text 'needs.txt'" in told("needs.txt")
    (write("a", "").parent / "tables/latin.csv").write_bytes(b"place,demand\nl\xe9nn,1 t/day\n")
    assert told("tables/latin.csv").startswith("latin.csv:2:2: the text is not UTF-8: byte 0xe9")


def test_the_json_schema_takes_a_path_where_a_table_may_stand() -> None:
    schema = jsonschema.Draft202012Validator(json_schema())
    data = yaml.safe_load(with_(TABLES))
    data["period"]["start"] = "2031-01-01"
    schema.validate(data)
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(data | {"axes": "axes.csv"})


def test_a_setting_names_no_table(write: Write, faults: Faults) -> None:
    path = write("region.yaml", with_(TABLES))
    for key in ("network.places", "axes.food.sinks"):
        (told,) = faults(path, f"{key}=tables/needs.csv")
        assert told.startswith("--set:1:1: a table's file cannot be set here")
        assert f"'{key.rpartition('.')[2]}: PATH'" in told


def test_every_map_that_may_be_a_table_is_declared() -> None:
    assert set(tables_of(WrittenNetwork)) == {"classes", "places", "roads"}
    assert set(tables_of(Axis)) == {"sources", "sinks"}


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), min_size=1, max_size=6), st.data())
def test_what_is_quoted_comes_back_from_where_it_stands(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], data: st.DataObject
) -> None:
    # ids made unique and texts that are no YAML; every cell may be quoted, those that must be are
    rows = [[f"p{n}", f"t{text}t"] for n, (_, text) in enumerate(rows)]

    def written(text: str) -> str:
        needs = any(c in text for c in ',;\t|"\r\n\x85\u2028\u2029')
        if needs or data.draw(st.booleans()):
            return '"' + text.replace('"', '""') + '"'
        return text

    path = tmp_path_factory.mktemp("csv") / "t.csv"
    text = "id,note\n" + "".join(f"{written(a)},{written(b)}\n" for a, b in rows)
    path.write_bytes(text.encode())
    report = Report()
    table = read_table(path, tables_of(Axis)["sinks"], report)
    assert table is not None
    assert not report.diagnostics
    for name, note in rows:
        thing = table.entries[name].value
        assert isinstance(thing, Map)
        cell = thing.entries["note"].value
        assert isinstance(cell, Scalar)
        assert cell.text == note
        line = report.sources[str(path)][cell.mark.line - 1]
        assert line[cell.mark.column - 1] in ('"', note[0])
