"""The commands over many runs: what they print, refuse and leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli.program import cli
from sim.engine import simulation
from sim.many.ensemble import open_ensemble
from sim.measure.along import Along
from sim.measure.summary import Analysis
from sim.scenario.model import Scenario


@pytest.fixture
def home(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(small_file.parent)
    return small_file.parent


def sim(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def ensemble(out: str, *more: str) -> Result:
    return sim("ensemble", "small.yaml", "-n", "8", "--workers", "1", "--no-figures", "--out", out,
               *more)  # fmt: skip


def test_an_ensemble_is_printed_shown_and_compared(home: Path) -> None:
    done = ensemble("one", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert (document["n"], document["seed"], document["folder"]) == (8, 7, "one")
    assert "share of runs" in sim("show", "one").output
    assert ensemble("two", "--set", "axes.line.sinks.town.demand=4 t/day").exit_code == 0
    done = sim("compare", "one", "two", "--no-figures", "--json", "--only-changed", "--out", "c")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["pairs"] == 8
    assert [c["path"] for c in document["scenario_differences"]] == ["axes.line.sinks.town.demand"]
    assert all(m["changed"] for m in document["measures"])
    assert {p.name for p in (home / "c").iterdir()} == {
        "comparison.json", "differences.csv", "manifest.json", "measures.csv", "scenarios.csv",
    }  # fmt: skip
    printed = sim("compare", "one", "two", "--no-figures", "--out", "d").output
    assert "8 pairs" in printed


def test_what_cannot_be_paired_is_refused_with_a_way_out(home: Path) -> None:
    ensemble("one")
    ensemble("two", "--seed", "9")
    done = sim("compare", "one", "two", "--no-figures")
    assert done.exit_code == 2
    assert "again with --seed 7" in done.output
    assert sim("run", "small.yaml", "--no-figures", "--out", "run").exit_code == 0
    done = sim("compare", "one", "run")
    assert done.exit_code == 2
    assert "compare like with like" in done.output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--shard", "3/2"], "K/N with 1 <= K <= N"),
        (["--shard", "9" * 5000 + "/2"], "K/N with 1 <= K <= N"),
        (["-n", str(10**24)], "is not in the range"),
        (["--shard", "1/2", "--until", "axes.line.delivered ± 1 t"], "do not go together"),
        (["--until", "axes.line.delivered"], "is no rule like"),
        (["--until", "axes.lime.delivered ± 1 t"], "did you mean 'axes.line.delivered'"),
        (["--address", "tcp://127.0.0.1:1"], "--address: is for the Dask engine"),
    ],
)
def test_bad_options_are_one_message(home: Path, args: list[str], said: str) -> None:
    done = ensemble("out", *args)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_resume_takes_its_own_scenario_alone(home: Path) -> None:
    assert sim("ensemble").exit_code == 2
    assert sim("ensemble", "--resume", "nothing").exit_code == 2
    ensemble("one")
    assert sim("ensemble", "--resume", "one", "--seed", "3").exit_code == 2
    text = (home / "small.yaml").read_text().replace("8 t/day", "9 t/day")
    (home / "other.yaml").write_text(text)
    done = sim("ensemble", "other.yaml", "--resume", "one")
    assert done.exit_code == 2
    assert "is not the scenario of one" in done.output
    assert sim("ensemble", "--resume", "one", "--no-figures", "--workers", "1").exit_code == 0


def test_a_study_is_listed_run_and_drawn(home: Path) -> None:
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nn: 6\ngrid:\n"
        "  events.gate_falls.chance: [0, 1]\n  axes.line.sinks.town.stock: [8 t, 40 t]\n"
        "measures: [axes.line.delivered]\n"
    )
    done = sim("study", "study.yaml", "--dry-run")
    assert "4 cells of 6 runs: 24 runs" in done.output
    assert not (home / "results").exists()
    done = sim("study", "study.yaml", "-n", "2", "--dry-run")
    assert "4 cells of 2 runs: 8 runs" in done.output
    done = sim("study", "study.yaml", "--workers", "1", "--out", "s")
    assert done.exit_code == 0, done.output
    assert "chance x stock" in done.output
    # with the gate held 8 t/day come for 10 days: 80 t, less what is on its way
    assert "axes.line.delivered, t" in done.output
    assert sim("show", "s").output in done.output
    for more in (["-n", "3"], ["--dry-run"], ["--out", "t"]):
        assert sim("study", "--resume", "s", *more).exit_code == 2
    assert (home / "s/figures/interaction_axes_line_delivered.png").is_file()
    compared = sim("compare", "s", "--no-figures", "--json", "--out", "c")
    assert len(json.loads(compared.stdout)["ensembles"]) == 4


def test_a_time_that_never_came_is_no_number_in_a_study(home: Path) -> None:
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nn: 2\ngrid: {events.gate_falls.chance: [0]}\n"
        "measures: [axes.line.time_of_first_cut]\n"
    )
    done = sim("study", "study.yaml", "--workers", "1", "--out", "s", "--no-figures")
    assert " never " in done.output
    assert "a difference of times" not in done.output  # there is one cell, so none


def test_a_sensitivity_is_counted_run_and_printed(home: Path) -> None:
    pytest.importorskip("SALib")
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nsensitivity: {method: morris, trajectories: 2}\n"
        "measures: [axes.line.capacity_start]\n"
    )
    # 2 trajectories over 5 inputs: 2 * (5 + 1) runs
    assert "morris over 5 inputs: 12 runs" in sim("study", "study.yaml", "--dry-run").output
    assert sim("study", "study.yaml", "-n", "3").exit_code == 2
    done = sim("study", "study.yaml", "--workers", "1", "--out", "s", "--no-figures")
    assert done.exit_code == 0, done.output
    assert "axes.line.capacity_start, t/day" in done.output
    assert "network.classes.road.capacity" in done.output
    assert "4 inputs do nothing" in done.output
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nsensitivity: {method: morris}\n"
        "measures: [axes.line.capacity_begin]\n"
    )
    refused = sim("study", "study.yaml", "--out", "t")
    assert "no measure 'axes.line.capacity_begin'" in refused.output
    assert not (home / "t").exists()


def test_a_setting_that_does_not_fit_is_shown_where_the_study_names_it(home: Path) -> None:
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\ngrid:\n  events.gate_fals.chance: [0]\n"
        "  axes.line.sinks.town.stock: [8 t, 9 t]\n"
    )
    done = sim("study", "study.yaml", "--dry-run")
    assert done.exception is not None
    said = done.output
    assert said.startswith("study.yaml:4:3: error: unknown event 'gate_fals' (set to 0)")
    assert "did you mean 'gate_falls'?" in said
    assert said.count("error") == 1  # once, not once a cell


def test_a_stop_rule_says_whether_it_was_met(home: Path) -> None:
    rule = "axes.line.delivered ± 1000 t"
    met = sim("ensemble", "small.yaml", "-n", "150", "--until", rule, "--workers", "1",
              "--no-figures", "--out", "met")  # fmt: skip
    assert "100 runs" in met.output
    assert f"stop rule {rule}: met" in met.output
    again = sim("ensemble", "--resume", "met", "-n", "20", "--no-figures", "--workers", "1")
    assert "makes it no smaller" in again.output
    few = ensemble("few", "--until", "axes.line.delivered ± 1 kg")
    assert "not met before the last run" in few.output


def test_an_ensemble_leaves_its_figures(home: Path) -> None:
    done = sim("ensemble", "small.yaml", "-n", "6", "--workers", "1", "--svg", "--out", "drawn")
    assert done.exit_code == 0, done.output
    names = {p.name for p in (home / "drawn/figures").iterdir()}
    assert {"fan_line.png", "survival_line.svg"} <= names


def test_a_lean_analysis_has_the_measures_of_a_whole_one(small: Scenario) -> None:
    for replicate in range(4):
        record = simulation.run(small, replicate=replicate, credit=False)
        whole, lean = Analysis(small, record), Analysis(small, record, Along.of(small, record))
        assert lean.measures == whole.measures
        assert lean.verdicts == whole.verdicts


def test_a_run_is_told_where_it_lies_in_an_ensemble(home: Path) -> None:
    sim("ensemble", "small.yaml", "-n", "40", "--workers", "1", "--no-figures", "--out", "many")
    words = ("run", "small.yaml", "--no-figures", "--beside", "many")
    told = sim(*words, "--out", "one").stdout
    assert "Where this run lies among them, 40 runs of many:" in told
    document = json.loads(sim(*words, "--out", "two", "--json").stdout)["beside"]
    assert (document["ensemble"], document["runs"]) == ("many", 40)
    found = {s["path"]: s for s in document["standings"]}
    # run 0 of the ensemble is the run itself: its rank among the forty, counted by hand
    columns = open_ensemble(home / "many").measured.columns
    for path, standing in found.items():
        values = columns[path]
        below, same = (values < values[0]).sum(), (values == values[0]).sum()
        assert standing["percentile"] == pytest.approx((below + same / 2) / 40, abs=1e-6)
        assert path.startswith("axes.line.")
    assert "axes.line.capacity_least" in found
    shown = json.loads(sim("show", "one", "--beside", "many", "--json").stdout)
    assert shown["beside"] == document
    before = sorted(home.iterdir())
    done = sim(*words, "--set", "axes.line.priority=2", "--out", "three")
    assert done.exit_code == 2
    assert "--beside: many is an ensemble of another scenario" in done.output
    assert "axes.line.priority" in done.output
    assert sim("show", "many", "--beside", "many").exit_code == 2
    assert sorted(home.iterdir()) == before  # nothing is written of what cannot be told


def test_where_a_run_lies_stands_in_a_figure_and_on_its_page(home: Path) -> None:
    sim("ensemble", "small.yaml", "-n", "40", "--workers", "1", "--no-figures", "--out", "many")
    told = sim("run", "small.yaml", "--beside", "many", "--out", "one", "--json").stdout
    document = json.loads(told)["beside"]
    assert json.loads((home / "one/beside.json").read_bytes()) == document
    manifest = json.loads((home / "one/manifest.json").read_bytes())
    assert {"beside.json", "figures/beside.png"} <= manifest["sha256"].keys()
    rows = (home / "one/figures/beside.csv").read_text("utf-8").splitlines()
    assert len(rows) == 1 + len(document["standings"])
    assert rows[1].startswith(document["standings"][0]["path"])
    sim("run", "small.yaml", "--no-figures", "--out", "other")

    def page(*words: str) -> str:
        assert sim("report", *words, "--out", "page.html").exit_code == 0
        return (home / "page.html").read_text("utf-8")

    shown = page("one")
    assert "Beside 40 runs of its scenario." in shown
    for standing in document["standings"]:
        assert standing["path"].removeprefix("axes.line.") in shown
        assert f"at {standing['percentile'] * 100:.0f} %" in shown
    assert "Among many runs" not in page("other")
    assert page("other", "--beside", "many").count('aria-label="at ') == len(document["standings"])
    assert page("one", "--beside", "many") == shown
    for folders in (("one", "other"), ("many",)):
        done = sim("report", *folders, "--beside", "many")
        assert (done.exit_code, "--beside: one run" in done.output) == (2, True)
    sim("run", "small.yaml", "--set", "axes.line.priority=2", "--no-figures", "--out", "third")
    done = sim("report", "third", "--beside", "many")
    assert (done.exit_code, "of another scenario" in done.output) == (2, True)
    assert not (home / "third/report.html").exists()


def test_an_ensemble_prints_the_least_capacity_and_each_measure_once(home: Path) -> None:
    told = sim(
        "ensemble", "small.yaml", "-n", "40", "--workers", "1", "--no-figures", "--out", "m"
    ).stdout
    rows = [line.split()[0] for line in told.splitlines() if line.strip()]
    assert rows.count("capacity_least") == 1
    # the axis has one sink: what it delivered there is what it delivered
    assert rows.count("delivered") == 1
    assert not any(row.startswith("sinks.") and row.endswith(".delivered") for row in rows)
