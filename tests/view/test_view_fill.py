"""What the figures of a run are filled with, from runs small enough to know the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.api.drawing import weakness_of
from sim.api.networks import Network
from sim.base.errors import BadInputError
from sim.measure.summary import Analysis
from sim.scenario.model import Scenario
from sim.view.cut_data import CutMapData, FrontierData
from sim.view.figures import figures
from sim.view.fill_cuts import cuts_of_run, map_of_case
from sim.view.map.figure import Maps
from sim.view.saving import Nothing

DAY = 86_400
Make = Callable[..., Scenario]


@pytest.fixture(scope="module")
def run(make: Make) -> sim.Run:
    """A line a - b - c beside a way a - d - c of 50 kg/day; blue takes b on day 5.

    green is blue's friend and has an axis; grey only holds e and f.
    """
    return sim.run(
        make(
            "a-b:36 b-c:36 a-d:36 d-c:36/50 e-f:36",
            axes={
                "line": {"sources": "a", "sinks": {"c": {"demand": 50}}},
                "other": {"sources": "e", "sinks": {"f": {}}, "actor": "green"},
            },
            events={"fall": {"kind": "capture", "places": "b", "by": "blue", "at": 5 * DAY}},
            actors={"green": {"friends": "blue"}, "grey": {}},
            held={"e": "grey", "f": "grey"},
        )
    )


def test_fronts_are_between_those_who_take_part_and_are_no_friends(run: sim.Run) -> None:
    maps = Maps(run.analysis)
    data = maps.map("line", maps.turning_points("line")[0])
    pairs = {tuple(sorted(pair)) for pair in data.opposed}
    assert pairs == {("blue", "red"), ("green", "red")}  # grey has no axis and takes nothing


def test_roads_of_a_map_carry_the_plan_of_the_axis(run: sim.Run) -> None:
    # without b what is left is 50 kg/day by d, from a; whichever end of a road is named first
    maps = Maps(run.analysis)
    before, after, *_ = (maps.map("line", view) for view in maps.turning_points("line"))
    ways = [((r.a, r.b) if r.flow > 0 else (r.b, r.a), abs(r.flow)) for r in after.roads if r.flow]
    assert dict(ways) == {("a", "d"): 50, ("d", "c"): 50}
    capacity = maps.turning_points("line")[0].capacity
    assert sum(abs(r.flow) for r in before.roads if "a" in (r.a, r.b)) == capacity


def test_what_a_force_took_is_no_event_to_frame(make: Make) -> None:
    # blue's force takes b, which is credited with the loss of the axis
    taken = sim.run(
        make(
            "a-b:36 b-c:36 b-x:10",
            axes={"line": {"sources": "a", "sinks": {"c": {"demand": 50}}}},
            held={"x": "blue"},
            operations={"op": {"actor": "blue", "route": "x b"}},
        )
    )
    assert {row.event for row in taken.record.credits} == {"op"}
    maps = Maps(taken.analysis)
    assert set(maps.map("line", maps.turning_points("line")[-1]).focus) == {"a", "b", "c"}


def test_a_frame_shows_the_road_that_is_not_there_in_this_run(two_ways: str) -> None:
    """The hill is on no route of this run, for the road to it is not there."""
    scenario = sim.load(two_ways)
    absent = scenario.with_({"network.roads.hill--port.exists": 0.001})
    sure = scenario.with_({"network.roads.hill--port.closed": True})
    shown = [Maps(sim.run(s).analysis).at("line", 0).focus for s in (absent, sure)]
    assert shown == [("gate", "hill", "port", "town"), ("gate", "port", "town")]


def test_a_map_for_every_change_that_a_frame_shows(run: sim.Run) -> None:
    maps = Maps(run.analysis)
    found = maps.every_change("line", [0, DAY, 6 * DAY, 10 * DAY])
    assert [time for time, _ in found] == [0, 5 * DAY]
    holders = [{p.id: p.holders for p in data.places}["b"][0][0] for _, data in found]
    assert holders == ["red", "blue"]
    assert [m for m, _ in maps.every_change("line", [0, DAY])] == [0]


def weak_spots(analysis: Analysis, time: int) -> tuple[CutMapData, FrontierData]:
    """The data of the cut map and of the frontier of the line at an instant."""
    weak = weakness_of(analysis, "line", time)
    assert weak is not None
    return cuts_of_run(Maps(analysis), "line", time, weak)


def test_the_cut_map_of_a_run(run: sim.Run) -> None:
    cut_map, frontier = weak_spots(run.analysis, 0)
    # 1,000 by b over either road and 50 over d - c alone: two minimum cuts of two roads
    assert cut_map.shares == {"a-b": 0.5, "b-c": 0.5, "d-c": 1.0}
    assert cut_map.ranking.rows[0].name == "b"
    assert cut_map.ranking.rows[0].loss == 1.0  # t/day
    assert [a.left for a in frontier.exact[:3]] == [1.05, 0.05, 0.0]
    assert [own.removed for own in frontier.captures] == [("B",)]
    after, _ = weak_spots(run.analysis, 6 * DAY)
    assert after.shares == {"d-c": 1.0}
    title = "line: 1 minimum cut holds 0.05 t/day; the loss of D alone stops it"
    assert after.map.page.title == title


def test_there_is_no_cut_map_of_what_carries_nothing(make: Make) -> None:
    done = sim.run(make("a-b:36!", axes={"line": {"sources": "a", "sinks": {"b": {"demand": 5}}}}))
    assert weakness_of(done.analysis, "line", 0) is None
    made = {name: draw() for name, draw in figures(done.analysis, lambda: None)}
    nothing = Nothing("nothing that can be cut flows at the start")
    assert made["cut_map_line"] == made["frontier_line"] == nothing
    assert isinstance(made["axis_line"], tuple)


def test_every_figure_of_a_run_has_its_own_name_and_numbers(run: sim.Run) -> None:
    weak = weakness_of(run.analysis, "line", 0)
    found = [
        (name, drawn)
        for name, draw in figures(run.analysis, lambda: weak)
        if isinstance(drawn := draw(), tuple)
    ]
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    assert {"map_00_day_000", "cut_map_line", "frontier_line", "axis_line"} <= set(names)
    for _, (_, table) in found:
        rows = list(table.rows)
        assert rows
        assert {len(row) for row in rows} == {len(table.columns)}


def geojson(folder: Path, *, capacity: Sequence[object] = (2, 2.5)) -> str:
    import json

    at = {"a": [0.0, 0.0], "b": [0.1, 0.1], "c": [0.2, 0.0]}
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"from": a, "to": b, "capacity": kg},
            "geometry": {"type": "LineString", "coordinates": [at[a], at[b]]},
        }
        for a, b, kg in zip("ab", "bc", capacity, strict=True)
    ]
    path = folder / "net.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def test_the_map_of_a_file_is_in_the_unit_of_the_file(tmp_path: Path) -> None:
    case = Network.from_file(geojson(tmp_path)).between("a", "c").case
    data = map_of_case(case)
    assert data.unit == ""
    assert [road.capacity for road in data.roads] == [2000, 2500]  # thousandths
    assert {p.id: (p.lat, p.lon, p.role) for p in data.places} == {
        "a": (0.0, 0.0, "source"), "b": (0.1, 0.1, None), "c": (0.0, 0.2, "sink"),
    }  # fmt: skip
    assert case.said("b") == "b"


def test_the_map_of_a_file_needs_coordinates_and_few_roads(tmp_path: Path) -> None:
    case = Network.from_file(geojson(tmp_path)).between("a", "c").case
    with pytest.raises(BadInputError, match="needs coordinates"):
        map_of_case(replace(case, coordinates=None))
    with pytest.raises(BadInputError, match="needs coordinates"):
        map_of_case(replace(case, coordinates=np.full((3, 2), np.nan)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.cuts.case.MANY_ROADS", 1)
        with pytest.raises(BadInputError, match="a map of 2 roads shows nothing"):
            map_of_case(case)
