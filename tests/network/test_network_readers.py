"""Network files: what they become, and how a bad row is named."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.base.diagnostics import ScenarioError
from sim.network import UNLIMITED
from sim.network.readers import NetworkTable, Reading, binary, is_table, read_table
from sim.network.readers.binary import read_binary, write_binary
from sim.network.readers.columns import Chosen
from sim.network.readers.notes import FileReport
from sim.network.readers.rows import Rows
from sim.network.readers.taken import Taken
from sim.scenario import load_network
from sim.scenario.from_table import network_yaml

TNTP = """\
<NUMBER OF ZONES> 3
<NUMBER OF LINKS> 3
<END OF METADATA>

~ init_node term_node capacity length free_flow_time b power ;
 1 2 100.5 6 4.5 0.15 4 ;
 2 3 80.25 2.5 0 0.15 4 ;
 1 3 7 1 1 0.15 4 ;
"""


def read(tmp_path: Path, name: str, text: str, **more: Any) -> NetworkTable:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_table(path, Reading(**more))


def errors(tmp_path: Path, name: str, text: str) -> list[tuple[int, str]]:
    with pytest.raises(ScenarioError) as raised:
        read(tmp_path, name, text)
    return [(d.line, d.message) for d in raised.value.diagnostics]


def test_csv_rows_are_one_way_unless_both(tmp_path: Path) -> None:
    table = read(
        tmp_path, "x.csv",
        "From,to,capacity,km,both,id\ns,a,1.5,2,,\na,t,2,3,true,\ns,t,,,false,long way\n"
        "t,s,inf,,,\n",
    )  # fmt: skip
    assert table.graph.places == ("a", "s", "t")
    assert table.graph.roads == ("a--t", "long way", "s->a", "t->s")
    assert table.scale == 10  # 1.5 makes tenths
    assert table.roads.tolist() == [[20, 20], [UNLIMITED, 0], [15, 0], [UNLIMITED, 0]]
    assert table.graph.km.tolist() == [3, 1, 2, 1]
    assert table.graph.seconds.tolist() == [180, 60, 120, 60]  # at 60 km/h
    assert table.line.tolist() == [3, 4, 2, 5]


def test_decimals_are_exact_and_parallel_rows_are_numbered(tmp_path: Path) -> None:
    table = read(
        tmp_path, "x.csv", "from,to,capacity\na,b,0.1\na,b,3000000000.000001\na,b,2e3\n"
    )  # fmt: skip
    assert table.graph.roads == ("a->b", "a->b#2", "a->b#3")
    assert table.scale == 10**6
    assert table.roads[:, 0].tolist() == [10**5, 3_000_000_000_000_001, 2 * 10**9]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("s,a", "2 fields, not 3 as in the header"),
        ("s,,4", "a road needs a place at both ends"),
        ("s,a,-1", "capacity '-1' is not a number of at least 0"),
        ("s,a,many", "capacity 'many' is not a number of at least 0"),
        ("s,a,nan", "capacity 'nan' is not a number of at least 0"),
        ("s,a,1_000", "capacity '1_000' is not a number of at least 0"),
        ("s,a,1e30", "capacity '1e30' is too large or has more than 12 decimals"),
        ("s,a,1e-999999999", "capacity '1e-999999999' is too large or has more than 12 decimals"),
        ("s,a\x1b[31m,4", "the name 'a\x1b[31m' holds a control character"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: str, message: str) -> None:
    assert errors(tmp_path, "x.csv", f"from,to,capacity\na,b,1\n{row}\n") == [(3, message)]


def test_all_that_is_wrong_comes_at_once(tmp_path: Path) -> None:
    text = "from,to,capacity,km,both,id\na,b,1,-2,,r\nb,c,1,2,maybe,r\n"
    assert errors(tmp_path, "x.csv", text) == [
        (2, "km '-2' is not a number of at least 0"),
        (3, "both 'maybe' is neither true nor false"),
    ]
    assert errors(tmp_path, "y.csv", "start,end\na,b\n")[0][0] == 1
    assert errors(tmp_path, "z.csv", "from,to\n") == [(0, "the file holds no roads")]
    assert errors(tmp_path, "w.csv", "") [0][0] == 1  # fmt: skip


@pytest.mark.parametrize("km", ["1_0", "1e308", "nan"])
def test_lengths_that_no_road_has(tmp_path: Path, km: str) -> None:
    ((line, message),) = errors(tmp_path, "x.csv", f"from,to,km\na_b,b,1\nb,c,{km}\n")
    assert line == 3
    assert message.startswith(f"km '{km}' is ")


def test_rows_of_nothing_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, "x.csv", "from,to,capacity\n\na,b,1\n  \n , ,\nb,c,2\n")
    assert table.graph.roads == ("a->b", "b->c")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('"coordinates": [[1%s, 0], [1, 1]]' % ("0" * 400), "a line needs two points"),
        ('"coordinates": [{"x": 1}, [1, 1]]', "a line needs two points"),
        ('"coordinates": [[500000, 4000000], [500001, 4000001]]', "a line needs two points"),
        ('"coordinates": [[1%s, 0], [1, 1]]' % ("0" * 5000), "a number has too many digits"),
    ],
    ids=["no float", "a map", "metres", "no int"],
)  # fmt: skip
def test_odd_coordinates(tmp_path: Path, line: str, message: str) -> None:
    text = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        f' "geometry": {{"type": "LineString", {line}}}}}]}}'
    )
    ((_, said),) = errors(tmp_path, "x.geojson", text)
    assert said.startswith(message)


def test_a_list_is_no_capacity_and_half_a_character_no_name(tmp_path: Path) -> None:
    text = (
        '{"type": "Feature", "properties": {"from": "\\ud800", "capacity": [1]},'
        ' "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}'
    )
    assert [said for _, said in errors(tmp_path, "x.geojson", text)] == [
        "capacity '[1]' is not a number of at least 0",
        "the name '\ud800' holds a control character",
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "UTF-16", "none-such"])
def test_the_encoding_that_a_graphml_names_is_not_asked(tmp_path: Path, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><graphml><graph edgedefault="directed">'
        '<node id="é"/><node id="b"/><edge source="é" target="b"/></graph></graphml>'
    )
    assert read(tmp_path, "x.graphml", text).graph.places == ("b", "é")


def test_a_count_of_links_with_thousands_of_digits(tmp_path: Path) -> None:
    text = f"<NUMBER OF LINKS> {'9' * 5000}\n<END OF METADATA>\n1 2 5 ;\n"
    assert read(tmp_path, "x.tntp", text).graph.roads == ("1->2",)


NAMES = st.one_of(
    st.sampled_from(["a", "A", "a b", "a_b", "a--b", "b", "null", "1e3", "منبج", "حلب", "x"]),
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=4),
).filter(str.strip)


@settings(
    derandomize=True, max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    ends=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6),
    km=st.sampled_from([0.0, 1e-9, 0.1, 90_000.0]),
)
def test_any_names_make_a_network_yaml_that_loads(
    tmp_path: Path, ends: list[tuple[str, str]], km: float
) -> None:
    rows = Rows("x", "x")
    for line, (tail, head) in enumerate(ends):
        if tail != head:
            rows.add(tail, head, "1.5", line=line, km=km, both=True)
    if not rows.tails:
        return
    table = rows.table()
    path = tmp_path / "made.yaml"
    path.write_text(network_yaml(table, "t/day", False).text, encoding="utf-8")
    made = load_network(path)
    assert len(made.places) == len(table.graph.places)
    assert len(made.roads) == len(table.graph.roads)


@pytest.mark.parametrize("row", ["a,b,1,200000", "a,b,2000000000,1"])
def test_what_is_beyond_a_yaml_road_is_refused(tmp_path: Path, row: str) -> None:
    # at most 1e5 km, and 1e12 kg/day: 1e9 t/day
    table = read(tmp_path, "x.csv", f"from,to,capacity,km\n{row}\n")
    with pytest.raises(ScenarioError, match="longer or carries more"):
        network_yaml(table, "t/day", True)


def test_an_overflow_is_refused(tmp_path: Path) -> None:
    # 2**59 is about 5.76e17: three rows of 3e17 pass it at the second
    rows = "".join(f"a{i},b,300000000000000000\n" for i in range(3))
    ((line, message),) = errors(tmp_path, "x.csv", "from,to,capacity\n" + rows)
    assert line == 3
    assert "2**59" in message


def test_text_that_is_not_utf8_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"from,to\na,b\n\xff,c\n")
    with pytest.raises(ScenarioError) as raised:
        read_table(path)
    assert [(d.line, d.message) for d in raised.value.diagnostics] == [
        (3, "the file is not UTF-8 text")
    ]
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_tntp_links_are_one_way_with_minutes(tmp_path: Path) -> None:
    table = read(tmp_path, "net.tntp", TNTP)
    assert table.graph.roads == ("1->2", "1->3", "2->3")
    assert table.scale == 100
    assert table.roads.tolist() == [[10050, 0], [700, 0], [8025, 0]]
    assert table.graph.km.tolist() == [6, 1, 2.5]
    assert table.graph.seconds.tolist() == [270, 60, 150]  # 4.5 and 1 minutes; 2.5 km at 60 km/h


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("<END OF METADATA>", ""), 5),
        (("100.5", "x"), 6),
        (("2 3 80.25 2.5 0 0.15 4", "2 3"), 7),
    ],
)
def test_faults_in_tntp(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    assert line in [where for where, _ in errors(tmp_path, "x.tntp", TNTP.replace(*change))] or (
        change[1] == ""  # then every row stands before the end of the metadata
    )


def test_a_tntp_file_with_another_number_of_links_than_it_says_is_read_with_a_note(
    tmp_path: Path,
) -> None:
    """A file of the collection that the format comes from is so: Austin."""
    table = read(tmp_path, "x.tntp", TNTP.replace("LINKS> 3", "LINKS> 4000"))
    assert len(table.graph.roads) == 3
    assert table.notes[0] == "3 links, not 4,000 as <NUMBER OF LINKS> says: is the file whole?"


GEOJSON = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"capacity": 5, "oneway": "yes"},
  "geometry": {"type": "LineString", "coordinates": [[0, 0], [0, 0.5], [0, 1]]}},
 {"type": "Feature", "properties": {"capacity": 2.5, "from": "x", "to": "y", "length": 1500},
  "geometry": {"type": "LineString", "coordinates": [[0, 1], [1, 1]]}},
 {"type": "Feature", "properties": {},
  "geometry": {"type": "Point", "coordinates": [0, 1]}}
]}
"""


def test_geojson_lines_meet_where_their_ends_do(tmp_path: Path) -> None:
    table = read(tmp_path, "x.geojson", GEOJSON)
    first, second = "0.0000000 0.0000000", "1.0000000 0.0000000"
    assert table.graph.places == (first, second, "x", "y")
    assert table.graph.roads == (f"{first}->{second}", "x--y")
    assert table.roads.tolist() == [[50, 0], [25, 25]]
    # a degree of latitude on a sphere of 6371.0088 km: pi / 180 * 6371.0088 = 111.195 km
    assert table.graph.km.tolist() == pytest.approx([111.19508, 1.5])
    assert table.coordinates is not None
    assert table.coordinates.tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]
    assert table.line.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (('"oneway": "yes"', '"oneway": "perhaps"'), 2),
        (("[[0, 1], [1, 1]]", "[[0, 1]]"), 4),
        (("[[0, 1], [1, 1]]", "[[0, 1], [1, 91]]"), 4),
        (("]}\n", "]"), 8),
        (('"length": 1500', '"length": -1'), 4),
        (('"capacity": 2.5', '"capacity": "wide"'), 4),
    ],
)
def test_faults_in_geojson(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    assert GEOJSON.count(change[0]) >= 1
    text = GEOJSON[: -len("]}\n")] + change[1] if change[0] == "]}\n" else GEOJSON.replace(*change)
    assert [where for where, _ in errors(tmp_path, "x.geojson", text)] == [
        line if change[0] != "]}\n" else text.count("\n") + 1
    ]


def test_graphml_as_networkx_writes_it(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("1", x=36.0, y=37.0)
    graph.add_node("2", x=36.5, y=37.5)
    graph.add_edge("1", "2", capacity=12.5, length=2500.0, travel_time=90.0)
    graph.add_edge("1", "2", length=4000.0)
    graph.add_edge("2", "1", capacity=3)
    graph.add_edge("2", "2", capacity=3)
    nx.write_graphml(graph, tmp_path / "x.graphml")
    table = read_table(tmp_path / "x.graphml", Reading(default_capacity="7"))
    assert table.graph.roads == ("1->2", "1->2#2", "2->1")
    assert table.roads.tolist() == [[125, 0], [70, 0], [30, 0]]
    assert table.graph.km.tolist() == [2.5, 4, 1]
    assert table.graph.seconds.tolist() == [90, 240, 60]
    assert table.coordinates is not None
    assert table.coordinates.tolist() == [[37, 36], [37.5, 36.5]]
    undirected = nx.Graph()
    undirected.add_edge("a", "b", capacity=4)
    nx.write_graphml(undirected, tmp_path / "y.graphml")
    assert read_table(tmp_path / "y.graphml").roads.tolist() == [[4, 4]]


def test_faults_in_graphml(tmp_path: Path) -> None:
    head = '<graphml>\n<key id="c" attr.name="capacity"/>\n<graph edgedefault="directed">\n'
    node = '<node id="1"/>\n'
    edge = '<edge source="1" target="2"><data key="c">4</data></edge>\n'
    end = "</graph></graphml>"
    assert errors(tmp_path, "a.graphml", head + node + edge + end) == [
        (5, "the edge ends at unknown node '2'")
    ]
    assert errors(tmp_path, "b.graphml", head + node)[0][1].startswith("not XML")
    assert errors(tmp_path, "c.graphml", "<graphml/>")[0][1] == "the file holds 0 graphs, not one"
    bomb = '<!DOCTYPE g [\n<!ENTITY a "aaaa">\n]>\n' + head + end
    assert errors(tmp_path, "d.graphml", bomb) == [(2, "entity declarations are refused")]


rows = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from("vwxyzé"),
        st.one_of(st.just(""), st.decimals(0, 10**6, places=3).map(str)),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(rows)
def test_csv_and_the_binary_table_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    text = "from,to,capacity,both\n" + "".join(
        f"{a},{b},{amount},{both}\n" for a, b, amount, both in rows
    )
    table = read(folder, "x.csv", text)
    # row by row, the exact amounts in the file's unit
    amounts = {
        line: (Decimal(amount) if amount else None)
        for line, (_, _, amount, _) in enumerate(rows, start=2)
    }
    for r, line in enumerate(table.line.tolist()):
        stated = amounts[line]
        whole = UNLIMITED if stated is None else int(stated * table.scale)
        assert table.roads[r].tolist() == [whole, whole if rows[line - 2][3] else 0]
    write_binary(folder / "x.npz", table)
    again = read_table(folder / "x.npz")
    assert (again.scale, again.title, again.lengths) == (table.scale, "x", False)
    assert again.graph.places == table.graph.places
    assert again.graph.roads == table.graph.roads
    for one, other in (
        (again.roads, table.roads), (again.two_way, table.two_way),
        (again.graph.a, table.graph.a), (again.graph.b, table.graph.b),
        (again.graph.km, table.graph.km), (again.graph.seconds, table.graph.seconds),
    ):  # fmt: skip
        assert np.array_equal(one, other)


def test_faults_in_the_binary_table(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_binary(path)
    path.write_bytes(b"not a zip")
    with pytest.raises(ScenarioError, match="not a network table"):
        read_binary(path)
    np.savez(path, version=np.array(1))
    with pytest.raises(ScenarioError, match="is missing"):
        read_binary(path)
    np.savez(path, version=np.array([None], dtype=object))
    with pytest.raises(ScenarioError, match="not a network table"):
        read_binary(path)
    table = read(tmp_path, "x.csv", "from,to,capacity\na,b,4\n")
    write_binary(path, table)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ScenarioError, match="not a network table"):
        read_binary(path)
    path.write_bytes(_with(whole, "capacity", np.array([-1])))
    with pytest.raises(ScenarioError, match="negative"):
        read_binary(path)
    path.write_bytes(_with(whole, "a", np.array([9])))
    with pytest.raises(ScenarioError, match="not there"):
        read_binary(path)


def test_a_binary_table_is_bounded_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npz"
    write_binary(path, read(tmp_path, "x.csv", "from,to,capacity\na,b,4\n"))
    whole = path.read_bytes()
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it was unpacked"))
    for name, value, said in (
        ("capacity", np.zeros(2**16), "do not fit each other"),
        ("places_ends", np.zeros((2, 2)), "do not fit each other"),
        ("names", np.zeros(2**20, dtype=np.uint8), "unpacks to more than 1,048,576 bytes"),
    ):
        path.write_bytes(_with(whole, name, value))
        monkeypatch.setattr(binary, "LARGEST", 2**20)
        with pytest.raises(ScenarioError, match=said):
            read_binary(path)
    monkeypatch.setattr(binary, "MOST", 1)  # it has two places
    path.write_bytes(whole)
    with pytest.raises(ScenarioError, match="more than 1 places or roads"):
        read_binary(path)
    # an array that says it is larger than its bytes: 10^12 numbers
    header = io.BytesIO()
    said_shape = {"descr": "<i8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(header, said_shape)
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("capacity.npy", header.getvalue())
    with pytest.raises(ScenarioError, match="is not as long as it says"):
        read_binary(path)


@pytest.mark.parametrize("name", ["title", "places", "roads", "names", "kinds", "classes"])
def test_no_text_of_a_binary_table_speaks_to_a_terminal(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.npz"
    write_binary(path, read(tmp_path, "x.csv", "from,to,capacity\naa,bb,4\n"))
    escape = np.frombuffer(b"a\x1b[2Jb", dtype=np.uint8)
    changed = _with(path.read_bytes(), name, escape)
    ends = {"roads": [6], "classes": [6]}.get(name, [1, 6])
    path.write_bytes(_with(changed, f"{name}_ends", np.array(ends)))
    with pytest.raises(ScenarioError, match="holds a control character"):
        read_binary(path)


def test_whatever_an_array_of_a_binary_table_is_it_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    write_binary(path, read(tmp_path, "x.csv", "from,to,capacity\na,b,4\nb,c,2\n"))
    whole = path.read_bytes()
    names = [n.removesuffix(".npy") for n in zipfile.ZipFile(path).namelist()]
    luck = np.random.default_rng(1)
    kinds = ("u1", "i4", "i8", "u8", "f8", "f2", "bool", "U3", "S2", "c16", "M8[s]")
    refused_ones = 0
    for _ in range(150):
        name = names[luck.integers(len(names))]
        shape = tuple(luck.integers(0, 4, size=luck.integers(0, 3)).tolist())
        value = luck.integers(-3, 300, size=shape).astype(kinds[luck.integers(len(kinds))])
        path.write_bytes(_with(whole, name, value))
        try:
            read_binary(path)
        except ScenarioError:
            refused_ones += 1
    assert refused_ones > 75


def _with(archive: bytes, name: str, value: np.ndarray) -> bytes:
    """The archive with one array replaced, or more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != f"{name}.npy":
                new.writestr(entry, old.read(entry))
        array = io.BytesIO()
        np.save(array, value)
        new.writestr(f"{name}.npy", array.getvalue())
    return out.getvalue()


def test_endings() -> None:
    assert is_table("roads.CSV")
    assert is_table("x/roads.npz")
    assert not is_table("scenario.yaml")


@pytest.mark.parametrize(
    "body",
    [
        "a,b,1,2,true,x\nb,c,2.5,,false,\nc,a,,1e2,,y\n",
        " a , b ,1,2,yes,\nb,a,1,2,0,",
        "a,b,1,2,true,\n\nb,c,1,2,true,\n",  # an empty line
        "a,b,1,2,true\nb,c,1,2,true,\n",  # a field short
        "a,b,x,2,true,\nb,b,1,nan,maybe,\n,c,1,-1,,\nb,c,1,z,,\n",
        "a,b,1,2,true,x\nb,c,1,2,true,x\n",  # an id twice
        ",,,,,\na,b,1,1,,\n",
    ],
)
def test_rows_taken_at_once_are_those_of_a_closer_look(tmp_path: Path, body: str) -> None:
    # A quoted field in the last row, which is right, makes the reader go row by row.
    header, last = "from,to,capacity,km,both,id\n", "y,z,7,1,true,\n"
    found = []
    for text in (last, last.replace("y", '"y"')):
        path = tmp_path / "t.csv"
        path.write_text(header + body.rstrip("\n") + "\n" + text)
        try:
            table = read_table(path)
        except ScenarioError as error:
            found.append([(d.line, d.message) for d in error.diagnostics])
            continue
        arrays = (table.roads, table.two_way, table.graph.km, table.graph.seconds, table.line)
        found.append([table.graph.roads, table.graph.places, *(a.tolist() for a in arrays)])
    assert found[0] == found[1]


@pytest.mark.parametrize("amount", [2**59, 2**62, 2**63 - 1, 10**19 - 1])
def test_a_capacity_too_large_is_refused_and_never_unlimited(tmp_path: Path, amount: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"from,to,capacity\na,b,1\nb,c,{amount}\n")
    with pytest.raises(ScenarioError, match="too many for 64-bit flows") as caught:
        read_table(path)
    assert [d.line for d in caught.value.diagnostics] == [3]


FIELDS = st.tuples(
    st.sampled_from(["a", "b", " a", "c\u00a0", ""]), st.sampled_from(["a", "d", "b "]),
    st.sampled_from(["1", "2.50", "", "inf", " 3", "x", "1_0"]),
    st.sampled_from(["1", "", "0.5", "1e3", "2 m", "inf", "nan", "-1", "1_0"]),
    st.sampled_from(["", "true", "No", "maybe"]), st.sampled_from(["", "r", "s"]),
)  # fmt: skip


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=6))
def test_csv_is_the_same_plain_quoted_and_with_other_line_ends(
    tmp_path_factory: pytest.TempPathFactory, body: list[tuple[str, ...]]
) -> None:
    # what is read at once and what is read with care: quotes, line ends, and one row that lacks km
    folder = tmp_path_factory.mktemp("csv")
    rows = [*body, ("y", "z", "7", "1", "true", "")]
    plain = ["from,to,capacity,km,both,id", *(",".join(row) for row in rows)]
    quoted = [plain[0], *(",".join(f'"{field}"' for field in row) for row in rows)]
    found = []
    for text in ("\n".join(plain), "\r\n".join(plain) + "\r\n", "\n".join(quoted) + "\n\n"):
        path = folder / "t.csv"
        path.write_bytes(text.encode())
        try:
            table = read_table(path)
        except ScenarioError as error:
            found.append([(d.line, d.message) for d in error.diagnostics])
            continue
        arrays = (table.roads, table.two_way, table.graph.km, table.graph.seconds, table.line)
        found.append([table.graph.roads, table.notes, *(a.tolist() for a in arrays)])
    assert found[0] == found[1] == found[2]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["", "0", "-0", " 7", "1e9", "1e10", "inf", "nan", "-1", "2 m", "1_0"]),
            st.floats(0, 1e6).map(str),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_numbers_are_the_same_at_once_and_one_by_one(texts: list[str]) -> None:
    def taken(column: list[str]) -> Taken:
        return Taken(
            FileReport("x"), {}, {"m": column}, Chosen({"km": ("m", 0.001)}), [*range(len(column))]
        )

    together = taken(texts)
    alone = [taken([one]) for one in texts]
    assert together.lengths(None, None)[0] == [one.lengths(None, None)[0][0] for one in alone]
    assert [d.message for d in together.rows.report.diagnostics] == [
        d.message for one in alone for d in one.rows.report.diagnostics
    ]
