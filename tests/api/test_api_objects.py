"""What runs, scenarios, ensembles and comparisons show of themselves, tabulate and draw."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

import sim
from sim.scenario.model import Scenario

DAY = 86400


class Tags(HTMLParser):
    """Counts what opens and closes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def everything(home: Path) -> dict[str, Any]:
    scenario = sim.load("one_way.yaml")
    run = sim.run(scenario)
    other = sim.run(scenario, seed=3)
    opened = sim.open_run(run.write("run", figures=False))
    many = [sim.ensemble(scenario, 6, out=out, workers=1, figures=False) for out in ("a", "b")]
    (home / "study.yaml").write_text(
        "format: 1\nbase: one_way.yaml\nn: 2\ngrid: {events.gate_falls.chance: [0, 1]}\n"
        "measures: [axes.line.delivered]\n"
    )
    study = sim.study("study.yaml", out="study", workers=1, figures=False)
    return {
        "scenario": scenario, "run": run, "opened": opened, "cut": sim.cut(run),
        "comparison": sim.compare(run, other), "ensemble": many[0], "many": sim.compare(*many),
        "study": study, "again": sim.open_study("study"), "old": sim.open_ensemble("a"),
        "table": run.table("measures"), "plan": sim.plan_study("study.yaml"),
        "checked": sim.validate("one_way.yaml"),
    }  # fmt: skip


def test_all_show_themselves_in_under_twenty_lines_and_a_small_table(home: Path) -> None:
    for name, thing in everything(home).items():
        lines = repr(thing).splitlines()
        assert 3 <= len(lines) < 20, name
        assert max(map(len, lines)) <= 160, name
        html = thing._repr_html_()
        tags = Tags()
        tags.feed(html)
        assert tags.open == [], name
        assert 1 <= tags.rows < 20, name
        assert len(html) < 6000, name
    huge = sim.load("one_way.yaml").with_(title="<b>" + "long " * 200)
    assert len(repr(huge)) < 2000
    assert "<b>" not in huge._repr_html_()


def test_figures_show_themselves_as_pictures(home: Path) -> None:
    """IPython asks an object for its PNG; a bare figure of matplotlib has none without pyplot."""
    found = everything(home)
    for name, kind in (("run", "axis"), ("ensemble", "fan")):
        figure = found[name].plot(kind)
        image = Image.open(BytesIO(figure._repr_png_()))
        assert image.size == tuple(figure.bbox.size), name


def test_a_folder_says_what_the_objects_of_it_say(home: Path) -> None:
    found = everything(home)
    for folder, name in (("run", "opened"), ("a", "ensemble"), ("study", "study")):
        assert sim.summary(folder) == json.loads(json.dumps(found[name].summary))
    assert found["run"].warnings == []
    with pytest.raises(sim.FolderError):
        sim.summary("nowhere")


def test_a_scenario_is_the_same_from_a_path_a_text_and_a_mapping(home: Path) -> None:
    text = Path("two_ways.yaml").read_text("utf-8")
    by_path = sim.load(Path("two_ways.yaml"))
    by_text, by_mapping = sim.load(text), sim.load(yaml.safe_load(text))
    assert by_text == by_mapping
    # what has no file has the id that the text would have as scenario.yaml
    assert by_path.with_(id="scenario") == by_text
    assert isinstance(by_path, Scenario)
    assert sim.load({"extends": "two_ways.yaml", "format": 1, "seed": 3}).seed == 3


def test_what_python_has_stands_for_what_yaml_says(home: Path) -> None:
    mapping = yaml.safe_load(Path("two_ways.yaml").read_text("utf-8"))
    # yaml.safe_load made a date of the start: 2020-01-01
    assert isinstance(mapping["period"]["start"], date)
    assert sim.load(mapping).start == datetime(2020, 1, 1)
    mapping["period"] = {"start": datetime(2020, 1, 1, 6), "length": "20 days"}
    assert sim.load(mapping).start == datetime(2020, 1, 1, 6)
    with pytest.raises(sim.BadInputError, match="no value of type set"):
        sim.load({"format": 1, "tests": {1}})


def test_a_changed_scenario_is_what_set_makes_of_its_resolved_file(home: Path) -> None:
    changes = {
        "axes.line.convoy.size": "10 t", "events.gate_falls.at": date(2020, 1, 8), "seed": 4,
        "axes.line.sinks.town": {"demand": "6 t/day", "stock": "30 t"},
        "network.roads.hill--town.closed": True,
    }  # fmt: skip
    scenario = sim.load("two_ways.yaml")
    Path("resolved.yaml").write_text(yaml.safe_dump(dict(scenario.resolved)), encoding="utf-8")
    sets = [
        "axes.line.convoy.size=10 t", "events.gate_falls.at=2020-01-08", "seed=4",
        "axes.line.sinks.town={demand: 6 t/day, stock: 30 t}",
        "network.roads.hill--town.closed=true",
    ]  # fmt: skip
    Path("two_ways.yaml").unlink()  # no file is read again
    changed = scenario.with_(changes)
    assert changed == sim.load("resolved.yaml", sets=sets)
    assert changed == sim.load("resolved.yaml", sets=changes)
    assert scenario.axes["line"].convoy != changed.axes["line"].convoy
    assert scenario.with_(**{"events.gate_falls": None}).events == {}
    with pytest.raises(sim.ScenarioError) as caught:
        scenario.with_(**{"axes.lime.priority": 2, "axes.line.convoy.size": 5})
    assert [d.file for d in caught.value.diagnostics] == ["with_", "with_"]
    assert "did you mean 'line'?" in caught.value.render()
    assert "needs a unit" in caught.value.render()


def test_tables_of_a_run_are_those_of_its_folder_with_dates_and_units(home: Path) -> None:
    run = sim.run("two_ways.yaml")
    folder = run.write("run", figures=False)
    for name in ("control", "timeseries", "flows", "events", "regroup", "actors"):
        table = run.table(name)
        assert table.columns[:3] == ("time_s", "day", "date")
        table.write_csv("again.csv")
        assert Path("again.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
        with (folder / f"{name}.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == len(table) + 1
    flows = run.table("flows")
    assert flows.units["kg_per_day"] == "kg/day"
    # the gate falls on day 5, the sixth of January
    at = flows.column("time_s").index(5 * DAY)
    assert flows.column("date")[at] == datetime(2020, 1, 6)
    measures = {row[0]: row[1:] for row in run.table("measures").rows}
    assert measures["axes.line.capacity_end"] == (5.0, "t/day")
    opened = sim.open_run(folder)
    assert opened.table("measures").rows == run.table("measures").rows
    assert opened.table("flows").rows == flows.rows
    with pytest.raises(sim.BadInputError, match="did you mean 'flows'"):
        run.table("flow")
    with pytest.raises(sim.BadInputError, match="no column 'road_id'; the columns: time_s"):
        flows.column("road_id")


def test_a_table_is_a_frame_where_pandas_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    table = sim.run("two_ways.yaml").table("flows")
    frame = table.to_frame()
    assert list(frame.columns) == list(table.columns)
    assert len(frame) == len(table)
    assert pandas.api.types.is_datetime64_any_dtype(frame["date"])
    assert frame.attrs["units"]["kg_per_day"] == "kg/day"
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(sim.BadInputError, match="pip install pandas"):
        table.to_frame()


def test_tables_of_many_runs_are_those_of_their_folders(home: Path) -> None:
    things = everything(home)
    things["ensemble"].table("replicates").write_csv("again.csv")
    assert Path("again.csv").read_bytes() == Path("a/replicates.csv").read_bytes()
    for name, written in (("measures", "study"), ("effects", "effects"), ("ranks", "ranks")):
        for study in (things["study"], things["again"]):
            study.table(name).write_csv("again.csv")
            assert Path("again.csv").read_bytes() == Path(f"study/{written}.csv").read_bytes()
    for kind, names in (("comparison", "scenarios measures"), ("many", "measures differences")):
        folder = things[kind].write(f"{kind}-folder", figures=False)
        for name in names.split():
            things[kind].table(name).write_csv("again.csv")
            assert Path("again.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
    summary = json.loads(Path("a/summary.json").read_text())["measures"]["axes.line.delivered"]
    table = things["ensemble"].table()
    row = dict(zip(table.columns, table.rows[table.column("measure").index("axes.line.delivered")],
                   strict=True))  # fmt: skip
    assert (row["mean"], row["unit"], row["n"]) == (summary["mean"]["value"], "t", 6)


def test_figures_come_as_objects(home: Path) -> None:
    from matplotlib.figure import Figure

    run = sim.run("two_ways.yaml")
    for kind in ("axis", "map", "cut", "frontier", "turning_points", "control"):
        assert isinstance(run.plot(kind), Figure), kind
    assert isinstance(run.plot("map", "line", at="12 days"), Figure)
    things = everything(home)
    for name, kind in (("ensemble", "fan"), ("ensemble", "survival"), ("comparison", "compare"),
                       ("opened", "axis")):  # fmt: skip
        assert isinstance(things[name].plot(kind), Figure), name
    for thing, words, said in (
        (run, ("axes",), "did you mean 'axis'"),
        (run, ("axis", "lime"), "did you mean 'line'"),
        (run, ("control", "line"), "is one of the whole run"),
        (run, ("sides",), "has no forces to draw"),
        (run, ("regroup",), "nobody was displaced"),
        (things["ensemble"], ("fun",), "unknown figure 'fun'; there is: fan_line"),
    ):
        with pytest.raises(sim.BadInputError, match=said):
            thing.plot(*words)


def test_a_film_of_a_run_that_is_in_no_folder(home: Path) -> None:
    run = sim.run("two_ways.yaml")
    target = sim.film(run, "film.gif", fps=1, seconds=2)
    assert target.read_bytes()[:3] == b"GIF"
    with pytest.raises(sim.BadInputError, match="needs a file"):
        sim.film(run)
