"""Network files that are odd in a small way: what a reader makes of them, or says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.base.diagnostics import ScenarioError
from sim.network import UNLIMITED
from sim.network.readers import NetworkTable, Reading, read_table
from sim.network.readers.binary import write_binary

Read = Callable[[str, str], NetworkTable]
Errors = Callable[[str, str], list[tuple[int, str]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """``read(name, text)``: the network of a file."""

    def read_(name: str, text: str) -> NetworkTable:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_table(tmp_path / name)

    return read_


@pytest.fixture
def errors(read: Read) -> Errors:
    """``errors(name, text)``: the line and the message of each fault of a file."""

    def errors_(name: str, text: str) -> list[tuple[int, str]]:
        with pytest.raises(ScenarioError) as raised:
            read(name, text)
        return [(d.line, d.message) for d in raised.value.diagnostics]

    return errors_


def directed(table: NetworkTable) -> dict[str, list[int]]:
    """What each road carries there and back."""
    return dict(zip(table.graph.roads, table.roads.tolist(), strict=True))


# --- rows, of whatever format ---------------------------------------------------------------


def test_one_row_without_an_end_is_named_and_no_other(errors: Errors) -> None:
    text = "from,to,capacity\na,b,1\n,c,2\nd,e,3\nf,,4\n"
    missing = "a road needs a place at both ends"
    assert errors("x.csv", text) == [(3, missing), (5, missing)]


def test_the_shortest_road_takes_a_second(read: Read) -> None:
    # half a metre at 60 km/h takes 0.03 s
    assert read("x.csv", "from,to,km\na,b,0.0005\n").graph.seconds.tolist() == [1]


def test_classes_that_no_row_states_are_not_known(read: Read) -> None:
    assert read("x.csv", "from,to\na,b\n").classes is None
    assert read("x.csv", "from,to,class\na,b,\n").classes is None


# --- TNTP -----------------------------------------------------------------------------------

TNTP = """\
<NUMBER OF LINKS> 3
<FIRST THRU NODE> 2
<END OF METADATA>
 1 2 9 ;
 2 3 8 ;
 3 1 7 ;
"""


def test_nodes_below_the_first_that_is_passed_are_not_passed(read: Read) -> None:
    table = read("x.tntp", TNTP)
    assert table.through is not None
    assert dict(zip(table.graph.places, table.through.tolist(), strict=True)) == {
        "1": False, "2": True, "3": True,
    }  # fmt: skip
    assert "1 nodes below <FIRST THRU NODE> 2 are not passed through" in table.notes


@pytest.mark.parametrize("value", ["two", "-1", "2.0", "1" * 19])
def test_a_number_of_the_metadata_that_is_none(read: Read, errors: Errors, value: str) -> None:
    """That of nodes decides the answer; that of links is to check it by."""
    assert errors("x.tntp", TNTP.replace("NODE> 2", f"NODE> {value}")) == [
        (2, f"<FIRST THRU NODE> '{value}' is no whole number")
    ]
    said = "<NUMBER OF LINKS> is no whole number: is the file whole?"
    assert read("x.tntp", TNTP.replace("LINKS> 3", f"LINKS> {value}")).notes[0] == said


def test_metadata_without_an_end(errors: Errors) -> None:
    before = "a row before <END OF METADATA>"
    assert errors("x.tntp", TNTP.replace("<END OF METADATA>", "")) == [
        (0, "there is no <END OF METADATA>"), (4, before), (5, before), (6, before),
    ]  # fmt: skip
    assert errors("x.tntp", "<NUMBER OF LINKS> 0\n") == [(0, "there is no <END OF METADATA>")]


# --- GraphML --------------------------------------------------------------------------------

KEYS = '<key id="c" attr.name="capacity"/><key id="n" attr.name="name"/>'
KEYS += '<key id="w" attr.name="oneway"/>'


def graphml(body: str, default: str = "undirected") -> str:
    return f'<graphml>\n{KEYS}\n<graph edgedefault="{default}">\n{body}</graph></graphml>'


def edge(tail: str, head: str, more: str = "", how: str = "") -> str:
    return f'<edge source="{tail}" target="{head}"{how}>{more}</edge>\n'


NODES = '<node id="a"/><node id="b"/><node id="c"/>\n'


@pytest.mark.parametrize(
    ("how", "both"),
    [("true", False), (" TRUE ", False), ("1", False), ("false", True), ("0", True)],
)
def test_an_edge_says_whether_it_is_directed(read: Read, how: str, both: bool) -> None:
    for default in ("undirected", "directed"):
        text = graphml(NODES + edge("a", "b", how=f' directed="{how}"'), default)
        assert read("x.graphml", text).two_way.tolist() == [both]


@pytest.mark.parametrize("how", ["yes", "", "both", "2"])
def test_an_edge_that_says_something_else_of_it_is_a_fault(errors: Errors, how: str) -> None:
    text = graphml(NODES + edge("a", "b") + edge("b", "c", how=f' directed="{how}"'))
    assert errors("x.graphml", text) == [(6, f"directed '{how}' is neither true nor false")]


def test_an_undirected_edge_may_be_one_way(read: Read) -> None:
    true = '<data key="c">5</data><data key="w">true</data>'
    false = '<data key="c">4</data><data key="w">false</data>'
    edges = edge("a", "b", true) + edge("b", "c", false)
    assert directed(read("x.graphml", graphml(NODES + edges))) == {"a->b": [5, 0], "b--c": [4, 4]}
    # of a directed one the word is of the street, of which each edge is a way
    assert directed(read("x.graphml", graphml(NODES + edges, "directed"))) == {
        "a->b": [5, 0], "b->c": [4, 0],
    }  # fmt: skip


def test_hyperedges_are_told_and_what_is_said_of_the_graph_is_of_no_node(read: Read) -> None:
    more = '<hyperedge/>\n<data key="c">7</data>\n'
    table = read("x.graphml", graphml(NODES + edge("a", "b") + '<node id="d"/>' + more))
    assert table.limits is None  # no place has a capacity
    assert "not read: a hyperedge (line 6)" in table.notes


@pytest.mark.parametrize("last", ["", "Two"])
def test_numbered_nodes_are_named_by_names_that_are_there_and_differ(read: Read, last: str) -> None:
    named = zip(("n0", "n1", "n2"), ("One", "Two", last), strict=True)
    nodes = "".join(f'<node id="{id_}"><data key="n">{name}</data></node>' for id_, name in named)
    text = graphml(nodes + edge("n0", "n1") + edge("n1", "n2"))
    assert read("x.graphml", text).graph.places == ("n0", "n1", "n2")
    text = text.replace(f'"n2"><data key="n">{last}', '"n2"><data key="n">Three')
    assert read("x.graphml", text).graph.places == ("One", "Three", "Two")


# --- GeoJSON --------------------------------------------------------------------------------


def line(of: str, **more: object) -> str:
    properties = ", ".join(f'"{key}": "{value}"' for key, value in more.items())
    return (
        f'{{"type": "Feature", {of} "properties": {{{properties}}},\n "geometry": '
        '{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}'
    )


def collection(*features: str) -> str:
    return '{"type": "FeatureCollection",\n"features": [\n' + ",\n".join(features) + "\n]}"


def test_the_id_of_a_feature_is_that_of_its_road_unless_properties_have_one(read: Read) -> None:
    text = collection(
        line('"id": 7,', **{"from": "a", "to": "b"}),
        line('"id": 8,', **{"from": "b", "to": "c", "id": "own"}),
        line('"id": 9,', **{"from": "c", "to": "d", "ID": "loud"}),
        line("", **{"from": "d", "to": "e"}),
    )
    assert set(read("x.geojson", text).graph.roads) == {"7", "own", "loud", "d--e"}


def test_lines_of_features_are_told_wherever_the_list_begins(errors: Errors, read: Read) -> None:
    good = line("", **{"from": "a", "to": "b"})
    bad = line("", **{"from": "b", "to": "c", "oneway": "perhaps"})
    text = collection(good, bad)
    assert [where for where, _ in errors("x.geojson", text)] == [5]
    assert [where for where, _ in errors("x.geojson", "\n\n" + text)] == [7]
    # where the word is written otherwise the lines cannot be told
    other = text.replace('"features"', '"\\u0066eatures"')
    assert [where for where, _ in errors("x.geojson", other)] == [0]
    assert read("x.geojson", collection(good)).line.tolist() == [3]


# --- CSV ------------------------------------------------------------------------------------


def test_lines_are_told_where_fields_hold_line_breaks(errors: Errors) -> None:
    far = "1" * 40
    text = f'from,to,km,note\na,b,1,"x\ny"\nb,c,{far},\n'
    assert [at for at, _ in errors("x.csv", text)] == [4]
    assert [at for at, _ in errors("y.csv", f"from,to,km\n\na,b,1\nb,c,{far}\n")] == [4]
    assert [at for at, _ in errors("z.csv", "from,to,km\na,b,1\nb,c,1,9\nc,d\n")] == [3, 4]


def test_a_column_that_stands_twice_is_a_fault(errors: Errors) -> None:
    assert errors("x.csv", "from,to,km,KM\na,b,1,2\n") == [(1, "the column 'km' stands twice")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_columns_are_parted_by_the_mark_that_the_header_has_most_of(read: Read, mark: str) -> None:
    # each line ends with the mark, as some programs write it; the other marks are parts of a name
    names = [other for other in ",;|" if other != mark]
    text = mark.join(("from", "to", "km", "\n")) + mark.join((f"a{''.join(names)}", "b", "2", "\n"))
    table = read("x.csv", text)
    assert table.graph.places == (f"a{''.join(names)}", "b")
    assert table.graph.km.tolist() == [2]


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_blanks_round_a_field_are_no_part_of_it(read: Read, blank: str) -> None:
    table = read("x.csv", f"from,to,km\na{blank},b,1\na,{blank}c,2\n")
    assert table.graph.places == ("a", "b", "c")


@pytest.mark.parametrize(
    ("unit", "km"), [("km", 4), ("m", 0.004), ("mi", 4 * 1.609344), ("ft", 4 * 0.0003048)]
)
def test_a_column_of_another_unit_is_counted_in_it(tmp_path: Path, unit: str, km: float) -> None:
    (tmp_path / "x.csv").write_text("from,to,wide,span\na,b,7,4\n")
    columns = {"capacity": "wide", f"length_{unit}": "span"}
    table = read_table(tmp_path / "x.csv", Reading(columns=columns))
    assert directed(table) == {"a->b": [7, 0]}
    assert table.graph.km.tolist() == pytest.approx([km])


@pytest.mark.parametrize(("unit", "seconds"), [("s", 4), ("min", 240), ("h", 14_400)])
def test_a_column_of_times_is_counted_in_its_unit(tmp_path: Path, unit: str, seconds: int) -> None:
    (tmp_path / "x.csv").write_text("from,to,lasts\na,b,4\n")
    table = read_table(tmp_path / "x.csv", Reading(columns={f"time_{unit}": "lasts"}))
    assert table.graph.seconds.tolist() == [seconds]


@pytest.mark.parametrize(
    ("column", "cell", "km", "seconds"),
    [
        ("km", "3 mi", 3 * 1.609344, 290),  # at 60 km/h
        ("km", "3000 m", 3, 180),
        ("seconds", "4 min", 1, 240),
        ("seconds", "2 h", 1, 7200),
        ("speed_kmh", "30 km/h", 1, 120),
        ("speed_kmh", "30 mph", 1, round(3600 / (30 * 1.609344))),
    ],
)
def test_a_cell_may_state_its_unit(
    read: Read, column: str, cell: str, km: float, seconds: int
) -> None:
    length = ",km" if column == "speed_kmh" else ""
    head, row = f"from,to{length},{column}", f"a,b{length and ',1'},{cell}"
    table = read("x.csv", f"{head}\n{row}\n")
    assert table.graph.km.tolist() == pytest.approx([km])
    assert table.graph.seconds.tolist() == [seconds]


@pytest.mark.parametrize("cell", ["3 furlong", "3 min", "3 km/h"])
def test_a_unit_that_is_none_of_its_column_is_a_fault(errors: Errors, cell: str) -> None:
    said = f"km '{cell}' is not a number of at least 0"
    assert errors("x.csv", f"from,to,km\na,b,{cell}\n") == [(2, said)]


def test_marks_in_a_name_that_nobody_sees_are_left_out_and_said(read: Read) -> None:
    table = read("x.csv", "from,to,km\na\u200bb,c  d,1\n")
    assert table.graph.places == ("ab", "c d")
    assert "read without marks that nobody sees: 'ab'" in table.notes
    assert not any("'c d'" in note for note in table.notes)  # of blanks nothing is said


# --- DIMACS ---------------------------------------------------------------------------------


def test_nodes_without_arcs_are_places_unless_most_are(read: Read) -> None:
    arcs = "a 2 3 5\na 3 2 4\n"
    assert read("x.max", f"p max 4 2\n{arcs}").graph.places == ("1", "2", "3", "4")
    # of more nodes than arcs have ends some are alone at least: a count, not a list of places
    assert read("x.max", f"p max 5 2\n{arcs}").graph.places == ("2", "3")


def test_a_problem_says_how_large_it_is(errors: Errors) -> None:
    assert (0, "there is no line 'p max NODES ARCS'") in errors("x.max", "c nothing\n")
    assert errors("x.max", "p max 2 0\n") == [(0, "the file holds no roads")]
    assert errors("x.max", "p max 2 0\na 1 2 5\n") == [
        (0, "1 arcs, not 0 as the problem line says")
    ]


# --- GMNS -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "km", "speed"),
    [
        ("long_length,speed\nmile,mph", 1.609344, 1.609344),
        ("long_length,speed\nfeet,kph", 0.0003048, 1),
        ("long_length,speed\nmiles,kmh", 1.609344, 1),
        ("long_length\nmi", 1.609344, 1.609344),  # speeds in miles too, where lengths are
        ("long_length,speed\nkm,km/h", 1, 1),
        ("speed\nmph", 1, 1.609344),
        ("", 1, 1),
    ],
)
def test_units_of_gmns_are_those_of_its_config(
    tmp_path: Path, config: str, km: float, speed: float
) -> None:
    (tmp_path / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity\n"
        "x,1,2,true,3000,30,900\n"
    )
    if config:
        (tmp_path / "config.csv").write_text(config + "\n")
    table = read_table(tmp_path)
    assert directed(table) == {"x": [900, 0]}
    assert table.graph.km.tolist() == pytest.approx([3000 * km])
    assert table.graph.seconds.tolist() == [round(3000 * km / (30 * speed) * 3600)]
    told = "length is taken as km: no config.csv states its unit (long_length)" in table.notes
    assert told == ("long_length" not in config)
    assert not any("times lanes" in note for note in table.notes)


def test_a_lane_counts_as_many_times_as_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,capacity,lanes\n"
        "x,1,2,1,900,3\ny,2,3,1,800,\nz,3,4,1,,2\n"
    )
    table = read_table(tmp_path)
    assert directed(table) == {"x": [2700, 0], "y": [800, 0], "z": [UNLIMITED, 0]}
    assert "capacity is that of a lane: it counts times lanes" in table.notes


# --- Flee -----------------------------------------------------------------------------------


@pytest.fixture
def flee(tmp_path: Path) -> Callable[..., NetworkTable]:
    """``flee(closures="...", ...)``: the network of a folder of Flee with these files."""

    def make(**files: str) -> NetworkTable:
        told = {
            "routes": "#name1,name2,distance,forced_redirection\nA,B,100,0\nB,C,50,0\n",
            "locations": "#name,region,country\nA,r,X\nB,r,Y\nC,r,Y\n",
        }
        for name, text in (told | files).items():
            (tmp_path / f"{name}.csv").write_text(text)
        return read_table(tmp_path)

    return make


def test_files_of_flee_may_have_no_header(flee: Callable[..., NetworkTable]) -> None:
    table = flee(routes="A,B,100,2\nB,C,50,0\n")
    assert directed(table) == {"A->B": [UNLIMITED, 0], "B--C": [UNLIMITED, UNLIMITED]}
    assert table.graph.km.tolist() == [100, 50]
    odd = flee(routes="#name1,name2,distance,forced_redirection\nA,B,100,7\n")
    assert "taken as none: forced redirections '7'" in odd.notes


def test_a_file_of_flee_that_is_no_table_is_told(flee: Callable[..., NetworkTable]) -> None:
    with pytest.raises(ScenarioError) as raised:
        flee(locations="#name,region,country\nA,r,X\nB\n" + "C,r,Y,1,2,town,0,5,9,9\n")
    assert [d.line for d in raised.value.diagnostics] == [3, 4]
    assert "not read: conflicts.csv, which is no table" in flee(conflicts="#Day,A,A\n0,1,1\n").notes


def test_a_closure_that_closes_nothing_is_told_and_those_behind_it_hold(
    flee: Callable[..., NetworkTable],
) -> None:
    head = "#closure_type,name1,name2,closure_start,closure_end\n"
    rows = "link,A,C,1,2\nlink,B,A,,\ncamp,C,,-1,2\ncamp,C,,3,3\nlink,A,B,x,\nlink,B,C,1,0.5\n"
    table = flee(closures=head + rows)
    ab, bc = ("A", "B"), ("B", "C")
    assert [(c.roads, c.begin, c.end) for c in table.closures] == [
        ((ab,), 0, None), ((bc,), 3, None), ((bc,), 1, None),
    ]  # fmt: skip
    said = [note for note in table.notes if note.startswith("not read of closures.csv")]
    assert len(said) == 3


@pytest.mark.parametrize("count", [10, 11])
def test_places_in_conflict_are_told_as_far_as_ten(
    flee: Callable[..., NetworkTable], count: int
) -> None:
    names = [f"P{n}" for n in range(count)]
    table = flee(conflicts=f"#Day,{','.join(names)}\n0{',1' * count}\n1{',1' * count}\n")
    (said,) = (note for note in table.notes if note.startswith("conflicts.csv (2 days)"))
    assert "P9 from day 0" in said
    assert said.endswith(", ...") == (count > 10)


# --- the binary table -----------------------------------------------------------------------


def test_inhabitants_are_kept_in_a_binary_table(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("from,to,capacity\na,b,4\nb,c,4\n")
    (tmp_path / "nodes.csv").write_text("id,name,lat,lon,population\na,A,1,2,700\nb,B,1,3,\n")
    table = read_table(tmp_path / "x.csv", Reading(nodes=tmp_path / "nodes.csv"))
    write_binary(tmp_path / "x.npz", table)
    known = read_table(tmp_path / "x.npz").known
    assert (known["a"].population, known["b"].population) == (700, None)


def test_a_speed_counts_where_no_length_is_stated(read: Read) -> None:
    """A road without a length is 1 km long: at 30 km/h that takes two minutes."""
    for head, length in (("from,to,speed_kmh", ""), ("from,to,speed_kmh,km", ",")):
        found = read("speeds.csv", f"{head}\na,b,30{length}\n")
        assert (found.graph.km.tolist(), found.graph.seconds.tolist()) == ([1.0], [120])
