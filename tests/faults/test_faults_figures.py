"""Figures that cannot be drawn: each costs itself, and nothing else of what was written."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.base.errors import FigureWarning, FolderError
from sim.base.files import digest_of, locked
from sim.tables.manifest import Undrawn, draw_into, put_manifest, undrawn, unsealed
from sim.view import figures as of_run

Sim = Callable[..., subprocess.CompletedProcess[str]]
RUN = ("run", "toy.yaml", "--figures", "all", "--svg")
PARTS = ("png", "svg", "csv")
ENOSPC = "No space left on device"


def broken(*_: object) -> Any:
    raise ZeroDivisionError("division by zero")


def manifest(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "manifest.json").read_bytes())
    assert isinstance(found, dict)
    return found


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(".")]


@pytest.fixture
def home(tmp_path: Path, two_ways: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "toy.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has two figures; drawing all of them would tell no more here."""
    every = of_run.figures

    def first(*given: Any, **more: Any) -> Any:
        return [d for d in every(*given, **more) if d[0] in ("axis_line", "map_00_day_000")]

    monkeypatch.setattr(of_run, "figures", first)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("part", ["axis_data", "draw_axis", "axis_table"])
def test_a_figure_that_fails_is_named_and_all_else_stands(
    part: str, sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sim(*RUN, "--out", "whole", cwd=home).returncode == 0
    monkeypatch.setattr(of_run, part, broken)
    done = sim(*RUN, "--out", "out", cwd=home)
    assert done.returncode == 1
    said = "figure axis_line could not be drawn: ZeroDivisionError: division by zero\n"
    assert done.stderr == f"{said}all else in out is whole\n"
    assert done.stdout.endswith("written to out\n")
    one, other = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
                  for f in (Path("whole"), Path("out")))  # fmt: skip
    lost = {Path(f"figures/axis_line.{kind}") for kind in PARTS}
    assert one.keys() - other.keys() == lost
    del one[Path("manifest.json")], other[Path("manifest.json")]
    assert other.items() <= one.items()
    failed = [{"figure": "axis_line", "error": "ZeroDivisionError: division by zero"}]
    assert manifest(Path("out"))["figures"] == failed
    assert manifest(Path("whole"))["figures"] == "done"
    assert set(manifest(Path("out"))["sha256"]) == {p.as_posix() for p in other}


def test_what_all_figures_are_drawn_from_may_fail(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_run, "Maps", broken)
    done = sim(*RUN, "--out", "out", "--json", cwd=home)
    assert (done.returncode, json.loads(done.stdout)["folder"]) == (1, "out")
    assert "figure figures could not be drawn: ZeroDivisionError" in done.stderr
    assert (home / "out/summary.json").is_file()
    assert sim("show", "out", cwd=home).returncode == 0


def test_a_disk_that_is_full_of_figures(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def small(path: Path, data: bytes) -> int:
        if len(data) > 40_000:
            raise OSError(errno.ENOSPC, ENOSPC, str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", small)  # pictures are written so, and only they
    done = sim(*RUN, "--out", "out", cwd=home)
    assert done.returncode == 1
    said = {line.split()[1] for line in done.stderr.splitlines() if ENOSPC in line}
    failed = {one.figure for one in undrawn(home / "out")}
    assert said == failed
    assert "map_00_day_000" in failed
    assert not hidden(home)
    for path in (home / "out/figures").iterdir():  # of what was drawn all three files are there
        assert path.stem not in failed
        assert {path.with_suffix(f".{kind}").is_file() for kind in PARTS} == {True}


@pytest.mark.usefixtures("two")
def test_a_disk_too_full_for_the_last_manifest(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.name == "manifest.json" and target.is_file():
            raise OSError(errno.ENOSPC, ENOSPC, str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    done = sim(*RUN, "--out", "out", cwd=home)
    assert (done.returncode, ENOSPC in done.stderr) == (1, True)
    assert manifest(home / "out")["figures"] == "pending"
    assert not hidden(home)
    assert api.open_run("out").summary["measures"]


ENSEMBLE = ("ensemble", "toy.yaml", "-n", "4", "--workers", "1", "--out", "many")


def test_an_ensemble_keeps_its_runs_and_draws_the_next_time(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.view.charts import ensemble_figures

    with monkeypatch.context() as patch:
        patch.setattr(ensemble_figures, "axis_fan", broken)
        done = sim(*ENSEMBLE, cwd=home)
        assert done.returncode == 1
        assert "figure fan_line could not be drawn" in done.stderr
        assert [one.figure for one in undrawn(home / "many")] == ["fan_line"]
        assert manifest(home / "many")["status"] == "complete"
        assert not (home / "many/figures/fan_line.png").exists()
    assert sim("ensemble", "--resume", "many", cwd=home).returncode == 0
    assert manifest(home / "many")["figures"] == "done"
    assert (home / "many/figures/fan_line.png").is_file()


def test_a_larger_ensemble_keeps_no_figures_of_the_smaller(sim: Sim, home: Path) -> None:
    assert sim(*ENSEMBLE, cwd=home).returncode == 0
    more = sim("ensemble", "--resume", "many", "-n", "6", "--no-figures", cwd=home)
    assert more.returncode == 0
    assert manifest(home / "many")["figures"] == "none"
    assert not (home / "many/figures").exists()


def test_a_comparison_and_a_study_keep_their_tables(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.view.charts import compare_figures, study_figures

    monkeypatch.setattr(compare_figures, "draw_compare", broken)
    monkeypatch.setattr(study_figures, "interaction_data", broken)
    for name, size in (("a", "10 t"), ("b", "5 t")):
        words = ("run", "toy.yaml", "--no-figures", "--out", name)
        assert sim(*words, "--set", f"axes.line.convoy.size={size}", cwd=home).returncode == 0
    done = sim("compare", "a", "b", "--out", "ab", cwd=home)
    assert done.returncode == 1
    assert [one.figure for one in undrawn(home / "ab")] == ["compare_line"]
    assert (home / "ab/measures.csv").is_file()
    (home / "study.yaml").write_text(
        "format: 1\nbase: toy.yaml\nn: 2\nmeasures: [axes.line.delivered]\n"
        "grid: {axes.line.convoy.size: [10 t, 5 t]}\n"
    )
    done = sim("study", "study.yaml", "--workers", "1", "--out", "study", cwd=home)
    assert done.returncode == 1
    assert "figure interaction_axes_line_delivered could not be drawn" in done.stderr
    assert (home / "study/effects.csv").is_file()
    assert manifest(home / "study")["status"] == "complete"


def test_a_process_that_draws_may_be_killed(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = os.getpid()

    def killed(*_: object) -> Any:
        if os.getpid() == first:  # a machine on which all is drawn in one process
            broken()
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(of_run, "draw_axis", killed)
    done = sim(*RUN, "--out", "out", cwd=home)
    assert done.returncode == 1
    assert "axis_line" in {one.figure for one in undrawn(home / "out")}
    assert api.open_run("out").summary["measures"]


def test_one_process_at_a_time_draws_into_a_folder(home: Path) -> None:
    pytest.importorskip("fcntl")
    folder = api.run(api.load("toy.yaml")).write("out", figures=False)
    other = "import sys; from pathlib import Path; from sim.tables.manifest import draw_into\n"
    other += "draw_into(Path('out'), lambda place: [])"
    with locked(folder):
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True,
                              check=False)  # fmt: skip
        with pytest.raises(FolderError, match="is in use"):
            draw_into(folder, None)
    assert "FolderError: out is in use: another process writes to it" in done.stderr
    with pytest.warns(FigureWarning, match="figure x of out could not be drawn: why"):
        draw_into(folder, lambda place: [Undrawn("x", "why")])
    assert undrawn(folder) == [Undrawn("x", "why")]


def lost_figures(home: Path) -> tuple[Path, dict[str, bytes]]:
    """The folder of a run whose figures were left pending, and the figures that it should have."""
    folder = api.run(api.load("toy.yaml")).write("out", figures="all", svg=True)
    whole = {path.name: path.read_bytes() for path in (folder / "figures").iterdir()}
    for path in (folder / "figures").iterdir():
        path.unlink()
    state(folder, "pending")
    return home / folder, whole


def state(folder: Path, figures: str) -> None:
    """Let a manifest say so of figures."""
    document = manifest(folder)
    document["figures"] = figures
    document["sha256"] = {k: v for k, v in document["sha256"].items() if "figures/" not in k}
    put_manifest(folder, document)


@pytest.mark.usefixtures("two")
def test_a_page_draws_what_was_left_pending(sim: Sim, home: Path) -> None:
    folder, whole = lost_figures(home)
    done = sim("report", "out", cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name: path.read_bytes() for path in (folder / "figures").iterdir()} == whole
    assert manifest(folder)["figures"] == "done"
    assert {f"figures/{name}" for name in whole} <= manifest(folder)["sha256"].keys()
    assert ">done</code>" in (folder / "report.html").read_text("utf-8")
    # again if one of them is gone; not where none were asked for
    (folder / "figures/axis_line.png").unlink()
    assert sim("report", "out", cwd=home).returncode == 0
    assert (folder / "figures/axis_line.png").read_bytes() == whole["axis_line.png"]
    state(folder, "none")
    (folder / "figures/axis_line.png").unlink()
    assert sim("report", "out", cwd=home).returncode == 0
    assert not (folder / "figures/axis_line.png").exists()


@pytest.mark.usefixtures("two")
def test_a_page_is_written_whatever_figure_fails(
    sim: Sim, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, whole = lost_figures(home)
    with monkeypatch.context() as patch:
        patch.setattr(of_run, "axis_data", broken)
        done = sim("report", "out", "--json", cwd=home)
    assert (done.returncode, json.loads(done.stdout)) == (1, {"file": "out/report.html"})
    said = "figure axis_line of out could not be drawn: ZeroDivisionError: division by zero\n"
    assert done.stderr == said
    assert (folder / "report.html").is_file()
    assert [one.figure for one in undrawn(folder)] == ["axis_line"]
    assert {*whole} - {p.name for p in (folder / "figures").iterdir()} == {
        f"axis_line.{kind}" for kind in PARTS
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_run, "axis_data", broken)
        with pytest.warns(FigureWarning, match="axis_line of out"):
            assert api.report("out").is_file()
    assert sim("report", "out", cwd=home).returncode == 0  # it is tried again
    assert manifest(folder)["figures"] == "done"
    listed = {name for name in manifest(folder)["sha256"] if name.startswith("figures/")}
    assert listed == {f"figures/{name}" for name in whole}


@pytest.mark.usefixtures("two")
def test_a_page_is_written_where_nothing_can_be_drawn(sim: Sim, home: Path) -> None:
    pytest.importorskip("fcntl")
    folder, _ = lost_figures(home)
    before = manifest(folder)
    with locked(folder):
        done = sim("report", "out", cwd=home)
    assert done.returncode == 1
    in_use = "out is in use: another process writes to it\n"
    assert done.stderr == (
        f"warning: out/report.html is not named in the manifest: {in_use}"
        f"figures of out could not be drawn: {in_use}"
    )
    summary = json.loads((folder / "summary.json").read_bytes())
    summary["measures"]["axes.line.delivered"]["value"] += 1  # as of another version
    (folder / "summary.json").write_text(json.dumps(summary))
    done = sim("report", "out", cwd=home)
    assert (done.returncode, "another version of the program" in done.stderr) == (1, True)
    assert "warning: out/summary.json is not what was written there" in done.stderr
    after = manifest(folder)
    assert after["sha256"].pop("report.html") == digest_of(folder / "report.html")
    assert unsealed(after) == unsealed(before)
    assert (folder / "report.html").is_file()


@pytest.mark.usefixtures("two")
def test_a_page_of_two_runs_draws_the_figures_of_both(sim: Sim, home: Path) -> None:
    for name in ("a", "b"):
        state(api.run(api.load("toy.yaml")).write(name, figures=False), "pending")
    assert sim("report", "a", "b", cwd=home).returncode == 0
    for name in ("a", "b"):
        assert (home / name / "figures/axis_line.svg").is_file()


def test_a_page_of_many_runs_draws_what_was_left_pending(sim: Sim, home: Path) -> None:
    assert sim(*ENSEMBLE, "--no-figures", cwd=home).returncode == 0
    (home / "study.yaml").write_text(
        "format: 1\nbase: toy.yaml\nn: 2\nmeasures: [axes.line.delivered]\n"
        "grid: {axes.line.convoy.size: [10 t, 5 t, 4 t]}\n"  # ranks of three cells or more
    )
    words = ("study", "study.yaml", "--workers", "1", "--out", "study", "--no-figures")
    assert sim(*words, cwd=home).returncode == 0
    figures = {"many": "fan_line", "study": "ranks_axes_line_delivered"}
    for name, figure in figures.items():
        state(home / name, "pending")
        assert sim("report", name, cwd=home).returncode == 0
        assert manifest(home / name)["figures"] == "done"
        assert (home / name / f"figures/{figure}.png").is_file()
        # pages of many runs carry their figures
        assert "data:image/" in (home / name / "report.html").read_text("utf-8")
