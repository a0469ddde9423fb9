"""A folder of results is checked against its manifest; what was changed is told, or not used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.api import runs
from sim.base.errors import DamageWarning
from sim.base.files import digest_of, fingerprint
from sim.many.ensemble import open_ensemble
from sim.many.journal import Journal
from sim.many.sensitivity import open_sensitivity
from sim.tables import identity as identities
from sim.tables import verified
from sim.tables.folder import RESOLVED
from sim.tables.manifest import put_manifest, unsealed
from sim.tables.verified import Fault
from sim.view import draw, saving

STUDY = (
    "format: 1\nbase: one_way.yaml\nn: 3\nmeasures: [axes.line.delivered]\n"
    "grid: {events.gate_falls.chance: [0, 1]}\n"
)


def whole_run(home: Path, *, figures: bool = False) -> Path:
    return sim.run("one_way.yaml").write(home / "it", figures=figures)


def whole_ensemble(home: Path, *, figures: bool = False) -> Path:
    done = sim.ensemble("one_way.yaml", 4, out=home / "it", workers=1, figures=figures)
    return done.folder


def whole_study(home: Path, *, figures: bool = False) -> Path:
    (home / "study.yaml").write_text(STUDY, encoding="utf-8")
    return sim.study("study.yaml", out=home / "it", workers=1, figures=figures).folder


Make = Callable[..., Path]
KINDS = pytest.mark.parametrize("make", [whole_run, whole_ensemble, whole_study])


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def change_a_digit(path: Path) -> bytes:
    """Change the first digit in a file, or its last byte where there is none; what was there."""
    before = path.read_bytes()
    at = next((i for i, byte in enumerate(before) if chr(byte).isdigit()), len(before) - 1)
    path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
    return before


def said(fault: Fault) -> tuple[Path, str]:
    return fault.file, fault.why


@KINDS
@pytest.mark.parametrize("figures", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_changed_digit_is_found_in_every_file(make: Make, figures: bool, home: Path) -> None:
    folder = make(home, figures=figures)
    found = sim.verify(folder)
    assert (found.whole, found.unnamed, found.unvouched) == (True, (), ())
    assert found.files + found.folders == len(files(folder))
    for path in files(folder):
        before = change_a_digit(path)
        found = sim.verify(folder)
        assert path in {fault.file for fault in found.faults}, path
        path.write_bytes(before)
    assert sim.verify(folder).whole


@KINDS
def test_what_is_gone_and_what_is_new_is_told(make: Make, home: Path) -> None:
    folder = make(home)
    (folder / "new.txt").touch()
    (folder / ".new.partial-1").mkdir()  # half-written by a process that was killed
    (folder / "summary.json").unlink()
    found = sim.verify(folder)
    assert list(map(said, found.faults)) == [(folder / "summary.json", "is gone")]
    assert found.unnamed == (folder / "new.txt",)
    assert json.loads(json.dumps(found.document()))["whole"] is False
    assert "is named by no manifest" in str(found.lines())


def test_a_cell_that_is_gone_or_is_another_is_told(home: Path) -> None:
    folder = whole_study(home)
    one, other = sorted((folder / "cells").iterdir())
    shutil.rmtree(one)
    assert [fault.file for fault in sim.verify(folder).faults] == [one / "manifest.json"]
    shutil.copytree(other, one)
    assert [str(fault) for fault in sim.verify(folder).faults] == [
        f"{one} is another ensemble than was begun there"
    ]


def test_who_writes_into_a_finished_folder_names_it_there(home: Path) -> None:
    folder = whole_run(home)
    sim.report(folder)
    sim.film(folder, fps=1, seconds=2)
    opened = sim.open_run(folder)
    opened.export(folder / "ground.geojson")
    opened.export("elsewhere.geojson")
    found = sim.verify(folder)
    assert (found.whole, found.unnamed) == (True, ())
    named = json.loads((folder / "manifest.json").read_bytes())["sha256"]
    assert {"report.html", "film.png", "ground.geojson"} <= named.keys()
    assert "elsewhere.geojson" not in named
    change_a_digit(folder / "film.png")
    assert [fault.file for fault in sim.verify(folder).faults] == [folder / "film.png"]


def test_what_is_unfinished_or_of_an_older_version_vouches_for_less(home: Path) -> None:
    folder = whole_run(home)
    manifest = unsealed(json.loads((folder / "manifest.json").read_bytes()))
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert not sim.verify(folder).whole  # whoever names the program writes a digest too
    del manifest["program"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = sim.verify(folder)
    assert (found.whole, len(found.unvouched)) == (True, 1)
    put_manifest(folder, {"status": "running", "sha256": manifest["sha256"]})
    assert "is running" in str(sim.verify(folder).unvouched[0])
    with pytest.raises(sim.FolderError, match="no folder of results"):
        sim.verify(home)


def test_a_journal_under_way_is_checked_frame_by_frame(home: Path) -> None:
    folder = whole_ensemble(home)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in ("replicates.csv", "replicates.parquet", "replicates.journal", "summary.json"):
        manifest["sha256"].pop(name, None)
    del manifest["finished"]
    put_manifest(folder, manifest | {"status": "interrupted"})
    assert sim.verify(folder).whole
    flipped(folder / "replicates.journal")
    assert [fault.file.name for fault in sim.verify(folder).faults] == ["replicates.journal"]


# --- those who read ----------------------------------------------------------------------


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_changed_is_told_by_whoever_reads_it(home: Path) -> None:
    folder = whole_run(home)
    edited(folder / "summary.json", '"seed": ', '"seed": 1')
    told = pytest.warns(DamageWarning, match=r"summary\.json is not what was written there")
    with told:
        sim.summary(folder)
    with told:
        sim.compare(folder, sim.run("two_ways.yaml"))
    with told, pytest.raises(sim.FolderError, match="another version"):
        sim.film(folder)


SAID = "Changed since it was written, so that what is shown here may be wrong: it/"


@KINDS
def test_a_page_says_which_files_were_changed(make: Make, home: Path) -> None:
    folder = make(home)
    assert 'class="altered"' not in sim.report(folder).read_text("utf-8")
    edited(folder / "summary.json", "{", "{ ")  # which changes no number
    with pytest.warns(DamageWarning, match=r"summary\.json"):
        page = sim.report(folder).read_text("utf-8")
    assert f'<p class="altered"><strong>{SAID}summary.json</strong></p>' in page


def test_a_page_of_several_runs_and_of_a_study_says_it_of_each(home: Path) -> None:
    one, other = whole_run(home), sim.run("two_ways.yaml").write(home / "other", figures=False)
    edited(other / "flows.csv", "0", "1")
    with pytest.warns(DamageWarning, match=r"flows\.csv"):
        page = sim.report(one, other, out="both.html").read_text("utf-8")
    assert "may be wrong: other/flows.csv<" in page
    shutil.rmtree(one)
    study = whole_study(home)
    cell = sorted(study.glob("cells/*"))[0]
    edited(cell / "replicates.csv", "0", "1")
    with pytest.warns(DamageWarning, match=r"replicates\.csv"):
        page = sim.report(study).read_text("utf-8")
    assert f"may be wrong: {cell.name}/replicates.csv<" in page


def test_the_small_print_of_figures_says_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared, and what is drawn again of many runs; a run that is drawn is run again."""
    notes = []

    def kept(note: str) -> AbstractContextManager[None]:
        notes.append(note)
        return nullcontext()

    monkeypatch.setattr(draw, "noted", kept)
    monkeypatch.setattr(saving, "save_each", lambda *_, **__: [])  # nothing is looked at here
    one, other = whole_run(home), sim.run("two_ways.yaml").write(home / "other", figures=False)
    sim.compare(one, other).write(home / "apart")
    edited(one / "summary.json", "{", "{ ")
    with pytest.warns(DamageWarning):
        sim.compare(one, other).write(home / "apart_again")
    shutil.rmtree(one)
    many = whole_ensemble(home)
    sim.figures(many)
    edited(many / "summary.json", "{", "{ ")
    with pytest.warns(DamageWarning):
        sim.figures(many)
    assert notes == ["", f"{SAID}summary.json", "", f"{SAID}summary.json"]


def test_small_print_is_read_on_the_sheet() -> None:
    page = draw.Page("A title", "what it shows", "made up")

    def words() -> list[str]:
        return [text.get_text() for text in draw.sheet(page).figure.texts]

    assert words() == ["A title", "what it shows", "made up"]
    with draw.noted(f"{SAID}summary.json"):
        assert words() == ["A title", "what it shows", f"{SAID}summary.json", "made up"]


def test_a_link_out_of_a_folder_is_not_followed(home: Path) -> None:
    folder = whole_run(home)
    secret = home / "secret"
    secret.write_text("password: 1", encoding="utf-8")
    for name in ("scenario.resolved.yaml", "summary.json"):
        path = folder / name
        before = path.read_bytes()
        path.unlink()
        path.symlink_to(secret)
        for read in (sim.open_run, sim.report, sim.film):
            with pytest.raises(sim.FolderError, match="is a link out of") as told:
                read(folder)
            assert "password" not in str(told.value)
        assert "is a link out of" in sim.verify(folder).faults[0].why
        path.unlink()
        path.write_bytes(before)


def rewritten(journal: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write a journal anew with whole frames, each row changed."""
    with Journal(journal, write=False) as old:
        rows, units = list(old.rows(sorted(old.done))), old.units
    journal.unlink()
    with Journal(journal) as new:
        for row in rows:
            new.append(change(row), units)


def test_a_journal_that_was_changed_is_not_gone_on_with(home: Path) -> None:
    folder = whole_ensemble(home)
    shutil.copytree(folder, home / "other")
    journal = folder / "replicates.journal"
    rewritten(journal, lambda row: row | {"replicate": row["replicate"] + 1})
    with pytest.raises(sim.FolderError, match="does not have replicate 0"):
        sim.compare(folder, home / "other")
    rewritten(journal, lambda row: row | {"replicate": row["replicate"] - 1, "chances": {}})
    with pytest.raises(sim.FolderError, match="was changed since it was written"):
        sim.resume(folder, 6, workers=1)
    with pytest.raises(sim.FolderError, match="is not what was written there"):
        sim.merge(folder, out="merged")
    edited(folder / "manifest.json", '"n": 4', '"n": 5')
    with pytest.raises(sim.FolderError, match=r"manifest\.json is not what was written there"):
        sim.resume(folder, workers=1)


def shorten(journal: Path) -> None:
    """Take the last run out of a journal."""
    with Journal(journal, write=False) as old:
        rows, units = list(old.rows(sorted(old.done))), old.units
    journal.unlink()
    with Journal(journal) as new:
        for row in rows[:-1]:
            new.append(row, units)


def flipped(journal: Path) -> None:
    """Change a bit in the middle of a journal."""
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 1
    journal.write_bytes(data)


def numbers(folder: Path) -> dict[str, bytes]:
    own = ("manifest.json", "replicates.journal")
    return {str(p.relative_to(folder)): p.read_bytes() for p in files(folder) if p.name not in own}


def test_runs_that_a_journal_has_lost_are_run_again(home: Path) -> None:
    for make, spoil, said in (
        (whole_ensemble, shorten, "has lost 1 of 4 runs; they are run again"),
        (whole_study, shorten, "has lost 1 of 3 runs"),
        (whole_study, flipped, "all of it stands there twice"),  # names are half of so few rows
    ):
        folder = make(home)
        before = numbers(folder)
        spoil(sorted(folder.rglob("replicates.journal"))[0])
        with pytest.warns(DamageWarning, match=said):
            sim.resume(folder, workers=1, figures=False)
        assert numbers(folder) == before
        assert sim.verify(folder).whole
        shutil.rmtree(folder)


def test_a_summary_that_was_changed_is_made_again(home: Path) -> None:
    folder = whole_study(home)
    before = numbers(folder)
    for path in (folder / "summary.json", *folder.glob("cells/*/summary.json")):
        edited(path, '"n": 3', '"n": 4')
    sim.resume(folder, workers=1, figures=False)
    assert numbers(folder) == before


# --- which program -----------------------------------------------------------------------


@pytest.fixture
def other_code(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Makes this another program than the one that ran before."""

    def change() -> None:
        monkeypatch.setattr(identities, "_code", lambda: "another")
        identities.identity.cache_clear()

    yield change
    identities.identity.cache_clear()


def test_another_program_goes_on_only_where_told_and_results_tell_it(
    home: Path, other_code: Callable[[], None]
) -> None:
    folder = whole_ensemble(home)
    assert "programs" not in sim.summary(folder)
    for k in (1, 2):
        sim.ensemble("one_way.yaml", 4, out=f"part{k}", shard=(k, 2), workers=1, figures=False)
    other_code()
    refused = pytest.raises(sim.FolderError, match=r"another version .* \(the code\)")
    with refused:
        sim.resume(folder, 6, workers=1)
    with refused:
        sim.ensemble("one_way.yaml", 6, out=folder, workers=1)
    with refused:
        sim.merge("part1", "part2", out="merged")
    assert open_ensemble(folder).summary["n"] == 4  # it can be read
    sim.merge("part1", "part2", out="merged", across_versions=True, figures=False)
    assert "programs" not in sim.summary("merged")  # one program made all of its runs
    sim.resume(folder, 6, workers=1, across_versions=True, figures=False)
    codes = [program["code"] for program in sim.summary(folder)["programs"]]
    assert len(codes) == 2
    assert codes[1] == "another"


def test_a_resolved_scenario_is_not_judged_again_where_this_program_wrote_it(
    home: Path, other_code: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[object] = []

    def load(path: str | Path) -> sim.Scenario:
        judged.append(path)
        return sim.load(path)

    monkeypatch.setattr(runs, "load", load)
    folder = whole_run(home)
    stated = sim.open_run(folder).outcome().scenario
    assert judged == []
    assert stated == sim.load(folder / RESOLVED).resolved
    text = (folder / RESOLVED).read_bytes()
    (folder / RESOLVED).write_bytes(text.replace(b"convoy:", b"convoi:"))
    with pytest.raises(sim.Error, match="did you mean 'convoy'"):  # it was changed
        sim.open_run(folder)
    (folder / RESOLVED).write_bytes(text)
    other_code()
    judged.clear()
    assert sim.open_run(folder).outcome().scenario == stated
    assert judged == [folder / RESOLVED]


def test_a_page_reads_each_file_for_its_digest_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = whole_run(home), list[str]()

    def digest(path: Path) -> str:
        seen.append(path.name)
        return digest_of(path)

    monkeypatch.setattr(verified, "digest_of", digest)
    named = json.loads((folder / "manifest.json").read_bytes())["sha256"]
    sim.report(folder)
    assert sorted(seen) == sorted(named)


def test_a_study_of_two_programs_tells_it(home: Path, other_code: Callable[[], None]) -> None:
    folder = whole_study(home)
    shorten(sorted(folder.glob("cells/*/replicates.journal"))[0])
    other_code()
    with pytest.raises(sim.FolderError, match="another version"):
        sim.resume(folder, workers=1)
    with pytest.warns(DamageWarning, match="has lost 1 of 3"):
        sim.resume(folder, workers=1, across_versions=True, figures=False)
    assert len(sim.summary(folder)["programs"]) == 2


def test_another_salib_is_another_program_of_a_sensitivity_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "study.yaml").write_text(
        "format: 1\nbase: one_way.yaml\nsensitivity: {method: morris, trajectories: 2}\n"
    )
    folder = sim.study("study.yaml", out="it", workers=1, figures=False).folder
    many = sim.ensemble("one_way.yaml", 2, out="many", workers=1, figures=False)
    shorten(folder / "samples/replicates.journal")
    there = identities.version_of
    monkeypatch.setattr(identities, "version_of", lambda p: "9.9" if p == "salib" else there(p))
    sim.resume(many.folder, 3, workers=1, figures=False)
    with pytest.raises(sim.FolderError, match=r"another version .*\(salib .* and 9\.9\)"):
        sim.resume(folder, workers=1)
    with pytest.warns(DamageWarning, match="has lost 1 of"):
        sim.resume(folder, workers=1, across_versions=True, figures=False)
    found = sim.summary(folder / "samples")["programs"]
    assert [program["salib"] for program in found] == [there("salib"), "9.9"]
    with pytest.warns(DamageWarning, match="drawn by another version"):
        open_sensitivity(folder)


def test_programs_are_told_apart_by_code_and_packages() -> None:
    one = {"code": "a", "numpy": "1.26.4", "simpy": "4.1.1"}
    other = {"code": "b", "numpy": "2.1.0", "simpy": "4.1.1"}
    assert identities.apart(one, other) == ["the code", "numpy 1.26.4 and 2.1.0"]
    assert identities.mixed([one]) == ""
    assert "2 versions of the program, which differ in the code, numpy" in identities.mixed(
        [one, other]
    )
    assert identities.joined([one], [other, one]) == [one, other]
    assert fingerprint(identities.identity()["code"]) != fingerprint("")
