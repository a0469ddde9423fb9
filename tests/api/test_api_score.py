"""Scores of a forecast against the record, from Python and from the command line."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import sim
from sim.base.errors import DamageWarning
from sim.many.journal import Journal

ROOT = Path(__file__).parents[2]
Sim = Callable[..., subprocess.CompletedProcess[str]]

TOY = """\
format: 1
id: toy
kind: forecast
as_of: 2016-06-03
period: {start: 2016-06-01, end: 2016-06-21}
seed: 4
network:
  places:
    gate: {lat: 36, lon: 38}
    fort: {lat: 36.1, lon: 38}
    town: {lat: 36.2, lon: 38}
  classes: {road: {speed: 40 km/h, capacity: 100 t/day}}
  roads:
    a: {between: [gate, fort], km: 10, class: road}
    b: {between: [fort, town], km: 10, class: road}
actors: {red: {}, blue: {}}
holders: {gate: red, fort: red, town: red}
axes:
  line:
    actor: red
    sources: {gate: {}}
    sinks: {town: {demand: 5 t/day}}
events:
  taken: {capture: town, by: blue, at: 2016-06-05..2016-06-15, chance: 0.5}
  raided: {raid: fort, by: blue, at: 2016-06-10, lasts: 2 days}
score_on: [2016-06-02, 2016-06-11, 2016-06-20]
holders_on_record:
  ours: {place: [gate, fort, town], by: red, at: 2016-05-02}
  lost: {place: town, by: blue, at: 2016-06-07}
events_on_record:
  town_falls: {measure: places.town.time_lost_by.red, at: 2016-06-07}
  fort_falls: {measure: places.fort.time_lost_by.green}
"""
FINE = TOY.replace("time_lost_by.green", "time_of_siege")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy.yaml").write_text(FINE, "utf-8")
    return tmp_path


def test_a_file_is_run_and_scored_and_its_ensemble_scored_again(toy: Path, sim: Sim) -> None:
    done = sim("score", "toy.yaml", "-n", "12", "--json", "--no-figures", "--out", "s", cwd=toy)
    assert done.returncode == 0, done.stderr
    assert "not within the forecast, so not scored: 2016-06-02" in done.stderr
    document = json.loads(done.stdout)
    assert document["dates"] == ["2016-06-11", "2016-06-20"]
    assert (document["side"], document["as_of"], document["runs"]) == ("red", "2016-06-03", 12)
    # a raid is in force on 11 June: it does not count, so red holds the fort in every run
    fort = [p for p in document["places"] if p["place"] == "fort"]
    assert [p["model"] for p in fort] == [1.0, 1.0]
    assert {p["place"] for p in document["listed"]} == {"town"}
    assert (toy / "s" / "score.json").exists()
    folder = next((toy / "results" / "toy").iterdir())
    again = sim("score", str(folder), "--json", "--no-figures", "--out", "t", cwd=toy)
    assert json.loads(again.stdout) | {"folder": ""} == document | {"folder": ""}
    text = (toy / "s" / "score.md").read_text("utf-8")
    assert f"| who holds what | all dates | brier | model | {_own(document):.3f} |" in text
    with (toy / "s" / "scores.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(r["score"]) for r in rows] == [r["score"] for r in document["scores"]]
    shown = sim("score", str(folder), "--no-figures", "--out", "u", cwd=toy)
    assert "12 runs against the record: 3 places that red held on 2016-06-03" in shown.stdout


def _own(document: dict[str, list[dict[str, object]]]) -> float:
    found = next(r for r in document["scores"] if (r["rule"], r["model"]) == ("brier", "model"))
    score = found["score"]
    assert isinstance(score, float)
    return score


def test_python_gives_the_same_and_draws(toy: Path) -> None:
    many = sim.ensemble("toy.yaml", 12, out="e", workers=1, figures=False)
    done = sim.score(many, on=["2016-06-20"])
    assert done.table("scores").column("n")[0] == 3
    assert repr(done).startswith("Scores: toy")
    assert "Better" in done.markdown() or "No baseline" in done.markdown()
    folder = done.write("s", svg=True)
    drawn = {p.name for p in (folder / "figures").iterdir()}
    for name in ("calibration", "pit", "surprise_2016-06-20"):
        assert {f"{name}.png", f"{name}.svg", f"{name}.csv"} <= drawn
    later = sim.score(many, as_of="2016-06-10", on=["2016-06-20"])  # town is lost on record by then
    assert {row[1] for row in later.table("places").rows} == {"gate", "fort"}


def test_without_dates_there_are_five_to_the_end(toy: Path) -> None:
    text = FINE.replace("score_on: [2016-06-02, 2016-06-11, 2016-06-20]\n", "")
    done = sim.score(yaml.safe_load(text), 3, workers=1)
    # 18 days from 3 June in five: 3.6, 7.2, 10.8, 14.4 and 18, to the day
    assert done.document()["dates"] == [f"2016-06-{day:02d}" for day in (7, 10, 14, 17, 21)]


@pytest.mark.parametrize(
    ("change", "given", "said"),
    [
        (("kind: forecast", "kind: replay"), [], "is a replay: it was told the record"),
        (
            ("kind: forecast\nas_of: 2016-06-03\n", "kind: what-if\n"),
            [],
            "--as-of: toy does not say as of which day",
        ),
        (("id: toy", "id: toy"), ["--side", "rde"], "--side: unknown actor 'rde'; did you mean"),
        (("id: toy", "id: toy"), ["--side", "blue"], "--side: 'blue' held no place on record"),
        (("id: toy", "id: toy"), ["--on", "2017-01-01"], "--on: no date lies between"),
        (("id: toy", "id: toy"), ["--on", "soon"], "--on: "),
        (("id: toy", "id: toy"), ["--as-of", "2016-07-01"], "--as-of: 2016-07-01 is not within"),
        (("town.time_lost_by", "twon.time_lost_by"), [], "unknown place 'twon'; did you mean"),
        (("time_of_siege", "time_lost_by.green"), [], "unknown actor 'green'"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    toy: Path, sim: Sim, change: tuple[str, str], given: list[str], said: str
) -> None:
    (toy / "toy.yaml").write_text(FINE.replace(*change), "utf-8")
    done = sim("score", "toy.yaml", "-n", "2", *given, cwd=toy)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (toy / "results").exists()  # said before anything is run


def test_a_scenario_without_a_record_is_refused_and_a_what_if_warned_of(toy: Path) -> None:
    document = yaml.safe_load(FINE)
    del document["holders_on_record"]
    with pytest.raises(sim.BadInputError, match="states no 'holders_on_record'"):
        sim.score(document, 2)
    document = yaml.safe_load(FINE) | {"kind": "what-if"}
    assert sim.score(document, 2, workers=1).warnings[0] == "toy is a what-if, not a forecast"


def test_a_journal_that_does_not_tell_holders_is_refused(toy: Path) -> None:
    many = sim.ensemble("toy.yaml", 3, out="e", workers=1, figures=False)
    path = many.folder / "replicates.journal"
    with Journal(path, write=False) as journal:
        rows, units = list(journal.rows(range(3))), journal.units
    path.unlink()
    with Journal(path) as journal:
        for row in rows:
            journal.append({key: value for key, value in row.items() if key != "held"}, units)
    for n, said in ((None, "does not tell who held which place"), (5, "n: an ensemble is scored")):
        told = pytest.warns(DamageWarning, match=r"replicates\.journal is not what was written")
        with told, pytest.raises(sim.BadInputError, match=said):
            sim.score("e", n)


RECORDS = ("holders_on_record", "events_on_record", "moves_on_record", "score_on")


@pytest.mark.slow
def test_the_record_changes_nothing_but_scores(toy: Path) -> None:
    """A run of the shipped forecast is the same, byte for byte, with no record at all."""
    scenarios = shutil.copytree(ROOT / "scenarios", toy / "scenarios")
    file = scenarios / "double_offensive_forces.yaml"
    sim.run(file, 7).write("with", figures=False)
    record = scenarios / "records" / "north_syria_2016.yaml"
    document = yaml.safe_load(record.read_text("utf-8"))
    record.write_text(yaml.safe_dump({k: v for k, v in document.items() if k not in RECORDS}))
    sim.run(file, 7).write("without", figures=False)
    apart = {
        p.name for p in (toy / "with").iterdir()
        if p.is_file() and p.read_bytes() != (toy / "without" / p.name).read_bytes()
    }  # fmt: skip
    assert apart <= {"scenario.resolved.yaml", "manifest.json", "summary.json"}
    told = [json.loads((toy / name / "summary.json").read_text("utf-8")) for name in
            ("with", "without")]  # fmt: skip
    for summary in told:
        kept = summary["measures"].items()
        summary["measures"] = {k: v for k, v in kept if not k.startswith("regroup.score.")}
    assert told[0] == told[1]
    rows = []
    for name in ("many_with", "many_without"):
        if name == "many_with":
            record.write_text(yaml.safe_dump(document))
        else:
            kept = {k: v for k, v in document.items() if k not in RECORDS}
            record.write_text(yaml.safe_dump(kept))
        many = sim.ensemble(file, 2, out=name, workers=1, figures=False)
        with Journal(many.folder / "replicates.journal", write=False) as journal:
            rows.append([*journal.rows(range(2))])
    for told_row in (row for many_rows in rows for row in many_rows):
        told_row.pop("held", None)
        told_row.pop("foreseen", None)
        told_row["measures"] = {
            k: v for k, v in told_row["measures"].items() if not k.startswith("regroup.score.")
        }
    assert rows[0] == rows[1]
