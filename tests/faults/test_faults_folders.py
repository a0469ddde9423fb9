"""A thousand folders of results, each damaged in one way, under every command that reads folders.

Each ends with exit code 0 or 2 (1 where figures could not be drawn) and a message in words, soon.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.many.journal import Journal
from sim.tables.folder import make_folder

Sim = Callable[..., subprocess.CompletedProcess[str]]
FOLDERS = 1000
SECONDS = 60
"""After which a command that reads a folder of a few runs is said to hang."""

WORDS = ("--workers", "1", "--no-figures")

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "run": (
        ("show", "it"), ("compare", "it", "run", "--no-figures", "--out", "new"),
        ("compare", "run", "it", "--no-figures", "--out", "new"), ("report", "it"),
        ("report", "run", "it", "--out", "new.html"), ("verify", "it"),
        ("film", "it", "--fps", "1", "--seconds", "1"), ("export", "it", "--to", "new.geojson"),
        ("show", "it", "--beside", "ensemble"), ("figures", "it"),
    ),
    "ensemble": (
        ("show", "it"), ("compare", "it", "ensemble", "--no-figures", "--out", "new"),
        ("report", "it"), ("verify", "it"), ("ensemble", "--resume", "it", "-n", "5", *WORDS),
        ("ensemble", "--resume", "it", *WORDS), ("merge", "it", "--no-figures", "--out", "new"),
        ("show", "run", "--beside", "it"), ("score", "it", *WORDS, "--out", "new"),
    ),
    "study": (
        ("show", "it"), ("compare", "it", "--no-figures", "--out", "new"), ("report", "it"),
        ("verify", "it"), ("study", "--resume", "it", *WORDS),
        ("study", "study.yaml", "--resume", "it", *WORDS),
    ),
    "verdicts": (
        ("show", "it"), ("report", "it"), ("verify", "it"),
        ("verdict", "claims", "--resume", "it", "-n", "6", "--workers", "1"),
    ),
}  # fmt: skip
"""Commands over a folder ``it`` of a kind, beside whole ones of each."""


@pytest.fixture(scope="module")
def whole(sim: Sim, tmp_path_factory: pytest.TempPathFactory, one_way: str) -> Path:
    """A folder with a whole one of each kind."""
    home = tmp_path_factory.mktemp("folders")
    (home / "small.yaml").write_text(one_way, encoding="utf-8")
    (home / "claims").mkdir()
    (home / "claims/small.yaml").write_text(one_way, encoding="utf-8")
    (home / "study.yaml").write_text(
        "format: 1\nbase: small.yaml\nn: 3\nmeasures: [axes.line.delivered]\n"
        "grid: {events.gate_falls.chance: [0, 1]}\n"
    )
    for words in (
        ("run", "small.yaml", "--no-figures", "--out", "run"),
        ("ensemble", "small.yaml", "-n", "4", *WORDS, "--out", "ensemble"),
        ("study", "study.yaml", *WORDS, "--out", "study"),
        ("verdict", "claims", "-n", "6", "--workers", "1", "--out", "verdicts"),
    ):
        assert sim(*words, cwd=home).returncode == 0
    return home


# --- several at once, and killed ---------------------------------------------------------


def test_of_several_without_a_name_each_gets_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next name is taken where another process has made the folder meanwhile."""
    monkeypatch.chdir(tmp_path)

    def fill(place: Path) -> None:
        (place / "file").touch()
        if inner:
            made.append(make_folder(None, "toy", "0123456789", inner.pop()))

    made: list[Path] = []
    inner = [fill, fill]
    made.append(make_folder(None, "toy", "0123456789", fill))
    assert sorted(Path("results/toy").iterdir()) == sorted(made)
    assert len(set(made)) == len(made) >= 3


@pytest.mark.slow
def test_four_runs_in_one_second_all_land(whole: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim", "run", str(whole / "small.yaml"), "--no-figures", "-q"]
    running = [subprocess.Popen(command, cwd=tmp_path) for _ in range(4)]
    assert [process.wait(timeout=300) for process in running] == [0] * 4
    landed = list((tmp_path / "results").glob("*/*"))
    assert len(landed) == 4
    assert all((folder / "manifest.json").is_file() for folder in landed)


@pytest.mark.slow
def test_a_process_killed_in_a_container_is_in_nobodys_way(whole: Path, tmp_path: Path) -> None:
    """Every first process of a process namespace has the number 1."""
    inside = ["unshare", "--pid", "--fork", "--kill-child"]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("this machine does not allow a namespace of processes")
    killed = (
        "import os; from pathlib import Path; from sim.base.files import whole_folder\n"
        "with whole_folder(Path('out')) as place:\n"
        "    (place / 'half').touch()\n"
        "    os._exit(9)\n"
    )
    subprocess.run([*inside, sys.executable, "-c", killed], cwd=tmp_path, check=False)
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".out.partial-")
    command = [sys.executable, "-m", "sim", "run", str(whole / "small.yaml"), "--no-figures", "-q"]
    done = subprocess.run([*inside, *command, "--out", "out"], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_ensemble_whose_folder_is_taken_away_ends(
    sim: Sim, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def taken(self: Journal, row: dict[str, Any], units: dict[str, str]) -> None:
        append(self, row, units)
        if row["replicate"] == 1:
            shutil.rmtree(self.path.parent)

    monkeypatch.setattr(Journal, "append", taken)
    words = ("ensemble", str(small_file), "-n", "400", "--out", "it", *WORDS)
    done = sim(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: it was taken away while its runs were made\n"


# --- damage ------------------------------------------------------------------------------

VALUES = (None, True, -1, 0, 3, 10**12, 1e300, "", "x", "../../etc", [], [1], {}, {"x": 1})


def some_place(document: Any, luck: random.Random) -> tuple[Any, Any] | None:
    """A container within a document, and a key of it, whatever the depth."""
    places: list[tuple[Any, Any]] = []

    def walk(part: Any) -> None:
        keys = part if isinstance(part, dict) else range(len(part))
        for key in keys:
            places.append((part, key))
            if isinstance(part[key], dict | list):
                walk(part[key])

    if isinstance(document, dict | list):
        walk(document)
    return luck.choice(places) if places else None


def spoil_json(path: Path, luck: random.Random) -> None:
    """Take a key out of a document, or put another value there."""
    document = json.loads(path.read_text("utf-8"))
    if (found := some_place(document, luck)) is None:
        return
    part, key = found
    if luck.random() < 0.5:
        del part[key]
    else:
        part[key] = luck.choice(VALUES)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def spoil_bytes(path: Path, luck: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[luck.randrange(len(data))] = luck.randrange(256)
    path.write_bytes(data)


def spoil_line(path: Path, luck: random.Random) -> None:
    """Take a line out, or write one twice, or cut the file in it."""
    lines = path.read_bytes().splitlines(keepends=True)
    if not lines:
        return
    at = luck.randrange(len(lines))
    ways = [lines[:at] + lines[at + 1 :], lines[: at + 1] + lines[at:],
            [*lines[:at], lines[at][: len(lines[at]) // 2]]]  # fmt: skip
    path.write_bytes(b"".join(luck.choice(ways)))


def take_away(path: Path, luck: random.Random) -> None:
    """Take a file away, and perhaps put something else there."""
    path.unlink()
    way = luck.randrange(5)
    if way == 1:
        path.mkdir()
    elif way == 2:
        path.symlink_to("/etc/passwd")
    elif way == 3:
        path.write_bytes(luck.randbytes(100))
    elif way == 4:
        path.touch()


def damage(folder: Path, luck: random.Random) -> str:
    """Damage one file of a folder; what was done."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    told = [p for p in files if p.suffix == ".json"]
    spoil = luck.choice([spoil_json, spoil_json, spoil_bytes, spoil_line, take_away])
    path = luck.choice(told if spoil is spoil_json else files)
    spoil(path, luck)
    return f"{spoil.__name__} {path.relative_to(folder)}"


@contextmanager
def soon() -> Iterator[None]:
    """Inside, a command that takes too long is a failure."""

    def late(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tried(sim: Sim, whole: Path, home: Path, number: int) -> str | None:
    """Damage a folder and carry a command out; what is wrong with how it ends."""
    luck = random.Random(number)
    kind = luck.choice(sorted(COMMANDS))
    for name in ("run", "ensemble", "small.yaml", "study.yaml", "claims"):
        (home / name).symlink_to(whole / name)
    shutil.copytree(whole / kind, home / "it")
    done = damage(home / "it", luck)
    command = luck.choice(COMMANDS[kind])
    said = f"{number}: {done}; sim {' '.join(command)}"
    try:
        with soon():
            ended = sim(*command, cwd=home)
    except BaseException as error:
        return f"{said}: {type(error).__name__} {error}"
    told = "it" in ended.stderr or command[0] == "verify"
    if ended.returncode not in (0, 2) or (ended.returncode == 2 and not told):
        return f"{said}: exit code {ended.returncode}, {ended.stderr[-300:]}"
    if ended.returncode == 2 and command[0] not in ("verify", "report") and (home / "new").exists():
        return f"{said}: left something behind"
    return None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a number may be as large as any
def test_damaged_folders_end_in_a_message(sim: Sim, whole: Path, tmp_path: Path) -> None:
    first, many = (int(part) for part in os.environ.get("FOLDERS", f"0,{FOLDERS}").split(","))
    wrong = []
    for number in range(first, first + many):
        home = tmp_path / str(number)
        home.mkdir()
        if (found := tried(sim, whole, home, number)) is not None:
            wrong.append(found)
        shutil.rmtree(home)
    assert not wrong, "\n".join(wrong)
