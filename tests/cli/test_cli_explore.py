"""``sim explore`` as a process: it tells its address, opens a browser, and ends with Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from sim.api.exploring import Explorer
from sim.cli.program import cli


@pytest.fixture
def home(tmp_path: Path, two_ways: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, where the program is started."""
    (tmp_path / "two_ways.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_asked_to_and_leaves_nothing(
    home: Path, ctrl_c: None, number: signal.Signals
) -> None:
    temporary = home / "tmp"
    temporary.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-m", "sim", "explore", "two_ways.yaml", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )  # fmt: skip
    assert program.stdout is not None
    address = program.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/0/#token~[\w-]{32}", address)
    assert program.stdout.readline() == "Ctrl-C ends it\n"
    assert len(os.listdir(temporary)) == 1
    program.send_signal(number)
    out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err.strip()) == (130, "", "interrupted")
    assert os.listdir(temporary) == []
    assert sorted(os.listdir(home)) == ["tmp", "two_ways.yaml"]


def test_the_browser_is_opened_at_the_address_unless_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, opened = [], Event()

    def look(address: str) -> bool:
        seen.append(address)
        opened.set()
        return True

    monkeypatch.setattr(webbrowser, "open", look)
    monkeypatch.setattr(Explorer, "serve", lambda _: opened.wait(5))
    done = CliRunner().invoke(cli, ["explore", "two_ways.yaml", "--json"])
    assert seen == [json.loads(done.stdout)["address"]]
    monkeypatch.setattr(Explorer, "serve", lambda _: None)
    assert CliRunner().invoke(cli, ["explore", "two_ways.yaml", "--no-browser"]).exit_code == 0
    assert len(seen) == 1


def test_bad_input_is_a_message(home: Path, two_ways: str) -> None:
    (home / "bare.yaml").write_text(two_ways[: two_ways.index("axes:")], encoding="utf-8")
    done = CliRunner().invoke(cli, ["explore", "bare.yaml", "--no-browser"])
    assert done.exit_code == 2
    assert done.output == "error: bare.yaml has no axis: there is nothing to ask of its page\n"
    taken = ["explore", "two_ways.yaml", "--no-browser", "--port", "65536"]
    assert CliRunner().invoke(cli, taken).exit_code == 2


def test_without_a_file_it_is_an_empty_map(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Explorer, "serve", lambda _: None)
    for more in ([], ["--around", "-36.2,37.1"]):
        done = CliRunner().invoke(cli, ["explore", "--no-browser", *more])
        assert done.exit_code == 0, done.output
        assert done.output.startswith("http://127.0.0.1:")
    wrong = {
        "36.2": "'36.2' is no latitude and longitude such as 36.2,37.1",
        "a,b": "'a,b' is no latitude and longitude",
        "1,2,3": "'1,2,3' is no latitude and longitude",
        "95,0": "a latitude from -90 to 90",
        "nan,0": "a latitude from -90 to 90",
    }
    for text, said in wrong.items():
        done = CliRunner().invoke(cli, ["explore", "--no-browser", "--around", text])
        assert done.exit_code == 2
        assert said in done.output
    done = CliRunner().invoke(cli, ["explore", "two_ways.yaml", "--around", "0,0"])
    assert done.exit_code == 2
    assert "the map of a scenario is where its places are" in done.output
    assert os.listdir(home) == ["two_ways.yaml"]
