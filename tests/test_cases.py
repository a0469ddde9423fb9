"""Small inputs that once gave a wrong answer (tests/data/cases), each with its right one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.tables.headline import findings
from sim.view.charts.axis import axis_data
from sim.view.words import Words

CASES = Path(__file__).parent / "data" / "cases" / "supply"

NETWORKS = Path(__file__).parent / "data" / "cases" / "networks"


def ran(name: str, **changes: Any) -> api.Run:
    return api.run(api.load(CASES / f"{name}.yaml").with_(**changes))


def value(run: api.Run, measure: str) -> Any:
    return run.summary["measures"][measure]["value"]


def test_a_place_is_raided_until_the_later_of_two_raids_ends() -> None:
    # 20 t/day but for days 5 to 9 of 20: 20 * 16 / 20
    assert value(ran("raid_overlap"), "axes.line.capacity_mean") == 16


def test_a_capture_has_no_end_though_a_raid_was_there_first() -> None:
    run = ran("raid_then_capture")
    assert value(run, "axes.line.capacity_end") == 0
    assert value(run, "actors.blue.places_end") == 1


def test_how_often_stocks_are_written_down_decides_no_battle() -> None:
    said = set()
    for sample in ("40 days", "1 day", "1 h", "10 min"):
        run = ran("sample_decides_battles", sample=sample)
        said.add(json.dumps(run.summary, sort_keys=True))
        assert sum(move.persons for move in run.record.moves if move.reserve) == 858
        assert run.record.fallen == {"a0": 429}
        days = [e.time / 86_400 for e in run.record.events if e.kind == "taken"]
        assert days == [pytest.approx(10.365394, abs=1e-6)]
    assert len(said) == 1


@pytest.mark.parametrize(
    ("changes", "food", "fuel", "told"),
    [
        ({}, 80, 20, ["fuel"]),  # equal priority: actor `me` before `them`
        ({"axes.food.priority": 2}, 20, 80, []),
    ],
)
def test_two_friends_do_not_overfill_one_road(
    changes: dict[str, Any], food: int, fuel: int, told: list[str]
) -> None:
    run = ran("two_friends_one_road", **changes)
    first = {r.subject: r.value for r in reversed(run.record.series) if r.time == 0
             and r.measure == "planned_kg_per_day"}  # fmt: skip
    assert first == {"axis:food": food * 1000, "axis:fuel": fuel * 1000}
    assert max(row.kg_per_day for row in run.record.loads) == 100_000
    assert [e.subject for e in run.record.events if e.kind == "order_of_ids"] == told


def test_two_friends_who_share_out_equally_get_half_each() -> None:
    both = {"axes": ["food", "fuel"], "share_out": "equal"}
    run = ran("two_friends_one_road", groups={"both": both})
    first = {r.subject: r.value for r in reversed(run.record.series) if r.time == 0
             and r.measure == "planned_kg_per_day"}  # fmt: skip
    assert first == {"axis:food": 50_000, "axis:fuel": 50_000}
    assert max(row.kg_per_day for row in run.record.loads) == 100_000
    assert not [e for e in run.record.events if e.kind == "order_of_ids"]
    (level,) = run.summary["shares"]["groups.both"][0]["levels"]
    assert (level["level"], level["bound"], level["gap"]) == (0.625, 0.625, 0)
    for axis in ("food", "fuel"):
        assert value(run, f"axes.{axis}.sinks.town.served_share_mean") == 0.625


def test_a_loss_that_heals_is_credited_for_its_time() -> None:
    run = ran("loss_that_heals")
    # 120 t/day at the start; the straight road bears 100 of them and is closed for 20 days
    assert value(run, "events.big.capacity_change.a") == -100
    assert value(run, "events.big.capacity_change_days.a") == 20
    assert value(run, "events.big.capacity_change_total.a") == -2_000
    # the other way bears 20, and is closed from the 10th to the 12th
    assert value(run, "events.small.capacity_change_total.a") == -40


def test_an_axis_that_was_not_open_at_the_start_is_drawn(tmp_path: Path) -> None:
    run = ran("closed_at_start")
    assert value(run, "axes.line.capacity_start") == 0
    assert value(run, "axes.line.capacity_end") == 20  # red takes the gate, on day 3
    folder = run.write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["figures"] == "done"
    said = "line was not open at the start, ends with 20 t/day"
    for of, at in (("map", "9 days"), ("axis", None)):
        texts = [text.get_text() for text in run.plot(of, at=at).texts]
        assert any(text.startswith(said) for text in texts), texts
    page = api.report(folder).read_text("utf-8")
    assert "was not open at the start, ends with 20 t/day" in page


def told(name: str) -> list[str]:
    """What a terminal says of the axes of a run, and the title of its chart of the main axis."""
    run = ran(name)
    title = axis_data(Words(run.analysis), run.scenario.main_axis or "").page.title
    return [*findings(run.summary), title]


def test_a_loss_that_heals_is_told_with_its_least_and_how_long() -> None:
    # 50 t/day are needed on 60 days; the roads carry less from 20 April to 10 May alone. 100 t were
    # in stock, 237 convoys of 10 t came, 0.417 t are left: 3,000 - 2,469.583 t were not there
    first, second, title = told("loss_that_heals")
    path = "falls to 20 t/day from 20 April to 10 May 2020, then back to 120"
    assert first == f"a {path}; bound by roads for 20 days and by need for 40 days"
    assert second.startswith("a: of 3,000 t needed at its sinks 530 t (18 %) was not there, over ")
    assert title.startswith(f"a {path}")
    assert "keeps" not in title


def test_an_axis_that_was_closed_at_the_start_is_said_to_have_been() -> None:
    # blue holds the gate for 3 of 9 days; 8 t/day are needed, 72 t in all. From day 3 on they come,
    # a convoy of 20 t is full after 2.5 days and 20 km are 0.4 h: day 5.52, 44.1 t too late
    first, second, title = told("closed_at_start")
    said = "line was not open at the start, ends with 20 t/day"
    assert first == f"{said}; bound by roads for 3 days and by need for 6 days"
    assert second == "line: of 72 t needed at its sinks 44 t (61 %) was not there, over 5.52 days"
    assert title.startswith(said)


A, B = "36.0000000 37.0000000", "36.0000000 37.1000000"
"""What GeoJSON places without names are called: by their coordinates."""


def network(name: str, **how: Any) -> api.Network:
    return api.Network.from_file(NETWORKS / name, **how)


@pytest.mark.parametrize(
    ("name", "begin", "end", "flow", "note"),
    [
        # 2 by 4; node 2 lies below FIRST THRU NODE 4, nothing passes through it
        ("tntp_first_thru_node.tntp", "1", "3", 2, "3 nodes below <FIRST THRU NODE> 4"),
        ("geojson_capacity_case.geojson", "a", "c", 3, None),
        ("graphml_key_default.graphml", "p", "r", 5, None),  # <default> of the key
        ("graphml_directed_1.graphml", "q", "p", 0, None),
        ("graphml_hyperedge.graphml", "p", "r", 0, "not read: a hyperedge (line 4)"),
        # u, v, key and reversed: the second line is the way back, not 5 more
        ("geojson_osmnx_both_ways.geojson", "1", "3", 5, None),
        ("geojson_oneway_minus1.geojson", "b", "a", 5, None),
        ("geojson_oneway_minus1.geojson", "a", "b", 0, None),
        ("geojson_null_geometry.geojson", "a", "b", 5, "skipped: a feature without geometry"),
        ("geojson_id_twice.geojson", "a", "c", 3, "numbered: a road with the id of another"),
        ("geojson_joins_in_the_middle.geojson", A, "36.2000000 37.1000000", 40, f"1 place ({B})"),
        ("geojson_gap_2cm.geojson", A, "36.0000000 37.2000000", 3, "within 1 m of each other"),
        ("csv_nbsp_lf.csv", "Raqqa", "Maskanah", 4, None),
        ("csv_nbsp_crlf.csv", "Raqqa", "Maskanah", 4, None),
        ("csv_loop.csv", "a", "b", 4, "skipped: a road from a place to itself (line 2)"),
        ("csv_space_before_quote.csv", "a", "b", 5, None),
    ],
)
def test_a_network_file_has_its_right_flow(
    name: str, begin: str, end: str, flow: int, note: str | None
) -> None:
    net = network(name)
    assert net.max_flow(begin, end).value == flow
    assert note is None or any(note in said for said in net.notes), net.notes


@pytest.mark.parametrize("name", ["geojson_joins_in_the_middle", "geojson_gap_2cm"])
def test_lines_that_are_not_joined_are_told(name: str) -> None:
    # 36.0000000 37.1 is where the one ends on the other, or begins 2 cm beside its end
    (note,) = (n for n in network(f"{name}.geojson", snap=0).notes if n.startswith("not joined"))
    assert "36.0000000 37.1000" in note


def test_roads_without_a_capacity_are_cut_by_count() -> None:
    net = network("csv_no_capacity.csv")
    assert "no road states a capacity" in net.notes[0]
    assert "--capacity-by class=FILE" in net.notes[0]
    found = net.interdict("s", "t", 2).document()
    # one way is left after one loss; s -> t and one of s -> a, a -> t leave none
    assert [row["flow"] for row in found["frontier"]] == [None, None, 0]
    assert all(row["proven"] for row in found["frontier"])
    assert {frozenset(s) for s in found["optimal_sets"]["sets"]} == {
        frozenset({"s->a", "s->t"}), frozenset({"a->t", "s->t"}),
    }  # fmt: skip
    slow = net.between("s", "t").slow_down(2, targets="roads").document()
    # at 60 km/h: 2 km by a, then the 9 km of s -> t
    assert [row["hours"] for row in slow["frontier"]] == [pytest.approx(2 / 60, abs=1e-6), 0.15,
                                                          None]  # fmt: skip
    ranked = net.rank("s", "t").document()
    # two routes share no road; each loss takes one of them, a's a detour of 7 km too
    assert (ranked["max_flow"], ranked["unit"]) == (2, "roads")
    late = {row["name"]: (row["loss"], row["delay_hours"]) for row in ranked["rank"]}
    assert late == {"a": (1, 0.117), "s->a": (1, 0.117), "a->t": (1, 0.117), "s->t": (1, 0)}


def test_a_column_that_may_be_the_capacity_is_named() -> None:
    net = network("csv_capacity_other_name.csv")
    assert "not read: capacity_tpd (--column capacity=capacity_tpd reads it)" in net.notes[1]
    assert net.max_flow("a", "c").value is None
    read = network("csv_capacity_other_name.csv", columns={"capacity": "capacity_tpd"})
    assert read.max_flow("a", "c").value == 4


def test_separators_of_thousands_have_their_own_hint() -> None:
    with pytest.raises(api.ScenarioError, match="no separators of thousands"):
        network("csv_thousands.csv")


@pytest.mark.parametrize("two_way", [True, False])
def test_ways_of_unequal_capacity_stay_apart_on_import(tmp_path: Path, two_way: bool) -> None:
    out = network("csv_two_way_doubles.csv").write(tmp_path / "p.yaml", two_way=two_way)
    made = api.Network.from_file(out)
    assert (len(made.roads.graph.roads), made.unit) == (2, "kg/day")
    assert made.max_flow("a", "c").value == 10_000
    assert made.max_flow("c", "a").value == 8_000


def test_an_import_says_how_many_roads_it_wrote(tmp_path: Path) -> None:
    written = network("csv_import_count.csv").written(tmp_path / "c.yaml")
    assert (written.places, written.roads) == (2, 1)
    assert written.said() == [f"{written.path}: 2 places, 1 road"]
