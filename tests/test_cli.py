"""The command line: what it prints, what it writes, its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Sim = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def scenario(tmp_path: Path, two_ways: str) -> Path:
    path = tmp_path / "toy.yaml"
    path.write_text(two_ways, encoding="utf-8")
    return path


def test_run_writes_its_folder_and_says_where(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    done = sim("run", "toy.yaml", "--no-figures", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / done.stdout.splitlines()[-1].removeprefix("written to ")
    assert folder.parent == tmp_path / "results" / "toy"
    assert sorted(p.name for p in folder.iterdir()) == [
        "actors.csv", "control.csv", "events.csv", "flows.csv", "manifest.json", "regroup.csv",
        "scenario.resolved.yaml", "summary.json", "timeseries.csv",
    ]  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert set(manifest["sha256"]) == {p.name for p in folder.iterdir()} - {"manifest.json"}


def test_json_is_one_document_and_nothing_else(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    done = sim("run", "toy.yaml", "--no-figures", "--json", "--out", "here", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["folder"] == "here"
    # 20 t/day by the gate and 5 by the hill; the gate falls: 5 are left of 25
    assert document["measures"]["axes.line.capacity_start"] == {"value": 25.0, "unit": "t/day"}
    assert document["measures"]["axes.line.capacity_end"] == {"value": 5.0, "unit": "t/day"}
    credit = document["measures"]["events.gate_falls.capacity_change.line"]
    assert credit == {"value": -20.0, "unit": "t/day"}
    # 40 t last until deliveries of 5 against 8 t/day have eaten them: after the fall 3 t/day
    # are missing, 40 / 3 = 13.3 days, so on day 18 or so (convoys make it lumpy)
    assert 17 < document["measures"]["axes.line.sinks.town.time_of_exhaustion"]["value"] < 19.5


def test_all_files_are_the_same_bytes_in_another_process(
    sim: Sim, scenario: Path, tmp_path: Path
) -> None:
    assert sim("run", "toy.yaml", "--out", "one", cwd=tmp_path).returncode == 0
    other = [sys.executable, "-m", "sim", "run", "toy.yaml", "--out", "two"]
    subprocess.run(other, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    files = {
        p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()
    } - {Path("manifest.json")}
    names = {p.name for p in files if p.parent.name == "figures"}
    assert {"axis_line.png", "axis_line.svg", "who_held_what.png"} <= names
    assert sum(n.startswith("map_") and n.endswith(".png") for n in names) == 3
    for name in sorted(files):
        one, two = (tmp_path / out / name for out in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), name


def test_set_and_seed_reach_the_run(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    changed = "network.roads.hill--town.capacity=9 t/day"
    done = sim(
        "run", "toy.yaml", "--no-figures", "--json", "--seed", "3", "--set", changed, cwd=tmp_path
    )
    document = json.loads(done.stdout)
    assert document["seed"] == 3
    assert document["measures"]["axes.line.capacity_end"]["value"] == 9.0
    folder = tmp_path / document["folder"]
    again = sim(
        "run", str(folder / "scenario.resolved.yaml"), "--no-figures", "--out", "again",
        cwd=tmp_path,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    for path in folder.iterdir():
        if path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_cut_names_the_cut_and_the_routes(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    done = sim("cut", "toy.yaml", "--axis", "line", "--at", "2020-01-02", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["max_flow"] == 25000
    assert document["unit"] == "kg/day"
    # gate--port and gate--town bind alike, so it is not the only cut; the near one is named
    assert document["cut"] == ["gate--port", "hill--town"]
    assert document["unique"] is False
    assert document["fewest_places_cut"] == ["gate", "hill"]
    assert [r["kg_per_day"] for r in document["routes"]] == [20000, 5000]
    after = json.loads(sim("cut", "toy.yaml", "--json", cwd=tmp_path).stdout)
    assert (after["max_flow"], after["cut"], after["unique"]) == (5000, ["hill--town"], True)


def test_cut_in_words_when_all_is_lost(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    lost = "events.hill_falls={capture: hill, by: blue, at: 6 days}"
    done = sim("cut", "toy.yaml", "--set", lost, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "max flow: 0 t/day" in done.stdout
    assert "Gate (gate)" in done.stdout
    assert "Hill (hill)" in done.stdout
    # either place would reopen it; ties by id
    assert "enough to reopen it: Gate (gate)" in done.stdout


def test_show_and_compare_old_runs(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    sim("run", "toy.yaml", "--no-figures", "--out", "a", cwd=tmp_path)
    sim("run", "toy.yaml", "--no-figures", "--out", "b", "--set", "events=null", cwd=tmp_path)
    shown = sim("show", "a", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "Two ways to town" in shown.stdout
    done = sim("compare", "b", "a", "--out", "ab", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert [d["path"] for d in document["scenario_differences"]] == ["events.gate_falls"]
    rows = {r["path"]: r for r in document["measures"]}
    assert rows["axes.line.capacity_end"]["values"] == [25.0, 5.0]
    assert rows["axes.line.capacity_end"]["differences"] == [0.0, -20.0]
    assert rows["axes.line.capacity_start"]["changed"] is False
    assert (tmp_path / "ab/figures/compare_line.png").is_file()
    assert sim("compare", "b", "a", "--no-figures", cwd=tmp_path).stdout.startswith(
        "What differs in the scenarios\n  events.gate_falls\n"
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "nowhere.yaml"], "no such file"),
        (["run", "toy.yaml", "--out", "full"], "is not empty"),
        (["run", "toy.yaml", "--set", "axes.line.convoy.size=2"], "needs a unit"),
        (["run", "toy.yaml", "--set", "axes.lin.priority=2"], "axes.lin"),
        (["cut", "toy.yaml", "--axis", "lime"], "did you mean 'line'?"),
        (["cut", "toy.yaml", "--at", "2021-01-01"], "outside the period"),
        (["cut", "toy.yaml", "--at", "soon"], "soon"),
        (["show", "full"], "no run folder"),
        (["compare", "full"], "two run folders"),
        (["compare", "full", "full"], "no run folder"),
        (["validate", "toy.yaml", "broken.yaml"], "broken.yaml"),
    ],
)
def test_mistakes_are_named_with_exit_code_2(
    sim: Sim, args: list[str], words: str, scenario: Path, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    (tmp_path / "broken.yaml").write_text("format: 1\n")
    done = sim(*args, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()
    assert (tmp_path / "full/file").read_text() == "mine"


def test_an_unknown_measure_in_a_claim_is_a_warning(
    sim: Sim, scenario: Path, tmp_path: Path
) -> None:
    claim = "claims.c={text: x, measure: axes.line.capcity_end, relation: '>', value: 0 t/day}"
    done = sim("run", "toy.yaml", "--no-figures", "--set", claim, cwd=tmp_path)
    assert done.returncode == 0
    assert "did you mean 'axes.line.capacity_end'?" in done.stderr
    assert "undecided c: x" in done.stdout


def test_interrupted_while_drawing_leaves_nothing_behind(
    scenario: Path, tmp_path: Path, ctrl_c: None
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "toy.yaml", "--out", "out/run"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    # the figures folder is made last, inside the partial folder
    while not list(tmp_path.glob("out/.run.partial-*/figures")):
        assert time.monotonic() < deadline, "the run never began to draw"
        assert process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == "interrupted"
    assert list((tmp_path / "out").iterdir()) == []


def test_help_names_every_command(sim: Sim, tmp_path: Path) -> None:
    text = sim("--help", cwd=tmp_path).stdout
    for command in ("compare", "cut", "run", "schema", "show", "validate"):
        assert f"\n  {command} " in text


def test_heavy_parts_are_not_imported_for_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, sim, sim.cli; heavy = {'numpy', 'matplotlib', 'networkx', 'pydantic',"
        " 'ortools', 'scipy', 'rich', 'simpy'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_no_figures_draws_nothing_and_imports_no_matplotlib(scenario: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['sim', 'run', 'toy.yaml', '--no-figures']\n"
        "from sim.cli import main\n"
        "try:\n    main()\nfinally:\n    print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip().endswith("False")
