"""What a file has: listed by kind, and found whatever the case and the separators."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.base.names import folded
from sim.cli.program import cli

MANY = "scenarios/double_offensive_forces.yaml"
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("written", ["AlBab", "Al Bab", "al-Bab", "al_bab", "AL BAB", "ál-Bäb"])
def test_names_are_alike_however_they_are_written(written: str) -> None:
    assert folded(written) == "albab"
    found = sim.listing(ROOT / MANY, "places", written)
    assert found.table("places").column("id") == ["al_bab"]


def test_everything_that_has_a_name_is_listed(home: Path) -> None:
    found = sim.listing("two_ways.yaml")
    assert {kind: len(table.rows) for kind, table in found.tables.items()} == {
        "places": 4, "roads": 4, "axes": 1, "events": 1, "claims": 0,
    }  # fmt: skip
    assert found.document()["roads"][0] == {
        "id": "gate--port", "from": "gate", "to": "port", "km": 10.0, "class": "road",
        "capacity": 20.0, "state": "open", "name": "",
    }  # fmt: skip
    assert found.document()["events"] == [
        {"id": "gate_falls", "kind": "capture", "targets": ("gate",), "by": "blue",
         "due": "at 5 days", "chance": 1.0},
    ]  # fmt: skip
    assert found.document()["places"][0] == {
        "id": "gate", "name": "Gate", "kind": "town", "holders": "red", "population": None,
    }  # fmt: skip
    assert sim.listing("two_ways.yaml", search="gate").table("roads").column("id") == [
        "gate--port", "gate--town",
    ]  # fmt: skip


def test_measures_are_those_of_a_nominal_run_and_those_at_an_instant(home: Path) -> None:
    measures = sim.listing("two_ways.yaml", "measures").document()["measures"]
    of = {(row["measure"], row["when"]): row["unit"] for row in measures}
    run = sim.run("two_ways.yaml", nominal=True)
    assert {path for path, when in of if when == "the run"} == set(run.summary["measures"])
    assert of["axes.line.capacity", "an instant"] == "t/day"
    assert of["axes.line.sinks.town.stock", "an instant"] == "t"


def test_a_range_is_listed_by_its_median_and_shares_are_told(home: Path) -> None:
    sets = ["network.roads.hill--town.capacity=4..10 t/day",
            "holders.gate={shares: {red: 0.6, blue: 0.3}}"]  # fmt: skip
    found = sim.listing("two_ways.yaml", sets=sets).document()
    assert next(r["capacity"] for r in found["roads"] if r["id"] == "hill--town") == 7
    assert found["places"][0]["holders"] == "blue 30 %, red 60 %"


def test_a_network_file_has_places_and_roads(home: Path) -> None:
    (home / "net.yaml").write_text(
        "format: 1\ntitle: Net\nclasses: {road: {speed: 50 km/h, capacity: 20 t/day}}\n"
        "places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}}\n"
        "roads: {a--b: {km: 10, class: road, closed: true}}\n",
        encoding="utf-8",
    )
    found = sim.listing("net.yaml")
    assert found.title == "Net"
    assert found.table("places").columns == ("id", "name", "kind", "population")
    assert found.table("roads").column("state") == ["closed"]
    with pytest.raises(sim.BadInputError, match="unknown kind 'axes'"):
        sim.listing("net.yaml", "axes")
    with pytest.raises(sim.BadInputError, match="sets: a network file"):
        sim.listing("net.yaml", sets=["a=b"])


def test_what_is_not_there_is_told_with_what_is_near(home: Path) -> None:
    with pytest.raises(sim.BadInputError, match="unknown kind 'place'; did you mean 'places'"):
        sim.listing("two_ways.yaml", "place")
    done = CliRunner().invoke(cli, ["list", "two_ways.yaml", "--search", "gatte"])
    assert (done.exit_code, done.output) == (0, "nothing has 'gatte'; did you mean 'gate'?\n")
    done = CliRunner().invoke(cli, ["list", "two_ways.yaml", "claims"])
    assert done.output == "no claims\n"


def test_the_command_prints_counts_a_kind_or_what_was_found(home: Path) -> None:
    ask = CliRunner().invoke
    assert ask(cli, ["list", "two_ways.yaml"]).output.splitlines()[1:3] == [
        "  places  4", "  roads   4",
    ]  # fmt: skip
    lines = ask(cli, ["list", "two_ways.yaml", "events"]).output.split("\n")
    assert lines[1].split() == ["Event", "What", "Of", "By", "When", "Chance"]
    assert lines[3].split() == [
        "gate_falls",
        "capture",
        "gate",
        "blue",
        "at",
        "5",
        "days",
        "100",
        "%",
    ]
    found = json.loads(ask(cli, ["list", "two_ways.yaml", "--search", "Hill", "--json"]).output)
    assert [row["id"] for row in found["places"]] == ["hill"]
