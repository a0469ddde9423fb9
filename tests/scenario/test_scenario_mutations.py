"""Damaged files: whatever the text, it runs or is refused with diagnostics."""

import json
import random
from pathlib import Path

import pytest

from sim import api
from sim.scenario import Scenario, ScenarioError, dump_resolved, load

DATA = Path(__file__).parent / "data"

NASTY = [
    *("", "~", "null", "NO", "true", "017", "0x1F", "1_000", "12:30", ".inf", "nan", "-1"),
    *("1e400", "9" * 400, "-5 t/day", "40", "40 tons/day", "3..", "..3 days", "3..1 days"),
    *("200 %", "9e99 t/day", "2016-02-30", "1066-01-01", "9999-12-31", "2016-06-10T25:00"),
    *("[]", "{}", "[[]]", "{{}: a}", "{uniform: [1, 2]}", "{choice: {}}", "{normal: [0, 0]}"),
    *("{lognormal: [1 day, 99]}", "{triangular: [3 days, 2 days, 1 day]}", "&a [*a]", "*nobody"),
    *("!!python/name:os.system", "!x y", "<<", "'", '"', '"\\0"', '"\\ud800"', "|", ">-", "%"),
    *("@", "`", "#", "- - -", "? ", "---", "...", "\t", "\x00", "\x1b[2J", "\ufeff", "\u202e"),
    *("\U0001f600", "../../../etc/passwd", "small.yaml", "network.yaml", "a" * 5000),
    *("{all: " * 20 + "}" * 20, "town", "red", "line", "gate--town", "*"),
]


def mutated(text: str, rng: random.Random) -> str:
    """One or two random wounds to ``text``."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 2)):
        kind = rng.randrange(8)
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        if kind == 0:
            del lines[i]
        elif kind == 1:
            lines.insert(j, lines[i])
        elif kind == 2:
            lines[i], lines[j] = lines[j], lines[i]
        elif kind == 3 and lines[i]:
            k = rng.randrange(len(lines[i]))
            lines[i] = lines[i][:k] + chr(rng.randrange(1, 0x250)) + lines[i][k + 1 :]
        elif kind == 4:
            key, colon, _ = lines[i].partition(":")
            lines[i] = key + colon + " " + rng.choice(NASTY)
        elif kind == 5:
            lines[i] = " " * rng.randrange(8) + lines[i].lstrip()
        elif kind == 6:
            k, m = rng.randrange(len(lines[i]) + 1), rng.randrange(len(lines[j]) + 1)
            lines[i] = lines[i][:k] + lines[j][m:]
        else:
            words = lines[i].split(" ")
            words[rng.randrange(len(words))] = rng.choice(NASTY)
            lines[i] = " ".join(words)
        lines = lines or [""]
    return "\n".join(lines)


PARTS = [(0, 140), *(pytest.param(i, 620, marks=pytest.mark.slow) for i in (1, 2, 3))]


@pytest.mark.parametrize(("part", "files"), PARTS)
def test_a_damaged_file_runs_or_is_refused(part: int, files: int, tmp_path: Path) -> None:
    # 140 files, 2,000 with the slow ones; a crash or a message without a place fails
    rng = random.Random(20160612 + part)
    (tmp_path / ".git").mkdir()  # the project's root
    original = {name: (DATA / name).read_text("utf-8") for name in ("small.yaml", "network.yaml")}
    loaded = 0
    for number in range(files):
        name = "network.yaml" if number % 3 == 0 else "small.yaml"
        for other, text in original.items():
            text = mutated(text, rng) if other == name else text
            (tmp_path / other).write_text(text, "utf-8", newline="")
        outcome = attempt(tmp_path / "small.yaml")
        if isinstance(outcome, ScenarioError):
            check_messages(outcome)
        else:
            loaded += 1
            reads_back(outcome, tmp_path / "again.yaml")
            runs(outcome)
    assert 5 < loaded < files - 5  # the wounds neither all kill nor all miss


def attempt(path: Path) -> Scenario | ScenarioError:
    """The scenario or its refusal; any other exception fails the test."""
    try:
        return load(path)
    except ScenarioError as error:
        return error


def reads_back(scenario: Scenario, path: Path) -> None:
    """The resolved scenario gives an equal scenario and the same bytes."""
    text = dump_resolved(scenario)
    path.write_text(text, "utf-8")
    again = load(path)
    assert again == scenario
    assert dump_resolved(again) == text


def runs(scenario: Scenario) -> None:
    """It runs, is measured and judged, and what it says can be written as JSON."""
    summary = api.run(scenario).summary
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def check_messages(error: ScenarioError) -> None:
    """Every message has a place that exists, and prints without control characters."""
    assert error.diagnostics
    for d in error.diagnostics:
        assert d.message
        assert 0 <= d.line <= len(error.sources[d.file]) or not error.sources[d.file]
    assert all(c.isprintable() or c == "\n" for c in error.render())
