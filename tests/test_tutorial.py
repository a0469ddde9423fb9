"""The commands of the tutorials, run as they stand; what they say they print they print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sim.cli.program import cli

ROOT = Path(__file__).parents[1]
Sim = Callable[..., subprocess.CompletedProcess[str]]
RUN_WHOLE = {"docs/tutorial.md", "docs/region.md"}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with what it is in: ``bash`` or ``text``."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(r"^```(bash|text)\n(.*?)^```", text, re.S | re.M)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "commands", "made"),
    [("tutorial.md", 6, "verdict/verdicts.html"), ("region.md", 13, "fair.html")],
)
def test_its_commands_run_and_print_what_it_says(
    tmp_path: Path, page: str, commands: int, made: str
) -> None:
    written = [block for kind, block in blocks(page) if kind == "bash"]
    assert sum(len(re.findall("^sim ", block, re.M)) for block in written) >= commands
    here = Path(sys.executable).parent
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": "100"}  # as wide as the text is
    printed = ""
    for kind, block in blocks(page):
        if kind == "text":
            for line in block.splitlines():
                assert line in printed, f"not printed: {line}"
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        printed = done.stdout
    assert (tmp_path / made).is_file()


def told() -> list[tuple[str, list[str]]]:
    """Every command of the program in a block of a page: the page, and its words."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "results/gallery/README.md"]
    return [
        (str(page.relative_to(ROOT)), shlex.split(line, comments=True))
        for page in sorted(pages)
        for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)
        for line in re.findall(r"^sim (.*)$", block.replace("\\\n", " "), re.M)
    ]


def test_every_command_of_a_page_is_one_that_the_program_takes() -> None:
    commands = told()
    assert len(commands) > 50
    wrong = []
    for page, (verb, *words) in commands:
        end = next((i for i, word in enumerate(words) if word in (">", "|")), len(words))
        try:
            cli.commands[verb].make_context(verb, words[:end])
        except (KeyError, click.ClickException) as error:
            wrong.append(f"{page}: sim {verb}: {error}")
        if page in RUN_WHOLE:  # which write their own
            continue
        shipped = [word for word in words if re.match(r"scenarios/[\w/.]+$", word)]
        wrong += [f"{page}: {word}" for word in shipped if not (ROOT / word).exists()]
    assert wrong == []


FEWER = {"ensemble": 4, "study": 2, "score": 2}
"""Runs of the commands of the README that a page states for hundreds."""

ELSEWHERE = {"verdict", "calibrate"}
"""Commands that take quarters of hours on the shipped case; their own tests run them on less."""


@pytest.mark.slow
def test_the_commands_of_the_readme_run(sim: Sim, tmp_path: Path) -> None:
    """As they stand, but for fewer runs and without figures, which other tests draw."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    (tmp_path / "results").mkdir()
    commands = [words for page, words in told() if page == "README.md"]
    assert len(commands) > 20
    for verb, *words in commands:
        if verb in ELSEWHERE:
            continue
        if verb == "audit":  # which takes a map of whoever asks
            sim("export", "results/base", "--to", words[-1], cwd=tmp_path)
        if verb in FEWER:
            kept = words[: words.index("-n")] if "-n" in words else words
            words = [*kept, "-n", str(FEWER[verb]), "--workers", "1"]
        drawn = any("--no-figures" in param.opts for param in cli.commands[verb].params)
        files = [str(path) for word in words for path in shown(tmp_path, word)]
        done = sim(verb, *files, *["--no-figures"] * drawn, cwd=tmp_path)
        assert done.returncode == 0, f"sim {verb} {words}: {done.stderr}"


def shown(folder: Path, word: str) -> list[str]:
    """What a shell makes of a word: files for a pattern, else itself."""
    if "*" not in word:
        return [word]
    return sorted(str(path.relative_to(folder)) for path in folder.glob(word))


def test_every_number_of_the_region_is_stated_or_printed() -> None:
    """So that no number of the text is older than what its commands print."""
    text = (ROOT / "docs/region.md").read_text("utf-8")
    held = {number for _, block in blocks("region.md") for number in _NUMBER.findall(block)}
    prose = re.sub(r"^```.*?^```|^## \d+\.|`[^`]*`", "", text, flags=re.S | re.M)
    told = [number.rstrip(",") for number in _NUMBER.findall(prose)]
    assert len(told) > 10
    assert [number for number in told if number not in held] == []
