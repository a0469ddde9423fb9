"""What the commands print: sparks, columns that fit, text that can do no harm."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import sim
from sim.scenario.model import Scenario
from sim.tables.grid import wide
from sim.tables.spark import BLOCKS, PLAIN, spark
from sim.tables.terminal import cleaned, fitting, print_summary

DAY = 86_400


# --- the spark -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "end", "width", "expected"),
    [
        # 10 of 10 is the highest of eight blocks, 5 of 10 is round(7 / 2) = 4 above the lowest
        ([(0, 10), (5, 5)], 10, 4, "\u2588\u2588\u2585\u2585"),
        ([(0, 10), (5, 0)], 10, 4, "\u2588\u2588\u00b7\u00b7"),
        ([(0, 10), (5, 0)], 10, 1, "\u2585"),  # the mean is half
        ([(0, 0)], 10, 3, "\u00b7\u00b7\u00b7"),
        ([], 10, 2, "\u00b7\u00b7"),
        ([(0, 3)], 0, 2, "\u00b7\u00b7"),
        ([(0, 3)], 10, 0, ""),
        # a thousandth is little, yet more than nothing
        ([(0, 1000), (5, 1)], 10, 2, "\u2588\u2582"),
    ],
)
def test_sparks(steps: list[tuple[float, float]], end: float, width: int, expected: str) -> None:
    assert spark(steps, end, width) == expected


def test_a_spark_of_ascii() -> None:
    assert spark([(0, 10), (5, 0)], 10, 4, ascii_only=True) == "##__"
    assert len(PLAIN) == len(BLOCKS) == 8


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.integers(1, 80))
def test_a_spark_is_as_wide_as_asked_and_only_nothing_looks_like_nothing(
    values: list[int], width: int
) -> None:
    steps = [(float(i), float(v)) for i, v in enumerate(values)]
    drawn = spark(steps, float(len(values)), width)
    assert len(drawn) == width
    assert (set(drawn) == {BLOCKS[0]}) == (not any(values))


# --- columns that fit ------------------------------------------------------------------------


def test_columns_are_left_out_by_rank_and_stay_in_order() -> None:
    columns = {"aaaa": (4, 0), "bb": (2, 2), "ccc": (3, 1)}
    # 4 + 2 + 3 + 2 + 2 = 13 for all, 4 + 2 + 3 = 9 for the first two ranks
    assert fitting(columns, 13) == (["aaaa", "bb", "ccc"], 0)
    assert fitting(columns, 20)[1] == 7
    assert fitting(columns, 12) == (["aaaa", "ccc"], 3)
    assert fitting(columns, 1)[0] == ["aaaa"]  # the first is never left out


def test_the_width_of_a_column_counts_cells() -> None:
    assert wide(["ab\ncde", "\u6f22\u5b57"]) == 4  # two wide characters


# --- the summary -----------------------------------------------------------------------------


@pytest.fixture
def summary(make: Callable[..., Scenario]) -> dict[str, Any]:
    scenario = make(
        "a-b:36 b-c:36",
        axes={"line": {"sources": "a", "sinks": {"c": {"demand": 50}}}},
        events={"cut": {"kind": "close", "roads": "a-b", "at": 5 * DAY}},
    )
    return dict(sim.run(scenario).summary)


def shown(summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch, **env: str) -> str:
    """What is printed with these variables of the environment, and nothing of the user's."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    out = io.TextIOWrapper(io.BytesIO(), encoding=env.get("encoding", "utf-8"))
    monkeypatch.setattr(sys, "stdout", out)
    print_summary(summary)
    out.flush()
    return out.buffer.getvalue().decode(env.get("encoding", "utf-8"))


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(
    summary: dict[str, Any], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = shown(summary, monkeypatch, COLUMNS=str(columns))
    assert max(cell_len(line.rstrip()) for line in printed.splitlines()) <= columns
    assert BLOCKS[7] in printed
    assert "line" in printed


def test_wide_terminals_show_more(summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = shown(summary, monkeypatch, COLUMNS="40")
    wide = shown(summary, monkeypatch, COLUMNS="200")
    assert "Delivered" in wide
    assert "no room here" not in wide
    table, left_out = narrow.split("no room here for: ")
    assert "Delivered" not in table
    assert "Delivered" in left_out
    assert wide.count(BLOCKS[7]) > narrow.count(BLOCKS[7])


def test_at_20_columns_names_are_whole_and_what_is_left_out_is_said(
    summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary["axes"]["a_long_name_of_axis"] = summary["axes"]["line"]
    measures = summary["measures"]
    measures |= {
        path.replace("axes.line.", "axes.a_long_name_of_axis."): measure
        for path, measure in measures.items()
        if path.startswith("axes.line.")
    }
    printed = shown(summary, monkeypatch, COLUMNS="20")
    assert "a_long_name_of_axis" in [line.strip() for line in printed.splitlines()]
    said = " ".join(printed.split())
    assert "no room here for: Capacity" in said
    assert max(map(cell_len, printed.splitlines())) <= 20


def test_one_of_a_thing_is_said_in_the_singular(
    summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary["scenario"] = {**summary["scenario"], "days": 1.0}
    summary["checks"] = {**summary["checks"], "flows_certified": 1}
    printed = shown(summary, monkeypatch)
    assert "what-if, 1 day, seed" in printed
    assert "1 flow solved" in printed


def test_nothing_but_text_goes_into_a_pipe(
    summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = shown(summary, monkeypatch)
    assert "\x1b" not in printed
    assert max(map(cell_len, printed.splitlines())) <= 100


def test_no_color_is_honoured_on_a_terminal(
    summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = shown(summary, monkeypatch, FORCE_COLOR="1", NO_COLOR="1", TERM="xterm-256color")
    assert "\x1b[3" not in printed  # the codes of foreground colours begin so
    assert "\x1b[1m" in printed  # bold is no colour


def test_ascii_streams_get_ascii(summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    summary["scenario"] = {**summary["scenario"], "title": "Stra\u00dfe \u0628"}
    printed = shown(summary, monkeypatch, encoding="ascii")
    assert "Stra?e ?" in printed
    assert "#" in printed


NASTY = "<b>[red]\x1b[31m\x07\u202e\u0628\u0627\u0628 \U0001f600 $x$\r\n" + "W" * 200


def test_names_cannot_steer_the_terminal(
    summary: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary["scenario"] = {**summary["scenario"], "title": NASTY, "id": NASTY}
    printed = shown(summary, monkeypatch, COLUMNS="80")
    assert printed.startswith("<b>[red]\\x1b[31m\\x07\\u202e\u0628\u0627\u0628")
    assert not any(c in printed for c in "\x1b\x07\u202e\r")
    assert max(map(cell_len, printed.splitlines())) <= 80


def test_cleaning_keeps_the_shape_of_data() -> None:
    assert cleaned({"a\x1b": ["b\n", 1, None, (True, 2.5)]}) == {
        "a\\x1b": ["b\\x0a", 1, None, [True, 2.5]]
    }


def test_of_very_many_pockets_the_largest_are_listed(
    make: Callable[..., Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    # a star whose hub falls: each of its 30 arms is a pocket, and in one of them stand men
    arms = [f"arm{i:02d}" for i in range(30)]
    run = sim.run(
        make(
            " ".join(["base-hub:36", *(f"hub-{arm}:36" for arm in arms)]),
            axes={"line": {"sources": "base", "sinks": {"arm05": {}}}},
            garrisons={"men": {"place": "arm29", "strength": 500}},
            events={"fall": {"kind": "capture", "places": "hub", "by": "blue", "at": DAY}},
        )
    )
    print_summary(run.summary)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  Red: Arm")]
    assert len(lines) == 20
    assert any(line.startswith("  Red: Arm29 (500 persons;") for line in lines)
    assert any(line.startswith("  Red: Arm05 (0 t;") for line in lines)  # a sink without stock
    assert any(line.startswith("  Red: Arm01 (persons not modelled;") for line in lines)
    assert not any("0 persons" in line for line in lines if "500 persons" not in line)
    print_summary(run.summary)
    assert "  and 10 smaller ones, all in summary.json" in capsys.readouterr().out


def test_things_are_called_by_their_names_with_the_ids_to_type(
    make: Callable[..., Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    lost = {"kind": "capture", "places": "mid", "by": "blue", "at": DAY}
    scenario = make(
        "base-mid:36 mid-town:36",
        axes={"line": {"sources": "base", "sinks": {"town": {}}}},
        garrisons={"men": {"place": "town", "strength": 500}},
        events={"fall": lost},
    )
    named = replace(scenario.axes["line"], name="The line to town")
    run = sim.run(replace(scenario, axes={"line": named}))
    # the factory calls places and actors by their ids with a capital
    assert run.summary["names"] == {
        "base": "Base", "base-mid": "Base \u2013 Mid", "blue": "Blue", "line": "The line to town",
        "mid": "Mid", "mid-town": "Mid \u2013 Town", "red": "Red", "town": "Town",
    }  # fmt: skip
    print_summary(run.summary)
    told = capsys.readouterr().out
    assert re.search(r"^The line to town +line +", told, re.M)
    assert "The line to town is cut at the end; it would reopen with: Mid" in told
    assert "  Red: Town (500 persons" in told
    summary = {key: value for key, value in run.summary.items() if key != "names"}
    print_summary(summary)  # as a version without names wrote it: told by ids
    told = capsys.readouterr().out
    assert re.search(r"^line +[0-9]", told, re.M)
    assert "line is cut at the end; it would reopen with: mid" in told
