"""What an ensemble tells of roads that may not be there: runs with them against runs without."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

import sim
from sim.cuts.ranking import Interval
from sim.scenario import dump_resolved

NETWORK: dict[str, Any] = {
    "classes": {"r": {"speed": "30 km/h", "capacity": "40..60 t/day"}},
    "places": {p: {"lat": i / 5, "lon": i % 2 / 5} for i, p in enumerate("stuv")},
    "roads": {
        "s--t": {"km": 10, "class": "r"},
        "s--u": {"km": 10, "class": "r", "capacity": "7 t/day", "exists": 0.5},
        "u--t": {"km": 10, "class": "r", "capacity": "7 t/day"},
        "u--v": {"km": 10, "class": "r", "exists": 0.5},
    },
}
CUT = {"close": "s--t", "at": "5 days"}


def scenario(**network: Any) -> dict[str, Any]:
    return {
        "format": 1, "id": "doubt", "title": "Doubt", "period": {"length": "10 days"},
        "actors": {"red": {}}, "default_holder": "red", "network": NETWORK | network,
        "axes": {"line": {
            "actor": "red", "sources": {"s": {}}, "sinks": {"t": {"demand": "30 t/day"}},
        }},
        "events": {"cut": CUT},
    }  # fmt: skip


def told(folder: Path) -> dict[tuple[str, str], Mapping[str, str]]:
    with (folder / "doubtful_roads.csv").open(encoding="utf-8", newline="") as file:
        return {(r["road"], r["measure"].rpartition(".")[2]): r for r in csv.DictReader(file)}


def test_the_difference_is_that_of_the_two_groups(tmp_path: Path) -> None:
    found = sim.ensemble(sim.load(scenario()), n=60, out=tmp_path / "e", workers=1, figures=False)
    rows, columns = told(tmp_path / "e"), found.measured.columns
    exists = columns["roads.s--u.exists"] == 1
    assert 15 < exists.sum() < 45  # five standard deviations of 60 throws of a coin
    # after the cut all goes over u: 7 t/day with the road, none without, in each run
    end = rows["s--u", "capacity_end"]
    found_there = [float(end[k]) for k in ("with", "without", "difference", "low", "high")]
    assert found_there == [7, 0, 7, 7, 7]
    assert (end["verdict"], end["unit"]) == ("higher", "t/day")
    cut = rows["s--u", "time_of_first_cut"]
    assert (cut["what"], cut["with"], cut["without"]) == ("chance that it came", "0.0", "1.0")
    assert cut["verdict"] == "lower"
    # the mean by Welch's test, as scipy has it
    mean, both = rows["s--u", "capacity_mean"], columns["axes.line.capacity_mean"]
    interval = stats.ttest_ind(both[exists], both[~exists], equal_var=False).confidence_interval()
    assert float(mean["low"]) == pytest.approx(interval.low)
    assert float(mean["high"]) == pytest.approx(interval.high)
    # nothing hangs on a road that leads nowhere
    assert rows["u--v", "capacity_end"]["verdict"] == "no difference found"
    table = found.table("doubtful_roads")
    assert len(table) == len(rows) == 14
    assert len(found.summary["doubtful_roads"]) == 14


def test_with_few_runs_it_says_so(tmp_path: Path) -> None:
    sim.ensemble(sim.load(scenario()), n=8, out=tmp_path / "e", workers=1, figures=False)
    for row in told(tmp_path / "e").values():
        assert min(int(row["runs_with"]), int(row["runs_without"])) < 5
        assert (row["verdict"], row["difference"]) == ("not enough runs", "")


def test_where_all_roads_are_there_nothing_is_said(tmp_path: Path) -> None:
    roads = {name: {k: v for k, v in road.items() if k != "exists"}
             for name, road in NETWORK["roads"].items()}  # fmt: skip
    found = sim.ensemble(
        sim.load(scenario(roads=roads)), n=2, out=tmp_path / "e", workers=1, figures=False
    )
    assert not (tmp_path / "e" / "doubtful_roads.csv").exists()
    assert "doubtful_roads" not in found.summary


def test_a_pool_and_another_order_in_the_file_give_the_same(tmp_path: Path) -> None:
    turned = dict(reversed(NETWORK["roads"].items()))
    for name, roads, workers in (("a", NETWORK["roads"], 1), ("b", turned, 1), ("c", turned, 2)):
        sim.ensemble(
            sim.load(scenario(roads=roads)), n=20, out=tmp_path / name, workers=workers,
            figures=False,
        )  # fmt: skip
    for file in ("replicates.csv", "doubtful_roads.csv", "summary.json"):
        first = (tmp_path / "a" / file).read_bytes()
        assert first == (tmp_path / "b" / file).read_bytes() == (tmp_path / "c" / file).read_bytes()


def test_cuts_and_ranks_say_how_many_there_are_and_draw_them() -> None:
    given = sim.load(scenario())
    ranking = sim.rank(given, draws=40).document()
    absent = [road for road in ("s--u", "u--v") if not there(given, road)]
    assert ranking["doubtful_roads"] == {"roads": ["s--u", "u--v"], "absent": absent}
    # s--t alone costs its 40 to 60 t/day whatever else is there
    (row,) = [row for row in ranking["rank"] if row["name"] == "s--t"]
    low, middle, high = row["loss_interval"]
    assert 40_000 <= low < middle < high <= 60_000


def test_what_the_first_draw_lacks_is_ranked_where_others_have_it() -> None:
    given = sim.load(scenario())
    found = sim.rank(given, targets="roads", draws=40, seed=3)
    assert "s--u" in found.document()["doubtful_roads"]["absent"]
    rows = {row.name: row for row in found.rows}
    # without s--u the way over u carries nothing, with it 7 t/day, less than s--t in each draw; so
    # it is in half of the draws. What leads to v never costs anything
    assert [*rows] == ["s--t", "s--u", "u--t"]
    for road in ("s--u", "u--t"):
        assert (rows[road].loss, rows[road].interval) == (0, Interval((2, 2, 2), (0, 0, 7_000)))
    for top, count in ((1, 1), (2, 3)):
        assert len(sim.rank(given, targets="roads", draws=40, seed=3, top=top).rows) == count


def there(given: sim.Scenario, road: str) -> bool:
    return bool(sim.run(given).analysis.measures[f"roads.{road}.exists"].value)


def test_a_sensitivity_sets_what_is_there(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(dump_resolved(sim.load(scenario())), encoding="utf-8")
    design = f"""\
format: 1
base: {base.name}
measures: [axes.line.capacity_end]
sensitivity: {{method: morris, trajectories: 4}}
"""
    (tmp_path / "design.yaml").write_text(design, encoding="utf-8")
    study = sim.study(tmp_path / "design.yaml", out=tmp_path / "s", workers=1, figures=False)
    found = {row[3]: row for row in study.table("indices").rows}
    # 7 t/day over u hang on the one road: its effect is 7 wherever the grid steps over 0.5
    assert found["network.roads.s--u.exists"][4] > 0
    assert found["network.roads.u--v.exists"][4] == 0
    assert not (tmp_path / "s" / "samples" / "doubtful_roads.csv").exists()
