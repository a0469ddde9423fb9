"""How messages are printed."""

import pickle
from pathlib import Path

import pytest

from sim.base.diagnostics import MOST_SHOWN, did_you_mean, no_folder, safe
from sim.scenario import Diagnostic, ScenarioError


def test_a_message_is_printed_like_a_compiler_does() -> None:
    lines = ["places:", "  - brigde"]
    d = Diagnostic("x.yaml", 2, 5, "unknown place 'brigde'", "did you mean 'bridge'?", length=6)
    assert d.render(lines) == (
        "x.yaml:2:5: error: unknown place 'brigde'\n"
        "    2 |   - brigde\n"
        "      |     ^^^^^^\n"
        "      = did you mean 'bridge'?"
    )


def test_a_message_about_a_whole_file() -> None:
    assert Diagnostic("x.yaml", 0, 0, "no such file").render() == "x.yaml: error: no such file"


@pytest.mark.parametrize("column", [1, 60, 5000, 9990])
def test_long_lines_are_clipped_around_the_caret(column: int) -> None:
    line = "".join(chr(97 + i % 26) for i in range(10_000))
    shown = Diagnostic("x", 1, column, "m", length=3).render([line]).split("\n")
    assert max(len(text) for text in shown) <= 140
    caret = shown[2].index("^")
    assert shown[1][caret : caret + 3] == line[column - 1 : column + 2]


def test_control_characters_never_reach_the_terminal() -> None:
    d = Diagnostic("x\x1b[2J", 1, 3, "bad \x07 thing", "a \u202e hint", length=1)
    shown = d.render(["a\t\x1b[31m\x9bb"])
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "\\x1b[31m\\x9bb" in shown
    assert "^^^^" in shown.split("\n")[2]  # under the four characters of \x1b


def test_the_caret_stands_under_wide_characters() -> None:
    # two columns for each of the two characters before the mark
    shown = Diagnostic("x", 1, 3, "m").render(["\u6f22\u5b57x"]).split("\n")
    assert shown[2] == "      | " + "    ^"


def test_paths_below_the_current_folder_are_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Diagnostic(str(tmp_path / "a" / "x.yaml"), 0, 0, "m").render() == "a/x.yaml: error: m"
    assert Diagnostic("/elsewhere/x", 0, 0, "m").render() == "/elsewhere/x: error: m"


def test_errors_are_sorted_counted_and_each_said_once() -> None:
    many = [Diagnostic("b", i, 1, f"m{i}") for i in range(MOST_SHOWN, 0, -1)]
    error = ScenarioError([*many, Diagnostic("a", 1, 1, "first"), many[0], many[0]])
    assert len(error.diagnostics) == MOST_SHOWN + 1
    assert error.diagnostics[0].message == "first"
    assert [d.line for d in error.diagnostics[1:]] == list(range(1, MOST_SHOWN + 1))
    assert str(error).endswith("... and 1 more")


def test_an_error_survives_pickling() -> None:
    error = ScenarioError([Diagnostic("a", 1, 1, "m")], {"a": ["line"]})
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert "line" in str(again)


@pytest.mark.parametrize("word", ["AlBab", "Al Bab", "Bab", "al bab", "AL-BAB"])
@pytest.mark.parametrize("name", ["al-Bab", "al_bab"])
def test_a_name_is_known_without_its_signs_and_its_article(word: str, name: str) -> None:
    assert did_you_mean(word, ["aleppo", "azaz", "bab_al_hawa", name]) == name


def test_hints() -> None:
    assert did_you_mean("brigde", ["bridge", "market"]) == "bridge"
    assert did_you_mean("xyz", ["bridge", "market"]) is None
    assert safe("a\nb\x00" + "c" * 100, 10) == "a\\x0ab\\x00ccc..."


def test_where_no_folder_is_the_message_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "a.yaml").touch()
    (tmp_path / "note").touch()
    for name, said in (
        ("bas", "is not a folder: nothing is there; did you mean 'base'?"),
        ("zzz", "is not a folder: nothing is there"),
        ("away/base", "is not a folder: nothing is there"),
        ("a.yaml", f"is not a folder: 'sim run {tmp_path / 'a.yaml'}' makes one of a scenario"),
        ("note", "is not a folder"),
    ):
        assert str(no_folder(tmp_path / name)) == f"{tmp_path / name} {said}"
