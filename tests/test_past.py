"""Folders that version 0.1.0 wrote are still read: shown, compared, reported and resumed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import sim as api
from sim.many.journal import Journal

Sim = Callable[..., subprocess.CompletedProcess[str]]
PAST = Path(__file__).parent / "data/past"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """A copy of the old folders, since some commands add files to them."""
    return Path(shutil.copytree(PAST, tmp_path / "past"))


def test_runs_are_shown_compared_and_reported(sim: Sim, past: Path) -> None:
    shown = sim("show", "run", "--json", cwd=past)
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout) == json.loads((past / "run/summary.json").read_text("utf-8"))
    done = sim("compare", "run", "run_town_stays", "--no-figures", "--out", "again", cwd=past)
    assert done.returncode == 0, done.stderr
    for name in ("comparison.json", "scenarios.csv"):
        assert (past / "again" / name).read_bytes() == (past / "comparison" / name).read_bytes()
    # the same rows: those that matter most come first since
    again, before = (
        (past / folder / "measures.csv").read_text("utf-8").splitlines()
        for folder in ("again", "comparison")
    )
    assert again[0] == before[0]
    assert sorted(again[1:]) == sorted(before[1:])
    page = sim("report", "run", cwd=past)
    assert page.returncode == 0, page.stderr
    assert (past / "run/report.html").stat().st_size > 50_000


def test_a_run_is_run_again_and_nothing_moves_otherwise(sim: Sim, past: Path) -> None:
    done = sim("run", "run/scenario.resolved.yaml", "--no-figures", "--out", "again", cwd=past)
    assert done.returncode == 0, done.stderr
    written = {p.name: p.read_bytes() for p in (past / "run").iterdir()}
    again = {p.name: p.read_bytes() for p in (past / "again").iterdir()}
    assert again.keys() >= written.keys()
    # what has changed in the other files since is named in CHANGELOG.md
    for name in ("control.csv", "flows.csv", "scenario.resolved.yaml"):
        assert again[name] == written[name], name


def test_an_ensemble_half_done_goes_on(sim: Sim, past: Path) -> None:
    folder = past / "ensemble_half_done"
    lines = (folder / "replicates.jsonl").read_text("utf-8").splitlines()
    before = {row.pop("replicate"): row for row in map(json.loads, lines)}
    assert len(before) == 4
    done = sim("ensemble", "--resume", folder.name, "--workers", "1", "--no-figures", cwd=past)
    assert done.returncode == 0, done.stderr
    assert not (folder / "replicates.jsonl").exists()  # it was taken over
    with Journal(folder / "replicates.journal", write=False) as journal:
        assert len(journal) == 40
        for row in journal.rows(before):
            was = before[row.pop("replicate")]
            was.pop("units", None)
            assert row == was


def test_a_study_is_reported_and_its_cells_compared(sim: Sim, past: Path) -> None:
    done = sim("report", "study", cwd=past)
    assert done.returncode == 0, done.stderr
    assert "Does the town matter" in (past / "study/report.html").read_text("utf-8")
    cells = [f"study/cells/town_{c}-stab_none" for c in ("stays", "falls")]
    compared = sim("compare", *cells, "--no-figures", "--json", "--out", "cells", cwd=past)
    assert compared.returncode == 0, compared.stderr


@pytest.mark.parametrize(
    ("wrote", "refused"), [("99.0", True), ("0.1.1", False), ("0.0.9", False), ("a fork", False)]
)
def test_what_a_later_version_wrote_is_refused_with_a_word(
    past: Path, monkeypatch: pytest.MonkeyPatch, wrote: str, refused: bool
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.2.0")
    for folder in ("run", "study"):
        path = past / folder / "manifest.json"
        manifest = json.loads(path.read_text("utf-8"))
        manifest["versions"]["supply-axis"] = wrote
        manifest.pop("digest", None)  # not whole by its own word: only its version is asked about
        path.write_text(json.dumps(manifest), encoding="utf-8")
        if refused:
            with pytest.raises(api.FolderError, match=f"by version {wrote} .* is 0.2.0: use that"):
                api.summary(past / folder)
        else:
            assert api.summary(past / folder)


def test_a_scenario_of_another_format_is_refused_with_a_word() -> None:
    text = (PAST / "war.yaml").read_text("utf-8")
    assert api.validate(PAST / "war.yaml").error is None
    error = api.validate(text.replace("format: 1", "format: 2", 1)).error
    assert error is not None
    assert "unknown format" in error.render()
    assert "this program reads 'format: 1'" in error.render()
