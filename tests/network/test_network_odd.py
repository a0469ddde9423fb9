"""Network files that are odd in a small way: what a reader makes of them, or says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.base.diagnostics import ScenarioError
from sim.network.readers import NetworkTable, read_table

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
    table = read("x.graphml", graphml(NODES + edge("a", "b", true) + edge("b", "c", false)))
    assert directed(table) == {"a->b": [5, 0], "b--c": [4, 4]}


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


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_blanks_round_a_field_are_no_part_of_it(read: Read, blank: str) -> None:
    table = read("x.csv", f"from,to,km\na{blank},b,1\na,{blank}c,2\n")
    assert table.graph.places == ("a", "b", "c")
