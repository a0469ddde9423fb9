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

import sim as api
from sim.view import saving

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


@pytest.mark.parametrize("which", ["main", pytest.param("all", marks=pytest.mark.slow)])
def test_all_files_are_the_same_bytes_in_another_process(
    sim: Sim, scenario: Path, tmp_path: Path, which: str
) -> None:
    drawn = ("--figures", which, *["--svg"] * (which == "all"))
    assert sim("run", "toy.yaml", *drawn, "--out", "one", cwd=tmp_path).returncode == 0
    other = [sys.executable, "-m", "sim", "run", "toy.yaml", *drawn, "--out", "two"]
    subprocess.run(other, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    files = {
        p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()
    } - {Path("manifest.json")}
    names = {p.name for p in files if p.parent.name == "figures"}
    assert {"axis_line.png", "who_held_what.png"} <= names
    assert ("axis_line.svg" in names) == (which == "all")
    maps = sum(n.startswith("map_") and n.endswith(".png") for n in names)
    assert maps == (3 if which == "all" else 0)
    for name in sorted(files):
        one, two = (tmp_path / out / name for out in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), name


def test_what_is_drawn_is_asked_for(
    sim: Sim, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # which files there are is looked at, not what is in them
    monkeypatch.setattr(saving, "drawn", lambda figure, kind: kind.encode())

    def drawn() -> set[str]:
        return {path.name for path in (tmp_path / "out/figures").iterdir()}

    assert sim("run", "toy.yaml", "--out", "out", cwd=tmp_path).returncode == 0
    main = drawn()
    assert {"axis_line.png", "turning_points.png", "who_held_what.png"} <= main
    assert not any(name.startswith("map_") or name.endswith(".svg") for name in main)
    done = sim("figures", "out", "--all", "--svg", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert (done.returncode, document["undrawn"]) == (0, [])
    assert {Path(name).name for name in document["files"]} == drawn() > main
    assert {"map_00_day_000.svg", "axis_line.svg"} <= drawn()
    everything = drawn()
    (tmp_path / "out/figures/axis_line.svg").unlink()
    assert sim("report", "out", cwd=tmp_path).returncode == 0  # draws again what was asked for
    assert drawn() == everything
    assert sim("figures", "out", cwd=tmp_path).stdout == f"{len(main)} files in out/figures\n"
    assert drawn() == main
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert {f"figures/{name}" for name in main} == {
        name for name in manifest["sha256"] if name.startswith("figures/")
    }
    bare = sim("run", "toy.yaml", "--figures", "none", "--out", "bare", cwd=tmp_path)
    assert bare.returncode == 0
    assert not (tmp_path / "bare/figures").exists()


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


RANGE = "network.roads.hill--town.capacity=4..10 t/day"


def test_a_run_says_how_much_of_it_is_luck(sim: Sim, scenario: Path, tmp_path: Path) -> None:
    chance = "events.gate_falls.chance=0.4"
    words = ("run", "toy.yaml", "--no-figures", "--set", RANGE, "--set", chance)
    drawn = sim(*words, "--out", "drawn", cwd=tmp_path).stdout
    assert "One draw of 1 range and 1 chance. How typical it is, many runs tell:\n" in drawn
    assert "\n  sim ensemble drawn/scenario.resolved.yaml\n" in drawn
    nominal = sim(*words, "--nominal", "--out", "nominal", cwd=tmp_path).stdout
    assert "A nominal run, at the medians of 1 range and 1 chance. How typical" in nominal
    folder = tmp_path / "nominal"
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["nominal"], summary["drawn"]) == (True, {"road:hill--town:capacity": 7000.0})
    # a chance of 0.4 does not come: the gate holds, 20 and the median of 4 and 10 t/day are left
    assert summary["chances"] == {"event:gate_falls:happens": False}
    assert summary["measures"]["axes.line.capacity_end"]["value"] == 27.0
    assert json.loads((folder / "manifest.json").read_text())["nominal"] is True
    shown = sim("show", "nominal", cwd=tmp_path).stdout
    assert "A nominal run" in shown
    # lines fold at the width of the terminal
    assert "How typical it is, many runs tell: sim ensemble " in " ".join(shown.split())
    # run again from its folder it is the same run, and a page can be made of it
    assert api.open_run(folder).again.record.nominal
    sim("report", "nominal", cwd=tmp_path)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "This run is a nominal run, at the medians of 1 range and 1 chance." in page
    assert ", seed 7, a nominal run, at the medians of 1 range and 1 chance</p>" in page
    told = sim("run", "toy.yaml", "--no-figures", cwd=tmp_path).stdout
    assert "A run without uncertain inputs." in told
    assert "sim ensemble" not in told  # many runs of it would all be this one


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
    told = sim("compare", "b", "a", "--no-figures", cwd=tmp_path).stdout
    # two runs of one name; the axis in focus first, then the settings, then other measures
    first, settings, rest = (
        told.index(words)
        for words in ("The line (line), the axis in focus",
                      "What differs in the scenarios\n  events.gate_fa",
                      "Other measures that differ")
    )  # fmt: skip
    assert first < told.index("capacity_end") < settings < rest
    only = sim("compare", "b", "a", "--no-figures", "--only", "axes.*.capacity_[el]*", "--json",
               cwd=tmp_path)  # fmt: skip
    paths = [row["path"] for row in json.loads(only.stdout)["measures"]]
    assert paths == ["axes.line.capacity_end", "axes.line.capacity_least"]
    shown = sim("compare", "b", "a", "--only", "axes.*.capacity_[el]*", cwd=tmp_path).stdout
    assert "Other measures" not in shown
    none = sim("compare", "b", "a", "--only", "axes.line.capacity_ende", cwd=tmp_path)
    assert none.returncode == 2
    assert (
        "--only: no measure matches 'axes.line.capacity_ende'; did you mean 'axes." in none.stderr
    )


def test_a_comparison_breaks_no_name_in_eighty_columns(
    sim: Sim, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = scenario.read_text(encoding="utf-8").replace("line:", "the_longest_line_to_the_town:")
    for name in ("a_scenario_of_a_long_name", "another_one_of_a_long_name"):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        sets = ["--set", "events=null"] if name.startswith("a_") else []
        sim("run", f"{name}.yaml", "--no-figures", *sets, "--out", name, cwd=tmp_path)
    told = sim("compare", "a_scenario_of_a_long_name", "another_one_of_a_long_name",
               "--no-figures", "--out", "both", cwd=tmp_path).stdout  # fmt: skip
    assert told.startswith("A: a_scenario_of_a_long_name\nB: another_one_of_a_long_name\n")
    assert max(map(len, told.splitlines())) <= 80
    lines = told.splitlines()
    # 67 characters are no column of 80 with three numbers beside it: it stands above its rows
    under = lines.index("axes.the_longest_line_to_the_town.sinks.town")
    assert lines[under + 1].split()[0] == "days_of_supply_end" or lines[under + 1].startswith("  ")
    assert "  time_of_exhaustion " in told


def test_warnings_of_validation_and_strict(sim: Sim, tmp_path: Path) -> None:
    file = Path(__file__).parents[1] / "data/warnings/captured_by_holder.yaml"
    done = sim("validate", str(file), cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.endswith(", 1 warning\n")
    assert f"{file}:21:20: warning: 'again' captures 'gate'" in done.stderr
    assert "[captured_by_holder]" in done.stderr
    assert "= look who holds it then" in done.stderr
    done = sim("validate", "--strict", "--json", str(file), cwd=tmp_path)
    assert done.returncode == 2
    (told,) = json.loads(done.stdout)["files"]
    assert [warning["warning"] for warning in told["warnings"]] == ["captured_by_holder"]
    accepted = ("--set", "accepts.captured_by_holder=it is meant so")
    assert sim("validate", "--strict", str(file), *accepted, cwd=tmp_path).returncode == 0


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
    ("words", "redirect", "code", "said"),
    [
        ("schema", ">&-", 0, ""),
        ("schema", ">/dev/full", 1, "error: No space left on device\n"),
        ("schema", ">&{unread}", 141, ""),  # by the program itself, with click
        ("--help", ">&{unread}", 141, ""),  # by click alone
        ("list toy.yaml places", ">&{unread}", 141, ""),  # by rich
    ],
    ids=str,
)
def test_standard_output_that_takes_nothing(
    words: str, redirect: str, code: int, said: str, scenario: Path, tmp_path: Path
) -> None:
    read, unread = os.pipe()
    os.close(read)  # as `| head` does once it has enough, here before anything is written
    script = f"{sys.executable} -m sim {words} {redirect.format(unread=unread)}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False, pass_fds=[unread],
    )  # fmt: skip
    os.close(unread)
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


def test_pages_and_comparisons_of_runs_import_no_engine(
    sim: Sim, scenario: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        assert sim("run", "toy.yaml", "--no-figures", "--out", name, cwd=tmp_path).returncode == 0
    code = (
        "import sys\n"
        "from sim.cli.program import cli\n"
        "for words in (['report', 'a'], ['compare', 'a', 'b', '--no-figures', '--out', 'c']):\n"
        "    cli(words, standalone_mode=False)\n"
        "print(sorted({'simpy', 'ortools', 'sim.engine', 'sim.cuts'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"
