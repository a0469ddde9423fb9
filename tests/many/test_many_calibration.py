"""Learning from the early record: what it should find, resumed, and without a peek ahead."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.many.calibration_file import read_calibration
from sim.many.inputs import dimension_of, inputs_by_path

LAND = """
format: 1
title: A fort and a town
period: {start: 2031-01-01, length: 40 days}
kind: what-if
actors: {red: {}, blue: {}}
default_holder: red
network:
  classes: {road: {speed: 20..40 km/h, capacity: 100 t/day}}
  places: {fort: {lat: 1, lon: 0}, town: {lat: 0, lon: 1}}
  roads: {fort--town: {km: 10, class: road}}
axes:
  line: {actor: red, sources: {fort: {}}, sinks: {town: {demand: 1..5 t/day}}}
events:
  falls: {capture: fort, by: blue, at: 2031-01-01..2031-01-31}
  town_falls: {capture: town, by: blue, at: 2031-01-09, chance: 0.5}
events_on_record:
  fort_taken: {measure: places.fort.time_taken_by.blue, at: 2031-01-11}
  town_taken: {measure: places.town.time_taken_by.blue, at: 2031-01-31}
"""

ASKED = """
format: 1
title: What twenty days say
base: land.yaml
until: 2031-01-21
inputs: [events.falls.at, events.town_falls.chance, axes.line.sinks.town.demand]
runs: 120
rounds: 2
"""


def _asked(home: Path) -> Path:
    (home / "scenarios").mkdir()
    (home / "scenarios" / "land.yaml").write_text(LAND, "utf-8")
    path = home / "scenarios" / "asked.yaml"
    path.write_text(ASKED, "utf-8")
    return path


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return _asked(tmp_path)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> sim.Calibrated:
    """What was asked, answered once; a test that writes into the folder takes a copy of it."""
    home = tmp_path_factory.mktemp("calibrated")
    return sim.calibrate(_asked(home), out=home / "c", workers=1, figures=False, argv=[])


def rows(done: sim.Calibrated) -> dict[str, dict[str, Any]]:
    table = done.table()
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_what_the_record_says_is_learned_and_nothing_else(done: sim.Calibrated) -> None:
    # the fort fell on day 10: what agrees best is a fall near it, of a range of 30 days (its prior
    # median is day 15). The town had not fallen on day 20, so its chance falls from a half. What it
    # eats has no bearing
    found = rows(done)
    fort = found["events.falls.at"]
    assert fort["unit"] == "day"
    assert (fort["prior_5"], fort["prior_50"], fort["prior_95"]) == (1.5, 15, 28.5)
    assert fort["posterior_50"] == pytest.approx(10, abs=1.5)
    assert 6 < fort["posterior_5"] < fort["posterior_95"] < 14
    assert fort["contraction"] > 0.9
    assert found["events.town_falls.chance"]["prior_50"] == 0.5
    assert found["events.town_falls.chance"]["posterior_50"] < 0.1
    assert abs(found["axes.line.sinks.town.demand"]["contraction"]) < 0.4
    assert done.tolerances[1] <= done.tolerances[0]


def test_what_it_learned_is_a_scenario_to_build_on(done: sim.Calibrated) -> None:
    learned = sim.load(done.learned)
    fort = learned.events["falls"].at
    assert fort is not None
    assert 6 * 86_400 < fort.low < fort.high < 14 * 86_400
    assert learned.axes["line"].sinks["town"].demand.high <= 5_000
    assert str(learned.as_of) == "2031-01-21"
    # an earlier forecast may not use it
    checked = sim.validate(done.learned, sets=["as_of=2031-01-20"])
    assert "known on 2031-01-21" in str(checked.error)


def test_nothing_after_the_window_enters(asked: Path, tmp_path: Path, done: sim.Calibrated) -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes()
            for path in folder.iterdir()
            if path.is_file() and path.name != "manifest.json"
        }

    def learn(name: str) -> dict[str, bytes]:
        out = tmp_path / name
        return contents(sim.calibrate(asked, out=out, workers=1, figures=False, argv=[]).folder)

    before = contents(done.folder)
    land = asked.parent / "land.yaml"
    later = LAND.replace("blue, at: 2031-01-31}", "blue, until: 2031-02-09}")
    assert later != LAND
    land.write_text(later, "utf-8")
    assert learn("other") == before
    # and what is in it does
    land.write_text(LAND.replace("blue, at: 2031-01-11", "blue, at: 2031-01-04"), "utf-8")
    assert learn("third") != before


def test_stopped_and_gone_on_with_it_is_the_same(
    asked: Path, tmp_path: Path, done: sim.Calibrated
) -> None:
    def stop(done: int, of: int) -> None:
        if done == 150:  # amid the second round
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.calibrate(asked, out=tmp_path / "part", workers=1, progress=stop)
    ran: list[int] = []
    part = sim.calibrate(
        asked, out=tmp_path / "part", workers=1, progress=lambda done, of: ran.append(done), argv=[]
    ).folder
    assert len(ran) == 240 - 150
    for name in ("particles.csv", "inputs.csv", "learned.yaml"):
        assert (part / name).read_bytes() == (done.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("events.falls.at,", "events.fall.at,", "nothing uncertain at 'events.fall.at'"),
        ("until: 2031-01-21", "until: 2031-12-21", "the window ends outside the period"),
        ("until: 2031-01-21", "until: soon", "'soon'"),
        ("runs: 120", "runs: 2", "'2' is no number from 4"),
        ("rounds: 2", "rounds: 2\nround: 3", "unknown key 'round'"),
        ("base: land.yaml", "", "a scenario is needed"),
        ("rounds: 2", "events: [fort_tken]", "no event 'fort_tken' on record"),
    ],
)
def test_faults_are_told_where_they_stand(asked: Path, old: str, new: str, said: str) -> None:
    asked.write_text(ASKED.replace(old, new), "utf-8")
    with pytest.raises(sim.ScenarioError, match=said.replace("(", "\\(")) as error:
        read_calibration(asked)
    assert "asked.yaml:" in str(error.value)


def test_another_calibration_in_the_way_is_refused(
    asked: Path, tmp_path: Path, done: sim.Calibrated
) -> None:
    shutil.copytree(done.folder, tmp_path / "c")
    asked.write_text(ASKED.replace("runs: 120", "runs: 100"), "utf-8")
    with pytest.raises(sim.FolderError, match="another calibration"):
        sim.calibrate(asked, out=tmp_path / "c", workers=1)
    # so is one of a scenario that was changed meanwhile: its runs would be others
    asked.write_text(ASKED, "utf-8")
    land = asked.parent / "land.yaml"
    land.write_text(LAND.replace("demand: 1..5 t/day", "demand: 1..6 t/day"), "utf-8")
    with pytest.raises(sim.FolderError, match="another calibration"):
        sim.calibrate(asked, out=tmp_path / "c", workers=1)


def test_inputs_are_told_in_the_dimension_in_which_they_are_stated() -> None:
    by_head = "demand: {persons: 900..1100 persons, each: 2..3 kg/person/day}"
    stock = "stock: {choice: {5 t: 0.5, 9 t: 0.5}}"
    text = LAND.replace("demand: 1..5 t/day", f"{by_head}, {stock}")
    scenario = sim.load(yaml.safe_load(text))
    found = {path: dimension_of(scenario, path) for path in (
        "events.falls.at", "events.town_falls.chance", "network.classes.road.speed",
        "axes.line.sinks.town.demand", "axes.line.sinks.town.stock",
    )}  # fmt: skip
    # what is eaten by head is drawn as persons times what each eats, so it is a flow
    assert list(found.values()) == ["duration", "number", "speed", "rate", "mass"]


def test_the_folder_tells_what_was_learned_in_words_numbers_and_a_figure(
    asked: Path, tmp_path: Path
) -> None:
    done = sim.calibrate(asked, out=tmp_path / "c", workers=1)
    found = json.loads((done.folder / "summary.json").read_text("utf-8"))
    assert found["kind"] == "calibration"
    assert found["learnt"] == list(rows(done).values())
    assert found["tolerances"] == [round(t, 6) for t in done.tolerances]
    # on 21 January the fort had fallen, the town had not
    assert "2 events on record up to 2031-01-21: 1 had come, 1 had not" in found["said"][0]
    text = (done.folder / "summary.md").read_text("utf-8")
    assert text == done.markdown()
    assert all(sentence in text for sentence in found["said"])
    assert json.loads((done.folder / "manifest.json").read_text("utf-8"))["figures"] == "done"
    # the figure: the same numbers, the input that was narrowed most on top
    with (done.folder / "figures/learned.csv").open(encoding="utf-8", newline="") as file:
        drawn = list(csv.DictReader(file))
    assert drawn[0]["input"] == "events.falls.at"
    shrunk = [float(row["contraction"]) for row in drawn]
    assert shrunk == sorted(shrunk, reverse=True)
    for row in drawn:
        told = rows(done)[row["input"]]
        for shown, name in (("stated", "prior"), ("learned", "posterior")):
            for level in (5, 50, 95):
                cell, value = row[f"{shown}_{level}"], told[f"{name}_{level}"]
                assert cell == "" if value is None else float(cell) == pytest.approx(value)
    words = [text.get_text() for text in done.plot().texts]
    assert any(word.startswith("16 January 2031 (2 January 2031 to") for word in words)
    assert "0.50" in words  # a chance has one number before and one after


def test_nothing_is_drawn_where_none_is_wanted(asked: Path, tmp_path: Path) -> None:
    done = sim.calibrate(asked, out=tmp_path / "c", workers=1, figures=False)
    assert not (done.folder / "figures").exists()
    assert json.loads((done.folder / "manifest.json").read_text("utf-8"))["figures"] == "none"


def test_what_was_learned_may_be_written_elsewhere_too(asked: Path, tmp_path: Path) -> None:
    place = tmp_path / "scenarios" / "learned.yaml"
    done = sim.calibrate(asked, out=tmp_path / "c", workers=1, figures=False, learned=place)
    there, here = (yaml.safe_load(path.read_text("utf-8")) for path in (place, done.learned))
    assert there.pop("extends") == "land.yaml"
    assert here.pop("extends") == "../scenarios/land.yaml"
    assert there == here
    assert sim.load(place).events == sim.load(done.learned).events
    for read in (asked, asked.parent / "land.yaml"):
        before = read.read_bytes()
        with pytest.raises(sim.BadInputError, match="is what is learned from"):
            sim.calibrate(asked, out=tmp_path / "other", workers=1, learned=read)
        assert read.read_bytes() == before
    assert not (tmp_path / "other").exists()


def test_the_shipped_ranges_are_those_of_the_shipped_calibration() -> None:
    folder = Path(__file__).parents[2] / "scenarios/calibrations"
    stated = read_calibration(folder / "north_syria_2016.yaml")
    file = folder / "north_syria_2016_learned.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    assert (folder / told["extends"]).resolve() == stated.base.resolve()
    assert tuple(told["overrides"]) == stated.inputs
    learned = sim.load(file)
    assert str(learned.as_of) == "2016-06-21"
    before, after = inputs_by_path(stated.scenario), inputs_by_path(learned)
    for path in stated.inputs:
        wide, narrow = before[path], after[path]
        assert not isinstance(wide, float)
        assert not isinstance(narrow, float)
        # to the six digits that are written
        assert wide.low <= narrow.low * (1 + 1e-5), path
        assert narrow.low < narrow.high, path
        assert narrow.high <= wide.high * (1 + 1e-5), path
    assert not sim.validate(file).warnings


def test_the_command(asked: Path, tmp_path: Path, sim: Callable[..., Any]) -> None:
    asked.write_text(ASKED.replace("runs: 120", "runs: 40"), "utf-8")
    done = sim(
        "calibrate",
        str(asked),
        "--out",
        str(tmp_path / "c"),
        "--workers",
        "1",
        "--json",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["learned"]).is_file()
    assert found["learnt"][0]["input"] == "events.falls.at"
    shown = sim("calibrate", str(asked), "--out", str(tmp_path / "c"), cwd=tmp_path)
    assert "What twenty days say" in shown.stdout
    assert "greatest distance kept" in shown.stdout
    assert (tmp_path / "c/figures/learned.png").is_file()
    bare = ("--no-figures", "--learned", "there.yaml", "--json")
    done = sim("calibrate", str(asked), "--out", "d", *bare, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "d/figures").exists()
    assert yaml.safe_load((tmp_path / "there.yaml").read_text("utf-8"))["format"] == 1
    done = sim("calibrate", str(asked), "--out", "e", "--learned", str(asked), cwd=tmp_path)
    assert done.returncode == 2
    assert "is what is learned from; name another file" in done.stderr
    assert not (tmp_path / "e").exists()
