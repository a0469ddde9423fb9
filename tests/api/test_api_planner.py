"""Shares by a rule, seasons, lorries, costs and depots, in all that is done with a scenario."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.many.ensemble import rows_of

TEXT = """\
format: 1
title: A port, a depot and two towns
period: {length: 40 days}
network:
  classes:
    road: {speed: 40 km/h, capacity: 60 t/day, cost: 0.1}
    track: {speed: 20 km/h, capacity: 16 t/day, cost: 0.05}
  places:
    {port: {lat: 1, lon: 1}, hub: {lat: 1, lon: 2}, a: {lat: 2, lon: 3}, b: {lat: 0, lon: 3}}
  roads:
    port--hub: {km: 120, class: road}
    hub--a: {km: 90, class: track}
    hub--b: {km: 80, class: track}
axes:
  into:
    sources: {port: {supply: 50 t/day}}
    sinks: {hub: {demand: 0 t/day, stock: 60 t, target: 100 t, refill: 40 t/day}}
    fleet: {lorries: 3..5, load: 10 t/truck, hours: 10 h, loading: 1 h, unloading: 1 h}
    prefer: cost
  out:
    sources: {hub: {from_stock: true, floor: 10 t}}
    sinks: {a: {demand: 20 t/day, stock: 30 t}, b: {demand: 25 t/day, stock: 30 t}}
groups: {towns: {axes: out, share_out: equal}}
profiles: {rains: {factors: {10 days: 0.5, 30 days: 1}, capacity: track, speed: track}}
"""
MEASURES = ("axes.out.unmet", "axes.into.one_more_lorry_most", "axes.into.cost")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = sim.run(sim.load(TEXT)).write(tmp_path_factory.mktemp("p") / "r", figures=False)
    return folder


def test_a_run_tells_all_of_it_and_runs_again_to_the_same_bytes(run: Path, tmp_path: Path) -> None:
    found = json.loads((run / "summary.json").read_text("utf-8"))
    # the tracks carry 16 t/day each of the 20 and 25 that are needed, and 8 in the rains
    assert {row["place"] for row in found["unmet"]} == {"a", "b"}
    assert list(found["shares"]) == ["groups.towns"]
    assert list(found["fleets"]) == ["axes.into"]
    assert set(MEASURES) <= found["measures"].keys()
    again = sim.run(sim.load(run / "scenario.resolved.yaml")).write(tmp_path / "b", figures=False)
    for name in ("timeseries.csv", "events.csv", "flows.csv", "control.csv", "summary.json"):
        assert (again / name).read_bytes() == (run / name).read_bytes()


def test_it_is_reported_and_exported(run: Path, tmp_path: Path) -> None:
    page = sim.report(run, out=tmp_path / "page.html").read_text("utf-8")
    assert "only a run tells" in page  # what the page does not work out of shares and lorries
    sim.open_run(run).export(tmp_path / "run.geojson")
    assert len(json.loads((tmp_path / "run.geojson").read_text())["features"]) > 6


def test_many_runs_are_compared_and_studied(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(TEXT)
    few = sim.ensemble(sim.load(base), 3, out=tmp_path / "few", workers=1, figures=False)
    rows = list(rows_of(few))
    lorries = {r["drawn"]["axis:into:fleet:lorries"] for r in rows if "drawn" in r}
    assert len(lorries) == 3
    assert all(3 <= drawn <= 5 for drawn in lorries)
    more = sim.load(base, sets={"axes.into.fleet.lorries": "20"})
    many = sim.ensemble(more, 3, out=tmp_path / "many", workers=1, figures=False)
    both = sim.compare(few, many).write(tmp_path / "both", figures=False)
    assert all(path in (both / "differences.csv").read_text() for path in MEASURES)
    levels = {"as stated": {"set": {}}, "twenty": {"set": {"axes.into.fleet.lorries": 20}}}
    design = {"format": 1, "title": "t", "base": str(base), "grid": {"lorries": levels},
              "measures": list(MEASURES)}  # fmt: skip
    study = sim.study(design, 2, out=tmp_path / "study", workers=1, figures=False)
    assert all(path in (study.folder / "effects.csv").read_text() for path in MEASURES)
