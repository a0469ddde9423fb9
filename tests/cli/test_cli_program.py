"""The command line: what it prints, what it writes, its exit codes."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
        "actors.csv", "control.csv", "events.csv", "flows.csv", "loads.csv", "manifest.json",
        "regroup.csv", "scenario.resolved.yaml", "summary.json", "timeseries.csv",
    ]  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert manifest["figures"] == "none"
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
        (["compare", "full"], "two runs at least"),
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


def drawing(folder: Path) -> subprocess.Popen[str]:
    """A run of the toy that has begun to draw its figures, the last that it does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "toy.yaml", "--out", "out/run"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (folder / "out/run/figures").is_dir():
        assert time.monotonic() < deadline, "the run never began to draw"
        assert process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.005)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_interrupted_while_drawing_leaves_the_tables_and_says_pending(
    number: signal.Signals, scenario: Path, tmp_path: Path, ctrl_c: None
) -> None:
    process = drawing(tmp_path)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == "interrupted; out/run is whole but for its figures"
    run = tmp_path / "out/run"
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["run"]
    manifest = json.loads((run / "manifest.json").read_text())
    assert (manifest["status"], manifest["figures"]) == ("complete", "pending")
    assert set(manifest["sha256"]) == {p.name for p in run.iterdir()} - {"manifest.json", "figures"}
    assert not [p for p in run.rglob("*") if p.name.startswith(".")]


def test_copies_that_draw_end_with_the_first_process(scenario: Path, tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    process = drawing(tmp_path)
    deadline = time.monotonic() + 30
    copies: list[Any] = []
    while len(copies) < 2 and process.poll() is None and time.monotonic() < deadline:
        copies = psutil.Process(process.pid).children()
    process.kill()
    process.communicate(timeout=30)
    if len(copies) < 2:
        pytest.skip("figures are drawn by one process here")
    _, alive = psutil.wait_procs(copies, timeout=20)
    assert not alive


@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [
        (">&-", 0, ""),
        (">/dev/full", 1, "error: No space left on device\n"),
        ("| true", 1, ""),
    ],
    ids=str,
)
def test_standard_output_that_takes_nothing(
    redirect: str, code: int, said: str, tmp_path: Path
) -> None:
    command = f"{sys.executable} -m sim schema"
    script = f"set -o pipefail; {command} {redirect}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, said)


def test_a_folder_that_may_not_be_read(
    sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)  # a test that runs as root may read everything
    done = sim("show", "locked/run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: locked/run: Permission denied\n")


def test_pipes_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    for name in ("pipe.yaml", "pipe.csv", "pipe.npz"):
        os.mkfifo(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "sim", "validate", "pipe.yaml"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "pipe.yaml: error: is not a file\n")
    code = (
        "import sys; from sim.network.readers import read_table\n"
        "for name in ('pipe.csv', 'pipe.npz'):\n"
        "    try: read_table(name)\n"
        "    except Exception as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=30,
        check=True,
    )  # fmt: skip
    assert done.stdout == "pipe.csv: error: is not a file\npipe.npz: error: is not a file\n"


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (".", ". is the current folder"),
        ("file", "file exists already and is not a folder"),
        ("x" * 300, "File name too long"),
        ("a/" * 3000, "File name too long"),
        ("file/in", "Not a directory"),
    ],
    ids=lambda text: text[:20],
)
def test_folders_that_cannot_be_written(
    sim: Sim, out: str, words: str, scenario: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    if out != ".":  # else the folder is empty, and could be replaced
        (here / "file").touch()
    before = set(here.iterdir())
    done = sim("run", "../toy.yaml", "--no-figures", "--out", out, cwd=here)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert set(here.iterdir()) == before


def test_a_link_to_an_empty_folder_is_followed(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    done = sim("run", "toy.yaml", "--no-figures", "--out", "link", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk/summary.json").is_file()


def test_a_folder_whose_name_is_no_text(scenario: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"sim", b"run", b"toy.yaml", b"--no-figures",
         b"--out", b"\xff"],
        cwd=tmp_path, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / os.fsdecode(b"\xff") / "manifest.json").read_bytes())
    assert manifest["argv"][-1] == "\\xff"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summary.json", "[]"),
        ("summary.json", "{}"),
        ("summary.json", '{"scenario": 5, "seed": 1, "measures": {}, "checks": {}}'),
        ("summary.json", '{"seed": NaN}'),
        ("summary.json", "[" * 100_000),
        ("timeseries.csv", "garbage\n"),
        ("timeseries.csv", "time_s,subject,measure,value\n1,a,b\n"),
    ],
    ids=lambda text: text[:20],
)
def test_a_run_folder_that_was_changed(
    sim: Sim, name: str, text: str, scenario: Path, tmp_path: Path
) -> None:
    assert sim("run", "toy.yaml", "--no-figures", "--out", "a", cwd=tmp_path).returncode == 0
    (tmp_path / "a" / name).write_text(text)
    commands = [("compare", "a", "a", "--no-figures", "--out", "ab")]
    commands += [("show", "a"), ("film", "a")] if name == "summary.json" else []
    for command in commands:
        done = sim(*command, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith(f"error: a/{name} ")
    assert not (tmp_path / "ab").exists()


@pytest.mark.parametrize("command", ["run", "cut", "ensemble"])
def test_a_seed_that_no_scenario_can_state(
    sim: Sim, command: str, scenario: Path, tmp_path: Path
) -> None:
    done = sim(command, "toy.yaml", "--seed", str(2**63), cwd=tmp_path)
    assert done.returncode == 2
    assert "--seed" in done.stderr
    assert not (tmp_path / "results").exists()


def test_help_names_every_command(sim: Sim, tmp_path: Path) -> None:
    text = sim("--help", cwd=tmp_path).stdout
    for command in ("compare", "cut", "run", "schema", "show", "validate"):
        assert f"\n  {command} " in text


def test_heavy_parts_are_not_imported_for_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, sim, sim.cli.program; heavy = {'numpy', 'matplotlib', 'networkx', 'pydantic',"
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
        "from sim.cli.program import main\n"
        "try:\n    main()\nfinally:\n    print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip().endswith("False")
