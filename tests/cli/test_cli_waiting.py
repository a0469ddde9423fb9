"""What whoever waits at a terminal sees: one bar at a time, which is gone in the end."""

from __future__ import annotations

import math
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from sim.cli import waiting
from sim.cli.program import cli
from sim.cli.waiting import Bar

CONTROL = re.compile(r"\x1b\[\??([0-9;]*)([A-Za-z])|([\r\n])|(.)")
NET = ("net.csv", "--from", "a", "--to", "c")
ENSEMBLE = ("ensemble", "small.yaml", "--workers", "1")
GONE = ("", 0, 0)


def screens(written: str, columns: int) -> list[list[str]]:
    """The lines of a terminal after each control that was written to it."""
    cells: dict[tuple[int, int], str] = {}
    row = column = 0
    seen = []

    def shown() -> list[str]:
        rows = {r for r, _ in cells}
        lines = ("".join(cells.get((r, c), " ") for c in range(columns)) for r in sorted(rows))
        return [line.rstrip() for line in lines if line.strip()]

    for match in CONTROL.finditer(written):
        number, control, moved, letter = match.groups()
        if letter:
            cells[row, column] = letter
            column += 1
            assert column <= columns  # a bar that is too long would leave a part of it behind
            continue
        seen.append(shown())
        if moved == "\r":
            column = 0
        elif moved == "\n":
            row += 1
        elif control == "A":
            row -= int(number or 1)
        elif control == "K":
            start = 0 if number == "2" else column
            cells = {(r, c): x for (r, c), x in cells.items() if r != row or c < start}
    return [*seen, shown()]


def in_terminal(words: Sequence[str], folder: Path, columns: int) -> tuple[str, str]:
    """What a command writes to its standard output and to the terminal that its errors go to."""
    code = (
        "import sys; from sim.cli import waiting as w; w.PATIENCE = w.PAUSE = 0.0; "
        "from sim.cli.program import main; main()"
    )
    master, slave = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=folder, stdout=subprocess.PIPE, stderr=slave,
        env=env,
    ) as process:  # fmt: skip
        os.close(slave)
        told = b""
        while True:
            try:
                part = os.read(master, 65_536)
            except OSError:  # nobody holds the other end any more
                break
            if not part:
                break
            told += part
        os.close(master)
        assert process.stdout is not None
        out = process.stdout.read().decode()
    assert process.returncode == 0, told
    return out, told.decode()


@pytest.mark.parametrize("columns", [60, 20])
def test_one_bar_at_a_time_stands_on_the_terminal(small_file: Path, columns: int) -> None:
    words = ("ensemble", "small.yaml", "-n", "5", "--workers", "2", "--no-figures", "--out", "new")
    out, told = in_terminal(words, small_file.parent, columns)
    assert "written to new" in out
    seen = screens(told, columns)
    assert all(len(lines) <= 1 for lines in seen)
    assert seen[-1] == []
    bars = [line for lines in seen for line in lines]
    if columns == 60:  # loading and runs, in the same bar; runs from the first of them on
        assert any(re.search(r"^places \S+ +\d+/\d+ .* left$", line) for line in bars)
        assert any(re.search(r"^runs +\S+ 0/5$", line) for line in bars)
        assert any(re.search(r"^runs +\S+ 4/5 [\d.]+\S* .*0:00:0\d left$", line) for line in bars)


@pytest.fixture
def bars(small_file: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Every bar that is drawn, and when it is taken away, as if standard error was a terminal.

    All is told at once; the folder has a scenario and a network.
    """
    monkeypatch.chdir(small_file.parent)
    Path("net.csv").write_text("from,to,capacity\na,b,2\nb,c,3\na,c,1\n", encoding="utf-8")
    seen: list[tuple[str, int, int]] = []
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    monkeypatch.setattr(waiting, "PAUSE", 0.0)
    monkeypatch.setattr(waiting, "sys", SimpleNamespace(stderr=terminal))
    monkeypatch.setattr(Bar, "draw", lambda _, what, done, of, each: seen.append((what, done, of)))
    monkeypatch.setattr(Bar, "clear", lambda _: seen.append(GONE))
    return seen


@pytest.mark.parametrize(
    ("words", "what", "of"),
    [
        (("rank", "small.yaml", "--draws", "3"), "draws", 2),  # and the first, before
        (("rank", *NET), "places and roads", 4),  # b and the three roads
        (("interdict", *NET, "-k", "2"), "numbers of losses", 3),
        (("reliability", *NET, "--stands", "0.9"), "per cent of all states", 100),
        (("reliability", *NET, "--stands", "0.9", "--method", "sampled", "--samples", "90"),
         "states", 90),
        (("reliability", "small.yaml", "--draws", "4"), "draws", 4),
        (("validate", "small.yaml"), "places", 3),
        ((*ENSEMBLE, "-n", "3", "--no-figures", "--out", "many"), "runs", 3),
    ],
)  # fmt: skip
def test_long_work_tells_how_far_it_is(
    words: tuple[str, ...], what: str, of: int, bars: list[tuple[str, int, int]]
) -> None:
    assert called(*words, "--json") == 0
    of_work = [bar for bar in bars if bar[0] == what]
    assert of_work
    assert all(0 <= done < total == of for _, done, total in of_work)
    assert GONE in bars[bars.index(of_work[-1]) :]  # the bar is gone before anything else is said
    bars.clear()
    assert called(*words, "--quiet") in (0, 2)  # the ensemble is there already
    assert bars == []


def test_whoever_draws_tells_how_far_it_is(bars: list[tuple[str, int, int]]) -> None:
    """Runs, comparisons and ensembles tell of their figures, films of their frames."""
    for words, what in (
        (("run", "small.yaml", "--out", "one"), "figures"),
        (("film", "one", "--fps", "1", "--seconds", "3"), "frames"),
        (("compare", "one", "one", "--out", "both"), "figures"),
        ((*ENSEMBLE, "-n", "3", "--out", "many"), "figures"),
    ):
        bars.clear()
        assert called(*words) == 0
        of_work = [bar for bar in bars if bar[0] == what]
        assert [done for _, done, _ in of_work] == [*range(1, of_work[-1][2])]


def test_nothing_is_told_where_errors_go_to_no_terminal(
    bars: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "sys", SimpleNamespace(stderr=None))  # closed by the caller
    assert called("rank", *NET) == 0
    monkeypatch.setattr(waiting, "sys", SimpleNamespace(stderr=StringIO()))
    assert called("rank", *NET) == 0
    assert bars == []


def called(*words: str) -> int:
    """The exit code of a command."""
    return CliRunner().invoke(cli, words).exit_code


def test_the_time_left_is_that_of_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    drawn: list[tuple[str, int, int, float]] = []
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Bar, "draw", lambda _, *words: drawn.append(words))
    bar = Bar()

    def at(seconds: float, what: str, done: int, of: int) -> list[tuple[str, int, int, float]]:
        drawn.clear()
        now[0] = 100 + seconds
        bar.tell(what, done, of)
        return list(drawn)

    assert at(0, "draws", 0, 10) == at(1.9, "draws", 1, 10) == []  # no two seconds yet
    assert at(4, "draws", 2, 10) == [("draws", 2, 10, 2.0)]
    assert at(4.05, "draws", 3, 10) == []  # too soon after the last time
    assert at(5, "lines", 0, 9) == at(6.5, "lines", 8, 9) == []  # its own time is short
    assert at(7, "draws", 4, 10) == [("draws", 4, 10, 1.75)]
    assert at(8, "runs", 30, 90) == [("runs", 30, 90, math.inf)]  # gone on with: none of it is new
    assert at(9, "runs", 32, 90) == [("runs", 32, 90, 0.5)]
    assert at(9.5, "runs", 90, 90) == []  # over
    monkeypatch.setattr(waiting.os, "getpid", lambda: -1)
    assert at(12, "draws", 5, 10) == []  # a copy of the process keeps silent


@pytest.mark.parametrize(
    ("each", "rate", "left"),
    [
        (0.05, "20.0/s", "0:00:01 left"),  # 10 x 0.05 s, rounded up
        (90.0, "90.0 s each", "0:15:00 left"),
        (8640.0, "8640.0 s each", "1 day, 0:00:00 left"),
        (0.0, "1,000,000.0/s", "0:00:00 left"),  # too quick for the clock
        (math.inf, "", ""),
    ],
)
def test_a_bar_tells_the_rate_and_the_time_left(each: float, rate: str, left: str) -> None:
    bar = Bar()
    bar.draw("draws", 10, 20, each)
    assert bar.shown is not None
    (task,) = bar.shown.tasks
    assert (task.description, task.completed, task.total) == ("draws", 10, 20)
    assert task.fields == {"rate": rate, "left": left}
    bar.clear()
    assert bar.shown is None
