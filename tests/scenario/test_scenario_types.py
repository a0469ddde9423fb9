"""Scenarios as Python objects: what they cost to import, and what a type checker says of them."""

import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api as mypy

from sim.scenario import model as m
from sim.scenario.distributions import Constant


def test_objects_are_made_without_the_libraries_that_read_files() -> None:
    code = (
        "import sys; from sim.scenario import model as m; m.FrontRule('red'); "
        "print([name for name in ('pydantic', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_object_made_by_hand_has_the_defaults_of_the_language() -> None:
    # from docs/scenario-reference.md: within 10 days, reach 16 km, convoys of 20 t that are lost
    assert m.RegroupRule("red").max_seconds == Constant(10 * 86_400.0)
    assert m.FrontRule("red").reach == Constant(16.0)
    assert m.ConvoyRule() == m.ConvoyRule(Constant(20_000.0), Constant(1.0))


@pytest.mark.slow
def test_days_for_kilometres_are_an_error_of_type(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from sim.scenario import kinds as k\n"
        "from sim.scenario import model as m\n"
        "from sim.scenario.distributions import Constant, Uniform\n"
        "week: k.Duration = Constant(604_800.0)\n"
        "good = m.FrontRule('red', delay=week, reach=Uniform(5.0, 20.0))\n"
        "bad = m.FrontRule('red', reach=week)\n",
        encoding="utf-8",
    )
    out, _, code = mypy.run(["--strict", "--cache-dir", str(tmp_path), str(script)])
    (fault,) = [line for line in out.splitlines() if ": error:" in line]
    assert code == 1
    assert ":6: error:" in fault
    assert '"Uncertain[Second]"; expected "Uncertain[Km]"' in fault
