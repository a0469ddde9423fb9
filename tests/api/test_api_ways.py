"""Roads with directions and estimated lengths: what listings, networks and summaries say."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import sim
from sim.cli.program import cli

ONE_WAY = "network.roads.gate--town.one_way=true"  # from the gate to the town
UNEQUAL = "network.roads.hill--town.capacity={there: 5 t/day, back: 1..3 t/day}"
ABOUT = "network.roads.gate--port.km=null"  # 0.1 degrees of the equator: 11.12 km
ALL = (ONE_WAY, UNEQUAL, ABOUT)


def test_a_listing_says_what_goes_back_and_what_a_length_is_from(home: Path) -> None:
    plain = sim.listing("two_ways.yaml", "roads").table("roads")
    assert plain.columns == ("id", "from", "to", "km", "class", "capacity", "state", "name")
    told = sim.listing("two_ways.yaml", "roads", sets=ALL).table("roads")
    assert told.columns == (
        "id", "from", "to", "km", "length", "class", "capacity", "back", "state", "name",
    )  # fmt: skip
    # of a range the median: 2 of 1..3
    assert dict(zip(told.column("id"), told.column("back"), strict=True)) == {
        "gate--port": 20, "gate--town": 0, "hill--port": 20, "hill--town": 2,
    }  # fmt: skip
    degrees = math.pi / 180 * 6371.0088 / 10
    assert told.column("km") == [pytest.approx(degrees * 1.3, abs=1e-3), 10, 20, 20]
    assert told.column("length") == ["about, great circle \u00d7 1.3", *["stated"] * 3]


def test_a_run_says_how_many_lengths_are_estimated(home: Path) -> None:
    plain, told = (sim.run(sim.load("two_ways.yaml", sets=sets)) for sets in ((), ALL))
    assert "estimated_lengths" not in plain.summary["scenario"]
    assert told.summary["scenario"]["estimated_lengths"] == {"roads": 1, "of": 4, "detour": 1.3}
    # the way over the gate has the road of unknown length, that over the hill none
    ways = {
        tuple(r["places"]): r.get("estimated") for r in told.summary["axes"]["line"][0]["routes"]
    }
    assert ways == {("port", "gate", "town"): True, ("port", "hill", "town"): None}
    args = ["--no-figures", *(word for path in ALL for word in ("--set", path))]
    done = CliRunner().invoke(cli, ["run", "two_ways.yaml", *args, "--out", "out"])
    said = "Roads without a length: 1 of 4; taken is about the great circle \u00d7 1.3."
    assert said in done.output
    assert said in CliRunner().invoke(cli, ["show", "out"]).output
    cut = CliRunner().invoke(cli, ["cut", "two_ways.yaml", "--at", "0 days", *args[1:]]).output
    assert ", about 24 km: Port \u2013 Gate \u2013 Town" in cut  # 14.5 and 10
    assert ", 40 km: Port \u2013 Hill \u2013 Town" in cut


def network(home: Path) -> sim.Network:
    """The network of the toy with directions, as a file of its own."""
    resolved = sim.load("two_ways.yaml", sets=ALL).resolved["network"]
    (home / "net.yaml").write_text(yaml.safe_dump({"format": 1, **resolved}), encoding="utf-8")
    return sim.Network.from_file("net.yaml")


def test_a_network_file_knows_directions(home: Path) -> None:
    net = network(home)
    assert net.max_flow("port", "town").value == 25_000
    assert net.max_flow("town", "port").value == 2_000  # over the hill, at its median
    assert "4, 1 of them one-way" in str(net)
    frame = net.to_frame()
    assert list(frame.columns) == ["road", "from", "to", "km", "capacity", "back"]
    assert frame["back"].tolist() == [20_000, 0, 20_000, 2_000]
    edges = {(a, b): data["capacity"] for a, b, data in net.to_networkx().edges(data=True)}
    assert ("town", "gate") not in edges
    assert (edges["hill", "town"], edges["town", "hill"]) == (5_000, 2_000)
    cut = CliRunner().invoke(cli, ["cut", "net.yaml", "--from", "port", "--to", "town", "--json"])
    km = {tuple(r["places"]): r.get("estimated") for r in json.loads(cut.output)["routes"]}
    assert km == {("port", "gate", "town"): True, ("port", "hill", "town"): None}


def test_an_axis_against_a_one_way_road_never_flows(home: Path) -> None:
    def warned(*sets: str) -> bool:
        shut = "network.roads.hill--town.closed=true"
        found = sim.validate("two_ways.yaml", sets=[shut, *sets]).warnings
        return any("'line' can never carry anything" in w.message for w in found)

    assert not warned(ONE_WAY)
    assert warned(ONE_WAY, "network.roads.gate--town.between=[town, gate]")
