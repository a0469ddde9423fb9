"""The page of network files: made from the readers' tables, and what it shows works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import shapely

Sim = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/networks.md"

OSM = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" version="1" lat="36.2" lon="37.1"/><node id="2" version="1" lat="36.3" lon="37.1"/>
<node id="3" version="1" lat="36.301" lon="37.1"/><node id="4" version="1" lat="36.6" lon="37.0"/>
<node id="5" version="1" lat="36.2" lon="37.1"><tag k="place" v="city"/>
<tag k="name" v="Aleppo"/></node>
<node id="6" version="1" lat="36.6" lon="37.0"><tag k="place" v="town"/>
<tag k="name" v="Azaz"/></node>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="11" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>
<tag k="bridge" v="yes"/></way>
<way id="12" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="primary"/></way>
</osm>
"""


def test_the_page_is_what_the_tables_say(tool: Callable[[str], ModuleType]) -> None:
    made = tool("networks_page")
    assert PAGE.read_text("utf-8") == made.page(), (
        "docs/networks.md is out of date: run 'make docs'"
    )


def block(kind: str, of: int = 0) -> str:
    return str(re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)[of])


def test_the_commands_of_the_first_block_run(tmp_path: Path, sim: Sim) -> None:
    """On a layer of lines, a table of links and an extract, each with the names of the page."""
    osmium = pytest.importorskip("osmium")
    pyogrio = pytest.importorskip("pyogrio")
    (tmp_path / "caps.csv").write_text(block("csv"))
    (tmp_path / "north.osm").write_text(OSM)
    with osmium.SimpleWriter(str(tmp_path / "north.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "north.osm")):
            writer.add(thing)
    pyogrio.raw.write(
        tmp_path / "roads.gpkg",
        np.array([shapely.to_wkb(shapely.LineString([(37.1, 36.2), (37, 36.6)]))], dtype=object),
        [np.array([word], dtype=object) for word in ("Azaz", "Aleppo", "primary")],
        ["from", "to", "class"],
        geometry_type="LineString", crs="EPSG:4326",
    )  # fmt: skip
    links = "\n".join(f"{a} {a + 1} {9 + a} 1 1 0.15 4 50 0 1 ;" for a in range(1, 20))
    (tmp_path / "Anaheim_net.tntp").write_text(f"<END OF METADATA>\n{links}\n")
    printed = {}
    for line in block("").splitlines():
        _, *words = shlex.split(line)
        done = sim(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        printed[words[0]] = done.stdout
    assert "3,000" in printed["cut"]  # what caps.csv says of primary roads
    assert "10" in printed["interdict"]  # the road from 1 to 2 bears least
    assert "bridge_11" in (tmp_path / "north.yaml").read_text("utf-8")


def test_an_extract_becomes_a_report_by_the_three_commands(tmp_path: Path, sim: Sim) -> None:
    pytest.importorskip("osmium")
    (tmp_path / "north.osm").write_text(OSM)
    (tmp_path / "caps.csv").write_text(block("csv"))
    (tmp_path / "line.yaml").write_text(block("yaml"))
    for line in block("sh").splitlines():
        words = shlex.split(line)
        assert words[0] == "sim"
        done = sim(*words[1:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "run/report.html").exists()
    summary = json.loads((tmp_path / "run/summary.json").read_bytes())
    measures = {name: measure["value"] for name, measure in summary["measures"].items()}
    # a primary road bears 3,000 t/day both ways, until its only bridge falls on day 3
    assert measures["axes.line.capacity_start"] == 3000
    assert measures["axes.line.capacity_end"] == 0
    assert measures["axes.line.time_of_first_cut"] == 3


def test_roads_of_a_country_become_a_scenario_by_its_commands(tmp_path: Path, sim: Sim) -> None:
    ways = (("Aleppo", "Kilis", "primary"), ("Kilis", "Azaz", "secondary"))
    lines = [
        {"type": "Feature", "properties": {"from": a, "to": b, "fclass": kind},
         "geometry": {"type": "LineString", "coordinates": [[37, 36 + n], [37, 37 + n]]}}
        for n, (a, b, kind) in enumerate(ways)
    ]  # fmt: skip
    roads = {"type": "FeatureCollection", "features": lines}
    (tmp_path / "roads.geojson").write_text(json.dumps(roads))
    (tmp_path / "country.yaml").write_text(block("yaml", 1))
    said = [sim(*shlex.split(line)[1:], cwd=tmp_path) for line in block("sh", 1).splitlines()]
    assert [done.returncode for done in said] == [0, 0, 0, 0], said
    assert "country.yaml: scenario ok: 3 places, 2 roads" in said[2].stdout
    assert "1,000 t/day" in said[3].stdout  # that of the secondary road
