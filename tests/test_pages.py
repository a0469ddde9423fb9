"""The commands of all pages: the program takes them, and they run as they stand.

The tutorials, whose every printed line is looked for, are in ``test_tutorial.py``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from sim.cli.program import cli
from sim.network.readers import read_table

ROOT = Path(__file__).parents[1]
Sim = Callable[..., subprocess.CompletedProcess[str]]

OWN_FILES = {"docs/tutorial.md", "docs/region.md"}
"""Pages that write the files of their commands themselves; ``test_tutorial.py`` runs them."""

FEWER = {"ensemble": 4, "study": 2, "score": 2, "verdict": 4}
"""Runs of the commands that a page states for hundreds."""

ELSEWHERE = {"verdict", "calibrate"}
"""Commands that take quarters of hours on the shipped case; their own tests run them on less."""


def pages() -> list[str]:
    """All pages of the site, and those of the project that no part of it is."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "results/gallery/README.md"]
    return sorted(str(page.relative_to(ROOT)) for page in found)


def told(page: str) -> list[list[str]]:
    """The words of every command of the program in a block of a page."""
    text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.S | re.M)
    lines = [line for block in fenced for line in re.findall(r"^sim (.*)$", block, re.M)]
    lines += re.findall(r"^    sim (.*)$", text, re.M)
    return [shlex.split(line, comments=True) for line in lines]


def in_sentences(page: str) -> list[list[str]]:
    """Those in the text of a page that say what is asked, not a verb or an option alone."""
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text("utf-8"), flags=re.S | re.M)
    commands = [found.split() for found in re.findall(r"`sim ([^`]+)`", text)]
    return [words for words in commands if len(words) > 1 and not words[1].startswith("-")]


def test_every_command_of_a_page_is_one_that_the_program_takes() -> None:
    commands = [(page, words) for page in pages() for words in told(page)]
    assert len(commands) > 60
    wrong = []
    for page, (verb, *words) in commands:
        end = next((i for i, word in enumerate(words) if word in (">", "|")), len(words))
        try:
            cli.commands[verb].make_context(verb, words[:end])
        except (KeyError, click.ClickException) as error:
            wrong.append(f"{page}: sim {verb}: {error}")
        if page in OWN_FILES:
            continue
        shipped = [word for word in words if re.match(r"scenarios/[\w/.]+$", word)]
        wrong += [f"{page}: {word}" for word in shipped if not (ROOT / word).exists()]
    assert wrong == []


def carry_out(sim: Sim, folder: Path, words: list[str]) -> None:
    """A command as it stands, but for fewer runs and without figures that are not asked for."""
    verb, *rest = words
    if verb in FEWER:
        kept = rest[: rest.index("-n")] if "-n" in rest else rest
        rest = [*kept, "-n", str(FEWER[verb]), "--workers", "1"]
    drawn = any("--no-figures" in param.opts for param in cli.commands[verb].params)
    files = [str(path) for word in rest for path in shown(folder, word)]
    done = sim(verb, *files, *["--no-figures"] * drawn, cwd=folder)
    assert done.returncode == 0, f"sim {' '.join(words)}: {done.stderr}"


def shown(folder: Path, word: str) -> list[str]:
    """What a shell makes of a word: files for a pattern, else itself."""
    if "*" not in word:
        return [word]
    return sorted(str(path.relative_to(folder)) for path in folder.glob(word))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the scenarios, as that of a checkout."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    return tmp_path


@pytest.mark.slow
def test_the_commands_of_the_readme_run(sim: Sim, home: Path) -> None:
    (home / "results").mkdir()
    commands = told("README.md")
    assert len(commands) > 20
    for words in commands:
        if words[0] == "audit":  # which takes a map of whoever asks
            sim("export", "results/base", "--to", words[-1], cwd=home)
        if words[0] not in ELSEWHERE:
            carry_out(sim, home, words)


def a_run(sim: Sim, home: Path) -> None:
    """A run under the name that the page has for any."""
    assert sim("run", "scenarios/baseline.yaml", "--no-figures", "--out", "RUN", cwd=home)


def some_roads(sim: Sim, home: Path) -> None:
    """The network of the first command: two roads behind each other and one beside them."""
    rows = ("from,to,capacity,both", "port,ford,60,true", "ford,town,60,true", "port,town,30,true")
    (home / "net.csv").write_text("\n".join(rows))


def a_graph(sim: Sim, home: Path) -> None:
    """The network itself in place of the map, which a package of half a gigabyte holds."""
    (home / "build").mkdir()
    sim("run", "scenarios/baseline.yaml", "--no-figures", "--out", "run", cwd=home)
    sim("export", "run", "--to", "roads.graphml", cwd=home)
    sim("import", "roads.graphml", "--out", "build/osm.npz", cwd=home)


def a_folder(sim: Sim, home: Path) -> None:
    (home / "build").mkdir()


READY: dict[str, Callable[[Sim, Path], None]] = {
    "docs/aid.md": lambda sim, home: None,
    "docs/data.md": a_graph,
    "docs/export.md": a_run,
    "docs/reliability.md": some_roads,
    "results/gallery/README.md": a_folder,
}
"""What the commands of a page find when they begin, beside the scenarios."""


@pytest.mark.slow
@pytest.mark.parametrize("page", READY)
def test_the_commands_of_a_page_run(sim: Sim, home: Path, page: str) -> None:
    READY[page](sim, home)
    commands = {shlex.join(words): words for words in told(page)}  # each once
    assert commands
    for words in commands.values():
        if "--out" in words:  # pictures of the gallery are made of one run, each block its own
            shutil.rmtree(home / words[words.index("--out") + 1], ignore_errors=True)
        carry_out(sim, home, words)


def test_no_page_with_commands_is_left_out() -> None:
    """``docs/networks.md`` is run by the tests of readers, with files of its formats."""
    held = {"README.md", "docs/networks.md", *OWN_FILES, *READY}
    assert {page for page in pages() if told(page)} == held


STAND_INS = {
    "FILE": "two_ways.yaml", "SCENARIO": "two_ways.yaml", "DIR": "claims", "COMMAND": "run",
    "RUN": "one_run", "FOLDER": "one_run", "ENSEMBLE": "many",
}  # fmt: skip
"""What the words in capitals of a sentence are in the test."""


@pytest.mark.slow
def test_the_commands_in_sentences_run(
    sim: Sim, home: Path, two_ways: str, one_way: str, ctrl_c: None
) -> None:
    """What is in brackets is taken too, but for what may follow more often."""
    for folder in (home, home / "scenarios"):
        (folder / "two_ways.yaml").write_text(two_ways)
    (home / "one_way.yaml").write_text(one_way)
    shutil.copytree(ROOT / "tests/data/claims", home / "claims")
    for words in ("run two_ways.yaml --out one_run", "ensemble two_ways.yaml --out many"):
        carry_out(sim, home, words.split())
    sentences = {
        re.sub(r" \[[^]]*\.\.\.\]|[][]", "", " ".join(words))
        for page in pages()
        if page != "CHANGELOG.md"  # which says what was possible at its time
        for words in in_sentences(page)
    }
    assert len(sentences) > 12
    for sentence in sorted(sentences):
        words = re.sub("[A-Z]{3,}", lambda word: STAND_INS[word[0]], sentence).split()
        if words[0] == "explore":
            explored(home, words)
        else:
            shutil.rmtree(home / "mine", ignore_errors=True)  # as it is before each `sim init mine`
            carry_out(sim, home, words)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["explore", "two_ways.yaml"], ["explore", "--around", "27.7,85.3"]]
)
def test_a_scenario_is_explored(home: Path, two_ways: str, ctrl_c: None, words: list[str]) -> None:
    (home / "two_ways.yaml").write_text(two_ways)
    explored(home, words)


def explored(folder: Path, words: list[str]) -> None:
    """The page is served until Ctrl-C; no browser is opened."""
    program = subprocess.Popen(
        [sys.executable, "-m", "sim", *words, "--no-browser"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    address = program.stdout.readline().strip()
    with urllib.request.urlopen(address.partition("#")[0], timeout=30) as answer:
        assert b"<html" in answer.read()
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)
    assert (program.returncode, err.strip()) == (130, "interrupted")


# --- programs of tools/ and bench/ that pages name ------------------------------------------


def python(*words: str, timeout: int = 500) -> str:
    """What a program prints, started where a checkout is."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.stdout


@pytest.mark.slow
def test_the_tables_of_the_forces_are_printed() -> None:
    """Of two runs, not 200; the page takes the numbers of as many as it says."""
    assert "`python tools/forces_table.py 200`" in (ROOT / "docs/forces.md").read_text("utf-8")
    printed = python("tools/forces_table.py", "2")
    assert printed.startswith("|")
    assert "- regrouping: falls " in printed


@pytest.mark.slow
def test_the_tables_of_the_times_are_written(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    text = (ROOT / "docs/performance.md").read_text("utf-8")
    marked = re.sub(r"(<!-- (commands|starts) -->\n).*?(<!-- end)", r"\1\3", text, flags=re.S)
    page.write_text(marked)
    said = r"bench/commands.py --before build/before --places [\d,]+ --write docs/performance.md"
    assert re.search(said, text)
    once = ("bench/commands.py", "--times", "1", "--write", str(page))
    python(*once, "--before", str(ROOT), "--places", "110", "--only", "cut")
    python(*once, "--starts")
    found = page.read_text("utf-8")
    assert re.search(r"^\| cut \| 110 \|", found, re.M)
    assert re.search(r"^\| film \| [\d.]+ \| [\d.]+ \|$", found, re.M)


@pytest.mark.slow
def test_runs_are_timed_beside_what_a_user_would_write() -> None:
    """Each answer is checked there; the last line is that of the greatest journal."""
    assert "bench/runs.py" in (ROOT / "docs/roadmap.md").read_text("utf-8")
    printed = python("bench/runs.py", "-n", "40", "--times", "1")
    assert "the same capacity of each axis on each day" in printed
    assert re.search(r"^workers of the pool are at work +[\d.]+ %", printed, re.M)
    assert printed.splitlines()[-1].startswith("driver of 4000 replicates")


def test_the_roads_of_the_map_become_a_table(
    tool: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three crossings, the last of them far from the case: one road is left."""
    assert "python tools/osm_graph.py build/osm.npz" in (ROOT / "docs/data.md").read_text("utf-8")
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    made = tool("osm_graph")
    text = (
        "graph=[{1: 9.5}, {0: 9.5, 2: 7.0}, {1: 7.0}] nodes=[[36.0,37.0],[36.0,37.1],[50.0,10.0]]"
    )
    monkeypatch.setattr("world.map_text", lambda: text)
    target = str(tmp_path / "osm.npz")
    monkeypatch.setattr(sys, "argv", ["osm_graph.py", target])
    assert made.main() == 0
    table = read_table(Path(target))
    assert table.graph.places == ("n000000", "n000001")
    assert table.graph.km.tolist() == [9.5]
