"""What every command has in common: ``--json``, ``--quiet``, exit codes, its place in help."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.api.exploring import Explorer
from sim.cli.program import cli
from sim.cli.verbs import Verb

ENSEMBLE = ("ensemble", "small.yaml", "-n", "4", "--workers", "1", "--no-figures")

CALLS: dict[str, tuple[str, ...]] = {
    "init": ("new",),
    "example": (),
    "validate": ("small.yaml",),
    "list": ("small.yaml", "measures"),
    "schema": (),
    "run": ("small.yaml", "--no-figures", "--out", "new"),
    "explore": ("small.yaml", "--no-browser"),
    "film": ("run", "--fps", "1", "--seconds", "2", "--out", "new.png"),
    "ensemble": (*ENSEMBLE[1:], "--out", "new"),
    "study": ("study.yaml", "--workers", "1", "--no-figures", "--out", "new"),
    "verdict": ("claims", "-n", "6", "--workers", "1", "--out", "new"),
    "score": ("scored.yaml", "-n", "2", "--workers", "1", "--no-figures", "--out", "new"),
    "calibrate": ("learn.yaml", "--workers", "1", "--no-figures", "--out", "new"),
    "merge": ("part1", "part2", "--no-figures", "--out", "new"),
    "cut": ("net.csv", "--from", "a", "--to", "c"),
    "interdict": ("net.csv", "--from", "a", "--to", "c", "-k", "1"),
    "rank": ("net.csv", "--from", "a", "--to", "c"),
    "reliability": ("net.csv", "--from", "a", "--to", "c", "--stands", "0.9"),
    "audit": ("small.yaml", "--against", "small.yaml"),
    "import": ("net.csv", "--out", "new.npz"),
    "show": ("run",),
    "verify": ("run",),
    "compare": ("run", "other", "--no-figures", "--out", "new"),
    "report": ("run", "--out", "new.html"),
    "figures": ("run",),
    "export": ("run", "--to", "new.geojson"),
}
"""A call of each command that succeeds."""

WRITES = ("run", "film", "ensemble", "study", "merge", "import", "compare", "report", "export",
          "verdict", "init")  # fmt: skip

EVERY = pytest.mark.parametrize("verb", sorted(CALLS))


def call(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


@pytest.fixture
def home(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with something for every command to work on."""
    folder = small_file.parent
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Explorer, "serve", lambda _: None)  # as if its page was closed at once
    (folder / "net.csv").write_text("from,to,capacity\na,b,2\nb,c,3\na,c,1\n", encoding="utf-8")
    (folder / "claims").mkdir()
    (folder / "claims/small.yaml").write_bytes(small_file.read_bytes())
    (folder / "scored.yaml").write_text(
        "format: 1\nextends: small.yaml\nkind: forecast\nas_of: 2020-01-02\n"
        "holders_on_record: {ours: {place: gate, by: red, at: 2020-01-01}}\n"
        "events_on_record: {fell: {measure: places.gate.time_lost_by.red, at: 2020-01-05}}\n"
    )
    (folder / "learn.yaml").write_text(
        "format: 1\nbase: scored.yaml\nuntil: 2020-01-08\ninputs: [events.gate_falls.at]\n"
        "runs: 8\nkeep: 0.5\nrounds: 2\n"
    )
    (folder / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nn: 2\ngrid: {events.gate_falls.chance: [0, 1]}\n"
        "measures: [axes.line.delivered]\n"
    )
    return folder


def prepared(verb: str) -> tuple[str, ...]:
    """Make what a command works on; the words of the call."""
    needs: dict[str, tuple[tuple[str, ...], ...]] = {
        "show": (("run", "small.yaml", "--no-figures", "--out", "run"),),
        "compare": (
            ("run", "small.yaml", "--no-figures", "--out", "run"),
            ("run", "small.yaml", "--seed", "3", "--no-figures", "--out", "other"),
        ),
        "merge": tuple((*ENSEMBLE, "--shard", f"{k}/2", "--out", f"part{k}") for k in (1, 2)),
    }
    needs |= dict.fromkeys(("verify", "film", "report", "figures", "export"), needs["show"])
    for words in needs.get(verb, ()):
        assert call(*words).exit_code == 0
    return (verb, *CALLS[verb])


def test_there_is_a_call_of_every_command_and_help_lists_each_once() -> None:
    assert set(CALLS) == set(cli.commands)
    listed = [name for names in cli.sections.values() for name in names]
    assert sorted(listed) == sorted(cli.commands)
    text = call("--help").output
    titles = ["Scenarios:", "One run:", "Many runs:", "Networks:", "Folders:"]
    assert [line for line in text.splitlines() if line in titles] == titles
    assert all(text.count(f"\n  {name} ") == 1 for name in listed)


@EVERY
def test_every_command_is_a_verb_and_says_so_in_its_help(verb: str) -> None:
    assert isinstance(cli.commands[verb], Verb)
    text = call(verb, "--help").output
    assert "--json" in text
    assert "--quiet" in text


@EVERY
def test_json_is_one_document_and_quiet_is_nothing(verb: str, home: Path) -> None:
    words = prepared(verb)
    done = call(*words, "--json", "--quiet")
    assert done.exit_code == 0, done.output
    assert isinstance(json.loads(done.stdout), dict)
    again = [word.replace("new", "next") for word in words]
    done = call(*again, "--quiet")
    assert (done.exit_code, done.output) == (0, "")


@EVERY
def test_what_is_not_there_is_bad_input_in_one_message(verb: str, home: Path) -> None:
    gone = {"small.yaml": "no.yaml", "net.csv": "no.csv", "claims": "no-claims"}
    gone |= {"scored.yaml": "no.yaml", "learn.yaml": "no.yaml"}
    words = [gone.get(word, word) for word in CALLS[verb]]
    words += {"schema": ["no-such-kind"], "init": ["--example", "none"], "example": ["x"]}.get(
        verb, []
    )
    (home / "study.yaml").unlink()
    before = sorted(home.iterdir())
    done = call(verb, *words)
    assert done.exit_code == 2
    assert done.output.strip()
    assert isinstance(done.exception, SystemExit)  # a message, not a traceback
    assert sorted(home.iterdir()) == before


@EVERY
def test_wrong_usage_is_exit_code_2(verb: str, home: Path) -> None:
    assert call(verb, *CALLS[verb], "--no-such-option").exit_code == 2


@pytest.mark.parametrize("verb", WRITES)
def test_a_full_disk_is_exit_code_1_and_leaves_nothing(
    verb: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = prepared(verb)
    before = {p for p in home.rglob("*") if "part" not in p.parts[-2]}

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "rename", full)  # the last thing that is done to a folder
    monkeypatch.setattr(Path, "replace", full)  # and to a file
    done = call(*words)
    assert done.exit_code == 1, done.output
    assert "No space left on device" in done.output
    assert {p for p in home.rglob("*") if "part" not in p.parts[-2]} == before


def test_an_option_is_named_as_it_is_typed(home: Path) -> None:
    for words, said in (
        ((*ENSEMBLE, "--address", "tcp://x:1"), "error: --address: is for the Dask engine"),
        (("film", "run", "--out", "a.mp4"), "error: --out: write to a file that ends in .png"),
    ):
        done = call(*words)
        assert (done.exit_code, done.output[: len(said)]) == (2, said)


def test_keep_going_is_refused_where_every_run_is_needed(home: Path) -> None:
    pytest.importorskip("SALib")
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nsensitivity: {method: morris, trajectories: 2}\n"
        "measures: [axes.line.capacity_start]\n"
    )
    done = call("study", "study.yaml", "--keep-going", "--out", "s")
    assert done.exit_code == 2
    assert done.output.startswith("error: --keep-going: is for a grid")
    assert not (home / "s").exists()


def test_a_mistake_says_what_to_do_next(home: Path) -> None:
    for words, said in (
        (("show", "small.yaml"), "is not a folder: 'sim run small.yaml' makes one of a scenario"),
        (("report", "claim"), "claim is not a folder: nothing is there; did you mean 'claims'?"),
        (("cut", "small.yaml", "--at", "1 august"), "a length of time; write it as 2016-06-10, or"),
        (("cut", "net.csv", "--from", "a", "--to", "zz"), "unknown place 'zz'; there are such as"),
        (("run", "small.yaml", "--seed", "x"), "'x' is not a valid whole number"),
    ):
        done = call(*words)
        assert done.exit_code == 2
        assert said in done.output
    found = call("list", "small.yaml", "measures", "--search", "tovn")
    assert found.output == "nothing has 'tovn'; did you mean 'town'?\n"
