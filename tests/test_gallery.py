"""The pictures of the README are what the program draws today."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

import sim
from sim.view.figures import figures
from sim.view.style import save

ROOT = Path(__file__).parent.parent
PICTURES = {
    "map_00_day_000": "double_offensive_map_start.png",
    "axis_turkey_raqqa": "double_offensive_axis.png",
}


def test_the_readme_shows_what_a_run_draws(tmp_path: Path) -> None:
    pinned = re.search(r"^matplotlib==(\S+)", (ROOT / "requirements/dev.txt").read_text(), re.M)
    assert pinned is not None
    if version("matplotlib") != pinned[1]:
        pytest.skip("another matplotlib than the pinned one draws other pixels")
    shown = (ROOT / "README.md").read_text()
    run = sim.run(sim.load(ROOT / "scenarios/double_offensive.yaml"))
    drawn = set()
    for name, figure in figures(run.analysis):
        if name in PICTURES:
            png, _ = save(figure, tmp_path, name)
            kept = ROOT / "results/gallery" / PICTURES[name]
            assert f"results/gallery/{kept.name}" in shown
            assert png.read_bytes() == kept.read_bytes(), f"{kept.name} is old: make gallery"
            drawn.add(name)
    assert drawn == PICTURES.keys()
