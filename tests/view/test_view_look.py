"""The look is stated once: without matplotlib, and as what scripts and style sheet ask for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest

from sim.page.sentences import EXPLORING, HEADS, SENTENCES
from sim.scenario.model import Actor
from sim.view.look import LABEL, OPTICAL, document, looks, variables
from sim.view.map.labels import bare

STATIC = files("sim.page").joinpath("static")
SCRIPTS = {
    file.name: file.read_text(encoding="utf-8")
    for file in STATIC.iterdir()
    if file.name.endswith(".js")
}


def test_the_numbers_need_no_matplotlib() -> None:
    code = (
        "import sys, sim.view.look, sim.view.map.layout, sim.view.map.scene, sim.page.states;"
        "assert not any(name.partition('.')[0] == 'matplotlib' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_scripts_find_every_number_that_they_ask_for() -> None:
    told: Any = json.loads(json.dumps(document()))
    known = {"ROAD": told["road"], "PLACE": told["place"], "FORCE": told["force"]}
    asked = 0
    for text in SCRIPTS.values():
        for whole, key in re.findall(r"\b(ROAD|PLACE|FORCE)\.(\w+)", text):
            assert key in known[whole], (whole, key)
            asked += 1
        for key, more in re.findall(r"\bLOOK\.(\w+)(?:\.(\w+))?", text):
            assert key in told, key
            assert not more or more in told[key] or isinstance(told[key], list), (key, more)
            asked += 1
    assert asked > 40


def test_the_style_sheet_finds_every_variable() -> None:
    css = STATIC.joinpath("page.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"var\(--([\w-]+)", css)) - {"fine"}  # which the script sets
    assert asked <= set(re.findall(r"--([\w-]+):", variables()))
    assert len(asked) > 30


def test_every_sentence_is_said_and_every_one_said_is_there() -> None:
    said = " ".join(SCRIPTS.values())
    for name in re.findall(r'\bsay\("(\w+)"', said):
        assert name in SENTENCES | EXPLORING
    for name in SENTENCES | EXPLORING:
        assert f'"{name}"' in said, name
    assert set(HEADS) == set(re.findall(r"\bHEADS\.(\w+)", said))


def test_labels_are_bare_unless_two_would_be_the_same() -> None:
    assert bare(["Aleppo (city)", "Bab", "Tell (north)", "Tell (south)"]) == [
        "Aleppo", "Bab", "Tell (north)", "Tell (south)",
    ]  # fmt: skip
    assert bare(["(nameless)"]) == ["(nameless)"]
    assert LABEL.near[-1] < LABEL.far[0]  # what is far has a leader line


def test_the_short_name_stands_where_the_whole_has_no_room() -> None:
    known = looks((
        Actor("a", "The army of the north", short="Army"), Actor("b", "The army of the south"),
    ))  # fmt: skip
    assert [known["a"].named(most) for most in (21, 20, 3)] == [
        "The army of the north", "Army", "Ar\u2026",
    ]  # fmt: skip
    assert known["b"].named(9) == "The army\u2026"


def test_a_colour_is_six_digits_and_a_shape_is_known() -> None:
    look = looks((Actor("a", "A", color="#0072B2"),))["a"]
    assert (look.fill, look.ink, look.shape) == ("#0072b2", "#ffffff", "circle")
    assert set(OPTICAL) >= {look.shape for look in looks(tuple(
        Actor(str(i), "") for i in range(10))).values()}  # fmt: skip
    with pytest.raises(ValueError, match="colour"):
        looks((Actor("a", "A", color="#07b"),))
