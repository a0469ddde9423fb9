"""OpenStreetMap extracts: what becomes a road, a junction, a bridge, a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from pathlib import Path

import pytest

from sim.base.diagnostics import ScenarioError
from sim.base.errors import BadInputError
from sim.base.globe import metres
from sim.network.readers import Reading, read_capacities, read_table
from sim.network.readers.options import ByClass
from sim.network.readers.osm import kept_classes

pytest.importorskip("osmium")

Way = tuple[int, tuple[int, ...], dict[str, str]]
Place = tuple[float, float, dict[str, str]]

NODES = {
    1: (36.0, 37.0), 2: (36.0, 37.1), 3: (36.0, 37.2), 4: (36.0, 37.21), 5: (36.0, 37.3),
    6: (36.1, 37.1), 7: (36.1, 37.3), 8: (36.2, 37.3), 9: (35.9, 37.1),
}  # fmt: skip
"""Latitude and longitude by node."""

WAYS: list[Way] = [
    # 1 - 2 - 3, a bridge 3 - 4, then 4 - 5: one road but for the bridge and the junction 2
    (10, (1, 2, 3), {"highway": "primary", "lanes": "2"}),
    (
        11,
        (3, 4),
        {"highway": "primary", "bridge": "yes", "bridge:name": "Old Bridge", "lanes": "2"},
    ),
    (12, (4, 5), {"highway": "primary", "lanes": "2"}),
    (13, (6, 2), {"highway": "tertiary", "oneway": "-1"}),  # one-way from 2 to 6
    (14, (6, 7), {"highway": "motorway"}),  # one-way by its kind
    (15, (7, 5), {"highway": "motorway_link"}),  # two ways unless told
    (16, (7, 8), {"highway": "residential"}),  # not kept
    (17, (2, 9), {"highway": "tertiary", "access": "no"}),
]

PLACES: list[Place] = [
    (36.0005, 37.0, {"place": "town", "name": "حلب", "name:en": "Aleppo", "population": "2,000"}),
    (36.001, 37.001, {"place": "hamlet", "name": "Small"}),  # 36.0, 37.0 is Aleppo's
    (36.0, 37.25, {"place": "village", "name": "Far"}),  # 4.5 km from any node
]


def extract(
    folder: Path,
    nodes: Mapping[int, tuple[float, float]] = NODES,
    ways: Sequence[Way] = WAYS,
    places: Sequence[Place] = PLACES,
) -> Path:
    """The extract as XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in
              nodes.items()]  # fmt: skip
    for number, (lat, lon, tags) in enumerate(places, start=101):
        lines += [
            f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">',
            *_tags(tags),
            "</node>",
        ]
    for number, along, tags in ways:
        refs = [f'<nd ref="{node}"/>' for node in along]
        lines += [f'<way id="{number}" version="1">', *refs, *_tags(tags), "</way>"]
    path = folder / "north.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags: dict[str, str]) -> list[str]:
    return [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]


def test_ways_become_roads_between_junctions_places_and_bridges(tmp_path: Path) -> None:
    table = read_table(extract(tmp_path))
    # 3 and 4 are junctions only to the bridge, and stay as its ends; 7 joins two kinds of road
    ends = {
        road: (table.graph.places[a], table.graph.places[b], bool(two))
        for road, a, b, two in zip(table.graph.roads, table.graph.a, table.graph.b, table.two_way,
                                   strict=True)
    }  # fmt: skip
    found = {frozenset((a, b)) if two else (a, b) for a, b, two in ends.values()}
    assert found == {
        *map(frozenset, [
            ("2", "Aleppo"), ("2", "3"), ("3", "bridge 11"), ("4", "bridge 11"), ("4", "5"),
            ("5", "7"),
        ]),
        ("2", "6"), ("6", "7"),
    }  # fmt: skip
    assert len(ends) == len(found)
    assert table.known["Aleppo"].population == 2000
    assert table.known["bridge 11"].kind == "bridge"
    assert table.known["bridge 11"].name == "Old Bridge"
    assert table.known["2"].kind == "crossroads"
    whole = metres([(37.2, 36.0), (37.21, 36.0)]) / 1000
    halves = [km for road, km in zip(table.graph.roads, table.graph.km, strict=True)
              if "bridge" in road]  # fmt: skip
    assert halves == pytest.approx([whole / 2, whole / 2])
    said = " ".join(table.notes)
    assert "nobody may use (access=no) (line 17)" in said
    assert "smaller places at the junction of another" in said
    assert "farther than 2 km from a road" in said


def test_short_bridges_are_roads_and_lanes_have_capacities(tmp_path: Path) -> None:
    (tmp_path / "lanes.csv").write_text("lanes,capacity,speed\n2,40,80\n*,10,\n")
    by = {"lanes": read_capacities(tmp_path / "lanes.csv")}
    table = read_table(extract(tmp_path), Reading(capacity_by=by, bridges=1000))
    # the bridge is 900 m long: 2 - 3 - 4 - 5 are one road of two lanes now
    assert "2--5" in table.graph.roads or "5--2" in table.graph.roads
    at = next(r for r, road in enumerate(table.graph.roads) if set(road.split("--")) == {"2", "5"})
    assert table.roads[at].tolist() == [40, 40]
    km = metres([(37.1, 36.0), (37.3, 36.0)]) / 1000
    assert table.graph.km[at] == pytest.approx(km)
    assert table.graph.seconds[at] == round(km / 80 * 3600)


@pytest.mark.parametrize(
    ("rows", "where", "said"),
    [
        ("", ":", "states no class"),
        ("a\n", ":2:1:", "1 fields, not two or three"),
        ("a,1,2,3\n", ":2:1:", "4 fields, not two or three"),
        ("\na,1_000\n", ":3:1:", "'1_000' is no capacity and speed"),
        ("a,inf\n", ":2:1:", "'inf' is no capacity and speed"),
        ("a,-1\n", ":2:1:", "'-1' is no capacity and speed"),
        ("a,5,0\n", ":2:1:", "'5, 0' is no capacity and speed"),
        ("a,5,x\n", ":2:1:", "'5, x' is no capacity and speed"),
    ],
)
def test_capacities_of_classes_that_cannot_be_used_are_refused(
    tmp_path: Path, rows: str, where: str, said: str
) -> None:
    file = tmp_path / "by.csv"
    file.write_text("class,capacity,speed\n" + rows)
    with pytest.raises(ScenarioError) as caught:
        read_capacities(file)
    assert f"{file}{where} error: {said}" in str(caught.value)


def test_a_class_may_carry_nothing_and_state_no_speed(tmp_path: Path) -> None:
    (tmp_path / "by.csv").write_text("class,capacity\nTrack , 0\nb,5.5,\n")
    found = read_capacities(tmp_path / "by.csv")
    assert found == {"track": ByClass("0"), "b": ByClass("5.5")}


BENT = {1: (36.0, 37.0), 2: (36.02, 37.1), 3: (36.0, 37.2), 4: (36.03, 37.25), 5: (36.0, 37.4)}
"""Five nodes along a road that is nowhere straight."""


def drawn(nodes: Sequence[int]) -> float:
    """Length (km) along some of them."""
    return metres([BENT[node][::-1] for node in nodes]) / 1000


@pytest.mark.parametrize(
    ("first", "second"), list(product([(1, 2, 3), (3, 2, 1)], [(3, 4, 5), (5, 4, 3)]))
)
def test_parts_of_a_road_are_joined_whichever_way_each_is_drawn(
    tmp_path: Path, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    ways: list[Way] = [(10, first, {"highway": "trunk"}), (11, second, {"highway": "trunk"})]
    table = read_table(extract(tmp_path, BENT, ways, []))
    assert set(table.graph.places) == {"1", "5"}
    assert table.graph.km.tolist() == pytest.approx([drawn((1, 2, 3, 4, 5))])
    assert table.classes == ("trunk",)
    # one-way parts are joined only where one leads on from the other
    for _, _, tags in ways:
        tags["oneway"] = "yes"
    table = read_table(extract(tmp_path, BENT, ways, []))
    onward = (first, second) in [((1, 2, 3), (3, 4, 5)), ((3, 2, 1), (5, 4, 3))]
    assert len(table.graph.roads) == (1 if onward else 2)
    assert table.graph.km.sum() == pytest.approx(drawn((1, 2, 3, 4, 5)))


def test_parts_of_a_bridge_are_bridges_half_way_along_each(tmp_path: Path) -> None:
    # a road meets the bridge at 4, which parts it: 1 - 2 - 3 - 4, of three unequal steps, and 4 - 5
    ways: list[Way] = [
        (11, (1, 2, 3, 4, 5), {"highway": "primary", "bridge": "yes"}),
        (12, (4, 6), {"highway": "primary"}),
    ]
    table = read_table(extract(tmp_path, BENT | {6: (36.2, 37.25)}, ways, []))
    assert set(table.graph.places) == {"1", "4", "5", "6", "bridge 11", "bridge 11-2"}
    whole = {"bridge 11": (1, 2, 3, 4), "bridge 11-2": (4, 5)}
    assert table.coordinates is not None
    for name, nodes in whole.items():
        ends = [k for k, road in enumerate(table.graph.roads) if name in road.split("--")]
        assert table.graph.km[ends].tolist() == pytest.approx([drawn(nodes) / 2] * 2)
        lat, lon = table.coordinates[table.graph.places.index(name)].tolist()
        # it lies on one of the steps, half of the way along all
        gone = [
            drawn(nodes[: k + 1]) + metres([BENT[a][::-1], (lon, lat)]) / 1000
            for k, (a, b) in enumerate(pairwise(nodes))
            if min(BENT[a][1], BENT[b][1]) <= lon <= max(BENT[a][1], BENT[b][1])
        ]
        assert gone == pytest.approx([drawn(nodes) / 2], rel=1e-4)


def test_a_town_at_a_junction_amid_a_way_parts_it(tmp_path: Path) -> None:
    ways: list[Way] = [
        (10, (1, 2, 3), {"highway": "trunk"}),
        (11, (2, 4), {"highway": "primary"}),
    ]
    town: list[Place] = [(*BENT[2], {"place": "town", "name": "Midway"})]
    table = read_table(extract(tmp_path, BENT, ways, town))
    assert set(table.graph.roads) == {"1--Midway", "Midway--3", "Midway--4"}
    assert table.graph.km.sum() == pytest.approx(drawn((1, 2, 3)) + drawn((2, 4)))


def test_classes_are_a_range_or_a_list() -> None:
    assert kept_classes("motorway..primary") == {"motorway", "trunk", "primary"}
    assert kept_classes("tertiary, service") == {"tertiary", "service"}
    with pytest.raises(BadInputError, match="did you mean 'primary'"):
        kept_classes("primery")


def test_a_file_that_is_no_extract(tmp_path: Path) -> None:
    (tmp_path / "x.osm.pbf").write_bytes(b"nothing")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_table(tmp_path / "x.osm.pbf")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_table(tmp_path / "none.osm")
