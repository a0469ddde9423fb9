"""Ensembles and studies from Python: plain scripts, interrupts, the same call again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.many.frames import ROW

OWN = {"manifest.json", "replicates.journal"}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name not in OWN}


class Interrupts:
    """Progress that is interrupted once so many replicates are done, as by a notebook's button."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, done: int, of: int) -> None:
        if done >= self.after:
            raise KeyboardInterrupt


def test_interrupted_it_keeps_its_journal_and_the_same_call_goes_on(home: Path) -> None:
    psutil = pytest.importorskip("psutil")
    whole = sim.ensemble("one_way.yaml", 12, out="whole", workers=1, figures=False)
    begun: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        sim.ensemble(
            "one_way.yaml", 12, workers=2, figures=False, progress=Interrupts(5),
            begun=begun.append,
        )  # fmt: skip
    left = [" ".join(p.cmdline()) for p in psutil.Process().children(recursive=True)]
    assert not [words for words in left if "spawn_main" in words]  # a worker, as Python starts it
    kept = (begun[0] / "replicates.journal").read_bytes()
    assert kept.count(ROW) == 5
    counts: list[int] = []
    done = sim.ensemble(
        "one_way.yaml", 12, workers=2, figures=False, progress=lambda n, of: counts.append(n)
    )
    assert done.folder == begun[0]
    assert counts[0] == 5  # what was done is not done again
    assert (begun[0] / "replicates.journal").read_bytes().startswith(kept)
    assert contents(done.folder) == contents(whole.folder)
    another = sim.ensemble("one_way.yaml", 12, workers=1, figures=False)  # that one is complete
    assert another.folder != done.folder


def test_a_named_folder_is_gone_on_with_made_larger_or_refused(home: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sim.ensemble("one_way.yaml", 6, out="e", workers=1, figures=False, progress=Interrupts(2))
    with pytest.raises(sim.FolderError, match="go on with"):
        sim.open_ensemble("e")
    done = sim.ensemble("one_way.yaml", 6, out="e", workers=1, figures=False)
    assert done.summary["n"] == 6
    larger = sim.ensemble("one_way.yaml", 8, out="e", workers=1, figures=False)
    assert larger.summary["n"] == 8
    assert sim.resume("e", 10, workers=1, figures=False).table("replicates").column(
        "replicate"
    ) == [*range(10)]
    with pytest.raises(sim.BadInputError, match="seed: e was begun with 7, not 3"):
        sim.ensemble("one_way.yaml", 8, 3, out="e", workers=1)
    with pytest.raises(sim.BadInputError, match="is not the scenario of e"):
        sim.ensemble("two_ways.yaml", 8, out="e", workers=1)
    with pytest.raises(sim.FolderError, match="is not empty"):
        sim.ensemble("one_way.yaml", 8, out="e", workers=1, resume=False)


def test_shards_are_merged_to_the_whole(home: Path) -> None:
    whole = sim.ensemble("one_way.yaml", 6, out="whole", workers=1, figures=False)
    for k in (1, 2):
        sim.ensemble("one_way.yaml", 6, shard=(k, 2), out=f"p{k}", workers=1, figures=False)
    assert contents(sim.merge("p1", "p2", out="m", figures=False).folder) == contents(whole.folder)


def test_a_study_is_gone_on_with_by_the_same_call(home: Path) -> None:
    (home / "study.yaml").write_text(
        "format: 1\nbase: one_way.yaml\nn: 3\ngrid: {events.gate_falls.chance: [0, 1]}\n"
        "measures: [axes.line.delivered]\n"
    )
    with pytest.raises(KeyboardInterrupt):
        sim.study("study.yaml", workers=1, figures=False, progress=Interrupts(4))
    done = sim.study("study.yaml", workers=1, figures=False)
    assert len(list((home / "results/study").iterdir())) == 1
    whole = sim.study("study.yaml", out="whole", workers=1, figures=False)
    assert isinstance(whole, sim.Study)
    assert contents(done.folder) == contents(whole.folder)
    with pytest.raises(sim.FolderError, match="holds another study"):
        sim.study("study.yaml", 2, out="whole", workers=1)
    assert sim.resume("whole", workers=1, figures=False).folder == Path("whole")
    with pytest.raises(KeyboardInterrupt):
        sim.study("study.yaml", workers=1, figures=False, progress=Interrupts(4))
    text = (home / "one_way.yaml").read_text("utf-8")
    (home / "one_way.yaml").write_text(text.replace("8 t/day", "9 t/day"), encoding="utf-8")
    changed = sim.study("study.yaml", workers=1, figures=False)  # the base is another: begun anew
    assert isinstance(changed, sim.Study)
    assert {e.scenario.axes["line"].sinks["town"].demand.nominal for e in changed.ensembles} == {
        9000
    }
    with pytest.raises(sim.FolderError, match="holds another study"):
        sim.study("study.yaml", out="whole", workers=1)


def test_a_study_is_the_same_from_a_path_a_text_and_a_mapping(home: Path) -> None:
    text = (
        "format: 1\nbase: one_way.yaml\nn: 3\ngrid: {events.gate_falls.chance: [0, 1]}\n"
        "measures: [axes.line.delivered]\n"
    )
    (home / "study.yaml").write_text(text)
    given: list[Any] = [home / "study.yaml", text, yaml.safe_load(text)]
    plans = [sim.plan_study(one) for one in given]
    assert plans[0] == plans[1] == plans[2]
    assert (plans[0].n, plans[0].runs, len(plans[0].cells)) == (3, 6, 2)
    assert "2 of 3 runs" in repr(plans[0])
    assert not (home / "results").exists()
    done = [sim.study(one, workers=1, figures=False) for one in given]
    assert contents(done[0].folder) == contents(done[1].folder) == contents(done[2].folder)
    with pytest.raises(sim.ScenarioError, match="study:3:1: error: unknown key"):
        sim.plan_study("format: 1\nbase: nowhere.yaml\nfoo: 1\n")
    no_study: Any = 3
    with pytest.raises(sim.BadInputError, match="a study is a path, a text or a mapping"):
        sim.study(no_study)


PLAIN = """\
import sim
print("my script runs")
done = sim.ensemble("one_way.yaml", 8, workers=2, figures=False)
print(done.summary["n"])
"""


def test_a_plain_script_runs_once_and_leaves_one_folder(home: Path) -> None:
    (home / "plain.py").write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, "plain.py"], cwd=home, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("my script runs\n8\n", "")
    assert len(list((home / "results/one_way").iterdir())) == 1


INHERITED = """\
import multiprocessing
import sim
process = multiprocessing.get_context("spawn").Process(target=print)
if __name__ == "__mp_main__":  # a worker that imports this script
    sim.ensemble("one_way.yaml", 8, out="side effect", figures=False)
process.start()
process.join()
"""


def test_in_a_worker_of_others_it_is_refused_before_anything_is_done(home: Path) -> None:
    (home / "theirs.py").write_text(INHERITED)
    done = subprocess.run(
        [sys.executable, "theirs.py"], cwd=home, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert 'if __name__ == "__main__":' in done.stderr
    assert not (home / "side effect").exists()
